// Ways to alter bytes: anywhere, in text, field by field in a container, element by element in DER.
import { unzip, zip } from "./maker.mjs";

/** One byte string altered in one to three places. */
export function bytesMutant(r, b) {
	let out = Buffer.from(b);
	for (let n = 1 + (r.chance(0.2) ? r.below(3) : 0); n > 0 && out.length > 0; n--) {
		const at = r.below(out.length + 1);
		switch (r.below(9)) {
			case 0: case 1: case 2: if (at < out.length) out[at] ^= 1 << r.below(8); break;
			case 3: if (at < out.length) out[at] = r.pick([0, 1, 0x20, 0x30, 0x7f, 0x80, 0xff, r.below(256)]); break;
			case 4: out = Buffer.concat([out.subarray(0, at), r.bytes(1 + r.below(4)), out.subarray(at)]); break;
			case 5: out = Buffer.concat([out.subarray(0, at), out.subarray(at + 1 + r.below(4))]); break;
			case 6: out = out.subarray(0, r.chance(0.5) ? at : Math.max(0, out.length - r.below(30))); break;
			case 7: {
				const from = r.below(out.length + 1);
				out.copy(out, at, from, Math.min(out.length, from + r.below(64)));
				break;
			}
			case 8: out.fill(r.pick([0, 0xff]), at, Math.min(out.length, at + r.below(40)));
		}
	}
	return out;
}

/** A digit or a letter altered where text is; so that it often stays text. */
export function textMutant(r, b) {
	const out = Buffer.from(b);
	for (let tries = 0; tries < 20 && out.length > 0; tries++) {
		const at = r.below(out.length);
		const c = out[at];
		if (c >= 0x30 && c <= 0x39) {
			out[at] = 0x30 + r.below(10);
			return out;
		}
		if (c >= 0x61 && c <= 0x66) {
			out[at] = 0x61 + r.below(6);
			return out;
		}
	}
	return bytesMutant(r, out);
}

/** Offsets of the headers of a container, as far as they lie in it; null if there are none. */
function headers(b) {
	const out = [];
	const end = b.length - 22;
	if (end < 0 || b.readUInt32LE(end) !== 0x06054b50) return null;
	let at = b.readUInt32LE(end + 16);
	for (let n = b.readUInt16LE(end + 8); n > 0 && at + 46 <= end; n--) {
		const local = b.readUInt32LE(at + 42);
		if (local + 30 <= end) out.push([local, at]);
		at += 46 + b.readUInt16LE(at + 28) + b.readUInt16LE(at + 30);
	}
	return out.length > 0 ? { entries: out, end } : null;
}

// Offset and width of every field (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16).
const LOCAL = [[0, 4], [4, 2], [6, 2], [8, 2], [10, 2], [12, 2], [14, 4], [18, 4], [22, 4], [26, 2], [28, 2]];
const CENTRAL = [[0, 4], [4, 2], [6, 2], [8, 2], [10, 2], [12, 2], [14, 2], [16, 4], [20, 4], [24, 4], [28, 2], [30, 2], [32, 2], [34, 2], [36, 2], [38, 4], [42, 4]];
const END = [[0, 4], [4, 2], [6, 2], [8, 2], [10, 2], [12, 4], [16, 4], [20, 2]];

function setField(r, b, at, width) {
	const most = width === 2 ? 0xffff : 0xffffffff;
	const old = b.readUIntLE(at, width);
	const value = r.pick([0, 1, 8, 10, 20, 45, 0x21, old + 1, Math.max(0, old - 1), most, most - 1, old ^ 0x800, old ^ 8, r.below(most + 1)]);
	b.writeUIntLE(Math.min(most, value >>> 0), at, width);
}

/** The same field in both headers of an entry. */
const BOTH = [[4, 6, 2], [6, 8, 2], [8, 10, 2], [10, 12, 2], [12, 14, 2], [14, 16, 4], [18, 20, 4], [22, 24, 4], [26, 28, 2], [28, 30, 2]];

/** Bytes put in at a place, with the central directory found where it then is. */
function inserted(b, at, what) {
	const out = Buffer.concat([b.subarray(0, at), what, b.subarray(at)]);
	const end = out.length - 22;
	if (end < 0 || out.readUInt32LE(end) !== 0x06054b50) return out;
	const start = b.readUInt32LE(b.length - 22 + 16);
	if (at <= start) {
		out.writeUInt32LE((start + what.length) >>> 0, end + 16);
		let c = start + what.length;
		for (let n = out.readUInt16LE(end + 8); n > 0 && c + 46 <= end; n--) {
			const offset = out.readUInt32LE(c + 42);
			if (offset >= at) out.writeUInt32LE((offset + what.length) >>> 0, c + 42);
			c += 46 + out.readUInt16LE(c + 28) + out.readUInt16LE(c + 30);
		}
	} else out.writeUInt32LE((out.readUInt32LE(end + 12) + what.length) >>> 0, end + 12);
	return out;
}

const EXTRAS = [Buffer.from("0100000000", "hex").subarray(0, 4), Buffer.from("555405000000000000", "hex"), Buffer.from("01001000", "hex")];

/** Field by field: one header's, both headers' of an entry, an extra field, what stands between and behind. */
export function zipMutant(r, bytes) {
	let b = Buffer.from(bytes);
	for (let n = r.chance(0.8) ? 1 : 2; n > 0; n--) {
		const found = headers(b);
		if (found === null) return b;
		const { entries, end } = found;
		const [local, central] = r.pick(entries);
		switch (r.below(8)) {
			case 0: { const [at, width] = r.pick(LOCAL); setField(r, b, local + at, width); break; }
			case 1: { const [at, width] = r.pick(CENTRAL); setField(r, b, central + at, width); break; }
			case 2: { const [at, width] = r.pick(END); setField(r, b, end + at, width); break; }
			case 3: case 4: {
				const [l, c, width] = r.pick(BOTH);
				setField(r, b, local + l, width);
				b.copy(b, central + c, local + l, local + l + width);
				break;
			}
			case 5: {
				const extra = r.pick(EXTRAS);
				const nameEnd = (at, head, field) => at + head + b.readUInt16LE(at + field);
				if (r.chance(0.7)) {
					b.writeUInt16LE(extra.length, central + 30);
					b = inserted(b, nameEnd(central, 46, 28), extra);
				}
				if (r.chance(0.7)) {
					b.writeUInt16LE(extra.length, local + 28);
					b = inserted(b, nameEnd(local, 30, 26), extra);
				}
				break;
			}
			case 6: b = inserted(b, r.pick([local, central, end, local + 30, end]), r.bytes(1 + r.below(24))); break;
			case 7: {
				const comment = r.bytes(r.below(5));
				b.writeUInt16LE(comment.length, end + 20);
				b = Buffer.concat([b, r.chance(0.5) ? comment : r.bytes(r.below(25))]);
			}
		}
	}
	return b;
}

/** DER as a tree: [tag, children] or [tag, bytes]; an OCTET STRING or BIT STRING that holds DER is entered too. */
function tree(b, depth = 0) {
	const out = [];
	for (let at = 0; at < b.length; ) {
		const tag = b[at];
		let len = b[at + 1];
		let start = at + 2;
		if (len === undefined || len === 0x80 || len > 0x84) return null;
		if (len > 0x80) {
			const n = len & 127;
			len = 0;
			for (let i = 0; i < n; i++) len = len * 256 + (b[start + i] ?? 0);
			start += n;
		}
		if (start + len > b.length) return null;
		const body = b.subarray(start, start + len);
		const skip = tag === 3 ? 1 : 0;
		const inside = depth < 20 && ((tag & 0x20) !== 0 || ((tag === 4 || tag === 3) && body[skip] === 0x30)) ? tree(body.subarray(skip), depth + 1) : null;
		out.push(inside && inside.length > 0 ? { tag, kids: inside, head: body.subarray(0, skip) } : { tag, body });
		at = start + len;
	}
	return out;
}

function encode(node) {
	const body = node.kids ? Buffer.concat([node.head, ...node.kids.map(encode)]) : node.body;
	const n = body.length;
	const long = (bytes) => Buffer.from([node.tag, 0x80 | bytes.length, ...bytes]);
	let head = n < 0x80 ? Buffer.from([node.tag, n]) : n < 0x100 ? long([n]) : n < 0x10000 ? long([n >> 8, n & 255]) : long([n >> 16, (n >> 8) & 255, n & 255]);
	if (node.long) head = n < 0x10000 ? long([0, 0, n >> 8, n & 255]) : head;
	if (node.open) return Buffer.concat([Buffer.from([node.tag, 0x80]), body, Buffer.alloc(2)]);
	return Buffer.concat([head, body]);
}

function nodes(list, out = []) {
	list.forEach((node, i) => {
		out.push({ list, i, node });
		if (node.kids) nodes(node.kids, out);
	});
	return out;
}

/** One or two elements left out, doubled, exchanged, moved, of another tag, or of another value; lengths made to fit. */
export function derMutant(r, b) {
	const top = tree(Buffer.from(b));
	if (top === null || top.length === 0) return bytesMutant(r, b);
	for (let n = r.chance(0.85) ? 1 : 2; n > 0; n--) {
		const all = nodes(top);
		const { list, i, node } = r.pick(all);
		const other = r.pick(all).node;
		switch (r.below(12)) {
			case 0: list.splice(i, 1); break;
			case 1: list.splice(i, 0, node); break;
			case 2: { const j = r.below(list.length); [list[i], list[j]] = [list[j], list[i]]; break; }
			case 3: node.tag ^= 1 << r.below(8); break;
			case 4: node.tag = r.pick([1, 2, 3, 4, 5, 6, 0x0c, 0x13, 0x17, 0x18, 0x30, 0x31, 0x80, 0x81, 0xa0, 0xa1, 0xa3]); break;
			case 5: list[i] = structuredCopy(other); break;
			case 6: list.splice(i, 0, structuredCopy(other)); break;
			case 7: node.long = true; break;
			case 8: if (r.chance(0.3)) node.open = true; else node.long = true; break;
			default: if (node.kids) list.splice(i, 1, { tag: node.tag, body: encode(node).subarray(2) });
				else list[i] = { tag: node.tag, body: valueMutant(r, node) };
		}
		if (top.length === 0) return Buffer.alloc(0);
	}
	return Buffer.concat(top.map(encode));
}

function structuredCopy(node) {
	return node.kids ? { tag: node.tag, head: node.head, kids: node.kids.map(structuredCopy) } : { tag: node.tag, body: node.body };
}

/** A value that may still be one of its kind. */
function valueMutant(r, node) {
	const b = Buffer.from(node.body);
	if (r.chance(0.1)) return Buffer.alloc(0);
	switch (node.tag) {
		case 1: return Buffer.from([r.pick([0, 1, 0x7f, 0xff])]);
		case 2: return r.pick([Buffer.concat([Buffer.from([0]), b]), Buffer.from([r.below(256)]), Buffer.concat([b, r.bytes(1)]), bytesMutant(r, b), Buffer.from("0100000000000000", "hex")]);
		case 0x17: case 0x18: return r.pick([textMutant(r, b), Buffer.from("260101000000Z"), Buffer.from("20260101000000Z"), Buffer.from("2601010000Z"), Buffer.from("260101000000+0100"), Buffer.from("20261122120000.5Z"), Buffer.from("20261122120000.50Z")]);
		default: return bytesMutant(r, b);
	}
}

const NAMES = ["zzz.txt", "a.txt", "META-INF/timestamp001.tst", "META-INF/timestamp002.tst", "META-INF/ASiCArchiveManifest.xml", "META-INF/ASiCArchiveManifest001.xml", "META-INF/timestamp003.tst",
	"META-INF/x.p7s", "Meta-inf/x", "con", "mimetype/x", "a//b", "bundle.age", "META-INF/manifest.xml"];

/** Files, names and checksums altered; the container written anew, in order or not. */
export function filesMutant(r, bytes) {
	let files = unzip(bytes).map(([n, d]) => [n, d]);
	for (let n = 1 + (r.chance(0.25) ? 1 : 0); n > 0; n--) {
		const i = r.below(files.length);
		const j = r.below(files.length);
		const signed = files.findIndex(([n], k) => k >= i && /\.(p7s|tst)$/.test(n));
		switch (r.below(13)) {
			case 0: case 1: files[i] = [files[i][0], bytesMutant(r, files[i][1])]; break;
			case 2: case 3: files[i] = [files[i][0], textMutant(r, files[i][1])]; break;
			case 4: files.splice(i, 1); break;
			case 5: files.push([(r.chance(0.5) ? files[1 % files.length][0].replace(/\/.*/, "/") + r.pick(["", "custody/", "data/", "data/00000002/", "custody/00000001/"]) : "") + r.pick(NAMES), r.bytes(r.below(9))]); break;
			case 6: files[i] = [files[i][0], files[j][1]]; break;
			case 7: files[i] = [textMutant(r, Buffer.from(files[i][0])).toString("latin1"), files[i][1]]; break;
			case 8: files[i] = [files[i][0], files[i][1], r.below(2 ** 32)]; break;
			case 9: [files[i], files[j]] = [files[j], files[i]]; break;
			case 10: files.push(files[i]); break;
			default: if (signed >= 0) files[signed] = [files[signed][0], derMutant(r, files[signed][1])];
		}
		if (files.length === 0) return Buffer.alloc(0);
	}
	if (r.chance(0.9)) {
		const rank = (n) => (n === "mimetype" ? 0 : n.startsWith("META-INF/") ? 2 : 1);
		files = files.sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
	}
	return zip(files);
}
