/* entry_write: entry.json written (docs/format.md §4); see entry.h. */
#include "base/text.h"
#include "chain/entry.h"

static void write_previous(struct evd_object *o, const struct evd_entry *e)
{
	struct evd_object in;

	if (!e->has_previous) {
		evd_object_null(o, "previous");
		return;
	}
	evd_object_init(&in);
	evd_object_hex(&in, "entry", e->previous_entry, EVD_SHA256_LEN);
	evd_object_hex(&in, "signature", e->previous_signature, EVD_SHA256_LEN);
	evd_object_object(o, "previous", &in);
	evd_object_release(&in);
}

static void write_records_and_tool(struct evd_object *o, const struct evd_entry *e)
{
	struct evd_object in;

	evd_object_init(&in);
	evd_object_int(&in, "count", e->count);
	evd_object_hex(&in, "root", e->root, EVD_SHA256_LEN);
	evd_object_object(o, "records", &in);
	evd_object_reset(&in);
	evd_object_cstr(&in, "build", EVD_BUILD);
	evd_object_cstr(&in, "name", "evidence");
	evd_object_cstr(&in, "version", EVD_VERSION);
	evd_object_object(o, "tool", &in);
	evd_object_release(&in);
}

int evd_entry_write(struct evd_entry *e, struct evd_object *details, struct evd_buf *out,
                    struct evd_error *err)
{
	struct evd_object o;
	struct evd_json j = {0};
	struct evd_entry back;
	char time[EVD_TIME_LEN + 1];
	int r;

	evd_object_init(&o);
	evd_time_format(time, e->time_ms);
	evd_object_cstr(&o, "action", evd_action_rule(e->action)->name);
	evd_object_cstr(&o, "caseId", e->case_id);
	evd_object_hex(&o, "certificate", e->certificate, EVD_SHA256_LEN);
	evd_object_object(&o, "details", details);
	evd_object_cstr(&o, "format", EVD_FORMAT_NAME);
	write_previous(&o, e);
	write_records_and_tool(&o, e);
	evd_object_int(&o, "seq", e->seq);
	evd_object_cstr(&o, "time", time);
	evd_buf_reset(out);
	r = evd_object_write(&o, out, err);
	if (r == 0)
		r = evd_entry_read(evd_buf_view(out), &j, &back, err);
	if (r == 0)
		*e = back;
	evd_json_release(&j);
	evd_object_release(&o);
	return r;
}
