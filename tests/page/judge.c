/*
 * judge: the verify core as a filter, for the differential fuzzer: bundles come in on standard input, each behind
 * its length (4 bytes, little-endian), and the report of each goes out as one line, as evidence-verify --json
 * prints it. One process for thousands of bundles, and no file but one in memory.
 *
 *   judge [--pin HEX]... [--trust FILE]... [--at 2026-11-22T12:00:00.000Z] [--require-time] [--all-digests]
 */
#include "base/text.h"
#include "report/report.h"
#include "verify/verify.h"

#include <openssl/x509.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_BUNDLE (64u << 20)
#define REMEMBERED 256u /* certificates; mutants of one bundle share them */

/*
 * libcrypto decodes a certificate's key anew each time, which is two thirds of a small bundle's time. The linker puts
 * this before it (--wrap): the same bytes give the same object again. Failures are not remembered.
 */
X509 *__real_d2i_X509(X509 **to, const unsigned char **in, long len);
X509 *__wrap_d2i_X509(X509 **to, const unsigned char **in, long len);

static struct {
	X509 *x;
	unsigned char *der;
	long len;
} remembered[REMEMBERED];

/* Where the certificate of these bytes is remembered, or would be. */
static unsigned place(const unsigned char *der, long len)
{
	unsigned sum = 0;

	for (long i = 0; i < len; i++)
		sum = sum * 31 + der[i];
	return (sum ^ sum >> 16) % REMEMBERED;
}

static void remember(unsigned at, X509 *x, const unsigned char *der, long len)
{
	X509_free(remembered[at].x);
	free(remembered[at].der);
	remembered[at].x = NULL;
	remembered[at].len = len;
	remembered[at].der = malloc((size_t)len);
	if (!remembered[at].der || !X509_up_ref(x))
		return;
	memcpy(remembered[at].der, der, (size_t)len);
	remembered[at].x = x;
}

/* The verify core's way of calling it: an object of its library context stands in *to. */
X509 *__wrap_d2i_X509(X509 **to, const unsigned char **in, long len)
{
	const unsigned char *from = *in;
	unsigned at;
	X509 *x;

	if (!to || !*to || len <= 0)
		return __real_d2i_X509(to, in, len);
	at = place(from, len);
	x = remembered[at].x;
	if (x && remembered[at].len == len && memcmp(remembered[at].der, from, (size_t)len) == 0 &&
	    X509_up_ref(x)) {
		X509_free(*to);
		*in += len;
		return *to = x;
	}
	x = __real_d2i_X509(to, in, len);
	if (x && *in == from + len)
		remember(at, x, from, len);
	return x;
}

/* The next bundle into `fd`, shortened or lengthened to it: 1, 0 at the end, -1 if it cannot be. */
static int next(int fd)
{
	uint8_t head[4], *map;
	size_t len, got = fread(head, 1, sizeof head, stdin);

	if (got == 0)
		return 0;
	len = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
	if (got != sizeof head || len > MAX_BUNDLE || ftruncate(fd, (off_t)len) < 0)
		return -1;
	if (len == 0)
		return 1;
	map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -1;
	got = fread(map, 1, len, stdin);
	munmap(map, len);
	return got == len ? 1 : -1;
}

/* One line, whatever happens: an own failure starts with '!', which no report does. */
static int answer(int fd, const struct evd_verify_options *o)
{
	struct evd_report report;
	struct evd_buf out = {0};
	struct evd_error err = {0};
	int r = evd_verify(fd, "mutant.asice", o, &report, &err);

	if (r == 0)
		r = evd_report_json(&report, &out, &err);
	if (r)
		printf("!%s\n", err.text[0] ? err.text : evd_strerror(r));
	else
		fwrite(out.data, 1, out.len, stdout);
	evd_buf_release(&out);
	evd_report_release(&report);
	return ferror(stdout) ? -1 : 0;
}

static int take(struct evd_verify_options *o, int argc, char **argv, struct evd_error *err)
{
	for (int i = 1; i < argc; i++) {
		const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";

		if (strcmp(name, "--require-time") == 0) {
			o->require_time = true;
			continue;
		}
		if (strcmp(name, "--all-digests") == 0) {
			o->all_digests = true;
			continue;
		}
		i++;
		if (strcmp(name, "--pin") == 0 && evd_trust_pin(&o->trust, value, err) == 0)
			continue;
		if (strcmp(name, "--trust") == 0 && evd_trust_load(&o->trust, value, err) == 0)
			continue;
		if (strcmp(name, "--time-policy") == 0 && evd_trust_policy(&o->trust, value, err) == 0)
			continue;
		if (strcmp(name, "--at") != 0 || !evd_time_parse(evd_view_str(value), &o->at_ms))
			return -1;
		o->has_at = true;
	}
	return o->has_at ? 0 : -1; /* reports must not depend on when they are made */
}

int main(int argc, char **argv)
{
	struct evd_verify_options o = {0};
	struct evd_error err = {0};
	int fd = memfd_create("mutant.asice", MFD_CLOEXEC), r = 64;

	if (take(&o, argc, argv, &err) || fd < 0 || evd_pool_new(1, &o.pool, &err)) {
		fprintf(stderr, "judge: wrong options, or no memory: %s\n", err.text);
		goto out;
	}
	do
		r = next(fd);
	while (r > 0 && answer(fd, &o) == 0);
	if (fflush(stdout) != 0 || r < 0)
		r = 74;
out:
	evd_pool_free(o.pool);
	evd_trust_release(&o.trust);
	if (fd >= 0)
		close(fd);
	return r;
}
