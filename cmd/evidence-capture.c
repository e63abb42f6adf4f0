/*
 * evidence-capture: looks at screens and pages for `evidence`, which starts it. No key, no case: it
 * hands bytes and circumstances over a pipe (docs/capture.md). The only program of the project that may
 * open a socket, and only for what was asked. Kinds: one row here, one file capture_NAME.c.
 */
#include "capture_hand.h"

#include "base/digest.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int capture_screen_run(struct capture *c, struct evd_error *err);
#ifdef EVD_NETWORK
int capture_web_run(struct capture *c, struct evd_error *err);
#endif

static const struct capture_kind kinds[] = {
    {"screen", capture_screen_run}, /* all of it */
    {"monitor", capture_screen_run}, {"window", capture_screen_run}, {"region", capture_screen_run},
#ifdef EVD_NETWORK
    {"web", capture_web_run},
#endif
};

static int run(struct capture *c, struct evd_error *err)
{
	const char *kind = capture_option(c, "kind");

	for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, kind) == 0)
			return kinds[i].run(c, err);
	return evd_fail(err, EVD_E_UNSUPPORTED, "this evidence-capture was built without '%s'",
	                kind ? kind : "");
}

int main(int argc, char **argv)
{
	static struct capture c;
	struct evd_error err = {0};
	int r;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("evidence-capture %s\n", EVD_VERSION);
		for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
			printf("kind: %s\n", kinds[i].name);
		return 0;
	}
	if (argc != 1 || isatty(STDIN_FILENO)) {
		fputs("evidence-capture is started by evidence, not by hand; --version says what it "
		      "captures\n",
		      stderr);
		return 64;
	}
	signal(SIGPIPE, SIG_IGN);
	r = evd_crypto() ? capture_begin(&c, &err) : EVD_E_CRYPTO;
	if (r == 0)
		r = run(&c, &err);
	return capture_end(&c, r, &err) || r ? 70 : 0;
}
