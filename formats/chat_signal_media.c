/* chat_signal_media: see chat_signal_media.h. */
#include "chat_signal_media.h"

#include "base/text.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MAX 256u /* bytes of a localKey; Signal's have 64 */

static EVP_MD *sha256; /* fetched by signal_media_warm(), before the sandbox */

int signal_media_warm(struct evd_error *err)
{
	if (!sha256)
		sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	return sha256 ? 0 : evd_fail_crypto(err, "SHA-256 is not there");
}

void signal_media_release(struct signal_media *m)
{
	free(m->name.list.at);
	free(m->content.list.at);
	free(m->hashed);
	EVP_MD_CTX_free(m->digest);
	evd_buf_release(&m->note);
	memset(m, 0, sizeof *m);
}

/* ---- the files of the item ------------------------------------------------------------------ */

static int digit(uint8_t c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	                              : -1;
}

static bool take_name(struct evd_view base, uint8_t out[EVD_SHA256_LEN])
{
	if (base.len < EVD_SHA256_LEN * 2 ||
	    (base.len > EVD_SHA256_LEN * 2 && base.p[EVD_SHA256_LEN * 2] != '.'))
		return false;
	for (size_t i = 0; i < EVD_SHA256_LEN; i++) {
		int high = digit(base.p[2 * i]), low = digit(base.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static struct evd_view path_of(const struct chat_json *g, size_t file)
{
	const struct evd_chat_indexed *x = &g->index.file[file];

	return evd_view_of(g->index.names.data + x->name, x->name_len);
}

static int add(struct signal_keys *keys, const uint8_t digest[EVD_SHA256_LEN], size_t file,
               struct evd_error *err)
{
	struct signal_key *k;

	if (!EVD_ROOM(&keys->list))
		return evd_nomem(err);
	k = &keys->list.at[keys->list.n++];
	memcpy(k->digest, digest, sizeof k->digest);
	k->file = (uint32_t)file; /* at most EVD_CHAT_FILES_MAX */
	return 0;
}

static int order(const void *a, const void *b)
{
	const struct signal_key *x = a, *y = b;
	int c = memcmp(x->digest, y->digest, sizeof x->digest);

	return c ? c : (x->file > y->file) - (x->file < y->file);
}

/* The first entry that does not come before that one; one past the end if there is none. */
static size_t place(const struct signal_keys *keys, const uint8_t digest[EVD_SHA256_LEN],
                    uint32_t file)
{
	struct signal_key k = {.file = file};
	size_t from = 0, to = keys->list.n;

	memcpy(k.digest, digest, sizeof k.digest);
	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (order(&keys->list.at[middle], &k) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* The first file of that digest. */
static bool find(const struct signal_keys *keys, const uint8_t digest[EVD_SHA256_LEN], size_t *file)
{
	size_t i = place(keys, digest, 0);

	if (i == keys->list.n || memcmp(keys->list.at[i].digest, digest, EVD_SHA256_LEN) != 0)
		return false;
	*file = keys->list.at[i].file;
	return true;
}

static bool has(const struct signal_keys *keys, const uint8_t digest[EVD_SHA256_LEN], size_t file)
{
	size_t i = place(keys, digest, (uint32_t)file);

	return i < keys->list.n && keys->list.at[i].file == file &&
	       memcmp(keys->list.at[i].digest, digest, EVD_SHA256_LEN) == 0;
}

struct hashing {
	struct chat_json *g;
	struct signal_media *m;
};

static int hash_bytes(struct evd_chat_file *f, EVP_MD_CTX *digest, bool *whole,
                      struct evd_error *err)
{
	uint8_t block[4096];
	size_t got = 1;
	bool made = EVP_DigestInit_ex2(digest, sha256, NULL) == 1;

	while (made && got) {
		struct evd_error why;
		int r;

		got = 0;
		r = f->read(f->ctx, block, sizeof block, &got, &why);
		if (r == EVD_E_LIMIT || r == EVD_E_IO)
			return evd_fail(err, r, "%s", why.text);
		if (r) /* damaged: its bytes are not known */
			return 0;
		made = EVP_DigestUpdate(digest, block, got) == 1;
	}
	*whole = made;
	return made ? 0 : evd_fail_crypto(err, "SHA-256 failed");
}

/* Every file once more, in the order in which the index has them. */
static int hash_one(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct hashing *h = ctx;
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t at = h->m->next;
	bool whole = false;
	int r;

	if (f->name.len == 0 || at >= h->g->index.n)
		return 0;
	h->m->next++;
	if (evd_chat_ends(f->name, ".jsonl") || !evd_view_eq(path_of(h->g, at), f->name))
		return 0;
	r = hash_bytes(f, h->m->digest, &whole, err);
	if (r || !whole)
		return r;
	if (EVP_DigestFinal_ex(h->m->digest, digest, NULL) != 1)
		return evd_fail_crypto(err, "SHA-256 failed");
	h->m->hashed[at] = true;
	return add(&h->m->content, digest, at, err);
}

static void sort(struct signal_keys *keys)
{
	if (keys->list.n)
		qsort(keys->list.at, keys->list.n, sizeof *keys->list.at, order);
}

static int make_ready(struct chat_json *g, struct signal_media *m, struct evd_error *err)
{
	struct hashing h = {g, m};
	struct evd_chat_walk walk = {NULL, hash_one, &h, NULL, NULL};
	int r = 0;

	m->ready = true;
	if (g->index.n == 0)
		return 0;
	m->hashed = calloc(g->index.n, sizeof *m->hashed);
	m->digest = EVP_MD_CTX_new();
	if (!m->hashed || !m->digest)
		return evd_nomem(err);
	for (size_t i = 0; i < g->index.n && r == 0; i++) {
		uint8_t name[EVD_SHA256_LEN];

		if (take_name(evd_chat_base(path_of(g, i)), name))
			r = add(&m->name, name, i, err);
	}
	if (r == 0)
		r = evd_chat_walk(g->in, &walk, err);
	sort(&m->name);
	sort(&m->content);
	return r;
}

/* ---- one attachment ------------------------------------------------------------------------- */

/* Base64 as protobuf's JSON has it, either alphabet; 0: absent, no base64, or longer than `max`. */
static size_t take_bytes(const struct json_tree *t, size_t locator, const char *member,
                         uint8_t *out, size_t max)
{
	struct evd_view v = json_text_of(t, locator, member);
	uint32_t hold = 0;
	unsigned bits = 0;
	size_t n = 0;

	while (v.len && v.p[v.len - 1] == '=')
		v.len--;
	for (size_t i = 0; i < v.len; i++) {
		uint8_t c = v.p[i];
		int six = c >= 'A' && c <= 'Z'   ? c - 'A'
		          : c >= 'a' && c <= 'z' ? c - 'a' + 26
		          : c >= '0' && c <= '9' ? c - '0' + 52
		          : c == '+' || c == '-' ? 62
		          : c == '/' || c == '_' ? 63
		                                 : -1;

		if (six < 0)
			return 0;
		hold = (hold << 6 | (uint32_t)six) & 0xffffff;
		bits += 6;
		if (bits < 8)
			continue;
		if (n == max)
			return 0;
		bits -= 8;
		out[n++] = (uint8_t)(hold >> bits);
	}
	return n;
}

struct known { /* what the export says of the file */
	uint8_t content[EVD_SHA256_LEN], name[EVD_SHA256_LEN];
	bool has_content, has_name;
};

static int take_known(const struct json_tree *t, size_t locator, struct known *k,
                      struct evd_error *err)
{
	uint8_t both[EVD_SHA256_LEN + KEY_MAX];
	size_t n;

	k->has_content = locator && take_bytes(t, locator, "plaintextHash", k->content,
	                                       sizeof k->content) == sizeof k->content;
	if (!k->has_content)
		return 0;
	n = take_bytes(t, locator, "localKey", both + sizeof k->content, KEY_MAX);
	if (n == 0)
		return 0;
	memcpy(both, k->content, sizeof k->content);
	k->has_name = true;
	if (EVP_Digest(both, sizeof k->content + n, k->name, NULL, sha256, NULL) != 1)
		return evd_fail_crypto(err, "SHA-256 failed");
	return 0;
}

static void spell(struct signal_media *m, const uint8_t name[EVD_SHA256_LEN])
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < EVD_SHA256_LEN; i++) {
		m->spelt[2 * i] = hex[name[i] >> 4];
		m->spelt[2 * i + 1] = hex[name[i] & 15];
	}
}

/* The file bears the name; other bytes in it than the export names were put there later, or were read wrongly. */
static void say_other_bytes(struct signal_media *m, struct evd_chat_attachment *a)
{
	evd_buf_reset(&m->note);
	evd_put_view(&m->note, a->note);
	evd_put_str(&m->note, a->note.len ? "; its bytes" : "its bytes");
	evd_put_str(&m->note, " are not those that the export names (plaintextHash)");
	if (!m->note.failed)
		a->note = evd_buf_view(&m->note);
}

int signal_media_match(struct chat_json *g, struct signal_media *m, size_t pointer,
                       struct evd_chat_attachment *a, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	struct evd_view shown = a->name;
	struct known k = {0};
	size_t file = 0;
	bool found;
	int r = take_known(t, json_get(t, pointer, "locatorInfo"), &k, err);

	a->state = EVD_CHAT_S_NOT_EXPORTED;
	if (r == 0 && k.has_content && !m->ready)
		r = make_ready(g, m, err);
	if (r || !k.has_content)
		return r;
	found = (k.has_name && find(&m->name, k.name, &file)) || find(&m->content, k.content, &file);
	if (!found && !k.has_name)
		return 0;
	spell(m, k.name);
	a->name = found ? path_of(g, file) : evd_view_of(m->spelt, sizeof m->spelt - 1);
	evd_chat_index_match(&g->index, a);
	if (found)
		a->name = evd_chat_base(a->name);
	if (!a->note.len)
		a->note = shown;
	if (found && m->hashed[file] && !has(&m->content, k.content, file))
		say_other_bytes(m, a);
	return 0;
}
