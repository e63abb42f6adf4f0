// Where the bytes come from: a File in the page's worker, a file under Node.

import type { Bytes } from "./bytes.ts";

export interface Source {
	/** Last component of the path. */
	readonly name: string;
	readonly size: number;
	/** Exactly `len` bytes from `at`, or an exception: a file that cannot be read has no verdict. */
	read(at: number, len: number): Bytes;
}

const SMALL = 1 << 18;
const CHUNK = 1 << 22;

/** Reads a source through one small window, so that many small files cost few reads. */
export class Reader {
	private window: Bytes = new Uint8Array(0);
	private windowAt = 0;
	constructor(readonly source: Source) {}

	/** A view, good until the next call. The caller has checked that the range lies in the file. */
	view(at: number, len: number): Bytes {
		const end = this.windowAt + this.window.length;
		if (at < this.windowAt || at + len > end) {
			const n = Math.min(this.source.size - at, Math.max(len, SMALL));
			this.window = this.source.read(at, n);
			this.windowAt = at;
		}
		return this.window.subarray(at - this.windowAt, at - this.windowAt + len);
	}

	/** A copy that stays. */
	bytes(at: number, len: number): Bytes {
		return new Uint8Array(this.view(at, len));
	}

	/** Calls `eat` with every byte of the range, in pieces. */
	each(at: number, len: number, eat: (piece: Bytes) => void): void {
		if (len <= SMALL) {
			if (len > 0) eat(this.view(at, len));
			return;
		}
		for (let done = 0; done < len; ) {
			const n = Math.min(CHUNK, len - done);
			eat(this.source.read(at + done, n));
			done += n;
		}
	}
}
