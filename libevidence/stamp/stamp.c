/* stamp: see stamp.h. */
#include "stamp/stamp.h"

#include "base/der.h"
#include "platform/input.h"
#include "chain/signature.h"
#include "seal/tagfiles.h"
#include "stamp/answer.h"
#include "stamp/cms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char signature_name[] = "META-INF/signature001.p7s";
static const char newest[] = "META-INF/ASiCArchiveManifest.xml";

static struct evd_stamp_file *find(struct evd_stamp_bundle *b, const char *name)
{
	for (size_t i = 0; i < b->meta.n; i++)
		if (strcmp(b->meta.at[i].name, name) == 0)
			return &b->meta.at[i];
	return NULL;
}

static struct evd_stamp_file *add(struct evd_stamp_bundle *b, const char *name)
{
	void *grown = evd_grow(b->meta.at, b->meta.n, &b->meta.cap, sizeof *b->meta.at);

	if (!grown)
		return NULL;
	b->meta.at = grown;
	memset(&b->meta.at[b->meta.n], 0, sizeof *b->meta.at);
	snprintf(b->meta.at[b->meta.n].name, sizeof b->meta.at->name, "%s", name);
	return &b->meta.at[b->meta.n++];
}

static int load(struct evd_stamp_bundle *b, const struct evd_member_file *f, struct evd_buf *to,
                struct evd_error *err)
{
	uint8_t *p = malloc((size_t)f->size + 1);
	int r = p ? evd_read_at(b->fd, f->off, p, (size_t)f->size, err) : evd_nomem(err);

	if (r == 0) {
		evd_put(to, p, (size_t)f->size);
		r = evd_buf_check(to, err);
	}
	free(p);
	return r;
}

static int load_meta(struct evd_stamp_bundle *b, const struct evd_member_file *f,
                     struct evd_error *err)
{
	struct evd_stamp_file *to = add(b, f->name);

	return to ? load(b, f, &to->bytes, err) : evd_nomem(err);
}

int evd_stamp_open(const char *path, const struct evd_verify_options *o, struct evd_stamp_bundle *b,
                   struct evd_error *err)
{
	const struct evd_findings to = {evd_report_collect, &b->report};
	struct evd_error why = {0};
	struct evd_member_file f;
	enum evd_verdict v;
	int r;

	memset(b, 0, sizeof *b);
	b->o = o;
	r = evd_input_open(path, &b->fd, &why);
	if (r) {
		b->fd = -1;
		return evd_fail(err, r, "%s: %s", path, why.text);
	}
	r = evd_verify(b->fd, path, o, &b->report, err);
	if (r)
		return r;
	v = evd_verdict(&b->report);
	if (v != EVD_TOTAL_PASSED && v != EVD_INDETERMINATE)
		return evd_fail(err, EVD_E_DAMAGED, "%s: %s; see evidence-verify", path,
		                evd_verdict_name(v));
	if (b->report.envelope)
		return evd_fail(err, EVD_E_FORMAT, "%s is an envelope: open it first", path);
	r = evd_container_open(b->fd, &to, &b->c, err);
	while (r == 0) {
		r = evd_container_next(&b->c, &f, err);
		if (r == 0 && strncmp(f.name, "META-INF/", 9) == 0)
			r = load_meta(b, &f, err);
	}
	return r == EVD_END ? 0 : r;
}

void evd_stamp_close(struct evd_stamp_bundle *b)
{
	for (size_t i = 0; i < b->meta.n; i++)
		evd_buf_release(&b->meta.at[i].bytes);
	free(b->meta.at);
	evd_container_release(&b->c);
	evd_report_release(&b->report);
	if (b->fd >= 0)
		evd_input_close(b->fd);
	memset(b, 0, sizeof *b);
	b->fd = -1;
}

/* The seal's signature taken apart; the caller frees. */
static int take_signature(struct evd_stamp_bundle *b, struct evd_cms **out, struct evd_error *err)
{
	struct evd_stamp_file *f = find(b, signature_name);
	struct evd_cms *c = malloc(sizeof *c);

	*out = c;
	if (!c)
		return evd_nomem(err);
	if (!f || !evd_cms_read(evd_buf_view(&f->bytes), c))
		return evd_fail(err, EVD_E_DAMAGED, "the seal's signature cannot be read");
	return 0;
}

static int put_cms(struct evd_stamp_file *f, struct evd_cms *c, struct evd_error *err)
{
	struct evd_buf out = {0};

	evd_cms_write(c, &out);
	evd_buf_release(&f->bytes); /* what `c` borrowed from */
	f->bytes = out;
	if (!out.failed && out.len > EVD_MAX_P7S)
		return evd_fail(err, EVD_E_LIMIT,
		                "%s would be larger than 1 MiB: keep large lists beside the bundle, for "
		                "--trust",
		                f->name);
	return evd_buf_check(&f->bytes, err);
}

/* The next archive manifest: lists every file as it is now. */
static int put_manifest(void *ctx, const void *p, size_t len, struct evd_error *err)
{
	evd_put(ctx, p, len);
	return evd_buf_check(ctx, err);
}

static int by_name(const void *a, const void *b)
{
	const struct evd_meta_line *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int write_manifest(struct evd_stamp_bundle *b, struct evd_buf *out, struct evd_error *err)
{
	uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN];
	struct evd_meta_line *line = calloc(b->meta.n, sizeof *line);
	struct evd_sink_to to = {put_manifest, out};
	char last[64];
	int r = line ? evd_tagfile_digests(&b->report.log, digest, err) : evd_nomem(err);

	snprintf(last, sizeof last, "META-INF/ASiCArchiveManifest%03u.xml", b->c.archives);
	for (size_t i = 0; i < b->meta.n && r == 0; i++) {
		const char *name = b->meta.at[i].name;

		line[i].root = strcmp(name, newest) == 0;
		snprintf(line[i].name, sizeof line[i].name, "%.47s", line[i].root ? last : name);
		r = evd_sha256(evd_buf_view(&b->meta.at[i].bytes), line[i].sha256, err);
	}
	if (r == 0) /* the newest has got its number: it goes behind the older ones */
		qsort(line, b->meta.n, sizeof *line, by_name);
	if (r == 0)
		r = evd_archive_manifest(&b->report.log, digest, line, b->meta.n, b->c.archives + 1, to,
		                         err);
	free(line);
	return r;
}

int evd_stamp_imprint(struct evd_stamp_bundle *b, bool archive, uint8_t out[EVD_SHA256_LEN],
                      struct evd_error *err)
{
	struct evd_buf manifest = {0};
	struct evd_cms *c = NULL;
	int r = archive ? write_manifest(b, &manifest, err) : take_signature(b, &c, err);

	if (r == 0)
		r = evd_sha256(archive ? evd_buf_view(&manifest) : c->value, out, err);
	evd_buf_release(&manifest);
	free(c);
	return r;
}

static int attach_archive(struct evd_stamp_bundle *b, struct evd_view token, struct evd_error *err)
{
	struct evd_stamp_file *f = find(b, newest);
	struct evd_buf manifest = {0};
	char name[64];
	int r;

	if (b->c.archives >= EVD_MAX_ARCHIVES)
		return evd_fail(err, EVD_E_LIMIT, "more archive time-stampings than a bundle may have");
	r = write_manifest(b, &manifest, err);
	if (r == 0 && f)
		snprintf(f->name, sizeof f->name, "META-INF/ASiCArchiveManifest%03u.xml", b->c.archives);
	f = r == 0 ? add(b, newest) : NULL;
	if (!f) {
		evd_buf_release(&manifest);
		return r ? r : evd_nomem(err);
	}
	f->bytes = manifest;
	snprintf(name, sizeof name, "META-INF/timestamp%03u.tst", b->c.archives + 1);
	f = add(b, name);
	if (!f)
		return evd_nomem(err);
	evd_put_view(&f->bytes, token);
	return evd_buf_check(&f->bytes, err);
}

static int may_change(const struct evd_stamp_bundle *b, struct evd_error *err)
{
	return b->c.archives ? evd_fail(err, EVD_E_MISUSE,
	                                "the bundle has an archive time stamp: its signature cannot "
	                                "change any more; make another archive time stamp")
	                     : 0;
}

int evd_stamp_attach(struct evd_stamp_bundle *b, bool archive, struct evd_view token,
                     struct evd_error *err)
{
	static const uint8_t oid[] = {6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14};
	struct evd_buf attribute = {0};
	struct evd_cms *c = NULL;
	size_t at, set;
	int r;

	if (archive)
		return attach_archive(b, token, err);
	r = may_change(b, err);
	if (r == 0)
		r = take_signature(b, &c, err);
	at = evd_der_open(&attribute, 0x30);
	evd_put(&attribute, oid, sizeof oid);
	set = evd_der_open(&attribute, 0x31);
	evd_put_view(&attribute, token);
	evd_der_close(&attribute, set);
	evd_der_close(&attribute, at);
	if (r == 0)
		r = evd_buf_check(&attribute, err);
	if (r == 0 && (c->attributes.n >= EVD_MAX_TOKENS ||
	               !evd_cms_add(&c->attributes, evd_buf_view(&attribute))))
		r = evd_fail(err, EVD_E_LIMIT, "the seal's signature has %u tokens already",
		             EVD_MAX_TOKENS);
	if (r == 0)
		r = put_cms(find(b, signature_name), c, err);
	evd_buf_release(&attribute);
	free(c);
	return r;
}

/* ---- material ---- */

/* An answer about others may be true, but helps nobody here. */
static bool is_about(const struct evd_ocsp *o, const struct evd_cert *c,
                     const struct evd_cert *issuer)
{
	struct evd_single s;
	struct evd_cursor at;

	evd_cursor_init(&at, o->singles);
	return evd_ocsp_next(&at, c, issuer, &s);
}

/* Where things are sought, where they go, and what was found. */
struct gathered {
	struct evd_hand *h;
	struct evd_cms *c;
	size_t paths, lists;
	const char *fault; /* of what has no path; NULL: nobody */
	bool full;
	EVD_ARRAY(struct evd_buf) own; /* tokens of entries */
};

static void add_lists(struct gathered *g, const struct evd_path *path, size_t i)
{
	struct evd_hand *h = g->h;

	for (size_t k = 0; k < h->lists.n; k++)
		if (evd_hand_vouches(h, h->lists.at[k].der, path->at[i])) {
			g->full = !evd_cms_add(&g->c->lists, h->lists.at[k].der) || g->full;
			g->lists++;
		}
	for (size_t k = 0; k < h->answers.n; k++)
		if (evd_hand_vouches(h, h->answers.at[k].der, path->at[i]) &&
		    evd_stamp_lean(&h->answers.at[k], path) &&
		    is_about(&h->answers.at[k], path->at[i - 1], path->at[i])) {
			g->full = !evd_cms_add(&g->c->lists, h->answers.at[k].der) || g->full;
			g->lists++;
		}
}

/* The path of `first` at `time`, and lists and answers for it. */
static bool add_path(struct gathered *g, const struct evd_cert *first, enum evd_use use,
                     int64_t time)
{
	const struct evd_path_use how = {use, time, INT64_MAX};
	struct evd_path path = {.n = 0};
	const char *fault = evd_path_find(g->h, first, &how, &path);

	if (fault) {
		g->fault = fault;
		return false;
	}
	evd_stamp_lead_on(g->h, &path);
	g->full = !evd_stamp_put_path(&path, &g->c->certificates) || g->full;
	for (size_t i = 1; i < path.n; i++)
		add_lists(g, &path, i);
	g->paths++;
	return true;
}

/* Where a verifier judges it is at the time of one of the tokens, or now (docs/timestamp.md §4). */
static int add_signer(struct gathered *g, const struct evd_report *report,
                      const struct evd_log_signer *s, struct evd_error *err)
{
	struct evd_cert cert;
	bool found = false;
	int r = evd_cert_read(evd_view_of(s->der, s->der_len), &cert, err);

	for (size_t i = 0; i < report->tokens.n && r == 0 && !found; i++)
		found = report->tokens.at[i].accepted &&
		        add_path(g, &cert, EVD_USE_SIGNER, report->tokens.at[i].time_ms / 1000);
	if (r == 0 && !found)
		add_path(g, &cert, EVD_USE_SIGNER, g->h->at);
	evd_cert_release(&cert);
	return r == EVD_END ? 0 : r;
}

/* Of a token: the certificates that it brings go to hand; or, once all are there, its authority's path. */
static int take_token(struct gathered *g, struct evd_view token, bool bring, struct evd_error *err)
{
	struct evd_cursor c;
	struct evd_token t;
	struct evd_view v = {NULL, 0};
	int r = evd_token_read(token, &t, err);

	evd_cursor_init(&c, t.certificates);
	while (r == 0 && bring && evd_der_next(&c, &v))
		r = evd_hand_add(g->h, v, false, err);
	if (r == 0 && !bring)
		add_path(g, &t.authority, EVD_USE_AUTHORITY, t.time_ms / 1000);
	evd_token_release(&t);
	return r == EVD_END ? 0 : r;
}

static int gather_token(struct gathered *g, struct evd_view token, struct evd_error *err)
{
	int r = take_token(g, token, true, err);

	return r ? r : take_token(g, token, false, err);
}

static int load_entry_tokens(struct evd_stamp_bundle *b, struct gathered *g, struct evd_error *err)
{
	struct evd_member_file f;
	int r;

	evd_container_rewind(&b->c);
	while ((r = evd_container_next(&b->c, &f, err)) == 0) {
		const char *last = strrchr(f.name, '/');

		if (!last || strcmp(last, "/token.tst") != 0)
			continue;
		if (!EVD_ROOM(&g->own))
			return evd_nomem(err);
		g->own.at[g->own.n] = (struct evd_buf){0};
		r = load(b, &f, &g->own.at[g->own.n++], err);
		if (r)
			return r;
	}
	return r == EVD_END ? 0 : r;
}

static int take_tokens(struct gathered *g, bool bring, struct evd_error *err)
{
	struct evd_view token;
	int r = 0;

	for (size_t i = 0; i < g->c->attributes.n && r == 0; i++)
		if (evd_signature_token(g->c->attributes.at[i], &token))
			r = take_token(g, token, bring, err);
	for (size_t i = 0; i < g->own.n && r == 0; i++)
		r = take_token(g, evd_buf_view(&g->own.at[i]), bring, err);
	return r;
}

/* Beside the seal's signature: for signers and the authorities of its tokens and of those of entries. */
static int gather_seal(struct evd_stamp_bundle *b, struct gathered *g, struct evd_error *err)
{
	const struct evd_log *log = &b->report.log;
	int r = load_entry_tokens(b, g, err);

	for (size_t i = 0; i < g->c->certificates.n && r == 0; i++)
		r = evd_hand_add(g->h, g->c->certificates.at[i], false, err);
	if (r == 0)
		r = take_tokens(g, true, err);
	if (r == 0)
		r = take_tokens(g, false, err);
	for (size_t i = 0; i < log->signers.n && r == 0; i++)
		r = add_signer(g, &b->report, &log->signers.at[i], err);
	return r;
}

static int judge_gathered(const struct gathered *g, bool given, struct evd_error *err)
{
	if (g->full || g->c->certificates.n > EVD_MAX_MATERIAL || g->c->lists.n > EVD_MAX_MATERIAL)
		return evd_fail(err, EVD_E_LIMIT, "more certificates or lists than may stand there");
	if (g->paths == 0)
		return evd_fail(err, EVD_E_FORMAT,
		                "nothing to embed: no signer and no authority leads to what --trust gave "
		                "(%s); give their roots, and what stands between",
		                g->fault ? g->fault : "there is none");
	if (given && g->lists == 0)
		return evd_fail(err, EVD_E_FORMAT,
		                "none of the lists and answers given is about a signer or an authority "
		                "of this bundle; get those of their issuers");
	return 0;
}

/* What is signed no more stays: behind an archive time stamp there is room in its newest token alone
 * (docs/timestamp.md §6). */
int evd_stamp_embed(struct evd_stamp_bundle *b, struct evd_error *err)
{
	struct gathered g = {.h = calloc(1, sizeof *g.h), .c = malloc(sizeof *g.c)};
	struct evd_stamp_file *f;
	char name[64];
	int r = g.h && g.c ? evd_stamp_hand(&b->o->trust, b->o->now, g.h, err) : evd_nomem(err);

	snprintf(name, sizeof name, "META-INF/timestamp%03u.tst", b->c.archives);
	f = find(b, b->c.archives ? name : signature_name);
	if (r == 0 && (!f || !evd_cms_read(evd_buf_view(&f->bytes), g.c)))
		r = evd_fail(err, EVD_E_DAMAGED, "%s cannot be read", f ? f->name : name);
	if (r == 0)
		g.h->list_given = false; /* what there is goes in; what is missing, the verifier says */
	if (r == 0)
		r = b->c.archives ? gather_token(&g, evd_buf_view(&f->bytes), err)
		                  : gather_seal(b, &g, err);
	if (r == 0)
		r = judge_gathered(&g, b->o->trust.lists.n > 0, err);
	if (r == 0)
		r = put_cms(f, g.c, err);
	if (g.h)
		evd_hand_release(g.h);
	for (size_t i = 0; i < g.own.n; i++)
		evd_buf_release(&g.own.at[i]);
	free(g.own.at);
	free(g.h);
	free(g.c);
	return r;
}
