/* finding: see finding.h. */
#include "base/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct evd_finding_kind kinds[EVD_FINDING_CODES] = {
#define EVD_FINDING(code, check, result, sub, text)                                                \
	{#code, EVD_CHECK_##check, EVD_RESULT_##result, sub, text},
#include "base/findings.def"
#undef EVD_FINDING
};

const struct evd_finding_kind *evd_finding_kind(enum evd_finding_code code)
{
	return &kinds[code];
}

const char *evd_check_name(enum evd_check check)
{
	static const char *const name[EVD_CHECKS] = {
	    "container", "custody", "signatures", "completeness", "fixity", "identity", "time",
	};

	return name[check];
}

int evd_finding(const struct evd_findings *to, enum evd_finding_code code, const char *where,
                const char *fmt, ...)
{
	struct evd_finding f;
	va_list ap;

	memset(&f, 0, sizeof f);
	f.code = code;
	f.sub = kinds[code].sub;
	snprintf(f.where, sizeof f.where, "%s", where);
	va_start(ap, fmt);
	vsnprintf(f.detail, sizeof f.detail, fmt, ap);
	va_end(ap);
	to->report(to->ctx, &f);
	return kinds[code].result == EVD_RESULT_FAILED ? EVD_STOP : 0;
}
