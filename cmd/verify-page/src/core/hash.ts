// SHA-256, SHA-512 and CRC-32. hash-wasm is the arithmetic; ready() must have been awaited.

import { createSHA1, createSHA256, createSHA384, createSHA512 } from "hash-wasm";
import type { Bytes } from "./bytes.ts";

type Hasher = Awaited<ReturnType<typeof createSHA256>>;

let whole: Hasher;
let leaf: Hasher;
let spare: Hasher[] = [];
let wide: Hasher;
const others = new Map<string, Hasher>();

export async function ready(): Promise<void> {
	if (whole) return;
	whole = await createSHA256();
	leaf = await createSHA256();
	wide = await createSHA512();
	others.set("SHA-1", await createSHA1());
	others.set("SHA-384", await createSHA384());
	others.set("SHA-512", await createSHA512());
	spare = [await createSHA256(), await createSHA256()];
}

export type HashName = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";

/** Digest by the name of its algorithm. */
export function digestOf(name: HashName, b: Bytes): Bytes {
	if (name === "SHA-256") return sha256(b);
	return others.get(name)!.init().update(b).digest("binary");
}

/** Digest of the parts one after another; SHA-256. */
export function sha256(...parts: Bytes[]): Bytes {
	leaf.init();
	for (const p of parts) leaf.update(p);
	return leaf.digest("binary");
}

/** A running SHA-256. Two can be open at a time; done() gives the digest and frees it. */
export class Running {
	private readonly h: Hasher;
	constructor() {
		const h = spare.pop();
		if (!h) throw new Error("too many running digests");
		this.h = h.init();
	}
	add(b: Bytes): void {
		this.h.update(b);
	}
	done(): Bytes {
		const d = this.h.digest("binary");
		spare.push(this.h);
		return d;
	}
}

/** What one pass over a file tells. */
export class FileDigest {
	private crc = 0xffffffff;
	constructor(private readonly withCrc: boolean, private readonly with512: boolean) {
		whole.init();
		if (with512) wide.init();
	}
	add(b: Bytes): void {
		whole.update(b);
		if (this.with512) wide.update(b);
		if (this.withCrc) this.crc = crcUpdate(this.crc, b);
	}
	done(): { sha256: Bytes; sha512: Bytes | null; crc: number } {
		return {
			sha256: whole.digest("binary"),
			sha512: this.with512 ? wide.digest("binary") : null,
			crc: (this.crc ^ 0xffffffff) >>> 0,
		};
	}
}

const CRC = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
	let c = i;
	for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
	CRC[i] = c;
}

function crcUpdate(crc: number, b: Bytes): number {
	for (let i = 0; i < b.length; i++) crc = CRC[(crc ^ b[i]) & 255] ^ (crc >>> 8);
	return crc;
}

/** CRC-32/ISO-HDLC, as in ZIP. */
export function crc32(b: Bytes): number {
	return (crcUpdate(0xffffffff, b) ^ 0xffffffff) >>> 0;
}
