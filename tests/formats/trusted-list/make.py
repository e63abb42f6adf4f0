#!/usr/bin/env python3
"""make.py: makes the samples of this folder with the openssl and xmlsec1 programs, by tests/cli/trusted_list.py. Run once; the results are
kept, since keys differ. signed.xml was verified by `xmlsec1 --verify`; each other one is it with one thing changed, which its name says."""
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'cli'))
from cli import Cli  # noqa: E402
from trusted_list import altered, certificate, document, service, sign, template  # noqa: E402

cli = Cli('')
signer, qualified, gone = (certificate(cli, n) for n in ('Test list signer', 'Test QC', 'Test QC of before'))
services = (service('Qualified', qualified[2], uses=('http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSignatures',)) +
	service('Gone', gone[2], status='withdrawn') + service('No base64', 'x!', 'TSA/QTST'))
path = sign(cli, 'signed', document(services, template()), signer[0], signer[1])
altered(cli, path, 'altered', ('withdrawn', 'granted'))
altered(cli, path, 'sha1', ('http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', 'http://www.w3.org/2000/09/xmldsig#ecdsa-sha1'))
altered(cli, path, 'dtd', ('<TrustServiceStatusList', '<!DOCTYPE TrustServiceStatusList [<!ENTITY x "y">]><TrustServiceStatusList'))
cli.write('unsigned.xml', document(service('Qualified', qualified[2]), '', next_update='').encode())
cli.write('cut.xml', open(path, 'rb').read()[:2500])
for name in ('signed', 'altered', 'sha1', 'dtd', 'unsigned', 'cut'):
	shutil.copy(cli.path(name + '.xml'), HERE)
