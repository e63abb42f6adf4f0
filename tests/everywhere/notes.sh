#!/bin/bash
# notes.sh OUT: what a release hands out, in OUT: the page, the verifier for each system (built where they are not there yet),
# SHA256SUMS of them, and RELEASE.md: the changelog's section of this version with their digests.
set -euo pipefail
. "$(dirname "$0")/common.sh"
out=${1:?OUT}
mkdir -p "$out"
[ -f "$out/evidence-verify-linux-x86_64" ] || "$here/build.sh" musl-x86_64 "$out"
[ -f "$out/evidence-verify-linux-arm64" ] || "$here/build.sh" musl-arm64 "$out"
[ -f "$out/evidence-verify.exe" ] || "$here/build.sh" windows-x64 "$out"
node "$top/cmd/verify-page/build.mjs"
cp "$top/cmd/verify-page/dist/verify-page.html" "$out/"

cd "$out"
sha256sum evidence-verify-linux-x86_64 evidence-verify-linux-arm64 evidence-verify.exe verify-page.html >SHA256SUMS
version=$(sed -n 's/^project(libevidence VERSION \([0-9.]*\).*/\1/p' "$top/CMakeLists.txt")
section=$(awk -v head="## $version" 'index($0, head) == 1 { on = 1; print; next } /^## / { on = 0 } on' "$top/CHANGELOG.md")
[ -n "$section" ] || die "CHANGELOG.md has no section for $version"
{
	printf '%s\n\n### What is handed out\n\nMade anew from the same source, each of these is the same, byte for byte ([docs/checking-us.md](docs/checking-us.md), step 4).\n\n| file | SHA-256 |\n|---|---|\n' "$section"
	awk '{ printf "| `%s` | `%s` |\n", $2, $1 }' SHA256SUMS
} >RELEASE.md
sha256sum --quiet --strict -c SHA256SUMS
say "$out/RELEASE.md"
