/* cmd_transfer: `evidence admit`, `transfer` (docs/handover.md). */
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"
#include "chain/target.h"
#include "platform/files.h"
#include "platform/new_file.h"
#include "seal/seal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int run_admit(struct cmd_global *g, int argc, char **argv)
{
	enum { AS = CMD_OWN, REASON };
	static const struct option own[] = {{"as", required_argument, NULL, AS},
	                                    {"reason", required_argument, NULL, REASON},
	                                    {NULL, 0, NULL, 0}};
	static const char *const words[] = {"colleague", "device", "renewed", "witness"};
	struct evd_circumstances x = {0};
	struct cmd_session s;
	struct evd_draft d;
	struct evd_error err = {0};
	uint8_t who[EVD_SHA256_LEN];
	const char *as = "";
	bool known = false;
	int id, r;

	while ((id = cmd_option(g, &cmd_admit, own, argc, argv)) != -1) {
		if (id == AS)
			as = optarg;
		else if (id == REASON)
			x.reason = optarg;
		else
			return cmd_option_exit();
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		known = known || strcmp(as, words[i]) == 0;
	if (!known)
		return cmd_usage(&cmd_admit, "--as is colleague, device, renewed or witness");
	if (argc - optind != 1 || !cmd_fingerprint(argv[optind], who))
		return cmd_usage(&cmd_admit, "give the whole fingerprint of the certificate, 64 digits");
	r = cmd_begin(g, &s);
	if (r)
		return r;
	r = evd_entry_begin(&s.c, EVD_ADMIT, evd_key_actor(s.key), &x, &d, &err);
	if (r == 0) {
		evd_object_cstr(&d.details, "as", as);
		evd_object_hex(&d.details, "certificate", who, sizeof who);
		r = evd_entry_commit(&d, s.key, &err);
	}
	if (r)
		r = cmd_fail(r, &err);
	else if (!g->quiet)
		printf("Admitted as %s by entry %zu\n", as, s.c.log.entries.n);
	cmd_end(&s);
	return r;
}

const struct cmd_row cmd_admit = {
    "admit",
    "usage: evidence admit --as colleague|device|renewed|witness [--reason TEXT] FINGERPRINT\n"
    "\n"
    "Lets another certificate write in this case. A device or renewed certificate is the "
    "custodian's\n"
    "own; a colleague may do all but admit and hand over; a witness may only write notes.\n"
    "Compare the fingerprint with the one its holder wrote on paper.\n"
    "\n"
    "  --as KIND      what it is let in as\n"
    "  --reason TEXT  recorded with it\n",
    N_("let another certificate write in this case"),
    run_admit,
};

/* A random UUID, version 4, variant 10 (RFC 9562 §5.4). */
static int new_uuid(char out[37], struct evd_error *err)
{
	uint8_t b[16];
	char hex[33];
	int r = evd_random(b, sizeof b, err);

	if (r)
		return r;
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	evd_hex(hex, b, sizeof b);
	snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
	return 0;
}

/* A handover on its way. */
struct handing {
	struct cmd_session s;
	const uint8_t *to; /* fingerprint; NULL: anyone */
	const struct evd_circumstances *x;
	char id[37];
	uint64_t entry; /* its number, once it is recorded */
	struct evd_sealed sealed;
	struct evd_new_file form;
};

static int commit(void *ctx, struct evd_error *err)
{
	struct handing *h = ctx;
	struct evd_draft d;
	int r = new_uuid(h->id, err);

	if (r == 0)
		r = evd_entry_begin(&h->s.c, EVD_TRANSFER, evd_key_actor(h->s.key), h->x, &d, err);
	if (r)
		return r;
	if (h->to)
		evd_object_hex(&d.details, "certificate", h->to, EVD_SHA256_LEN);
	else
		evd_object_null(&d.details, "certificate");
	evd_object_cstr(&d.details, "transferId", h->id);
	r = evd_entry_commit(&d, h->s.key, err);
	if (r == 0)
		h->entry = h->s.c.log.entries.n;
	return r;
}

#define VALUES 35 /* the column where they begin; as wide as the longest label of our catalogues */

/* Widths are counted in code points, which is right for the scripts of the catalogues. */
static void put_label(struct evd_buf *b, const char *text)
{
	size_t width = 0;

	evd_put_str(b, text);
	for (; *text; text++)
		width += ((uint8_t)*text & 0xc0) != 0x80;
	for (; width < VALUES; width++)
		evd_put_u8(b, ' ');
}

static void put_line(struct evd_buf *b, const char *what, const char *value)
{
	put_label(b, what);
	evd_put_u8(b, ' ');
	if (value && *value)
		evd_put_printable(b, evd_view_str(value), 0);
	else
		evd_put_str(b, "________________________________________");
	evd_put_str(b, "\n");
}

/* In groups of four, as people compare them. */
static void put_hex(struct evd_buf *b, const char *what, const uint8_t *digest)
{
	char hex[2 * EVD_SHA256_LEN + 1];

	evd_putf(b, "%s\n   ", what);
	if (!digest) {
		evd_put_str(b, " ______________________________________________________________\n");
		return;
	}
	evd_hex(hex, digest, EVD_SHA256_LEN);
	for (size_t i = 0; i < 2 * EVD_SHA256_LEN; i += 4)
		evd_putf(b, "%s %.4s", i == EVD_SHA256_LEN ? "\n   " : "", hex + i);
	evd_put_str(b, "\n");
}

/* A box to tick, and room to write behind it unless `room` is 0. */
static void put_box(struct evd_buf *b, const char *text, unsigned room)
{
	evd_putf(b, "[ ] %s%s", text, room ? " " : "");
	while (room--)
		evd_put_u8(b, '_');
}

static void put_answers(struct evd_buf *b)
{
	evd_putf(b, "\n%s\n\n", _("To be filled in by hand"));
	put_box(b, _("taken over"), 0);
	evd_put_str(b, "    ");
	put_box(b, _("refused, because"), 32);
	evd_put_u8(b, '\n');
	put_box(b, _("seal and number as above"), 0);
	evd_put_str(b, "    ");
	put_box(b, _("they differ:"), 22);
	evd_put_u8(b, '\n');
	put_box(b, _("the bundle was verified by a program, which said:"), 17);
	evd_put_u8(b, '\n');
	put_box(b, _("the bundle was not verified"), 0);
	evd_put_str(b, "\n\n");
	put_line(b, _("Place, date, hour"), NULL);
	put_line(b, _("Giver, name"), NULL);
	put_line(b, _("Giver, signature"), NULL);
	put_line(b, _("Recipient, name"), NULL);
	put_line(b, _("Recipient, signature"), NULL);
	evd_putf(b, "\n%s\n",
	         _("A signature on paper binds less than a signed receipt: no program can check it."));
}

/* The paper fallback: what the log says of the handover, and room for what only a hand can write. */
static int put_form(struct handing *h, struct evd_error *err)
{
	const struct evd_circumstances *x = h->x;
	struct evd_buf b = {0};
	char time[EVD_TIME_LEN + 1];
	int r;

	evd_time_format(time, h->s.c.log.entry.time_ms);
	evd_putf(&b, "%s\n\n", _("HANDOVER OF A SEALED EVIDENCE BUNDLE"));
	put_line(&b, _("Case"), h->s.c.log.case_id);
	put_line(&b, _("Handover"), h->id);
	put_line(&b, _("Sealed (giver's clock)"), time);
	put_line(&b, _("Recipient"), x->recipient);
	put_line(&b, _("Purpose"), x->purpose);
	put_line(&b, _("Authority"), x->authority);
	put_line(&b, _("Medium"), x->medium);
	put_line(&b, _("Physical seal number"), x->seal_number);
	put_line(&b, _("Condition"), x->condition);
	put_hex(&b, _("Seal digest of the bundle"), h->sealed.seal_digest);
	put_hex(&b, _("Custody head"), h->sealed.head);
	put_hex(&b, _("Giver's certificate"), evd_key_fingerprint(h->s.key));
	put_hex(&b, _("Recipient's certificate"), h->to);
	put_answers(&b);
	r = evd_buf_check(&b, err);
	if (r == 0)
		r = evd_file_write(h->form.fd, b.data, b.len, err);
	if (r == 0)
		r = evd_new_file_name(&h->form, err);
	evd_buf_release(&b);
	return r;
}

#define FORM_ROOM ((uint64_t)64 << 10) /* bytes, more than a form takes */

/* Both files are begun before anything is recorded. */
static int begin_form(struct handing *h, const char *form, struct evd_error *err)
{
	int r = evd_target_check(form, err);

	if (r == 0)
		r = evd_new_file_begin(&h->form, form, err);
	return r ? r : evd_room(h->form.fd, FORM_ROOM, err);
}

/* An order needs no consent (docs/handover.md). */
static int may_hand_over(struct handing *h, struct evd_error *err)
{
	return h->x->authority ? 0 : cmd_consent_allows(&h->s.c, h->x->recipient, h->to, err);
}

static int seal(struct handing *h, const char *path, struct evd_error *err)
{
	const struct evd_seal_first first = {commit, h};
	struct evd_seal_options o = {.pool = h->s.pool, .first = &first};
	struct evd_error why = {0};
	int r = evd_seal(&h->s.c, h->s.key, path, &o, &h->sealed, &why);

	if (r && h->entry)
		return evd_fail(err, r,
		                "%.120s; entry %" PRIu64
		                " records the handover already: 'evidence seal FILE' makes its bundle",
		                why.text, h->entry);
	return r ? evd_fail(err, r, "%s", why.text) : 0;
}

static void say_handed_over(const struct handing *h, const char *path)
{
	char digest[2 * EVD_SHA256_LEN + 1];

	evd_hex(digest, h->sealed.seal_digest, EVD_SHA256_LEN);
	printf("To be handed over: ");
	cmd_put_text(evd_view_str(path));
	printf("\nTransfer     %s\nSeal digest  %s\n", h->id, digest);
}

static int hand_over(struct cmd_global *g, struct handing *h, const char *path, const char *form)
{
	struct evd_error err = {0}, unmade = {0};
	int r = cmd_begin(g, &h->s);

	if (r)
		return r;
	if (form)
		r = begin_form(h, form, &err);
	if (r == 0)
		r = may_hand_over(h, &err);
	if (r == 0)
		r = seal(h, path, &err);
	if (r) {
		r = cmd_fail(r, &err);
	} else {
		cmd_say_not_brought(&h->sealed);
		if (!g->quiet)
			say_handed_over(h, path);
		/* what was handed over stands without it: done in part */
		if (form && put_form(h, &unmade))
			r = cmd_fail(
			    evd_fail(&err, EVD_E_CANCELLED,
			             "the handover is recorded and sealed, but its form was not made: %.120s",
			             unmade.text),
			    &err);
	}
	evd_new_file_release(&h->form);
	cmd_end(&h->s);
	return r;
}

static int run_transfer(struct cmd_global *g, int argc, char **argv)
{
	enum {
		TO = CMD_OWN,
		RECIPIENT,
		PURPOSE,
		CONDITION,
		MEDIUM,
		SEAL_NUMBER,
		AUTHORITY,
		CONSENT,
		FORM
	};
	static const struct option own[] = {{"to", required_argument, NULL, TO},
	                                    {"recipient", required_argument, NULL, RECIPIENT},
	                                    {"purpose", required_argument, NULL, PURPOSE},
	                                    {"condition", required_argument, NULL, CONDITION},
	                                    {"medium", required_argument, NULL, MEDIUM},
	                                    {"seal-number", required_argument, NULL, SEAL_NUMBER},
	                                    {"authority", required_argument, NULL, AUTHORITY},
	                                    {"consent", required_argument, NULL, CONSENT},
	                                    {"form", required_argument, NULL, FORM},
	                                    {NULL, 0, NULL, 0}};
	struct evd_circumstances x = {0};
	struct handing h = {.form.fd = -1};
	uint8_t who[EVD_SHA256_LEN];
	const char *to = NULL, *form = NULL;
	bool anyone;
	int id;

	while ((id = cmd_option(g, &cmd_transfer, own, argc, argv)) != -1) {
		switch (id) {
		case TO: to = optarg; break;
		case RECIPIENT: x.recipient = optarg; break;
		case PURPOSE: x.purpose = optarg; break;
		case CONDITION: x.condition = optarg; break;
		case MEDIUM: x.medium = optarg; break;
		case SEAL_NUMBER: x.seal_number = optarg; break;
		case AUTHORITY: x.authority = optarg; break;
		case CONSENT: x.consent = optarg; break;
		case FORM: form = optarg; break;
		default: return cmd_option_exit();
		}
	}
	if (argc - optind != 1)
		return cmd_usage(&cmd_transfer, "give the name of the bundle, such as OUT.asice");
	if (!to || !x.recipient || !x.purpose)
		return cmd_usage(&cmd_transfer, "give --to, --recipient and --purpose");
	anyone = strcmp(to, "anyone") == 0;
	if (!anyone && !cmd_fingerprint(to, who))
		return cmd_usage(&cmd_transfer, "--to is a whole fingerprint, 64 digits, or anyone");
	h.to = anyone ? NULL : who;
	h.x = &x;
	return hand_over(g, &h, argv[optind], form);
}

const struct cmd_row cmd_transfer = {
    "transfer",
    "usage: evidence transfer --to FINGERPRINT|anyone --recipient NAME --purpose TEXT [OPTION]...\n"
    "                         OUT.asice\n"
    "\n"
    "Records to whom the case is handed over and seals the bundle that travels. This case goes on; "
    "the\n"
    "recipient's answer is taken in with 'evidence receipt'.\n"
    "\n"
    "  --to FINGERPRINT|anyone  the recipient's certificate, which alone may answer; anyone: its\n"
    "                           fingerprint is not known, any certificate may answer\n"
    "  --recipient NAME         person and office, or a code\n"
    "  --purpose TEXT           what for\n"
    "  --condition TEXT         state of what is handed over\n"
    "  --medium TEXT            the stick or disk it travels on\n"
    "  --seal-number N          number of its physical seal or bag\n"
    "  --authority TEXT         number of an order\n"
    "  --consent TEXT           reference of the consent\n"
    "  --form FORM.txt          also write a form to be printed and signed by hand, for a "
    "recipient\n"
    "                           who cannot give a signed receipt\n",
    N_("hand the case over: record it and seal"),
    run_transfer,
};
