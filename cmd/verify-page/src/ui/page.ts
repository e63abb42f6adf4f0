// The page: choose, check, show. It keeps nothing after it is closed.

import { isPolicy, parsePin } from "../core/identity.ts";
import { printable } from "../core/printable.ts";
import { parseGivenTime } from "../core/time.ts";
import { el } from "./dom.ts";
import { LANGUAGES, type Language, Speech, preferred } from "./i18n.ts";
import type { CheckRequest, Reply, Request, Row, RowKind } from "./messages.ts";
import { type Shown, resultView } from "./result.ts";

const app = document.getElementById("app")!;
const version = document.querySelector<HTMLMetaElement>("meta[name=version]")!.content;
const workerUrl = URL.createObjectURL(
	new Blob([document.getElementById("worker")!.textContent!], { type: "text/javascript" }));

let speech = new Speech(preferred(navigator.languages));
let worker: Worker | null = null;
let shown: Shown | null = null;
let bundle: File | null = null;
let waiting: ((rows: Row[]) => void) | null = null;
let queue: Promise<unknown> = Promise.resolve();

/** How much was given for a check; the form may have changed when its verdict comes. */
type Asked = Pick<Shown, "pins" | "anchors">;

/** What the form holds, so that a change of language loses nothing. */
const form = {
	pins: "", policies: "", at: "", trust: [] as File[], older: null as File | null, all: false, requireTime: false, open: false,
};

const status = el("p", { role: "status" });
/** Milliseconds between two words of progress: a screen reader speaks each of them. */
const PAUSE = 10_000;
let spoken = 0;
const progress = el("progress", { max: 1, value: 0, hidden: true });
const output = el("main");

/** What the status line says, kept so that a change of language says it anew. */
let told = (): string => "";

function tell(text: () => string): void {
	told = text;
	status.textContent = told();
}

function working(done: number, size: number): void {
	const mib = (n: number): string => `${speech.number(Math.ceil(n / 1048576))} MiB`;
	spoken = Date.now();
	tell(() => speech.say("working", { done: mib(done), size: mib(size) }));
}

function ask(q: Request): void {
	worker!.postMessage(q);
}

/** One request at a time, so that an answer needs no number. */
function fetchRows(kind: RowKind, from: number, count: number): Promise<Row[]> {
	const next = queue.then(() => new Promise<Row[]>((done) => {
		waiting = done;
		ask({ type: "rows", kind, from, count });
	}));
	queue = next;
	return next;
}

function idle(): void {
	progress.hidden = true;
	stop.disabled = true;
}

function failed(what: "trust" | "browser" | "own", message: string): void {
	halt();
	tell(() => (what === "own" ? `${speech.say("own")} ${message}` : speech.say(what === "trust" ? "trustBad" : "browserBad")));
}

function heard(r: Reply, asked: Asked): void {
	switch (r.type) {
		case "progress":
			progress.value = r.size === 0 ? 0 : r.done / r.size;
			if (Date.now() - spoken >= PAUSE) working(r.done, r.size);
			break;
		case "problem":
			failed(r.what, r.message);
			break;
		case "rows":
			waiting?.(r.rows);
			break;
		case "result":
			idle();
			tell(() => "");
			shown = { report: JSON.parse(r.report), line: r.report, totals: r.totals, checkedAt: r.checkedAt, ...asked, version };
			show(true);
	}
}

function show(focus: boolean): void {
	queue = Promise.resolve();
	output.replaceChildren();
	if (shown === null) return;
	output.append(resultView(speech, shown, fetchRows));
	if (focus) document.getElementById("headline")?.focus();
}

function pins(): string[] | null {
	const lines = form.pins.split("\n").filter((l) => l.trim() !== "").map(parsePin);
	return lines.includes(null) ? null : (lines as string[]);
}

function policies(): string[] | null {
	const lines = form.policies.split("\n").map((l) => l.trim()).filter((l) => l !== "");
	return lines.every(isPolicy) ? lines : null;
}

function complain(key: string): void {
	tell(() => speech.say(key));
}

/** Nothing of an earlier check stands beside what was chosen since, not even while that is refused. */
function clear(): void {
	halt();
	shown = null;
	show(false);
}

function start(): void {
	clear();
	if (bundle === null) return complain("nothing");
	const given = pins();
	const at = form.at.trim();
	const accepted = policies();
	if (given === null) return complain("pinBad");
	if (accepted === null) return complain("policiesBad");
	if (at !== "" && parseGivenTime(at) === null) return complain("atBad");
	const q: CheckRequest = {
		type: "check", file: bundle, older: form.older, pins: given, policies: accepted, trust: form.trust, at: at === "" ? null : at,
		allDigests: form.all, requireTime: form.requireTime,
	};
	const asked = { pins: given.length, anchors: form.trust.length };
	worker = new Worker(workerUrl);
	worker.onmessage = (e: MessageEvent<Reply>): void => heard(e.data, asked);
	worker.onerror = (e): void => failed("own", e.message ?? "");
	progress.value = 0;
	progress.hidden = false;
	stop.disabled = false;
	working(0, q.file.size + (q.older?.size ?? 0));
	ask(q);
}

/** A browser that cannot even begin is said, too. */
function begin(): void {
	try {
		start();
	} catch (e) {
		failed("own", String((e as Error)?.message ?? e));
	}
}

function halt(): void {
	worker?.terminate();
	worker = null;
	idle();
}

let stop = el("button", { type: "button", disabled: true });

/** One bundle: of several that come at once none is checked, for a verdict would seem to be that of all. */
function choose(files: File[]): void {
	if (files.length === 0) return;
	clear();
	bundle = files.length === 1 ? files[0] : null;
	draw(false);
	document.getElementById("bundle")?.focus();
	if (bundle === null) complain("several");
	else begin();
}

/** A file input that looks like a button and still is one for keyboard and screen reader. */
function picker(id: string, label: string, main: boolean, take: (files: File[]) => void, multiple = false): Node[] {
	const input = el("input", {
		type: "file", id, class: "hidden", multiple, change: () => take([...(input.files ?? [])]),
	});
	return [input, el("label", { for: id, class: main ? "button main" : "button" }, label)];
}

function field(label: string, id: string, control: HTMLElement, help?: string): HTMLElement {
	control.id = id;
	if (help !== undefined) control.setAttribute("aria-describedby", `${id}-help`);
	return el("div", { class: "field" }, el("label", { for: id }, label), control,
		help !== undefined && el("div", { id: `${id}-help`, class: "soft" }, help));
}

function checkbox(id: string, label: string, value: boolean, set: (v: boolean) => void): HTMLElement {
	const box = el("input", { type: "checkbox", id, change: () => set(box.checked) });
	box.checked = value;
	return el("div", { class: "field" }, box, el("label", { for: id, class: "check" }, label));
}

function fileField(id: string, label: string, files: File[], take: (files: File[]) => void, multiple: boolean): HTMLElement {
	const names = (of: File[]): string => of.map((f) => printable(f.name)).join(", ") || speech.say("nothing");
	const name = el("span", { class: "name soft" }, names(files));
	return el("div", { class: "field row" }, ...picker(id, label, false, (chosen) => {
		take(chosen);
		name.textContent = names(chosen);
	}, multiple), name);
}

function options(): HTMLElement {
	const say = (k: string): string => speech.say(k);
	const pin = el("textarea", { rows: 2, spellcheck: "false", autocomplete: "off", input: () => { form.pins = pin.value; } });
	pin.value = form.pins;
	const at = el("input", { type: "text", spellcheck: "false", autocomplete: "off", input: () => { form.at = at.value; } });
	at.value = form.at;
	const policy = el("textarea", { rows: 1, spellcheck: "false", autocomplete: "off", input: () => { form.policies = policy.value; } });
	policy.value = form.policies;
	const box = el("details", { open: form.open, toggle: () => { form.open = box.open; } },
		el("summary", {}, say("more")),
		field(say("pin"), "pin", pin, say("pinHelp")),
		fileField("trust", say("trust"), form.trust, (f) => { form.trust = f; }, true),
		field(say("at"), "at", at, say("atHelp")),
		fileField("older", say("older"), form.older ? [form.older] : [], (f) => { form.older = f[0] ?? null; }, false),
		field(say("policies"), "policies", policy, say("policiesHelp")),
		checkbox("require", say("requireTime"), form.requireTime, (v) => { form.requireTime = v; }),
		checkbox("all", say("all"), form.all, (v) => { form.all = v; }),
	);
	return box;
}

function dropZone(): HTMLElement {
	const zone = el("div", { class: "drop" },
		el("div", { class: "row" }, ...picker("bundle", speech.say("choose"), true, choose),
			el("span", {}, speech.say("drop"))),
		el("p", { class: "name" }, bundle === null ? speech.say("nothing") : printable(bundle.name)));
	zone.addEventListener("dragover", (e) => {
		e.preventDefault();
		zone.classList.add("over");
	});
	zone.addEventListener("dragleave", () => zone.classList.remove("over"));
	zone.addEventListener("drop", (e) => {
		e.preventDefault();
		zone.classList.remove("over");
		choose([...(e.dataTransfer?.files ?? [])]);
	});
	return zone;
}

function languageSwitch(): HTMLElement {
	const select = el("select", { id: "language", change: () => {
		speech = new Speech(select.value as Language);
		draw(true);
		document.getElementById("language")?.focus();
	} }, ...LANGUAGES.map(([code, name]) => el("option", { value: code, lang: code }, name)));
	select.value = speech.language;
	return el("div", { class: "row" }, el("label", { for: "language" }, speech.say("language")), select);
}

/** Draws everything anew in the language chosen; what was entered stays. */
function draw(withResult: boolean): void {
	document.documentElement.lang = speech.language;
	document.title = speech.say("title");
	const running = !stop.disabled;
	stop = el("button", { type: "button", disabled: !running, click: () => {
		halt();
		complain("stopped");
	} }, speech.say("stop"));
	progress.setAttribute("aria-label", speech.say("check"));
	const draft = speech.say("draft");
	app.replaceChildren(
		el("header", {}, el("h1", {}, speech.say("title")), languageSwitch()),
		el("section", { class: "screen", "aria-label": speech.say("choose") },
			el("p", {}, speech.say("intro")), dropZone(), options(),
			el("div", { class: "row" }, el("button", { type: "button", class: "main", click: begin }, speech.say("check")), stop),
			status, progress),
		output,
		el("footer", {}, draft !== "" && el("p", {}, draft), el("p", { class: "soft" }, `${speech.say("title")} ${version}`)),
	);
	status.textContent = told();
	if (withResult) show(false);
}

// A file dropped beside the zone must not replace the page by itself.
for (const name of ["dragover", "drop"] as const) window.addEventListener(name, (e) => e.preventDefault());
draw(false);
