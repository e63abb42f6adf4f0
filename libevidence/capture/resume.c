/* resume: see resume.h. */
#include "capture/resume.h"

#include "base/text.h"
#include "platform/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOTE "adding"
#define NOTE_NEW "adding.new"
#define KEY_LEN 16u

struct evd_resume {
	struct evd_case *c;
	char named[2 * EVD_SHA256_LEN + 1]; /* digest of the paths named */
	bool kept;
	EVD_ARRAY(struct { uint8_t key[KEY_LEN]; }) taken; /* sorted once loaded */
};

static int digest_paths(char **paths, size_t n, char out[2 * EVD_SHA256_LEN + 1],
                        struct evd_error *err)
{
	struct evd_buf b = {0};
	uint8_t digest[EVD_SHA256_LEN] = {0};
	int r;

	for (size_t i = 0; i < n; i++) {
		evd_put_str(&b, paths[i]);
		evd_put_u8(&b, '\0');
	}
	r = evd_buf_check(&b, err);
	if (r == 0)
		r = evd_sha256(evd_buf_view(&b), digest, err);
	evd_hex(out, digest, sizeof digest);
	evd_buf_release(&b);
	return r;
}

/* What makes a source the same one: path, size, time of change, inode. */
static int make_key(struct evd_view path, uint64_t size, const char *modified, uint64_t inode,
                    uint8_t key[KEY_LEN], struct evd_error *err)
{
	struct evd_buf b = {0};
	uint8_t digest[EVD_SHA256_LEN] = {0};
	int r;

	evd_put_view(&b, path);
	evd_putf(&b, "%c%" PRIu64 " %s %" PRIu64, 0, size, modified, inode);
	r = evd_buf_check(&b, err);
	if (r == 0)
		r = evd_sha256(evd_buf_view(&b), digest, err);
	memcpy(key, digest, KEY_LEN);
	evd_buf_release(&b);
	return r;
}

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, KEY_LEN);
}

/* Foreign text of a record, as the bytes it stands for. */
static void foreign(const struct evd_json *j, const char *key, const char *key_bytes,
                    struct evd_buf *out)
{
	struct evd_view v;

	evd_buf_reset(out);
	if (evd_json_string(j, 0, key, &v))
		evd_put_unescaped(out, v);
	else if (evd_json_string(j, 0, key_bytes, &v))
		evd_put_unbase64url(out, v);
}

static int add_taken(struct evd_resume *r, const struct evd_json *j, uint64_t size,
                     struct evd_error *err)
{
	struct evd_buf path = {0};
	struct evd_view modified, inode;
	size_t times = evd_json_find(j, 0, "times");
	char text[64], number[24];
	void *grown;
	int result;

	if (!times || !evd_json_string(j, times, "modified", &modified) ||
	    !evd_json_string(j, 0, "inode", &inode) || inode.len >= sizeof number)
		return 0;
	snprintf(text, sizeof text, "%.*s", (int)modified.len, (const char *)modified.p);
	snprintf(number, sizeof number, "%.*s", (int)inode.len, (const char *)inode.p);
	grown = evd_grow(r->taken.at, r->taken.n, &r->taken.cap, sizeof *r->taken.at);
	if (!grown)
		return evd_nomem(err);
	r->taken.at = grown;
	foreign(j, "path", "pathBytes", &path);
	result = make_key(evd_buf_view(&path), size, text, strtoull(number, NULL, 10),
	                  r->taken.at[r->taken.n].key, err);
	evd_buf_release(&path);
	r->taken.n += result == 0;
	return result;
}

/* Content and origin of an item stand one after the other. */
static int load_entry(struct evd_resume *r, uint64_t seq, struct evd_error *err)
{
	struct evd_json j = {0};
	char path[40], *line = NULL;
	size_t cap = 0;
	uint64_t size, last_size = 0;
	ssize_t n;
	FILE *f;
	int fd, result;

	snprintf(path, sizeof path, "%08" PRIu64 "/records.jsonl", seq);
	result = evd_file_open(r->c->custody, path, &fd, &size, err);
	if (result)
		return result;
	f = fdopen(fd, "rb");
	if (!f) {
		close(fd);
		return evd_nomem(err);
	}
	while (result == 0 && (n = getline(&line, &cap, f)) > 1) {
		struct evd_view kind;

		if (evd_json_parse(&j, evd_view_of(line, (size_t)n - 1), NULL) ||
		    !evd_json_string(&j, 0, "kind", &kind))
			continue;
		if (evd_view_is(kind, "content"))
			evd_json_int(&j, 0, "size", &last_size);
		else if (evd_view_is(kind, "origin"))
			result = add_taken(r, &j, last_size, err);
	}
	free(line);
	fclose(f);
	evd_json_release(&j);
	return result;
}

static int load(struct evd_resume *r, struct evd_error *err)
{
	struct evd_buf note = {0};
	struct evd_json j = {0};
	struct evd_view named;
	uint64_t first;
	int result = evd_file_read(r->c->state, NOTE, 4096, &note, NULL);

	if (result == 0 && evd_json_parse(&j, evd_buf_view(&note), NULL) == 0 &&
	    evd_json_string(&j, 0, "named", &named) && evd_view_is(named, r->named) &&
	    evd_json_int(&j, 0, "first", &first)) {
		r->kept = true;
		result = 0;
		for (uint64_t seq = first; seq >= 1 && seq <= r->c->log.entries.n && result == 0; seq++)
			if (r->c->log.entries.at[seq - 1].action == EVD_ACQUIRE)
				result = load_entry(r, seq, err);
		if (r->taken.n)
			qsort(r->taken.at, r->taken.n, sizeof *r->taken.at, by_key);
	} else {
		result = 0; /* no note, or of another intake: nothing to go on from */
	}
	evd_json_release(&j);
	evd_buf_release(&note);
	return result;
}

int evd_resume_open(struct evd_case *c, char **paths, size_t n, struct evd_resume **out,
                    struct evd_error *err)
{
	struct evd_resume *r = calloc(1, sizeof *r);
	int result;

	*out = r;
	if (!r)
		return evd_nomem(err);
	r->c = c;
	result = digest_paths(paths, n, r->named, err);
	return result ? result : load(r, err);
}

void evd_resume_time(char out[64], int64_t s, long ns)
{
	struct evd_civil c;

	evd_civil(s, &c);
	snprintf(out, 64, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ", c.year, c.month, c.day, c.hour,
	         c.minute, c.second, ns);
}

bool evd_resume_has(const struct evd_resume *r, const struct evd_walked *f)
{
	uint8_t key[KEY_LEN];
	char text[64];

	if (r->taken.n == 0)
		return false;
	evd_resume_time(text, f->modified_s, f->modified_ns);
	return make_key(evd_view_str(f->path), f->size, text, f->inode, key, NULL) == 0 &&
	       bsearch(key, r->taken.at, r->taken.n, sizeof *r->taken.at, by_key);
}

int evd_resume_keep(struct evd_resume *r, uint64_t seq, struct evd_error *err)
{
	struct evd_object o;
	struct evd_buf b = {0};
	int result;

	if (r->kept)
		return 0;
	evd_object_init(&o);
	evd_object_int(&o, "first", seq);
	evd_object_cstr(&o, "named", r->named);
	result = evd_object_write(&o, &b, err);
	evd_remove(r->c->state, NOTE_NEW);
	if (result == 0)
		result = evd_file_put(r->c->state, NOTE_NEW, evd_buf_view(&b), err);
	if (result == 0)
		result = evd_rename_over(r->c->state, NOTE_NEW, NOTE, err);
	r->kept = result == 0;
	evd_object_release(&o);
	evd_buf_release(&b);
	return result;
}

void evd_resume_done(struct evd_resume *r)
{
	evd_remove(r->c->state, NOTE);
}

void evd_resume_free(struct evd_resume *r)
{
	if (!r)
		return;
	free(r->taken.at);
	free(r);
}
