/*
 * pdf_syntax: enough of PDF's syntax to read dictionaries. Stage: read-out. Source: ISO 32000-1
 * §7.2 and §7.3. Works on the file as bytes in memory; everything is bounded by its end.
 */
#ifndef EVD_PDF_SYNTAX_H
#define EVD_PDF_SYNTAX_H

#include "format.h"

/* evd_pdf_value(v, pos): the value that begins at or behind *pos (space and comments are skipped),
 * as spelt; *pos moves behind it. "3 0 R" is one value. Empty at the end or in disorder. */
struct evd_view evd_pdf_value(struct evd_view v, size_t *pos);

/* evd_pdf_get(dict, key): value of /key in "<< … >>", as spelt; empty if absent. */
struct evd_view evd_pdf_get(struct evd_view dict, const char *key);

/* A reference "n g R": its object number; false if it is none. */
bool evd_pdf_reference(struct evd_view v, uint32_t *number);
/* A whole number ≥ 0. */
bool evd_pdf_number(struct evd_view v, uint64_t *out);

/* evd_pdf_name(v, b): a name's characters without the slash, "#20" and the like as bytes (§7.3.5). */
void evd_pdf_name(struct evd_view v, struct evd_buf *b);

/* evd_pdf_has_name(v, name): that name stands in the object, be it a key or a value; what strings hold does not count. */
bool evd_pdf_has_name(struct evd_view v, const char *name);

/* evd_pdf_text(v, b): a string "(…)" or "<…>" as UTF-8 (§7.9.2.2); false if it is no string. */
bool evd_pdf_text(struct evd_view v, struct evd_buf *b);
/* The string's bytes, undecoded. */
bool evd_pdf_bytes(struct evd_view v, struct evd_buf *b);

/* evd_pdf_date(v, out): "D:20260312181544+01'00'" (§7.9.4) as RFC 3339; a missing zone stays
 * missing. False if it is no date. */
bool evd_pdf_date(struct evd_view text, char out[32]);

/* First occurrence of `what` in v from `from` on, or SIZE_MAX. */
size_t evd_pdf_find(struct evd_view v, size_t from, const char *what);
size_t evd_pdf_find_last(struct evd_view v, const char *what);

#endif
