// A signature in its one byte form (format.md §5) and what is wrong with one (verify.md §3, 2.4).

import { ascii, type Bytes, concat, equal, hex } from "./bytes.ts";
import { type Certificate, type Key, parseCertificate, readKey } from "./cert.ts";
import {
	INT, NotDer, NULL, OCTETS, OID, SEQ, SET,
	children, element, fixed, oid, only, sequences, shape, unsigned, write,
} from "./der.ts";
import type { Code } from "./findings.ts";
import { sha256 } from "./hash.ts";
import { revocationSet } from "./ocsp.ts";

const A0 = 0xa0;
const A1 = 0xa1;
const seq = (...p: Bytes[]): Bytes => write(SEQ, ...p);
const set = (...p: Bytes[]): Bytes => write(SET, ...p);
const int = (n: number): Bytes => write(INT, Uint8Array.of(n));

const SIGNED_DATA = oid("1.2.840.113549.1.7.2");
const DATA = oid("1.2.840.113549.1.7.1");
const SHA256 = seq(oid("2.16.840.1.101.3.4.2.1"));
const CONTENT_TYPE = oid("1.2.840.113549.1.9.3");
const SIGNING_TIME = oid("1.2.840.113549.1.9.5");
const MESSAGE_DIGEST = oid("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE = oid("1.2.840.113549.1.9.16.2.47");
const TIMESTAMP_TOKEN = oid("1.2.840.113549.1.9.16.2.14");

const ECDSA = seq(oid("1.2.840.10045.4.3.2"));
const PKCS1 = seq(oid("1.2.840.113549.1.1.1"), write(NULL));
const PSS = seq(oid("1.2.840.113549.1.1.10"), seq(
	write(A0, SHA256), write(A1, seq(oid("1.2.840.113549.1.1.8"), SHA256)), write(0xa2, int(32)),
));

interface Found {
	/** As they stand, the signer's among them. */
	certificates: Bytes[];
	crls: Bytes[];
	answers: Bytes[];
	attributes: Bytes;
	messageDigest: Bytes;
	algorithm: Bytes;
	value: Bytes;
	/** Time-stamp tokens of the unsigned attributes. */
	tokens: Bytes[];
	/** The [1] elements of lists and of unsigned attributes, empty if not there. */
	crlsField: Bytes;
	unsigned: Bytes;
}

const NOTHING = new Uint8Array(0);
const MAX_MATERIAL = 64;
const MAX_TOKENS = 16;

/**
 * Walks the file along the tags of its form, as far as certificates, digest and value lie; NotDer if it has another
 * structure. Everything else is compared with the template later. A seal may hold what timestamp.md §5 allows.
 */
function walk(file: Bytes, seal: boolean): Found {
	const [, outer] = shape(only(file, SEQ).body, OID, A0);
	const data = children(only(outer.body, SEQ).body);
	const crls = seal && data[4]?.tag === A1 ? data.splice(4, 1)[0] : null;
	const dataTags = [INT, SET, SEQ, A0, SET];
	if (data.length !== 5 || data.some((t, i) => t.tag !== dataTags[i])) throw new NotDer();
	const info = children(only(data[4].body, SEQ).body);
	const extra = seal && info.length === 7 && info[6].tag === A1 ? info.pop()! : null;
	const tags = [INT, SEQ, SEQ, A0, SEQ, OCTETS];
	if (info.length !== 6 || info.some((t, i) => t.tag !== tags[i])) throw new NotDer();
	return {
		certificates: sequences(data[3].body, 1, seal ? MAX_MATERIAL : 1),
		...(crls === null ? { crls: [], answers: [] } : revocationSet(crls.body)),
		attributes: info[3].body,
		messageDigest: attributeDigest(info[3].body),
		algorithm: info[4].raw,
		value: info[5].body,
		tokens: extra === null ? [] : sequences(extra.body, 1, MAX_TOKENS).map(token),
		crlsField: crls?.raw ?? NOTHING, unsigned: extra?.raw ?? NOTHING,
	};
}

/** The one token of an attribute signature-time-stamp. */
function token(attribute: Bytes): Bytes {
	const [id, values] = shape(only(attribute, SEQ).body, OID, SET);
	if (!equal(id.raw, TIMESTAMP_TOKEN)) throw new NotDer();
	return only(values.body, SEQ).raw;
}

/** The first value of the third attribute; whether the rest is as it must be is seen later. */
function attributeDigest(attributes: Bytes): Bytes {
	let at = 0;
	let third = element(attributes, 0);
	for (let i = 0; i < 3; i++) {
		third = element(attributes, at);
		if (third.tag !== SEQ) throw new NotDer();
		at += third.raw.length;
	}
	const id = element(third.body, 0);
	const values = element(third.body, id.raw.length);
	const value = element(values.body, 0);
	if (id.tag !== OID || values.tag !== SET || value.tag !== OCTETS) throw new NotDer();
	return value.body;
}

/** `time` is the entry's; RFC 5652 §11.3 wants UTCTime through 2049. */
function signingTime(time: string): Bytes {
	const digits = time.slice(0, 19).replace(/[-T:]/g, "");
	const utc = Number(time.slice(0, 4)) <= 2049;
	return write(utc ? 0x17 : 0x18, ascii((utc ? digits.slice(2) : digits) + "Z"));
}

function attributes(certificate: Bytes, digest: Bytes, time: string): Bytes {
	return concat(
		seq(CONTENT_TYPE, set(DATA)),
		seq(SIGNING_TIME, set(signingTime(time))),
		seq(MESSAGE_DIGEST, set(write(OCTETS, digest))),
		seq(SIGNING_CERTIFICATE, set(seq(seq(seq(write(OCTETS, sha256(certificate))))))),
	);
}

/** The file as it must be, around the certificate and the value found. */
function template(f: Found, c: Certificate, signed: Bytes): Bytes {
	const info = seq(
		int(1), seq(c.issuer, c.serial), SHA256, write(A0, signed), f.algorithm,
		write(OCTETS, f.value), f.unsigned,
	);
	const data = seq(int(f.answers.length > 0 ? 5 : 1), set(SHA256), seq(DATA), write(A0, ...f.certificates), f.crlsField, set(info));
	return seq(SIGNED_DATA, write(A0, data));
}

/** The raw form WebCrypto takes of a DER ECDSA value; null if it is not its one form. */
function ecdsaValue(value: Bytes, order: bigint, len: number, lowS: boolean): Bytes | null {
	try {
		const [r, s] = shape(only(value, SEQ).body, INT, INT).map((t) => unsigned(t.body));
		if (r < 1n || s < 1n || r >= order || s >= order) return null;
		return lowS && s > order / 2n ? null : concat(fixed(r, len), fixed(s, len));
	} catch (e) {
		if (e instanceof NotDer) return null;
		throw e;
	}
}

export type Scheme = "ecdsa" | "pkcs1" | "pss";
const keys = new Map<string, Promise<CryptoKey>>();

function imported(key: Key, scheme: Scheme, hash: string): Promise<CryptoKey> {
	const id = `${scheme} ${hash} ${hex(sha256(key.spki))}`;
	let k = keys.get(id);
	if (!k) {
		const algorithm = key.kind === "ec"
			? { name: "ECDSA", namedCurve: key.curve.name }
			: { name: scheme === "pss" ? "RSA-PSS" : "RSASSA-PKCS1-v1_5", hash };
		k = crypto.subtle.importKey("spki", key.spki as BufferSource, algorithm, false, ["verify"]);
		if (keys.size > 4096) keys.clear();
		keys.set(id, k);
	}
	return k;
}

export interface Arithmetic {
	(key: Key, scheme: Scheme, hash: string, value: Bytes, signed: Bytes): Promise<boolean>;
}

/** What a platform says of a key it can read but not use; of a curve's point, which is known to be good, it says nothing. */
const OF_THE_KEY = ["DataError", "OperationError"];

/**
 * Whether the value verifies. Where the platform lacks what this takes (a curve; WebCrypto as a
 * whole, outside a secure context), that is a failure of our own and says nothing of the value.
 */
export const webCrypto: Arithmetic = async (key, scheme, hash, value, signed) => {
	try {
		const k = await imported(key, scheme, hash);
		const algorithm = scheme === "ecdsa" ? { name: "ECDSA", hash }
			: scheme === "pss" ? { name: "RSA-PSS", saltLength: Number(hash.slice(4)) / 8 } : { name: "RSASSA-PKCS1-v1_5" };
		return await crypto.subtle.verify(algorithm, k, value as BufferSource, signed as BufferSource);
	} catch (e) {
		const { name } = e as Error;
		if (key.kind === "rsa" && OF_THE_KEY.includes(name)) return false;
		throw new Error(`WebCrypto cannot check ${key.kind === "ec" ? key.curve.name : scheme} here (${name})`);
	}
};

/** Verifies a value as it stands in CMS or in a certificate; `lowS` as format.md §5 demands. */
export async function verifyValue(
	math: Arithmetic, key: Key, scheme: Scheme, hash: string, value: Bytes, signed: Bytes, lowS: boolean,
): Promise<boolean> {
	if (key.kind === "rsa") {
		return value.length === key.bytes && math(key, scheme, hash, value, signed);
	}
	const raw = ecdsaValue(value, key.curve.n, key.curve.bytes, lowS);
	return raw !== null && math(key, scheme, hash, raw, signed);
}

export interface SignatureResult {
	code: Code | null;
	/** Set as soon as its digest was the one demanded. */
	certificate: Certificate | null;
	/** What stands beside the signature, once it verifies. */
	beside: { value: Bytes; certificates: Bytes[]; crls: Bytes[]; answers: Bytes[]; tokens: Bytes[] } | null;
}

export interface Demand {
	/** SHA-256 of the signed file. */
	content: Bytes;
	/** Fingerprint that the certificate must have. */
	certificate: string;
	time: string;
	/** Of a bundle: more certificates, lists and tokens may stand there. */
	seal: boolean;
}

function schemeOf(key: Key, algorithm: Bytes): Scheme | null {
	if (key.kind === "ec") return equal(algorithm, ECDSA) ? "ecdsa" : null;
	return equal(algorithm, PSS) ? "pss" : equal(algorithm, PKCS1) ? "pkcs1" : null;
}

export async function checkSignature(math: Arithmetic, file: Bytes, d: Demand): Promise<SignatureResult> {
	const result: SignatureResult = { code: "SIGNATURE_FORM", certificate: null, beside: null };
	let f: Found;
	try {
		f = walk(file, d.seal);
	} catch (e) {
		if (e instanceof NotDer) return result;
		throw e;
	}
	const own = f.certificates.find((x) => hex(sha256(x)) === d.certificate);
	if (own === undefined) return { ...result, code: "SIGNER_MISMATCH" };
	const c = parseCertificate(own);
	if (c === null) return result;
	result.certificate = c;
	if (!equal(f.messageDigest, d.content)) return { ...result, code: "SIGNED_DATA_ALTERED" };
	const key = readKey(c);
	if (key === "unsupported") return { ...result, code: "ALGORITHM_UNSUPPORTED" };
	if (key === "unfit") return { ...result, code: "KEY_UNFIT" };
	const signed = attributes(c.der, d.content, d.time);
	const scheme = schemeOf(key, f.algorithm);
	const formed = scheme !== null && equal(file, template(f, c, signed));
	if (!formed) return result;
	const ok = await verifyValue(math, key, scheme, "SHA-256", f.value, write(SET, signed), true);
	if (!ok) return { ...result, code: "SIGNATURE_WRONG" };
	return { ...result, code: null, beside: { value: f.value, certificates: f.certificates, crls: f.crls, answers: f.answers, tokens: f.tokens } };
}
