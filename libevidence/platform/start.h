/*
 * start: what a program that prints a verdict does before and after, on each system. Descriptors 0 to 2
 * are open, bytes go out as they are, and a window that the system opened for this program alone (a
 * double click, a bundle dropped on it) stays until it was read.
 */
#ifndef EVD_START_H
#define EVD_START_H

#include <stdbool.h>

/* evd_start(): first call of main. Whether standard output was open: if not, the caller fails. */
bool evd_start(void);
/* evd_start_language(): the system's language ("sr-Cyrl") in a window of our own, else NULL. */
const char *evd_start_language(void);
/* evd_start_ask(text): in a window of our own, the path that somebody types or drops; else NULL. The
 * result stays with this module. */
char *evd_start_ask(const char *text);
/* evd_start_stay(text): in a window of our own, says `text` and waits for Enter. */
void evd_start_stay(const char *text);

#endif
