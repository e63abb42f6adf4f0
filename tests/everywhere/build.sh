#!/bin/bash
# build.sh TARGET OUT: the verifier as one file that needs nothing else, and its digest.
#   musl-x86_64, musl-arm64   Linux, no shared library          OUT/evidence-verify-linux-x86_64, …-arm64
#   windows-x64               Windows, no DLL beside Windows'   OUT/evidence-verify.exe
# The same source, compiler and OpenSSL tarball give the same bytes, wherever the folder lies: no path, date or
# user goes into them. EVD_BUILD names the commit (default: asked of git).
set -euo pipefail
. "$(dirname "$0")/common.sh"
target=${1:?TARGET} out=${2:?OUT}
target_tools "$target"
ssl=$("$here/openssl.sh" "$target")
build=${EVD_BUILD:-$(git -C "$top" rev-parse --short=12 HEAD 2>/dev/null || echo release)}
version=$(sed -n 's/^project(libevidence VERSION \([0-9.]*\).*/\1/p' "$top/CMakeLists.txt")
[ -n "$version" ] || die "no version in CMakeLists.txt"

# The verify core's files, as the build lists them.
sources() {
	local system=posix confine=linux
	[ "$target" = windows-x64 ] && system=windows confine=none
	sed -n '/^add_library(evd_base /,/)$/p; /^add_library(evd_core /,/)$/p' "$top/libevidence/CMakeLists.txt" |
		sed "s/confine_\$<[^ ]*>\.c/confine_$confine.c/; s/_\$<[^ ]*>\.c/_$system.c/" |
		grep -oE '[a-z]+/[a-z0-9_]+\.c' | sed 's|^|libevidence/|'
	echo cmd/evidence-verify.c
}

flags="-std=c11 -O2 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fno-common
	-ffunction-sections -fdata-sections -Wall -Wextra -Werror -Ilibevidence -I$ssl/include"
# -s here: the program strip would write the time into a Windows program again
link="-static -s -Wl,--gc-sections"
libs=
case $target in
musl-*)
	name=evidence-verify-linux-${target#musl-}
	# musl does not bring the kernel's own headers
	flags="$flags -idirafter $(kernel_headers "$target")"
	link="$link -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--build-id=none" ;;
windows-x64)
	name=evidence-verify.exe
	flags="$flags -D_WIN32_WINNT=0x0601 -D__USE_MINGW_ANSI_STDIO=1 -municode"
	link="$link -municode -Wl,--no-insert-timestamp,--dynamicbase,--nxcompat,--high-entropy-va"
	libs="-lssp -lws2_32 -lgdi32 -lcrypt32 -lbcrypt" ;;
esac

work=$(mktemp -d "${TMPDIR:-/tmp}/evd-build-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$top"
# A condition of the build that is not understood here would leave a file out without a word.
if sed -n '/^add_library(evd_base /,/)$/p; /^add_library(evd_core /,/)$/p' libevidence/CMakeLists.txt |
	grep -v '^ *#' | sed 's/_\$<[^ ]*>\.c//' | grep -F '$<' >&2; then
	die "libevidence/CMakeLists.txt: a source file under a condition unknown to build.sh"
fi
objects=
for source in $(sources); do
	object=$work/$(echo "$source" | tr '/' '-' | sed 's/\.c$/.o/')
	objects="$objects $object"
	# shellcheck disable=SC2086
	nice -n 15 $cc $flags "-DEVD_VERSION=\"$version\"" "-DEVD_BUILD=\"$build\"" "-ffile-prefix-map=$top/=" \
		-frandom-seed="$source" -c "$source" -o "$object"
done
# shellcheck disable=SC2086
nice -n 15 $cc $link $objects "$ssl/libcrypto.a" $libs -o "$work/$name"
mv "$work/$name" "$out/$name"
size=$(stat -c %s "$out/$name")
say "$target: $out/$name, $size bytes, version $version, build $build"
(cd "$out" && sha256sum "$name")
