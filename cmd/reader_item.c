/* reader_item: see reader_item.h. */
#include "reader_item.h"

#include "base/frame.h"
#include "formats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OUT_BLOCK (UINT32_C(64) << 10) /* bytes gathered before a write */

/* Probes and readers look at the same few bytes of an item again and again, so blocks once read are kept. */
#define BLOCK 4096u
#define SLOTS 4u

struct block {
	uint64_t off; /* of the item; a multiple of BLOCK */
	size_t len;   /* 0: nothing kept; less than BLOCK at the item's end */
	uint8_t byte[BLOCK];
};

struct file {
	int fd;
	struct block slot[SLOTS];
};

struct item {
	const struct evd_wire_request *q;
	struct file file[EVD_WIRE_SOURCES];
	struct evd_source source[EVD_WIRE_SOURCES];
	struct evd_input in;
	int out_fd;
	struct evd_buf out;  /* frames not yet written */
	struct evd_buf line; /* one record */
	bool alone;          /* no reader but the one of types, which takes every item, knows it */
	char type[80];       /* that it said; empty: none */
	uint64_t written;    /* bytes of records so far */
};

static int read_file(const struct file *f, uint64_t off, void *p, size_t len, size_t *got,
                     struct evd_error *err)
{
	*got = 0;
	if (off > INT64_MAX)
		return 0;
	while (*got < len) {
		ssize_t n = pread(f->fd, (char *)p + *got, len - *got, (off_t)(off + *got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return evd_fail_sys(err, errno, "cannot read the item");
		if (n == 0)
			break;
		*got += (size_t)n;
	}
	return 0;
}

static int read_source(void *ctx, uint64_t off, void *p, size_t len, size_t *got,
                       struct evd_error *err)
{
	struct file *f = ctx;
	uint64_t base = off - off % BLOCK;
	struct block *b = &f->slot[off / BLOCK % SLOTS];
	size_t skip = (size_t)(off - base);

	if (len > BLOCK - skip) /* not within one block */
		return read_file(f, off, p, len, got, err);
	if (b->len == 0 || b->off != base) {
		int r = read_file(f, base, b->byte, BLOCK, &b->len, err);

		b->off = base;
		if (r) {
			b->len = 0;
			*got = 0;
			return r;
		}
	}
	*got = b->len <= skip ? 0 : len < b->len - skip ? len : b->len - skip;
	memcpy(p, b->byte + skip, *got);
	return 0;
}

static int flush(struct item *it, struct evd_error *err)
{
	size_t done = 0;

	while (done < it->out.len) {
		ssize_t n = write(it->out_fd, it->out.data + done, it->out.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return evd_fail_sys(err, errno, "cannot hand over a record");
		done += (size_t)n;
	}
	evd_buf_reset(&it->out);
	return 0;
}

static int put_frame(struct item *it, char type, struct evd_view payload, struct evd_error *err)
{
	evd_frame_put(&it->out, type, payload);
	if (evd_buf_check(&it->out, err))
		return it->out.failed;
	return it->out.len >= OUT_BLOCK ? flush(it, err) : 0;
}

static int put_object(struct item *it, char type, struct evd_object *o, struct evd_error *err)
{
	int r;

	evd_buf_reset(&it->line);
	r = evd_object_write(o, &it->line, err);
	return r ? r : put_frame(it, type, evd_buf_view(&it->line), err);
}

/* Of types that a reader of ours reads. */
static bool is_ours(const char *type)
{
	static const char *const begins[] = {
	    "message/rfc822",
	    "application/mbox",
	    "application/pdf",
	    "application/zip",
	    "application/gzip",
	    "application/x-7z-compressed",
	    "application/x-rar",
	    "application/x-tar",
	    "application/x-bzip2",
	    "application/x-xz",
	    "application/msword",
	    "application/vnd.ms-excel",
	    "application/vnd.ms-office",
	    "application/vnd.ms-outlook",
	    "application/vnd.ms-powerpoint",
	    "application/x-ole",
	    "application/vnd.openxmlformats-officedocument.",
	    "application/vnd.oasis.opendocument.",
	    "application/x-sqlite3",
	    "application/vnd.sqlite3",
	    "image/jpeg",
	    "image/png",
	    "image/tiff",
	    "image/gif",
	    "image/webp",
	    "image/heic",
	    "video/mp4",
	    "video/quicktime",
	    "video/x-matroska",
	    "video/webm",
	    "audio/mpeg",
	    "audio/ogg",
	    "audio/x-wav",
	    "audio/AMR",
	    "audio/x-m4a",
	};

	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (strncmp(type, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

/* The record in `line`, if it is the one that says what type the item is. */
static void note_type(struct item *it)
{
	struct evd_json j = {0};
	struct evd_error ignored = {0};
	struct evd_view as, value;

	if (evd_json_parse(&j, evd_buf_view(&it->line), &ignored) == 0 &&
	    evd_json_string(&j, 0, "as", &as) && evd_view_is(as, "type") &&
	    evd_json_string(&j, 0, "value", &value) && value.len < sizeof it->type)
		memcpy(it->type, value.p, value.len); /* the rest is zero */
	evd_json_release(&j);
}

static int put_record(void *ctx, struct evd_object *o, struct evd_error *err)
{
	struct item *it = ctx;
	int r;

	evd_buf_reset(&it->line);
	r = evd_object_write(o, &it->line, err);
	evd_object_reset(o);
	if (r)
		return r;
	if (it->line.len + 5 > it->q->output - it->written)
		return evd_fail(err, EVD_E_LIMIT, "the records of the item are over %llu bytes",
		                (unsigned long long)it->q->output);
	it->written += it->line.len + 5;
	if (it->alone && !it->type[0])
		note_type(it);
	return put_frame(it, 'R', evd_buf_view(&it->line), err);
}

/* `place` in the table, so that the other side can go on behind a reader that crashed */
static int begin(struct item *it, const char *name, const char *version, const char *spec,
                 bool confirmed, size_t place, struct evd_error *err)
{
	struct evd_object o;
	int r;

	evd_object_init(&o);
	evd_object_cstr(&o, "name", name);
	evd_object_cstr(&o, "version", version);
	evd_object_cstr(&o, "spec", spec);
	evd_object_bool(&o, "confirmed", confirmed);
	evd_object_int(&o, "place", place);
	r = put_object(it, 'B', &o, err);
	evd_object_release(&o);
	/* who is about to read, and all that was read before, stands on the other side if it crashes */
	return r ? r : flush(it, err);
}

static int end(struct item *it, int code, const struct evd_error *why, struct evd_error *err)
{
	struct evd_object o;
	int r;

	evd_object_init(&o);
	evd_object_int(&o, "code", (uint64_t)(code < 0 ? -code : code));
	evd_object_bytes(&o, "text", evd_view_str(code ? why->text : ""));
	r = put_object(it, 'E', &o, err);
	evd_object_release(&o);
	return r;
}

static int run_one(struct item *it, const struct evd_format *f, size_t place, struct evd_error *err)
{
	struct evd_sink sink = {put_record, it};
	struct evd_error why = {0};
	int r = begin(it, f->name, f->version, f->spec, f->confirmed, place, err);
	int code;

	if (r)
		return r;
	code = f->read(&it->in, &sink, &why);
	return end(it, code, &why, err);
}

/* A record of the choice of readers. */
static int say(struct item *it, const char *kind, const char *code, struct evd_view text,
               struct evd_error *err)
{
	struct evd_object o;
	int r;

	evd_object_init(&o);
	evd_object_cstr(&o, "kind", kind);
	evd_object_cstr(&o, "code", code);
	evd_object_str(&o, "text", text);
	r = begin(it, "evidence-reader", EVD_VERSION, "the choice of readers", true, 0, err);
	if (r == 0)
		r = put_record(it, &o, err);
	if (r == 0)
		r = end(it, 0, NULL, err);
	evd_object_release(&o);
	return r;
}

/* Several exclusive readings fit equally well: said, with their names. */
static int say_ambiguous(struct item *it, const struct evd_formats_choice *choice,
                         struct evd_error *err)
{
	struct evd_buf text;
	bool first = true;
	int r;

	evd_buf_init(&text, 4096);
	for (size_t i = 0; i < evd_n_formats; i++)
		if (choice->run[i] && !evd_formats[i]->alongside) {
			evd_putf(&text, "%s%s", first ? "equally well read as: " : ", ", evd_formats[i]->name);
			first = false;
		}
	r = say(it, "observation", "ambiguous", evd_buf_view(&text), err);
	evd_buf_release(&text);
	return r;
}

/* Else it would look like an item that has been read and holds nothing. */
static int say_unread(struct item *it, struct evd_error *err)
{
	struct evd_buf text;
	int r;

	evd_buf_init(&text, 4096);
	evd_putf(&text,
	         "it looks like %s, and no reader of that type knows it: nothing but its type was read",
	         it->type);
	r = say(it, "unread", "unsupported", evd_buf_view(&text), err);
	evd_buf_release(&text);
	return r;
}

/* A reader whose libraries are not in this program: the other side asks the one that has them. */
static int pass_on(struct item *it, size_t place, struct evd_error *err)
{
	uint8_t number[4] = {(uint8_t)place, (uint8_t)(place >> 8)};

	return put_frame(it, 'N', evd_view_of(number, sizeof number), err);
}

static int run_all(struct item *it, struct evd_error *err)
{
	static struct evd_formats_choice choice;
	const struct evd_format *only = it->q->only[0] ? evd_formats_find(it->q->only) : NULL;
	int r = 0;

	if (it->q->only[0] && (!only || !only->read))
		return evd_fail(err, EVD_E_NOTFOUND, "no reader of the name %s", it->q->only);
	if (only) {
		r = run_one(it, only, evd_n_formats, err);
		return r ? r : put_frame(it, 'Z', evd_view_of(NULL, 0), err);
	}
	r = evd_formats_probe_all(&it->in, &choice, err);
	it->alone = choice.n_run == 1;
	if (r == 0 && choice.ambiguous && it->q->from == 0)
		r = say_ambiguous(it, &choice, err);
	for (size_t i = it->q->from; r == 0 && i < evd_n_formats; i++) {
		if (!choice.run[i])
			continue;
		if (!evd_formats[i]->read)
			return pass_on(it, i, err);
		r = run_one(it, evd_formats[i], i, err);
	}
	if (r == 0 && is_ours(it->type))
		r = say_unread(it, err);
	return r ? r : put_frame(it, 'Z', evd_view_of(NULL, 0), err);
}

static int set_sources(struct item *it, const int *fd, struct evd_error *err)
{
	for (size_t i = 0; i < it->q->n; i++) {
		struct stat st;

		it->file[i].fd = fd[i];
		if (fstat(fd[i], &st) || !S_ISREG(st.st_mode))
			return evd_fail(err, EVD_E_MISUSE, "an item is a regular file");
		it->source[i] = (struct evd_source){.size = (uint64_t)st.st_size,
		                                    .read_at = read_source,
		                                    .ctx = &it->file[i],
		                                    .name = it->q->name[i]};
	}
	it->in = (struct evd_input){.source = it->source, .n = it->q->n};
	if (it->q->loose)
		it->in.loose = &it->source[--it->in.n];
	return 0;
}

static int enter(struct item *it, const struct evd_sandbox_support *support,
                 struct evd_sandbox_state *state, struct evd_error *err)
{
	struct evd_sandbox_plan plan = {.write_fd = it->out_fd,
	                                .memory = it->q->memory,
	                                .seconds = it->q->seconds,
	                                .n_read_fd = it->q->n};

	for (size_t i = 0; i < it->q->n; i++)
		plan.read_fd[i] = it->file[i].fd;
	return evd_sandbox_enter(&plan, support, state, err);
}

int reader_item_run(int out_fd, const int *fd, const struct evd_wire_request *q,
                    const struct evd_sandbox_support *support)
{
	static struct item it; /* all zero: a process reads one item */
	struct evd_sandbox_state state;
	struct evd_error err = {0};
	int r;

	it.q = q;
	it.out_fd = out_fd;
	evd_buf_init(&it.out, 2 * EVD_MAX_RECORD_LINE);
	evd_buf_init(&it.line, EVD_WIRE_FRAME_MAX - 1);
	r = set_sources(&it, fd, &err);
	if (r == 0)
		r = enter(&it, support, &state, &err);
	if (r == 0 && !state.complete && !q->degraded) {
		r = put_frame(&it, 'X', evd_view_str(state.text), &err);
		return r == 0 && flush(&it, &err) == 0 ? 0 : 70;
	}
	if (r == 0)
		r = put_frame(&it, 'L', evd_view_str(state.text), &err);
	if (r == 0)
		r = flush(&it, &err);
	if (r == 0)
		r = run_all(&it, &err);
	if (r == 0)
		r = flush(&it, &err);
	return r ? 70 : 0;
}
