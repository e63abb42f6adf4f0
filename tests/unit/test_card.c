/*
 * test_card: cards that are locked, taken out, slow to obey or lying. SoftHSM is the card, faulty_card.so
 * between it and us has the faults. FAULTY_CARD is that module's path.
 */
#include "testlib.h"

#include "base/text.h"
#include "faulty_card.h"
#include "key/own.h"

#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct card_fault *fault;
static const char *home;

static void run(const char *const argv[])
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(126);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	if (status != 0)
		fail_msg("%s: status %d (tests/packages.sh core installs what is needed)", argv[0], status);
}

/* A key and its certificate onto the token. */
static void put_on_card(const char *folder, const char *id, const char *algorithm)
{
	struct evd_identity_request q = {"Card", "clerk", NULL, false, NULL};
	const char *pem = test_path(folder, "k.pem"), *der = test_path(folder, "c.der");
	struct evd_buf certificate = {0};
	struct evd_error err = {0};
	EVP_PKEY *key;
	FILE *f;

	assert_int_equal(evd_make_key(algorithm, &key, &err), 0);
	assert_int_equal(evd_make_certificate(key, &q, &certificate, &err), 0);
	test_write(der, certificate.data, certificate.len);
	f = fopen(pem, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_PKCS8PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(f);
	EVP_PKEY_free(key);
	evd_buf_release(&certificate);
	run((const char *const[]){"softhsm2-util", "--import", pem, "--token", "Card", "--label", id,
	                          "--id", id, "--pin", "123456", NULL});
	run((const char *const[]){"pkcs11-tool", "--module", "/usr/lib/softhsm/libsofthsm2.so",
	                          "--token-label", "Card", "-l", "--pin", "123456", "-w", der, "--type",
	                          "cert", "--id", id, NULL});
}

static int set_up(void **state)
{
	const char *folder = test_folder();
	char conf[512];
	void *dl;

	(void)state;
	home = test_folder();
	snprintf(conf, sizeof conf,
	         "directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n",
	         folder);
	assert_int_equal(mkdir(test_path(folder, "tokens"), 0700), 0);
	test_write(test_path(folder, "conf"), conf, strlen(conf));
	setenv("SOFTHSM2_CONF", test_path(folder, "conf"), 1);
	run((const char *const[]){"softhsm2-util", "--init-token", "--free", "--label", "Card", "--pin",
	                          "123456", "--so-pin", "87654321", NULL});
	put_on_card(folder, "01", "p256");
	put_on_card(folder, "02", "rsa3072");
	dl = dlopen(FAULTY_CARD, RTLD_NOW | RTLD_LOCAL);
	assert_non_null(dl);
	fault = dlsym(dl, "card_fault");
	assert_non_null(fault);
	return 0;
}

static int no_fault(void **state)
{
	(void)state;
	memset(fault, 0, sizeof *fault);
	return 0;
}

static const char *pin = "123456";
static unsigned asked;
static char last_question[300];

static int give(void *ctx, const char *what, bool confirm, struct evd_buf *out,
                struct evd_error *err)
{
	(void)ctx;
	(void)confirm;
	asked++;
	snprintf(last_question, sizeof last_question, "%s", what);
	evd_put_str(out, pin);
	return evd_buf_check(out, err);
}

static const struct evd_secret_source source = {give, NULL};

/* The certificates on the token; the test knows them by algorithm. */
static char prefix_of[2][9];

static int note_prefix(void *ctx, const struct evd_card_certificate *c)
{
	char hex[65];

	(void)ctx;
	evd_hex(hex, c->fingerprint, EVD_SHA256_LEN);
	memcpy(prefix_of[strcmp(c->algorithm, "p256") != 0], hex, 8);
	assert_true(c->usable);
	return 0;
}

static int import(const char *which, struct evd_error *err)
{
	struct evd_identity_request q = {"Card", "clerk", NULL, false, NULL};
	struct evd_identity_info info;

	return evd_card_import(home, FAULTY_CARD, which, &q, &source, &info, err);
}

static void imports_and_signs(void **state)
{
	struct evd_signed what = {.time_ms = 0};
	struct evd_error err = {0};

	(void)state;
	assert_int_equal(evd_card_list(FAULTY_CARD, note_prefix, NULL, &err), 0);
	assert_int_equal(import(NULL, &err), EVD_E_MISUSE); /* two fit */
	for (int i = 0; i < 2; i++) {
		struct evd_buf file = {0};
		struct evd_key *k;

		assert_int_equal(import(prefix_of[i], &err), 0);
		assert_int_equal(import(prefix_of[i], &err), EVD_E_EXISTS);
		asked = 0;
		assert_int_equal(evd_key_open(home, prefix_of[i], &source, &k, &err), 0);
		for (int n = 0; n < 20; n++) {
			evd_buf_reset(&file);
			what.digest[0] = (uint8_t)n;
			assert_int_equal(evd_key_sign(k, &what, &file, &err), 0);
		}
		assert_int_equal(asked, 1);
		assert_int_equal(k->alg, i == 0 ? EVD_SIG_ECDSA : EVD_SIG_RSA_PSS);
		evd_key_free(k);
		evd_buf_release(&file);
	}
	fault->no_pss = true; /* an old card */
	{
		struct evd_buf file = {0};
		struct evd_key *k;

		assert_int_equal(evd_key_open(home, prefix_of[1], &source, &k, &err), 0);
		assert_int_equal(k->alg, EVD_SIG_RSA_PKCS1);
		assert_int_equal(evd_key_sign(k, &what, &file, &err), 0);
		evd_key_free(k);
		evd_buf_release(&file);
	}
}

/* Opens, signs twice; the first failure's code. */
static int whole_way(const char *which, struct evd_error *err)
{
	struct evd_signed what = {.time_ms = 0};
	struct evd_buf file = {0};
	struct evd_key *k = NULL;
	int r = evd_key_open(home, which, &source, &k, err);

	for (int i = 0; r == 0 && i < 2; i++) {
		evd_buf_reset(&file);
		r = evd_key_sign(k, &what, &file, err);
	}
	if (r)
		assert_int_equal(file.len, 0);
	evd_key_free(k);
	evd_buf_release(&file);
	return r;
}

static void every_call_fails(void **state)
{
	static const char *const calls[] = {
	    "C_GetFunctionList", "C_Initialize",  "C_GetSlotList",      "C_OpenSession", "C_Login",
	    "C_FindObjectsInit", "C_FindObjects", "C_GetMechanismList", "C_SignInit",    "C_Sign"};
	static const struct {
		CK_RV rv;
		int code;
	} kinds[] = {{CKR_DEVICE_REMOVED, EVD_E_UNAVAILABLE},
	             {CKR_DEVICE_ERROR, EVD_E_UNAVAILABLE},
	             {CKR_HOST_MEMORY, EVD_E_NOMEM},
	             {CKR_FUNCTION_CANCELED, EVD_E_DENIED},
	             {0xdeadbeef, EVD_E_UNAVAILABLE}};
	struct evd_error err = {0};

	(void)state;
	for (size_t c = 0; c < sizeof calls / sizeof calls[0]; c++)
		for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
			int want = c == 0 ? EVD_E_UNAVAILABLE : kinds[i].code, got;

			memset(fault, 0, sizeof *fault);
			fault->call = calls[c];
			fault->rv = kinds[i].rv;
			memset(&err, 0, sizeof err);
			got = whole_way(prefix_of[0], &err);
			if (got != want)
				fail_msg("%s failing with 0x%lx: %d, expected %d", calls[c], kinds[i].rv, got,
				         want);
			assert_true(err.text[0]);
			assert_null(strchr(err.text, '\n'));
		}
	/* taken out between two signatures */
	memset(fault, 0, sizeof *fault);
	fault->call = "C_Sign";
	fault->rv = CKR_DEVICE_REMOVED;
	fault->after = 1;
	assert_int_equal(whole_way(prefix_of[0], &err), EVD_E_UNAVAILABLE);
	assert_int_equal(fault->calls, 2);
	/* and in again */
	memset(fault, 0, sizeof *fault);
	assert_int_equal(whole_way(prefix_of[0], &err), 0);
	/* no token at all */
	fault->call = "C_GetTokenInfo";
	fault->rv = CKR_TOKEN_NOT_PRESENT;
	assert_int_equal(whole_way(prefix_of[0], &err), EVD_E_UNAVAILABLE);
}

static void pins(void **state)
{
	struct evd_error err = {0};

	(void)state;
	pin = "999999";
	asked = 0;
	assert_int_equal(whole_way(prefix_of[0], &err), EVD_E_DENIED);
	assert_int_equal(asked, 1); /* no second try by itself */
	pin = "";
	fault->call = "C_Login"; /* counts */
	fault->after = 99;
	assert_int_equal(whole_way(prefix_of[0], &err), EVD_E_DENIED);
	assert_int_equal(fault->calls, 0); /* an empty PIN is not tried on the card */
	pin = "123456";
	memset(fault, 0, sizeof *fault);
	fault->call = "C_Login";
	fault->rv = CKR_PIN_LOCKED;
	assert_int_equal(whole_way(prefix_of[0], &err), EVD_E_DENIED);
	assert_non_null(strstr(err.text, "locked"));
	memset(fault, 0, sizeof *fault);
	fault->flags = CKF_USER_PIN_LOCKED;
	asked = 0;
	assert_int_equal(whole_way(prefix_of[0], &err), EVD_E_DENIED);
	assert_int_equal(asked, 0); /* known to be locked: not even asked */
	fault->flags = CKF_USER_PIN_FINAL_TRY;
	assert_int_equal(whole_way(prefix_of[0], &err), 0);
	assert_non_null(strstr(last_question, "last try"));
	fault->flags = CKF_PROTECTED_AUTHENTICATION_PATH;
	asked = 0;
	assert_int_equal(whole_way(prefix_of[0], &err), 0);
	assert_int_equal(asked, 0);
	fault->flags = 0;
	fault->each_time = true;
	assert_int_equal(whole_way(prefix_of[0], &err), 0);
	assert_int_equal(fault->logins, 2); /* once a signature */
	assert_int_equal(asked, 3);
}

static void lies(void **state)
{
	static const CK_ULONG lengths[] = {65, 1u << 20, (1u << 20) + 1, 0x7fffffff, (CK_ULONG)-2};
	struct evd_error err = {0};

	(void)state;
	fault->spoil = true;
	assert_int_equal(whole_way(prefix_of[0], &err), EVD_E_CRYPTO);
	assert_int_equal(whole_way(prefix_of[1], &err), EVD_E_CRYPTO);
	fault->spoil = false;
	fault->sign_length = 63;
	assert_int_equal(whole_way(prefix_of[0], &err), EVD_E_CRYPTO);
	fault->sign_length = 1025;
	assert_int_equal(whole_way(prefix_of[0], &err), EVD_E_UNAVAILABLE);
	fault->sign_length = (CK_ULONG)-1;
	assert_int_equal(whole_way(prefix_of[0], &err), EVD_E_UNAVAILABLE);
	fault->sign_length = 0;
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		fault->length = lengths[i];
		/* nothing can be read, so nothing fits; never a crash */
		assert_true(import(prefix_of[0], &err) < 0);
	}
}

static void modules(void **state)
{
	struct evd_identity_request q = {"Card", "clerk", NULL, false, NULL};
	struct evd_identity_info info;
	struct evd_error err = {0};

	(void)state;
	assert_int_equal(evd_card_list("relative.so", note_prefix, NULL, &err), EVD_E_MISUSE);
	assert_int_equal(evd_card_list("/nonexistent.so", note_prefix, NULL, &err), EVD_E_UNAVAILABLE);
	assert_int_equal(evd_card_list("/proc/self/exe", note_prefix, NULL, &err), EVD_E_UNAVAILABLE);
	assert_int_equal(evd_card_import(home, "/nonexistent.so", NULL, &q, &source, &info, &err),
	                 EVD_E_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(imports_and_signs, no_fault),
	    cmocka_unit_test_setup(every_call_fails, no_fault),
	    cmocka_unit_test_setup(pins, no_fault),
	    cmocka_unit_test_setup(lies, no_fault),
	    cmocka_unit_test_setup(modules, no_fault),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
