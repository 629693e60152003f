/* SPDX-License-Identifier: ISC */
/* Values for the places in a series where there is none. */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

/* The line from the value before a gap to the one behind it. */
static double
on_line(const double *y, size_t before, size_t at, size_t behind)
{
	double part = (double)(at - before) / (double)(behind - before);

	return y[before] + part * (y[behind] - y[before]);
}

/* The nearest value at the same place of an earlier season, and of a later
 * one; false when one of them is missing. */
static bool
find_seasons(const double *y, const bool *gap, size_t n, size_t period,
    size_t at, size_t *ret_before, size_t *ret_behind)
{
	size_t before = at, behind = at;

	do {
		if (before < period)
			return false;
		before -= period;
	} while (gap[before]);
	do {
		behind += period;
		if (behind >= n)
			return false;
	} while (gap[behind]);
	*ret_before = before;
	*ret_behind = behind;
	return true;
}

size_t
forecast_fill(double *y, size_t n, size_t period)
{
	size_t before = 0, behind = 0, filled = 0, earlier, later;
	bool *gap = xcalloc(n ? n : 1, sizeof(*gap));

	for (size_t t = 0; t < n; t++)
		gap[t] = isnan(y[t]);
	for (size_t t = 0; t < n; t++) {
		if (!gap[t]) {
			before = t;
			continue;
		}
		filled++;
		if (period > 1 &&
		    find_seasons(y, gap, n, period, t, &earlier, &later)) {
			y[t] = on_line(y, earlier, t, later);
			continue;
		}
		for (; behind <= t || gap[behind]; behind++)
			;
		y[t] = on_line(y, before, t, behind);
	}
	free(gap);
	return filled;
}
