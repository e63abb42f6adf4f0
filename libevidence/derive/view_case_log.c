/*
 * view_case_log: the custody log as CASE/UCO (docs/exchange.md §5): an entry is an investigative action, informed by
 * the one before it. Its names and numbers, never what the evidence says.
 */
#include "derive/view_uco.h"

#include <inttypes.h>

static const struct evd_view none = {NULL, 0};

static void put_action_id(struct evd_view_out *v, uint64_t seq)
{
	evd_uco_id(v, "action", (struct evd_id){seq, 0}, none);
}

/* The program that wrote this: an entry does not record which one made it. */
static void put_tool(struct evd_view_out *v)
{
	evd_put_str(&v->b, ",\n{");
	evd_uco_id(v, "tool", (struct evd_id){0, 0}, none);
	evd_uco_type(v, "tool:Tool");
	evd_put_str(&v->b, ",\"core:name\":\"evidence\",\"tool:toolType\":\"evidence preservation\"}");
}

void evd_view_case_actions(struct evd_view_out *v)
{
	const struct evd_log *log = &v->c->log;
	char hex[2 * EVD_SHA256_LEN + 1];

	put_tool(v);
	for (size_t i = 0; i < log->entries.n; i++) {
		const struct evd_log_entry *e = &log->entries.at[i];
		struct evd_buf text = {0};

		evd_hex(hex, e->digest[EVD_FILE_ENTRY], EVD_SHA256_LEN);
		evd_putf(&text, "custody log entry %zu, SHA-256 %s", i + 1, hex);
		evd_hex(hex, log->signers.at[e->signer].fingerprint, EVD_SHA256_LEN);
		evd_putf(&text, ", signed by the certificate with SHA-256 %s", hex);
		evd_put_str(&v->b, ",\n{");
		put_action_id(v, i + 1);
		evd_uco_type(v, "case-investigation:InvestigativeAction");
		evd_uco_string(v, "core:name", evd_view_str(evd_action_rule(e->action)->name));
		evd_uco_string(v, "core:description", evd_buf_view(&text));
		evd_uco_ms(v, "action:endTime", e->time_ms);
		evd_put_str(&v->b, ",\"action:instrument\":{");
		evd_uco_id(v, "tool", (struct evd_id){0, 0}, none);
		evd_put_u8(&v->b, '}');
		if (i > 0) {
			evd_put_str(&v->b, ",\"case-investigation:wasInformedBy\":{");
			put_action_id(v, i);
			evd_put_u8(&v->b, '}');
		}
		evd_put_u8(&v->b, '}');
		if (text.failed)
			v->b.failed = text.failed;
		evd_buf_release(&text);
	}
}

/* Who did it, by the entry's own words: one identity for each name, organisation and role. */
void evd_view_case_circumstances(struct evd_view_out *v, const struct evd_row *row)
{
	struct evd_buf who = {0}, as = {0};
	size_t actor = evd_json_find(row->j, 0, "actor");

	evd_view_member(row->j, actor, "name", &who);
	evd_view_member(row->j, actor, "role", &as);
	if (evd_json_find(row->j, actor, "organisation")) {
		evd_put_str(&as, ", ");
		evd_view_member(row->j, actor, "organisation", &as);
	}
	evd_put_u8(&who, '\0');
	evd_put_view(&who, evd_buf_view(&as));
	evd_put_str(&v->b, ",\n{");
	put_action_id(v, row->record.seq);
	evd_put_str(&v->b, ",\"action:performer\":{");
	evd_uco_id(v, "identity", (struct evd_id){0, 0}, evd_buf_view(&who));
	evd_uco_type(v, "identity:Identity");
	evd_uco_member(v, "core:name", row->j, actor, "name");
	evd_uco_string(v, "core:description", evd_buf_view(&as));
	evd_put_str(&v->b, "}}");
	if (who.failed || as.failed)
		v->b.failed = who.failed ? who.failed : as.failed;
	evd_buf_release(&who);
	evd_buf_release(&as);
}

/* The item, with its provenance, or the text that the entry brought. */
void evd_view_case_result(struct evd_view_out *v, const struct evd_row *row)
{
	evd_put_str(&v->b, ",\n{");
	put_action_id(v, row->record.seq);
	evd_put_str(&v->b, ",\"action:result\":[{");
	evd_uco_id(v, row->kind == EVD_ROW_ITEM ? "file" : "text", row->record, none);
	if (row->exhibit) {
		evd_put_str(&v->b, "},{");
		evd_uco_id(v, "provenance", row->record, none);
	}
	evd_put_str(&v->b, "}]}");
}

/* An exhibit that the entry speaks of. */
void evd_view_case_object(struct evd_view_out *v, const struct evd_row *row)
{
	evd_put_str(&v->b, ",\n{");
	put_action_id(v, row->record.seq);
	evd_put_str(&v->b, ",\"action:object\":{");
	evd_uco_id(v, "file", row->item, none);
	evd_put_str(&v->b, "}}");
}
