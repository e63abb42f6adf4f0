/*
 * mail: whether an item is e-mail, as EML or mbox; mail_read.c reads it. The libraries for that are a third of all
 * that evidence-reader is made of, and are dear to every process of an item: evidence-reader-light does without.
 */
#include "mail.h"

#include <string.h>

static bool begins(struct evd_view v, const char *text)
{
	size_t n = strlen(text);

	return v.len >= n && strncasecmp((const char *)v.p, text, n) == 0;
}

/* How many of the usual headers stand in the header block; 0 if a line there is no header. */
static unsigned count_headers(struct evd_view v)
{
	static const char *const usual[] = {"From:", "Date:",     "Subject:",      "Message-ID:",
	                                    "To:",   "Received:", "MIME-Version:", "Return-Path:"};
	unsigned n = 0;

	while (v.len) {
		const uint8_t *nl = memchr(v.p, '\n', v.len);
		size_t len = nl ? (size_t)(nl - v.p) : v.len;
		const uint8_t *colon = memchr(v.p, ':', len);

		if (len == 0 || (len == 1 && v.p[0] == '\r'))
			return n;
		if (v.p[0] != ' ' && v.p[0] != '\t') {
			if (!colon && nl)
				return 0;
			for (const uint8_t *p = v.p; colon && p < colon; p++)
				if (*p <= ' ' || *p > '~')
					return 0;
			for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
				n += begins(v, usual[i]);
		}
		if (!nl)
			return n;
		v = evd_view_of(nl + 1, v.len - len - 1);
	}
	return n;
}

bool evd_mail_is_box(struct evd_view head)
{
	return begins(head, "From ") && memcmp(head.p, "From ", 5) == 0;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	const uint8_t *nl;

	(void)in;
	if (head.len < 16)
		return 0;
	if (evd_mail_is_box(head)) {
		nl = memchr(head.p, '\n', head.len);
		return nl && count_headers(evd_view_of(nl + 1, head.len - (size_t)(nl + 1 - head.p))) >= 2
		           ? 40
		           : 0;
	}
	return count_headers(head) >= 2 ? 24 : 0;
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
