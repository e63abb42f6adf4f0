// One bundle from first byte to verdict (verify.md).

import { hex } from "./bytes.ts";
import { type Certificate, commonName } from "./cert.ts";
import { type Contents, Examination } from "./contents.ts";
import type { Crl } from "./crl.ts";
import { type Envelope, examineEnvelope } from "./envelope.ts";
import { Files } from "./files.ts";
import { CHECKS, type Check, type Code, type Finding, Refused, Stop, finding } from "./findings.ts";
import { ready } from "./hash.ts";
import type { Judged } from "./identity.ts";
import type { JsonObject } from "./json.ts";
import { type EntryNote, Log } from "./log.ts";
import type { Answer } from "./ocsp.ts";
import { type Arithmetic, webCrypto } from "./sign.ts";
import { Reader, type Source } from "./source.ts";
import type { Stamps } from "./stamps.ts";
import { judgeWhen } from "./when.ts";
import { readContainer } from "./zip.ts";

export type CheckResult = "passed" | "failed" | "unknown";
export type Verdict = "TOTAL-PASSED" | "TOTAL-FAILED" | "INDETERMINATE" | "REFUSED";

export interface Options {
	pins: string[];
	anchors: Certificate[];
	/** Revocation lists that the reader gives. */
	lists: Crl[];
	/** OCSP answers that the reader gives. */
	answers: Answer[];
	/** Policies of time-stamp authorities that are accepted, OIDs; none means any. */
	policies: string[];
	/** Milliseconds since 1970, the time of judging. */
	at: number;
	allDigests: boolean;
	requireTime: boolean;
	math?: Arithmetic;
	progress?: (bytes: number) => void;
}

/** What is known once the log was read to its end. */
export interface Read {
	log: Log;
	contents: Contents;
	judged: Judged[];
	stamps: Stamps;
}

export interface Result {
	name: string;
	size: number;
	verdict: Verdict;
	exit: 0 | 1 | 2 | 3;
	checks: Record<Check, CheckResult>;
	/** In report order, all of them. */
	findings: Finding[];
	subIndication: string | null;
	/** null when refused, when the log failed, and of an envelope. */
	read: Read | null;
	/** Only of an envelope. */
	envelope: Envelope | null;
}

const EXITS: Record<Verdict, 0 | 1 | 2 | 3> = {
	"TOTAL-PASSED": 0, "TOTAL-FAILED": 1, "INDETERMINATE": 2, "REFUSED": 3,
};

/** What is not even a file with bytes. */
export function refused(name: string, code: Code): Result {
	return conclude({ name, size: 0 }, [finding(code, "")], new Set(), null);
}

/** Checks whose examination came to its end; only these can be passed. */
type Reached = Set<Check>;

function conclude(
	source: Pick<Source, "name" | "size">, found: Finding[], reached: Reached, read: Read | null, envelope: Envelope | null = null,
): Result {
	const findings = CHECKS.flatMap((c) => found.filter((f) => f.check === c));
	const checks = Object.fromEntries(CHECKS.map((c): [Check, CheckResult] => {
		const results = findings.filter((f) => f.check === c).map((f) => f.result);
		if (results.includes("failed")) return [c, "failed"];
		return [c, results.includes("unknown") || !reached.has(c) ? "unknown" : "passed"];
	})) as Record<Check, CheckResult>;
	const all = Object.values(checks);
	let verdict: Verdict = "TOTAL-PASSED";
	if (checks.container === "failed") verdict = "REFUSED";
	else if (all.includes("failed")) verdict = "TOTAL-FAILED";
	else if (!all.every((c) => c === "passed")) verdict = "INDETERMINATE";
	const decided = verdict === "TOTAL-FAILED" ? "failed" : verdict === "INDETERMINATE" ? "unknown" : null;
	const first = findings.find((f) => f.result === decided);
	return {
		name: source.name, size: source.size, verdict, exit: EXITS[verdict], checks, findings,
		subIndication: first?.sub ?? null, read, envelope,
	};
}

/**
 * Judges the bundle. Exceptions that come out of here are failures of our own (memory, a file
 * that cannot be read): for these there is no verdict.
 */
export async function verify(source: Source, o: Options): Promise<Result> {
	await ready();
	const math = o.math ?? webCrypto;
	const reached: Reached = new Set();
	let log: Log | null = null;
	try {
		const reader = new Reader(source);
		const container = readContainer(reader);
		reached.add("container");
		const files = new Files(reader, container, o.progress ?? (() => {}));
		const trust = { pins: o.pins, anchors: o.anchors, lists: o.lists, answers: o.answers };
		if (container.envelope) {
			const envelope = await examineEnvelope(files, math, { trust, at: o.at, requireTime: o.requireTime });
			for (const c of envelope.reached) reached.add(c);
			return conclude(source, envelope.findings, reached, null, envelope);
		}
		log = new Log(files, math);
		await log.read();
		const contents = await new Examination(files, log, math, o.allDigests).run();
		const found = [...log.notes, ...contents.findings];
		const when = await judgeWhen(math, files, log, contents, {
			trust, policies: o.policies, at: o.at, requireTime: o.requireTime,
		});
		found.push(...when.findings);
		for (const c of CHECKS) if (c !== "signatures" || contents.seal !== null) reached.add(c);
		return conclude(source, found, reached, { log, contents, judged: when.judged, stamps: when.stamps });
	} catch (e) {
		if (e instanceof Refused) {
			return conclude(source, [finding(e.code, "")], new Set(), null);
		}
		if (e instanceof Stop) {
			return conclude(source, [...(log?.notes ?? []), finding(e.code, e.where)], reached, null);
		}
		throw e;
	}
}

export type Extends = "extends" | "same" | "fork" | "branch" | "shorter" | "other-case" | "unverified";

/** Two different entries at one place: a branch where a handover parts the logs, else a fork (verify.md §8). */
function parted(x: EntryNote, y: EntryNote): Extends {
	const received = [x, y].filter((e) => e.action === "receive").map((e) => e.details.get("transferId"));
	const both = received.length === 2 && received[0] === received[1];
	return received.length > 0 && !both ? "branch" : "fork";
}

/** verify.md §8. */
export function compareExtends(newer: Result, older: Result): Extends {
	const a = newer.read?.log;
	const b = older.read?.log;
	if (!a || !b || older.verdict === "TOTAL-FAILED" || older.verdict === "REFUSED") return "unverified";
	if (a.caseId !== b.caseId) return "other-case";
	const both = Math.min(a.entries.length, b.entries.length);
	for (let i = 0; i < both; i++) {
		const x = a.entries[i];
		const y = b.entries[i];
		if (hex(x.entryDigest) !== hex(y.entryDigest) || hex(x.signatureDigest) !== hex(y.signatureDigest)) {
			return parted(x, y);
		}
	}
	if (a.entries.length < b.entries.length) return "shorter";
	return a.entries.length === b.entries.length ? "same" : "extends";
}

export interface SealedBy {
	actor: { name: string | null; organisation: string | null; role: string | null } | null;
	fingerprint: string;
	standing: string;
	subject: string | null;
}

/** The certificate that verified the seal; null if none did. */
export function sealedBy(read: Read, text: (v: unknown) => string | null): SealedBy | null {
	const { log, contents, judged } = read;
	const seal = contents.seal;
	if (!seal || seal.code !== null || !seal.certificate) return null;
	const last = log.entries[log.entries.length - 1];
	const actor = log.circumstances?.get("actor") as JsonObject | undefined;
	return {
		actor: actor ? {
			name: text(actor.get("name")), organisation: text(actor.get("organisation")),
			role: text(actor.get("role")),
		} : null,
		fingerprint: seal.certificate.fingerprint,
		standing: judged[last.signer].standing,
		subject: commonName(seal.certificate),
	};
}
