/* options: what an intake must say of itself before anything is taken in. */
#include "capture/acquire.h"

#include "base/text.h"

#include <string.h>

int evd_acquire_check(const struct evd_acquire_options *o, struct evd_error *err)
{
	const struct {
		const char *option, *text;
	} ours[] = {{"label", o->label}, {"supplier", o->supplier}, {"device", o->device}};
	const char *reason = o->circumstances.reason;

	if (!o->basis)
		return evd_fail(err, EVD_E_MISUSE, "no basis was given");
	if ((strcmp(o->basis, "other-account") == 0 || strcmp(o->basis, "covert") == 0) &&
	    (!reason || !*reason))
		return evd_fail(err, EVD_E_MISUSE, "the basis %s needs a reason", o->basis);
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (ours[i].text && !evd_is_utf8(evd_view_str(ours[i].text)))
			return evd_fail(err, EVD_E_MISUSE, "the text of --%s is not UTF-8", ours[i].option);
	return 0;
}
