"""What only a mutant of the verifier showed to be missing: tokens, OCSP answers, and whose time proves what."""
import hashlib

from . import cert, cms, der, ocsp
from .case import SIGNATURE, Case, content
from .cases_t import ALGORITHM, FORM, KNOWN, YEAR_LATER, all_places, authority, entry_case
from .cases_time import ONE, UNUSED, later
from .cases_x_ocsp import AT, NO_LIST, REVOKES, SIGNER, TRY_LATER, X, block
from .cases_x_paths import LATER_AT, with_record
from .cases_zz_certs import Written, dated, general, utc
from .cert import Cert
from .cms import attribute
from .forms_t import SHA256_ALG, rebuilt, signed_data
from .good import device, receive, transfer_case, with_seal
from .keys import EcKey, RsaKey
from .models import ALICE, BOB, CA, DEVICE, JPEG, issued, small
from .ocsp import GOOD, Ocsp, delegate
from .tsa import CA_EXT, ESS_V1, OIDS, ROOT, TSA, Crl, Hashed, archived, at, entry_stamped, stamped, token

CUT = b'\x30\x05'    # an element whose length goes beyond what it stands in


def tokens(t):
	for when in ('20261122040000.1234/5Z', '20261122040000.1234:5Z', '20261122040000.123/Z'):
		all_places(t, 'T-27', 'a letter that is no digit late in the fraction: ' + when, lambda v: token(v, when_=when), FORM, args=YEAR_LATER)
	ess = lambda oid, *parts: lambda v: token(v, attrs=lambda a: a[:2] + [attribute(oid, der.seq(*parts))])
	right = der.octets(TSA.sha256)
	one = der.seq(der.seq(right))
	sha224 = der.seq(der.oid('2.16.840.1.101.3.4.2.4'))
	for what, make in (('ESSCertID of version 1 in the form of version 2', ess(ESS_V1, der.seq(der.seq(SHA256_ALG, right)))), ('an unknown digest, and nothing for it', ess(cms.ESS_V2, der.seq(der.seq(sha224, der.octets(b''))))),
			('an element cut short behind the digest', ess(cms.ESS_V2, der.seq(der.seq(right, CUT)))), ('an element cut short behind the identifier', ess(cms.ESS_V2, der.seq(der.seq(right), CUT))), ('an element cut short behind the identifiers', ess(cms.ESS_V2, one, CUT))):
		all_places(t, 'T-23', what, make, FORM)
	small_one = attribute('1.2.3', der.NULL)
	for what, make in (('an attribute with an element behind its set', lambda v: token(v, attrs=lambda a: a + [der.seq(der.oid('1.2.3.4'), der.set_(der.NULL), der.NULL)])),
			('the attributes that must be there rise, one behind them does not', lambda v: token(v, attrs=lambda a: sorted(a) + [small_one], sort=False)), ('an element behind the SignerInfos', lambda v: rebuilt(signed_data(token(v)) + [der.NULL])),
			('an element behind the SignedData in its [0]', lambda v: der.seq(der.oid(cms.SIGNED_DATA), der.tlv(0xa0, der.seq(*signed_data(token(v))), der.NULL)))):
		all_places(t, 'T-22', what, make, FORM)
	rsa = authority('RSA time', key=RsaKey('rsa3072', 'pkcs1'))
	sha1 = der.seq(der.oid('1.3.14.3.2.26'))
	all_places(t, 'T-04', 'rsaEncryption, the digest said to be SHA-1', lambda v: token(v, rsa, cms_options={'digests': [sha1], 'signer_digest': sha1}), ALGORITHM)
	all_places(t, 'T-04', 'signed by RSA-PSS of SHA-512, its trailer written out', lambda v: token(v, rsa, digest='sha512', key=Written(rsa.key, 'sha512', 'pss')), ALGORITHM)


def proofs(t):
	"""Which tokens stand over the same thing."""
	short = issued('short', end=at(2026, 11, 24))
	note = lambda *names: [KNOWN + '@' + n for n in names]
	o = dict(pins=[], trust=[CA, ROOT], args=LATER_AT)
	t.good('T-16', 'two archive tokens, the signer\'s certificate ended between them: the first stands alone', lambda: archived(small(custodian=short), *later(23, 25)), notes=NO_LIST + note('META-INF/timestamp002.tst', ONE), **o)

	def two_entries():
		c = small(custodian=short)
		c.entries = c.entries[:2]
		c.add('admit', {'as': 'device', 'certificate': BOB.id})
		c.note(signer=BOB)
		for entry, when in ((3, '20261123000000Z'), (4, '20261125000000Z')):
			entry_stamped(c, lambda v: token(v, when_=when), entry).entries[-1].signer = BOB
		c.seal(signer=BOB)
		return c
	t.good('T-16', 'tokens over two entries, the certificate of the earlier one\'s signer ended between them', two_entries, notes=NO_LIST + note('5', '6'), **dict(o, pins=[BOB.id]))

	def stranger():
		c = small()
		c.add('admit', {'as': 'device', 'certificate': DEVICE.id})
		c.note(signer=DEVICE)
		c.add('transfer', {'certificate': None, 'transferId': '1f0c9a3e-0000-4000-8000-000000000001'})
		c.seal()
		receive(c, BOB, '1f0c9a3e-0000-4000-8000-000000000001')
		c.seal(signer=BOB)
		return c
	t.bad('X-01', 'a device let in, and a recipient whom nobody named', stranger, 'SIGNER_UNKNOWN@9:NO_CERTIFICATE_CHAIN_FOUND')


def extracts(t):
	def nothing():
		c = Case()
		c.acquire(content(JPEG))
		d = c.disclose(('2/2', '2/2'))
		c.seal(disclose=d.seq, extent='extract')
		c.withhold = set()
		return c
	t.bad('H-27', 'an extract from which nothing was left out', nothing, 'WITHHELD_MISMATCH@2', report={'subject': 'extract'})

	def disposed():
		c = small()
		c.add('dispose', {'cause': 'retention'}, [dict({'kind': 'scope', 'first': '2/2', 'last': '2/3'})])
		return with_seal(c)
	t.good('good-disposed', 'a whole bundle of which records were disposed of', disposed, notes=['WITHHELD@2'], report={'subject': 'extract'})

	def empty_run(lines):
		return lines[:-1] + [b'{"hashes":[],"withheld":[5,4]}'] + lines[-1:]

	def run():
		c = small()
		c.entries[1].late_lines = empty_run
		return c
	t.bad('H-27', 'a run of withheld records that ends before it begins', run, 'RECORD_FORM@2/5')


def answers(t):
	o = dict(pins=[], args=AT)
	plain = lambda: small(custodian=SIGNER)

	def no(what, make):
		for status in (GOOD, REVOKES):
			t.bad(X, what + (', good' if status == GOOD else ', revoked'), plain, TRY_LATER, trust=[CA, block(make(status))], **o)
	renamed = Cert(CA.key, 'Another Name', extensions=CA_EXT)
	no('by a delegate of the issuer\'s key under another name', lambda s: Ocsp(CA, SIGNER, s, by=delegate(renamed)))
	no('by a delegate whose dates are without seconds', lambda s: Ocsp(CA, SIGNER, s, by=delegate(CA, edit=dated(utc('2601010000Z')))))
	no('by a delegate whose notAfter is of 2030 as GeneralizedTime', lambda s: Ocsp(CA, SIGNER, s, by=delegate(CA, edit=dated(end=general('20300101000000Z')))))
	twin = Cert(EcKey('ocsp twin'), subject=CA.subject, issuer=CA, extensions=ocsp.ANSWER_EXT)
	t.good(X, 'signed by the issuer, a delegate of its name beside', plain, trust=[CA, block(Ocsp(CA, SIGNER, certs=[twin]))], **o)
	stale = Crl(CA, this=at(2026, 10, 1), next_=at(2026, 11, 1))
	t.good(X, 'by a delegate, and a list of its issuer names others', plain, trust=[CA, block(Ocsp(CA, SIGNER, by=delegate(CA))), stale], **o)
	by = delegate(CA)
	t.bad(X, 'beside the seal: its certs bring along what is at hand and not needed', lambda: stamped(with_record(SIGNER, BOB.der, 'crt'), crls=[Ocsp(CA, SIGNER, by=by, certs=[by, BOB])]), UNUSED + SIGNATURE, trust=[CA], **o)
	renamed_root = Cert(ROOT.key, 'Another Root', extensions=CA_EXT)
	t.bad('C-24', 'a certificate of the issuer\'s key under another name', lambda: stamped(small(), token, certs=[renamed_root]), KNOWN + '@' + SIGNATURE, UNUSED + SIGNATURE, trust=[ROOT], args=AT)
	big = Ocsp(CA, SIGNER, ext=der.tlv(0xa1, der.seq(der.seq(der.oid('1.2.3.4'), der.octets(bytes(1 << 20))))))
	wrapped = '-----BEGIN CMS-----\n%s-----END CMS-----\n' % pem_body(Ocsp(CA, SIGNER).der)
	whole = lambda *at_: lambda r: grown(r, at_)
	for what, text in (('over 1 MiB', block(big)), ('an OCSP element under another label', wrapped), ('form: an element behind the octets', block(Ocsp(CA, SIGNER, edit=whole(1, 0)))), ('form: an element behind the responseBytes', block(Ocsp(CA, SIGNER, edit=whole(1)))),
			('form: an element behind tbsResponseData\'s extensions', block(Ocsp(CA, SIGNER, ext=ocsp.extensions(cert.extension('1.2.3.4', der.NULL)) + der.NULL)))):
		t.bad(X, '--trust: an answer, ' + what, plain, trust=[CA, text], exit_=64, **o)


def pem_body(data):
	import base64
	text = base64.b64encode(data).decode()
	return ''.join(text[i:i + 64] + '\n' for i in range(0, len(text), 64))


def grown(element, at_):
	parts = der.children(element)
	if at_:
		parts[at_[0]] = grown(parts[at_[0]], at_[1:])
	else:
		parts.append(der.NULL)
	return der.tlv(element[0], *parts)


def build(t):
	for part in (tokens, proofs, extracts, answers):
		part(t)
