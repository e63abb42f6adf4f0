#!/bin/bash
# archives.sh BUNDLE...: programs that nobody here wrote list and extract each bundle: the same names in the same order, the same bytes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
status=0

# "HEX  NAME" of every file below a folder, in bytewise order of name.
digests() { (cd "$1" && find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum --); }

check() { # WHAT FILE: equal to what Python's zipfile says
	if ! cmp -s "$work/want" "$2"; then
		echo "FAIL $1: $bundle"
		diff "$work/want" "$2" | head -n 4 || true
		status=1
	fi
}

classes=$work.classes
trap 'rm -rf "$work" "$classes"' EXIT
javac -d "$classes" "$here/java/Unzip.java"
unzip_java() { java -XX:TieredStopAtLevel=1 -cp "$classes" Unzip "$@"; }

for bundle in "$@"; do
	rm -rf "${work:?}"/*
	python3 - "$bundle" >"$work/order" <<'PY'
import hashlib, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    for i in z.infolist():
        d = hashlib.sha256()
        with z.open(i) as f:
            while block := f.read(1 << 20):
                d.update(block)
        print('%s  %s' % (d.hexdigest(), i.filename))
PY
	LC_ALL=C sort -k2 "$work/order" >"$work/want"
	cut -c67- "$work/order" >"$work/names"

	unzip_java stream "$bundle" >"$work/got" && cmp -s "$work/order" "$work/got" ||
		{ echo "FAIL Java ZipInputStream: $bundle"; status=1; }
	unzip_java file "$bundle" >"$work/got" && cmp -s "$work/order" "$work/got" ||
		{ echo "FAIL Java ZipFile: $bundle"; status=1; }

	unzip -tqq "$bundle" >"$work/log" || { echo "FAIL unzip -t: $bundle"; status=1; }
	[ -s "$work/log" ] && ! grep -q 'No errors detected' "$work/log" && { echo "FAIL unzip -t speaks: $bundle"; status=1; }
	unzip -Z1 "$bundle" | cmp -s - "$work/names" || { echo "FAIL unzip -Z1: $bundle"; status=1; }
	mkdir "$work/unzip" && unzip -qq "$bundle" -d "$work/unzip"
	digests "$work/unzip" >"$work/got" && check unzip "$work/got"

	7z t -bso0 -bsp0 "$bundle" || { echo "FAIL 7z t: $bundle"; status=1; }
	mkdir "$work/7z" && 7z x -bso0 -bsp0 -o"$work/7z" "$bundle"
	digests "$work/7z" >"$work/got" && check 7z "$work/got"

	bsdtar -tf "$bundle" | cmp -s - "$work/names" || { echo "FAIL bsdtar -t: $bundle"; status=1; }
	mkdir "$work/bsdtar" && bsdtar -xf "$bundle" -C "$work/bsdtar"
	digests "$work/bsdtar" >"$work/got" && check bsdtar "$work/got"
	# as a stream, where the central directory cannot be looked at first
	mkdir "$work/stream" && bsdtar -xf - -C "$work/stream" <"$bundle"
	digests "$work/stream" >"$work/got" && check "bsdtar, streamed" "$work/got"
done
[ $status = 0 ] && echo "PASS $# bundles: zipfile, ZipInputStream, ZipFile, unzip, 7z, bsdtar list and extract the same"
exit $status
