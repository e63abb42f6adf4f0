// Checks, findings and the ways an examination can stop (verify.md §2, §4).

export const CHECKS = [
	"container", "custody", "signatures", "completeness", "fixity", "identity", "time",
] as const;
export type Check = (typeof CHECKS)[number];
export type Outcome = "failed" | "unknown" | "note";

export const KINDS = {
	CONTAINER_STRUCTURE: ["container", "failed", null],
	CONTAINER_NAME: ["container", "failed", null],
	CONTAINER_LIMIT: ["container", "failed", null],
	NOT_THIS_FORMAT: ["container", "failed", null],
	FORMAT_NEWER: ["container", "failed", null],
	ENTRY_GAP: ["custody", "failed", null],
	ENTRY_FILE_MISSING: ["custody", "failed", null],
	ENTRY_FORM: ["custody", "failed", null],
	ENTRY_LINK: ["custody", "failed", null],
	RIGHT_TO_WRITE: ["custody", "failed", null],
	ACTION_ORDER: ["custody", "failed", null],
	RECORD_FORM: ["custody", "failed", null],
	RECORDS_ALTERED: ["custody", "failed", null],
	TIMESTAMP_LINK: ["custody", "failed", null],
	LOG_UNSEALED: ["custody", "failed", null],
	FILE_UNACCOUNTED: ["custody", "failed", null],
	COVER_FORM: ["custody", "failed", null],
	ENVELOPE_CLOSED: ["custody", "unknown", null],
	SIGNATURE_FORM: ["signatures", "failed", "FORMAT_FAILURE"],
	KEY_UNFIT: ["signatures", "failed", "FORMAT_FAILURE"],
	SIGNED_DATA_ALTERED: ["signatures", "failed", "HASH_FAILURE"],
	SIGNATURE_WRONG: ["signatures", "failed", "SIG_CRYPTO_FAILURE"],
	SIGNER_MISMATCH: ["signatures", "failed", "FORMAT_FAILURE"],
	ALGORITHM_UNSUPPORTED: ["signatures", "unknown", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"],
	WITHHELD_MISMATCH: ["completeness", "failed", null],
	ITEM_MISSING: ["completeness", "failed", null],
	FILE_MISSING: ["completeness", "failed", null],
	LOST_PRESENT: ["completeness", "failed", null],
	ITEM_ALTERED: ["fixity", "failed", "HASH_FAILURE"],
	TAGFILE_ALTERED: ["fixity", "failed", "HASH_FAILURE"],
	MANIFEST_ALTERED: ["fixity", "failed", "HASH_FAILURE"],
	CRC_WRONG: ["fixity", "failed", "HASH_FAILURE"],
	SIGNER_UNKNOWN: ["identity", "unknown", null],
	SIGNER_REVOKED: ["identity", "failed", "REVOKED"],
	REVOKED_LATER: ["identity", "note", null],
	STATUS_UNKNOWN: ["identity", "note", null],
	ARCHIVE_ALTERED: ["time", "failed", "HASH_FAILURE"],
	TIMESTAMP_IMPRINT: ["time", "failed", "HASH_FAILURE"],
	TIMESTAMP_FORM: ["time", "failed", "FORMAT_FAILURE"],
	TIMESTAMP_SIGNATURE: ["time", "failed", "SIG_CRYPTO_FAILURE"],
	TIMESTAMP_ALGORITHM: ["time", "unknown", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"],
	TIMESTAMP_AUTHORITY: ["time", "unknown", null],
	TIMESTAMP_CONSTRAINTS: ["time", "unknown", "SIG_CONSTRAINTS_FAILURE"],
	TIMESTAMP_ORDER: ["time", "unknown", "TIMESTAMP_ORDER_FAILURE"],
	TIMESTAMP_MISSING: ["time", "unknown", "NO_POE"],
	MATERIAL_UNUSED: ["time", "unknown", null],
	TIMESTAMP_AGED: ["time", "note", null],
	AUTHORITY_STATUS_UNKNOWN: ["time", "note", null],
	TIME_BACKWARDS: ["custody", "note", null],
	WITHHELD: ["completeness", "note", null],
	LOST: ["completeness", "note", null],
} as const satisfies Record<string, readonly [Check, Outcome, string | null]>;

export type Code = keyof typeof KINDS;

export interface Finding {
	check: Check;
	code: Code;
	result: Outcome;
	where: string;
	sub: string | null;
}

export function finding(code: Code, where: string, sub?: string): Finding {
	const [check, result, own] = KINDS[code];
	return { check, code, result, where, sub: sub ?? own };
}

/** The container is refused: nothing inside is judged. */
export class Refused extends Error {
	constructor(readonly code: Code) {
		super(code);
	}
}

/** A finding that ends the examination of the log (stage 2). */
export class Stop extends Error {
	constructor(readonly code: Code, readonly where: string) {
		super(code);
	}
}

/** A limit of format.md §11 that makes custody fail. */
export class OverLimit extends Error {}
