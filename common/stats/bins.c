/* SPDX-License-Identifier: ISC */
/*
 * Cutting numbers into bins.
 */
#include <math.h>
#include <stdlib.h>

#include "stats/stats.h"

static int
smaller_first(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

void
stats_sort(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), smaller_first);
}

double
stats_quantile(const double *sorted, size_t n, double share)
{
	double rank = ceil(share * (double)n);

	if (!(rank >= 1))
		return sorted[0];
	if (rank >= (double)n)
		return sorted[n - 1];
	return sorted[(size_t)rank - 1];
}

size_t
stats_bins(const double *sorted, size_t n, size_t max_bins, double *ret_edges)
{
	size_t count = 0, begin = 0;

	/* Fill bin after bin with its fair share of what is left; the value
	 * where that ends stays whole, on the side where more of it lies. */
	while (begin < n && count + 1 < max_bins) {
		size_t want = (n - begin) / (max_bins - count);
		size_t at = begin + (want ? want : 1), low, high;

		if (at >= n)
			break;
		for (low = at; low > begin && sorted[low - 1] == sorted[at];)
			low--;
		for (high = at; high < n && sorted[high] == sorted[at];)
			high++;
		if (low == begin || (high < n && high - at < at - low))
			low = high;
		if (low >= n)
			break;
		ret_edges[count++] = sorted[low];
		begin = low;
	}
	return count;
}

size_t
stats_bin_of(const double *edges, size_t count, double value)
{
	size_t bin = 0;

	while (bin < count && value >= edges[bin])
		bin++;
	return bin;
}
