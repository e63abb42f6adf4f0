/*
 * handed: the frames that evidence-capture hands over, made into entries. Used by observe alone.
 */
#ifndef EVD_HANDED_H
#define EVD_HANDED_H

#include "base/digest.h"
#include "capture/observe.h"

struct evd_handed {
	struct evd_case *c;
	struct evd_key *key;
	const struct evd_observe_options *o;
	struct evd_observed *out;
	struct evd_draft draft;
	bool drafting, in_item, waiting, over;
	bool torn; /* a record or file of the draft may be there in part: it cannot be committed */
	enum evd_action action;
	char method[16]; /* of a derive or compare entry */
	struct evd_json json;
	/* the item under way */
	char name[EVD_CAPTURE_NAME_MAX + 1];
	int fd;
	struct evd_content content;
	struct evd_sha sha256, sha512;
	int64_t began_ms, asked_ms;
	uint64_t exhibit; /* last one given */
	/* items of the present draft, and the ids of the capture entry committed last */
	EVD_ARRAY(struct {
		struct evd_observed_item item;
		char *name;
	})
	items;
	EVD_ARRAY(struct evd_id) captured;
};

void evd_handed_init(struct evd_handed *h, struct evd_case *c, struct evd_key *key,
                     const struct evd_observe_options *o, struct evd_observed *out);
void evd_handed_release(struct evd_handed *h);
/* evd_handed_frame(h, type, payload, err): one frame. FORMAT: not what it must be. */
int evd_handed_frame(struct evd_handed *h, char type, struct evd_view payload,
                     struct evd_error *err) EVD_MUST_USE;
/* evd_handed_cut(h, why, err): the program ended early: the item under way is given up and said so, what
 * is complete is committed. */
int evd_handed_cut(struct evd_handed *h, const char *why, struct evd_error *err) EVD_MUST_USE;

#endif
