/* when: see when.h. */
#include "derive/when.h"

#include "base/text.h"

#include <string.h>

/* "±hh:mm" at the end; -1 none, 0 wrong, 1 read. */
static int offset(struct evd_view *v, int64_t *ms)
{
	const uint8_t *p;
	int64_t h, m;

	*ms = 0;
	if (v->len && v->p[v->len - 1] == 'Z') {
		v->len--;
		return 1;
	}
	if (v->len < 16 + 6)
		return -1;
	p = v->p + v->len - 6;
	if ((p[0] != '+' && p[0] != '-') || p[3] != ':')
		return -1;
	for (int i = 1; i < 6; i++)
		if (i != 3 && (p[i] < '0' || p[i] > '9'))
			return 0;
	h = (p[1] - '0') * 10 + (p[2] - '0');
	m = (p[4] - '0') * 10 + (p[5] - '0');
	if (h > 14 || m > 59)
		return 0;
	*ms = (h * 60 + m) * 60000 * (p[0] == '-' ? -1 : 1);
	v->len -= 6;
	return 1;
}

bool evd_when(struct evd_view v, struct evd_when *w)
{
	char full[EVD_TIME_LEN + 1] = "0000-00-00T00:00:00.000Z";
	int64_t off;
	int zone = offset(&v, &off);

	if (zone == 0 || (v.len != 10 && v.len != 16 && v.len != 19 && v.len < 21))
		return false;
	if (v.len > 19) { /* any number of digits behind the point; three are kept */
		if (v.p[19] != '.' || v.len > 29)
			return false;
		for (size_t i = 20; i < v.len; i++)
			if (v.p[i] < '0' || v.p[i] > '9')
				return false;
	}
	memcpy(full, v.p, v.len < 23 ? v.len : 23);
	if (v.len > 10 && full[10] == ' ')
		full[10] = 'T';
	if (!evd_time_parse(evd_view_of(full, EVD_TIME_LEN), &w->local_ms))
		return false;
	w->has_utc = zone == 1;
	w->utc_ms = w->local_ms - off;
	w->precision = v.len >= 20 ? 23 : (unsigned)v.len;
	return zone != 1 || v.len > 10;
}
