/* test_loose: which files lie beside a chat, what was seen of each, and where the listing ends (base/loose.h). */
#include "fixture.h"

#include "derive/loose.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One listing taken apart. */
struct list {
	uint8_t *bytes;
	struct evd_cursor c;
	uint32_t files, left_out;
	char folder[64];
};

struct entry {
	char name[64];
	uint64_t size;
	unsigned flags;
	size_t head_len;
};

static void open_list(int fd, struct list *l)
{
	struct stat st;
	struct evd_view v;

	assert_int_equal(fstat(fd, &st), 0);
	l->bytes = malloc((size_t)st.st_size);
	assert_non_null(l->bytes);
	assert_int_equal(pread(fd, l->bytes, (size_t)st.st_size, 0), st.st_size);
	/* whoever has the descriptor cannot change what the next reader is told */
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(ftruncate(fd, 0), -1);
	close(fd);
	evd_cursor_init(&l->c, evd_view_of(l->bytes, (size_t)st.st_size));
	assert_int_equal(evd_get_u32le(&l->c), EVD_LOOSE_MAGIC);
	l->files = evd_get_u32le(&l->c);
	l->left_out = evd_get_u32le(&l->c);
	v = evd_get_bytes(&l->c, evd_get_u32le(&l->c));
	snprintf(l->folder, sizeof l->folder, "%.*s", (int)v.len, (const char *)v.p);
}

static struct entry next(struct list *l)
{
	struct evd_view v = evd_get_bytes(&l->c, evd_get_u32le(&l->c));
	struct entry e = {.size = evd_get_u64le(&l->c)};

	snprintf(e.name, sizeof e.name, "%.*s", (int)v.len, (const char *)v.p);
	e.flags = evd_get_u8(&l->c);
	e.head_len = evd_get_u8(&l->c);
	evd_get_bytes(&l->c, e.head_len);
	assert_true(evd_cursor_ok(&l->c));
	return e;
}

static void is_next(struct list *l, const char *name, uint64_t size, unsigned flags, size_t head)
{
	struct entry e = next(l);

	assert_string_equal(e.name, name);
	assert_int_equal(e.size, size);
	assert_int_equal(e.flags, flags);
	assert_int_equal(e.head_len, head);
}

static void close_list(struct list *l)
{
	assert_true(evd_cursor_at_end(&l->c));
	free(l->bytes);
}

static void put(struct evd_loose *l, uint64_t seq, uint64_t k, const char *path, const char *source,
                uint64_t size)
{
	const struct evd_loose_item item = {{seq, k}, size, path, source};

	assert_int_equal(evd_loose_add(l, &item, NULL), 0);
}

/* The names listed for an item, with a blank behind each. */
static const char *names(struct evd_loose *l, int dir, uint64_t seq, uint64_t k)
{
	static char text[256];
	struct evd_loose_listed listed;
	struct list list;
	int fd;

	text[0] = '\0';
	assert_int_equal(evd_loose_listing(l, dir, (struct evd_id){seq, k}, &fd, &listed, NULL), 0);
	if (fd < 0) {
		assert_int_equal(listed.files, 0);
		return "none";
	}
	open_list(fd, &list);
	assert_int_equal(list.files, listed.files);
	for (uint32_t i = 0; i < list.files; i++) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof text - used, "%s ", next(&list).name);
	}
	close_list(&list);
	return text;
}

static void test_seen(void **state)
{
	static const uint8_t zero[9000], late[9000] = {[8999] = 1};
	const char *folder = test_folder();
	struct evd_loose *l = evd_loose_new();
	struct evd_loose_listed listed;
	struct list list;
	int dir = open(folder, O_RDONLY | O_DIRECTORY), fd;

	(void)state;
	test_write(test_path(folder, "1"), "a chat", 6);
	test_write(test_path(folder, "2"), "\xff\xd8\xff", 3);
	test_write(test_path(folder, "3"), zero, sizeof zero);
	test_write(test_path(folder, "4"), late, sizeof late);
	test_write(test_path(folder, "5"), "", 0);
	put(l, 2, 2, "1", "x/chat.txt", 6);
	put(l, 2, 4, "2", "x/a.jpg", 3);
	put(l, 2, 6, "3", "x/b/zero.jpg", sizeof zero);
	put(l, 2, 8, "4", "x/b/late.jpg", sizeof late);
	put(l, 2, 10, "5", "x/empty", 0);
	put(l, 2, 12, "missing", "x/gone", 77);
	put(l, 2, 14, NULL, "x/lost", 78);
	put(l, 2, 16, "2", NULL, 3); /* nobody knows where it lay */
	assert_int_equal(evd_loose_listing(l, dir, (struct evd_id){2, 2}, &fd, &listed, NULL), 0);
	assert_true(fd >= 0);
	open_list(fd, &list);
	assert_string_equal(list.folder, "x");
	assert_int_equal(list.left_out, 0);
	is_next(&list, "a.jpg", 3, EVD_LOOSE_READ, 3);
	is_next(&list, "b/late.jpg", sizeof late, EVD_LOOSE_READ, EVD_LOOSE_HEAD);
	is_next(&list, "b/zero.jpg", sizeof zero, EVD_LOOSE_READ | EVD_LOOSE_ZERO, EVD_LOOSE_HEAD);
	is_next(&list, "chat.txt", 6, EVD_LOOSE_READ, 6);
	is_next(&list, "empty", 0, EVD_LOOSE_READ, 0);
	is_next(&list, "gone", 77, 0, 0);
	is_next(&list, "lost", 78, 0, 0);
	close_list(&list);
	assert_int_equal(listed.files, 7);
	assert_int_equal(listed.first, 2);
	assert_int_equal(listed.last, 2);
	assert_string_equal(names(l, dir, 2, 6), "late.jpg zero.jpg ");
	assert_string_equal(names(l, dir, 2, 16), "none");
	assert_string_equal(names(l, dir, 9, 9), "none");
	close(dir);
	evd_loose_free(l);
	evd_loose_free(NULL);
}

/* An intake of several entries is one; two intakes of the same paths are two. */
static void test_intakes(void **state)
{
	struct evd_loose *l = evd_loose_new();

	(void)state;
	put(l, 2, 2, NULL, "x/a.txt", 5);
	put(l, 2, 4, NULL, "x/first", 5);
	put(l, 3, 2, NULL, "x/second", 5); /* entry 2 was not full: another intake */
	put(l, 3, 4, NULL, "x/b.txt", EVD_BATCH_BYTES);
	put(l, 4, 2, NULL, "x/third", 1);                /* entry 3 was */
	put(l, 6, 2, NULL, "x/fourth", EVD_BATCH_BYTES); /* full or not, an entry lies between */
	put(l, 7, 2, NULL, "x/c.txt", 1);
	put(l, 7, 4, NULL, "y/d.txt", 1);
	put(l, 7, 6, NULL, "x2/e.txt", 1);
	assert_string_equal(names(l, -1, 2, 2), "a.txt first ");
	assert_string_equal(names(l, -1, 3, 4), "b.txt second third ");
	assert_string_equal(names(l, -1, 7, 2), "c.txt fourth ");
	assert_string_equal(names(l, -1, 7, 4), "none");
	assert_string_equal(names(l, -1, 2, 4), "a.txt first ");
	evd_loose_free(l);
	l = evd_loose_new();
	for (uint64_t i = 0; i < EVD_BATCH_ITEMS; i++)
		put(l, 2, 2 * i + 2, NULL, i ? "z/a" : "x/a.txt", 1);
	put(l, 3, 2, NULL, "x/b", 1);
	assert_string_equal(names(l, -1, 2, 2), "a.txt b ");
	evd_loose_free(l);
}

/* At the limit all are listed; of one more it is said that it was left out. */
static void test_limit(void **state)
{
	static char source[EVD_LOOSE_FILES + 1][16];

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		struct evd_loose *l = evd_loose_new();
		struct evd_loose_listed listed;
		struct list list;
		int fd;

		for (size_t i = 0; i < EVD_LOOSE_FILES + more; i++) {
			snprintf(source[i], sizeof source[i], "x/%zu", i);
			put(l, 2, 2 * i + 2, NULL, source[i], 1);
		}
		assert_int_equal(evd_loose_listing(l, -1, (struct evd_id){2, 2}, &fd, &listed, NULL), 0);
		open_list(fd, &list);
		assert_int_equal(list.files, EVD_LOOSE_FILES);
		assert_int_equal(list.left_out, more);
		assert_int_equal(listed.left_out, more);
		for (uint32_t i = 0; i < list.files; i++)
			next(&list);
		close_list(&list);
		evd_loose_free(l);
	}
}

static void test_wanted(void **state)
{
	const char *folder = test_folder();
	static const struct {
		const char *name, *bytes;
		size_t len;
		bool wanted;
	} file[] = {{"a.jpg", "\xff\xd8\0\0", 4, false},
	            {"a", "13/02/2024, 14:05 - Ana: a", 26, true},
	            {"A.TXT", "\0\0\0\0", 4, true},
	            {"a.json", "", 0, true},
	            {"a.bin", "", 0, false},
	            {".txt", "\0", 1, false}};

	(void)state;
	for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
		const char *path = test_path(folder, "f");
		int fd;

		unlink(path);
		test_write(path, file[i].bytes, file[i].len);
		fd = open(path, O_RDONLY);
		assert_int_equal(evd_loose_wanted(fd, file[i].name), file[i].wanted);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_seen), cmocka_unit_test(test_intakes),
	                                   cmocka_unit_test(test_limit), cmocka_unit_test(test_wanted)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
