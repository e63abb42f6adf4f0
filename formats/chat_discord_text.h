/*
 * chat_discord_text: the forms of a Discord chat that are no JSON: DiscordChatExporter's CSV and TXT, and messages.csv of
 * Discord's data package. Private to chat_discord*.c. Stage: read-out.
 */
#ifndef EVD_CHAT_DISCORD_TEXT_H
#define EVD_CHAT_DISCORD_TEXT_H

#include "chat_discord_package.h"
#include "wa_order.h"

#define DISCORD_HEAD 8192u      /* first bytes that tell the form */
#define DISCORD_RULE 62u        /* signs of the rule in TXT */
#define DISCORD_FILES_MAX 4096u /* files of one zip that are looked into */
#define DISCORD_LOOKED_AT 64u   /* of these by the probe */

enum discord_form {
	DISCORD_NO_CHAT,
	DISCORD_JSON,
	DISCORD_CSV,
	DISCORD_PACKAGE_CSV,
	DISCORD_TXT,
	DISCORD_DAMAGED, /* not even its first bytes can be read */
};
/* the exporter's CSV and TXT and the package's CSV, by their first bytes */
enum discord_form discord_text_form(struct evd_view head);
/* of a file of the item; name is empty for the item itself */
enum discord_form discord_form_of(struct evd_view head, struct evd_view name);
bool discord_want(void *ctx, struct evd_view name);
/* discord_in_zip(in): a file of the exporter's is among its first ones */
bool discord_in_zip(const struct evd_input *in);

/*
 * Times as the exporter renders them, in the culture it ran under, for the zone of its computer or for UTC: which of
 * the two is not in the file. Old versions have "05-Jan-21 02:22 PM". Day and month are decided by what the dates
 * themselves say, never by the order of the messages: the exporter can also write the newest first.
 */
struct discord_dates {
	struct wa_form form;
	uint32_t shape;
	bool mixed; /* dates of several shapes */
};
enum discord_date { DISCORD_NO_DATE, DISCORD_ISO, DISCORD_MONTH_NAME, DISCORD_NUMBERS };
/* discord_date(raw, h, t): which form it has; fills *h of NUMBERS, *t of the others */
enum discord_date discord_date(struct evd_view raw, struct wa_head *h, struct evd_chat_time *t);
void discord_dates_see(struct discord_dates *d, struct evd_view raw);
void discord_dates_decide(struct discord_dates *d, struct evd_chat_info *info);
/* discord_dates_time(d, raw, t): returns message flags; raw stays in use */
unsigned discord_dates_time(const struct discord_dates *d, struct evd_view raw,
                            struct evd_chat_time *t);
/* says day-month-undecidable and mixed-date-forms where they hold */
int discord_dates_say(const struct discord_dates *d, struct chat_json *g,
                      const struct evd_chat_conv *conv, struct evd_error *err) EVD_MUST_USE;

/* What the first walk learns of each wanted file, in their order. */
struct discord_file {
	enum discord_form form;
	struct discord_dates dates;
	struct discord_package *package; /* that it is of, if it is */
};
struct discord_files {
	struct discord_file *at;
	size_t n, cap;
	size_t next; /* the file at hand in the second walk */
	bool cut;
	struct discord_package package;
};
/* discord_survey(g, files, name, err): one more file, with g->pull at its beginning */
int discord_survey(struct chat_json *g, struct discord_files *files, struct evd_view name,
                   struct evd_error *err) EVD_MUST_USE;
/* One file; without `emit` only its dates are seen. */
int discord_csv_read(struct chat_json *g, struct evd_chat_file *f, struct discord_file *x,
                     bool emit, struct evd_error *err) EVD_MUST_USE;
int discord_txt_read(struct chat_json *g, struct evd_chat_file *f, struct discord_file *x,
                     bool emit, struct evd_error *err) EVD_MUST_USE;

/* discord_package_begin(g, p, name, form, conv, err): the conversation of a file of the data package */
int discord_package_begin(struct chat_json *g, struct discord_package *p, struct evd_view name,
                          const char *form, struct evd_chat_conv **conv,
                          struct evd_error *err) EVD_MUST_USE;
/* The id tells the time again: apart by more than a second is said. */
void discord_check_id(struct evd_chat_message *m);
/* discord_attach(g, conv, address, err): an address on a server, or a file beside the export */
int discord_attach(struct chat_json *g, struct evd_chat_conv *conv, struct evd_view address,
                   struct evd_error *err) EVD_MUST_USE;

#endif
