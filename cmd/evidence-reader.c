/*
 * evidence-reader: parses hostile bytes for `evidence`, which starts one for a batch of items.
 *
 * This process loads the readers' tables once, then makes one child for each item; the child goes
 * into the sandbox and reads (reader_item.c). This one never looks into an item: it receives
 * descriptors, passes them on, and says how each child ended. Descriptor 3 is its socket; it opens
 * nothing else after the tables. When the socket closes it ends its children and itself.
 */
#include "reader_item.h"

#include "formats.h"
#include "platform/large_pages.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN_MAX 12u /* more than are ever read ahead (EVD_READER_AHEAD) */

struct child {
	pid_t pid; /* 0: free */
	uint32_t ticket;
};

struct server {
	struct child child[CHILDREN_MAX];
	struct evd_sandbox_support support;
	sigset_t before; /* signal mask that children get back */
	uint8_t message[EVD_WIRE_MESSAGE_MAX];
	struct evd_buf reply;
};

static int say_ended(struct server *s, const struct evd_wire_ended *e, struct evd_error *err)
{
	int r;

	evd_buf_reset(&s->reply);
	r = evd_wire_put_ended(&s->reply, e, err);
	return r ? r : evd_wire_send(EVD_WIRE_FD, evd_buf_view(&s->reply), NULL, 0, err);
}

static int start_item(struct server *s, struct evd_view message, const int *fd, size_t n,
                      struct evd_error *err)
{
	struct evd_wire_request q;
	struct child *slot = NULL;
	int r = evd_wire_get_request(message, &q, err);

	if (r)
		return r;
	for (size_t i = 0; i < CHILDREN_MAX && !slot; i++)
		if (s->child[i].pid == 0)
			slot = &s->child[i];
	if (n != q.n + 1 || !slot)
		return evd_fail(err, EVD_E_FORMAT, "request does not fit its descriptors");
	slot->ticket = q.ticket;
	slot->pid = fork();
	if (slot->pid == 0) {
		sigprocmask(SIG_SETMASK, &s->before, NULL);
		if (dup2(0, 2) < 0) /* /dev/null: what libraries print is nobody's business */
			_exit(71);
		_exit(reader_item_run(fd[0], fd + 1, &q, &s->support));
	}
	if (slot->pid < 0) {
		struct evd_wire_ended e = {.ticket = q.ticket, .value = 71};

		slot->pid = 0;
		return say_ended(s, &e, err);
	}
	return 0;
}

static void stop_item(struct server *s, uint32_t ticket)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (s->child[i].pid && s->child[i].ticket == ticket)
			kill(s->child[i].pid, SIGKILL);
}

static int reap(struct server *s, struct evd_error *err)
{
	struct rusage use;
	int status, r = 0;
	pid_t pid;

	while (r == 0 && (pid = wait4(-1, &status, WNOHANG, &use)) > 0)
		for (size_t i = 0; i < CHILDREN_MAX; i++) {
			struct evd_wire_ended e = {.ticket = s->child[i].ticket};

			if (s->child[i].pid != pid)
				continue;
			s->child[i].pid = 0;
			e.signalled = WIFSIGNALED(status);
			e.value = (uint32_t)(e.signalled ? WTERMSIG(status) : WEXITSTATUS(status));
			e.memory_peak = (uint64_t)use.ru_maxrss * 1024;
			e.cpu_ms = (uint32_t)((use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000 +
			                      (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1000);
			r = say_ended(s, &e, err);
			break;
		}
	return r;
}

static int take_message(struct server *s, struct evd_error *err)
{
	int fd[EVD_WIRE_SOURCES + 1];
	size_t len, n;
	struct evd_view message;
	uint32_t ticket;
	int r = evd_wire_receive(EVD_WIRE_FD, s->message, &len, fd, &n, err);

	if (r)
		return r;
	message = evd_view_of(s->message, len);
	if (evd_wire_type_of(message) == EVD_WIRE_REQUEST) {
		r = start_item(s, message, fd, n, err);
	} else {
		r = evd_wire_get_stop(message, &ticket, err);
		if (r == 0)
			stop_item(s, ticket);
	}
	while (n)
		close(fd[--n]);
	return r;
}

static int serve(struct server *s, struct evd_error *err)
{
	struct signalfd_siginfo info;
	sigset_t set;
	struct pollfd p[2] = {{.fd = EVD_WIRE_FD, .events = POLLIN}, {.events = POLLIN}};
	int r = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &s->before);
	p[1].fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (p[1].fd < 0)
		return evd_fail_sys(err, errno, "cannot wait for children");
	while (r == 0) {
		if (poll(p, 2, -1) < 0 && errno != EINTR) {
			r = evd_fail_sys(err, errno, "cannot wait");
			break;
		}
		if (p[1].revents & POLLIN) {
			while (read(p[1].fd, &info, sizeof info) > 0)
				;
			r = reap(s, err);
		}
		if (r == 0 && p[0].revents)
			r = take_message(s, err);
	}
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (s->child[i].pid)
			kill(s->child[i].pid, SIGKILL);
	close(p[1].fd);
	return r == EVD_END ? 0 : r;
}

static int show_version(void)
{
	struct evd_sandbox_support support;

	if (evd_sandbox_probe(&support, NULL))
		return 71;
	printf("evidence-reader %s\nsandbox: ", EVD_VERSION);
	if (support.landlock)
		printf("landlock%d+", support.landlock);
	printf("%srlimit\n", support.seccomp ? "seccomp+" : "");
	for (size_t i = 0; i < evd_n_formats; i++)
		printf("reader: %s %s (%s)\n", evd_formats[i]->name, evd_formats[i]->version,
		       evd_formats[i]->spec);
	return 0;
}

int main(int argc, char **argv)
{
	static struct server s;
	struct evd_error err = {0};
	int r;

	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return show_version();
	if (argc != 1 || fcntl(EVD_WIRE_FD, F_GETFD) < 0) {
		fputs("evidence-reader is started by evidence, not by hand; --version says what it reads\n",
		      stderr);
		return 64;
	}
	fcntl(EVD_WIRE_FD, F_SETFD, FD_CLOEXEC);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	setsid(); /* no terminal, for the children either: one session for all, since each has its price */
	evd_buf_init(&s.reply, EVD_WIRE_MESSAGE_MAX);
	evd_large_pages_code();
	r = evd_formats_warm(&err);
	if (r == 0)
		r = evd_sandbox_probe(&s.support, &err);
	if (r == 0)
		r = evd_sandbox_before(&s.support, &err);
	if (r == 0)
		r = serve(&s, &err);
	evd_buf_release(&s.reply);
	if (r)
		fprintf(stderr, "evidence-reader: %s: %s\n", evd_strerror(r), err.text);
	return r ? 70 : 0;
}
