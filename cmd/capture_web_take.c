/* capture_web_take: pictures, DOM, MHTML, PDF of a page that was loaded; see capture_web_page.h. */
#include "capture_web_page.h"

#include "capture_picture.h"
#include "platform/clock.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* Chromium draws a picture in one texture, at most 16384 pixels long: longer ones repeat themselves. */
#define TILE 8192u

static void put_time(struct evd_object *o, const char *key, int64_t ms)
{
	char text[EVD_TIME_LEN + 1];

	evd_time_format(text, ms);
	evd_object_cstr(o, key, text);
}

static void put_foreign(struct evd_object *o, const char *key, const struct evd_buf *b)
{
	struct evd_view v = evd_buf_view(b);

	if (v.len > 8192)
		v.len = 8192; /* cut in a character, it is put as bytes */
	if (v.len)
		evd_object_bytes(o, key, v);
}

static void put_browser(const struct web_page *p, struct evd_object *o)
{
	struct evd_object in;
	char size[40];

	evd_object_init(&in);
	put_foreign(&in, "product", &p->product);
	put_foreign(&in, "userAgent", &p->user_agent);
	evd_object_cstr(&in, "profile", p->w->fresh ? "fresh" : "own");
	evd_object_bool(&in, "sandbox", !p->w->no_sandbox);
	evd_object_bool(&in, "certificateErrorsIgnored", p->wish->bad_certificates);
	snprintf(size, sizeof size, "%ux%u", p->wish->width, p->wish->height);
	evd_object_cstr(&in, "viewport", size);
	evd_object_object(o, "browser", &in);
	evd_object_reset(&in);
	evd_object_cstr(&in, "build", EVD_BUILD);
	evd_object_cstr(&in, "name", "evidence-capture");
	evd_object_cstr(&in, "version", EVD_VERSION);
	evd_object_object(o, "tool", &in);
	evd_object_release(&in);
}

void web_page_facts(struct web_page *p)
{
	const struct web_resource *d = web_net_document(&p->net);
	struct evd_object *o = &p->facts;

	evd_object_reset(o);
	evd_object_cstr(o, "kind", "web");
	evd_object_bytes(o, "url", evd_view_str(p->url));
	put_foreign(o, "finalUrl", p->moved.len ? &p->moved : &p->final_url);
	if (!p->moved.len)
		put_foreign(o, "title", &p->title);
	put_foreign(o, "loadError", &p->error);
	if (d && d->answered)
		evd_object_int(o, "status", d->status);
	if (p->text[0] && !p->moved.len) {
		evd_object_cstr(o, "textSha256", p->text);
		evd_object_int(o, "textLength", p->text_len);
	}
	put_time(o, "from", p->from_ms);
	put_time(o, "to", evd_clock_ms());
	put_browser(p, o);
}

int web_page_item(struct web_page *p, const char *part, const char *ext, struct evd_view bytes,
                  struct evd_error *err)
{
	char name[64];
	int r;

	snprintf(name, sizeof name, "web-%03u-%s.%s", p->number, part, ext);
	evd_object_cstr(&p->facts, "part", part);
	r = capture_item(p->w->c, name, err);
	if (r == 0)
		r = capture_data(p->w->c, bytes.p, bytes.len, err);
	return r ? r : capture_item_end(p->w->c, &p->facts, err);
}

/* The bytes that the base64 in `key` of an answer spells. */
static int put_bytes(struct web_page *p, const char *method, size_t result, const char *key,
                     struct evd_buf *b, struct evd_error *err)
{
	evd_buf_reset(b);
	if (!web_put_base64(b, json_text_of(&p->w->msg, result, key)) || b->len == 0)
		return evd_fail(err, EVD_E_DAMAGED, "the browser's answer to %s is no data", method);
	return evd_buf_check(b, err);
}

static int fetch_bytes(struct web_page *p, const char *method, const char *params, const char *key,
                       struct evd_buf *b, struct evd_error *err)
{
	size_t result;
	int r = web_page_call(p, method, params, &result, err);

	return r ? r : put_bytes(p, method, result, key, b, err);
}

static int take_view(struct web_page *p, struct evd_buf *b, struct evd_error *err)
{
	int r = fetch_bytes(p, "Page.captureScreenshot",
	                    "{\"format\":\"png\",\"optimizeForSpeed\":true}", "data", b, err);

	web_page_facts(p);
	return r ? r : web_page_item(p, "view", "png", evd_buf_view(b), err);
}

static const char draw[] = "Page.captureScreenshot";

static int ask_for_tile(struct web_page *p, uint64_t y, uint64_t height, uint64_t *id,
                        struct evd_error *err)
{
	char params[200];

	snprintf(params, sizeof params,
	         "{\"format\":\"png\",\"optimizeForSpeed\":true,\"captureBeyondViewport\":true,"
	         "\"clip\":{\"x\":0,\"y\":%llu,\"width\":%llu,\"height\":%llu,\"scale\":1}}",
	         (unsigned long long)y, (unsigned long long)p->width, (unsigned long long)height);
	return web_send(p->w, &p->session, draw, params, id, err);
}

static int take_tile(struct web_page *p, uint64_t id, struct evd_buf *b, struct evd_error *err)
{
	size_t result;
	int r = web_wait(p->w, id, draw, WEB_CALL_MS, &result, err);

	return r ? r : put_bytes(p, draw, result, "data", b, err);
}

/* A tile is of the size that was asked for, or the picture would not be what it says. */
static int place_tile(struct capture_picture *whole, uint64_t y, uint64_t height,
                      struct evd_view png, struct evd_error *err)
{
	struct capture_picture tile;
	int r = capture_picture_read(png, &tile, err);

	if (r)
		return r;
	if (tile.width != whole->width || tile.height != height)
		r = evd_fail(err, EVD_E_DAMAGED, "the browser drew %u x %u pixels, not %u x %llu",
		             tile.width, tile.height, whole->width, (unsigned long long)height);
	else
		memcpy(whole->rgb + y * whole->width * 3, tile.rgb, (size_t)tile.width * tile.height * 3);
	capture_picture_release(&tile);
	return r;
}

static uint64_t tile_height(uint64_t y, uint64_t height)
{
	return height - y < TILE ? height - y : TILE;
}

/* While one tile is put in its place the browser draws the next. */
static int draw_tiles(struct web_page *p, struct capture_picture *whole, struct evd_buf *b,
                      struct evd_error *err)
{
	uint64_t id, height = whole->height;
	int r = ask_for_tile(p, 0, tile_height(0, height), &id, err);

	for (uint64_t y = 0; r == 0 && y < height; y += TILE) {
		r = take_tile(p, id, b, err);
		if (r == 0 && y + TILE < height)
			r = ask_for_tile(p, y + TILE, tile_height(y + TILE, height), &id, err);
		if (r == 0)
			r = place_tile(whole, y, tile_height(y, height), evd_buf_view(b), err);
	}
	return r;
}

static int take_tiled(struct web_page *p, uint64_t height, struct evd_buf *b, struct evd_error *err)
{
	struct capture_picture whole = {0};
	int r = capture_picture_make(&whole, (uint32_t)p->width, (uint32_t)height, err);
	char name[64];

	if (r == 0)
		r = draw_tiles(p, &whole, b, err);
	snprintf(name, sizeof name, "web-%03u-full.png", p->number);
	if (r == 0)
		r = capture_item(p->w->c, name, err);
	if (r == 0)
		r = capture_picture_put(p->w->c, &whole, err);
	if (r == 0)
		r = capture_picture_facts(&whole, &p->facts, err);
	evd_object_cstr(&p->facts, "part", "full");
	evd_object_int(&p->facts, "tiles", (height + TILE - 1) / TILE);
	if (r == 0)
		r = capture_item_end(p->w->c, &p->facts, err);
	capture_picture_release(&whole);
	return r;
}

static int take_full(struct web_page *p, struct evd_buf *b, struct evd_error *err)
{
	uint64_t height = p->height < p->wish->max_height ? p->height : p->wish->max_height, id;
	int r;

	if (p->width == 0 || height == 0 || p->width > 65535)
		return evd_fail(err, EVD_E_DAMAGED, "the page has no size that can be drawn");
	web_page_facts(p);
	evd_object_int(&p->facts, "pageHeight", p->height);
	evd_object_bool(&p->facts, "cut", p->height > height || p->cut);
	if (height > TILE)
		return take_tiled(p, height, b, err);
	r = ask_for_tile(p, 0, height, &id, err);
	if (r == 0)
		r = take_tile(p, id, b, err);
	return r ? r : web_page_item(p, "full", "png", evd_buf_view(b), err);
}

static int take_dom(struct web_page *p, struct evd_error *err)
{
	struct evd_view text;
	char params[64];
	size_t result;
	uint64_t id;
	int r = web_page_call(p, "DOM.getDocument", "{\"depth\":0}", &result, err);

	if (r)
		return r;
	id = web_number(p->w, json_get(&p->w->msg, result, "root"), "nodeId");
	snprintf(params, sizeof params, "{\"nodeId\":%llu}", (unsigned long long)id);
	r = web_page_call(p, "DOM.getOuterHTML", params, &result, err);
	if (r)
		return r;
	text = json_text_of(&p->w->msg, result, "outerHTML");
	web_page_facts(p);
	return web_page_item(p, "dom", "html", text, err);
}

static int take_mhtml(struct web_page *p, struct evd_error *err)
{
	size_t result;
	int r = web_page_call(p, "Page.captureSnapshot", "{\"format\":\"mhtml\"}", &result, err);

	if (r)
		return r;
	web_page_facts(p);
	return web_page_item(p, "page", "mhtml", json_text_of(&p->w->msg, result, "data"), err);
}

static int take_pdf(struct web_page *p, struct evd_buf *b, struct evd_error *err)
{
	int r = fetch_bytes(p, "Page.printToPDF", "{\"printBackground\":true}", "data", b, err);

	web_page_facts(p);
	return r ? r : web_page_item(p, "print", "pdf", evd_buf_view(b), err);
}

/* An output that the browser refuses is named as missing; the others are taken. */
static int or_named(struct web_page *p, const char *part, int r, struct evd_error *err)
{
	if (r != EVD_E_DAMAGED && r != EVD_E_LIMIT)
		return r;
	web_page_find(p, "web-output-missing", "the %s could not be made: %s", part, err->text);
	return 0;
}

int web_page_take(struct web_page *p, struct evd_error *err)
{
	struct evd_error why = {0}, *e = err ? err : &why;
	struct evd_buf b = {0};
	int r = or_named(p, "picture of the viewport", take_view(p, &b, e), e);

	if (r == 0)
		r = or_named(p, "picture of the whole page", take_full(p, &b, e), e);
	if (r == 0)
		r = or_named(p, "DOM", take_dom(p, e), e);
	if (r == 0)
		r = or_named(p, "MHTML", take_mhtml(p, e), e);
	if (r == 0)
		r = or_named(p, "PDF", take_pdf(p, &b, e), e);
	evd_buf_release(&b);
	return r;
}
