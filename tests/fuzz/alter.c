#include "alter.h"

#include "bundle.h"

#include <openssl/bn.h>

#include <string.h>

#define ROOM (1u << 18)

/* xorshift: the same seed alters the same way everywhere. */
static unsigned below(unsigned *seed, size_t n)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return n ? (unsigned)(*seed % n) : 0;
}

struct field {
	uint8_t at, width;
};

static const struct field local_fields[] = {{0, 4},  {4, 2},  {6, 2},  {8, 2},  {10, 2}, {12, 2},
                                            {14, 4}, {18, 4}, {22, 4}, {26, 2}, {28, 2}};
static const struct field central_fields[] = {{0, 4},  {4, 2},  {6, 2},  {8, 2},  {10, 2}, {12, 2},
                                              {14, 2}, {16, 4}, {20, 4}, {24, 4}, {28, 2}, {30, 2},
                                              {32, 2}, {34, 2}, {36, 2}, {38, 4}, {42, 4}};
static const struct field end_fields[] = {{0, 4},  {4, 2},  {6, 2},  {8, 2},
                                          {10, 2}, {12, 4}, {16, 4}, {20, 2}};
/* The same field in both headers: local, central, width */
static const uint8_t both_fields[][3] = {{4, 6, 2},   {6, 8, 2},   {8, 10, 2},  {10, 12, 2},
                                         {12, 14, 2}, {14, 16, 4}, {18, 20, 4}, {22, 24, 4},
                                         {26, 28, 2}, {28, 30, 2}};

static void set_field(uint8_t *p, unsigned width, unsigned *seed)
{
	static const uint32_t odd[] = {0,    1,      8,      10,         20,    45,
	                               0x21, 0xffff, 0xfffe, 0xffffffff, 0x800, 0x80000000};
	uint32_t old = 0, v;

	for (unsigned i = width; i > 0; i--)
		old = old << 8 | p[i - 1];
	switch (below(seed, 5)) {
	case 0: v = old + 1; break;
	case 1: v = old - 1; break;
	case 2: v = old ^ 1u << below(seed, 8 * width); break;
	default: v = odd[below(seed, sizeof odd / sizeof *odd)];
	}
	for (unsigned i = 0; i < width; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static size_t alter_headers(const struct bundle *b, uint8_t *data, size_t len, unsigned *seed)
{
	const struct bundle_file *f = &b->file[below(seed, b->n)];
	uint8_t *local = data + (f->local - data), *central = data + (f->central - data);
	const struct field *one;

	switch (below(seed, 4)) {
	case 0:
		one = &local_fields[below(seed, sizeof local_fields / sizeof *local_fields)];
		set_field(local + one->at, one->width, seed);
		break;
	case 1:
		one = &central_fields[below(seed, sizeof central_fields / sizeof *central_fields)];
		set_field(central + one->at, one->width, seed);
		break;
	case 2:
		one = &end_fields[below(seed, sizeof end_fields / sizeof *end_fields)];
		set_field(data + b->end + one->at, one->width, seed);
		break;
	default: {
		const uint8_t *both = both_fields[below(seed, sizeof both_fields / sizeof *both_fields)];

		set_field(local + both[0], both[2], seed);
		memcpy(central + both[1], local + both[0], both[2]);
	}
	}
	return len;
}

/* `len` bytes at `at` of `p` (used bytes) replaced by `by`. Returns the new length, 0 if there is no room. */
static size_t replace(uint8_t *p, size_t used, size_t at, size_t len, const uint8_t *by,
                      size_t by_len)
{
	if (used - len + by_len > ROOM)
		return 0;
	memmove(p + at + by_len, p + at + len, used - at - len);
	memcpy(p + at, by, by_len);
	return used - len + by_len;
}

/* JSON stays almost canonical: blanks, a letter escaped, a member twice, numbers in another form, digits. */
static size_t alter_json(uint8_t *p, size_t len, unsigned *seed)
{
	static const char *const odd[] = {" ",
	                                  "\n",
	                                  "\xef\xbb\xbf",
	                                  "1.0",
	                                  "1e0",
	                                  "-0",
	                                  "0",
	                                  "null",
	                                  "\\u0061",
	                                  "\\/",
	                                  "\\u0000",
	                                  "{}",
	                                  "[]",
	                                  ",",
	                                  "\"\"",
	                                  "\xed\xa0\x80",
	                                  "\xe2\x80\xae",
	                                  "\x7f",
	                                  "9007199254740993",
	                                  "\"rules\":1,",
	                                  "\r\n"};
	size_t at = below(seed, len + 1), by;
	const char *what;

	if (len == 0 || below(seed, 3) == 0) {
		what = odd[below(seed, sizeof odd / sizeof *odd)];
		return replace(p, len, at, at < len ? below(seed, 2) : 0, (const uint8_t *)what,
		               strlen(what));
	}
	at = below(seed, len);
	switch (below(seed, 4)) {
	case 0: /* a member or a line doubled or moved */
		by = at + 1;
		while (by < len && p[by] != ',' && p[by] != '\n')
			by++;
		if (by - at < 2048) {
			uint8_t part[2048];

			memcpy(part, p + at, by - at);
			return replace(p, len, below(seed, len), 0, part, by - at);
		}
		return 0;
	case 1: return replace(p, len, at, 1, p, 0);
	case 2: /* digits stay digits, letters letters */
		for (size_t i = at; i < len; i++)
			if ((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f')) {
				p[i] = p[i] <= '9' ? (uint8_t)('0' + below(seed, 10))
				                   : (uint8_t)('a' + below(seed, 6));
				break;
			}
		return len;
	default: p[at] ^= (uint8_t)(1u << below(seed, 8)); return len;
	}
}

struct element {
	size_t at, head, len; /* the tag, the bytes of tag and length, the contents */
	size_t parent;
};

#define ELEMENTS 512u

struct der {
	struct element e[ELEMENTS];
	size_t n;
};

static bool header(const uint8_t *p, size_t left, size_t *head, size_t *len)
{
	if (left < 2)
		return false;
	*head = 2;
	*len = p[1];
	if (*len >= 0x80) {
		size_t bytes = *len & 0x7f;

		if (bytes < 1 || bytes > 3 || left < 2 + bytes)
			return false;
		*len = 0;
		for (size_t i = 0; i < bytes; i++)
			*len = *len << 8 | p[2 + i];
		*head += bytes;
	}
	return *len <= left - *head;
}

/* Depth first, from a list of its own: element i is searched once it is listed. OCTET STRINGs that hold DER are entered. */
static void elements(struct der *d, const uint8_t *p, size_t len)
{
	size_t head, n;

	d->n = 0;
	if (!header(p, len, &head, &n))
		return;
	d->e[d->n++] = (struct element){0, head, n, ELEMENTS};
	for (size_t i = 0; i < d->n; i++) {
		struct element *e = &d->e[i];
		size_t at = e->at + e->head, end = at + e->len;

		if (!(p[e->at] & 0x20) && (p[e->at] != 0x04 || e->len < 8 || p[at] != 0x30))
			continue;
		while (at < end && d->n < ELEMENTS && header(p + at, end - at, &head, &n)) {
			d->e[d->n++] = (struct element){at, head, n, i};
			at += head + n;
		}
	}
}

/* A header of DER of this tag and length. */
static size_t make_header(uint8_t *to, uint8_t tag, size_t len)
{
	size_t n = 0;

	to[n++] = tag;
	if (len >= 0x10000)
		to[n++] = 0x83;
	else if (len >= 0x100)
		to[n++] = 0x82;
	else if (len >= 0x80)
		to[n++] = 0x81;
	if (len >= 0x10000)
		to[n++] = (uint8_t)(len >> 16);
	if (len >= 0x100)
		to[n++] = (uint8_t)(len >> 8);
	to[n++] = (uint8_t)len;
	return n;
}

/* The bytes [at, at + len) inside element `in` replaced, and the lengths of all that hold them mended. */
static size_t graft(const struct der *d, uint8_t *p, size_t used, size_t in, size_t at, size_t len,
                    const uint8_t *by, size_t by_len)
{
	uint8_t head[8];

	used = replace(p, used, at, len, by, by_len);
	for (size_t grown = by_len - len; used && in != ELEMENTS; in = d->e[in].parent) {
		const struct element *e = &d->e[in];
		size_t n = make_header(head, p[e->at], e->len + grown);

		used = replace(p, used, e->at, e->head, head, n);
		grown += n - e->head;
	}
	return used;
}

/* The DER INTEGER of order - s into `out`; its length, 0 if s is no such number. */
static size_t negated(const uint8_t *s, size_t len, uint8_t out[64])
{
	/* FIPS 186-4, D.1.2.3 and D.1.2.4 */
	static const char *const order[] = {
	    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
	    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196acc"
	    "c52973",
	};
	BIGNUM *n = NULL, *v = BN_bin2bn(s, (int)len, NULL);
	uint8_t bytes[50] = {0}; /* a leading zero where the first bit is set (X.690, 8.3) */
	size_t made = 0, head, zero;

	if (v && BN_hex2bn(&n, order[len > 33]) && BN_sub(v, n, v) && !BN_is_negative(v))
		made = (size_t)BN_bn2bin(v, bytes + 1);
	BN_free(n);
	BN_free(v);
	if (made == 0)
		return 0;
	zero = bytes[1] >> 7;
	head = make_header(out, 2, made + zero);
	memcpy(out + head, bytes + 1 - zero, made + zero);
	return head + made + zero;
}

/* s of the last ECDSA signature becomes n - s, which holds as well (SEC 1, 4.1.4). */
static size_t other_form(const struct der *d, uint8_t *p, size_t used)
{
	for (size_t i = d->n; i-- > 1;) {
		const struct element *s = &d->e[i], *r = &d->e[i - 1];
		uint8_t other[64];
		size_t len;

		if (p[s->at] != 2 || p[r->at] != 2 || s->parent != r->parent || s->len < 24 ||
		    s->len > 49 || r->len < 24)
			continue;
		len = negated(p + s->at + s->head, s->len, other);
		return len ? graft(d, p, used, s->parent, s->at, s->head + s->len, other, len) : 0;
	}
	return 0;
}

static size_t alter_der(uint8_t *p, size_t len, unsigned *seed)
{
	static uint8_t part[ROOM];
	static struct der d;
	const struct element *e, *other;
	size_t i;

	elements(&d, p, len);
	if (d.n < 2)
		return 0;
	i = 1 + below(seed, d.n - 1);
	e = &d.e[i];
	other = &d.e[below(seed, d.n)];
	switch (below(seed, 8)) {
	case 0: /* left out: an attribute, a certificate */
		return graft(&d, p, len, e->parent, e->at, e->head + e->len, part, 0);
	case 1: /* doubled */
		memcpy(part, p + e->at, e->head + e->len);
		return graft(&d, p, len, e->parent, e->at, 0, part, e->head + e->len);
	case 2: /* another element before it: a certificate more, an attribute where none belongs */
		memcpy(part, p + other->at, other->head + other->len);
		return graft(&d, p, len, e->parent, e->at, 0, part, other->head + other->len);
	case 3: /* another in its place */
		memcpy(part, p + other->at, other->head + other->len);
		return graft(&d, p, len, e->parent, e->at, e->head + e->len, part,
		             other->head + other->len);
	case 4: p[e->at] ^= (uint8_t)(1u << below(seed, 8)); return len;
	case 5: /* the length in a longer form (BER) */
		if (e->head == 2) {
			uint8_t ber[3] = {p[e->at], 0x81, (uint8_t)e->len};

			return graft(&d, p, len, e->parent, e->at, e->head, ber, 3);
		}
		return 0;
	case 6: return other_form(&d, p, len);
	default:
		if (e->len == 0)
			return 0;
		p[e->at + e->head + below(seed, e->len)] ^= (uint8_t)(1u << below(seed, 8));
		return len;
	}
}

static size_t alter_order(struct bundle *b, unsigned *seed)
{
	size_t i = below(seed, b->n), k = below(seed, b->n);
	struct bundle_file kept = b->file[i];

	switch (below(seed, 3)) {
	case 0:
		b->file[i] = b->file[k];
		b->file[k] = kept;
		return 1;
	case 1:
		b->n--;
		memmove(&b->file[i], &b->file[i + 1], (b->n - i) * sizeof *b->file);
		return 1;
	default:
		if (b->n == BUNDLE_FILES)
			return 0;
		memmove(&b->file[k + 1], &b->file[k], (b->n - k) * sizeof *b->file);
		b->file[k] = kept;
		b->n++;
		return 1;
	}
}

/* One file of the bundle altered as what it is. */
static size_t alter_file(struct bundle *b, unsigned *seed)
{
	static uint8_t copy[ROOM];
	struct bundle_file *f = &b->file[below(seed, b->n)];

	/* payload is the least of it */
	for (int i = 0; i < 3 && !bundle_name_ends(f, ".p7s") && !bundle_name_ends(f, ".tst") &&
	                !bundle_name_ends(f, "entry.json");
	     i++)
		f = &b->file[below(seed, b->n)];
	if (f->len > ROOM / 2)
		return 0;
	memcpy(copy, f->data, f->len);
	f->len = bundle_name_ends(f, ".p7s") || bundle_name_ends(f, ".tst")
	             ? alter_der(copy, f->len, seed)
	             : alter_json(copy, f->len, seed);
	f->data = copy;
	return f->len;
}

size_t alter_bundle(uint8_t *data, size_t len, size_t max, unsigned seed)
{
	static uint8_t out[4 * ROOM];
	struct bundle b;
	size_t done;

	seed |= 1;
	if (len > sizeof out || !bundle_read(&b, data, len))
		return 0;
	switch (below(&seed, 8)) {
	case 0:
	case 1: return alter_headers(&b, data, len, &seed);
	case 2: done = alter_order(&b, &seed); break;
	default: done = alter_file(&b, &seed);
	}
	if (!done || (len = bundle_write(&b, out, max < sizeof out ? max : sizeof out)) == 0)
		return 0;
	memcpy(data, out, len);
	return len;
}
