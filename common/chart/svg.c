/* SPDX-License-Identifier: ISC */
/*
 * Pictures as SVG 1.1: small, of the same bytes everywhere, with text that can
 * be read, searched and copied. The fonts are the reader's, so widths are
 * estimates, and every text is anchored where it must not move.
 */
#include <math.h>

#include "chart/chart_priv.h"

/* To a hundredth. */
static void
add_number(struct buf *out, double v)
{
	buf_addreal(out, rint(v * 100) / 100);
}

static void
add_pair(struct buf *out, struct chart_point p)
{
	add_number(out, p.x);
	buf_addc(out, ',');
	add_number(out, p.y);
}

static void
add_escaped(struct buf *out, struct str s)
{
	while (s.n) {
		uint32_t code;
		unsigned n = utf8_decode(s.p, s.n, &code);

		if (n == 0) {
			buf_addstr(out, "\xef\xbf\xbd");
			n = 1;
		} else if (code == '&') {
			buf_addstr(out, "&amp;");
		} else if (code == '<') {
			buf_addstr(out, "&lt;");
		} else if (code == '>') {
			buf_addstr(out, "&gt;");
		} else if (code == '"') {
			buf_addstr(out, "&quot;");
		} else if (code < ' ' || (code & 0xfffe) == 0xfffe) {
			/* XML has none of these. */
			buf_addc(out, ' ');
		} else {
			buf_add(out, s.p, n);
		}
		s.p += n;
		s.n -= n;
	}
}

static void
line(void *context, const struct chart_point *p, size_t n,
    const struct chart_pen *pen)
{
	struct buf *out = context;

	buf_addstr(out, "<polyline points=\"");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(out, ' ');
		add_pair(out, p[i]);
	}
	buf_addf(out, "\" stroke=\"#%06x\" stroke-width=\"", pen->colour);
	add_number(out, pen->width);
	buf_addstr(
	    out, pen->dashed ? "\" stroke-dasharray=\"6 4\"/>\n" : "\"/>\n");
}

static void
area(void *context, const struct chart_point *p, size_t n, uint32_t colour,
    double opacity)
{
	struct buf *out = context;

	buf_addstr(out, "<polygon points=\"");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(out, ' ');
		add_pair(out, p[i]);
	}
	buf_addf(out, "\" fill=\"#%06x\" fill-opacity=\"", colour);
	add_number(out, opacity);
	buf_addstr(out, "\"/>\n");
}

static void
dot(void *context, struct chart_point at, double radius, uint32_t colour)
{
	struct buf *out = context;

	buf_addstr(out, "<circle cx=\"");
	add_number(out, at.x);
	buf_addstr(out, "\" cy=\"");
	add_number(out, at.y);
	buf_addstr(out, "\" r=\"");
	add_number(out, radius);
	buf_addf(out, "\" fill=\"#%06x\"/>\n", colour);
}

static void
text(void *context, struct chart_point at, const struct chart_font *font,
    struct str s)
{
	static const char *const anchors[] = {
	    [ANCHOR_START] = "start",
	    [ANCHOR_MIDDLE] = "middle",
	    [ANCHOR_END] = "end",
	};
	struct buf *out = context;

	buf_addstr(out, "<text x=\"");
	add_number(out, at.x);
	buf_addstr(out, "\" y=\"");
	add_number(out, at.y);
	buf_addstr(out, "\" font-size=\"");
	add_number(out, font->size);
	buf_addf(out, "\" fill=\"#%06x\" text-anchor=\"%s\"%s>", font->colour,
	    anchors[font->anchor], font->bold ? " font-weight=\"bold\"" : "");
	add_escaped(out, s);
	buf_addstr(out, "</text>\n");
}

/* What letters take in the usual fonts without serifs, rather too much. */
static double
width(void *context, const struct chart_font *font, struct str s)
{
	double em = 0;

	while (s.n) {
		uint32_t code;
		unsigned n = utf8_decode(s.p, s.n, &code);

		if (n == 0)
			n = 1;
		if (n > 1)
			em += 0.55 * (double)text_width((struct str){s.p, n});
		else if (strchr("ijl.,:;'|!I ", *s.p))
			em += 0.3;
		else if (*s.p == 'm' || *s.p == 'M' || *s.p == 'W' ||
			 *s.p == '%')
			em += 0.9;
		else
			em += *s.p >= 'A' && *s.p <= 'Z' ? 0.68 : 0.58;
		s.p += n;
		s.n -= n;
	}
	return em * font->size * (font->bold ? 1.06 : 1);
}

void
chart_svg(
    struct buf *out, const struct chart_plot *plot, struct chart_size size)
{
	const struct chart_canvas canvas = {out, line, area, dot, text, width};

	buf_addf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" "
	    "height=\"%g\" viewBox=\"0 0 %g %g\" lang=\"%s\" role=\"img\" "
	    "font-family=\"'Noto Sans','Noto Sans JP','Noto Sans CJK JP',"
	    "'Hiragino Sans',Meiryo,sans-serif\" fill=\"none\" "
	    "stroke-linejoin=\"round\" stroke-linecap=\"round\">\n",
	    size.width, size.height, size.width, size.height,
	    plot->japanese ? "ja" : "en");
	if (plot->title.n) {
		buf_addstr(out, "<title>");
		add_escaped(out, plot->title);
		buf_addstr(out, "</title>\n");
	}
	buf_addstr(
	    out, "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
	chart_draw(&canvas, plot, size);
	buf_addstr(out, "</svg>\n");
}
