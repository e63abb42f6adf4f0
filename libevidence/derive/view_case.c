/*
 * view_case: a view as CASE/UCO 1.4.0 JSON-LD (docs/exchange.md §5). One bundle that nests its objects, so
 * that it can be written as it goes; nodes said in several places are one node by their id. Context inline,
 * every node with an id, ids UUID version 5 (RFC 4122 §4.3) of the case and a path: the same case gives the
 * same ids.
 */
#include "derive/view_row.h"

#include "derive/when.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static const char context[] =
    "{\"@context\":{\"case-investigation\":\"https://ontology.caseontology.org/case/investigation/"
    "\","
    "\"core\":\"https://ontology.unifiedcyberontology.org/uco/core/\","
    "\"evd\":\"urn:libevidence:view:\","
    "\"observable\":\"https://ontology.unifiedcyberontology.org/uco/observable/\","
    "\"types\":\"https://ontology.unifiedcyberontology.org/uco/types/\","
    "\"xsd\":\"http://www.w3.org/2001/XMLSchema#\"}";

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
static void put_id(struct evd_view_out *v, const char *role, struct evd_id id, struct evd_view more)
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

static const struct evd_view none = {NULL, 0};

static void put_type(struct evd_view_out *v, const char *type)
{
	evd_putf(&v->b, ",\"@type\":\"%s\"", type);
}

/* Text as it is; bytes that are no UTF-8 came as "base64url:…" already. */
static void put_string(struct evd_view_out *v, const char *key, struct evd_view text)
{
	evd_putf(&v->b, ",\"%s\":", key);
	evd_put_json_string(&v->b, text);
}

static bool put_member(struct evd_view_out *v, const char *key, const struct evd_json *j,
                       size_t object, const char *from)
{
	bool there;

	evd_buf_reset(&v->plain);
	there = evd_view_member(j, object, from, &v->plain);
	if (v->plain.failed)
		v->b.failed = v->plain.failed;
	else if (there)
		put_string(v, key, evd_buf_view(&v->plain));
	return there;
}

static void put_typed(struct evd_view_out *v, const char *key, const char *type, const char *value)
{
	evd_putf(&v->b, ",\"%s\":{\"@type\":\"%s\",\"@value\":\"%s\"}", key, type, value);
}

static void put_ms(struct evd_view_out *v, const char *key, int64_t ms)
{
	char text[EVD_TIME_LEN + 1];

	evd_time_format(text, ms);
	put_typed(v, key, "xsd:dateTime", text);
}

/* xsd:dateTime needs an instant with its zone: a time without a zone is none, and is not one here. */
static bool put_instant(struct evd_view_out *v, const char *key, const struct evd_json *j,
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
	put_ms(v, key, w.utc_ms);
	return true;
}

static void put_hash(struct evd_view_out *v, struct evd_id id, const char *method,
                     const uint8_t *digest, size_t len)
{
	char hex[2 * EVD_SHA512_LEN + 1];

	evd_hex(hex, digest, len);
	evd_put_u8(&v->b, '{');
	put_id(v, method, id, none);
	put_type(v, "types:Hash");
	put_string(v, "types:hashMethod", evd_view_str(method));
	put_typed(v, "types:hashValue", "xsd:hexBinary", hex);
	evd_put_u8(&v->b, '}');
}

/* {"@id":…,"@type":"observable:…" of an item, left open */
static void open_file(struct evd_view_out *v, struct evd_id item)
{
	evd_put_u8(&v->b, '{');
	put_id(v, "file", item, none);
	put_type(v, "observable:File");
}

static void open_facet(struct evd_view_out *v, const char *role, struct evd_id id, const char *type)
{
	evd_put_str(&v->b, ",\"core:hasFacet\":{");
	put_id(v, role, id, none);
	put_type(v, type);
}

static void put_file_facets(struct evd_view_out *v, const struct evd_row *row)
{
	const struct evd_view_item *x = row->content;
	size_t times = row->j ? evd_json_find(row->j, 0, "times") : 0;

	evd_put_str(&v->b, ",\"core:hasFacet\":[{");
	put_id(v, "content-facet", x->id, none);
	put_type(v, "observable:ContentDataFacet");
	evd_putf(&v->b, ",\"observable:sizeInBytes\":%" PRIu64 ",\"observable:hash\":[", x->size);
	put_hash(v, x->id, "SHA256", x->sha256, EVD_SHA256_LEN);
	evd_put_u8(&v->b, ',');
	put_hash(v, x->id, "SHA512", x->sha512, EVD_SHA512_LEN);
	evd_put_str(&v->b, "]},{");
	put_id(v, "file-facet", x->id, none);
	put_type(v, "observable:FileFacet");
	evd_putf(&v->b, ",\"observable:sizeInBytes\":%" PRIu64, x->size);
	if (row->j) {
		put_member(v, "observable:fileName", row->j, 0, "name");
		put_member(v, "observable:filePath", row->j, 0, "path");
	}
	if (times) {
		put_instant(v, "observable:modifiedTime", row->j, times, "modified");
		put_instant(v, "observable:accessedTime", row->j, times, "accessed");
		put_instant(v, "observable:metadataChangeTime", row->j, times, "changed");
	}
	evd_put_str(&v->b, "}]}");
}

/* An exhibit is a file and the record of its provenance. */
static void put_file(struct evd_view_out *v, const struct evd_row *row)
{
	open_file(v, row->item);
	put_string(v, "core:description", row->name);
	put_file_facets(v, row);
	if (!row->exhibit)
		return;
	evd_put_str(&v->b, ",\n{");
	put_id(v, "provenance", row->item, none);
	put_type(v, "case-investigation:ProvenanceRecord");
	evd_putf(&v->b, ",\"case-investigation:exhibitNumber\":\"%" PRIu64 "\"", row->exhibit);
	put_ms(v, "core:objectCreatedTime", row->entry_ms);
	evd_put_str(&v->b, ",\"core:object\":{");
	put_id(v, "file", row->item, none);
	evd_put_str(&v->b, "}}");
}

/* {"@id":… of what an annotation speaks of */
static void put_annotation(struct evd_view_out *v, const struct evd_row *row, const char *role,
                           struct evd_id about, struct evd_view text)
{
	evd_put_u8(&v->b, '{');
	put_id(v, "text", row->record, none);
	put_type(v, "core:Annotation");
	put_string(v, "core:name", row->name);
	put_ms(v, "core:objectCreatedTime", row->entry_ms);
	put_string(v, "core:statement", text);
	evd_put_str(&v->b, ",\"core:object\":{");
	put_id(v, role, about, none);
	evd_put_str(&v->b, "}}");
}

static const struct evd_id first_record = {1, 1}; /* what ids of the case itself are made of */

/* A note of ours; as base64url where it is no UTF-8. */
static void put_note(struct evd_view_out *v, const struct evd_row *row)
{
	struct evd_buf text = {0};

	if (!evd_is_utf8(row->text)) {
		evd_put_str(&text, "base64url:");
		evd_put_base64url(&text, row->text.p, row->text.len);
	}
	put_annotation(v, row, "investigation", first_record,
	               text.len ? evd_buf_view(&text) : row->text);
	if (text.failed)
		v->b.failed = text.failed;
	evd_buf_release(&text);
}

/* `of` within the item: a message, a file of an archive. */
static void put_within(struct evd_view_out *v, const struct evd_row *row, const char *of)
{
	evd_put_str(&v->b, ",\n{");
	put_id(v, "within", row->record, none);
	put_type(v, "observable:ObservableRelationship");
	put_string(v, "core:kindOfRelationship", evd_view_str("Contained_Within"));
	evd_put_str(&v->b, ",\"core:isDirectional\":true,\"core:source\":{");
	put_id(v, of, row->record, none);
	evd_put_str(&v->b, "},\"core:target\":{");
	put_id(v, "file", row->item, none);
	evd_put_str(&v->b, "}}");
}

/* The account a message is from: one node for each name, number and handle in an item. A label is never
 * turned into a person. */
static void put_from(struct evd_view_out *v, const struct evd_row *row)
{
	struct evd_buf who = {0};
	bool any = false;

	any |= evd_view_member(row->j, 0, "sender", &who);
	evd_put_u8(&who, '\0');
	any |= evd_view_member(row->j, 0, "number", &who);
	evd_put_u8(&who, '\0');
	any |= evd_view_member(row->j, 0, "handle", &who);
	if (any) {
		evd_put_str(&v->b, ",\"observable:from\":{");
		put_id(v, "account", row->item, evd_buf_view(&who));
		put_type(v, "observable:DigitalAccount");
		evd_put_str(&v->b, ",\"core:hasFacet\":[{");
		put_id(v, "account-facet", row->item, evd_buf_view(&who));
		put_type(v, "observable:AccountFacet");
		put_member(v, "observable:accountIdentifier", row->j, 0, "handle");
		evd_put_str(&v->b, "},{");
		put_id(v, "digital-facet", row->item, evd_buf_view(&who));
		put_type(v, "observable:DigitalAccountFacet");
		put_member(v, "observable:displayName", row->j, 0, "sender");
		evd_put_str(&v->b, "},{");
		put_id(v, "phone-facet", row->item, evd_buf_view(&who));
		put_type(v, "observable:PhoneAccountFacet");
		put_member(v, "observable:phoneNumber", row->j, 0, "number");
		evd_put_str(&v->b, "}]}");
	}
	if (who.failed)
		v->b.failed = who.failed;
	evd_buf_release(&who);
}

static void put_message(struct evd_view_out *v, const struct evd_row *row)
{
	evd_put_u8(&v->b, '{');
	put_id(v, "message", row->record, none);
	put_type(v, "observable:Message");
	if (!put_member(v, "core:description", row->j, 0, "timeRaw"))
		put_member(v, "core:description", row->j, 0, "type");
	open_facet(v, "message-facet", row->record, "observable:MessageFacet");
	if (!put_member(v, "observable:messageText", row->j, 0, "body"))
		put_member(v, "observable:messageText", row->j, 0, "caption");
	put_member(v, "observable:messageID", row->j, 0, "id");
	if (!put_instant(v, "observable:sentTime", row->j, 0, "timeUtc"))
		v->done->bad_times += evd_json_find(row->j, 0, "timeRaw") != 0;
	put_from(v, row);
	evd_put_str(&v->b, "}}");
	put_within(v, row, "message");
}

/* EXIF has a place in UCO; of other metadata a facet of ours says group, name and value. */
static void put_field(struct evd_view_out *v, const struct evd_row *row)
{
	struct evd_view group = {NULL, 0};
	bool exif = evd_json_string(row->j, 0, "group", &group) && group.len >= 4 &&
	            memcmp(group.p, "exif", 4) == 0;

	open_file(v, row->item);
	if (exif) {
		open_facet(v, "exif-facet", row->record, "observable:EXIFFacet");
		evd_put_str(&v->b, ",\"observable:exifData\":{");
		put_id(v, "exif-dictionary", row->record, none);
		put_type(v, "types:ControlledDictionary");
		evd_put_str(&v->b, ",\"types:entry\":{");
		put_id(v, "exif-entry", row->record, none);
		put_type(v, "types:ControlledDictionaryEntry");
		put_member(v, "types:key", row->j, 0, "name");
		if (!put_member(v, "types:value", row->j, 0, "value"))
			put_string(v, "types:value", none);
		evd_put_str(&v->b, "}}}}");
		return;
	}
	evd_put_str(&v->b, ",\"core:hasFacet\":{");
	put_id(v, "field", row->record, none);
	evd_put_str(&v->b, ",\"@type\":[\"core:Facet\",\"evd:MetadataFacet\"]");
	put_member(v, "evd:group", row->j, 0, "group");
	put_member(v, "evd:name", row->j, 0, "name");
	put_member(v, "evd:label", row->j, 0, "label");
	put_member(v, "evd:value", row->j, 0, "value");
	evd_put_str(&v->b, "}}");
}

/* What was observed, or could not be read. */
static void put_observation(struct evd_view_out *v, const struct evd_row *row)
{
	struct evd_buf text = {0};

	evd_view_member(row->j, 0, "code", &text);
	evd_put_str(&text, ": ");
	evd_view_member(row->j, 0, "text", &text);
	put_annotation(v, row, "file", row->item, evd_buf_view(&text));
	if (text.failed)
		v->b.failed = text.failed;
	evd_buf_release(&text);
}

int evd_view_case_begin(struct evd_view_out *v, struct evd_error *err)
{
	evd_put_str(&v->b, context);
	evd_put_u8(&v->b, ',');
	put_id(v, "view", (struct evd_id){v->c->log.entries.n, 1}, none);
	put_type(v, "core:Bundle");
	evd_buf_reset(&v->plain);
	evd_view_about(v, &v->plain);
	put_string(v, "core:description", evd_buf_view(&v->plain));
	evd_putf(&v->b, ",\"core:objectCreatedTime\":{\"@type\":\"xsd:dateTime\",\"@value\":\"%s\"}",
	         v->made);
	evd_put_str(&v->b, ",\"core:object\":[\n{");
	put_id(v, "investigation", first_record, none);
	put_type(v, "case-investigation:Investigation");
	put_string(v, "core:name", evd_buf_view(&v->number));
	evd_put_u8(&v->b, '}');
	return evd_buf_check(&v->b, err);
}

int evd_view_case_row(struct evd_view_out *v, const struct evd_row *row, struct evd_error *err)
{
	bool message = evd_view_is(row->name, "message"), field = evd_view_is(row->name, "field");

	if (row->kind == EVD_ROW_READ && !message && !field && !evd_view_is(row->name, "observation") &&
	    !evd_view_is(row->name, "unread")) {
		v->done->rows--; /* the caller counts those that are written */
		return 0;
	}
	evd_put_str(&v->b, ",\n");
	if (row->kind == EVD_ROW_ITEM)
		put_file(v, row);
	else if (row->kind == EVD_ROW_TEXT)
		put_note(v, row);
	else if (message)
		put_message(v, row);
	else if (field)
		put_field(v, row);
	else
		put_observation(v, row);
	return evd_buf_check(&v->b, err);
}

int evd_view_case_end(struct evd_view_out *v, struct evd_error *err)
{
	evd_put_str(&v->b, "\n]}\n");
	return evd_buf_check(&v->b, err);
}
