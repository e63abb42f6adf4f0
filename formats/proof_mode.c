/*
 * proof_mode: what the ProofMode apps export: beside each picture NAME files HASH.proof.json or HASH.proof.csv that state its
 * SHA-256, and OpenPGP signatures (.asc). The digests are compared; OpenPGP is not verified.
 */
#include "proof.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static bool ends(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n >= m && strcmp(path + n - m, end) == 0;
}

static bool is_proof(const char *path)
{
	return ends(path, ".proof.json") || ends(path, ".proof.csv");
}

static bool mark(const char *path)
{
	return is_proof(path);
}

static bool keep(const char *path)
{
	return is_proof(path);
}

static bool aside(const char *path)
{
	return is_proof(path) || ends(path, ".asc") || ends(path, ".ots") || ends(path, ".gst") ||
	       ends(path, ".devicecheck");
}

/* The file that has this SHA-256, apart from the proofs themselves. */
static struct proof_file *with_digest(const struct proof_set *s, const uint8_t *sha256)
{
	for (size_t i = 0; i < s->n; i++)
		if (!aside(s->file[i].path) && s->file[i].read &&
		    memcmp(s->file[i].digest[PROOF_SHA256], sha256, 32) == 0)
			return &s->file[i];
	return NULL;
}

static bool hex_at(struct evd_view text, size_t at, uint8_t out[32])
{
	char lower[64];

	if (at + 64 > text.len)
		return false;
	for (size_t i = 0; i < 64; i++)
		lower[i] = (char)(text.p[at + i] >= 'A' && text.p[at + i] <= 'F' ? text.p[at + i] + 32
		                                                                 : text.p[at + i]);
	return evd_unhex(evd_view_of(lower, 64), out, 32);
}

static bool is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* The SHA-256 values that a proof states: every run of exactly 64 hexadecimal digits in it. */
static bool names_a_file(const struct proof_set *s, struct evd_view text, bool *any)
{
	bool found = false;

	*any = false;
	for (size_t at = 0, end; at < text.len; at = end + 1) {
		uint8_t digest[32];
		struct proof_file *f;

		for (end = at; end < text.len && is_hex(text.p[end]); end++)
			;
		if (end - at != 64 || !hex_at(text, at, digest))
			continue;
		*any = true;
		f = with_digest(s, digest);
		if (f)
			f->named = found = true;
	}
	return found;
}

static int judge(const struct proof_set *s, struct evd_sink *sink, struct evd_error *err)
{
	unsigned proofs = 0, fit = 0, silent = 0;
	bool signatures = false;
	const char *first;
	size_t unnamed;
	int r;

	for (size_t i = 0; i < s->n; i++) {
		bool any = false;

		signatures = signatures || ends(s->file[i].path, ".asc");
		if (!is_proof(s->file[i].path))
			continue;
		proofs++;
		fit += names_a_file(
		    s, s->file[i].read ? evd_buf_view(&s->file[i].document) : evd_view_of(NULL, 0), &any);
		silent += !any;
	}
	unnamed = proof_set_unnamed(s, aside, &first);
	r = proof_say(sink, fit == proofs && unnamed == 0 ? PROOF_HOLDS : PROOF_FAILS, err,
	              "ProofMode: %u of %u proofs state the SHA-256 of a file that is there; %u state "
	              "none; %zu files have no proof",
	              fit, proofs, silent, unnamed);
	if (r == 0)
		r = proof_say(
		    sink, PROOF_UNCHECKED, err,
		    signatures ? "ProofMode: its OpenPGP signatures are not verified by this version"
		               : "ProofMode: there is no signature, so anybody can have made the proofs");
	return r;
}

const struct proof_form proof_mode = {mark, keep, judge};
