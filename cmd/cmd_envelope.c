/* cmd_envelope: `evidence envelope …` (docs/envelope.md): a sealed case that only its recipients can open. */
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"
#include "chain/target.h"
#include "envelope/envelope.h"
#include "key/key.h"
#include "platform/files.h"
#include "verify/container.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST 64u             /* recipients, or keys */
#define KEY_FILE (64u << 10) /* bytes */
#define KEY_TEXT 512u        /* bytes of one that we write */

enum {
	TO = CMD_OWN,
	TO_FILE,
	WITH_PASSPHRASE,
	SECRET_FILE,
	KEY,
	NEWER,
	AGAIN,
	SCOPE,
	REQUIRE,
	PURPOSE
};

static const struct option options[] = {
    {"to", required_argument, NULL, TO},
    {"to-file", required_argument, NULL, TO_FILE},
    {"with-passphrase", no_argument, NULL, WITH_PASSPHRASE},
    {"envelope-passphrase-file", required_argument, NULL, SECRET_FILE},
    {"key", required_argument, NULL, KEY},
    {"newer-than", required_argument, NULL, NEWER},
    {"again", no_argument, NULL, AGAIN},
    {"scope", required_argument, NULL, SCOPE},
    {"require-timestamp", no_argument, NULL, REQUIRE},
    {"purpose", required_argument, NULL, PURPOSE},
    {NULL, 0, NULL, 0},
};

struct words {
	struct evd_age_recipient to[MOST];
	size_t n_to;
	const char *keys[MOST]; /* files */
	size_t n_keys;
	bool passphrase, again;
	const char *secret_file, *newer;
	struct evd_seal_options seal;
	char **word; /* behind the subcommand */
	int n_words;
};

static int progress(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	return cmd_progress(done, all);
}

/* ---- keys ---- */

static int each_line(struct evd_view text,
                     int (*each)(void *ctx, struct evd_view line, struct evd_error *err), void *ctx,
                     struct evd_error *err)
{
	size_t at = 0;
	int r = 0;

	while (r == 0 && at < text.len) {
		const uint8_t *p = text.p + at, *end = memchr(p, '\n', text.len - at);
		size_t n = end ? (size_t)(end - p) : text.len - at;

		at += n + 1;
		if (n && p[n - 1] == '\r')
			n--;
		if (n && p[0] != '#')
			r = each(ctx, evd_view_of(p, n), err);
	}
	return r;
}

/* Read by one call, straight into locked memory where that is to be had. */
int cmd_key_lines(const char *path,
                  int (*each)(void *ctx, struct evd_view line, struct evd_error *err), void *ctx,
                  struct evd_error *err)
{
	struct evd_error why = {0};
	uint8_t *text;
	uint64_t size;
	int fd, r = evd_file_open(-1, path, &fd, &size, err);

	if (r)
		return r;
	text = size <= KEY_FILE ? OPENSSL_secure_malloc(KEY_FILE) : NULL;
	if (size > KEY_FILE)
		r = evd_fail(err, EVD_E_LIMIT, "%s is larger than a file of keys may be", path);
	else
		r = text ? evd_read_at(fd, 0, text, (size_t)size, err) : evd_nomem(err);
	close(fd);
	if (r == 0)
		r = each_line(evd_view_of(text, (size_t)size), each, ctx, &why);
	if (why.text[0])
		r = evd_fail(err, r, "%s: %s", path, why.text);
	OPENSSL_secure_clear_free(text, KEY_FILE);
	return r;
}

static int add_recipient(void *ctx, struct evd_view line, struct evd_error *err)
{
	struct words *w = ctx;

	if (w->n_to == MOST)
		return evd_fail(err, EVD_E_LIMIT, "more than %u recipients", MOST);
	return evd_age_recipient_parse(line, &w->to[w->n_to++], err);
}

/* Secrets stand in locked memory where that is to be had. */
struct keys {
	struct evd_age_identity at[MOST];
	size_t n;
};

static int add_key(void *ctx, struct evd_view line, struct evd_error *err)
{
	struct keys *k = ctx;

	if (k->n == MOST)
		return evd_fail(err, EVD_E_LIMIT, "more than %u keys", MOST);
	return evd_age_identity_parse(line, &k->at[k->n++], err);
}

/* The passphrase of the envelope, which is not that of the identity: from a file of its own, or asked for. */
static int ask(struct cmd_global *g, const struct words *w, bool confirm, struct evd_buf *out,
               struct evd_error *err)
{
	struct cmd_global own = *g;
	struct evd_secret_source secret = cmd_secret(&own);
	int r;

	own.passphrase_file = w->secret_file;
	own.passphrase_fd = -1;
	r = secret.ask(secret.ctx, "passphrase of the envelope", confirm, out, err);
	if (r == 0 && out->len == 0)
		r = evd_fail(err, EVD_E_DENIED, "the passphrase of the envelope is empty");
	return r;
}

/* ---- key ---- */

/* With an empty list of what was opened with it. */
static int put_key(const char *path, struct evd_view text, struct evd_error *err)
{
	int r = evd_target_check(path, err);

	if (r == 0)
		r = evd_file_exists(-1, path) ? evd_fail(err, EVD_E_EXISTS, "%s exists already", path)
		                              : evd_opened_make(path, err);
	if (r)
		return r;
	r = evd_file_put(-1, path, text, err);
	if (r)
		evd_opened_remove(path);
	return r;
}

static int run_key(struct cmd_global *g, const struct words *w)
{
	struct evd_age_identity *id = OPENSSL_secure_zalloc(sizeof *id);
	char *secret = OPENSSL_secure_zalloc(EVD_AGE_IDENTITY_TEXT);
	char recipient[EVD_AGE_RECIPIENT_TEXT];
	struct evd_error err = {0};
	struct evd_buf b = {0};
	int r;

	if (w->n_words != 1) {
		OPENSSL_secure_clear_free(id, sizeof *id);
		OPENSSL_secure_free(secret);
		return cmd_usage(&cmd_envelope, "key needs the name of the file to make");
	}
	r = id && secret ? evd_age_identity_new(id, &err) : evd_nomem(&err);
	if (r == 0) {
		evd_key_protect_buf(&b, KEY_TEXT);
		evd_age_identity_text(id, secret);
		evd_age_recipient_text(&id->recipient, recipient);
		evd_putf(&b, "# public key: %s\n%s\n", recipient, secret);
		r = evd_buf_check(&b, &err);
	}
	if (r == 0)
		r = put_key(w->word[0], evd_buf_view(&b), &err);
	if (r == 0) {
		puts(recipient);
		if (!g->quiet)
			fputs("evidence: the file is the key: whoever has it can open what is sent to this "
			      "recipient, and without it nobody can\n",
			      stderr);
	}
	evd_buf_wipe(&b);
	OPENSSL_secure_clear_free(secret, EVD_AGE_IDENTITY_TEXT);
	OPENSSL_secure_clear_free(id, sizeof *id);
	return r ? cmd_fail(r, &err) : CMD_DONE;
}

/* ---- create ---- */

static void put_digest(const char *what, const uint8_t *digest)
{
	char hex[2 * EVD_SHA256_LEN + 1];

	evd_hex(hex, digest, EVD_SHA256_LEN);
	printf("%-13s %s\n", what, hex);
}

static int create(struct cmd_global *g, struct words *w, const struct evd_age_to *to)
{
	struct cmd_session s;
	struct evd_sealed out;
	struct evd_error err = {0};
	int r = cmd_begin(g, &s);

	if (r)
		return r;
	w->seal.pool = s.pool;
	w->seal.progress = progress;
	cmd_catch_interrupt();
	cmd_progress_start(g, _("sealing"));
	r = evd_envelope_create(&s.c, s.key, w->word[0], &w->seal, to, &out, &err);
	cmd_progress_stop();
	if (r) {
		r = cmd_fail(r, &err);
	} else {
		cmd_say_not_brought(&out);
	}
	if (r == 0 && !g->quiet) {
		printf("Envelope: ");
		cmd_put_text(evd_view_str(w->word[0]));
		printf("\n%" PRIu64 " files, %" PRIu64 " items inside\n", out.files, out.items);
		put_digest("Seal digest", out.seal_digest);
		put_digest("Custody head", out.head);
	}
	cmd_end(&s);
	return r;
}

static int run_create(struct cmd_global *g, struct words *w)
{
	struct evd_age_to to = {w->to, w->n_to, {NULL, 0}};
	struct evd_buf passphrase = {0};
	struct evd_error err = {0};
	int r;

	if (w->n_words != 1 || w->n_keys || w->newer || w->again)
		return cmd_usage(&cmd_envelope, "create needs the name of the envelope, such as OUT.asice");
	if ((w->n_to != 0) == w->passphrase)
		return cmd_usage(&cmd_envelope,
		                 "create needs --to or --to-file, or else --with-passphrase");
	if (evd_file_exists(-1, w->word[0])) { /* before anything is recorded */
		r = evd_fail(&err, EVD_E_EXISTS, "%s exists already; give another name", w->word[0]);
		return cmd_fail(r, &err);
	}
	if (w->passphrase) {
		r = ask(g, w, true, &passphrase, &err);
		if (r)
			return cmd_fail(r, &err);
		to.passphrase = evd_buf_view(&passphrase);
	}
	r = create(g, w, &to);
	evd_buf_wipe(&passphrase);
	return r;
}

/* ---- open ---- */

/* Keys, and the lists beside their files, each under the first key of its file. */
struct opening {
	struct keys *keys;
	struct evd_opened opened[MOST];
	size_t n;
};

static int read_keys(const struct words *w, struct opening *o, struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; i < w->n_keys && r == 0; i++) {
		size_t first = o->keys->n;

		r = cmd_key_lines(w->keys[i], add_key, o->keys, err);
		if (r == 0 && o->keys->n == first)
			r = evd_fail(err, EVD_E_FORMAT, "%s holds no key", w->keys[i]);
		if (r == 0 && evd_opened_kept(w->keys[i]))
			o->opened[o->n++] = (struct evd_opened){w->keys[i], &o->keys->at[first]};
	}
	return r;
}

static void say_when(const struct words *w, size_t n_opened)
{
	if (w->n_keys && n_opened == w->n_keys && !w->again)
		puts("By the list beside the key, neither this nor anything newer of its case was opened "
		     "with it before.");
	else if (!w->newer)
		puts("Whether it was sent before was not checked.");
}

static int open_with(struct cmd_global *g, const struct words *w, const struct evd_age_with *with,
                     const struct opening *k, struct evd_error *err)
{
	struct evd_open_options o = {.progress = progress,
	                             .newer_than = w->newer,
	                             .opened = k->opened,
	                             .n_opened = k->n,
	                             .again = w->again};
	struct evd_cover cover;
	int r = evd_pool_new(0, &o.pool, err);

	if (r)
		return r;
	cmd_catch_interrupt();
	cmd_progress_start(g, _("opening"));
	r = evd_envelope_open(w->word[0], w->word[1], with, &o, &cover, err);
	cmd_progress_stop();
	evd_pool_free(o.pool);
	if (r == 0 && !g->quiet) {
		printf("Opened: ");
		cmd_put_text(evd_view_str(w->word[1]));
		putchar('\n');
		put_digest("Signer", cover.certificate);
		put_digest("Seal digest", cover.seal_digest);
		put_digest("Custody head", cover.head);
		say_when(w, k->n);
		puts("Whether that signer is the one you expect, evidence-verify --pin says.");
	}
	return r;
}

static int run_open(struct cmd_global *g, const struct words *w)
{
	struct opening k = {0};
	struct evd_buf passphrase = {0};
	struct evd_age_with with = {0};
	struct evd_error err = {0};
	int r;

	if (w->n_words != 2 || w->n_to || w->passphrase)
		return cmd_usage(&cmd_envelope,
		                 "open needs the envelope and the name of the bundle to make");
	k.keys = OPENSSL_secure_zalloc(sizeof *k.keys);
	if (!k.keys)
		return cmd_fail(evd_nomem(&err), &err);
	r = read_keys(w, &k, &err);
	with.identities = k.keys->at;
	with.n = k.keys->n;
	if (r == 0 && w->n_keys == 0) {
		r = ask(g, w, false, &passphrase, &err);
		with.passphrase = evd_buf_view(&passphrase);
	}
	if (r == 0)
		r = open_with(g, w, &with, &k, &err);
	evd_buf_wipe(&passphrase);
	OPENSSL_secure_clear_free(k.keys, sizeof *k.keys);
	return r ? cmd_fail(r, &err) : CMD_DONE;
}

/* ---- words ---- */

static int take(struct words *w, int id, struct evd_error *err)
{
	switch (id) {
	case TO: return add_recipient(w, evd_view_str(optarg), err);
	case TO_FILE: return cmd_key_lines(optarg, add_recipient, w, err);
	case WITH_PASSPHRASE: w->passphrase = true; break;
	case SECRET_FILE: w->secret_file = optarg; break;
	case KEY:
		if (w->n_keys == MOST)
			return evd_fail(err, EVD_E_LIMIT, "more than %u keys", MOST);
		w->keys[w->n_keys++] = optarg;
		break;
	case NEWER: w->newer = optarg; break;
	case AGAIN: w->again = true; break;
	case SCOPE:
		w->seal.scope = strcmp(optarg, "all") == 0    ? EVD_SEAL_ALL
		                : strcmp(optarg, "tags") == 0 ? EVD_SEAL_TAGS
		                                              : EVD_SEAL_AUTO;
		if (w->seal.scope == EVD_SEAL_AUTO)
			return evd_fail(err, EVD_E_MISUSE, "envelope: --scope is all or tags");
		break;
	case REQUIRE: w->seal.timestamp_required = true; break;
	default: w->seal.circumstances.purpose = optarg; break;
	}
	return 0;
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	struct words w = {0};
	struct evd_error err = {0};
	const char *what;
	int id;

	while ((id = cmd_option(g, &cmd_envelope, options, argc, argv)) != -1) {
		int r = id == CMD_STOP ? 0 : take(&w, id, &err);

		if (id == CMD_STOP)
			return cmd_option_exit();
		if (r)
			return cmd_fail(r, &err);
	}
	what = optind < argc ? argv[optind] : "";
	w.word = argv + optind + 1;
	w.n_words = argc - optind - 1;
	if (strcmp(what, "create") == 0)
		return run_create(g, &w);
	if (strcmp(what, "open") == 0)
		return run_open(g, &w);
	if (strcmp(what, "key") == 0)
		return run_key(g, &w);
	return cmd_usage(&cmd_envelope, "say create, open or key");
}

const struct cmd_row cmd_envelope = {
    "envelope",
    "usage: evidence envelope key FILE\n"
    "       evidence envelope create --to RECIPIENT... [OPTION]... OUT.asice\n"
    "       evidence envelope create --with-passphrase [OPTION]... OUT.asice\n"
    "       evidence envelope open [--key FILE]... [OPTION]... ENVELOPE OUT.asice\n"
    "\n"
    "  key     makes a key, kept in FILE, and prints the recipient that goes with it: age1...\n"
    "          FILE.opened beside it is the list of what was opened with it.\n"
    "  create  seals the case and encrypts it in one go, so that only the recipients can open it;\n"
    "          the sender cannot, unless named as one. The cover is signed.\n"
    "  open    decrypts, verifies the bundle, and holds it against the cover; the file gets its\n"
    "          name only then. The age program can decrypt the file bundle.age inside too.\n"
    "          What the key's list has already, or has something newer of, is refused.\n"
    "\n"
    "  --to RECIPIENT         for whom: age1...; may be said several times\n"
    "  --to-file F            recipients, one a line\n"
    "  --with-passphrase      for whoever knows the passphrase\n"
    "  --envelope-passphrase-file F\n"
    "                         the passphrase is the first line of F; else it is asked for\n"
    "  --key FILE             opens with this key; without it, with the passphrase\n"
    "  --newer-than OLDER     refuses what does not go on from this bundle, such as an envelope\n"
    "                         that was sent before\n"
    "  --again                opens what was opened with this key before\n"
    "  --scope all|tags  --require-timestamp  --purpose TEXT\n"
    "                         as with 'evidence seal'\n",
    N_("seal the case into an encrypted envelope; open one"),
    run,
};
