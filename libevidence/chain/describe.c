/* describe: see describe.h. */
#include "chain/describe.h"

#include "base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

const char *const *evd_violence_words(void)
{
	static const char *const words[] = {"stalking",
	                                    "intimate-images",
	                                    "harassment",
	                                    "threats",
	                                    "hate",
	                                    "identity-theft",
	                                    "deepfake",
	                                    "doxing",
	                                    "sextortion",
	                                    "fraud",
	                                    "account-takeover",
	                                    "child-abuse-material",
	                                    "violent-extremism",
	                                    "domestic-violence",
	                                    "other",
	                                    NULL};

	return words;
}

static bool is_violence(const char *word)
{
	const char *const *w = evd_violence_words();

	while (*w && strcmp(*w, word) != 0)
		w++;
	return *w != NULL;
}

static bool is_date(const char *text)
{
	char full[64];
	int64_t ms;

	snprintf(full, sizeof full, "%.10sT00:00:00.000Z", text);
	return strlen(text) == 10 && evd_time_parse(evd_view_str(full), &ms);
}

/* In the file under these names. */
static const struct {
	const char *key;
	size_t off;
} members[] = {
    {"number", offsetof(struct evd_description, number)},
    {"title", offsetof(struct evd_description, title)},
    {"institution", offsetof(struct evd_description, institution)},
    {"legalBasis", offsetof(struct evd_description, legal_basis)},
    {"responsible", offsetof(struct evd_description, responsible)},
    {"purpose", offsetof(struct evd_description, purpose)},
    {"language", offsetof(struct evd_description, language)},
    {"violence", offsetof(struct evd_description, violence)},
    {"consent", offsetof(struct evd_description, consent)},
    {"retention", offsetof(struct evd_description, retention)},
    {"review", offsetof(struct evd_description, review)},
    {"excluded", offsetof(struct evd_description, excluded)},
};
#define MEMBERS (sizeof members / sizeof *members)

/* "" if it is absent */
static const char *text_of(const struct evd_description *d, size_t i)
{
	const char *text;

	memcpy(&text, (const char *)d + members[i].off, sizeof text);
	return text ? text : "";
}

int evd_description_check(const struct evd_description *d, struct evd_error *err)
{
	if (!d->number || !*d->number || !d->title || !*d->title)
		return evd_fail(err, EVD_E_MISUSE, "a case needs a number and a title");
	for (size_t i = 0; i < MEMBERS; i++)
		if (!evd_is_utf8(evd_view_str(text_of(d, i))))
			return evd_fail(err, EVD_E_MISUSE, "what was given as %s is not UTF-8", members[i].key);
	if (d->violence && !is_violence(d->violence))
		return evd_fail(err, EVD_E_MISUSE, "'%s' is not a kind of violence from the list",
		                d->violence);
	if ((d->retention && !is_date(d->retention)) || (d->review && !is_date(d->review)))
		return evd_fail(err, EVD_E_MISUSE, "a date is written YYYY-MM-DD");
	return 0;
}

static int write_text(const struct evd_case *c, const struct evd_description *d,
                      struct evd_buf *out, struct evd_error *err)
{
	struct evd_object o;
	int r;

	evd_object_init(&o);
	evd_object_cstr(&o, "format", "libevidence-case-1");
	evd_object_cstr(&o, "caseId", c->log.case_id);
	for (size_t i = 0; i < MEMBERS; i++)
		if (*text_of(d, i))
			evd_object_cstr(&o, members[i].key, text_of(d, i));
	r = evd_object_write(&o, out, err);
	evd_object_release(&o);
	return r;
}

int evd_case_describe(struct evd_case *c, struct evd_key *key, const struct evd_description *d,
                      const struct evd_circumstances *circumstances, struct evd_error *err)
{
	struct evd_draft draft;
	struct evd_buf text = {0};
	int r = evd_description_check(d, err);

	if (r == 0)
		r = write_text(c, d, &text, err);
	if (r == 0)
		r = evd_entry_begin(c, EVD_OPEN, evd_key_actor(key), circumstances, &draft, err);
	if (r == 0) {
		r = evd_entry_text(&draft, evd_buf_view(&text), "json", "description", NULL, err);
		if (r == 0)
			r = evd_entry_commit(&draft, key, err);
		else
			evd_entry_abandon(&draft);
	}
	evd_buf_release(&text);
	return r;
}

int evd_case_new(const char *path, struct evd_key *key, const struct evd_description *d,
                 const struct evd_circumstances *circumstances, struct evd_case *c,
                 struct evd_error *err)
{
	int r = evd_description_check(d, err); /* before anything is made */

	evd_case_init(c);
	if (r == 0)
		r = evd_case_create(path, c, err);
	if (r)
		return r;
	r = evd_case_describe(c, key, d, circumstances, err);
	if (r)
		evd_case_undo(c);
	return r;
}
