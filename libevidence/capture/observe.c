/* observe: see observe.h. This side starts the program and waits; handed.c takes in. */
#include "capture/observe.h"

#include "base/frame.h"
#include "capture/handed.h"
#include "platform/clock.h"
#include "platform/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/poll.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_BLOCK (UINT32_C(256) << 10)
#define LOOK_MS 250        /* how often is looked whether a stop was asked for */
#define STOP_WAIT_MS 20000 /* from asking the program to stop to ending it */
#define CLEAR_LOOKS 500    /* whether it has cleared up and ended, once it is no longer heard */
#define CLEAR_LOOK_US 10000

struct observing {
	struct evd_handed h;
	pid_t pid;
	int to, from; /* pipes */
	struct evd_buf in, out;
	int64_t stop_ms; /* when it was asked to stop; 0: not yet */
	bool cut_short;  /* it was asked in the middle of its work */
	uint8_t block[READ_BLOCK];
};

/* What the program's libraries print is nobody's business; what it has to say comes as frames. */
static int start(struct observing *ob, const char *program, struct evd_error *err)
{
	static const char *const argv[] = {"evidence-capture", NULL};
	struct evd_spawn how = {.program = program,
	                        .argv = argv,
	                        .n_fds = 3,
	                        .flags = EVD_SPAWN_SESSION | EVD_SPAWN_DIES_WITH_US};
	int to[2] = {-1, -1}, from[2] = {-1, -1}, r;

	if (access(program, X_OK) != 0)
		return evd_fail(err, EVD_E_UNAVAILABLE, "%s is missing; it looks at screens and pages",
		                program);
	r = evd_spawn_pipe(to, err);
	if (r == 0)
		r = evd_spawn_pipe(from, err);
	how.fd[0] = to[0];
	how.fd[1] = from[1];
	how.fd[2] = EVD_SPAWN_NULL;
	if (r == 0)
		r = evd_spawn(&how, &ob->pid, err);
	if (to[0] >= 0)
		close(to[0]);
	if (from[1] >= 0)
		close(from[1]);
	ob->to = to[1];
	ob->from = from[0];
	if (r) {
		ob->pid = 0;
		return r;
	}
	fcntl(ob->from, F_SETPIPE_SZ, 1 << 20); /* fewer turns; the default does too */
	return 0;
}

/* A program that has gone is noticed when its answer ends. */
static int say(struct observing *ob, enum evd_capture_word word, struct evd_object *o,
               struct evd_error *err)
{
	const struct evd_view nothing = {0};
	size_t done = 0;
	int r = 0;

	evd_buf_reset(&ob->out);
	if (o)
		r = evd_frame_put_object(&ob->out, (char)word, o, err);
	else
		evd_frame_put(&ob->out, (char)word, nothing);
	while (r == 0 && done < ob->out.len) {
		ssize_t n = write(ob->to, ob->out.data + done, ob->out.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EPIPE)
			return 0;
		if (n < 0)
			return evd_fail_sys(err, errno, "evidence-capture cannot be spoken to");
		done += (size_t)n;
	}
	return r;
}

static bool stop_asked(struct observing *ob)
{
	const struct evd_observe_options *o = ob->h.o;

	return o->stopped && o->stopped(o->ctx);
}

/* The program waits for a word. */
static int answer(struct observing *ob, bool first, struct evd_error *err)
{
	const struct evd_observe_options *o = ob->h.o;
	enum evd_capture_word word = first ? EVD_CAPTURE_TAKE : EVD_CAPTURE_STOP;

	if (o->next)
		word = o->next(o->ctx);
	if (stop_asked(ob))
		word = EVD_CAPTURE_STOP;
	if (word == EVD_CAPTURE_STOP && !ob->stop_ms)
		ob->stop_ms = evd_clock_ms();
	ob->h.waiting = false;
	ob->h.asked_ms = evd_clock_ms();
	return say(ob, word, NULL, err);
}

static int ask_to_stop(struct observing *ob, struct evd_error *err)
{
	if (!stop_asked(ob))
		return 0;
	if (!ob->stop_ms) {
		ob->stop_ms = evd_clock_ms();
		ob->cut_short = true;
		return say(ob, EVD_CAPTURE_STOP, NULL, err);
	}
	if (evd_clock_ms() - ob->stop_ms > STOP_WAIT_MS)
		return evd_fail(err, EVD_E_CANCELLED, "evidence-capture did not stop and was ended");
	return 0;
}

static int take_frames(struct observing *ob, struct evd_error *err)
{
	struct evd_view rest = evd_buf_view(&ob->in), payload;
	char type;
	int r = 0;

	while (r == 0) {
		r = evd_frame_take(&rest, EVD_CAPTURE_FRAME_MAX, &type, &payload);
		if (r == EVD_E_FORMAT)
			r = evd_fail(err, r, "what evidence-capture handed over was refused: a frame's length");
		else if (r == 0)
			r = evd_handed_frame(&ob->h, type, payload, err);
	}
	if (rest.len && rest.len < ob->in.len)
		memmove(ob->in.data, rest.p, rest.len);
	ob->in.len = rest.len;
	return r == EVD_END ? 0 : r;
}

static int receive(struct observing *ob, struct evd_error *err)
{
	struct pollfd p = {.fd = ob->from, .events = POLLIN};
	ssize_t n;
	int r = ask_to_stop(ob, err);

	if (r)
		return r;
	n = poll(&p, 1, LOOK_MS);
	if (n < 0 && errno != EINTR)
		return evd_fail_sys(err, errno, "cannot wait for evidence-capture");
	if (n <= 0)
		return 0;
	n = read(ob->from, ob->block, sizeof ob->block);
	if (n < 0)
		return errno == EINTR ? 0 : evd_fail_sys(err, errno, "evidence-capture cannot be heard");
	if (n == 0)
		return EVD_END;
	evd_put(&ob->in, ob->block, (size_t)n);
	r = evd_buf_check(&ob->in, err);
	return r ? r : take_frames(ob, err);
}

static int run(struct observing *ob, struct evd_error *err)
{
	bool first = true;
	int r = say(ob, EVD_CAPTURE_REQUEST, ob->h.o->request, err);

	while (r == 0) {
		r = receive(ob, err);
		if (r == 0 && ob->h.waiting) {
			r = answer(ob, first, err);
			first = false;
		}
	}
	if (r != EVD_END)
		return r;
	if (!ob->h.over || ob->in.len)
		return evd_fail(err, EVD_E_IO, "evidence-capture ended before it was done");
	return ob->cut_short
	           ? evd_fail(err, EVD_E_CANCELLED, "stopped; what was complete is in the case")
	           : 0;
}

/* That its pipes have ended tells it to end (docs/capture.md): killed at once, it would leave its browser's profile. */
static void let_clear_up(pid_t pid)
{
	siginfo_t done = {0};

	for (unsigned i = 0; i < CLEAR_LOOKS && done.si_pid == 0; i++) {
		usleep(CLEAR_LOOK_US);
		if (waitid(P_PID, (id_t)pid, &done, WEXITED | WNOHANG | WNOWAIT) != 0)
			return;
	}
}

static void end(struct observing *ob)
{
	if (ob->to >= 0)
		close(ob->to);
	if (ob->from >= 0)
		close(ob->from);
	if (ob->pid > 0) {
		if (!ob->h.over) {
			let_clear_up(ob->pid);
			kill(ob->pid, SIGKILL);
		}
		evd_spawn_wait(ob->pid);
	}
}

int evd_observe(struct evd_case *c, struct evd_key *key, const struct evd_observe_options *o,
                struct evd_observed *out, struct evd_error *err)
{
	struct observing *ob = calloc(1, sizeof *ob);
	int r;

	memset(out, 0, sizeof *out);
	if (!ob)
		return evd_nomem(err);
	ob->to = ob->from = -1;
	evd_buf_init(&ob->in, EVD_CAPTURE_FRAME_MAX + READ_BLOCK + 4u);
	evd_handed_init(&ob->h, c, key, o, out);
	r = evd_case_last_exhibit(c, err);
	ob->h.exhibit = c->log.last_exhibit;
	if (r == 0)
		r = start(ob, o->program, err);
	if (r == 0)
		r = run(ob, err);
	/* what ended it is the reason that is told, whatever comes of this */
	if (r && evd_handed_cut(&ob->h, err ? err->text : "it ended early", NULL))
		out->warnings++;
	end(ob);
	evd_handed_release(&ob->h);
	evd_buf_release(&ob->in);
	evd_buf_release(&ob->out);
	free(ob);
	return r;
}
