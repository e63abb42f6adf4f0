/*
 * bplist: Apple's binary property lists ("bplist00") within databases, read in place: an object is
 * looked up by its number, nothing is built. Every offset and length is checked against the bytes.
 * Stage: read-out.
 */
#ifndef EVD_BPLIST_H
#define EVD_BPLIST_H

#include "base/buf.h"

struct bplist {
	struct evd_view v; /* up to the table of offsets */
	struct evd_view table;
	uint64_t n_objects, top;
	uint8_t offset_size, ref_size;
};

enum bplist_kind {
	BPLIST_NONE, /* not there, or of no kind that is read */
	BPLIST_INTEGER,
	BPLIST_REAL, /* dates too: seconds since 2001 */
	BPLIST_DATA,
	BPLIST_TEXT, /* ASCII; text in UTF-16 is BPLIST_NONE */
	BPLIST_ARRAY,
	BPLIST_DICT,
};

struct bplist_object {
	enum bplist_kind kind;
	int64_t integer;
	double real;
	struct evd_view bytes; /* of data and text; of a list: the numbers of its objects */
	uint64_t n;            /* objects of a list, pairs of a dictionary */
};

/* bplist_open(p, v): false if the trailer does not fit the bytes. */
bool bplist_open(struct bplist *p, struct evd_view v);
struct bplist_object bplist_top(const struct bplist *p);
/* the i-th of an array; of a dictionary the i-th key or value */
struct bplist_object bplist_at(const struct bplist *p, const struct bplist_object *list,
                               uint64_t i);
struct bplist_object bplist_value(const struct bplist *p, const struct bplist_object *dict,
                                  uint64_t i);
struct bplist_object bplist_member(const struct bplist *p, const struct bplist_object *dict,
                                   const char *key);

#endif
