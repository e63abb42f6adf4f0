/* faulty_card: see faulty_card.h. */
#include "faulty_card.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define REAL "/usr/lib/softhsm/libsofthsm2.so"
#define EXPORT __attribute__((visibility("default")))

extern struct card_fault card_fault;
EXPORT struct card_fault card_fault;
static CK_FUNCTION_LIST *real, mine;

static bool hit(const char *call)
{
	if (!card_fault.call || strcmp(call, card_fault.call) != 0)
		return false;
	return card_fault.calls++ >= card_fault.after;
}

#define WRAP(name, declared, given)                                                                \
	static CK_RV my_##name declared                                                                \
	{                                                                                              \
		return hit(#name) ? card_fault.rv : real->name given;                                      \
	}

WRAP(C_Initialize, (void *args), (args))
WRAP(C_GetSlotList, (CK_BBOOL present, CK_SLOT_ID *list, CK_ULONG *n), (present, list, n))
WRAP(C_OpenSession,
     (CK_SLOT_ID slot, CK_FLAGS flags, void *app, CK_NOTIFY notify, CK_SESSION_HANDLE *s),
     (slot, flags, app, notify, s))
WRAP(C_FindObjectsInit, (CK_SESSION_HANDLE s, CK_ATTRIBUTE *a, CK_ULONG n), (s, a, n))
WRAP(C_FindObjects, (CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *o, CK_ULONG max, CK_ULONG *n),
     (s, o, max, n))
WRAP(C_SignInit, (CK_SESSION_HANDLE s, CK_MECHANISM *m, CK_OBJECT_HANDLE key), (s, m, key))

static CK_RV my_C_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	CK_RV rv = hit("C_GetTokenInfo") ? card_fault.rv : real->C_GetTokenInfo(slot, info);

	info->flags |= card_fault.flags;
	return rv;
}

static CK_RV my_C_GetMechanismList(CK_SLOT_ID slot, CK_MECHANISM_TYPE *list, CK_ULONG *n)
{
	CK_RV rv = hit("C_GetMechanismList") ? card_fault.rv : real->C_GetMechanismList(slot, list, n);

	for (CK_ULONG i = 0; rv == CKR_OK && list && card_fault.no_pss && i < *n; i++)
		if (list[i] == CKM_RSA_PKCS_PSS || list[i] == CKM_SHA256_RSA_PKCS_PSS)
			list[i] = CKM_MD2;
	return rv;
}

static CK_RV my_C_Login(CK_SESSION_HANDLE s, CK_USER_TYPE user, unsigned char *pin, CK_ULONG len)
{
	if (hit("C_Login"))
		return card_fault.rv;
	if (user == CKU_CONTEXT_SPECIFIC && card_fault.each_time) {
		card_fault.logins++;
		return len == 6 && memcmp(pin, "123456", 6) == 0 ? CKR_OK : CKR_PIN_INCORRECT;
	}
	if (!pin && card_fault.flags & CKF_PROTECTED_AUTHENTICATION_PATH) {
		unsigned char typed[] = "123456"; /* on the reader's own keys */

		return real->C_Login(s, user, typed, 6);
	}
	return real->C_Login(s, user, pin, len);
}

static CK_RV my_C_GetAttributeValue(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE *a,
                                    CK_ULONG n)
{
	CK_RV rv = hit("C_GetAttributeValue") ? card_fault.rv : real->C_GetAttributeValue(s, o, a, n);

	if (rv == CKR_OK && a[0].type == CKA_ALWAYS_AUTHENTICATE && a[0].pValue)
		*(CK_BBOOL *)a[0].pValue = card_fault.each_time;
	if (rv == CKR_OK && card_fault.length)
		a[0].ulValueLen = card_fault.length;
	return rv;
}

static CK_RV my_C_Sign(CK_SESSION_HANDLE s, unsigned char *in, CK_ULONG in_len, unsigned char *out,
                       CK_ULONG *len)
{
	CK_RV rv = hit("C_Sign") ? card_fault.rv : real->C_Sign(s, in, in_len, out, len);

	if (rv == CKR_OK && card_fault.spoil)
		out[*len / 2 + 1] ^= 1;
	if (rv == CKR_OK && card_fault.sign_length)
		*len = card_fault.sign_length;
	return rv;
}

/* For programs, which cannot set the struct: faults by environment. */
static void ask_environment(void)
{
	const char *call = getenv("FAULTY_CARD_CALL"), *after = getenv("FAULTY_CARD_AFTER"),
	           *rv = getenv("FAULTY_CARD_RV"), *flags = getenv("FAULTY_CARD_FLAGS");

	if (!call || card_fault.call)
		return;
	card_fault.call = *call ? call : NULL;
	card_fault.after = after ? (unsigned)strtoul(after, NULL, 0) : 0;
	card_fault.rv = rv ? strtoul(rv, NULL, 0) : 0;
	card_fault.flags = flags ? strtoul(flags, NULL, 0) : 0;
}

EXPORT CK_RV C_GetFunctionList(CK_FUNCTION_LIST **out)
{
	CK_C_GetFunctionList get = NULL;
	void *dl = dlopen(REAL, RTLD_NOW | RTLD_LOCAL),
	     *symbol = dl ? dlsym(dl, "C_GetFunctionList") : NULL;

	ask_environment();
	if (hit("C_GetFunctionList"))
		return card_fault.rv;
	if (!symbol)
		return CKR_GENERAL_ERROR;
	memcpy(&get, &symbol, sizeof get);
	if (get(&real) != CKR_OK)
		return CKR_GENERAL_ERROR;
	mine = *real;
	mine.C_Initialize = my_C_Initialize;
	mine.C_GetSlotList = my_C_GetSlotList;
	mine.C_GetTokenInfo = my_C_GetTokenInfo;
	mine.C_GetMechanismList = my_C_GetMechanismList;
	mine.C_OpenSession = my_C_OpenSession;
	mine.C_Login = my_C_Login;
	mine.C_FindObjectsInit = my_C_FindObjectsInit;
	mine.C_FindObjects = my_C_FindObjects;
	mine.C_GetAttributeValue = my_C_GetAttributeValue;
	mine.C_SignInit = my_C_SignInit;
	mine.C_Sign = my_C_Sign;
	*out = &mine;
	return CKR_OK;
}
