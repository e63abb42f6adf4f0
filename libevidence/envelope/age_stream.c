/* age_stream: the payload, chunk by chunk (STREAM: the nonce is the chunk's number and whether it is the
 * last). */
#include "envelope/age_own.h"

#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#define NONCE 12u /* 11 bytes of number, big-endian, and one that is 1 in the last chunk */

struct evd_age_stream {
	uint8_t key[32];
};

int evd_age_stream_new(const uint8_t *file_key, const uint8_t *nonce, struct evd_age_stream **out,
                       struct evd_error *err)
{
	struct evd_age_stream *s = OPENSSL_secure_zalloc(sizeof *s);
	int r = s ? evd_age_hkdf(evd_view_of(file_key, EVD_AGE_FILE_KEY),
	                         evd_view_of(nonce, EVD_AGE_NONCE), "payload", s->key, err)
	          : evd_nomem(err);

	if (r == 0)
		*out = s;
	else
		evd_age_stream_free(s);
	return r;
}

void evd_age_stream_free(struct evd_age_stream *s)
{
	OPENSSL_secure_clear_free(s, sizeof *s);
}

bool evd_age_chunks(uint64_t size, uint64_t *n)
{
	uint64_t full = EVD_AGE_CHUNK + EVD_AGE_TAG, rest = size % full;

	*n = size / full + (rest != 0);
	/* an empty chunk is only that of an empty payload */
	return size >= EVD_AGE_TAG && (rest == 0 || rest > EVD_AGE_TAG || *n == 1);
}

int evd_age_cipher_new(const struct evd_age_stream *s, bool seal, EVP_CIPHER_CTX **out,
                       struct evd_error *err)
{
	EVP_CIPHER *f = EVP_CIPHER_fetch(evd_crypto(), "ChaCha20-Poly1305", NULL);
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();

	*out = NULL;
	if (f && c && EVP_CipherInit_ex2(c, f, s->key, NULL, seal, NULL) == 1)
		*out = c;
	else
		EVP_CIPHER_CTX_free(c);
	EVP_CIPHER_free(f);
	return *out ? 0 : evd_fail_crypto(err, "ChaCha20-Poly1305");
}

static void chunk_nonce(uint8_t nonce[NONCE], uint64_t n, bool last)
{
	memset(nonce, 0, NONCE);
	for (unsigned i = 0; i < 8; i++)
		nonce[NONCE - 2 - i] = (uint8_t)(n >> 8 * i);
	nonce[NONCE - 1] = last;
}

int evd_age_chunk_seal(EVP_CIPHER_CTX *c, uint64_t n, bool last, const uint8_t *in, size_t len,
                       uint8_t *out, struct evd_error *err)
{
	uint8_t nonce[NONCE];
	int done;

	chunk_nonce(nonce, n, last);
	if (EVP_EncryptInit_ex2(c, NULL, NULL, nonce, NULL) != 1 ||
	    EVP_EncryptUpdate(c, out, &done, in, (int)len) != 1 ||
	    EVP_EncryptFinal_ex(c, out + len, &done) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, EVD_AGE_TAG, out + len) != 1)
		return evd_fail_crypto(err, "ChaCha20-Poly1305");
	return 0;
}

int evd_age_chunk_open(EVP_CIPHER_CTX *c, uint64_t n, bool last, const uint8_t *in, size_t len,
                       uint8_t *out, struct evd_error *err)
{
	uint8_t nonce[NONCE], tag[EVD_AGE_TAG];
	size_t plain = len - EVD_AGE_TAG;
	int done;

	chunk_nonce(nonce, n, last);
	memcpy(tag, in + plain, sizeof tag);
	if (EVP_DecryptInit_ex2(c, NULL, NULL, nonce, NULL) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, EVD_AGE_TAG, tag) != 1 ||
	    EVP_DecryptUpdate(c, out, &done, in, (int)plain) != 1)
		return evd_fail_crypto(err, "ChaCha20-Poly1305");
	if (EVP_DecryptFinal_ex(c, out + plain, &done) == 1)
		return 0;
	OPENSSL_cleanse(out, plain);
	return evd_fail(err, EVD_E_DAMAGED, "what is encrypted was altered or cut short");
}
