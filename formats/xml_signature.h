/*
 * xml_signature: the enveloped signature of a whole XML document (XML-DSig 1.1; XAdES, ETSI EN 319 132-1), in the
 * few forms that trusted lists have (ETSI TS 119 612 annex B). Stage: read-out. Canonical forms are libxml2's.
 * Recomputed are: the digest of the document without its signature, that of the signed properties, and the
 * signature by a certificate that the signature brings. Not judged: whether anybody vouches for that certificate.
 */
#ifndef EVD_XML_SIGNATURE_H
#define EVD_XML_SIGNATURE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/limits.h"

struct _xmlDoc; /* of libxml2 */

enum xml_signature_word {
	XML_SIGNATURE_NONE,      /* there is none */
	XML_SIGNATURE_UNCHECKED, /* of a form or algorithm that is not read here */
	XML_SIGNATURE_FAILS,
	XML_SIGNATURE_FITS
};

struct xml_signature {
	enum xml_signature_word word;
	const char *why; /* one line; "" when it fits or there is none */
	uint8_t certificate
	    [EVD_SHA256_LEN]; /* with FITS: fingerprint of the certificate it was made with */
};

/* xml_signature_check(doc, out, err): the document must have no DTD. NOMEM, or an error of OpenSSL. */
int xml_signature_check(struct _xmlDoc *doc, struct xml_signature *out,
                        struct evd_error *err) EVD_MUST_USE;

/* xml_unbase64(text, out): appends the bytes of base64 with white space anywhere; false if it is none. */
bool xml_unbase64(const char *text, struct evd_buf *out);

#endif
