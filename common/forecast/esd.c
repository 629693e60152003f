/* SPDX-License-Identifier: ISC */
/* What is out of the ordinary in what a decomposition leaves. */
#include <float.h>
#include <stdlib.h>

#include "forecast/forecast_priv.h"

#define LEAST         10
#define SEASONAL_SPAN 35 /* seasons that smooth a phase */
#define FEW_MORE      30
#define FAR_OUT       4   /* deviations */
#define MOST_LOOKED   401 /* values of a running median */
/* From the median absolute deviation, or the mean one, to the standard
 * deviation of normal values. */
#define BY_MEDIAN 1.4826022185056018
#define BY_MEAN   1.2533141373155001

/* ---- the middle of sorted values, some of which are taken away ---- */

struct left {
	size_t at;
	double off; /* from what was expected */
};

/* What is not taken away yet stands at low .. high - 1 of the sorted ones, for
 * the furthest from the median is always first or last. */
struct middle {
	const struct left *v;
	const double *sums; /* of the offs before each */
	size_t low, high;
	double median, sd;
};

static int
by_off(const void *a, const void *b)
{
	const struct left *x = a, *y = b;

	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* The kth smallest distance from the median: of two sorted lists, those below
 * it, going down, and those above, going up. */
static double
kth_distance(const struct middle *m, size_t split, size_t k)
{
	size_t below = split - m->low, above = m->high - split;
	size_t least = k > above ? k - above : 0;
	size_t most = k < below ? k : below;

	/* How many of the first k are below: the last of them is no further
	 * than the next of the other list. */
	while (least < most) {
		size_t i = (least + most + 1) / 2, j = k - i;
		double from_below = m->median - m->v[split - i].off;
		double from_above =
		    j < above ? m->v[split + j].off - m->median : INFINITY;

		if (from_below <= from_above)
			least = i;
		else
			most = i - 1;
	}
	{
		size_t j = k - least;
		double a = least < below
			       ? m->median - m->v[split - least - 1].off
			       : INFINITY;
		double b =
		    j < above ? m->v[split + j].off - m->median : INFINITY;

		return fmin(a, b);
	}
}

/* Where more than one in twenty is further out than two deviations of normal
 * values the tails are heavier, and the deviation is what they are of it. */
static double
heavier(const struct middle *m, size_t split)
{
	size_t n = m->high - m->low;

	return kth_distance(m, split, n - 1 - n / 20) / 1.959963984540054;
}

static void
find_middle(struct middle *m)
{
	size_t n = m->high - m->low, split = m->low + n / 2;
	double upper = m->v[split].off;
	double lower = n % 2 ? upper : m->v[split - 1].off;

	m->median = lower + (upper - lower) / 2;
	m->sd = (kth_distance(m, split, (n - 1) / 2) +
		    kth_distance(m, split, n / 2)) /
		2 * BY_MEDIAN;
	if (m->sd > 0) {
		m->sd = fmax(m->sd, heavier(m, split));
		return;
	}
	/* More than half are the same: what is the mean deviation? */
	m->sd = ((m->sums[m->high] - m->sums[split]) -
		    (m->sums[split] - m->sums[m->low]) -
		    m->median * ((double)(m->high - split) -
				    (double)(split - m->low))) /
		(double)n * BY_MEAN;
	/* What rounding leaves of equal ones. */
	if (!(m->sd > 1e-12))
		m->sd = 0;
}

/* ---- Rosner's test ---- */

/* The chance that the furthest of n is as far off (his critical values, solved
 * for the significance). */
static double
chance_of(double n, double far)
{
	double rest = (n - 1) * (n - 1) - far * far * n, t;

	if (rest <= 0)
		return 0;
	t = sqrt((n - 2) * far * far * n / rest);
	return fmin(1, 2 * n * forecast_t_tail(t, n - 2));
}

double
forecast_esd_critical(double n, double alpha)
{
	double t = forecast_t_quantile(alpha / (2 * n), n - 2);

	return (n - 1) * t / sqrt((n - 2 + t * t) * n);
}

struct esd {
	const struct forecast_esd *options;
	const double *y;
	double *x; /* on the scale, gaps filled, less their middle, in units */
	size_t n, known;
	double unit, base;
	bool counts;
	double alpha;
	double exposure; /* how often a value like each was seen */
	size_t phases;   /* of the shortest season */
	double *spread;  /* of what is left in each, by that of all */
	struct forecast_parts parts;
	struct left *left;
	double *sums;
	/* Those taken away, in that order, and their chances. */
	size_t *taken;
	double *chance;
	size_t count;
	struct middle middle; /* without the anomalies */
};

static double
spread_at(const struct esd *e, size_t t)
{
	return e->spread[t % e->phases];
}

static double
expected_of(const struct esd *e, size_t t)
{
	return e->x[t] - e->parts.remainder[t] +
	       e->middle.median * spread_at(e, t);
}

static double
to_value(const struct esd *e, double x)
{
	double v = forecast_from_scale(e->counts, (x + e->base) * e->unit);

	return forecast_bounded(v);
}

/* What chance alone does to counts. */
static double
count_chance(const struct esd *e, size_t t)
{
	double usual = to_value(e, expected_of(e, t));

	if (!e->counts)
		return 0;
	return fmin(1, 2 * (double)e->known *
			   forecast_count_tail(e->y[t], usual * e->exposure,
			       e->exposure, e->y[t] > usual));
}

static void
take_away(struct esd *e)
{
	size_t most =
	    (size_t)(e->options->most > 0 ? e->options->most * (double)e->known
					  : 0.1 * (double)e->known);
	struct middle m = {.v = e->left, .sums = e->sums, .high = e->known};

	most = most < 1 ? 1 : most > e->known - 3 ? e->known - 3 : most;
	e->taken = xcalloc(most, sizeof(*e->taken));
	e->chance = xcalloc(most, sizeof(*e->chance));
	find_middle(&m);
	e->middle = m;
	for (size_t i = 0; i < most; i++) {
		double down = m.median - e->left[m.low].off;
		double up = e->left[m.high - 1].off - m.median;
		double n = (double)(m.high - m.low);
		double far = m.sd > 0 ? fmax(up, down) / m.sd : 0;

		e->taken[i] =
		    up >= down ? e->left[--m.high].at : e->left[m.low++].at;
		e->chance[i] = chance_of(n, far);
		find_middle(&m);
		/* All that were taken until the last that is significant. */
		if (e->chance[i] < e->alpha) {
			e->count = i + 1;
			e->middle = m;
		}
	}
	/* Who was hidden by another is as sure as that one. */
	for (size_t i = e->count; i-- > 1;)
		e->chance[i - 1] = fmin(e->chance[i - 1], e->chance[i]);
}

static int
by_at(const void *a, const void *b)
{
	const struct forecast_anomaly *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static void
tell(const struct esd *e, struct forecast_anomalies *ret)
{
	double wide =
	    forecast_esd_critical((double)(e->known - e->count), e->alpha) *
	    e->middle.sd;

	for (size_t t = 0; t < e->n; t++) {
		double x = expected_of(e, t);

		ret->expected[t] = to_value(e, x);
		ret->low[t] = to_value(e, x - wide * spread_at(e, t));
		ret->high[t] = to_value(e, x + wide * spread_at(e, t));
		if (e->options->non_negative) {
			ret->expected[t] = fmax(0, ret->expected[t]);
			ret->low[t] = fmax(0, ret->low[t]);
			ret->high[t] = fmax(0, ret->high[t]);
		}
	}
	for (size_t i = 0; i < e->count; i++) {
		size_t t = e->taken[i];
		double chance = fmax(e->chance[i], count_chance(e, t));

		if (chance >= e->alpha)
			continue;
		forecast_anomalies_add(ret,
		    &(struct forecast_anomaly){.at = t,
			.span = 1,
			.value = e->y[t],
			.expected = ret->expected[t],
			.low = ret->low[t],
			.high = ret->high[t],
			.chance = fmax(chance, 1e-12),
			.severity = forecast_severity_of(chance, e->alpha)});
	}
	if (ret->count)
		qsort(ret->list, ret->count, sizeof(*ret->list), by_at);
}

/* ---- what is left ---- */

/* ---- without what is far out ---- */

/* The running median over `reach` on both sides, of MOST_LOOKED at most. */
static void
find_level(const double *x, size_t n, size_t reach, double *level)
{
	size_t step = (2 * reach + MOST_LOOKED) / MOST_LOOKED;
	double *window = xcalloc(2 * reach / step + 2, sizeof(*window));

	for (size_t t = 0; t < n; t++) {
		size_t count = 0, from = t < reach ? t % step : t - reach;

		for (size_t i = from; i < n && i <= t + reach; i += step)
			window[count++] = x[i];
		level[t] = forecast_median(window, count);
	}
	free(window);
}

/* Takes the median of each phase off x. */
static void
take_off_phases(double *x, size_t n, size_t period)
{
	double *phase = xcalloc(n + 1, sizeof(*phase));

	for (size_t p = 0; p < period && period > 1; p++) {
		size_t count = 0;
		double middle;

		for (size_t t = p; t < n; t += period)
			phase[count++] = x[t];
		middle = count ? forecast_median(phase, count) : 0;
		for (size_t t = p; t < n; t += period)
			x[t] -= middle;
	}
	free(phase);
}

/* Loess begins with means, and a value that is far enough out draws its
 * neighbours along until all of them are put aside and it is met. What is that
 * far from the running medians of level and phase is not shown to it, but what
 * stands around it. */
static double *
cleaned(const double *x, size_t n, size_t period)
{
	double *clean = xcalloc(n + 1, sizeof(*clean));
	double *off = xcalloc(n + 1, sizeof(*off));
	double *size = xcalloc(n + 1, sizeof(*size)), far;
	size_t reach = period > 1 ? period : n / 10 < 5 ? 5 : n / 10;

	find_level(x, n, reach, off);
	for (size_t t = 0; t < n; t++)
		off[t] = x[t] - off[t];
	take_off_phases(off, n, period);
	for (size_t t = 0; t < n; t++)
		size[t] = fabs(off[t]);
	far = forecast_median(size, n) * BY_MEDIAN * FAR_OUT;
	for (size_t t = 0; t < n; t++) {
		bool end = t == 0 || t == n - 1;

		clean[t] = fabs(off[t]) <= far ? x[t]
			   : end               ? x[t] - off[t]
					       : NAN;
	}
	forecast_fill(clean, n, period);
	free(off);
	free(size);
	return clean;
}

/* With the seasons that there are: others would take noise for one and shrink
 * what is left. One season moves slowly, so that it does not follow what is
 * odd in it. */
static int
decompose(struct esd *e, struct err *err)
{
	size_t asked = 0, count = 0, longest = 1, periods[FORECAST_SEASONS];
	struct forecast_stl one = {
	    .period = 1, .seasonal_span = SEASONAL_SPAN, .robust = true};
	double *fit;
	int rc;

	/* Each must be there three times to be one. */
	while (asked < FORECAST_SEASONS && e->options->season[asked] > 1 &&
	       e->options->season[asked] <= e->n / 3)
		asked++;
	/* A phase that is seen four times has a median. */
	for (size_t i = 0; i < asked; i++)
		if (i == 0 || e->options->season[i] <= e->n / 4)
			longest = e->options->season[i];
	fit = cleaned(e->x, e->n, longest);
	if (asked)
		count = forecast_periods(fit, e->n, e->options->season, asked,
		    periods, FORECAST_SEASONS);
	e->exposure = count ? fmax(1, (double)e->n / (double)periods[count - 1])
			    : (double)e->n / 5; /* the span of the trend */
	one.period = e->phases = count ? periods[0] : 1;
	rc = count > 1 ? forecast_mstl(
			     fit, e->n, periods, count, true, &e->parts, err)
		       : forecast_stl(fit, e->n, &one, &e->parts, err);
	/* What was not shown is left as well. */
	for (size_t t = 0; rc == 0 && t < e->n; t++)
		e->parts.remainder[t] += e->x[t] - fit[t];
	free(fit);
	return rc;
}

/* The spread of each phase of the season, so that what is odd at night is not
 * measured by the day: the median size of what is left there, and FEW_MORE
 * times that of all. */
static void
find_spreads(struct esd *e)
{
	double *size = xcalloc(e->n + 1, sizeof(*size)), all;
	size_t count = 0;

	e->spread = xcalloc(e->phases, sizeof(*e->spread));
	for (size_t t = 0; t < e->n; t++)
		if (!isnan(e->y[t]))
			size[count++] = fabs(e->parts.remainder[t]);
	all = forecast_median(size, count);
	for (size_t p = 0; p < e->phases; p++) {
		count = 0;
		for (size_t t = p; t < e->n; t += e->phases)
			if (!isnan(e->y[t]))
				size[count++] = fabs(e->parts.remainder[t]);
		e->spread[p] = 1;
		if (count && all > 0)
			e->spread[p] =
			    ((double)count * forecast_median(size, count) +
				FEW_MORE * all) /
			    (((double)count + FEW_MORE) * all);
	}
	free(size);
}

/* Near 0 and near 1, for neither sums nor squares are to overflow. */
static void
put_on_scale(struct esd *e)
{
	double *sorted = xcalloc(e->n, sizeof(*sorted));
	double largest = 0;
	size_t known = 0;
	int exponent;

	e->unit = 1;
	for (size_t t = 0; t < e->n; t++) {
		e->x[t] = isnan(e->y[t])
			      ? NAN
			      : forecast_to_scale(e->counts, e->y[t]);
		if (!isnan(e->x[t]))
			sorted[known++] = e->x[t];
	}
	e->base = forecast_median(sorted, known);
	for (size_t t = 0; t < e->n; t++)
		largest = fmax(largest, fabs(e->x[t] / 2 - e->base / 2));
	frexp(largest, &exponent);
	if (largest > 0)
		e->unit = ldexp(1, exponent < -1000 ? -1000 : exponent);
	e->base /= e->unit;
	for (size_t t = 0; t < e->n; t++)
		e->x[t] = e->x[t] / e->unit - e->base;
	free(sorted);
}

static int
work(struct esd *e, struct forecast_anomalies *ret, size_t offset, size_t whole,
    struct err *err)
{
	struct forecast_anomalies own;

	put_on_scale(e);
	forecast_fill(
	    e->x, e->n, e->options->season[0] > 1 ? e->options->season[0] : 1);
	if (decompose(e, err) < 0)
		return -1;
	find_spreads(e);
	e->left = xcalloc(e->n, sizeof(*e->left));
	e->sums = xcalloc(e->n + 1, sizeof(*e->sums));
	for (size_t t = 0; t < e->n; t++)
		if (!isnan(e->y[t]))
			e->left[e->known++] = (struct left){
			    t, e->parts.remainder[t] / spread_at(e, t)};
	qsort(e->left, e->known, sizeof(*e->left), by_off);
	for (size_t i = 0; i < e->known; i++)
		e->sums[i + 1] = e->sums[i] + e->left[i].off;
	take_away(e);
	forecast_anomalies_make(ret, whole);
	own = *ret;
	own.expected += offset;
	own.low += offset;
	own.high += offset;
	tell(e, &own);
	for (size_t i = 0; i < own.count; i++)
		own.list[i].at += offset;
	ret->list = own.list;
	ret->count = own.count;
	ret->cap = own.cap;
	return 0;
}

int
forecast_esd_anomalies(const double *y, size_t n,
    const struct forecast_esd *options, struct forecast_anomalies *ret,
    struct err *err)
{
	struct esd e = {.options = options,
	    .alpha = options->alpha > 0 ? options->alpha : 0.05};
	size_t first = 0, end = n, known = 0;
	int rc;

	while (end > 0 && isnan(y[end - 1]))
		end--;
	while (first < end && isnan(y[first]))
		first++;
	for (size_t t = first; t < end; t++)
		known += !isnan(y[t]);
	if (known < LEAST)
		return err_set(err, ERR_USAGE,
		    "anomalies need %d observations, there are %zu", LEAST,
		    known);
	e.y = y + first;
	e.n = end - first;
	e.x = xcalloc(e.n, sizeof(*e.x));
	e.counts = options->values == FORECAST_COUNTS ||
		   (options->values == FORECAST_GUESS &&
		       forecast_look_like_counts(e.y, e.n));
	rc = work(&e, ret, first, n, err);
	forecast_parts_release(&e.parts);
	free(e.x);
	free(e.left);
	free(e.sums);
	free(e.taken);
	free(e.chance);
	free(e.spread);
	return rc;
}
