/* alter_afl: alter.h as a mutator of AFL++ (AFL_CUSTOM_MUTATOR_LIBRARY; its docs/custom_mutators.md). */
#include "alter.h"

#include <stdlib.h>
#include <string.h>

void *afl_custom_init(void *afl, unsigned seed);
size_t afl_custom_fuzz(void *state, uint8_t *data, size_t len, uint8_t **out, uint8_t *more,
                       size_t more_len, size_t max);
void afl_custom_deinit(void *state);

struct state {
	unsigned seed;
	uint8_t data[1u << 20];
};

void *afl_custom_init(void *afl, unsigned seed)
{
	struct state *s = malloc(sizeof *s);

	(void)afl;
	if (s)
		s->seed = seed;
	return s;
}

size_t afl_custom_fuzz(void *state, uint8_t *data, size_t len, uint8_t **out, uint8_t *more,
                       size_t more_len, size_t max)
{
	struct state *s = state;
	size_t done;

	(void)more;
	(void)more_len;
	*out = data;
	if (len > sizeof s->data)
		return len;
	memcpy(s->data, data, len);
	s->seed = s->seed * 1664525u + 1013904223u;
	done = alter_bundle(s->data, len, max < sizeof s->data ? max : sizeof s->data, s->seed >> 4);
	if (done == 0)
		return len;
	*out = s->data;
	return done;
}

void afl_custom_deinit(void *state)
{
	free(state);
}
