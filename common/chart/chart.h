/* SPDX-License-Identifier: ISC */
/*
 * chart: drawings for a terminal, made of UTF-8 blocks or, where these cannot
 * be shown, of ASCII: text appended to a struct buf, each line ended, none
 * wider than asked for, no colour, no escape sequences. And pictures: series
 * in time with what is expected of them, as SVG, PNG and PDF. Pure: numbers in,
 * bytes out; the same input gives the same bytes on a machine.
 *
 * Ownership: everything given is only read; labels are made safe for a
 * terminal and cut to fit by columns (a kanji takes two).
 */
#ifndef DL_CHART_H
#define DL_CHART_H

#include "base/base.h"

struct chart_style {
	size_t columns; /* width to keep within; 0: 80; at least 30 */
	bool ascii;     /* # . and - instead of blocks */
	size_t height;  /* lines of a column chart; 0: 8 */
};

/* One bar of a bar chart or one bin of a histogram. */
struct chart_bar {
	struct str label;
	double value;     /* >= 0; others are drawn as 0 */
	struct str note;  /* after the bar; missing: the value itself */
	struct str group; /* named left of its first bar, e.g. the band a bin
			   * belongs to; missing: none */
};

/* Horizontal bars, one a line: label, bar, note. */
void chart_bars(struct buf *out, const struct chart_bar *bars, size_t count,
    struct chart_style style);

/* Where bins begin and end: `count` bins of equal width, edges[count + 1]. */
struct chart_bins {
	double low, width; /* bin i is [low + i*width, low + (i+1)*width) */
	size_t count;      /* the last bin includes its upper edge */
	bool whole;        /* values are whole numbers: bins read 60–69 */
};
/* Edges a person would choose (steps of 1, 2, 2.5 or 5 times a power of ten),
 * about `wanted` of them (0: by the square root of n, 5 to 20) over the finite
 * values (those past a quarter of the greatest double count as infinite). */
struct chart_bins chart_nice_bins(
    const double *values, size_t n, size_t wanted);
/* Counts values into counts[bins.count]; what lies outside is returned. */
size_t chart_count(
    const double *values, size_t n, struct chart_bins bins, uint64_t *counts);

/* A histogram lying down: one line a bin, "60–69 | bar  1,234  12 %". Whole
 * numbers are labelled 60–69, others 0.5–1. */
void chart_histogram(struct buf *out, struct chart_bins bins,
    const uint64_t *counts, struct chart_style style);
/* The same standing: columns over an axis with its edges, `height` lines;
 * neighbours are joined where there are more bins than columns to draw. */
void chart_columns(struct buf *out, struct chart_bins bins,
    const uint64_t *counts, struct chart_style style);

/* One character a value, scaled between least and greatest; no new line.
 * NaN is a gap. Longer series than style.columns are averaged down. */
void chart_sparkline(
    struct buf *out, const double *values, size_t n, struct chart_style style);

/* A share as a short bar of `columns` cells: ███████▌··; no new line. */
void chart_meter(struct buf *out, double share, struct chart_style style);

/* ---- plots: series in time, what is expected next, and how surely ---------
 */

/* Marks are told apart by their shapes, not by colour: a dot, a
 * triangle, a diamond. */
enum { CHART_BANDS = 2, CHART_MARKS = 3, CHART_LINES_MOST = 60 };
struct chart_line {
	struct str name; /* over its panel, or in the legend */
	const double *x; /* ascending */
	const double *y; /* NAN: nothing is known */
	size_t n;
	const double *next; /* where something is expected: x of the steps */
	const double *mean; /* NULL: nothing is */
	/* The narrower band first; NULL: there is none. */
	const double *low[CHART_BANDS], *high[CHART_BANDS];
	size_t steps;
	const size_t *mark;         /* which of the n stand out */
	const unsigned char *shape; /* of each, below CHART_MARKS; NULL: dots */
	size_t marks;
	const double *rule; /* x of what is to be seen of all: lines from top to
			       bottom */
	size_t rules;
	/* Something else that is expected, in the same panel, dashed: its next,
	 * mean and bands; NULL: nothing is. */
	const struct chart_line *beside;
};
struct chart_plot {
	struct str title, subtitle, note; /* missing: none */
	const struct chart_line *line;    /* 1 to CHART_LINES_MOST */
	size_t count;
	const struct zone *zone; /* x are times, told in it; NULL: numbers */
	int level[CHART_BANDS];  /* percent that a band holds: 80, 95 */
	/* Words of the legend; missing: actual, forecast, that percentage, out
	 * of the ordinary. Those of rules and of what is beside are needed. */
	struct str expected, band, beside, ruled, mark[CHART_MARKS];
	bool overlay;  /* in one panel, for up to eight lines; else one each */
	bool percent;  /* y are shares: 0.25 reads 25 % */
	bool zero;     /* the axis begins at 0 */
	bool japanese; /* dates, large numbers and the legend */
};
/* For a terminal, one panel each; style.height is that of a panel (0: 12
 * lines). */
void chart_plot(
    struct buf *out, const struct chart_plot *plot, struct chart_style style);

enum chart_picture { CHART_SVG, CHART_PNG, CHART_PDF };
struct chart_size {
	double width, height; /* CSS pixels; points in a PDF; 0: 960, and as
				 high as the panels want */
	double scale;         /* PNG: dots to a pixel; 0: 2 */
};
/* SVG is written here. PNG and PDF are drawn by cairo and pango, which are
 * loaded now; an error where they are not installed, where there are too many
 * lines, or the picture has no room for anything. Characters that no font of
 * this machine has are drawn as boxes and told in a remark. */
int chart_picture(struct buf *out, const struct chart_plot *plot,
    enum chart_picture kind, struct chart_size size, struct remarks *remarks,
    struct err *err);

#endif
