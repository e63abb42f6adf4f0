/* cmd_consent: `evidence consent`, `hold`: what may be handed over, and what must be kept
 * (docs/handover.md). */
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"
#include "platform/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_word(const char *word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (word && strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static bool is_date(const char *text)
{
	char full[40];
	int64_t ms;

	if (strlen(text) != 10)
		return false;
	snprintf(full, sizeof full, "%sT00:00:00.000Z", text);
	return evd_time_parse(evd_view_str(full), &ms);
}

/* ---- what the log says of consent ---- */

struct asked {
	struct evd_case *c;
	const char *recipient;      /* the one asked for, by name */
	const uint8_t *certificate; /* and fingerprint, or NULL */
	bool any;                   /* an entry speaks of this recipient */
	unsigned state;             /* of the newest: 0 given, 1 limited, 2 withdrawn, 3 refused */
	char until[11];
};

/* A fingerprint counts however it was written: in groups and capitals, as it stands on paper. */
static bool names(const struct asked *a, struct evd_buf *name)
{
	uint8_t digest[EVD_SHA256_LEN];

	if (evd_view_is(evd_buf_view(name), a->recipient))
		return true;
	evd_put_u8(name, '\0');
	return a->certificate && !name->failed && cmd_fingerprint((const char *)name->data, digest) &&
	       memcmp(digest, a->certificate, sizeof digest) == 0;
}

static int on_record(void *ctx, const struct evd_record *r, const struct evd_json *j,
                     struct evd_view line, struct evd_error *err)
{
	struct asked *a = ctx;
	const struct evd_entry *e = &a->c->log.entry;
	struct evd_buf name = {0};
	struct evd_view v, kind;
	bool whom;

	(void)line;
	if (e->action != EVD_CONSENT || r->kind != EVD_KIND_OTHER ||
	    !evd_json_string(j, 0, "kind", &kind) || !evd_view_is(kind, "consent"))
		return 0;
	if (evd_json_find(j, 0, "recipientBytes")) /* no UTF-8: somebody, whom no handover can name */
		return 0;
	whom = evd_json_string(j, 0, "recipient", &v);
	if (whom)
		evd_put_unescaped(&name, v);
	if (evd_buf_check(&name, err))
		return EVD_E_NOMEM;
	if (!whom || names(a, &name)) {
		a->any = true;
		a->state = e->details.code[1];
		a->until[0] = '\0';
		if (evd_json_string(j, 0, "until", &v) && v.len == 10)
			snprintf(a->until, sizeof a->until, "%.10s", (const char *)v.p);
	}
	evd_buf_release(&name);
	return 0;
}

int cmd_consent_allows(struct evd_case *c, const char *recipient, const uint8_t *certificate,
                       struct evd_error *err)
{
	struct asked a = {.c = c, .recipient = recipient, .certificate = certificate};
	char today[EVD_TIME_LEN + 1];
	int r = evd_case_read(c, NULL, on_record, &a, err);

	if (r)
		return r;
	evd_time_format(today, evd_clock_ms());
	if (a.any && a.state >= 2)
		return evd_fail(
		    err, EVD_E_DENIED,
		    "consent to hand over to this recipient is %s; nothing was recorded (--authority "
		    "names an order that needs none)",
		    a.state == 2 ? "withdrawn" : "refused");
	if (a.any && a.until[0] && strncmp(today, a.until, 10) > 0)
		return evd_fail(
		    err, EVD_E_DENIED,
		    "consent to hand over to this recipient ended with %s; nothing was recorded "
		    "(--authority names an order that needs none)",
		    a.until);
	return 0;
}

/* ---- the commands ---- */

struct said {
	const char *basis, *state, *recipient, *until;
	struct evd_circumstances x;
};

static int commit_consent(struct cmd_session *s, const struct said *said, struct evd_error *err)
{
	struct evd_draft d;
	int r = evd_entry_begin(&s->c, EVD_CONSENT, evd_key_actor(s->key), &said->x, &d, err);

	if (r)
		return r;
	evd_object_cstr(&d.details, "basis", said->basis);
	evd_object_cstr(&d.details, "state", said->state);
	evd_object_reset(&d.scratch);
	evd_object_cstr(&d.scratch, "kind", "consent");
	if (said->recipient)
		evd_object_cstr(&d.scratch, "recipient", said->recipient);
	if (said->until)
		evd_object_cstr(&d.scratch, "until", said->until);
	r = evd_entry_record(&d, &d.scratch, NULL, err);
	if (r == 0)
		return evd_entry_commit(&d, s->key, err);
	evd_entry_abandon(&d);
	return r;
}

static int run_consent(struct cmd_global *g, int argc, char **argv)
{
	enum { BASIS = CMD_OWN, RECIPIENT, UNTIL, REFERENCE, PURPOSE, REASON };
	static const struct option own[] = {{"basis", required_argument, NULL, BASIS},
	                                    {"recipient", required_argument, NULL, RECIPIENT},
	                                    {"until", required_argument, NULL, UNTIL},
	                                    {"reference", required_argument, NULL, REFERENCE},
	                                    {"purpose", required_argument, NULL, PURPOSE},
	                                    {"reason", required_argument, NULL, REASON},
	                                    {NULL, 0, NULL, 0}};
	static const char *const bases[] = {"written", "oral", "representative", "law"};
	static const char *const states[] = {"given", "limited", "withdrawn", "refused"};
	struct said said = {0};
	struct cmd_session s;
	struct evd_error err = {0};
	int id, r;

	while ((id = cmd_option(g, &cmd_consent, own, argc, argv)) != -1) {
		switch (id) {
		case BASIS: said.basis = optarg; break;
		case RECIPIENT: said.recipient = optarg; break;
		case UNTIL: said.until = optarg; break;
		case REFERENCE: said.x.consent = optarg; break;
		case PURPOSE: said.x.purpose = optarg; break;
		case REASON: said.x.reason = optarg; break;
		default: return cmd_option_exit();
		}
	}
	said.state = argc - optind == 1 ? argv[optind] : NULL;
	if (!is_word(said.state, states, 4))
		return cmd_usage(&cmd_consent, "say given, limited, withdrawn or refused");
	if (!is_word(said.basis, bases, 4))
		return cmd_usage(&cmd_consent, "--basis is written, oral, representative or law");
	if (said.recipient && !evd_is_utf8(evd_view_str(said.recipient)))
		return cmd_usage(&cmd_consent, "--recipient is not UTF-8");
	if (said.until && !is_date(said.until))
		return cmd_usage(&cmd_consent, "--until is a date: 2027-01-31");
	r = cmd_begin(g, &s);
	if (r)
		return r;
	r = commit_consent(&s, &said, &err);
	if (r)
		r = cmd_fail(r, &err);
	else if (!g->quiet)
		printf("Consent %s, recorded as entry %zu\n", said.state, s.c.log.entries.n);
	cmd_end(&s);
	return r;
}

const struct cmd_row cmd_consent = {
    "consent",
    "usage: evidence consent given|limited|withdrawn|refused --basis BASIS [OPTION]...\n"
    "\n"
    "Records what the person concerned agreed to. 'evidence transfer' looks at the newest such "
    "entry\n"
    "that names its recipient, or nobody: after withdrawn, refused, or the last day, it hands "
    "over\n"
    "only with --authority.\n"
    "\n"
    "  --basis BASIS       written, oral, representative, law\n"
    "  --recipient NAME    to whom, as transfer will name it, or a fingerprint; without: to "
    "anybody\n"
    "  --until YYYY-MM-DD  the last day (UTC)\n"
    "  --reference TEXT    the paper, its number and place\n"
    "  --purpose TEXT      what for\n"
    "  --reason TEXT       recorded with it\n",
    N_("record consent: given, limited, withdrawn, refused"),
    run_consent,
};

static int commit_hold(struct cmd_session *s, const char *state, const struct evd_circumstances *x,
                       struct evd_error *err)
{
	struct evd_draft d;
	int r = evd_entry_begin(&s->c, EVD_HOLD, evd_key_actor(s->key), x, &d, err);

	if (r)
		return r;
	evd_object_cstr(&d.details, "state", state);
	return evd_entry_commit(&d, s->key, err);
}

static int run_hold(struct cmd_global *g, int argc, char **argv)
{
	enum { REASON = CMD_OWN, AUTHORITY };
	static const struct option own[] = {{"reason", required_argument, NULL, REASON},
	                                    {"authority", required_argument, NULL, AUTHORITY},
	                                    {NULL, 0, NULL, 0}};
	static const char *const states[] = {"on", "off"};
	struct evd_circumstances x = {0};
	struct cmd_session s;
	struct evd_error err = {0};
	int id, r;

	while ((id = cmd_option(g, &cmd_hold, own, argc, argv)) != -1) {
		if (id == REASON)
			x.reason = optarg;
		else if (id == AUTHORITY)
			x.authority = optarg;
		else
			return cmd_option_exit();
	}
	if (argc - optind != 1 || !is_word(argv[optind], states, 2) || !x.reason)
		return cmd_usage(&cmd_hold, "say on or off, and --reason");
	r = cmd_begin(g, &s);
	if (r)
		return r;
	r = commit_hold(&s, argv[optind], &x, &err);
	if (r)
		r = cmd_fail(r, &err);
	else if (!g->quiet)
		printf("Hold %s, recorded as entry %zu\n", argv[optind], s.c.log.entries.n);
	cmd_end(&s);
	return r;
}

const struct cmd_row cmd_hold = {
    "hold",
    "usage: evidence hold on|off --reason TEXT [--authority TEXT]\n"
    "\n"
    "Records that nothing of this case may be disposed of, or that it may again.\n"
    "\n"
    "  --reason TEXT     why\n"
    "  --authority TEXT  number of the order\n",
    N_("forbid or allow disposal"),
    run_hold,
};
