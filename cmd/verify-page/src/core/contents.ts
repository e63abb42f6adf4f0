// Stage 3: completeness and contents (verify.md §3). Everything is examined, every finding listed.

import { CLOSING, MANIFEST, SIGNATURE, manifestName, metaLines, newestToken, opening, reference, tokenName } from "./archive.ts";
import { ascii, type Bytes, equal, hex } from "./bytes.ts";
import type { Files } from "./files.ts";
import { type Finding, Refused, finding } from "./findings.ts";
import { Running, sha256 } from "./hash.ts";
import type { Log } from "./log.ts";
import type { Span } from "./records.ts";
import { type Arithmetic, type SignatureResult, checkSignature } from "./sign.ts";

const TAG_FILES = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"];
const MAX_SIGNATURE = 1 << 20;
const MAX_TOKEN = 1 << 20;
/** Certificates and lists that came as items: how many of each, and how large. */
const MAX_VALIDATION = 64;
const MAX_VALIDATION_SIZE = 1 << 20;
const BAGIT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

export interface Contents {
	findings: Finding[];
	/** SHA-256 of the manifest as it stands, null if missing. */
	sealDigest: string | null;
	/** null if signature or manifest is missing. */
	seal: SignatureResult | null;
	/** Archive tokens that are there with their manifest, from the first on. */
	archives: Archive[];
	/** Unaltered validation items of the extensions crt, crl and ors. */
	validation: { crt: Bytes[]; crl: Bytes[]; ors: Bytes[] };
	lost: number;
	/** Octets of the content records shown and not lost. */
	octets: number;
}

export interface Archive {
	number: number;
	token: Bytes;
	/** SHA-256 of its manifest as it stands. */
	manifest: Bytes;
}

/** Ranges of one entry, merged: sorted, not touching. */
function merged(spans: Span[]): Span[] {
	const out: Span[] = [];
	const sorted = [...spans].sort((a, b) => a.seq - b.seq || a.first - b.first);
	for (const s of sorted) {
		const top = out.at(-1);
		if (top && top.seq === s.seq && s.first <= top.last + 1) top.last = Math.max(top.last, s.last);
		else out.push({ ...s });
	}
	return out;
}

/** Entries whose scope records name what is withheld (format.md §6). */
function withholding(log: Log): number[] {
	const out: number[] = [];
	log.entries.forEach((e, i) => {
		if (e.action === "dispose") out.push(i + 1);
		const next = log.entries[i + 1];
		if (e.action !== "seal" || (next && next.action !== "receive")) return;
		const named = e.details.get("disclose");
		if (typeof named === "number" && log.rights.disclosures.get(named)?.extent === "extract") out.push(named);
	});
	return out;
}

function withheldMismatch(log: Log): number | null {
	const want = merged(withholding(log).flatMap((seq) => log.named.get(seq) ?? []));
	const have = log.runs;
	for (let i = 0; i < Math.max(want.length, have.length); i++) {
		const a = want[i];
		const b = have[i];
		if (!a) return b.seq;
		if (!b) return a.seq;
		if (a.seq !== b.seq) return Math.min(a.seq, b.seq);
		if (a.first !== b.first || a.last !== b.last) return a.seq;
	}
	return null;
}

/** Whether an item lies in a range; asked in rising order. */
class Cursor {
	private at = 0;
	private readonly spans: Span[];
	constructor(spans: Span[]) {
		this.spans = merged(spans);
	}
	has(seq: number, k: number): boolean {
		let s = this.spans[this.at];
		while (s && (s.seq < seq || (s.seq === seq && s.last < k))) s = this.spans[++this.at];
		return s !== undefined && s.seq === seq && s.first <= k;
	}
}

export class Examination {
	private readonly out: Finding[] = [];
	private readonly index = new Map<string, number>();
	private readonly archives: Archive[] = [];
	private readonly validation: Contents["validation"] = { crt: [], crl: [], ors: [] };
	private readonly newest: number;
	/** What the tag files must be. */
	private readonly must = new Map<string, Bytes>();
	private octets = 0;
	private present = 0;
	private readonly lostItems = new Set<number>();

	constructor(
		private readonly files: Files, private readonly log: Log,
		private readonly math: Arithmetic, private readonly with512: boolean,
	) {
		const meta = files.names.filter((n) => n.startsWith("META-INF/"));
		this.newest = newestToken(meta);
		const known = new Set([...TAG_FILES.map((t) => files.base + t), MANIFEST, SIGNATURE]);
		for (let n = 1; n <= this.newest; n++) known.add(tokenName(n)).add(manifestName(n, this.newest));
		files.names.forEach((name, i) => {
			if (known.has(name)) this.index.set(name, i);
		});
	}

	async run(): Promise<Contents> {
		const signature = this.index.get(SIGNATURE);
		if (signature !== undefined && this.files.size[signature] > MAX_SIGNATURE) {
			throw new Refused("CONTAINER_LIMIT");
		}
		for (let n = 1; n <= this.newest; n++) {
			const i = this.index.get(tokenName(n));
			if (i !== undefined && this.files.size[i] > MAX_TOKEN) throw new Refused("CONTAINER_LIMIT");
		}
		this.withheld();
		for (const name of [...TAG_FILES.map((t) => this.files.base + t), MANIFEST, SIGNATURE]) {
			if (!this.index.has(name)) this.out.push(finding("FILE_MISSING", name));
		}
		const p7s = this.walk();
		const manifest = this.tagFiles();
		this.otherNames();
		this.archiveFiles();
		const sealDigest = manifest === null ? null : hex(manifest);
		const seal = p7s && manifest ? await this.seal(p7s, manifest) : null;
		return {
			findings: this.out, sealDigest, seal, archives: this.archives, validation: this.validation,
			lost: this.lostItems.size, octets: this.octets,
		};
	}

	/** Records claim sizes that no file has: a sum beyond what a report holds counts as that (verify.md §3). */
	private count(octets: number): void {
		this.octets = Math.min(this.octets + octets, Number.MAX_SAFE_INTEGER);
	}

	private withheld(): void {
		const at = withheldMismatch(this.log);
		if (at !== null) this.out.push(finding("WITHHELD_MISMATCH", String(at)));
		this.log.entries.forEach((e, i) => {
			if (e.withheld > 0) this.out.push(finding("WITHHELD", String(i + 1)));
		});
	}

	/** Step 3, one pass in the container's order; returns the seal's signature file. */
	private walk(): Bytes | null {
		const { files } = this;
		const [dataFrom, dataTo] = files.under("data/");
		const lostSpans: Span[] = [];
		this.log.entries.forEach((e, i) => {
			if (e.action === "lost") lostSpans.push(...(this.log.named.get(i + 1) ?? []));
		});
		const lost = new Cursor(lostSpans);
		let p7s: Bytes | null = null;
		let item = 0;
		for (let i = 0; i < files.names.length; i++) {
			const name = files.names[i];
			if (i >= dataFrom && i < dataTo) {
				item = this.payloadFile(i, item, lost);
				continue;
			}
			if (name === SIGNATURE) p7s = files.whole(i);
			else if (!files.wasRead(i)) files.hash(i);
			if (files.crcWrong(i)) this.out.push(finding("CRC_WRONG", name));
		}
		while (item < this.log.items.count) this.absent(item++, lost);
		return p7s;
	}

	/** Deals with the items up to this file, and the file; returns the next item. */
	private payloadFile(i: number, item: number, lost: Cursor): number {
		const { items } = this.log;
		const path = this.files.names[i].slice(this.files.base.length);
		while (item < items.count && items.path(item) < path) this.absent(item++, lost);
		const sha512 = this.files.payload(i, this.with512);
		if (item >= items.count || items.path(item) !== path) {
			this.out.push(finding("FILE_UNACCOUNTED", this.files.names[i]));
			return item;
		}
		const id = items.id(item);
		if (lost.has(items.seq(item), items.k(item))) {
			this.lostItems.add(item);
			this.out.push(finding("LOST", id), finding("LOST_PRESENT", id));
		} else {
			this.present++;
			this.count(items.size(item));
		}
		const fits = items.matches(item, this.files.size[i], this.files.crc[i], this.files.digest(i), sha512);
		if (!fits) this.out.push(finding("ITEM_ALTERED", id));
		items.setState(item, fits ? "unchanged" : "altered");
		if (fits && !this.lostItems.has(item)) this.keepValidation(i, item);
		return item + 1;
	}

	private keepValidation(i: number, item: number): void {
		const { items } = this.log;
		const ext = items.ext(item);
		if (items.role(item) !== "validation" || (ext !== "crt" && ext !== "crl" && ext !== "ors")) return;
		const kept = this.validation[ext];
		if (kept.length < MAX_VALIDATION && this.files.size[i] <= MAX_VALIDATION_SIZE) kept.push(this.files.bytes(i));
	}

	private absent(item: number, lost: Cursor): void {
		const { items } = this.log;
		const isLost = lost.has(items.seq(item), items.k(item));
		if (isLost) {
			this.lostItems.add(item);
			this.out.push(finding("LOST", items.id(item)));
		} else {
			this.present++;
			this.count(items.size(item));
			this.out.push(finding("ITEM_MISSING", items.id(item)));
		}
		items.setState(item, isLost ? "lost" : "missing");
	}

	/** Step 4: what the five files must be, from custody files and content records alone. */
	private tagFiles(): Bytes | null {
		const { files, log } = this;
		const { base } = files;
		const head = log.entries[log.entries.length - 1];
		const bagInfo = `Bagging-Date: ${head.time.slice(0, 10)}\nExternal-Identifier: ${log.caseId}\n` +
			`Custody-Head: ${hex(head.entryDigest)}\nPayload-Oxum: ${this.octets}.${this.present}\n`;
		const { must } = this;
		must.set("bag-info.txt", sha256(ascii(bagInfo)));
		must.set("bagit.txt", sha256(ascii(BAGIT)));
		must.set("manifest-sha256.txt", this.text((line) => {
			this.eachPayload((path, digest) => line(`${hex(digest)}  ${path}\n`));
		}));
		must.set("tagmanifest-sha256.txt", this.text((line) => {
			for (const [path, digest] of this.tagPaths()) line(`${hex(digest)}  ${path}\n`);
		}));
		for (const name of TAG_FILES) {
			const i = this.index.get(base + name);
			if (i !== undefined && !equal(files.digest(i), must.get(name)!)) {
				this.out.push(finding("TAGFILE_ALTERED", base + name));
			}
		}
		const i = this.index.get(MANIFEST);
		if (i === undefined) return null;
		const found = files.digest(i);
		if (!equal(found, this.manifest())) this.out.push(finding("MANIFEST_ALTERED", MANIFEST));
		return found;
	}

	private text(write: (line: (s: string) => void) => void): Bytes {
		const h = new Running();
		let held = "";
		write((s) => {
			held += s;
			if (held.length > 65536) {
				h.add(ascii(held));
				held = "";
			}
		});
		h.add(ascii(held));
		return h.done();
	}

	private eachPayload(eat: (path: string, digest: Bytes) => void): void {
		const { items } = this.log;
		for (let n = 0; n < items.count; n++) {
			if (!this.lostItems.has(n)) eat(items.path(n), items.sha256(n));
		}
	}

	/** Bag paths before and after data/, in bytewise order, with their digests. */
	private *tagPaths(): Generator<[string, Bytes]> {
		const { files, must } = this;
		yield ["bag-info.txt", must.get("bag-info.txt")!];
		yield ["bagit.txt", must.get("bagit.txt")!];
		const [from, to] = files.under("custody/");
		for (let i = from; i < to; i++) yield [files.names[i].slice(files.base.length), files.digest(i)];
		yield ["manifest-sha256.txt", must.get("manifest-sha256.txt")!];
	}

	/** A line for every file under the base folder. */
	private allFiles(eat: (path: string, digest: Bytes) => void): void {
		for (const [path, digest] of this.tagPaths()) {
			if (path === "manifest-sha256.txt") this.eachPayload(eat);
			eat(path, digest);
		}
		eat("tagmanifest-sha256.txt", this.must.get("tagmanifest-sha256.txt")!);
	}

	private manifest(): Bytes {
		const { base } = this.files;
		const last = this.log.entries[this.log.entries.length - 1];
		return this.text((line) => {
			const file = (path: string, digest: Bytes): void => line(reference(base + path, digest));
			line(opening(SIGNATURE, "application/pkcs7-signature"));
			if (last.details.get("scope") === "tags") for (const name of TAG_FILES) file(name, this.must.get(name)!);
			else this.allFiles(file);
			line(CLOSING);
		});
	}

	/** The archive manifests and tokens of timestamp.md §6. */
	private archiveFiles(): void {
		const { files, newest } = this;
		const digest = (name: string): Bytes | null => {
			const i = this.index.get(name);
			return i === undefined ? null : files.digest(i);
		};
		for (let n = 1; n <= newest; n++) {
			const name = manifestName(n, newest);
			const manifest = digest(name);
			if (manifest === null || !this.archiveFits(n, manifest, digest)) this.out.push(finding("ARCHIVE_ALTERED", name));
			const i = this.index.get(tokenName(n));
			if (i === undefined) this.out.push(finding("ARCHIVE_ALTERED", tokenName(n)));
			else if (manifest !== null) this.archives.push({ number: n, token: files.bytes(i), manifest });
		}
	}

	private archiveFits(n: number, manifest: Bytes, digest: (name: string) => Bytes | null): boolean {
		const meta = metaLines(n, this.newest, digest);
		if (meta === null) return false;
		return equal(manifest, this.text((line) => {
			line(opening(tokenName(n), "application/vnd.etsi.timestamp-token"));
			this.allFiles((path, d) => line(reference(this.files.base + path, d)));
			line(meta + CLOSING);
		}));
	}

	/** Step 5. */
	private otherNames(): void {
		const { names, base } = this.files;
		for (let i = 1; i < names.length; i++) {
			const name = names[i];
			if (name.startsWith(base + "custody/") || name.startsWith(base + "data/")) continue;
			if (this.index.has(name)) continue;
			this.out.push(finding("FILE_UNACCOUNTED", name));
		}
	}

	/** Step 6. */
	private async seal(p7s: Bytes, manifest: Bytes): Promise<SignatureResult> {
		const last = this.log.entries[this.log.entries.length - 1];
		const result = await checkSignature(this.math, p7s, {
			content: manifest, certificate: this.log.signers[last.signer].fingerprint,
			time: last.time, seal: true,
		});
		if (result.code !== null) this.out.push(finding(result.code, SIGNATURE));
		return result;
	}
}
