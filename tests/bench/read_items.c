/*
 * read_items: reads files through evidence-reader, in its sandbox, and prints their records; for
 * benches, comparisons and a look by hand. Not part of the toolkit.
 *
 *   read_items [-q] [-s] [-j AHEAD] EVIDENCE_READER [FILE…]      files also as lines on standard input
 *
 * Without -q each file gives a line {"item":NAME}, its records, and {"state":…}; -s allows a sandbox
 * that is not complete. A summary goes to standard error.
 */
#include "reader/reader.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FILES_MAX 200000u

static bool quiet;
static uint64_t n_records;

static int on_record(void *ctx, struct evd_view line, const struct evd_json *j,
                     struct evd_error *err)
{
	(void)ctx;
	(void)j;
	(void)err;
	n_records++;
	if (!quiet) {
		fwrite(line.p, 1, line.len, stdout);
		putchar('\n');
	}
	return 0;
}

static int on_begin(void *ctx, const struct evd_reader_about *about, struct evd_error *err)
{
	(void)ctx;
	(void)err;
	if (!quiet)
		printf("{\"reader\":\"%.*s\"}\n", (int)about->name.len, (const char *)about->name.p);
	return 0;
}

static int on_end(void *ctx, int code, const char *text, struct evd_error *err)
{
	(void)ctx;
	(void)err;
	if (!quiet && code)
		printf("{\"code\":%d,\"why\":\"%s\"}\n", code, text);
	return 0;
}

struct file {
	char *path;
	int fd;
	struct evd_view name;
	struct evd_reader_item item;
};

static bool open_file(struct file *f)
{
	const char *base = strrchr(f->path, '/');

	f->fd = open(f->path, O_RDONLY | O_CLOEXEC);
	f->name = evd_view_str(base ? base + 1 : f->path);
	f->item = (struct evd_reader_item){.fd = &f->fd, .name = &f->name, .n = 1};
	return f->fd >= 0;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t take_stdin(struct file *file, size_t n)
{
	char line[4096];

	while (n < FILES_MAX && fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = 0;
		file[n++].path = strdup(line);
	}
	return n;
}

int main(int argc, char **argv)
{
	static const char *const states[] = {"failed",  "done", "refused", "crashed",
	                                     "blocked", "time", "output",  "malformed"};
	struct evd_reader_config config = {0};
	struct evd_reader_events events = {on_begin, on_record, on_end, NULL};
	struct file *file = calloc(FILES_MAX, sizeof *file);
	struct evd_reader *r;
	struct evd_error err = {0};
	size_t n = 0, started = 0, ahead = 1, bad = 0;
	double begin = now();
	int c;

	while ((c = getopt(argc, argv, "qsj:")) != -1) {
		quiet = quiet || c == 'q';
		config.degraded = config.degraded || c == 's';
		if (c == 'j')
			ahead = strtoul(optarg, NULL, 10);
	}
	if (!file || optind >= argc || ahead > EVD_READER_AHEAD)
		return 64;
	config.program = argv[optind];
	for (int i = optind + 1; i < argc && n < FILES_MAX; i++)
		file[n++].path = argv[i];
	if (n == 0)
		n = take_stdin(file, n);
	if (evd_reader_open(&config, &r, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 69;
	}
	for (size_t i = 0; i < n; i++) {
		struct evd_reader_outcome out;

		while (ahead > 0 && started < n && started < i + ahead) {
			if (!open_file(&file[started]) || evd_reader_ahead(r, &file[started].item, &err)) {
				fprintf(stderr, "%s: %s\n", file[started].path, err.text);
				return 74;
			}
			started++;
		}
		if (ahead == 0 && !open_file(&file[i]))
			return 66;
		if (!quiet)
			printf("{\"item\":\"%s\"}\n", file[i].path);
		if (evd_reader_read(r, &file[i].item, &events, &out, &err)) {
			fprintf(stderr, "%s: %s\n", file[i].path, err.text);
			return 74;
		}
		close(file[i].fd);
		bad += out.state != EVD_READER_DONE;
		if (!quiet)
			printf("{\"sandbox\":\"%s\",\"state\":\"%s\",\"text\":\"%s\"}\n", out.sandbox,
			       states[out.state], out.text);
	}
	evd_reader_close(r);
	fprintf(stderr, "%zu items, %llu records, %zu not done, %.3f s, %.3f ms an item\n", n,
	        (unsigned long long)n_records, bad, now() - begin,
	        n ? (now() - begin) * 1000 / (double)n : 0);
	free(file);
	return 0;
}
