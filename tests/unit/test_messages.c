/* test_messages: every language has every word, takes the same arguments, claims no more. */
#include "testlib.h"

#include "base/text.h"
#include "report/messages.h"

#include <string.h>
#include <strings.h>

static const char *const languages[] = {"en", "sq", "bs", "hr", "mk", "cnr", "sr-Latn", "sr-Cyrl"};
#define LANGUAGES (sizeof languages / sizeof *languages)

/* Words that claim more than a check can show, and words of blame. Only the sentence that says what the
 * check does not say may hold "true". In each script as the catalogues write it, whole or as a stem. */
static const char *const forbidden[] = {
    "authentic",  "genuine",   "admissible", "certified",   "100 %",      "tampered", "forged",
    "manipulat",  "autenti",   "vërtetë",    "i vlefshëm",  "pranueshm",  "falsifik", "istinit",
    "verodostoj", "vjerodost", "validan",    "validn",      "dopušten",   "dokazano", "krivotv",
    "автенти",    "аутенти",   "вистинит",   "истинит",     "веродостој", "валид",    "докажано",
    "доказано",   "фалсифи",   "манипул",    "сертифициран"};

static const char *word(const struct evd_messages *m, size_t i)
{
	return i < EVD_MESSAGES ? m->text[i] : m->finding[i - EVD_MESSAGES];
}

static size_t arguments(const char *text)
{
	size_t n = 0;

	for (const char *s = text; (s = strchr(s, '%')); s += 2) {
		assert_int_equal(s[1], 's');
		n++;
	}
	return n;
}

static void test_complete(void **state)
{
	const struct evd_messages *en = evd_messages("en");

	(void)state;
	for (size_t l = 0; l < LANGUAGES; l++) {
		const struct evd_messages *m = evd_messages(languages[l]);

		assert_non_null(m);
		assert_string_equal(m->language, languages[l]);
		for (size_t i = 0; i < EVD_MESSAGES + EVD_FINDING_CODES; i++) {
			assert_non_null(word(m, i));
			assert_true(strlen(word(m, i)) > 0);
			assert_int_equal(arguments(word(m, i)), arguments(word(en, i)));
			if (l && strcmp(word(m, i), word(en, i)) == 0)
				fail_msg("%s: \"%s\" is not translated", languages[l], word(m, i));
		}
	}
	assert_null(evd_messages("xx"));
	assert_null(evd_messages(""));
	assert_null(evd_messages("sr"));
}

/* One line of visible characters, in UTF-8. */
static void test_printable(void **state)
{
	(void)state;
	for (size_t l = 0; l < LANGUAGES; l++)
		for (size_t i = 0; i < EVD_MESSAGES + EVD_FINDING_CODES; i++) {
			struct evd_view v = evd_view_str(word(evd_messages(languages[l]), i));
			size_t pos = 0;
			uint32_t cp;

			while (pos < v.len) {
				assert_true(evd_utf8_next(v, &pos, &cp));
				assert_true(cp >= 0x20 && !(cp >= 0x7f && cp <= 0x9f));
				assert_false((cp >= 0x200b && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e));
			}
		}
}

static void test_claims(void **state)
{
	(void)state;
	for (size_t l = 0; l < LANGUAGES; l++)
		for (size_t i = 0; i < EVD_MESSAGES + EVD_FINDING_CODES; i++)
			for (size_t f = 0; f < sizeof forbidden / sizeof *forbidden; f++)
				if (i != EVD_MSG_NOT_PROVED_TEXT &&
				    strcasestr(word(evd_messages(languages[l]), i), forbidden[f]))
					fail_msg("%s: \"%s\" holds \"%s\"", languages[l],
					         word(evd_messages(languages[l]), i), forbidden[f]);
}

static bool is_no(int headline)
{
	return headline == EVD_MSG_NOT_VERIFIED || headline == EVD_MSG_NOT_VERIFIED_WHO;
}

/* The headline of a whole bundle is never the beginning of another, nor another of it; up to the colon but the two that
 * say no. */
static void test_headlines(void **state)
{
	(void)state;
	for (size_t l = 0; l < LANGUAGES; l++) {
		const struct evd_messages *m = evd_messages(languages[l]);

		for (int a = EVD_MSG_VERIFIED; a <= EVD_MSG_REFUSED; a++)
			for (int b = EVD_MSG_VERIFIED; b <= EVD_MSG_REFUSED; b++)
				if (a != b && !(is_no(a) && is_no(b)))
					assert_int_not_equal(
					    strncmp(m->text[a], m->text[b], strcspn(m->text[a], ":") + 1), 0);
	}
}

/* By hand: scripts are not mixed up between the tables. */
static void test_scripts(void **state)
{
	(void)state;
	assert_string_equal(evd_messages("sr-Cyrl")->text[EVD_MSG_L_CONTENTS], "Садржај");
	assert_string_equal(evd_messages("sr-Latn")->text[EVD_MSG_L_CONTENTS], "Sadržaj");
	assert_string_equal(evd_messages("mk")->text[EVD_MSG_L_CONTENTS], "Содржина");
	assert_string_equal(evd_messages("sq")->text[EVD_MSG_L_CONTENTS], "Përmbajtja");
	assert_non_null(strstr(evd_messages("sr-Cyrl")->text[EVD_MSG_SIGNER_UNKNOWN], "--pin"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_complete), cmocka_unit_test(test_printable),
	    cmocka_unit_test(test_claims),   cmocka_unit_test(test_headlines),
	    cmocka_unit_test(test_scripts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
