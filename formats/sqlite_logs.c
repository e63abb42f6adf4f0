/*
 * sqlite_logs: see sqlite_logs.h. Source: sqlite.org/fileformat2.html §3 (rollback journal), §4.1, §4.2 (write-ahead
 * log), §4.4 (which frames count).
 */
#include "sqlite_logs.h"

#include "emit.h"
#include "source.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAL_HEADER 32u
#define FRAME_HEADER 24u
#define WAL_VERSION 3007000u
#define PAGE_MAX 65536u
#define JOURNAL_HEADER 28u
#define JOURNAL_MAGIC "\xD9\xD5\x05\xF9\x20\xA1\x63\xD7"
#define SUPER_NAME_MAX 512u         /* bytes; SQLite takes a path's longest */
#define JOURNAL_ENDLESS 0xFFFFFFFFu /* so many pages as the file holds */

struct sums {
	uint32_t a, b;
	bool big; /* words are read big-endian */
};

/* §4.2 */
static void add_sums(struct sums *s, struct evd_view v)
{
	struct evd_cursor c;

	evd_cursor_init(&c, v);
	while (evd_cursor_left(&c) >= 8) {
		s->a += (s->big ? evd_get_u32be(&c) : evd_get_u32le(&c)) + s->b;
		s->b += (s->big ? evd_get_u32be(&c) : evd_get_u32le(&c)) + s->a;
	}
}

struct wal {
	const struct evd_source *s;
	struct sums sums; /* up to the last valid frame */
	uint32_t page, rounds, salt[2];
	uint64_t frames;           /* whole ones that stand there */
	uint64_t committed, valid; /* from the first on; those up to the last commit count */
	uint64_t earlier;          /* behind these: of a round before the last restart of the log */
	uint64_t loose,
	    commits; /* with the salts of this round, but not following on; of them end a transaction */
	uint64_t foreign; /* neither */
	bool cut;         /* part of a frame of this round ends the file */
};

struct frame {
	uint32_t page, pages, salt[2], sum[2];
};

static void parse_frame(struct evd_view v, struct frame *f)
{
	struct evd_cursor c;

	evd_cursor_init(&c, v);
	f->page = evd_get_u32be(&c);
	f->pages = evd_get_u32be(&c);
	f->salt[0] = evd_get_u32be(&c);
	f->salt[1] = evd_get_u32be(&c);
	f->sum[0] = evd_get_u32be(&c);
	f->sum[1] = evd_get_u32be(&c);
}

static bool is_page_size(uint32_t n)
{
	return n >= 512 && n <= PAGE_MAX && (n & (n - 1)) == 0;
}

/* *good: SQLite takes it for a log. */
static int read_wal_header(struct wal *w, bool *good, struct evd_error *err)
{
	uint8_t h[WAL_HEADER];
	struct evd_cursor c;
	uint32_t magic, version, a, b;
	size_t got;
	int r = evd_source_read(w->s, 0, h, sizeof h, &got, err);

	*good = false;
	if (r || got < sizeof h)
		return r;
	evd_cursor_init(&c, evd_view_of(h, sizeof h));
	magic = evd_get_u32be(&c);
	version = evd_get_u32be(&c);
	w->page = evd_get_u32be(&c);
	w->rounds = evd_get_u32be(&c);
	w->salt[0] = evd_get_u32be(&c);
	w->salt[1] = evd_get_u32be(&c);
	a = evd_get_u32be(&c);
	b = evd_get_u32be(&c);
	w->sums = (struct sums){.big = magic & 1};
	add_sums(&w->sums, evd_view_of(h, 24));
	*good = (magic & ~1u) == 0x377F0682u && version == WAL_VERSION && is_page_size(w->page) &&
	        w->sums.a == a && w->sums.b == b;
	return 0;
}

static bool of_this_round(const struct wal *w, const struct frame *f)
{
	return f->salt[0] == w->salt[0] && f->salt[1] == w->salt[1];
}

/* The frame follows on what is valid so far: its salts are the header's, its sums those of all before it and of itself. */
static bool follows(struct wal *w, const struct frame *f, struct evd_view whole)
{
	struct sums s = w->sums;

	add_sums(&s, evd_view_of(whole.p, 8));
	add_sums(&s, evd_view_of(whole.p + FRAME_HEADER, w->page));
	if (!f->page || !of_this_round(w, f) || s.a != f->sum[0] || s.b != f->sum[1])
		return false;
	w->sums = s;
	return true;
}

/* §4.4: at each restart the first salt grows by one, and the number of rounds in the header with it. */
static bool of_earlier_round(const struct wal *w, const struct frame *f)
{
	uint32_t back = w->salt[0] - f->salt[0];

	return back >= 1 && back <= w->rounds;
}

static void count_rest(struct wal *w, const struct frame *f)
{
	if (of_this_round(w, f)) {
		w->loose++;
		w->commits += f->pages != 0;
	} else if (of_earlier_round(w, f)) {
		w->earlier++;
	} else {
		w->foreign++;
	}
}

/* Of the frames behind the valid ones their headers alone are read. */
static int survey_frames(struct wal *w, uint8_t *block, struct evd_error *err)
{
	uint64_t step = FRAME_HEADER + (uint64_t)w->page, n = 0;
	struct frame f;
	size_t got;
	int r = 0;

	w->frames = (w->s->size - WAL_HEADER) / step;
	for (; r == 0 && n < w->frames; n++) {
		bool chain = w->valid == n;

		r = evd_source_exact(w->s, WAL_HEADER + n * step, block,
		                     chain ? (size_t)step : FRAME_HEADER, err);
		if (r)
			break;
		parse_frame(evd_view_of(block, FRAME_HEADER), &f);
		if (chain && follows(w, &f, evd_view_of(block, (size_t)step))) {
			w->valid++;
			w->committed = f.pages ? w->valid : w->committed;
		} else {
			count_rest(w, &f);
		}
	}
	if (r == 0)
		r = evd_source_read(w->s, WAL_HEADER + n * step, block, FRAME_HEADER, &got, err);
	if (r == 0 && got == FRAME_HEADER) {
		parse_frame(evd_view_of(block, FRAME_HEADER), &f);
		w->cut = of_this_round(w, &f);
	}
	return r;
}

/* What of the log is lost. Frames of this round that follow on nothing and end no transaction are none: one that was
 * taken back leaves such, and so does one that the device did not live to end. */
static int say_lost(const struct wal *w, struct evd_sink *sink, struct evd_error *err)
{
	uint64_t lost = w->foreign + (w->commits ? w->loose : 0);
	int r = 0;

	if (lost)
		r = evd_emit_unread(sink, "damaged", 0, 0, err,
		                    "write-ahead log: from frame %llu on %llu of its %llu frames do not "
		                    "hold their salts and checksums and were not read",
		                    (unsigned long long)w->valid + 1, (unsigned long long)lost,
		                    (unsigned long long)w->frames);
	if (r == 0 && w->cut)
		r = evd_emit_unread(sink, "damaged", 0, 0, err,
		                    "write-ahead log: its last frame is cut short and was not read");
	return r;
}

static int say_frames(const struct wal *w, struct evd_sink *sink, struct evd_error *err)
{
	char more[3][96] = {"", "", ""};
	int r;

	if (w->valid > w->committed)
		snprintf(more[0], sizeof more[0],
		         "; %llu more are valid, of a transaction that was not committed",
		         (unsigned long long)(w->valid - w->committed));
	if (w->earlier)
		snprintf(more[1], sizeof more[1], "; %llu further frames are of an earlier round",
		         (unsigned long long)w->earlier);
	if (w->loose && !w->commits)
		snprintf(more[2], sizeof more[2],
		         "; %llu further frames follow on none and end no transaction",
		         (unsigned long long)w->loose);
	r = evd_emit_observation(
	    sink, "wal-seen", err,
	    "a write-ahead log of %llu bytes: %llu of its %llu frames are valid and "
	    "committed and were read with the database%s%s%s",
	    (unsigned long long)w->s->size, (unsigned long long)w->committed,
	    (unsigned long long)w->frames, more[0], more[1], more[2]);
	return r ? r : say_lost(w, sink, err);
}

/* A log of either kind that SQLite takes for none. */
static int say_headless(const struct evd_source *s, struct evd_sink *sink, const char *code,
                        const char *what, const char *so, struct evd_error *err)
{
	int r = evd_emit_observation(sink, code, err, "a %s of %llu bytes: %s", what,
	                             (unsigned long long)s->size, so);

	return r ? r
	         : evd_emit_unread(sink, "damaged", 0, 0, err,
	                           "%s: it does not begin with a valid header", what);
}

static int say_wal(const struct evd_source *s, bool *used, struct evd_sink *sink,
                   struct evd_error *err)
{
	struct wal w = {.s = s};
	uint8_t *block;
	bool good;
	int r = read_wal_header(&w, &good, err);

	if (r)
		return r;
	if (!good)
		return say_headless(s, sink, "wal-seen", "write-ahead log", "nothing of it was read", err);
	block = malloc(FRAME_HEADER + PAGE_MAX);
	if (!block)
		return evd_nomem(err);
	r = survey_frames(&w, block, err);
	free(block);
	*used = *used || w.committed;
	return r ? r : say_frames(&w, sink, err);
}

struct journal {
	const struct evd_source *s;
	uint32_t page, sector;
	/* pages kept, by the headers; those that are valid, up to the first that is not */
	uint64_t stated, held;
	bool broken; /* there was one that is not: SQLite puts none back from there on */
};

/* §3: the number that the header adds, and every 200th byte of the page, counted from its end. */
static uint32_t page_sum(uint32_t start, struct evd_view page)
{
	for (size_t i = page.len; i > 200; i -= 200)
		start += page.p[i - 200];
	return start;
}

static int read_page(struct journal *j, uint32_t start, uint8_t *block, uint64_t off,
                     struct evd_error *err)
{
	size_t len = j->page + 8u, got;
	struct evd_cursor c;
	int r = evd_source_read(j->s, off, block, len, &got, err);

	if (r)
		return r;
	evd_cursor_init(&c, evd_view_of(block + 4 + j->page, 4));
	j->broken = got < len || evd_get_u32be(&c) != page_sum(start, evd_view_of(block + 4, j->page));
	j->held += !j->broken;
	return 0;
}

/* One header at *off, and the pages behind it; *off moves behind these. EVD_END: there is none any more. */
static int read_segment(struct journal *j, uint8_t *block, uint64_t *off, struct evd_error *err)
{
	uint8_t h[JOURNAL_HEADER];
	struct evd_cursor c;
	uint32_t n, start, sector, page;
	uint64_t room;
	size_t got;
	int r = evd_source_read(j->s, *off, h, sizeof h, &got, err);

	if (r || got < sizeof h || memcmp(h, JOURNAL_MAGIC, 8) != 0)
		return r ? r : EVD_END;
	evd_cursor_init(&c, evd_view_of(h + 8, sizeof h - 8));
	n = evd_get_u32be(&c);
	start = evd_get_u32be(&c);
	evd_get_u32be(&c);
	sector = evd_get_u32be(&c);
	page = evd_get_u32be(&c);
	if (*off == 0) { /* the first header's hold for all */
		j->sector = sector;
		j->page = page;
	}
	if (!is_page_size(j->page) || j->sector < 32 || j->sector > PAGE_MAX ||
	    (j->sector & (j->sector - 1)))
		return EVD_END;
	*off += j->sector;
	room = *off < j->s->size ? (j->s->size - *off) / (j->page + 8ull) : 0;
	n = n == JOURNAL_ENDLESS ? (uint32_t)room : n;
	j->stated += n;
	for (uint32_t i = 0; r == 0 && !j->broken && i < n; i++)
		r = read_page(j, start, block, *off + i * (j->page + 8ull), err);
	*off += n * (j->page + 8ull);
	*off = (*off + j->sector - 1) / j->sector * j->sector;
	return r;
}

static int say_pages(const struct journal *j, struct evd_sink *sink, struct evd_error *err)
{
	int r = evd_emit_observation(
	    sink, "journal-seen", err,
	    "a rollback journal of %llu bytes: %llu of the %llu pages it counts are valid and were put "
	    "back into what was read of the database",
	    (unsigned long long)j->s->size, (unsigned long long)j->held, (unsigned long long)j->stated);

	if (r == 0 && j->held < j->stated)
		r = evd_emit_unread(sink, "damaged", 0, 0, err,
		                    "rollback journal: page %llu of those it counts is not there or does "
		                    "not hold its checksum; none was put back from there on",
		                    (unsigned long long)j->held + 1);
	return r;
}

/* The last bytes name a super-journal, by which transactions of several databases end together: its name, the name's
 * length and sum, the magic. */
static int names_super(const struct evd_source *s, bool *is, struct evd_error *err)
{
	uint8_t t[16], name[SUPER_NAME_MAX];
	struct evd_cursor c;
	uint32_t len, sum;
	int r = 0;

	*is = false;
	if (s->size < sizeof t)
		return 0;
	r = evd_source_exact(s, s->size - sizeof t, t, sizeof t, err);
	evd_cursor_init(&c, evd_view_of(t, sizeof t));
	len = evd_get_u32be(&c);
	sum = evd_get_u32be(&c);
	if (r || memcmp(t + 8, JOURNAL_MAGIC, 8) != 0 || len == 0 || len > sizeof name ||
	    len > s->size - sizeof t)
		return r;
	r = evd_source_exact(s, s->size - sizeof t - len, name, len, err);
	for (uint32_t i = 0; r == 0 && i < len;
	     i++) /* letters with a sign or not, as SQLite of this machine takes them */
		sum -= name[i] - (CHAR_MIN < 0 && name[i] > 0x7f ? 0x100u : 0u);
	*is = r == 0 && sum == 0;
	return r;
}

/* A journal whose first byte is 0 is none to SQLite: PRAGMA journal_mode=PERSIST ends a transaction so. One that names a
 * super-journal is not rolled back where that is not there. */
static int say_journal(const struct evd_source *s, struct evd_sink *sink, struct evd_error *err)
{
	struct journal j = {.s = s};
	uint8_t first, *block;
	uint64_t off = 0;
	bool super = false;
	int r = evd_source_exact(s, 0, &first, 1, err);

	if (r == 0)
		r = names_super(s, &super, err);
	if (r)
		return r;
	if (first == 0 || super)
		return evd_emit_observation(sink, "journal-seen", err,
		                            "a rollback journal of %llu bytes, %s: nothing was rolled back",
		                            (unsigned long long)s->size,
		                            first ? "which names a super-journal that is not there"
		                                  : "whose header is zeroed");
	block = malloc(PAGE_MAX + 8);
	if (!block)
		return evd_nomem(err);
	while ((r = read_segment(&j, block, &off, err)) == 0 && off < s->size)
		;
	free(block);
	if (r && r != EVD_END)
		return r;
	if (off)
		return say_pages(&j, sink, err);
	return say_headless(s, sink, "journal-seen", "rollback journal", "nothing was rolled back",
	                    err);
}

static bool ends(struct evd_view v, const char *suffix)
{
	size_t n = strlen(suffix);

	return v.len > n && memcmp(v.p + v.len - n, suffix, n) == 0;
}

int evd_sqlite_say_logs(const struct evd_input *in, bool *used, struct evd_sink *sink,
                        struct evd_error *err)
{
	int r = 0;

	*used = false;
	for (size_t i = 1; r == 0 && i < in->n; i++) {
		const struct evd_source *s = &in->source[i];

		if (s->size && ends(s->name, "-wal"))
			r = say_wal(s, used, sink, err);
		else if (s->size && ends(s->name, "-journal"))
			r = say_journal(s, sink, err);
	}
	return r;
}
