// Every vector through the core: node tests/page/vectors.mjs --vectors DIR. The expected answers
// were derived from docs/ by the generator (tests/vectors), which shares no code with the core.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { option, runCore } from "./core.mjs";

const dir = option("vectors", process.env.EVD_VECTORS ?? "/tmp/vectors");

export function argsOf(row) {
	const args = row.args.map((a) => (a.startsWith("@/") ? join(dir, a.slice(2)) : a));
	return [...args, row.file.startsWith("/") ? row.file : join(dir, row.file)];
}

/** Whether `got` has everything that `want` says. */
function holds(got, want) {
	if (want === null || typeof want !== "object" || Array.isArray(want)) return isDeepStrictEqual(got, want);
	return got !== null && typeof got === "object" && Object.keys(want).every((k) => holds(got[k], want[k]));
}

function wrong(row, want, got) {
	const out = [];
	const loose = { true: ["TOTAL-FAILED", "REFUSED"], any: [got.verdict] }[row.loose] ?? [row.loose];
	if (row.loose) return loose.includes(got.verdict) ? [] : ["verdict"];
	for (const name of ["verdict", "subIndication", "exit", "checks"]) {
		if (!isDeepStrictEqual(got[name], want[name])) out.push(name);
	}
	if (!isDeepStrictEqual(got.findings, want.findings)) out.push("findings");
	for (const [name, value] of Object.entries(row.report ?? {})) {
		if (!holds(got[name], value)) out.push(`report.${name}`);
	}
	return out;
}

async function check(row) {
	const { lines, exit } = await runCore(argsOf(row));
	if (row.verdict === null) {
		return lines.length === 0 && exit === row.exit ? [] : [`exit ${exit}, ${lines.length} lines`];
	}
	if (lines.length !== 1) return [`exit ${exit}, ${lines.length} lines`];
	const got = JSON.parse(lines[0]);
	if (got.exit !== exit) return ["exit code and report differ"];
	const wants = [row, ...(row.or ?? []).map((o) => ({ ...row, ...o }))];
	const faults = wants.map((w) => wrong(row, w, got));
	return faults.some((f) => f.length === 0) ? [] : [...faults[0], JSON.stringify(got)];
}

const { vectors } = JSON.parse(readFileSync(join(dir, "expected.json"), "utf8"));
let passed = 0;
let failed = 0;
for (const row of vectors.filter((v) => !v.mode && !v.env)) {
	let faults;
	try {
		faults = await check(row);
	} catch (e) {
		faults = [e.stack];
	}
	if (faults.length === 0) passed++;
	else {
		failed++;
		console.log(`${row.name}: ${row.what}\n  differs: ${faults.join("\n  ")}`);
		console.log(`  expected: ${row.verdict} ${JSON.stringify(row.findings)} ${JSON.stringify(row.report ?? null)}`);
	}
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
