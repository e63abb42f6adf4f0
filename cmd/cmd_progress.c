/* cmd_progress: see cmd.h. */
#include "cmd.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static struct {
	bool on, bar, shown;
	const char *what;
	double began, last;
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

void cmd_progress_start(struct cmd_global *g, const char *what)
{
	memset(&state, 0, sizeof state);
	state.on = !g->quiet && !g->json;
	state.bar = isatty(STDERR_FILENO);
	state.what = what;
	state.began = state.last = now();
}

static void draw(uint64_t done, uint64_t all, double t)
{
	double rate = t > state.began ? (double)done / (t - state.began) : 0;
	char bar[21] = "....................";
	unsigned share = all ? (unsigned)(done * 20 / all) : 0;

	memset(bar, '#', share > 20 ? 20 : share);
	if (state.bar && all)
		fprintf(stderr, "\r%s [%s] %3u %%  %.0f MB/s  %.0f s left   ", state.what, bar,
		        (unsigned)(done * 100 / all), rate / 1e6,
		        rate > 0 ? (double)(all - done) / rate : 0.0);
	else if (state.bar)
		fprintf(stderr, "\r%s %" PRIu64 " MB  %.0f MB/s   ", state.what, done / 1000000,
		        rate / 1e6);
	else
		fprintf(stderr, "%s: %" PRIu64 " MB, %.0f MB/s\n", state.what, done / 1000000, rate / 1e6);
	state.shown = true;
	state.last = t;
}

int cmd_progress(uint64_t done, uint64_t all)
{
	double t;

	if (state.on) {
		t = now();
		if (t - state.last >= (state.bar ? 0.2 : 10.0))
			draw(done, all, t);
	}
	return interrupted;
}

void cmd_progress_stop(void)
{
	if (state.on && state.bar && state.shown)
		fprintf(stderr, "\r%78s\r", "");
	state.on = false;
}
