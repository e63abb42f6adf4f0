/*
 * start, Windows: see start.h. The program begins in wmain: arguments become UTF-8, and paths are written
 * with "/", which Windows takes as well, so that reports read the same on every system.
 */
#include "platform/start.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

#define PATH_UNITS 32768u /* the longest path of Windows, UTF-16 units */

int main(int argc, char **argv);
int wmain(int argc, wchar_t **argv);

static bool own_window;
static UINT console_was;
static char asked[3 * PATH_UNITS];

/* One process at this console: the system made it for us. A shell would be a second. */
static bool alone(void)
{
	DWORD process[2];

	return GetConsoleProcessList(process, 2) == 1;
}

static bool to_utf8(const wchar_t *from, char *to, int room)
{
	if (!WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, from, -1, to, room, NULL, NULL))
		return false;
	for (char *p = to; *p; p++)
		if (*p == '\\')
			*p = '/';
	return true;
}

bool evd_start(void)
{
	intptr_t out = _get_osfhandle(1);
	bool open = out != -1 && out != -2;
	int fd;

	do
		fd = _open("NUL", _O_RDWR | _O_BINARY);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		_close(fd);
	_setmode(1, _O_BINARY);
	_setmode(2, _O_BINARY);
	return open;
}

const char *evd_start_language(void)
{
	static const char *const plain[] = {"sq", "bs", "hr", "mk", "cnr"};
	wchar_t name[LOCALE_NAME_MAX_LENGTH];

	if (!own_window || !LCIDToLocaleName(MAKELCID(GetUserDefaultUILanguage(), SORT_DEFAULT), name,
	                                     LOCALE_NAME_MAX_LENGTH, 0))
		return NULL;
	if (wcsncmp(name, L"sr", 2) == 0 && wcsstr(name, L"-ME"))
		return "cnr";
	if (wcsncmp(name, L"sr", 2) == 0)
		return wcsstr(name, L"Latn") ? "sr-Latn" : "sr-Cyrl";
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if ((wchar_t)plain[i][0] == name[0] && (wchar_t)plain[i][1] == name[1])
			return plain[i];
	return NULL;
}

char *evd_start_ask(const char *text)
{
	static wchar_t line[PATH_UNITS];
	wchar_t *from = line, *end;
	DWORD n = 0;

	if (!own_window)
		return NULL;
	fprintf(stdout, "%s\n", text);
	fflush(stdout);
	if (!ReadConsoleW(GetStdHandle(STD_INPUT_HANDLE), line, PATH_UNITS - 1, &n, NULL))
		return NULL;
	end = line + n;
	/* a name that is dropped on the window comes in quotes if it holds blanks */
	while (end > from && wcschr(L" \t\r\n\"", end[-1]))
		end--;
	while (from < end && wcschr(L" \t\"", *from))
		from++;
	*end = L'\0';
	return from < end && to_utf8(from, asked, sizeof asked) ? asked : NULL;
}

void evd_start_stay(const char *text)
{
	wchar_t line[2];
	DWORD n = 0;

	fflush(stdout);
	fflush(stderr);
	if (own_window) {
		HANDLE in = GetStdHandle(STD_INPUT_HANDLE);

		FlushConsoleInputBuffer(in);
		fprintf(stdout, "\n%s\n", text);
		fflush(stdout);
		ReadConsoleW(in, line, 1, &n, NULL);
	}
	if (console_was)
		SetConsoleOutputCP(console_was);
}

int wmain(int argc, wchar_t **argv)
{
	char **utf8 = calloc((size_t)argc + 1, sizeof *utf8);
	int code = 70;

	console_was = GetConsoleOutputCP();
	SetConsoleOutputCP(CP_UTF8);
	own_window = alone();
	for (int i = 0; utf8 && i < argc; i++) {
		size_t room = 3 * wcslen(argv[i]) + 1;

		utf8[i] = malloc(room);
		if (!utf8[i] || !to_utf8(argv[i], utf8[i], (int)room)) {
			fputs("an argument is not text that can be read\n", stderr);
			return 64;
		}
	}
	if (utf8)
		code = main(argc, utf8);
	for (int i = 0; utf8 && i < argc; i++)
		free(utf8[i]);
	free(utf8);
	return code;
}
