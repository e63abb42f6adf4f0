/* capture_web_start: finds and starts the browser, with a profile of its own; see capture_web.h. */
#include "capture_web.h"

#include "platform/clock.h"
#include "platform/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLOSE_MS 3000 /* for the browser to end by itself */
#define LOOK_US 10000

/* Nothing of the browser's own goes to the network; one look for all pages. */
static const char *const flags[] = {
    "--remote-debugging-pipe",
    "--headless",
    "--no-startup-window",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-auto-reload", /* one load, also of a page that fails */
    "--disable-breakpad",
    /* a picture is of a frame that is whole: images decoded, all of it drawn */
    "--disable-checker-imaging",
    "--run-all-compositor-stages-before-draw",
    "--disable-new-content-rendering-timeout",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    ("--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,MediaRouter,"
     "OptimizationHints,Translate,BackForwardCache"),
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--metrics-recording-only",
    "--mute-audio",
    "--no-pings",
    "--password-store=basic",
};
#define N_FLAGS (sizeof flags / sizeof *flags)

static bool look_for(struct web *w, const char *name)
{
	const char *at = getenv("PATH");

	while (at && *at) {
		size_t n = strcspn(at, ":");

		snprintf(w->path, sizeof w->path, "%.*s/%s", (int)n, at, name);
		if (n && access(w->path, X_OK) == 0)
			return true;
		at += n + (at[n] == ':');
	}
	return false;
}

static int find_program(struct web *w, struct evd_error *err)
{
	static const char *const names[] = {"chromium", "chromium-browser", "google-chrome",
	                                    "google-chrome-stable"};

	if (w->program) {
		snprintf(w->path, sizeof w->path, "%s", w->program);
		return access(w->path, X_OK) == 0
		           ? 0
		           : evd_fail(err, EVD_E_UNAVAILABLE,
		                      "the browser that was named cannot be started");
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (look_for(w, names[i]))
			return 0;
	return evd_fail(err, EVD_E_UNAVAILABLE,
	                "no Chromium or Chrome is there; install it or name it with --browser");
}

/* Descriptors 3 and 4 are the pipe (--remote-debugging-pipe). */
static int start(struct web *w, struct evd_error *err)
{
	static char data[4200];
	const char *argv[N_FLAGS + 4];
	struct evd_spawn how = {.program = w->path,
	                        .argv = argv,
	                        .fd = {EVD_SPAWN_NULL, EVD_SPAWN_NULL, EVD_SPAWN_NULL},
	                        .n_fds = 5,
	                        .flags = EVD_SPAWN_GROUP | EVD_SPAWN_DIES_WITH_US};
	int to[2] = {-1, -1}, from[2] = {-1, -1}, r;
	size_t n = 0;

	snprintf(data, sizeof data, "--user-data-dir=%s", w->fresh ? w->profile : w->profile_asked);
	argv[n++] = "chromium";
	for (size_t i = 0; i < N_FLAGS; i++)
		argv[n++] = flags[i];
	argv[n++] = data;
	if (w->no_sandbox)
		argv[n++] = "--no-sandbox";
	argv[n] = NULL;
	r = evd_spawn_pipe(to, err);
	if (r == 0)
		r = evd_spawn_pipe(from, err);
	how.fd[3] = to[0];
	how.fd[4] = from[1];
	if (r == 0)
		r = evd_spawn(&how, &w->pid, err);
	if (to[0] >= 0)
		close(to[0]);
	if (from[1] >= 0)
		close(from[1]);
	w->to = to[1];
	w->from = from[0];
	if (r) {
		w->pid = -1;
		return r;
	}
	fcntl(w->from, F_SETPIPE_SZ, 1 << 20);
	fcntl(w->to, F_SETFL, O_NONBLOCK);
	return 0;
}

int web_start(struct web *w, struct evd_error *err)
{
	int r;

	w->to = w->from = w->hold = -1;
	w->fresh = !w->profile_asked;
	/* Chromium refuses its own sandbox to root; this is recorded with every page */
	w->no_sandbox = geteuid() == 0;
	evd_buf_init(&w->in, WEB_MESSAGE_MAX);
	r = find_program(w, err);
	if (r == 0 && w->fresh)
		r = web_profile_make(w, err);
	return r ? r : start(w, err);
}

/* A profile of the person's own is to be left in order: the browser is asked, and has its time. */
static void let_end(struct web *w)
{
	int64_t until = evd_clock_ms() + CLOSE_MS;
	siginfo_t done = {0};

	if (web_send(w, NULL, "Browser.close", NULL, NULL, NULL))
		return;
	close(w->to);
	w->to = -1;
	while (done.si_pid == 0 && evd_clock_ms() < until) {
		usleep(LOOK_US);
		/* only looked at: while it is not waited for, its number is nobody else's */
		if (waitid(P_PID, (id_t)w->pid, &done, WEXITED | WNOHANG | WNOWAIT) != 0)
			return;
	}
}

/* Its processes are a group of their own. */
void web_end(struct web *w)
{
	if (w->pid > 0 && !w->fresh)
		let_end(w);
	if (w->pid > 0)
		kill(-w->pid, SIGKILL);
	if (w->to >= 0)
		close(w->to);
	if (w->pid > 0)
		evd_spawn_wait(w->pid);
	if (w->from >= 0)
		close(w->from);
	if (w->fresh)
		web_profile_remove(w);
	evd_buf_release(&w->in);
	evd_buf_release(&w->out);
	json_tree_release(&w->msg);
}
