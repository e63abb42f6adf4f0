/* wa_survey: see wa_survey.h. */
#include "wa_survey.h"

#include "wa_entry.h"

#include <string.h>

static struct wa_shape *shape_of(struct wa_survey *s, uint32_t shape)
{
	for (size_t i = 0; i < s->n_shapes; i++)
		if (s->shape[i].shape == shape)
			return &s->shape[i];
	if (s->n_shapes == WA_SHAPES)
		return NULL;
	s->shape[s->n_shapes].shape = shape;
	return &s->shape[s->n_shapes++];
}

static void count_sender(struct wa_survey *s, struct evd_view text)
{
	struct evd_view sender = wa_skip_marks(wa_entry_sender(text));

	if (sender.len == 0)
		return;
	if (sender.len > WA_NAME_KEPT)
		sender.len = WA_NAME_KEPT;
	for (size_t i = 0; i < s->n_names; i++)
		if (s->name[i].len == sender.len && memcmp(s->name[i].text, sender.p, sender.len) == 0)
			return;
	if (s->n_names < 2) {
		s->name[s->n_names].len = (uint8_t)sender.len;
		memcpy(s->name[s->n_names].text, sender.p, sender.len);
	}
	s->n_names++;
}

static void survey_head(struct wa_survey *s, const struct wa_head *h, struct evd_view line)
{
	struct wa_shape *shape = shape_of(s, h->shape);
	struct evd_view text = evd_view_of(line.p + h->text_off, line.len - h->text_off);

	if (shape)
		wa_order_add(&shape->form, h, text);
	if (!(h->shape & WA_SHAPE_BRACKET))
		s->marked_files = s->marked_files || wa_entry_names_file(text);
	else if (s->n_names < 3)
		count_sender(s, text);
}

/* An export is written at one moment by one phone: a rare form was typed or put in. */
static void conclude(struct wa_survey *s)
{
	const struct wa_shape *best = NULL;

	for (size_t i = 0; i < s->n_shapes; i++) {
		struct wa_shape *shape = &s->shape[i];

		if (!best || shape->form.n > best->form.n)
			best = shape;
	}
	for (size_t i = 0; i < s->n_shapes; i++) {
		struct wa_shape *shape = &s->shape[i];

		shape->accepted = shape == best || (shape->form.n >= 3 && shape->form.n * 10 >= s->n_heads);
		wa_order_decide(&shape->form, shape->shape);
	}
	s->main = best;
}

static void count_end(struct wa_survey *s, bool crlf, bool first)
{
	s->n_crlf += crlf;
	s->n_lf += !crlf;
	s->last_crlf = crlf;
	if (first)
		s->first_crlf = crlf;
}

static void conclude_ends(struct wa_survey *s)
{
	bool ios = s->main && s->main->shape & WA_SHAPE_BRACKET;

	if (s->n_crlf == 0 || s->n_lf == 0)
		s->ends = WA_ENDS_ALIKE;
	else
		s->ends = ios && s->first_crlf && s->last_crlf ? WA_ENDS_TELL : WA_ENDS_MIXED;
}

static bool has_mark(struct evd_view v)
{
	return v.len && memchr(v.p, 0xe2, v.len) && evd_chat_has(v, "\xe2\x80\x8e");
}

int wa_survey_file(struct wa_survey *s, struct evd_chat_file *f, struct evd_error *err)
{
	struct evd_chat_lines lines;
	struct wa_last last = {0};
	struct evd_view line;
	uint64_t off;
	bool first = true;
	int r;

	memset(s, 0, sizeof *s);
	evd_chat_lines_init(&lines, f);
	while (evd_chat_lines_next(&lines, &line, &off)) {
		struct wa_head h;

		bool head = wa_head_next(&last, line, &h);

		if (line.p[line.len - 1] == '\n')
			count_end(s, line.len >= 2 && line.p[line.len - 2] == '\r', first && head);
		if (head) {
			survey_head(s, &h, line);
			s->n_heads++;
			s->marks = s->marks || has_mark(line);
			first = false;
		} else {
			s->before += first;
		}
	}
	r = lines.failed == EVD_E_DAMAGED ? 0 : lines.failed;
	if (r)
		evd_fail(err, r, "%s", lines.why.text);
	evd_chat_lines_release(&lines);
	conclude(s);
	conclude_ends(s);
	return r;
}

const struct wa_shape *wa_survey_accepted(const struct wa_survey *s, uint32_t shape)
{
	for (size_t i = 0; i < s->n_shapes; i++)
		if (s->shape[i].shape == shape)
			return s->shape[i].accepted ? &s->shape[i] : NULL;
	return NULL;
}
