/* entry: see entry.h. */
#include "chain/entry.h"

#include "base/text.h"

#include <stddef.h>
#include <string.h>

#define MEMBER(name, type, field)                                                                  \
	{                                                                                              \
		name, type, false, offsetof(struct evd_entry, field), NULL                                 \
	}
#define DETAIL(name, type, field)                                                                  \
	{                                                                                              \
		name, type, false, offsetof(struct evd_details, field), NULL                               \
	}
#define CODE(name, field, codes)                                                                   \
	{                                                                                              \
		name, EVD_M_CODE, false, offsetof(struct evd_details, field), codes                        \
	}
#define TOKEN(name)                                                                                \
	{                                                                                              \
		name, EVD_M_TOKEN, false, 0, NULL                                                          \
	}

static const char *const basis_codes[] = {
    "own-device", "own-account",   "consent",       "public", "observer-account",
    "order",      "seized-device", "other-account", "covert", "unknown",
    NULL,
};
static const char *const observed_acquire[] = {"file", "photo", NULL};
static const char *const observed_capture[] = {"tool", NULL};
static const char *const as_codes[] = {"colleague", "device", "renewed", "witness", NULL};
static const char *const note_codes[] = {"note", "statement", "report-only", NULL};
static const char *const derive_codes[] = {"mask",       "stitch",      "convert", "excerpt",
                                           "transcript", "translation", NULL};
static const char *const compare_codes[] = {"exports", "captures", "copies", NULL};
static const char *const extent_codes[] = {"whole", "extract", NULL};
static const char *const consent_basis[] = {"written", "oral", "representative", "law", NULL};
static const char *const consent_state[] = {"given", "limited", "withdrawn", "refused", NULL};
static const char *const hold_state[] = {"on", "off", NULL};
static const char *const dispose_codes[] = {"retention", "consent", "order", "request", NULL};
static const char *const lost_codes[] = {"rot", "medium", "error", "unknown", NULL};
static const char *const scope_codes[] = {"all", "tags", NULL};
static const char *const timestamp_codes[] = {"required", "none", NULL};

static const struct evd_member admit_members[] = {
    CODE("as", as, as_codes),
    DETAIL("certificate", EVD_M_SHA256, certificate),
};
static const struct evd_member acquire_members[] = {
    CODE("basis", code[0], basis_codes),
    CODE("observed", code[1], observed_acquire),
};
static const struct evd_member capture_members[] = {
    CODE("basis", code[0], basis_codes),
    CODE("observed", code[1], observed_capture),
};
static const struct evd_member note_members[] = {CODE("type", code[0], note_codes)};
static const struct evd_member read_out_members[] = {TOKEN("reader"), TOKEN("version")};
static const struct evd_member derive_members[] = {CODE("method", code[0], derive_codes)};
static const struct evd_member compare_members[] = {CODE("method", code[0], compare_codes)};
static const struct evd_member timestamp_members[] = {
    DETAIL("entry", EVD_M_INT, entry),
    DETAIL("signature", EVD_M_SHA256, signature),
    DETAIL("token", EVD_M_SHA256, token),
};
static const struct evd_member transfer_members[] = {
    DETAIL("certificate", EVD_M_SHA256_OR_NULL, recipient),
    DETAIL("transferId", EVD_M_UUID, transfer_id),
};
static const struct evd_member receive_members[] = {
    DETAIL("sealDigest", EVD_M_SHA256, seal_digest),
    DETAIL("transferId", EVD_M_UUID, transfer_id),
};
static const struct evd_member disclose_members[] = {CODE("extent", extent, extent_codes)};
static const struct evd_member consent_members[] = {
    CODE("basis", code[0], consent_basis),
    CODE("state", code[1], consent_state),
};
static const struct evd_member hold_members[] = {CODE("state", code[0], hold_state)};
static const struct evd_member dispose_members[] = {CODE("cause", code[0], dispose_codes)};
static const struct evd_member lost_members[] = {CODE("cause", code[0], lost_codes)};
static const struct evd_member correct_members[] = {DETAIL("record", EVD_M_ID, record)};
static const struct evd_member seal_members[] = {
    DETAIL("disclose", EVD_M_INT_OR_NULL, disclose),
    CODE("extent", extent, extent_codes),
    CODE("scope", scope, scope_codes),
    CODE("timestamp", timestamp_none, timestamp_codes),
};

#define NONE NULL, 0
#define OF(members) members, sizeof members / sizeof *members
#define ANY UINT64_MAX

/* docs/format.md §4: rule, then the closed member list of `details`. */
static const struct action {
	struct evd_action_rule rule;
	const struct evd_member *members;
	size_t n;
} actions[EVD_ACTIONS] = {
    [EVD_OPEN] = {{"open", 1, ANY, 0, 0, false, false}, NONE},
    [EVD_CLOSE] = {{"close", 0, ANY, 0, 0, false, false}, NONE},
    [EVD_VIEW] = {{"view", 0, ANY, 1, 0, false, true}, NONE},
    [EVD_EXPORT] = {{"export", 0, ANY, 1, 0, false, true}, NONE},
    [EVD_ADMIT] = {{"admit", 0, ANY, 0, 0, false, false}, OF(admit_members)},
    [EVD_ACQUIRE] = {{"acquire", 1, ANY, 0, 0, false, false}, OF(acquire_members)},
    [EVD_CAPTURE] = {{"capture", 1, ANY, 0, 0, false, false}, OF(capture_members)},
    [EVD_NOTE] = {{"note", 1, 1, 0, 0, false, false}, OF(note_members)},
    [EVD_READ_OUT] = {{"read-out", 0, ANY, 1, 0, false, false}, OF(read_out_members)},
    [EVD_DERIVE] = {{"derive", 1, ANY, 1, 0, false, false}, OF(derive_members)},
    [EVD_COMPARE] = {{"compare", 0, ANY, 1, 0, false, false}, OF(compare_members)},
    [EVD_TIMESTAMP] = {{"timestamp", 0, ANY, 0, 0, false, true}, OF(timestamp_members)},
    [EVD_TRANSFER] = {{"transfer", 0, ANY, 0, 0, false, true}, OF(transfer_members)},
    [EVD_RECEIVE] = {{"receive", 0, ANY, 0, 0, false, true}, OF(receive_members)},
    [EVD_REFUSE] = {{"refuse", 0, ANY, 0, 0, false, true}, OF(receive_members)},
    [EVD_DISCLOSE] = {{"disclose", 1, 1, 0, 0, true, true}, OF(disclose_members)},
    [EVD_CONSENT] = {{"consent", 0, ANY, 0, 0, false, true}, OF(consent_members)},
    [EVD_HOLD] = {{"hold", 0, ANY, 0, 0, false, true}, OF(hold_members)},
    [EVD_DISPOSE] = {{"dispose", 0, ANY, 0, 0, true, true}, OF(dispose_members)},
    [EVD_LOST] = {{"lost", 0, ANY, 1, 0, true, true}, OF(lost_members)},
    [EVD_CORRECT] = {{"correct", 0, ANY, 0, 1, false, false}, OF(correct_members)},
    [EVD_SEAL] = {{"seal", 0, ANY, 0, 0, false, true}, OF(seal_members)},
};

const struct evd_action_rule *evd_action_rule(unsigned action)
{
	return &actions[action].rule;
}

unsigned evd_action_find(struct evd_view name)
{
	unsigned i = 0;

	while (i < EVD_ACTIONS && !evd_view_is(name, actions[i].rule.name))
		i++;
	return i;
}

/* entry.json as a table; objects inside are decoded one by one afterwards. */
static const struct evd_member entry_members[] = {
    {"action", EVD_M_STRING, false, 0, NULL},
    MEMBER("caseId", EVD_M_UUID, case_id),
    MEMBER("certificate", EVD_M_SHA256, certificate),
    {"details", EVD_M_OBJECT, false, 0, NULL},
    {"format", EVD_M_STRING, false, 0, NULL},
    {"previous", EVD_M_ANY, false, 0, NULL},
    {"records", EVD_M_OBJECT, false, 0, NULL},
    MEMBER("seq", EVD_M_INT, seq),
    MEMBER("time", EVD_M_TIME, time_ms),
    {"tool", EVD_M_OBJECT, false, 0, NULL},
};
static const struct evd_member previous_members[] = {
    MEMBER("entry", EVD_M_SHA256, previous_entry),
    MEMBER("signature", EVD_M_SHA256, previous_signature),
};
static const struct evd_member records_members[] = {
    MEMBER("count", EVD_M_INT, count),
    MEMBER("root", EVD_M_SHA256, root),
};
static const struct evd_member tool_members[] = {TOKEN("build"), TOKEN("name"), TOKEN("version")};

static int check_format(const struct evd_json *j, struct evd_error *err)
{
	struct evd_view format;
	size_t n = strlen(EVD_FORMAT_FAMILY);

	if (!evd_json_string(j, 0, "format", &format))
		return evd_fail(err, EVD_E_FORMAT, "member 'format' missing");
	if (evd_view_is(format, EVD_FORMAT_NAME))
		return 0;
	if (format.len >= n && memcmp(format.p, EVD_FORMAT_FAMILY, n) == 0)
		return evd_fail(err, EVD_E_UNSUPPORTED, "format '%.*s' is not known to this version",
		                (int)(format.len < 64 ? format.len : 64), (const char *)format.p);
	return evd_fail(err, EVD_E_FORMAT, "member 'format' is not that of a custody entry");
}

static int read_inner(const struct evd_json *j, struct evd_entry *e, struct evd_error *err)
{
	size_t previous = evd_json_find(j, 0, "previous");
	int r = evd_schema_read(j, evd_json_find(j, 0, "records"), OF(records_members), e, err);

	if (r == 0)
		r = evd_schema_read(j, evd_json_find(j, 0, "tool"), OF(tool_members), e, err);
	if (r)
		return r;
	if (e->count < 1 || e->count > EVD_MAX_RECORDS)
		return evd_fail(err, EVD_E_FORMAT, "count of records out of bounds");
	e->has_previous = j->node[previous].type != EVD_JSON_NULL;
	if (!e->has_previous)
		return 0;
	return evd_schema_read(j, previous, OF(previous_members), e, err);
}

int evd_entry_read(struct evd_view text, struct evd_json *j, struct evd_entry *e,
                   struct evd_error *err)
{
	struct evd_view action;
	int r;

	memset(e, 0, sizeof *e);
	if (text.len > EVD_MAX_ENTRY_JSON)
		return evd_fail(err, EVD_E_FORMAT, "entry longer than %u bytes", EVD_MAX_ENTRY_JSON);
	r = evd_json_parse(j, text, err);
	if (r)
		return r;
	r = check_format(j, err);
	if (r == 0)
		r = evd_schema_read(j, 0, OF(entry_members), e, err);
	if (r == 0)
		r = read_inner(j, e, err);
	if (r)
		return r;
	if (!evd_json_string(j, 0, "action", &action))
		return evd_fail(err, EVD_E_INTERNAL, "action lost");
	e->action = evd_action_find(action);
	if (e->action == EVD_ACTIONS)
		return evd_fail(err, EVD_E_FORMAT, "action unknown");
	return evd_schema_read(j, evd_json_find(j, 0, "details"), actions[e->action].members,
	                       actions[e->action].n, &e->details, err);
}
