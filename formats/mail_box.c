/*
 * mail_box: the messages of an mbox. Source: RFC 4155 Appendix A. A line "From " behind an empty one begins a message if it
 * ends as such lines do; not every program writes ">From " where words of a mail begin so (mboxo, mboxcl), and then
 * the words stay with their mail.
 */
#include "emit.h"
#include "mail.h"
#include "mail_reader.h"
#include "source.h"
#include "texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGES_MAX 1000000u
#define BLOCK (UINT32_C(64) << 10)
#define FROM_MAX 1024u /* bytes of a line that begins a message */
#define NEAR 8192u     /* bytes from its beginning on, with the first headers */

struct box {
	struct mail_reader *x;
	uint64_t start; /* of the message being read */
	uint64_t
	    undated; /* where a line stands in it that may have been meant to begin another; 0: none */
	unsigned n, n_undated;
	bool by_headers; /* its line has no date: it was taken for one by what follows */
};

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* "10:00" or "10:00:00", the first that stands in the line. */
static size_t find_time(struct evd_view v)
{
	for (size_t i = 0; i + 5 <= v.len; i++)
		if (is_digit(v.p[i]) && is_digit(v.p[i + 1]) && v.p[i + 2] == ':' && is_digit(v.p[i + 3]) &&
		    is_digit(v.p[i + 4]))
			return i;
	return SIZE_MAX;
}

static bool has_word(struct evd_view v, const char *const *words, size_t n)
{
	for (size_t i = 0; i + 3 <= v.len; i++) {
		bool starts = i == 0 || v.p[i - 1] == ' ',
		     ends = i + 3 == v.len || v.p[i + 3] == ' ' || v.p[i + 3] == ',';

		for (size_t k = 0; starts && ends && k < n; k++)
			if (memcmp(v.p + i, words[k], 3) == 0)
				return true;
	}
	return false;
}

static bool has_year(struct evd_view v)
{
	for (size_t i = 0; i + 4 <= v.len; i++)
		if ((i == 0 || v.p[i - 1] == ' ') && (v.p[i] == '1' || v.p[i] == '2') &&
		    is_digit(v.p[i + 1]) && is_digit(v.p[i + 2]) && is_digit(v.p[i + 3]) &&
		    (i + 4 == v.len || v.p[i + 4] == ' '))
			return true;
	return false;
}

/* "Sun Mar 31 10:00:00 2024" (asctime), with a zone before the year or behind it as Google and others write, or as in a mail's
 * Date. Thunderbird since 115 writes no more than "From ". */
static bool is_dated(struct evd_view line)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct evd_view v = evd_view_of(line.p + 5, line.len - 5), before;
	size_t at;

	v = evd_texts_trim(v);
	if (v.len == 0)
		return true;
	at = find_time(v);
	if (at == SIZE_MAX)
		return false;
	before = evd_view_of(v.p, at);
	return has_word(before, days, sizeof days / sizeof *days) &&
	       has_word(before, months, sizeof months / sizeof *months) && has_year(v);
}

/* Does a message begin at `at`, where "From " stands? */
static int begins_message(struct box *b, uint64_t at, bool *yes, struct evd_error *err)
{
	uint8_t *near = malloc(NEAR);
	const uint8_t *nl;
	size_t got, len;
	bool odd;
	int r;

	*yes = false;
	if (!near)
		return evd_nomem(err);
	r = evd_source_read(b->x->s, at, near, NEAR, &got, err);
	nl = r == 0 ? memchr(near, '\n', got < FROM_MAX ? got : FROM_MAX) : NULL;
	len = nl ? (size_t)(nl - near) : 0;
	b->by_headers = false;
	if (nl && is_dated(evd_view_of(near, len))) {
		*yes = true;
	} else if (nl) {
		unsigned n = evd_mail_headers(evd_view_of(nl + 1, got - len - 1), &odd);

		*yes = b->by_headers = n >= 3 && !odd;
	}
	free(near);
	return r;
}

static int emit_separator(struct box *b, uint32_t n, uint64_t end, bool by_headers, uint64_t *first,
                          struct evd_error *err)
{
	uint8_t line[FROM_MAX];
	const uint8_t *nl;
	size_t got;
	int r = evd_source_read(b->x->s, b->start, line, sizeof line, &got, err);

	*first = end;
	if (r)
		return r;
	nl = memchr(line, '\n', got);
	if (!nl)
		return evd_emit_unread(b->x->sink, "damaged", b->start, end - b->start, err,
		                       "the line that begins a message does not end");
	*first = b->start + (uint64_t)(nl - line) + 1;
	r = evd_emit_text(b->x->sink, b->x->group, "separator", NULL,
	                  evd_texts_trim(evd_view_of(line, (size_t)(nl - line))), err);
	if (r == 0 && by_headers)
		r = evd_emit_observation(b->x->sink, "ambiguous", err,
		                         "the line that begins member %u has no date: it was taken for the "
		                         "beginning of a message since headers follow",
		                         (unsigned)n);
	return r;
}

static int read_one(struct box *b, uint64_t end, bool by_headers, struct evd_error *err)
{
	struct mail_reader *x = b->x;
	struct evd_member m = {.type = "file", .n = ++x->n, .has_place = true, .off = b->start};
	uint64_t first;
	int r;

	m.len = end - b->start;
	m.media = evd_view_str("message/rfc822");
	r = evd_emit_member(x->sink, &m, err);
	if (r)
		return r;
	snprintf(x->group, sizeof x->group, "mail.member.%u", (unsigned)m.n);
	r = emit_separator(b, m.n, end, by_headers, &first, err);
	if (r == 0 && b->n_undated)
		r = evd_emit_observation(
		    x->sink, "ambiguous", err,
		    "%u lines of member %u begin with \"From \" behind an empty line, the first at %llu, "
		    "and "
		    "have no date: they were taken for words of the mail, not for the beginning of another",
		    b->n_undated, (unsigned)m.n, (unsigned long long)b->undated);
	b->n_undated = 0;
	return r == 0 && first < end ? mail_read_message(x, first, end - first, m.n, err) : r;
}

/* At "From " behind an empty line; `end`: of what stands before it. */
static int on_from(struct box *b, uint64_t at, uint64_t end, bool *by_headers,
                   struct evd_error *err)
{
	bool yes;
	int r = begins_message(b, at, &yes, err);

	if (r)
		return r;
	if (!yes) {
		b->undated = b->n_undated++ ? b->undated : at;
		return 0;
	}
	b->n++;
	r = read_one(b, end, *by_headers, err);
	*by_headers = b->by_headers;
	b->start = at;
	return r;
}

/* The last one, too, may have the empty line that would separate it from a next. */
static int read_last(struct box *b, bool by_headers, struct evd_error *err)
{
	uint64_t end = b->x->s->size;
	uint8_t t[3] = {0};

	if (end - b->start > 3) {
		int r = evd_source_exact(b->x->s, end - 3, t, 3, err);

		if (r)
			return r;
		if (t[1] == '\n' && t[2] == '\n')
			end -= 1;
		else if (memcmp(t, "\n\r\n", 3) == 0)
			end -= 2;
	}
	return read_one(b, end, by_headers, err);
}

/* Two line ends of either kind before "From " are looked for, so that "\r\n\r\nFrom " counts too. */
int mail_read_box(struct mail_reader *x, uint64_t start, struct evd_error *err)
{
	struct box b = {.x = x, .start = start};
	uint8_t *block = malloc(BLOCK);
	uint64_t off = start + 1;
	bool by_headers = false; /* the message that begins at b.start */
	int r = 0;

	if (!block)
		return evd_nomem(err);
	while (r == 0 && b.n < MESSAGES_MAX) {
		size_t got, last, i = 0;

		r = evd_source_read(x->s, off, block, BLOCK, &got, err);
		if (r || got < 7)
			break;
		/* in a full block only places where the longer of the two fits, so that none is met twice */
		last = got < BLOCK ? got - 7 : got - 8;
		for (; i <= last && b.n < MESSAGES_MAX && r == 0; i++) {
			bool crlf = i + 8 <= got && memcmp(block + i, "\n\r\nFrom ", 8) == 0;

			/* the empty line before "From " is no part of the message (RFC 4155 Appendix A) */
			if (crlf || memcmp(block + i, "\n\nFrom ", 7) == 0)
				r = on_from(&b, off + i + (crlf ? 3 : 2), off + i + 1, &by_headers, err);
		}
		if (got < BLOCK)
			break;
		off += got - 7;
	}
	if (r == 0 && b.n < MESSAGES_MAX)
		r = read_last(&b, by_headers, err);
	else if (r == 0)
		r = evd_emit_unread(x->sink, "limit", b.start, x->s->size - b.start, err,
		                    "more than %u messages", MESSAGES_MAX);
	free(block);
	return r;
}
