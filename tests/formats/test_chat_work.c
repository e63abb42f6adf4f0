/*
 * test_chat_work: how much a chat reader reads of a zip with very many files must grow as the zip does.
 * Counted in bytes asked of the source, not in seconds. Also: two texts of one name are both read; the listing
 * of loose files beside a chat (base/loose.h).
 */
#include "base/loose.h"
#include "format.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct evd_format evd_format_chat_whatsapp, evd_format_chat_telegram;

#define ZIP_MAX (UINT32_C(8) << 20)

static int passed, failed;

static void check(bool ok, const char *what)
{
	passed += ok;
	failed += !ok;
	if (!ok)
		printf("FAILED: %s\n", what);
}

struct counted {
	const uint8_t *p;
	size_t len;
	uint64_t asked; /* bytes */
};

static int read_at(void *ctx, uint64_t off, void *p, size_t len, size_t *got, struct evd_error *err)
{
	struct counted *c = ctx;
	size_t left = off < c->len ? c->len - (size_t)off : 0;

	(void)err;
	*got = len < left ? len : left;
	if (*got)
		memcpy(p, c->p + off, *got);
	c->asked += *got;
	return 0;
}

struct seen {
	unsigned conversations, messages, present, absent, unavailable;
	struct evd_buf line;
};

static int take(void *ctx, struct evd_object *record, struct evd_error *err)
{
	struct seen *s = ctx;

	evd_buf_reset(&s->line);
	if (evd_object_write(record, &s->line, err))
		return EVD_E_NOMEM;
	evd_put_u8(&s->line, 0);
	s->conversations += strstr((char *)s->line.data, "\"kind\":\"conversation\"") != NULL;
	s->messages += strstr((char *)s->line.data, "\"kind\":\"message\"") != NULL;
	s->absent += strstr((char *)s->line.data, "\"state\":\"absent\"") != NULL;
	s->unavailable += strstr((char *)s->line.data, "\"state\":\"unavailable\"") != NULL;
	s->present += strstr((char *)s->line.data, "\"state\":\"present\"") != NULL;
	return 0;
}

static void put_file(struct archive *a, const char *name, const char *text)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0600);
	archive_entry_set_size(e, (la_int64_t)strlen(text));
	if (archive_write_header(a, e) != ARCHIVE_OK ||
	    archive_write_data(a, text, strlen(text)) != (la_ssize_t)strlen(text)) {
		printf("cannot make a zip: %s\n", archive_error_string(a));
		exit(99);
	}
	archive_entry_free(e);
}

static struct archive *begin(void *block, size_t *used)
{
	struct archive *a = archive_write_new();

	archive_write_set_format_zip(a);
	archive_write_zip_set_compression_store(a);
	if (archive_write_open_memory(a, block, ZIP_MAX, used) != ARCHIVE_OK)
		exit(99);
	return a;
}

static uint64_t read_zip(const struct evd_format *f, const void *zip, size_t len, struct seen *seen)
{
	struct counted c = {zip, len, 0};
	struct evd_source source = {.size = len, .read_at = read_at, .ctx = &c};
	struct evd_input in = {.source = &source, .n = 1};
	struct evd_sink sink = {take, seen};
	struct evd_error err;

	memset(seen, 0, sizeof *seen);
	evd_buf_init(&seen->line, 0);
	check(f->read(&in, &sink, &err) == 0, "the zip is read");
	evd_buf_release(&seen->line);
	return c.asked;
}

static void test_many_texts(void *block)
{
	struct seen seen;
	size_t used = 0;
	struct archive *a = begin(block, &used);
	uint64_t asked;
	char name[32];

	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof name, "%d.txt", i);
		put_file(a, name, "1/2/24, 1:02 - a: b\n");
	}
	archive_write_close(a);
	archive_write_free(a);
	asked = read_zip(&evd_format_chat_whatsapp, block, used, &seen);
	check(seen.conversations == 3000 && seen.messages == 3000, "every text of the zip is a chat");
	/* three walks; libarchive reads the list of files at the end too, and in blocks of 64 KiB */
	check(asked < 8 * (uint64_t)used + (UINT64_C(1) << 20),
	      "a zip of many texts is read a few times");
}

static void test_same_name(void *block)
{
	struct seen seen;
	size_t used = 0;
	struct archive *a = begin(block, &used);

	put_file(a, "_chat.txt", "[1/2/24, 1:02:03] a: b\r\n");
	put_file(a, "_chat.txt", "[1/2/24, 1:02:03] a: b\r\n[1/2/24, 1:02:04] a: c\r\n");
	archive_write_close(a);
	archive_write_free(a);
	read_zip(&evd_format_chat_whatsapp, block, used, &seen);
	check(seen.conversations == 2 && seen.messages == 3, "two texts of one name are both read");
}

/* Files whose paths end alike: the one that is named is found, and none by a part of a name. */
static void test_alike(void *block)
{
	struct seen seen;
	size_t used = 0;
	struct archive *a = begin(block, &used);
	char name[64];

	put_file(a, "x/result.json",
	         "{\"name\":\"x\",\"type\":\"personal_chat\",\"id\":1,\"messages\":["
	         "{\"id\":1,\"type\":\"message\",\"photo\":\"d7/a.jpg\"},"
	         "{\"id\":2,\"type\":\"message\",\"photo\":\"7/a.jpg\"},"
	         "{\"id\":3,\"type\":\"message\",\"photo\":\"a.jpg\"},"
	         "{\"id\":4,\"type\":\"message\",\"photo\":\"x/d2999/a.jpg\"}]}");
	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof name, "x/d%d/a.jpg", i);
		put_file(a, name, "\xff\xd8\xff");
	}
	archive_write_close(a);
	archive_write_free(a);
	read_zip(&evd_format_chat_telegram, block, used, &seen);
	check(seen.messages == 4 && seen.present == 3,
	      "attachments are found by the ends of their paths");
}

static void list_file(struct evd_buf *b, const char *path, unsigned flags)
{
	evd_put_u32le(b, (uint32_t)strlen(path));
	evd_put_str(b, path);
	evd_put_u64le(b, 3);
	evd_put_u8(b, (uint8_t)flags);
	evd_put_u8(b, 3);
	evd_put(b, "\xff\xd8\xff", 3);
}

/* Files beside a chat that names six: two of them by their paths, one that could not be read, itself, one that lies nowhere
 * under that path, and one by a digest. */
#define DIGEST "93d708f014cd0819d865dff229cdcd0f0d6bb9925ead3b9559c6cdef9b1cf641"
static void list(struct evd_buf *b, uint32_t left_out)
{
	evd_buf_reset(b);
	evd_put_u32le(b, EVD_LOOSE_MAGIC);
	evd_put_u32le(b, 5);
	evd_put_u32le(b, left_out);
	evd_put_u32le(b, 3);
	evd_put_str(b, "a/x");
	list_file(b, "p/1.jpg", EVD_LOOSE_READ);
	list_file(b, "p/2.jpg", EVD_LOOSE_READ);
	list_file(b, "p/3.jpg", 0);
	list_file(b, "result.json", EVD_LOOSE_READ);
	list_file(b, "files/93/" DIGEST ".jpg", EVD_LOOSE_READ);
}

static int read_beside(const struct evd_buf *b, size_t len, struct seen *seen)
{
	static const char chat[] = "{\"name\":\"x\",\"type\":\"personal_chat\",\"id\":1,\"messages\":["
	                           "{\"id\":1,\"type\":\"message\",\"photo\":\"p/1.jpg\"},"
	                           "{\"id\":2,\"type\":\"message\",\"photo\":\"x/p/2.jpg\"},"
	                           "{\"id\":3,\"type\":\"message\",\"photo\":\"p/3.jpg\"},"
	                           "{\"id\":4,\"type\":\"message\",\"photo\":\"result.json\"},"
	                           "{\"id\":5,\"type\":\"message\",\"photo\":\"1.jpg\"},"
	                           "{\"id\":6,\"type\":\"message\",\"photo\":\"" DIGEST ".jpg\"}]}";
	struct counted c[2] = {{(const uint8_t *)chat, sizeof chat - 1, 0}, {b->data, len, 0}};
	struct evd_source source[2];
	struct evd_input in = {.source = source, .n = 1, .loose = &source[1]};
	struct evd_sink sink = {take, seen};
	struct evd_error err;
	int r;

	for (size_t i = 0; i < 2; i++)
		source[i] = (struct evd_source){.size = c[i].len, .read_at = read_at, .ctx = &c[i]};
	source[0].name = evd_view_str("result.json");
	memset(seen, 0, sizeof *seen);
	evd_buf_init(&seen->line, 0);
	r = evd_format_chat_telegram.read(&in, &sink, &err);
	evd_buf_release(&seen->line);
	return r;
}

static void test_loose(void)
{
	struct evd_buf b = {0};
	struct seen seen;
	bool refused = true;

	list(&b, 0);
	check(read_beside(&b, b.len, &seen) == 0 && seen.messages == 6,
	      "a chat with loose files is read");
	check(seen.present == 3 && seen.unavailable == 1 && seen.absent == 2,
	      "which of them are its files");
	for (size_t len = 0; len < b.len; len++)
		refused = refused && read_beside(&b, len, &seen) == EVD_E_DAMAGED;
	check(refused, "a listing cut anywhere is refused");
	evd_put_u8(&b, 0);
	check(read_beside(&b, b.len, &seen) == EVD_E_DAMAGED, "a byte more is refused");
	list(&b, 1);
	check(read_beside(&b, b.len, &seen) == 0 && seen.present == 3 && seen.absent == 0 &&
	          seen.unavailable == 3,
	      "where files were left out, none is called absent");
	evd_buf_release(&b);
}

int main(void)
{
	void *block = malloc(ZIP_MAX);

	if (!block)
		return 99;
	test_many_texts(block);
	test_same_name(block);
	test_alike(block);
	test_loose();
	free(block);
	printf("%d passed, %d failed\n", passed, failed);
	return failed ? 1 : 0;
}
