/* mail_text: see mail_text.h. */
#include "mail_text.h"

#include "emit.h"
#include "mail_html.h"
#include "rfc2047.h"

#include "base/text.h"

#include <gmime/gmime.h>
#include <string.h>
#include <strings.h>

static bool is_ascii_or_utf8(const char *charset)
{
	static const char *const names[] = {"utf-8",   "utf8",  "us-ascii",
	                                    "default", "ascii", "ansi_x3.4-1968"};

	for (size_t i = 0; charset && i < sizeof names / sizeof *names; i++)
		if (strcasecmp(charset, names[i]) == 0)
			return true;
	return !charset || !*charset;
}

static uint64_t count_no_utf8(struct evd_view v)
{
	uint64_t n = 0;
	uint32_t cp;

	for (size_t i = 0; i < v.len;)
		if (!evd_utf8_next(v, &i, &cp)) {
			i++;
			n++;
		}
	return n;
}

static int say(const struct evd_mail_text *t, const char *code, uint64_t n, const char *how,
               struct evd_sink *sink, struct evd_error *err)
{
	return evd_emit_unread(sink, code, t->off, 0, err,
	                       "%llu bytes of the text of member %u are no characters of the set it "
	                       "states, or of UTF-8 where it states none: %s",
	                       (unsigned long long)n, (unsigned)t->n, how);
}

/* Its bytes as UTF-8; or as they are, when that is what they should be, or the set is not known. */
static int put_text(const struct evd_mail_text *t, const char *charset, struct evd_buf *text,
                    struct evd_sink *sink, struct evd_error *err)
{
	const char *stands = t->html ? "each stands as U+FFFD" : "the text is given as its bytes";
	uint64_t bad = 0;

	if (!is_ascii_or_utf8(charset)) {
		if (evd_rfc2047_convert(g_mime_charset_iconv_name(charset), t->bytes, text, &bad))
			return bad ? say(t, "damaged", bad, "each stands as U+FFFD", sink, err) : 0;
		evd_put_view(text, t->bytes);
		return evd_emit_unread(sink, "unsupported", t->off, 0, err,
		                       "the character set of the text of member %u is not known: its bytes "
		                       "are given as they are",
		                       (unsigned)t->n);
	}
	evd_put_view(text, t->bytes);
	bad = count_no_utf8(t->bytes);
	return bad ? say(t, "damaged", bad, stands, sink, err) : 0;
}

static int emit_plain(const struct evd_mail_text *t, struct evd_sink *sink, struct evd_error *err)
{
	struct evd_buf text;
	int r;

	evd_buf_init(&text, 0);
	r = put_text(t, t->charset, &text, sink, err);
	if (r == 0)
		r = evd_buf_check(&text, err);
	if (r == 0)
		r = evd_emit_text(sink, t->group, "text", "text.body", evd_buf_view(&text), err);
	evd_buf_release(&text);
	return r;
}

static int emit_html(const struct evd_mail_text *t, struct evd_sink *sink, struct evd_error *err)
{
	char own[EVD_MAIL_CHARSET_LEN];
	struct evd_buf html, text;
	int r;

	evd_buf_init(&html, 0);
	evd_buf_init(&text, 0);
	evd_mail_html_charset(t->bytes, own);
	r = put_text(t, t->charset ? t->charset : own, &html, sink, err);
	if (r == 0)
		r = evd_buf_check(&html, err);
	if (r == 0) {
		evd_mail_html_text(evd_buf_view(&html), &text);
		r = evd_buf_check(&text, err);
	}
	if (r == 0)
		r = evd_emit_text(sink, t->group, "textOfHtml", "text.body", evd_buf_view(&text), err);
	evd_buf_release(&text);
	evd_buf_release(&html);
	return r;
}

int evd_mail_emit_text(const struct evd_mail_text *t, struct evd_sink *sink, struct evd_error *err)
{
	return t->html ? emit_html(t, sink, err) : emit_plain(t, sink, err);
}

void evd_mail_look_at_base64(struct evd_mail_base64 *b, struct evd_view more)
{
	for (size_t i = 0; i < more.len; i++) {
		uint8_t c = more.p[i];
		bool digit =
		    ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';

		if (c == '=') {
			b->pads++;
		} else if (digit) {
			b->behind_end |= b->pads > 0;
			b->digits = (b->digits + 1) % 4;
		} else if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
			b->foreign++;
		}
	}
}

void evd_mail_end_base64(struct evd_mail_base64 *b)
{
	b->cut = (b->digits + b->pads) % 4 != 0 || b->digits == 1;
}
