// Makes a bundle with one item of zeros, sparse on the disk:
//   node tests/page/large.mjs OUT.asice [GIB]
// and prints the fingerprint of its signer.
import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { core } from "./core.mjs";
import { Random, addEntry, build, crc32, crcOfZeros, newModel, ring } from "./maker.mjs";

await core.hash.ready();
const [out, gib = "4"] = process.argv.slice(2);
const size = Number(gib) * 2 ** 30 + 5;

function digests() {
	const one = createHash("sha256");
	const two = createHash("sha512");
	const chunk = Buffer.alloc(1 << 24);
	for (let left = size; left > 0; left -= chunk.length) {
		const piece = left < chunk.length ? chunk.subarray(0, left) : chunk;
		one.update(piece);
		two.update(piece);
	}
	return { sha256: one.digest(), sha512: two.digest("hex") };
}

const m = newModel(new Random(1));
addEntry(m, "open", 0);
const e = addEntry(m, "acquire", 0);
addEntry(m, "seal", 0);
const item = e.records.find((r) => r.kind === "content");
const d = digests();
const crc = crcOfZeros(size);
Object.assign(item, { crc32: crc.toString(16).padStart(8, "0"), sha256: d.sha256.toString("hex"), sha512: d.sha512, size });
m.data.set(item.path, { length: size, digest: d.sha256, crc });

const fd = openSync(out, "w");
const M32 = 0xffffffff;
let at = 0;
const put = (b) => {
	writeSync(fd, b, 0, b.length, at);
	at += b.length;
};
const central = [];
const files = build(m);

for (const [name, data] of files) {
	const big = data.length >= M32;
	const far = at >= M32;
	const n = Buffer.from(name);
	const h = Buffer.alloc(30);
	h.writeUInt32LE(0x04034b50, 0);
	h.writeUInt16LE(big ? 45 : 10, 4);
	h.writeUInt16LE(0x21, 12);
	h.writeUInt32LE(data.crc ?? crc32(data), 14);
	h.writeUInt32LE(Math.min(data.length, M32), 18);
	h.writeUInt32LE(Math.min(data.length, M32), 22);
	h.writeUInt16LE(n.length, 26);
	h.writeUInt16LE(big ? 20 : 0, 28);
	const wide = (...vs) => {
		const b = Buffer.alloc(4 + 8 * vs.length);
		b.writeUInt16LE(1, 0);
		b.writeUInt16LE(8 * vs.length, 2);
		vs.forEach((v, i) => b.writeBigUInt64LE(BigInt(v), 4 + 8 * i));
		return b;
	};
	const extra = big || far ? wide(...(big ? [data.length, data.length] : []), ...(far ? [at] : [])) : Buffer.alloc(0);
	const c = Buffer.alloc(46);
	c.writeUInt32LE(0x02014b50, 0);
	c.writeUInt16LE(45, 4);
	h.copy(c, 6, 4, 30);
	c.writeUInt16LE(big || far ? 45 : 10, 6);
	c.writeUInt16LE(extra.length, 30);
	c.writeUInt32LE(Math.min(at, M32), 42);
	central.push(c, n, extra);
	put(h);
	put(n);
	if (big) put(wide(data.length, data.length));
	if (data.digest) at += data.length;
	else put(data);
}
const from = at;
central.forEach(put);
const length = at - from;
const end64 = Buffer.alloc(76);
end64.writeUInt32LE(0x06064b50, 0);
end64.writeUInt32LE(44, 4);
end64.writeUInt16LE(45, 12);
end64.writeUInt16LE(45, 14);
end64.writeBigUInt64LE(BigInt(files.length), 24);
end64.writeBigUInt64LE(BigInt(files.length), 32);
end64.writeBigUInt64LE(BigInt(length), 40);
end64.writeBigUInt64LE(BigInt(from), 48);
end64.writeUInt32LE(0x07064b50, 56);
end64.writeBigUInt64LE(BigInt(at), 64);
end64.writeUInt32LE(1, 72);
if (from >= M32) put(end64);
const end = Buffer.alloc(22);
end.writeUInt32LE(0x06054b50, 0);
end.writeUInt16LE(files.length, 8);
end.writeUInt16LE(files.length, 10);
end.writeUInt32LE(length, 12);
end.writeUInt32LE(Math.min(from, M32), 16);
put(end);
ftruncateSync(fd, at);
closeSync(fd);
console.log(ring()[0].id);
