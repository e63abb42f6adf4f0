/*
 * chat_zip: names in a zip's central directory, for probes; see chat_file.h.
 *
 *   end of central directory (APPNOTE 4.3.16), searched from the end, comment ≤ 65535 bytes:
 *     "PK\5\6" … u16 entries at 10, u32 size at 12, u32 offset at 16
 *   central header (4.3.12): "PK\1\2", u16 name, extra, comment lengths at 28, 30, 32, name at 46
 *
 * A zip that was cut has no directory: then the headers before its files are looked for.
 *
 *   local header (4.3.7): "PK\3\4", u16 flags at 6 (bit 3: sizes stand behind the bytes), u32 size
 *     at 18, u16 name and extra lengths at 26 and 28, name at 30
 */
#include "chat_file.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>

#define TAIL (22u + 65535u)
#define DIRECTORY_MAX (UINT32_C(4) << 20) /* bytes of the directory that a probe looks at */
#define FORWARD_MAX (UINT32_C(16) << 20)  /* bytes read in search of headers */
#define BLOCK 4096u
#define LOCAL 30u /* bytes of a header before its name */

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

/* The header at p, of which `got` bytes are there: its name, and how far the next may be; false: none. */
static bool local_header(const uint8_t *p, size_t got, struct evd_view *name, uint64_t *size)
{
	struct evd_cursor c;
	uint16_t flags, name_len, extra_len;
	uint32_t packed;

	evd_cursor_init(&c, evd_view_of(p, got));
	if (got < LOCAL || memcmp(evd_get_bytes(&c, 4).p, "PK\3\4", 4) != 0)
		return false;
	evd_get_bytes(&c, 2);
	flags = evd_get_u16le(&c);
	evd_get_bytes(&c, 10);
	packed = evd_get_u32le(&c);
	evd_get_bytes(&c, 4);
	name_len = evd_get_u16le(&c);
	extra_len = evd_get_u16le(&c);
	*name = evd_get_bytes(&c, name_len);
	*size = LOCAL + (uint64_t)name_len + extra_len + (flags & 8 ? 0 : packed);
	return evd_cursor_ok(&c);
}

static void names_forward(const struct evd_source *s, void (*each)(void *ctx, struct evd_view name),
                          void *ctx)
{
	uint8_t block[BLOCK];
	uint64_t at = 0, size;

	for (uint64_t looked = 0; looked < FORWARD_MAX && at < s->size; looked += BLOCK) {
		const uint8_t *found;
		struct evd_view name;
		size_t got;

		if (evd_source_read(s, at, block, sizeof block, &got, NULL) || got < LOCAL)
			return;
		found = memmem(block, got, "PK\3\4", 4);
		if (found == block) {
			if (local_header(block, got, &name, &size)) {
				each(ctx, name);
				at += size;
			} else {
				at++;
			}
		} else {
			at += found ? (uint64_t)(found - block) : got - 3;
		}
	}
}

static bool names_of_directory(const struct evd_source *s,
                               void (*each)(void *ctx, struct evd_view name), void *ctx)
{
	uint64_t from = s->size > TAIL ? s->size - TAIL : 0;
	struct evd_buf tail, directory;
	struct evd_error err;
	uint32_t off = 0, len = 0;
	bool found;

	evd_buf_init(&tail, TAIL);
	evd_buf_init(&directory, DIRECTORY_MAX);
	found = evd_source_load(s, from, s->size - from, TAIL, &tail, &err) == 0 &&
	        find_end(evd_buf_view(&tail), &off, &len);
	if (len > DIRECTORY_MAX)
		len = DIRECTORY_MAX;
	if (found && each && evd_source_load(s, off, len, DIRECTORY_MAX, &directory, &err) == 0)
		names(evd_buf_view(&directory), each, ctx);
	evd_buf_release(&tail);
	evd_buf_release(&directory);
	return found;
}

void evd_chat_zip_names(const struct evd_source *s, void (*each)(void *ctx, struct evd_view name),
                        void *ctx)
{
	if (!names_of_directory(s, each, ctx))
		names_forward(s, each, ctx);
}

bool evd_chat_zip_has_end(const struct evd_source *s)
{
	return names_of_directory(s, NULL, NULL);
}
