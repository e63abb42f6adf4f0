/* capture_outputs_none: of builds without libwayland-client: what a compositor would tell is not known. */
#include "capture_outputs.h"

bool capture_outputs(struct evd_object *o)
{
	(void)o;
	return false;
}
