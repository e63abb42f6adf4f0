/* chat_spell: texts, words and times as members of records; see chat.h. */
#include "chat_count.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

size_t evd_chat_cut(struct evd_view v, size_t max)
{
	if (v.len <= max)
		return v.len;
	for (size_t back = 0; back < 4 && back < max; back++)
		if ((v.p[max - back] & 0xc0) != 0x80)
			return max - back;
	return max;
}

#define CUT 4096u /* bytes of a text that is too long */

void evd_chat_text(struct evd_object *o, const char *key, struct evd_view v)
{
	char cut[EVD_MAX_KEY];

	if (v.len <= CUT || (v.len <= EVD_CHAT_TEXT_MAX && evd_chat_fits(o, v))) {
		evd_object_bytes(o, key, v);
		return;
	}
	snprintf(cut, sizeof cut, "%sLength", key);
	evd_object_int(o, cut, v.len);
	evd_object_bytes(o, key, evd_view_of(v.p, evd_chat_cut(v, CUT)));
}

void evd_chat_word(struct evd_object *o, const char *key, const char *word)
{
	char json[48];
	size_t n = strlen(word);

	if (n > sizeof json - 2) {
		evd_object_cstr(o, key, word);
		return;
	}
	json[0] = json[n + 1] = '"';
	memcpy(json + 1, word, n);
	evd_object_raw(o, key, evd_view_of(json, n + 2));
}

static char *two(char *p, int v)
{
	p[0] = (char)('0' + v / 10 % 10);
	p[1] = (char)('0' + v % 10);
	return p + 2;
}

/* Not snprintf: this runs once or twice a message. */
static size_t spell_time(char *out, int64_t ms, enum evd_chat_precision precision, bool utc)
{
	int64_t s = ms / 1000, rest = ms % 1000;
	struct evd_civil t;
	char *p = out;

	if (rest < 0) {
		rest += 1000;
		s--;
	}
	evd_civil(s, &t);
	p = two(two(p, t.year / 100), t.year % 100);
	*p++ = '-';
	p = two(p, t.month);
	*p++ = '-';
	p = two(p, t.day);
	if (precision == EVD_CHAT_DAY)
		return (size_t)(p - out);
	*p++ = 'T';
	p = two(p, t.hour);
	*p++ = ':';
	p = two(p, t.minute);
	if (precision != EVD_CHAT_MINUTE || utc) {
		*p++ = ':';
		p = two(p, t.second);
	}
	if (precision == EVD_CHAT_MILLI) {
		*p++ = '.';
		*p++ = (char)('0' + rest / 100);
		p = two(p, (int)rest % 100);
	}
	if (utc)
		*p++ = 'Z';
	return (size_t)(p - out);
}

/* Digits and letters only: nothing to escape. */
static void put_spelt(struct evd_object *o, const char *key, int64_t ms,
                      enum evd_chat_precision precision, bool utc)
{
	char json[48];
	size_t n = spell_time(json + 1, ms, precision, utc);

	json[0] = json[n + 1] = '"';
	evd_object_raw(o, key, evd_view_of(json, n + 2));
}

/* Fixed words and digits only: nothing to escape. */
static void put_readings(struct evd_object *o, const char *key, const struct evd_chat_time *t)
{
	char json[3 * 80], text[40];
	size_t n = 0;

	for (size_t i = 0; i < t->n_readings; i++) {
		size_t len = spell_time(text, t->reading[i].local_ms, t->precision, false);
		int put = snprintf(json + n, sizeof json - n, "%s{\"local\":\"%.*s\",\"order\":\"%s\"}",
		                   i ? "," : "[", (int)len, text, t->reading[i].order);

		n += put > 0 ? (size_t)put : 0;
	}
	json[n++] = ']';
	evd_object_raw(o, key, evd_view_of(json, n));
}

void evd_chat_put_time(struct evd_object *o, const char *prefix, const struct evd_chat_time *t)
{
	static const char *const precision[] = {"minute", "second", "millisecond", "day"};
	char key[EVD_MAX_KEY], *name = key + strlen(prefix);

	memcpy(key, prefix, (size_t)(name - key));
#define NAMED(word) (memcpy(name, word, sizeof word), key)
	if (t->raw.len)
		evd_chat_text(o, NAMED("Raw"), t->raw);
	if (t->has_local)
		put_spelt(o, NAMED("Local"), t->local_ms, t->precision, false);
	if (t->has_utc)
		put_spelt(o, NAMED("Utc"), t->utc_ms, t->precision, true);
	if (t->n_readings)
		put_readings(o, NAMED("Readings"), t);
	if (t->source)
		evd_chat_word(o, NAMED("Source"), t->source);
	if (t->ambiguity)
		evd_chat_word(o, NAMED("Ambiguity"), t->ambiguity);
	if (t->has_local || t->has_utc || t->n_readings)
		evd_chat_word(o, NAMED("Precision"), precision[t->precision]);
#undef NAMED
}
