/* SPDX-License-Identifier: ISC */
/* Where an axis of numbers is labelled, and how. */
#include <float.h>
#include <math.h>

#include "chart/chart_priv.h"

/* How well labels fit is a sum of four parts (section 4 of the paper): steps
 * that are easy to read, the share of the data they cover, how close they
 * stand, and what they look like, which is the same for all of ours. */
static double
score_of(double simplicity, double coverage, double density)
{
	return 0.25 * simplicity + 0.2 * coverage + 0.5 * density + 0.05;
}

struct labelling {
	double low, high, wanted, best;
	struct chart_ticks ticks;
};

static double
coverage(const struct labelling *l, double first, double last)
{
	double range = 0.1 * (l->high - l->low);
	double above = (l->high - last) / range,
	       below = (l->low - first) / range;

	return 1 - 0.5 * (above * above + below * below);
}

static double
most_coverage(const struct labelling *l, double span)
{
	double range = l->high - l->low, over = (span - range) / 2;

	return span > range ? 1 - over * over / (0.01 * range * range) : 1;
}

static double
density(const struct labelling *l, double count, double first, double last)
{
	double have = (count - 1) / (last - first);
	double want =
	    (l->wanted - 1) / (fmax(last, l->high) - fmin(first, l->low));

	return 2 - fmax(have / want, want / have);
}

static double
most_density(const struct labelling *l, double count)
{
	return count >= l->wanted ? 2 - (count - 1) / (l->wanted - 1) : 1;
}

/* All places for `count` labels at multiples of the step. */
static void
try_places(struct labelling *l, double simplicity, double step, double count)
{
	double from = floor(l->high / step) - (count - 1);
	double to = ceil(l->low / step);

	for (double start = from; start <= to; start++) {
		double first = start * step;
		double last = first + step * (count - 1), score;
		bool zero = start <= 0 && start + count > 0;

		score = score_of(simplicity + (zero ? 1 : 0),
		    coverage(l, first, last), density(l, count, first, last));
		if (score > l->best) {
			l->best = score;
			l->ticks =
			    (struct chart_ticks){first, step, (size_t)count};
		}
	}
}

/* Labels that skip multiples of a step, which the paper has too, are not
 * tried: 7.5, 12.5, 17.5 are harder to read than what else there is. */
struct chart_ticks
chart_ticks(double low, double high, double wanted)
{
	/* Easier first. */
	static const double steps[] = {1, 5, 2, 2.5, 4, 3};
	const size_t last = COUNT_OF(steps) - 1;
	struct labelling l = {
	    low, high, fmax(wanted, 2), -INFINITY, {low, high - low, 2}};

	if (!(high - low > 1e-12 * fmax(fabs(low), fabs(high))))
		return l.ticks;
	for (size_t q = 0; q <= last; q++) {
		double simple = -(double)q / (double)last;
		double count = l.wanted < 3 ? 2 : 3;

		for (; count < 3 * l.wanted; count++) {
			double power =
			    ceil(log10((high - low) / (count + 1) / steps[q]));
			double dense = most_density(&l, count);

			if (score_of(simple + 1, 1, dense) < l.best)
				break;
			for (int i = 0; i < 4; i++) {
				double step = steps[q] * pow(10, power + i);
				double covers =
				    most_coverage(&l, step * (count - 1));

				if (score_of(simple + 1, covers, dense) <
				    l.best)
					break;
				try_places(&l, simple, step, count);
			}
		}
	}
	return l.ticks;
}

double
chart_tick(const struct chart_ticks *t, size_t i)
{
	double v = t->first + (double)i * t->step;

	/* Not -1.4e-17 for 0. */
	return fabs(v) < 1e-9 * t->step ? 0 : v;
}

double
chart_ticks_down(struct chart_ticks *t, double low)
{
	double below = (t->first - low) / t->step;

	if (below < 1e-9)
		return t->first;
	if (below < 0.25)
		return t->first - 0.25 * t->step;
	t->count += (size_t)ceil(below);
	return t->first -= ceil(below) * t->step;
}

/* ---- labels ---------------------------------------------------------------
 */

struct unit {
	double from, one; /* is used from, and is */
	const char *name;
};

static const struct unit *
unit_of(double largest, bool japanese)
{
	static const struct unit english[] = {
	    {1e12, 1e12, "T"}, {1e9, 1e9, "B"}, {1e6, 1e6, "M"}, {0, 1, ""}};
	static const struct unit japan[] = {
	    {1e12, 1e12, "兆"}, {1e8, 1e8, "億"}, {1e6, 1e4, "万"}, {0, 1, ""}};
	const struct unit *u = japanese ? japan : english;

	while (largest < u->from)
		u++;
	return u;
}

void
chart_tick_label(struct buf *out, const struct chart_ticks *t, double v,
    struct chart_numbers style)
{
	double largest =
	    fmax(fabs(t->first), fabs(chart_tick(t, t->count - 1)));
	double factor = style.percent ? 100 : 1, step;
	const struct unit *u =
	    unit_of(style.percent ? 0 : largest * (1 + 1e-12), style.japanese);
	int decimals = 0;

	if (largest * factor >= 1e15 || t->step * factor < 1e-6) {
		buf_addf(out, "%.4g", v * factor);
	} else {
		step = t->step * factor / u->one;
		while (decimals < 9 && fabs(step - rint(step)) > 1e-6 * step) {
			step *= 10;
			decimals++;
		}
		v = v * factor / u->one;
		if (decimals == 0 || (v == 0 && u->name[0]))
			buf_addgroup(out, (int64_t)rint(v));
		else
			buf_addf(out, "%.*f", decimals, v);
		if (v != 0)
			buf_addstr(out, u->name);
	}
	if (style.percent)
		buf_addstr(out, " %");
}
