// Foreign text made safe to show (verify.md §7).

import { type Bytes, utf8 } from "./bytes.ts";

const RANGES: ReadonlyArray<readonly [number, number]> = [
	[0x0, 0x1f], [0x7f, 0x9f], [0xad, 0xad], [0x34f, 0x34f], [0x61c, 0x61c], [0x115f, 0x1160],
	[0x17b4, 0x17b5], [0x180b, 0x180f], [0x200b, 0x200f], [0x2028, 0x202e], [0x2060, 0x206f],
	[0x3164, 0x3164], [0xfe00, 0xfe0f], [0xfeff, 0xfeff], [0xffa0, 0xffa0], [0xfff0, 0xfffc],
	[0xe000, 0xf8ff], [0x1bca0, 0x1bca3], [0x1d173, 0x1d17a], [0xe0000, 0xe0fff], [0xf0000, 0x10ffff],
];

const LIMIT = 200;

function hidden(cp: number): boolean {
	// A surrogate on its own is no character either; JavaScript strings can hold one.
	if ((cp & 0xfffe) === 0xfffe || (cp >= 0xd800 && cp <= 0xdfff)) return true;
	return RANGES.some(([a, b]) => cp >= a && cp <= b);
}

function shown(cp: number): string {
	if (!hidden(cp)) return String.fromCodePoint(cp);
	return `<U+${cp.toString(16).toUpperCase().padStart(4, "0")}>`;
}

/** Length of the well-formed UTF-8 sequence at `at`, 0 if there is none. */
function sequence(b: Bytes, at: number): number {
	for (let n = 1; n <= 4 && at + n <= b.length; n++) {
		if (utf8(b.subarray(at, at + n)) !== null) return n;
	}
	return 0;
}

/** Bytes as text; at most 200 code points of the value, then an ellipsis. */
export function printableBytes(b: Bytes, limit = LIMIT): string {
	let out = "";
	let at = 0;
	for (let n = 0; at < b.length; n++) {
		if (n === limit) return out + "…";
		const len = sequence(b, at);
		if (len === 0) {
			out += `<0x${b[at].toString(16).toUpperCase().padStart(2, "0")}>`;
			at++;
		} else {
			out += shown(utf8(b.subarray(at, at + len))!.codePointAt(0)!);
			at += len;
		}
	}
	return out;
}

export function printable(s: string, limit = LIMIT): string {
	let out = "";
	let n = 0;
	for (const c of s) {
		if (n++ === limit) return out + "…";
		out += shown(c.codePointAt(0)!);
	}
	return out;
}
