// Judging time-stamp tokens (timestamp.md §3), and what they prove of the bundle and of its signers (§4).

import { tokenAlgorithm, verifies, vouchingKey } from "./algorithms.ts";
import { type Bytes, equal } from "./bytes.ts";
import { type Certificate, usableForStamping } from "./cert.ts";
import { type Code, type Finding, finding } from "./findings.ts";
import { digestOf } from "./hash.ts";
import type { Paths, Revocation } from "./path.ts";
import type { Arithmetic } from "./sign.ts";
import type { Token } from "./token.ts";

/** A token and what it should cover. */
export interface Stamp {
	kind: "archive" | "signature" | "entry";
	where: string;
	/** null if it has not the form. */
	token: Token | null;
	/** SHA-256 of what its imprint must be over. */
	covered: Bytes;
	/** Of an archive token its number, of an entry token the entry that it names. */
	number: number;
	/** Latest recorded time of the entries it covers, milliseconds since 1970. */
	latest: number;
}

export interface JudgedStamp extends Stamp {
	accepted: boolean;
	standing: "pinned" | "chained" | "unknown";
	/** The accepted path; null if pinned or not accepted. */
	path: Certificate[] | null;
	findings: Finding[];
}

export interface StampTrust {
	pins: string[];
	/** OIDs; none means any. */
	policies: string[];
	/** Milliseconds since 1970, of whole seconds. */
	now: number;
}

const SLACK = 300_000;
const MAX_ACCURACY = 86_400_000;
const CHAIN = "CHAIN_CONSTRAINTS_FAILURE";
/** unspecified, affiliationChanged, superseded, cessationOfOperation: what was signed before stands (RFC 3161 §4). */
const HARMLESS = new Set([0, 3, 4, 5]);

export function seconds(ms: number): number {
	return Math.floor(ms / 1000) * 1000;
}

export class Stamps {
	/** In the order of timestamp.md §3. */
	readonly judged: JudgedStamp[] = [];
	private readonly archives: JudgedStamp[] = [];

	constructor(private readonly math: Arithmetic, private readonly paths: Paths, private readonly trust: StampTrust) {}

	/** `all` in the order of §3: archive tokens from the newest, signature tokens, entry tokens. */
	async judge(all: Stamp[]): Promise<void> {
		for (const s of all) {
			const j = await this.one(s, all);
			this.judged.push(j);
			if (j.kind === "archive" && j.accepted) this.archives.push(j);
		}
	}

	private async one(s: Stamp, all: Stamp[]): Promise<JudgedStamp> {
		const out: JudgedStamp = { ...s, accepted: false, standing: "unknown", path: null, findings: [] };
		const t = s.token;
		const code = t === null ? "TIMESTAMP_FORM" : await this.fault(s, t);
		if (t === null || code !== null) return { ...out, findings: [finding(code!, s.where)] };
		if (!usableForStamping(t.authority)) return { ...out, findings: [finding("TIMESTAMP_AUTHORITY", s.where, CHAIN)] };
		const late = this.constraint(s, t, all);
		if (late !== null) return { ...out, findings: [finding(late, s.where)] };
		const at = seconds(t.info.genTime);
		if (this.trust.pins.includes(t.authority.fingerprint)) out.standing = "pinned";
		else {
			const { path, fault } = await this.paths.find(t.authority, "stamp", at, (r) => this.matters(s, r));
			if (path === null) return { ...out, findings: [finding("TIMESTAMP_AUTHORITY", s.where, fault)] };
			out.standing = "chained";
			out.path = path;
		}
		out.accepted = true;
		out.findings = await this.notes(out, t, at);
		return out;
	}

	/** Steps 2 to 5. */
	private async fault(s: Stamp, t: Token): Promise<Code | null> {
		if (!t.info.sha256) return "TIMESTAMP_ALGORITHM";
		if (!equal(t.info.imprint, s.covered)) return "TIMESTAMP_IMPRINT";
		const algorithm = t.digest === null ? null : tokenAlgorithm(t.algorithm, t.digest);
		const key = vouchingKey(t.authority);
		if (algorithm === null || key === null) return "TIMESTAMP_ALGORITHM";
		const fits = equal(digestOf(t.digest!, t.content), t.messageDigest);
		return fits && (await verifies(this.math, key, algorithm, t.value, t.attributes)) ? null : "TIMESTAMP_SIGNATURE";
	}

	/** Steps 7 and 8. */
	private constraint(s: Stamp, t: Token, all: Stamp[]): Code | null {
		const { policies, now } = this.trust;
		const { policy, accuracy, criticalExtension, genTime } = t.info;
		const outside = policies.length > 0 && !policies.includes(policy);
		if (outside || (accuracy ?? 0) > MAX_ACCURACY || criticalExtension) return "TIMESTAMP_CONSTRAINTS";
		const earlier = s.kind !== "archive" ? [] : all.filter((e) => e.token !== null &&
			(s.number === 1 ? e.kind === "signature" : e.kind === "archive" && e.number === s.number - 1));
		const ordered = genTime <= now + SLACK && genTime >= s.latest - SLACK && earlier.every((e) => genTime >= e.token!.info.genTime);
		return ordered ? null : "TIMESTAMP_ORDER";
	}

	/** Accepted archive tokens that cover this one; judged before it. */
	private coveredBy(s: Stamp): JudgedStamp[] {
		return this.archives.filter((a) => s.kind !== "archive" || a.number > s.number);
	}

	/** Step 9, of a revocation later than genTime. */
	private matters(s: Stamp, r: Revocation): boolean {
		if (r.reason !== null && HARMLESS.has(r.reason)) return false;
		return !this.coveredBy(s).some((a) => a.token!.info.genTime < r.date);
	}

	private async notes(s: JudgedStamp, t: Token, at: number): Promise<Finding[]> {
		const out: Finding[] = [];
		const ended = t.authority.notAfter !== null && t.authority.notAfter < this.trust.now;
		if (ended && this.coveredBy(s).length === 0) out.push(finding("TIMESTAMP_AGED", s.where));
		if (s.path !== null && !(await this.paths.statusKnown(s.path, at))) out.push(finding("AUTHORITY_STATUS_UNKNOWN", s.where));
		return out;
	}

	/** The proved time of the bundle, milliseconds since 1970. */
	proved(): number | null {
		const times = this.judged.filter((s) => s.accepted && s.kind !== "entry").map((s) => s.token!.info.genTime);
		return times.length === 0 ? null : Math.min(...times);
	}

	/** Times at which a signer whose last entry this is must hold, whole seconds, earliest first; none without proof. */
	proofOf(lastEntry: number): number[] {
		const covering = this.judged.filter((s) => s.accepted && (s.kind !== "entry" || s.number >= lastEntry));
		if (covering.length === 0) return [];
		const time = (s: JudgedStamp): number => s.token!.info.genTime;
		const first = covering.reduce((a, b) => (time(b) < time(a) ? b : a));
		const same = covering.filter((s) => s.kind === first.kind && (s.kind === "signature" || s.number === first.number));
		return [...new Set(same.map((s) => seconds(time(s))))].sort((a, b) => a - b);
	}
}
