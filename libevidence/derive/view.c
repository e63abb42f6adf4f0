/* view: see view.h. Walks the log twice: what counts of it, then the rows. */
#include "derive/view_row.h"

#include "derive/latest.h"
#include "platform/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (16u << 20) /* bytes of a note, as `evidence note` takes them */
#define BLOCK 65536u

struct known {
	struct evd_id id;
	uint64_t exhibit;
	bool lost;
	struct evd_latest read_out;
};

struct walk {
	struct evd_view_out out;
	enum evd_form form;
	struct known *item;
	size_t n, cap;
	struct evd_view_item pending; /* a content record whose origin may follow; id.seq 0: none */
	int64_t pending_ms;
};

bool evd_view_member(const struct evd_json *j, size_t object, const char *key, struct evd_buf *out)
{
	char bytes[EVD_OBJECT_KEY_MAX];
	struct evd_view v;
	size_t at = evd_json_find(j, object, key);

	if (at && j->node[at].type == EVD_JSON_STRING) {
		evd_put_unescaped(out, j->node[at].raw);
		return true;
	}
	if (at && j->node[at].type != EVD_JSON_NULL) {
		evd_put_view(out, j->node[at].raw);
		return true;
	}
	snprintf(bytes, sizeof bytes, "%sBytes", key);
	if (!evd_json_string(j, object, bytes, &v))
		return false;
	evd_put_str(out, "base64url:");
	evd_put_view(out, v);
	return true;
}

void evd_view_id(char out[EVD_VIEW_ID], struct evd_id id)
{
	snprintf(out, EVD_VIEW_ID, "%" PRIu64 "/%" PRIu64, id.seq, id.k);
}

void evd_view_about(const struct evd_view_out *v, struct evd_buf *b)
{
	evd_put_str(b, "Derived view, not the evidence: that is in the sealed bundle. Case number ");
	evd_put_view(b, evd_buf_view(&v->number));
	evd_putf(b, ", case %s, custody head %s (entry %zu), made %s by evidence %s", v->c->log.case_id,
	         v->head, v->c->log.entries.n, v->made, EVD_VERSION);
	if (v->done->withheld)
		evd_putf(b, "; %" PRIu64 " records are withheld in this case and not in the view",
		         v->done->withheld);
	evd_put_str(b, ".");
}

int evd_view_flush(struct evd_view_out *v, size_t least, struct evd_error *err)
{
	int r = evd_buf_check(&v->b, err);

	if (r || v->b.len < least || v->b.len == 0)
		return r;
	r = evd_file_write(v->fd, v->b.data, v->b.len, err);
	v->written += v->b.len;
	evd_buf_reset(&v->b);
	return r;
}

int evd_view_goes_on(const struct evd_view_out *v, struct evd_error *err)
{
	return v->how->progress && v->how->progress(v->how->ctx, v->written, 0)
	           ? evd_fail(err, EVD_E_CANCELLED, "stopped")
	           : 0;
}

/* Place of the first item that is not before `id`. */
static size_t lower(const struct walk *w, struct evd_id id)
{
	size_t low = 0, high = w->n;

	while (low < high) { /* content records come in the order of their ids */
		size_t mid = low + (high - low) / 2;
		const struct known *at = &w->item[mid];

		if (at->id.seq < id.seq || (at->id.seq == id.seq && at->id.k < id.k))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct known *find(const struct walk *w, struct evd_id id)
{
	size_t i = lower(w, id);

	return i < w->n && w->item[i].id.seq == id.seq && w->item[i].id.k == id.k ? &w->item[i] : NULL;
}

/* The text of a payload file of ours, if it still has its digest. */
static int read_text(struct evd_case *c, struct evd_id id, const struct evd_record *r,
                     struct evd_buf *out, struct evd_error *err)
{
	char path[EVD_PAYLOAD_PATH];
	uint8_t digest[EVD_SHA256_LEN];
	int code;

	evd_payload_path(path, id, r->ext);
	code = evd_file_read(c->dir, path, TEXT_MAX, out, err);
	if (code == 0)
		code = evd_sha256(evd_buf_view(out), digest, err);
	if (code == 0 && memcmp(digest, r->sha256, sizeof digest) != 0)
		code = evd_fail(err, EVD_E_DAMAGED, "%s is not as it was recorded", path);
	return code;
}

/* The newest description has the case's number. */
static int take_number(struct walk *w, struct evd_id id, const struct evd_record *r,
                       struct evd_error *err)
{
	struct evd_buf file = {0};
	struct evd_json j = {0};
	int code = read_text(w->out.c, id, r, &file, err);

	if (code == 0 && evd_json_parse(&j, evd_buf_view(&file), NULL) == 0 &&
	    evd_json_find(&j, 0, "number")) {
		evd_buf_reset(&w->out.number);
		evd_view_member(&j, 0, "number", &w->out.number);
	}
	evd_json_release(&j);
	evd_buf_release(&file);
	return code;
}

/* First walk. */
static int survey(void *ctx, const struct evd_record *r, const struct evd_json *j,
                  struct evd_view line, struct evd_error *err)
{
	struct walk *w = ctx;
	const struct evd_log *log = &w->out.c->log;
	struct evd_view item, kind;
	struct evd_id id = {log->entry.seq, r->k};
	struct known *known;
	void *grown;

	(void)line;
	if (r->kind == EVD_KIND_CONTENT) {
		grown = evd_grow(w->item, w->n, &w->cap, sizeof *w->item);
		if (!grown)
			return evd_nomem(err);
		w->item = grown;
		w->item[w->n++] = (struct known){.id = id, .exhibit = r->exhibit};
		return r->role == EVD_ROLE_DESCRIPTION ? take_number(w, id, r, err) : 0;
	}
	if (r->kind == EVD_KIND_OTHER && log->entry.action == EVD_READ_OUT &&
	    evd_json_string(j, 0, "item", &item) && evd_id_parse(item, &id) &&
	    evd_json_string(j, 0, "kind", &kind) && (known = find(w, id)) != NULL)
		evd_latest_see(&known->read_out, log->entry.seq, kind, j);
	return evd_view_goes_on(&w->out, err);
}

static int put(struct walk *w, const struct evd_row *row, struct evd_error *err)
{
	static int (*const put_row[])(struct evd_view_out *, const struct evd_row *,
	                              struct evd_error *) = {
	    [EVD_FORM_CSV] = evd_view_csv_row,
	    [EVD_FORM_JSONL] = evd_view_jsonl_row,
	    [EVD_FORM_CASE] = evd_view_case_row,
	};
	int r = evd_view_goes_on(&w->out, err);

	if (r)
		return r;
	w->out.done->rows += row->kind != EVD_ROW_ENTRY && row->kind != EVD_ROW_SCOPE;
	r = put_row[w->form](&w->out, row, err);
	return r ? r : evd_view_flush(&w->out, BLOCK, err);
}

static int put_item(struct walk *w, const struct evd_json *origin, struct evd_error *err)
{
	static const char *const role[] = {"seal",      "receipt", "validation", "description",
	                                   "statement", "note",    "item"};
	struct evd_row row = {.kind = EVD_ROW_ITEM,
	                      .record = w->pending.id,
	                      .item = w->pending.id,
	                      .exhibit = w->pending.exhibit,
	                      .content = &w->pending,
	                      .j = origin,
	                      .entry_ms = w->pending_ms};
	int r;

	if (!w->pending.id.seq)
		return 0;
	row.name = evd_view_str(role[w->pending.role]);
	r = put(w, &row, err);
	w->pending.id.seq = 0;
	return r;
}

static int put_text(struct walk *w, const struct evd_record *r, struct evd_error *err)
{
	struct evd_buf file = {0};
	struct evd_row row = {.kind = EVD_ROW_TEXT,
	                      .record = w->pending.id,
	                      .item = w->pending.id,
	                      .content = &w->pending,
	                      .entry_ms = w->pending_ms};
	int code = read_text(w->out.c, w->pending.id, r, &file, err);

	row.name = evd_view_str(r->role == EVD_ROLE_NOTE        ? "note"
	                        : r->role == EVD_ROLE_STATEMENT ? "statement"
	                                                        : "description");
	row.text = evd_buf_view(&file);
	if (code == 0)
		code = put(w, &row, err);
	w->pending.id.seq = 0;
	evd_buf_release(&file);
	return code;
}

static int take_content(struct walk *w, const struct evd_record *r, struct evd_error *err)
{
	struct evd_view_item *p = &w->pending;

	memset(p, 0, sizeof *p);
	p->id = (struct evd_id){w->out.c->log.entry.seq, r->k};
	p->exhibit = r->exhibit;
	p->size = r->size;
	p->role = r->role;
	p->lost = find(w, p->id)->lost;
	memcpy(p->sha256, r->sha256, sizeof p->sha256);
	memcpy(p->sha512, r->sha512, sizeof p->sha512);
	snprintf(p->path, sizeof p->path, "%.*s", (int)r->path.len, (const char *)r->path.p);
	w->pending_ms = w->out.c->log.entry.time_ms;
	return r->role == EVD_ROLE_NOTE || r->role == EVD_ROLE_STATEMENT ||
	               r->role == EVD_ROLE_DESCRIPTION
	           ? put_text(w, r, err)
	           : 0;
}

/* CASE tells the log too: who acted, and on which exhibits. */
static int put_log(struct walk *w, const struct evd_record *r, const struct evd_json *j,
                   struct evd_error *err)
{
	const struct evd_entry *entry = &w->out.c->log.entry;
	struct evd_row row = {.record = {entry->seq, r->k}, .j = j, .entry_ms = entry->time_ms};
	int code = 0;

	if (r->kind == EVD_KIND_CIRCUMSTANCES) {
		row.kind = EVD_ROW_ENTRY;
		return put(w, &row, err);
	}
	row.kind = EVD_ROW_SCOPE;
	for (size_t i = lower(w, r->first); code == 0 && i < w->n; i++) {
		row.item = w->item[i].id;
		if (row.item.seq != r->last.seq || row.item.k > r->last.k)
			break;
		if (w->item[i].exhibit)
			code = put(w, &row, err);
	}
	return code;
}

static int put_correction(struct walk *w, const struct evd_record *r, const struct evd_json *j,
                          struct evd_error *err)
{
	const struct evd_entry *entry = &w->out.c->log.entry;
	const struct evd_row row = {.kind = EVD_ROW_CORRECTION,
	                            .name = evd_view_str("correction"),
	                            .record = {entry->seq, r->k},
	                            .j = j,
	                            .entry_ms = entry->time_ms};

	return put(w, &row, err);
}

/* Second walk. Of an item that was read several times the latest read-out counts. */
static int rows(void *ctx, const struct evd_record *r, const struct evd_json *j,
                struct evd_view line, struct evd_error *err)
{
	struct walk *w = ctx;
	const struct evd_entry *entry = &w->out.c->log.entry;
	struct evd_row row = {.kind = EVD_ROW_READ, .record = {entry->seq, r->k}, .j = j};
	struct evd_view item;
	const struct known *known;
	int code;

	(void)line;
	if (evd_record_is_origin_of(r, entry->seq) && r->first.seq == w->pending.id.seq &&
	    r->first.k == w->pending.id.k)
		return put_item(w, j, err);
	code = put_item(w, NULL, err);
	if (code == 0 && r->kind == EVD_KIND_CONTENT)
		return take_content(w, r, err);
	if (code == 0 && w->form == EVD_FORM_CASE &&
	    (r->kind == EVD_KIND_CIRCUMSTANCES || r->kind == EVD_KIND_SCOPE))
		return put_log(w, r, j, err);
	if (code == 0 && r->kind == EVD_KIND_CORRECTION && entry->action == EVD_CORRECT)
		return put_correction(w, r, j, err);
	if (code || r->kind != EVD_KIND_OTHER || entry->action != EVD_READ_OUT ||
	    !evd_json_string(j, 0, "kind", &row.name) || !evd_json_string(j, 0, "item", &item) ||
	    !evd_id_parse(item, &row.item))
		return code;
	known = find(w, row.item);
	if (!known || evd_latest_of(&known->read_out) != entry->seq)
		return 0;
	row.exhibit = known->exhibit;
	row.entry_ms = entry->time_ms;
	return put(w, &row, err);
}

static int write_rows(struct walk *w, struct evd_error *err)
{
	static int (*const begin[])(struct evd_view_out *, struct evd_error *) = {
	    [EVD_FORM_CSV] = evd_view_csv_begin,
	    [EVD_FORM_JSONL] = evd_view_jsonl_begin,
	    [EVD_FORM_CASE] = evd_view_case_begin,
	};
	const struct evd_log *log = &w->out.c->log;
	int r = begin[w->form](&w->out, err);

	/* both are the content records in their order */
	for (size_t i = 0; i < w->n && i < log->items.n; i++)
		w->item[i].lost = log->items.at[i].lost;
	if (r == 0)
		r = evd_case_read(w->out.c, NULL, rows, w, err);
	if (r == 0)
		r = put_item(w, NULL, err);
	if (r == 0 && w->form == EVD_FORM_CASE)
		r = evd_view_case_end(&w->out, err);
	return r;
}

int evd_view_write(struct evd_case *c, const struct evd_view_how *how, int fd,
                   struct evd_viewed *out, struct evd_error *err)
{
	const enum evd_form form = how->form;
	struct walk w = {.out = {.c = c, .fd = fd, .done = out, .how = how}, .form = form};
	struct evd_view_out *v = &w.out;
	int r;

	memset(out, 0, sizeof *out);
	evd_object_init(&v->o);
	r = evd_case_read(c, NULL, survey, &w, err);
	if (r == 0) {
		evd_hex(v->head, c->log.entries.at[c->log.entries.n - 1].digest[EVD_FILE_ENTRY],
		        EVD_SHA256_LEN);
		evd_time_format(v->made, how->now_ms);
		out->withheld = c->log.n_withheld;
		if (form == EVD_FORM_SKETCH || form == EVD_FORM_SKETCH_CSV)
			r = evd_view_sketch(v, form == EVD_FORM_SKETCH_CSV, err);
		else
			r = write_rows(&w, err);
	}
	if (r == 0)
		r = evd_view_flush(v, 0, err);
	evd_object_release(&v->o);
	evd_buf_release(&v->b);
	evd_buf_release(&v->number);
	evd_buf_release(&v->plain);
	free(w.item);
	return r;
}
