// Canonical JSON (RFC 8785) as narrowed by format.md §2. The form is unique, so a parser that
// takes nothing else needs no second serialisation to compare with.

import { type Bytes, latin1, utf8 } from "./bytes.ts";

export type Json = null | boolean | number | string | Json[] | JsonObject;
/** A Map, not an object: a member may be called __proto__. */
export type JsonObject = Map<string, Json>;

const MAX_DEPTH = 32;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const ESCAPES = new Map<number, number>([
	[0x62, 0x08], [0x74, 0x09], [0x6e, 0x0a], [0x66, 0x0c], [0x72, 0x0d], [0x22, 0x22], [0x5c, 0x5c],
]);

class NotCanonical extends Error {}

class Parser {
	private at = 0;
	constructor(private readonly b: Bytes) {}

	whole(): Json {
		const v = this.value(0);
		if (this.at !== this.b.length) throw new NotCanonical();
		return v;
	}

	private take(c: number): void {
		if (this.b[this.at] !== c) throw new NotCanonical();
		this.at++;
	}

	private word(text: string): void {
		for (let i = 0; i < text.length; i++) this.take(text.charCodeAt(i));
	}

	private value(depth: number): Json {
		switch (this.b[this.at]) {
			case 0x22: return this.string();
			case 0x7b: return this.object(depth + 1);
			case 0x5b: return this.array(depth + 1);
			case 0x6e: this.word("null"); return null;
			case 0x74: this.word("true"); return true;
			case 0x66: this.word("false"); return false;
			default: return this.number();
		}
	}

	private number(): number {
		const from = this.at;
		while (this.b[this.at] >= 0x30 && this.b[this.at] <= 0x39) this.at++;
		const len = this.at - from;
		if (len === 0 || len > 16 || (len > 1 && this.b[from] === 0x30)) throw new NotCanonical();
		const n = Number(latin1(this.b.subarray(from, this.at)));
		if (!Number.isSafeInteger(n)) throw new NotCanonical();
		return n;
	}

	private string(): string {
		this.take(0x22);
		let out = "";
		for (;;) {
			const from = this.at;
			let high = false;
			let c = this.b[this.at];
			while (c !== undefined && c >= 0x20 && c !== 0x22 && c !== 0x5c) {
				if (c >= 0x80) high = true;
				c = this.b[++this.at];
			}
			const run = this.b.subarray(from, this.at);
			const text = high ? utf8(run) : latin1(run);
			if (c === undefined || c < 0x20 || text === null) throw new NotCanonical();
			out += text;
			this.at++;
			if (c === 0x22) return out;
			out += this.escape();
		}
	}

	private escape(): string {
		const c = this.b[this.at++];
		if (c !== 0x75) {
			const code = ESCAPES.get(c);
			if (code === undefined) throw new NotCanonical();
			return String.fromCharCode(code);
		}
		const digits = latin1(this.b.subarray(this.at, this.at + 4));
		this.at += 4;
		// Only controls without a short form are written so, in lower case (RFC 8785 §3.2.2.2).
		if (!/^00[01][0-9a-f]$/.test(digits)) throw new NotCanonical();
		const code = parseInt(digits, 16);
		for (const short of ESCAPES.values()) if (short === code) throw new NotCanonical();
		return String.fromCharCode(code);
	}

	private array(depth: number): Json[] {
		if (depth > MAX_DEPTH) throw new NotCanonical();
		this.take(0x5b);
		const out: Json[] = [];
		if (this.b[this.at] === 0x5d) {
			this.at++;
			return out;
		}
		for (;;) {
			out.push(this.value(depth));
			if (this.b[this.at] === 0x5d) break;
			this.take(0x2c);
		}
		this.at++;
		return out;
	}

	private object(depth: number): JsonObject {
		if (depth > MAX_DEPTH) throw new NotCanonical();
		this.take(0x7b);
		const out: JsonObject = new Map();
		if (this.b[this.at] === 0x7d) {
			this.at++;
			return out;
		}
		let last = "";
		for (;;) {
			const name = this.string();
			if (!NAME.test(name) || name <= last) throw new NotCanonical();
			last = name;
			this.take(0x3a);
			out.set(name, this.value(depth));
			if (this.b[this.at] === 0x7d) break;
			this.take(0x2c);
		}
		this.at++;
		return out;
	}
}

/** The object the bytes are the canonical form of, or null. */
export function parseObject(b: Bytes): JsonObject | null {
	try {
		const v = new Parser(b).whole();
		return v instanceof Map ? v : null;
	} catch (e) {
		if (e instanceof NotCanonical) return null;
		throw e;
	}
}

type Plain = null | boolean | number | string | Plain[] | { [name: string]: Plain };

/** Canonical text of a report: our own members, all of them integers, strings or null. */
export function canonical(v: Plain): string {
	if (v === null || typeof v !== "object") return JSON.stringify(v);
	if (Array.isArray(v)) return "[" + v.map(canonical).join(",") + "]";
	const names = Object.keys(v).sort();
	return "{" + names.map((n) => JSON.stringify(n) + ":" + canonical(v[n])).join(",") + "}";
}
