/* mail_headers: the headers of a mail and of its parts, as stored and decoded. Source: RFC 5322, RFC 2045, RFC 2047. */
#include "emit.h"
#include "mail_date.h"
#include "mail_reader.h"
#include "rfc2047.h"
#include "texts.h"

#include "base/text.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HEADERS_MAX 2000
#define ODD_LINES_MAX 100 /* given as lines; the rest is counted */

static const struct {
	const char *header, *as;
} meanings[] = {
    {"From", "person.from"},     {"To", "person.to"},           {"Cc", "person.to"},
    {"Bcc", "person.to"},        {"Sender", "person.from"},     {"Reply-To", "person.reply-to"},
    {"Subject", "text.subject"}, {"Message-ID", "document.id"}, {"X-Mailer", "software"},
    {"User-Agent", "software"},
};

/* One that is no date stays as it is, and means nothing. */
static int emit_date(struct mail_reader *x, const char *text, struct evd_view raw,
                     struct evd_error *err)
{
	struct evd_field f = {.group = x->group, .name = "header"};
	char date[EVD_MAIL_DATE_LEN];
	int r;

	f.label = evd_view_str("Date");
	f.value = raw;
	if (memchr(raw.p, 0, raw.len) == NULL && evd_mail_date(text, date)) {
		f.as = "time.sent";
		f.raw = raw;
		f.value = evd_view_str(date);
		return evd_emit_field(x->sink, &f, err);
	}
	r = evd_emit_field(x->sink, &f, err);
	return r ? r
	         : evd_emit_observation(x->sink, "time-unreadable", err,
	                                "the Date header of %s holds no date", x->group);
}

/* The value as its bytes stand in the message: gmime's ends at a NUL. */
static struct evd_view raw_value(struct mail_reader *x, GMimeHeader *h, const char *name,
                                 const char *text)
{
	gint64 at = g_mime_header_get_offset(h);
	size_t i, from, len = strlen(name);

	if (at < 0 || (uint64_t)at + len >= x->bytes.len || memcmp(x->bytes.p + at, name, len) != 0)
		return evd_texts_trim(evd_view_str(text));
	i = (size_t)at + len;
	while (i < x->bytes.len && x->bytes.p[i] != ':' && x->bytes.p[i] != '\n')
		i++;
	if (i == x->bytes.len || x->bytes.p[i] != ':')
		return evd_texts_trim(evd_view_str(text));
	from = ++i;
	while (i < x->bytes.len &&
	       (x->bytes.p[i] != '\n' ||
	        (i + 1 < x->bytes.len && (x->bytes.p[i + 1] == ' ' || x->bytes.p[i + 1] == '\t'))))
		i++;
	return evd_texts_trim(evd_view_of(x->bytes.p + from, i - from));
}

/* What is said of all headers of a message, or of a part. */
struct headers {
	const char *group;
	bool part; /* of a part within a message: they mean nothing of the message */
	bool dated;
	unsigned foreign; /* whose bytes are of no known character set */
};

static const char *meaning_of(const char *name)
{
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
		if (strcasecmp(name, meanings[i].header) == 0)
			return meanings[i].as;
	return NULL;
}

static int emit_header(struct mail_reader *x, GMimeHeader *h, struct headers *all,
                       struct evd_error *err)
{
	static const char mark[] = "\xEF\xBB\xBF"; /* some write a byte order mark before the first */
	struct evd_field f = {.group = all->group, .name = "header"};
	const char *name = g_mime_header_get_name(h), *text = g_mime_header_get_raw_value(h), *known;
	struct evd_buf decoded;
	struct evd_view raw;
	int r;

	if (!name || !text)
		return 0;
	raw = raw_value(x, h, name, text);
	known = strncmp(name, mark, 3) == 0 ? name + 3 : name;
	if (!all->part && strcasecmp(known, "Date") == 0) {
		all->dated = true;
		return emit_date(x, text, raw, err);
	}
	f.as = all->part ? NULL : meaning_of(known);
	f.label = evd_view_str(name);
	f.raw = raw;
	evd_buf_init(&decoded, EVD_FIELD_TOTAL_MAX);
	evd_rfc2047_decode(f.raw, &decoded);
	f.value = evd_buf_view(&decoded);
	all->foreign += !evd_is_utf8(f.value);
	if (evd_view_eq(f.raw, f.value))
		f.raw = evd_view_of(NULL, 0);
	r = evd_buf_check(&decoded, err);
	if (r == 0)
		r = evd_emit_field(x->sink, &f, err);
	evd_buf_release(&decoded);
	return r;
}

static int say_foreign(struct mail_reader *x, const struct headers *all, struct evd_error *err)
{
	return all->foreign == 0
	           ? 0
	           : evd_emit_unread(x->sink, "unsupported", x->off, 0, err,
	                             "the character set of %u headers of %s is not stated and not "
	                             "known: they are given as their bytes and cannot be searched",
	                             all->foreign, all->group);
}

/* By their place in the message. gmime keeps those that begin with "Content-" with the part that is a message's body. */
static GMimeHeader *take_next(GMimeHeaderList *a, int *i, GMimeHeaderList *b, int *k)
{
	GMimeHeader *one = a ? g_mime_header_list_get_header_at(a, *i) : NULL;
	GMimeHeader *other = b ? g_mime_header_list_get_header_at(b, *k) : NULL;

	if (one && (!other || g_mime_header_get_offset(one) <= g_mime_header_get_offset(other))) {
		++*i;
		return one;
	}
	*k += other != NULL;
	return other;
}

static int emit_lists(struct mail_reader *x, GMimeHeaderList *a, GMimeHeaderList *b,
                      struct headers *all, struct evd_error *err)
{
	int n = (a ? g_mime_header_list_get_count(a) : 0) + (b ? g_mime_header_list_get_count(b) : 0);
	int i = 0, k = 0, r = 0;

	while (r == 0 && i + k < n && i + k < HEADERS_MAX)
		r = emit_header(x, take_next(a, &i, b, &k), all, err);
	if (r == 0 && !all->part && !all->dated)
		r = evd_emit_observation(x->sink, "time-unreadable", err, "%s has no Date header",
		                         all->group);
	if (r == 0)
		r = say_foreign(x, all, err);
	if (r == 0 && n > HEADERS_MAX)
		r = evd_emit_unread(x->sink, "limit", x->off, 0, err, "%d headers, more than %d", n,
		                    HEADERS_MAX);
	return r;
}

/* The line at `at`, and those that continue it, without the line end. */
static struct evd_view line_at(struct evd_view v, size_t at, size_t *next)
{
	size_t i = at;

	*next = at;
	if (at >= v.len)
		return evd_view_of(NULL, 0);
	while (i < v.len && (v.p[i] != '\n' ||
	                     (i > at && i + 1 < v.len && (v.p[i + 1] == ' ' || v.p[i + 1] == '\t'))))
		i++;
	*next = i < v.len ? i + 1 : i;
	return evd_texts_trim(evd_view_of(v.p + at, i - at));
}

/* As gmime has it: no colon, or space or a control character within the name. Of space before the colon see RFC 5322 §4.5. */
static bool is_odd(struct evd_view line)
{
	bool blank = false;

	for (size_t i = 0; i < line.len && line.p[i] != ':'; i++) {
		bool space = line.p[i] == ' ' || line.p[i] == '\t';

		if (line.p[i] < ' ' ? !space : blank && !space)
			return true;
		blank |= space;
	}
	return memchr(line.p, ':', line.len) == NULL;
}

size_t mail_skip_odd_lines(struct evd_view message)
{
	size_t at = 0, next;
	struct evd_view line = line_at(message, 0, &next);

	while (line.len && is_odd(line)) {
		at = next;
		line = line_at(message, at, &next);
	}
	return line.len ? at : 0;
}

static int emit_odd_line(struct mail_reader *x, struct evd_view line, struct evd_error *err)
{
	uint64_t off = x->off + (uint64_t)(line.p - x->bytes.p);
	int r = evd_emit_text(x->sink, x->group, "line", NULL, line, err);

	return r ? r
	         : evd_emit_unread(x->sink, "damaged", off, line.len, err,
	                           "a line among the headers of %s is none: it is given as `line`, and "
	                           "what it belongs to is not known",
	                           x->group);
}

int mail_emit_odd_lines(struct mail_reader *x, size_t at, size_t end, struct evd_error *err)
{
	struct evd_view line;
	unsigned n = 0;
	int r = 0;

	do {
		line = line_at(x->bytes, at, &at);
		if (line.len && is_odd(line) && ++n <= ODD_LINES_MAX)
			r = emit_odd_line(x, line, err);
	} while (r == 0 && line.len && at < end);
	if (r == 0 && n > ODD_LINES_MAX)
		r = evd_emit_unread(x->sink, "limit", x->off, 0, err,
		                    "%u lines among the headers of %s are none, more than %d", n, x->group,
		                    ODD_LINES_MAX);
	return r;
}

/* Where the headers begin; SIZE_MAX where gmime read other bytes than those of the item. */
static size_t begin_of(struct mail_reader *x, GMimeHeaderList *list)
{
	GMimeHeader *first =
	    g_mime_header_list_get_count(list) ? g_mime_header_list_get_header_at(list, 0) : NULL;
	gint64 at = first ? g_mime_header_get_offset(first) : -1;
	size_t len = first ? strlen(g_mime_header_get_name(first)) : 0;

	return at >= 0 && (uint64_t)at < x->bytes.len && len < x->bytes.len - (size_t)at &&
	               memcmp(x->bytes.p + at, g_mime_header_get_name(first), len) == 0
	           ? (size_t)at
	           : SIZE_MAX;
}

int mail_emit_headers(struct mail_reader *x, GMimeMessage *message, struct evd_error *err)
{
	GMimeObject *body = g_mime_message_get_mime_part(message);
	GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(message));
	struct headers all = {.group = x->group};
	size_t at = begin_of(x, list);
	int r = emit_lists(x, list, body ? g_mime_object_get_header_list(body) : NULL, &all, err);

	if (r == 0 && at != SIZE_MAX)
		r = mail_emit_odd_lines(x, at, x->bytes.len, err);
	return r;
}

int mail_emit_part_headers(struct mail_reader *x, GMimeObject *o, const char *group,
                           struct evd_error *err)
{
	struct headers all = {.group = group, .part = true};

	return emit_lists(x, g_mime_object_get_header_list(o), NULL, &all, err);
}
