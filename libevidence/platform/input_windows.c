/*
 * input, Windows: see input.h. Every path goes through its full form with the prefix \\?\, so that it
 * may be longer than 260 characters.
 */
#include "platform/input.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

static wchar_t *wide_of(const char *text)
{
	int n = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
	wchar_t *w = n > 0 ? malloc((size_t)n * sizeof *w) : NULL;

	if (w)
		MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, w, n);
	return w;
}

static char *utf8_of(const wchar_t *w)
{
	int n = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, w, -1, NULL, 0, NULL, NULL);
	char *text = n > 0 ? malloc((size_t)n) : NULL;

	if (text)
		WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, w, -1, text, n, NULL, NULL);
	return text;
}

/* The full path with its prefix, `more` after it; NULL: no such path, or no memory. */
static wchar_t *full_path(const char *path, const wchar_t *more)
{
	wchar_t *name = wide_of(path), *full = NULL;
	const wchar_t *prefix = L"\\\\?\\";
	DWORD n = name ? GetFullPathNameW(name, 0, NULL, NULL) : 0;
	size_t room = n + wcslen(more) + 16, skip = 0;

	if (n)
		full = malloc(room * sizeof *full);
	if (full) {
		wchar_t *at = full + 8;

		if (!GetFullPathNameW(name, n, at, NULL)) {
			free(full);
			free(name);
			return NULL;
		}
		if (wcsncmp(at, L"\\\\?\\", 4) == 0 || wcsncmp(at, L"\\\\.\\", 4) == 0) {
			prefix = L"";
		} else if (wcsncmp(at, L"\\\\", 2) == 0) {
			prefix = L"\\\\?\\UNC\\";
			skip = 2;
		}
		n = (DWORD)wcslen(prefix);
		memmove(full + n, at + skip, (wcslen(at + skip) + 1) * sizeof *full);
		memcpy(full, prefix, n * sizeof *full);
		wcscat(full, more);
	}
	free(name);
	return full;
}

static int errno_of(DWORD e)
{
	switch (e) {
	case ERROR_FILE_NOT_FOUND:
	case ERROR_PATH_NOT_FOUND:
	case ERROR_INVALID_NAME:
	case ERROR_BAD_NETPATH:
	case ERROR_INVALID_DRIVE: return ENOENT;
	case ERROR_ACCESS_DENIED:
	case ERROR_SHARING_VIOLATION: return EACCES;
	case ERROR_NOT_ENOUGH_MEMORY:
	case ERROR_OUTOFMEMORY: return ENOMEM;
	default: return EIO;
	}
}

/* Whoever reads or even removes the file beside us does not hinder; a writer does. */
static int open_path(const char *path)
{
	wchar_t *w = full_path(path, L"");
	HANDLE h;
	int fd;

	if (!w) {
		errno = ENOENT;
		return -1;
	}
	h = CreateFileW(w, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
	                FILE_FLAG_BACKUP_SEMANTICS, NULL);
	free(w);
	if (h == INVALID_HANDLE_VALUE) {
		errno = errno_of(GetLastError());
		return -1;
	}
	fd = _open_osfhandle((intptr_t)h, _O_RDONLY | _O_BINARY);
	if (fd < 0)
		CloseHandle(h);
	return fd;
}

int evd_input_open(const char *path, int *out, struct evd_error *err)
{
	int fd = open_path(path);

	if (fd < 0)
		return evd_fail_sys(err, errno, "cannot be opened");
	*out = fd;
	return 0;
}

void evd_input_close(int fd)
{
	_close(fd);
}

static HANDLE handle_of(int fd)
{
	return (HANDLE)_get_osfhandle(fd);
}

int evd_input_look(int fd, bool *regular, uint64_t *size, struct evd_error *err)
{
	BY_HANDLE_FILE_INFORMATION i;
	HANDLE h = handle_of(fd);

	*size = 0;
	*regular = GetFileType(h) == FILE_TYPE_DISK;
	if (!*regular)
		return 0;
	if (!GetFileInformationByHandle(h, &i))
		return evd_fail(err, EVD_E_IO, "the file cannot be looked at");
	*regular = !(i.dwFileAttributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_DEVICE));
	*size = (uint64_t)i.nFileSizeHigh << 32 | i.nFileSizeLow;
	return 0;
}

int64_t evd_input_read(int fd, uint64_t off, void *p, size_t len)
{
	OVERLAPPED at = {.Offset = (DWORD)off, .OffsetHigh = (DWORD)(off >> 32)};
	DWORD n = 0;

	if (len > 1u << 30)
		len = 1u << 30;
	if (ReadFile(handle_of(fd), p, (DWORD)len, &n, &at))
		return n;
	if (GetLastError() == ERROR_HANDLE_EOF)
		return 0;
	errno = errno_of(GetLastError());
	return -1;
}

FILE *evd_input_stream(const char *path)
{
	int fd = open_path(path);
	FILE *f = fd >= 0 ? _fdopen(fd, "rb") : NULL;

	if (!f && fd >= 0)
		_close(fd);
	return f;
}

int evd_input_is_folder(const char *path, bool *yes, struct evd_error *err)
{
	wchar_t *w = full_path(path, L"");
	DWORD a = w ? GetFileAttributesW(w) : INVALID_FILE_ATTRIBUTES;

	free(w);
	if (a == INVALID_FILE_ATTRIBUTES)
		return evd_fail_sys(err, ENOENT, "%s", path);
	*yes = a & FILE_ATTRIBUTE_DIRECTORY;
	return 0;
}

static int bytewise(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In UTF-8, each to be freed, and the array. */
static int names_in(const char *folder, char ***names, size_t *n, struct evd_error *err)
{
	wchar_t *all = full_path(folder, L"\\*");
	WIN32_FIND_DATAW e;
	HANDLE h = all ? FindFirstFileW(all, &e) : INVALID_HANDLE_VALUE;
	int r = 0;

	free(all);
	if (h == INVALID_HANDLE_VALUE)
		return evd_fail(err, EVD_E_IO, "%s cannot be listed", folder);
	do {
		char **more;

		if (e.cFileName[0] == L'.')
			continue;
		more = realloc(*names, (*n + 1) * sizeof *more);
		if (more)
			*names = more;
		if (more && (more[*n] = utf8_of(e.cFileName)))
			++*n;
		else
			r = evd_fail(err, EVD_E_IO, "a name in %s cannot be used", folder);
	} while (r == 0 && FindNextFileW(h, &e));
	FindClose(h);
	return r;
}

static int one_of(const char *folder, const char *name,
                  int (*each)(void *ctx, const char *path, struct evd_error *err), void *ctx,
                  struct evd_error *err)
{
	size_t n = strlen(folder) + strlen(name) + 2;
	char *path = malloc(n);
	int r;

	if (!path)
		return evd_nomem(err);
	snprintf(path, n, "%s/%s", folder, name);
	r = each(ctx, path, err);
	free(path);
	return r;
}

int evd_input_each(const char *folder,
                   int (*each)(void *ctx, const char *path, struct evd_error *err), void *ctx,
                   struct evd_error *err)
{
	char **names = NULL;
	size_t n = 0;
	int r = names_in(folder, &names, &n, err);

	if (r == 0 && n == 0)
		r = evd_fail(err, EVD_E_FORMAT, "no file in %s", folder);
	if (n)
		qsort(names, n, sizeof *names, bytewise);
	for (size_t i = 0; i < n; i++) {
		if (r == 0)
			r = one_of(folder, names[i], each, ctx, err);
		free(names[i]);
	}
	free(names);
	return r;
}

unsigned evd_cores(void)
{
	SYSTEM_INFO i;

	GetSystemInfo(&i);
	return i.dwNumberOfProcessors ? (unsigned)i.dwNumberOfProcessors : 1;
}
