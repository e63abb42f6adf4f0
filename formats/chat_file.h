/*
 * chat_file: the files of a chat export, whether the item is a zip, a folder given as companions, or
 * one file; and the attachments among them. Stage: read-out.
 *
 * Zips are read by libarchive with its zip reader alone, from front to back, never unpacked.
 */
#ifndef EVD_CHAT_FILE_H
#define EVD_CHAT_FILE_H

#include "chat.h"

#define EVD_CHAT_FILES_MAX 200000u              /* files of one export that are looked at */
#define EVD_CHAT_NAMES_MAX (UINT32_C(32) << 20) /* bytes of their names */
#define EVD_CHAT_HEAD 32u                       /* first bytes of an attachment that are held */

/* One file, read once from its beginning. */
struct evd_chat_file {
	struct evd_view name; /* within the item; empty: the item itself */
	/* the next bytes; *got is 0 at the end. DAMAGED: the rest cannot be read. */
	int (*read)(void *ctx, void *p, size_t len, size_t *got, struct evd_error *err);
	void *ctx;
};

/* What to call for every file that is wanted. */
struct evd_chat_walk {
	bool (*want)(void *ctx, struct evd_view name); /* NULL: all */
	int (*each)(void *ctx, struct evd_chat_file *f, struct evd_error *err);
	void *ctx;
	struct evd_chat *chat; /* for `unread` records; NULL: say nothing (a second pass) */
	bool *partial;         /* NULL, or set if not every file was come by */
};

bool evd_chat_is_zip(struct evd_view head);
/* evd_chat_walk(in, w, err): every wanted file of the item, in its order. */
int evd_chat_walk(const struct evd_input *in, const struct evd_chat_walk *w,
                  struct evd_error *err) EVD_MUST_USE;
/* evd_chat_any_begins(in, want, is, max): for probes: a wanted file in the zip begins as `is` says, one of the first `max`
 * of them. */
bool evd_chat_any_begins(const struct evd_input *in, bool (*want)(void *ctx, struct evd_view name),
                         bool (*is)(struct evd_view head), unsigned max);
/* evd_chat_base(name): the part behind the last slash. */
struct evd_view evd_chat_base(struct evd_view name);
bool evd_chat_ends(struct evd_view name, const char *suffix); /* ASCII case is ignored */
bool evd_chat_has(struct evd_view text, const char *part);

/*
 * evd_chat_zip_names(s, each, ctx): the names in a zip's central directory, for probes; nothing is
 * unpacked. Stops quietly at the first thing that is not as APPNOTE 4.3.12 has it. Without a
 * directory, as in a zip that was cut, the names before the files.
 */
void evd_chat_zip_names(const struct evd_source *s, void (*each)(void *ctx, struct evd_view name),
                        void *ctx);
bool evd_chat_zip_has_end(const struct evd_source *s); /* of its directory; else it was cut */

/* The files of the item by name, with what their first bytes say. */
struct evd_chat_index {
	struct evd_buf names;
	struct evd_chat_indexed {
		size_t name, name_len;
		uint64_t size;
		uint8_t head[EVD_CHAT_HEAD];
		size_t head_len;
		bool zero; /* every byte is zero */
		bool read; /* the bytes could be read */
		bool
		    loose; /* one of the listing beside the item: known by its whole path, or a digest for a name */
	} * file;
	size_t n, cap;
	/* the first file whose path ends so, for every end that begins behind a slash */
	struct evd_chat_end_of {
		uint32_t file; /* number from 1; 0: free */
		uint32_t from; /* in its name */
	} * slot;
	size_t n_slots;
	bool partial;          /* it may hold, or have held, more files than these */
	bool loose_cut;        /* and so may the folder it lay in */
	struct evd_buf folder; /* path of that folder, as far as it is known */
};

/* evd_chat_index_build(x, in, chat, err): reads every file of the item once. */
int evd_chat_index_build(struct evd_chat_index *x, const struct evd_input *in,
                         struct evd_chat *chat, struct evd_error *err) EVD_MUST_USE;
void evd_chat_index_release(struct evd_chat_index *x);
/* evd_chat_index_loose(x, in, err): what index_build takes from the listing beside the item. */
int evd_chat_index_loose(struct evd_chat_index *x, const struct evd_input *in,
                         struct evd_error *err) EVD_MUST_USE;
/* evd_chat_index_match(x, a): looks for a->name (a path matches by its end) and sets state, found
 * and found_size. */
void evd_chat_index_match(const struct evd_chat_index *x, struct evd_chat_attachment *a);

/* Text read in lines from a file, with the offset of each. */
struct evd_chat_lines {
	struct evd_chat_file *file;
	uint8_t *block;
	struct evd_buf buf;
	size_t at;    /* in buf */
	uint64_t off; /* of buf[0] in the file */
	bool end;
	int failed; /* the code with which reading stopped */
	struct evd_error why;
};
#define EVD_CHAT_LINE_MAX (UINT32_C(16) << 20) /* bytes of a line; longer ones are cut there */
void evd_chat_lines_init(struct evd_chat_lines *l, struct evd_chat_file *f);
void evd_chat_lines_release(struct evd_chat_lines *l);
/* evd_chat_lines_next(l, line, off): the next line with its line end; false at the end. The view
 * holds until the next call. */
bool evd_chat_lines_next(struct evd_chat_lines *l, struct evd_view *line, uint64_t *off);

#endif
