/*
 * chat_signal_media: which file of Signal's plaintext export an attachment is. Signal-Desktop and Signal-Android write it to
 *
 *   files/XX/NAME[.EXT]    NAME: SHA-256 of plaintextHash and localKey one behind the other, in hex; XX: its first two digits
 *
 * beside main.jsonl or beside its folder, the bytes as they are, so that their SHA-256 is plaintextHash. The extension is
 * made of the file's name or type, by rules of its own on each, and is not looked at. No member of the export spells NAME,
 * and Android may leave localKey out: then only the bytes tell. Stage: read-out.
 */
#ifndef EVD_CHAT_SIGNAL_MEDIA_H
#define EVD_CHAT_SIGNAL_MEDIA_H

#include "chat_json.h"

#include "base/limits.h"

#include <openssl/types.h>

struct signal_key { /* in the order of digests, then of files */
	uint8_t digest[EVD_SHA256_LEN];
	uint32_t file; /* in the index */
};
struct signal_keys {
	EVD_ARRAY(struct signal_key) list;
};

struct signal_media {
	struct signal_keys name;    /* files whose name is such a one */
	struct signal_keys content; /* files whose bytes could be read to their end */
	bool *hashed;               /* of each file of the index: it is among the latter */
	bool ready;
	size_t next;                        /* file that the walk comes to */
	char spelt[EVD_SHA256_LEN * 2 + 1]; /* NAME */
	struct evd_buf note;
	EVP_MD_CTX *digest;
};

int signal_media_warm(struct evd_error *err) EVD_MUST_USE; /* before the sandbox */

/* signal_media_match(g, m, pointer, a, err): fills *a of a FilePointer: the state NOT_EXPORTED if the export says that the
 * file was not there. Views in *a hold until the next call. */
int signal_media_match(struct chat_json *g, struct signal_media *m, size_t pointer,
                       struct evd_chat_attachment *a, struct evd_error *err) EVD_MUST_USE;
void signal_media_release(struct signal_media *m);

#endif
