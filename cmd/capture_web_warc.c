/* capture_web_warc: see capture_web_warc.h. */
#include "capture_web_warc.h"

#include "base/digest.h"
#include "base/text.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct line {
	struct evd_buf text;
};

/* A record that is to be written; `payload` is the end of `block`, or empty. */
struct record {
	const char *type, *content_type, *about; /* about: id of the record it goes with, or NULL */
	const char *truncated;                   /* why, or NULL */
	const struct web_resource *of;           /* NULL: warcinfo */
	struct evd_view block, payload;
	uint64_t date_ms;
};

static int put_id(char id[37], struct evd_error *err)
{
	uint8_t b[16];
	char hex[33];

	if (RAND_bytes_ex(evd_crypto(), b, sizeof b, 0) != 1)
		return evd_fail_crypto(err, "no random bytes for a record's name");
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40); /* RFC 9562 §5.4 */
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	evd_hex(hex, b, sizeof b);
	for (size_t i = 0, at = 0; i < 32; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			id[at++] = '-';
		id[at++] = hex[i];
	}
	id[36] = 0;
	return 0;
}

/* A URI cannot break out of its line, nor out of its column. */
static void put_uri(struct evd_buf *b, struct evd_view v)
{
	for (size_t i = 0; i < v.len; i++) {
		if (v.p[i] < 0x21 || v.p[i] > 0x7e || v.p[i] == '"' || v.p[i] == '\\')
			evd_putf(b, "%%%02X", v.p[i]);
		else
			evd_put_u8(b, v.p[i]);
	}
}

static int put_digest(struct evd_buf *b, const char *name, struct evd_view v, struct evd_error *err)
{
	uint8_t digest[EVD_SHA256_LEN];
	int r = evd_sha256(v, digest, err);

	evd_putf(b, "%s: sha256:", name);
	evd_put_hex(b, digest, sizeof digest);
	evd_put_str(b, "\r\n");
	return r;
}

/* ISO 28500 §5; WARC-Protocol is a proposed field that others write too. */
static int put_record(struct evd_buf *b, const struct record *rec, char id[37],
                      struct evd_error *err)
{
	char time[EVD_TIME_LEN + 1];
	int r = id[0] ? 0 : put_id(id, err);

	if (r)
		return r;
	evd_time_format(time, (int64_t)rec->date_ms);
	evd_putf(b, "WARC/1.1\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:uuid:%s>\r\nWARC-Date: %s\r\n",
	         rec->type, id, time);
	if (rec->of) {
		evd_put_str(b, "WARC-Target-URI: ");
		put_uri(b, evd_buf_view(&rec->of->url));
		evd_put_str(b, "\r\n");
	}
	if (rec->of && rec->of->ip.len) {
		evd_put_str(b, "WARC-IP-Address: ");
		/* an address of IPv6 comes in brackets */
		for (size_t i = 0; i < rec->of->ip.len; i++)
			if (rec->of->ip.data[i] > 0x20 && !strchr("[]", rec->of->ip.data[i]))
				evd_put_u8(b, rec->of->ip.data[i]);
		evd_put_str(b, "\r\n");
	}
	if (rec->about)
		evd_putf(b, "WARC-Concurrent-To: <urn:uuid:%s>\r\n", rec->about);
	if (rec->truncated)
		evd_putf(b, "WARC-Truncated: %s\r\n", rec->truncated);
	if (strcmp(rec->type, "response") == 0)
		r = put_digest(b, "WARC-Payload-Digest", rec->payload, err);
	if (r == 0)
		r = put_digest(b, "WARC-Block-Digest", rec->block, err);
	evd_putf(b, "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n", rec->content_type,
	         rec->block.len);
	evd_put_view(b, rec->block);
	evd_put_str(b, "\r\n\r\n");
	return r ? r : evd_buf_check(b, err);
}

static bool is_name(struct evd_view line, const char *name)
{
	size_t n = strlen(name);

	return line.len > n && line.p[n] == ':' && strncasecmp((const char *)line.p, name, n) == 0;
}

/* The browser gives bodies decoded: what the lines say of the coding speaks of bytes that are not here. */
static void put_response_lines(struct evd_buf *b, const struct web_resource *r)
{
	static const char *const coded[] = {"content-encoding", "transfer-encoding", "content-length"};
	struct evd_view rest = evd_buf_view(&r->response);

	while (rest.len) {
		const uint8_t *end = memchr(rest.p, '\n', rest.len);
		size_t len = end ? (size_t)(end - rest.p) + 1 : rest.len;
		struct evd_view line = evd_view_of(rest.p, len);

		for (size_t i = 0; i < sizeof coded / sizeof *coded; i++)
			if (is_name(line, coded[i]))
				evd_put_str(b, "X-Archive-Orig-");
		if (line.p[0] != ':')
			evd_put_view(b, line);
		rest = evd_view_of(rest.p + len, rest.len - len);
	}
	evd_putf(b, "Content-Length: %zu\r\n\r\n", r->body.len);
}

/* The path of a URL, as a request line has it. */
static struct evd_view target_of(struct evd_view url)
{
	size_t at = 0;

	while (at + 3 <= url.len && memcmp(url.p + at, "://", 3) != 0)
		at++;
	for (at += 3; at < url.len && url.p[at] != '/' && url.p[at] != '?'; at++)
		;
	return at < url.len ? evd_view_of(url.p + at, url.len - at) : evd_view_str("/");
}

static void put_request_block(struct evd_buf *b, const struct web_resource *r)
{
	struct evd_view rest = evd_buf_view(&r->request);

	for (size_t i = 0; i < r->method.len; i++)
		if (r->method.data[i] > 0x20 && r->method.data[i] < 0x7f)
			evd_put_u8(b, r->method.data[i]);
	evd_put_u8(b, ' ');
	put_uri(b, target_of(evd_buf_view(&r->url)));
	evd_put_str(b, " HTTP/1.1\r\n");
	while (rest.len) { /* without the pseudo-headers of HTTP/2, which say the same */
		const uint8_t *end = memchr(rest.p, '\n', rest.len);
		size_t len = end ? (size_t)(end - rest.p) + 1 : rest.len;

		if (rest.p[0] != ':')
			evd_put(b, rest.p, len);
		rest = evd_view_of(rest.p + len, rest.len - len);
	}
	evd_put_str(b, "\r\n");
	evd_put_view(b, evd_buf_view(&r->post));
}

/* The key by which replay looks a page up: host turned round, lower case (SURT). */
static void put_key(struct evd_buf *b, struct evd_view url)
{
	struct evd_view path = target_of(url);
	size_t from = 0,
	       to = path.p >= url.p && path.p <= url.p + url.len ? (size_t)(path.p - url.p) : url.len;
	size_t port;

	while (from + 3 <= to && memcmp(url.p + from, "://", 3) != 0)
		from++;
	from = from + 3 <= to ? from + 3 : to;
	for (port = to; port > from && url.p[port - 1] >= '0' && url.p[port - 1] <= '9'; port--)
		;
	port = port > from && url.p[port - 1] == ':' ? port - 1 : to;
	for (size_t end = port; end > from;) {
		size_t at = end;

		while (at > from && url.p[at - 1] != '.')
			at--;
		put_uri(b, evd_view_of(url.p + at, end - at));
		end = at > from ? at - 1 : from;
		if (end > from)
			evd_put_u8(b, ',');
	}
	put_uri(b, evd_view_of(url.p + port, to - port));
	evd_put_u8(b, ')');
	for (size_t i = 0; i < path.len; i++) {
		uint8_t c = path.p[i];
		const uint8_t lower = (uint8_t)(c >= 'A' && c <= 'Z' ? c + 32 : c);

		put_uri(b, evd_view_of(&lower, 1));
	}
}

/* CDXJ: key, 14 digits of time, what and where as JSON. */
static int put_index(struct evd_buf *b, const struct web_resource *r, uint64_t off, uint64_t len,
                     struct evd_error *err)
{
	struct evd_object o;
	struct evd_buf url = {0};
	uint8_t digest[EVD_SHA256_LEN];
	char time[EVD_TIME_LEN + 1], hex[sizeof "sha256:" + 2 * sizeof digest] = "sha256:", number[24];
	int rc = evd_sha256(evd_buf_view(&r->body), digest, err);

	evd_time_format(time, (int64_t)r->date_ms);
	put_key(b, evd_buf_view(&r->url));
	evd_putf(b, " %.4s%.2s%.2s%.2s%.2s%.2s ", time, time + 5, time + 8, time + 11, time + 14,
	         time + 17);
	evd_hex(hex + 7, digest, sizeof digest);
	put_uri(&url, evd_buf_view(&r->url));
	evd_object_init(&o);
	evd_object_cstr(&o, "digest", hex);
	evd_object_cstr(&o, "filename", "data.warc");
	evd_object_str(&o, "url", evd_buf_view(&url));
	if (r->mime.len && evd_is_utf8(evd_buf_view(&r->mime)))
		evd_object_str(&o, "mime", evd_buf_view(&r->mime));
	snprintf(number, sizeof number, "%llu", (unsigned long long)r->status);
	evd_object_cstr(&o, "status", number);
	snprintf(number, sizeof number, "%llu", (unsigned long long)len);
	evd_object_cstr(&o, "length", number);
	snprintf(number, sizeof number, "%llu", (unsigned long long)off);
	evd_object_cstr(&o, "offset", number);
	if (rc == 0)
		rc = evd_object_write(&o, b, err);
	evd_put_u8(b, '\n');
	evd_object_release(&o);
	evd_buf_release(&url);
	return rc;
}

static int put_exchange(const struct web_resource *r, struct evd_buf *warc, struct line *index,
                        struct evd_error *err)
{
	struct evd_buf b = {0};
	struct record rec = {.type = "response",
	                     .content_type = "application/http; msgtype=response",
	                     .of = r,
	                     .date_ms = r->date_ms};
	char id[37] = "", request[37] = "";
	uint64_t off = warc->len;
	int rc = 0;

	/* a body that was not had whole is not passed off as one: a part is named as such and is not in the index, by
	 * which pages are shown again; of what has no beginning the request alone stands here */
	if (r->body_state == WEB_BODY_PART)
		rec.truncated = r->failed ? "disconnect" : "time"; /* ISO 28500 §5.13 */
	if (r->answered && r->body_state != WEB_BODY_MISSED) {
		put_response_lines(&b, r);
		evd_put_view(&b, evd_buf_view(&r->body));
		rc = evd_buf_check(&b, err);
		rec.block = evd_buf_view(&b);
		rec.payload = evd_buf_view(&r->body);
		if (rc == 0)
			rc = put_record(warc, &rec, id, err);
		if (rc == 0 && !rec.truncated)
			rc = put_index(&index->text, r, off, warc->len - off, err);
	}
	evd_buf_reset(&b);
	put_request_block(&b, r);
	if (rc == 0)
		rc = evd_buf_check(&b, err);
	rec.type = "request";
	rec.truncated = NULL;
	rec.content_type = "application/http; msgtype=request";
	rec.about = id[0] ? id : NULL;
	rec.block = evd_buf_view(&b);
	if (rc == 0)
		rc = put_record(warc, &rec, request, err);
	evd_buf_release(&b);
	return rc;
}

static int by_text(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	return evd_view_cmp(evd_buf_view(&x->text), evd_buf_view(&y->text));
}

static int put_all(const struct web_net *n, struct evd_buf *warc, struct line *lines,
                   struct evd_error *err)
{
	static const char info[] =
	    "software: evidence-capture " EVD_VERSION "\r\nformat: WARC File Format 1.1\r\n"
	    "description: bodies as the browser decoded them; header lines of their "
	    "coding under X-Archive-Orig-\r\n";
	struct record rec = {.type = "warcinfo", .content_type = "application/warc-fields"};
	char id[37] = "";
	int r;

	rec.block = evd_view_of(info, sizeof info - 1);
	rec.date_ms = n->n ? n->at[0]->date_ms : 0;
	r = put_record(warc, &rec, id, err);
	for (size_t i = 0; r == 0 && i < n->n; i++)
		r = put_exchange(n->at[i], warc, &lines[i], err);
	return r;
}

int web_warc_put(const struct web_net *n, struct evd_buf *warc, struct evd_buf *index,
                 struct evd_error *err)
{
	struct line *lines = calloc(n->n + 1, sizeof *lines);
	int r = lines ? put_all(n, warc, lines, err) : evd_nomem(err);

	if (r == 0)
		qsort(lines, n->n, sizeof *lines, by_text);
	for (size_t i = 0; lines && i < n->n; i++) {
		evd_put_view(index, evd_buf_view(&lines[i].text));
		evd_buf_release(&lines[i].text);
	}
	free(lines);
	return r ? r : evd_buf_check(index, err);
}
