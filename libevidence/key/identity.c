/* identity: one identity's folder on disk, see own.h and keystore.h. */
#include "key/own.h"

#include "base/canon.h"
#include "base/digest.h"
#include "base/text.h"
#include "platform/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT "libevidence-identity-1"
#define FOLDER "identities"

void evd_identity_release(struct evd_identity *i)
{
	evd_buf_release(&i->certificate);
	memset(i, 0, sizeof *i);
}

static int text_ok(const char *what, const char *text, bool needed, struct evd_error *err)
{
	struct evd_view v = evd_view_str(text);

	if (needed && v.len == 0)
		return evd_fail(err, EVD_E_MISUSE, "the %s is empty", what);
	if (!evd_is_utf8(v))
		return evd_fail(err, EVD_E_MISUSE, "the %s is not UTF-8", what);
	for (size_t i = 0; i < v.len; i++)
		if (v.p[i] < 0x20 || v.p[i] == 0x7f)
			return evd_fail(err, EVD_E_MISUSE, "the %s holds a control character", what);
	return 0;
}

int evd_identity_check(const struct evd_identity_info *info, struct evd_error *err)
{
	int r = text_ok("name", info->name, true, err);

	if (r == 0)
		r = text_ok("role", info->role, true, err);
	return r ? r : text_ok("organisation", info->organisation, false, err);
}

static int copy_text(char *out, const char *what, const char *text, struct evd_error *err)
{
	size_t n = text ? strlen(text) : 0;

	if (n >= EVD_IDENTITY_TEXT)
		return evd_fail(err, EVD_E_LIMIT, "the %s is longer than %u bytes", what,
		                EVD_IDENTITY_TEXT - 1);
	if (n)
		memcpy(out, text, n);
	out[n] = '\0';
	return 0;
}

int evd_identity_info_of(const struct evd_identity_request *request, struct evd_identity_info *out,
                         struct evd_error *err)
{
	int r = copy_text(out->name, "name", request->name, err);

	if (r == 0)
		r = copy_text(out->role, "role", request->role, err);
	if (r == 0)
		r = copy_text(out->organisation, "organisation", request->organisation, err);
	return r ? r : evd_identity_check(out, err);
}

int evd_identity_json(const struct evd_identity *i, struct evd_buf *out, struct evd_error *err)
{
	struct evd_object o;
	int r;

	evd_object_init(&o);
	evd_object_cstr(&o, "format", FORMAT);
	evd_object_cstr(&o, "name", i->info.name);
	evd_object_cstr(&o, "role", i->info.role);
	evd_object_cstr(&o, "organisation", i->info.organisation);
	evd_object_cstr(&o, "kind", i->info.kind);
	if (strcmp(i->info.kind, "pkcs11") == 0) {
		evd_object_cstr(&o, "module", i->card.module);
		evd_object_cstr(&o, "tokenSerial", i->card.token_serial);
		evd_object_cstr(&o, "tokenLabel", i->card.token_label);
		evd_object_cstr(&o, "objectId", i->card.object_id);
	}
	r = evd_object_write(&o, out, err);
	evd_object_release(&o);
	return r;
}

/* A string member into `out`; false if absent, too long or holding a NUL. */
static bool take_text(const struct evd_json *j, const char *key, char *out, size_t cap)
{
	struct evd_view raw;
	struct evd_buf b = {0};
	bool ok = evd_json_string(j, 0, key, &raw);

	if (ok) {
		evd_put_unescaped(&b, raw);
		ok = !b.failed && b.len < cap && (b.len == 0 || !memchr(b.data, 0, b.len));
	}
	if (ok) {
		if (b.len)
			memcpy(out, b.data, b.len);
		out[b.len] = '\0';
	}
	evd_buf_release(&b);
	return ok;
}

int evd_identity_parse(struct evd_view json, struct evd_identity *out, struct evd_error *err)
{
	struct evd_identity_info *info = &out->info;
	struct evd_json j = {0};
	char format[64];
	bool ok;

	if (evd_json_parse(&j, json, err)) {
		evd_json_release(&j);
		return evd_fail(err, EVD_E_DAMAGED, "identity.json is damaged");
	}
	ok = take_text(&j, "format", format, sizeof format);
	if (ok && strcmp(format, FORMAT) != 0) {
		evd_json_release(&j);
		return evd_fail(err, EVD_E_UNSUPPORTED, "identity.json is of another format, %.60s",
		                format);
	}
	ok = ok && take_text(&j, "name", info->name, sizeof info->name) &&
	     take_text(&j, "role", info->role, sizeof info->role) &&
	     take_text(&j, "organisation", info->organisation, sizeof info->organisation) &&
	     take_text(&j, "kind", info->kind, sizeof info->kind);
	if (ok && strcmp(info->kind, "pkcs11") == 0)
		ok = take_text(&j, "module", out->card.module, sizeof out->card.module) &&
		     take_text(&j, "tokenSerial", out->card.token_serial, sizeof out->card.token_serial) &&
		     take_text(&j, "tokenLabel", out->card.token_label, sizeof out->card.token_label) &&
		     take_text(&j, "objectId", out->card.object_id, sizeof out->card.object_id);
	else if (ok)
		ok = strcmp(info->kind, "file") == 0 || strcmp(info->kind, "pkcs12") == 0;
	evd_json_release(&j);
	if (!ok || evd_identity_check(info, NULL))
		return evd_fail(err, EVD_E_DAMAGED, "identity.json lacks what it must hold");
	return 0;
}

/* A folder and those above it, each 0700 if it has to be made. */
static int make_folders(const char *path, struct evd_error *err)
{
	char part[4096];
	int n = snprintf(part, sizeof part, "%s", path);

	if (n <= 0)
		return evd_fail(err, EVD_E_MISUSE, "the folder's path is empty");
	if ((size_t)n >= sizeof part)
		return evd_fail(err, EVD_E_MISUSE, "the folder's path is too long");
	for (char *at = part + 1; *at; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return evd_fail_sys(err, errno, "folder %s cannot be made", part);
		*at = '/';
	}
	if (mkdir(part, 0700) != 0 && errno != EEXIST)
		return evd_fail_sys(err, errno, "folder %s cannot be made", part);
	return 0;
}

int evd_identities_open(const char *home, bool make, int *out, struct evd_error *err)
{
	int fd, r = make ? make_folders(home, err) : 0;

	*out = -1;
	if (r == 0)
		r = evd_dir_open(-1, home, &fd, err);
	if (r)
		return r;
	if (make && mkdirat(fd, FOLDER, 0700) != 0 && errno != EEXIST)
		r = evd_fail_sys(err, errno, "folder %s/" FOLDER " cannot be made", home);
	else if (make)
		r = evd_sync(fd, err);
	if (r == 0)
		r = evd_dir_open(fd, FOLDER, out, err);
	close(fd);
	return r;
}

int evd_private_file(const char *path, struct evd_view v, struct evd_error *err)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char folder[4096] = ".", fresh[40], hex[17];
	uint8_t random[8];
	int at, r = evd_random(random, sizeof random, err);

	if (r)
		return r;
	if (!*name || (slash && (size_t)(slash - path) + 2 > sizeof folder))
		return evd_fail(err, EVD_E_MISUSE, "%.200s is no name for a file", path);
	if (slash)
		snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
	evd_hex(hex, random, sizeof random);
	snprintf(fresh, sizeof fresh, ".new-%s", hex);
	r = evd_dir_open(-1, folder, &at, err);
	if (r)
		return r;
	r = evd_file_put(at, fresh, v, err);
	if (r == 0)
		r = evd_rename_new(at, fresh, at, name, err);
	if (r)
		evd_remove(at, fresh);
	else
		r = evd_sync(at, err);
	close(at);
	return r;
}

static int put_files(int dir, const struct evd_identity *i, struct evd_view key_pem,
                     struct evd_error *err)
{
	struct evd_buf json = {0};
	int r = evd_identity_json(i, &json, err);

	if (r == 0)
		r = evd_file_put(dir, "certificate.der", evd_buf_view(&i->certificate), err);
	if (r == 0)
		r = evd_file_put(dir, "identity.json", evd_buf_view(&json), err);
	if (r == 0 && key_pem.len)
		r = evd_file_put(dir, "key.pem", key_pem, err);
	if (r == 0)
		r = evd_sync(dir, err);
	evd_buf_release(&json);
	return r;
}

int evd_identity_write(const char *home, const struct evd_identity *i, struct evd_view key_pem,
                       struct evd_error *err)
{
	char fresh[24], name[2 * EVD_SHA256_LEN + 1], hex[17];
	uint8_t random[8];
	int at = -1, dir = -1, r = evd_identity_check(&i->info, err);

	if (r == 0)
		r = evd_random(random, sizeof random, err);
	if (r == 0)
		r = evd_identities_open(home, true, &at, err);
	if (r)
		return r;
	evd_hex(hex, random, sizeof random);
	snprintf(fresh, sizeof fresh, ".new-%s", hex);
	evd_hex(name, i->info.fingerprint, EVD_SHA256_LEN);
	name[8] = '\0';
	if (evd_file_exists(at, name)) {
		r = evd_fail(err, EVD_E_EXISTS, "identity %s exists already; nothing was written", name);
		goto out;
	}
	r = evd_dir_make(at, fresh, err);
	if (r)
		goto out;
	r = evd_dir_open(at, fresh, &dir, err);
	if (r == 0)
		r = put_files(dir, i, key_pem, err);
	if (r == 0)
		r = evd_rename_new(at, fresh, at, name, err);
	if (r)
		evd_remove_tree(at, fresh);
	else
		r = evd_sync(at, err);
out:
	if (dir >= 0)
		close(dir);
	close(at);
	return r;
}

/* DENIED if anyone but the owner could have read or replaced it (threats X-28). */
static int check_private(int fd, const char *what, const char *name, struct evd_error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return evd_fail_sys(err, errno, "%s of identity %s", what, name);
	if (st.st_uid != geteuid() && geteuid() != 0)
		return evd_fail(err, EVD_E_DENIED, "the %s of identity %s belongs to another user", what,
		                name);
	if (st.st_mode & 077)
		return evd_fail(err, EVD_E_DENIED,
		                "the %s of identity %s is open to others (mode %04o): chmod go= it, and if "
		                "others used this computer, make a new identity",
		                what, name, (unsigned)(st.st_mode & 07777));
	return 0;
}

int evd_identity_private(int identities_fd, const char *name, struct evd_error *err)
{
	int dir, r = evd_dir_open(identities_fd, name, &dir, err);

	if (r)
		return r;
	r = check_private(dir, "folder", name, err);
	close(dir);
	return r;
}

static int read_all(int fd, uint64_t size, struct evd_buf *out, struct evd_error *err)
{
	uint8_t block[4096];
	ssize_t n = 1;

	if (size > EVD_MAX_KEY_FILE)
		return evd_fail(err, EVD_E_LIMIT, "key.pem is larger than %u bytes", EVD_MAX_KEY_FILE);
	out->max = EVD_MAX_KEY_FILE;
	while (n != 0) {
		n = read(fd, block, sizeof block);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return evd_fail_sys(err, errno, "key.pem");
		evd_put(out, block, (size_t)n);
	}
	return evd_buf_check(out, err);
}

/* docs/identity.md: a damaged identity is named; one of whose files is missing is damaged. */
static int name_identity(int r, const char *name, struct evd_error *err)
{
	char why[sizeof err->text];

	if (r == EVD_E_NOTFOUND)
		r = EVD_E_DAMAGED;
	if (!err || strncmp(err->text, "identity ", 9) == 0)
		return r;
	snprintf(why, sizeof why, "%s", err->text);
	return evd_fail(err, r, "identity %s: %.200s", name, why);
}

int evd_identity_read_key(int identities_fd, const char *name, struct evd_buf *out,
                          struct evd_error *err)
{
	int dir, fd, r = evd_dir_open(identities_fd, name, &dir, err);
	uint64_t size;

	if (r)
		return r;
	r = check_private(dir, "folder", name, err);
	if (r == 0) {
		r = evd_file_open(dir, "key.pem", &fd, &size, err);
		r = r ? name_identity(r, name, err) : 0;
	}
	close(dir);
	if (r)
		return r;
	r = check_private(fd, "key file", name, err);
	if (r == 0)
		r = read_all(fd, size, out, err);
	close(fd);
	return r;
}

int evd_identity_read(int identities_fd, const char *name, struct evd_identity *out,
                      struct evd_error *err)
{
	char hex[2 * EVD_SHA256_LEN + 1];
	struct evd_buf json = {0};
	struct evd_key *k = NULL;
	int dir, r = evd_dir_open(identities_fd, name, &dir, err);

	if (r)
		return name_identity(r, name, err);
	r = evd_file_read(dir, "certificate.der", EVD_MAX_P7S, &out->certificate, err);
	if (r == 0)
		r = evd_file_read(dir, "identity.json", EVD_MAX_IDENTITY_JSON, &json, err);
	close(dir);
	if (r == 0)
		r = evd_key_new(evd_buf_view(&out->certificate), &k, err);
	if (r == 0)
		r = evd_identity_parse(evd_buf_view(&json), out, err);
	if (r == 0) {
		memcpy(out->info.fingerprint, k->fingerprint, EVD_SHA256_LEN);
		memcpy(out->info.algorithm, k->info.algorithm, sizeof out->info.algorithm);
		evd_hex(hex, k->fingerprint, EVD_SHA256_LEN);
		if (strncmp(hex, name, 8) != 0)
			r = evd_fail(err, EVD_E_DAMAGED, "identity %s: its certificate is another one, %.8s",
			             name, hex);
	}
	evd_key_free(k);
	evd_buf_release(&json);
	if (r)
		evd_identity_release(out);
	return r ? name_identity(r, name, err) : 0;
}
