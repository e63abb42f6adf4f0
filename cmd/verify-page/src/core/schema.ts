// Spellings of values and closed member lists (format.md §2–§4).

import { fromBase64url, isHex, utf8 } from "./bytes.ts";
import type { Json, JsonObject } from "./json.ts";
import { parseTime } from "./time.ts";

export type Is = (v: Json | undefined) => boolean;

export const MAX_SEQ = 99_999_999;
export const MAX_RECORDS = 4_294_967_295;

export const isString: Is = (v) => typeof v === "string";
export const isObject: Is = (v) => v instanceof Map;
export const isArray: Is = (v) => Array.isArray(v);
export const isInt: Is = (v) => typeof v === "number";
export const isPositive: Is = (v) => typeof v === "number" && v >= 1;
export const isSha256: Is = (v) => typeof v === "string" && isHex(v, 64);
export const isSha512: Is = (v) => typeof v === "string" && isHex(v, 128);
export const isCrc32: Is = (v) => typeof v === "string" && isHex(v, 8);
export const isToken: Is = (v) => typeof v === "string" && /^[A-Za-z0-9][A-Za-z0-9.+_-]{0,31}$/.test(v);
export const isTime: Is = (v) => typeof v === "string" && parseTime(v) !== null;
export const isUuid4: Is = (v) => typeof v === "string" &&
	/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(v);
export const isSalt: Is = (v) => typeof v === "string" && v.length === 22 && fromBase64url(v) !== null;
export const isRecordId: Is = (v) => typeof v === "string" && recordId(v) !== null;
/** The bytes of a name that is not UTF-8. */
export const isRawBytes: Is = (v) => {
	const b = typeof v === "string" ? fromBase64url(v) : null;
	return b !== null && utf8(b) === null;
};

export function oneOf(words: string): Is {
	const set = new Set(words.split(" "));
	return (v) => typeof v === "string" && set.has(v);
}

export function orNull(is: Is): Is {
	return (v) => v === null || is(v);
}

/** SEQ and K of a record id. */
export function recordId(s: string): { seq: number; k: number } | null {
	const m = /^([1-9][0-9]{0,7})\/([1-9][0-9]{0,9})$/.exec(s);
	if (!m) return null;
	const k = Number(m[2]);
	return k > MAX_RECORDS ? null : { seq: Number(m[1]), k };
}

export interface Members {
	required: Record<string, Is>;
	optional?: Record<string, Is>;
}

/** Exactly the members listed, each as it must be. */
export function fits(o: JsonObject, m: Members): boolean {
	let n = 0;
	for (const [name, is] of Object.entries(m.required)) {
		if (!is(o.get(name))) return false;
		n++;
	}
	for (const [name, is] of Object.entries(m.optional ?? {})) {
		if (!o.has(name)) continue;
		if (!is(o.get(name))) return false;
		n++;
	}
	return n === o.size;
}

export function object(m: Members): Is {
	return (v) => v instanceof Map && fits(v, m);
}
