#!/usr/bin/env python3
"""crl.py FOLDER DAY...: writes there an empty list of revoked certificates (RFC 5280 §5) of each authority of the vectors, for each day
(YYYY-MM-DD).

A foreign validator asks for such a list where a certificate was issued by somebody; the verifier here is offline and does not.
"""
import base64
import datetime
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'vectors'))
from gen import cert, der, ec  # noqa: E402
from gen.cases_x_paths import ca  # noqa: E402
from gen.cert import Cert  # noqa: E402
from gen.keys import EcKey, RsaKey  # noqa: E402
from gen.models import CA  # noqa: E402
from gen.tsa import ROOT, ROOT2, Crl  # noqa: E402

BAR = der.seq(der.set_(der.seq(der.oid('2.5.4.6'), der.tlv(0x13, b'RS'))), der.set_(der.seq(der.oid('2.5.4.10'), der.tlv(0x0c, b'Bar Association'))))
# expiredCertsOnCRL (ITU-T X.509 §9.5.2.8): a certificate that ended since then would stand in the list too
EXPIRED = cert.extension('2.5.29.60', der.tlv(0x18, b'20260101000000Z'))


def authorities():
	"""Whoever issued a signer's certificate that the table lets pass, or one above it: of a list, name and key alone count."""
	yield from (CA, ROOT, ROOT2)
	yield Cert(EcKey('middle'), 'Middle')
	yield Cert(EcKey('path Middle'), subject=BAR)
	yield Cert(EcKey('crowd head'), 'Crowd')
	for name in ['Middle', 'Loose', 'Odd', 'Named', 'Top'] + ['Floor %d' % n for n in range(5)]:
		yield ca(name)
	for year in (2020, 2028, 2035):
		yield Cert(EcKey('root of %d' % year), 'Root of %d' % year)
	for key in (EcKey('path 384', ec.P384), EcKey('path 521', ec.P521), RsaKey('rsa4096', 'pkcs1'), RsaKey('rsa3072')):
		yield ca('Top', key=key)


def main():
	for day in sys.argv[2:]:
		start = datetime.datetime.strptime(day, '%Y-%m-%d').replace(tzinfo=cert.UTC)
		for n, a in enumerate(authorities()):
			extensions = [cert.extension('2.5.29.35', der.seq(der.tlv(0x80, a.key_id))), cert.extension('2.5.29.20', der.integer(1)), EXPIRED]
			text = base64.encodebytes(Crl(a, this=start, next_=start + datetime.timedelta(days=7), extensions=extensions).der).decode()
			with open(os.path.join(sys.argv[1], '%s-%02d.crl' % (day, n)), 'w') as f:
				f.write('-----BEGIN X509 CRL-----\n%s-----END X509 CRL-----\n' % text)


main()
