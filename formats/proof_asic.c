/*
 * proof_asic: ASiC-E and ASiC-S containers (ETSI EN 319 162-1) of any maker: the manifests' digests against the files, CAdES
 * signatures and time-stamp tokens against what they are about. Of XAdES the digests of whole files are compared; the signature
 * itself needs canonical XML and is not verified.
 */
#include "proof.h"

#include "base/text.h"
#include "emit.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <string.h>

#define MANIFESTS_MAX 64u

static bool in_meta(const char *path)
{
	return strncmp(path, "META-INF/", 9) == 0;
}

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

static bool is_xades(const char *path)
{
	return in_meta(path) && has(path + 9, "signatures") && has(path, ".xml");
}

static bool is_manifest(const char *path)
{
	return in_meta(path) && has(path + 9, "ASiC") && has(path, "anifest") && has(path, ".xml");
}

static bool is_signature(const char *path)
{
	return in_meta(path) && (has(path, ".p7s") || has(path, ".tst"));
}

static bool mark(const char *path)
{
	return is_xades(path) || is_manifest(path) || is_signature(path);
}

static bool keep(const char *path)
{
	return mark(path) || strcmp(path, "mimetype") == 0;
}

static bool unsigned_by_form(const char *path)
{
	return in_meta(path) || strcmp(path, "mimetype") == 0;
}

/* ---- XML: no DTD, no network, bounded by libxml2's own limits ---- */

static xmlDocPtr parse(struct evd_view text)
{
	xmlDocPtr doc = text.len && text.len < PROOF_DOCUMENT_MAX
	                    ? xmlReadMemory((const char *)text.p, (int)text.len, NULL, NULL,
	                                    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)
	                    : NULL;

	if (doc && (doc->intSubset || doc->extSubset)) {
		xmlFreeDoc(doc);
		return NULL;
	}
	return doc;
}

static bool is(const xmlNode *n, const char *local)
{
	return n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, local) == 0;
}

/* The first child element of that name. */
static xmlNodePtr child(xmlNodePtr n, const char *local)
{
	for (n = n ? n->children : NULL; n; n = n->next)
		if (is(n, local))
			return n;
	return NULL;
}

/* The next element of that name behind `at` in the order of the document, within `top`. */
static xmlNodePtr next_named(xmlNodePtr top, xmlNodePtr at, const char *local)
{
	while (at) {
		if (at->children && at->type == XML_ELEMENT_NODE) {
			at = at->children;
		} else {
			while (at && at != top && !at->next)
				at = at->parent;
			at = !at || at == top ? NULL : at->next;
		}
		if (at && is(at, local))
			return at;
	}
	return NULL;
}

/* A URI is a path with percent escapes (RFC 3986 §2.1). */
static void put_uri(struct evd_buf *b, const char *uri)
{
	for (size_t i = 0; uri[i]; i++) {
		unsigned byte;

		if (uri[i] == '%' && sscanf(uri + i + 1, "%2x", &byte) == 1 && uri[i + 1] && uri[i + 2]) {
			evd_put_u8(b, (uint8_t)byte);
			i += 2;
		} else {
			evd_put_u8(b, (uint8_t)uri[i]);
		}
	}
}

static bool unbase64(const char *text, uint8_t *out, size_t len)
{
	struct evd_buf plain, bytes;
	bool ok;

	evd_buf_init(&plain, 1024);
	evd_buf_init(&bytes, 1024);
	for (size_t i = 0; text[i]; i++)
		if (!strchr(" \t\r\n=", text[i]))
			evd_put_u8(&plain, (uint8_t)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]));
	evd_put_unbase64url(&bytes, evd_buf_view(&plain));
	ok = !plain.failed && !bytes.failed && bytes.len == len;
	if (ok)
		memcpy(out, bytes.data, len);
	evd_buf_release(&plain);
	evd_buf_release(&bytes);
	return ok;
}

/* One reference to a whole file: digest method and value against the file. False: not understood. */
static bool judge_reference(const struct proof_set *s, xmlNodePtr ref, struct proof_tally *t)
{
	xmlChar *uri = xmlGetProp(ref, (const xmlChar *)"URI"), *method = NULL, *value = NULL;
	xmlNodePtr m = child(ref, "DigestMethod"), v = child(ref, "DigestValue");
	const char *name;
	enum proof_hash h;
	struct evd_buf path;
	uint8_t stated[64];
	bool ok = false;

	evd_buf_init(&path, 1 << 16);
	method = m ? xmlGetProp(m, (const xmlChar *)"Algorithm") : NULL;
	value = v ? xmlNodeGetContent(v) : NULL;
	name = method ? strrchr((const char *)method, '#') : NULL;
	h = name ? proof_hash_named(evd_view_str(name + 1)) : PROOF_HASHES;
	if (uri && value && h != PROOF_HASHES &&
	    unbase64((const char *)value, stated, proof_hash_len(h))) {
		put_uri(&path, (const char *)uri);
		proof_tally_file(t, s, evd_buf_view(&path), h, stated);
		ok = !path.failed;
	}
	evd_buf_release(&path);
	xmlFree(uri);
	xmlFree(method);
	xmlFree(value);
	return ok;
}

/* ---- what a container holds ---- */

static int say_signature(struct evd_sink *sink, const char *what, const char *path,
                         const struct proof_signature *sig, struct evd_error *err)
{
	char group[64];
	int r = proof_say(
	    sink, sig->word, err,
	    "ASiC: %s %s %s%s; its certificate says: %s (nobody's word for it was checked)%s%s", what,
	    path,
	    sig->word == PROOF_HOLDS   ? "fits what it is about"
	    : sig->word == PROOF_FAILS ? "does not fit: "
	                               : "was not checked: ",
	    sig->why, sig->signer[0] ? sig->signer : "nothing", sig->time[0] ? "; time in it: " : "",
	    sig->time);

	snprintf(group, sizeof group, "proof.asic");
	if (r == 0 && sig->signer[0])
		r = evd_emit_text(sink, group, "Signer", NULL, evd_view_str(sig->signer), err);
	if (r == 0 && sig->time[0])
		r = evd_emit_text(sink, group,
		                  strcmp(what, "signature") == 0 ? "ClaimedSigningTime" : "TimeStamp", NULL,
		                  evd_view_str(sig->time), err);
	return r;
}

/* A signature or token and what it is about, with the time-stamp that may be in it. */
static int judge_cms(const struct proof_set *s, const char *path, struct evd_view content,
                     const struct proof_file *file, struct evd_sink *sink, struct evd_error *err)
{
	bool token = has(path, ".tst");
	struct proof_signature sig = {0}, stamp = {0};
	int r = (token ? proof_tst : proof_cms)(proof_set_document(s, path), content, file, &sig, err);

	if (r == 0)
		r = say_signature(sink, token ? "time stamp" : "signature", path, &sig, err);
	if (r == 0 && sig.token.len) {
		r = proof_tst(evd_buf_view(&sig.token), evd_buf_view(&sig.value), NULL, &stamp, err);
		if (r == 0)
			r = say_signature(sink, "time stamp in", path, &stamp, err);
		proof_signature_release(&stamp);
	}
	proof_signature_release(&sig);
	return r;
}

/* ASiCManifest (§4.4.3): its digests, and the signature over its bytes. */
static int judge_manifest(const struct proof_set *s, const struct proof_file *f,
                          struct evd_sink *sink, struct evd_error *err)
{
	struct evd_view text = f->read ? evd_buf_view(&f->document) : evd_view_of(NULL, 0);
	xmlDocPtr doc = parse(text);
	xmlNodePtr root = doc ? xmlDocGetRootElement(doc) : NULL, n = root;
	xmlChar *uri = NULL;
	struct proof_tally t = {0};
	struct evd_buf path;
	char said[320];
	bool understood = root && is(root, "ASiCManifest");
	int r;

	evd_buf_init(&path, 1 << 16);
	while (understood && (n = next_named(root, n, "DataObjectReference")))
		understood = judge_reference(s, n, &t);
	n = root ? child(root, "SigReference") : NULL;
	uri = n ? xmlGetProp(n, (const xmlChar *)"URI") : NULL;
	put_uri(&path, uri ? (const char *)uri : "");
	evd_put_u8(&path, 0);
	proof_tally_say(&t, said);
	if (!understood || !uri || path.failed)
		r = proof_say(sink, PROOF_UNCHECKED, err, "ASiC: the manifest %s is not understood",
		              f->path);
	else
		r = proof_say(sink, proof_tally_holds(&t) ? PROOF_HOLDS : PROOF_FAILS, err,
		              "ASiC: manifest %s: %s", f->path, said);
	if (r == 0 && understood && uri && !path.failed) {
		struct proof_file *sig = proof_set_find(s, evd_view_str((const char *)path.data));

		if (sig)
			sig->named = true;
		r = sig && is_signature(sig->path)
		        ? judge_cms(s, sig->path, text, NULL, sink, err)
		        : proof_say(sink, PROOF_FAILS, err,
		                    "ASiC: the signature that the manifest %s names is not there", f->path);
	}
	evd_buf_release(&path);
	xmlFree(uri);
	xmlFreeDoc(doc);
	return r;
}

static int judge_xades(const struct proof_set *s, const struct proof_file *f, struct evd_sink *sink,
                       struct evd_error *err)
{
	xmlDocPtr doc = parse(f->read ? evd_buf_view(&f->document) : evd_view_of(NULL, 0));
	xmlNodePtr root = doc ? xmlDocGetRootElement(doc) : NULL, info = root, n;
	struct proof_tally t = {0};
	unsigned signatures = 0;
	char said[320];

	while (root && (info = next_named(root, info, "SignedInfo"))) {
		signatures++;
		for (n = info->children; n; n = n->next) {
			xmlChar *uri = is(n, "Reference") ? xmlGetProp(n, (const xmlChar *)"URI") : NULL;

			if (uri && uri[0] && uri[0] != '#' && !child(n, "Transforms"))
				(void)judge_reference(s, n, &t);
			xmlFree(uri);
		}
	}
	xmlFreeDoc(doc);
	proof_tally_say(&t, said);
	if (t.differ || t.absent || t.unread)
		return proof_say(sink, PROOF_FAILS, err, "ASiC: XAdES signatures in %s: %s", f->path, said);
	return proof_say(sink, PROOF_UNCHECKED, err,
	                 "ASiC: %u XAdES signatures in %s are not verified by this version; %s",
	                 signatures, f->path, said);
}

/* ASiC-S (§4.3): one file, and a signature or token about it. */
static const struct proof_file *only_file(const struct proof_set *s)
{
	const struct proof_file *only = NULL;

	for (size_t i = 0; i < s->n; i++) {
		if (unsigned_by_form(s->file[i].path))
			continue;
		if (only)
			return NULL;
		only = &s->file[i];
	}
	return only;
}

static int judge_loose(const struct proof_set *s, struct evd_sink *sink, struct evd_error *err)
{
	const struct proof_file *only = only_file(s);
	int r = 0;

	for (size_t i = 0; i < s->n && r == 0; i++) {
		struct proof_file *f = &s->file[i];

		if (!is_signature(f->path) || f->named)
			continue;
		if (only) {
			proof_set_find(s, evd_view_str(only->path))->named = true;
			r = judge_cms(s, f->path, evd_view_of(NULL, 0), only, sink, err);
		} else {
			r = proof_say(sink, PROOF_UNCHECKED, err, "ASiC: no manifest says what %s is about",
			              f->path);
		}
	}
	return r;
}

static int judge(const struct proof_set *s, struct evd_sink *sink, struct evd_error *err)
{
	const char *first;
	size_t unnamed;
	unsigned n = 0;
	int r = 0;

	for (size_t i = 0; i < s->n && r == 0; i++) {
		const struct proof_file *f = &s->file[i];

		if ((is_manifest(f->path) || is_xades(f->path)) && n++ == MANIFESTS_MAX)
			return proof_say(sink, PROOF_UNCHECKED, err, "ASiC: more than %u manifests",
			                 MANIFESTS_MAX);
		if (is_manifest(f->path))
			r = judge_manifest(s, f, sink, err);
		else if (is_xades(f->path))
			r = judge_xades(s, f, sink, err);
	}
	if (r == 0)
		r = judge_loose(s, sink, err);
	unnamed = proof_set_unnamed(s, unsigned_by_form, &first);
	if (r == 0 && unnamed)
		r = proof_say(sink, PROOF_UNCHECKED, err,
		              "ASiC: %zu files of the container are under no signature; the first is %s",
		              unnamed, first);
	return r;
}

const struct proof_form proof_asic = {mark, keep, judge};
