/* receive: see receive.h. */
#include "seal/receive.h"

#include "platform/files.h"
#include "seal/answer.h"
#include "seal/seal.h"
#include "seal/tagfiles.h"
#include "verify/check_case.h"
#include "verify/container.h"
#include "verify/receipt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A bundle on its way into a case folder of our own making. */
struct taking {
	int fd; /* the bundle */
	const struct evd_report *report;
	const struct evd_receive_options *o;
	struct evd_container container;
	struct evd_case c;
	bool payload; /* copied too */
	uint8_t *block;
	uint64_t done;
	char folder[24]; /* made last: "custody/00000003" */
};

static void hear_nothing(void *ctx, const struct evd_finding *f)
{
	(void)ctx;
	(void)f;
}

static int first_fault(struct evd_finding *first, struct evd_error *err)
{
	return evd_fail(err, EVD_E_DAMAGED, "%s%s%s (%s); nothing was taken over", first->where,
	                first->where[0] ? ": " : "", evd_finding_kind(first->code)->text,
	                first->detail);
}

static void keep_first(void *ctx, const struct evd_finding *f)
{
	struct evd_finding *first = ctx;

	if (evd_finding_kind(f->code)->result != EVD_RESULT_NOTE && first->code == EVD_FINDING_CODES)
		*first = *f;
}

static int copy_bytes(struct taking *t, const struct evd_member_file *f, int to,
                      struct evd_error *err)
{
	int r = 0;

	for (uint64_t done = 0; done < f->size && r == 0;) {
		size_t n = f->size - done < EVD_IO_BLOCK ? (size_t)(f->size - done) : EVD_IO_BLOCK;

		r = evd_read_at(t->fd, f->off + done, t->block, n, err);
		if (r == 0)
			r = evd_file_write(to, t->block, n, err);
		done += n;
		t->done += n;
		if (r == 0 && t->o->progress && t->o->progress(t->o->ctx, t->done, t->report->size))
			r = evd_fail(err, EVD_E_CANCELLED, "stopped; nothing was taken over");
	}
	return r;
}

/* The folder custody/SEQ, data/SEQ or seals/SEQ that the next file goes to. */
static int make_folder(struct taking *t, const char *path, size_t len, struct evd_error *err)
{
	char name[sizeof t->folder];
	int r;

	if (len >= sizeof name)
		return evd_fail(err, EVD_E_DAMAGED, "a name that no bundle has");
	memcpy(name, path, len);
	name[len] = '\0';
	if (strcmp(name, t->folder) == 0)
		return 0;
	r = evd_dir_make(t->c.dir, name, err);
	memcpy(t->folder, name, sizeof t->folder);
	return r;
}

static int copy_file(struct taking *t, const struct evd_member_file *f, const char *path,
                     struct evd_error *err)
{
	const char *slash = strrchr(path, '/');
	int fd, closed, r = slash ? make_folder(t, path, (size_t)(slash - path), err) : EVD_E_DAMAGED;

	if (r == 0)
		r = evd_file_create(t->c.dir, path, &fd, err);
	if (r)
		return r;
	r = copy_bytes(t, f, fd, err);
	closed = evd_close(fd, r ? NULL : err);
	return r ? r : closed;
}

/* Where a file of the container goes in the case; false: nowhere. What the sealing made is kept as if it
 * had been made here, so that the next entry brings it along (docs/format.md §9). */
static bool place_of(const struct taking *t, const char *name, char out[EVD_MAX_NAME + 32])
{
	size_t base = strlen(t->container.base);
	bool own = strncmp(name, t->container.base, base) == 0 && name[base] == '/';
	const char *path = own ? name + base + 1 : name;

	snprintf(out, EVD_MAX_NAME + 32, "%s", path);
	if (own && strncmp(path, "custody/", 8) == 0)
		return true;
	if (own && strncmp(path, "data/", 5) == 0)
		return t->payload;
	for (unsigned i = 0; i <= EVD_TAGFILES; i++) {
		const char *kept = i < EVD_TAGFILES ? evd_tagfile_name(i) : "META-INF/signature001.p7s";
		const char *slash = strrchr(kept, '/');

		if (strcmp(path, kept) != 0)
			continue;
		snprintf(out, EVD_MAX_NAME + 32, "seals/%08zu/%s", t->report->log.entries.n,
		         slash ? slash + 1 : kept);
		return t->payload;
	}
	return false;
}

/* Tag files stand before custody/ and the manifest behind data/: in one folder of ours, made once. */
static int unpack(struct taking *t, struct evd_error *err)
{
	const struct evd_findings to = {hear_nothing, NULL};
	char place[EVD_MAX_NAME + 32], seals[24];
	struct evd_member_file f;
	int r = evd_container_open(t->fd, &to, &t->container, err);

	if (r == EVD_STOP)
		r = evd_fail(err, EVD_E_DAMAGED, "the bundle changed after it was verified");
	snprintf(seals, sizeof seals, "seals/%08zu", t->report->log.entries.n);
	if (r == 0 && t->payload)
		r = evd_dir_make(t->c.dir, "seals", err);
	if (r == 0 && t->payload)
		r = evd_dir_make(t->c.dir, seals, err);
	while (r == 0 && (r = evd_container_next(&t->container, &f, err)) == 0) {
		if (!place_of(t, f.name, place))
			continue;
		if (strncmp(place, seals, strlen(seals)) == 0)
			memcpy(t->folder, seals, sizeof seals);
		r = copy_file(t, &f, place, err);
	}
	return r == EVD_END ? 0 : r;
}

/* The copy is read back and every byte of it held against the log, as `evidence check` does. */
static int check_copy(struct taking *t, struct evd_error *err)
{
	struct evd_finding first = {.code = EVD_FINDING_CODES};
	const struct evd_findings to = {keep_first, &first};
	const struct evd_log *was = &t->report->log, *log = &t->c.log;
	int r = t->payload ? evd_check_case(&t->c, t->o->pool, &to, t->o->progress, t->o->ctx, err)
	                   : evd_case_read(&t->c, &to, NULL, NULL, err);

	if ((r == 0 || r == EVD_STOP) && first.code != EVD_FINDING_CODES)
		return first_fault(&first, err);
	if (r)
		return r;
	if (log->entries.n != was->entries.n ||
	    memcmp(log->entries.at[log->entries.n - 1].digest,
	           was->entries.at[log->entries.n - 1].digest, 2 * EVD_SHA256_LEN) != 0)
		return evd_fail(err, EVD_E_DAMAGED, "the bundle changed after it was verified");
	return 0;
}

/* The newest transfer that this key may answer. */
static const struct evd_transfer *find_transfer(const struct evd_log *log, const uint8_t *mine)
{
	for (size_t i = log->transfers.n; i-- > 0;) {
		const struct evd_transfer *t = &log->transfers.at[i];

		if (t->open &&
		    (!t->recipient.present || memcmp(t->recipient.sha256, mine, EVD_SHA256_LEN) == 0))
			return t;
	}
	return NULL;
}

/* What the verification said, as a record: the giver reads it in the receipt. */
static int add_verification(struct evd_draft *d, const struct evd_report *report,
                            struct evd_error *err)
{
	struct evd_object *o = &d->scratch, checks;

	evd_object_init(&checks);
	evd_object_reset(o);
	for (unsigned i = 0; i < EVD_CHECKS; i++)
		evd_object_cstr(&checks, evd_check_name(i), evd_check_result(report, i));
	evd_object_object(o, "checks", &checks);
	evd_object_release(&checks);
	evd_object_cstr(o, "kind", "verification");
	if (report->has_seal_digest)
		evd_object_hex(o, "sealDigest", report->seal_digest, EVD_SHA256_LEN);
	evd_object_cstr(o, "verdict", evd_verdict_name(evd_verdict(report)));
	return evd_entry_record(d, o, NULL, err);
}

/* Before anything is copied. */
static int may_answer(const struct evd_report *report, struct evd_key *key, struct evd_error *err)
{
	return find_transfer(&report->log, evd_key_fingerprint(key))
	           ? 0
	           : evd_fail(err, EVD_E_DENIED,
	                      "the bundle is not handed over to this certificate: no transfer names it "
	                      "and awaits an answer");
}

static int commit(struct taking *t, struct evd_key *key, enum evd_action action,
                  const uint8_t *seal_digest, struct evd_error *err)
{
	const struct evd_transfer *answers = find_transfer(&t->c.log, evd_key_fingerprint(key));
	struct evd_draft d;
	int r;

	if (!answers)
		return evd_fail(err, EVD_E_DAMAGED, "the bundle changed after it was verified");
	r = evd_entry_begin(&t->c, action, evd_key_actor(key), &t->o->circumstances, &d, err);
	if (r)
		return r;
	evd_object_hex(&d.details, "sealDigest", seal_digest, EVD_SHA256_LEN);
	evd_object_cstr(&d.details, "transferId", answers->id);
	if (action == EVD_RECEIVE)
		r = evd_seal_bring_previous(&t->c, &d, err);
	if (r == 0)
		r = add_verification(&d, t->report, err);
	if (r == 0)
		return evd_entry_commit(&d, key, err);
	evd_entry_abandon(&d);
	return r;
}

/* Holds the receipt against the bundle, as the giver will, and writes it. */
static int make_receipt(struct taking *t, const uint8_t *seal_digest, int to, struct evd_error *err)
{
	struct evd_buf receipt = {0};
	struct evd_receipt_said said;
	int r = evd_answer_write(&t->c, t->c.log.entries.n, &receipt, err);

	if (r == 0)
		r = evd_receipt_judge(evd_buf_view(&receipt), &t->report->log, seal_digest, &said, err);
	if (r == 0 && said.result != EVD_RECEIPT_ACCEPTED && said.result != EVD_RECEIPT_REFUSED)
		r = evd_fail(err, EVD_E_INTERNAL, "the receipt written does not hold");
	if (r == 0)
		r = evd_file_write(to, receipt.data, receipt.len, err);
	if (r == 0)
		r = evd_sync(to, err);
	evd_buf_release(&receipt);
	return r;
}

static int begin(struct taking *t, int fd, const struct evd_report *report, const char *folder,
                 const struct evd_receive_options *o, struct evd_error *err)
{
	memset(t, 0, sizeof *t);
	t->c.dir = t->c.custody = t->c.data = t->c.state = t->c.incoming = t->c.lock = -1;
	t->fd = fd;
	t->report = report;
	t->o = o;
	if (evd_file_exists(-1, folder))
		return evd_fail(
		    err, EVD_E_EXISTS,
		    "%s exists already; if it is left of an attempt that was cut off, remove it", folder);
	t->block = malloc(EVD_IO_BLOCK);
	return t->block ? evd_case_create(folder, &t->c, err) : evd_nomem(err);
}

static void end(struct taking *t)
{
	evd_container_release(&t->container);
	evd_case_close(&t->c);
	free(t->block);
}

/* Everything but who and when has to have passed. */
static int may_accept(const struct evd_report *report, struct evd_error *err)
{
	if (report->envelope)
		return evd_fail(err, EVD_E_FORMAT,
		                "this is an envelope: open it with 'evidence envelope open', and take over "
		                "the bundle that was in it");
	for (unsigned i = 0; i < EVD_CHECKS; i++) {
		const char *result = evd_check_result(report, i);
		bool may_be_unknown = i == EVD_CHECK_IDENTITY || i == EVD_CHECK_TIME;

		if (strcmp(result, "passed") != 0 && !(may_be_unknown && strcmp(result, "unknown") == 0))
			return evd_fail(err, EVD_E_DAMAGED,
			                "the bundle does not verify (%s: %s); nothing was taken over, see "
			                "evidence-verify, and 'evidence refuse'",
			                evd_check_name(i), result);
	}
	return 0;
}

/* "DIR.receiving": beside the target, on the same file system. */
static int work_name(const char *dir, char *out, size_t cap, struct evd_error *err)
{
	size_t n = strlen(dir);

	while (n > 1 && dir[n - 1] == '/')
		n--;
	if ((size_t)snprintf(out, cap, "%.*s.receiving", (int)n, dir) >= cap)
		return evd_fail(err, EVD_E_LIMIT, "the folder's path is too long");
	return 0;
}

/* Whoever was cut off between the folder's name and the receipt's has the case; said again, that would be a fork. */
static int not_there(const char *dir, struct evd_error *err)
{
	bool is_case = false;
	int at;

	if (!evd_file_exists(-1, dir))
		return 0;
	if (evd_dir_open(-1, dir, &at, NULL) == 0) {
		is_case = evd_file_exists(at, "custody/00000001/entry.json");
		close(at);
	}
	return is_case
	           ? evd_fail(
	                 err, EVD_E_EXISTS,
	                 "%s is a case already; if this bundle was taken over there, do not take it "
	                 "over again: 'evidence receipt --write FILE' in it makes the receipt",
	                 dir)
	           : evd_fail(err, EVD_E_EXISTS, "%s exists already; give a folder that is not there",
	                      dir);
}

int evd_receive(int fd, const struct evd_report *report, const char *dir, struct evd_key *key,
                const struct evd_receive_options *o, int receipt, struct evd_error *err)
{
	struct taking t;
	char work[4096];
	int r = may_accept(report, err);

	if (r == 0)
		r = may_answer(report, key, err);
	if (r == 0)
		r = work_name(dir, work, sizeof work, err);
	if (r == 0)
		r = not_there(dir, err);
	if (r)
		return r;
	r = begin(&t, fd, report, work, o, err);
	if (r == EVD_E_EXISTS) { /* not ours to remove */
		end(&t);
		return r;
	}
	t.payload = true;
	if (r == 0)
		r = evd_room(t.c.dir, report->size, err);
	if (r == 0)
		r = unpack(&t, err);
	if (r == 0)
		r = check_copy(&t, err);
	if (r == 0)
		r = commit(&t, key, EVD_RECEIVE, report->seal_digest, err);
	if (r == 0)
		r = make_receipt(&t, report->seal_digest, receipt, err);
	if (r == 0)
		r = evd_sync_all(t.c.dir, err);
	if (r == 0)
		r = evd_rename_new(-1, work, -1, dir, err);
	if (r == 0)
		r = evd_sync_all(t.c.dir, err);
	end(&t);
	if (r)
		evd_remove_tree(-1, work);
	return r;
}

/* The digest that the sealed manifest of this log must have: the copy refused may be damaged just there. */
static int due_seal_digest(const struct evd_report *report, uint8_t out[EVD_SHA256_LEN],
                           struct evd_error *err)
{
	uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN];
	int r = evd_tagfile_digests(&report->log, digest, err);

	memcpy(out, digest[EVD_TAG_ASIC], EVD_SHA256_LEN);
	return r;
}

int evd_refuse(int fd, const struct evd_report *report, const char *work, struct evd_key *key,
               const struct evd_receive_options *o, int receipt, struct evd_error *err)
{
	uint8_t seal_digest[EVD_SHA256_LEN];
	struct taking t;
	int r;

	if (report->envelope)
		return evd_fail(
		    err, EVD_E_FORMAT,
		    "this is an envelope: without opening it nothing can be refused but on paper");
	if (!report->log_walked)
		return evd_fail(err, EVD_E_DAMAGED,
		                "the log of this bundle does not hold, so no refusal can be bound to it: "
		                "refuse on paper and ask for another copy");
	r = may_answer(report, key, err);
	if (r == 0)
		r = due_seal_digest(report, seal_digest, err);
	if (r)
		return r;
	r = begin(&t, fd, report, work, o, err);
	if (r == EVD_E_EXISTS) { /* not ours to remove */
		end(&t);
		return r;
	}
	if (r == 0)
		r = unpack(&t, err);
	if (r == 0)
		r = check_copy(&t, err);
	if (r == 0)
		r = commit(&t, key, EVD_REFUSE, seal_digest, err);
	if (r == 0)
		r = make_receipt(&t, seal_digest, receipt, err);
	end(&t);
	evd_remove_tree(-1, work);
	return r;
}
