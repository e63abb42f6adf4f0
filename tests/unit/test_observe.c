/* test_observe: what evidence-capture hands over becomes entries, or is refused; what was complete when it ended early
 * is kept and said. A shell script that prints frames stands in for it (docs/capture.md). */
#include "fixture.h"

#include "base/frame.h"
#include "base/text.h"
#include "capture/observe.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct heard {
	struct evd_observed out;
	struct evd_error err;
	unsigned told, words, warnings, asked;
	char last[200];
	bool stop;
};

static void say(void *ctx, bool warning, const char *text)
{
	struct heard *h = ctx;

	h->words += !warning;
	h->warnings += warning;
	snprintf(h->last, sizeof h->last, "%s", text);
}

static void told(void *ctx, const struct evd_observed_item *item)
{
	struct heard *h = ctx;

	assert_true(item->id.seq > 1 && item->name && item->wait_ms >= 0);
	h->told++;
}

static enum evd_capture_word next(void *ctx)
{
	struct heard *h = ctx;

	return h->asked++ ? EVD_CAPTURE_STOP : EVD_CAPTURE_TAKE;
}

static bool stopped(void *ctx)
{
	return ((struct heard *)ctx)->stop;
}

static void put(struct evd_buf *b, char type, const char *payload)
{
	evd_frame_put(b, type, evd_view_str(payload));
}

/* A program that prints `frames` whatever it is asked; `then` is shell behind it. */
static const char *program(struct evd_buf *frames, const char *then)
{
	const char *folder = test_folder(), *data = test_path(folder, "frames"), *at;
	char script[700];
	int n;

	assert_int_equal(frames->failed, 0);
	test_write(data, frames->data, frames->len);
	n = snprintf(script, sizeof script, "#!/bin/sh\ncat '%s'\n%s\n", data, then);
	at = test_path(folder, "program");
	test_write(at, script, (size_t)n);
	assert_int_equal(chmod(at, 0700), 0);
	evd_buf_reset(frames);
	return at;
}

static int observe(struct evd_case *c, const char *path, struct heard *h)
{
	struct evd_object request;
	struct evd_observe_options o = {.program = path,
	                                .request = &request,
	                                .basis = "own-account",
	                                .label = "window",
	                                .next = next,
	                                .stopped = stopped,
	                                .say = say,
	                                .told = told,
	                                .ctx = h};
	int r;

	evd_object_init(&request);
	evd_object_cstr(&request, "kind", "test");
	h->told = h->words = h->warnings = h->asked = 0;
	r = evd_observe(c, fixture_key(), &o, &h->out, &h->err);
	evd_object_release(&request);
	return r;
}

static void put_item(struct evd_buf *b, const char *name, const char *bytes)
{
	put(b, 'I', name);
	put(b, 'D', bytes);
	put(b, 'E', "{\"display\":\":0\"}");
}

static void holds(struct evd_case *c, size_t entries)
{
	struct evd_error err = {0};

	if (evd_case_read(c, NULL, NULL, NULL, &err))
		fail_msg("the case does not hold: %s", err.text);
	assert_int_equal(c->log.entries.n, entries);
}

/* Every line of an entry's records, as one text. */
static char *records(const struct evd_case *c, unsigned seq)
{
	char name[60];
	size_t len;
	uint8_t *p;
	char *text;

	snprintf(name, sizeof name, "custody/%08u/records.jsonl", seq);
	p = test_read(test_path(c->path, name), &len);
	text = calloc(1, len + 1);
	assert_non_null(text);
	memcpy(text, p, len);
	free(p);
	return text;
}

static void whole(void **state)
{
	struct evd_case c;
	struct evd_buf b = {0};
	struct heard h = {.stop = false};
	size_t len;
	uint8_t *p;
	char *text;

	(void)state;
	fixture_case(&c);
	put(&b, 'N', "looking\x1b[2J");
	put(&b, 'W', "");
	put_item(&b, "screen-001.png", "first picture");
	put(&b, 'R', "{\"code\":\"window-moved\",\"kind\":\"observation\"}");
	put(&b, 'C', "");
	put(&b, 'A', "{\"action\":\"derive\",\"method\":\"stitch\"}");
	put_item(&b, "stitched.png", "both");
	put(&b, 'C', "");
	put(&b, 'A', "{\"action\":\"compare\",\"method\":\"captures\"}");
	put(&b, 'R', "{\"kind\":\"comparison\",\"same\":1}");
	put(&b, 'C', "");
	put(&b, 'C', ""); /* nothing since: no entry */
	put(&b, 'W', "");
	put(&b, 'F', "a black picture");
	put(&b, 'Z', "");
	if (observe(&c, program(&b, ""), &h))
		fail_msg("%s", h.err.text);
	assert_int_equal(h.out.items, 2);
	assert_int_equal(h.out.entries, 3);
	assert_int_equal(h.out.bytes, strlen("first picture") + strlen("both"));
	assert_int_equal(h.told, 2);
	assert_int_equal(h.words, 1);
	assert_int_equal(h.warnings, 1);
	assert_true(h.asked >= 1); /* words that come together get one answer */
	holds(&c, 4);
	assert_int_equal(c.log.entries.at[1].action, EVD_CAPTURE);
	assert_int_equal(c.log.entries.at[2].action, EVD_DERIVE);
	assert_int_equal(c.log.entries.at[3].action, EVD_COMPARE);
	p = test_read(test_path(c.path, "data/00000002/00000002.png"), &len);
	assert_int_equal(len, strlen("first picture"));
	assert_memory_equal(p, "first picture", len);
	free(p);
	text = records(&c, 2);
	assert_non_null(strstr(text, "\"exhibit\":1"));
	assert_non_null(strstr(text, "\"capture\":{\"display\":\":0\"}"));
	assert_non_null(strstr(text, "\"label\":\"window\""));
	assert_non_null(strstr(text, "window-moved"));
	free(text);
	text = records(&c, 3);
	assert_null(strstr(text, "\"exhibit\"")); /* what was derived is no exhibit */
	assert_non_null(strstr(text, "\"first\":\"2/2\""));
	free(text);
	evd_case_close(&c);
	evd_buf_release(&b);
}

/* It ends in the middle of its second item: the first is in, and it is said what is not. */
static void cut(void **state)
{
	struct evd_case c;
	struct evd_buf b = {0};
	struct heard h = {.stop = false};
	char *text;

	(void)state;
	fixture_case(&c);
	put_item(&b, "one.png", "complete");
	put(&b, 'I', "two.png");
	put(&b, 'D', "only the begin");
	assert_int_equal(observe(&c, program(&b, ""), &h), EVD_E_IO);
	assert_int_equal(h.out.items, 1);
	holds(&c, 2);
	text = records(&c, 2);
	assert_non_null(strstr(text, "capture-cut-short"));
	assert_non_null(strstr(text, "\"notKept\":\"two.png\""));
	assert_null(strstr(text, "two.png\",\"path\""));
	free(text);
	/* nothing complete: no entry */
	put(&b, 'I', "two.png");
	put(&b, 'D', "only the begin");
	assert_int_equal(observe(&c, program(&b, ""), &h), EVD_E_IO);
	assert_int_equal(observe(&c, program(&b, "exit 3"), &h), EVD_E_IO);
	/* what was derived is not committed in part */
	put_item(&b, "one.png", "x");
	put(&b, 'C', "");
	put(&b, 'A', "{\"action\":\"derive\",\"method\":\"convert\"}");
	put_item(&b, "d.png", "x");
	assert_int_equal(observe(&c, program(&b, ""), &h), EVD_E_IO);
	holds(&c, 3);
	evd_case_close(&c);
	evd_buf_release(&b);
}

/* Frames of a program that was taken over. Each is refused, and the case stays as it was. */
static void hostile(void **state)
{
	static const struct {
		char type[4];
		const char *payload[3];
	} bad[] = {
	    {"I", {"../../etc/passwd"}},
	    {"I", {".hidden"}},
	    {"I", {""}},
	    {"D", {"without an item"}},
	    {"E", {"{}"}},
	    {"?", {""}},
	    {"R", {"{\"kind\":\"content\"}"}},
	    {"R", {"{\"id\":\"2/9\",\"kind\":\"x\"}"}},
	    {"R", {"{ \"kind\":\"x\"}"}},
	    {"R", {"[]"}},
	    {"RZ", {"{\"code\":\"x\",\"kind\":\"observation\"}", ""}},
	    {"II", {"a.png", "b.png"}},
	    {"IC", {"a.png", ""}},
	    {"A", {"{\"action\":\"derive\",\"method\":\"stitch\"}"}},
	    {"A", {"nothing"}},
	    {"ZN", {"", "more"}},
	    {"X", {"{}"}},
	    {"X", {"{\"code\":1000,\"text\":\"x\"}"}},
	};
	struct evd_case c;
	struct evd_buf b = {0};
	struct heard h = {.stop = false};

	(void)state;
	fixture_case(&c);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		for (size_t k = 0; bad[i].type[k]; k++)
			put(&b, bad[i].type[k], bad[i].payload[k]);
		if (observe(&c, program(&b, ""), &h) != EVD_E_FORMAT)
			fail_msg("%zu was not refused: %s", i, h.err.text);
		assert_int_equal(h.out.items, 0);
	}
	evd_put(&b,
	        "\xff\xff\xff\xff"
	        "D",
	        5); /* a frame of four GiB */
	assert_int_equal(observe(&c, program(&b, ""), &h), EVD_E_FORMAT);
	put_item(&b, "a.png", "x");
	put(&b, 'C', "");
	put(&b, 'A', "{\"action\":\"derive\",\"method\":\"paint\"}");
	assert_int_equal(observe(&c, program(&b, ""), &h), EVD_E_FORMAT);
	assert_int_equal(h.out.items, 1);
	holds(&c, 2);
	evd_case_close(&c);
	evd_buf_release(&b);
}

static void failures(void **state)
{
	struct evd_case c;
	struct evd_buf b = {0};
	struct heard h = {.stop = false};
	char text[80];

	(void)state;
	fixture_case(&c);
	assert_int_equal(observe(&c, "/nonexistent/evidence-capture", &h), EVD_E_UNAVAILABLE);
	snprintf(text, sizeof text, "{\"code\":%d,\"text\":\"the portal \\\"refused\\\"\"}",
	         -EVD_E_DENIED);
	put(&b, 'X', text);
	assert_int_equal(observe(&c, program(&b, ""), &h), EVD_E_DENIED);
	assert_string_equal(h.err.text, "the portal \"refused\"");
	/* a code that such a program may not give */
	snprintf(text, sizeof text, "{\"code\":%d,\"text\":\"x\"}", -EVD_E_INTERNAL);
	put(&b, 'X', text);
	assert_int_equal(observe(&c, program(&b, ""), &h), EVD_E_UNAVAILABLE);
	/* stopped in the middle: what was complete is in */
	h.stop = true;
	put_item(&b, "a.png", "x");
	put(&b, 'C', "");
	put(&b, 'Z', "");
	assert_int_equal(observe(&c, program(&b, ""), &h), EVD_E_CANCELLED);
	assert_int_equal(h.out.items, 1);
	holds(&c, 2);
	evd_case_close(&c);
	evd_buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whole),
	    cmocka_unit_test(cut),
	    cmocka_unit_test(hostile),
	    cmocka_unit_test(failures),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
