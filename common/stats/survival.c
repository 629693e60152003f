/* SPDX-License-Identifier: ISC */
/*
 * How long something lasts when some of it is not over yet: the product-limit
 * estimate of Kaplan and Meier, "Nonparametric Estimation from Incomplete
 * Observations", JASA 53 (1958), equation 2b.
 */
#include <math.h>
#include <stdlib.h>

#include "stats/stats.h"

/* By length; of equal ones those that are over first, for the others have
 * lasted at least a moment longer. */
static int
compare_stays(const void *a, const void *b)
{
	const struct stats_stay *x = a, *y = b;

	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	return (int)y->over - (int)x->over;
}

void
stats_stays_sort(struct stats_stay *stays, size_t n)
{
	if (n > 1)
		qsort(stays, n, sizeof(*stays), compare_stays);
}

double
stats_stays_quantile(const struct stats_stay *stays, size_t n, double share)
{
	double left = 1;

	for (size_t i = 0; i < n;) {
		size_t at_risk = n - i, over = 0;
		double length = stays[i].length;

		for (; i < n && stays[i].length == length; i++)
			over += stays[i].over;
		left *= 1 - (double)over / (double)at_risk;
		/* 0.9 * 0.8 is a little more than 0.72. */
		if (over && left <= 1 - share + 1e-12)
			return length;
	}
	return NAN;
}
