/* testlib: see testlib.h. */
#include "testlib.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned long fail_at, allocations;

/* ld --wrap: calls from our objects come here, those of shared libraries do not. */
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);

static bool refused(void)
{
	allocations++;
	return fail_at && allocations >= fail_at;
}

void *__wrap_malloc(size_t n)
{
	return refused() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return refused() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return refused() ? NULL : __real_realloc(p, n);
}

void test_fail_at(unsigned long n)
{
	fail_at = n;
	allocations = 0;
}

unsigned long test_allocations(void)
{
	return allocations;
}

static unsigned digit(char c)
{
	const char *digits = "0123456789abcdef", *at = strchr(digits, c);

	assert_non_null(at);
	return (unsigned)(at - digits);
}

size_t test_hex(const char *text, uint8_t *out)
{
	size_t n = 0;

	for (; *text; text++) {
		if (*text == ' ')
			continue;
		out[n++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
		text++;
	}
	return n;
}

void test_assert_hex(const uint8_t *p, size_t len, const char *text)
{
	uint8_t want[512];
	size_t n;

	assert_true(strlen(text) / 2 <= sizeof want);
	n = test_hex(text, want);
	assert_int_equal(len, n);
	assert_memory_equal(p, want, n);
}

static char folders[64][64];
static size_t n_folders;

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void remove_folders(void)
{
	for (size_t i = 0; i < n_folders; i++)
		nftw(folders[i], remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_folder(void)
{
	char *path;

	if (n_folders == 0)
		atexit(remove_folders);
	assert_true(n_folders < sizeof folders / sizeof *folders);
	path = folders[n_folders];
	snprintf(path, sizeof *folders, "%s", "/tmp/evd-unit-XXXXXX");
	assert_non_null(mkdtemp(path));
	n_folders++;
	return path;
}

const char *test_path(const char *folder, const char *name)
{
	static char path[8][512];
	static unsigned turn;

	turn = (turn + 1) % 8;
	snprintf(path[turn], sizeof *path, "%s/%s", folder, name);
	return path[turn];
}

void test_write(const char *path, const void *p, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

uint8_t *test_read(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p;
	long size;

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	size = ftell(f);
	assert_true(size >= 0);
	rewind(f);
	p = __real_malloc((size_t)size + 1);
	assert_non_null(p);
	assert_int_equal(fread(p, 1, (size_t)size, f), (size_t)size);
	p[size] = '\0';
	fclose(f);
	*len = (size_t)size;
	return p;
}

static void keep(void *ctx, const struct evd_finding *f)
{
	struct test_findings *t = ctx;

	assert_true(t->n < sizeof t->at / sizeof *t->at);
	t->at[t->n++] = *f;
}

void test_findings_init(struct test_findings *f)
{
	memset(f, 0, sizeof *f);
	f->to.report = keep;
	f->to.ctx = f;
}

enum evd_finding_code test_only(const struct test_findings *f)
{
	assert_int_equal(f->n, 1);
	return f->at[0].code;
}

/* xorshift32, G. Marsaglia 2003 */
uint32_t test_random(void)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}
