/*
 * reader: the side of evidence-reader that holds the case. Stage: read-out. It starts the program
 * once for a batch, hands it the descriptors of item after item, and receives records, which it
 * takes for hostile: bounded, canonical or refused, and never with a member or kind of the format.
 *
 *   evd_reader_open → (evd_reader_ahead) evd_reader_read, per item → evd_reader_close
 *
 * A crash, hang or bomb costs what that one reader would have said of that one item; the other
 * readers of the item run after it in a new process. Nothing here opens a path of the case.
 */
#ifndef EVD_READER_H
#define EVD_READER_H

#include "base/canon.h"
#include "base/error.h"
#include "reader/wire.h"

struct evd_reader;

struct evd_reader_config {
	const char *program; /* path of evidence-reader */
	uint64_t memory;     /* bytes per item; 0: EVD_READER_MEMORY */
	uint32_t seconds;    /* of processor time per item; 0: EVD_READER_SECONDS */
	uint64_t output;     /* bytes of records per item; 0: EVD_READER_OUTPUT */
	bool degraded;       /* read also where layers of the sandbox are missing; it is recorded */
};

/* One item: its descriptors, open for reading, and the names they had, as foreign text. */
struct evd_reader_item {
	const int *fd;
	const struct evd_view *name;
	size_t n;         /* 1…EVD_WIRE_SOURCES */
	bool loose;       /* the last one is a listing of loose files (base/loose.h) */
	const char *only; /* run this reader alone; NULL: those whose probes match */
};

/* Who says the records that follow. Views are valid during the call. */
struct evd_reader_about {
	struct evd_view name, version, spec;
	bool confirmed; /* false: the reader never saw a genuine sample of the format */
};

/*
 * Called in the order of what the reader said; a code other than 0 ends the item's process and is
 * returned by evd_reader_read. `line` is canonical JSON without newline, `j` the same parsed.
 */
struct evd_reader_events {
	int (*begin)(void *ctx, const struct evd_reader_about *about, struct evd_error *err);
	int (*record)(void *ctx, struct evd_view line, const struct evd_json *j, struct evd_error *err);
	/* code 0: read to the end. Else an enum evd_err and why; the records before it stand.
	 * FORMAT means that the item is not of this format after all. */
	int (*end)(void *ctx, int code, const char *text, struct evd_error *err);
	void *ctx;
};

enum evd_reader_state {
	EVD_READER_FAILED,      /* starting value: nothing was read, `text` says why */
	EVD_READER_DONE,        /* every chosen reader ran to its end (see `end` for what each said) */
	EVD_READER_REFUSED,     /* a layer of the sandbox is missing and that was not allowed */
	EVD_READER_CRASHED,     /* a reader died of a signal */
	EVD_READER_BLOCKED,     /* a reader called what the sandbox kills for (SIGSYS) */
	EVD_READER_TIME,        /* a reader used up the time */
	EVD_READER_OUTPUT_OVER, /* the records were over the budget */
	EVD_READER_MALFORMED,   /* a reader's words were not what they must be */
};

struct evd_reader_outcome {
	enum evd_reader_state state; /* of the first reader that did not end well */
	int signal;                  /* with CRASHED and BLOCKED */
	char reader[33];             /* which one; "" if none had begun */
	char text[200];              /* one line for a person; "" when DONE */
	char sandbox[48];            /* layers that stood: "landlock7+seccomp+rlimit" */
	uint64_t records;            /* handed to `record` */
	uint64_t memory_peak;        /* bytes, the largest of the item's processes */
	uint32_t cpu_ms;             /* processor time of all of them */
};

/* evd_reader_open(config, out, err): starts the program. Errors: NOTFOUND, IO, NOMEM. */
int evd_reader_open(const struct evd_reader_config *config, struct evd_reader **out,
                    struct evd_error *err) EVD_MUST_USE;

/*
 * evd_reader_ahead(r, item, err): optional; starts reading `item` before its turn, at most
 * EVD_READER_AHEAD of them. evd_reader_read must then be called for the same items in the same
 * order. The descriptors may be closed when this returns. LIMIT: no more now.
 */
#define EVD_READER_AHEAD 8u
int evd_reader_ahead(struct evd_reader *r, const struct evd_reader_item *item,
                     struct evd_error *err) EVD_MUST_USE;

/*
 * evd_reader_read(r, item, events, out, err): reads one item. 0 also when readers crashed: see
 * `out`. Errors are our own: IO, NOMEM, or what a callback returned. The program is started anew
 * if it has gone.
 */
int evd_reader_read(struct evd_reader *r, const struct evd_reader_item *item,
                    const struct evd_reader_events *events, struct evd_reader_outcome *out,
                    struct evd_error *err) EVD_MUST_USE;

/* evd_reader_unread(out, o): the `unread` record that says what `out` cost; nothing if DONE. */
bool evd_reader_unread(const struct evd_reader_outcome *out, struct evd_object *o);

/* Ends the program; NULL is allowed. */
void evd_reader_close(struct evd_reader *r);

#endif
