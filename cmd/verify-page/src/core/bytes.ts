// Bytes and their spellings (format.md §2). Nothing here knows of bundles.

export type Bytes = Uint8Array;

const HEX: string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));

export function hex(b: Bytes): string {
	let s = "";
	for (const x of b) s += HEX[x];
	return s;
}

export function isHex(s: string, digits: number): boolean {
	return s.length === digits && /^[0-9a-f]*$/.test(s);
}

/** Only for text that isHex() accepted. */
export function fromHex(s: string): Bytes {
	const out = new Uint8Array(s.length / 2);
	for (let i = 0; i < out.length; i++) out[i] = parseInt(s.slice(2 * i, 2 * i + 2), 16);
	return out;
}

const B64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** RFC 4648 §4, with padding. */
export function base64(b: Bytes): string {
	let s = "";
	for (let i = 0; i < b.length; i += 3) {
		const left = b.length - i;
		const n = (b[i] << 16) | ((b[i + 1] ?? 0) << 8) | (b[i + 2] ?? 0);
		s += B64[n >> 18] + B64[(n >> 12) & 63];
		s += left > 1 ? B64[(n >> 6) & 63] : "=";
		s += left > 2 ? B64[n & 63] : "=";
	}
	return s;
}

/** RFC 4648 §5 without padding and with zero unused bits; null for anything else. */
export function fromBase64url(s: string): Bytes | null {
	if (s.length % 4 === 1 || !/^[A-Za-z0-9_-]*$/.test(s)) return null;
	const std = s.replace(/-/g, "+").replace(/_/g, "/");
	const out = new Uint8Array(Math.floor((s.length * 3) / 4));
	let bits = 0;
	let n = 0;
	let at = 0;
	for (const c of std) {
		n = (n << 6) | B64.indexOf(c);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[at++] = (n >> bits) & 255;
			n &= (1 << bits) - 1;
		}
	}
	return n === 0 ? out : null;
}

export function equal(a: Bytes, b: Bytes): boolean {
	if (a.length !== b.length) return false;
	for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
	return true;
}

export function concat(...parts: Bytes[]): Bytes {
	const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
	let at = 0;
	for (const p of parts) {
		out.set(p, at);
		at += p.length;
	}
	return out;
}

/** One character a byte; what our generated names and text are made of. */
export function ascii(s: string): Bytes {
	const out = new Uint8Array(s.length);
	for (let i = 0; i < s.length; i++) out[i] = s.charCodeAt(i);
	return out;
}

export function latin1(b: Bytes): string {
	let s = "";
	for (let i = 0; i < b.length; i++) s += String.fromCharCode(b[i]);
	return s;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** null if the bytes are not UTF-8 (RFC 3629: no surrogates, no overlong forms). */
export function utf8(b: Bytes): string | null {
	try {
		return strict.decode(b);
	} catch {
		return null;
	}
}

export function pad8(n: number): string {
	return String(n).padStart(8, "0");
}
