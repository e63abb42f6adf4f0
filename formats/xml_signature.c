/* xml_signature: see xml_signature.h. */
#include "xml_signature.h"

#include <libxml/c14n.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#define DS "http://www.w3.org/2000/09/xmldsig#"
#define XADES "http://uri.etsi.org/01903/v1.3.2#"
#define CERTIFICATES_MAX 16u /* that are tried */
#define REFERENCES_MAX 8u
#define PREFIXES_MAX 32u
#define CANONICAL_MAX (UINT32_C(64) << 20) /* bytes of a canonical form */

struct check {
	xmlDocPtr doc;
	xmlNodePtr root, signature, info;
	struct xml_signature *out;
};

/* ---- the tree ---- */

static bool is(const xmlNode *n, const char *ns, const char *local)
{
	return n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, local) == 0 && n->ns &&
	       n->ns->href && strcmp((const char *)n->ns->href, ns) == 0;
}

static xmlNodePtr element(xmlNodePtr at)
{
	while (at && at->type != XML_ELEMENT_NODE)
		at = at->next;
	return at;
}

/* The only child of that name; NULL if there is none, or more than one. */
static xmlNodePtr only(xmlNodePtr of, const char *local)
{
	xmlNodePtr found = NULL;

	for (xmlNodePtr at = of ? of->children : NULL; at; at = at->next)
		if (is(at, DS, local)) {
			if (found)
				return NULL;
			found = at;
		}
	return found;
}

/* The next element in the order of the document, within `top`. */
static xmlNodePtr next_element(xmlNodePtr top, xmlNodePtr at)
{
	xmlNodePtr down = at->type == XML_ELEMENT_NODE ? element(at->children) : NULL;

	if (down)
		return down;
	while (at && at != top) {
		xmlNodePtr beside = element(at->next);

		if (beside)
			return beside;
		at = at->parent;
	}
	return NULL;
}

/* An attribute without namespace; "" if it is absent. Free with xmlFree. */
static xmlChar *attribute(xmlNodePtr n, const char *name)
{
	xmlChar *v = n ? xmlGetNoNsProp(n, (const xmlChar *)name) : NULL;

	return v ? v : xmlStrdup((const xmlChar *)"");
}

static bool attribute_is(xmlNodePtr n, const char *name, const char *value)
{
	xmlChar *v = attribute(n, name);
	bool same = v && strcmp((const char *)v, value) == 0;

	xmlFree(v);
	return same;
}

static bool is_within(const xmlNode *at, const xmlNode *top)
{
	while (at && at != top)
		at = at->parent;
	return at != NULL;
}

/* Any spelling of the name may be meant as an identifier: the element must be the only one that could be. */
static xmlNodePtr by_id(struct check *c, const char *id)
{
	static const char *const names[] = {"Id", "ID", "id"};
	xmlNodePtr found = NULL;

	for (xmlNodePtr at = c->root; at; at = next_element(c->root, at))
		for (size_t i = 0; i < 3; i++)
			if (xmlHasNsProp(at, (const xmlChar *)names[i], NULL) &&
			    attribute_is(at, names[i], id)) {
				if (found && found != at)
					return NULL;
				found = at;
			}
	return found;
}

static int bad(struct check *c, enum xml_signature_word word, const char *why)
{
	c->out->word = word;
	c->out->why = why;
	return EVD_END;
}

static int odd(struct check *c, const char *why)
{
	return bad(c, XML_SIGNATURE_UNCHECKED, why);
}

/* ---- canonical forms ---- */

struct part {
	const xmlNode *top, *without; /* top NULL: the document */
};

static int is_visible(void *ctx, xmlNodePtr node, xmlNodePtr parent)
{
	const struct part *p = ctx;
	/* a namespace declaration is no node of the tree, an attribute's place is its element */
	const xmlNode *at =
	    node->type == XML_NAMESPACE_DECL || node->type == XML_ATTRIBUTE_NODE ? parent : node;

	if (p->without && is_within(at, p->without))
		return 0;
	return !p->top || is_within(at, p->top);
}

struct form {
	xmlC14NMode mode;
	xmlChar *words; /* InclusiveNamespaces PrefixList, cut at its blanks */
	xmlChar *prefix[PREFIXES_MAX + 1];
};

static void form_release(struct form *f)
{
	xmlFree(f->words);
}

/* The method of a CanonicalizationMethod or Transform; forms that keep comments are not read. */
static bool read_form(xmlNodePtr n, struct form *f)
{
	static const struct {
		const char *uri;
		xmlC14NMode mode;
	} known[] = {{"http://www.w3.org/2001/10/xml-exc-c14n#", XML_C14N_EXCLUSIVE_1_0},
	             {"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", XML_C14N_1_0},
	             {"http://www.w3.org/2006/12/xml-c14n11", XML_C14N_1_1}};
	xmlNodePtr more = element(n->children);
	size_t n_prefixes = 0, i = 0;

	while (i < 3 && !attribute_is(n, "Algorithm", known[i].uri))
		i++;
	if (i == 3 ||
	    (more && (i > 0 || element(more->next) || !is(more, known[0].uri, "InclusiveNamespaces"))))
		return false;
	f->mode = known[i].mode;
	if (!more)
		return true;
	f->words = attribute(more, "PrefixList");
	for (xmlChar *p = f->words; p && *p;) {
		size_t len = strcspn((char *)p, " \t\r\n");

		if (len && n_prefixes == PREFIXES_MAX)
			return false;
		if (len)
			f->prefix[n_prefixes++] = p;
		p += len;
		if (*p)
			*p++ = '\0';
	}
	return f->words != NULL;
}

static int canonical(struct check *c, const struct form *f, const xmlNode *top,
                     const xmlNode *without, struct evd_buf *out, struct evd_error *err)
{
	struct part part = {top, without};
	xmlOutputBufferPtr to = xmlAllocOutputBuffer(NULL);
	struct form copy = *f;
	int r = 0;

	if (!to)
		return evd_nomem(err);
	if (xmlC14NExecute(c->doc, is_visible, &part, (int)f->mode,
	                   f->mode == XML_C14N_EXCLUSIVE_1_0 ? copy.prefix : NULL, 0, to) < 0)
		r = odd(c, "libxml2 makes no canonical form of it");
	if (r == 0)
		evd_put(out, xmlOutputBufferGetContent(to), xmlOutputBufferGetSize(to));
	xmlOutputBufferClose(to);
	return r ? r : evd_buf_check(out, err);
}

/* ---- references ---- */

bool xml_unbase64(const char *text, struct evd_buf *out)
{
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	size_t at = 0, len = strlen(text);
	unsigned char piece[96];
	int n = 0, state = ctx ? 1 : -1;

	if (ctx)
		EVP_DecodeInit(ctx);
	while (state >= 0 && at < len) {
		int take = (int)(len - at < 64 ? len - at : 64);

		state = EVP_DecodeUpdate(ctx, piece, &n, (const unsigned char *)text + at, take);
		if (state >= 0)
			evd_put(out, piece, (size_t)n);
		at += (size_t)take;
	}
	if (state >= 0)
		state = EVP_DecodeFinal(ctx, piece, &n);
	if (state >= 0)
		evd_put(out, piece, (size_t)n);
	EVP_ENCODE_CTX_free(ctx);
	return state >= 0 && !out->failed;
}

static bool content_unbase64(xmlNodePtr n, struct evd_buf *out)
{
	xmlChar *text = n ? xmlNodeGetContent(n) : NULL;
	bool ok = text && xml_unbase64((const char *)text, out);

	xmlFree(text);
	return ok;
}

static const EVP_MD *digest_of(xmlNodePtr method)
{
	static const struct {
		const char *uri;
		const EVP_MD *(*md)(void);
	} known[] = {{"http://www.w3.org/2001/04/xmlenc#sha256", EVP_sha256},
	             {"http://www.w3.org/2001/04/xmldsig-more#sha384", EVP_sha384},
	             {"http://www.w3.org/2001/04/xmlenc#sha512", EVP_sha512}};

	for (size_t i = 0; method && i < 3; i++)
		if (attribute_is(method, "Algorithm", known[i].uri))
			return known[i].md();
	return NULL;
}

static int compare(struct check *c, xmlNodePtr reference, const struct form *f, const xmlNode *top,
                   const xmlNode *without, struct evd_error *err)
{
	const EVP_MD *md = digest_of(only(reference, "DigestMethod"));
	struct evd_buf bytes, stated = {0};
	uint8_t own[EVP_MAX_MD_SIZE] = {0};
	unsigned len = 0;
	int r;

	evd_buf_init(&bytes, CANONICAL_MAX);
	if (!md)
		r = odd(c, "a digest algorithm is not read by this version");
	else if (!content_unbase64(only(reference, "DigestValue"), &stated))
		r = odd(c, "a digest cannot be read");
	else
		r = canonical(c, f, top, without, &bytes, err);
	if (r == 0 && EVP_Digest(bytes.len ? bytes.data : own, bytes.len, own, &len, md, NULL) != 1)
		r = evd_fail_crypto(err, "digest");
	if (r == 0 && (stated.len != len || memcmp(stated.data, own, len) != 0))
		r = bad(c, XML_SIGNATURE_FAILS, "what was signed had other contents");
	evd_buf_release(&bytes);
	evd_buf_release(&stated);
	return r;
}

/* Transforms: the enveloped signature where the document is meant, then at most one canonical form. */
static bool read_transforms(xmlNodePtr reference, bool whole, struct form *f)
{
	xmlNodePtr list = only(reference, "Transforms"), at = list ? element(list->children) : NULL;

	f->mode = XML_C14N_1_0; /* XML-DSig 1.1 §4.4.3.2: what holds if none is named */
	if (whole) {
		if (!at || !attribute_is(at, "Algorithm", DS "enveloped-signature"))
			return false;
		at = element(at->next);
	}
	return !at || (read_form(at, f) && !element(at->next));
}

/* One reference; `whole` is set if it is to the document. */
static int check_reference(struct check *c, xmlNodePtr reference, bool *whole,
                           struct evd_error *err)
{
	xmlChar *uri = attribute(reference, "URI");
	const char *id = uri && uri[0] == '#' ? (const char *)uri + 1 : NULL;
	xmlNodePtr meant = id ? by_id(c, id) : NULL;
	bool document = (uri && !uri[0] && xmlHasProp(reference, (const xmlChar *)"URI")) ||
	                (meant && meant == c->root);
	struct form f = {.words = NULL};
	int r;

	if (!document &&
	    (!meant || !is(meant, XADES, "SignedProperties") || !is_within(meant, c->signature)))
		r = odd(c, "it is over something else than this document and its own properties");
	else if (!read_transforms(reference, document, &f))
		r = odd(c, "a transform is not read by this version");
	else
		r = compare(c, reference, &f, document && !id ? NULL : meant,
		            document ? c->signature : NULL, err);
	*whole = *whole || document;
	form_release(&f);
	xmlFree(uri);
	return r;
}

static int check_references(struct check *c, struct evd_error *err)
{
	size_t n = 0;
	bool whole = false;
	int r = 0;

	for (xmlNodePtr at = c->info->children; at && r == 0; at = at->next)
		if (is(at, DS, "Reference"))
			r = ++n > REFERENCES_MAX ? odd(c, "it has too many references")
			                         : check_reference(c, at, &whole, err);
	return r == 0 && !whole ? odd(c, "it is not over the whole document") : r;
}

/* ---- the signature ---- */

struct method {
	const char *uri;
	int key;
	bool pss;
	const EVP_MD *(*md)(void);
};

static const struct method *method_of(xmlNodePtr n)
{
#define MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define MORE_2007 "http://www.w3.org/2007/05/xmldsig-more#"
	static const struct method known[] = {
	    {MORE "rsa-sha256", EVP_PKEY_RSA, false, EVP_sha256},
	    {MORE "rsa-sha384", EVP_PKEY_RSA, false, EVP_sha384},
	    {MORE "rsa-sha512", EVP_PKEY_RSA, false, EVP_sha512},
	    {MORE_2007 "sha256-rsa-MGF1", EVP_PKEY_RSA, true, EVP_sha256},
	    {MORE_2007 "sha384-rsa-MGF1", EVP_PKEY_RSA, true, EVP_sha384},
	    {MORE_2007 "sha512-rsa-MGF1", EVP_PKEY_RSA, true, EVP_sha512},
	    {MORE "ecdsa-sha256", EVP_PKEY_EC, false, EVP_sha256},
	    {MORE "ecdsa-sha384", EVP_PKEY_EC, false, EVP_sha384},
	    {MORE "ecdsa-sha512", EVP_PKEY_EC, false, EVP_sha512},
	};

	for (size_t i = 0; n && i < sizeof known / sizeof *known; i++)
		if (attribute_is(n, "Algorithm", known[i].uri))
			return &known[i];
	return NULL;
}

/* XML-DSig 1.1 §6.4.3: r and s, of equal length; OpenSSL wants DER. */
static int ecdsa_der(EVP_PKEY *key, struct evd_view value, unsigned char **der)
{
	size_t half = ((size_t)EVP_PKEY_get_bits(key) + 7) / 8;
	ECDSA_SIG *sig = value.len == 2 * half ? ECDSA_SIG_new() : NULL;
	BIGNUM *r = sig ? BN_bin2bn(value.p, (int)half, NULL) : NULL;
	BIGNUM *s = sig ? BN_bin2bn(value.p + half, (int)half, NULL) : NULL;
	int len = 0;

	*der = NULL;
	if (r && s && ECDSA_SIG_set0(sig, r, s) == 1) {
		len = i2d_ECDSA_SIG(sig, der);
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(sig);
	return len;
}

static bool verifies(EVP_PKEY *key, const struct method *m, struct evd_view text,
                     struct evd_view value)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	unsigned char *der = NULL;
	int len = m->key == EVP_PKEY_EC ? ecdsa_der(key, value, &der) : (int)value.len;
	bool ok = ctx && len > 0 && EVP_DigestVerifyInit(ctx, &pctx, m->md(), NULL, key) == 1;

	if (ok && m->pss) /* RFC 9231 §2.3.10: salt as long as the digest, MGF1 with the same digest */
		ok = EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) > 0 &&
		     EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) > 0;
	ok = ok && EVP_DigestVerify(ctx, der ? der : value.p, (size_t)len, text.p, text.len) == 1;
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	return ok;
}

/* Keys of less than 112 bits of strength prove nothing (RSA of 2048 bits, P-224). */
static bool made_with(struct evd_view certificate, const struct method *m, struct evd_view text,
                      struct evd_view value)
{
	const unsigned char *p = certificate.p;
	X509 *x = certificate.len ? d2i_X509(NULL, &p, (long)certificate.len) : NULL;
	EVP_PKEY *key = x && p == certificate.p + certificate.len ? X509_get0_pubkey(x) : NULL;
	bool ok = key && EVP_PKEY_get_base_id(key) == m->key &&
	          EVP_PKEY_get_security_bits(key) >= 112 && verifies(key, m, text, value);

	X509_free(x);
	return ok;
}

/* The certificates that KeyInfo holds, one after the other, until the signature is by one of them. */
static int try_certificates(struct check *c, const struct method *m, struct evd_view text,
                            struct evd_view value, struct evd_error *err)
{
	xmlNodePtr top = only(c->signature, "KeyInfo");
	size_t n = 0;

	for (xmlNodePtr at = top; at; at = next_element(top, at)) {
		struct evd_buf der = {0};
		bool fits;

		if (!is(at, DS, "X509Certificate") || n == CERTIFICATES_MAX)
			continue;
		n++;
		fits = content_unbase64(at, &der) && made_with(evd_buf_view(&der), m, text, value);
		if (fits &&
		    EVP_Digest(der.data, der.len, c->out->certificate, NULL, EVP_sha256(), NULL) != 1) {
			evd_buf_release(&der);
			return evd_fail_crypto(err, "digest");
		}
		evd_buf_release(&der);
		if (fits) {
			c->out->word = XML_SIGNATURE_FITS;
			c->out->why = "";
			return 0;
		}
	}
	return n ? bad(c, XML_SIGNATURE_FAILS, "the signature is by none of the keys it names")
	         : odd(c, "it brings no certificate");
}

static int check_value(struct check *c, struct evd_error *err)
{
	const struct method *m = method_of(only(c->info, "SignatureMethod"));
	xmlNodePtr method = only(c->info, "CanonicalizationMethod");
	struct form f = {.words = NULL};
	struct evd_buf text, value = {0};
	int r;

	evd_buf_init(&text, CANONICAL_MAX);
	if (!m || !method || !read_form(method, &f))
		r = odd(c, "its algorithm is not read by this version");
	else if (!content_unbase64(only(c->signature, "SignatureValue"), &value))
		r = odd(c, "its value cannot be read");
	else
		r = canonical(c, &f, c->info, NULL, &text, err);
	if (r == 0)
		r = try_certificates(c, m, evd_buf_view(&text), evd_buf_view(&value), err);
	form_release(&f);
	evd_buf_release(&text);
	evd_buf_release(&value);
	return r;
}

/* The one signature, a child of the root; others may stand within it alone (XAdES countersignatures). */
static int find_signature(struct check *c)
{
	for (xmlNodePtr at = c->root; at; at = next_element(c->root, at)) {
		if (!is(at, DS, "Signature") || (c->signature && is_within(at, c->signature)))
			continue;
		if (c->signature)
			return odd(c, "there is more than one signature");
		c->signature = at;
	}
	if (!c->signature)
		return bad(c, XML_SIGNATURE_NONE, "");
	c->info = only(c->signature, "SignedInfo");
	if (c->signature->parent != c->root || !c->info)
		return odd(c, "it is not a signature of the whole document");
	return 0;
}

int xml_signature_check(xmlDocPtr doc, struct xml_signature *out, struct evd_error *err)
{
	struct check c = {.doc = doc, .root = xmlDocGetRootElement(doc), .out = out};
	int r;

	memset(out, 0, sizeof *out);
	out->why = "";
	if (!c.root || doc->intSubset || doc->extSubset)
		return evd_fail(err, EVD_E_MISUSE, "a document without DTD is wanted");
	r = find_signature(&c);
	if (r == 0)
		r = check_references(&c, err);
	if (r == 0)
		r = check_value(&c, err);
	return r == EVD_END ? 0 : r;
}
