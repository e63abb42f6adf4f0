/* start, POSIX: see start.h. */
#include "platform/start.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

bool evd_start(void)
{
	bool out = fcntl(STDOUT_FILENO, F_GETFD) != -1;
	int fd;

	/* a closed descriptor 0, 1 or 2 must not become a bundle */
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
	signal(SIGPIPE, SIG_IGN);
	return out;
}

const char *evd_start_language(void)
{
	return NULL;
}

char *evd_start_ask(const char *text)
{
	(void)text;
	return NULL;
}

void evd_start_stay(const char *text)
{
	(void)text;
}
