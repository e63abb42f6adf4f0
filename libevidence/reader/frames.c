/* frames: see frames.h. */
#include "reader/frames.h"

#include "base/frame.h"

#include <stdio.h>
#include <string.h>

#define IN_MAX (2u * EVD_MAX_RECORD_LINE)

void evd_frames_init(struct evd_frames *f, const struct evd_reader_events *events,
                     struct evd_reader_outcome *out, uint64_t output)
{
	memset(f, 0, sizeof *f);
	evd_buf_init(&f->in, IN_MAX);
	evd_buf_init(&f->text, EVD_MAX_RECORD_LINE);
	f->events = events;
	f->out = out;
	f->output_left = output;
}

void evd_frames_release(struct evd_frames *f)
{
	evd_buf_release(&f->in);
	evd_buf_release(&f->text);
	evd_json_release(&f->json);
}

static int malformed(struct evd_frames *f, const char *why, struct evd_error *err)
{
	f->out->state = EVD_READER_MALFORMED;
	snprintf(f->out->text, sizeof f->out->text, "the reader's answer was refused: %s", why);
	return evd_fail(err, EVD_E_FORMAT, "the reader's answer was refused: %s", why);
}

static int call(struct evd_frames *f, int code)
{
	f->stopped = f->stopped || code != 0;
	return code;
}

/* Printable ASCII, so that what goes into texts of ours cannot imitate them. */
static bool is_plain(struct evd_view v, size_t max)
{
	if (v.len == 0 || v.len > max)
		return false;
	for (size_t i = 0; i < v.len; i++)
		if (v.p[i] < 0x20 || v.p[i] > 0x7E || v.p[i] == '\\')
			return false;
	return true;
}

static int on_begin(struct evd_frames *f, struct evd_view payload, struct evd_error *err)
{
	struct evd_reader_about about;
	uint64_t place;
	size_t confirmed;

	if (f->in_reader || evd_json_parse(&f->json, payload, NULL) ||
	    f->json.node[0].type != EVD_JSON_OBJECT)
		return malformed(f, "a reader does not begin rightly", err);
	confirmed = evd_json_find(&f->json, 0, "confirmed");
	if (!confirmed || !evd_json_string(&f->json, 0, "name", &about.name) ||
	    !evd_json_string(&f->json, 0, "version", &about.version) ||
	    !evd_json_string(&f->json, 0, "spec", &about.spec) ||
	    !evd_json_int(&f->json, 0, "place", &place) || !is_plain(about.name, 32) ||
	    !is_plain(about.version, 32) || !is_plain(about.spec, 400) || place > 1000)
		return malformed(f, "a reader does not say who it is", err);
	about.confirmed = f->json.node[confirmed].type == EVD_JSON_TRUE;
	memcpy(f->out->reader, about.name.p, about.name.len);
	f->out->reader[about.name.len] = 0;
	f->place = (uint32_t)place;
	f->in_reader = f->any = true;
	return f->events->begin ? call(f, f->events->begin(f->events->ctx, &about, err)) : 0;
}

/* Kinds by which `evidence` itself says how the reading went (docs/records.md §1): no word of a reader's. */
static bool is_of_reading(const struct evd_json *j)
{
	struct evd_view kind;

	return evd_json_string(j, 0, "kind", &kind) &&
	       (evd_view_is(kind, "reading") || evd_view_is(kind, "read-item"));
}

static int on_record(struct evd_frames *f, struct evd_view payload, struct evd_error *err)
{
	const char *fault;
	int r;

	if (!f->in_reader)
		return malformed(f, "a record stands outside a reader", err);
	if (payload.len + 5 > f->output_left) {
		f->out->state = EVD_READER_OUTPUT_OVER;
		snprintf(f->out->text, sizeof f->out->text, "the records are over the budget");
		return evd_fail(err, EVD_E_LIMIT, "the records of the item are over the budget");
	}
	f->output_left -= payload.len + 5;
	r = evd_json_parse(&f->json, payload, NULL);
	if (r == EVD_E_NOMEM)
		return evd_nomem(err);
	fault = r ? "a record is not canonical" : evd_foreign_fault(&f->json);
	if (!fault && is_of_reading(&f->json))
		fault = "a record tells how the reading went";
	if (fault)
		return malformed(f, fault, err);
	f->out->records++;
	return f->events->record ? call(f, f->events->record(f->events->ctx, payload, &f->json, err))
	                         : 0;
}

static int on_end(struct evd_frames *f, struct evd_view payload, struct evd_error *err)
{
	struct evd_view text = {0};
	uint64_t code;

	if (!f->in_reader || evd_json_parse(&f->json, payload, NULL) ||
	    f->json.node[0].type != EVD_JSON_OBJECT || !evd_json_int(&f->json, 0, "code", &code) ||
	    code > 64 || payload.len > 4096)
		return malformed(f, "a reader does not end rightly", err);
	evd_buf_reset(&f->text);
	if (evd_json_string(&f->json, 0, "text", &text))
		evd_put_unescaped(&f->text, text);
	evd_put_u8(&f->text, 0);
	if (evd_buf_check(&f->text, err))
		return f->text.failed;
	f->in_reader = false;
	if (!f->events->end)
		return 0;
	return call(f, f->events->end(f->events->ctx, -(int)code, (const char *)f->text.data, err));
}

static int on_layers(struct evd_frames *f, uint8_t type, struct evd_view payload,
                     struct evd_error *err)
{
	if (f->started || !is_plain(payload, sizeof f->out->sandbox - 1))
		return malformed(f, "the sandbox is not said rightly", err);
	f->started = true;
	memcpy(f->out->sandbox, payload.p, payload.len);
	f->out->sandbox[payload.len] = 0;
	if (type == 'X') {
		f->over = true;
		f->out->state = EVD_READER_REFUSED;
		snprintf(f->out->text, sizeof f->out->text,
		         "not read: the sandbox is not complete here (%s)", f->out->sandbox);
	}
	return 0;
}

/* Never back to a reader that has begun: no item is read twice, or for ever. */
static int on_pass_on(struct evd_frames *f, struct evd_view payload, struct evd_error *err)
{
	struct evd_cursor c;
	uint32_t place;

	evd_cursor_init(&c, payload);
	place = evd_get_u32le(&c);
	if (!f->may_pass_on || f->in_reader || payload.len != 4 || place == 0 || place > 1000 ||
	    (f->any && place <= f->place))
		return malformed(f, "it passes the item on wrongly", err);
	f->pass_on = place;
	f->over = true;
	return 0;
}

static int on_frame(struct evd_frames *f, uint8_t type, struct evd_view payload,
                    struct evd_error *err)
{
	if (f->over)
		return malformed(f, "it goes on behind its end", err);
	if (type == 'L' || type == 'X')
		return on_layers(f, type, payload, err);
	if (!f->started)
		return malformed(f, "it does not begin with its sandbox", err);
	if (type == 'B')
		return on_begin(f, payload, err);
	if (type == 'R')
		return on_record(f, payload, err);
	if (type == 'E')
		return on_end(f, payload, err);
	if (type == 'N')
		return on_pass_on(f, payload, err);
	if (type != 'Z' || payload.len || f->in_reader)
		return malformed(f, "a frame of unknown type", err);
	f->over = true;
	return 0;
}

int evd_frames_feed(struct evd_frames *f, const void *p, size_t len, struct evd_error *err)
{
	struct evd_view rest, payload;
	char type;
	int r;

	evd_put(&f->in, p, len);
	r = evd_buf_check(&f->in, err);
	rest = evd_buf_view(&f->in);
	while (r == 0) {
		r = evd_frame_take(&rest, EVD_WIRE_FRAME_MAX, &type, &payload);
		if (r == EVD_E_FORMAT)
			return malformed(f, "a frame is too long", err);
		if (r == 0)
			r = on_frame(f, (uint8_t)type, payload, err);
	}
	if (rest.len && rest.len < f->in.len)
		memmove(f->in.data, rest.p, rest.len);
	f->in.len = rest.len;
	return r == EVD_END ? 0 : r;
}
