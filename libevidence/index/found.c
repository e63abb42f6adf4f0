/* found: see found.h. */
#include "index/found.h"

#include "index/fold.h"
#include "index/rec.h"

#include <string.h>

void evd_phrases_add(struct evd_phrases *p, struct evd_view folded, bool prefix)
{
	evd_put_u8(&p->text, ' ');
	evd_put_view(&p->text, folded);
	if (!prefix)
		evd_put_u8(&p->text, ' ');
	evd_put_u8(&p->text, '\0');
}

void evd_phrases_release(struct evd_phrases *p)
{
	evd_buf_release(&p->text);
}

void evd_found_release(struct evd_found *f)
{
	evd_buf_release(&f->folded);
	evd_buf_release(&f->plain);
	evd_json_release(&f->json);
}

/* `v` folded, with a blank at either end. */
static void fold(struct evd_found *f, struct evd_view v)
{
	evd_put_u8(&f->folded, ' ');
	evd_fold(&f->folded, v);
	evd_put_u8(&f->folded, ' ');
}

static bool has(const struct evd_buf *b, const char *phrase)
{
	return b->len && memmem(b->data, b->len, phrase, strlen(phrase)) != NULL;
}

/* Those phrases that f->folded has not. */
static void lacking(const struct evd_found *f, const struct evd_phrases *p, struct evd_buf *out)
{
	for (size_t i = 0; i < p->text.len;) {
		const char *phrase = (const char *)p->text.data + i;
		size_t n = strlen(phrase) + 1;

		if (!has(&f->folded, phrase))
			evd_put(out, phrase, n);
		i += n;
	}
}

/* Whether the string at node `at` has one of the phrases. */
static bool holds(struct evd_found *f, const struct evd_buf *phrases, size_t at)
{
	evd_buf_reset(&f->plain);
	evd_buf_reset(&f->folded);
	evd_rec_put_string(&f->plain, &f->json.node[at]);
	fold(f, evd_buf_view(&f->plain));
	for (size_t i = 0; i < phrases->len;) {
		const char *phrase = (const char *)phrases->data + i;

		if (has(&f->folded, phrase))
			return true;
		i += strlen(phrase) + 1;
	}
	return false;
}

/* The older versions that have one of the phrases, as an array; "" if none does. */
static void put_versions(struct evd_found *f, const struct evd_buf *phrases, size_t list,
                         struct evd_buf *out)
{
	size_t at = list + 1;

	for (uint32_t i = 0; i < f->json.node[list].count; i++, at = f->json.node[at].next) {
		bool held = false;

		for (size_t k = at + 1; k < f->json.node[at].next && !held; k++)
			held = evd_rec_is_words(&f->json, k) && holds(f, phrases, k);
		if (!held)
			continue;
		evd_put_u8(out, out->len ? ',' : '[');
		evd_put_view(out, f->json.node[at].raw);
	}
	if (out->len)
		evd_put_u8(out, ']');
}

static void put_member(struct evd_found *f, const struct evd_buf *phrases, size_t at,
                       struct evd_object *o)
{
	const struct evd_json_node *n = &f->json.node[at];
	struct evd_buf value = {0};
	char key[EVD_OBJECT_KEY_MAX];

	if (evd_view_is(n->key, "revisions"))
		put_versions(f, phrases, at, &value);
	else if (evd_rec_is_words(&f->json, at) && holds(f, phrases, at))
		evd_put(&value, n->raw.p - 1, n->raw.len + 2); /* with its quotes */
	if (value.len && n->key.len < sizeof key) {
		memcpy(key, n->key.p, n->key.len);
		key[n->key.len] = '\0';
		evd_object_raw(o, key, evd_buf_view(&value));
	}
	evd_buf_release(&value);
}

int evd_found_put(struct evd_found *f, const struct evd_phrases *p, const struct evd_view *present,
                  size_t n, struct evd_view more, struct evd_object *o, struct evd_error *err)
{
	struct evd_buf phrases = {0};
	size_t at = 1;
	int r = 0;

	evd_buf_reset(&f->folded);
	for (size_t i = 0; i < n; i++)
		fold(f, present[i]);
	lacking(f, p, &phrases);
	if (phrases.len)
		r = evd_json_parse(&f->json, more, err);
	for (uint32_t i = 0; phrases.len && r == 0 && i < f->json.node[0].count; i++) {
		put_member(f, &phrases, at, o);
		at = f->json.node[at].next;
	}
	if (r == 0 && (phrases.failed || f->folded.failed || f->plain.failed))
		r = evd_nomem(err);
	evd_buf_release(&phrases);
	return r;
}
