/*
 * iptc: IPTC-IIM in Photoshop resource blocks of JPEG, and in tag 34377's like of TIFF. Source:
 * IPTC-NAA IIM 4.2 §1.5 (data sets), Adobe Photoshop file formats, "image resource blocks".
 */
#include "emit.h"
#include "imagefile.h"
#include "source.h"
#include "texts.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MAX (UINT32_C(16) << 20)

static const struct {
	uint8_t set;
	const char *name, *as;
} sets[] = {
    {5, "ObjectName", "text.title"},
    {7, "EditStatus", NULL},
    {10, "Urgency", NULL},
    {15, "Category", NULL},
    {20, "SupplementalCategories", NULL},
    {25, "Keywords", "text.keywords"},
    {26, "ContentLocationCode", NULL},
    {27, "ContentLocationName", NULL},
    {30, "ReleaseDate", NULL},
    {35, "ReleaseTime", NULL},
    {40, "SpecialInstructions", NULL},
    {55, "DateCreated", NULL},
    {60, "TimeCreated", NULL},
    {62, "DigitalCreationDate", NULL},
    {63, "DigitalCreationTime", NULL},
    {65, "OriginatingProgram", "software"},
    {70, "ProgramVersion", NULL},
    {80, "By-line", "person.author"},
    {85, "By-lineTitle", NULL},
    {90, "City", "place.name"},
    {92, "Sub-location", "place.name"},
    {95, "Province-State", "place.name"},
    {100, "Country-PrimaryLocationCode", NULL},
    {101, "Country-PrimaryLocationName", "place.name"},
    {103, "OriginalTransmissionReference", NULL},
    {105, "Headline", "text.title"},
    {110, "Credit", NULL},
    {115, "Source", NULL},
    {116, "CopyrightNotice", "text.copyright"},
    {118, "Contact", NULL},
    {120, "Caption-Abstract", "text.description"},
    {122, "Writer-Editor", "person.author"},
};

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	return evd_image_format(head) && evd_image_has(&in->source[0], EVD_IMAGE_IPTC) ? 32 : 0;
}

static int emit_set(struct evd_sink *sink, uint8_t record, uint8_t set, struct evd_view value,
                    uint64_t off, struct evd_error *err)
{
	struct evd_field f = {.group = "iptc", .has_place = true, .off = off, .len = value.len};
	char name[16];

	snprintf(name, sizeof name, "%u:%03u", record, set);
	f.name = name;
	f.value = value;
	if (record == 2 && set == 0) { /* record version, a number */
		struct evd_cursor c;

		evd_cursor_init(&c, value);
		return evd_emit_number(sink, "iptc", "ApplicationRecordVersion", NULL, evd_get_u16be(&c),
		                       err);
	}
	for (size_t i = 0; record == 2 && i < sizeof sets / sizeof *sets; i++)
		if (sets[i].set == set) {
			f.name = sets[i].name;
			f.as = sets[i].as;
		}
	return evd_emit_field(sink, &f, err);
}

/* IIM §1.5: 0x1C, record, data set, u16 length; above 32767 the length's own length follows. */
static int read_iim(struct evd_view v, uint64_t off, struct evd_sink *sink, struct evd_error *err)
{
	struct evd_cursor c;
	int r = 0;

	evd_cursor_init(&c, v);
	while (r == 0 && evd_cursor_left(&c) >= 5) {
		uint64_t at = off + v.len - evd_cursor_left(&c);
		uint8_t marker = evd_get_u8(&c), record = evd_get_u8(&c), set = evd_get_u8(&c);
		uint32_t len = evd_get_u16be(&c);

		if (marker == 0 && record == 0)
			break; /* padding */
		if (len == 0x8004)
			len = evd_get_u32be(&c);
		if (marker != 0x1C || len > evd_cursor_left(&c))
			return evd_emit_unread(sink, "damaged", at, off + v.len - at, err,
			                       "IPTC data sets end in disorder");
		r = emit_set(sink, record, set, evd_get_bytes(&c, len),
		             off + v.len - evd_cursor_left(&c) - len, err);
	}
	return r;
}

/* "8BIM", u16 id, Pascal string padded to even, u32 length, bytes padded to even. */
static int read_resources(struct evd_view v, uint64_t off, struct evd_sink *sink,
                          struct evd_error *err)
{
	struct evd_cursor c;
	int r = 0;

	evd_cursor_init(&c, v);
	while (r == 0 && evd_cursor_left(&c) >= 12) {
		uint64_t at = off + v.len - evd_cursor_left(&c);
		struct evd_view sign = evd_get_bytes(&c, 4), body;
		uint16_t id = evd_get_u16be(&c);
		uint8_t name_len = evd_get_u8(&c);
		uint32_t len;

		evd_get_bytes(&c, name_len + (name_len % 2 ? 0u : 1u));
		len = evd_get_u32be(&c);
		body = evd_get_bytes(&c, len);
		if (!evd_cursor_ok(&c) || !evd_view_is(sign, "8BIM"))
			return evd_emit_unread(sink, "damaged", at, off + v.len - at, err,
			                       "Photoshop resource blocks end in disorder");
		if (id == 0x0404)
			r = read_iim(body, off + v.len - evd_cursor_left(&c) - len, sink, err);
		if (len % 2 && evd_cursor_left(&c))
			evd_get_u8(&c);
	}
	return r;
}

static int read_block(const struct evd_source *s, const struct evd_image_block *b,
                      struct evd_sink *sink, struct evd_error *err)
{
	struct evd_buf bytes;
	struct evd_error why = {0};
	int r;

	evd_buf_init(&bytes, BLOCK_MAX);
	r = evd_source_load(s, b->off, b->len, BLOCK_MAX, &bytes, &why);
	if (r == EVD_E_LIMIT || r == EVD_E_DAMAGED)
		r = evd_emit_unread_error(sink, b->off, b->len, &why, err);
	else if (r == 0 && bytes.len && bytes.data[0] == 0x1C)
		r = read_iim(evd_buf_view(&bytes), b->off, sink, err);
	else if (r == 0)
		r = read_resources(evd_buf_view(&bytes), b->off, sink, err);
	else if (err)
		*err = why;
	evd_buf_release(&bytes);
	return r;
}

static int read_iptc(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct evd_image *im = malloc(sizeof *im);
	int r;

	if (!im)
		return evd_nomem(err);
	r = evd_image_scan(&in->source[0], im, err);
	for (size_t i = 0; r == 0 && i < im->n; i++)
		if (im->block[i].kind == EVD_IMAGE_IPTC)
			r = read_block(&in->source[0], &im->block[i], sink, err);
	free(im);
	return r;
}

const struct evd_format evd_format_iptc = {
    .name = "iptc",
    .version = "1",
    .spec = "IPTC-NAA IIM 4.2 in Photoshop resource blocks, or as a TIFF tag",
    .confirmed = true,
    .probe = probe,
    .read = read_iptc,
    .alongside = true,
};
