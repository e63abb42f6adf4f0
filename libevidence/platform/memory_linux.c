/* memory: a file that has no name and lies in memory, see files.h. */
#include "platform/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

int evd_file_in_memory(struct evd_view v, int *out, struct evd_error *err)
{
	int fd = memfd_create("evidence", MFD_CLOEXEC | MFD_ALLOW_SEALING), r;

	*out = -1;
	if (fd < 0)
		return evd_fail_sys(err, errno, "no file in memory");
	r = evd_file_write(fd, v.p, v.len, err);
	if (r == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		r = evd_fail_sys(err, errno, "cannot close the file in memory to writing");
	if (r) {
		close(fd);
		return r;
	}
	*out = fd;
	return 0;
}
