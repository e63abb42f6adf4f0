// Times as the format writes them (format.md §2).

const FORM = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})Z$/;

/** Milliseconds since 1970, or null if this is not a time of the format. */
export function parseTime(s: string): number | null {
	const m = FORM.exec(s);
	if (!m) return null;
	const [y, mo, d, h, mi, se] = m.slice(1, 7).map(Number);
	if (y < 1970 || h > 23 || mi > 59 || se > 59) return null;
	const ms = Date.UTC(y, mo - 1, d, h, mi, se, Number(m[7]));
	const date = new Date(ms);
	return date.getUTCMonth() === mo - 1 && date.getUTCDate() === d ? ms : null;
}

/** A time as people give it: a day, to the second, or in full; UTC. */
export function parseGivenTime(s: string): number | null {
	return parseTime(s) ?? parseTime(s.replace(/Z$/, ".000Z")) ?? parseTime(`${s}T00:00:00.000Z`);
}
