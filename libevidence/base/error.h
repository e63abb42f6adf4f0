/*
 * error: result codes and the caller-allocated detail that goes with them.
 *
 * Every function that can fail returns an int: 0 done, EVD_END no more, negative = enum evd_err.
 * The first detector fills `struct evd_error`; callers above pass the code on and leave it alone.
 * A failed check of evidence is never an error, it is a finding (verify/finding.h).
 */
#ifndef EVD_ERROR_H
#define EVD_ERROR_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define EVD_MUST_USE __attribute__((warn_unused_result))
#if defined(__MINGW32__)
#define EVD_PRINTF(fmt, args) __attribute__((format(gnu_printf, fmt, args)))
#else
#define EVD_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#endif
#else
#define EVD_MUST_USE
#define EVD_PRINTF(fmt, args)
#endif

enum evd_err {
	EVD_OK = 0,
	EVD_END = 1,             /* no more elements; not an error */
	EVD_E_NOMEM = -1,        /* memory could not be had */
	EVD_E_IO = -2,           /* the system refused a read, write or sync; `sys` holds errno */
	EVD_E_NOTFOUND = -3,     /* named thing is absent */
	EVD_E_EXISTS = -4,       /* target is there already; it was not touched */
	EVD_E_FORMAT = -5,       /* bytes are not what they must be; stop this container */
	EVD_E_DAMAGED = -6,      /* this one item is damaged, the rest may go on */
	EVD_E_UNSUPPORTED = -7,  /* newer or other than this program knows */
	EVD_E_LIMIT = -8,        /* a limit of limits.h was met; the text names it */
	EVD_E_CRYPTO = -9,       /* OpenSSL refused */
	EVD_E_SANDBOX = -10,     /* a layer of the sandbox could not be put up */
	EVD_E_MISUSE = -11,      /* wrong call order or argument; the object is as before */
	EVD_E_INTERNAL = -12,    /* our own bug */
	EVD_E_DENIED = -13,      /* passphrase, permission, or no right to write */
	EVD_E_LOCKED = -14,      /* another program holds the case; try again */
	EVD_E_CANCELLED = -15,   /* the progress callback asked to stop; what is committed stays */
	EVD_E_NOSPACE = -16,     /* no room on the target */
	EVD_E_UNAVAILABLE = -17, /* a card, device or program that is needed is not there */
};

/* Detail of one failure. Flat, no heap, so that it can cross a pipe. */
struct evd_error {
	int code;        /* enum evd_err */
	int sys;         /* errno, or 0 */
	uint64_t offset; /* bytes from the start of the source, or 0 */
	char text[256];  /* one UTF-8 line, no full stop: what, where, what to do */
};

/*
 * evd_strerror(code): one English word group for `code`. Never NULL, static storage.
 */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const char *
evd_strerror(int code);

/*
 * evd_fail(err, code, fmt, …): fills `err` (may be NULL) and returns `code`.
 * evd_fail_sys: the same for a failed system call; takes errno `sys`, appends its text, and turns
 * ENOSPC/EDQUOT, ENOENT, EEXIST, EACCES/EPERM/EROFS, ENOMEM into their own codes.
 * evd_fail_crypto: the same, with the reason OpenSSL gives; empties OpenSSL's error queue.
 * evd_nomem: EVD_E_NOMEM with its text.
 */
int evd_fail(struct evd_error *err, int code, const char *fmt, ...) EVD_PRINTF(3, 4);
int evd_fail_sys(struct evd_error *err, int sys, const char *fmt, ...) EVD_PRINTF(3, 4);
int evd_fail_crypto(struct evd_error *err, const char *fmt, ...) EVD_PRINTF(2, 3);
int evd_nomem(struct evd_error *err);

#endif
