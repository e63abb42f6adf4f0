/* protect: keys stay out of core files and of the swap, see key.h. */
#include "key/key.h"

#include <openssl/crypto.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define SECURE_HEAP (UINT32_C(1) << 20) /* bytes; full means no key, so it is ample */
#define SECURE_LEAST 32u

void evd_key_protect_buf(struct evd_buf *b, size_t cap)
{
	if (b->max && cap > b->max)
		cap = b->max;
	evd_buf_reset(b);
	while (b->len < cap && !b->failed)
		evd_put_u8(b, 0);
	b->len = 0;
	if (b->data)
		(void)mlock(b->data, b->cap); /* refused: then without, as OpenSSL's secure heap does */
}

void evd_key_protect_process(void)
{
	struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) /* its leak check has to attach to the process */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
	/* private numbers of OpenSSL's keys then live in locked pages between guard pages; where locking
	 * is refused they do without (CRYPTO_secure_malloc_init(3)) */
	if (!CRYPTO_secure_malloc_initialized())
		(void)CRYPTO_secure_malloc_init(SECURE_HEAP, SECURE_LEAST);
}
