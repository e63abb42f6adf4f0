/*
 * case: an open case, a folder (docs/format.md §1), and the commit of entries to it.
 *
 * evd_case_open reads the log; evd_entry_begin … evd_entry_record … evd_entry_commit add one entry.
 * The commit is one rename: before it nothing is acknowledged, after it nothing can be lost.
 */
#ifndef EVD_CASE_H
#define EVD_CASE_H

#include "chain/log.h"
#include "key/key.h"

struct evd_case {
	int dir, custody, data, state, incoming; /* folders: ., custody, data, .case, .case/incoming */
	char *path;                              /* as given */
	int lock;                                /* -1 when open for reading alone */
	unsigned made;                           /* what evd_case_create made, for evd_case_undo */
	struct evd_log log;
	struct evd_findings to;
	/* the first failed finding met while the log was read, or the caller's sink */
	const struct evd_findings *report;
	struct evd_finding fault;
	bool damaged;
};

enum evd_case_mode {
	/* no lock; nothing on disk changes, but that `.case/` is made if it is missing */
	EVD_CASE_READ,
	/* locked; leftovers of an interrupted commit go back to incoming/, and what a killed program had
	 * not committed is removed from there */
	EVD_CASE_WRITE,
};

/*
 * evd_case_open(path, mode, c, err): opens and reads all entries and signatures, not the records. A
 * finding that fails is DAMAGED, with what and where in err; so nothing is ever added to a case that
 * does not hold. NOTFOUND if there is no case, LOCKED. Close in every case.
 */
int evd_case_open(const char *path, enum evd_case_mode mode, struct evd_case *c,
                  struct evd_error *err) EVD_MUST_USE;
/* evd_case_attach(path, c, err): only opens the folders, for reading; the log is not read. */
int evd_case_attach(const char *path, struct evd_case *c, struct evd_error *err) EVD_MUST_USE;
void evd_case_close(struct evd_case *c);
/* evd_case_is_later(c, folder): whether this folder's name is that of an entry which another program added since the
 * log was read: no stray, and not looked at. */
bool evd_case_is_later(const struct evd_case *c, const char *folder);
/* evd_case_init(c): no case yet; closing it is fine. The functions that open one do it themselves. */
void evd_case_init(struct evd_case *c);
/*
 * evd_case_read(c, report, err): reads the whole log anew, records too; findings go to `report` (NULL:
 * the first failed one becomes the error). on_record of c->log is called. 0, or EVD_STOP if the log
 * does not hold and `report` was told.
 */
int evd_case_read(struct evd_case *c, const struct evd_findings *report,
                  int (*on_record)(void *ctx, const struct evd_record *r, const struct evd_json *j,
                                   struct evd_view line, struct evd_error *err),
                  void *ctx, struct evd_error *err) EVD_MUST_USE;
/* evd_case_read_from(c, from, on_record, ctx, err): the same, but of entries before `from` the records
 * are not read. */
int evd_case_read_from(struct evd_case *c, uint64_t from,
                       int (*on_record)(void *ctx, const struct evd_record *r,
                                        const struct evd_json *j, struct evd_view line,
                                        struct evd_error *err),
                       void *ctx, struct evd_error *err) EVD_MUST_USE;
/* evd_case_read_to(c, last, err): the entries up to `last` alone, records too: the log as it then was. */
int evd_case_read_to(struct evd_case *c, uint64_t last, struct evd_error *err) EVD_MUST_USE;
/* evd_case_last_exhibit(c, err): sets c->log.last_exhibit to the highest number given so far. */
int evd_case_last_exhibit(struct evd_case *c, struct evd_error *err) EVD_MUST_USE;
/* evd_case_create(path, c, err): the folders of a new case, and its random id; what it made is removed again if it
 * fails. */
int evd_case_create(const char *path, struct evd_case *c, struct evd_error *err) EVD_MUST_USE;
/* evd_case_undo(c): removes what evd_case_create made, and nothing else: for a case whose entry 1 never came. */
void evd_case_undo(struct evd_case *c);

/* What goes into the circumstances beside actor, clock and host. NULL: absent. */
struct evd_circumstances {
	const char *authority, *condition, *consent, *legal_basis, *medium, *purpose, *reason,
	    *recipient, *seal_number;
	uint64_t not_taken; /* what could not be taken in; 0: absent */
};

/* An entry being built in incoming/. */
struct evd_draft {
	struct evd_case *c;
	struct evd_entry entry;
	int dir, custody, data, records; /* its folders, and records.jsonl */
	char name[40];                   /* in incoming/ */
	struct evd_merkle tree;
	struct evd_buf line, out;  /* present line; lines not yet written */
	struct evd_buf own;        /* its id and salt */
	struct evd_object details; /* the caller fills it */
	struct evd_object scratch;
	bool has_payload, has_token;
	uint8_t salts[32 * EVD_SALT_LEN]; /* random, for the next records */
	size_t salts_left;                /* of them not yet given out */
};

/* evd_entry_may(c, action, certificate, err): DENIED if the log would take no such entry of this certificate now.
 * evd_entry_commit looks again: this is for work that would be done in vain until then. */
int evd_entry_may(struct evd_case *c, enum evd_action action, const uint8_t *certificate,
                  struct evd_error *err) EVD_MUST_USE;
int evd_entry_begin(struct evd_case *c, enum evd_action action, const struct evd_actor *actor,
                    const struct evd_circumstances *circumstances, struct evd_draft *d,
                    struct evd_error *err) EVD_MUST_USE;
/* evd_entry_record(d, record, k, err): adds case, id and salt to `record` (which holds kind and the
 * kind's members) and appends it; *k (may be NULL) is its number. */
int evd_entry_record(struct evd_draft *d, struct evd_object *record, uint64_t *k,
                     struct evd_error *err) EVD_MUST_USE;
/*
 * evd_entry_line(d, j, item, reader, err): a reader's record, an object parsed into `j`, with our members put in
 * their places: case, id, salt, and `item` and `reader` as spelt in JSON, in place of members of those names. The
 * same line that evd_entry_record writes of those members, without taking the object apart.
 */
int evd_entry_line(struct evd_draft *d, const struct evd_json *j, struct evd_view item,
                   struct evd_view reader, struct evd_error *err) EVD_MUST_USE;
/* evd_entry_next(d): the number that the next record will have. */
uint64_t evd_entry_next(const struct evd_draft *d);

/* A payload file's facts, as computed on the one read that copied it. */
struct evd_content {
	uint64_t size;
	uint8_t sha256[EVD_SHA256_LEN], sha512[EVD_SHA512_LEN];
	uint32_t crc32;
	uint64_t exhibit; /* 0: none */
	const char *role; /* NULL: none */
	const char *ext;  /* [a-z0-9]{1,8} */
};

/* evd_entry_content(d, temporary, content, id, err): gives the file d->data/temporary its name and
 * appends its content record. */
int evd_entry_content(struct evd_draft *d, const char *temporary, const struct evd_content *content,
                      uint64_t *k, struct evd_error *err) EVD_MUST_USE;
/* evd_entry_text(d, text, ext, role, k, err): a payload file made by this program. */
int evd_entry_text(struct evd_draft *d, struct evd_view text, const char *ext, const char *role,
                   uint64_t *k, struct evd_error *err) EVD_MUST_USE;
/* evd_entry_scope(d, first, last, err): a scope record: records first…last of one entry. */
int evd_entry_scope(struct evd_draft *d, struct evd_id first, struct evd_id last,
                    struct evd_error *err) EVD_MUST_USE;

/* evd_entry_token(d, token, err): the token of a `timestamp` entry; sets its detail. */
int evd_entry_token(struct evd_draft *d, struct evd_view token, struct evd_error *err) EVD_MUST_USE;

/*
 * evd_entry_commit(d, key, err): signs, syncs, renames in. On success the case's log has grown by the
 * entry; on failure the case is as before. Releases `d` either way.
 */
int evd_entry_commit(struct evd_draft *d, struct evd_key *key, struct evd_error *err) EVD_MUST_USE;
/* evd_entry_abandon(d): removes the draft. */
void evd_entry_abandon(struct evd_draft *d);

#endif
