/* office_ole: what Office keeps in compound files: see office.h. */
#include "office.h"

#include "emit.h"
#include "ole.h"
#include "texts.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define SUMMARY_MAX (UINT32_C(1) << 20) /* bytes of a stream of properties */
#define PROPERTIES_MAX 1000u

/* Upper halves of the code pages that the region writes; of 1252 what differs from ISO 8859-1. */
static const uint16_t cp1250[128] = {
    0x20AC, 0xFFFD, 0x201A, 0xFFFD, 0x201E, 0x2026, 0x2020, 0x2021, 0xFFFD, 0x2030, 0x160,  0x2039,
    0x15A,  0x164,  0x17D,  0x179,  0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0xFFFD, 0x2122, 0x161,  0x203A, 0x15B,  0x165,  0x17E,  0x17A,  0xA0,   0x2C7,  0x2D8,  0x141,
    0xA4,   0x104,  0xA6,   0xA7,   0xA8,   0xA9,   0x15E,  0xAB,   0xAC,   0xAD,   0xAE,   0x17B,
    0xB0,   0xB1,   0x2DB,  0x142,  0xB4,   0xB5,   0xB6,   0xB7,   0xB8,   0x105,  0x15F,  0xBB,
    0x13D,  0x2DD,  0x13E,  0x17C,  0x154,  0xC1,   0xC2,   0x102,  0xC4,   0x139,  0x106,  0xC7,
    0x10C,  0xC9,   0x118,  0xCB,   0x11A,  0xCD,   0xCE,   0x10E,  0x110,  0x143,  0x147,  0xD3,
    0xD4,   0x150,  0xD6,   0xD7,   0x158,  0x16E,  0xDA,   0x170,  0xDC,   0xDD,   0x162,  0xDF,
    0x155,  0xE1,   0xE2,   0x103,  0xE4,   0x13A,  0x107,  0xE7,   0x10D,  0xE9,   0x119,  0xEB,
    0x11B,  0xED,   0xEE,   0x10F,  0x111,  0x144,  0x148,  0xF3,   0xF4,   0x151,  0xF6,   0xF7,
    0x159,  0x16F,  0xFA,   0x171,  0xFC,   0xFD,   0x163,  0x2D9,
};
static const uint16_t cp1251[128] = {
    0x402,  0x403,  0x201A, 0x453,  0x201E, 0x2026, 0x2020, 0x2021, 0x20AC, 0x2030, 0x409,  0x2039,
    0x40A,  0x40C,  0x40B,  0x40F,  0x452,  0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0xFFFD, 0x2122, 0x459,  0x203A, 0x45A,  0x45C,  0x45B,  0x45F,  0xA0,   0x40E,  0x45E,  0x408,
    0xA4,   0x490,  0xA6,   0xA7,   0x401,  0xA9,   0x404,  0xAB,   0xAC,   0xAD,   0xAE,   0x407,
    0xB0,   0xB1,   0x406,  0x456,  0x491,  0xB5,   0xB6,   0xB7,   0x451,  0x2116, 0x454,  0xBB,
    0x458,  0x405,  0x455,  0x457,  0x410,  0x411,  0x412,  0x413,  0x414,  0x415,  0x416,  0x417,
    0x418,  0x419,  0x41A,  0x41B,  0x41C,  0x41D,  0x41E,  0x41F,  0x420,  0x421,  0x422,  0x423,
    0x424,  0x425,  0x426,  0x427,  0x428,  0x429,  0x42A,  0x42B,  0x42C,  0x42D,  0x42E,  0x42F,
    0x430,  0x431,  0x432,  0x433,  0x434,  0x435,  0x436,  0x437,  0x438,  0x439,  0x43A,  0x43B,
    0x43C,  0x43D,  0x43E,  0x43F,  0x440,  0x441,  0x442,  0x443,  0x444,  0x445,  0x446,  0x447,
    0x448,  0x449,  0x44A,  0x44B,  0x44C,  0x44D,  0x44E,  0x44F,
};
static const uint16_t cp1252[32] = {
    0x20AC, 0xFFFD, 0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
    0x2039, 0x152,  0xFFFD, 0x17D,  0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0xFFFD, 0x17E,  0x178,
};

/* [MS-OLEPS] §3.1: the summary's properties by their numbers. */
static const struct {
	uint32_t id;
	const char *name, *as;
} properties[] = {
    {2, "Title", "text.title"},
    {3, "Subject", "text.subject"},
    {4, "Author", "person.author"},
    {5, "Keywords", "text.keywords"},
    {6, "Comments", "text.comment"},
    {7, "Template", NULL},
    {8, "LastAuthor", "person.editor"},
    {9, "RevNumber", NULL},
    {11, "LastPrinted", NULL},
    {12, "CreateDtm", "time.created"},
    {13, "LastSaveDtm", "time.modified"},
    {14, "PageCount", "pages"},
    {18, "AppName", "software"},
};

struct summary {
	struct evd_view set; /* the property set: offsets count from its beginning */
	uint32_t codepage;
	struct evd_sink *sink;
};

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* A text in the code page that the set names; of another one than these it stays bytes. */
static void put_text(uint32_t codepage, struct evd_view v, struct evd_buf *b)
{
	const uint16_t *high = codepage == 1250 ? cp1250 : codepage == 1251 ? cp1251 : NULL;

	if (codepage == 1200) {
		evd_texts_utf16(b, v, false);
	} else if (!high && codepage != 1252) {
		evd_put_view(b, evd_texts_trim_nul(v));
	} else {
		v = evd_texts_trim_nul(v);
		for (size_t i = 0; i < v.len; i++) {
			uint32_t cp = v.p[i];

			if (cp >= 0x80 && high)
				cp = high[cp - 0x80];
			else if (cp >= 0x80 && cp < 0xA0)
				cp = cp1252[cp - 0x80];
			evd_texts_put_utf8(b, cp);
		}
	}
}

/* 100 nanoseconds since 1601, UTC; 0 is none. */
static void put_time(const uint8_t *p, struct evd_buf *b)
{
	uint64_t t = le32(p) | (uint64_t)le32(p + 4) << 32;
	int64_t ms = (int64_t)(t / 10000) - INT64_C(11644473600000);
	char text[EVD_TIME_LEN + 1];

	if (ms < 0 || ms > INT64_C(253402300799999))
		return;
	evd_time_format(text, ms);
	evd_put_str(b, text);
}

/* The value at `at` of the set (§2.15): texts, times, numbers. */
static void put_value(const struct summary *x, size_t at, struct evd_buf *b)
{
	const uint8_t *p = x->set.p + at;
	size_t left = x->set.len - at, n;

	if (left < 8)
		return;
	n = le32(p + 4);
	switch (le32(p) & 0xFFFF) {
	case 0x1E: put_text(x->codepage, evd_view_of(p + 8, n < left - 8 ? n : left - 8), b); break;
	case 0x1F:
		n = n < (left - 8) / 2 ? n * 2 : (left - 8) / 2 * 2;
		evd_texts_utf16(b, evd_view_of(p + 8, n), false);
		break;
	case 0x40:
		if (left >= 12)
			put_time(p + 4, b);
		break;
	case 3: evd_put_dec(b, n); break;
	default: break;
	}
}

static int emit_property(const struct summary *x, uint32_t id, size_t at, struct evd_error *err)
{
	struct evd_buf value;
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof properties / sizeof *properties; i++) {
		if (properties[i].id != id)
			continue;
		evd_buf_init(&value, 0);
		put_value(x, at, &value);
		r = evd_buf_check(&value, err);
		if (r == 0 && value.len)
			r = evd_emit_text(x->sink, "office.summary", properties[i].name, properties[i].as,
			                  evd_buf_view(&value), err);
		if (r == 0 && value.len && id == 18)
			r = evd_texts_observe_editor(evd_buf_view(&value), "AppName", x->sink, err);
		evd_buf_release(&value);
	}
	return r;
}

/* [MS-OLEPS] §2.21: the first set of the stream, pairs of number and place; number 1 is the code page. */
static int read_summary(struct evd_view v, struct evd_sink *sink, struct evd_error *err)
{
	struct summary x = {.sink = sink, .codepage = 1252};
	uint32_t at = v.len >= 48 ? le32(v.p + 44) : UINT32_MAX, n = 0;
	int r = 0;

	if (v.len < 48 || v.p[0] != 0xFE || v.p[1] != 0xFF || at > v.len - 8)
		return evd_emit_unread(sink, "damaged", 0, 0, err,
		                       "the document's properties are not as they must be");
	x.set = evd_view_of(v.p + at, v.len - at);
	n = le32(x.set.p + 4);
	n = n < PROPERTIES_MAX ? n : PROPERTIES_MAX;
	n = n < (x.set.len - 8) / 8 ? n : (uint32_t)((x.set.len - 8) / 8);
	for (int pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; r == 0 && i < n; i++) {
			uint32_t id = le32(x.set.p + 8 + (size_t)i * 8);
			uint32_t off = le32(x.set.p + 12 + (size_t)i * 8);

			if (off > x.set.len - 8)
				continue;
			if (pass == 0 && id == 1)
				x.codepage = le32(x.set.p + off + 4) & 0xFFFF;
			else if (pass == 1)
				r = emit_property(&x, id, off, err);
		}
	return r;
}

static const struct {
	const char *name, *holds;
} kinds[] = {
    {"EncryptedPackage", "an encrypted Office document"},
    {"WordDocument", "a Word 97-2003 document"},
    {"Workbook", "an Excel 97-2003 workbook"},
    {"Book", "an Excel 5.0/95 workbook"},
    {"PowerPoint Document", "a PowerPoint 97-2003 presentation"},
    {"__properties_version1.0", "an Outlook message"},
};

/* What the entries say. */
struct found {
	size_t kind; /* of `kinds`, the first in that order */
	bool locked, macros;
	struct evd_buf summary;
};

/* [MS-DOC] §2.5.2 fEncrypted; [MS-XLS] §2.4.117 FilePass, behind the BOF. */
static bool is_locked(struct evd_ole *x, const struct evd_ole_entry *e, bool word)
{
	struct evd_buf b;
	bool locked = false;

	evd_buf_init(&b, 0);
	(void)evd_ole_read(x, e, 64, &b);
	if (word) {
		locked = b.len >= 12 && (b.data[11] & 1);
	} else if (b.len >= 4) {
		size_t at = 4 + (size_t)(b.data[2] | b.data[3] << 8);

		locked = at + 2 <= b.len && b.data[at] == 0x2F && b.data[at + 1] == 0;
	}
	evd_buf_release(&b);
	return locked;
}

static void look_at(struct evd_ole *x, const struct evd_ole_entry *e, struct found *f)
{
	struct evd_view name = evd_buf_view(&e->name);

	for (size_t i = 0; i < f->kind && e->stream; i++)
		if (evd_view_is(name, kinds[i].name))
			f->kind = i;
	if (e->stream && evd_view_is(name, "WordDocument"))
		f->locked |= is_locked(x, e, true);
	if (e->stream && (evd_view_is(name, "Workbook") || evd_view_is(name, "Book")))
		f->locked |= is_locked(x, e, false);
	if (evd_view_is(name, "EncryptedPackage") || evd_view_is(name, "EncryptedSummary"))
		f->locked = true;
	if (evd_view_is(name, "_VBA_PROJECT") || evd_view_is(name, "_VBA_PROJECT_CUR"))
		f->macros = true;
	if (e->stream && evd_view_is(name, "\5SummaryInformation") && f->summary.len == 0)
		(void)evd_ole_read(x, e, SUMMARY_MAX, &f->summary);
}

static int emit_found(const struct found *f, struct evd_sink *sink, struct evd_error *err)
{
	bool known = f->kind < sizeof kinds / sizeof *kinds;
	int r = evd_emit_text(sink, "office.ole", "container", NULL,
	                      evd_view_str("compound file (OLE2)"), err);

	if (r == 0 && known)
		r = evd_emit_text(sink, "office.ole", "holds", NULL, evd_view_str(kinds[f->kind].holds),
		                  err);
	if (r == 0 && f->locked)
		r = evd_emit_unread(sink, "encrypted", 0, 0, err,
		                    "the document is encrypted with a password, or parts of it are");
	if (r == 0 && known && strncmp(kinds[f->kind].name, "__p", 3) == 0)
		r = evd_emit_unread(
		    sink, "unsupported", 0, 0, err,
		    "the headers and words of an Outlook message in its own format were not "
		    "read");
	if (r == 0 && f->macros)
		r = evd_emit_observation(sink, "active-content", err,
		                         "the document holds macros; none was run");
	if (r == 0 && f->summary.len)
		r = read_summary(evd_buf_view(&f->summary), sink, err);
	return r;
}

int evd_office_read_ole(const struct evd_source *s, struct evd_sink *sink, struct evd_error *err)
{
	struct found f = {.kind = sizeof kinds / sizeof *kinds};
	struct evd_error why = {0};
	struct evd_ole_entry e;
	struct evd_ole x;
	size_t i = 0;
	int r = evd_ole_open(&x, s, &why);

	evd_buf_init(&f.summary, 0);
	while (r == 0 && evd_ole_next(&x, &i, &e)) {
		r = evd_buf_check(&e.name, err);
		if (r == 0)
			look_at(&x, &e, &f);
		evd_buf_release(&e.name);
	}
	if (r == EVD_E_FORMAT)
		r = evd_emit_unread(sink, "damaged", 0, s->size, err, "a compound file (OLE2): %s",
		                    why.text);
	else if (r == 0)
		r = emit_found(&f, sink, err);
	else if (why.code && err)
		*err = why;
	evd_buf_release(&f.summary);
	evd_ole_close(&x);
	return r;
}
