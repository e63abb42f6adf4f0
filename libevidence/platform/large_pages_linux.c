/* large_pages on Linux: see large_pages.h. */
#include "platform/large_pages.h"

#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE ((uintptr_t)2 << 20)
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* Linux 6.1 */
#endif

/* `len` bytes at `at`, in large pages of which no other segment has a part. */
struct segment {
	uintptr_t at, len;
	int protection;
};

static uintptr_t up(uintptr_t n)
{
	return (n + PAGE - 1) / PAGE * PAGE;
}

/* Puts a copy in place of what is there, or leaves that as it is. */
static void move(const struct segment *s)
{
	uintptr_t whole = up(s->len), room = whole + PAGE, at;
	void *map = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return;
	at = up((uintptr_t)map);
	/* asked for before the bytes come, so that they are not copied twice; and then whether it is so */
	madvise((void *)at, whole, MADV_HUGEPAGE);
	memcpy((void *)at, (const void *)s->at, s->len);
	if (madvise((void *)at, whole, MADV_COLLAPSE) == 0 &&
	    mprotect((void *)at, whole, s->protection) == 0 &&
	    mremap((void *)at, whole, whole, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)s->at) !=
	        MAP_FAILED) {
		munmap(map, at - (uintptr_t)map);
		munmap((void *)(at + whole), room - whole - (at - (uintptr_t)map));
		return;
	}
	munmap(map, room);
}

/* Whether nothing else begins before the last large page of a segment ends. */
static bool stands_alone(const struct dl_phdr_info *info, const struct segment *s)
{
	uintptr_t end = s->at + up(s->len);

	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + h->p_vaddr;

		if (h->p_type == PT_LOAD && at > s->at && at < end)
			return false;
	}
	return true;
}

/* The code whole; of constants the first large page: the program's own come first, those of its libraries behind. */
static int move_segments(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	(void)ctx;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		struct segment s = {info->dlpi_addr + h->p_vaddr, h->p_memsz, PROT_READ};

		if (h->p_type != PT_LOAD || (h->p_flags & PF_W) || s.at % PAGE)
			continue;
		if (h->p_flags & PF_X)
			s.protection |= PROT_EXEC;
		else if (s.len < PAGE)
			continue;
		else
			s.len = PAGE;
		if (stands_alone(info, &s))
			move(&s);
	}
	return 1; /* the program itself comes first; its libraries stay */
}

void evd_large_pages_code(void)
{
	dl_iterate_phdr(move_segments, NULL);
}
