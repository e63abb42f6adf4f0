/*
 * view_case: a view as CASE/UCO 1.4.0 JSON-LD (docs/exchange.md §5). One bundle that nests its objects, so
 * that it can be written as it goes; nodes said in several places are one node by their id. Context inline,
 * every node with an id, ids UUID version 5 (RFC 4122 §4.3) of the case and a path: the same case gives the
 * same ids.
 */
#include "derive/view_uco.h"

#include <inttypes.h>
#include <string.h>

static const char context[] =
    "{\"@context\":{\"case-investigation\":\"https://ontology.caseontology.org/case/investigation/"
    "\","
    "\"action\":\"https://ontology.unifiedcyberontology.org/uco/action/\","
    "\"co\":\"http://purl.org/co/\","
    "\"core\":\"https://ontology.unifiedcyberontology.org/uco/core/\","
    "\"evd\":\"urn:libevidence:view:\","
    "\"identity\":\"https://ontology.unifiedcyberontology.org/uco/identity/\","
    "\"observable\":\"https://ontology.unifiedcyberontology.org/uco/observable/\","
    "\"tool\":\"https://ontology.unifiedcyberontology.org/uco/tool/\","
    "\"types\":\"https://ontology.unifiedcyberontology.org/uco/types/\","
    "\"xsd\":\"http://www.w3.org/2001/XMLSchema#\"}";

static const struct evd_view none = {NULL, 0};

static void put_file_facets(struct evd_view_out *v, const struct evd_row *row)
{
	const struct evd_view_item *x = row->content;
	size_t times = row->j ? evd_json_find(row->j, 0, "times") : 0;

	evd_put_str(&v->b, ",\"core:hasFacet\":[{");
	evd_uco_id(v, "content-facet", x->id, none);
	evd_uco_type(v, "observable:ContentDataFacet");
	evd_putf(&v->b, ",\"observable:sizeInBytes\":%" PRIu64 ",\"observable:hash\":[", x->size);
	evd_uco_hash(v, x->id, "SHA256", x->sha256, EVD_SHA256_LEN);
	evd_put_u8(&v->b, ',');
	evd_uco_hash(v, x->id, "SHA512", x->sha512, EVD_SHA512_LEN);
	evd_put_str(&v->b, "]},{");
	evd_uco_id(v, "file-facet", x->id, none);
	evd_uco_type(v, "observable:FileFacet");
	evd_putf(&v->b, ",\"observable:sizeInBytes\":%" PRIu64, x->size);
	if (row->j) {
		evd_uco_member(v, "observable:fileName", row->j, 0, "name");
		evd_uco_member(v, "observable:filePath", row->j, 0, "path");
	}
	if (times) {
		evd_uco_instant(v, "observable:modifiedTime", row->j, times, "modified");
		evd_uco_instant(v, "observable:accessedTime", row->j, times, "accessed");
		evd_uco_instant(v, "observable:metadataChangeTime", row->j, times, "changed");
	}
	evd_put_str(&v->b, "}]}");
}

/* An exhibit is a file and the record of its provenance. */
static void put_file(struct evd_view_out *v, const struct evd_row *row)
{
	evd_uco_file(v, row->item);
	evd_uco_string(v, "core:description", row->name);
	if (row->content->lost)
		evd_uco_string(v, "core:tag", evd_view_str("lost"));
	put_file_facets(v, row);
	if (!row->exhibit)
		return;
	evd_put_str(&v->b, ",\n{");
	evd_uco_id(v, "provenance", row->item, none);
	evd_uco_type(v, "case-investigation:ProvenanceRecord");
	evd_putf(&v->b, ",\"case-investigation:exhibitNumber\":\"%" PRIu64 "\"", row->exhibit);
	evd_uco_ms(v, "core:objectCreatedTime", row->entry_ms);
	evd_put_str(&v->b, ",\"core:object\":{");
	evd_uco_id(v, "file", row->item, none);
	evd_put_str(&v->b, "}}");
}

/* {"@id":… of what an annotation speaks of */
static void put_annotation(struct evd_view_out *v, const struct evd_row *row, const char *role,
                           struct evd_id about, struct evd_view text)
{
	evd_put_u8(&v->b, '{');
	evd_uco_id(v, "text", row->record, none);
	evd_uco_type(v, "core:Annotation");
	evd_uco_string(v, "core:name", row->name);
	evd_uco_ms(v, "core:objectCreatedTime", row->entry_ms);
	evd_uco_string(v, "core:statement", text);
	evd_put_str(&v->b, ",\"core:object\":{");
	evd_uco_id(v, role, about, none);
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

/* ,"types:key":"Orientation": a field's name; with its group where that speaks of something else than the picture:
 * "exif.thumbnail:Orientation". */
static void put_exif_key(struct evd_view_out *v, const struct evd_row *row, struct evd_view group)
{
	static const char *const of_picture[] = {"exif", "exif.ifd0", "exif.exif", "exif.gps",
	                                         "exif.interop"};
	struct evd_buf key = {0};
	bool own = false;

	for (size_t i = 0; i < sizeof of_picture / sizeof *of_picture; i++)
		own = own || evd_view_is(group, of_picture[i]);
	if (!own) {
		evd_put_view(&key, group);
		evd_put_u8(&key, ':');
	}
	evd_view_member(row->j, 0, "name", &key);
	evd_uco_string(v, "types:key", evd_buf_view(&key));
	if (key.failed)
		v->b.failed = key.failed;
	evd_buf_release(&key);
}

/* EXIF has a place in UCO; of other metadata a facet of ours says group, name and value. */
static void put_field(struct evd_view_out *v, const struct evd_row *row)
{
	struct evd_view group = {NULL, 0};
	bool exif = evd_json_string(row->j, 0, "group", &group) && group.len >= 4 &&
	            memcmp(group.p, "exif", 4) == 0;

	evd_uco_file(v, row->item);
	if (exif) {
		evd_uco_facet(v, "exif-facet", row->record, "observable:EXIFFacet");
		evd_put_str(&v->b, ",\"observable:exifData\":{");
		evd_uco_id(v, "exif-dictionary", row->record, none);
		evd_uco_type(v, "types:ControlledDictionary");
		evd_put_str(&v->b, ",\"types:entry\":{");
		evd_uco_id(v, "exif-entry", row->record, none);
		evd_uco_type(v, "types:ControlledDictionaryEntry");
		put_exif_key(v, row, group);
		if (!evd_uco_member(v, "types:value", row->j, 0, "value"))
			evd_uco_string(v, "types:value", none);
		evd_put_str(&v->b, "}}}}");
		return;
	}
	evd_put_str(&v->b, ",\"core:hasFacet\":{");
	evd_uco_id(v, "field", row->record, none);
	evd_put_str(&v->b, ",\"@type\":[\"core:Facet\",\"evd:MetadataFacet\"]");
	evd_uco_member(v, "evd:group", row->j, 0, "group");
	evd_uco_member(v, "evd:name", row->j, 0, "name");
	evd_uco_member(v, "evd:label", row->j, 0, "label");
	evd_uco_member(v, "evd:value", row->j, 0, "value");
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

/* "2/3, label: as it should read", and why */
static void put_correction(struct evd_view_out *v, const struct evd_row *row)
{
	struct evd_buf text = {0};

	evd_view_member(row->j, 0, "record", &text);
	evd_put_str(&text, ", ");
	evd_view_member(row->j, 0, "field", &text);
	evd_put_str(&text, ": ");
	evd_view_member(row->j, 0, "value", &text);
	if (evd_json_find(row->j, 0, "reason")) {
		evd_put_str(&text, " (");
		evd_view_member(row->j, 0, "reason", &text);
		evd_put_u8(&text, ')');
	}
	put_annotation(v, row, "investigation", first_record, evd_buf_view(&text));
	if (text.failed)
		v->b.failed = text.failed;
	evd_buf_release(&text);
}

int evd_view_case_begin(struct evd_view_out *v, struct evd_error *err)
{
	evd_put_str(&v->b, context);
	evd_put_u8(&v->b, ',');
	evd_uco_id(v, "view", (struct evd_id){v->c->log.entries.n, 1}, none);
	evd_uco_type(v, "core:Bundle");
	evd_buf_reset(&v->plain);
	evd_view_about(v, &v->plain);
	evd_uco_string(v, "core:description", evd_buf_view(&v->plain));
	evd_putf(&v->b, ",\"core:objectCreatedTime\":{\"@type\":\"xsd:dateTime\",\"@value\":\"%s\"}",
	         v->made);
	evd_put_str(&v->b, ",\"core:object\":[\n{");
	evd_uco_id(v, "investigation", first_record, none);
	evd_uco_type(v, "case-investigation:Investigation");
	evd_uco_string(v, "core:name", evd_buf_view(&v->number));
	evd_put_u8(&v->b, '}');
	evd_view_case_actions(v);
	return evd_buf_check(&v->b, err);
}

/* A reader's record; false: of a kind that has no place in UCO. */
static bool put_read(struct evd_view_out *v, const struct evd_row *row)
{
	bool field = evd_view_is(row->name, "field");

	if (evd_view_case_chat(v, row))
		return true;
	if (!field && !evd_view_is(row->name, "observation") && !evd_view_is(row->name, "unread"))
		return false;
	evd_put_str(&v->b, ",\n");
	if (field)
		put_field(v, row);
	else
		put_observation(v, row);
	return true;
}

int evd_view_case_row(struct evd_view_out *v, const struct evd_row *row, struct evd_error *err)
{
	switch (row->kind) {
	case EVD_ROW_ENTRY: evd_view_case_circumstances(v, row); break;
	case EVD_ROW_SCOPE: evd_view_case_object(v, row); break;
	case EVD_ROW_READ:
		if (!put_read(v, row))
			v->done->rows--; /* the caller counts those that are written */
		break;
	default:
		evd_put_str(&v->b, ",\n");
		if (row->kind == EVD_ROW_ITEM)
			put_file(v, row);
		else if (row->kind == EVD_ROW_TEXT)
			put_note(v, row);
		else
			put_correction(v, row);
		evd_view_case_result(v, row);
	}
	return evd_buf_check(&v->b, err);
}

int evd_view_case_end(struct evd_view_out *v, struct evd_error *err)
{
	evd_put_str(&v->b, "\n]}\n");
	return evd_buf_check(&v->b, err);
}
