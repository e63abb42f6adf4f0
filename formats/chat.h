/*
 * chat: the one message model of every chat reader (docs/chats.md). Stage: read-out.
 *
 * A reader fills the structures below and calls evd_chat_*; here the records conversation,
 * participant, message, attachment, ledger and unread are built, counted and held to the limits.
 * Text is foreign and goes out exactly as read; nothing is sorted, merged or left out.
 */
#ifndef EVD_CHAT_H
#define EVD_CHAT_H

#include "format.h"

#define EVD_CHAT_TEXT_MAX (UINT32_C(64) << 10)  /* bytes of a text in a record; longer: parts */
#define EVD_CHAT_BODY_MAX (UINT32_C(64) << 20)  /* bytes of a body altogether */
#define EVD_CHAT_CONVS_MAX 100000u              /* conversations of one item */
#define EVD_CHAT_SENDERS_MAX 100000u            /* participants counted in one item */
#define EVD_CHAT_IDS_MAX (UINT32_C(4) << 20)    /* message ids held to find doubles */
#define EVD_CHAT_GAPS 10u                       /* silences a ledger lists */
#define EVD_CHAT_GAP_MS (INT64_C(86400) * 1000) /* shorter silences are not listed */

/* Where a time and its offset come from (chats.md rule 2). */
#define EVD_CHAT_FROM_EPOCH "epoch"      /* a count since a fixed instant: UTC */
#define EVD_CHAT_FROM_RECORD "in-record" /* the record states the offset */
#define EVD_CHAT_FROM_EXPORTER "export-machine-local"
#define EVD_CHAT_FROM_DEVICE "device-local-unknown"
#define EVD_CHAT_FROM_NONE "none"

enum evd_chat_precision {
	EVD_CHAT_MINUTE,
	EVD_CHAT_SECOND,
	EVD_CHAT_MILLI,
	EVD_CHAT_DAY,
};

struct evd_chat_time {
	struct evd_view raw; /* as in the source; empty: none there */
	bool has_local;      /* calendar fields as written, no zone */
	bool has_utc;        /* provable from the record alone */
	int64_t local_ms;    /* as if the local fields were UTC */
	int64_t utc_ms;      /* ms since 1970 */
	enum evd_chat_precision precision;
	const char *source;    /* EVD_CHAT_FROM_*, NULL: no time */
	const char *ambiguity; /* "day-month", "standard-offset", …, or NULL */
	/* several readings of the calendar fields; then has_local is false */
	size_t n_readings;
	struct {
		const char *order; /* "day-month", "month-day", "year-first" */
		int64_t local_ms;
	} reading[3];
};

enum evd_chat_type {
	EVD_CHAT_T_TEXT,
	EVD_CHAT_T_ATTACHMENT,
	EVD_CHAT_T_SYSTEM,
	EVD_CHAT_T_CALL,
	EVD_CHAT_T_LOCATION,
	EVD_CHAT_T_CONTACT,
	EVD_CHAT_T_POLL,
	EVD_CHAT_T_DELETED,
	EVD_CHAT_T_VIEW_ONCE,
	EVD_CHAT_T_PENDING,
	EVD_CHAT_T_UNSUPPORTED,
	EVD_CHAT_N_TYPES,
};

enum evd_chat_state {
	EVD_CHAT_S_PRESENT,
	EVD_CHAT_S_ABSENT,       /* named, and not in the item */
	EVD_CHAT_S_NOT_EXPORTED, /* the export says that it was left out */
	EVD_CHAT_S_UNAVAILABLE,  /* the platform says that it could not be had */
	EVD_CHAT_S_ZERO_FILLED,
	EVD_CHAT_S_EMPTY,
	EVD_CHAT_S_WRONG_TYPE,
	EVD_CHAT_S_REMOTE, /* only an address on a server */
	EVD_CHAT_N_STATES,
};

/* Facts about a message that a reader of the record must see; spelt in docs/chats.md. */
enum evd_chat_flag {
	EVD_CHAT_F_HEADER_IMITATION = 1 << 0,
	EVD_CHAT_F_IMPOSSIBLE_TIME = 1 << 1,
	EVD_CHAT_F_TIME_BACK = 1 << 2,    /* set here */
	EVD_CHAT_F_DUPLICATE_ID = 1 << 3, /* set here */
	EVD_CHAT_F_OTHER_DATE_FORM = 1 << 4,
	EVD_CHAT_F_SENDER_SPLIT = 1 << 5,
	EVD_CHAT_F_UNKNOWN_MARKER = 1 << 6,
	EVD_CHAT_F_TIMES_DISAGREE = 1 << 7,
	EVD_CHAT_F_MENDED = 1 << 8,
	EVD_CHAT_F_TWO_BODIES = 1 << 9,
	EVD_CHAT_F_INHERITED_SENDER = 1 << 10,
	EVD_CHAT_F_DUPLICATE_KEY = 1 << 11,
	EVD_CHAT_F_UNKNOWN_TYPE = 1 << 12,
	EVD_CHAT_F_SURROGATES = 1 << 13,
	EVD_CHAT_F_NO_TIME = 1 << 14, /* set here */
	EVD_CHAT_F_TYPED_MARKER = 1 << 15,
	EVD_CHAT_F_BODY_CUT = 1 << 16,
	EVD_CHAT_F_RECENTLY_DELETED = 1 << 17, /* the app's own bin holds it */
	EVD_CHAT_F_DAY_MONTH = 1 << 18,    /* set here: several readings, so in no first or last time */
	EVD_CHAT_F_LINES_JOINED = 1 << 19, /* lines that no mark ties to the message were put to it */
	EVD_CHAT_F_OTHER_LINE_END = 1 << 20,
	EVD_CHAT_F_COUNT = 21,
};

struct evd_chat_message {
	enum evd_chat_type type;
	struct evd_view id;     /* of the platform, or empty */
	struct evd_view sender; /* label as in the source, or empty */
	struct evd_view number; /* telephone number, or empty */
	struct evd_view handle; /* account name, mail address or platform id, or empty */
	const char *direction;  /* "in", "out", or NULL: the source does not say */
	struct evd_chat_time time;
	bool has_body;
	struct evd_view body;     /* exactly as in the source, after its own escapes are undone */
	struct evd_view body_raw; /* before a mending, or the other of two bodies; or empty */
	struct evd_view caption;
	struct evd_view marker;    /* the app's text that was recognised */
	const char *event;         /* what a system message says, from a closed list; or NULL */
	struct evd_view event_raw; /* the platform's own word for it */
	struct evd_view reply_to, reply_text;
	struct evd_view forwarded; /* whose words it passes on */
	bool is_forwarded;         /* also where nobody is named */
	bool edited;
	struct evd_chat_time edit_time;
	/* canonical JSON, or empty */
	struct evd_view revisions, reactions, call, details;
	unsigned flags;    /* enum evd_chat_flag */
	uint64_t off, len; /* bytes, in the member or the item's source */
	bool no_place;     /* a database row: no byte range */
};

struct evd_chat_attachment {
	struct evd_view name;  /* as in the source */
	struct evd_view media; /* stated type, or empty */
	struct evd_view note;  /* the sentence that stands in place of a file */
	struct evd_view found; /* name of the file of the item that matches, or empty */
	bool has_size, has_found_size;
	uint64_t size; /* as the source states */
	uint64_t found_size;
	enum evd_chat_state state;
};

/* What is known of a conversation when its first message comes. */
struct evd_chat_info {
	struct evd_view title, id, kind_raw, account;
	const char *form;          /* variant read: "android", "ios", "json", … */
	const char *date_order;    /* "day-month", "month-day", "year-first", "undecidable", or NULL */
	const char *date_order_by; /* what decided it */
	struct evd_view details;   /* canonical JSON object, or empty */
	bool late;                 /* further facts on a conversation already begun */
};

struct evd_chat_conv; /* one conversation being read */

struct evd_chat {
	struct evd_sink *sink;
	const char *platform;
	struct evd_view member; /* file within the item that is being read; borrowed */
	struct evd_object o;    /* reused for every record */
	struct evd_buf scratch;
	struct evd_chat_conv **conv;
	size_t n_conv, conv_cap;
	size_t *conv_slot; /* hash of keys, values index+1 */
	size_t n_conv_slots;
	uint64_t *ids;
	size_t n_ids, ids_cap;
	bool ids_full;
	size_t n_senders;
};

void evd_chat_init(struct evd_chat *c, struct evd_sink *sink, const char *platform);
void evd_chat_release(struct evd_chat *c);

/* evd_chat_find(c, key): the conversation of that key in this item, or NULL. */
struct evd_chat_conv *evd_chat_find(const struct evd_chat *c, struct evd_view key);
/* evd_chat_begin(c, key, info, out, err): a new conversation; emits its record. */
int evd_chat_begin(struct evd_chat *c, struct evd_view key, const struct evd_chat_info *info,
                   struct evd_chat_conv **out, struct evd_error *err) EVD_MUST_USE;
/* emits a further conversation record of the same number */
int evd_chat_more(struct evd_chat *c, struct evd_chat_conv *conv, const struct evd_chat_info *info,
                  struct evd_error *err) EVD_MUST_USE;
/* the platform writes the newest message first, so earlier is the normal direction */
void evd_chat_newest_first(struct evd_chat_conv *conv);
/* ids of this chat are numbers given one after the other: what is missing between them is counted */
void evd_chat_numbered(struct evd_chat_conv *conv);
uint64_t evd_chat_count(const struct evd_chat_conv *conv);
/* a person named by the source apart from messages */
int evd_chat_participant(struct evd_chat *c, struct evd_chat_conv *conv, struct evd_view label,
                         struct evd_view number, struct evd_view handle,
                         struct evd_error *err) EVD_MUST_USE;
/* how many there are up to now, and the handle of one, which holds until the next of them or the next message */
size_t evd_chat_people(const struct evd_chat_conv *conv);
struct evd_view evd_chat_handle(const struct evd_chat_conv *conv, size_t i);
int evd_chat_message(struct evd_chat *c, struct evd_chat_conv *conv, struct evd_chat_message *m,
                     struct evd_error *err) EVD_MUST_USE;
/* of the message emitted last */
int evd_chat_attach(struct evd_chat *c, struct evd_chat_conv *conv,
                    const struct evd_chat_attachment *a, struct evd_error *err) EVD_MUST_USE;
/* the bytes could not be read; conv may be NULL */
int evd_chat_unread(struct evd_chat *c, struct evd_chat_conv *conv, const char *code, uint64_t off,
                    uint64_t len, struct evd_error *err, const char *fmt, ...)
    EVD_PRINTF(7, 8) EVD_MUST_USE;
int evd_chat_observe(struct evd_chat *c, const struct evd_chat_conv *conv, const char *code,
                     struct evd_error *err, const char *fmt, ...) EVD_PRINTF(5, 6) EVD_MUST_USE;
/* a number the source states of itself, against what was counted */
int evd_chat_claim(struct evd_chat *c, struct evd_chat_conv *conv, const char *what,
                   uint64_t claimed, uint64_t counted, struct evd_error *err) EVD_MUST_USE;
/* evd_chat_end(c, err): participants and ledger of every conversation, in their order. */
int evd_chat_end(struct evd_chat *c, struct evd_error *err) EVD_MUST_USE;

/* Times. */
void evd_chat_time_epoch(struct evd_chat_time *t, struct evd_view raw, int64_t ms,
                         enum evd_chat_precision p);
/* evd_chat_time_iso(t, raw, source): "2024-01-31T14:05:09[.fff][Z|±hh:mm]" ("T" or blank); without
 * a zone only local is set, with `source`. False: not of that form or no such time. */
bool evd_chat_time_iso(struct evd_chat_time *t, struct evd_view raw, const char *source);
/* evd_chat_calendar(ms, y, mo, d, h, mi, s): false if there is no such date and time. */
bool evd_chat_calendar(int64_t *ms, int y, int mo, int d, int h, int mi, int s);

/* evd_chat_number(v, ms): a decimal integer, sign allowed; false otherwise or beyond int64. */
bool evd_chat_integer(struct evd_view v, int64_t *out);
/* evd_chat_phone(v, b): puts "+digits" and returns true if `v` is a telephone number written with
 * blanks, hyphens, brackets or bidirectional marks. */
bool evd_chat_phone(struct evd_view v, struct evd_buf *b);

/* Canonical arrays of objects, for reactions and revisions. */
struct evd_chat_list {
	struct evd_buf json;
	struct evd_object item;
	size_t n;
	bool cut; /* the array is longer than is kept */
};
#define EVD_CHAT_LIST_MAX 500u
void evd_chat_list_init(struct evd_chat_list *l);
void evd_chat_list_reset(struct evd_chat_list *l);
void evd_chat_list_release(struct evd_chat_list *l);
/* returns the object to fill, or NULL when the list is full */
struct evd_object *evd_chat_list_item(struct evd_chat_list *l);
int evd_chat_list_put(struct evd_chat_list *l, struct evd_error *err) EVD_MUST_USE;
/* the array, its last item {"cut":true} if more was put than it holds; an empty view if nothing was put */
struct evd_view evd_chat_list_end(struct evd_chat_list *l);
/* Where text may be cut: not within a UTF-8 character. */
size_t evd_chat_cut(struct evd_view v, size_t max);
/* evd_chat_fits(o, v): a text, each byte of which may need six in JSON, leaves room for what else belongs on a record's
 * line: one message with texts of 64 KiB everywhere must not end the reading of its chat. */
#define EVD_CHAT_ROOM (UINT32_C(640) << 10)
static inline bool evd_chat_fits(const struct evd_object *o, struct evd_view v)
{
	return o->values.len <= EVD_CHAT_ROOM && v.len <= (EVD_CHAT_ROOM - o->values.len) / 6;
}
/* text of foreign origin that is cut to what a record holds */
void evd_chat_text(struct evd_object *o, const char *key, struct evd_view v);
void evd_chat_put_time(struct evd_object *o, const char *prefix, const struct evd_chat_time *t);

#endif
