/* cms: see cms.h. */
#include "stamp/cms.h"

#include "base/der.h"
#include "chain/signature.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t signed_data[] = {6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2};

static bool next_is(const struct evd_cursor *c, uint8_t tag)
{
	return evd_cursor_left(c) && *c->p == tag;
}

bool evd_cms_add(struct evd_cms_set *s, struct evd_view der)
{
	for (size_t i = 0; i < s->n; i++)
		if (evd_view_eq(s->at[i], der))
			return true;
	if (s->n == EVD_CMS_SET_MAX)
		return false;
	s->at[s->n++] = der;
	return true;
}

/* The elements of an optional set; other things in it than SEQUENCEs (RFC 5652 §10.2), and OCSP elements if
 * `answers`, are left out. */
static bool read_set(struct evd_cursor *c, uint8_t tag, bool answers, struct evd_cms_set *s)
{
	struct evd_cursor in;

	if (!next_is(c, tag))
		return evd_cursor_ok(c);
	in = evd_der_enter(c, tag);
	while (evd_cursor_left(&in)) {
		uint8_t kind = *in.p;
		struct evd_view v = evd_der_whole(&in, kind), response;
		bool kept = kind == 0x30 || (answers && evd_signature_answer(v, &response));

		if (evd_cursor_ok(&in) && kept && !evd_cms_add(s, v))
			return false;
	}
	return evd_cursor_at_end(&in);
}

bool evd_cms_read(struct evd_view der, struct evd_cms *out)
{
	struct evd_cursor all, info, outer, data, set, signer;
	const uint8_t *from;

	memset(out, 0, sizeof *out);
	evd_cursor_init(&all, der);
	info = evd_der_enter(&all, 0x30);
	if (!evd_view_eq(evd_der_whole(&info, 0x06), evd_view_of(signed_data, sizeof signed_data)))
		return false;
	outer = evd_der_enter(&info, 0xa0);
	data = evd_der_enter(&outer, 0x30);
	from = data.p;
	evd_der_skip(&data, 0x02);
	evd_der_skip(&data, 0x31);
	evd_der_skip(&data, 0x30);
	if (!evd_cursor_ok(&data))
		return false;
	out->head = evd_view_of(from, (size_t)(data.p - from));
	if (!read_set(&data, 0xa0, false, &out->certificates) ||
	    !read_set(&data, 0xa1, true, &out->lists))
		return false;
	set = evd_der_enter(&data, 0x31);
	signer = evd_der_enter(&set, 0x30);
	from = signer.p;
	evd_der_skip(&signer, 0x02);
	evd_der_skip(&signer, 0x30);
	evd_der_skip(&signer, 0x30);
	evd_der_skip(&signer, 0xa0);
	evd_der_skip(&signer, 0x30);
	out->value = evd_der_get(&signer, 0x04);
	if (!evd_cursor_ok(&signer))
		return false;
	out->signer = evd_view_of(from, (size_t)(signer.p - from));
	return read_set(&signer, 0xa1, false, &out->attributes) && evd_cursor_at_end(&signer) &&
	       evd_cursor_at_end(&set) && evd_cursor_at_end(&data) && evd_cursor_at_end(&outer) &&
	       evd_cursor_at_end(&info) && evd_cursor_at_end(&all);
}

static int in_order(const void *a, const void *b)
{
	const struct evd_view *x = a, *y = b;

	return evd_view_cmp(*x, *y);
}

static void put_set(struct evd_buf *b, uint8_t tag, struct evd_cms_set *s)
{
	size_t at;

	if (s->n == 0)
		return;
	qsort(s->at, s->n, sizeof *s->at, in_order);
	at = evd_der_open(b, tag);
	for (size_t i = 0; i < s->n; i++)
		evd_put_view(b, s->at[i]);
	evd_der_close(b, at);
}

/* version becomes 5 with an OCSP element (RFC 5652 §5.1); it is under no signature. */
static void put_head(struct evd_buf *b, const struct evd_cms *c)
{
	size_t at = b->len;

	evd_put_view(b, c->head);
	for (size_t i = 0; i < c->lists.n && !b->failed; i++)
		if (c->lists.at[i].p[0] == EVD_OCSP_TAG && b->data[at + 1] == 1)
			b->data[at + 2] = 5;
}

void evd_cms_write(struct evd_cms *c, struct evd_buf *b)
{
	size_t info = evd_der_open(b, 0x30), outer, data, set, signer;

	evd_put(b, signed_data, sizeof signed_data);
	outer = evd_der_open(b, 0xa0);
	data = evd_der_open(b, 0x30);
	put_head(b, c);
	put_set(b, 0xa0, &c->certificates);
	put_set(b, 0xa1, &c->lists);
	set = evd_der_open(b, 0x31);
	signer = evd_der_open(b, 0x30);
	evd_put_view(b, c->signer);
	put_set(b, 0xa1, &c->attributes);
	evd_der_close(b, signer);
	evd_der_close(b, set);
	evd_der_close(b, data);
	evd_der_close(b, outer);
	evd_der_close(b, info);
}
