#!/bin/sh
# Step 6 of docs/by-hand.md, in the unpacked folder: by_hand_stamps.sh BASE
# Every time-stamp with `openssl ts`, over the bytes it must be over. Stops at the first that is not; prints when each was made, and the
# fingerprint of its authority, to be compared with what the authority publishes.
set -eu
base=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# stamped TOKEN DATA
stamped() {
	openssl cms -verify -noverify -inform DER -in "$1" -signer "$work/authority.pem" -out /dev/null 2>"$work/log" ||
		{ cat "$work/log" >&2; exit 1; }
	when=$(openssl ts -reply -in "$1" -token_in -text 2>"$work/log" | sed -n 's/^Time stamp: //p')
	openssl ts -verify -in "$1" -token_in -data "$2" -CAfile "$work/authority.pem" -partial_chain \
		-attime "$(date -u -d "$when" +%s)" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
	print=$(openssl x509 -in "$work/authority.pem" -noout -fingerprint -sha256 | sed 's/.*=//' | tr -d : | tr 'A-F' 'a-f')
	echo "stamped by   $print  $when  $3"
}

# the seal: where the signature's value stands in signature001.p7s, and each token behind it
openssl asn1parse -inform DER -in META-INF/signature001.p7s >"$work/parts"
awk -F: '/:d=5 .*prim: OCTET STRING/ { value = $1 + 0 }
	/:d=7 .*:id-smime-aa-timeStampToken$/ { token = 1 }
	/:d=8 .*cons: SEQUENCE/ && token { print value, $1 + 0; token = 0 }' "$work/parts" >"$work/tokens"
while read -r value token; do
	openssl asn1parse -inform DER -in META-INF/signature001.p7s -strparse "$value" -noout -out "$work/value"
	openssl asn1parse -inform DER -in META-INF/signature001.p7s -strparse "$token" -noout -out "$work/token.tst"
	stamped "$work/token.tst" "$work/value" "the seal's signature"
done <"$work/tokens"

# entries
for d in "$base"/custody/*; do
	[ -e "$d/token.tst" ] || continue
	entry=$(sed 's/.*"details":{"entry":\([0-9]*\),.*/\1/' "$d/entry.json")
	over=$(printf '%s/custody/%08d/entry.p7s' "$base" "$entry")
	stamped "$d/token.tst" "$over" "$over"
done

# archive time-stamps: over a manifest with the digests of all files; the newest manifest has no number
for t in META-INF/timestamp*.tst; do
	[ -e "$t" ] || continue
	manifest=META-INF/ASiCArchiveManifest${t#META-INF/timestamp}
	manifest=${manifest%.tst}.xml
	[ -e "$manifest" ] || manifest=META-INF/ASiCArchiveManifest.xml
	grep -qF "<asic:SigReference URI=\"$t\"" "$manifest"
	stamped "$t" "$manifest" "$manifest"
	sed -n 's/^<asic:DataObjectReference URI="\([^"]*\)".*<ds:DigestValue>\([^<]*\)<.*/\1 \2/p' "$manifest" >"$work/listed"
	[ "$(wc -l <"$work/listed")" -eq "$(grep -c '<asic:DataObjectReference ' "$manifest")" ]
	while read -r name digest; do
		[ "$(openssl dgst -sha256 -binary "$name" | base64)" = "$digest" ] || { echo "$manifest: $name was changed" >&2; exit 1; }
	done <"$work/listed"
done
