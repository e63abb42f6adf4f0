/* pdf_files: see pdf_files.h. Every object is looked at, so that a file is found whether it hangs in the catalog's tree
 * of names, on a page or on nothing. */
#include "pdf_files.h"

#include "emit.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX 10000u
#define UNPACKED_MAX (UINT64_C(256) << 20) /* bytes of one file */
#define UNPACKED_ALL (UINT64_C(1) << 30)   /* of all */

static EVP_MD *sha256;

struct files {
	struct evd_pdf *pdf;
	struct evd_sink *sink;
	EVP_MD_CTX *digest;
	uint64_t size, left; /* of the file being unpacked; of all that may still be */
	uint32_t n;
	bool over;
	bool active; /* an object names scripts or programs to start */
};

int evd_pdf_files_warm(struct evd_error *err)
{
	if (!sha256)
		sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	return sha256 ? 0 : evd_fail_crypto(err, "SHA-256 is not there");
}

static bool take(void *ctx, const uint8_t *p, size_t n)
{
	struct files *x = ctx;

	if (n > x->left)
		return false;
	x->left -= n;
	x->size += n;
	return EVP_DigestUpdate(x->digest, p, n) == 1;
}

static enum evd_pdf_unpacked digest_file(struct files *x, struct evd_view dict,
                                         struct evd_view packed)
{
	bool plain, flate = evd_pdf_is_flate(dict, &plain);

	x->size = 0;
	if (EVP_DigestInit_ex2(x->digest, sha256, NULL) != 1 || (!flate && !plain))
		return PDF_UNKNOWN;
	if (plain)
		return take(x, packed.p, packed.len) ? PDF_WHOLE : PDF_OVER;
	return evd_pdf_inflate(packed, UNPACKED_MAX, take, x);
}

/* §7.11.3 table 44, the readable ones first. */
static const char *const names[] = {"UF", "F", "Unix", "DOS", "Mac"};

static void put_name(struct files *x, struct evd_view spec, struct evd_buf *name)
{
	for (size_t i = 0; i < sizeof names / sizeof *names && name->len == 0; i++) {
		size_t end;

		(void)evd_pdf_text(evd_pdf_resolve(x->pdf, evd_pdf_get(spec, names[i]), &end), name);
	}
}

/* The embedded file's stream: its dictionary, which stands in the file, and where that ends. */
static struct evd_view file_of(struct files *x, struct evd_view spec, size_t *end)
{
	struct evd_view ef = evd_pdf_get(spec, "EF"), v = {0};
	struct evd_buf copy;

	*end = SIZE_MAX;
	evd_buf_init(&copy, 0);
	evd_put_view(&copy, evd_pdf_resolve(x->pdf, ef, end));
	*end = SIZE_MAX;
	for (size_t i = 0; i < sizeof names / sizeof *names && *end == SIZE_MAX; i++)
		v = evd_pdf_resolve(x->pdf, evd_pdf_get(evd_buf_view(&copy), names[i]), end);
	evd_buf_release(&copy);
	return *end == SIZE_MAX ? evd_view_of(NULL, 0) : v;
}

static int emit_member(struct files *x, struct evd_member *m, struct evd_view dict, size_t end,
                       struct evd_error *err)
{
	struct evd_view packed = dict.len ? evd_pdf_stream(x->pdf, dict, end) : dict;
	enum evd_pdf_unpacked how = packed.p ? digest_file(x, dict, packed) : PDF_CUT;
	uint8_t digest[EVP_MAX_MD_SIZE];
	int r;

	if (packed.p) {
		m->has_place = true;
		m->off = x->pdf->before + (uint64_t)(packed.p - x->pdf->file.p);
		m->len = packed.len;
	}
	if (how == PDF_WHOLE && EVP_DigestFinal_ex(x->digest, digest, NULL) == 1) {
		m->sha256 = digest;
		m->size = x->size;
		m->has_size = true;
	}
	r = evd_emit_member(x->sink, m, err);
	if (r || m->sha256)
		return r;
	return evd_emit_unread(x->sink,
	                       how == PDF_OVER      ? "limit"
	                       : how == PDF_UNKNOWN ? "unsupported"
	                                            : "damaged",
	                       m->off, m->len, err, "member %u, a file within, could not be unpacked",
	                       (unsigned)m->n);
}

static int emit_spec(struct files *x, struct evd_view spec, struct evd_error *err)
{
	struct evd_member m = {.type = "file", .n = ++x->n};
	struct evd_buf copy, name, media;
	struct evd_view dict;
	size_t end;
	int r;

	if (x->n > FILES_MAX) {
		x->over = true;
		return evd_emit_unread(x->sink, "limit", 0, 0, err, "more than %u files within", FILES_MAX);
	}
	evd_buf_init(&copy, 0);
	evd_buf_init(&name, EVD_MEMBER_PATH_MAX);
	evd_buf_init(&media, EVD_FIELD_NOTE_MAX);
	evd_put_view(&copy, spec); /* looking up may replace the stream it stands in */
	put_name(x, evd_buf_view(&copy), &name);
	dict = file_of(x, evd_buf_view(&copy), &end);
	evd_pdf_name(evd_pdf_get(dict, "Subtype"), &media);
	m.path = evd_buf_view(&name);
	m.media = evd_buf_view(&media);
	r = evd_buf_check(&copy, err);
	if (r == 0)
		r = emit_member(x, &m, dict, end, err);
	evd_buf_release(&copy);
	evd_buf_release(&name);
	evd_buf_release(&media);
	return r;
}

static bool is_spec(struct evd_view v)
{
	return evd_pdf_get(v, "EF").len > 0;
}

/* An object that is a file specification, or has one in /FS (an annotation) or in /Names (a tree of names). */
static int look_at(struct files *x, struct evd_view object, struct evd_error *err)
{
	struct evd_buf list;
	size_t pos = 1;
	int r;

	x->active =
	    x->active || evd_pdf_has_name(object, "JavaScript") || evd_pdf_has_name(object, "Launch");
	if (object.len < 8 || object.p[0] != '<' || !memmem(object.p, object.len, "/EF", 3))
		return 0;
	if (is_spec(object))
		return emit_spec(x, object, err);
	if (is_spec(evd_pdf_get(object, "FS")))
		return emit_spec(x, evd_pdf_get(object, "FS"), err);
	evd_buf_init(&list, 0);
	evd_put_view(&list, evd_pdf_get(object, "Names"));
	r = evd_buf_check(&list, err);
	while (r == 0 && !x->over && list.len > 2) {
		struct evd_view v = evd_pdf_value(evd_view_of(list.data, list.len - 1), &pos);

		if (v.len == 0)
			break;
		if (is_spec(v))
			r = emit_spec(x, v, err);
	}
	evd_buf_release(&list);
	return r;
}

static int look_into(struct files *x, uint32_t container, struct evd_error *err)
{
	struct evd_buf body;
	uint64_t n, first, id, off;
	size_t pos = 0;
	int r = 0;

	evd_buf_init(&body, 0);
	if (!evd_pdf_container(x->pdf, container, &body, &n, &first))
		n = 0;
	for (uint64_t i = 0; r == 0 && !x->over && i < n && pos < first; i++) {
		size_t at;

		if (!evd_pdf_number(evd_pdf_value(evd_buf_view(&body), &pos), &id) ||
		    !evd_pdf_number(evd_pdf_value(evd_buf_view(&body), &pos), &off))
			break;
		if (id > UINT32_MAX || off >= body.len - first ||
		    !evd_pdf_is_in(x->pdf, (uint32_t)id, container))
			continue;
		at = (size_t)(first + off);
		r = look_at(x, evd_pdf_value(evd_buf_view(&body), &at), err);
	}
	evd_buf_release(&body);
	return r;
}

static int by_value(const void *p, const void *q)
{
	const uint32_t *a = p, *b = q;

	return *a < *b ? -1 : *a > *b;
}

/* The object streams, each once. */
static int look_into_all(struct files *x, struct evd_error *err)
{
	uint32_t *list = calloc(x->pdf->n + 1, sizeof *list);
	size_t n = 0;
	int r = 0;

	if (!list)
		return evd_nomem(err);
	for (size_t i = 0; i < x->pdf->n; i++)
		if (x->pdf->entry[i].kind == PDF_PACKED && x->pdf->entry[i].where <= UINT32_MAX)
			list[n++] = (uint32_t)x->pdf->entry[i].where;
	qsort(list, n, sizeof *list, by_value);
	for (size_t i = 0; r == 0 && !x->over && i < n; i++)
		if (i == 0 || list[i] != list[i - 1])
			r = look_into(x, list[i], err);
	free(list);
	return r;
}

int evd_pdf_emit_files(struct evd_pdf *pdf, struct evd_sink *sink, bool *active,
                       struct evd_error *err)
{
	struct files x = {.pdf = pdf, .sink = sink, .left = UNPACKED_ALL};
	int r = evd_pdf_files_warm(err);

	if (r)
		return r;
	x.digest = EVP_MD_CTX_new();
	if (!x.digest)
		return evd_nomem(err);
	for (size_t i = 0; r == 0 && !x.over && i < pdf->n; i++) {
		size_t end;

		if (pdf->entry[i].kind == PDF_PLAIN)
			r = look_at(&x, evd_pdf_object(pdf, pdf->entry[i].number, &end), err);
	}
	if (r == 0)
		r = look_into_all(&x, err);
	EVP_MD_CTX_free(x.digest);
	*active = x.active;
	return r;
}
