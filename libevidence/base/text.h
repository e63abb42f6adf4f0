/*
 * text: spellings that have one form, and the one place where foreign text becomes printable.
 *
 * Hex is lower case, base64url has no padding, times are RFC 3339 UTC with milliseconds. Decoders
 * accept nothing but the one form.
 */
#ifndef EVD_TEXT_H
#define EVD_TEXT_H

#include "base/buf.h"

/* evd_hex(out, p, len): writes 2*len lower-case digits and a NUL; `out` has 2*len+1 bytes. */
void evd_hex(char *out, const uint8_t *p, size_t len);
/* evd_unhex(v, out, len): exactly 2*len lower-case digits into `out`; false otherwise. */
bool evd_unhex(struct evd_view v, uint8_t *out, size_t len);
void evd_put_hex(struct evd_buf *b, const uint8_t *p, size_t len);

/* RFC 4648 §4 with padding, §5 without. */
void evd_put_base64(struct evd_buf *b, const uint8_t *p, size_t len);
void evd_put_base64url(struct evd_buf *b, const uint8_t *p, size_t len);
/* evd_is_base64url(v, len): `v` is the one base64url spelling of some `len` bytes. */
bool evd_is_base64url(struct evd_view v, size_t len);

/* evd_put_unbase64url(b, v): the bytes that `v`, known to be base64url, spells. */
void evd_put_unbase64url(struct evd_buf *b, struct evd_view v);

/* evd_utf8_next(v, pos, cp): code point at *pos, which moves on; false on anything that is not
 * UTF-8 (overlong, surrogate, above U+10FFFF, cut short: RFC 3629 §3), *pos then unchanged. */
bool evd_utf8_next(struct evd_view v, size_t *pos, uint32_t *cp);
bool evd_is_utf8(struct evd_view v);

/*
 * evd_put_printable(b, v, max): `v` for a person's eyes. Controls, invisible and bidirectional
 * characters and bytes that are not UTF-8 appear as <U+202E> or <0xFF>; after `max` code points
 * (0: no bound) comes "…". The result holds no byte below 0x20, so it cannot imitate our lines.
 */
void evd_put_printable(struct evd_buf *b, struct evd_view v, size_t max);

/* Calendar time, proleptic Gregorian, UTC. */
#define EVD_TIME_LEN 24u /* "2026-11-22T03:04:05.678Z" */
/* evd_time_format(out, ms): `out` has EVD_TIME_LEN+1 bytes; ms since 1970, years 1970…9999. */
void evd_time_format(char out[EVD_TIME_LEN + 1], int64_t ms);
/* evd_time_parse(v, ms): the one form above; false otherwise (no Feb 30, no 24:00, no second 60). */
bool evd_time_parse(struct evd_view v, int64_t *ms);
/* evd_civil(s, …): seconds since 1970 to calendar fields. */
struct evd_civil {
	int year, month, day, hour, minute, second;
};
void evd_civil(int64_t s, struct evd_civil *out);
int64_t evd_civil_seconds(const struct evd_civil *c);

/* evd_is_uuid(v): 36 characters, lower-case hex, hyphens at 8, 13, 18, 23 (RFC 9562 §4). */
bool evd_is_uuid(struct evd_view v);

#endif
