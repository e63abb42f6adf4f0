/* cmd_correct: `evidence correct`: how a field of an earlier record should read (docs/notes.md). */
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* What is looked for, and what of it was met. */
struct corrected {
	const struct evd_case *c;
	struct evd_id id;
	const char *field;
	bool met, has_field;
};

/* Members that a record of the format need not have (docs/format.md §3): a correction may bring one. */
static bool may_have(enum evd_record_kind kind, const char *field)
{
	static const struct {
		enum evd_record_kind kind;
		const char *field[9];
	} optional[] = {
	    {EVD_KIND_CIRCUMSTANCES,
	     {"authority", "condition", "consent", "legalBasis", "medium", "purpose", "reason",
	      "recipient", "sealNumber"}},
	    {EVD_KIND_ORIGIN, {"name", "path", "label", "supplier", "device"}},
	    {EVD_KIND_CORRECTION, {"value", "reason"}},
	};

	for (size_t i = 0; i < sizeof optional / sizeof *optional; i++)
		for (size_t k = 0; optional[i].kind == kind && k < 9 && optional[i].field[k]; k++)
			if (strcmp(optional[i].field[k], field) == 0)
				return true;
	return false;
}

/* `field` names a member, with dots between the names where it lies within another: times.modified. What is not
 * UTF-8 stands in the record under the name with Bytes behind it. */
static bool has(const struct evd_json *j, const char *field)
{
	char name[72];
	size_t at = 0;

	while (*field) {
		size_t n = strcspn(field, "."), found;

		if (n == 0 || n > 64 || j->node[at].type != EVD_JSON_OBJECT)
			return false;
		snprintf(name, sizeof name, "%.*s", (int)n, field);
		found = evd_json_find(j, at, name);
		if (found == 0) {
			snprintf(name, sizeof name, "%.*sBytes", (int)n, field);
			found = evd_json_find(j, at, name);
		}
		if (found == 0)
			return false;
		at = found;
		field += n;
		if (*field == '.' && *++field == '\0')
			return false;
	}
	return at != 0;
}

static int look(void *ctx, const struct evd_record *r, const struct evd_json *j,
                struct evd_view line, struct evd_error *err)
{
	struct corrected *x = ctx;

	(void)line;
	(void)err;
	if (x->c->log.entry.seq == x->id.seq && r->k == x->id.k) {
		x->met = true;
		x->has_field = may_have(r->kind, x->field) || has(j, x->field);
	}
	return 0;
}

/* NOTFOUND if there is no such record, it is withheld, or it has no such field. */
static int find(struct evd_case *c, const char *record, const char *field, struct evd_error *err)
{
	struct corrected x = {.c = c, .field = field};
	int r;

	if (!evd_id_parse(evd_view_str(record), &x.id) || x.id.seq > c->log.entries.n ||
	    x.id.k > c->log.entries.at[x.id.seq - 1].count)
		return evd_fail(err, EVD_E_NOTFOUND, "no record %s", record);
	r = evd_case_read_from(c, x.id.seq, look, &x, err);
	if (r)
		return r;
	if (!x.met)
		return evd_fail(err, EVD_E_NOTFOUND, "record %s is withheld: its fields are not here",
		                record);
	return x.has_field
	           ? 0
	           : evd_fail(err, EVD_E_NOTFOUND,
	                      "record %s has no field of that name; 'evidence show' shows which it "
	                      "has",
	                      record);
}

static int write_correction(struct cmd_global *g, const char *record, const char *field,
                            const char *value, const char *reason)
{
	struct cmd_session s;
	struct evd_draft d;
	struct evd_error err = {0};
	struct evd_object *o;
	int r = cmd_begin(g, &s);

	if (r)
		return r;
	r = find(&s.c, record, field, &err);
	if (r == 0)
		r = evd_entry_begin(&s.c, EVD_CORRECT, evd_key_actor(s.key), NULL, &d, &err);
	if (r == 0) {
		evd_object_cstr(&d.details, "record", record);
		o = &d.scratch;
		evd_object_reset(o);
		evd_object_cstr(o, "kind", "correction");
		evd_object_cstr(o, "record", record);
		evd_object_str(o, "field", evd_view_str(field));
		evd_object_bytes(o, "value", evd_view_str(value));
		if (reason)
			evd_object_str(o, "reason", evd_view_str(reason));
		r = evd_entry_record(&d, o, NULL, &err);
		if (r == 0)
			r = evd_entry_commit(&d, s.key, &err);
		else
			evd_entry_abandon(&d);
	}
	if (r)
		r = cmd_fail(r, &err);
	else if (!g->quiet)
		printf(_("Corrected by entry %zu; the record itself stands as it was\n"),
		       s.c.log.entries.n);
	cmd_end(&s);
	return r;
}

static int run_correct(struct cmd_global *g, int argc, char **argv)
{
	enum { REASON = CMD_OWN };
	static const struct option own[] = {{"reason", required_argument, NULL, REASON},
	                                    {NULL, 0, NULL, 0}};
	const char *reason = NULL;
	int id;

	while ((id = cmd_option(g, &cmd_correct, own, argc, argv)) != -1) {
		if (id != REASON)
			return cmd_option_exit();
		reason = optarg;
	}
	if (argc - optind != 3)
		return cmd_usage(&cmd_correct, "give record, field and right value");
	if (!*argv[optind + 1])
		return cmd_usage(&cmd_correct, "say which field of the record");
	if (!evd_is_utf8(evd_view_str(argv[optind + 1])))
		return cmd_usage(&cmd_correct, "FIELD is not UTF-8");
	if (reason && !evd_is_utf8(evd_view_str(reason)))
		return cmd_usage(&cmd_correct, "--reason is not UTF-8");
	return write_correction(g, argv[optind], argv[optind + 1], argv[optind + 2], reason);
}

const struct cmd_row cmd_correct = {
    "correct",
    "usage: evidence correct [--reason TEXT] RECORD FIELD VALUE\n"
    "\n"
    "Records that FIELD of RECORD (an id such as 2/3) should read VALUE. Both stay to be seen. "
    "FIELD\n"
    "is one that the record has, or could have: label, supplier, device of an origin. Within "
    "another\n"
    "one: times.modified.\n",
    N_("correct a record by a new entry"),
    run_correct,
};
