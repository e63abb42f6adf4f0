/* report_text: see report.h. One headline, four answers, findings, what it does not say. */
#include "report/report.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FINDINGS_SHOWN 20u

struct page {
	const struct evd_report *r;
	const struct evd_messages *m;
	struct evd_buf *out;
	size_t column; /* where the answers begin */
};

/* Puts a message; each %s in it takes the next of `a`, `b`. Never a format from outside. */
static void say(struct page *p, enum evd_message id, const char *a, const char *b)
{
	const char *text = p->m->text[id], *s;

	while ((s = strstr(text, "%s"))) {
		evd_put(p->out, text, (size_t)(s - text));
		evd_put_str(p->out, a);
		a = b;
		text = s + 2;
	}
	evd_put_str(p->out, text);
}

static void number(char out[24], uint64_t n)
{
	snprintf(out, 24, "%" PRIu64, n);
}

/* Columns: counted in code points, which is right for the scripts of our catalogues. */
static size_t width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((uint8_t)*text & 0xc0) != 0x80;
	return n;
}

static size_t answers_column(const struct evd_messages *m)
{
	size_t column = 0;

	for (int id = EVD_MSG_L_FILE; id <= EVD_MSG_L_HEAD; id++)
		if (column < width(m->text[id]) + 2)
			column = width(m->text[id]) + 2;
	return column;
}

static void label(struct page *p, enum evd_message id)
{
	evd_put_str(p->out, p->m->text[id]);
	for (size_t i = width(p->m->text[id]); i < p->column; i++)
		evd_put_u8(p->out, ' ');
}

static void line_end(struct page *p)
{
	evd_put_u8(p->out, '\n');
}

/* A message and the end of its line. */
static void say_line(struct page *p, enum evd_message id, const char *a, const char *b)
{
	say(p, id, a, b);
	line_end(p);
}

static void indent(struct page *p)
{
	for (size_t i = 0; i < p->column; i++)
		evd_put_u8(p->out, ' ');
}

static bool is(const struct evd_report *r, enum evd_check c, const char *result)
{
	return strcmp(evd_check_result(r, c), result) == 0;
}

static enum evd_message undecided(const struct evd_report *r)
{
	bool who = is(r, EVD_CHECK_IDENTITY, "unknown");

	if (is(r, EVD_CHECK_SIGNATURES, "unknown"))
		return EVD_MSG_NOT_PROVED;
	if (r->envelope)
		return EVD_MSG_ENVELOPE;
	if (evd_is_extract(r))
		return who ? EVD_MSG_EXTRACT_NOT_PROVED_WHO : EVD_MSG_EXTRACT_NOT_PROVED_WHEN;
	return who ? EVD_MSG_NOT_PROVED_WHO : EVD_MSG_NOT_PROVED_WHEN;
}

/* A certificate was revoked, and that is all: nothing was altered, and another copy says the same. */
static bool is_who_alone(const struct evd_report *r)
{
	return evd_verdict(r) == EVD_TOTAL_FAILED && r->failed == 1u << EVD_CHECK_IDENTITY;
}

static void headline(struct page *p)
{
	const struct evd_report *r = p->r;
	char shown[24], all[24];

	number(shown, r->log.n_records - r->log.n_withheld);
	number(all, r->log.n_records);
	switch (evd_verdict(r)) {
	case EVD_TOTAL_PASSED:
		say(p, evd_is_extract(r) ? EVD_MSG_VERIFIED_EXTRACT : EVD_MSG_VERIFIED, shown, all);
		break;
	case EVD_TOTAL_FAILED:
		say(p, is_who_alone(r) ? EVD_MSG_NOT_VERIFIED_WHO : EVD_MSG_NOT_VERIFIED, "", "");
		break;
	case EVD_REFUSED: say(p, EVD_MSG_REFUSED, "", ""); break;
	default: say(p, undecided(r), shown, all);
	}
	line_end(p);
}

static void contents(struct page *p)
{
	const struct evd_report *r = p->r;
	uint64_t bytes, lost;
	char a[24], b[24];

	evd_log_totals(&r->log, &bytes, &lost);
	number(a, r->log.items.n - lost);
	number(b, bytes);
	label(p, EVD_MSG_L_CONTENTS);
	if (is(r, EVD_CHECK_FIXITY, "passed") && is(r, EVD_CHECK_COMPLETENESS, "passed"))
		say(p, EVD_MSG_CONTENTS_FIT, a, b);
	else if (r->envelope && is(r, EVD_CHECK_FIXITY, "passed"))
		say(p, EVD_MSG_INSIDE, "", "");
	else
		say(p, r->log_walked || r->envelope ? EVD_MSG_CONTENTS_FAIL : EVD_MSG_CONTENTS_UNKNOWN, "",
		    "");
	line_end(p);
}

static void custody(struct page *p)
{
	const struct evd_report *r = p->r;
	char a[24], b[24];

	number(a, r->log.entries.n);
	number(b, r->log.n_records);
	label(p, EVD_MSG_L_LOG);
	if (r->envelope)
		say(p, EVD_MSG_INSIDE, "", "");
	else if (is(r, EVD_CHECK_CUSTODY, "passed") && is(r, EVD_CHECK_SIGNATURES, "passed"))
		say(p, EVD_MSG_LOG_FIT, a, b);
	else
		say(p,
		    is(r, EVD_CHECK_CUSTODY, "failed") || is(r, EVD_CHECK_SIGNATURES, "failed")
		        ? EVD_MSG_LOG_FAIL
		        : EVD_MSG_LOG_UNKNOWN,
		    "", "");
	line_end(p);
}

/* In groups of four, to be compared with a note on paper. */
static void fingerprint(struct page *p, const uint8_t *digest)
{
	char hex[2 * EVD_SHA256_LEN + 1];

	evd_hex(hex, digest, EVD_SHA256_LEN);
	for (size_t i = 0; i < 2 * EVD_SHA256_LEN; i += 4) {
		if (i == EVD_SHA256_LEN) {
			line_end(p);
			indent(p);
		} else if (i) {
			evd_put_u8(p->out, ' ');
		}
		evd_put(p->out, hex + i, 4);
	}
	line_end(p);
}

static bool within(uint32_t cp, const uint32_t (*range)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (cp >= range[i][0] && cp <= range[i][1])
			return true;
	return false;
}

/* Printable text that stands between quotation marks: it has none of its own that could end them, and no run of blanks
 * that could push what follows to where our own words stand. */
static void put_quoted(struct evd_buf *b, struct evd_view v)
{
	static const uint32_t marks[][2] = {{'"', '"'},       {0xab, 0xab},     {0xbb, 0xbb},
	                                    {0x2dd, 0x2dd},   {0x2ee, 0x2ee},   {0x201c, 0x201f},
	                                    {0x2033, 0x2036}, {0x2039, 0x203a}, {0x3003, 0x3003},
	                                    {0x300c, 0x300f}, {0x301d, 0x301f}, {0xff02, 0xff02}};
	static const uint32_t spaces[][2] = {{' ', ' '},       {0xa0, 0xa0},     {0x1680, 0x1680},
	                                     {0x2000, 0x200a}, {0x202f, 0x202f}, {0x205f, 0x205f},
	                                     {0x2800, 0x2800}, {0x3000, 0x3000}};
	bool space = false, before = false;
	size_t pos = 0, from = 0;
	uint32_t cp;

	for (; pos < v.len && evd_utf8_next(v, &pos, &cp); from = pos, before = space) {
		space = within(cp, spaces, sizeof spaces / sizeof *spaces);
		if (within(cp, marks, sizeof marks / sizeof *marks) || (space && before))
			evd_putf(b, "<U+%04X>", (unsigned)cp);
		else
			evd_put(b, v.p + from, pos - from);
	}
}

static void claimed_name(struct page *p)
{
	struct evd_json j = {0};
	struct evd_view v;
	struct evd_buf plain = {0}, printable = {0}, shown = {0};

	if (p->r->log.actor.len && evd_json_parse(&j, evd_buf_view(&p->r->log.actor), NULL) == 0 &&
	    evd_json_string(&j, 0, "name", &v))
		evd_put_unescaped(&plain, v);
	else if (p->r->has_subject)
		evd_put_view(&plain, evd_buf_view(&p->r->subject));
	if (plain.len) {
		evd_put_printable(&printable, evd_buf_view(&plain), 80);
		put_quoted(&shown, evd_buf_view(&printable));
		evd_put_u8(&shown, '\0');
		indent(p);
		if (!shown.failed && !printable.failed)
			say(p, EVD_MSG_CLAIMS, (const char *)shown.data, "");
		line_end(p);
	}
	evd_json_release(&j);
	evd_buf_release(&plain);
	evd_buf_release(&printable);
	evd_buf_release(&shown);
}

static void signer(struct page *p)
{
	static const enum evd_message standing[] = {EVD_MSG_SIGNER_UNKNOWN, EVD_MSG_SIGNER_PINNED,
	                                            EVD_MSG_SIGNER_CHAINED, EVD_MSG_SIGNER_LET_IN};
	const struct evd_report *r = p->r;
	const struct evd_known *known = r->known ? &r->known[r->log.entry_signer] : NULL;

	label(p, EVD_MSG_L_SIGNER);
	if (!r->seal_fits || !known) {
		say_line(p, EVD_MSG_SIGNER_NONE, "", "");
		return;
	}
	say_line(p, r->envelope ? EVD_MSG_SIGNER_COVER : EVD_MSG_SIGNER_IS, "", "");
	indent(p);
	fingerprint(p, r->log.entry.certificate);
	indent(p);
	evd_put_str(p->out, known->standing == EVD_UNKNOWN && known->revoked
	                        ? p->m->finding[EVD_F_SIGNER_REVOKED]
	                        : p->m->text[standing[known->standing]]);
	line_end(p);
	claimed_name(p);
}

static void when(struct page *p)
{
	const struct evd_report *r = p->r;
	char time[EVD_TIME_LEN + 1], proved[EVD_TIME_LEN + 1];

	label(p, EVD_MSG_L_TIME);
	evd_time_format(time, r->log.entry.time_ms);
	evd_time_format(proved, r->proved_ms);
	if (!r->log_walked && !(r->envelope && r->seal_fits))
		say(p, EVD_MSG_TIME_NONE, "", "");
	else if (r->envelope)
		say(p, EVD_MSG_TIME_COVER, time, "");
	else
		say(p,
		    r->has_proved ? EVD_MSG_TIME_PROVED
		    : r->tokens.n ? EVD_MSG_TIME_TOKEN
		                  : EVD_MSG_TIME_CLOCK,
		    time, proved);
	line_end(p);
}

static void names(struct page *p)
{
	const struct evd_report *r = p->r;
	char n[24];

	if (r->envelope && r->seal_fits) {
		label(p, EVD_MSG_L_SEAL);
		fingerprint(p, r->cover.seal_digest);
		label(p, EVD_MSG_L_HEAD);
		fingerprint(p, r->cover.head);
		number(n, r->cover.records);
		indent(p);
		say_line(p, EVD_MSG_COVER_CLAIMS, n, "");
	}
	if (!r->log_walked)
		return;
	if (r->has_seal_digest) {
		label(p, EVD_MSG_L_SEAL);
		fingerprint(p, r->seal_digest);
	}
	label(p, EVD_MSG_L_HEAD);
	fingerprint(p, r->log.entries.at[r->log.entries.n - 1].digest[EVD_FILE_ENTRY]);
}

static void where(struct page *p, const struct evd_finding *f)
{
	bool digits = f->where[0] && strspn(f->where, "0123456789/") == strlen(f->where);

	if (digits)
		say(p, strchr(f->where, '/') ? EVD_MSG_ITEM : EVD_MSG_ENTRY, f->where, "");
	else
		evd_put_str(p->out, f->where);
	if (f->where[0])
		evd_put_str(p->out, ": ");
}

static void findings(struct page *p)
{
	const struct evd_report *r = p->r;
	size_t n = r->findings.n < FINDINGS_SHOWN ? r->findings.n : FINDINGS_SHOWN;
	uint64_t more = r->findings.n - n + r->omitted;
	char count[24];

	if (n == 0)
		return;
	line_end(p);
	say_line(p, EVD_MSG_FOUND, "", "");
	for (size_t i = 0; i < n; i++) {
		const struct evd_finding *f = &r->findings.at[i];

		evd_put_str(p->out, "  - ");
		where(p, f);
		evd_put_str(p->out, p->m->finding[f->code]);
		evd_putf(p->out, " [%s%s%s] (", evd_finding_kind(f->code)->code, f->sub ? ", " : "",
		         f->sub ? f->sub : "");
		evd_put_printable(p->out, evd_view_str(f->detail), 0); /* it may quote the bundle */
		evd_put_str(p->out, ")\n");
	}
	if (more) {
		number(count, more);
		evd_put_str(p->out, "  ");
		say_line(p, EVD_MSG_MORE, count, "");
	}
}

static void notes(struct page *p)
{
	static const enum evd_message extends[] = {EVD_MSG_EXTENDS,
	                                           EVD_MSG_EXTENDS,
	                                           EVD_MSG_EXTENDS_SAME,
	                                           EVD_MSG_EXTENDS_FORK,
	                                           EVD_MSG_EXTENDS_SHORTER,
	                                           EVD_MSG_EXTENDS_OTHER,
	                                           EVD_MSG_EXTENDS_UNVERIFIED,
	                                           EVD_MSG_EXTENDS_BRANCH};
	static const enum evd_message receipt[] = {EVD_MSG_RECEIPT_ACCEPTED,  EVD_MSG_RECEIPT_ACCEPTED,
	                                           EVD_MSG_RECEIPT_REFUSED,   EVD_MSG_RECEIPT_OTHER,
	                                           EVD_MSG_RECEIPT_OTHER,     EVD_MSG_RECEIPT_INVALID,
	                                           EVD_MSG_RECEIPT_UNVERIFIED};
	const struct evd_report *r = p->r;
	char n[24], time[EVD_TIME_LEN + 1];
	uint64_t bytes, lost;

	if (r->has_at && r->reached & 1u << EVD_CHECK_TIME) {
		evd_time_format(time, r->at_ms);
		say_line(p, EVD_MSG_JUDGED_AS_OF, time, "");
	}
	evd_log_totals(&r->log, &bytes, &lost);
	if (r->log_walked && r->log.n_withheld) {
		number(n, r->log.n_withheld);
		say_line(p, EVD_MSG_LEFT_OUT, n, "");
	}
	if (r->log_walked && lost) {
		number(n, lost);
		say_line(p, EVD_MSG_LOST, n, "");
	}
	if (r->extends) {
		say_line(p, extends[r->extends], "", "");
	}
	if (r->receipt.result) {
		char signer[2 * EVD_SHA256_LEN + 1];

		evd_hex(signer, r->receipt.signer, EVD_SHA256_LEN);
		evd_time_format(time, r->receipt.time_ms);
		say_line(p, receipt[r->receipt.result], signer, time);
	}
}

int evd_report_text(const struct evd_report *r, const struct evd_messages *m, struct evd_buf *out,
                    struct evd_error *err)
{
	struct page p = {r, m, out, answers_column(m)};
	enum evd_verdict v = evd_verdict(r);

	headline(&p);
	line_end(&p);
	label(&p, EVD_MSG_L_FILE);
	evd_put_printable(out, evd_view_str(r->file), 0);
	line_end(&p);
	if (v != EVD_REFUSED) {
		contents(&p);
		custody(&p);
		signer(&p);
		when(&p);
		names(&p);
		notes(&p);
	}
	findings(&p);
	if ((v == EVD_TOTAL_FAILED && !is_who_alone(r)) || v == EVD_REFUSED) {
		line_end(&p);
		say_line(&p, v == EVD_REFUSED ? EVD_MSG_NEXT_REFUSED : EVD_MSG_NEXT_FAILED, "", "");
	}
	line_end(&p);
	say(&p, EVD_MSG_NOT_PROVED_TITLE, "", "");
	evd_put_u8(out, ' ');
	say(&p, EVD_MSG_NOT_PROVED_TEXT, "", "");
	evd_putf(out, "\n[%s]\n", evd_verdict_name(v));
	return evd_buf_check(out, err);
}
