/* test_acquire: what is taken in is byte for byte what was there, the source is left as it was, and what
 * is not taken is named (docs/acquire.md; threats groups S and N). */
#include "fixture.h"

#include "capture/resume.h"
#include "capture/sum.h"
#include "capture/walk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char told_path[64][200], told_why[64][120];
static size_t n_told, n_items;

static void told(void *ctx, struct evd_id id, uint64_t exhibit, const char *path, const char *why)
{
	(void)ctx;
	(void)exhibit;
	if (id.seq) {
		n_items++;
		return;
	}
	assert_true(n_told < 64);
	snprintf(told_path[n_told], sizeof *told_path, "%s", path);
	snprintf(told_why[n_told++], sizeof *told_why, "%s", why ? why : "");
}

static const char *why_of(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < n_told; i++)
		if (strlen(told_path[i]) >= n && strcmp(told_path[i] + strlen(told_path[i]) - n, name) == 0)
			return told_why[i];
	return "not told";
}

static int take(struct evd_case *c, const char *path, struct evd_acquired *out,
                struct evd_error *err)
{
	struct evd_acquire_options o = {
	    .basis = "consent", .observed = "file", .stream = -1, .told = told, .pool = fixture_pool()};
	char *paths[1];
	int r;

	n_told = n_items = 0;
	paths[0] = strdup(path);
	r = evd_acquire(c, fixture_key(), paths, 1, &o, out, err);
	free(paths[0]);
	return r;
}

/* A folder with one of everything. */
static const char *zoo(void)
{
	const char *at = test_folder();
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd;

	test_write(test_path(at, "photo.JPG"), "jpeg?", 5);
	test_write(test_path(at, "empty"), "", 0);
	test_write(test_path(at, "zero.bin"), "\0\0\0\0\0\0\0\0", 8);
	test_write(test_path(at, "no\xffutf8.x!y"), "1", 1);
	test_write(test_path(at, "new\nline"), "2", 1);
	test_write(test_path(at, "-rf"), "3", 1);
	test_write(test_path(at, "\xd0\x8b\xd0\xb8\xd1\x80.toolongextension"), "4", 1);
	assert_int_equal(mkdir(test_path(at, "sub"), 0700), 0);
	test_write(test_path(at, "sub/deep.txt"), "5", 1);
	assert_int_equal(link(test_path(at, "photo.JPG"), test_path(at, "twin.jpg")), 0);
	assert_int_equal(symlink("photo.JPG", test_path(at, "link")), 0);
	assert_int_equal(symlink("/nowhere", test_path(at, "dangling")), 0);
	assert_int_equal(symlink(".", test_path(at, "loop")), 0);
	assert_int_equal(mkfifo(test_path(at, "fifo"), 0600), 0);
	fd = open(test_path(at, "sparse"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(ftruncate(fd, 1 << 20), 0);
	close(fd);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(name.sun_path, sizeof name.sun_path, "%s/socket", at);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
	close(fd);
	return at;
}

static void everything(void **state)
{
	const char *at = zoo();
	struct evd_acquired out;
	struct evd_error err = {0};
	static struct evd_report r;
	struct evd_case c;
	struct stat before, after;
	const char *bundle = test_path(test_folder(), "b.asice");

	(void)state;
	stat(test_path(at, "photo.JPG"), &before);
	fixture_case(&c);
	assert_int_equal(take(&c, at, &out, &err), 0);
	assert_int_equal(out.items, 10);
	assert_int_equal(n_items, 10);
	assert_int_equal(out.links, 3);
	assert_int_equal(out.not_taken, 2);
	assert_int_equal(out.entries, 1);
	assert_non_null(strstr(why_of("/fifo"), "FIFO"));
	assert_non_null(strstr(why_of("/socket"), "socket"));
	assert_non_null(strstr(why_of("/link"), "symbolic link"));
	/* the source is as it was */
	stat(test_path(at, "photo.JPG"), &after);
	assert_true(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec && before.st_size == after.st_size);
	assert_true(before.st_atim.tv_sec == after.st_atim.tv_sec &&
	            before.st_atim.tv_nsec == after.st_atim.tv_nsec);
	assert_int_equal(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
	fixture_seal(&c, bundle);
	assert_int_equal(fixture_verify(bundle, true, &r), EVD_TOTAL_PASSED);
	assert_int_equal(r.log.items.n, 11);
	evd_report_release(&r);
	evd_case_close(&c);
}

static void refused(void **state)
{
	struct evd_acquired out;
	struct evd_error err = {0};
	struct evd_case c;
	char path[300];

	(void)state;
	snprintf(path, sizeof path, "%s", fixture_case(&c));
	assert_int_equal(take(&c, "/no/such/file", &out, &err), 0);
	assert_int_equal(out.not_taken, 1);
	assert_int_equal(out.items, 0);
	assert_int_equal(c.log.entries.n, 1 + out.entries);
	/* the case itself, and what lies above it, cannot be evidence of it */
	(void)take(&c, path, &out, &err);
	assert_int_equal(out.items, 0);
	assert_int_equal(take(&c, "/dev/null", &out, &err), 0);
	assert_int_equal(out.not_taken, 1);
	assert_int_equal(out.items, 0);
	evd_case_close(&c);
}

static void from_stream(void **state)
{
	struct evd_acquire_options o = {.basis = "public",
	                                .observed = "photo",
	                                .label = "a screen",
	                                .stream_name = "screen.png",
	                                .pool = fixture_pool()};
	const char *at = test_folder();
	struct evd_acquired out;
	struct evd_error err = {0};
	struct evd_case c;

	(void)state;
	test_write(test_path(at, "s"), "bytes", 5);
	o.stream = open(test_path(at, "s"), O_RDONLY | O_CLOEXEC);
	fixture_case(&c);
	assert_int_equal(evd_acquire(&c, fixture_key(), NULL, 0, &o, &out, &err), 0);
	assert_int_equal(out.items, 1);
	assert_int_equal(out.bytes, 5);
	close(o.stream);
	/* a basis that is no word of the list: nothing is committed */
	o.basis = "curiosity";
	o.stream = open(test_path(at, "s"), O_RDONLY | O_CLOEXEC);
	assert_int_not_equal(evd_acquire(&c, fixture_key(), NULL, 0, &o, &out, &err), 0);
	assert_int_equal(c.log.entries.n, 2);
	close(o.stream);
	evd_case_close(&c);
}

static void extensions(void **state)
{
	static const char *const row[][2] = {{"a.jpg", "jpg"},
	                                     {"a.JPG", "jpg"},
	                                     {"a.tar.gz", "gz"},
	                                     {"a", "bin"},
	                                     {"a.", "bin"},
	                                     {".bashrc", "bin"},
	                                     {"a.toolongxx", "bin"},
	                                     {"a.12345678", "12345678"},
	                                     {"a.x!y", "bin"},
	                                     {"a.\xc5\xbe", "bin"},
	                                     {"", "bin"},
	                                     {"a.j\npg", "bin"},
	                                     {"a.p g", "bin"}};
	char ext[9];

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		evd_extension(evd_view_str(row[i][0]), ext);
		assert_string_equal(ext, row[i][1]);
	}
}

/* How many of the files below `path` the note of an intake of `paths` says to be in. */
static size_t known(struct evd_case *c, char **paths, const char *path)
{
	struct evd_resume *r;
	struct evd_walk *w;
	struct evd_walked f;
	struct evd_error err = {0};
	size_t n = 0;

	assert_int_equal(evd_resume_open(c, paths, 1, &r, &err), 0);
	assert_int_equal(evd_walk_open(path, 0, 0, &w, &err), 0);
	while (evd_walk_next(w, &f, &err) == 0)
		n += evd_resume_has(r, &f);
	evd_walk_free(w);
	evd_resume_free(r);
	return n;
}

static void claim(const char *path, const struct timespec *time)
{
	const struct timespec times[] = {*time, *time};

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* What is safely in is known again whatever time it claims: before 1970 with a fraction, and behind 2262, where a count
 * of nanoseconds ends. What is another file, by time, size, inode or path, is not, nor is anything in another intake. */
static void resumed(void **state)
{
	static const struct timespec claimed[] = {
	    {1700000000, 5}, {-2, 500000000}, {9300000000, 250000000}};
	char *paths[] = {strdup(test_folder())}, *others[] = {strdup(test_folder())};
	struct evd_acquired out;
	struct evd_error err = {0};
	struct evd_resume *r;
	struct evd_case c;

	(void)state;
	for (int i = 0; i < 3; i++) {
		const char name[] = {(char)('a' + i), '\0'};

		test_write(test_path(paths[0], name), name, 1);
		claim(test_path(paths[0], name), &claimed[i]);
	}
	fixture_case(&c);
	assert_int_equal(take(&c, paths[0], &out, &err), 0);
	/* as if it had been interrupted: its note stands */
	assert_int_equal(evd_resume_open(&c, paths, 1, &r, &err), 0);
	assert_int_equal(evd_resume_keep(r, 2, &err), 0);
	evd_resume_free(r);
	assert_int_equal(known(&c, paths, paths[0]), 3);
	assert_int_equal(known(&c, others, paths[0]), 0);
	claim(test_path(paths[0], "a"), &claimed[1]); /* another time */
	assert_int_equal(known(&c, paths, paths[0]), 2);
	test_write(test_path(paths[0], "b"), "bb", 2); /* another size */
	claim(test_path(paths[0], "b"), &claimed[1]);
	assert_int_equal(known(&c, paths, paths[0]), 1);
	test_write(test_path(paths[0], "d"), "c", 1); /* another file under the name */
	claim(test_path(paths[0], "d"), &claimed[2]);
	assert_int_equal(rename(test_path(paths[0], "d"), test_path(paths[0], "c")), 0);
	assert_int_equal(known(&c, paths, paths[0]), 0);
	claim(test_path(paths[0], "a"), &claimed[0]);
	assert_int_equal(known(&c, paths, paths[0]), 1);
	assert_int_equal(rename(test_path(paths[0], "a"), test_path(paths[0], "e")),
	                 0); /* another path */
	assert_int_equal(known(&c, paths, paths[0]), 0);
	free(others[0]);
	evd_case_close(&c);
	free(paths[0]);
}

/* The files of a tree, in bytewise order, links not followed. */
static void walking(void **state)
{
	static const char *const want[] = {
	    "/-rf",       "/dangling",       "/empty",
	    "/fifo",      "/link",           "/loop",
	    "/new\nline", "/no\xffutf8.x!y", "/photo.JPG",
	    "/socket",    "/sparse",         "/sub/deep.txt",
	    "/twin.jpg",  "/zero.bin",       "/\xd0\x8b\xd0\xb8\xd1\x80.toolongextension"};
	const char *at = zoo();
	struct evd_walk *w;
	struct evd_walked f;
	struct evd_error err = {0};
	size_t n = 0;
	int r;

	(void)state;
	assert_int_equal(evd_walk_open(at, 0, 0, &w, &err), 0);
	while ((r = evd_walk_next(w, &f, &err)) == 0) {
		assert_true(n < sizeof want / sizeof *want);
		assert_string_equal(f.path + strlen(at), want[n++]);
		if (strstr(f.path, "dangling")) {
			assert_int_equal(f.kind, EVD_WALK_LINK);
			assert_string_equal(f.target, "/nowhere");
		}
	}
	assert_int_equal(r, EVD_END);
	assert_int_equal(n, sizeof want / sizeof *want);
	evd_walk_free(w);
	assert_int_not_equal(evd_walk_open(test_path(at, "none"), 0, 0, &w, &err), 0);
}

/* What there is to take in of zoo(), by hand: the photo and its twin, zero.bin, five files of one byte, a sparse one. */
static void summing(void **state)
{
	char *paths[] = {strdup(zoo()), strdup("/nowhere/at/all")};
	struct stat before, after, st;
	uint64_t sum;

	(void)state;
	lstat(test_path(paths[0], "dangling"), &before);
	assert_true(evd_sum(paths, 2, 0, 0, NULL, NULL, &sum)); /* what is not there adds nothing */
	assert_int_equal(sum, 2 * 5 + 8 + 5 * 1 + (1 << 20));
	lstat(test_path(paths[0], "dangling"), &after);
	assert_true(before.st_atim.tv_sec == after.st_atim.tv_sec &&
	            before.st_atim.tv_nsec == after.st_atim.tv_nsec);
	/* the case lies in it: not known, and the walk itself will say so */
	assert_int_equal(stat(test_path(paths[0], "sub"), &st), 0);
	assert_false(evd_sum(paths, 1, st.st_dev, st.st_ino, NULL, NULL, &sum));
	free(paths[0]);
	free(paths[1]);
}

struct heard {
	uint64_t done, all;
	bool stop;
};

static int hear(void *ctx, uint64_t done, uint64_t all)
{
	struct heard *h = ctx;

	h->done = done;
	h->all = all;
	return h->stop;
}

/* Progress ends at its end; stopped while the sources are counted, nothing is taken in. */
static void counting(void **state)
{
	struct heard heard = {.stop = true};
	struct evd_acquire_options o = {.basis = "consent",
	                                .observed = "file",
	                                .stream = -1,
	                                .pool = fixture_pool(),
	                                .progress = hear,
	                                .count = true,
	                                .ctx = &heard};
	char *paths[] = {strdup(test_folder())}, *name;
	struct evd_acquired out;
	struct evd_error err = {0};
	struct evd_case c;

	(void)state;
	for (unsigned i = 0; i < 1100; i++) {
		name = strdup(test_path(paths[0], "f0000"));
		snprintf(name + strlen(name) - 4, 5, "%04u", i);
		test_write(name, "ab", 2);
		free(name);
	}
	fixture_case(&c);
	assert_int_equal(evd_acquire(&c, fixture_key(), paths, 1, &o, &out, &err), EVD_E_CANCELLED);
	assert_int_equal(out.items, 0);
	assert_int_equal(c.log.entries.n, 1);
	heard.stop = false;
	assert_int_equal(evd_acquire(&c, fixture_key(), paths, 1, &o, &out, &err), 0);
	assert_int_equal(heard.done, 2200);
	assert_int_equal(heard.all, 2200);
	evd_case_close(&c);
	free(paths[0]);
}

static void copying(void **state)
{
	const char *at = zoo();
	struct evd_copier copier = {0};
	struct evd_copied out;
	struct evd_error err = {0};
	bool noatime;
	int fd, to = open(test_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int from = open(at, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(evd_source_open(from, "photo.JPG", &fd, &noatime, &err), 0);
	assert_int_equal(evd_copy(&copier, fd, to, "c", &out, &err), 0);
	assert_int_equal(out.size, 5);
	assert_int_equal(out.links, 2);
	assert_true(out.seen & EVD_SEEN_LINKS);
	/* printf 'jpeg?' | sha256sum; python3 zlib.crc32 */
	test_assert_hex(out.sha256, 32,
	                "ad3847d98c444194e80387882129b9fd388763f425e3e720e64e569d9b237014");
	assert_int_equal(out.crc32, 0xac59e1fb);
	/* never over a file that is there */
	assert_int_equal(evd_copy(&copier, fd, to, "c", &out, &err), EVD_E_EXISTS);
	close(fd);
	assert_int_equal(evd_source_open(from, "zero.bin", &fd, &noatime, &err), 0);
	assert_int_equal(evd_copy(&copier, fd, to, "z", &out, &err), 0);
	assert_true(out.seen & EVD_SEEN_ZERO);
	close(fd);
	assert_int_equal(evd_source_open(from, "empty", &fd, &noatime, &err), 0);
	assert_int_equal(evd_copy(&copier, fd, to, "e", &out, &err), 0);
	assert_true(out.seen & EVD_SEEN_EMPTY);
	test_assert_hex(out.sha256, 32,
	                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	close(fd);
	assert_int_equal(evd_source_open(from, "sparse", &fd, &noatime, &err), 0);
	assert_int_equal(evd_copy(&copier, fd, to, "s", &out, &err), 0);
	assert_true(out.seen & EVD_SEEN_SPARSE);
	assert_int_equal(out.size, 1 << 20);
	close(fd);
	assert_int_equal(evd_source_open(from, "fifo", &fd, &noatime, &err), EVD_E_DAMAGED);
	assert_int_equal(evd_source_open(from, "sub", &fd, &noatime, &err), EVD_E_DAMAGED);
	assert_int_not_equal(evd_source_open(from, "link", &fd, &noatime, &err), 0);
	assert_int_equal(evd_source_open(from, "none", &fd, &noatime, &err), EVD_E_NOTFOUND);
	evd_copier_release(&copier);
	close(to);
	close(from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(everything), cmocka_unit_test(refused), cmocka_unit_test(from_stream),
	    cmocka_unit_test(extensions), cmocka_unit_test(walking), cmocka_unit_test(summing),
	    cmocka_unit_test(counting),   cmocka_unit_test(copying), cmocka_unit_test(resumed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
