/*
 * cmd_qr: bytes as a QR code (ISO/IEC 18004; libqrencode), for paper or for a camera at the terminal. The code holds
 * base64, not the bytes themselves: programs of telephones take bytes for text and change them.
 */
#ifndef CMD_QR_H
#define CMD_QR_H

#include "base/buf.h"
#include "base/error.h"

/* cmd_qr_svg(v, lines, n, out, err): a drawing for paper, 90 mm wide: the code, then `lines` and the base64 to be
 * typed by hand. The lines are ours: no < or & in them. LIMIT if it does not fit one code. */
int cmd_qr_svg(struct evd_view v, const char *const *lines, size_t n, struct evd_buf *out,
               struct evd_error *err) EVD_MUST_USE;
/* cmd_qr_text(v, out, err): for a terminal: two rows of modules a line, in half blocks, light on dark. */
int cmd_qr_text(struct evd_view v, struct evd_buf *out, struct evd_error *err) EVD_MUST_USE;

#endif
