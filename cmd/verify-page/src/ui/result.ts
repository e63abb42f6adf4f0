// The verdict in plain words, the four answers, what it does not prove, and the lists.

import { digest, el } from "./dom.ts";
import type { Speech } from "./i18n.ts";
import type { EntryRow, FindingRow, ItemRow, Report, RowKind, TokenNote } from "./messages.ts";
import { type Fetch, Paged } from "./paged.ts";

export interface Shown {
	report: Report;
	/** The report's one line. */
	line: string;
	totals: Record<RowKind, number>;
	checkedAt: string;
	pins: number;
	anchors: number;
	version: string;
}

type Mood = "passed" | "failed" | "unknown";
/** A note is no answer: much of what is noted is what could not be known. */
type Sign = Mood | "note";
const MARKS: Record<Sign, string> = { passed: "✔", failed: "✖", unknown: "?", note: "•" };
/** Lines that fit on the printed page. */
const PRINTED = 6;

function mark(mood: Sign): HTMLElement {
	return el("span", { class: "mark", "aria-hidden": "true" }, MARKS[mood]);
}

/** The worst of several checks. */
function worst(r: Report, ...names: string[]): Mood {
	const all = names.map((n) => r.checks[n]);
	return all.includes("failed") ? "failed" : all.includes("unknown") ? "unknown" : "passed";
}

/** Key of the headline. */
export function headline(r: Report): "passed" | "extract" | "failed" | "failedWho" | "who" | "when" | "extractWho" | "extractWhen" | "undecided" | "envelope" | "refused" {
	switch (r.verdict) {
		case "REFUSED": return "refused";
		case "TOTAL-FAILED": // a certificate was revoked, and that is all: nothing was altered
			return Object.entries(r.checks).every(([check, result]) => result !== "failed" || check === "identity") ? "failedWho" : "failed";
		case "INDETERMINATE":
			if (r.checks.signatures === "unknown") return "undecided";
			if (r.subject === "envelope") return "envelope";
			if (r.subject === "extract") return r.checks.identity === "unknown" ? "extractWho" : "extractWhen";
			return r.checks.identity === "unknown" ? "who" : "when";
		case "TOTAL-PASSED": return r.subject === "extract" ? "extract" : "passed";
	}
}

function verdict(s: Speech, r: Report): HTMLElement {
	const key = headline(r);
	const mood: Mood = r.exit === 0 ? "passed" : r.verdict === "INDETERMINATE" ? "unknown" : r.verdict === "TOTAL-PASSED" ? "passed" : "failed";
	const c = r.counts;
	const numbers: Record<string, string> = c === null ? {} : { shown: s.number(c.records - c.withheld), records: s.number(c.records) };
	const problem = r.extends !== undefined && r.extends !== "extends" && r.extends !== "same";
	return el("section", { class: `verdict ${mood}`, "aria-labelledby": "headline" },
		el("h2", { id: "headline", tabindex: -1 }, mark(mood), s.say(key, numbers)),
		el("p", {}, s.say({ extractWho: "whoSays", extractWhen: "whenSays", failedWho: "signerRevoked" }[key as string] ?? `${key}Says`)),
		problem && el("p", { class: "problem" }, `${s.say("extends")}: ${s.say(`extends.${r.extends}`)}`),
	);
}

function answer(s: Speech, title: string, mood: Mood, word: string, text: string): HTMLElement {
	return el("li", { class: mood }, el("h3", {}, s.say(title)),
		el("p", {}, mark(mood), el("strong", {}, s.say(word))), el("p", {}, text));
}

const WORDS: Record<Mood, string> = { passed: "yes", failed: "no", unknown: "open" };

function answers(s: Speech, r: Report): HTMLElement {
	// Refused: nothing inside was judged, and nothing is said against it.
	const closed = r.subject === "envelope";
	const whole = worst(r, "completeness", "fixity");
	// A file that nobody recorded alters no item, yet the contents are not those that were sealed.
	const contents = whole === "passed" && r.findings.some((f) => f.code === "FILE_UNACCOUNTED") ? "failed" : whole;
	const part = contents === "passed" && r.counts !== null && r.counts.withheld > 0;
	const contentsText = part ? s.say("contentsPart", { withheld: s.number(r.counts!.withheld) })
		: s.say({ passed: "contentsYes", failed: "contentsNo", unknown: closed ? "envelopeInside" : "contentsOpen" }[contents]);
	const log = worst(r, "custody", "signatures");
	const logText = s.say({ passed: "logYes", failed: "logNo", unknown: closed ? "envelopeInside" : "logOpen" }[log]);
	const standing = r.checks.identity === "passed" ? r.sealedBy?.standing : undefined;
	const known: Record<string, string> = { pinned: closed ? "coverPinned" : "signerPinned", chained: "signerChained", "let-in": "signerLetIn" };
	const signer: Mood = standing !== undefined ? "passed" : r.checks.identity === "failed" ? "failed" : "unknown";
	const signerWord = { passed: `standing.${standing}`, failed: "revoked", unknown: "open" }[signer];
	const signerText = signer === "failed" ? "signerRevoked" : known[standing ?? ""] ?? (r.sealedBy === null && r.signers.length === 0 ? "contentsOpen" : "signerOpen");
	const when = timeAnswer(s, r);
	return el("section", { "aria-labelledby": "answers" },
		el("h2", { id: "answers" }, s.say("answers")),
		el("ul", { class: "answers" },
			answer(s, "contents", contents, WORDS[contents], contentsText),
			answer(s, "log", log, WORDS[log], logText),
			answer(s, "signer", signer, signerWord, s.say(signerText)),
			answer(s, "time", when.mood, when.word, when.text),
		));
}

/** Proved and recorded time are worded apart: only what an accepted token shows is called proved. */
function timeAnswer(s: Speech, r: Report): { mood: Mood; word: string; text: string } {
	if (r.time === null) return { mood: "unknown", word: "open", text: s.say("timeNone") };
	const time = s.date(r.time.recorded);
	if (r.subject === "envelope") return { mood: "unknown", word: "clock", text: s.say("timeCover", { time }) };
	switch (r.checks.time) {
		case "failed": return { mood: "failed", word: "no", text: s.say("timeFailed", { time }) };
		case "unknown": return { mood: "unknown", word: "open", text: s.say("timeOpen", { time }) };
		case "passed": {
			const { proved } = r.time;
			if (proved === null) return { mood: "unknown", word: "clock", text: s.say("timeClock", { time }) };
			return { mood: "passed", word: "proved", text: s.say("timeProved", { time, proved: s.date(proved) }) };
		}
	}
}

function facts(s: Speech, r: Report): HTMLElement {
	const list = el("dl");
	const add = (key: string, value: string | Node | null | undefined): void => {
		if (value === null || value === undefined || value === "") return;
		list.append(el("dt", {}, s.say(key)), el("dd", {}, value));
	};
	const bytes = (n: number): string => s.say("bytes", { n: s.number(n) });
	add("file", r.file);
	add("size", bytes(r.size));
	add("case", r.caseId);
	const closed = r.subject === "envelope";
	if (r.time !== null) add(closed ? "coverTime" : "sealed", `${r.time.recorded} (${s.date(r.time.recorded)})`);
	if (r.time !== null && r.time.proved !== null) add("provedFact", `${r.time.proved} (${s.date(r.time.proved)})`);
	if (r.sealedBy !== null) {
		const a = r.sealedBy.actor;
		add(closed ? "coverBy" : "sealedBy", digest(r.sealedBy.fingerprint));
		add("claimed", a && [a.name, a.role, a.organisation].filter((x) => x !== null).join(", "));
		add("subject", r.sealedBy.subject);
	}
	if (r.envelope !== undefined) {
		add("coverSeal", digest(r.envelope.sealDigest));
		add("coverHead", digest(r.envelope.head));
		add("coverRecords", s.number(r.envelope.records));
	}
	if (r.sealDigest !== null) add("sealDigest", digest(r.sealDigest));
	if (r.head !== null) add("head", digest(r.head));
	if (r.counts !== null) {
		add("entries", s.number(r.counts.entries));
		add("items", `${s.number(r.counts.items)} (${bytes(r.counts.bytes)})`);
		add("records", s.number(r.counts.records));
		if (r.counts.withheld > 0) add("withheldCount", s.number(r.counts.withheld));
		if (r.counts.lost > 0) add("lostCount", s.number(r.counts.lost));
	}
	if (r.extends !== undefined) add("extends", s.say(`extends.${r.extends}`));
	return el("section", { "aria-labelledby": "facts" }, el("h2", { id: "facts" }, s.say("facts")), list);
}

function signers(s: Speech, r: Report): HTMLElement | null {
	if (r.signers.length === 0) return null;
	const shown = r.signers.slice(0, 100);
	return el("section", { class: "screen", "aria-labelledby": "signers" },
		el("h2", { id: "signers" }, s.say("signers")),
		el("ol", { class: "log" }, ...shown.map((x, i) => el("li", {},
			el("span", { class: "what" }, `${i + 1}. ${s.say(`standing.${x.standing}`)} `),
			el("span", { class: "soft" }, `(${s.say("signed", { n: s.number(x.entries), first: x.first })}) `),
			digest(x.certificate)))),
	);
}

/** Every token that could be read, accepted or not. */
function stamps(s: Speech, tokens: TokenNote[]): HTMLElement {
	const row = (t: TokenNote): HTMLElement => el("tr", {},
		el("td", { class: "name" }, t.where),
		el("td", {}, el("span", { class: `state ${t.accepted ? "passed" : "unknown"}` }, mark(t.accepted ? "passed" : "unknown"),
			s.say(t.accepted ? "stamp.yes" : "stamp.no"))),
		el("td", {}, t.time.replace("T", " ").replace("Z", " UTC")),
		el("td", { class: "digest" }, el("span", { class: "mono" }, t.authority)),
		el("td", { class: "number" }, t.accuracy === null ? "–" : `${s.number(t.accuracy)} ms`),
		el("td", { class: "mono" }, t.policy));
	const head = heads(s, "where", "state", "stampTime", "stampAuthority", "stampAccuracy", "stampPolicy");
	return el("section", { class: "screen", "aria-labelledby": "stamps" }, el("h2", { id: "stamps" }, `${s.say("stamps")} (${s.number(tokens.length)})`),
		scrolled(s.say("stamps"), el("table", {}, head, el("tbody", {}, ...tokens.slice(0, 100).map(row)))));
}

/** What a reader of a finding should do. */
function nextStep(f: FindingRow): string {
	if (f.result === "note") return "next.note";
	if (f.code === "FORMAT_NEWER") return "next.newer";
	if (f.code === "ENVELOPE_CLOSED") return "next.envelope";
	if (f.code === "SIGNER_REVOKED") return "next.revoked";
	if (f.result === "failed") return "next.copy";
	return f.check === "identity" ? "next.signer" : f.check === "time" ? "next.time" : "next.expert";
}

const SIGNS: Record<string, Sign> = { failed: "failed", unknown: "unknown", note: "note" };

/** An entry's number or an item's id is not left to be guessed. */
function place(s: Speech, where: string): string {
	if (where === "") return s.say("container");
	return /^[0-9/]+$/.test(where) ? s.say(where.includes("/") ? "whereItem" : "whereEntry", { n: where }) : where;
}

function heads(s: Speech, ...keys: string[]): HTMLElement {
	return el("thead", {}, el("tr", {}, ...keys.map((k) => el("th", { scope: "col" }, s.say(k)))));
}

function scrolled(label: string, table: HTMLElement): HTMLElement {
	return el("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": label }, table);
}

function findingTable(s: Speech, rows: FindingRow[]): HTMLElement {
	const body = rows.map((f, i) => el("tr", { class: i < PRINTED ? "" : "screen" },
		el("td", {}, el("span", { class: `state ${SIGNS[f.result]}` }, mark(SIGNS[f.result]), s.say(`kind.${f.result}`))),
		el("td", {}, s.say(f.code), " ", el("span", { class: "mono soft" }, f.code)),
		el("td", { class: "name" }, place(s, f.where)),
		el("td", {}, s.say(nextStep(f)))));
	return scrolled(s.say("findings"), el("table", {}, heads(s, "kind", "what", "where", "next"), el("tbody", {}, ...body)));
}

function logList(s: Speech, rows: EntryRow[]): HTMLElement {
	return el("ol", { class: "log" }, ...rows.map((e) => el("li", {},
		el("span", { class: "what" }, `${e.seq}. ${s.say(`action.${e.action}`)}`),
		el("span", {}, ` · ${e.time.slice(0, 19).replace("T", " ")} UTC`),
		el("div", { class: "soft" }, s.say("entryLine", { records: s.number(e.count), signer: e.signer }),
			e.withheld > 0 && `, ${s.say("entryWithheld", { n: s.number(e.withheld) })}`,
			" · ", el("span", { class: "mono" }, `${e.fingerprint.slice(0, 16)}…`)),
		e.details !== "" && el("div", { class: "mono soft" }, e.details),
	)));
}

const STATE_MOODS: Record<string, Mood> = { unchanged: "passed", altered: "failed", missing: "failed", lost: "unknown", unread: "unknown" };

function itemTable(s: Speech, rows: ItemRow[]): HTMLElement {
	const body = rows.map((i) => el("tr", {},
		el("td", { class: "number" }, i.id),
		el("td", { class: "number" }, i.exhibit === null ? "–" : String(i.exhibit)),
		el("td", {}, el("span", { class: `state ${STATE_MOODS[i.state]}` }, mark(STATE_MOODS[i.state]), s.say(`state.${i.state}`))),
		el("td", {}, s.say(`role.${i.role ?? "none"}`)),
		el("td", {}, i.ext),
		el("td", { class: "number" }, s.number(i.size)),
		el("td", { class: "digest" }, el("span", { class: "mono" }, i.sha256))));
	const head = heads(s, "item", "exhibit", "state", "role", "type", "size");
	head.firstElementChild!.append(el("th", { scope: "col" }, "SHA-256"));
	return scrolled(s.say("listItems"), el("table", {}, head, el("tbody", {}, ...body)));
}

function list<T>(
	s: Speech, id: string, title: string, kind: RowKind, total: number, fetch: Fetch,
	show: (s: Speech, rows: T[]) => HTMLElement, printed: boolean,
): HTMLElement {
	const pages = new Paged(s, kind, total, fetch, (rows) => show(s, rows as T[]), s.say(title));
	return el("section", { class: printed ? "" : "screen", "aria-labelledby": id },
		el("h2", { id }, `${s.say(title)} (${s.number(total)})`), pages.element);
}

function save(line: string, name: string): void {
	const url = URL.createObjectURL(new Blob([line + "\n"], { type: "application/json" }));
	const a = el("a", { href: url, download: name });
	a.click();
	setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function resultView(s: Speech, x: Shown, fetch: Fetch): HTMLElement {
	const r = x.report;
	const none = el("section", { "aria-labelledby": "findings" },
		el("h2", { id: "findings" }, s.say("findings")), el("p", {}, s.say("noFindings")));
	const out = el("div", {},
		verdict(s, r),
		answers(s, r),
		el("section", { "aria-labelledby": "limits" }, el("h2", { id: "limits" }, s.say("limits")),
			el("p", {}, s.say("limit1")), el("p", {}, s.say("limit2"))),
		el("p", { class: "row screen" },
			el("button", { type: "button", click: () => window.print() }, s.say("print")),
			el("button", { type: "button", click: () => save(x.line, "report.json") }, s.say("save"))),
		x.totals.findings === 0 ? none
			: list(s, "findings", "findings", "findings", x.totals.findings, fetch, findingTable, true),
		facts(s, r),
	);
	if (r.time?.tokens) out.append(stamps(s, r.time.tokens));
	const who = signers(s, r);
	if (who !== null) out.append(who);
	if (x.totals.entries > 0) out.append(list(s, "log", "listLog", "entries", x.totals.entries, fetch, logList, false));
	if (x.totals.items > 0) out.append(list(s, "items", "listItems", "items", x.totals.items, fetch, itemTable, false));
	out.append(el("p", { class: "soft" },
		s.say("checked", { time: x.checkedAt, version: x.version, pins: x.pins, anchors: x.anchors }), " ",
		r.at === undefined ? s.say("clockWarning") : s.say("checkedAs", { time: r.at })));
	return out;
}
