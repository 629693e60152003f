/* SPDX-License-Identifier: ISC */
/*
 * Demand that comes now and then. Croston, Forecasting and stock control for
 * intermittent demands (1972); Syntetos & Boylan, The accuracy of intermittent
 * demand estimates (2005), corrects its bias; Teunter, Syntetos & Babai,
 * Intermittent demand: linking forecasting to inventory obsolescence (2011),
 * learns from empty periods too, so that what has died out falls to nothing.
 *
 * The mean is a rate; a single period is nothing or a whole order. So the
 * bounds are quantiles of that mixture: nothing with the probability that no
 * order comes, else one of the orders that were.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

enum rule { CROSTON, SBA, TSB };
static const char *const names[] = {
    [CROSTON] = "croston", [SBA] = "sba", [TSB] = "tsb"};

/* Weights tried: Kourentzes, On intermittent demand model optimisation and
 * selection (2014), finds little to gain from larger ones. */
static const double weights[] = {0.02, 0.05, 0.1, 0.15, 0.2, 0.3};

struct demand {
	const double *y;
	size_t n, orders;
	enum rule rule;
	double first_size, first_chance; /* means of all */
	/* What a run leaves. */
	double size, chance;
};

static double
rate(const struct demand *d, double size, double chance, double beta)
{
	return size * chance * (d->rule == SBA ? 1 - beta / 2 : 1);
}

/* Runs over the series with weight alpha of sizes and beta of how often;
 * returns the sum of squares one step ahead. */
static double
run(struct demand *d, double alpha, double beta, double *fitted)
{
	double size = d->first_size, chance = d->first_chance, squares = 0;
	double interval = 1 / chance;
	size_t since = 1;

	for (size_t t = 0; t < d->n; t++) {
		double forecast = rate(d, size, chance, beta);

		squares += (d->y[t] - forecast) * (d->y[t] - forecast);
		if (fitted)
			fitted[t] = forecast;
		if (d->y[t] != 0) {
			size += alpha * (d->y[t] - size);
			interval += beta * ((double)since - interval);
			since = 0;
		}
		if (d->rule == TSB)
			chance += beta * ((d->y[t] != 0) - chance);
		else
			chance = 1 / interval;
		since++;
	}
	d->size = size;
	d->chance = chance;
	return squares;
}

/* The value that a share of periods stays at or below; orders ascending. */
static double
quantile(const double *orders, size_t count, double chance, double share)
{
	double rank;

	if (share <= 1 - chance)
		return 0;
	rank = (share - (1 - chance)) / chance * (double)count;
	return orders[rank >= (double)count ? count - 1 : (size_t)rank];
}

static int
smaller_first(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void
predict(const struct demand *d, double beta, struct forecast *f)
{
	double *orders = xcalloc(d->orders, sizeof(*orders));
	double mean = rate(d, d->size, d->chance, beta);
	double chance = fmin(fmax(d->chance, 1e-9), 1);
	static const double tails[] = {
	    [FORECAST_80] = 0.1, [FORECAST_95] = 0.025};
	size_t count = 0;

	for (size_t t = 0; t < d->n; t++)
		if (d->y[t] != 0)
			orders[count++] = d->y[t];
	qsort(orders, count, sizeof(*orders), smaller_first);
	for (size_t h = 0; h < f->horizon; h++) {
		f->mean[h] = mean;
		for (int l = 0; l < FORECAST_LEVELS; l++) {
			f->low[l][h] =
			    quantile(orders, count, chance, tails[l]);
			f->high[l][h] =
			    quantile(orders, count, chance, 1 - tails[l]);
		}
	}
	free(orders);
}

static int
intermittent(const struct forecast_series *s, const struct forecast_ask *ask,
    enum rule rule, struct forecast *ret, struct err *err)
{
	struct demand d = {.y = s->y, .n = s->n, .rule = rule};
	double least = INFINITY, alpha = 0, beta = 0;
	struct forecast f;

	for (size_t t = 0; t < s->n; t++) {
		if (s->y[t] < 0)
			return err_set(err, ERR_USAGE,
			    "%s is of demand, which is never below 0: "
			    "observation %zu is",
			    names[rule], t + 1);
		d.orders += s->y[t] != 0;
		d.first_size += s->y[t];
	}
	if (d.orders < 2)
		return err_set(err, ERR_USAGE,
		    "%s needs 2 observations above 0, there are %zu",
		    names[rule], d.orders);
	d.first_size /= (double)d.orders;
	d.first_chance = (double)d.orders / (double)s->n;
	for (size_t a = 0; a < COUNT_OF(weights); a++)
		for (size_t b = 0; b < COUNT_OF(weights); b++) {
			double squares = run(&d, weights[a], weights[b], NULL);

			if (squares < least) {
				least = squares;
				alpha = weights[a];
				beta = weights[b];
			}
		}
	forecast_make(&f, s->n, ask->horizon);
	snprintf(f.method, sizeof(f.method), "%s", names[rule]);
	f.parameters = 2;
	run(&d, alpha, beta, f.fitted);
	predict(&d, beta, &f);
	if (forecast_finish(&f, ask, err) < 0) {
		forecast_release(&f);
		return -1;
	}
	*ret = f;
	return 0;
}

int
forecast_croston(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err)
{
	return intermittent(s, ask, CROSTON, ret, err);
}

int
forecast_sba(const struct forecast_series *s, const struct forecast_ask *ask,
    struct forecast *ret, struct err *err)
{
	return intermittent(s, ask, SBA, ret, err);
}

int
forecast_tsb(const struct forecast_series *s, const struct forecast_ask *ask,
    struct forecast *ret, struct err *err)
{
	return intermittent(s, ask, TSB, ret, err);
}
