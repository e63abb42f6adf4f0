// One table of texts a language. Serbian Cyrillic is written from Serbian Latin (cyrillic.ts).

import bs from "./locales/bs.json";
import cnr from "./locales/cnr.json";
import { cyrillic } from "./cyrillic.ts";
import en from "./locales/en.json";
import hr from "./locales/hr.json";
import mk from "./locales/mk.json";
import sq from "./locales/sq.json";
import sr from "./locales/sr-Latn.json";

export type Texts = Record<string, string>;
export type Language = "en" | "sq" | "bs" | "hr" | "mk" | "cnr" | "sr-Latn" | "sr-Cyrl";

export const LANGUAGES: [Language, string][] = [
	["en", "English"], ["sq", "Shqip"], ["bs", "Bosanski"], ["hr", "Hrvatski"], ["mk", "Македонски"],
	["cnr", "Crnogorski"], ["sr-Latn", "Srpski (latinica)"], ["sr-Cyrl", "Српски (ћирилица)"],
];

const TABLES: Record<Language, Texts> = {
	en, sq, bs, hr, mk, cnr, "sr-Latn": sr,
	"sr-Cyrl": Object.fromEntries(Object.entries(sr).map(([k, v]) => [k, cyrillic(v)])),
};

/** The browser's first language that the page speaks. */
export function preferred(tags: readonly string[]): Language {
	for (const tag of tags) {
		const low = tag.toLowerCase();
		if (low.startsWith("sr-me") || low.startsWith("cnr")) return "cnr";
		if (low.startsWith("sr-latn") || low.startsWith("sh")) return "sr-Latn";
		if (low.startsWith("sr")) return "sr-Cyrl";
		const found = LANGUAGES.find(([code]) => low === code || low.startsWith(code + "-"));
		if (found) return found[0];
	}
	return "en";
}

export class Speech {
	constructor(readonly language: Language) {}

	/** The text with {name} replaced; English where a language lacks it (a test says none does). */
	say(key: string, values: Record<string, string | number> = {}): string {
		const text = TABLES[this.language][key] ?? TABLES.en[key] ?? key;
		return text.replace(/\{([a-z]+)\}/g, (_, name: string) => String(values[name] ?? ""));
	}

	has(key: string): boolean {
		return key in TABLES.en;
	}

	/** Grouped by narrow blanks, which no language here reads as a decimal sign. */
	number(n: number): string {
		return String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");
	}

	/**
	 * A time of the format, its month written out, so that no order of day and month can be
	 * mistaken. Own words: browsers differ in the languages they have dates for.
	 */
	date(iso: string): string {
		const [y, m, d] = iso.slice(0, 10).split("-");
		const month = this.say("months").split(" ")[Number(m) - 1];
		return this.say("date", { d: Number(d), month, y, time: iso.slice(11, 19) });
	}
}
