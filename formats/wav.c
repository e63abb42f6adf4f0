/*
 * wav: RIFF/WAVE and AVI's outer form: coding, channels, rate, duration, INFO texts, broadcast
 * extension. Source: Microsoft RIFF (1991), WAVEFORMATEX, EBU Tech 3285 (bext).
 */
#include "emit.h"
#include "source.h"
#include "texts.h"

#include <stdio.h>
#include <string.h>

#define CHUNKS_MAX 10000u
#define LOAD_MAX (UINT32_C(1) << 20)

struct wave {
	uint32_t rate, byte_rate;
	uint64_t data_len;
	bool has_format;
};

static int emit_format(struct evd_sink *sink, struct evd_view v, struct wave *w,
                       struct evd_error *err)
{
	struct evd_cursor c;
	unsigned tag, channels, bits;
	int r;

	evd_cursor_init(&c, v);
	tag = evd_get_u16le(&c);
	channels = evd_get_u16le(&c);
	w->rate = evd_get_u32le(&c);
	w->byte_rate = evd_get_u32le(&c);
	evd_get_u16le(&c);
	bits = evd_get_u16le(&c);
	if (!evd_cursor_ok(&c))
		return evd_emit_unread(sink, "damaged", 0, 0, err, "the format chunk is cut short");
	w->has_format = true;
	r = tag == 1   ? evd_emit_text(sink, "wav", "codec", "codec", evd_view_str("PCM"), err)
	    : tag == 3 ? evd_emit_text(sink, "wav", "codec", "codec", evd_view_str("IEEE float"), err)
	               : evd_emit_format(sink, "wav", "codec", "codec", err, "0x%04x", tag);
	if (r == 0)
		r = evd_emit_number(sink, "wav", "channels", NULL, channels, err);
	if (r == 0)
		r = evd_emit_number(sink, "wav", "sampleRate", NULL, w->rate, err);
	if (r == 0)
		r = evd_emit_number(sink, "wav", "bitsPerSample", NULL, bits, err);
	return r;
}

static const struct {
	const char *id, *name, *as;
} infos[] = {
    {"IART", "artist", "person.author"},
    {"ICMT", "comment", "text.comment"},
    {"ICOP", "copyright", "text.copyright"},
    {"ICRD", "date", "time.created"},
    {"IENG", "engineer", NULL},
    {"IGNR", "genre", NULL},
    {"INAM", "title", "text.title"},
    {"IPRD", "product", NULL},
    {"ISFT", "software", "software"},
    {"ISRC", "source", NULL},
    {"ITCH", "technician", NULL},
};

static int emit_info(struct evd_sink *sink, struct evd_view v, struct evd_error *err)
{
	struct evd_cursor c;
	int r = 0;

	evd_cursor_init(&c, v);
	if (!evd_view_is(evd_get_bytes(&c, 4), "INFO"))
		return 0;
	while (r == 0 && evd_cursor_left(&c) >= 8) {
		struct evd_view id = evd_get_bytes(&c, 4);
		uint32_t len = evd_get_u32le(&c);
		struct evd_view text = evd_texts_trim_nul(evd_get_bytes(&c, len));

		if (!evd_cursor_ok(&c))
			return evd_emit_unread(sink, "damaged", 0, 0, err, "the INFO list is cut short");
		for (size_t i = 0; r == 0 && i < sizeof infos / sizeof *infos; i++)
			if (evd_view_is(id, infos[i].id)) {
				r = evd_emit_text(sink, "wav.info", infos[i].name, infos[i].as, text, err);
				if (r == 0 && infos[i].as && strcmp(infos[i].as, "software") == 0)
					r = evd_texts_observe_editor(text, infos[i].name, sink, err);
			}
		if (len % 2 && evd_cursor_left(&c))
			evd_get_u8(&c);
	}
	return r;
}

/* EBU Tech 3285: description 256, originator 32, reference 32, date 10, time 8. The originator is who or what produced
 * the file, a person, a house or a recorder: it does not say which. */
static int emit_bext(struct evd_sink *sink, struct evd_view v, struct evd_error *err)
{
	static const struct {
		const char *name, *as;
		size_t len;
	} part[] = {{"description", "text.description", 256},
	            {"originator", NULL, 32},
	            {"originatorReference", NULL, 32},
	            {"date", NULL, 10},
	            {"time", NULL, 8}};
	struct evd_cursor c;
	int r = 0;

	evd_cursor_init(&c, v);
	for (size_t i = 0; r == 0 && i < sizeof part / sizeof *part; i++) {
		struct evd_view text = evd_get_bytes(&c, part[i].len);
		const uint8_t *nul = text.len ? memchr(text.p, 0, text.len) : NULL;

		if (nul)
			text.len = (size_t)(nul - text.p);
		if (text.len)
			r = evd_emit_text(sink, "wav.bext", part[i].name, part[i].as, text, err);
	}
	return r;
}

static int on_chunk(const struct evd_source *s, struct evd_sink *sink, const char *id, uint64_t off,
                    uint64_t len, struct wave *w, struct evd_error *err)
{
	bool format = memcmp(id, "fmt ", 4) == 0, list = memcmp(id, "LIST", 4) == 0;
	bool bext = memcmp(id, "bext", 4) == 0;
	struct evd_error why = {0};
	struct evd_buf b;
	int r;

	if (memcmp(id, "data", 4) == 0)
		w->data_len = len;
	if (!format && !list && !bext)
		return 0;
	evd_buf_init(&b, LOAD_MAX);
	r = evd_source_load(s, off, len, LOAD_MAX, &b, &why);
	if (r == EVD_E_LIMIT || r == EVD_E_DAMAGED)
		r = evd_emit_unread_error(sink, off, len, &why, err);
	else if (r == 0)
		r = format ? emit_format(sink, evd_buf_view(&b), w, err)
		    : list ? emit_info(sink, evd_buf_view(&b), err)
		           : emit_bext(sink, evd_buf_view(&b), err);
	else if (err)
		*err = why;
	evd_buf_release(&b);
	return r;
}

/* EBU Tech 3306: sizes of 64 bits stand in a chunk of their own. */
static bool is_64(struct evd_view head)
{
	return memcmp(head.p, "RF64", 4) == 0 || memcmp(head.p, "BW64", 4) == 0;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	(void)in;
	return head.len >= 12 && (memcmp(head.p, "RIFF", 4) == 0 || is_64(head)) &&
	               memcmp(head.p + 8, "WAVE", 4) == 0
	           ? 64
	           : 0;
}

static int read_wav(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	const struct evd_source *s = &in->source[0];
	struct wave w = {0};
	uint64_t off = 12;
	uint8_t magic[4];
	int r = evd_source_exact(s, 0, magic, sizeof magic, err);

	if (r == 0 && is_64(evd_view_of(magic, sizeof magic)))
		return evd_emit_unread(sink, "unsupported", 0, s->size, err,
		                       "RF64, a WAVE file with sizes of 64 bits, is not read");
	for (unsigned n = 0; r == 0 && off < s->size && n < CHUNKS_MAX; n++) {
		uint8_t h[8];
		struct evd_cursor c;
		uint64_t len, there;
		size_t got;

		r = evd_source_read(s, off, h, sizeof h, &got, err);
		if (r || got < 8)
			break;
		evd_cursor_init(&c, evd_view_of(h + 4, 4));
		len = evd_get_u32le(&c);
		there = s->size - off - 8;
		if (len > there) {
			/* a recorder that was cut off leaves the data chunk's length at its last or a
			 * too large value: what is there counts */
			r = evd_emit_unread(sink, "damaged", off, there + 8, err,
			                    "a chunk states %llu bytes, %llu are there",
			                    (unsigned long long)len, (unsigned long long)there);
			len = there;
		}
		if (r == 0)
			r = on_chunk(s, sink, (const char *)h, off + 8, len, &w, err);
		off += 8 + len + (len & 1);
	}
	if (r == 0 && w.has_format && w.byte_rate && w.data_len)
		r = evd_emit_format(sink, "wav", "duration", "duration", err, "%.3f",
		                    (double)w.data_len / w.byte_rate);
	return r;
}

const struct evd_format evd_format_wav = {
    .name = "wav",
    .version = "1",
    .spec = "RIFF/WAVE, EBU Tech 3285",
    .confirmed = true,
    .probe = probe,
    .read = read_wav,
    .alongside = true,
};
