/* SPDX-License-Identifier: ISC */
/*
 * Is there a trend, and how steep is it, whatever the values are distributed
 * like: the test of Mann (1945) and Kendall (1975), corrected for ties and,
 * by Hamed & Rao (1998), for values that resemble the ones before them; the
 * slope of Sen (1968).
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

enum {
	LEAST = 4,
	FEW = 1200, /* so many: all slopes between pairs are looked at */
};

/* What is there: at which times, and what. */
struct points {
	size_t n;
	double *t, *y;
	double *sorted, *merged; /* scratch, n each */
};

/* ---- pairs in and out of order ---- */

/* Pairs i < j with sorted[i] > sorted[j], and those that are equal, counted
 * while they are merged (Knight 1966). */
static void
count_pairs(double *a, size_t n, double *scratch, double *ret_falling,
    double *ret_equal)
{
	double *from = a, *to = scratch, falling = 0, equal = 0;

	for (size_t width = 1; width < n; width *= 2) {
		double *swap = from;

		for (size_t low = 0; low < n; low += 2 * width) {
			size_t middle = low + width < n ? low + width : n;
			size_t high = middle + width < n ? middle + width : n;
			size_t i = low, j = middle;

			for (size_t k = low; k < high; k++) {
				if (j == high ||
				    (i < middle && from[i] <= from[j])) {
					to[k] = from[i++];
				} else {
					falling += (double)(middle - i);
					to[k] = from[j++];
				}
			}
		}
		from = to;
		to = swap;
	}
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i; end < n && from[end] == from[i]; end++)
			;
		equal += (double)(end - i) * (double)(end - i - 1) / 2;
	}
	*ret_falling = falling;
	*ret_equal = equal;
}

/* How many slopes between pairs are less than b, and how many are b. */
static void
slopes_below(
    const struct points *p, double b, double *ret_less, double *ret_equal)
{
	for (size_t i = 0; i < p->n; i++)
		p->sorted[i] = p->y[i] - b * p->t[i];
	count_pairs(p->sorted, p->n, p->merged, ret_less, ret_equal);
}

/* ---- Sen's slope ---- */

/* The slope with `rank` others below it; all of them stand in list, or, where
 * they are too many, it is encircled. */
struct slopes {
	const struct points *p;
	double *list; /* NULL: too many */
	size_t count;
	double pairs;
	double steepest; /* no slope is more, up or down */
};

static double
encircle(const struct slopes *s, double rank)
{
	double low = -s->steepest, high = s->steepest, less, equal;

	/* Many are the same in data that are whole numbers. */
	slopes_below(s->p, 0, &less, &equal);
	if (rank >= less && rank < less + equal)
		return 0;
	if (rank < less)
		high = 0;
	else
		low = 0;
	for (int i = 0; i < 60 && high - low > 1e-9 * (fabs(low) + fabs(high));
	     i++) {
		double middle = low + (high - low) / 2;

		slopes_below(s->p, middle, &less, &equal);
		if (rank < less)
			high = middle;
		else if (rank >= less + equal)
			low = middle;
		else
			return middle;
	}
	return low + (high - low) / 2;
}

static double
slope_at(const struct slopes *s, double rank)
{
	rank = fmin(fmax(rank, 0), s->pairs - 1);
	if (s->list)
		return forecast_select(s->list, s->count, (size_t)rank);
	return encircle(s, rank);
}

/* A rank between two: between them as far as that is known. */
static double
slope_between(const struct slopes *s, double rank)
{
	double below = floor(rank), a = slope_at(s, below);

	if (rank > below && s->list)
		a += (rank - below) * (slope_at(s, below + 1) - a);
	return a;
}

static void
all_slopes(const struct points *p, struct slopes *ret)
{
	size_t n = p->n;

	*ret =
	    (struct slopes){.p = p, .pairs = (double)n * (double)(n - 1) / 2};
	/* No pair is steeper than the steepest neighbours. */
	for (size_t i = 1; i < n; i++)
		ret->steepest = fmax(ret->steepest,
		    fabs((p->y[i] - p->y[i - 1]) / (p->t[i] - p->t[i - 1])));
	if (n > FEW)
		return;
	ret->list = xcalloc(n * (n - 1) / 2, sizeof(*ret->list));
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			ret->list[ret->count++] =
			    (p->y[j] - p->y[i]) / (p->t[j] - p->t[i]);
}

/* ---- how much less is known where values resemble those before ---- */

/* Hamed & Rao, equations 15 and 17: by the autocorrelations of the ranks of
 * what the trend leaves, of those that are significant. Lags of up to a
 * quarter, for of longer ones little is known. A correction that would make
 * the test bolder is not made. */
static double
inflation_of(const struct points *p, double slope)
{
	size_t n = p->n, lags = n / 4;
	double *rest = xcalloc(2 * n + 1, sizeof(*rest)), *ranks = rest + n;
	double *acf = xcalloc(lags + 1, sizeof(*acf)), sum = 0, m = (double)n;

	for (size_t i = 0; i < n; i++)
		rest[i] = p->y[i] - slope * p->t[i];
	forecast_ranks(rest, n, ranks);
	forecast_acf(ranks, n, lags, acf);
	for (size_t lag = 1; lag <= lags; lag++) {
		double k = (double)lag;

		if (fabs(acf[lag]) > forecast_z[FORECAST_95] / sqrt(m))
			sum += (m - k) * (m - k - 1) * (m - k - 2) * acf[lag];
	}
	free(acf);
	free(rest);
	return fmax(1, 1 + 2 * sum / (m * (m - 1) * (m - 2)));
}

/* ---- the test ---- */

/* The variance of S where nothing but chance is (Kendall 1975). */
static double
variance_of(const struct points *p)
{
	double n = (double)p->n, ties = 0;

	/* p->merged or p->sorted may be what is in order: sort anew. */
	memcpy(p->sorted, p->y, p->n * sizeof(*p->y));
	forecast_sort(p->sorted, p->n);
	for (size_t i = 0, end; i < p->n; i = end) {
		double t;

		for (end = i; end < p->n && p->sorted[end] == p->sorted[i];
		     end++)
			;
		t = (double)(end - i);
		ties += t * (t - 1) * (2 * t + 5);
	}
	return (n * (n - 1) * (2 * n + 5) - ties) / 18;
}

static void
test(const struct points *p, struct forecast_trend *ret)
{
	struct forecast_trend f = {.n = p->n};
	struct slopes slopes;
	double falling, equal, variance, wide, *level = p->sorted;

	memcpy(p->sorted, p->y, p->n * sizeof(*p->y));
	count_pairs(p->sorted, p->n, p->merged, &falling, &equal);
	all_slopes(p, &slopes);
	f.s = slopes.pairs - 2 * falling - equal;
	f.tau = slopes.pairs > equal
		    ? f.s / sqrt(slopes.pairs * (slopes.pairs - equal))
		    : 0;
	f.slope = slope_between(&slopes, (slopes.pairs - 1) / 2);
	f.inflation = inflation_of(p, f.slope);
	variance = variance_of(p) * f.inflation;
	/* Continuity: S moves by two. */
	if (variance > 0 && f.s != 0)
		f.z = (f.s - (f.s > 0 ? 1 : -1)) / sqrt(variance);
	f.chance = fmin(1, 2 * forecast_normal_tail(fabs(f.z)));
	/* Gilbert (1987), 16.4.2: the slopes so many places from the middle. */
	wide = forecast_z[FORECAST_95] * sqrt(variance);
	f.low = slope_between(&slopes, (slopes.pairs - wide) / 2 - 1);
	f.high = slope_between(&slopes, (slopes.pairs + wide) / 2);
	for (size_t i = 0; i < p->n; i++)
		level[i] = p->y[i] - f.slope * p->t[i];
	f.level = forecast_median(level, p->n);
	free(slopes.list);
	*ret = f;
}

int
forecast_trend_test(
    const double *y, size_t n, struct forecast_trend *ret, struct err *err)
{
	struct points p = {.t = xcalloc(4 * n + 1, sizeof(double))};
	struct forecast_trend f;
	int rc = 0;

	p.y = p.t + n;
	p.sorted = p.y + n;
	p.merged = p.sorted + n;
	for (size_t i = 0; i < n; i++)
		if (!isnan(y[i])) {
			p.t[p.n] = (double)i;
			p.y[p.n++] = y[i];
		}
	if (p.n < LEAST) {
		rc = err_set(err, ERR_USAGE,
		    "a trend needs %d observations, there are %zu", LEAST, p.n);
	} else {
		test(&p, &f);
		if (isfinite(f.slope) && isfinite(f.low) && isfinite(f.high) &&
		    isfinite(f.level))
			*ret = f;
		else
			rc = err_set(err, ERR_USAGE,
			    "the values are too large for a trend");
	}
	free(p.t);
	return rc;
}
