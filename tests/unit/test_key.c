/* test_key: private keys and identities on disk. Fixtures come from the openssl command. */
#include "testlib.h"

#include "base/digest.h"
#include "base/text.h"
#include "key/own.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* openssl pkcs8 -topk8 -passout pass:abc -scrypt -scrypt_N 16384 -scrypt_r 8 -scrypt_p 1 */
static const char scrypt_pem[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHkME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAjEtBQrC6QBiQICQAAC\n"
    "AQgCAQEwHQYJYIZIAWUDBAEqBBAAsuFd6XQWaA2fCrcskczABIGQD9llyLQggPXW\n"
    "fO08SNDCMMWEJWPVQxkspe3kvkK3o15dbVZm+Fvc4VJDH5hRK2zuqTeuIzg73azc\n"
    "GJiXAeq9SEOBQGtifVmJGG0X7NkrERpC2Cx2Tqn03sgM6BWkILUziAY34cdNL6rm\n"
    "V2ALO5favyA5m64SCoAoMpaT/wZcGLEUxQo/BiLhTagXUePIOkYA\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";
/* the same key: openssl ec -pubout -outform DER */
static const char scrypt_public[] =
    "3059301306072a8648ce3d020106082a8648ce3d0301070342000464cfd0f28eded3f6eec0af83229c94fa4dad6d06"
    "c3b797402c6a7f9422e4562984f9feabc7b54d1cd7a488d898197f7c454ac2dd9a92a80854cfa346c0a4e99e";
/* the same key: openssl pkcs8 -topk8 -passout pass:abc -v2 aes-256-cbc */
static const char pbkdf2_pem[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhT8FrPM8qyQwICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEN+TvZHkDyC14e9Zytk1sBQEgZDN\n"
    "fpwvF/21xNC/gahFWj/9zhkrDCQ6fZHoi60MVFv3sEIn4eI9Y/VMoOvInFLjH44q\n"
    "4VYUCxZQ+2ADqZgNdLgOTX0IoZ57u/9iTIY5pF5Wv4QLJdpEVaWfDEw7pArCVHFI\n"
    "V/A3DKQRR3TO/82EgHuYG/u6tpCQ/I21bkro5PwMTkTYb2honaeeM9zT7R/eZFY=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

#define PASS "correct horse battery"

/* A source that gives one answer to every question, and counts. */
struct answer {
	const char *text;
	unsigned asked;
};

static int give(void *ctx, const char *what, bool confirm, struct evd_buf *out,
                struct evd_error *err)
{
	struct answer *a = ctx;

	(void)confirm;
	assert_true(strlen(what) > 0);
	a->asked++;
	if (!a->text)
		return evd_fail(err, EVD_E_DENIED, "nobody answers");
	evd_put_str(out, a->text);
	return evd_buf_check(out, err);
}

static struct evd_identity_info create(const char *home, const char *algorithm)
{
	struct evd_identity_request q = {"Ana Ž", "lawyer", "Office", false, algorithm};
	struct evd_identity_info info;
	struct evd_error err = {0};

	if (evd_keystore_create(home, &q, evd_view_str(PASS), &info, &err))
		fail_msg("%s", err.text);
	return info;
}

/* An identity like create's, but made once and copied: each making costs two runs of scrypt. */
static struct evd_identity_info ready(const char *home)
{
	static const char *const files[] = {"certificate.der", "identity.json", "key.pem"};
	static struct evd_identity_info info;
	static uint8_t *bytes[3];
	static size_t len[3];
	char hex[65], folder[512];

	if (!bytes[0]) {
		const char *first = test_folder();

		info = create(first, NULL);
		evd_hex(hex, info.fingerprint, EVD_SHA256_LEN);
		snprintf(folder, sizeof folder, "%s/identities/%.8s", first, hex);
		for (size_t i = 0; i < 3; i++)
			bytes[i] = test_read(test_path(folder, files[i]), &len[i]);
	}
	assert_int_equal(mkdir(test_path(home, "identities"), 0700), 0);
	evd_hex(hex, info.fingerprint, EVD_SHA256_LEN);
	snprintf(folder, sizeof folder, "%s/identities/%.8s", home, hex);
	assert_int_equal(mkdir(folder, 0700), 0);
	for (size_t i = 0; i < 3; i++) {
		test_write(test_path(folder, files[i]), bytes[i], len[i]);
		assert_int_equal(chmod(test_path(folder, files[i]), 0600), 0);
	}
	return info;
}

static const char *folder_of(const char *home, const struct evd_identity_info *info)
{
	static char path[4096];
	char hex[65];

	evd_hex(hex, info->fingerprint, EVD_SHA256_LEN);
	snprintf(path, sizeof path, "%s/identities/%.8s", home, hex);
	return path;
}

static int open_with(const char *home, const char *which, const char *pass, struct evd_key **out,
                     struct evd_error *err)
{
	struct answer a = {pass, 0};
	struct evd_secret_source s = {give, &a};

	return evd_key_open(home, which, &s, out, err);
}

static void pkcs8_of_openssl(void **state)
{
	uint8_t want[256], *der = NULL;
	EVP_PKEY *key = NULL;
	size_t len = test_hex(scrypt_public, want);
	struct evd_error err = {0};

	(void)state;
	assert_int_equal(evd_pkcs8_open(evd_view_str(scrypt_pem), evd_view_str("abc"), &key, &err), 0);
	assert_int_equal(i2d_PUBKEY(key, &der), (int)len);
	assert_memory_equal(der, want, len);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	assert_int_equal(evd_pkcs8_open(evd_view_str(scrypt_pem), evd_view_str("abd"), &key, &err),
	                 EVD_E_DENIED);
	assert_null(key);
	/* another key derivation is not ours to accept */
	assert_int_equal(evd_pkcs8_open(evd_view_str(pbkdf2_pem), evd_view_str("abc"), &key, &err),
	                 EVD_E_FORMAT);
	assert_int_equal(evd_pkcs8_open(evd_view_str(""), evd_view_str("abc"), &key, &err),
	                 EVD_E_FORMAT);
	/* cut anywhere, it never opens */
	for (size_t n = 0; n + 1 < strlen(scrypt_pem); n += 7)
		assert_int_equal(
		    evd_pkcs8_open(evd_view_of(scrypt_pem, n), evd_view_str("abc"), &key, &err),
		    EVD_E_FORMAT);
}

/* N as asked by a hostile file: 2^30 would be 1 TiB. The integer's bytes are found in the DER. */
static void pkcs8_hostile_cost(void **state)
{
	static const uint8_t n_of_16384[] = {0x02, 0x02, 0x40, 0x00};
	struct evd_buf pem = {0};
	struct evd_error err = {0};
	uint8_t der[512];
	EVP_PKEY *key = NULL;
	uint8_t *at;
	int len;
	char joined[512];
	size_t n = 0;

	(void)state;
	for (const char *p = strchr(scrypt_pem, '\n') + 1; *p != '-'; p++)
		if (*p != '\n')
			joined[n++] = *p;
	len = EVP_DecodeBlock(der, (const uint8_t *)joined, (int)n);
	at = memmem(der, (size_t)len, n_of_16384, sizeof n_of_16384);
	assert_non_null(at);
	for (const char *p = joined + n; p[-1] == '='; p--)
		len--;
	at[3] = 0x01; /* 16385: no power of two */
	evd_put_pem(&pem, "ENCRYPTED PRIVATE KEY", evd_view_of(der, (size_t)len));
	assert_int_equal(evd_pkcs8_open(evd_buf_view(&pem), evd_view_str("abc"), &key, &err),
	                 EVD_E_UNSUPPORTED);
	evd_buf_release(&pem);
}

static void signs(void **state)
{
	static const char *const algorithms[] = {NULL, "p384", "rsa3072"};
	static const char *const names[] = {"p256", "p384", "rsa3072"};
	struct evd_error err = {0};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const char *home = test_folder();
		struct evd_identity_info info = create(home, algorithms[i]);
		struct evd_signed what = {.time_ms = INT64_C(1790000000123)};
		struct evd_buf file = {0};
		static struct test_findings f;
		struct evd_signer signer;
		struct evd_key *k;

		assert_string_equal(info.algorithm, names[i]);
		assert_string_equal(info.kind, "file");
		assert_int_equal(open_with(home, NULL, PASS, &k, &err), 0);
		assert_string_equal(evd_key_actor(k)->name, "Ana Ž");
		assert_string_equal(evd_key_actor(k)->organisation, "Office");
		assert_memory_equal(evd_key_fingerprint(k), info.fingerprint, EVD_SHA256_LEN);
		for (int n = 0; n < 20; n++) {
			memset(what.digest, n, sizeof what.digest);
			evd_buf_reset(&file);
			assert_int_equal(evd_key_sign(k, &what, &file, &err), 0);
			test_findings_init(&f);
			assert_int_equal(evd_signature_check(evd_buf_view(&file), &what, info.fingerprint,
			                                     false, "1", &f.to, &signer, &err),
			                 0);
			assert_int_equal(f.n, 0);
			assert_true(signer.checked);
		}
		what.digest[0] ^= 1; /* something else was signed */
		test_findings_init(&f);
		assert_int_equal(evd_signature_check(evd_buf_view(&file), &what, info.fingerprint, false,
		                                     "1", &f.to, &signer, &err),
		                 EVD_STOP);
		evd_buf_release(&file);
		evd_key_free(k);
	}
}

/* A key that is not the certificate's: nothing is given out. */
static void wrong_half(void **state)
{
	struct evd_signed what = {.time_ms = 0};
	struct evd_buf file = {0};
	struct evd_error err = {0};
	struct evd_key *k;
	const char *home = test_folder();

	(void)state;
	ready(home);
	assert_int_equal(open_with(home, NULL, PASS, &k, &err), 0);
	EVP_PKEY_free(k->private_key);
	assert_int_equal(evd_make_key("p256", &k->private_key, &err), 0);
	assert_int_equal(evd_key_sign(k, &what, &file, &err), EVD_E_CRYPTO);
	assert_int_equal(file.len, 0);
	evd_key_free(k);
	evd_buf_release(&file);
}

static mode_t mode_of(const char *folder, const char *name)
{
	struct stat st;

	assert_int_equal(stat(*name ? test_path(folder, name) : folder, &st), 0);
	return st.st_mode & 07777;
}

static void files_are_private(void **state)
{
	char home[256];
	const char *folder;
	struct evd_identity_info info;
	struct evd_error err = {0};
	struct evd_key *k;
	mode_t before = umask(0); /* nothing may depend on the user's */

	(void)state;
	snprintf(home, sizeof home, "%s/a/b", test_folder());
	info = create(home, NULL);
	umask(before);
	folder = folder_of(home, &info);
	assert_int_equal(mode_of(home, ""), 0700);
	assert_int_equal(mode_of(folder, ""), 0700);
	assert_int_equal(mode_of(folder, "key.pem"), 0600);
	assert_int_equal(mode_of(folder, "identity.json"), 0600);
	assert_int_equal(mode_of(folder, "certificate.der"), 0600);
	for (unsigned bit = 1; bit < 0100; bit <<= 1) {
		assert_int_equal(chmod(test_path(folder, "key.pem"), 0600 | bit), 0);
		assert_int_equal(open_with(home, NULL, PASS, &k, &err), EVD_E_DENIED);
		assert_non_null(strstr(err.text, "open to others"));
	}
	assert_int_equal(chmod(test_path(folder, "key.pem"), 0600), 0);
	assert_int_equal(chmod(folder, 0750), 0);
	assert_int_equal(open_with(home, NULL, PASS, &k, &err), EVD_E_DENIED);
	assert_int_equal(chmod(folder, 0700), 0);
	assert_int_equal(open_with(home, NULL, PASS, &k, &err), 0);
	evd_key_free(k);
}

static void passphrases(void **state)
{
	struct evd_identity_request q = {"A", "b", NULL, false, NULL};
	const char *home = test_folder();
	struct evd_identity_info info;
	struct evd_error err = {0};
	struct evd_key *k;
	char longest[EVD_MAX_PASSPHRASE + 2];

	(void)state;
	memset(longest, 'x', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	assert_int_equal(evd_keystore_create(home, &q, evd_view_str(""), &info, &err), EVD_E_DENIED);
	assert_int_equal(evd_keystore_create(home, &q, evd_view_of("a\0b", 3), &info, &err),
	                 EVD_E_DENIED);
	assert_int_equal(evd_keystore_create(home, &q, evd_view_str(longest), &info, &err),
	                 EVD_E_LIMIT);
	longest[EVD_MAX_PASSPHRASE] = '\0';
	assert_int_equal(evd_keystore_create(home, &q, evd_view_str(longest), &info, &err), 0);
	assert_int_equal(open_with(home, NULL, longest, &k, &err), 0);
	evd_key_free(k);
	assert_int_equal(open_with(home, NULL, "x", &k, &err), EVD_E_DENIED);
	assert_null(k);
	assert_int_equal(open_with(home, NULL, "", &k, &err), EVD_E_DENIED);
	assert_int_equal(open_with(home, NULL, NULL, &k, &err), EVD_E_DENIED);
	assert_string_equal(err.text, "nobody answers");
	assert_int_equal(evd_key_open(home, NULL, NULL, &k, &err), EVD_E_DENIED);
}

static void requests_refused(void **state)
{
	static const struct {
		struct evd_identity_request q;
		int code;
	} bad[] = {
	    {{"", "r", NULL, false, NULL}, EVD_E_MISUSE},
	    {{NULL, "r", NULL, false, NULL}, EVD_E_MISUSE},
	    {{"n", "", NULL, false, NULL}, EVD_E_MISUSE},
	    {{"n\n", "r", NULL, false, NULL}, EVD_E_MISUSE},
	    {{"n", "r\x1b[2J", NULL, false, NULL}, EVD_E_MISUSE},
	    {{"n", "r", "\xff", false, NULL}, EVD_E_MISUSE},
	    {{"n", "r", NULL, false, "p521"}, EVD_E_MISUSE},
	    {{"n", "r", NULL, false, "rsa2048"}, EVD_E_MISUSE},
	};
	struct evd_identity_request q = {"", "r", NULL, false, NULL};
	const char *home = test_folder();
	struct evd_identity_info info;
	struct evd_error err = {0};
	char name[300];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(evd_keystore_create(home, &bad[i].q, evd_view_str(PASS), &info, &err),
		                 bad[i].code);
	memset(name, 'n', sizeof name);
	name[256] = '\0';
	q.name = name;
	assert_int_equal(evd_keystore_create(home, &q, evd_view_str(PASS), &info, &err), EVD_E_LIMIT);
	assert_int_equal(access(test_path(home, "identities"), F_OK), -1); /* nothing was begun */
	name[255] = '\0';
	assert_int_equal(evd_keystore_create(home, &q, evd_view_str(PASS), &info, &err), 0);
	assert_string_equal(info.name, name);
}

struct seen {
	struct evd_identity_info at[8];
	size_t n;
};

static int see(void *ctx, const struct evd_identity_info *info)
{
	struct seen *s = ctx;

	s->at[s->n++] = *info;
	return 0;
}

static void several(void **state)
{
	const char *home = test_folder();
	struct evd_identity_info a = ready(home), b = create(home, NULL), found;
	struct evd_error err = {0};
	static struct seen seen;
	char hex[65], typed[128];
	size_t at = 0;

	(void)state;
	assert_int_equal(evd_keystore_list(home, see, &seen, &err), 0);
	assert_int_equal(seen.n, 2);
	assert_true(memcmp(seen.at[0].fingerprint, seen.at[1].fingerprint, EVD_SHA256_LEN) < 0);
	assert_int_equal(evd_keystore_find(home, NULL, &found, &err), EVD_E_MISUSE);
	evd_hex(hex, a.fingerprint, EVD_SHA256_LEN);
	assert_int_equal(evd_keystore_find(home, hex, &found, &err), 0);
	assert_memory_equal(found.fingerprint, a.fingerprint, EVD_SHA256_LEN);
	/* as it stands on paper: groups of four, capitals */
	for (size_t i = 0; i < 64; i++) {
		if (i && i % 4 == 0)
			typed[at++] = ' ';
		typed[at++] = hex[i] >= 'a' ? (char)(hex[i] - 'a' + 'A') : hex[i];
	}
	typed[at] = '\0';
	assert_int_equal(evd_keystore_find(home, typed, &found, &err), 0);
	hex[63] = hex[63] == '0' ? '1' : '0'; /* a look-alike that differs in the last digit */
	assert_int_equal(evd_keystore_find(home, hex, &found, &err), EVD_E_NOTFOUND);
	hex[3] = '\0';
	assert_int_equal(evd_keystore_find(home, hex, &found, &err), EVD_E_MISUSE);
	assert_int_equal(evd_keystore_find(home, "../..", &found, &err), EVD_E_MISUSE);
	assert_int_equal(evd_keystore_find(test_folder(), NULL, &found, &err), EVD_E_NOTFOUND);
	/* one damaged: named, and the other still listed and found */
	test_write(test_path(folder_of(home, &b), "identity.json"), "{}", 2);
	seen.n = 0;
	assert_int_equal(evd_keystore_list(home, see, &seen, &err), EVD_E_DAMAGED);
	assert_int_equal(seen.n, 1);
	assert_memory_equal(seen.at[0].fingerprint, a.fingerprint, EVD_SHA256_LEN);
	evd_hex(hex, a.fingerprint, EVD_SHA256_LEN);
	assert_int_equal(evd_keystore_find(home, hex, &found, &err), 0);
}

static void json_of_identity(void **state)
{
	static const struct {
		const char *json;
		int code;
	} cases[] = {
	    {"{\"format\":\"libevidence-identity-1\",\"kind\":\"file\",\"name\":\"A\",\"organisation\":"
	     "\"\",\"role\":\"b\"}",
	     0},
	    {"{\"format\":\"libevidence-identity-2\",\"kind\":\"file\",\"name\":\"A\",\"organisation\":"
	     "\"\",\"role\":\"b\"}",
	     EVD_E_UNSUPPORTED},
	    {"{\"format\":\"libevidence-identity-1\",\"kind\":\"disk\",\"name\":\"A\",\"organisation\":"
	     "\"\",\"role\":\"b\"}",
	     EVD_E_DAMAGED},
	    {"{\"format\":\"libevidence-identity-1\",\"kind\":\"file\",\"name\":\"\",\"organisation\":"
	     "\"\",\"role\":\"b\"}",
	     EVD_E_DAMAGED},
	    {"{\"format\":\"libevidence-identity-1\",\"kind\":\"file\",\"name\":\"A\\u0000\","
	     "\"organisation\":\"\",\"role\":\"b\"}",
	     EVD_E_DAMAGED},
	    {"{\"format\":\"libevidence-identity-1\",\"kind\":\"file\",\"name\":7,\"organisation\":"
	     "\"\",\"role\":\"b\"}",
	     EVD_E_DAMAGED},
	    {"{\"format\":\"libevidence-identity-1\",\"kind\":\"pkcs11\",\"name\":\"A\","
	     "\"organisation\":\"\",\"role\":\"b\"}",
	     EVD_E_DAMAGED},
	    {"{\"format\":\"libevidence-identity-1\" }", EVD_E_DAMAGED},
	    {"", EVD_E_DAMAGED},
	};
	struct evd_error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct evd_identity id = {.info = {.kind = ""}};

		assert_int_equal(evd_identity_parse(evd_view_str(cases[i].json), &id, &err), cases[i].code);
		evd_identity_release(&id);
	}
}

/* Whatever byte of a key file changes, it is refused, or it is the same key. */
static void damaged_files(void **state)
{
	const char *home = test_folder(), *folder;
	struct evd_identity_info info = ready(home);
	struct evd_error err = {0};
	struct evd_key *k;
	uint8_t *cert, *key;
	size_t cert_len, key_len;

	(void)state;
	folder = folder_of(home, &info);
	cert = test_read(test_path(folder, "certificate.der"), &cert_len);
	for (size_t i = 0; i < cert_len; i += 5) {
		cert[i] ^= 1;
		test_write(test_path(folder, "certificate.der"), cert, cert_len);
		assert_true(open_with(home, NULL, PASS, &k, &err) < 0);
		cert[i] ^= 1;
	}
	test_write(test_path(folder, "certificate.der"), cert, cert_len);
	key = test_read(test_path(folder, "key.pem"), &key_len);
	for (size_t i = 40; i < key_len; i += 90) { /* each costs a run of scrypt */
		uint8_t was = key[i];
		int r;

		key[i] = was == 'A' ? 'B' : 'A';
		test_write(test_path(folder, "key.pem"), key, key_len);
		assert_int_equal(chmod(test_path(folder, "key.pem"), 0600), 0);
		r = open_with(home, NULL, PASS, &k, &err);
		assert_true(r == EVD_E_DENIED || r == EVD_E_FORMAT || r == EVD_E_DAMAGED ||
		            r == EVD_E_UNSUPPORTED);
		assert_null(k);
		key[i] = was;
	}
	assert_int_equal(unlink(test_path(folder, "key.pem")), 0);
	assert_int_equal(open_with(home, NULL, PASS, &k, &err), EVD_E_DAMAGED);
	free(cert);
	free(key);
}

static void copies(void **state)
{
	const char *home = test_folder(), *other = test_folder();
	struct evd_identity_info info = ready(home), back, again;
	struct answer a = {PASS, 0}, wrong = {"something else", 0};
	struct evd_secret_source s = {give, &a}, no = {give, &wrong};
	struct evd_identity_request q = {"Bo", "clerk", NULL, false, NULL};
	struct evd_error err = {0};
	char file[256];
	uint8_t *bytes;
	size_t len;
	struct evd_key *k;

	(void)state;
	snprintf(file, sizeof file, "%s/copy.p12", other);
	assert_int_equal(evd_keystore_backup(home, NULL, &no, file, &back, &err), EVD_E_DENIED);
	assert_int_equal(access(file, F_OK), -1);
	assert_int_equal(evd_keystore_backup(home, NULL, &s, test_path(other, "no/copy"), &back, &err),
	                 EVD_E_NOTFOUND);
	assert_int_equal(evd_keystore_backup(home, NULL, &s, file, &back, &err), 0);
	assert_int_equal(mode_of(file, ""), 0600);
	assert_int_equal(evd_keystore_backup(home, NULL, &s, file, &back, &err), EVD_E_EXISTS);
	assert_int_equal(evd_keystore_restore(home, file, &s, &back, &err), EVD_E_EXISTS);
	assert_int_equal(evd_keystore_restore(other, file, &no, &back, &err), EVD_E_DENIED);
	assert_int_equal(evd_keystore_restore(other, test_path(other, "none"), &s, &back, &err),
	                 EVD_E_NOTFOUND);
	assert_int_equal(evd_keystore_restore(other, file, &s, &back, &err), 0);
	assert_memory_equal(&back, &info, sizeof info);
	assert_int_equal(open_with(other, NULL, PASS, &k, &err), 0);
	evd_key_free(k);
	/* the same file as another program's: another kind, names as now given */
	home = test_folder();
	assert_int_equal(evd_keystore_import(home, file, &q, &s, &again, &err), 0);
	assert_string_equal(again.kind, "pkcs12");
	assert_string_equal(again.name, "Bo");
	/* altered or cut: refused, and nothing written */
	bytes = test_read(file, &len);
	home = test_folder();
	for (size_t i = 0; i < len; i += len / 4) {
		bytes[i] ^= 4;
		test_write(file, bytes, len);
		assert_true(evd_keystore_restore(home, file, &s, &back, &err) < 0);
		bytes[i] ^= 4;
	}
	test_write(file, bytes, len - 1);
	assert_int_equal(evd_keystore_restore(home, file, &s, &back, &err), EVD_E_FORMAT);
	assert_int_equal(access(test_path(home, "identities"), F_OK), -1);
	free(bytes);
}

/* Every allocation of ours fails in turn: a plain error, and no signature. */
static void memory_short(void **state)
{
	struct evd_signed what = {.time_ms = 0};
	const char *home = test_folder();
	struct evd_buf file = {0};
	struct evd_error err = {0};
	struct evd_key *k, *half;
	unsigned long all;

	(void)state;
	ready(home);
	assert_int_equal(open_with(home, NULL, PASS, &k, &err), 0);
	test_fail_at(0);
	assert_int_equal(evd_key_sign(k, &what, &file, &err), 0);
	all = test_allocations();
	assert_true(all > 3);
	for (unsigned long n = 1; n <= all; n++) {
		evd_buf_release(&file);
		test_fail_at(n);
		assert_int_equal(evd_key_sign(k, &what, &file, &err), EVD_E_NOMEM);
		assert_int_equal(file.len, 0);
	}
	test_fail_at(0);
	assert_int_equal(evd_key_new(evd_key_certificate(k), &half, &err), 0);
	all = test_allocations();
	evd_key_free(half);
	for (unsigned long n = 1; n <= all; n++) {
		test_fail_at(n);
		assert_int_equal(evd_key_new(evd_key_certificate(k), &half, &err), EVD_E_NOMEM);
		assert_null(half);
	}
	test_fail_at(0);
	evd_buf_release(&file);
	evd_key_free(k);
}

static void home_is_found(void **state)
{
	const char *folder = test_folder();
	struct evd_error err = {0};
	char out[4096];

	(void)state;
	setenv("EVIDENCE_HOME", test_path(folder, "own"), 1);
	assert_int_equal(evd_keystore_home(out, sizeof out, &err), 0);
	assert_string_equal(out, test_path(folder, "own"));
	assert_int_equal(evd_keystore_home(out, 4, &err), EVD_E_MISUSE);
	unsetenv("EVIDENCE_HOME");
	setenv("XDG_DATA_HOME", test_path(folder, "data"), 1);
	assert_int_equal(evd_keystore_home(out, sizeof out, &err), 0);
	assert_string_equal(out, test_path(folder, "data/evidence"));
	setenv("XDG_DATA_HOME", "relative", 1); /* the XDG specification has it ignored */
	setenv("HOME", folder, 1);
	assert_int_equal(evd_keystore_home(out, sizeof out, &err), 0);
	assert_string_equal(out, test_path(folder, ".local/share/evidence"));
	unsetenv("XDG_DATA_HOME");
	unsetenv("HOME");
	assert_int_equal(evd_keystore_home(out, sizeof out, &err), EVD_E_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pkcs8_of_openssl),
	    cmocka_unit_test(pkcs8_hostile_cost),
	    cmocka_unit_test(signs),
	    cmocka_unit_test(wrong_half),
	    cmocka_unit_test(files_are_private),
	    cmocka_unit_test(passphrases),
	    cmocka_unit_test(requests_refused),
	    cmocka_unit_test(several),
	    cmocka_unit_test(json_of_identity),
	    cmocka_unit_test(damaged_files),
	    cmocka_unit_test(copies),
	    cmocka_unit_test(memory_short),
	    cmocka_unit_test(home_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
