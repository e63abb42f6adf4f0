/* view_table: the CSV table and the JSON lines of a view (docs/exchange.md §2, §3). */
#include "derive/view_row.h"

#include "base/frame.h"
#include "derive/fate.h"
#include "derive/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum column {
	KIND,
	RECORD,
	EXHIBIT,
	ITEM,
	CHAT,
	N,
	TYPE,
	SENDER,
	NUMBER,
	HANDLE,
	TIME_KIND,
	TIME_UTC,
	TIME_LOCAL,
	TIME_RAW,
	TIME_NOTE,
	GROUP,
	NAME,
	TEXT,
	SIZE,
	SHA256,
	READER,
	FLAGS,
	EARLIER,
	DIRECTION,
	LABEL,
	MESSAGE,
	STATE,
	FORWARDED_FROM,
	COLUMNS
};
static const char *const title[COLUMNS] = {
    "kind",      "record",  "exhibit",   "item",      "chat",     "n",          "type",
    "sender",    "number",  "handle",    "time_kind", "time_utc", "time_local", "time_raw",
    "time_note", "group",   "name",      "text",      "size",     "sha256",     "reader",
    "flags",     "earlier", "direction", "label",     "message",  "state",      "forwarded_from"};

/* Which members of a reader's record stand in which column: the first that is there. */
static const char *const source[COLUMNS][4] = {[CHAT] = {"chat"},
                                               [N] = {"n", "message"},
                                               [TYPE] = {"type", "code", "as"},
                                               [SENDER] = {"sender"},
                                               [NUMBER] = {"number"},
                                               [HANDLE] = {"handle"},
                                               [TIME_UTC] = {"timeUtc"},
                                               [TIME_LOCAL] = {"timeLocal"},
                                               [TIME_RAW] = {"timeRaw", "time"},
                                               [TIME_NOTE] = {"timeAmbiguity", "timeSource"},
                                               [GROUP] = {"group", "record"},
                                               [NAME] = {"name", "path", "title", "field"},
                                               [TEXT] = {"body", "value", "text", "caption"},
                                               [SIZE] = {"size"},
                                               [SHA256] = {"sha256"},
                                               [READER] = {"reader"},
                                               [EARLIER] = {"revisions"},
                                               [DIRECTION] = {"direction"},
                                               [LABEL] = {"label", "reason"},
                                               [MESSAGE] = {"message"},
                                               [STATE] = {"state"},
                                               [FORWARDED_FROM] = {"forwardedFrom"}};

/*
 * A cell that begins like a formula would be run by a spreadsheet: = + - @, TAB, CR, LF, and the wide forms
 * of the first four (U+FF1D, FF0B, FF0D, FF20). An apostrophe before it makes it text; one that stands
 * there already is doubled, so that the rule can be undone. A spreadsheet that is set to other separators than the
 * comma (";" is that of Serbian and other European settings) begins a cell in the middle of ours, and does not
 * see that it is quoted: the same holds behind each of them, whether quotes stand between or not (OWASP, CSV
 * Injection).
 */
static bool dangerous(struct evd_view v, size_t at)
{
	static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
	                                   "\xef\xbc\xa0"};

	if (at < v.len && v.p[at] == '\'')
		return true;
	while (at < v.len && v.p[at] == '"')
		at++;
	if (at < v.len && v.p[at] && strchr("=+-@", v.p[at]))
		return true;
	for (size_t i = 0; v.len - at >= 3 && i < sizeof wide / sizeof *wide; i++)
		if (memcmp(v.p + at, wide[i], 3) == 0)
			return true;
	return false;
}

static bool is_blank(uint8_t c)
{
	return c == '\t' || c == '\r' || c == '\n';
}

static bool is_separator(uint8_t c)
{
	return c == ',' || c == ';' || is_blank(c);
}

void evd_view_cell(struct evd_buf *b, struct evd_view text, bool first)
{
	bool quoted = false;

	for (size_t i = 0; i < text.len && !quoted; i++)
		quoted = text.p[i] == '"' || is_separator(text.p[i]);
	if (!first)
		evd_put_u8(b, ',');
	if (quoted)
		evd_put_u8(b, '"');
	if (text.len && (is_blank(text.p[0]) || dangerous(text, 0)))
		evd_put_u8(b, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '"')
			evd_put_u8(b, '"');
		if (text.p[i])
			evd_put_u8(b, text.p[i]);
		else /* many programs take it for the end of the cell, or of the file */
			evd_put_str(b, "\xe2\x90\x80");
		if (is_separator(text.p[i]) && dangerous(text, i + 1))
			evd_put_u8(b, '\'');
	}
	if (quoted)
		evd_put_u8(b, '"');
}

static void cells(struct evd_view_out *v, struct evd_buf *cell)
{
	for (unsigned i = 0; i < COLUMNS; i++) {
		evd_view_cell(&v->b, evd_buf_view(&cell[i]), i == 0);
		if (cell[i].failed)
			v->b.failed = cell[i].failed;
		evd_buf_release(&cell[i]);
	}
	evd_put_str(&v->b, "\r\n");
}

int evd_view_csv_begin(struct evd_view_out *v, struct evd_error *err)
{
	struct evd_buf cell[COLUMNS] = {{0}};

	for (unsigned i = 0; i < COLUMNS; i++)
		evd_view_cell(&v->b, evd_view_str(title[i]), i == 0);
	evd_put_str(&v->b, "\r\n");
	evd_put_str(&cell[KIND], "about");
	evd_put_str(&cell[TIME_KIND], "recorded");
	evd_put_str(&cell[TIME_UTC], v->made);
	evd_view_about(v, &cell[TEXT]);
	cells(v, cell);
	return evd_buf_check(&v->b, err);
}

static void put_id(struct evd_buf *cell, struct evd_id id)
{
	evd_putf(cell, "%" PRIu64 "/%" PRIu64, id.seq, id.k);
}

static void put_time(struct evd_buf *cell, int64_t ms)
{
	char text[EVD_TIME_LEN + 1];

	evd_time_format(text, ms);
	evd_put_str(cell, text);
}

/* The same instant with Z; what the source has behind the seconds stays, for an offset is of whole minutes. */
static void put_utc(struct evd_buf *cell, struct evd_view value, const struct evd_when *w)
{
	char text[EVD_TIME_LEN + 1];

	if (w->utc_ms > INT64_C(253402300799999)) /* year 9999 */
		return;
	evd_time_format(text, w->utc_ms);
	evd_put_view(cell, evd_view_of(text, 19));
	for (size_t i = 19; w->precision > 19 && i < value.len && strchr(".0123456789", value.p[i]);
	     i++)
		evd_put_u8(cell, value.p[i]);
	evd_put_u8(cell, 'Z');
}

/* A field that means a time has it in its value (docs/records.md §2). */
static void put_field_time(struct evd_buf *cell, const struct evd_json *j)
{
	struct evd_view as, value;
	struct evd_when w;

	if (!evd_json_string(j, 0, "as", &as) || as.len < 5 || memcmp(as.p, "time.", 5) != 0 ||
	    !evd_json_string(j, 0, "value", &value) || !evd_when(value, &w))
		return;
	if (w.has_utc)
		put_utc(&cell[TIME_UTC], value, &w);
	else
		evd_put_unescaped(&cell[TIME_LOCAL], value);
}

static void put_mark(struct evd_buf *cell, const char *mark)
{
	if (cell->len)
		evd_put_u8(cell, ' ');
	evd_put_str(cell, mark);
}

/* The record's flags, and whether the message was edited or forwarded, blanks between. */
static void put_marks(struct evd_buf *cell, const struct evd_json *j)
{
	size_t list = evd_json_find(j, 0, "flags"), at = list + 1;
	unsigned fate = evd_fate(j);

	for (uint32_t i = 0; list && i < j->node[list].count; i++, at = j->node[at].next) {
		if (cell->len)
			evd_put_u8(cell, ' ');
		evd_put_unescaped(cell, j->node[at].raw);
	}
	if (fate & EVD_FATE_EDITED)
		put_mark(cell, "edited");
	if (fate & EVD_FATE_FORWARDED)
		put_mark(cell, "forwarded");
}

static void put_content(struct evd_buf *cell, const struct evd_row *row)
{
	if (row->content->lost)
		put_mark(&cell[FLAGS], "lost");
	evd_putf(&cell[SIZE], "%" PRIu64, row->content->size);
	evd_put_hex(&cell[SHA256], row->content->sha256, EVD_SHA256_LEN);
	if (row->kind == EVD_ROW_TEXT) {
		evd_put_view(&cell[TEXT], row->text);
		evd_put_str(&cell[TIME_KIND], "recorded");
		put_time(&cell[TIME_UTC], row->entry_ms);
	} else if (row->j) {
		evd_view_member(row->j, 0, "name", &cell[NAME]);
		evd_view_member(row->j, 0, "path", &cell[TEXT]);
		if (evd_json_find(row->j, 0, "times"))
			evd_view_member(row->j, evd_json_find(row->j, 0, "times"), "modified", &cell[TIME_UTC]);
	}
}

int evd_view_csv_row(struct evd_view_out *v, const struct evd_row *row, struct evd_error *err)
{
	struct evd_buf cell[COLUMNS] = {{0}};
	/* then the text stands in the part records behind, and the caption is not it */
	const bool long_body = row->j && evd_json_find(row->j, 0, "bodyLength");

	evd_put_view(&cell[KIND], row->name);
	put_id(&cell[RECORD], row->record);
	if (row->item.seq)
		put_id(&cell[ITEM], row->item);
	if (row->exhibit)
		evd_putf(&cell[EXHIBIT], "%" PRIu64, row->exhibit);
	if (!row->content) {
		for (unsigned i = 0; i < COLUMNS; i++)
			for (unsigned k = 0; k < 4 && source[i][k] && !(long_body && i == TEXT); k++)
				if (evd_view_member(row->j, 0, source[i][k], &cell[i]))
					break;
		if (!cell[TIME_UTC].len && !cell[TIME_LOCAL].len)
			put_field_time(cell, row->j);
		put_marks(&cell[FLAGS], row->j);
		if (row->kind == EVD_ROW_CORRECTION) {
			evd_put_str(&cell[TIME_KIND], "recorded");
			put_time(&cell[TIME_UTC], row->entry_ms);
		}
	} else {
		put_content(cell, row);
	}
	if (!cell[TIME_KIND].len && (cell[TIME_UTC].len || cell[TIME_LOCAL].len || cell[TIME_RAW].len))
		evd_put_str(&cell[TIME_KIND], "claimed");
	cells(v, cell);
	return evd_buf_check(&v->b, err);
}

static int put_line(struct evd_view_out *v, struct evd_error *err)
{
	int r = evd_object_write(&v->o, &v->b, err);

	evd_object_reset(&v->o);
	evd_put_u8(&v->b, '\n');
	return r;
}

int evd_view_jsonl_begin(struct evd_view_out *v, struct evd_error *err)
{
	struct evd_object *o = &v->o;

	evd_buf_reset(&v->plain);
	evd_view_about(v, &v->plain);
	evd_object_cstr(o, "kind", "about");
	evd_object_str(o, "text", evd_buf_view(&v->plain));
	evd_object_str(o, "number", evd_buf_view(&v->number));
	evd_object_cstr(o, "case", v->c->log.case_id);
	evd_object_cstr(o, "head", v->head);
	evd_object_int(o, "entries", v->c->log.entries.n);
	evd_object_cstr(o, "made", v->made);
	evd_object_cstr(o, "version", EVD_VERSION);
	evd_object_int(o, "withheld", v->done->withheld);
	return put_line(v, err);
}

/* Salts stay in the case: they are for disclosing record by record. An exhibit's number is ours to say. */
static const char *const left_out[] = {"salt", "case", "exhibit", NULL};

static void put_object_content(struct evd_object *o, const struct evd_row *row)
{
	static const char *const origin_without[] = {"salt", "case", "id", "item", "kind", NULL};
	char text[EVD_TIME_LEN + 1];
	struct evd_object inner;

	evd_object_str(o, "kind", row->name);
	evd_object_int(o, "size", row->content->size);
	evd_object_hex(o, "sha256", row->content->sha256, EVD_SHA256_LEN);
	evd_object_hex(o, "sha512", row->content->sha512, EVD_SHA512_LEN);
	if (row->content->lost)
		evd_object_bool(o, "lost", true);
	evd_object_cstr(o, "stored", row->content->path);
	evd_time_format(text, row->entry_ms);
	evd_object_cstr(o, "recorded", text);
	if (row->kind == EVD_ROW_TEXT)
		evd_object_bytes(o, "text", row->text);
	if (!row->j)
		return;
	evd_object_init(&inner);
	evd_object_copy(&inner, row->j, 0, origin_without);
	evd_object_object(o, "origin", &inner);
	evd_object_release(&inner);
}

int evd_view_jsonl_row(struct evd_view_out *v, const struct evd_row *row, struct evd_error *err)
{
	char id[EVD_VIEW_ID];

	if (!row->content) {
		evd_object_copy(&v->o, row->j, 0, left_out);
	} else {
		evd_view_id(id, row->record);
		evd_object_cstr(&v->o, "id", id);
		put_object_content(&v->o, row);
	}
	if (row->exhibit)
		evd_object_int(&v->o, "exhibit", row->exhibit);
	return put_line(v, err);
}
