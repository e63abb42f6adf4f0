/* exif_block: see exif_block.h. */
#include "exif_block.h"

#include "emit.h"
#include "source.h"
#include "texts.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define ENTRIES_MAX 1024u             /* of a directory */
#define DIRS_MAX 8u                   /* visited in all: a loop ends here */
#define VALUE_MAX (UINT32_C(1) << 16) /* bytes of a value that is shown */
#define NUMBERS_SHOWN 64u             /* of an array */
#define BLOCK_IN_MEMORY (UINT32_C(1) << 20)

/* What is put together from several tags. */
struct gathered {
	char taken[24], digitized[24], modified[24]; /* as stored */
	char taken_zone[8], digitized_zone[8], modified_zone[8];
	char taken_sub[12], digitized_sub[12], modified_sub[12];
	char lat_ref, lon_ref, alt_ref;
	uint32_t lat[6], lon[6], alt[2], time[6];
	bool names_lat, names_lon, has_lat, has_lon, has_alt, has_time, alt_below;
	char date[16];
	uint32_t thumb_off, thumb_len;
	uint32_t exif_width, exif_height;
	char software[128];
};

struct reader {
	const struct evd_source *s; /* the block: offset 0 is its TIFF header */
	uint64_t base;              /* of the block in the item */
	bool big;                   /* byte order MM */
	uint64_t visited[DIRS_MAX];
	size_t n_visited;
	struct gathered g;
	struct evd_sink *sink;
};

static uint16_t u16(const struct reader *x, struct evd_cursor *c)
{
	return x->big ? evd_get_u16be(c) : evd_get_u16le(c);
}

static uint32_t u32(const struct reader *x, struct evd_cursor *c)
{
	return x->big ? evd_get_u32be(c) : evd_get_u32le(c);
}

struct entry {
	enum evd_exif_dir dir;
	uint16_t tag, type;
	uint32_t count;
	uint64_t off, len; /* of the value, in the block */
};

static const char *const dir_group[] = {"exif.ifd0", "exif.exif", "exif.gps", "exif.interop",
                                        "exif.thumbnail"};

#define TYPE_ASCII 2u
#define TYPE_IFD 13u   /* TIFF Technical Note 1: the place of a directory */
#define TYPE_UTF8 129u /* Exif 3.0 */

/* TIFF 6.0 §2: bytes of one value of each type, 0: no such type. */
static unsigned type_size(uint16_t type)
{
	static const unsigned char size[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};

	if (type == TYPE_UTF8)
		return 1;
	return type < sizeof size ? size[type] : 0;
}

static void put_number(const struct reader *x, const struct entry *e, struct evd_cursor *c,
                       struct evd_buf *b)
{
	switch (e->type) {
	case 3: evd_putf(b, "%u", u16(x, c)); break;
	case 4:
	case TYPE_IFD: evd_putf(b, "%u", u32(x, c)); break;
	case 6: evd_putf(b, "%d", (int8_t)evd_get_u8(c)); break;
	case 8: evd_putf(b, "%d", (int16_t)u16(x, c)); break;
	case 9: evd_putf(b, "%d", (int32_t)u32(x, c)); break;
	case 5: {
		uint32_t n = u32(x, c);

		evd_putf(b, "%u/%u", n, u32(x, c));
		break;
	}
	case 10: {
		int32_t n = (int32_t)u32(x, c);

		evd_putf(b, "%d/%d", n, (int32_t)u32(x, c));
		break;
	}
	case 11: {
		uint32_t bits = u32(x, c);
		float f;

		memcpy(&f, &bits, sizeof f);
		evd_putf(b, "%.9g", (double)f);
		break;
	}
	case 12: {
		uint64_t bits = x->big ? evd_get_u64be(c) : evd_get_u64le(c);
		double d;

		memcpy(&d, &bits, sizeof d);
		evd_putf(b, "%.17g", d);
		break;
	}
	default: evd_putf(b, "%u", evd_get_u8(c)); break;
	}
}

static void put_numbers(const struct reader *x, const struct entry *e, struct evd_view v,
                        struct evd_buf *b)
{
	struct evd_cursor c;
	uint32_t n = e->count < NUMBERS_SHOWN ? e->count : NUMBERS_SHOWN;

	evd_cursor_init(&c, v);
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			evd_put_u8(b, ' ');
		put_number(x, e, &c, b);
	}
	if (n < e->count)
		evd_putf(b, " … (%u values)", e->count);
}

/* Exif 2.32 §4.6.6: eight bytes name the code, then the text. */
static void put_coded(const struct reader *x, struct evd_view v, struct evd_buf *b)
{
	struct evd_view text;

	if (v.len < 8) {
		evd_put_view(b, v);
		return;
	}
	text = evd_view_of(v.p + 8, v.len - 8);
	if (memcmp(v.p, "UNICODE\0", 8) == 0)
		evd_texts_utf16(b, text, x->big);
	else
		evd_put_view(b, evd_texts_trim_nul(text));
}

/* The value as text in `b`; `raw` tells that it is foreign text and may be no UTF-8. */
static void put_value(const struct reader *x, const struct entry *e, enum evd_exif_form form,
                      struct evd_view v, struct evd_buf *b)
{
	if (form == EVD_EXIF_CHARS || e->type == TYPE_ASCII || e->type == TYPE_UTF8)
		evd_put_view(b, evd_texts_trim_nul(v));
	else if (form == EVD_EXIF_CODED)
		put_coded(x, v, b);
	else if (form == EVD_EXIF_UTF16)
		evd_texts_utf16(b, v, false);
	else if (e->type == 7 && form != EVD_EXIF_NUMBERS)
		evd_putf(b, "(%u bytes, not interpreted)", e->count);
	else
		put_numbers(x, e, v, b);
}

static void keep_text(char *out, size_t size, struct evd_view v)
{
	size_t n;

	v = evd_texts_trim_nul(v);
	n = v.len < size - 1 ? v.len : size - 1;
	if (n)
		memcpy(out, v.p, n);
	out[n] = 0;
}

static void keep_numbers(const struct reader *x, uint32_t *out, size_t n, struct evd_view v,
                         bool *has)
{
	struct evd_cursor c;

	evd_cursor_init(&c, v);
	for (size_t i = 0; i < n; i++)
		out[i] = u32(x, &c);
	*has = evd_cursor_ok(&c);
}

static uint32_t one_number(const struct reader *x, const struct entry *e, struct evd_view v)
{
	struct evd_cursor c;

	evd_cursor_init(&c, v);
	return e->type == 3 ? u16(x, &c) : e->type == 4 ? u32(x, &c) : 0;
}

static void gather_exif(struct reader *x, const struct entry *e, struct evd_view v)
{
	struct gathered *g = &x->g;

	switch (e->tag) {
	case 0x9003: keep_text(g->taken, sizeof g->taken, v); break;
	case 0x9004: keep_text(g->digitized, sizeof g->digitized, v); break;
	case 0x9010: keep_text(g->modified_zone, sizeof g->modified_zone, v); break;
	case 0x9011: keep_text(g->taken_zone, sizeof g->taken_zone, v); break;
	case 0x9012: keep_text(g->digitized_zone, sizeof g->digitized_zone, v); break;
	case 0x9290: keep_text(g->modified_sub, sizeof g->modified_sub, v); break;
	case 0x9291: keep_text(g->taken_sub, sizeof g->taken_sub, v); break;
	case 0x9292: keep_text(g->digitized_sub, sizeof g->digitized_sub, v); break;
	case 0xA002: g->exif_width = one_number(x, e, v); break;
	case 0xA003: g->exif_height = one_number(x, e, v); break;
	default: break;
	}
}

static void gather_gps(struct reader *x, const struct entry *e, struct evd_view v)
{
	struct gathered *g = &x->g;

	switch (e->tag) {
	case 1: g->lat_ref = v.len ? (char)v.p[0] : 0; break;
	case 3: g->lon_ref = v.len ? (char)v.p[0] : 0; break;
	/* 1: below the ellipsoid's surface, before Exif 3.0 below the sea's; 3 since then */
	case 5: g->alt_below = v.len && (v.p[0] == 1 || v.p[0] == 3); break;
	case 2:
		g->names_lat = true;
		if (e->type == 5)
			keep_numbers(x, g->lat, 6, v, &g->has_lat);
		break;
	case 4:
		g->names_lon = true;
		if (e->type == 5)
			keep_numbers(x, g->lon, 6, v, &g->has_lon);
		break;
	case 6:
		if (e->type == 5)
			keep_numbers(x, g->alt, 2, v, &g->has_alt);
		break;
	case 7:
		if (e->type == 5)
			keep_numbers(x, g->time, 6, v, &g->has_time);
		break;
	case 29: keep_text(g->date, sizeof g->date, v); break;
	default: break;
	}
}

static void gather(struct reader *x, const struct entry *e, struct evd_view v)
{
	if (e->dir == EVD_EXIF_EXIF)
		gather_exif(x, e, v);
	else if (e->dir == EVD_EXIF_GPS)
		gather_gps(x, e, v);
	else if (e->dir == EVD_EXIF_IFD0 && e->tag == 0x0132)
		keep_text(x->g.modified, sizeof x->g.modified, v);
	else if (e->dir == EVD_EXIF_IFD0 && e->tag == 0x0131)
		keep_text(x->g.software, sizeof x->g.software, v);
	else if (e->dir == EVD_EXIF_IFD1 && e->tag == 0x0201)
		x->g.thumb_off = one_number(x, e, v);
	else if (e->dir == EVD_EXIF_IFD1 && e->tag == 0x0202)
		x->g.thumb_len = one_number(x, e, v);
}

static int emit_entry(struct reader *x, const struct entry *e, struct evd_error *err)
{
	const struct evd_exif_tag *known = evd_exif_tag_find(e->dir, e->tag);
	enum evd_exif_form form = known ? known->form : EVD_EXIF_PLAIN;
	struct evd_field f = {.group = dir_group[e->dir],
	                      .as = known && e->dir != EVD_EXIF_IFD1 ? known->as : NULL,
	                      .has_place = true,
	                      .off = x->base + e->off,
	                      .len = e->len};
	struct evd_buf value, text;
	char name[16];
	int r = 0;

	snprintf(name, sizeof name, "0x%04x", e->tag);
	f.name = known ? known->name : name;
	evd_buf_init(&value, VALUE_MAX);
	evd_buf_init(&text, 4 * VALUE_MAX);
	if (form == EVD_EXIF_SKIP || e->len > VALUE_MAX) {
		evd_putf(&text, "(%llu bytes, not interpreted)", (unsigned long long)e->len);
	} else {
		r = evd_source_load(x->s, e->off, e->len, VALUE_MAX, &value, err);
		if (r == EVD_E_DAMAGED) {
			evd_buf_release(&value);
			return evd_emit_unread(x->sink, "damaged", x->base + e->off, e->len, err,
			                       "value of %s.%s reaches beyond the block", f.group, f.name);
		}
		if (r == 0) {
			gather(x, e, evd_buf_view(&value));
			put_value(x, e, form, evd_buf_view(&value), &text);
		}
	}
	f.value = evd_buf_view(&text);
	if (r == 0)
		r = evd_buf_check(&text, err);
	if (r == 0)
		r = evd_emit_field(x->sink, &f, err);
	evd_buf_release(&value);
	evd_buf_release(&text);
	return r;
}

static int read_dir(struct reader *x, enum evd_exif_dir dir, uint64_t off, uint32_t *next,
                    struct evd_error *err);

static int follow(struct reader *x, enum evd_exif_dir dir, const struct entry *e,
                  struct evd_error *err)
{
	uint8_t p[4];
	struct evd_cursor c;
	int r = evd_source_exact(x->s, e->off, p, 4, err);

	if (r)
		return r == EVD_E_DAMAGED ? 0 : r;
	evd_cursor_init(&c, evd_view_of(p, 4));
	return read_dir(x, dir, u32(x, &c), NULL, err);
}

static int read_entry(struct reader *x, enum evd_exif_dir dir, uint64_t at, struct evd_error *err)
{
	uint8_t b[12];
	struct evd_cursor c;
	struct entry e = {.dir = dir};
	unsigned size;
	int r = evd_source_exact(x->s, at, b, 12, err);

	if (r)
		return r;
	evd_cursor_init(&c, evd_view_of(b, 12));
	e.tag = u16(x, &c);
	e.type = u16(x, &c);
	e.count = u32(x, &c);
	size = type_size(e.type);
	if (size == 0)
		return evd_emit_unread(x->sink, "damaged", x->base + at, 12, err,
		                       "entry 0x%04x of %s has no valid type", e.tag, dir_group[dir]);
	e.len = (uint64_t)size * e.count;
	e.off = e.len <= 4 ? at + 8 : u32(x, &c);
	if (dir == EVD_EXIF_IFD0 && e.tag == 0x8769)
		return follow(x, EVD_EXIF_EXIF, &e, err);
	if (dir == EVD_EXIF_IFD0 && e.tag == 0x8825)
		return follow(x, EVD_EXIF_GPS, &e, err);
	if (dir == EVD_EXIF_EXIF && e.tag == 0xA005)
		return follow(x, EVD_EXIF_INTEROP, &e, err);
	return emit_entry(x, &e, err);
}

static int read_dir(struct reader *x, enum evd_exif_dir dir, uint64_t off, uint32_t *next,
                    struct evd_error *err)
{
	uint8_t b[4];
	struct evd_cursor c;
	unsigned n;
	int r;

	for (size_t i = 0; i < x->n_visited; i++)
		if (x->visited[i] == off)
			return evd_emit_unread(x->sink, "damaged", x->base + off, 2, err,
			                       "directory %s stands in a loop", dir_group[dir]);
	if (x->n_visited == DIRS_MAX)
		return evd_emit_unread(x->sink, "limit", x->base + off, 2, err, "more than %u directories",
		                       DIRS_MAX);
	x->visited[x->n_visited++] = off;
	r = evd_source_exact(x->s, off, b, 2, err);
	if (r == 0) {
		evd_cursor_init(&c, evd_view_of(b, 2));
		n = u16(x, &c);
		for (unsigned i = 0; r == 0 && i < n && i < ENTRIES_MAX; i++)
			r = read_entry(x, dir, off + 2 + 12ull * i, err);
		if (r == 0 && next && evd_source_exact(x->s, off + 2 + 12ull * n, b, 4, err) == 0) {
			evd_cursor_init(&c, evd_view_of(b, 4));
			*next = u32(x, &c);
		}
		if (r == 0 && n > ENTRIES_MAX)
			r = evd_emit_unread(x->sink, "limit", x->base + off, 2, err,
			                    "directory %s counts %u entries", dir_group[dir], n);
	}
	if (r == EVD_E_DAMAGED)
		r = evd_emit_unread(x->sink, "damaged", x->base + off, 0, err,
		                    "directory %s reaches beyond the block", dir_group[dir]);
	return r;
}

static bool is_date(int y, int mo, int d)
{
	static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return y >= 0 && mo >= 1 && mo <= 12 && d >= 1 && d <= days[mo - 1] + (leap && mo == 2);
}

/* "+01:00", an offset that some place has: from -12:00 to +14:00. */
static bool is_zone(const char *zone)
{
	int h, mi, n = 0;
	char sign;

	if (strlen(zone) != 6 || strspn(zone + 1, "0123456789:") != 5 ||
	    sscanf(zone, "%c%2d:%2d%n", &sign, &h, &mi, &n) != 3 || n != 6 || mi > 59)
		return false;
	return (sign == '+' && 60 * h + mi <= 14 * 60) || (sign == '-' && 60 * h + mi <= 12 * 60);
}

/* "2026:03:12 18:15:44" with ".345" and "+01:00": the second offset is what makes it an instant. */
static int emit_time(struct reader *x, const char *name, const char *as, const char *stored,
                     const char *sub, const char *zone, struct evd_error *err)
{
	struct evd_field f = {.group = "exif", .name = name, .as = as};
	char text[64];
	int y, mo, d, h, mi, s, n = 0, r = 0;
	size_t digits = strspn(sub, "0123456789");

	if (!*stored)
		return 0;
	if (sscanf(stored, "%4d:%2d:%2d %2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &s, &n) != 6 || n != 19 ||
	    stored[19] || !is_date(y, mo, d) || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 60)
		return evd_emit_observation(x->sink, "time-unreadable", err,
		                            "%s holds no date and time of the form Exif prescribes", name);
	if (*zone && !is_zone(zone)) {
		r = evd_emit_observation(x->sink, "time-unreadable", err,
		                         "the offset of %s is none of a place on earth", name);
		zone = "";
	}
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d%s%.*s", y, mo, d, h, mi, s,
	         digits ? "." : "", (int)digits, sub);
	snprintf(text + strlen(text), sizeof text - strlen(text), "%s", zone);
	f.value = evd_view_str(text);
	return r ? r : evd_emit_field(x->sink, &f, err);
}

static bool degrees(const uint32_t v[6], double *out)
{
	double d = 0, unit = 1;

	/* NOLINTNEXTLINE(cert-flp30-c): the counter is an integer; 60 and 3600 are exact */
	for (int i = 0; i < 6; i += 2, unit *= 60) {
		if (v[i + 1] == 0) {
			if (v[i] == 0 && i > 0)
				continue;
			return false;
		}
		d += (double)v[i] / (double)v[i + 1] / unit;
	}
	*out = d;
	return true;
}

/* Decimal degrees, WGS 84 unless GPSMapDatum says otherwise; north and east are positive. */
static int emit_place(struct reader *x, struct evd_error *err)
{
	struct gathered *g = &x->g;
	double lat, lon;
	int r;

	if (!g->names_lat && !g->names_lon)
		return 0;
	if (!g->has_lat || !g->has_lon)
		return evd_emit_observation(x->sink, "place-unreadable", err,
		                            "latitude and longitude are not both three fractions");
	if (!strchr("NS", g->lat_ref ? g->lat_ref : '?') ||
	    !strchr("EW", g->lon_ref ? g->lon_ref : '?'))
		return evd_emit_observation(x->sink, "place-ambiguous", err,
		                            "the place does not say north or south, east or west");
	if (!degrees(g->lat, &lat) || !degrees(g->lon, &lon) || lat > 90 || lon > 180)
		return evd_emit_observation(x->sink, "place-unreadable", err,
		                            "the place is no valid latitude and longitude");
	r = evd_emit_format(x->sink, "exif", "GPSPosition", "place", err, "%.7f,%.7f",
	                    g->lat_ref == 'S' ? -lat : lat, g->lon_ref == 'W' ? -lon : lon);
	if (r == 0 && g->has_alt && g->alt[1])
		r = evd_emit_format(x->sink, "exif", "GPSAltitude", "altitude", err, "%s%.3f",
		                    g->alt_below ? "-" : "", (double)g->alt[0] / (double)g->alt[1]);
	return r;
}

static int gps_time_unreadable(struct reader *x, struct evd_error *err)
{
	return evd_emit_observation(x->sink, "time-unreadable", err,
	                            "GPSDateStamp and GPSTimeStamp hold no date and time");
}

static int emit_gps_time(struct reader *x, struct evd_error *err)
{
	const struct gathered *g = &x->g;
	int y, mo, d, n = 0;
	double h, mi, s;

	if (!g->has_time || !*g->date)
		return 0;
	if (!g->time[1] || !g->time[3] || !g->time[5] ||
	    sscanf(g->date, "%4d:%2d:%2d%n", &y, &mo, &d, &n) != 3 || n != 10 || !is_date(y, mo, d))
		return gps_time_unreadable(x, err);
	h = (double)g->time[0] / g->time[1];
	mi = (double)g->time[2] / g->time[3];
	s = (double)g->time[4] / g->time[5];
	if (h > 23 || mi > 59 || s >= 61)
		return gps_time_unreadable(x, err);
	return evd_emit_format(x->sink, "exif", "GPSDateTime", "time.gps", err,
	                       "%04d-%02d-%02dT%02d:%02d:%02dZ", y, mo, d, (int)h, (int)mi, (int)s);
}

/* Width and height of the thumbnail's own JPEG frame header. */
static bool thumbnail_size(struct reader *x, uint32_t *w, uint32_t *h)
{
	uint64_t off = (uint64_t)x->g.thumb_off + 2;
	uint64_t end = (uint64_t)x->g.thumb_off + x->g.thumb_len;
	uint8_t b[9];

	while (off + 9 <= end && evd_source_exact(x->s, off, b, 9, NULL) == 0 && b[0] == 0xFF) {
		struct evd_cursor c;
		uint32_t len;

		evd_cursor_init(&c, evd_view_of(b + 2, 7));
		len = evd_get_u16be(&c);
		if (b[1] >= 0xC0 && b[1] <= 0xC2) {
			evd_get_u8(&c);
			*h = evd_get_u16be(&c);
			*w = evd_get_u16be(&c);
			return *w && *h;
		}
		if (b[1] == 0xDA || len < 2)
			return false;
		off += 2 + len;
	}
	return false;
}

/* Proportions that differ by more than a twentieth are said; what they mean is not. */
int evd_thumbnail_emit(const char *group, uint32_t tw, uint32_t th,
                       const struct evd_exif_seen *seen, struct evd_sink *sink,
                       struct evd_error *err)
{
	double a = (double)tw * seen->height, b = (double)th * seen->width;
	int r = evd_emit_format(sink, group, "size", NULL, err, "%ux%u", tw, th);

	if (r == 0 && (a > b * 1.05 || b > a * 1.05))
		r = evd_emit_observation(sink, "thumbnail-mismatch", err,
		                         "the embedded thumbnail has %ux%u pixels, the picture %ux%u: "
		                         "other proportions",
		                         tw, th, seen->width, seen->height);
	return r;
}

static int observe_sizes(struct reader *x, const struct evd_exif_seen *seen, struct evd_error *err)
{
	const struct gathered *g = &x->g;
	uint32_t tw = 0, th = 0;
	int r = 0;

	if (!seen->width || !seen->height)
		return 0;
	if (g->thumb_len && thumbnail_size(x, &tw, &th))
		r = evd_thumbnail_emit("exif.thumbnail", tw, th, seen, x->sink, err);
	if (r == 0 && g->exif_width && g->exif_height &&
	    (g->exif_width != seen->width || g->exif_height != seen->height))
		r = evd_emit_observation(x->sink, "size-mismatch", err,
		                         "EXIF says %ux%u pixels, the picture has %ux%u", g->exif_width,
		                         g->exif_height, seen->width, seen->height);
	return r;
}

static int emit_gathered(struct reader *x, const struct evd_exif_seen *seen, struct evd_error *err)
{
	const struct gathered *g = &x->g;
	int r = emit_time(x, "Taken", "time.taken", g->taken, g->taken_sub, g->taken_zone, err);

	if (r == 0)
		r = emit_time(x, "Digitized", "time.digitized", g->digitized, g->digitized_sub,
		              g->digitized_zone, err);
	if (r == 0)
		r = emit_time(x, "Modified", "time.modified", g->modified, g->modified_sub,
		              g->modified_zone, err);
	if (r == 0)
		r = emit_place(x, err);
	if (r == 0)
		r = emit_gps_time(x, err);
	if (r == 0)
		r = observe_sizes(x, seen, err);
	if (r == 0)
		r = evd_texts_observe_editor(evd_view_str(g->software), "Software", x->sink, err);
	return r;
}

static int read_block(struct reader *x, const struct evd_exif_seen *seen, struct evd_error *err)
{
	uint8_t h[8];
	struct evd_cursor c;
	uint32_t next = 0, third = 0;
	int r = evd_source_exact(x->s, 0, h, 8, err);

	if (r == EVD_E_DAMAGED || (r == 0 && memcmp(h, "II*\0", 4) != 0 && memcmp(h, "MM\0*", 4) != 0))
		return evd_fail(err, EVD_E_FORMAT, "no TIFF header");
	if (r)
		return r;
	x->big = h[0] == 'M';
	evd_cursor_init(&c, evd_view_of(h + 4, 4));
	r = read_dir(x, EVD_EXIF_IFD0, u32(x, &c), &next, err);
	if (r == 0 && next)
		r = read_dir(x, EVD_EXIF_IFD1, next, &third, err);
	if (r == 0 && third)
		r = evd_emit_unread(x->sink, "unsupported", x->base + third, 2, err,
		                    "of the directories (pages) the first two are read");
	return r ? r : emit_gathered(x, seen, err);
}

int evd_exif_emit(const struct evd_source *s, uint64_t off, uint64_t len,
                  const struct evd_exif_seen *seen, struct evd_sink *sink, struct evd_error *err)
{
	struct reader x = {.base = off, .sink = sink};
	struct evd_source block;
	struct evd_piece piece;
	struct evd_memory memory;
	struct evd_buf bytes;
	int r;

	evd_buf_init(&bytes, BLOCK_IN_MEMORY);
	if (len <= BLOCK_IN_MEMORY) { /* one read instead of one a tag */
		r = evd_source_load(s, off, len, BLOCK_IN_MEMORY, &bytes, err);
		evd_source_memory(&memory, evd_buf_view(&bytes), s->name, &block);
	} else {
		r = evd_source_piece(&piece, s, off, len, &block, err);
	}
	x.s = &block;
	if (r == 0)
		r = read_block(&x, seen, err);
	evd_buf_release(&bytes);
	return r;
}
