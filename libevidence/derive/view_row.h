/* view_row: what the writers of views share, and the timeline with them. Internal to derive. */
#ifndef EVD_VIEW_ROW_H
#define EVD_VIEW_ROW_H

#include "base/text.h"
#include "derive/view.h"

/* The view being written, and what its first row says. */
struct evd_view_out {
	struct evd_case *c;
	int fd;
	struct evd_buf b;      /* not yet written */
	struct evd_buf number; /* the case's, UTF-8 */
	char head[2 * EVD_SHA256_LEN + 1], made[EVD_TIME_LEN + 1];
	struct evd_object o;  /* scratch */
	struct evd_buf plain; /* scratch */
	struct evd_viewed *done;
	const struct evd_view_how *how;
	uint64_t written; /* bytes */
	struct {          /* CASE: the message written last */
		struct evd_id item;
		uint64_t chat, n;
	} last;
};

/* An item's content record. */
struct evd_view_item {
	struct evd_id id;
	uint64_t exhibit, size;
	uint8_t sha256[EVD_SHA256_LEN], sha512[EVD_SHA512_LEN];
	char path[EVD_PAYLOAD_PATH];
	unsigned role;
	bool lost; /* its file is gone or spoilt */
};

/* One row: an item with its origin (`j`, or NULL), a text of the custodian, a correction `j` of a record, or a reader's
 * record `j`; of CASE also an entry's circumstances `j`, and an exhibit that an entry speaks of. */
enum evd_row_kind {
	EVD_ROW_ITEM,
	EVD_ROW_TEXT,
	EVD_ROW_CORRECTION,
	EVD_ROW_READ,
	EVD_ROW_ENTRY,
	EVD_ROW_SCOPE
};
struct evd_row {
	enum evd_row_kind kind;
	struct evd_view name; /* "item", "note", …, or the kind of the reader's record */
	struct evd_id record, item;
	uint64_t exhibit;
	const struct evd_view_item *content; /* ITEM, TEXT */
	const struct evd_json *j;
	struct evd_view text; /* TEXT */
	int64_t entry_ms;
};

/* evd_view_member(j, object, key, out): a member as plain text: a string, a number, or bytes that are no
 * text, as "base64url:…"; appended; false if absent. */
bool evd_view_member(const struct evd_json *j, size_t object, const char *key, struct evd_buf *out);
/* evd_view_id(out, id): "SEQ/K". */
#define EVD_VIEW_ID 48u
void evd_view_id(char out[EVD_VIEW_ID], struct evd_id id);
/* evd_view_about(v, b): the sentence that says what the file is. */
void evd_view_about(const struct evd_view_out *v, struct evd_buf *b);
/* evd_view_cell(b, text, first): one cell of RFC 4180, harmless to spreadsheets (docs/exchange.md §2). */
void evd_view_cell(struct evd_buf *b, struct evd_view text, bool first);
/* evd_view_flush(v, least, err): writes what is there if it is at least so much. */
int evd_view_flush(struct evd_view_out *v, size_t least, struct evd_error *err) EVD_MUST_USE;

/* evd_view_goes_on(v, err): tells the progress; CANCELLED if it asks to stop. */
int evd_view_goes_on(const struct evd_view_out *v, struct evd_error *err) EVD_MUST_USE;

int evd_view_csv_begin(struct evd_view_out *v, struct evd_error *err) EVD_MUST_USE;
int evd_view_csv_row(struct evd_view_out *v, const struct evd_row *row,
                     struct evd_error *err) EVD_MUST_USE;
int evd_view_jsonl_begin(struct evd_view_out *v, struct evd_error *err) EVD_MUST_USE;
int evd_view_jsonl_row(struct evd_view_out *v, const struct evd_row *row,
                       struct evd_error *err) EVD_MUST_USE;
int evd_view_case_begin(struct evd_view_out *v, struct evd_error *err) EVD_MUST_USE;
int evd_view_case_row(struct evd_view_out *v, const struct evd_row *row,
                      struct evd_error *err) EVD_MUST_USE;
int evd_view_case_end(struct evd_view_out *v, struct evd_error *err) EVD_MUST_USE;
/* evd_view_sketch(v, csv, err): the whole timeline. */
int evd_view_sketch(struct evd_view_out *v, bool csv, struct evd_error *err) EVD_MUST_USE;

#endif
