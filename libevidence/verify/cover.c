/* cover: see cover.h. */
#include "verify/cover.h"

#include "chain/schema.h"

struct read_cover {
	struct evd_cover cover;
	struct evd_view format;
};

#define AT(member) offsetof(struct read_cover, member)
static const struct evd_member members[] = {
    {"certificate", EVD_M_SHA256, false, AT(cover.certificate), NULL},
    {"format", EVD_M_VIEW, false, AT(format), NULL},
    {"head", EVD_M_SHA256, false, AT(cover.head), NULL},
    {"records", EVD_M_INT, false, AT(cover.records), NULL},
    {"sealDigest", EVD_M_SHA256, false, AT(cover.seal_digest), NULL},
    {"time", EVD_M_TIME, false, AT(cover.time_ms), NULL},
};

int evd_cover_read(struct evd_view json, struct evd_cover *out, struct evd_error *err)
{
	struct evd_json j = {0};
	struct read_cover c = {0};
	int r = evd_json_parse(&j, json, err);

	if (r == 0)
		r = evd_schema_read(&j, 0, members, sizeof members / sizeof *members, &c, err);
	if (r == 0 && !evd_view_is(c.format, EVD_COVER_FORMAT))
		r = evd_fail(err, EVD_E_FORMAT, "cover.json is not of the format %s", EVD_COVER_FORMAT);
	*out = c.cover;
	evd_json_release(&j);
	return r;
}
