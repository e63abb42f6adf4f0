/* archive: the files of archive time-stamping against what they must be (docs/timestamp.md §6). */
#include "verify/run.h"

#include "verify/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The newest manifest has no number. */
void evd_run_archive_file(const struct evd_run *run, unsigned n, bool manifest,
                          char out[EVD_MAX_NAME + 1])
{
	if (manifest && n == run->c.archives)
		snprintf(out, EVD_MAX_NAME + 1, "META-INF/ASiCArchiveManifest.xml");
	else
		snprintf(out, EVD_MAX_NAME + 1,
		         manifest ? "META-INF/ASiCArchiveManifest%03u.xml" : "META-INF/timestamp%03u.tst",
		         n);
}

bool evd_run_archive_name(const struct evd_run *run, const char *name, unsigned *n, bool *manifest)
{
	*manifest = strncmp(name, "META-INF/A", 10) == 0;
	*n = evd_names_archive(name, *manifest);
	if (*n == 0 && strcmp(name, "META-INF/ASiCArchiveManifest.xml") == 0) {
		*n = run->c.archives;
		return *n > 0;
	}
	return *n >= 1 && *n <= run->c.archives && !(*manifest && *n == run->c.archives);
}

int evd_run_archive_see(struct evd_run *run, const struct evd_member_file *f, unsigned n,
                        bool manifest, struct evd_error *err)
{
	struct evd_archived *a;
	int r;

	if (!run->archive)
		run->archive = calloc(run->c.archives, sizeof *run->archive);
	if (!run->archive)
		return evd_nomem(err);
	a = &run->archive[n - 1];
	if (manifest) {
		a->has_manifest = true;
		return evd_run_hash(run, f, a->manifest, err);
	}
	a->has_token = true;
	r = evd_run_read_most(run, f, EVD_MAX_P7S, &a->token, err);
	return r ? r : evd_sha256(evd_buf_view(&a->token), a->token_sha256, err);
}

static void add_line(struct evd_meta_line *l, const char *name, const uint8_t *sha256, bool root)
{
	snprintf(l->name, sizeof l->name, "%s", name);
	memcpy(l->sha256, sha256, EVD_SHA256_LEN);
	l->root = root;
}

/* What manifest n lists of META-INF; false if something of it is not here. */
static int meta_lines(struct evd_run *run, unsigned n, struct evd_meta_line *line, bool *whole,
                      struct evd_error *err)
{
	static const char *const two[] = {"META-INF/ASiCManifest001.xml", "META-INF/signature001.p7s"};
	uint8_t p7s[EVD_SHA256_LEN];
	size_t k = 0;
	char name[48];
	int r = evd_sha256(evd_buf_view(&run->p7s), p7s, err);

	*whole = run->seen[EVD_TAG_ASIC].present && run->seen[EVD_SEEN_SIGNATURE].present;
	for (unsigned i = 1; i < n; i++) {
		*whole = *whole && run->archive[i - 1].has_manifest && run->archive[i - 1].has_token;
		snprintf(name, sizeof name, "META-INF/ASiCArchiveManifest%03u.xml", i);
		add_line(&line[k++], name, run->archive[i - 1].manifest, i == n - 1);
	}
	add_line(&line[k++], two[0], run->seen[EVD_TAG_ASIC].sha256, false);
	add_line(&line[k++], two[1], p7s, false);
	for (unsigned i = 1; i < n; i++) {
		snprintf(name, sizeof name, "META-INF/timestamp%03u.tst", i);
		add_line(&line[k++], name, run->archive[i - 1].token_sha256, false);
	}
	return r;
}

/* One of them: the manifest, then the token. */
static int check_one(struct evd_run *run, unsigned n, struct evd_meta_line *line,
                     struct evd_error *err)
{
	const struct evd_archived *a = &run->archive[n - 1];
	uint8_t must[EVD_SHA256_LEN];
	char name[EVD_MAX_NAME + 1];
	bool whole;
	int r = meta_lines(run, n, line, &whole, err);

	if (r == 0)
		r = evd_archive_digest(&run->report->log, run->must, line, 2 * (size_t)n, n, must, err);
	if (r)
		return r;
	if (!whole || memcmp(must, a->manifest, sizeof must) != 0) {
		evd_run_archive_file(run, n, true, name);
		evd_finding(&run->to, EVD_F_ARCHIVE_ALTERED, name, "%s",
		            a->has_manifest ? "not what follows from the contents" : "missing");
	}
	if (!a->has_token) {
		evd_run_archive_file(run, n, false, name);
		evd_finding(&run->to, EVD_F_ARCHIVE_ALTERED, name, "missing");
	}
	return 0;
}

int evd_run_archives(struct evd_run *run, struct evd_error *err)
{
	struct evd_meta_line *line;
	int r = 0;

	if (run->c.archives == 0)
		return 0;
	line = calloc(2 * EVD_MAX_ARCHIVES, sizeof *line);
	if (!line)
		return evd_nomem(err);
	for (unsigned n = 1; n <= run->c.archives && r == 0; n++)
		r = check_one(run, n, line, err);
	free(line);
	return r;
}
