/* options: what an intake must say of itself before anything is taken in. */
#include "capture/acquire.h"

#include "base/text.h"

#include <string.h>

bool evd_basis_lacks_reason(const char *basis, const char *reason)
{
	return (strcmp(basis, "other-account") == 0 || strcmp(basis, "covert") == 0) &&
	       (!reason || !*reason);
}

int evd_acquire_check(const struct evd_acquire_options *o, struct evd_error *err)
{
	const struct {
		const char *option, *text;
	} ours[] = {{"label", o->label}, {"supplier", o->supplier}, {"device", o->device}};

	if (!o->basis)
		return evd_fail(err, EVD_E_MISUSE, "no basis was given");
	if (evd_basis_lacks_reason(o->basis, o->circumstances.reason))
		return evd_fail(err, EVD_E_MISUSE, "the basis %s needs a reason", o->basis);
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (ours[i].text && !evd_is_utf8(evd_view_str(ours[i].text)))
			return evd_fail(err, EVD_E_MISUSE, "the text of --%s is not UTF-8", ours[i].option);
	return 0;
}
