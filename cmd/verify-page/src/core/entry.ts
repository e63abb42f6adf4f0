// entry.json (format.md §4).

import type { Bytes } from "./bytes.ts";
import { type JsonObject, parseObject } from "./json.ts";
import {
	type Is, MAX_RECORDS, fits, isInt, isPositive, isRecordId, isSha256, isTime, isToken, isUuid4,
	object, oneOf, orNull,
} from "./schema.ts";

/** Least and most records of a kind. */
type Range = readonly [least: number, most: number];
const ANY: Range = [0, Infinity];
const SOME: Range = [1, Infinity];
const ONE: Range = [1, 1];

export interface Action {
	details: Record<string, Is>;
	content: Range;
	scope: Range;
	/** May stand after `close`. */
	late: boolean;
}

const basis = oneOf("own-device own-account consent public observer-account order seized-device " +
	"other-account covert unknown");
const extent = oneOf("whole extract");

function action(details: Record<string, Is>, content: Range, scope: Range, late = false): Action {
	return { details, content, scope, late };
}

export const ACTIONS: Readonly<Record<string, Action>> = {
	open: action({}, SOME, ANY),
	close: action({}, ANY, ANY),
	view: action({}, ANY, SOME, true),
	export: action({}, ANY, SOME, true),
	admit: action({ as: oneOf("colleague device renewed witness"), certificate: isSha256 }, ANY, ANY),
	acquire: action({ basis, observed: oneOf("file photo") }, SOME, ANY),
	capture: action({ basis, observed: oneOf("tool") }, SOME, ANY),
	note: action({ type: oneOf("note statement report-only") }, ONE, ANY),
	"read-out": action({ reader: isToken, version: isToken }, ANY, SOME),
	derive: action({ method: oneOf("mask stitch convert excerpt transcript translation") }, SOME, SOME),
	compare: action({ method: oneOf("exports captures copies") }, ANY, SOME),
	timestamp: action({ entry: isInt, signature: isSha256, token: isSha256 }, ANY, ANY, true),
	transfer: action({ certificate: orNull(isSha256), transferId: isUuid4 }, ANY, ANY, true),
	receive: action({ sealDigest: isSha256, transferId: isUuid4 }, ANY, ANY, true),
	refuse: action({ sealDigest: isSha256, transferId: isUuid4 }, ANY, ANY, true),
	disclose: action({ extent }, ONE, ANY, true),
	consent: action({
		basis: oneOf("written oral representative law"), state: oneOf("given limited withdrawn refused"),
	}, ANY, ANY, true),
	hold: action({ state: oneOf("on off") }, ANY, ANY, true),
	dispose: action({ cause: oneOf("retention consent order request") }, ANY, ANY, true),
	lost: action({ cause: oneOf("rot medium error unknown") }, ANY, SOME, true),
	correct: action({ record: isRecordId }, ANY, ANY),
	seal: action({
		disclose: orNull(isPositive), extent, scope: oneOf("all tags"), timestamp: oneOf("required none"),
	}, ANY, ANY, true),
};

export interface Entry {
	seq: number;
	action: string;
	caseId: string;
	/** Fingerprint of the signer's certificate. */
	certificate: string;
	details: JsonObject;
	previous: { entry: string; signature: string } | null;
	count: number;
	root: string;
	time: string;
}

const FORMAT = "libevidence-custody-1";
const FAMILY = "libevidence-custody-";

const MEMBERS = {
	required: {
		action: (v) => typeof v === "string" && Object.hasOwn(ACTIONS, v),
		caseId: isUuid4,
		certificate: isSha256,
		details: (v) => v instanceof Map,
		format: (v) => v === FORMAT,
		previous: orNull(object({ required: { entry: isSha256, signature: isSha256 } })),
		records: object({
			required: { count: (v) => isPositive(v) && (v as number) <= MAX_RECORDS, root: isSha256 },
		}),
		seq: isInt,
		time: isTime,
		tool: object({ required: { build: isToken, name: isToken, version: isToken } }),
	} satisfies Record<string, Is>,
};

export function parseEntry(bytes: Bytes): Entry | "newer" | null {
	const o = parseObject(bytes);
	if (o === null) return null;
	const format = o.get("format");
	if (typeof format === "string" && format.startsWith(FAMILY) && format !== FORMAT) return "newer";
	if (!fits(o, MEMBERS)) return null;
	const name = o.get("action") as string;
	const details = o.get("details") as JsonObject;
	if (!fits(details, { required: ACTIONS[name].details })) return null;
	const previous = o.get("previous") as JsonObject | null;
	const records = o.get("records") as JsonObject;
	return {
		seq: o.get("seq") as number, action: name, caseId: o.get("caseId") as string,
		certificate: o.get("certificate") as string, details,
		previous: previous && {
			entry: previous.get("entry") as string, signature: previous.get("signature") as string,
		},
		count: records.get("count") as number, root: records.get("root") as string,
		time: o.get("time") as string,
	};
}
