// Runs the core beside the page, so that the page stays responsive, and keeps the rows.

import { hex, latin1 } from "../core/bytes.ts";
import type { Certificate } from "../core/cert.ts";
import type { Crl } from "../core/crl.ts";
import { ready } from "../core/hash.ts";
import { parsePem } from "../core/identity.ts";
import type { Answer } from "../core/ocsp.ts";
import { printable } from "../core/printable.ts";
import { report } from "../core/report.ts";
import type { Source } from "../core/source.ts";
import { parseGivenTime } from "../core/time.ts";
import { type Options, type Result, compareExtends, verify } from "../core/verify.ts";
import type { CheckRequest, EntryRow, FindingRow, ItemRow, Reply, Request, Row, RowsRequest } from "./messages.ts";

declare const self: DedicatedWorkerGlobalScope;
const reader = new FileReaderSync();

class BlobSource implements Source {
	readonly name: string;
	readonly size: number;
	constructor(private readonly file: File) {
		this.name = file.name;
		this.size = file.size;
	}
	read(at: number, len: number): Uint8Array {
		const b = new Uint8Array(reader.readAsArrayBuffer(this.file.slice(at, at + len)));
		if (b.length !== len) throw new Error("the file has become shorter");
		return b;
	}
}

let result: Result | null = null;

function post(r: Reply): void {
	self.postMessage(r);
}

async function check(q: CheckRequest): Promise<void> {
	if (globalThis.crypto?.subtle === undefined || typeof WebAssembly === "undefined") {
		return post({ type: "problem", what: "browser", message: "" });
	}
	await ready();
	const anchors: Certificate[] = [];
	const lists: Crl[] = [];
	const answers: Answer[] = [];
	for (const f of q.trust) {
		const found = parsePem(latin1(new Uint8Array(reader.readAsArrayBuffer(f))));
		if (found === null) return post({ type: "problem", what: "trust", message: "" });
		anchors.push(...found.anchors);
		lists.push(...found.lists);
		answers.push(...found.answers);
	}
	const now = Date.now();
	let told = 0;
	let before = 0;
	const size = q.file.size + (q.older?.size ?? 0);
	const o: Options = {
		pins: q.pins, anchors, lists, answers, policies: q.policies, at: (q.at === null ? null : parseGivenTime(q.at)) ?? now,
		allDigests: q.allDigests, requireTime: q.requireTime,
		progress: (done) => {
			if (before + done - told < 4_000_000) return;
			told = before + done;
			post({ type: "progress", done: told, size });
		},
	};
	result = await verify(new BlobSource(q.file), o);
	before = q.file.size;
	const e = q.older === null ? null : compareExtends(result, await verify(new BlobSource(q.older), o));
	const log = result.read?.log;
	post({
		type: "result", report: report(result, { at: q.at === null ? null : o.at, extends: e }),
		totals: {
			items: log?.items.count ?? 0, entries: log?.entries.length ?? 0, findings: result.findings.length,
		},
		checkedAt: new Date(now).toISOString(),
	});
}

function item(n: number): ItemRow {
	const { items } = result!.read!.log;
	return {
		id: items.id(n), exhibit: items.exhibit(n), ext: items.ext(n), size: items.size(n),
		role: items.role(n), state: items.state(n), sha256: hex(items.sha256(n)),
	};
}

/** The codes of an entry's details; digests and numbers of other things are left to the report. */
function detailWords(n: number): string {
	const { details } = result!.read!.log.entries[n];
	const left = ["certificate", "signature", "token", "transferId", "sealDigest"];
	const words = [...details].filter(([name, v]) => v !== null && !left.includes(name));
	return words.map(([name, v]) => `${name}: ${printable(String(v))}`).join(", ");
}

function entry(n: number): EntryRow {
	const { log } = result!.read!;
	const e = log.entries[n];
	return {
		seq: n + 1, time: e.time, action: e.action, details: detailWords(n), signer: e.signer + 1,
		fingerprint: log.signers[e.signer].fingerprint, count: e.count, withheld: e.withheld,
	};
}

function findingRow(n: number): FindingRow {
	const f = result!.findings[n];
	return { code: f.code, check: f.check, result: f.result, where: f.where, sub: f.sub };
}

function rows(q: RowsRequest): void {
	const make: (n: number) => Row = q.kind === "items" ? item : q.kind === "entries" ? entry : findingRow;
	const out: Row[] = [];
	for (let n = q.from; n < q.from + q.count; n++) out.push(make(n));
	post({ type: "rows", kind: q.kind, from: q.from, rows: out });
}

self.onmessage = (e: MessageEvent<Request>): void => {
	if (e.data.type === "rows") {
		rows(e.data);
		return;
	}
	check(e.data).catch((err: unknown) => {
		post({ type: "problem", what: "own", message: printable(String((err as Error)?.message ?? err)) });
	});
};
