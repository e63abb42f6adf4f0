/*
 * proof_wacz: web archives in WACZ 1.1.1: datapackage.json's digests against the files, datapackage-digest.json's digest against
 * datapackage.json, and its signature (wacz-auth 0.1.0): anonymous by a public key in it, r and s one after the other; by a domain's
 * certificate, DER. Signed is the text of the digest, "sha256:…".
 */
#include "proof.h"

#include "base/text.h"
#include "emit.h"
#include "json_pull.h"

#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define NODES_MAX 400000u

static bool mark(const char *path)
{
	return strcmp(path, "datapackage.json") == 0;
}

static bool keep(const char *path)
{
	return mark(path) || strcmp(path, "datapackage-digest.json") == 0;
}

static int take(void *ctx, void *p, size_t len, size_t *got, struct evd_error *err)
{
	struct evd_view *v = ctx;

	(void)err;
	*got = len < v->len ? len : v->len;
	memcpy(p, v->p, *got);
	v->p += *got;
	v->len -= *got;
	return 0;
}

/* A document as a tree; false: absent, or no JSON object. `t` is to be released in any case. */
static bool parse(const struct proof_set *s, const char *path, struct json_tree *t)
{
	struct evd_view text = proof_set_document(s, path);
	struct json_pull j;
	enum json_token first;
	struct evd_error why = {0};
	bool ok = false;

	json_tree_init(t, PROOF_DOCUMENT_MAX, NODES_MAX);
	if (text.len == 0 || json_pull_init(&j, take, &text, &why))
		return false;
	ok = json_pull_next(&j, &first, &why) == 0 && first == JSON_OBJECT &&
	     json_tree_read(t, &j, first, &why) == 0 && t->n && !t->double_key;
	json_pull_release(&j);
	return ok;
}

/* "sha256:<hex>" */
static enum proof_hash digest_text(struct evd_view v, uint8_t out[64])
{
	size_t n = 0;
	enum proof_hash h;

	while (n < v.len && v.p[n] != ':')
		n++;
	h = n < v.len ? proof_hash_named(evd_view_of(v.p, n)) : PROOF_HASHES;
	if (h == PROOF_HASHES ||
	    !evd_unhex(evd_view_of(v.p + n + 1, v.len - n - 1), out, proof_hash_len(h)))
		return PROOF_HASHES;
	return h;
}

static bool outside_by_form(const char *path)
{
	return keep(path);
}

static int judge_files(const struct proof_set *s, const struct json_tree *t, struct evd_sink *sink,
                       struct evd_error *err)
{
	size_t list = json_get(t, 0, "resources");
	struct proof_tally tally = {0};
	uint64_t odd = 0;
	const char *first;
	size_t unnamed;
	char said[320];

	for (size_t at = list ? json_first(t, list) : 0; at; at = json_next(t, list, at)) {
		uint8_t stated[64];
		enum proof_hash h = digest_text(json_text_of(t, at, "hash"), stated);

		if (h == PROOF_HASHES)
			odd++;
		else
			proof_tally_file(&tally, s, json_text_of(t, at, "path"), h, stated);
	}
	unnamed = proof_set_unnamed(s, outside_by_form, &first);
	proof_tally_say(&tally, said);
	return proof_say(sink,
	                 proof_tally_holds(&tally) && !odd && !unnamed ? PROOF_HOLDS : PROOF_FAILS, err,
	                 "WACZ: %s; %llu entries not understood; %zu files in no entry%s%s", said,
	                 (unsigned long long)odd, unnamed, unnamed ? ", the first is " : "", first);
}

static void unbase64(struct evd_buf *out, struct evd_view v)
{
	struct evd_buf plain;

	evd_buf_init(&plain, 1 << 16);
	for (size_t i = 0; i < v.len; i++)
		if (!strchr(" \t\r\n=", v.p[i]))
			evd_put_u8(&plain, v.p[i] == '+' ? '-' : v.p[i] == '/' ? '_' : v.p[i]);
	evd_put_unbase64url(out, evd_buf_view(&plain));
	if (plain.failed)
		evd_buf_reset(out);
	evd_buf_release(&plain);
}

/* r and s of the same length, one after the other, as browsers sign (IEEE P1363) → DER. */
static unsigned char *der_of(struct evd_view raw, int *len)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw.p, (int)(raw.len / 2), NULL),
	       *s = BN_bin2bn(raw.p + raw.len / 2, (int)(raw.len / 2), NULL);
	unsigned char *der = NULL;

	if (sig && r && s && ECDSA_SIG_set0(sig, r, s) == 1) {
		r = s = NULL;
		*len = i2d_ECDSA_SIG(sig, &der);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return der;
}

static bool fits(EVP_PKEY *key, struct evd_view sig, struct evd_view text)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok = c && EVP_DigestVerifyInit(c, NULL, proof_hash_md(PROOF_SHA256), NULL, key) == 1 &&
	          EVP_DigestVerify(c, sig.p, sig.len, text.p, text.len) == 1;

	EVP_MD_CTX_free(c);
	return ok;
}

static int judge_anonymous(const struct json_tree *t, size_t signed_data, struct evd_view sig,
                           struct evd_sink *sink, struct evd_error *err)
{
	struct evd_buf spki;
	const unsigned char *p;
	unsigned char *der = NULL;
	EVP_PKEY *key;
	int len = 0;
	bool ok;

	evd_buf_init(&spki, 1 << 16);
	unbase64(&spki, json_text_of(t, signed_data, "publicKey"));
	p = spki.data;
	key = spki.len ? d2i_PUBKEY(NULL, &p, (long)spki.len) : NULL;
	der = key && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && sig.len && sig.len % 2 == 0
	          ? der_of(sig, &len)
	          : NULL;
	ok = der && len > 0 &&
	     fits(key, evd_view_of(der, (size_t)len), json_text_of(t, signed_data, "hash"));
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	evd_buf_release(&spki);
	return proof_say(sink, ok ? PROOF_HOLDS : PROOF_FAILS, err,
	                 "WACZ: the anonymous signature %s; nobody is named by it",
	                 ok ? "fits the public key beside it"
	                    : "does not fit the public key beside it");
}

static int judge_domain(const struct json_tree *t, size_t signed_data, struct evd_view sig,
                        struct evd_sink *sink, struct evd_error *err)
{
	struct evd_view pem = json_text_of(t, signed_data, "domainCert"),
	                domain = json_text_of(t, signed_data, "domain");
	BIO *bio = pem.len ? BIO_new_mem_buf(pem.p, (int)pem.len) : NULL;
	X509 *x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	char name[256] = "";
	bool ok, named;
	int r;

	snprintf(name, sizeof name, "%.*s", (int)(domain.len < 250 ? domain.len : 250),
	         (const char *)domain.p);
	ok = x && fits(X509_get0_pubkey(x), sig, json_text_of(t, signed_data, "hash"));
	named = x && name[0] && X509_check_host(x, name, 0, X509_CHECK_FLAG_NO_WILDCARDS, NULL) == 1;
	X509_free(x);
	BIO_free(bio);
	r = proof_say(sink, ok && named ? PROOF_HOLDS : PROOF_FAILS, err,
	              "WACZ: the signature of a domain %s the certificate beside it, which is %s for "
	              "it; nobody's word for that certificate was checked",
	              ok ? "fits" : "does not fit", named ? "one" : "none");
	if (r == 0 && name[0])
		r = evd_emit_text(sink, "proof.wacz", "Domain", NULL, domain, err);
	if (r == 0 && json_get(t, signed_data, "timeSignature"))
		r = proof_say(sink, PROOF_UNCHECKED, err,
		              "WACZ: a time stamp of the signature is there; it was not checked");
	return r;
}

static int judge_digest(const struct proof_set *s, const struct json_tree *t, struct evd_sink *sink,
                        struct evd_error *err)
{
	const struct proof_file *package = proof_set_find(s, evd_view_str("datapackage.json"));
	size_t signed_data = json_get(t, 0, "signedData");
	struct evd_view hash = json_text_of(t, 0, "hash"), created;
	struct evd_buf sig;
	uint8_t stated[64];
	enum proof_hash h = digest_text(hash, stated);
	int r;

	if (h == PROOF_HASHES || !package || !package->read ||
	    memcmp(stated, package->digest[h], proof_hash_len(h)) != 0 ||
	    (signed_data && !evd_view_eq(hash, json_text_of(t, signed_data, "hash"))))
		return proof_say(
		    sink, PROOF_FAILS, err,
		    "WACZ: datapackage.json has another digest than datapackage-digest.json states");
	r = proof_say(sink, PROOF_HOLDS, err,
	              "WACZ: datapackage.json has the digest that datapackage-digest.json states");
	if (r || !signed_data)
		return r ? r : proof_say(sink, PROOF_UNCHECKED, err, "WACZ: nobody signed it");
	evd_buf_init(&sig, 1 << 16);
	unbase64(&sig, json_text_of(t, signed_data, "signature"));
	r = json_get(t, signed_data, "publicKey")
	        ? judge_anonymous(t, signed_data, evd_buf_view(&sig), sink, err)
	        : judge_domain(t, signed_data, evd_buf_view(&sig), sink, err);
	evd_buf_release(&sig);
	created = json_text_of(t, signed_data, "created");
	return r || !created.len
	           ? r
	           : evd_emit_text(sink, "proof.wacz", "ClaimedSigningTime", NULL, created, err);
}

static int judge(const struct proof_set *s, struct evd_sink *sink, struct evd_error *err)
{
	struct json_tree package, digest;
	bool is_package = parse(s, "datapackage.json", &package),
	     has_digest = parse(s, "datapackage-digest.json", &digest);
	int r = 0;

	if (!is_package)
		r = proof_say(sink, PROOF_FAILS, err, "WACZ: datapackage.json cannot be read");
	else if (json_get(&package, 0, "wacz_version") || json_get(&package, 0, "resources"))
		r = judge_files(s, &package, sink, err);
	if (r == 0 && has_digest)
		r = judge_digest(s, &digest, sink, err);
	else if (r == 0)
		r = proof_say(sink, PROOF_UNCHECKED, err,
		              "WACZ: there is no datapackage-digest.json, or it cannot be read");
	json_tree_release(&package);
	json_tree_release(&digest);
	return r;
}

const struct proof_form proof_wacz = {mark, keep, judge};
