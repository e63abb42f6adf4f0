/* stage_log: stage 2, the custody log out of the container (docs/verify.md §3). */
#include "verify/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The files of one folder custody/SEQ/. */
struct folder {
	struct evd_member_file file[EVD_ENTRY_FILES];
	bool has[EVD_ENTRY_FILES];
	char other[EVD_MAX_NAME + 1]; /* the first name that does not belong */
};

static bool begins(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* A name of a higher entry's folder: custody/ and 8 digits above `seq`. */
static bool is_higher(const char *rest, uint64_t seq)
{
	uint64_t number;

	if (strspn(rest, "0123456789") != 8 || rest[8] != '/')
		return false;
	number = strtoull(rest, NULL, 10);
	return number > seq;
}

static void sort_in(struct folder *f, const struct evd_member_file *file, const char *leaf)
{
	for (unsigned i = 0; i < EVD_ENTRY_FILES; i++)
		if (strcmp(leaf, evd_entry_file_name(i)) == 0) {
			f->has[i] = true;
			f->file[i] = *file;
			return;
		}
	if (!f->other[0])
		memcpy(f->other, file->name, sizeof f->other);
}

/* Which file of the folder is missing or too many, before anything is read. */
static int check_folder(struct evd_run *run, const struct folder *f, uint64_t seq)
{
	static const uint64_t limit[EVD_ENTRY_FILES] = {EVD_MAX_ENTRY_JSON, EVD_MAX_P7S,
	                                                EVD_MAX_RECORDS_FILE, EVD_MAX_P7S};
	char where[64];

	for (unsigned i = 0; i < EVD_FILE_TOKEN; i++)
		if (!f->has[i]) {
			snprintf(where, sizeof where, "custody/%08u/%s", (unsigned)seq, evd_entry_file_name(i));
			return evd_finding(&run->to, EVD_F_ENTRY_FILE_MISSING, where, "missing");
		}
	if (f->other[0])
		return evd_finding(&run->to, EVD_F_FILE_UNACCOUNTED, f->other, "not a file of an entry");
	for (unsigned i = 0; i < EVD_ENTRY_FILES; i++)
		if (f->file[i].size > limit[i])
			return evd_finding(&run->to, EVD_F_CONTAINER_LIMIT, "", "%s is larger than may be",
			                   f->file[i].name);
	return 0;
}

static int feed_records(void *log, struct evd_view piece, struct evd_error *err)
{
	return evd_log_records_add(log, piece, err);
}

static int take_folder(struct evd_run *run, const struct folder *f, uint64_t seq,
                       struct evd_error *err)
{
	struct evd_buf json = {0}, p7s = {0}, token = {0};
	struct evd_log *log = &run->report->log;
	int r = check_folder(run, f, seq);

	if (r == 0)
		r = evd_run_read(run, &f->file[EVD_FILE_ENTRY], &json, err);
	if (r == 0)
		r = evd_run_read(run, &f->file[EVD_FILE_SIGNATURE], &p7s, err);
	if (r == 0)
		r = evd_log_entry(log, evd_buf_view(&json), evd_buf_view(&p7s), f->has[EVD_FILE_TOKEN],
		                  err);
	if (r == 0)
		r = evd_run_pieces(run, &f->file[EVD_FILE_RECORDS], feed_records, log, err);
	if (r == 0)
		r = evd_log_records_end(log, err);
	if (r == 0 && f->has[EVD_FILE_TOKEN]) {
		r = evd_run_read(run, &f->file[EVD_FILE_TOKEN], &token, err);
		if (r == 0)
			r = evd_log_token(log, evd_buf_view(&token), err);
	}
	evd_buf_release(&json);
	evd_buf_release(&p7s);
	evd_buf_release(&token);
	return r;
}

/* The folder of entry `seq`, from `f` (its first name) on; `f` then is the first name behind it. */
static int gather(struct evd_run *run, const char *prefix, struct evd_member_file *f, bool *more,
                  struct folder *out, struct evd_error *err)
{
	int r = 0;

	memset(out, 0, sizeof *out);
	while (*more && begins(f->name, prefix)) {
		sort_in(out, f, f->name + strlen(prefix));
		r = evd_container_next(&run->c, f, err);
		if (r)
			break;
	}
	*more = *more && r == 0;
	return r == EVD_END ? 0 : r;
}

static int walk(struct evd_run *run, const char *custody, struct evd_member_file *f,
                struct folder *folder, struct evd_error *err)
{
	char prefix[64], gap[24];
	bool more = true;
	int r = 0;

	for (uint64_t seq = 1; r == 0 && more && begins(f->name, custody); seq++) {
		snprintf(prefix, sizeof prefix, "%s%08u/", custody, (unsigned)seq);
		if (!begins(f->name, prefix)) {
			snprintf(gap, sizeof gap, "%u", (unsigned)seq);
			return is_higher(f->name + strlen(custody), seq)
			           ? evd_finding(&run->to, EVD_F_ENTRY_GAP, gap, "the next is of a later entry")
			           : evd_finding(&run->to, EVD_F_FILE_UNACCOUNTED, f->name, "in custody/");
		}
		r = gather(run, prefix, f, &more, folder, err);
		if (r == 0)
			r = take_folder(run, folder, seq, err);
	}
	return r ? r : evd_log_end(&run->report->log, err);
}

int evd_run_log(struct evd_run *run, struct evd_error *err)
{
	struct folder *folder = malloc(sizeof *folder);
	struct evd_member_file f;
	char custody[32];
	int r = 0;

	if (!folder)
		return evd_nomem(err);
	snprintf(custody, sizeof custody, "%s/custody/", run->c.base);
	evd_container_rewind(&run->c);
	do
		r = evd_container_next(&run->c, &f, err);
	while (r == 0 && !begins(f.name, custody));
	if (r == 0)
		r = walk(run, custody, &f, folder, err);
	free(folder);
	return r == EVD_END ? evd_fail(err, EVD_E_INTERNAL, "custody log lost") : r;
}
