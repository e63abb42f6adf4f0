/* cmd_capture_pace: see cmd_capture.h. */
#include "cmd.h"
#include "cmd_capture.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool cmd_capture_seconds(const char *text, uint64_t *ms)
{
	char *end;
	double v;

	if (*text < '0' || *text > '9')
		return false;
	v = strtod(text, &end);
	if (*end || v > 86400)
		return false;
	*ms = (uint64_t)(v * 1000 + 0.5);
	return true;
}

void cmd_capture_keys(struct cmd_capture_pace *p, bool on)
{
	struct termios t;

	if (!on && p->raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &p->before);
	if (!on || !p->series || tcgetattr(STDIN_FILENO, &p->before) != 0)
		return;
	t = p->before;
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	p->raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &t) == 0;
}

static bool stopped(void)
{
	return cmd_progress(0, 0) != 0;
}

/* A key, or 0 when `until` (ms; -1: never) has come or a stop was asked for; 'q' at the end of input. */
static char key(struct cmd_capture_pace *p, int64_t until)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	char c;

	while (!stopped()) {
		int64_t left = until < 0 ? 250 : until - now_ms();
		int n;

		if (left <= 0)
			return 0;
		n = poll(&in, p->series && !p->ended ? 1 : 0, (int)(left < 250 ? left : 250));
		if (n <= 0)
			continue;
		if (read(STDIN_FILENO, &c, 1) == 1)
			return c;
		p->ended = true;
		if (until < 0)
			return 'q';
	}
	return 0;
}

static void sleep_until(struct cmd_capture_pace *p, int64_t until)
{
	while (until > now_ms() && !stopped())
		key(p, until);
}

/* By key, or by the time with keys for pause and end. */
static enum evd_capture_word series(struct cmd_capture_pace *p)
{
	int64_t until = p->every_ms ? now_ms() + (int64_t)p->every_ms : -1;

	if (p->taken == 0 && p->every_ms)
		until = now_ms();
	while (!stopped()) {
		char c = key(p, p->paused ? -1 : until);

		if (c == 'q')
			return EVD_CAPTURE_STOP;
		if (c == 'p' && !p->paused) {
			p->paused = true;
			return EVD_CAPTURE_PAUSE;
		}
		if (c == 't' || c == ' ' || c == '\n' || c == 'p' || (c == 0 && until >= 0 && !p->paused)) {
			if (stopped())
				break;
			p->paused = false;
			return EVD_CAPTURE_TAKE;
		}
	}
	return EVD_CAPTURE_STOP;
}

enum evd_capture_word cmd_capture_next(struct cmd_capture_pace *p)
{
	enum evd_capture_word word = EVD_CAPTURE_TAKE;

	if (p->taken == 0 && p->delay_ms)
		sleep_until(p, now_ms() + (int64_t)p->delay_ms);
	if (p->series)
		word = series(p);
	else if (p->taken >= p->repeat)
		word = EVD_CAPTURE_STOP;
	else if (p->taken)
		sleep_until(p, now_ms() + (int64_t)p->every_ms);
	if (stopped())
		word = EVD_CAPTURE_STOP;
	p->taken += word == EVD_CAPTURE_TAKE;
	return word;
}
