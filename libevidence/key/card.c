/*
 * card: signing with a key that never leaves its card or token (PKCS #11), see own.h.
 *
 * The digest is made here and the card signs it, so that the card needs no more than the oldest
 * mechanisms; where a card offers only the whole operation, that is used. What comes back is checked
 * like every signature (evd_key_sign), so a faulty card or driver cannot put a bad one into a case.
 */
#include "base/der.h"
#include "base/digest.h"
#include "base/text.h"
#include "key/card_module.h"

#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNATURE_MAX 1024u /* bytes: RSA 8192 */
#define MECHANISMS_MAX 512u

enum input { DIGEST, DIGEST_INFO, WHOLE };

/* Ways to sign, the best first. */
static const struct way {
	CK_MECHANISM_TYPE mechanism;
	CK_KEY_TYPE key;
	enum evd_sig_alg alg;
	enum input input;
} ways[] = {
    {CKM_ECDSA, CKK_EC, EVD_SIG_ECDSA, DIGEST},
    {CKM_ECDSA_SHA256, CKK_EC, EVD_SIG_ECDSA, WHOLE},
    {CKM_RSA_PKCS_PSS, CKK_RSA, EVD_SIG_RSA_PSS, DIGEST},
    {CKM_SHA256_RSA_PKCS_PSS, CKK_RSA, EVD_SIG_RSA_PSS, WHOLE},
    {CKM_RSA_PKCS, CKK_RSA, EVD_SIG_RSA_PKCS1, DIGEST_INFO},
    {CKM_SHA256_RSA_PKCS, CKK_RSA, EVD_SIG_RSA_PKCS1, WHOLE},
};

struct evd_card {
	struct evd_module module;
	CK_SESSION_HANDLE session;
	bool in_session, each_time; /* each_time: the key wants the PIN for every signature */
	CK_OBJECT_HANDLE key;
	const struct way *way;
	struct evd_token token;
	struct evd_secret_source secret;
};

void evd_card_close(struct evd_card *c)
{
	if (!c)
		return;
	if (c->in_session) {
		c->module.f->C_Logout(c->session);
		c->module.f->C_CloseSession(c->session);
	}
	evd_module_close(&c->module);
	free(c);
}

enum evd_sig_alg evd_card_alg(const struct evd_card *c)
{
	return c->way->alg;
}

static int find_token(struct evd_card *c, const struct evd_card_place *place, struct evd_error *err)
{
	struct evd_token *tokens = calloc(EVD_CARD_SLOTS, sizeof *tokens);
	size_t n = 0;
	int r = tokens ? evd_module_tokens(&c->module, tokens, &n, err) : evd_nomem(err);

	if (r == 0) {
		r = EVD_E_UNAVAILABLE;
		for (size_t i = 0; i < n && r; i++)
			if (strcmp(tokens[i].serial, place->token_serial) == 0) {
				c->token = tokens[i];
				r = 0;
			}
		if (r)
			evd_fail(err, r, "card %.60s (serial %.32s) is not there: put it in and try again",
			         place->token_label, place->token_serial);
	}
	free(tokens);
	return r;
}

/* The PIN, asked for and handed to the card; a reader with its own keys asks by itself. */
static int give_pin(struct evd_card *c, CK_USER_TYPE user, struct evd_error *err)
{
	const char *note = c->token.flags & CKF_USER_PIN_FINAL_TRY   ? " (last try before it locks)"
	                   : c->token.flags & CKF_USER_PIN_COUNT_LOW ? " (a wrong one was given before)"
	                                                             : "";
	struct evd_buf pin = {.max = EVD_MAX_PASSPHRASE};
	char what[200];
	CK_RV rv;
	int r = 0;

	if (c->token.flags & CKF_PROTECTED_AUTHENTICATION_PATH) {
		rv = c->module.f->C_Login(c->session, user, NULL, 0);
	} else {
		snprintf(what, sizeof what, "%s of card %s%s",
		         user == CKU_CONTEXT_SPECIFIC ? "PIN for this signature" : "PIN", c->token.label,
		         note);
		r = c->secret.ask ? c->secret.ask(c->secret.ctx, what, false, &pin, err)
		                  : evd_fail(err, EVD_E_DENIED, "no PIN was given");
		if (r == 0 && pin.len == 0)
			r = evd_fail(err, EVD_E_DENIED, "the PIN is empty");
		if (r == 0)
			rv = c->module.f->C_Login(c->session, user, pin.data, pin.len);
		evd_buf_wipe(&pin);
		if (r)
			return r;
	}
	if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
		return 0;
	return evd_card_error(err, rv, "PIN");
}

static int log_in(struct evd_card *c, struct evd_error *err)
{
	CK_RV rv =
	    c->module.f->C_OpenSession(c->token.slot, CKF_SERIAL_SESSION, NULL, NULL, &c->session);

	if (rv != CKR_OK)
		return evd_card_error(err, rv, "session");
	c->in_session = true;
	if (!(c->token.flags & CKF_LOGIN_REQUIRED))
		return 0;
	if (c->token.flags & CKF_USER_PIN_LOCKED)
		return evd_card_error(err, CKR_PIN_LOCKED, "PIN");
	return give_pin(c, CKU_USER, err);
}

static int find_key(struct evd_card *c, struct evd_view id, CK_KEY_TYPE type, struct evd_error *err)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	uint8_t wanted[EVD_CARD_ID];
	CK_ATTRIBUTE want[] = {{CKA_CLASS, &class, sizeof class},
	                       {CKA_KEY_TYPE, &type, sizeof type},
	                       {CKA_ID, wanted, id.len}};
	CK_FUNCTION_LIST *f = c->module.f;
	struct evd_buf always = {0};
	CK_ULONG n = 0;
	CK_RV rv;

	memcpy(wanted, id.p, id.len);
	rv = f->C_FindObjectsInit(c->session, want, 3);
	if (rv != CKR_OK)
		return evd_card_error(err, rv, "search for the key");
	rv = f->C_FindObjects(c->session, &c->key, 1, &n);
	f->C_FindObjectsFinal(c->session);
	if (rv != CKR_OK)
		return evd_card_error(err, rv, "search for the key");
	if (n != 1)
		return evd_fail(err, EVD_E_NOTFOUND,
		                "card %.60s holds no key that belongs to the certificate", c->token.label);
	if (evd_card_attribute(f, c->session, c->key, CKA_ALWAYS_AUTHENTICATE, 1, &always, NULL) == 0)
		c->each_time = always.data[0] == CK_TRUE;
	evd_buf_release(&always);
	return 0;
}

static int choose_way(struct evd_card *c, CK_KEY_TYPE type, struct evd_error *err)
{
	CK_MECHANISM_TYPE list[MECHANISMS_MAX];
	CK_ULONG n = MECHANISMS_MAX;
	CK_RV rv = c->module.f->C_GetMechanismList(c->token.slot, list, &n);

	if (rv != CKR_OK || n > MECHANISMS_MAX)
		return evd_card_error(err, rv == CKR_OK ? CKR_BUFFER_TOO_SMALL : rv,
		                      "what the card can do");
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		for (CK_ULONG k = 0; k < n && ways[i].key == type; k++)
			if (list[k] == ways[i].mechanism) {
				c->way = &ways[i];
				return 0;
			}
	return evd_fail(err, EVD_E_UNSUPPORTED, "card %.60s offers no way to sign that bundles take",
	                c->token.label);
}

int evd_card_open(const struct evd_card_place *place, struct evd_view certificate,
                  const struct evd_secret_source *secret, struct evd_card **out,
                  struct evd_error *err)
{
	uint8_t id[EVD_CARD_ID];
	size_t id_len = strlen(place->object_id) / 2;
	struct evd_card *c = calloc(1, sizeof *c);
	struct evd_key *k = NULL;
	CK_KEY_TYPE type = CKK_EC;
	int r = c ? 0 : evd_nomem(err);

	*out = NULL;
	if (r == 0 && (id_len == 0 || id_len > sizeof id ||
	               !evd_unhex(evd_view_str(place->object_id), id, id_len)))
		r = evd_fail(err, EVD_E_DAMAGED, "identity.json names no object of a card");
	if (r == 0)
		r = evd_key_new(certificate, &k, err);
	if (r == 0) {
		type = k->alg == EVD_SIG_ECDSA ? CKK_EC : CKK_RSA;
		c->secret = secret ? *secret : (struct evd_secret_source){NULL, NULL};
		r = evd_module_open(place->module, &c->module, err);
	}
	if (r == 0)
		r = find_token(c, place, err);
	if (r == 0)
		r = log_in(c, err);
	if (r == 0)
		r = find_key(c, evd_view_of(id, id_len), type, err);
	if (r == 0)
		r = choose_way(c, type, err);
	evd_key_free(k);
	if (r) {
		evd_card_close(c);
		return r;
	}
	*out = c;
	return 0;
}

/* RFC 8017 §9.2: DigestInfo of SHA-256, which CKM_RSA_PKCS pads. */
static void put_digest_info(struct evd_buf *b, const uint8_t digest[EVD_SHA256_LEN])
{
	static const uint8_t head[] = {0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1,
	                               0x65, 3,    4,    2,    1, 5, 0,    4,    0x20};

	evd_put(b, head, sizeof head);
	evd_put(b, digest, EVD_SHA256_LEN);
}

static int input_of(const struct way *way, struct evd_view attributes, struct evd_buf *out,
                    struct evd_error *err)
{
	uint8_t digest[EVD_SHA256_LEN];
	int r = evd_sha256(attributes, digest, err);

	if (r)
		return r;
	if (way->input == WHOLE)
		evd_put_view(out, attributes);
	else if (way->input == DIGEST_INFO)
		put_digest_info(out, digest);
	else
		evd_put(out, digest, sizeof digest);
	return evd_buf_check(out, err);
}

/* PKCS #11 2.40 §2.3.1: r ‖ s, both as long; CMS wants SEQUENCE { r, s }. */
static int put_ecdsa(struct evd_view raw, struct evd_buf *out, struct evd_error *err)
{
	size_t half = raw.len / 2;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = NULL, *s = NULL;
	uint8_t *der = NULL;
	int len = -1;

	if (sig && raw.len && raw.len % 2 == 0) {
		r = BN_bin2bn(raw.p, (int)half, NULL);
		s = BN_bin2bn(raw.p + half, (int)half, NULL);
	}
	if (r && s && ECDSA_SIG_set0(sig, r, s) == 1) {
		r = s = NULL;
		len = i2d_ECDSA_SIG(sig, &der);
	}
	if (len > 0)
		evd_put(out, der, (size_t)len);
	OPENSSL_free(der);
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return len > 0 ? evd_buf_check(out, err)
	               : evd_fail_crypto(err, "the card's signature is no pair r, s");
}

int evd_card_sign(struct evd_card *c, struct evd_view attributes, struct evd_buf *out,
                  struct evd_error *err)
{
	CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, EVD_SHA256_LEN};
	CK_MECHANISM mechanism = {c->way->mechanism, NULL, 0};
	uint8_t value[SIGNATURE_MAX];
	CK_ULONG len = sizeof value;
	struct evd_buf input = {0};
	int r = input_of(c->way, attributes, &input, err);
	CK_RV rv;

	if (c->way->alg == EVD_SIG_RSA_PSS) {
		mechanism.pParameter = &pss;
		mechanism.ulParameterLen = sizeof pss;
	}
	if (r == 0) {
		rv = c->module.f->C_SignInit(c->session, &mechanism, c->key);
		if (rv != CKR_OK)
			r = evd_card_error(err, rv, "signature");
	}
	if (r == 0 && c->each_time)
		r = give_pin(c, CKU_CONTEXT_SPECIFIC, err);
	if (r == 0) {
		rv = c->module.f->C_Sign(c->session, input.data, input.len, value, &len);
		if (rv != CKR_OK)
			r = evd_card_error(err, rv, "signature");
	}
	if (r == 0 && (len == 0 || len > sizeof value))
		r = evd_fail(err, EVD_E_UNAVAILABLE, "the card gave a signature of %lu bytes",
		             (unsigned long)len);
	if (r == 0 && c->way->alg == EVD_SIG_ECDSA) {
		r = put_ecdsa(evd_view_of(value, len), out, err);
	} else if (r == 0) {
		evd_put(out, value, len);
		r = evd_buf_check(out, err);
	}
	evd_buf_release(&input);
	return r;
}
