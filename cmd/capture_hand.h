/*
 * capture_hand: the inside of `struct capture`, for the pipe and the program's main alone.
 */
#ifndef CAPTURE_HAND_H
#define CAPTURE_HAND_H

#include "capture.h"

#define CAPTURE_STRINGS 4096u /* option strings asked for */

struct capture {
	struct evd_buf in, out, request_text;
	struct evd_json request;
	char *strings[CAPTURE_STRINGS];
	size_t n_strings;
	bool stopped, gone;
};

/* capture_begin(c, err): receives the request. */
int capture_begin(struct capture *c, struct evd_error *err) EVD_MUST_USE;
/* capture_end(c, code, why): says how it ended, and releases. */
int capture_end(struct capture *c, int code, const struct evd_error *why);

#endif
