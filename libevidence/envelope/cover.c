/* cover: see cover.h. */
#include "envelope/cover.h"

#include "base/text.h"
#include "chain/schema.h"

static const char format[] = "libevidence-envelope-1";

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

	if (r == 0 && j.node[0].type != EVD_JSON_OBJECT)
		r = evd_fail(err, EVD_E_FORMAT, "cover.json is no object");
	if (r == 0)
		r = evd_schema_read(&j, 0, members, sizeof members / sizeof *members, &c, err);
	if (r == 0 && !evd_view_is(c.format, format))
		r = evd_fail(err, EVD_E_FORMAT, "cover.json is not of the format %s", format);
	*out = c.cover;
	evd_json_release(&j);
	return r;
}

int evd_cover_write(const struct evd_cover *c, struct evd_buf *out, struct evd_error *err)
{
	char time[EVD_TIME_LEN + 1];
	struct evd_object o;
	int r;

	evd_time_format(time, c->time_ms);
	evd_object_init(&o);
	evd_object_hex(&o, "certificate", c->certificate, EVD_SHA256_LEN);
	evd_object_cstr(&o, "format", format);
	evd_object_hex(&o, "head", c->head, EVD_SHA256_LEN);
	evd_object_int(&o, "records", c->records);
	evd_object_hex(&o, "sealDigest", c->seal_digest, EVD_SHA256_LEN);
	evd_object_cstr(&o, "time", time);
	r = evd_object_write(&o, out, err);
	evd_object_release(&o);
	return r;
}

static void put_reference(struct evd_buf *out, const char *name, const uint8_t *digest)
{
	evd_putf(out,
	         "<asic:DataObjectReference URI=\"%s\"><ds:DigestMethod "
	         "Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>",
	         name);
	evd_put_base64(out, digest, EVD_SHA256_LEN);
	evd_put_str(out, "</ds:DigestValue></asic:DataObjectReference>\n");
}

int evd_cover_manifest(const uint8_t bundle_age[EVD_SHA256_LEN],
                       const uint8_t cover_json[EVD_SHA256_LEN], struct evd_buf *out,
                       struct evd_error *err)
{
	evd_put_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	                 "<asic:ASiCManifest xmlns:asic=\"http://uri.etsi.org/02918/v1.2.1#\" "
	                 "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">\n"
	                 "<asic:SigReference URI=\"META-INF/signature001.p7s\" "
	                 "MimeType=\"application/pkcs7-signature\"/>\n");
	put_reference(out, "bundle.age", bundle_age);
	put_reference(out, "cover.json", cover_json);
	evd_put_str(out, "</asic:ASiCManifest>\n");
	return evd_buf_check(out, err);
}
