/* chat_signal_form: see chat_signal_form.h. */
#include "chat_signal_form.h"

#include "chat_english.h"

#include <string.h>

static bool begins(struct evd_view v, const char *with)
{
	size_t n = strlen(with);

	return v.len >= n && memcmp(v.p, with, n) == 0;
}

/* `form`: d a digit, a a lower, A an upper letter; anything else itself. */
static bool has_form(struct evd_view v, const char *form)
{
	size_t n = strlen(form);

	if (v.len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = v.p[i];
		bool fits = form[i] == 'd'   ? c >= '0' && c <= '9'
		            : form[i] == 'a' ? c >= 'a' && c <= 'z'
		            : form[i] == 'A' ? c >= 'A' && c <= 'Z'
		                             : c == (uint8_t)form[i];

		if (!fits)
			return false;
	}
	return true;
}

static struct evd_view behind(struct evd_view v, size_t n)
{
	return evd_view_of(v.p + n, v.len - n);
}

/* "NAME: words"; the words may be missing */
static bool split_name(struct evd_view v, struct sig_head *h)
{
	const uint8_t *colon = v.len ? memchr(v.p, ':', v.len) : NULL;

	while (colon && colon + 1 < v.p + v.len && colon[1] != ' ')
		colon = memchr(colon + 1, ':', (size_t)(v.p + v.len - colon - 1));
	if (!colon || colon == v.p)
		return false;
	h->sender = evd_view_of(v.p, (size_t)(colon - v.p));
	h->rest = behind(v, h->sender.len + 1);
	if (h->rest.len)
		h->rest = behind(h->rest, 1);
	return true;
}

/* "*** NOTICE", "*** <NAME> sent file …", "<NAME> words" */
static bool split_tools(struct evd_view v, struct sig_head *h)
{
	static const char sent[] = "> sent file";
	const uint8_t *end;

	h->rest = v;
	if (begins(v, "*** ")) {
		h->notice = true;
		h->rest = behind(v, 4);
		end = h->rest.len > 1 && h->rest.p[0] == '<'
		          ? memmem(h->rest.p, h->rest.len, sent, sizeof sent - 1)
		          : NULL;
		if (!end)
			return true;
		h->file = true;
		h->sender = evd_view_of(h->rest.p + 1, (size_t)(end - h->rest.p) - 1);
		h->rest = behind(h->rest, h->sender.len + sizeof sent);
		return true;
	}
	end = v.len > 2 && v.p[0] == '<' ? memmem(v.p, v.len, "> ", 2) : NULL;
	if (!end)
		return false;
	h->sender = evd_view_of(v.p + 1, (size_t)(end - v.p) - 1);
	h->rest = behind(v, h->sender.len + 3);
	return true;
}

bool sig_head_of(enum sig_form form, struct evd_view line, struct sig_head *h)
{
	memset(h, 0, sizeof *h);
	switch (form) {
	case SIG_EXPORT:
		if (has_form(line, "[dddd-dd-dd dd:dd:dd] "))
			h->time = evd_view_of(line.p + 1, 19);
		else if (has_form(line, "[dddd-dd-dd, dd:dd] "))
			h->time = evd_view_of(line.p + 1, 17);
		else if (has_form(line, "[dddd-dd-dd dd:dd] "))
			h->time = evd_view_of(line.p + 1, 16);
		else
			return false;
		return split_name(behind(line, h->time.len + 3), h);
	case SIG_TOOLS:
		if (!has_form(line, "[Aaa dd, dddd dd:dd:dd] "))
			return false;
		h->time = evd_view_of(line.p + 1, 21);
		return split_tools(behind(line, 24), h);
	case SIG_SHORT:
		if (!has_form(line, "dddd-dd-dd dd:dd "))
			return false;
		h->time = evd_view_of(line.p, 16);
		return split_name(behind(line, 17), h);
	default: return false;
	}
}

bool sig_field(struct evd_view line, const char *name, struct evd_view *value)
{
	size_t n = strlen(name);

	if (!begins(line, name) || line.len < n + 2 || line.p[n] != ':' || line.p[n + 1] != ' ')
		return false;
	*value = behind(line, n + 2);
	return true;
}

const char *sig_form_name(enum sig_form form)
{
	switch (form) {
	case SIG_EXPORT: return "signal-export";
	case SIG_TOOLS: return "signalbackup-tools";
	case SIG_SHORT: return "sigtop-short";
	default: return "sigtop";
	}
}

/* ---- which program made it ------------------------------------------------------------------ */

/* The lines of a head, one after the other; the last may be cut. */
static bool next_line(struct evd_view *left, struct evd_view *line)
{
	const uint8_t *nl = left->len ? memchr(left->p, '\n', left->len) : NULL;

	if (!left->len)
		return false;
	line->p = left->p;
	line->len = nl ? (size_t)(nl - left->p) : left->len;
	*left = nl ? behind(*left, line->len + 1) : evd_view_of(NULL, 0);
	if (line->len && line->p[line->len - 1] == '\r')
		line->len--;
	return true;
}

static bool ends_in_blanks(struct evd_view v)
{
	return v.len > 2 && v.p[v.len - 1] == ' ' && v.p[v.len - 2] == ' ';
}

/* It puts two blanks behind the words of each message, and brackets about what is not words; WhatsApp's entries, which look
 * alike, have no such blanks. */
static bool is_signal_export(struct evd_view head)
{
	struct evd_view left = head, line, last = {NULL, 0};
	struct sig_head h;
	size_t heads = 0, blanks = 0, brackets = 0;

	if (!next_line(&left, &line) || !sig_head_of(SIG_EXPORT, line, &h))
		return false;
	for (left = head; next_line(&left, &line);) {
		if (sig_head_of(SIG_EXPORT, line, &h) && heads++) {
			blanks += ends_in_blanks(last);
			brackets += !ends_in_blanks(last) && last.len && last.p[last.len - 1] == ')';
		}
		last = line.len ? line : last;
	}
	if (heads == 1) /* the last entry of a head may be cut */
		return ends_in_blanks(last);
	return blanks && blanks + brackets == heads - 1;
}

bool sig_may_be_export(struct evd_view head)
{
	struct evd_view left = head, line;
	struct sig_head h;

	if (!next_line(&left, &line) || !sig_head_of(SIG_EXPORT, line, &h))
		return false;
	for (left = head; next_line(&left, &line);)
		if (sig_head_of(SIG_EXPORT, line, &h) &&
		    (evd_view_is(h.sender, "Me") || evd_view_is(h.sender, "No-Sender")))
			return true;
	return false;
}

/* Other programs' logs look alike: "You" must be among those who write. */
static bool is_short(struct evd_view head)
{
	struct evd_view left = head, line;
	struct sig_head h;

	if (!next_line(&left, &line) || !sig_head_of(SIG_SHORT, line, &h))
		return false;
	for (left = head; next_line(&left, &line);)
		if (sig_head_of(SIG_SHORT, line, &h) && evd_view_is(h.sender, "You"))
			return true;
	return false;
}

enum sig_form sig_form_of(struct evd_view head)
{
	struct evd_view left = head, line, value;
	struct sig_head h;

	if (!next_line(&left, &line))
		return SIG_NONE;
	if (sig_head_of(SIG_TOOLS, line, &h))
		return SIG_TOOLS;
	if (sig_field(line, "Conversation", &value))
		return begins(left, "\nFrom: ") || begins(left, "\nType: ") ? SIG_SIGTOP : SIG_NONE;
	return is_signal_export(head) ? SIG_EXPORT : is_short(head) ? SIG_SHORT : SIG_NONE;
}

/* ---- times ---------------------------------------------------------------------------------- */

static int number(const uint8_t *p, size_t n)
{
	int x = 0;

	for (size_t i = 0; i < n; i++)
		x = x * 10 + (p[i] - '0');
	return x;
}

/* "Wed, 29 May 2019 15:04:05 +0200": the offset is in the record, so UTC is provable. */
static bool offset_time(struct evd_view v, struct evd_chat_time *t)
{
	struct evd_view rest = v.len > 5 ? behind(v, 5) : v;
	size_t digits = has_form(rest, "dd Aaa dddd dd:dd:dd ") ? 2 : 1;
	static const char month[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const uint8_t *p = rest.p;
	size_t m = 0;
	int offset;

	if (!has_form(v, "Aaa, ") ||
	    !has_form(rest, digits == 2 ? "dd Aaa dddd dd:dd:dd " : "d Aaa dddd dd:dd:dd ") ||
	    rest.len != digits + 24)
		return false;
	while (m < 12 && memcmp(p + digits + 1, month + 3 * m, 3) != 0)
		m++;
	if (m == 12 || (p[digits + 19] != '+' && p[digits + 19] != '-') ||
	    !has_form(behind(rest, digits + 20), "dddd") ||
	    !evd_chat_calendar(&t->local_ms, number(p + digits + 5, 4), (int)m + 1, number(p, digits),
	                       number(p + digits + 10, 2), number(p + digits + 13, 2),
	                       number(p + digits + 16, 2)))
		return false;
	offset = number(p + digits + 20, 2) * 60 + number(p + digits + 22, 2);
	offset = p[digits + 19] == '-' ? -offset : offset;
	t->utc_ms = t->local_ms - (int64_t)offset * 60000;
	t->has_local = t->has_utc = true;
	t->precision = EVD_CHAT_SECOND;
	t->source = EVD_CHAT_FROM_RECORD;
	return true;
}

/* "2019-05-29 15:04[:05]", "2019-05-29, 15:04" */
static bool plain_time(struct evd_view v, struct evd_chat_time *t)
{
	size_t at = v.len > 10 && v.p[10] == ',' ? 12 : 11;
	bool seconds = v.len == at + 8;

	if (v.len != at + 5 && !seconds)
		return false;
	t->precision = seconds ? EVD_CHAT_SECOND : EVD_CHAT_MINUTE;
	t->has_local = evd_chat_calendar(
	    &t->local_ms, number(v.p, 4), number(v.p + 5, 2), number(v.p + 8, 2), number(v.p + at, 2),
	    number(v.p + at + 3, 2), seconds ? number(v.p + at + 6, 2) : 0);
	return t->has_local;
}

unsigned sig_time(enum sig_form form, struct evd_view v, struct evd_chat_time *t)
{
	bool read;

	memset(t, 0, sizeof *t);
	t->raw = v;
	t->source = EVD_CHAT_FROM_EXPORTER;
	if (form == SIG_SIGTOP)
		read = offset_time(v, t);
	else
		read = form == SIG_TOOLS ? evd_chat_english(v, t) && t->has_local : plain_time(v, t);
	return read ? 0 : EVD_CHAT_F_IMPOSSIBLE_TIME;
}
