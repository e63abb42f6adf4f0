/* run: one verification under way; what its stages share. Internal to verify/. */
#ifndef EVD_RUN_H
#define EVD_RUN_H

#include "chain/signature.h"
#include "seal/tagfiles.h"
#include "verify/container.h"
#include "verify/path.h"
#include "verify/token.h"
#include "verify/verify.h"

/* Names kept until it is their turn to be reported. */
struct evd_name_list {
	char (*at)[EVD_MAX_NAME + 1];
	size_t n, cap;
	uint64_t more; /* names behind those kept, which no report can list: counted */
};

/* One of the six files beside custody/ and data/. */
struct evd_seen_file {
	bool present;
	struct evd_member_file file;
	uint8_t sha256[EVD_SHA256_LEN];
};

#define EVD_SEEN_SIGNATURE EVD_TAGFILES /* META-INF/signature001.p7s, behind the tag files */

/* The files of one archive time-stamping, as found. */
struct evd_archived {
	bool has_manifest, has_token;
	uint8_t manifest[EVD_SHA256_LEN], token_sha256[EVD_SHA256_LEN];
	struct evd_buf token;
};

enum evd_stamp_kind { EVD_STAMP_ARCHIVE, EVD_STAMP_SIGNATURE, EVD_STAMP_ENTRY };

/* A token to be judged; in the order of docs/timestamp.md §3. */
struct evd_stamp {
	enum evd_stamp_kind kind;
	uint64_t number; /* of the archive time-stamping, or of the entry that holds it */
	uint64_t covers; /* the last entry that it covers */
	struct evd_buf own;
	struct evd_view der; /* its bytes: `own`, or borrowed */
	struct evd_token t;
	bool formed, accepted;
	enum evd_standing standing;
};

struct evd_stamps {
	struct evd_stamp *at;
	size_t n, cap;
};

struct evd_run {
	const struct evd_verify_options *o;
	struct evd_report *report;
	struct evd_findings to;
	struct evd_container c;
	struct evd_seen_file seen[EVD_TAGFILES + 1];
	struct evd_buf p7s;                         /* bytes of signature001.p7s */
	struct evd_name_list crc_before, crc_after; /* wrong CRC, before and behind data/ */
	struct evd_name_list extra_data, extra;     /* files that nothing accounts for */
	uint8_t must[EVD_TAGFILES][EVD_SHA256_LEN]; /* what the tag files must be */
	struct evd_archived *archive;               /* c.archives of them */
	struct evd_signer seal;                     /* of the seal signature, if report->seal_fits */
	struct evd_stamps stamps;                   /* stage 4 */
	struct evd_cert *signers; /* certificates of log.signers; x NULL: undecodable */
	struct evd_hand hand;
	struct evd_buf kept[3 * EVD_MAX_MATERIAL]; /* records that lent their bytes to `hand` */
	size_t n_kept;
	EVD_ARRAY(struct { uint8_t digest[EVD_SHA512_LEN]; }) sha512; /* per item, with all_digests */
	uint8_t *block;                                               /* EVD_IO_BLOCK bytes */
};

/* evd_run_name(run, out, path): the name in the container of a path from the base folder. */
void evd_run_name(const struct evd_run *run, char out[EVD_MAX_NAME + 1], const char *path);
/* evd_name_list_add: beyond EVD_MAX_FINDINGS names are not kept (their findings would be cut). */
int evd_name_list_add(struct evd_name_list *l, const char *name,
                      struct evd_error *err) EVD_MUST_USE;
/* evd_run_pieces(run, f, take, ctx, err): gives `take` the bytes of a file, piece by piece; where its
 * headers say another CRC-32, that is noted. */
int evd_run_pieces(struct evd_run *run, const struct evd_member_file *f,
                   int (*take)(void *ctx, struct evd_view piece, struct evd_error *err), void *ctx,
                   struct evd_error *err) EVD_MUST_USE;
/* evd_run_read(run, f, out, err): all bytes of a small file behind those in `out`. */
int evd_run_read(struct evd_run *run, const struct evd_member_file *f, struct evd_buf *out,
                 struct evd_error *err) EVD_MUST_USE;
/* evd_run_read_most(run, f, most, out, err): the same, if it has at most so many; else CONTAINER_LIMIT. */
int evd_run_read_most(struct evd_run *run, const struct evd_member_file *f, uint64_t most,
                      struct evd_buf *out, struct evd_error *err) EVD_MUST_USE;

/* evd_run_hash(run, f, sha256, err): digest of a file that is no item. */
int evd_run_hash(struct evd_run *run, const struct evd_member_file *f, uint8_t *sha256,
                 struct evd_error *err) EVD_MUST_USE;
/* evd_run_see(run, f, err): a file outside custody/ and data/: into `seen`, `p7s`, `archive` or `extra`. */
int evd_run_see(struct evd_run *run, const struct evd_member_file *f,
                struct evd_error *err) EVD_MUST_USE;
/* evd_run_missing(run, from): says which of `seen` are not there, from this one on. */
void evd_run_missing(struct evd_run *run, unsigned from);
/* evd_run_names(run, l, code, detail): a finding for each name. */
void evd_run_names(struct evd_run *run, const struct evd_name_list *l, enum evd_finding_code code,
                   const char *detail);
/* evd_run_seal(run, material_allowed, err): the signature over the manifest as it stands, by the
 * certificate and at the time of log.entry; `signatures` is reached. */
int evd_run_seal(struct evd_run *run, bool material_allowed, struct evd_error *err) EVD_MUST_USE;

/* Stages 2 and 3 (docs/verify.md §3): 0, EVD_STOP, or an error of ours. */
int evd_run_log(struct evd_run *run, struct evd_error *err) EVD_MUST_USE;
int evd_run_contents(struct evd_run *run, struct evd_error *err) EVD_MUST_USE;
/* Stage E, in place of both. */
int evd_run_cover(struct evd_run *run, struct evd_error *err) EVD_MUST_USE;

/* Parts of stage 3: the names and files of archive time-stamping. */
bool evd_run_archive_name(const struct evd_run *run, const char *name, unsigned *n, bool *manifest);
int evd_run_archive_see(struct evd_run *run, const struct evd_member_file *f, unsigned n,
                        bool manifest, struct evd_error *err) EVD_MUST_USE;
int evd_run_archives(struct evd_run *run, struct evd_error *err) EVD_MUST_USE;
void evd_run_archive_file(const struct evd_run *run, unsigned n, bool manifest,
                          char out[EVD_MAX_NAME + 1]);

/* Stage 4: tokens, signers, material that nothing needs. */
int evd_run_time(struct evd_run *run, struct evd_error *err) EVD_MUST_USE;
void evd_run_time_release(struct evd_run *run);
int evd_run_signers(struct evd_run *run, struct evd_error *err) EVD_MUST_USE;
void evd_run_material(struct evd_run *run);
/* evd_run_where(s, out): where a token stands, as findings say it. */
void evd_run_where(const struct evd_stamp *s, char out[48]);
/* evd_run_use(run, path): its certificates are needed. */
void evd_run_use(struct evd_run *run, const struct evd_path *path);

#endif
