/* wa_markers: see wa_markers.h. */
#include "wa_markers.h"
#include "wa_head.h"

#include <string.h>

struct row {
	enum wa_mark mark;
	const char *language, *text;
	size_t len; /* bytes of text */
};

#define NONE(mark, language, text)
#define ROW(mark, language, text) {WA_##mark, language, text, sizeof(text) - 1},

#define WA_EXACT ROW
#define WA_TAIL NONE
#define WA_WRAP NONE
#define WA_TITLE NONE
#define WA_NOTICE NONE
static const struct row exact[] = {
#include "wa_markers.def"
};
#undef WA_EXACT
#undef WA_TAIL
#define WA_EXACT NONE
#define WA_TAIL ROW
static const struct row tail[] = {
#include "wa_markers.def"
};
#undef WA_TAIL
#undef WA_WRAP
#define WA_TAIL NONE
#define WA_WRAP ROW
static const struct row wrap[] = {
#include "wa_markers.def"
};
#undef WA_WRAP
#undef WA_TITLE
#undef ROW
#define WA_WRAP NONE
#define WA_TITLE(mark, language, text) {WA_TITLE_MARK, language, text, sizeof(text) - 1},
static const struct row title[] = {
#include "wa_markers.def"
};
#undef WA_TITLE
#undef WA_NOTICE
#define WA_TITLE NONE
#define WA_NOTICE(mark, language, text) {WA_##mark, language, text, sizeof(text) - 1},
static const struct row notice[] = {
#include "wa_markers.def"
};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static bool begins(struct evd_view v, const char *text, size_t len)
{
	return v.len >= len && memcmp(v.p, text, len) == 0;
}

static bool ends_so(struct evd_view v, const char *end)
{
	size_t n = strlen(end);

	return v.len >= n && memcmp(v.p + v.len - n, end, n) == 0;
}

/* `v` against a row's text with %s; direction marks before a fixed word are the app's, and so is a dot behind the last one,
 * which some versions write. *part is the text in place of the first %s. */
static bool matches(struct evd_view v, const struct row *row, struct evd_view *part)
{
	const char *text = row->text;
	struct evd_view rest = wa_skip_marks(v), fixed = evd_view_of(text, row->len);
	bool first = true, free_text = false;

	if (ends_so(rest, ".") && !ends_so(fixed, ".") && !ends_so(fixed, "%s"))
		rest.len--;

	part->len = 0;
	while (*text || rest.len) {
		const char *next = strstr(text, "%s");
		size_t len = next ? (size_t)(next - text) : strlen(text);
		const uint8_t *at = rest.p;

		if (!free_text) {
			if (!begins(rest, text, len))
				return false;
		} else if (len == 0) { /* %s at the end takes all */
			at = rest.p + rest.len;
		} else if (!next) { /* the last word stands at the end */
			if (rest.len < len || memcmp(rest.p + rest.len - len, text, len) != 0)
				return false;
			at = rest.p + rest.len - len;
		} else {
			at = memmem(rest.p, rest.len, text, len);
			if (!at)
				return false;
		}
		if (free_text && first) {
			*part = evd_view_of(rest.p, (size_t)(at - rest.p));
			first = false;
		}
		rest.len -= (size_t)(at - rest.p) + len;
		rest.p = at + len;
		if (!next)
			return rest.len == 0;
		text = next + 2;
		free_text = true;
	}
	return true;
}

/* The fixed words of a notice with which it begins, or the first behind a name, stand in `v`; the last ones of a notice
 * stand at the end of its line and so behind any colon. */
static enum wa_opening opens(struct evd_view v, const char *text)
{
	const char *name = strstr(text, "%s"), *next;
	size_t len = name ? (size_t)(name - text) : 0;

	if (!name || !begins(v, text, len))
		return WA_OPENS_NOT;
	if (len && memchr(text, ' ', len - 1)) /* several words */
		return WA_OPENS;
	text = name + 2;
	next = strstr(text, "%s");
	if (next && next > text && memmem(v.p + len, v.len - len, text, (size_t)(next - text)))
		return WA_OPENS;
	return len ? WA_OPENS_ALONE : WA_OPENS_NOT;
}

static bool in_wrap(struct evd_view v, struct wa_found *f)
{
	for (size_t i = 0; i < LENGTH(wrap); i++) {
		const char *s = strstr(wrap[i].text, "%s");
		size_t head = (size_t)(s - wrap[i].text), foot = strlen(s + 2);

		if (v.len < head + foot || memcmp(v.p, wrap[i].text, head) != 0 ||
		    memcmp(v.p + v.len - foot, s + 2, foot) != 0)
			continue;
		/* a call's own words go on behind a second U+200E, a person's behind the same words do not */
		if (wrap[i].mark >= WA_CALL && wrap[i].mark <= WA_CALL_VIDEO &&
		    !begins(evd_view_of(v.p + head, v.len - head), "\xe2\x80\x8e", 3))
			continue;
		*f = (struct wa_found){wrap[i].mark, wrap[i].language,
		                       evd_view_of(v.p + head, v.len - head - foot)};
		return true;
	}
	return false;
}

/* "NAME • 3 pages <attached: FILE>": the mark stands at the end of an iOS line. */
static bool in_tail(struct evd_view v, struct wa_found *f)
{
	for (size_t i = 0; i < LENGTH(tail); i++) {
		size_t len = tail[i].len;

		if (tail[i].mark == WA_EDITED || v.len <= len ||
		    memcmp(v.p + v.len - len, tail[i].text, len) != 0)
			continue;
		*f = (struct wa_found){tail[i].mark, tail[i].language, {NULL, 0}};
		return true;
	}
	for (size_t i = v.len; i > 3; i--)
		if (v.p[i - 1] == '<' && v.p[i - 2] == 0x8e)
			return in_wrap(evd_view_of(v.p + i - 1, v.len - i + 1), f);
	return false;
}

static bool has_colon(struct evd_view v)
{
	const uint8_t *end = v.p + v.len, *at = memchr(v.p, ':', v.len);

	while (at && at + 1 < end && at[1] != ' ')
		at = memchr(at + 1, ':', (size_t)(end - at - 1));
	return at && at + 1 < end;
}

/* "NAME (ADDRESS): https://foursquare.com/v/…", a place that was chosen from a list. */
static bool is_venue(struct evd_view v, struct wa_found *f)
{
	static const char link[] = ": https://foursquare.com/v/";

	if (!memmem(v.p, v.len, link, sizeof link - 1))
		return false;
	*f = (struct wa_found){WA_LOCATION, "", v};
	return true;
}

bool wa_exact(struct evd_view line, struct wa_found *f)
{
	struct evd_view v = wa_skip_marks(line);
	size_t low = 0, high = LENGTH(exact);

	*f = (struct wa_found){0};
	while (low < high) {
		size_t mid = (low + high) / 2;
		size_t len = exact[mid].len, n = len < v.len ? len : v.len;
		int d = n ? (uint8_t)*exact[mid].text - v.p[0] : 0;

		if (d == 0 && n)
			d = memcmp(exact[mid].text, v.p, n);

		if (d == 0 && len == v.len) {
			*f = (struct wa_found){exact[mid].mark, exact[mid].language, {NULL, 0}};
			return true;
		}
		if (d < 0 || (d == 0 && len < v.len))
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

bool wa_body(struct evd_view line, struct wa_found *f)
{
	struct evd_view v = wa_skip_marks(line);
	uint8_t last = v.len ? v.p[v.len - 1] : 0;

	if (wa_exact(line, f))
		return true;
	/* the rest ends with a bracket, or has a colon or comma and a blank early on */
	if (last == ')' || last == '>' || last == ':' || (v.p != line.p && v.len) ||
	    (v.len && (has_colon(evd_view_of(v.p, v.len < 160 ? v.len : 160)) ||
	               (memchr(v.p, 0xe2, v.len) && memmem(v.p, v.len, "\xe2\x80\x8e", 3)))))
		return in_wrap(v, f) || in_tail(v, f) || is_venue(v, f);
	return false;
}

bool wa_edited(struct evd_view body, size_t *at)
{
	if (body.len == 0 || body.p[body.len - 1] != '>')
		return false;
	for (size_t i = 0; i < LENGTH(tail); i++) {
		size_t len = tail[i].len;

		if (tail[i].mark != WA_EDITED || body.len < len ||
		    memcmp(body.p + body.len - len, tail[i].text, len) != 0)
			continue;
		*at = body.len - len;
		return true;
	}
	return false;
}

bool wa_notice(struct evd_view line, struct wa_found *f)
{
	struct evd_view part;

	for (size_t i = 0; i < LENGTH(notice); i++)
		if (matches(line, &notice[i], &part)) {
			*f = (struct wa_found){notice[i].mark, notice[i].language, part};
			return true;
		}
	return false;
}

enum wa_opening wa_opens(struct evd_view sender)
{
	struct evd_view v = wa_skip_marks(sender);
	enum wa_opening most = WA_OPENS_NOT;

	for (size_t i = 0; i < LENGTH(notice) && most != WA_OPENS; i++) {
		enum wa_opening o = opens(v, notice[i].text);

		most = o > most ? o : most;
	}
	return most;
}

enum wa_opening wa_notice_over(struct evd_view line, struct evd_view sender, struct wa_found *f)
{
	struct evd_view v = wa_skip_marks(sender), part;
	enum wa_opening most = WA_OPENS_NOT;

	for (size_t i = 0; i < LENGTH(notice) && most != WA_OPENS; i++) {
		enum wa_opening o = opens(v, notice[i].text);

		if (o <= most || !matches(line, &notice[i], &part))
			continue;
		*f = (struct wa_found){notice[i].mark, notice[i].language, part};
		most = o;
	}
	return most;
}

bool wa_title(struct evd_view name, struct evd_view *out)
{
	struct evd_view v = name;

	for (int i = 0; i < 2; i++)
		if (v.len > 4 &&
		    (memcmp(v.p + v.len - 4, ".txt", 4) == 0 || memcmp(v.p + v.len - 4, ".zip", 4) == 0))
			v.len -= 4;
	for (size_t i = 0; i < LENGTH(title); i++)
		if (matches(v, &title[i], out) && out->len)
			return true;
	return false;
}

const char *wa_event(enum wa_mark mark)
{
	static const char *const word[] = {
	    [WA_GROUP_CREATED] = "group-created",
	    [WA_JOINED_BY_LINK] = "joined-by-link",
	    [WA_LEFT] = "left",
	    [WA_ADMIN] = "admin",
	    [WA_REMOVED] = "removed",
	    [WA_ADDED] = "added",
	    [WA_SUBJECT] = "title-changed",
	    [WA_DESCRIPTION] = "description-changed",
	    [WA_ICON] = "picture-changed",
	    [WA_NUMBER] = "number-changed",
	    [WA_SECURITY_CODE] = "security-code",
	    [WA_ENCRYPTION] = "encryption-notice",
	    [WA_DISAPPEARING] = "disappearing",
	    [WA_BLOCKED] = "blocked",
	};

	return (size_t)mark < LENGTH(word) && word[mark] ? word[mark] : "other";
}
