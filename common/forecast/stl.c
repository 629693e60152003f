/* SPDX-License-Identifier: ISC */
/*
 * Seasonal-trend decomposition by loess: Cleveland, Cleveland, McRae &
 * Terpenning, STL, Journal of Official Statistics 6 (1990), sections 2 and 3;
 * several seasons by Bandara, Hyndman & Bergmeir, MSTL (2021). The smoother is
 * fitted at every tenth of its span and interpolated between (their section
 * 3.4), which makes the work proportional to n whatever the period.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

#define INNER        2 /* passes, where no weights are to be found */
#define ROBUST_OUTER 15
#define MSTL_PASSES  2

struct smoother {
	size_t span; /* observations; may exceed those that there are */
	int degree;  /* 0 or 1 */
	size_t jump;
	double *scratch; /* as many as there are observations */
};

static size_t
odd(double at_least)
{
	size_t n = (size_t)ceil(at_least);

	return n % 2 ? n : n + 1;
}

static struct smoother
smoother(size_t span, int degree, double *scratch)
{
	return (struct smoother){span, degree, (span + 9) / 10, scratch};
}

/* The local fit at `x` to the observations left..right, with the tricube of
 * the distance as weight (section 2.2). false where they all weigh nothing. */
static bool
fit_at(const struct smoother *s, const double *y, size_t n,
    const double *weights, double x, size_t left, size_t right, double *ret)
{
	double *w = s->scratch, total = 0, sum = 0;
	double reach = fmax(x - (double)left, (double)right - x);

	if (s->span > n)
		reach += (double)((s->span - n) / 2);
	for (size_t i = left; i <= right; i++) {
		double distance = fabs((double)i - x), ratio, cube;

		w[i] = 0;
		if (distance > 0.999 * reach)
			continue;
		ratio = distance / reach;
		cube =
		    distance <= 0.001 * reach ? 1 : 1 - ratio * ratio * ratio;
		w[i] = cube * cube * cube;
		if (weights)
			w[i] *= weights[i];
		total += w[i];
	}
	if (!(total > 0))
		return false;
	for (size_t i = left; i <= right; i++)
		w[i] /= total;
	if (reach > 0 && s->degree > 0) {
		double middle = 0, spread = 0, slope;

		for (size_t i = left; i <= right; i++)
			middle += w[i] * (double)i;
		for (size_t i = left; i <= right; i++)
			spread +=
			    w[i] * ((double)i - middle) * ((double)i - middle);
		/* Points that all but coincide carry no slope. */
		if (sqrt(spread) > 0.001 * ((double)n - 1)) {
			slope = (x - middle) / spread;
			for (size_t i = left; i <= right; i++)
				w[i] *= slope * ((double)i - middle) + 1;
		}
	}
	for (size_t i = left; i <= right; i++)
		sum += w[i] * y[i];
	*ret = sum;
	return true;
}

/* The `span` observations around i, fewer where there are no more. */
static void
window(size_t span, size_t n, size_t i, size_t *ret_left, size_t *ret_right)
{
	size_t half = (span - 1) / 2;

	if (span >= n) {
		*ret_left = 0;
		*ret_right = n - 1;
		return;
	}
	*ret_left = i < half ? 0 : i - half;
	if (*ret_left + span > n)
		*ret_left = n - span;
	*ret_right = *ret_left + span - 1;
}

static double
smooth_at(const struct smoother *s, const double *y, size_t n,
    const double *weights, size_t i)
{
	size_t left, right;
	double value;

	window(s->span, n, i, &left, &right);
	return fit_at(s, y, n, weights, (double)i, left, right, &value) ? value
									: y[i];
}

static void
smooth(const struct smoother *s, const double *y, size_t n,
    const double *weights, double *out)
{
	size_t jump = s->jump < n ? s->jump : n > 1 ? n - 1 : 1, last = 0;

	out[0] = smooth_at(s, y, n, weights, 0);
	while (last + 1 < n) {
		size_t i = last + jump < n ? last + jump : n - 1;
		double step;

		out[i] = smooth_at(s, y, n, weights, i);
		step = (out[i] - out[last]) / (double)(i - last);
		for (size_t k = last + 1; k < i; k++)
			out[k] = out[last] + step * (double)(k - last);
		last = i;
	}
}

/* The mean of `length` neighbours; out has n - length + 1. out may be x. */
static void
moving_average(const double *x, size_t n, size_t length, double *out)
{
	double sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += x[i];
	for (size_t i = 0; i + length <= n; i++) {
		double first = x[i];

		out[i] = sum / (double)length;
		if (i + length < n)
			sum += x[i + length] - first;
	}
}

struct work {
	size_t n, period;
	struct smoother season, low_pass, trend;
	bool periodic;
	double *detrended; /* n */
	double *cycle;     /* n + 2 * period: the smoothed subseries */
	double *phase;     /* one subseries, its weights, its smooth + 2 */
	double *phase_weight, *phase_smooth;
	double *scratch;
};

/* Section 2.3, step 2: each phase of the season is smoothed by itself and
 * carried on by one season at both ends. */
static void
smooth_phases(struct work *k, const double *weights)
{
	for (size_t p = 0; p < k->period; p++) {
		size_t count = (k->n - 1 - p) / k->period + 1, left, right;
		double *out = k->phase_smooth, *w = NULL;

		for (size_t i = 0; i < count; i++)
			k->phase[i] = k->detrended[i * k->period + p];
		if (weights) {
			w = k->phase_weight;
			for (size_t i = 0; i < count; i++)
				w[i] = weights[i * k->period + p];
		}
		if (k->periodic) {
			double sum = 0, total = 0;

			for (size_t i = 0; i < count; i++) {
				sum += (w ? w[i] : 1) * k->phase[i];
				total += w ? w[i] : 1;
			}
			/* A phase that is all outliers has its plain mean. */
			if (!(total > 0))
				for (size_t i = 0; i < count; i++, total++)
					sum += k->phase[i];
			for (size_t i = 0; i < count + 2; i++)
				out[i] = sum / total;
		} else {
			smooth(&k->season, k->phase, count, w, out + 1);
			window(k->season.span, count, 0, &left, &right);
			if (!fit_at(&k->season, k->phase, count, w, -1, left,
				right, &out[0]))
				out[0] = out[1];
			window(k->season.span, count, count - 1, &left, &right);
			if (!fit_at(&k->season, k->phase, count, w,
				(double)count, left, right, &out[count + 1]))
				out[count + 1] = out[count];
		}
		for (size_t i = 0; i < count + 2; i++)
			k->cycle[i * k->period + p] = out[i];
	}
}

/* One pass of the inner loop (section 2.3). */
static void
inner(struct work *k, const double *y, const double *weights, double *trend,
    double *seasonal)
{
	size_t n = k->n, period = k->period;

	for (size_t t = 0; t < n; t++)
		k->detrended[t] = y[t] - trend[t];
	smooth_phases(k, weights);
	/* Step 3: what the subseries hold of the trend ... */
	memcpy(seasonal, k->cycle + period, n * sizeof(*seasonal));
	moving_average(k->cycle, n + 2 * period, period, k->cycle);
	moving_average(k->cycle, n + period + 1, period, k->cycle);
	moving_average(k->cycle, n + 2, 3, k->cycle);
	smooth(&k->low_pass, k->cycle, n, NULL, k->detrended);
	/* ... is taken out of them (4), and they of the series (5, 6). */
	for (size_t t = 0; t < n; t++) {
		seasonal[t] -= k->detrended[t];
		k->detrended[t] = y[t] - seasonal[t];
	}
	smooth(&k->trend, k->detrended, n, weights, trend);
}

/* Section 2.4: the bisquare of the remainder over six medians. Where most
 * values are met, but for rounding, the median says nothing and would put
 * aside all others: then the mean does. */
static void
weigh(const double *remainder, size_t n, double *scratch, double *weights)
{
	double limit, mean = 0;

	for (size_t t = 0; t < n; t++) {
		scratch[t] = fabs(remainder[t]);
		mean += scratch[t] / (double)n;
	}
	limit = forecast_median(scratch, n);
	limit = 6 * (limit > 1e-9 * mean ? limit : mean);
	for (size_t t = 0; t < n; t++) {
		double r = fabs(remainder[t]);

		if (r <= 0.001 * limit || !(limit > 0)) {
			weights[t] = limit > 0 || r == 0;
		} else if (r > 0.999 * limit) {
			weights[t] = 0;
		} else {
			double v = 1 - r / limit * (r / limit);

			weights[t] = v * v;
		}
	}
}

/* The trend alone, where there is no season. */
static void
trend_only(const double *y, size_t n, size_t span, bool robust,
    struct forecast_parts *p)
{
	double *scratch = xcalloc(n, sizeof(*scratch));
	struct smoother s = smoother(
	    span ? odd((double)span) : odd(fmax(7, (double)n / 5)), 1, scratch);

	for (int pass = 0;; pass++) {
		smooth(&s, y, n, pass ? p->weight : NULL, p->trend);
		for (size_t t = 0; t < n; t++)
			p->remainder[t] = y[t] - p->trend[t];
		if (!robust || pass >= ROBUST_OUTER)
			break;
		weigh(p->remainder, n, scratch, p->weight);
	}
	free(scratch);
}

/* Fills trend, the season `which` and remainder of p for the series y; starts
 * from no trend. */
static void
decompose(const double *y, const struct forecast_stl *o, size_t which,
    struct forecast_parts *p)
{
	size_t n = p->n, period = o->period, phases = (n - 1) / period + 3;
	size_t season_span =
	    o->seasonal_span ? odd((double)o->seasonal_span) : 10 * n + 1;
	double share = 1 - 1.5 / (double)season_span;
	struct work k = {.n = n, .period = period};

	k.detrended = xcalloc(n, sizeof(double));
	k.cycle = xcalloc(n + 2 * period, sizeof(double));
	k.phase = xcalloc(phases, sizeof(double));
	k.phase_weight = xcalloc(phases, sizeof(double));
	k.phase_smooth = xcalloc(phases, sizeof(double));
	k.scratch = xcalloc(n, sizeof(double));
	k.periodic = !o->seasonal_span;
	k.season = smoother(season_span, 0, k.scratch);
	k.low_pass = smoother(odd((double)period), 1, k.scratch);
	k.trend = smoother(odd(o->trend_span ? (double)o->trend_span
					     : 1.5 * (double)period / share),
	    1, k.scratch);
	for (size_t t = 0; t < n; t++)
		p->trend[t] = 0;
	for (int outer = 0;; outer++) {
		for (int i = 0; i < (o->robust ? 1 : INNER); i++)
			inner(&k, y, outer ? p->weight : NULL, p->trend,
			    p->seasonal[which]);
		for (size_t t = 0; t < n; t++)
			p->remainder[t] =
			    y[t] - p->trend[t] - p->seasonal[which][t];
		if (!o->robust || outer >= ROBUST_OUTER)
			break;
		weigh(p->remainder, n, k.scratch, p->weight);
	}
	free(k.detrended);
	free(k.cycle);
	free(k.phase);
	free(k.phase_weight);
	free(k.phase_smooth);
	free(k.scratch);
}

static void
make_parts(
    struct forecast_parts *p, size_t n, const size_t *periods, size_t count)
{
	*p = (struct forecast_parts){.n = n, .seasons = count};
	p->trend = xcalloc(n ? n : 1, sizeof(double));
	p->remainder = xcalloc(n ? n : 1, sizeof(double));
	p->weight = xcalloc(n ? n : 1, sizeof(double));
	for (size_t t = 0; t < n; t++)
		p->weight[t] = 1;
	for (size_t i = 0; i < count; i++) {
		p->period[i] = periods[i];
		p->seasonal[i] = xcalloc(n ? n : 1, sizeof(double));
	}
}

void
forecast_parts_release(struct forecast_parts *p)
{
	if (!p)
		return;
	free(p->trend);
	free(p->remainder);
	free(p->weight);
	for (size_t i = 0; i < p->seasons; i++)
		free(p->seasonal[i]);
	*p = (struct forecast_parts){0};
}

static int
check(size_t n, const size_t *periods, size_t count, struct err *err)
{
	if (!n)
		return err_set(
		    err, ERR_USAGE, "there is no observation to decompose");
	if (count > FORECAST_SEASONS)
		return err_set(err, ERR_USAGE,
		    "at most %d seasons at once, there are %zu",
		    (int)FORECAST_SEASONS, count);
	for (size_t i = 0; i < count; i++) {
		if (periods[i] < 2)
			return err_set(err, ERR_USAGE,
			    "a season has at least 2 observations");
		if (n / 2 < periods[i])
			return err_set(err, ERR_USAGE,
			    "a season of %zu needs %zu observations, there "
			    "are %zu",
			    periods[i], 2 * periods[i], n);
	}
	return 0;
}

/* The remainder holds what overflowed anywhere. */
static int
finish(struct forecast_parts *p, struct forecast_parts *ret, struct err *err)
{
	for (size_t t = 0; t < p->n; t++) {
		if (isfinite(p->remainder[t]) && isfinite(p->trend[t]))
			continue;
		forecast_parts_release(p);
		return err_set(err, ERR_USAGE,
		    "the numbers are too large to be decomposed");
	}
	*ret = *p;
	return 0;
}

int
forecast_stl(const double *y, size_t n, const struct forecast_stl *options,
    struct forecast_parts *ret, struct err *err)
{
	struct forecast_parts p;

	if (check(n, &options->period, options->period != 1, err) < 0)
		return -1;
	make_parts(&p, n, &options->period, options->period != 1);
	if (p.seasons)
		decompose(y, options, 0, &p);
	else
		trend_only(y, n, options->trend_span, options->robust, &p);
	return finish(&p, ret, err);
}

int
forecast_mstl(const double *y, size_t n, const size_t *periods, size_t count,
    bool robust, struct forecast_parts *ret, struct err *err)
{
	struct forecast_parts p;
	double *rest;

	if (check(n, periods, count, err) < 0)
		return -1;
	make_parts(&p, n, periods, count);
	if (!count) {
		trend_only(y, n, 0, robust, &p);
		return finish(&p, ret, err);
	}
	rest = xcalloc(n, sizeof(*rest));
	memcpy(rest, y, n * sizeof(*rest));
	for (int pass = 0; pass < (count > 1 ? MSTL_PASSES : 1); pass++) {
		for (size_t i = 0; i < count; i++) {
			struct forecast_stl o = {.period = periods[i],
			    .seasonal_span = FORECAST_MSTL_SPAN(i),
			    .robust = robust};

			for (size_t t = 0; t < n; t++)
				rest[t] += p.seasonal[i][t];
			decompose(rest, &o, i, &p);
			for (size_t t = 0; t < n; t++)
				rest[t] -= p.seasonal[i][t];
		}
	}
	free(rest);
	return finish(&p, ret, err);
}

/* 1 - var(remainder) / var(remainder + part), not below 0. */
static double
strength(const struct forecast_parts *p, const double *part)
{
	double mean = 0, mean_both = 0, squares = 0, both = 0;

	for (size_t t = 0; t < p->n; t++) {
		mean += p->remainder[t] / (double)p->n;
		mean_both += (p->remainder[t] + part[t]) / (double)p->n;
	}
	for (size_t t = 0; t < p->n; t++) {
		double r = p->remainder[t] - mean,
		       b = p->remainder[t] + part[t] - mean_both;

		squares += r * r;
		both += b * b;
	}
	return both > 0 && squares < both ? 1 - squares / both : 0;
}

double
forecast_trend_strength(const struct forecast_parts *p)
{
	return strength(p, p->trend);
}

double
forecast_seasonal_strength(const struct forecast_parts *p, size_t which)
{
	return strength(p, p->seasonal[which]);
}
