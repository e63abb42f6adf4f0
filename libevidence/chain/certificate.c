/* certificate: see certificate.h. */
#include "chain/certificate.h"

#include "base/der.h"
#include "base/digest.h"

#include <openssl/x509v3.h>
#include <string.h>

X509 *evd_certificate_read(struct evd_view der)
{
	X509 *x = X509_new_ex(evd_crypto(), NULL);
	const uint8_t *p = der.p;

	if (!x || der.len > EVD_MAX_P7S || !evd_der_sound(der) || !d2i_X509(&x, &p, (long)der.len) ||
	    p != der.p + der.len || (X509_get0_extensions(x) && !X509_get_ext_count(x))) {
		X509_free(x);
		return NULL;
	}
	return x;
}

/* Extensions whose meaning is looked at or does not matter here; others must not be critical. */
static bool is_known_extension(int nid, enum evd_use use, bool ca)
{
	static const int known[] = {NID_basic_constraints,     NID_key_usage,
	                            NID_ext_key_usage,         NID_subject_alt_name,
	                            NID_certificate_policies,  NID_authority_key_identifier,
	                            NID_subject_key_identifier};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i] == nid)
			return true;
	return ca ? nid == NID_name_constraints
	          : use == EVD_USE_RESPONDER && nid == NID_id_pkix_OCSP_noCheck;
}

static bool criticals_known(X509 *x, enum evd_use use, bool ca)
{
	for (int i = 0; i < X509_get_ext_count(x); i++) {
		X509_EXTENSION *e = X509_get_ext(x, i);

		if (X509_EXTENSION_get_critical(e) &&
		    !is_known_extension(OBJ_obj2nid(X509_EXTENSION_get_object(e)), use, ca))
			return false;
	}
	return true;
}

/* OpenSSL's decoders take BER, and leave what stands behind. */
bool evd_extension_sound(X509_EXTENSION *e)
{
	const ASN1_OCTET_STRING *v = X509_EXTENSION_get_data(e);

	return evd_der_sound(evd_view_of(ASN1_STRING_get0_data(v), (size_t)ASN1_STRING_length(v)));
}

void *evd_certificate_extension(X509 *x, int nid, bool *ok)
{
	int found = 0, at = X509_get_ext_by_NID(x, nid, -1);
	bool sound = at < 0 || evd_extension_sound(X509_get_ext(x, at));
	void *value = sound ? X509_get_ext_d2i(x, nid, &found, NULL) : NULL;

	*ok = *ok && (value || found == -1);
	return value;
}

static bool is_use(const ASN1_OBJECT *it, enum evd_use use, bool ca)
{
	char oid[64];

	OBJ_obj2txt(oid, sizeof oid, it, 1);
	if (ca && strcmp(oid, "2.5.29.37.0") == 0)
		return true;
	if (use != EVD_USE_SIGNER)
		return strcmp(oid, use == EVD_USE_AUTHORITY ? "1.3.6.1.5.5.7.3.8" : "1.3.6.1.5.5.7.3.9") ==
		       0;
	return strcmp(oid, "1.3.6.1.5.5.7.3.4") == 0 || strcmp(oid, "1.3.6.1.5.5.7.3.36") == 0 ||
	       strcmp(oid, "2.5.29.37.0") == 0;
}

/* The three extensions that say what for; none of them twice or undecodable. */
struct purpose {
	BASIC_CONSTRAINTS *basic;
	ASN1_BIT_STRING *usage;
	EXTENDED_KEY_USAGE *eku;
	bool ok, listed; /* one of eku is the use asked for */
};

static void purpose_of(X509 *x, enum evd_use use, bool ca, struct purpose *p)
{
	*p = (struct purpose){.ok =
	                          X509_get_version(x) == X509_VERSION_3 && criticals_known(x, use, ca)};
	p->basic = evd_certificate_extension(x, NID_basic_constraints, &p->ok);
	p->usage = evd_certificate_extension(x, NID_key_usage, &p->ok);
	p->eku = evd_certificate_extension(x, NID_ext_key_usage, &p->ok);
	for (int i = 0; i < sk_ASN1_OBJECT_num(p->eku); i++)
		p->listed = p->listed || is_use(sk_ASN1_OBJECT_value(p->eku, i), use, ca);
}

static bool purpose_end(struct purpose *p, bool ok)
{
	ok = ok && p->ok;
	BASIC_CONSTRAINTS_free(p->basic);
	ASN1_BIT_STRING_free(p->usage);
	EXTENDED_KEY_USAGE_free(p->eku);
	return ok;
}

bool evd_certificate_serves(X509 *x, enum evd_use use)
{
	int at = X509_get_ext_by_NID(x, NID_ext_key_usage, -1);
	struct purpose p;
	bool ok;

	purpose_of(x, use, false, &p);
	ok = !(p.basic && p.basic->ca) &&
	     (!p.usage || ASN1_BIT_STRING_get_bit(p.usage, 0) || ASN1_BIT_STRING_get_bit(p.usage, 1));
	if (use == EVD_USE_AUTHORITY) /* RFC 3161 §2.3: critical, and nothing else */
		ok = ok && p.listed && sk_ASN1_OBJECT_num(p.eku) == 1 &&
		     X509_EXTENSION_get_critical(X509_get_ext(x, at));
	else
		ok = ok && (p.listed || (use == EVD_USE_SIGNER && !p.eku));
	return purpose_end(&p, ok);
}

static bool length_holds(const ASN1_INTEGER *most, size_t below)
{
	uint64_t n = 0;

	if (!most)
		return true;
	if (ASN1_STRING_type(most) == V_ASN1_NEG_INTEGER)
		return false;
	return ASN1_INTEGER_get_uint64(&n, most) != 1 || n >= below; /* larger than 64 bits: holds */
}

bool evd_certificate_issues(X509 *x, enum evd_use use, size_t below)
{
	struct purpose p;

	purpose_of(x, use, true, &p);
	return purpose_end(&p, p.basic && p.basic->ca && length_holds(p.basic->pathlen, below) &&
	                           p.usage && ASN1_BIT_STRING_get_bit(p.usage, 5) &&
	                           (!p.eku || p.listed));
}
