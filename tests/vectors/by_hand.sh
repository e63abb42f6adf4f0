#!/bin/sh
# The recipe of docs/by-hand.md, executed: by_hand.sh BUNDLE...
# Needs unzip, sha256sum, openssl, and Python 3 for the record tree. Says OK for each bundle, or stops.
set -eu

check() {
	bundle=$(realpath "$1")
	work=$(mktemp -d)
	listed=$work.listed
	trap 'rm -rf "$work" "$listed"' EXIT
	cd "$work"

	# 1. unpack
	unzip -q "$bundle"
	base=$(ls -d case-*)

	# 2. files against the manifests of the bag
	(cd "$base" && sha256sum --check --strict --quiet manifest-sha256.txt tagmanifest-sha256.txt)

	# and no file that stands in none of them
	{
		cut -c67- "$base/manifest-sha256.txt" "$base/tagmanifest-sha256.txt" | sed "s,^,$base/,"
		printf '%s\n' "$base/tagmanifest-sha256.txt" mimetype META-INF/ASiCManifest001.xml META-INF/signature001.p7s
		find META-INF -name 'timestamp*.tst' -o -name 'ASiCArchiveManifest*.xml'
	} | LC_ALL=C sort >"$listed"
	find . -type f | sed 's,^\./,,' | LC_ALL=C sort | diff "$listed" - || { echo "files that no list names, or that are named twice" >&2; exit 1; }
	[ "$(find META-INF -name 'timestamp*.tst' | wc -l)" -eq "$(find META-INF -name 'ASiCArchiveManifest*.xml' | wc -l)" ]

	# 3. the seal: who signed the ASiC manifest, and that it lists these manifests
	signed META-INF/signature001.p7s META-INF/ASiCManifest001.xml
	sealer=$print
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
		grep -qF "\"certificate\":\"$print\"" "$d/entry.json" || { echo "$d: another certificate signed it than it names" >&2; exit 1; }
		if [ -n "$before" ]; then
			grep -q "\"entry\":\"$(sha256sum <"$before/entry.json" | cut -d' ' -f1)\"" "$d/entry.json"
			grep -q "\"signature\":\"$(sha256sum <"$before/entry.p7s" | cut -d' ' -f1)\"" "$d/entry.json"
		else
			grep -q '"previous":null' "$d/entry.json"
		fi
		before=$d
	done
	[ "$print" = "$sealer" ] || { echo "the seal is signed with another certificate than the last entry" >&2; exit 1; }
	head=$(sha256sum <"$before/entry.json" | cut -d' ' -f1)
	grep -qx "Custody-Head: $head" "$base/bag-info.txt"
	echo "custody head $head"

	# 5. the records: the root in each entry, and the digest of every item
	python3 "$tree" "$base"

	# 6. the time-stamps, if there are any
	sh "$stamps" "$base"
	cd /
	rm -rf "$work" "$listed"
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
