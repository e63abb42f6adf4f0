"""X-23, OCSP answers (docs/verify.md §5.3): what an answer must be to be believed, and what follows from it."""
import base64

from . import cert, cms, der, ec, ocsp
from .case import SIGNATURE
from .cases_t import KNOWN, found
from .cases_time import UNUSED
from .cases_x_paths import LATER_AT, AT, REVOKED, REVOKED_CA, TRY_LATER, ca, lawyer, pem, with_record
from .cert import Cert
from .good import NO_LIST
from .keys import EcKey, RsaKey
from .models import ALICE, BOB, CA, issued, small
from .ocsp import GOOD, NO_CHECK, SIGNING, UNKNOWN, Ocsp, cert_id, delegate, extensions, key_bits, revoked, single
from .tsa import CA_EXT, ROOT, TSA, TSA2, ROOT2, Crl, Hashed, at, stamped, token

X = 'X-23'
NOTE = KNOWN + '@' + SIGNATURE
CRITICAL = cert.extension('1.2.3.4.5', der.NULL, True)
SIGNER = issued('v')
REVOKES = revoked(at(2026, 11, 1), 1)
day = lambda n: at(2026, 11, n)


def block(text):
	"""An answer as a block of PEM: the table writes what it is given as text."""
	data = base64.b64encode(text.response).decode()
	return '-----BEGIN OCSP RESPONSE-----\n%s\n-----END OCSP RESPONSE-----\n' % '\n'.join(data[i:i + 64] for i in range(0, len(data), 64))


def good_uses(t):
	proved = lambda *answers, **o: lambda: stamped(small(custodian=SIGNER), token, crls=answers, **o)
	plain = lambda *answers: lambda: stamped(small(custodian=SIGNER), crls=answers)
	o = dict(pins=[], trust=[CA, ROOT], args=LATER_AT)
	late = dict(next_=at(2028, 1, 1))
	t.good(X, 'an answer says good', plain(Ocsp(CA, SIGNER, **late)), **o)
	for reason in (None, 0, 1, 4, 6):
		yes = lambda d: Ocsp(CA, SIGNER, revoked(d, reason))
		t.bad(X, 'revoked before the time-stamp, reason %s' % reason, proved(yes(day(21))), 'SIGNER_REVOKED@1', NOTE, **o)
		t.good(X, 'revoked after the time-stamp, reason %s' % reason, proved(yes(day(23))), notes=['REVOKED_LATER@1', NOTE], **o)
		t.bad(X, 'revoked, no time-stamp, reason %s' % reason, plain(yes(day(23))), REVOKED, **o)
	t.bad(X, 'revoked in the second of the time-stamp', proved(Ocsp(CA, SIGNER, revoked(at(2026, 11, 22, 4, 0, 0), 1))), 'SIGNER_REVOKED@1', NOTE, **o)
	t.good(X, 'revoked a second after it', proved(Ocsp(CA, SIGNER, revoked(at(2026, 11, 22, 4, 0, 1), 1))), notes=['REVOKED_LATER@1', NOTE], **o)
	t.bad(X, 'never issued: revoked on hold since 1970 (RFC 6960 §2.2)', proved(Ocsp(CA, SIGNER, revoked(at(1970, 1, 1), 6))), 'SIGNER_REVOKED@1', NOTE, **o)
	t.good(X, 'revoked in the future of J: not yet', plain(Ocsp(CA, SIGNER, revoked(at(2028, 1, 1), 1))), **o)
	t.good(X, 'pinned and revoked: status does not matter', plain(Ocsp(CA, SIGNER, REVOKES)), **dict(o, pins=[SIGNER.id]))
	t.good(X, 'unknown says nothing', proved(Ocsp(CA, SIGNER, UNKNOWN)), notes=NO_LIST + [NOTE], **o)
	mid = ca('Middle', CA)
	leaf = lawyer(mid)
	chain = lambda *answers: lambda: stamped(small(custodian=leaf), token, certs=[mid], crls=answers)
	t.good(X, 'answers for signer and intermediate', chain(Ocsp(mid, leaf), Ocsp(CA, mid)), notes=[NOTE], **o)
	t.bad(X, 'the intermediate revoked before the time-stamp', chain(Ocsp(mid, leaf), Ocsp(CA, mid, revoked(day(21), 1))), REVOKED_CA, NOTE, **o)
	t.good(X, 'a list for the one, an answer for the other', chain(Crl(mid), Ocsp(CA, mid)), notes=[NOTE], **o)
	t.good(X, 'the intermediate\'s status not known', chain(Ocsp(mid, leaf)), notes=NO_LIST + [NOTE], **o)
	# the authority of the token
	stamp = lambda *answers, **p: lambda: stamped(small(), token, crls=answers, certs=[ROOT], **p)
	pinned = dict(trust=[ROOT], args=LATER_AT)
	t.good(X, 'an answer about the time-stamp authority', stamp(Ocsp(ROOT, TSA)), **pinned)
	t.good(X, 'an answer in the token itself', lambda: stamped(small(), lambda v: token(v, crls=[Ocsp(ROOT, TSA)])), **pinned)
	for reason, ok in ((None, False), (0, True), (1, False), (4, True)):
		make = lambda: stamped(small(), token, crls=[Ocsp(ROOT, TSA, revoked(day(23), reason))], certs=[ROOT])
		if ok:
			t.good(X, 'the authority revoked later, reason %d: RFC 3161 §4' % reason, make, **pinned)
		else:
			t.bad(X, 'the authority revoked later, reason %s' % reason, make, *found('TIMESTAMP_AUTHORITY:REVOKED_NO_POE', SIGNATURE), **pinned)


def given(t):
	"""How answers are given: blocks of PEM, the file itself in DER, validation records."""
	o = dict(pins=[], args=AT)
	plain = lambda: small(custodian=SIGNER)
	right = Ocsp(CA, SIGNER)
	t.good(X, '--trust: a block', plain, trust=[CA, block(right)], **o)
	t.good(X, '--trust: certificate and answer in one file', plain, trust=[pem(CA) + block(right)], **o)
	t.good(X, '--trust: the file in DER', plain, trust=[CA, right.response], **o)
	t.good(X, '--trust: a folder of all three', plain, trust=[{'a.pem': pem(CA), 'b.pem': block(right), 'c.ors': Ocsp(CA, SIGNER, digest='sha256').response}], **o)
	t.bad(X, '--trust: a block that revokes', plain, REVOKED, trust=[CA, block(Ocsp(CA, SIGNER, REVOKES))], **o)
	for what, text in (('an OCSP element', pem(CA) + '-----BEGIN OCSP RESPONSE-----\n%s\n-----END OCSP RESPONSE-----\n' % base64.b64encode(right.der).decode()), ('a list under that label', pem(Crl(CA)).replace('X509 CRL', 'OCSP RESPONSE')),
			('an answer under the label of a list', block(right).replace('OCSP RESPONSE', 'X509 CRL')), ('an answer that does not decode', block(Ocsp(CA, SIGNER, result=3))),
			('DER with a byte behind', right.response + b'\n'), ('DER, refused: try later', der.seq(der.tlv(0x0a, b'\x03'))), ('a certificate in DER', CA.der)):
		t.bad(X, '--trust: ' + what, plain, trust=[CA, text], exit_=64, **o)
	t.good(X, 'an answer in a validation record', lambda: with_record(SIGNER, right.response, 'ors'), trust=[CA], **o)
	t.bad(X, 'one that revokes', lambda: with_record(SIGNER, Ocsp(CA, SIGNER, REVOKES).response, 'ors'), REVOKED, trust=[CA], **o)
	for what, data, ext, role in (('of another extension', right.response, 'ocsp', 'validation'), ('of another role', right.response, 'ors', 'note'), ('with the extension of lists', right.response, 'crl', 'validation'),
			('as an OCSP element', right.der, 'ors', 'validation'), ('as an OCSP element, with the extension of lists', right.der, 'crl', 'validation'), ('with a byte behind', right.response + b'\0', 'ors', 'validation'), ('over 1 MiB', right.response + bytes(1 << 20), 'ors', 'validation')):
		t.good(X, 'an answer in a record ' + what, lambda: with_record(SIGNER, data, ext, role), trust=[CA], notes=NO_LIST, **o)


def believed(t):
	"""An answer that is not authentic says nothing: TRY_LATER where the reader gave it, a note where the bundle brings it."""
	o = dict(pins=[], args=AT)
	other = Cert(EcKey('other authority'), 'Other Authority', extensions=CA_EXT)
	twin = Cert(EcKey('authority twin'), subject=CA.subject, extensions=CA_EXT)

	def yes(what, answer, notes=()):
		t.good(X, what, lambda: small(custodian=SIGNER), trust=[CA, block(answer)], notes=notes, **o)

	def no(what, make):
		"""It would say good, or revoked, if it were believed; neither happens."""
		for status in (GOOD, REVOKES):
			t.bad(X, what + (', good' if status == GOOD else ', revoked'), lambda: small(custodian=SIGNER), TRY_LATER, trust=[CA, block(make(status))], **o)
		t.good(X, what + ', in a record', lambda: with_record(SIGNER, make(REVOKES).response, 'ors'), trust=[CA], notes=NO_LIST, **o)
	# certID
	for digest in ('sha1', 'sha256'):
		for null in (True, False):
			yes('certID of %s%s' % (digest, ' with NULL' if null else ''), Ocsp(CA, SIGNER, digest=digest, null=null))
	no('certID of SHA-384', lambda s: Ocsp(CA, SIGNER, s, digest='sha384'))
	no('about another serial', lambda s: Ocsp(CA, BOB, s))
	no('the serial with a byte before it', lambda s: Ocsp(CA, SIGNER, s, serial=der.integer(int.from_bytes(der.contents(SIGNER.serial), 'big') + (1 << 72))))
	no('certID with the name of another', lambda s: Ocsp(CA, SIGNER, s, issuer_name=other.subject))
	no('certID with the key of another', lambda s: Ocsp(CA, SIGNER, s, issuer_key=key_bits(other)))
	no('certID with the digest of the key cut short', lambda s: Ocsp(CA, SIGNER, singles=[single(SIGNER, CA, s, id_=shortened(cert_id(SIGNER, CA)))]))
	no('certID over the key with its byte of unused bits', lambda s: Ocsp(CA, SIGNER, s, issuer_key=b'\0' + key_bits(CA)))
	# who answers
	yes('by the issuer, named by its key', Ocsp(CA, SIGNER, by_key=True))
	yes('by the issuer, its certificate beside', Ocsp(CA, SIGNER, certs=[CA]))
	yes('by a delegate', Ocsp(CA, SIGNER, by=delegate(CA)))
	yes('by a delegate, named by its key', Ocsp(CA, SIGNER, by=delegate(CA), by_key=True))
	yes('by a delegate, the issuer\'s certificate before it', Ocsp(CA, SIGNER, by=delegate(CA), certs=[CA, delegate(CA)]))
	yes('by a delegate, a broken certificate before it', Ocsp(CA, SIGNER, by=delegate(CA), certs=[der.seq(), delegate(CA)]))
	use = lambda *more, **k: [cert.key_usage(der.bits(b'\x80', 7)), *more]
	right = cert.ext_usage(SIGNING)
	for what, ext in (('without nocheck', use(right)), ('with nocheck critical', use(right, cert.extension(NO_CHECK, der.NULL, True))), ('with further uses', use(cert.ext_usage('1.3.6.1.5.5.7.3.8', SIGNING))),
			('without keyUsage', [right]), ('with its use critical', use(cert.ext_usage(SIGNING, critical=True))), ('whose keyUsage is nonRepudiation', [cert.key_usage(der.bits(b'\x40', 6)), right])):
		yes('by a delegate ' + what, Ocsp(CA, SIGNER, by=delegate(CA, ext=ext)))
	for what, ext in (('without extendedKeyUsage', use()), ('of use timeStamping', use(cert.ext_usage('1.3.6.1.5.5.7.3.8'))), ('of any use', use(cert.ext_usage('2.5.29.37.0'))), ('whose keyUsage has no signature', [cert.key_usage(der.bits(b'\x20', 5)), right]),
			('that is a CA', [cert.basic(True), cert.key_usage(der.bits(b'\x86', 1)), right]), ('with an unknown critical extension', use(right, CRITICAL)), ('with its use twice', use(right, right))):
		no('by a delegate ' + what, lambda s: Ocsp(CA, SIGNER, s, by=delegate(CA, ext=ext)))
	no('by a delegate of version 1', lambda s: Ocsp(CA, SIGNER, s, by=delegate(CA, ext=[], version=0)))
	no('by a delegate of another issuer', lambda s: Ocsp(CA, SIGNER, s, by=delegate(other)))
	no('by a delegate of somebody of the issuer\'s name', lambda s: Ocsp(CA, SIGNER, s, by=delegate(twin, ids=False)))
	no('by a delegate of a delegate', lambda s: Ocsp(CA, SIGNER, s, by=delegate(delegate(CA), 'Second'), certs=[delegate(delegate(CA), 'Second'), delegate(CA)]))
	mid = ca('Middle', CA)
	no('by a delegate of an intermediate of the issuer', lambda s: Ocsp(CA, SIGNER, s, by=delegate(mid), certs=[delegate(mid), mid]))
	no('by a delegate that made its own certificate', lambda s: Ocsp(CA, SIGNER, s, by=Cert(EcKey('ocsp own'), 'Own', extensions=ocsp.ANSWER_EXT)))
	no('by a delegate whose certificate is broken', lambda s: Ocsp(CA, SIGNER, s, by=delegate(CA, breaks=True)))
	no('by a delegate whose certificate is not there', lambda s: Ocsp(CA, SIGNER, s, by=delegate(CA), certs=[]))
	no('by another key', lambda s: Ocsp(CA, SIGNER, s, key=other.key))
	no('by another authority for this one', lambda s: Ocsp(CA, SIGNER, s, by=other, certs=[other]))
	no('the issuer\'s signature, another named', lambda s: Ocsp(CA, SIGNER, s, responder=der.tlv(0xa1, other.subject)))
	no('named by a digest of its key with SHA-256', lambda s: Ocsp(CA, SIGNER, s, responder=der.tlv(0xa2, der.octets(ocsp.hashlib.sha256(key_bits(CA)).digest()))))
	no('by the signer itself', lambda s: Ocsp(CA, SIGNER, s, by=SIGNER))
	no('signature broken', lambda s: Ocsp(CA, SIGNER, s, breaks=True))
	for what, start, end, ok in (('in the last second of its certificate', at(2026, 1, 1), day(20), True), ('a second after its end', at(2026, 1, 1), at(2026, 11, 19, 23, 59, 59), False),
			('in the first second of it', day(20), at(2027, 1, 1), True), ('before its time', at(2026, 11, 20, 0, 0, 1), at(2027, 1, 1), False)):
		by = delegate(CA, start=start, end=end)
		yes('by a delegate ' + what, Ocsp(CA, SIGNER, by=by)) if ok else no('by a delegate ' + what, lambda s: Ocsp(CA, SIGNER, s, by=by))
	yes('by a delegate that has ended since', Ocsp(CA, SIGNER, by=delegate(CA, end=day(21))))
	# signature algorithms
	for what, key in (('P-384 with SHA-384', Hashed(EcKey('ocsp 384', ec.P384), 'sha384')), ('P-521 with SHA-512', Hashed(EcKey('ocsp 521', ec.P521), 'sha512')), ('RSA', RsaKey('rsa3072', 'pkcs1')), ('RSA-PSS with SHA-256', Hashed(RsaKey('rsa3072'), 'sha256', 'pss'))):
		yes('signed by ' + what, Ocsp(CA, SIGNER, by=delegate(CA, 'R', key=key)))
	no('signed by RSA 1024', lambda s: Ocsp(CA, SIGNER, s, by=delegate(CA, 'R', key=RsaKey('rsa1024', 'pkcs1'))))
	no('another algorithm named', lambda s: Ocsp(CA, SIGNER, s, algorithm=der.seq(der.oid('1.2.840.10045.4.3.3'))))
	# the delegate's own status: a list of the issuer that names it takes its word away
	by = delegate(CA)
	for when, reason in ((day(1), 1), (day(21), 4)):
		t.bad(X, 'by a delegate that a list revokes, reason %d' % reason, lambda: small(custodian=SIGNER), TRY_LATER, trust=[CA, block(Ocsp(CA, SIGNER, by=by)), Crl(other, [(by, when, reason)]), Crl(CA, [(by, when, reason)], next_=day(21), this=day(20))], **o)
	t.good(X, 'by a delegate that a list of another revokes', lambda: small(custodian=SIGNER), trust=[CA, block(Ocsp(CA, SIGNER, by=by)), Crl(other, [(by, day(1), 1)])], **o)
	t.good(X, 'by a delegate that an answer revokes: its status is asked of lists alone', lambda: small(custodian=SIGNER), trust=[CA, block(Ocsp(CA, SIGNER, by=by)), block(Ocsp(CA, by, REVOKES))], **o)
	# times
	for what, make, ok in (('produced 300 s ahead of J', lambda s: Ocsp(CA, SIGNER, s, produced=at(2026, 11, 22, 12, 5, 0)), True), ('produced 301 s ahead of J', lambda s: Ocsp(CA, SIGNER, s, produced=at(2026, 11, 22, 12, 5, 1)), False),
			('thisUpdate 300 s ahead of J', lambda s: Ocsp(CA, SIGNER, s, this=at(2026, 11, 22, 12, 5, 0)), True), ('thisUpdate 301 s ahead of J', lambda s: Ocsp(CA, SIGNER, s, this=at(2026, 11, 22, 12, 5, 1)), False)):
		yes(what, make(GOOD)) if ok else no(what, make)
	# extensions
	nonce = cert.extension(ocsp.NONCE, der.octets(b'0123456789abcdef'))
	yes('with a nonce', Ocsp(CA, SIGNER, ext=extensions(nonce)))
	yes('with an extension of the one answer', Ocsp(CA, SIGNER, singles=[single(SIGNER, CA, ext=extensions(cert.extension('1.2.3.4', der.NULL)))]))
	no('with a critical extension', lambda s: Ocsp(CA, SIGNER, s, ext=extensions(nonce, CRITICAL)))
	no('with a critical extension of the one answer', lambda s: Ocsp(CA, SIGNER, singles=[single(SIGNER, CA, s, ext=extensions(CRITICAL))]))
	yes('another one has a critical extension', Ocsp(CA, singles=[single(BOB, CA, ext=extensions(CRITICAL)), single(SIGNER, CA)]))


def shortened(id_):
	parts = der.children(id_)
	parts[2] = der.octets(der.contents(parts[2])[:19])
	return der.seq(*parts)


def good_or_not(t):
	"""Good at T: nextUpdate, or thisUpdate where there is none, not before T; thisUpdate not after the certificate's end."""
	plain = lambda: small(custodian=SIGNER)
	o = dict(pins=[], args=AT)
	for what, p, ok in (('stale at J', dict(this=at(2026, 10, 1), next_=at(2026, 11, 1)), False), ('until the second of J', dict(next_=at(2026, 11, 22, 12, 0, 0)), True), ('until a second before J', dict(next_=at(2026, 11, 22, 11, 59, 59)), False),
			('of J, without nextUpdate', dict(this=at(2026, 11, 22, 12, 0, 0), next_=False), True), ('of a second before J, without nextUpdate', dict(this=at(2026, 11, 22, 11, 59, 59), next_=False), False)):
		answer = block(Ocsp(CA, SIGNER, **p))
		t.good(X, 'good, ' + what, plain, trust=[CA, answer], **o) if ok else t.bad(X, 'good, ' + what, plain, TRY_LATER, trust=[CA, answer], **o)
	t.bad(X, 'stale, and it revokes', plain, REVOKED, trust=[CA, block(Ocsp(CA, SIGNER, REVOKES, this=at(2026, 10, 1), next_=at(2026, 11, 1)))], **o)
	t.bad(X, 'revoked, without nextUpdate', plain, REVOKED, trust=[CA, block(Ocsp(CA, SIGNER, REVOKES, next_=False))], **o)
	proved = lambda answer: lambda: stamped(small(custodian=SIGNER), token, crls=[answer])
	two = dict(pins=[], trust=[CA, ROOT], args=LATER_AT)
	t.good(X, 'asked a day after the time-stamp, without nextUpdate: good then, so good before', proved(Ocsp(CA, SIGNER, this=day(23), next_=False)), notes=[NOTE], **two)
	t.good(X, 'asked a day before it, without nextUpdate: nothing is known of then', proved(Ocsp(CA, SIGNER, this=day(21), next_=False)), notes=NO_LIST + [NOTE], **two)
	ended = issued('v', end=at(2026, 11, 22))
	for what, this, notes in (('of the last second of the certificate\'s life', at(2026, 11, 22), []), ('made after its end', at(2026, 11, 22, 0, 0, 1), NO_LIST)):
		t.good(X, 'an answer ' + what, lambda: stamped(small(custodian=ended, start='2026-11-20T03:04:05.678Z'), lambda v: token(v, when_='20261121000000Z'), crls=[Ocsp(CA, ended, this=this)]), notes=notes + [NOTE], **two)
	t.bad(X, 'unknown, from the reader', plain, TRY_LATER, trust=[CA, block(Ocsp(CA, SIGNER, UNKNOWN))], **o)
	# several, and beside lists: whoever says revoked is heard, the earliest date counts
	rows = lambda *s: block(Ocsp(CA, singles=list(s)))
	yes, no, other = single(SIGNER, CA), single(SIGNER, CA, REVOKES), single(BOB, CA, REVOKES)
	t.good(X, 'several in one answer, another is revoked', plain, trust=[CA, rows(other, yes, other)], **o)
	for what, many in (('good first', (yes, no)), ('revoked first', (no, yes)), ('by SHA-1 good, by SHA-256 revoked', (yes, single(SIGNER, CA, REVOKES, digest='sha256')))):
		t.bad(X, 'one answer says both, ' + what, plain, REVOKED, trust=[CA, rows(*many)], **o)
	t.good(X, 'good and unknown', plain, trust=[CA, rows(single(SIGNER, CA, UNKNOWN), yes)], **o)
	older = dict(this=at(2026, 10, 1), produced=at(2026, 10, 1))
	t.bad(X, 'a newer answer says good, an older one revoked', plain, REVOKED, trust=[CA, block(Ocsp(CA, SIGNER)), block(Ocsp(CA, SIGNER, REVOKES, **older))], **o)
	t.bad(X, 'an answer says good, a newer list revoked', plain, REVOKED, trust=[CA, block(Ocsp(CA, SIGNER, **older)), Crl(CA, [(SIGNER, day(21), 1)], this=day(22))], **o)
	t.bad(X, 'an answer says good, an older list revoked', plain, REVOKED, trust=[CA, block(Ocsp(CA, SIGNER)), Crl(CA, [(SIGNER, day(1), 1)], this=day(2))], **o)
	t.bad(X, 'a list names nobody, an answer revokes', plain, REVOKED, trust=[CA, block(Ocsp(CA, SIGNER, REVOKES)), Crl(CA)], **o)
	t.good(X, 'a stale list, a fresh answer', plain, trust=[CA, block(Ocsp(CA, SIGNER)), Crl(CA, this=at(2026, 10, 1), next_=at(2026, 11, 1))], **o)
	t.good(X, 'an answer not believed, a fresh list', plain, trust=[CA, block(Ocsp(CA, SIGNER, breaks=True)), Crl(CA)], **o)
	both = lambda a, b: lambda: stamped(small(custodian=SIGNER), token, crls=[Crl(CA, [(SIGNER, a, 1)]), Ocsp(CA, SIGNER, revoked(b, 1))])
	t.bad(X, 'list and answer revoke, the answer before the time-stamp', both(day(23), day(21)), 'SIGNER_REVOKED@1', NOTE, **two)
	t.bad(X, 'list and answer revoke, the list before the time-stamp', both(day(21), day(23)), 'SIGNER_REVOKED@1', NOTE, **two)
	t.good(X, 'the signer itself an anchor, an answer about somebody else', lambda: small(custodian=ALICE), pins=[], trust=[ALICE, block(Ocsp(CA, SIGNER))], args=AT, note='nothing needs a status')


def forms(t):
	"""What does not decode: beside the seal it is material that nothing needs, in --trust wrong usage."""
	one = lambda *parts: [der.seq(*parts)]
	id_, this, next_ = cert_id(SIGNER, CA), ocsp.time(day(20)), der.tlv(0xa0, ocsp.time(at(2027, 1, 1)))
	t17 = der.tlv(0x17, b'261120000000Z')
	rows = [(what, lambda p=parts: Ocsp(CA, singles=one(*p))) for what, parts in (
		('certID without serial', (der.seq(*der.children(id_)[:3]), GOOD, this)), ('certID with something behind', (der.seq(*der.children(id_), der.NULL), GOOD, this)),
		('certID\'s algorithm with parameters', (der.seq(der.seq(der.oid(ocsp.DIGEST['sha1']), der.seq()), *der.children(id_)[1:]), GOOD, this)),
		('good with something in it', (id_, b'\x80\x01\x00', this)), ('good constructed', (id_, b'\xa0\x00', this)), ('good EXPLICIT', (id_, der.tlv(0xa0, der.NULL), this)), ('no status', (id_, this)), ('status [3]', (id_, b'\x83\x00', this)),
		('revoked without a time', (id_, der.tlv(0xa1), this)), ('revoked primitive', (id_, b'\x81\x00', this)), ('revoked with UTCTime', (id_, der.tlv(0xa1, t17), this)), ('a reason IMPLICIT', (id_, der.tlv(0xa1, this, b'\x80\x01\x01'), this)),
		('a reason of two bytes', (id_, der.tlv(0xa1, this, der.tlv(0xa0, b'\x0a\x02\x00\x01')), this)), ('a reason as INTEGER', (id_, der.tlv(0xa1, this, der.tlv(0xa0, der.integer(1))), this)), ('something behind the reason', (id_, der.tlv(0xa1, this, der.tlv(0xa0, b'\x0a\x01\x01'), der.NULL), this)),
		('unknown with something in it', (id_, der.tlv(0x82, b'\0'), this)), ('thisUpdate missing', (id_, GOOD)), ('thisUpdate UTCTime', (id_, GOOD, t17)), ('thisUpdate with a fraction', (id_, GOOD, der.tlv(0x18, b'20261120000000.5Z'))),
		('thisUpdate with an offset', (id_, GOOD, der.tlv(0x18, b'20261120000000+0100'))), ('thisUpdate that does not exist', (id_, GOOD, der.tlv(0x18, b'20261131000000Z'))), ('thisUpdate of second 60', (id_, GOOD, der.tlv(0x18, b'20261120000060Z'))),
		('thisUpdate of 1969', (id_, GOOD, der.tlv(0x18, b'19691231235959Z'))), ('nextUpdate IMPLICIT', (id_, GOOD, this, der.tlv(0x80, b'20270101000000Z'))), ('nextUpdate twice', (id_, GOOD, this, next_, next_)),
		('extensions empty', (id_, GOOD, this, next_, der.tlv(0xa1, der.seq()))), ('extensions before nextUpdate', (id_, GOOD, this, extensions(CRITICAL), next_)), ('something behind', (id_, GOOD, this, next_, der.NULL)),
		('an extension with FALSE written', (id_, GOOD, this, next_, extensions(der.seq(der.oid('1.2.3.4'), der.boolean(False), der.octets(b''))))))]
	data = lambda fn: lambda: Ocsp(CA, SIGNER, edit_data=lambda d: der.seq(*fn(der.children(d))))
	basic = lambda fn: lambda: Ocsp(CA, SIGNER, edit_basic=lambda d: der.seq(*fn(der.children(d))))
	whole = lambda fn: lambda: Ocsp(CA, SIGNER, edit=fn)
	rows += [('refused: status 6', lambda: Ocsp(CA, SIGNER, result=6)), ('status in two bytes', whole(lambda r: der.seq(b'\x0a\x02\0\0', *der.children(r)[1:]))), ('status alone', whole(lambda r: der.seq(*der.children(r)[:1]))),
		('another type of response', lambda: Ocsp(CA, SIGNER, kind='1.3.6.1.5.5.7.48.1.9')), ('something behind the bytes', whole(lambda r: der.seq(*der.children(r), der.NULL))), ('a length in one byte more', whole(lambda r: der.seq(b'\x0a\x81\x01\0', *der.children(r)[1:]))),
		('the response\'s length in one byte more', lambda: Ocsp(CA, SIGNER, edit_basic=lambda b: b'\x30\x83\0' + b[2:] if b[1] == 0x82 else b'\x30\x82\0' + b[2:])),
		('version 1 written out', data(lambda p: [der.tlv(0xa0, der.integer(0))] + p)), ('version 2', data(lambda p: [der.tlv(0xa0, der.integer(1))] + p)), ('no responderID', data(lambda p: p[1:])), ('responderID [3]', data(lambda p: [b'\xa3' + p[0][1:]] + p[1:])),
		('responderID: name IMPLICIT', data(lambda p: [der.tlv(0xa1, *der.children(CA.subject))] + p[1:])), ('responderID: the name under the tag of keys', data(lambda p: [b'\xa2' + p[0][1:]] + p[1:])), ('producedAt missing', data(lambda p: p[:1] + p[2:])),
		('producedAt UTCTime', data(lambda p: [p[0], t17] + p[2:])), ('no answers', data(lambda p: p[:2] + [der.seq()])), ('answers a SET', data(lambda p: p[:2] + [b'\x31' + p[2][1:]])), ('extensions [2]', data(lambda p: p + [b'\xa2' + extensions(CRITICAL)[1:]])),
		('something behind the extensions', data(lambda p: p + [der.tlv(0xa1, der.seq(der.seq(der.oid('1.2.3.4'), der.octets(b'')))), der.NULL])),
		('no signature', basic(lambda p: p[:2])), ('the signature an OCTET STRING', basic(lambda p: p[:2] + [b'\x04' + p[2][1:]])), ('the signature with unused bits', basic(lambda p: p[:2] + [p[2][:2] + b'\x01' + p[2][3:-1] + bytes([p[2][-1] & 0xfe])])),
		('certs without their SEQUENCE', basic(lambda p: p + [der.tlv(0xa0, CA.der)])), ('certs empty', basic(lambda p: p + [der.tlv(0xa0, der.seq())])), ('certs [1]', basic(lambda p: p + [der.tlv(0xa1, der.seq(CA.der))])), ('nine certs', lambda: Ocsp(CA, SIGNER, certs=[CA] * 9)),
		('certs with an OCTET STRING', basic(lambda p: p + [der.tlv(0xa0, der.seq(CA.der, der.octets(b'')))])), ('something behind certs', basic(lambda p: p + [der.tlv(0xa0, der.seq(CA.der)), der.NULL]))]
	o = dict(pins=[], trust=[CA], args=AT)
	for what, make in rows:
		t.bad(X, 'form: %s, in --trust' % what, lambda: small(custodian=SIGNER), trust=[CA, block(make())], pins=[], args=AT, exit_=64)
		t.bad(X, 'form: %s, beside the seal' % what, lambda: stamped(small(custodian=SIGNER), crls=[make()]), *NO_LIST, UNUSED + SIGNATURE, **o)


def places(t):
	"""Where an answer may stand in a signature, and what it may bring along there."""
	o = dict(pins=[], trust=[CA], args=AT)
	form = 'SIGNATURE_FORM@' + SIGNATURE
	right = Ocsp(CA, SIGNER)
	by = delegate(CA)
	beside = lambda *answers, **p: lambda: stamped(small(custodian=SIGNER), crls=answers, **p)
	raw = lambda *elements, **p: lambda: with_crls(elements, p)
	t.good(X, 'beside the seal, by a delegate', beside(Ocsp(CA, SIGNER, by=by)), **o)
	t.good(X, 'beside the seal, a list too', beside(Crl(CA), right), **o)
	t.good(X, 'its certs: the delegate, and the anchor', beside(Ocsp(CA, SIGNER, by=by, certs=[by, CA])), **o)
	t.good(X, 'its certs: the anchor alone', beside(Ocsp(CA, SIGNER, certs=[CA])), **o)
	for what, answer in (('its certs bring somebody else along', Ocsp(CA, SIGNER, by=by, certs=[by, BOB])), ('its certs bring bytes along', Ocsp(CA, SIGNER, certs=[der.seq(der.octets(b'hidden'))])), ('it is of an issuer that nothing needs', Ocsp(ROOT, TSA)),
			('its signature is broken', Ocsp(CA, SIGNER, breaks=True))):
		t.bad(X, 'beside the seal: ' + what, beside(answer, right), UNUSED + SIGNATURE, **o)
	t.good(X, 'it is of the anchor, yet about another', beside(right, Ocsp(CA, BOB)), note='as a list that names others', **o)
	el = lambda *parts: der.tlv(0xa1, *parts)
	ident = der.oid(ocsp.ELEMENT)
	for what, elements, p in (('version 1', [right.der], {'version': 1}), ('version 3', [right.der], {'version': 3}), ('version 5 without an answer', [Crl(CA).der], {'version': 5}), ('of another type', [el(der.oid('1.3.6.1.5.5.7.16.4'), right.response)], {}),
			('of the type basic', [el(der.oid(ocsp.BASIC), right.response)], {}), ('a second value', [el(ident, right.response, right.response)], {}), ('no value', [el(ident)], {}), ('its value a SET', [el(ident, b'\x31' + right.response[1:])], {}),
			('under [2]', [b'\xa2' + right.der[1:]], {}), ('under [0]', [b'\xa0' + right.der[1:]], {}), ('primitive', [b'\x81' + right.der[1:]], {}), ('twice', [right.der] * 2, {}), ('before a list', [right.der, Crl(CA).der], {}), ('65 of them', sorted(el(ident, der.seq(der.integer(i))) for i in range(65)), {})):
		t.bad(X, 'an OCSP element: ' + what, raw(*elements, **p), form, *NO_LIST, **o)
	t.bad(X, 'an OCSP element in the signature of an entry', lambda: entry_with(right), 'SIGNATURE_FORM@1', **o)
	stamp = lambda *elements: lambda: stamped(small(), lambda v: token(v, cms_options={'crls': list(elements)}))
	pinned = dict(trust=[ROOT], args=AT)
	mine = Ocsp(ROOT, TSA)
	for what, elements in (('of another type', [el(der.oid('1.2.3'), mine.response)]), ('under [2]', [b'\xa2' + mine.der[1:]]), ('twice', [mine.der] * 2), ('before a list', [mine.der, Crl(ROOT).der])):
		t.bad(X, 'an OCSP element in a token: ' + what, stamp(*elements), *found('TIMESTAMP_FORM', SIGNATURE), **pinned)
	t.good(X, 'an OCSP element in a token, behind a list', stamp(Crl(ROOT).der, mine.der), **pinned)
	t.bad(X, 'an answer in a token that nothing needs', lambda: stamped(small(), lambda v: token(v, crls=[Ocsp(ROOT2, TSA2)])), NOTE, UNUSED + SIGNATURE, **pinned)


def with_crls(elements, p):
	c = small(custodian=SIGNER)
	c.seal_cms = dict(c.seal_cms, **dict({'crls': list(elements), 'version': 5}, **p))
	return c


def entry_with(answer):
	c = small(custodian=SIGNER)
	c.entries[0].cms = dict(crls=[answer.der], version=5)
	return c


def build(t):
	if t.only and not any(t.only(n) for n in [X] + ['%s.%d' % (X, i) for i in range(2, 1000)]):
		return      # to make the answers takes seconds, and nobody asked for one
	for part in (good_uses, given, believed, good_or_not, forms, places):
		part(t)
