/*
 * view_case_chat: chats and what lies within items, as CASE/UCO (docs/exchange.md §5). A message is told apart by its
 * read-out, item, reader, chat and number, so that attachments and threads, which come as records of their own,
 * can name it; a member likewise, that the members it holds can name it.
 */
#include "derive/view_uco.h"

#include "derive/fate.h"

#include <inttypes.h>

static const struct evd_view none = {NULL, 0};

/* "SEQ/K/READER/CHAT[/N]" of the read-out entry; `number` names the member that holds N, or NULL. Of what is of no chat
 * CHAT is 0. */
static struct evd_id chat_key(const struct evd_row *row, const char *number, struct evd_buf *key)
{
	struct evd_id entry = {row->record.seq, 0};
	uint64_t chat = 0, n = 0;

	evd_json_int(row->j, 0, "chat", &chat);
	evd_putf(key, "%" PRIu64 "/%" PRIu64 "/", row->item.seq, row->item.k);
	evd_view_member(row->j, 0, "reader", key);
	evd_putf(key, "/%" PRIu64, chat);
	if (number) {
		evd_json_int(row->j, 0, number, &n);
		evd_putf(key, "/%" PRIu64, n);
	}
	return entry;
}

static void keep_failure(struct evd_view_out *v, struct evd_buf *b)
{
	if (b->failed)
		v->b.failed = b->failed;
	evd_buf_release(b);
}

/* "@id":… of what `role` is to a chat, or to a message of it */
static void put_chat_id(struct evd_view_out *v, const char *role, const struct evd_row *row,
                        const char *number)
{
	struct evd_buf key = {0};
	struct evd_id id = chat_key(row, number, &key);

	evd_uco_id(v, role, id, evd_buf_view(&key));
	keep_failure(v, &key);
}

static void put_within(struct evd_view_out *v, const struct evd_row *row, const char *role,
                       const char *number)
{
	struct evd_buf key = {0};
	struct evd_id id = chat_key(row, number, &key);
	const struct evd_uco_node source = {role, id, evd_buf_view(&key)},
	                          target = {"file", row->item, none};

	evd_uco_relation(v, "Contained_Within", row->record, &source, &target);
	keep_failure(v, &key);
}

/* ,"key":{…}: one account for each name, number and handle in an item. A label is never turned into a person. */
static void put_account(struct evd_view_out *v, const struct evd_row *row, const char *key,
                        const char *label)
{
	struct evd_buf who = {0};
	bool any = false;

	any |= evd_view_member(row->j, 0, label, &who);
	evd_put_u8(&who, '\0');
	any |= evd_view_member(row->j, 0, "number", &who);
	evd_put_u8(&who, '\0');
	any |= evd_view_member(row->j, 0, "handle", &who);
	if (any) {
		evd_putf(&v->b, ",\"%s\":{", key);
		evd_uco_id(v, "account", row->item, evd_buf_view(&who));
		evd_uco_type(v, "observable:DigitalAccount");
		evd_put_str(&v->b, ",\"core:hasFacet\":[{");
		evd_uco_id(v, "account-facet", row->item, evd_buf_view(&who));
		evd_uco_type(v, "observable:AccountFacet");
		evd_uco_member(v, "observable:accountIdentifier", row->j, 0, "handle");
		evd_put_str(&v->b, "},{");
		evd_uco_id(v, "digital-facet", row->item, evd_buf_view(&who));
		evd_uco_type(v, "observable:DigitalAccountFacet");
		evd_uco_member(v, "observable:displayName", row->j, 0, label);
		evd_put_str(&v->b, "},{");
		evd_uco_id(v, "phone-facet", row->item, evd_buf_view(&who));
		evd_uco_type(v, "observable:PhoneAccountFacet");
		evd_uco_member(v, "observable:phoneNumber", row->j, 0, "number");
		evd_put_str(&v->b, "}]}");
	}
	keep_failure(v, &who);
}

/* {… of the chat, and ,"core:hasFacet":{… of it, both left open. A thread's items are no objects of their own to UCO:
 * what is said of them later is said within the chat again. */
static void open_thread(struct evd_view_out *v, const struct evd_row *row)
{
	evd_put_u8(&v->b, '{');
	put_chat_id(v, "thread", row, NULL);
	evd_uco_type(v, "observable:MessageThread");
}

static void open_thread_facet(struct evd_view_out *v, const struct evd_row *row)
{
	evd_put_str(&v->b, ",\"core:hasFacet\":{");
	put_chat_id(v, "thread-facet", row, NULL);
	evd_uco_type(v, "observable:MessageThreadFacet");
}

/* A chat; further facts of the same one (`late`) have no place in UCO. */
static void put_conversation(struct evd_view_out *v, const struct evd_row *row)
{
	struct evd_buf about = {0};

	evd_view_member(row->j, 0, "platform", &about);
	evd_put_u8(&about, ' ');
	evd_view_member(row->j, 0, "form", &about);
	open_thread(v, row);
	evd_uco_member(v, "core:name", row->j, 0, "title");
	evd_uco_string(v, "core:description", evd_buf_view(&about));
	open_thread_facet(v, row);
	evd_put_str(&v->b, "}}");
	put_within(v, row, "thread", NULL);
	keep_failure(v, &about);
}

static void put_participant(struct evd_view_out *v, const struct evd_row *row)
{
	open_thread(v, row);
	open_thread_facet(v, row);
	put_account(v, row, "observable:participant", "label");
	evd_put_str(&v->b, "}}");
}

/* The message's place in the chat: behind the one of the number before, where that was written too. */
static void put_place(struct evd_view_out *v, const struct evd_row *row)
{
	uint64_t chat = 0, n = 0;

	evd_json_int(row->j, 0, "chat", &chat);
	evd_json_int(row->j, 0, "n", &n);
	evd_put_str(&v->b, ",\n");
	open_thread(v, row);
	open_thread_facet(v, row);
	evd_put_str(&v->b, ",\"observable:messageThread\":{");
	put_chat_id(v, "thread-items", row, NULL);
	evd_uco_type(v, "types:Thread");
	evd_put_str(&v->b, ",\"co:item\":{");
	put_chat_id(v, "thread-item", row, "n");
	evd_uco_type(v, "types:ThreadItem");
	evd_put_str(&v->b, ",\"co:itemContent\":{");
	put_chat_id(v, "message", row, "n");
	evd_put_u8(&v->b, '}');
	if (v->last.item.seq == row->item.seq && v->last.item.k == row->item.k &&
	    v->last.chat == chat && v->last.n + 1 == n) {
		struct evd_buf key = {0};
		struct evd_id id = chat_key(row, NULL, &key);

		evd_putf(&key, "/%" PRIu64, v->last.n);
		evd_put_str(&v->b, ",\"types:threadPreviousItem\":{");
		evd_uco_id(v, "thread-item", id, evd_buf_view(&key));
		evd_put_u8(&v->b, '}');
		keep_failure(v, &key);
	}
	evd_put_str(&v->b, "}}}}");
	v->last.item = row->item;
	v->last.chat = chat;
	v->last.n = n;
}

/* ,"edited","forwarded","forwarded from Pera", and what is doubtful about its time: ,"standard-offset" */
static void put_fate(struct evd_view_out *v, const struct evd_json *j)
{
	struct evd_buf b = {0};

	evd_fate_put(&b, evd_fate(j));
	if (b.len) {
		b.data[0] = ','; /* it goes on with a list */
		evd_put_view(&v->b, evd_buf_view(&b));
	}
	evd_buf_reset(&b);
	evd_put_str(&b, "forwarded from ");
	if (evd_view_member(j, 0, "forwardedFrom", &b)) {
		evd_put_u8(&v->b, ',');
		evd_put_json_string(&v->b, evd_buf_view(&b));
	}
	evd_buf_reset(&b);
	if (evd_view_member(j, 0, "timeAmbiguity", &b)) {
		evd_put_u8(&v->b, ',');
		evd_put_json_string(&v->b, evd_buf_view(&b));
	}
	keep_failure(v, &b);
}

/* ,"core:description":[…]: the time as it is in the source, else the type; and what UCO has no place for: which way it
 * went, and that it does not stand as its sender wrote it, or is another's. */
static void put_about(struct evd_view_out *v, const struct evd_row *row)
{
	struct evd_buf about = {0};
	struct evd_view way;

	if (!evd_view_member(row->j, 0, "timeRaw", &about))
		evd_view_member(row->j, 0, "type", &about);
	evd_put_str(&v->b, ",\"core:description\":[");
	evd_put_json_string(&v->b, evd_buf_view(&about));
	if (evd_json_string(row->j, 0, "direction", &way))
		evd_put_str(&v->b, evd_view_is(way, "out") ? ",\"outgoing\"" : ",\"incoming\"");
	put_fate(v, row->j);
	if (evd_json_find(row->j, 0, "bodyLength"))
		evd_put_str(&v->b, ",\"too long: its text is in part records\"");
	evd_put_u8(&v->b, ']');
	keep_failure(v, &about);
}

static void put_message(struct evd_view_out *v, const struct evd_row *row)
{
	evd_put_u8(&v->b, '{');
	put_chat_id(v, "message", row, "n");
	evd_uco_type(v, "observable:Message");
	put_about(v, row);
	evd_uco_facet(v, "message-facet", row->record, "observable:MessageFacet");
	if (!evd_uco_member(v, "observable:messageText", row->j, 0, "body") &&
	    !evd_json_find(row->j, 0, "bodyLength"))
		evd_uco_member(v, "observable:messageText", row->j, 0, "caption");
	evd_uco_member(v, "observable:messageType", row->j, 0, "type");
	evd_uco_member(v, "observable:messageID", row->j, 0, "id");
	if (!evd_uco_instant(v, "observable:sentTime", row->j, 0, "timeUtc"))
		v->done->bad_times += evd_json_find(row->j, 0, "timeRaw") != 0;
	put_account(v, row, "observable:from", "sender");
	evd_put_str(&v->b, "}}");
	put_within(v, row, "message", "n");
	put_place(v, row);
}

/* A size as decimal digits: xsd:integer as it stands. */
static void put_size(struct evd_view_out *v, const struct evd_row *row, const char *member)
{
	struct evd_buf size = {0};
	bool digits = evd_view_member(row->j, 0, member, &size) && size.len > 0 && size.len < 19;

	for (size_t i = 0; digits && i < size.len; i++)
		digits = size.data[i] >= '0' && size.data[i] <= '9' &&
		         (i > 0 || size.len == 1 || size.data[0] != '0');
	if (digits) {
		evd_put_str(&v->b, ",\"observable:sizeInBytes\":");
		evd_put_view(&v->b, evd_buf_view(&size));
	}
	keep_failure(v, &size);
}

/* A message's attachment, as the export names it; its state says whether it is there. */
static void put_attachment(struct evd_view_out *v, const struct evd_row *row)
{
	struct evd_buf key = {0}, state = {0};
	struct evd_id id = chat_key(row, "message", &key);
	const struct evd_uco_node source = {"attachment", row->record, none},
	                          target = {"message", id, evd_buf_view(&key)};

	evd_put_str(&state, "attachment, ");
	evd_view_member(row->j, 0, "state", &state);
	evd_put_u8(&v->b, '{');
	evd_uco_id(v, "attachment", row->record, none);
	evd_uco_type(v, "observable:File");
	evd_uco_string(v, "core:description", evd_buf_view(&state));
	evd_put_str(&v->b, ",\"core:hasFacet\":[{");
	evd_uco_id(v, "attachment-file", row->record, none);
	evd_uco_type(v, "observable:FileFacet");
	evd_uco_member(v, "observable:fileName", row->j, 0, "name");
	evd_uco_member(v, "observable:filePath", row->j, 0, "found");
	put_size(v, row, "foundSize");
	evd_put_str(&v->b, "},{");
	evd_uco_id(v, "attachment-content", row->record, none);
	evd_uco_type(v, "observable:ContentDataFacet");
	evd_uco_member(v, "observable:mimeType", row->j, 0, "media");
	evd_put_str(&v->b, "}]}");
	evd_uco_relation(v, "Attachment_Of", row->record, &source, &target);
	keep_failure(v, &state);
	keep_failure(v, &key);
}

/* Within another member, whose own record may be withheld or not have been made: UCO wants a type of it here too. */
static void put_within_member(struct evd_view_out *v, const struct evd_row *row)
{
	struct evd_buf key = {0}, outer = {0};
	struct evd_id id = chat_key(row, "n", &key), outer_id = chat_key(row, "parent", &outer);
	const struct evd_uco_node source = {"member", id, evd_buf_view(&key)},
	                          target = {"member", outer_id, evd_buf_view(&outer)};

	evd_put_str(&v->b, ",\n{");
	put_chat_id(v, "member", row, "parent");
	evd_uco_type(v, "observable:File");
	evd_put_u8(&v->b, '}');
	evd_uco_relation(v, "Contained_Within", row->record, &source, &target);
	keep_failure(v, &key);
	keep_failure(v, &outer);
}

/* A file within an archive or mail; folders and links are files of UCO too. */
static void put_archive_member(struct evd_view_out *v, const struct evd_row *row)
{
	uint8_t digest[EVD_SHA256_LEN];
	struct evd_view hex;

	evd_put_u8(&v->b, '{');
	put_chat_id(v, "member", row, "n");
	evd_uco_type(v, "observable:File");
	evd_uco_member(v, "core:description", row->j, 0, "type");
	evd_put_str(&v->b, ",\"core:hasFacet\":[{");
	evd_uco_id(v, "member-file", row->record, none);
	evd_uco_type(v, "observable:FileFacet");
	evd_uco_member(v, "observable:filePath", row->j, 0, "path");
	put_size(v, row, "size");
	evd_put_str(&v->b, "},{");
	evd_uco_id(v, "member-content", row->record, none);
	evd_uco_type(v, "observable:ContentDataFacet");
	evd_uco_member(v, "observable:mimeType", row->j, 0, "media");
	if (evd_json_string(row->j, 0, "sha256", &hex) && evd_unhex(hex, digest, sizeof digest)) {
		evd_put_str(&v->b, ",\"observable:hash\":");
		evd_uco_hash(v, row->record, "SHA256", digest, sizeof digest);
	}
	evd_put_str(&v->b, "}]}");
	if (evd_json_find(row->j, 0, "parent"))
		put_within_member(v, row);
	else
		put_within(v, row, "member", "n");
}

bool evd_view_case_chat(struct evd_view_out *v, const struct evd_row *row)
{
	bool late = evd_json_find(row->j, 0, "late") != 0;

	if (evd_view_is(row->name, "conversation") && !late) {
		evd_put_str(&v->b, ",\n");
		put_conversation(v, row);
	} else if (evd_view_is(row->name, "participant")) {
		evd_put_str(&v->b, ",\n");
		put_participant(v, row);
	} else if (evd_view_is(row->name, "message")) {
		evd_put_str(&v->b, ",\n");
		put_message(v, row);
	} else if (evd_view_is(row->name, "attachment")) {
		evd_put_str(&v->b, ",\n");
		put_attachment(v, row);
	} else if (evd_view_is(row->name, "member")) {
		evd_put_str(&v->b, ",\n");
		put_archive_member(v, row);
	} else {
		return false;
	}
	return true;
}
