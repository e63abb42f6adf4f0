/*
 * schema: closed JSON objects decoded by table. An object has the members of its table, no others.
 */
#ifndef EVD_SCHEMA_H
#define EVD_SCHEMA_H

#include "base/canon.h"

/* What a member holds, and where it goes in the caller's struct. */
enum evd_member_type {
	EVD_M_ANY,            /* any value; nothing stored */
	EVD_M_STRING,         /* any string; nothing stored */
	EVD_M_TOKEN,          /* docs/format.md §2; nothing stored */
	EVD_M_BASE64URL,      /* base64url of bytes that are not UTF-8; nothing stored */
	EVD_M_OBJECT,         /* any object; nothing stored */
	EVD_M_ARRAY,          /* any array; nothing stored */
	EVD_M_VIEW,           /* string, as spelt → struct evd_view */
	EVD_M_INT,            /* integer → uint64_t */
	EVD_M_INT_OR_NULL,    /* → uint64_t, null as 0; 0 itself is refused */
	EVD_M_SHA256,         /* → uint8_t[32] */
	EVD_M_SHA256_OR_NULL, /* → struct evd_digest_or_null */
	EVD_M_SHA512,         /* → uint8_t[64] */
	EVD_M_CRC32,          /* 8 hex digits → uint32_t */
	EVD_M_UUID,           /* → char[37] */
	EVD_M_TIME,           /* → int64_t, ms since 1970 */
	EVD_M_ID,             /* record id → struct evd_id */
	EVD_M_CODE,           /* one word of `codes` → unsigned, its index */
};

struct evd_digest_or_null {
	uint8_t sha256[32];
	bool present;
};

/* A record id SEQ/K. */
struct evd_id {
	uint64_t seq, k;
};

struct evd_member {
	const char *name; /* tables are sorted by it, bytewise */
	enum evd_member_type type;
	bool optional;
	size_t off;               /* into the caller's struct */
	const char *const *codes; /* EVD_M_CODE: words, NULL at the end */
};

/*
 * evd_schema_read(j, object, members, n, into, err): decodes. FORMAT, naming the member, if one is
 * missing, unknown, or not of its type. For an optional pair `x`, `xBytes` both is refused.
 */
int evd_schema_read(const struct evd_json *j, size_t object, const struct evd_member *members,
                    size_t n, void *into, struct evd_error *err) EVD_MUST_USE;

/* evd_id_parse(v, out): "SEQ/K", decimal, no leading zero, both at least 1. */
bool evd_id_parse(struct evd_view v, struct evd_id *out);
bool evd_is_token(struct evd_view v);

#endif
