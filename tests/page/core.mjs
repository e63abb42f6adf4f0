// The built core and where things are, for the tests of this folder.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "../..");
export const page = join(root, "cmd/verify-page");
export const require = createRequire(join(page, "package.json"));

if (!existsSync(join(page, "dist/core.mjs"))) {
	execFileSync(process.execPath, [join(page, "build.mjs")], { stdio: "inherit" });
}
export const core = await import(pathToFileURL(join(page, "dist/core.mjs")));

/** Runs the core as evidence-verify --json would be run: lines, exit, what it complained of. */
export async function runCore(args, math) {
	const lines = [];
	const complaints = [];
	const exit = await core.node.run(args, (l) => lines.push(l), (w) => complaints.push(w), math);
	return { lines, exit, complaints };
}

/** The value of --name, or the fallback. */
export function option(name, fallback) {
	const i = process.argv.indexOf(`--${name}`);
	return i < 0 ? fallback : process.argv[i + 1];
}
