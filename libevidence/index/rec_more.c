/* rec_more: words of a record beside its text and name; see rec.h. */
#include "index/rec.h"

#include "base/text.h"
#include "derive/fate.h"

#include <string.h>

/* Members that hold words beside the body: captions, what was answered. */
static bool is_more(struct evd_view key)
{
#define KEY(text)                                                                                  \
	{                                                                                              \
		text, sizeof text - 1                                                                      \
	}
	static const struct {
		const char *name;
		size_t len;
	} keys[] = {KEY("bodyRaw"), KEY("caption"), KEY("chatId"), KEY("forwardedFrom"), KEY("found"),
	            KEY("group"),   KEY("label"),   KEY("marker"), KEY("replyText")};
#undef KEY
	size_t len = key.len;

	if (len > 5 && memcmp(key.p + len - 5, "Bytes", 5) == 0)
		len -= 5;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (keys[i].len == len && memcmp(keys[i].name, key.p, len) == 0)
			return true;
	return false;
}

static void put_key(struct evd_buf *b, struct evd_view key)
{
	evd_put_str(b, b->len ? ",\"" : "{\"");
	evd_put_view(b, key);
	evd_put_str(b, "\":");
}

/* What became of a message, as `flags`. */
static void put_fate(struct evd_buf *b, unsigned fate)
{
	struct evd_buf words = {0};

	evd_fate_put(&words, fate);
	put_key(b, evd_view_str("flags"));
	evd_put_view(b, evd_buf_view(&words));
	evd_put_u8(b, ']');
	b->failed = b->failed ? b->failed : words.failed;
	evd_buf_release(&words);
}

void evd_rec_put_more(struct evd_buf *b, const struct evd_json *j, bool message)
{
	unsigned fate = message ? evd_fate(j) : 0;
	size_t at = 1;

	evd_buf_reset(b);
	for (uint32_t i = 0; i < j->node[0].count; i++, at = j->node[at].next) {
		const struct evd_json_node *n = &j->node[at];
		size_t quote = n->type == EVD_JSON_STRING;

		if (fate && evd_view_cmp(n->key, evd_view_str("flags")) >= 0) {
			put_fate(b, fate);
			fate = 0;
		}
		if (quote ? !is_more(n->key)
		          : n->type != EVD_JSON_ARRAY || !evd_view_is(n->key, "revisions"))
			continue;
		put_key(b, n->key);
		evd_put(b, n->raw.p - quote, n->raw.len + 2 * quote);
	}
	if (b->len)
		evd_put_u8(b, '}');
}

void evd_rec_put_string(struct evd_buf *b, const struct evd_json_node *n)
{
	static const char suffix[] = "Bytes";
	const size_t len = sizeof suffix - 1;

	if (n->key.len > len && memcmp(n->key.p + n->key.len - len, suffix, len) == 0)
		evd_put_unbase64url(b, n->raw);
	else
		evd_put_unescaped(b, n->raw);
}

bool evd_rec_is_words(const struct evd_json *j, size_t at)
{
	struct evd_view key = j->node[at].key;

	/* of an older version the body alone, not its time */
	return j->node[at].type == EVD_JSON_STRING &&
	       (is_more(key) || evd_view_is(key, "body") || evd_view_is(key, "bodyBytes"));
}
