/*
 * faulty_card: a PKCS#11 module that hands everything on to SoftHSM, but for the fault it is told to
 * have. test_card loads it like any module and reaches `card_fault` by its name.
 */
#ifndef FAULTY_CARD_H
#define FAULTY_CARD_H

#include <p11-kit-1/p11-kit/pkcs11.h>
#include <stdbool.h>

struct card_fault {
	const char *call; /* this call gives `rv` … */
	CK_RV rv;
	unsigned after;       /* … once it has worked so many times; */
	unsigned calls;       /* how often it was made */
	CK_FLAGS flags;       /* set in every token's flags */
	CK_ULONG length;      /* not 0: every attribute claims this length */
	CK_ULONG sign_length; /* not 0: every signature claims this length */
	bool spoil;           /* signatures are altered */
	bool each_time;       /* keys say CKA_ALWAYS_AUTHENTICATE; the PIN then is 123456 */
	bool no_pss;          /* CKM_RSA_PKCS_PSS and its kin are not offered */
	unsigned logins;      /* C_Login for one signature */
};

#endif
