/* cmd_trust_list: see cmd_trust.h. */
#include "cmd_trust.h"
#include "i18n.h"

#include "base/digest.h"
#include "base/text.h"
#include "verify/x509.h"

#include <stdio.h>
#include <string.h>

#define KIND "http://uri.etsi.org/TrstSvc/Svctype/"
#define STATUS "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
#define BODY_MAX (UINT32_C(64) << 20)
#define LINE_MAX_CHARS 100u /* of foreign text in a comment */
/* OpenSSL's PEM reader takes lines in pieces of 254 bytes, and a piece that begins with "-----BEGIN " for a
 * certificate (crypto/pem/pem_lib.c, LINESIZE): no line of ours is that long. */
#define LINE_MAX_BYTES 200u

void cmd_trust_begin(struct cmd_trust_list *l, const struct cmd_trust_choice *choice,
                     int64_t now_ms)
{
	memset(l, 0, sizeof *l);
	l->choice = choice;
	l->now_ms = now_ms;
	evd_buf_init(&l->body, BODY_MAX);
	evd_buf_init(&l->known, BODY_MAX);
}

void cmd_trust_release(struct cmd_trust_list *l)
{
	evd_buf_release(&l->body);
	evd_buf_release(&l->known);
}

/* ---- fields ---- */

static int keep(char out[CMD_TRUST_TEXT], struct evd_view value, struct evd_error *err)
{
	struct evd_buf plain = {0};
	size_t n;
	int r;

	evd_put_printable(&plain, value, LINE_MAX_CHARS);
	r = evd_buf_check(&plain, err);
	n = plain.len < CMD_TRUST_TEXT - 1 ? plain.len : CMD_TRUST_TEXT - 1;
	if (r == 0 && n)
		memcpy(out, plain.data, n);
	out[r ? 0 : n] = '\0';
	evd_buf_release(&plain);
	return r;
}

struct slot {
	const char *name;
	char *at;
};

static int keep_one(const struct slot *slots, size_t n, struct evd_view name, struct evd_view value,
                    struct evd_error *err)
{
	for (size_t i = 0; i < n; i++)
		if (evd_view_is(name, slots[i].name))
			return keep(slots[i].at, value, err);
	return 0;
}

static int scheme_field(struct cmd_trust_scheme *s, struct evd_view name, struct evd_view value,
                        struct evd_error *err)
{
	const struct slot slots[] = {{"number", s->number},
	                             {"territory", s->territory},
	                             {"operator", s->operator_name},
	                             {"issued", s->issued},
	                             {"nextUpdate", s->next}};

	return keep_one(slots, sizeof slots / sizeof *slots, name, value, err);
}

static int signature_field(struct cmd_trust_scheme *s, struct evd_view name, struct evd_view value,
                           struct evd_error *err)
{
	if (evd_view_is(name, "state"))
		snprintf(s->state, sizeof s->state, "%.*s", (int)(value.len < 15 ? value.len : 15),
		         (const char *)value.p);
	if (evd_view_is(name, "certificate"))
		s->has_certificate = evd_unhex(value, s->certificate, EVD_SHA256_LEN);
	return evd_view_is(name, "why") ? keep(s->why, value, err) : 0;
}

/* The part of a name behind what all names of its sort begin with. */
static const char *behind(const char *text, const char *head)
{
	return strncmp(text, head, strlen(head)) == 0 ? text + strlen(head) : text;
}

static bool is_wanted(const struct cmd_trust_list *l)
{
	static const char *const usual[] = {"CA/QC", "TSA/QTST"};
	const struct cmd_trust_choice *c = l->choice;
	const char *const *kinds = c->n_kinds ? c->kind : usual;
	size_t n = c->n_kinds ? c->n_kinds : 2;

	if (!c->any_status && strcmp(l->status, STATUS "granted") != 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strncmp(l->kind, KIND, sizeof KIND - 1) == 0 &&
		    strcmp(l->kind + sizeof KIND - 1, kinds[i]) == 0)
			return true;
	return false;
}

/* One comment line; what would make it too long is cut at a character. */
static void comment(struct evd_buf *b, const char *head, const char *text)
{
	size_t room = LINE_MAX_BYTES - strlen(head) - 2, n = strlen(text);

	if (n > room)
		for (n = room; n && ((unsigned char)text[n] & 0xc0) == 0x80;)
			n--;
	evd_putf(b, "# %s%.*s\n", head, (int)n, text);
}

static void put_pem(struct evd_buf *b, struct evd_view der)
{
	struct evd_buf text = {0};

	evd_put_base64(&text, der.p, der.len);
	evd_putf(b, "-----BEGIN CERTIFICATE-----\n");
	for (size_t at = 0; at < text.len; at += 64) {
		evd_put(b, text.data + at, text.len - at < 64 ? text.len - at : 64);
		evd_put(b, "\n", 1);
	}
	evd_putf(b, "-----END CERTIFICATE-----\n");
	if (text.failed)
		b->failed = text.failed;
	evd_buf_release(&text);
}

static bool is_known(struct cmd_trust_list *l, const uint8_t fingerprint[EVD_SHA256_LEN])
{
	for (size_t at = 0; at < l->known.len; at += EVD_SHA256_LEN)
		if (memcmp(l->known.data + at, fingerprint, EVD_SHA256_LEN) == 0)
			return true;
	evd_put(&l->known, fingerprint, EVD_SHA256_LEN);
	return false;
}

static void put_certificate(struct cmd_trust_list *l, const struct evd_cert *c)
{
	char hex[2 * EVD_SHA256_LEN + 1], line[2 * CMD_TRUST_TEXT];
	struct evd_buf *b = &l->body;

	evd_hex(hex, c->sha256, EVD_SHA256_LEN);
	evd_putf(b, "\n");
	comment(b, "Service: ", l->service);
	comment(b, "Provider: ", l->provider);
	snprintf(line, sizeof line, "%s", behind(l->kind, KIND));
	comment(b, "Kind: ", line);
	snprintf(line, sizeof line, "%.60s since %.60s", behind(l->status, STATUS),
	         l->since[0] ? l->since : "a time not said");
	comment(b, "Status: ", line);
	if (l->uses[0])
		comment(b, "For: ", l->uses);
	comment(b, "SHA-256: ", hex);
	if (is_known(l, c->sha256)) {
		comment(b, "The certificate stands above.", "");
		return;
	}
	put_pem(b, c->der);
	l->n++;
}

/* evidence-verify refuses a file with a block that does not decode: such a one is left out and counted. */
static int take_certificate(struct cmd_trust_list *l, struct evd_view spelt, struct evd_error *err)
{
	struct evd_buf der = {0};
	struct evd_cert c;
	int r = EVD_END;

	if (!is_wanted(l))
		return 0;
	if (evd_is_base64url(spelt, spelt.len / 4 * 3 + (spelt.len % 4 ? spelt.len % 4 - 1 : 0)))
		evd_put_unbase64url(&der, spelt);
	if (der.failed)
		r = evd_nomem(err);
	else if (der.len)
		r = evd_cert_read(evd_buf_view(&der), &c, err);
	if (r == 0) {
		put_certificate(l, &c);
		evd_cert_release(&c);
	}
	evd_buf_release(&der);
	l->left_out += r == EVD_END;
	return r == EVD_END ? 0 : r ? r : evd_buf_check(&l->body, err);
}

static int service_field(struct cmd_trust_list *l, struct evd_view name, struct evd_view value,
                         struct evd_error *err)
{
	const struct slot slots[] = {{"type", l->kind},
	                             {"status", l->status},
	                             {"since", l->since},
	                             {"service", l->service},
	                             {"provider", l->provider}};
	char use[CMD_TRUST_TEXT];
	size_t n = strlen(l->uses);
	int r;

	if (evd_view_is(name, "certificate"))
		return take_certificate(l, value, err);
	if (!evd_view_is(name, "for"))
		return keep_one(slots, sizeof slots / sizeof *slots, name, value, err);
	r = keep(use, value, err);
	if (r == 0)
		snprintf(l->uses + n, sizeof l->uses - n, "%s%s", n ? ", " : "",
		         strrchr(use, '/') ? strrchr(use, '/') + 1 : use);
	return r;
}

int cmd_trust_field(struct cmd_trust_list *l, struct evd_view group, struct evd_view name,
                    struct evd_view value, struct evd_error *err)
{
	static const char service[] = "trusted-list.service.";

	if (evd_view_is(group, "trusted-list"))
		return scheme_field(&l->scheme, name, value, err);
	if (evd_view_is(group, "trusted-list.signature"))
		return signature_field(&l->scheme, name, value, err);
	if (group.len < sizeof service || group.len >= sizeof l->group ||
	    memcmp(group.p, service, sizeof service - 1) != 0)
		return 0;
	if (!evd_view_is(group, l->group)) {
		l->kind[0] = l->status[0] = l->since[0] = l->service[0] = l->provider[0] = l->uses[0] =
		    '\0';
		memcpy(l->group, group.p, group.len);
		l->group[group.len] = '\0';
		l->services++;
	}
	return service_field(l, name, value, err);
}

/* ---- what is said ---- */

enum validity { CURRENT, EXPIRED, NOT_UNDERSTOOD };

/* TS 119 612 §5.3.15: UTC, whole seconds; an empty one: the list was closed. */
static enum validity validity_of(const struct cmd_trust_list *l)
{
	char text[EVD_TIME_LEN + 1];
	size_t n = strlen(l->scheme.next);
	int64_t ms;

	if (n != 20 || l->scheme.next[19] != 'Z')
		return n ? NOT_UNDERSTOOD : EXPIRED;
	snprintf(text, sizeof text, "%.19s.000Z", l->scheme.next);
	if (!evd_time_parse(evd_view_str(text), &ms))
		return NOT_UNDERSTOOD;
	return ms < l->now_ms ? EXPIRED : CURRENT;
}

static void put_signature(struct evd_buf *b, const struct cmd_trust_scheme *s)
{
	char hex[2 * EVD_SHA256_LEN + 1] = "";

	evd_hex(hex, s->certificate, EVD_SHA256_LEN);
	if (s->pinned) {
		comment(b, "Signature of the list: checked, made with the pinned certificate", "");
		comment(b, "  ", hex);
		return;
	}
	comment(b, "Signature of the list: WHO MADE THE LIST WAS NOT CHECKED (no --pin)", "");
	if (s->has_certificate) {
		comment(b, "  it fits a certificate that the list itself brings:", "");
		comment(b, "  ", hex);
	} else if (strcmp(s->state, "none") == 0) {
		comment(b, "  nobody signed it", "");
	} else {
		comment(b, "  its signature was not checked: ", s->why);
	}
}

int cmd_trust_write(struct cmd_trust_list *l, struct evd_buf *out, struct evd_error *err)
{
	static const char *const valid[] = {"", " (EXPIRED when these anchors were made)",
	                                    " (not understood)"};
	const struct cmd_trust_scheme *s = &l->scheme;
	char time[EVD_TIME_LEN + 1], hex[2 * EVD_SHA256_LEN + 1], line[2 * CMD_TRUST_TEXT];

	evd_buf_init(out, BODY_MAX + 65536);
	evd_time_format(time, l->now_ms);
	evd_hex(hex, l->sha256, EVD_SHA256_LEN);
	comment(out, "Anchors of a trusted list (ETSI TS 119 612), made by evidence " EVD_VERSION ", ",
	        time);
	snprintf(line, sizeof line, "%.40s, number %.40s", s->territory[0] ? s->territory : "?",
	         s->number);
	comment(out, "List: ", line);
	comment(out, "Operator: ", s->operator_name);
	comment(out, "Issued: ", s->issued[0] ? s->issued : "not said");
	snprintf(line, sizeof line, "%.40s%s", s->next[0] ? s->next : "none: the list was closed",
	         valid[validity_of(l)]);
	comment(out, "Next update: ", line);
	comment(out, "SHA-256 of the list: ", hex);
	put_signature(out, s);
	snprintf(line, sizeof line, "%u, of %u services; left out, for they could not be read: %u",
	         l->n, l->services, l->left_out);
	comment(out, "Certificates: ", line);
	evd_put(out, l->body.data, l->body.len);
	return evd_buf_check(out, err);
}

static int say_signature(const struct cmd_trust_scheme *s)
{
	char hex[2 * EVD_SHA256_LEN + 1];

	evd_hex(hex, s->certificate, EVD_SHA256_LEN);
	if (s->pinned) {
		puts(_("The list's signature was checked: it was made with the pinned certificate."));
		return CMD_DONE;
	}
	if (s->has_certificate)
		printf(
		    _("NOT CHECKED: whose list this is. It is signed with the certificate %s, which "
		      "nobody vouched for; compare it with an official source and give it with --pin.\n"),
		    hex);
	else
		puts(_("NOT CHECKED: whose list this is. It has no signature that could be checked."));
	return CMD_FINDINGS;
}

int cmd_trust_say(struct cmd_global *g, const struct cmd_trust_list *l, const char *path)
{
	enum validity valid = validity_of(l);
	int r = g->quiet ? l->scheme.pinned ? CMD_DONE : CMD_FINDINGS : say_signature(&l->scheme);

	if (valid != CURRENT || l->left_out)
		r = CMD_FINDINGS;
	if (g->quiet)
		return r;
	if (valid == EXPIRED && l->scheme.next[0])
		printf(_("EXPIRED: the list held until %s; what changed since then is not in it.\n"),
		       l->scheme.next);
	else if (valid == EXPIRED)
		puts(_("EXPIRED: the list was closed and is no longer kept up."));
	else if (valid == NOT_UNDERSTOOD)
		puts(_("NOT CHECKED: until when the list holds; its next update is no time."));
	if (l->left_out)
		printf(_("Left out, for they could not be read: %u\n"), (unsigned)l->left_out);
	printf(_("Anchors: %u certificates\n"), (unsigned)l->n);
	cmd_put_text(evd_view_str(path));
	putchar('\n');
	return r;
}
