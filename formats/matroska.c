/*
 * matroska: Matroska and WebM: application, date, duration, tracks, tags. Source: RFC 8794 (EBML),
 * RFC 9559 (Matroska). Clusters are passed over.
 */
#include "emit.h"
#include "source.h"
#include "texts.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 8
#define ELEMENTS_MAX 50000u
#define TEXT_MAX (UINT32_C(1) << 20)

struct reader {
	const struct evd_source *s;
	struct evd_sink *sink;
	unsigned n, track, file;
	double scale, duration; /* of Info: nanoseconds a tick, ticks */
	char group[32];
	char tag[256]; /* name of the tag being read */
};

struct element {
	uint32_t id;
	uint64_t off, len; /* of the body */
};

/* RFC 8794 §4: the first byte's leading zeros tell the length; an ID keeps its marker bit. */
static bool vint(const uint8_t *p, size_t n, bool keep, uint64_t *out, size_t *used)
{
	size_t len = 1;
	uint64_t v;
	bool ones;

	if (n == 0 || p[0] == 0)
		return false;
	while (!(p[0] & (0x80 >> (len - 1))))
		len++;
	if (len > n)
		return false;
	v = keep ? p[0] : p[0] & ((0x80u >> (len - 1)) - 1);
	ones = (p[0] | (0xFFu << (8 - len) & 0xFF)) == 0xFF;
	for (size_t i = 1; i < len; i++) {
		v = v << 8 | p[i];
		ones = ones && p[i] == 0xFF;
	}
	*out = !keep && ones ? UINT64_MAX : v; /* all ones: size not known */
	*used = len;
	return true;
}

static int next(struct reader *x, uint64_t *pos, uint64_t end, struct element *e,
                struct evd_error *err)
{
	uint8_t h[12];
	uint64_t id, len;
	size_t got, a, b;
	int r;

	if (*pos >= end)
		return EVD_END;
	r = evd_source_read(x->s, *pos, h, sizeof h, &got, err);
	if (r)
		return r;
	if (!vint(h, got < 4 ? got : 4, true, &id, &a) || !vint(h + a, got - a, false, &len, &b) ||
	    ++x->n > ELEMENTS_MAX)
		return EVD_END;
	e->id = (uint32_t)id;
	e->off = *pos + a + b;
	if (len == UINT64_MAX)
		len = end > e->off ? end - e->off : 0;
	if (e->off > end || len > end - e->off) {
		r = evd_emit_unread(x->sink, "damaged", *pos, end - *pos, err,
		                    "element %x states %llu bytes, fewer are there", e->id,
		                    (unsigned long long)len);
		e->len = end > e->off ? end - e->off : 0;
		*pos = end;
		/* a cut cluster is passed over, a cut master element read as far as it goes */
		return r;
	}
	e->len = len;
	*pos = e->off + len;
	return 0;
}

static int load(struct reader *x, const struct element *e, struct evd_buf *b, struct evd_error *err)
{
	struct evd_error why = {0};
	int r = evd_source_load(x->s, e->off, e->len, TEXT_MAX, b, &why);

	if (r == EVD_E_LIMIT || r == EVD_E_DAMAGED) {
		evd_buf_reset(b);
		return evd_emit_unread_error(x->sink, e->off, e->len, &why, err);
	}
	if (r && err)
		*err = why;
	return r;
}

static uint64_t number_of(struct evd_view v)
{
	struct evd_cursor c;
	uint64_t n = 0;

	evd_cursor_init(&c, v);
	for (size_t i = 0; i < v.len && i < 8; i++)
		n = n << 8 | evd_get_u8(&c);
	return n;
}

static double float_of(struct evd_view v)
{
	uint64_t bits = number_of(v);
	double d = 0;

	if (v.len == 8) {
		memcpy(&d, &bits, sizeof d);
	} else if (v.len == 4) {
		uint32_t small = (uint32_t)bits;
		float f;

		memcpy(&f, &small, sizeof f);
		d = (double)f;
	}
	return d;
}

/* RFC 9559 §5.1.2.11 DateUTC: signed nanoseconds since 2001-01-01T00:00:00 UTC. */
static int emit_date(struct reader *x, struct evd_view v, struct evd_error *err)
{
	int64_t ns = (int64_t)number_of(v);
	int64_t s = ns / 1000000000 - (ns % 1000000000 < 0);
	struct evd_civil t;

	if (v.len != 8)
		return 0;
	evd_civil(s + 978307200, &t);
	if (t.year < 1 || t.year > 9999)
		return 0;
	return evd_emit_format(x->sink, x->group, "DateUTC", "time.created", err,
	                       "%04d-%02d-%02dT%02d:%02d:%02dZ", t.year, t.month, t.day, t.hour,
	                       t.minute, t.second);
}

enum form {
	MASTER,
	TEXT,
	NUMBER,
	FLOAT,
	DATE,
	SCALE,
	DURATION,
	TRACK,
	FILE_HELD,
	SIZE,
	TAG_NAME,
	TAG_TEXT
};

static const struct {
	uint32_t id;
	enum form form;
	const char *name, *as;
} known[] = {
    {0x18538067, MASTER, "Segment", NULL},
    {0x1549A966, MASTER, "Info", NULL},
    {0x2AD7B1, SCALE, "TimestampScale", NULL},
    {0x4489, DURATION, "Duration", NULL},
    {0x4461, DATE, "DateUTC", NULL},
    {0x7BA9, TEXT, "Title", "text.title"},
    {0x4D80, TEXT, "MuxingApp", "software"},
    {0x5741, TEXT, "WritingApp", "software"},
    {0x1654AE6B, MASTER, "Tracks", NULL},
    {0xAE, TRACK, "TrackEntry", NULL},
    {0x86, TEXT, "CodecID", "codec"},
    {0x536E, TEXT, "Name", NULL},
    {0x22B59C, TEXT, "Language", NULL},
    {0x83, NUMBER, "TrackType", NULL},
    {0xE0, MASTER, "Video", NULL},
    {0xB0, NUMBER, "PixelWidth", "width"},
    {0xBA, NUMBER, "PixelHeight", "height"},
    {0xE1, MASTER, "Audio", NULL},
    {0xB5, FLOAT, "SamplingFrequency", NULL},
    {0x9F, NUMBER, "Channels", NULL},
    {0x1941A469, MASTER, "Attachments", NULL},
    {0x61A7, FILE_HELD, "AttachedFile", NULL},
    {0x467E, TEXT, "FileDescription", NULL},
    {0x466E, TEXT, "FileName", NULL},
    {0x4660, TEXT, "FileMediaType", NULL},
    {0x465C, SIZE, "FileData", NULL},
    {0x1254C367, MASTER, "Tags", NULL},
    {0x7373, MASTER, "Tag", NULL},
    {0x67C8, MASTER, "SimpleTag", NULL},
    {0x45A3, TAG_NAME, "TagName", NULL},
    {0x4487, TAG_TEXT, "TagString", NULL},
    {0x4282, TEXT, "DocType", NULL},
    {0x1A45DFA3, MASTER, "EBML", NULL},
};

static int emit_tag(struct reader *x, struct evd_view v, struct evd_error *err)
{
	struct evd_field f = {
	    .group = "matroska.tag", .name = "TagString", .label = evd_view_str(x->tag), .value = v};

	return evd_emit_field(x->sink, &f, err);
}

static int on_value(struct reader *x, size_t i, struct evd_view v, struct evd_error *err)
{
	const char *name = known[i].name, *as = known[i].as;
	int r;

	v = known[i].form == TEXT || known[i].form == TAG_NAME || known[i].form == TAG_TEXT
	        ? evd_texts_trim_nul(v)
	        : v;
	switch (known[i].form) {
	case TEXT:
		r = evd_emit_text(x->sink, x->group, name, as, v, err);
		if (r == 0 && as && strcmp(as, "software") == 0 && strcmp(name, "WritingApp") == 0)
			r = evd_texts_observe_editor(v, name, x->sink, err);
		return r;
	case NUMBER: return evd_emit_number(x->sink, x->group, name, as, number_of(v), err);
	case FLOAT: return evd_emit_format(x->sink, x->group, name, as, err, "%.0f", float_of(v));
	case DATE: return emit_date(x, v, err);
	case SCALE: x->scale = (double)number_of(v); return 0;
	case DURATION: x->duration = float_of(v); return 0;
	case TAG_NAME:
		snprintf(x->tag, sizeof x->tag, "%.*s", (int)(v.len < 200 ? v.len : 200),
		         v.len ? (const char *)v.p : "");
		return 0;
	case TAG_TEXT: return emit_tag(x, v, err);
	default: return 0;
	}
}

static int walk(struct reader *x, uint64_t pos, uint64_t end, int depth, struct evd_error *err);

/* A master element whose fields are a group of their own. */
static int walk_numbered(struct reader *x, const struct element *e, const char *of, unsigned number,
                         int depth, struct evd_error *err)
{
	int r;

	snprintf(x->group, sizeof x->group, "matroska.%s.%u", of, number);
	r = walk(x, e->off, e->off + e->len, depth + 1, err);
	snprintf(x->group, sizeof x->group, "matroska");
	return r;
}

/* A file that is carried along: where it stands and how long it is; it is not looked into. */
static int emit_size(struct reader *x, const struct element *e, const char *name,
                     struct evd_error *err)
{
	char text[32];
	struct evd_field f = {
	    .group = x->group, .name = name, .has_place = true, .off = e->off, .len = e->len};

	snprintf(text, sizeof text, "%llu", (unsigned long long)e->len);
	f.value = evd_view_str(text);
	return evd_emit_field(x->sink, &f, err);
}

static int on_element(struct reader *x, const struct element *e, int depth, struct evd_error *err)
{
	struct evd_buf b;
	size_t i = 0;
	int r;

	while (i < sizeof known / sizeof *known && known[i].id != e->id)
		i++;
	if (i == sizeof known / sizeof *known)
		return 0;
	switch (known[i].form) {
	case MASTER: return walk(x, e->off, e->off + e->len, depth + 1, err);
	case TRACK: return walk_numbered(x, e, "track", ++x->track, depth, err);
	case FILE_HELD: return walk_numbered(x, e, "attachment", ++x->file, depth, err);
	case SIZE: return emit_size(x, e, known[i].name, err);
	default: break;
	}
	evd_buf_init(&b, TEXT_MAX);
	r = load(x, e, &b, err);
	if (r == 0 && b.len)
		r = on_value(x, i, evd_buf_view(&b), err);
	evd_buf_release(&b);
	return r;
}

static int walk(struct reader *x, uint64_t pos, uint64_t end, int depth, struct evd_error *err)
{
	struct element e;
	int r;

	if (depth > DEPTH_MAX)
		return evd_emit_unread(x->sink, "limit", pos, end - pos, err, "elements nested too deep");
	while ((r = next(x, &pos, end, &e, err)) == 0) {
		r = on_element(x, &e, depth, err);
		if (r)
			return r;
	}
	return r == EVD_END ? 0 : r;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	(void)in;
	return head.len >= 4 && memcmp(head.p, "\x1A\x45\xDF\xA3", 4) == 0 ? 32 : 0;
}

static int read_matroska(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct reader x = {.s = &in->source[0], .sink = sink, .scale = 1000000};
	double seconds;
	int r;

	snprintf(x.group, sizeof x.group, "matroska");
	r = walk(&x, 0, x.s->size, 0, err);
	seconds = x.duration * x.scale / 1e9;
	if (r == 0 && seconds > 0 && seconds < 1e9)
		r = evd_emit_format(sink, "matroska", "duration", "duration", err, "%.3f", seconds);
	if (r == 0 && x.n > ELEMENTS_MAX)
		r = evd_emit_unread(sink, "limit", 0, 0, err, "more than %u elements", ELEMENTS_MAX);
	return r;
}

const struct evd_format evd_format_matroska = {
    .name = "matroska",
    .version = "1",
    .spec = "RFC 8794, RFC 9559",
    .confirmed = true,
    .probe = probe,
    .read = read_matroska,
    .alongside = true,
};
