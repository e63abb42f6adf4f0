/* chat_imessage_line: see chat_imessage_text.h. */
#include "chat_english.h"
#include "chat_imessage_text.h"

#include <stdlib.h>
#include <string.h>

static bool begins(struct evd_view v, const char *with)
{
	size_t n = strlen(with);

	return v.len >= n && memcmp(v.p, with, n) == 0;
}

static bool ends(struct evd_view v, const char *with)
{
	size_t n = strlen(with);

	return v.len >= n && memcmp(v.p + v.len - n, with, n) == 0;
}

static bool is_time(struct evd_view v)
{
	static const char form[] = "Mmm dd, dddd hd:dd:dd xM"; /* h: a digit or a blank */

	if (v.len < IM_TIME)
		return false;
	for (size_t i = 0; i < IM_TIME; i++) {
		uint8_t c = v.p[i];
		bool digit = c >= '0' && c <= '9';

		switch (form[i]) {
		case 'd':
			if (!digit)
				return false;
			break;
		case 'h':
			if (!digit && c != ' ')
				return false;
			break;
		case 'x':
			if (c != 'A' && c != 'P')
				return false;
			break;
		case 'm':
			if (c < 'a' || c > 'z')
				return false;
			break;
		case 'M':
			if (i ? c != 'M' : c < 'A' || c > 'Z')
				return false;
			break;
		default:
			if (c != (uint8_t)form[i])
				return false;
		}
	}
	return true;
}

enum im_line im_line_of(struct evd_view v, struct evd_view *rest)
{
	*rest = evd_view_of(NULL, 0);
	if (!is_time(v))
		return IM_WORDS;
	if (v.len == IM_TIME)
		return IM_HEAD;
	*rest = evd_view_of(v.p + IM_TIME, v.len - IM_TIME);
	if (rest->p[0] != ' ' || rest->len < 2)
		return IM_WORDS;
	*rest = evd_view_of(rest->p + 1, rest->len - 1);
	if (!begins(*rest, "(Read by ") || !ends(*rest, ")"))
		return IM_NOTICE;
	*rest = evd_view_of(rest->p + 1, rest->len - 2);
	return IM_HEAD;
}

unsigned im_time(struct evd_view v, struct evd_chat_time *t)
{
	memset(t, 0, sizeof *t);
	t->raw = evd_view_of(v.p, IM_TIME);
	t->source = EVD_CHAT_FROM_EXPORTER;
	return evd_chat_english(t->raw, t) && t->has_local ? 0 : EVD_CHAT_F_IMPOSSIBLE_TIME;
}

static const uint8_t *by_of(struct evd_view line)
{
	return line.len ? memmem(line.p, line.len, " by ", 4) : NULL;
}

bool im_is_reaction(struct evd_view line)
{
	const uint8_t *by = by_of(line);

	return (by && by > line.p && by + 4 < line.p + line.len) || evd_chat_has(line, "Sticker from ");
}

int im_reaction(struct im_export *x, struct evd_view line, struct evd_error *err)
{
	const uint8_t *by = evd_chat_has(line, "Sticker from ") ? NULL : by_of(line);
	struct evd_object *o = evd_chat_list_item(&x->reactions);

	if (!o)
		return 0;
	evd_chat_text(o, "reaction", by ? evd_view_of(line.p, (size_t)(by - line.p)) : line);
	if (by)
		evd_chat_text(o, "by", evd_view_of(by + 4, line.len - (size_t)(by + 4 - line.p)));
	return evd_chat_list_put(&x->reactions, err);
}

bool im_is_effect(struct evd_view line)
{
	static const char *const effect[] = {
	    "Confetti", "Echo",           "Fireworks", "Balloons", "Heart", "Lasers", "Shooting Star",
	    "Sparkles", "Shooting Start", "Spotlight", "Slam",     "Loud",  "Gentle", "Invisible Ink"};
	static const char before[] = "Sent with ";

	if (!begins(line, before))
		return false;
	line = evd_view_of(line.p + sizeof before - 1, line.len - (sizeof before - 1));
	for (size_t i = 0; i < sizeof effect / sizeof *effect; i++)
		if (evd_view_is(line, effect[i]))
			return true;
	return false;
}

bool im_is_unsent(struct evd_view words)
{
	if (words.len > 400 || (words.len && memchr(words.p, '\n', words.len)))
		return false;
	return ends(words, " deleted a message.") || ends(words, " unsent a message!") ||
	       ends(words, " unsent a message.") ||
	       (evd_chat_has(words, " unsent this message part ") && ends(words, " after sending!"));
}

bool im_is_path(struct evd_view line)
{
	if (line.len < 12 || line.len > 4096)
		return false;
	return begins(line, "attachments/") || begins(line, "~/Library/Messages/") ||
	       begins(line, "~/Library/SMS/") ||
	       (line.p[0] == '/' && (evd_chat_has(line, "/Library/Messages/Attachments/") ||
	                             evd_chat_has(line, "/Library/SMS/Attachments/") ||
	                             evd_chat_has(line, "/attachments/")));
}

/* ---- records -------------------------------------------------------------------------------- */

/* "Read by you after 1 hour, 49 seconds" */
static void put_note(struct im_export *x, struct im_message *im)
{
	static const char before[] = "Read by ", after[] = " after ";
	struct evd_view v = im->note, who;
	const uint8_t *at;

	if (!begins(v, before))
		return;
	v = evd_view_of(v.p + sizeof before - 1, v.len - (sizeof before - 1));
	at = v.len ? memmem(v.p, v.len, after, sizeof after - 1) : NULL;
	who = at ? evd_view_of(v.p, (size_t)(at - v.p)) : v;
	evd_chat_text(&x->object, "readBy", who);
	if (at)
		evd_chat_text(&x->object, "readAfter",
		              evd_view_of(at + sizeof after - 1, v.len - who.len - (sizeof after - 1)));
	if (!im->m.direction)
		im->m.direction = evd_view_is(who, "you") ? "in" : evd_view_is(who, "them") ? "out" : NULL;
}

static struct evd_view put_details(struct im_export *x, struct im_message *im)
{
	evd_object_reset(&x->object);
	put_note(x, im);
	if (im->effect.len)
		evd_chat_text(&x->object, "effect", im->effect);
	if (im->service.len)
		evd_chat_text(&x->object, "service", im->service);
	if (im->in_thread)
		evd_object_bool(&x->object, "inThread", true);
	if (im->answers_earlier)
		evd_object_bool(&x->object, "answersEarlier", true);
	evd_buf_reset(&x->details);
	for (size_t i = 0; i < im->n_imitations; i++)
		evd_putf(&x->details, "%s%llu", i ? "," : "[", (unsigned long long)im->imitation[i]);
	if (im->n_imitations) {
		evd_put_u8(&x->details, ']');
		evd_object_raw(&x->object, "headersInBody", evd_buf_view(&x->details));
		evd_buf_reset(&x->details);
	}
	if (x->object.n == 0 || evd_object_write(&x->object, &x->details, NULL))
		return evd_view_of(NULL, 0);
	return evd_buf_view(&x->details);
}

static int begin(struct im_export *x, struct evd_view name, struct evd_error *err)
{
	struct evd_chat_info info = {.title = evd_chat_base(name), .form = x->form};
	int r;

	while (info.title.len && info.title.p[info.title.len - 1] != '.')
		info.title.len--;
	info.title.len -= info.title.len > 0;
	r = evd_chat_begin(&x->chat, name, &info, &x->conv, err);
	if (r == 0 && x->no_ids)
		r = evd_chat_observe(
		    &x->chat, x->conv, "no-message-ids", err,
		    "this form gives messages no ids: nothing but the file says their order");
	return r ? r
	         : evd_chat_observe(&x->chat, x->conv, "export-of-program", err,
	                            "another program made this of the Messages database, which says "
	                            "more: times here are those of its computer's clock, without a "
	                            "zone, and names are as its address book had them");
}

int im_emit(struct im_export *x, struct im_message *im, struct evd_view name, struct evd_error *err)
{
	struct evd_chat_message *m = &im->m;
	int r = x->conv ? 0 : begin(x, name, err);

	if (r)
		return r;
	if (!m->direction && evd_view_is(m->sender, "Me"))
		m->direction = "out";
	evd_buf_reset(&x->phone);
	if (evd_chat_phone(m->sender, &x->phone))
		m->number = evd_buf_view(&x->phone);
	else if (m->sender.len && memchr(m->sender.p, '@', m->sender.len))
		m->handle = m->sender;
	m->details = put_details(x, im);
	m->reactions = evd_chat_list_end(&x->reactions);
	m->revisions = evd_chat_list_end(&x->revisions);
	m->reply_text = im->answers;
	x->in_threads += im->in_thread;
	return evd_chat_message(&x->chat, x->conv, m, err);
}

int im_attach(struct im_export *x, struct evd_view path, struct evd_error *err)
{
	struct evd_chat_attachment a = {.name = path};

	if (path.len) {
		evd_chat_index_match(&x->index, &a);
	} else {
		a.state = EVD_CHAT_S_UNAVAILABLE;
		a.note = evd_view_str("the program that made this did not find it");
	}
	return evd_chat_attach(&x->chat, x->conv, &a, err);
}

/* What stands under the message that it answers stands in the file once more. */
int im_say_threads(struct im_export *x, struct evd_error *err)
{
	uint64_t n = x->in_threads;

	x->in_threads = 0;
	if (!n)
		return 0;
	return evd_chat_observe(
	    &x->chat, x->conv, "shown-twice", err,
	    "messages that stand under the one that they answer (inThread): %llu; the program "
	    "that made this shows them by themselves too, as far as its span of time holds "
	    "them, so that they are counted twice",
	    (unsigned long long)n);
}
