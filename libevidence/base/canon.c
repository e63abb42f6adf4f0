/* canon: see canon.h. */
#include "base/canon.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parser {
	struct evd_json *j;
	struct evd_view text;
	size_t pos;
	unsigned depth;
	struct evd_error *err;
};

static int wrong(struct parser *p, const char *what)
{
	int r = evd_fail(p->err, EVD_E_FORMAT, "not canonical JSON at byte %zu: %s", p->pos, what);

	if (p->err)
		p->err->offset = p->pos;
	return r;
}

static int peek(const struct parser *p)
{
	return p->pos < p->text.len ? p->text.p[p->pos] : -1;
}

static bool take(struct parser *p, char c)
{
	if (peek(p) != (uint8_t)c)
		return false;
	p->pos++;
	return true;
}

static int new_node(struct parser *p, enum evd_json_type type, size_t *out)
{
	struct evd_json *j = p->j;
	void *grown = evd_grow(j->node, j->n, &j->cap, sizeof *j->node);

	if (!grown)
		return evd_nomem(p->err);
	j->node = grown;
	memset(&j->node[j->n], 0, sizeof *j->node);
	j->node[j->n].type = type;
	*out = j->n++;
	return 0;
}

/* RFC 8785 §3.2.2.2: the short escapes, \u00xx in lower case for the other controls, raw the rest. */
static int scan_escape(struct parser *p)
{
	static const char shorts[] = "\"\\bfnrt";
	uint8_t code;
	int c = peek(p);

	if (c > 0 && strchr(shorts, c)) {
		p->pos++;
		return 0;
	}
	if (c != 'u' || p->text.len - p->pos < 5 || memcmp(p->text.p + p->pos, "u00", 3) != 0 ||
	    !evd_unhex(evd_view_of(p->text.p + p->pos + 3, 2), &code, 1))
		return wrong(p, "escape");
	if (code >= 0x20 || code == '\b' || code == '\f' || code == '\n' || code == '\r' ||
	    code == '\t')
		return wrong(p, "needless escape");
	p->pos += 5;
	return 0;
}

/* After the opening quote; ends behind the closing one. */
static int scan_string(struct parser *p, struct evd_view *out)
{
	size_t from = p->pos;
	uint32_t cp;

	for (;;) {
		int c, r;

		while (p->text.len - p->pos >= 8 && evd_json_is_plain8(p->text.p + p->pos))
			p->pos += 8;
		c = peek(p);
		if (c == '"')
			break;
		if (c < 0x20)
			return wrong(p, c < 0 ? "string without end" : "control character");
		if (c == '\\') {
			p->pos++;
			r = scan_escape(p);
			if (r)
				return r;
		} else if (c < 0x80) {
			p->pos++;
		} else if (!evd_utf8_next(p->text, &p->pos, &cp)) {
			return wrong(p, "not UTF-8");
		}
	}
	*out = evd_view_of(p->text.p + from, p->pos - from);
	p->pos++;
	return 0;
}

static int scan_int(struct parser *p, size_t at)
{
	uint64_t x = 0;
	size_t from = p->pos;
	int c;

	while ((c = peek(p)) >= '0' && c <= '9') {
		if (p->pos == from + 1 && p->text.p[from] == '0')
			return wrong(p, "leading zero");
		x = x * 10 + (uint64_t)(c - '0');
		if (x > EVD_MAX_JSON_INT)
			return wrong(p, "number above 2^53-1");
		p->pos++;
	}
	p->j->node[at].number = x;
	return 0;
}

static int scan_word(struct parser *p, const char *word)
{
	size_t n = strlen(word);

	if (p->text.len - p->pos < n || memcmp(p->text.p + p->pos, word, n) != 0)
		return wrong(p, "value");
	p->pos += n;
	return 0;
}

static int scan_value(struct parser *p, struct evd_view key);

static bool is_key_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '-';
}

/* ASCII keys: bytewise order is the UTF-16 order that RFC 8785 §3.2.3 asks for. */
static int scan_member(struct parser *p, struct evd_view *last)
{
	struct evd_view key = {NULL, 0};

	if (!take(p, '"'))
		return wrong(p, "member name");
	key.p = p->text.p + p->pos;
	while (is_key_letter(peek(p)))
		p->pos++;
	key.len = (size_t)(p->text.p + p->pos - key.p);
	if (key.len == 0 || key.len > EVD_MAX_KEY || !take(p, '"'))
		return wrong(p, "member name");
	if (last->p && evd_view_cmp(*last, key) >= 0)
		return wrong(p, "members out of order or twice");
	if (!take(p, ':'))
		return wrong(p, "colon");
	*last = key;
	return scan_value(p, key);
}

static int scan_list(struct parser *p, size_t at, bool object)
{
	const struct evd_view none = {NULL, 0};
	struct evd_view last = none;
	char close = object ? '}' : ']';
	int r;

	if (++p->depth > EVD_MAX_JSON_DEPTH)
		return wrong(p, "nested too deep");
	if (!take(p, close)) {
		do {
			r = object ? scan_member(p, &last) : scan_value(p, none);
			if (r)
				return r;
			p->j->node[at].count++;
		} while (take(p, ','));
		if (!take(p, close))
			return wrong(p, "end of list");
	}
	p->depth--;
	return 0;
}

static int scan_value(struct parser *p, struct evd_view key)
{
	int c = peek(p), r;
	size_t at = 0, from = p->pos;
	enum evd_json_type type = c == '{'   ? EVD_JSON_OBJECT
	                          : c == '[' ? EVD_JSON_ARRAY
	                          : c == '"' ? EVD_JSON_STRING
	                          : c == 't' ? EVD_JSON_TRUE
	                          : c == 'f' ? EVD_JSON_FALSE
	                          : c == 'n' ? EVD_JSON_NULL
	                                     : EVD_JSON_INT;

	if (type == EVD_JSON_INT && (c < '0' || c > '9'))
		return wrong(p, "value");
	r = new_node(p, type, &at);
	if (r)
		return r;
	p->j->node[at].key = key;
	switch (type) {
	case EVD_JSON_OBJECT:
	case EVD_JSON_ARRAY:
		p->pos++;
		r = scan_list(p, at, type == EVD_JSON_OBJECT);
		break;
	case EVD_JSON_STRING:
		p->pos++;
		r = scan_string(p, &p->j->node[at].raw);
		break;
	case EVD_JSON_TRUE: r = scan_word(p, "true"); break;
	case EVD_JSON_FALSE: r = scan_word(p, "false"); break;
	case EVD_JSON_NULL: r = scan_word(p, "null"); break;
	case EVD_JSON_INT: r = scan_int(p, at); break;
	}
	if (r)
		return r;
	if (type != EVD_JSON_STRING)
		p->j->node[at].raw = evd_view_of(p->text.p + from, p->pos - from);
	p->j->node[at].next = (uint32_t)p->j->n;
	return 0;
}

int evd_json_parse(struct evd_json *j, struct evd_view text, struct evd_error *err)
{
	struct parser p = {j, text, 0, 0, err};
	const struct evd_view none = {NULL, 0};
	int r;

	j->n = 0;
	r = scan_value(&p, none);
	if (r == 0 && p.pos != text.len)
		r = wrong(&p, "bytes behind the value");
	if (r)
		j->n = 0;
	return r;
}

void evd_json_release(struct evd_json *j)
{
	free(j->node);
	memset(j, 0, sizeof *j);
}

size_t evd_json_find(const struct evd_json *j, size_t object, const char *key)
{
	const struct evd_view want = evd_view_str(key);
	size_t at = object + 1;

	if (object >= j->n || j->node[object].type != EVD_JSON_OBJECT)
		return 0;
	for (uint32_t i = 0; i < j->node[object].count; i++) {
		if (j->node[at].key.p[0] == want.p[0] && evd_view_eq(j->node[at].key, want))
			return at;
		at = j->node[at].next;
	}
	return 0;
}

bool evd_json_string(const struct evd_json *j, size_t object, const char *key, struct evd_view *out)
{
	size_t at = evd_json_find(j, object, key);

	if (at == 0 || j->node[at].type != EVD_JSON_STRING)
		return false;
	*out = j->node[at].raw;
	return true;
}

void evd_put_unescaped(struct evd_buf *b, struct evd_view raw)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";

	for (size_t i = 0; i < raw.len; i++) {
		uint8_t c = raw.p[i];

		if (c == '\\' && i + 1 < raw.len) {
			const char *at;

			c = raw.p[++i];
			at = strchr(from, c);
			if (c == 'u' && raw.len - i >= 5 && evd_unhex(evd_view_of(raw.p + i + 3, 2), &c, 1))
				i += 4;
			else if (at && c)
				c = (uint8_t)to[at - from];
		}
		evd_put_u8(b, c);
	}
}

static void put_escape(struct evd_buf *b, uint8_t c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt", hex[] = "0123456789abcdef";
	const char *at = c ? strchr(from, c) : NULL;
	const char letter[2] = {'\\', at ? to[at - from] : 'u'};
	const char code[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

	if (at)
		evd_put(b, letter, sizeof letter);
	else
		evd_put(b, code, sizeof code);
}

void evd_put_json_utf8(struct evd_buf *b, struct evd_view v)
{
	size_t run = 0;

	evd_put_u8(b, '"');
	for (size_t i = 0; i < v.len; i++) {
		uint8_t c = v.p[i];

		if (v.len - i >= 8 && !evd_json_needs_escape(v.p + i)) {
			i += 7;
			continue;
		}
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		evd_put(b, v.p + run, i - run);
		run = i + 1;
		put_escape(b, c);
	}
	if (v.len > run)
		evd_put(b, v.p + run, v.len - run);
	evd_put_u8(b, '"');
}

void evd_put_json_string(struct evd_buf *b, struct evd_view v)
{
	if (evd_is_utf8(v))
		evd_put_json_utf8(b, v);
	else
		b->failed = b->failed ? b->failed : EVD_E_FORMAT;
}
