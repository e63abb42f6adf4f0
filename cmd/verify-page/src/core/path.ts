// Paths from a certificate to an anchor, and what is known of revocations (verify.md §5.2, §5.3).

import { namedAlgorithm, verifies, vouchingKey } from "./algorithms.ts";
import { equal, hex } from "./bytes.ts";
import {
	type Certificate, EXT, type Purpose, allowsPurpose, basicConstraints, extension, extensionElement, hasUsage, twice, unknownCritical,
	usableForAnswering,
} from "./cert.ts";
import { namesAllowed } from "./constraints.ts";
import { type Crl, maySignLists } from "./crl.ts";
import { NotDer, OCTETS, SEQ, children, demand } from "./der.ts";
import { type Answer, type Single, isAbout, respondsAs } from "./ocsp.ts";
import type { Arithmetic } from "./sign.ts";

export const NO_CHAIN = "NO_CERTIFICATE_CHAIN_FOUND";
export const GENERAL = "CERTIFICATE_CHAIN_GENERAL_FAILURE";
export const OUT_OF_BOUNDS = "OUT_OF_BOUNDS_NO_POE";
export const REVOKED = "REVOKED_NO_POE";
const REVOKED_CA = "REVOKED_CA_NO_POE";
const TRY_LATER = "TRY_LATER";

const MAX_PATH = 7;
const MAX_CHECKS = 256;
const AHEAD = 300_000;

export interface Revocation {
	date: number;
	reason: number | null;
}

/** What paths are made of, and the time they are judged from. */
export interface Material {
	/** Certificates at hand in their order, anchors first. */
	certificates: Certificate[];
	anchors: Certificate[];
	lists: Crl[];
	answers: Answer[];
	/** Whether the reader gave a list or an answer. */
	listsGiven: boolean;
	/** Milliseconds since 1970, of whole seconds. */
	now: number;
}

export interface Found {
	/** The first without fault, from the certificate to the anchor. */
	path: Certificate[] | null;
	/** Sub-indication, if there is none. */
	fault: string;
}

/** AuthorityKeyIdentifier (RFC 5280 §4.2.1.1): keyIdentifier, authorityCertIssuer, authorityCertSerialNumber. */
const AUTHORITY_PARTS = [0x80, 0xa1, 0x82];

/** Whether the identifiers of the issuer's key are the same, where both are there (RFC 5280 §4.2.1.1). */
function keysFit(c: Certificate, issuer: Certificate): boolean {
	if (extension(c, EXT.authorityKey) === null || extension(issuer, EXT.subjectKey) === null) return true;
	if (twice(c, EXT.authorityKey) || twice(issuer, EXT.subjectKey)) return false;
	try {
		const own = extensionElement(issuer, EXT.subjectKey, OCTETS)!.body;
		const parts = children(extensionElement(c, EXT.authorityKey, SEQ)!.body);
		const places = parts.map((t) => AUTHORITY_PARTS.indexOf(t.tag));
		demand(places.every((p, i) => p >= 0 && (i === 0 || p > places[i - 1])));
		return places[0] !== 0 || equal(parts[0].body, own);
	} catch (e) {
		if (e instanceof NotDer) return false;
		throw e;
	}
}

export function selfIssued(c: Certificate): boolean {
	return equal(c.issuer, c.subject);
}

function put<T>(map: Map<string, T[]>, key: string, value: T): void {
	const list = map.get(key);
	if (list === undefined) map.set(key, [value]);
	else list.push(value);
}

export function inForce(c: Certificate, at: number): boolean {
	return c.notBefore !== null && c.notAfter !== null && at >= c.notBefore && at <= c.notAfter;
}

export class Paths {
	private readonly checked = new Map<string, Promise<boolean>>();
	private readonly anchors: Set<string>;
	/** In their order, by the hexadecimal of subject and issuer. */
	private readonly bySubject = new Map<string, Certificate[]>();
	private readonly byIssuer = new Map<string, Crl[]>();

	constructor(private readonly math: Arithmetic, readonly material: Material) {
		this.anchors = new Set(material.anchors.map((c) => c.fingerprint));
		for (const c of material.certificates) put(this.bySubject, hex(c.subject), c);
		for (const l of material.lists) put(this.byIssuer, hex(l.issuer), l);
	}

	/** Certificates at hand that may be what a certificate's issuer is said to be. */
	issuersOf(c: Certificate): Certificate[] {
		return (this.bySubject.get(hex(c.issuer)) ?? []).filter((i) => keysFit(c, i));
	}

	isAnchor(c: Certificate): boolean {
		return this.anchors.has(c.fingerprint);
	}

	/** Whether a certificate's, list's or answer's signature verifies with this certificate's key. */
	signedBy(what: Certificate | Crl | Answer, issuer: Certificate): Promise<boolean> {
		const id = `${what.fingerprint} ${issuer.fingerprint}`;
		let known = this.checked.get(id);
		if (known === undefined) {
			known = !equal(what.innerAlgorithm, what.signatureAlgorithm) ? Promise.resolve(false) : verifies(this.math, vouchingKey(issuer), namedAlgorithm(what.signatureAlgorithm), what.signature, what.tbs);
			this.checked.set(id, known);
		}
		return known;
	}

	/** Depth first; `matters` says whether a revocation later than `at` matters all the same. */
	async find(leaf: Certificate, purpose: Purpose, at: number, matters: (r: Revocation) => boolean = () => false): Promise<Found> {
		let checks = 0;
		let unsigned = false;
		let fault: string | null = null;
		const follow = async (path: Certificate[]): Promise<Certificate[] | null> => {
			const last = path[path.length - 1];
			if (this.isAnchor(last)) {
				const wrong = await this.judge(path, purpose, at, matters);
				fault ??= wrong;
				return wrong === null ? path : null;
			}
			if (path.length === MAX_PATH) return null;
			for (const c of this.issuersOf(last)) {
				if (path.some((p) => p.fingerprint === c.fingerprint)) continue;
				if (checks === MAX_CHECKS) return null;
				checks++;
				if (!(await this.signedBy(last, c))) {
					unsigned = true;
					continue;
				}
				const found = await follow([...path, c]);
				if (found !== null) return found;
			}
			return null;
		};
		const path = await follow([leaf]);
		return { path, fault: fault ?? (unsigned ? GENERAL : NO_CHAIN) };
	}

	/** null, or the first fault of this path. */
	private async judge(path: Certificate[], purpose: Purpose, at: number, matters: (r: Revocation) => boolean): Promise<string | null> {
		const anchor = path[path.length - 1];
		if (!path.every((c, i) => i === 0 || isAuthority(c, path.slice(0, i), purpose))) return GENERAL;
		if (selfIssued(anchor) && namedAlgorithm(anchor.signatureAlgorithm) !== null && !(await this.signedBy(anchor, anchor))) return GENERAL;
		for (const c of path) {
			if (c.notBefore === null || c.notAfter === null) return GENERAL;
			if (!inForce(c, at)) return OUT_OF_BOUNDS;
		}
		for (let i = 0; i + 1 < path.length; i++) {
			const r = await this.revocation(path[i], path[i + 1]);
			if (r !== null && (r.date <= at || matters(r))) return i === 0 ? REVOKED : REVOKED_CA;
			if (r === null && this.material.listsGiven && !(await this.good(path[i], path[i + 1], at))) return TRY_LATER;
		}
		return null;
	}

	/** Whether the status of every certificate of the path but the anchor is known at this time. */
	async statusKnown(path: Certificate[], at: number): Promise<boolean> {
		for (let i = 0; i + 1 < path.length; i++) {
			const known = (await this.revocation(path[i], path[i + 1])) !== null || (await this.good(path[i], path[i + 1], at));
			if (!known) return false;
		}
		return true;
	}

	/** verify.md §5.3, of the list alone. */
	async authentic(list: Crl, issuer: Certificate): Promise<boolean> {
		return equal(list.issuer, issuer.subject) && list.version === 2 && !list.unclear &&
			list.thisUpdate <= this.material.now + AHEAD && maySignLists(issuer) && this.signedBy(list, issuer);
	}

	private async authenticFor(c: Certificate, issuer: Certificate): Promise<Crl[]> {
		const serial = hex(c.serial);
		const out: Crl[] = [];
		for (const list of this.byIssuer.get(hex(issuer.subject)) ?? []) {
			const entries = list.revoked.get(serial) ?? [];
			if (!entries.some((e) => e.unclear) && (await this.authentic(list, issuer))) out.push(list);
		}
		return out;
	}

	/** verify.md §5.3, of an answer. */
	async answersFor(a: Answer, issuer: Certificate): Promise<boolean> {
		if (a.critical || a.producedAt > this.material.now + AHEAD) return false;
		if (respondsAs(a, issuer) && (await this.signedBy(a, issuer))) return true;
		const d = a.delegate;
		return d !== null && equal(d.issuer, issuer.subject) && keysFit(d, issuer) && inForce(d, a.producedAt) && usableForAnswering(d) &&
			(await this.signedBy(d, issuer)) && (await this.signedBy(a, d)) && (await this.listed(d, issuer)) === null;
	}

	/** What authentic answers say of this certificate. */
	private async said(c: Certificate, issuer: Certificate): Promise<Single[]> {
		const out: Single[] = [];
		for (const a of this.material.answers) {
			const singles = a.singles.filter((s) => !s.critical && s.thisUpdate <= this.material.now + AHEAD && isAbout(s, c, issuer));
			if (singles.length > 0 && (await this.answersFor(a, issuer))) out.push(...singles);
		}
		return out;
	}

	/** The earliest revocation that an authentic list or answer tells of, null if none does. */
	async revocation(c: Certificate, issuer: Certificate): Promise<Revocation | null> {
		let first = await this.listed(c, issuer);
		for (const s of await this.said(c, issuer)) {
			if (s.status === "revoked" && (first === null || s.date < first.date)) first = { date: s.date, reason: s.reason };
		}
		return first;
	}

	private async listed(c: Certificate, issuer: Certificate): Promise<Revocation | null> {
		let first: Revocation | null = null;
		for (const list of await this.authenticFor(c, issuer)) {
			for (const e of list.revoked.get(hex(c.serial)) ?? []) {
				if (first === null || e.date < first.date) first = { date: e.date, reason: e.reason };
			}
		}
		return first;
	}

	private async good(c: Certificate, issuer: Certificate, at: number): Promise<boolean> {
		const lists = await this.authenticFor(c, issuer);
		const end = c.notAfter;
		return end !== null && (lists.some((l) => l.nextUpdate !== null && l.nextUpdate >= at && l.thisUpdate <= end) ||
			(await this.said(c, issuer)).some((s) => s.status === "good" && s.nextUpdate >= at && s.thisUpdate <= end));
	}
}

const JUDGED = [EXT.basicConstraints, EXT.keyUsage, EXT.extendedKeyUsage, EXT.nameConstraints];

/** verify.md §5.2, 1: whether `c` may stand above these certificates. */
function isAuthority(c: Certificate, below: Certificate[], purpose: Purpose): boolean {
	if (c.version !== 3 || twice(c, ...JUDGED) || unknownCritical(c, EXT.nameConstraints)) return false;
	try {
		const { ca, pathLen } = basicConstraints(c);
		const between = BigInt(below.length - 1);
		return ca && (pathLen === null || pathLen >= between) && extension(c, EXT.keyUsage) !== null && hasUsage(c, 5) &&
			allowsPurpose(c, purpose) && namesAllowed(c, below);
	} catch (e) {
		if (e instanceof NotDer) return false;
		throw e;
	}
}
