/*
 * rfc2047: decodes encoded words of mail headers. Stage: read-out. Source: RFC 2047 §2, §6.2;
 * RFC 2231 §5 (language tags). Our own, since gmime 3.2.13 loses what follows a padded base64 word
 * that a further one continues.
 */
#ifndef EVD_RFC2047_H
#define EVD_RFC2047_H

#include "format.h"

/*
 * evd_rfc2047_decode(v, b): appends the header value `v`, unfolded, with its encoded words as UTF-8.
 * Neighbouring words of one character set are joined before conversion, since writers cut within
 * characters. A word whose character set is not known, or that is not well-formed, stays as it is.
 */
void evd_rfc2047_decode(struct evd_view v, struct evd_buf *b);

/* evd_rfc2047_convert(charset, v, b, bad): appends `v` as UTF-8; false if the set is not known. What is
 * no character of it appears as U+FFFD, and is counted in *bad, byte by byte. */
bool evd_rfc2047_convert(const char *charset, struct evd_view v, struct evd_buf *b, uint64_t *bad);

#endif
