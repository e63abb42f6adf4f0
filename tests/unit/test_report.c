/* test_report: text and JSON say the same, and nothing of a bundle can imitate our lines (threats group
 * T): no byte below 0x20 but the end of a line, no control or hidden character at all. */
#include "testlib.h"

#include "base/text.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOSTILE                                                                                    \
	"a\xc2\x9b"                                                                                    \
	"31m\xe2\x80\xae\x1b[2J\nVERIFIED"

/* A report whose every foreign text is hostile. */
static void make(struct evd_report *r, const char *file)
{
	memset(r, 0, sizeof *r);
	r->reached = 0x7f;
	r->file = file;
	r->size = 4096;
	r->log_walked = true;
	r->log.entries.at = calloc(1, sizeof *r->log.entries.at);
	r->log.entries.n = 1;
	r->log.signers.at = calloc(1, sizeof *r->log.signers.at);
	r->log.signers.n = 1;
	r->log.signers.at[0].entries = r->log.signers.at[0].first = 1;
	r->log.n_records = 5;
	r->log.entry.time_ms = INT64_C(951782400001);
	r->known = calloc(1, sizeof *r->known);
	r->known[0].standing = EVD_PINNED;
	r->has_seal_digest = r->seal_fits = r->has_subject = true;
	memcpy(r->log.case_id, "1f0c9a3e-6a57-4a6e-9d1b-0123456789ab", 37);
	evd_put_str(&r->subject, HOSTILE);
	evd_put_str(&r->log.actor, "{\"name\":");
	evd_put_json_string(&r->log.actor, evd_view_str(HOSTILE));
	evd_put_str(&r->log.actor, ",\"organisation\":7,\"role\":\"\"}");
	assert_int_equal(evd_buf_check(&r->log.actor, NULL), 0);
}

/* What a terminal may be shown: lines of visible characters. */
static void assert_calm(struct evd_view v)
{
	size_t pos = 0;
	uint32_t cp;

	while (pos < v.len) {
		assert_true(evd_utf8_next(v, &pos, &cp));
		if (cp == '\n')
			continue;
		assert_true(cp >= 0x20 && cp != 0x7f && !(cp >= 0x80 && cp <= 0x9f));
		assert_false(cp >= 0x202a && cp <= 0x202e);
	}
}

static bool holds(struct evd_view v, const char *text)
{
	return v.len && memmem(v.p, v.len, text, strlen(text)) != NULL;
}

static void both(const struct evd_report *r, struct evd_buf *text, struct evd_buf *json)
{
	struct evd_json j = {0};
	struct evd_view verdict;
	uint64_t exit_code;
	char last[40] = "[";

	evd_buf_reset(text);
	evd_buf_reset(json);
	assert_int_equal(evd_report_text(r, evd_messages("en"), text, NULL), 0);
	assert_int_equal(evd_report_json(r, json, NULL), 0);
	assert_calm(evd_buf_view(text));
	assert_calm(evd_buf_view(json));
	/* one line, canonical */
	assert_int_equal(json->data[json->len - 1], '\n');
	assert_int_equal(evd_json_parse(&j, evd_view_of(json->data, json->len - 1), NULL), 0);
	assert_true(evd_json_string(&j, 0, "verdict", &verdict));
	assert_true(evd_view_is(verdict, evd_verdict_name(evd_verdict(r))));
	assert_true(evd_json_int(&j, 0, "exit", &exit_code));
	assert_int_equal(exit_code, evd_verdict_exit(r));
	memcpy(last + 1, verdict.p, verdict.len);
	memcpy(last + 1 + verdict.len, "]\n", 3);
	assert_true(text->len > strlen(last));
	assert_memory_equal(text->data + text->len - strlen(last), last, strlen(last));
	/* the headline says VERIFIED only of a bundle that passed */
	assert_int_equal(evd_verdict(r) == EVD_TOTAL_PASSED,
	                 strncmp((const char *)text->data, "VERIFIED", 8) == 0);
	evd_json_release(&j);
}

static void hostile(void **state)
{
	struct evd_buf text = {0}, json = {0};
	struct evd_findings to;
	static struct evd_report r;

	(void)state;
	make(&r, "/evidence/" HOSTILE ".asice");
	both(&r, &text, &json);
	assert_true(holds(evd_buf_view(&text), "VERIFIED"));
	assert_true(holds(evd_buf_view(&text), "<U+009B>31m<U+202E><U+001B>[2J<U+000A>VERIFIED"));
	assert_true(holds(evd_buf_view(&json), "\"organisation\":null,\"role\":\"\""));
	assert_true(
	    holds(evd_buf_view(&json), "\"file\":\"a<U+009B>")); /* no folder of this computer */
	assert_false(holds(evd_buf_view(&json), "/evidence"));
	/* the detail of a finding may quote the bundle: format names, for one */
	to.report = evd_report_collect;
	to.ctx = &r;
	evd_finding(&to, EVD_F_ENTRY_FORM, "1", "format '%s' is not known", HOSTILE "\xc3");
	both(&r, &text, &json);
	assert_true(holds(evd_buf_view(&text), "<U+009B>31m<U+202E><U+001B>[2J<U+000A>VERIFIED<0xC3>"));
	evd_report_release(&r);
	evd_buf_release(&text);
	evd_buf_release(&json);
}

/* Every finding, alone, in text and JSON. */
static void every_finding(void **state)
{
	struct evd_buf text = {0}, json = {0};
	static struct evd_report r;

	(void)state;
	for (unsigned code = 0; code < EVD_FINDING_CODES; code++) {
		struct evd_findings to = {evd_report_collect, &r};

		make(&r, "b.asice");
		evd_finding(&to, code, code % 2 ? "3" : "3/2", "%s", "detail");
		both(&r, &text, &json);
		assert_true(holds(evd_buf_view(&text), evd_finding_kind(code)->code));
		assert_true(holds(evd_buf_view(&json), evd_finding_kind(code)->code));
		evd_report_release(&r);
	}
	evd_buf_release(&text);
	evd_buf_release(&json);
}

static void nothing_inside(void **state)
{
	struct evd_buf text = {0}, json = {0};
	static struct evd_report r;

	(void)state;
	/* refused: nothing inside is reported as verified */
	make(&r, "b.asice");
	r.failed = 1;
	both(&r, &text, &json);
	assert_true(holds(evd_buf_view(&json), "\"caseId\":null"));
	assert_true(holds(evd_buf_view(&json), "\"sealedBy\":null"));
	assert_true(holds(evd_buf_view(&json), "\"signers\":[]"));
	assert_false(holds(evd_buf_view(&text), "31m"));
	r.failed = 2;
	r.log_walked = false;
	both(&r, &text, &json);
	assert_true(holds(evd_buf_view(&json), "\"caseId\":null"));
	/* walked, but the seal's signature does not fit */
	r.log_walked = true;
	r.seal_fits = r.has_seal_digest = false;
	both(&r, &text, &json);
	assert_true(holds(evd_buf_view(&json), "\"sealedBy\":null"));
	assert_true(holds(evd_buf_view(&json), "\"sealDigest\":null"));
	assert_false(holds(evd_buf_view(&text), "31m"));
	evd_report_release(&r);
	evd_buf_release(&text);
	evd_buf_release(&json);
}

static void shapes(void **state)
{
	struct evd_buf text = {0}, json = {0};
	static struct evd_report r;

	(void)state;
	make(&r, "b.asice");
	r.log.n_withheld = 2;
	r.has_at = true;
	r.at_ms = INT64_C(951782400000);
	both(&r, &text, &json);
	assert_true(holds(evd_buf_view(&text), "VERIFIED EXTRACT"));
	assert_true(holds(evd_buf_view(&json), "\"at\":\"2000-02-29T00:00:00.000Z\""));
	assert_true(holds(evd_buf_view(&json), "\"subject\":\"extract\""));
	assert_true(holds(evd_buf_view(&json), "\"withheld\":2"));
	for (unsigned x = EVD_EXTENDS; x <= EVD_EXTENDS_BRANCH; x++) {
		r.extends = (enum evd_extends)x;
		both(&r, &text, &json);
	}
	r.extends = EVD_EXTENDS_NOT_ASKED;
	for (unsigned x = EVD_RECEIPT_ACCEPTED; x <= EVD_RECEIPT_UNVERIFIED; x++) {
		r.receipt.result = (enum evd_receipt_result)x;
		both(&r, &text, &json);
		assert_int_equal(holds(evd_buf_view(&json), "\"transferId\""), x <= EVD_RECEIPT_REFUSED);
	}
	r.receipt.result = EVD_RECEIPT_NOT_ASKED;
	r.unknown = 1u << EVD_CHECK_TIME;
	r.tokens.at = calloc(1, sizeof *r.tokens.at);
	r.tokens.n = 1;
	*r.tokens.at = (struct evd_told_token){.time_ms = INT64_C(951782400001),
	                                       .accuracy_ms = -1,
	                                       .serial = {0, 0xaf},
	                                       .serial_len = 2,
	                                       .policy = "1.2.3",
	                                       .where = "7"};
	both(&r, &text, &json);
	assert_true(holds(evd_buf_view(&text), "none proves the time of the seal"));
	assert_true(holds(evd_buf_view(&json), "\"time\":{\"proved\":null,\"recorded\":"));
	assert_true(holds(evd_buf_view(&json),
	                  "\"policy\":\"1.2.3\",\"serial\":\"00af\",\"standing\":\"unknown\",\"time\":"
	                  "\"2000-02-29T00:00:00.001Z\",\"where\":\"7\"}]"));
	assert_true(holds(evd_buf_view(&json), "{\"accepted\":false,\"accuracy\":null,"));
	r.has_proved = r.tokens.at->accepted = true;
	r.proved_ms = INT64_C(951782400002);
	r.tokens.at->accuracy_ms = 1500;
	both(&r, &text, &json);
	assert_true(holds(evd_buf_view(&text), "not later than 2000-02-29T00:00:00.002Z"));
	assert_true(holds(evd_buf_view(&json), "{\"accepted\":true,\"accuracy\":1500,"));
	assert_true(holds(evd_buf_view(&json), "\"proved\":\"2000-02-29T00:00:00.002Z\""));
	r.unknown = 1u << EVD_CHECK_IDENTITY;
	r.known[0].standing = EVD_UNKNOWN;
	both(&r, &text, &json);
	assert_true(holds(evd_buf_view(&json), "\"standing\":\"unknown\""));
	r.unknown = 1u << EVD_CHECK_SIGNATURES;
	r.has_subject = false;
	evd_buf_release(&r.log.actor);
	both(&r, &text, &json);
	assert_true(holds(evd_buf_view(&json), "\"actor\":null"));
	assert_true(holds(evd_buf_view(&json), "\"subject\":null"));
	/* an actor that is no object of three strings */
	evd_put_str(&r.log.actor, "{\"name\":");
	both(&r, &text, &json);
	r.log.items.at = calloc(2, sizeof *r.log.items.at);
	r.log.items.n = 2;
	r.log.items.at[0].size = 10;
	r.log.items.at[1].size = 20;
	r.log.items.at[1].lost = true;
	r.unknown = 0;
	both(&r, &text, &json);
	assert_true(holds(evd_buf_view(&json),
	                  "\"counts\":{\"bytes\":10,\"entries\":1,\"items\":2,\"lost\":1"));
	evd_report_release(&r);
	evd_buf_release(&text);
	evd_buf_release(&json);
}

static void first_line(const struct evd_report *r, const char *words)
{
	struct evd_buf text = {0}, json = {0};

	both(r, &text, &json);
	assert_true(text.len > strlen(words));
	assert_memory_equal(text.data, words, strlen(words));
	evd_buf_release(&text);
	evd_buf_release(&json);
}

/* "Whole" is said of what lacks nothing (bundle-format §7), whatever else is open. */
static void extract_undecided(void **state)
{
	static struct evd_report r;

	(void)state;
	make(&r, "b.asice");
	r.unknown = 1u << EVD_CHECK_IDENTITY;
	first_line(&r, "WHOLE, BUT NOT PROVED WHO: ");
	r.log.n_withheld = 2;
	first_line(&r, "EXTRACT (3 OF 5 RECORDS), BUT NOT PROVED WHO: ");
	r.unknown = 1u << EVD_CHECK_TIME;
	first_line(&r, "EXTRACT (3 OF 5 RECORDS), BUT NOT PROVED WHEN: ");
	r.unknown = 1u << EVD_CHECK_SIGNATURES;
	first_line(&r, "NOT DECIDED: ");
	evd_report_release(&r);
}

static void claims(struct evd_report *r, const char *name, const char *shown)
{
	struct evd_buf text = {0}, json = {0};

	evd_buf_reset(&r->log.actor);
	evd_put_str(&r->log.actor, "{\"name\":");
	evd_put_json_string(&r->log.actor, evd_view_str(name));
	evd_put_str(&r->log.actor, "}");
	both(r, &text, &json);
	assert_true(holds(evd_buf_view(&text), shown));
	evd_buf_release(&text);
	evd_buf_release(&json);
}

/* A name cannot end its quotation marks, in any language's form of them, nor push our words to a line of its own. */
static void quoted_name(void **state)
{
	static struct evd_report r;

	(void)state;
	make(&r, "b.asice");
	claims(&r, "Ana Ani\xc4\x87 O'Neil", "claims to be \"Ana Ani\xc4\x87 O'Neil\", not verified");
	claims(&r, "A\" CONFIRMED \xe2\x80\x9cnot",
	       "claims to be \"A<U+0022> CONFIRMED <U+201C>not\", not verified");
	claims(&r, "\xe2\x80\x9e\xe2\x80\x9d\xc2\xab\xc2\xbb\xef\xbc\x82",
	       "\"<U+201E><U+201D><U+00AB><U+00BB><U+FF02>\"");
	claims(&r,
	       "A  B\xe2\xa0\x80\xe3\x80\x80"
	       "C",
	       "\"A <U+0020>B\xe2\xa0\x80<U+3000>C\", not verified");
	evd_report_release(&r);
}

/* Records claim sizes: what they come to stays an integer of the report (verify.md §3, stage 3.3). */
static void claimed_sizes(void **state)
{
	struct evd_buf text = {0}, json = {0};
	static struct evd_report r;

	(void)state;
	make(&r, "b.asice");
	r.log.items.at = calloc(3, sizeof *r.log.items.at);
	r.log.items.n = 3;
	for (size_t i = 0; i < 3; i++)
		r.log.items.at[i].size = EVD_MAX_JSON_INT - 1;
	both(&r, &text, &json);
	assert_true(holds(evd_buf_view(&json), "\"counts\":{\"bytes\":9007199254740991,"));
	evd_report_release(&r);
	evd_buf_release(&text);
	evd_buf_release(&json);
}

static void ignore(void *ctx, const struct evd_finding *f)
{
	(void)ctx;
	(void)f;
}

/* Many `lost` ranges over the same many items (threats R): each item is looked at once, not once for each range. */
static void lost_often(void **state)
{
	enum { N = 200000 };
	struct evd_findings to = {ignore, NULL};
	static struct evd_log log;
	clock_t began;

	(void)state;
	log.findings = &to;
	log.items.at = calloc(N, sizeof *log.items.at);
	log.named.at = calloc(N, sizeof *log.named.at);
	assert_non_null(log.items.at);
	assert_non_null(log.named.at);
	log.items.n = log.named.n = N;
	for (uint32_t i = 0; i < N; i++) {
		log.items.at[i].seq = 2;
		log.items.at[i].k = 2 * i + 1;
		log.named.at[i] = (struct evd_range){
		    .seq = 2, .by = 3, .first = 1, .last = 2 * N - 3, .action = EVD_LOST};
	}
	began = clock();
	assert_int_equal(evd_log_withheld(&log, NULL), 0);
	assert_true((clock() - began) / CLOCKS_PER_SEC < 5);
	assert_true(log.items.at[0].lost && log.items.at[N - 2].lost);
	assert_false(log.items.at[N - 1].lost);
	free(log.items.at);
	free(log.named.at);
}

/* Findings beyond those that a page holds are counted. */
static void many(void **state)
{
	struct evd_buf text = {0}, json = {0};
	static struct evd_report r;
	struct evd_findings to = {evd_report_collect, &r};

	(void)state;
	make(&r, "b.asice");
	for (unsigned i = 0; i < 1200; i++)
		evd_finding(&to, EVD_F_ITEM_ALTERED, "3/2", "%s", "detail");
	both(&r, &text, &json);
	assert_true(holds(evd_buf_view(&json), "\"findingsOmitted\":200"));
	assert_true(holds(evd_buf_view(&text), "1180"));
	evd_report_release(&r);
	evd_buf_release(&text);
	evd_buf_release(&json);
}

static void no_memory(void **state)
{
	static struct evd_report r;
	unsigned long n;

	(void)state;
	make(&r, "b.asice");
	for (n = 1;; n++) {
		struct evd_buf text = {0}, json = {0};
		int a, b;

		test_fail_at(n);
		a = evd_report_text(&r, evd_messages("en"), &text, NULL);
		b = evd_report_json(&r, &json, NULL);
		if (test_allocations() < n) {
			test_fail_at(0);
			assert_int_equal(a, 0);
			assert_int_equal(b, 0);
			evd_buf_release(&text);
			evd_buf_release(&json);
			break;
		}
		test_fail_at(0);
		assert_true(a < 0 || b < 0); /* said, never a report with something left out */
		evd_buf_release(&text);
		evd_buf_release(&json);
	}
	assert_true(n > 5);
	evd_report_release(&r);
}

static void languages(void **state)
{
	(void)state;
	assert_non_null(evd_messages("en"));
	assert_null(evd_messages("xx"));
	assert_null(evd_messages(""));
	for (unsigned i = 0; i < EVD_FINDING_CODES; i++)
		assert_non_null(evd_messages("en")->finding[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hostile),        cmocka_unit_test(every_finding),
	    cmocka_unit_test(nothing_inside), cmocka_unit_test(shapes),
	    cmocka_unit_test(many),           cmocka_unit_test(no_memory),
	    cmocka_unit_test(languages),      cmocka_unit_test(extract_undecided),
	    cmocka_unit_test(quoted_name),    cmocka_unit_test(claimed_sizes),
	    cmocka_unit_test(lost_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
