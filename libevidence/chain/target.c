/* target: see target.h. */
#include "chain/target.h"

#include "platform/files.h"

static bool is_a_case(void *ctx, int folder)
{
	(void)ctx;
	return evd_file_exists(folder, "custody/00000001/entry.json");
}

int evd_target_check(const char *path, struct evd_error *err)
{
	if (!*path)
		return evd_fail(err, EVD_E_MISUSE, "the name of what is to be made is empty; give one");
	return evd_folders_up(path, is_a_case, NULL)
	           ? evd_fail(err, EVD_E_MISUSE,
	                      "%s would lie in the folder of a case, which holds nothing but the case; "
	                      "give a name outside it",
	                      path)
	           : 0;
}
