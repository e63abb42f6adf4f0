/* dispose: see dispose.h. */
#include "chain/dispose.h"

#include "base/text.h"
#include "platform/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char rewritten[] = ".case/incoming/records-rewritten";

void evd_run_join_release(struct evd_run_join *j)
{
	evd_buf_release(&j->hashes);
}

/* An aligned subtree of the run lies within one of the run's largest ones: both are dyadic. */
int evd_run_join_add(struct evd_run_join *j, const uint8_t hash[EVD_SHA256_LEN], unsigned level,
                     struct evd_error *err)
{
	uint8_t root[EVD_SHA256_LEN];
	char hex[2 * EVD_SHA256_LEN + 1];
	int r;

	if (j->hashes.len == 0 && j->end == 0)
		j->at = j->end = j->first - 1;
	if (j->at == j->end) {
		evd_merkle_init(&j->tree);
		j->end += UINT64_C(1) << evd_merkle_span(j->at, j->last - j->at);
	}
	r = evd_merkle_add(&j->tree, hash, level, err);
	j->at += UINT64_C(1) << level;
	if (r || j->at < j->end)
		return r;
	if (j->at > j->end)
		return evd_fail(err, EVD_E_INTERNAL, "a run is cut in another way");
	r = evd_merkle_root(&j->tree, root, err);
	evd_hex(hex, root, sizeof root);
	evd_putf(&j->hashes, "%s\"%s\"", j->hashes.len ? "," : "", hex);
	return r;
}

int evd_run_join_line(struct evd_run_join *j, struct evd_buf *out, struct evd_error *err)
{
	if (j->at != j->last || j->at != j->end)
		return evd_fail(err, EVD_E_INTERNAL, "a run is not complete");
	evd_put_str(out, "{\"hashes\":[");
	evd_put_view(out, evd_buf_view(&j->hashes));
	evd_putf(out, "],\"withheld\":[%" PRIu64 ",%" PRIu64 "]}\n", j->first, j->last);
	return evd_buf_check(out, err);
}

/* ---- one entry's records.jsonl ---- */

struct rewriting {
	const struct evd_range *range; /* those of this entry, in order */
	size_t n, at;
	uint32_t count; /* records of the entry */
	uint64_t k;     /* last record done */
	struct evd_run_join join;
	struct evd_json json;
	struct evd_buf out;
	int fd;
	uint64_t left; /* records that were shown and are not any more */
};

static int flush(struct rewriting *w, struct evd_error *err)
{
	int r = evd_buf_check(&w->out, err);

	if (r == 0)
		r = evd_file_write(w->fd, w->out.data, w->out.len, err);
	evd_buf_reset(&w->out);
	return r;
}

static bool is_withheld(const struct rewriting *w, uint64_t k)
{
	return w->at < w->n && k >= w->range[w->at].first;
}

static int join(struct rewriting *w, const uint8_t *hash, unsigned level, struct evd_error *err)
{
	const struct evd_range *range = &w->range[w->at];
	int r;

	w->join.first = range->first;
	w->join.last = range->last;
	r = evd_run_join_add(&w->join, hash, level, err);
	w->k += UINT64_C(1) << level;
	if (r || w->k < range->last)
		return r;
	r = evd_run_join_line(&w->join, &w->out, err);
	evd_run_join_release(&w->join);
	memset(&w->join, 0, sizeof w->join);
	w->at++;
	return r;
}

static int take_run(struct rewriting *w, struct evd_view line, struct evd_error *err)
{
	struct evd_withheld old;
	uint8_t hash[EVD_SHA256_LEN];
	size_t node;
	int r = evd_withheld_read(line, &w->json, w->k + 1, w->count, &old, err);

	if (r)
		return r;
	node = evd_json_find(&w->json, 0, "hashes") + 1;
	for (uint64_t at = old.first - 1; at < old.last && r == 0; node++) {
		unsigned level = evd_merkle_span(at, old.last - at);

		if (!is_withheld(w, at + 1) || !evd_unhex(w->json.node[node].raw, hash, sizeof hash))
			return evd_fail(err, EVD_E_DAMAGED, "a run is withheld that no entry names");
		r = join(w, hash, level, err);
		at += UINT64_C(1) << level;
	}
	return r;
}

static int take_line(struct rewriting *w, struct evd_view line, struct evd_error *err)
{
	uint8_t leaf[EVD_SHA256_LEN];
	int r;

	if (evd_record_is_withheld(line))
		return take_run(w, line, err);
	if (is_withheld(w, w->k + 1)) {
		r = evd_merkle_leaf(line, leaf, err);
		w->left++;
		return r ? r : join(w, leaf, 0, err);
	}
	w->k++;
	evd_put_view(&w->out, line);
	evd_put_u8(&w->out, '\n');
	return w->out.len < EVD_IO_BLOCK ? evd_buf_check(&w->out, err) : flush(w, err);
}

static int copy_lines(struct rewriting *w, FILE *from, struct evd_error *err)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int r = 0;

	while (r == 0 && (n = getline(&line, &cap, from)) > 1)
		r = take_line(w, evd_view_of(line, (size_t)n - 1), err);
	if (r == 0 && ferror(from))
		r = evd_fail(err, EVD_E_IO, "records could not be read");
	free(line);
	return r ? r : flush(w, err);
}

static int rewrite(struct evd_case *c, const struct evd_range *range, size_t n, uint64_t *left,
                   struct evd_error *err)
{
	struct rewriting w = {.range = range, .n = n, .fd = -1};
	char path[48];
	uint64_t size;
	FILE *from = NULL;
	int fd, r;

	w.count = c->log.entries.at[range->seq - 1].count;
	snprintf(path, sizeof path, "custody/%08u/records.jsonl", range->seq);
	r = evd_file_open(c->dir, path, &fd, &size, err);
	if (r)
		return r;
	from = fdopen(fd, "rb");
	if (!from) {
		close(fd);
		return evd_nomem(err);
	}
	evd_remove(c->dir, rewritten);
	r = evd_file_create(c->dir, rewritten, &w.fd, err);
	if (r == 0)
		r = copy_lines(&w, from, err);
	if (r == 0 && (w.k != w.count || w.at != n))
		r = evd_fail(err, EVD_E_DAMAGED, "entry %u has other records than were signed", range->seq);
	if (r == 0)
		r = evd_sync(w.fd, err);
	if (w.fd >= 0)
		close(w.fd);
	fclose(from);
	if (r == 0)
		r = evd_rename_over(c->dir, rewritten, path, err);
	evd_run_join_release(&w.join);
	evd_buf_release(&w.out);
	evd_json_release(&w.json);
	*left += r == 0 ? w.left : 0;
	return r;
}

/* ---- the whole case ---- */

static bool names(const struct evd_range *range, size_t n, const struct evd_item *it)
{
	for (size_t i = 0; i < n; i++)
		if (range[i].seq == it->seq && it->k >= range[i].first && it->k <= range[i].last)
			return true;
	return false;
}

void evd_spoilt_name(const char *path, char out[EVD_SPOILT_NAME])
{
	snprintf(out, EVD_SPOILT_NAME, "spoilt-%.39s", path + sizeof "data/" - 1);
	*strchr(out, '/') = '-';
}

/* What is not there, as after a crash or a loss, is done already; what cannot be looked at is not. */
static int remove_file(int folder, const char *name, uint64_t *files, struct evd_error *err)
{
	struct evd_error why = {0};
	int r = evd_file_remove(folder, name, &why);

	*files += r == 0;
	return r == 0 || r == EVD_E_NOTFOUND
	           ? 0
	           : evd_fail(err, r, "%s; then 'evidence dispose --finish'", why.text);
}

/* Files first: a record that is shown without its file says where to go on after a crash. */
static int remove_files(struct evd_case *c, const struct evd_range *range, size_t n,
                        uint64_t *files, struct evd_error *err)
{
	char path[EVD_PAYLOAD_PATH], aside[EVD_SPOILT_NAME];
	int r = 0;

	for (size_t i = 0; i < c->log.items.n && r == 0; i++) {
		const struct evd_item *it = &c->log.items.at[i];
		const struct evd_id id = {it->seq, it->k};

		if (!names(range, n, it))
			continue;
		evd_payload_path(path, id, it->ext);
		evd_spoilt_name(path, aside);
		r = remove_file(c->dir, path, files, err);
		if (r == 0) /* not evidence any more, and still what the item showed */
			r = remove_file(c->incoming, aside, files, err);
	}
	return r ? r : evd_sync_all(c->dir, err);
}

int evd_dispose_apply(struct evd_case *c, struct evd_disposed *out, struct evd_error *err)
{
	struct evd_range *must = NULL;
	size_t n = 0, end;
	int r;

	memset(out, 0, sizeof *out);
	/* the runs do not fit the log yet: it is read without that comparison */
	r = evd_case_read_from(c, 1, NULL, NULL, err);
	if (r == 0)
		r = evd_log_must_withhold(&c->log, &must, &n, err);
	if (r == 0)
		r = remove_files(c, must, n, &out->files, err);
	for (size_t i = 0; i < n && r == 0; i = end) {
		for (end = i; end < n && must[end].seq == must[i].seq; end++)
			;
		r = rewrite(c, must + i, end - i, &out->records, err);
	}
	free(must);
	if (r == 0)
		r = evd_sync_all(c->dir, err);
	return r ? r : evd_case_read(c, NULL, NULL, NULL, err);
}
