/*
 * bmff_text: what movies say in words: user data of QuickTime and 3GPP, and metadata lists
 * (QuickTime keys, iTunes). Source: QuickTime File Format "User Data Atoms", "Metadata Keys";
 * 3GPP TS 26.244 §8.
 */
#include "bmff.h"
#include "texts.h"
#include "xmp_packet.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 256u

static const struct {
	const char *type, *name, *as;
} texts[] = {
    {"\xA9nam", "title", "text.title"},
    {"\xA9"
     "ART",
     "artist", "person.author"},
    {"\xA9"
     "aut",
     "author", "person.author"},
    {"\xA9"
     "alb",
     "album", NULL},
    {"\xA9"
     "cmt",
     "comment", "text.comment"},
    {"\xA9"
     "cpy",
     "copyright", "text.copyright"},
    {"\xA9"
     "day",
     "date", "time.created"},
    {"\xA9"
     "des",
     "description", "text.description"},
    {"\xA9"
     "inf",
     "information", "text.description"},
    {"\xA9"
     "mak",
     "maker", "device.maker"},
    {"\xA9"
     "mod",
     "model", "device.model"},
    {"\xA9"
     "swr",
     "software", "software"},
    {"\xA9"
     "too",
     "encoder", "software"},
    {"\xA9"
     "xyz",
     "location", NULL},
    {"desc", "description", "text.description"},
    {"titl", "title", "text.title"},
    {"auth", "author", "person.author"},
    {"perf", "performer", NULL},
    {"dscp", "description", "text.description"},
    {"cprt", "copyright", "text.copyright"},
};

static const struct {
	const char *key, *as;
} keys[] = {
    {"com.apple.quicktime.make", "device.maker"},
    {"com.apple.quicktime.model", "device.model"},
    {"com.apple.quicktime.software", "software"},
    {"com.apple.quicktime.creationdate", "time.created"},
    {"com.apple.quicktime.author", "person.author"},
    {"com.apple.quicktime.title", "text.title"},
    {"com.apple.quicktime.comment", "text.comment"},
    {"com.apple.quicktime.description", "text.description"},
    {"com.apple.quicktime.content.identifier", "document.id"},
    {"com.android.manufacturer", "device.maker"},
    {"com.android.model", "device.model"},
    {"com.android.version", "software"},
};

static int emit_position(struct evd_bmff *x, double lat, double lon, struct evd_error *err)
{
	if (lat < -90 || lat > 90 || lon < -180 || lon > 180)
		return evd_emit_observation(x->sink, "place-unreadable", err,
		                            "the place is no valid latitude and longitude");
	return evd_emit_format(x->sink, x->group, "position", "place", err, "%.7f,%.7f", lat, lon);
}

/* ISO 6709 Annex H in decimal degrees: "+44.8163+020.4602+117.0/". */
static int emit_place(struct evd_bmff *x, struct evd_view v, struct evd_error *err)
{
	char text[64], *end;
	double lat, lon;

	if (v.len >= sizeof text || v.len < 4 || (v.p[0] != '+' && v.p[0] != '-'))
		return 0;
	memcpy(text, v.p, v.len);
	text[v.len] = 0;
	lat = strtod(text, &end);
	if (*end != '+' && *end != '-')
		return 0;
	/* more than two digits before the point are degrees and minutes: left as read */
	if (strcspn(text + 1, ".+-/") > 2)
		return 0;
	lon = strtod(end, &end);
	return emit_position(x, lat, lon, err);
}

/* Apple writes "+0100" where RFC 3339 has "+01:00". */
static bool spell_zone(struct evd_view v, char out[32])
{
	if (v.len != 24 || (v.p[19] != '+' && v.p[19] != '-') || v.p[10] != 'T')
		return false;
	for (size_t i = 20; i < 24; i++)
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
	memcpy(out, v.p, 22);
	out[22] = ':';
	memcpy(out + 23, v.p + 22, 2);
	out[25] = 0;
	return true;
}

/* Of a value in the item. */
struct place {
	uint64_t off, len;
};

static int emit_text(struct evd_bmff *x, const char *name, const char *as, struct evd_view label,
                     struct evd_view v, struct place at, struct evd_error *err)
{
	struct evd_field f = {.group = x->group,
	                      .name = name,
	                      .as = as,
	                      .label = label,
	                      .value = v,
	                      .has_place = true,
	                      .off = at.off,
	                      .len = at.len};
	char time[32];
	int r;

	if (as && strcmp(as, "time.created") == 0 && spell_zone(v, time)) {
		f.raw = v;
		f.value = evd_view_str(time);
	}
	r = evd_emit_field(x->sink, &f, err);
	if (r == 0 && (strcmp(name, "location") == 0 ||
	               evd_view_is(label, "com.apple.quicktime.location.ISO6709")))
		r = emit_place(x, v, err);
	if (r == 0 && as && strcmp(as, "software") == 0)
		r = evd_texts_observe_editor(v, name, x->sink, err);
	return r;
}

static int find_text(const char *type)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (memcmp(texts[i].type, type, 4) == 0)
			return (int)i;
	return -1;
}

/* 3GPP TS 26.244 §8.10: language, name, role, longitude, latitude, altitude as 16.16. */
static int read_loci(struct evd_bmff *x, struct evd_view v, struct evd_error *err)
{
	struct evd_cursor c;
	const uint8_t *nul;
	int32_t lon, lat, alt;
	struct evd_view name;
	int r = 0;

	evd_cursor_init(&c, v);
	evd_get_bytes(&c, 6);
	nul = evd_cursor_left(&c) ? memchr(c.p, 0, evd_cursor_left(&c)) : NULL;
	if (!nul)
		return 0;
	name = evd_get_bytes(&c, (size_t)(nul - c.p));
	evd_get_bytes(&c, 2); /* NUL, role */
	lon = (int32_t)evd_get_u32be(&c);
	lat = (int32_t)evd_get_u32be(&c);
	alt = (int32_t)evd_get_u32be(&c);
	if (!evd_cursor_ok(&c))
		return 0;
	if (name.len)
		r = evd_emit_text(x->sink, x->group, "placeName", "place.name", name, err);
	if (r == 0)
		r = emit_position(x, lat / 65536.0, lon / 65536.0, err);
	if (r == 0 && alt)
		r = evd_emit_format(x->sink, x->group, "altitude", "altitude", err, "%.3f", alt / 65536.0);
	return r;
}

/* QuickTime: u16 length, u16 language, text. 3GPP: version, flags, u16 language, text, NUL. */
static int read_user_text(struct evd_bmff *x, const struct evd_bmff_box *box, struct evd_view v,
                          struct evd_error *err)
{
	int i = find_text(box->type);
	struct evd_cursor c;
	struct evd_view text;
	uint64_t off = box->off;

	if (i < 0)
		return 0;
	evd_cursor_init(&c, v);
	if ((uint8_t)box->type[0] == 0xA9) {
		uint16_t len = evd_get_u16be(&c);

		evd_get_u16be(&c);
		text = evd_get_bytes(&c, len < evd_cursor_left(&c) ? len : evd_cursor_left(&c));
		off += 4;
	} else {
		evd_get_bytes(&c, 6);
		text = evd_texts_trim_nul(evd_get_bytes(&c, evd_cursor_left(&c)));
		off += 6;
	}
	if (!evd_cursor_ok(&c) || text.len == 0)
		return 0;
	return emit_text(x, texts[i].name, texts[i].as, evd_view_of(NULL, 0), text,
	                 (struct place){off, text.len}, err);
}

static bool is_read(const struct evd_bmff_box *box)
{
	return find_text(box->type) >= 0 || evd_bmff_is(box, "loci") || evd_bmff_is(box, "XMP_");
}

static int read_user_data(struct evd_bmff *x, const struct evd_bmff_box *box, struct evd_view v,
                          struct evd_error *err)
{
	if (evd_bmff_is(box, "loci"))
		return read_loci(x, v, err);
	/* XMP specification, part 3: in QuickTime files the packet stands here */
	if (evd_bmff_is(box, "XMP_"))
		return evd_xmp_emit(v, box->off, x->sink, err);
	return read_user_text(x, box, v, err);
}

int evd_bmff_udta(struct evd_bmff *x, const struct evd_bmff_box *udta, struct evd_error *err)
{
	uint64_t pos = udta->off;
	struct evd_bmff_box box;
	struct evd_buf b;
	int r;

	evd_buf_init(&b, EVD_BMFF_LOAD_MAX);
	while ((r = evd_bmff_next(x, &pos, udta->off + udta->len, &box, err)) == 0) {
		if (evd_bmff_is(&box, "meta")) {
			r = evd_bmff_meta(x, &box, err);
		} else if (is_read(&box)) {
			r = evd_bmff_load(x, &box, &b, err);
			if (r == 0 && b.len)
				r = read_user_data(x, &box, evd_buf_view(&b), err);
		}
		if (r)
			break;
	}
	evd_buf_release(&b);
	return r == EVD_END ? 0 : r;
}

/* Numbers of QuickTime's table "Well-known data types"; of others their type alone is said. */
static void put_number(uint32_t type, struct evd_view v, struct evd_buf *b)
{
	bool is_signed = type == 21 || (type >= 65 && type <= 67) || type == 74;
	bool is_unsigned = type == 22 || (type >= 75 && type <= 78);
	uint64_t n = 0;

	for (size_t i = 0; i < v.len && i < 8; i++)
		n = n << 8 | v.p[i];
	if (is_signed && v.len && v.len < 8 && v.p[0] & 0x80)
		n |= UINT64_MAX << 8 * v.len;
	if (is_signed && v.len && v.len <= 8)
		evd_putf(b, "%lld", (long long)n);
	else if (is_unsigned && v.len && v.len <= 8)
		evd_putf(b, "%llu", (unsigned long long)n);
	else
		evd_putf(b, "(%zu bytes of type %u, not interpreted)", v.len, type);
}

/* `data`: u32 type (1 = UTF-8, 2 = UTF-16), u32 locale, value. */
static int read_data(struct evd_bmff *x, const char *name, const char *as, struct evd_view label,
                     const struct evd_bmff_box *data, struct evd_error *err)
{
	struct evd_buf b, utf8;
	struct evd_cursor c;
	uint32_t type;
	int r;

	evd_buf_init(&b, EVD_BMFF_LOAD_MAX);
	evd_buf_init(&utf8, 4 * EVD_BMFF_LOAD_MAX);
	r = evd_bmff_load(x, data, &b, err);
	evd_cursor_init(&c, evd_buf_view(&b));
	type = evd_get_u32be(&c) & 0xFFFFFF;
	evd_get_u32be(&c);
	if (r == 0 && evd_cursor_ok(&c)) {
		struct evd_view v = evd_get_bytes(&c, evd_cursor_left(&c));

		if (type == 2)
			evd_texts_utf16(&utf8, v, true);
		else if (type != 1)
			put_number(type, v, &utf8);
		r = evd_buf_check(&utf8, err);
		if (r == 0)
			r = emit_text(x, name, type == 1 || type == 2 ? as : NULL, label,
			              type == 1 ? v : evd_buf_view(&utf8), (struct place){data->off + 8, v.len},
			              err);
	}
	evd_buf_release(&b);
	evd_buf_release(&utf8);
	return r;
}

struct key {
	size_t off, len; /* in the loaded keys box */
};

/* keys: version, count, then u32 size, name space, name (QuickTime "Metadata item keys"). */
static size_t split_keys(struct evd_view v, struct key *out)
{
	struct evd_cursor c;
	uint32_t count;
	size_t n = 0;

	evd_cursor_init(&c, v);
	evd_get_u32be(&c);
	count = evd_get_u32be(&c);
	while (n < count && n < KEYS_MAX && evd_cursor_left(&c) >= 8) {
		uint32_t size = evd_get_u32be(&c);

		evd_get_bytes(&c, 4);
		if (size < 8 || size - 8 > evd_cursor_left(&c))
			break;
		out[n].off = v.len - evd_cursor_left(&c);
		out[n++].len = size - 8;
		evd_get_bytes(&c, size - 8);
	}
	return n;
}

static int read_list_item(struct evd_bmff *x, const struct evd_bmff_box *item,
                          const struct evd_buf *names, const struct key *key, size_t n_keys,
                          struct evd_error *err)
{
	struct evd_bmff_box data;
	struct evd_view label = {0};
	const char *name = "key", *as = NULL;
	struct evd_cursor c;
	uint64_t pos = item->off;
	int i = find_text(item->type), r;

	if (n_keys) {
		uint32_t index;

		evd_cursor_init(&c, evd_view_of(item->type, 4));
		index = evd_get_u32be(&c);
		if (index < 1 || index > n_keys)
			return 0;
		label = evd_view_of(names->data + key[index - 1].off, key[index - 1].len);
		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
			if (evd_view_is(label, keys[k].key))
				as = keys[k].as;
	} else if (i >= 0) {
		name = texts[i].name;
		as = texts[i].as;
	} else {
		return 0;
	}
	r = evd_bmff_next(x, &pos, item->off + item->len, &data, err);
	if (r || !evd_bmff_is(&data, "data"))
		return r == EVD_END ? 0 : r;
	return read_data(x, name, as, label, &data, err);
}

static int read_list(struct evd_bmff *x, const struct evd_bmff_box *list,
                     const struct evd_buf *names, const struct key *key, size_t n_keys,
                     struct evd_error *err)
{
	uint64_t pos = list->off;
	struct evd_bmff_box item;
	int r;

	while ((r = evd_bmff_next(x, &pos, list->off + list->len, &item, err)) == 0) {
		r = read_list_item(x, &item, names, key, n_keys, err);
		if (r)
			return r;
	}
	return r == EVD_END ? 0 : r;
}

int evd_bmff_meta(struct evd_bmff *x, const struct evd_bmff_box *meta, struct evd_error *err)
{
	uint64_t pos = meta->off;
	struct evd_bmff_box box;
	struct evd_buf names;
	struct key *key = calloc(KEYS_MAX, sizeof *key);
	uint8_t peek[12];
	size_t got, n_keys = 0;
	int r;

	if (!key)
		return evd_nomem(err);
	evd_buf_init(&names, EVD_BMFF_LOAD_MAX);
	/* ISO's meta has version and flags before its boxes, QuickTime's has not */
	r = evd_source_read(x->s, pos, peek, sizeof peek, &got, err);
	if (r == 0 && got == sizeof peek && memcmp(peek + 4, "hdlr", 4) != 0)
		pos += 4;
	while (r == 0 && (r = evd_bmff_next(x, &pos, meta->off + meta->len, &box, err)) == 0) {
		if (evd_bmff_is(&box, "keys")) {
			r = evd_bmff_load(x, &box, &names, err);
			n_keys = r == 0 ? split_keys(evd_buf_view(&names), key) : 0;
		} else if (evd_bmff_is(&box, "ilst")) {
			r = read_list(x, &box, &names, key, n_keys, err);
		}
	}
	evd_buf_release(&names);
	free(key);
	return r == EVD_END ? 0 : r;
}
