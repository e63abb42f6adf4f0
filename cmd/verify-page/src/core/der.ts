// DER (X.690), strictly: one-byte tags, definite shortest lengths, nothing left over.

import { type Bytes, concat } from "./bytes.ts";

export interface Tlv {
	tag: number;
	/** The whole element, and its contents. */
	raw: Bytes;
	body: Bytes;
}

export class NotDer extends Error {}

export function demand(ok: boolean): asserts ok {
	if (!ok) throw new NotDer();
}

/** The element at `at`; its end is at + raw.length. */
export function element(b: Bytes, at: number): Tlv {
	if (at + 2 > b.length) throw new NotDer();
	const tag = b[at];
	if ((tag & 0x1f) === 0x1f) throw new NotDer();
	let len = b[at + 1];
	let start = at + 2;
	if (len >= 0x80) {
		const n = len & 0x7f;
		if (n === 0 || n > 4 || start + n > b.length) throw new NotDer();
		len = 0;
		for (let i = 0; i < n; i++) len = len * 256 + b[start + i];
		if (b[start] === 0 || len < 0x80) throw new NotDer();
		start += n;
	}
	if (start + len > b.length) throw new NotDer();
	return { tag, raw: b.subarray(at, start + len), body: b.subarray(start, start + len) };
}

/** The elements that fill `body` exactly. */
export function children(body: Bytes): Tlv[] {
	const out: Tlv[] = [];
	for (let at = 0; at < body.length; ) {
		const t = element(body, at);
		out.push(t);
		at += t.raw.length;
	}
	return out;
}

/** The one element that fills the bytes, with this tag. */
export function only(body: Bytes, tag: number): Tlv {
	const t = element(body, 0);
	if (t.tag !== tag || t.raw.length !== body.length) throw new NotDer();
	return t;
}

/** An OBJECT IDENTIFIER's content: complete, each number in its shortest form. */
export function oidSound(b: Bytes): boolean {
	return b.length > 0 && b[b.length - 1] < 0x80 && b.every((x, i) => x !== 0x80 || (i > 0 && b[i - 1] >= 0x80));
}

function primitiveSound({ tag, body: b }: Tlv): boolean {
	switch (tag) {
		case 0x01: return b.length === 1 && b[0] === 0xff;
		case INT: case ENUMERATED: return b.length > 0 && (b.length === 1 || !((b[0] === 0 && b[1] < 0x80) || (b[0] === 0xff && b[1] >= 0x80)));
		case BITS: return b.length > 0 && b[0] <= (b.length > 1 ? 7 : 0);
		case NULL: return b.length === 0;
		case OID: return oidSound(b);
		default: return tag !== 0x10 && tag !== 0x11;
	}
}

const DEEPEST = 32;

/** verify.md §5.2: the elements of `body`, entered wherever constructed. */
export function sound(body: Bytes, depth = 1): boolean {
	return depth <= DEEPEST && children(body).every((t) => (t.tag & 0x20) === 0 ? primitiveSound(t)
		: (t.tag >= 0x40 || t.tag === SEQ || t.tag === SET) && sound(t.body, depth + 1));
}

/** Children with exactly these tags. */
export function shape(body: Bytes, ...tags: number[]): Tlv[] {
	const out = children(body);
	if (out.length !== tags.length || out.some((t, i) => t.tag !== tags[i])) throw new NotDer();
	return out;
}

export const SEQ = 0x30;
export const SET = 0x31;
export const INT = 0x02;
export const BITS = 0x03;
export const ENUMERATED = 0x0a;
export const OCTETS = 0x04;
export const NULL = 0x05;
export const OID = 0x06;

export function write(tag: number, ...parts: Bytes[]): Bytes {
	const body = concat(...parts);
	const n = body.length;
	if (n < 0x80) return concat(Uint8Array.of(tag, n), body);
	const len: number[] = [];
	for (let v = n; v > 0; v = Math.floor(v / 256)) len.unshift(v & 255);
	return concat(Uint8Array.of(tag, 0x80 | len.length, ...len), body);
}

/** Dotted form to an OBJECT IDENTIFIER element. */
export function oid(dotted: string): Bytes {
	const arcs = dotted.split(".").map(Number);
	const out: number[] = [];
	for (const arc of [arcs[0] * 40 + arcs[1], ...arcs.slice(2)]) {
		const low = [arc % 128];
		for (let v = Math.floor(arc / 128); v > 0; v = Math.floor(v / 128)) low.unshift(0x80 | v % 128);
		out.push(...low);
	}
	return write(OID, Uint8Array.from(out));
}

/** Contents of a non-negative INTEGER in its shortest form, as a number of any size. */
export function unsigned(body: Bytes): bigint {
	const ok = body.length > 0 && body[0] < 0x80 && (body.length === 1 || body[0] > 0 || body[1] >= 0x80);
	if (!ok) throw new NotDer();
	return big(body);
}

export function big(b: Bytes): bigint {
	let n = 0n;
	for (let i = 0; i < b.length; i++) n = (n << 8n) | BigInt(b[i]);
	return n;
}

/** Big-endian, `len` bytes. */
export function fixed(n: bigint, len: number): Bytes {
	const out = new Uint8Array(len);
	for (let i = len - 1; i >= 0; i--) {
		out[i] = Number(n & 255n);
		n >>= 8n;
	}
	return out;
}

/** Bytewise order; a string that begins another comes first. */
function before(a: Bytes, b: Bytes): boolean {
	const n = Math.min(a.length, b.length);
	for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i] < b[i];
	return a.length < b.length;
}

export function rising(all: Tlv[]): boolean {
	return all.every((t, i) => i === 0 || before(all[i - 1].raw, t.raw));
}

/** 1 to `most` SEQUENCEs and elements of one more tag, strictly rising. */
export function elements(body: Bytes, most: number, also: number): Bytes[] {
	const all = children(body);
	demand(all.length >= 1 && all.length <= most && all.every((t) => t.tag === SEQ || t.tag === also) && rising(all));
	return all.map((t) => t.raw);
}

/** `least` to `most` SEQUENCEs, strictly rising. */
export function sequences(body: Bytes, least: number, most: number): Bytes[] {
	const all = children(body);
	demand(all.length >= least && all.length <= most && all.every((t) => t.tag === SEQ) && rising(all));
	return all.map((t) => t.raw);
}
