/* zip_directory: see zip_directory.h. */
#include "zip_directory.h"

#include "emit.h"
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIRECTORY_MAX (UINT64_C(96) << 20) /* bytes of a directory that is gone through */
#define TOLD_MAX 50u                       /* differences told one by one */
#define END_LEN 22u
#define HEAD_LEN 46u
#define LOCAL_LEN 30u
#define DESCRIPTOR_MAX 24u /* of sizes behind a file whose header had not known them */

struct entry {
	uint64_t off, end; /* of its header before the file, and of its bytes */
	struct evd_view name;
	bool described; /* sizes may stand behind it */
};

struct zip {
	const struct evd_source *s;
	struct evd_sink *sink;
	bool within;    /* another archive: places are not of the item */
	char which[40]; /* it is, in words */
	uint64_t base;  /* where the archive begins: its offsets count from there */
	uint64_t count, directory, size;
	uint8_t *bytes; /* the directory */
	struct entry *at;
	size_t n, cap;
	uint64_t shared, overlapping, renamed, headless, gaps;
};

static uint64_t le(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | p[n];
	return v;
}

/* 4.3.15, 4.3.14: the 64 bit end, named by a locator before the other. */
static bool read_end64(struct zip *z, uint64_t end)
{
	uint8_t locator[20], b[56];
	uint64_t at;

	if (end < 20 || evd_source_exact(z->s, end - 20, locator, 20, NULL) ||
	    memcmp(locator, "PK\6\7", 4) != 0)
		return false;
	at = le(locator + 8, 8);
	if (at > end - 20 || evd_source_exact(z->s, at, b, 56, NULL) || memcmp(b, "PK\6\6", 4) != 0)
		return false;
	z->count = le(b + 32, 8);
	z->size = le(b + 40, 8);
	z->directory = le(b + 48, 8);
	if (z->size > at || z->directory > at - z->size)
		return false;
	z->base = at - z->size - z->directory;
	return true;
}

/* 4.3.16: at the end, before a comment. */
static bool read_end(struct zip *z)
{
	uint64_t from = z->s->size > 65557 ? z->s->size - 65557 : 0, end;
	size_t len = (size_t)(z->s->size - from), i;
	uint8_t *b = malloc(len + 1);
	bool found = false;

	if (!b || len < END_LEN || evd_source_exact(z->s, from, b, len, NULL)) {
		free(b);
		return false;
	}
	for (i = len - END_LEN + 1; i-- > 0 && !found;)
		found = memcmp(b + i, "PK\5\6", 4) == 0 && i + END_LEN + le(b + i + 20, 2) <= len;
	i++;
	end = from + i;
	if (found) {
		z->count = le(b + i + 10, 2);
		z->size = le(b + i + 12, 4);
		z->directory = le(b + i + 16, 4);
	}
	free(b);
	if (!found || read_end64(z, end))
		return found;
	if (z->size > end || z->directory > end - z->size)
		return false;
	z->base = end - z->size - z->directory;
	return true;
}

/* 4.5.3: in the order of the fields that do not fit. */
static void widen(const uint8_t *head, const uint8_t *extra, size_t len, uint64_t *packed,
                  uint64_t *off)
{
	size_t i = 0;

	while (i + 4 <= len) {
		size_t n = (size_t)le(extra + i + 2, 2), at = i + 4;

		if (n > len - at)
			return;
		if (le(extra + i, 2) == 1) {
			if (le(head + 24, 4) == UINT32_MAX)
				at += 8;
			if (*packed == UINT32_MAX && at + 8 <= i + 4 + n)
				*packed = le(extra + at, 8), at += 8;
			if (*off == UINT32_MAX && at + 8 <= i + 4 + n)
				*off = le(extra + at, 8);
			return;
		}
		i = at + n;
	}
}

static int read_directory(struct zip *z, struct evd_error *err)
{
	size_t i = 0;

	while (i + HEAD_LEN <= z->size && memcmp(z->bytes + i, "PK\1\2", 4) == 0) {
		const uint8_t *p = z->bytes + i;
		size_t name = (size_t)le(p + 28, 2), extra = (size_t)le(p + 30, 2);
		size_t more = name + extra + (size_t)le(p + 32, 2);
		uint64_t packed = le(p + 20, 4), off = le(p + 42, 4);
		struct entry *at;

		if (more > z->size - i - HEAD_LEN)
			break;
		at = evd_grow(z->at, z->n, &z->cap, sizeof *z->at);
		if (!at)
			return evd_nomem(err);
		z->at = at;
		at += z->n++;
		widen(p, p + HEAD_LEN + name, extra, &packed, &off);
		at->name = evd_view_of(p + HEAD_LEN, name);
		at->described = le(p + 8, 2) & 8;
		at->off = off + z->base;
		at->end = at->off + packed; /* its header is added when it was read */
		i += HEAD_LEN + more;
	}
	return 0;
}

/* A name that stands before a file alone. */
static int tell_name(struct zip *z, const char *what, struct evd_view label, uint64_t off,
                     struct evd_view name, struct evd_error *err)
{
	struct evd_field f = {.group = "archive", .name = what, .label = label, .value = name};

	f.has_place = !z->within;
	f.off = off;
	f.len = LOCAL_LEN + name.len;
	return evd_emit_field(z->sink, &f, err);
}

/* The header before a file at `off`: its name into `name`, of 65536 bytes. */
static bool read_local(struct zip *z, uint64_t off, uint8_t *name, size_t *len, size_t *all)
{
	uint8_t b[LOCAL_LEN];

	if (off > z->s->size || evd_source_exact(z->s, off, b, LOCAL_LEN, NULL) ||
	    memcmp(b, "PK\3\4", 4) != 0)
		return false;
	*len = (size_t)le(b + 26, 2);
	*all = LOCAL_LEN + *len + (size_t)le(b + 28, 2);
	return evd_source_exact(z->s, off + LOCAL_LEN, name, *len, NULL) == 0;
}

static int check_names(struct zip *z, uint8_t *name, struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < z->n; i++) {
		size_t len, all;

		if (!read_local(z, z->at[i].off, name, &len, &all)) {
			z->headless++;
			continue;
		}
		z->at[i].end += all;
		if (!evd_view_eq(evd_view_of(name, len), z->at[i].name) && ++z->renamed <= TOLD_MAX)
			r = tell_name(z, "nameBeforeFile", z->at[i].name, z->at[i].off, evd_view_of(name, len),
			              err);
	}
	return r;
}

static int by_place(const void *p, const void *q)
{
	const struct entry *a = p, *b = q;

	if (a->off != b->off)
		return a->off < b->off ? -1 : 1;
	return a->end < b->end ? -1 : a->end > b->end;
}

/* Bytes from `from` to `to` that are of no member. */
static int tell_gap(struct zip *z, uint64_t from, uint64_t to, bool described, uint8_t *name,
                    struct evd_error *err)
{
	size_t len, all;
	int r;

	if (from >= to || (described && to - from <= DESCRIPTOR_MAX))
		return 0;
	if (++z->gaps > TOLD_MAX)
		return 0;
	r = evd_emit_observation(z->sink, "archive-differs", err,
	                         "%llu bytes of %s at %llu belong to no member of its directory",
	                         (unsigned long long)(to - from), z->which, (unsigned long long)from);
	for (uint64_t at = from; r == 0 && at < to && at <= from + DESCRIPTOR_MAX; at++)
		if (read_local(z, at, name, &len, &all)) { /* maybe behind the sizes of the file before */
			r = tell_name(z, "unlisted", evd_view_of(NULL, 0), at, evd_view_of(name, len), err);
			break;
		}
	return r;
}

static int check_places(struct zip *z, uint8_t *name, struct evd_error *err)
{
	uint64_t pos = z->base, last = UINT64_MAX;
	bool described = false;
	int r = 0;

	if (z->n)
		qsort(z->at, z->n, sizeof *z->at, by_place);
	for (size_t i = 0; r == 0 && i < z->n; i++) {
		if (z->at[i].off == last)
			z->shared++;
		else if (z->at[i].off < pos)
			z->overlapping++;
		r = tell_gap(z, pos, z->at[i].off, described, name, err);
		last = z->at[i].off;
		if (z->at[i].end > pos) {
			pos = z->at[i].end;
			described = z->at[i].described;
		}
	}
	return r ? r : tell_gap(z, pos, z->base + z->directory, described, name, err);
}

static int tell(struct zip *z, uint64_t n, const char *what, struct evd_error *err)
{
	return n ? evd_emit_observation(z->sink, "archive-differs", err, "%llu members of %s %s",
	                                (unsigned long long)n, z->which, what)
	         : 0;
}

static int tell_sums(struct zip *z, uint64_t listed, struct evd_error *err)
{
	int r = 0;

	if (z->count != z->n && z->count != (z->n & 0xFFFF))
		r = evd_emit_observation(z->sink, "archive-differs", err,
		                         "the end of %s counts %llu members, its directory names %llu",
		                         z->which, (unsigned long long)z->count, (unsigned long long)z->n);
	if (r == 0 && z->n != listed)
		r = evd_emit_observation(z->sink, "archive-differs", err,
		                         "the directory of %s names %llu members, %llu were listed",
		                         z->which, (unsigned long long)z->n, (unsigned long long)listed);
	if (r == 0)
		r = tell(z, z->shared, "stand at the place of another", err);
	if (r == 0)
		r = tell(z, z->overlapping, "begin within another", err);
	if (r == 0)
		r = tell(z, z->headless, "have no header where the directory says", err);
	if (r == 0)
		r = tell(z, z->renamed, "are named otherwise in the header before them", err);
	if (r == 0 && z->gaps > TOLD_MAX)
		r = evd_emit_observation(z->sink, "archive-differs", err,
		                         "%llu stretches of %s belong to no member, %u of them told",
		                         (unsigned long long)z->gaps, z->which, TOLD_MAX);
	return r;
}

static int check(struct zip *z, uint64_t listed, struct evd_error *err)
{
	uint8_t *name = malloc(65536);
	int r;

	z->bytes = malloc(z->size ? (size_t)z->size : 1);
	if (!name || !z->bytes) {
		free(name);
		return evd_nomem(err);
	}
	r = evd_source_exact(z->s, z->base + z->directory, z->bytes, (size_t)z->size, err);
	if (r == 0)
		r = read_directory(z, err);
	if (r == 0)
		r = check_names(z, name, err);
	if (r == 0)
		r = check_places(z, name, err);
	free(name);
	return r ? r : tell_sums(z, listed, err);
}

int evd_zip_check(const struct evd_source *s, uint32_t n, uint64_t listed, struct evd_sink *sink,
                  struct evd_error *err)
{
	struct zip z = {.s = s, .sink = sink, .within = n > 0};
	int r;

	if (n)
		snprintf(z.which, sizeof z.which, "the ZIP in member %u", (unsigned)n);
	else
		snprintf(z.which, sizeof z.which, "the ZIP");
	if (!read_end(&z))
		return 0;
	if (z.size > DIRECTORY_MAX)
		return evd_emit_unread(
		    sink, "limit", 0, 0, err,
		    "the directory of the ZIP has more than %llu bytes: it was not compared",
		    (unsigned long long)DIRECTORY_MAX);
	r = check(&z, listed, err);
	free(z.bytes);
	free(z.at);
	return r;
}
