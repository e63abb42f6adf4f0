/*
 * mp3: MPEG audio: version, layer, bit rate, channels, duration, ID3 tags. Source: ISO/IEC 11172-3
 * §2.4.1.3, 13818-3; ID3v2.3 and v2.4 (id3.org), ID3v1; Xing/Info and VBRI headers.
 */
#include "emit.h"
#include "source.h"
#include "texts.h"

#include <stdio.h>
#include <string.h>

#define TAG_MAX (UINT32_C(16) << 20)
#define FRAMES_MAX 2000u
#define BEHIND_MIN 4096u /* bytes behind those that the first frame counts, before they are said */
#define TEXTS_MAX 1000u  /* of a frame */
#define FIND_MAX (UINT32_C(64) << 10) /* bytes in which the first frame must begin */

static const struct {
	const char *id, *name, *as;
} frames[] = {
    {"TIT1", "grouping", NULL},
    {"TIT2", "title", "text.title"},
    {"TIT3", "subtitle", NULL},
    {"TPE1", "artist", "person.author"},
    {"TPE2", "band", NULL},
    {"TALB", "album", NULL},
    {"TCOM", "composer", NULL},
    {"TCON", "genre", NULL},
    {"TCOP", "copyright", "text.copyright"},
    {"TDAT", "date", NULL},
    {"TDRC", "recordingTime", "time.created"},
    {"TDEN", "encodingTime", "time.created"},
    {"TENC", "encodedBy", NULL},
    {"TSSE", "encoder", "software"},
    {"TYER", "year", NULL},
    {"TRCK", "track", NULL},
    {"TLAN", "language", NULL},
    {"TOWN", "owner", "person.owner"},
};

/* ID3v2.4 §4: 0 Latin-1, 1 UTF-16 with mark, 2 UTF-16BE, 3 UTF-8. Of several texts in a frame each may have a mark; one
 * without is as the one before it: `big`. */
static void put_text(struct evd_buf *b, uint8_t coding, bool *big, struct evd_view v)
{
	bool marked_big = v.len >= 2 && memcmp(v.p, "\xFE\xFF", 2) == 0;

	if (coding == 1 && (marked_big || (v.len >= 2 && memcmp(v.p, "\xFF\xFE", 2) == 0))) {
		*big = marked_big;
		v = evd_view_of(v.p + 2, v.len - 2);
	}
	if (coding == 1 || coding == 2)
		evd_texts_utf16(b, v, *big);
	else if (coding == 3)
		evd_put_view(b, v);
	else
		evd_texts_latin1(b, v);
}

/* A description up to its NUL (two NULs in UTF-16), then the text: COMM, TXXX. */
static struct evd_view split(uint8_t coding, struct evd_view v, struct evd_view *rest)
{
	size_t step = coding == 1 || coding == 2 ? 2 : 1;

	for (size_t i = 0; i + step <= v.len; i += step)
		if (v.p[i] == 0 && (step == 1 || v.p[i + 1] == 0)) {
			*rest = evd_view_of(v.p + i + step, v.len - i - step);
			return evd_view_of(v.p, i);
		}
	*rest = v;
	return evd_view_of(NULL, 0);
}

/* The text up to the next NUL, or to the end; *rest is what stands behind. */
static struct evd_view next_text(uint8_t coding, struct evd_view *rest)
{
	struct evd_view whole = *rest, text = split(coding, whole, rest);

	if (rest->p != whole.p)
		return text;
	*rest = evd_view_of(NULL, 0);
	return whole;
}

/* Each text is a field: ID3v2.4 §4.2 has several of them in a frame, with a NUL between. */
static int emit_texts(struct evd_sink *sink, struct evd_field *f, uint8_t coding,
                      struct evd_view rest, struct evd_error *err)
{
	bool big = coding == 2, software = f->as && strcmp(f->as, "software") == 0;
	unsigned n = 0;
	int r = 0;

	while (r == 0 && (n == 0 || rest.len)) {
		struct evd_view text = next_text(coding, &rest);
		struct evd_buf b;

		if (n && text.len == 0)
			continue;
		if (n++ == TEXTS_MAX)
			return evd_emit_unread(sink, "limit", 0, 0, err, "more than %u texts in a frame",
			                       TEXTS_MAX);
		evd_buf_init(&b, 4 * TAG_MAX);
		put_text(&b, coding, &big, text);
		f->value = evd_buf_view(&b);
		r = evd_buf_check(&b, err);
		if (r == 0)
			r = evd_emit_field(sink, f, err);
		/* who encoded is a person or a program (ID3v2.4 §4.2.2): a known program is said */
		if (r == 0 && (software || strcmp(f->name, "encodedBy") == 0))
			r = evd_texts_observe_editor(f->value, f->name, sink, err);
		evd_buf_release(&b);
	}
	return r;
}

static int emit_text_frame(struct evd_sink *sink, const char *id, struct evd_view v,
                           struct evd_error *err)
{
	struct evd_field f = {.group = "id3", .name = id};
	bool comment = memcmp(id, "COMM", 4) == 0, user = memcmp(id, "TXXX", 4) == 0;
	struct evd_view text, label = {0};
	struct evd_buf l;
	uint8_t coding;
	bool big;
	int r;

	if (v.len < 1 || (comment && v.len < 4))
		return 0;
	coding = v.p[0];
	big = coding == 2;
	text = evd_view_of(v.p + (comment ? 4 : 1), v.len - (comment ? 4 : 1));
	if (comment || user)
		label = split(coding, text, &text);
	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
		if (memcmp(frames[i].id, id, 4) == 0) {
			f.name = frames[i].name;
			f.as = frames[i].as;
		}
	if (comment) {
		f.name = "comment";
		f.as = "text.comment";
	}
	evd_buf_init(&l, 4 * TAG_MAX);
	put_text(&l, coding, &big, label);
	f.label = evd_buf_view(&l);
	r = evd_buf_check(&l, err);
	if (r == 0)
		r = emit_texts(sink, &f, coding, text, err);
	evd_buf_release(&l);
	return r;
}

/* Seven bits a byte (ID3v2 §6.2). */
static uint32_t syncsafe(struct evd_cursor *c)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++)
		v = v << 7 | (evd_get_u8(c) & 0x7Fu);
	return v;
}

static int read_frames(struct evd_sink *sink, struct evd_view v, unsigned major,
                       struct evd_error *err)
{
	struct evd_cursor c;
	int r = 0;

	evd_cursor_init(&c, v);
	for (unsigned n = 0; r == 0 && n < FRAMES_MAX && evd_cursor_left(&c) >= 10; n++) {
		char id[5] = {0};
		struct evd_view head = evd_get_bytes(&c, 4), body;
		uint32_t len = major == 4 ? syncsafe(&c) : evd_get_u32be(&c);

		evd_get_bytes(&c, 2);
		if (head.p[0] == 0)
			break; /* padding */
		memcpy(id, head.p, 4);
		body = evd_get_bytes(&c, len);
		if (!evd_cursor_ok(&c) || strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != 4)
			return evd_emit_unread(sink, "damaged", 0, 0, err, "the ID3 tag ends in disorder");
		if (id[0] == 'T' || memcmp(id, "COMM", 4) == 0)
			r = emit_text_frame(sink, id, body, err);
		else
			r = evd_emit_format(sink, "id3", id, NULL, err, "(%u bytes, not interpreted)", len);
	}
	return r;
}

/* *end: offset behind the tag, 0 if there is none. */
static int read_id3v2(const struct evd_source *s, struct evd_sink *sink, uint64_t *end,
                      struct evd_error *err)
{
	uint8_t h[10];
	struct evd_cursor c;
	struct evd_error why = {0};
	struct evd_buf tag;
	unsigned major, flags;
	uint32_t len, skip = 0;
	size_t got;
	int r = evd_source_read(s, 0, h, sizeof h, &got, err);

	*end = 0;
	if (r || got < 10 || memcmp(h, "ID3", 3) != 0)
		return r;
	evd_cursor_init(&c, evd_view_of(h + 3, 7));
	major = evd_get_u8(&c);
	evd_get_u8(&c);
	flags = evd_get_u8(&c);
	len = syncsafe(&c);
	*end = 10 + (uint64_t)len + (flags & 0x10 ? 10 : 0);
	r = evd_emit_format(sink, "id3", "version", NULL, err, "2.%u", major);
	if (r || major < 3 || major > 4 || flags & 0x80)
		return r ? r
		         : evd_emit_unread(sink, "unsupported", 0, *end, err, "ID3v2.%u%s is not opened",
		                           major, flags & 0x80 ? " with unsynchronisation" : "");
	evd_buf_init(&tag, TAG_MAX);
	r = evd_source_load(s, 10, len, TAG_MAX, &tag, &why);
	if (r == EVD_E_LIMIT || r == EVD_E_DAMAGED) {
		r = evd_emit_unread_error(sink, 0, *end, &why, err);
	} else if (r == 0) {
		if (flags & 0x40) { /* extended header: its size counts itself in 2.4 only */
			evd_cursor_init(&c, evd_buf_view(&tag));
			skip = major == 4 ? syncsafe(&c) : evd_get_u32be(&c) + 4;
		}
		if (skip < tag.len)
			r = read_frames(sink, evd_view_of(tag.data + skip, tag.len - skip), major, err);
	} else if (err) {
		*err = why;
	}
	evd_buf_release(&tag);
	return r;
}

struct audio {
	unsigned version; /* 1, 2, 25 */
	unsigned layer, bit_rate, rate, channels, samples, frame_len;
};

/* §2.4.1.3: eleven bits of sync, then version, layer, bit rate, rate, padding, mode. */
static bool parse_frame(const uint8_t *p, struct audio *a)
{
	static const uint16_t rates1[3][16] = {
	    {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0},
	    {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0},
	    {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}};
	static const uint16_t rates2[2][16] = {
	    {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0},
	    {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}};
	static const uint16_t sampling[3] = {44100, 48000, 32000};
	unsigned version = p[1] >> 3 & 3, layer = p[1] >> 1 & 3;
	unsigned index = p[2] >> 4, rate = p[2] >> 2 & 3, padding = p[2] >> 1 & 1;

	if (p[0] != 0xFF || (p[1] & 0xE0) != 0xE0 || version == 1 || layer == 0 || rate == 3)
		return false;
	a->version = version == 3 ? 1 : version == 2 ? 2 : 25;
	a->layer = 4 - layer;
	a->bit_rate =
	    a->version == 1 ? rates1[a->layer - 1][index] : rates2[a->layer == 1 ? 0 : 1][index];
	a->rate = sampling[rate] / (a->version == 1 ? 1u : a->version == 2 ? 2u : 4u);
	a->channels = p[3] >> 6 == 3 ? 1 : 2;
	a->samples = a->layer == 1 ? 384 : a->layer == 2 || a->version == 1 ? 1152 : 576;
	if (a->bit_rate == 0)
		return false;
	a->frame_len = a->layer == 1 ? (12 * a->bit_rate * 1000 / a->rate + padding) * 4
	                             : a->samples / 8 * a->bit_rate * 1000 / a->rate + padding;
	return a->frame_len >= 24;
}

/* The first frame that another one follows. */
static int find_frame(const struct evd_source *s, uint64_t from, struct audio *a, uint64_t *at,
                      struct evd_error *err)
{
	struct evd_buf b;
	uint64_t len = from < s->size ? s->size - from : 0;
	int r;

	len = len < FIND_MAX ? len : FIND_MAX;
	evd_buf_init(&b, FIND_MAX);
	r = evd_source_load(s, from, len, FIND_MAX, &b, err);
	if (r == 0) {
		r = EVD_END;
		for (size_t i = 0; i + 4 <= b.len; i++) {
			struct audio next;
			uint8_t p[4];
			size_t got;

			if (!parse_frame(b.data + i, a) ||
			    evd_source_read(s, from + i + a->frame_len, p, 4, &got, NULL))
				continue;
			if (got == 0 || (got == 4 && parse_frame(p, &next) && next.rate == a->rate)) {
				*at = from + i;
				r = 0;
				break;
			}
		}
	}
	evd_buf_release(&b);
	return r;
}

/* Xing or Info behind the side information, VBRI 32 bytes behind the header: number of frames, and of bytes from the
 * frame that holds it on; 0: not said. */
static int read_count(const struct evd_source *s, const struct audio *a, uint64_t at,
                      uint32_t *count, uint32_t *bytes, struct evd_error *err)
{
	unsigned side =
	    a->version == 1 ? (a->channels == 1 ? 17u : 32u) : (a->channels == 1 ? 9u : 17u);
	uint8_t p[64];
	struct evd_cursor c;
	size_t got;
	int r = evd_source_read(s, at + 4 + side, p, 16, &got, err);

	*count = *bytes = 0;
	if (r)
		return r;
	if (got == 16 && (memcmp(p, "Xing", 4) == 0 || memcmp(p, "Info", 4) == 0)) {
		uint32_t there;

		evd_cursor_init(&c, evd_view_of(p + 4, 12));
		there = evd_get_u32be(&c);
		if (there & 1)
			*count = evd_get_u32be(&c);
		if (there & 2)
			*bytes = evd_get_u32be(&c);
		return 0;
	}
	r = evd_source_read(s, at + 36, p, 18, &got, err);
	if (r == 0 && got == 18 && memcmp(p, "VBRI", 4) == 0) {
		evd_cursor_init(&c, evd_view_of(p + 10, 8));
		*bytes = evd_get_u32be(&c);
		*count = evd_get_u32be(&c);
	}
	return r;
}

static int has_id3v1(const struct evd_source *s, bool *has, struct evd_error *err)
{
	uint8_t t[3];
	size_t got = 0;
	int r = s->size < 128 ? 0 : evd_source_read(s, s->size - 128, t, 3, &got, err);

	*has = got == 3 && memcmp(t, "TAG", 3) == 0;
	return r;
}

/* A tag other than ID3v1 stands before `end`: APE, Lyrics3, ID3v2.4 with a footer (§3.4). */
static int has_footer(const struct evd_source *s, uint64_t end, bool *has, struct evd_error *err)
{
	uint8_t f[32];
	int r = end < sizeof f ? 0 : evd_source_exact(s, end - sizeof f, f, sizeof f, err);

	*has = r == 0 && end >= sizeof f &&
	       (memcmp(f, "APETAGEX", 8) == 0 || memcmp(f + 23, "LYRICS200", 9) == 0 ||
	        memcmp(f + 23, "LYRICSEND", 9) == 0 || memcmp(f + 22, "3DI", 3) == 0);
	return r;
}

/* What the first frame counts against what is there. Encoders may count a frame more or less; behind tags whose length is
 * not looked for nothing is said. */
static int observe_end(const struct evd_source *s, struct evd_sink *sink, uint64_t at,
                       uint32_t bytes, bool id3v1, struct evd_error *err)
{
	uint64_t there = s->size - at, end = s->size - (id3v1 && there >= 128 ? 128 : 0);
	bool footer;
	int r;

	if (bytes > there)
		return evd_emit_observation(
		    sink, "truncated", err,
		    "MP3: its header counts %u bytes from offset %llu on, %llu are there", bytes,
		    (unsigned long long)at, (unsigned long long)there);
	if (bytes == 0 || end - at <= bytes + (uint64_t)BEHIND_MIN)
		return 0;
	r = has_footer(s, end, &footer, err);
	return r || footer
	           ? r
	           : evd_emit_observation(
	                 sink, "trailing-data", err,
	                 "MP3: its header counts %u bytes from offset %llu on, %llu more follow", bytes,
	                 (unsigned long long)at, (unsigned long long)(end - at - bytes));
}

static int emit_audio(const struct evd_source *s, struct evd_sink *sink, const struct audio *a,
                      uint64_t at, struct evd_error *err)
{
	uint32_t count, bytes;
	uint64_t len;
	bool tag;
	double seconds;
	int r = read_count(s, a, at, &count, &bytes, err);

	if (r)
		return r;
	r = has_id3v1(s, &tag, err);
	if (r)
		return r;
	len = s->size - at - (tag && s->size - at >= 128 ? 128 : 0);
	seconds =
	    count ? (double)count * a->samples / a->rate : (double)len * 8 / (a->bit_rate * 1000.0);
	r = evd_emit_format(sink, "mp3", "codec", "codec", err, "MPEG-%s layer %u",
	                    a->version == 1   ? "1"
	                    : a->version == 2 ? "2"
	                                      : "2.5",
	                    a->layer);
	if (r == 0)
		r = evd_emit_number(sink, "mp3", "channels", NULL, a->channels, err);
	if (r == 0)
		r = evd_emit_number(sink, "mp3", "sampleRate", NULL, a->rate, err);
	if (r == 0)
		r = evd_emit_number(sink, "mp3", "bitRate", NULL, a->bit_rate * 1000u, err);
	if (r == 0)
		r = evd_emit_format(sink, "mp3", "duration", "duration", err, "%.3f", seconds);
	if (r == 0)
		r = evd_emit_text(sink, "mp3", "durationFrom", NULL,
		                  evd_view_str(count ? "frame count" : "bit rate and size"), err);
	return r ? r : observe_end(s, sink, at, bytes, tag, err);
}

/* "TAG", title 30, artist 30, album 30, year 4, comment 30. */
static int read_id3v1(const struct evd_source *s, struct evd_sink *sink, struct evd_error *err)
{
	static const struct {
		const char *name;
		size_t off, len;
	} part[] = {{"title", 3, 30},
	            {"artist", 33, 30},
	            {"album", 63, 30},
	            {"year", 93, 4},
	            {"comment", 97, 30}};
	uint8_t t[128];
	size_t got;
	int r;

	if (s->size < 128)
		return 0;
	r = evd_source_read(s, s->size - 128, t, 128, &got, err);
	if (r || got < 128 || memcmp(t, "TAG", 3) != 0)
		return r;
	for (size_t i = 0; r == 0 && i < sizeof part / sizeof *part; i++) {
		struct evd_view v = evd_view_of(t + part[i].off, part[i].len);
		const uint8_t *nul = memchr(v.p, 0, v.len);
		struct evd_buf b;

		if (nul)
			v.len = (size_t)(nul - v.p);
		v = evd_texts_trim(v);
		evd_buf_init(&b, 256);
		evd_texts_latin1(&b, v);
		if (v.len)
			r = evd_emit_text(sink, "id3v1", part[i].name, NULL, evd_buf_view(&b), err);
		evd_buf_release(&b);
	}
	return r;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	struct audio a, next;

	(void)in;
	if (head.len >= 10 && memcmp(head.p, "ID3", 3) == 0 && head.p[3] < 0xFF)
		return 24;
	if (head.len < 4 || !parse_frame(head.p, &a))
		return 0;
	/* two frames in a row: the sync alone is too common */
	return a.frame_len + 4u <= head.len && parse_frame(head.p + a.frame_len, &next) &&
	               next.rate == a.rate && next.layer == a.layer
	           ? 30
	           : 0;
}

/* An APEv2 tag ends the file, or stands before ID3v1; its footer has the length of what stands before it, and its own. */
static int say_ape(const struct evd_source *s, struct evd_sink *sink, struct evd_error *err)
{
	static const uint64_t behind[] = {0, 128};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof behind / sizeof *behind; i++) {
		uint8_t foot[32];
		struct evd_cursor c;
		uint64_t end = s->size - behind[i], len;

		if (s->size < behind[i] + sizeof foot)
			break;
		r = evd_source_exact(s, end - sizeof foot, foot, sizeof foot, err);
		if (r || memcmp(foot, "APETAGEX", 8) != 0)
			continue;
		evd_cursor_init(&c, evd_view_of(foot + 12, 4));
		len = evd_get_u32le(&c);
		len = len < end ? len : end;
		r = evd_emit_unread(sink, "unsupported", end - len, len, err, "an APE tag is not read");
	}
	return r;
}

static int read_mp3(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	const struct evd_source *s = &in->source[0];
	struct audio a;
	uint64_t end, at = 0;
	int r = read_id3v2(s, sink, &end, err);

	if (r)
		return r;
	r = find_frame(s, end, &a, &at, err);
	if (r == 0)
		r = emit_audio(s, sink, &a, at, err);
	else if (r == EVD_END)
		r = evd_emit_unread(sink, "damaged", end, s->size > end ? s->size - end : 0, err,
		                    "no MPEG audio frame was found");
	if (r == 0)
		r = say_ape(s, sink, err);
	return r ? r : read_id3v1(s, sink, err);
}

const struct evd_format evd_format_mp3 = {
    .name = "mp3",
    .version = "1",
    .spec = "ISO/IEC 11172-3, 13818-3; ID3v1, ID3v2.3, ID3v2.4",
    .confirmed = true,
    .probe = probe,
    .read = read_mp3,
    .alongside = true,
};
