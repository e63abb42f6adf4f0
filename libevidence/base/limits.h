/*
 * limits: every bound of the library, with its unit. Each is tested at the limit and one beyond.
 * Source: docs/format.md §11 unless said otherwise.
 */
#ifndef EVD_LIMITS_H
#define EVD_LIMITS_H

#include <stdint.h>

#define EVD_SHA256_LEN 32u
#define EVD_SHA512_LEN 64u
#define EVD_SALT_LEN 16u

/* the bundle */
#define EVD_MAX_ITEMS (UINT64_C(1) << 20) /* content records */
#define EVD_MAX_SEQ UINT64_C(99999999)    /* what 8 digits can name */
#define EVD_MAX_ENTRIES UINT64_C(1000000) /* custody entries */
#define EVD_MAX_NAME 180u                 /* bytes of a name in the container */
#define EVD_MAX_META 256u                 /* files in META-INF */
#define EVD_MAX_RECORD_LINE                                                                        \
	(UINT32_C(1) << 20) /* bytes of one line of records.jsonl, newline aside */
#define EVD_MAX_ENTRY_JSON (UINT32_C(64) << 10)  /* bytes of entry.json */
#define EVD_MAX_P7S (UINT32_C(1) << 20)          /* bytes of a signature file */
#define EVD_MAX_RECORDS_FILE (UINT64_C(4) << 30) /* bytes of records.jsonl */
#define EVD_MAX_RECORDS UINT64_C(0xffffffff)     /* records of one entry */
#define EVD_MAX_SIGNERS 1024u                    /* different certificates of one log */
#define EVD_MAX_RANGES (UINT64_C(1) << 22) /* withheld runs, and ranges named by scope records */
#define EVD_MAX_FINDINGS 1000u             /* findings listed; more are counted */
#define EVD_SCOPE_ALL_MAX 1000u            /* ZIP entries up to which scope "all" is the default */

/* time stamps: docs/timestamp.md */
#define EVD_MAX_MATERIAL 64u /* certificates, and lists, in signature001.p7s or a token */
#define EVD_MAX_TOKENS 16u   /* in signature001.p7s */
#define EVD_POLICY_MAX 64u   /* bytes of the content of a policy's OID */
#define EVD_MAX_ARCHIVES 99u /* archive time-stampings */

/* JSON */
#define EVD_MAX_JSON_DEPTH 32u
#define EVD_MAX_JSON_INT ((UINT64_C(1) << 53) - 1)
#define EVD_MAX_KEY 64u

/* one `add` */
#define EVD_BATCH_ITEMS 10000u /* items an entry takes */
#define EVD_BATCH_BYTES                                                                            \
	(UINT64_C(1) << 30)                  /* bytes an entry takes; one larger file may exceed it */
#define EVD_IO_BLOCK (UINT32_C(1) << 20) /* bytes of one read of a large file */
#define EVD_MAX_PATH_DEPTH 256u          /* folders below what was named to `add` */

/* the reader, per item; settable, and recorded (docs/reader.md) */
#define EVD_READER_MEMORY (UINT64_C(512) << 20) /* bytes */
#define EVD_READER_SECONDS 60u
#define EVD_READER_OUTPUT (UINT64_C(4) << 30) /* bytes of records */
#define EVD_ARCHIVE_DEPTH 5u
#define EVD_ARCHIVE_RATIO 1000u
#define EVD_ARCHIVE_BYTES (UINT64_C(64) << 30)

/* keys: scrypt, 128 * N * r bytes of memory = 128 MiB */
#define EVD_SCRYPT_N (UINT64_C(1) << 17)
#define EVD_SCRYPT_R 8u
#define EVD_SCRYPT_P 1u
#define EVD_MAX_PASSPHRASE 1024u /* bytes */

/* envelopes */
#define EVD_MAX_AGE_HEADER (UINT32_C(64) << 10) /* bytes of an age header, its nonce counted */

#endif
