/*
 * test_wire: messages between `evidence` and evidence-reader at their limits and one beyond, cut at
 * every byte, and with every byte changed: decoded to the same or refused, never more.
 */
#include "reader/frames.h"
#include "reader/wire.h"

#include <stdio.h>
#include <string.h>

static int passed, failed;

static void check(bool ok, const char *what)
{
	if (ok) {
		passed++;
		return;
	}
	failed++;
	printf("FAILED: %s\n", what);
}

static void test_request(void)
{
	static uint8_t name[EVD_WIRE_NAME_MAX + 1];
	struct evd_wire_request q = {.ticket = 7,
	                             .memory = UINT64_MAX,
	                             .seconds = 60,
	                             .output = 1,
	                             .degraded = true,
	                             .from = 3,
	                             .loose = true,
	                             .n = EVD_WIRE_SOURCES},
	                        back;
	struct evd_buf b;
	bool ok = true;

	memset(name, 'n', sizeof name);
	snprintf(q.only, sizeof q.only, "%s", "exif");
	for (size_t i = 0; i < q.n; i++)
		q.name[i] = evd_view_of(name, i == 0 ? sizeof name : EVD_WIRE_NAME_MAX);
	evd_buf_init(&b, EVD_WIRE_MESSAGE_MAX);
	check(evd_wire_put_request(&b, &q, NULL) == 0, "a request at its limits is written");
	check(evd_wire_get_request(evd_buf_view(&b), &back, NULL) == 0 && back.ticket == 7 &&
	          back.memory == UINT64_MAX && back.seconds == 60 && back.degraded && back.from == 3 &&
	          back.loose && strcmp(back.only, "exif") == 0 && back.n == EVD_WIRE_SOURCES,
	      "and read again");
	check(back.name[0].len == EVD_WIRE_NAME_MAX, "a longer name is cut to the limit");
	for (size_t len = 0; len < b.len; len++)
		ok = ok && evd_wire_get_request(evd_view_of(b.data, len), &back, NULL) == EVD_E_FORMAT;
	check(ok, "a request cut anywhere is refused");
	evd_put_u8(&b, 0);
	check(evd_wire_get_request(evd_buf_view(&b), &back, NULL) == EVD_E_FORMAT,
	      "a byte more is refused");
	q.n = EVD_WIRE_SOURCES + 1;
	evd_buf_reset(&b);
	check(evd_wire_put_request(&b, &q, NULL) == EVD_E_MISUSE, "one source more is refused");
	q.n = 1;
	check(evd_wire_put_request(&b, &q, NULL) == EVD_E_MISUSE,
	      "a listing without an item is refused");
	q.loose = false;
	q.n = 0;
	check(evd_wire_put_request(&b, &q, NULL) == EVD_E_MISUSE, "no source is refused");
	evd_buf_release(&b);
}

static void test_ended(void)
{
	struct evd_wire_ended e = {.ticket = 1, .signalled = true, .value = 31}, back;
	struct evd_buf b;
	bool ok = true;

	evd_buf_init(&b, EVD_WIRE_MESSAGE_MAX);
	check(evd_wire_put_ended(&b, &e, NULL) == 0 &&
	          evd_wire_get_ended(evd_buf_view(&b), &back, NULL) == 0 && back.signalled &&
	          back.value == 31,
	      "how a process ended");
	for (size_t len = 0; len < b.len; len++)
		ok = ok && evd_wire_get_ended(evd_view_of(b.data, len), &back, NULL) == EVD_E_FORMAT;
	check(ok, "cut anywhere it is refused");
	check(evd_wire_type_of(evd_view_of("garbage", 7)) == 0, "garbage has no type");
	evd_buf_release(&b);
}

static uint64_t n_records;

static int count(void *ctx, struct evd_view line, const struct evd_json *j, struct evd_error *err)
{
	(void)ctx;
	(void)line;
	(void)j;
	(void)err;
	n_records++;
	return 0;
}

static void put_frame(struct evd_buf *b, char type, const char *payload)
{
	evd_put_u32le(b, (uint32_t)strlen(payload) + 1);
	evd_put_u8(b, (uint8_t)type);
	evd_put_str(b, payload);
}

/* Fed in pieces of `step` bytes with `output` as the budget. */
static int feed(struct evd_view v, size_t step, uint64_t output, struct evd_reader_outcome *out)
{
	struct evd_reader_events events = {.record = count};
	struct evd_frames f;
	int r = 0;

	memset(out, 0, sizeof *out);
	n_records = 0;
	evd_frames_init(&f, &events, out, output);
	for (size_t i = 0; r == 0 && i < v.len; i += step)
		r = evd_frames_feed(&f, v.p + i, v.len - i < step ? v.len - i : step, NULL);
	evd_frames_release(&f);
	return r;
}

static void test_frames(void)
{
	static const char record[] = "{\"kind\":\"field\",\"value\":\"x\"}";
	struct evd_reader_outcome out;
	struct evd_buf b, big;
	struct evd_view v;
	uint64_t one = sizeof record - 1 + 5;
	int accepted = 0;

	evd_buf_init(&b, 0);
	put_frame(&b, 'L', "landlock7+seccomp+rlimit");
	put_frame(&b, 'B',
	          "{\"confirmed\":true,\"name\":\"x\",\"place\":0,\"spec\":\"s\",\"version\":\"1\"}");
	put_frame(&b, 'R', record);
	put_frame(&b, 'R', record);
	put_frame(&b, 'E', "{\"code\":0,\"text\":\"\"}");
	put_frame(&b, 'Z', "");
	v = evd_buf_view(&b);
	check(feed(v, b.len, 1000, &out) == 0 && n_records == 2, "frames in one piece");
	check(feed(v, 1, 1000, &out) == 0 && n_records == 2, "frames byte by byte");
	check(feed(v, 7, 2 * one, &out) == 0 && n_records == 2, "records at the budget");
	check(feed(v, 7, 2 * one - 1, &out) == EVD_E_LIMIT && out.state == EVD_READER_OUTPUT_OVER &&
	          n_records == 1,
	      "records one byte over the budget");
	for (size_t i = 0; i < b.len; i++) { /* any change: refused, or other text in a free place */
		b.data[i] ^= 0x80;
		accepted += feed(v, 64, 1000, &out) == 0;
		b.data[i] ^= 0x80;
	}
	/* only a length that grows beyond what follows leaves the decoder waiting instead of refusing */
	check(accepted <= 6 * 4, "a changed byte is refused");
	evd_buf_init(&big, 0);
	put_frame(&big, 'L', "x");
	evd_put_u32le(&big, EVD_WIRE_FRAME_MAX);
	check(feed(evd_buf_view(&big), 64, 1000, &out) == 0, "the longest frame may begin");
	evd_buf_reset(&big);
	put_frame(&big, 'L', "x");
	evd_put_u32le(&big, EVD_WIRE_FRAME_MAX + 1);
	check(feed(evd_buf_view(&big), 64, 1000, &out) == EVD_E_FORMAT &&
	          out.state == EVD_READER_MALFORMED,
	      "a longer one is refused by its length");
	evd_buf_reset(&big);
	evd_put_u32le(&big, 0);
	check(feed(evd_buf_view(&big), 64, 1000, &out) == EVD_E_FORMAT, "a frame without a type");
	evd_buf_release(&big);
	evd_buf_release(&b);
}

/* `frames` behind an L, then N with `place` in `len` bytes; 0 and the place, or the code. */
static int feed_pass_on(const char *begin, bool may, uint32_t place, size_t len, uint32_t *got)
{
	struct evd_reader_events events = {.record = count};
	struct evd_reader_outcome out = {0};
	struct evd_frames f;
	struct evd_buf b;
	uint8_t number[5] = {(uint8_t)place, (uint8_t)(place >> 8), (uint8_t)(place >> 16),
	                     (uint8_t)(place >> 24)};
	int r;

	evd_buf_init(&b, 0);
	put_frame(&b, 'L', "landlock7+seccomp+rlimit");
	if (begin) {
		put_frame(&b, 'B', begin);
		if (strstr(begin, "ends"))
			put_frame(&b, 'E', "{\"code\":0,\"text\":\"\"}");
	}
	evd_put_u32le(&b, (uint32_t)len + 1);
	evd_put_u8(&b, 'N');
	evd_put(&b, number, len);
	evd_frames_init(&f, &events, &out, 1000);
	f.may_pass_on = may;
	r = evd_frames_feed(&f, b.data, b.len, NULL);
	*got = f.pass_on;
	if (r == 0) {
		static const uint8_t more[] = {1, 0, 0, 0, 'Z'};

		check(f.over && evd_frames_feed(&f, more, sizeof more, NULL) == EVD_E_FORMAT,
		      "nothing follows an item that was passed on");
	}
	evd_frames_release(&f);
	evd_buf_release(&b);
	return r;
}

static void test_pass_on(void)
{
	static const char five[] = "{\"confirmed\":true,\"name\":\"x\",\"place\":5,\"spec\":\"ends\","
	                           "\"version\":\"1\"}";
	static const char open[] =
	    "{\"confirmed\":true,\"name\":\"x\",\"place\":5,\"spec\":\"s\",\"version\":\"1\"}";
	uint32_t got;

	check(feed_pass_on(NULL, true, 1, 4, &got) == 0 && got == 1, "passed on to the second reader");
	check(feed_pass_on(NULL, true, 1000, 4, &got) == 0 && got == 1000,
	      "to the last place there is");
	check(feed_pass_on(five, true, 6, 4, &got) == 0 && got == 6, "to the one behind the last");
	check(feed_pass_on(five, true, 5, 4, &got) == EVD_E_FORMAT && !got, "not to one that has read");
	check(feed_pass_on(open, true, 6, 4, &got) == EVD_E_FORMAT && !got, "not while one reads");
	check(feed_pass_on(NULL, true, 0, 4, &got) == EVD_E_FORMAT && !got, "not to the first");
	check(feed_pass_on(NULL, true, 1001, 4, &got) == EVD_E_FORMAT && !got, "not beyond the table");
	check(feed_pass_on(NULL, true, 1, 3, &got) == EVD_E_FORMAT && !got, "not by half a number");
	check(feed_pass_on(NULL, true, 1, 5, &got) == EVD_E_FORMAT && !got, "nor by a longer one");
	check(feed_pass_on(NULL, false, 1, 4, &got) == EVD_E_FORMAT && !got,
	      "not by the program that has all readers");
}

int main(void)
{
	test_request();
	test_ended();
	test_frames();
	test_pass_on();
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
