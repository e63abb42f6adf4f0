/*
 * cms: a SignedData taken apart and put together again with other sets beside the signature (RFC 5652 §5.1).
 * What is signed is never written anew. Internal to stamp/.
 */
#ifndef EVD_CMS_H
#define EVD_CMS_H

#include "base/buf.h"

#define EVD_CMS_SET_MAX 128u

/* Elements of a SET, whole. Borrowed. */
struct evd_cms_set {
	struct evd_view at[EVD_CMS_SET_MAX];
	size_t n;
};

struct evd_cms {
	struct evd_view head;   /* version, digestAlgorithms, encapContentInfo */
	struct evd_view signer; /* of the one SignerInfo: version to signature */
	struct evd_view value;  /* content of the signature */
	struct evd_cms_set certificates, lists, attributes;
};

/* evd_cms_read(der, out): false if it is not DER, not one signer's, or has more than a set takes. */
bool evd_cms_read(struct evd_view der, struct evd_cms *out);
/* evd_cms_write(c, out): the sets sorted. Look at `out` with evd_buf_check. */
void evd_cms_write(struct evd_cms *c, struct evd_buf *out);
/* evd_cms_add(s, der): each element once; false if the set is full. */
bool evd_cms_add(struct evd_cms_set *s, struct evd_view der);

#endif
