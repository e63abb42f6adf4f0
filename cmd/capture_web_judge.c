/* capture_web_judge: what a reader of the items must know: findings, each a fact that was seen; see
 * capture_web_page.h. */
#include "capture_web_page.h"

#include "base/digest.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define ORIGINS_MAX 100u
#define NAMED_MAX 20u /* missing resources that are said one by one */
#define COVERED_MIN                                                                                \
	30ul /* percent of the viewport from which a cover is said whatever it speaks of */

static void judge_load(struct web_page *p)
{
	const struct web_resource *d = web_net_document(&p->net);

	if (p->error.len)
		web_page_find(p, "web-error-page", "it did not load: %.*s",
		              p->error.len < 200 ? (int)p->error.len : 200, (const char *)p->error.data);
	else if (d && d->answered && d->status >= 400)
		web_page_find(p, "web-error-page", "the server answered with status %llu",
		              (unsigned long long)d->status);
	if (p->never_still)
		web_page_find(p, "web-still-loading",
		              "it went on loading; taken as it was after the time for a load");
	if (p->cut || p->height > p->wish->max_height)
		web_page_find(p, "web-cut", "%s %u pixels; cut there (--max-height)",
		              p->grew ? "it grew while it was scrolled, and goes on below"
		                      : "it goes on below",
		              p->wish->max_height);
}

/*
 * Five numbers: password fields shown; percent of the viewport that lies under something fixed to the window, beside
 * which text or pictures are in view; the same for what speaks of consent; scripts; whether text or a picture is shown.
 * A hundred points of the viewport are looked at. Words: the languages of the region, and those of the
 * programs that ask.
 */
#define LOOK                                                                                       \
	"(() => {"                                                                                     \
	"const asks = /cookie|consent|gdpr|kola\u010di\u0107|kolacic|piskotk|pi\u0161kotk|"            \
	"\u043a\u043e\u043b\u0430\u0447\u0438\u045b|\u043a\u043e\u043b\u0430\u0447\u0438\u045a|"       \
	"\u043f\u0440\u0438\u0441\u0442\u0430\u043d\u0430\u043a|pristanak|p\u00eblqim/i;"              \
	"const box = e => e.getBoundingClientRect();"                                                  \
	"const seen = e => { const b = box(e), s = getComputedStyle(e);"                               \
	" return b.width > 1 && b.height > 1 && s.visibility === 'visible' && s.opacity !== '0' };"    \
	"const all = (root, what) => { const found = [...root.querySelectorAll(what)];"                \
	" for (const e of root.querySelectorAll('*')) if (e.shadowRoot)"                               \
	"  found.push(...all(e.shadowRoot, what)); return found };"                                    \
	"const over = e => { for (; e && e !== document.body && e !== document.documentElement;"       \
	"  e = e.parentElement || (e.getRootNode().host || null))"                                     \
	" if (getComputedStyle(e).position === 'fixed' || e.matches('dialog[open]')) return e;"        \
	" return null };"                                                                              \
	"const holds = (a, b) => a.contains(b) || b.contains(a);"                                      \
	"const shows = e => /^(IMG|VIDEO|CANVAS|SVG|IFRAME|PICTURE|OBJECT|EMBED)$/i.test(e.tagName)"   \
	" || [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());"                          \
	"const says = e => asks.test([e.id, e.className, e.title, e.innerText,"                        \
	" ...[...e.querySelectorAll('iframe')].map(f => f.src + ' ' + f.title),"                       \
	" e.src || ''].join(' '));"                                                                    \
	"const in_view = e => { const b = box(e);"                                                     \
	" return seen(e) && b.bottom > 0 && b.top < innerHeight && b.right > 0 && b.left < "           \
	"innerWidth };"                                                                                \
	"const some = [...document.querySelectorAll('body *')].slice(0, 5000)"                         \
	" .filter(e => shows(e) && in_view(e) && !over(e));"                                           \
	"let covered = 0, consent = 0; const known = new Map();"                                       \
	"for (let i = 0; i < 100; i++) {"                                                              \
	" const top = over(document.elementFromPoint((i % 10 + 0.5) * innerWidth / 10,"                \
	"  (Math.floor(i / 10) + 0.5) * innerHeight / 10));"                                           \
	" if (!top) continue;"                                                                         \
	" if (!known.has(top)) known.set(top, some.some(e => !holds(top, e)) ? says(top) ? 2 : 1 : "   \
	"0);"                                                                                          \
	" covered += known.get(top) ? 1 : 0;"                                                          \
	" consent += known.get(top) === 2 ? 1 : 0;"                                                    \
	"}"                                                                                            \
	"const text = document.body && document.body.innerText && document.body.innerText.trim();"     \
	"const media = all(document, 'img,video,audio,canvas,svg,iframe,frame,object,embed,input,"     \
	"button');"                                                                                    \
	"const shown = text || media.some(seen) || all(document, '*').some(e => e.shadowRoot &&"       \
	" e.shadowRoot.textContent.trim());"                                                           \
	"return [all(document, 'input[type=password]').filter(seen).length, covered, consent,"         \
	" document.scripts.length, shown ? 1 : 0].join(' ') })()"

/* The address that it ended at speaks of a login, the one that was asked for does not. */
static bool led_to_login(const struct web_page *p)
{
	static const char *const words[] = {"login",   "signin", "sign-in",
	                                    "sign_in", "log-in", "prijava"};
	struct evd_view at = evd_buf_view(&p->final_url);
	char from[512], to[512];

	snprintf(from, sizeof from, "%.511s", p->url);
	snprintf(to, sizeof to, "%.*s", at.len < sizeof to ? (int)at.len : (int)sizeof to - 1,
	         at.len ? (const char *)at.p : "");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasestr(to, words[i]) && !strcasestr(from, words[i]))
			return true;
	return false;
}

static void judge_looks(struct web_page *p, const unsigned long n[5])
{
	const struct web_resource *d = web_net_document(&p->net);

	if (n[0])
		web_page_find(p, "web-login-wall",
		              "a password is asked for; what is behind a login is not in the items");
	else if (led_to_login(p))
		web_page_find(
		    p, "web-login-wall", "the address asked for led to one that speaks of a login: %.*s",
		    p->final_url.len < 200 ? (int)p->final_url.len : 200, (const char *)p->final_url.data);
	else if (d && (d->status == 401 || d->status == 407))
		web_page_find(p, "web-login-wall", "the server asks for a login (status %llu)",
		              (unsigned long long)d->status);
	if (n[2])
		web_page_find(
		    p, "web-consent-overlay",
		    "something that speaks of consent or cookies lies over %lu %% of the viewport", n[2]);
	if (n[1] - n[2] >= COVERED_MIN)
		web_page_find(p, "web-overlay", "something fixed to the window lies over %lu %% of it",
		              n[1] - n[2]);
	if (n[3] && !n[4])
		web_page_find(p, "web-empty-shell", "it has %lu scripts, and shows no text and no picture",
		              n[3]);
}

/* "Could not look" is not "nothing to be seen". */
static int not_looked(struct web_page *p)
{
	web_page_find(p, "web-not-looked-at",
	              "whether it shows a login, an overlay or nothing could not be looked at");
	return 0;
}

/* The text as the page shows it, so that a later capture can be held against this one; not that of frames. */
static int read_text(struct web_page *p, struct evd_error *err)
{
	uint8_t digest[EVD_SHA256_LEN];
	struct evd_view text = {0};
	int r = web_page_eval(p, "document.body ? document.body.innerText : ''", &text, err);

	if (r)
		return r == EVD_E_DAMAGED || r == EVD_E_LIMIT ? 0 : r;
	r = evd_sha256(text, digest, err);
	if (r == 0) {
		evd_hex(p->text, digest, sizeof digest);
		p->text_len = text.len;
	}
	return r;
}

int web_page_look(struct web_page *p, struct evd_error *err)
{
	struct evd_view text;
	char line[120];
	unsigned long n[5];
	int r;

	judge_load(p);
	if (p->error.len) /* what shows is the browser's own */
		return 0;
	r = read_text(p, err);
	if (r == 0)
		r = web_page_eval(p, LOOK, &text, err);
	if (r)
		return r == EVD_E_DAMAGED || r == EVD_E_LIMIT ? not_looked(p) : r;
	snprintf(line, sizeof line, "%.*s", text.len < 119 ? (int)text.len : 119,
	         text.len ? (const char *)text.p : "");
	if (sscanf(line, "%lu %lu %lu %lu %lu", &n[0], &n[1], &n[2], &n[3], &n[4]) != 5 || n[1] > 100 ||
	    n[2] > n[1])
		return not_looked(p);
	judge_looks(p, n);
	return 0;
}

/* Once an origin: the page itself refused, or gone on with because that was asked for. */
static void judge_certificates(struct web_page *p)
{
	struct evd_view seen[ORIGINS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < p->net.n && n < ORIGINS_MAX; i++) {
		const struct web_resource *r = p->net.at[i];
		const struct evd_buf *why =
		    r == p->net.wrong.of && p->net.wrong.error.len ? &p->net.wrong.error : &r->error;
		struct evd_view origin = web_net_origin(r);
		bool known = !web_tls_refused(r) && !web_tls_untrusted(r);

		for (size_t k = 0; k < n && !known; k++)
			known = evd_view_eq(seen[k], origin);
		if (known)
			continue;
		seen[n++] = origin;
		web_page_find(
		    p, web_tls_refused(r) ? "web-certificate-refused" : "web-certificate-untrusted",
		    "%s: %.*s %.*s",
		    web_tls_refused(r) ? "the certificate is not trusted, nothing was loaded from there"
		                       : "the certificate is not trusted, gone on as asked",
		    origin.len < 200 ? (int)origin.len : 200, (const char *)origin.p,
		    why->len < 80 ? (int)why->len : 80, why->len ? (const char *)why->data : "");
	}
}

static bool is_media(const struct web_resource *r)
{
	return evd_view_is(evd_buf_view(&r->type), "Media");
}

/* Browsers ask for it by themselves; many sites have none. */
static bool is_favicon(const struct web_resource *r)
{
	static const char name[] = "/favicon.ico";
	size_t n = sizeof name - 1;

	return r->url.len >= n && memcmp(r->url.data + r->url.len - n, name, n) == 0;
}

/* How a part was lost, in a few words, and what there is of it all the same. */
static void put_why_lost(struct evd_buf *b, const struct web_resource *r)
{
	if (r->failed && r->error.len)
		evd_put_printable(b, evd_buf_view(&r->error), 70);
	else if (!r->finished)
		evd_put_str(b, "it had not ended");
	else if (r->status >= 400)
		evd_putf(b, "the server said %u", (unsigned)r->status);
	else
		evd_put_str(b, r->why_no_body ? r->why_no_body : "the browser did not hand it over");
	if (r->body_state == WEB_BODY_PART)
		evd_putf(b, "; its first %zu bytes are kept", r->body.len);
}

static void judge_parts(struct web_page *p)
{
	const struct web_resource *d = web_net_document(&p->net);
	unsigned missing = 0, media = 0;

	for (size_t i = 0; i < p->net.n; i++) {
		const struct web_resource *r = p->net.at[i];
		bool told = r == d && r->answered && r->status >= 400; /* it is an error page */
		bool no_body = r->body_state == WEB_BODY_MISSED || r->body_state == WEB_BODY_PART;
		bool lost = !r->finished || r->failed || (r->status >= 400 && !told) ||
		            (no_body && r->status != 204 && r->status != 304);
		int len = r->url.len < 200 ? (int)r->url.len : 200;
		struct evd_buf why = {0};

		if (!lost || is_favicon(r) || r == p->net.wrong.of ||
		    (is_media(r) ? media++ : missing++) >= NAMED_MAX)
			continue;
		put_why_lost(&why, r);
		web_page_find(
		    p, is_media(r) ? "web-media-not-captured" : "web-resource-missing", "%s (%.*s): %.*s",
		    is_media(r) ? "media not captured" : "a part of the page is missing", (int)why.len,
		    why.len ? (const char *)why.data : "", len, (const char *)r->url.data);
		evd_buf_release(&why);
	}
	if (missing > NAMED_MAX || media > NAMED_MAX)
		web_page_find(p, "web-resource-missing", "%u parts of the page are missing, %u of media",
		              missing, media);
	if (p->net.sockets)
		web_page_find(p, "web-socket-not-captured",
		              "what went over %llu WebSockets was not captured",
		              (unsigned long long)p->net.sockets);
	if (p->net.beyond)
		web_page_find(p, "web-resource-missing", "%llu requests behind the first %u were not kept",
		              (unsigned long long)p->net.beyond, WEB_RESOURCES_MAX);
}

/*
 * Sound and film that the page has and that was not loaded from beginning to end: not started, in part, or without
 * an end. A line each: seconds had, address.
 */
#define MEDIA                                                                                      \
	"(() => { const all = root => [...root.querySelectorAll('video,audio'),"                       \
	" ...[...root.querySelectorAll('*')].flatMap(e => e.shadowRoot ? all(e.shadowRoot) : [])];"    \
	"return all(document).map(m => {"                                                              \
	" const from = m.querySelector('source'), at = m.currentSrc || m.src || (from && from.src)"    \
	"  || (m.srcObject ? 'a stream' : '');"                                                        \
	" let had = 0;"                                                                                \
	" for (let i = 0; i < m.buffered.length; i++) had += m.buffered.end(i) - m.buffered.start(i);" \
	" return !at || at.startsWith('data:') || had + 0.5 >= m.duration ? '' :"                      \
	"  had.toFixed(1) + ' ' + at.slice(0, 200).replace(/\\s/g, ' ') })"                            \
	".filter(x => x).join('\\n') })()"

static bool is_named(const struct web_page *p, struct evd_view address)
{
	for (size_t i = 0; i < p->n_findings; i++)
		if (strcmp(p->finding[i].code, "web-media-not-captured") == 0 &&
		    memmem(p->finding[i].text, strlen(p->finding[i].text), address.p, address.len))
			return true;
	return false;
}

static int judge_media(struct web_page *p, struct evd_error *err)
{
	struct evd_view rest;
	unsigned n = 0;
	int r = web_page_eval(p, MEDIA, &rest, err);

	if (r == EVD_E_DAMAGED || r == EVD_E_LIMIT) {
		web_page_find(p, "web-not-looked-at",
		              "whether sound and film were loaded whole could not be looked at");
		return 0;
	}
	while (r == 0 && rest.len && n < NAMED_MAX) {
		const uint8_t *end = memchr(rest.p, '\n', rest.len);
		size_t len = end ? (size_t)(end - rest.p) : rest.len;
		const uint8_t *blank = memchr(rest.p, ' ', len);
		struct evd_view at = blank ? evd_view_of(blank + 1, len - (size_t)(blank + 1 - rest.p))
		                           : evd_view_of(rest.p, 0);

		if (at.len && !is_named(p, at)) {
			n++;
			web_page_find(p, "web-media-not-captured",
			              "media not captured whole, %.*s seconds of it were loaded: %.*s",
			              (int)(blank - rest.p), (const char *)rest.p, (int)at.len,
			              (const char *)at.p);
		}
		rest = evd_view_of(rest.p + len, rest.len - len);
		if (rest.len)
			rest = evd_view_of(rest.p + 1, rest.len - 1);
	}
	return r;
}

/* The traffic of the person's own profile has what it is logged in with: handed to the other side, it hands over the
 * account. */
static void judge_login(struct web_page *p)
{
	bool sent = false;

	for (size_t i = 0; i < p->net.n && !p->w->fresh && !sent; i++)
		sent = web_net_header(&p->net.at[i]->request, "Cookie").len ||
		       web_net_header(&p->net.at[i]->request, "Authorization").len;
	if (sent)
		web_page_find(p, "web-login-kept",
		              "the traffic holds what this profile is logged in with (cookies): whoever "
		              "gets it can use the account; log out there on all devices before it is "
		              "handed over");
}

int web_page_judge(struct web_page *p, struct evd_error *err)
{
	int r = 0;

	judge_certificates(p);
	judge_parts(p);
	judge_login(p);
	if (!p->error.len) /* else what shows is the browser's own */
		r = judge_media(p, err);
	if (p->moved.len)
		web_page_find(
		    p, "web-moved",
		    "it went on by itself while the items were taken, some show what came then: %.*s",
		    p->moved.len < 200 ? (int)p->moved.len : 200, (const char *)p->moved.data);
	return r;
}
