/* texts: see texts.h. */
#include "texts.h"

#include "emit.h"

#include <string.h>

struct evd_view evd_texts_trim_nul(struct evd_view v)
{
	while (v.len && v.p[v.len - 1] == 0)
		v.len--;
	return v;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct evd_view evd_texts_trim(struct evd_view v)
{
	while (v.len && is_blank(v.p[v.len - 1]))
		v.len--;
	while (v.len && is_blank(v.p[0])) {
		v.p++;
		v.len--;
	}
	return v;
}

void evd_texts_put_utf8(struct evd_buf *b, uint32_t cp)
{
	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		cp = 0xFFFD;
	if (cp < 0x80) {
		evd_put_u8(b, (uint8_t)cp);
	} else if (cp < 0x800) {
		evd_put_u8(b, (uint8_t)(0xC0 | cp >> 6));
		evd_put_u8(b, (uint8_t)(0x80 | (cp & 0x3F)));
	} else if (cp < 0x10000) {
		evd_put_u8(b, (uint8_t)(0xE0 | cp >> 12));
		evd_put_u8(b, (uint8_t)(0x80 | (cp >> 6 & 0x3F)));
		evd_put_u8(b, (uint8_t)(0x80 | (cp & 0x3F)));
	} else {
		evd_put_u8(b, (uint8_t)(0xF0 | cp >> 18));
		evd_put_u8(b, (uint8_t)(0x80 | (cp >> 12 & 0x3F)));
		evd_put_u8(b, (uint8_t)(0x80 | (cp >> 6 & 0x3F)));
		evd_put_u8(b, (uint8_t)(0x80 | (cp & 0x3F)));
	}
}

void evd_texts_utf16(struct evd_buf *b, struct evd_view v, bool big)
{
	struct evd_cursor c;
	uint32_t high = 0;

	evd_cursor_init(&c, v);
	while (evd_cursor_left(&c) >= 2) {
		uint32_t u = big ? evd_get_u16be(&c) : evd_get_u16le(&c);

		if (u == 0)
			break;
		if (high && u >= 0xDC00 && u <= 0xDFFF) {
			evd_texts_put_utf8(b, 0x10000 + ((high - 0xD800) << 10) + (u - 0xDC00));
			high = 0;
			continue;
		}
		if (high)
			evd_texts_put_utf8(b, 0xFFFD);
		high = u >= 0xD800 && u <= 0xDBFF ? u : 0;
		if (!high)
			evd_texts_put_utf8(b, u);
	}
	if (high || evd_cursor_left(&c) == 1)
		evd_texts_put_utf8(b, 0xFFFD);
}

void evd_texts_latin1(struct evd_buf *b, struct evd_view v)
{
	for (size_t i = 0; i < v.len; i++)
		evd_texts_put_utf8(b, v.p[i]);
}

static bool contains_folded(struct evd_view v, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= v.len; i++) {
		size_t k = 0;

		while (k < n) {
			uint8_t c = v.p[i + k];

			if (c >= 'A' && c <= 'Z')
				c = (uint8_t)(c - 'A' + 'a');
			if (c != (uint8_t)word[k])
				break;
			k++;
		}
		if (k == n)
			return true;
	}
	return false;
}

int evd_texts_observe_editor(struct evd_view software, const char *where, struct evd_sink *sink,
                             struct evd_error *err)
{
	static const char *const editors[] = {
	    "photoshop", "gimp",       "lightroom", "snapseed",    "picsart",     "facetune",
	    "canva",     "pixlr",      "affinity",  "paint.net",   "imagemagick", "pixelmator",
	    "faceapp",   "vsco",       "darktable", "capture one", "acdsee",      "picasa",
	    "capcut",    "kinemaster", "inshot",    "premiere",    "final cut",   "davinci",
	    "audacity",  "audition",   "handbrake", "lavf",
	};

	for (size_t i = 0; i < sizeof editors / sizeof *editors; i++)
		if (contains_folded(software, editors[i]))
			return evd_emit_observation(sink, "editor-software", err,
			                            "%s names a program that edits or converts: %s", where,
			                            editors[i]);
	return 0;
}
