/*
 * every_byte: takes a bundle that verifies, or an envelope whose cover does, and alters it in every way one byte can be altered: each
 * bit flipped, the byte removed, doubled, the file cut behind it. None may be better than failed.
 *
 *   every_byte [--jobs N] [--from BYTE] [--to BYTE] --pin FINGERPRINT... BUNDLE
 *
 * The list of exceptions is empty. With --from and --to only a part is altered (long bundles).
 */
#include "verify/verify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define FLIPS 8u
#define WAYS (FLIPS + 3u) /* removed, doubled, cut */

struct job {
	uint8_t *data;
	size_t len, from, to;
	struct evd_verify_options o;
	unsigned long tried, better, own;
};

static const char *const way_name[] = {"removed", "doubled", "cut here"};

/* The bytes of one mutant, in memory that a descriptor names. Returns its length. */
static size_t mutate(const struct job *j, size_t at, unsigned way, uint8_t *out)
{
	size_t rest = j->len - at - 1;

	memcpy(out, j->data, at);
	if (way < FLIPS) {
		out[at] = (uint8_t)(j->data[at] ^ 1u << way);
		memcpy(out + at + 1, j->data + at + 1, rest);
		return j->len;
	}
	if (way == FLIPS + 2)
		return at;
	if (way == FLIPS + 1) {
		out[at] = j->data[at];
		memcpy(out + at + 1, j->data + at, rest + 1);
		return j->len + 1;
	}
	memcpy(out + at, j->data + at + 1, rest);
	return j->len - 1;
}

static enum evd_verdict judge(struct job *j, int fd)
{
	struct evd_report report;
	struct evd_error err = {0};
	enum evd_verdict v = EVD_OWN_FAILURE;

	if (evd_verify(fd, "mutant", &j->o, &report, &err) == 0)
		v = evd_verdict(&report);
	/* of a closed envelope there is no better: nobody looks inside */
	if (v == EVD_INDETERMINATE && report.envelope &&
	    strcmp(evd_check_result(&report, EVD_CHECK_IDENTITY), "passed") == 0)
		v = EVD_TOTAL_PASSED;
	evd_report_release(&report);
	return v;
}

/* All mutants at the places from, from + step, … */
static int run(struct job *j, unsigned step)
{
	int fd = memfd_create("mutant", MFD_CLOEXEC);
	uint8_t *map;

	if (fd < 0 || ftruncate(fd, (off_t)j->len + 1) < 0)
		return -1;
	map = mmap(NULL, j->len + 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -1;
	for (size_t at = j->from; at < j->to; at += step)
		for (unsigned way = 0; way < WAYS; way++) {
			enum evd_verdict v;

			/* what lies behind the end is written before it is cut off */
			if (ftruncate(fd, (off_t)j->len + 1) < 0 ||
			    ftruncate(fd, (off_t)mutate(j, at, way, map)) < 0)
				return -1;
			v = judge(j, fd);
			j->tried++;
			if (v == EVD_TOTAL_FAILED || v == EVD_REFUSED)
				continue;
			if (v == EVD_OWN_FAILURE)
				j->own++;
			else
				j->better++;
			printf("byte %zu, %s %u: %s\n", at, way < FLIPS ? "bit" : way_name[way - FLIPS],
			       way < FLIPS ? way : 0, evd_verdict_name(v));
			fflush(stdout);
		}
	munmap(map, j->len + 1);
	close(fd);
	return 0;
}

static uint8_t *read_all(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	long size = -1;

	if (f && fseek(f, 0, SEEK_END) == 0)
		size = ftell(f);
	if (size > 0)
		data = malloc((size_t)size);
	if (data) {
		rewind(f);
		*len = fread(data, 1, (size_t)size, f);
		if (*len != (size_t)size) {
			free(data);
			data = NULL;
		}
	}
	if (f)
		fclose(f);
	return data;
}

/* The bundle as it is must verify, or the test would show nothing. */
static bool sound(struct job *j)
{
	int fd = memfd_create("whole", MFD_CLOEXEC);
	bool ok = fd >= 0 && write(fd, j->data, j->len) == (ssize_t)j->len &&
	          judge(j, fd) == EVD_TOTAL_PASSED;

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Runs the mutants in `jobs` processes; the counts come back through a pipe. */
static int share(struct job *all, unsigned jobs)
{
	int fds[2], status;
	bool died = false;

	if (pipe(fds) < 0)
		return -1;
	for (unsigned n = 0; n < jobs; n++) {
		pid_t pid = fork();

		if (pid < 0)
			return -1;
		if (pid == 0) {
			struct job j = *all;
			unsigned long counts[3];
			int r;

			j.from += n;
			r = run(&j, jobs);
			counts[0] = j.tried;
			counts[1] = j.better;
			counts[2] = j.own;
			_exit(r || write(fds[1], counts, sizeof counts) != (ssize_t)sizeof counts);
		}
	}
	close(fds[1]);
	for (unsigned n = 0; n < jobs; n++)
		died |= wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	for (unsigned long counts[3]; read(fds[0], counts, sizeof counts) == (ssize_t)sizeof counts;) {
		all->tried += counts[0];
		all->better += counts[1];
		all->own += counts[2];
	}
	close(fds[0]);
	return died ? -1 : 0;
}

int main(int argc, char **argv)
{
	struct job j = {.to = SIZE_MAX, .o = {.has_at = true}};
	struct evd_error err = {0};
	const char *path = NULL;
	unsigned jobs = 1;
	bool usage = false;
	int r;

	for (int i = 1; i < argc && !usage; i++) {
		bool more = i + 1 < argc;

		if (strcmp(argv[i], "--pin") == 0 && more)
			usage = evd_trust_pin(&j.o.trust, argv[++i], &err) != 0;
		else if (strcmp(argv[i], "--jobs") == 0 && more)
			jobs = (unsigned)strtoul(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--from") == 0 && more)
			j.from = strtoul(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--to") == 0 && more)
			j.to = strtoul(argv[++i], NULL, 10);
		else if (argv[i][0] != '-' && !path)
			path = argv[i];
		else
			usage = true;
	}
	if (usage || !path || jobs < 1 || jobs > 64 || evd_pool_new(1, &j.o.pool, &err) != 0) {
		fprintf(stderr,
		        "usage: every_byte [--jobs N] [--from BYTE] [--to BYTE] --pin HEX... BUNDLE\n");
		return 64;
	}
	j.data = read_all(path, &j.len);
	if (!j.data || !sound(&j)) {
		fprintf(stderr, "%s: cannot be read, or does not verify as it is\n", path);
		return 66;
	}
	if (j.to > j.len)
		j.to = j.len;
	r = share(&j, jobs);
	printf("%s: %zu bytes, %lu mutants, %lu better than failed, %lu own failures%s\n", path, j.len,
	       j.tried, j.better, j.own, r ? "; a process died" : "");
	evd_pool_free(j.o.pool);
	evd_trust_release(&j.o.trust);
	free(j.data);
	return r || j.better || j.own || j.tried != (unsigned long)(j.to - j.from) * WAYS;
}
