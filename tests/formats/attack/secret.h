/*
 * secret: bytes that stand for a signing key, and a search for them in all memory of this process that can be read
 * (threats P-11). They stand nowhere in a program: each is computed when it is needed.
 */
#ifndef EVD_TEST_SECRET_H
#define EVD_TEST_SECRET_H

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SECRET_LEN 32u

static inline uint8_t secret_byte(size_t i)
{
	volatile unsigned step = 151; /* volatile: or the compiler lays the bytes down as a table */

	return (uint8_t)(i * step + 61);
}

static inline bool is_secret(const uint8_t *p)
{
	for (size_t i = 0; i < SECRET_LEN; i++)
		if (p[i] != secret_byte(i))
			return false;
	return true;
}

/* In memory from `from` to `to`, by pieces that overlap; what cannot be read of it is not there. */
static inline unsigned secrets_between(int mem, uint8_t *room, size_t size, uint64_t from,
                                       uint64_t to)
{
	unsigned found = 0;

	for (; from < to; from += size - SECRET_LEN + 1) {
		ssize_t n = pread(mem, room, to - from < size ? (size_t)(to - from) : size, (off_t)from);

		for (ssize_t i = 0; i + (ssize_t)SECRET_LEN <= n; i++)
			found += is_secret(room + i);
	}
	return found;
}

/* How often they stand in this process; -1: it could not be looked at. The shadow of a sanitizer, terabytes that are
 * not there, is left out. */
static inline int secrets_in_memory(void)
{
	enum { ROOM = 1 << 20 };
	FILE *maps = fopen("/proc/self/maps", "re");
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC), found = -1;
	uint8_t *room = malloc(ROOM);
	uint64_t from, to;
	char line[4096], mode[5];

	if (maps && mem >= 0 && room)
		found = 0;
	while (found >= 0 && fgets(line, sizeof line, maps))
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &from, &to, mode) == 3 && mode[0] == 'r' &&
		    to - from < UINT64_C(1) << 30)
			found += (int)secrets_between(mem, room, ROOM, from, to);
	if (maps)
		fclose(maps);
	if (mem >= 0)
		close(mem);
	free(room);
	return found;
}

#endif
