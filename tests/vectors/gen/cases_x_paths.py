"""Group X, paths and revocation (docs/verify.md §5): what leads from a certificate to an anchor, and what breaks it."""
import base64

from . import cert, der, ec
from .case import SIGNATURE, content
from .cases_t import KNOWN, found
from .cases_x import CERT_SIGN, DATES, GENERAL, NONE
from .cert import Cert, key_usage
from .good import NO_LIST, device
from .keys import EcKey, RsaKey
from .models import ALICE, BOB, CA, NOW, flip, issued, small
from .tsa import CA_EXT, ROOT, STAMPING, Crl, Hashed, at, entry_stamped, stamped, token

AT, LATER_AT = ['--at', NOW], ['--at', '2027-12-01T00:00:00.000Z']
REVOKED, REVOKED_CA, TRY_LATER, NOT_YET = ('SIGNER_UNKNOWN@1:' + s for s in ('REVOKED_NO_POE', 'REVOKED_CA_NO_POE', 'TRY_LATER', 'NOT_YET_VALID'))
EMAIL, SERVER, ANY = '1.3.6.1.5.5.7.3.4', '1.3.6.1.5.5.7.3.1', '2.5.29.37.0'


def ca(name, issuer=None, extensions=CA_EXT, key=None, **o):
	return Cert(key or EcKey('path ' + name), name, issuer=issuer, extensions=extensions, **o)


def pem(*certs):
	out = ''
	for c in certs:
		text, label = base64.b64encode(c.der).decode(), getattr(c, 'label', 'CERTIFICATE')
		out += '-----BEGIN %s-----\n%s\n-----END %s-----\n' % (label, '\n'.join(text[i:i + 64] for i in range(0, len(text), 64)), label)
	return out


def with_chain(leaf, *chain, crls=(), **o):
	"""A case of this signer, the certificates above it in the seal's signature."""
	return lambda: stamped(small(custodian=leaf, **o), certs=chain, crls=crls)


def path(t, what, leaf, chain, finding, case='X-17', anchors=None, args=AT, **o):
	"""Sound if `finding` is None: then only the note that no list tells of revocations."""
	anchors = [ROOT] if anchors is None else anchors
	if finding is None:
		t.good(case, what, with_chain(leaf, *chain), pins=[], trust=anchors, args=args, notes=o.pop('notes', NO_LIST), **o)
	else:
		t.bad(case, what, with_chain(leaf, *chain), finding, pins=[], trust=anchors, args=args, **o)


def lawyer(issuer, **o):
	return Cert(EcKey('path lawyer'), 'Lawyer', issuer=issuer, **o)


def places(t):
	mid = ca('Middle', ROOT)
	leaf = lawyer(mid)
	o = dict(pins=[], trust=[ROOT], args=AT)
	path(t, 'the intermediate in the seal\'s signature', leaf, [mid], None)
	loose = ca('Loose', ROOT, edit=cert.unshort)
	path(t, 'the intermediate is BER, not DER', lawyer(loose), [loose], NONE, note='§5.2: it does not decode')
	path(t, 'the intermediate and the anchor in the seal\'s signature', leaf, [mid, ROOT], None)
	encodings(t)
	t.good('X-17', 'the intermediate in a token', lambda: stamped(small(custodian=leaf), lambda v: token(v, certs=[mid])), notes=NO_LIST + [KNOWN + '@' + SIGNATURE], **o)

	def record(data, ext='crt', role='validation'):
		return with_record(leaf, data, ext, role)
	t.good('X-17', 'the intermediate in a validation record', lambda: record(mid.der), notes=NO_LIST, **o)
	for what, make in (('with another extension', lambda: record(mid.der, 'cer')), ('of another role', lambda: record(mid.der, role='note')), ('as PEM', lambda: record(pem(mid).encode())), ('with a byte behind', lambda: record(mid.der + b'\0')),
			('over 1 MiB', lambda: record(mid.der + bytes(1 << 20)))):
		t.bad('X-17', 'the intermediate in a record ' + what, make, NONE, **o)
	t.bad('X-17', 'the intermediate in a validation record that was altered', lambda: altered(record(mid.der)), 'ITEM_ALTERED@4/2', NONE, **o)
	for n, finding in ((63, None), (64, NONE)):
		make = lambda: many_records(leaf, [b'%d' % i for i in range(n)] + [mid.der])
		if finding:
			t.bad('X-17', 'the intermediate in the %dth validation record' % (n + 1), make, finding, **o)
		else:
			t.good('X-17', 'the intermediate in the %dth validation record' % (n + 1), make, notes=NO_LIST, **o)


def wide(element):
	"""The same element with its length in a byte more: BER, not DER."""
	return element[:1] + b'\x81' + element[1:]


def inner(tbs):
	"""The algorithm inside, another than that outside (RFC 5280 §4.1.1.2)."""
	parts = der.children(tbs)
	return der.seq(*parts[:2], der.seq(der.oid('2.5.4.3'), der.oid('1.2.840.10045.4.3.2')), *parts[3:])


def no_extensions(tbs):
	return der.seq(*[p for p in der.children(tbs) if p[0] != 0xa3], der.tlv(0xa3, der.seq()))


def encodings(t):
	"""§5.2: what stands in an extension decodes if it is DER; an algorithm inside that is not the one outside does not verify."""
	why = dict(note='§5.2: extensions are DER')
	key = EcKey('path lawyer')
	ski = lambda own: cert.extension('2.5.29.14', own)
	aki = lambda value: cert.extension('2.5.29.35', value)
	key_id = der.seq(der.tlv(0x80, ROOT.key_id))
	mid = ca('Middle', ROOT, edit=inner)
	path(t, 'the intermediate\'s algorithm inside is another', lawyer(mid), [mid], GENERAL, note='§5.2: it does not verify')
	other = Cert(key, 'Lawyer', edit=inner)
	t.good('X-17', 'pinned, and the algorithm inside the certificate is another', lambda: small(custodian=other), pins=[other.id], args=AT)
	path(t, 'an authorityKeyIdentifier in BER', Cert(key, 'Lawyer', issuer=ROOT, ids=False, extensions=[key_usage(), aki(wide(key_id))]), [], NONE, **why)
	path(t, 'a keyIdentifier in BER', Cert(key, 'Lawyer', issuer=ROOT, ids=False, extensions=[key_usage(), aki(der.seq(wide(der.tlv(0x80, ROOT.key_id))))]), [], NONE, **why)
	path(t, 'two authorityKeyIdentifiers', Cert(key, 'Lawyer', issuer=ROOT, ids=False, extensions=[key_usage(), aki(key_id), aki(key_id)]), [], NONE, note='§5.2: not twice')
	bare = lambda issuer: Cert(key, 'Lawyer', issuer=issuer, ids=False)
	loose = ca('Loose', ids=False, extensions=CA_EXT + [ski(wide(der.octets(ROOT.key_id)))])
	path(t, 'a subjectKeyIdentifier in BER that nobody names', bare(loose), [], None, anchors=[loose], note='§5.2: asked only where both are there')
	path(t, 'a subjectKeyIdentifier in BER', lawyer(loose), [], NONE, anchors=[loose], **why)
	odd = ca('Odd', ROOT, ids=False, extensions=CA_EXT + [aki(wide(key_id))])
	path(t, 'the anchor\'s own authorityKeyIdentifier in BER', bare(odd), [], None, anchors=[odd], note='§5.2: nobody is asked who issued an anchor')
	for what, extensions in (('basicConstraints', [cert.extension('2.5.29.19', wide(cert.BASIC_CA), True), key_usage(der.bits(b'\x06', 1))]),
			('keyUsage', [cert.basic(True), key_usage(wide(der.bits(b'\x06', 1)))])):
		loose = ca('Loose ' + what, extensions=extensions)
		path(t, 'an anchor\'s %s in BER' % what, lawyer(loose), [], GENERAL, anchors=[loose], **why)
	unfit = 'SIGNER_UNKNOWN@1:CHAIN_CONSTRAINTS_FAILURE'
	for what, extensions in (('keyUsage in BER', [key_usage(wide(cert.SIGN_REPUDIATE))]), ('extendedKeyUsage in BER', [key_usage(), cert.extension('2.5.29.37', wide(der.seq(der.oid(EMAIL))))])):
		pinned = Cert(key, 'Lawyer', extensions=extensions)
		t.bad('X-17', 'pinned, its ' + what, lambda: small(custodian=pinned), unfit, pins=[pinned.id], args=AT, **why)
	mid = ca('Middle', ROOT, edit=no_extensions)
	path(t, 'the intermediate with an empty list of extensions', lawyer(mid), [mid], NONE, note='RFC 5280 §4.1: SIZE (1..MAX); it does not decode')


def altered(c):
	def change(f):
		for n in [n for n in f if n.endswith('00000004/00000002.crt')]:
			f[n] = flip(f[n])
	c.hooks['final'] = change
	return c


def many_records(leaf, blobs):
	c = small(custodian=leaf)
	c.entries.pop()
	c.acquire(*[content(b, 'crt', 'validation') for b in blobs], content(b'x'))
	c.seal()
	return c


def authorities(t):
	for what, ext, finding in (('without basicConstraints', [key_usage(CERT_SIGN)], GENERAL), ('that is no CA', [cert.basic(False), key_usage(CERT_SIGN)], GENERAL), ('without keyUsage', [cert.basic(True)], GENERAL),
			('whose keyUsage has no keyCertSign', [cert.basic(True), key_usage()], GENERAL), ('with basicConstraints twice', [cert.basic(True), cert.basic(True), key_usage(CERT_SIGN)], GENERAL),
			('with keyUsage twice', [cert.basic(True), key_usage(CERT_SIGN), key_usage(CERT_SIGN)], GENERAL), ('with an unknown critical extension', CA_EXT + [cert.extension('1.2.3.4.5', der.NULL, True)], GENERAL),
			('with an unknown extension', CA_EXT + [cert.extension('1.2.3.4.5', der.NULL)], None), ('with extendedKeyUsage emailProtection', CA_EXT + [cert.ext_usage(EMAIL)], None),
			('with extendedKeyUsage any', CA_EXT + [cert.ext_usage(ANY)], None), ('with extendedKeyUsage serverAuth', CA_EXT + [cert.ext_usage(SERVER)], GENERAL), ('with extendedKeyUsage timeStamping', CA_EXT + [cert.ext_usage(STAMPING)], GENERAL),
			('with extendedKeyUsage undecodable', CA_EXT + [cert.extension('2.5.29.37', b'\x30\x03')], GENERAL)):
		mid = ca('Middle', ROOT, ext)
		path(t, 'an intermediate ' + what, lawyer(mid), [mid], finding)
		top = ca('Top', None, ext)
		path(t, 'an anchor ' + what, lawyer(top), [], finding, anchors=[top])
	old = ca('Middle', ROOT, extensions=[], version=0)
	path(t, 'an intermediate of version 1', lawyer(old), [old], GENERAL)
	for what, o, finding in (('expired', dict(end=at(2026, 2, 1)), DATES), ('not yet valid', dict(start=at(2026, 12, 1)), DATES), ('whose signature is broken', dict(breaks=True), GENERAL)):
		mid = ca('Middle', ROOT, **o)
		path(t, 'an intermediate ' + what, lawyer(mid), [mid], finding)
	for n, depth, finding in ((0, 0, None), (0, 1, GENERAL), (1, 1, None), (1, 2, GENERAL), (2, 2, None)):
		top = ca('Top', None, [cert.basic(True, n), key_usage(CERT_SIGN)])
		chain = tower(top, depth)
		path(t, 'an anchor with pathLenConstraint %d, %d between' % (n, depth), lawyer(([top] + chain)[-1]), chain, finding, anchors=[top])
	for n, finding in ((5, None), (6, NONE)):
		chain = tower(ROOT, n)
		path(t, 'a path of %d certificates' % (n + 2), lawyer(chain[-1]), chain, finding)
	path(t, 'an intermediate of the middle missing', lawyer(tower(ROOT, 3)[-1]), [tower(ROOT, 3)[0], tower(ROOT, 3)[2]], NONE, note='what stands there without need is not told while the signer is not known')
	for what, key in (('P-384', EcKey('path 384', ec.P384)), ('P-521', EcKey('path 521', ec.P521)), ('RSA 4096', RsaKey('rsa4096', 'pkcs1')), ('P-384 with SHA-384', Hashed(EcKey('path 384', ec.P384), 'sha384')), ('P-521 with SHA-512', Hashed(EcKey('path 521', ec.P521), 'sha512')),
			('RSA with SHA-384', Hashed(RsaKey('rsa3072'), 'sha384')), ('RSA with SHA-512', Hashed(RsaKey('rsa3072'), 'sha512')), ('RSA-PSS with SHA-256', Hashed(RsaKey('rsa3072'), 'sha256', 'pss')), ('RSA-PSS with SHA-512', Hashed(RsaKey('rsa3072'), 'sha512', 'pss'))):
		top = ca('Top', key=key)
		path(t, 'an anchor that signs by ' + what, lawyer(top), [], None, anchors=[top])
	for what, key in (('RSA with exponent 3', RsaKey('rsa2048-e3', 'pkcs1')), ('secp256k1', EcKey('path k1', ec.SECP256K1)), ('a compressed point', EcKey('path point', compressed=True))):
		top = ca('Top', key=key)
		path(t, 'an anchor that signs by ' + what, lawyer(top), [], GENERAL, anchors=[top])


def tower(top, n):
	out, above = [], top
	for i in range(n):
		above = ca('Floor %d' % i, above)
		out.append(above)
	return out


def searches(t):
	one, two = EcKey('path one'), EcKey('path two')
	a = Cert(one, 'One', extensions=CA_EXT)
	b = Cert(two, 'Two', issuer=a, extensions=CA_EXT)
	a2 = Cert(one, 'One', issuer=b, extensions=CA_EXT)
	path(t, 'two intermediates that vouch for each other', lawyer(a2), [a2, b], NONE)
	twin = ca('Middle', extensions=CA_EXT, key=EcKey('path twin'), ids=False)
	plain = ca('Middle', ROOT, ids=False)
	path(t, 'two of one name, without key identifiers, one of another key', Cert(EcKey('path lawyer'), 'Lawyer', issuer=plain, ids=False), [plain], None, anchors=[twin, ROOT])
	mid = ca('Middle', ROOT)
	other = ca('Other Root')
	ended = Cert(EcKey('path Middle'), 'Middle', issuer=other, extensions=CA_EXT, end=at(2026, 2, 1))
	path(t, 'two paths, the one that is tried first has expired', lawyer(mid), [], None, anchors=[other, ended, ROOT, mid])
	path(t, 'two paths, both with a fault: the first is named', lawyer(mid), [], DATES, anchors=[ended, ca('Middle', ROOT, [cert.basic(True), key_usage()])])
	path(t, '… the other way round', lawyer(mid), [], GENERAL, anchors=[ca('Middle', ROOT, [cert.basic(True), key_usage()]), ended])
	crowd = lambda n: [Cert(EcKey('crowd'), 'Crowd', serial=i + 1, extensions=CA_EXT, ids=False) for i in range(n)]
	right = Cert(EcKey('crowd head'), 'Crowd', extensions=CA_EXT, ids=False)
	leaf = Cert(EcKey('path lawyer'), 'Lawyer', issuer=right, ids=False)
	for n, finding in ((255, None), (256, GENERAL)):
		path(t, 'the right one stands behind %d of its name' % n, leaf, [], finding, anchors=[pem(*crowd(n), right)])


def name_constraints(t):
	rdn = lambda *pairs: der.seq(*[der.set_(der.seq(der.oid(o), der.tlv(tag, v))) for o, tag, v in pairs])
	C, O, CN = '2.5.4.6', '2.5.4.10', '2.5.4.3'
	subtree = lambda name, *more: der.seq(der.tlv(0xa4, name), *more)
	permitted, excluded = (lambda tag: lambda *trees: der.tlv(tag, *trees))(0xa0), (lambda tag: lambda *trees: der.tlv(tag, *trees))(0xa1)
	bar = [(C, 0x13, b'RS'), (O, 0x0c, b'Bar Association')]
	subject = rdn(*bar, (CN, 0x0c, b'Lawyer'))
	alt = lambda *names: cert.extension('2.5.29.17', der.seq(*names))

	def case(what, constraints, finding, subject_=subject, extensions=None, critical=True):
		top = ca('Top', None, CA_EXT + [cert.extension('2.5.29.30', constraints, critical)])
		path(t, 'nameConstraints: ' + what, Cert(EcKey('path lawyer'), issuer=top, subject=subject_, extensions=[key_usage()] + (extensions or [])), [], finding, anchors=[top])
	case('permitted', der.seq(permitted(subtree(rdn(*bar)))), None)
	case('permitted, not critical', der.seq(permitted(subtree(rdn(*bar)))), None, critical=False)
	case('not permitted', der.seq(permitted(subtree(rdn((C, 0x13, b'HR'))))), GENERAL)
	case('not permitted, not critical', der.seq(permitted(subtree(rdn((C, 0x13, b'HR'))))), GENERAL, critical=False)
	case('permitted by the second', der.seq(permitted(subtree(rdn((C, 0x13, b'HR'))), subtree(rdn(*bar[:1])))), None)
	case('excluded', der.seq(excluded(subtree(rdn(*bar)))), GENERAL)
	case('others excluded', der.seq(excluded(subtree(rdn((C, 0x13, b'HR'))))), None)
	case('permitted and excluded', der.seq(permitted(subtree(rdn(*bar[:1]))), excluded(subtree(rdn(*bar)))), GENERAL)
	case('the whole name', der.seq(permitted(subtree(subject))), None)
	case('longer than the name', der.seq(permitted(subtree(rdn(*bar, (CN, 0x0c, b'Lawyer'), (CN, 0x0c, b'x'))))), GENERAL)
	case('the empty name begins every name', der.seq(excluded(subtree(der.seq()))), GENERAL)
	case('an empty subject has no name to judge', der.seq(permitted(subtree(rdn(*bar)))), None, subject_=der.seq())
	case('another type of string, other case, other blanks', der.seq(permitted(subtree(rdn((C, 0x0c, b'rs'), (O, 0x13, b'  BAR   association '))))), None)
	case('letters beyond ASCII keep their case', der.seq(permitted(subtree(rdn((O, 0x0c, 'ČA'.encode()))))), GENERAL, subject_=rdn((O, 0x0c, 'ča'.encode())))
	case('a BMPString is compared byte for byte', der.seq(permitted(subtree(rdn((O, 0x1e, 'BAR'.encode('utf-16-be')))))), GENERAL, subject_=rdn((O, 0x1e, 'bar'.encode('utf-16-be'))))
	case('another attribute', der.seq(permitted(subtree(rdn((CN, 0x13, b'RS'))))), GENERAL)
	case('subjectAltName permitted', der.seq(permitted(subtree(rdn(*bar)))), None, extensions=[alt(der.tlv(0xa4, rdn(*bar, (CN, 0x0c, b'x'))))])
	case('subjectAltName not permitted', der.seq(permitted(subtree(rdn(*bar)))), GENERAL, extensions=[alt(der.tlv(0xa4, rdn((C, 0x13, b'HR'))))])
	case('subjectAltName of another kind is not judged', der.seq(permitted(subtree(rdn(*bar)))), None, extensions=[alt(der.tlv(0x81, b'a@example.org'))])
	case('a subtree of mail addresses', der.seq(permitted(der.seq(der.tlv(0x81, b'example.org')))), GENERAL)
	case('a minimum', der.seq(permitted(subtree(rdn(*bar), der.tlv(0x80, b'\x00')))), GENERAL)
	case('a maximum', der.seq(permitted(subtree(rdn(*bar), der.tlv(0x81, b'\x05')))), GENERAL)
	case('undecodable', b'\x30\x05\xa0', GENERAL)
	top = ca('Top', None, CA_EXT + [cert.extension('2.5.29.30', der.seq(permitted(subtree(rdn(*bar)))), True)])
	mid = ca('Middle', top)
	path(t, 'nameConstraints: an intermediate outside them', Cert(EcKey('path lawyer'), issuer=mid, subject=subject), [mid], GENERAL, anchors=[top])
	mid = Cert(EcKey('path Middle'), issuer=top, subject=rdn(*bar), extensions=CA_EXT)
	path(t, 'nameConstraints: intermediate and signer inside', Cert(EcKey('path lawyer'), issuer=mid, subject=subject), [mid], None, anchors=[top])
	path(t, 'nameConstraints on a signer\'s own certificate: unknown there', Cert(EcKey('path lawyer'), issuer=ROOT, subject=subject, extensions=[key_usage(), cert.extension('2.5.29.30', der.seq(), True)]), [], 'SIGNER_UNKNOWN@1:CHAIN_CONSTRAINTS_FAILURE')


def dates(t):
	short = issued('v', end=at(2026, 12, 1))
	o = dict(pins=[], trust=[CA, ROOT], args=LATER_AT)
	stamp = lambda when: lambda v: token(v, when_=when)
	note = KNOWN + '@' + SIGNATURE
	t.good('X-12', 'expired now, time-stamped in its life', lambda: stamped(small(custodian=short), token), notes=NO_LIST + [note], **o)
	t.good('X-12', 'time-stamped in the last second of its life', lambda: stamped(small(custodian=short), stamp('20261201000000.999Z')), notes=NO_LIST + [note], **o)
	t.bad('X-13', 'expired a second before the time-stamp', lambda: stamped(small(custodian=short), stamp('20261201000001Z')), DATES, note, **o)
	t.bad('X-13', 'expired months before the time-stamp', lambda: stamped(small(custodian=short), stamp('20270601000000Z')), DATES, note, **o)
	t.bad('X-12', 'expired now, a token over an earlier entry only', lambda: over_entry(short, 2), DATES, KNOWN + '@5', **o)
	t.bad('X-12', 'expired now, a token over the last entry before the seal: the seal has no proof', lambda: over_entry(short, 4), DATES, KNOWN + '@5', **o)
	t.bad('X-12', 'expired now, the token\'s authority not known', lambda: stamped(small(custodian=short), token), DATES, *found('TIMESTAMP_AUTHORITY:NO_CERTIFICATE_CHAIN_FOUND', SIGNATURE), **dict(o, trust=[CA]))
	t.good('X-12', 'signed early entries, proved by a token over the last of them, expired since', lambda: early(short, 3), notes=NO_LIST + [KNOWN + '@5'], **dict(o, pins=[BOB.id]))
	t.good('X-12', '… by a token over a later one', lambda: early(short, 4), notes=NO_LIST + [KNOWN + '@5'], **dict(o, pins=[BOB.id]))
	t.bad('X-12', '… by a token over an entry before the last of them: no proof', lambda: early(short, 2), DATES, KNOWN + '@5', **dict(o, pins=[BOB.id]))
	t.bad('X-14', 'not yet valid at the time-stamp', lambda: stamped(small(custodian=issued('v', start=at(2026, 11, 22, 3, 30, 0))), stamp('20261122032959Z')), NOT_YET, note, **o)


def over_entry(who, entry):
	c = small(custodian=who)
	c.entries.pop()
	c.note(b'more')
	entry_stamped(c, token, entry)
	c.seal()
	return c


def early(short, entry):
	"""Signs entries 1 to 3 and admits another device, which goes on."""
	c = small(custodian=short)
	c.entries = c.entries[:2]
	c.add('admit', {'as': 'device', 'certificate': BOB.id})
	c.note(signer=BOB)
	entry_stamped(c, token, entry).entries[-1].signer = BOB
	c.seal(signer=BOB)
	return c


def revocation(t):
	day = lambda n: at(2026, 11, n)
	signer = issued('v')
	note = KNOWN + '@' + SIGNATURE
	proved = lambda *crls: lambda: stamped(small(custodian=signer), token, crls=crls)
	plain = lambda *crls: lambda: stamped(small(custodian=signer), crls=crls)
	o = dict(pins=[], trust=[CA, ROOT], args=LATER_AT)
	t.good('X-21', 'a list that names nobody', plain(Crl(CA, next_=at(2028, 1, 1))), **o)
	t.good('X-21', 'another serial revoked', plain(Crl(CA, [(BOB, day(1), 1)], next_=at(2028, 1, 1))), **o)
	for reason in (None, 0, 1, 4):
		t.bad('X-21', 'revoked before the time-stamp, reason %s' % reason, proved(Crl(CA, [(signer, day(21), reason)])), 'SIGNER_REVOKED@1', note, **o)
		t.good('X-21', 'revoked after the time-stamp, reason %s' % reason, proved(Crl(CA, [(signer, day(23), reason)])), notes=['REVOKED_LATER@1', note], **o)
		t.bad('X-21', 'revoked, no time-stamp, reason %s' % reason, plain(Crl(CA, [(signer, day(23), reason)])), REVOKED, **o)
	t.bad('X-21', 'revoked in the second of the time-stamp', proved(Crl(CA, [(signer, at(2026, 11, 22, 4, 0, 0), 1)])), 'SIGNER_REVOKED@1', note, **o)
	t.good('X-21', 'revoked a second after it', proved(Crl(CA, [(signer, at(2026, 11, 22, 4, 0, 1), 1)])), notes=['REVOKED_LATER@1', note], **o)
	t.bad('X-21', 'revoked between two time-stamps', lambda: stamped(small(custodian=signer), token, lambda v: token(v, when_='20261125000000Z'), crls=[Crl(CA, [(signer, day(23), 4)])]), 'SIGNER_REVOKED@1', note, note, **o)
	t.good('X-21', 'revoked in the future of J: not yet', plain(Crl(CA, [(signer, at(2028, 1, 1), 1)])), **o)
	t.good('X-21', 'pinned and revoked: status does not matter', plain(Crl(CA, [(signer, day(21), 1)])), **dict(o, pins=[signer.id]))
	t.bad('X-21', 'the list of the reader revokes', lambda: small(custodian=signer), REVOKED, **dict(o, trust=[CA, Crl(CA, [(signer, day(23), 1)])]))
	t.good('X-21', 'the list of the reader names nobody', lambda: small(custodian=signer), **dict(o, trust=[CA, Crl(CA, next_=at(2028, 1, 1))]))
	mid = ca('Middle', CA)
	leaf = lawyer(mid)
	chain = lambda *crls: lambda: stamped(small(custodian=leaf), token, certs=[mid], crls=crls)
	t.bad('X-21', 'the intermediate revoked before the time-stamp', chain(Crl(mid), Crl(CA, [(mid, day(21), 1)])), REVOKED_CA, note, **o)
	t.good('X-21', 'the intermediate revoked after it', chain(Crl(mid), Crl(CA, [(mid, day(23), 1)])), notes=[note], **o)
	t.good('X-21', 'the intermediate\'s status not known', chain(Crl(mid)), notes=NO_LIST + [note], **o)
	t.bad('X-21', 'both revoked: the first is named', chain(Crl(mid, [(leaf, day(21), 1)]), Crl(CA, [(mid, day(21), 1)])), 'SIGNER_REVOKED@1', note, **o)
	admitted = issued('admitted')

	def let_in():
		c = device(admitted)
		return stamped(c, token, crls=[Crl(CA, [(admitted, day(21), 1)])])
	t.bad('X-21', 'revoked before the time-stamp, yet admitted by the custodian', let_in, 'SIGNER_REVOKED@6', note, **dict(o, pins=[ALICE.id]))
	t.good('X-21', 'not revoked, and its chain expired: let in by the custodian', lambda: device(issued('ended', end=at(2026, 12, 1))), **dict(o, pins=[ALICE.id]))


def lists(t):
	"""X-22: what a list must be to be believed. A list that is not says nothing: the status stays unknown (a note), or TRY_LATER where the reader gave it."""
	signer = issued('v')
	revoked = [(signer, at(2026, 11, 1), 1)]
	day = dict(pins=[], args=AT)
	number = cert.extension('2.5.29.20', der.integer(2))
	other = Cert(EcKey('other authority'), 'Other Authority', extensions=CA_EXT)
	for what, crl in (('of another authority', Crl(other, revoked)), ('of the authority\'s name, by another key', Crl(CA, revoked, key=other.key)), ('whose signature is broken', Crl(CA, revoked, breaks=True)), ('of version 1', Crl(CA, revoked, version=None, extensions=[])),
			('with a version 3', Crl(CA, revoked, version=2)), ('a delta list', Crl(CA, revoked, extensions=[number, cert.extension('2.5.29.27', der.integer(1), True)])), ('a delta list without CRL number (CVE-2026-28388)', Crl(CA, revoked, extensions=[
			cert.extension('2.5.29.27', der.integer(1), True)])), ('with a critical distribution point', Crl(CA, revoked, extensions=[number, cert.extension('2.5.29.28', der.seq(der.tlv(0x81, b'\xff')), True)])),
			('with a critical extension of the entry', Crl(CA, revoked, entry_extensions=[cert.extension('2.5.29.29', der.seq(der.tlv(0xa4, CA.subject)), True)])), ('of the day after tomorrow', Crl(CA, revoked, this=at(2026, 11, 24))),
			('signed with RSA 1024', Crl(CA, revoked, key=RsaKey('rsa1024', 'pkcs1')))):
		t.bad('X-22', 'the list of the reader: ' + what, lambda: small(custodian=signer), TRY_LATER, trust=[CA, crl], **day)
		t.good('X-22', 'a list in a validation record: ' + what, lambda: with_record(signer, crl.der), notes=NO_LIST, trust=[CA], **day)
	for what, crl in (('that is stale at J', Crl(CA, this=at(2026, 10, 1), next_=at(2026, 11, 1))), ('without nextUpdate', Crl(CA, next_=False))):
		t.bad('X-22', 'the list of the reader: one %s, naming nobody' % what, lambda: small(custodian=signer), TRY_LATER, trust=[CA, crl], **day)
		t.good('X-22', 'a list in a validation record: one %s, naming nobody' % what, lambda: with_record(signer, crl.der), notes=NO_LIST, trust=[CA], **day)
	stale = Crl(CA, revoked, this=at(2026, 10, 1), next_=at(2026, 11, 1))
	t.bad('X-22', 'a stale list that revokes', lambda: small(custodian=signer), REVOKED, trust=[CA, stale], **day)
	t.bad('X-22', 'a list in a validation record that revokes', lambda: with_record(signer, Crl(CA, revoked).der), REVOKED, trust=[CA], **day)
	t.good('X-22', 'a list in a validation record', lambda: with_record(signer, Crl(CA).der), trust=[CA], **day)
	t.good('X-22', 'a stale list of the reader, a fresh one in the bundle', lambda: with_record(signer, Crl(CA).der), trust=[CA, Crl(CA, this=at(2026, 10, 1), next_=at(2026, 11, 1))], **day)
	t.bad('X-22', 'one list names nobody, another revokes', lambda: with_record(signer, Crl(CA).der), REVOKED, trust=[CA, Crl(CA, revoked)], **day)
	t.good('X-22', 'a list of 300 s ahead of J', lambda: small(custodian=signer), trust=[CA, Crl(CA, this=at(2026, 11, 22, 12, 5, 0))], **day)
	t.bad('X-22', 'a list of 301 s ahead of J', lambda: small(custodian=signer), TRY_LATER, trust=[CA, Crl(CA, this=at(2026, 11, 22, 12, 5, 1))], **day)
	t.good('X-22', 'the signer itself an anchor', lambda: small(custodian=ALICE), pins=[], trust=[ALICE, Crl(other)], args=AT)
	no_crl = Cert(EcKey('no lists'), 'No Lists', extensions=[cert.basic(True), key_usage(der.bits(b'\x04', 2))])
	under = Cert(EcKey('path lawyer'), 'Lawyer', issuer=no_crl)
	t.bad('X-22', 'the list of the reader: its issuer\'s keyUsage has no cRLSign', lambda: small(custodian=under), TRY_LATER, trust=[no_crl, Crl(no_crl)], **day)
	ended = issued('v', end=at(2026, 11, 22))
	for what, this, notes in (('of the last second of the certificate\'s life', at(2026, 11, 22), []), ('made after its end: it may not be named any more', at(2026, 11, 22, 0, 0, 1), NO_LIST)):
		t.good('X-22', 'a list ' + what, lambda: stamped(small(custodian=ended, start='2026-11-20T03:04:05.678Z'), lambda v: token(v, when_='20261121000000Z'), crls=[Crl(CA, this=this)]), pins=[], trust=[CA, ROOT], args=LATER_AT,
			notes=notes + [KNOWN + '@' + SIGNATURE])
	for what, text in (('another label', pem(CA).replace('CERTIFICATE', 'TRUSTED CERTIFICATE')), ('a key', '-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n'), ('no block', 'nothing\n'), ('an empty file', ''),
			('a certificate that does not decode', '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'), ('a list that does not decode', '-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n'),
			('a certificate and something else', pem(CA) + '-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n'), ('no end', pem(CA).split('-----END')[0])):
		t.bad('X-17', '--trust: ' + what, lambda: small(custodian=signer), trust=[text], pins=[], args=AT, exit_=64)
	t.good('X-17', '--trust: text between the blocks', lambda: small(custodian=signer), trust=['Authority:\n' + pem(CA) + '\nmore\n' + pem(other) + 'end\n'], notes=NO_LIST, **day)
	t.good('X-17', '--trust: a folder of files', lambda: small(custodian=signer), trust=[{'b.pem': pem(CA), 'a.txt': pem(other), 'c.crl': pem(Crl(CA))}], **day)

	# no listing has the name that counts first by chance in all these forms: not as made, not turned, hardly as hashed
	mid, other_root = ca('Middle', ROOT), ca('Other Root')
	late = Cert(EcKey('path Middle'), 'Middle', issuer=other_root, extensions=CA_EXT, end=at(2026, 2, 1))
	no_use = ca('Middle', ROOT, [cert.basic(True), key_usage()])
	first = lambda one, two: {name: pem(one if name == '0' else two) for name in 'zyx5Z0é4Aab'} | {'.hidden': 'no PEM\n'}
	path(t, '--trust: the files of a folder in bytewise order, none that begins with a dot', lawyer(mid), [], DATES, case='X-22', anchors=[first(late, no_use)])
	path(t, '… the other way round', lawyer(mid), [], GENERAL, case='X-22', anchors=[first(no_use, late)])
	t.bad('X-22', '--trust: a folder without a file', lambda: small(custodian=signer), trust=[{'.hidden': pem(CA)}], pins=[], args=AT, exit_=64)


def with_record(signer, data, ext='crl', role='validation'):
	c = small(custodian=signer)
	c.entries.pop()
	c.acquire(content(data, ext, role), content(b'x'))
	c.seal()
	return c


def build(t):
	for part in (places, authorities, searches, name_constraints, dates, revocation, lists):
		part(t)
