/* cmd_online: see cmd_online.h. */
#include "cmd_online.h"

#include "base/text.h"
#include "cmd.h"
#include "platform/spawn.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define REASON_MAX 2000u

struct child {
	pid_t pid;
	int in, out, says; /* our ends: the request goes in, the answer and the reason come out */
};

static void close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
}

static int start(const char *program, const char *url, const char *timeout, struct child *c,
                 struct evd_error *err)
{
	static const char *const env[] = {NULL};
	const char *argv[5] = {"evidence-online", timeout ? "--timeout" : url, timeout, url, NULL};
	struct evd_spawn how = {.program = program, .argv = argv, .env = env, .n_fds = 3};
	int pair[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}}, r = 0;

	if (!timeout)
		argv[2] = NULL;
	for (int i = 0; r == 0 && i < 3; i++)
		r = evd_spawn_pipe(pair[i], err);
	how.fd[0] = pair[0][0];
	how.fd[1] = pair[1][1];
	how.fd[2] = pair[2][1];
	if (r == 0)
		r = evd_spawn(&how, &c->pid, err);
	if (r) {
		for (int i = 0; i < 3; i++)
			close_pair(pair[i]);
		return r;
	}
	close(pair[0][0]);
	close(pair[1][1]);
	close(pair[2][1]);
	c->in = pair[0][1];
	c->out = pair[1][0];
	c->says = pair[2][0];
	return 0;
}

/* What fits is kept, the rest is read and dropped, so that the other side never waits for us. */
static bool take(int fd, struct evd_buf *b, size_t max)
{
	uint8_t piece[4096];
	ssize_t n = read(fd, piece, sizeof piece);

	if (n > 0 && b->len + (size_t)n <= max)
		evd_put(b, piece, (size_t)n);
	else if (n > 0)
		b->failed = EVD_E_LIMIT;
	return n > 0 || (n < 0 && errno == EINTR);
}

static void listen_to(struct child *c, struct evd_buf *answer, struct evd_buf *reason, size_t max)
{
	struct pollfd p[2] = {{.fd = c->out, .events = POLLIN}, {.fd = c->says, .events = POLLIN}};

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return;
		if (p[0].fd >= 0 && p[0].revents && !take(c->out, answer, max))
			p[0].fd = -1;
		if (p[1].fd >= 0 && p[1].revents && !take(c->says, reason, REASON_MAX))
			p[1].fd = -1;
	}
}

static int judge(int status, const struct evd_buf *reason, struct evd_error *err)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	int n =
	    (int)(reason->len && reason->data[reason->len - 1] == '\n' ? reason->len - 1 : reason->len);

	if (code == 0)
		return 0;
	if (n == 0)
		return evd_fail(err, EVD_E_UNAVAILABLE, "evidence-online ended without a word (%d)",
		                status);
	return evd_fail(err,
	                code == 64   ? EVD_E_MISUSE
	                : code == 65 ? EVD_E_FORMAT
	                             : EVD_E_UNAVAILABLE,
	                "%.*s", n > 300 ? 300 : n, (const char *)reason->data);
}

int cmd_online_ask(const char *url, const char *timeout, struct evd_view request,
                   struct evd_buf *answer, struct evd_error *err)
{
	struct child c = {.pid = -1};
	struct evd_buf reason = {0};
	void (*before)(int);
	char program[4096];
	int r = cmd_beside("evidence-online", program, sizeof program, err);

	if (r == 0)
		r = start(program, url, timeout, &c, err);
	if (r)
		return r;
	before = signal(SIGPIPE, SIG_IGN); /* it may have gone before it read: its reason says why */
	if (write(c.in, request.p, request.len) != (ssize_t)request.len)
		errno = 0;
	close(c.in);
	listen_to(&c, answer, &reason, answer->max);
	signal(SIGPIPE, before);
	close(c.out);
	close(c.says);
	r = judge(evd_spawn_wait(c.pid), &reason, err);
	if (r == 0)
		r = evd_buf_check(answer, err);
	evd_buf_release(&reason);
	return r;
}
