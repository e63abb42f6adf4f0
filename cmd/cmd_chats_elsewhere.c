/* cmd_chats_elsewhere: see cmd_chats_elsewhere.h. */
#include "cmd_chats_elsewhere.h"

#include <stdlib.h>
#include <string.h>

#define ENDS 8u /* folders by which a path is found from its end; further ones: by all of it */

void chats_elsewhere_release(struct chats_elsewhere *e)
{
	evd_buf_release(&e->text);
	free(e->absent.at);
	free(e->thread.at);
	free(e->own);
	memset(e, 0, sizeof *e);
}

static uint64_t hash_of(struct evd_view v)
{
	uint64_t x = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < v.len; i++)
		x = (x ^ v.p[i]) * UINT64_C(0x100000001b3);
	return x ^ x >> 29;
}

static bool is(const struct evd_json *j, const char *key, const char *word)
{
	struct evd_view v;

	return evd_json_string(j, 0, key, &v) && evd_view_is(v, word);
}

/* The member's text, appended; false: not there, or empty. */
static bool keep(struct chats_elsewhere *e, const struct evd_json *j, const char *key, size_t *at,
                 size_t *len)
{
	struct evd_view v;

	if (!evd_json_string(j, 0, key, &v) || !v.len)
		return false;
	*at = e->text.len;
	evd_put_unescaped(&e->text, v);
	*len = e->text.len - *at;
	return true;
}

static struct evd_view text_of(const struct chats_elsewhere *e, size_t at, size_t len)
{
	return evd_view_of(e->text.data + at, len);
}

static int take_absent(struct chats_elsewhere *e, size_t item, const struct evd_json *j,
                       struct evd_error *err)
{
	struct elsewhere_absent a = {.item = item};

	if (!is(j, "state", "absent") || !evd_json_int(j, 0, "chat", &a.chat) ||
	    !keep(e, j, "name", &a.at, &a.len))
		return 0;
	if (!EVD_ROOM(&e->absent))
		return evd_nomem(err);
	a.hash = e->text.failed ? 0 : hash_of(text_of(e, a.at, a.len));
	e->absent.at[e->absent.n++] = a;
	return evd_buf_check(&e->text, err);
}

/* Ids of threads are the platform's with Meta alone of those that come in several archives. */
static int take_thread(struct chats_elsewhere *e, size_t item, const struct evd_json *j,
                       struct evd_error *err)
{
	struct elsewhere_thread t = {.item = item};

	if (!is(j, "platform", "meta") || evd_json_find(j, 0, "late") ||
	    !evd_json_int(j, 0, "chat", &t.chat) || !keep(e, j, "chatId", &t.at, &t.len))
		return 0;
	if (!EVD_ROOM(&e->thread))
		return evd_nomem(err);
	t.hash = e->text.failed ? 0 : hash_of(text_of(e, t.at, t.len));
	e->thread.at[e->thread.n++] = t;
	return evd_buf_check(&e->text, err);
}

int chats_elsewhere_take(struct chats_elsewhere *e, size_t item, const struct evd_json *j,
                         struct evd_error *err)
{
	if (is(j, "kind", "attachment"))
		return take_absent(e, item, j, err);
	return is(j, "kind", "conversation") ? take_thread(e, item, j, err) : 0;
}

static int order(uint64_t x, uint64_t y)
{
	return x < y ? -1 : x > y;
}

static int by_hash(const void *a, const void *b)
{
	const struct elsewhere_absent *x = a, *y = b;

	return x->hash != y->hash ? order(x->hash, y->hash) : order(x->at, y->at);
}

static int thread_by_hash(const void *a, const void *b)
{
	const struct elsewhere_thread *x = a, *y = b;

	return x->hash != y->hash ? order(x->hash, y->hash) : order(x->at, y->at);
}

/* Those of one chat together, and of these the ones found in one item. */
static int by_place(const void *a, const void *b)
{
	const struct elsewhere_absent *x = a, *y = b;

	if (x->item != y->item)
		return order(x->item, y->item);
	return x->chat != y->chat ? order(x->chat, y->chat) : order(x->found, y->found);
}

static int thread_by_place(const void *a, const void *b)
{
	const struct elsewhere_thread *x = a, *y = b;

	return x->item != y->item ? order(x->item, y->item) : order(x->chat, y->chat);
}

void chats_elsewhere_taken(struct chats_elsewhere *e)
{
	if (e->absent.n)
		qsort(e->absent.at, e->absent.n, sizeof *e->absent.at, by_hash);
}

int chats_elsewhere_ready(struct chats_elsewhere *e, struct evd_error *err)
{
	if (e->absent.n)
		qsort(e->absent.at, e->absent.n, sizeof *e->absent.at, by_place);
	if (!e->thread.n)
		return 0;
	e->own = malloc(e->thread.n * sizeof *e->own);
	if (!e->own)
		return evd_nomem(err);
	memcpy(e->own, e->thread.at, e->thread.n * sizeof *e->own);
	qsort(e->own, e->thread.n, sizeof *e->own, thread_by_place);
	qsort(e->thread.at, e->thread.n, sizeof *e->thread.at, thread_by_hash);
	return 0;
}

/* The first of n sorted things that is not before the wanted one. */
static size_t lower(const void *things, size_t n, size_t size, const void *want,
                    int (*compare)(const void *, const void *))
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare((const char *)things + mid * size, want) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void look(struct chats_elsewhere *e, size_t item, bool loose, struct evd_view end)
{
	const struct elsewhere_absent want = {.hash = hash_of(end)};
	size_t i = lower(e->absent.at, e->absent.n, sizeof want, &want, by_hash);

	for (; i < e->absent.n && e->absent.at[i].hash == want.hash; i++) {
		struct elsewhere_absent *a = &e->absent.at[i];

		if (a->item != item && !a->found && evd_view_eq(text_of(e, a->at, a->len), end)) {
			a->found = loose ? ELSEWHERE_LOOSE : item + 1;
			a->loose = loose ? item + 1 : 0;
		}
	}
}

/* All of the path, and what it ends in behind each of its last folders. */
static void look_ends(struct chats_elsewhere *e, size_t item, bool loose, struct evd_view path)
{
	unsigned n = 0;

	if (!path.len)
		return;
	look(e, item, loose, path);
	for (size_t i = path.len - 1; i > 0 && n < ENDS; i--)
		if (path.p[i - 1] == '/') {
			look(e, item, loose, evd_view_of(path.p + i, path.len - i));
			n++;
		}
}

void chats_elsewhere_source(struct chats_elsewhere *e, size_t item, struct evd_view path)
{
	if (e->absent.n)
		look_ends(e, item, true, path);
}

void chats_elsewhere_member(struct chats_elsewhere *e, size_t item, const struct evd_json *j)
{
	struct evd_buf path = {0};
	struct evd_view v;

	if (!e->absent.n || !is(j, "kind", "member") || !is(j, "type", "file") ||
	    !evd_json_string(j, 0, "path", &v))
		return;
	evd_put_unescaped(&path, v);
	if (!path.failed)
		look_ends(e, item, false, evd_buf_view(&path));
	evd_buf_release(&path);
}

bool chats_elsewhere_files(const struct chats_elsewhere *e, size_t item, uint64_t chat,
                           struct elsewhere_files *files)
{
	const struct elsewhere_absent want = {
	    .item = item, .chat = chat, .found = files->n ? files->other + 2 : 1};
	size_t first = lower(e->absent.at, e->absent.n, sizeof want, &want, by_place), i = first;

	if ((files->n && files->other == ELSEWHERE_LOOSE) || i == e->absent.n ||
	    e->absent.at[i].item != item || e->absent.at[i].chat != chat)
		return false;
	*files = (struct elsewhere_files){.first = SIZE_MAX};
	files->other =
	    e->absent.at[i].found == ELSEWHERE_LOOSE ? ELSEWHERE_LOOSE : e->absent.at[i].found - 1;
	for (; i < e->absent.n && by_place(&e->absent.at[i], &e->absent.at[first]) == 0; i++) {
		size_t at = e->absent.at[i].loose ? e->absent.at[i].loose - 1 : files->other;

		files->first = at < files->first ? at : files->first;
		files->last = at > files->last ? at : files->last;
	}
	files->n = i - first;
	return true;
}

bool chats_elsewhere_thread(const struct chats_elsewhere *e, size_t item, uint64_t chat,
                            size_t *from, size_t *other, uint64_t *number)
{
	const struct elsewhere_thread want = {.item = item, .chat = chat};
	size_t i = lower(e->own, e->thread.n, sizeof want, &want, thread_by_place);
	const struct elsewhere_thread *own = i < e->thread.n ? &e->own[i] : &want;
	struct elsewhere_thread first = *own;

	if (own == &want || thread_by_place(own, &want) != 0)
		return false;
	first.at = 0;
	if (*from == 0)
		*from = lower(e->thread.at, e->thread.n, sizeof want, &first, thread_by_hash);
	for (; *from < e->thread.n && e->thread.at[*from].hash == own->hash; ++*from) {
		const struct elsewhere_thread *t = &e->thread.at[*from];

		if (t->item == item ||
		    !evd_view_eq(text_of(e, t->at, t->len), text_of(e, own->at, own->len)))
			continue;
		*other = t->item;
		*number = t->chat;
		++*from;
		return true;
	}
	return false;
}
