/* cmd_receipt_paper: the scan of a form signed by hand, in place of a receipt (docs/handover.md). */
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"
#include "capture/copy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The scan of a form signed by hand: copied and hashed on one read, looked into by nothing. */
static int add_scan(struct evd_draft *d, const char *path, uint64_t *k, struct evd_error *err)
{
	struct evd_copier copier = {0};
	struct evd_content content = {.role = "receipt"};
	struct evd_copied facts = {0};
	const char *slash = strrchr(path, '/');
	char ext[9];
	bool noatime;
	int fd, r = evd_source_open(-1, path, &fd, &noatime, err);

	if (r)
		return r;
	evd_extension(evd_view_str(slash ? slash + 1 : path), ext);
	if (strcmp(ext, "receipt") == 0)
		memcpy(ext, "bin", 4); /* that extension is of receipts that programs judge */
	r = evd_copy(&copier, fd, d->data, "scan", &facts, err);
	close(fd);
	evd_copier_release(&copier);
	if (r)
		return r;
	content.size = facts.size;
	content.crc32 = facts.crc32;
	content.ext = ext;
	memcpy(content.sha256, facts.sha256, sizeof content.sha256);
	memcpy(content.sha512, facts.sha512, sizeof content.sha512);
	return evd_entry_content(d, "scan", &content, k, err);
}

static int commit_paper(struct cmd_session *s, const char *path, const char *transfer,
                        const char *answer, struct evd_error *err)
{
	const char *slash = strrchr(path, '/');
	struct evd_draft d;
	char id[48];
	uint64_t k = 0;
	int r = evd_entry_begin(&s->c, EVD_ACQUIRE, evd_key_actor(s->key), NULL, &d, err);

	if (r)
		return r;
	evd_object_cstr(&d.details, "basis", "consent");
	evd_object_cstr(&d.details, "observed", "file");
	r = add_scan(&d, path, &k, err);
	snprintf(id, sizeof id, "%" PRIu64 "/%" PRIu64, d.entry.seq, k);
	evd_object_reset(&d.scratch);
	evd_object_cstr(&d.scratch, "item", id);
	evd_object_cstr(&d.scratch, "kind", "origin");
	evd_object_cstr(&d.scratch, "label", "signed on paper, not checked by any program");
	evd_object_bytes(&d.scratch, "name", evd_view_str(slash ? slash + 1 : path));
	if (r == 0)
		r = evd_entry_record(&d, &d.scratch, NULL, err);
	evd_object_reset(&d.scratch);
	evd_object_cstr(&d.scratch, "answer", answer);
	evd_object_cstr(&d.scratch, "item", id);
	evd_object_cstr(&d.scratch, "kind", "handover");
	evd_object_cstr(&d.scratch, "state", "paper");
	evd_object_cstr(&d.scratch, "transferId", transfer);
	if (r == 0)
		r = evd_entry_record(&d, &d.scratch, NULL, err);
	if (r == 0)
		return evd_entry_commit(&d, s->key, err);
	evd_entry_abandon(&d);
	return r;
}

int cmd_receipt_paper(struct cmd_global *g, const char *path, const char *transfer,
                      const char *answer)
{
	struct cmd_session s;
	struct evd_error err = {0};
	bool known = false;
	int r = cmd_begin(g, &s);

	if (r)
		return r;
	for (size_t i = 0; i < s.c.log.transfers.n; i++)
		known = known || strcmp(s.c.log.transfers.at[i].id, transfer) == 0;
	if (!known)
		r = evd_fail(&err, EVD_E_NOTFOUND, "no handover %s; 'evidence receipt' lists them",
		             transfer);
	if (r == 0)
		r = commit_paper(&s, path, transfer, answer, &err);
	if (r)
		r = cmd_fail(r, &err);
	else if (!g->quiet)
		printf("Taken in as item %zu/2: weaker than a signed receipt, no program can check it\n",
		       s.c.log.entries.n);
	cmd_end(&s);
	return r;
}
