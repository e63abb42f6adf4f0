/* Lanes against OpenSSL: all lengths 0…300 and some larger ones, in changing mixes of lanes. */
#include "base/lanes.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST 70000u

struct stream {
	uint8_t bytes[MOST + 128];
	size_t len, blocks, at;
};

static unsigned long state = 20260322;

static unsigned any(unsigned below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % below;
}

static void fill(struct stream *s, size_t len)
{
	size_t whole = len / EVD_LANES_BLOCK * EVD_LANES_BLOCK;

	s->len = len;
	s->at = 0;
	for (size_t i = 0; i < len; i++)
		s->bytes[i] = (uint8_t)any(256);
	s->blocks = whole / EVD_LANES_BLOCK + evd_lanes_pad(s->bytes + whole, len - whole, len);
}

static unsigned long judge(const struct evd_lanes *l, unsigned lane, const struct stream *s)
{
	uint8_t ours[EVD_SHA256_LEN], theirs[EVD_SHA256_LEN];

	evd_lanes_digest(l, lane, ours);
	SHA256(s->bytes, s->len, theirs);
	if (memcmp(ours, theirs, sizeof ours) == 0)
		return 0;
	printf("FAIL lane %u of %u, %zu bytes\n", lane, l->width, s->len);
	return 1;
}

/* Streams of `lengths` in turn; a lane that is through takes the next one while the others go on. */
static unsigned long mix(enum evd_lanes_unit unit, const size_t *lengths, size_t n)
{
	static struct stream s[EVD_LANES_MAX];
	const uint8_t *p[EVD_LANES_MAX];
	struct evd_lanes l;
	size_t next = 0, live = 0;
	unsigned long bad = 0;

	evd_lanes_init(&l, unit);
	for (unsigned i = 0; i < l.width && next < n; i++, live++)
		fill(&s[i], lengths[next++]);
	while (live) {
		size_t step = 1 + any(9);

		for (unsigned i = 0; i < l.width; i++) {
			p[i] = s[i].bytes + s[i].at * EVD_LANES_BLOCK;
			if (s[i].at < s[i].blocks && s[i].blocks - s[i].at < step)
				step = s[i].blocks - s[i].at;
		}
		for (unsigned i = 0; i < l.width; i++)
			if (s[i].at == s[i].blocks)
				p[i] = s[0].bytes; /* idle */
		evd_lanes_add(&l, p, step);
		for (unsigned i = 0; i < l.width; i++) {
			if (s[i].at == s[i].blocks)
				continue;
			s[i].at += step;
			if (s[i].at < s[i].blocks)
				continue;
			bad += judge(&l, i, &s[i]);
			evd_lanes_begin(&l, i);
			if (next < n)
				fill(&s[i], lengths[next++]);
			else
				live--;
		}
	}
	memset(s, 0, sizeof s);
	return bad;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void speed(enum evd_lanes_unit unit)
{
	uint8_t *bytes = calloc(EVD_LANES_MAX, 1 << 16);
	const uint8_t *p[EVD_LANES_MAX];
	struct evd_lanes l;
	double t;

	evd_lanes_init(&l, unit);
	for (unsigned i = 0; i < EVD_LANES_MAX; i++)
		p[i] = bytes + (i << 16);
	t = seconds();
	for (unsigned i = 0; i < 512; i++)
		evd_lanes_add(&l, p, (1 << 16) / EVD_LANES_BLOCK);
	t = seconds() - t;
	printf("%u lanes: %.2f GB/s\n", l.width, 512.0 * 65536 * l.width / t / 1e9);
	free(bytes);
}

int main(int argc, char **argv)
{
	static const enum evd_lanes_unit units[] = {EVD_LANES_AVX2, EVD_LANES_AVX512};
	static size_t lengths[3000];
	unsigned long bad = 0, tried = 0;

	for (size_t u = 0; u < 2; u++) {
		if (!evd_lanes_has(units[u])) {
			printf("unit %d: this processor has it not\n", (int)units[u]);
			continue;
		}
		if (argc > 1 && strcmp(argv[1], "speed") == 0) {
			speed(units[u]);
			tried++;
			continue;
		}
		for (size_t i = 0; i < 3000; i++)
			lengths[i] = i <= 300 ? i : i % 500 == 0 ? any(MOST) : any(1500);
		bad += mix(units[u], lengths, 3000);
		for (size_t i = 0; i < 3000; i++)
			lengths[i] = any(301);
		bad += mix(units[u], lengths, 3000);
		for (size_t n = 1; n < EVD_LANES_MAX; n++) /* fewer streams than lanes */
			bad += mix(units[u], lengths + n, n);
		tried++;
	}
	printf("%lu units tried, %lu wrong\n", tried, bad);
	return bad != 0 ? 1 : tried == 0 ? 77 : 0;
}
