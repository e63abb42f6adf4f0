// Both implementations over every vector, byte for byte:
//   node tests/page/agree.mjs --vectors DIR --verify PROGRAM
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { option, runCore } from "./core.mjs";

const dir = option("vectors", process.env.EVD_VECTORS ?? "/tmp/vectors");
const program = option("verify", process.env.EVD_VERIFY ?? "evidence-verify");
const only = option("only", "");

const { vectors } = JSON.parse(readFileSync(join(dir, "expected.json"), "utf8"));
let passed = 0;
let failed = 0;
for (const row of vectors.filter((v) => !v.mode && !v.env && v.name.includes(only))) {
	const args = row.args.map((a) => (a.startsWith("@/") ? join(dir, a.slice(2)) : a));
	args.push(row.file.startsWith("/") ? row.file : join(dir, row.file));
	// Chains are judged as of a time; both must be given the same one.
	if (!args.includes("--at")) args.unshift("--at", "2026-11-22T12:00:00.000Z");
	const one = spawnSync(program, ["--json", ...args], { maxBuffer: 1 << 28 });
	const two = await runCore(args);
	const text = two.lines.map((l) => l + "\n").join("");
	if (one.status === two.exit && one.stdout.toString() === text) passed++;
	else {
		failed++;
		console.log(`${row.name}: ${row.what}\n  program ${one.status} ${one.stdout}${one.stderr}  page    ${two.exit} ${text}${two.complaints}`);
	}
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
