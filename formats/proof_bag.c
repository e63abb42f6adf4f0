/*
 * proof_bag: BagIt bags (RFC 8493) inside an archive: every manifest and tag manifest held against the files,
 * the payload against the manifests (§3: complete), Payload-Oxum against the payload.
 */
#include "proof.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool mark(const char *path)
{
	return strcmp(last_part(path), "bagit.txt") == 0;
}

static bool is_manifest(const char *name)
{
	return strncmp(name, "manifest-", 9) == 0 || strncmp(name, "tagmanifest-", 12) == 0;
}

static bool keep(const char *path)
{
	const char *name = last_part(path);

	return mark(path) || strcmp(name, "bag-info.txt") == 0 || strcmp(name, "fetch.txt") == 0 ||
	       is_manifest(name);
}

/* A line of a text file, without its end; false: no more. */
static bool next_line(struct evd_view *text, struct evd_view *line)
{
	size_t n = 0, end;

	if (text->len == 0)
		return false;
	while (n < text->len && text->p[n] != '\n' && text->p[n] != '\r')
		n++;
	*line = evd_view_of(text->p, n);
	end = n + (n < text->len);
	if (end < text->len && text->p[n] == '\r' && text->p[n + 1] == '\n')
		end++;
	*text = evd_view_of(text->p + end, text->len - end);
	return true;
}

/* evd_unhex takes lower case; manifests may use either (§2.1.3). */
static bool digest_of(struct evd_view hex, uint8_t *out, size_t len)
{
	char lower[128];

	if (hex.len != 2 * len || hex.len > sizeof lower)
		return false;
	for (size_t i = 0; i < hex.len; i++)
		lower[i] = (char)(hex.p[i] >= 'A' && hex.p[i] <= 'F' ? hex.p[i] + 32 : hex.p[i]);
	return evd_unhex(evd_view_of(lower, hex.len), out, len);
}

/* §2.1.3: only LF, CR and % are written with %. */
static void put_path(struct evd_buf *b, struct evd_view v)
{
	for (size_t i = 0; i < v.len; i++) {
		uint8_t byte;

		if (v.p[i] == '%' && i + 2 < v.len && digest_of(evd_view_of(v.p + i + 1, 2), &byte, 1) &&
		    (byte == '\n' || byte == '\r' || byte == '%')) {
			evd_put_u8(b, byte);
			i += 2;
		} else {
			evd_put_u8(b, v.p[i]);
		}
	}
}

struct bag {
	const struct proof_set *s;
	char base[1024]; /* "" or "folder/" */
	struct proof_tally payload, tags;
	uint64_t malformed;
	unsigned manifests;
};

static void judge_line(struct bag *x, struct evd_view line, enum proof_hash h,
                       struct proof_tally *t)
{
	uint8_t stated[64];
	struct evd_buf path;
	size_t n = 0;

	while (n < line.len && line.p[n] != ' ' && line.p[n] != '\t')
		n++;
	if (!digest_of(evd_view_of(line.p, n), stated, proof_hash_len(h))) {
		x->malformed += line.len != 0;
		return;
	}
	while (n < line.len && (line.p[n] == ' ' || line.p[n] == '\t'))
		n++;
	if (n < line.len && line.p[n] == '*') /* as md5sum marks binary files */
		n++;
	evd_buf_init(&path, 1 << 16);
	evd_put_str(&path, x->base);
	put_path(&path, evd_view_of(line.p + n, line.len - n));
	if (path.failed)
		x->malformed++;
	else
		proof_tally_file(t, x->s, evd_buf_view(&path), h, stated);
	evd_buf_release(&path);
}

/* A manifest of the base folder. One of an unknown digest says nothing that can be checked. */
static void judge_manifest(struct bag *x, const struct proof_file *f)
{
	const char *name = f->path + strlen(x->base);
	bool tags = strncmp(name, "tag", 3) == 0;
	const char *from = name + (tags ? 12 : 9), *dot = strchr(from, '.');
	enum proof_hash h =
	    dot ? proof_hash_named(evd_view_of(from, (size_t)(dot - from))) : PROOF_HASHES;
	struct evd_view text = evd_buf_view(&f->document), line;

	if (h == PROOF_HASHES || !f->read) {
		x->malformed++;
		return;
	}
	x->manifests += !tags;
	while (next_line(&text, &line))
		judge_line(x, line, h, tags ? &x->tags : &x->payload);
}

static bool in_base(const struct bag *x, const char *path)
{
	return strncmp(path, x->base, strlen(x->base)) == 0;
}

static bool is_payload(const struct bag *x, const char *path)
{
	return in_base(x, path) && strncmp(path + strlen(x->base), "data/", 5) == 0;
}

/* The bag's folder: where the bagit.txt of the shortest path lies. A bag inside a bag is payload. */
static bool find_base(struct bag *x)
{
	const char *best = NULL;

	for (size_t i = 0; i < x->s->n; i++)
		if (mark(x->s->file[i].path) && (!best || strlen(x->s->file[i].path) < strlen(best)))
			best = x->s->file[i].path;
	if (!best || strlen(best) - 9 >= sizeof x->base)
		return false;
	memcpy(x->base, best, strlen(best) - 9);
	return true;
}

/* Payload-Oxum (§2.2.2): bytes.files of the payload. */
static bool oxum_fits(const struct bag *x, struct evd_view info, bool *there)
{
	unsigned long long bytes = 0, files = 0, have_bytes = 0, have_files = 0;
	struct evd_view line;

	*there = false;
	while (next_line(&info, &line)) {
		char plain[128];

		if (line.len >= sizeof plain)
			continue;
		memcpy(plain, line.p, line.len);
		plain[line.len] = 0;
		*there = *there || sscanf(plain, "Payload-Oxum: %20llu.%20llu", &bytes, &files) == 2;
	}
	for (size_t i = 0; i < x->s->n; i++)
		if (is_payload(x, x->s->file[i].path)) {
			have_bytes += x->s->file[i].size;
			have_files++;
		}
	return bytes == have_bytes && files == have_files;
}

static struct evd_view beside(const struct bag *x, const char *name)
{
	char path[1100];

	snprintf(path, sizeof path, "%s%s", x->base, name);
	return proof_set_document(x->s, path);
}

static int judge(const struct proof_set *s, struct evd_sink *sink, struct evd_error *err)
{
	struct bag x = {.s = s};
	char payload[320], tags[320];
	uint64_t unnamed = 0;
	bool there = false, oxum, holds;

	if (!find_base(&x))
		return 0;
	for (size_t i = 0; i < s->n; i++)
		if (in_base(&x, s->file[i].path) && is_manifest(s->file[i].path + strlen(x.base)))
			judge_manifest(&x, &s->file[i]);
	for (size_t i = 0; i < s->n; i++)
		unnamed += is_payload(&x, s->file[i].path) && !s->file[i].named;
	oxum = oxum_fits(&x, beside(&x, "bag-info.txt"), &there);
	proof_tally_say(&x.payload, payload);
	proof_tally_say(&x.tags, tags);
	if (beside(&x, "fetch.txt").len)
		return proof_say(sink, PROOF_UNCHECKED, err,
		                 "BagIt: parts of the bag are to be fetched from elsewhere; payload: %s",
		                 payload);
	/* a bag without payload is a bag (RFC 8493 section 2.1.2) */
	holds = x.manifests && proof_tally_faultless(&x.payload) && unnamed == 0 && x.malformed == 0 &&
	        (!there || oxum) && proof_tally_faultless(&x.tags);
	return proof_say(sink, holds ? PROOF_HOLDS : PROOF_FAILS, err,
	                 "BagIt: payload: %s; tag files: %s; %llu payload files in no manifest; %llu "
	                 "lines or manifests not understood%s",
	                 payload, tags, (unsigned long long)unnamed, (unsigned long long)x.malformed,
	                 !there ? ""
	                 : oxum ? "; Payload-Oxum fits"
	                        : "; Payload-Oxum does not fit");
}

const struct proof_form proof_bag = {mark, keep, judge};
