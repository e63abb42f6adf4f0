/*
 * evidence.h: the library without the programs. The one public header, in the order of the stages:
 * identity → case → capture (add) → chain (note) → seal → verify → report.
 *
 * The library never prints, exits or asks: passphrases, progress and cancelling go through
 * callbacks. Objects are opaque and belong to their maker; every `out` belongs to the caller. A
 * failed check is part of a verdict, never an error. Not thread-safe per object; different objects
 * may be used by different threads. See docs/library.md and tests/unit/example.c.
 */
#ifndef EVD_EVIDENCE_H
#define EVD_EVIDENCE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define EVD_API __attribute__((visibility("default")))
#else
#define EVD_API
#endif

#define EVD_FINGERPRINT_TEXT 65u /* 64 hexadecimal digits and a NUL */

/* evd_version(): such as "0.1.0". Static storage. */
EVD_API const char *evd_version(void);

/* ---- identity ---- */

/*
 * evd_identity_new(home, name, role, organisation, passphrase, out_fingerprint, err): makes a P-256
 * key and a self-signed certificate under the folder `home` (NULL: $EVIDENCE_HOME, else the XDG data
 * folder), the key encrypted with `passphrase`. Texts are UTF-8, NUL-terminated; `organisation` may
 * be NULL. *out_fingerprint: SHA-256 of the certificate, to be written on paper.
 * Errors: MISUSE (empty name, role or passphrase), EXISTS, DENIED, IO, NOSPACE, CRYPTO, NOMEM.
 */
EVD_API int evd_identity_new(const char *home, const char *name, const char *role,
                             const char *organisation, const char *passphrase,
                             char out_fingerprint[EVD_FINGERPRINT_TEXT],
                             struct evd_error *err) EVD_MUST_USE;

/* ---- case ---- */

/* A case open for writing together with the key that signs. */
struct evd_work;

/*
 * evd_work_new(dir, number, title, home, which, passphrase, out, err): opens a new case in the folder
 * `dir` (made, or empty). evd_work_open: an existing one. `which` is the start of a fingerprint, or
 * NULL if `home` holds one identity. Free with evd_work_free; the case is locked until then. A case that
 * could not be opened anew leaves nothing in `dir`, nor `dir` if it was not there.
 * Errors: MISUSE (no number or title; `which` is no start of a fingerprint, or several identities fit),
 * NOTFOUND, EXISTS, DENIED (passphrase, permission), LOCKED, DAMAGED (the case or the identity does not
 * hold; nothing was changed), UNSUPPORTED (newer format), and those of the system.
 */
EVD_API int evd_work_new(const char *dir, const char *number, const char *title, const char *home,
                         const char *which, const char *passphrase, struct evd_work **out,
                         struct evd_error *err) EVD_MUST_USE;
EVD_API int evd_work_open(const char *dir, const char *home, const char *which,
                          const char *passphrase, struct evd_work **out,
                          struct evd_error *err) EVD_MUST_USE;
EVD_API void evd_work_free(struct evd_work *w); /* NULL is fine; wipes the key */

/* ---- capture, chain, seal ---- */

/* evd_progress: bytes done, bytes in all (0: not known yet). Other than 0: stop; what is committed
 * stays, and the call returns EVD_E_CANCELLED. Called from any thread, one at a time. */
typedef int evd_progress(void *ctx, uint64_t done, uint64_t all);

/* What came of an intake. */
struct evd_added {
	uint64_t items, bytes; /* committed: safely in */
	uint64_t not_taken;    /* named in the log with the reason */
};

/*
 * evd_work_add(w, paths, n, basis, progress, ctx, out, err): takes files and folders in, each byte
 * copied and hashed on one read; links are recorded, special files named. `basis` is a word of
 * docs/format.md §4, such as "own-device", any other word FORMAT; "other-account" and "covert" are MISUSE
 * here, for they need a reason, which `evidence add` takes. Returns 0 also when something was not taken:
 * look at out->not_taken. *out counts what was committed also when it fails.
 */
EVD_API int evd_work_add(struct evd_work *w, char **paths, size_t n, const char *basis,
                         evd_progress *progress, void *ctx, struct evd_added *out,
                         struct evd_error *err) EVD_MUST_USE;
/* evd_work_note(w, text, err): a note, UTF-8, as a payload file; MISUSE if it is empty or not UTF-8. */
EVD_API int evd_work_note(struct evd_work *w, const char *text, struct evd_error *err) EVD_MUST_USE;
/*
 * evd_work_seal(w, out_path, progress, ctx, out_seal_digest, err): writes the bundle; EXISTS if the
 * file is there, MISUSE if it would lie in a case. On any failure no file is left at `out_path`.
 */
EVD_API int evd_work_seal(struct evd_work *w, const char *out_path, evd_progress *progress,
                          void *ctx, char out_seal_digest[EVD_FINGERPRINT_TEXT],
                          struct evd_error *err) EVD_MUST_USE;

/* ---- verify, report ---- */

/* A verdict; the zero value is none (ETSI EN 319 102-1; docs/verify.md §1). */
enum evd_judgement {
	EVD_JUDGED_NOT,
	EVD_JUDGED_PASSED,        /* TOTAL-PASSED */
	EVD_JUDGED_FAILED,        /* TOTAL-FAILED */
	EVD_JUDGED_INDETERMINATE, /* INDETERMINATE */
	EVD_JUDGED_REFUSED        /* not a bundle this version can judge */
};

/*
 * evd_judge(path, pins, n_pins, trust, out, out_json, err): verifies one bundle (of a closed envelope its
 * cover: EVD_JUDGED_INDETERMINATE at best). `pins`: fingerprints,
 * 64 digits; `trust`: a PEM file or folder of anchors, or NULL. *out_json (may be NULL): the report of
 * docs/verify.md §6, NUL-terminated, freed with evd_text_free. Returns 0 whatever the verdict; on an
 * error *out is EVD_JUDGED_NOT.
 */
EVD_API int evd_judge(const char *path, const char *const *pins, size_t n_pins, const char *trust,
                      enum evd_judgement *out, char **out_json, struct evd_error *err) EVD_MUST_USE;
EVD_API void evd_text_free(char *text);

#ifdef __cplusplus
}
#endif

#endif
