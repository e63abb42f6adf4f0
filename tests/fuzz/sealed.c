#include "sealed.h"

#include "bundle.h"

#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>

#define SEQUENCE 0x30u
#define SET 0x31u
#define OCTETS 0x04u
#define FIRST 0xa0u  /* [0], constructed */
#define SECOND 0xa1u /* [1] */

struct part {
	const uint8_t *p, *end;
};

/* The next element of `in`, if it has `tag` (0: any) and a length as DER writes it: its content into *content. */
static bool next(struct part *in, unsigned tag, struct part *content)
{
	const uint8_t *p = in->p;
	size_t len, n = 0;

	if (in->end - p < 2 || (tag && *p != tag) || (*p & 0x1f) == 0x1f)
		return false;
	len = p[1];
	p += 2;
	if (len > 0x80) {
		n = len & 0x7f;
		if (n > 3 || (size_t)(in->end - p) < n || *p == 0)
			return false;
		for (len = 0; n; n--)
			len = len << 8 | *p++;
		if (len < 0x80 || (p - in->p == 4 && len < 0x100) || (p - in->p == 5 && len < 0x10000))
			return false;
	} else if (len == 0x80) {
		return false;
	}
	if ((size_t)(in->end - p) < len)
		return false;
	content->p = p;
	content->end = in->p = p + len;
	return true;
}

/* Whole elements with their heads, `n` of them, into the digest. */
static bool keep(EVP_MD_CTX *c, struct part *in, unsigned n)
{
	for (; n; n--) {
		const uint8_t *from = in->p;
		struct part content;

		if (!next(in, 0, &content))
			return false;
		EVP_DigestUpdate(c, from, (size_t)(in->p - from));
	}
	return true;
}

static bool leave_out(struct part *in, unsigned tag)
{
	struct part content;

	return in->p == in->end || *in->p != tag || next(in, tag, &content);
}

/* RFC 5652 §5.3: version, sid, digestAlgorithm, [0] signed attributes, signatureAlgorithm, signature; then [1]. */
static bool signer(EVP_MD_CTX *c, struct part in)
{
	return keep(c, &in, 6) && leave_out(&in, SECOND) && in.p == in.end;
}

/* RFC 5652 §3 and §5.1 */
static bool signature(EVP_MD_CTX *c, const uint8_t *p, size_t len)
{
	struct part file = {p, p + len}, info, explicit_, data, signers, one;

	return next(&file, SEQUENCE, &info) && file.p == file.end && keep(c, &info, 1) &&
	       next(&info, FIRST, &explicit_) && info.p == info.end &&
	       next(&explicit_, SEQUENCE, &data) && explicit_.p == explicit_.end && keep(c, &data, 3) &&
	       leave_out(&data, FIRST) && leave_out(&data, SECOND) && next(&data, SET, &signers) &&
	       data.p == data.end && next(&signers, SEQUENCE, &one) && signers.p == signers.end &&
	       signer(c, one);
}

/* Whether the file is called `begin`, digits, `end`. */
static bool named(const struct bundle_file *f, const char *begin, const char *end)
{
	const uint8_t *name = f->data - f->name_len;
	size_t a = strlen(begin), b = strlen(end);

	if (f->name_len < a + b || memcmp(name, begin, a) != 0 ||
	    memcmp(name + f->name_len - b, end, b) != 0)
		return false;
	for (size_t i = a; i < f->name_len - b; i++)
		if (name[i] < '0' || name[i] > '9')
			return false;
	return true;
}

/* Headers as those of `model`, but for name, place, CRC-32 and lengths, which bundle_write makes; both names alike. */
static bool plain(const struct bundle_file *f, const struct bundle_file *model)
{
	return memcmp(f->local + 4, model->local + 4, 10) == 0 &&
	       memcmp(f->central + 4, model->central + 4, 12) == 0 &&
	       memcmp(f->central + 30, model->central + 30, 12) == 0 &&
	       memcmp(f->central + 46, f->data - f->name_len, f->name_len) == 0;
}

/* The bundle without what came later, put together again: so every header is held too. */
static bool rest(EVP_MD_CTX *c, const struct bundle *b, size_t len, uint8_t *room)
{
	static const uint8_t nothing[1];
	struct bundle left = {.n = 0};
	bool ok = true;

	for (size_t i = 0; i < b->n && ok; i++) {
		struct bundle_file f = b->file[i];

		if (named(&f, "META-INF/ASiCArchiveManifest", ".xml") ||
		    named(&f, "META-INF/timestamp", ".tst")) {
			ok = plain(&f, &b->file[0]);
			continue;
		}
		if (named(&f, "META-INF/signature001.p7s", "") && f.name_len == 25) {
			ok = signature(c, f.data, f.len);
			f.data = nothing;
			f.len = 0;
		}
		left.file[left.n++] = f;
	}
	len = ok ? bundle_write(&left, room, len) : 0;
	EVP_DigestUpdate(c, room, len);
	return len != 0;
}

bool sealed_digest(const uint8_t *data, size_t len, uint8_t out[SEALED_DIGEST])
{
	struct bundle b;
	uint8_t *room = malloc(len ? len : 1);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok = room && c && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1 &&
	          bundle_read(&b, data, len) && bundle_write(&b, room, len) == len &&
	          memcmp(room, data, len) == 0;

	ok = ok && rest(c, &b, len, room) && EVP_DigestFinal_ex(c, out, NULL) == 1;
	EVP_MD_CTX_free(c);
	free(room);
	return ok;
}
