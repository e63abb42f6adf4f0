/*
 * sandbox on systems for which no backend is written: resource limits alone, and the state says so.
 * Callers refuse to read hostile bytes then, unless told otherwise.
 */
#include "platform/sandbox.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

int evd_sandbox_probe(struct evd_sandbox_support *out, struct evd_error *err)
{
	(void)err;
	memset(out, 0, sizeof *out);
	return 0;
}

int evd_sandbox_before(const struct evd_sandbox_support *support, struct evd_error *err)
{
	(void)support;
	(void)err;
	return 0;
}

static int limit(unsigned what, rlim_t value, struct evd_error *err)
{
	struct rlimit l = {value, value};

	return setrlimit(what, &l) ? evd_fail(err, EVD_E_SANDBOX, "a resource limit cannot be set") : 0;
}

int evd_sandbox_enter(const struct evd_sandbox_plan *plan,
                      const struct evd_sandbox_support *support, struct evd_sandbox_state *out,
                      struct evd_error *err)
{
	int r;

	(void)support;
	memset(out, 0, sizeof *out);
	r = limit(RLIMIT_CPU, plan->seconds, err);
	if (r == 0)
		r = limit(RLIMIT_CORE, 0, err);
	if (r == 0)
		r = limit(RLIMIT_FSIZE, 0, err);
	if (r == 0)
		r = limit(RLIMIT_AS, (rlim_t)plan->memory, err);
	if (r == 0)
		snprintf(out->text, sizeof out->text, "rlimit");
	return r;
}
