/*
 * record: one line of records.jsonl (docs/format.md §3, §6): common members, the kinds of the format,
 * withheld runs.
 */
#ifndef EVD_RECORD_H
#define EVD_RECORD_H

#include "base/limits.h"
#include "chain/schema.h"

enum evd_record_kind {
	EVD_KIND_CIRCUMSTANCES,
	EVD_KIND_CONTENT,
	EVD_KIND_ORIGIN,
	EVD_KIND_SCOPE,
	EVD_KIND_CORRECTION,
	EVD_KIND_OTHER /* of a reader: form and common members only */
};

enum evd_role {
	EVD_ROLE_SEAL,
	EVD_ROLE_RECEIPT,
	EVD_ROLE_VALIDATION,
	EVD_ROLE_DESCRIPTION,
	EVD_ROLE_STATEMENT,
	EVD_ROLE_NOTE,
	EVD_ROLE_NONE /* the member is absent */
};

#define EVD_EXT_MAX 8u /* characters of a payload file's extension */

/* A record line as read. Views borrow the line. */
struct evd_record {
	enum evd_record_kind kind;
	uint64_t k;
	/* content */
	struct evd_view path;
	uint64_t size;
	uint8_t sha256[EVD_SHA256_LEN], sha512[EVD_SHA512_LEN];
	uint32_t crc32;
	uint64_t exhibit; /* 0: absent */
	unsigned role;    /* enum evd_role */
	char ext[EVD_EXT_MAX + 1];
	/* scope: first, last; correction: first is the record; origin: first is the item */
	struct evd_id first, last;
};

/* evd_record_is_origin_of(r, seq): the record, of entry `seq`, is an origin of an item that this entry brought. Only
 * such a one gives an item its name, and of several the first: the format lets any entry hold origin records, a
 * witness's note too (docs/format.md §3, §4). */
static inline bool evd_record_is_origin_of(const struct evd_record *r, uint64_t seq)
{
	return r->kind == EVD_KIND_ORIGIN && r->first.seq == seq && r->first.k < r->k;
}

/* A withheld run. */
struct evd_withheld {
	uint64_t first, last;
};

/*
 * evd_record_read(line, j, case_id, id, out, err): a record that must be number id.k of entry id.seq.
 * FORMAT: not of the one form. `j` keeps the parsed line (for those who look further).
 */
int evd_record_read(struct evd_view line, struct evd_json *j, const char *case_id, struct evd_id id,
                    struct evd_record *out, struct evd_error *err) EVD_MUST_USE;
/* evd_record_is_withheld(line): the line is meant as a withheld run. */
bool evd_record_is_withheld(struct evd_view line);
/*
 * evd_withheld_read(line, j, k, count, out, err): a run that must begin at record k. The hashes are
 * then the strings of the array at evd_json_find(j, 0, "hashes"), their number checked.
 */
int evd_withheld_read(struct evd_view line, struct evd_json *j, uint64_t k, uint64_t count,
                      struct evd_withheld *out, struct evd_error *err) EVD_MUST_USE;

/* evd_payload_path(out, id, ext): "data/00000003/00000017.jpg"; `out` has EVD_PAYLOAD_PATH bytes. */
#define EVD_PAYLOAD_PATH 40u
void evd_payload_path(char out[EVD_PAYLOAD_PATH], struct evd_id id, const char *ext);

#endif
