/* cmd_identity: `evidence identity …` (docs/identity.md): who signs. */
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"
#include "chain/target.h"

#include <stdio.h>
#include <string.h>

enum { NAME = CMD_OWN, ROLE, ORGANISATION, REAL_NAME, ALGORITHM, PEM, PKCS11, CERTIFICATE };

static const struct option options[] = {
    {"name", required_argument, NULL, NAME},
    {"role", required_argument, NULL, ROLE},
    {"organisation", required_argument, NULL, ORGANISATION},
    {"real-name", no_argument, NULL, REAL_NAME},
    {"algorithm", required_argument, NULL, ALGORITHM},
    {"pem", no_argument, NULL, PEM},
    {"pkcs11", required_argument, NULL, PKCS11},
    {"certificate", required_argument, NULL, CERTIFICATE},
    {NULL, 0, NULL, 0},
};

struct words {
	struct evd_identity_request request;
	bool pem;
	const char *module, *certificate; /* --pkcs11, --certificate, or NULL */
	const char *first;                /* the word behind the subcommand, or NULL */
};

static void put_str(const char *text)
{
	cmd_put_text(evd_view_str(text));
}

/* 16 groups of 4 in two lines, as it is copied to paper. */
static void put_fingerprint(const uint8_t fingerprint[EVD_SHA256_LEN], const char *indent)
{
	char hex[2 * EVD_SHA256_LEN + 1];

	evd_hex(hex, fingerprint, EVD_SHA256_LEN);
	for (size_t i = 0; i < 16; i++)
		printf("%s%.4s%s", i % 8 ? " " : indent, hex + 4 * i, i % 8 == 7 ? "\n" : "");
}

static void put_json(const struct evd_identity_info *info)
{
	struct evd_object o;
	struct evd_buf b = {0};

	evd_object_init(&o);
	evd_object_hex(&o, "fingerprint", info->fingerprint, EVD_SHA256_LEN);
	evd_object_cstr(&o, "name", info->name);
	evd_object_cstr(&o, "role", info->role);
	evd_object_cstr(&o, "organisation", info->organisation);
	evd_object_cstr(&o, "kind", info->kind);
	evd_object_cstr(&o, "algorithm", info->algorithm);
	if (evd_object_write(&o, &b, NULL) == 0)
		printf("%.*s\n", (int)b.len, (const char *)b.data);
	evd_buf_release(&b);
	evd_object_release(&o);
}

static const char *kind_text(const char *kind)
{
	return strcmp(kind, "pkcs11") == 0   ? "on a card or token"
	       : strcmp(kind, "pkcs12") == 0 ? "imported, kept under the passphrase"
	                                     : "made here, kept under the passphrase";
}

static void put_text(const struct evd_identity_info *info)
{
	char hex[2 * EVD_SHA256_LEN + 1];

	evd_hex(hex, info->fingerprint, EVD_SHA256_LEN);
	printf("Identity %.8s\n  name          ", hex);
	put_str(info->name);
	fputs("\n  role          ", stdout);
	put_str(info->role);
	if (info->organisation[0]) {
		fputs("\n  organisation  ", stdout);
		put_str(info->organisation);
	}
	printf("\n  key           %s, %s\n  fingerprint\n", info->algorithm, kind_text(info->kind));
	put_fingerprint(info->fingerprint, "    ");
}

static int home_of(char *home, size_t cap)
{
	struct evd_error err = {0};
	int r = evd_keystore_home(home, cap, &err);

	return r ? cmd_fail(r, &err) : CMD_DONE;
}

/* What a new identity's holder must be told once. */
static void say_new(struct cmd_global *g, const struct evd_identity_info *info)
{
	char hex[2 * EVD_SHA256_LEN + 1];

	if (g->json)
		put_json(info);
	else
		put_text(info);
	if (g->quiet || g->json)
		return;
	evd_hex(hex, info->fingerprint, EVD_SHA256_LEN);
	puts("\nWrite the fingerprint on paper and give it to those who will verify: it, and not the "
	     "name,\n"
	     "says who signed.");
	if (strcmp(info->kind, "pkcs11") != 0)
		printf("A lost key cannot be made again. Make an encrypted copy now, on another medium:\n"
		       "  evidence --identity %.8s identity backup FILE.p12\n",
		       hex);
}

static int run_create(struct cmd_global *g, const struct words *w)
{
	struct evd_secret_source secret = cmd_secret(g);
	struct evd_buf passphrase = {0};
	struct evd_identity_info info;
	struct evd_error err = {0};
	char home[4096];
	int r;

	if (!w->request.name || !w->request.role || w->first)
		return cmd_usage(&cmd_identity, "create needs --name and --role, and no further words");
	r = evd_keystore_home(home, sizeof home, &err);
	if (r == 0)
		r = secret.ask(secret.ctx, "new passphrase", true, &passphrase, &err);
	if (r == 0)
		r = evd_keystore_create(home, &w->request, evd_buf_view(&passphrase), &info, &err);
	if (r == 0)
		say_new(g, &info);
	evd_buf_wipe(&passphrase);
	return r ? cmd_fail(r, &err) : CMD_DONE;
}

struct listing {
	struct cmd_global *g;
	size_t n;
};

static int list_one(void *ctx, const struct evd_identity_info *info)
{
	struct listing *l = ctx;
	char hex[2 * EVD_SHA256_LEN + 1];

	l->n++;
	if (l->g->json) {
		put_json(info);
		return 0;
	}
	evd_hex(hex, info->fingerprint, EVD_SHA256_LEN);
	printf("%.8s  %-8s %-7s ", hex, info->algorithm, info->kind);
	put_str(info->name);
	fputs(", ", stdout);
	put_str(info->role);
	if (info->organisation[0]) {
		fputs(", ", stdout);
		put_str(info->organisation);
	}
	putchar('\n');
	return 0;
}

static int run_list(struct cmd_global *g, const struct words *w)
{
	struct listing l = {g, 0};
	struct evd_error err = {0};
	char home[4096];
	int r;

	if (w->first)
		return cmd_usage(&cmd_identity, "list takes no words");
	r = home_of(home, sizeof home);
	if (r)
		return r;
	r = evd_keystore_list(home, list_one, &l, &err);
	if (r)
		return cmd_fail(r, &err);
	if (l.n == 0 && !g->json && !g->quiet)
		puts("There is no identity yet: 'evidence identity create --name NAME --role ROLE' makes "
		     "one.");
	return CMD_DONE;
}

static int run_show(struct cmd_global *g, const struct words *w)
{
	struct evd_identity_info info;
	struct evd_buf pem = {0};
	struct evd_error err = {0};
	char home[4096];
	int r = home_of(home, sizeof home);

	if (r)
		return r;
	r = evd_keystore_find(home, w->first ? w->first : g->identity, &info, &err);
	if (r == 0 && w->pem)
		r = evd_keystore_certificate(home, w->first ? w->first : g->identity, &pem, &err);
	if (r == 0 && w->pem)
		fwrite(pem.data, 1, pem.len, stdout);
	else if (r == 0 && g->json)
		put_json(&info);
	else if (r == 0)
		put_text(&info);
	evd_buf_release(&pem);
	return r ? cmd_fail(r, &err) : CMD_DONE;
}

static int run_backup(struct cmd_global *g, const struct words *w)
{
	struct evd_secret_source secret = cmd_secret(g);
	struct evd_identity_info info;
	struct evd_error err = {0};
	char home[4096];
	int r;

	if (!w->first)
		return cmd_usage(&cmd_identity, "backup needs the name of the file to write");
	r = home_of(home, sizeof home);
	if (r)
		return r;
	r = evd_target_check(w->first, &err);
	if (r == 0)
		r = evd_keystore_backup(home, g->identity, &secret, w->first, &info, &err);
	if (r)
		return cmd_fail(r, &err);
	if (g->json)
		put_json(&info);
	else if (!g->quiet) {
		fputs("Copied to ", stdout);
		put_str(w->first);
		puts(", encrypted under the passphrase of this identity, and read back.\n"
		     "Keep it apart from this computer. 'evidence identity restore FILE' brings it back.");
	}
	return CMD_DONE;
}

static int run_restore(struct cmd_global *g, const struct words *w)
{
	struct evd_secret_source secret = cmd_secret(g);
	struct evd_identity_info info;
	struct evd_error err = {0};
	char home[4096];
	int r;

	if (!w->first)
		return cmd_usage(&cmd_identity, "restore needs the file that backup wrote");
	r = home_of(home, sizeof home);
	if (r)
		return r;
	r = evd_keystore_restore(home, w->first, &secret, &info, &err);
	if (r)
		return cmd_fail(r, &err);
	if (g->json)
		put_json(&info);
	else
		put_text(&info);
	return CMD_DONE;
}

static int run_import(struct cmd_global *g, const struct words *w)
{
	struct evd_secret_source secret = cmd_secret(g);
	struct evd_identity_info info;
	struct evd_error err = {0};
	char home[4096];
	int r;

	if (!w->first == !w->module || !w->request.name || !w->request.role)
		return cmd_usage(&cmd_identity,
		                 "import needs a PKCS#12 file or --pkcs11 MODULE, --name and --role");
	r = home_of(home, sizeof home);
	if (r)
		return r;
	if (w->module)
		r = evd_card_import(home, w->module, w->certificate, &w->request, &secret, &info, &err);
	else
		r = evd_keystore_import(home, w->first, &w->request, &secret, &info, &err);
	if (r)
		return cmd_fail(r, &err);
	say_new(g, &info);
	return CMD_DONE;
}

static int card_one(void *ctx, const struct evd_card_certificate *c)
{
	struct listing *l = ctx;
	struct evd_object o;
	struct evd_buf b = {0};
	char hex[2 * EVD_SHA256_LEN + 1];

	l->n++;
	evd_hex(hex, c->fingerprint, EVD_SHA256_LEN);
	if (!l->g->json) {
		printf("%.8s  %-8s %-10s ", hex, c->algorithm, c->usable ? "can sign" : "cannot");
		put_str(c->subject);
		fputs(", card ", stdout);
		put_str(c->token_label);
		fputs(" (serial ", stdout);
		put_str(c->token_serial);
		puts(")");
		return 0;
	}
	evd_object_init(&o);
	evd_object_cstr(&o, "fingerprint", hex);
	evd_object_cstr(&o, "algorithm", c->algorithm);
	evd_object_bool(&o, "usable", c->usable);
	evd_object_bytes(&o, "subject", evd_view_str(c->subject));
	evd_object_cstr(&o, "tokenLabel", c->token_label);
	evd_object_cstr(&o, "tokenSerial", c->token_serial);
	if (evd_object_write(&o, &b, NULL) == 0)
		printf("%.*s\n", (int)b.len, (const char *)b.data);
	evd_buf_release(&b);
	evd_object_release(&o);
	return 0;
}

/* What a card holds, before one of it is imported. */
static int run_cards(struct cmd_global *g, const struct words *w)
{
	struct listing l = {g, 0};
	struct evd_error err = {0};
	int r;

	if (!w->module || w->first)
		return cmd_usage(&cmd_identity, "cards needs --pkcs11 MODULE");
	r = evd_card_list(w->module, card_one, &l, &err);
	if (r)
		return cmd_fail(r, &err);
	if (l.n == 0 && !g->json && !g->quiet)
		puts("The cards that are there hold no certificate.");
	return CMD_DONE;
}

static const struct sub {
	const char *name;
	int (*run)(struct cmd_global *g, const struct words *w);
} subs[] = {
    {"create", run_create},   {"list", run_list},     {"show", run_show},   {"backup", run_backup},
    {"restore", run_restore}, {"import", run_import}, {"cards", run_cards},
};

static int run(struct cmd_global *g, int argc, char **argv)
{
	struct words w = {.first = NULL};
	const char *sub;
	int id;

	while ((id = cmd_option(g, &cmd_identity, options, argc, argv)) != -1) {
		switch (id) {
		case NAME: w.request.name = optarg; break;
		case ROLE: w.request.role = optarg; break;
		case ORGANISATION: w.request.organisation = optarg; break;
		case REAL_NAME: w.request.real_name = true; break;
		case ALGORITHM: w.request.algorithm = optarg; break;
		case PEM: w.pem = true; break;
		case PKCS11: w.module = optarg; break;
		case CERTIFICATE: w.certificate = optarg; break;
		default: return cmd_option_exit();
		}
	}
	if (optind == argc)
		return cmd_usage(&cmd_identity, "say what to do");
	sub = argv[optind++];
	if (optind < argc)
		w.first = argv[optind++];
	if (optind < argc)
		return cmd_usage(&cmd_identity, "too many words");
	for (size_t i = 0; i < sizeof subs / sizeof subs[0]; i++)
		if (strcmp(sub, subs[i].name) == 0)
			return subs[i].run(g, &w);
	return cmd_usage(&cmd_identity, "no such thing to do with an identity");
}

const struct cmd_row cmd_identity = {
    "identity",
    "usage: evidence identity create --name NAME --role ROLE [--organisation O] [--real-name]\n"
    "                                [--algorithm p256|p384|rsa3072|rsa4096]\n"
    "       evidence identity list\n"
    "       evidence identity show [--pem] [PREFIX]\n"
    "       evidence identity backup FILE.p12\n"
    "       evidence identity restore FILE.p12\n"
    "       evidence identity import FILE.p12 --name NAME --role ROLE [--organisation O]\n"
    "       evidence identity import --pkcs11 MODULE [--certificate PREFIX]\n"
    "                                --name NAME --role ROLE [--organisation O]\n"
    "       evidence identity cards --pkcs11 MODULE\n"
    "\n"
    "  create    makes a key and its certificate, kept under a passphrase\n"
    "  list      shows the identities of this computer\n"
    "  show      shows one, with its whole fingerprint; --pem prints the certificate\n"
    "  backup    writes an encrypted copy, under the identity's own passphrase\n"
    "  restore   brings such a copy back\n"
    "  import    takes the key of a PKCS#12 file that another program made, or uses one that\n"
    "            stays on a card or token\n"
    "  cards     lists the certificates that the cards behind a PKCS#11 module hold\n"
    "\n"
    "PREFIX is the start of a fingerprint, 4 digits or more. MODULE is the whole path of the\n"
    "driver that came with the card, such as /usr/lib/x86_64-linux-gnu/opensc-pkcs11.so.\n",
    N_("who signs: create, list, show, backup, restore, import, cards"),
    run,
};
