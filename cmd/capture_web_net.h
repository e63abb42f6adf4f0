/*
 * capture_web_net: what went over the network for one page, as the browser tells it: each request with the
 * response to it, redirects one by one, bodies, addresses, TLS; and how each of them ended.
 */
#ifndef CAPTURE_WEB_NET_H
#define CAPTURE_WEB_NET_H

#include "capture_web.h"

#define WEB_RESOURCES_MAX 20000u
#define WEB_BODIES_MAX (UINT64_C(512) << 20) /* bytes of a page's bodies */
#define WEB_CONSOLE_MAX 200u

enum web_body {
	WEB_BODY_NONE,   /* there is none to have: a redirect, no response */
	WEB_BODY_ASKED,  /* the browser was asked for it */
	WEB_BODY_KEPT,   /* whole */
	WEB_BODY_PART,   /* from its first byte on, not to its last: `why_no_body` */
	WEB_BODY_MISSED, /* `why_no_body` */
};

/* One request; a redirect is a request of its own. */
struct web_resource {
	char id[64], frame[64];
	struct web_session session, asked_in, ended_in;  /* of the response, the request, the end */
	unsigned tries;                                  /* sessions asked for the body */
	struct evd_buf url, method, type, request, post; /* `request`: header lines */
	struct evd_buf response;                         /* status line and header lines */
	struct evd_buf mime, ip, protocol, error, tls;   /* tls: canonical object, empty: none */
	struct evd_buf security; /* the browser's word: "secure", "insecure", "neutral", "unknown" */
	struct evd_buf body;
	uint64_t status, port, date_ms, stream_call, body_call, encoded;
	uint64_t told; /* bytes of body that the browser said came */
	enum web_stream { WEB_STREAM_NONE, WEB_STREAM_ASKED, WEB_STREAM_ON, WEB_STREAM_REFUSED } stream;
	enum web_body body_state;
	const char *why_no_body;
	bool from_text; /* the body is text that the browser wrote anew, of the same length */
	bool answered, finished, failed, from_worker, extra, redirect;
};

struct web_net {
	const char *frame; /* the page's own; its owner keeps it */
	struct web_resource **at;
	size_t n, cap;
	uint64_t beyond;        /* requests behind WEB_RESOURCES_MAX */
	uint64_t open;          /* requests under way */
	uint64_t bodies;        /* bytes kept */
	uint64_t asked;         /* bodies asked for */
	uint64_t sockets;       /* WebSockets opened */
	int64_t moved_ms;       /* when something last happened */
	struct evd_buf console; /* rendered strings, comma between */
	unsigned n_console;
	/* what was wrong with the certificate of the page itself; empty: nothing was told */
	struct {
		struct evd_buf error, tls, chain; /* chain: array of base64 of DER */
		const struct web_resource *of;    /* known once settled */
	} wrong;
	/* header lines as they went over the wire, told apart from the requests; in order */
	struct web_extra {
		char id[64];
		bool response, used;
		struct evd_buf lines;
	} * extra;
	size_t n_extra, extra_cap;
};

/* web_net_heard(n, w, reply, method, params, err): an event or an answer; others are let go by. */
int web_net_heard(struct web_net *n, struct web *w, uint64_t reply, const char *method,
                  size_t params, struct evd_error *err) EVD_MUST_USE;
/* web_net_header(lines, name): the value of a header line; empty: there is none. */
struct evd_view web_net_header(const struct evd_buf *lines, const char *name);
/* web_net_origin(r): of an https request, as its URL begins; else empty. */
struct evd_view web_net_origin(const struct web_resource *r);
/* web_net_document(n): the last document of the page's own frame; NULL: none. */
const struct web_resource *web_net_document(const struct web_net *n);
/* web_net_settle(n): puts header lines of the wire where they belong; once, at the end. */
void web_net_settle(struct web_net *n);
/* web_net_put(n, b, err): the account of all of it, as one canonical object (docs/capture.md). `chains`:
 * canonical array of certificate chains. */
int web_net_put(const struct web_net *n, struct evd_view chains, struct evd_buf *b,
                struct evd_error *err) EVD_MUST_USE;
/* web_body_begin: a response has come, its body is asked for. web_body_piece: some of it. web_body_end: no
 * more comes. web_body_reply: an answer to what these asked. */
int web_body_begin(struct web_net *n, struct web *w, struct web_resource *r,
                   struct evd_error *err) EVD_MUST_USE;
void web_body_piece(struct web_net *n, struct web_resource *r, struct evd_view piece);
int web_body_end(struct web_net *n, struct web *w, struct web_resource *r,
                 struct evd_error *err) EVD_MUST_USE;
int web_body_reply(struct web_net *n, struct web *w, uint64_t reply, size_t result,
                   struct evd_error *err) EVD_MUST_USE;
/* web_body_settle: nothing more is waited for; once, at the end. */
void web_body_settle(struct web_resource *r);

/* web_tls_put(w, details, b): the parameters, a canonical object; nothing if `details` is 0.
 * web_tls_put_chain: array of the certificates, base64 of DER, the server's first. web_tls_heard: what the
 * browser says of the page's certificate. web_tls_refused: the browser did not go on. web_tls_untrusted: it
 * went on because it was told to. web_tls_settle: of which request it was; once, at the end. */
void web_tls_put(const struct web *w, size_t details, struct evd_buf *b);
void web_tls_put_chain(const struct web *w, size_t list, struct evd_buf *b);
int web_tls_heard(struct web_net *n, const struct web *w, size_t params,
                  struct evd_error *err) EVD_MUST_USE;
bool web_tls_refused(const struct web_resource *r);
bool web_tls_untrusted(const struct web_resource *r);
void web_tls_settle(struct web_net *n);
void web_net_release(struct web_net *n);

#endif
