/*
 * format: what a reader of one evidence format is to the rest (stage: read-out, derived facts only).
 *
 * A reader runs inside evidence-reader, sandboxed, on one item. It gets sources (the item's bytes;
 * several when an item is a group, such as a database with its -wal) and a sink for records. It
 * opens no path, prints nothing, starts nothing and keeps no globals. What it emits is derived,
 * never evidence, and the other side treats it as hostile.
 *
 * Adding a format: one file formats/NAME.c exporting `const struct evd_format evd_format_NAME`, one
 * line EVD_FORMAT(NAME) in formats/formats.def, samples with expected records in tests/formats/NAME/.
 */
#ifndef EVD_FORMAT_H
#define EVD_FORMAT_H

#include "base/buf.h"
#include "base/canon.h"
#include "base/error.h"
#include "base/limits.h"

/* The bytes of one file of the item. */
struct evd_source {
	uint64_t size; /* bytes */
	/* reads up to len bytes at off into p; *got < len only at the end. 0 or EVD_E_IO. */
	int (*read_at)(void *ctx, uint64_t off, void *p, size_t len, size_t *got,
	               struct evd_error *err);
	void *ctx;
	struct evd_view name; /* original file name, foreign text, a hint only; may be empty */
};

/* The item: source[0] is the item itself, further ones its companions. */
struct evd_input {
	const struct evd_source *source;
	size_t n;
	const struct evd_source
	    *loose; /* a listing of the files in its folder (base/loose.h); NULL: none */
};

/*
 * Where records go. `emit` takes a record without case, id and salt (these are added when the
 * read-out entry is written); it must hold a member "kind". The object is reset by the sink.
 * Errors: LIMIT when the output budget is used up, CANCELLED: stop and return the code.
 */
struct evd_sink {
	int (*emit)(void *ctx, struct evd_object *record, struct evd_error *err);
	void *ctx;
};

/*
 * Kinds a reader emits (docs/records.md has the members of each):
 *   field        one fact: group, name, value (a string as read), and where it stands
 *   observation  a fact about the item as a whole, by code ("type-mismatch", "zero-filled", …)
 *   unread       what could not be read: code, offset, length in bytes, text
 *   member       one file inside an archive or mail: path, size, sha256, and its place
 *   conversation, participant, message, attachment, ledger   the message model of chats
 *   part         a piece of a value longer than a record line holds
 * formats/emit.h builds the kinds that readers share; formats/source.h reads sources.
 */

struct evd_format {
	const char *name;    /* [a-z0-9-]{1,32}, the word in `read-out` entries */
	const char *version; /* of this reader; raise it whenever its output changes */
	const char *spec;    /* what it reads, and the document it follows */
	bool confirmed;      /* false: no genuine sample was found, and the read-out says so */
	/*
	 * Bits of signature matched in the first bytes (up to 64 KiB, `head`), 0 = not this format.
	 * A pure function. All probes run; a tie for the highest is reported as ambiguous.
	 */
	unsigned (*probe)(struct evd_view head, const struct evd_input *in);
	/*
	 * Reads the item and emits its records in the order of the source. 0: read to the end, also
	 * when parts were unreadable (each emitted as `unread`). FORMAT: not this format after all.
	 * NULL in evidence-reader-light for the formats whose libraries it does without.
	 */
	int (*read)(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err);
	/*
	 * Optional. True: facts that stand beside other readings of the item (type, EXIF, member list);
	 * it runs whenever its probe matched. False: an exclusive reading (a chat, a mail); only the
	 * highest probe of these runs, and a tie runs all that tie.
	 */
	bool alongside;
	/*
	 * Optional. Loads tables from the system, once a process, before the sandbox is up and before
	 * any item is seen: the only static state a reader may have. 0, or an error that is recorded.
	 */
	int (*warm)(struct evd_error *err);
};

#endif
