// Makes bundles of random logs, right and wrong, each wholly consistent but for what was twisted
// on purpose: roots, links, signatures and lists are made after the twist. For the fuzzer.
import { createECDH, createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { core, root } from "./core.mjs";

const { write, oid } = core.der;
const { aligned, leafHash, Tree } = core.merkle;
const N256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const N384 = 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n;
const seq = (...p) => write(0x30, ...p);
const set = (...p) => write(0x31, ...p);
const int = (n) => write(2, Uint8Array.of(n));
const text = (s) => new TextEncoder().encode(s);
export const sha256 = (b) => createHash("sha256").update(b).digest();
const hex = (b) => Buffer.from(b).toString("hex");
const SHA256 = seq(oid("2.16.840.1.101.3.4.2.1"));
const DATA = oid("1.2.840.113549.1.7.1");
const ECDSA = seq(oid("1.2.840.10045.4.3.2"));
const PKCS1 = seq(oid("1.2.840.113549.1.1.1"), write(5));
const PSS = seq(oid("1.2.840.113549.1.1.10"), seq(write(0xa0, SHA256),
	write(0xa1, seq(oid("1.2.840.113549.1.1.8"), SHA256)), write(0xa2, int(32))));

/** A small generator of numbers that a seed repeats (mulberry32). */
export class Random {
	constructor(seed) {
		this.state = seed >>> 0;
	}
	next() {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let t = this.state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	}
	below(n) {
		return Math.floor(this.next() * n);
	}
	pick(list) {
		return list[this.below(list.length)];
	}
	chance(p) {
		return this.next() < p;
	}
	bytes(n) {
		return Uint8Array.from({ length: n }, () => this.below(256));
	}
}

function bigInteger(n) {
	let h = n.toString(16);
	if (h.length % 2) h = "0" + h;
	if (parseInt(h.slice(0, 2), 16) >= 0x80) h = "00" + h;
	return write(2, Buffer.from(h, "hex"));
}

function signValue(key, data, lowS = true) {
	if (key.kind === "pkcs1") return sign("sha256", data, key.privateKey);
	if (key.kind === "pss") {
		return sign("sha256", data, { key: key.privateKey, padding: 6, saltLength: 32 });
	}
	const order = key.kind === "p256" ? N256 : N384;
	const raw = sign("sha256", data, { key: key.privateKey, dsaEncoding: "ieee-p1363" });
	const half = raw.length / 2;
	const r = BigInt("0x" + hex(raw.subarray(0, half)));
	let s = BigInt("0x" + hex(raw.subarray(half)));
	if ((s > order / 2n) === lowS) s = order - s;
	return seq(bigInteger(r), bigInteger(s));
}

// Mutants of one log share most of their signatures.
const made = new Map();
function signedBefore(key, data, lowS) {
	const id = `${key.id} ${lowS} ${sha256(data).toString("latin1")}`;
	let value = made.get(id);
	if (!value) {
		if (made.size > 20000) made.clear();
		made.set(id, value = signValue(key, data, lowS));
	}
	return value;
}

const CURVES = { p256: ["prime256v1", "P-256", 32], p384: ["secp384r1", "P-384", 48] };

/** The same keys each time, so that a seed says which mutants there were: EC from a word, RSA from the vectors. */
export function keyPair(kind, word) {
	if (!CURVES[kind]) {
		const privateKey = createPrivateKey(readFileSync(join(root, "tests/vectors/keys/rsa2048.pem")));
		return { privateKey, publicKey: createPublicKey(privateKey) };
	}
	const [name, crv, size] = CURVES[kind];
	const d = Buffer.alloc(size, sha256(Buffer.from(word)));
	d[0] &= 0x7f;
	const ecdh = createECDH(name);
	ecdh.setPrivateKey(d);
	const point = ecdh.getPublicKey();
	const part = (b) => b.toString("base64url");
	const privateKey = createPrivateKey({ format: "jwk", key: {
		kty: "EC", crv, d: part(d), x: part(point.subarray(1, 1 + size)), y: part(point.subarray(1 + size)),
	} });
	return { privateKey, publicKey: createPublicKey(privateKey) };
}

let serial = 1;
function makeKey(kind, name) {
	const pair = keyPair(kind, name);
	const key = { kind, ...pair };
	key.algorithm = kind === "pkcs1" ? PKCS1 : kind === "pss" ? PSS : ECDSA;
	const certAlgorithm = kind === "pkcs1" || kind === "pss" ? seq(oid("1.2.840.113549.1.1.11"), write(5)) : ECDSA;
	key.name = seq(set(seq(oid("2.5.4.3"), write(0x0c, text(name)))));
	key.serial = write(2, Uint8Array.of(1, serial++));
	const validity = seq(write(0x17, text("260101000000Z")), write(0x18, text("99991231235959Z")));
	const tbs = seq(write(0xa0, int(2)), key.serial, certAlgorithm, key.name, validity, key.name,
		pair.publicKey.export({ type: "spki", format: "der" }));
	const value = kind === "pss" ? sign("sha256", tbs, pair.privateKey) : signValue(key, tbs);
	key.cert = seq(tbs, certAlgorithm, write(3, Uint8Array.of(0), value));
	key.id = hex(sha256(key.cert));
	return key;
}

let keys = null;
export function ring() {
	keys ??= ["p256", "p256", "p256", "p256", "p384", "pkcs1", "pss"].map((k, i) => makeKey(k, `evidence-${i}`));
	return keys;
}

let stamper = null;
/** A time-stamp authority, self-signed. */
export function authority() {
	if (stamper !== null) return stamper;
	const pair = keyPair("p256", "time authority");
	const key = { kind: "p256", ...pair, algorithm: ECDSA, name: seq(set(seq(oid("2.5.4.3"), write(0x0c, text("Time"))))), serial: write(2, Uint8Array.of(1, 77)) };
	const extension = (id, value) => seq(oid(id), write(1, Uint8Array.of(255)), write(4, value));
	const uses = seq(extension("2.5.29.15", write(3, Uint8Array.of(6, 0xc0))), extension("2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.8"))));
	const tbs = seq(write(0xa0, int(2)), key.serial, ECDSA, key.name, seq(write(0x17, text("260101000000Z")), write(0x18, text("99991231235959Z"))), key.name,
		pair.publicKey.export({ type: "spki", format: "der" }), write(0xa3, uses));
	key.cert = seq(tbs, ECDSA, write(3, Uint8Array.of(0), signValue(key, tbs)));
	key.id = hex(sha256(key.cert));
	return (stamper = key);
}

/** A token of timestamp.md §2 over `value`; hooks may twist TSTInfo and attributes before they are signed, and what comes out. */
export function token(value, o = {}) {
	const key = authority();
	const TST = oid("1.2.840.113549.1.9.16.1.4");
	let info = seq(int(1), oid("1.2.3.4"), seq(SHA256, write(4, sha256(value))), int(77), write(0x18, text(o.time ?? "20261122110000Z")), seq(int(1), write(0x80, Uint8Array.of(5))));
	if (o.info) info = o.info(info);
	let attributes = Buffer.concat([
		seq(oid("1.2.840.113549.1.9.3"), set(TST)),
		seq(oid("1.2.840.113549.1.9.4"), set(write(4, sha256(info)))),
		seq(oid("1.2.840.113549.1.9.16.2.47"), set(seq(seq(seq(write(4, sha256(key.cert))))))),
	]);
	if (o.attributes) attributes = o.attributes(attributes);
	const signer = seq(int(1), seq(key.name, key.serial), SHA256, write(0xa0, attributes), ECDSA, write(4, signedBefore(key, write(0x31, attributes), true)));
	const out = seq(oid("1.2.840.113549.1.7.2"), write(0xa0, seq(int(3), set(SHA256), seq(TST, write(0xa0, write(4, info))), write(0xa0, key.cert), set(signer))));
	return o.whole ? o.whole(out) : out;
}

export function cms(key, content, time, o = {}) {
	const digits = time.slice(0, 19).replace(/[-T:]/g, "");
	const stamp = write(0x17, text(digits.slice(2) + "Z"));
	let attributes = Buffer.concat([
		seq(oid("1.2.840.113549.1.9.3"), set(DATA)),
		seq(oid("1.2.840.113549.1.9.5"), set(stamp)),
		seq(oid("1.2.840.113549.1.9.4"), set(write(4, sha256(content)))),
		seq(oid("1.2.840.113549.1.9.16.2.47"), set(seq(seq(seq(write(4, sha256(key.cert))))))),
	]);
	if (o.attributes) attributes = o.attributes(attributes);
	const value = signedBefore(key, write(0x31, attributes), !o.highS);
	const extra = o.token ? write(0xa1, seq(oid("1.2.840.113549.1.9.16.2.14"), set(token(value, o.token)))) : new Uint8Array(0);
	const info = seq(int(1), seq(key.name, key.serial), SHA256, write(0xa0, attributes),
		o.algorithm ?? key.algorithm, write(4, value), extra);
	return seq(oid("1.2.840.113549.1.7.2"), write(0xa0, seq(int(1), set(SHA256), seq(DATA),
		write(0xa0, key.cert), set(info))));
}

/** Members sorted, no white space; strings as JSON.stringify writes them (RFC 8785 §3.2.2.2). */
export function canonical(v) {
	if (v === null || typeof v !== "object") return JSON.stringify(v);
	if (Array.isArray(v)) return `[${v.map(canonical).join(",")}]`;
	return `{${Object.keys(v).sort().map((k) => `${JSON.stringify(k)}:${canonical(v[k])}`).join(",")}}`;
}

const CRC = new Uint32Array(256).map((_, i) => {
	let c = i;
	for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
	return c;
});
export function crc32(b) {
	let c = 0xffffffff;
	for (let i = 0; i < b.length; i++) c = CRC[(c ^ b[i]) & 255] ^ (c >>> 8);
	return (c ^ 0xffffffff) >>> 0;
}

/** CRC-32 of n zero bytes, doubling the length of runs instead of reading them. */
export function crcOfZeros(n) {
	// One zero byte is a linear map of the register; its powers are made by squaring.
	const apply = (map, v) => {
		let out = 0;
		for (let i = 0; v !== 0; i++, v >>>= 1) if (v & 1) out ^= map[i];
		return out >>> 0;
	};
	let map = Array.from({ length: 32 }, (_, i) => {
		const v = 2 ** i;
		return (CRC[v & 255] ^ (v >>> 8)) >>> 0;
	});
	let c = 0xffffffff;
	for (let left = n; left > 0; left = Math.floor(left / 2)) {
		if (left % 2 === 1) c = apply(map, c);
		map = map.map((v) => apply(map, v));
	}
	return (c ^ 0xffffffff) >>> 0;
}

/** format.md §8, for small files. `files` is a list of [name, bytes, crc or undefined]. */
export function zip(files) {
	const parts = [];
	const central = [];
	let at = 0;
	for (const [name, data, crc] of files) {
		const n = Buffer.from(name, "latin1");
		const h = Buffer.alloc(30);
		h.writeUInt32LE(0x04034b50, 0);
		h.writeUInt16LE(10, 4);
		h.writeUInt16LE(0x21, 12);
		h.writeUInt32LE(crc ?? crc32(data), 14);
		h.writeUInt32LE(data.length, 18);
		h.writeUInt32LE(data.length, 22);
		h.writeUInt16LE(n.length, 26);
		const c = Buffer.alloc(46);
		c.writeUInt32LE(0x02014b50, 0);
		c.writeUInt16LE(45, 4);
		h.copy(c, 6, 4, 30);
		c.writeUInt32LE(at, 42);
		parts.push(h, n, data);
		central.push(c, n);
		at += 30 + n.length + data.length;
	}
	const size = central.reduce((s, b) => s + b.length, 0);
	const end = Buffer.alloc(22);
	end.writeUInt32LE(0x06054b50, 0);
	end.writeUInt16LE(files.length, 8);
	end.writeUInt16LE(files.length, 10);
	end.writeUInt32LE(size, 12);
	end.writeUInt32LE(at, 16);
	return Buffer.concat([...parts, ...central, end]);
}

/** Name and bytes of every file of a small stored ZIP that is in order. */
export function unzip(b) {
	const files = [];
	for (let at = 0; b.readUInt32LE(at) === 0x04034b50; ) {
		const size = b.readUInt32LE(at + 22);
		const n = b.readUInt16LE(at + 26);
		const x = b.readUInt16LE(at + 28);
		const from = at + 30 + n + x;
		files.push([b.toString("latin1", at + 30, at + 30 + n), b.subarray(from, from + size)]);
		at = from + size;
	}
	return files;
}

const pad = (n) => String(n).padStart(8, "0");
const uuid = (r) => hex(r.bytes(16)).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
const CASE = "1f0c9a3e-5b7d-4c2a-9e10-7a6b5c4d3e2f";
const BASIS = "own-device own-account consent public observer-account order seized-device other-account covert unknown".split(" ");
const DETAILS = {
	open: () => ({}), close: () => ({}), view: () => ({}), export: () => ({}),
	admit: (r) => ({ as: r.pick(["colleague", "device", "renewed", "witness"]), certificate: r.pick(ring()).id }),
	acquire: (r) => ({ basis: r.pick(BASIS), observed: r.pick(["file", "photo"]) }),
	capture: (r) => ({ basis: r.pick(BASIS), observed: "tool" }),
	note: (r) => ({ type: r.pick(["note", "statement", "report-only"]) }),
	"read-out": () => ({ reader: "exif", version: "1.0" }),
	derive: (r) => ({ method: r.pick(["mask", "stitch", "convert", "excerpt", "transcript", "translation"]) }),
	compare: (r) => ({ method: r.pick(["exports", "captures", "copies"]) }),
	timestamp: (r, m) => ({ entry: 1 + r.below(m.entries.length), signature: null, token: null }),
	transfer: (r, m) => ({ certificate: r.chance(0.7) ? r.pick(ring()).id : null, transferId: (m.transfer = uuid(r)) }),
	receive: (r, m) => ({ sealDigest: hex(r.bytes(32)), transferId: m.transfer ?? uuid(r) }),
	refuse: (r, m) => ({ sealDigest: hex(r.bytes(32)), transferId: m.transfer ?? uuid(r) }),
	disclose: (r) => ({ extent: r.pick(["whole", "extract"]) }),
	consent: (r) => ({ basis: r.pick(["written", "oral", "representative", "law"]), state: r.pick(["given", "limited", "withdrawn", "refused"]) }),
	hold: (r) => ({ state: r.pick(["on", "off"]) }),
	dispose: (r) => ({ cause: r.pick(["retention", "consent", "order", "request"]) }),
	lost: (r) => ({ cause: r.pick(["rot", "medium", "error", "unknown"]) }),
	correct: () => ({ record: "1/2" }),
	seal: (r, m) => {
		const disclose = r.chance(0.6) ? m.lastDisclose : null;
		return { disclose: disclose?.seq ?? null, extent: disclose?.details.extent ?? "whole", scope: r.pick(["all", "tags"]), timestamp: r.chance(0.9) ? "none" : "required" };
	},
};
const ACTIONS = Object.keys(DETAILS);

function record(m, e, kind, members) {
	const k = e.records.length + 1;
	e.records.push({ case: CASE, id: `${e.seq}/${k}`, kind, salt: Buffer.from(m.r.bytes(16)).toString("base64url"), ...members });
	return k;
}

function content(m, e, role) {
	const data = m.r.bytes(m.r.below(60));
	const ext = m.r.pick(["jpg", "txt", "bin", "json"]);
	const path = `data/${pad(e.seq)}/${pad(e.records.length + 1)}.${ext}`;
	const members = {
		crc32: crc32(data).toString(16).padStart(8, "0"), path, sha256: hex(sha256(data)),
		sha512: createHash("sha512").update(data).digest("hex"), size: data.length,
	};
	if (role) members.role = role;
	else if (e.action === "acquire" || e.action === "capture") members.exhibit = ++m.exhibit;
	record(m, e, "content", members);
	m.data.set(path, data);
}

function scope(m, e) {
	const earlier = m.entries.filter((x) => x !== e);
	const of = m.r.pick(earlier.length > 0 ? earlier : [e]);
	const a = 1 + m.r.below(of.records.length);
	const b = a + m.r.below(Math.min(3, of.records.length - a + 1));
	record(m, e, "scope", { first: `${of.seq}/${a}`, last: `${of.seq}/${b}` });
}

export function addEntry(m, action, signer) {
	const e = { seq: m.entries.length + 1, action, signer, records: [], time: "", details: null };
	m.clock += m.r.below(100_000) - (m.r.chance(0.03) ? 200_000 : 0);
	e.time = new Date(m.clock).toISOString();
	e.details = DETAILS[action](m.r, m);
	m.entries.push(e);
	record(m, e, "circumstances", { actor: { name: "Ana", organisation: "Centre" }, clock: {} });
	const wants = { open: ["description"], acquire: [null], capture: [null], note: ["note"], derive: [null], disclose: ["statement"] }[action] ?? [];
	for (const role of wants) content(m, e, role);
	while (["acquire", "derive"].includes(action) && m.r.chance(0.4)) content(m, e, null);
	if (["view", "export", "read-out", "derive", "compare", "dispose", "lost"].includes(action) ||
		(action === "disclose" && e.details.extent === "extract")) scope(m, e);
	if (action === "correct") record(m, e, "correction", { field: "name", record: "1/2", value: "x" });
	if (m.r.chance(0.2)) record(m, e, "field", { value: ["é", { "a-b": 1 }] });
	if (m.r.chance(0.1)) record(m, e, "origin", { item: "1/2", name: "IMG_0001.JPG", links: "2" });
	if (action === "disclose") m.lastDisclose = e;
	return e;
}

export function newModel(r) {
	return { r, entries: [], data: new Map(), exhibit: 0, clock: Date.UTC(2026, 10, 1) };
}

/** Another one like it, to be twisted apart from it. */
export function copyModel(m, r) {
	const entries = m.entries.map((e) => ({ ...e, details: { ...e.details }, records: e.records.map((x) => ({ ...x })) }));
	return { ...m, r, entries, data: new Map(m.data) };
}

/** A random log, mostly one that may be. */
export function randomModel(r) {
	const m = newModel(r);
	const signers = [r.below(7)];
	const who = () => (r.chance(0.8) ? signers[0] : r.chance(0.8) ? r.pick(signers) : r.below(7));
	addEntry(m, "open", signers[0]);
	const n = r.below(6);
	for (let i = 0; i < n; i++) {
		const action = r.chance(0.97) ? r.pick(ACTIONS.filter((a) => a !== "open")) : "open";
		if (action === "close" && r.chance(0.5)) continue;
		if ((action === "receive" || action === "refuse") && r.chance(0.8)) {
			const t = addEntry(m, "transfer", signers[0]);
			if (action === "receive" && r.chance(0.9)) addEntry(m, "seal", signers[0]);
			const to = ring().findIndex((k) => k.id === t.details.certificate);
			addEntry(m, action, to >= 0 ? to : r.below(7));
			if (action === "receive") signers.splice(0, signers.length, m.entries.at(-1).signer);
			continue;
		}
		const e = addEntry(m, action, who());
		if (action === "admit") signers.push(ring().findIndex((k) => k.id === e.details.certificate));
	}
	addEntry(m, r.chance(0.98) ? "seal" : "view", r.chance(0.95) ? signers[0] : r.below(7));
	return m;
}

/** The places that must be withheld, by entry. */
function withheldPlaces(m) {
	const places = new Map();
	const name = (e) => {
		for (const s of e?.records.filter((x) => x.kind === "scope") ?? []) {
			const [seqNo, from] = String(s.first).split("/").map(Number);
			const to = Number(String(s.last).split("/")[1]);
			if (!(to - from < 1000)) continue;
			for (let k = from; k <= to; k++) places.set(`${seqNo}/${k}`, true);
		}
	};
	m.entries.forEach((e, i) => {
		if (e.action === "dispose") name(e);
		const next = m.entries[i + 1];
		if (e.action === "seal" && (!next || next.action === "receive")) {
			const d = m.entries[e.details.disclose - 1];
			if (d?.action === "disclose" && d.details.extent === "extract") name(d);
		}
	});
	return places;
}

/** Lines as the file holds them, with runs for what is withheld; and the root over all. */
function lines(m, e, places) {
	const full = e.records.map((x) => (x instanceof Uint8Array ? x : text(canonical(x))));
	const leaves = full.map(leafHash);
	const tree = new Tree();
	leaves.forEach((l) => tree.push(1, l));
	const out = [];
	for (let k = 1; k <= full.length; k++) {
		if (!places.has(`${e.seq}/${k}`)) {
			out.push(full[k - 1]);
			continue;
		}
		let last = k;
		while (last < full.length && places.has(`${e.seq}/${last + 1}`)) last++;
		let p = k - 1;
		const hashes = aligned(k - 1, last).map((size) => {
			const sub = new Tree();
			for (let i = p; i < p + size; i++) sub.push(1, leaves[i]);
			p += size;
			return hex(sub.root());
		});
		out.push(text(canonical({ hashes, withheld: [k, last] })));
		k = last;
	}
	return { out, root: hex(tree.root() ?? new Uint8Array(32)), count: full.length };
}

const NONE = () => {};
/** A large file brings its digest along. */
const digestOf = (b) => b.digest ?? sha256(b);

/**
 * The bundle's files in order. Hooks may twist what is about to be signed or written:
 * entry(json, e), lines(list, e), p7s(bytes, e), tags(map), seal options.
 */
export function build(m, hooks = {}) {
	const base = `case-${CASE.slice(0, 8)}/`;
	const places = withheldPlaces(m);
	const files = new Map();
	let previous = null;
	const p7sOf = [];
	for (const e of m.entries) {
		const l = lines(m, e, places);
		(hooks.lines ?? NONE)(l, e);
		const dir = `${base}custody/${pad(e.seq)}/`;
		if (e.action === "timestamp" && e.details.token === null) {
			const over = p7sOf[e.details.entry - 1] ?? m.r.bytes(20);
			const made = token(over, hooks.token?.(e));
			files.set(dir + "token.tst", made);
			e.details = { ...e.details, token: hex(sha256(made)), signature: hex(sha256(over)) };
		}
		const json = {
			action: e.action, caseId: CASE, certificate: ring()[e.signer].id, details: e.details,
			format: "libevidence-custody-1", previous, records: { count: l.count, root: l.root },
			seq: e.seq, time: e.time, tool: { build: "a1", name: "maker", version: "1.0" },
		};
		(hooks.entry ?? NONE)(json, e);
		let bytes = text(canonical(json));
		if (hooks.entryBytes) bytes = hooks.entryBytes(bytes, e) ?? bytes;
		const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(json.time) ? json.time : e.time;
		let p7s = cms(ring()[e.signer], bytes, time, hooks.signing?.(e));
		if (hooks.p7s) p7s = hooks.p7s(p7s, e) ?? p7s;
		p7sOf.push(p7s);
		previous = { entry: hex(sha256(bytes)), signature: hex(sha256(p7s)) };
		files.set(dir + "entry.json", bytes);
		files.set(dir + "entry.p7s", p7s);
		files.set(dir + "records.jsonl", Buffer.concat(l.out.flatMap((x) => [x, text("\n")])));
	}
	const lost = new Set();
	for (const e of m.entries.filter((x) => x.action === "lost")) {
		for (const s of e.records.filter((x) => x.kind === "scope")) {
			const [q, a] = String(s.first).split("/").map(Number);
			const b = Number(String(s.last).split("/")[1]);
			for (let k = a; k <= b && b - a < 1000; k++) lost.add(`${q}/${k}`);
		}
	}
	const gone = (path) => {
		const [, q, f] = path.split("/");
		const id = `${Number(q)}/${parseInt(f, 10)}`;
		return places.has(id) || lost.has(id);
	};
	const payload = [...m.data].filter(([path]) => !gone(path));
	for (const [path, data] of payload) files.set(base + path, data);
	(hooks.files ?? NONE)(files, base);
	return seal(m, files, base, payload, previous, hooks);
}

function seal(m, files, base, payload, head, hooks) {
	const last = m.entries.at(-1);
	const octets = payload.reduce((n, [, d]) => n + d.length, 0);
	const tag = (name, s) => files.set(base + name, text(s));
	tag("bag-info.txt", `Bagging-Date: ${last.time.slice(0, 10)}\nExternal-Identifier: ${CASE}\nCustody-Head: ${head.entry}\nPayload-Oxum: ${octets}.${payload.length}\n`);
	tag("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
	tag("manifest-sha256.txt", payload.map(([p, d]) => `${hex(digestOf(d))}  ${p}\n`).sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join(""));
	const bag = (n) => n.slice(base.length);
	const tagged = [...files.keys()].filter((n) => !bag(n).startsWith("data/")).sort();
	tag("tagmanifest-sha256.txt", tagged.map((n) => `${hex(sha256(files.get(n)))}  ${bag(n)}\n`).join(""));
	(hooks.tags ?? NONE)(files, base);
	const scopeTags = last.details.scope === "tags";
	const listed = [...files.keys()].sort().filter((n) => !scopeTags || /^[a-z0-9-]+\.txt$/.test(bag(n)));
	const refs = listed.map((n) => `<asic:DataObjectReference URI="${n}"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>${Buffer.from(digestOf(files.get(n))).toString("base64")}</ds:DigestValue></asic:DataObjectReference>\n`);
	let manifest = text('<?xml version="1.0" encoding="UTF-8"?>\n<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n' +
		`<asic:SigReference URI="META-INF/signature001.p7s" MimeType="application/pkcs7-signature"/>\n${refs.join("")}</asic:ASiCManifest>\n`);
	if (hooks.manifest) manifest = hooks.manifest(manifest) ?? manifest;
	let p7s = cms(ring()[hooks.sealer ?? last.signer], manifest, last.time, hooks.sealing);
	if (hooks.sealP7s) p7s = hooks.sealP7s(p7s) ?? p7s;
	const names = [...files.keys()].sort();
	return [
		["mimetype", text("application/vnd.etsi.asic-e+zip")], ...names.map((n) => [n, files.get(n)]),
		["META-INF/ASiCManifest001.xml", manifest], ["META-INF/signature001.p7s", p7s],
	];
}
