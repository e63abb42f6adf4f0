/*
 * chat_discord_files: which files of an item are Discord's, by their first bytes, and of which form their dates are; see
 * chat_discord_text.h. A zip is walked twice: what the first walk learns is held here in the order of its files.
 */
#include "chat_discord_text.h"

#include <stdlib.h>
#include <string.h>

/* A file whose first bytes were taken already. */
struct again {
	const uint8_t *head;
	size_t len, at;
	struct json_pull *pull;
};

static int again_read(void *ctx, void *p, size_t len, size_t *got, struct evd_error *err)
{
	struct again *a = ctx;

	if (a->at == a->len)
		return a->pull->read(a->pull->ctx, p, len, got, err);
	*got = a->len - a->at < len ? a->len - a->at : len;
	memcpy(p, a->head + a->at, *got);
	a->at += *got;
	return 0;
}

static bool is_export(struct evd_view head)
{
	return head.len && head.p[0] == '{' && evd_chat_has(head, "\"guild\"") &&
	       evd_chat_has(head, "\"channel\"") && evd_chat_has(head, "\"messages\"");
}

/* In the zip of a data package names tell its files; a lone file that is no text is read as JSON, which says what is wrong. */
enum discord_form discord_form_of(struct evd_view head, struct evd_view name)
{
	enum discord_form form = discord_text_form(head);

	if (form == DISCORD_NO_CHAT && is_export(head))
		form = DISCORD_JSON;
	if (form == DISCORD_NO_CHAT &&
	    (name.len == 0 || evd_view_is(evd_chat_base(name), "messages.json")))
		form = DISCORD_JSON;
	if (form == DISCORD_NO_CHAT && evd_view_is(evd_chat_base(name), "messages.csv"))
		form = DISCORD_PACKAGE_CSV;
	return form;
}

bool discord_want(void *ctx, struct evd_view name)
{
	(void)ctx;
	return evd_chat_ends(name, ".json") || evd_chat_ends(name, ".csv") ||
	       evd_chat_ends(name, ".txt");
}

static int take_head(struct chat_json *g, uint8_t *head, size_t *len, struct evd_error *err)
{
	size_t got = 1;
	int r = 0;

	for (*len = 0; *len < DISCORD_HEAD && got && r == 0; *len += got) {
		got = 0;
		r = g->pull.read(g->pull.ctx, head + *len, DISCORD_HEAD - *len, &got, err);
	}
	return r;
}

static int survey(struct chat_json *g, struct discord_file *x, struct again *a,
                  struct evd_view name, struct evd_error *err)
{
	struct evd_chat_file f = {name, again_read, a};

	if (x->form == DISCORD_CSV)
		return discord_csv_read(g, &f, x, false, err);
	return x->form == DISCORD_TXT ? discord_txt_read(g, &f, x, false, err) : 0;
}

int discord_survey(struct chat_json *g, struct discord_files *files, struct evd_view name,
                   struct evd_error *err)
{
	struct again a = {.pull = &g->pull};
	struct discord_file *x;
	uint8_t *head;
	int r;

	if (files->n == DISCORD_FILES_MAX) {
		files->cut = true;
		return 0;
	}
	if (!EVD_ROOM(files))
		return evd_nomem(err);
	x = &files->at[files->n++];
	memset(x, 0, sizeof *x);
	x->package = &files->package;
	if (discord_package_is(name))
		return discord_package_see(g, &files->package, name, err);
	head = malloc(DISCORD_HEAD);
	if (!head)
		return evd_nomem(err);
	r = take_head(g, head, &a.len, err);
	a.head = head;
	x->form = discord_form_of(evd_view_of(head, a.len), name);
	if (r == EVD_E_DAMAGED && x->form == DISCORD_NO_CHAT)
		x->form = DISCORD_DAMAGED;
	else if (r == 0 || r == EVD_E_DAMAGED)
		r = survey(g, x, &a, name, err);
	free(head);
	return r == EVD_E_DAMAGED ? 0 : r; /* said when it is read */
}

int discord_package_begin(struct chat_json *g, struct discord_package *p, struct evd_view name,
                          const char *form, struct evd_chat_conv **conv, struct evd_error *err)
{
	struct evd_chat_info info = {.form = form};
	const struct discord_channel *c = p ? discord_package_info(p, name, &info) : NULL;
	int r = evd_chat_begin(&g->chat, name, &info, conv, err);

	if (r == 0 && c)
		r = discord_package_people(g, p, c, *conv, err);
	if (r)
		return r;
	return evd_chat_observe(&g->chat, *conv, "own-messages-only", err,
	                        "Discord's data package holds the account owner's messages only");
}

/* Those of the data package are known by their names. */
static bool is_exporters(struct evd_view head)
{
	enum discord_form form = discord_text_form(head);

	return form == DISCORD_CSV || form == DISCORD_TXT || is_export(head);
}

bool discord_in_zip(const struct evd_input *in)
{
	return evd_chat_any_begins(in, discord_want, is_exporters, DISCORD_LOOKED_AT);
}
