/*
 * many: judges bundles named on standard input, each ended by NUL with tabs between its parts, and prints the report of
 * each as one line, as evidence-verify --json does. One process for all vectors, so that a mutant of the verifier is
 * judged in seconds (mutants.py).
 *
 *   NUMBER <tab> BUNDLE [<tab> OPTION [<tab> VALUE]]...      options as evidence-verify's
 *
 * The answer is NUMBER, a tab, and the report; or "!" where there is none: wrong options, no such file, own failure.
 */
#include "base/text.h"
#include "platform/input.h"
#include "report/report.h"
#include "verify/receipt.h"
#include "verify/verify.h"
#ifdef EVD_MUTANTS
#include EVD_MUTANTS
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>

#define MAX_SETS 1024u
#define SECONDS 20 /* of processor time, for one bundle: a mutant may never end */
#define MEMORY (4ull << 30)

/* What one set of options came to; the lines of one set share it. */
static struct set {
	char *text;
	const char *older, *receipt;
	bool wrong;
	struct evd_verify_options o;
} sets[MAX_SETS];
static size_t nsets;

static struct evd_pool *pool;

/* Takes one option of `*rest`, which strsep walks. */
static bool take(struct set *s, const char *name, char **rest)
{
	struct evd_error err = {0};
	const char *value;

	if (strcmp(name, "--require-time") == 0)
		return s->o.require_time = true;
	if (strcmp(name, "--all-digests") == 0)
		return s->o.all_digests = true;
	value = strsep(rest, "\t");
	if (!value)
		return false;
	if (strcmp(name, "--pin") == 0)
		return evd_trust_pin(&s->o.trust, value, &err) == 0;
	if (strcmp(name, "--trust") == 0)
		return evd_trust_load(&s->o.trust, value, &err) == 0;
	if (strcmp(name, "--time-policy") == 0)
		return evd_trust_policy(&s->o.trust, value, &err) == 0;
	if (strcmp(name, "--extends") == 0)
		return (s->older = value) != NULL;
	if (strcmp(name, "--receipt") == 0)
		return (s->receipt = value) != NULL;
	if (strcmp(name, "--at") == 0)
		return s->o.has_at = evd_time_parse(evd_view_str(value), &s->o.at_ms);
	return false;
}

/* The options that `text` says; NULL if there are too many sets. */
static const struct set *options(const char *text, int64_t now)
{
	struct set *s = sets;
	char *rest, *name;

	for (; s < sets + nsets; s++)
		if (strcmp(s->text, text) == 0)
			return s;
	if (nsets == MAX_SETS)
		return NULL;
	nsets++;
	s->text = strdup(text);
	rest = strdup(text); /* stays: `older` and `receipt` point into it */
	s->o.pool = pool;
	s->o.now = now;
	if (!s->text || !rest)
		return NULL;
	while (!s->wrong && (name = strsep(&rest, "\t")) && *name)
		s->wrong = !take(s, name, &rest);
	return s;
}

static int judge(const char *path, const struct evd_verify_options *o, struct evd_report *report)
{
	struct evd_error err = {0};
	int fd, r;

	memset(report, 0, sizeof *report);
	r = evd_input_open(path, &fd, &err);
	if (r)
		return r;
	r = evd_verify(fd, path, o, report, &err);
	evd_input_close(fd);
	return r;
}

/* As evidence-verify reads it: of what is too large, one byte more than may be. */
static int judge_receipt(const char *path, struct evd_report *report)
{
	struct evd_buf text = {0};
	struct evd_error err = {0};
	int c, r = EVD_E_IO;
	FILE *f = fopen(path, "rb");

	while (f && text.len <= EVD_MAX_RECEIPT && (c = getc(f)) != EOF)
		evd_put(&text, &(uint8_t){(uint8_t)c}, 1);
	if (f && !ferror(f) && evd_buf_check(&text, &err) == 0)
		r = evd_verify_receipt(report, evd_buf_view(&text), &err);
	if (f)
		fclose(f);
	evd_buf_release(&text);
	return r;
}

/* The report of one bundle into `out`. */
static int answer(const char *path, const struct set *s, struct evd_buf *out)
{
	struct evd_report report, older;
	struct evd_error err = {0};
	int r = judge(path, &s->o, &report);

	if (r == 0 && s->older) {
		r = judge(s->older, &s->o, &older);
		if (r == 0 && evd_verdict(&report) != EVD_REFUSED)
			evd_verify_extends(&report, &older);
		evd_report_release(&older);
	}
	if (r == 0 && s->receipt && evd_verdict(&report) != EVD_REFUSED)
		r = judge_receipt(s->receipt, &report);
	if (r == 0)
		r = evd_report_json(&report, out, &err);
	evd_report_release(&report);
	return r;
}

/* For mutants.py, which compiles this file once more: which mutants differ from the verifier over the bundle judged last. */
#ifdef EVD_MUTANTS
unsigned evd_mutant;
bool evd_mutant_differs[EVD_MUTANTS_N];

static void differs(void)
{
	const char *sep = "";

	for (unsigned n = 1; n < EVD_MUTANTS_N; n++)
		if (evd_mutant_differs[n]) {
			printf("%s%u", sep, n);
			sep = " ";
		}
	printf("\t");
	memset(evd_mutant_differs, 0, sizeof evd_mutant_differs);
}

static void be(void)
{
	const char *which = getenv("EVD_MUTANT");

	evd_mutant = which ? (unsigned)strtoul(which, NULL, 10) : 0;
}
#else
static void differs(void)
{
}

static void be(void)
{
}
#endif

static void limit(void)
{
	const struct itimerval t = {.it_value.tv_sec = SECONDS};

	setitimer(ITIMER_VIRTUAL, &t, NULL);
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	struct evd_error err = {0};
	struct rlimit memory = {MEMORY, MEMORY};
	const char *now = getenv("NOW");

#ifndef __SANITIZE_ADDRESS__
	setrlimit(RLIMIT_AS, &memory);
#endif
	(void)memory;
	be();
	if (!now || evd_pool_new(1, &pool, &err) || !evd_crypto())
		return 70;
	while (getdelim(&line, &room, '\0', stdin) > 0) {
		char *rest = line, *number, *path;
		struct evd_buf out = {0};
		const struct set *s;
		bool failed;

		number = strsep(&rest, "\t");
		path = strsep(&rest, "\t");
		s = options(rest ? rest : "", strtoll(now, NULL, 10));
		if (!path || !s)
			return 64;
		limit();
		failed = s->wrong || answer(path, s, &out);
		printf("%s\t", number);
		differs();
		if (failed)
			printf("!\n");
		else
			printf("%.*s", (int)out.len, (const char *)out.data);
		fflush(stdout);
		evd_buf_release(&out);
	}
	free(line);
	return ferror(stdin) || ferror(stdout) ? 74 : 0;
}
