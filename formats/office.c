/*
 * office: properties of Office documents: OOXML core and application properties (ECMA-376 part 2
 * §11, part 1 §22.2), OpenDocument meta.xml (OASIS ODF 1.2 part 1 §4.3). Read with libxml2's
 * reader: no network, no entities, no DTD. What is in a compound file office_ole.c reads.
 */
#include "archive_io.h"
#include "emit.h"
#include "office.h"
#include "ole.h"
#include "source.h"
#include "texts.h"
#include "xml_quiet.h"
#include "xmp_packet.h"

#include <libxml/xmlreader.h>
#include <stdio.h>
#include <string.h>

#define PART_MAX (UINT32_C(1) << 20) /* bytes of a properties part */
#define MEMBERS_MAX 100000u
#define ELEMENTS_MAX 2000u
#define NAME_LEN 64

static const struct {
	const char *name, *as;
} meanings[] = {
    {"title", "text.title"},
    {"subject", "text.subject"},
    {"creator", "person.author"},
    {"initial-creator", "person.author"},
    {"keywords", "text.keywords"},
    {"keyword", "text.keywords"},
    {"description", "text.description"},
    {"lastModifiedBy", "person.editor"},
    {"created", "time.created"},
    {"creation-date", "time.created"},
    {"modified", "time.modified"},
    {"date", "time.modified"},
    {"Application", "software"},
    {"generator", "software"},
    {"Pages", "pages"},
    {"Manager", NULL},
};

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	struct evd_view near = evd_view_of(head.p, head.len < 512 ? head.len : 512);

	if (evd_ole_is(head))
		return 48;
	if (head.len < 60 || memcmp(head.p, "PK\x03\x04", 4) != 0)
		return 0;
	if (memmem(near.p, near.len, "mimetypeapplication/vnd.oasis.opendocument", 42))
		return 60;
	/* the parts may stand in any order: their names are looked for in what probes see, then in the directory */
	if (memmem(head.p, head.len, "[Content_Types].xml", 19) ||
	    memmem(head.p, head.len, "docProps/", 9))
		return 48;
	return in->n && evd_office_is_package(&in->source[0]) ? 48 : 0;
}

/* `label`: the name of a property that writers name themselves, or empty. */
static int emit_property(struct evd_sink *sink, const char *group, const char *name,
                         struct evd_view label, struct evd_view value, struct evd_error *err)
{
	struct evd_field f = {.group = group, .name = name, .label = label};
	int r;

	f.value = evd_texts_trim(value);
	if (f.value.len == 0 && label.len == 0)
		return 0;
	for (size_t i = 0; label.len == 0 && i < sizeof meanings / sizeof *meanings; i++)
		if (strcmp(meanings[i].name, name) == 0)
			f.as = meanings[i].as;
	/* ODF 1.2 part 1 §4.3.2.7: who last modified it; the first author is the initial-creator */
	if (label.len == 0 && strcmp(group, "odf.meta") == 0 && strcmp(name, "creator") == 0)
		f.as = "person.editor";
	r = evd_emit_field(sink, &f, err);
	if (r == 0 && f.as && strcmp(f.as, "software") == 0)
		r = evd_texts_observe_editor(f.value, name, sink, err);
	return r;
}

struct part {
	xmlTextReaderPtr xml;
	struct evd_sink *sink;
	const char *group;
	char name[NAME_LEN];  /* of the innermost element */
	struct evd_buf label; /* that the writer gave the property around it */
	struct evd_buf text;
	bool leaf;  /* it has no element inside so far */
	unsigned n; /* elements */
	bool refused;
};

/* ODF keeps counts as attributes of meta:document-statistic. */
static int read_statistics(struct part *p, struct evd_error *err)
{
	const struct evd_view none = {NULL, 0};
	int r = 0;

	while (r == 0 && xmlTextReaderMoveToNextAttribute(p->xml) == 1) {
		const char *name = (const char *)xmlTextReaderConstLocalName(p->xml);
		const char *value = (const char *)xmlTextReaderConstValue(p->xml);

		if (name && value && xmlTextReaderIsNamespaceDecl(p->xml) != 1)
			r = emit_property(p->sink, p->group, name, none, evd_view_str(value), err);
	}
	xmlTextReaderMoveToElement(p->xml);
	return r;
}

/* <property name="…"> around a typed value (ECMA-376 part 1 §22.3.2.2), <meta:user-defined meta:name="…"> (ODF 1.2 §4.3.2.19). */
static bool is_named(const char *element)
{
	return strcmp(element, "property") == 0 || strcmp(element, "user-defined") == 0;
}

static void read_label(struct part *p)
{
	evd_buf_reset(&p->label);
	while (xmlTextReaderMoveToNextAttribute(p->xml) == 1) {
		const char *name = (const char *)xmlTextReaderConstLocalName(p->xml);
		const char *value = (const char *)xmlTextReaderConstValue(p->xml);

		if (name && value && strcmp(name, "name") == 0)
			evd_put_str(&p->label, value);
	}
	xmlTextReaderMoveToElement(p->xml);
}

static int on_node(struct part *p, struct evd_error *err)
{
	const char *local = (const char *)xmlTextReaderConstLocalName(p->xml);
	const char *value = (const char *)xmlTextReaderConstValue(p->xml);
	int r = 0;

	switch (xmlTextReaderNodeType(p->xml)) {
	case XML_READER_TYPE_ELEMENT:
		p->refused = ++p->n > ELEMENTS_MAX;
		snprintf(p->name, sizeof p->name, "%s", local ? local : "");
		evd_buf_reset(&p->text);
		p->leaf = xmlTextReaderIsEmptyElement(p->xml) != 1;
		if (strcmp(p->name, "document-statistic") == 0)
			r = read_statistics(p, err);
		if (is_named(p->name))
			read_label(p);
		return r;
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
		evd_put_view(&p->text, evd_view_str(value ? value : ""));
		return evd_buf_check(&p->text, err);
	case XML_READER_TYPE_END_ELEMENT:
		/* a name cut short could end in the middle of a character */
		if (p->leaf && local && strcmp(p->name, local) == 0)
			r = emit_property(p->sink, p->group, p->name, evd_buf_view(&p->label),
			                  evd_buf_view(&p->text), err);
		if (local && is_named(local))
			evd_buf_reset(&p->label);
		p->leaf = false;
		evd_buf_reset(&p->text);
		return r;
	case XML_READER_TYPE_DOCUMENT_TYPE:
	case XML_READER_TYPE_ENTITY_REFERENCE: p->refused = true; return 0;
	default: return 0;
	}
}

/* *odd: it is not XML as it must be. */
static int read_part(struct evd_view v, const char *group, struct evd_sink *sink, bool *odd,
                     struct evd_error *err)
{
	struct part p = {.sink = sink, .group = group};
	int r = 0, step = 0;

	p.xml = xmlReaderForMemory((const char *)v.p, (int)v.len, NULL, NULL,
	                           XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (!p.xml)
		return evd_nomem(err);
	evd_xml_quiet(p.xml);
	evd_buf_init(&p.text, PART_MAX);
	evd_buf_init(&p.label, EVD_FIELD_NOTE_MAX);
	while (r == 0 && !p.refused && (step = xmlTextReaderRead(p.xml)) == 1)
		r = on_node(&p, err);
	*odd |= step < 0 || p.refused;
	evd_buf_release(&p.label);
	evd_buf_release(&p.text);
	xmlFreeTextReader(p.xml);
	return r;
}

static const struct {
	const char *path, *group;
} parts[] = {
    {"docProps/core.xml", "office.core"},     {"docProps/app.xml", "office.app"},
    {"docProps/custom.xml", "office.custom"}, {"meta.xml", "odf.meta"},
    {"META-INF/manifest.xml", NULL}, /* says what is encrypted */
};

#define RELATIONS "_rels/.rels"

/* What is said at the end of a document. */
struct document {
	struct evd_sink *sink;
	struct evd_office_parts named; /* by the package, and not of the names above */
	bool odd;                      /* properties that are no XML */
	bool
	    locked; /* OpenDocument: the manifest says that parts are encrypted (ODF 1.2 part 3 §4.4) */
};

static int read_properties(struct document *d, size_t i, struct evd_view part,
                           struct evd_error *err)
{
	if (parts[i].group)
		return part.len ? read_part(part, parts[i].group, d->sink, &d->odd, err) : 0;
	d->locked |= part.len && memmem(part.p, part.len, "encryption-data", 15) != NULL;
	return 0;
}

/* What comes of a part is entered by `take`. */
static int load_part(struct document *d, struct evd_archive *a, size_t i,
                     int (*take)(struct document *d, size_t i, struct evd_view part,
                                 struct evd_error *err),
                     struct evd_error *err)
{
	struct evd_error why = {0};
	struct evd_buf b;
	int r;

	evd_buf_init(&b, PART_MAX);
	r = evd_archive_load(a, PART_MAX, &b, &why);
	if (r == EVD_E_LIMIT || r == EVD_E_DAMAGED)
		r = evd_emit_unread_error(d->sink, 0, 0, &why, err);
	else if (r == 0)
		r = take(d, i, evd_buf_view(&b), err);
	else if (r && err)
		*err = why;
	evd_buf_release(&b);
	return r;
}

static bool is_known(const char *path)
{
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strcmp(path, parts[i].path) == 0)
			return true;
	return false;
}

static int read_relations(struct document *d, size_t i, struct evd_view part, struct evd_error *err)
{
	unsigned to = 0;
	int r = part.len ? evd_office_relations(part, &d->named, err) : 0;

	(void)i;
	for (unsigned k = 0; k < d->named.n; k++)
		if (!is_known(d->named.part[k].path))
			d->named.part[to++] = d->named.part[k];
	d->named.n = to;
	return r;
}

static int read_named(struct document *d, size_t i, struct evd_view part, struct evd_error *err)
{
	d->named.part[i].seen = true;
	return part.len ? read_part(part, d->named.part[i].group, d->sink, &d->odd, err) : 0;
}

static int read_member(struct document *d, struct evd_archive *a, struct evd_view path,
                       struct evd_error *err)
{
	if (path.len >= 14 && memcmp(path.p + path.len - 14, "vbaProject.bin", 14) == 0)
		return evd_emit_observation(d->sink, "active-content", err,
		                            "the document holds macros; none was run");
	if (evd_view_is(path, RELATIONS) && d->named.n == 0)
		return load_part(d, a, 0, read_relations, err);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (evd_view_is(path, parts[i].path))
			return load_part(d, a, i, read_properties, err);
	return 0;
}

/* Once more, for the parts that the package named, which may stand before the list of names. */
static int read_named_member(struct document *d, struct evd_archive *a, struct evd_view path,
                             struct evd_error *err)
{
	for (unsigned i = 0; i < d->named.n; i++)
		if (!d->named.part[i].seen && evd_view_is(path, d->named.part[i].path))
			return load_part(d, a, i, read_named, err);
	return 0;
}

static int read_members(struct document *d, const struct evd_source *s,
                        int (*each)(struct document *d, struct evd_archive *a, struct evd_view path,
                                    struct evd_error *err),
                        bool again, struct evd_error *err)
{
	struct evd_archive a;
	struct archive_entry *e;
	char reason[160];
	int r = evd_archive_open(&a, s, false, err), code = ARCHIVE_EOF;

	if (r)
		return r;
	for (unsigned n = 0; r == 0 && n < MEMBERS_MAX; n++) {
		code = archive_read_next_header(a.a, &e);
		if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
			break;
		r = each(d, &a, evd_archive_path(e), err);
	}
	if (r == 0 && !again && code != ARCHIVE_EOF && code != ARCHIVE_OK && code != ARCHIVE_WARN)
		r = evd_emit_unread(d->sink, "damaged", 0, 0, err,
		                    "the document cannot be read further: %s",
		                    evd_archive_reason(&a, reason));
	evd_archive_close(&a);
	return r;
}

static int read_package(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct document d = {.sink = sink};
	int r = read_members(&d, &in->source[0], read_member, false, err);

	if (r == 0 && d.named.n)
		r = read_members(&d, &in->source[0], read_named_member, true, err);
	for (unsigned i = 0; r == 0 && i < d.named.n; i++)
		if (!d.named.part[i].seen)
			r = evd_emit_unread(sink, "damaged", 0, 0, err,
			                    "properties that the document names (%s) are not there",
			                    d.named.part[i].group);
	if (r == 0 && d.locked)
		r = evd_emit_unread(sink, "encrypted", 0, 0, err,
		                    "the document is encrypted with a password, or parts of it are");
	else if (r == 0 && d.odd)
		r = evd_emit_unread(sink, "damaged", 0, 0, err,
		                    "the document's properties are not XML as it must be");
	return r;
}

static int read_office(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	uint8_t head[512];
	size_t got;
	int r = evd_source_read(&in->source[0], 0, head, sizeof head, &got, err);

	if (r)
		return r;
	return evd_ole_is(evd_view_of(head, got)) ? evd_office_read_ole(&in->source[0], sink, err)
	                                          : read_package(in, sink, err);
}

static int warm(struct evd_error *err)
{
	evd_xmp_warm();
	return evd_archive_warm(err);
}

const struct evd_format evd_format_office = {
    .name = "office",
    .version = "1",
    .spec = "ECMA-376 parts 1 and 2, OpenDocument 1.2, MS-CFB, MS-OLEPS",
    .confirmed = true,
    .probe = probe,
    .read = read_office,
    .alongside = true,
    .warm = warm,
};
