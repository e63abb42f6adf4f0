/* case: see case.h. Opening and reading; the commit is in commit.c. */
#include "chain/case.h"

#include "base/text.h"
#include "chain/target.h"
#include "platform/files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Keeps the first failed finding; passes all on to the caller's sink if there is one. */
static void collect(void *ctx, const struct evd_finding *f)
{
	struct evd_case *c = ctx;

	if (evd_finding_kind(f->code)->result != EVD_RESULT_NOTE && !c->damaged) {
		c->damaged = true;
		c->fault = *f;
	}
	if (c->report)
		c->report->report(c->report->ctx, f);
}

static int say_fault(const struct evd_case *c, struct evd_error *err)
{
	const struct evd_finding *f = &c->fault;
	bool entry = f->where[0] >= '0' && f->where[0] <= '9';

	return evd_fail(err, f->code == EVD_F_FORMAT_NEWER ? EVD_E_UNSUPPORTED : EVD_E_DAMAGED,
	                "%s%s: %s (%s); nothing was changed, see 'evidence check'",
	                entry ? "entry " : "", f->where[0] ? f->where : "case",
	                evd_finding_kind(f->code)->text, f->detail);
}

void evd_case_init(struct evd_case *c)
{
	memset(c, 0, sizeof *c);
	c->dir = c->custody = c->data = c->state = c->incoming = c->lock = -1;
}

void evd_case_close(struct evd_case *c)
{
	int *fd[] = {&c->dir, &c->custody, &c->data, &c->state, &c->incoming, &c->lock};

	evd_log_release(&c->log);
	free(c->path);
	for (size_t i = 0; i < sizeof fd / sizeof *fd; i++)
		if (*fd[i] >= 0)
			close(*fd[i]);
	evd_case_init(c);
}

/* `.case/` is no evidence, and is left behind by who copies what his eyes see: it is made anew. */
static int open_or_make(int at, const char *name, int *out, struct evd_error *err)
{
	struct evd_error why = {0};
	int r = evd_dir_open(at, name, out, &why);

	if (r != EVD_E_NOTFOUND)
		return r ? evd_fail(err, r, "%s", why.text) : 0;
	r = evd_dir_make(at, name, &why);
	if (r && r != EVD_E_EXISTS)
		return evd_fail(
		    err, r,
		    "the case's folder .case, which holds no evidence, is missing and cannot be "
		    "made (%s): copy the case to where it can be written",
		    why.text);
	return evd_dir_open(at, name, out, err);
}

static int open_folders(const char *path, struct evd_case *c, struct evd_error *err)
{
	int r = evd_dir_open(-1, path, &c->dir, err);

	c->path = strdup(path);
	if (r == 0 && !c->path)
		r = evd_nomem(err);

	if (r)
		return r;
	if (evd_dir_open(c->dir, "custody", &c->custody, NULL))
		return evd_fail(err, EVD_E_NOTFOUND, "%s is no case: it has no custody folder", path);
	r = evd_dir_open(c->dir, "data", &c->data, err);
	if (r == EVD_E_NOTFOUND)
		return evd_fail(err, EVD_E_DAMAGED, "the case's data folder is missing");
	if (r == 0)
		r = open_or_make(c->dir, ".case", &c->state, err);
	if (r == 0)
		r = open_or_make(c->state, "incoming", &c->incoming, err);
	return r;
}

/* Which numbered folders stand in `fd`: highest, and whether 1…highest are all there. */
static int highest(int fd, uint64_t *out, struct evd_error *err)
{
	char **names;
	size_t n;
	int r = evd_dir_names(fd, &names, &n, err);

	*out = 0;
	if (r)
		return r;
	for (size_t i = 0; i < n; i++)
		if (strlen(names[i]) == 8 && strspn(names[i], "0123456789") == 8)
			*out = strtoull(names[i], NULL, 10);
	evd_dir_names_free(names, n);
	return 0;
}

bool evd_case_is_later(const struct evd_case *c, const char *folder)
{
	return strlen(folder) == 8 && strspn(folder, "0123456789") == 8 &&
	       strtoull(folder, NULL, 10) > c->log.entries.n && evd_file_exists(c->custody, folder);
}

static void folder_name(char out[16], uint64_t seq)
{
	snprintf(out, 16, "%08" PRIu64, seq % 100000000);
}

/* docs/format.md §1: data/ of an entry that was never committed goes back, it is not deleted. */
static int recover(struct evd_case *c, uint64_t last, struct evd_error *err)
{
	char name[16], back[40];
	uint64_t top;
	uint8_t salt[6];
	int r = highest(c->data, &top, err);

	if (r || top <= last)
		return r;
	folder_name(name, top);
	r = evd_random(salt, sizeof salt, err);
	if (r)
		return r;
	snprintf(back, sizeof back, "uncommitted-%s-", name);
	evd_hex(back + strlen(back), salt, sizeof salt);
	r = evd_rename_new(c->data, name, c->incoming, back, err);
	return r ? r : evd_sync(c->data, err);
}

/* What sealing left stands there only once its entry is committed and on the medium: if that is gone, somebody took it
 * away, and nothing is added in its place. */
static int no_seal_behind(struct evd_case *c, uint64_t last, struct evd_error *err)
{
	uint64_t top = 0;
	int seals, r = evd_dir_open(c->dir, "seals", &seals, NULL);

	if (r)
		return 0;
	r = highest(seals, &top, err);
	close(seals);
	return r == 0 && top > last
	           ? evd_fail(err, EVD_E_DAMAGED,
	                      "seals/%08" PRIu64 " is of an entry that the log does not have: entries "
	                      "were taken away; nothing was changed, see 'evidence check'",
	                      top)
	           : r;
}

/* What an entry under way left in incoming/ when its program was killed: "entry-" and 16 hex digits (commit.c), and the
 * folder of a seal. With the lock held nobody works on them; they were never part of the case, and an intake that is
 * said again copies from its source anew. */
static int sweep(struct evd_case *c, struct evd_error *err)
{
	char **names;
	size_t n;
	int r = evd_dir_names(c->incoming, &names, &n, err);

	if (r)
		return r;
	for (size_t i = 0; i < n; i++)
		if ((strncmp(names[i], "entry-", 6) == 0 && strlen(names[i]) == 22 &&
		     strspn(names[i] + 6, "0123456789abcdef") == 16) ||
		    strcmp(names[i], "seal") == 0)
			evd_remove_tree(c->incoming, names[i]);
	evd_dir_names_free(names, n);
	return 0;
}

static int missing_file(struct evd_case *c, uint64_t seq, unsigned file)
{
	char where[64];

	snprintf(where, sizeof where, "custody/%08" PRIu64 "/%s", seq, evd_entry_file_name(file));
	return evd_finding(&c->to, EVD_F_ENTRY_FILE_MISSING, where, "missing");
}

static int read_small(struct evd_case *c, int at, uint64_t seq, unsigned file, size_t max,
                      struct evd_buf *out, struct evd_error *err)
{
	int r = evd_file_read(at, evd_entry_file_name(file), max, out, err);

	if (r == EVD_E_NOTFOUND)
		return missing_file(c, seq, file);
	if (r == EVD_E_LIMIT || r == EVD_E_DAMAGED) {
		char where[24];

		snprintf(where, sizeof where, "%" PRIu64, seq);
		return evd_finding(&c->to, EVD_F_ENTRY_FORM, where, "%s", err ? err->text : "");
	}
	return r;
}

static int feed_records(struct evd_case *c, int at, uint64_t seq, struct evd_error *err)
{
	uint8_t *block;
	uint64_t size, done = 0;
	int fd, r = evd_file_open(at, evd_entry_file_name(EVD_FILE_RECORDS), &fd, &size, err);

	if (r == EVD_E_NOTFOUND)
		return missing_file(c, seq, EVD_FILE_RECORDS);
	if (r)
		return r;
	block = malloc(EVD_IO_BLOCK);
	r = block ? 0 : evd_nomem(err);
	while (r == 0 && done < size) {
		ssize_t n = pread(fd, block, EVD_IO_BLOCK, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			r = evd_fail_sys(err, n < 0 ? errno : EIO, "records of entry %" PRIu64, seq);
			break;
		}
		r = evd_log_records_add(&c->log, evd_view_of(block, (size_t)n), err);
		done += (uint64_t)n;
	}
	if (r == 0)
		r = evd_log_records_end(&c->log, err);
	free(block);
	close(fd);
	return r;
}

static int read_entry(struct evd_case *c, uint64_t seq, bool records, struct evd_error *err)
{
	struct evd_buf json = {0}, p7s = {0}, token = {0};
	struct evd_error why = {0};
	char name[16], gap[24];
	bool has_token;
	int at, r;

	folder_name(name, seq);
	r = evd_dir_open(c->custody, name, &at, &why);
	if (r == EVD_E_NOTFOUND || why.sys == ENOTDIR || why.sys == ELOOP) {
		snprintf(gap, sizeof gap, "%" PRIu64, seq);
		return evd_finding(&c->to, EVD_F_ENTRY_GAP, gap, "a later one is there");
	}
	if (r) /* what cannot be looked at is not missing */
		return evd_fail(err, r, "%s", why.text);
	has_token = evd_file_exists(at, evd_entry_file_name(EVD_FILE_TOKEN));
	r = read_small(c, at, seq, EVD_FILE_ENTRY, EVD_MAX_ENTRY_JSON, &json, err);
	if (r == 0)
		r = read_small(c, at, seq, EVD_FILE_SIGNATURE, EVD_MAX_P7S, &p7s, err);
	if (r == 0 && seq == 1 && json.len) {
		struct evd_json j = {0};
		struct evd_view id;

		/* the folder of an open case has any name; the base name follows from entry 1 */
		if (evd_json_parse(&j, evd_buf_view(&json), NULL) == 0 &&
		    evd_json_string(&j, 0, "caseId", &id) && evd_is_uuid(id))
			snprintf(c->log.base, sizeof c->log.base, "case-%.8s", (const char *)id.p);
		evd_json_release(&j);
	}
	if (r == 0)
		r = evd_log_entry(&c->log, evd_buf_view(&json), evd_buf_view(&p7s), has_token, err);
	if (r == 0 && records)
		r = feed_records(c, at, seq, err);
	else if (r == 0 && !evd_file_exists(at, evd_entry_file_name(EVD_FILE_RECORDS)))
		r = missing_file(c, seq, EVD_FILE_RECORDS);
	if (r == 0 && has_token) {
		r = read_small(c, at, seq, EVD_FILE_TOKEN, EVD_MAX_P7S, &token, err);
		if (r == 0)
			r = evd_log_token(&c->log, evd_buf_view(&token), err);
	}
	close(at);
	evd_buf_release(&json);
	evd_buf_release(&p7s);
	evd_buf_release(&token);
	return r;
}

/* Records are read from entry `from` on; entries behind `to` are not. */
static int read_log(struct evd_case *c, uint64_t from, uint64_t to, struct evd_error *err)
{
	uint64_t last;
	int r = highest(c->custody, &last, err);

	if (r == 0 && last == 0)
		return evd_fail(err, EVD_E_NOTFOUND, "the case was never opened: its log is empty");
	if (last > to)
		last = to;
	for (uint64_t seq = 1; r == 0 && seq <= last; seq++)
		r = read_entry(c, seq, seq >= from, err);
	return r;
}

int evd_case_read(struct evd_case *c, const struct evd_findings *report,
                  int (*on_record)(void *ctx, const struct evd_record *r, const struct evd_json *j,
                                   struct evd_view line, struct evd_error *err),
                  void *ctx, struct evd_error *err)
{
	int r;

	evd_log_release(&c->log);
	evd_log_init(&c->log, "case-00000000", &c->to);
	c->log.on_record = on_record;
	c->log.on_record_ctx = ctx;
	c->report = report;
	c->damaged = false;
	r = read_log(c, 1, UINT64_MAX, err);
	if (r == 0) {
		r = evd_log_withheld(&c->log, err);
		c->log.on_record = NULL;
	}
	c->report = NULL;
	if (r == EVD_STOP && !report)
		return say_fault(c, err);
	return r;
}

int evd_case_read_from(struct evd_case *c, uint64_t from,
                       int (*on_record)(void *ctx, const struct evd_record *r,
                                        const struct evd_json *j, struct evd_view line,
                                        struct evd_error *err),
                       void *ctx, struct evd_error *err)
{
	int r;

	evd_log_release(&c->log);
	evd_log_init(&c->log, "case-00000000", &c->to);
	c->log.on_record = on_record;
	c->log.on_record_ctx = ctx;
	c->damaged = false;
	r = read_log(c, from, UINT64_MAX, err);
	c->log.on_record = NULL;
	return r == EVD_STOP ? say_fault(c, err) : r;
}

int evd_case_read_to(struct evd_case *c, uint64_t last, struct evd_error *err)
{
	int r;

	evd_log_release(&c->log);
	evd_log_init(&c->log, "case-00000000", &c->to);
	c->damaged = false;
	r = read_log(c, 1, last, err);
	return r == EVD_STOP ? say_fault(c, err) : r;
}

int evd_case_attach(const char *path, struct evd_case *c, struct evd_error *err)
{
	evd_case_init(c);
	c->to.report = collect;
	c->to.ctx = c;
	return open_folders(path, c, err);
}

int evd_case_open(const char *path, enum evd_case_mode mode, struct evd_case *c,
                  struct evd_error *err)
{
	int r;

	evd_case_init(c);
	c->to.report = collect;
	c->to.ctx = c;
	r = open_folders(path, c, err);
	if (r == 0 && mode == EVD_CASE_WRITE)
		r = evd_lock(c->state, "lock", &c->lock, err);
	if (r)
		return r;
	evd_log_init(&c->log, "case-00000000", &c->to);
	r = read_log(c, UINT64_MAX, UINT64_MAX, err);
	if (r == EVD_STOP)
		return say_fault(c, err);
	if (r == 0 && c->damaged)
		return say_fault(c, err);
	if (r == 0 && mode == EVD_CASE_WRITE)
		r = no_seal_behind(c, c->log.entries.n, err);
	if (r == 0 && mode == EVD_CASE_WRITE)
		r = recover(c, c->log.entries.n, err);
	if (r == 0 && mode == EVD_CASE_WRITE)
		r = sweep(c, err);
	return r;
}

/* The highest exhibit number that the records of entry `seq` give. Each record withheld may have had one
 * (docs/format.md §3: numbers rise strictly): counted into *withheld. */
static int max_exhibit(struct evd_case *c, uint64_t seq, uint64_t *out, uint64_t *withheld,
                       struct evd_error *err)
{
	struct evd_json j = {0};
	char path[40], *line = NULL;
	size_t cap = 0;
	ssize_t n;
	FILE *f = NULL;
	uint64_t size, exhibit;
	int fd, r;

	snprintf(path, sizeof path, "%08" PRIu64 "/records.jsonl", seq % 100000000);
	r = evd_file_open(c->custody, path, &fd, &size, err);
	if (r)
		return r;
	f = fdopen(fd, "rb");
	if (!f) {
		close(fd);
		return evd_nomem(err);
	}
	while ((n = getline(&line, &cap, f)) > 1) {
		struct evd_view v = evd_view_of(line, (size_t)n - 1);
		size_t run;

		if (evd_json_parse(&j, v, NULL))
			continue;
		run = evd_record_is_withheld(v) ? evd_json_find(&j, 0, "withheld") : 0;
		if (run && j.node[run].count == 2 && j.node[run + 2].number >= j.node[run + 1].number)
			*withheld += j.node[run + 2].number - j.node[run + 1].number + 1;
		else if (evd_json_int(&j, 0, "exhibit", &exhibit) && exhibit > *out)
			*out = exhibit;
	}
	r = ferror(f) ? evd_fail(err, EVD_E_IO, "records of entry %" PRIu64, seq) : 0;
	fclose(f);
	free(line);
	evd_json_release(&j);
	return r;
}

/* Numbers go on after the last one, which stands in the newest entry that gave any. */
int evd_case_last_exhibit(struct evd_case *c, struct evd_error *err)
{
	uint64_t withheld = 0, shown = 0;
	int r = 0;

	for (size_t i = c->log.entries.n; r == 0 && i > 0 && shown == 0; i--)
		if (c->log.entries.at[i - 1].action == EVD_ACQUIRE ||
		    c->log.entries.at[i - 1].action == EVD_CAPTURE)
			r = max_exhibit(c, i, &shown, &withheld, err);
	if (r == 0 && shown + withheld > c->log.last_exhibit)
		c->log.last_exhibit = shown + withheld;
	return r;
}

/* Folders of a case; bit i of `made` stands for folder i, the bit behind them for the case's own. */
static const char *const folder[] = {"custody", "data", ".case"};
#define FOLDERS (sizeof folder / sizeof *folder)
#define MADE_CASE (1u << FOLDERS)

static int make_folders(struct evd_case *c, struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < FOLDERS; i++) {
		r = evd_dir_make(c->dir, folder[i], err);
		if (r == 0)
			c->made |= 1u << i;
	}
	if (r == 0)
		r = evd_dir_open(c->dir, ".case", &c->state, err);
	if (r == 0)
		r = evd_dir_make(c->state, "incoming", err);
	if (r == 0)
		r = evd_dir_open(c->state, "incoming", &c->incoming, err);
	if (r == 0)
		r = evd_dir_open(c->dir, "custody", &c->custody, err);
	if (r == 0)
		r = evd_dir_open(c->dir, "data", &c->data, err);
	return r;
}

void evd_case_undo(struct evd_case *c)
{
	for (size_t i = 0; i < FOLDERS; i++)
		if (c->made & (1u << i))
			evd_remove_tree(c->dir, folder[i]);
	if (c->made & MADE_CASE) /* not if somebody has put something there */
		evd_dir_remove(-1, c->path);
	c->made = 0;
}

static int new_case_id(char out[37], struct evd_error *err)
{
	uint8_t b[16];
	char hex[33];
	int r = evd_random(b, sizeof b, err);

	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40); /* version 4, variant 10: RFC 9562 §5.4 */
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	evd_hex(hex, b, sizeof b);
	snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
	return r;
}

static size_t count_in(int dir, const char *name)
{
	char **names;
	size_t n = SIZE_MAX;
	int fd;

	if (evd_dir_open(dir, name, &fd, NULL))
		return n;
	if (evd_dir_names(fd, &names, &n, NULL) == 0)
		evd_dir_names_free(names, n);
	close(fd);
	return n;
}

/* What a program that was killed leaves of a case before its first entry: the description at most, and no evidence. */
static bool is_cut_off(int dir)
{
	return count_in(dir, "custody") == 0 && count_in(dir, "data") <= 1;
}

/* The case's own folder: made, or there and empty. */
static int make_place(struct evd_case *c, struct evd_error *err)
{
	char **names = NULL;
	size_t n = 0;
	/* what is there and empty is taken where it is */
	int r = evd_file_exists(-1, c->path) ? EVD_E_EXISTS : evd_target_check(c->path, err);

	if (r == 0)
		r = evd_dir_make(-1, c->path, err);
	if (r == 0)
		c->made |= MADE_CASE;
	else if (r != EVD_E_EXISTS)
		return r;
	r = evd_dir_open(-1, c->path, &c->dir, err);
	if (r == 0)
		r = evd_dir_names(c->dir, &names, &n, err);
	evd_dir_names_free(names, n);
	if (r == 0 && n)
		r = evd_fail(
		    err, EVD_E_EXISTS, "%s is not empty; a case needs a folder of its own%s", c->path,
		    is_cut_off(c->dir) ? "; if it is left of an attempt that was cut off, remove it" : "");
	return r;
}

int evd_case_create(const char *path, struct evd_case *c, struct evd_error *err)
{
	int r;

	evd_case_init(c);
	c->to.report = collect;
	c->to.ctx = c;
	evd_log_init(&c->log, "case-00000000", &c->to);
	c->path = strdup(path);
	r = c->path ? make_place(c, err) : evd_nomem(err);
	if (r == 0)
		r = evd_target_check(path, err);
	if (r == 0)
		r = make_folders(c, err);
	if (r == 0)
		r = evd_lock(c->state, "lock", &c->lock, err);
	if (r == 0)
		r = new_case_id(c->log.case_id, err);
	if (r == 0) {
		snprintf(c->log.base, sizeof c->log.base, "case-%.8s", c->log.case_id);
		r = evd_sync(c->dir, err);
	}
	if (r)
		evd_case_undo(c);
	return r;
}
