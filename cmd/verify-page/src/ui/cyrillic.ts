// Serbian Latin to Cyrillic. What is a name of a thing (SHA-256, a file, a placeholder) stays.

const KEEP = /\{[a-z]+\}|SHA-\d+|JSON|PEM|DER|OCSP|UTC|a–f|\b\d{4}-\d\d-\d\dT[0-9:.]+Z/g;

/** Letters that meet by composition and are no digraph. */
const APART: [RegExp, string][] = [
	[/(n)(j)(?=ek|unk|ug)/gi, "$1\u200c$2"],
	[/(na)(d)(ž)/gi, "$1$2\u200c$3"],
];

const PAIRS: [string, string][] = [
	["lj", "љ"], ["nj", "њ"], ["dž", "џ"],
];
const LETTERS = new Map(
	[..."abcčćdđefghijklmnoprsštuvzž"].map((c, i) => [c, [..."абцчћдђефгхијклмнопрсштувзж"][i]]),
);

function letters(text: string): string {
	let s = text;
	for (const [pattern, by] of APART) s = s.replace(pattern, by);
	for (const [latin, letter] of PAIRS) {
		s = s.replace(new RegExp(latin, "gi"), (m) => (m[0] === m[0].toLowerCase() ? letter : letter.toUpperCase()));
	}
	s = [...s].map((c) => {
		const low = LETTERS.get(c.toLowerCase());
		if (low === undefined) return c;
		return c === c.toLowerCase() ? low : low.toUpperCase();
	}).join("");
	return s.replace(/\u200c/g, "");
}

export function cyrillic(text: string): string {
	let out = "";
	let at = 0;
	for (const m of text.matchAll(KEEP)) {
		out += letters(text.slice(at, m.index)) + m[0];
		at = m.index + m[0].length;
	}
	return out + letters(text.slice(at));
}
