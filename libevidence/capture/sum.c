/* sum: see sum.h. */
#include "capture/sum.h"

#include "capture/walk.h"

#define ASK_EVERY 1024u /* names */

bool evd_sum(char *const *paths, size_t n, uint64_t avoid_dev, uint64_t avoid_ino,
             bool (*stopped)(void *ctx), void *ctx, uint64_t *out)
{
	uint64_t names = 0;
	bool known = true;

	*out = 0;
	for (size_t i = 0; i < n && known; i++) {
		struct evd_walk *w;
		struct evd_walked f;
		int r = evd_walk_open(paths[i], avoid_dev, avoid_ino, &w, NULL);

		if (r)
			continue; /* it will be named when its turn comes */
		evd_walk_sizes_only(w);
		while (known && (r = evd_walk_next(w, &f, NULL)) == 0) {
			if (f.kind == EVD_WALK_FILE)
				*out += f.size;
			known =
			    ++names <= EVD_SUM_NAMES && (names % ASK_EVERY != 0 || !stopped || !stopped(ctx));
		}
		known = known && r == EVD_END;
		evd_walk_free(w);
	}
	return known;
}
