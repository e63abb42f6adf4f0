// Content records, packed: a bundle may hold 2^20 of them (format.md §11).

import { type Bytes, equal, pad8 } from "./bytes.ts";
import { OverLimit } from "./findings.ts";
import type { Item } from "./records.ts";

const MAX_ITEMS = 1 << 20;
export const ROLES = ["seal", "receipt", "validation", "description", "statement", "note"];

export type ItemState = "unread" | "unchanged" | "altered" | "missing" | "lost";
const STATES: ItemState[] = ["unread", "unchanged", "altered", "missing", "lost"];

function grown<T extends Uint8Array | Uint32Array | Float64Array>(a: T, length: number): T {
	const b = new (a.constructor as new (n: number) => T)(length);
	b.set(a);
	return b;
}

export class Items {
	count = 0;
	private room = 256;
	private seqs = new Uint32Array(this.room);
	private ks = new Uint32Array(this.room);
	private crcs = new Uint32Array(this.room);
	private sizes = new Float64Array(this.room);
	private exhibits = new Float64Array(this.room);
	private roles = new Uint8Array(this.room);
	private states = new Uint8Array(this.room);
	private digests = new Uint8Array(32 * this.room);
	private wide = new Uint8Array(64 * this.room);
	private readonly exts: string[] = [];

	/** In the order of the log; throws over the limit. */
	add(seq: number, i: Item): void {
		if (this.count === MAX_ITEMS) throw new OverLimit();
		if (this.count === this.room) this.grow();
		const n = this.count++;
		this.seqs[n] = seq;
		this.ks[n] = i.k;
		this.crcs[n] = i.crc;
		this.sizes[n] = i.size;
		this.exhibits[n] = i.exhibit ?? 0;
		this.roles[n] = i.role === null ? 0 : 1 + ROLES.indexOf(i.role);
		this.digests.set(i.sha256, 32 * n);
		this.wide.set(i.sha512, 64 * n);
		this.exts.push(i.ext);
	}

	private grow(): void {
		this.room *= 2;
		this.seqs = grown(this.seqs, this.room);
		this.ks = grown(this.ks, this.room);
		this.crcs = grown(this.crcs, this.room);
		this.sizes = grown(this.sizes, this.room);
		this.exhibits = grown(this.exhibits, this.room);
		this.roles = grown(this.roles, this.room);
		this.states = grown(this.states, this.room);
		this.digests = grown(this.digests, 32 * this.room);
		this.wide = grown(this.wide, 64 * this.room);
	}

	seq(n: number): number {
		return this.seqs[n];
	}
	k(n: number): number {
		return this.ks[n];
	}
	id(n: number): string {
		return `${this.seqs[n]}/${this.ks[n]}`;
	}
	/** Path from the base folder. */
	path(n: number): string {
		return `data/${pad8(this.seqs[n])}/${pad8(this.ks[n])}.${this.exts[n]}`;
	}
	ext(n: number): string {
		return this.exts[n];
	}
	size(n: number): number {
		return this.sizes[n];
	}
	exhibit(n: number): number | null {
		return this.exhibits[n] || null;
	}
	role(n: number): string | null {
		return this.roles[n] === 0 ? null : ROLES[this.roles[n] - 1];
	}
	sha256(n: number): Bytes {
		return this.digests.subarray(32 * n, 32 * n + 32);
	}
	state(n: number): ItemState {
		return STATES[this.states[n]];
	}
	setState(n: number, s: ItemState): void {
		this.states[n] = STATES.indexOf(s);
	}

	matches(n: number, size: number, crc: number, sha256: Bytes, sha512: Bytes | null): boolean {
		return size === this.sizes[n] && crc === this.crcs[n] && equal(sha256, this.sha256(n)) &&
			(sha512 === null || equal(sha512, this.wide.subarray(64 * n, 64 * n + 64)));
	}
}
