/* test_container: the writer of the container and its reader agree at every border (threats group Z);
 * Python's zipfile and unzip read the same in tests/vectors. Fields are those of APPNOTE 6.3.10. */
#include "testlib.h"

#include "seal/zip_write.h"
#include "verify/container.h"
#include "verify/names.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char media[] = "application/vnd.etsi.asic-e+zip";
static const char *const usual[] = {"mimetype", "case-1f0c9a3e/bag-info.txt",
                                    "case-1f0c9a3e/custody/00000001/entry.json",
                                    "META-INF/ASiCManifest001.xml", "META-INF/signature001.p7s"};

/* The bytes of a container of empty files with these names; the first holds the media type. */
static void build(struct evd_buf *b, const char *const *name, size_t n)
{
	struct evd_buf central = {0};
	uint64_t at = 0;

	for (size_t i = 0; i < n; i++) {
		struct evd_zip_file f = {.name = name[i], .off = at};

		if (i == 0) {
			f.size = sizeof media - 1;
			f.crc32 = 0x8a21f0b6; /* not looked at here */
		}
		evd_zip_put_local(b, &f);
		assert_int_equal(b->len - at, evd_zip_local_len(name[i], f.size));
		if (i == 0)
			evd_put_str(b, media);
		at = b->len;
		evd_zip_put_central(&central, &f);
	}
	evd_put_view(b, evd_buf_view(&central));
	evd_zip_put_end(b, n, at, central.len);
	evd_buf_release(&central);
	assert_int_equal(evd_buf_check(b, NULL), 0);
}

/* 0, or the code of the finding + 1000 */
static int judge(const uint8_t *p, size_t n)
{
	static struct test_findings f;
	struct evd_container c;
	struct evd_error err = {0};
	int fd = memfd_create("container", MFD_CLOEXEC), r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), (ssize_t)n);
	test_findings_init(&f);
	r = evd_container_open(fd, &f.to, &c, &err);
	if (r == 0) {
		struct evd_member_file file;
		uint64_t files = 0;

		while ((r = evd_container_next(&c, &file, &err)) == 0)
			files++;
		assert_int_equal(r, EVD_END);
		assert_true(files == c.n);
		r = 0;
	} else {
		assert_int_equal(r, EVD_STOP);
		r = 1000 + (int)test_only(&f);
	}
	evd_container_release(&c);
	close(fd);
	return r;
}

static int judge_names(const char *const *name, size_t n)
{
	struct evd_buf b = {0};
	int r;

	build(&b, name, n);
	r = judge(b.data, b.len);
	evd_buf_release(&b);
	return r;
}

#define IS(code) (1000 + (int)EVD_F_##code)

static void good(void **state)
{
	struct evd_buf b = {0};
	static struct test_findings f;
	struct evd_container c;
	struct evd_member_file file;
	struct evd_error err = {0};
	int fd = memfd_create("container", MFD_CLOEXEC);

	(void)state;
	build(&b, usual, 5);
	assert_int_equal(write(fd, b.data, b.len), (ssize_t)b.len);
	test_findings_init(&f);
	assert_int_equal(evd_container_open(fd, &f.to, &c, &err), 0);
	assert_int_equal(c.n, 5);
	assert_string_equal(c.base, "case-1f0c9a3e");
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < 5; i++) {
			assert_int_equal(evd_container_next(&c, &file, &err), 0);
			assert_string_equal(file.name, usual[i]);
		}
		assert_int_equal(evd_container_next(&c, &file, &err), EVD_END);
		evd_container_rewind(&c);
	}
	/* the file became shorter meanwhile: our failure, not a verdict */
	assert_int_equal(evd_read_at(fd, b.len - 1, &file, 2, &err), EVD_E_IO);
	evd_container_release(&c);
	close(fd);
	evd_buf_release(&b);
}

/* Every bit of every header flipped, every truncation, every byte added: nothing is accepted but a
 * changed CRC-32 that both headers share (it is held against the content later). */
static void every_bit(void **state)
{
	struct evd_buf b = {0};
	uint8_t *bad;

	(void)state;
	build(&b, usual, 5);
	bad = malloc(b.len + 1);
	for (size_t at = 0; at < b.len; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(bad, b.data, b.len);
			bad[at] ^= (uint8_t)(1u << bit);
			assert_true(judge(bad, b.len) >= 1000);
		}
	for (size_t n = 0; n < b.len; n++)
		assert_true(judge(b.data, n) >= 1000);
	for (size_t at = 0; at <= b.len; at += 7) {
		memcpy(bad, b.data, at);
		bad[at] = 0;
		memcpy(bad + at + 1, b.data + at, b.len - at);
		assert_true(judge(bad, b.len + 1) >= 1000);
	}
	free(bad);
	evd_buf_release(&b);
}

static void kinds(void **state)
{
	static const char *const swapped[] = {"case-1f0c9a3e/custody/00000001/entry.json", "mimetype"};
	static const char *const other[] = {"mimetype", "folder/custody/00000001/entry.json"};
	static const char *const no_log[] = {"mimetype", "case-1f0c9a3e/bag-info.txt"};
	static const char *const envelope[] = {"mimetype", "bundle.age", "cover.json",
	                                       "META-INF/signature001.p7s"};
	struct evd_buf b = {0};

	(void)state;
	assert_int_equal(judge_names(usual, 5), 0);
	assert_int_equal(judge_names(swapped, 2), IS(CONTAINER_STRUCTURE));
	assert_int_equal(judge_names(other, 2), IS(NOT_THIS_FORMAT));
	assert_int_equal(judge_names(no_log, 2), IS(NOT_THIS_FORMAT));
	assert_int_equal(judge_names(envelope, 4), 0);
	assert_int_equal(judge_names(usual, 1), IS(NOT_THIS_FORMAT));
	assert_int_equal(judge((const uint8_t *)"", 0), IS(CONTAINER_STRUCTURE));
	evd_zip_put_end(&b, 0, 0, 0); /* an empty ZIP */
	assert_int_equal(judge(b.data, b.len), IS(CONTAINER_STRUCTURE));
	evd_buf_release(&b);
}

static int with_name(const char *name)
{
	const char *list[4] = {"mimetype", "case-1f0c9a3e/custody/00000001/entry.json", name,
	                       "META-INF/signature001.p7s"};

	return judge_names(list, 4);
}

static void names(void **state)
{
	static const char *const fine[] = {"case-1f0c9a3e/data/00000001/00000002.jpg",
	                                   "case-1f0c9a3e/data/a_b-c.d", "zzz.txt",
	                                   "case-1f0c9a3e/x/console"};
	static const char *const bad[] = {
	    "case-1f0c9a3e/",
	    "/case-1f0c9a3e/data/x",
	    "case-1f0c9a3e/../x",
	    "case-1f0c9a3e/./x",
	    "case-1f0c9a3e//x",
	    "case-1f0c9a3e/data\\x",
	    "case-1f0c9a3e/d:x",
	    "case-1f0c9a3e/data/X",
	    "case-1f0c9a3e/data/x ",
	    "case-1f0c9a3e/con",
	    "case-1f0c9a3e/x/nul.txt",
	    "case-1f0c9a3e/x/com1",
	    "case-1f0c9a3e/lpt9.a",
	    "case-1f0c9a3e/x/.hidden",
	    "case-1f0c9a3e/x/-rf",
	    "case-1f0c9a3e/x.",
	    "case-1f0c9a3e/\xc5\xbe",
	    "case-1f0c9a3e/x\n",
	    "case-1f0c9a3e/x/aux",
	    "mimetype",
	    "mimetype/x",
	    "case-1f0c9a3e/custody/00000001/entry.json",   /* twice */
	    "case-1f0c9a3e/custody/00000001/entry.json/x", /* a file is also a folder */
	    "case-1f0c9a3e/custody/00000001/a",            /* out of order */
	    "meta-inf/x",
	    "Meta-inf/x",
	};
	char name[EVD_MAX_NAME + 2] = "case-1f0c9a3e/x/";

	(void)state;
	for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
		assert_int_equal(with_name(fine[i]), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (with_name(bad[i]) != IS(CONTAINER_NAME))
			fail_msg("%s: %d", bad[i], with_name(bad[i]));
	memset(name + 16, 'x', EVD_MAX_NAME - 16);
	assert_int_equal(with_name(name), 0); /* 180 bytes */
	name[EVD_MAX_NAME] = 'x';
	assert_int_equal(with_name(name), IS(CONTAINER_NAME));
	assert_int_equal(with_name("META-INF/Other001.p7s"), 0); /* upper case is for META-INF alone */
	assert_int_equal(with_name("META-INF/Signature001.p7s"), IS(CONTAINER_NAME)); /* twins */
}

static void meta(void **state)
{
	static const char *const twins[] = {"mimetype", "case-1f0c9a3e/custody/00000001/entry.json",
	                                    "META-INF/A", "META-INF/a"};
	static char text[EVD_MAX_META + 1][24];
	const char *list[EVD_MAX_META + 3] = {"mimetype", "case-1f0c9a3e/custody/00000001/entry.json"};

	(void)state;
	assert_int_equal(judge_names(twins, 4), IS(CONTAINER_NAME));
	for (unsigned i = 0; i <= EVD_MAX_META; i++) {
		struct evd_buf b = {0};

		evd_putf(&b, "META-INF/f%04u", i);
		memcpy(text[i], b.data, b.len);
		evd_buf_release(&b);
		list[i + 2] = text[i];
	}
	assert_int_equal(judge_names(list, EVD_MAX_META + 2), 0);
	assert_int_equal(judge_names(list, EVD_MAX_META + 3), IS(CONTAINER_LIMIT));
}

/* ZIP64 fields appear if and only if a value does not fit: 4294967294 fits, 4294967295 does not. */
static void zip64_headers(void **state)
{
	struct evd_zip_file f = {"a", 0, UINT64_C(0xfffffffe), 0x01020304};
	struct evd_buf b = {0};

	(void)state;
	evd_zip_put_local(&b, &f);
	test_assert_hex(b.data, b.len,
	                "504b03040a0000000000000021000403"
	                "0201fefffffffeffffff0100000061");
	assert_int_equal(b.len, evd_zip_local_len("a", f.size));
	f.size++;
	evd_buf_reset(&b);
	evd_zip_put_local(&b, &f);
	test_assert_hex(b.data, b.len,
	                "504b03042d0000000000000021000403"
	                "0201ffffffffffffffff0100140061"
	                "01001000ffffffff00000000ffffffff00000000");
	assert_int_equal(b.len, evd_zip_local_len("a", f.size));
	f.size = 1;
	f.off = UINT64_C(0xffffffff);
	evd_buf_reset(&b);
	evd_zip_put_central(&b, &f);
	test_assert_hex(b.data, b.len,
	                "504b01022d002d000000000000002100040302010100000001000000"
	                "01000c000000000000000000"
	                "0000ffffffff61"
	                "01000800ffffffff00000000");
	f.size = UINT64_C(0x100000000);
	evd_buf_reset(&b);
	evd_zip_put_central(&b, &f);
	assert_int_equal(b.len, 46 + 1 + 4 + 24);
	evd_buf_reset(&b);
	evd_zip_put_end(&b, 0xfffe, 0xfffffffe, 0xfffffffe);
	assert_int_equal(b.len, 22);
	evd_buf_reset(&b);
	evd_zip_put_end(&b, 0xffff, 10, 20);
	assert_int_equal(b.len, 22 + 20 + 56);
	evd_buf_release(&b);
}

/* A file of more than 4 GiB and headers behind it, in a sparse file. */
static void zip64_container(void **state)
{
	const uint64_t big = UINT64_C(0x100000010);
	struct evd_zip_file f[3] = {{"mimetype", 0, sizeof media - 1, 1},
	                            {"case-1f0c9a3e/custody/00000001/entry.json", 0, big, 2},
	                            {"case-1f0c9a3e/data/x", 0, 0, 0}};
	struct evd_buf b = {0}, central = {0};
	static struct test_findings found;
	struct evd_container c;
	struct evd_member_file file;
	struct evd_error err = {0};
	int fd = memfd_create("container", MFD_CLOEXEC);
	uint64_t at = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		evd_buf_reset(&b);
		f[i].off = at;
		evd_zip_put_local(&b, &f[i]);
		if (i == 0)
			evd_put_str(&b, media);
		assert_int_equal(pwrite(fd, b.data, b.len, (off_t)at), (ssize_t)b.len);
		at += evd_zip_local_len(f[i].name, f[i].size) + f[i].size;
		evd_zip_put_central(&central, &f[i]);
	}
	evd_buf_reset(&b);
	evd_put_view(&b, evd_buf_view(&central));
	evd_zip_put_end(&b, 3, at, central.len);
	assert_int_equal(pwrite(fd, b.data, b.len, (off_t)at), (ssize_t)b.len);
	test_findings_init(&found);
	assert_int_equal(evd_container_open(fd, &found.to, &c, &err), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(evd_container_next(&c, &file, &err), 0);
		assert_true(file.size == f[i].size && file.off >= f[i].off + 30);
	}
	evd_container_release(&c);
	/* every bit of the end records */
	for (size_t i = central.len; i < b.len; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			uint8_t x = (uint8_t)(b.data[i] ^ 1u << bit);

			assert_int_equal(pwrite(fd, &x, 1, (off_t)(at + i)), 1);
			test_findings_init(&found);
			assert_int_equal(evd_container_open(fd, &found.to, &c, &err), EVD_STOP);
			evd_container_release(&c);
			assert_int_equal(pwrite(fd, &b.data[i], 1, (off_t)(at + i)), 1);
		}
	close(fd);
	evd_buf_release(&b);
	evd_buf_release(&central);
}

static void not_a_file(void **state)
{
	static struct test_findings f;
	struct evd_container c;
	struct evd_error err = {0};
	int fds[2], fd = open("/", O_RDONLY | O_CLOEXEC);

	(void)state;
	test_findings_init(&f);
	assert_int_equal(evd_container_open(fd, &f.to, &c, &err), EVD_STOP);
	assert_int_equal(test_only(&f), EVD_F_NOT_THIS_FORMAT);
	evd_container_release(&c);
	close(fd);
	assert_int_equal(pipe(fds), 0);
	test_findings_init(&f);
	assert_int_equal(evd_container_open(fds[0], &f.to, &c, &err), EVD_STOP);
	assert_int_equal(test_only(&f), EVD_F_NOT_THIS_FORMAT);
	evd_container_release(&c);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good),
	    cmocka_unit_test(every_bit),
	    cmocka_unit_test(kinds),
	    cmocka_unit_test(names),
	    cmocka_unit_test(meta),
	    cmocka_unit_test(zip64_headers),
	    cmocka_unit_test(zip64_container),
	    cmocka_unit_test(not_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
