#!/bin/sh
# make.sh: makes the samples of this folder with other people's programs: bagit-python, hashdeep, openssl cms and ts, wacz and warcio
# (PyPI), zip. Run once; the results are kept, since other versions of these programs make other bytes. Each bad one is a good one with
# one thing changed, which its name says.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
zipped() { # FOLDER ZIP: in the order of names, without times of this machine
	(cd "$1" && find . -exec touch -d '2026-01-02 03:04:06 UTC' {} + && rm -f "$2" &&
		find . -type f | LC_ALL=C sort | TZ=UTC zip -q -X -@ "$2")
}

# BagIt
mkdir -p bag/photos
printf 'prva poruka\n' >bag/note.txt
head -c 3000 /dev/zero | tr '\0' 'x' >bag/photos/a%b.jpg
bagit.py --quiet --sha256 --sha512 --contact-name 'Ana A' bag
zipped . "$here/bag.zip"
printf 'druga poruka\n' >bag/data/note.txt
zipped . "$here/bag-altered.zip"
printf 'prva poruka\n' >bag/data/note.txt
printf 'umetnuto\n' >bag/data/extra.txt
zipped . "$here/bag-extra.zip"
rm bag/data/extra.txt bag/data/note.txt
tar --sort=name --mtime='2026-01-02 03:04:06 UTC' --owner=0 --group=0 -czf "$here/bag-missing.tar.gz" ./bag
rm -rf bag
mkdir bag
bagit.py --quiet --sha256 bag
: >bag/manifest-sha256.txt # bagit-python leaves it out, and then does not accept its own bag
zipped . "$here/bag-empty.zip"
rm -rf bag

# hashdeep
mkdir photos
printf 'jedan\n' >photos/1.jpg
printf 'dva\n' >'photos/2, drugi.jpg'
hashdeep -c md5,sha256 -b photos/* | sed -e '/^## Invoked/d' -e '/^## \$/d' >"$here/list.txt"
rm -rf photos

# a CA's signer and an authority, of openssl alone
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 3650 -subj '/CN=Uzorak Potpisnik' 2>/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.pem -days 3650 -subj '/CN=Uzorak TSA' \
	-addext extendedKeyUsage=critical,timeStamping -addext keyUsage=critical,digitalSignature -addext basicConstraints=CA:FALSE 2>/dev/null
printf '[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ndefault_policy=1.2.3.4\ndigests=sha256\nsigner_digest=sha256\naccuracy=secs:1\ness_cert_id_alg=sha256\n' >tsa.cnf
echo 01 >serial
stamp() { # FILE OUT
	openssl ts -query -data "$1" -sha256 -cert -out q.tsq 2>/dev/null
	openssl ts -reply -config tsa.cnf -queryfile q.tsq -signer tsa.pem -inkey tsa.key -token_out -out "$2" 2>/dev/null
}
sha() { openssl dgst -sha256 -binary "$1" | base64 -w0; }

# ASiC-E
mkdir -p e/META-INF
printf 'application/vnd.etsi.asic-e+zip' >e/mimetype
printf 'ugovor\n' >'e/ugovor 1.txt'
printf 'prilog\n' >e/prilog.txt
cat >e/META-INF/ASiCManifest001.xml <<X
<?xml version="1.0" encoding="UTF-8"?>
<a:ASiCManifest xmlns:a="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><a:SigReference URI="META-INF/signature001.p7s" MimeType="application/x-pkcs7-signature"/><a:DataObjectReference URI="ugovor%201.txt"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>$(sha 'e/ugovor 1.txt')</ds:DigestValue></a:DataObjectReference><a:DataObjectReference URI="prilog.txt"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha512"/><ds:DigestValue>$(openssl dgst -sha512 -binary e/prilog.txt | base64 -w0)</ds:DigestValue></a:DataObjectReference></a:ASiCManifest>
X
openssl cms -sign -binary -cades -md sha256 -in e/META-INF/ASiCManifest001.xml -signer cert.pem -inkey key.pem -outform DER -out e/META-INF/signature001.p7s
zipped e "$here/asic-e.asice"
printf 'ugovoR\n' >'e/ugovor 1.txt'
zipped e "$here/asic-e-altered.asice"
printf 'ugovor\n' >'e/ugovor 1.txt'
printf 'dodato\n' >e/dodato.txt
zipped e "$here/asic-e-unsigned.asice"
rm e/dodato.txt
sed -i 's/prilog\.txt/prilog.txT/' e/META-INF/ASiCManifest001.xml
mv e/prilog.txt e/prilog.txT
zipped e "$here/asic-e-renamed.asice"

# ASiC-S: a signature; a time stamp; a signature of another file
mkdir -p s/META-INF
printf 'application/vnd.etsi.asic-s+zip' >s/mimetype
printf 'izjava\n' >s/izjava.txt
openssl cms -sign -binary -cades -md sha512 -in s/izjava.txt -signer cert.pem -inkey key.pem -outform DER -out s/META-INF/signature.p7s
zipped s "$here/asic-s.asics"
printf 'izjavA\n' >s/izjava.txt
zipped s "$here/asic-s-altered.asics"
printf 'izjava\n' >s/izjava.txt
rm s/META-INF/signature.p7s
stamp s/izjava.txt s/META-INF/timestamp.tst
zipped s "$here/asic-s-stamp.asics"
printf 'izjavA\n' >s/izjava.txt
zipped s "$here/asic-s-stamp-altered.asics"

# WACZ: the package by wacz, its anonymous signature as browsers make it, by openssl
python3 - <<'P'
from io import BytesIO
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter
with open("a.warc.gz", "wb") as f:
    w = WARCWriter(f, gzip=True)
    w.write_record(w.create_warc_record("https://example.com/", "response", payload=BytesIO(b"<html><title>Primer</title></html>"),
        http_headers=StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1"),
        warc_headers_dict={"WARC-Date": "2026-01-02T03:04:05Z"}))
P
wacz create -o p.wacz --detect-pages a.warc.gz >/dev/null 2>&1
cp p.wacz "$here/page.wacz"
mkdir w && (cd w && unzip -q ../p.wacz)
openssl ecparam -name secp384r1 -genkey -noout -out web.key
python3 - <<'P'
import base64, hashlib, json, subprocess
with open("w/datapackage.json", "rb") as f:
    digest = "sha256:" + hashlib.sha256(f.read()).hexdigest()
der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", "web.key"], input=digest.encode(), stdout=subprocess.PIPE, check=True).stdout
spki = subprocess.run(["openssl", "pkey", "-in", "web.key", "-pubout", "-outform", "DER"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
n = der[3]
r, s = der[4:4 + n], der[6 + n:6 + n + der[5 + n]]
raw = r.lstrip(b"\0").rjust(48, b"\0") + s.lstrip(b"\0").rjust(48, b"\0")
json.dump({"path": "datapackage.json", "hash": digest, "signedData": {"hash": digest, "created": "2026-01-02T03:04:05Z", "software": "sample",
    "version": "0.1.0", "signature": base64.b64encode(raw).decode(), "publicKey": base64.b64encode(spki).decode()}}, open("w/datapackage-digest.json", "w"))
P
zipped w "$here/signed.wacz"
sed -i 's/"signature": "./"signature": "A/' w/datapackage-digest.json
zipped w "$here/signed-altered.wacz"
printf 'x' >>w/archive/a.warc.gz
zipped w "$here/content-altered.wacz"

# ProofMode: as the apps lay it out; the signatures in it are no OpenPGP, which is not looked at
mkdir pm
printf 'slika\n' >pm/IMG_1.jpg
h=$(sha256sum pm/IMG_1.jpg | cut -c1-64)
printf '{"File Hash SHA256":"%s","File Path":"/storage/IMG_1.jpg"}\n' "$h" >"pm/$h.proof.json"
printf 'no signature\n' >"pm/$h.asc"
printf 'no key\n' >pm/pubkey.asc
zipped pm "$here/proofmode.zip"
printf 'slikA\n' >pm/IMG_1.jpg
zipped pm "$here/proofmode-altered.zip"

# forensic images: their first bytes are enough to be recognised
printf 'EVF\011\015\012\377\000\001\001\000\000\000' >"$here/image.E01"
printf 'LVF\011\015\012\377\000\001\001\000\000\000' >"$here/files.L01"
