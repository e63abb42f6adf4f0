"""What only a mutant of the verifier showed to be missing: certificates, lists, name constraints, paths, signers."""
from . import cert, der
from .case import SIGNATURE
from .cases_t import KNOWN, found
from .cases_time import UNUSED
from .cases_x import USE
from .cases_x_paths import AT, LATER_AT, REVOKED, TRY_LATER, ca, lawyer, path, pem, wide, with_record
from .cert import Cert, key_usage
from .good import NO_LIST, device
from .keys import EcKey, RsaKey, sha256
from .models import ALICE, BOB, CA, issued, small
from .tsa import CA_EXT, ROOT, ROOT2, TSA, TSA2, Crl, Hashed, at, pss, stamped, token

GENERAL, NONE = ('SIGNER_UNKNOWN@1:' + s for s in ('CERTIFICATE_CHAIN_GENERAL_FAILURE', 'NO_CERTIFICATE_CHAIN_FOUND'))
FORM, UNFIT = 'SIGNATURE_FORM@1', 'KEY_UNFIT@1'


def reformed(c, tbs=None, algorithm=None, value=None):
	"""The certificate with parts replaced after it was signed: for one that is pinned."""
	parts = der.children(c.der)
	c.der = der.seq(tbs(parts[0]) if tbs else parts[0], algorithm or parts[1], value(parts[2]) if value else parts[2])
	c.sha256 = sha256(c.der)
	c.id = c.sha256.hex()
	return c


def own(name='odd form', **o):
	return Cert(EcKey(name), 'Odd', **o)


def bits_left(key):
	"""The key as it is, its last bit said to be unused (it is zero then, X.690 §11.2.2)."""
	alg, bits = der.children(key.spki())
	body = der.contents(bits)
	assert not body[-1] & 1
	key.spki = lambda: der.seq(alg, der.tlv(3, b'\x01', body[1:]))
	return key


def nested(n):
	out = der.seq()
	for _ in range(n - 1):
		out = der.seq(out)
	return out


def forms(t):
	"""verify.md §5.2, *decodes*: in the parameters of the outer algorithm, which nobody reads of a pinned certificate."""
	def parameters(what, value, finding=None):
		who = reformed(own(), algorithm=der.seq(der.oid('1.2.3.4'), value))
		what = 'the algorithm outside with parameters: ' + what
		if finding:
			t.bad('C-14', what, lambda: small(custodian=who), finding)
		else:
			t.good('C-14', what, lambda: small(custodian=who))
	element = lambda text: der.seq(bytes.fromhex(text))
	for what, text in (('INTEGER -1', '0201ff'), ('INTEGER 128', '02020080'), ('ENUMERATED -129', '0a02ff7f'), ('TRUE', '0101ff'), ('NULL', '0500'), ('BIT STRING without bits', '030100'), ('BIT STRING of one bit', '03020780'),
			('tag [30]', '9e00'), ('an OCTET STRING', '0400'), ('constructed [0]', 'a0020500')):
		parameters(what, element(text))
	for what, text in (('a tag of two bytes', '9f1f1e' + 30 * '00'), ('BOOLEAN of two bytes', '0102ffff'), ('BOOLEAN empty', '0100'), ('BOOLEAN 01', '010101'), ('FALSE written', '010100'), ('INTEGER empty', '0200'), ('INTEGER 1 in two bytes', '02020001'),
			('INTEGER -1 in two bytes', '0202ffff'), ('ENUMERATED 1 in two bytes', '0a020001'), ('BIT STRING empty', '0300'), ('BIT STRING empty, zeros behind', '03000000'), ('BIT STRING with 8 unused bits', '03020800'), ('BIT STRING without bits, of which 7 are unused', '030107'),
			('NULL with a byte', '050100'), ('OBJECT IDENTIFIER empty', '0600'), ('OBJECT IDENTIFIER that ends amid a number', '06022a83'), ('OBJECT IDENTIFIER with a number that begins with 80', '06032a8001'),
			('a primitive SEQUENCE', '1000'), ('a primitive SET', '1100'), ('a constructed OCTET STRING', '24020400'), ('a constructed BIT STRING', '2303030100'), ('a constructed INTEGER', '2203020100')):
		parameters(what, element(text), FORM)
	parameters('31 deep with those around it', nested(29))
	parameters('32 deep', nested(30), FORM)
	who = own(extensions=[cert.extension('2.5.29.15', cert.SIGN_REPUDIATE + der.NULL, True)])
	t.bad('X-10', 'keyUsage with an element behind its value, pinned', lambda: small(custodian=who), USE)
	nocheck = own(extensions=[key_usage(), cert.extension('1.3.6.1.5.5.7.48.1.5', der.NULL, True)])
	t.bad('X-10', 'ocsp-nocheck, critical, in a signer\'s certificate, pinned', lambda: small(custodian=nocheck), USE)
	two = own(extensions=[key_usage(), cert.ext_usage('1.3.6.1.5.5.7.3.4', '1.3.6.1.5.5.7.3.1')])
	t.good('X-08', 'extendedKeyUsage emailProtection, then serverAuth', lambda: small(custodian=two))
	unused = lambda bits: bits[:1] + der.length(len(der.contents(bits))) + b'\x01' + der.contents(bits)[1:-1] + bytes([der.contents(bits)[-1] & 0xfe])
	who = reformed(own('unused bits'), value=unused)
	t.good('C-14', 'pinned, its own signature with an unused bit', lambda: small(custodian=who))
	who = Cert(bits_left(EcKey('even point 2')), 'Odd')
	t.bad('X-26', 'a point whose last bit is said to be unused', lambda: small(custodian=who), UNFIT)
	mid = ca('Middle', ROOT)
	mid = reformed(mid, value=unused)
	path(t, 'the intermediate\'s signature with an unused bit', lawyer(mid), [mid], GENERAL, note='§5.2: it decodes, but does not verify')


def dated(begin=None, end=None):
	"""An edit of what is signed: the validity's times, each as given."""
	def edit(tbs):
		parts = der.children(tbs)
		was = der.children(parts[4])
		parts[4] = der.seq(begin or was[0], end or was[1])
		return der.seq(*parts)
	return edit


utc, general = (lambda tag: lambda text: der.tlv(tag, text.encode()))(0x17), (lambda tag: lambda text: der.tlv(tag, text.encode()))(0x18)


def dates(t):
	o = dict(pins=[], trust=[CA], args=AT)
	def row(what, finding=GENERAL, **times):
		who = issued('dated', edit=dated(**times))
		if finding:
			t.bad('X-16', what, lambda: small(custodian=who), finding, note='§5.2, 3: not of RFC 5280\'s form', **o)
		else:
			t.good('X-16', what, lambda: small(custodian=who), notes=NO_LIST, **o)
	for what, begin in (('without seconds', utc('2601010000Z')), ('with an offset', utc('260101000000+0000')), ('without Z', utc('260101000000')), ('with a small z', utc('260101000000z')), ('of month 13', utc('261301000000Z')),
			('of 30 February', utc('260230000000Z')), ('of hour 24', utc('260101240000Z')), ('of second 60', utc('260101000060Z')), ('of a blank', utc('2601 1000000Z')), ('empty', utc('')),
			('of 2026 as GeneralizedTime', general('20260101000000Z')), ('of month 13 of 1949', general('19491301000000Z')), ('of 2049 as GeneralizedTime', general('20491231235959Z')), ('of 1950 as GeneralizedTime', general('19500101000000Z'))):
		row('notBefore ' + what, begin=begin)
	for what, end in (('with a fraction', general('20500101000000.5Z')), ('without seconds', general('205001010000Z')), ('with an offset', general('20500101000000+0000')), ('of month 0', utc('270001000000Z')), ('of month 13 of 2050', general('20501301000000Z')), ('of 2030 as GeneralizedTime', general('20300101000000Z'))):
		row('notAfter ' + what, end=end)
	row('notBefore of 1949 as GeneralizedTime', None, begin=general('19490101000000Z'))
	row('notAfter of 2050 as GeneralizedTime', None, end=general('20500101000000Z'))


def vouching(t):
	"""Who vouches: key identifiers, algorithms."""
	key = EcKey('path lawyer')
	loose = ca('Loose', ids=False, extensions=CA_EXT + [cert.extension('2.5.29.14', wide(der.octets(ROOT.key_id)))])
	path(t, 'a subjectKeyIdentifier in BER, an authorityKeyIdentifier that names no key', Cert(key, 'Lawyer', issuer=loose, ids=False, extensions=[key_usage(), cert.extension('2.5.29.35', der.seq())]), [], NONE, anchors=[loose], note='§5.2: both must decode where both are there')
	named = ca('Named')
	path(t, 'an authorityKeyIdentifier that names no key', Cert(key, 'Lawyer', issuer=named, ids=False, extensions=[key_usage(), cert.extension('2.5.29.35', der.seq())]), [], None, anchors=[named])
	for what, by in (('RSASSA-PSS of SHA-512 with its trailer written out', Written(RsaKey('rsa3072'), 'sha512', 'pss')), ('rsaEncryption', Hashed(RsaKey('rsa3072'), 'sha256', 'plain'))):
		top = ca('Top', key=by)
		path(t, 'an anchor that signs by ' + what, lawyer(top), [], GENERAL, anchors=[top])
	top = ca('Top', None, [cert.basic(True, 1 << 70)] + CA_EXT[1:])
	mid = ca('Middle', top)
	path(t, 'a path length of 2^70, one certificate between', lawyer(mid), [mid], None, anchors=[top])


class Written(Hashed):
	"""The default trailerField (1) of RSASSA-PSS written out, which is no DER."""
	def algorithm(self):
		oid, parts = der.children(pss(self.digest))
		return der.seq(oid, der.seq(*der.children(parts), der.tlv(0xa3, der.integer(1))))


def constraints(t):
	C, O = '2.5.4.6', '2.5.4.10'
	pair = lambda oid, text: der.seq(der.oid(oid), der.tlv(0x0c, text))
	rs, bar = pair(C, b'RS'), pair(O, b'Bar')
	one, both = der.seq(der.set_(rs)), der.seq(der.set_(rs, bar))
	tree = lambda tag, name: der.seq(der.tlv(tag, der.seq(name)))
	directory = lambda tag, name: tree(tag, der.tlv(0xa4, name))

	def case(what, value, finding, subject=one, alt=()):
		top = ca('Top', None, CA_EXT + [cert.extension('2.5.29.30', value, True)])
		who = Cert(EcKey('path lawyer'), issuer=top, subject=subject, extensions=[key_usage(), *(cert.extension('2.5.29.17', a) for a in alt)])
		path(t, 'nameConstraints: ' + what, who, [], finding, anchors=[top])
	case('a permitted RDN of two attributes, the name has one of them', directory(0xa0, both), GENERAL)
	case('a permitted RDN of one attribute, the name has two', directory(0xa0, one), GENERAL, both)
	case('both have two', directory(0xa0, both), None, both)
	case('an excluded RDN of two attributes, the name has one of them', directory(0xa1, both), None)
	case('an excluded RDN of one attribute, the name has two', directory(0xa1, one), None, both)
	case('an excluded subtree of mail addresses', tree(0xa1, der.tlv(0x81, b'example.org')), GENERAL)
	mail = der.seq(der.tlv(0x81, b'a@example.org'))
	why = 'a subjectAltName in BER'
	case(why, directory(0xa0, one), GENERAL, alt=[wide(mail)])
	case('two subjectAltNames', directory(0xa0, one), GENERAL, alt=[mail, mail])
	other = lambda value: der.seq(der.tlv(0xa0, der.oid('1.2.3'), der.tlv(0xa0, der.seq(value))))
	case('a subjectAltName that ends with an empty BIT STRING', directory(0xa0, one), GENERAL, alt=[other(b'\x03\x00')])
	case('a subjectAltName that ends with a BIT STRING', directory(0xa0, one), None, alt=[other(b'\x03\x01\x00')])


def lists(t):
	signer = issued('v')
	revoked = [(signer, at(2026, 11, 1), 1)]
	day = dict(pins=[], args=AT)
	other = Cert(EcKey('other authority'), 'Other Authority', extensions=CA_EXT)
	short = utc('2611200000Z')
	for what, crl in (('under another name, by the authority\'s key', Crl(CA, revoked, name=other.subject)), ('whose thisUpdate has no seconds', Crl(CA, revoked, this=short)), ('whose thisUpdate is of 2026 as GeneralizedTime', Crl(CA, revoked, this=general('20261120000000Z'))),
			('whose nextUpdate has no seconds', Crl(CA, revoked, next_=utc('2712200000Z'))), ('with an entry for it whose date has no seconds', Crl(CA, [(signer, short, 1)]))):
		t.bad('X-22', 'the list of the reader: ' + what, lambda: small(custodian=signer), TRY_LATER, trust=[CA, crl], **day)
		t.good('X-22', 'a list in a validation record: ' + what, lambda: with_record(signer, crl.der), notes=NO_LIST, trust=[CA], **day)
	stale = Crl(CA, this=at(2026, 10, 1), next_=at(2026, 11, 1))
	t.good('X-22', 'a fresh list of the reader, then a stale one', lambda: small(custodian=signer), trust=[CA, Crl(CA), stale], **day)
	odd = Cert(EcKey('odd lists'), 'Odd Lists', extensions=[cert.basic(True), key_usage(wide(der.bits(b'\x06', 1)))])
	t.bad('C-24', 'a list by an anchor whose keyUsage is in BER', lambda: stamped(small(), crls=[Crl(odd)]), UNUSED + SIGNATURE, trust=[odd], args=AT, note='verify.md §5.3: whether it has cRLSign cannot be told')
	for reason in ('0100000000', 'ff00000000', '0100000003'):
		crl = Crl(ROOT, [(TSA, at(2026, 11, 23), None)], entry_extensions=[cert.extension('2.5.29.21', der.tlv(0x0a, bytes.fromhex(reason)))])
		t.bad('X-21', 'the time-stamp authority revoked later, reason %s' % reason, lambda: stamped(small(), token, crls=[crl], certs=[ROOT]), *found('TIMESTAMP_AUTHORITY:REVOKED_NO_POE', SIGNATURE), trust=[ROOT], args=LATER_AT)


def signers(t):
	unfit = issued('unfit', extensions=[key_usage(der.bits(b'\x20', 5))])
	t.bad('X-01', 'nothing but a list given: that is not nothing', lambda: small(custodian=unfit), USE, pins=[], trust=[Crl(CA)], args=AT)
	note = KNOWN + '@' + SIGNATURE
	who = issued('v')
	t.good('X-22', 'a list known at the first time-stamp, stale at the second', lambda: stamped(small(custodian=who), token, lambda v: token(v, TSA2, '20261125000000Z'), crls=[Crl(CA, next_=at(2026, 11, 24))]), pins=[], trust=[CA, ROOT, ROOT2], args=LATER_AT,
		notes=[note, note], note='§3, 4.3: its status at the earliest time judged')
	admitted = issued('admitted')
	c = device(admitted)
	told = [{'certificate': ALICE.id, 'entries': 5, 'first': 1, 'standing': 'pinned'}, {'certificate': admitted.id, 'entries': 2, 'first': 6, 'standing': 'unknown'}]
	t.bad('X-21', 'revoked before the time-stamp: admitted, yet not let in', lambda: stamped(device(admitted), token, crls=[Crl(CA, [(admitted, at(2026, 11, 21), 1)])]), 'SIGNER_REVOKED@6', note, pins=[ALICE.id], trust=[CA, ROOT], args=LATER_AT,
		report={'signers': told})


def pins(t):
	spaced = ' : '.join(ALICE.id[i:i + 2] for i in range(0, 64, 2)).upper()
	t.good('X-03', 'a pin in upper case, blanks and colons between and around', small, pins=['  ' + spaced + ' :'])
	for what, pin in (('blanks alone', '  '), ('64 digits, then a letter that is none', ALICE.id + 'g'), ('63 digits and a letter that is none', ALICE.id[:63] + 'G'), ('hyphens between', '-'.join(ALICE.id[i:i + 2] for i in range(0, 64, 2)))):
		t.bad('X-03', 'pin of ' + what, small, pins=[pin], exit_=64)
	at_ = next(i for i in range(0, 64, 2) if ALICE.id[i] == 'f')     # a reader of hex may take what is no digit for -1, all ones
	t.bad('X-03', 'pin with a g for an f, first of its pair', small, pins=[ALICE.id[:at_] + 'g' + ALICE.id[at_ + 1:]], exit_=64)
	at_ = next(i for i in range(1, 64, 2) if ALICE.id[i] == 'f')
	t.bad('X-03', 'pin with a g for an f, second of its pair', small, pins=[ALICE.id[:at_] + 'g' + ALICE.id[at_ + 1:]], exit_=64)
	for n, code in ((62, None), (63, 64)):
		policy = '1.2' + '.1' * n
		if code:
			t.bad('T-21', '--time-policy of 64 bytes more than the first', small, args=['--time-policy', policy + '.1'], exit_=64)
		else:
			t.good('T-21', '--time-policy of 63 bytes', small, args=['--time-policy', policy])


def build(t):
	for part in (forms, dates, vouching, constraints, lists, signers, pins):
		part(t)
