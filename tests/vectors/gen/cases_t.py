"""Group T: time-stamps. Rules 1 checks no token: whatever stands there is at best INDETERMINATE (verify.md §3 stage 4.2).

The tokens are made as RFC 3161 says, so that the rows get their own verdicts once tokens are judged (issue 6)."""
from . import cert, cms, der
from .case import SIGNATURE, content, hexsha
from .cases_c import attribute, seal_cms
from .cert import Cert
from .keys import SHA256, EcKey, sha256
from .models import EVE, final, small

TST = '1.2.840.113549.1.9.16.1.4'
TSA_EXT = [cert.key_usage(), cert.ext_usage('1.3.6.1.5.5.7.3.8', critical=True)]
TSA = Cert(EcKey('time authority'), 'Time', extensions=TSA_EXT)
RULES = 'rules 1 checks no token; expected of a verifier that does: '


def info(imprint, when=b'20261122040000Z', version=1, alg=SHA256, policy='1.2.3.4.1', extra=b''):
	return der.seq(der.integer(version), der.oid(policy), der.seq(der.seq(der.oid(alg)), der.octets(imprint)), der.integer(77),
		der.tlv(0x18, when), extra)


def token(value, tsa=TSA, body=None, kind=TST, attrs=None, **o):
	body = body or info(sha256(value), **o)
	a = attrs or (lambda x: x)
	return cms.sign(body, tsa, '2026-11-22T04:00:00.000Z', version=3, content_type=kind, econtent=body,
		edit_attributes=lambda x: a([attribute(cms.CONTENT_TYPE, der.oid(kind))] + x[1:]))


def entry_case(make, **o):
	"""A `timestamp` entry over entry 3, its token made by `make` from the signature file's bytes."""
	c = small()
	c.entries.pop()
	for a, b in zip([None] + c.entries, c.entries):
		c.entry(b, a)
	e = c.add('timestamp', {'entry': 3}, [content(TSA.der, 'crt', 'validation')])
	e.token = make(c.entries[2].p7s)
	e.details.update(o)
	c.seal()
	return c


def at_entry(t, case, what, make, should):
	t.bad(case, 'entry: ' + what, lambda: entry_case(make), 'TIMESTAMP_UNCHECKED@4', note=RULES + should)


def at_seal(t, case, what, make, should):
	t.bad(case, 'seal: ' + what, seal_cms(unsigned=lambda v: [attribute(cms.TOKEN, make(v))]), 'TIMESTAMP_UNCHECKED@' + SIGNATURE, note=RULES + should)


def both(t, case, what, make, should):
	at_entry(t, case, what, make, should)
	at_seal(t, case, what, make, should)


def tsa(*extensions, **o):
	return Cert(EcKey('other time'), 'Other', extensions=list(extensions), **o)


def build(t):
	import datetime
	year = lambda y: datetime.datetime(y, 1, 1, tzinfo=cert.UTC)
	ku = cert.key_usage()
	both(t, 'T-08', 'a sound token of an unknown authority', token, 'INDETERMINATE, unknown authority')
	both(t, 'T-01', 'imprint of other bytes', lambda v: token(b'other'), 'HASH_FAILURE')
	both(t, 'T-02', 'over the manifest or entry instead of the signature', lambda v: token(v[:-1]), 'HASH_FAILURE')
	both(t, 'T-03', 'from another case', lambda v: token(b'another case'), 'HASH_FAILURE')
	for n, o in (('SHA-1', '1.3.14.3.2.26'), ('MD5', '1.2.840.113549.2.5'), ('SHA-224', '2.16.840.1.101.3.4.2.4')):
		both(t, 'T-04', 'imprint algorithm ' + n, lambda v: token(v, body=info(sha256(v)[:20], alg=o)), 'INDETERMINATE, CRYPTO_CONSTRAINTS')
	both(t, 'T-05', 'imprint of 20 bytes said to be SHA-256', lambda v: token(v, body=info(sha256(v)[:20])), 'FORMAT_FAILURE')
	for n, ext in (('no extended usage', [ku]), ('usage not critical', [ku, cert.ext_usage('1.3.6.1.5.5.7.3.8')]), ('another usage beside', [ku, cert.ext_usage(
			'1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.4', critical=True)])):
		both(t, 'T-06', n, lambda v: token(v, tsa(*ext)), 'CHAIN_CONSTRAINTS_FAILURE')
	both(t, 'T-07', 'keyUsage keyEncipherment', lambda v: token(v, tsa(cert.key_usage(der.bits(b'\x20', 5)), *TSA_EXT[1:])), 'CHAIN_CONSTRAINTS_FAILURE')
	both(t, 'T-09', 'authority expired today, valid at genTime', lambda v: token(v, tsa(*TSA_EXT, end=datetime.datetime(2026, 11, 22, 5, tzinfo=cert.UTC))), 'passes with its anchor')
	both(t, 'T-10', 'authority expired before genTime', lambda v: token(v, tsa(*TSA_EXT, end=year(2026))), 'OUT_OF_BOUNDS')
	both(t, 'T-10', 'authority not yet valid at genTime', lambda v: token(v, tsa(*TSA_EXT, start=year(2027))), 'OUT_OF_BOUNDS')
	for case, n, when in (('T-11', 'genTime before the signer\'s certificate', b'20250101000000Z'), ('T-12', 'genTime an hour before the signing-time', b'20261122020000Z'),
			('T-13', 'genTime months after', b'20270601000000Z'), ('T-14', 'genTime before the entry it covers', b'20261121000000Z'), ('T-15', 'genTime in the future', b'20990101000000Z'),
			('T-27', 'a leap second', b'20261231235960Z'), ('T-27', 'fraction with trailing zero', b'20261122040000.0Z'), ('T-27', 'no Z', b'20261122040000'),
			('T-27', 'an offset', b'20261122040000+0100'), ('T-27', 'year 10000', b'100000101000000Z')):
		both(t, case, n, lambda v: token(v, when=when), 'by the catalogue')
	t.bad('T-16', 'two timestamp entries days apart', two_tokens, 'TIMESTAMP_UNCHECKED@4', 'TIMESTAMP_UNCHECKED@5', note=RULES + 'both are reported')
	t.bad('T-17', 'three tokens, one invalid', lambda: two_tokens(third=True), *['TIMESTAMP_UNCHECKED@%d' % n for n in (4, 5, 6)], note=RULES + 'not better than INDETERMINATE')
	both(t, 'T-18', 'a rejection instead of a token', lambda v: der.seq(der.seq(der.integer(2))), 'FORMAT_FAILURE')
	t.bad('T-18', 'entry: an empty token.tst', lambda: entry_case(lambda v: b''), 'TIMESTAMP_UNCHECKED@4', note=RULES + 'FORMAT_FAILURE')
	both(t, 'T-19', 'TSTInfo version 2', lambda v: token(v, version=2), 'FORMAT_FAILURE')
	both(t, 'T-19', 'accuracy of ten years', lambda v: token(v, extra=der.seq(der.integer(315360000))), 'INDETERMINATE')
	t.skip('T-20', 'the capturing side\'s: `timestamp attach`')
	both(t, 'T-21', 'another policy', lambda v: token(v, policy='1.2.3.4.2'), 'fails where a policy is pinned')
	both(t, 'T-22', 'a TimeStampResp instead of the token', lambda v: der.seq(der.seq(der.integer(0)), token(v)), 'FORMAT_FAILURE')
	at_entry(t, 'T-22', 'trailing bytes', lambda v: token(v) + b'\0', 'FORMAT_FAILURE')
	both(t, 'T-23', 'signing-certificate missing', lambda v: token(v, attrs=lambda a: a[:3]), 'FORMAT_FAILURE')
	both(t, 'T-23', 'signing-certificate of another', lambda v: token(v, attrs=lambda a: a[:3] + [cms.ess(EVE.sha256)]), 'FORMAT_FAILURE')
	both(t, 'T-24', 'eContentType data', lambda v: token(v, kind=cms.DATA), 'FORMAT_FAILURE')
	both(t, 'T-25', 'a TSTInfo signed by the case\'s own key', lambda v: token(v, EVE), 'CHAIN_CONSTRAINTS_FAILURE')
	both(t, 'T-26', 'the token of another signature again', lambda v: token(b'reused'), 'HASH_FAILURE')
	t.bad('T-28', 'a timestamp entry without token.tst', without_token, 'ENTRY_FILE_MISSING@custody/00000004/token.tst')
	t.bad('T-28', 'a token.tst in an entry that is no timestamp', lambda: small(final(lambda c, f: f.__setitem__(c.base + '/custody/00000002/token.tst', b'x'))),
		'FILE_UNACCOUNTED@case-1f0c9a3e/custody/00000002/token.tst')
	t.bad('T-28', 'the seal demands a time-stamp, there is a token', lambda: required(), 'TIMESTAMP_UNCHECKED@' + SIGNATURE)
	t.bad('T-28', 'the seal demands a time-stamp; only an entry has one', lambda: entry_required(), 'TIMESTAMP_UNCHECKED@4', 'TIMESTAMP_MISSING@' + SIGNATURE)
	t.bad('T-01', 'entry: token.tst other than its digest', lambda: small_token(lambda c, f: f.__setitem__(c.base + '/custody/00000004/token.tst', b'other')), 'TIMESTAMP_LINK@4')
	t.bad('T-02', 'entry: details.signature of another entry', lambda: entry_case(token, signature=hexsha(b'x')), 'TIMESTAMP_LINK@4')
	for n in (4, 5, 99):
		t.bad('T-02', 'entry: names entry %d, which is not earlier' % n, lambda: entry_case(token, entry=n, signature=hexsha(b'x')), 'TIMESTAMP_LINK@4')
	t.bad('T-02', 'entry: names entry 0', lambda: entry_case(token, entry=0, signature=hexsha(b'x')), 'TIMESTAMP_LINK|ENTRY_FORM@4', note='0 is no seq: form or link')
	t.bad('T-22', 'entry: a token.tst of 1 MiB and 1 byte', lambda: entry_case(lambda v: bytes((1 << 20) + 1)), 'CONTAINER_LIMIT@')
	at_entry(t, 'T-22', 'a token.tst of exactly 1 MiB', lambda v: bytes(1 << 20), 'FORMAT_FAILURE')
	t.skip('T-29', 'a rule for the code: one function says a verdict (unit tests)')
	t.skip('T-30', 'no revocation in rules 1 (issue 6)')


def two_tokens(third=False):
	c = entry_case(token)
	c.entries.pop()
	for a, b in zip([None] + c.entries, c.entries):
		c.entry(b, a)
	for n in range(1 + third):
		e = c.add('timestamp', {'entry': 1 + n})
		e.token = token(c.entries[n].p7s, when=b'20261125000000Z') if not n else b'invalid'
	c.seal()
	return c


def small_token(change):
	c = entry_case(token)
	c.hooks['final'] = lambda f: change(c, f)
	return c


def without_token():
	return small_token(lambda c, f: f.pop(c.base + '/custody/00000004/token.tst'))


def required():
	c = seal_cms(unsigned=lambda v: [attribute(cms.TOKEN, token(v))])()
	c.entries[-1].details['timestamp'] = 'required'
	return c


def entry_required():
	c = entry_case(token)
	c.entries[-1].details['timestamp'] = 'required'
	return c
