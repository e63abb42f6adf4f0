/* chat_html: see chat_html.h. */
#include "chat_html.h"

#include <libxml/HTMLparser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(struct chat_html *h, int r)
{
	if (r && !h->failed)
		h->failed = r;
}

/* Offsets hold where the parser hands things over: texts and end tags exactly, start tags before
 * their ">", so what follows one directly begins a byte later. */
static void enter(struct chat_html *h)
{
	long at = xmlByteConsumed(h->parser);

	h->from = h->last + h->behind_open;
	h->behind_open = false;
	h->to = at > 0 ? (uint64_t)at : h->last;
	if (h->to < h->from)
		h->to = h->from;
	h->last = h->to;
}

static bool is_void(const char *name)
{
	static const char *const list[] = {"br", "img", "meta", "link", "hr", "input", "source", "wbr"};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

static void on_open(void *ctx, const xmlChar *name, const xmlChar **attributes)
{
	struct chat_html *h = ctx;

	enter(h);
	if (h->failed)
		return;
	h->attributes = attributes;
	if (!is_void((const char *)name) && h->depth < HTML_DEPTH)
		h->depth++;
	h->behind_open = !is_void((const char *)name);
	fail(h, h->open(h, (const char *)name, &h->why));
	h->attributes = NULL;
}

static void on_close(void *ctx, const xmlChar *name)
{
	struct chat_html *h = ctx;

	enter(h);
	if (h->failed || is_void((const char *)name))
		return;
	fail(h, h->close(h, (const char *)name, &h->why));
	if (h->depth)
		h->depth--;
}

static void on_text(void *ctx, const xmlChar *text, int len)
{
	struct chat_html *h = ctx;

	enter(h);
	if (!h->failed && len > 0)
		fail(h, h->text(h, evd_view_of(text, (size_t)len), &h->why));
}

static void quiet(void *ctx, const char *format, ...)
{
	(void)ctx;
	(void)format;
}

int chat_html_read(struct chat_html *h, struct evd_chat_file *f, struct evd_error *err)
{
	xmlSAXHandler sax;
	htmlParserCtxtPtr x;
	char block[4096];
	size_t got;
	int r = 0;

	memset(&sax, 0, sizeof sax);
	sax.startElement = on_open;
	sax.endElement = on_close;
	sax.characters = on_text;
	sax.cdataBlock = on_text;
	sax.ignorableWhitespace = on_text;
	sax.error = quiet;
	sax.warning = quiet;
	h->depth = 0;
	h->behind_open = false;
	h->failed = 0;
	h->last = 0;
	x = htmlCreatePushParserCtxt(&sax, h, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
	if (!x)
		return evd_nomem(err);
	h->parser = x;
	htmlCtxtUseOptions(x, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
	                          HTML_PARSE_NONET | HTML_PARSE_COMPACT);
	do {
		r = f->read(f->ctx, block, sizeof block, &got, err);
		if (got)
			htmlParseChunk(x, block, (int)got, 0);
	} while (r == 0 && got && !h->failed);
	if (!h->failed)
		htmlParseChunk(x, block, 0, 1);
	htmlFreeParserCtxt(x);
	if (h->failed) {
		if (err)
			*err = h->why;
		return h->failed;
	}
	return r;
}

struct evd_view chat_html_attribute(const struct chat_html *h, const char *name)
{
	for (size_t i = 0; h->attributes && h->attributes[i]; i += 2)
		if (strcmp((const char *)h->attributes[i], name) == 0 && h->attributes[i + 1])
			return evd_view_str((const char *)h->attributes[i + 1]);
	return evd_view_of(NULL, 0);
}

bool chat_html_class(const struct chat_html *h, const char *word)
{
	struct evd_view v = chat_html_attribute(h, "class");
	size_t n = strlen(word), at = 0;

	while (at < v.len) {
		size_t end = at;

		while (end < v.len && v.p[end] != ' ')
			end++;
		if (end - at == n && memcmp(v.p + at, word, n) == 0)
			return true;
		at = end + 1;
	}
	return false;
}
