/* example: the library without the programs. Makes an identity and a case, takes this very source in,
 * seals, verifies. Usage: example FOLDER FILE. Compiled and run in the tests (docs/library.md). */
#include "evidence.h"

#include <stdio.h>
#include <string.h>

static int show(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	fprintf(stderr, "%llu of %llu bytes\n", (unsigned long long)done, (unsigned long long)all);
	return 0; /* anything else would stop the work */
}

int main(int argc, char **argv)
{
	char home[512], dir[512], bundle[512], fingerprint[EVD_FINGERPRINT_TEXT],
	    seal[EVD_FINGERPRINT_TEXT];
	const char *pins[1] = {fingerprint};
	struct evd_work *work = NULL;
	struct evd_added added;
	struct evd_error err = {0};
	enum evd_judgement judgement = EVD_JUDGED_NOT;
	char *json = NULL;
	int r;

	if (argc != 3)
		return 64;
	snprintf(home, sizeof home, "%s/home", argv[1]);
	snprintf(dir, sizeof dir, "%s/case", argv[1]);
	snprintf(bundle, sizeof bundle, "%s/case.asice", argv[1]);
	r = evd_identity_new(home, "Example", "lawyer", NULL, "a long passphrase", fingerprint, &err);
	if (r == 0)
		r = evd_work_new(dir, "2026-1", "Example", home, NULL, "a long passphrase", &work, &err);
	if (r == 0)
		r = evd_work_add(work, &argv[2], 1, "own-device", show, NULL, &added, &err);
	if (r == 0)
		r = evd_work_note(work, "A note.", &err);
	if (r == 0)
		r = evd_work_seal(work, bundle, show, NULL, seal, &err);
	evd_work_free(work);
	if (r == 0)
		r = evd_judge(bundle, pins, 1, NULL, &judgement, &json, &err);
	if (r)
		fprintf(stderr, "example: %s: %s\n", evd_strerror(r), err.text);
	else
		printf("%s", json);
	evd_text_free(json);
	return r == 0 && judgement == EVD_JUDGED_PASSED ? 0 : 1;
}
