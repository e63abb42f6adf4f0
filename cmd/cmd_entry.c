/* cmd_entry: see cmd_entry.h. */
#include "cmd_entry.h"
#include "i18n.h"

#include "base/digest.h"
#include "base/text.h"
#include "platform/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* entry.json once more, held against the digest of the one whose signature was checked. */
static int read_again(struct evd_case *c, uint64_t seq, struct evd_buf *out, struct evd_error *err)
{
	uint8_t digest[EVD_SHA256_LEN];
	char path[48];
	int r;

	snprintf(path, sizeof path, "%08" PRIu64 "/entry.json", seq);
	r = evd_file_read(c->custody, path, EVD_MAX_ENTRY_JSON, out, err);
	if (r == 0)
		r = evd_sha256(evd_buf_view(out), digest, err);
	if (r == 0 &&
	    memcmp(digest, c->log.entries.at[seq - 1].digest[EVD_FILE_ENTRY], sizeof digest) != 0)
		r = evd_fail(err, EVD_E_DAMAGED, "entry %" PRIu64 " was changed while it was read", seq);
	return r;
}

int cmd_entry_details(struct evd_case *c, uint64_t seq, struct evd_buf *out, struct evd_error *err)
{
	struct evd_buf text = {0};
	struct evd_json j = {0};
	size_t at;
	int r = read_again(c, seq, &text, err);

	evd_buf_reset(out);
	if (r == 0)
		r = evd_json_parse(&j, evd_buf_view(&text), err);
	at = r ? 0 : evd_json_find(&j, 0, "details");
	if (at && j.node[at].type == EVD_JSON_OBJECT)
		evd_put_view(out, j.node[at].raw);
	if (r == 0)
		r = evd_buf_check(out, err);
	evd_json_release(&j);
	evd_buf_release(&text);
	return r;
}

void cmd_entry_word(struct evd_view details, const char *key, char *out, size_t cap)
{
	struct evd_json j = {0};
	struct evd_view v;

	out[0] = '\0';
	if (details.len && evd_json_parse(&j, details, NULL) == 0 && evd_json_string(&j, 0, key, &v))
		snprintf(out, cap, "%.*s", (int)v.len, (const char *)v.p);
	evd_json_release(&j);
}

int cmd_entry_object(struct evd_case *c, uint64_t seq, struct evd_object *o, struct evd_error *err)
{
	const struct evd_log_entry *e = &c->log.entries.at[seq - 1];
	struct evd_buf details = {0};
	char time[EVD_TIME_LEN + 1];
	int r = cmd_entry_details(c, seq, &details, err);

	evd_time_format(time, e->time_ms);
	evd_object_cstr(o, "action", evd_action_rule(e->action)->name);
	evd_object_hex(o, "certificate", c->log.signers.at[e->signer].fingerprint, EVD_SHA256_LEN);
	if (details.len)
		evd_object_raw(o, "details", evd_buf_view(&details));
	evd_object_hex(o, "digest", e->digest[EVD_FILE_ENTRY], EVD_SHA256_LEN);
	evd_object_int(o, "records", e->count);
	evd_object_int(o, "seq", seq);
	evd_object_cstr(o, "time", time);
	evd_buf_release(&details);
	return r;
}

const char *cmd_entry_outside(struct evd_view kind)
{
	if (evd_view_is(kind, "correction"))
		return "it corrects nothing, for only an entry 'correct' does";
	return evd_view_is(kind, "origin")
	           ? "not of the entry that brought the item, whose name is not taken from it"
	           : "not of a reading";
}

/* What every record has, and says nothing of what it is about. */
static bool is_common(struct evd_view key)
{
	return evd_view_is(key, "case") || evd_view_is(key, "id") || evd_view_is(key, "kind") ||
	       evd_view_is(key, "salt");
}

void cmd_entry_members(struct evd_buf *b, const struct evd_json *j)
{
	bool any = false;
	size_t at = 1;

	evd_put_u8(b, '{');
	for (uint32_t i = 0; i < j->node[0].count; i++, at = j->node[at].next) {
		const struct evd_json_node *n = &j->node[at];
		const char *quote = n->type == EVD_JSON_STRING ? "\"" : "";

		if (is_common(n->key))
			continue;
		evd_put_str(b, any ? ",\"" : "\"");
		evd_put_view(b, n->key);
		evd_put_str(b, "\":");
		evd_put_str(b, quote);
		evd_put_view(b, n->raw);
		evd_put_str(b, quote);
		any = true;
	}
	evd_put_u8(b, '}');
}

static bool is_bytes(struct evd_view key)
{
	return key.len > 5 && memcmp(key.p + key.len - 5, "Bytes", 5) == 0;
}

static void put_value(struct evd_buf *b, const struct evd_json_node *n)
{
	struct evd_buf plain = {0};

	if (n->type == EVD_JSON_STRING && is_bytes(n->key)) /* no UTF-8: docs/format.md §3 */
		evd_put_unbase64url(&plain, n->raw);
	else if (n->type == EVD_JSON_STRING)
		evd_put_unescaped(&plain, n->raw);
	else
		evd_put_view(&plain, n->raw);
	evd_put_printable(b, evd_buf_view(&plain), 0);
	evd_buf_release(&plain);
}

void cmd_entry_put_details(struct evd_buf *b, const char *indent, struct evd_view details)
{
	struct evd_json j = {0};
	size_t at = 1;

	if (details.len == 0 || evd_json_parse(&j, details, NULL) || j.node[0].count == 0) {
		evd_json_release(&j);
		return;
	}
	evd_put_str(b, indent);
	for (uint32_t i = 0; i < j.node[0].count; i++, at = j.node[at].next) {
		evd_put_str(b, i ? ", " : "");
		evd_put_view(b, j.node[at].key);
		evd_put_u8(b, ' ');
		put_value(b, &j.node[at]);
	}
	evd_put_u8(b, '\n');
	evd_json_release(&j);
}

/* Who acted: name, role, organisation, as the identity gives them. */
static void put_actor(struct evd_buf *b, const char *indent, const struct evd_json *j, size_t actor)
{
	static const char *const part[] = {"name", "role", "organisation"};
	bool any = false;

	evd_putf(b, "%s%s: ", indent, _("recorded by"));
	for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
		size_t at = evd_json_find(j, actor, part[i]);

		if (at == 0)
			continue;
		evd_put_str(b, any ? ", " : "");
		put_value(b, &j->node[at]);
		any = true;
	}
	evd_put_u8(b, '\n');
}

void cmd_entry_put_circumstances(struct evd_buf *b, const char *indent, const struct evd_json *j)
{
	static const struct {
		const char *key, *label;
	} known[] = {{"authority", N_("Authority")}, {"condition", N_("Condition")},
	             {"consent", N_("Consent")},     {"legalBasis", N_("Legal basis")},
	             {"medium", N_("Medium")},       {"notTaken", N_("not taken")},
	             {"purpose", N_("Purpose")},     {"reason", N_("Reason")},
	             {"recipient", N_("Recipient")}, {"sealNumber", N_("Physical seal number")}};
	size_t at = 1;

	for (uint32_t i = 0; i < j->node[0].count; i++, at = j->node[at].next) {
		const struct evd_json_node *n = &j->node[at];
		const char *label = NULL;

		if (is_common(n->key) || evd_view_is(n->key, "clock") || evd_view_is(n->key, "host"))
			continue;
		if (evd_view_is(n->key, "actor")) {
			put_actor(b, indent, j, at);
			continue;
		}
		for (size_t k = 0; k < sizeof known / sizeof *known && !label; k++)
			if (evd_view_is(n->key, known[k].key))
				label = _(known[k].label);
		evd_put_str(b, indent);
		if (label)
			evd_put_str(b, label);
		else
			evd_put_view(b, n->key);
		evd_put_str(b, ": ");
		put_value(b, n);
		evd_put_u8(b, '\n');
	}
}

bool cmd_entry_is_met(const struct evd_case *c, const struct evd_record *r,
                      const struct evd_json *j)
{
	struct evd_view kind;

	return r->kind == EVD_KIND_OTHER &&
	       (c->log.entry.action == EVD_ACQUIRE || c->log.entry.action == EVD_CAPTURE) &&
	       evd_json_string(j, 0, "kind", &kind) && evd_view_is(kind, "observation") &&
	       evd_json_find(j, 0, "item") == 0;
}

/* A recorded reason may begin with the words that the line begins with. */
static void put_met_value(struct evd_buf *b, const struct evd_json_node *n)
{
	static const char said[] = "not taken: ";
	struct evd_json_node rest = *n;

	if (n->type == EVD_JSON_STRING && n->raw.len > sizeof said - 1 &&
	    memcmp(n->raw.p, said, sizeof said - 1) == 0 && evd_view_is(n->key, "reason"))
		rest.raw = evd_view_of(n->raw.p + sizeof said - 1, n->raw.len - (sizeof said - 1));
	put_value(b, &rest);
}

void cmd_entry_put_met(struct evd_buf *b, const char *indent, const struct evd_json *j)
{
	struct evd_view code = {NULL, 0};
	size_t at = 1;

	(void)evd_json_string(j, 0, "code", &code);
	evd_put_str(b, indent);
	if (evd_view_is(code, "not-taken"))
		evd_put_str(b, _("not taken"));
	else if (evd_view_is(code, "symbolic-link"))
		evd_put_str(b, _("link, not followed"));
	else
		evd_put_view(b, code);
	for (uint32_t i = 0; i < j->node[0].count; i++, at = j->node[at].next) {
		if (is_common(j->node[at].key) || evd_view_is(j->node[at].key, "code"))
			continue;
		evd_put_str(b, ": ");
		put_met_value(b, &j->node[at]);
	}
	evd_put_u8(b, '\n');
}
