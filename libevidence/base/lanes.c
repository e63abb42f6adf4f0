/* lanes: see lanes.h. */
#include "base/lanes.h"

#include <string.h>

/* FIPS 180-4 §5.3.3, §4.2.2 */
static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

void evd_lanes_begin(struct evd_lanes *l, unsigned lane)
{
	for (unsigned i = 0; i < 8; i++)
		l->h[i][lane] = first[i];
}

void evd_lanes_init(struct evd_lanes *l, enum evd_lanes_unit unit)
{
	l->unit = unit;
	l->width = unit == EVD_LANES_AVX512 ? 16 : 8;
	for (unsigned lane = 0; lane < EVD_LANES_MAX; lane++)
		evd_lanes_begin(l, lane);
}

size_t evd_lanes_pad(uint8_t *tail, size_t len, uint64_t size)
{
	size_t end = len < 56 ? 64 : 128;

	tail[len] = 0x80;
	memset(tail + len + 1, 0, end - len - 1);
	for (unsigned i = 0; i < 8; i++)
		tail[end - 1 - i] = (uint8_t)(size << 3 >> 8 * i);
	return end / EVD_LANES_BLOCK;
}

void evd_lanes_digest(const struct evd_lanes *l, unsigned lane, uint8_t out[EVD_SHA256_LEN])
{
	for (unsigned i = 0; i < EVD_SHA256_LEN; i++)
		out[i] = (uint8_t)(l->h[i / 4][lane] >> (24 - 8 * (i % 4)));
}

#if (defined(__x86_64__) || defined(__i386__)) && defined(__GNUC__)

#include <cpuid.h>

static const uint32_t k256[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t word(const uint8_t *p)
{
	uint32_t w;

	memcpy(&w, p, sizeof w); /* a load, on the one byte order that this part is for */
	return __builtin_bswap32(w);
}

#define TURN(x, n) ((x) >> (n) | (x) << (32 - (n)))

/*
 * FIPS 180-4 §6.2.2, every variable a vector with one element a stream. A macro, since a function is
 * lowered to the vectors of its own target before it could be put into another's.
 */
#define COMPRESS(name, unit, lanes)                                                                \
	typedef uint32_t name##_vector __attribute__((vector_size(4 * lanes), may_alias));             \
	__attribute__((target(unit))) static void name(uint32_t h[8][EVD_LANES_MAX],                   \
	                                               const uint8_t *const p[], size_t n)             \
	{                                                                                              \
		name##_vector s[8], v[8], w[16], a, b;                                                     \
                                                                                                   \
		for (unsigned i = 0; i < 8; i++)                                                           \
			memcpy(&s[i], h[i], sizeof s[i]);                                                      \
		for (size_t off = 0; off < n * EVD_LANES_BLOCK; off += EVD_LANES_BLOCK) {                  \
			for (unsigned lane = 0; lane < lanes; lane++)                                          \
				for (unsigned i = 0; i < 16; i++)                                                  \
					((uint32_t *)&w[i])[lane] = word(p[lane] + off + 4 * i);                       \
			memcpy(v, s, sizeof v);                                                                \
			_Pragma("GCC unroll 16") for (unsigned t = 0; t < 64; t++)                             \
			{                                                                                      \
				if (t >= 16) {                                                                     \
					a = w[(t + 1) & 15];                                                           \
					b = w[(t + 14) & 15];                                                          \
					w[t & 15] += w[(t + 9) & 15] + (TURN(a, 7) ^ TURN(a, 18) ^ a >> 3) +           \
					             (TURN(b, 17) ^ TURN(b, 19) ^ b >> 10);                            \
				}                                                                                  \
				a = v[7] + (TURN(v[4], 6) ^ TURN(v[4], 11) ^ TURN(v[4], 25)) +                     \
				    (v[6] ^ (v[4] & (v[5] ^ v[6]))) + k256[t] + w[t & 15];                         \
				b = (TURN(v[0], 2) ^ TURN(v[0], 13) ^ TURN(v[0], 22)) +                            \
				    ((v[0] & v[1]) | (v[2] & (v[0] | v[1])));                                      \
				v[7] = v[6];                                                                       \
				v[6] = v[5];                                                                       \
				v[5] = v[4];                                                                       \
				v[4] = v[3] + a;                                                                   \
				v[3] = v[2];                                                                       \
				v[2] = v[1];                                                                       \
				v[1] = v[0];                                                                       \
				v[0] = a + b;                                                                      \
			}                                                                                      \
			for (unsigned i = 0; i < 8; i++)                                                       \
				s[i] += v[i];                                                                      \
		}                                                                                          \
		for (unsigned i = 0; i < 8; i++)                                                           \
			memcpy(h[i], &s[i], sizeof s[i]);                                                      \
	}

COMPRESS(compress8, "avx2", 8)
COMPRESS(compress16, "avx512f", 16)

bool evd_lanes_has(enum evd_lanes_unit unit)
{
	return unit == EVD_LANES_AVX512 ? __builtin_cpu_supports("avx512f") != 0
	       : unit == EVD_LANES_AVX2 ? __builtin_cpu_supports("avx2") != 0
	                                : false;
}

/* CPUID leaf 7: SHA instructions, with which OpenSSL needs no lanes. */
static bool has_sha(void)
{
	unsigned a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & 1u << 29;
}

enum evd_lanes_unit evd_lanes_best(void)
{
#ifndef EVD_LANES_ALWAYS /* only tests/bench: a processor without SHA instructions */
	if (has_sha())
		return EVD_LANES_NONE;
#else
	(void)has_sha;
#endif
	return evd_lanes_has(EVD_LANES_AVX512) ? EVD_LANES_AVX512
	       : evd_lanes_has(EVD_LANES_AVX2) ? EVD_LANES_AVX2
	                                       : EVD_LANES_NONE;
}

void evd_lanes_add(struct evd_lanes *l, const uint8_t *const p[EVD_LANES_MAX], size_t n)
{
	if (l->unit == EVD_LANES_AVX512)
		compress16(l->h, p, n);
	else
		compress8(l->h, p, n);
}

#else

bool evd_lanes_has(enum evd_lanes_unit unit)
{
	(void)unit;
	return false;
}

enum evd_lanes_unit evd_lanes_best(void)
{
	return EVD_LANES_NONE;
}

void evd_lanes_add(struct evd_lanes *l, const uint8_t *const p[EVD_LANES_MAX], size_t n)
{
	(void)l;
	(void)p;
	(void)n;
}

#endif
