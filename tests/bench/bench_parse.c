/*
 * bench_parse: the WhatsApp reader alone, from the file to messages in memory, as parsers of other
 * people end (whatstk's table, chat-miner's and WhatsApp-Chat-Exporter's objects): parse against
 * parse. In place of the chat model, which renders records, stands one that keeps each message with
 * copies of its texts. bench_parse FILE [RUNS]: messages, bytes of text kept and CPU seconds of each run.
 */
#include "chat.h"
#include "formats.h"
#include "source.h"
#include "file_read.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern const struct evd_format evd_format_chat_whatsapp;

#define CHUNK ((size_t)1 << 20)

struct kept {
	enum evd_chat_type type;
	unsigned flags;
	bool edited;
	struct evd_view sender, number, body, time_raw, marker, details;
	int64_t local_ms;
	uint64_t off, len, attachments;
};

struct evd_chat_conv {
	struct kept *message;
	size_t n, cap;
};

static struct evd_chat_conv *all;
static uint8_t *chunk;
static size_t chunk_left, text_bytes;

static struct evd_view keep(struct evd_view v)
{
	if (v.len > chunk_left) {
		chunk_left = v.len > CHUNK ? v.len : CHUNK;
		chunk = malloc(chunk_left);
		if (!chunk)
			abort();
	}
	if (v.len)
		memcpy(chunk, v.p, v.len);
	v.p = chunk;
	chunk += v.len;
	chunk_left -= v.len;
	text_bytes += v.len;
	return v;
}

void evd_chat_init(struct evd_chat *c, struct evd_sink *sink, const char *platform)
{
	memset(c, 0, sizeof *c);
	c->sink = sink;
	c->platform = platform;
}

void evd_chat_release(struct evd_chat *c)
{
	(void)c; /* the messages stay, as in the other programs */
}

int evd_chat_begin(struct evd_chat *c, struct evd_view key, const struct evd_chat_info *info,
                   struct evd_chat_conv **out, struct evd_error *err)
{
	(void)key;
	(void)info;
	*out = all = calloc(1, sizeof *all);
	c->n_conv++;
	return *out ? 0 : evd_nomem(err);
}

uint64_t evd_chat_count(const struct evd_chat_conv *conv)
{
	return conv->n;
}

int evd_chat_message(struct evd_chat *c, struct evd_chat_conv *conv, struct evd_chat_message *m,
                     struct evd_error *err)
{
	struct kept *to;
	void *grown = evd_grow(conv->message, conv->n, &conv->cap, sizeof *conv->message);

	(void)c;
	if (!grown)
		return evd_nomem(err);
	conv->message = grown;
	to = &conv->message[conv->n++];
	*to = (struct kept){.type = m->type,
	                    .flags = m->flags,
	                    .edited = m->edited,
	                    .sender = keep(m->sender),
	                    .number = keep(m->number),
	                    .body = keep(m->body),
	                    .time_raw = keep(m->time.raw),
	                    .marker = keep(m->marker),
	                    .details = keep(m->details),
	                    .local_ms = m->time.local_ms,
	                    .off = m->off,
	                    .len = m->len};
	return 0;
}

int evd_chat_attach(struct evd_chat *c, struct evd_chat_conv *conv,
                    const struct evd_chat_attachment *a, struct evd_error *err)
{
	(void)c;
	(void)a;
	(void)err;
	conv->message[conv->n - 1].attachments++;
	return 0;
}

int evd_chat_unread(struct evd_chat *c, struct evd_chat_conv *conv, const char *code, uint64_t off,
                    uint64_t len, struct evd_error *err, const char *fmt, ...)
{
	(void)c;
	(void)conv;
	(void)off;
	(void)len;
	(void)fmt;
	return evd_fail(err, EVD_E_FORMAT, "unread: %s", code);
}

int evd_chat_observe(struct evd_chat *c, const struct evd_chat_conv *conv, const char *code,
                     struct evd_error *err, const char *fmt, ...)
{
	(void)c;
	(void)conv;
	(void)code;
	(void)err;
	(void)fmt;
	return 0;
}

int evd_chat_end(struct evd_chat *c, struct evd_error *err)
{
	(void)c;
	(void)err;
	return 0;
}

static int emit(void *ctx, struct evd_object *o, struct evd_error *err)
{
	(void)ctx;
	(void)o;
	return evd_fail(err, EVD_E_MISUSE, "no records are made here");
}

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	int runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 1;
	int fd = argc > 1 ? open(argv[1], O_RDONLY) : -1;
	struct evd_error err = {0};
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		fprintf(stderr, "usage: bench_parse FILE [RUNS]\n");
		return 64;
	}
	for (int i = 0; i < runs; i++) {
		struct evd_source source = {.size = (uint64_t)st.st_size, .read_at = file_read, .ctx = &fd};
		struct evd_input in = {&source, 1};
		struct evd_sink sink = {emit, NULL};
		double from = cpu();

		text_bytes = 0;
		if (evd_format_chat_whatsapp.read(&in, &sink, &err)) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
		printf("messages %zu text %zu seconds %.3f\n", all->n, text_bytes, cpu() - from);
	}
	close(fd);
	return 0;
}
