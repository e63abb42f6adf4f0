/*
 * card_module: a PKCS#11 module (OASIS PKCS #11 2.40) loaded, its tokens and their certificates.
 * Whatever it returns is bounded before it is used: drivers of cards are other people's code.
 */
#ifndef EVD_CARD_MODULE_H
#define EVD_CARD_MODULE_H

#include "key/own.h"

#include <p11-kit-1/p11-kit/pkcs11.h>

#define EVD_CARD_SLOTS 64u
#define EVD_CARD_OBJECTS 64u /* certificates looked at, a token */
#define EVD_CARD_ID 64u      /* bytes of a CKA_ID */

struct evd_module {
	CK_FUNCTION_LIST *f;
	bool finalize; /* C_Initialize was ours */
};

/* UNAVAILABLE if it cannot be loaded or started. The code stays loaded until the program ends: many
 * modules do not survive dlclose. */
int evd_module_open(const char *path, struct evd_module *out, struct evd_error *err) EVD_MUST_USE;
void evd_module_close(struct evd_module *m);

/* evd_card_error(err, rv, what): the code and the words for a CKR_ value other than CKR_OK. */
int evd_card_error(struct evd_error *err, CK_RV rv, const char *what);

struct evd_token {
	CK_SLOT_ID slot;
	CK_FLAGS flags;
	char label[64], serial[33]; /* printable */
};
/* evd_module_tokens(m, out, n, err): the tokens that are there; `out` has EVD_CARD_SLOTS places. */
int evd_module_tokens(struct evd_module *m, struct evd_token *out, size_t *n,
                      struct evd_error *err) EVD_MUST_USE;
/* evd_token_certificates(m, t, each, ctx, err): calls each(ctx, t, id, der, err); a result other than 0
 * ends it and is returned. */
int evd_token_certificates(struct evd_module *m, const struct evd_token *t,
                           int (*each)(void *ctx, const struct evd_token *t, struct evd_view id,
                                       struct evd_view der, struct evd_error *err),
                           void *ctx, struct evd_error *err) EVD_MUST_USE;
/* evd_card_attribute(…): one attribute's bytes; at most `max`. NOTFOUND if the object has none. */
int evd_card_attribute(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o,
                       CK_ATTRIBUTE_TYPE type, size_t max, struct evd_buf *out,
                       struct evd_error *err) EVD_MUST_USE;

#endif
