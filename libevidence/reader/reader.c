/* reader: see reader.h. */
#include "reader/reader.h"

#include "platform/spawn.h"
#include "reader/frames.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READ_BLOCK (UINT32_C(64) << 10)
#define END_WAIT_MS 10000 /* for word of a process whose pipe has closed */

struct program {
	char *path; /* NULL: there is none */
	pid_t pid;  /* 0: not running */
	int socket;
};

/* An item under way: its pipe, and what was asked. */
struct job {
	struct program *by;
	uint32_t ticket;
	int pipe_fd;
	bool ended; /* evidence-reader said how its process ended */
	struct evd_wire_ended end;
};

/* What an item may still use: all its processes together. */
struct left {
	uint32_t seconds;
	uint64_t output;
};

struct evd_reader {
	struct evd_reader_config config;
	struct program light, whole;
	uint32_t next_ticket;
	struct job ahead[EVD_READER_AHEAD];
	size_t n_ahead;
	uint8_t block[READ_BLOCK];
	uint8_t message[EVD_WIRE_MESSAGE_MAX];
	struct evd_buf out;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Three standard descriptors that lead nowhere but for messages, the socket at its number, a bare environment.
 * LD_BIND_NOW: names are looked up once here, not again in each item's process. */
static int start(struct program *p, struct evd_error *err)
{
	static const char *const env[] = {"TZ=UTC0", "LC_ALL=C.UTF-8", "LD_BIND_NOW=1", NULL};
	static const char *const argv[] = {"evidence-reader", NULL};
	struct evd_spawn how = {.program = p->path,
	                        .argv = argv,
	                        .env = env,
	                        .fd = {EVD_SPAWN_NULL, EVD_SPAWN_NULL, EVD_SPAWN_SAME},
	                        .n_fds = EVD_WIRE_FD + 1};
	int pair[2], code;

	if (access(p->path, X_OK))
		return evd_fail_sys(err, errno, "evidence-reader is not at %s", p->path);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return evd_fail_sys(err, errno, "no socket for the reader");
	how.fd[EVD_WIRE_FD] = pair[1];
	code = evd_spawn(&how, &p->pid, err);
	close(pair[1]);
	if (code) {
		p->pid = 0;
		close(pair[0]);
		return code;
	}
	p->socket = pair[0];
	return 0;
}

static void stop(struct evd_reader *r, struct program *p)
{
	if (p->pid == 0)
		return;
	close(p->socket);
	p->socket = -1;
	kill(p->pid, SIGKILL); /* its children die with it (PR_SET_PDEATHSIG) */
	evd_spawn_wait(p->pid);
	p->pid = 0;
	/* they keep their places, so that each answer stays with its item: asked anew when their turn comes */
	for (size_t i = 0; i < r->n_ahead; i++)
		if (r->ahead[i].by == p && r->ahead[i].pipe_fd >= 0) {
			close(r->ahead[i].pipe_fd);
			r->ahead[i].pipe_fd = -1;
		}
}

/* The program itself, and the one of fewer libraries that may stand beside it. */
static int find_programs(struct evd_reader *r, struct evd_error *err)
{
	r->whole.socket = r->light.socket = -1;
	r->whole.path = strdup(r->config.program);
	if (asprintf(&r->light.path, "%s" EVD_WIRE_LIGHT, r->config.program) < 0)
		r->light.path = NULL;
	if (!r->whole.path || !r->light.path)
		return evd_nomem(err);
	if (access(r->whole.path, X_OK) || access(r->light.path, X_OK)) {
		free(r->light.path);
		r->light.path = NULL;
	}
	return 0;
}

int evd_reader_open(const struct evd_reader_config *config, struct evd_reader **out,
                    struct evd_error *err)
{
	struct evd_reader *r = calloc(1, sizeof *r);
	int code;

	*out = NULL;
	if (!r)
		return evd_nomem(err);
	r->config = *config;
	r->config.memory = config->memory ? config->memory : EVD_READER_MEMORY;
	r->config.seconds = config->seconds ? config->seconds : EVD_READER_SECONDS;
	r->config.output = config->output ? config->output : EVD_READER_OUTPUT;
	evd_buf_init(&r->out, EVD_WIRE_MESSAGE_MAX);
	code = find_programs(r, err);
	if (code == 0)
		code = start(r->light.path ? &r->light : &r->whole, err);
	if (code) {
		evd_reader_close(r);
		return code;
	}
	*out = r;
	return 0;
}

void evd_reader_close(struct evd_reader *r)
{
	if (!r)
		return;
	stop(r, &r->light);
	stop(r, &r->whole);
	evd_buf_release(&r->out);
	free(r->light.path);
	free(r->whole.path);
	free(r);
}

/* A light one that does not even begin (its tables are of another version of libmagic, say) is not asked again. */
static void forget_light(struct evd_reader *r)
{
	stop(r, &r->light);
	free(r->light.path);
	r->light.path = NULL;
}

/* The request in r->out, to a program that may have gone since: then to a new one, once. */
static int hand_over(struct evd_reader *r, struct program *to, const int *fd, size_t n,
                     struct evd_error *err)
{
	int code = to->pid ? evd_wire_send(to->socket, evd_buf_view(&r->out), fd, n, err) : EVD_E_IO;

	if (code != EVD_E_IO)
		return code;
	stop(r, to);
	code = start(to, err);
	return code ? code : evd_wire_send(to->socket, evd_buf_view(&r->out), fd, n, err);
}

/* Asks for one item from reader `from` on; the job gets the reading end of its pipe. */
static int ask(struct evd_reader *r, const struct evd_reader_item *item, uint32_t from,
               const struct left *left, struct job *job, struct evd_error *err)
{
	struct evd_wire_request q = {.ticket = ++r->next_ticket,
	                             .memory = r->config.memory,
	                             .seconds = left->seconds,
	                             .output = left->output,
	                             .degraded = r->config.degraded,
	                             .from = from,
	                             .loose = item->loose,
	                             .n = item->n};
	/* what goes on behind a reader is for the program that has them all */
	struct program *by = r->light.path && from == 0 && !item->only ? &r->light : &r->whole;
	int fd[EVD_WIRE_SOURCES + 1], pipe_fd[2], code;

	if (item->n < 1 || item->n > EVD_WIRE_SOURCES)
		return evd_fail(err, EVD_E_MISUSE, "an item has 1 to %u descriptors", EVD_WIRE_SOURCES);
	if (item->only && strlen(item->only) >= sizeof q.only)
		return evd_fail(err, EVD_E_MISUSE, "no reader has so long a name");
	if (item->only)
		snprintf(q.only, sizeof q.only, "%s", item->only);
	memcpy(q.name, item->name, item->n * sizeof *item->name);
	if (pipe2(pipe_fd, O_CLOEXEC))
		return evd_fail_sys(err, errno, "no pipe for the reader");
	fd[0] = pipe_fd[1];
	memcpy(fd + 1, item->fd, item->n * sizeof *item->fd);
	evd_buf_reset(&r->out);
	code = evd_wire_put_request(&r->out, &q, err);
	if (code == 0)
		code = hand_over(r, by, fd, item->n + 1, err);
	if (code == EVD_E_IO && by == &r->light) {
		forget_light(r);
		by = &r->whole;
		code = hand_over(r, by, fd, item->n + 1, err);
	}
	close(pipe_fd[1]);
	if (code) {
		close(pipe_fd[0]);
		return code;
	}
	*job = (struct job){.by = by, .ticket = q.ticket, .pipe_fd = pipe_fd[0]};
	return 0;
}

int evd_reader_ahead(struct evd_reader *r, const struct evd_reader_item *item,
                     struct evd_error *err)
{
	const struct left all = {r->config.seconds, r->config.output};
	int code;

	if (r->n_ahead == EVD_READER_AHEAD)
		return evd_fail(err, EVD_E_LIMIT, "enough items are read ahead");
	code = ask(r, item, 0, &all, &r->ahead[r->n_ahead], err);
	if (code == 0)
		r->n_ahead++;
	return code;
}

static void kill_job(struct evd_reader *r, const struct job *job)
{
	evd_buf_reset(&r->out);
	if (evd_wire_put_stop(&r->out, job->ticket, NULL) ||
	    evd_wire_send(job->by->socket, evd_buf_view(&r->out), NULL, 0, NULL))
		stop(r, job->by);
}

/* Takes one message off the socket: how some process ended. */
static int take_ended(struct evd_reader *r, struct job *job, struct evd_error *err)
{
	struct evd_wire_ended e;
	int fd[EVD_WIRE_SOURCES + 1];
	size_t len, n;
	int code = evd_wire_receive(job->by->socket, r->message, &len, fd, &n, err);

	if (code)
		return code == EVD_END ? evd_fail(err, EVD_E_IO, "evidence-reader has gone") : code;
	while (n)
		close(fd[--n]);
	code = evd_wire_get_ended(evd_view_of(r->message, len), &e, err);
	if (code)
		return code;
	if (e.ticket == job->ticket) {
		job->end = e;
		job->ended = true;
	}
	for (size_t i = 0; i < r->n_ahead; i++)
		if (r->ahead[i].ticket == e.ticket) {
			r->ahead[i].end = e;
			r->ahead[i].ended = true;
		}
	return 0;
}

static int wait_ended(struct evd_reader *r, struct job *job, struct evd_error *err)
{
	int64_t until = now_ms() + END_WAIT_MS;

	while (!job->ended) {
		struct pollfd p = {.fd = job->by->socket, .events = POLLIN};
		int64_t left = until - now_ms();
		int n = left > 0 ? poll(&p, 1, (int)left) : 0;
		int code;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return evd_fail(err, EVD_E_IO, "evidence-reader does not answer");
		code = take_ended(r, job, err);
		if (code)
			return code;
	}
	return 0;
}

/* The wall clock counts only while we wait for the process, never while callbacks work, so that a
 * slow disk of ours is not taken for a hang. Twice the processor time, and a little. */
static int drain(struct evd_reader *r, struct job *job, struct evd_frames *f, uint32_t seconds,
                 struct evd_error *err)
{
	int64_t left = (int64_t)seconds * 2000 + 2000;

	for (;;) {
		struct pollfd p = {.fd = job->pipe_fd, .events = POLLIN};
		int64_t before = now_ms();
		int n = left > 0 ? poll(&p, 1, (int)(left > INT32_MAX ? INT32_MAX : left)) : 0;
		ssize_t got;
		int code;

		left -= now_ms() - before;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return evd_fail_sys(err, errno, "cannot wait for the reader");
		if (n == 0) {
			f->out->state = EVD_READER_TIME;
			return evd_fail(err, EVD_E_LIMIT, "the reader used up its time");
		}
		got = read(job->pipe_fd, r->block, sizeof r->block);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return evd_fail_sys(err, errno, "cannot read from the reader");
		if (got == 0)
			return 0;
		code = evd_frames_feed(f, r->block, (size_t)got, err);
		if (code)
			return code;
	}
}

static void judge(struct evd_reader_outcome *o, const struct evd_frames *f, const struct job *job)
{
	const char *who = o->reader[0] ? o->reader : "the reader";

	if (o->state != EVD_READER_FAILED) { /* drain() or the frames said it already */
		if (o->state == EVD_READER_TIME)
			snprintf(o->text, sizeof o->text, "%s was ended: it used up its time", who);
		return;
	}
	if (job->end.signalled && job->end.value == SIGXCPU) {
		o->state = EVD_READER_TIME;
		snprintf(o->text, sizeof o->text, "%s was ended: it used up its processor time", who);
	} else if (job->end.signalled) {
		o->signal = (int)job->end.value;
		o->state = o->signal == SIGSYS ? EVD_READER_BLOCKED : EVD_READER_CRASHED;
		snprintf(o->text, sizeof o->text, "%s %s (signal %d)", who,
		         o->signal == SIGSYS ? "was ended: it called what the sandbox forbids" : "crashed",
		         o->signal);
	} else if (f->over && job->end.value == 0) {
		o->state = EVD_READER_DONE;
		o->reader[0] = 0;
	} else {
		snprintf(o->text, sizeof o->text, "%s stopped before its end (exit %u)", who,
		         (unsigned)job->end.value);
	}
}

static int state_code(enum evd_reader_state s)
{
	if (s == EVD_READER_TIME || s == EVD_READER_OUTPUT_OVER)
		return EVD_E_LIMIT;
	return s == EVD_READER_DONE ? 0 : EVD_E_DAMAGED;
}

/* One process over the item. *next: the reader to go on with, or 0 when the item is through. */
static int run_job(struct evd_reader *r, struct job *job, const struct evd_reader_events *events,
                   uint32_t from, struct left *left, struct evd_reader_outcome *o, uint32_t *next,
                   struct evd_error *err)
{
	struct evd_frames f;
	struct evd_error why = {0};
	bool own;
	int code;

	*next = 0;
	evd_frames_init(&f, events, o, left->output);
	f.may_pass_on = job->by == &r->light;
	code = drain(r, job, &f, left->seconds, &why);
	left->output = f.output_left;
	own = code == EVD_E_IO || code == EVD_E_NOMEM || f.stopped;
	close(job->pipe_fd);
	if (code && job->by->pid)
		kill_job(r, job);
	if (job->by->pid && wait_ended(r, job, own ? NULL : &why)) {
		/* the program itself has gone; the next item gets a new one */
		stop(r, job->by);
		snprintf(o->text, sizeof o->text, "evidence-reader ended before the item did");
		if (o->state == EVD_READER_FAILED)
			o->state = EVD_READER_CRASHED;
	} else if (!own) {
		judge(o, &f, job);
	}
	if (job->ended) {
		o->cpu_ms += job->end.cpu_ms;
		if (job->end.memory_peak > o->memory_peak)
			o->memory_peak = job->end.memory_peak;
	}
	if (own && err)
		*err = why;
	if (!own && f.in_reader) { /* what it cost is said at its place */
		code = events->end ? events->end(events->ctx, state_code(o->state), o->text, err) : 0;
		own = code != 0;
		if (f.place >= from && f.place < 1000)
			*next = f.place + 1;
	} else if (!own && o->state == EVD_READER_DONE) {
		*next = f.pass_on;
	}
	evd_frames_release(&f);
	return own ? code : 0;
}

int evd_reader_read(struct evd_reader *r, const struct evd_reader_item *item,
                    const struct evd_reader_events *events, struct evd_reader_outcome *out,
                    struct evd_error *err)
{
	struct evd_reader_outcome one;
	struct left left = {r->config.seconds, r->config.output};
	uint32_t from = 0;
	struct job job = {.pipe_fd = -1};
	int code = 0;

	memset(out, 0, sizeof *out);
	if (r->n_ahead) {
		job = r->ahead[0];
		memmove(r->ahead, r->ahead + 1, --r->n_ahead * sizeof *r->ahead);
	}
	if (job.pipe_fd < 0)
		code = ask(r, item, 0, &left, &job, err);
	while (code == 0) {
		uint32_t next, used;

		one = (struct evd_reader_outcome){.state = EVD_READER_FAILED};
		code = run_job(r, &job, events, from, &left, &one, &next, err);
		if (code == 0 && job.by == &r->light && r->light.pid == 0 && !one.sandbox[0]) {
			forget_light(r);
			code = ask(r, item, 0, &left, &job, err);
			continue;
		}
		one.records += out->records;
		one.cpu_ms += out->cpu_ms;
		if (out->memory_peak > one.memory_peak)
			one.memory_peak = out->memory_peak;
		if (from == 0 || out->state == EVD_READER_DONE) {
			*out = one;
		} else { /* the first trouble keeps its name */
			out->records = one.records;
			out->cpu_ms = one.cpu_ms;
			out->memory_peak = one.memory_peak;
		}
		used = one.state == EVD_READER_TIME ? left.seconds : one.cpu_ms / 1000;
		if (one.state == EVD_READER_DONE && used >= left.seconds)
			used = left.seconds - 1; /* what is passed on is read, or said to be not */
		if (code || next == 0 || item->only || used >= left.seconds)
			break;
		from = next;
		left.seconds -= used;
		code = ask(r, item, from, &left, &job, err);
	}
	return code;
}

bool evd_reader_unread(const struct evd_reader_outcome *out, struct evd_object *o)
{
	static const char *const codes[] = {"failed",  NULL,   "refused", "crashed",
	                                    "blocked", "time", "limit",   "malformed"};

	if (out->state == EVD_READER_DONE)
		return false;
	evd_object_reset(o);
	evd_object_cstr(o, "kind", "unread");
	evd_object_cstr(o, "code", codes[out->state]);
	if (out->reader[0])
		evd_object_cstr(o, "reader", out->reader);
	evd_object_cstr(o, "text", out->text);
	return true;
}
