/* digest: see digest.h. */
#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static OSSL_LIB_CTX *the_context;
static EVP_MD *the_md[2];
static uint32_t crc_table[8][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static atomic_bool was_short;

static void *take(size_t n, const char *file, int line)
{
	void *p = n ? malloc(n) : NULL;

	(void)file;
	(void)line;
	if (n && !p)
		atomic_store(&was_short, true);
	return p;
}

static void *take_more(void *old, size_t n, const char *file, int line)
{
	void *p = realloc(old, n);

	(void)file;
	(void)line;
	if (n && !p)
		atomic_store(&was_short, true);
	return p;
}

static void give_back(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

bool evd_crypto_short(void)
{
	return atomic_load(&was_short);
}

/* Slicing by 8 (M. Kounavis, F. Berry): table k advances a byte by k further bytes. */
static void make_crc_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int k = 0; k < 8; k++)
			c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
		crc_table[0][i] = c;
	}
	for (uint32_t i = 0; i < 256; i++)
		for (int k = 1; k < 8; k++)
			crc_table[k][i] = crc_table[k - 1][i] >> 8 ^ crc_table[0][crc_table[k - 1][i] & 0xff];
}

static void set_up(void)
{
	make_crc_table();
	/* refused where OpenSSL was used before us: then its own functions stay */
	(void)CRYPTO_set_mem_functions(take, take_more, give_back);
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	the_context = OSSL_LIB_CTX_new();
	if (!the_context)
		return;
	the_md[EVD_SHA256] = EVP_MD_fetch(the_context, "SHA256", NULL);
	the_md[EVD_SHA512] = EVP_MD_fetch(the_context, "SHA512", NULL);
}

OSSL_LIB_CTX *evd_crypto(void)
{
	pthread_once(&once, set_up);
	return the_md[EVD_SHA256] && the_md[EVD_SHA512] ? the_context : NULL;
}

int evd_sha_begin(struct evd_sha *s, enum evd_sha_kind kind, struct evd_error *err)
{
	if (!evd_crypto())
		return evd_fail_crypto(err, "OpenSSL could not be set up");
	if (!s->ctx)
		s->ctx = EVP_MD_CTX_new();
	if (!s->ctx)
		return evd_nomem(err);
	if (EVP_DigestInit_ex2(s->ctx, the_md[kind], NULL) != 1)
		return evd_fail_crypto(err, "digest could not be begun");
	return 0;
}

int evd_sha_add(struct evd_sha *s, const void *p, size_t len, struct evd_error *err)
{
	if (EVP_DigestUpdate(s->ctx, p, len) != 1)
		return evd_fail_crypto(err, "digest failed");
	return 0;
}

int evd_sha_end(struct evd_sha *s, uint8_t *out, struct evd_error *err)
{
	if (EVP_DigestFinal_ex(s->ctx, out, NULL) != 1)
		return evd_fail_crypto(err, "digest failed");
	return 0;
}

void evd_sha_release(struct evd_sha *s)
{
	EVP_MD_CTX_free(s->ctx);
	s->ctx = NULL;
}

int evd_digest(unsigned sha, struct evd_view v, uint8_t out[64], struct evd_error *err)
{
	static const char *const name[] = {"SHA1", "SHA256", "SHA384", "SHA512"};
	size_t n = 0;

	if (EVP_Q_digest(evd_crypto(), name[sha / 128 - 1], NULL, v.p, v.len, out, &n) == 1)
		return 0;
	atomic_store(&was_short, true); /* some callers only ask whether it equals another */
	return evd_fail_crypto(err, "digest");
}

int evd_sha256(struct evd_view v, uint8_t out[EVD_SHA256_LEN], struct evd_error *err)
{
	if (!evd_crypto())
		return evd_fail_crypto(err, "OpenSSL could not be set up");
	if (EVP_Digest(v.p ? v.p : (const uint8_t *)"", v.len, out, NULL, the_md[EVD_SHA256], NULL) !=
	    1)
		return evd_fail_crypto(err, "digest failed");
	return 0;
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint32_t evd_crc32(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *p = data;

	pthread_once(&once, set_up);
	crc = ~crc;
	for (; len >= 8; p += 8, len -= 8) {
		uint32_t a = crc ^ get32(p), b = get32(p + 4);

		crc = crc_table[7][a & 0xff] ^ crc_table[6][a >> 8 & 0xff] ^ crc_table[5][a >> 16 & 0xff] ^
		      crc_table[4][a >> 24] ^ crc_table[3][b & 0xff] ^ crc_table[2][b >> 8 & 0xff] ^
		      crc_table[1][b >> 16 & 0xff] ^ crc_table[0][b >> 24];
	}
	for (; len; p++, len--)
		crc = crc >> 8 ^ crc_table[0][(crc ^ *p) & 0xff];
	return ~crc;
}
