/* emit: see emit.h. */
#include "emit.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int emit(struct evd_sink *sink, struct evd_object *o, struct evd_error *err)
{
	int r = sink->emit(sink->ctx, o, err);

	evd_object_release(o);
	return r;
}

static void start(struct evd_object *o, const char *kind)
{
	evd_object_init(o);
	evd_object_cstr(o, "kind", kind);
}

/* Bytes that are UTF-8 are cut between characters, others anywhere. */
static size_t cut_at(struct evd_view v, size_t max)
{
	size_t n = v.len < max ? v.len : max;

	if (n == v.len)
		return n;
	for (size_t back = 0; back < 4 && back < n; back++)
		if ((v.p[n - back] & 0xC0) != 0x80)
			return n - back;
	return n;
}

static int emit_parts(struct evd_sink *sink, const struct evd_field *f, struct evd_error *err)
{
	struct evd_view rest = f->value;

	for (uint32_t n = 1; rest.len; n++) {
		struct evd_object o;
		size_t len = cut_at(rest, EVD_FIELD_VALUE_MAX);
		int r;

		start(&o, "part");
		evd_object_cstr(&o, "group", f->group);
		evd_object_bytes(&o, "name", evd_view_str(f->name));
		evd_object_int(&o, "n", n);
		evd_object_bytes(&o, "value", evd_view_of(rest.p, len));
		r = emit(sink, &o, err);
		if (r)
			return r;
		rest.p += len;
		rest.len -= len;
	}
	return 0;
}

int evd_emit_field(struct evd_sink *sink, const struct evd_field *f, struct evd_error *err)
{
	struct evd_object o;
	bool parts = f->value.len > EVD_FIELD_VALUE_MAX;
	int r;

	if (f->value.len > EVD_FIELD_TOTAL_MAX)
		return evd_emit_unread(sink, "limit", f->off, f->len, err,
		                       "value of %s has %zu bytes, over the limit", f->name, f->value.len);
	start(&o, "field");
	evd_object_cstr(&o, "group", f->group);
	evd_object_bytes(&o, "name", evd_view_str(f->name)); /* may come from the item */
	if (parts)
		evd_object_int(&o, "length", f->value.len);
	else
		evd_object_bytes(&o, "value", f->value);
	if (f->raw.len && f->raw.len <= EVD_FIELD_NOTE_MAX)
		evd_object_bytes(&o, "raw", f->raw);
	if (f->label.len && f->label.len <= EVD_FIELD_NOTE_MAX)
		evd_object_bytes(&o, "label", f->label);
	if (f->as)
		evd_object_cstr(&o, "as", f->as);
	if (f->has_place && f->off <= EVD_MAX_JSON_INT && f->len <= EVD_MAX_JSON_INT) {
		evd_object_int(&o, "offset", f->off);
		evd_object_int(&o, "bytes", f->len);
	}
	r = emit(sink, &o, err);
	return r || !parts ? r : emit_parts(sink, f, err);
}

int evd_emit_text(struct evd_sink *sink, const char *group, const char *name, const char *as,
                  struct evd_view value, struct evd_error *err)
{
	struct evd_field f = {.group = group, .name = name, .as = as, .value = value};

	return evd_emit_field(sink, &f, err);
}

int evd_emit_number(struct evd_sink *sink, const char *group, const char *name, const char *as,
                    uint64_t value, struct evd_error *err)
{
	return evd_emit_format(sink, group, name, as, err, "%llu", (unsigned long long)value);
}

EVD_PRINTF(3, 0)
static struct evd_view format_text(char *text, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(text, size, fmt, ap);
	struct evd_view v = evd_view_of(text, strnlen(text, size));

	if (n < 0)
		return evd_view_str("");
	if ((size_t)n >= size) /* cut: not within a character */
		v.len = cut_at(evd_view_of(text, v.len), v.len - 1);
	return v;
}

int evd_emit_format(struct evd_sink *sink, const char *group, const char *name, const char *as,
                    struct evd_error *err, const char *fmt, ...)
{
	char text[1024];
	struct evd_view v;
	va_list ap;

	va_start(ap, fmt);
	v = format_text(text, sizeof text, fmt, ap);
	va_end(ap);
	return evd_emit_text(sink, group, name, as, v, err);
}

int evd_emit_observation(struct evd_sink *sink, const char *code, struct evd_error *err,
                         const char *fmt, ...)
{
	struct evd_object o;
	char text[1024];
	struct evd_view v;
	va_list ap;

	va_start(ap, fmt);
	v = format_text(text, sizeof text, fmt, ap);
	va_end(ap);
	start(&o, "observation");
	evd_object_cstr(&o, "code", code);
	evd_object_bytes(&o, "text", v);
	return emit(sink, &o, err);
}

static int emit_unread(struct evd_sink *sink, const char *code, uint64_t off, uint64_t len,
                       struct evd_view text, struct evd_error *err)
{
	struct evd_object o;

	start(&o, "unread");
	evd_object_cstr(&o, "code", code);
	if ((off || len) && off <= EVD_MAX_JSON_INT && len <= EVD_MAX_JSON_INT) {
		evd_object_int(&o, "offset", off);
		evd_object_int(&o, "bytes", len);
	}
	evd_object_bytes(&o, "text", text);
	return emit(sink, &o, err);
}

int evd_emit_unread(struct evd_sink *sink, const char *code, uint64_t off, uint64_t len,
                    struct evd_error *err, const char *fmt, ...)
{
	char text[1024];
	struct evd_view v;
	va_list ap;

	va_start(ap, fmt);
	v = format_text(text, sizeof text, fmt, ap);
	va_end(ap);
	return emit_unread(sink, code, off, len, v, err);
}

int evd_emit_unread_error(struct evd_sink *sink, uint64_t off, uint64_t len,
                          const struct evd_error *why, struct evd_error *err)
{
	const char *code = "damaged";

	if (why->code == EVD_E_LIMIT)
		code = "limit";
	else if (why->code == EVD_E_NOMEM)
		code = "memory";
	else if (why->code == EVD_E_IO)
		code = "io";
	else if (why->code == EVD_E_UNSUPPORTED)
		code = "unsupported";
	return emit_unread(sink, code, off, len, evd_view_str(why->text), err);
}

int evd_emit_member(struct evd_sink *sink, const struct evd_member *m, struct evd_error *err)
{
	struct evd_object o;

	if (m->path.len > EVD_MEMBER_PATH_MAX)
		return evd_emit_unread(sink, "limit", m->off, m->len, err,
		                       "path of member %u has %zu bytes, over the limit", (unsigned)m->n,
		                       m->path.len);
	start(&o, "member");
	evd_object_bytes(&o, "path", m->path);
	evd_object_cstr(&o, "type", m->type);
	evd_object_int(&o, "n", m->n);
	if (m->parent)
		evd_object_int(&o, "parent", m->parent);
	if (m->has_size && m->size <= EVD_MAX_JSON_INT)
		evd_object_int(&o, "size", m->size);
	if (m->sha256)
		evd_object_hex(&o, "sha256", m->sha256, EVD_SHA256_LEN);
	if (m->has_time) {
		char text[32];

		snprintf(text, sizeof text, "%lld", (long long)m->time);
		evd_object_cstr(&o, "time", text);
	}
	if (m->media.len && m->media.len <= EVD_FIELD_NOTE_MAX)
		evd_object_bytes(&o, "media", m->media);
	if (m->target.len && m->target.len <= EVD_FIELD_NOTE_MAX)
		evd_object_bytes(&o, "target", m->target);
	if (m->has_place && m->off <= EVD_MAX_JSON_INT && m->len <= EVD_MAX_JSON_INT) {
		evd_object_int(&o, "offset", m->off);
		evd_object_int(&o, "bytes", m->len);
	}
	return emit(sink, &o, err);
}
