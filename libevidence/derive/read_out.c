/* read_out: see read_out.h. */
#include "derive/read_out.h"

#include "base/frame.h"
#include "platform/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILES_MAX 5u /* of one item: itself, what goes with it, the listing of loose files */

/* An item whose process is at work; its files stay open until its turn has come: should a reader crash, they are read
 * anew. */
struct under_way {
	int fd[FILES_MAX];
	struct evd_view name[FILES_MAX];
	size_t n;
	bool loose; /* the last is the listing */
	struct evd_loose_listed listed;
};

struct reading {
	struct evd_draft d;
	struct under_way
	    ahead[EVD_READER_AHEAD]; /* in the order of the items; the first is the one read next */
	size_t n_ahead, next;        /* the item to be started next */
	const struct evd_to_read *item;
	const struct evd_reading_list *list;
	struct evd_object record;
	char item_id[48], reader[33], version[33], spec[200];
	struct evd_buf item_json, reader_json; /* both as JSON spells them */
	bool confirmed;
	struct {
		int code; /* 0: none */
		char reader[33], text[200];
	} stopped;        /* the first reader of the item that did not come to its end */
	uint64_t records; /* of this reader and item */
	uint64_t memory, seconds, output; /* what an item may use */
	struct evd_read_out *out;
};

static void keep(char *to, size_t cap, struct evd_view v)
{
	snprintf(to, cap, "%.*s", (int)(v.len < cap ? v.len : cap - 1), (const char *)v.p);
}

static int on_begin(void *ctx, const struct evd_reader_about *about, struct evd_error *err)
{
	struct reading *rd = ctx;

	keep(rd->reader, sizeof rd->reader, about->name);
	keep(rd->version, sizeof rd->version, about->version);
	keep(rd->spec, sizeof rd->spec, about->spec);
	rd->confirmed = about->confirmed;
	rd->records = 0;
	evd_buf_reset(&rd->reader_json);
	evd_put_json_string(&rd->reader_json, evd_view_str(rd->reader));
	return evd_buf_check(&rd->reader_json, err);
}

static int on_record(void *ctx, struct evd_view line, const struct evd_json *j,
                     struct evd_error *err)
{
	struct reading *rd = ctx;

	(void)line;
	rd->records++;
	rd->out->records++;
	return evd_entry_line(&rd->d, j, evd_buf_view(&rd->item_json), evd_buf_view(&rd->reader_json),
	                      err);
}

static void keep_stopped(struct reading *rd, int code, const char *text)
{
	if (code == 0 || code == EVD_E_FORMAT || rd->stopped.code)
		return;
	rd->stopped.code = code;
	snprintf(rd->stopped.reader, sizeof rd->stopped.reader, "%s", rd->reader);
	snprintf(rd->stopped.text, sizeof rd->stopped.text, "%s", text);
}

/* How one reader ended with one item. */
static int on_end(void *ctx, int code, const char *text, struct evd_error *err)
{
	struct reading *rd = ctx;
	struct evd_object *o = &rd->record;

	keep_stopped(rd, code, text);
	evd_object_reset(o);
	evd_object_cstr(o, "kind", "reading");
	evd_object_cstr(o, "item", rd->item_id);
	evd_object_cstr(o, "reader", rd->reader);
	evd_object_cstr(o, "version", rd->version);
	evd_object_bytes(o, "spec", evd_view_str(rd->spec));
	evd_object_bool(o, "confirmed", rd->confirmed);
	evd_object_int(o, "records", rd->records);
	evd_object_cstr(o, "end",
	                code == 0              ? "whole"
	                : code == EVD_E_FORMAT ? "other-format"
	                                       : "stopped");
	if (code)
		evd_object_bytes(o, "text", evd_view_str(text));
	return evd_entry_record(&rd->d, o, NULL, err);
}

static void close_files(struct under_way *w)
{
	while (w->n)
		close(w->fd[--w->n]);
}

static int open_files(struct evd_case *c, const struct evd_reading_list *list,
                      const struct evd_to_read *it, struct under_way *w, struct evd_error *err)
{
	uint64_t size;
	int r = 0;

	w->n = 0;
	w->loose = false;
	for (size_t i = 0; i <= it->n_with && i + 1 < FILES_MAX && r == 0; i++) {
		const struct evd_to_read *x = i ? &list->at[it->with[i - 1]] : it;

		r = evd_file_open(c->dir, x->path, &w->fd[w->n], &size, err);
		if (r == 0)
			w->name[w->n++] = evd_view_str(x->name ? x->name : "");
	}
	if (r == 0 && list->loose && evd_loose_wanted(w->fd[0], it->name))
		r = evd_loose_listing(list->loose, c->dir, it->id, &w->fd[w->n], &w->listed, err);
	else
		w->fd[w->n] = -1;
	if (r == 0 && w->fd[w->n] >= 0) {
		w->name[w->n++] = evd_view_str("");
		w->loose = true;
	}
	if (r)
		close_files(w);
	return r;
}

static struct evd_reader_item files_of(const struct under_way *w)
{
	return (struct evd_reader_item){.fd = w->fd, .name = w->name, .n = w->n, .loose = w->loose};
}

/* While records of one item are written down, the processes of the next ones work. */
static int start_ahead(struct reading *rd, struct evd_reader *reader, struct evd_case *c,
                       struct evd_error *err)
{
	const struct evd_reading_list *list = rd->list;
	int r = 0;

	for (; r == 0 && rd->next < list->n && rd->n_ahead < EVD_READER_AHEAD; rd->next++) {
		struct under_way *w = &rd->ahead[rd->n_ahead];
		struct evd_reader_item what;

		if (list->at[rd->next].companion)
			continue;
		r = open_files(c, list, &list->at[rd->next], w, err);
		if (r)
			break;
		rd->n_ahead++;
		what = files_of(w);
		r = evd_reader_ahead(reader, &what, err);
	}
	return r;
}

static void drop_first(struct reading *rd)
{
	close_files(&rd->ahead[0]);
	memmove(rd->ahead, rd->ahead + 1, --rd->n_ahead * sizeof *rd->ahead);
}

/* Which loose files the reader was told of: those of its folder, of these entries. */
static void put_listed(struct evd_object *rec, const struct evd_loose_listed *x)
{
	if (!x->files)
		return;
	evd_object_int(rec, "looseFiles", x->files);
	evd_object_int(rec, "looseFirst", x->first);
	evd_object_int(rec, "looseLast", x->last);
	if (x->left_out)
		evd_object_int(rec, "looseLeftOut", x->left_out);
}

/* What a reader cost that gave up by itself: for want of memory, of room for its records, of bytes of the item. */
static int say_stopped(struct reading *rd, struct evd_error *err)
{
	struct evd_object *rec = &rd->record;
	const int code = rd->stopped.code;

	evd_object_reset(rec);
	evd_object_cstr(rec, "kind", "unread");
	evd_object_cstr(rec, "item", rd->item_id);
	evd_object_cstr(rec, "code",
	                code == EVD_E_NOMEM     ? "memory"
	                : code == EVD_E_LIMIT   ? "limit"
	                : code == EVD_E_IO      ? "io"
	                : code == EVD_E_DAMAGED ? "damaged"
	                                        : "failed");
	evd_object_cstr(rec, "reader", rd->stopped.reader);
	evd_object_bytes(rec, "text", evd_view_str(rd->stopped.text));
	return evd_entry_record(&rd->d, rec, NULL, err);
}

static int say_outcome(struct reading *rd, const struct evd_reader_outcome *o,
                       const struct evd_loose_listed *listed, struct evd_error *err)
{
	struct evd_object *rec = &rd->record;
	const bool done = o->state == EVD_READER_DONE && !rd->stopped.code;
	int r;

	snprintf(rd->out->sandbox, sizeof rd->out->sandbox, "%s", o->sandbox);
	evd_object_reset(rec);
	evd_object_cstr(rec, "kind", "read-item");
	evd_object_cstr(rec, "item", rd->item_id);
	evd_object_cstr(rec, "sandbox", o->sandbox);
	evd_object_cstr(rec, "end", done ? "done" : "trouble");
	evd_object_int(rec, "memory", rd->memory);
	evd_object_int(rec, "output", rd->output);
	evd_object_int(rec, "seconds", rd->seconds);
	put_listed(rec, listed);
	r = evd_entry_record(&rd->d, rec, NULL, err);
	if (r || done)
		return r;
	rd->out->trouble++;
	rd->out->refused += o->state == EVD_READER_REFUSED;
	evd_object_reset(rec);
	if (evd_reader_unread(o, rec)) {
		evd_object_cstr(rec, "item", rd->item_id);
		r = evd_entry_record(&rd->d, rec, NULL, err);
	}
	if (r || !rd->stopped.code || strcmp(rd->stopped.reader, o->reader) == 0)
		return r; /* of a reader that was ended, the outcome says it */
	return say_stopped(rd, err);
}

/* The first of those under way. */
static int read_item(struct reading *rd, struct evd_reader *reader, struct evd_error *err)
{
	const struct evd_reader_events events = {on_begin, on_record, on_end, rd};
	struct evd_reader_outcome outcome;
	struct evd_reader_item what = files_of(&rd->ahead[0]);
	const struct evd_loose_listed none = {0};
	const struct evd_loose_listed listed = rd->ahead[0].loose ? rd->ahead[0].listed : none;
	int r;

	rd->stopped.code = 0;
	snprintf(rd->item_id, sizeof rd->item_id, "%" PRIu64 "/%" PRIu64, rd->item->id.seq,
	         rd->item->id.k);
	evd_buf_reset(&rd->item_json);
	evd_put_json_string(&rd->item_json, evd_view_str(rd->item_id));
	r = evd_buf_check(&rd->item_json, err);
	if (r)
		return r;
	r = evd_reader_read(reader, &what, &events, &outcome, err);
	drop_first(rd);
	return r ? r : say_outcome(rd, &outcome, &listed, err);
}

/* What the entry speaks of: runs of neighbouring ids as one scope record each. */
static int add_scope(struct reading *rd, const struct evd_to_read *items, size_t n,
                     struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = evd_entry_scope(&rd->d, items[i].id, items[i].id, err);
	return r;
}

int evd_read_out(struct evd_case *c, struct evd_key *key, const struct evd_reading_list *list,
                 const struct evd_reader_config *config,
                 int (*progress)(void *ctx, uint64_t done, uint64_t all), void *ctx,
                 struct evd_read_out *out, struct evd_error *err)
{
	struct reading rd = {.out = out,
	                     .list = list,
	                     .memory = config->memory ? config->memory : EVD_READER_MEMORY,
	                     .seconds = config->seconds ? config->seconds : EVD_READER_SECONDS,
	                     .output = config->output ? config->output : EVD_READER_OUTPUT};
	struct evd_reader *reader = NULL;
	size_t done = 0;
	int r;

	memset(out, 0, sizeof *out);
	r = evd_reader_open(config, &reader, err);
	if (r)
		return r;
	r = evd_entry_begin(c, EVD_READ_OUT, evd_key_actor(key), NULL, &rd.d, err);
	if (r) {
		evd_reader_close(reader);
		return r;
	}
	evd_object_init(&rd.record);
	evd_object_cstr(&rd.d.details, "reader", "evidence-reader");
	evd_object_cstr(&rd.d.details, "version", EVD_VERSION);
	for (; done < list->n && r == 0; done++) {
		rd.item = &list->at[done];
		if (!rd.item->companion) {
			r = start_ahead(&rd, reader, c, err);
			if (r == 0)
				r = read_item(&rd, reader, err);
		}
		if (progress && progress(ctx, done + 1, list->n)) {
			done++;
			break;
		}
	}
	while (rd.n_ahead)
		drop_first(&rd);
	out->items = done;
	if (r == 0)
		r = add_scope(&rd, list->at, done, err);
	evd_object_release(&rd.record);
	evd_buf_release(&rd.item_json);
	evd_buf_release(&rd.reader_json);
	evd_reader_close(reader);
	if (r == 0)
		return evd_entry_commit(&rd.d, key, err);
	evd_entry_abandon(&rd.d);
	return r;
}
