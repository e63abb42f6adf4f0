/*
 * log: walks a custody log entry by entry and says by findings what does not hold (docs/verify.md §3,
 * stage 2). Used by the verifier on a bundle and by `evidence` on an open case.
 *
 * Calls, for seq = 1, 2, …: evd_log_entry, then evd_log_records_add for each piece of records.jsonl,
 * evd_log_records_end, evd_log_token if there is one; at last evd_log_end. Each returns 0, EVD_STOP
 * after a failed finding (the log must then not be walked on), or an error of ours.
 */
#ifndef EVD_LOG_H
#define EVD_LOG_H

#include "base/digest.h"
#include "base/finding.h"
#include "base/merkle.h"
#include "chain/entry.h"
#include "chain/record.h"
#include "chain/signature.h"

/* Files of an entry, in the order in which they stand. */
enum evd_entry_file {
	EVD_FILE_ENTRY,
	EVD_FILE_SIGNATURE,
	EVD_FILE_RECORDS,
	EVD_FILE_TOKEN,
	EVD_ENTRY_FILES
};
/* evd_entry_file_name(f): "entry.json", … */
const char *evd_entry_file_name(unsigned f);

/* What is kept of an entry. */
struct evd_log_entry {
	uint8_t digest[EVD_ENTRY_FILES][EVD_SHA256_LEN]; /* of its files */
	uint32_t count;                                  /* records */
	uint32_t stamped;                                /* the entry a `timestamp` names; 0 */
	bool has_token;
	uint8_t action;  /* enum evd_action */
	uint16_t signer; /* index into signers */
	int64_t time_ms;
};

/* A content record that is shown. At most 128 bytes. */
struct evd_item {
	uint32_t seq, k;
	uint64_t size; /* bytes */
	uint64_t off;  /* the verifier's: where the payload stands in the container */
	uint8_t sha256[EVD_SHA256_LEN];
	uint32_t crc32;
	char ext[EVD_EXT_MAX + 1];
	uint8_t role;  /* enum evd_role */
	bool lost;     /* a `lost` entry names it */
	uint8_t state; /* the verifier's */
};

/* One certificate that signed entries. */
struct evd_log_signer {
	uint8_t fingerprint[EVD_SHA256_LEN];
	uint8_t *der;
	size_t der_len;
	uint64_t first, entries; /* first entry signed, how many; first 0: of an envelope's cover */
	int64_t earliest_ms, latest_ms; /* recorded times of its entries */
};

/* Signer `by` (an index) let the certificate in, by `admit`, or by `transfer` once answered. */
struct evd_let_in {
	size_t by;
	uint8_t certificate[EVD_SHA256_LEN];
	unsigned as;   /* enum evd_admitted; of transfers unused */
	bool in_force; /* an admit of the present branch */
};

struct evd_transfer {
	char id[37];
	struct evd_digest_or_null recipient;
	size_t by;
	bool open;
	uint32_t received; /* the entry `receive` that answered it; 0: none */
};

/* Records first…last of entry seq: withheld here, or named by the scope records of entry `by`. */
struct evd_range {
	uint32_t seq, by;
	uint64_t first, last;
	uint8_t action; /* of `by`: enum evd_action */
};

struct evd_log {
	const struct evd_findings *findings;
	char base[16];    /* "case-1f0c9a3e" */
	char case_id[37]; /* empty before entry 1 */
	bool closed;
	bool in_case; /* of an open case: what its last seal left out of a bundle is still here */

	EVD_ARRAY(struct evd_log_entry) entries;
	EVD_ARRAY(struct evd_item) items;
	EVD_ARRAY(struct evd_log_signer) signers;
	EVD_ARRAY(struct evd_let_in) let_in;
	EVD_ARRAY(struct evd_transfer) transfers;
	EVD_ARRAY(struct evd_range) runs;  /* withheld, in order */
	EVD_ARRAY(struct evd_range) named; /* by dispose, lost, disclose */
	EVD_ARRAY(uint32_t) disclosed;     /* disclose entries: number * 2 + (extent is extract) */
	EVD_ARRAY(uint32_t) applied;       /* those that a seal before a receive names */

	uint8_t custodian[EVD_SHA256_LEN];
	uint64_t last_exhibit;
	uint64_t n_records, n_withheld;

	struct evd_entry entry; /* the present one; after evd_log_end the last */
	struct evd_entry before;
	bool entry_checked;   /* its signature could be checked */
	size_t entry_signer;  /* index into signers */
	struct evd_buf actor; /* of a seal entry: the actor object, canonical; empty if withheld */

	/* records of the present entry */
	struct evd_merkle tree;
	struct evd_sha sha;
	struct evd_buf carry; /* a line cut by the end of a piece */
	struct evd_json json;
	uint64_t k, n_content, n_scope, n_correction, n_seal_role;
	uint64_t wrong_role; /* place of a first item of another role; 0: none */
	bool has_run, last_was_run, seal_digest_seen;
	/* called for every record shown, after its checks; may be NULL. `j` is the parsed line. */
	int (*on_record)(void *ctx, const struct evd_record *r, const struct evd_json *j,
	                 struct evd_view line, struct evd_error *err);
	void *on_record_ctx;
};

void evd_log_init(struct evd_log *log, const char *base, const struct evd_findings *findings);
void evd_log_release(struct evd_log *log);

/* evd_log_entry(log, json, p7s, has_token, err): steps 2 to 5 for the next entry. */
int evd_log_entry(struct evd_log *log, struct evd_view json, struct evd_view p7s, bool has_token,
                  struct evd_error *err) EVD_MUST_USE;
int evd_log_records_add(struct evd_log *log, struct evd_view piece,
                        struct evd_error *err) EVD_MUST_USE;
int evd_log_records_end(struct evd_log *log, struct evd_error *err) EVD_MUST_USE;
int evd_log_token(struct evd_log *log, struct evd_view token, struct evd_error *err) EVD_MUST_USE;
/* evd_log_totals(log, bytes, lost): of the items shown: bytes of those not lost, number of those lost. */
void evd_log_totals(const struct evd_log *log, uint64_t *bytes, uint64_t *lost);
/* evd_log_end(log, err): the last entry is a seal. */
int evd_log_end(struct evd_log *log, struct evd_error *err) EVD_MUST_USE;

/* evd_log_signed_by(log, s, err): log->entry was signed by `s`: noted in signers, as log->entry_signer. */
int evd_log_signed_by(struct evd_log *log, const struct evd_signer *s,
                      struct evd_error *err) EVD_MUST_USE;

/* evd_log_withheld(log, err): stage 3.1, the withheld records are those named; marks lost items. */
int evd_log_withheld(struct evd_log *log, struct evd_error *err) EVD_MUST_USE;

/* evd_log_must_withhold(log, out, n, err): the records that must be withheld, sorted and joined; for the
 * caller to free. */
int evd_log_must_withhold(const struct evd_log *log, struct evd_range **out, size_t *n,
                          struct evd_error *err) EVD_MUST_USE;

#endif
