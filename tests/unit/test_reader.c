/*
 * test_reader: attacks evidence-reader from the inside (evidence-reader-attack holds a reader that
 * does what a hijacked parser would do) and looks at what it costs. Groups P and R of the threat
 * catalogue. On a machine whose kernel has all layers nothing is skipped: a layer that is missing
 * fails the test (P-19). With `without-landlock` the kernel must be one that has no Landlock (P-15,
 * old_kernel.c): nothing is read then until it is allowed, and the layers that are left hold.
 *
 *   test_reader EVIDENCE_READER_ATTACK [without-landlock]
 */
#include "reader/reader.h"

#include "../formats/attack/secret.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static int passed, failed;

static void check(bool ok, const char *what, const char *detail)
{
	if (ok) {
		passed++;
		return;
	}
	failed++;
	printf("FAILED: %s (%s)\n", what, detail);
}

/* What was said of an item. */
struct heard {
	char value[256]; /* of the last field of the attack */
	bool calm;       /* the reader behind it spoke */
	int attack_code; /* with which it ended */
	bool attack_ended;
	char who[33];
	int refuse; /* code that the record callback returns */
};

static int on_begin(void *ctx, const struct evd_reader_about *about, struct evd_error *err)
{
	struct heard *h = ctx;

	(void)err;
	snprintf(h->who, sizeof h->who, "%.*s", (int)about->name.len, (const char *)about->name.p);
	return 0;
}

static int on_record(void *ctx, struct evd_view line, const struct evd_json *j,
                     struct evd_error *err)
{
	struct heard *h = ctx;
	struct evd_view v;

	(void)line;
	if (h->refuse)
		return evd_fail(err, h->refuse, "refused by the test");
	if (strcmp(h->who, "calm") == 0)
		h->calm = true;
	else if (evd_json_string(j, 0, "value", &v))
		snprintf(h->value, sizeof h->value, "%.*s", (int)(v.len < 200 ? v.len : 200),
		         (const char *)v.p);
	return 0;
}

static int on_end(void *ctx, int code, const char *text, struct evd_error *err)
{
	struct heard *h = ctx;

	(void)text;
	(void)err;
	if (strcmp(h->who, "attack") == 0) {
		h->attack_code = code;
		h->attack_ended = true;
	}
	return 0;
}

static int item_fd(const char *word)
{
	char path[] = "/tmp/evd-test-reader-XXXXXX";
	int fd = mkstemp(path);
	int ro;

	if (fd < 0 || write(fd, word, strlen(word)) != (ssize_t)strlen(word)) {
		perror("mkstemp");
		exit(99);
	}
	ro = open(path, O_RDONLY | O_CLOEXEC);
	close(fd);
	unlink(path);
	return ro;
}

static int attack(struct evd_reader *r, const char *word, struct heard *h,
                  struct evd_reader_outcome *out)
{
	struct evd_view name = evd_view_str("item.bin");
	int fd = item_fd(word);
	struct evd_reader_item item = {.fd = &fd, .name = &name, .n = 1};
	struct evd_reader_events events = {on_begin, on_record, on_end, h};
	struct evd_error err = {0};
	int refuse = h->refuse;
	int code;

	memset(h, 0, sizeof *h);
	h->refuse = refuse;
	code = evd_reader_read(r, &item, &events, out, &err);
	if (code && !refuse)
		printf("%s: %s\n", word, err.text);
	close(fd);
	return code;
}

/* The call is answered with an error; the item is read to its end. */
static void refused(struct evd_reader *r, const char *word, const char *errors)
{
	struct heard h = {0};
	struct evd_reader_outcome out;
	bool ok = attack(r, word, &h, &out) == 0 && out.state == EVD_READER_DONE && h.calm &&
	          h.value[0] && strstr(errors, h.value) != NULL;

	check(ok, word, h.value[0] ? h.value : out.text);
}

/* The process is ended; the reader behind it runs all the same, in a new one. */
static void costs(struct evd_reader *r, const char *word, enum evd_reader_state state, int sig,
                  int code)
{
	struct heard h = {0};
	struct evd_reader_outcome out;
	bool ok = attack(r, word, &h, &out) == 0 && out.state == state &&
	          (sig == 0 || out.signal == sig) && h.attack_ended && h.attack_code == code;

	/* nothing comes behind a reader that used up the item's time */
	ok = ok && (state == EVD_READER_TIME || h.calm);
	check(ok, word, out.text);
}

static void test_refused_calls(struct evd_reader *r)
{
	refused(r, "open", "EACCES");
	refused(r, "openat", "EACCES");
	refused(r, "openat2", "ENOSYS");
	refused(r, "create", "EACCES");
	refused(r, "unlink", "ENOSYS");
	refused(r, "write-source", "ENOSYS");
	refused(r, "stderr", "EBADF");
	refused(r, "map-file", "EACCES");
	refused(r, "stat", "ENOSYS");
	refused(r, "raise-limit", "ENOSYS EPERM");
	refused(r, "dumpable", "ENOSYS");
	check(access("/tmp/evd-attack", F_OK) != 0, "no file was made", "");
}

static void test_killed_calls(struct evd_reader *r)
{
	static const char *const words[] = {
	    "socket",      "unix-socket", "execve",      "fork",         "ptrace",
	    "read-parent", "kill",        "exec-memory", "exec-protect", "io-uring",
#ifdef __x86_64__
	    "x32",         "i386",
#endif
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		costs(r, words[i], EVD_READER_BLOCKED, SIGSYS, EVD_E_DAMAGED);
}

static void test_crashes(struct evd_reader *r)
{
	costs(r, "segv", EVD_READER_CRASHED, SIGSEGV, EVD_E_DAMAGED);
	costs(r, "abort", EVD_READER_CRASHED, SIGABRT, EVD_E_DAMAGED);
#ifdef __x86_64__
	costs(r, "bus", EVD_READER_CRASHED, SIGBUS, EVD_E_DAMAGED);
#endif
}

static void test_budgets(struct evd_reader *r)
{
	struct heard h = {0};
	struct evd_reader_outcome out;

	check(attack(r, "memory", &h, &out) == 0 && out.state == EVD_READER_DONE, "memory is refused",
	      out.text);
	check(atol(h.value) > 0 && atol(h.value) < 320, "memory below its limit", h.value);
	check(attack(r, "flood", &h, &out) == 0 && h.attack_code == EVD_E_LIMIT,
	      "output over the budget is refused", out.text);
	/* 8192 of 512 bytes are the 4 MiB: the reader behind it, in a new process, has nothing left to say */
	check(attack(r, "flood-pipe", &h, &out) == 0 && out.state == EVD_READER_OUTPUT_OVER &&
	          h.attack_code == EVD_E_LIMIT && out.records == 8192 && !h.calm,
	      "the budget is the item's, not a process's", out.text);
}

/* With a second of its own; everything else here has a minute, whatever the machine does besides. */
static void test_time(struct evd_reader_config config)
{
	struct evd_reader *r = NULL;
	struct evd_error err = {0};

	config.seconds = 1;
	check(evd_reader_open(&config, &r, &err) == 0, "the program starts with a second", err.text);
	if (!r)
		return;
	costs(r, "spin", EVD_READER_TIME, 0, EVD_E_LIMIT);
	costs(r, "hang", EVD_READER_TIME, 0, EVD_E_LIMIT);
	evd_reader_close(r);
}

static void test_lies(struct evd_reader *r)
{
	static const char *const words[] = {"garbage",       "not-canonical", "format-kind",
	                                    "format-member", "no-kind",       "read-item",
	                                    "reading",       "sandbox-lie",   "early-end"};
	struct heard h = {0};
	struct evd_reader_outcome out;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		costs(r, words[i], EVD_READER_MALFORMED, 0, EVD_E_DAMAGED);
	check(attack(r, "short-frame", &h, &out) == 0 && out.state == EVD_READER_FAILED && h.calm,
	      "short-frame", out.text);
}

static void test_rest(struct evd_reader *r, bool landlock)
{
	struct heard h = {0};
	struct evd_reader_outcome out;
	struct evd_object o;

	check(attack(r, "none", &h, &out) == 0 && out.state == EVD_READER_DONE && h.calm &&
	          strcmp(h.value, "well") == 0 && out.records == 2,
	      "a calm item is read", out.text);
	check(landlock
	          ? strncmp(out.sandbox, "landlock", 8) == 0 && strstr(out.sandbox, "+seccomp+rlimit")
	          : strcmp(out.sandbox, "seccomp+rlimit") == 0,
	      "every layer stands that must", out.sandbox);
	evd_object_init(&o);
	check(!evd_reader_unread(&out, &o), "nothing unread", "");
	check(attack(r, "descriptors", &h, &out) == 0 && strcmp(h.value, "2") == 0,
	      "no descriptor but the item and the pipe", h.value);
	h.refuse = EVD_E_CANCELLED;
	check(attack(r, "none", &h, &out) == EVD_E_CANCELLED, "a callback can stop", out.text);
	h.refuse = 0;
	check(attack(r, "segv", &h, &out) == 0 && evd_reader_unread(&out, &o) && o.n == 4,
	      "what a crash cost is a record", out.text);
	check(attack(r, "none", &h, &out) == 0 && out.state == EVD_READER_DONE, "and on it goes",
	      out.text);
	evd_object_release(&o);
}

/* P-11: what this process has in memory, as the one that signs has its key, the reader has not. */
static void test_secrets(const struct evd_reader_config *config)
{
	uint8_t *key = malloc(SECRET_LEN);
	struct evd_reader *r = NULL;
	struct evd_error err = {0};
	struct heard h = {0};
	struct evd_reader_outcome out;

	if (!key)
		exit(99);
	for (size_t i = 0; i < SECRET_LEN; i++)
		key[i] = secret_byte(i);
	check(secrets_in_memory() > 0, "the key is found where it is", "");
	check(evd_reader_open(config, &r, &err) == 0, "the program starts beside a key", err.text);
	if (r) {
		check(attack(r, "secrets", &h, &out) == 0 && strcmp(h.value, "0") == 0,
		      "no key in the reader's memory", h.value);
		evd_reader_close(r);
	}
	check(is_secret(key), "the key stood there all the time", "");
	free(key);
}

static void test_ahead(struct evd_reader *r)
{
	struct evd_view name = evd_view_str("x");
	struct evd_reader_item item[EVD_READER_AHEAD];
	int fd[EVD_READER_AHEAD];
	bool ok = true;

	for (size_t i = 0; i < EVD_READER_AHEAD; i++) {
		fd[i] = item_fd(i == 1 ? "segv" : i + 1 == EVD_READER_AHEAD ? "open" : "none");
		item[i] = (struct evd_reader_item){.fd = &fd[i], .name = &name, .n = 1};
		ok = ok && evd_reader_ahead(r, &item[i], NULL) == 0;
	}
	check(ok && evd_reader_ahead(r, &item[0], NULL) == EVD_E_LIMIT,
	      "so many items ahead, not one more", "");
	for (size_t i = 0; i < EVD_READER_AHEAD; i++) {
		struct heard h = {0};
		struct evd_reader_events events = {on_begin, on_record, on_end, &h};
		struct evd_reader_outcome out;
		enum evd_reader_state want = i == 1 ? EVD_READER_CRASHED : EVD_READER_DONE;
		bool last = i + 1 == EVD_READER_AHEAD;

		check(evd_reader_read(r, &item[i], &events, &out, NULL) == 0 && out.state == want && h.calm,
		      "items ahead keep their order", out.text);
		check(!last || strcmp(h.value, "EACCES") == 0, "the last one is the last", h.value);
		close(fd[i]);
	}
}

static void test_missing(void)
{
	struct evd_reader_config config = {.program = "/nonexistent/evidence-reader"};
	struct evd_reader *r = NULL;
	struct evd_error err = {0};

	check(evd_reader_open(&config, &r, &err) == EVD_E_NOTFOUND && !r, "a missing program is said",
	      err.text);
}

static long program_pid(void)
{
	char path[64];
	FILE *f;
	long pid = 0;

	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	f = fopen(path, "r");
	if (!f || fscanf(f, "%ld", &pid) != 1)
		pid = 0;
	if (f)
		fclose(f);
	return pid;
}

/* The program itself is killed: the next item gets a new one. */
static void test_restart(struct evd_reader *r)
{
	struct heard h = {0};
	struct evd_reader_outcome out;
	long pid = program_pid();

	check(pid > 1, "the program runs", "");
	if (pid > 1)
		kill((pid_t)pid, SIGKILL);
	usleep(20000);
	check(attack(r, "none", &h, &out) == 0 && out.state == EVD_READER_DONE,
	      "a program that has gone is started anew", out.text);
}

/* A layer is missing and that was not allowed: nothing is read, and it is said. */
static void test_refusal(const char *program)
{
	struct evd_reader_config config = {.program = program};
	struct evd_reader *r = NULL;
	struct evd_error err = {0};
	struct heard h = {0};
	struct evd_reader_outcome out;
	struct evd_object o;

	check(evd_reader_open(&config, &r, &err) == 0, "the program starts without Landlock", err.text);
	if (!r)
		return;
	check(attack(r, "none", &h, &out) == 0 && out.state == EVD_READER_REFUSED && !out.records &&
	          !h.value[0] && !h.calm && strstr(out.text, "not complete"),
	      "no item is read without Landlock", out.text);
	check(strcmp(out.sandbox, "seccomp+rlimit") == 0, "which layers there are", out.sandbox);
	evd_object_init(&o);
	check(evd_reader_unread(&out, &o), "that nothing was read is a record", out.text);
	evd_object_release(&o);
	evd_reader_close(r);
}

/* The program is killed with items ahead: what is said of each is still said of that one. */
static void test_killed_ahead(struct evd_reader *r)
{
	static const char *const words[] = {"none", "openat2", "none", "openat2", "open"};
	static const char *const want[] = {"well", "ENOSYS", "well", "ENOSYS", "EACCES"};
	struct evd_view name = evd_view_str("x");
	struct evd_reader_item item[5];
	struct evd_reader_outcome out;
	struct heard h = {0};
	int fd[5], lost = 0;
	long pid;

	check(attack(r, "none", &h, &out) == 0, "the program runs before it is killed", out.text);
	for (size_t i = 0; i < 5; i++) {
		fd[i] = item_fd(words[i]);
		item[i] = (struct evd_reader_item){.fd = &fd[i], .name = &name, .n = 1};
		check(i == 4 || evd_reader_ahead(r, &item[i], NULL) == 0, "ahead before the kill",
		      words[i]);
	}
	pid = program_pid();
	check(pid > 1 && kill((pid_t)pid, SIGKILL) == 0, "the program is killed", "");
	for (size_t i = 0; i < 5; i++) {
		struct evd_reader_events events = {on_begin, on_record, on_end, &h};

		memset(&h, 0, sizeof h);
		check(evd_reader_read(r, &item[i], &events, &out, NULL) == 0, "read after the kill",
		      out.text);
		/* one of them may have been under way, how far is chance; what is said is said of it */
		lost += out.state != EVD_READER_DONE;
		check(out.state == EVD_READER_DONE ? strcmp(h.value, want[i]) == 0 && h.calm
		                                   : !h.value[0] || strcmp(h.value, want[i]) == 0,
		      "an answer stays with its item", h.value[0] ? h.value : out.text);
		close(fd[i]);
		check(i > 0 || evd_reader_ahead(r, &item[4], NULL) == 0, "one more behind them", "");
	}
	check(lost <= 1, "one item at most is lost with the program", "");
}

int main(int argc, char **argv)
{
	bool landlock = argc == 2;
	struct evd_reader_config config = {.memory = UINT64_C(320) << 20, .output = UINT64_C(4) << 20};
	struct evd_reader *r;
	struct evd_error err = {0};

	if (!landlock && (argc != 3 || strcmp(argv[2], "without-landlock") != 0))
		return 64;
	if (!landlock)
		test_refusal(argv[1]);
	config.program = argv[1];
	config.degraded = !landlock;
	if (evd_reader_open(&config, &r, &err)) {
		printf("FAILED: %s\n", err.text);
		return 1;
	}
	test_refused_calls(r);
	test_killed_calls(r);
	test_crashes(r);
	test_budgets(r);
	test_time(config);
	test_lies(r);
	test_rest(r, landlock);
	test_secrets(&config);
	test_ahead(r);
	test_killed_ahead(r);
	test_restart(r);
	test_missing();
	evd_reader_close(r);
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
