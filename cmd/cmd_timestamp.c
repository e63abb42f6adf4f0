/* cmd_timestamp: `evidence timestamp request | attach | embed | online` (docs/timestamp.md §8). */
#include "cmd.h"
#include "cmd_online.h"
#include "cmd_qr.h"
#include "i18n.h"

#include "base/text.h"
#include "chain/target.h"
#include "platform/clock.h"
#include "platform/files.h"
#include "platform/new_file.h"
#include "seal/kept.h"
#include "stamp/answer.h"
#include "stamp/stamp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (UINT32_C(4) << 20) /* bytes of a request, an answer */

struct words {
	const char *bundle, *archive, *request, *out, *entry, *qr, *timeout;
	const char *answer; /* the file, or the address of who gives it */
	struct evd_trust trust;
};

/* A sealed bundle, opened with what was given to trust. */
struct opened {
	struct evd_verify_options o;
	struct evd_stamp_bundle b;
};

static struct opened *new_opened(struct evd_error *err)
{
	struct opened *x = calloc(1, sizeof *x);

	if (x)
		x->b.fd = -1;
	else
		(void)evd_nomem(err);
	return x;
}

static int open_bundle(struct words *w, struct opened *x, struct evd_error *err)
{
	int r;

	x->o.trust = w->trust;
	x->o.now = evd_clock_ms() / 1000;
	r = evd_pool_new(0, &x->o.pool, err);
	return r ? r : evd_stamp_open(w->bundle ? w->bundle : w->archive, &x->o, &x->b, err);
}

static void close_bundle(struct opened *x)
{
	evd_stamp_close(&x->b);
	evd_pool_free(x->o.pool);
}

/* The entry that is to be proved: its number. */
static int entry_imprint(struct cmd_global *g, const char *text, uint8_t *imprint,
                         struct evd_error *err)
{
	struct evd_case *c = calloc(1, sizeof *c);
	char *end;
	unsigned long long seq = strtoull(text, &end, 10);
	int r;

	if (!c)
		return evd_nomem(err);
	r = evd_case_open(g->case_dir, EVD_CASE_READ, c, err);
	if (r == 0 && (*end || seq < 1 || seq > c->log.entries.n))
		r = evd_fail(err, EVD_E_NOTFOUND, "there is no entry %s", text);
	if (r == 0)
		memcpy(imprint, c->log.entries.at[seq - 1].digest[EVD_FILE_SIGNATURE], EVD_SHA256_LEN);
	evd_case_close(c);
	free(c);
	return r;
}

/* The request over what the words name. */
static int make_request(struct cmd_global *g, struct words *w, struct evd_buf *out,
                        struct evd_error *err)
{
	uint8_t imprint[EVD_SHA256_LEN] = {0};
	struct opened *x = new_opened(err);
	int r = x ? 0 : EVD_E_NOMEM;

	if (r == 0 && w->entry) {
		r = entry_imprint(g, w->entry, imprint, err);
	} else if (r == 0) {
		r = open_bundle(w, x, err);
		if (r == 0)
			r = evd_stamp_imprint(&x->b, w->archive != NULL, imprint, err);
		close_bundle(x);
	}
	if (r == 0)
		r = evd_stamp_request(imprint, out, err);
	free(x);
	return r;
}

/* For paper, or on the terminal: "-". */
static int put_qr(const char *path, struct evd_view q, struct evd_error *err)
{
	uint8_t imprint[EVD_SHA256_LEN] = {0}, nonce[EVD_NONCE_LEN];
	char hex[2 * EVD_SHA256_LEN + 1];
	const char *const lines[] = {"Request for a time stamp, RFC 3161, over this SHA-256:", hex,
	                             "The code holds the request (.tsq) in base64, as follows:"};
	struct evd_buf out = {0};
	int r = evd_stamp_request_read(q, imprint, nonce, err);

	evd_hex(hex, imprint, EVD_SHA256_LEN);
	if (r == 0 && strcmp(path, "-") == 0) {
		r = cmd_qr_text(q, &out, err);
		if (r == 0)
			fwrite(out.data, 1, out.len, stdout);
	} else if (r == 0) {
		r = cmd_qr_svg(q, lines, sizeof lines / sizeof *lines, &out, err);
		if (r == 0)
			r = evd_file_put(-1, path, evd_buf_view(&out), err);
	}
	evd_buf_release(&out);
	return r;
}

static int request(struct cmd_global *g, struct words *w)
{
	struct evd_error err = {0};
	struct evd_buf out = {0};
	int r = evd_target_check(w->out, &err);

	if (r == 0 && w->qr && strcmp(w->qr, "-") != 0)
		r = evd_target_check(w->qr, &err);
	if (r == 0)
		r = make_request(g, w, &out, &err);
	if (r == 0)
		r = evd_file_put(-1, w->out, evd_buf_view(&out), &err);
	if (r == 0 && w->qr) {
		r = put_qr(w->qr, evd_buf_view(&out), &err);
		if (r) /* a random number made it: said again, it would be another request */
			evd_remove(-1, w->out);
	}
	if (r) {
		r = cmd_fail(r, &err);
	} else if (!g->quiet) {
		fputs(_("Request: "), stdout);
		cmd_put_text(evd_view_str(w->out));
		putchar('\n');
	}
	evd_buf_release(&out);
	return r;
}

/* What was asked, and what came back: from files, or from the network. */
struct pair {
	struct evd_buf q, a;
};

static int read_pair(const struct words *w, struct pair *p, struct evd_error *err)
{
	int r = evd_file_read(-1, w->request, FILE_MAX, &p->q, err);

	return r ? r : evd_file_read(-1, w->answer, FILE_MAX, &p->a, err);
}

static void say_attached(struct cmd_global *g, int64_t ms, const char *where)
{
	char time[EVD_TIME_LEN + 1];

	if (g->quiet)
		return;
	evd_time_format(time, ms);
	printf(_("Attached: existed not later than %s, the authority says"), time);
	fputs("\n", stdout);
	cmd_put_text(evd_view_str(where));
	putchar('\n');
}

/* The entry whose signature the request is over; its time must not lie behind the token's. */
static int find_entry(const struct evd_log *log, const uint8_t *imprint, int64_t ms, size_t *out,
                      struct evd_error *err)
{
	int64_t latest = 0;

	for (size_t i = 0; i < log->entries.n; i++) {
		if (latest < log->entries.at[i].time_ms)
			latest = log->entries.at[i].time_ms;
		if (memcmp(log->entries.at[i].digest[EVD_FILE_SIGNATURE], imprint, EVD_SHA256_LEN) != 0)
			continue;
		*out = i + 1;
		return ms < latest - 300000
		           ? evd_fail(err, EVD_E_FORMAT,
		                      "the token is older than the entry: one of the clocks is wrong")
		           : 0;
	}
	return evd_fail(err, EVD_E_NOTFOUND, "no entry of this case is the one the request is over");
}

static int add_entry(struct cmd_session *s, const uint8_t *imprint, struct evd_view token,
                     int64_t ms, struct evd_error *err)
{
	struct evd_draft d;
	size_t seq = 0;
	int r = find_entry(&s->c.log, imprint, ms, &seq, err);

	if (r == 0)
		r = evd_entry_begin(&s->c, EVD_TIMESTAMP, evd_key_actor(s->key), NULL, &d, err);
	if (r)
		return r;
	evd_object_int(&d.details, "entry", seq);
	evd_object_hex(&d.details, "signature", imprint, EVD_SHA256_LEN);
	r = evd_entry_token(&d, token, err);
	if (r) {
		evd_entry_abandon(&d);
		return r;
	}
	return evd_entry_commit(&d, s->key, err);
}

static int attach_entry(struct cmd_global *g, struct cmd_session *s, const struct words *w,
                        const struct pair *p)
{
	uint8_t imprint[EVD_SHA256_LEN] = {0}, nonce[EVD_NONCE_LEN];
	struct evd_view q = evd_buf_view(&p->q), a = evd_buf_view(&p->a);
	struct evd_buf token = {0};
	struct evd_error err = {0};
	char where[40];
	int64_t ms = 0;
	int r = evd_stamp_request_read(q, imprint, nonce, &err);

	if (r == 0)
		r = evd_stamp_answer(q, a, &w->trust, evd_clock_ms() / 1000, &token, &ms, &err);
	if (r == 0)
		r = add_entry(s, imprint, evd_buf_view(&token), ms, &err);
	if (r) {
		r = cmd_fail(r, &err);
	} else {
		snprintf(where, sizeof where, "entry %zu", s->c.log.entries.n);
		say_attached(g, ms, where);
	}
	evd_buf_release(&token);
	return r;
}

/* The case that the bundle is of, if it is the one here, brings the signature along with its next seal
 * (docs/format.md §9.1). What was made stands without that too. */
static void keep_in_case(struct cmd_global *g, const struct opened *x)
{
	struct evd_case *c = calloc(1, sizeof *c);
	struct evd_error err = {0};
	struct evd_view p7s = {NULL, 0};
	int r;

	for (size_t i = 0; i < x->b.meta.n; i++)
		if (strcmp(x->b.meta.at[i].name, "META-INF/signature001.p7s") == 0)
			p7s = evd_buf_view(&x->b.meta.at[i].bytes);
	r = c ? evd_case_open(g->case_dir, EVD_CASE_WRITE, c, &err) : evd_nomem(&err);
	if (r == 0)
		r = evd_kept_stamped(c, p7s, &err);
	if (r == 0 && !g->quiet)
		puts(_("The case keeps this signature for its next seal."));
	else if (r < 0 && r != EVD_E_NOTFOUND)
		fprintf(stderr, "evidence: the case could not keep this signature: %s\n", err.text);
	if (c)
		evd_case_close(c);
	free(c);
}

static int attach_bundle(struct cmd_global *g, struct words *w, const struct pair *p)
{
	uint8_t imprint[EVD_SHA256_LEN] = {0}, nonce[EVD_NONCE_LEN], must[EVD_SHA256_LEN];
	struct evd_view q = evd_buf_view(&p->q), a = evd_buf_view(&p->a);
	struct evd_buf token = {0};
	struct evd_error err = {0};
	struct opened *x = new_opened(&err);
	int64_t ms = 0;
	int r = x ? evd_stamp_request_read(q, imprint, nonce, &err) : EVD_E_NOMEM;

	if (r == 0)
		r = open_bundle(w, x, &err);
	if (r == 0)
		r = evd_stamp_imprint(&x->b, w->archive != NULL, must, &err);
	if (r == 0 && memcmp(imprint, must, sizeof must) != 0)
		r = evd_fail(&err, EVD_E_FORMAT, "the request is not for this bundle as it is now");
	if (r == 0)
		r = evd_stamp_answer(q, a, &w->trust, x->o.now, &token, &ms, &err);
	if (r == 0)
		r = evd_stamp_attach(&x->b, w->archive != NULL, evd_buf_view(&token), &err);
	if (r == 0)
		r = evd_stamp_write(&x->b, w->out, &err);
	if (r)
		r = cmd_fail(r, &err);
	else
		say_attached(g, ms, w->out);
	if (r == 0 && w->bundle)
		keep_in_case(g, x);
	if (x)
		close_bundle(x);
	free(x);
	evd_buf_release(&token);
	return r;
}

static int embed(struct cmd_global *g, struct words *w)
{
	struct evd_error err = {0};
	struct opened *x = new_opened(&err);
	int r = x ? open_bundle(w, x, &err) : EVD_E_NOMEM;

	if (r == 0)
		r = evd_stamp_embed(&x->b, &err);
	if (r == 0)
		r = evd_stamp_write(&x->b, w->out, &err);
	if (r) {
		r = cmd_fail(r, &err);
	} else if (!g->quiet) {
		cmd_put_text(evd_view_str(w->out));
		putchar('\n');
	}
	if (r == 0)
		keep_in_case(g, x);
	if (x)
		close_bundle(x);
	free(x);
	return r;
}

/* `ask` gets what is not there yet, NULL: nothing. The key for an entry is open before anybody is asked. */
static int attach(struct cmd_global *g, struct words *w, struct pair *p,
                  int (*ask)(struct cmd_global *g, struct words *w, struct pair *p,
                             struct evd_error *err))
{
	bool bundle = w->bundle || w->archive;
	struct evd_error err = {0};
	struct cmd_session s;
	int r = bundle ? 0 : cmd_begin(g, &s);

	if (r)
		return r;
	r = ask ? ask(g, w, p, &err) : 0;
	r = r ? cmd_fail(r, &err) : bundle ? attach_bundle(g, w, p) : attach_entry(g, &s, w, p);
	if (!bundle)
		cmd_end(&s);
	return r;
}

static void release_pair(struct pair *p)
{
	evd_buf_release(&p->q);
	evd_buf_release(&p->a);
}

static int attach_answer(struct cmd_global *g, struct words *w)
{
	struct evd_error err = {0};
	struct pair p = {{0}, {0}};
	int r = read_pair(w, &p, &err);

	r = r ? cmd_fail(r, &err) : attach(g, w, &p, NULL);
	release_pair(&p);
	return r;
}

#ifdef EVD_ONLINE
/* Nobody is asked for what could not be put there. */
static int try_target(const char *path, struct evd_error *err)
{
	struct evd_new_file f = {.fd = -1};
	int r = evd_target_check(path, err);

	if (r == 0)
		r = evd_new_file_begin(&f, path, err);
	evd_new_file_release(&f);
	return r;
}

static int ask(struct cmd_global *g, struct words *w, struct pair *p, struct evd_error *err)
{
	int r = w->out ? try_target(w->out, err) : 0;

	if (r == 0)
		r = make_request(g, w, &p->q, err);
	return r ? r : cmd_online_ask(w->answer, w->timeout, evd_buf_view(&p->q), &p->a, err);
}

static int online(struct cmd_global *g, struct words *w)
{
	struct pair p = {{0}, {0}};
	int r;

	evd_buf_init(&p.a, FILE_MAX);
	r = attach(g, w, &p, ask);
	release_pair(&p);
	return r;
}
#endif

static int act(struct cmd_global *g, struct words *w, int n, char **word)
{
	const char *verb = n ? word[0] : "";

	if (w->bundle && w->archive)
		return cmd_usage(&cmd_timestamp, "give --bundle or --archive, not both");
	if (strcmp(verb, "request") == 0) {
		if (n != 1 || !w->out || (w->entry != NULL) + (w->bundle || w->archive) != 1)
			return cmd_usage(&cmd_timestamp,
			                 "give one of --entry, --bundle and --archive, and --out");
		return request(g, w);
	}
	if (strcmp(verb, "attach") == 0) {
		bool bundle = w->bundle || w->archive;

		if (n != 2 || !w->request || bundle != (w->out != NULL))
			return cmd_usage(&cmd_timestamp, "give --request and the file with the answer, and "
			                                 "--out with a bundle");
		w->answer = word[1];
		return attach_answer(g, w);
	}
#ifdef EVD_ONLINE
	if (strcmp(verb, "online") == 0) {
		bool bundle = w->bundle || w->archive;

		if (n != 2 || (w->entry != NULL) + bundle != 1 || bundle != (w->out != NULL))
			return cmd_usage(&cmd_timestamp, "give the address and one of --entry, --bundle and "
			                                 "--archive, and --out with a bundle");
		w->answer = word[1];
		return online(g, w);
	}
#endif
	if (strcmp(verb, "embed") == 0 && n == 1 && w->bundle && w->out)
		return embed(g, w);
	return cmd_usage(&cmd_timestamp, "give request, attach, or embed with --bundle and --out");
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	enum { ENTRY = CMD_OWN, BUNDLE, ARCHIVE, REQUEST, OUT, TRUST, PIN, POLICY, QR, TIMEOUT };
	static const struct option own[] = {
	    {"entry", required_argument, NULL, ENTRY},
	    {"bundle", required_argument, NULL, BUNDLE},
	    {"archive", required_argument, NULL, ARCHIVE},
	    {"request", required_argument, NULL, REQUEST},
	    {"out", required_argument, NULL, OUT},
	    {"trust", required_argument, NULL, TRUST},
	    {"crl", required_argument, NULL, TRUST},
	    {"ocsp", required_argument, NULL, TRUST},
	    {"pin", required_argument, NULL, PIN},
	    {"time-policy", required_argument, NULL, POLICY},
	    {"qr", required_argument, NULL, QR},
#ifdef EVD_ONLINE
	    {"timeout", required_argument, NULL, TIMEOUT},
#endif
	    {NULL, 0, NULL, 0},
	};
	struct words w = {0};
	struct evd_error err = {0};
	int id, r = 0;

	while (r == 0 && (id = cmd_option(g, &cmd_timestamp, own, argc, argv)) != -1) {
		switch (id) {
		case ENTRY: w.entry = optarg; break;
		case BUNDLE: w.bundle = optarg; break;
		case ARCHIVE: w.archive = optarg; break;
		case REQUEST: w.request = optarg; break;
		case OUT: w.out = optarg; break;
		case QR: w.qr = optarg; break;
		case TIMEOUT: w.timeout = optarg; break;
		case TRUST: r = evd_trust_load(&w.trust, optarg, &err); break;
		case PIN: r = evd_trust_pin(&w.trust, optarg, &err); break;
		case POLICY: r = evd_trust_policy(&w.trust, optarg, &err); break;
		default: evd_trust_release(&w.trust); return cmd_option_exit();
		}
	}
	r = r ? cmd_fail(r, &err) : act(g, &w, argc - optind, argv + optind);
	evd_trust_release(&w.trust);
	return r;
}

const struct cmd_row cmd_timestamp = {
    "timestamp",
    "usage: evidence timestamp request --entry N|--bundle B|--archive B --out FILE.tsq\n"
    "                                 [--qr FILE.svg|-]\n"
    "       evidence timestamp attach --request FILE.tsq [--trust FILE|DIR]... ANSWER.tsr\n"
    "       evidence timestamp attach --request FILE.tsq --bundle B|--archive B --out OUT.asice\n"
    "                                 [--trust FILE|DIR]... ANSWER.tsr\n"
    "       evidence timestamp embed --bundle B --out OUT.asice --trust FILE|DIR... [--crl "
    "FILE]... [--ocsp FILE]...\n"
#ifdef EVD_ONLINE
    "       evidence timestamp online --entry N [--trust FILE|DIR]... [--timeout SECONDS] URL\n"
    "       evidence timestamp online --bundle B|--archive B --out OUT.asice [--trust "
    "FILE|DIR]...\n"
    "                                 [--timeout SECONDS] URL\n"
#endif
    "\n"
    "Proves, with the word of an independent authority, that something existed not later than a\n"
    "time. A request holds a digest and a random number alone; any computer with a network gets "
    "the\n"
    "answer (docs/timestamp.md). The bundle given stays as it is.\n"
#ifdef EVD_ONLINE
    "\n"
    "online asks an authority over the network at once, request and attach in one; no other of\n"
    "these uses a network. The authority, and whoever watches the line, learns this computer's\n"
    "address and that it asked.\n"
#endif
    "\n"
    "  --entry N           an entry of this case, and all before it; attach adds an entry\n"
    "  --bundle B          the signature of the sealed bundle B\n"
    "  --archive B         all of the sealed bundle B: renews its proof before an authority's "
    "ends\n"
    "  --out FILE          what is made\n"
    "  --request FILE.tsq  what was asked\n"
    "  --qr FILE.svg       the request also as a QR code for paper; -: on this terminal\n"
    "  --trust FILE|DIR    PEM certificates of authorities; revocation lists, OCSP answers too\n"
    "  --crl FILE          PEM revocation lists\n"
    "  --ocsp FILE         an OCSP answer, as it came (DER) or in PEM\n"
    "  --pin FINGERPRINT   trust the certificate with this SHA-256 fingerprint\n"
    "  --time-policy OID   accept this policy of an authority alone (repeatable)\n"
#ifdef EVD_ONLINE
    "  --timeout SECONDS   how long the authority may take altogether (60)\n"
#endif
    ,
    N_("prove the time with an authority's time stamp"),
    run,
};
