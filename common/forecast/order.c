/* SPDX-License-Identifier: ISC */
/*
 * Medians and quantiles by selection: linear in n, and the same whatever the
 * C library's qsort does with equal keys. The middle of a few.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

/* Hoare's selection (1961), the middle of three as pivot. */
double
forecast_select(double *values, size_t n, size_t k)
{
	size_t low = 0, high = n - 1;

	while (low < high) {
		double a = values[low], b = values[low + (high - low) / 2],
		       c = values[high];
		double pivot = a < b ? (b < c      ? b
					   : a < c ? c
						   : a)
				     : (a < c      ? a
					   : b < c ? c
						   : b);
		size_t i = low, j = high;

		for (;;) {
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i >= j)
				break;
			double swap = values[i];
			values[i++] = values[j];
			values[j--] = swap;
		}
		/* Left of j nothing is greater than the pivot, right of it
		 * nothing smaller. */
		if (values[j] > pivot)
			j--;
		if (k <= j)
			high = j;
		else
			low = j + 1;
	}
	return values[k];
}

double
forecast_quantile(double *values, size_t n, double share)
{
	double rank = share * (double)(n - 1), low, high;
	size_t k = (size_t)rank;

	if (k >= n - 1)
		return forecast_select(values, n, n - 1);
	low = forecast_select(values, n, k);
	high = values[k + 1];
	for (size_t i = k + 2; i < n; i++)
		if (values[i] < high)
			high = values[i];
	return low + (rank - (double)k) * (high - low);
}

double
forecast_median(double *values, size_t n)
{
	return forecast_quantile(values, n, 0.5);
}

static int
smaller_first(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void
forecast_sort(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), smaller_first);
}

struct placed {
	double value;
	size_t at;
};

static int
smaller_placed(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

void
forecast_ranks(const double *values, size_t n, double *ret)
{
	struct placed *p = xcalloc(n + 1, sizeof(*p));

	for (size_t i = 0; i < n; i++)
		p[i] = (struct placed){values[i], i};
	qsort(p, n, sizeof(*p), smaller_placed);
	for (size_t i = 0, end; i < n; i = end) {
		/* NAN is not even equal to itself. */
		for (end = i + 1; end < n && p[end].value == p[i].value; end++)
			;
		for (size_t k = i; k < end; k++)
			ret[p[k].at] = (double)(i + end + 1) / 2;
	}
	free(p);
}

double
forecast_middle(double *value, double *weight, size_t n)
{
	double total = 0, below = 0, sum = 0, share = 0;

	for (size_t i = 0; i < n; i++) {
		total += weight[i];
		for (size_t k = i; k > 0 && value[k - 1] > value[k]; k--) {
			double v = value[k], w = weight[k];

			value[k] = value[k - 1];
			weight[k] = weight[k - 1];
			value[k - 1] = v;
			weight[k - 1] = w;
		}
	}
	for (size_t i = 0; i < n; i++) {
		double from = fmax(below, total / 4);
		double to = fmin(below + weight[i], total * 3 / 4);

		below += weight[i];
		if (to <= from)
			continue;
		sum += (to - from) * value[i];
		share += to - from;
	}
	return sum / share;
}
