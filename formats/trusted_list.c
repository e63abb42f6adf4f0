/*
 * trusted_list: a trusted list in XML, ETSI TS 119 612 v2.1.1 and later: who supervises, when it was issued and until
 * when it holds, the certificates of its services as they stand today (their history is not read), and whether the
 * list's own signature fits (xml_signature.h). Stage: read-out; `evidence trust import` uses it alone.
 *
 * A document with a DTD is not read at all: no entity is ever expanded. libxml2's own limits stand.
 */
#include "base/text.h"
#include "emit.h"
#include "source.h"
#include "xml_signature.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <string.h>

#define TSL "http://uri.etsi.org/02231/v2#"
#define LIST_MAX (UINT32_C(32) << 20)
#define TEXT_MAX 1024u                       /* bytes of a name; longer is cut */
#define CERTIFICATE_MAX (UINT32_C(64) << 10) /* bytes of one, DER */
#define SERVICES_MAX 20000u

struct reading {
	struct evd_sink *sink;
	uint32_t n; /* services met */
};

/* ---- the tree ---- */

static bool is(const xmlNode *n, const char *local)
{
	return n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, local) == 0 && n->ns &&
	       n->ns->href && strcmp((const char *)n->ns->href, TSL) == 0;
}

static xmlNodePtr child(xmlNodePtr of, const char *local)
{
	xmlNodePtr at = of ? of->children : NULL;

	while (at && !is(at, local))
		at = at->next;
	return at;
}

static xmlNodePtr beside(xmlNodePtr at, const char *local)
{
	do
		at = at->next;
	while (at && !is(at, local));
	return at;
}

static xmlNodePtr path(xmlNodePtr of, const char *first, const char *second)
{
	return child(child(of, first), second);
}

/* The name in English, else the first: children `local` of `of`. */
static xmlNodePtr name_of(xmlNodePtr of)
{
	xmlNodePtr first = child(of, "Name");

	for (xmlNodePtr at = first; at; at = beside(at, "Name")) {
		xmlChar *lang = xmlNodeGetLang(at);
		bool english = lang && strcmp((const char *)lang, "en") == 0;

		xmlFree(lang);
		if (english)
			return at;
	}
	return first;
}

/* ---- what is emitted ---- */

/* The element's text without white space around it; nothing if the element is absent or empty. */
static int emit(struct reading *x, const char *group, const char *name, xmlNodePtr n,
                struct evd_error *err)
{
	xmlChar *text = n ? xmlNodeGetContent(n) : NULL;
	struct evd_view v = evd_view_str(text ? (const char *)text : "");
	int r = 0;

	while (v.len && strchr(" \t\r\n", v.p[0]))
		v = evd_view_of(v.p + 1, v.len - 1);
	while (v.len && strchr(" \t\r\n", v.p[v.len - 1]))
		v.len--;
	if (v.len > TEXT_MAX)
		for (v.len = TEXT_MAX; v.len && (v.p[v.len] & 0xc0) == 0x80;) /* at a character */
			v.len--;
	if (v.len)
		r = evd_emit_text(x->sink, group, name, NULL, v, err);
	xmlFree(text);
	return r;
}

static int emit_certificate(struct reading *x, const char *group, xmlNodePtr n,
                            struct evd_error *err)
{
	xmlChar *text = xmlNodeGetContent(n);
	struct evd_buf der, spelt = {0};
	bool ok;
	int r;

	evd_buf_init(&der, CERTIFICATE_MAX);
	ok = text && xml_unbase64((const char *)text, &der) && der.len;
	if (ok)
		evd_put_base64url(&spelt, der.data, der.len);
	if (ok)
		r = evd_buf_check(&spelt, err);
	else
		r = evd_emit_unread(x->sink, "damaged", 0, 0, err, "%s: a certificate is no base64", group);
	if (r == 0 && ok)
		r = evd_emit_text(x->sink, group, "certificate", NULL, evd_buf_view(&spelt), err);
	evd_buf_release(&der);
	evd_buf_release(&spelt);
	xmlFree(text);
	return r;
}

static int emit_identity(struct reading *x, const char *group, xmlNodePtr identity,
                         struct evd_error *err)
{
	int r = 0;

	for (xmlNodePtr id = child(identity, "DigitalId"); id && r == 0; id = beside(id, "DigitalId"))
		for (xmlNodePtr at = child(id, "X509Certificate"); at && r == 0;
		     at = beside(at, "X509Certificate"))
			r = emit_certificate(x, group, at, err);
	return r;
}

/* What a qualified service is for, where the list says it (TS 119 612 §5.5.9.4). */
static int emit_uses(struct reading *x, const char *group, xmlNodePtr info, struct evd_error *err)
{
	xmlNodePtr all = child(info, "ServiceInformationExtensions");
	int r = 0;

	for (xmlNodePtr e = child(all, "Extension"); e && r == 0; e = beside(e, "Extension"))
		r = emit(x, group, "for", path(e, "AdditionalServiceInformation", "URI"), err);
	return r;
}

static int read_service(struct reading *x, xmlNodePtr provider, xmlNodePtr service,
                        struct evd_error *err)
{
	xmlNodePtr info = child(service, "ServiceInformation");
	char group[48];
	int r;

	snprintf(group, sizeof group, "trusted-list.service.%u", (unsigned)x->n);
	r = emit(x, group, "type", child(info, "ServiceTypeIdentifier"), err);
	if (r == 0)
		r = emit(x, group, "status", child(info, "ServiceStatus"), err);
	if (r == 0)
		r = emit(x, group, "since", child(info, "StatusStartingTime"), err);
	if (r == 0)
		r = emit(x, group, "service", name_of(child(info, "ServiceName")), err);
	if (r == 0)
		r = emit(x, group, "provider", provider, err);
	if (r == 0)
		r = emit_uses(x, group, info, err);
	return r ? r : emit_identity(x, group, child(info, "ServiceDigitalIdentity"), err);
}

static int read_services(struct reading *x, xmlNodePtr root, struct evd_error *err)
{
	xmlNodePtr all = child(root, "TrustServiceProviderList"), p, s;
	int r = 0;

	for (p = child(all, "TrustServiceProvider"); p; p = beside(p, "TrustServiceProvider")) {
		xmlNodePtr name = name_of(path(p, "TSPInformation", "TSPName"));

		for (s = path(p, "TSPServices", "TSPService"); s; s = beside(s, "TSPService")) {
			if (x->n++ == SERVICES_MAX)
				return evd_emit_unread(x->sink, "limit", 0, 0, err, "more than %u services",
				                       SERVICES_MAX);
			r = read_service(x, name, s, err);
			if (r)
				return r;
		}
	}
	return 0;
}

static int read_scheme(struct reading *x, xmlNodePtr root, struct evd_error *err)
{
	static const char *const g = "trusted-list";
	xmlNodePtr s = child(root, "SchemeInformation");
	int r = emit(x, g, "version", child(s, "TSLVersionIdentifier"), err);

	if (r == 0)
		r = emit(x, g, "number", child(s, "TSLSequenceNumber"), err);
	if (r == 0)
		r = emit(x, g, "type", child(s, "TSLType"), err);
	if (r == 0)
		r = emit(x, g, "territory", child(s, "SchemeTerritory"), err);
	if (r == 0)
		r = emit(x, g, "operator", name_of(child(s, "SchemeOperatorName")), err);
	if (r == 0)
		r = emit(x, g, "issued", child(s, "ListIssueDateTime"), err);
	return r ? r : emit(x, g, "nextUpdate", path(s, "NextUpdate", "dateTime"), err);
}

static int say_signature(struct reading *x, xmlDocPtr doc, struct evd_error *err)
{
	static const char *const state[] = {"none", "unchecked", "fails", "fits"};
	static const char *const g = "trusted-list.signature";
	struct xml_signature sig;
	char hex[2 * EVD_SHA256_LEN + 1];
	int r = xml_signature_check(doc, &sig, err);

	if (r)
		return r;
	r = evd_emit_text(x->sink, g, "state", NULL, evd_view_str(state[sig.word]), err);
	if (r == 0 && sig.why[0])
		r = evd_emit_text(x->sink, g, "why", NULL, evd_view_str(sig.why), err);
	evd_hex(hex, sig.certificate, EVD_SHA256_LEN);
	if (r == 0 && sig.word == XML_SIGNATURE_FITS)
		r = evd_emit_text(x->sink, g, "certificate", NULL, evd_view_str(hex), err);
	if (r)
		return r;
	switch (sig.word) {
	case XML_SIGNATURE_FITS:
		return evd_emit_observation(x->sink, "proof-holds", err,
		                            "trusted list: its signature fits the certificate that it "
		                            "brings, fingerprint %s",
		                            hex);
	case XML_SIGNATURE_FAILS:
		return evd_emit_observation(x->sink, "proof-fails", err,
		                            "trusted list: its signature does not fit: %s", sig.why);
	case XML_SIGNATURE_NONE:
		return evd_emit_observation(x->sink, "proof-unchecked", err,
		                            "trusted list: nobody signed it");
	default:
		return evd_emit_observation(x->sink, "proof-unchecked", err,
		                            "trusted list: its signature was not checked: %s", sig.why);
	}
}

/* ---- the document ---- */

/* Called when a DTD begins: nothing of it is read. */
static void refuse_dtd(void *ctx, const xmlChar *name, const xmlChar *id, const xmlChar *uri)
{
	xmlParserCtxtPtr p = ctx;

	(void)name;
	(void)id;
	(void)uri;
	*(bool *)p->_private = true;
	xmlStopParser(p);
}

static xmlDocPtr parse(struct evd_view text, bool *dtd)
{
	xmlParserCtxtPtr p = xmlNewParserCtxt();
	xmlDocPtr doc;

	*dtd = false;
	if (!p)
		return NULL;
	p->_private = dtd;
	p->sax->internalSubset = refuse_dtd;
	p->sax->externalSubset = refuse_dtd;
	doc = xmlCtxtReadMemory(p, (const char *)text.p, (int)text.len, NULL, NULL,
	                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (doc && (*dtd || !p->wellFormed)) {
		xmlFreeDoc(doc);
		doc = NULL;
	}
	xmlFreeParserCtxt(p);
	return doc;
}

static int read_document(struct reading *x, xmlDocPtr doc, struct evd_error *err)
{
	xmlNodePtr root = xmlDocGetRootElement(doc);
	int r;

	if (!root || !is(root, "TrustServiceStatusList"))
		return evd_fail(err, EVD_E_FORMAT, "no trusted list of ETSI TS 119 612");
	r = read_scheme(x, root, err);
	if (r == 0)
		r = say_signature(x, doc, err);
	return r ? r : read_services(x, root, err);
}

static int read_list(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	const struct evd_source *s = &in->source[0];
	struct reading x = {sink, 0};
	xmlDocPtr doc = NULL;
	struct evd_buf all;
	bool dtd = false;
	int r;

	evd_buf_init(&all, LIST_MAX);
	r = evd_source_load(s, 0, s->size, LIST_MAX, &all, err);
	if (r == 0)
		doc = parse(evd_buf_view(&all), &dtd);
	evd_buf_release(&all);
	if (r == 0 && dtd)
		r = evd_emit_unread(sink, "unsupported", 0, s->size, err,
		                    "it has a DTD, which no trusted list has; not read");
	else if (r == 0 && !doc)
		r = evd_emit_unread(sink, "damaged", 0, s->size, err, "no well-formed XML");
	else if (r == 0)
		r = read_document(&x, doc, err);
	xmlFreeDoc(doc);
	return r;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	static const char root[] = "TrustServiceStatusList", ns[] = TSL;

	(void)in;
	return evd_is_text_head(head) && memmem(head.p, head.len, root, sizeof root - 1) &&
	               memmem(head.p, head.len, ns, sizeof ns - 1)
	           ? 8u * (unsigned)(sizeof root - 1)
	           : 0;
}

static int warm(struct evd_error *err)
{
	(void)err;
	xmlInitParser();
	return 0;
}

const struct evd_format evd_format_trusted_list = {
    .name = "trusted-list",
    .version = "1",
    .spec = "Trusted lists in XML, ETSI TS 119 612 v2.1.1 to v2.4.1",
    .confirmed = false,
    .probe = probe,
    .read = read_list,
    .warm = warm,
};
