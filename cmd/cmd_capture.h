/*
 * cmd_capture: when the next picture is taken: by time, by key, or at once.
 */
#ifndef CMD_CAPTURE_H
#define CMD_CAPTURE_H

#include "capture/observe.h"

#include <termios.h>

struct cmd_capture_pace {
	uint64_t delay_ms, every_ms, repeat;
	bool series;
	uint64_t taken;
	/* keys */
	bool raw, ended, paused;
	struct termios before;
};

/* cmd_capture_seconds(text, ms): "2", "0.5". */
bool cmd_capture_seconds(const char *text, uint64_t *ms);
/* cmd_capture_keys(p, on): single keys of a terminal, for a series. */
void cmd_capture_keys(struct cmd_capture_pace *p, bool on);
/* cmd_capture_next(p): waits for the time or key, and says what to do. */
enum evd_capture_word cmd_capture_next(struct cmd_capture_pace *p);

#endif
