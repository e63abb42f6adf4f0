/*
 * ogg: Opus and Vorbis in Ogg: coding, channels, rate, duration, comments. Source: RFC 3533 (Ogg),
 * RFC 7845 (Opus), Vorbis I §4.2 and §5. Only the header packets of the first stream are put
 * together; the duration is the last page's position.
 */
#include "emit.h"
#include "source.h"
#include "texts.h"

#include <stdio.h>
#include <string.h>

#define PAGE_HEAD 27u
#define PACKET_MAX (UINT32_C(4) << 20) /* bytes of the comment packet: it may hold a picture */
#define PAGES_MAX 2000u                /* of the headers */
#define TAIL (UINT32_C(64) << 10)      /* bytes at the end in which the last page begins */
#define COMMENTS_MAX 1000u

struct page {
	uint8_t flags;
	uint64_t position;
	uint32_t serial;
	unsigned segments;
	uint8_t lacing[255];
	uint64_t body, body_len;
};

static int read_page(const struct evd_source *s, uint64_t off, struct page *p,
                     struct evd_error *err)
{
	uint8_t h[PAGE_HEAD + 255];
	struct evd_cursor c;
	struct evd_view lacing;
	size_t got;
	int r = evd_source_read(s, off, h, sizeof h, &got, err);

	if (r)
		return r;
	if (got < PAGE_HEAD || memcmp(h, "OggS", 4) != 0)
		return EVD_END;
	evd_cursor_init(&c, evd_view_of(h, got));
	evd_get_bytes(&c, 5);
	p->flags = evd_get_u8(&c);
	p->position = evd_get_u64le(&c);
	p->serial = evd_get_u32le(&c);
	evd_get_bytes(&c, 8);
	p->segments = evd_get_u8(&c);
	lacing = evd_get_bytes(&c, p->segments);
	if (!evd_cursor_ok(&c))
		return EVD_END;
	p->body = off + PAGE_HEAD + p->segments;
	p->body_len = 0;
	for (unsigned i = 0; i < p->segments; i++) {
		p->lacing[i] = lacing.p[i];
		p->body_len += lacing.p[i];
	}
	return 0;
}

/* Appends what the page holds of the packet in `b`; *done when the packet ends in this page, and
 * *from is the segment behind it. */
static int take_packet(const struct evd_source *s, const struct page *p, unsigned *from,
                       struct evd_buf *b, bool *done, struct evd_error *err)
{
	uint64_t skip = 0, len = 0;
	unsigned i;

	for (i = 0; i < *from; i++)
		skip += p->lacing[i];
	*done = false;
	while (i < p->segments && !*done) {
		len += p->lacing[i];
		*done = p->lacing[i] < 255;
		i++;
	}
	*from = i;
	return evd_source_load(s, p->body + skip, len, PACKET_MAX, b, err);
}

/* The first `n` packets of the stream that begins the file; *others: pages of another stream were met. */
static int read_packets(const struct evd_source *s, struct evd_buf *packet, size_t n,
                        uint32_t *serial, bool *others, struct evd_error *err)
{
	uint64_t off = 0;
	size_t have = 0;
	int r = 0;

	for (unsigned pages = 0; have < n && pages < PAGES_MAX; pages++) {
		struct page p;
		unsigned from = 0;

		r = read_page(s, off, &p, err);
		if (r)
			break;
		if (off == 0)
			*serial = p.serial;
		*others = *others || p.serial != *serial;
		while (p.serial == *serial && have < n && from < p.segments) {
			bool done;

			r = take_packet(s, &p, &from, &packet[have], &done, err);
			if (r)
				return r;
			have += done;
		}
		off = p.body + p.body_len;
	}
	if (r == 0 || r == EVD_END)
		r = have == n ? 0 : evd_fail(err, EVD_E_DAMAGED, "the header packets are not whole");
	return r;
}

/* Position of the last page of the stream, 0 if none is found near the end; *others as above. */
static int last_position(const struct evd_source *s, uint32_t serial, uint64_t *out, bool *others,
                         struct evd_error *err)
{
	uint64_t start = s->size > TAIL ? s->size - TAIL : 0;
	struct evd_buf tail;
	bool found = false;
	int r;

	*out = 0;
	evd_buf_init(&tail, TAIL);
	r = evd_source_load(s, start, s->size - start, TAIL, &tail, err);
	for (size_t i = tail.len > 4 ? tail.len - 4 : 0; r == 0 && i-- > 0;) {
		struct page p;

		if (memcmp(tail.data + i, "OggS", 4) != 0)
			continue;
		r = read_page(s, start + i, &p, err);
		/* RFC 3533 §6: flag 2, a stream begins; one behind another may bear its number */
		*others = *others || (r == 0 && (p.serial != serial || ((p.flags & 2) && start + i > 0)));
		if (r == 0 && !found && p.serial == serial && p.position != UINT64_MAX) {
			*out = p.position;
			found = true;
		}
		if (r == EVD_END)
			r = 0;
	}
	evd_buf_release(&tail);
	return r;
}

/* Vorbis I §5.2.1, RFC 7845 §5.2: u32 lengths, vendor, then NAME=value. */
static int emit_comments(struct evd_sink *sink, struct evd_view v, struct evd_error *err)
{
	struct evd_cursor c;
	struct evd_view vendor;
	uint32_t n;
	int r;

	evd_cursor_init(&c, v);
	vendor = evd_get_bytes(&c, evd_get_u32le(&c));
	n = evd_get_u32le(&c);
	if (!evd_cursor_ok(&c))
		return evd_emit_unread(sink, "damaged", 0, 0, err, "the comment header is cut short");
	r = evd_emit_text(sink, "ogg", "vendor", "software", vendor, err);
	for (uint32_t i = 0; r == 0 && i < n; i++) {
		struct evd_field f = {.group = "ogg", .name = "comment"};
		struct evd_view one = evd_get_bytes(&c, evd_get_u32le(&c));
		const uint8_t *eq = one.len ? memchr(one.p, '=', one.len) : NULL;

		if (!evd_cursor_ok(&c) || i == COMMENTS_MAX)
			return evd_emit_unread(sink, i == COMMENTS_MAX ? "limit" : "damaged", 0, 0, err,
			                       "%u comments are stated, %u could be read", n, i);
		if (!eq)
			continue;
		f.label = evd_view_of(one.p, (size_t)(eq - one.p));
		f.value = evd_view_of(eq + 1, one.len - f.label.len - 1);
		r = evd_emit_field(sink, &f, err);
		if (r == 0 && (evd_view_is(f.label, "encoder") || evd_view_is(f.label, "ENCODER")))
			r = evd_texts_observe_editor(f.value, "encoder", sink, err);
	}
	return r;
}

static int emit_stream(struct evd_sink *sink, const char *codec, unsigned channels, uint32_t rate,
                       double seconds, struct evd_error *err)
{
	int r = evd_emit_text(sink, "ogg", "codec", "codec", evd_view_str(codec), err);

	if (r == 0)
		r = evd_emit_number(sink, "ogg", "channels", NULL, channels, err);
	if (r == 0)
		r = evd_emit_number(sink, "ogg", "sampleRate", NULL, rate, err);
	if (r == 0 && seconds > 0 && seconds < 1e9)
		r = evd_emit_format(sink, "ogg", "duration", "duration", err, "%.3f", seconds);
	return r;
}

static int read_streams(const struct evd_source *s, struct evd_sink *sink, struct evd_buf *packet,
                        bool *others, struct evd_error *err)
{
	uint32_t serial = 0, rate;
	uint64_t position;
	struct evd_cursor c;
	struct evd_error why = {0};
	unsigned channels, skip;
	int r = read_packets(s, packet, 2, &serial, others, &why);

	if (r == EVD_E_DAMAGED || r == EVD_E_LIMIT)
		return evd_emit_unread_error(sink, 0, 0, &why, err);
	if (r == 0)
		r = last_position(s, serial, &position, others, &why);
	if (r) {
		if (err)
			*err = why;
		return r;
	}
	evd_cursor_init(&c, evd_buf_view(&packet[0]));
	if (packet[0].len >= 19 && memcmp(packet[0].data, "OpusHead", 8) == 0) {
		evd_get_bytes(&c, 9);
		channels = evd_get_u8(&c);
		skip = evd_get_u16le(&c);
		rate = evd_get_u32le(&c); /* of the input; positions count 48 kHz (RFC 7845 §4) */
		r = emit_stream(sink, "opus", channels, rate,
		                position > skip ? (double)(position - skip) / 48000.0 : 0, err);
		if (r == 0 && packet[1].len > 8 && memcmp(packet[1].data, "OpusTags", 8) == 0)
			r = emit_comments(sink, evd_view_of(packet[1].data + 8, packet[1].len - 8), err);
		return r;
	}
	if (packet[0].len >= 30 && memcmp(packet[0].data, "\x01vorbis", 7) == 0) {
		evd_get_bytes(&c, 11);
		channels = evd_get_u8(&c);
		rate = evd_get_u32le(&c);
		r = emit_stream(sink, "vorbis", channels, rate, rate ? (double)position / rate : 0, err);
		if (r == 0 && packet[1].len > 7 && memcmp(packet[1].data, "\x03vorbis", 7) == 0)
			r = emit_comments(sink, evd_view_of(packet[1].data + 7, packet[1].len - 7), err);
		return r;
	}
	return evd_emit_unread(sink, "unsupported", 0, 0, err,
	                       "the first stream is neither Opus nor Vorbis");
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	(void)in;
	return head.len >= PAGE_HEAD && memcmp(head.p, "OggS\0", 5) == 0 ? 40 : 0;
}

static int read_ogg(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct evd_buf packet[2];
	bool others = false;
	int r;

	evd_buf_init(&packet[0], PACKET_MAX);
	evd_buf_init(&packet[1], PACKET_MAX);
	r = read_streams(&in->source[0], sink, packet, &others, err);
	if (r == 0 && others)
		r = evd_emit_unread(sink, "unsupported", 0, 0, err,
		                    "of several streams the first is read, none beside or behind it");
	evd_buf_release(&packet[0]);
	evd_buf_release(&packet[1]);
	return r;
}

const struct evd_format evd_format_ogg = {
    .name = "ogg",
    .version = "1",
    .spec = "RFC 3533, RFC 7845, Vorbis I",
    .confirmed = true,
    .probe = probe,
    .read = read_ogg,
    .alongside = true,
};
