/* capture_hand: the pipe of evidence-capture; see capture.h and docs/capture.md. */
#include "capture_hand.h"

#include "base/frame.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/poll.h>
#include <unistd.h>

#define OUT_BLOCK (UINT32_C(256) << 10)
#define DATA_MAX (EVD_CAPTURE_FRAME_MAX - 1u)

static int flush(struct capture *c, struct evd_error *err)
{
	size_t done = 0;
	int r = evd_buf_check(&c->out, err);

	while (r == 0 && done < c->out.len) {
		ssize_t n = write(STDOUT_FILENO, c->out.data + done, c->out.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return evd_fail_sys(err, errno, "evidence has gone");
		done += (size_t)n;
	}
	evd_buf_reset(&c->out);
	return r;
}

static int put(struct capture *c, char type, struct evd_view payload, struct evd_error *err)
{
	evd_frame_put(&c->out, type, payload);
	return c->out.len >= OUT_BLOCK ? flush(c, err) : evd_buf_check(&c->out, err);
}

static int put_object(struct capture *c, char type, struct evd_object *o, struct evd_error *err)
{
	int r = evd_frame_put_object(&c->out, type, o, err);

	evd_object_reset(o);
	if (r == 0 && c->out.len >= OUT_BLOCK)
		r = flush(c, err);
	return r;
}

int capture_item(struct capture *c, const char *name, struct evd_error *err)
{
	return put(c, 'I', evd_view_str(name), err);
}

int capture_data(struct capture *c, const void *p, size_t len, struct evd_error *err)
{
	const uint8_t *at = p;
	int r = 0;

	while (r == 0 && len) {
		size_t n = len < DATA_MAX ? len : DATA_MAX;

		r = put(c, 'D', evd_view_of(at, n), err);
		at += n;
		len -= n;
	}
	return r;
}

int capture_item_end(struct capture *c, struct evd_object *facts, struct evd_error *err)
{
	return put_object(c, 'E', facts, err);
}

int capture_record(struct capture *c, struct evd_object *o, struct evd_error *err)
{
	return put_object(c, 'R', o, err);
}

int capture_commit(struct capture *c, struct evd_error *err)
{
	int r = put(c, 'C', evd_view_of(NULL, 0), err);

	return r ? r : flush(c, err);
}

int capture_action(struct capture *c, const char *action, const char *method, struct evd_error *err)
{
	struct evd_object o;
	int r;

	evd_object_init(&o);
	evd_object_cstr(&o, "action", action);
	evd_object_cstr(&o, "method", method);
	r = put_object(c, 'A', &o, err);
	evd_object_release(&o);
	return r;
}

EVD_PRINTF(3, 0) static void words(struct capture *c, char type, const char *fmt, va_list args)
{
	char text[1000];

	vsnprintf(text, sizeof text, fmt, args);
	/* a pipe that has closed is noticed by what follows */
	if (put(c, type, evd_view_str(text), NULL) == 0 && flush(c, NULL))
		c->gone = true;
}

void capture_say(struct capture *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	words(c, 'N', fmt, args);
	va_end(args);
}

void capture_warn(struct capture *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	words(c, 'F', fmt, args);
	va_end(args);
}

/* The next word of `evidence`; 0 if there is none within `ms` (-1: waits). Its end is STOP. */
static enum evd_capture_word hear(struct capture *c, int ms)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	struct evd_view rest, payload;
	uint8_t block[64];
	char type;

	for (;;) {
		int n;
		ssize_t got;

		rest = evd_buf_view(&c->in);
		if (evd_frame_take(&rest, EVD_CAPTURE_FRAME_MAX, &type, &payload) == 0) {
			if (rest.len)
				memmove(c->in.data, rest.p, rest.len);
			c->in.len = rest.len;
			return (enum evd_capture_word)type;
		}
		n = poll(&p, 1, ms);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			return 0;
		got = n < 0 ? 0 : read(STDIN_FILENO, block, sizeof block);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return EVD_CAPTURE_STOP;
		evd_put(&c->in, block, (size_t)got);
		if (c->in.failed)
			return EVD_CAPTURE_STOP;
	}
}

int capture_wait(struct capture *c, enum evd_capture_word *word, struct evd_error *err)
{
	int r = put(c, 'W', evd_view_of(NULL, 0), err);

	if (r == 0)
		r = flush(c, err);
	*word = EVD_CAPTURE_STOP;
	if (r == 0 && !c->gone && !c->stopped)
		*word = hear(c, -1);
	c->stopped = c->stopped || *word == EVD_CAPTURE_STOP;
	return r;
}

bool capture_stopped(struct capture *c)
{
	if (!c->stopped && !c->gone)
		c->stopped = hear(c, 0) == EVD_CAPTURE_STOP;
	return c->stopped || c->gone;
}

int capture_begin(struct capture *c, struct evd_error *err)
{
	struct evd_view rest, payload;
	uint8_t block[4096];
	char type = 0;
	int r = EVD_END;

	memset(c, 0, sizeof *c);
	while (r == EVD_END) {
		ssize_t n = read(STDIN_FILENO, block, sizeof block);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return evd_fail(err, EVD_E_MISUSE, "no request");
		evd_put(&c->in, block, (size_t)n);
		r = evd_buf_check(&c->in, err);
		rest = evd_buf_view(&c->in);
		if (r == 0)
			r = evd_frame_take(&rest, EVD_CAPTURE_FRAME_MAX, &type, &payload);
	}
	if (r == 0 && type != EVD_CAPTURE_REQUEST)
		r = EVD_E_FORMAT;
	if (r)
		return evd_fail(err, r, "the request is not one");
	evd_put_view(&c->request_text, payload);
	if (rest.len)
		memmove(c->in.data, rest.p, rest.len);
	c->in.len = rest.len;
	r = evd_buf_check(&c->request_text, err);
	return r ? r : evd_json_parse(&c->request, evd_buf_view(&c->request_text), err);
}

int capture_end(struct capture *c, int code, const struct evd_error *why)
{
	struct evd_object o;
	struct evd_error err = {0};
	int r;

	if (code == 0) {
		r = put(c, 'Z', evd_view_of(NULL, 0), &err);
	} else {
		evd_object_init(&o);
		evd_object_int(&o, "code", (uint64_t)-code);
		evd_object_bytes(&o, "text", evd_view_str(why->text[0] ? why->text : evd_strerror(code)));
		r = put_object(c, 'X', &o, &err);
		evd_object_release(&o);
	}
	if (r == 0)
		r = flush(c, &err);
	for (size_t i = 0; i < c->n_strings; i++)
		free(c->strings[i]);
	evd_buf_release(&c->in);
	evd_buf_release(&c->out);
	evd_buf_release(&c->request_text);
	evd_json_release(&c->request);
	return r;
}

static const char *keep(struct capture *c, struct evd_view raw)
{
	struct evd_buf b = {0};

	evd_put_unescaped(&b, raw);
	evd_put_u8(&b, 0);
	if (b.failed || c->n_strings == CAPTURE_STRINGS) {
		evd_buf_release(&b);
		return NULL;
	}
	c->strings[c->n_strings++] = (char *)b.data;
	return (const char *)b.data;
}

const char *capture_option(struct capture *c, const char *key)
{
	struct evd_view raw;

	return evd_json_string(&c->request, 0, key, &raw) ? keep(c, raw) : NULL;
}

uint64_t capture_number(const struct capture *c, const char *key, uint64_t other)
{
	uint64_t v;

	return evd_json_int(&c->request, 0, key, &v) ? v : other;
}

bool capture_flag(const struct capture *c, const char *key)
{
	size_t at = evd_json_find(&c->request, 0, key);

	return at && c->request.node[at].type == EVD_JSON_TRUE;
}

const char *capture_list(struct capture *c, const char *key, size_t i)
{
	size_t list = evd_json_find(&c->request, 0, key), at = list + 1;

	if (!list || c->request.node[list].type != EVD_JSON_ARRAY || i >= c->request.node[list].count)
		return NULL;
	while (i--)
		at = c->request.node[at].next;
	return c->request.node[at].type == EVD_JSON_STRING ? keep(c, c->request.node[at].raw) : NULL;
}
