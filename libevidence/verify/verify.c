/* verify: see verify.h. */
#include "verify/verify.h"

#include "verify/receipt.h"
#include "verify/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void evd_run_name(const struct evd_run *run, char out[EVD_MAX_NAME + 1], const char *path)
{
	snprintf(out, EVD_MAX_NAME + 1, "%s/%s", run->c.base, path);
}

int evd_name_list_add(struct evd_name_list *l, const char *name, struct evd_error *err)
{
	if (l->n >= EVD_MAX_FINDINGS) {
		l->more++;
		return 0;
	}
	if (!EVD_ROOM(l))
		return evd_nomem(err);
	snprintf(l->at[l->n++], sizeof *l->at, "%s", name);
	return 0;
}

/* Notes a file whose headers say another CRC-32 than its bytes. */
static int note_crc(struct evd_run *run, const struct evd_member_file *f, uint32_t crc,
                    struct evd_error *err)
{
	char data[EVD_MAX_NAME + 1];
	bool before;

	if (crc == f->crc32)
		return 0;
	evd_run_name(run, data, "data/");
	before = strcmp(f->name, "mimetype") == 0 ||
	         (strncmp(f->name, "META-INF/", 9) != 0 && strcmp(f->name, data) < 0);
	return evd_name_list_add(before ? &run->crc_before : &run->crc_after, f->name, err);
}

int evd_run_pieces(struct evd_run *run, const struct evd_member_file *f,
                   int (*take)(void *ctx, struct evd_view piece, struct evd_error *err), void *ctx,
                   struct evd_error *err)
{
	uint32_t crc = 0;
	int r = 0;

	for (uint64_t done = 0; done < f->size && r == 0;) {
		size_t n = f->size - done < EVD_IO_BLOCK ? (size_t)(f->size - done) : EVD_IO_BLOCK;

		r = evd_read_at(run->c.fd, f->off + done, run->block, n, err);
		if (r == 0) {
			crc = evd_crc32(crc, run->block, n);
			r = take(ctx, evd_view_of(run->block, n), err);
		}
		done += n;
	}
	return r ? r : note_crc(run, f, crc, err);
}

static int put_piece(void *ctx, struct evd_view piece, struct evd_error *err)
{
	evd_put_view(ctx, piece);
	return evd_buf_check(ctx, err);
}

int evd_run_read(struct evd_run *run, const struct evd_member_file *f, struct evd_buf *out,
                 struct evd_error *err)
{
	return evd_run_pieces(run, f, put_piece, out, err);
}

int evd_run_read_most(struct evd_run *run, const struct evd_member_file *f, uint64_t most,
                      struct evd_buf *out, struct evd_error *err)
{
	if (f->size > most)
		return evd_finding(&run->to, EVD_F_CONTAINER_LIMIT, "", "%s is larger than may be",
		                   f->name);
	return evd_run_read(run, f, out, err);
}

static int keep_sha512(void *ctx, const struct evd_record *rec, const struct evd_json *j,
                       struct evd_view line, struct evd_error *err)
{
	struct evd_run *run = ctx;

	(void)j;
	(void)line;
	if (rec->kind != EVD_KIND_CONTENT)
		return 0;
	if (!EVD_ROOM(&run->sha512))
		return evd_nomem(err);
	memcpy(run->sha512.at[run->sha512.n++].digest, rec->sha512, EVD_SHA512_LEN);
	return 0;
}

static int run_stages(struct evd_run *run, struct evd_error *err)
{
	struct evd_report *report = run->report;
	int r = evd_container_open(run->c.fd, &run->to, &run->c, err);

	report->size = run->c.size;
	if (r)
		return r;
	report->reached |= 1u << EVD_CHECK_CONTAINER;
	evd_log_init(&report->log, run->c.base, &run->to);
	report->envelope = run->c.envelope;
	if (report->envelope) {
		r = evd_run_cover(run, err);
		return r ? r : evd_run_time(run, err);
	}
	if (run->o->all_digests) {
		report->log.on_record = keep_sha512;
		report->log.on_record_ctx = run;
	}
	r = evd_run_log(run, err);
	if (r)
		return r;
	report->log_walked = true;
	r = evd_run_contents(run, err);
	if (r)
		return r;
	return evd_run_time(run, err);
}

int evd_verify(int fd, const char *file, const struct evd_verify_options *o, struct evd_report *out,
               struct evd_error *err)
{
	struct evd_run *run = calloc(1, sizeof *run);
	int r;

	memset(out, 0, sizeof *out);
	out->file = file;
	out->has_at = o->has_at;
	out->at_ms = o->at_ms;
	if (!run)
		return evd_nomem(err);
	run->o = o;
	run->report = out;
	run->to.report = evd_report_collect;
	run->to.ctx = out;
	run->c.fd = fd;
	run->block = malloc(EVD_IO_BLOCK);
	r = run->block ? run_stages(run, err) : evd_nomem(err);
	evd_run_time_release(run);
	evd_container_release(&run->c);
	evd_buf_release(&run->p7s);
	free(run->crc_before.at);
	free(run->crc_after.at);
	free(run->extra_data.at);
	free(run->extra.at);
	free(run->sha512.at);
	free(run->block);
	out->log.findings = NULL;
	out->log.on_record = NULL;
	free(run);
	if (r >= 0 &&
	    evd_crypto_short()) /* nothing OpenSSL said since then may accuse or clear anybody */
		return evd_nomem(err);
	return r == EVD_STOP ? 0 : r;
}

/* The transfer that the `receive` at `seq` answered; NULL if entry seq is none. */
static const char *received_at(const struct evd_log *log, size_t seq)
{
	for (size_t i = 0; i < log->transfers.n; i++)
		if (log->transfers.at[i].received == seq)
			return log->transfers.at[i].id;
	return NULL;
}

/* Entries `seq` differ. That accuses nobody if one of them, or each for a transfer of its own, began the
 * branch of a recipient. */
static enum evd_extends parted(const struct evd_log *a, const struct evd_log *b, size_t seq)
{
	const char *x = received_at(a, seq), *y = received_at(b, seq);

	return (x || y) && !(x && y && strcmp(x, y) == 0) ? EVD_EXTENDS_BRANCH : EVD_EXTENDS_FORK;
}

static enum evd_extends compare_logs(const struct evd_log *newer, const struct evd_log *older)
{
	size_t a = newer->entries.n, b = older->entries.n;

	for (size_t i = 0; i < a && i < b; i++) /* entry.json or entry.p7s */
		if (memcmp(newer->entries.at[i].digest, older->entries.at[i].digest, 2 * EVD_SHA256_LEN) !=
		    0)
			return parted(newer, older, i + 1);
	return a < b ? EVD_EXTENDS_SHORTER : a == b ? EVD_EXTENDS_SAME : EVD_EXTENDS;
}

void evd_verify_extends(struct evd_report *newer, const struct evd_report *older)
{
	enum evd_verdict v = evd_verdict(older);

	if ((v != EVD_TOTAL_PASSED && v != EVD_INDETERMINATE) || !newer->log_walked ||
	    !older->log_walked) /* an envelope's is closed */
		newer->extends = EVD_EXTENDS_UNVERIFIED;
	else if (strcmp(newer->log.case_id, older->log.case_id) != 0)
		newer->extends = EVD_EXTENDS_OTHER_CASE;
	else
		newer->extends = compare_logs(&newer->log, &older->log);
}

int evd_verify_receipt(struct evd_report *report, struct evd_view receipt, struct evd_error *err)
{
	enum evd_verdict v = evd_verdict(report);

	if ((v == EVD_TOTAL_PASSED || v == EVD_INDETERMINATE) && report->log_walked)
		return evd_receipt_judge(receipt, &report->log, report->seal_digest, &report->receipt, err);
	report->receipt.result = EVD_RECEIPT_UNVERIFIED;
	return 0;
}
