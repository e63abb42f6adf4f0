/*
 * proof: what other people's programs put beside evidence so that it can be checked: bags, signed
 * containers, web archives, lists of digests. Each judge says what it recomputed, no more; who a signer
 * is, is judged by none of them. Stage: read-out.
 */
#ifndef EVD_PROOF_H
#define EVD_PROOF_H

#include "proof_set.h"

/* One form of proof in an archive. */
struct proof_form {
	bool (*mark)(const char *path); /* a file that only archives of this form have */
	bool (*keep)(const char *path); /* a document that judge() reads */
	int (*judge)(const struct proof_set *s, struct evd_sink *sink, struct evd_error *err);
};

extern const struct proof_form proof_bag;  /* BagIt, RFC 8493 */
extern const struct proof_form proof_asic; /* ASiC-E and ASiC-S, ETSI EN 319 162-1 */
extern const struct proof_form proof_wacz; /* WACZ 1.1.1, wacz-auth 0.1.0 */
extern const struct proof_form proof_mode; /* ProofMode */

/* A list of digests by hashdeep or md5deep, which names files that are elsewhere. */
bool proof_list_is(struct evd_view head);
int proof_list_read(const struct evd_source *s, struct evd_sink *sink,
                    struct evd_error *err) EVD_MUST_USE;

/* A CMS signature (RFC 5652) beside its content. */
struct proof_signature {
	enum proof_word word;
	char signer[256]; /* subject of the certificate in it, printable; nobody has vouched for it */
	char time[40];    /* as the signer claims it, or the genTime of a token; "" */
	char why[200];    /* with PROOF_FAILS and PROOF_UNCHECKED */
	struct evd_buf token; /* the first signature time-stamp in it; empty: none */
	struct evd_buf value; /* the signature value, which that token is about */
};
/*
 * proof_cms(der, content, file, out, err): of `content`, or of a file whose digests are known (content.p
 * then is NULL). `out` is to be released. proof_tst: a time-stamp token (RFC 3161) over the same.
 */
int proof_cms(struct evd_view der, struct evd_view content, const struct proof_file *file,
              struct proof_signature *out, struct evd_error *err) EVD_MUST_USE;
int proof_tst(struct evd_view der, struct evd_view content, const struct proof_file *file,
              struct proof_signature *out, struct evd_error *err) EVD_MUST_USE;
void proof_signature_release(struct proof_signature *s);

#endif
