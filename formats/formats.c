/* formats: see formats.h. */
#include "formats.h"

#include <stdlib.h>
#include <string.h>

#ifndef EVD_FORMATS_DEF
#define EVD_FORMATS_DEF "formats.def"
#endif

#define EVD_FORMAT(name) extern const struct evd_format evd_format_##name;
#include EVD_FORMATS_DEF
#undef EVD_FORMAT

const struct evd_format *const evd_formats[] = {
#define EVD_FORMAT(name) &evd_format_##name,
#include EVD_FORMATS_DEF
#undef EVD_FORMAT
};
const size_t evd_n_formats = sizeof evd_formats / sizeof *evd_formats;

_Static_assert(sizeof evd_formats / sizeof *evd_formats <= EVD_FORMATS_MAX,
               "raise EVD_FORMATS_MAX");

const struct evd_format *evd_formats_find(const char *name)
{
	for (size_t i = 0; i < evd_n_formats; i++)
		if (strcmp(evd_formats[i]->name, name) == 0)
			return evd_formats[i];
	return NULL;
}

int evd_formats_warm(struct evd_error *err)
{
	struct evd_error later;
	int r = 0;

	for (size_t i = 0; i < evd_n_formats; i++) {
		int one = 0;

		if (evd_formats[i]->warm)
			one = evd_formats[i]->warm(r ? &later : err);
		if (one && !r)
			r = one;
	}
	return r;
}

static void choose(struct evd_formats_choice *choice)
{
	unsigned best = 0;
	size_t n_best = 0;

	for (size_t i = 0; i < evd_n_formats; i++)
		if (!evd_formats[i]->alongside && choice->bits[i] > best)
			best = choice->bits[i];
	for (size_t i = 0; i < evd_n_formats; i++) {
		bool exclusive = !evd_formats[i]->alongside;

		choice->run[i] = choice->bits[i] > 0 && (!exclusive || choice->bits[i] == best);
		choice->n_run += choice->run[i];
		n_best += exclusive && choice->run[i];
	}
	choice->ambiguous = n_best > 1;
}

int evd_formats_probe_all(const struct evd_input *in, struct evd_formats_choice *choice,
                          struct evd_error *err)
{
	uint8_t *head;
	size_t got = 0;
	int r;

	memset(choice, 0, sizeof *choice);
	if (in->n == 0)
		return evd_fail(err, EVD_E_MISUSE, "an item has at least one source");
	head = malloc(EVD_PROBE_LEN);
	if (!head)
		return evd_nomem(err);
	r = in->source[0].read_at(in->source[0].ctx, 0, head, EVD_PROBE_LEN, &got, err);
	if (r == 0) {
		for (size_t i = 0; i < evd_n_formats; i++)
			choice->bits[i] = evd_formats[i]->probe(evd_view_of(head, got), in);
		choose(choice);
	}
	free(head);
	return r;
}
