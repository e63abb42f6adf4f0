/* keystore: see keystore.h. */
#include "key/keystore.h"

#include "base/digest.h"
#include "base/text.h"
#include "key/own.h"
#include "platform/files.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER_NAME_LEN 8u
#define PREFIX_MIN 4u

int evd_keystore_home(char *out, size_t cap, struct evd_error *err)
{
	const char *own = secure_getenv("EVIDENCE_HOME"), *xdg = secure_getenv("XDG_DATA_HOME");
	const char *home = secure_getenv("HOME");
	int n, fd, r;

	if (own && own[0])
		n = snprintf(out, cap, "%s", own);
	else if (xdg && xdg[0] == '/') /* the XDG specification: relative paths are ignored */
		n = snprintf(out, cap, "%s/evidence", xdg);
	else if (home && home[0] == '/')
		n = snprintf(out, cap, "%s/.local/share/evidence", home);
	else
		return evd_fail(err, EVD_E_NOTFOUND, "no place for identities: set EVIDENCE_HOME or HOME");
	if (n < 0 || (size_t)n >= cap)
		return evd_fail(err, EVD_E_MISUSE, "the path of the identities' folder is too long");
	r = evd_identities_open(out, true, &fd, err);
	if (r == 0)
		close(fd);
	return r;
}

int evd_passphrase_check(struct evd_view passphrase, struct evd_error *err)
{
	if (passphrase.len == 0)
		return evd_fail(err, EVD_E_DENIED,
		                "the passphrase is empty; a key is never kept without one");
	if (memchr(passphrase.p, 0, passphrase.len))
		return evd_fail(err, EVD_E_DENIED, "the passphrase holds a NUL byte");
	if (passphrase.len > EVD_MAX_PASSPHRASE)
		return evd_fail(err, EVD_E_LIMIT, "the passphrase is longer than %u bytes",
		                EVD_MAX_PASSPHRASE);
	return 0;
}

/* What was encrypted is decrypted again before it counts as kept. */
static int check_sealed(struct evd_view pem, struct evd_view passphrase, EVP_PKEY *key,
                        struct evd_error *err)
{
	EVP_PKEY *again = NULL;
	int r = evd_pkcs8_open(pem, passphrase, &again, err);

	if (r == 0 && EVP_PKEY_eq(key, again) != 1)
		r = evd_fail(err, EVD_E_INTERNAL, "the encrypted key does not give the key again");
	EVP_PKEY_free(again);
	return r;
}

int evd_key_keep(const char *home, EVP_PKEY *key, struct evd_view certificate,
                 const struct evd_identity_info *info, struct evd_view passphrase,
                 struct evd_identity_info *out, struct evd_error *err)
{
	struct evd_identity i = {.info = *info};
	struct evd_buf pem = {0};
	struct evd_key *k = NULL;
	int r = evd_passphrase_check(passphrase, err);

	if (r == 0)
		r = evd_key_new(certificate, &k, err);
	if (r == 0 && EVP_PKEY_up_ref(key) == 1) {
		k->private_key = key;
		r = evd_key_prove(k, err);
	}
	if (r == 0)
		r = evd_pkcs8_seal(key, passphrase, &pem, err);
	if (r == 0)
		r = check_sealed(evd_buf_view(&pem), passphrase, key, err);
	if (r == 0) {
		memcpy(i.info.fingerprint, k->fingerprint, EVD_SHA256_LEN);
		memcpy(i.info.algorithm, k->info.algorithm, sizeof i.info.algorithm);
		evd_put_view(&i.certificate, certificate);
		r = evd_buf_check(&i.certificate, err);
	}
	if (r == 0)
		r = evd_identity_write(home, &i, evd_buf_view(&pem), err);
	if (r == 0)
		*out = i.info;
	evd_identity_release(&i);
	evd_buf_release(&pem);
	evd_key_free(k);
	return r;
}

int evd_keystore_create(const char *home, const struct evd_identity_request *request,
                        struct evd_view passphrase, struct evd_identity_info *out,
                        struct evd_error *err)
{
	struct evd_identity_info info = {.kind = "file"};
	struct evd_buf certificate = {0};
	EVP_PKEY *key = NULL;
	int r = evd_identity_info_of(request, &info, err);

	memset(out, 0, sizeof *out);
	if (r == 0)
		r = evd_passphrase_check(passphrase, err);
	if (r == 0)
		r = evd_make_key(request->algorithm, &key, err);
	if (r == 0)
		r = evd_make_certificate(key, request, &certificate, err);
	if (r == 0)
		r = evd_key_keep(home, key, evd_buf_view(&certificate), &info, passphrase, out, err);
	EVP_PKEY_free(key);
	evd_buf_release(&certificate);
	return r;
}

static bool is_folder_name(const char *name)
{
	return strlen(name) == FOLDER_NAME_LEN && strspn(name, "0123456789abcdef") == FOLDER_NAME_LEN;
}

/* The folder names that are identities, in order; free with evd_dir_names_free. */
static int folder_names(int fd, char ***out, size_t *n, struct evd_error *err)
{
	size_t kept = 0;
	int r = evd_dir_names(fd, out, n, err);

	if (r)
		return r;
	for (size_t i = 0; i < *n; i++) {
		if (is_folder_name((*out)[i]))
			(*out)[kept++] = (*out)[i];
		else
			free((*out)[i]);
	}
	*n = kept;
	return 0;
}

int evd_keystore_list(const char *home,
                      int (*each)(void *ctx, const struct evd_identity_info *info), void *ctx,
                      struct evd_error *err)
{
	struct evd_error first = {0}, one;
	char **names = NULL;
	size_t n = 0, n_bad = 0;
	int fd, r = evd_identities_open(home, true, &fd, err), bad = 0;

	if (r)
		return r;
	r = folder_names(fd, &names, &n, err);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct evd_identity identity = {.info = {.kind = ""}};
		int code = evd_identity_read(fd, names[i], &identity, &one);

		n_bad += code != 0;
		if (code && !bad) { /* the others are listed all the same */
			bad = code;
			first = one;
		}
		if (code == 0)
			r = each(ctx, &identity.info);
		evd_identity_release(&identity);
	}
	evd_dir_names_free(names, n);
	close(fd);
	if (r == 0 && bad) {
		r = bad;
		if (n_bad > 1)
			evd_fail(err, bad, "%.200s (and %zu more that cannot be read)", first.text, n_bad - 1);
		else if (err)
			*err = first;
	}
	return r;
}

int evd_fingerprint_digits(const char *which, char out[2 * EVD_SHA256_LEN + 1],
                           struct evd_error *err)
{
	size_t n = 0;

	for (const char *p = which; *p; p++) {
		char c = *p >= 'A' && *p <= 'F' ? (char)(*p - 'A' + 'a') : *p;

		if (c == ' ')
			continue;
		if (!strchr("0123456789abcdef", c) || n == (size_t)2 * EVD_SHA256_LEN)
			return evd_fail(err, EVD_E_MISUSE,
			                "an identity is named by the first digits of its fingerprint");
		out[n++] = c;
	}
	out[n] = '\0';
	if (n < PREFIX_MIN)
		return evd_fail(err, EVD_E_MISUSE, "give at least %u digits of the fingerprint",
		                PREFIX_MIN);
	return 0;
}

/* A text for a person who must choose: "12ab34cd, 99aa00bb, …". */
static void say_names(char **names, size_t n, char *out, size_t cap)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (cap - at < 16) {
			snprintf(out + at, cap - at, ", …");
			return;
		}
		at += (size_t)snprintf(out + at, cap - at, "%s%s", i ? ", " : "", names[i]);
	}
}

/* The one folder that `which` names, its digits in `digits`. */
static int choose(char **names, size_t n, const char *digits, char out[FOLDER_NAME_LEN + 1],
                  struct evd_error *err)
{
	size_t len = strlen(digits) < FOLDER_NAME_LEN ? strlen(digits) : FOLDER_NAME_LEN, hits = 0;
	char list[128];

	for (size_t i = 0; i < n; i++)
		if (strncmp(names[i], digits, len) == 0) {
			memcpy(out, names[i], FOLDER_NAME_LEN + 1);
			hits++;
		}
	if (hits == 1)
		return 0;
	if (n == 0)
		return evd_fail(err, EVD_E_NOTFOUND,
		                "there is no identity yet: make one with `evidence identity create`");
	say_names(names, n, list, sizeof list);
	if (hits == 0)
		return evd_fail(err, EVD_E_NOTFOUND, "no identity %.16s here; there are: %s", digits, list);
	return evd_fail(err, EVD_E_MISUSE, "several identities fit, choose with --identity: %s", list);
}

/* The identity that `which` names; the folder stays open in *out_fd for its key. */
static int find(const char *home, const char *which, int *out_fd, char name[FOLDER_NAME_LEN + 1],
                struct evd_identity *out, struct evd_error *err)
{
	char digits[2 * EVD_SHA256_LEN + 1] = "", hex[2 * EVD_SHA256_LEN + 1];
	char **names = NULL;
	size_t n = 0;
	int r = which ? evd_fingerprint_digits(which, digits, err) : 0;

	if (r == 0)
		r = evd_identities_open(home, true, out_fd, err);
	if (r)
		return r;
	r = folder_names(*out_fd, &names, &n, err);
	if (r == 0)
		r = choose(names, n, digits, name, err);
	evd_dir_names_free(names, n);
	if (r == 0)
		r = evd_identity_read(*out_fd, name, out, err);
	if (r == 0) {
		evd_hex(hex, out->info.fingerprint, EVD_SHA256_LEN);
		if (strncmp(hex, digits, strlen(digits)) != 0)
			r = evd_fail(err, EVD_E_NOTFOUND, "no identity of this fingerprint; %s begins alike",
			             name);
	}
	if (r) {
		evd_identity_release(out);
		close(*out_fd);
	}
	return r;
}

int evd_keystore_find(const char *home, const char *which, struct evd_identity_info *out,
                      struct evd_error *err)
{
	struct evd_identity i = {.info = {.kind = ""}};
	char name[FOLDER_NAME_LEN + 1];
	int fd, r = find(home, which, &fd, name, &i, err);

	memset(out, 0, sizeof *out);
	if (r)
		return r;
	*out = i.info;
	evd_identity_release(&i);
	close(fd);
	return 0;
}

int evd_keystore_certificate(const char *home, const char *which, struct evd_buf *out,
                             struct evd_error *err)
{
	struct evd_identity i = {.info = {.kind = ""}};
	char name[FOLDER_NAME_LEN + 1];
	int fd, r = find(home, which, &fd, name, &i, err);

	if (r)
		return r;
	evd_put_pem(out, "CERTIFICATE", evd_buf_view(&i.certificate));
	evd_identity_release(&i);
	close(fd);
	return evd_buf_check(out, err);
}

/* EVP_PKEY_eq compares what is public; a damaged file may hold the right public and a wrong secret. */
static bool is_pair(const struct evd_key *k)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(evd_crypto(), k->private_key, NULL);
	bool ok =
	    ctx && EVP_PKEY_eq(k->private_key, k->public_key) == 1 && EVP_PKEY_pairwise_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

/* Passphrase asked for, key file opened, both halves held against each other. */
static int open_own(int fd, const char *name, const struct evd_secret_source *secret,
                    struct evd_key *k, struct evd_error *err)
{
	struct evd_buf pem = {0}, passphrase = {.max = EVD_MAX_PASSPHRASE};
	char what[400];
	int r = evd_identity_read_key(fd, name, &pem, err);

	snprintf(what, sizeof what, "passphrase of identity %s (%s)", name, k->info.name);
	if (r == 0)
		r = secret && secret->ask ? secret->ask(secret->ctx, what, false, &passphrase, err)
		                          : evd_fail(err, EVD_E_DENIED, "no passphrase was given");
	if (r == 0)
		r = evd_passphrase_check(evd_buf_view(&passphrase), err);
	if (r == 0)
		r = evd_pkcs8_open(evd_buf_view(&pem), evd_buf_view(&passphrase), &k->private_key, err);
	if (r == 0 && !is_pair(k))
		r = evd_fail(err, EVD_E_DAMAGED,
		             "identity %s: key.pem is not the certificate's key, or damaged", name);
	evd_buf_wipe(&passphrase);
	evd_buf_release(&pem);
	return r;
}

int evd_key_open(const char *home, const char *which, const struct evd_secret_source *secret,
                 struct evd_key **out, struct evd_error *err)
{
	struct evd_identity i = {.info = {.kind = ""}};
	char name[FOLDER_NAME_LEN + 1];
	struct evd_key *k = NULL;
	int fd, r;

	*out = NULL;
	r = find(home, which, &fd, name, &i, err);
	if (r)
		return r;
	r = evd_key_new(evd_buf_view(&i.certificate), &k, err);
	if (r == 0) {
		evd_key_set_actor(k, &i.info);
		if (strcmp(i.info.kind, "pkcs11") == 0) {
			r = evd_identity_private(fd, name, err); /* it names code that will be loaded */
			if (r == 0)
				r = evd_card_open(&i.card, evd_buf_view(&k->certificate), secret, &k->card, err);
		} else
			r = open_own(fd, name, secret, k, err);
	}
	if (r == 0 && k->card)
		k->alg = evd_card_alg(k->card);
	evd_identity_release(&i);
	close(fd);
	if (r) {
		evd_key_free(k);
		return r;
	}
	*out = k;
	return 0;
}
