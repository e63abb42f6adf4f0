// The two verifiers against each other on mutated bundles:
//   node tests/page/diff_fuzz.mjs --verify PROGRAM [--vectors DIR] [--count N] [--seed N] [--log FILE]
// Three kinds: bytes of a good bundle; its files, names and fields, in a container that is in
// order; and logs twisted before they are signed. Any difference in the report, and any mutant of
// the first two kinds that is VERIFIED without being a good bundle byte for byte, is a fault.
import { spawnSync } from "node:child_process";
import { createPublicKey, verify as verifySignature } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { core, option, runCore } from "./core.mjs";
import { Random, build, copyModel, canonical, randomModel, ring, sha256, unzip, zip } from "./maker.mjs";

const program = option("verify", process.env.EVD_VERIFY ?? "evidence-verify");
const vectorDir = option("vectors", process.env.EVD_VECTORS);
const count = Number(option("count", "20000"));
const seed = Number(option("seed", "1"));
const log = option("log", null);
const keep = option("keep", null);
const BATCH = 100;
const AT = "2026-11-22T12:00:00.000Z";
const r = new Random(seed * 7919);
await core.hash.ready();
const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "mutants-"));

// The same arithmetic as WebCrypto's, without its queue, and remembered: most mutants of a bundle
// share most of its signatures.
const remembered = new Map();
const publicKeys = new Map();
function publicKey(spki) {
	const id = Buffer.from(spki).toString("latin1");
	let k = publicKeys.get(id);
	if (!k) {
		if (publicKeys.size > 1000) publicKeys.clear();
		publicKeys.set(id, k = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" }));
	}
	return k;
}
const math = async (key, scheme, hash, value, signed) => {
	const id = sha256(Buffer.concat([key.spki, Buffer.from(scheme), value, signed])).toString("latin1");
	let ok = remembered.get(id);
	if (ok === undefined) {
		try {
			const k = publicKey(key.spki);
			const how = scheme === "ecdsa" ? { key: k, dsaEncoding: "ieee-p1363" }
				: scheme === "pss" ? { key: k, padding: 6, saltLength: 32 } : { key: k };
			ok = verifySignature(hash.replace("-", ""), signed, how, value);
		} catch {
			ok = false;
		}
		if (remembered.size > 20000) remembered.clear();
		remembered.set(id, ok);
	}
	return ok;
};

const PINS = ring().flatMap((k) => ["--pin", k.id]);

/** Good bundles with the arguments under which they are: of the vectors, and made here. */
function goodSeeds() {
	const out = [];
	if (vectorDir) {
		const { vectors } = JSON.parse(readFileSync(join(vectorDir, "expected.json"), "utf8"));
		for (const v of vectors.filter((x) => x.good && !x.loose && !x.env && !x.mode && !x.file.startsWith("/"))) {
			const bytes = readFileSync(join(vectorDir, v.file));
			if (bytes.length > 100_000 || v.args.includes("--extends")) continue;
			const args = v.args.map((a) => (a.startsWith("@/") ? join(vectorDir, a.slice(2)) : a));
			out.push({ bytes, args: args.includes("--at") ? args : ["--at", AT, ...args] });
		}
	}
	return out;
}

/** One byte string altered in one to three places. */
function bytesMutant(b) {
	let out = Buffer.from(b);
	for (let n = 1 + (r.chance(0.2) ? r.below(3) : 0); n > 0; n--) {
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
			case 8: {
				const end = Math.min(out.length, at + r.below(40));
				out.fill(r.pick([0, 0xff]), at, end);
			}
		}
		if (out.length === 0) break;
	}
	return out;
}

/** A digit, a letter, a word altered where text is; so that it often stays text. */
function textMutant(b) {
	const out = Buffer.from(b);
	if (out.length === 0) return out;
	for (let tries = 0; tries < 20; tries++) {
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
	return bytesMutant(out);
}

const NAMES = ["zzz.txt", "a.txt", "META-INF/timestamp001.tst", "META-INF/ASiCArchiveManifest001.xml", "META-INF/x.p7s", "Meta-inf/x", "con", "mimetype/x", "a//b", "bundle.age", "META-INF/manifest.xml"];

/** Files, names and checksums altered; the container written anew, in order or not. */
function filesMutant(bytes) {
	let files = unzip(bytes).map(([n, d]) => [n, d]);
	for (let n = 1 + (r.chance(0.25) ? 1 : 0); n > 0; n--) {
		const i = r.below(files.length);
		const j = r.below(files.length);
		switch (r.below(11)) {
			case 0: case 1: files[i] = [files[i][0], bytesMutant(files[i][1])]; break;
			case 2: case 3: files[i] = [files[i][0], textMutant(files[i][1])]; break;
			case 4: files.splice(i, 1); break;
			case 5: files.push([(r.chance(0.5) ? files[1 % files.length][0].replace(/\/.*/, "/") + r.pick(["", "custody/", "data/", "data/00000002/", "custody/00000001/"]) : "") + r.pick(NAMES), r.bytes(r.below(9))]); break;
			case 6: files[i] = [files[i][0], files[j][1]]; break;
			case 7: files[i] = [textMutant(Buffer.from(files[i][0])).toString("latin1"), files[i][1]]; break;
			case 8: files[i] = [files[i][0], files[i][1], r.below(2 ** 32)]; break;
			case 9: [files[i], files[j]] = [files[j], files[i]]; break;
			case 10: files.push(files[i]);
		}
		if (files.length === 0) return Buffer.alloc(0);
	}
	if (r.chance(0.9)) {
		const rank = (n) => (n === "mimetype" ? 0 : n.startsWith("META-INF/") ? 2 : 1);
		files = files.sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
	}
	return zip(files);
}

const ODD = [null, true, 0, 1, 2, 3, 99, 2 ** 32, 2 ** 53 - 1, "", "x", "1/1", "1/2", "2/1", "2/9", "0/1", "01/1", "seal", "whole", "extract", "none",
	[], {}, "é", "\u202e", "2026-11-22T03:04:05.678Z", "2026-02-30T03:04:05.678Z", "libevidence-custody-2", "0".repeat(64), "A".repeat(22), "B".repeat(22)];

/** A member of an object put otherwise, left out or added. */
function twistObject(o) {
	const names = Object.keys(o);
	const name = r.pick(names);
	switch (r.below(6)) {
		case 0: delete o[name]; break;
		case 1: o[r.pick(["x", "zz", "role", "exhibit", "nameBytes", "value", "withheld", "hashes", "__proto__2"])] = r.pick(ODD); break;
		case 2: if (o[name] !== null && typeof o[name] === "object" && !Array.isArray(o[name]) && Object.keys(o[name]).length > 0) {
			o[name] = { ...o[name] };
			twistObject(o[name]);
			break;
		}
		// falls through
		case 3: if (typeof o[name] === "string" && o[name].length > 0) {
			o[name] = textMutant(Buffer.from(o[name])).toString("latin1");
			break;
		}
		// falls through
		case 4: if (typeof o[name] === "number") {
			o[name] = Math.max(0, o[name] + r.pick([-1, 1, 2]));
			break;
		}
		// falls through
		default: o[name] = r.pick(ODD);
	}
}

/** A twist of the model, or a hook for the building of it. */
function twist(m, hooks) {
	const e = r.pick(m.entries);
	const one = (f) => (a, b) => ((b ?? e) === e ? f(a) : undefined);
	switch (r.below(24)) {
		case 0: hooks.entry = one((j) => twistObject(j)); break;
		case 1: hooks.entry = one((j) => { j.details = { ...j.details }; if (Object.keys(j.details).length > 0) twistObject(j.details); }); break;
		case 2: e.action = r.pick(m.entries).action; break;
		case 3: e.signer = r.below(7); break;
		case 4: case 5: { const x = r.pick(e.records); twistObject(x); break; }
		case 6: e.records.splice(r.below(e.records.length), 1); if (e.records.length === 0) e.records.push({ x: 1 }); break;
		case 7: e.records.push({ ...r.pick(e.records) }); break;
		case 8: e.records.push({ ...r.pick(e.records), id: `${e.seq}/${e.records.length + 1}` }); break;
		case 9: hooks.lines = (l, x) => { if (x === e) l.out.splice(r.below(l.out.length), r.below(2), r.pick(l.out)); }; break;
		case 10: hooks.lines = (l, x) => { if (x === e) { const i = r.below(l.out.length); l.out[i] = bytesMutant(l.out[i]); } }; break;
		case 11: hooks.lines = (l, x) => { if (x === e) { l.out[r.below(l.out.length)] = Buffer.from(canonical({ hashes: ["0".repeat(64)], withheld: [r.below(4), r.below(5)] })); } }; break;
		case 12: hooks.lines = (l, x) => { if (x === e) l.count += r.pick([-1, 1, 2]); }; break;
		case 13: hooks.entryBytes = one((b) => bytesMutant(b)); break;
		case 14: hooks.p7s = one((b) => bytesMutant(b)); break;
		case 15: hooks.p7s = (b, x) => (x === e ? (m.other ?? b) : void (m.other = b)); break;
		case 16: hooks.signing = one(() => r.pick([{ highS: true }, { token: true }, { algorithm: ring()[6].algorithm }, { algorithm: ring()[5].algorithm }])); break;
		case 17: hooks.sealing = r.pick([{ highS: true }, { token: true }, { token: true }, { algorithm: ring()[0].algorithm }]); break;
		case 18: hooks.sealP7s = (b) => bytesMutant(b); break;
		case 19: hooks.sealer = r.below(7); break;
		case 20: hooks.files = (files) => {
			const names = [...files.keys()];
			const n = r.pick(names);
			if (r.chance(0.4)) files.delete(n);
			else if (r.chance(0.6)) files.set(n, bytesMutant(files.get(n)));
			else files.set(textMutant(Buffer.from(n)).toString("latin1"), files.get(n));
		}; break;
		case 21: hooks.tags = (files, base) => {
			const n = base + r.pick(["bag-info.txt", "bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"]);
			if (r.chance(0.3)) files.delete(n);
			else files.set(n, textMutant(files.get(n)));
		}; break;
		case 22: hooks.manifest = (b) => bytesMutant(b); break;
		case 23: m.entries.splice(r.below(m.entries.length), 1); if (m.entries.length === 0) hooks.none = true; break;
	}
}

let model = null;
function modelMutant() {
	for (;;) {
		if (model === null || r.chance(0.1)) model = randomModel(r);
		const m = copyModel(model, r);
		const hooks = {};
		for (let n = r.chance(0.1) ? 0 : r.chance(0.75) ? 1 : 2; n > 0 && m.entries.length > 0; n--) twist(m, hooks);
		if (m.entries.length === 0) continue;
		try {
			const files = build(m, hooks);
			return zip(r.chance(0.93) ? files : unzip(filesMutant(zip(files))));
		} catch {
			// Some twists leave nothing that could be built; another takes their place.
		}
	}
}

function batch() {
	const kind = r.below(10);
	if (kind < 3 || seeds.length === 0) {
		return { kind: "logs", args: ["--at", AT, ...PINS], mutants: Array.from({ length: BATCH }, modelMutant), good: null };
	}
	const s = r.pick(seeds);
	const make = kind < 6 ? bytesMutant : filesMutant;
	return {
		kind: kind < 6 ? "bytes" : "files", args: s.args, good: s.bytes,
		mutants: Array.from({ length: BATCH }, () => make(s.bytes)),
	};
}

const seeds = goodSeeds();
const totals = { bytes: 0, files: 0, logs: 0 };
const verdicts = {};
const codes = {};
let faults = 0;

function fault(why, mutant, lines) {
	faults++;
	console.log(`${why}\n  program ${lines[0]}\n  page    ${lines[1]}`);
	if (keep) {
		mkdirSync(keep, { recursive: true });
		writeFileSync(join(keep, `${seed}-${faults}.asice`), mutant);
	}
}

async function runBatch() {
	const b = batch();
	const paths = b.mutants.map((m, i) => {
		const path = join(folder, `${i}.asice`);
		writeFileSync(path, m);
		return path;
	});
	const p = spawnSync(program, ["--json", ...b.args, ...paths], { maxBuffer: 1 << 28 });
	const one = p.stdout.toString().split("\n");
	const two = await runCore([...b.args, ...paths], math);
	if (p.status === null || p.status >= 64 || p.status !== two.exit) {
		console.log(`exit codes ${p.status} (${p.signal}) and ${two.exit}: ${p.stderr} ${two.complaints.slice(0, 3)}`);
		faults++;
	}
	b.mutants.forEach((m, i) => {
		totals[b.kind]++;
		const got = two.lines[i] ?? "{}";
		const report = JSON.parse(got);
		verdicts[report.verdict] = (verdicts[report.verdict] ?? 0) + 1;
		for (const f of report.findings ?? []) codes[f.code] = (codes[f.code] ?? 0) + 1;
		if (one[i] !== got) fault(`${b.kind} ${i}: reports differ`, m, [one[i], got]);
		else if (report.verdict === "TOTAL-PASSED" && b.good && Buffer.compare(m, b.good) !== 0) {
			fault(`${b.kind} ${i}: VERIFIED, but not the good bundle`, m, [one[i], got]);
		}
	});
}

const began = Date.now();
let done = 0;
const until = Number(option("minutes", "0")) * 60_000;
while (done < count && faults < 20 && (until === 0 || Date.now() - began < until)) {
	await runBatch();
	done += BATCH;
}
rmSync(folder, { recursive: true });
const seconds = Math.round((Date.now() - began) / 1000);
const line = `| ${new Date().toISOString().slice(0, 16)}Z | ${seed} | ${done} | ${totals.bytes} / ${totals.files} / ${totals.logs} | ` +
	`${Object.entries(verdicts).sort().map(([k, n]) => `${k} ${n}`).join(", ")} | ${Object.keys(codes).length} | ${faults} | ${seconds} s |`;
console.log(line);
if (log) appendFileSync(log, line + "\n");
console.log(`${done - faults} passed, ${faults} failed`);
process.exitCode = faults === 0 && done > 0 ? 0 : 1;
