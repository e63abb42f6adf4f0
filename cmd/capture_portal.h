/*
 * capture_portal: the desktop's portal, org.freedesktop.portal.Screenshot version 1 and 2 of the XDG
 * Desktop Portal, over the session bus; and the file that it leaves behind.
 */
#ifndef CAPTURE_PORTAL_H
#define CAPTURE_PORTAL_H

#include "capture.h"

#include <time.h>

#define PORTAL_FILE_MAX (UINT64_C(768) << 20) /* bytes: a picture of CAPTURE_PIXELS_MAX, unpacked */

struct portal_bus;

/*
 * portal_bus_open(c, ms, out, err): finds the portal, which the bus starts if it must. UNAVAILABLE: no
 * session bus, no portal, one that takes no pictures, no answer within `ms`. CANCELLED.
 */
int portal_bus_open(struct capture *c, uint64_t ms, struct portal_bus **out,
                    struct evd_error *err) EVD_MUST_USE;
void portal_bus_close(struct portal_bus *b); /* takes NULL */
/* The interface's version; what answers for the portal: its program, if known (else ""). */
uint32_t portal_bus_version(const struct portal_bus *b);
const char *portal_bus_program(const struct portal_bus *b);
/*
 * portal_bus_ask(b, interactive, uri, err): asks for one picture; `uri` takes the address of the file it
 * wrote. DENIED: refused by person or desktop; CANCELLED: by the person, or STOP was said; UNAVAILABLE:
 * no answer in time, or the portal went; UNSUPPORTED: an answer that is none.
 */
int portal_bus_ask(struct portal_bus *b, bool interactive, struct evd_buf *uri,
                   struct evd_error *err) EVD_MUST_USE;

/* The file that the portal wrote. */
struct portal_file {
	char *path; /* owned */
	char *name; /* its last part, within path */
	int folder; /* descriptor */
	uint64_t device, inode;
	int64_t modified_ms; /* since 1970 UTC */
};

/*
 * portal_file_take(uri, since, f, bytes, err): reads the whole file. It must be a regular file, no link
 * and of one name, of this user, written at or after `since` (of the file system's clock,
 * CLOCK_REALTIME_COARSE): a portal must not be able to have any other file taken in, and removed, as a
 * picture of the screen. UNSUPPORTED: it is not, or `uri` (RFC 8089) names none; NOTFOUND; LIMIT; IO.
 * `f` is to be released after success.
 */
int portal_file_take(const char *uri, const struct timespec *since, struct portal_file *f,
                     struct evd_buf *bytes, struct evd_error *err) EVD_MUST_USE;
/* portal_file_remove(f, err): removes the file that was read, and no other that came in its place. */
int portal_file_remove(const struct portal_file *f, struct evd_error *err) EVD_MUST_USE;
void portal_file_release(struct portal_file *f);

#endif
