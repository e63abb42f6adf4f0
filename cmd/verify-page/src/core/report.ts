// The JSON report, byte for byte (verify.md §6).

import { hex } from "./bytes.ts";
import { commonName } from "./cert.ts";
import type { Envelope } from "./envelope.ts";
import { canonical } from "./json.ts";
import { printable } from "./printable.ts";
import { type Extends, type Read, type Result, sealedBy } from "./verify.ts";

const MAX_LISTED = 1000;

export interface ReportOptions {
	/** Milliseconds since 1970, only if given. */
	at: number | null;
	extends: Extends | null;
}

export function exitOf(r: Result, e: Extends | null): 0 | 1 | 2 | 3 {
	const raised = e !== null && e !== "extends" && e !== "same" && (r.exit === 0 || r.exit === 2);
	return raised ? 1 : r.exit;
}

function text(v: unknown): string | null {
	return typeof v === "string" ? printable(v) : null;
}

export interface Counts {
	bytes: number;
	entries: number;
	items: number;
	lost: number;
	records: number;
	withheld: number;
}

export function counts(read: Read): Counts {
	const { log, contents } = read;
	return {
		bytes: contents.octets, entries: log.entries.length, items: log.items.count, lost: contents.lost,
		records: log.entries.reduce((n, e) => n + e.count, 0),
		withheld: log.entries.reduce((n, e) => n + e.withheld, 0),
	};
}

export function extentOf(read: Read): string {
	return read.log.entries[read.log.entries.length - 1].details.get("extent") as string;
}

export function subjectOf(r: Result): "bundle" | "extract" | "envelope" | "unknown" {
	if (r.envelope !== null) return "envelope";
	const { read } = r;
	if (read === null) return "unknown";
	return extentOf(read) === "extract" || counts(read).withheld > 0 ? "extract" : "bundle";
}

function iso(ms: number): string {
	return new Date(ms).toISOString();
}

/** What is recorded and what is proved; tokens only where there is one of the form. */
function timeOf(read: Read): Parameters<typeof canonical>[0] {
	const { log, stamps } = read;
	const proved = stamps.proved();
	const tokens = stamps.judged.flatMap((s) => (s.token === null ? [] : [{
		accepted: s.accepted, accuracy: s.token.info.accuracy, authority: s.token.authority.fingerprint, policy: s.token.info.policy,
		serial: s.token.info.serial, standing: s.standing, time: iso(s.token.info.genTime), where: s.where,
	}]));
	return {
		proved: proved === null ? null : iso(proved), recorded: log.entries[log.entries.length - 1].time,
		...(tokens.length === 0 ? {} : { tokens }),
	};
}

/** Of an envelope: what its cover claims, and whose certificate signed that. */
function aboutCover(e: Envelope): object {
	const { cover, signer } = e;
	return {
		...(signer === null ? {} : {
			sealedBy: {
				actor: null, fingerprint: signer.certificate.fingerprint, standing: signer.judged.standing, subject: commonName(signer.certificate),
			},
		}),
		...(cover === null ? {} : {
			envelope: { head: cover.head, records: cover.records, sealDigest: cover.sealDigest }, time: { proved: null, recorded: cover.time },
		}),
	};
}

function about(r: Result): Parameters<typeof canonical>[0] & object {
	const { read } = r;
	if (read === null) {
		return {
			caseId: null, counts: null, extent: null, head: null, sealDigest: null, sealedBy: null,
			signers: [], subject: subjectOf(r), time: null, ...(r.envelope === null ? {} : aboutCover(r.envelope)),
		};
	}
	const { log, contents, judged } = read;
	const last = log.entries[log.entries.length - 1];
	return {
		caseId: log.caseId, counts: { ...counts(read) }, extent: extentOf(read), head: hex(last.entryDigest),
		sealDigest: contents.sealDigest, sealedBy: sealedBy(read, text) as never,
		signers: log.signers.map((s, i) => ({
			certificate: s.fingerprint, entries: s.entries, first: s.first, standing: judged[i].standing,
		})),
		subject: subjectOf(r), time: timeOf(read),
	};
}

/** One line without its LF. */
export function report(r: Result, o: ReportOptions): string {
	return canonical({
		...(o.at === null ? {} : { at: iso(o.at) }),
		...(o.extends === null ? {} : { extends: o.extends }),
		...about(r),
		checks: r.checks,
		exit: exitOf(r, o.extends),
		file: printable(r.name),
		findings: r.findings.slice(0, MAX_LISTED).map((f) => ({
			check: f.check, code: f.code, result: f.result, where: f.where,
		})),
		findingsOmitted: Math.max(0, r.findings.length - MAX_LISTED),
		rules: 1, schema: 1, size: r.size, subIndication: r.subIndication, verdict: r.verdict,
	});
}
