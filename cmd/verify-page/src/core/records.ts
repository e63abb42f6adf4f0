// records.jsonl of one entry: form, places, counts, tree (format.md §3, §4, §6; verify.md §3, 2.6).

import { type Bytes, fromHex, equal, isHex, pad8 } from "./bytes.ts";
import { ACTIONS, type Entry } from "./entry.ts";
import { OverLimit, Stop } from "./findings.ts";
import { type Json, type JsonObject, parseObject } from "./json.ts";
import { Tree, aligned, leafHash } from "./merkle.ts";
import {
	type Is, type Members, fits, isArray, isCrc32, isInt, isObject, isPositive, isRawBytes, isRecordId,
	isSalt, isSha256, isSha512, isString, isToken, oneOf, recordId,
} from "./schema.ts";

const MAX_LINE = 1 << 20;
const LF = 0x0a;

function same(names: string, is: Is): Record<string, Is> {
	return Object.fromEntries(names.split(" ").map((n) => [n, is]));
}

const KINDS: Readonly<Record<string, Members>> = {
	circumstances: {
		required: { actor: isObject, clock: isObject },
		optional: {
			...same("authority condition consent legalBasis medium purpose reason recipient sealNumber", isString),
			...same("host reader", isObject), notTaken: isInt,
		},
	},
	content: {
		required: { crc32: isCrc32, path: isString, sha256: isSha256, sha512: isSha512, size: isInt },
		optional: {
			exhibit: isPositive, role: oneOf("seal receipt validation description statement note"),
		},
	},
	origin: {
		required: { item: isRecordId },
		optional: {
			...same("name path label supplier device inode links uid", isString),
			...same("nameBytes pathBytes", isRawBytes),
			...same("times capture", isObject), observations: isArray,
		},
	},
	scope: { required: { first: isRecordId, last: isRecordId } },
	correction: {
		required: { record: isRecordId, field: isString },
		optional: { value: isString, valueBytes: isRawBytes, reason: isString },
	},
};

const COMMON: Record<string, Is> = { case: isString, id: isString, kind: isToken, salt: isSalt };
const CLOSED = new Map(Object.entries(KINDS).map(([kind, m]): [string, Members] => [
	kind, { required: { ...COMMON, ...m.required }, optional: m.optional },
]));
const PATH = /^data\/\d{8}\/\d{8}\.([a-z0-9]{1,8})$/;

export interface Item {
	k: number;
	ext: string;
	size: number;
	crc: number;
	sha256: Bytes;
	sha512: Bytes;
	exhibit: number | null;
	role: string | null;
}

export interface Span {
	seq: number;
	first: number;
	last: number;
}

/** What the log knows and learns while records are read. */
export interface Context {
	/** Number of records of an earlier entry; undefined if there is none. */
	countOf(seq: number): number | undefined;
	/** Highest exhibit number so far. */
	exhibit: number;
	item(i: Item): void;
	/** Called for every scope record and withheld run; throws over the limit. */
	span(kind: "scope" | "run", s: Span): void;
}

export interface Summary {
	withheld: number;
	/** Record 1, unless withheld. */
	circumstances: JsonObject | null;
}

class Scan {
	private readonly tree = new Tree();
	private place = 0;
	private runBefore = false;
	private content = 0;
	private scope = 0;
	private corrections = 0;
	/** Role and place of the first content record. */
	private first: { role: string | null; k: number; behindRun: boolean } | null = null;
	private seals: string[] = [];
	readonly summary: Summary = { withheld: 0, circumstances: null };

	constructor(private readonly e: Entry, private readonly log: Context) {}

	private form(ok: boolean, k = this.place): asserts ok {
		if (!ok) throw new Stop("RECORD_FORM", `${this.e.seq}/${k}`);
	}

	line(line: Bytes | null): void {
		const k = this.place + 1;
		if (k > this.e.count) throw new Stop("RECORDS_ALTERED", String(this.e.seq));
		this.form(line !== null && line.length > 0 && line.length <= MAX_LINE, k);
		const o = parseObject(line);
		this.form(o !== null, k);
		if (o.size === 2 && o.has("hashes") && o.has("withheld")) {
			this.run(o, k);
			this.runBefore = true;
			return;
		}
		this.place = k;
		this.record(o);
		this.runBefore = false;
		this.tree.push(1, leafHash(line));
	}

	private run(o: JsonObject, k: number): void {
		const hashes = o.get("hashes");
		const range = o.get("withheld");
		this.form(!this.runBefore && Array.isArray(range) && range.length === 2 && range.every(isPositive), k);
		const [first, last] = range as number[];
		this.form(first === k && last >= first && last <= this.e.count, k);
		const sizes = aligned(first - 1, last);
		this.form(Array.isArray(hashes) && hashes.length === sizes.length, k);
		sizes.forEach((size, i) => {
			const h = hashes[i] as Json;
			this.form(typeof h === "string" && isHex(h, 64), k);
			this.tree.push(size, fromHex(h));
		});
		this.place = last;
		this.summary.withheld += last - first + 1;
		this.span("run", { seq: this.e.seq, first, last }, k);
	}

	private span(kind: "scope" | "run", s: Span, k: number): void {
		try {
			this.log.span(kind, s);
		} catch (err) {
			if (err instanceof OverLimit) this.form(false, k);
			throw err;
		}
	}

	private record(o: JsonObject): void {
		const kind = o.get("kind");
		const k = this.place;
		this.form(isToken(kind) && isSalt(o.get("salt")));
		this.form(o.get("case") === this.e.caseId && o.get("id") === `${this.e.seq}/${k}`);
		this.form((kind === "circumstances") === (k === 1));
		const closed = CLOSED.get(kind as string);
		if (!closed) return;
		this.form(fits(o, closed));
		switch (kind) {
			case "circumstances": this.summary.circumstances = o; break;
			case "content": this.contentRecord(o); break;
			case "origin": this.form(!both(o, "name") && !both(o, "path")); break;
			case "scope": this.scopeRecord(o); break;
			case "correction":
				this.form(!both(o, "value"));
				this.corrections++;
		}
	}

	private contentRecord(o: JsonObject): void {
		const k = this.place;
		const path = o.get("path") as string;
		const ext = PATH.exec(path)?.[1];
		this.form(ext !== undefined && path === `data/${pad8(this.e.seq)}/${pad8(k)}.${ext}`);
		const role = (o.get("role") ?? null) as string | null;
		const exhibit = (o.get("exhibit") ?? null) as number | null;
		const evidence = (this.e.action === "acquire" || this.e.action === "capture") && role === null;
		this.form(evidence === (exhibit !== null));
		if (exhibit !== null) {
			this.form(exhibit > this.log.exhibit);
			this.log.exhibit = exhibit;
		}
		this.content++;
		this.first ??= { role, k, behindRun: this.summary.withheld > 0 };
		if (role === "seal") this.seals.push(o.get("sha256") as string);
		try {
			this.log.item({
				k, ext, role, exhibit, size: o.get("size") as number,
				crc: parseInt(o.get("crc32") as string, 16), sha256: fromHex(o.get("sha256") as string),
				sha512: fromHex(o.get("sha512") as string),
			});
		} catch (err) {
			if (err instanceof OverLimit) this.form(false);
			throw err;
		}
	}

	private scopeRecord(o: JsonObject): void {
		const first = recordId(o.get("first") as string)!;
		const last = recordId(o.get("last") as string)!;
		const own = first.seq === this.e.seq;
		const earlierOnly = ["dispose", "lost", "disclose"].includes(this.e.action);
		const count = own ? this.e.count : this.log.countOf(first.seq);
		this.form(first.seq === last.seq && first.k <= last.k && !(own && earlierOnly));
		this.form(count !== undefined && last.k <= count);
		this.scope++;
		this.span("scope", { seq: first.seq, first: first.k, last: last.k }, this.place);
	}

	end(): void {
		const where = String(this.e.seq);
		const root = this.tree.root();
		if (this.place !== this.e.count || root === null || !equal(root, fromHex(this.e.root))) {
			throw new Stop("RECORDS_ALTERED", where);
		}
		this.form(this.rolesFit(), this.first?.k);
		if (!this.countsFit()) throw new Stop("RECORD_FORM", where);
	}

	/** The first content of `open` is the description (unless withheld), that of `disclose` the statement. */
	private rolesFit(): boolean {
		if (this.first === null) return true;
		if (this.e.action === "disclose") return this.first.role === "statement";
		return this.e.action !== "open" || this.first.behindRun || this.first.role === "description";
	}

	private countsFit(): boolean {
		const { action, details } = this.e;
		const a = ACTIONS[action];
		const extract = action === "disclose" && details.get("extent") === "extract";
		const whole = this.summary.withheld === 0;
		const least = whole || action === "disclose" ? a.content[0] : 0;
		if (this.content < least || this.content > a.content[1]) return false;
		if (this.scope < (extract ? 1 : a.scope[0])) return false;
		if (action === "correct" && this.corrections < 1) return false;
		return action !== "receive" || this.seals.length === 0 ||
			this.seals.includes(details.get("sealDigest") as string);
	}
}

function both(o: JsonObject, name: string): boolean {
	return o.has(name) && o.has(name + "Bytes");
}

/** Splits what it is fed into lines; never holds more than one. */
class Lines {
	private held: Bytes[] = [];
	private length = 0;
	constructor(private readonly scan: Scan) {}

	feed(piece: Bytes): void {
		let from = 0;
		while (from < piece.length) {
			const lf = piece.indexOf(LF, from);
			const end = lf < 0 ? piece.length : lf;
			this.hold(piece.subarray(from, end), lf < 0);
			if (lf >= 0) this.flush();
			from = end + 1;
		}
	}

	private hold(part: Bytes, stays: boolean): void {
		this.length += part.length;
		if (this.length > MAX_LINE) this.scan.line(null);
		// The reader's window is overwritten before the rest of the line comes.
		this.held.push(stays ? new Uint8Array(part) : part);
	}

	private flush(): void {
		const whole = new Uint8Array(this.length);
		let at = 0;
		for (const p of this.held) {
			whole.set(p, at);
			at += p.length;
		}
		this.scan.line(this.held.length === 1 ? this.held[0] : whole);
		this.held = [];
		this.length = 0;
	}

	end(): void {
		if (this.length > 0) this.scan.line(null);
	}
}

/** Reads the whole file through `each`; throws Stop at the first fault. */
export function scanRecords(
	e: Entry, log: Context, each: (eat: (piece: Bytes) => void) => void,
): Summary {
	const scan = new Scan(e, log);
	const lines = new Lines(scan);
	each((piece) => lines.feed(piece));
	lines.end();
	scan.end();
	return scan.summary;
}

