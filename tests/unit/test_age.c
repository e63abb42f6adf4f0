/*
 * test_age: the format age v1, against the vectors of C2SP (tests/unit/age) and, where it is installed,
 * the age program, in both directions.
 */
#include "testlib.h"

#include "base/digest.h"
#include "base/text.h"
#include "envelope/age.h"

#include <dirent.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define MOST_KEYS 4

/* One vector, its text header read. */
struct vector {
	char expect[32], payload[65];
	struct evd_age_identity identity[MOST_KEYS];
	size_t n;
	char passphrase[64];
	bool has_passphrase, packed;
	uint8_t *file; /* the age file */
	size_t len;
};

static void read_field(struct vector *v, const char *name, const char *value)
{
	if (strcmp(name, "expect") == 0)
		snprintf(v->expect, sizeof v->expect, "%s", value);
	else if (strcmp(name, "payload") == 0)
		snprintf(v->payload, sizeof v->payload, "%s", value);
	else if (strcmp(name, "compressed") == 0)
		v->packed = true;
	else if (strcmp(name, "passphrase") == 0) {
		snprintf(v->passphrase, sizeof v->passphrase, "%s", value);
		v->has_passphrase = true;
	} else if (strcmp(name, "identity") == 0) {
		assert_true(v->n < MOST_KEYS);
		assert_int_equal(evd_age_identity_parse(evd_view_str(value), &v->identity[v->n++], NULL),
		                 0);
	} else
		assert_true(strcmp(name, "file key") == 0 || strcmp(name, "comment") == 0);
}

static void unpack(struct vector *v)
{
	uLongf len = 32u << 20;
	uint8_t *out = malloc(len);

	assert_non_null(out);
	assert_int_equal(uncompress(out, &len, v->file, v->len), Z_OK);
	free(v->file);
	v->file = out;
	v->len = len;
}

static void read_vector(const char *path, struct vector *v)
{
	size_t len, at = 0;
	uint8_t *all = test_read(path, &len);

	memset(v, 0, sizeof *v);
	for (;;) {
		char line[512];
		const uint8_t *end = memchr(all + at, '\n', len - at);
		size_t n;
		char *colon;

		assert_non_null(end);
		n = (size_t)(end - all) - at;
		assert_true(n < sizeof line);
		memcpy(line, all + at, n);
		line[n] = '\0';
		at += n + 1;
		if (n == 0)
			break;
		colon = strstr(line, ": ");
		assert_non_null(colon);
		*colon = '\0';
		read_field(v, line, colon + 2);
	}
	v->len = len - at;
	v->file = malloc(v->len + 1);
	assert_non_null(v->file);
	memcpy(v->file, all + at, v->len);
	free(all);
	if (v->packed)
		unpack(v);
}

/* Opens all chunks in order, as far as they open; what was given out is hashed. 0 or the error. */
static int open_payload(struct evd_age_stream *s, const uint8_t *p, size_t len, char hex[65])
{
	struct evd_sha sha = {0};
	EVP_CIPHER_CTX *c;
	uint64_t n;
	uint8_t *out = malloc(EVD_AGE_CHUNK), digest[EVD_SHA256_LEN];
	bool fits = evd_age_chunks(len, &n);
	int r = 0;

	assert_non_null(out);
	assert_int_equal(evd_age_cipher_new(s, false, &c, NULL), 0);
	assert_int_equal(evd_sha_begin(&sha, EVD_SHA256, NULL), 0);
	for (uint64_t i = 0; i < n && r == 0; i++) {
		size_t full = EVD_AGE_CHUNK + EVD_AGE_TAG, at = (size_t)i * full;
		size_t part = len - at < full ? len - at : full;

		if (part < EVD_AGE_TAG || (i + 1 == n && !fits))
			break;
		r = evd_age_chunk_open(c, i, i + 1 == n, p + at, part, out, NULL);
		if (r == 0)
			assert_int_equal(evd_sha_add(&sha, out, part - EVD_AGE_TAG, NULL), 0);
	}
	assert_int_equal(evd_sha_end(&sha, digest, NULL), 0);
	evd_hex(hex, digest, sizeof digest);
	evd_sha_release(&sha);
	EVP_CIPHER_CTX_free(c);
	free(out);
	return r ? r : fits ? 0 : EVD_E_DAMAGED;
}

/* Programs that read without knowing the size give out a full chunk before they see that it had to be
 * the last, or that another follows it. We know the size, and give that chunk out in no case. */
static bool gives_less(const char *name)
{
	static const char *const less[] = {
	    "stream_no_final_full",          "stream_no_final_two_chunks_full",
	    "stream_trailing_garbage_long",  "stream_trailing_garbage_short",
	    "stream_two_final_chunks",       "stream_two_final_chunks_full",
	    "stream_two_final_chunks_second"};

	for (size_t i = 0; i < sizeof less / sizeof less[0]; i++)
		if (strcmp(name, less[i]) == 0)
			return true;
	return false;
}

static void try_vector(const char *name, const struct vector *v)
{
	const struct evd_age_with with = {
	    v->identity, v->n, v->has_passphrase ? evd_view_str(v->passphrase) : evd_view_of(NULL, 0)};
	struct evd_age_stream *s = NULL;
	const char *got;
	char hex[65] = "";
	size_t used = 0;
	int r = evd_age_open_header(evd_view_of(v->file, v->len), &with, &used, &s, NULL);

	if (r == 0) {
		r = open_payload(s, v->file + used, v->len - used, hex);
		got = r ? "payload failure" : "success";
	} else {
		got = r == EVD_E_FORMAT    ? "header failure"
		      : r == EVD_E_DENIED  ? "no match"
		      : r == EVD_E_DAMAGED ? "HMAC failure"
		                           : "?";
	}
	if (strcmp(got, v->expect) != 0)
		print_message("%s: %s, expected %s\n", name, got, v->expect);
	assert_string_equal(got, v->expect);
	if (hex[0]) {
		if (gives_less(name) == (strcmp(hex, v->payload) == 0))
			print_message("%s: payload\n", name);
		assert_int_equal(gives_less(name), strcmp(hex, v->payload) != 0);
	}
	evd_age_stream_free(s);
}

static void vectors(void **state)
{
	DIR *d = opendir(AGE_VECTORS);
	const struct dirent *e;
	unsigned n = 0;

	(void)state;
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		struct vector v;

		if (e->d_name[0] == '.' || strcmp(e->d_name, "README.md") == 0)
			continue;
		read_vector(test_path(AGE_VECTORS, e->d_name), &v);
		try_vector(e->d_name, &v);
		free(v.file);
		n++;
	}
	closedir(d);
	assert_int_equal(n, N_VECTORS);
}

/* A whole file in memory, with our own writer. */
static void seal_file(const struct evd_age_to *to, const uint8_t *p, size_t len,
                      struct evd_buf *out)
{
	struct evd_age_stream *s;
	EVP_CIPHER_CTX *c;
	uint8_t *chunk = malloc(EVD_AGE_CHUNK + EVD_AGE_TAG);

	assert_non_null(chunk);
	assert_int_equal(evd_age_seal_header(to, out, &s, NULL), 0);
	assert_int_equal(evd_age_cipher_new(s, true, &c, NULL), 0);
	for (size_t at = 0, i = 0; i == 0 || at < len; i++) {
		size_t n = len - at < EVD_AGE_CHUNK ? len - at : EVD_AGE_CHUNK;

		assert_int_equal(evd_age_chunk_seal(c, i, at + n == len, p + at, n, chunk, NULL), 0);
		evd_put(out, chunk, n + EVD_AGE_TAG);
		at += n;
	}
	assert_int_equal(evd_buf_check(out, NULL), 0);
	EVP_CIPHER_CTX_free(c);
	evd_age_stream_free(s);
	free(chunk);
}

static void hex_of(const void *p, size_t len, char hex[65])
{
	uint8_t digest[EVD_SHA256_LEN];

	assert_int_equal(evd_sha256(evd_view_of(p, len), digest, NULL), 0);
	evd_hex(hex, digest, sizeof digest);
}

static int open_file(const struct evd_age_with *with, struct evd_view file, char hex[65])
{
	struct evd_age_stream *s;
	size_t used;
	int r = evd_age_open_header(file, with, &used, &s, NULL);

	if (r)
		return r;
	r = open_payload(s, file.p + used, file.len - used, hex);
	evd_age_stream_free(s);
	return r;
}

static const size_t sizes[] = {
    0, 1, EVD_AGE_CHUNK - 1, EVD_AGE_CHUNK, EVD_AGE_CHUNK + 1, 3 * EVD_AGE_CHUNK};

static void there_and_back(void **state)
{
	struct evd_age_identity id[2], other;
	struct evd_age_recipient to[2];
	uint8_t *plain = malloc(3 * EVD_AGE_CHUNK);
	char want[65], got[65];

	(void)state;
	assert_non_null(plain);
	for (size_t i = 0; i < 3 * EVD_AGE_CHUNK; i++)
		plain[i] = (uint8_t)(i * 7 + i / 251);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(evd_age_identity_new(&id[i], NULL), 0);
		to[i] = id[i].recipient;
	}
	assert_int_equal(evd_age_identity_new(&other, NULL), 0);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		const struct evd_age_to whom = {to, 2, {NULL, 0}};
		const struct evd_age_with stranger = {&other, 1, {NULL, 0}};
		struct evd_buf file = {0};

		seal_file(&whom, plain, sizes[i], &file);
		hex_of(plain, sizes[i], want);
		for (unsigned k = 0; k < 2; k++) {
			const struct evd_age_with with = {&id[k], 1, {NULL, 0}};

			assert_int_equal(open_file(&with, evd_buf_view(&file), got), 0);
			assert_string_equal(got, want);
		}
		assert_int_equal(open_file(&stranger, evd_buf_view(&file), got), EVD_E_DENIED);
		evd_buf_release(&file);
	}
	free(plain);
}

/* Every bit of a small file: altered, it never opens to anything. */
static void every_bit(void **state)
{
	struct evd_age_identity id;
	struct evd_buf file = {0};
	struct evd_age_to to = {&id.recipient, 1, {NULL, 0}};
	const struct evd_age_with with = {&id, 1, {NULL, 0}};
	char got[65];

	(void)state;
	assert_int_equal(evd_age_identity_new(&id, NULL), 0);
	seal_file(&to, (const uint8_t *)"evidence", 8, &file);
	for (size_t i = 0; i < file.len * 8; i++) {
		file.data[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_true(open_file(&with, evd_buf_view(&file), got) < 0);
		file.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t n = 0; n < file.len; n++)
		assert_true(open_file(&with, evd_view_of(file.data, n), got) < 0);
	assert_int_equal(open_file(&with, evd_buf_view(&file), got), 0);
	evd_buf_release(&file);
}

/* The key pair of the vector x25519 of C2SP; other spellings of it are refused. */
static void spelling(void **state)
{
	static const char secret[] =
	    "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";
	struct evd_age_identity id;
	struct evd_age_recipient back;
	char text[EVD_AGE_IDENTITY_TEXT], public[EVD_AGE_RECIPIENT_TEXT];

	(void)state;
	assert_int_equal(evd_age_identity_parse(evd_view_str(secret), &id, NULL), 0);
	evd_age_identity_text(&id, text);
	assert_string_equal(text, secret);
	evd_age_recipient_text(&id.recipient, public);
	assert_int_equal(strlen(public), EVD_AGE_RECIPIENT_TEXT - 1);
	assert_int_equal(evd_age_recipient_parse(evd_view_str(public), &back, NULL), 0);
	assert_memory_equal(back.point, id.recipient.point, EVD_AGE_POINT);
	for (size_t i = 0; i < strlen(public); i++) {
		char c = public[i];

		public[i] = c == 'q' ? 'p' : 'q';
		assert_int_equal(evd_age_recipient_parse(evd_view_str(public), &back, NULL), EVD_E_FORMAT);
		public[i] = (char)(c - 32); /* a capital, or another sign */
		assert_int_equal(evd_age_recipient_parse(evd_view_str(public), &back, NULL), EVD_E_FORMAT);
		public[i] = c;
	}
	assert_int_equal(evd_age_recipient_parse(evd_view_of(public, 61), &back, NULL), EVD_E_FORMAT);
	text[20] = 'q';
	assert_int_equal(evd_age_identity_parse(evd_view_str(text), &id, NULL), EVD_E_FORMAT);
}

static void who(void **state)
{
	struct evd_age_identity id;
	struct evd_age_to both = {&id.recipient, 1, evd_view_str("x")}, nobody = {NULL, 0, {NULL, 0}};
	struct evd_age_recipient zero = {{0}};
	const struct evd_age_to nowhere = {&zero, 1, {NULL, 0}};
	struct evd_age_stream *s;
	struct evd_buf b = {0};

	(void)state;
	assert_int_equal(evd_age_identity_new(&id, NULL), 0);
	assert_int_equal(evd_age_seal_header(&both, &b, &s, NULL), EVD_E_MISUSE);
	assert_int_equal(evd_age_seal_header(&nobody, &b, &s, NULL), EVD_E_MISUSE);
	assert_int_equal(evd_age_seal_header(&nowhere, &b, &s, NULL), EVD_E_FORMAT);
	evd_buf_release(&b);
}

/* ---- the age program ---- */

static int run(const char *command)
{
	return system(command); /* NOLINT: the test's own words */
}

static void with_program(void **state)
{
	const char *folder = test_folder();
	struct evd_age_identity id;
	struct evd_age_recipient back;
	char text[EVD_AGE_IDENTITY_TEXT], public[EVD_AGE_RECIPIENT_TEXT], command[1024], want[65],
	    got[65];
	struct evd_age_with with = {&id, 1, {NULL, 0}};
	struct evd_age_to to = {&back, 1, {NULL, 0}};
	static uint8_t plain[EVD_AGE_CHUNK * 2 + 17];
	uint8_t *file;
	struct evd_buf sealed = {0};
	size_t len;

	(void)state;
	if (run("age --version >/dev/null 2>&1") != 0) {
		print_message("the age program is not here: our files and its keys are not tested\n");
		skip();
	}
	for (size_t i = 0; i < sizeof plain; i++)
		plain[i] = (uint8_t)(i * 31 + i / 300);
	hex_of(plain, sizeof plain, want);
	assert_int_equal(evd_age_identity_new(&id, NULL), 0);
	evd_age_identity_text(&id, text);
	evd_age_recipient_text(&id.recipient, public);
	test_write(test_path(folder, "key"), text, strlen(text));
	test_write(test_path(folder, "plain"), plain, sizeof plain);
	/* it knows our key, and that key's recipient */
	snprintf(command, sizeof command, "test \"$(age-keygen -y %s/key)\" = %s", folder, public);
	assert_int_equal(run(command), 0);
	/* it encrypts, we open */
	snprintf(command, sizeof command, "age -r %s -o %s/theirs %s/plain", public, folder, folder);
	assert_int_equal(run(command), 0);
	file = test_read(test_path(folder, "theirs"), &len);
	assert_int_equal(open_file(&with, evd_view_of(file, len), got), 0);
	assert_string_equal(got, want);
	free(file);
	/* we encrypt, it opens */
	assert_int_equal(evd_age_recipient_parse(evd_view_str(public), &back, NULL), 0);
	seal_file(&to, plain, sizeof plain, &sealed);
	test_write(test_path(folder, "ours"), sealed.data, sealed.len);
	snprintf(command, sizeof command, "age -d -i %s/key %s/ours | cmp - %s/plain", folder, folder,
	         folder);
	assert_int_equal(run(command), 0);
	evd_buf_release(&sealed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vectors),   cmocka_unit_test(there_and_back),
	    cmocka_unit_test(every_bit), cmocka_unit_test(spelling),
	    cmocka_unit_test(who),       cmocka_unit_test(with_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
