/* test_token: tokens, paths and lists whose makers are `openssl ts`, `openssl x509` and `openssl ca`. */
#include "testlib.h"

#include "base/digest.h"
#include "base/text.h"
#include "verify/path.h"
#include "verify/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Root and authority for 20 years; a list of the root's; a token over the word "evidence" with SHA-256. */
static const char script[] =
    "cd '%s' && exec >log 2>&1 && set -e\n"
    "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 7300 -subj /CN=Root"
    " -addext keyUsage=critical,keyCertSign,cRLSign\n"
    "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -out tsa.csr"
    " -subj /CN=Authority\n"
    "printf 'extendedKeyUsage=critical,timeStamping\\nkeyUsage=critical,digitalSignature\\n"
    "authorityKeyIdentifier=keyid\\n' >tsa.ext\n"
    "openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 0x5a -days 7300"
    " -extfile tsa.ext -out tsa.pem\n"
    "printf "
    "'[ca]\\ndefault_ca=c\\n[c]\\ndatabase=index\\ncrlnumber=crlnumber\\ndefault_md=sha256\\n"
    "default_crl_days=30\\n' >ca.cnf; : >index; echo 01 >crlnumber\n"
    "openssl ca -config ca.cnf -gencrl -keyfile ca.key -cert ca.pem -out good.crl\n"
    "openssl ca -config ca.cnf -keyfile ca.key -cert ca.pem -revoke tsa.pem"
    " -crl_reason keyCompromise\n"
    "openssl ca -config ca.cnf -gencrl -keyfile ca.key -cert ca.pem -out bad.crl\n"
    "for f in ca tsa; do openssl x509 -in $f.pem -outform DER -out $f.der; done\n"
    "for f in good bad; do openssl crl -in $f.crl -outform DER -out $f.crl.der; done\n"
    "printf '[tsa]\\ndefault_tsa=t\\n[t]\\nserial=serial\\ndefault_policy=1.2.3.4.5\\n"
    "digests=sha256,sha1\\naccuracy=secs:1,millisecs:500\\nsigner_digest=sha256\\n"
    "ess_cert_id_alg=sha256\\n' >tsa.cnf; echo 77AB >serial\n"
    "printf evidence >data\n"
    "for a in sha256 sha1; do openssl ts -query -data data -$a -cert -out q && openssl ts -reply"
    " -config tsa.cnf -queryfile q -signer tsa.pem -inkey tsa.key -token_out -out $a.tst; done\n"
    "openssl ts -reply -in sha256.tst -token_in -text -out text\n";

static const char *folder;

/* Each file is read once, and stays. */
static uint8_t *load(const char *name, size_t *n)
{
	static struct {
		const char *name;
		uint8_t *p;
		size_t n;
	} kept[16];
	size_t i = 0;

	while (kept[i].name && strcmp(kept[i].name, name) != 0)
		i++;
	if (!kept[i].name) {
		kept[i].name = name;
		kept[i].p = test_read(test_path(folder, name), &kept[i].n);
	}
	*n = kept[i].n;
	return kept[i].p;
}

static struct evd_view view(const char *name)
{
	size_t n;
	const uint8_t *p = load(name, &n);

	return evd_view_of(p, n);
}

static int make(void **state)
{
	static char command[4096];

	(void)state;
	folder = test_folder();
	snprintf(command, sizeof command, script, folder);
	return system(command);
}

static void rule_for(struct evd_token_rule *rule, const char *word)
{
	memset(rule, 0, sizeof *rule);
	assert_int_equal(evd_sha256(evd_view_str(word), rule->imprint, NULL), 0);
}

/* What `openssl ts -text` says of the token is what is read out of it. */
static void openssl_reads_the_same(void **state)
{
	struct evd_view der = view("sha256.tst"), text = view("text");
	char *said = calloc(1, text.len + 1), month[4], line[64], hex[65];
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int day, h, m, s, year;
	struct evd_token t;
	int64_t ms;

	(void)state;
	memcpy(said, text.p, text.len);
	assert_int_equal(evd_token_read(der, &t, NULL), 0);
	assert_non_null(strstr(said, "Policy OID: 1.2.3.4.5"));
	test_assert_hex(t.policy.p, t.policy.len, "2a030405");
	assert_int_equal(sscanf(strstr(said, "Time stamp: "), "Time stamp: %3s %d %d:%d:%d %d", month,
	                        &day, &h, &m, &s, &year),
	                 6);
	snprintf(line, sizeof line, "%04d-%02d-%02dT%02d:%02d:%02d.000Z", year,
	         (int)(strstr(months, month) - months) / 3 + 1, day, h, m, s);
	assert_true(evd_time_parse(evd_view_str(line), &ms));
	assert_int_equal(t.time_ms, ms);
	assert_non_null(strstr(said, "Accuracy: 0x01 seconds, 0x01F4 millis"));
	assert_int_equal(t.accuracy_ms, 1500);
	evd_hex(hex, t.serial.p, t.serial.len);
	assert_string_equal(hex, "77ac"); /* the file held the one before */
	assert_non_null(strstr(said, "Serial number: 0x77AC"));
	assert_int_equal(t.imprint_sha, 256);
	evd_token_release(&t);
	free(said);
}

static void judged(void **state)
{
	static const struct evd_policy one = {{0x2a, 3, 4}, 3},
	                               two[] = {{{0x2a, 3, 4}, 3}, {{0x2a, 3, 4, 5}, 4}};
	struct evd_view der = view("sha256.tst"), old = view("sha1.tst");
	struct evd_token_rule rule;
	enum evd_finding_code code;
	struct evd_token t;
	const char *sub;

	(void)state;
	rule_for(&rule, "evidence");
	assert_int_equal(evd_token_read(der, &t, NULL), 0);
	assert_int_equal(evd_token_check(&t, &rule, &code, &sub, NULL), 0);
	rule.policies = &one;
	rule.n_policies = 1;
	assert_int_equal(evd_token_check(&t, &rule, &code, &sub, NULL), EVD_END);
	assert_int_equal(code, EVD_F_TIMESTAMP_CONSTRAINTS);
	rule.policies = two;
	rule.n_policies = 2;
	assert_int_equal(evd_token_check(&t, &rule, &code, &sub, NULL), 0);
	rule_for(&rule, "another word");
	assert_int_equal(evd_token_check(&t, &rule, &code, &sub, NULL), EVD_END);
	assert_int_equal(code, EVD_F_TIMESTAMP_IMPRINT);
	evd_token_release(&t);
	rule_for(&rule, "evidence");
	assert_int_equal(evd_token_read(old, &t, NULL), 0);
	assert_int_equal(evd_token_check(&t, &rule, &code, &sub, NULL), EVD_END);
	assert_int_equal(code, EVD_F_TIMESTAMP_ALGORITHM);
	evd_token_release(&t);
}

/* No altered byte passes; a byte more, a byte less, a response in place of the token neither. */
static void no_other_byte(void **state)
{
	size_t len;
	uint8_t *p = load("sha256.tst", &len);
	struct evd_view der = evd_view_of(p, len);
	struct evd_token_rule rule;
	enum evd_finding_code code;
	struct evd_token t;
	const char *sub;
	int r;

	(void)state;
	rule_for(&rule, "evidence");
	for (size_t i = 0; i < der.len; i++) {
		struct evd_path path;

		p[i] ^= 1;
		r = evd_token_read(der, &t, NULL);
		if (r == 0)
			r = evd_token_check(&t, &rule, &code, &sub, NULL);
		if (r == 0) { /* the certificate's own signature, or the version that is not looked at */
			struct evd_view ca = view("ca.der");
			struct evd_hand *h = calloc(1, sizeof *h);
			struct evd_path_use use = {EVD_USE_AUTHORITY, t.time_ms / 1000, INT64_MAX};

			h->at = use.time;
			assert_int_equal(evd_hand_add(h, ca, true, NULL), 0);
			if (!evd_path_find(h, &t.authority, &use, &path) && p[i] != 2)
				fail_msg("byte %zu passes altered", i);
			evd_hand_release(h);
			free(h);
		}
		evd_token_release(&t);
		p[i] ^= 1;
	}
	assert_int_equal(evd_token_read(evd_view_of(der.p, der.len - 1), &t, NULL), EVD_END);
	evd_token_release(&t);
	p = calloc(1, der.len + 1);
	memcpy(p, der.p, der.len);
	assert_int_equal(evd_token_read(evd_view_of(p, der.len + 1), &t, NULL), EVD_END);
	evd_token_release(&t);
	free(p);
}

static const char *path_with(const char *list, int64_t shift, int64_t covered,
                             struct evd_path *path, bool *known)
{
	struct evd_view ca = view("ca.der"), tsa = view("tsa.der"), crl = {NULL, 0};
	struct evd_hand *h = calloc(1, sizeof *h);
	struct evd_path_use use = {EVD_USE_AUTHORITY, 0, covered};
	struct evd_cert c;
	const char *sub;
	int64_t from, to;

	assert_int_equal(evd_hand_add(h, ca, true, NULL), 0);
	assert_int_equal(evd_hand_add(h, ca, true, NULL), 0);
	assert_int_equal(h->certs.n, 1);
	if (list) {
		crl = view(list);
		h->list_given = true;
		assert_int_equal(evd_hand_add_list(h, crl, NULL), 0);
	}
	assert_int_equal(evd_cert_read(tsa, &c, NULL), 0);
	assert_true(evd_cert_dates(&c, &from, &to));
	use.time = shift < 0 ? from + shift : from + shift + 3600;
	h->at = use.time > to ? to : use.time;
	sub = evd_path_find(h, &c, &use, path);
	*known = evd_path_known(h, path, use.time);
	evd_cert_release(&c);
	evd_hand_release(h);
	free(h);
	return sub;
}

static void paths(void **state)
{
	struct evd_path path;
	bool known;

	(void)state;
	assert_null(path_with(NULL, 0, INT64_MAX, &path, &known));
	assert_int_equal(path.n, 2);
	assert_false(known);
	assert_null(path_with("good.crl.der", 0, INT64_MAX, &path, &known));
	assert_true(known);
	/* a list for 30 days, a month and more later */
	assert_string_equal(path_with("good.crl.der", 40 * 86400, INT64_MAX, &path, &known),
	                    "TRY_LATER");
	assert_string_equal(path_with("bad.crl.der", 0, INT64_MAX, &path, &known), "REVOKED_NO_POE");
	assert_string_equal(path_with(NULL, -1, INT64_MAX, &path, &known), "OUT_OF_BOUNDS_NO_POE");
	assert_string_equal(path_with(NULL, INT64_C(7301) * 86400, INT64_MAX, &path, &known),
	                    "OUT_OF_BOUNDS_NO_POE");
}

/* The certificate of a token fits its own uses alone. */
static void uses(void **state)
{
	struct evd_view tsa = view("tsa.der"), ca = view("ca.der");
	struct evd_cert t, c;

	(void)state;
	assert_int_equal(evd_cert_read(tsa, &t, NULL), 0);
	assert_int_equal(evd_cert_read(ca, &c, NULL), 0);
	assert_true(evd_certificate_serves(t.x, EVD_USE_AUTHORITY));
	assert_false(evd_certificate_serves(t.x, EVD_USE_SIGNER));
	assert_false(evd_certificate_serves(c.x, EVD_USE_AUTHORITY));
	assert_true(evd_certificate_issues(c.x, EVD_USE_AUTHORITY, 0));
	assert_false(evd_certificate_issues(t.x, EVD_USE_AUTHORITY, 0));
	assert_true(evd_cert_names(&c, &t));
	assert_false(evd_cert_names(&t, &c));
	assert_true(evd_form_signed_by(&t.form, &c));
	assert_true(evd_form_signed_by(&c.form, &c));
	assert_false(evd_form_signed_by(&c.form, &t));
	evd_cert_release(&t);
	evd_cert_release(&c);
	assert_int_equal(evd_cert_read(evd_view_str("no certificate"), &c, NULL), EVD_END);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(openssl_reads_the_same),
	    cmocka_unit_test(judged),
	    cmocka_unit_test(no_other_byte),
	    cmocka_unit_test(paths),
	    cmocka_unit_test(uses),
	};

	return cmocka_run_group_tests(tests, make, NULL);
}
