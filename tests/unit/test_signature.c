/* test_signature: one byte form; openssl accepts it; every other byte is refused (threats group C). */
#include "fixture.h"

#include "base/der.h"
#include "base/digest.h"
#include "chain/signature.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char text[] = "what is signed\n";
static struct evd_signed what;
static struct evd_buf file;

static void sign(void)
{
	struct evd_error err = {0};

	if (file.len)
		return;
	assert_int_equal(evd_sha256(evd_view_str(text), what.digest, &err), 0);
	what.time_ms = INT64_C(1795316645678);
	assert_int_equal(evd_key_sign(fixture_key(), &what, &file, &err), 0);
}

/* 0, or 1000 + the code of the only finding */
static int judge(struct evd_view p7s, const struct evd_signed *s, const uint8_t *named)
{
	static struct test_findings f;
	struct evd_signer signer;
	struct evd_error err = {0};
	int r;

	test_findings_init(&f);
	r = evd_signature_check(p7s, s, named, false, "1", &f.to, &signer, &err);
	if (r == 0) {
		assert_int_equal(f.n, 0);
		assert_true(signer.checked);
		assert_memory_equal(signer.fingerprint, named, EVD_SHA256_LEN);
		return 0;
	}
	assert_int_equal(r, EVD_STOP);
	return 1000 + (int)test_only(&f);
}

#define IS(code) (1000 + (int)EVD_F_##code)

static void openssl_agrees(void **state)
{
	const char *at = test_folder();
	struct evd_view der = evd_key_certificate(fixture_key());
	char command[1200];

	(void)state;
	sign();
	assert_int_equal(judge(evd_buf_view(&file), &what, evd_key_fingerprint(fixture_key())), 0);
	test_write(test_path(at, "text"), text, sizeof text - 1);
	test_write(test_path(at, "sig"), file.data, file.len);
	test_write(test_path(at, "cert"), der.p, der.len);
	snprintf(
	    command, sizeof command,
	    "cd %s && openssl x509 -inform DER -in cert -out ca.pem && openssl cms -verify -cades "
	    "-binary "
	    "-inform DER -in sig -content text -CAfile ca.pem -purpose any -partial_chain >out 2>log",
	    at);
	assert_int_equal(system(command), 0);
}

static void every_bit(void **state)
{
	const uint8_t *named = evd_key_fingerprint(fixture_key());
	const char *nth =
	    getenv("EVD_TEST_EVERY"); /* valgrind is slow: every Nth byte is enough for it */
	size_t step = nth ? strtoul(nth, NULL, 10) : 1;

	(void)state;
	assert_true(step > 0);
	sign();
	for (size_t at = 0; at < file.len; at += step)
		for (unsigned bit = 0; bit < 8; bit++) {
			file.data[at] ^= (uint8_t)(1u << bit);
			assert_true(judge(evd_buf_view(&file), &what, named) >= 1000);
			file.data[at] ^= (uint8_t)(1u << bit);
		}
	for (size_t n = 0; n < file.len; n += step)
		assert_true(judge(evd_view_of(file.data, n), &what, named) >= 1000);
	evd_put_u8(&file, 0);
	assert_int_equal(judge(evd_buf_view(&file), &what, named), IS(SIGNATURE_FORM));
	file.len--;
	assert_int_equal(judge(evd_buf_view(&file), &what, named), 0);
}

static void other_facts(void **state)
{
	const uint8_t *named = evd_key_fingerprint(fixture_key());
	struct evd_signed other;
	uint8_t nobody[EVD_SHA256_LEN] = {0};

	(void)state;
	sign();
	other = what;
	other.digest[31] ^= 1;
	assert_int_equal(judge(evd_buf_view(&file), &other, named), IS(SIGNED_DATA_ALTERED));
	other = what;
	other.time_ms += 1000;
	assert_int_equal(judge(evd_buf_view(&file), &other, named), IS(SIGNATURE_FORM));
	other.time_ms = what.time_ms - 678; /* the same second */
	assert_int_equal(judge(evd_buf_view(&file), &other, named), 0);
	assert_int_equal(judge(evd_buf_view(&file), &what, nobody), IS(SIGNER_MISMATCH));
}

/* The value taken out of the file: the last element, an OCTET STRING of the ECDSA value. */
static struct evd_view value_of(struct evd_view p7s)
{
	for (size_t at = p7s.len - 74; at < p7s.len - 64; at++)
		if (p7s.p[at] == 0x04 && p7s.p[at + 1] == p7s.len - at - 2 && p7s.p[at + 2] == 0x30)
			return evd_view_of(p7s.p + at + 2, p7s.len - at - 2);
	fail_msg("no value found");
	return p7s;
}

/* (r, n - s) fits the mathematics too: a second signature without the key. It must not be accepted. */
static void high_s(void **state)
{
	const struct evd_material none = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
	struct evd_view value, cert = evd_key_certificate(fixture_key());
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	const BIGNUM *n = EC_GROUP_get0_order(group);
	struct evd_buf other = {0};
	struct evd_error err = {0};
	const uint8_t *p;
	uint8_t *der = NULL;
	ECDSA_SIG *sig;
	BIGNUM *s = BN_new();
	int len;

	(void)state;
	sign();
	value = value_of(evd_buf_view(&file));
	/* put together again from its parts: the same file */
	assert_int_equal(evd_signature_write(cert, &what, EVD_SIG_ECDSA, value, &none, &other, &err),
	                 0);
	assert_true(evd_view_eq(evd_buf_view(&other), evd_buf_view(&file)));
	p = value.p;
	sig = d2i_ECDSA_SIG(NULL, &p, (long)value.len);
	assert_non_null(sig);
	assert_int_equal(BN_sub(s, n, ECDSA_SIG_get0_s(sig)), 1);
	assert_int_equal(ECDSA_SIG_set0(sig, BN_dup(ECDSA_SIG_get0_r(sig)), s), 1);
	len = i2d_ECDSA_SIG(sig, &der);
	assert_true(len > 0);
	evd_buf_reset(&other);
	assert_int_equal(evd_signature_write(cert, &what, EVD_SIG_ECDSA, evd_view_of(der, (size_t)len),
	                                     &none, &other, &err),
	                 0);
	assert_int_equal(judge(evd_buf_view(&other), &what, evd_key_fingerprint(fixture_key())),
	                 IS(SIGNATURE_WRONG));
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	EC_GROUP_free(group);
	evd_buf_release(&other);
}

/* One attribute signature-time-stamp with the token 30 03 02 01 05; the type's last byte is `type`. */
#define STAMP(type)                                                                                \
	"\x30\x14\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02" type "\x31\x05\x30\x03\x02\x01\x05"

/* docs/timestamp.md §5: what may stand beside a signature, where it may. Never in an entry. */
static void material(void **state)
{
	static const struct {
		const char *attributes, *lists; /* in hexadecimal digits' place: their bytes */
		size_t n_attributes, n_lists;
		enum evd_finding_code code; /* where it may stand */
	} row[] = {
	    {STAMP("\x0e"), "", 22, 0, EVD_FINDING_CODES},
	    {STAMP("\x0e"), "\x30\x00\x30\x01\x00", 22, 5, EVD_FINDING_CODES},
	    {"", "\x30\x00", 0, 2, EVD_FINDING_CODES},
	    {STAMP("\x0f"), "", 22, 0, EVD_F_SIGNATURE_FORM},               /* another attribute */
	    {STAMP("\x0e") STAMP("\x0e"), "", 44, 0, EVD_F_SIGNATURE_FORM}, /* not rising */
	    {"\x30\x00", "", 2, 0, EVD_F_SIGNATURE_FORM},
	    {"", "\x30\x00\x30\x00", 0, 4, EVD_F_SIGNATURE_FORM},
	    {"", "\x31\x00", 0, 2, EVD_F_SIGNATURE_FORM},
	};
	struct evd_view cert = evd_key_certificate(fixture_key()), token;
	struct evd_buf other = {0};
	static struct test_findings f;
	struct evd_signer signer;
	struct evd_error err = {0};
	struct evd_material m = {{NULL, 0}, {NULL, 0}, {NULL, 0}};

	(void)state;
	sign();
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		m.attributes = evd_view_of(row[i].attributes, row[i].n_attributes);
		m.lists = evd_view_of(row[i].lists, row[i].n_lists);
		evd_buf_reset(&other);
		assert_int_equal(evd_signature_write(cert, &what, EVD_SIG_ECDSA,
		                                     value_of(evd_buf_view(&file)), &m, &other, &err),
		                 0);
		assert_int_equal(judge(evd_buf_view(&other), &what, evd_key_fingerprint(fixture_key())),
		                 IS(SIGNATURE_FORM));
		test_findings_init(&f);
		(void)!evd_signature_check(evd_buf_view(&other), &what, evd_key_fingerprint(fixture_key()),
		                           true, "1", &f.to, &signer, &err);
		if (row[i].code != EVD_FINDING_CODES) {
			assert_int_equal(test_only(&f), row[i].code);
			continue;
		}
		assert_int_equal(f.n, 0);
		assert_true(signer.checked);
		assert_true(evd_view_eq(signer.material.attributes, m.attributes));
		assert_true(evd_view_eq(signer.material.lists, m.lists));
		assert_true(evd_view_eq(signer.value, value_of(evd_buf_view(&file))));
		if (m.attributes.len) {
			assert_true(evd_signature_token(m.attributes, &token));
			test_assert_hex(token.p, token.len, "3003020105");
		}
	}
	evd_buf_release(&other);
}

static int release(void **state)
{
	(void)state;
	evd_buf_release(&file);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(openssl_agrees), cmocka_unit_test(every_bit),
	    cmocka_unit_test(other_facts),    cmocka_unit_test(high_s),
	    cmocka_unit_test(material),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
