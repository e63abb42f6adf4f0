// Stage E: the cover of an envelope, which stays closed (verify.md §3, format.md §14).

import { CLOSING, MANIFEST, SIGNATURE, opening, reference } from "./archive.ts";
import { ascii, equal } from "./bytes.ts";
import { type Certificate } from "./cert.ts";
import type { Files } from "./files.ts";
import { type Check, type Finding, Refused, finding } from "./findings.ts";
import { sha256 } from "./hash.ts";
import { type Judged, type Trust, judgeSigner, signerFindings } from "./identity.ts";
import { parseObject } from "./json.ts";
import { Paths } from "./path.ts";
import { fits, isInt, isSha256, isTime } from "./schema.ts";
import { type Arithmetic, checkSignature } from "./sign.ts";
import { seconds } from "./stamps.ts";

const AGE = "bundle.age";
const COVER = "cover.json";
const MAX_COVER = 1 << 16;
const MAX_SIGNATURE = 1 << 20;
const FORMAT = "libevidence-envelope-1";

/** What cover.json claims. */
export interface Cover {
	certificate: string;
	head: string;
	records: number;
	sealDigest: string;
	time: string;
}

export interface Envelope {
	findings: Finding[];
	/** Checks whose examination came to its end. */
	reached: Check[];
	/** null if it is not of its form. */
	cover: Cover | null;
	/** null unless the signature was checked and fits. */
	signer: { certificate: Certificate; judged: Judged } | null;
}

const MEMBERS = {
	required: {
		certificate: isSha256, format: (v: unknown) => v === FORMAT, head: isSha256, records: isInt, sealDigest: isSha256, time: isTime,
	},
};

function readCover(text: Uint8Array): Cover | null {
	const o = parseObject(text);
	if (o === null || !fits(o, MEMBERS)) return null;
	const member = (name: string): string => o.get(name) as string;
	return {
		certificate: member("certificate"), head: member("head"), records: o.get("records") as number,
		sealDigest: member("sealDigest"), time: member("time"),
	};
}

export interface AskedOfCover {
	trust: Trust;
	/** Milliseconds since 1970. */
	at: number;
	requireTime: boolean;
}

export async function examineEnvelope(files: Files, math: Arithmetic, q: AskedOfCover): Promise<Envelope> {
	const out: Envelope = { findings: [], reached: ["fixity", "time"], cover: null, signer: null };
	const { names } = files;
	const age = names.indexOf(AGE);
	const json = names.indexOf(COVER);
	const manifest = names.indexOf(MANIFEST);
	const signature = names.indexOf(SIGNATURE);
	if (files.size[json] > MAX_COVER || (signature >= 0 && files.size[signature] > MAX_SIGNATURE)) throw new Refused("CONTAINER_LIMIT");
	for (const name of [MANIFEST, SIGNATURE]) if (!names.includes(name)) out.findings.push(finding("FILE_MISSING", name));
	for (const name of names) {
		if (name.startsWith("META-INF/") && name !== MANIFEST && name !== SIGNATURE) out.findings.push(finding("FILE_UNACCOUNTED", name));
	}
	names.forEach((name, i) => {
		files.hash(i);
		if (files.crcWrong(i)) out.findings.push(finding("CRC_WRONG", name));
	});
	const must = opening(SIGNATURE, "application/pkcs7-signature") + reference(AGE, files.digest(age)) + reference(COVER, files.digest(json)) + CLOSING;
	if (manifest >= 0 && !equal(files.digest(manifest), sha256(ascii(must)))) out.findings.push(finding("MANIFEST_ALTERED", MANIFEST));
	out.cover = readCover(files.bytes(json));
	if (out.cover === null) out.findings.push(finding("COVER_FORM", COVER));
	else if (manifest >= 0 && signature >= 0) await examineSignature(files, math, q, out, out.cover, manifest, signature);
	out.findings.push(finding("ENVELOPE_CLOSED", AGE));
	if (q.requireTime) out.findings.push(finding("TIMESTAMP_MISSING", SIGNATURE));
	return out;
}

async function examineSignature(
	files: Files, math: Arithmetic, q: AskedOfCover, out: Envelope, cover: Cover, manifest: number, signature: number,
): Promise<void> {
	const result = await checkSignature(math, files.bytes(signature), {
		content: files.digest(manifest), certificate: cover.certificate, time: cover.time, seal: false,
	});
	out.reached.push("signatures");
	if (result.code !== null) out.findings.push(finding(result.code, SIGNATURE));
	if (result.code !== null || result.certificate === null) return;
	const paths = new Paths(math, {
		certificates: q.trust.anchors, ...q.trust, listsGiven: q.trust.lists.length + q.trust.answers.length > 0, now: seconds(q.at),
	});
	const signer = { fingerprint: cover.certificate, certificate: result.certificate, earliest: cover.time, latest: cover.time, first: SIGNATURE };
	const judged = await judgeSigner(paths, signer, q.trust, []);
	out.findings.push(...signerFindings([signer], [judged]));
	out.signer = { certificate: result.certificate, judged };
	out.reached.push("identity");
}
