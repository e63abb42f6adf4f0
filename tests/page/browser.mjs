// The page in Chromium, from file:// and with the network cut:
//   node tests/page/browser.mjs --vectors DIR [--shots DIR] [--large]
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { option, page as pageDir, require, runCore } from "./core.mjs";

const { chromium } = require("playwright-core");
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const dir = option("vectors", process.env.EVD_VECTORS ?? "/tmp/vectors");
const shots = option("shots", null);
const AT = "2026-11-22T12:00:00.000Z";
const LANGUAGES = ["en", "sq", "bs", "hr", "mk", "cnr", "sr-Latn", "sr-Cyrl"];
const SAMPLE = Number(option("sample", "200"));

if (shots) mkdirSync(shots, { recursive: true });
const { vectors } = JSON.parse(readFileSync(join(dir, "expected.json"), "utf8"));
const url = pathToFileURL(join(pageDir, "dist/verify-page.html")).href;
let passed = 0;
let failed = 0;

async function test(name, run) {
	if (!name.includes(option("only", ""))) return;
	try {
		await run();
		passed++;
	} catch (e) {
		failed++;
		console.log(`${name}: ${e.stack ?? e}`);
	}
}

function assert(ok, why) {
	if (!ok) throw new Error(why);
}

const browser = await chromium.launch({
	executablePath: option("chromium", process.env.CHROMIUM ?? "/usr/bin/chromium"), args: ["--no-sandbox"],
});

async function open(viewport = { width: 1100, height: 900 }, language = "en") {
	const context = await browser.newContext({ viewport, offline: true, locale: "en-GB", acceptDownloads: true });
	const p = await context.newPage();
	p.asked = [];
	p.complaints = [];
	p.on("request", (q) => { if (!/^(file|blob):/.test(q.url())) p.asked.push(q.url()); });
	p.on("pageerror", (e) => p.complaints.push(String(e)));
	p.on("console", (m) => { if (m.type() === "error") p.complaints.push(m.text()); });
	await p.goto(url);
	if (language !== "en") await p.selectOption("#language", language);
	return p;
}

const file = (a) => (a.startsWith("@/") ? join(dir, a.slice(2)) : a);

/** A folder stands for the files in it. */
const filesOf = (path) => (statSync(path).isDirectory() ? readdirSync(path).sort().map((n) => join(path, n)) : [path]);

/** Puts a vector's arguments into the form, and nothing of the one before it, and its bundle last; waits for the verdict. */
async function verdict(p, args, bundle, timeout = 60_000) {
	if (!(await p.locator("details").getAttribute("open").then((v) => v !== null))) await p.click("summary");
	const given = { at: "", older: [], require: false, all: false };
	const pins = [];
	const trust = [];
	const policies = [];
	for (let i = 0; i < args.length; i++) {
		if (args[i] === "--pin") pins.push(args[++i]);
		else if (args[i] === "--trust") trust.push(...filesOf(file(args[++i])));
		else if (args[i] === "--time-policy") policies.push(args[++i]);
		else if (args[i] === "--at") given.at = args[++i];
		else if (args[i] === "--extends") given.older = [file(args[++i])];
		else if (args[i] === "--require-time") given.require = true;
		else if (args[i] === "--all-digests") given.all = true;
		else throw new Error(`argument ${args[i]}`);
	}
	await p.fill("#pin", pins.join("\n"));
	await p.fill("#policies", policies.join("\n"));
	await p.fill("#at", given.at);
	await p.setChecked("#require", given.require);
	await p.setChecked("#all", given.all);
	await p.setInputFiles("#trust", trust);
	await p.setInputFiles("#older", given.older);
	// the page takes the old verdict away in the event of the choice itself
	await p.setInputFiles("#bundle", bundle);
	await p.waitForSelector("#headline", { timeout });
	await p.waitForFunction(() => document.activeElement?.id === "headline");
}

async function report(p) {
	const [download] = await Promise.all([p.waitForEvent("download"), p.click("button:has-text('JSON')")]);
	return readFileSync(await download.path(), "utf8");
}

function clean(p) {
	assert(p.asked.length === 0, `asked the network: ${p.asked}`);
	assert(p.complaints.length === 0, `complaints: ${p.complaints.join(" | ")}`);
}

async function axe(p) {
	// The page's policy lets no script in but its own; the tester comes in through the debugger.
	const session = await p.context().newCDPSession(p);
	await session.send("Runtime.evaluate", { expression: axeSource });
	const { result } = await session.send("Runtime.evaluate", {
		expression: `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
			.then((r) => JSON.stringify(r.violations.map((v) => [v.id, v.nodes.map((n) => n.html).slice(0, 3)])))`,
		awaitPromise: true, returnByValue: true,
	});
	assert(result.value === "[]", `axe: ${result.value}`);
}

const pick = (name) => vectors.find((v) => v.name === name) ?? vectors.find((v) => v.good);
const argsOf = (row) => (row.args.includes("--at") ? row.args : ["--at", AT, ...row.args]);

// Vectors: the good ones and an even sample of the rest; the report as the core writes it.
const judged = vectors.filter((v) => v.verdict !== null && !v.env && !v.mode && !v.file.startsWith("/"));
const step = Math.max(1, Math.floor(judged.length / SAMPLE));
const sample = judged.filter((v, i) => i % step === 0);
// One open page judges many bundles, one after the other, as a clerk's would.
const ONE_PAGE = 100;
let kept = null;
for (const [i, row] of sample.entries()) {
	await test(`vector ${row.name}`, async () => {
		if (kept !== null && i % ONE_PAGE === 0) {
			await kept.context().close();
			kept = null;
		}
		kept ??= await open();
		const p = kept;
		kept = null; // not used again after a failure
		await verdict(p, argsOf(row), join(dir, row.file));
		const { lines } = await runCore([...argsOf(row).map(file), join(dir, row.file)]);
		assert((await report(p)) === lines[0] + "\n", "report differs from the core's");
		clean(p);
		kept = p;
	});
}
await kept?.context().close();

const REASONS = [
	["good", "good-every-action", []],
	["extract", "good-extract", []],
	["altered", vectors.find((v) => v.findings?.some((f) => f.code === "ITEM_ALTERED"))?.name, []],
	["refused", vectors.find((v) => v.verdict === "REFUSED")?.name, []],
	["proved", "good-stamp", []],
	["timeFailed", vectors.find((v) => v.findings?.some((f) => f.code === "TIMESTAMP_IMPRINT" && f.where.startsWith("META-INF")))?.name, []],
	["timeOpen", vectors.find((v) => v.findings?.some((f) => f.code === "TIMESTAMP_AUTHORITY" && f.where.startsWith("META-INF")))?.name, []],
	["revoked", vectors.find((v) => v.findings?.some((f) => f.code === "SIGNER_REVOKED"))?.name, []],
];

for (const language of LANGUAGES) {
	await test(`language ${language}`, async () => {
		const p = await open(undefined, language);
		await axe(p);
		for (const [name, vector] of REASONS) {
			const row = pick(vector);
			await verdict(p, argsOf(row), join(dir, row.file));
			await p.waitForTimeout(100);
			assert((await p.getAttribute("html", "lang")) === language, "lang");
			const marks = await p.locator(".answers .mark").allTextContents();
			if (name === "refused") assert(marks.join("") === "????", `answers of a refused file: ${marks}`);
			if (name === "altered") assert(marks.join("") === "✖✔✔?", `answers of an altered item: ${marks}`);
			const expected = { proved: "✔✔✔✔", timeFailed: "✔✔✔✖", timeOpen: "✔✔✔?", revoked: "✔✔✖✔" }[name];
			if (expected) assert(marks.join("") === expected, `answers of ${name}: ${marks}`);
			if (name === "proved") assert((await p.locator("#stamps").count()) === 1, "no list of time stamps");
			assert(!/\{[a-z]+\}/.test(await p.textContent("#app")), "a placeholder is left");
			await axe(p);
			if (shots) await p.screenshot({ path: join(shots, `${language}-${name}.png`), fullPage: true });
		}
		// Without a pin nobody is known: the third headline.
		const row = pick("good-every-action");
		await verdict(p, ["--at", AT], join(dir, row.file));
		await axe(p);
		if (shots) await p.screenshot({ path: join(shots, `${language}-who.png`), fullPage: true });
		// An extract is not called whole, whatever else is open.
		const whole = await p.textContent("#headline");
		await verdict(p, ["--at", AT], join(dir, pick(new Map(REASONS).get("extract")).file));
		const part = await p.textContent("#headline");
		assert(/\d.*\d/.test(part) && part !== whole && !/\{/.test(part), `headline of an extract that nobody signed: ${part}`);
		clean(p);
		await p.context().close();
	});
}

await test("narrow window", async () => {
	for (const language of LANGUAGES) {
		const p = await open({ width: 320, height: 640 }, language);
		const row = pick("good-every-action");
		await verdict(p, argsOf(row), join(dir, row.file));
		const wide = await p.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
		assert(wide <= 0, `${language}: ${wide} pixels too wide at 320`);
		if (shots) await p.screenshot({ path: join(shots, `${language}-320.png`), fullPage: true });
		await p.context().close();
	}
});

await test("200 % zoom", async () => {
	const p = await open({ width: 640, height: 512 });
	const row = pick("good-every-action");
	await verdict(p, argsOf(row), join(dir, row.file));
	assert(await p.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), "too wide");
	await p.context().close();
});

await test("keyboard only", async () => {
	const p = await open();
	const seen = [];
	for (let i = 0; i < 20; i++) {
		await p.keyboard.press("Tab");
		const where = await p.evaluate(() => {
			const a = document.activeElement;
			if (a === document.body) return null;
			const s = getComputedStyle(a.classList.contains("hidden") ? a.nextElementSibling : a);
			return [a.id || a.textContent || a.tagName, s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0];
		});
		if (where === null) break;
		assert(where[1], `no visible focus on ${where[0]}`);
		seen.push(where[0]);
		if (where[0].startsWith("More")) await p.keyboard.press("Enter");
	}
	for (const id of ["language", "bundle", "pin", "trust", "at", "older", "policies", "require", "all", "Check"]) {
		assert(seen.includes(id), `${id} was not reached: ${seen}`);
	}
	const row = pick("good-every-action");
	// the listener makes the browser ask us instead of opening a dialog, which it must have heard before the key
	const asked = new Promise((resolve) => p.on("filechooser", resolve));
	await p.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
	await p.focus("#bundle");
	await p.keyboard.press("Enter");
	await (await asked).setFiles(join(dir, row.file));
	await p.waitForFunction(() => document.activeElement?.id === "headline");
	clean(p);
	await p.context().close();
});

await test("wrong input is named, and a change of language keeps what was entered", async () => {
	const p = await open();
	await p.click("summary");
	const row = pick("good-every-action");
	await p.fill("#pin", "12:34");
	await p.setInputFiles("#bundle", join(dir, row.file));
	await p.waitForFunction(() => document.querySelector("[role=status]").textContent.includes("64"));
	await p.fill("#pin", "");
	await p.fill("#at", "yesterday");
	await p.click("button.main");
	await p.waitForFunction(() => document.querySelector("[role=status]").textContent.includes("2026"));
	await p.selectOption("#language", "mk");
	assert((await p.inputValue("#at")) === "yesterday", "the time was lost");
	assert((await p.textContent(".drop .name")).includes(row.file), "the bundle was lost");
	assert((await p.locator("#headline").count()) === 0, "a verdict without a check");
	clean(p);
	await p.context().close();
});

await test("drop", async () => {
	const p = await open();
	const row = pick("good-every-action");
	const bytes = [...readFileSync(join(dir, row.file))];
	const data = await p.evaluateHandle((b) => {
		const d = new DataTransfer();
		d.items.add(new File([new Uint8Array(b)], "dropped.asice"));
		return d;
	}, bytes);
	await p.dispatchEvent(".drop", "drop", { dataTransfer: data });
	await p.waitForSelector("#headline");
	assert((await p.textContent("#headline")).includes("NOT PROVED WHO"), "headline");
	clean(p);
	await p.context().close();
});

await test("one printed page", async () => {
	for (const [name, vector] of REASONS) {
		const p = await open();
		const row = pick(vector);
		await verdict(p, argsOf(row), join(dir, row.file));
		const pdf = await p.pdf({ format: "A4", preferCSSPageSize: true, path: shots ? join(shots, `print-${name}.pdf`) : undefined });
		const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b(?!s)/g).length;
		assert(pages === 1, `${name}: ${pages} pages`);
		await p.context().close();
	}
});

if (process.argv.includes("--large")) {
	await test("4 GiB", async () => {
		const path = option("large-bundle", join(dir, "large.asice"));
		const p = await open();
		const began = Date.now();
		await verdict(p, ["--at", AT], path, 600_000);
		const text = await report(p);
		const got = JSON.parse(text);
		assert(got.checks.fixity === "passed" && got.size > 2 ** 32, text);
		const session = await p.context().newCDPSession(p);
		const { usedSize } = await session.send("Runtime.getHeapUsage");
		console.log(`4 GiB: ${Math.round((Date.now() - began) / 1000)} s, page heap ${Math.round(usedSize / 1e6)} MB, ` +
			`browser ${execFileSync("ps", ["-eo", "rss,comm"]).toString().split("\n").filter((l) => l.includes("chrom")).map((l) => parseInt(l, 10)).reduce((a, b) => Math.max(a, b), 0) >> 10} MiB in its largest process`);
		await p.context().close();
	});
}

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
