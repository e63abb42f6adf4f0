/* certificate: see certificate.h. */
#include "chain/certificate.h"

#include "base/digest.h"

#include <openssl/x509v3.h>
#include <string.h>

X509 *evd_certificate_read(struct evd_view der)
{
	X509 *x = X509_new_ex(evd_crypto(), NULL);
	const uint8_t *p = der.p;

	if (!x || der.len > EVD_MAX_P7S || !d2i_X509(&x, &p, (long)der.len) || p != der.p + der.len) {
		X509_free(x);
		return NULL;
	}
	return x;
}

/* Extensions whose meaning is looked at or does not matter here; others must not be critical. */
static bool is_known_extension(int nid)
{
	static const int known[] = {NID_basic_constraints,     NID_key_usage,
	                            NID_ext_key_usage,         NID_subject_alt_name,
	                            NID_certificate_policies,  NID_authority_key_identifier,
	                            NID_subject_key_identifier};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i] == nid)
			return true;
	return false;
}

static bool criticals_known(X509 *x)
{
	for (int i = 0; i < X509_get_ext_count(x); i++) {
		X509_EXTENSION *e = X509_get_ext(x, i);

		if (X509_EXTENSION_get_critical(e) &&
		    !is_known_extension(OBJ_obj2nid(X509_EXTENSION_get_object(e))))
			return false;
	}
	return true;
}

/* The extension decoded; *ok false if it is there but twice or not decodable. */
static void *extension(X509 *x, int nid, bool *ok)
{
	int found = 0;
	void *value = X509_get_ext_d2i(x, nid, &found, NULL);

	*ok = *ok && (value || found == -1);
	return value;
}

static bool is_signing_use(const ASN1_OBJECT *use)
{
	char oid[64];

	OBJ_obj2txt(oid, sizeof oid, use, 1);
	return strcmp(oid, "1.3.6.1.5.5.7.3.4") == 0 || strcmp(oid, "1.3.6.1.5.5.7.3.36") == 0 ||
	       strcmp(oid, "2.5.29.37.0") == 0;
}

/* docs/verify.md §5: what a signing certificate may be used for. */
bool evd_certificate_signs(X509 *x)
{
	bool ok = X509_get_version(x) == X509_VERSION_3 && criticals_known(x);
	BASIC_CONSTRAINTS *basic = extension(x, NID_basic_constraints, &ok);
	ASN1_BIT_STRING *usage = extension(x, NID_key_usage, &ok);
	EXTENDED_KEY_USAGE *eku = extension(x, NID_ext_key_usage, &ok);
	bool signing = !eku;

	for (int i = 0; i < sk_ASN1_OBJECT_num(eku); i++)
		signing = signing || is_signing_use(sk_ASN1_OBJECT_value(eku, i));
	ok = ok && signing && !(basic && basic->ca) &&
	     (!usage || ASN1_BIT_STRING_get_bit(usage, 0) || ASN1_BIT_STRING_get_bit(usage, 1));
	BASIC_CONSTRAINTS_free(basic);
	ASN1_BIT_STRING_free(usage);
	EXTENDED_KEY_USAGE_free(eku);
	return ok;
}
