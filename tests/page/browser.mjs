// The page in Chromium, from file:// and with the network cut:
//   node tests/page/browser.mjs --vectors DIR [--shots DIR] [--large]
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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
const html = join(pageDir, "dist/verify-page.html");
const url = pathToFileURL(html).href;
const scratch = mkdtempSync(join(tmpdir(), "evd-page-"));
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

async function open(viewport = { width: 1100, height: 900 }, language = "en", at = url, more = {}) {
	const context = await browser.newContext({ viewport, offline: true, locale: "en-GB", acceptDownloads: true, ...more });
	const p = await context.newPage();
	p.asked = [];
	p.complaints = [];
	p.on("request", (q) => { if (!/^(file|blob):/.test(q.url())) p.asked.push(q.url()); });
	p.on("pageerror", (e) => p.complaints.push(String(e)));
	p.on("console", (m) => { if (m.type() === "error") p.complaints.push(m.text()); });
	await p.goto(at);
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

/** The page with one part of its text another, as a browser that lacks something would see it. */
function twisted(name, from, to) {
	const text = readFileSync(html, "utf8");
	assert(text.includes(from), `${from} is not in the page`);
	const path = join(scratch, `${name}.html`);
	writeFileSync(path, text.replace(from, () => to));
	return pathToFileURL(path).href;
}

/** Waits until the status line says this, and sees that nothing looks like a verdict. */
async function says(p, words) {
	await p.waitForFunction((w) => document.querySelector("[role=status]").textContent.includes(w), words);
	assert((await p.locator("#headline").count()) === 0, `a verdict beside "${words}"`);
}

async function drop(p, ...files) {
	const named = files.map((f) => [f, [...readFileSync(join(dir, f))]]);
	const data = await p.evaluateHandle((given) => {
		const d = new DataTransfer();
		for (const [name, b] of given) d.items.add(new File([new Uint8Array(b)], name));
		return d;
	}, named);
	await p.dispatchEvent(".drop", "drop", { dataTransfer: data });
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
	["unlisted", vectors.find((v) => v.findings?.some((f) => f.code === "FILE_UNACCOUNTED" && f.where.includes("/data/")))?.name, []],
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
			const expected = { proved: "✔✔✔✔", timeFailed: "✔✔✔✖", timeOpen: "✔✔✔?", revoked: "✔✔✖✔", unlisted: "✖✖✔?" }[name];
			if (expected) assert(marks.join("") === expected, `answers of ${name}: ${marks}`);
			if (name === "revoked") {
				const kinds = await p.locator("section[aria-labelledby=findings] td:first-child .mark").allTextContents();
				assert(kinds.join("") === "✖•", `kinds of findings, one a note of what is not known: ${kinds}`);
				assert(/\p{L} 1$/u.test(await p.locator("section[aria-labelledby=findings] td:nth-child(3)").first().innerText()), "an entry's number alone");
			}
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
	await drop(p, row.file);
	await p.waitForSelector("#headline");
	assert((await p.textContent("#headline")).includes("NOT PROVED WHO"), "headline");
	clean(p);
	await p.context().close();
});

await test("several files that come at once: none is checked", async () => {
	const p = await open();
	const [row, other] = [pick("good-every-action"), pick("good-extract")];
	await drop(p, row.file);
	await p.waitForSelector("#headline");
	await drop(p, row.file, other.file);
	await says(p, "none was checked");
	assert((await p.textContent(".drop .name")) === "No file chosen", "a name of several");
	clean(p);
	await p.context().close();
});

await test("no verdict stands beside a bundle that was not checked", async () => {
	const p = await open();
	const [row, other] = [pick("good-every-action"), pick("good-extract")];
	await verdict(p, argsOf(row), join(dir, row.file));
	await p.fill("#pin", "12:34");
	await p.setInputFiles("#bundle", join(dir, other.file));
	await says(p, "64");
	assert((await p.textContent(".drop .name")).includes(other.file), "the bundle was lost");
	assert((await p.evaluate(() => document.activeElement.id)) === "bundle", "the focus was lost");
	await p.selectOption("#language", "hr");
	await says(p, "točno 64"); // what was said is said in the language chosen
	await p.context().close();
});

await test("a file that changes after it was chosen, and a trust file that cannot be read: no verdict, and why", async () => {
	const row = pick("good-every-action");
	const path = join(scratch, "changing");
	const bundle = await open();
	copyFileSync(join(dir, row.file), path);
	await verdict(bundle, argsOf(row), path);
	utimesSync(path, 1, 1);
	await bundle.click("button.main");
	await says(bundle, "could not finish the check");
	await bundle.context().close();
	const trust = await open();
	await trust.click("summary");
	await trust.setInputFiles("#trust", path);
	rmSync(path);
	await trust.setInputFiles("#bundle", join(dir, row.file));
	await says(trust, "could not finish the check");
	await trust.context().close();
});

await test("what a verdict was given is what was asked for, though the form has changed since", async () => {
	const p = await open();
	const row = pick("good-every-action");
	await p.click("summary");
	await p.fill("#pin", row.args[row.args.indexOf("--pin") + 1]);
	await p.evaluate(() => {
		// in the same turn, so that no verdict can come between
		const pin = document.getElementById("pin");
		document.getElementById("bundle").addEventListener("change", () => {
			pin.value = "";
			document.getElementById("pin").value = "";
			document.getElementById("pin").dispatchEvent(new Event("input"));
		});
	});
	await p.setInputFiles("#bundle", join(dir, row.file));
	await p.waitForSelector("#headline");
	assert((await p.textContent("main")).includes("Pins: 1."), "another number of pins");
	await p.context().close();
});

await test("a browser that lacks something is told so, and nothing looks checked", async () => {
	const tooOld = [
		["without JavaScript", url, { javaScriptEnabled: false }],
		["that cannot run the script", twisted("old", "<script>", "<script>("), {}],
	];
	for (const [what, at, more] of tooOld) {
		const p = await open(undefined, "en", at, more);
		const said = await p.innerText("body");
		assert(said.includes("Nothing was checked") && said.includes("Ништа није проверено"), `a browser ${what} shows: ${said}`);
		await p.context().close();
	}
	const row = pick("good-every-action");
	for (const lack of ["crypto", "WebAssembly"]) {
		const worker = "<script type=\"text/plain\" id=\"worker\">";
		const p = await open(undefined, "en", twisted(lack, worker, `${worker}Object.defineProperty(self, "${lack}", { value: undefined });`));
		await p.setInputFiles("#bundle", join(dir, row.file));
		await says(p, "Nothing was checked");
		await p.context().close();
	}
});

await test("one printed page", async () => {
	for (const language of LANGUAGES) {
		for (const [name, vector] of REASONS) {
			const p = await open(undefined, language);
			const row = pick(vector);
			await verdict(p, argsOf(row), join(dir, row.file));
			const pdf = await p.pdf({ format: "A4", preferCSSPageSize: true, path: shots ? join(shots, `print-${language}-${name}.pdf`) : undefined });
			const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b(?!s)/g).length;
			assert(pages === 1, `${language} ${name}: ${pages} pages`);
			await p.context().close();
		}
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
rmSync(scratch, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
