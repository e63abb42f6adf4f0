// Certificates (RFC 5280) as far as a verdict needs them: what a certificate says, whether its
// key is one of format.md §5, whether its use is allowed (verify.md §5).

import { type Bytes, hex, utf8 } from "./bytes.ts";
import {
	BITS, INT, NotDer, NULL, OCTETS, OID, SEQ, SET, type Tlv,
	big, children, demand, element, oid, only, shape, sound, unsigned,
} from "./der.ts";
import { sha256 } from "./hash.ts";
import { printableBytes } from "./printable.ts";

export interface Extension {
	id: string;
	critical: boolean;
	value: Bytes;
}

export interface Certificate {
	der: Bytes;
	/** SHA-256, hexadecimal. */
	fingerprint: string;
	version: number;
	/** Elements as they stand, to be copied or compared. */
	serial: Bytes;
	issuer: Bytes;
	subject: Bytes;
	spki: Bytes;
	tbs: Bytes;
	/** Inside, where it is signed, and outside. */
	innerAlgorithm: Bytes;
	signatureAlgorithm: Bytes;
	signature: Bytes;
	/** Milliseconds since 1970; null if not in the form of RFC 5280 §4.1.2.5. */
	notBefore: number | null;
	notAfter: number | null;
	extensions: Extension[];
}

const CONTEXT0 = 0xa0;
const CONTEXT1 = 0x81;
const CONTEXT2 = 0x82;
const CONTEXT3 = 0xa3;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

/** RFC 5280 §4.1.2.5: UTCTime from 1950 to 2049, GeneralizedTime else, both with seconds and Z. */
export function certificateTime(t: Tlv): number | null {
	demand(t.tag === UTC_TIME || t.tag === GENERALIZED_TIME);
	const s = String.fromCharCode(...t.body);
	let m: RegExpExecArray | null;
	let year: number;
	if (t.tag === UTC_TIME) {
		m = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(s);
		if (m === null) return null;
		year = Number(m[1]) + (Number(m[1]) >= 50 ? 1900 : 2000);
	} else {
		m = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(s);
		if (m === null) return null;
		year = Number(m[1]);
		if (year >= 1950 && year < 2050) return null;
	}
	const [mo, d, h, mi, se] = m.slice(2).map(Number);
	const at = new Date(0);
	at.setUTCFullYear(year, mo - 1, d);
	at.setUTCHours(h, mi, se);
	const exists = at.getUTCMonth() === mo - 1 && at.getUTCDate() === d && h < 24 && mi < 60 && se < 60;
	return exists ? at.getTime() : null;
}

export function bitString(t: Tlv): Bytes {
	demand(t.tag === BITS && t.body.length > 0 && t.body[0] === 0);
	return t.body.subarray(1);
}

/** A signature's value: empty, which verifies by no key, if it is not of whole bytes. */
export function signatureBits(t: Tlv): Bytes {
	return t.body[0] === 0 ? t.body.subarray(1) : new Uint8Array(0);
}

/** Extensions (RFC 5280 §4.1), at least one. */
export function extensionList(all: Tlv): Extension[] {
	const list = children(all.body);
	demand(list.length > 0);
	return list.map((e): Extension => {
		const parts = children(e.body);
		demand(e.tag === SEQ && parts[0]?.tag === OID);
		const critical = parts.length === 3;
		// DEFAULT FALSE is not written in DER, so a BOOLEAN here is TRUE.
		demand(!critical || (parts[1].tag === 1 && parts[1].body.length === 1 && parts[1].body[0] === 255));
		const value = parts[parts.length - 1];
		demand(parts.length >= 2 && parts.length <= 3 && value.tag === OCTETS);
		return { id: hex(parts[0].raw), critical, value: value.body };
	});
}

/** null if these bytes are no certificate. */
export function parseCertificate(der: Bytes): Certificate | null {
	try {
		return parse(der);
	} catch (e) {
		if (e instanceof NotDer) return null;
		throw e;
	}
}

function parse(der: Bytes): Certificate {
	demand(sound(der));
	const [tbs, algorithm, signature] = shape(only(der, SEQ).body, SEQ, SEQ, BITS);
	const t = children(tbs.body);
	let version = 1;
	if (t[0]?.tag === CONTEXT0) {
		const v = only(t.shift()!.body, INT).body;
		demand(v.length === 1 && v[0] <= 2);
		version = v[0] + 1;
	}
	demand(t.length >= 6 && t[0].tag === INT && t[0].body.length > 0);
	demand(t.slice(1, 6).every((e) => e.tag === SEQ) && children(t[1].body)[0]?.tag === OID && children(algorithm.body)[0]?.tag === OID);
	const validity = children(t[3].body);
	demand(validity.length === 2);
	names(t[2]);
	names(t[4]);
	const [keyAlgorithm] = shape(t[5].body, SEQ, BITS);
	demand(children(keyAlgorithm.body)[0]?.tag === OID);
	let found: Extension[] = [];
	const rests = t.slice(6);
	demand(rests.every((r, i) => i === 0 || r.tag > rests[i - 1].tag));
	for (const rest of rests) {
		demand(rest.tag === CONTEXT1 || rest.tag === CONTEXT2 || rest.tag === CONTEXT3);
		if (rest.tag === CONTEXT3) found = extensionList(only(rest.body, SEQ));
	}
	return {
		der, fingerprint: hex(sha256(der)), version, serial: t[0].raw, issuer: t[2].raw,
		subject: t[4].raw, spki: t[5].raw, tbs: tbs.raw, innerAlgorithm: t[1].raw, signatureAlgorithm: algorithm.raw,
		signature: signatureBits(signature), notBefore: certificateTime(validity[0]), notAfter: certificateTime(validity[1]),
		extensions: found,
	};
}

/** What a decoder of names would stumble on. */
function decodes(v: Tlv): boolean {
	if (v.tag === 0x0c) return utf8(v.body) !== null;
	return v.tag === 0x1e ? v.body.length % 2 === 0 : v.tag !== 0x1c || v.body.length % 4 === 0;
}

/** Attribute types and values of a Name, in order. */
export function names(name: Tlv): { type: string; value: Tlv }[] {
	const out: { type: string; value: Tlv }[] = [];
	for (const rdn of children(name.body)) {
		demand(rdn.tag === SET);
		for (const pair of children(rdn.body)) {
			demand(pair.tag === SEQ);
			const parts = children(pair.body);
			demand(parts.length === 2 && parts[0].tag === OID && decodes(parts[1]));
			out.push({ type: hex(parts[0].raw), value: parts[1] });
		}
	}
	return out;
}

const COMMON_NAME = hex(oid("2.5.4.3"));
const TEXT_TAGS = new Set([0x0c, 0x13, 0x16]);

/** The last commonName if it is UTF8String, PrintableString or IA5String; printable. */
export function commonName(c: Certificate): string | null {
	const all = names(element(c.subject, 0)).filter((n) => n.type === COMMON_NAME);
	const last = all.at(-1);
	return last && TEXT_TAGS.has(last.value.tag) ? printableBytes(last.value.body) : null;
}

export interface EcKey {
	kind: "ec";
	curve: Curve;
	spki: Bytes;
}
export interface RsaKey {
	kind: "rsa";
	/** Of the modulus, whole bytes. */
	bytes: number;
	spki: Bytes;
}
export type Key = EcKey | RsaKey;

export interface Curve {
	name: "P-256" | "P-384" | "P-521";
	id: string;
	bytes: number;
	p: bigint;
	b: bigint;
	n: bigint;
}

// SP 800-186 §3.2.1: y² = x³ − 3x + b mod p, order n.
const CURVES: Curve[] = [
	{
		name: "P-256", id: hex(oid("1.2.840.10045.3.1.7")), bytes: 32,
		p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
		b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
		n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
	},
	{
		name: "P-384", id: hex(oid("1.3.132.0.34")), bytes: 48,
		p: (1n << 384n) - (1n << 128n) - (1n << 96n) + (1n << 32n) - 1n,
		b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
		n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
	},
];

/** Accepted of those who vouch, not of signers of a bundle. */
const P521: Curve = {
	name: "P-521", id: hex(oid("1.3.132.0.35")), bytes: 66, p: (1n << 521n) - 1n,
	b: 0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
	n: 0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
};

const EC = hex(oid("1.2.840.10045.2.1"));
const RSA = hex(oid("1.2.840.113549.1.1.1"));

/**
 * The key of format.md §5, "unsupported" (another algorithm) or "unfit" (outside the bounds).
 * Those who vouch (verify.md §5.2) sign certificates, lists and tokens, not bundles: theirs may be on P-521.
 */
export function readKey(c: Certificate, vouches = false): Key | "unsupported" | "unfit" {
	const [algorithm, bits] = children(element(c.spki, 0).body);
	const parts = children(algorithm.body);
	const id = hex(parts[0].raw);
	try {
		if (id === EC) return ecKey(c.spki, parts, bitString(bits), vouches);
		if (id === RSA) return rsaKey(c.spki, parts, bitString(bits));
		return "unsupported";
	} catch (e) {
		if (e instanceof NotDer) return "unfit";
		throw e;
	}
}

function ecKey(spki: Bytes, algorithm: Tlv[], point: Bytes, vouches: boolean): Key | "unfit" {
	const curve = (vouches ? [...CURVES, P521] : CURVES).find((k) => k.id === hex(algorithm[1]?.raw ?? new Uint8Array(0)));
	if (!curve || algorithm.length !== 2) return "unfit";
	if (point.length !== 1 + 2 * curve.bytes || point[0] !== 4) return "unfit";
	const x = big(point.subarray(1, 1 + curve.bytes));
	const y = big(point.subarray(1 + curve.bytes));
	const p = curve.p;
	const on = x < p && y < p && (y * y - (x * x * x - 3n * x + curve.b)) % p === 0n;
	return on ? { kind: "ec", curve, spki } : "unfit";
}

function rsaKey(spki: Bytes, algorithm: Tlv[], bits: Bytes): Key | "unfit" {
	const plain = algorithm.length === 2 && algorithm[1].tag === NULL && algorithm[1].body.length === 0;
	if (!plain) return "unfit";
	const [n, e] = shape(only(bits, SEQ).body, INT, INT).map((t) => unsigned(t.body));
	const size = n.toString(2).length;
	if (size < 2048 || size > 8192) return "unfit";
	if (e < 65537n || e > 0xffffffffn || e % 2n === 0n) return "unfit";
	return { kind: "rsa", bytes: Math.ceil(size / 8), spki };
}

export const EXT = {
	keyUsage: hex(oid("2.5.29.15")),
	extendedKeyUsage: hex(oid("2.5.29.37")),
	basicConstraints: hex(oid("2.5.29.19")),
	nameConstraints: hex(oid("2.5.29.30")),
	subjectKey: hex(oid("2.5.29.14")),
	authorityKey: hex(oid("2.5.29.35")),
	subjectAltName: hex(oid("2.5.29.17")),
	policies: hex(oid("2.5.29.32")),
};

const KNOWN = new Set([
	EXT.keyUsage, EXT.extendedKeyUsage, EXT.basicConstraints, EXT.subjectKey, EXT.authorityKey,
	EXT.subjectAltName, EXT.policies,
]);
const ANY_USE = hex(oid("2.5.29.37.0"));
const STAMPING = hex(oid("1.3.6.1.5.5.7.3.8"));
const ANSWERING = hex(oid("1.3.6.1.5.5.7.3.9"));
const NO_CHECK = hex(oid("1.3.6.1.5.5.7.48.1.5"));
const SIGNING_USES = new Set([hex(oid("1.3.6.1.5.5.7.3.4")), hex(oid("1.3.6.1.5.5.7.3.36")), ANY_USE]);

export function extension(c: Certificate, id: string): Bytes | null {
	return c.extensions.find((e) => e.id === id)?.value ?? null;
}

/** The one element of an extension's value, DER throughout (verify.md §5.2); null if the extension is absent. */
export function extensionElement(c: Certificate, id: string, tag: number): Tlv | null {
	const value = extension(c, id);
	if (value === null) return null;
	demand(sound(value));
	return only(value, tag);
}

/** Bit `n` of the keyUsage extension; true if the extension is absent. */
export function hasUsage(c: Certificate, ...anyOf: number[]): boolean {
	const bits = extensionElement(c, EXT.keyUsage, BITS)?.body;
	if (bits === undefined) return true;
	return anyOf.some((n) => ((bits[1 + (n >> 3)] ?? 0) & (0x80 >> (n & 7))) !== 0);
}

/** Whether basicConstraints says cA, and how many certificates may stand between (null: any number). */
export function basicConstraints(c: Certificate): { ca: boolean; pathLen: bigint | null } {
	const all = extensionElement(c, EXT.basicConstraints, SEQ);
	if (all === null) return { ca: false, pathLen: null };
	const parts = children(all.body);
	const ca = parts[0]?.tag === 1 ? parts.shift()! : null;
	demand(parts.length === 0 || (parts.length === 1 && parts[0].tag === INT));
	return { ca: ca !== null, pathLen: parts.length === 0 ? null : signed(parts[0].body) };
}

/** An INTEGER's contents, two's complement. */
function signed(body: Bytes): bigint {
	demand(body.length > 0);
	return BigInt.asIntN(8 * body.length, big(body));
}

/** OIDs of extendedKeyUsage in hexadecimal; null if the extension is absent. */
export function extendedUses(c: Certificate): string[] | null {
	const all = extensionElement(c, EXT.extendedKeyUsage, SEQ);
	if (all === null) return null;
	const uses = children(all.body);
	demand(uses.every((u) => u.tag === OID));
	return uses.map((u) => hex(u.raw));
}

export function unknownCritical(c: Certificate, ...alsoKnown: string[]): boolean {
	return c.extensions.some((e) => e.critical && !KNOWN.has(e.id) && !alsoKnown.includes(e.id));
}

export function twice(c: Certificate, ...ids: string[]): boolean {
	return ids.some((id) => c.extensions.filter((e) => e.id === id).length > 1);
}

/** What a certificate is wanted for: to sign entries and seals, or time-stamp tokens. */
export type Purpose = "sign" | "stamp";

/** Whether extendedKeyUsage, if there, allows certificates below for this purpose. */
export function allowsPurpose(c: Certificate, purpose: Purpose): boolean {
	const uses = extendedUses(c);
	return uses === null || uses.some((u) => (purpose === "sign" ? SIGNING_USES.has(u) : u === STAMPING || u === ANY_USE));
}

/** False where what was asked met something that does not decode. */
function decoded(ask: () => boolean): boolean {
	try {
		return ask();
	} catch (e) {
		if (e instanceof NotDer) return false;
		throw e;
	}
}

const JUDGED = [EXT.basicConstraints, EXT.keyUsage, EXT.extendedKeyUsage];

/** verify.md §5.1: version, keyUsage, extendedKeyUsage, not a CA, no unknown critical extension. */
export function usableForSigning(c: Certificate): boolean {
	return !twice(c, ...JUDGED) && decoded(() => c.version === 3 && hasUsage(c, 0, 1) && !basicConstraints(c).ca &&
		!unknownCritical(c) && allowsPurpose(c, "sign"));
}

/** verify.md §5.3: as for signers, and extendedKeyUsage holds OCSPSigning. */
export function usableForAnswering(c: Certificate): boolean {
	return !twice(c, ...JUDGED) && decoded(() => c.version === 3 && hasUsage(c, 0, 1) && !basicConstraints(c).ca &&
		!unknownCritical(c, NO_CHECK) && (extendedUses(c) ?? []).includes(ANSWERING));
}

/** timestamp.md §3.6: as for signers, and extendedKeyUsage critical and nothing but timeStamping. */
export function usableForStamping(c: Certificate): boolean {
	return !twice(c, ...JUDGED) && decoded(() => {
		const uses = extendedUses(c);
		const only = uses?.length === 1 && uses[0] === STAMPING;
		return c.version === 3 && hasUsage(c, 0, 1) && !basicConstraints(c).ca && !unknownCritical(c) && only &&
			c.extensions.some((e) => e.id === EXT.extendedKeyUsage && e.critical);
	});
}
