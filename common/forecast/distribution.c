/* SPDX-License-Identifier: ISC */
/*
 * Tails of distributions, by which it is judged what is chance: normal,
 * Student's t, beta-binomial, and counts whose mean is only known from
 * earlier ones.
 */
#include <float.h>

#include "forecast/forecast_priv.h"

double
forecast_normal_tail(double z)
{
	return 0.5 * erfc(z / sqrt(2));
}

/* log B(a, b) */
static double
log_beta(double a, double b)
{
	return lgamma(a) + lgamma(b) - lgamma(a + b);
}

/* The continued fraction of the incomplete beta integral (Abramowitz & Stegun
 * 26.5.8), by Lentz's method as Thompson & Barnett (1986) have it. */
static double
beta_fraction(double x, double a, double b)
{
	double c = 1, d = 1 - (a + b) * x / (a + 1), h;

	d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
	h = d;
	for (int m = 1; m < 10000; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x /
			     ((a + 2 * m) * (a + 2 * m + 1));
		double change;

		d = 1 + even * d;
		d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
		c = 1 + even / c;
		c = fabs(c) < DBL_MIN ? DBL_MIN : c;
		h *= d * c;
		d = 1 + odd * d;
		d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
		c = 1 + odd / c;
		c = fabs(c) < DBL_MIN ? DBL_MIN : c;
		change = d * c;
		h *= change;
		if (fabs(change - 1) < 1e-15)
			break;
	}
	return h;
}

double
forecast_beta(double x, double a, double b)
{
	double front;

	if (!(x > 0))
		return 0;
	if (x >= 1)
		return 1;
	front = exp(a * log(x) + b * log1p(-x) - log_beta(a, b));
	/* The fraction is quick on this side of the mean; the other side is
	 * its mirror. */
	if (x < (a + 1) / (a + b + 2))
		return fmin(1, front * beta_fraction(x, a, b) / a);
	return fmax(0, 1 - front * beta_fraction(1 - x, b, a) / b);
}

double
forecast_t_tail(double t, double freedom)
{
	double half =
	    0.5 * forecast_beta(freedom / (freedom + t * t), freedom / 2, 0.5);

	return t < 0 ? 1 - half : half;
}

double
forecast_t_quantile(double tail, double freedom)
{
	double low = 0, high = 1;

	while (forecast_t_tail(high, freedom) > tail && high < 1e300)
		high *= 2;
	for (int i = 0; i < 200 && high - low > 1e-13 * high; i++) {
		double middle = low + (high - low) / 2;

		if (forecast_t_tail(middle, freedom) > tail)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* ---- counts whose mean is known from earlier ones ---- */

/* With a gamma distribution of the mean (Jeffreys' prior, then `seen` events
 * in `exposure` times as much) the count is negative binomial (Gelman et al.,
 * Bayesian Data Analysis, 3rd ed., 2.6), whose tail is a beta integral. */
double
forecast_count_tail(double count, double seen, double exposure, bool above)
{
	double shape = seen + 0.5, share = 1 / (exposure + 1);

	count = round(count);
	if (above)
		return count <= 0 ? 1 : forecast_beta(share, count, shape);
	return 1 - forecast_beta(share, count + 1, shape);
}

/* ---- rates ---- */

/* Terms of the sum are many only where counts are: then the rate is as good as
 * continuous, with a beta distribution of the same mean and variance. */
enum { MOST_TERMS = 2000 };

double
forecast_rate_tail(double yes, double all, double a, double b, bool above)
{
	double term, sum = 0, top, mean = all * a / (a + b);
	double sd = sqrt(mean * (b / (a + b)) * (a + b + all) / (a + b + 1));

	yes = round(yes);
	all = round(all);
	if (above ? yes <= 0 : yes >= all)
		return 1;
	if (20 * sd > MOST_TERMS) {
		double edge = (above ? yes - 0.5 : yes + 0.5) / all;
		double sum_ab = all * (a + b + 1) / (a + b + all) - 1;
		double yes_ab = sum_ab * a / (a + b);

		return above ? forecast_beta(1 - edge, sum_ab - yes_ab, yes_ab)
			     : forecast_beta(edge, yes_ab, sum_ab - yes_ab);
	}
	/* From `yes` outwards: all of the tail, or, where that is the fat
	 * side, what is not in it. */
	if (above ? yes < mean : yes > mean)
		return 1 - forecast_rate_tail(
			       above ? yes - 1 : yes + 1, all, a, b, !above);
	term = exp(log_beta(yes + a, all - yes + b) - log_beta(a, b) -
		   log(all + 1) - log_beta(all - yes + 1, yes + 1));
	top = above ? all : 0;
	for (int i = 0; i < MOST_TERMS; i++) {
		sum += term;
		if (yes == top || term < 1e-17 * sum)
			break;
		if (above) {
			term *= (all - yes) * (a + yes) /
				((yes + 1) * (b + all - yes - 1));
			yes++;
		} else {
			term *= yes * (b + all - yes) /
				((all - yes + 1) * (a + yes - 1));
			yes--;
		}
	}
	return fmin(sum, 1);
}
