/* handed: see handed.h. */
#include "capture/handed.h"

#include "base/frame.h"
#include "base/text.h"
#include "capture/copy.h"
#include "platform/clock.h"
#include "platform/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEMPORARY "arriving"

void evd_handed_init(struct evd_handed *h, struct evd_case *c, struct evd_key *key,
                     const struct evd_observe_options *o, struct evd_observed *out)
{
	memset(h, 0, sizeof *h);
	h->c = c;
	h->key = key;
	h->o = o;
	h->out = out;
	h->fd = -1;
	h->action = EVD_CAPTURE;
	h->asked_ms = evd_clock_ms();
	h->exhibit = c->log.last_exhibit;
}

static void forget_items(struct evd_handed *h)
{
	while (h->items.n)
		free(h->items.at[--h->items.n].name);
}

static void close_item(struct evd_handed *h)
{
	if (h->fd >= 0)
		close(h->fd);
	h->fd = -1;
	h->in_item = false;
}

static void abandon(struct evd_handed *h)
{
	close_item(h);
	if (h->drafting)
		evd_entry_abandon(&h->draft);
	h->drafting = false;
	h->action = EVD_CAPTURE;
	h->exhibit = h->c->log.last_exhibit;
	forget_items(h);
}

void evd_handed_release(struct evd_handed *h)
{
	abandon(h);
	free(h->items.at);
	free(h->captured.at);
	evd_json_release(&h->json);
	evd_sha_release(&h->sha256);
	evd_sha_release(&h->sha512);
}

static int refused(const char *why, struct evd_error *err)
{
	return evd_fail(err, EVD_E_FORMAT, "what evidence-capture handed over was refused: %s", why);
}

static int parse(struct evd_handed *h, struct evd_view payload, struct evd_error *err)
{
	int r = evd_json_parse(&h->json, payload, NULL);

	if (r == EVD_E_NOMEM)
		return evd_nomem(err);
	if (r || h->json.node[0].type != EVD_JSON_OBJECT)
		return refused("a frame is not a canonical object", err);
	return 0;
}

static int begin(struct evd_handed *h, struct evd_error *err)
{
	int r;

	if (h->drafting)
		return 0;
	r = evd_entry_begin(h->c, h->action, evd_key_actor(h->key), &h->o->circumstances, &h->draft,
	                    err);
	if (r)
		return r;
	h->drafting = true;
	if (h->action != EVD_CAPTURE) {
		evd_object_cstr(&h->draft.details, "method", h->method);
		return 0;
	}
	evd_object_cstr(&h->draft.details, "basis", h->o->basis);
	evd_object_cstr(&h->draft.details, "observed", "tool");
	return 0;
}

/* 'A': the entry that follows is no capture but derived from, or compared with, what was captured. */
static int on_action(struct evd_handed *h, struct evd_view payload, struct evd_error *err)
{
	static const struct {
		const char *word, *method;
		enum evd_action action;
	} known[] = {{"derive", "stitch", EVD_DERIVE},
	             {"derive", "convert", EVD_DERIVE},
	             {"compare", "captures", EVD_COMPARE}};
	struct evd_view word, method;
	int r = parse(h, payload, err);

	if (r)
		return r;
	if (h->drafting || h->captured.n + h->o->n_earlier == 0 ||
	    !evd_json_string(&h->json, 0, "action", &word) ||
	    !evd_json_string(&h->json, 0, "method", &method))
		return refused("an action is out of place", err);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (evd_view_is(word, known[i].word) && evd_view_is(method, known[i].method)) {
			h->action = known[i].action;
			snprintf(h->method, sizeof h->method, "%s", known[i].method);
			return 0;
		}
	return refused("an action of no known kind", err);
}

/* A name made by a program, never by a page or a person: no path, nothing that turns a terminal. */
static bool is_name(struct evd_view v)
{
	if (v.len == 0 || v.len > EVD_CAPTURE_NAME_MAX || v.p[0] == '.')
		return false;
	for (size_t i = 0; i < v.len; i++)
		if (!((v.p[i] >= 'a' && v.p[i] <= 'z') || (v.p[i] >= 'A' && v.p[i] <= 'Z') ||
		      (v.p[i] >= '0' && v.p[i] <= '9') || v.p[i] == '.' || v.p[i] == '_' || v.p[i] == '-'))
			return false;
	return true;
}

static int on_item(struct evd_handed *h, struct evd_view payload, struct evd_error *err)
{
	int r = begin(h, err);

	if (r)
		return r;
	if (!is_name(payload))
		return refused("an item has no proper name", err);
	memset(&h->content, 0, sizeof h->content);
	snprintf(h->name, sizeof h->name, "%.*s", (int)payload.len, (const char *)payload.p);
	h->began_ms = evd_clock_ms();
	r = evd_file_create(h->draft.data, TEMPORARY, &h->fd, err);
	if (r == 0)
		r = evd_sha_begin(&h->sha256, EVD_SHA256, err);
	if (r == 0)
		r = evd_sha_begin(&h->sha512, EVD_SHA512, err);
	h->in_item = r == 0;
	return r;
}

/* Hashed first, then written. */
static int on_data(struct evd_handed *h, struct evd_view payload, struct evd_error *err)
{
	int r = evd_sha_add(&h->sha256, payload.p, payload.len, err);

	if (r == 0)
		r = evd_sha_add(&h->sha512, payload.p, payload.len, err);
	if (r)
		return r;
	h->content.crc32 = evd_crc32(h->content.crc32, payload.p, payload.len);
	h->content.size += payload.len;
	return evd_file_write(h->fd, payload.p, payload.len, err);
}

static int add_origin(struct evd_handed *h, uint64_t item, struct evd_error *err)
{
	struct evd_object *o = &h->draft.scratch, in;
	char id[48], time[EVD_TIME_LEN + 1];

	evd_object_reset(o);
	evd_object_init(&in);
	snprintf(id, sizeof id, "%" PRIu64 "/%" PRIu64, h->draft.entry.seq, item);
	evd_object_cstr(o, "kind", "origin");
	evd_object_cstr(o, "item", id);
	evd_object_cstr(o, "name", h->name);
	if (h->o->label && *h->o->label)
		evd_object_bytes(o, "label", evd_view_str(h->o->label));
	evd_object_copy(&in, &h->json, 0, NULL);
	evd_object_object(o, "capture", &in);
	evd_object_reset(&in);
	evd_time_format(time, h->began_ms);
	evd_object_cstr(&in, "arrived", time);
	evd_object_object(o, "times", &in);
	evd_object_release(&in);
	return evd_entry_record(&h->draft, o, NULL, err);
}

static int remember(struct evd_handed *h, uint64_t k, struct evd_error *err)
{
	void *grown = evd_grow(h->items.at, h->items.n, &h->items.cap, sizeof *h->items.at);
	char *name = grown ? strdup(h->name) : NULL;

	if (grown)
		h->items.at = grown;
	if (!name)
		return evd_nomem(err);
	memset(&h->items.at[h->items.n], 0, sizeof *h->items.at);
	h->items.at[h->items.n].name = name;
	h->items.at[h->items.n].item = (struct evd_observed_item){.id = {h->draft.entry.seq, k},
	                                                          .exhibit = h->content.exhibit,
	                                                          .size = h->content.size,
	                                                          .name = name};
	h->items.n++;
	return 0;
}

/* 'E': the item is complete, and these are the circumstances under which it was taken. */
static int on_item_end(struct evd_handed *h, struct evd_view payload, struct evd_error *err)
{
	char ext[9];
	uint64_t k;
	int r = parse(h, payload, err);

	if (r == 0)
		r = evd_sha_end(&h->sha256, h->content.sha256, err);
	if (r == 0)
		r = evd_sha_end(&h->sha512, h->content.sha512, err);
	if (r == 0)
		r = evd_close(h->fd, err);
	h->fd = r == 0 ? -1 : h->fd;
	if (r)
		return r;
	evd_extension(evd_view_str(h->name), ext);
	h->content.ext = ext;
	h->content.exhibit = h->action == EVD_CAPTURE ? h->exhibit + 1 : 0;
	r = evd_entry_content(&h->draft, TEMPORARY, &h->content, &k, err);
	h->in_item = false;
	if (r == 0)
		r = add_origin(h, k, err);
	if (r == 0)
		r = remember(h, k, err);
	h->exhibit += r == 0 && h->action == EVD_CAPTURE;
	return r;
}

static int on_record(struct evd_handed *h, struct evd_view payload, struct evd_error *err)
{
	struct evd_object *o = &h->draft.scratch;
	const char *fault;
	int r = parse(h, payload, err);

	fault = r ? NULL : evd_foreign_fault(&h->json);
	if (fault)
		return refused(fault, err);
	if (r == 0)
		r = begin(h, err);
	if (r)
		return r;
	evd_object_reset(o);
	evd_object_copy(o, &h->json, 0, NULL);
	return evd_entry_record(&h->draft, o, NULL, err);
}

/* What a derive or compare entry speaks of. */
static int add_scope(struct evd_handed *h, struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < h->o->n_earlier; i++)
		r = evd_entry_scope(&h->draft, h->o->earlier[i], h->o->earlier[i], err);
	for (size_t i = 0; r == 0 && i < h->captured.n; i++)
		r = evd_entry_scope(&h->draft, h->captured.at[i], h->captured.at[i], err);
	return r;
}

static int note_captured(struct evd_handed *h, struct evd_error *err)
{
	h->captured.n = 0;
	for (size_t i = 0; i < h->items.n; i++) {
		void *grown =
		    evd_grow(h->captured.at, h->captured.n, &h->captured.cap, sizeof *h->captured.at);

		if (!grown)
			return evd_nomem(err);
		h->captured.at = grown;
		h->captured.at[h->captured.n++] = h->items.at[i].item.id;
	}
	return 0;
}

static void tell_committed(struct evd_handed *h)
{
	int64_t now = evd_clock_ms();

	h->out->entries++;
	for (size_t i = 0; i < h->items.n; i++) {
		struct evd_observed_item *item = &h->items.at[i].item;

		h->out->items++;
		h->out->bytes += item->size;
		item->wait_ms = now - h->asked_ms;
		if (h->o->told)
			h->o->told(h->o->ctx, item);
	}
}

/* 'C': what came since the last one is an entry. Without an item there is nothing to commit: what the
 * program had to say of it, it said in words. */
static int on_commit(struct evd_handed *h, struct evd_error *err)
{
	int r = 0;

	if (!h->drafting || (h->items.n == 0 && h->action != EVD_COMPARE)) {
		abandon(h);
		return 0;
	}
	if (h->action != EVD_CAPTURE)
		r = add_scope(h, err);
	else
		r = note_captured(h, err);
	if (r) {
		abandon(h);
		return r;
	}
	h->drafting = false;
	r = evd_entry_commit(&h->draft, h->key, err);
	if (r == 0) {
		h->c->log.last_exhibit = h->exhibit;
		tell_committed(h);
	}
	abandon(h);
	return r;
}

static int on_words(struct evd_handed *h, char type, struct evd_view payload, struct evd_error *err)
{
	struct evd_buf b = {0};
	int r;

	evd_put_printable(&b, payload, 500);
	evd_put_u8(&b, 0);
	r = evd_buf_check(&b, err);
	h->out->warnings += type == 'F';
	if (r == 0 && h->o->say)
		h->o->say(h->o->ctx, type == 'F', (const char *)b.data);
	evd_buf_release(&b);
	return r;
}

/* 'X': it could not be done, and why. The code is one of ours that such a program may give. */
static int on_failure(struct evd_handed *h, struct evd_view payload, struct evd_error *err)
{
	static const int allowed[] = {EVD_E_UNAVAILABLE, EVD_E_DENIED, EVD_E_NOTFOUND, EVD_E_CANCELLED,
	                              EVD_E_IO,          EVD_E_NOMEM,  EVD_E_LIMIT,    EVD_E_MISUSE,
	                              EVD_E_UNSUPPORTED, EVD_E_NOSPACE};
	struct evd_buf b = {0};
	struct evd_view text;
	uint64_t code;
	int r = parse(h, payload, err);

	if (r)
		return r;
	if (!evd_json_int(&h->json, 0, "code", &code) || code > 100 ||
	    !evd_json_string(&h->json, 0, "text", &text))
		return refused("a failure without a reason", err);
	h->over = true;
	evd_put_unescaped(&b, text);
	r = EVD_E_UNAVAILABLE;
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
		if (allowed[i] == -(int)code)
			r = allowed[i];
	evd_fail(err, r, "%.*s", (int)b.len, b.data ? (const char *)b.data : "");
	evd_buf_release(&b);
	return r;
}

static int frame(struct evd_handed *h, char type, struct evd_view payload, struct evd_error *err)
{
	if (h->over)
		return refused("it goes on behind its end", err);
	if (h->in_item && type == 'D')
		return on_data(h, payload, err);
	if (h->in_item && type == 'E')
		return on_item_end(h, payload, err);
	if (type == 'N' || type == 'F')
		return on_words(h, type, payload, err);
	if (type == 'X')
		return on_failure(h, payload, err);
	if (h->in_item)
		return refused("an item does not end", err);
	switch (type) {
	case 'A': return on_action(h, payload, err);
	case 'I': return on_item(h, payload, err);
	case 'R': return on_record(h, payload, err);
	case 'C': return on_commit(h, err);
	case 'W': h->waiting = true; return 0;
	case 'Z':
		if (h->drafting)
			return refused("its last entry is not closed", err);
		h->over = true;
		return 0;
	default: return refused("a frame of unknown type", err);
	}
}

int evd_handed_frame(struct evd_handed *h, char type, struct evd_view payload,
                     struct evd_error *err)
{
	int r = frame(h, type, payload, err);

	h->torn = h->torn || (r && strchr("IERC", type));
	return r;
}

int evd_handed_cut(struct evd_handed *h, const char *why, struct evd_error *err)
{
	struct evd_object *o = &h->draft.scratch;
	int r;

	if (!h->drafting)
		return 0;
	if (h->in_item)
		evd_remove(h->draft.data, TEMPORARY);
	if (h->items.n == 0 || h->torn || h->action != EVD_CAPTURE) {
		abandon(h);
		return 0;
	}
	evd_object_reset(o);
	evd_object_cstr(o, "kind", "observation");
	evd_object_cstr(o, "code", "capture-cut-short");
	evd_object_bytes(o, "reason", evd_view_str(why));
	if (h->in_item)
		evd_object_cstr(o, "notKept", h->name);
	close_item(h);
	r = evd_entry_record(&h->draft, o, NULL, err);
	if (r == 0)
		return on_commit(h, err);
	abandon(h);
	return r;
}
