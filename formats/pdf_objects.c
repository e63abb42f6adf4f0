/* pdf_objects: see pdf_objects.h. */
#include "pdf_objects.h"

#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 2000000u
#define NUMBER_MAX UINT32_C(0x7FFFFFFF)
#define OBJECT_MAX                                                                                 \
	(UINT32_C(4) << 20) /* bytes of an object that is looked for, without its stream */
#define OPEN_MAX 64u    /* objects without an end, before the search is given up */

static bool fault(struct evd_pdf *x, const char *why, uint64_t at)
{
	if (!x->fault) {
		x->fault = why;
		x->fault_at = at;
	}
	return false;
}

static void add(struct evd_pdf *x, uint64_t number, uint32_t order, enum evd_pdf_kind kind,
                uint64_t where)
{
	struct evd_pdf_entry *more;

	if (x->n >= ENTRIES_MAX)
		fault(x, "it has too many objects", where);
	if (number > NUMBER_MAX || x->n >= ENTRIES_MAX || x->nomem)
		return;
	more = evd_grow(x->entry, x->n, &x->cap, sizeof *x->entry);
	if (!more) {
		x->nomem = true;
		return;
	}
	x->entry = more;
	x->entry[x->n].number = (uint32_t)number;
	x->entry[x->n].order = order;
	x->entry[x->n].kind = kind;
	x->entry[x->n++].where = where;
}

static int by_number(const void *p, const void *q)
{
	const struct evd_pdf_entry *a = p, *b = q;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->order > b->order ? -1 : a->order < b->order;
}

/* By number, and of each the one that counts. */
static void settle(struct evd_pdf *x)
{
	size_t to = 0;

	if (x->n)
		qsort(x->entry, x->n, sizeof *x->entry, by_number);
	for (size_t i = 0; i < x->n; i++)
		if (to == 0 || x->entry[to - 1].number != x->entry[i].number)
			x->entry[to++] = x->entry[i];
	x->n = to;
	x->settled = true;
}

static const struct evd_pdf_entry *entry_of(const struct evd_pdf_entry *entry, size_t n,
                                            uint32_t number)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (entry[mid].number < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && entry[low].number == number ? &entry[low] : NULL;
}

static bool add_trailer(struct evd_pdf *x, struct evd_view dict)
{
	if (x->n_trailers == EVD_PDF_SECTIONS_MAX)
		return false;
	x->trailer[x->n_trailers++] = dict;
	return true;
}

struct evd_view evd_pdf_trailer(const struct evd_pdf *x, const char *key)
{
	for (size_t i = 0; i < x->n_trailers; i++) {
		struct evd_view v = evd_pdf_get(x->trailer[i], key);

		if (v.len)
			return v;
	}
	return evd_view_of(NULL, 0);
}

/* "12 0 obj" at `at`: behind it, or SIZE_MAX. Any generation: a reference's is not compared. */
static size_t head_at(struct evd_view file, uint64_t where, uint64_t *number)
{
	size_t pos = (size_t)where;
	uint64_t generation;

	if (where >= file.len || !evd_pdf_number(evd_pdf_value(file, &pos), number) ||
	    !evd_pdf_number(evd_pdf_value(file, &pos), &generation) || generation > 65535)
		return SIZE_MAX;
	while (pos < file.len && (file.p[pos] == ' ' || file.p[pos] == '\n' || file.p[pos] == '\r'))
		pos++;
	return file.len - pos >= 3 && memcmp(file.p + pos, "obj", 3) == 0 ? pos + 3 : SIZE_MAX;
}

static bool enter(struct evd_pdf *x, uint64_t at)
{
	for (size_t i = 0; i < x->n_seen; i++)
		if (x->seen[i] == at)
			return false;
	if (x->n_seen == EVD_PDF_SECTIONS_MAX)
		return false;
	x->seen[x->n_seen++] = at;
	return true;
}

static uint64_t be_field(const uint8_t **p, uint64_t width, uint64_t otherwise)
{
	uint64_t v = 0;

	if (width == 0)
		return otherwise;
	while (width--)
		v = v << 8 | *(*p)++;
	return v;
}

/* §7.5.8.2: rows of three numbers, for the runs of numbers that /Index names. */
static bool read_rows(struct evd_pdf *x, uint32_t *order, struct evd_view dict,
                      struct evd_view rows)
{
	struct evd_view widths = evd_pdf_get(dict, "W"), index = evd_pdf_get(dict, "Index");
	uint64_t width[3], first = 0, count = 0;
	const uint8_t *p = rows.p, *end;
	size_t at = 1;

	for (int i = 0; i < 3; i++)
		if (widths.len < 2 || !evd_pdf_number(evd_pdf_value(widths, &at), &width[i]) ||
		    width[i] > 8)
			return false;
	if (rows.len == 0 || width[0] + width[1] + width[2] == 0 ||
	    (index.len == 0 && !evd_pdf_number(evd_pdf_get(dict, "Size"), &count)))
		return false;
	end = p + rows.len;
	for (at = 1;;) {
		if (index.len && (!evd_pdf_number(evd_pdf_value(index, &at), &first) ||
		                  !evd_pdf_number(evd_pdf_value(index, &at), &count)))
			return true;
		for (uint64_t i = 0; i < count; i++) {
			uint64_t kind, where;

			if ((uint64_t)(end - p) < width[0] + width[1] + width[2])
				return false;
			kind = be_field(&p, width[0], 1);
			where = be_field(&p, width[1], 0);
			(void)be_field(&p, width[2], 0);
			if (kind <= 2)
				add(x, first + i, (*order)--,
				    kind == 0   ? PDF_FREE
				    : kind == 1 ? PDF_PLAIN
				                : PDF_PACKED,
				    where);
		}
		if (index.len == 0)
			return true;
	}
}

static bool read_xref_stream(struct evd_pdf *x, uint32_t *order, uint64_t at,
                             struct evd_view *trailer)
{
	uint64_t number;
	size_t pos = head_at(x->file, at, &number);
	struct evd_view dict;
	struct evd_buf rows;
	bool ok;

	if (pos == SIZE_MAX)
		return false;
	dict = evd_pdf_value(x->file, &pos);
	if (!evd_view_is(evd_pdf_get(dict, "Type"), "/XRef"))
		return false;
	evd_buf_init(&rows, 0);
	ok = evd_pdf_unpack(x, dict, evd_pdf_stream(x, dict, pos), &rows) == PDF_WHOLE &&
	     !rows.failed && read_rows(x, order, dict, evd_buf_view(&rows));
	evd_buf_release(&rows);
	*trailer = dict;
	return ok;
}

/* §7.5.4: the table from `pos` on, behind "xref"; entries are added if `adding`. Free ones are not where a
 * stream beside the table (§7.5.8.4) may have what they hide. */
static bool read_table(struct evd_pdf *x, uint32_t *order, size_t pos, bool adding,
                       struct evd_view *trailer)
{
	bool hybrid = adding && evd_pdf_get(*trailer, "XRefStm").len > 0;

	for (;;) {
		struct evd_view word = evd_pdf_value(x->file, &pos);
		uint64_t first, count, where, generation;

		if (evd_view_is(word, "trailer")) {
			*trailer = evd_pdf_value(x->file, &pos);
			return trailer->len > 4 && trailer->p[0] == '<';
		}
		if (!evd_pdf_number(word, &first) || !evd_pdf_number(evd_pdf_value(x->file, &pos), &count))
			return false;
		for (uint64_t i = 0; i < count; i++) {
			if (!evd_pdf_number(evd_pdf_value(x->file, &pos), &where) ||
			    !evd_pdf_number(evd_pdf_value(x->file, &pos), &generation))
				return false;
			word = evd_pdf_value(x->file, &pos);
			if (!evd_view_is(word, "n") && !evd_view_is(word, "f"))
				return false;
			if (adding && (word.p[0] == 'n' || !hybrid))
				add(x, first + i, (*order)--, word.p[0] == 'n' ? PDF_PLAIN : PDF_FREE, where);
		}
	}
}

static bool read_section(struct evd_pdf *x, uint32_t *order, uint64_t at, struct evd_view *trailer)
{
	size_t pos = (size_t)at;
	struct evd_view beside;
	uint64_t stream;

	if (at >= x->file.len)
		return false;
	if (!evd_view_is(evd_pdf_value(x->file, &pos), "xref"))
		return read_xref_stream(x, order, at, trailer) && add_trailer(x, *trailer);
	if (!read_table(x, order, pos, false, trailer))
		return false;
	if (evd_pdf_number(evd_pdf_get(*trailer, "XRefStm"), &stream) &&
	    !read_xref_stream(x, order, stream, &beside))
		return false;
	return read_table(x, order, pos, true, trailer) && add_trailer(x, *trailer);
}

static bool follow(struct evd_pdf *x)
{
	uint32_t order = UINT32_MAX; /* first come first served, from the newest back: orders fall */
	size_t pos = evd_pdf_find_last(x->file, "startxref");
	struct evd_view trailer = {0}, prev;
	uint64_t at, from = pos;

	if (pos == SIZE_MAX)
		return fault(x, "it ends without the place of its table", 0);
	pos += 9;
	if (!evd_pdf_number(evd_pdf_value(x->file, &pos), &at))
		return fault(x, "the place of the table is no number", from);
	for (;;) {
		if (!enter(x, at))
			return fault(x, "its tables lead in a circle, or are too many", at);
		if (!read_section(x, &order, at, &trailer))
			return fault(x, "no table that can be read stands there", at);
		prev = evd_pdf_get(trailer, "Prev");
		if (prev.len == 0)
			return true;
		if (!evd_pdf_number(prev, &at))
			return fault(x, "the place of the table before is no number", at);
	}
}

/* Where "12 0" before "obj" at `obj` begins, and the number; SIZE_MAX if it is none. */
static size_t head_before(struct evd_view file, size_t obj, size_t from, uint64_t *number)
{
	size_t i = obj, end;

	for (int part = 0; part < 2; part++) {
		while (i > from && (file.p[i - 1] == ' ' || file.p[i - 1] == '\n' || file.p[i - 1] == '\r'))
			i--;
		end = i;
		while (i > from && end - i < 11 && file.p[i - 1] >= '0' && file.p[i - 1] <= '9')
			i--;
		if (end == i)
			return SIZE_MAX;
	}
	return evd_pdf_number(evd_view_of(file.p + i, end - i), number) ? i : SIZE_MAX;
}

/* §7.5.7: the numbers of the objects in an object stream, from its pairs of number and offset. */
static void add_packed(struct evd_pdf *x, struct evd_view dict, size_t end, uint64_t container)
{
	struct evd_buf body;
	uint64_t n, id, off;
	size_t pos = 0;

	evd_buf_init(&body, 0);
	if (!evd_pdf_number(evd_pdf_get(dict, "N"), &n) ||
	    evd_pdf_unpack(x, dict, evd_pdf_stream(x, dict, end), &body) == PDF_UNKNOWN)
		n = 0;
	for (uint64_t i = 0; i < n; i++) {
		if (!evd_pdf_number(evd_pdf_value(evd_buf_view(&body), &pos), &id) ||
		    !evd_pdf_number(evd_pdf_value(evd_buf_view(&body), &pos), &off))
			break;
		add(x, id, (uint32_t)x->n, PDF_PACKED, container);
	}
	evd_buf_release(&body);
}

/* One object whose "obj" stands at `obj`: the end of it and of its stream. */
static size_t scan_object(struct evd_pdf *x, size_t obj, uint64_t number, size_t head,
                          unsigned *open)
{
	size_t pos = obj + 3, stop = pos + OBJECT_MAX < x->file.len ? pos + OBJECT_MAX : x->file.len;
	struct evd_view v = evd_pdf_value(evd_view_of(x->file.p, stop), &pos), type, body;

	add(x, number, (uint32_t)x->n, PDF_PLAIN, head);
	if (pos == stop) { /* its brackets are not closed: what follows is no part of it */
		++*open;
		return obj + 3;
	}
	if (v.len < 4 || v.p[0] != '<' || v.p[1] != '<')
		return pos;
	type = evd_pdf_get(v, "Type");
	body = evd_pdf_stream(x, v, pos);
	if (!body.p)
		return pos;
	if (evd_view_is(type, "/XRef"))
		(void)add_trailer(x, v);
	if (evd_view_is(type, "/ObjStm"))
		add_packed(x, v, pos, number);
	return (size_t)(body.p - x->file.p) + body.len;
}

/* The trailer behind `pos`; of too many the older ones give way. */
static size_t scan_trailer(struct evd_pdf *x, size_t pos, unsigned *open)
{
	size_t start = pos, half = EVD_PDF_SECTIONS_MAX / 2;
	size_t stop = pos + OBJECT_MAX < x->file.len ? pos + OBJECT_MAX : x->file.len;
	struct evd_view v = evd_pdf_value(evd_view_of(x->file.p, stop), &pos);

	if (v.len > 4 && v.p[0] == '<' && !add_trailer(x, v)) {
		memmove(x->trailer, x->trailer + half, half * sizeof *x->trailer);
		x->n_trailers = half;
		(void)add_trailer(x, v);
	}
	*open += pos == stop;
	return pos == stop ? start : pos;
}

static void scan(struct evd_pdf *x)
{
	size_t i = 0, trailer = 0, obj;
	unsigned open = 0;

	while (open < OPEN_MAX && (obj = evd_pdf_find(x->file, i, "obj")) != SIZE_MAX) {
		uint64_t number;
		size_t head;

		if (trailer < i || i == 0)
			trailer = evd_pdf_find(x->file, i, "trailer");
		if (trailer < obj) {
			i = scan_trailer(x, trailer + 7, &open);
			continue;
		}
		head = head_before(x->file, obj, i, &number);
		i = head == SIZE_MAX ? obj + 3 : scan_object(x, obj, number, head, &open);
	}
	while (open < OPEN_MAX && (i = evd_pdf_find(x->file, i, "trailer")) != SIZE_MAX)
		i = scan_trailer(x, i + 7, &open);
}

static void scan_afresh(struct evd_pdf *x)
{
	x->n = 0;
	x->n_trailers = 0;
	x->stream_number = 0;
	x->settled = false;
	scan(x);
	settle(x);
}

/* Twice where lengths of streams stand in objects of their own: with those the first search found, the second
 * passes over streams whose bytes have an "endstream" of their own. */
static void search(struct evd_pdf *x)
{
	scan_afresh(x);
	if (x->length_elsewhere) {
		x->known = x->entry;
		x->n_known = x->n;
		x->entry = NULL;
		x->cap = 0;
		scan_afresh(x);
		free(x->known);
		x->known = NULL;
	}
	for (size_t i = 0; i < x->n_trailers / 2; i++) { /* the last is the newest */
		struct evd_view first = x->trailer[i];

		x->trailer[i] = x->trailer[x->n_trailers - 1 - i];
		x->trailer[x->n_trailers - 1 - i] = first;
	}
}

struct evd_view evd_pdf_length(struct evd_pdf *x, struct evd_view v)
{
	const struct evd_pdf_entry *e;
	uint32_t number;
	uint64_t found;
	size_t at;

	if (x->settled || !evd_pdf_reference(v, &number))
		return evd_pdf_resolve(x, v, &at);
	x->length_elsewhere = true;
	e = x->known ? entry_of(x->known, x->n_known, number) : NULL;
	at = e && e->kind == PDF_PLAIN ? head_at(x->file, e->where, &found) : SIZE_MAX;
	return at == SIZE_MAX ? evd_view_of(NULL, 0) : evd_pdf_value(x->file, &at);
}

static bool root_found(struct evd_pdf *x)
{
	size_t end;
	struct evd_view root = evd_pdf_resolve(x, evd_pdf_trailer(x, "Root"), &end);

	return root.len > 4 && root.p[0] == '<';
}

int evd_pdf_open(struct evd_pdf *x, struct evd_view file, struct evd_error *err)
{
	x->file = file;
	evd_buf_init(&x->stream, 0);
	if (!follow(x)) {
		search(x);
	} else {
		settle(x);
		if (!evd_pdf_trailer(x, "Encrypt").len && !root_found(x) && !x->fault) {
			fault(x, "the catalog is not where it says", 0);
			search(x);
		}
	}
	return x->nomem ? evd_nomem(err) : 0;
}

void evd_pdf_close(struct evd_pdf *x)
{
	free(x->entry);
	evd_buf_release(&x->stream);
}

/* The object stream of that number into x->stream. */
static bool load(struct evd_pdf *x, uint32_t number)
{
	struct evd_view dict, body;
	size_t end;

	if (x->loading)
		return false;
	if (x->stream_number == number)
		return x->stream.len > 0;
	x->loading = true;
	dict = evd_pdf_object(x, number, &end);
	evd_buf_reset(&x->stream);
	x->stream_number = number;
	x->stream_dict = dict;
	body = end == SIZE_MAX ? evd_view_of(NULL, 0) : evd_pdf_stream(x, dict, end);
	x->loading = false;
	if (body.p && evd_pdf_unpack(x, dict, body, &x->stream) == PDF_UNKNOWN)
		evd_buf_reset(&x->stream);
	if (x->stream.failed)
		evd_buf_reset(&x->stream);
	if (x->stream.len == 0)
		x->streams_unread = true;
	return x->stream.len > 0;
}

bool evd_pdf_container(struct evd_pdf *x, uint32_t number, struct evd_buf *copy, uint64_t *n,
                       uint64_t *first)
{
	if (!load(x, number) || !evd_pdf_number(evd_pdf_get(x->stream_dict, "N"), n) ||
	    !evd_pdf_number(evd_pdf_get(x->stream_dict, "First"), first) || *first > x->stream.len)
		return false;
	evd_put_view(copy, evd_buf_view(&x->stream));
	return !copy->failed;
}

bool evd_pdf_is_in(const struct evd_pdf *x, uint32_t number, uint32_t container)
{
	const struct evd_pdf_entry *e = entry_of(x->entry, x->n, number);

	return e && e->kind == PDF_PACKED && e->where == container;
}

/* §7.5.7: N pairs of number and offset, then from First on the objects. */
static struct evd_view packed_object(struct evd_pdf *x, uint64_t container, uint32_t number)
{
	struct evd_view none = {0}, body;
	uint64_t n, first, id, off;
	size_t pos = 0;

	if (container > NUMBER_MAX || !load(x, (uint32_t)container))
		return none;
	body = evd_buf_view(&x->stream);
	if (!evd_pdf_number(evd_pdf_get(x->stream_dict, "N"), &n) ||
	    !evd_pdf_number(evd_pdf_get(x->stream_dict, "First"), &first) || first > body.len)
		return none;
	for (uint64_t i = 0; i < n && pos < first; i++) {
		if (!evd_pdf_number(evd_pdf_value(body, &pos), &id) ||
		    !evd_pdf_number(evd_pdf_value(body, &pos), &off))
			break;
		if (id == number && off < body.len - first) {
			size_t at = (size_t)(first + off);

			return evd_pdf_value(body, &at);
		}
	}
	return none;
}

struct evd_view evd_pdf_object(struct evd_pdf *x, uint32_t number, size_t *end)
{
	const struct evd_pdf_entry *e = entry_of(x->entry, x->n, number);
	uint64_t found;

	*end = SIZE_MAX;
	if (!e || e->kind == PDF_FREE)
		return evd_view_of(NULL, 0);
	if (e->kind == PDF_PACKED)
		return packed_object(x, e->where, number);
	*end = head_at(x->file, e->where, &found);
	if (*end != SIZE_MAX && found == number)
		return evd_pdf_value(x->file, end);
	*end = SIZE_MAX;
	if (x->fault) /* they were looked for already */
		return evd_view_of(NULL, 0);
	fault(x, "an object is not where the table says", e->where);
	search(x);
	return evd_pdf_object(x, number, end);
}

struct evd_view evd_pdf_resolve(struct evd_pdf *x, struct evd_view v, size_t *end)
{
	uint32_t number;

	*end = SIZE_MAX;
	return evd_pdf_reference(v, &number) ? evd_pdf_object(x, number, end) : v;
}
