/*
 * chat_html: hostile HTML as a stream of elements and text, by libxml2's SAX push parser: no
 * network, no tree, no DTD. Shared by the chat readers of HTML exports. Stage: read-out.
 */
#ifndef EVD_CHAT_HTML_H
#define EVD_CHAT_HTML_H

#include "chat_file.h"

#define HTML_DEPTH 256u /* elements within each other; deeper ones count as the last */

struct chat_html {
	/* an element begins or ends; `name` is lower case; attributes by chat_html_attribute */
	int (*open)(struct chat_html *h, const char *name, struct evd_error *err);
	int (*close)(struct chat_html *h, const char *name, struct evd_error *err);
	int (*text)(struct chat_html *h, struct evd_view text, struct evd_error *err);
	void *own;
	unsigned depth; /* of the element at hand, 1: the outermost */
	uint64_t from;  /* offset in the file where what is at hand begins */
	uint64_t to;    /* where it ends, as far as the parser has come */
	/* private */
	const unsigned char **attributes;
	void *parser;
	uint64_t last;
	bool behind_open; /* nothing came since a start tag */
	int failed;
	struct evd_error why;
};

/* chat_html_read(h, f, err): the whole file through the callbacks. */
int chat_html_read(struct chat_html *h, struct evd_chat_file *f,
                   struct evd_error *err) EVD_MUST_USE;
/* value of an attribute of the element being opened; empty if absent */
struct evd_view chat_html_attribute(const struct chat_html *h, const char *name);
/* the class attribute holds that word */
bool chat_html_class(const struct chat_html *h, const char *word);

#endif
