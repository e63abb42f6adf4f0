#!/bin/bash
# by_hand.sh BAG_PYTHON BUNDLE...: each bundle with tools that know nothing of us: bagit-python over the unzipped bag, sha256sum -c over
# its manifests, openssl cms over the seal and every entry, openssl ts over every time-stamp; then the same after one byte was changed,
# which each tool must notice.
set -euo pipefail
bag_python=$1
shift
stamps=$(cd "$(dirname "$0")" && pwd)/../vectors/by_hand_stamps.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
fail() { echo "FAIL $*"; status=1; }

bagit_ok() { "$bag_python" -m bagit --validate "$1" >/dev/null 2>&1; }
sums_ok() { (cd "$1" && sha256sum --quiet --strict -c manifest-sha256.txt && sha256sum --quiet --strict -c tagmanifest-sha256.txt) >/dev/null 2>&1; }
# Who the signer is has no answer in the bundle: any is taken; then, of that one, the attributes of CAdES are asked for.
cms_ok() {
	local given=(openssl cms -verify -binary -inform DER -in "$1" -content "$2" -out /dev/null)
	"${given[@]}" -noverify -signer "$work/signer.pem" 2>/dev/null &&
		"${given[@]}" -cades -CAfile "$work/signer.pem" -partial_chain -purpose any -no_check_time 2>/dev/null
}

stamps_ok() { (cd "$1" && sh "$stamps" "$2") >/dev/null 2>&1; }

# Every reference in the ASiC manifest holds: read with a plain XML reader, digests made anew.
manifest_ok() {
	python3 - "$1" <<'PY'
import base64, hashlib, pathlib, sys, urllib.parse, xml.etree.ElementTree as E
root = pathlib.Path(sys.argv[1])
ns = {'a': 'http://uri.etsi.org/02918/v1.2.1#', 'd': 'http://www.w3.org/2000/09/xmldsig#'}
m = E.parse(root / 'META-INF/ASiCManifest001.xml').getroot()
refs = m.findall('a:DataObjectReference', ns)
ok = m.find('a:SigReference', ns).get('URI') == 'META-INF/signature001.p7s' and refs
for r in refs:
    data = (root / urllib.parse.unquote(r.get('URI'))).read_bytes()
    ok = ok and r.find('d:DigestMethod', ns).get('Algorithm') == 'http://www.w3.org/2001/04/xmlenc#sha256' \
        and base64.b64decode(r.find('d:DigestValue', ns).text) == hashlib.sha256(data).digest()
sys.exit(0 if ok else 1)
PY
}

all_ok() { # DIR: everything above; prints the name of the first that says no
	local base entry entries i
	base=$(cd "$1" && echo case-*)
	bagit_ok "$1/$base" || { echo bagit; return 1; }
	sums_ok "$1/$base" || { echo sha256sum; return 1; }
	manifest_ok "$1" || { echo manifest; return 1; }
	cms_ok "$1/META-INF/signature001.p7s" "$1/META-INF/ASiCManifest001.xml" || { echo openssl-seal; return 1; }
	entries=("$1/$base"/custody/*/)
	# of a long log the first entries, the last, and some between: each is a call of openssl
	for i in "${!entries[@]}"; do
		((i < 4 || i >= ${#entries[@]} - 4 || i % ((${#entries[@]} + 15) / 16) == 0)) || continue
		entry=${entries[i]}
		cms_ok "$entry/entry.p7s" "$entry/entry.json" || { echo openssl-entry; return 1; }
	done
	stamps_ok "$1" "$base" || { echo openssl-ts; return 1; }
}

flip() { # FILE: the last byte but one is changed
	python3 - "$1" <<'PY'
import sys
with open(sys.argv[1], 'r+b') as f:
    f.seek(-2, 2)
    b = f.read(1)
    f.seek(-2, 2)
    f.write(bytes([b[0] ^ 1]))
PY
}

for bundle in "$@"; do
	rm -rf "$work/x" "$work/y"
	mkdir "$work/x"
	unzip -qq "$bundle" -d "$work/x"
	said=$(all_ok "$work/x") || fail "$bundle: $said says no"
	base=$(cd "$work/x" && echo case-*)
	item=$(cd "$work/x" && find "$base/data" -type f -size +2c | LC_ALL=C sort | head -n 1)
	# the end of the seal's signature is its own value, or that of the token behind it
	behind=openssl-seal
	grep -q id-smime-aa-timeStampToken < <(openssl asn1parse -inform DER -in "$work/x/META-INF/signature001.p7s") && behind=openssl-ts
	# what is changed, and who must notice it first
	for change in "$item bagit" "$base/bag-info.txt bagit" "$base/custody/00000001/entry.json bagit" \
		"META-INF/ASiCManifest001.xml openssl-seal" "META-INF/signature001.p7s $behind" \
		"META-INF/ASiCArchiveManifest.xml openssl-ts" "META-INF/timestamp001.tst openssl-ts"; do
		file=${change% *} who=${change##* }
		[ -n "$file" ] && [ -f "$work/x/$file" ] || continue
		rm -rf "$work/y"
		cp -r "$work/x" "$work/y"
		if [[ $file = *.xml ]]; then
			printf '\n' >>"$work/y/$file"
		else
			flip "$work/y/$file"
		fi
		said=$(all_ok "$work/y") && fail "$bundle: nobody noticed that $file was changed"
		[ "$said" = "$who" ] || fail "$bundle: $file changed, noticed by '$said', not by $who"
	done
done
[ $status = 0 ] && echo "PASS $# bundles by hand: bagit-python, sha256sum, openssl cms and ts agree, and notice each change"
exit $status
