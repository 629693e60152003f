/* SPDX-License-Identifier: ISC */
/* Lying bars, meters, and the small drawing tools the other files share. */
#include <math.h>
#include <stdlib.h>

#include "chart/chart_priv.h"

enum { COLUMNS = 80, HEIGHT = 8, SMALLEST = 30, SHORTEST_BAR = 8 };

struct chart_style
style_full(struct chart_style style)
{
	if (style.columns == 0)
		style.columns = COLUMNS;
	if (style.columns < SMALLEST)
		style.columns = SMALLEST;
	if (style.height == 0)
		style.height = HEIGHT;
	return style;
}

size_t
add_bar(struct buf *out, double length, bool ascii)
{
	static const char *const eighths[] = {"", "\u258f", "\u258e", "\u258d",
	    "\u258c", "\u258b", "\u258a", "\u2589"};
	size_t whole, part;

	if (!(length > 0))
		return 0;
	if (ascii) {
		whole = (size_t)round_half_away(length);
		whole = whole > 0 ? whole : 1;
		for (size_t i = 0; i < whole; i++)
			buf_addc(out, '#');
		return whole;
	}
	part = (size_t)round_half_away(length * 8);
	part = part > 0 ? part : 1;
	whole = part / 8;
	part %= 8;
	for (size_t i = 0; i < whole; i++)
		buf_addstr(out, "\u2588");
	buf_addstr(out, eighths[part]);
	return whole + (part > 0);
}

/* One bar's texts, made safe. */
struct row {
	struct buf label, note, group;
	double value;
};

static double
drawable(double v)
{
	return isfinite(v) && v > 0 ? v : 0;
}

static void
make_row(struct row *row, const struct chart_bar *bar)
{
	row->value = drawable(bar->value);
	text_safe(&row->label, bar->label);
	text_safe(&row->group, bar->group);
	if (bar->note.p != NULL)
		text_safe(&row->note, bar->note);
	else if (row->value < 1e15 && row->value == floor(row->value))
		buf_addgroup(&row->note, (int64_t)row->value);
	else
		buf_addf(&row->note, "%.6g", row->value);
}

struct widths {
	size_t group, label, bar, note;
	double most; /* the greatest value */
};

static void
wider(size_t *width, const struct buf *text, size_t most)
{
	size_t own = text_width(buf_str(text));

	own = own < most ? own : most;
	*width = own > *width ? own : *width;
}

static struct widths
measure(const struct row *rows, size_t count, size_t columns, bool right)
{
	struct widths w = {0};

	for (size_t i = 0; i < count; i++) {
		wider(&w.group, &rows[i].group, columns / 5);
		wider(&w.label, &rows[i].label, columns / (right ? 2 : 3));
		wider(&w.note, &rows[i].note, columns / 3);
		w.most = fmax(w.most, rows[i].value);
	}
	/* The widest texts make room for the shortest bar there may be. */
	for (;;) {
		size_t *widest = w.label > w.note ? &w.label : &w.note;
		size_t taken = (w.group > 0 ? w.group + 2 : 0) + w.label + 2 +
			       (w.note > 0 ? w.note + 2 : 0);

		if (taken + SHORTEST_BAR <= columns) {
			w.bar = columns - taken;
			return w;
		}
		--*(*widest > w.group ? widest : &w.group);
	}
}

static void
draw_row(struct buf *out, const struct row *row, const struct widths *w,
    struct chart_style style, bool right, bool group)
{
	size_t line = out->len, cells = 0;

	if (w->group > 0) {
		text_field(out, group ? buf_str(&row->group) : STR(""),
		    w->group, false, style.ascii);
		buf_addblanks(out, 2);
	}
	text_field(out, buf_str(&row->label), w->label, right, style.ascii);
	buf_addstr(out, style.ascii ? " |" : " \u2502");
	if (w->most > 0)
		cells = add_bar(
		    out, row->value / w->most * (double)w->bar, style.ascii);
	buf_addblanks(out, w->bar - cells + 2);
	text_field(out, buf_str(&row->note), w->note, true, style.ascii);
	text_end_line(out, line);
}

void
draw_bars(struct buf *out, const struct chart_bar *bars, size_t count,
    struct chart_style style, bool right)
{
	struct row *rows = xcalloc(count > 0 ? count : 1, sizeof *rows);
	struct widths w;

	style = style_full(style);
	for (size_t i = 0; i < count; i++)
		make_row(&rows[i], &bars[i]);
	w = measure(rows, count, style.columns, right);
	for (size_t i = 0; i < count; i++)
		draw_row(out, &rows[i], &w, style, right,
		    bars[i].group.p != NULL &&
			(i == 0 || !str_eq(bars[i].group, bars[i - 1].group)));
	for (size_t i = 0; i < count; i++) {
		buf_release(&rows[i].label);
		buf_release(&rows[i].note);
		buf_release(&rows[i].group);
	}
	free(rows);
}

void
chart_bars(struct buf *out, const struct chart_bar *bars, size_t count,
    struct chart_style style)
{
	draw_bars(out, bars, count, style, false);
}

void
chart_meter(struct buf *out, double share, struct chart_style style)
{
	size_t columns = style.columns > 0 ? style.columns : 10, cells;

	share = drawable(share);
	share = share > 1 ? 1 : share;
	cells = add_bar(out, share * (double)columns, style.ascii);
	for (; cells < columns; cells++)
		buf_addstr(out, style.ascii ? "." : "\u00b7");
}

void
chart_sparkline(
    struct buf *out, const double *values, size_t n, struct chart_style style)
{
	static const char *const blocks[] = {"\u2581", "\u2582", "\u2583",
	    "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"};
	static const char *const letters[] = {
	    "_", ".", "-", "=", "+", "*", "%", "#"};
	const char *const *marks = style.ascii ? letters : blocks;
	size_t columns = style.columns > 0 ? style.columns : n;
	size_t cells = n < columns ? n : columns;
	double *means = xcalloc(cells, sizeof *means);
	double least = INFINITY, most = -INFINITY;

	for (size_t c = 0; c < cells; c++) {
		size_t from = c * n / cells, to = (c + 1) * n / cells, seen = 0;
		double mean = 0;

		for (size_t i = from; i < to; i++)
			if (isfinite(values[i])) {
				/* Half, so that no difference overflows. */
				mean += (values[i] / 2 - mean) / (double)++seen;
			}
		means[c] = seen > 0 ? mean : NAN;
		least = fmin(least, means[c]);
		most = fmax(most, means[c]);
	}
	for (size_t c = 0; c < cells; c++) {
		if (isnan(means[c]))
			buf_addc(out, ' ');
		else if (most > least)
			buf_addstr(
			    out, marks[(size_t)round_half_away(
				     (means[c] - least) / (most - least) * 7)]);
		else
			buf_addstr(out, marks[3]);
	}
	free(means);
}
