/* schema: see schema.h. */
#include "chain/schema.h"

#include "base/limits.h"
#include "base/text.h"

#include <string.h>

static bool take_decimal(struct evd_view v, size_t *pos, uint64_t *out)
{
	size_t from = *pos;

	*out = 0;
	while (*pos < v.len && v.p[*pos] >= '0' && v.p[*pos] <= '9' && *pos - from < 16)
		*out = *out * 10 + (uint64_t)(v.p[(*pos)++] - '0');
	return *pos > from && v.p[from] != '0';
}

bool evd_id_parse(struct evd_view v, struct evd_id *out)
{
	size_t pos = 0;

	return take_decimal(v, &pos, &out->seq) && pos < v.len && v.p[pos++] == '/' &&
	       take_decimal(v, &pos, &out->k) && pos == v.len && out->seq <= EVD_MAX_SEQ &&
	       out->k <= EVD_MAX_RECORDS;
}

static bool is_alnum(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool evd_is_token(struct evd_view v)
{
	if (v.len == 0 || v.len > 32 || !is_alnum(v.p[0]))
		return false;
	for (size_t i = 1; i < v.len; i++)
		if (!is_alnum(v.p[i]) && !memchr(".+_-", v.p[i], 4))
			return false;
	return true;
}

static bool read_code(struct evd_view v, const char *const *codes, unsigned *out)
{
	for (unsigned i = 0; codes[i]; i++)
		if (evd_view_is(v, codes[i])) {
			*out = i;
			return true;
		}
	return false;
}

/* Bytes that are not UTF-8, or they would have two spellings. */
static bool is_foreign_bytes(struct evd_view v)
{
	struct evd_buf bytes = {0};
	size_t len = v.len / 4 * 3 + (v.len % 4 ? v.len % 4 - 1 : 0);
	bool ok = evd_is_base64url(v, len);

	if (ok)
		evd_put_unbase64url(&bytes, v);
	ok = ok && !bytes.failed && !evd_is_utf8(evd_buf_view(&bytes));
	evd_buf_release(&bytes);
	return ok;
}

static bool read_crc(struct evd_view v, uint32_t *out)
{
	uint8_t b[4];

	if (!evd_unhex(v, b, 4))
		return false;
	*out = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	return true;
}

static bool read_string(const struct evd_json_node *node, const struct evd_member *m, void *at)
{
	struct evd_digest_or_null *optional = at;

	if (node->type != EVD_JSON_STRING)
		return false;
	switch (m->type) {
	case EVD_M_STRING: return true;
	case EVD_M_TOKEN: return evd_is_token(node->raw);
	case EVD_M_BASE64URL: return is_foreign_bytes(node->raw);
	case EVD_M_VIEW: *(struct evd_view *)at = node->raw; return true;
	case EVD_M_SHA256: return evd_unhex(node->raw, at, 32);
	case EVD_M_SHA256_OR_NULL:
		optional->present = true;
		return evd_unhex(node->raw, optional->sha256, 32);
	case EVD_M_SHA512: return evd_unhex(node->raw, at, 64);
	case EVD_M_CRC32: return read_crc(node->raw, at);
	case EVD_M_UUID:
		if (!evd_is_uuid(node->raw) || node->raw.p[14] != '4' || !strchr("89ab", node->raw.p[19]))
			return false;
		memcpy(at, node->raw.p, 36);
		((char *)at)[36] = '\0';
		return true;
	case EVD_M_TIME: return evd_time_parse(node->raw, at);
	case EVD_M_ID: return evd_id_parse(node->raw, at);
	case EVD_M_CODE: return read_code(node->raw, m->codes, at);
	default: return false;
	}
}

static bool read_member(const struct evd_json_node *node, const struct evd_member *m, uint8_t *into)
{
	void *at = into + m->off;

	switch (m->type) {
	case EVD_M_ANY: return true;
	case EVD_M_OBJECT: return node->type == EVD_JSON_OBJECT;
	case EVD_M_ARRAY: return node->type == EVD_JSON_ARRAY;
	case EVD_M_INT: *(uint64_t *)at = node->number; return node->type == EVD_JSON_INT;
	case EVD_M_INT_OR_NULL:
		*(uint64_t *)at = node->number;
		return node->type == EVD_JSON_NULL || (node->type == EVD_JSON_INT && node->number);
	case EVD_M_SHA256_OR_NULL:
		if (node->type == EVD_JSON_NULL)
			return true;
		break;
	default: break;
	}
	return read_string(node, m, at);
}

/* `name` is `last` with "Bytes" behind it: the two spellings of one member. */
static bool is_twin(struct evd_view last, struct evd_view name)
{
	return last.p && name.len == last.len + 5 && memcmp(name.p, last.p, last.len) == 0 &&
	       memcmp(name.p + last.len, "Bytes", 5) == 0;
}

int evd_schema_read(const struct evd_json *j, size_t object, const struct evd_member *members,
                    size_t n, void *into, struct evd_error *err)
{
	struct evd_view last = {NULL, 0};
	size_t at = object + 1, m = 0;

	if (j->node[object].type != EVD_JSON_OBJECT)
		return evd_fail(err, EVD_E_FORMAT, "not an object");
	/* both lists are sorted: one merge */
	for (uint32_t i = 0; i < j->node[object].count; i++, at = j->node[at].next) {
		const struct evd_json_node *node = &j->node[at];

		while (m < n && members[m].optional && !evd_view_is(node->key, members[m].name))
			m++;
		if (m == n || !evd_view_is(node->key, members[m].name))
			return evd_fail(err, EVD_E_FORMAT, "member '%.*s' unknown, or one before it missing",
			                (int)node->key.len, (const char *)node->key.p);
		if (!read_member(node, &members[m], into) || is_twin(last, node->key))
			return evd_fail(err, EVD_E_FORMAT, "member '%s' not of its form", members[m].name);
		last = node->key;
		m++;
	}
	while (m < n && members[m].optional)
		m++;
	if (m < n)
		return evd_fail(err, EVD_E_FORMAT, "member '%s' missing", members[m].name);
	return 0;
}
