/* SPDX-License-Identifier: ISC */
/* Bins with edges a person would choose, and two ways to draw their counts. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chart/chart_priv.h"

enum { BINS_MIN = 5, BINS_MAX = 20, BINS_MOST = 1000 };

/* Twice the distance of any two values is a number still. */
#define LARGEST (DBL_MAX / 4)

struct range {
	double least, most;
	size_t n; /* values that count */
	bool whole;
};

static struct range
find_range(const double *values, size_t n)
{
	struct range r = {.whole = true};

	for (size_t i = 0; i < n; i++) {
		if (!(fabs(values[i]) <= LARGEST))
			continue;
		r.least = r.n == 0 ? values[i] : fmin(r.least, values[i]);
		r.most = r.n == 0 ? values[i] : fmax(r.most, values[i]);
		r.whole = r.whole && values[i] == floor(values[i]);
		r.n++;
	}
	return r;
}

static struct chart_bins
bins_of_width(struct range r, double width)
{
	struct chart_bins b = {.width = width, .whole = r.whole};
	double n;

	b.low = floor(r.least / width) * width;
	n = ceil((r.most - b.low) / width - 1e-9);
	/* One bin a value; else a greatest value on an edge joins the last. */
	if (r.whole && width == 1)
		n = r.most - b.low + 1;
	b.count = n < 1 ? 1 : n > BINS_MOST ? BINS_MOST : (size_t)n;
	return b;
}

/* Tries every step of 1, 2, 2.5 or 5 times a power of ten near the plain
 * quotient and keeps the one that comes nearest to what is wanted. */
struct chart_bins
chart_nice_bins(const double *values, size_t n, size_t wanted)
{
	static const double steps[] = {1, 2, 2.5, 5, 10};
	struct range r = find_range(values, n);
	struct chart_bins best = {.width = 1, .count = 1, .whole = r.whole};
	double base, least_off = INFINITY;

	if (r.n == 0)
		return best;
	if (wanted == 0)
		wanted = (size_t)sqrt((double)r.n);
	wanted = wanted < 1 ? BINS_MIN : wanted;
	if (wanted < BINS_MIN && r.n > 1)
		wanted = BINS_MIN;
	if (wanted > BINS_MAX)
		wanted = BINS_MAX;
	if (r.most == r.least)
		return bins_of_width(r,
		    r.whole ? 1
			    : pow(10, floor(log10(fmax(fabs(r.least), 1e-6)))));
	base = pow(10, floor(log10((r.most - r.least) / (double)wanted)));
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		double width = base * steps[i], off;
		struct chart_bins b;

		if (r.whole && (width < 1 || width != floor(width)))
			continue;
		b = bins_of_width(r, width);
		off = fabs((double)b.count - (double)wanted);
		if (off < least_off) {
			least_off = off;
			best = b;
		}
	}
	if (isinf(least_off)) /* whole numbers closer than the steps */
		best = bins_of_width(r, 1);
	return best;
}

size_t
chart_count(
    const double *values, size_t n, struct chart_bins bins, uint64_t *counts)
{
	double high = bins.low + bins.width * (double)bins.count, at;
	size_t outside = 0;

	memset(counts, 0, bins.count * sizeof *counts);
	for (size_t i = 0; i < n; i++) {
		if (!(values[i] >= bins.low && values[i] <= high)) {
			outside++;
			continue;
		}
		at = floor((values[i] - bins.low) / bins.width + 1e-12);
		if (at >= (double)bins.count)
			at = (double)bins.count - 1;
		counts[(size_t)at]++;
	}
	return outside;
}

/* As many decimals as the width needs, the same for all edges. */
static int
decimals_of(struct chart_bins bins)
{
	double w = bins.width, l = bins.low;

	for (int d = 0; d < 9; d++) {
		double p = pow(10, d);
		if (fabs(w * p - rint(w * p)) < 1e-6 * p * w &&
		    fabs(l * p - rint(l * p)) < 1e-6 * p * w)
			return d;
	}
	return 9;
}

static void
add_edge(struct buf *out, double v, int decimals)
{
	if (v == 0)
		v = 0; /* not -0 */
	if (decimals == 0 && fabs(v) < 1e15)
		buf_addgroup(out, (int64_t)rint(v));
	else
		buf_addf(out, "%.*f", decimals, v);
}

/* 60–69 where all are whole numbers, 0.5–1 else; the last bin has its edge. */
static void
add_bin_label(struct buf *out, struct chart_bins bins, size_t i, bool ascii)
{
	double from = bins.low + bins.width * (double)i;
	double to = from + bins.width;
	int decimals = decimals_of(bins);
	bool last = i + 1 == bins.count;

	if (bins.whole && bins.width >= 1 && decimals == 0)
		to -= last && bins.width > 1 ? 0 : 1;
	add_edge(out, from, decimals);
	if (to <= from)
		return;
	/* A minus sign next to a dash cannot be read. */
	if (bins.low < 0)
		buf_addstr(out, " to ");
	else
		buf_addstr(out, ascii ? "-" : "\u2013");
	add_edge(out, to, decimals);
}

static void
add_share(struct buf *out, uint64_t part, uint64_t whole)
{
	double percent = whole > 0 ? 100.0 * (double)part / (double)whole : 0;

	if (part > 0 && percent < 0.5)
		buf_addstr(out, "   <1 %");
	else
		buf_addf(out, "  %3d %%", (int)round_half_away(percent));
}

void
chart_histogram(struct buf *out, struct chart_bins bins, const uint64_t *counts,
    struct chart_style style)
{
	struct chart_bar *bars;
	struct arena texts = {0};
	struct buf text = {0};
	uint64_t total = 0;

	if (bins.count == 0)
		return;
	bars = xcalloc(bins.count, sizeof *bars);
	for (size_t i = 0; i < bins.count; i++)
		total += counts[i];
	for (size_t i = 0; i < bins.count; i++) {
		bars[i].value = (double)counts[i];
		buf_clear(&text);
		add_bin_label(&text, bins, i, style.ascii);
		bars[i].label = arena_str(&texts, buf_str(&text));
		buf_clear(&text);
		buf_addgroup(&text, (int64_t)counts[i]);
		add_share(&text, counts[i], total);
		bars[i].note = arena_str(&texts, buf_str(&text));
	}
	draw_bars(out, bars, bins.count, style, true);
	free(bars);
	buf_release(&text);
	arena_release(&texts);
}

/* One line of standing columns: `from` is the count at its lower edge. */
static void
draw_level(struct buf *out, struct chart_bins bins, const uint64_t *counts,
    double from, double step, size_t width, bool ascii)
{
	static const char *const eighths[] = {" ", "\u2581", "\u2582", "\u2583",
	    "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"};
	size_t gap = width > 2;

	for (size_t i = 0; i < bins.count; i++) {
		double fill = ((double)counts[i] - from) / step;
		int part = fill >= 1   ? 8
			   : fill <= 0 ? 0
				       : (int)round_half_away(fill * 8);
		const char *mark;

		/* What is there is seen, however little. */
		if (part == 0 && from == 0 && counts[i] > 0)
			part = 1;
		mark = eighths[part];
		if (ascii)
			mark = part >= 4 ? "#" : part > 0 ? "." : " ";
		for (size_t c = 0; c + gap < width; c++)
			buf_addstr(out, mark);
		buf_addblanks(out, gap);
	}
}

/* The edges under their columns, as many as fit with a blank between. */
static void
draw_edges(struct buf *out, struct chart_bins bins, size_t left, size_t width,
    size_t columns)
{
	struct buf edge = {0};
	size_t line = out->len, at = 0;
	int decimals = decimals_of(bins);

	buf_addblanks(out, left);
	for (size_t i = 0; i <= bins.count; i++) {
		buf_clear(&edge);
		add_edge(&edge, bins.low + bins.width * (double)i, decimals);
		if (i > 0 && at + 1 > i * width)
			continue;
		if (left + i * width + edge.len > columns)
			break;
		if (i == bins.count && width * i + edge.len > at + 2 * width)
			continue;
		buf_addblanks(out, i * width - at);
		buf_adds(out, buf_str(&edge));
		at = i * width + edge.len;
	}
	text_end_line(out, line);
	buf_release(&edge);
}

/* So many neighbours as one that all columns fit; the caller frees. */
static uint64_t *
join_bins(struct chart_bins *bins, const uint64_t *counts, size_t most)
{
	size_t each = (bins->count + most - 1) / most;
	size_t joined = (bins->count + each - 1) / each;
	uint64_t *sums = xcalloc(joined, sizeof *sums);

	for (size_t i = 0; i < bins->count; i++)
		sums[i / each] += counts[i];
	bins->count = joined;
	bins->width *= (double)each;
	return sums;
}

static void
draw_columns(struct buf *out, struct chart_bins bins, const uint64_t *counts,
    struct chart_style style)
{
	struct buf label = {0};
	uint64_t most = 0;
	size_t left, width, line;
	double step;

	for (size_t i = 0; i < bins.count; i++)
		most = counts[i] > most ? counts[i] : most;
	buf_addgroup(&label, (int64_t)most);
	left = label.len;
	width = (style.columns - left - 3) / bins.count;
	width = width > 8 ? 8 : width;
	step = most > 0 ? (double)most / (double)style.height : 1;
	for (size_t level = style.height; level-- > 0;) {
		line = out->len;
		if (level + 1 == style.height)
			buf_adds(out, buf_str(&label));
		else
			buf_addblanks(out, left);
		buf_addstr(out, style.ascii ? " |" : " \u2502");
		draw_level(out, bins, counts, step * (double)level, step, width,
		    style.ascii);
		text_end_line(out, line);
	}
	buf_addblanks(out, left - 1);
	buf_addstr(out, style.ascii ? "0 +" : "0 \u2514");
	for (size_t i = 0; i < width * bins.count; i++)
		buf_addstr(out, style.ascii ? "-" : "\u2500");
	buf_addc(out, '\n');
	draw_edges(out, bins, left + 2, width, style.columns);
	buf_release(&label);
}

void
chart_columns(struct buf *out, struct chart_bins bins, const uint64_t *counts,
    struct chart_style style)
{
	struct buf widest = {0};
	uint64_t total = 0, *joined = NULL;
	size_t room;

	style = style_full(style);
	if (bins.count == 0)
		return;
	for (size_t i = 0; i < bins.count; i++)
		total += counts[i];
	buf_addgroup(&widest, (int64_t)total);
	room = style.columns - 3 - widest.len;
	if (bins.count > room)
		counts = joined = join_bins(&bins, counts, room);
	draw_columns(out, bins, counts, style);
	free(joined);
	buf_release(&widest);
}
