// Certificate revocation lists (RFC 5280 §5), as far as verify.md §5.3 needs them.

import { type Bytes, hex } from "./bytes.ts";
import { type Certificate, type Extension, certificateTime, extensionList, hasUsage, names, signatureBits } from "./cert.ts";
import { ENUMERATED, INT, NotDer, OID, SEQ, type Tlv, children, demand, oid, only, shape, sound } from "./der.ts";
import { sha256 } from "./hash.ts";

export interface Revoked {
	/** Milliseconds since 1970. */
	date: number;
	/** CRLReason, null if none is given. */
	reason: number | null;
	/** An extension of the entry is critical, or its date not of RFC 5280's form: what it says is not understood. */
	unclear: boolean;
}

export interface Crl {
	der: Bytes;
	fingerprint: string;
	issuer: Bytes;
	version: number;
	tbs: Bytes;
	innerAlgorithm: Bytes;
	signatureAlgorithm: Bytes;
	signature: Bytes;
	thisUpdate: number;
	nextUpdate: number | null;
	/** An extension of the list is critical, or a time of it not of RFC 5280's form. */
	unclear: boolean;
	/** By the hexadecimal of the serialNumber's element, in order. */
	revoked: Map<string, Revoked[]>;
}

const CONTEXT0 = 0xa0;
const REASON = hex(oid("2.5.29.21"));

const isTime = (t: Tlv | undefined): t is Tlv => t?.tag === 0x17 || t?.tag === 0x18;

/** CRLReason, null if it does not decode or is there twice. */
function reasonOf(list: Extension[]): number | null {
	const [first, ...more] = list.filter((e) => e.id === REASON);
	if (first === undefined || more.length > 0) return null;
	try {
		demand(sound(first.value));
		const value = only(first.value, ENUMERATED).body;
		return value.length === 1 ? value[0] : null;
	} catch (e) {
		if (e instanceof NotDer) return null;
		throw e;
	}
}

function entry(t: Tlv): [serial: string, r: Revoked] {
	const parts = children(t.body);
	demand(t.tag === SEQ && parts.length >= 2 && parts.length <= 3 && parts[0].tag === INT);
	demand(parts.length === 2 || parts[2].tag === SEQ);
	const date = certificateTime(parts[1]);
	const list = parts.length === 3 ? extensionList(parts[2]) : [];
	return [hex(parts[0].raw), { date: date ?? 0, reason: reasonOf(list), unclear: date === null || list.some((e) => e.critical) }];
}

function parse(der: Bytes): Crl {
	demand(sound(der));
	const [tbs, algorithm, signature] = shape(only(der, SEQ).body, SEQ, SEQ, 0x03);
	const t = children(tbs.body);
	let version = 1;
	if (t[0]?.tag === INT) {
		const v = t.shift()!.body;
		demand(v.length === 1 && v[0] < 0x80);
		version = v[0] + 1;
	}
	const [inner, issuer, thisUpdate] = t;
	demand(inner?.tag === SEQ && children(inner.body)[0]?.tag === OID && children(algorithm.body)[0]?.tag === OID);
	demand(issuer?.tag === SEQ && isTime(thisUpdate));
	names(issuer);
	let at = 3;
	const from = certificateTime(thisUpdate);
	const nextUpdate = isTime(t[at]) ? certificateTime(t[at]) : null;
	let unclear = from === null || (isTime(t[at]) && nextUpdate === null);
	if (isTime(t[at])) at++;
	const revoked = new Map<string, Revoked[]>();
	if (t[at]?.tag === SEQ) {
		for (const e of children(t[at++].body)) {
			const [serial, r] = entry(e);
			const known = revoked.get(serial);
			if (known === undefined) revoked.set(serial, [r]);
			else known.push(r);
		}
	}
	if (t[at]?.tag === CONTEXT0 && extensionList(only(t[at++].body, SEQ)).some((e) => e.critical)) unclear = true;
	demand(at === t.length);
	return {
		der, fingerprint: hex(sha256(der)), issuer: issuer.raw, version, tbs: tbs.raw, innerAlgorithm: inner.raw, signatureAlgorithm: algorithm.raw,
		signature: signatureBits(signature), thisUpdate: from ?? 0, nextUpdate, unclear, revoked,
	};
}

/** null if these bytes are no revocation list. */
export function parseCrl(der: Bytes): Crl | null {
	try {
		return parse(der);
	} catch (e) {
		if (e instanceof NotDer) return null;
		throw e;
	}
}

/** Whether this certificate may sign lists: keyUsage, if there, has cRLSign. */
export function maySignLists(c: Certificate): boolean {
	try {
		return hasUsage(c, 6);
	} catch (e) {
		if (e instanceof NotDer) return false;
		throw e;
	}
}
