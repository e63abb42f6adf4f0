#!/bin/sh
# The recipe of docs/by-hand.md, executed: by_hand.sh BUNDLE...
# Needs unzip, sha256sum, openssl, and Python 3 for the record tree. Says OK for each bundle, or stops.
set -eu

check() {
	bundle=$(realpath "$1")
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	cd "$work"

	# 1. unpack
	unzip -q "$bundle"
	base=$(ls -d case-*)

	# 2. files against the manifests of the bag
	(cd "$base" && sha256sum --check --strict --quiet manifest-sha256.txt tagmanifest-sha256.txt)

	[ "$(find "$base/data" -type f | wc -l)" -eq "$(wc -l <"$base/manifest-sha256.txt")" ]
	[ "$(find "$base" -type f -not -path "$base/data/*" | wc -l)" -eq $(($(wc -l <"$base/tagmanifest-sha256.txt") + 1)) ]
	[ "$(find . -type f -not -path "./$base/*" | wc -l)" -eq $((3 + 2 * $(find META-INF -name 'timestamp*.tst' | wc -l))) ]

	# 3. the seal: who signed the ASiC manifest, and that it lists these manifests
	signed META-INF/signature001.p7s META-INF/ASiCManifest001.xml
	for f in bag-info.txt bagit.txt manifest-sha256.txt tagmanifest-sha256.txt; do
		digest=$(openssl dgst -sha256 -binary "$base/$f" | base64)
		grep -qF "URI=\"$base/$f\"" META-INF/ASiCManifest001.xml
		grep -F "URI=\"$base/$f\"" META-INF/ASiCManifest001.xml | grep -qF ">$digest<"
	done
	echo "seal digest  $(sha256sum META-INF/ASiCManifest001.xml | cut -d' ' -f1)"

	# 4. the log: each entry is signed, and names the one before
	before=
	for d in "$base"/custody/*; do
		signed "$d/entry.p7s" "$d/entry.json"
		if [ -n "$before" ]; then
			grep -q "\"entry\":\"$(sha256sum <"$before/entry.json" | cut -d' ' -f1)\"" "$d/entry.json"
			grep -q "\"signature\":\"$(sha256sum <"$before/entry.p7s" | cut -d' ' -f1)\"" "$d/entry.json"
		else
			grep -q '"previous":null' "$d/entry.json"
		fi
		before=$d
	done
	head=$(sha256sum <"$before/entry.json" | cut -d' ' -f1)
	grep -qx "Custody-Head: $head" "$base/bag-info.txt"
	echo "custody head $head"

	# 5. the records: the root in each entry, and the digest of every item
	python3 "$tree" "$base"

	# 6. the time-stamps, if there are any
	sh "$stamps" "$base"
	cd /
	rm -rf "$work"
	trap - EXIT
	echo "OK $1"
}

# signed SIGNATURE CONTENT: the signature fits; prints the signer's fingerprint, to be compared with paper
signed() {
	openssl cms -verify -noverify -binary -inform DER -in "$1" -content "$2" -signer signer.pem -out /dev/null 2>signed.log ||
		{ cat signed.log >&2; exit 1; }
	openssl cms -verify -cades -binary -inform DER -in "$1" -content "$2" -CAfile signer.pem -partial_chain \
		-purpose any -no_check_time -out /dev/null 2>signed.log || { cat signed.log >&2; exit 1; }
	print=$(openssl x509 -in signer.pem -noout -fingerprint -sha256 | sed 's/.*=//' | tr -d : | tr 'A-F' 'a-f')
	echo "signed by    $print  $2"
}

tree=$(dirname "$(realpath "$0")")/by_hand_tree.py
stamps=$(dirname "$(realpath "$0")")/by_hand_stamps.sh
[ $# -gt 0 ] || { echo "usage: by_hand.sh BUNDLE..." >&2; exit 64; }
for b in "$@"; do
	(check "$b")
done
