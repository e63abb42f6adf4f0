/* xml_quiet: see xml_quiet.h. */
#include "xml_quiet.h"

#include <libxml/xmlreader.h>

static void silent(void *ctx, const char *text, xmlParserSeverities severity,
                   xmlTextReaderLocatorPtr where)
{
	(void)ctx;
	(void)text;
	(void)severity;
	(void)where;
}

void evd_xml_quiet(struct _xmlTextReader *x)
{
	xmlTextReaderSetErrorHandler(x, silent, NULL);
}
