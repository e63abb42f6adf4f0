/*
 * capture: what the parts of evidence-capture share. The program looks at screens and pages and hands
 * bytes and circumstances to `evidence` over a pipe (docs/capture.md); it has no key and no case.
 *
 * Adding a kind of capture: one file capture_NAME.c with a `run`, one row in evidence-capture.c.
 * A run hands over items, each begun, fed and ended, and says `commit` where an entry is complete.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "base/canon.h"
#include "capture/observe.h"

#include <stdbool.h>

struct capture;

struct capture_kind {
	const char *name; /* the word behind `evidence capture` */
	/* 0, or an error that the person is told; what was complete may be committed before. */
	int (*run)(struct capture *c, struct evd_error *err);
};

/* capture_option(c, key): the string option, unescaped, NUL-terminated, or NULL. capture_number: an
 * integer option, or `other`. capture_flag: true if it is given as true. capture_list: element i of an
 * array of strings, NULL behind the last. Strings live as long as `c`. */
const char *capture_option(struct capture *c, const char *key);
uint64_t capture_number(const struct capture *c, const char *key, uint64_t other);
bool capture_flag(const struct capture *c, const char *key);
const char *capture_list(struct capture *c, const char *key, size_t i);

/* capture_item(c, name, err): begins an item; `name` is [A-Za-z0-9._-], made by this program. Data in any
 * pieces. capture_item_end: `facts` are its circumstances, any members; the object is reset. */
int capture_item(struct capture *c, const char *name, struct evd_error *err) EVD_MUST_USE;
int capture_data(struct capture *c, const void *p, size_t len, struct evd_error *err) EVD_MUST_USE;
int capture_item_end(struct capture *c, struct evd_object *facts,
                     struct evd_error *err) EVD_MUST_USE;
/* capture_record(c, o, err): a record of its own: `kind` and the kind's members. The object is reset. */
int capture_record(struct capture *c, struct evd_object *o, struct evd_error *err) EVD_MUST_USE;
/* capture_commit(c, err): what was handed over since the last commit is one entry. */
int capture_commit(struct capture *c, struct evd_error *err) EVD_MUST_USE;
/* capture_action(c, action, method, err): the next entry is a `derive` (stitch) or `compare` (captures) of
 * the items committed last. */
int capture_action(struct capture *c, const char *action, const char *method,
                   struct evd_error *err) EVD_MUST_USE;
/* capture_say: a line for the person; capture_warn: the same, and the command ends with findings (1). */
void capture_say(struct capture *c, const char *fmt, ...) EVD_PRINTF(2, 3);
void capture_warn(struct capture *c, const char *fmt, ...) EVD_PRINTF(2, 3);
/* capture_wait(c, word, err): says that all is handed over, and waits for the next word: TAKE, PAUSE or
 * STOP (also when `evidence` has gone). */
int capture_wait(struct capture *c, enum evd_capture_word *word,
                 struct evd_error *err) EVD_MUST_USE;
/* capture_stopped(c): STOP was said meanwhile; to be asked now and then in long work. */
bool capture_stopped(struct capture *c);

#endif
