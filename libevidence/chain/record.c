/* record: see record.h. */
#include "chain/record.h"

#include "base/merkle.h"
#include "base/text.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define FIELD(name, type, field)                                                                   \
	{                                                                                              \
		name, type, false, offsetof(struct parsed, field), NULL                                    \
	}
#define OPTIONAL(name, type)                                                                       \
	{                                                                                              \
		name, type, true, 0, NULL                                                                  \
	}
#define COMMON_CASE                                                                                \
	{                                                                                              \
		"case", EVD_M_UUID, false, offsetof(struct parsed, case_id), NULL                          \
	}
#define COMMON_ID                                                                                  \
	{                                                                                              \
		"id", EVD_M_ID, false, offsetof(struct parsed, id), NULL                                   \
	}
#define COMMON_KIND                                                                                \
	{                                                                                              \
		"kind", EVD_M_TOKEN, false, 0, NULL                                                        \
	}
#define COMMON_SALT                                                                                \
	{                                                                                              \
		"salt", EVD_M_VIEW, false, offsetof(struct parsed, salt), NULL                             \
	}

struct parsed {
	uint64_t not_taken;
	char case_id[37];
	struct evd_id id;
	struct evd_view salt;
	struct evd_record r;
};

static const char *const role_codes[] = {"seal",      "receipt", "validation", "description",
                                         "statement", "note",    NULL};

static const struct evd_member circumstances[] = {
    {"actor", EVD_M_OBJECT, false, 0, NULL},
    OPTIONAL("authority", EVD_M_STRING),
    COMMON_CASE,
    {"clock", EVD_M_OBJECT, false, 0, NULL},
    OPTIONAL("condition", EVD_M_STRING),
    OPTIONAL("consent", EVD_M_STRING),
    OPTIONAL("host", EVD_M_OBJECT),
    COMMON_ID,
    COMMON_KIND,
    OPTIONAL("legalBasis", EVD_M_STRING),
    OPTIONAL("medium", EVD_M_STRING),
    {"notTaken", EVD_M_INT, true, offsetof(struct parsed, not_taken), NULL},
    OPTIONAL("purpose", EVD_M_STRING),
    OPTIONAL("reader", EVD_M_OBJECT),
    OPTIONAL("reason", EVD_M_STRING),
    OPTIONAL("recipient", EVD_M_STRING),
    COMMON_SALT,
    OPTIONAL("sealNumber", EVD_M_STRING),
};
static const struct evd_member content[] = {
    COMMON_CASE,
    FIELD("crc32", EVD_M_CRC32, r.crc32),
    {"exhibit", EVD_M_INT, true, offsetof(struct parsed, r.exhibit), NULL},
    COMMON_ID,
    COMMON_KIND,
    FIELD("path", EVD_M_VIEW, r.path),
    {"role", EVD_M_CODE, true, offsetof(struct parsed, r.role), role_codes},
    COMMON_SALT,
    FIELD("sha256", EVD_M_SHA256, r.sha256),
    FIELD("sha512", EVD_M_SHA512, r.sha512),
    FIELD("size", EVD_M_INT, r.size),
};
static const struct evd_member origin[] = {
    OPTIONAL("capture", EVD_M_OBJECT),
    COMMON_CASE,
    OPTIONAL("device", EVD_M_STRING),
    COMMON_ID,
    OPTIONAL("inode", EVD_M_STRING),
    FIELD("item", EVD_M_ID, r.first),
    COMMON_KIND,
    OPTIONAL("label", EVD_M_STRING),
    OPTIONAL("links", EVD_M_STRING),
    OPTIONAL("name", EVD_M_STRING),
    OPTIONAL("nameBytes", EVD_M_BASE64URL),
    OPTIONAL("observations", EVD_M_ARRAY),
    OPTIONAL("path", EVD_M_STRING),
    OPTIONAL("pathBytes", EVD_M_BASE64URL),
    COMMON_SALT,
    OPTIONAL("supplier", EVD_M_STRING),
    OPTIONAL("times", EVD_M_OBJECT),
    OPTIONAL("uid", EVD_M_STRING),
};
static const struct evd_member scope[] = {
    COMMON_CASE, FIELD("first", EVD_M_ID, r.first), COMMON_ID,
    COMMON_KIND, FIELD("last", EVD_M_ID, r.last),   COMMON_SALT,
};
static const struct evd_member correction[] = {
    COMMON_CASE, {"field", EVD_M_STRING, false, 0, NULL}, COMMON_ID,
    COMMON_KIND, OPTIONAL("reason", EVD_M_STRING),        FIELD("record", EVD_M_ID, r.first),
    COMMON_SALT, OPTIONAL("value", EVD_M_STRING),         OPTIONAL("valueBytes", EVD_M_BASE64URL),
};

#define OF(members) members, sizeof members / sizeof *members

static const struct kind {
	const char *name;
	const struct evd_member *members;
	size_t n;
} kinds[] = {
    [EVD_KIND_CIRCUMSTANCES] = {"circumstances", OF(circumstances)},
    [EVD_KIND_CONTENT] = {"content", OF(content)},
    [EVD_KIND_ORIGIN] = {"origin", OF(origin)},
    [EVD_KIND_SCOPE] = {"scope", OF(scope)},
    [EVD_KIND_CORRECTION] = {"correction", OF(correction)},
};

/* What is missing is empty, which is none of the forms asked for. */
static struct evd_view text_of(const struct evd_json *j, const char *key)
{
	struct evd_view v = {NULL, 0};

	return evd_json_string(j, 0, key, &v) ? v : evd_view_of(NULL, 0);
}

static int read_common(const struct evd_json *j, struct parsed *p, struct evd_error *err)
{
	struct evd_view case_id = {NULL, 0};

	p->salt = text_of(j, "salt");
	if (!evd_json_string(j, 0, "case", &case_id) || !evd_is_uuid(case_id) ||
	    !evd_id_parse(text_of(j, "id"), &p->id) || !evd_is_token(text_of(j, "kind")))
		return evd_fail(err, EVD_E_FORMAT, "case, id, kind or salt missing or not of their form");
	memcpy(p->case_id, case_id.p, case_id.len);
	return 0;
}

static enum evd_record_kind find_kind(const struct evd_json *j)
{
	struct evd_view kind;
	unsigned i = 0;

	if (!evd_json_string(j, 0, "kind", &kind))
		return EVD_KIND_OTHER;
	while (i < EVD_KIND_OTHER && !evd_view_is(kind, kinds[i].name))
		i++;
	return (enum evd_record_kind)i;
}

void evd_payload_path(char out[EVD_PAYLOAD_PATH], struct evd_id id, const char *ext)
{
	snprintf(out, EVD_PAYLOAD_PATH, "data/%08" PRIu64 "/%08" PRIu64 ".%s", id.seq % 100000000,
	         id.k % 100000000, ext);
}

/* data/SEQ/K.EXT with this record's own numbers: docs/format.md §1. */
static bool path_ok(struct evd_record *r, struct evd_id id)
{
	static const size_t fixed = sizeof "data/00000000/00000000." - 1;
	char must[EVD_PAYLOAD_PATH];
	size_t n = r->path.len > fixed ? r->path.len - fixed : 0;

	if (n < 1 || n > EVD_EXT_MAX || id.k > 99999999)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = r->path.p[fixed + i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			return false;
		r->ext[i] = (char)c;
	}
	r->ext[n] = '\0';
	evd_payload_path(must, id, r->ext);
	return evd_view_is(r->path, must);
}

int evd_record_read(struct evd_view line, struct evd_json *j, const char *case_id, struct evd_id id,
                    struct evd_record *out, struct evd_error *err)
{
	struct parsed p;
	enum evd_record_kind kind;
	int r;

	memset(&p, 0, sizeof p);
	if (line.len > EVD_MAX_RECORD_LINE)
		return evd_fail(err, EVD_E_FORMAT, "record longer than %u bytes", EVD_MAX_RECORD_LINE);
	r = evd_json_parse(j, line, err);
	if (r)
		return r;
	kind = find_kind(j);
	p.r.role = EVD_ROLE_NONE;
	r = kind == EVD_KIND_OTHER ? read_common(j, &p, err)
	                           : evd_schema_read(j, 0, kinds[kind].members, kinds[kind].n, &p, err);
	if (r)
		return r;
	if (strcmp(p.case_id, case_id) != 0 || p.id.seq != id.seq || p.id.k != id.k)
		return evd_fail(err, EVD_E_FORMAT, "case or id is not that of this place");
	if (!evd_is_base64url(p.salt, EVD_SALT_LEN))
		return evd_fail(err, EVD_E_FORMAT, "salt is not 16 bytes in base64url");
	if ((kind == EVD_KIND_CIRCUMSTANCES) != (id.k == 1))
		return evd_fail(err, EVD_E_FORMAT, "record 1, and no other, is the circumstances");
	if (kind == EVD_KIND_CONTENT && !path_ok(&p.r, id))
		return evd_fail(err, EVD_E_FORMAT, "path is not that of this record");
	if (kind == EVD_KIND_CONTENT && p.r.exhibit == 0 && evd_json_find(j, 0, "exhibit"))
		return evd_fail(err, EVD_E_FORMAT, "exhibit number 0");
	if (kind == EVD_KIND_SCOPE && (p.r.first.seq != p.r.last.seq || p.r.first.k > p.r.last.k))
		return evd_fail(err, EVD_E_FORMAT, "scope is not a range within one entry");
	*out = p.r;
	out->kind = kind;
	out->k = id.k;
	return 0;
}

bool evd_record_is_withheld(struct evd_view line)
{
	static const char start[] = "{\"hashes\":";

	return line.len >= sizeof start - 1 && memcmp(line.p, start, sizeof start - 1) == 0;
}

/* docs/format.md §6: how many aligned subtrees cover the run. */
static uint64_t subtrees(const struct evd_withheld *w)
{
	uint64_t n = 0;

	for (uint64_t at = w->first - 1; at < w->last; n++)
		at += UINT64_C(1) << evd_merkle_span(at, w->last - at);
	return n;
}

static const struct evd_member run_members[] = {
    {"hashes", EVD_M_ARRAY, false, 0, NULL},
    {"withheld", EVD_M_ARRAY, false, 0, NULL},
};

int evd_withheld_read(struct evd_view line, struct evd_json *j, uint64_t k, uint64_t count,
                      struct evd_withheld *out, struct evd_error *err)
{
	size_t hashes, run, at;
	uint8_t hash[EVD_SHA256_LEN];
	int r;

	if (line.len > EVD_MAX_RECORD_LINE)
		return evd_fail(err, EVD_E_FORMAT, "line longer than %u bytes", EVD_MAX_RECORD_LINE);
	r = evd_json_parse(j, line, err);
	if (r == 0)
		r = evd_schema_read(j, 0, OF(run_members), out, err);
	if (r)
		return r;
	hashes = evd_json_find(j, 0, "hashes");
	run = evd_json_find(j, 0, "withheld");
	if (j->node[run].count != 2)
		return evd_fail(err, EVD_E_FORMAT, "withheld is not a pair of numbers");
	/* of what is no number, `number` is 0, and neither may be */
	out->first = j->node[run + 1].number;
	out->last = j->node[run + 2].number;
	if (out->first != k || out->last < k || out->last > count)
		return evd_fail(err, EVD_E_FORMAT, "withheld run is not at its place");
	if (j->node[hashes].count != subtrees(out))
		return evd_fail(err, EVD_E_FORMAT, "withheld run is cut in another way");
	at = hashes + 1;
	for (uint32_t i = 0; i < j->node[hashes].count; i++, at++)
		if (!evd_unhex(j->node[at].raw, hash, sizeof hash))
			return evd_fail(err, EVD_E_FORMAT, "a hash of the withheld run is not one");
	return 0;
}
