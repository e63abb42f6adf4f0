// What page and worker say to each other. The page holds no more rows than it shows.

export interface CheckRequest {
	type: "check";
	file: File;
	older: File | null;
	pins: string[];
	trust: File[];
	/** Policies of time-stamp authorities that are accepted; none means any. */
	policies: string[];
	/** As given; null for now. */
	at: string | null;
	allDigests: boolean;
	requireTime: boolean;
}

export type RowKind = "items" | "entries" | "findings";
export interface RowsRequest {
	type: "rows";
	kind: RowKind;
	from: number;
	count: number;
}
export type Request = CheckRequest | RowsRequest;

export interface ItemRow {
	id: string;
	exhibit: number | null;
	ext: string;
	size: number;
	role: string | null;
	state: string;
	sha256: string;
}
export interface EntryRow {
	seq: number;
	time: string;
	action: string;
	details: string;
	signer: number;
	fingerprint: string;
	count: number;
	withheld: number;
}
export interface FindingRow {
	code: string;
	check: string;
	result: string;
	where: string;
	sub: string | null;
}
export type Row = ItemRow | EntryRow | FindingRow;

export type Reply =
	| { type: "progress"; done: number; size: number }
	| { type: "result"; report: string; totals: Record<RowKind, number>; checkedAt: string }
	| { type: "rows"; kind: RowKind; from: number; rows: Row[] }
	| { type: "problem"; what: "trust" | "browser" | "own"; message: string };

export interface TokenNote {
	accepted: boolean;
	accuracy: number | null;
	authority: string;
	policy: string;
	serial: string;
	standing: string;
	time: string;
	where: string;
}

export interface Report {
	at?: string;
	caseId: string | null;
	envelope?: { head: string; records: number; sealDigest: string };
	checks: Record<string, "passed" | "failed" | "unknown">;
	counts: null | { bytes: number; entries: number; items: number; lost: number; records: number; withheld: number };
	exit: number;
	extends?: string;
	extent: string | null;
	file: string;
	findings: FindingRow[];
	findingsOmitted: number;
	head: string | null;
	sealDigest: string | null;
	sealedBy: null | {
		actor: null | { name: string | null; organisation: string | null; role: string | null };
		fingerprint: string;
		standing: string;
		subject: string | null;
	};
	signers: { certificate: string; entries: number; first: number; standing: string }[];
	size: number;
	subIndication: string | null;
	subject: string;
	time: null | { proved: string | null; recorded: string; tokens?: TokenNote[] };
	verdict: "TOTAL-PASSED" | "TOTAL-FAILED" | "INDETERMINATE" | "REFUSED";
}
