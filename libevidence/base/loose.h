/*
 * loose: the listing of loose files that is handed to a reader beside a text (docs/reader.md, "Loose files"). Of
 * thousands of files in a folder no reader gets the bytes, but what was seen of each outside, where nothing is parsed.
 *
 * Little-endian: u32 magic, u32 files listed, u32 files left out (over the limits), u32 length, path of the folder;
 * then for each file u32 length, its path from the folder on, u64 size, u8 flags, u8 length, its first bytes.
 */
#ifndef EVD_LOOSE_H
#define EVD_LOOSE_H

#include <stdint.h>

#define EVD_LOOSE_MAGIC UINT32_C(0x31534c45) /* "ELS1" */
#define EVD_LOOSE_FILES 100000u              /* files in one listing */
#define EVD_LOOSE_BYTES (UINT32_C(32) << 20) /* of one listing */
#define EVD_LOOSE_HEAD 32u                   /* first bytes of a file that are listed */

enum evd_loose_flag {
	EVD_LOOSE_READ = 1, /* it could be read; without it the size is the record's */
	EVD_LOOSE_ZERO = 2  /* all its bytes are zero, and there are some */
};

#endif
