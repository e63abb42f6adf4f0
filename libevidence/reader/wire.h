/*
 * wire: what `evidence` and evidence-reader say to each other. Stage: read-out.
 *
 * Over one SOCK_SEQPACKET socket (descriptor 3 of evidence-reader), one message each:
 *   request   evidence → reader   what to read and within which bounds; carries descriptors: the
 *                                 pipe for the answer, then the item's sources
 *   stop      evidence → reader   end the item's process
 *   ended     reader → evidence   how the item's process ended, said by its parent, not by itself
 * Over the item's pipe, written by the process that parses, which is taken for hostile: frames of
 * u32 length (of what follows), u8 type, payload:
 *   L  the sandbox's layers, text                       first, once
 *   X  refused: a layer is missing and that was not allowed, text; nothing follows
 *   B  a reader begins: canonical JSON {confirmed, name, place, spec,
 *      version}; place is its index in the table of readers
 *   R  a record: canonical JSON object with a member "kind", without case, id, salt
 *   E  the reader ended: canonical JSON {code, text}; code 0 or -enum evd_err
 *   N  from evidence-reader-light alone: u32, place of a reader that stands in evidence-reader, which is to go on
 *      from there                                       last, once, in place of Z
 *   Z  all readers were run                             last, once
 * Integers are little-endian. Every length is bounded before it is believed.
 */
#ifndef EVD_WIRE_H
#define EVD_WIRE_H

#include "base/buf.h"
#include "base/limits.h"

#define EVD_WIRE_LIGHT "-light" /* behind the name of evidence-reader: the one of fewer libraries */
#define EVD_WIRE_FD 3           /* descriptor number of the socket in evidence-reader */
#define EVD_WIRE_SOURCES 8u     /* descriptors of one item */
#define EVD_WIRE_NAME_MAX 1024u /* bytes of a file name handed over; longer is cut */
#define EVD_WIRE_MESSAGE_MAX 16384u /* bytes of a message on the socket */
/* bytes of a frame behind its length; case, id and salt need room on the record line */
#define EVD_WIRE_FRAME_MAX (EVD_MAX_RECORD_LINE - 1024u)

enum evd_wire_type {
	EVD_WIRE_REQUEST = 1,
	EVD_WIRE_STOP = 2,
	EVD_WIRE_ENDED = 3,
};

struct evd_wire_request {
	uint32_t ticket;  /* chosen by the asker, comes back in `ended` */
	uint64_t memory;  /* bytes */
	uint32_t seconds; /* of processor time */
	uint64_t output;  /* bytes of frames */
	bool degraded;    /* read also when layers of the sandbox are missing */
	uint32_t from;    /* readers before this place in the table are left out */
	char only[33];    /* run this reader alone, whatever its probe says; "" = by probes */
	bool loose;       /* the last source is a listing of loose files (base/loose.h) */
	size_t n;         /* sources, 1…EVD_WIRE_SOURCES */
	struct evd_view name[EVD_WIRE_SOURCES]; /* borrow the message */
};

struct evd_wire_ended {
	uint32_t ticket;
	bool signalled;
	uint32_t value;       /* exit status or signal */
	uint64_t memory_peak; /* bytes */
	uint32_t cpu_ms;      /* processor time */
};

/* Encoders append one message; decoders return FORMAT on anything but exactly one. */
int evd_wire_put_request(struct evd_buf *b, const struct evd_wire_request *q,
                         struct evd_error *err) EVD_MUST_USE;
int evd_wire_get_request(struct evd_view message, struct evd_wire_request *q,
                         struct evd_error *err) EVD_MUST_USE;
int evd_wire_put_stop(struct evd_buf *b, uint32_t ticket, struct evd_error *err) EVD_MUST_USE;
int evd_wire_get_stop(struct evd_view message, uint32_t *ticket,
                      struct evd_error *err) EVD_MUST_USE;
int evd_wire_put_ended(struct evd_buf *b, const struct evd_wire_ended *e,
                       struct evd_error *err) EVD_MUST_USE;
int evd_wire_get_ended(struct evd_view message, struct evd_wire_ended *e,
                       struct evd_error *err) EVD_MUST_USE;
/* The type of a message, or 0. */
unsigned evd_wire_type_of(struct evd_view message);

/* evd_wire_send(socket, message, fd, n, err): one message with `n` descriptors. IO. */
int evd_wire_send(int socket, struct evd_view message, const int *fd, size_t n,
                  struct evd_error *err) EVD_MUST_USE;
/*
 * evd_wire_receive(socket, buf, len, fd, n, err): one message into `buf` (EVD_WIRE_MESSAGE_MAX
 * bytes). `fd` takes up to EVD_WIRE_SOURCES+1 descriptors, close-on-exec, owned by the caller.
 * EVD_END: the other side has gone. FORMAT: too long, or too many descriptors (all are closed).
 */
int evd_wire_receive(int socket, uint8_t *buf, size_t *len, int *fd, size_t *n,
                     struct evd_error *err) EVD_MUST_USE;

#endif
