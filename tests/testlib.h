/*
 * testlib: what unit tests share: hexadecimal, temporary folders, allocations that fail, findings
 * that are kept.
 */
#ifndef EVD_TESTLIB_H
#define EVD_TESTLIB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/finding.h"

/* test_fail_at(n): the n-th allocation of our own code from now on fails, and all behind it; 0: none.
 * OpenSSL's, SQLite's and the C library's own are not counted. */
void test_fail_at(unsigned long n);
/* test_allocations(): allocations since the last test_fail_at. */
unsigned long test_allocations(void);

/* test_hex(text, out): bytes of a hexadecimal text; returns their number. */
size_t test_hex(const char *text, uint8_t *out);
/* test_assert_hex(p, len, text): the bytes are those that `text` spells. */
void test_assert_hex(const uint8_t *p, size_t len, const char *text);

/* test_folder(): a new temporary folder, removed at exit. The path stays with testlib. */
const char *test_folder(void);
/* test_path(folder, name): FOLDER/NAME in one of eight turning buffers. */
const char *test_path(const char *folder, const char *name);
void test_write(const char *path, const void *p, size_t len);
/* test_read(path, len): all of a file, to be freed by the caller. */
uint8_t *test_read(const char *path, size_t *len);

/* Findings that a check reported. */
struct test_findings {
	struct evd_findings to; /* hand this to the check */
	size_t n;
	struct evd_finding at[32];
};

void test_findings_init(struct test_findings *f);
/* the code of the only finding; fails the test if there is none, or more than one */
enum evd_finding_code test_only(const struct test_findings *f);

/* test_random(): the same sequence in every run. */
uint32_t test_random(void);

#endif
