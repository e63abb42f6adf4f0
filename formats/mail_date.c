/*
 * mail_date: see mail_date.h. Parsed here and not by gmime, which makes a date of nearly anything: it has "10:30 PM" as
 * 10:30 and takes the first number of 03/04/2024 for the month.
 */
#include "mail_date.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct date {
	unsigned year, month, day, hour, minute, second;
	char zone[8]; /* as written behind the time; empty: none */
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

/* A number of that many digits, and what stands behind it. */
static bool number(const char **p, unsigned least, unsigned most, unsigned *out, unsigned *digits)
{
	unsigned n = 0;

	*out = 0;
	for (; is_digit((*p)[n]) && n < most; n++)
		*out = *out * 10 + (unsigned)((*p)[n] - '0');
	if (n < least || is_digit((*p)[n]))
		return false;
	*p += n;
	*digits = n;
	return true;
}

/* One of the words of three letters: its number from 1; 0: none. */
static unsigned word(const char **p, const char *const *words, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (strncasecmp(*p, words[i], 3) == 0 && !is_letter((*p)[3])) {
			*p += 3;
			return i + 1;
		}
	return 0;
}

static unsigned month(const char **p)
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

	return word(p, months, 12);
}

static bool weekday(const char **p)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

	return word(p, days, 7) > 0;
}

/* Of two or three digits as §4.3 has it. */
static bool year(const char **p, struct date *d)
{
	unsigned digits;

	if (!number(p, 2, 4, &d->year, &digits))
		return false;
	if (digits == 2 && d->year < 50)
		d->year += 2000;
	else if (digits < 4)
		d->year += 1900;
	return d->year >= 1900;
}

static bool time_of_day(const char **p, struct date *d)
{
	unsigned digits;

	if (!number(p, 1, 2, &d->hour, &digits))
		return false;
	*p = skip(*p);
	if (**p != ':')
		return false;
	*p = skip(*p + 1);
	if (!number(p, 2, 2, &d->minute, &digits))
		return false;
	if (*skip(*p) == ':') {
		*p = skip(skip(*p) + 1);
		if (!number(p, 2, 2, &d->second, &digits))
			return false;
	}
	return d->hour <= 23 && d->minute <= 59 && d->second <= 60;
}

/* "+0100", or with a colon as RFC 3339 writes it, which says the same. One that no clock has is passed over. */
static bool offset(const char **p, struct date *d)
{
	unsigned hours, minutes, digits;
	const char *from = *p;

	++*p;
	if (is_digit(from[1]) && is_digit(from[2]) && from[3] == ':') {
		*p = from + 4;
		hours = (unsigned)(from[1] - '0') * 10 + (unsigned)(from[2] - '0');
		if (!number(p, 2, 2, &minutes, &digits))
			return false;
	} else {
		if (!number(p, 4, 4, &hours, &digits))
			return false;
		minutes = hours % 100;
		hours /= 100;
	}
	if (minutes > 59 || hours * 60 + minutes > 14 * 60)
		return true;
	if (*from == '-' && hours == 0 && minutes == 0)
		snprintf(d->zone, sizeof d->zone, "Z");
	else
		snprintf(d->zone, sizeof d->zone, "%c%02u:%02u", *from, hours % 100, minutes % 100);
	return true;
}

/* The names that §4.3 gives a meaning. Of single letters, of which it says that senders had them wrong, Z alone. */
static void name_of_zone(const char *p, size_t len, struct date *d)
{
	static const struct {
		const char *name, *text;
	} known[] = {
	    {"UT", "+00:00"},  {"GMT", "+00:00"}, {"UTC", "+00:00"}, {"Z", "Z"},
	    {"EST", "-05:00"}, {"EDT", "-04:00"}, {"CST", "-06:00"}, {"CDT", "-05:00"},
	    {"MST", "-07:00"}, {"MDT", "-06:00"}, {"PST", "-08:00"}, {"PDT", "-07:00"},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i].name) == len && strncasecmp(p, known[i].name, len) == 0)
			snprintf(d->zone, sizeof d->zone, "%s", known[i].text);
}

/* True if there is none, too. "GMT+0200" is what ECMA-262 §21.4.4.41 writes; "GMT+2" may mean either side of Greenwich. */
static bool zone(const char **p, struct date *d)
{
	size_t len = 0;

	if (**p == '+' || **p == '-')
		return offset(p, d);
	while (is_letter((*p)[len]))
		len++;
	if (len == 0)
		return true;
	if (len == 2 && (strncasecmp(*p, "AM", 2) == 0 || strncasecmp(*p, "PM", 2) == 0))
		return false; /* half of a day, and no zone */
	if (len == 3 && ((*p)[3] == '+' || (*p)[3] == '-')) {
		bool world = strncasecmp(*p, "GMT", 3) == 0 || strncasecmp(*p, "UTC", 3) == 0;

		*p += 3;
		return world && offset(p, d);
	}
	name_of_zone(*p, len, d);
	*p += len;
	return true;
}

/* §3.3: day month year time zone; behind an offset some repeat it as a name. */
static bool read_rfc(const char *p, struct date *d)
{
	unsigned digits;
	bool numeric;

	if (!number(&p, 1, 2, &d->day, &digits))
		return false;
	p = skip(p);
	d->month = month(&p);
	p = skip(p);
	if (!d->month || !year(&p, d))
		return false;
	p = skip(p);
	if (!time_of_day(&p, d))
		return false;
	p = skip(p);
	numeric = *p == '+' || *p == '-';
	if (!zone(&p, d))
		return false;
	p = skip(p);
	if (numeric && is_letter(*p)) {
		struct date unused = *d;

		if (!zone(&p, &unused))
			return false;
		p = skip(p);
	}
	return *p == 0;
}

/* asctime: month day time year, with a zone before the year or behind it; or the year before the time (ECMA-262). */
static bool read_asctime(const char *p, struct date *d)
{
	unsigned digits;
	bool early;

	d->month = month(&p);
	p = skip(p);
	if (!d->month || !number(&p, 1, 2, &d->day, &digits))
		return false;
	p = skip(p);
	early = is_digit(p[0]) && is_digit(p[1]) && is_digit(p[2]) && is_digit(p[3]);
	if (early && !year(&p, d))
		return false;
	p = skip(p);
	if (!time_of_day(&p, d))
		return false;
	p = skip(p);
	if (!zone(&p, d))
		return false;
	p = skip(p);
	if (early)
		return *p == 0;
	if (!year(&p, d))
		return false;
	p = skip(p);
	if (*p && (d->zone[0] || !zone(&p, d)))
		return false;
	return *skip(p) == 0;
}

static bool is_day(const struct date *d)
{
	static const unsigned char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = d->year % 4 == 0 && (d->year % 100 != 0 || d->year % 400 == 0);

	return d->day >= 1 && d->day <= days[d->month - 1] && (d->month != 2 || d->day < 29 || leap);
}

bool evd_mail_date(const char *value, char out[EVD_MAIL_DATE_LEN])
{
	struct date d = {.year = 0};
	const char *p = skip(value);
	bool ok;

	if (weekday(&p)) {
		p = skip(p);
		p = skip(p + (*p == ','));
	}
	ok = is_letter(*p) ? read_asctime(p, &d) : read_rfc(p, &d);
	if (!ok || !is_day(&d))
		return false;
	snprintf(out, EVD_MAIL_DATE_LEN, "%04u-%02u-%02uT%02u:%02u:%02u%s", d.year, d.month, d.day,
	         d.hour, d.minute, d.second, d.zone);
	return true;
}
