// Stage 4: who (verify.md §3, §5). Nothing is taken from any store but what the reader gives.

import { type Bytes, ascii } from "./bytes.ts";
import { type Certificate, parseCertificate, usableForSigning } from "./cert.ts";
import { type Crl, parseCrl } from "./crl.ts";
import { type Finding, finding } from "./findings.ts";
import type { Signer } from "./log.ts";
import { type Answer, parseAnswer } from "./ocsp.ts";
import { type Found, NO_CHAIN, OUT_OF_BOUNDS, type Paths, REVOKED, inForce } from "./path.ts";
import type { Introduction } from "./rights.ts";
import { seconds } from "./stamps.ts";
import { parseTime } from "./time.ts";

/** What the reader trusts. */
export interface Trust extends Given {
	/** Fingerprints, 64 lower-case digits. */
	pins: string[];
}

export type Standing = "pinned" | "chained" | "let-in" | "unknown";
export interface Judged {
	standing: Standing;
	/** Why not, for "unknown". */
	sub: string;
	/** Revoked before the proof of its signatures. */
	revoked: boolean;
	notes: Finding[];
	/** Accepted paths, at each time judged. */
	paths: Certificate[][];
}

const USE = "CHAIN_CONSTRAINTS_FAILURE";
const NOT_YET = "NOT_YET_VALID";

/** SHA-256 of a certificate as people write it: any case, blanks and colons between. */
export function parsePin(text: string): string | null {
	const s = text.replace(/[\s:]/g, "").toLowerCase();
	return /^[0-9a-f]{64}$/.test(s) ? s : null;
}

/** A policy's OBJECT IDENTIFIER in dotted form, of at most 64 bytes as a token's (timestamp.md §2). */
export function isPolicy(text: string): boolean {
	const m = /^([0-2])\.(0|[1-9]\d*)(\.(0|[1-9]\d*))*$/.exec(text);
	if (m === null || (m[1] !== "2" && Number(m[2]) >= 40)) return false;
	const [first, second, ...more] = text.split(".").map(BigInt);
	const size = (n: bigint): number => Math.max(1, Math.ceil(n.toString(2).length / 7));
	return [first * 40n + second, ...more].reduce((sum, n) => sum + size(n), 0) <= 64;
}

export interface Given {
	anchors: Certificate[];
	lists: Crl[];
	answers: Answer[];
}

function block(label: string, body: string, into: Given): boolean {
	let der: Bytes;
	try {
		der = ascii(atob(body.replace(/\s/g, "")));
	} catch {
		return false;
	}
	if (label === "CERTIFICATE") {
		const c = parseCertificate(der);
		if (c !== null) into.anchors.push(c);
		return c !== null;
	}
	if (label === "OCSP RESPONSE") {
		const answer = parseAnswer(der);
		if (answer !== null) into.answers.push(answer);
		return answer !== null;
	}
	const list = label === "X509 CRL" ? parseCrl(der) : null;
	if (list !== null) into.lists.push(list);
	return list !== null;
}

/**
 * Certificates, lists and answers of a file, its bytes as Latin-1: PEM text (RFC 7468), or one answer in DER.
 * null if a block is none of these, does not decode or end, or there is none.
 */
export function parsePem(text: string): Given | null {
	const out: Given = { anchors: [], lists: [], answers: [] };
	const whole = text.startsWith("0") ? parseAnswer(ascii(text)) : null;
	if (whole !== null) return { ...out, answers: [whole] };
	const lines = text.split(/\r\n|\n|\r/);
	let blocks = 0;
	let first = 0; // of the file, or behind a block: other systems begin files with a mark of their encoding
	for (let i = 0; i < lines.length; i++) {
		const line = i === first ? lines[i].replace(/^\u00ef\u00bb\u00bf/, "") : lines[i];
		const label = /^-----BEGIN ([^-]+(?:-[^-]+)*)-----\s*$/.exec(line)?.[1];
		if (label === undefined) continue;
		const end = lines.findIndex((l, n) => n > i && l.trimEnd() === `-----END ${label}-----`);
		if (end < 0 || !block(label, lines.slice(i + 1, end).join(""), out)) return null;
		blocks++;
		i = end;
		first = end + 1;
	}
	return blocks > 0 ? out : null;
}

/** What is judged of a signer. `first`: the first entry signed, or the file of the signature. */
export interface Signed {
	fingerprint: string;
	certificate: Certificate | null;
	earliest: string;
	latest: string;
	first: number | string;
}

/** Every entry was signed, by its own account, while the certificate was valid. */
function signedInForce(s: Signed, c: Certificate): boolean {
	return [s.earliest, s.latest].every((time) => inForce(c, seconds(parseTime(time)!)));
}

function unknown(sub: string, revoked = false): Judged {
	return { standing: "unknown", sub, revoked, notes: [], paths: [] };
}

/** Of a path that failed: what the proof makes of it (verify.md §3, stage 4.3). */
function withProof(c: Certificate, f: Found, at: number): Judged {
	const early = f.fault === OUT_OF_BOUNDS && c.notBefore !== null && c.notBefore > at;
	return unknown(early ? NOT_YET : f.fault, f.fault === REVOKED);
}

/** `proof`: times at which its signatures are proved to have been there, whole seconds, earliest first. */
export async function judgeSigner(paths: Paths, s: Signed, t: Trust, proof: number[]): Promise<Judged> {
	const c = s.certificate;
	if (c === null) return unknown(NO_CHAIN);
	if (t.pins.length === 0 && t.anchors.length === 0 && t.lists.length === 0 && t.answers.length === 0) return unknown(NO_CHAIN);
	if (!usableForSigning(c)) return unknown(USE);
	if (t.pins.includes(s.fingerprint)) return { standing: "pinned", sub: "", revoked: false, notes: [], paths: [] };
	const times = proof.length > 0 ? proof : [paths.material.now];
	const found: Certificate[][] = [];
	for (const at of times) {
		const f = await paths.find(c, "sign", at);
		if (f.path === null) return proof.length > 0 ? withProof(c, f, at) : unknown(f.fault);
		found.push(f.path);
	}
	if (!signedInForce(s, c)) return unknown(OUT_OF_BOUNDS);
	return { standing: "chained", sub: "", revoked: false, notes: await notes(paths, s, found[0], times[0], proof.length > 0), paths: found };
}

async function notes(paths: Paths, s: Signed, path: Certificate[], at: number, proved: boolean): Promise<Finding[]> {
	const out: Finding[] = [];
	const where = String(s.first);
	if (proved && path.length > 1 && (await paths.revocation(path[0], path[1])) !== null) out.push(finding("REVOKED_LATER", where));
	if (!(await paths.statusKnown(path, at))) out.push(finding("STATUS_UNKNOWN", where));
	return out;
}

/** One judgement a signer, in their order; then those let in by signers who pass. */
export async function judgeSigners(
	paths: Paths, signers: Signer[], introductions: Introduction[], t: Trust, proofOf: (lastEntry: number) => number[],
): Promise<Judged[]> {
	const out: Judged[] = [];
	for (const s of signers) out.push(await judgeSigner(paths, s, t, proofOf(s.last)));
	const usable = signers.map((s) => s.certificate !== null && usableForSigning(s.certificate));
	const index = new Map(signers.map((s, i) => [s.fingerprint, i]));
	for (let changed = true; changed; ) {
		changed = false;
		for (const i of introductions) {
			const by = index.get(i.by);
			const to = index.get(i.certificate);
			if (by === undefined || to === undefined) continue;
			if (out[by].standing === "unknown" || out[to].standing !== "unknown" || out[to].revoked) continue;
			if (!usable[to]) {
				out[to].sub = USE;
				continue;
			}
			out[to] = { standing: "let-in", sub: "", revoked: false, notes: [], paths: [] };
			changed = true;
		}
	}
	return out;
}

/** What the report says of each signer. */
export function signerFindings(signers: Signed[], judged: Judged[]): Finding[] {
	return signers.flatMap((s, i) => {
		const j = judged[i];
		if (j.standing !== "unknown") return j.notes;
		return [j.revoked ? finding("SIGNER_REVOKED", String(s.first)) : finding("SIGNER_UNKNOWN", String(s.first), j.sub)];
	});
}
