// A time-stamp token in the form of timestamp.md §2: what it says, before anything is believed of it.

import { DIGESTS, type Sha2 } from "./algorithms.ts";
import { type Bytes, equal, hex, latin1 } from "./bytes.ts";
import { type Certificate, parseCertificate } from "./cert.ts";
import { INT, NULL, NotDer, OCTETS, OID, SEQ, SET, type Tlv, big, children, demand, oid, only, rising, sequences, shape } from "./der.ts";
import { type HashName, digestOf } from "./hash.ts";
import { revocationSet } from "./ocsp.ts";

export interface Token {
	certificates: Bytes[];
	crls: Bytes[];
	/** OCSPResponses. */
	answers: Bytes[];
	authority: Certificate;
	/** Of the SignerInfo; null if it is none of timestamp.md §2's. */
	digest: Sha2 | null;
	algorithm: Bytes;
	value: Bytes;
	/** Signed attributes with the tag they are signed with. */
	attributes: Bytes;
	messageDigest: Bytes;
	content: Bytes;
	info: TstInfo;
}

export interface TstInfo {
	policy: string;
	/** Whether the imprint's algorithm is SHA-256. */
	sha256: boolean;
	imprint: Bytes;
	/** Contents of the serialNumber, hexadecimal. */
	serial: string;
	/** Milliseconds since 1970, rounded up. */
	genTime: number;
	/** Milliseconds, rounded up; null if not said. */
	accuracy: number | null;
	criticalExtension: boolean;
}

const MAX_TOKEN = 1 << 20;
const MAX_MATERIAL = 64;
const BOOL = 0x01;
const TIME = 0x18;
const A0 = 0xa0;
const A1 = 0xa1;
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const SIGNED_DATA = oid("1.2.840.113549.1.7.2");
const TST_INFO = oid("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE = hex(oid("1.2.840.113549.1.9.3"));
const MESSAGE_DIGEST = hex(oid("1.2.840.113549.1.9.4"));
const ESS_V1 = hex(oid("1.2.840.113549.1.9.16.2.12"));
const ESS_V2 = hex(oid("1.2.840.113549.1.9.16.2.47"));

/** The OBJECT IDENTIFIER of a DigestAlg. */
function digestAlg(t: Tlv): Bytes {
	demand(t.tag === SEQ);
	const [id, none, ...more] = children(t.body);
	demand(id?.tag === OID && more.length === 0 && (none === undefined || (none.tag === NULL && none.body.length === 0)));
	return id.raw;
}

/** Dotted form of 1 to 64 bytes of a well-formed OBJECT IDENTIFIER. */
function dotted(body: Bytes): string {
	demand(body.length >= 1 && body.length <= 64 && body[body.length - 1] < 0x80);
	const arcs: bigint[] = [];
	let n = 0n;
	let fresh = true;
	for (const b of body) {
		demand(!fresh || b !== 0x80);
		n = (n << 7n) | BigInt(b & 0x7f);
		fresh = b < 0x80;
		if (fresh) {
			arcs.push(n);
			n = 0n;
		}
	}
	const first = arcs[0] < 80n ? arcs[0] / 40n : 2n;
	return [first, arcs[0] - 40n * first, ...arcs.slice(1)].join(".");
}

function genTime(t: Tlv): number {
	const m = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{0,8}[1-9]))?Z$/.exec(latin1(t.body));
	demand(m !== null);
	const [y, mo, d, h, mi, s] = m.slice(1, 7).map(Number);
	const whole = Date.UTC(y, mo - 1, d, h, mi, s);
	const date = new Date(whole);
	demand(y >= 1970 && h < 24 && mi < 60 && s < 60 && date.getUTCMonth() === mo - 1 && date.getUTCDate() === d);
	const at = whole + Math.ceil(Number((m[7] ?? "").padEnd(9, "0")) / 1e6);
	demand(at <= LAST);
	return at;
}

function accuracy(body: Bytes): number {
	const parts = children(body);
	let out = 0;
	if (parts[0]?.tag === INT) {
		const b = parts.shift()!.body;
		demand(b.length >= 1 && b.length <= 4 && b[0] < 0x80);
		out += 1000 * Number(big(b));
	}
	for (const [tag, unit] of [[0x80, 1], [0x81, 0.001]]) {
		if (parts[0]?.tag !== tag) continue;
		const b = parts.shift()!.body;
		demand(b.length >= 1 && b.length <= 2);
		const n = Number(BigInt.asIntN(8 * b.length, big(b)));
		demand(n >= 1 && n <= 999);
		// at most 999 microseconds: less than one more millisecond
		out += unit === 1 ? n : 1;
	}
	demand(parts.length === 0);
	return out;
}

/** Whether one of the extensions is critical. */
function extensions(body: Bytes): boolean {
	const all = children(body);
	demand(all.length >= 1);
	return all.map((e) => {
		demand(e.tag === SEQ);
		const parts = children(e.body);
		const flag = parts.length === 3 ? parts[1] : null;
		demand(parts.length >= 2 && parts.length <= 3 && parts[0].tag === OID && parts[parts.length - 1].tag === OCTETS);
		demand(flag === null || (flag.tag === BOOL && flag.body.length === 1));
		return flag !== null && flag.body[0] !== 0;
	}).includes(true);
}

function tstInfo(bytes: Bytes): TstInfo {
	const t = children(only(bytes, SEQ).body);
	const tags = [INT, OID, SEQ, INT, TIME];
	demand(t.length >= 5 && tags.every((tag, i) => t[i].tag === tag));
	const [version, policy, imprint, serial, time] = t;
	demand(version.body.length === 1 && version.body[0] === 1);
	demand(serial.body.length >= 1 && serial.body.length <= 32);
	const [alg, value] = shape(imprint.body, SEQ, OCTETS);
	const sha256 = DIGESTS.get(hex(digestAlg(alg))) === "SHA-256";
	demand(!sha256 || value.body.length === 32);
	const rest = t.slice(5);
	const next = (tag: number): Bytes | null => (rest[0]?.tag === tag ? rest.shift()!.body : null);
	const acc = next(SEQ);
	const ordering = next(BOOL);
	demand(ordering === null || (ordering.length === 1 && (ordering[0] === 0 || ordering[0] === 0xff)));
	next(INT);
	const tsa = next(A0);
	if (tsa !== null) children(tsa);
	const ext = next(A1);
	demand(rest.length === 0);
	return {
		policy: dotted(policy.body), sha256, imprint: value.body, serial: hex(serial.body), genTime: genTime(time),
		accuracy: acc === null ? null : accuracy(acc), criticalExtension: ext !== null && extensions(ext),
	};
}

/** Values of the signed attributes, by the hexadecimal of their types. */
function attributes(body: Bytes): Map<string, Tlv> {
	const all = children(body);
	demand(rising(all));
	const out = new Map<string, Tlv>();
	for (const a of all) {
		demand(a.tag === SEQ);
		const [id, values] = shape(a.body, OID, SET);
		const one = children(values.body);
		demand(one.length === 1 && !out.has(hex(id.raw)));
		out.set(hex(id.raw), one[0]);
	}
	return out;
}

/** Contents of the first element of a signing-certificate list. */
function firstId(value: Tlv): Tlv[] {
	demand(value.tag === SEQ);
	const list = children(value.body)[0];
	demand(list?.tag === SEQ);
	const first = children(list.body)[0];
	demand(first?.tag === SEQ);
	return children(first.body);
}

function identifies(v1: Tlv | undefined, v2: Tlv | undefined, authority: Certificate): boolean {
	demand(v1 !== undefined || v2 !== undefined);
	const fits = (t: Tlv | undefined, name: HashName): boolean => {
		demand(t?.tag === OCTETS);
		return equal(t.body, digestOf(name, authority.der));
	};
	if (v1 !== undefined && !fits(firstId(v1)[0], "SHA-1")) return false;
	if (v2 === undefined) return true;
	const parts = firstId(v2);
	if (parts[0]?.tag !== SEQ) return fits(parts[0], "SHA-256");
	// SHA-256 is the DEFAULT, which DER leaves out; not every authority does
	const name = DIGESTS.get(hex(digestAlg(parts[0])));
	demand(name !== undefined);
	return fits(parts[1], name);
}

/** The first of those that decode whose issuer and serialNumber are the SignerInfo's. */
function authorityOf(certificates: Bytes[], sid: Tlv): Certificate {
	const [issuer, serial] = shape(sid.body, SEQ, INT);
	const c = certificates.map(parseCertificate).find((x) => x !== null && equal(x.issuer, issuer.raw) && equal(x.serial, serial.raw));
	demand(c !== undefined && c !== null);
	return c;
}

function parse(file: Bytes): Token {
	demand(file.length <= MAX_TOKEN);
	const [type, outer] = shape(only(file, SEQ).body, OID, A0);
	const data = children(only(outer.body, SEQ).body);
	const crls = data[4]?.tag === A1 ? data.splice(4, 1)[0] : null;
	demand(equal(type.raw, SIGNED_DATA) && data.length === 5 && [INT, SET, SEQ, A0, SET].every((tag, i) => data[i].tag === tag));
	const [version, digests, encapsulated, certs, infos] = data;
	demand(version.body.length === 1);
	const [contentType, explicit] = shape(encapsulated.body, OID, A0);
	const content = only(explicit.body, OCTETS).body;
	demand(equal(contentType.raw, TST_INFO));
	const [infoVersion, sid, digest, signed, algorithm, value] = shape(only(infos.body, SEQ).body, INT, SEQ, SEQ, A0, SEQ, OCTETS);
	demand(infoVersion.body.length === 1 && infoVersion.body[0] === 1);
	children(algorithm.body);
	const digestId = digestAlg(digest);
	demand(equal(digestAlg(only(digests.body, SEQ)), digestId));
	const certificates = sequences(certs.body, 1, MAX_MATERIAL);
	const all = attributes(signed.body);
	const type2 = all.get(CONTENT_TYPE);
	const messageDigest = all.get(MESSAGE_DIGEST);
	demand(type2 !== undefined && equal(type2.raw, TST_INFO) && messageDigest?.tag === OCTETS);
	const authority = authorityOf(certificates, sid);
	demand(identifies(all.get(ESS_V1), all.get(ESS_V2), authority));
	const attributes_ = new Uint8Array(signed.raw);
	attributes_[0] = SET;
	return {
		certificates, ...(crls === null ? { crls: [], answers: [] } : revocationSet(crls.body)), authority,
		digest: DIGESTS.get(hex(digestId)) ?? null, algorithm: algorithm.raw, value: value.body, attributes: attributes_,
		messageDigest: messageDigest.body, content, info: tstInfo(content),
	};
}

/** null if the bytes have not the form. */
export function parseToken(file: Bytes): Token | null {
	try {
		return parse(file);
	} catch (e) {
		if (e instanceof NotDer) return null;
		throw e;
	}
}
