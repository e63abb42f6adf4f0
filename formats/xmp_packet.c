/* xmp_packet: see xmp_packet.h. */
#include "xmp_packet.h"

#include "emit.h"
#include "texts.h"
#include "xml_quiet.h"

#include <libxml/xmlreader.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 32
#define PATH_MAX_LEN 1024u
#define PROPERTIES_MAX 20000u

static const char rdf_uri[] = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/* The prefix is taken from the name space, never from the packet, which may choose any. */
static const struct {
	const char *uri, *prefix;
} spaces[] = {
    {"http://purl.org/dc/elements/1.1/", "dc"},
    {"http://ns.adobe.com/xap/1.0/", "xmp"},
    {"http://ns.adobe.com/xap/1.0/mm/", "xmpMM"},
    {"http://ns.adobe.com/xap/1.0/rights/", "xmpRights"},
    {"http://ns.adobe.com/xap/1.0/sType/ResourceEvent#", "stEvt"},
    {"http://ns.adobe.com/xap/1.0/sType/ResourceRef#", "stRef"},
    {"http://ns.adobe.com/photoshop/1.0/", "photoshop"},
    {"http://ns.adobe.com/exif/1.0/", "exif"},
    {"http://cipa.jp/exif/1.0/", "exifEX"},
    {"http://ns.adobe.com/exif/1.0/aux/", "aux"},
    {"http://ns.adobe.com/tiff/1.0/", "tiff"},
    {"http://ns.adobe.com/pdf/1.3/", "pdf"},
    {"http://ns.adobe.com/camera-raw-settings/1.0/", "crs"},
    {"http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/", "Iptc4xmpCore"},
    {"http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "Iptc4xmpExt"},
    {"http://ns.google.com/photos/1.0/camera/", "GCamera"},
    {"http://ns.google.com/photos/1.0/container/", "Container"},
    {"http://ns.google.com/photos/1.0/container/item/", "Item"},
    {"http://ns.apple.com/faceinfo/1.0/", "apple-fi"},
    {"http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf"},
    {"http://www.w3.org/XML/1998/namespace", "xml"},
};

/* Meanings across formats (docs/records.md §3); [] is any member of the list. */
static const struct {
	const char *path, *as;
} meanings[] = {
    {"xmp:CreatorTool", "software"},         {"xmp:CreateDate", "time.created"},
    {"xmp:ModifyDate", "time.modified"},     {"photoshop:DateCreated", "time.created"},
    {"tiff:Make", "device.maker"},           {"tiff:Model", "device.model"},
    {"exif:DateTimeOriginal", "time.taken"}, {"dc:creator[]", "person.author"},
    {"dc:title[1]", "text.title"},           {"dc:description[1]", "text.description"},
    {"xmpMM:DocumentID", "document.id"},     {"pdf:Producer", "software"},
};

struct level {
	size_t path_len;  /* of the path outside this element */
	bool structural;  /* rdf:RDF, rdf:Description, containers: no part of the path */
	unsigned n_items; /* rdf:li seen within */
	bool has_child;
};

struct reader {
	xmlTextReaderPtr xml;
	char path[PATH_MAX_LEN];
	struct level level[DEPTH_MAX];
	int depth; /* open elements */
	bool in_rdf;
	bool given_up;       /* the packet, not the sink, ended the reading */
	struct evd_buf text; /* of the innermost element */
	unsigned n;
	uint64_t off, len;
	struct evd_sink *sink;
};

void evd_xmp_warm(void)
{
	static const char packet[] = "<a b=\"c\">d</a>";
	xmlTextReaderPtr x;

	xmlInitParser();
	/* and what libxml2 makes at its first document */
	x = xmlReaderForMemory(packet, sizeof packet - 1, NULL, NULL, XML_PARSE_NONET);
	while (x && xmlTextReaderRead(x) == 1)
		;
	if (x)
		xmlFreeTextReader(x);
}

static int give_up(struct reader *x, int code, const char *text, struct evd_error *err)
{
	x->given_up = true;
	return evd_fail(err, code, "%s", text);
}

static struct evd_view xml_view(const xmlChar *s)
{
	return evd_view_of(s, s ? strlen((const char *)s) : 0);
}

static bool is_rdf(const struct reader *x, const char *local)
{
	const xmlChar *uri = xmlTextReaderConstNamespaceUri(x->xml);
	const xmlChar *name = xmlTextReaderConstLocalName(x->xml);

	return uri && name && strcmp((const char *)uri, rdf_uri) == 0 &&
	       strcmp((const char *)name, local) == 0;
}

/* Appends the current node's name; false if the path would be too long. */
static bool push_name(struct reader *x, size_t at)
{
	const xmlChar *uri = xmlTextReaderConstNamespaceUri(x->xml);
	const xmlChar *local = xmlTextReaderConstLocalName(x->xml);
	const char *slash = at ? "/" : "";
	int n;

	for (size_t i = 0; uri && i < sizeof spaces / sizeof *spaces; i++)
		if (strcmp((const char *)uri, spaces[i].uri) == 0) {
			n = snprintf(x->path + at, sizeof x->path - at, "%s%s:%s", slash, spaces[i].prefix,
			             (const char *)local);
			return n > 0 && (size_t)n < sizeof x->path - at;
		}
	n = snprintf(x->path + at, sizeof x->path - at, "%s{%s}%s", slash, uri ? (const char *)uri : "",
	             (const char *)local);
	return n > 0 && (size_t)n < sizeof x->path - at;
}

static bool is_path(const char *path, const char *known)
{
	const char *any = strstr(known, "[]");
	size_t n = any ? (size_t)(any - known) + 1 : 0;

	if (!any)
		return strcmp(path, known) == 0;
	return strncmp(path, known, n) == 0 &&
	       strcmp(path + n + strspn(path + n, "0123456789"), known + n) == 0;
}

static const char *meaning_of(const char *path)
{
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
		if (is_path(path, meanings[i].path))
			return meanings[i].as;
	return NULL;
}

static int emit(struct reader *x, struct evd_view value, struct evd_error *err)
{
	struct evd_field f = {.group = "xmp", .name = x->path, .value = value};
	int r;

	value = evd_texts_trim(value);
	f.value = value;
	if (value.len == 0)
		return 0;
	if (x->n++ == PROPERTIES_MAX)
		return evd_emit_unread(x->sink, "limit", x->off, x->len, err,
		                       "more than %u properties in the packet", PROPERTIES_MAX);
	if (x->n > PROPERTIES_MAX)
		return 0;
	f.as = meaning_of(x->path);
	r = evd_emit_field(x->sink, &f, err);
	if (r == 0 && f.as && strcmp(f.as, "software") == 0)
		r = evd_texts_observe_editor(value, x->path, x->sink, err);
	return r;
}

/* Attributes of a description or of a resource are properties too (RDF/XML short form). */
static int read_attributes(struct reader *x, size_t at, struct evd_error *err)
{
	int r = 0;

	while (r == 0 && xmlTextReaderMoveToNextAttribute(x->xml) == 1) {
		const xmlChar *uri = xmlTextReaderConstNamespaceUri(x->xml);
		const xmlChar *value = xmlTextReaderConstValue(x->xml);

		if (xmlTextReaderIsNamespaceDecl(x->xml) == 1 || !uri)
			continue;
		if (strcmp((const char *)uri, rdf_uri) == 0 && !is_rdf(x, "resource"))
			continue; /* rdf:about, rdf:parseType */
		if (is_rdf(x, "resource")) {
			x->path[at] = 0;
			r = emit(x, xml_view(value), err);
		} else if (strcmp((const char *)uri, "http://www.w3.org/XML/1998/namespace") != 0) {
			r = push_name(x, at) ? emit(x, xml_view(value), err)
			                     : give_up(x, EVD_E_LIMIT, "an XMP path is too long", err);
		}
		x->path[at] = 0;
	}
	xmlTextReaderMoveToElement(x->xml);
	return r;
}

static int close_element(struct reader *x, struct evd_error *err)
{
	struct level *l;
	int r = 0;

	if (x->depth == 0)
		return 0;
	l = &x->level[x->depth - 1];
	if (x->in_rdf && !l->structural && !l->has_child)
		r = emit(x, evd_buf_view(&x->text), err);
	if (l->structural && is_rdf(x, "RDF"))
		x->in_rdf = false;
	x->path[l->path_len] = 0;
	x->depth--;
	evd_buf_reset(&x->text);
	return r;
}

static int open_element(struct reader *x, struct evd_error *err)
{
	struct level *l, *outer = x->depth ? &x->level[x->depth - 1] : NULL;
	size_t at = strlen(x->path);
	bool empty = xmlTextReaderIsEmptyElement(x->xml) == 1;
	int r;

	if (x->depth == DEPTH_MAX)
		return give_up(x, EVD_E_LIMIT, "XMP is nested too deep", err);
	l = &x->level[x->depth++];
	*l = (struct level){.path_len = at, .structural = true};
	if (outer)
		outer->has_child = true;
	evd_buf_reset(&x->text);
	if (is_rdf(x, "RDF")) {
		x->in_rdf = true;
	} else if (x->in_rdf && is_rdf(x, "li") && outer) {
		l->structural = false;
		snprintf(x->path + at, sizeof x->path - at, "[%u]", ++outer->n_items);
	} else if (x->in_rdf && !is_rdf(x, "Description") && !is_rdf(x, "Seq") && !is_rdf(x, "Bag") &&
	           !is_rdf(x, "Alt")) {
		l->structural = false;
		if (!push_name(x, at))
			return give_up(x, EVD_E_LIMIT, "an XMP path is too long", err);
	}
	r = x->in_rdf ? read_attributes(x, strlen(x->path), err) : 0;
	return r || !empty ? r : close_element(x, err);
}

static int on_node(struct reader *x, struct evd_error *err)
{
	switch (xmlTextReaderNodeType(x->xml)) {
	case XML_READER_TYPE_ELEMENT: return open_element(x, err);
	case XML_READER_TYPE_END_ELEMENT: return close_element(x, err);
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
		evd_put_view(&x->text, xml_view(xmlTextReaderConstValue(x->xml)));
		return x->text.failed ? give_up(x, x->text.failed, "an XMP text is too long", err) : 0;
	case XML_READER_TYPE_DOCUMENT_TYPE:
	case XML_READER_TYPE_ENTITY_REFERENCE:
		return give_up(x, EVD_E_FORMAT, "a document type or entity stands in XMP", err);
	default: return 0;
	}
}

int evd_xmp_emit(struct evd_view packet, uint64_t off, struct evd_sink *sink, struct evd_error *err)
{
	struct reader x = {.off = off, .len = packet.len, .sink = sink};
	struct evd_error why = {0};
	int r = 0, step;

	packet = evd_texts_trim(evd_texts_trim_nul(packet));
	if (packet.len == 0 || packet.len > EVD_XMP_MAX)
		return evd_emit_unread(sink, packet.len ? "limit" : "damaged", off, x.len, err,
		                       "XMP packet is empty or over the limit");
	x.xml = xmlReaderForMemory((const char *)packet.p, (int)packet.len, NULL, NULL,
	                           XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (!x.xml)
		return evd_nomem(err);
	evd_xml_quiet(x.xml);
	evd_buf_init(&x.text, EVD_XMP_MAX);
	while (r == 0 && (step = xmlTextReaderRead(x.xml)) == 1)
		r = on_node(&x, &why);
	if (r && x.given_up)
		r = evd_emit_unread_error(sink, off, x.len, &why, err);
	else if (r && err)
		*err = why;
	else if (r == 0 && step < 0)
		r = evd_emit_unread(sink, "damaged", off, x.len, err, "XMP is not well-formed XML");
	evd_buf_release(&x.text);
	xmlFreeTextReader(x.xml);
	return r;
}
