#!/bin/sh
# The main job, from nothing: installs what is needed, builds, and takes the sample evidence from a
# folder to a verdict. Everything it makes lies under build/demo.
set -eu
cd "$(dirname "$0")/.."

sh tests/packages.sh build
cmake -S . -B build -G Ninja -DEVD_TESTS=OFF >/dev/null
cmake --build build --target evidence evidence-verify evidence-reader -- --quiet

PATH=$PWD/build/cmd:$PATH
demo=$PWD/build/demo
rm -rf "$demo"
mkdir -p "$demo"
EVIDENCE_HOME=$demo/home
export EVIDENCE_HOME
umask 077
head -c 24 /dev/urandom | base64 >"$demo/passphrase"
say() { printf '\n== %s\n' "$*"; }

say 'An identity: a key, and a certificate whose fingerprint is to be written on paper'
evidence identity create --name 'Ana Anić' --role lawyer --organisation 'NVO Primer' \
	--passphrase-file "$demo/passphrase"
pin=$(evidence identity list --json | sed -n 's/.*"fingerprint":"\([0-9a-f]*\)".*/\1/p' | head -n 1)

say 'A case'
evidence open "$demo/case" --number 2026-014 --title 'Sample case' --violence stalking \
	--legal-basis 'instruction of the client' --retention 2031-12-31 \
	--passphrase-file "$demo/passphrase"

say 'Evidence goes in, and is read in a sandbox'
# exit 1: it is in, but not all could be read, such as on a kernel without a layer of the sandbox
evidence -C "$demo/case" add --basis consent --supplier 'client' \
	--passphrase-file "$demo/passphrase" tests/samples/evidence || [ $? -eq 1 ]
evidence -C "$demo/case" note 'Handed over on a stick; the stick was not written to.' \
	--passphrase-file "$demo/passphrase"

say 'The custody log'
evidence -C "$demo/case" log

say 'The case is sealed into one file'
evidence -C "$demo/case" seal "$demo/case.asice" --passphrase-file "$demo/passphrase"

say 'Somebody else verifies it, knowing the fingerprint from paper'
evidence-verify --pin "$pin" "$demo/case.asice"

say 'One byte of a photo is flipped in a copy'
cp "$demo/case.asice" "$demo/flipped.asice"
at=$(LC_ALL=C grep -aboP '\xff\xd8\xff\xe0..JFIF' "$demo/flipped.asice" | head -n 1 | cut -d: -f1)
byte=$(od -An -tu1 -j $((at + 2000)) -N 1 "$demo/flipped.asice" | tr -d ' ')
printf "\\$(printf '%03o' $(((byte + 1) % 256)))" |
	dd of="$demo/flipped.asice" bs=1 seek=$((at + 2000)) conv=notrunc 2>/dev/null
if evidence-verify --pin "$pin" "$demo/flipped.asice"; then
	echo 'demo: the flipped bundle was verified; this must never happen' >&2
	exit 1
fi
say "Done. The bundle is build/demo/case.asice"
