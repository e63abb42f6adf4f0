/* office: what the two files of the reader of Office documents know of each other. Stage: read-out. */
#ifndef EVD_OFFICE_H
#define EVD_OFFICE_H

#include "format.h"

/* evd_office_read_ole(s, sink, err): a compound file: what it holds, whether it is encrypted, the summary of its
 * properties ([MS-OLEPS]). */
int evd_office_read_ole(const struct evd_source *s, struct evd_sink *sink,
                        struct evd_error *err) EVD_MUST_USE;

#define OFFICE_NAME_MAX 256u /* bytes of a part's name */
#define OFFICE_PARTS_MAX 8u

/* Parts with properties that a package names. */
struct evd_office_parts {
	struct {
		char path[OFFICE_NAME_MAX];
		const char *group;
		bool seen;
	} part[OFFICE_PARTS_MAX];
	unsigned n;
};

/* evd_office_relations(xml, parts, err): those that `_rels/.rels` names. NOMEM. */
int evd_office_relations(struct evd_view xml, struct evd_office_parts *parts,
                         struct evd_error *err) EVD_MUST_USE;
/* Does the directory of the ZIP name the parts of an Office document? They may stand in any order, so the first bytes may have none. */
bool evd_office_is_package(const struct evd_source *s);

#endif
