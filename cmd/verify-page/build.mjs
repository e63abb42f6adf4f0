// Builds dist/verify-page.html (one file) and dist/core-cli.mjs, and prints the page's SHA-256.
// The same source and lock file give the same bytes: nothing of time, place or machine goes in.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "dist");

async function bundle(entry, platform, format, extra = {}) {
	const result = await build({
		absWorkingDir: here, entryPoints: [entry], bundle: true, write: false, platform, format,
		target: "es2022", charset: "utf8", legalComments: "none", minify: platform === "browser",
		logLevel: "warning", ...extra,
	});
	return result.outputFiles[0].text;
}

/** Script text that cannot end its element early. */
function inlined(js) {
	return js.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}

function sourceHash(text) {
	return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** The page's one file. */
async function makePage() {
	const worker = await bundle("src/ui/worker.ts", "browser", "iife");
	const page = await bundle("src/ui/page.ts", "browser", "iife");
	const { version } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
	const style = readFileSync(join(here, "style.css"), "utf8");
	const script = inlined(page);
	// The policy names the one script and the one style by digest: no other can run in the page.
	return readFileSync(join(here, "index.html"), "utf8")
		.replace("%SCRIPT_HASH%", sourceHash(script))
		.replace("%STYLE_HASH%", sourceHash(style))
		.replace("%VERSION%", version)
		.replace("/*STYLE*/", () => style)
		.replace("/*WORKER*/", () => inlined(worker))
		.replace("/*PAGE*/", () => script);
}

mkdirSync(out, { recursive: true });
writeFileSync(join(out, "core-cli.mjs"), await bundle("src/cli.ts", "node", "esm"));
writeFileSync(join(out, "core.mjs"), await bundle("src/core/index.ts", "node", "esm"));
const html = await makePage();
writeFileSync(join(out, "verify-page.html"), html);
const digest = createHash("sha256").update(html).digest("hex");
writeFileSync(join(out, "verify-page.html.sha256"), `${digest}  verify-page.html\n`);
console.log(`${digest}  verify-page.html  (${Buffer.byteLength(html)} bytes)`);
if (process.argv.includes("--twice") && (await makePage()) !== html) {
	console.error("a second build gave other bytes");
	process.exitCode = 1;
}
