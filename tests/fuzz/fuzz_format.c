/*
 * fuzz_format: one target a reader (EVD_FUZZ_FORMAT names it). The input is the item; when it begins
 * with "FZ2" and a u32 little-endian length, that many bytes are the item and the rest is its -wal.
 * Every record must be canonical, of a kind, and fit its line: else the target aborts.
 */
#include "format.h"
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define FORMAT JOIN(evd_format_, EVD_FUZZ_FORMAT)

extern const struct evd_format FORMAT;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t n_records;

static int check_record(void *ctx, struct evd_object *o, struct evd_error *err)
{
	struct evd_buf line;
	struct evd_json j = {0};
	struct evd_view kind;

	(void)ctx;
	if (++n_records > 20000) /* the budget of the reader process */
		return evd_fail(err, EVD_E_LIMIT, "enough records");
	evd_buf_init(&line, EVD_MAX_RECORD_LINE - 1024);
	if (evd_object_write(o, &line, err) || evd_json_parse(&j, evd_buf_view(&line), err) ||
	    !evd_json_string(&j, 0, "kind", &kind)) {
		fprintf(stderr, "bad record: %s: %.*s\n", err ? err->text : "", (int)line.len,
		        (const char *)line.data);
		abort();
	}
	evd_object_reset(o);
	evd_json_release(&j);
	evd_buf_release(&line);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evd_memory memory[2];
	struct evd_source source[2];
	struct evd_input in = {.source = source, .n = 1};
	struct evd_sink sink = {check_record, NULL};
	struct evd_view item = evd_view_of(data, size), more = {0};
	struct evd_cursor c;
	struct evd_error err = {0};
	int r;

	evd_cursor_init(&c, item);
	if (size > 7 && memcmp(data, "FZ2", 3) == 0) {
		uint32_t len;

		evd_get_bytes(&c, 3);
		len = evd_get_u32le(&c);
		item = evd_get_bytes(&c, len < evd_cursor_left(&c) ? len : evd_cursor_left(&c));
		more = evd_get_bytes(&c, evd_cursor_left(&c));
	}
	evd_source_memory(&memory[0], item, evd_view_str("item.jpg"), &source[0]);
	if (more.len) {
		evd_source_memory(&memory[1], more, evd_view_str("item-wal"), &source[1]);
		in.n = 2;
	}
	if (FORMAT.warm && FORMAT.warm(&err))
		abort();
	n_records = 0;
	(void)FORMAT.probe(evd_view_of(item.p, item.len < 65536 ? item.len : 65536), &in);
	r = FORMAT.read(&in, &sink, &err);
	if (r > 0 || (r < 0 && err.code != r)) { /* END is no answer; an error must say itself */
		fprintf(stderr, "returned %d, error %d: %s\n", r, err.code, err.text);
		abort();
	}
	return 0;
}
