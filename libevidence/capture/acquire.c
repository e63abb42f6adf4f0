/* acquire: see acquire.h. */
#include "capture/acquire.h"

#include "base/text.h"
#include "capture/resume.h"
#include "capture/sum.h"
#include "capture/walk.h"
#include "platform/files.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 64u /* sources open at a time */

/* One source of the present chunk. */
struct source {
	int fd;
	bool noatime;
	char *path;         /* as met */
	char temporary[24]; /* in the draft's data folder */
	struct evd_copied facts;
	int result;
	struct evd_error err;
};

struct intake {
	struct evd_case *c;
	struct evd_key *key;
	const struct evd_acquire_options *o;
	struct evd_acquired *out;
	struct evd_resume *resume;
	struct evd_draft draft;
	bool drafting;
	uint64_t draft_items, draft_bytes, temporaries, exhibit;
	struct source chunk[CHUNK];
	size_t n_chunk;
	uint64_t chunk_bytes;
	struct evd_copier *copier;      /* one a thread */
	uint64_t done_bytes, all_bytes; /* all: 0 if not known */
	bool stopped;
	pthread_mutex_t lock;
	/* items and links of the draft, told once it is committed; a link's id is 0/0 */
	EVD_ARRAY(struct {
		struct evd_id id;
		uint64_t exhibit;
		char *path;
	})
	told;
};

static void tell(struct intake *in, struct evd_id id, uint64_t exhibit, const char *path,
                 const char *why)
{
	if (in->o->told)
		in->o->told(in->o->ctx, id, exhibit, path, why);
}

static int count_bytes(void *ctx, uint64_t bytes)
{
	struct intake *in = ctx;
	int stop;

	pthread_mutex_lock(&in->lock);
	in->done_bytes += bytes;
	if (in->o->progress && !in->stopped)
		in->stopped = in->o->progress(in->o->ctx, in->done_bytes, in->all_bytes) != 0;
	stop = in->stopped;
	pthread_mutex_unlock(&in->lock);
	return stop;
}

/* So many of the bytes counted before will not be read: progress shall end where they do. */
static void count_out(struct intake *in, uint64_t bytes)
{
	in->all_bytes -= bytes < in->all_bytes ? bytes : in->all_bytes;
}

enum outcome { FAILED, COMMITTED, WITHOUT_ITEM };

/* Links are recorded in the entry of what was taken in with them: without an item there is no entry. */
static void forget_told(struct intake *in, enum outcome how)
{
	for (size_t i = 0; i < in->told.n; i++) {
		bool link = in->told.at[i].id.seq == 0;

		if (how == COMMITTED)
			tell(in, in->told.at[i].id, in->told.at[i].exhibit, in->told.at[i].path,
			     link ? "a symbolic link: recorded, not followed" : NULL);
		if (how == WITHOUT_ITEM && link) {
			in->out->not_taken++;
			tell(in, in->told.at[i].id, 0, in->told.at[i].path,
			     "a symbolic link: not followed, and not recorded, since nothing was taken in with "
			     "it; name what it leads to");
		} else {
			in->out->links += link && how == COMMITTED;
		}
		free(in->told.at[i].path);
	}
	in->told.n = 0;
}

static int begin(struct intake *in, struct evd_error *err)
{
	int r;

	if (in->drafting)
		return 0;
	r = evd_entry_begin(in->c, EVD_ACQUIRE, evd_key_actor(in->key), &in->o->circumstances,
	                    &in->draft, err);
	if (r)
		return r;
	evd_object_cstr(&in->draft.details, "basis", in->o->basis);
	evd_object_cstr(&in->draft.details, "observed", in->o->observed);
	in->drafting = true;
	in->draft_items = in->draft_bytes = in->temporaries = 0;
	in->exhibit = in->c->log.last_exhibit;
	return 0;
}

static int commit(struct intake *in, struct evd_error *err)
{
	int r;

	if (!in->drafting)
		return 0;
	in->drafting = false;
	if (in->draft_items == 0) {
		evd_entry_abandon(&in->draft);
		forget_told(in, WITHOUT_ITEM);
		return 0;
	}
	r = evd_entry_commit(&in->draft, in->key, err);
	if (r == 0) {
		in->c->log.last_exhibit = in->exhibit;
		in->out->entries++;
		in->out->items += in->draft_items;
		in->out->bytes += in->draft_bytes;
	}
	forget_told(in, r == 0 ? COMMITTED : FAILED);
	return r;
}

static int observe(struct intake *in, const char *code, const char *path, const char *key,
                   const char *value, struct evd_error *err)
{
	struct evd_object *o = &in->draft.scratch;
	int r = begin(in, err);

	if (r)
		return r;
	evd_object_reset(o);
	evd_object_cstr(o, "code", code);
	evd_object_cstr(o, "kind", "observation");
	evd_object_bytes(o, "path", evd_view_str(path));
	evd_object_bytes(o, key, evd_view_str(value));
	return evd_entry_record(&in->draft, o, NULL, err);
}

static int not_taken(struct intake *in, const char *path, const char *why, struct evd_error *err)
{
	const struct evd_id none = {0, 0};

	in->out->not_taken++;
	tell(in, none, 0, path, why);
	return observe(in, "not-taken", path, "reason", why, err);
}

static void put_time(struct evd_object *o, const char *key, int64_t s, long ns)
{
	char text[64];

	evd_resume_time(text, s, ns);
	evd_object_cstr(o, key, text);
}

static void put_number(struct evd_object *o, const char *key, uint64_t v)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRIu64, v);
	evd_object_cstr(o, key, text);
}

/* Facts seen at intake, as words of a closed list (docs/acquire.md). */
static void put_observations(struct evd_object *o, const struct evd_copied *f, bool noatime)
{
	static const struct {
		unsigned bit;
		const char *word;
	} words[] = {
	    {EVD_SEEN_CHANGED, "changed-while-read"},
	    {EVD_SEEN_ACTIVE, "read-twice"},
	    {EVD_SEEN_EMPTY, "empty"},
	    {EVD_SEEN_ZERO, "all-zero"},
	    {EVD_SEEN_SPARSE, "sparse"},
	    {EVD_SEEN_LINKS, "hard-linked"},
	    {EVD_SEEN_ATTRIBUTES, "attributes-not-kept"},
	};
	struct evd_buf b = {0};
	bool any = false;

	evd_put_u8(&b, '[');
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (f->seen & words[i].bit) {
			evd_putf(&b, "%s\"%s\"", any ? "," : "", words[i].word);
			any = true;
		}
	if (!noatime) {
		evd_putf(&b, "%s\"access-time-not-kept\"", any ? "," : "");
		any = true;
	}
	evd_put_u8(&b, ']');
	if (any)
		evd_object_raw(o, "observations", evd_buf_view(&b));
	evd_buf_release(&b);
}

static void put_text(struct evd_object *o, const char *key, const char *text)
{
	if (text && *text)
		evd_object_str(o, key, evd_view_str(text));
}

static int add_origin(struct intake *in, const struct source *s, uint64_t item,
                      struct evd_error *err)
{
	struct evd_object *o = &in->draft.scratch, times;
	const char *slash = strrchr(s->path, '/');
	char id[48];

	evd_object_reset(o);
	snprintf(id, sizeof id, "%" PRIu64 "/%" PRIu64, in->draft.entry.seq, item);
	evd_object_cstr(o, "kind", "origin");
	evd_object_cstr(o, "item", id);
	evd_object_bytes(o, "name", evd_view_str(slash && slash[1] ? slash + 1 : s->path));
	evd_object_bytes(o, "path", evd_view_str(s->path));
	put_text(o, "device", in->o->device);
	put_text(o, "label", in->o->label);
	put_text(o, "supplier", in->o->supplier);
	put_number(o, "inode", s->facts.inode);
	put_number(o, "links", s->facts.links);
	put_number(o, "uid", s->facts.uid);
	evd_object_init(&times);
	put_time(&times, "accessed", s->facts.accessed_s, s->facts.accessed_ns);
	put_time(&times, "changed", s->facts.changed_s, s->facts.changed_ns);
	put_time(&times, "modified", s->facts.modified_s, s->facts.modified_ns);
	evd_object_object(o, "times", &times);
	evd_object_release(&times);
	put_observations(o, &s->facts, s->noatime);
	return evd_entry_record(&in->draft, o, NULL, err);
}

/* item 0: a link */
static int remember(struct intake *in, uint64_t item, uint64_t exhibit, const char *name,
                    struct evd_error *err)
{
	void *grown = evd_grow(in->told.at, in->told.n, &in->told.cap, sizeof *in->told.at);
	char *path = grown ? strdup(name) : NULL;

	if (grown)
		in->told.at = grown;
	if (!path)
		return evd_nomem(err);
	in->told.at[in->told.n].id.seq = item ? in->draft.entry.seq : 0;
	in->told.at[in->told.n].id.k = item;
	in->told.at[in->told.n].exhibit = exhibit;
	in->told.at[in->told.n++].path = path;
	return 0;
}

/* A copied source becomes an item of the draft: content, then origin. */
static int record_item(struct intake *in, const struct source *s, struct evd_error *err)
{
	struct evd_content content = {
	    .size = s->facts.size, .crc32 = s->facts.crc32, .role = in->o->role};
	const char *slash = strrchr(s->path, '/');
	char ext[9];
	uint64_t item;
	int r;

	memcpy(content.sha256, s->facts.sha256, sizeof content.sha256);
	memcpy(content.sha512, s->facts.sha512, sizeof content.sha512);
	evd_extension(evd_view_str(slash ? slash + 1 : s->path), ext);
	content.ext = ext;
	content.exhibit = in->o->role ? 0 : in->exhibit + 1;
	r = evd_entry_content(&in->draft, s->temporary, &content, &item, err);
	if (r == 0)
		r = add_origin(in, s, item, err);
	if (r)
		return r;
	in->exhibit += in->o->role == NULL;
	in->draft_items++;
	in->draft_bytes += s->facts.size;
	return remember(in, item, content.exhibit, s->path, err);
}

static int copy_one(void *ctx, size_t i, unsigned thread)
{
	struct intake *in = ctx;
	struct source *s = &in->chunk[i];

	in->copier[thread].progress = count_bytes;
	in->copier[thread].ctx = in;
	s->result =
	    evd_copy(&in->copier[thread], s->fd, in->draft.data, s->temporary, &s->facts, &s->err);
	return 0;
}

/* Target faults stop the intake; a source that cannot be read costs that source alone, whatever the reason: over NFS or
 * from a telephone reading can be refused, or the file be gone, that could be opened. */
static bool is_sources_fault(const struct source *s)
{
	return strncmp(s->err.text, "read failed", 11) == 0;
}

static int settle(struct intake *in, struct source *s, struct evd_error *err)
{
	if (s->result == 0 && (s->facts.seen & EVD_SEEN_CHANGED) && in->o->leave_changing) {
		evd_remove(in->draft.data, s->temporary);
		return not_taken(in, s->path, "not taken: it kept changing while it was read", err);
	}
	if (s->result == 0)
		return record_item(in, s, err);
	if (is_sources_fault(s))
		return not_taken(in, s->path, s->err.text, err);
	if (err)
		*err = s->err;
	return s->result;
}

static int flush_chunk(struct intake *in, struct evd_error *err)
{
	int r = 0;

	if (in->n_chunk) {
		r = begin(in, err);
		if (r == 0)
			r = evd_pool_run(in->o->pool, in->n_chunk, copy_one, in, NULL);
	}
	for (size_t i = 0; i < in->n_chunk; i++) {
		struct source *s = &in->chunk[i];

		if (r == 0)
			r = settle(in, s, err);
		close(s->fd);
		free(s->path);
	}
	in->n_chunk = 0;
	in->chunk_bytes = 0;
	return r;
}

/* Room for one more item in the draft, or it is committed. */
static int make_room(struct intake *in, uint64_t size, struct evd_error *err)
{
	uint64_t items = in->draft_items + in->n_chunk, bytes = in->draft_bytes + in->chunk_bytes;
	int r;

	if (items == 0 ||
	    (items < EVD_BATCH_ITEMS && size <= EVD_BATCH_BYTES && bytes <= EVD_BATCH_BYTES - size))
		return 0;
	r = flush_chunk(in, err);
	if (r == 0)
		r = evd_resume_keep(in->resume, in->c->log.entries.n + 1, err);
	return r ? r : commit(in, err);
}

static int take_file(struct intake *in, const struct evd_walked *f, struct evd_error *err)
{
	struct source *s;
	struct evd_error why = {0};
	int r;

	if (evd_resume_has(in->resume, f)) {
		in->out->resumed++;
		count_out(in, f->size);
		return 0;
	}
	r = make_room(in, f->size, err);
	if (r == 0 && in->n_chunk == CHUNK)
		r = flush_chunk(in, err);
	if (r == 0)
		r = begin(in, err);
	if (r)
		return r;
	s = &in->chunk[in->n_chunk];
	memset(s, 0, sizeof *s);
	r = evd_source_open(f->at, f->name, &s->fd, &s->noatime, &why);
	if (r && (why.sys == EMFILE || why.sys == ENFILE) && in->n_chunk) {
		r = flush_chunk(in, err);
		if (r)
			return r;
		s = &in->chunk[0];
		r = evd_source_open(f->at, f->name, &s->fd, &s->noatime, &why);
	}
	if (r) {
		count_out(in, f->size);
		return not_taken(in, f->path, why.text, err);
	}
	s->path = strdup(f->path);
	if (!s->path) {
		close(s->fd);
		return evd_nomem(err);
	}
	snprintf(s->temporary, sizeof s->temporary, "t%" PRIu64, in->temporaries++);
	in->n_chunk++;
	in->chunk_bytes += f->size;
	return 0;
}

static int take_link(struct intake *in, const struct evd_walked *f, struct evd_error *err)
{
	int r = observe(in, "symbolic-link", f->path, "target", f->target, err);

	return r ? r : remember(in, 0, 0, f->path, err);
}

static int take(struct intake *in, const struct evd_walked *f, struct evd_error *err)
{
	switch (f->kind) {
	case EVD_WALK_FILE: return take_file(in, f, err);
	case EVD_WALK_LINK: return take_link(in, f, err);
	default: return not_taken(in, f->path, f->why, err);
	}
}

static int walk_one(struct intake *in, const char *path, struct evd_error *err)
{
	struct evd_walk *w;
	struct evd_walked f;
	struct stat st;
	struct evd_error why = {0};
	int r;

	if (fstat(in->c->dir, &st) != 0)
		return evd_fail_sys(err, errno, "the case folder");
	r = evd_walk_open(path, st.st_dev, st.st_ino, &w, &why);
	if (r == EVD_E_NOMEM)
		return evd_nomem(err);
	if (r)
		return not_taken(in, path, why.text, err);
	while ((r = evd_walk_next(w, &f, err)) == 0) {
		r = take(in, &f, err);
		if (r)
			break;
		if (in->stopped)
			r = evd_fail(err, EVD_E_CANCELLED, "stopped; what was taken in so far is safe");
		if (r)
			break;
	}
	evd_walk_free(w);
	return r == EVD_END ? 0 : r;
}

static bool asked_to_stop(void *ctx)
{
	return count_bytes(ctx, 0) != 0;
}

static int count_first(struct intake *in, char **paths, size_t n, struct evd_error *err)
{
	struct stat st;
	uint64_t all;

	if (in->o->count && in->o->stream < 0 && fstat(in->c->dir, &st) == 0 &&
	    evd_sum(paths, n, st.st_dev, st.st_ino, asked_to_stop, in, &all))
		in->all_bytes = all;
	return in->stopped ? evd_fail(err, EVD_E_CANCELLED, "stopped; nothing was taken in") : 0;
}

/* A file that is open already, such as what came over a pipe. */
static int take_stream(struct intake *in, struct evd_error *err)
{
	struct source *s = &in->chunk[0];
	int r = flush_chunk(in, err);

	if (r == 0)
		r = begin(in, err);
	if (r)
		return r;
	memset(s, 0, sizeof *s);
	s->noatime = true;
	s->path = strdup(in->o->stream_name);
	s->fd = s->path ? dup(in->o->stream) : -1;
	if (s->fd < 0) {
		free(s->path);
		return evd_nomem(err);
	}
	snprintf(s->temporary, sizeof s->temporary, "t%" PRIu64, in->temporaries++);
	in->n_chunk = 1;
	return flush_chunk(in, err);
}

static void release(struct intake *in, unsigned width)
{
	for (size_t i = 0; i < in->n_chunk; i++) {
		close(in->chunk[i].fd);
		free(in->chunk[i].path);
	}
	if (in->drafting)
		evd_entry_abandon(&in->draft);
	forget_told(in, FAILED);
	free(in->told.at);
	for (unsigned i = 0; in->copier && i < width; i++)
		evd_copier_release(&in->copier[i]);
	free(in->copier);
	pthread_mutex_destroy(&in->lock);
	free(in);
}

int evd_acquire(struct evd_case *c, struct evd_key *key, char **paths, size_t n,
                const struct evd_acquire_options *o, struct evd_acquired *out,
                struct evd_error *err)
{
	struct intake *in = calloc(1, sizeof *in);
	unsigned width = evd_pool_width(o->pool);
	struct evd_resume *resume = NULL;
	int r;

	memset(out, 0, sizeof *out);
	if (!in)
		return evd_nomem(err);
	r = evd_acquire_check(o, err);
	if (r) {
		free(in);
		return r;
	}
	in->c = c;
	in->key = key;
	in->o = o;
	in->out = out;
	pthread_mutex_init(&in->lock, NULL);
	in->copier = calloc(width, sizeof *in->copier);
	r = in->copier ? evd_case_last_exhibit(c, err) : evd_nomem(err);
	if (r == 0)
		r = evd_resume_open(c, paths, n, &resume, err);
	in->resume = resume;
	if (r == 0)
		r = count_first(in, paths, n, err);
	for (size_t i = 0; i < n && r == 0; i++)
		r = walk_one(in, paths[i], err);
	if (r == 0)
		r = flush_chunk(in, err);
	if (r == 0 && o->stream >= 0)
		r = take_stream(in, err);
	if (r == 0)
		r = commit(in, err);
	if (r == 0)
		evd_resume_done(resume);
	evd_resume_free(resume);
	release(in, width);
	return r;
}
