/*
 * crc: see crc.h. V. Gopal and others, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ"
 * (Intel, 2009), reflected: 64 bytes are folded onto the next 64, at last onto 16, which have the CRC of all
 * that went into them. Those and the rest go through the table.
 */
#include "base/crc.h"

#include "base/digest.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

/* x^n mod P, bits reflected, times 2: the halves of a vector moved on by 64 bytes (n = 544, 480) and by 16
 * (n = 160, 96). */
#define FOLD_64 _mm_set_epi64x(0x1c6e41596, 0x154442bd4)
#define FOLD_16 _mm_set_epi64x(0x0ccaa009e, 0x1751997d0)

__attribute__((target("pclmul,sse4.1"))) static __m128i onto(__m128i a, __m128i by, __m128i next)
{
	__m128i low = _mm_clmulepi64_si128(a, by, 0x00), high = _mm_clmulepi64_si128(a, by, 0x11);

	return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

__attribute__((target("pclmul,sse4.1"))) static __m128i load(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* `len` is at least 64; *done: how many bytes were folded. */
__attribute__((target("pclmul,sse4.1"))) static uint32_t fold(uint32_t crc, const uint8_t *p,
                                                              size_t len, size_t *done)
{
	__m128i x[4];
	uint8_t all[16];
	size_t at = 64;

	_Pragma("GCC unroll 4") for (unsigned i = 0; i < 4; i++) x[i] = load(p + 16 * i);
	x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128((int)~crc));
	for (; len - at >= 64; at += 64)
		_Pragma("GCC unroll 4") for (unsigned i = 0; i < 4; i++) /* kept in registers */
		    x[i] = onto(x[i], FOLD_64, load(p + at + 16 * i));
	_Pragma("GCC unroll 4") for (unsigned i = 1; i < 4; i++) x[i] = onto(x[i - 1], FOLD_16, x[i]);
	_mm_storeu_si128((__m128i *)(void *)all, x[3]);
	*done = at;
	return evd_crc32(UINT32_MAX, all, sizeof all); /* begins with a register of 0 */
}

uint32_t evd_crc32_bulk(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t done = 0;

	if (len >= 256 && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1"))
		crc = fold(crc, p, len, &done);
	return evd_crc32(crc, p + done, len - done);
}

#else

uint32_t evd_crc32_bulk(uint32_t crc, const void *data, size_t len)
{
	return evd_crc32(crc, data, len);
}

#endif
