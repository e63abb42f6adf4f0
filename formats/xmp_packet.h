/*
 * xmp_packet: reads one XMP packet. Stage: read-out. Source: XMP part 1 (ISO 16684-1) §7, with
 * libxml2's reader: no network, no entities, no DTD, no huge texts.
 */
#ifndef EVD_XMP_PACKET_H
#define EVD_XMP_PACKET_H

#include "format.h"

#define EVD_XMP_MAX (UINT32_C(16) << 20) /* bytes of a packet */

/*
 * evd_xmp_emit(packet, off, sink, err): emits each simple property as field of group "xmp"; its name
 * is the path, "xmpMM:History[2]/stEvt:action", with the usual prefix of known name spaces and
 * "{uri}local" for others. What is not well-formed is emitted as `unread`. `off` in the item.
 */
int evd_xmp_emit(struct evd_view packet, uint64_t off, struct evd_sink *sink,
                 struct evd_error *err) EVD_MUST_USE;

/* Before the sandbox: libxml2's own tables. */
void evd_xmp_warm(void);

#endif
