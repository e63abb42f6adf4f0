/* cmd_progress: see cmd.h. */
#include "cmd.h"

#include "base/buf.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SETTLED 1.0 /* seconds: from then on a rate says something about what is left */
#define TOO_LONG (100.0 * 3600.0) /* seconds: no rate worth something says this */

static volatile sig_atomic_t interrupted;

static struct {
	bool on, bar, items;
	const char *what;
	bool
	    begun; /* `done` was told of for the first time: what lies before it says nothing about the rate */
	double began, last;
	uint64_t first;
	int shown; /* columns of the bar that stands on the terminal */
} state;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

void cmd_catch_interrupt(void)
{
	struct sigaction a;

	memset(&a, 0, sizeof a);
	a.sa_handler = on_interrupt;
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
	sigaction(SIGHUP, &a, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file size limit comes back as an error of write */
}

static void start(struct cmd_global *g, const char *what, bool items)
{
	memset(&state, 0, sizeof state);
	state.on = !g->quiet && !g->json;
	state.bar = isatty(STDERR_FILENO);
	state.items = items;
	state.what = what;
	state.last = now();
}

void cmd_progress_start(struct cmd_global *g, const char *what)
{
	start(g, what, false);
}

void cmd_progress_start_items(struct cmd_global *g, const char *what)
{
	start(g, what, true);
}

/* "12 of 340 MB, 25 MB/s", "3 of 8". */
static void put_done(struct evd_buf *b, uint64_t done, uint64_t all, double rate)
{
	const uint64_t unit = state.items ? 1 : 1000000;

	evd_putf(b, "%" PRIu64, done / unit);
	if (all)
		evd_putf(b, " of %" PRIu64, (all + unit - 1) / unit);
	if (!state.items)
		evd_put_str(b, " MB");
	if (!state.items && rate > 0)
		evd_putf(b, ", %.*f MB/s", rate < 9.95e6, rate / 1e6);
}

/* Nothing until there is a rate worth something. */
static void put_left(struct evd_buf *b, uint64_t done, uint64_t all, double rate, double t)
{
	double left = rate > 0 && all > done ? (double)(all - done) / rate : TOO_LONG;

	if (t - state.began < SETTLED || left >= TOO_LONG)
		return;
	if (left < 100)
		evd_putf(b, ", %.0f s left", left);
	else if (left < 6000)
		evd_putf(b, ", %.0f min left", left / 60);
	else
		evd_putf(b, ", %.0f h left", left / 3600);
}

/* As wide as it is on a terminal, with what the one before it had more wiped away. */
static void draw_bar(struct evd_buf *b)
{
	int wide = 0;

	for (size_t i = 0; i < b->len; i++)
		wide += (b->data[i] & 0xc0) != 0x80;
	fprintf(stderr, "\r%.*s%*s", (int)b->len, (const char *)b->data,
	        state.shown > wide ? state.shown - wide : 0, "");
	state.shown = wide;
}

static void draw(uint64_t done, uint64_t all, double t)
{
	double seconds = t - state.began;
	double rate = seconds >= 0.1 && done > state.first ? (double)(done - state.first) / seconds : 0;
	unsigned share = all == 0      ? 0
	                 : done >= all ? 100
	                               : (unsigned)((double)done * 100 / (double)all);
	struct evd_buf b = {0};

	evd_put_str(&b, state.what);
	if (state.bar && all)
		evd_putf(&b, " [%.*s%.*s] %3u %%  ", (int)share / 5, "####################",
		         20 - (int)share / 5, "....................", share);
	else
		evd_put_str(&b, state.bar ? "  " : ": ");
	put_done(&b, done, all, rate);
	put_left(&b, done, all, rate, t);
	state.last = t;
	if (!b.failed && state.bar)
		draw_bar(&b);
	else if (!b.failed)
		fprintf(stderr, "%.*s\n", (int)b.len, (const char *)b.data);
	evd_buf_release(&b);
}

int cmd_progress(uint64_t done, uint64_t all)
{
	double t;

	if (state.on) {
		t = now();
		if (!state.begun && done > 0) {
			state.begun = true;
			state.began = t;
			state.first = done;
		}
		if (state.begun && t - state.last >= (state.bar ? 0.2 : 10.0))
			draw(done, all, t);
	}
	return interrupted;
}

void cmd_progress_clear(void)
{
	if (state.on && state.shown)
		fprintf(stderr, "\r%*s\r", state.shown, "");
	state.shown = 0;
}

void cmd_progress_stop(void)
{
	cmd_progress_clear();
	state.on = false;
}
