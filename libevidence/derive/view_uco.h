/*
 * view_uco: pieces of CASE/UCO JSON-LD that the writers of view_case*.c share (docs/exchange.md §5). Each appends to
 * v->b. Internal to derive/view*.
 */
#ifndef EVD_VIEW_UCO_H
#define EVD_VIEW_UCO_H

#include "derive/view_row.h"

/* What an id is made of: a role ("file", "facet", …), a record, and more to tell apart. */
struct evd_uco_node {
	const char *role;
	struct evd_id id;
	struct evd_view more;
};

/* "@id":"urn:uuid:…" */
void evd_uco_id(struct evd_view_out *v, const char *role, struct evd_id id, struct evd_view more);
/* ,"@type":"…" */
void evd_uco_type(struct evd_view_out *v, const char *type);
/* ,"key":"text" */
void evd_uco_string(struct evd_view_out *v, const char *key, struct evd_view text);
/* ,"key":"…" of a member as plain text; false: there is none, and nothing is put. */
bool evd_uco_member(struct evd_view_out *v, const char *key, const struct evd_json *j,
                    size_t object, const char *from);
/* ,"key":{"@type":"type","@value":"value"} */
void evd_uco_typed(struct evd_view_out *v, const char *key, const char *type, const char *value);
void evd_uco_ms(struct evd_view_out *v, const char *key, int64_t ms);
bool evd_uco_instant(struct evd_view_out *v, const char *key, const struct evd_json *j,
                     size_t object, const char *from);
/* {…} of a digest */
void evd_uco_hash(struct evd_view_out *v, struct evd_id id, const char *method,
                  const uint8_t *digest, size_t len);
/* {"@id":…,"@type":"observable:File" of an item; ,"core:hasFacet":{"@id":…,"@type":…; both left open */
void evd_uco_file(struct evd_view_out *v, struct evd_id item);
void evd_uco_facet(struct evd_view_out *v, const char *role, struct evd_id id, const char *type);
/* ,\n{…}: a relation of that kind (UCO's vocabulary), one for each `id` */
void evd_uco_relation(struct evd_view_out *v, const char *kind, struct evd_id id,
                      const struct evd_uco_node *source, const struct evd_uco_node *target);

/* view_case_chat.c: conversation, participant, message, attachment, member; false: another kind. */
bool evd_view_case_chat(struct evd_view_out *v, const struct evd_row *row);
/* view_case_log.c: ,\n{…} of every entry as an action; what an entry's own record says of it; what it made; what it
 * speaks of. */
void evd_view_case_actions(struct evd_view_out *v);
void evd_view_case_circumstances(struct evd_view_out *v, const struct evd_row *row);
void evd_view_case_result(struct evd_view_out *v, const struct evd_row *row);
void evd_view_case_object(struct evd_view_out *v, const struct evd_row *row);

#endif
