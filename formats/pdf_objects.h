/*
 * pdf_objects: the objects of a PDF by their number. Stage: read-out. Source: ISO 32000-1 §7.5. They are found
 * through the cross-reference tables and streams from the last one back, as the standard has it: what a
 * stream holds (an attached PDF) is then never taken for the document's own. Only where that way is broken
 * are they looked for through the file, streams passed over, and `fault` says so.
 */
#ifndef EVD_PDF_OBJECTS_H
#define EVD_PDF_OBJECTS_H

#include "pdf_syntax.h"

#define EVD_PDF_SECTIONS_MAX 1024u /* revisions, and trailers kept */

struct evd_pdf_entry {
	uint32_t number, order; /* of several entries of a number the one of the highest order counts */
	enum evd_pdf_kind { PDF_FREE, PDF_PLAIN, PDF_PACKED } kind;
	uint64_t where; /* its offset, or the number of the object stream that holds it */
};

struct evd_pdf {
	struct evd_view file;        /* the whole file, in memory of the caller's */
	uint64_t before;             /* bytes of the item before it; the caller's */
	const char *fault;           /* why the way through the tables was left; NULL: it was not */
	uint64_t fault_at;           /* where */
	bool streams_unread;         /* an object stream could not be unpacked */
	struct evd_pdf_entry *entry; /* by number, one each */
	size_t n, cap;
	/* private */
	struct evd_view trailer[EVD_PDF_SECTIONS_MAX]; /* the newest first */
	size_t n_trailers;
	uint64_t seen[EVD_PDF_SECTIONS_MAX]; /* offsets of the tables so far: none twice */
	size_t n_seen;
	struct evd_buf stream; /* the object stream looked into last */
	struct evd_view stream_dict;
	uint32_t stream_number;
	uint64_t inflated;
	bool loading;                /* an object stream: its length stands in none */
	bool settled;                /* the entries are in order */
	bool length_elsewhere;       /* a stream's length is an object of its own */
	struct evd_pdf_entry *known; /* what a first search found */
	size_t n_known;
	bool nomem;
};

/* evd_pdf_open(x, file, err): finds the objects. x, zeroed, is the caller's, and so is what `file` views, until
 * evd_pdf_close. Errors: NOMEM. A file in disorder is none: see `fault`. */
int evd_pdf_open(struct evd_pdf *x, struct evd_view file, struct evd_error *err) EVD_MUST_USE;
void evd_pdf_close(struct evd_pdf *x);

/* The value of /key in the newest trailer that has it, as spelt. */
struct evd_view evd_pdf_trailer(const struct evd_pdf *x, const char *key);

/* evd_pdf_object(x, number, end): the object, as spelt; empty if there is none. Valid until the next call.
 * *end: behind it when it stands in the file, SIZE_MAX when it came out of an object stream. */
struct evd_view evd_pdf_object(struct evd_pdf *x, uint32_t number, size_t *end);
/* evd_pdf_container(x, number, copy, n, first): the object stream of that number, unpacked, its /N and /First; false if it cannot be had. */
bool evd_pdf_container(struct evd_pdf *x, uint32_t number, struct evd_buf *copy, uint64_t *n,
                       uint64_t *first);
/* That object is to be taken from that object stream. */
bool evd_pdf_is_in(const struct evd_pdf *x, uint32_t number, uint32_t container);
/* The object that a reference names, or the value itself (*end SIZE_MAX). */
struct evd_view evd_pdf_resolve(struct evd_pdf *x, struct evd_view v, size_t *end);

/* A stream's length, also while objects are still being looked for. */
struct evd_view evd_pdf_length(struct evd_pdf *x, struct evd_view v);
/* evd_pdf_stream(x, dict, end): the bytes, still packed, of the stream whose dictionary ends at `end` of the
 * file; .p is NULL if there is none. Looking up its length ends the validity of objects. */
struct evd_view evd_pdf_stream(struct evd_pdf *x, struct evd_view dict, size_t end);

/* Takes bytes as they are unpacked; false to stop. */
typedef bool (*evd_pdf_take)(void *ctx, const uint8_t *p, size_t n);

/* What came of unpacking. */
enum evd_pdf_unpacked { PDF_WHOLE, PDF_CUT, PDF_OVER, PDF_UNKNOWN };
/* evd_pdf_inflate(packed, max, take, ctx): bytes of a FlateDecode stream (§7.4.4), at most `max`: CUT: damaged, what came
 * before counts; OVER: there is more, or `take` had enough. */
enum evd_pdf_unpacked evd_pdf_inflate(struct evd_view packed, uint64_t max, evd_pdf_take take,
                                      void *ctx);
/* A stream as it is to be read, into `out`: no filter or FlateDecode, with a PNG predictor. UNKNOWN: another one. */
enum evd_pdf_unpacked evd_pdf_unpack(struct evd_pdf *x, struct evd_view dict,
                                     struct evd_view packed, struct evd_buf *out);
/* Is the stream packed by FlateDecode alone, without parameters (*plain: not at all)? */
bool evd_pdf_is_flate(struct evd_view dict, bool *plain);

#endif
