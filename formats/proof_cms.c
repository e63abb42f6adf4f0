/*
 * proof_cms: a CMS signature beside its content, and RFC 3161 tokens. Recomputed are: the digest of the content
 * against message-digest, the signature over the signed attributes, and that signing-certificate names the
 * certificate used (RFC 5035). Not judged: whether anybody vouches for that certificate.
 */
#include "proof.h"

#include "base/text.h"

#include <openssl/cms.h>
#include <openssl/ess.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void because(struct proof_signature *out, enum proof_word word, const char *why)
{
	out->word = word;
	snprintf(out->why, sizeof out->why, "%s", why);
}

static void say_signer(struct proof_signature *out, X509 *x)
{
	char line[512] = "";
	struct evd_buf plain = {0};

	X509_NAME_oneline(X509_get_subject_name(x), line, sizeof line);
	evd_put_printable(&plain, evd_view_str(line), 200);
	snprintf(out->signer, sizeof out->signer, "%.*s", plain.failed ? 0 : (int)plain.len,
	         (const char *)plain.data);
	evd_buf_release(&plain);
}

static void say_time(struct proof_signature *out, const ASN1_TIME *t)
{
	struct tm tm;

	if (t && ASN1_TIME_to_tm(t, &tm) == 1)
		snprintf(out->time, sizeof out->time, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
		         tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* The content's digest by algorithm `nid`: of bytes, or one that was made while the archive was read. */
static size_t content_digest(int nid, struct evd_view content, const struct proof_file *file,
                             uint8_t out[64])
{
	enum proof_hash h = proof_hash_named(evd_view_str(OBJ_nid2sn(nid)));
	unsigned len = 0;

	if (h == PROOF_HASHES)
		return 0;
	if (!content.p && file && file->read) {
		memcpy(out, file->digest[h], proof_hash_len(h));
		return proof_hash_len(h);
	}
	return EVP_Digest(content.p ? content.p : (const uint8_t *)"", content.len, out, &len,
	                  proof_hash_md(h), NULL) == 1
	           ? len
	           : 0;
}

static void *attribute(CMS_SignerInfo *si, int nid, int type)
{
	return CMS_signed_get0_data_by_OBJ(si, OBJ_nid2obj(nid), -3, type);
}

/* RFC 5035: the certificate used is the one that was meant. */
static bool certificate_meant(CMS_SignerInfo *si, X509 *signer)
{
	ASN1_STRING *v1 = attribute(si, NID_id_smime_aa_signingCertificate, V_ASN1_SEQUENCE);
	ASN1_STRING *v2 = attribute(si, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE);
	const unsigned char *p1 = v1 ? ASN1_STRING_get0_data(v1) : NULL,
	                    *p2 = v2 ? ASN1_STRING_get0_data(v2) : NULL;
	ESS_SIGNING_CERT *ss = v1 ? d2i_ESS_SIGNING_CERT(NULL, &p1, ASN1_STRING_length(v1)) : NULL;
	ESS_SIGNING_CERT_V2 *ss2 =
	    v2 ? d2i_ESS_SIGNING_CERT_V2(NULL, &p2, ASN1_STRING_length(v2)) : NULL;
	STACK_OF(X509) *chain = sk_X509_new_null();
	bool ok = (ss || ss2) && (!v1 || ss) && (!v2 || ss2) && chain &&
	          sk_X509_push(chain, signer) > 0 &&
	          OSSL_ESS_check_signing_certs(ss, ss2, chain, 1) > 0;

	sk_X509_free(chain);
	ESS_SIGNING_CERT_free(ss);
	ESS_SIGNING_CERT_V2_free(ss2);
	return ok;
}

/* The first signature time-stamp (RFC 3161 appendix A) and the value that it is about. */
static int keep_token(CMS_SignerInfo *si, struct proof_signature *out, struct evd_error *err)
{
	ASN1_STRING *token = CMS_unsigned_get0_data_by_OBJ(
	    si, OBJ_nid2obj(NID_id_smime_aa_timeStampToken), -1, V_ASN1_SEQUENCE);
	ASN1_OCTET_STRING *value = CMS_SignerInfo_get0_signature(si);

	if (!token || !value)
		return 0;
	evd_put(&out->token, ASN1_STRING_get0_data(token), (size_t)ASN1_STRING_length(token));
	evd_put(&out->value, ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
	return out->token.failed || out->value.failed ? evd_nomem(err) : 0;
}

static void judge_signer(CMS_SignerInfo *si, struct evd_view content, const struct proof_file *file,
                         struct proof_signature *out)
{
	ASN1_OCTET_STRING *stated = attribute(si, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);
	X509_ALGOR *digest = NULL;
	X509 *signer = NULL;
	const ASN1_OBJECT *oid = NULL;
	uint8_t own[64];
	size_t len;

	CMS_SignerInfo_get0_algs(si, NULL, &signer, &digest, NULL);
	X509_ALGOR_get0(&oid, NULL, NULL, digest);
	len = content_digest(OBJ_obj2nid(oid), content, file, own);
	if (signer)
		say_signer(out, signer);
	if (!signer)
		because(out, PROOF_UNCHECKED, "the signer's certificate is not in it");
	else if (CMS_signed_get_attr_count(si) <= 0 || !stated)
		because(out, PROOF_UNCHECKED, "it has no signed attributes, or one of them twice");
	else if (len == 0)
		because(out, PROOF_UNCHECKED, "its digest algorithm is not read by this version");
	else if ((size_t)ASN1_STRING_length(stated) != len ||
	         memcmp(ASN1_STRING_get0_data(stated), own, len) != 0)
		because(out, PROOF_FAILS, "the content has another digest than was signed");
	else if (CMS_SignerInfo_verify(si) != 1)
		because(out, PROOF_FAILS, "the signature does not fit, or its algorithm is not known here");
	else if (!certificate_meant(si, signer))
		because(out, PROOF_FAILS, "the certificate in it is not the one that was signed for");
	else
		because(out, PROOF_HOLDS, "");
}

static void claimed_time(CMS_SignerInfo *si, struct proof_signature *out)
{
	const ASN1_OBJECT *oid = OBJ_nid2obj(NID_pkcs9_signingTime);
	const ASN1_TIME *t = CMS_signed_get0_data_by_OBJ(si, oid, -3, V_ASN1_UTCTIME);

	say_time(out, t ? t : CMS_signed_get0_data_by_OBJ(si, oid, -3, V_ASN1_GENERALIZEDTIME));
}

static CMS_ContentInfo *parse(struct evd_view der)
{
	const unsigned char *p = der.p;
	CMS_ContentInfo *cms = der.len && der.len <= PROOF_DOCUMENT_MAX
	                           ? d2i_CMS_ContentInfo(NULL, &p, (long)der.len)
	                           : NULL;

	if (cms && (p != der.p + der.len || OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)) {
		CMS_ContentInfo_free(cms);
		return NULL;
	}
	return cms;
}

/* The only signer of it; NULL with `out` filled otherwise. */
static CMS_SignerInfo *only_signer(CMS_ContentInfo *cms, struct proof_signature *out)
{
	STACK_OF(CMS_SignerInfo) *all = cms ? CMS_get0_SignerInfos(cms) : NULL;

	if (!cms)
		because(out, PROOF_FAILS, "it is no CMS SignedData");
	else if (sk_CMS_SignerInfo_num(all) != 1)
		because(out, PROOF_UNCHECKED, "it has not exactly one signer");
	else if (CMS_set1_signers_certs(cms, NULL, 0) >= 0)
		return sk_CMS_SignerInfo_value(all, 0);
	else
		because(out, PROOF_UNCHECKED, "its certificates cannot be read");
	return NULL;
}

int proof_cms(struct evd_view der, struct evd_view content, const struct proof_file *file,
              struct proof_signature *out, struct evd_error *err)
{
	CMS_ContentInfo *cms = parse(der);
	CMS_SignerInfo *si;
	int r = 0;

	*out = (struct proof_signature){0};
	evd_buf_init(&out->token, PROOF_DOCUMENT_MAX);
	evd_buf_init(&out->value, PROOF_DOCUMENT_MAX);
	si = only_signer(cms, out);
	if (si) {
		judge_signer(si, content, file, out);
		claimed_time(si, out);
		r = keep_token(si, out, err);
	}
	CMS_ContentInfo_free(cms);
	return r;
}

static bool imprint_fits(TS_TST_INFO *info, struct evd_view content, const struct proof_file *file)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	const ASN1_OBJECT *oid = NULL;
	ASN1_OCTET_STRING *stated = TS_MSG_IMPRINT_get_msg(imprint);
	uint8_t own[64];
	size_t len;

	X509_ALGOR_get0(&oid, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	len = content_digest(OBJ_obj2nid(oid), content, file, own);
	return len && (size_t)ASN1_STRING_length(stated) == len &&
	       memcmp(ASN1_STRING_get0_data(stated), own, len) == 0;
}

int proof_tst(struct evd_view der, struct evd_view content, const struct proof_file *file,
              struct proof_signature *out, struct evd_error *err)
{
	CMS_ContentInfo *cms = parse(der);
	ASN1_OCTET_STRING **inner =
	    cms && OBJ_obj2nid(CMS_get0_eContentType(cms)) == NID_id_smime_ct_TSTInfo
	        ? CMS_get0_content(cms)
	        : NULL;
	const unsigned char *p = inner && *inner ? ASN1_STRING_get0_data(*inner) : NULL;
	TS_TST_INFO *info = p ? d2i_TS_TST_INFO(NULL, &p, ASN1_STRING_length(*inner)) : NULL;
	CMS_SignerInfo *si;

	(void)err;
	*out = (struct proof_signature){0};
	si = info ? only_signer(cms, out) : NULL;
	if (!info)
		because(out, PROOF_FAILS, "it is no time-stamp token");
	if (si) {
		judge_signer(si,
		             evd_view_of(ASN1_STRING_get0_data(*inner), (size_t)ASN1_STRING_length(*inner)),
		             NULL, out);
		say_time(out, TS_TST_INFO_get_time(info));
		if (out->word == PROOF_HOLDS && !imprint_fits(info, content, file))
			because(out, PROOF_FAILS, "it is about something else");
	}
	TS_TST_INFO_free(info);
	CMS_ContentInfo_free(cms);
	return 0;
}

void proof_signature_release(struct proof_signature *s)
{
	evd_buf_release(&s->token);
	evd_buf_release(&s->value);
}
