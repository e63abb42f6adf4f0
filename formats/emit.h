/*
 * emit: the record kinds that readers share, built in one place (docs/records.md). Stage: read-out.
 * Every call returns 0 or the sink's code, which the reader passes on at once.
 */
#ifndef EVD_EMIT_H
#define EVD_EMIT_H

#include "format.h"

/* JSON may spell a byte with six, so that a line stays under EVD_MAX_RECORD_LINE. */
#define EVD_FIELD_VALUE_MAX (UINT32_C(128) << 10) /* bytes of a value before it becomes parts */
#define EVD_FIELD_TOTAL_MAX (UINT32_C(64) << 20)  /* bytes of a value altogether */
#define EVD_FIELD_NOTE_MAX 4096u                  /* bytes of raw, label, media or target */
#define EVD_MEMBER_PATH_MAX (UINT32_C(64) << 10)  /* bytes of a member's path */

/* One fact. Text is foreign: kept as read, as base64url if it is not UTF-8. */
struct evd_field {
	const char *group;     /* where in the format: "exif", "mp4.track.1", … [a-z0-9.-] */
	const char *name;      /* the format's own name of the field */
	struct evd_view value; /* as read, or in the one spelling docs/records.md gives */
	struct evd_view raw;   /* as stored, if `value` was converted; else empty */
	const char *as;        /* what it says across formats (docs/records.md §3), or NULL */
	struct evd_view label; /* foreign name when the format lets writers name fields; or empty */
	bool has_place;        /* off and len below are given */
	uint64_t off, len;     /* bytes, in the item's first source */
};

int evd_emit_field(struct evd_sink *sink, const struct evd_field *f,
                   struct evd_error *err) EVD_MUST_USE;
/* The same in one line, without a place. `as` may be NULL. */
int evd_emit_text(struct evd_sink *sink, const char *group, const char *name, const char *as,
                  struct evd_view value, struct evd_error *err) EVD_MUST_USE;
int evd_emit_number(struct evd_sink *sink, const char *group, const char *name, const char *as,
                    uint64_t value, struct evd_error *err) EVD_MUST_USE;
/* fmt makes the value; at most 1023 bytes, longer is cut at a character. Trusted text only. */
int evd_emit_format(struct evd_sink *sink, const char *group, const char *name, const char *as,
                    struct evd_error *err, const char *fmt, ...) EVD_PRINTF(6, 7) EVD_MUST_USE;

/* A fact about the item as a whole. `code` is of the closed list in docs/records.md §4; `text` is
 * plain English and states a fact, never a conclusion. */
int evd_emit_observation(struct evd_sink *sink, const char *code, struct evd_error *err,
                         const char *fmt, ...) EVD_PRINTF(4, 5) EVD_MUST_USE;

/* What could not be read: `len` bytes from `off` of the first source (0, 0: no place known). */
int evd_emit_unread(struct evd_sink *sink, const char *code, uint64_t off, uint64_t len,
                    struct evd_error *err, const char *fmt, ...) EVD_PRINTF(6, 7) EVD_MUST_USE;
/* The same from an error that a lower layer filled; the code is "damaged", "limit", "memory"… */
int evd_emit_unread_error(struct evd_sink *sink, uint64_t off, uint64_t len,
                          const struct evd_error *why, struct evd_error *err) EVD_MUST_USE;

/* One file inside the item. sha256 may be NULL (not read; an `unread` record says why). */
struct evd_member {
	struct evd_view path; /* foreign, as stored */
	const char *type;     /* "file", "folder", "link", "other" */
	uint32_t n;           /* number in the order of the container, from 1 */
	uint32_t parent;      /* n of the member that holds it; 0: the item itself */
	uint64_t size;        /* bytes, as unpacked or as stated when not unpacked */
	bool has_size;
	const uint8_t *sha256; /* EVD_SHA256_LEN bytes, of the unpacked bytes */
	bool has_time;
	int64_t time;           /* seconds since 1970, as the container stores it */
	struct evd_view media;  /* stated media type (mail), or empty */
	struct evd_view target; /* of a link, or empty */
	bool has_place;
	uint64_t off, len; /* bytes in the item */
};
int evd_emit_member(struct evd_sink *sink, const struct evd_member *m,
                    struct evd_error *err) EVD_MUST_USE;

#endif
