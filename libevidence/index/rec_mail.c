/* rec_mail: see rec_mail.h. */
#include "index/rec_mail.h"

#include "base/text.h"
#include "derive/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SAID_MAX 4096u /* bytes of one of them: longer lists stand in their own row alone */
#define HELD_MAX                                                                                   \
	(UINT32_C(4)                                                                                   \
	 << 20) /* bytes of headers held; more than that, and the first go without the rest */

/* In the order of their names, which is that of canonical JSON. */
static const char *const person_header[EVD_MAIL_PERSONS] = {"Bcc", "Cc", "Reply-To", "Sender",
                                                            "To"};

int evd_mails_begin(struct evd_mails *m, struct evd_error *err)
{
	m->at = calloc(EVD_MAIL_DEPTH, sizeof *m->at);
	return m->at ? 0 : evd_nomem(err);
}

static bool begins(struct evd_view v, const char *with)
{
	size_t n = strlen(with);

	return v.len >= n && memcmp(v.p, with, n) == 0;
}

/* A member as the reader had it: its characters or, under the name with "Bytes" behind it, its bytes. */
static struct evd_view member(struct evd_mails *m, const struct evd_json *j, const char *key,
                              const char *key_bytes)
{
	struct evd_view v;

	evd_buf_reset(&m->scratch);
	if (evd_json_string(j, 0, key, &v))
		evd_put_unescaped(&m->scratch, v);
	else if (evd_json_string(j, 0, key_bytes, &v))
		evd_put_unbase64url(&m->scratch, v);
	return evd_buf_view(&m->scratch);
}

static bool is_mail(const struct evd_json *j)
{
	struct evd_view reader;

	return evd_json_string(j, 0, "reader", &reader) && evd_view_is(reader, "mail");
}

/* "mail" is 0, "mail.member.7" is 7. */
static bool number_of(const struct evd_json *j, uint64_t *n)
{
	static const char before[] = "mail.member.";
	struct evd_view v;

	*n = 0;
	if (!evd_json_string(j, 0, "group", &v))
		return false;
	if (evd_view_is(v, "mail"))
		return true;
	if (!begins(v, before) || v.len > sizeof before + 10)
		return false;
	for (size_t i = sizeof before - 1; i < v.len; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
		*n = *n * 10 + (uint64_t)(v.p[i] - '0');
	}
	return *n > 0;
}

static bool same_item(const struct evd_mails *m, uint64_t seq, const struct evd_json *j)
{
	struct evd_view item;

	return m->seq == seq && evd_json_string(j, 0, "item", &item) && evd_view_is(item, m->item);
}

bool evd_mail_waits(const struct evd_mails *m, uint64_t seq, struct evd_view kind,
                    const struct evd_json *j, bool *apart)
{
	struct evd_view name;
	uint64_t n;

	*apart = true;
	if ((!evd_view_is(kind, "field") && !evd_view_is(kind, "part")) ||
	    !evd_json_string(j, 0, "name", &name) || !evd_view_is(name, "header") || !is_mail(j) ||
	    !number_of(j, &n))
		return false;
	*apart = !same_item(m, seq, j) || m->depth == 0 || m->at[m->depth - 1].n != n ||
	         m->lines.len > HELD_MAX;
	return true;
}

static void forget(struct evd_mail *x, uint64_t n)
{
	struct evd_buf *const all[] = {&x->who, &x->persons, &x->dates};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		evd_buf_reset(all[i]);
	for (size_t i = 0; i < EVD_MAIL_PERSONS; i++)
		evd_buf_reset(&x->person[i]);
	x->n = n;
	x->n_dates = 0;
	x->known = false;
	if (n)
		snprintf(x->group, sizeof x->group, "mail.member.%llu", (unsigned long long)n);
	else
		snprintf(x->group, sizeof x->group, "mail");
}

static void see_item(struct evd_mails *m, uint64_t seq, const struct evd_json *j)
{
	struct evd_view item = {NULL, 0};

	if (m->depth && same_item(m, seq, j))
		return;
	evd_json_string(j, 0, "item", &item);
	snprintf(m->item, sizeof m->item, "%.*s", (int)(item.len < 40 ? item.len : 40),
	         item.len ? (const char *)item.p : "");
	m->seq = seq;
	m->speaks = false;
	m->depth = 1;
	forget(&m->at[0], 0);
}

/* The mail of that number, those within it being over; NULL: none of its records was met. */
static struct evd_mail *back_to(struct evd_mails *m, uint64_t n)
{
	for (unsigned i = m->depth; i > 0; i--)
		if (m->at[i - 1].n == n) {
			m->depth = i;
			return &m->at[i - 1];
		}
	return NULL;
}

/* The mail of a field. */
static struct evd_mail *enter(struct evd_mails *m, uint64_t n)
{
	struct evd_mail *x = back_to(m, n);

	if (!x && m->depth < EVD_MAIL_DEPTH) {
		x = &m->at[m->depth++];
		forget(x, n);
	}
	if (x)
		x->known = true;
	return x;
}

static void put_also(struct evd_buf *b, struct evd_view v)
{
	if (b->len)
		evd_put_str(b, "; ");
	evd_put_view(b, v);
}

/* A mail that has a second, other date is found by either. */
static void gather_date(struct evd_mail *x, struct evd_view date)
{
	struct evd_when when;

	for (uint32_t i = 0; i < x->n_dates; i++)
		if (evd_view_eq(evd_mail_date_at(x, i), date))
			return;
	if (x->n_dates == EVD_MAIL_DATES || date.len > 64 || !evd_when(date, &when))
		return;
	evd_put_view(&x->dates, date);
	evd_put_u8(&x->dates, 0);
	x->n_dates++;
}

static bool is_named(const char *label, const char *name)
{
	static const char mark[] = "\xEF\xBB\xBF"; /* that some write before the first header */

	return strcasecmp(strncmp(label, mark, 3) == 0 ? label + 3 : label, name) == 0;
}

/* True: there is one more beside the sender. */
static bool gather(struct evd_mails *m, struct evd_mail *x, const struct evd_json *j)
{
	bool more = false;
	struct evd_view as, v;
	char label[24];

	if (!evd_json_string(j, 0, "as", &as))
		return false;
	v = member(m, j, "label", "labelBytes");
	snprintf(label, sizeof label, "%.*s", (int)(v.len < 20 ? v.len : 20),
	         v.len ? (const char *)v.p : "");
	v = member(m, j, "value", "valueBytes");
	if (v.len == 0 || v.len > SAID_MAX)
		return false;
	if (evd_view_is(as, "time.sent"))
		gather_date(x, v);
	if (!begins(as, "person."))
		return false;
	if (is_named(label, "From") && x->who.len + v.len <= SAID_MAX)
		put_also(&x->who, v);
	for (size_t i = 0; i < EVD_MAIL_PERSONS; i++)
		if (is_named(label, person_header[i]) && x->person[i].len + v.len <= SAID_MAX) {
			put_also(&x->person[i], v);
			more = true;
		}
	return more;
}

static int spell_persons(struct evd_mail *x, struct evd_error *err)
{
	struct evd_object o;
	int r;

	evd_buf_reset(&x->persons);
	evd_object_init(&o);
	for (size_t i = 0; i < EVD_MAIL_PERSONS; i++)
		if (x->person[i].len)
			evd_object_bytes(&o, person_header[i], evd_buf_view(&x->person[i]));
	r = o.n || o.failed ? evd_object_write(&o, &x->persons, err) : 0;
	evd_object_release(&o);
	return r;
}

static bool failed(const struct evd_mails *m, const struct evd_mail *x)
{
	bool bad = m->lines.failed || m->scratch.failed;

	if (x)
		bad = bad || x->who.failed || x->persons.failed || x->dates.failed;
	for (size_t i = 0; x && i < EVD_MAIL_PERSONS; i++)
		bad = bad || x->person[i].failed;
	return bad;
}

int evd_mail_hold(struct evd_mails *m, uint64_t seq, uint64_t k, const struct evd_json *j,
                  struct evd_error *err)
{
	void *grown = evd_grow(m->held, m->n_held, &m->held_cap, sizeof *m->held);
	struct evd_view line = j->node[0].raw;
	struct evd_mail *x;
	uint64_t n;
	int r = 0;

	if (!grown)
		return evd_nomem(err);
	m->held = grown;
	m->held[m->n_held++] = (struct evd_held){k, m->lines.len, line.len};
	evd_put_view(&m->lines, line);
	see_item(m, seq, j);
	(void)number_of(j, &n);
	x = enter(m, n);
	if (x && gather(m, x, j))
		r = spell_persons(x, err);
	return r == 0 && failed(m, x) ? evd_nomem(err) : r;
}

/* The persons of a mail and its time are those of its words, and of the headers that name persons. */
static bool speaks_for(struct evd_mails *m, struct evd_view kind, const struct evd_json *j)
{
	struct evd_view as = {NULL, 0}, path;

	if (evd_view_is(kind, "member"))
		return (evd_json_string(j, 0, "path", &path) ||
		        evd_json_string(j, 0, "pathBytes", &path)) &&
		       path.len > 0;
	if (evd_view_is(kind, "field")) {
		evd_json_string(j, 0, "as", &as);
		m->speaks = begins(as, "person.") || begins(as, "text.") || evd_view_is(as, "time.sent");
	}
	return m->speaks;
}

const struct evd_mail *evd_mail_of(struct evd_mails *m, uint64_t seq, struct evd_view kind,
                                   const struct evd_json *j, bool *speaks)
{
	bool within = evd_view_is(kind, "member");
	struct evd_mail *x;
	uint64_t n = 0;

	*speaks = false;
	if ((!within && !evd_view_is(kind, "field") && !evd_view_is(kind, "part")) || !is_mail(j) ||
	    (!within && !number_of(j, &n)))
		return NULL;
	see_item(m, seq, j);
	if (within)
		evd_json_int(j, 0, "parent", &n);
	x = within ? back_to(m, n) : enter(m, n);
	if (!x || !x->known)
		return NULL;
	*speaks = speaks_for(m, kind, j);
	return x;
}

struct evd_view evd_mail_date_at(const struct evd_mail *mail, uint32_t n)
{
	const char *p = (const char *)mail->dates.data;

	while (n--)
		p += strlen(p) + 1;
	return evd_view_str(p);
}

void evd_mail_put_dates(struct evd_buf *b, const struct evd_mail *mail)
{
	for (uint32_t i = 0; i < mail->n_dates; i++) {
		evd_put_str(b, i ? ",{\"local\":" : "[{\"local\":");
		evd_put_json_string(b, evd_mail_date_at(mail, i));
		evd_put_u8(b, '}');
	}
	evd_put_u8(b, ']');
}

void evd_mails_release(struct evd_mails *m)
{
	for (size_t i = 0; m->at && i < EVD_MAIL_DEPTH; i++) {
		evd_buf_release(&m->at[i].who);
		evd_buf_release(&m->at[i].persons);
		evd_buf_release(&m->at[i].dates);
		for (size_t k = 0; k < EVD_MAIL_PERSONS; k++)
			evd_buf_release(&m->at[i].person[k]);
	}
	evd_buf_release(&m->lines);
	evd_buf_release(&m->scratch);
	free(m->held);
	free(m->at);
	evd_json_release(&m->json);
}
