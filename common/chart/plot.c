/* SPDX-License-Identifier: ISC */
/*
 * Series in time as a picture: where everything stands, on any canvas. Colours
 * are those of M. Okabe & K. Ito, Color Universal Design (2008), which people
 * with any colour vision tell apart; bands are tints of them.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "chart/chart_priv.h"

enum {
	INK = 0x222222,
	GREY = 0x666666,
	RULE = 0xe2e2e2,
	MARK = 0xd55e00,
	BESIDE = 0xe69f00,
};

static const uint32_t colours[] = {0x0072b2, 0xe69f00, 0x009e73, 0xcc79a7,
    0x56b4e9, 0xd55e00, 0x000000, 0xf0e442};

/* ---- what is to be seen ---------------------------------------------------
 */

/* Past it differences are no numbers any more. */
#define LARGEST (DBL_MAX / 8)

static bool
seen(double v)
{
	return fabs(v) <= LARGEST;
}

static void
include(struct chart_range *r, double v)
{
	if (!seen(v))
		return;
	r->low = fmin(r->low, v);
	r->high = fmax(r->high, v);
}

/* With room for ticks in it. */
static struct chart_range
opened(struct chart_range r)
{
	double largest = fmax(fabs(r.low), fabs(r.high));

	if (!(r.low <= r.high) || largest < 1e-290)
		return (struct chart_range){0, 1};
	if (r.low == r.high) {
		r.low -= largest / 10;
		r.high += largest / 10;
	} else if (r.high - r.low < 1e-9 * largest) {
		r.low -= 1e-6 * largest;
		r.high += 1e-6 * largest;
	}
	return r;
}

struct chart_range
chart_range_x(const struct chart_plot *plot)
{
	struct chart_range r = {INFINITY, -INFINITY};

	for (size_t i = 0; i < plot->count; i++) {
		const struct chart_line *l = &plot->line[i];

		for (size_t t = 0; t < l->n; t++)
			include(&r, l->x[t]);
		for (; l; l = l->beside)
			for (size_t t = 0; l->mean && t < l->steps; t++)
				include(&r, l->next[t]);
	}
	if (plot->zone && r.low == r.high)
		return (struct chart_range){
		    r.low - (double)MS_DAY, r.high + (double)MS_DAY};
	return opened(r);
}

static void
include_bands(struct chart_range *r, const struct chart_line *l)
{
	for (size_t t = 0; l->mean && t < l->steps; t++)
		for (int b = 0; b < CHART_BANDS; b++)
			if (l->low[b]) {
				include(r, l->low[b][t]);
				include(r, l->high[b][t]);
			}
}

struct chart_range
chart_range_y(
    const struct chart_plot *plot, const struct chart_line *line, size_t count)
{
	struct chart_range r = {INFINITY, -INFINITY}, all;
	double beyond;

	for (size_t i = 0; i < count; i++) {
		for (size_t t = 0; t < line[i].n; t++)
			include(&r, line[i].y[t]);
		for (const struct chart_line *l = &line[i]; l; l = l->beside)
			for (size_t t = 0; l->mean && t < l->steps; t++)
				include(&r, l->mean[t]);
	}
	if (plot->zero)
		include(&r, 0);
	all = r;
	for (size_t i = 0; i < count; i++)
		for (const struct chart_line *l = &line[i]; l; l = l->beside)
			include_bands(&all, l);
	if (!(r.low <= r.high))
		return opened(all);
	beyond = r.high - r.low > 0 ? 1.5 * (r.high - r.low) : INFINITY;
	return opened((struct chart_range){
	    fmax(all.low, r.low - beyond), fmin(all.high, r.high + beyond)});
}

struct str
chart_word(const struct chart_plot *plot, enum chart_word word)
{
	static const char *const words[WORD__MAX][2] = {
	    [WORD_KNOWN] = {"actual", "実績"},
	    [WORD_EXPECTED] = {"forecast", "予測"},
	    [WORD_MARK] = {"out of the ordinary", "異常値"},
	};

	if (word == WORD_EXPECTED && plot->expected.n)
		return plot->expected;
	return str_of(words[word][plot->japanese]);
}

size_t
chart_shape(const struct chart_line *l, size_t mark)
{
	return l->shape && l->shape[mark] < CHART_MARKS ? l->shape[mark] : 0;
}

struct str
chart_mark_word(const struct chart_plot *plot, size_t shape)
{
	return plot->mark[shape].n ? plot->mark[shape]
				   : chart_word(plot, WORD_MARK);
}

struct chart_parts
chart_parts_of(const struct chart_plot *plot)
{
	struct chart_parts parts = {0};

	for (size_t i = 0; i < plot->count; i++) {
		const struct chart_line *l = &plot->line[i];

		for (size_t t = 0; l->mean && t < l->steps; t++)
			parts.expected = parts.expected || seen(l->mean[t]);
		parts.beside = parts.beside || l->beside;
		parts.rules = parts.rules || l->rules;
		for (size_t m = 0; m < l->marks; m++)
			parts.mark[chart_shape(l, m)] = true;
		for (int b = 0; b < CHART_BANDS; b++)
			parts.band[b] =
			    parts.band[b] || (l->mean && l->low[b] && l->steps);
	}
	return parts;
}

void
chart_add_level(struct buf *out, const struct chart_plot *plot, size_t b)
{
	if (plot->band.n) {
		buf_adds(out, plot->band);
		return;
	}
	buf_addf(out, plot->japanese ? "%d%%区間" : "%d %%", plot->level[b]);
}

/* ---- where it stands ------------------------------------------------------
 */

enum {
	MARGIN = 18,
	TITLE = 18,
	SMALL = 12,
	LINE = 17,    /* height of a small one */
	PANEL = 190,  /* what panels want, where there are several */
	SINGLE = 330, /* and one alone */
	LEAST = 60,
};

struct box {
	double left, top, right, bottom;
};

static size_t
panels(const struct chart_plot *plot)
{
	return plot->overlay && plot->count <= COUNT_OF(colours) ? 1
								 : plot->count;
}

static size_t
columns(const struct chart_plot *plot)
{
	size_t n = panels(plot);

	return n == 1 ? 1 : n <= 4 ? 2 : 3;
}

static size_t
rows(const struct chart_plot *plot)
{
	return (panels(plot) + columns(plot) - 1) / columns(plot);
}

/* Where the panels begin, and where they end above the note. */
static double
head_of(const struct chart_plot *plot)
{
	double y = MARGIN;

	if (plot->title.n)
		y += TITLE + 8;
	if (plot->subtitle.n)
		y += LINE;
	return y + LINE + 16; /* the legend */
}

static double
foot_of(const struct chart_plot *plot)
{
	return plot->note.n ? MARGIN + LINE : MARGIN;
}

int
chart_layout(
    const struct chart_plot *plot, struct chart_size *size, struct err *err)
{
	double wanted = panels(plot) == 1 ? SINGLE : PANEL, each;

	if (plot->count < 1 || plot->count > CHART_LINES_MOST)
		return err_set(err, ERR_USAGE,
		    "a picture holds 1 to %d series, there are %zu",
		    CHART_LINES_MOST, plot->count);
	if (size->width <= 0)
		size->width = 960;
	if (size->scale <= 0)
		size->scale = 2;
	if (size->height <= 0)
		size->height =
		    head_of(plot) + foot_of(plot) + wanted * (double)rows(plot);
	each =
	    (size->height - head_of(plot) - foot_of(plot)) / (double)rows(plot);
	if (!(each >= 2 * LEAST) ||
	    !(size->width >= 160 * (double)columns(plot)) ||
	    !(size->width <= 20000) || !(size->height <= 20000) ||
	    !(size->scale <= 10))
		return err_set(err, ERR_USAGE,
		    "a picture of %g x %g is no size for %zu series",
		    size->width, size->height, plot->count);
	return 0;
}

/* ---- drawing --------------------------------------------------------------
 */

struct drawing {
	const struct chart_canvas *c;
	const struct chart_plot *plot;
	struct chart_range x, y;
	struct box box; /* of the panel's data */
	struct buf text;
	struct chart_point *points;
	size_t cap;
};

static double
width_of(struct drawing *d, const struct chart_font *font, struct str s)
{
	return d->c->width(d->c->context, font, s);
}

/* Cut with an ellipsis where it is wider. */
static void
put_text(struct drawing *d, double x, double y, const struct chart_font *font,
    struct str s, double width)
{
	struct chart_point at = {x, y};

	if (!s.n)
		return;
	buf_clear(&d->text);
	if (width_of(d, font, s) > width) {
		do {
			s = utf8_prefix(s, s.n - 1);
			buf_clear(&d->text);
			buf_adds(&d->text, s);
			buf_addstr(&d->text, "…");
		} while (s.n && width_of(d, font, buf_str(&d->text)) > width);
		s = buf_str(&d->text);
	}
	d->c->text(d->c->context, at, font, s);
}

static struct chart_point
place(const struct drawing *d, double x, double y)
{
	const struct box *b = &d->box;
	double across = (x - d->x.low) / (d->x.high - d->x.low);
	double up = (y - d->y.low) / (d->y.high - d->y.low);

	up = fmin(fmax(up, 0), 1);
	return (struct chart_point){b->left + across * (b->right - b->left),
	    b->bottom - up * (b->bottom - b->top)};
}

static void
add_point(struct drawing *d, size_t *n, struct chart_point p)
{
	GROW(d->points, d->cap, *n + 1);
	d->points[(*n)++] = p;
}

static void
rule(const struct drawing *d, double x1, double y1, double x2, double y2,
    const struct chart_pen *pen)
{
	const struct chart_point p[] = {{x1, y1}, {x2, y2}};

	d->c->line(d->c->context, p, 2, pen);
}

static void
flush_line(struct drawing *d, size_t *n, const struct chart_pen *pen)
{
	if (*n > 1)
		d->c->line(d->c->context, d->points, *n, pen);
	else if (*n == 1)
		d->c->dot(d->c->context, d->points[0], pen->width, pen->colour);
	*n = 0;
}

/* A line with gaps. Of points that fall on one dot in width there remain the
 * first, the least, the greatest and the last: nothing is lost to the eye. */
static void
put_line(struct drawing *d, const double *x, const double *y, size_t count,
    const struct chart_pen *pen)
{
	size_t n = 0, same = 0;
	double column = NAN;

	for (size_t t = 0; t < count; t++) {
		struct chart_point p;

		if (!seen(y[t]) || !seen(x[t])) {
			flush_line(d, &n, pen);
			same = 0;
			column = NAN;
			continue;
		}
		p = place(d, x[t], y[t]);
		if (floor(2 * p.x) != column) {
			column = floor(2 * p.x);
			same = 0;
		}
		/* Kept in the order first, least, greatest, last. */
		if (same >= 4) {
			struct chart_point *q = &d->points[n - 4];
			struct chart_point last = q[3];

			if (last.y > q[1].y)
				q[1] = last;
			else if (last.y < q[2].y)
				q[2] = last;
			q[3] = p;
		} else {
			add_point(d, &n, p);
			same++;
			if (same == 4 &&
			    d->points[n - 3].y < d->points[n - 2].y) {
				struct chart_point least = d->points[n - 3];

				d->points[n - 3] = d->points[n - 2];
				d->points[n - 2] = least;
			}
		}
	}
	flush_line(d, &n, pen);
}

/* The last that is known; n: nothing is. */
static size_t
last_known(const struct chart_line *l)
{
	for (size_t t = l->n; t-- > 0;)
		if (seen(l->y[t]) && seen(l->x[t]))
			return t;
	return l->n;
}

/* From what is known last, where it is not long ago: the fan opens there. */
static bool
opens_at(const struct chart_line *l, size_t *ret)
{
	*ret = last_known(l);
	return *ret < l->n && *ret + 1 == l->n && l->steps > 0 &&
	       l->next[0] > l->x[*ret];
}

static void
put_band(struct drawing *d, const struct chart_line *l, int b, uint32_t colour,
    double opacity)
{
	size_t n = 0, from;

	if (!l->mean || !l->low[b] || !l->high[b] || !l->steps)
		return;
	if (opens_at(l, &from))
		add_point(d, &n, place(d, l->x[from], l->y[from]));
	for (size_t t = 0; t < l->steps; t++)
		if (seen(l->next[t]) && !isnan(l->high[b][t]))
			add_point(d, &n, place(d, l->next[t], l->high[b][t]));
	for (size_t t = l->steps; t-- > 0;)
		if (seen(l->next[t]) && !isnan(l->low[b][t]))
			add_point(d, &n, place(d, l->next[t], l->low[b][t]));
	if (n > 2)
		d->c->area(d->c->context, d->points, n, colour, opacity);
}

static void
put_mean(
    struct drawing *d, const struct chart_line *l, uint32_t colour, bool dashed)
{
	const struct chart_pen pen = {2, colour, dashed};
	double *x, *y;
	size_t from, n = 0;

	if (!l->mean || !l->steps)
		return;
	x = xcalloc(2 * (l->steps + 1), sizeof(*x));
	y = x + l->steps + 1;
	if (opens_at(l, &from)) {
		x[n] = l->x[from];
		y[n++] = l->y[from];
	}
	memcpy(x + n, l->next, l->steps * sizeof(*x));
	memcpy(y + n, l->mean, l->steps * sizeof(*y));
	put_line(d, x, y, n + l->steps, &pen);
	free(x);
}

/* On a light edge, so that it stands before lines. */
static void
put_mark(struct drawing *d, struct chart_point at, size_t shape)
{
	static const double sizes[CHART_MARKS] = {4, 6.5, 6};
	static const uint32_t tints[] = {0xffffff, MARK};

	for (size_t i = 0; i < COUNT_OF(tints); i++) {
		double r = sizes[shape] + (i ? 0 : 1.6);
		const struct chart_point corners[][4] = {
		    [1] = {{at.x, at.y - r}, {at.x + 0.87 * r, at.y + 0.5 * r},
			{at.x - 0.87 * r, at.y + 0.5 * r}},
		    [2] = {{at.x, at.y - r}, {at.x + r, at.y}, {at.x, at.y + r},
			{at.x - r, at.y}},
		};

		if (shape == 0)
			d->c->dot(d->c->context, at, r, tints[i]);
		else
			d->c->area(d->c->context, corners[shape],
			    shape == 1 ? 3 : 4, tints[i], 1);
	}
}

static void
put_rules(struct drawing *d, const struct chart_line *l)
{
	const struct chart_pen pen = {1.4, MARK, true};

	for (size_t i = 0; i < l->rules; i++) {
		double x = place(d, l->rule[i], d->y.low).x;

		if (seen(l->rule[i]))
			rule(d, x, d->box.top, x, d->box.bottom, &pen);
	}
}

/* The other expectation, from the same last value on. */
static struct chart_line
beside_of(const struct chart_line *l)
{
	struct chart_line other = *l->beside;

	other.x = l->x;
	other.y = l->y;
	other.n = l->n;
	return other;
}

static void
put_series(struct drawing *d, const struct chart_line *l, uint32_t known,
    uint32_t expected)
{
	bool alone = known != expected;
	const struct chart_pen pen = {1.6, known, false};
	struct chart_line other;

	put_rules(d, l);
	put_band(d, l, 1, expected, alone ? 0.2 : 0.1);
	if (l->beside) {
		other = beside_of(l);
		put_band(d, &other, 1, BESIDE, 0.2);
		put_band(d, &other, 0, BESIDE, 0.3);
	}
	put_band(d, l, 0, expected, alone ? 0.3 : 0.15);
	put_line(d, l->x, l->y, l->n, &pen);
	put_mean(d, l, expected, !alone);
	if (l->beside)
		put_mean(d, &other, BESIDE, true);
	for (size_t i = 0; i < l->marks; i++) {
		size_t t = l->mark[i];

		if (t < l->n && seen(l->y[t]) && seen(l->x[t]))
			put_mark(
			    d, place(d, l->x[t], l->y[t]), chart_shape(l, i));
	}
}

/* ---- axes -----------------------------------------------------------------
 */

static const struct chart_font axis_font = {SMALL, false, GREY, ANCHOR_MIDDLE};

static double
date_width(void *context, struct str label)
{
	return width_of(context, &axis_font, label) + SMALL;
}

/* Under x, or as near to it as the picture lets it. */
static void
put_under(struct drawing *d, double x, double y, struct str label)
{
	double half = width_of(d, &axis_font, label) / 2;

	x = fmin(x, d->box.right + MARGIN - 4 - half);
	put_text(d, x, y, &axis_font, label, 1e9);
}

static void
put_dates(struct drawing *d)
{
	struct chart_date dates[CHART_DATES];
	const struct chart_room room = {
	    date_width, d, d->box.right - d->box.left};
	const struct chart_pen pen = {1, GREY, false};
	size_t count = chart_dates(d->x.low, d->x.high, d->plot->zone,
	    d->plot->japanese, &room, dates);

	for (size_t i = 0; i < count; i++) {
		double x = place(d, dates[i].at, d->y.low).x;
		double y = d->box.bottom;

		rule(d, x, y, x, y + 4, &pen);
		put_under(d, x, y + LINE, str_of(dates[i].label));
		put_under(d, x, y + LINE + SMALL + 2, str_of(dates[i].below));
	}
}

static void
put_numbers(struct drawing *d)
{
	struct chart_ticks t = chart_ticks(
	    d->x.low, d->x.high, fmax(2, (d->box.right - d->box.left) / 90));
	const struct chart_pen pen = {1, GREY, false};
	struct buf label = {0};

	for (size_t i = 0; i < t.count; i++) {
		double v = chart_tick(&t, i), x = place(d, v, d->y.low).x;

		if (x < d->box.left - 1 || x > d->box.right + 1)
			continue;
		buf_clear(&label);
		chart_tick_label(&label, &t, v,
		    (struct chart_numbers){.japanese = d->plot->japanese});
		rule(d, x, d->box.bottom, x, d->box.bottom + 4, &pen);
		put_under(d, x, d->box.bottom + LINE, buf_str(&label));
	}
	buf_release(&label);
}

/* The axis of values: its ticks set the left edge of the data. */
static void
put_values(struct drawing *d)
{
	struct chart_font font = axis_font;
	const struct chart_pen light = {1, RULE, false};
	const struct chart_pen zero = {1, 0xaaaaaa, false};
	struct chart_ticks t = chart_ticks(
	    d->y.low, d->y.high, fmax(2, (d->box.bottom - d->box.top) / 48));
	struct chart_numbers style = {d->plot->percent, d->plot->japanese};
	struct buf label = {0};
	double widest = 0;

	font.anchor = ANCHOR_END;
	d->y.low = chart_ticks_down(&t, d->y.low);
	d->y.high = fmax(d->y.high, chart_tick(&t, t.count - 1));
	for (size_t i = 0; i < t.count; i++) {
		buf_clear(&label);
		chart_tick_label(&label, &t, chart_tick(&t, i), style);
		widest = fmax(widest, width_of(d, &font, buf_str(&label)));
	}
	d->box.left =
	    fmin(d->box.left + widest + 8, (d->box.left + d->box.right) / 2);
	for (size_t i = 0; i < t.count; i++) {
		double v = chart_tick(&t, i), y = place(d, d->x.low, v).y;

		buf_clear(&label);
		chart_tick_label(&label, &t, v, style);
		rule(d, d->box.left, y, d->box.right, y,
		    v == 0 ? &zero : &light);
		put_text(d, d->box.left - 6, y + 4, &font, buf_str(&label),
		    widest + 1);
	}
	buf_release(&label);
}

/* ---- panels ---------------------------------------------------------------
 */

static void
put_panel(struct drawing *d, const struct chart_line *l, size_t count)
{
	const struct chart_font name = {SMALL + 1, true, INK, ANCHOR_START};
	const struct chart_pen base = {1, GREY, false};

	d->y = chart_range_y(d->plot, l, count);
	if (panels(d->plot) > 1) {
		put_text(d, d->box.left, d->box.top + SMALL, &name, l->name,
		    d->box.right - d->box.left);
		d->box.top += LINE + 8;
	}
	d->box.bottom -= d->plot->zone ? 2 * LINE : LINE + 4;
	put_values(d);
	for (size_t i = 0; i < count; i++)
		put_series(d, &l[i], count == 1 ? INK : colours[i],
		    colours[count == 1 ? 0 : i]);
	rule(d, d->box.left, d->box.bottom, d->box.right, d->box.bottom, &base);
	if (d->plot->zone)
		put_dates(d);
	else
		put_numbers(d);
}

/* One entry of the legend: a sample and a word; moves *x behind it. */
static void
put_entry(struct drawing *d, double *x, double y, const struct chart_pen *pen,
    double opacity, struct str word)
{
	const struct chart_font font = {SMALL, false, INK, ANCHOR_START};
	double room = d->box.right - *x - 28;

	if (room < 3 * SMALL)
		return;
	if (pen->width > 0) {
		rule(d, *x, y - 4, *x + 22, y - 4, pen);
	} else {
		const struct chart_point p[] = {{*x, y - 10}, {*x + 22, y - 10},
		    {*x + 22, y + 1}, {*x, y + 1}};

		d->c->area(d->c->context, p, 4, pen->colour, opacity);
	}
	put_text(d, *x + 28, y, &font, word, room);
	*x += 28 + fmin(width_of(d, &font, word), room) + 20;
}

static void
put_mark_entry(struct drawing *d, double *x, double y, size_t shape)
{
	const struct chart_font font = {SMALL, false, INK, ANCHOR_START};
	struct str word = chart_mark_word(d->plot, shape);
	double room = d->box.right - *x - 18;

	if (room < 3 * SMALL)
		return;
	put_mark(d, (struct chart_point){*x + 7, y - 4}, shape);
	put_text(d, *x + 18, y, &font, word, room);
	*x += 18 + fmin(width_of(d, &font, word), room) + 20;
}

static void
put_legend(struct drawing *d, double y)
{
	const struct chart_plot *plot = d->plot;
	bool overlay = panels(plot) == 1 && plot->count > 1;
	struct chart_parts parts = chart_parts_of(plot);
	double x = d->box.left;
	struct buf level = {0};

	for (size_t i = 0; i < plot->count && overlay; i++)
		put_entry(d, &x, y, &(struct chart_pen){2, colours[i], false},
		    0, plot->line[i].name);
	if (!overlay)
		put_entry(d, &x, y, &(struct chart_pen){1.6, INK, false}, 0,
		    chart_word(plot, WORD_KNOWN));
	if (parts.expected)
		put_entry(d, &x, y,
		    &(struct chart_pen){
			2, overlay ? GREY : colours[0], overlay},
		    0, chart_word(plot, WORD_EXPECTED));
	if (parts.beside)
		put_entry(d, &x, y, &(struct chart_pen){2, BESIDE, true}, 0,
		    plot->beside);
	for (int b = 0; b < CHART_BANDS && !overlay; b++) {
		if (!parts.band[b])
			continue;
		buf_clear(&level);
		chart_add_level(&level, plot, (size_t)b);
		/* The narrower one lies on the wider one. */
		put_entry(d, &x, y, &(struct chart_pen){0, colours[0], false},
		    b == 0 && parts.band[1] ? 0.44
		    : b == 0                ? 0.3
					    : 0.2,
		    buf_str(&level));
	}
	if (parts.rules)
		put_entry(d, &x, y, &(struct chart_pen){1.4, MARK, true}, 0,
		    plot->ruled);
	for (size_t m = 0; m < CHART_MARKS; m++)
		if (parts.mark[m])
			put_mark_entry(d, &x, y, m);
	buf_release(&level);
}

void
chart_draw(const struct chart_canvas *canvas, const struct chart_plot *plot,
    struct chart_size size)
{
	const struct chart_font title = {TITLE, true, INK, ANCHOR_START};
	const struct chart_font small = {SMALL, false, GREY, ANCHOR_START};
	struct drawing d = {
	    .c = canvas, .plot = plot, .x = chart_range_x(plot)};
	size_t across = columns(plot),
	       each = panels(plot) > 1 ? 1 : plot->count;
	double y = MARGIN, inner = size.width - 2 * MARGIN;
	double gap = 22, wide, high;

	d.box = (struct box){MARGIN, 0, size.width - MARGIN, 0};
	if (plot->title.n) {
		put_text(&d, MARGIN, y + TITLE - 2, &title, plot->title, inner);
		y += TITLE + 8;
	}
	if (plot->subtitle.n) {
		put_text(&d, MARGIN, y + SMALL, &small, plot->subtitle, inner);
		y += LINE;
	}
	put_legend(&d, y + SMALL + 4);
	y = head_of(plot);
	wide = (inner - gap * (double)(across - 1)) / (double)across;
	high = (size.height - y - foot_of(plot)) / (double)rows(plot);
	for (size_t i = 0; i < panels(plot); i++) {
		double left = MARGIN + (double)(i % across) * (wide + gap);
		double top = y + (double)(i / across) * high;

		d.box = (struct box){left, top, left + wide, top + high - 6};
		put_panel(&d, &plot->line[i * each], each);
	}
	put_text(
	    &d, MARGIN, size.height - MARGIN + 2, &small, plot->note, inner);
	buf_release(&d.text);
	free(d.points);
}

int
chart_picture(struct buf *out, const struct chart_plot *plot,
    enum chart_picture kind, struct chart_size size, struct remarks *remarks,
    struct err *err)
{
	if (chart_layout(plot, &size, err) < 0)
		return -1;
	if (kind != CHART_SVG)
		return chart_cairo(
		    out, plot, kind == CHART_PDF, size, remarks, err);
	chart_svg(out, plot, size);
	return 0;
}
