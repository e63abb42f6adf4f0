/* view_uco: see view_uco.h. */
#include "derive/view_uco.h"

#include "derive/when.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The case's id is the name space. */
static void name_space(const char *case_id, uint8_t out[16])
{
	size_t n = 0;

	memset(out, 0, 16);
	for (; *case_id && n < 32; case_id++)
		if (hex_value(*case_id) >= 0) {
			out[n / 2] = (uint8_t)(out[n / 2] << 4 | hex_value(*case_id));
			n++;
		}
}

/* ,"@id":"urn:uuid:…": of a role ("file", "facet", …), a record, and more to tell apart. */
void evd_uco_id(struct evd_view_out *v, const char *role, struct evd_id id, struct evd_view more)
{
	struct evd_buf name = {0};
	uint8_t in[16], d[EVP_MAX_MD_SIZE];
	char hex[33];

	name_space(v->c->log.case_id, in);
	evd_put(&name, in, sizeof in);
	evd_putf(&name, "%s/%" PRIu64 "/%" PRIu64 "/", role, id.seq, id.k);
	evd_put_view(&name, more);
	if (name.failed || EVP_Digest(name.data, name.len, d, NULL, EVP_sha1(), NULL) != 1) {
		v->b.failed = name.failed ? name.failed : EVD_E_CRYPTO;
	} else {
		d[6] = (uint8_t)((d[6] & 0x0f) | 0x50);
		d[8] = (uint8_t)((d[8] & 0x3f) | 0x80);
		evd_hex(hex, d, 16);
		evd_putf(&v->b, "\"@id\":\"urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s\"", hex, hex + 8, hex + 12,
		         hex + 16, hex + 20);
	}
	evd_buf_release(&name);
}

void evd_uco_type(struct evd_view_out *v, const char *type)
{
	evd_putf(&v->b, ",\"@type\":\"%s\"", type);
}

/* Text as it is; bytes that are no UTF-8 came as "base64url:…" already. */
void evd_uco_string(struct evd_view_out *v, const char *key, struct evd_view text)
{
	evd_putf(&v->b, ",\"%s\":", key);
	evd_put_json_string(&v->b, text);
}

bool evd_uco_member(struct evd_view_out *v, const char *key, const struct evd_json *j,
                    size_t object, const char *from)
{
	bool there;

	evd_buf_reset(&v->plain);
	there = evd_view_member(j, object, from, &v->plain);
	if (v->plain.failed)
		v->b.failed = v->plain.failed;
	else if (there)
		evd_uco_string(v, key, evd_buf_view(&v->plain));
	return there;
}

void evd_uco_typed(struct evd_view_out *v, const char *key, const char *type, const char *value)
{
	evd_putf(&v->b, ",\"%s\":{\"@type\":\"%s\",\"@value\":\"%s\"}", key, type, value);
}

void evd_uco_ms(struct evd_view_out *v, const char *key, int64_t ms)
{
	char text[EVD_TIME_LEN + 1];

	evd_time_format(text, ms);
	evd_uco_typed(v, key, "xsd:dateTime", text);
}

/* xsd:dateTime needs an instant with its zone: a time without a zone is none, and is not one here. */
bool evd_uco_instant(struct evd_view_out *v, const char *key, const struct evd_json *j,
                     size_t object, const char *from)
{
	struct evd_view text;
	struct evd_when w;

	if (!evd_json_string(j, object, from, &text) || !evd_when(text, &w))
		return false;
	if (!w.has_utc || w.utc_ms < 0 || w.utc_ms > INT64_C(253402300799999)) {
		v->done->bad_times++;
		return false;
	}
	evd_uco_ms(v, key, w.utc_ms);
	return true;
}

void evd_uco_hash(struct evd_view_out *v, struct evd_id id, const char *method,
                  const uint8_t *digest, size_t len)
{
	char hex[2 * EVD_SHA512_LEN + 1];

	evd_hex(hex, digest, len);
	evd_put_u8(&v->b, '{');
	evd_uco_id(v, method, id, (struct evd_view){NULL, 0});
	evd_uco_type(v, "types:Hash");
	evd_uco_string(v, "types:hashMethod", evd_view_str(method));
	evd_uco_typed(v, "types:hashValue", "xsd:hexBinary", hex);
	evd_put_u8(&v->b, '}');
}

/* {"@id":…,"@type":"observable:…" of an item, left open */
void evd_uco_file(struct evd_view_out *v, struct evd_id item)
{
	evd_put_u8(&v->b, '{');
	evd_uco_id(v, "file", item, (struct evd_view){NULL, 0});
	evd_uco_type(v, "observable:File");
}

void evd_uco_facet(struct evd_view_out *v, const char *role, struct evd_id id, const char *type)
{
	evd_put_str(&v->b, ",\"core:hasFacet\":{");
	evd_uco_id(v, role, id, (struct evd_view){NULL, 0});
	evd_uco_type(v, type);
}

/* `source` is contained within the item, or is attached to a message. */
void evd_uco_relation(struct evd_view_out *v, const char *kind, struct evd_id id,
                      const struct evd_uco_node *source, const struct evd_uco_node *target)
{
	evd_put_str(&v->b, ",\n{");
	evd_uco_id(v, kind, id, (struct evd_view){NULL, 0});
	evd_uco_type(v, "observable:ObservableRelationship");
	evd_uco_string(v, "core:kindOfRelationship", evd_view_str(kind));
	evd_put_str(&v->b, ",\"core:isDirectional\":true,\"core:source\":{");
	evd_uco_id(v, source->role, source->id, source->more);
	evd_put_str(&v->b, "},\"core:target\":{");
	evd_uco_id(v, target->role, target->id, target->more);
	evd_put_str(&v->b, "}}");
}
