/* age_own: what the files of the age format share. Internal to envelope/. */
#ifndef EVD_AGE_OWN_H
#define EVD_AGE_OWN_H

#include "envelope/age.h"

/* One stanza of a header: arguments and body, as bytes of the header and decoded. */
struct evd_age_stanza {
	struct evd_view type, arg[2];
	unsigned n_args; /* behind the type; 3 means: more than 2 */
	uint8_t body[64];
	size_t body_len; /* more than 64: not kept */
};

/* evd_age_base64(v, out, len): `v` is the one spelling, without padding, of `len` bytes. */
bool evd_age_base64(struct evd_view v, uint8_t *out, size_t len);
void evd_age_put_base64(struct evd_buf *b, const uint8_t *p, size_t len);

/* evd_age_hkdf: HKDF-SHA-256, 32 bytes out. */
int evd_age_hkdf(struct evd_view key, struct evd_view salt, const char *info, uint8_t out[32],
                 struct evd_error *err) EVD_MUST_USE;
/* evd_age_hmac(file_key, header, out, err): over the header up to and with "---". */
int evd_age_hmac(const uint8_t *file_key, struct evd_view header, uint8_t out[32],
                 struct evd_error *err) EVD_MUST_USE;
/* evd_age_public(secret, out, err): the point of a secret. */
int evd_age_public(const uint8_t *secret, uint8_t *out, struct evd_error *err) EVD_MUST_USE;

/* evd_age_wrap_*: put a stanza for the file key. */
int evd_age_wrap_x25519(const struct evd_age_recipient *r, const uint8_t *file_key,
                        struct evd_buf *out, struct evd_error *err) EVD_MUST_USE;
int evd_age_wrap_scrypt(struct evd_view passphrase, const uint8_t *file_key, struct evd_buf *out,
                        struct evd_error *err) EVD_MUST_USE;
/* evd_age_unwrap_*: 0; EVD_END if the stanza is not for this key; FORMAT. */
int evd_age_unwrap_x25519(const struct evd_age_stanza *s, const struct evd_age_identity *i,
                          uint8_t *file_key, struct evd_error *err) EVD_MUST_USE;
int evd_age_unwrap_scrypt(const struct evd_age_stanza *s, struct evd_view passphrase,
                          uint8_t *file_key, struct evd_error *err) EVD_MUST_USE;

/* evd_age_stream_new(file_key, nonce, out, err): the payload's key. */
int evd_age_stream_new(const uint8_t *file_key, const uint8_t *nonce, struct evd_age_stream **out,
                       struct evd_error *err) EVD_MUST_USE;

/* evd_age_aead(key, seal, in, len, out, err): ChaCha20-Poly1305 with a nonce of zeros, as stanzas wrap a
 * file key; `len` without the tag. EVD_END if the tag does not fit. */
int evd_age_aead(const uint8_t *key, bool seal, const uint8_t *in, size_t len, uint8_t *out,
                 struct evd_error *err) EVD_MUST_USE;

#endif
