/*
 * large_pages: where the program's own code lies in memory, for one that makes a process for every item.
 */
#ifndef EVD_LARGE_PAGES_H
#define EVD_LARGE_PAGES_H

/*
 * evd_large_pages_code(): moves the program's code and its first constants into pages of 2 MiB, which a new process
 * gets whole in place of touching each 64 KiB anew. Only where the program was linked for it (segments that begin at
 * such pages) and the kernel has such pages to give (Linux 6.1); else nothing is changed. To be called while there is
 * one thread, before anything hostile is near: code is written for a moment, at a place where none is run.
 */
void evd_large_pages_code(void);

#endif
