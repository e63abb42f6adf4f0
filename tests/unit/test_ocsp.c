/* test_ocsp: answers whose maker is `openssl ocsp`, held against the rules of docs/verify.md §5.3. */
#include "testlib.h"

#include "base/buf.h"
#include "chain/signature.h"
#include "verify/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A root; serial 0x0A is good, 0x0B revoked on 2026-01-01, others are unknown; a responder of the root's,
 * one that may not answer, and one of another root of the same name. */
static const char script[] =
    "cd '%s' && exec >log 2>&1 && set -e\n"
    "key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'\n"
    "for r in ca other; do openssl req -x509 $key -keyout $r.key -out $r.pem -days 7300 -subj "
    "/CN=Root"
    " -addext keyUsage=critical,keyCertSign,cRLSign; done\n"
    "make() { openssl req $key -keyout $1.key -out csr -subj /CN=$1\n"
    "printf '%%b' \"$4\" >ext; openssl x509 -req -in csr -CA $2.pem -CAkey $2.key -set_serial $3"
    " -days 7300 -extfile ext -out $1.pem; }\n"
    "make good ca 10 'keyUsage=digitalSignature\\n'\n"
    "make bad ca 11 'keyUsage=digitalSignature\\n'\n"
    "make lost ca 12 'keyUsage=digitalSignature\\n'\n"
    "make answers ca 20 'extendedKeyUsage=OCSPSigning\\n'\n"
    "make mute ca 21 'extendedKeyUsage=emailProtection\\n'\n"
    "make stranger other 22 'extendedKeyUsage=OCSPSigning\\n'\n"
    "printf 'V\\t491231235959Z\\t\\t0A\\tunknown\\t/CN=g\\n"
    "R\\t491231235959Z\\t260101000000Z,keyCompromise\\t0B\\tunknown\\t/CN=b\\n' >index\n"
    "for by in ca answers mute stranger; do openssl ocsp -index index -CA ca.pem -rsigner $by.pem"
    " -rkey $by.key -issuer ca.pem -cert good.pem -cert bad.pem -sha256 -cert lost.pem -cert "
    "good.pem"
    " -ndays 2 -respout $by.ors; done\n"
    "for f in ca other good bad lost; do openssl x509 -in $f.pem -outform DER -out $f.der; done\n";

static const char *folder;
static uint8_t *kept[16];
static size_t n_kept;

static struct evd_view view(const char *name)
{
	size_t n;

	assert_true(n_kept < 16);
	kept[n_kept] = test_read(test_path(folder, name), &n);
	return evd_view_of(kept[n_kept++], n);
}

static void drop(void)
{
	while (n_kept)
		free(kept[--n_kept]);
}

static int make(void **state)
{
	static char command[sizeof script + 512];

	(void)state;
	folder = test_folder();
	snprintf(command, sizeof command, script, folder);
	return system(command) == 0 ? 0 : -1;
}

/* What an answer says of a certificate, `shift` seconds after it was produced; 'g', 'r' or '-'. */
static char status(const char *answer, const char *who, const char *issuer, int64_t shift,
                   int64_t *since)
{
	struct evd_hand *h = calloc(1, sizeof *h);
	struct evd_view a = view(answer);
	struct evd_cert c, i;
	struct evd_status s;

	assert_non_null(h);
	assert_int_equal(evd_hand_add_answer(h, a, a, NULL), 0);
	assert_int_equal(h->answers.n, 1);
	h->at = h->answers.at[0].produced + (shift > 0 ? shift : 0);
	assert_int_equal(evd_cert_read(view(who), &c, NULL), 0);
	assert_int_equal(evd_cert_read(view(issuer), &i, NULL), 0);
	evd_path_status(h, &c, &i, h->answers.at[0].produced + shift, &s);
	*since = s.revoked ? s.since : 0;
	if (s.revoked)
		assert_int_equal(s.reason, 1);
	evd_cert_release(&c);
	evd_cert_release(&i);
	evd_hand_release(h);
	free(h);
	drop();
	return s.revoked ? 'r' : s.good ? 'g' : '-';
}

static void answers(void **state)
{
	static const char *const by[] = {"ca.ors", "answers.ors"}, *const not [] = {"mute.ors",
	                                                                            "stranger.ors"};
	int64_t since;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(status(by[i], "good.der", "ca.der", 0, &since), 'g');
		assert_int_equal(status(by[i], "good.der", "ca.der", 2 * 86400, &since), 'g');
		assert_int_equal(status(by[i], "good.der", "ca.der", 2 * 86400 + 1, &since), '-');
		assert_int_equal(status(by[i], "bad.der", "ca.der", 30 * 86400, &since), 'r');
		assert_int_equal(since, 1767225600); /* date -u -d 2026-01-01 +%s */
		assert_int_equal(status(by[i], "lost.der", "ca.der", 0, &since), '-');
		/* a root of the same name and another key */
		assert_int_equal(status(by[i], "good.der", "other.der", 0, &since), '-');
		assert_int_equal(status(not [i], "good.der", "ca.der", 0, &since), '-');
		assert_int_equal(status(not [i], "bad.der", "ca.der", 0, &since), '-');
	}
}

/* No length of it but the whole is one; no bit of it but those outside what is looked at may change. */
static void bytes(void **state)
{
	struct evd_view whole = view("answers.ors"), ca = view("ca.der"), good = view("good.der");
	uint8_t *p = malloc(whole.len);
	struct evd_ocsp o;
	struct evd_cert c, g;

	(void)state;
	assert_non_null(p);
	assert_int_equal(evd_cert_read(ca, &c, NULL), 0);
	assert_int_equal(evd_cert_read(good, &g, NULL), 0);
	for (size_t n = 0; n < whole.len; n++)
		assert_int_equal(evd_ocsp_read(evd_view_of(whole.p, n), &o, NULL), EVD_END);
	for (size_t n = 0; n < whole.len; n++) {
		struct evd_single s;
		struct evd_cursor at;

		memcpy(p, whole.p, whole.len);
		p[n] ^= 1;
		if (evd_ocsp_read(evd_view_of(p, whole.len), &o, NULL) == 0) {
			/* the delegate's certificate or the signature: nothing is believed */
			evd_cursor_init(&at, o.singles);
			if (evd_ocsp_authentic(&o, &c, INT64_MAX) && evd_ocsp_next(&at, &g, &c, &s))
				fail_msg("byte %zu altered, and still believed", n);
		}
		evd_ocsp_release(&o);
	}
	evd_cert_release(&c);
	evd_cert_release(&g);
	free(p);
	drop();
}

static void elements(void **state)
{
	struct evd_view response = view("ca.ors"), out;
	struct evd_buf b = {0}, set = {0};

	(void)state;
	evd_signature_wrap(response, &b);
	assert_true(evd_signature_answer(evd_buf_view(&b), &out));
	assert_true(evd_view_eq(out, response));
	assert_false(evd_signature_answer(response, &out));
	assert_true(evd_signature_lists(evd_buf_view(&b)));
	evd_put_view(&set, evd_buf_view(&b));
	evd_put_view(&set, evd_buf_view(&b));
	assert_false(evd_signature_lists(evd_buf_view(&set)));
	b.data[b.len - response.len - 1] ^= 1; /* the last number of the type */
	assert_false(evd_signature_answer(evd_buf_view(&b), &out));
	assert_false(evd_signature_lists(evd_buf_view(&b)));
	evd_buf_release(&set);
	evd_buf_release(&b);
	drop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers),
	    cmocka_unit_test(bytes),
	    cmocka_unit_test(elements),
	};

	return cmocka_run_group_tests(tests, make, NULL);
}
