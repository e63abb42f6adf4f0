// Answers about single certificates (OCSP, RFC 6960) in the form of verify.md §5.3.

import { type Bytes, equal, hex, latin1 } from "./bytes.ts";
import { type Certificate, bitString, extensionList, parseCertificate } from "./cert.ts";
import { BITS, ENUMERATED, INT, NULL, NotDer, OCTETS, OID, SEQ, type Tlv, children, demand, element, elements, oid, only, shape, sound } from "./der.ts";
import { type HashName, digestOf, sha256 } from "./hash.ts";

export interface Single {
	/** Of certID; null if it is neither SHA-1 nor SHA-256. */
	digest: HashName | null;
	name: Bytes;
	key: Bytes;
	/** The serialNumber's element, hexadecimal. */
	serial: string;
	status: "good" | "revoked" | "unknown";
	/** Milliseconds since 1970; of revoked. */
	date: number;
	reason: number | null;
	thisUpdate: number;
	/** thisUpdate where there is no nextUpdate. */
	nextUpdate: number;
	critical: boolean;
}

export interface Answer {
	fingerprint: string;
	/** Name or OCTET STRING of the responderID. */
	responder: Tlv;
	tbs: Bytes;
	/** There is none inside: the one outside again. */
	innerAlgorithm: Bytes;
	signatureAlgorithm: Bytes;
	signature: Bytes;
	producedAt: number;
	critical: boolean;
	singles: Single[];
	certificates: Bytes[];
	delegate: Certificate | null;
}

const MAX_ANSWER = 1 << 20;
const MAX_CERTIFICATES = 8;
const MAX_MATERIAL = 64;
const CONTEXT0 = 0xa0;
const CONTEXT1 = 0xa1;
const CONTEXT2 = 0xa2;
const TIME = 0x18;
const GOOD = 0x80;
const REVOKED = 0xa1;
const UNKNOWN = 0x82;
const BASIC = oid("1.3.6.1.5.5.7.48.1.1");
const ELEMENT = oid("1.3.6.1.5.5.7.16.2");
const DIGESTS = new Map<string, HashName>([[hex(oid("1.3.14.3.2.26")), "SHA-1"], [hex(oid("2.16.840.1.101.3.4.2.1")), "SHA-256"]]);

function time(t: Tlv | undefined): number {
	demand(t?.tag === TIME);
	const m = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(latin1(t.body));
	demand(m !== null);
	const [y, mo, d, h, mi, s] = m.slice(1).map(Number);
	const at = new Date(Date.UTC(y, mo - 1, d, h, mi, s));
	demand(y >= 1970 && h < 24 && mi < 60 && s < 60 && at.getUTCMonth() === mo - 1 && at.getUTCDate() === d);
	return at.getTime();
}

/** Whether one of the extensions is critical. */
function critical(t: Tlv): boolean {
	return extensionList(only(t.body, SEQ)).some((e) => e.critical);
}

function certId(t: Tlv): Pick<Single, "digest" | "name" | "key" | "serial"> {
	const [algorithm, name, key, serial] = shape(t.body, SEQ, OCTETS, OCTETS, INT);
	const [id, none, ...more] = children(algorithm.body);
	demand(id?.tag === OID && more.length === 0 && (none === undefined || none.tag === NULL));
	return { digest: DIGESTS.get(hex(id.raw)) ?? null, name: name.body, key: key.body, serial: hex(serial.raw) };
}

function status(t: Tlv): Pick<Single, "status" | "date" | "reason"> {
	const out = { date: 0, reason: null as number | null };
	if (t.tag !== REVOKED) {
		demand((t.tag === GOOD || t.tag === UNKNOWN) && t.body.length === 0);
		return { ...out, status: t.tag === GOOD ? "good" : "unknown" };
	}
	const [date, reason, ...more] = children(t.body);
	demand(more.length === 0 && (reason === undefined || reason.tag === CONTEXT0));
	if (reason !== undefined) {
		const value = only(reason.body, ENUMERATED).body;
		demand(value.length === 1);
		out.reason = value[0];
	}
	return { ...out, status: "revoked", date: time(date) };
}

function single(t: Tlv): Single {
	demand(t.tag === SEQ);
	const [id, is, from, ...rest] = children(t.body);
	demand(id?.tag === SEQ && is !== undefined);
	const thisUpdate = time(from);
	let nextUpdate = thisUpdate;
	if (rest[0]?.tag === CONTEXT0) nextUpdate = time(only(rest.shift()!.body, TIME));
	const strict = rest[0]?.tag === CONTEXT1 && critical(rest.shift()!);
	demand(rest.length === 0);
	return { ...certId(id), ...status(is), thisUpdate, nextUpdate, critical: strict };
}

/** The bits of a certificate's subjectPublicKey; empty where they do not fill bytes. */
export function keyBits(c: Certificate): Bytes {
	const bits = children(element(c.spki, 0).body)[1];
	return bits.body[0] === 0 ? bits.body.subarray(1) : new Uint8Array(0);
}

export function respondsAs(a: Pick<Answer, "responder">, c: Certificate): boolean {
	if (a.responder.tag === SEQ) return equal(a.responder.raw, c.subject);
	return keyBits(c).length > 0 && equal(a.responder.body, digestOf("SHA-1", keyBits(c)));
}

function parse(der: Bytes): Answer {
	demand(der.length <= MAX_ANSWER && sound(der));
	const [result, explicit] = shape(only(der, SEQ).body, ENUMERATED, CONTEXT0);
	demand(result.body.length === 1 && result.body[0] === 0);
	const [type, response] = shape(only(explicit.body, SEQ).body, OID, OCTETS);
	demand(equal(type.raw, BASIC) && sound(response.body));
	const basic = children(only(response.body, SEQ).body);
	const extra = basic.length === 4 ? basic.pop()! : null;
	demand(basic.length === 3 && [SEQ, SEQ, BITS].every((tag, i) => basic[i].tag === tag));
	demand(extra === null || extra.tag === CONTEXT0);
	const [tbs, algorithm, signature] = basic;
	const value = bitString(signature);
	demand(value.length > 0);
	const certificates = extra === null ? [] : children(only(extra.body, SEQ).body);
	demand(extra === null || (certificates.length >= 1 && certificates.length <= MAX_CERTIFICATES));
	demand(certificates.every((c) => c.tag === SEQ));
	const [by, produced, list, ...rest] = children(tbs.body);
	demand((by?.tag === CONTEXT1 || by?.tag === CONTEXT2) && list?.tag === SEQ);
	const responder = only(by.body, by.tag === CONTEXT1 ? SEQ : OCTETS);
	const singles = children(list.body).map(single);
	const strict = rest[0]?.tag === CONTEXT1 && critical(rest.shift()!);
	demand(rest.length === 0 && singles.length > 0);
	return {
		fingerprint: hex(sha256(der)), responder, tbs: tbs.raw, innerAlgorithm: algorithm.raw, signatureAlgorithm: algorithm.raw, signature: value,
		producedAt: time(produced), critical: strict, singles, certificates: certificates.map((c) => c.raw),
		delegate: certificates.map((c) => parseCertificate(c.raw)).find((c) => c !== null && respondsAs({ responder }, c)) ?? null,
	};
}

function orNull<T>(make: () => T): T | null {
	try {
		return make();
	} catch (e) {
		if (e instanceof NotDer) return null;
		throw e;
	}
}

/** null if these bytes are no answer. */
export function parseAnswer(der: Bytes): Answer | null {
	return orNull(() => parse(der));
}

/** The OCSPResponse in an OCSP element (timestamp.md §2); NotDer if it is none. */
export function answerIn(element_: Bytes): Bytes {
	const [id, response] = shape(only(element_, CONTEXT1).body, OID, SEQ);
	demand(equal(id.raw, ELEMENT));
	return response.raw;
}

/** CRLs and OCSPResponses of a field crls: 1 to 64, strictly rising; NotDer if it holds anything else. */
export function revocationSet(body: Bytes): { crls: Bytes[]; answers: Bytes[] } {
	const all = elements(body, MAX_MATERIAL, CONTEXT1);
	return { crls: all.filter((e) => e[0] === SEQ), answers: all.filter((e) => e[0] !== SEQ).map(answerIn) };
}

/** Whether it is about this certificate of this issuer (verify.md §5.3). */
export function isAbout(s: Single, c: Certificate, issuer: Certificate): boolean {
	return s.digest !== null && s.serial === hex(c.serial) && equal(s.name, digestOf(s.digest, issuer.subject)) &&
		equal(s.key, digestOf(s.digest, keyBits(issuer)));
}
