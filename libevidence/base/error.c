/* error: see error.h. */
#include "base/error.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *evd_strerror(int code)
{
	switch (code) {
	case EVD_OK: return "done";
	case EVD_END: return "no more";
	case EVD_E_NOMEM: return "out of memory";
	case EVD_E_IO: return "input/output error";
	case EVD_E_NOTFOUND: return "not found";
	case EVD_E_EXISTS: return "exists already";
	case EVD_E_FORMAT: return "not in the expected form";
	case EVD_E_DAMAGED: return "damaged";
	case EVD_E_UNSUPPORTED: return "not supported";
	case EVD_E_LIMIT: return "over a limit";
	case EVD_E_CRYPTO: return "cryptographic operation failed";
	case EVD_E_SANDBOX: return "sandbox not complete";
	case EVD_E_MISUSE: return "wrong use";
	case EVD_E_INTERNAL: return "internal error";
	case EVD_E_DENIED: return "refused";
	case EVD_E_LOCKED: return "locked";
	case EVD_E_CANCELLED: return "cancelled";
	case EVD_E_NOSPACE: return "no space left";
	case EVD_E_UNAVAILABLE: return "not available";
	default: return "unknown error";
	}
}

EVD_PRINTF(4, 0)
static void fill(struct evd_error *err, int code, int sys, const char *fmt, va_list ap)
{
	memset(err, 0, sizeof *err);
	err->code = code;
	err->sys = sys;
	vsnprintf(err->text, sizeof err->text, fmt, ap);
}

static void append(struct evd_error *err, const char *more)
{
	size_t n = strlen(err->text);

	snprintf(err->text + n, sizeof err->text - n, ": %s", more);
}

/* Names in parentheses here and below: where the analyser reads, tests/tidy.h has macros of these names. */
int(evd_fail)(struct evd_error *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	fill(err, code, 0, fmt, ap);
	va_end(ap);
	return code;
}

static int code_of_errno(int sys)
{
	switch (sys) {
	case ENOSPC:
#ifdef EDQUOT
	case EDQUOT:
#endif
		return EVD_E_NOSPACE;
	case ENOENT: return EVD_E_NOTFOUND;
	case EEXIST:
	case ENOTEMPTY: return EVD_E_EXISTS;
	case EACCES:
	case EPERM:
	case EROFS: return EVD_E_DENIED;
	case ENOMEM: return EVD_E_NOMEM;
	default: return EVD_E_IO;
	}
}

int(evd_fail_sys)(struct evd_error *err, int sys, const char *fmt, ...)
{
	va_list ap;
	int code = code_of_errno(sys);

	if (!err)
		return code;
	va_start(ap, fmt);
	fill(err, code, sys, fmt, ap);
	va_end(ap);
	append(err, strerror(sys));
	return code;
}

int(evd_fail_crypto)(struct evd_error *err, const char *fmt, ...)
{
	va_list ap;
	unsigned long e = ERR_peek_error();
	const char *reason = e ? ERR_reason_error_string(e) : NULL;

	if (err) {
		va_start(ap, fmt);
		fill(err, EVD_E_CRYPTO, 0, fmt, ap);
		va_end(ap);
		if (reason)
			append(err, reason);
	}
	ERR_clear_error();
	return EVD_E_CRYPTO;
}

int(evd_nomem)(struct evd_error *err)
{
	return evd_fail(err, EVD_E_NOMEM, "out of memory");
}
