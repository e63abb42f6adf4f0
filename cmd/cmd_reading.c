/* cmd_reading: see cmd_reading.h. */
#include "cmd_reading.h"
#include "i18n.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Files that a SQLite database leaves beside itself (sqlite.org/fileformat2.html §3, §4). */
static const char *const beside[] = {"-wal", "-journal", "-shm"};

/* Length of the source's path without such an ending; 0: it has none. */
static size_t stem(const struct cmd_item *it)
{
	size_t n = it->source ? strlen(it->source) : 0;

	for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
		size_t m = strlen(beside[i]);

		if (n > m && strcmp(it->source + n - m, beside[i]) == 0)
			return n - m;
	}
	return 0;
}

struct place {
	const struct cmd_item *item;
	size_t at;   /* in the caller's order */
	size_t main; /* companions: at + 1 of what it goes with; 0: none */
	bool wanted;
};

static int by_source(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int r = strcmp(x->item->source ? x->item->source : "", y->item->source ? y->item->source : "");

	return r ? r : (x->at > y->at) - (x->at < y->at);
}

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* The item whose source is the first `n` bytes of `it`'s. A path taken in twice is there twice: the one
 * nearest in the log was copied at the same time. */
static size_t main_of(const struct place *all, size_t count, const struct place *it, size_t n)
{
	size_t low = 0, high = count, best = 0, gap = SIZE_MAX;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const char *source = all[mid].item->source ? all[mid].item->source : "";

		/* a source that goes on behind the n bytes stands behind the one that ends there */
		if (strncmp(source, it->item->source, n) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < count && all[low].item->source && strlen(all[low].item->source) == n &&
	       strncmp(all[low].item->source, it->item->source, n) == 0;
	     low++) {
		size_t d = all[low].at > it->at ? all[low].at - it->at : it->at - all[low].at;

		if (d < gap) {
			gap = d;
			best = all[low].at + 1;
		}
	}
	return best;
}

static void put(struct evd_to_read *to, const struct cmd_item *it)
{
	to->id = it->id;
	memcpy(to->path, it->path, sizeof it->path);
	to->name = it->name;
}

static int by_main(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	/* a companion goes behind its item */
	size_t m = x->main ? x->main - 1 : x->at, n = y->main ? y->main - 1 : y->at;

	if (m != n)
		return m > n ? 1 : -1;
	if (!x->main != !y->main)
		return x->main ? 1 : -1;
	return by_place(a, b);
}

/* The exhibits, and what else is wanted, in their groups. */
static size_t all_of(const struct cmd_items *items, const bool *wanted, struct place *all,
                     struct evd_to_read *list)
{
	size_t n = 0;

	for (size_t i = 0; i < items->n; i++)
		if (wanted[i] || (items->at[i].exhibit && !items->at[i].lost)) {
			all[n].item = &items->at[i];
			all[n].at = n;
			all[n++].wanted = wanted[i];
		}
	qsort(all, n, sizeof *all, by_source);
	for (size_t i = 0; i < n; i++)
		if (stem(all[i].item))
			all[i].main = main_of(all, n, &all[i], stem(all[i].item));
	qsort(all, n, sizeof *all, by_main);
	for (size_t i = 0, lead = 0; i < n; i++) {
		put(&list[i], all[i].item);
		if (!all[i].main)
			lead = i;
		else if (list[lead].n_with < sizeof list->with / sizeof *list->with &&
		         all[lead].at + 1 == all[i].main) {
			list[i].companion = true;
			list[lead].with[list[lead].n_with++] = i;
		}
	}
	return n;
}

/* Groups in which something is wanted come to the front; how many items that is. */
static size_t keep_wanted(const struct place *all, struct evd_to_read *list, size_t n)
{
	size_t kept = 0, end;

	for (size_t i = 0; i < n; i = end) {
		bool any = false;
		size_t from = kept;

		end = i + 1 + list[i].n_with;
		for (size_t k = i; k < end; k++)
			any = any || all[k].wanted;
		for (size_t k = i; any && k < end; k++)
			list[kept++] = list[k];
		for (size_t k = 0; any && k < list[from].n_with; k++)
			list[from].with[k] = from + 1 + k;
	}
	return kept;
}

int cmd_reading_choose(const struct cmd_items *items, const bool *wanted, struct evd_to_read **out,
                       size_t *n, struct evd_error *err)
{
	struct place *all = calloc(items->n + 1, sizeof *all);
	struct evd_to_read *list = calloc(items->n + 1, sizeof *list);

	*out = list;
	*n = 0;
	if (all && list)
		*n = keep_wanted(all, list, all_of(items, wanted, all, list));
	free(all);
	return all && list ? 0 : evd_nomem(err);
}

int cmd_reading_loose(const struct cmd_items *items, struct evd_loose **out, struct evd_error *err)
{
	int r = 0;

	*out = evd_loose_new();
	if (!*out)
		return evd_nomem(err);
	for (size_t i = 0; r == 0 && i < items->n; i++) {
		const struct cmd_item *it = &items->at[i];
		const struct evd_loose_item item = {it->id, it->size, it->lost ? NULL : it->path,
		                                    it->source};

		if (it->exhibit)
			r = evd_loose_add(*out, &item, err);
	}
	return r;
}

int cmd_reading_say(struct cmd_global *g, const struct evd_read_out *out, size_t first, size_t last)
{
	if (!g->quiet) {
		printf("%" PRIu64 " items read, %" PRIu64 " records by ", out->items - out->refused,
		       out->records);
		if (first == last)
			printf("entry %zu", last);
		else
			printf("entries %zu to %zu", first, last);
		printf(" (sandbox %s)\n", out->sandbox[0] ? out->sandbox : "none");
	}
	if (out->refused)
		fprintf(stderr,
		        _("evidence: items not read: %llu; of the sandbox just this stands here: %s. "
		          "'evidence read --allow-degraded' reads "
		          "them all the same, and records it\n"),
		        (unsigned long long)out->refused, out->sandbox);
	if (out->trouble > out->refused)
		fprintf(
		    stderr,
		    _("evidence: items read in part: %llu; 'evidence show ITEM' says what is missing\n"),
		    (unsigned long long)(out->trouble - out->refused));
	return out->trouble ? CMD_FINDINGS : CMD_DONE;
}

/* Which items a read-out entry speaks of already, in the order of the log. */
struct met {
	struct evd_case *c;
	const struct cmd_items *items;
	bool *read;
};

/* The first item that is not before `id`. */
static size_t place_of(const struct cmd_items *items, struct evd_id id)
{
	size_t low = 0, high = items->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct evd_id *at = &items->at[mid].id;

		if (at->seq < id.seq || (at->seq == id.seq && at->k < id.k))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int on_record(void *ctx, const struct evd_record *r, const struct evd_json *j,
                     struct evd_view line, struct evd_error *err)
{
	struct met *m = ctx;

	(void)j;
	(void)line;
	(void)err;
	if (r->kind != EVD_KIND_SCOPE || m->c->log.entry.action != EVD_READ_OUT)
		return 0;
	for (size_t i = place_of(m->items, r->first); i < m->items->n; i++) {
		const struct evd_id *at = &m->items->at[i].id;

		if (at->seq > r->last.seq || (at->seq == r->last.seq && at->k > r->last.k))
			break;
		m->read[i] = true;
	}
	return 0;
}

static int choose_new(struct evd_case *c, const struct cmd_items *items, struct evd_to_read **out,
                      size_t *n, struct evd_error *err)
{
	struct met m = {c, items, calloc(items->n + 1, sizeof *m.read)};
	int r = m.read ? evd_case_read(c, NULL, on_record, &m, err) : evd_nomem(err);

	for (size_t i = 0; r == 0 && i < items->n; i++)
		m.read[i] = items->at[i].exhibit && !items->at[i].lost && !m.read[i];
	if (r == 0)
		r = cmd_reading_choose(items, m.read, out, n, err);
	free(m.read);
	return r;
}

static size_t batch_end(const struct evd_to_read *list, size_t from, size_t n)
{
	size_t end = from + CMD_READING_BATCH;

	if (end >= n)
		return n;
	while (end < n && list[end].companion)
		end++;
	return end;
}

static int progress(void *ctx, uint64_t done, uint64_t all)
{
	const uint64_t *before = ctx; /* items of the batches before, items of all */

	(void)all;
	return cmd_progress(before[0] + done, before[1]);
}

/* The items from `from` up to `end` of `all`. */
struct batch {
	struct evd_to_read *list;
	size_t from, end, all;
	struct evd_loose *loose;
};

/* One batch; its companions are named by their place in it. */
static int read_batch(struct cmd_session *s, const struct evd_reader_config *config,
                      const struct batch *b, struct evd_read_out *sum, struct evd_error *err)
{
	const size_t from = b->from, end = b->end;
	struct evd_to_read *list = b->list;
	const struct evd_reading_list part = {list + from, end - from, b->loose};
	uint64_t before[2] = {from, b->all};
	struct evd_read_out out;
	int r;

	for (size_t i = from; i < end; i++)
		for (size_t k = 0; k < list[i].n_with; k++)
			list[i].with[k] -= from;
	r = evd_read_out(&s->c, s->key, &part, config, progress, before, &out, err);
	if (r)
		return r;
	sum->items += out.items;
	sum->records += out.records;
	sum->trouble += out.trouble;
	sum->refused += out.refused;
	memcpy(sum->sandbox, out.sandbox, sizeof sum->sandbox);
	if (out.items < end - from)
		return evd_fail(err, EVD_E_CANCELLED, "stopped as asked");
	return 0;
}

/* Not one of these undoes the intake: it is said, and the next `add` or `read` reads them. */
static int not_read(size_t n, const struct evd_error *err)
{
	struct evd_buf b = {0};

	cmd_progress_stop();
	evd_put_printable(&b, evd_view_str(err->text), 0);
	evd_put_u8(&b, '\0');
	fprintf(stderr,
	        _("evidence: the items are safely in; not read: %zu (%s); 'evidence read' reads "
	          "them\n"),
	        n, b.failed ? "" : (const char *)b.data);
	evd_buf_release(&b);
	return CMD_FINDINGS;
}

int cmd_reading_new(struct cmd_global *g, struct cmd_session *s)
{
	char program[4096];
	struct evd_reader_config config = {.program = program};
	struct cmd_items items = {0};
	struct batch b = {0};
	struct evd_read_out sum = {0};
	struct evd_error err = {0};
	size_t n = 0, done = 0, first = s->c.log.entries.n + 1;
	int code = CMD_DONE, r = cmd_items_read(&s->c, &items, &err);

	if (r) {
		cmd_fail(r, &err);
		return CMD_FINDINGS;
	}
	r = choose_new(&s->c, &items, &b.list, &n, &err);
	if (r == 0)
		r = cmd_reading_loose(&items, &b.loose, &err);
	if (r == 0 && n > 0)
		r = cmd_beside("evidence-reader", program, sizeof program, &err);
	cmd_progress_start_items(g, "reading");
	while (r == 0 && done < n) {
		b.from = done;
		b.end = batch_end(b.list, done, n);
		b.all = n;
		r = read_batch(s, &config, &b, &sum, &err);
		done = sum.items;
	}
	cmd_progress_stop();
	if (done > 0)
		code = cmd_reading_say(g, &sum, first, s->c.log.entries.n);
	if (r)
		code = not_read(n - done, &err);
	evd_loose_free(b.loose);
	free(b.list);
	cmd_items_release(&items);
	return code;
}
