// Stage 2: the custody log, entry by entry (verify.md §3). The first fault ends it.

import { type Bytes, equal, fromHex, hex, pad8 } from "./bytes.ts";
import { type Certificate } from "./cert.ts";
import { type Entry, parseEntry } from "./entry.ts";
import { type Finding, OverLimit, Refused, Stop, finding } from "./findings.ts";
import type { Files } from "./files.ts";
import { Items } from "./items.ts";
import type { JsonObject } from "./json.ts";
import { type Context, type Span, type Summary, scanRecords } from "./records.ts";
import { Rights } from "./rights.ts";
import { type Arithmetic, checkSignature } from "./sign.ts";

const MAX_ENTRIES = 1_000_000;
const MAX_SPANS = 1 << 22;
const MAX_ENTRY = 1 << 16;
const MAX_SIGNATURE = 1 << 20;
const MAX_RECORDS_FILE = 2 ** 32;
const MAX_TOKEN = 1 << 20;

/** What is kept of an entry. */
export interface EntryNote {
	action: string;
	/** Index into Log.signers. */
	signer: number;
	time: string;
	count: number;
	withheld: number;
	details: JsonObject;
	entryDigest: Bytes;
	signatureDigest: Bytes;
	/** Index of token.tst in the container. */
	token: number | null;
}

export interface Signer {
	fingerprint: string;
	first: number;
	entries: number;
	/** Of the times of its entries. */
	earliest: string;
	latest: string;
	/** Number of the last entry it signed. */
	last: number;
	certificate: Certificate | null;
}

interface Folder {
	entry: number;
	signature: number;
	records: number;
	token: number | null;
	next: number;
}

export class Log implements Context {
	readonly entries: EntryNote[] = [];
	readonly signers: Signer[] = [];
	readonly items = new Items();
	readonly runs: Span[] = [];
	/** Ranges named by scope records of dispose, lost and disclose entries, by their seq. */
	readonly named = new Map<number, Span[]>();
	readonly rights = new Rights();
	readonly notes: Finding[] = [];
	caseId = "";
	exhibit = 0;
	/** Record 1 of the last entry read, null if withheld. */
	circumstances: JsonObject | null = null;
	private spans = 0;
	private current: Entry | null = null;
	private readonly signerIndex = new Map<string, number>();

	constructor(private readonly files: Files, private readonly math: Arithmetic) {}

	/** Throws Stop or Refused at the first fault. */
	async read(): Promise<void> {
		const [from, to] = this.files.under("custody/");
		let at = from;
		for (let seq = 1; at < to; seq++) {
			const folder = this.folder(seq, at, to);
			await this.entry(seq, folder);
			at = folder.next;
		}
		const last = this.entries.length;
		if (this.entries[last - 1].action !== "seal") throw new Stop("LOG_UNSEALED", String(last));
	}

	countOf(seq: number): number | undefined {
		return this.entries[seq - 1]?.count;
	}

	item(i: Parameters<Items["add"]>[1]): void {
		this.items.add(this.current!.seq, i);
	}

	span(kind: "scope" | "run", s: Span): void {
		const keep = kind === "run" || ["dispose", "lost", "disclose"].includes(this.current!.action);
		if (!keep) return;
		if (++this.spans > MAX_SPANS) throw new OverLimit();
		if (kind === "run") {
			this.runs.push(s);
			return;
		}
		const list = this.named.get(this.current!.seq) ?? [];
		list.push(s);
		this.named.set(this.current!.seq, list);
	}

	/** Step 1: the files of one number. */
	private folder(seq: number, at: number, to: number): Folder {
		const { names, base } = this.files;
		const prefix = `${base}custody/${pad8(seq)}/`;
		if (!names[at].startsWith(prefix)) {
			const higher = /^custody\/(\d{8})\//.exec(names[at].slice(base.length));
			if (higher && Number(higher[1]) > seq) throw new Stop("ENTRY_GAP", String(seq));
			throw new Stop("FILE_UNACCOUNTED", names[at]);
		}
		const found = new Map<string, number>();
		let next = at;
		while (next < to && names[next].startsWith(prefix)) found.set(names[next].slice(prefix.length), next++);
		const index = (name: string): number => {
			const i = found.get(name);
			if (i === undefined) throw new Stop("ENTRY_FILE_MISSING", `custody/${pad8(seq)}/${name}`);
			return i;
		};
		const f: Folder = {
			entry: index("entry.json"), signature: index("entry.p7s"), records: index("records.jsonl"),
			token: found.get("token.tst") ?? null, next,
		};
		const known = [f.entry, f.signature, f.records, f.token];
		for (let i = at; i < next; i++) {
			if (!known.includes(i)) throw new Stop("FILE_UNACCOUNTED", names[i]);
		}
		this.limit(f.entry, MAX_ENTRY);
		this.limit(f.signature, MAX_SIGNATURE);
		this.limit(f.records, MAX_RECORDS_FILE);
		if (f.token !== null) this.limit(f.token, MAX_TOKEN);
		return f;
	}

	private limit(i: number, most: number): void {
		if (this.files.size[i] > most) throw new Refused("CONTAINER_LIMIT");
	}

	private async entry(seq: number, f: Folder): Promise<void> {
		const where = String(seq);
		const e = parseEntry(this.files.whole(f.entry));
		if (e === "newer") throw new Refused("FORMAT_NEWER");
		if (e === null || seq > MAX_ENTRIES) throw new Stop("ENTRY_FORM", where);
		this.tokenFile(e, f);
		this.current = e;
		this.link(seq, e);
		const entryDigest = this.files.digest(f.entry);
		const signer = this.signer(e);
		const p7s = this.files.whole(f.signature);
		const result = await checkSignature(this.math, p7s, {
			content: entryDigest, certificate: e.certificate, time: e.time, seal: false,
		});
		if (result.code === "ALGORITHM_UNSUPPORTED") this.notes.push(finding(result.code, where));
		else if (result.code !== null) throw new Stop(result.code, where);
		this.signers[signer].certificate ??= result.certificate;
		this.rights.check(e);
		if (e.action === "timestamp") this.timestampEntry(e);
		// Times have one width, so text order is time order.
		const before = this.entries.at(-1);
		if (before && e.time < before.time) this.notes.push(finding("TIME_BACKWARDS", where));
		const s = this.records(e, f);
		if (f.token !== null && hex(this.files.hash(f.token)) !== e.details.get("token")) {
			throw new Stop("TIMESTAMP_LINK", where);
		}
		this.circumstances = s.circumstances;
		this.entries.push({
			action: e.action, signer, time: e.time, count: e.count, withheld: s.withheld,
			details: e.details, entryDigest, signatureDigest: this.files.digest(f.signature), token: f.token,
		});
	}

	private tokenFile(e: Entry, f: Folder): void {
		const needed = e.action === "timestamp";
		if (needed && f.token === null) {
			throw new Stop("ENTRY_FILE_MISSING", `custody/${this.files.names[f.entry].slice(-19, -11)}/token.tst`);
		}
		if (!needed && f.token !== null) throw new Stop("FILE_UNACCOUNTED", this.files.names[f.token]);
	}

	/** Step 3. */
	private link(seq: number, e: Entry): void {
		const before = this.entries[seq - 2];
		const p = e.previous;
		let ok = e.seq === seq && (p === null) === (seq === 1);
		if (seq === 1) this.caseId = e.caseId;
		ok &&= e.caseId === this.caseId && this.files.base === `case-${e.caseId.slice(0, 8)}/`;
		if (ok && p !== null) {
			ok = equal(fromHex(p.entry), before.entryDigest) && equal(fromHex(p.signature), before.signatureDigest);
		}
		if (!ok) throw new Stop("ENTRY_LINK", String(seq));
	}

	private signer(e: Entry): number {
		let i = this.signerIndex.get(e.certificate);
		if (i === undefined) {
			i = this.signers.length;
			this.signerIndex.set(e.certificate, i);
			this.signers.push({
				fingerprint: e.certificate, first: e.seq, entries: 0, earliest: e.time, latest: e.time, last: e.seq,
				certificate: null,
			});
		}
		const s = this.signers[i];
		s.entries++;
		s.last = e.seq;
		if (e.time < s.earliest) s.earliest = e.time;
		if (e.time > s.latest) s.latest = e.time;
		return i;
	}

	private timestampEntry(e: Entry): void {
		const named = this.entries[(e.details.get("entry") as number) - 1];
		if (!named || hex(named.signatureDigest) !== e.details.get("signature")) {
			throw new Stop("TIMESTAMP_LINK", String(e.seq));
		}
	}

	private records(e: Entry, f: Folder): Summary {
		return scanRecords(e, this, (eat) => this.files.hash(f.records, eat));
	}
}
