/* wire: see wire.h. */
#include "reader/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAGIC UINT32_C(0x31565245) /* "ERV1" */

static void head(struct evd_buf *b, enum evd_wire_type type)
{
	evd_put_u32le(b, MAGIC);
	evd_put_u8(b, (uint8_t)type);
}

unsigned evd_wire_type_of(struct evd_view message)
{
	struct evd_cursor c;

	evd_cursor_init(&c, message);
	if (evd_get_u32le(&c) != MAGIC)
		return 0;
	return evd_get_u8(&c);
}

static int start(struct evd_cursor *c, struct evd_view message, enum evd_wire_type type,
                 struct evd_error *err)
{
	if (evd_wire_type_of(message) != type)
		return evd_fail(err, EVD_E_FORMAT, "message is not of type %d", (int)type);
	evd_cursor_init(c, message);
	evd_get_bytes(c, 5);
	return 0;
}

static int finish(const struct evd_cursor *c, struct evd_error *err)
{
	if (!evd_cursor_ok(c) || !evd_cursor_at_end(c))
		return evd_fail(err, EVD_E_FORMAT, "message has the wrong length");
	return 0;
}

int evd_wire_put_request(struct evd_buf *b, const struct evd_wire_request *q, struct evd_error *err)
{
	size_t only = strnlen(q->only, sizeof q->only);

	if (q->n < 1u + q->loose || q->n > EVD_WIRE_SOURCES || only == sizeof q->only)
		return evd_fail(err, EVD_E_MISUSE, "an item has 1 to %u descriptors", EVD_WIRE_SOURCES);
	head(b, EVD_WIRE_REQUEST);
	evd_put_u32le(b, q->ticket);
	evd_put_u64le(b, q->memory);
	evd_put_u32le(b, q->seconds);
	evd_put_u64le(b, q->output);
	evd_put_u8(b, q->degraded);
	evd_put_u32le(b, q->from);
	evd_put_u8(b, (uint8_t)only);
	evd_put(b, q->only, only);
	evd_put_u8(b, q->loose);
	evd_put_u8(b, (uint8_t)q->n);
	for (size_t i = 0; i < q->n; i++) {
		struct evd_view v = q->name[i];

		if (v.len > EVD_WIRE_NAME_MAX) /* the end holds the extension */
			v = evd_view_of(v.p + (v.len - EVD_WIRE_NAME_MAX), EVD_WIRE_NAME_MAX);
		evd_put_u32le(b, (uint32_t)v.len);
		evd_put_view(b, v);
	}
	return evd_buf_check(b, err);
}

int evd_wire_get_request(struct evd_view message, struct evd_wire_request *q, struct evd_error *err)
{
	struct evd_cursor c;
	struct evd_view only;
	int r = start(&c, message, EVD_WIRE_REQUEST, err);

	memset(q, 0, sizeof *q);
	if (r)
		return r;
	q->ticket = evd_get_u32le(&c);
	q->memory = evd_get_u64le(&c);
	q->seconds = evd_get_u32le(&c);
	q->output = evd_get_u64le(&c);
	q->degraded = evd_get_u8(&c) != 0;
	q->from = evd_get_u32le(&c);
	only = evd_get_bytes(&c, evd_get_u8(&c));
	if (only.len >= sizeof q->only)
		return evd_fail(err, EVD_E_FORMAT, "name of a reader is too long");
	if (only.len)
		memcpy(q->only, only.p, only.len);
	q->loose = evd_get_u8(&c) != 0;
	q->n = evd_get_u8(&c);
	if (q->n < 1u + q->loose || q->n > EVD_WIRE_SOURCES)
		return evd_fail(err, EVD_E_FORMAT, "wrong number of descriptors");
	for (size_t i = 0; i < q->n; i++)
		q->name[i] = evd_get_bytes(&c, evd_get_u32le(&c));
	return finish(&c, err);
}

int evd_wire_put_stop(struct evd_buf *b, uint32_t ticket, struct evd_error *err)
{
	head(b, EVD_WIRE_STOP);
	evd_put_u32le(b, ticket);
	return evd_buf_check(b, err);
}

int evd_wire_get_stop(struct evd_view message, uint32_t *ticket, struct evd_error *err)
{
	struct evd_cursor c;
	int r = start(&c, message, EVD_WIRE_STOP, err);

	if (r)
		return r;
	*ticket = evd_get_u32le(&c);
	return finish(&c, err);
}

int evd_wire_put_ended(struct evd_buf *b, const struct evd_wire_ended *e, struct evd_error *err)
{
	head(b, EVD_WIRE_ENDED);
	evd_put_u32le(b, e->ticket);
	evd_put_u8(b, e->signalled);
	evd_put_u32le(b, e->value);
	evd_put_u64le(b, e->memory_peak);
	evd_put_u32le(b, e->cpu_ms);
	return evd_buf_check(b, err);
}

int evd_wire_get_ended(struct evd_view message, struct evd_wire_ended *e, struct evd_error *err)
{
	struct evd_cursor c;
	int r = start(&c, message, EVD_WIRE_ENDED, err);

	memset(e, 0, sizeof *e);
	if (r)
		return r;
	e->ticket = evd_get_u32le(&c);
	e->signalled = evd_get_u8(&c) != 0;
	e->value = evd_get_u32le(&c);
	e->memory_peak = evd_get_u64le(&c);
	e->cpu_ms = evd_get_u32le(&c);
	return finish(&c, err);
}

/* Room for the descriptors of one message, aligned as cmsg wants it. */
union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int) * (EVD_WIRE_SOURCES + 1))];
};

int evd_wire_send(int socket, struct evd_view message, const int *fd, size_t n,
                  struct evd_error *err)
{
	union control control;
	union {
		const void *ours;
		void *theirs; /* sendmsg does not write to it */
	} bytes = {message.p};
	struct iovec iov = {bytes.theirs, message.len};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

	if (message.len > EVD_WIRE_MESSAGE_MAX || n > EVD_WIRE_SOURCES + 1)
		return evd_fail(err, EVD_E_MISUSE, "message to the reader is too long");
	if (n) {
		struct cmsghdr *h;

		memset(&control, 0, sizeof control);
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(sizeof(int) * n);
		h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof(int) * n);
		memcpy(CMSG_DATA(h), fd, sizeof(int) * n);
	}
	while (sendmsg(socket, &m, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return evd_fail_sys(err, errno, "cannot write to the reader");
	return 0;
}

static void take_descriptors(struct msghdr *m, int *fd, size_t *n, bool *too_many)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		size_t count;

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		count = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int one;

			memcpy(&one, CMSG_DATA(h) + i * sizeof(int), sizeof one);
			if (*n < EVD_WIRE_SOURCES + 1) {
				fd[(*n)++] = one;
			} else {
				close(one);
				*too_many = true;
			}
		}
	}
}

int evd_wire_receive(int socket, uint8_t *buf, size_t *len, int *fd, size_t *n,
                     struct evd_error *err)
{
	union control control;
	struct iovec iov = {buf, EVD_WIRE_MESSAGE_MAX};
	struct msghdr m = {.msg_iov = &iov,
	                   .msg_iovlen = 1,
	                   .msg_control = control.bytes,
	                   .msg_controllen = sizeof control.bytes};
	bool too_many = false;
	ssize_t got;

	*len = 0;
	*n = 0;
	do
		got = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0 && errno != ECONNRESET)
		return evd_fail_sys(err, errno, "cannot read from the other side");
	if (got <= 0)
		return EVD_END;
	take_descriptors(&m, fd, n, &too_many);
	if (too_many || (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
		while (*n)
			close(fd[--*n]);
		return evd_fail(err, EVD_E_FORMAT, "message on the socket is too long");
	}
	*len = (size_t)got;
	return 0;
}
