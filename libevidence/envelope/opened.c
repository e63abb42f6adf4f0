/* opened: see opened.h. */
#include "envelope/opened.h"

#include "base/text.h"
#include "envelope/age_own.h"
#include "platform/files.h"
#include "platform/new_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST ((size_t)4 << 20) /* bytes: some 64,000 seals */
#define LINE (2 * (size_t)EVD_SHA256_LEN + 1)
#define INFO "libevidence opened 1"

static const char head[] = "# opened with the key beside\n";

static char *name_of(const char *key_file, const char *end)
{
	size_t n = strlen(key_file) + strlen(end) + 1;
	char *name = malloc(n);

	if (name)
		snprintf(name, n, "%s%s", key_file, end);
	return name;
}

int evd_opened_make(const char *key_file, struct evd_error *err)
{
	char *name = name_of(key_file, ".opened");
	int r = name ? evd_file_put(-1, name, evd_view_str(head), err) : evd_nomem(err);

	free(name);
	return r;
}

bool evd_opened_kept(const char *key_file)
{
	char *name = name_of(key_file, ".opened");
	bool is = name && evd_file_exists(-1, name);

	free(name);
	return is;
}

void evd_opened_remove(const char *key_file)
{
	char *name = name_of(key_file, ".opened");

	if (name)
		evd_remove(-1, name);
	free(name);
}

/* The lines of a list, behind its head. */
static int read_list(const char *name, struct evd_buf *out, struct evd_error *err)
{
	const size_t n = sizeof head - 1;
	int r = evd_file_read(-1, name, MOST, out, err);

	if (r == 0 && (out->len < n || memcmp(out->data, head, n) != 0 || (out->len - n) % LINE != 0))
		r = evd_fail(err, EVD_E_FORMAT,
		             "%s is no list of what was opened, or damaged; put it away to open without it",
		             name);
	for (size_t at = n + LINE - 1; r == 0 && at < out->len; at += LINE)
		if (out->data[at] != '\n')
			r = evd_fail(err, EVD_E_FORMAT, "%s is damaged; put it away to open without it", name);
	return r;
}

static int line_of(const struct evd_opened *o, const struct evd_log_entry *e, char out[LINE + 1],
                   struct evd_error *err)
{
	uint8_t keyed[EVD_SHA256_LEN];
	int r = evd_age_hkdf(evd_view_of(o->key->secret, sizeof o->key->secret),
	                     evd_view_of(e->digest[EVD_FILE_ENTRY], EVD_SHA256_LEN), INFO, keyed, err);

	if (r)
		return r;
	evd_hex(out, keyed, sizeof keyed);
	out[LINE - 1] = '\n';
	out[LINE] = '\0';
	return 0;
}

static bool stands_in(const struct evd_buf *list, const char *line)
{
	for (size_t at = sizeof head - 1; at < list->len; at += LINE)
		if (memcmp(list->data + at, line, LINE) == 0)
			return true;
	return false;
}

int evd_opened_check(const struct evd_opened *o, const struct evd_log *log, struct evd_error *err)
{
	char *name = name_of(o->key_file, ".opened"), line[LINE + 1];
	struct evd_buf list = {0};
	int r = name ? read_list(name, &list, err) : evd_nomem(err);

	if (r == 0)
		r = line_of(o, &log->entries.at[log->entries.n - 1], line, err);
	if (r == 0 && stands_in(&list, line))
		r = evd_fail(err, EVD_E_DAMAGED,
		             "what is in the envelope was opened with this key before, or something newer "
		             "of the same case was: sent again? --again opens it all the same");
	evd_buf_release(&list);
	free(name);
	return r;
}

/* Written aside first: what was there stays until the new one is whole. */
static int replace(const char *key_file, const char *name, struct evd_view v, struct evd_error *err)
{
	char *aside = name_of(key_file, ".opened.new");
	int r;

	if (!aside)
		return evd_nomem(err);
	evd_remove(-1, aside);
	r = evd_file_put(-1, aside, v, err);
	if (r == 0)
		r = evd_rename_over(-1, aside, name, err);
	if (r == 0)
		r = evd_sync_folder_of(name, err);
	free(aside);
	return r;
}

static int add_seals(const struct evd_opened *o, const char *name, const struct evd_log *log,
                     struct evd_error *err)
{
	char line[LINE + 1];
	struct evd_buf list = {0};
	int r = read_list(name, &list, err);
	size_t before = list.len;

	for (size_t i = 0; i < log->entries.n && r == 0; i++) {
		if (log->entries.at[i].action != EVD_SEAL)
			continue;
		r = line_of(o, &log->entries.at[i], line, err);
		if (r == 0 && !stands_in(&list, line))
			evd_put(&list, line, LINE);
	}
	if (r == 0)
		r = evd_buf_check(&list, err);
	if (r == 0 && list.len > MOST)
		r = evd_fail(err, EVD_E_LIMIT, "%s is full; put it away, and make a key anew", name);
	if (r == 0 && list.len != before)
		r = replace(o->key_file, name, evd_buf_view(&list), err);
	evd_buf_release(&list);
	return r;
}

/* Several envelopes may be opened with one key at a time: none takes out what another put in. The list is replaced, so
 * the lock is the key's. */
int evd_opened_add(const struct evd_opened *o, const struct evd_log *log, struct evd_error *err)
{
	char *name = name_of(o->key_file, ".opened");
	int lock = -1, r = name ? evd_lock_file(o->key_file, &lock, err) : evd_nomem(err);

	if (r == 0)
		r = add_seals(o, name, log, err);
	if (lock >= 0)
		close(lock);
	free(name);
	return r;
}
