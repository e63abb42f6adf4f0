/* source: see source.h. */
#include "source.h"

#include <stdlib.h>
#include <string.h>

int evd_source_read(const struct evd_source *s, uint64_t off, void *p, size_t len, size_t *got,
                    struct evd_error *err)
{
	*got = 0;
	if (off >= s->size)
		return 0;
	if (len > s->size - off)
		len = (size_t)(s->size - off);
	return s->read_at(s->ctx, off, p, len, got, err);
}

int evd_source_exact(const struct evd_source *s, uint64_t off, void *p, size_t len,
                     struct evd_error *err)
{
	size_t got;
	int r = evd_source_read(s, off, p, len, &got, err);

	if (r)
		return r;
	if (got == len)
		return 0;
	r = evd_fail(err, EVD_E_DAMAGED, "ends %zu bytes before a structure does", len - got);
	if (err)
		err->offset = off;
	return r;
}

bool evd_is_text_head(struct evd_view head)
{
	return head.len && !memchr(head.p, 0, head.len < 32 ? head.len : 32);
}

int evd_source_load(const struct evd_source *s, uint64_t off, uint64_t len, size_t max,
                    struct evd_buf *b, struct evd_error *err)
{
	uint8_t *p;
	int r;

	if (len > max)
		return evd_fail(err, EVD_E_LIMIT, "structure of %llu bytes is over the limit of %zu",
		                (unsigned long long)len, max);
	if (off > s->size || len > s->size - off) {
		r = evd_fail(err, EVD_E_DAMAGED, "structure of %llu bytes reaches beyond the end",
		             (unsigned long long)len);
		if (err)
			err->offset = off;
		return r;
	}
	if (len == 0)
		return 0;
	p = malloc((size_t)len);
	if (!p)
		return evd_nomem(err);
	r = evd_source_exact(s, off, p, (size_t)len, err);
	if (r == 0) {
		evd_put(b, p, (size_t)len);
		r = evd_buf_check(b, err);
	}
	free(p);
	return r;
}

static int memory_read(void *ctx, uint64_t off, void *p, size_t len, size_t *got,
                       struct evd_error *err)
{
	struct evd_memory *m = ctx;

	(void)err;
	*got = 0;
	if (off >= m->v.len || len == 0)
		return 0;
	*got = len < m->v.len - (size_t)off ? len : m->v.len - (size_t)off;
	memcpy(p, m->v.p + off, *got);
	return 0;
}

void evd_source_memory(struct evd_memory *m, struct evd_view v, struct evd_view name,
                       struct evd_source *out)
{
	m->v = v;
	*out = (struct evd_source){.size = v.len, .read_at = memory_read, .ctx = m, .name = name};
}

static int piece_read(void *ctx, uint64_t off, void *p, size_t len, size_t *got,
                      struct evd_error *err)
{
	struct evd_piece *piece = ctx;

	*got = 0;
	if (off >= piece->len)
		return 0;
	if (len > piece->len - off)
		len = (size_t)(piece->len - off);
	return evd_source_read(piece->whole, piece->off + off, p, len, got, err);
}

int evd_source_piece(struct evd_piece *p, const struct evd_source *whole, uint64_t off,
                     uint64_t len, struct evd_source *out, struct evd_error *err)
{
	if (off > whole->size || len > whole->size - off)
		return evd_fail(err, EVD_E_DAMAGED, "piece of %llu bytes reaches beyond the end",
		                (unsigned long long)len);
	*p = (struct evd_piece){.whole = whole, .off = off, .len = len};
	*out = (struct evd_source){.size = len, .read_at = piece_read, .ctx = p, .name = whole->name};
	return 0;
}
