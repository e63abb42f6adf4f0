/*
 * fuzz_verify: the verify core against bundles that a fuzzer makes (libFuzzer and AFL++: README.md). The folder in
 * EVD_FUZZ_GOOD holds bundles that verify, and in `options` with what: lines "pin HEX", "trust FILE", "at TIME". An
 * input may be judged TOTAL-PASSED only if it is one of them, byte for byte, but for what is added after sealing (sealed.h),
 * and then with no earlier proved time; of a closed envelope, INDETERMINATE with its signer identified only if it is one of
 * them, byte for byte; a report must be made of each: else it aborts.
 */
#include "alter.h"
#include "base/text.h"
#include "report/report.h"
#include "sealed.h"
#include "verify/verify.h"

#include <openssl/sha.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MOST_GOOD 64u

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

/* A bundle that verifies: its bytes, and what of them was sealed. */
static struct good {
	uint8_t whole[SHA256_DIGEST_LENGTH], sealed[SEALED_DIGEST];
	int64_t proved; /* INT64_MAX: no time is */
	bool envelope;  /* nothing is added to it */
} good[MOST_GOOD];
static size_t n_good;
static struct evd_verify_options options = {.has_at = true,
                                            .at_ms = 1795305600000}; /* 2026-11-22 */
static int memory = -1;

static void stop(const char *why, const char *what)
{
	fprintf(stderr, "fuzz_verify: %s: %s\n", why, what);
	abort();
}

/* The verdict; of a closed envelope there is no better than INDETERMINATE: TOTAL-PASSED stands here for that. */
static enum evd_verdict judge(const uint8_t *data, size_t size, struct good *is)
{
	struct evd_report report;
	struct evd_error err = {0};
	struct evd_buf json = {0};
	enum evd_verdict v;

	if (ftruncate(memory, 0) || pwrite(memory, data, size, 0) != (ssize_t)size)
		stop("no memory for an input", "");
	if (evd_verify(memory, "input.asice", &options, &report, &err))
		stop("own failure", err.text);
	v = evd_verdict(&report);
	is->envelope = report.envelope;
	if (v == EVD_INDETERMINATE && is->envelope &&
	    strcmp(evd_check_result(&report, EVD_CHECK_IDENTITY), "passed") == 0)
		v = EVD_TOTAL_PASSED;
	is->proved = report.has_proved ? report.proved_ms : INT64_MAX;
	if (evd_report_json(&report, &json, &err))
		stop("no report", err.text);
	evd_buf_release(&json);
	evd_report_release(&report);
	return v;
}

static bool option(const char *folder, char *line)
{
	struct evd_error err = {0};
	char path[4096], *value = strchr(line, ' ');

	if (!value)
		return false;
	*value++ = 0;
	if (strcmp(line, "pin") == 0)
		return evd_trust_pin(&options.trust, value, &err) == 0;
	if (strcmp(line, "at") == 0)
		return options.has_at = evd_time_parse(evd_view_str(value), &options.at_ms);
	(void)snprintf(path, sizeof path, "%s/%s", folder, value);
	return strcmp(line, "trust") == 0 && evd_trust_load(&options.trust, path, &err) == 0;
}

static void load_options(const char *folder)
{
	char path[4096], line[256];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/options", folder);
	f = fopen(path, "r");
	if (!f)
		stop("cannot be read", path);
	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = 0;
		if (!option(folder, line))
			stop("no option", line);
	}
	fclose(f);
	if (!options.has_at) /* a verdict must not depend on when it is asked for */
		stop("no time", path);
}

/* A bundle of the folder: it must verify, or the fuzzing would show nothing. */
static void load_good(const char *folder, const char *name)
{
	static uint8_t data[1u << 20];
	char path[4096];
	size_t len;
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "rb");
	if (!f)
		stop("cannot be read", path);
	len = fread(data, 1, sizeof data, f);
	fclose(f);
	if (n_good == MOST_GOOD || judge(data, len, &good[n_good]) != EVD_TOTAL_PASSED)
		stop("does not verify as it is", path);
	if (!sealed_digest(data, len, good[n_good].sealed) && !good[n_good].envelope)
		stop("what was sealed is not found in", path);
	SHA256(data, len, good[n_good++].whole);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *folder = getenv("EVD_FUZZ_GOOD");
	DIR *d = folder ? opendir(folder) : NULL;
	struct evd_error err = {0};

	(void)argc;
	(void)argv;
	if (!d)
		stop("EVD_FUZZ_GOOD names no folder", "");
	memory = memfd_create("input", MFD_CLOEXEC);
	if (memory < 0 || evd_pool_new(1, &options.pool, &err))
		stop("no start", err.text);
	load_options(folder);
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if (strstr(e->d_name, ".asice"))
			load_good(folder, e->d_name);
	closedir(d);
	if (n_good == 0)
		stop("no bundle", folder);
	return 0;
}

/* Byte for byte a good bundle, or one with other stamps, none of which proves an earlier time. */
static bool may_pass(const uint8_t *data, size_t size, const struct good *is)
{
	uint8_t whole[SHA256_DIGEST_LENGTH], sealed[SEALED_DIGEST];
	bool plain = !is->envelope && sealed_digest(data, size, sealed);

	SHA256(data, size, whole);
	for (size_t i = 0; i < n_good; i++)
		if (memcmp(whole, good[i].whole, sizeof whole) == 0 ||
		    (plain && !good[i].envelope && memcmp(sealed, good[i].sealed, sizeof sealed) == 0 &&
		     is->proved >= good[i].proved))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct good is;

	if (judge(data, size, &is) == EVD_TOTAL_PASSED && !may_pass(data, size, &is))
		stop("TOTAL-PASSED", "and what was sealed is none of the good bundles");
	return 0;
}

#ifndef EVD_FUZZ_AFL /* there the mutator is a library of its own: alter_afl.c */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	size_t len = seed % 8 ? alter_bundle(data, size, max, seed / 8) : 0;

	return len ? len : LLVMFuzzerMutate(data, size, max);
}
#endif
