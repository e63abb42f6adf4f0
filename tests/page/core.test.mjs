// The core's parts against known answers of standards and of other programs.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { core, page, require, root, runCore } from "./core.mjs";

const { bytes, hash, json, merkle, printable, time, der, identity, ui } = core;
const text = (s) => new TextEncoder().encode(s);
before(() => hash.ready());

test("SHA-256 of FIPS 180-4's examples, in pieces too", () => {
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	assert.equal(bytes.hex(hash.sha256(text("abc"))), abc);
	assert.equal(bytes.hex(hash.sha256(text("a"), text("bc"))), abc);
	const r = new hash.Running();
	r.add(text("ab"));
	r.add(text("c"));
	assert.equal(bytes.hex(r.done()), abc);
});

test("CRC-32 check value of ISO-HDLC", () => {
	assert.equal(hash.crc32(text("123456789")), 0xcbf43926);
});

test("Merkle tree: RFC 9162 over the leaves of RFC 6962's test vectors", () => {
	// Leaves and roots as Certificate Transparency's reference tests give them.
	const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
	const roots = [
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	];
	for (let n = 1; n <= leaves.length; n++) {
		const tree = new merkle.Tree();
		for (const l of leaves.slice(0, n)) tree.push(1, merkle.leafHash(bytes.fromHex(l)));
		assert.equal(bytes.hex(tree.root()), roots[n - 1]);
	}
});

test("a withheld run's subtrees, counted by hand", () => {
	assert.deepEqual(merkle.aligned(0, 7), [4, 2, 1]);
	assert.deepEqual(merkle.aligned(1, 7), [1, 2, 2, 1]);
	assert.deepEqual(merkle.aligned(5, 6), [1]);
	assert.deepEqual(merkle.aligned(2, 12), [2, 4, 4]);
});

test("JSON: the one form, and nothing else", () => {
	const good = ['{}', '{"a":1,"b":[]}', '{"a":"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\\"\\\\/é😀"}', '{"A":null,"a":true,"b":false}', '{"a":9007199254740991}'];
	for (const g of good) assert.notEqual(json.parseObject(text(g)), null, g);
	const bad = ['', '[]', '1', '{} ', ' {}', '{"a": 1}', '{"b":1,"a":1}', '{"a":1,"a":2}', '{"a":01}', '{"a":-1}', '{"a":-0}', '{"a":1.0}', '{"a":1e3}',
		'{"a":9007199254740992}', '{"a":"\\u0008"}', '{"a":"\\u001F"}', '{"a":"\\/"}', '{"a":"\\u0041"}', '{"a":"\\ud83d\\ude00"}', '{"a":"\n"}', '{"a":1,}', '{"é":1}',
		'{"":1}', `{"${"a".repeat(65)}":1}`, '{"a":tru}', '{"a":[1,]}', '{"a"}', '{"a":1}{"a":1}', '\ufeff{}'];
	for (const b of bad) assert.equal(json.parseObject(text(b)), null, b);
	assert.equal(json.parseObject(Uint8Array.of(0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d)), null);
	assert.equal(json.parseObject(Uint8Array.of(0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d)), null);
	const nest = (n) => text(`{"a":${"[".repeat(n)}${"]".repeat(n)}}`);
	assert.notEqual(json.parseObject(nest(31)), null);
	assert.equal(json.parseObject(nest(32)), null);
});

test("base64url: RFC 4648 §10's vectors without padding, unused bits zero", () => {
	for (const [plain, code] of [["", ""], ["f", "Zg"], ["fo", "Zm8"], ["foo", "Zm9v"], ["foob", "Zm9vYg"], ["fooba", "Zm9vYmE"], ["foobar", "Zm9vYmFy"]]) {
		assert.deepEqual(Buffer.from(bytes.fromBase64url(code)).toString(), plain);
		assert.equal(bytes.base64(text(plain)), Buffer.from(plain).toString("base64"));
	}
	for (const bad of ["Zh", "Zm9=", "Zg==", "A", "Zm+v", "Zm/v", "Z g"]) assert.equal(bytes.fromBase64url(bad), null, bad);
});

test("times: those that exist", () => {
	assert.equal(time.parseTime("2026-11-22T03:04:05.678Z"), Date.UTC(2026, 10, 22, 3, 4, 5, 678));
	assert.notEqual(time.parseTime("2028-02-29T00:00:00.000Z"), null);
	for (const bad of ["2026-02-29T00:00:00.000Z", "2026-13-01T00:00:00.000Z", "2026-00-01T00:00:00.000Z", "2026-01-00T00:00:00.000Z", "2026-01-01T24:00:00.000Z",
		"2026-01-01T00:60:00.000Z", "2026-06-30T23:59:60.000Z", "1969-12-31T23:59:59.999Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.00Z", "2026-01-01 00:00:00.000Z"]) {
		assert.equal(time.parseTime(bad), null, bad);
	}
	assert.equal(time.parseGivenTime("2026-11-22"), Date.UTC(2026, 10, 22));
	assert.equal(time.parseGivenTime("2026-11-22T10:00:00Z"), Date.UTC(2026, 10, 22, 10));
	assert.equal(time.parseGivenTime("22.11.2026"), null);
});

test("printable text: what verify.md §7 hides", () => {
	assert.equal(printable.printable("Ana Čović 😀"), "Ana Čović 😀");
	assert.equal(printable.printable("a\u202eb\u0000\u{e0001}\ufffe\ufeff"), "a<U+202E>b<U+0000><U+E0001><U+FFFE><U+FEFF>");
	assert.equal(printable.printable("\u{1bca0}\u{1d173}\u{1d17a}\u{1bc9f}\u{1d17b}"), "<U+1BCA0><U+1D173><U+1D17A>\u{1bc9f}\u{1d17b}");
	assert.equal(printable.printableBytes(Uint8Array.of(0x61, 0xc3, 0x28, 0xff, 0xed, 0xa0, 0x80)), "a<0xC3>(<0xFF><0xED><0xA0><0x80>");
	assert.equal(printable.printable("x".repeat(200)), "x".repeat(200));
	assert.equal(printable.printable("\u0001".repeat(201)), "<U+0001>".repeat(200) + "…");
});

test("DER: short forms only", () => {
	const el = (...b) => der.element(Uint8Array.from(b), 0);
	assert.equal(el(4, 1, 7).body[0], 7);
	for (const bad of [[4], [4, 2, 7], [4, 0x80, 0, 0], [4, 0x81, 1, 7], [4, 0x82, 0, 0x80], [0x1f, 1, 0], [4, 0x85, 0, 0, 0, 0, 1, 7]]) {
		assert.throws(() => el(...bad), der.NotDer);
	}
	assert.equal(bytes.hex(der.oid("1.2.840.113549.1.7.2")), "06092a864886f70d010702");
	assert.throws(() => der.unsigned(Uint8Array.of(0, 1)), der.NotDer);
	assert.throws(() => der.unsigned(Uint8Array.of(0x80)), der.NotDer);
});

test("fingerprints as people write them", () => {
	const f = createHash("sha256").update("x").digest("hex");
	assert.equal(identity.parsePin(f.toUpperCase().replace(/(..)/g, "$1:").slice(0, -1)), f);
	assert.equal(identity.parsePin(f.replace(/(.{4})/g, "$1 ")), f);
	assert.equal(identity.parsePin(f.slice(1)), null);
	assert.equal(identity.parsePin("g" + f.slice(1)), null);
	assert.equal(identity.parsePem("nothing"), null);
});

test("Serbian Cyrillic: digraphs, letters that only meet, names that stay", () => {
	const { cyrillic } = ui;
	assert.equal(cyrillic("Ljubav, njega, džep"), "Љубав, њега, џеп");
	assert.equal(cyrillic("POTVRĐENJE, LJUDI, DŽEP"), "ПОТВРЂЕЊЕ, ЉУДИ, ЏЕП");
	assert.equal(cyrillic("nadživeti, injekcija, konjunktura"), "надживети, инјекција, конјунктура");
	assert.equal(cyrillic("SHA-256, {done} od {size} (PEM, JSON, UTC)"), "SHA-256, {done} од {size} (PEM, JSON, UTC)");
	assert.equal(cyrillic("čćšžđ ČĆŠŽĐ"), "чћшжђ ЧЋШЖЂ");
});

const locales = join(page, "src/ui/locales");
const tables = Object.fromEntries(readdirSync(locales).map((f) => [f.slice(0, -5), JSON.parse(readFileSync(join(locales, f), "utf8"))]));

test("every language says everything, with the same places to fill", () => {
	const places = (s) => (s.match(/\{[a-z]+\}/g) ?? []).sort().join();
	assert.equal(Object.keys(tables).length, 7);
	for (const [language, t] of Object.entries(tables)) {
		assert.deepEqual(Object.keys(t).sort(), Object.keys(tables.en).sort(), language);
		for (const [key, s] of Object.entries(t)) {
			assert.equal(places(s), places(tables.en[key]), `${language} ${key}`);
			assert.ok(s !== "" || key === "draft", `${language} ${key} is empty`);
		}
		assert.equal(t.months.split(" ").length, 12, language);
	}
	for (const code of Object.keys(core.findings.KINDS)) assert.ok(code in tables.en, code);
	for (const action of Object.keys(core.entry.ACTIONS)) assert.ok(`action.${action}` in tables.en, action);
});

test("a signer that was revoked is not called an alteration", async () => {
	const built = require("esbuild").buildSync({ entryPoints: [join(page, "src/ui/result.ts")], bundle: true, write: false, format: "esm" });
	const { headline } = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString("base64")}`);
	const failed = (...names) => headline({ verdict: "TOTAL-FAILED", checks: Object.fromEntries(["custody", "fixity", "identity", "time"].map((n) => [n, names.includes(n) ? "failed" : "passed"])) });
	assert.equal(failed("identity"), "failedWho");
	assert.equal(failed("identity", "time"), "failed");
	assert.equal(failed("fixity"), "failed");
});

test("no language claims what a check cannot tell, or blames", () => {
	// The limits say what is not proved, and there the words may stand.
	const words = /authentic|genuine|\btrue\b|admissib|certified|tamper|forge|manipul|100 ?%|autenti|vjerodostoj|verodostoj|автенти|falsif|фалсиф|i vërtetë|вистинит|istinit/i;
	for (const [language, t] of Object.entries(tables)) {
		for (const [key, s] of Object.entries(t)) {
			if (!key.startsWith("limit")) assert.ok(!words.test(s), `${language} ${key}: ${s}`);
		}
	}
});

/** Every text in a language: the page's, the verifier's, and what evidence says. */
function spoken(language) {
	const quoted = (text, lines) => [...text.matchAll(lines)].map((m) => m[1].replace(/\\n|%[-0-9.*<>A-Za-z]*/g, " "));
	const po = { "sr-Latn": "sr@latin", "sr-Cyrl": "sr" }[language] ?? language;
	const table = tables[language] ?? Object.fromEntries(Object.entries(tables["sr-Latn"]).map(([k, v]) => [k, ui.cyrillic(v)]));
	return [
		...Object.values(table),
		...quoted(readFileSync(join(root, `libevidence/report/lang_${language}.def`), "utf8"), /^EVD_\w+\(\w+, "(.*)"\)$/gm),
		...quoted(readFileSync(join(root, `cmd/po/${po}.po`), "utf8"), /^(?:msgstr )?"(.*)"$/gm),
	];
}

// Stems that stand in the neighbour's language where this one has another; some were found here by reading.
const EKAVIAN = /(?<!\p{L})(prover|uneli|uneto|upotrebi|(vreme|mest[ou]|ovde|gde|cel[aeo]|deo|posle|pre|primer|obe)(?!\p{L})|izmen|promen|zabelež|belešk|sled|ocen|zahtev|pover|izvešt|reči|veštak|namern)/iu;
const NEIGHBOURS = {
	bs: EKAVIAN,
	cnr: new RegExp(`${EKAVIAN.source}|(?<!\\p{L})(nisu|niste|nisam|fajl)`, "iu"),
	hr: new RegExp(`${EKAVIAN.source}|(?<!\\p{L})((ko|šta|ponovo|spisak|zbir|prihvata)(?!\\p{L})|tačn|računar|uslov|primala?c|pošiljala?c|ispravka|fajl|sertifik|štampa)`, "iu"),
	"sr-Latn": /(?<!\p{L})(provjer|unije|vrijeme|mjest|ovdje|gdje|cijel|dijel|zabiljež|bilješ|slijed|sljed|poslije|prije(?!m)|ocij|zahtij|povjer|izvješ|riječ|vješt|namjer|nije?su|certifik)/iu,
};

test("no word mixes scripts, and none is the neighbour's", () => {
	for (const language of ["sq", "bs", "hr", "mk", "cnr", "sr-Latn", "sr-Cyrl"]) {
		const texts = spoken(language);
		assert.ok(texts.length > 400, `${language}: ${texts.length} texts`);
		for (const s of texts) {
			for (const [word] of s.matchAll(/\p{L}+/gu)) {
				assert.ok(!/\p{Script=Latin}/u.test(word) || !/\p{Script=Cyrillic}/u.test(word), `${language}: ${word}`);
			}
			assert.equal(s.normalize("NFC"), s, language);
			assert.equal(NEIGHBOURS[language]?.exec(s)?.[0], undefined, `${language}: ${s}`);
		}
	}
});

test("what the platform cannot compute is no finding about a signature", async () => {
	const { cms, ring } = await import("./maker.mjs");
	const key = ring()[3]; // no other test uses it: what was imported is kept
	const content = text("{}");
	const time = "2026-11-22T12:00:00.000Z";
	const file = cms(key, content, time);
	const check = () => core.sign.checkSignature(core.sign.webCrypto, file, { content: hash.sha256(content), certificate: key.id, time, seal: false });
	const whole = Object.getOwnPropertyDescriptor(globalThis, "crypto");
	const none = async () => {
		throw new DOMException("no such curve", "NotSupportedError");
	};
	try {
		// no secure context; no such curve
		for (const subtle of [undefined, { importKey: none }]) {
			Object.defineProperty(globalThis, "crypto", { configurable: true, value: { subtle } });
			await assert.rejects(check, /WebCrypto cannot check P-/);
		}
	} finally {
		Object.defineProperty(globalThis, "crypto", whole);
	}
});

test("the page's policy lets nothing out, and names its own script and style", () => {
	const html = readFileSync(join(page, "dist/verify-page.html"), "utf8");
	const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)[1];
	assert.ok(policy.startsWith("default-src 'none';"));
	assert.ok(!/unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|https?:|\*|connect-src|img-src/.test(policy), policy);
	const digest = (s) => `'sha256-${createHash("sha256").update(s).digest("base64")}'`;
	assert.ok(policy.includes(digest(/<script>([\s\S]*)<\/script>/.exec(html)[1])));
	assert.ok(policy.includes(digest(/<style>([\s\S]*)<\/style>/.exec(html)[1])));
	assert.ok(!/<(img|iframe|object|embed|video|audio|link)\b/i.test(html));
});

test("one of the first three signed attributes of another tag is a fault of structure, before the certificate is looked at (found by the fuzzer)", async () => {
	const { cms, ring } = await import("./maker.mjs");
	const [key] = ring();
	const content = text("{}");
	const time = "2026-11-22T12:00:00.000Z";
	const say = async (attributes) => (await core.sign.checkSignature(core.sign.webCrypto, cms(key, content, time, { attributes }), {
		content: hash.sha256(content), certificate: "0".repeat(64), time, seal: false,
	})).code;
	assert.equal(await say((b) => b), "SIGNER_MISMATCH");
	for (const at of [0, 26, 56]) {
		assert.equal(await say((b) => {
			const twisted = Buffer.from(b);
			assert.equal(twisted[at], 0x30, String(at));
			twisted[at] = 0x34;
			return twisted;
		}), "SIGNATURE_FORM", String(at));
	}
});

/** A certificate, key, token and list made by openssl, in a folder of their own. */
function madeByOpenssl() {
	const dir = mkdtempSync(join(tmpdir(), "evd-page-"));
	const at = (name) => join(dir, name);
	const run = (...args) => {
		const p = spawnSync("openssl", args, { cwd: dir });
		assert.equal(p.status, 0, `openssl ${args[0]}: ${p.stderr}`);
		return p.stdout.toString();
	};
	writeFileSync(at("c.cnf"), `[req]\ndistinguished_name=dn\n[dn]\n[root]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash
[tsa]\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash
[ts]\ndir=.\nserial=serial\nsigner_cert=tsa.pem\nsigner_key=tsa.key\ndefault_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1,millisecs:500,microsecs:100\nsigner_digest=sha256
[ca]\ndatabase=index\ncertificate=root.pem\nprivate_key=root.key\ndefault_md=sha256\ndefault_crl_days=30\ncrl_extensions=none\n[none]\nauthorityKeyIdentifier=keyid\n`);
	writeFileSync(at("index"), "V\t991231235959Z\t\t0A\tunknown\t/CN=a\nR\t991231235959Z\t261101000000Z,keyCompromise\t0B\tunknown\t/CN=b\n");
	writeFileSync(at("serial"), "4D\n");
	writeFileSync(at("data"), "value");
	const key = (name) => ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", `${name}.key`, "-config", "c.cnf"];
	run("req", "-x509", ...key("root"), "-subj", "/CN=Root", "-days", "3650", "-extensions", "root", "-out", "root.pem");
	run("req", "-new", ...key("tsa"), "-subj", "/CN=Time", "-out", "tsa.csr");
	run("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "3650", "-extfile", "c.cnf", "-extensions", "tsa", "-out", "tsa.pem");
	run("ts", "-query", "-data", "data", "-sha256", "-cert", "-no_nonce", "-out", "q.tsq");
	run("ts", "-reply", "-config", "c.cnf", "-section", "ts", "-queryfile", "q.tsq", "-token_out", "-out", "t.tst");
	run("ca", "-config", "c.cnf", "-name", "ca", "-gencrl", "-out", "crl.pem");
	return { dir, run, read: (name) => readFileSync(at(name)), text: (name) => readFileSync(at(name), "latin1") };
}

test("a token, a list and a path made by openssl", async () => {
	const o = madeByOpenssl();
	try {
		const file = new Uint8Array(o.read("t.tst"));
		const t = core.token.parseToken(file);
		const said = o.run("ts", "-reply", "-in", "t.tst", "-token_in", "-token_out", "-text");
		assert.equal(t.info.policy, "1.2.3.4.1");
		assert.equal(t.info.accuracy, 1501); // 1 s, 500 ms, 100 µs, rounded up
		assert.equal(t.info.genTime, Date.parse(/Time stamp: (.*)/.exec(said)[1]));
		assert.equal(BigInt(`0x${t.info.serial}`), BigInt(/Serial number: (0x[0-9A-F]+)/.exec(said)[1]));
		assert.deepEqual(t.info.imprint, hash.sha256(text("value")));
		const inside = (name) => new Uint8Array(Buffer.from(o.text(name).replace(/-----[^-]*-----/g, ""), "base64"));
		const root = core.cert.parseCertificate(inside("root.pem"));
		const list = core.crl.parseCrl(inside("crl.pem"));
		assert.equal(list.version, 2);
		assert.deepEqual([...list.revoked], [["02010b", [{ date: Date.UTC(2026, 10, 1), reason: 1, unclear: false }]]]);
		// as editors of other systems save it, and two such files in one
		const mark = "\u00ef\u00bb\u00bf";
		const marked = identity.parsePem(mark + o.text("crl.pem") + mark + o.text("root.pem"));
		assert.deepEqual([marked.lists.length, marked.anchors.length], [1, 1]);
		const now = t.info.genTime;
		const hand = { certificates: [root], anchors: [root], lists: [list], answers: [], listsGiven: true, now };
		const paths = new core.path.Paths(core.sign.webCrypto, hand);
		const found = await paths.find(t.authority, "stamp", now);
		assert.deepEqual(found.path?.map((c) => c.fingerprint), [t.authority.fingerprint, root.fingerprint]);
		// years later it has ended
		assert.equal((await paths.find(t.authority, "stamp", now + 20 * 365 * 86400000)).fault, "OUT_OF_BOUNDS_NO_POE");
		// an answer of the root's own responder, by openssl ocsp, as it came and in PEM
		for (const digest of ["-sha1", "-sha256"]) {
			o.run("ocsp", "-index", "index", "-CA", "root.pem", "-rsigner", "root.pem", "-rkey", "root.key", "-issuer", "root.pem", digest, "-serial", "0x0A", "-serial", "0x0B", "-serial", "0x0C", "-ndays", "2", "-respout", "a.ors");
			const answer = identity.parsePem(o.text("a.ors")).answers[0];
			assert.deepEqual(answer.singles.map((s) => [s.serial, s.status, s.date, s.reason]),
				[["02010a", "good", 0, null], ["02010b", "revoked", Date.UTC(2026, 10, 1), 1], ["02010c", "unknown", 0, null]]);
			const at = answer.producedAt;
			const answering = new core.path.Paths(core.sign.webCrypto, { ...hand, now: at });
			assert.ok(await answering.answersFor(answer, root));
			assert.ok(!(await answering.answersFor(answer, t.authority)));
			for (let i = 0; i < 300; i += 7) assert.equal(core.ocsp.parseAnswer(new Uint8Array(o.read("a.ors")).subarray(0, i)), null);
		}
		const alone = new core.path.Paths(core.sign.webCrypto, { ...hand, certificates: [], anchors: [] });
		assert.equal((await alone.find(t.authority, "stamp", now)).fault, "NO_CERTIFICATE_CHAIN_FOUND");
		for (let i = 0; i < file.length; i += 7) assert.equal(core.token.parseToken(file.subarray(0, i)), null);
		assert.equal(core.token.parseToken(bytes.concat(file, Uint8Array.of(0))), null);
	} finally {
		rmSync(o.dir, { recursive: true });
	}
});

test("trust files: blocks of three labels, and nothing else", () => {
	const block = (label, body) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
	for (const bad of ["", "text\n", block("PRIVATE KEY", "MAA="), block("CERTIFICATE", "MAA="), block("X509 CRL", "MAA="), block("OCSP RESPONSE", "MAA="), "0\0", block("CERTIFICATE", "!"), "-----BEGIN CERTIFICATE-----\nMAA=\n"]) {
		assert.equal(identity.parsePem(bad), null, bad);
	}
	for (const good of ["1.2.3", "0.0", "2.999", "2.25.329800735698586629295641978511506172918"]) assert.ok(identity.isPolicy(good), good);
	for (const bad of ["", "1", "1.40", "3.1", "1.2.", ".1.2", "1.02", "1.2.a", "1..2"]) assert.ok(!identity.isPolicy(bad), bad);
});

test("a folder of trust files: names that begin with a dot are none", async () => {
	const dir = mkdtempSync(join(tmpdir(), "trust-"));
	writeFileSync(join(dir, ".hidden"), "text");
	const { exit, complaints } = await runCore(["--trust", dir, join(dir, "absent")]);
	assert.equal(exit, 64);
	assert.match(complaints.join(), /no file in/);
	rmSync(dir, { recursive: true });
});

test("names within subtrees (RFC 5280 §4.2.1.10): RDNs begin the name; case and blanks of text do not matter", () => {
	const name = (...pairs) => der.write(0x30, ...pairs.map(([id, tag, v]) => der.write(0x31, der.write(0x30, der.oid(id), der.write(tag, text(v))))));
	const O = "2.5.4.10";
	const CN = "2.5.4.3";
	const constraints = (tag, n) => der.write(0x30, der.write(tag, der.write(0x30, der.write(0xa4, n))));
	const issuer = (value) => ({ extensions: [{ id: bytes.hex(der.oid("2.5.29.30")), critical: true, value }] });
	const subject = { subject: name([O, 0x0c, "Bar  Association"], [CN, 0x0c, "Ana"]), extensions: [] };
	const says = (value) => core.constraints.namesAllowed(issuer(value), [subject]);
	assert.ok(says(constraints(0xa0, name([O, 0x13, " bar association"]))));
	assert.ok(!says(constraints(0xa0, name([O, 0x13, "barassociation"]))));
	assert.ok(!says(constraints(0xa0, name([CN, 0x0c, "Ana"]))));
	assert.ok(!says(constraints(0xa1, name([O, 0x0c, "Bar Association"]))));
	assert.ok(says(constraints(0xa1, name([O, 0x0c, "Bar Association"], [CN, 0x0c, "Bo"]))));
	assert.throws(() => says(der.write(0x30, der.write(0xa0, der.write(0x30, der.write(0x81, text("example.org")))))), der.NotDer);
});
