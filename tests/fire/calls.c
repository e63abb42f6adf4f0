/*
 * calls: preloaded into the programs under test (tests/fire/calls.py), stands before the functions of libcrypto
 * that calls.def names, whatever their arguments are.
 *
 * FIRE_CALL=NAME    the function that fails; FIRE_AT=N: its N-th call, FIRE_VALUE=V: by returning V (default 0)
 * FIRE_CALLS=FD     at exit "NAME COUNT" of each function that the program itself called is written to descriptor FD
 */
#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the stub below is for x86-64"
#endif

struct slot {
	void *real;
	long value;
	const char *name;
	atomic_ulong calls;
};

/* A stub keeps what holds arguments (System V ABI §3.2.3, with %al of variadic functions; none of these takes a
 * floating-point number), asks, and either goes on to the function itself or returns. */
#define CALL(f)                                                                                    \
	struct slot slot_##f __attribute__((used, visibility("hidden"))) = {.name = #f};               \
	__asm__(".text\n.globl " #f "\n.type " #f ", @function\n" #f ":\n"                             \
	        "push %rdi\npush %rsi\npush %rdx\npush %rcx\npush %r8\npush %r9\npush %rax\n"          \
	        "lea slot_" #f "(%rip), %rdi\nmov 56(%rsp), %rsi\n"                                    \
	        "call fire_fails\nmov %eax, %r11d\n"                                                   \
	        "pop %rax\npop %r9\npop %r8\npop %rcx\npop %rdx\npop %rsi\npop %rdi\n"                 \
	        "test %r11d, %r11d\njne 1f\njmp *slot_" #f "(%rip)\n"                                  \
	        "1: mov slot_" #f "+8(%rip), %rax\nret\n.size " #f ", . - " #f "\n");
#include "calls.def"
#undef CALL

static struct slot *const slots[] = {
#define CALL(f) &slot_##f,
#include "calls.def"
#undef CALL
};

static const char *fail_name;
static unsigned long fail_at;
static uintptr_t program[2]; /* where its code stands */

static int find_program(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X)) {
			program[0] = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
			program[1] = program[0] + info->dlpi_phdr[i].p_memsz;
		}
	return 1; /* the first is the program itself */
}

/* What libcrypto calls within itself is its own affair. */
__attribute__((used, visibility("hidden"))) int fire_fails(struct slot *s, uintptr_t caller)
{
	unsigned long n;

	if (caller < program[0] || caller >= program[1])
		return 0;
	n = atomic_fetch_add(&s->calls, 1) + 1;
	return fail_name && n == fail_at && strcmp(s->name, fail_name) == 0;
}

__attribute__((constructor)) static void set_up(void)
{
	const char *at = getenv("FIRE_AT"), *value = getenv("FIRE_VALUE");

	dl_iterate_phdr(find_program, NULL);
	fail_name = getenv("FIRE_CALL");
	fail_at = at ? strtoul(at, NULL, 10) : 1;
	for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
		slots[i]->real = dlsym(RTLD_NEXT, slots[i]->name);
		slots[i]->value = value ? strtol(value, NULL, 10) : 0;
	}
}

__attribute__((destructor)) static void say_calls(void)
{
	const char *fd = getenv("FIRE_CALLS");
	char line[100];

	for (size_t i = 0; fd && i < sizeof slots / sizeof *slots; i++) {
		unsigned long n = atomic_load(&slots[i]->calls);
		int len = snprintf(line, sizeof line, "%s %lu\n", slots[i]->name, n);

		if (n && write(atoi(fd), line, (size_t)len) != len)
			abort();
	}
}
