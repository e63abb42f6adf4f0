/*
 * evidence-online: asks a time-stamp authority, RFC 3161 §3.4: the request from standard input by HTTP to URL, the
 * answer to standard output. It has no key and no case, reads no configuration and no environment. What it gets it
 * does not look into: `evidence timestamp attach` does.
 *
 * Exit: 0; 64 usage; 65 what came back is no answer; 69 no connection, no answer in time; 70 own failure. A failure
 * says one line on standard error.
 */
#include "base/buf.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <unistd.h>

#define REQUEST_MAX 65536u
#define ANSWER_MAX (UINT32_C(1) << 20) /* as docs/timestamp.md §2 allows a token */
#define TIMEOUT_DEFAULT 60L
#define TIMEOUT_MAX 3600L

enum { DONE = 0, USAGE = 64, NO_ANSWER = 65, UNAVAILABLE = 69, FAILED = 70 };

static const char usage[] =
    "usage: evidence-online [--timeout SECONDS] URL\n"
    "\n"
    "Sends the time-stamp request on standard input to URL (http or https) and writes what the\n"
    "authority answers to standard output. Started by 'evidence timestamp online'.\n";

static int fail(int code, const char *what, const char *why)
{
	struct evd_view v = evd_view_str(why);

	fputs(what, stderr);
	for (size_t i = 0; i < v.len && i < 200; i++) /* foreign text */
		fputc(v.p[i] >= 0x20 && v.p[i] < 0x7f ? v.p[i] : '?', stderr);
	fputc('\n', stderr);
	return code;
}

static size_t take(char *p, size_t size, size_t n, void *ctx)
{
	struct evd_buf *b = ctx;

	if (n * size > ANSWER_MAX - b->len)
		return 0; /* ends the transfer */
	evd_put(b, p, n * size);
	return b->failed ? 0 : n * size;
}

static bool read_request(struct evd_buf *q)
{
	uint8_t piece[4096];
	ssize_t n;

	while ((n = read(0, piece, sizeof piece)) > 0)
		evd_put(q, piece, (size_t)n);
	return n == 0 && q->len > 0 && !q->failed;
}

/* Nothing of the machine's set-up: no proxy, no password file, no other protocol, no way to another place. */
static bool set_up(CURL *c, const char *url, long timeout, struct curl_slist *headers,
                   const struct evd_buf *q, struct evd_buf *a, char *why)
{
	return curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_TIMEOUT, timeout) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_POST, 1L) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)q->len) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->data) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_WRITEDATA, a) == CURLE_OK;
}

static bool is_reply(const char *type)
{
	static const char reply[] = "application/timestamp-reply";
	size_t n = sizeof reply - 1;

	return type && strncasecmp(type, reply, n) == 0 &&
	       (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

static int judge(CURL *c, CURLcode code, const struct evd_buf *a, const char *why)
{
	char number[32];
	char *type = NULL;
	long status = 0;

	if (code == CURLE_WRITE_ERROR)
		return fail(NO_ANSWER, "the answer is longer than 1 MiB", "");
	if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT)
		return fail(USAGE, "an address begins with http:// or https://", "");
	if (code == CURLE_OPERATION_TIMEDOUT)
		return fail(UNAVAILABLE, "the authority did not answer in time: ", why);
	if (code != CURLE_OK)
		return fail(UNAVAILABLE,
		            "the authority cannot be asked: ", why[0] ? why : curl_easy_strerror(code));
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type);
	snprintf(number, sizeof number, "%ld", status);
	if (status != 200)
		return fail(UNAVAILABLE, "the authority answers with HTTP ", number);
	if (!is_reply(type))
		return fail(NO_ANSWER, "the answer is no time-stamp reply but ",
		            type ? type : "of no type");
	return fwrite(a->data, 1, a->len, stdout) == a->len && fflush(stdout) == 0
	           ? DONE
	           : fail(FAILED, "the answer could not be written", "");
}

static int ask(const char *url, long timeout)
{
	static char why[CURL_ERROR_SIZE];
	struct evd_buf q, a;
	struct curl_slist *headers = NULL, *grown;
	CURL *c = NULL;
	int r;

	evd_buf_init(&q, REQUEST_MAX);
	evd_buf_init(&a, ANSWER_MAX);
	if (!read_request(&q)) {
		r = fail(USAGE, "no request on standard input", "");
		goto out;
	}
	headers = curl_slist_append(NULL, "Content-Type: application/timestamp-query");
	grown = headers ? curl_slist_append(headers, "Accept: application/timestamp-reply") : NULL;
	grown = grown ? curl_slist_append(headers, "Expect:") : NULL;
	c = grown ? curl_easy_init() : NULL;
	if (!c || !set_up(c, url, timeout, headers, &q, &a, why))
		r = fail(FAILED, "libcurl could not be set up", "");
	else
		r = judge(c, curl_easy_perform(c), &a, why);
out:
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
	evd_buf_release(&q);
	evd_buf_release(&a);
	return r;
}

int main(int argc, char **argv)
{
	long timeout = TIMEOUT_DEFAULT;
	char *end = NULL;
	int r;

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return DONE;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("evidence-online " EVD_VERSION);
		return DONE;
	}
	if (argc == 4 && strcmp(argv[1], "--timeout") == 0) {
		timeout = strtol(argv[2], &end, 10);
		if (*end || end == argv[2] || timeout < 1 || timeout > TIMEOUT_MAX)
			return fail(USAGE, "--timeout is 1 to 3600 seconds", "");
		argv += 2;
		argc -= 2;
	}
	if (argc != 2 || argv[1][0] == '-') {
		fputs(usage, stderr);
		return USAGE;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return fail(FAILED, "libcurl could not be set up", "");
	r = ask(argv[1], timeout);
	curl_global_cleanup();
	return r;
}
