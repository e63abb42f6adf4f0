/* cmd_qr: see cmd_qr.h. */
#include "cmd_qr.h"

#include "base/text.h"

#include <errno.h>
#include <qrencode.h>
#include <string.h>

#define QUIET 4 /* modules of margin: ISO/IEC 18004 §5.3.8 */
#define TEXT_COLUMNS 64u

static int encode(struct evd_view v, struct evd_buf *base64, QRcode **out, struct evd_error *err)
{
	int r;

	*out = NULL;
	evd_put_base64(base64, v.p, v.len);
	evd_put_u8(base64, 0);
	r = evd_buf_check(base64, err);
	if (r)
		return r;
	base64->len--;
	*out = QRcode_encodeString8bit((const char *)base64->data, 0, QR_ECLEVEL_M);
	if (*out)
		return 0;
	return errno == ENOMEM ? evd_nomem(err)
	                       : evd_fail(err, EVD_E_LIMIT, "too much for one QR code");
}

static bool is_dark(const QRcode *q, int x, int y)
{
	return x >= 0 && y >= 0 && x < q->width && y < q->width && q->data[y * q->width + x] & 1;
}

/* Runs of dark modules become one rectangle each. */
static void put_modules(struct evd_buf *out, const QRcode *q)
{
	for (int y = 0; y < q->width; y++)
		for (int x = 0; x < q->width; x++) {
			int n = 0;

			while (is_dark(q, x + n, y))
				n++;
			if (n)
				evd_putf(out, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, n, n);
			x += n;
		}
}

static void put_line(struct evd_buf *out, double size, unsigned *n, double unit, struct evd_view v)
{
	evd_putf(out, "<text x=\"%d\" y=\"%.2f\" xml:space=\"preserve\">", QUIET,
	         size + unit * 1.4 * ++*n);
	evd_put(out, v.p, v.len);
	evd_putf(out, "</text>\n");
}

int cmd_qr_svg(struct evd_view v, const char *const *lines, size_t n, struct evd_buf *out,
               struct evd_error *err)
{
	struct evd_buf text = {0};
	QRcode *q = NULL;
	unsigned at = 0;
	int r = encode(v, &text, &q, err);

	if (r == 0) {
		int size = q->width + 2 * QUIET;
		double unit = (double)q->width / 40; /* letters: 64 of them are as wide as the code */
		size_t rows = n + text.len / TEXT_COLUMNS + 3;
		double height = size + unit * 1.4 * (double)rows;

		evd_putf(out,
		         "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg "
		         "xmlns=\"http://www.w3.org/2000/svg\" width=\"90mm\" height=\"%.1fmm\" "
		         "viewBox=\"0 0 %d %.2f\">\n<rect width=\"%d\" height=\"%.2f\" "
		         "fill=\"#fff\"/>\n<path fill=\"#000\" shape-rendering=\"crispEdges\" d=\"",
		         90 * height / size, size, height, size, height);
		put_modules(out, q);
		evd_putf(out, "\"/>\n<g font-family=\"monospace\" font-size=\"%.2f\">\n", unit);
		for (size_t i = 0; i < n; i++)
			put_line(out, size, &at, unit, evd_view_str(lines[i]));
		for (size_t i = 0; i < text.len; i += TEXT_COLUMNS)
			put_line(out, size, &at, unit,
			         evd_view_of(text.data + i,
			                     text.len - i < TEXT_COLUMNS ? text.len - i : TEXT_COLUMNS));
		evd_putf(out, "</g>\n</svg>\n");
		r = evd_buf_check(out, err);
	}
	QRcode_free(q);
	evd_buf_release(&text);
	return r;
}

int cmd_qr_text(struct evd_view v, struct evd_buf *out, struct evd_error *err)
{
	/* a terminal is taken to be dark: what is light is drawn. Index: upper dark, lower dark */
	static const char *const cell[2][2] = {{"\u2588", "\u2580"}, {"\u2584", " "}};
	struct evd_buf text = {0};
	QRcode *q = NULL;
	int r = encode(v, &text, &q, err);

	if (r == 0) {
		for (int y = -QUIET; y < q->width + QUIET; y += 2) {
			for (int x = -QUIET; x < q->width + QUIET; x++)
				evd_putf(out, "%s", cell[is_dark(q, x, y)][is_dark(q, x, y + 1)]);
			evd_putf(out, "\n");
		}
		r = evd_buf_check(out, err);
	}
	QRcode_free(q);
	evd_buf_release(&text);
	return r;
}
