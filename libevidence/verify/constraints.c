/* constraints: see constraints.h. */
#include "verify/constraints.h"

#include "base/der.h"

#include <openssl/x509v3.h>

/* The next character of a text in which case, outer blanks and the number of blanks do not count; -1 at
 * the end. */
static int next_folded(struct evd_view *v, bool *begun)
{
	bool blank = false;
	int c;

	while (v->len && *v->p == ' ') {
		blank = true;
		v->p++;
		v->len--;
	}
	if (v->len == 0)
		return -1;
	if (blank && *begun)
		return ' ';
	*begun = true;
	c = *v->p++;
	v->len--;
	return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
}

static bool same_text(struct evd_view a, struct evd_view b)
{
	bool in_a = false, in_b = false;
	int x, y;

	do {
		x = next_folded(&a, &in_a);
		y = next_folded(&b, &in_b);
	} while (x == y && x >= 0);
	return x == y;
}

static bool is_text(uint8_t tag)
{
	return tag == 0x0c || tag == 0x13 || tag == 0x16; /* UTF8String, PrintableString, IA5String */
}

/* AttributeTypeAndValue, both whole, as OpenSSL decoded them: nothing stands behind the values. */
static bool same_attribute(struct evd_view a, struct evd_view b)
{
	struct evd_cursor c, x, y;

	evd_cursor_init(&c, a);
	x = evd_der_enter(&c, 0x30);
	evd_cursor_init(&c, b);
	y = evd_der_enter(&c, 0x30);
	if (!evd_view_eq(evd_der_get(&x, 0x06), evd_der_get(&y, 0x06)))
		return false;
	if (!is_text(evd_der_peek(&x)) || !is_text(evd_der_peek(&y)))
		return evd_view_eq(evd_view_of(x.p, evd_cursor_left(&x)),
		                   evd_view_of(y.p, evd_cursor_left(&y)));
	return same_text(evd_der_get(&x, evd_der_peek(&x)), evd_der_get(&y, evd_der_peek(&y)));
}

/* The RDNs of `tree` begin `name`; both Name, whole. A name that is shorter fails as `x` does. */
static bool in_subtree(struct evd_view name, struct evd_view tree)
{
	struct evd_cursor c, n, t, x, y;

	evd_cursor_init(&c, name);
	n = evd_der_enter(&c, 0x30);
	evd_cursor_init(&c, tree);
	t = evd_der_enter(&c, 0x30);
	while (evd_cursor_left(&t)) {
		x = evd_der_enter(&n, 0x31);
		y = evd_der_enter(&t, 0x31);
		while (evd_cursor_left(&x) && evd_cursor_left(&y))
			if (!same_attribute(evd_der_whole(&x, 0x30), evd_der_whole(&y, 0x30)))
				return false;
		if (!evd_cursor_at_end(&x) || !evd_cursor_at_end(&y))
			return false;
	}
	return true;
}

static struct evd_view name_view(const X509_NAME *name)
{
	const uint8_t *p = NULL;
	size_t n = 0;

	return X509_NAME_get0_der(name, &p, &n) == 1 ? evd_view_of(p, n) : evd_view_of(NULL, 0);
}

static bool shapes_hold(const STACK_OF(GENERAL_SUBTREE) * list)
{
	for (int i = 0; i < sk_GENERAL_SUBTREE_num(list); i++) {
		const GENERAL_SUBTREE *t = sk_GENERAL_SUBTREE_value(list, i);

		if (t->base->type != GEN_DIRNAME || t->minimum || t->maximum)
			return false;
	}
	return true;
}

static bool in_any(struct evd_view name, const STACK_OF(GENERAL_SUBTREE) * list)
{
	for (int i = 0; i < sk_GENERAL_SUBTREE_num(list); i++)
		if (in_subtree(name, name_view(sk_GENERAL_SUBTREE_value(list, i)->base->d.directoryName)))
			return true;
	return false;
}

static bool name_holds(struct evd_view name, const NAME_CONSTRAINTS *nc)
{
	return (!nc->permittedSubtrees || in_any(name, nc->permittedSubtrees)) &&
	       !in_any(name, nc->excludedSubtrees);
}

static bool names_hold(const struct evd_cert *c, const NAME_CONSTRAINTS *nc)
{
	bool ok = true;
	GENERAL_NAMES *alt = evd_certificate_extension(c->x, NID_subject_alt_name, &ok);

	if (c->subject.len > 2)
		ok = ok && name_holds(c->subject, nc);
	for (int i = 0; ok && i < sk_GENERAL_NAME_num(alt); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(alt, i);

		ok = g->type != GEN_DIRNAME || name_holds(name_view(g->d.directoryName), nc);
	}
	GENERAL_NAMES_free(alt);
	return ok;
}

bool evd_constraints_hold(const struct evd_cert *ca, const struct evd_cert *const *below, size_t n)
{
	bool ok = true;
	NAME_CONSTRAINTS *nc = evd_certificate_extension(ca->x, NID_name_constraints, &ok);

	if (nc)
		ok = shapes_hold(nc->permittedSubtrees) && shapes_hold(nc->excludedSubtrees);
	for (size_t i = 0; nc && ok && i < n; i++)
		ok = names_hold(below[i], nc);
	NAME_CONSTRAINTS_free(nc);
	return ok;
}
