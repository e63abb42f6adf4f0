/*
 * mail: whether an item is e-mail, as EML or mbox; mail_read.c reads it. The libraries for that are a third of all
 * that evidence-reader is made of, and are dear to every process of an item: evidence-reader-light does without.
 */
#include "mail.h"

#include <string.h>
#include <strings.h>

static bool begins(struct evd_view v, const char *text)
{
	size_t n = strlen(text);

	return v.len >= n && strncasecmp((const char *)v.p, text, n) == 0;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

size_t evd_mail_skip(struct evd_view head)
{
	size_t at = begins(head, "\xEF\xBB\xBF") ? 3 : 0;

	for (size_t i = at; i < head.len && (is_blank(head.p[i]) || head.p[i] == '\n'); i++)
		if (head.p[i] == '\n')
			at = i + 1;
	return at;
}

/* A name and a colon; between them white space as senders of old had it (RFC 5322 §4.5). */
static bool is_header(struct evd_view line)
{
	const uint8_t *colon = memchr(line.p, ':', line.len);
	size_t len = colon ? (size_t)(colon - line.p) : 0;

	while (len && is_blank(line.p[len - 1]))
		len--;
	for (size_t i = 0; i < len; i++)
		if (line.p[i] <= ' ' || line.p[i] > '~')
			return false;
	return len > 0;
}

static bool is_usual(struct evd_view line)
{
	static const char *const usual[] = {"From", "Date",     "Subject",      "Message-ID",
	                                    "To",   "Received", "MIME-Version", "Return-Path"};

	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		size_t at = strlen(usual[i]);

		if (!begins(line, usual[i]))
			continue;
		while (at < line.len && is_blank(line.p[at]))
			at++;
		if (at < line.len && line.p[at] == ':')
			return true;
	}
	return false;
}

unsigned evd_mail_headers(struct evd_view v, bool *odd)
{
	unsigned n = 0;

	*odd = false;
	while (v.len) {
		const uint8_t *nl = memchr(v.p, '\n', v.len);
		struct evd_view line = evd_view_of(v.p, nl ? (size_t)(nl - v.p) : v.len);

		if (line.len == 0 || (line.len == 1 && line.p[0] == '\r'))
			return n;
		if (line.p[0] != ' ' && line.p[0] != '\t') {
			bool header = is_header(line);

			*odd |=
			    !header && nl; /* the last line may be cut short by the end of what probes see */
			n += header && is_usual(line);
		}
		if (!nl)
			return n;
		v = evd_view_of(nl + 1, v.len - line.len - 1);
	}
	return n;
}

bool evd_mail_is_box(struct evd_view head)
{
	return head.len >= 5 && memcmp(head.p, "From ", 5) == 0;
}

/* Where a line among the headers is none, more of the usual ones are asked for, and every other reader that knows the item
 * goes first: a list of "name: value" is no mail by that. */
static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	size_t skip = evd_mail_skip(head);
	unsigned bits = 24, n;
	const uint8_t *nl;
	bool odd;

	(void)in;
	head = evd_view_of(head.p + skip, head.len - skip);
	if (head.len < 16)
		return 0;
	if (evd_mail_is_box(head)) {
		nl = memchr(head.p, '\n', head.len);
		if (!nl)
			return 0;
		head = evd_view_of(nl + 1, head.len - (size_t)(nl + 1 - head.p));
		bits = 40;
	}
	n = evd_mail_headers(head, &odd);
	if (odd)
		return n >= 3 ? bits / 4 : 0;
	return n >= 2 ? bits : 0;
}

const struct evd_format evd_format_mail = {
    .name = "mail",
    .version = "1",
    .spec = "RFC 5322, RFC 2045 to 2049, RFC 2231, RFC 4155",
    .confirmed = true,
    .probe = probe,
#ifndef EVD_READER_LIGHT
    .read = evd_mail_read,
    .warm = evd_mail_warm,
#endif
};
