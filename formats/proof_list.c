/*
 * proof_list: lists of digests by hashdeep and md5deep:
 *     %%%% HASHDEEP-1.0
 *     %%%% size,md5,sha256,filename
 *     ## …
 *     4096,<hex>,<hex>,/folder/photo.jpg
 * The files are elsewhere; each line becomes a field, so that a search for a digest finds it. Which of them the case holds,
 * is said when the read-out is made.
 */
#include "proof.h"

#include "base/text.h"
#include "emit.h"
#include "source.h"

#include <stdio.h>
#include <string.h>

#define LIST_MAX (UINT32_C(64) << 20)
#define LINES_MAX 200000u
#define COLUMNS_MAX 8u

static const char first_line[] = "%%%% HASHDEEP-1.";

bool proof_list_is(struct evd_view head)
{
	return head.len > sizeof first_line && memcmp(head.p, first_line, sizeof first_line - 1) == 0;
}

static bool next_line(struct evd_view *text, struct evd_view *line)
{
	size_t n = 0;

	if (text->len == 0)
		return false;
	while (n < text->len && text->p[n] != '\n')
		n++;
	*line = evd_view_of(text->p, n && text->p[n - 1] == '\r' ? n - 1 : n);
	n += n < text->len;
	*text = evd_view_of(text->p + n, text->len - n);
	return true;
}

/* Up to the next comma; the last column, a name, may hold commas and takes the rest. */
static struct evd_view column(struct evd_view *line, bool last)
{
	size_t n = 0;
	struct evd_view v;

	while (n < line->len && (last || line->p[n] != ','))
		n++;
	v = evd_view_of(line->p, n);
	n += n < line->len;
	*line = evd_view_of(line->p + n, line->len - n);
	return v;
}

static size_t columns_of(struct evd_view line, enum proof_hash hash[COLUMNS_MAX])
{
	size_t n = 0;

	line = evd_view_of(line.p + 5, line.len - 5); /* behind "%%%% " */
	while (line.len && n < COLUMNS_MAX)
		hash[n++] = proof_hash_named(column(&line, false));
	return n;
}

/* One file: the strongest digest that is stated for it. */
static int emit_line(struct evd_view line, const enum proof_hash *hash, size_t n, uint64_t off,
                     struct evd_sink *sink, bool *odd, struct evd_error *err)
{
	struct evd_field f = {
	    .group = "proof.hashdeep", .name = "file", .has_place = true, .off = off, .len = line.len};
	enum proof_hash best = PROOF_HASHES;
	uint8_t digest[64];

	for (size_t i = 0; i < n; i++) {
		struct evd_view v = column(&line, i + 1 == n);

		if (i + 1 == n) {
			f.label = v;
		} else if (hash[i] != PROOF_HASHES && evd_unhex(v, digest, proof_hash_len(hash[i])) &&
		           (best == PROOF_HASHES || hash[i] > best)) {
			best = hash[i];
			f.name = proof_hash_name(best);
			f.value = v;
		}
	}
	*odd = best == PROOF_HASHES || f.label.len == 0;
	return *odd ? 0 : evd_emit_field(sink, &f, err);
}

int proof_list_read(const struct evd_source *s, struct evd_sink *sink, struct evd_error *err)
{
	enum proof_hash hash[COLUMNS_MAX];
	struct evd_view text, line;
	struct evd_buf all;
	size_t n = 0;
	uint64_t files = 0, odd_lines = 0;
	int r;

	evd_buf_init(&all, LIST_MAX);
	r = evd_source_load(s, 0, s->size, LIST_MAX, &all, err);
	text = evd_buf_view(&all);
	while (r == 0 && next_line(&text, &line)) {
		uint64_t off = (uint64_t)(line.p - all.data);
		bool odd = false;

		if (line.len > 5 && memcmp(line.p, "%%%% ", 5) == 0 && off)
			n = columns_of(line, hash);
		if (line.len == 0 || line.p[0] == '#' || line.p[0] == '%')
			continue;
		if (files++ == LINES_MAX) {
			r = evd_emit_unread(sink, "limit", off, s->size - off, err, "more than %u lines",
			                    LINES_MAX);
			break;
		}
		r = emit_line(line, hash, n, off, sink, &odd, err);
		odd_lines += odd;
	}
	evd_buf_release(&all);
	if (r)
		return r;
	return proof_say(sink, PROOF_UNCHECKED, err,
	                 "hashdeep: a list of %llu files that are elsewhere, %llu lines not "
	                 "understood; nobody signed it",
	                 (unsigned long long)files, (unsigned long long)odd_lines);
}
