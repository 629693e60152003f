/* SPDX-License-Identifier: ISC */
/* What the files of the chart room share with each other. */
#ifndef DL_CHART_PRIV_H
#define DL_CHART_PRIV_H

#include "chart/chart.h"

struct chart_style style_full(struct chart_style style); /* defaults filled */
/* A lying bar of `length` cells, in eighths; no less than one eighth unless
 * length is 0. Returns the whole cells it takes. */
size_t add_bar(struct buf *out, double length, bool ascii);
/* Bars whose labels stand right, under each other, as numbers do. */
void draw_bars(struct buf *out, const struct chart_bar *bars, size_t count,
    struct chart_style style, bool right);

/* ---- ticks.c: where an axis of numbers is labelled ----------------------- */

struct chart_ticks {
	double first, step;
	size_t count;
};
/* About `wanted` (2 or more) of them over low < high: J. Talbot, S. Lin & P.
 * Hanrahan, An extension of Wilkinson's algorithm for positioning tick labels
 * on axes, IEEE Transactions on Visualization and Computer Graphics 16 (2010).
 */
struct chart_ticks chart_ticks(double low, double high, double wanted);
/* Where the axis of what begins at `low` is to begin: at a tick, one more or
 * the first, or clearly below it. */
double chart_ticks_down(struct chart_ticks *t, double low);
double chart_tick(const struct chart_ticks *t, size_t i);
struct chart_numbers {
	bool percent, japanese;
};
/* With as many decimals as the step needs, in units that suit the largest:
 * 1,500,000 is 1.5M, or 150万. */
void chart_tick_label(struct buf *out, const struct chart_ticks *t, double v,
    struct chart_numbers style);

/* ---- dates.c: where an axis of time is ----------------------------------- */

struct chart_date {
	double at;
	char label[32]; /* 3 Mar */
	char below[32]; /* 2026: what changes less often; empty: as before */
};
/* How wide a label is, with the space that keeps it from the next. */
struct chart_room {
	double (*of)(void *context, struct str label);
	void *context;
	double all; /* the axis */
};
enum { CHART_DATES = 64 };
/* The closest ticks of minutes, hours, days, weeks, months or years whose
 * labels have room. Returns how many. */
size_t chart_dates(double low, double high, const struct zone *zone,
    bool japanese, const struct chart_room *room,
    struct chart_date ret[CHART_DATES]);

/* ---- canvas: what pictures are drawn on (svg.c, cairo.c) ------------------
 */

struct chart_point {
	double x, y; /* from the upper left corner */
};
enum chart_anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };
struct chart_font {
	double size;
	bool bold;
	uint32_t colour; /* 0xRRGGBB */
	enum chart_anchor anchor;
};
struct chart_pen {
	double width;
	uint32_t colour;
	bool dashed;
};
struct chart_canvas {
	void *context;
	void (*line)(void *context, const struct chart_point *p, size_t n,
	    const struct chart_pen *pen);
	void (*area)(void *context, const struct chart_point *p, size_t n,
	    uint32_t colour, double opacity);
	void (*dot)(void *context, struct chart_point at, double radius,
	    uint32_t colour);
	/* at: on the base line. */
	void (*text)(void *context, struct chart_point at,
	    const struct chart_font *font, struct str text);
	double (*width)(
	    void *context, const struct chart_font *font, struct str text);
};

/* plot.c: everything above the canvas. height 0: as the panels want, into
 * size. */
int chart_layout(
    const struct chart_plot *plot, struct chart_size *size, struct err *err);
void chart_draw(const struct chart_canvas *canvas,
    const struct chart_plot *plot, struct chart_size size);
/* What is to be seen of a line and of an axis: ranges of all points, bands as
 * far as they do not press everything else flat. */
struct chart_range {
	double low, high;
};
struct chart_range chart_range_x(const struct chart_plot *plot);
struct chart_range chart_range_y(
    const struct chart_plot *plot, const struct chart_line *line, size_t count);
/* Words of the legend. */
enum chart_word { WORD_KNOWN, WORD_EXPECTED, WORD_MARK, WORD__MAX };
struct str chart_word(const struct chart_plot *plot, enum chart_word word);
/* What a picture has of all this. */
struct chart_parts {
	bool expected, beside, rules, band[CHART_BANDS], mark[CHART_MARKS];
};
struct chart_parts chart_parts_of(const struct chart_plot *plot);
size_t chart_shape(const struct chart_line *l, size_t mark);
struct str chart_mark_word(const struct chart_plot *plot, size_t shape);
void chart_add_level(struct buf *out, const struct chart_plot *plot, size_t b);

/* svg.c */
void chart_svg(
    struct buf *out, const struct chart_plot *plot, struct chart_size size);
/* cairo.c */
int chart_cairo(struct buf *out, const struct chart_plot *plot, bool pdf,
    struct chart_size size, struct remarks *remarks, struct err *err);

#endif
