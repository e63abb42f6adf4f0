/* age_keys: recipients and identities as text: Bech32 (BIP 173, without its limit of 90 characters). */
#include "envelope/age_own.h"

#include "base/digest.h"
#include "platform/files.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#define RECIPIENT_HRP "age"
#define IDENTITY_HRP "age-secret-key-"
#define DATA 52u /* 5-bit groups of 32 bytes */
#define SUM 6u   /* groups of the checksum */

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t step(uint32_t c, unsigned value)
{
	static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
	                                      0x2a1462b3};
	uint32_t top = c >> 25;

	c = ((c & 0x1ffffff) << 5) ^ value;
	for (unsigned i = 0; i < 5; i++)
		c ^= (top >> i) & 1 ? generator[i] : 0;
	return c;
}

static uint32_t checksum(const char *hrp, const uint8_t *group, size_t n)
{
	uint32_t c = 1;

	for (const char *p = hrp; *p; p++)
		c = step(c, (unsigned char)*p >> 5);
	c = step(c, 0);
	for (const char *p = hrp; *p; p++)
		c = step(c, (unsigned char)*p & 31);
	for (size_t i = 0; i < n; i++)
		c = step(c, group[i]);
	return c;
}

/* 32 bytes as 52 groups, the last with 4 bits of zero behind. */
static void to_groups(const uint8_t *in, uint8_t *out)
{
	uint32_t bits = 0;
	unsigned n = 0, at = 0;

	for (unsigned i = 0; i < EVD_AGE_POINT; i++) {
		bits = (bits << 8 | in[i]) & 0xffff;
		for (n += 8; n >= 5; n -= 5)
			out[at++] = bits >> (n - 5) & 31;
	}
	out[at] = (uint8_t)(bits << (5 - n) & 31);
}

static bool from_groups(const uint8_t *in, uint8_t *out)
{
	uint32_t bits = 0;
	unsigned n = 0, at = 0;

	for (unsigned i = 0; i < DATA; i++) {
		bits = (bits << 5 | in[i]) & 0xffff;
		n += 5;
		if (n >= 8) {
			n -= 8;
			out[at++] = (uint8_t)(bits >> n);
		}
	}
	return (bits & ((1u << n) - 1)) == 0;
}

static void encode(const char *hrp, const uint8_t *in, char *out)
{
	uint8_t group[DATA + SUM] = {0};
	size_t n = strlen(hrp);
	uint32_t sum;

	to_groups(in, group);
	sum = checksum(hrp, group, DATA + SUM) ^ 1;
	for (unsigned i = 0; i < SUM; i++)
		group[DATA + i] = sum >> 5 * (SUM - 1 - i) & 31;
	memcpy(out, hrp, n);
	out[n++] = '1';
	for (unsigned i = 0; i < DATA + SUM; i++)
		out[n++] = alphabet[group[i]];
	out[n] = '\0';
	OPENSSL_cleanse(group, sizeof group);
}

static char fold(char c, bool upper)
{
	return upper && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* One case throughout: that which `upper` says. */
static bool decode(struct evd_view text, const char *hrp, bool upper, uint8_t *out)
{
	uint8_t group[DATA + SUM] = {0};
	size_t n = strlen(hrp), i;
	bool fine = text.len == n + 1 + DATA + SUM && text.p[n] == '1';

	for (i = 0; fine && i < text.len; i++) {
		char c = (char)text.p[i], folded = fold(c, upper);
		const char *at;

		fine = c != '\0' && !(upper && c >= 'a' && c <= 'z');
		if (i < n) {
			fine = fine && folded == hrp[i];
		} else if (i > n) {
			at = fine ? strchr(alphabet, folded) : NULL;
			fine = at != NULL;
			group[i - n - 1] = (uint8_t)(at ? at - alphabet : 0);
		}
	}
	fine = fine && checksum(hrp, group, DATA + SUM) == 1 && from_groups(group, out);
	OPENSSL_cleanse(group, sizeof group);
	return fine;
}

int evd_age_recipient_parse(struct evd_view text, struct evd_age_recipient *out,
                            struct evd_error *err)
{
	if (!decode(text, RECIPIENT_HRP, false, out->point))
		return evd_fail(err, EVD_E_FORMAT,
		                "this is no age recipient: one starts with age1 and has 62 characters");
	return 0;
}

int evd_age_identity_parse(struct evd_view text, struct evd_age_identity *out,
                           struct evd_error *err)
{
	int r = decode(text, IDENTITY_HRP, true, out->secret)
	            ? evd_age_public(out->secret, out->recipient.point, err)
	            : evd_fail(
	                  err, EVD_E_FORMAT,
	                  "this is no age key: one starts with AGE-SECRET-KEY-1 and has 74 characters");

	if (r)
		OPENSSL_cleanse(out, sizeof *out);
	return r;
}

int evd_age_identity_new(struct evd_age_identity *out, struct evd_error *err)
{
	int r = evd_random(out->secret, sizeof out->secret, err);

	return r ? r : evd_age_public(out->secret, out->recipient.point, err);
}

void evd_age_recipient_text(const struct evd_age_recipient *r, char out[EVD_AGE_RECIPIENT_TEXT])
{
	encode(RECIPIENT_HRP, r->point, out);
}

void evd_age_identity_text(const struct evd_age_identity *i, char out[EVD_AGE_IDENTITY_TEXT])
{
	encode(IDENTITY_HRP, i->secret, out);
	for (char *p = out; *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
}
