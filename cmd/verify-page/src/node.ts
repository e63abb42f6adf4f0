// The core under Node: files, and the command line that the tests share with evidence-verify.

import { closeSync, fstatSync, openSync, readFileSync, readSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { ready } from "./core/hash.ts";
import { isPolicy, parsePem, parsePin } from "./core/identity.ts";
import { exitOf, report } from "./core/report.ts";
import type { Arithmetic } from "./core/sign.ts";
import type { Source } from "./core/source.ts";
import { parseGivenTime } from "./core/time.ts";
import { type Options, type Result, compareExtends, refused, verify } from "./core/verify.ts";

export class FileSource implements Source {
	readonly name: string;
	readonly size: number;
	private readonly fd: number;
	constructor(path: string) {
		this.name = basename(path);
		this.fd = openSync(path, "r");
		this.size = fstatSync(this.fd).size;
	}
	read(at: number, len: number): Uint8Array {
		const b = new Uint8Array(len);
		for (let done = 0; done < len; ) {
			const n = readSync(this.fd, b, done, len - done, at + done);
			if (n === 0) throw new Error("the file has become shorter");
			done += n;
		}
		return b;
	}
	close(): void {
		closeSync(this.fd);
	}
}

/** verify.md §1: 70 and up > 3 > 1 > 2 > 0. */
function rank(exit: number): number {
	return exit > 3 ? exit : [0, 2, 1, 3].indexOf(exit);
}

async function judge(path: string, o: Options): Promise<Result> {
	// A folder or a device has no bytes to judge, and opening one could wait for ever.
	if (!statSync(path).isFile()) return refused(basename(path), "NOT_THIS_FORMAT");
	const source = new FileSource(path);
	try {
		return await verify(source, o);
	} finally {
		source.close();
	}
}

/** An end without a verdict: wrong usage 64, no file 66, own failure 70, unreadable 74. */
export class NoVerdict extends Error {
	constructor(readonly exit: number, why: string) {
		super(why);
	}
}

/** A file of PEM blocks, or a folder of such files in the bytewise order of their names. */
function trustFiles(path: string): string[] {
	if (!statSync(path).isDirectory()) return [path];
	const names = readdirSync(path, { encoding: "buffer" }).filter((n) => n[0] !== 0x2e).sort(Buffer.compare);
	return names.map((n) => join(path, n.toString()));
}

function addTrust(o: Options, path: string): void {
	const files = trustFiles(path);
	if (files.length === 0) usage(`--trust: no file in ${basename(path)}`);
	for (const file of files) {
		const given = parsePem(readFileSync(file, "latin1")) ?? usage(`--trust: ${basename(file)}: a block that is no certificate, list or answer, or none`);
		o.anchors.push(...given.anchors);
		o.lists.push(...given.lists);
		o.answers.push(...given.answers);
	}
}

function usage(why: string): never {
	throw new NoVerdict(64, why);
}

function failure(e: unknown): NoVerdict {
	if (e instanceof NoVerdict) return e;
	const code = (e as { code?: string }).code;
	const exit = code === "ENOENT" || code === "ENOTDIR" ? 66 : code === undefined ? 70 : 74;
	return new NoVerdict(exit, (e as Error).message);
}

/** What evidence-verify --json prints, line by line; returns the exit code. */
export async function run(
	args: string[], print: (line: string) => void, complain: (why: string) => void, math?: Arithmetic,
): Promise<number> {
	try {
		await ready();
		return await runAll(args, print, complain, math);
	} catch (e) {
		const f = failure(e);
		complain(f.message);
		return f.exit;
	}
}

export interface Call {
	options: Options;
	/** As given; null for now. */
	at: number | null;
	older: string | null;
	paths: string[];
}

/** The options of evidence-verify that bear on a report; throws NoVerdict for wrong usage. */
export function parseArgs(args: string[]): Call {
	const o: Options = { pins: [], anchors: [], lists: [], answers: [], policies: [], at: Date.now(), allDigests: false, requireTime: false };
	const call: Call = { options: o, at: null, older: null, paths: [] };
	for (let i = 0; i < args.length; i++) {
		const value = (): string => args[++i] ?? usage(`${args[i - 1]} wants a value`);
		switch (args[i]) {
			case "--json": break;
			case "--all-digests": o.allDigests = true; break;
			case "--require-time": o.requireTime = true; break;
			case "--pin": o.pins.push(parsePin(value()) ?? usage("--pin wants 64 hex digits")); break;
			case "--trust": addTrust(o, value()); break;
			case "--time-policy": {
				const policy = value();
				if (!isPolicy(policy)) usage("--time-policy wants an OID, 1.2.3");
				o.policies.push(policy);
				break;
			}
			case "--at":
				call.at = o.at = parseGivenTime(value()) ?? usage("--at wants 2026-11-22 or 2026-11-22T03:04:05Z");
				break;
			case "--extends": call.older = value(); break;
			default:
				if (args[i].startsWith("--")) usage(`unknown option ${args[i]}`);
				call.paths.push(args[i]);
		}
	}
	return call;
}

async function runAll(
	args: string[], print: (line: string) => void, complain: (why: string) => void, math?: Arithmetic,
): Promise<number> {
	const { options, at, older, paths } = parseArgs(args);
	const o = { ...options, math };
	if (paths.length === 0) usage("which bundle?");
	let worst = 0;
	for (const path of paths) {
		let exit: number;
		try {
			const r = await judge(path, o);
			const e = older === null ? null : compareExtends(r, await judge(older, o));
			print(report(r, { at, extends: e }));
			exit = exitOf(r, e);
		} catch (e) {
			const f = failure(e);
			complain(`${basename(path)}: ${f.message}`);
			exit = f.exit;
		}
		if (rank(exit) > rank(worst)) worst = exit;
	}
	return worst;
}
