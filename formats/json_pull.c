/* json_pull: see json_pull.h. */
#include "json_pull.h"

#include <stdlib.h>
#include <string.h>

enum expect { VALUE, VALUE_OR_END, KEY, KEY_OR_END, COLON, COMMA_OR_END, NOTHING };

int json_pull_init(struct json_pull *j,
                   int (*read)(void *ctx, void *p, size_t len, size_t *got, struct evd_error *err),
                   void *ctx, struct evd_error *err)
{
	memset(j, 0, sizeof *j);
	j->read = read;
	j->ctx = ctx;
	j->text_max = UINT32_C(8) << 20;
	evd_buf_init(&j->text, 0);
	j->block = malloc(JSON_BLOCK);
	return j->block ? 0 : evd_nomem(err);
}

void json_pull_release(struct json_pull *j)
{
	free(j->block);
	j->block = NULL;
	evd_buf_release(&j->text);
}

static uint64_t here(const struct json_pull *j)
{
	return j->base + j->at;
}

static int fill(struct json_pull *j, struct evd_error *err)
{
	int r;

	j->base += j->len;
	j->at = j->len = 0;
	if (j->end)
		return 0;
	r = j->read(j->ctx, j->block, JSON_BLOCK, &j->len, err);
	if (r == 0 && j->len == 0)
		j->end = true;
	return r;
}

/* The byte at hand, or -1 at the end; *r an error. */
static int peek(struct json_pull *j, int *r, struct evd_error *err)
{
	if (j->at == j->len) {
		*r = fill(j, err);
		if (*r || j->at == j->len)
			return -1;
	}
	return j->block[j->at];
}

static int wrong(const struct json_pull *j, struct evd_error *err, const char *what)
{
	int r =
	    evd_fail(err, EVD_E_FORMAT, "not JSON at byte %llu: %s", (unsigned long long)here(j), what);

	if (err)
		err->offset = here(j);
	return r;
}

static void put(struct json_pull *j, const void *p, size_t len)
{
	if (j->text.len + len > j->text_max)
		j->text_cut = true;
	else
		evd_put(&j->text, p, len);
}

static void put_cp(struct json_pull *j, uint32_t cp)
{
	uint8_t u[4];
	size_t n = 0;

	if (cp < 0x80) {
		u[n++] = (uint8_t)cp;
	} else if (cp < 0x800) {
		u[n++] = (uint8_t)(0xc0 | cp >> 6);
		u[n++] = (uint8_t)(0x80 | (cp & 0x3f));
	} else if (cp < 0x10000) {
		u[n++] = (uint8_t)(0xe0 | cp >> 12);
		u[n++] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
		u[n++] = (uint8_t)(0x80 | (cp & 0x3f));
	} else {
		u[n++] = (uint8_t)(0xf0 | cp >> 18);
		u[n++] = (uint8_t)(0x80 | (cp >> 12 & 0x3f));
		u[n++] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
		u[n++] = (uint8_t)(0x80 | (cp & 0x3f));
	}
	put(j, u, n);
}

static int hex(struct json_pull *j, int n, uint32_t *out, struct evd_error *err)
{
	int r = 0;

	*out = 0;
	for (int i = 0; i < n; i++) {
		int c = peek(j, &r, err), d;

		if (r)
			return r;
		d = c >= '0' && c <= '9'   ? c - '0'
		    : c >= 'a' && c <= 'f' ? c - 'a' + 10
		    : c >= 'A' && c <= 'F' ? c - 'A' + 10
		                           : -1;
		if (d < 0)
			return wrong(j, err, "escape");
		*out = *out << 4 | (uint32_t)d;
		j->at++;
	}
	return 0;
}

/* Behind the backslash. `high` holds a surrogate that waits for its second half. */
static int escape(struct json_pull *j, uint32_t *high, struct evd_error *err)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	int r = 0, c = peek(j, &r, err);
	const char *at;
	uint32_t cp;

	if (r)
		return r;
	at = c > 0 ? strchr(from, c) : NULL;
	if (c != 'u' && !at && !(c == 'x' && j->tdesktop))
		return wrong(j, err, "escape");
	j->at++;
	if (at) {
		put(j, &to[at - from], 1);
		return 0;
	}
	r = hex(j, c == 'x' ? 2 : 4, &cp, err);
	if (r)
		return r;
	j->slips += c == 'x';
	if (cp >= 0xd800 && cp < 0xdc00) {
		*high = cp;
		return 0;
	}
	put_cp(j, cp);
	return 0;
}

/* The second half of a pair, if it follows; else the first one stands alone. */
static int pair(struct json_pull *j, uint32_t high, uint32_t *next, struct evd_error *err)
{
	int r = 0, c = peek(j, &r, err);
	uint32_t cp;

	*next = 0;
	if (r)
		return r;
	if (c != '\\') {
		put_cp(j, high);
		return 0;
	}
	j->at++;
	c = peek(j, &r, err);
	if (r)
		return r;
	if (c != 'u') {
		put_cp(j, high);
		return escape(j, next, err);
	}
	j->at++;
	r = hex(j, 4, &cp, err);
	if (r)
		return r;
	if (cp >= 0xdc00 && cp < 0xe000) {
		put_cp(j, 0x10000 + ((high - 0xd800) << 10) + (cp - 0xdc00));
		return 0;
	}
	put_cp(j, high);
	if (cp >= 0xd800 && cp < 0xdc00)
		*next = cp;
	else
		put_cp(j, cp);
	return 0;
}

static int string(struct json_pull *j, struct evd_error *err)
{
	uint32_t high = 0;
	int r = 0;

	evd_buf_reset(&j->text);
	j->text_cut = false;
	j->at++;
	for (;;) {
		size_t run;
		int c;

		while (high) {
			r = pair(j, high, &high, err);
			if (r)
				return r;
		}
		c = peek(j, &r, err);
		if (r)
			return r;
		if (c < 0)
			return wrong(j, err, "string without end");
		if (c == '"') {
			j->at++;
			return evd_buf_check(&j->text, err);
		}
		if (c == '\\') {
			j->at++;
			r = escape(j, &high, err);
			if (r)
				return r;
			continue;
		}
		for (run = j->at; run < j->len && j->block[run] != '"' && j->block[run] != '\\'; run++)
			;
		put(j, j->block + j->at, run - j->at);
		j->at = run;
	}
}

static bool in_number(int c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

static int number(struct json_pull *j, struct evd_error *err)
{
	int r = 0, c;

	evd_buf_reset(&j->text);
	j->text_cut = false;
	while ((c = peek(j, &r, err)) >= 0 && in_number(c)) {
		if (j->text.len > 400)
			return wrong(j, err, "number");
		evd_put_u8(&j->text, (uint8_t)c);
		j->at++;
	}
	return r ? r : evd_buf_check(&j->text, err);
}

static int word(struct json_pull *j, const char *text, struct evd_error *err)
{
	int r = 0;

	for (; *text; text++, j->at++)
		if (peek(j, &r, err) != (uint8_t)*text)
			return r ? r : wrong(j, err, "word");
	return 0;
}

/* A value that Telegram Desktop wrote without quotes ends with its line. */
static int bare(struct json_pull *j, enum json_token *t, struct evd_error *err)
{
	static const char *const words[] = {"true", "false", "null"};
	uint8_t byte;
	int r = 0, c;

	evd_buf_reset(&j->text);
	j->text_cut = false;
	while ((c = peek(j, &r, err)) >= 'a' && c <= 'z') {
		byte = (uint8_t)c;
		put(j, &byte, 1);
		j->at++;
	}
	for (size_t i = 0; i < 3; i++)
		if (json_pull_is(j, words[i]) && (c < 0 || strchr(",}] \n\r\t", c))) {
			*t = (enum json_token)(JSON_TRUE + i);
			return r;
		}
	while ((c = peek(j, &r, err)) >= 0 && c != '\n' && c != '\r') {
		byte = (uint8_t)c;
		put(j, &byte, 1);
		j->at++;
	}
	*t = JSON_STRING;
	j->slips++;
	if (r == 0 && j->text.len == 0)
		return wrong(j, err, "value expected");
	return r ? r : evd_buf_check(&j->text, err);
}

static void after_value(struct json_pull *j)
{
	if (j->depth)
		j->expect = COMMA_OR_END;
	else
		j->expect = j->lines ? VALUE : NOTHING;
}

static int open_list(struct json_pull *j, bool object, struct evd_error *err)
{
	if (j->depth == JSON_DEPTH)
		return wrong(j, err, "nested too deep");
	j->in_object[j->depth++] = object;
	j->expect = object ? KEY_OR_END : VALUE_OR_END;
	j->at++;
	return 0;
}

static int value(struct json_pull *j, int c, enum json_token *t, struct evd_error *err)
{
	int r;

	if (c == '{' || c == '[') {
		*t = c == '{' ? JSON_OBJECT : JSON_ARRAY;
		return open_list(j, c == '{', err);
	}
	if (c == '"') {
		*t = JSON_STRING;
		r = string(j, err);
	} else if (in_number(c) && c != '+' && c != '.') {
		*t = JSON_NUMBER;
		r = number(j, err);
	} else if (j->tdesktop && c >= 0 && !strchr(",:]}", c)) {
		r = bare(j, t, err);
	} else if (c == 't' || c == 'f' || c == 'n') {
		*t = c == 't' ? JSON_TRUE : c == 'f' ? JSON_FALSE : JSON_NULL;
		r = word(j, c == 't' ? "true" : c == 'f' ? "false" : "null", err);
	} else {
		return wrong(j, err, "value expected");
	}
	after_value(j);
	return r;
}

static int blank(struct json_pull *j, int *c, struct evd_error *err)
{
	int r = 0;

	do {
		*c = peek(j, &r, err);
		if (*c == 0xef && j->base + j->at == 0 && j->len >= 3) /* a BOM */
			j->at += 3;
		else if (*c == ' ' || *c == '\n' || *c == '\r' || *c == '\t')
			j->at++;
		else
			return r;
	} while (r == 0);
	return r;
}

static int close_list(struct json_pull *j, enum json_token *t)
{
	j->depth--;
	*t = j->in_object[j->depth] ? JSON_OBJECT_END : JSON_ARRAY_END;
	j->at++;
	after_value(j);
	return 0;
}

static int step(struct json_pull *j, enum json_token *t, struct evd_error *err)
{
	int c, r = blank(j, &c, err);
	bool object = j->depth && j->in_object[j->depth - 1];

	if (r)
		return r;
	if (j->depth && j->expect == COMMA_OR_END && c == ',') {
		j->at++;
		j->expect = object ? KEY : VALUE;
		r = blank(j, &c, err);
		if (r)
			return r;
	} else if (j->depth && c == (object ? '}' : ']') &&
	           (j->expect == COMMA_OR_END || j->expect == KEY_OR_END ||
	            j->expect == VALUE_OR_END)) {
		j->from = here(j);
		return close_list(j, t);
	} else if (j->expect == COMMA_OR_END) {
		return wrong(j, err, "comma or end of list expected");
	}
	j->from = here(j);
	if (c < 0 && j->depth == 0 && (j->expect == NOTHING || j->lines)) {
		*t = JSON_END;
		return 0;
	}
	if (c < 0 || j->expect == NOTHING)
		return wrong(j, err, c < 0 ? "ends too early" : "bytes behind the value");
	if (j->expect != KEY && j->expect != KEY_OR_END)
		return value(j, c, t, err);
	if (c != '"')
		return wrong(j, err, "member name expected");
	r = string(j, err);
	if (r == 0)
		r = blank(j, &c, err);
	if (r)
		return r;
	if (c != ':')
		return wrong(j, err, "colon expected");
	j->at++;
	j->expect = VALUE;
	*t = JSON_KEY;
	return 0;
}

int json_pull_next(struct json_pull *j, enum json_token *t, struct evd_error *err)
{
	int r = step(j, t, err);

	j->to = here(j);
	return r;
}

int json_pull_skip(struct json_pull *j, enum json_token t, struct evd_error *err)
{
	unsigned depth = j->depth;
	int r = 0;

	if (t != JSON_OBJECT && t != JSON_ARRAY)
		return 0;
	while (r == 0 && j->depth >= depth)
		r = json_pull_next(j, &t, err);
	return r;
}

bool json_pull_is(const struct json_pull *j, const char *text)
{
	return evd_view_is(evd_buf_view(&j->text), text);
}
