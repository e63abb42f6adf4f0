// Certificate revocation lists (RFC 5280 §5), as far as verify.md §5.3 needs them.

import { type Bytes, equal, hex } from "./bytes.ts";
import { type Certificate, bitString, certificateTime, extensionList, hasUsage, names } from "./cert.ts";
import { INT, NotDer, OID, SEQ, type Tlv, children, demand, oid, only, shape, sound } from "./der.ts";
import { sha256 } from "./hash.ts";

export interface Revoked {
	/** Milliseconds since 1970. */
	date: number;
	/** CRLReason, null if none is given. */
	reason: number | null;
	/** An extension of the entry is critical: what it says is not understood. */
	critical: boolean;
}

export interface Crl {
	der: Bytes;
	fingerprint: string;
	issuer: Bytes;
	version: number;
	tbs: Bytes;
	signatureAlgorithm: Bytes;
	signature: Bytes;
	thisUpdate: number;
	nextUpdate: number | null;
	critical: boolean;
	/** By the hexadecimal of the serialNumber's element, in order. */
	revoked: Map<string, Revoked[]>;
}

const CONTEXT0 = 0xa0;
const ENUMERATED = 0x0a;
const REASON = hex(oid("2.5.29.21"));

const isTime = (t: Tlv | undefined): t is Tlv => t?.tag === 0x17 || t?.tag === 0x18;

function time(t: Tlv): number {
	const at = certificateTime(t);
	demand(at !== null);
	return at;
}

function entry(t: Tlv): [serial: string, r: Revoked] {
	const parts = children(t.body);
	demand(t.tag === SEQ && parts.length >= 2 && parts.length <= 3 && parts[0].tag === INT && parts[0].body.length > 0);
	const r: Revoked = { date: time(parts[1]), reason: null, critical: false };
	if (parts.length === 3) {
		demand(parts[2].tag === SEQ);
		for (const e of extensionList(parts[2])) {
			r.critical ||= e.critical;
			if (e.id === REASON) {
				const value = only(e.value, ENUMERATED).body;
				demand(value.length === 1);
				r.reason = value[0];
			}
		}
	}
	return [hex(parts[0].raw), r];
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
	demand(inner?.tag === SEQ && children(inner.body)[0]?.tag === OID && equal(inner.raw, algorithm.raw));
	demand(issuer?.tag === SEQ && isTime(thisUpdate));
	names(issuer);
	let at = 3;
	const nextUpdate = isTime(t[at]) ? time(t[at++]) : null;
	const revoked = new Map<string, Revoked[]>();
	if (t[at]?.tag === SEQ) {
		for (const e of children(t[at++].body)) {
			const [serial, r] = entry(e);
			const known = revoked.get(serial);
			if (known === undefined) revoked.set(serial, [r]);
			else known.push(r);
		}
	}
	let critical = false;
	if (t[at]?.tag === CONTEXT0) critical = extensionList(only(t[at++].body, SEQ)).some((e) => e.critical);
	demand(at === t.length);
	return {
		der, fingerprint: hex(sha256(der)), issuer: issuer.raw, version, tbs: tbs.raw, signatureAlgorithm: algorithm.raw,
		signature: bitString(signature), thisUpdate: time(thisUpdate), nextUpdate, critical, revoked,
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
