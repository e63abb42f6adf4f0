/* check_case: see check_case.h. */
#include "verify/check_case.h"

#include "platform/files.h"
#include "seal/kept.h"
#include "verify/container.h"
#include "verify/payload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FITS, MISSING, ALTERED };

struct job {
	struct evd_case *c;
	struct evd_payload payload;
};

/* A file that cannot be read counts as altered: it does not give back what was recorded. One that may not be opened, or
 * for which there is no descriptor, was not looked at. */
static int check_item(void *ctx, size_t i, unsigned thread)
{
	struct job *j = ctx;
	struct evd_item *it = &j->c->log.items.at[i];
	char path[EVD_PAYLOAD_PATH];
	uint8_t digest[EVD_SHA256_LEN];
	struct evd_error err = {0};
	uint64_t size;
	int fd, r;

	evd_payload_path(path, (struct evd_id){it->seq, it->k}, it->ext);
	r = evd_file_open(j->c->dir, path, &fd, &size, &err);
	if (r == EVD_E_DENIED || r == EVD_E_NOMEM || err.sys == EMFILE || err.sys == ENFILE)
		return evd_payload_fail(&j->payload, &err, r);
	if (r) {
		it->state = r == EVD_E_NOTFOUND ? MISSING : ALTERED;
		return 0;
	}
	it->state = ALTERED;
	if (size == it->size) {
		r = evd_payload_hash(&j->payload, thread, fd, 0, size, NULL, NULL, digest, &err);
		if (r == 0 && memcmp(digest, it->sha256, sizeof digest) == 0)
			it->state = FITS;
	}
	close(fd);
	return r && r != EVD_E_IO ? evd_payload_fail(&j->payload, &err, r) : 0;
}

static int check_items(struct evd_case *c, struct evd_pool *pool, const struct evd_findings *to,
                       int (*progress)(void *ctx, uint64_t done, uint64_t all), void *ctx,
                       struct evd_error *err)
{
	struct job j = {.c = c, .payload = {.progress = progress, .progress_ctx = ctx}};
	struct evd_error why = {0};
	char where[32];
	int r;

	for (size_t i = 0; i < c->log.items.n; i++)
		j.payload.all += c->log.items.at[i].size;
	r = evd_payload_run(&j.payload, pool, c->log.items.n, check_item, &j, &why);
	if (r)
		return evd_fail(err, r, "the check was not finished: %s",
		                why.text[0] ? why.text : evd_strerror(r));
	for (size_t i = 0; i < c->log.items.n; i++) {
		const struct evd_item *it = &c->log.items.at[i];

		snprintf(where, sizeof where, "%u/%u", it->seq, it->k);
		if (it->lost && it->state != MISSING)
			evd_finding(to, EVD_F_LOST_PRESENT, where, "its file is here");
		else if (it->lost)
			evd_finding(to, EVD_F_LOST, where, "by an entry of the log");
		else if (it->state == MISSING)
			evd_finding(to, EVD_F_ITEM_MISSING, where, "data/%08u/%08u.%s", it->seq, it->k,
			            it->ext);
		else if (it->state == ALTERED)
			evd_finding(to, EVD_F_ITEM_ALTERED, where, "data/%08u/%08u.%s", it->seq, it->k,
			            it->ext);
	}
	return 0;
}

static bool is_item(const struct evd_log *log, const char *path)
{
	size_t lo = 0, hi = log->items.n;
	char own[EVD_PAYLOAD_PATH];

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		struct evd_id id = {log->items.at[mid].seq, log->items.at[mid].k};
		int d;

		evd_payload_path(own, id, log->items.at[mid].ext);
		d = strcmp(own, path);
		if (d == 0)
			return true;
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* Files under data/ or custody/ that the log does not know. */
static int check_folder(struct evd_case *c, int at, const char *top, const struct evd_findings *to,
                        struct evd_error *err)
{
	char **folders, **files, path[256], known[64];
	size_t n, m;
	int r = evd_dir_names(at, &folders, &n, err);
	bool custody = strcmp(top, "custody") == 0;

	if (r)
		return r;
	for (size_t i = 0; i < n && r == 0; i++) {
		uint64_t seq = strtoull(folders[i], NULL, 10);
		bool ours = strlen(folders[i]) == 8 && strspn(folders[i], "0123456789") == 8 && seq >= 1 &&
		            seq <= c->log.entries.n;
		int fd;

		if (evd_case_is_later(c, folders[i]))
			continue;
		snprintf(path, sizeof path, "%s/%.100s", top, folders[i]);
		if (!ours || evd_dir_open(at, folders[i], &fd, NULL)) {
			evd_finding(to, EVD_F_FILE_UNACCOUNTED, path, "the log does not know it");
			continue;
		}
		r = evd_dir_names(fd, &files, &m, err);
		close(fd);
		for (size_t k = 0; r == 0 && k < m; k++) {
			bool is_known = false;

			for (unsigned f = 0; custody && f < EVD_ENTRY_FILES; f++)
				is_known = is_known || strcmp(files[k], evd_entry_file_name(f)) == 0;
			snprintf(path, sizeof path, "%s/%.8s/%.100s", top, folders[i], files[k]);
			snprintf(known, sizeof known, "%.60s", path);
			if (!custody)
				is_known = strcmp(known, path) == 0 && is_item(&c->log, path);
			if (!is_known)
				evd_finding(to, EVD_F_FILE_UNACCOUNTED, path, "the log does not know it");
		}
		if (r == 0)
			evd_dir_names_free(files, m);
	}
	evd_dir_names_free(folders, n);
	return r;
}

/* What stands beside custody/ and data/ (docs/format.md §1). */
static int check_root(struct evd_case *c, const struct evd_findings *to, struct evd_error *err)
{
	static const char *const known[] = {".case", "custody", "data", "seals"};
	char **names;
	size_t n;
	int r = evd_dir_names(c->dir, &names, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		bool is_known = false;

		for (size_t k = 0; k < sizeof known / sizeof *known; k++)
			is_known = is_known || strcmp(names[i], known[k]) == 0;
		if (!is_known)
			evd_finding(to, EVD_F_FILE_UNACCOUNTED, names[i], "it is not of the case");
	}
	if (r == 0)
		evd_dir_names_free(names, n);
	return r;
}

int evd_check_case(struct evd_case *c, struct evd_pool *pool, const struct evd_findings *to,
                   int (*progress)(void *ctx, uint64_t done, uint64_t all), void *ctx,
                   struct evd_error *err)
{
	int r = evd_case_read(c, to, NULL, NULL, err);
	bool whole = r == 0;

	if (r && r != EVD_STOP)
		return r;
	/* also after a fault in the log: what it said up to there is checked, every file named */
	r = check_root(c, to, err);
	if (r == 0)
		r = check_items(c, pool, to, progress, ctx, err);
	if (r == 0 && whole)
		r = check_folder(c, c->custody, "custody", to, err);
	if (r == 0 && whole)
		r = check_folder(c, c->data, "data", to, err);
	return r || !whole ? r : evd_kept_check(c, to, err);
}
