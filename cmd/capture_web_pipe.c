/* capture_web_pipe: the browser's DevTools pipe; see capture_web.h. */
#include "capture_web.h"

#include "platform/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/poll.h>
#include <unistd.h>

#define READ_BLOCK (UINT32_C(1) << 18)
#define LOOK_MS 100 /* how often is looked whether a stop was asked for */
#define NODES_MAX (UINT32_C(1) << 22)
#define SEEK_MS 5000 /* for the browser to take a word */

struct taking {
	struct evd_view left;
};

static int take(void *ctx, void *p, size_t len, size_t *got, struct evd_error *err)
{
	struct taking *t = ctx;

	(void)err;
	*got = len < t->left.len ? len : t->left.len;
	if (*got)
		memcpy(p, t->left.p, *got);
	t->left = evd_view_of(t->left.p + *got, t->left.len - *got);
	return 0;
}

static int parse(struct web *w, struct evd_view text, struct evd_error *err)
{
	struct taking t = {text};
	struct json_pull j;
	enum json_token first;
	int r = json_pull_init(&j, take, &t, err);

	if (r)
		return r;
	j.text_max = WEB_MESSAGE_MAX;
	if (!w->msg.max_nodes)
		json_tree_init(&w->msg, WEB_MESSAGE_MAX, NODES_MAX);
	r = json_pull_next(&j, &first, err);
	if (r == 0)
		r = json_tree_read(&w->msg, &j, first, err);
	if (r == 0 && w->msg.node[0].type != JSON_OBJECT)
		r = evd_fail(err, EVD_E_FORMAT, "the browser does not speak the DevTools protocol");
	json_pull_release(&j);
	return r;
}

/* The next whole message; EVD_END if it is not there yet. */
static int next_message(struct web *w, struct evd_view *out)
{
	const uint8_t *end;

	if (w->scanned < w->at)
		w->scanned = w->at;
	end =
	    w->in.len > w->scanned ? memchr(w->in.data + w->scanned, 0, w->in.len - w->scanned) : NULL;
	w->scanned = w->in.len;
	if (!end)
		return EVD_END;
	*out = evd_view_of(w->in.data + w->at, (size_t)(end - w->in.data) - w->at);
	w->at = w->scanned = (size_t)(end - w->in.data) + 1;
	return 0;
}

static void compact(struct web *w)
{
	if (w->at < w->in.len && w->at < w->in.len / 2)
		return;
	if (w->in.len > w->at)
		memmove(w->in.data, w->in.data + w->at, w->in.len - w->at);
	w->in.len -= w->at;
	w->scanned = w->scanned > w->at ? w->scanned - w->at : 0;
	w->at = 0;
}

static int gone(struct evd_error *err)
{
	return evd_fail(err, EVD_E_UNAVAILABLE, "the browser ended before the page was captured");
}

/* Reads what is there within `ms`; EVD_END: nothing came. */
static int receive(struct web *w, int ms, struct evd_error *err)
{
	struct pollfd p = {.fd = w->from, .events = POLLIN};
	static uint8_t block[READ_BLOCK];
	ssize_t n;

	if (capture_stopped(w->c))
		return evd_fail(err, EVD_E_CANCELLED, "stopped while a page was captured");
	n = poll(&p, 1, ms < LOOK_MS ? ms : LOOK_MS);
	if (n <= 0)
		return n == 0 || errno == EINTR ? EVD_END
		                                : evd_fail_sys(err, errno, "cannot wait for the browser");
	n = read(w->from, block, sizeof block);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return EVD_END;
	if (n <= 0)
		return gone(err);
	compact(w);
	evd_put(&w->in, block, (size_t)n);
	return evd_buf_check(&w->in, err);
}

/* Puts w->msg to w->heard, unless it is the answer to `wanted`: then EVD_END. */
static int hand_on(struct web *w, uint64_t wanted, struct evd_error *err)
{
	struct evd_view session = json_text_of(&w->msg, 0, "sessionId");
	struct evd_view method = json_text_of(&w->msg, 0, "method");
	uint64_t id = web_number(w, 0, "id");
	char name[96] = "";

	if (id && id == wanted)
		return EVD_END;
	if (session.len >= sizeof w->session.id || method.len >= sizeof name || !w->heard)
		return 0;
	memset(&w->session, 0, sizeof w->session);
	if (session.len)
		memcpy(w->session.id, session.p, session.len);
	if (method.len)
		memcpy(name, method.p, method.len);
	return w->heard(w->ctx, w, id, name, json_get(&w->msg, 0, id ? "result" : "params"), err);
}

/* Works off whole messages until the answer to `wanted` (EVD_END) or none is left. */
static int work_off(struct web *w, uint64_t wanted, unsigned *n, struct evd_error *err)
{
	struct evd_view text;
	int r = 0;

	while (r == 0 && next_message(w, &text) == 0) {
		(*n)++;
		r = parse(w, text, err);
		if (r == 0)
			r = hand_on(w, wanted, err);
	}
	return r;
}

int web_hear(struct web *w, int ms, struct evd_error *err)
{
	int64_t until = evd_clock_ms() + ms;
	unsigned n = 0;
	int r;

	for (;;) {
		int64_t left = until - evd_clock_ms();

		r = work_off(w, 0, &n, err);
		if (r || n)
			return r;
		if (left <= 0)
			return EVD_END;
		r = receive(w, (int)left, err);
		if (r < 0)
			return r;
	}
}

static int write_all(struct web *w, struct evd_error *err)
{
	struct pollfd p = {.fd = w->to, .events = POLLOUT};
	size_t done = 0;

	while (done < w->out.len) {
		ssize_t n = write(w->to, w->out.data + done, w->out.len - done);

		if (n > 0)
			done += (size_t)n;
		else if (errno == EAGAIN && poll(&p, 1, SEEK_MS) > 0)
			continue;
		else if (errno != EINTR)
			return gone(err);
	}
	return 0;
}

int web_send(struct web *w, const struct web_session *session, const char *method,
             const char *params, uint64_t *id, struct evd_error *err)
{
	int r;

	w->last_id++;
	if (id)
		*id = w->last_id;
	evd_buf_reset(&w->out);
	evd_putf(&w->out, "{\"id\":%llu,\"method\":\"%s\"", (unsigned long long)w->last_id, method);
	if (session && session->id[0]) {
		evd_put_str(&w->out, ",\"sessionId\":");
		evd_put_json_string(&w->out, evd_view_str(session->id));
	}
	if (params) {
		evd_put_str(&w->out, ",\"params\":");
		evd_put_str(&w->out, params);
	}
	evd_put(&w->out, "}", 2); /* with the NUL that ends it */
	r = evd_buf_check(&w->out, err);
	return r ? r : write_all(w, err);
}

int web_wait(struct web *w, uint64_t id, const char *method, int ms, size_t *result,
             struct evd_error *err)
{
	int64_t until = evd_clock_ms() + ms;
	struct evd_view text;
	unsigned n = 0;
	int r = 0;

	*result = 0;
	while (r == 0) {
		int64_t left = until - evd_clock_ms();

		r = work_off(w, id, &n, err);
		if (r)
			break;
		if (left <= 0)
			return evd_fail(err, EVD_E_LIMIT, "the browser did not answer %s within %d s", method,
			                ms / 1000);
		r = receive(w, (int)left, err);
		r = r == EVD_END ? 0 : r;
	}
	if (r != EVD_END)
		return r;
	*result = json_get(&w->msg, 0, "result");
	if (*result)
		return 0;
	text = json_text_of(&w->msg, json_get(&w->msg, 0, "error"), "message");
	return evd_fail(err, EVD_E_DAMAGED, "the browser refused %s: %.*s", method,
	                text.len < 120 ? (int)text.len : 120, text.len ? (const char *)text.p : "");
}

int web_call(struct web *w, const struct web_session *session, const char *method,
             const char *params, int ms, size_t *result, struct evd_error *err)
{
	uint64_t id;
	int r = web_send(w, session, method, params, &id, err);

	*result = 0;
	return r ? r : web_wait(w, id, method, ms, result, err);
}

uint64_t web_number(const struct web *w, size_t object, const char *key)
{
	struct evd_view v = json_text_of(&w->msg, object, key);
	uint64_t x = 0;

	for (size_t i = 0; i < v.len && v.p[i] >= '0' && v.p[i] <= '9'; i++) {
		if (x > UINT64_MAX / 10 - 1)
			return 0;
		x = x * 10 + (uint64_t)(v.p[i] - '0');
	}
	return x;
}

bool web_put_base64(struct evd_buf *b, struct evd_view text)
{
	uint8_t out[3 * 1024];

	if (text.len % 4)
		return false;
	while (text.len && !b->failed) {
		size_t n = text.len < 4096 ? text.len : 4096;
		int got = EVP_DecodeBlock(out, text.p, (int)n);

		if (got < 0)
			return false;
		/* EVP_DecodeBlock counts the bytes that padding stands for */
		for (size_t i = 0; i < 2 && text.p[n - 1 - i] == '='; i++)
			got--;
		evd_put(b, out, (size_t)got);
		text = evd_view_of(text.p + n, text.len - n);
	}
	return !b->failed;
}
