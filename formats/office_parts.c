/*
 * office_parts: where a package keeps its properties: ECMA-376 part 2 §9.3 has `_rels/.rels` name the parts, and writers are free in the
 * names (System.IO.Packaging of .NET makes package/services/metadata/core-properties/….psmdcp).
 */
#include "chat_file.h"
#include "office.h"
#include "xml_quiet.h"

#include <libxml/xmlreader.h>
#include <string.h>

/* The last word of a relationship's type; that of strict documents is spelt otherwise (ECMA-376 part 1 §15.2.12). */
static const char *group_of(const char *type)
{
	static const struct {
		const char *word, *group;
	} known[] = {
	    {"core-properties", "office.core"},    {"extended-properties", "office.app"},
	    {"extendedProperties", "office.app"},  {"custom-properties", "office.custom"},
	    {"customProperties", "office.custom"},
	};
	const char *slash = strrchr(type, '/');

	for (size_t i = 0; slash && i < sizeof known / sizeof *known; i++)
		if (strcmp(slash + 1, known[i].word) == 0)
			return known[i].group;
	return NULL;
}

static void take(xmlTextReaderPtr xml, struct evd_office_parts *parts)
{
	char type[128] = "", target[OFFICE_NAME_MAX] = "";
	const char *group, *path = target;

	while (xmlTextReaderMoveToNextAttribute(xml) == 1) {
		const char *name = (const char *)xmlTextReaderConstLocalName(xml);
		const char *value = (const char *)xmlTextReaderConstValue(xml);
		bool is_type = name && strcmp(name, "Type") == 0;
		char *to = is_type ? type : target;

		if (!name || !value || (!is_type && strcmp(name, "Target") != 0) ||
		    strlen(value) >= (is_type ? sizeof type : sizeof target))
			continue;
		memcpy(to, value, strlen(value) + 1);
	}
	xmlTextReaderMoveToElement(xml);
	group = group_of(type);
	path += strspn(path, "/");
	if (strncmp(path, "./", 2) == 0)
		path += 2;
	if (!group || !*path || parts->n == OFFICE_PARTS_MAX)
		return;
	memcpy(parts->part[parts->n].path, path, strlen(path) + 1);
	parts->part[parts->n++].group = group;
}

int evd_office_relations(struct evd_view xml, struct evd_office_parts *parts, struct evd_error *err)
{
	xmlTextReaderPtr x =
	    xmlReaderForMemory((const char *)xml.p, (int)xml.len, NULL, NULL,
	                       XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);

	if (!x)
		return evd_nomem(err);
	evd_xml_quiet(x);
	while (xmlTextReaderRead(x) == 1) {
		const char *name = (const char *)xmlTextReaderConstLocalName(x);
		int type = xmlTextReaderNodeType(x);

		if (type == XML_READER_TYPE_DOCUMENT_TYPE)
			break;
		if (type == XML_READER_TYPE_ELEMENT && name && strcmp(name, "Relationship") == 0)
			take(x, parts);
	}
	xmlFreeTextReader(x);
	return 0;
}

static void see_name(void *ctx, struct evd_view name)
{
	bool *found = ctx;

	*found |= evd_view_is(name, "[Content_Types].xml") ||
	          (name.len > 9 && memcmp(name.p, "docProps/", 9) == 0);
}

bool evd_office_is_package(const struct evd_source *s)
{
	bool found = false;

	evd_chat_zip_names(s, see_name, &found);
	return found;
}
