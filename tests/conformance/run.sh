#!/bin/bash
# run.sh NAME...: foreign validators and the programs for other systems, as named jobs. PASS or FAIL a job, exit 1 if one failed.
#
#   dss          EU DSS (Maven) judges good and altered bundles with its policy, and what evidence timestamp makes
#   foreign      containers that EU DSS makes, and altered ones, through evidence inspect
#   dss-samples  the containers, good and bad, that EU DSS tests itself with (Maven), through evidence inspect
#   digidoc4j    opens our container and says it has no signature: it reads XAdES alone (Maven)
#   archives     unzip, 7z, bsdtar, Python, Java list and extract the same bytes
#   by-hand      bagit-python (pip), sha256sum -c, openssl cms, openssl ts
#   everywhere   no network, read-only medium, any locale, clock at 1990 and 2045: the same bytes of output
#   linux        static musl program for x86-64: builds, repeats byte for byte, every vector
#   arm64        the same for arm64, under qemu-user
#   windows      evidence-verify.exe, every vector under wine; Unicode and long paths; a window of its own
#   windows-large   a bundle over 4 GiB under wine (writes 4.3 GB; not part of "all")
#   notes        what a release hands out, and its digests
#   all          all but windows-large
#
#   EVD_VECTORS  folder of tests/vectors/generate.py (made if not given)   EVD_BIN  folder with evidence-verify
#   EVD_GOOD_EVERY  every Nth good bundle goes to archives and by-hand (default 1: all, some minutes)
#   EVD_DSS_EVERY  every Nth altered vector goes to DSS (default 25; 1: all)   EVD_CACHE, EVD_JOBS: tests/everywhere/common.sh
set -uo pipefail
. "$(dirname "$0")/../everywhere/common.sh"
conformance=$top/tests/conformance everywhere=$top/tests/everywhere
bin=${EVD_BIN:-$top/build/cmd}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

vectors() {
	if [ -z "${EVD_VECTORS:-}" ]; then
		EVD_VECTORS=$scratch/vectors
		[ -f "$EVD_VECTORS/expected.json" ] && return
		say "making the vectors"
		python3 "$top/tests/vectors/generate.py" "$EVD_VECTORS" >"$scratch/vectors.log" || die "the vectors could not be made"
	fi
	[ -f "$EVD_VECTORS/expected.json" ] || die "$EVD_VECTORS: no expected.json"
}

# Good bundles, one of each name, small enough to be unpacked by six programs.
good_bundles() {
	python3 - "$EVD_VECTORS" "${EVD_GOOD_EVERY:-1}" <<'PY'
import json, os, sys
seen, every = set(), int(sys.argv[2])
for r in json.load(open(sys.argv[1] + '/expected.json'))['vectors']:
    path = os.path.join(sys.argv[1], r['file'])
    name = r['name'].split('.')[0]
    if r['name'].startswith('good') and r['verdict'] == 'TOTAL-PASSED' and name not in seen and os.path.getsize(path) < 80 << 20:
        if len(seen) % every == 0:
            print(path)
        seen.add(name)
PY
}

jars() { # PROFILE: folder of the jars that java/pom.xml names in it
	local key
	key=$(sha256sum "$conformance/java/pom.xml" | cut -c1-12)
	lib=$cache/jars-$1-$key
	[ -e "$lib/ready" ] && return
	need mvn maven
	need java default-jdk-headless
	rm -rf "$lib"
	nice mvn -B -q -P "$1" -f "$conformance/java/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$lib" >"$cache/mvn.log" 2>&1 ||
		{ tail -n 5 "$cache/mvn.log" >&2; die "Maven failed, without network or for another reason: not tried"; }
	touch "$lib/ready"
}

job_dss() {
	vectors
	jars dss
	python3 "$conformance/dss.py" "$EVD_VECTORS" --lib "$lib" --every "${EVD_DSS_EVERY:-25}" &&
		python3 -B "$conformance/stamped.py" "$bin" --lib "$lib"
}

job_foreign() {
	jars dss
	python3 "$conformance/foreign.py" "$bin/evidence" --lib "$lib"
}

job_dss_samples() {
	jars dss-samples
	local samples=$lib
	jars dss
	python3 -B "$conformance/samples.py" "$bin/evidence" --lib "$lib" --samples "$samples"
}

job_digidoc4j() {
	vectors
	jars digidoc4j
	java -cp "$lib/*" "$conformance/java/NoSignature.java" "$EVD_VECTORS/good-2.asice" "$EVD_VECTORS/good-key-rsa-pss-3072.asice"
}

job_archives() {
	vectors
	need unzip unzip
	need 7z p7zip-full
	need bsdtar libarchive-tools
	need java default-jdk-headless
	mapfile -t all < <(good_bundles)
	"$conformance/archives.sh" "${all[@]}"
}

job_by_hand() {
	vectors
	need openssl openssl
	if [ ! -x "$cache/bagit/bin/python" ]; then
		python3 -m venv "$cache/bagit" && "$cache/bagit/bin/pip" -q install bagit setuptools || die "bagit-python could not be installed"
	fi
	# those with time-stamps always
	mapfile -t all < <({ good_bundles; printf "$EVD_VECTORS/%s.asice\n" good-level-t good-level-lta good-stamp; } | sort -u)
	"$conformance/by_hand.sh" "$cache/bagit/bin/python" "${all[@]}"
}

job_everywhere() {
	vectors
	"$everywhere/build.sh" musl-x86_64 "$scratch/out" &&
		"$everywhere/same_bytes.sh" "$EVD_VECTORS" "$scratch/out/evidence-verify-linux-x86_64" "$bin/evidence-verify"
}

# Twice, from two folders, and every vector. PROGRAM is how it is started here.
built() { # TARGET NAME RUNNER...
	local target=$1 name=$2
	shift 2
	vectors
	"$everywhere/build.sh" "$target" "$scratch/out" || return 1
	mkdir -p "$scratch/elsewhere/tests"
	cp -r "$top/CMakeLists.txt" "$top/libevidence" "$top/cmd" "$scratch/elsewhere/"
	cp -r "$everywhere" "$scratch/elsewhere/tests/"
	EVD_BUILD=$(git -C "$top" rev-parse --short=12 HEAD 2>/dev/null || echo release) \
		"$scratch/elsewhere/tests/everywhere/build.sh" "$target" "$scratch/again" || return 1
	cmp "$scratch/out/$name" "$scratch/again/$name" || { echo "FAIL $name: a second build gives other bytes"; return 1; }
	# shellcheck disable=SC2086
	python3 "$everywhere/agree.py" "$EVD_VECTORS" ${windows:-} --program "$* $scratch/out/$name" --reference "$bin/evidence-verify"
}

job_linux() { built musl-x86_64 evidence-verify-linux-x86_64 env; }

job_arm64() {
	need qemu-aarch64-static qemu-user-static
	built musl-arm64 evidence-verify-linux-arm64 qemu-aarch64-static
}

wine_ready() {
	need wine wine wine64
	export LC_ALL=C.UTF-8 WINEPREFIX=$scratch/wine WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" DISPLAY=
	wine cmd /c ver >/dev/null 2>&1 || die "wine does not start"
	# One program that waits keeps the server and its services up: to start them for each call costs more than the bundle.
	local hold
	exec {hold}> >(exec wine cmd >/dev/null 2>&1)
	# shellcheck disable=SC2064
	trap "exec $hold>&-; wineserver -k" EXIT
}

job_windows() {
	wine_ready
	local windows=--windows
	built windows-x64 evidence-verify.exe wine &&
		"$everywhere/windows.sh" "$scratch/out/evidence-verify.exe" "$EVD_VECTORS" "$bin/evidence-verify"
}

job_windows_large() {
	wine_ready
	vectors
	"$everywhere/build.sh" windows-x64 "$scratch/out" &&
		"$everywhere/windows_large.sh" "$scratch/out/evidence-verify.exe"
}

# The digests a release names: each program as the jobs before left it, or made here.
job_notes() {
	"$everywhere/notes.sh" "$scratch/out" && cat "$scratch/out/RELEASE.md" &&
		[ "$(grep -cE '^\| `[^`]+` \| `[0-9a-f]{64}` \|$' "$scratch/out/RELEASE.md")" = 4 ]
}

failed=0
[ $# -gt 0 ] || set -- all
[ "$*" = all ] && set -- dss foreign dss-samples digidoc4j archives by-hand everywhere linux arm64 windows notes
for name in "$@"; do
	declare -F "job_${name//-/_}" >/dev/null || die "no such job: $name"
	start=$SECONDS
	if ("job_${name//-/_}"); then
		echo "PASS $name ($((SECONDS - start)) s)"
	else
		echo "FAIL $name ($((SECONDS - start)) s)"
		failed=1
	fi
done
exit $failed
