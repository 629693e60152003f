/* SPDX-License-Identifier: ISC */
/* forecast: tails of distributions against known figures and plain sums. */
#include "forecast/forecast_priv.h"
#include "forecast_series.h"
#include "unit.h"

static void
tails(void)
{
	/* Tables of Student's t: 2.5 % in each tail. */
	CHECK(series_near(
	    forecast_t_quantile(0.025, 1), 12.706204736174707, 1e-10));
	CHECK(series_near(
	    forecast_t_quantile(0.025, 10), 2.228138851986273, 1e-10));
	CHECK(series_near(forecast_t_tail(2.228138851986273, 10), 0.025, 1e-9));
	CHECK(series_near(forecast_t_tail(-1, 1), 0.75, 1e-12));
	CHECK(
	    series_near(forecast_normal_tail(1.959963984540054), 0.025, 1e-12));
	/* P(t_1 > x) is 1/2 - atan(x) / pi. */
	CHECK(series_near(
	    forecast_t_tail(1e6, 1), 1 / (3.141592653589793 * 1e6), 1e-6));
	CHECK(forecast_beta(0, 2, 3) == 0 && forecast_beta(1, 2, 3) == 1);
	/* I_x(2, 3) = 6x^2 - 8x^3 + 3x^4 */
	CHECK(series_near(forecast_beta(0.3, 2, 3),
	    6 * 0.09 - 8 * 0.027 + 3 * 0.0081, 1e-13));
}

/* The Poisson distribution, once the mean is known for sure. */
static void
counts(void)
{
	double term = exp(-4), below = 0;

	for (int k = 0; k < 9; k++) {
		below += term;
		term *= 4.0 / (k + 1);
	}
	CHECK(series_near(
	    forecast_count_tail(9, 4e9, 1e9, true), 1 - below, 1e-6));
	CHECK(
	    series_near(forecast_count_tail(8, 4e9, 1e9, false), below, 1e-6));
	CHECK(forecast_count_tail(0, 3, 1, true) == 1);
	/* Nothing in a hundred days: one is not odd enough to say so. */
	CHECK(forecast_count_tail(1, 0, 100, true) > 0.004);
	CHECK(forecast_count_tail(1, 0, 100, true) < 0.006);
}

static void
rates(void)
{
	double a = 2.5, b = 7.5, sum = 0, all = 30;

	/* All outcomes together are 1, and both tails share one. */
	for (double k = 0; k <= all; k++) {
		double up = forecast_rate_tail(k, all, a, b, true);
		double down = forecast_rate_tail(k, all, a, b, false);
		double next =
		    k < all ? forecast_rate_tail(k + 1, all, a, b, true) : 0;

		CHECK(up >= next);
		sum += up - next;
		CHECK(fabs(down + next - 1) < 1e-12);
	}
	CHECK(fabs(sum - 1) < 1e-12);
	/* A rate that is known for sure: 9 heads or more of 10. */
	CHECK(series_near(
	    forecast_rate_tail(9, 10, 1e9, 1e9, true), 11.0 / 1024, 1e-6));
	/* Uniform rates make every outcome equally likely. */
	CHECK(series_near(forecast_rate_tail(900, 999, 1, 1, true), 0.1, 5e-3));
	CHECK(series_near(
	    forecast_rate_tail(9e8, 1e9 - 1, 1, 1, true), 0.1, 1e-6));
	CHECK(forecast_rate_tail(0, 0, 1, 1, true) == 1);
	CHECK(forecast_rate_tail(0, 0, 1, 1, false) == 1);
}

int
main(void)
{
	tails();
	counts();
	rates();
	return unit_done("forecast distribution");
}
