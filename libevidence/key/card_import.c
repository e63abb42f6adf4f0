/* card_import: what is on a card, and an identity whose key stays there; see keystore.h. */
#include "chain/certificate.h"
#include "key/card_module.h"

#include "base/text.h"
#include "base/digest.h"

#include <errno.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void take_subject(struct evd_view der, char *out, size_t cap)
{
	X509 *x = evd_certificate_read(der);
	X509_NAME *name = x ? X509_get_subject_name(x) : NULL;
	int at = name ? X509_NAME_get_index_by_NID(name, NID_commonName, -1) : -1;
	X509_NAME_ENTRY *e = at >= 0 ? X509_NAME_get_entry(name, at) : NULL;
	unsigned char *text = NULL;
	int len = e ? ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(e)) : -1;

	snprintf(out, cap, "%.*s", len > 0 ? len : 0, text ? (const char *)text : "");
	OPENSSL_free(text);
	X509_free(x);
}

struct listing {
	int (*each)(void *ctx, const struct evd_card_certificate *c);
	void *ctx;
};

static int list_one(void *ctx, const struct evd_token *t, struct evd_view id, struct evd_view der,
                    struct evd_error *err)
{
	struct listing *l = ctx;
	struct evd_card_certificate c;
	struct evd_key *k = NULL;
	int r;

	(void)id;
	(void)err;
	memset(&c, 0, sizeof c);
	if (evd_key_new(der, &k, NULL) == 0) {
		memcpy(c.fingerprint, k->fingerprint, sizeof c.fingerprint);
		memcpy(c.algorithm, k->info.algorithm, sizeof c.algorithm);
		c.usable = evd_key_certificate_signs(der);
	} else {
		snprintf(c.algorithm, sizeof c.algorithm, "other");
		r = evd_sha256(der, c.fingerprint, err);
		if (r)
			return r;
	}
	evd_key_free(k);
	memcpy(c.token_label, t->label, sizeof c.token_label);
	memcpy(c.token_serial, t->serial, sizeof c.token_serial);
	take_subject(der, c.subject, sizeof c.subject);
	return l->each(l->ctx, &c);
}

/* Every certificate of every token. */
static int each_certificate(struct evd_module *m,
                            int (*each)(void *ctx, const struct evd_token *t, struct evd_view id,
                                        struct evd_view der, struct evd_error *err),
                            void *ctx, struct evd_error *err)
{
	struct evd_token *tokens = calloc(EVD_CARD_SLOTS, sizeof *tokens);
	size_t n = 0;
	int r = tokens ? evd_module_tokens(m, tokens, &n, err) : evd_nomem(err);

	if (r == 0 && n == 0)
		r = evd_fail(err, EVD_E_UNAVAILABLE, "no card or token is there: put it in and try again");
	for (size_t i = 0; r == 0 && i < n; i++)
		r = evd_token_certificates(m, &tokens[i], each, ctx, err);
	free(tokens);
	return r;
}

int evd_card_list(const char *module, int (*each)(void *ctx, const struct evd_card_certificate *c),
                  void *ctx, struct evd_error *err)
{
	struct listing l = {each, ctx};
	struct evd_module m;
	int r = evd_module_open(module, &m, err);

	if (r == 0)
		r = each_certificate(&m, list_one, &l, err);
	evd_module_close(&m);
	return r;
}

struct choice {
	char digits[2 * EVD_SHA256_LEN + 1]; /* start of the fingerprint; empty: any that may sign */
	struct evd_identity *to;
	char found[160]; /* for people */
	size_t n;
};

static int choose_one(void *ctx, const struct evd_token *t, struct evd_view id, struct evd_view der,
                      struct evd_error *err)
{
	struct choice *c = ctx;
	struct evd_key *k = NULL;
	char hex[2 * EVD_SHA256_LEN + 1];
	size_t at = strlen(c->found);

	if (evd_key_new(der, &k, NULL) != 0)
		return 0;
	evd_hex(hex, k->fingerprint, EVD_SHA256_LEN);
	if (c->digits[0] ? strncmp(hex, c->digits, strlen(c->digits)) != 0
	                 : !evd_key_certificate_signs(der)) {
		evd_key_free(k);
		return 0;
	}
	c->n++;
	snprintf(c->found + at, sizeof c->found - at, "%s%.8s on %.20s", at ? ", " : "", hex, t->label);
	memcpy(c->to->info.fingerprint, k->fingerprint, EVD_SHA256_LEN);
	memcpy(c->to->info.algorithm, k->info.algorithm, sizeof k->info.algorithm);
	memcpy(c->to->card.token_label, t->label, sizeof t->label);
	memcpy(c->to->card.token_serial, t->serial, sizeof t->serial);
	evd_hex(c->to->card.object_id, id.p, id.len);
	evd_buf_reset(&c->to->certificate);
	evd_put_view(&c->to->certificate, der);
	evd_key_free(k);
	return evd_buf_check(&c->to->certificate, err);
}

static int choose(const char *module, const char *which, struct evd_identity *i,
                  struct evd_error *err)
{
	struct choice c = {.to = i, .n = 0};
	struct evd_module m;
	int r = which ? evd_fingerprint_digits(which, c.digits, err) : 0;

	if (r)
		return r;
	r = evd_module_open(module, &m, err);
	if (r == 0)
		r = each_certificate(&m, choose_one, &c, err);
	evd_module_close(&m);
	if (r)
		return r;
	if (c.n == 0)
		return evd_fail(err, EVD_E_NOTFOUND, "no certificate on the card %s",
		                which ? "has this fingerprint" : "may sign with a key that bundles take");
	if (c.n > 1)
		return evd_fail(err, EVD_E_MISUSE,
		                "several certificates fit, choose with --certificate: %s", c.found);
	return 0;
}

int evd_card_import(const char *home, const char *module, const char *which,
                    const struct evd_identity_request *request,
                    const struct evd_secret_source *secret, struct evd_identity_info *out,
                    struct evd_error *err)
{
	struct evd_identity i = {.info = {.kind = "pkcs11"}};
	struct evd_view no_key = {NULL, 0};
	struct evd_key *k = NULL;
	char *path = realpath(module, NULL);
	int r = evd_identity_info_of(request, &i.info, err);

	if (r == 0 && !path)
		r = evd_fail_sys(err, errno, "PKCS#11 module %s", module);
	if (r == 0 && strlen(path) >= sizeof i.card.module)
		r = evd_fail(err, EVD_E_LIMIT, "the path of the PKCS#11 module is too long");
	if (r == 0) {
		memcpy(i.card.module, path, strlen(path) + 1);
		r = choose(path, which, &i, err);
	}
	if (r == 0)
		r = evd_key_new(evd_buf_view(&i.certificate), &k, err);
	if (r == 0)
		r = evd_card_open(&i.card, evd_buf_view(&i.certificate), secret, &k->card, err);
	if (r == 0) {
		k->alg = evd_card_alg(k->card);
		r = evd_key_prove(k, err);
	}
	if (r == 0)
		r = evd_identity_write(home, &i, no_key, err);
	if (r == 0)
		*out = i.info;
	evd_key_free(k);
	evd_identity_release(&i);
	free(path);
	return r;
}
