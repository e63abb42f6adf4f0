/* names: see names.h. */
#include "verify/names.h"

#include "verify/container.h"

#include <stdio.h>
#include <string.h>

#define META "META-INF/"

void evd_names_init(struct evd_names *s)
{
	memset(s, 0, sizeof *s);
	s->only_envelope = true;
}

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool equal_folded(const char *a, const char *b, size_t n)
{
	size_t i = 0;

	while (i < n && a[i] && fold(a[i]) == fold(b[i]))
		i++;
	return i == n || a[i] == b[i];
}

static bool is_meta(const char *name)
{
	return strncmp(name, META, sizeof META - 1) == 0;
}

/* Windows opens a device for these, whatever follows the first dot. */
static bool is_device(const char *part, size_t n)
{
	static const char *const word[] = {"con", "prn", "aux", "nul"};
	const char *dot = memchr(part, '.', n);
	size_t stem = dot ? (size_t)(dot - part) : n;

	if (stem == 3)
		for (size_t i = 0; i < sizeof word / sizeof *word; i++)
			if (equal_folded(part, word[i], 3))
				return true;
	return stem == 4 && part[3] >= '0' && part[3] <= '9' &&
	       (equal_folded(part, "com", 3) || equal_folded(part, "lpt", 3));
}

static bool part_ok(const char *part, size_t n, bool meta)
{
	if (n == 0 || part[n - 1] == '.' || is_device(part, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = part[i];
		bool upper = c >= 'A' && c <= 'Z';

		if (upper && !meta)
			return false;
		if (!upper && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    (i == 0 || (c != '.' && c != '_' && c != '-')))
			return false;
	}
	return true;
}

static bool form_ok(const char *name)
{
	bool meta = is_meta(name);
	const char *part = name;

	for (;;) {
		size_t n = strcspn(part, "/");

		if (!part_ok(part, n, meta) ||
		    (part == name && !meta && n == sizeof META - 2 && equal_folded(part, META, n)))
			return false;
		if (part[n] == '\0')
			return true;
		part += n + 1;
	}
}

/* mimetype, then bytewise, then META-INF bytewise. */
static bool rises(const struct evd_names *s, const char *name)
{
	if (s->n == 0)
		return true;
	if (strcmp(name, "mimetype") == 0)
		return false;
	if (s->n == 1 && strcmp(s->last, "mimetype") == 0)
		return true;
	if (is_meta(name) != is_meta(s->last))
		return is_meta(name);
	return strcmp(s->last, name) < 0;
}

/* Names with one beginning stand together, so the candidates are a stack. */
static bool is_in_a_file(struct evd_names *s, const char *name)
{
	if (strncmp(name, "mimetype/", 9) == 0) /* it stands first, out of order */
		return true;
	while (s->n_prefix && strncmp(s->last, name, s->prefix[s->n_prefix - 1]) != 0)
		s->n_prefix--;
	for (size_t i = 0; i < s->n_prefix; i++)
		if (name[s->prefix[i]] == '/')
			return true;
	s->prefix[s->n_prefix++] = strlen(name);
	return false;
}

static bool is_meta_twin(struct evd_names *s, const char *name)
{
	for (size_t i = 0; i < s->n_meta; i++)
		if (equal_folded(s->meta[i], name, EVD_MAX_NAME + 1))
			return true;
	snprintf(s->meta[s->n_meta++], sizeof *s->meta, "%s", name);
	return false;
}

unsigned evd_names_archive(const char *name, bool manifest)
{
	static const char *const part[2][2] = {{"META-INF/timestamp", ".tst"},
	                                       {"META-INF/ASiCArchiveManifest", ".xml"}};
	size_t n = strlen(part[manifest][0]);
	const char *digit = name + n;

	if (strncmp(name, part[manifest][0], n) != 0 || strspn(digit, "0123456789") != 3 ||
	    digit[0] != '0' || strcmp(digit + 3, part[manifest][1]) != 0)
		return 0;
	return (unsigned)(digit[1] - '0') * 10 + (unsigned)(digit[2] - '0');
}

int evd_names_add(struct evd_names *s, const char *name, const struct evd_findings *to)
{
	const char *fault = NULL;

	if (!form_ok(name))
		fault = "characters or form not allowed";
	else if (!rises(s, name))
		fault = "names out of order, or one twice";
	else if (is_in_a_file(s, name))
		fault = "a file is also a folder";
	else if (s->n_meta == EVD_MAX_META) /* names of META-INF come last */
		return evd_finding(to, EVD_F_CONTAINER_LIMIT, "", "more than %u files in META-INF",
		                   EVD_MAX_META);
	else if (is_meta(name) && is_meta_twin(s, name))
		fault = "two names differ in case alone";
	if (fault)
		return evd_finding(to, EVD_F_CONTAINER_NAME, "", "%s", fault);
	s->n++;
	snprintf(s->last, sizeof s->last, "%s", name);
	if (s->n == 2)
		snprintf(s->second, sizeof s->second, "%s", name);
	if (strncmp(name, "case-", 5) == 0 && strlen(name) > 22 &&
	    strncmp(name + 13, "/custody/", 9) == 0 && strncmp(name, s->second, 14) == 0)
		s->custody = true;
	if (evd_names_archive(name, false))
		s->archives = evd_names_archive(name, false); /* names rise */
	if (strcmp(name, "bundle.age") == 0)
		s->bundle_age = true;
	else if (strcmp(name, "cover.json") == 0)
		s->cover = true;
	else if (!is_meta(name) && s->n > 1)
		s->only_envelope = false;
	return 0;
}

int evd_names_end(const struct evd_names *s, const struct evd_findings *to, struct evd_container *c)
{
	if (s->only_envelope && s->bundle_age && s->cover && s->n_meta) {
		c->envelope = true;
		return 0;
	}
	/* a log was found under the folder of the second name, so that begins with case- and has a slash behind */
	if (!s->custody || strspn(s->second + 5, "0123456789abcdef") != 8)
		return evd_finding(to, EVD_F_NOT_THIS_FORMAT, "",
		                   "a container without a case folder and its custody log");
	memcpy(c->base, s->second, 13);
	c->base[13] = '\0';
	c->archives = s->archives;
	return 0;
}
