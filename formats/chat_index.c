/* chat_index: the files of an export and what their first bytes say; see chat_file.h. */
#include "chat_file.h"

#include <stdlib.h>
#include <string.h>

#define ENDS 8u /* folders by which a path is found from its end; further ones: by all of it */

/* Beginnings of the forms that messengers exchange; "?" stands for any byte. */
static const struct signature {
	const char *ends; /* of the name */
	size_t off, len;
	const char *bytes;
} signature[] = {
    {".jpg", 0, 3, "\xff\xd8\xff"},
    {".jpeg", 0, 3, "\xff\xd8\xff"},
    {".png", 0, 4, "\x89PNG"},
    {".gif", 0, 4, "GIF8"},
    {".webp", 8, 4, "WEBP"},
    {".mp4", 4, 4, "ftyp"},
    {".m4a", 4, 4, "ftyp"},
    {".3gp", 4, 4, "ftyp"},
    {".heic", 4, 4, "ftyp"},
    {".opus", 0, 4, "OggS"},
    {".ogg", 0, 4, "OggS"},
    {".oga", 0, 4, "OggS"},
    {".pdf", 0, 4, "%PDF"},
    {".docx", 0, 4, "PK\3\4"},
    {".xlsx", 0, 4, "PK\3\4"},
    {".pptx", 0, 4, "PK\3\4"},
    {".zip", 0, 2, "PK"},
    {".vcf", 0, 11, "BEGIN:VCARD"},
    {".amr", 0, 5, "#!AMR"},
    {".webm", 0, 4, "\x1a\x45\xdf\xa3"},
    {".mkv", 0, 4, "\x1a\x45\xdf\xa3"},
};

static bool wrong_type(struct evd_view name, const uint8_t *head, size_t len)
{
	for (size_t i = 0; i < sizeof signature / sizeof *signature; i++) {
		const struct signature *s = &signature[i];

		if (evd_chat_ends(name, s->ends))
			return len < s->off + s->len || memcmp(head + s->off, s->bytes, s->len) != 0;
	}
	return false;
}

static uint64_t hash(struct evd_view v)
{
	uint64_t x = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < v.len; i++)
		x = (x ^ v.p[i]) * UINT64_C(0x100000001b3);
	return x ^ x >> 29;
}

static struct evd_view name_of(const struct evd_chat_index *x, size_t i)
{
	return evd_view_of(x->names.data + x->file[i].name, x->file[i].name_len);
}

static int add(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct evd_chat_index *x = ctx;
	struct evd_chat_indexed *e;
	uint8_t block[4096], any = 0;
	size_t got;
	void *grown;

	if (f->name.len == 0)
		return 0;
	if (x->n >= EVD_CHAT_FILES_MAX || x->names.len + f->name.len > EVD_CHAT_NAMES_MAX) {
		x->partial = true;
		return 0;
	}
	grown = evd_grow(x->file, x->n, &x->cap, sizeof *x->file);
	if (!grown)
		return evd_nomem(err);
	x->file = grown;
	e = &x->file[x->n++];
	memset(e, 0, sizeof *e);
	e->name = x->names.len;
	e->name_len = f->name.len;
	evd_put_view(&x->names, f->name);
	e->read = true;
	for (;;) {
		struct evd_error why;
		int r = f->read(f->ctx, block, sizeof block, &got, &why);

		for (size_t i = 0; i < got; i++)
			any |= block[i];
		if (e->size < EVD_CHAT_HEAD && got) {
			size_t n = EVD_CHAT_HEAD - e->head_len;

			n = got < n ? got : n;
			memcpy(e->head + e->head_len, block, n);
			e->head_len += n;
		}
		e->size += got;
		if (r == EVD_E_LIMIT || r == EVD_E_IO)
			return evd_fail(err, r, "%s", why.text);
		if (r)
			e->read = false;
		if (r || got == 0)
			break;
	}
	e->zero = e->read && e->size > 0 && any == 0;
	return evd_buf_check(&x->names, err);
}

/* The slot of that end of a path, or the free one where it would stand. */
static struct evd_chat_end_of *slot_of(const struct evd_chat_index *x, struct evd_view end)
{
	size_t at = (size_t)hash(end) & (x->n_slots - 1);

	for (;; at = (at + 1) & (x->n_slots - 1)) {
		struct evd_chat_end_of *e = &x->slot[at];
		struct evd_view v;

		if (!e->file)
			return e;
		v = name_of(x, e->file - 1);
		if (evd_view_eq(evd_view_of(v.p + e->from, v.len - e->from), end))
			return e;
	}
}

static void put_end(struct evd_chat_index *x, size_t i, size_t from)
{
	struct evd_view v = name_of(x, i);
	struct evd_chat_end_of *e = slot_of(x, evd_view_of(v.p + from, v.len - from));

	if (!e->file)
		*e = (struct evd_chat_end_of){(uint32_t)i + 1, (uint32_t)from};
}

/* A name made of a digest of the content, as Signal's: it cannot be another chat's file of the same name. */
static bool is_digest(struct evd_view name)
{
	size_t n = 0;

	while (n < name.len &&
	       ((name.p[n] >= '0' && name.p[n] <= '9') || (name.p[n] >= 'a' && name.p[n] <= 'f')))
		n++;
	return n >= 64 && (n == name.len || name.p[n] == '.');
}

/* No two slots bear the same end, so that of a thousand files "…/a.jpg" each is found in one step. */
static int index_ends(struct evd_chat_index *x, struct evd_error *err)
{
	for (x->n_slots = 16; x->n_slots < x->n * (ENDS + 2) * 3 / 2; x->n_slots *= 2)
		;
	x->slot = calloc(x->n_slots, sizeof *x->slot);
	if (!x->slot)
		return evd_nomem(err);
	for (size_t i = 0; i < x->n; i++) {
		struct evd_view v = name_of(x, i);
		unsigned n = 0;

		if (!x->file[i].loose || is_digest(evd_chat_base(v)))
			put_end(x, i, v.len - evd_chat_base(v).len);
		for (size_t k = v.len; k > 0 && n < ENDS && !x->file[i].loose; k--)
			if (v.p[k - 1] == '/' && k < v.len) {
				put_end(x, i, k);
				n++;
			}
		put_end(x, i, 0);
	}
	return 0;
}

int evd_chat_index_build(struct evd_chat_index *x, const struct evd_input *in,
                         struct evd_chat *chat, struct evd_error *err)
{
	struct evd_chat_walk w = {NULL, add, x, chat, &x->partial};
	int r;

	memset(x, 0, sizeof *x);
	r = evd_chat_walk(in, &w, err);
	if (r == 0)
		r = evd_chat_index_loose(x, in, err);
	return r ? r : index_ends(x, err);
}

void evd_chat_index_release(struct evd_chat_index *x)
{
	evd_buf_release(&x->names);
	evd_buf_release(&x->folder);
	free(x->file);
	free(x->slot);
	memset(x, 0, sizeof *x);
}

static bool is_end(struct evd_view path, struct evd_view end)
{
	return path.len >= end.len && memcmp(path.p + path.len - end.len, end.p, end.len) == 0 &&
	       (path.len == end.len || path.p[path.len - end.len - 1] == '/');
}

/* A path that begins above the chat's own folder, as Meta's do: what is left of it within the folder. */
static const struct evd_chat_end_of *find_above(const struct evd_chat_index *x,
                                                struct evd_view name)
{
	const struct evd_view folder = evd_buf_view(&x->folder);

	for (size_t i = name.len; folder.len && i > 1; i--) {
		const struct evd_chat_end_of *slot;

		if (name.p[i - 1] != '/' || !is_end(folder, evd_view_of(name.p, i - 1)))
			continue;
		slot = slot_of(x, evd_view_of(name.p + i, name.len - i));
		if (slot->file && x->file[slot->file - 1].loose)
			return slot;
	}
	return NULL;
}

static const struct evd_chat_indexed *find(const struct evd_chat_index *x, struct evd_view name)
{
	const struct evd_chat_end_of *slot;

	if (!x->n_slots || name.len == 0)
		return NULL;
	slot = slot_of(x, name);
	if (!slot->file && name.len > 2 && name.p[0] == '.' && name.p[1] == '/')
		slot = slot_of(x, evd_view_of(name.p + 2, name.len - 2));
	if (!slot->file)
		slot = find_above(x, name);
	return slot && slot->file ? &x->file[slot->file - 1] : NULL;
}

void evd_chat_index_match(const struct evd_chat_index *x, struct evd_chat_attachment *a)
{
	const struct evd_chat_indexed *e = find(x, a->name);
	struct evd_view note = a->note;

	a->state = EVD_CHAT_S_ABSENT;
	if (x->partial || x->loose_cut) { /* nobody can say that it was not in there */
		a->state = EVD_CHAT_S_UNAVAILABLE;
		if (!note.len)
			a->note = evd_view_str(x->partial ? "not every file of the archive could be looked at"
			                                  : "not every file of the folder could be looked at");
	}
	if (!e)
		return;
	a->found = name_of(x, (size_t)(e - x->file));
	a->has_found_size = e->read;
	a->found_size = e->size;
	a->state = EVD_CHAT_S_PRESENT;
	a->note = note;
	if (!e->read && !note.len)
		a->note = evd_view_str(e->loose ? "of its folder, but its bytes cannot be read"
		                                : "in the item, but damaged");
	if (!e->read)
		a->state = EVD_CHAT_S_UNAVAILABLE;
	else if (e->size == 0)
		a->state = EVD_CHAT_S_EMPTY;
	else if (e->zero)
		a->state = EVD_CHAT_S_ZERO_FILLED;
	else if (wrong_type(a->name, e->head, e->head_len))
		a->state = EVD_CHAT_S_WRONG_TYPE;
}
