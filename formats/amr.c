/*
 * amr: AMR and AMR-WB voice recordings: coding, duration by counting frames. Source: RFC 4867 §5.
 */
#include "emit.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK (UINT32_C(64) << 10)

/* RFC 4867 §5.3: bytes of a frame with its header byte, by frame type; 0: not defined. */
static const uint8_t narrow[16] = {13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 1, 1};
static const uint8_t wide[16] = {18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1};

static bool starts(struct evd_view v, const char *magic)
{
	return v.len >= strlen(magic) && memcmp(v.p, magic, strlen(magic)) == 0;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	(void)in;
	return starts(head, "#!AMR\n") || starts(head, "#!AMR-WB\n") ? 48 : 0;
}

static int count_frames(const struct evd_source *s, uint64_t off, const uint8_t size[16],
                        uint64_t *frames, uint64_t *bad_off, struct evd_error *err)
{
	uint8_t *block = malloc(BLOCK);
	int r = 0;

	*frames = 0;
	*bad_off = 0;
	if (!block)
		return evd_nomem(err);
	while (off < s->size && !*bad_off) {
		size_t got, i = 0;

		r = evd_source_read(s, off, block, BLOCK, &got, err);
		if (r || got == 0)
			break;
		while (i < got) {
			unsigned len = size[block[i] >> 3 & 15];

			if (len == 0 || len > s->size - off - i) {
				*bad_off = off + i;
				break;
			}
			i += len;
			++*frames;
		}
		off += i;
	}
	free(block);
	return r;
}

static int read_amr(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	const struct evd_source *s = &in->source[0];
	uint8_t head[9] = {0};
	size_t got;
	uint64_t frames, bad;
	bool is_wide;
	int r = evd_source_read(s, 0, head, sizeof head, &got, err);

	if (r)
		return r;
	is_wide = starts(evd_view_of(head, got), "#!AMR-WB\n");
	if (!is_wide && !starts(evd_view_of(head, got), "#!AMR\n"))
		return evd_fail(err, EVD_E_FORMAT, "no AMR signature");
	r = count_frames(s, is_wide ? 9 : 6, is_wide ? wide : narrow, &frames, &bad, err);
	if (r == 0)
		r = evd_emit_text(sink, "amr", "codec", "codec",
		                  evd_view_str(is_wide ? "AMR-WB" : "AMR-NB"), err);
	if (r == 0)
		r = evd_emit_number(sink, "amr", "channels", NULL, 1, err);
	if (r == 0)
		r = evd_emit_number(sink, "amr", "sampleRate", NULL, is_wide ? 16000 : 8000, err);
	if (r == 0)
		r = evd_emit_number(sink, "amr", "frames", NULL, frames, err);
	if (r == 0) /* 20 ms a frame (§1) */
		r = evd_emit_format(sink, "amr", "duration", "duration", err, "%.3f",
		                    (double)frames * 0.02);
	if (r == 0 && bad)
		r = evd_emit_unread(sink, "damaged", bad, s->size - bad, err,
		                    "frame %llu is of no known type or cut short",
		                    (unsigned long long)frames + 1);
	return r;
}

const struct evd_format evd_format_amr = {
    .name = "amr",
    .version = "1",
    .spec = "RFC 4867",
    .confirmed = true,
    .probe = probe,
    .read = read_amr,
    .alongside = true,
};
