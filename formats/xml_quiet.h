/*
 * xml_quiet: libxml2's pull reader without its messages, which quote the item. Stage: read-out.
 */
#ifndef EVD_XML_QUIET_H
#define EVD_XML_QUIET_H

struct _xmlTextReader;

/* evd_xml_quiet(x): what is wrong with the XML is told by the reader's results alone, and printed nowhere. */
void evd_xml_quiet(struct _xmlTextReader *x);

#endif
