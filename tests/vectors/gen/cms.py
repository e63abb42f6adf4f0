"""The detached CMS signature of docs/format.md §5, each part replaceable for the bad vectors."""
from . import der
from .keys import SHA256, sha256

DATA, SIGNED_DATA = '1.2.840.113549.1.7.1', '1.2.840.113549.1.7.2'
CONTENT_TYPE, DIGEST, TIME = '1.2.840.113549.1.9.3', '1.2.840.113549.1.9.4', '1.2.840.113549.1.9.5'
ESS_V2, TOKEN = '1.2.840.113549.1.9.16.2.47', '1.2.840.113549.1.9.16.2.14'
SHA256_ALG = der.seq(der.oid(SHA256))


def attribute(oid, *values):
	return der.seq(der.oid(oid), der.set_(*values))


def signing_time(t):
	"""`t` is the entry's time string, 2026-11-22T03:04:05.678Z."""
	digits = ''.join(c for c in t[:19] if c.isdigit())
	if int(digits[:4]) < 2050:
		return der.tlv(0x17, (digits[2:] + 'Z').encode())
	return der.tlv(0x18, (digits + 'Z').encode())


def ess(digest):
	return attribute(ESS_V2, der.seq(der.seq(der.seq(der.octets(digest)))))


def attributes(content, cert, t):
	"""The four signed attributes in DER's order."""
	return [
		attribute(CONTENT_TYPE, der.oid(DATA)),
		attribute(TIME, signing_time(t)),
		attribute(DIGEST, der.octets(sha256(content))),
		ess(cert.sha256),
	]


def signer_info(content, cert, t, o):
	attrs = o.get('attributes') or attributes(content, cert, t)
	if 'edit_attributes' in o:
		attrs = o['edit_attributes'](list(attrs))
	key = o.get('key', cert.key)
	tbs = o.get('tbs')
	if tbs is None:
		tbs = content if o.get('no_attributes') else der.set_(*attrs)
	value = o['value'] if 'value' in o else key.sign(tbs)
	if 'edit_value' in o:
		value = o['edit_value'](value)
	sid = o.get('sid', der.seq(cert.issuer, cert.serial))
	parts = [der.integer(o.get('signer_version', 1)), sid, o.get('signer_digest', SHA256_ALG)]
	if not o.get('no_attributes'):
		parts.append(der.tlv(0xa0, *attrs))
	parts += [o.get('algorithm', key.algorithm()), der.octets(value)]
	unsigned = o.get('unsigned')
	if callable(unsigned):
		unsigned = unsigned(value)
	if unsigned:
		parts.append(der.tlv(0xa1, *unsigned))
	return der.seq(*parts)


def sign(content, cert, t, **o):
	"""The file's bytes; `o` replaces parts, by the names used here."""
	signers = [signer_info(content, cert, t, o)]
	if 'edit_signers' in o:
		signers = o['edit_signers'](signers)
	inner = [der.oid(o.get('content_type', DATA))]
	if 'econtent' in o:
		inner.append(der.tlv(0xa0, der.octets(o['econtent'])))
	certs = o.get('certs', [cert.der])
	parts = [der.integer(o.get('version', 1)), der.set_(*o.get('digests', [SHA256_ALG])), der.seq(*inner)]
	if certs is not None:
		parts.append(der.tlv(0xa0, *certs))
	if 'crls' in o:
		parts.append(der.tlv(0xa1, *o['crls']))
	parts.append(der.set_(*signers))
	data = der.seq(der.oid(o.get('type', SIGNED_DATA)), der.tlv(0xa0, der.seq(*parts)))
	return o['edit'](data) if 'edit' in o else data
