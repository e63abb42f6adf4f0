/* container: see container.h. Offsets in comments are those of docs/format.md §8. */
#include "verify/container.h"

#include "platform/input.h"
#include "verify/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW (UINT32_C(256) << 10)
#define END_LEN 22u
#define END64_LEN 56u
#define LOCATOR_LEN 20u
#define LOCAL_LEN 30u
#define CENTRAL_LEN 46u
#define EXTRA_MAX 28u
#define NO_FIT16 0xffffu
#define NO_FIT32 0xffffffffu

static const char media_type[] = "application/vnd.etsi.asic-e+zip";

int evd_read_at(int fd, uint64_t off, void *p, size_t len, struct evd_error *err)
{
	uint8_t *to = p;

	while (len) {
		int64_t n = evd_input_read(fd, off, to, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int sys = errno;

			return evd_fail(err, EVD_E_IO, "read failed: %s", strerror(sys));
		}
		if (n == 0)
			return evd_fail(err, EVD_E_IO, "the file became shorter while it was read");
		to += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

static int bad(const struct evd_findings *to, const char *what)
{
	return evd_finding(to, EVD_F_CONTAINER_STRUCTURE, "", "%s", what);
}

/* ---- end records ---- */

struct end {
	uint64_t n, cd_size, cd_off;
	bool zip64;
};

static bool read_end(struct evd_view v, struct end *e)
{
	struct evd_cursor c;
	uint32_t sig;
	uint16_t disk, cd_disk, here, total, comment;

	evd_cursor_init(&c, v);
	sig = evd_get_u32le(&c);
	disk = evd_get_u16le(&c);
	cd_disk = evd_get_u16le(&c);
	here = evd_get_u16le(&c);
	total = evd_get_u16le(&c);
	e->n = total;
	e->cd_size = evd_get_u32le(&c);
	e->cd_off = evd_get_u32le(&c);
	comment = evd_get_u16le(&c);
	e->zip64 = total == NO_FIT16 || e->cd_size == NO_FIT32 || e->cd_off == NO_FIT32;
	return sig == 0x06054b50 && !disk && !cd_disk && here == total && !comment;
}

/* The ZIP64 end record and locator: present if and only if a field of the end record did not fit. */
static bool read_end64(struct evd_view v, uint64_t off, const struct end *small, struct end *e)
{
	struct evd_cursor c;
	bool ok;

	evd_cursor_init(&c, v);
	ok = evd_get_u32le(&c) == 0x06064b50 && evd_get_u64le(&c) == END64_LEN - 12 &&
	     evd_get_u16le(&c) == 45 && evd_get_u16le(&c) == 45 && evd_get_u32le(&c) == 0 &&
	     evd_get_u32le(&c) == 0;
	e->n = evd_get_u64le(&c);
	ok = ok && evd_get_u64le(&c) == e->n;
	e->cd_size = evd_get_u64le(&c);
	e->cd_off = evd_get_u64le(&c);
	ok = ok && evd_get_u32le(&c) == 0x07064b50 && evd_get_u32le(&c) == 0 &&
	     evd_get_u64le(&c) == off && evd_get_u32le(&c) == 1;
	return ok && (small->n == NO_FIT16 ? e->n >= NO_FIT16 : e->n == small->n) &&
	       (small->cd_size == NO_FIT32 ? e->cd_size >= NO_FIT32 : e->cd_size == small->cd_size) &&
	       (small->cd_off == NO_FIT32 ? e->cd_off >= NO_FIT32 : e->cd_off == small->cd_off);
}

static int read_ends(struct evd_container *c, const struct evd_findings *to, struct evd_error *err)
{
	uint8_t tail[END64_LEN + LOCATOR_LEN + END_LEN];
	struct end small, e;
	uint64_t end_off, cd_end;
	int r;

	if (c->size < LOCAL_LEN + CENTRAL_LEN + END_LEN)
		return bad(to, "too short to be a container");
	end_off = cd_end = c->size - END_LEN;
	r = evd_read_at(c->fd, end_off, tail, END_LEN, err);
	if (r)
		return r;
	if (!read_end(evd_view_of(tail, END_LEN), &small))
		return bad(to, "no end record at the end of the file: cut short, or bytes added");
	e = small;
	if (small.zip64) {
		_Static_assert(LOCAL_LEN + CENTRAL_LEN >= END64_LEN + LOCATOR_LEN, "no room for both");
		cd_end = end_off - END64_LEN - LOCATOR_LEN;
		r = evd_read_at(c->fd, cd_end, tail, END64_LEN + LOCATOR_LEN, err);
		if (r)
			return r;
		if (!read_end64(evd_view_of(tail, END64_LEN + LOCATOR_LEN), cd_end, &small, &e))
			return bad(to, "ZIP64 end record");
	}
	if (e.cd_off > cd_end || cd_end - e.cd_off != e.cd_size)
		return bad(to, "the central directory does not stand where the end record says");
	c->n = e.n;
	c->cd_off = e.cd_off;
	c->cd_size = e.cd_size;
	return e.n ? 0 : bad(to, "the container is empty");
}

/* ---- headers ---- */

/* `len` bytes at `off`, within the bytes before `limit`; fewer come if limit is nearer. */
static int window_at(struct evd_container *c, uint64_t off, uint64_t limit, size_t len,
                     struct evd_view *out, struct evd_error *err)
{
	uint64_t left = limit - off;
	int r;

	if (len > left)
		len = (size_t)left;
	if (off < c->window_off || off + len > c->window_off + c->window_len) {
		size_t want = left < WINDOW ? (size_t)left : WINDOW;

		r = evd_read_at(c->fd, off, c->window, want, err);
		if (r)
			return r;
		c->window_off = off;
		c->window_len = want;
	}
	*out = evd_view_of(c->window + (off - c->window_off), len);
	return 0;
}

/* What a central header says, and how long it is. */
struct central {
	struct evd_member_file file;
	uint64_t local_off;
	size_t len;
	uint16_t need; /* version needed */
};

static bool read_extra(struct evd_cursor *c, struct central *h, bool size, bool off)
{
	uint64_t stored = 0;

	if (!size && !off)
		return true;
	if (evd_get_u16le(c) != 1 || evd_get_u16le(c) != (size ? 16 : 0) + (off ? 8 : 0))
		return false;
	if (size) {
		stored = evd_get_u64le(c);
		h->file.size = evd_get_u64le(c);
	}
	if (off)
		h->local_off = evd_get_u64le(c);
	return (!size || (stored == h->file.size && stored >= NO_FIT32)) &&
	       (!off || h->local_off >= NO_FIT32);
}

static bool read_central(struct evd_view v, struct central *h)
{
	struct evd_cursor c;
	uint32_t stored, size, off;
	uint16_t name_len, extra_len;
	struct evd_view name;
	bool ok, big, far;

	evd_cursor_init(&c, v);
	ok = evd_get_u32le(&c) == 0x02014b50 && evd_get_u16le(&c) == 45;
	h->need = evd_get_u16le(&c);
	/* flags, method, time, date */
	ok = ok && evd_get_u16le(&c) == 0 && evd_get_u16le(&c) == 0 && evd_get_u16le(&c) == 0 &&
	     evd_get_u16le(&c) == 0x0021;
	h->file.crc32 = evd_get_u32le(&c);
	stored = evd_get_u32le(&c);
	size = evd_get_u32le(&c);
	name_len = evd_get_u16le(&c);
	extra_len = evd_get_u16le(&c);
	/* comment, disk, internal and external attributes */
	ok = ok && evd_get_u16le(&c) == 0 && evd_get_u16le(&c) == 0 && evd_get_u16le(&c) == 0 &&
	     evd_get_u32le(&c) == 0;
	off = evd_get_u32le(&c);
	big = size == NO_FIT32;
	far = off == NO_FIT32;
	if (!ok || stored != size || h->need != (big || far ? 45 : 10) ||
	    extra_len != (big || far ? 4 : 0) + (big ? 16 : 0) + (far ? 8 : 0))
		return false;
	h->file.size = size;
	h->local_off = off;
	h->file.name_len = name_len;
	name = evd_get_bytes(&c, name_len <= EVD_MAX_NAME ? name_len : 0);
	if (name.len)
		memcpy(h->file.name, name.p, name.len);
	h->file.name[name.len] = '\0';
	h->len = CENTRAL_LEN + name_len + extra_len;
	/* a name over the limit is refused later, by its own finding; its extra is then unread */
	return name_len > EVD_MAX_NAME || (read_extra(&c, h, big, far) && evd_cursor_ok(&c));
}

/* The local header must say the same; `v` holds it from its start. */
static bool local_fits(struct evd_view v, const struct central *h)
{
	bool big = h->file.size >= NO_FIT32;
	struct evd_cursor c;
	bool ok;

	evd_cursor_init(&c, v);
	ok = evd_get_u32le(&c) == 0x04034b50 && evd_get_u16le(&c) == (big ? 45 : 10) &&
	     evd_get_u16le(&c) == 0 && evd_get_u16le(&c) == 0 && evd_get_u16le(&c) == 0 &&
	     evd_get_u16le(&c) == 0x0021 && evd_get_u32le(&c) == h->file.crc32 &&
	     evd_get_u32le(&c) == (big ? NO_FIT32 : h->file.size) &&
	     evd_get_u32le(&c) == (big ? NO_FIT32 : h->file.size) &&
	     evd_get_u16le(&c) == h->file.name_len && evd_get_u16le(&c) == (big ? 20 : 0) &&
	     evd_view_eq(evd_get_bytes(&c, h->file.name_len),
	                 evd_view_of(h->file.name, h->file.name_len));
	if (ok && big)
		ok = evd_get_u16le(&c) == 1 && evd_get_u16le(&c) == 16 &&
		     evd_get_u64le(&c) == h->file.size && evd_get_u64le(&c) == h->file.size;
	return ok;
}

static size_t local_len(const struct central *h)
{
	return LOCAL_LEN + h->file.name_len + (h->file.size >= NO_FIT32 ? 20 : 0);
}

void evd_container_rewind(struct evd_container *c)
{
	c->at = c->cd_off;
	c->done = 0;
	c->next_off = 0;
	c->window_len = 0;
}

static int next_central(struct evd_container *c, struct central *h, bool *ok, struct evd_error *err)
{
	struct evd_view v;
	int r = window_at(c, c->at, c->cd_off + c->cd_size, CENTRAL_LEN + EVD_MAX_NAME + EXTRA_MAX, &v,
	                  err);

	if (r)
		return r;
	*ok = read_central(v, h) && h->len <= c->cd_off + c->cd_size - c->at;
	if (*ok)
		c->at += h->len;
	return 0;
}

int evd_container_next(struct evd_container *c, struct evd_member_file *out, struct evd_error *err)
{
	struct central h;
	bool ok;
	int r;

	if (c->done == c->n)
		return EVD_END;
	r = next_central(c, &h, &ok, err);
	if (r)
		return r;
	if (!ok)
		return evd_fail(err, EVD_E_IO, "the file changed while it was read");
	h.file.off = c->next_off + local_len(&h);
	c->next_off = h.file.off + h.file.size;
	c->done++;
	*out = h.file;
	return 0;
}

/* One file in the first pass: central header, local header at its exact place, room for the bytes. */
static int check_file(struct evd_container *c, const struct evd_findings *to, struct central *h,
                      struct evd_error *err)
{
	uint8_t buf[LOCAL_LEN + EVD_MAX_NAME + 20];
	size_t len;
	bool ok;
	int r = next_central(c, h, &ok, err);

	if (r)
		return r;
	if (!ok)
		return bad(to, "a header of the central directory");
	if (h->file.name_len == 0 || h->file.name_len > EVD_MAX_NAME)
		return evd_finding(to, EVD_F_CONTAINER_NAME, "", "a name that is empty or over %u bytes",
		                   EVD_MAX_NAME);
	len = local_len(h);
	if (h->local_off != c->next_off || len > c->cd_off - c->next_off ||
	    h->file.size > c->cd_off - c->next_off - len)
		return bad(to, "files do not follow each other without gap");
	r = evd_read_at(c->fd, c->next_off, buf, len, err);
	if (r)
		return r;
	if (!local_fits(evd_view_of(buf, len), h))
		return bad(to, "a file's own header and the central directory differ");
	if (strlen(h->file.name) != h->file.name_len)
		return evd_finding(to, EVD_F_CONTAINER_NAME, "", "a name with a NUL inside");
	h->file.off = c->next_off + len;
	c->next_off = h->file.off + h->file.size;
	c->done++;
	return 0;
}

static int check_mimetype(struct evd_container *c, const struct evd_findings *to,
                          const struct evd_member_file *f, struct evd_error *err)
{
	char text[sizeof media_type];
	int r;

	if (f->size != sizeof media_type - 1)
		return evd_finding(to, EVD_F_NOT_THIS_FORMAT, "", "another media type");
	r = evd_read_at(c->fd, f->off, text, sizeof media_type - 1, err);
	if (r == 0 && memcmp(text, media_type, sizeof media_type - 1) != 0)
		return evd_finding(to, EVD_F_NOT_THIS_FORMAT, "", "another media type");
	return r;
}

/* All headers. Names are judged as they come; what kind of container it is, at the end. */
static int check_all(struct evd_container *c, const struct evd_findings *to, struct evd_error *err)
{
	struct evd_names *names = malloc(sizeof *names);
	struct central h, first;
	int r = 0;

	if (!names)
		return evd_nomem(err);
	evd_names_init(names);
	evd_container_rewind(c);
	memset(&first, 0, sizeof first);
	while (r == 0 && c->done < c->n) {
		r = check_file(c, to, &h, err);
		if (r == 0 && c->done == 1) {
			first = h;
			if (strcmp(h.file.name, "mimetype") != 0)
				r = bad(to, "the first file is not mimetype");
		}
		if (r == 0)
			r = evd_names_add(names, h.file.name, to);
	}
	if (r == 0 && (c->at != c->cd_off + c->cd_size || c->next_off != c->cd_off))
		r = bad(to, "bytes that belong to nothing");
	if (r == 0)
		r = check_mimetype(c, to, &first.file, err);
	if (r == 0)
		r = evd_names_end(names, to, c);
	free(names);
	return r;
}

int evd_container_open(int fd, const struct evd_findings *to, struct evd_container *c,
                       struct evd_error *err)
{
	bool regular;
	int r;

	memset(c, 0, sizeof *c);
	c->fd = fd;
	r = evd_input_look(fd, &regular, &c->size, err);
	if (r)
		return r;
	if (!regular)
		return evd_finding(to, EVD_F_NOT_THIS_FORMAT, "",
		                   "not a regular file: give the one .asice file itself");
	c->window = malloc(WINDOW);
	if (!c->window)
		return evd_nomem(err);
	r = read_ends(c, to, err);
	if (r == 0)
		r = check_all(c, to, err);
	evd_container_rewind(c);
	return r;
}

void evd_container_release(struct evd_container *c)
{
	free(c->window);
	c->window = NULL;
}
