/*
 * bench_parse: the WhatsApp reader alone, from the file to messages in memory, as parsers of other
 * people end (whatstk's table, chat-miner's and WhatsApp-Chat-Exporter's objects): parse against
 * parse. In place of the chat model, which renders records, stands one that keeps each message with
 * copies of its texts. bench_parse FILE [RUNS]: messages, bytes of text kept and CPU seconds of each run;
 * a run takes the memory of the one before, as Python's does.
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

/* The texts of a message, in this order, one behind the other where `texts` points */
enum { SENDER, NUMBER, BODY, TIME_RAW, MARKER, DETAILS, TEXTS };

struct kept {
	int64_t local_ms;
	uint64_t off;
	const uint8_t *texts;
	uint32_t len, text_len[TEXTS];
	uint32_t flags, attachments;
	uint8_t type;
	bool edited;
};

struct evd_chat_conv {
	struct kept *message;
	size_t n, cap;
};

struct chunk {
	struct chunk *next;
	uint8_t texts[CHUNK];
};

static struct evd_chat_conv all;
static struct chunk *first;
static struct chunk *chunk;
static size_t chunk_used, text_bytes;

static void next_chunk(void)
{
	struct chunk **next = chunk ? &chunk->next : &first;

	if (!*next && !(*next = calloc(1, sizeof **next)))
		abort();
	chunk = *next;
	chunk_used = 0;
}

/* Room for the texts of one message */
static uint8_t *room(size_t len)
{
	uint8_t *at;

	if (len > CHUNK)
		abort();
	if (!chunk || len > CHUNK - chunk_used)
		next_chunk();
	at = chunk->texts + chunk_used;
	chunk_used += len;
	text_bytes += len;
	return at;
}

static uint32_t narrow(uint64_t n)
{
	if (n > UINT32_MAX)
		abort();
	return (uint32_t)n;
}

static void keep_texts(struct kept *to, const struct evd_view text[TEXTS])
{
	size_t len = 0;
	uint8_t *at;

	for (size_t i = 0; i < TEXTS; i++)
		len += text[i].len;
	to->texts = at = room(len);
	for (size_t i = 0; i < TEXTS; i++) {
		if (text[i].len)
			memcpy(at, text[i].p, text[i].len);
		at += text[i].len;
		to->text_len[i] = narrow(text[i].len);
	}
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
	(void)err;
	*out = &all;
	c->n_conv++;
	return 0;
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
	*to = (struct kept){.type = (uint8_t)m->type,
	                    .flags = m->flags,
	                    .edited = m->edited,
	                    .local_ms = m->time.local_ms,
	                    .off = m->off,
	                    .len = narrow(m->len)};
	keep_texts(to, (const struct evd_view[TEXTS]){[SENDER] = m->sender,
	                                              [NUMBER] = m->number,
	                                              [BODY] = m->body,
	                                              [TIME_RAW] = m->time.raw,
	                                              [MARKER] = m->marker,
	                                              [DETAILS] = m->details});
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
		struct evd_input in = {.source = &source, .n = 1};
		struct evd_sink sink = {emit, NULL};
		double from = cpu();

		all.n = text_bytes = 0;
		chunk = NULL;
		if (evd_format_chat_whatsapp.read(&in, &sink, &err)) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
		printf("messages %zu text %zu seconds %.3f\n", all.n, text_bytes, cpu() - from);
	}
	close(fd);
	return 0;
}
