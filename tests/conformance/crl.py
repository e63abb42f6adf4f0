#!/usr/bin/env python3
"""crl.py OUT: writes an empty list of revoked certificates of the vectors' test authority (RFC 5280 §5).

A foreign validator asks for such a list where a certificate was issued by somebody; the verifier here is offline and does not.
"""
import datetime
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'vectors'))
from gen import cert, der  # noqa: E402
from gen.models import CA  # noqa: E402


def main():
	day = lambda d: cert.when(datetime.datetime(2026, 11, d, tzinfo=cert.UTC))  # noqa: E731
	extensions = der.seq(cert.extension('2.5.29.35', der.seq(der.tlv(0x80, CA.key_id))), cert.extension('2.5.29.20', der.integer(1)))
	tbs = der.seq(der.integer(1), CA.key.algorithm(), CA.subject, day(22), day(29), der.tlv(0xa0, extensions))
	with open(sys.argv[1], 'wb') as f:
		f.write(der.seq(tbs, CA.key.algorithm(), der.bits(CA.key.sign(tbs))))


main()
