/* mail_date: the Date header of a mail, as records spell times. Stage: read-out. */
#ifndef EVD_MAIL_DATE_H
#define EVD_MAIL_DATE_H

#include "format.h"

#define EVD_MAIL_DATE_LEN 40u

/*
 * evd_mail_date(value, out): RFC 5322 §3.3, §4.3 and what asctime writes, into RFC 3339; false if it is none of these. The offset is given only where
 * the header states one: as it does, and as "Z" for "-0000", which says UTC and nothing of the writer's zone. A time
 * without a zone, or with letters that mean no one zone, has none.
 */
bool evd_mail_date(const char *value, char out[EVD_MAIL_DATE_LEN]);

#endif
