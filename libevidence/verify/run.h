/* run: one verification under way; what its stages share. Internal to verify/. */
#ifndef EVD_RUN_H
#define EVD_RUN_H

#include "seal/tagfiles.h"
#include "verify/container.h"
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

struct evd_run {
	const struct evd_verify_options *o;
	struct evd_report *report;
	struct evd_findings to;
	struct evd_container c;
	struct evd_seen_file seen[EVD_TAGFILES + 1];
	struct evd_buf p7s;                         /* bytes of signature001.p7s */
	struct evd_name_list crc_before, crc_after; /* wrong CRC, before and behind data/ */
	struct evd_name_list extra_data, extra;     /* files that nothing accounts for */
	char archive[EVD_MAX_NAME + 1];             /* first archive time-stamp file; empty: none */
	uint8_t (*sha512)[EVD_SHA512_LEN];          /* per item, with all_digests */
	size_t n_sha512, cap_sha512;
	uint8_t *block; /* EVD_IO_BLOCK bytes */
};

/* evd_run_name(run, out, path): the name in the container of a path from the base folder. */
void evd_run_name(const struct evd_run *run, char out[EVD_MAX_NAME + 1], const char *path);
/* evd_name_list_add: beyond EVD_MAX_FINDINGS names are not kept (their findings would be cut). */
int evd_name_list_add(struct evd_name_list *l, const char *name,
                      struct evd_error *err) EVD_MUST_USE;
/* evd_run_read(run, f, out, err): all bytes of a small file into `out`, CRC checked and noted. */
int evd_run_read(struct evd_run *run, const struct evd_member_file *f, struct evd_buf *out,
                 struct evd_error *err) EVD_MUST_USE;
/* evd_run_note_crc(run, f, crc, err): notes a file whose headers say another CRC-32. */
int evd_run_note_crc(struct evd_run *run, const struct evd_member_file *f, uint32_t crc,
                     struct evd_error *err) EVD_MUST_USE;

/* Stages 2 and 3 (docs/verify.md §3): 0, EVD_STOP, or an error of ours. */
int evd_run_log(struct evd_run *run, struct evd_error *err) EVD_MUST_USE;
int evd_run_contents(struct evd_run *run, struct evd_error *err) EVD_MUST_USE;

#endif
