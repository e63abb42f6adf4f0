/*
 * isobmff: MP4, MOV, 3GP, M4A, HEIC, AVIF: brands, times, duration, tracks and their codecs,
 * rotation, place, device; EXIF and XMP items of HEIF; presence of C2PA. No sample is decoded.
 */
#include "bmff.h"
#include "structure.h"
#include "xmp_packet.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

bool evd_bmff_is(const struct evd_bmff_box *box, const char *type)
{
	return memcmp(box->type, type, 4) == 0;
}

int evd_bmff_next(struct evd_bmff *x, uint64_t *pos, uint64_t end, struct evd_bmff_box *box,
                  struct evd_error *err)
{
	uint8_t h[32];
	struct evd_cursor c;
	struct evd_view type;
	uint64_t len, head = 8;
	size_t got;
	int r;

	if (*pos >= end || end - *pos < 8)
		return EVD_END;
	r = evd_source_read(x->s, *pos, h, sizeof h, &got, err);
	if (r)
		return r;
	evd_cursor_init(&c, evd_view_of(h, got));
	len = evd_get_u32be(&c);
	type = evd_get_bytes(&c, 4);
	if (len == 1) {
		len = evd_get_u64be(&c);
		head = 16;
	}
	if (!evd_cursor_ok(&c))
		return EVD_END;
	memset(box, 0, sizeof *box);
	memcpy(box->type, type.p, 4);
	if (len == 0)
		len = end - *pos;
	if (evd_bmff_is(box, "uuid") && evd_cursor_left(&c) >= 16) {
		memcpy(box->uuid, evd_get_bytes(&c, 16).p, 16);
		head += 16;
	}
	if (len < head) /* not a box: padding, or what follows the file */
		return EVD_END;
	if (++x->n_boxes > EVD_BMFF_BOXES) {
		r = evd_emit_unread(x->sink, "limit", *pos, end - *pos, err, "more than %u boxes",
		                    EVD_BMFF_BOXES);
		return r ? r : EVD_END;
	}
	box->start = *pos;
	box->off = *pos + head;
	box->len = len - head;
	if (len > end - *pos) {
		r = evd_emit_unread(x->sink, "damaged", *pos, end - *pos, err,
		                    "a box states %llu bytes, %llu are there", (unsigned long long)len,
		                    (unsigned long long)(end - *pos));
		return r ? r : EVD_END;
	}
	*pos += len;
	return 0;
}

int evd_bmff_load(struct evd_bmff *x, const struct evd_bmff_box *box, struct evd_buf *b,
                  struct evd_error *err)
{
	struct evd_error why = {0};
	int r;

	evd_buf_reset(b);
	r = evd_source_load(x->s, box->off, box->len, EVD_BMFF_LOAD_MAX, b, &why);
	if (r == EVD_E_LIMIT || r == EVD_E_DAMAGED) {
		evd_buf_reset(b);
		return evd_emit_unread_error(x->sink, box->start, box->len, &why, err);
	}
	if (r && err)
		*err = why;
	return r;
}

int evd_bmff_time(struct evd_bmff *x, const char *name, const char *as, uint64_t seconds,
                  struct evd_error *err)
{
	struct evd_civil t;
	const uint64_t to_1970 = 2082844800; /* 24107 days */

	if (seconds == 0)
		return 0;
	if (seconds < to_1970 || seconds - to_1970 > UINT64_C(253402300799))
		return evd_emit_observation(x->sink, "time-unlikely", err,
		                            "%s of %s is %llu seconds after 1904, outside 1970 to 9999",
		                            name, x->group, (unsigned long long)seconds);
	evd_civil((int64_t)(seconds - to_1970), &t);
	return evd_emit_format(x->sink, x->group, name, as, err, "%04d-%02d-%02dT%02d:%02d:%02dZ",
	                       t.year, t.month, t.day, t.hour, t.minute, t.second);
}

static int emit_duration(struct evd_bmff *x, const char *as, uint64_t duration, uint32_t scale,
                         struct evd_error *err)
{
	if (scale == 0 || duration == 0 || duration == UINT32_MAX || duration > EVD_MAX_JSON_INT)
		return 0;
	return evd_emit_format(x->sink, x->group, "duration", as, err, "%.3f",
	                       (double)duration / scale);
}

static int read_ftyp(struct evd_bmff *x, struct evd_view v, struct evd_error *err)
{
	struct evd_cursor c;
	struct evd_view brand;
	uint32_t version;
	int r;

	evd_cursor_init(&c, v);
	brand = evd_get_bytes(&c, 4);
	version = evd_get_u32be(&c);
	if (!evd_cursor_ok(&c))
		return 0;
	r = evd_emit_text(x->sink, "mp4", "majorBrand", NULL, brand, err);
	if (r == 0)
		r = evd_emit_number(x->sink, "mp4", "minorVersion", NULL, version, err);
	while (r == 0 && evd_cursor_left(&c) >= 4)
		r = evd_emit_text(x->sink, "mp4", "compatibleBrand", NULL, evd_get_bytes(&c, 4), err);
	return r;
}

/* mvhd, tkhd, mdhd begin alike: version, flags, creation and modification time (§8.2.2). */
static bool full_times(struct evd_cursor *c, uint64_t *created, uint64_t *modified)
{
	uint8_t version = evd_get_u8(c);

	evd_get_bytes(c, 3);
	*created = version == 1 ? evd_get_u64be(c) : evd_get_u32be(c);
	*modified = version == 1 ? evd_get_u64be(c) : evd_get_u32be(c);
	return version == 1;
}

static int read_mvhd(struct evd_bmff *x, struct evd_view v, struct evd_error *err)
{
	struct evd_cursor c;
	uint64_t created, modified, duration;
	uint32_t scale;
	bool wide;
	int r;

	evd_cursor_init(&c, v);
	wide = full_times(&c, &created, &modified);
	scale = evd_get_u32be(&c);
	duration = wide ? evd_get_u64be(&c) : evd_get_u32be(&c);
	if (!evd_cursor_ok(&c))
		return 0;
	x->scale = duration == 0 ? scale : 0;
	r = evd_bmff_time(x, "created", "time.created", created, err);
	if (r == 0)
		r = evd_bmff_time(x, "modified", "time.modified", modified, err);
	return r ? r : emit_duration(x, "duration", duration, scale, err);
}

/* §8.8.2: where mvhd says 0, the film is in fragments and this is its duration. */
static int read_mehd(struct evd_bmff *x, struct evd_view v, struct evd_error *err)
{
	struct evd_cursor c;
	uint64_t duration;
	uint8_t version;

	evd_cursor_init(&c, v);
	version = evd_get_u8(&c);
	evd_get_bytes(&c, 3);
	duration = version == 1 ? evd_get_u64be(&c) : evd_get_u32be(&c);
	return evd_cursor_ok(&c) ? emit_duration(x, "duration", duration, x->scale, err) : 0;
}

/* §8.3.2: the matrix' a, b, c, d are 16.16 numbers; quarter turns are what cameras write. */
static const char *rotation_of(const uint32_t m[9])
{
	const uint32_t one = 0x00010000, minus = 0xFFFF0000u;

	if (m[0] == one && m[1] == 0 && m[3] == 0 && m[4] == one)
		return "0";
	if (m[0] == 0 && m[1] == one && m[3] == minus && m[4] == 0)
		return "90";
	if (m[0] == minus && m[1] == 0 && m[3] == 0 && m[4] == minus)
		return "180";
	if (m[0] == 0 && m[1] == minus && m[3] == one && m[4] == 0)
		return "270";
	return "other";
}

static int read_tkhd(struct evd_bmff *x, struct evd_view v, struct evd_error *err)
{
	struct evd_cursor c;
	uint64_t created, modified;
	uint32_t m[9], width, height;
	bool wide;
	int r;

	evd_cursor_init(&c, v);
	wide = full_times(&c, &created, &modified);
	evd_get_bytes(&c, 8); /* track id, reserved */
	evd_get_bytes(&c, wide ? 8 : 4);
	evd_get_bytes(&c, 16); /* reserved, layer, group, volume */
	for (int i = 0; i < 9; i++)
		m[i] = evd_get_u32be(&c);
	width = evd_get_u32be(&c) >> 16;
	height = evd_get_u32be(&c) >> 16;
	if (!evd_cursor_ok(&c))
		return 0;
	r = evd_bmff_time(x, "created", NULL, created, err);
	if (r == 0)
		r = evd_bmff_time(x, "modified", NULL, modified, err);
	if (r == 0 && width && height) {
		r = evd_emit_format(x->sink, x->group, "shownSize", NULL, err, "%ux%u", width, height);
		if (r == 0)
			r = evd_emit_text(x->sink, x->group, "rotation", "rotation",
			                  evd_view_str(rotation_of(m)), err);
	}
	return r;
}

static int read_mdhd(struct evd_bmff *x, struct evd_view v, struct evd_error *err)
{
	struct evd_cursor c;
	uint64_t created, modified, duration;
	uint32_t scale;
	unsigned language;
	bool wide;
	int r;

	evd_cursor_init(&c, v);
	wide = full_times(&c, &created, &modified);
	scale = evd_get_u32be(&c);
	duration = wide ? evd_get_u64be(&c) : evd_get_u32be(&c);
	language = evd_get_u16be(&c);
	if (!evd_cursor_ok(&c))
		return 0;
	r = emit_duration(x, NULL, duration, scale, err);
	/* three letters of five bits (§8.4.2.3); QuickTime writes old numbers below 0x400 */
	if (r == 0 && language >= 0x400 && language != 0x7FFF && language != 0x55C4 /* und */)
		r = evd_emit_format(x->sink, x->group, "language", NULL, err, "%c%c%c",
		                    (int)(language >> 10 & 31) + 0x60, (int)(language >> 5 & 31) + 0x60,
		                    (int)(language & 31) + 0x60);
	return r;
}

static int read_hdlr(struct evd_bmff *x, struct evd_view v, struct evd_error *err)
{
	struct evd_cursor c;
	struct evd_view component, handler;

	evd_cursor_init(&c, v);
	evd_get_bytes(&c, 4);
	component = evd_get_bytes(&c, 4);
	handler = evd_get_bytes(&c, 4);
	/* QuickTime has a second one, of the data's place ("dhlr"), which says nothing of the track */
	if (!evd_cursor_ok(&c) || !x->track || evd_view_is(component, "dhlr"))
		return 0;
	memcpy(x->handler, handler.p, 4);
	return evd_emit_text(x->sink, x->group, "handler", NULL, handler, err);
}

/* The first sample entry (§8.5.2): coding name, then by kind size or sound format. */
static int read_stsd(struct evd_bmff *x, struct evd_view v, struct evd_error *err)
{
	struct evd_cursor c;
	struct evd_view coding;
	uint32_t entry_len;
	int r;

	evd_cursor_init(&c, v);
	evd_get_bytes(&c, 8);
	entry_len = evd_get_u32be(&c);
	coding = evd_get_bytes(&c, 4);
	evd_get_bytes(&c, 8);
	if (!evd_cursor_ok(&c) || entry_len < 16)
		return 0;
	r = evd_emit_text(x->sink, x->group, "codec", "codec", coding, err);
	if (r == 0 && memcmp(x->handler, "vide", 4) == 0) {
		unsigned w, h;

		evd_get_bytes(&c, 16);
		w = evd_get_u16be(&c);
		h = evd_get_u16be(&c);
		if (!evd_cursor_ok(&c))
			return 0;
		if (!x->width) {
			x->width = w;
			x->height = h;
		}
		r = evd_emit_number(x->sink, x->group, "width", "width", w, err);
		if (r == 0)
			r = evd_emit_number(x->sink, x->group, "height", "height", h, err);
	} else if (r == 0 && memcmp(x->handler, "soun", 4) == 0) {
		unsigned channels, rate;

		evd_get_bytes(&c, 8);
		channels = evd_get_u16be(&c);
		evd_get_bytes(&c, 6);
		rate = evd_get_u32be(&c) >> 16;
		if (!evd_cursor_ok(&c))
			return 0;
		r = evd_emit_number(x->sink, x->group, "channels", NULL, channels, err);
		if (r == 0)
			r = evd_emit_number(x->sink, x->group, "sampleRate", NULL, rate, err);
	}
	return r;
}

static int read_stts(struct evd_bmff *x, struct evd_view v, struct evd_error *err)
{
	struct evd_cursor c;
	uint64_t samples = 0;
	uint32_t n;

	evd_cursor_init(&c, v);
	evd_get_u32be(&c);
	n = evd_get_u32be(&c);
	for (uint32_t i = 0; i < n && evd_cursor_left(&c) >= 8; i++) {
		samples += evd_get_u32be(&c);
		evd_get_u32be(&c);
	}
	return samples ? evd_emit_number(x->sink, x->group, "samples", NULL, samples, err) : 0;
}

static int read_uuid(struct evd_bmff *x, const struct evd_bmff_box *box, struct evd_error *err)
{
	static const uint8_t xmp[16] = {0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8,
	                                0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC};
	static const uint8_t c2pa[16] = {0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C,
	                                 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81};
	struct evd_buf b;
	int r = 0;

	if (memcmp(box->uuid, c2pa, 16) == 0)
		return evd_emit_observation(x->sink, "c2pa-present", err,
		                            "a C2PA manifest is at offset %llu; it was not checked",
		                            (unsigned long long)box->off);
	if (memcmp(box->uuid, xmp, 16) != 0)
		return 0;
	evd_buf_init(&b, EVD_BMFF_LOAD_MAX);
	r = evd_bmff_load(x, box, &b, err);
	if (r == 0 && b.len)
		r = evd_xmp_emit(evd_buf_view(&b), box->off, x->sink, err);
	evd_buf_release(&b);
	return r;
}

static int walk(struct evd_bmff *x, uint64_t pos, uint64_t end, int depth, struct evd_error *err);

/* Boxes whose body is read as a whole. */
static const struct {
	const char *type;
	int (*read)(struct evd_bmff *x, struct evd_view v, struct evd_error *err);
} leaves[] = {
    {"ftyp", read_ftyp}, {"mvhd", read_mvhd}, {"tkhd", read_tkhd}, {"mdhd", read_mdhd},
    {"hdlr", read_hdlr}, {"stsd", read_stsd}, {"stts", read_stts}, {"mehd", read_mehd},
};

static int read_leaf(struct evd_bmff *x, const struct evd_bmff_box *box,
                     int (*read)(struct evd_bmff *, struct evd_view, struct evd_error *),
                     struct evd_error *err)
{
	struct evd_buf b;
	int r;

	evd_buf_init(&b, EVD_BMFF_LOAD_MAX);
	r = evd_bmff_load(x, box, &b, err);
	if (r == 0 && b.len)
		r = read(x, evd_buf_view(&b), err);
	evd_buf_release(&b);
	return r;
}

static int read_track(struct evd_bmff *x, const struct evd_bmff_box *box, unsigned *n, int depth,
                      struct evd_error *err)
{
	int r;

	x->track = ++*n;
	memset(x->handler, 0, sizeof x->handler);
	snprintf(x->group, sizeof x->group, "mp4.track.%u", x->track);
	r = walk(x, box->off, box->off + box->len, depth + 1, err);
	x->track = 0;
	snprintf(x->group, sizeof x->group, "mp4.movie");
	return r;
}

/* A box outside any other that is not read, and not of the format's own: its name, and what its first bytes are. So is one
 * that says it is empty space. Motion photos in HEIF have their film in a box of its own, as "mpvd". */
static int say_top_box(struct evd_bmff *x, const struct evd_bmff_box *box, struct evd_error *err)
{
	bool space = evd_bmff_is(box, "free") || evd_bmff_is(box, "skip");
	struct evd_field f = {.group = "mp4",
	                      .name = "box",
	                      .value = evd_view_of(box->type, 4),
	                      .has_place = true,
	                      .off = box->off,
	                      .len = box->len};
	const char *begins;
	uint8_t head[16];
	size_t got;
	int r;

	if (!space && evd_structure_is_top_box(f.value))
		return 0;
	r = space ? 0 : evd_emit_field(x->sink, &f, err);
	if (r == 0)
		r = evd_source_read(x->s, box->off, head,
		                    box->len < sizeof head ? (size_t)box->len : sizeof head, &got, err);
	if (r)
		return r;
	begins = evd_structure_signature(evd_view_of(head, got));
	return begins ? evd_emit_observation(x->sink, "second-format", err,
	                                     "a box of %llu bytes at offset %llu begins as %s",
	                                     (unsigned long long)box->len, (unsigned long long)box->off,
	                                     begins)
	              : 0;
}

static int read_box(struct evd_bmff *x, const struct evd_bmff_box *box, unsigned *n_tracks,
                    int depth, struct evd_error *err)
{
	for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++)
		if (evd_bmff_is(box, leaves[i].type))
			return read_leaf(x, box, leaves[i].read, err);
	if (evd_bmff_is(box, "moov")) {
		x->has_moov = true;
		snprintf(x->group, sizeof x->group, "mp4.movie");
		return walk(x, box->off, box->off + box->len, depth + 1, err);
	}
	if (evd_bmff_is(box, "trak"))
		return read_track(x, box, n_tracks, depth, err);
	if (evd_bmff_is(box, "mdia") || evd_bmff_is(box, "minf") || evd_bmff_is(box, "stbl") ||
	    evd_bmff_is(box, "mvex"))
		return walk(x, box->off, box->off + box->len, depth + 1, err);
	if (evd_bmff_is(box, "udta"))
		return evd_bmff_udta(x, box, err);
	if (evd_bmff_is(box, "meta") && depth == 0) {
		x->has_meta = true;
		return evd_bmff_items(x, box, err);
	}
	if (evd_bmff_is(box, "meta"))
		return evd_bmff_meta(x, box, err);
	if (evd_bmff_is(box, "uuid"))
		return read_uuid(x, box, err);
	return depth == 0 ? say_top_box(x, box, err) : 0;
}

static int walk(struct evd_bmff *x, uint64_t pos, uint64_t end, int depth, struct evd_error *err)
{
	struct evd_bmff_box box;
	unsigned n_tracks = 0;
	int r;

	if (depth > EVD_BMFF_DEPTH)
		return evd_emit_unread(x->sink, "limit", pos, end - pos, err, "boxes nested too deep");
	while ((r = evd_bmff_next(x, &pos, end, &box, err)) == 0) {
		r = read_box(x, &box, &n_tracks, depth, err);
		if (r)
			return r;
	}
	return r == EVD_END ? 0 : r;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	static const char *const first[] = {"ftyp", "moov", "mdat", "wide", "skip", "free"};

	(void)in;
	if (head.len < 12)
		return 0;
	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		if (memcmp(head.p + 4, first[i], 4) == 0)
			return i == 0 ? 40 : 32;
	return 0;
}

static int read_isobmff(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct evd_bmff x = {.s = &in->source[0], .sink = sink};
	int r;

	snprintf(x.group, sizeof x.group, "mp4");
	r = walk(&x, 0, x.s->size, 0, err);
	if (r == 0 && !x.has_moov && !x.has_meta)
		r = evd_emit_unread(sink, "damaged", 0, 0, err, "no moov or meta box: no tracks known");
	return r;
}

static int warm(struct evd_error *err)
{
	(void)err;
	evd_xmp_warm();
	return 0;
}

const struct evd_format evd_format_isobmff = {
    .name = "isobmff",
    .version = "1",
    .spec = "ISO/IEC 14496-12 and -14, QuickTime File Format, 3GPP TS 26.244, ISO/IEC 23008-12",
    .confirmed = true,
    .probe = probe,
    .read = read_isobmff,
    .alongside = true,
    .warm = warm,
};
