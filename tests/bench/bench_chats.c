/*
 * bench_chats: one reader over one file in this process, records counted and thrown away, so that
 * the reader alone is measured. bench_chats READER FILE [RUNS]: prints messages, bytes, and for each
 * run CPU seconds of this process; then the peak of its memory in KiB.
 */
#include "formats.h"
#include "source.h"
#include "file_read.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int count(void *ctx, struct evd_object *o, struct evd_error *err)
{
	uint64_t *n = ctx;

	(void)err;
	n[0]++;
	n[1] += o->values.len;
	if (o->n && o->failed)
		return o->failed;
	evd_object_reset(o);
	return 0;
}

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	const struct evd_format *format = argc > 2 ? evd_formats_find(argv[1]) : NULL;
	int runs = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 1, fd = -1;
	struct evd_error err = {0};
	struct rusage usage;
	struct stat st;

	if (format)
		fd = open(argv[2], O_RDONLY);
	if (!format || fd < 0 || fstat(fd, &st)) {
		fprintf(stderr, "usage: bench_chats READER FILE [RUNS]\n");
		return 64;
	}
	for (int i = 0; i < runs; i++) {
		struct evd_source source = {.size = (uint64_t)st.st_size, .read_at = file_read, .ctx = &fd};
		struct evd_input in = {.source = &source, .n = 1};
		uint64_t n[2] = {0, 0};
		struct evd_sink sink = {count, n};
		double from = cpu();

		if (format->read(&in, &sink, &err)) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
		printf("records %llu bytes %llu seconds %.3f\n", (unsigned long long)n[0],
		       (unsigned long long)st.st_size, cpu() - from);
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("peak %ld KiB\n", usage.ru_maxrss);
	close(fd);
	return 0;
}
