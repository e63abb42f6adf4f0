/*
 * chat_zip: names in a zip's central directory, for probes; see chat_file.h.
 *
 *   end of central directory (APPNOTE 4.3.16), searched from the end, comment ≤ 65535 bytes:
 *     "PK\5\6" … u16 entries at 10, u32 size at 12, u32 offset at 16
 *   central header (4.3.12): "PK\1\2", u16 name, extra, comment lengths at 28, 30, 32, name at 46
 */
#include "chat_file.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>

#define TAIL (22u + 65535u)
#define DIRECTORY_MAX (UINT32_C(4) << 20) /* bytes of the directory that a probe looks at */

static bool find_end(struct evd_view tail, uint32_t *off, uint32_t *len)
{
	for (size_t i = tail.len >= 22 ? tail.len - 22 + 1 : 0; i > 0; i--) {
		struct evd_cursor c;

		if (memcmp(tail.p + i - 1, "PK\5\6", 4) != 0)
			continue;
		evd_cursor_init(&c, evd_view_of(tail.p + i - 1 + 12, 8));
		*len = evd_get_u32le(&c);
		*off = evd_get_u32le(&c);
		return true;
	}
	return false;
}

static void names(struct evd_view directory, void (*each)(void *ctx, struct evd_view name),
                  void *ctx)
{
	struct evd_cursor c;

	evd_cursor_init(&c, directory);
	while (evd_cursor_left(&c) >= 46) {
		struct evd_view name;
		uint16_t name_len, extra_len, comment_len;

		if (memcmp(evd_get_bytes(&c, 28).p, "PK\1\2", 4) != 0)
			return;
		name_len = evd_get_u16le(&c);
		extra_len = evd_get_u16le(&c);
		comment_len = evd_get_u16le(&c);
		evd_get_bytes(&c, 12);
		name = evd_get_bytes(&c, name_len);
		evd_get_bytes(&c, extra_len);
		if (!evd_cursor_ok(&c))
			return;
		each(ctx, name);
		evd_get_bytes(&c, comment_len);
	}
}

void evd_chat_zip_names(const struct evd_source *s, void (*each)(void *ctx, struct evd_view name),
                        void *ctx)
{
	uint64_t from = s->size > TAIL ? s->size - TAIL : 0;
	struct evd_buf tail, directory;
	struct evd_error err;
	uint32_t off, len;

	evd_buf_init(&tail, TAIL);
	evd_buf_init(&directory, DIRECTORY_MAX);
	if (evd_source_load(s, from, s->size - from, TAIL, &tail, &err) == 0 &&
	    find_end(evd_buf_view(&tail), &off, &len)) {
		if (len > DIRECTORY_MAX)
			len = DIRECTORY_MAX;
		if (evd_source_load(s, off, len, DIRECTORY_MAX, &directory, &err) == 0)
			names(evd_buf_view(&directory), each, ctx);
	}
	evd_buf_release(&tail);
	evd_buf_release(&directory);
}
