/* SPDX-License-Identifier: ISC */
/*
 * Series in time on a terminal: lines of braille dots (two across and four
 * down in a character) over shaded bands; in ASCII a character a point.
 */
#include <math.h>
#include <stdlib.h>

#include "chart/chart_priv.h"

enum shade { NONE, WIDE, NARROW };

struct cell {
	unsigned char dots; /* braille's bits; ASCII: any */
	enum shade shade;
	bool expected;
	unsigned char mark; /* its shape and 1; 0: none */
	bool ruled;
};

struct grid {
	struct cell *cell;
	size_t columns, rows, across, down; /* dots of a cell */
	struct chart_range x, y;
	bool ascii;
};

static struct cell *
cell_at(const struct grid *g, size_t column, size_t row)
{
	return &g->cell[row * g->columns + column];
}

/* In dots from the upper left; false outside. */
static bool
place(const struct grid *g, double x, double y, double *ret_x, double *ret_y)
{
	double wide = (double)(g->columns * g->across);
	double high = (double)(g->rows * g->down);

	*ret_x = (x - g->x.low) / (g->x.high - g->x.low) * (wide - 1);
	*ret_y = (g->y.high - y) / (g->y.high - g->y.low) * (high - 1);
	return *ret_x >= 0 && *ret_x <= wide - 1 && *ret_y >= -0.5 &&
	       *ret_y <= high - 0.5;
}

static void
set_dot(const struct grid *g, double x, double y, bool expected)
{
	/* By row and column within the character. */
	static const unsigned char bits[4][2] = {
	    {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
	long column = lrint(x), row = lrint(y);
	struct cell *c;

	if (column < 0 || row < 0 || column >= (long)(g->columns * g->across) ||
	    row >= (long)(g->rows * g->down))
		return;
	c = cell_at(g, (size_t)column / g->across, (size_t)row / g->down);
	c->dots |= bits[(size_t)row % g->down][(size_t)column % g->across];
	c->expected = expected;
}

static void
put_segment(const struct grid *g, double x1, double y1, double x2, double y2,
    bool expected)
{
	double steps = ceil(fmax(fabs(x2 - x1), fabs(y2 - y1)));

	for (double i = 0; i <= steps; i++) {
		double share = steps > 0 ? i / steps : 0;

		set_dot(g, x1 + share * (x2 - x1), y1 + share * (y2 - y1),
		    expected);
	}
}

static void
put_line(const struct grid *g, const double *x, const double *y, size_t n,
    bool expected)
{
	double before_x = 0, before_y = 0;
	bool drawing = false;

	for (size_t t = 0; t < n; t++) {
		double at_x, at_y;

		if (!isfinite(y[t]) || !place(g, x[t], y[t], &at_x, &at_y)) {
			drawing = false;
			continue;
		}
		if (drawing)
			put_segment(
			    g, before_x, before_y, at_x, at_y, expected);
		else
			set_dot(g, at_x, at_y, expected);
		drawing = true;
		before_x = at_x;
		before_y = at_y;
	}
}

/* The band between two steps, over the columns between them. */
static void
put_shade(const struct grid *g, const struct chart_line *l, int b)
{
	for (size_t column = 0; column < g->columns; column++) {
		double x = g->x.low + (g->x.high - g->x.low) *
					  ((double)column + 0.5) /
					  (double)g->columns;
		double low = NAN, high = NAN;

		for (size_t t = 0; t < l->steps; t++) {
			double from = t ? l->next[t - 1] : l->next[0], share;

			if (t == 0 ? x > from : x > l->next[t])
				continue;
			if (t == 0 && x < from - (g->x.high - g->x.low) /
						     (double)g->columns)
				break;
			share = t && l->next[t] > from
				    ? (x - from) / (l->next[t] - from)
				    : 1;
			low = l->low[b][t];
			high = l->high[b][t];
			if (t) {
				low = share * low +
				      (1 - share) * l->low[b][t - 1];
				high = share * high +
				       (1 - share) * l->high[b][t - 1];
			}
			break;
		}
		for (size_t row = 0; row < g->rows; row++) {
			double y = g->y.high - (g->y.high - g->y.low) *
						   ((double)row + 0.5) /
						   (double)g->rows;

			if (y >= low && y <= high)
				cell_at(g, column, row)->shade =
				    b == 0 ? NARROW : WIDE;
		}
	}
}

static void
put_marks(const struct grid *g, const struct chart_line *l)
{
	for (size_t i = 0; i < l->marks; i++) {
		size_t t = l->mark[i];
		double x, y;

		if (t < l->n && isfinite(l->y[t]) &&
		    place(g, l->x[t], l->y[t], &x, &y))
			cell_at(g, (size_t)lrint(x) / g->across,
			    (size_t)fmax(rint(y), 0) / g->down)
			    ->mark = (unsigned char)(chart_shape(l, i) + 1);
	}
}

/* The last is what is expected beside the rest. */
static const char *const marks[2][CHART_MARKS + 1] = {
    {"●", "▲", "◆", "×"}, {"o", "^", "X", "x"}};

static void
put_beside(const struct grid *g, const struct chart_line *l)
{
	for (size_t t = 0; l && l->mean && t < l->steps; t++) {
		double x, y;

		if (isfinite(l->mean[t]) &&
		    place(g, l->next[t], l->mean[t], &x, &y))
			cell_at(g, (size_t)lrint(x) / g->across,
			    (size_t)fmax(rint(y), 0) / g->down)
			    ->mark = CHART_MARKS + 1;
	}
}

static void
put_rules(const struct grid *g, const struct chart_line *l)
{
	double x, y;

	for (size_t i = 0; i < l->rules; i++)
		if (place(g, l->rule[i], g->y.low, &x, &y))
			for (size_t row = 0; row < g->rows; row++)
				cell_at(g, (size_t)lrint(x) / g->across, row)
				    ->ruled = true;
}

static void
add_cell(struct buf *out, const struct grid *g, const struct cell *c)
{
	static const char *const shades[2][3] = {
	    {" ", "░", "▒"}, {" ", ".", ":"}};
	char braille[4];

	if (c->mark) {
		buf_addstr(out, marks[g->ascii][c->mark - 1]);
	} else if (!c->dots && c->ruled) {
		buf_addstr(out, g->ascii ? "!" : "┊");
	} else if (!c->dots) {
		buf_addstr(out, shades[g->ascii][c->shade]);
	} else if (g->ascii) {
		buf_addc(out, c->expected ? '+' : '*');
	} else {
		buf_add(out, braille, utf8_encode(0x2800U + c->dots, braille));
	}
}

/* ---- axes -----------------------------------------------------------------
 */

static double
columns_of(void *context, struct str label)
{
	return (double)text_width(label) + 1;
}

/* Labels centred under their columns, in one line of `columns`. */
struct label_line {
	struct buf text;
	size_t at;
};

static void
put_label(struct label_line *l, double centre, struct str label, size_t most)
{
	size_t width = text_width(label);
	double from = centre - (double)width / 2;
	size_t start = from < 0 ? 0 : (size_t)lrint(from);

	if (start + width > most)
		start = width > most ? 0 : most - width;
	if (!width || start < l->at + (l->at ? 1 : 0) || width > most)
		return;
	buf_addblanks(&l->text, start - l->at);
	buf_adds(&l->text, label);
	l->at = start + width;
}

static void
end_labels(struct buf *out, struct label_line *l, size_t margin)
{
	size_t start = out->len;

	if (l->text.len) {
		buf_addblanks(out, margin);
		buf_adds(out, buf_str(&l->text));
		text_end_line(out, start);
	}
	buf_release(&l->text);
}

/* The base line with its ticks, and what they are. */
static void
put_base(struct buf *out, const struct grid *g, const struct chart_plot *plot,
    size_t margin)
{
	struct label_line labels = {.at = 0}, below = {.at = 0};
	struct chart_date dates[CHART_DATES];
	const struct chart_room room = {columns_of, NULL, (double)g->columns};
	double each = (double)(g->columns - 1) / (g->x.high - g->x.low);
	bool *tick = xcalloc(g->columns, sizeof(*tick));
	size_t start = out->len, count;
	struct buf text = {0};

	if (plot->zone) {
		count = chart_dates(g->x.low, g->x.high, plot->zone,
		    plot->japanese && !g->ascii, &room, dates);
		for (size_t i = 0; i < count; i++) {
			double at = (dates[i].at - g->x.low) * each;

			tick[lrint(at)] = true;
			put_label(&labels, at + 0.5, str_of(dates[i].label),
			    g->columns);
			put_label(&below, at + 0.5, str_of(dates[i].below),
			    g->columns);
		}
	} else {
		struct chart_ticks t = chart_ticks(
		    g->x.low, g->x.high, fmax(2, (double)g->columns / 12));

		for (size_t i = 0; i < t.count; i++) {
			double v = chart_tick(&t, i);
			double at = (v - g->x.low) * each;

			if (at < -0.49 || at > (double)g->columns - 0.51)
				continue;
			buf_clear(&text);
			chart_tick_label(
			    &text, &t, v, (struct chart_numbers){0});
			tick[lrint(at)] = true;
			put_label(
			    &labels, at + 0.5, buf_str(&text), g->columns);
		}
		buf_release(&text);
	}
	buf_addblanks(out, margin - 1);
	buf_addstr(out, g->ascii ? "+" : "└");
	for (size_t i = 0; i < g->columns; i++)
		buf_addstr(out, tick[i]    ? g->ascii ? "+" : "┬"
				: g->ascii ? "-"
					   : "─");
	text_end_line(out, start);
	end_labels(out, &labels, margin);
	end_labels(out, &below, margin);
	free(tick);
}

/* Which tick stands in which row: SIZE_MAX for none. */
static size_t
tick_of_row(const struct grid *g, const struct chart_ticks *t, size_t row)
{
	for (size_t i = 0; i < t->count; i++) {
		double at = (g->y.high - chart_tick(t, i)) /
			    (g->y.high - g->y.low) * (double)(g->rows - 1);

		if (lrint(at) == (long)row)
			return i;
	}
	return SIZE_MAX;
}

/* ---- panels ---------------------------------------------------------------
 */

static void
put_panel(struct buf *out, const struct chart_plot *plot,
    const struct chart_line *l, struct chart_style style)
{
	struct grid g = {.rows = style.height,
	    .across = style.ascii ? 1 : 2,
	    .down = style.ascii ? 1 : 4,
	    .ascii = style.ascii,
	    .x = chart_range_x(plot),
	    .y = chart_range_y(plot, l, 1)};
	struct chart_ticks t =
	    chart_ticks(g.y.low, g.y.high, fmax(2, (double)style.height / 3));
	struct chart_numbers numbers = {
	    plot->percent, plot->japanese && !style.ascii};
	struct buf label = {0};
	size_t widest = 0, start;

	g.y.low = chart_ticks_down(&t, g.y.low);
	g.y.high = fmax(g.y.high, chart_tick(&t, t.count - 1));
	for (size_t i = 0; i < t.count; i++) {
		size_t width;

		buf_clear(&label);
		chart_tick_label(&label, &t, chart_tick(&t, i), numbers);
		width = text_width(buf_str(&label));
		widest = width > widest ? width : widest;
	}
	g.columns =
	    style.columns > widest + 12 ? style.columns - widest - 2 : 10;
	g.cell = xcalloc(g.columns * g.rows, sizeof(*g.cell));
	for (int b = CHART_BANDS - 1; b >= 0; b--)
		if (l->mean && l->low[b])
			put_shade(&g, l, b);
	put_line(&g, l->x, l->y, l->n, false);
	if (l->mean)
		put_line(&g, l->next, l->mean, l->steps, true);
	put_beside(&g, l->beside);
	put_rules(&g, l);
	put_marks(&g, l);
	for (size_t row = 0; row < g.rows; row++) {
		size_t i = tick_of_row(&g, &t, row);

		start = out->len;
		buf_clear(&label);
		if (i != SIZE_MAX)
			chart_tick_label(
			    &label, &t, chart_tick(&t, i), numbers);
		text_field(out, buf_str(&label), widest + 1, true, style.ascii);
		buf_addstr(out, style.ascii ? "|" : i != SIZE_MAX ? "┤" : "│");
		for (size_t column = 0; column < g.columns; column++)
			add_cell(out, &g, cell_at(&g, column, row));
		text_end_line(out, start);
	}
	put_base(out, &g, plot, widest + 2);
	buf_release(&label);
	free(g.cell);
}

static void
put_line_of_text(struct buf *out, struct str s, struct chart_style style)
{
	size_t start = out->len;
	struct buf safe = {0};

	if (!s.n)
		return;
	text_safe(&safe, s);
	text_field(out, buf_str(&safe),
	    text_width(buf_str(&safe)) > style.columns
		? style.columns
		: text_width(buf_str(&safe)),
	    false, style.ascii);
	text_end_line(out, start);
	buf_release(&safe);
}

static void
add_entry(struct buf *line, const char *sign, struct str word)
{
	buf_addf(line, "%s%s", line->len ? "   " : "", sign);
	buf_adds(line, word);
}

static void
put_legend(
    struct buf *out, const struct chart_plot *plot, struct chart_style style)
{
	/* In ASCII the words are, too. */
	struct chart_plot words = *plot;
	struct chart_parts parts = chart_parts_of(plot);
	struct buf line = {0};

	words.japanese = plot->japanese && !style.ascii;
	if (style.ascii) {
		add_entry(&line, "* ", chart_word(&words, WORD_KNOWN));
		if (parts.expected)
			add_entry(
			    &line, "+ ", chart_word(&words, WORD_EXPECTED));
	}
	for (int b = 0; b < CHART_BANDS; b++) {
		struct buf level = {0};

		chart_add_level(&level, &words, (size_t)b);
		if (parts.band[b])
			add_entry(&line,
			    b == 0 ? (style.ascii ? ": " : "▒ ")
				   : (style.ascii ? ". " : "░ "),
			    buf_str(&level));
		buf_release(&level);
	}
	if (parts.beside) {
		add_entry(&line, marks[style.ascii][CHART_MARKS], STR(" "));
		buf_adds(&line, plot->beside);
	}
	if (parts.rules)
		add_entry(&line, style.ascii ? "! " : "┊ ", plot->ruled);
	for (size_t m = 0; m < CHART_MARKS; m++)
		if (parts.mark[m]) {
			add_entry(&line, marks[style.ascii][m], STR(" "));
			buf_adds(&line, chart_mark_word(&words, m));
		}
	put_line_of_text(out, buf_str(&line), style);
	buf_release(&line);
}

void
chart_plot(
    struct buf *out, const struct chart_plot *plot, struct chart_style style)
{
	if (!style.height)
		style.height = 12;
	if (style.height < 3)
		style.height = 3;
	style = style_full(style);
	put_line_of_text(out, plot->title, style);
	put_line_of_text(out, plot->subtitle, style);
	for (size_t i = 0; i < plot->count; i++) {
		if (plot->count > 1)
			put_line_of_text(out, plot->line[i].name, style);
		put_panel(out, plot, &plot->line[i], style);
	}
	put_legend(out, plot, style);
	put_line_of_text(out, plot->note, style);
}
