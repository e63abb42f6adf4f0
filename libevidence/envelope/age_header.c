/* age_header: the header of an age file, read and written. */
#include "envelope/age_own.h"

#include "platform/files.h"

#include <openssl/crypto.h>
#include <string.h>

#define INTRO "age-encryption.org/v1\n"
#define COLUMNS 64u /* characters of a full line of a body */
#define MAC 43u     /* characters of 32 bytes */

static int bad(struct evd_error *err, const char *what)
{
	return evd_fail(err, EVD_E_FORMAT, "the age header is not of its form: %s", what);
}

/* A line without its LF; false if there is none. */
static bool take_line(struct evd_cursor *c, struct evd_view *line)
{
	const uint8_t *end = memchr(c->p, '\n', evd_cursor_left(c));

	if (!end)
		return false;
	*line = evd_get_bytes(c, (size_t)(end - c->p));
	(void)evd_get_u8(c);
	return true;
}

/* "-> TYPE ARG ARG": printable ASCII, single spaces. */
static bool take_arguments(struct evd_view line, struct evd_age_stanza *s)
{
	size_t at = 3, from = 3;

	if (line.len < 4 || memcmp(line.p, "-> ", 3) != 0)
		return false;
	for (unsigned n = 0; at <= line.len; at++) {
		struct evd_view word = evd_view_of(line.p + from, at - from);

		if (at < line.len && line.p[at] != ' ') {
			if (line.p[at] < 0x21 || line.p[at] > 0x7e)
				return false;
			continue;
		}
		if (word.len == 0)
			return false;
		if (n == 0)
			s->type = word;
		else if (n <= 2)
			s->arg[n - 1] = word;
		s->n_args = n > 3 ? 3 : n;
		n++;
		from = at + 1;
	}
	return true;
}

/* Lines of 64 characters, ended by a shorter one, empty if need be. */
static bool take_body(struct evd_cursor *c, struct evd_age_stanza *s)
{
	struct evd_view line;

	do {
		uint8_t part[COLUMNS * 6 / 8];
		size_t len;

		if (!take_line(c, &line) || line.len > COLUMNS)
			return false;
		len = line.len * 6 / 8;
		if (!evd_age_base64(line, part, len))
			return false;
		if (s->body_len + len <= sizeof s->body)
			memcpy(s->body + s->body_len, part, len);
		s->body_len += len;
	} while (line.len == COLUMNS);
	return true;
}

/* Calls `each` for every stanza; *mac_at: bytes up to and with "---". */
static int
read_header(struct evd_view front,
            int (*each)(void *ctx, const struct evd_age_stanza *s, struct evd_error *err),
            void *ctx, size_t *mac_at, uint8_t mac[32], size_t *used, struct evd_error *err)
{
	struct evd_cursor c;
	struct evd_view line;
	size_t n = 0;
	int r;

	evd_cursor_init(&c, front);
	if (!take_line(&c, &line) || line.len != sizeof INTRO - 2 ||
	    memcmp(line.p, INTRO, line.len) != 0)
		return bad(err, "its first line is not age-encryption.org/v1");
	for (;;) {
		struct evd_age_stanza s = {0};

		if (!take_line(&c, &line))
			return bad(err, "it is cut short");
		if (line.len >= 3 && memcmp(line.p, "---", 3) == 0)
			break;
		if (!take_arguments(line, &s) || !take_body(&c, &s))
			return bad(err, "a recipient");
		n++;
		r = each(ctx, &s, err);
		if (r)
			return r;
	}
	if (n == 0 || line.len != 4 + MAC || line.p[3] != ' ' ||
	    !evd_age_base64(evd_view_of(line.p + 4, MAC), mac, 32))
		return bad(err, "its last line");
	*mac_at = (size_t)(line.p - front.p) + 3;
	*used = (size_t)(c.p - front.p);
	return 0;
}

/* First pass: scrypt stands alone. */
struct kinds {
	size_t scrypt, all;
};

static int count_kind(void *ctx, const struct evd_age_stanza *s, struct evd_error *err)
{
	struct kinds *k = ctx;

	(void)err;
	k->scrypt += evd_view_is(s->type, "scrypt");
	k->all++;
	return 0;
}

/* Second pass: each key on each stanza; the first that fits gives the file key. A stanza that is not of
 * its form is a fault of the header, also behind one that fits. */
struct attempt {
	const struct evd_age_with *with;
	uint8_t *file_key;
	bool found;
};

static int try_stanza(void *ctx, const struct evd_age_stanza *s, struct evd_error *err)
{
	struct attempt *a = ctx;
	uint8_t key[EVD_AGE_FILE_KEY];
	int r = 0;

	for (size_t i = 0; i < a->with->n && r >= 0; i++) {
		r = evd_age_unwrap_x25519(s, &a->with->identities[i], key, err);
		if (r == 0 && !a->found) {
			memcpy(a->file_key, key, sizeof key);
			a->found = true;
		}
	}
	if (r >= 0 && a->with->passphrase.p && !a->found) {
		r = evd_age_unwrap_scrypt(s, a->with->passphrase, key, err);
		if (r == 0) {
			memcpy(a->file_key, key, sizeof key);
			a->found = true;
		}
	}
	OPENSSL_cleanse(key, sizeof key);
	return r < 0 ? r : 0;
}

/* What was tried, and what it is for: only what was tried can be said not to open it. */
static int no_key(const struct evd_age_with *with, bool scrypt, struct evd_error *err)
{
	if (scrypt && !with->passphrase.p)
		return evd_fail(err, EVD_E_DENIED,
		                "it was encrypted with a passphrase, not to a key: open it without a key");
	if (!scrypt && !with->n)
		return evd_fail(err, EVD_E_DENIED,
		                "it was encrypted to keys, not with a passphrase: give the key's file");
	return evd_fail(err, EVD_E_DENIED,
	                scrypt ? "the passphrase does not open it"
	                       : "it was not encrypted to any of these keys");
}

static int find_key(struct evd_view front, const struct evd_age_with *with, uint8_t *file_key,
                    size_t *used, struct evd_error *err)
{
	struct attempt a = {with, file_key, false};
	struct kinds kinds = {0};
	uint8_t mac[32], want[32];
	size_t mac_at;
	int r = read_header(front, count_kind, &kinds, &mac_at, mac, used, err);

	if (r == 0 && kinds.scrypt && kinds.all != 1)
		r = bad(err, "a passphrase beside other recipients");
	if (r == 0)
		r = read_header(front, try_stanza, &a, &mac_at, mac, used, err);
	if (r)
		return r;
	if (!a.found)
		return no_key(with, kinds.scrypt != 0, err);
	r = evd_age_hmac(file_key, evd_view_of(front.p, mac_at), want, err);
	if (r == 0 && CRYPTO_memcmp(mac, want, sizeof want) != 0)
		r = evd_fail(err, EVD_E_DAMAGED, "the age header was altered");
	return r;
}

int evd_age_open_header(struct evd_view front, const struct evd_age_with *with, size_t *used,
                        struct evd_age_stream **out, struct evd_error *err)
{
	uint8_t file_key[EVD_AGE_FILE_KEY];
	int r;

	*out = NULL;
	if (front.len > EVD_MAX_AGE_HEADER)
		front.len = EVD_MAX_AGE_HEADER;
	r = find_key(front, with, file_key, used, err);
	if (r == 0 && front.len - *used < EVD_AGE_NONCE)
		r = bad(err, "no nonce behind it");
	if (r == 0)
		r = evd_age_stream_new(file_key, front.p + *used, out, err);
	*used += EVD_AGE_NONCE;
	OPENSSL_cleanse(file_key, sizeof file_key);
	return r;
}

static int put_stanzas(const struct evd_age_to *to, const uint8_t *file_key, struct evd_buf *head,
                       struct evd_error *err)
{
	int r = 0;

	if (to->passphrase.p)
		return evd_age_wrap_scrypt(to->passphrase, file_key, head, err);
	for (size_t i = 0; i < to->n && r == 0; i++)
		r = evd_age_wrap_x25519(&to->recipients[i], file_key, head, err);
	return r;
}

int evd_age_seal_header(const struct evd_age_to *to, struct evd_buf *head,
                        struct evd_age_stream **out, struct evd_error *err)
{
	uint8_t file_key[EVD_AGE_FILE_KEY], mac[32], nonce[EVD_AGE_NONCE];
	size_t from = head->len;
	int r;

	*out = NULL;
	if ((to->n != 0) == (to->passphrase.p != NULL))
		return evd_fail(err, EVD_E_MISUSE, "recipients, or one passphrase");
	r = evd_random(file_key, sizeof file_key, err);
	if (r == 0)
		r = evd_random(nonce, sizeof nonce, err);
	evd_put_str(head, INTRO);
	if (r == 0)
		r = put_stanzas(to, file_key, head, err);
	evd_put_str(head, "---");
	if (r == 0)
		r = evd_buf_check(head, err);
	if (r == 0)
		r = evd_age_hmac(file_key, evd_view_of(head->data + from, head->len - from), mac, err);
	if (r == 0) {
		evd_put_str(head, " ");
		evd_age_put_base64(head, mac, sizeof mac);
		evd_put_str(head, "\n");
		evd_put(head, nonce, sizeof nonce);
		r = evd_buf_check(head, err);
	}
	if (r == 0 && head->len - from > EVD_MAX_AGE_HEADER)
		r = evd_fail(err, EVD_E_LIMIT, "too many recipients: the header has more than %u bytes",
		             EVD_MAX_AGE_HEADER);
	if (r == 0)
		r = evd_age_stream_new(file_key, nonce, out, err);
	OPENSSL_cleanse(file_key, sizeof file_key);
	return r;
}
