/* SPDX-License-Identifier: ISC */
/*
 * How far out values have been so far, and how probable it is that one is
 * further out than any: peaks over a threshold, which have a generalised
 * Pareto distribution whatever the values have (Pickands 1975; for streams
 * Siffer et al. 2017, SPOT), fitted by its moments (Hosking & Wallis 1987).
 */
#include <float.h>
#include <stdlib.h>

#include "forecast/forecast_priv.h"

#define PEAK_SHARE 0.02 /* of the values are called peaks; */
#define FEW_PEAKS  8    /* at least so many */
/* Variances cannot be told where the shape is 1/2 or more. */
#define HEAVIEST 0.45

void
forecast_tail_init(struct forecast_tail *t, size_t cap)
{
	*t = (struct forecast_tail){.cap = cap};
}

void
forecast_tail_release(struct forecast_tail *t)
{
	free(t->value);
	free(t->scratch);
	*t = (struct forecast_tail){0};
}

void
forecast_tail_add(struct forecast_tail *t, double value)
{
	if (!isfinite(value))
		value = value > 0 ? DBL_MAX : -DBL_MAX;
	if (t->n < t->cap) {
		GROW(t->value, t->room, t->n + 1);
		t->value[t->n++] = value;
	} else {
		t->value[t->oldest] = value;
		t->oldest = (t->oldest + 1) % t->cap;
	}
	t->added++;
}

/* The largest value but `peaks` is the threshold; what the peaks exceed it by
 * is fitted. Only now and then: a fiftieth more of values changes little. */
static void
fit(struct forecast_tail *t)
{
	size_t k = (size_t)(PEAK_SHARE * (double)t->n);
	double *over, mean = 0, spread = 0;

	if (t->peaks && t->added < t->n / 50)
		return;
	t->added = 0;
	if (k < FEW_PEAKS)
		k = FEW_PEAKS;
	if (k > t->n - 1)
		k = t->n - 1;
	GROW(t->scratch, t->scratch_cap, t->n);
	memcpy(t->scratch, t->value, t->n * sizeof(*t->value));
	t->threshold = forecast_select(t->scratch, t->n, t->n - 1 - k);
	over = t->scratch + (t->n - k);
	t->peaks = k;
	t->share = (double)k / (double)t->n;
	t->unit = 0;
	for (size_t i = 0; i < k; i++) {
		over[i] = fmin(over[i] - t->threshold, DBL_MAX);
		t->unit = fmax(t->unit, over[i]);
	}
	t->shape = 0;
	if (!(t->unit > 0))
		return;
	for (size_t i = 0; i < k; i++)
		mean += over[i] / t->unit / (double)k;
	for (size_t i = 0; i < k; i++) {
		double off = over[i] / t->unit - mean;

		spread += off * off / (double)(k > 1 ? k - 1 : 1);
	}
	if (spread > 0)
		t->shape = 0.5 * (1 - mean * mean / spread);
	t->shape = fmin(fmax(t->shape, 0), HEAVIEST);
	t->scale = mean * (1 - t->shape);
}

bool
forecast_tail_knows(const struct forecast_tail *t)
{
	return t->n >= FEW_PEAKS;
}

/*
 * Where the shape is 0 the tail is exponential. Its mean is known from no more
 * than k peaks; that is paid for by the predictive distribution of the next
 * one: (1 + d / (k mean))^-k, Lomax's, which is also what a Pareto tail of
 * shape 1 / k is.
 */
static double
shape_of(const struct forecast_tail *t)
{
	return t->shape > 0 ? t->shape : 1 / (double)t->peaks;
}

double
forecast_tail_chance(struct forecast_tail *t, double value)
{
	double over;

	fit(t);
	over = value - t->threshold;
	if (!(over > 0))
		return 1;
	if (!(t->unit > 0))
		return 0;
	return t->share * pow(1 + shape_of(t) * (over / t->unit) / t->scale,
			      -1 / shape_of(t));
}

double
forecast_tail_value(struct forecast_tail *t, double chance)
{
	double shape, over;

	fit(t);
	if (!(t->unit > 0) || chance >= t->share)
		return t->threshold;
	shape = shape_of(t);
	over =
	    t->unit * (t->scale / shape) * (pow(chance / t->share, -shape) - 1);
	return fmin(t->threshold + over, DBL_MAX);
}
