/* rewrite: the container once more, with another META-INF; verified before it gets its name. */
#include "stamp/stamp.h"

#include "chain/target.h"
#include "platform/files.h"
#include "platform/input.h"
#include "platform/new_file.h"
#include "seal/zip_write.h"

#include <stdlib.h>
#include <string.h>

struct out {
	struct evd_new_file file;
	uint64_t at, n;
	struct evd_buf central;
	uint8_t *block;
};

static int put_head(struct out *o, const char *name, uint64_t size, uint32_t crc32,
                    struct evd_error *err)
{
	struct evd_zip_file f = {name, o->at, size, crc32};
	struct evd_buf local = {0};
	int r;

	evd_zip_put_local(&local, &f);
	evd_zip_put_central(&o->central, &f);
	r = evd_buf_check(&local, err);
	if (r == 0)
		r = evd_file_write_at(o->file.fd, o->at, local.data, local.len, err);
	o->at += local.len;
	o->n++;
	evd_buf_release(&local);
	return r;
}

static int copy_file(struct evd_stamp_bundle *b, struct out *o, const struct evd_member_file *f,
                     struct evd_error *err)
{
	int r = put_head(o, f->name, f->size, f->crc32, err);

	for (uint64_t done = 0; done < f->size && r == 0;) {
		size_t n = f->size - done < EVD_IO_BLOCK ? (size_t)(f->size - done) : (size_t)EVD_IO_BLOCK;

		r = evd_read_at(b->fd, f->off + done, o->block, n, err);
		if (r == 0)
			r = evd_file_write_at(o->file.fd, o->at, o->block, n, err);
		o->at += n;
		done += n;
	}
	return r;
}

static int in_order(const void *a, const void *b)
{
	const struct evd_stamp_file *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int put_all(struct evd_stamp_bundle *b, struct out *o, struct evd_error *err)
{
	struct evd_member_file f;
	uint64_t directory;
	int r = 0;

	evd_container_rewind(&b->c);
	while (r == 0) {
		r = evd_container_next(&b->c, &f, err);
		if (r == 0 && strncmp(f.name, "META-INF/", 9) != 0)
			r = copy_file(b, o, &f, err);
	}
	if (r != EVD_END)
		return r;
	qsort(b->meta.at, b->meta.n, sizeof *b->meta.at, in_order);
	r = 0;
	for (size_t i = 0; i < b->meta.n && r == 0; i++) {
		const struct evd_buf *v = &b->meta.at[i].bytes;

		r = put_head(o, b->meta.at[i].name, v->len, evd_crc32(0, v->data, v->len), err);
		if (r == 0)
			r = evd_file_write_at(o->file.fd, o->at, v->data, v->len, err);
		o->at += v->len;
	}
	directory = o->at;
	evd_zip_put_end(&o->central, o->n, directory, o->central.len);
	if (r == 0)
		r = evd_buf_check(&o->central, err);
	if (r == 0)
		r = evd_file_write_at(o->file.fd, directory, o->central.data, o->central.len, err);
	return r;
}

static uint64_t objections(const struct evd_report *r, const struct evd_finding **last)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->findings.n; i++) {
		const struct evd_finding_kind *k = evd_finding_kind(r->findings.at[i].code);

		if (k->check != EVD_CHECK_TIME || k->result == EVD_RESULT_NOTE ||
		    r->findings.at[i].code == EVD_F_TIMESTAMP_MISSING)
			continue;
		*last = &r->findings.at[i];
		n++;
	}
	return n;
}

/* What came in is accepted: nothing of the check `time` is said that was not said before. */
static int look_again(struct evd_stamp_bundle *b, const char *path, struct evd_error *err)
{
	const struct evd_finding *before = NULL, *after = NULL;
	struct evd_report report = {0};
	enum evd_verdict v;
	int fd, r = evd_input_open(path, &fd, err);

	if (r)
		return r;
	r = evd_verify(fd, path, b->o, &report, err);
	evd_input_close(fd);
	v = evd_verdict(&report);
	if (r == 0 && v != EVD_TOTAL_PASSED && v != EVD_INDETERMINATE)
		r = evd_fail(err, EVD_E_INTERNAL, "the bundle made does not verify: %s",
		             report.findings.n ? evd_finding_kind(report.findings.at[0].code)->text : "");
	else if (r == 0 && objections(&report, &after) > objections(&b->report, &before))
		r = evd_fail(err, EVD_E_FORMAT, "not accepted: %s [%s%s%s]",
		             evd_finding_kind(after->code)->text, evd_finding_kind(after->code)->code,
		             after->sub ? ", " : "", after->sub ? after->sub : "");
	evd_report_release(&report);
	return r;
}

int evd_stamp_write(struct evd_stamp_bundle *b, const char *path, struct evd_error *err)
{
	struct out o = {.file = {.fd = -1}};
	int r;

	o.block = malloc(EVD_IO_BLOCK);
	r = o.block ? evd_target_check(path, err) : evd_nomem(err);
	if (r == 0)
		r = evd_new_file_begin(&o.file, path, err);
	if (r == 0)
		r = put_all(b, &o, err);
	if (r == 0)
		r = look_again(b, o.file.temporary, err);
	if (r == 0)
		r = evd_new_file_name(&o.file, err);
	evd_new_file_release(&o.file);
	evd_buf_release(&o.central);
	free(o.block);
	return r;
}
