/* cmd_capture: `evidence capture`: what evidence-capture sees goes into the case (docs/capture.md). */
#include "cmd.h"
#include "i18n.h"

#include "base/frame.h"
#include "base/text.h"
#include "capture/acquire.h"
#include "cmd_capture.h"
#include "cmd_capture_pages.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Options that go to evidence-capture as they are: a row here, and a line in the help below. */
enum option_type { TEXT, NUMBER, FLAG };
static const struct {
	const char *name, *kinds; /* kinds it is for, each followed by a blank */
	enum option_type type;
} passed[] = {
    {"title", "window ", TEXT},
    {"geometry", "region ", TEXT},
    {"monitor", "monitor ", TEXT},
    {"keep-black", "screen monitor window region ", FLAG},
    {"backend", "screen monitor window region ", TEXT},
    {"timeout", "screen monitor window region web ", NUMBER},
#ifdef EVD_NETWORK
    {"viewport", "web ", TEXT},
    {"max-height", "web ", NUMBER},
    {"ignore-certificates", "web ", FLAG},
    {"profile", "web ", TEXT},
    {"browser", "web ", TEXT},
#endif
};
#define LIST_PAUSE_MS 2000u
#define N_PASSED (sizeof passed / sizeof *passed)

/* Options of this side. */
enum {
	BASIS = CMD_OWN + 100,
	LABEL,
	REASON,
	PURPOSE,
	AUTHORITY,
	CONSENT,
	DELAY,
	REPEAT,
	EVERY,
	SERIES,
	LIST,
	REVISIT
};
static const struct option own[] = {
    {"basis", required_argument, NULL, BASIS},
    {"label", required_argument, NULL, LABEL},
    {"reason", required_argument, NULL, REASON},
    {"purpose", required_argument, NULL, PURPOSE},
    {"authority", required_argument, NULL, AUTHORITY},
    {"consent", required_argument, NULL, CONSENT},
    {"delay", required_argument, NULL, DELAY},
    {"repeat", required_argument, NULL, REPEAT},
    {"every", required_argument, NULL, EVERY},
    {"series", no_argument, NULL, SERIES},
#ifdef EVD_NETWORK
    {"list", required_argument, NULL, LIST},
    {"revisit", no_argument, NULL, REVISIT},
#endif
};
#define N_OWN (sizeof own / sizeof *own)

static const char *const kinds[] = {"screen", "monitor", "window", "region",
#ifdef EVD_NETWORK
                                    "web",
#endif
                                    NULL};

struct capturing {
	struct cmd_global *g;
	struct cmd_capture_pace pace;
	const char *list; /* a file of pages */
	bool revisit;
	size_t passed_over;
	struct cmd_pages pages;
	char **words;
	int n_words;
};

static void told(void *ctx, const struct evd_observed_item *item)
{
	struct capturing *cap = ctx;

	if (cap->g->json) {
		printf("{\"exhibit\":%" PRIu64 ",\"item\":\"%" PRIu64 "/%" PRIu64 "\",\"ms\":%" PRId64
		       ",\"name\":\"%s\",\"size\":%" PRIu64 "}\n",
		       item->exhibit, item->id.seq, item->id.k, item->wait_ms, item->name, item->size);
	} else if (!cap->g->quiet) {
		if (item->exhibit)
			printf("exhibit %" PRIu64 "  ", item->exhibit);
		printf("item %" PRIu64 "/%" PRIu64 "  %s\n", item->id.seq, item->id.k, item->name);
	}
	fflush(stdout);
}

static void say(void *ctx, bool warning, const char *text)
{
	struct capturing *cap = ctx;

	if (warning || !cap->g->quiet)
		fprintf(stderr, "%s%s\n", warning ? "note: " : "", text);
}

static enum evd_capture_word next(void *ctx)
{
	struct capturing *cap = ctx;

	return cmd_capture_next(&cap->pace);
}

static bool stopped(void *ctx)
{
	(void)ctx;
	return cmd_progress(0, 0) != 0;
}

static void put_words(struct evd_object *request, size_t n, char *const *words)
{
	struct evd_buf b = {0};

	evd_put_u8(&b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			evd_put_u8(&b, ',');
		evd_put_json_string(&b, evd_view_str(words[i]));
	}
	evd_put_u8(&b, ']');
	if (b.failed)
		request->failed = b.failed;
	else
		evd_object_raw(request, "words", evd_buf_view(&b));
	evd_buf_release(&b);
}

/* One run of evidence-capture for words; `page`: its earlier capture is to be held against the new one. */
static int run_for(struct cmd_session *s, const struct evd_observe_options *base, size_t n,
                   char *const *words, const struct cmd_page *page, struct evd_observed *out,
                   struct evd_error *err)
{
	struct evd_observe_options o = *base;
	struct evd_observed one = {0};
	struct evd_buf text = {0};
	struct evd_json j = {0};
	struct evd_object request;
	int r;

	evd_object_init(&request);
	r = evd_object_write(base->request, &text, err);
	if (r == 0)
		r = evd_json_parse(&j, evd_buf_view(&text), err);
	if (r == 0) {
		evd_object_copy(&request, &j, 0, NULL);
		put_words(&request, n, words);
		if (page)
			cmd_page_put(page, &request);
		o.request = &request;
		o.earlier = page ? page->earlier.ids : NULL;
		o.n_earlier = page ? page->earlier.n : 0;
		r = evd_observe(&s->c, s->key, &o, &one, err);
	}
	out->items += one.items;
	out->bytes += one.bytes;
	out->entries += one.entries;
	out->warnings += one.warnings;
	evd_object_release(&request);
	evd_json_release(&j);
	evd_buf_release(&text);
	return r;
}

static void told_line(void *ctx, uint64_t line, const char *why)
{
	(void)ctx;
	fprintf(stderr, "note: line %" PRIu64 " of the list is no page: %s\n", line, why);
}

/* Of a list what the case does not have yet; each page that is revisited in a run of its own, so that its entry
 * speaks of it alone. */
static int run_pages(struct cmd_session *s, struct capturing *cap,
                     const struct evd_observe_options *o, struct evd_observed *out,
                     struct evd_error *err)
{
	struct cmd_pages *p = &cap->pages;
	char **words = NULL;
	size_t n = 0;
	int r = 0;

	for (int i = 0; r == 0 && i < cap->n_words; i++)
		r = cmd_pages_add(p, evd_view_str(cap->words[i]), err);
	if (r == 0 && cap->list)
		r = cmd_pages_list(p, cap->list, told_line, NULL, err);
	if (r == 0)
		r = cmd_pages_look(p, &s->c, err);
	out->warnings += p->wrong;
	words = r == 0 ? calloc(p->n + 1, sizeof *words) : NULL;
	if (r == 0 && !words)
		r = evd_nomem(err);
	for (size_t i = 0; r == 0 && i < p->n; i++) {
		if (!cap->revisit && !p->at[i].earlier.item) {
			words[n++] = p->at[i].url;
		} else if (cap->revisit && p->at[i].earlier.item) {
			r = run_for(s, o, 1, &p->at[i].url, &p->at[i], out, err);
		} else if (cap->revisit) {
			out->warnings++;
			fprintf(stderr, "note: the case has no capture to hold against: %s\n", p->at[i].url);
		} else {
			cap->passed_over++;
		}
	}
	if (r == 0 && n)
		r = run_for(s, o, n, words, NULL, out, err);
	free(words);
	return r;
}

static int observe(struct cmd_global *g, struct capturing *cap, struct evd_observe_options *o)
{
	static char program[4096];
	struct cmd_session s;
	struct evd_observed out = {0};
	struct evd_error err = {0};
	int r = cmd_begin_to(g, &s, EVD_CAPTURE);

	if (r)
		return r;
	o->program = program;
	o->next = next;
	o->stopped = stopped;
	o->say = say;
	o->told = told;
	o->ctx = cap;
	cmd_catch_interrupt();
	cmd_capture_keys(&cap->pace, true);
	r = cmd_beside("evidence-capture", program, sizeof program, &err);
	if (r == 0)
		r = cap->list || cap->revisit
		        ? run_pages(&s, cap, o, &out, &err)
		        : run_for(&s, o, (size_t)cap->n_words, cap->words, NULL, &out, &err);
	cmd_capture_keys(&cap->pace, false);
	if (r)
		r = cmd_fail(r, &err);
	if (!g->quiet && !g->json && (r == CMD_DONE || out.entries)) {
		cmd_put_taken(out.items, out.bytes, "captured", out.entries);
		putchar('\n');
		if (cap->passed_over)
			printf(cap->passed_over == 1 ? "%zu page of the list is in the case already\n"
			                             : "%zu pages of the list are in the case already\n",
			       cap->passed_over);
	}
	cmd_pages_release(&cap->pages);
	cmd_end(&s);
	return r == CMD_DONE && (out.warnings || (out.items == 0 && !cap->passed_over)) ? CMD_FINDINGS
	                                                                                : r;
}

static bool number(const char *text, uint64_t most, uint64_t *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*out = strtoull(text, &end, 10);
	return !*end && *out <= most;
}

static bool is_for(const char *list, const char *kind)
{
	const char *at = strstr(list, kind);

	return at && (at == list || at[-1] == ' ') && at[strlen(kind)] == ' ';
}

/* One option for evidence-capture. NULL, or what is wrong with it. */
static const char *pass(struct evd_object *request, size_t i, const char *kind)
{
	uint64_t v;

	if (!is_for(passed[i].kinds, kind))
		return "an option is not for this kind of capture";
	if (passed[i].type == FLAG)
		evd_object_bool(request, passed[i].name, true);
	else if (passed[i].type == TEXT && evd_is_utf8(evd_view_str(optarg)))
		evd_object_cstr(request, passed[i].name, optarg);
	else if (passed[i].type == NUMBER && number(optarg, UINT32_MAX, &v))
		evd_object_int(request, passed[i].name, v);
	else
		return "an option's value is not of its form";
	return NULL;
}

static const char *take_own(int id, struct capturing *cap, struct evd_observe_options *o)
{
	struct cmd_capture_pace *p = &cap->pace;

	/* said before the moment is gone: the records have no place for them */
	if (id != LIST && id != SERIES && id != REVISIT && !evd_is_utf8(evd_view_str(optarg)))
		return "an option's words are not UTF-8";
	switch (id) {
	case BASIS: o->basis = optarg; break;
	case LABEL: o->label = optarg; break;
	case REASON: o->circumstances.reason = optarg; break;
	case PURPOSE: o->circumstances.purpose = optarg; break;
	case AUTHORITY: o->circumstances.authority = optarg; break;
	case CONSENT: o->circumstances.consent = optarg; break;
	case SERIES: p->series = true; break;
	case LIST: cap->list = optarg; break;
	case REVISIT: cap->revisit = true; break;
	case DELAY: return cmd_capture_seconds(optarg, &p->delay_ms) ? NULL : "--delay is seconds";
	case EVERY:
		return cmd_capture_seconds(optarg, &p->every_ms) && p->every_ms ? NULL
		                                                                : "--every is seconds";
	default:
		return number(optarg, 1000000, &p->repeat) && p->repeat ? NULL : "--repeat is a number";
	}
	return NULL;
}

static const char *find_kind(const char *word)
{
	for (size_t i = 0; word && kinds[i]; i++)
		if (strcmp(kinds[i], word) == 0)
			return kinds[i];
	return NULL;
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	struct option options[N_PASSED + N_OWN + 1] = {{NULL, 0, NULL, 0}};
	struct capturing cap = {.g = g, .pace.repeat = 1};
	struct evd_observe_options o = {.basis = "unknown"};
	struct evd_object request;
	const char *wrong = NULL, *kind = argc > 1 ? find_kind(argv[1]) : NULL;
	int id, r;

	for (size_t i = 0; i < N_PASSED; i++)
		options[i] = (struct option){passed[i].name,
		                             passed[i].type == FLAG ? no_argument : required_argument, NULL,
		                             CMD_OWN + (int)i};
	memcpy(options + N_PASSED, own, sizeof own);
	evd_object_init(&request);
	if (kind) { /* the kind stands first, so that options can be held against it */
		argc--;
		argv++;
	}
	while ((id = cmd_option(g, &cmd_capture, options, argc, argv)) != -1 && !wrong) {
		if (id == CMD_STOP)
			break;
		wrong = id < CMD_OWN + 100 ? kind ? pass(&request, (size_t)(id - CMD_OWN), kind)
		                                  : "what to capture stands first"
		                           : take_own(id, &cap, &o);
	}
	r = id == CMD_STOP ? cmd_option_exit() : CMD_DONE;
	if (id == CMD_STOP) {
		evd_object_release(&request);
		return r;
	}
	if (!wrong && !kind)
		wrong = "say what to capture: screen, monitor, window, region or web";
	if (!wrong && (cap.list || cap.revisit) && strcmp(kind, "web") != 0)
		wrong = "--list and --revisit are for pages";
	if (!wrong && cap.list && cap.revisit && argc > optind)
		wrong = "pages stand in the list or behind the options";
	if (!wrong && cap.revisit && !cap.list && argc == optind)
		wrong = "say which page";
	if (!wrong && !cmd_is_basis(o.basis))
		wrong = "--basis is not a word of the list";
	if (!wrong && evd_basis_lacks_reason(o.basis, o.circumstances.reason))
		wrong = "this basis needs --reason: why it was lawful to take this";
	if (wrong) {
		evd_object_release(&request);
		return cmd_usage(&cmd_capture, wrong);
	}
	evd_object_cstr(&request, "kind", kind);
	evd_object_bool(&request, "series", cap.pace.series);
	if (cap.list) /* polite: a pause between pages */
		evd_object_int(&request, "pause", cap.pace.every_ms ? cap.pace.every_ms : LIST_PAUSE_MS);
	cap.words = argv + optind;
	cap.n_words = argc - optind;
	o.request = &request;
	r = observe(g, &cap, &o);
	evd_object_release(&request);
	return r;
}

const struct cmd_row cmd_capture = {
    "capture",
    "usage: evidence capture screen|monitor|window|region [OPTION]...\n"
#ifdef EVD_NETWORK
    "       evidence capture web [OPTION]... URL...\n"
#endif
    "\n"
    "Takes a picture of what the screen shows and puts it into the case as observed by this tool,\n"
    "with the circumstances: display, geometry, scale, window, pointer, lock, clock, operator.\n"
    "The bytes are hashed before they touch a disk. Under Wayland the desktop's portal takes the\n"
    "picture and writes a file, which is taken in, removed, and recorded.\n"
    "\n"
    "  screen              all monitors together\n"
    "  monitor             one: --monitor NAME, else the first\n"
    "  window              the one that is clicked on, or --title TEXT\n"
    "  region              --geometry WIDTHxHEIGHT+X+Y\n"
    "                      Under Wayland a person chooses these three in the portal's dialogue\n"
    "\n"
    "  --monitor NAME      which monitor\n"
    "  --title TEXT        the window whose title holds TEXT\n"
    "  --geometry WxH+X+Y  which part of the screen, in true pixels\n"
    "  --delay SECONDS     wait before the first picture\n"
    "  --repeat N          N pictures, an entry each\n"
    "  --every SECONDS     the time between two pictures\n"
    "  --series            a scrolling chat: pictures by key (or --every) until the end; one "
    "entry\n"
    "                      between two pauses, overlaps checked, a stitched view as derived item.\n"
    "                      Keys: Enter or t takes, p pauses, q ends\n"
    "  --keep-black        keep also a picture that is wholly black (a protected window)\n"
    "  --backend WORD      x11 or portal (default: what the session is)\n"
    "  --timeout SECONDS   for the portal's answer (60)\n"
#ifdef EVD_NETWORK
    "\n"
    "  web                 pages, with the machine's Chromium or Chrome and a fresh profile: "
    "pictures of\n"
    "                      the viewport and of the whole page, DOM, MHTML, PDF, traffic (WACZ)\n"
    "  --viewport WxH      size of the window, in pixels (1280x800)\n"
    "  --timeout SECONDS   for the load, and for what loads by scrolling (30)\n"
    "  --max-height N      pixels of the whole page's picture; a longer page is cut and said "
    "(60000)\n"
    "  --ignore-certificates  go on where a certificate is not trusted; recorded\n"
    "  --list FILE         pages from a file, one a line (# begins a comment), at most 1000, with "
    "a\n"
    "                      pause of 2 seconds or --every between two; what the case has is left "
    "out\n"
    "  --revisit           captures pages of the case again and compares: same, changed, gone; an\n"
    "                      entry of its own\n"
    "  --profile FOLDER    your own profile, with what it is logged in to; recorded\n"
    "  --browser PROGRAM   which browser\n"
    "\n"
#endif
    "  --label TEXT        a neutral label\n"
    "  --basis BASIS       on what basis it was accessed, as for 'evidence add'\n"
    "  --reason TEXT  --purpose TEXT  --authority TEXT  --consent TEXT\n"
    "                      recorded with the capture\n",
    N_("capture the screen or a web page"),
    run,
};
