/* file_read: a file by its descriptor as a reader's source, for the benches of this folder. */
#ifndef FILE_READ_H
#define FILE_READ_H

#include "base/error.h"

#include <stdint.h>
#include <unistd.h>

static int file_read(void *ctx, uint64_t off, void *p, size_t len, size_t *got,
                     struct evd_error *err)
{
	const int *fd = ctx;

	*got = 0;
	while (*got < len) {
		ssize_t n = pread(*fd, (char *)p + *got, len - *got, (off_t)(off + *got));

		if (n < 0)
			return evd_fail(err, EVD_E_IO, "cannot read");
		if (n == 0)
			break;
		*got += (size_t)n;
	}
	return 0;
}

#endif
