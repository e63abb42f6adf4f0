// Stage 4: who (verify.md §3, §5). Nothing is taken from any store but what the reader gives.

import { type Bytes, ascii, equal, hex } from "./bytes.ts";
import {
	type Certificate, EXT, basicConstraints, extension, hasUsage, parseCertificate, readKey, unknownCritical,
	usableForSigning,
} from "./cert.ts";
import { INT, NULL, NotDer, OCTETS, OID, SEQ, children, element, oid, only, shape } from "./der.ts";
import type { Signer } from "./log.ts";
import type { Introduction } from "./rights.ts";
import { type Arithmetic, type Scheme, verifyValue } from "./sign.ts";
import { parseTime } from "./time.ts";

export interface Trust {
	/** Fingerprints, 64 lower-case digits. */
	pins: string[];
	anchors: Certificate[];
	/** Milliseconds since 1970. */
	at: number;
}

export type Standing = "pinned" | "chained" | "let-in" | "unknown";
export interface Judged {
	standing: Standing;
	/** Why not, for "unknown". */
	sub: string;
}

const NONE = "NO_CERTIFICATE_CHAIN_FOUND";
const DATES = "OUT_OF_BOUNDS_NO_POE";
const USE = "CHAIN_CONSTRAINTS_FAILURE";
const GENERAL = "CERTIFICATE_CHAIN_GENERAL_FAILURE";

/** SHA-256 of a certificate as people write it: any case, blanks and colons between. */
export function parsePin(text: string): string | null {
	const s = text.replace(/[\s:]/g, "").toLowerCase();
	return /^[0-9a-f]{64}$/.test(s) ? s : null;
}

/** The certificates of a PEM text (RFC 7468); null if one of them is none, or there is none. */
export function parsePem(text: string): Certificate[] | null {
	const out: Certificate[] = [];
	const block = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([^-]*)-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;
	for (const m of text.matchAll(block)) {
		let der: Bytes;
		try {
			der = ascii(atob(m[1].replace(/\s/g, "")));
		} catch {
			return null;
		}
		const c = parseCertificate(der);
		if (c === null) return null;
		out.push(c);
	}
	return out.length > 0 ? out : null;
}

const HASHES = new Map([
	[hex(oid("2.16.840.1.101.3.4.2.1")), "SHA-256"],
	[hex(oid("2.16.840.1.101.3.4.2.2")), "SHA-384"],
	[hex(oid("2.16.840.1.101.3.4.2.3")), "SHA-512"],
]);
const SIGNATURES = new Map<string, [Scheme, string]>([
	[hex(oid("1.2.840.10045.4.3.2")), ["ecdsa", "SHA-256"]],
	[hex(oid("1.2.840.10045.4.3.3")), ["ecdsa", "SHA-384"]],
	[hex(oid("1.2.840.10045.4.3.4")), ["ecdsa", "SHA-512"]],
	[hex(oid("1.2.840.113549.1.1.11")), ["pkcs1", "SHA-256"]],
	[hex(oid("1.2.840.113549.1.1.12")), ["pkcs1", "SHA-384"]],
	[hex(oid("1.2.840.113549.1.1.13")), ["pkcs1", "SHA-512"]],
]);
const PSS_ID = hex(oid("1.2.840.113549.1.1.10"));
const MGF1 = oid("1.2.840.113549.1.1.8");

/** How a certificate is signed; null for what is not accepted in a path. */
function algorithmOf(c: Certificate): [Scheme, string] | null {
	const parts = children(element(c.signatureAlgorithm, 0).body);
	const id = hex(parts[0].raw);
	if (id === PSS_ID) return parts.length === 2 ? pss(parts[1].raw) : null;
	const known = SIGNATURES.get(id);
	if (!known) return null;
	const plain = known[0] === "ecdsa" ? parts.length === 1 : parts.length === 2 && parts[1].tag === NULL;
	return plain ? known : null;
}

/** RFC 4055 §3.1 with one hash throughout and SHA-256's salt, the only one sealed with here. */
function pss(params: Bytes): [Scheme, string] | null {
	const [h, m, s] = shape(only(params, SEQ).body, 0xa0, 0xa1, 0xa2);
	const hash = children(only(h.body, SEQ).body)[0];
	const [mgf, inner] = shape(only(m.body, SEQ).body, OID, SEQ);
	const name = HASHES.get(hex(hash.raw));
	const salt = only(s.body, INT).body;
	const fits = equal(mgf.raw, MGF1) && equal(children(inner.body)[0].raw, hash.raw);
	return name === "SHA-256" && fits && salt.length === 1 && salt[0] === 32 ? ["pss", name] : null;
}

async function signedBy(math: Arithmetic, c: Certificate, issuer: Certificate): Promise<boolean> {
	const algorithm = algorithmOf(c);
	const key = readKey(issuer, true);
	if (algorithm === null || typeof key === "string") return false;
	const [scheme, hash] = algorithm;
	if ((key.kind === "ec") !== (scheme === "ecdsa")) return false;
	return verifyValue(math, key, scheme, hash, c.signature, c.tbs, false);
}

function selfIssued(c: Certificate): boolean {
	return equal(c.issuer, c.subject);
}

/** authorityKeyIdentifier's keyIdentifier against subjectKeyIdentifier, where both are there. */
function keysFit(c: Certificate, issuer: Certificate): boolean {
	const a = extension(c, EXT.authorityKey);
	const s = extension(issuer, EXT.subjectKey);
	if (a === null || s === null) return true;
	const id = children(only(a, SEQ).body).find((t) => t.tag === 0x80);
	return id === undefined || equal(id.body, only(s, OCTETS).body);
}

function inForce(c: Certificate, at: number): boolean {
	// Validity is of whole seconds (RFC 5280 §4.1.2.5).
	return c.notBefore !== null && c.notAfter !== null && at >= c.notBefore && Math.floor(at / 1000) * 1000 <= c.notAfter;
}

function dates(c: Certificate, at: number): string | null {
	if (c.notBefore === null || c.notAfter === null) return GENERAL;
	return inForce(c, at) ? null : DATES;
}

/** null if the path leaf → anchor holds, else the sub-indication. */
async function step(math: Arithmetic, leaf: Certificate, anchor: Certificate, at: number): Promise<string | null> {
	const ca = anchor.version === 3 && basicConstraints(anchor).ca && hasUsage(anchor, 5) && !unknownCritical(anchor) &&
		extension(anchor, EXT.nameConstraints) === null;
	if (!ca || !(await signedBy(math, leaf, anchor))) return GENERAL;
	if (selfIssued(anchor) && !(await signedBy(math, anchor, anchor))) return GENERAL;
	return dates(leaf, at) ?? dates(anchor, at);
}

async function itself(math: Arithmetic, leaf: Certificate, at: number): Promise<string | null> {
	if (selfIssued(leaf) && !(await signedBy(math, leaf, leaf))) return GENERAL;
	return dates(leaf, at);
}

const ORDER = [DATES, GENERAL, NONE];

/** null if a path to an anchor validates, else the sub-indication of the attempt that came furthest. */
async function chain(math: Arithmetic, leaf: Certificate, t: Trust): Promise<string | null> {
	let best = NONE;
	for (const anchor of t.anchors) {
		let r: string | null;
		try {
			if (equal(anchor.der, leaf.der)) r = await itself(math, leaf, t.at);
			else if (equal(anchor.subject, leaf.issuer) && keysFit(leaf, anchor)) {
				r = await step(math, leaf, anchor, t.at);
			} else continue;
		} catch (e) {
			if (!(e instanceof NotDer)) throw e;
			r = GENERAL;
		}
		if (r === null) return null;
		if (ORDER.indexOf(r) < ORDER.indexOf(best)) best = r;
	}
	return best;
}

/** Every entry was signed, by its own account, while the certificate was valid. */
function signedInForce(s: Signer, c: Certificate): string | null {
	const ok = [s.earliest, s.latest].every((time) => inForce(c, Math.floor(parseTime(time)! / 1000) * 1000));
	return ok ? null : DATES;
}

async function judge(math: Arithmetic, s: Signer, t: Trust): Promise<Judged> {
	const c = s.certificate;
	if (c === null) return { standing: "unknown", sub: NONE };
	if (t.pins.length === 0 && t.anchors.length === 0) return { standing: "unknown", sub: NONE };
	if (!usableForSigning(c)) return { standing: "unknown", sub: USE };
	if (t.pins.includes(s.fingerprint)) return { standing: "pinned", sub: "" };
	const sub = (await chain(math, c, t)) ?? signedInForce(s, c);
	return sub === null ? { standing: "chained", sub: "" } : { standing: "unknown", sub };
}

/** One judgement a signer, in their order; then those let in by signers who pass. */
export async function judgeSigners(
	math: Arithmetic, signers: Signer[], introductions: Introduction[], t: Trust,
): Promise<Judged[]> {
	const out: Judged[] = [];
	for (const s of signers) out.push(await judge(math, s, t));
	const usable = signers.map((s) => s.certificate !== null && usableForSigning(s.certificate));
	const index = new Map(signers.map((s, i) => [s.fingerprint, i]));
	for (let changed = true; changed; ) {
		changed = false;
		for (const i of introductions) {
			const by = index.get(i.by);
			const to = index.get(i.certificate);
			if (by === undefined || to === undefined) continue;
			if (out[by].standing === "unknown" || out[to].standing !== "unknown") continue;
			if (!usable[to]) {
				out[to].sub = USE;
				continue;
			}
			out[to] = { standing: "let-in", sub: "" };
			changed = true;
		}
	}
	return out;
}
