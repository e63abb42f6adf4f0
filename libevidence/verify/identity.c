/* identity: see identity.h. */
#include "verify/identity.h"

#include "base/text.h"
#include "chain/certificate.h"
#include "platform/input.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *evd_standing_name(enum evd_standing s)
{
	static const char *const name[] = {"unknown", "pinned", "chained", "let-in"};

	return name[s];
}

void evd_trust_release(struct evd_trust *t)
{
	free(t->pins.at);
	X509_STORE_free(t->anchors);
	memset(t, 0, sizeof *t);
}

int evd_trust_pin(struct evd_trust *t, const char *text, struct evd_error *err)
{
	char digits[2 * EVD_SHA256_LEN + 1];
	size_t n = 0;
	void *grown;

	for (const char *p = text; *p; p++) {
		if (*p == ' ' || *p == ':')
			continue;
		if (n == 2 * EVD_SHA256_LEN)
			break;
		digits[n++] = (char)(*p >= 'A' && *p <= 'F' ? *p - 'A' + 'a' : *p);
		if (p[1] == '\0')
			break;
	}
	grown = evd_grow(t->pins.at, t->pins.n, &t->pins.cap, sizeof *t->pins.at);
	if (!grown)
		return evd_nomem(err);
	t->pins.at = grown;
	if (strspn(text, "0123456789abcdefABCDEF: ") != strlen(text) || n != 2 * EVD_SHA256_LEN ||
	    !evd_unhex(evd_view_of(digits, n), t->pins.at[t->pins.n].fingerprint, EVD_SHA256_LEN))
		return evd_fail(err, EVD_E_FORMAT,
		                "a fingerprint has 64 hexadecimal digits (SHA-256); give all of them");
	for (size_t i = 0, seen = 0; text[i]; i++)
		if (text[i] != ' ' && text[i] != ':' && ++seen > 2 * EVD_SHA256_LEN)
			return evd_fail(err, EVD_E_FORMAT, "a fingerprint has 64 hexadecimal digits, not more");
	t->pins.n++;
	return 0;
}

static int load_file(struct evd_trust *t, const char *path, struct evd_error *err)
{
	FILE *f = evd_input_stream(path);
	size_t before = t->n_anchors;
	X509 *x;

	if (!f)
		return evd_fail_sys(err, errno, "trust file %s", path);
	for (;;) {
		x = X509_new_ex(evd_crypto(), NULL);
		if (!x || !PEM_read_X509(f, &x, NULL, NULL))
			break;
		if (X509_STORE_add_cert(t->anchors, x) != 1)
			break;
		t->n_anchors++;
		X509_free(x);
	}
	X509_free(x);
	fclose(f);
	if (t->n_anchors == before)
		return evd_fail_crypto(err, "no PEM certificate in %s", path);
	ERR_clear_error();
	return 0;
}

static int load_one(void *ctx, const char *path, struct evd_error *err)
{
	return load_file(ctx, path, err);
}

int evd_trust_load(struct evd_trust *t, const char *path, struct evd_error *err)
{
	bool folder;
	int r;

	if (!evd_crypto())
		return evd_fail_crypto(err, "OpenSSL could not be set up");
	if (!t->anchors)
		t->anchors = X509_STORE_new();
	if (!t->anchors)
		return evd_nomem(err);
	r = evd_input_is_folder(path, &folder, err);
	if (r)
		return r;
	return folder ? evd_input_each(path, load_one, t, err) : load_file(t, path, err);
}

static const char *sub_of_error(int e)
{
	switch (e) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return "NO_CERTIFICATE_CHAIN_FOUND";
	default: return "CERTIFICATE_CHAIN_GENERAL_FAILURE";
	}
}

/* Both ends inclusive: RFC 5280 §4.1.2.5 (OpenSSL's own check takes notAfter as expired). */
static const char *date_fault(const X509 *x, int64_t at)
{
	int from = ASN1_TIME_cmp_time_t(X509_get0_notBefore(x), (time_t)at);
	int to = ASN1_TIME_cmp_time_t(X509_get0_notAfter(x), (time_t)at);

	if (from == -2 || to == -2)
		return "CERTIFICATE_CHAIN_GENERAL_FAILURE";
	return from > 0 || to < 0 ? "OUT_OF_BOUNDS_NO_POE" : NULL;
}

static const char *path_date_fault(const STACK_OF(X509) * path, int64_t at)
{
	const char *sub = NULL;

	for (int i = 0; i < sk_X509_num(path) && !sub; i++)
		sub = date_fault(sk_X509_value(path, i), at);
	return sub;
}

/* NULL if a path validates, else the sub-indication. */
static const char *chain_fault(const struct evd_trust *t, int64_t at, X509 *x)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new_ex(evd_crypto(), NULL);
	const char *sub = "CERTIFICATE_CHAIN_GENERAL_FAILURE";
	X509_VERIFY_PARAM *p;

	if (ctx && X509_STORE_CTX_init(ctx, t->anchors, x, NULL) == 1) {
		p = X509_STORE_CTX_get0_param(ctx);
		/* a root's own signature too: measured, OpenSSL skips it otherwise */
		X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE |
		                                   X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
		X509_VERIFY_PARAM_set_auth_level(p, 2); /* 112 bits */
		X509_VERIFY_PARAM_set_depth(p, 5);
		sub = X509_verify_cert(ctx) == 1 ? path_date_fault(X509_STORE_CTX_get0_chain(ctx), at)
		                                 : sub_of_error(X509_STORE_CTX_get_error(ctx));
	}
	X509_STORE_CTX_free(ctx);
	return sub;
}

static void judge(const struct evd_trust *t, int64_t at, const struct evd_log_signer *s,
                  struct evd_known *out)
{
	X509 *x = evd_certificate_read(evd_view_of(s->der, s->der_len));
	bool pinned = false;

	out->standing = EVD_UNKNOWN;
	out->unfit = true;
	out->sub = "CERTIFICATE_CHAIN_GENERAL_FAILURE";
	if (!x)
		return;
	for (size_t i = 0; i < t->pins.n; i++)
		pinned = pinned || memcmp(t->pins.at[i].fingerprint, s->fingerprint, EVD_SHA256_LEN) == 0;
	out->unfit = !evd_certificate_signs(x);
	out->sub = !t->pins.n && !t->n_anchors ? "NO_CERTIFICATE_CHAIN_FOUND"
	           : out->unfit                ? "CHAIN_CONSTRAINTS_FAILURE"
	           : pinned                    ? NULL
	                                       : chain_fault(t, at, x);
	/* what it signed, it signed in its time, by its own account (as EU DSS judges it) */
	if (!out->sub && !pinned)
		out->sub = date_fault(x, s->earliest_ms / 1000);
	if (!out->sub && !pinned)
		out->sub = date_fault(x, s->latest_ms / 1000);
	if (!out->sub)
		out->standing = pinned ? EVD_PINNED : EVD_CHAINED;
	X509_free(x);
}

/* One round of "let in by one who is known"; true if somebody came in. */
static bool let_in_round(const struct evd_log *log, struct evd_known *known)
{
	bool more = false;

	for (size_t i = 0; i < log->let_in.n; i++) {
		const struct evd_let_in *l = &log->let_in.at[i];

		if (known[l->by].standing == EVD_UNKNOWN)
			continue;
		for (size_t s = 0; s < log->signers.n; s++)
			if (known[s].standing == EVD_UNKNOWN && !known[s].unfit &&
			    memcmp(log->signers.at[s].fingerprint, l->certificate, EVD_SHA256_LEN) == 0) {
				known[s].standing = EVD_LET_IN;
				known[s].sub = NULL;
				more = true;
			}
	}
	return more;
}

int evd_identity(const struct evd_trust *t, int64_t at, const struct evd_log *log,
                 struct evd_known *known, struct evd_error *err)
{
	(void)err;
	for (size_t i = 0; i < log->signers.n; i++)
		judge(t, at, &log->signers.at[i], &known[i]);
	while (let_in_round(log, known))
		;
	ERR_clear_error();
	return 0;
}
