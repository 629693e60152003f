/* SPDX-License-Identifier: ISC */
/*
 * Rates that are out of the ordinary, whatever few they are of. What the other
 * ones tell of the rate is a beta distribution with their counts (Jeffreys'
 * prior), so that what to expect of this one is beta-binomial. Rates that vary
 * by themselves weaken what they tell: the heterogeneity factor (Finney 1971)
 * becomes an intra-class correlation, which bounds the prior's weight.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

enum {
	LEAST_OTHERS = 8, /* times with which one is compared */
	ROUNDS = 5,       /* of putting aside what stands out */
	MOST_BEHIND = 1024,
};

/* The others, and what they tell. */
struct others {
	double *off; /* scratch, as many */
	size_t count;
	double yes, all; /* of those that do not stand out */
	double sizes;    /* the mean of all, weighted by itself */
	double rate, dispersion;
};

static bool
counted(double all)
{
	return all > 0;
}

/* How far a rate is off, in standard deviations of chance. */
static double
far(double yes, double all, double rate)
{
	double sd = sqrt(all * rate * (1 - rate));

	return sd > 0 ? (yes - all * rate) / sd
		      : (yes == all * rate ? 0 : INFINITY);
}

static bool
stands_out(double yes, double all, const struct others *o)
{
	return fabs(far(yes, all, o->rate)) > 3 * sqrt(o->dispersion);
}

/* Reads yes and all of first .. end - 1; those that stand out are put aside. */
static void
learn(const double *yes, const double *all, size_t first, size_t end,
    struct others *ret)
{
	struct others o = {.off = ret->off, .rate = NAN, .dispersion = 1};

	for (int round = 0; round < ROUNDS; round++) {
		struct others next = {.off = o.off};
		double squares = 0;

		for (size_t i = first; i < end; i++) {
			if (!counted(all[i]))
				continue;
			if (round && stands_out(yes[i], all[i], &o))
				continue;
			next.yes += yes[i];
			next.all += all[i];
			squares += all[i] * all[i];
		}
		if (!(next.all > 0))
			break;
		next.sizes = squares / next.all;
		next.rate = (next.yes + 0.5) / (next.all + 1);
		for (size_t i = first; i < end; i++)
			if (counted(all[i]))
				next.off[next.count++] =
				    fabs(far(yes[i], all[i], next.rate));
		/* The median of |z| is 0.6745 where chance is all. */
		next.dispersion = fmax(
		    1, pow(forecast_median(next.off, next.count) / 0.67449, 2));
		o = next;
	}
	*ret = o;
}

/* Takes one away again, which is not to be compared with itself. */
static void
leave_out(struct others *o, double yes, double all)
{
	if (!counted(all))
		return;
	o->count--;
	if (stands_out(yes, all, o))
		return;
	o->yes -= yes;
	o->all -= all;
	o->rate = (o->yes + 0.5) / (o->all + 1);
}

/* The parameters of the beta distribution of the rate. */
static void
prior(const struct others *o, double *ret_a, double *ret_b)
{
	double a = o->yes + 0.5, b = o->all - o->yes + 0.5, weight = 1;

	if (o->dispersion > 1 && o->sizes > 1) {
		/* dispersion = 1 + (size - 1) rho, a + b = 1 / rho - 1 */
		double rho = fmin((o->dispersion - 1) / (o->sizes - 1), 0.5);

		weight = fmin(1, (1 / rho - 1) / (a + b));
	}
	*ret_a = a * weight;
	*ret_b = b * weight;
}

/* The least count whose upper tail, or the greatest whose lower one, is not
 * rarer than the limit. */
static double
bound(double all, double a, double b, double limit, bool above)
{
	double low = 0, high = all;

	while (high - low > 0) {
		double middle =
		    above ? ceil((low + high) / 2) : floor((low + high) / 2);
		bool usual =
		    forecast_rate_tail(middle, all, a, b, above) >= limit;

		if (above)
			*(usual ? &low : &high) = usual ? middle : middle - 1;
		else
			*(usual ? &high : &low) = usual ? middle : middle + 1;
	}
	return low;
}

struct rates {
	const double *yes, *all;
	size_t n;
	const struct forecast_rate *options;
	double *chance; /* of each at its look, both tails; NAN: no look */
	struct forecast_anomalies *ret;
};

static void
look_at(struct rates *r, size_t at, const struct others *o, double limit)
{
	double yes = r->yes[at], all = r->all[at], a, b, tail;

	if (o->count < LEAST_OTHERS)
		return;
	r->ret->expected[at] = o->rate;
	if (!counted(all))
		return;
	prior(o, &a, &b);
	tail = fmin(forecast_rate_tail(yes, all, a, b, true),
	    forecast_rate_tail(yes, all, a, b, false));
	r->chance[at] = fmin(1, 2 * tail);
	r->ret->low[at] = bound(all, a, b, limit / 2, false) / all;
	r->ret->high[at] = bound(all, a, b, limit / 2, true) / all;
}

static void
look_at_all(struct rates *r, double limit)
{
	struct others others = {.off = xcalloc(r->n + 1, sizeof(double))};
	size_t behind = r->options->behind;

	if (!behind)
		learn(r->yes, r->all, 0, r->n, &others);
	for (size_t at = 0; at < r->n; at++) {
		struct others o = others;

		if (behind)
			learn(r->yes, r->all, at > behind ? at - behind : 0, at,
			    &o);
		else
			leave_out(&o, r->yes[at], r->all[at]);
		look_at(r, at, &o, limit);
	}
	free(others.off);
}

/* Times by which chances are multiplied, for so many were looked at. In the
 * end order[i] has the adjusted chance of the ith most unusual (Holm 1979). */
struct ranked {
	size_t at;
	double chance;
};

static int
by_chance(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->chance != y->chance)
		return x->chance < y->chance ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static void
adjust(struct rates *r)
{
	struct ranked *ranked = xcalloc(r->n + 1, sizeof(*ranked));
	size_t count = 0;
	double least = 0;

	for (size_t i = 0; i < r->n; i++)
		if (!isnan(r->chance[i]))
			ranked[count++] = (struct ranked){i, r->chance[i]};
	qsort(ranked, count, sizeof(*ranked), by_chance);
	for (size_t i = 0; i < count; i++) {
		double times = (double)(r->options->behind ? r->options->behind
							   : count - i);

		least = fmax(r->options->behind ? 0 : least,
		    fmin(1, ranked[i].chance * times));
		r->chance[ranked[i].at] = least;
	}
	free(ranked);
}

static int
check(const double *yes, const double *all, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (!counted(all[i]))
			continue;
		if (!(yes[i] >= 0) || !(yes[i] <= all[i]) || all[i] > 1e12)
			return err_set(err, ERR_USAGE,
			    "observation %zu: %g of %g is no rate of counts",
			    i + 1, yes[i], all[i]);
	}
	return 0;
}

int
forecast_rate_anomalies(const double *yes, const double *all, size_t n,
    const struct forecast_rate *options, struct forecast_anomalies *ret,
    struct err *err)
{
	struct rates r = {
	    .yes = yes, .all = all, .n = n, .options = options, .ret = ret};
	double alpha = options->alpha > 0 ? options->alpha : 0.05, limit;

	if (options->behind > MOST_BEHIND)
		return err_set(err, ERR_USAGE, "%zu are more than %d",
		    options->behind, MOST_BEHIND);
	if (check(yes, all, n, err) < 0)
		return -1;
	forecast_anomalies_make(ret, n);
	r.chance = xcalloc(n + 1, sizeof(*r.chance));
	limit =
	    alpha / fmax(1, (double)(options->behind ? options->behind : n));
	for (size_t i = 0; i < n; i++)
		r.chance[i] = NAN;
	look_at_all(&r, limit);
	adjust(&r);
	for (size_t i = 0; i < n; i++) {
		if (!(r.chance[i] < alpha))
			continue;
		forecast_anomalies_add(ret,
		    &(struct forecast_anomaly){.at = i,
			.span = 1,
			.value = yes[i] / all[i],
			.expected = ret->expected[i],
			.low = ret->low[i],
			.high = ret->high[i],
			.chance = fmax(r.chance[i], 1e-12),
			.severity = forecast_severity_of(r.chance[i], alpha)});
	}
	free(r.chance);
	return 0;
}
