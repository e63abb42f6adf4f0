"""trusted_list: trusted lists for the tests (ETSI TS 119 612), written here and signed by the xmlsec1 program."""
import base64
import os
import subprocess

from cli import check

TSL = 'http://uri.etsi.org/02231/v2#'
EXC = 'http://www.w3.org/2001/10/xml-exc-c14n#'
SVC = 'http://uri.etsi.org/TrstSvc/Svctype/'
STATUS = 'http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/'
MORE = 'http://www.w3.org/2001/04/xmldsig-more#'


def run(*words):
	done = subprocess.run(words, capture_output=True)
	check(done.returncode == 0, '%s: %s' % (' '.join(words), done.stderr.decode()))
	return done.stdout


def certificate(cli, name, alg=('EC', '-pkeyopt', 'ec_paramgen_curve:P-256'), *more):
	"""A self-signed certificate: paths of key and certificate, and the DER."""
	key, pem = cli.path(name + '.key'), cli.path(name + '.pem')
	run('openssl', 'genpkey', '-algorithm', *alg, '-out', key)
	run('openssl', 'req', '-x509', '-new', '-key', key, '-subj', '/CN=' + name, '-days', '7300', '-out', pem,
		'-addext', 'keyUsage=critical,keyCertSign,cRLSign', *more)
	return key, pem, run('openssl', 'x509', '-in', pem, '-outform', 'DER')


def service(name, der, kind='CA/QC', status='granted', since='2024-01-02T03:04:05Z', uses=()):
	ders = der if isinstance(der, list) else [der]
	ids = ''.join('<DigitalId><X509Certificate>%s</X509Certificate></DigitalId>' % (
		base64.encodebytes(d).decode() if isinstance(d, bytes) else d) for d in ders)
	more = ''.join('<Extension Critical="true"><AdditionalServiceInformation><URI xml:lang="en">%s</URI>'
		'</AdditionalServiceInformation></Extension>' % u for u in uses)
	return ('<TSPService><ServiceInformation><ServiceTypeIdentifier>%s%s</ServiceTypeIdentifier><ServiceName>'
		'<Name xml:lang="sr">Услуга</Name><Name xml:lang="en">%s</Name></ServiceName><ServiceDigitalIdentity>%s'
		'<DigitalId><X509SubjectName>CN=x</X509SubjectName></DigitalId></ServiceDigitalIdentity><ServiceStatus>%s%s</ServiceStatus>'
		'<StatusStartingTime>%s</StatusStartingTime><ServiceInformationExtensions>%s</ServiceInformationExtensions>'
		'</ServiceInformation></TSPService>\n') % (SVC, kind, name, ids, STATUS, status, since, more)


def document(services, signature, next_update='2035-01-01T00:00:00Z', number='45', territory='RS', id_=' Id="list"', head=''):
	return ('<?xml version="1.0" encoding="UTF-8"?>\n%s<TrustServiceStatusList xmlns="%s" xmlns:x="urn:not-used"%s TSLTag="http://uri.etsi.org/19612/TSLTag">\n'
		'<SchemeInformation><TSLVersionIdentifier>5</TSLVersionIdentifier><TSLSequenceNumber>%s</TSLSequenceNumber>'
		'<TSLType>http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric</TSLType><SchemeOperatorName><Name xml:lang="sr">Министарство</Name>'
		'<Name xml:lang="en">Ministry &amp; Agency</Name></SchemeOperatorName><SchemeTerritory>%s</SchemeTerritory>'
		'<ListIssueDateTime>2026-01-15T10:00:00Z</ListIssueDateTime><NextUpdate>%s</NextUpdate></SchemeInformation>\n'
		'<!-- a comment is not signed --><TrustServiceProviderList><TrustServiceProvider><TSPInformation><TSPName><Name xml:lang="en">Pošta, certification'
		'</Name></TSPName></TSPInformation><TSPServices>\n%s</TSPServices></TrustServiceProvider></TrustServiceProviderList>\n%s</TrustServiceStatusList>\n') % (
		head, TSL, id_, number, territory, '<dateTime>%s</dateTime>' % next_update if next_update else '', services, signature)


def template(algorithm=MORE + 'ecdsa-sha256', digest='http://www.w3.org/2001/04/xmlenc#sha256', c14n=EXC, uri='', properties=True,
		transforms=None, prefixes=''):
	"""What xmlsec1 fills in: a XAdES baseline signature's shape (EN 319 132-1), enveloped."""
	inner = '<InclusiveNamespaces xmlns="%s" PrefixList="%s"/>' % (EXC, prefixes) if prefixes else ''
	form = '<ds:%%s Algorithm="%s">%s</ds:%%s>' % (c14n, inner)
	if transforms is None:
		transforms = '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>' + form % ('Transform', 'Transform')
	reference = ('<ds:Reference URI="%s"><ds:Transforms>%s</ds:Transforms><ds:DigestMethod Algorithm="' + digest +
		'"/><ds:DigestValue></ds:DigestValue></ds:Reference>')
	both = reference % (uri, transforms)
	object_ = ''
	if properties:
		both += reference % ('#properties', form % ('Transform', 'Transform'))
		object_ = ('<ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#sig"><xades:SignedProperties Id="properties">'
			'<xades:SignedSignatureProperties><xades:SigningTime>2026-01-15T10:00:00Z</xades:SigningTime></xades:SignedSignatureProperties>'
			'</xades:SignedProperties></xades:QualifyingProperties></ds:Object>')
	return ('<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="sig"><ds:SignedInfo>%s<ds:SignatureMethod Algorithm="%s"/>%s'
		'</ds:SignedInfo><ds:SignatureValue></ds:SignatureValue><ds:KeyInfo><ds:X509Data></ds:X509Data></ds:KeyInfo>%s</ds:Signature>') % (
		form % ('CanonicalizationMethod', 'CanonicalizationMethod'), algorithm, both, object_)


def sign(cli, name, text, key, pem):
	"""Signs the template in `text`; the path of what xmlsec1 made and verified."""
	plain, out = cli.write(name + '.template.xml', text.encode()), cli.path(name + '.xml')
	ids = ['--id-attr:Id', 'http://uri.etsi.org/01903/v1.3.2#:SignedProperties', '--id-attr:Id', TSL + ':TrustServiceStatusList']
	run('xmlsec1', '--sign', '--privkey-pem', '%s,%s' % (key, pem), *ids, '--output', out, plain)
	run('xmlsec1', '--verify', '--pubkey-cert-pem', pem, *ids, out)
	return out


def altered(cli, path, name, *pairs):
	with open(path, encoding='utf-8') as f:
		text = f.read()
	for old, new in pairs:
		check(text.count(old) >= 1, '%s is not in %s' % (old, path))
		text = text.replace(old, new, 1)
	return cli.write(name + '.xml', text.encode())


def exists():
	return any(os.access(os.path.join(p, 'xmlsec1'), os.X_OK) for p in os.environ.get('PATH', '').split(':'))
