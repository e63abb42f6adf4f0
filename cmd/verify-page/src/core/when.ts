// Stage 4 (verify.md §3): tokens first, for a signer is judged at proved time; then signers; then what nothing needs.

import type { Bytes } from "./bytes.ts";
import { parseCertificate } from "./cert.ts";
import { SIGNATURE, tokenName } from "./archive.ts";
import type { Contents } from "./contents.ts";
import { parseCrl } from "./crl.ts";
import type { Files } from "./files.ts";
import { type Finding, finding } from "./findings.ts";
import { sha256 } from "./hash.ts";
import { type Judged, type Trust, judgeSigners, signerFindings } from "./identity.ts";
import type { Log } from "./log.ts";
import { type Held, Needed } from "./material.ts";
import { parseAnswer } from "./ocsp.ts";
import { type Material, Paths } from "./path.ts";
import type { Arithmetic } from "./sign.ts";
import { type Stamp, Stamps, seconds } from "./stamps.ts";
import { parseTime } from "./time.ts";
import { parseToken } from "./token.ts";

export interface Asked {
	trust: Trust;
	policies: string[];
	/** Milliseconds since 1970. */
	at: number;
	requireTime: boolean;
}

export interface When {
	stamps: Stamps;
	judged: Judged[];
	findings: Finding[];
}

/** Latest recorded time of the first n entries, by n. */
function latestTimes(log: Log): number[] {
	const out = [0];
	for (const e of log.entries) out.push(Math.max(out[out.length - 1], parseTime(e.time)!));
	return out;
}

/** Every token that is examined, in the order of timestamp.md §3. */
function collect(files: Files, log: Log, contents: Contents): Stamp[] {
	const out: Stamp[] = [];
	const latest = latestTimes(log);
	const all = latest[log.entries.length];
	for (const a of [...contents.archives].reverse()) {
		out.push({ kind: "archive", where: tokenName(a.number), token: parseToken(a.token), covered: a.manifest, number: a.number, latest: all });
	}
	const beside = contents.seal?.beside;
	if (beside) {
		const covered = sha256(beside.value);
		for (const t of beside.tokens) out.push({ kind: "signature", where: SIGNATURE, token: parseToken(t), covered, number: 0, latest: all });
	}
	log.entries.forEach((e, i) => {
		if (e.token === null) return;
		const number = e.details.get("entry") as number;
		out.push({
			kind: "entry", where: String(i + 1), token: parseToken(files.bytes(e.token)), covered: log.entries[number - 1].signatureDigest,
			number, latest: latest[number],
		});
	});
	return out;
}

/** Distinct certificates, lists and answers at hand, in the order of verify.md §5.2. */
function atHand(contents: Contents, stamps: Stamp[], t: Trust): Pick<Material, "certificates" | "lists" | "answers"> {
	const beside = contents.seal?.beside;
	const tokens = stamps.flatMap((s) => (s.token === null ? [] : [s.token]));
	const certs: Bytes[] = [...(beside?.certificates ?? []), ...tokens.flatMap((x) => x.certificates), ...contents.validation.crt];
	const crls: Bytes[] = [...(beside?.crls ?? []), ...tokens.flatMap((x) => x.crls), ...contents.validation.crl];
	const answers: Bytes[] = [...(beside?.answers ?? []), ...tokens.flatMap((x) => x.answers), ...contents.validation.ors];
	return {
		certificates: distinct([...t.anchors, ...certs.map(parseCertificate)]),
		lists: distinct([...t.lists, ...crls.map(parseCrl)]),
		answers: distinct([...t.answers, ...answers.map(parseAnswer)]),
	};
}

function distinct<T extends { fingerprint: string }>(all: (T | null)[]): T[] {
	const out = new Map<string, T>();
	for (const x of all) if (x !== null && !out.has(x.fingerprint)) out.set(x.fingerprint, x);
	return [...out.values()];
}

export async function judgeWhen(math: Arithmetic, files: Files, log: Log, contents: Contents, q: Asked): Promise<When> {
	const now = seconds(q.at);
	const all = collect(files, log, contents);
	const hand = atHand(contents, all, q.trust);
	const paths = new Paths(math, { ...hand, anchors: q.trust.anchors, listsGiven: q.trust.lists.length + q.trust.answers.length > 0, now });
	const stamps = new Stamps(math, paths, { pins: q.trust.pins, policies: q.policies, now });
	await stamps.judge(all);
	const findings = stamps.judged.flatMap((s) => s.findings);
	const last = log.entries[log.entries.length - 1];
	const required = q.requireTime || last.details.get("timestamp") === "required";
	if (required && stamps.proved() === null) findings.push(finding("TIMESTAMP_MISSING", SIGNATURE));
	const judged = await judgeSigners(paths, log.signers, log.rights.introductions, q.trust, (n) => stamps.proofOf(n));
	findings.push(...signerFindings(log.signers, judged));
	const sure = Boolean(contents.seal?.beside) && stamps.judged.every((s) => s.accepted) && judged.every((j) => j.standing !== "unknown");
	if (sure) findings.push(...(await unneeded(paths, log, contents, stamps, judged)));
	return { stamps, judged, findings };
}

/** timestamp.md §7. */
async function unneeded(paths: Paths, log: Log, contents: Contents, stamps: Stamps, judged: Judged[]): Promise<Finding[]> {
	const held: Held[] = [];
	const seal = contents.seal;
	if (seal?.beside) held.push({ where: SIGNATURE, own: seal.certificate!.fingerprint, ...seal.beside });
	for (const s of stamps.judged) {
		if (s.kind !== "entry") held.push({ where: s.where, own: s.token!.authority.fingerprint, ...s.token! });
	}
	const needed = new Needed(paths);
	const accepted = [...judged.flatMap((j) => j.paths), ...stamps.judged.map((s) => s.path ?? [])].flat();
	const roots = [...log.signers.flatMap((s) => s.certificate ?? []), ...stamps.judged.map((s) => s.token!.authority)];
	await needed.grow(accepted, roots);
	const out: Finding[] = [];
	for (const h of held) if (!(await needed.covers(h))) out.push(finding("MATERIAL_UNUSED", h.where));
	return out;
}
