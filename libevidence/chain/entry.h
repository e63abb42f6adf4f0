/*
 * entry: one event of the custody log, entry.json (docs/format.md §4): the table of actions, reading
 * and writing.
 */
#ifndef EVD_ENTRY_H
#define EVD_ENTRY_H

#include "base/limits.h"
#include "chain/schema.h"

enum evd_action {
	EVD_OPEN,
	EVD_CLOSE,
	EVD_VIEW,
	EVD_EXPORT,
	EVD_ADMIT,
	EVD_ACQUIRE,
	EVD_CAPTURE,
	EVD_NOTE,
	EVD_READ_OUT,
	EVD_DERIVE,
	EVD_COMPARE,
	EVD_TIMESTAMP,
	EVD_TRANSFER,
	EVD_RECEIVE,
	EVD_REFUSE,
	EVD_DISCLOSE,
	EVD_CONSENT,
	EVD_HOLD,
	EVD_DISPOSE,
	EVD_LOST,
	EVD_CORRECT,
	EVD_SEAL,
	EVD_ACTIONS
};

enum evd_admitted { EVD_AS_COLLEAGUE, EVD_AS_DEVICE, EVD_AS_RENEWED, EVD_AS_WITNESS };
enum evd_extent { EVD_WHOLE, EVD_EXTRACT };
enum evd_scope { EVD_SCOPE_ALL, EVD_SCOPE_TAGS };

/* `details`: the members that decide something; each action uses its own. */
struct evd_details {
	uint8_t certificate[EVD_SHA256_LEN]; /* admit */
	unsigned as;                         /* admit: enum evd_admitted */
	struct evd_digest_or_null recipient; /* transfer: certificate */
	char transfer_id[37];                /* transfer, receive, refuse */
	uint8_t seal_digest[EVD_SHA256_LEN]; /* receive, refuse */
	uint64_t entry;                      /* timestamp */
	uint8_t signature[EVD_SHA256_LEN];   /* timestamp */
	uint8_t token[EVD_SHA256_LEN];       /* timestamp */
	unsigned extent;                     /* disclose, seal: enum evd_extent */
	uint64_t disclose;                   /* seal; 0 = null */
	unsigned scope;                      /* seal: enum evd_scope */
	unsigned timestamp_none;             /* seal: 0 required, 1 none */
	struct evd_id record;                /* correct */
	unsigned code[2];                    /* other closed lists; not looked at */
};

#define EVD_FORMAT_FAMILY "libevidence-custody-"
#define EVD_FORMAT_NAME EVD_FORMAT_FAMILY "1"

struct evd_entry {
	uint64_t seq;
	unsigned action; /* enum evd_action */
	char case_id[37];
	int64_t time_ms;
	uint8_t certificate[EVD_SHA256_LEN];
	bool has_previous;
	uint8_t previous_entry[EVD_SHA256_LEN], previous_signature[EVD_SHA256_LEN];
	uint64_t count; /* records */
	uint8_t root[EVD_SHA256_LEN];
	struct evd_details details;
};

/* What an action asks of the records its entry brings (counts of those shown). */
struct evd_action_rule {
	const char *name;
	uint64_t min_content, max_content, min_scope, min_correction;
	bool scope_earlier; /* scope ids must lie in earlier entries */
	bool after_close;   /* may follow `close` */
};

const struct evd_action_rule *evd_action_rule(unsigned action);
/* evd_action_find(name): its number, or EVD_ACTIONS. */
unsigned evd_action_find(struct evd_view name);

/*
 * evd_entry_read(text, j, out, err): `j` is scratch. FORMAT: not of the one form; UNSUPPORTED: a newer
 * format, named in err.
 */
int evd_entry_read(struct evd_view text, struct evd_json *j, struct evd_entry *out,
                   struct evd_error *err) EVD_MUST_USE;

/*
 * chain/entry_write.c, no part of the verifier.
 * evd_entry_write(e, details, out, err): canonical entry.json of `e`; `details` is the object (its
 * members are the caller's). The result is read back into `e`, details too; FORMAT if it is not of
 * the form.
 */
int evd_entry_write(struct evd_entry *e, struct evd_object *details, struct evd_buf *out,
                    struct evd_error *err) EVD_MUST_USE;

#endif
