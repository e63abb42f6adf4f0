/* cmd_export_as: see cmd_export_as.h. */
#include "cmd_export_as.h"
#include "i18n.h"

#include "chain/target.h"
#include "derive/view.h"
#include "platform/clock.h"
#include "platform/new_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool ends_in(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n > m && strcmp(path + n - m, end) == 0;
}

static bool form_of(const char *word, const char *path, enum evd_form *out)
{
	static const struct {
		const char *word;
		enum evd_form form;
	} forms[] = {{"csv", EVD_FORM_CSV}, {"jsonl", EVD_FORM_JSONL}, {"case", EVD_FORM_CASE}};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (strcmp(word, forms[i].word) == 0) {
			*out = forms[i].form;
			return true;
		}
	*out = ends_in(path, ".csv") ? EVD_FORM_SKETCH_CSV : EVD_FORM_SKETCH;
	return strcmp(word, "timesketch") == 0 && (ends_in(path, ".csv") || ends_in(path, ".jsonl"));
}

/* The entry comes first, as of working copies: what then fails was still meant, and is in the log. It speaks
 * of all exhibits; the view names it as the head it was made of. */
static int record(struct cmd_session *s, const struct evd_circumstances *x, struct evd_error *err)
{
	struct cmd_items items = {0};
	struct evd_draft d;
	size_t n = 0;
	int r = cmd_items_read(&s->c, &items, err);

	if (r)
		return r;
	r = evd_entry_begin(&s->c, EVD_EXPORT, evd_key_actor(s->key), x, &d, err);
	if (r) {
		cmd_items_release(&items);
		return r;
	}
	for (size_t i = 0; i < items.n && r == 0; i++)
		if (items.at[i].exhibit && !items.at[i].lost) {
			r = evd_entry_scope(&d, items.at[i].id, items.at[i].id, err);
			n++;
		}
	cmd_items_release(&items);
	if (r == 0 && n == 0)
		r = evd_fail(err, EVD_E_NOTFOUND, "the case has no exhibits yet");
	if (r == 0)
		return evd_entry_commit(&d, s->key, err);
	evd_entry_abandon(&d);
	return r;
}

static int progress(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	return cmd_progress(done, all);
}

static int write_file(struct cmd_session *s, enum evd_form form, const char *path,
                      const struct evd_circumstances *x, struct evd_viewed *out,
                      struct evd_error *err)
{
	struct evd_view_how how = {.form = form, .progress = progress};
	struct evd_error why = {0};
	struct evd_new_file file = {.fd = -1};
	int r = evd_target_check(path, err);

	if (r == 0)
		r = evd_new_file_begin(&file, path, err);
	if (r == 0)
		r = record(s, x, err);
	if (r == 0) {
		how.now_ms = evd_clock_ms();
		r = evd_view_write(&s->c, &how, file.fd, out, &why);
		if (r == 0)
			r = evd_new_file_name(&file, &why);
		if (r)
			r = evd_fail(err, r, "%s%s%s", file.named ? "" : path,
			             file.named ? "" : " was not made: ", why.text);
	}
	evd_new_file_release(&file);
	return r;
}

int cmd_export_as(struct cmd_global *g, const char *form, const char *path,
                  const struct evd_circumstances *x)
{
	enum evd_form which;
	struct evd_viewed out = {0};
	struct cmd_session s;
	struct evd_error err = {0};
	int r;

	if (!form_of(form, path, &which))
		return cmd_usage(&cmd_export,
		                 "--as is csv, jsonl or case, or timesketch with a file whose name "
		                 "ends in .csv or .jsonl");
	r = cmd_begin(g, &s);
	if (r)
		return r;
	cmd_catch_interrupt();
	cmd_progress_start(g, _("exporting"));
	r = write_file(&s, which, path, x, &out, &err);
	cmd_progress_stop();
	if (r) {
		r = cmd_fail(r, &err);
	} else if (!g->quiet) {
		printf(_("%" PRIu64 " rows in %s, a derived view; the evidence is in the bundle\n"),
		       out.rows, path);
		if (out.timeless)
			printf(_("%" PRIu64 " rows without a time are not in it\n"), out.timeless);
		if (out.withheld)
			printf(_("%" PRIu64 " withheld records are not in it\n"), out.withheld);
	}
	cmd_end(&s);
	return r;
}
