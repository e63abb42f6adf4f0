/*
 * chat_discord_txt: DiscordChatExporter's TXT, see chat_discord_text.h.
 *
 *   =====…  Guild: …  Channel: …  [Topic: …]  [After: …]  [Before: …]  =====…  blank
 *   [DATE] AUTHOR[ (pinned)]                    for each message: its words, a blank line, then what it has of
 *   …                                           {Attachments} {Embed} {Stickers} {Reactions}, each but the last
 *                                               with a blank line behind it, and a blank line
 *   =====…  Exported N message(s)  =====…
 *
 * So two blank lines, or a line of reactions and one, stand before each message: a line in a message's words that looks
 * like the beginning of one without them is words.
 */
#include "chat_discord_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX (UINT32_C(4) << 20) /* bytes of a message; Discord's have a few thousand */
#define AUTHOR_MAX 1024u                /* bytes; Discord's have 32 signs */
#define COUNT_MAX 64u                   /* bytes of "Exported N message(s)" */
#define IMITATIONS 8u                   /* places that are listed */
#define BLOCKS_TRIED 64u

enum state { PREAMBLE_RULE, PREAMBLE, MESSAGES, CLOSING, CLOSING_RULE, BEHIND };

struct text {
	struct chat_json *g;
	struct discord_dates *dates;
	struct evd_chat_conv *conv;
	struct evd_view name;
	bool emit, cut; /* cut: the rest cannot be read */
	enum state state;
	/* the preamble */
	struct evd_buf guild, channel, topic, after, before;
	struct evd_buf *last; /* a topic may have several lines */
	/* the message at hand */
	bool open, pinned;
	struct evd_buf date, author, words; /* words: all behind the header */
	uint64_t off, end;
	uint64_t imitation[IMITATIONS];
	size_t n_imitations;
	unsigned blanks; /* lines before this one */
	enum { NO_REACTIONS, AT_REACTIONS, BEHIND_REACTIONS } reactions;
	/* the first date's form: other messages have the same */
	bool has_kind;
	enum discord_date kind;
	uint32_t shape;
	/* the end */
	uint64_t closing_off, claimed, behind_off, behind_len;
	unsigned behind_blanks;
	struct evd_buf closing; /* lines that may be the end, or a message's words */
};

static struct evd_view bare(struct evd_view line)
{
	while (line.len && (line.p[line.len - 1] == '\n' || line.p[line.len - 1] == '\r'))
		line.len--;
	return line;
}

static bool is_rule(struct evd_view v)
{
	size_t n = 0;

	while (n < v.len && v.p[n] == '=')
		n++;
	return n == DISCORD_RULE && v.len == DISCORD_RULE;
}

/* "[DATE] AUTHOR[ (pinned)]"; its date has the form of the first one's */
static bool split_header(const struct text *x, struct evd_view v, struct evd_view *date,
                         struct evd_view *author)
{
	const uint8_t *close = v.len > 3 && v.p[0] == '[' ? memchr(v.p, ']', v.len) : NULL;
	struct evd_chat_time t;
	struct wa_head h;
	enum discord_date kind;

	if (!close || (size_t)(close - v.p) + 1 >= v.len || close[1] != ' ')
		return false;
	*date = evd_view_of(v.p + 1, (size_t)(close - v.p) - 1);
	*author = evd_view_of(close + 2, v.len - date->len - 3);
	if (date->len < 6 || date->len > 64 || author->len > AUTHOR_MAX)
		return false;
	kind = discord_date(*date, &h, &t);
	return !x->has_kind || (kind == x->kind && (kind != DISCORD_NUMBERS || h.shape == x->shape));
}

static void take_kind(struct text *x, struct evd_view date)
{
	struct evd_chat_time t;
	struct wa_head h;

	x->kind = discord_date(date, &h, &t);
	x->shape = x->kind == DISCORD_NUMBERS ? h.shape : 0;
	x->has_kind = true;
}

/* ---- what stands behind the words ---- */

struct blocks {
	size_t words; /* bytes of them */
	struct evd_view attachments, embeds, stickers, reactions;
};

static const char *const block_name[] = {"{Attachments}", "{Embed}", "{Stickers}", "{Reactions}"};
enum { ATTACHMENTS, EMBED, STICKERS, REACTIONS, N_BLOCKS };

static struct evd_view line_at(struct evd_view all, size_t at, size_t *next)
{
	const uint8_t *nl = at < all.len ? memchr(all.p + at, '\n', all.len - at) : NULL;

	*next = nl ? (size_t)(nl - all.p) + 1 : all.len;
	return bare(evd_view_of(all.p + at, *next - at));
}

static int block_of(struct evd_view line)
{
	for (int i = 0; i < N_BLOCKS; i++)
		if (evd_view_is(line, block_name[i]))
			return i;
	return -1;
}

static void put_block(struct blocks *b, int kind, struct evd_view v)
{
	struct evd_view *to[] = {&b->attachments, &b->embeds, &b->stickers, &b->reactions};

	if (to[kind]->p) /* an embed behind another */
		to[kind]->len = (size_t)(v.p + v.len - to[kind]->p);
	else
		*to[kind] = v;
}

/* From `at`, where a block's name stands, to the end of the message: blocks alone, in the exporter's order. */
static bool only_blocks(struct evd_view all, size_t at, struct blocks *b)
{
	int kind = -1;

	while (at < all.len) {
		size_t next, from, n = 0;
		bool blank = false;
		int this = block_of(line_at(all, at, &next));

		if (this < kind || this < 0 || (this == kind && this != EMBED))
			return false;
		kind = this;
		from = at = next;
		for (; at < all.len; at = next) {
			struct evd_view line = line_at(all, at, &next);

			if (blank && line.len && (kind != EMBED || block_of(line) >= 0))
				break;
			blank = line.len == 0;
			n += !blank;
		}
		if (n == 0 || (kind == REACTIONS && n > 1))
			return false;
		put_block(b, kind, evd_view_of(all.p + from, at - from));
	}
	return true;
}

static void find_blocks(struct evd_view all, struct blocks *b)
{
	bool blank = true;
	unsigned tried = 0;

	for (size_t at = 0, next; at < all.len && tried < BLOCKS_TRIED; at = next) {
		struct evd_view line = line_at(all, at, &next);

		if (blank && block_of(line) >= 0) {
			memset(b, 0, sizeof *b);
			tried++;
			if (only_blocks(all, at, b)) {
				b->words = at;
				return;
			}
		}
		blank = line.len == 0;
	}
	memset(b, 0, sizeof *b);
	b->words = all.len;
}

/* "name (count) name": a count of one is not written */
static struct evd_view put_reactions(struct chat_json *g, struct evd_view v, struct evd_error *err)
{
	size_t at = 0;

	v = bare(v);
	evd_chat_list_reset(&g->list);
	while (at < v.len) {
		size_t from = at, end;
		struct evd_object *o;

		while (at < v.len && v.p[at] != ' ')
			at++;
		end = at;
		if (end == from) {
			at++;
			continue;
		}
		o = evd_chat_list_item(&g->list);
		if (!o)
			break;
		evd_chat_text(o, "reaction", evd_view_of(v.p + from, end - from));
		if (v.len - at > 3 && v.p[at + 1] == '(') {
			const uint8_t *close = memchr(v.p + at, ')', v.len - at);

			if (close) {
				evd_chat_text(o, "count",
				              evd_view_of(v.p + at + 2, (size_t)(close - v.p) - at - 2));
				at = (size_t)(close - v.p) + 1;
			}
		}
		if (evd_chat_list_put(&g->list, err))
			break;
	}
	return evd_chat_list_end(&g->list);
}

static int attach_lines(struct text *x, struct evd_view lines, struct evd_error *err)
{
	size_t at = 0, next;
	int r = 0;

	for (; at < lines.len && r == 0; at = next) {
		struct evd_view line = line_at(lines, at, &next);

		if (line.len)
			r = discord_attach(x->g, x->conv, line, err);
	}
	return r;
}

static void put_details(struct text *x, struct evd_chat_message *m, const struct blocks *b)
{
	struct chat_json *g = x->g;

	evd_object_reset(&g->object);
	if (x->pinned)
		evd_object_bool(&g->object, "pinned", true);
	if (b->embeds.len)
		evd_chat_text(&g->object, "embeds", bare(b->embeds));
	if (x->n_imitations) {
		m->flags |= EVD_CHAT_F_HEADER_IMITATION;
		evd_buf_reset(&g->text);
		for (size_t i = 0; i < x->n_imitations; i++)
			evd_putf(&g->text, "%s%llu", i ? "," : "[", (unsigned long long)x->imitation[i]);
		evd_put_u8(&g->text, ']');
		evd_object_raw(&g->object, "headersInBody", evd_buf_view(&g->text));
	}
	m->details = chat_json_details(g);
}

static int emit_message(struct text *x, struct evd_error *err)
{
	struct evd_view words = evd_buf_view(&x->words);
	struct evd_chat_message m = {.off = x->off, .len = x->end - x->off, .has_body = true};
	struct blocks b = {0};
	int r;

	if (x->words.failed == EVD_E_NOMEM)
		return evd_nomem(err);
	if (x->words.failed)
		return evd_chat_unread(&x->g->chat, x->conv, "limit", m.off, m.len, err,
		                       "a message of more bytes than are read of one");
	find_blocks(words, &b);
	m.sender = evd_buf_view(&x->author);
	m.body = bare(evd_view_of(words.p, b.words));
	m.flags |= discord_dates_time(x->dates, evd_buf_view(&x->date), &m.time);
	m.type = !m.body.len && (b.attachments.len || b.stickers.len) ? EVD_CHAT_T_ATTACHMENT
	                                                              : EVD_CHAT_T_TEXT;
	m.reactions = put_reactions(x->g, b.reactions, err);
	put_details(x, &m, &b);
	r = evd_chat_message(&x->g->chat, x->conv, &m, err);
	if (r == 0)
		r = attach_lines(x, b.attachments, err);
	return r ? r : attach_lines(x, b.stickers, err);
}

static int end_message(struct text *x, struct evd_error *err)
{
	int r = 0;

	if (x->open && x->emit)
		r = emit_message(x, err);
	else if (x->open)
		discord_dates_see(x->dates, evd_buf_view(&x->date));
	x->open = false;
	return r;
}

static void begin_message(struct text *x, struct evd_view date, struct evd_view author,
                          uint64_t off, uint64_t end)
{
	static const char pinned[] = " (pinned)";
	size_t n = sizeof pinned - 1;

	if (!x->has_kind)
		take_kind(x, date);
	x->pinned = author.len >= n && memcmp(author.p + author.len - n, pinned, n) == 0;
	if (x->pinned)
		author.len -= n;
	evd_buf_reset(&x->date);
	evd_put_view(&x->date, date);
	evd_buf_reset(&x->author);
	evd_put_view(&x->author, author);
	evd_buf_reset(&x->words);
	x->words.failed = 0;
	x->off = off;
	x->end = end;
	x->n_imitations = 0;
	x->blanks = 0;
	x->reactions = NO_REACTIONS;
	x->open = true;
}

/* ---- lines ---- */

static void preamble_line(struct text *x, struct evd_view v)
{
	static const char *const key[] = {"Guild: ", "Channel: ", "Topic: ", "After: ", "Before: "};
	struct evd_buf *to[] = {&x->guild, &x->channel, &x->topic, &x->after, &x->before};

	for (size_t i = 0; i < sizeof key / sizeof *key; i++) {
		size_t n = strlen(key[i]);

		if (v.len >= n && memcmp(v.p, key[i], n) == 0 && to[i]->len == 0) {
			evd_put_view(to[i], evd_view_of(v.p + n, v.len - n));
			x->last = to[i];
			return;
		}
	}
	if (x->last) {
		evd_put_u8(x->last, '\n');
		evd_put_view(x->last, v);
	}
}

static int begin_conversation(struct text *x, struct evd_error *err)
{
	struct chat_json *g = x->g;
	struct evd_chat_info info = {.title = evd_buf_view(&x->channel),
	                             .account = evd_buf_view(&x->guild),
	                             .form = "chat-exporter-txt"};
	int r;

	if (!x->emit)
		return 0;
	evd_object_reset(&g->object);
	if (x->topic.len)
		evd_chat_text(&g->object, "topic", evd_buf_view(&x->topic));
	if (x->after.len)
		evd_chat_text(&g->object, "after", evd_buf_view(&x->after));
	if (x->before.len)
		evd_chat_text(&g->object, "before", evd_buf_view(&x->before));
	info.details = chat_json_details(g);
	discord_dates_decide(x->dates, &info);
	r = evd_chat_begin(&g->chat, x->name, &info, &x->conv, err);
	return r ? r
	         : evd_chat_observe(
	               &g->chat, x->conv, "no-message-ids", err,
	               "this form gives messages no ids: nothing but the file says their order");
}

static int message_line(struct text *x, struct evd_view line, uint64_t off, struct evd_error *err)
{
	struct evd_view v = bare(line), date, author;
	bool free_line = !x->open || x->blanks >= 2 || (x->blanks && x->reactions == BEHIND_REACTIONS);
	bool header = split_header(x, v, &date, &author);
	int r = 0;

	if (header && free_line) {
		r = end_message(x, err);
		begin_message(x, date, author, off, off + line.len);
		return r;
	}
	if (!x->open) { /* between preamble and first message */
		if (v.len && x->emit)
			r = evd_chat_unread(&x->g->chat, x->conv, "no-header", off, line.len, err,
			                    "a line before the first message");
		return r;
	}
	if (header && x->n_imitations < IMITATIONS)
		x->imitation[x->n_imitations++] = off;
	evd_put_view(&x->words, line);
	x->end = off + line.len;
	if (v.len == 0) {
		x->blanks++;
		return 0;
	}
	x->reactions = x->blanks && block_of(v) == REACTIONS        ? AT_REACTIONS
	               : x->reactions == AT_REACTIONS && !x->blanks ? BEHIND_REACTIONS
	                                                            : NO_REACTIONS;
	x->blanks = 0;
	return 0;
}

/* "Exported 1,234 message(s)", the number as the culture groups it */
static bool is_count(struct evd_view v, uint64_t *n)
{
	static const char before[] = "Exported ", after[] = " message(s)";
	size_t a = sizeof before - 1, b = sizeof after - 1;
	size_t digits = 0;

	if (v.len <= a + b || v.len > COUNT_MAX || memcmp(v.p, before, a) != 0 ||
	    memcmp(v.p + v.len - b, after, b) != 0)
		return false;
	*n = 0;
	for (size_t i = a; i < v.len - b; i++)
		if (v.p[i] >= '0' && v.p[i] <= '9' && digits++ < 18)
			*n = *n * 10 + (uint64_t)(v.p[i] - '0');
	return digits > 0 && digits <= 18;
}

/* The end is one only where no message follows: who typed it must not hide what comes behind. */
static int line_behind(struct text *x, struct evd_view line, uint64_t off, struct evd_error *err)
{
	struct evd_view v = bare(line), date, author;
	int r;

	if (x->behind_blanks >= 2 && split_header(x, v, &date, &author)) {
		r = end_message(x, err);
		if (r == 0 && x->emit)
			r = evd_chat_unread(
			    &x->g->chat, x->conv, "no-header", x->closing_off, off - x->closing_off, err,
			    "lines like those at the end of the file, with messages behind them");
		x->behind_len = 0;
		x->state = MESSAGES;
		begin_message(x, date, author, off, off + line.len);
		return r;
	}
	if (x->behind_len == 0)
		x->behind_off = off;
	x->behind_len = off + line.len - x->behind_off;
	x->behind_blanks = v.len ? 0 : x->behind_blanks + 1;
	return 0;
}

/* What looked like the end was a message's words. */
static int not_the_end(struct text *x, struct evd_error *err)
{
	struct evd_view held = evd_buf_view(&x->closing);
	uint64_t off = x->closing_off;
	int r = 0;

	x->state = MESSAGES;
	for (size_t at = 0, next; at < held.len && r == 0; at = next) {
		(void)line_at(held, at, &next);
		r = message_line(x, evd_view_of(held.p + at, next - at), off + at, err);
	}
	evd_buf_reset(&x->closing);
	return r;
}

static int each_line(struct text *x, struct evd_view line, uint64_t off, struct evd_error *err)
{
	struct evd_view v = bare(line);
	int r = 0;

	switch (x->state) {
	case PREAMBLE_RULE: x->state = PREAMBLE; return 0;
	case PREAMBLE:
		x->end = off + line.len;
		if (!is_rule(v)) {
			preamble_line(x, v);
			return 0;
		}
		x->state = MESSAGES;
		return begin_conversation(x, err);
	case CLOSING:
	case CLOSING_RULE:
		if (x->state == CLOSING ? is_count(v, &x->claimed) : is_rule(v)) {
			evd_put_view(&x->closing, line);
			x->state = x->state == CLOSING ? CLOSING_RULE : BEHIND;
			x->behind_blanks = 0;
			return 0;
		}
		r = not_the_end(x, err);
		if (r)
			return r;
		break;
	case BEHIND: return line_behind(x, line, off, err);
	case MESSAGES: break;
	}
	if (is_rule(v)) {
		x->state = CLOSING;
		x->closing_off = off;
		evd_buf_reset(&x->closing);
		evd_put_view(&x->closing, line);
		return 0;
	}
	return message_line(x, line, off, err);
}

static int the_end(struct text *x, struct evd_error *err)
{
	struct chat_json *g = x->g;
	bool ended = x->state == BEHIND;
	int r = 0;

	if (x->state == CLOSING || x->state == CLOSING_RULE)
		r = not_the_end(x, err);
	if (r == 0)
		r = end_message(x, err);
	if (r || !x->emit)
		return r;
	if (!x->conv)
		return evd_chat_unread(&g->chat, NULL, "not-a-chat", 0, x->end, err,
		                       "the lines before the first message do not end");
	r = discord_dates_say(x->dates, g, x->conv, err);
	if (r == 0 && x->behind_len)
		r = evd_chat_unread(&g->chat, x->conv, "no-header", x->behind_off, x->behind_len, err,
		                    "lines behind the end that the file states");
	if (r == 0 && ended)
		return evd_chat_claim(&g->chat, x->conv, "the line \"Exported\"", x->claimed,
		                      evd_chat_count(x->conv), err);
	return r ? r
	         : evd_chat_observe(&g->chat, x->conv, "no-end", err,
	                            "the lines that end such a file are missing: it may have been cut");
}

static int pass(struct text *x, struct evd_chat_file *f, struct evd_error *err)
{
	struct evd_chat_lines lines;
	struct evd_view line;
	uint64_t off, end = 0;
	int r = 0;

	x->state = PREAMBLE_RULE;
	evd_chat_lines_init(&lines, f);
	while (r == 0 && evd_chat_lines_next(&lines, &line, &off)) {
		end = off + line.len;
		r = each_line(x, line, off, err);
	}
	x->cut = lines.failed == EVD_E_DAMAGED;
	if (r == 0 && lines.failed && !x->cut)
		r = evd_fail(err, lines.failed, "%s", lines.why.text);
	if (r == 0)
		r = the_end(x, err);
	if (r == 0 && x->cut && x->emit)
		r = evd_chat_unread(&x->g->chat, x->conv, "damaged", end, 0, err, "%s", lines.why.text);
	evd_chat_lines_release(&lines);
	return r;
}

int discord_txt_read(struct chat_json *g, struct evd_chat_file *f, struct discord_file *file,
                     bool emit, struct evd_error *err)
{
	struct text *x = calloc(1, sizeof *x);
	struct evd_buf *all[9];
	size_t n = 0;
	int r;

	if (!x)
		return evd_nomem(err);
	x->g = g;
	x->dates = &file->dates;
	x->name = f->name;
	x->emit = emit;
	all[n++] = &x->guild;
	all[n++] = &x->channel;
	all[n++] = &x->topic;
	all[n++] = &x->after;
	all[n++] = &x->before;
	all[n++] = &x->date;
	all[n++] = &x->author;
	all[n++] = &x->closing;
	for (size_t i = 0; i < n; i++)
		evd_buf_init(all[i], EVD_CHAT_TEXT_MAX);
	all[n++] = &x->words;
	evd_buf_init(&x->words, MESSAGE_MAX);
	r = pass(x, f, err);
	for (size_t i = 0; i < n; i++)
		evd_buf_release(all[i]);
	free(x);
	return r;
}
