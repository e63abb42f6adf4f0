// The tree over the records of one entry (RFC 9162 §2.1.1), built in one pass (format.md §6).

import type { Bytes } from "./bytes.ts";
import { sha256 } from "./hash.ts";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function leafHash(line: Bytes): Bytes {
	return sha256(LEAF, line);
}

/** Sizes of the largest aligned subtrees covering positions p … end−1, left to right. */
export function aligned(p: number, end: number): number[] {
	const sizes: number[] = [];
	while (p < end) {
		let size = 1;
		while (p % (size * 2) === 0 && p + size * 2 <= end) size *= 2;
		sizes.push(size);
		p += size;
	}
	return sizes;
}

/** Perfect subtrees still open; their sizes fall strictly from the bottom up. */
export class Tree {
	private readonly stack: { size: number; hash: Bytes }[] = [];

	/** The next subtree of 2^j leaves, at a place that is a multiple of its size. */
	push(size: number, hash: Bytes): void {
		let top = { size, hash };
		let under = this.stack.at(-1);
		while (under && under.size === top.size) {
			this.stack.pop();
			top = { size: top.size * 2, hash: sha256(NODE, under.hash, top.hash) };
			under = this.stack.at(-1);
		}
		this.stack.push(top);
	}

	/** null if nothing was pushed. */
	root(): Bytes | null {
		let hash: Bytes | null = null;
		for (let i = this.stack.length - 1; i >= 0; i--) {
			hash = hash === null ? this.stack[i].hash : sha256(NODE, this.stack[i].hash, hash);
		}
		return hash;
	}
}
