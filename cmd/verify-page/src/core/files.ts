// The files of a container: each read once, with its digest and CRC-32 remembered.

import type { Bytes } from "./bytes.ts";
import { FileDigest } from "./hash.ts";
import type { Reader } from "./source.ts";
import type { Container } from "./zip.ts";

export class Files {
	readonly names: string[];
	readonly size: Float64Array;
	readonly crc: Uint32Array;
	readonly base: string;
	private readonly dataAt: Float64Array;
	private readonly digests: Uint8Array;
	/** 0 not read, 1 CRC-32 fits the headers, 2 it does not. */
	private readonly state: Uint8Array;
	private bytesRead = 0;

	constructor(private readonly reader: Reader, c: Container, private readonly progress: (bytes: number) => void) {
		this.names = c.names;
		this.size = c.size;
		this.crc = c.crc;
		this.base = c.base;
		this.dataAt = c.dataAt;
		this.digests = new Uint8Array(32 * c.names.length);
		this.state = new Uint8Array(c.names.length);
	}

	/** Indexes [from, to) of the names under BASE + folder; they stand together. */
	under(folder: string): [from: number, to: number] {
		const prefix = this.base + folder;
		const from = this.names.findIndex((n) => n.startsWith(prefix));
		if (from < 0) return [0, 0];
		let to = from;
		while (to < this.names.length && this.names[to].startsWith(prefix)) to++;
		return [from, to];
	}

	/** A small file as a copy; the caller has looked at its size. */
	whole(i: number): Bytes {
		const b = this.reader.bytes(this.dataAt[i], this.size[i]);
		const d = new FileDigest(true, false);
		d.add(b);
		this.keep(i, d.done());
		return b;
	}

	/** The bytes of a small file again; nothing is remembered of it. */
	bytes(i: number): Bytes {
		return this.reader.bytes(this.dataAt[i], this.size[i]);
	}

	/** Reads the file to its end, handing each piece on; returns its SHA-256. */
	hash(i: number, eat?: (piece: Bytes) => void): Bytes {
		this.scan(i, true, false, eat);
		return this.digest(i);
	}

	/** Payload: its CRC-32 is compared in the record, so only digests are made of it. */
	payload(i: number, with512: boolean): Bytes | null {
		return this.scan(i, false, with512);
	}

	/** SHA-256 of a file that was read. */
	digest(i: number): Bytes {
		if (this.state[i] === 0) throw new Error("digest of a file that was not read");
		return this.digests.slice(32 * i, 32 * i + 32);
	}

	wasRead(i: number): boolean {
		return this.state[i] !== 0;
	}

	crcWrong(i: number): boolean {
		return this.state[i] === 2;
	}

	private scan(i: number, withCrc: boolean, with512: boolean, eat?: (piece: Bytes) => void): Bytes | null {
		const d = new FileDigest(withCrc, with512);
		this.reader.each(this.dataAt[i], this.size[i], (piece) => {
			d.add(piece);
			eat?.(piece);
			this.bytesRead += piece.length;
			this.progress(this.bytesRead);
		});
		const done = d.done();
		this.keep(i, withCrc ? done : { ...done, crc: this.crc[i] });
		return done.sha512;
	}

	private keep(i: number, d: { sha256: Bytes; crc: number }): void {
		this.digests.set(d.sha256, 32 * i);
		this.state[i] = d.crc === this.crc[i] ? 1 : 2;
	}
}
