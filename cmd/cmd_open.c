/* cmd_open: `evidence open`, `evidence close`. */
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"
#include "chain/describe.h"

#include <stdio.h>
#include <string.h>

enum {
	NUMBER = CMD_OWN,
	TITLE,
	INSTITUTION,
	LEGAL_BASIS,
	RESPONSIBLE,
	PURPOSE,
	LANGUAGE,
	VIOLENCE,
	CONSENT,
	RETENTION,
	REVIEW,
	EXCLUDED,
	AUTHORITY
};

static const struct option options[] = {
    {"number", required_argument, NULL, NUMBER},
    {"title", required_argument, NULL, TITLE},
    {"institution", required_argument, NULL, INSTITUTION},
    {"legal-basis", required_argument, NULL, LEGAL_BASIS},
    {"responsible", required_argument, NULL, RESPONSIBLE},
    {"purpose", required_argument, NULL, PURPOSE},
    {"language", required_argument, NULL, LANGUAGE},
    {"violence", required_argument, NULL, VIOLENCE},
    {"consent", required_argument, NULL, CONSENT},
    {"retention", required_argument, NULL, RETENTION},
    {"review", required_argument, NULL, REVIEW},
    {"excluded", required_argument, NULL, EXCLUDED},
    {"authority", required_argument, NULL, AUTHORITY},
    {NULL, 0, NULL, 0},
};

static int make(struct cmd_global *g, const char *dir, const struct evd_description *d,
                const struct evd_circumstances *x)
{
	struct cmd_session s = {0};
	struct evd_error err = {0};
	int r = evd_description_check(d, &err); /* before a passphrase is asked for */

	if (r == 0)
		r = cmd_key(g, &s.key, &err); /* before anything is made */
	if (r)
		return cmd_fail(r, &err);
	cmd_catch_interrupt(); /* what is begun from here on is finished, or undone */
	r = evd_case_new(dir, s.key, d, x, &s.c, &err);
	if (r) {
		r = cmd_fail(r, &err);
		evd_key_free(s.key);
		evd_case_close(&s.c);
		return r;
	}
	if (!g->quiet)
		printf(_("Case %s opened in %s\n"), s.c.log.case_id, dir);
	cmd_end(&s);
	return CMD_DONE;
}

static int run_open(struct cmd_global *g, int argc, char **argv)
{
	struct evd_description d = {0};
	struct evd_circumstances x = {0};
	int id;

	while ((id = cmd_option(g, &cmd_open, options, argc, argv)) != -1) {
		switch (id) {
		case NUMBER: d.number = optarg; break;
		case TITLE: d.title = optarg; break;
		case INSTITUTION: d.institution = optarg; break;
		case LEGAL_BASIS: d.legal_basis = x.legal_basis = optarg; break;
		case RESPONSIBLE: d.responsible = optarg; break;
		case PURPOSE: d.purpose = x.purpose = optarg; break;
		case LANGUAGE: d.language = optarg; break;
		case VIOLENCE: d.violence = optarg; break;
		case CONSENT: d.consent = x.consent = optarg; break;
		case RETENTION: d.retention = optarg; break;
		case REVIEW: d.review = optarg; break;
		case EXCLUDED: d.excluded = optarg; break;
		case AUTHORITY: x.authority = optarg; break;
		default: return cmd_option_exit();
		}
	}
	if (argc - optind != 1)
		return cmd_usage(&cmd_open, "give the folder of the new case");
	if (!d.number || !d.title)
		return cmd_usage(&cmd_open, "give --number and --title");
	return make(g, argv[optind], &d, &x);
}

const struct cmd_row cmd_open = {
    "open",
    "usage: evidence open DIR --number N --title T [OPTION]...\n"
    "\n"
    "Opens a new case in the folder DIR, which is made, or must be empty.\n"
    "\n"
    "  --number N         the case number; use a code where names could endanger somebody\n"
    "  --title T          a neutral title\n"
    "  --institution I    who keeps the case\n"
    "  --legal-basis B    on what basis evidence is collected\n"
    "  --responsible R    who is responsible for the collection\n"
    "  --purpose P        what for\n"
    "  --authority A      number of an order, if there is one\n"
    "  --violence KIND    stalking intimate-images harassment threats hate identity-theft "
    "deepfake\n"
    "                     doxing sextortion fraud account-takeover child-abuse-material\n"
    "                     violent-extremism domestic-violence other\n"
    "  --consent C        reference of the consent record\n"
    "  --retention DATE   to be kept until (YYYY-MM-DD)\n"
    "  --review DATE      to be looked at again\n"
    "  --excluded TEXT    what is left out on purpose\n"
    "  --language L       language of the case, such as sr-Latn\n",
    N_("open a new case"),
    run_open,
};

static int run_close(struct cmd_global *g, int argc, char **argv)
{
	enum { REASON = CMD_OWN };
	static const struct option own[] = {{"reason", required_argument, NULL, REASON},
	                                    {NULL, 0, NULL, 0}};
	struct evd_circumstances x = {0};
	struct cmd_session s;
	struct evd_draft d;
	struct evd_error err = {0};
	int id, r;

	while ((id = cmd_option(g, &cmd_close, own, argc, argv)) != -1) {
		if (id != REASON)
			return cmd_option_exit();
		x.reason = optarg;
	}
	if (argc != optind)
		return cmd_usage(&cmd_close, "it takes no words");
	r = cmd_begin(g, &s);
	if (r)
		return r;
	if (s.c.log.closed)
		r = evd_fail(&err, EVD_E_MISUSE, "the case is closed already");
	if (r == 0)
		r = evd_entry_begin(&s.c, EVD_CLOSE, evd_key_actor(s.key), &x, &d, &err);
	if (r == 0)
		r = evd_entry_commit(&d, s.key, &err);
	if (r)
		r = cmd_fail(r, &err);
	else if (!g->quiet)
		printf(_("Case closed by entry %zu\n"), s.c.log.entries.n);
	cmd_end(&s);
	return r;
}

const struct cmd_row cmd_close = {
    "close",
    "usage: evidence close [--reason TEXT]\n"
    "\n"
    "Closes the case: nothing more is taken in. Sealing, handing over, disclosing, time stamps,\n"
    "consent, hold and disposal stay possible.\n",
    N_("close the case to further evidence"),
    run_close,
};
