/* capture_stitch: see capture_stitch.h. */
#include "capture_stitch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OVERLAP_MIN 12u /* rows that two frames must share */
#define CHANGES_MIN                                                                                \
	6u           /* rows among them that differ from the row above: blank paper proves nothing */
#define BAND 24u /* rows of the band that shows a gap */

/* Two frames being compared: a hash a row, over the first `columns` pixels. */
struct pair {
	const struct capture_picture *a, *b;
	uint64_t *hash_a, *hash_b;
	uint32_t columns, height;
	uint32_t top, bottom; /* rows that stand still: a header, a footer */
};

/* How the content moved between them: up by `rows` if down is false (the reader scrolled down). */
struct move {
	uint32_t rows;
	bool up_view; /* the reader scrolled up: content moved down */
	bool ambiguous;
	uint32_t shared;
};

static const uint8_t *row_of(const struct capture_picture *p, uint64_t y)
{
	return p->rgb + (size_t)y * p->width * 3;
}

/* FNV-1a over 64-bit words; only to find candidates, which are then compared byte for byte. */
static uint64_t hash_row(const uint8_t *p, size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325), w = 0;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&w, p, 8);
		h = (h ^ w) * UINT64_C(0x100000001b3);
		h ^= h >> 29;
	}
	w = 0;
	memcpy(&w, p, len);
	return (h ^ w) * UINT64_C(0x100000001b3);
}

static void prepare(struct pair *p, uint32_t columns)
{
	p->columns = columns;
	for (uint32_t y = 0; y < p->height; y++) {
		p->hash_a[y] = hash_row(row_of(p->a, y), (size_t)columns * 3);
		p->hash_b[y] = hash_row(row_of(p->b, y), (size_t)columns * 3);
	}
	p->top = p->bottom = 0;
	while (p->top < p->height && p->hash_a[p->top] == p->hash_b[p->top])
		p->top++;
	while (p->top + p->bottom < p->height &&
	       p->hash_a[p->height - 1 - p->bottom] == p->hash_b[p->height - 1 - p->bottom])
		p->bottom++;
}

/* Whether `from` moved by `shift` rows is `to`, in the part that is neither header nor footer. */
static bool fits(const struct pair *p, const uint64_t *from, const uint64_t *to, uint32_t shift)
{
	uint32_t end = p->height - p->bottom, changes = 0;

	for (uint32_t y = p->top; y + shift < end; y++) {
		if (from[y + shift] != to[y])
			return false;
		changes += y > p->top && to[y] != to[y - 1];
	}
	return changes >= CHANGES_MIN;
}

static bool equal_bytes(const struct pair *p, const struct move *m)
{
	const struct capture_picture *from = m->up_view ? p->b : p->a, *to = m->up_view ? p->a : p->b;

	for (uint32_t y = p->top; y + m->rows < p->height - p->bottom; y++)
		if (memcmp(row_of(from, y + m->rows), row_of(to, y), (size_t)p->columns * 3) != 0)
			return false;
	return true;
}

/* The smallest move that fits, in either direction; whether another would fit too. */
static bool find_move(const struct pair *p, struct move *m)
{
	uint32_t middle = p->height - p->top - p->bottom;

	memset(m, 0, sizeof *m);
	for (uint32_t s = 1; s + OVERLAP_MIN <= middle; s++)
		for (int up = 0; up < 2; up++) {
			if (!fits(p, up ? p->hash_b : p->hash_a, up ? p->hash_a : p->hash_b, s))
				continue;
			if (m->rows) {
				m->ambiguous = true;
				return true;
			}
			m->rows = s;
			m->up_view = up != 0;
			m->shared = middle - s;
			if (!equal_bytes(p, m))
				m->rows = 0;
		}
	return m->rows != 0;
}

/* Rows [from, from+n) of `p` go in at row `at` of the canvas, after `drop` rows there are taken out. */
static int replace(struct capture_stitch *s, int64_t at, uint32_t drop,
                   const struct capture_picture *p, uint32_t from, uint32_t n,
                   struct evd_error *err)
{
	size_t stride = (size_t)p->width * 3, tail = s->canvas.height - (size_t)at - drop;
	size_t rows = (size_t)at + n + tail;
	uint8_t *grown = s->canvas.rgb;

	if (rows * p->width > CAPTURE_PIXELS_MAX) {
		s->full = true;
		return 0;
	}
	if (rows > s->cap) {
		s->cap = rows + rows / 2;
		grown = realloc(s->canvas.rgb, s->cap * stride);
		if (!grown)
			return evd_nomem(err);
	}
	s->canvas.rgb = grown;
	s->canvas.width = p->width;
	memmove(grown + ((size_t)at + n) * stride, grown + ((size_t)at + drop) * stride, tail * stride);
	if (p->rgb)
		memcpy(grown + (size_t)at * stride, row_of(p, from), n * stride);
	else /* a band of its own: grey stripes that no chat has */
		for (size_t i = 0; i < n * stride; i++)
			grown[(size_t)at * stride + i] = (i / stride + i % stride / 3) % 12 < 6 ? 0x40 : 0xc0;
	s->canvas.height = (uint32_t)rows;
	return 0;
}

static int begin_part(struct capture_stitch *s, const struct capture_picture *p,
                      struct evd_error *err)
{
	const struct capture_picture band = {.width = p->width};
	int r = 0;

	if (s->canvas.height)
		r = replace(s, s->canvas.height, 0, &band, 0, BAND, err);
	s->part = s->at = s->canvas.height;
	return r ? r : replace(s, s->at, 0, p, 0, p->height, err);
}

/* What the frame shows beyond the canvas is added: behind the content and before the footer, or the
 * other way round at the top. */
static int extend(struct capture_stitch *s, const struct pair *p, const struct move *m,
                  struct evd_error *err)
{
	int64_t beyond;

	s->at += m->up_view ? -(int64_t)m->rows : (int64_t)m->rows;
	if (s->at < s->part) {
		uint32_t n = (uint32_t)(s->part - s->at);

		s->at = s->part;
		return replace(s, s->part, p->top, p->b, 0, p->top + n, err);
	}
	beyond = s->at + p->height - s->canvas.height;
	if (beyond <= 0)
		return 0;
	return replace(s, s->canvas.height - p->bottom, p->bottom, p->b,
	               p->height - p->bottom - (uint32_t)beyond, p->bottom + (uint32_t)beyond, err);
}

static void put_overlap(struct evd_object *o, const struct pair *p, const struct move *m,
                        enum capture_overlap result)
{
	static const char *const word[] = {"first", "same", "overlap", "gap"};
	struct evd_object in;

	evd_object_init(&in);
	evd_object_cstr(&in, "result", word[result]);
	if (result == CAPTURE_OVERLAP) {
		evd_object_cstr(&in, "direction", m->up_view ? "up" : "down");
		evd_object_int(&in, "columns", p->columns);
		evd_object_int(&in, "footer", p->bottom);
		evd_object_int(&in, "header", p->top);
		evd_object_int(&in, "moved", m->rows);
		evd_object_int(&in, "rows", m->shared);
		if (m->ambiguous) /* the content repeats itself: the smallest move was taken */
			evd_object_bool(&in, "ambiguous", true);
	}
	evd_object_object(o, "overlap", &in);
	evd_object_release(&in);
}

/* A scroll bar moves against the content: without the right edge, if not with it. */
static enum capture_overlap compare(struct pair *p, struct move *m)
{
	uint32_t edge = p->a->width / 24 > 24 ? p->a->width / 24 : 24;

	for (int turn = 0; turn < 2; turn++) {
		if (turn && p->a->width <= 4 * edge)
			break;
		prepare(p, turn ? p->a->width - edge : p->a->width);
		if (p->top == p->height)
			return CAPTURE_SAME;
		if (find_move(p, m))
			return CAPTURE_OVERLAP;
	}
	return CAPTURE_GAP;
}

int capture_stitch_add(struct capture_stitch *s, struct capture_picture *next, struct evd_object *o,
                       enum capture_overlap *result, struct evd_error *err)
{
	struct pair p = {.a = &s->last, .b = next, .height = next->height};
	struct move m = {0};
	int r = 0;

	*result = CAPTURE_FIRST;
	if (s->frames && (s->last.width != next->width || s->last.height != next->height))
		*result = CAPTURE_GAP;
	else if (s->frames) {
		p.hash_a = calloc(next->height, sizeof *p.hash_a);
		p.hash_b = calloc(next->height, sizeof *p.hash_b);
		*result = p.hash_a && p.hash_b ? compare(&p, &m) : CAPTURE_GAP;
		if (!p.hash_a || !p.hash_b)
			r = evd_nomem(err);
	}
	put_overlap(o, &p, &m, *result);
	s->gaps += *result == CAPTURE_GAP;
	s->frames++;
	/* a view has one width: frames of another stay out of it */
	if (s->canvas.height && s->canvas.width != next->width)
		s->full = true;
	if (r == 0 && !s->full && (*result == CAPTURE_FIRST || *result == CAPTURE_GAP))
		r = begin_part(s, next, err);
	if (r == 0 && !s->full && *result == CAPTURE_OVERLAP)
		r = extend(s, &p, &m, err);
	free(p.hash_a);
	free(p.hash_b);
	capture_picture_release(&s->last);
	s->last = *next;
	memset(next, 0, sizeof *next);
	return r;
}

void capture_stitch_facts(const struct capture_stitch *s, struct evd_object *o)
{
	evd_object_int(o, "frames", s->frames);
	evd_object_int(o, "gaps", s->gaps);
	if (s->full)
		evd_object_bool(o, "cut", true);
	evd_object_cstr(o, "method",
	                "rows that neighbouring frames share byte for byte are shown once");
}

void capture_stitch_reset(struct capture_stitch *s)
{
	capture_picture_release(&s->last);
	capture_picture_release(&s->canvas);
	memset(s, 0, sizeof *s);
}
