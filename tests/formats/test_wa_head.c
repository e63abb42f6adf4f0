/*
 * test_wa_head: the quick way to know a header line (wa_head_next) against the whole grammar
 * (wa_head_parse), which the samples test. For every form, as first line and as second: the same
 * line, every byte changed to every value, bytes left out and doubled, digits altered, and cut at
 * every length. The two must give one answer.
 */
#include "wa_head.h"

#include <stdio.h>
#include <string.h>

static const char *const form[] = {
    "29/01/2018, 12:24 - Ana: Zdravo svima ovde\n",
    "1/29/24, 12:24\u202fPM - Ana: Hi there\n",
    "3.2.24, 11:58 p.d. - Arben: Ku je ti sot\n",
    "3. 2. 2024. 14:05 - Ana: Zdravo svima\n",
    "3.2.2024 г., во 14:06 - Елена: Здраво\n",
    "\u200e[03. 02. 2024. 14:06:00] Marko: \u200eslika izostavljena\n",
    "[3. 2. 2024. u 14:05:09] Amra: Selam alejkum\n",
    "[01/20/19 11:23]  Ana: two blanks behind\n",
    "2023-12-20, 5:46 p.m. - A: x and what follows\n",
    "30/1/2567 BE 12:24 - Ana: a and what follows\n",
    "٣٠/٠١/٢٠٢٤، ١٢:٢٤ م - Ana: a and more\n",
    "30\u200f/1\u200f/2024, 2:05 م - Ana: marks within the date\n",
    "29.01.13, 12:24: Ana: a and what follows\n",
    "29.01.18, 12:25 – Pera: crta i još\n",
    "no header at all, but a line of some length\n",
};
#define FORMS (sizeof form / sizeof *form)

static unsigned long compared;

static bool agree(const struct wa_last *primed, struct evd_view line)
{
	struct wa_last last = *primed;
	struct wa_head one, two;
	bool is = wa_head_parse(line, &one), was = wa_head_next(&last, line, &two);

	compared++;
	if (is != was)
		return false;
	return !is || (memcmp(one.field, two.field, sizeof one.field) == 0 &&
	               memcmp(one.width, two.width, sizeof one.width) == 0 && one.hour == two.hour &&
	               one.minute == two.minute && one.second == two.second &&
	               one.period == two.period && one.buddhist == two.buddhist &&
	               one.mark == two.mark && one.shape == two.shape && one.time_off == two.time_off &&
	               one.time_len == two.time_len && one.text_off == two.text_off);
}

/* One byte of `text` put to each value, left out, and twice. */
static bool altered(const struct wa_last *primed, const char *text)
{
	char line[160];
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++) {
		memcpy(line, text, n);
		for (int c = 0; c < 256; c++) {
			line[i] = (char)c;
			if (!agree(primed, evd_view_of(line, n)))
				return false;
		}
		memcpy(line, text, i);
		memcpy(line + i, text + i + 1, n - i - 1);
		if (!agree(primed, evd_view_of(line, n - 1)) || !agree(primed, evd_view_of(text, i)))
			return false;
		memcpy(line, text, i + 1);
		memcpy(line + i + 1, text + i, n - i);
		if (!agree(primed, evd_view_of(line, n + 1)))
			return false;
	}
	return true;
}

int main(void)
{
	int failed = 0;

	for (size_t a = 0; a < FORMS; a++) {
		struct wa_last last = {0};
		struct wa_head h;
		bool is = wa_head_next(&last, evd_view_str(form[a]), &h);

		if (is != (a + 1 < FORMS)) { /* all but the last one are headers */
			printf("FAILED: taken for what it is not: %s", form[a]);
			failed++;
		}
		for (size_t b = 0; b < FORMS; b++)
			if (!agree(&last, evd_view_str(form[b])) || !altered(&last, form[b])) {
				printf("FAILED: behind %sis read otherwise: %s", form[a], form[b]);
				failed++;
			}
	}
	printf("%lu lines compared, %d failed\n", compared, failed);
	return failed != 0;
}
