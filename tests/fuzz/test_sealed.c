/*
 * test_sealed BUNDLE...: the same case, sealed once and then stamped and archived: one digest of what was sealed (sealed.h).
 * No bit outside META-INF/signature001.p7s and the files of the archive may be altered without a trace. One bit
 * of every byte of the first bundle is, of every seventh of the others.
 */
#include "bundle.h"
#include "sealed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t data[1u << 20];

/* Whether byte `at` belongs to the name or contents of a file that comes after sealing, or holds such things. */
static bool later(const struct bundle *b, size_t at)
{
	static const char *const begins[] = {"META-INF/signature001.p7s", "META-INF/timestamp",
	                                     "META-INF/ASiCArchiveManifest"};

	for (size_t i = 0; i < b->n; i++) {
		const struct bundle_file *f = &b->file[i];
		const uint8_t *name = f->data - f->name_len;

		for (size_t k = 0; k < 3; k++)
			if (f->name_len >= strlen(begins[k]) &&
			    memcmp(name, begins[k], strlen(begins[k])) == 0 &&
			    ((data + at >= name && data + at < f->data + f->len) ||
			     (data + at >= f->central + 46 && data + at < f->central + 46 + f->name_len)))
				return true;
	}
	return false;
}

/* Bytes that can be altered unseen. CRC-32 and lengths of what comes later are made anew, so none is outside. */
static size_t unseen(const struct bundle *b, size_t len, size_t step,
                     const uint8_t want[SEALED_DIGEST])
{
	uint8_t got[SEALED_DIGEST];
	size_t outside = 0;

	for (size_t at = 0; at < len; at += step) {
		uint8_t was = data[at];

		data[at] ^= (uint8_t)(1u << at % 8);
		if (!later(b, at) && sealed_digest(data, len, got) && memcmp(got, want, sizeof got) == 0)
			outside++;
		data[at] = was;
	}
	return outside;
}

int main(int argc, char **argv)
{
	uint8_t first[SEALED_DIGEST], one[SEALED_DIGEST];
	int bad = argc < 3;

	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		size_t len = f ? fread(data, 1, sizeof data, f) : 0, outside;
		struct bundle b;

		if (f)
			fclose(f);
		if (!sealed_digest(data, len, i == 1 ? first : one) || !bundle_read(&b, data, len)) {
			printf("%s: not read\n", argv[i]);
			return 1;
		}
		if (i > 1 && memcmp(first, one, sizeof one) != 0) {
			printf("%s: sealed otherwise than %s\n", argv[i], argv[1]);
			bad = 1;
		}
		outside = unseen(&b, len, i == 1 ? 1 : 7, first);
		printf("%s: %zu bytes, %zu changes unseen outside what came later\n", argv[i], len,
		       outside);
		bad |= outside != 0;
	}
	return bad;
}
