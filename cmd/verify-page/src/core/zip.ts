// Stage 1: the container, byte by byte (format.md §8, verify.md §3). For every header the one
// form it may have is written from its own fields and compared, so no field goes unread.

import { ascii, type Bytes, concat, equal, latin1 } from "./bytes.ts";
import { Refused } from "./findings.ts";
import { Reader } from "./source.ts";

const MAX16 = 0xffff;
const MAX32 = 0xffffffff;
const END = 22;
const END64 = 56;
const LOCATOR = 20;
const MAX_NAME = 180;
const MAX_META = 256;
/** Far over what the limits of format.md §11 allow: four files an entry, the payload, the rest. */
const MAX_FILES = 6_000_000;
const COMPONENT = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/;
const MIMETYPE = ascii("application/vnd.etsi.asic-e+zip");

export interface Container {
	/** Names in the order of the file; dataAt, size and crc at the same index. */
	names: string[];
	dataAt: Float64Array;
	size: Float64Array;
	crc: Uint32Array;
	/** Base folder with its slash: "case-1f0c9a3e/". */
	base: string;
	/** Of exactly mimetype, bundle.age, cover.json and files under META-INF/. */
	envelope: boolean;
}

class Fields {
	private readonly parts: number[] = [];
	u16(...vs: number[]): this {
		for (const v of vs) this.parts.push(v & 255, (v >>> 8) & 255);
		return this;
	}
	u32(...vs: number[]): this {
		for (const v of vs) this.u16(v % 65536, Math.floor(v / 65536) & MAX16);
		return this;
	}
	u64(...vs: number[]): this {
		for (const v of vs) this.u32(v % 4294967296, Math.floor(v / 4294967296));
		return this;
	}
	bytes(): Bytes {
		return Uint8Array.from(this.parts);
	}
}

function u16(b: Bytes, at: number): number {
	return b[at] | (b[at + 1] << 8);
}

function u32(b: Bytes, at: number): number {
	return u16(b, at) + u16(b, at + 2) * 65536;
}

/** Above 2^53−1 there is no such file; the caller's comparison fails on the value given here. */
function u64(b: Bytes, at: number): number {
	const n = u32(b, at) + u32(b, at + 4) * 4294967296;
	if (!Number.isSafeInteger(n)) throw new Refused("CONTAINER_STRUCTURE");
	return n;
}

function must(ok: boolean): asserts ok {
	if (!ok) throw new Refused("CONTAINER_STRUCTURE");
}

interface Directory {
	count: number;
	at: number;
	size: number;
}

function readEnd(r: Reader): Directory {
	const fileSize = r.source.size;
	must(fileSize >= END);
	const end = r.bytes(fileSize - END, END);
	const has64 = u16(end, 8) === MAX16 || u32(end, 12) === MAX32 || u32(end, 16) === MAX32;
	let count = u16(end, 8);
	let size = u32(end, 12);
	let at = u32(end, 16);
	let endAt = fileSize - END;
	if (has64) {
		endAt -= END64 + LOCATOR;
		must(endAt >= 0);
		const e64 = r.bytes(endAt, END64 + LOCATOR);
		count = u64(e64, 24);
		size = u64(e64, 40);
		at = u64(e64, 48);
		must(count >= MAX16 || size >= MAX32 || at >= MAX32);
		const want = new Fields().u32(0x06064b50).u64(44).u16(45, 45).u32(0, 0)
			.u64(count, count, size, at).u32(0x07064b50, 0).u64(endAt).u32(1).bytes();
		must(equal(e64, want));
	}
	const n = Math.min(count, MAX16);
	const want = new Fields().u32(0x06054b50).u16(0, 0, n, n)
		.u32(Math.min(size, MAX32), Math.min(at, MAX32)).u16(0).bytes();
	must(equal(end, want));
	must(at + size === endAt && count * (46 + 30 + 2) <= fileSize);
	return { count, at, size };
}

interface Header {
	name: Bytes;
	crc: number;
	size: number;
	offset: number;
	length: number;
}

/** The central header at `at`, exactly as it must be for the values it gives. */
function readCentral(r: Reader, at: number, end: number): Header {
	must(at + 46 <= end);
	const h = r.bytes(at, 46);
	const nameLen = u16(h, 28);
	const extraLen = u16(h, 30);
	must(at + 46 + nameLen + extraLen <= end && extraLen <= 28);
	const tail = r.bytes(at + 46, nameLen + extraLen);
	const name = tail.subarray(0, nameLen);
	const big = u32(h, 24) === MAX32;
	const far = u32(h, 42) === MAX32;
	const want64 = big || far;
	const extra = new Fields();
	must(extraLen === (want64 ? 4 + (big ? 16 : 0) + (far ? 8 : 0) : 0));
	let size = u32(h, 24);
	let offset = u32(h, 42);
	if (big) size = u64(tail, nameLen + 4);
	if (far) offset = u64(tail, nameLen + 4 + (big ? 16 : 0));
	must((!big || size >= MAX32) && (!far || offset >= MAX32));
	if (want64) extra.u16(1, extraLen - 4);
	if (big) extra.u64(size, size);
	if (far) extra.u64(offset);
	const crc = u32(h, 16);
	const low = Math.min(size, MAX32);
	const want = new Fields().u32(0x02014b50).u16(45, want64 ? 45 : 10, 0, 0, 0, 0x21)
		.u32(crc, low, low).u16(nameLen, extraLen, 0, 0, 0)
		.u32(0, Math.min(offset, MAX32)).bytes();
	must(equal(h, want) && equal(tail.subarray(nameLen), extra.bytes()));
	return { name, crc, size, offset, length: 46 + nameLen + extraLen };
}

/** Compares the local header with what the central one says; returns where the data starts. */
function checkLocal(r: Reader, h: Header, limit: number): number {
	const big = h.size >= MAX32;
	const low = Math.min(h.size, MAX32);
	const head = new Fields().u32(0x04034b50).u16(big ? 45 : 10, 0, 0, 0, 0x21)
		.u32(h.crc, low, low).u16(h.name.length, big ? 20 : 0).bytes();
	const extra = big ? new Fields().u16(1, 16).u64(h.size, h.size).bytes() : new Uint8Array(0);
	const want = concat(head, h.name, extra);
	must(h.offset + want.length + h.size <= limit);
	must(equal(r.view(h.offset, want.length), want));
	return h.offset + want.length;
}

function rank(name: string): number {
	return name === "mimetype" ? 0 : name.startsWith("META-INF/") ? 2 : 1;
}

/** What later names must be held against. */
class Names {
	private last = "";
	private readonly meta = new Set<string>();
	private readonly folders = new Folders();

	check(raw: Bytes): string {
		const name = latin1(raw);
		const isMeta = name.startsWith("META-INF/");
		let ok = isMeta || name === name.toLowerCase();
		for (const part of name.split("/")) {
			ok &&= COMPONENT.test(part) && !part.endsWith(".");
			ok &&= !DEVICE.test(part.split(".")[0].toLowerCase());
		}
		ok &&= isMeta || !/^meta-inf(\/|$)/i.test(name);
		ok &&= this.last === "" || this.rises(name);
		if (!ok) throw new Refused("CONTAINER_NAME");
		this.folders.check(name);
		if (isMeta) this.addMeta(name);
		this.last = name;
		return name;
	}

	private rises(name: string): boolean {
		const a = rank(this.last);
		const b = rank(name);
		return a === b ? this.last < name : a < b;
	}

	private addMeta(name: string): void {
		const low = name.toLowerCase();
		if (this.meta.has(low)) throw new Refused("CONTAINER_NAME");
		this.meta.add(low);
		if (this.meta.size > MAX_META) throw new Refused("CONTAINER_LIMIT");
	}
}

/**
 * No name is another's folder. Between a name and those in a folder of that name stand, in
 * bytewise order, only names that start with it; `mimetype` alone stands apart.
 */
class Folders {
	/** Names that are a prefix of the current one. */
	private open: string[] = [];

	check(name: string): void {
		this.open = this.open.filter((o) => name.startsWith(o));
		const inside = name.startsWith("mimetype/") || this.open.some((o) => name[o.length] === "/");
		if (inside) throw new Refused("CONTAINER_NAME");
		this.open.push(name);
	}
}

function checkMimetype(r: Reader, c: Container): void {
	const ok = c.size[0] === MIMETYPE.length &&
		equal(r.view(c.dataAt[0], MIMETYPE.length), MIMETYPE);
	if (!ok) throw new Refused("NOT_THIS_FORMAT");
}

function isEnvelope(names: string[]): boolean {
	return names[1] === "bundle.age" && names[2] === "cover.json" && names.length > 3 &&
		names.slice(3).every((n) => n.startsWith("META-INF/"));
}

/** Entry by entry: central header, its name's length, local header, the name (verify.md §3). */
function readHeaders(r: Reader, dir: Directory, c: Container): void {
	const names = new Names();
	const central = new Reader(r.source);
	let at = 0;
	let centralAt = dir.at;
	for (let i = 0; i < dir.count; i++) {
		const h = readCentral(central, centralAt, dir.at + dir.size);
		centralAt += h.length;
		if (h.name.length < 1 || h.name.length > MAX_NAME) throw new Refused("CONTAINER_NAME");
		must(h.offset === at);
		c.dataAt[i] = checkLocal(r, h, dir.at);
		c.size[i] = h.size;
		c.crc[i] = h.crc;
		at = c.dataAt[i] + h.size;
		must(i > 0 || latin1(h.name) === "mimetype");
		c.names.push(names.check(h.name));
	}
	must(dir.count > 0 && at === dir.at && centralAt === dir.at + dir.size);
}

export function readContainer(r: Reader): Container {
	const dir = readEnd(r);
	if (dir.count > MAX_FILES) throw new RangeError("more files than this program can hold");
	const c: Container = {
		names: [], dataAt: new Float64Array(dir.count), size: new Float64Array(dir.count),
		crc: new Uint32Array(dir.count), base: "", envelope: false,
	};
	readHeaders(r, dir, c);
	checkMimetype(r, c);
	c.envelope = isEnvelope(c.names);
	if (c.envelope) return c;
	const base = /^case-[0-9a-f]{8}\//.exec(c.names[1] ?? "");
	if (!base || !c.names.some((n) => n.startsWith(base[0] + "custody/"))) {
		throw new Refused("NOT_THIS_FORMAT");
	}
	c.base = base[0];
	return c;
}
