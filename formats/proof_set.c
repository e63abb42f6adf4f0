/* proof_set: see proof_set.h. */
#include "proof_set.h"

#include "archive_io.h"
#include "base/text.h"
#include "chat_file.h"
#include "emit.h"
#include "source.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
	const char *name;
	size_t len;
} known[PROOF_HASHES] = {{"md5", 16}, {"sha1", 20}, {"sha256", 32}, {"sha384", 48}, {"sha512", 64}};

static EVP_MD *md[PROOF_HASHES]; /* fetched before the sandbox */

int proof_set_warm(struct evd_error *err)
{
	for (unsigned h = 0; h < PROOF_HASHES; h++) {
		if (!md[h])
			md[h] = EVP_MD_fetch(NULL, known[h].name, NULL);
		if (!md[h])
			return evd_fail_crypto(err, "%s is not there", known[h].name);
	}
	return evd_archive_warm(err);
}

enum proof_hash proof_hash_named(struct evd_view name)
{
	char plain[16];
	size_t n = 0;

	for (size_t i = 0; i < name.len && n < sizeof plain - 1; i++)
		if (name.p[i] != '-')
			plain[n++] = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] + 32 : name.p[i]);
	plain[n] = 0;
	for (unsigned h = 0; h < PROOF_HASHES; h++)
		if (strcmp(plain, known[h].name) == 0)
			return (enum proof_hash)h;
	return PROOF_HASHES;
}

size_t proof_hash_len(enum proof_hash h)
{
	return known[h].len;
}

const EVP_MD *proof_hash_md(enum proof_hash h)
{
	return md[h];
}

const char *proof_hash_name(enum proof_hash h)
{
	return known[h].name;
}

/* ---- reading ---- */

struct pass {
	struct proof_set *s;
	struct evd_archive a;
	EVP_MD_CTX *digest[PROOF_HASHES];
	uint64_t left, documents; /* bytes that may still be unpacked, that are kept */
	bool (*keep)(const char *path);
};

/* "./a" is "a": tar writes the one, lists name the other. */
static struct evd_view plain_path(struct evd_view path)
{
	return path.len > 2 && path.p[0] == '.' && path.p[1] == '/'
	           ? evd_view_of(path.p + 2, path.len - 2)
	           : path;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct proof_file *)a)->path, ((const struct proof_file *)b)->path);
}

static int add_file(struct proof_set *s, struct evd_view path, struct proof_file **out,
                    struct evd_error *err)
{
	struct proof_file *at;

	path = plain_path(path);
	if (s->n == PROOF_FILES_MAX)
		return evd_fail(err, EVD_E_LIMIT, "more than %u files", PROOF_FILES_MAX);
	at = evd_grow(s->file, s->n, &s->cap, sizeof *s->file);
	if (!at)
		return evd_nomem(err);
	s->file = at;
	*out = &s->file[s->n];
	memset(*out, 0, sizeof **out);
	evd_buf_init(&(*out)->document, PROOF_DOCUMENT_MAX);
	(*out)->path = malloc(path.len + 1);
	if (!(*out)->path)
		return evd_nomem(err);
	if (path.len)
		memcpy((*out)->path, path.p, path.len);
	(*out)->path[path.len] = 0;
	s->n++;
	return 0;
}

static bool is_file(struct archive_entry *e)
{
	mode_t type = archive_entry_filetype(e);

	return !archive_entry_hardlink(e) && (type == AE_IFREG || type == 0);
}

/* The bytes of the current entry through every digest; what cannot be read stays without `read`. */
static int digest_file(struct pass *x, struct proof_file *f, struct evd_error *err)
{
	bool keep = x->keep(f->path);
	uint8_t block[4096];
	la_ssize_t n;

	for (unsigned h = 0; h < PROOF_HASHES; h++)
		if (x->s->wanted & 1u << h && EVP_DigestInit_ex2(x->digest[h], md[h], NULL) != 1)
			return evd_fail_crypto(err, "a digest could not begin");
	while ((n = archive_read_data(x->a.a, block, sizeof block)) > 0) {
		if ((uint64_t)n > x->left)
			return evd_fail(err, EVD_E_LIMIT, "more would be unpacked than is allowed");
		x->left -= (uint64_t)n;
		f->size += (uint64_t)n;
		for (unsigned h = 0; h < PROOF_HASHES; h++)
			if (x->s->wanted & 1u << h && EVP_DigestUpdate(x->digest[h], block, (size_t)n) != 1)
				return evd_fail_crypto(err, "a digest could not go on");
		x->documents += keep ? (uint64_t)n : 0;
		if (keep && x->documents > PROOF_DOCUMENTS_MAX)
			return evd_fail(err, EVD_E_LIMIT, "its documents are too large");
		if (keep)
			evd_put(&f->document, block, (size_t)n);
	}
	for (unsigned h = 0; h < PROOF_HASHES; h++)
		if (x->s->wanted & 1u << h && EVP_DigestFinal_ex(x->digest[h], f->digest[h], NULL) != 1)
			return evd_fail_crypto(err, "a digest could not end");
	f->read = n == 0 && !f->document.failed;
	x->s->whole = x->s->whole && f->read;
	return 0;
}

static int walk(struct pass *x, struct evd_error *err)
{
	struct archive_entry *e;
	struct proof_file *f = NULL;
	int r = 0, code = ARCHIVE_OK;

	x->s->whole = true;
	while (r == 0) {
		code = archive_read_next_header(x->a.a, &e);
		if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
			break;
		if (!is_file(e))
			continue;
		r = add_file(x->s, evd_archive_path(e), &f, err);
		if (r == 0 && x->keep)
			r = digest_file(x, f, err);
	}
	x->s->whole = x->s->whole && r == 0 && code == ARCHIVE_EOF;
	if (x->s->n)
		qsort(x->s->file, x->s->n, sizeof *x->s->file, by_path);
	return r;
}

static uint64_t allowance(uint64_t size)
{
	uint64_t most = EVD_ARCHIVE_BYTES;

	return size < most / EVD_ARCHIVE_RATIO ? size * EVD_ARCHIVE_RATIO + (1 << 20) : most;
}

int proof_set_names(struct proof_set *s, const struct evd_source *source, struct evd_error *err)
{
	struct pass x = {.s = s};
	int r = evd_archive_open(&x.a, source, false, err);

	if (r)
		return r;
	r = walk(&x, err);
	evd_archive_close(&x.a);
	return r;
}

static int read_all(struct proof_set *s, const struct evd_source *source, bool forward,
                    bool (*keep)(const char *path), struct evd_error *err)
{
	struct pass x = {.s = s, .left = allowance(source->size), .keep = keep};
	int r = forward ? evd_archive_open_forward(&x.a, source, err)
	                : evd_archive_open(&x.a, source, false, err);

	if (r)
		return r;
	for (unsigned h = 0; h < PROOF_HASHES && r == 0; h++)
		if (s->wanted & 1u << h && !(x.digest[h] = EVP_MD_CTX_new()))
			r = evd_nomem(err);
	if (r == 0)
		r = walk(&x, err);
	for (unsigned h = 0; h < PROOF_HASHES; h++)
		EVP_MD_CTX_free(x.digest[h]);
	evd_archive_close(&x.a);
	return r;
}

int proof_set_read(struct proof_set *s, const struct evd_source *source,
                   bool (*keep)(const char *path), struct evd_error *err)
{
	unsigned wanted = s->wanted;

	proof_set_release(s);
	s->wanted = wanted;
	return read_all(s, source, false, keep, err);
}

static bool keep_none(const char *path)
{
	(void)path;
	return false;
}

struct directory {
	const struct proof_set *s;
	bool agrees;
};

static void on_name(void *ctx, struct evd_view name)
{
	struct directory *d = ctx;
	bool folder = name.len && name.p[name.len - 1] == '/';

	d->agrees = d->agrees && (folder || proof_set_find(d->s, name));
}

int proof_set_agrees(const struct proof_set *s, const struct evd_source *source, bool *agrees,
                     struct evd_error *err)
{
	struct proof_set other = {.wanted = 1u << PROOF_SHA256};
	struct directory d = {s, true};
	uint8_t magic[4];
	size_t got;
	int r = evd_source_read(source, 0, magic, sizeof magic, &got, err);

	*agrees = true;
	if (r || got < 4 || memcmp(magic, "PK\3\4", 4) != 0)
		return r;
	r = read_all(&other, source, true, keep_none, err);
	*agrees = r == 0 && other.whole && other.n == s->n;
	for (size_t i = 0; *agrees && i < s->n; i++)
		*agrees =
		    strcmp(s->file[i].path, other.file[i].path) == 0 &&
		    memcmp(s->file[i].digest[PROOF_SHA256], other.file[i].digest[PROOF_SHA256], 32) == 0;
	proof_set_release(&other);
	/* libarchive takes names from before the files even when it goes by the directory */
	if (*agrees)
		evd_chat_zip_names(source, on_name, &d);
	*agrees = *agrees && d.agrees;
	return r == EVD_E_FORMAT || r == EVD_E_LIMIT ? 0 : r;
}

void proof_set_release(struct proof_set *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->file[i].path);
		evd_buf_release(&s->file[i].document);
	}
	free(s->file);
	*s = (struct proof_set){0};
}

/* ---- asking ---- */

struct proof_file *proof_set_find(const struct proof_set *s, struct evd_view path)
{
	size_t low = 0, high = s->n;

	path = plain_path(path);
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (evd_view_cmp(evd_view_str(s->file[mid].path), path) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == s->n || !evd_view_eq(evd_view_str(s->file[low].path), path))
		return NULL;
	/* of two files with one name nobody can say which is meant */
	return low + 1 < s->n && evd_view_eq(evd_view_str(s->file[low + 1].path), path) ? NULL
	                                                                                : &s->file[low];
}

struct evd_view proof_set_document(const struct proof_set *s, const char *path)
{
	const struct proof_file *f = proof_set_find(s, evd_view_str(path));

	return f && f->read ? evd_buf_view(&f->document) : evd_view_of(NULL, 0);
}

void proof_tally_file(struct proof_tally *t, const struct proof_set *s, struct evd_view path,
                      enum proof_hash h, const uint8_t *stated)
{
	struct proof_file *f = proof_set_find(s, path);
	struct evd_buf plain = {0};
	bool fits = f && f->read && memcmp(f->digest[h], stated, known[h].len) == 0;

	if (f)
		f->named = true;
	t->absent += !f;
	t->unread += f && !f->read;
	t->fit += fits;
	t->differ += f && f->read && !fits;
	if (fits || t->first[0])
		return;
	evd_put_printable(&plain, path, 100);
	snprintf(t->first, sizeof t->first, "%.*s", plain.failed ? 0 : (int)plain.len,
	         (const char *)plain.data);
	evd_buf_release(&plain);
}

bool proof_tally_faultless(const struct proof_tally *t)
{
	return !t->differ && !t->absent && !t->unread;
}

bool proof_tally_holds(const struct proof_tally *t)
{
	return t->fit && proof_tally_faultless(t);
}

void proof_tally_say(const struct proof_tally *t, char out[320])
{
	int n = snprintf(out, 320, "%llu of %llu entries have the digest stated",
	                 (unsigned long long)t->fit,
	                 (unsigned long long)(t->fit + t->differ + t->absent + t->unread));

	if (!proof_tally_faultless(t) && n > 0)
		snprintf(out + n, 320 - (size_t)n,
		         "; %llu differ, %llu are absent, %llu cannot be read%s%s",
		         (unsigned long long)t->differ, (unsigned long long)t->absent,
		         (unsigned long long)t->unread, t->first[0] ? "; the first is " : "", t->first);
}

size_t proof_set_unnamed(const struct proof_set *s, bool (*except)(const char *path),
                         const char **first)
{
	size_t n = 0;

	*first = "";
	for (size_t i = s->n; i-- > 0;)
		if (!s->file[i].named && !except(s->file[i].path)) {
			*first = s->file[i].path;
			n++;
		}
	return n;
}

int proof_say(struct evd_sink *sink, enum proof_word word, struct evd_error *err, const char *fmt,
              ...)
{
	static const char *const code[] = {"proof-holds", "proof-fails", "proof-unchecked"};
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	return evd_emit_observation(sink, code[word], err, "%s", text);
}
