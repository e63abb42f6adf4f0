/*
 * cmd_secret: passphrases and PINs, from a file, a descriptor or the terminal; never from arguments or
 * the environment, which other users of the computer can see.
 *
 * Every question takes the next line of the file or descriptor; a file's last line serves for all
 * further ones. Read byte by byte and without stdio, whose buffers nobody wipes.
 */
#include "cmd.h"

#include "base/limits.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define TRIES 3
#define SHORT_PASSPHRASE 12u           /* bytes; a new one that is shorter is warned of */
#define ROOM (EVD_MAX_PASSPHRASE + 8u) /* bytes of one, got at once: a secret is not moved about */

static unsigned asked; /* questions answered from the file so far */
static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

/*
 * One line without its end ("\n" or "\r\n") into `out`, emptied first. 0; EVD_END if there is no line;
 * CANCELLED if a signal came (let in by `waiting`), LIMIT if it is too long (then read to its end all the same).
 */
static int read_line(int fd, const sigset_t *waiting, struct evd_buf *out, struct evd_error *err)
{
	bool any = false, over = false;
	char c = 0;

	if (out->data)
		OPENSSL_cleanse(out->data, out->cap);
	evd_buf_reset(out);
	while (c != '\n') {
		struct pollfd p = {fd, POLLIN, 0};
		ssize_t n;

		if (waiting) /* signals come through here alone, so that none slips in before the read */
			(void)ppoll(&p, 1, NULL, waiting);
		n = waiting && caught ? -1 : read(fd, &c, 1);
		if (waiting && caught)
			return EVD_E_CANCELLED;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return evd_fail_sys(err, errno, "the passphrase cannot be read");
		if (n == 0)
			break;
		any = true;
		over = over || out->len > EVD_MAX_PASSPHRASE;
		if (c != '\n' && !over)
			evd_put(out, &c, 1);
	}
	OPENSSL_cleanse(&c, 1);
	if (out->len && out->data[out->len - 1] == '\r')
		out->len--;
	if (over || out->len > EVD_MAX_PASSPHRASE)
		return evd_fail(err, EVD_E_LIMIT, "the passphrase is longer than %u bytes",
		                EVD_MAX_PASSPHRASE);
	return any ? evd_buf_check(out, err) : EVD_END;
}

static int none_left(struct evd_error *err, const char *what, const char *where)
{
	return evd_fail(err, EVD_E_DENIED, "%.120s: %.80s holds no (further) line", what, where);
}

/* Line number `asked` of the file, or its last one. */
static int from_file(const char *path, const char *what, struct evd_buf *out, struct evd_error *err)
{
	struct evd_buf line = {.max = ROOM};
	unsigned n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), r = 0;

	if (fd < 0)
		return evd_fail_sys(err, errno, "passphrase file %s", path);
	evd_key_protect_buf(&line, ROOM);
	while (n <= asked && (r = read_line(fd, NULL, &line, err)) == 0) {
		if (out->data)
			OPENSSL_cleanse(out->data, out->cap);
		evd_buf_reset(out);
		evd_put_view(out, evd_buf_view(&line));
		n++;
	}
	close(fd);
	evd_buf_wipe(&line);
	if (r < 0)
		return r;
	if (n == 0)
		return none_left(err, what, path);
	asked++;
	return evd_buf_check(out, err);
}

static int from_descriptor(int fd, const char *what, struct evd_buf *out, struct evd_error *err)
{
	char where[32];
	int r = read_line(fd, NULL, out, err);

	snprintf(where, sizeof where, "descriptor %d", fd);
	return r == EVD_END ? none_left(err, what, where) : r;
}

static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};
#define WATCHED (sizeof watched / sizeof watched[0])

static void say(int tty, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = write(tty, text, len);

		if (n < 0 && errno == EINTR && !caught)
			continue;
		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

/* The prompt may hold a name from a certificate: nothing in it may steer the terminal. */
static void say_prompt(int tty, const char *what)
{
	struct evd_buf b = {0};

	evd_put_printable(&b, evd_view_str(what), 0);
	evd_put_str(&b, ": ");
	evd_put_u8(&b, '\0');
	if (!b.failed)
		say(tty, (const char *)b.data);
	evd_buf_release(&b);
}

/* One line typed without echo. Whatever happens, the terminal is as before afterwards. */
static int ask_once(int tty, const char *what, struct evd_buf *out, struct evd_error *err)
{
	struct sigaction act, old[WATCHED];
	struct termios before, silent;
	sigset_t block, waiting;
	int r, sig;

	if (tcgetattr(tty, &before) != 0)
		return evd_fail_sys(err, errno, "the terminal");
	caught = 0;
	memset(&act, 0, sizeof act);
	act.sa_handler = on_signal; /* without SA_RESTART: the read has to end */
	sigemptyset(&act.sa_mask);
	sigemptyset(&block);
	for (size_t i = 0; i < WATCHED; i++) {
		sigaction(watched[i], &act, &old[i]);
		if (watched[i] != SIGTTIN && watched[i] != SIGTTOU) /* blocked, read would give EIO */
			sigaddset(&block, watched[i]);
	}
	sigprocmask(SIG_BLOCK, &block, &waiting);
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	silent.c_lflag |= ICANON;
	if (tcsetattr(tty, TCSAFLUSH, &silent) != 0) {
		r = evd_fail_sys(err, errno, "the terminal's echo cannot be switched off");
	} else {
		say_prompt(tty, what);
		r = read_line(tty, &waiting, out, err);
		tcsetattr(tty, TCSAFLUSH, &before);
		say(tty, "\n");
	}
	for (size_t i = 0; i < WATCHED; i++)
		sigaction(watched[i], &old[i], NULL);
	sigprocmask(SIG_SETMASK, &waiting, NULL);
	sig = caught;
	if (sig)
		raise(sig); /* what the program does with it is not ours to say */
	if (r == EVD_END)
		return evd_fail(err, EVD_E_DENIED, "nothing was typed");
	return sig && r ? evd_fail(err, EVD_E_CANCELLED, "stopped while asking for a passphrase") : r;
}

/* As ask_once, but asks again when the program was put aside with Ctrl-Z and came back. */
static int ask_line(int tty, const char *what, struct evd_buf *out, struct evd_error *err)
{
	int r;

	do
		r = ask_once(tty, what, out, err);
	while (r == EVD_E_CANCELLED && (caught == SIGTSTP || caught == SIGTTIN || caught == SIGTTOU));
	return r;
}

static int ask_twice(int tty, const char *what, struct evd_buf *out, struct evd_error *err)
{
	struct evd_buf again = {.max = ROOM};
	char second[512];
	int r = 0;

	evd_key_protect_buf(&again, ROOM);
	snprintf(second, sizeof second, "%s, once more", what);
	for (int i = 0; i < TRIES; i++) {
		r = ask_line(tty, what, out, err);
		if (r == 0)
			r = ask_line(tty, second, &again, err);
		if (r || evd_view_eq(evd_buf_view(out), evd_buf_view(&again)))
			break;
		say(tty, "The two differ.\n");
		r = evd_fail(err, EVD_E_DENIED, "the passphrase was typed in two ways");
	}
	evd_buf_wipe(&again);
	return r;
}

static int from_terminal(const char *what, bool confirm, struct evd_buf *out, struct evd_error *err)
{
	int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC), r;

	if (tty < 0)
		return evd_fail(err, EVD_E_DENIED,
		                "%.120s: no terminal to ask on; give --passphrase-file or --passphrase-fd",
		                what);
	r = confirm ? ask_twice(tty, what, out, err) : ask_line(tty, what, out, err);
	close(tty);
	return r;
}

static void warn_of_short(size_t len)
{
	if (len && len < SHORT_PASSPHRASE)
		fprintf(stderr,
		        "evidence: warning: a passphrase of %zu bytes is short; whoever copies what it "
		        "protects may find it by trying\n",
		        len);
}

static int ask(void *ctx, const char *what, bool confirm, struct evd_buf *out,
               struct evd_error *err)
{
	const struct cmd_global *g = ctx;
	int r;

	out->max = ROOM;
	evd_key_protect_buf(out, ROOM);
	if (g->passphrase_file)
		r = from_file(g->passphrase_file, what, out, err);
	else if (g->passphrase_fd >= 0)
		r = from_descriptor(g->passphrase_fd, what, out, err);
	else
		r = from_terminal(what, confirm, out, err);
	if (r)
		evd_buf_wipe(out);
	else if (confirm)
		warn_of_short(out->len);
	return r;
}

struct evd_secret_source cmd_secret(struct cmd_global *g)
{
	struct evd_secret_source s = {ask, g};

	return s;
}
