/* confine, systems without means of their own: says so. */
#include "platform/confine.h"

int evd_confine_verifier(struct evd_error *err)
{
	return evd_fail(err, EVD_E_SANDBOX, "not on this system");
}
