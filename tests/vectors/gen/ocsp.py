"""OCSP answers (RFC 6960), each part replaceable for the bad vectors; the form is docs/verify.md §5.3's."""
import hashlib

from . import cert, der
from .cert import Cert
from .keys import EcKey
from .tsa import at

BASIC, ELEMENT, SIGNING, NO_CHECK, NONCE = ('1.3.6.1.5.5.7.48.1.1', '1.3.6.1.5.5.7.16.2', '1.3.6.1.5.5.7.3.9', '1.3.6.1.5.5.7.48.1.5', '1.3.6.1.5.5.7.48.1.2')
DIGEST = {'sha1': '1.3.14.3.2.26', 'sha256': '2.16.840.1.101.3.4.2.1', 'sha384': '2.16.840.1.101.3.4.2.2'}
GOOD, UNKNOWN = b'\x80\x00', b'\x82\x00'
ANSWER_EXT = [cert.key_usage(der.bits(b'\x80', 7)), cert.ext_usage(SIGNING), cert.extension(NO_CHECK, der.NULL)]


def time(t):
	"""GeneralizedTime, whatever the year; bytes stand as they are."""
	return t if isinstance(t, bytes) else der.tlv(0x18, t.strftime('%Y%m%d%H%M%SZ').encode())


def key_bits(who):
	"""subjectPublicKey without tag, length and the byte of unused bits."""
	return der.contents(der.children(who.key.spki())[1])[1:]


def revoked(date, reason=None):
	return der.tlv(0xa1, time(date), der.tlv(0xa0, der.tlv(0x0a, bytes([reason]))) if reason is not None else b'')


def cert_id(who, issuer, digest='sha1', null=True, issuer_name=None, issuer_key=None, serial=None):
	h = lambda b: hashlib.new(digest, b).digest()
	return der.seq(der.seq(der.oid(DIGEST[digest]), der.NULL if null else b''), der.octets(h(issuer.subject if issuer_name is None else issuer_name)),
		der.octets(h(key_bits(issuer) if issuer_key is None else issuer_key)), serial or who.serial)


def extensions(*all_):
	return der.tlv(0xa1, der.seq(*all_))


def single(who, issuer, status=GOOD, this=None, next_=None, ext=b'', id_=None, **o):
	"""A SingleResponse; next_ False: none."""
	until = b'' if next_ is False else der.tlv(0xa0, time(next_ or at(2027, 1, 1)))
	return der.seq(id_ or cert_id(who, issuer, **o), status, time(this or at(2026, 11, 20)), until, ext)


def delegate(issuer, name='Responder', ext=None, key=None, **o):
	return Cert(key or EcKey('ocsp ' + name), name, issuer=issuer, extensions=ANSWER_EXT if ext is None else ext, **o)


class Ocsp:
	"""An answer of `issuer`, about `who` unless `singles` are given, signed by `by` (the issuer) with certificates `certs`."""
	label = 'OCSP RESPONSE'

	def __init__(self, issuer, who=None, status=GOOD, singles=None, by=None, certs=None, by_key=False, responder=None, produced=None, ext=b'', key=None,
			breaks=False, algorithm=None, result=0, kind=BASIC, edit=None, edit_data=None, edit_basic=None, **o):
		by = by or issuer
		key = key or by.key
		if responder is None:
			responder = der.tlv(0xa2, der.octets(hashlib.sha1(key_bits(by)).digest())) if by_key else der.tlv(0xa1, by.subject)
		rows = singles if singles is not None else [single(who, issuer, status, **o)]
		data = der.seq(responder, time(produced or at(2026, 11, 20)), der.seq(*rows), ext)
		data = edit_data(data) if edit_data else data
		value = cert.sign_certificate(key, data)
		if breaks:
			value = value[:-1] + bytes([value[-1] ^ 1])
		if certs is None:
			certs = [] if by is issuer else [by]
		chain = [c if isinstance(c, bytes) else c.der for c in certs]
		basic = der.seq(data, algorithm or cert.certificate_algorithm(key), der.bits(value), der.tlv(0xa0, der.seq(*chain)) if chain else b'')
		basic = edit_basic(basic) if edit_basic else basic
		self.response = der.seq(der.tlv(0x0a, bytes([result])), der.tlv(0xa0, der.seq(der.oid(kind), der.octets(basic))))
		if edit:
			self.response = edit(self.response)
		self.id = hashlib.sha256(self.response).hexdigest()

	@property
	def der(self):
		"""As it stands among lists in a signature: an OCSP element (docs/timestamp.md §2)."""
		return der.tlv(0xa1, der.oid(ELEMENT), self.response)
