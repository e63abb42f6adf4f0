/*
 * run_format: runs one reader in this process, without the sandbox, on a file of ours and prints
 * its records, one canonical JSON object a line. For golden tests and for writing readers.
 *
 *   run_format READER FILE [COMPANION…]   records; exit 0, or 2 with the error on standard error
 *   run_format --probe FILE [COMPANION…]  one line a matching reader: name, bits, whether it runs
 *   run_format --list                     the readers
 */
#include "formats.h"
#include "source.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOURCES_MAX 8

struct file {
	int fd;
};

static int file_read(void *ctx, uint64_t off, void *p, size_t len, size_t *got,
                     struct evd_error *err)
{
	struct file *f = ctx;

	*got = 0;
	while (*got < len) {
		ssize_t n = pread(f->fd, (char *)p + *got, len - *got, (off_t)(off + *got));

		if (n < 0)
			return evd_fail(err, EVD_E_IO, "cannot read");
		if (n == 0)
			break;
		*got += (size_t)n;
	}
	return 0;
}

static int print(void *ctx, struct evd_object *o, struct evd_error *err)
{
	struct evd_buf line;
	struct evd_json j = {0};
	int r;

	(void)ctx;
	evd_buf_init(&line, EVD_MAX_RECORD_LINE - 1024);
	r = evd_object_write(o, &line, err);
	if (r == 0) /* what the other side will do with it */
		r = evd_json_parse(&j, evd_buf_view(&line), err);
	if (r == 0) {
		fwrite(line.data, 1, line.len, stdout);
		putchar('\n');
	}
	evd_object_reset(o);
	evd_json_release(&j);
	evd_buf_release(&line);
	return r;
}

static int probe(const struct evd_input *in, struct evd_error *err)
{
	struct evd_formats_choice choice;
	int r = evd_formats_probe_all(in, &choice, err);

	for (size_t i = 0; r == 0 && i < evd_n_formats; i++)
		if (choice.bits[i])
			printf("%s %u %s\n", evd_formats[i]->name, choice.bits[i],
			       choice.run[i] ? "runs" : "-");
	if (r == 0 && choice.ambiguous)
		puts("ambiguous");
	return r;
}

static int list(void)
{
	for (size_t i = 0; i < evd_n_formats; i++)
		printf("%s %s %s\n", evd_formats[i]->name, evd_formats[i]->version, evd_formats[i]->spec);
	return 0;
}

int main(int argc, char **argv)
{
	static struct file file[SOURCES_MAX];
	static struct evd_source source[SOURCES_MAX];
	struct evd_input in = {.source = source};
	struct evd_sink sink = {print, NULL};
	const struct evd_format *format;
	struct evd_error err = {0};
	int r = evd_formats_warm(&err);

	if (r == 0 && argc == 2 && strcmp(argv[1], "--list") == 0)
		return list();
	if (r || argc < 3 || argc - 2 > SOURCES_MAX) {
		fprintf(stderr, "%s\n", r ? err.text : "usage: run_format READER|--probe FILE…");
		return 64;
	}
	for (int i = 2; i < argc; i++, in.n++) {
		const char *base = strrchr(argv[i], '/');
		struct stat st;

		file[in.n].fd = open(argv[i], O_RDONLY);
		if (file[in.n].fd < 0 || fstat(file[in.n].fd, &st)) {
			perror(argv[i]);
			return 66;
		}
		source[in.n] = (struct evd_source){.size = (uint64_t)st.st_size,
		                                   .read_at = file_read,
		                                   .ctx = &file[in.n],
		                                   .name = evd_view_str(base ? base + 1 : argv[i])};
	}
	format = evd_formats_find(argv[1]);
	if (strcmp(argv[1], "--probe") == 0)
		r = probe(&in, &err);
	else if (format)
		r = format->read(&in, &sink, &err);
	else
		r = evd_fail(&err, EVD_E_NOTFOUND, "no reader of the name %s", argv[1]);
	if (r)
		fprintf(stderr, "%s: %s\n", evd_strerror(r), err.text);
	return r ? 2 : 0;
}
