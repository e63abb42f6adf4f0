/* mail_date: see mail_date.h. */
#include "mail_date.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct zone {
	char text[8]; /* as written behind the time; empty: none */
	int minutes;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Behind white space and comments, which nest and may quote (§3.2.2). */
static const char *skip(const char *p)
{
	unsigned depth = 0;

	for (; *p; p++) {
		if (depth && *p == '\\' && p[1])
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && depth)
			depth--;
		else if (!depth && *p != ' ' && *p != '\t' && *p != '\r' && *p != '\n')
			break;
	}
	return p;
}

/* "+0100" */
static bool read_offset(const char *p, struct zone *z)
{
	for (int i = 1; i < 5; i++)
		if (!is_digit(p[i]))
			return false;
	z->minutes = ((p[1] - '0') * 10 + p[2] - '0') * 60 + (p[3] - '0') * 10 + p[4] - '0';
	if (is_digit(p[5]) || z->minutes > 14 * 60 || p[3] > '5')
		return false;
	snprintf(z->text, sizeof z->text, memcmp(p, "-0000", 5) == 0 ? "Z" : "%.3s:%.2s", p, p + 3);
	if (*p == '-')
		z->minutes = -z->minutes;
	return true;
}

/* The names that §4.3 gives a meaning. Of single letters, of which it says that senders had them wrong, Z alone. */
static bool read_name(const char *p, size_t len, struct zone *z)
{
	static const struct {
		const char *name, *text;
		int hours;
	} known[] = {
	    {"UT", "+00:00", 0},   {"GMT", "+00:00", 0},  {"UTC", "+00:00", 0},  {"Z", "Z", 0},
	    {"EST", "-05:00", -5}, {"EDT", "-04:00", -4}, {"CST", "-06:00", -6}, {"CDT", "-05:00", -5},
	    {"MST", "-07:00", -7}, {"MDT", "-06:00", -6}, {"PST", "-08:00", -8}, {"PDT", "-07:00", -7},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i].name) == len && strncasecmp(p, known[i].name, len) == 0) {
			snprintf(z->text, sizeof z->text, "%s", known[i].text);
			z->minutes = known[i].hours * 60;
			return true;
		}
	return false;
}

/* Behind the first "10:00" or "10:00:00", or at the end. */
static const char *behind_time(const char *p)
{
	for (p = skip(p); *p; p = skip(p)) {
		bool time = false;

		if (is_digit(*p))
			while (is_digit(*p) || (*p == ':' && is_digit(p[1])))
				time |= *p++ == ':';
		else
			p++;
		if (time)
			return p;
	}
	return p;
}

/* The first word behind the time that may be a zone: some write the year between (ctime). */
static void find_zone(const char *value, struct zone *z)
{
	const char *p = skip(behind_time(value));
	size_t len = 0;

	*z = (struct zone){.minutes = 0};
	while (is_digit(*p))
		p++;
	p = skip(p);
	if (*p == '+' || *p == '-') {
		(void)read_offset(p, z);
		return;
	}
	while (is_letter(p[len]))
		len++;
	if (len && p[len] != '+' && p[len] != '-') /* "GMT+2" is not of the standard */
		(void)read_name(p, len, z);
}

bool evd_mail_date(const char *value, char out[EVD_MAIL_DATE_LEN])
{
	GDateTime *t = g_mime_utils_header_decode_date(value);
	gchar *text = t ? g_date_time_format(t, "%Y-%m-%dT%H:%M:%S") : NULL;
	struct zone z;

	if (text) {
		find_zone(value, &z);
		if (g_date_time_get_utc_offset(t) != (GTimeSpan)z.minutes * 60 * G_TIME_SPAN_SECOND)
			z.text[0] = 0; /* it was taken for another: none is claimed */
		snprintf(out, EVD_MAIL_DATE_LEN, "%s%s", text, z.text);
	}
	g_free(text);
	if (t)
		g_date_time_unref(t);
	return text != NULL;
}
