/*
 * chat_sms_known: attributes of "SMS Backup & Restore" by element, as the app's own schema
 * (sms.xsd, calls.xsd) and Android's tables of messages name them. See chat_sms_feed.h.
 */
#include "chat_sms_feed.h"

#include <string.h>

static const char *const sms[] = {
    "protocol",  "address", "date",           "type",         "subject", "body",
    "toa",       "sc_toa",  "service_center", "read",         "status",  "locked",
    "date_sent", "sub_id",  "readable_date",  "contact_name", NULL};
static const char *const mms[] = {"address",
                                  "callback_set",
                                  "contact_name",
                                  "creator",
                                  "ct_cls",
                                  "ct_l",
                                  "ct_t",
                                  "d_rpt",
                                  "d_tm",
                                  "date",
                                  "date_sent",
                                  "exp",
                                  "locked",
                                  "m_cls",
                                  "m_id",
                                  "m_size",
                                  "m_type",
                                  "msg_box",
                                  "pri",
                                  "read",
                                  "read_status",
                                  "readable_date",
                                  "resp_st",
                                  "resp_txt",
                                  "retr_st",
                                  "retr_txt",
                                  "retr_txt_cs",
                                  "rpt_a",
                                  "rr",
                                  "seen",
                                  "st",
                                  "sub",
                                  "sub_cs",
                                  "sub_id",
                                  "text_only",
                                  "tr_id",
                                  "v",
                                  "_id",
                                  NULL};
static const char *const call[] = {"number",
                                   "duration",
                                   "date",
                                   "type",
                                   "presentation",
                                   "subscription_id",
                                   "subscription_component_name",
                                   "post_dial_digits",
                                   "readable_date",
                                   "contact_name",
                                   NULL};
static const char *const part[] = {"seq", "ct",    "name",  "chset", "cd",   "fn", "cid",
                                   "cl",  "ctt_s", "ctt_t", "text",  "data", NULL};
static const char *const addr[] = {"address", "type", "charset", NULL};
static const char *const whole[] = {"count", "backup_set", "backup_date", "type", NULL};

static const struct {
	const char *element;
	const char *const *attribute;
} known[] = {{"sms", sms},   {"mms", mms},     {"call", call},  {"part", part},
             {"addr", addr}, {"smses", whole}, {"calls", whole}};

bool sms_known(const char *element, const char *attribute)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strcmp(known[i].element, element) != 0)
			continue;
		for (const char *const *a = known[i].attribute; *a; a++)
			if (strcmp(*a, attribute) == 0)
				return true;
		return false;
	}
	return true; /* of another element: said as a whole */
}

bool sms_known_element(const char *element)
{
	static const char *const inner[] = {"parts", "addrs"};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i].element, element) == 0)
			return true;
	return strcmp(inner[0], element) == 0 || strcmp(inner[1], element) == 0;
}
