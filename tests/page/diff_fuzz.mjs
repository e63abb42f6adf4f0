// The two verifiers against each other on mutated bundles:
//   node tests/page/diff_fuzz.mjs --judge PROGRAM [--vectors DIR] [--count N] [--seed N] [--minutes N] [--log FILE] [--keep DIR]
// Four kinds: bytes of a good bundle; fields of its container; its files, names and signatures' elements, in a container that is in
// order; and logs twisted before they are signed. Any difference in the report is a fault; so is any mutant of the first three kinds
// that is VERIFIED (of an envelope: whose cover passes) but differs from the good bundle in more than what stands under no signature (tokens and the material beside
// them), or whose proved time is earlier than the good one's. `judge` (judge.c) is evidence-verify's core as a filter.
import { spawnSync } from "node:child_process";
import { createPublicKey, verify as verifySignature } from "node:crypto";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { core, option } from "./core.mjs";
import { Random, authority, ring, sha256, unzip } from "./maker.mjs";
import { bytesMutant, filesMutant, zipMutant } from "./mutate.mjs";
import { modelMutant } from "./twist.mjs";

const program = option("judge", process.env.EVD_JUDGE ?? "judge");
const vectorDir = option("vectors", process.env.EVD_VECTORS);
const count = Number(option("count", "20000"));
const seed = Number(option("seed", "1"));
const log = option("log", null);
const keep = option("keep", null);
const BATCH = 500;
const NAME = "mutant.asice";
const AT = "2026-11-22T12:00:00.000Z";
const r = new Random(seed * 7919);
await core.hash.ready();

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
	const id = sha256(Buffer.concat([key.spki, Buffer.from(scheme + hash), value, signed])).toString("latin1");
	let ok = remembered.get(id);
	if (ok === undefined) {
		try {
			const k = publicKey(key.spki);
			const how = scheme === "ecdsa" ? { key: k, dsaEncoding: "ieee-p1363" }
				: scheme === "pss" ? { key: k, padding: 6, saltLength: Number(hash.slice(4)) / 8 } : { key: k };
			ok = verifySignature(hash.replace("-", ""), signed, how, value);
		} catch {
			ok = false;
		}
		if (remembered.size > 50000) remembered.clear();
		remembered.set(id, ok);
	}
	return ok;
};

const PINS = [...ring(), authority()].flatMap((k) => ["--pin", k.id]);

/** evidence-verify takes a day or a second for --at; judge only the form of the records. */
const fullTime = (t) => new Date(t).toISOString();

/** Good bundles with the arguments under which they are: of the vectors, and made here. */
function goodSeeds() {
	const out = [];
	if (vectorDir) {
		const { vectors } = JSON.parse(readFileSync(join(vectorDir, "expected.json"), "utf8"));
		// an envelope is never VERIFIED: one that is in order, its signer known, is a seed of its own kind
		const cover = (x) => x.report?.subject === "envelope" && x.verdict === "INDETERMINATE" && x.checks.identity === "passed";
		for (const v of vectors.filter((x) => (x.good || cover(x)) && !x.loose && !x.env && !x.mode && !x.file.startsWith("/"))) {
			const bytes = readFileSync(join(vectorDir, v.file));
			if (bytes.length > 40_000 || v.args.includes("--extends")) continue;
			const args = v.args.map((a, i) => a.startsWith("@/") ? join(vectorDir, a.slice(2)) : v.args[i - 1] === "--at" ? fullTime(a) : a);
			out.push({ bytes, args: args.includes("--at") ? args : ["--at", AT, ...args], proved: v.report?.time?.proved, cover: cover(v) });
		}
	}
	return out;
}

const MAKERS = { bytes: bytesMutant, zip: zipMutant, files: filesMutant };
const KINDS = ["bytes", "zip", "files", "files", "logs", "logs", "logs", "logs"];

function batch() {
	const kind = seeds.length === 0 ? "logs" : r.pick(KINDS);
	if (kind === "logs") {
		return { kind, args: ["--at", AT, ...PINS], good: null, mutants: Array.from({ length: BATCH }, () => modelMutant(r)) };
	}
	const s = r.pick(seeds);
	return { kind, args: s.args, good: s, mutants: Array.from({ length: BATCH }, () => MAKERS[kind](r, s.bytes)) };
}

const seeds = goodSeeds();
const totals = { bytes: 0, zip: 0, files: 0, logs: 0 };
const verdicts = {};
const codes = {};
let faults = 0;

function fault(why, mutant, args, lines) {
	faults++;
	console.log(`${why}\n  program ${lines[0]}\n  page    ${lines[1]}`);
	if (keep) {
		mkdirSync(keep, { recursive: true });
		writeFileSync(join(keep, `${seed}-${faults}.asice`), mutant);
		writeFileSync(join(keep, `${seed}-${faults}.args`), args.join(" ") + "\n");
	}
}

/** What evidence-verify's core says of each. */
function judged(args, mutants) {
	const frames = mutants.flatMap((m) => {
		const head = Buffer.alloc(4);
		head.writeUInt32LE(m.length);
		return [head, m];
	});
	const p = spawnSync(program, args, { input: Buffer.concat(frames), maxBuffer: 1 << 28 });
	if (p.status !== 0) {
		fault(`judge ended with ${p.status} ${p.signal}: ${p.stderr}`, Buffer.concat(mutants), args, ["", ""]);
		return null;
	}
	return p.stdout.toString().split("\n");
}

/** Files that stand under the signatures of log and seal. */
function underSignature(bundle) {
	const inside = (n) => !/^META-INF\/(signature001\.p7s|timestamp\d+\.tst|ASiCArchiveManifest\d*\.xml)$/.test(n);
	return new Map(unzip(bundle).filter(([n]) => inside(n)).map(([n, b]) => [n, sha256(b).toString("hex")]));
}

/** Whether a mutant passes for an envelope that is in order, its signer known. */
function coverPasses(report) {
	return report.subject === "envelope" && ["container", "signatures", "fixity", "identity"].every((c) => report.checks[c] === "passed") &&
		report.verdict === "INDETERMINATE";
}

/** Whether a mutant may be VERIFIED: all that is signed is the good bundle's, and no time is proved earlier. */
function mayPass(m, report, good) {
	const a = underSignature(m);
	const b = underSignature(good.bytes);
	const same = a.size === b.size && [...a].every(([n, d]) => b.get(n) === d);
	return same && (report.time.proved === null || (good.proved !== null && report.time.proved >= good.proved));
}

async function pageSays(bytes, o) {
	const source = { name: NAME, size: bytes.length, read: (at, len) => bytes.subarray(at, at + len) };
	try {
		return core.report.report(await core.verify.verify(source, o), { at: o.at, extends: null });
	} catch (e) {
		return `!${e.stack}`;
	}
}

async function runBatch() {
	const b = batch();
	const one = judged(b.args, b.mutants);
	if (one === null) return;
	const o = { ...core.node.parseArgs(b.args).options, math };
	if (b.good && !b.good.cover && b.good.proved === undefined) b.good.proved = JSON.parse(await pageSays(b.good.bytes, o)).time.proved;
	for (let i = 0; i < b.mutants.length; i++) {
		const m = b.mutants[i];
		const got = await pageSays(m, o);
		totals[b.kind]++;
		const report = got.startsWith("!") ? {} : JSON.parse(got);
		verdicts[report.verdict] = (verdicts[report.verdict] ?? 0) + 1;
		for (const f of report.findings ?? []) codes[f.code] = (codes[f.code] ?? 0) + 1;
		if (one[i] !== got) fault(`${b.kind} ${i}: reports differ`, m, b.args, [one[i], got]);
		else if (report.verdict === "TOTAL-PASSED" && b.good && Buffer.compare(m, b.good.bytes) !== 0 && !mayPass(m, report, b.good)) {
			fault(`${b.kind} ${i}: VERIFIED, but not the good bundle`, m, b.args, [one[i], got]);
		} else if (b.good && coverPasses(report) && Buffer.compare(m, b.good.bytes) !== 0) {
			fault(`${b.kind} ${i}: a cover in order, but not the good one`, m, b.args, [one[i], got]);
		}
	}
}

// judge must take every argument there is, not only those of the seeds this run happens to pick
for (const args of new Set(seeds.map((s) => JSON.stringify(s.args)))) judged(JSON.parse(args), []);

const began = Date.now();
let done = 0;
const until = Number(option("minutes", "0")) * 60_000;
while (done < count && faults < 20 && (until === 0 || Date.now() - began < until)) {
	await runBatch();
	done += BATCH;
}
const seconds = Math.round((Date.now() - began) / 1000);
const line = `| ${new Date().toISOString().slice(0, 16)}Z | ${seed} | ${done} | ${Object.values(totals).join(" / ")} | ` +
	`${Object.entries(verdicts).sort().map(([k, n]) => `${k} ${n}`).join(", ")} | ${Object.keys(codes).length} | ${faults} | ${seconds} s |`;
console.log(line);
if (process.argv.includes("--codes")) console.log(codes);
if (log) appendFileSync(log, line + "\n");
console.log(`${done - faults} passed, ${faults} failed`);
process.exitCode = faults === 0 && done > 0 ? 0 : 1;
