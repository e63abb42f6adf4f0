/* test_verdict: of all combinations of what checks can say, one gives TOTAL-PASSED (docs/verify.md §2). */
#include "testlib.h"

#include "verify/verdict.h"
#include "verify/verify.h"

#include <stdlib.h>
#include <string.h>

#define ALL 0x7fu

/* docs/verify.md §2, written down a second time. */
static const char *by_the_table(unsigned reached, unsigned failed, unsigned unknown)
{
	if (failed & 1)
		return "REFUSED";
	if (failed)
		return "TOTAL-FAILED";
	if (!(reached & 1))
		return "OWN-FAILURE";
	return unknown == 0 && reached == ALL ? "TOTAL-PASSED" : "INDETERMINATE";
}

static void every_combination(void **state)
{
	static struct evd_report r;
	unsigned passed = 0, exit_0 = 0;

	(void)state;
	assert_int_equal(EVD_CHECKS, 7);
	memset(&r, 0, sizeof r);
	for (r.reached = 0; r.reached <= ALL; r.reached++)
		for (r.failed = 0; r.failed <= ALL; r.failed++)
			for (r.unknown = 0; r.unknown <= ALL; r.unknown++) {
				enum evd_verdict v = evd_verdict(&r);
				const char *want = by_the_table(r.reached, r.failed, r.unknown);

				if (strcmp(evd_verdict_name(v), want) != 0)
					fail_msg("%x %x %x: %s, not %s", r.reached, r.failed, r.unknown,
					         evd_verdict_name(v), want);
				passed += v == EVD_TOTAL_PASSED;
				exit_0 += evd_verdict_exit(&r) == 0;
			}
	assert_int_equal(passed, 1);
	assert_int_equal(exit_0, 1);
}

static void exit_codes(void **state)
{
	static const struct {
		unsigned reached, failed, unknown;
		int exit;
	} row[] = {{ALL, 0, 0, 0}, {ALL, 2, 0, 1}, {ALL, 0, 2, 2},
	           {1, 0, 0, 2},   {0, 1, 0, 3},   {0, 0, 0, 70}};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct evd_report r = {
		    .reached = row[i].reached, .failed = row[i].failed, .unknown = row[i].unknown};

		assert_int_equal(evd_verdict_exit(&r), row[i].exit);
		for (unsigned x = EVD_EXTENDS_NOT_ASKED; x <= EVD_EXTENDS_BRANCH; x++) {
			/* docs/verify.md §8: what does not extend is 1, unless refused or our own failure */
			int want = x > EVD_EXTENDS_SAME && row[i].exit <= 2 ? 1 : row[i].exit;

			r.extends = (enum evd_extends)x;
			assert_int_equal(evd_verdict_exit(&r), want);
		}
	}
	for (unsigned x = EVD_RECEIPT_NOT_ASKED; x <= EVD_RECEIPT_UNVERIFIED; x++) { /* §8a */
		struct evd_report r = {.reached = row[0].reached,
		                       .receipt.result = (enum evd_receipt_result)x};

		assert_int_equal(row[0].exit, 0);
		assert_int_equal(evd_verdict_exit(&r), x > EVD_RECEIPT_REFUSED);
	}
	assert_string_equal(evd_verdict_name((enum evd_verdict)99), "OWN-FAILURE");
}

static void say(struct evd_report *r, enum evd_finding_code code, const char *where)
{
	const struct evd_findings to = {evd_report_collect, r};

	evd_finding(&to, code, where, "%s", "as tested");
}

static void check_results(void **state)
{
	struct evd_report r = {.reached = ALL};

	(void)state;
	assert_string_equal(evd_check_result(&r, EVD_CHECK_TIME), "passed");
	assert_null(evd_verdict_sub(&r));
	say(&r, EVD_F_TIMESTAMP_MISSING, "");
	assert_string_equal(evd_check_result(&r, EVD_CHECK_TIME), "unknown");
	assert_string_equal(evd_verdict_sub(&r), "NO_POE");
	say(&r, EVD_F_ITEM_ALTERED, "3/2");
	assert_string_equal(evd_check_result(&r, EVD_CHECK_FIXITY), "failed");
	assert_string_equal(evd_verdict_sub(&r), "HASH_FAILURE");
	say(&r, EVD_F_WITHHELD, "2"); /* a note changes no result */
	assert_string_equal(evd_check_result(&r, EVD_CHECK_COMPLETENESS), "passed");
	evd_report_release(&r);
	r.reached = ALL;
	say(&r, EVD_F_TIME_BACKWARDS, "2"); /* a note before it does not hide what decides */
	say(&r, EVD_F_TIMESTAMP_MISSING, "");
	say(&r, EVD_F_SIGNER_UNKNOWN, "1");
	assert_string_equal(evd_verdict_sub(&r), "NO_CERTIFICATE_CHAIN_FOUND");
	r.reached = ALL & ~(1u << EVD_CHECK_IDENTITY);
	assert_string_equal(evd_check_result(&r, EVD_CHECK_IDENTITY), "unknown");
	assert_int_equal(r.findings.n, 3);
	evd_report_release(&r);
	r.reached = 1; /* not reached: unknown without any finding, so no sub-indication */
	assert_int_equal(evd_verdict(&r), EVD_INDETERMINATE);
	assert_null(evd_verdict_sub(&r));
	assert_false(evd_is_extract(&r));
	r.log.n_withheld = 1;
	assert_true(evd_is_extract(&r));
	r.log.n_withheld = 0;
	r.log.entry.details.extent = EVD_EXTRACT;
	assert_true(evd_is_extract(&r));
	evd_report_release(&r);
}

/* In the order of the checks, as found within one check. */
static void order(void **state)
{
	struct evd_report r = {0};

	(void)state;
	say(&r, EVD_F_SIGNER_UNKNOWN, "1");
	say(&r, EVD_F_TIME_BACKWARDS, "2");
	say(&r, EVD_F_ITEM_ALTERED, "1/2");
	say(&r, EVD_F_TIME_BACKWARDS, "3");
	say(&r, EVD_F_ITEM_MISSING, "1/3");
	say(&r, EVD_F_ITEM_ALTERED, "1/4");
	assert_int_equal(r.findings.n, 6);
	assert_string_equal(r.findings.at[0].where, "2");
	assert_string_equal(r.findings.at[1].where, "3");
	assert_string_equal(r.findings.at[2].where, "1/3");
	assert_string_equal(r.findings.at[3].where, "1/2");
	assert_string_equal(r.findings.at[4].where, "1/4");
	assert_string_equal(r.findings.at[5].where, "1");
	/* the container refused: nothing else is reported, before or after */
	say(&r, EVD_F_FORMAT_NEWER, "");
	say(&r, EVD_F_ITEM_ALTERED, "1/5");
	assert_int_equal(r.findings.n, 1);
	assert_int_equal(r.findings.at[0].code, EVD_F_FORMAT_NEWER);
	assert_int_equal(evd_verdict(&r), EVD_REFUSED);
	assert_null(evd_verdict_sub(&r));
	evd_report_release(&r);
}

/* 1000 are listed, more are counted, and what comes later in the order gives way (docs/verify.md §4). */
static void many(void **state)
{
	struct evd_report r = {.reached = ALL};

	(void)state;
	for (unsigned i = 0; i < EVD_MAX_FINDINGS; i++)
		say(&r, EVD_F_ITEM_ALTERED, "1/2");
	assert_int_equal(r.findings.n, EVD_MAX_FINDINGS);
	assert_int_equal(r.omitted, 0);
	say(&r, EVD_F_ITEM_ALTERED, "1/2");
	assert_int_equal(r.findings.n, EVD_MAX_FINDINGS);
	assert_int_equal(r.omitted, 1);
	say(&r, EVD_F_ENTRY_LINK, "2");
	assert_int_equal(r.findings.n, EVD_MAX_FINDINGS);
	assert_int_equal(r.findings.at[0].code, EVD_F_ENTRY_LINK);
	assert_int_equal(r.omitted, 2);
	evd_report_release(&r);
}

/* A finding that could not be kept still decides. */
static void no_memory(void **state)
{
	struct evd_report r = {.reached = ALL};

	(void)state;
	test_fail_at(1);
	say(&r, EVD_F_ITEM_ALTERED, "1/2");
	test_fail_at(0);
	assert_int_equal(evd_verdict(&r), EVD_TOTAL_FAILED);
	assert_int_equal(r.findings.n, 0);
	assert_int_equal(r.omitted, 1);
	evd_report_release(&r);
}

/* The table of findings: every failed or unknown one belongs to a check; those of the container are all
 * refusals; words are unique. */
static void table(void **state)
{
	(void)state;
	for (unsigned i = 0; i < EVD_FINDING_CODES; i++) {
		const struct evd_finding_kind *k = evd_finding_kind(i);

		assert_true(k->check < EVD_CHECKS);
		if (k->check == EVD_CHECK_CONTAINER)
			assert_int_equal(k->result, EVD_RESULT_FAILED);
		/* ETSI EN 319 102-1: INDETERMINATE has a sub-indication; of an authority its path says which; it
		 * has none for what is no matter of a signature */
		if (k->result == EVD_RESULT_UNKNOWN && i != EVD_F_TIMESTAMP_AUTHORITY &&
		    i != EVD_F_MATERIAL_UNUSED && i != EVD_F_ENVELOPE_CLOSED)
			assert_non_null(k->sub);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(k->code, evd_finding_kind(j)->code);
	}
	for (unsigned c = 0; c < EVD_CHECKS; c++)
		assert_non_null(evd_check_name(c));
}

static void one_entry(struct evd_report *r, size_t n, uint8_t last, const char *case_id)
{
	memset(r, 0, sizeof *r);
	r->reached = ALL;
	r->log_walked = true;
	memcpy(r->log.case_id, case_id, 37);
	r->log.entries.at = calloc(n, sizeof *r->log.entries.at);
	r->log.entries.n = n;
	for (size_t i = 0; i < n; i++)
		r->log.entries.at[i].digest[0][0] = (uint8_t)(i + 1 == n ? last : i + 1);
}

/* docs/verify.md §8 */
static void extends(void **state)
{
	static const char id[] = "1f0c9a3e-6a57-4a6e-9d1b-0123456789ab",
	                  other[] = "2f0c9a3e-6a57-4a6e-9d1b-0123456789ab";
	static const struct {
		size_t newer_n, older_n;
		uint8_t newer_last, older_last;
		bool other;
		enum evd_extends want;
	} row[] = {/* what differs first decides, also where the newer has fewer entries */
	           {2, 3, 9, 3, false, EVD_EXTENDS_FORK},     {3, 3, 3, 3, false, EVD_EXTENDS_SAME},
	           {5, 3, 5, 3, false, EVD_EXTENDS},          {5, 3, 5, 9, false, EVD_EXTENDS_FORK},
	           {3, 3, 3, 9, false, EVD_EXTENDS_FORK},     {2, 3, 2, 3, false, EVD_EXTENDS_SHORTER},
	           {3, 3, 3, 3, true, EVD_EXTENDS_OTHER_CASE}};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		static struct evd_report newer, older;

		one_entry(&newer, row[i].newer_n, row[i].newer_last, id);
		one_entry(&older, row[i].older_n, row[i].older_last, row[i].other ? other : id);
		evd_verify_extends(&newer, &older);
		assert_int_equal(newer.extends, row[i].want);
		if (row[i].want == EVD_EXTENDS_SAME) {
			older.log.entries.at[2].digest[1][31] = 1; /* the signature counts too */
			evd_verify_extends(&newer, &older);
			assert_int_equal(newer.extends, EVD_EXTENDS_FORK);
		}
		older.failed = 2; /* an older bundle that does not verify proves nothing */
		evd_verify_extends(&newer, &older);
		assert_int_equal(newer.extends, EVD_EXTENDS_UNVERIFIED);
		older.failed = 0;
		older.unknown = 1u << EVD_CHECK_IDENTITY; /* whole, though the signer is not known */
		evd_verify_extends(&newer, &older);
		assert_int_not_equal(newer.extends, EVD_EXTENDS_UNVERIFIED);
		newer.log_walked = false;
		evd_verify_extends(&newer, &older);
		assert_int_equal(newer.extends, EVD_EXTENDS_UNVERIFIED);
		evd_report_release(&newer);
		evd_report_release(&older);
	}
}

/* docs/verify.md §8: a recipient's branch accuses nobody; two answers to one transfer do */
static void branches(void **state)
{
	static const char id[] = "1f0c9a3e-6a57-4a6e-9d1b-0123456789ab";
	static const struct {
		uint32_t newer, older; /* the entry that received, 0: none */
		bool same_transfer;
		enum evd_extends want;
	} row[] = {{3, 0, false, EVD_EXTENDS_BRANCH}, {0, 3, false, EVD_EXTENDS_BRANCH},
	           {3, 3, false, EVD_EXTENDS_BRANCH}, {3, 3, true, EVD_EXTENDS_FORK},
	           {2, 0, false, EVD_EXTENDS_FORK},   {0, 0, false, EVD_EXTENDS_FORK}};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		static struct evd_report newer, older;
		struct evd_transfer a = {.received = row[i].newer}, b = {.received = row[i].older};

		memcpy(a.id, id, sizeof a.id);
		memcpy(b.id, id, sizeof b.id);
		b.id[35] = row[i].same_transfer ? b.id[35] : '0';
		one_entry(&newer, 3, 3, id);
		one_entry(&older, 3, 9, id);
		newer.log.transfers.at = &a;
		older.log.transfers.at = &b;
		newer.log.transfers.n = older.log.transfers.n = 1;
		evd_verify_extends(&newer, &older);
		assert_int_equal(newer.extends, row[i].want);
		newer.log.transfers.at = older.log.transfers.at = NULL;
		evd_report_release(&newer);
		evd_report_release(&older);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_combination),
	    cmocka_unit_test(exit_codes),
	    cmocka_unit_test(check_results),
	    cmocka_unit_test(order),
	    cmocka_unit_test(many),
	    cmocka_unit_test(no_memory),
	    cmocka_unit_test(table),
	    cmocka_unit_test(extends),
	    cmocka_unit_test(branches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
