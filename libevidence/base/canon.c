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

/* A byte below 0x20, a quotation mark or a backslash among eight (a byte of x that is 0 borrows). */
static inline bool needs_escape(const uint8_t *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t x, quote, slash;

	memcpy(&x, p, sizeof x);
	quote = x ^ ones * '"';
	slash = x ^ ones * '\\';
	return (((x - ones * 0x20) & ~x) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) &
	       high;
}

static inline bool is_plain8(const uint8_t *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof x);
	return !(x & UINT64_C(0x8080808080808080)) && !needs_escape(p);
}

/* After the opening quote; ends behind the closing one. */
static int scan_string(struct parser *p, struct evd_view *out)
{
	size_t from = p->pos;
	uint32_t cp;

	for (;;) {
		int c, r;

		while (p->text.len - p->pos >= 8 && is_plain8(p->text.p + p->pos))
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

bool evd_json_int(const struct evd_json *j, size_t object, const char *key, uint64_t *out)
{
	size_t at = evd_json_find(j, object, key);

	if (at == 0 || j->node[at].type != EVD_JSON_INT)
		return false;
	*out = j->node[at].number;
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

/* ASCII without anything to escape; the last eight bytes are looked at again rather than one by one. */
static bool is_plain(struct evd_view v)
{
	for (size_t i = 0; v.len >= 8; i = v.len - i < 16 ? v.len - 8 : i + 8) {
		if (!is_plain8(v.p + i))
			return false;
		if (i == v.len - 8)
			return true;
	}
	return false;
}

static void put_quoted(struct evd_buf *b, struct evd_view v)
{
	if (!evd_buf_room(b, v.len + 2))
		return;
	b->data[b->len] = b->data[b->len + v.len + 1] = '"';
	memcpy(b->data + b->len + 1, v.p, v.len);
	b->len += v.len + 2;
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

/* `v` is UTF-8. */
static void put_json_utf8(struct evd_buf *b, struct evd_view v)
{
	size_t run = 0;

	evd_put_u8(b, '"');
	for (size_t i = 0; i < v.len; i++) {
		uint8_t c = v.p[i];

		if (v.len - i >= 8 && !needs_escape(v.p + i)) {
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
		put_json_utf8(b, v);
	else
		b->failed = b->failed ? b->failed : EVD_E_FORMAT;
}

void evd_object_init(struct evd_object *o)
{
	memset(o, 0, sizeof *o);
}

void evd_object_release(struct evd_object *o)
{
	evd_buf_release(&o->values);
	free(o->member);
	memset(o, 0, sizeof *o);
}

void evd_object_reset(struct evd_object *o)
{
	evd_buf_reset(&o->values);
	o->n = 0;
	o->failed = 0;
}

/* Opens member `key`; its value is what is put into o->values until close_member. */
static bool open_member(struct evd_object *o, const char *key, const char *suffix)
{
	void *grown;
	size_t n, k;

	if (o->failed)
		return false;
	if (o->n >= o->cap) {
		grown = evd_grow(o->member, o->n, &o->cap, sizeof *o->member);
		if (!grown) {
			o->failed = EVD_E_NOMEM;
			return false;
		}
		o->member = grown;
	}
	n = strlen(key);
	k = *suffix ? strlen(suffix) : 0;
	if (n + k < 1 || n + k > EVD_MAX_KEY) {
		o->failed = EVD_E_MISUSE;
		return false;
	}
	memcpy(o->member[o->n].key, key, n + 1);
	if (k)
		memcpy(o->member[o->n].key + n, suffix, k + 1);
	o->member[o->n].off = o->values.len;
	return true;
}

static void close_member(struct evd_object *o)
{
	if (o->values.failed) {
		o->failed = o->values.failed;
		return;
	}
	o->member[o->n].len = o->values.len - o->member[o->n].off;
	o->n++;
}

void evd_object_str(struct evd_object *o, const char *key, struct evd_view v)
{
	if (!open_member(o, key, ""))
		return;
	evd_put_json_string(&o->values, v);
	close_member(o);
}

void evd_object_cstr(struct evd_object *o, const char *key, const char *text)
{
	evd_object_str(o, key, evd_view_str(text));
}

void evd_object_int(struct evd_object *o, const char *key, uint64_t v)
{
	if (v > EVD_MAX_JSON_INT)
		o->failed = o->failed ? o->failed : EVD_E_MISUSE;
	if (!open_member(o, key, ""))
		return;
	evd_put_dec(&o->values, v);
	close_member(o);
}

void evd_object_raw(struct evd_object *o, const char *key, struct evd_view json)
{
	if (!open_member(o, key, ""))
		return;
	evd_put_view(&o->values, json);
	close_member(o);
}

void evd_object_bool(struct evd_object *o, const char *key, bool v)
{
	evd_object_raw(o, key, evd_view_str(v ? "true" : "false"));
}

void evd_object_null(struct evd_object *o, const char *key)
{
	evd_object_raw(o, key, evd_view_str("null"));
}

void evd_object_hex(struct evd_object *o, const char *key, const uint8_t *p, size_t len)
{
	if (!open_member(o, key, ""))
		return;
	evd_put_u8(&o->values, '"');
	evd_put_hex(&o->values, p, len);
	evd_put_u8(&o->values, '"');
	close_member(o);
}

void evd_object_bytes(struct evd_object *o, const char *key, struct evd_view v)
{
	bool plain = is_plain(v);

	if (plain || evd_is_utf8(v)) {
		if (!open_member(o, key, ""))
			return;
		if (plain)
			put_quoted(&o->values, v);
		else
			put_json_utf8(&o->values, v);
		close_member(o);
		return;
	}
	if (!open_member(o, key, "Bytes"))
		return;
	evd_put_u8(&o->values, '"');
	evd_put_base64url(&o->values, v.p, v.len);
	evd_put_u8(&o->values, '"');
	close_member(o);
}

void evd_object_object(struct evd_object *o, const char *key, struct evd_object *inner)
{
	if (!open_member(o, key, ""))
		return;
	if (evd_object_write(inner, &o->values, NULL)) {
		o->failed = EVD_E_MISUSE;
		return;
	}
	close_member(o);
}

/* Members come in nearly sorted order or are few: no general sort. */
static void sort_members(struct evd_object *o)
{
	for (size_t i = 1; i < o->n; i++) {
		struct evd_object_member m;
		size_t at = i;

		while (at && strcmp(o->member[at - 1].key, o->member[i].key) > 0)
			at--;
		if (at == i)
			continue;
		m = o->member[i];
		memmove(&o->member[at + 1], &o->member[at], (i - at) * sizeof m);
		o->member[at] = m;
	}
}

static int by_key(const void *a, const void *b)
{
	const struct evd_object_member *x = a, *y = b;

	return strcmp(x->key, y->key);
}

int evd_object_write(struct evd_object *o, struct evd_buf *b, struct evd_error *err)
{
	if (o->failed)
		return evd_fail(err, o->failed, "object cannot be written: %s", evd_strerror(o->failed));
	if (o->n > 64)
		qsort(o->member, o->n, sizeof *o->member, by_key);
	else
		sort_members(o);
	for (size_t i = 1; i < o->n; i++)
		if (strcmp(o->member[i - 1].key, o->member[i].key) == 0)
			return evd_fail(err, EVD_E_MISUSE, "member '%s' given twice", o->member[i].key);
	evd_put_u8(b, '{');
	for (size_t i = 0; i < o->n; i++) {
		if (i > 0)
			evd_put_u8(b, ',');
		evd_put_u8(b, '"');
		evd_put_str(b, o->member[i].key);
		evd_put(b, "\":", 2);
		evd_put(b, o->values.data + o->member[i].off, o->member[i].len);
	}
	evd_put_u8(b, '}');
	return evd_buf_check(b, err);
}
