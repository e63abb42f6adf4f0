/* trust: what --pin and --trust give (docs/verify.md §5.1). */
#include "verify/identity.h"

#include "base/text.h"
#include "chain/signature.h"
#include "platform/input.h"
#include "verify/path.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char answer_label[] = "OCSP RESPONSE"; /* as openssl/ocsp.h names it */

static void free_all(struct evd_trusted_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->at[i].p);
	free(l->at);
}

void evd_trust_release(struct evd_trust *t)
{
	free(t->pins.at);
	free(t->policies.at);
	free_all(&t->anchors);
	free_all(&t->lists);
	memset(t, 0, sizeof *t);
}

bool evd_trust_is_pinned(const struct evd_trust *t, const uint8_t sha256[EVD_SHA256_LEN])
{
	for (size_t i = 0; i < t->pins.n; i++)
		if (memcmp(t->pins.at[i].fingerprint, sha256, EVD_SHA256_LEN) == 0)
			return true;
	return false;
}

int evd_trust_pin(struct evd_trust *t, const char *text, struct evd_error *err)
{
	char digits[2 * EVD_SHA256_LEN + 1]; /* room for one too many, so that it shows */
	size_t n = 0;

	for (const char *p = text; *p && n < sizeof digits; p++)
		if (*p != ' ' && *p != ':')
			digits[n++] = (char)(*p >= 'A' && *p <= 'F' ? *p - 'A' + 'a' : *p);
	if (!EVD_ROOM(&t->pins))
		return evd_nomem(err);
	if (!evd_unhex(evd_view_of(digits, n), t->pins.at[t->pins.n].fingerprint, EVD_SHA256_LEN))
		return evd_fail(err, EVD_E_FORMAT,
		                "a fingerprint has 64 hexadecimal digits (SHA-256); give all of them");
	t->pins.n++;
	return 0;
}

int evd_trust_policy(struct evd_trust *t, const char *text, struct evd_error *err)
{
	ASN1_OBJECT *o = strspn(text, "0123456789.") == strlen(text) ? OBJ_txt2obj(text, 1) : NULL;
	uint8_t der[2 + EVD_POLICY_MAX], *at = der;
	int n = o ? i2d_ASN1_OBJECT(o, NULL) : 0, r = 0;
	char back[320] = "";

	if (n <= 2 || n > (int)sizeof der || OBJ_obj2txt(back, sizeof back, o, 1) <= 0 ||
	    strcmp(back, text) != 0) {
		r = evd_fail(err, EVD_E_FORMAT, "not an object identifier; write 1.2.3.4");
		goto out;
	}
	r = EVD_ROOM(&t->policies) ? 0 : evd_nomem(err);
	if (r)
		goto out;
	i2d_ASN1_OBJECT(o, &at);
	memcpy(t->policies.at[t->policies.n].oid, der + 2, (size_t)n - 2);
	t->policies.at[t->policies.n++].len = (size_t)n - 2;
out:
	ASN1_OBJECT_free(o);
	return evd_crypto_short() ? evd_nomem(err) : r;
}

/* Whether it decodes: 0, EVD_END, or an error of ours. An answer comes as an OCSP element. */
static int decodes(struct evd_view der, const char *label, struct evd_error *err)
{
	struct evd_view response;
	struct evd_cert c = {0};
	struct evd_ocsp o = {0};
	struct evd_crl l = {0};
	int r = strcmp(label, "CERTIFICATE") == 0      ? evd_cert_read(der, &c, err)
	        : strcmp(label, "X509 CRL") == 0       ? evd_crl_read(der, &l, err)
	        : evd_signature_answer(der, &response) ? evd_ocsp_read(response, &o, err)
	                                               : EVD_END;

	evd_cert_release(&c);
	evd_crl_release(&l);
	evd_ocsp_release(&o);
	return r;
}

static int add(struct evd_trusted_list *l, struct evd_view v, struct evd_error *err)
{
	if (!EVD_ROOM(l) || !(l->at[l->n].p = malloc(v.len)))
		return evd_nomem(err);
	memcpy(l->at[l->n].p, v.p, v.len);
	l->at[l->n++].len = v.len;
	return 0;
}

/* Keeps a copy; EVD_END if it does not decode. */
static int keep(struct evd_trust *t, const char *label, struct evd_view der, struct evd_error *err)
{
	struct evd_trusted_list *l = strcmp(label, "CERTIFICATE") == 0 ? &t->anchors : &t->lists;
	int r = decodes(der, label, err);

	return r ? r : add(l, der, err);
}

static int keep_answer(struct evd_trust *t, struct evd_view response, struct evd_error *err)
{
	struct evd_buf b = {0};
	int r;

	evd_signature_wrap(response, &b);
	r = evd_buf_check(&b, err);
	if (r == 0)
		r = keep(t, answer_label, evd_buf_view(&b), err);
	evd_buf_release(&b);
	return r;
}

/* One block; `number` counts them in the file. */
static int take_block(struct evd_trust *t, const char *path, unsigned number, const char *label,
                      struct evd_view der, struct evd_error *err)
{
	bool answer = strcmp(label, answer_label) == 0;
	int r;

	if (!answer && strcmp(label, "X509 CRL") != 0 && strcmp(label, "CERTIFICATE") != 0)
		return evd_fail(err, EVD_E_FORMAT,
		                "%s: block %u is neither CERTIFICATE nor X509 CRL nor OCSP RESPONSE", path,
		                number);
	r = answer ? keep_answer(t, der, err) : keep(t, label, der, err);
	return r == EVD_END ? evd_fail(err, EVD_E_FORMAT, "%s: block %u does not decode", path, number)
	                    : r;
}

/* All of the file as an answer in DER; EVD_END if it is none, and the file stands at its beginning. */
static int take_whole(struct evd_trust *t, FILE *f, struct evd_error *err)
{
	int first = getc(f), r = EVD_END;
	struct evd_buf b;

	evd_buf_init(&b, EVD_MAX_P7S);
	for (int c = first; first == 0x30 && c != EOF && !b.failed; c = getc(f))
		evd_put_u8(&b, (uint8_t)c);
	if (b.failed == EVD_E_NOMEM)
		r = evd_nomem(err);
	else if (b.len && !b.failed && !ferror(f))
		r = keep_answer(t, evd_buf_view(&b), err);
	evd_buf_release(&b);
	if (first == 0x30)
		rewind(f);
	else
		ungetc(first, f); /* a pipe goes back no further */
	return r;
}

static int load_file(struct evd_trust *t, const char *path, struct evd_error *err)
{
	FILE *f = evd_input_stream(path);
	unsigned number = 0;
	int r;

	if (!f)
		return evd_fail_sys(err, errno, "trust file %s", path);
	r = take_whole(t, f, err);
	if (r != EVD_END) {
		fclose(f);
		return r;
	}
	ERR_clear_error();
	for (r = 0; r == 0;) {
		char *label = NULL, *header = NULL;
		unsigned char *data = NULL;
		long len = 0;
		bool got = PEM_read(f, &label, &header, &data, &len) == 1;

		if (got)
			r = take_block(t, path, ++number, label, evd_view_of(data, (size_t)len), err);
		else if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE)
			r = EVD_END;
		else
			r = evd_crypto_short()
			        ? evd_nomem(err)
			        : evd_fail(err, EVD_E_FORMAT, "%s: block %u does not decode", path, number + 1);
		OPENSSL_free(label);
		OPENSSL_free(header);
		OPENSSL_free(data);
	}
	if (r == EVD_END && ferror(f))
		r = evd_fail_sys(err, errno, "trust file %s", path);
	fclose(f);
	ERR_clear_error();
	if (r == EVD_END && number == 0)
		return evd_fail(err, EVD_E_FORMAT, "no PEM block in %s; openssl makes PEM of DER", path);
	return r == EVD_END ? 0 : r;
}

static int note_path(void *ctx, const char *path, struct evd_error *err)
{
	return add(ctx, evd_view_of(path, strlen(path) + 1), err);
}

static int by_bytes(const void *a, const void *b)
{
	const struct evd_trusted *x = a, *y = b;

	return strcmp((const char *)x->p, (const char *)y->p);
}

/* In an order of its own, for the first path that is found counts; a system's may be any. */
static int load_folder(struct evd_trust *t, const char *path, struct evd_error *err)
{
	struct evd_trusted_list l = {0};
	int r = evd_input_each(path, note_path, &l, err);

	if (r == 0 && l.n == 0)
		r = evd_fail(err, EVD_E_FORMAT, "no file in %s", path);
	if (l.n)
		qsort(l.at, l.n, sizeof *l.at, by_bytes);
	for (size_t i = 0; i < l.n && r == 0; i++)
		r = load_file(t, (const char *)l.at[i].p, err);
	free_all(&l);
	return r;
}

int evd_trust_load(struct evd_trust *t, const char *path, struct evd_error *err)
{
	bool folder;
	int r;

	if (!evd_crypto())
		return evd_fail_crypto(err, "OpenSSL could not be set up");
	r = evd_input_is_folder(path, &folder, err);
	if (r)
		return r;
	return folder ? load_folder(t, path, err) : load_file(t, path, err);
}
