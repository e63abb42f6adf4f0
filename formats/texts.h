/*
 * texts: foreign text as formats store it, turned into UTF-8, and what texts say about programs.
 * Stage: read-out.
 */
#ifndef EVD_TEXTS_H
#define EVD_TEXTS_H

#include "format.h"

/* Without NULs at the end. */
struct evd_view evd_texts_trim_nul(struct evd_view v);
/* Without spaces, tabs and line ends at both ends. */
struct evd_view evd_texts_trim(struct evd_view v);

/* evd_texts_utf16(b, v, big): appends UTF-16 as UTF-8 up to the first NUL; lone surrogates and an
 * odd last byte appear as U+FFFD. */
void evd_texts_utf16(struct evd_buf *b, struct evd_view v, bool big);
/* ISO 8859-1 as UTF-8. */
void evd_texts_latin1(struct evd_buf *b, struct evd_view v);
/* One code point as UTF-8; U+FFFD for what is none. */
void evd_texts_put_utf8(struct evd_buf *b, uint32_t cp);

/*
 * evd_texts_observe_editor(software, where, sink, err): if `software` names a program known to
 * alter pictures or recordings, the observation editor-software says so, by name.
 */
int evd_texts_observe_editor(struct evd_view software, const char *where, struct evd_sink *sink,
                             struct evd_error *err) EVD_MUST_USE;

#endif
