/*
 * proof_set: the files of an archive with the digests that other people's proofs name, and the bytes of
 * the documents that are the proofs. Stage: read-out. One pass over the names, one over the bytes.
 */
#ifndef EVD_PROOF_SET_H
#define EVD_PROOF_SET_H

#include "format.h"

#include <openssl/evp.h>

#define PROOF_FILES_MAX 100000u
#define PROOF_DOCUMENT_MAX (UINT32_C(16) << 20)  /* bytes of one document that is kept */
#define PROOF_DOCUMENTS_MAX (UINT32_C(96) << 20) /* of all of them */

enum proof_hash { PROOF_MD5, PROOF_SHA1, PROOF_SHA256, PROOF_SHA384, PROOF_SHA512, PROOF_HASHES };

struct proof_file {
	char *path; /* as stored, NUL-terminated */
	uint64_t size;
	uint8_t digest[PROOF_HASHES][64]; /* of the hashes in proof_set.wanted */
	struct evd_buf document;          /* the bytes, if they are kept */
	bool read;                        /* to its end */
	bool named;                       /* by a proof */
};

struct proof_set {
	struct proof_file *file; /* by path, folders and links left out */
	size_t n, cap;
	unsigned wanted; /* bit 1 << proof_hash */
	bool whole;      /* every file was read */
};

/* Before the sandbox: the digests. */
int proof_set_warm(struct evd_error *err) EVD_MUST_USE;

/* proof_hash_named(name): of "sha256", "SHA-256", "md5" …; PROOF_HASHES: none of ours. */
enum proof_hash proof_hash_named(struct evd_view name);
size_t proof_hash_len(enum proof_hash h);
const EVP_MD *proof_hash_md(enum proof_hash h);
const char *proof_hash_name(enum proof_hash h);

/* proof_set_names(s, source, err): the paths alone. Errors: FORMAT (no archive), NOMEM. */
int proof_set_names(struct proof_set *s, const struct evd_source *source,
                    struct evd_error *err) EVD_MUST_USE;
/* proof_set_read(s, source, keep, err): digests of `s->wanted`; keep(path): its bytes are kept. */
int proof_set_read(struct proof_set *s, const struct evd_source *source,
                   bool (*keep)(const char *path), struct evd_error *err) EVD_MUST_USE;
void proof_set_release(struct proof_set *s);
/*
 * proof_set_agrees(s, source, agrees, err): whether a ZIP read from its start, by the headers before its files, holds the same files as by
 * its directory, from which `s` was read. Programs differ in which they believe. True of other archives.
 */
int proof_set_agrees(const struct proof_set *s, const struct evd_source *source, bool *agrees,
                     struct evd_error *err) EVD_MUST_USE;

/* proof_set_find(s, path): the file of that path, the only one; NULL: none, or several. */
struct proof_file *proof_set_find(const struct proof_set *s, struct evd_view path);
/* A document that was kept whole; empty view: not there. */
struct evd_view proof_set_document(const struct proof_set *s, const char *path);

/* How files named by a proof were found. */
struct proof_tally {
	uint64_t fit, differ, absent, unread;
	char first[160]; /* the first that did not fit, printable */
};

/* proof_tally_file: holds the file of `path` against a digest in `stated` (of h's length). */
void proof_tally_file(struct proof_tally *t, const struct proof_set *s, struct evd_view path,
                      enum proof_hash h, const uint8_t *stated);
bool proof_tally_holds(const struct proof_tally *t); /* something was named, and all of it fits */
bool proof_tally_faultless(const struct proof_tally *t); /* nothing that was named does not fit */
/* proof_tally_say(t, out): "12 fit, 1 differs, 0 absent; first: data/a.txt". */
void proof_tally_say(const struct proof_tally *t, char out[320]);
/* Files that no proof names, apart from those `except` says; *first: one of them. */
size_t proof_set_unnamed(const struct proof_set *s, bool (*except)(const char *path),
                         const char **first);

/* proof_say: the observation proof-holds, proof-fails or proof-unchecked (docs/records.md §4). */
enum proof_word { PROOF_HOLDS, PROOF_FAILS, PROOF_UNCHECKED };
int proof_say(struct evd_sink *sink, enum proof_word word, struct evd_error *err, const char *fmt,
              ...) EVD_PRINTF(4, 5) EVD_MUST_USE;

#endif
