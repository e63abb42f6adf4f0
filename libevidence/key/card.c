/* card: keys on cards and tokens; none can be opened yet. */
#include "key/own.h"

int evd_card_open(const struct evd_card_place *place, struct evd_view certificate,
                  const struct evd_secret_source *secret, struct evd_card **out,
                  struct evd_error *err)
{
	(void)certificate;
	(void)secret;
	*out = NULL;
	return evd_fail(err, EVD_E_UNSUPPORTED, "cards are not supported yet (%s)", place->token_label);
}

void evd_card_close(struct evd_card *c)
{
	(void)c;
}

enum evd_sig_alg evd_card_alg(const struct evd_card *c)
{
	(void)c;
	return EVD_SIG_ECDSA;
}

int evd_card_sign(struct evd_card *c, struct evd_view attributes, struct evd_buf *out,
                  struct evd_error *err)
{
	(void)c;
	(void)attributes;
	(void)out;
	return evd_fail(err, EVD_E_UNSUPPORTED, "cards are not supported yet");
}
