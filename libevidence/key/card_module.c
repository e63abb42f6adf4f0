/* card_module: see card_module.h. */
#include "key/card_module.h"

#include "base/text.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

int evd_card_error(struct evd_error *err, CK_RV rv, const char *what)
{
	switch (rv) {
	case CKR_PIN_INCORRECT:
		return evd_fail(err, EVD_E_DENIED,
		                "wrong PIN; after a few wrong ones the card locks itself");
	case CKR_PIN_INVALID:
	case CKR_PIN_LEN_RANGE:
		return evd_fail(err, EVD_E_DENIED, "that cannot be the card's PIN (length or characters)");
	case CKR_PIN_LOCKED:
		return evd_fail(
		    err, EVD_E_DENIED,
		    "the card's PIN is locked; the card's own software unlocks it with the PUK");
	case CKR_PIN_EXPIRED:
		return evd_fail(err, EVD_E_DENIED, "the card's PIN has expired; change it first");
	case CKR_USER_NOT_LOGGED_IN:
		return evd_fail(err, EVD_E_DENIED, "the card asks for its PIN again (%s)", what);
	case CKR_FUNCTION_CANCELED:
	case CKR_CANCEL: return evd_fail(err, EVD_E_DENIED, "stopped at the card reader (%s)", what);
	case CKR_HOST_MEMORY: return evd_nomem(err);
	case CKR_TOKEN_NOT_PRESENT:
	case CKR_TOKEN_NOT_RECOGNIZED:
	case CKR_DEVICE_REMOVED:
	case CKR_SLOT_ID_INVALID:
	case CKR_SESSION_CLOSED:
	case CKR_SESSION_HANDLE_INVALID:
		return evd_fail(err, EVD_E_UNAVAILABLE,
		                "the card or token is not there any more (%s); put it in and try again",
		                what);
	default:
		return evd_fail(err, EVD_E_UNAVAILABLE,
		                "the card or its driver refused (%s, PKCS#11 code 0x%lx)", what,
		                (unsigned long)rv);
	}
}

int evd_module_open(const char *path, struct evd_module *out, struct evd_error *err)
{
	CK_C_INITIALIZE_ARGS args;
	CK_C_GetFunctionList get = NULL;
	void *dl, *symbol;
	CK_RV rv;

	memset(out, 0, sizeof *out);
	if (path[0] != '/')
		return evd_fail(err, EVD_E_MISUSE, "give the whole path of the PKCS#11 module");
	dl = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	symbol = dl ? dlsym(dl, "C_GetFunctionList") : NULL;
	if (!symbol)
		return evd_fail(err, EVD_E_UNAVAILABLE, "PKCS#11 module %.120s cannot be loaded: %.100s",
		                path, dl ? "it has no C_GetFunctionList" : dlerror());
	memcpy(&get, &symbol, sizeof get); /* POSIX: a data pointer holds a function's */
	rv = get(&out->f);
	if (rv != CKR_OK || !out->f || out->f->version.major != 2)
		return evd_fail(err, EVD_E_UNAVAILABLE, "%.200s is no PKCS#11 module of version 2", path);
	memset(&args, 0, sizeof args);
	args.flags = CKF_OS_LOCKING_OK;
	rv = out->f->C_Initialize(&args);
	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
		out->f = NULL;
		return evd_card_error(err, rv, "start of the driver");
	}
	out->finalize = rv == CKR_OK;
	return 0;
}

void evd_module_close(struct evd_module *m)
{
	if (m->f && m->finalize)
		m->f->C_Finalize(NULL);
	memset(m, 0, sizeof *m);
}

/* A blank-padded field as text; what is not plain becomes '?', so that it can stand in a line. */
static void take_text(char *out, size_t cap, const CK_UTF8CHAR *from, size_t len)
{
	bool utf8;

	while (len && (from[len - 1] == ' ' || from[len - 1] == 0))
		len--;
	if (len >= cap)
		len = cap - 1;
	utf8 = evd_is_utf8(evd_view_of(from, len));
	for (size_t i = 0; i < len; i++) {
		bool plain = from[i] >= 0x20 && from[i] != 0x7f && (from[i] < 0x80 || utf8);

		out[i] = plain ? (char)from[i] : '?';
	}
	out[len] = '\0';
}

int evd_module_tokens(struct evd_module *m, struct evd_token *out, size_t *n, struct evd_error *err)
{
	CK_SLOT_ID slots[EVD_CARD_SLOTS];
	CK_ULONG count = EVD_CARD_SLOTS;
	CK_RV rv = m->f->C_GetSlotList(CK_TRUE, slots, &count);

	*n = 0;
	if (rv == CKR_BUFFER_TOO_SMALL || (rv == CKR_OK && count > EVD_CARD_SLOTS))
		return evd_fail(err, EVD_E_LIMIT, "more than %u cards and tokens", EVD_CARD_SLOTS);
	if (rv != CKR_OK)
		return evd_card_error(err, rv, "list of cards");
	for (CK_ULONG i = 0; i < count; i++) {
		struct evd_token *t = &out[*n];
		CK_TOKEN_INFO info;

		memset(&info, 0, sizeof info);
		if (m->f->C_GetTokenInfo(slots[i], &info) != CKR_OK)
			continue; /* taken out just now, or empty */
		if (!(info.flags & CKF_TOKEN_INITIALIZED))
			continue;
		t->slot = slots[i];
		t->flags = info.flags;
		take_text(t->label, sizeof t->label, info.label, sizeof info.label);
		take_text(t->serial, sizeof t->serial, info.serialNumber, sizeof info.serialNumber);
		++*n;
	}
	return 0;
}

int evd_card_attribute(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o,
                       CK_ATTRIBUTE_TYPE type, size_t max, struct evd_buf *out,
                       struct evd_error *err)
{
	CK_ATTRIBUTE a = {type, NULL, 0};
	CK_RV rv = f->C_GetAttributeValue(s, o, &a, 1);
	uint8_t *bytes;
	size_t room;

	if (rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE ||
	    (rv == CKR_OK && (a.ulValueLen == 0 || a.ulValueLen == (CK_ULONG)-1)))
		return evd_fail(err, EVD_E_NOTFOUND, "the card's object lacks an attribute");
	if (rv != CKR_OK)
		return evd_card_error(err, rv, "look at an object");
	if (a.ulValueLen > max)
		return evd_fail(err, EVD_E_LIMIT, "an object on the card is larger than %zu bytes", max);
	room = a.ulValueLen;
	bytes = malloc(room);
	if (!bytes)
		return evd_nomem(err);
	a.pValue = bytes;
	rv = f->C_GetAttributeValue(s, o, &a, 1);
	if (rv == CKR_OK && a.ulValueLen <= room)
		evd_put(out, bytes, a.ulValueLen);
	free(bytes);
	if (rv != CKR_OK)
		return evd_card_error(err, rv, "read of an object");
	if (a.ulValueLen > room)
		return evd_fail(err, EVD_E_UNAVAILABLE,
		                "the card's driver gives other lengths than it said");
	return evd_buf_check(out, err);
}

/* Handles of the token's X.509 certificates. */
static int find_certificates(struct evd_module *m, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *out,
                             CK_ULONG *n, struct evd_error *err)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE x509 = CKC_X_509;
	CK_ATTRIBUTE want[] = {{CKA_CLASS, &class, sizeof class},
	                       {CKA_CERTIFICATE_TYPE, &x509, sizeof x509}};
	CK_RV rv = m->f->C_FindObjectsInit(s, want, 2);

	*n = 0;
	if (rv != CKR_OK)
		return evd_card_error(err, rv, "search for certificates");
	rv = m->f->C_FindObjects(s, out, EVD_CARD_OBJECTS, n);
	m->f->C_FindObjectsFinal(s);
	if (rv != CKR_OK)
		return evd_card_error(err, rv, "search for certificates");
	return *n <= EVD_CARD_OBJECTS ? 0
	                              : evd_fail(err, EVD_E_UNAVAILABLE, "the card's driver miscounts");
}

int evd_token_certificates(struct evd_module *m, const struct evd_token *t,
                           int (*each)(void *ctx, const struct evd_token *t, struct evd_view id,
                                       struct evd_view der, struct evd_error *err),
                           void *ctx, struct evd_error *err)
{
	CK_OBJECT_HANDLE objects[EVD_CARD_OBJECTS];
	CK_SESSION_HANDLE s;
	CK_ULONG n = 0;
	CK_RV rv = m->f->C_OpenSession(t->slot, CKF_SERIAL_SESSION, NULL, NULL, &s);
	int r;

	if (rv != CKR_OK)
		return evd_card_error(err, rv, "session");
	r = find_certificates(m, s, objects, &n, err);
	for (CK_ULONG i = 0; r == 0 && i < n; i++) {
		struct evd_buf id = {0}, der = {0};

		r = evd_card_attribute(m->f, s, objects[i], CKA_ID, EVD_CARD_ID, &id, err);
		if (r == 0)
			r = evd_card_attribute(m->f, s, objects[i], CKA_VALUE, EVD_MAX_P7S, &der, err);
		if (r == 0)
			r = each(ctx, t, evd_buf_view(&id), evd_buf_view(&der), err);
		else if (r == EVD_E_NOTFOUND || r == EVD_E_LIMIT)
			r = 0; /* a certificate that no key can belong to */
		evd_buf_release(&id);
		evd_buf_release(&der);
	}
	m->f->C_CloseSession(s);
	return r;
}
