/* proof: the reader of proof.h. It looks at the names of an archive first; most hold no proof and cost that only. */
#include "proof.h"

#include "archive_io.h"
#include "emit.h"
#include "source.h"

#include <string.h>

static const struct proof_form *const forms[] = {&proof_bag, &proof_asic, &proof_wacz, &proof_mode};
#define FORMS (sizeof forms / sizeof *forms)

/* Forensic images: EWF of EnCase (E01), logical evidence files (L01), and their second versions. */
static const char *image_of(struct evd_view head)
{
	static const struct {
		const char *magic, *name;
	} image[] = {{"EVF\x09\x0D\x0A\xFF", "E01"},
	             {"LVF\x09\x0D\x0A\xFF", "L01"},
	             {"EVF2\x0D\x0A\x81", "Ex01"},
	             {"LEF2\x0D\x0A\x81", "Lx01"}};

	for (size_t i = 0; i < sizeof image / sizeof *image; i++)
		if (head.len > 8 && memcmp(head.p, image[i].magic, 7) == 0)
			return image[i].name;
	return NULL;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	bool compressed;

	(void)in;
	return evd_archive_signature(head, &compressed) ? 16
	       : image_of(head)                         ? 56
	       : proof_list_is(head)                    ? 64
	                                                : 0;
}

static unsigned forms_in(const struct proof_set *s)
{
	unsigned found = 0;

	for (size_t i = 0; i < s->n; i++)
		for (unsigned f = 0; f < FORMS; f++)
			if (forms[f]->mark(s->file[i].path))
				found |= 1u << f;
	return found;
}

static bool keep_any(const char *path)
{
	for (unsigned f = 0; f < FORMS; f++)
		if (forms[f]->keep(path))
			return true;
	return false;
}

static int read_archive(const struct evd_source *source, struct evd_sink *sink,
                        struct evd_error *err)
{
	struct proof_set s = {0};
	unsigned found;
	bool agrees = true;
	int r = proof_set_names(&s, source, err);

	found = r == 0 ? forms_in(&s) : 0;
	s.wanted = (1u << PROOF_HASHES) - 1;
	if (r == 0 && found)
		r = proof_set_read(&s, source, keep_any, err);
	if (r == EVD_E_LIMIT)
		r = proof_say(sink, PROOF_UNCHECKED, err,
		              "the archive holds proofs but is too large to check them");
	else if (r == 0 && found && !s.whole)
		r = proof_say(sink, PROOF_UNCHECKED, err,
		              "a part of the archive cannot be read; what follows is about the rest");
	if (r == 0 && found)
		r = proof_set_agrees(&s, source, &agrees, err);
	if (r == 0 && !agrees)
		r = proof_say(sink, PROOF_UNCHECKED, err,
		              "read from its start the archive holds other files than its directory says; "
		              "what follows is about the latter");
	for (unsigned f = 0; r == 0 && f < FORMS; f++)
		if (found & 1u << f)
			r = forms[f]->judge(&s, sink, err);
	proof_set_release(&s);
	return r == EVD_E_FORMAT ? 0 : r; /* no archive after all: the reader of archives says so */
}

static int read_proof(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	const struct evd_source *s = &in->source[0];
	uint8_t start[512];
	struct evd_view head;
	size_t got;
	int r = evd_source_read(s, 0, start, sizeof start, &got, err);

	if (r)
		return r;
	head = evd_view_of(start, got);
	if (image_of(head))
		return proof_say(sink, PROOF_UNCHECKED, err,
		                 "a forensic image, %s: its own digests are not verified by this version",
		                 image_of(head));
	r = proof_set_warm(err);
	if (r)
		return r;
	return proof_list_is(head) ? proof_list_read(s, sink, err) : read_archive(s, sink, err);
}

const struct evd_format evd_format_proof = {
    .name = "proof",
    .version = "1",
    .spec = "BagIt (RFC 8493), ASiC (EN 319 162-1), WACZ (wacz-auth 0.1.0), ProofMode, hashdeep; "
            "E01 and L01 are named",
    .confirmed = true,
    .probe = probe,
    .read = read_proof,
    .alongside = true,
    .warm = proof_set_warm,
};
