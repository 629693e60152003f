/* SPDX-License-Identifier: ISC */
/*
 * Is there a season, how long is it, and what is it worth: autocorrelations,
 * the test of the M4 benchmarks, the search for periods, classical
 * decomposition.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

/* ---- the transform behind the autocorrelations ---- */

/* In place, of `size` (a power of 2) complex numbers: Cooley & Tukey (1965). */
static void
transform(double *re, double *im, size_t size, const double *cosine,
    const double *sine)
{
	for (size_t i = 1, j = 0; i < size; i++) {
		size_t bit = size / 2;

		for (; j & bit; bit /= 2)
			j ^= bit;
		j ^= bit;
		if (i < j) {
			double a = re[i], b = im[i];

			re[i] = re[j];
			im[i] = im[j];
			re[j] = a;
			im[j] = b;
		}
	}
	for (size_t half = 1; half < size; half *= 2) {
		size_t stride = size / (2 * half);

		for (size_t start = 0; start < size; start += 2 * half) {
			for (size_t k = 0; k < half; k++) {
				size_t a = start + k, b = a + half;
				double c = cosine[k * stride],
				       s = sine[k * stride];
				double x = re[b] * c + im[b] * s,
				       z = im[b] * c - re[b] * s;

				re[b] = re[a] - x;
				im[b] = im[a] - z;
				re[a] += x;
				im[a] += z;
			}
		}
	}
}

/* Sums of products at all lags (Wiener & Khinchin): x becomes them. */
static void
all_lags(double *x, size_t n)
{
	const double turn = 6.283185307179586;
	size_t size = 1;
	double *re, *im, *cosine, *sine;

	while (size < 2 * n)
		size *= 2;
	re = xcalloc(size, sizeof(*re));
	im = xcalloc(size, sizeof(*im));
	cosine = xcalloc(size, sizeof(*cosine));
	sine = cosine + size / 2;
	for (size_t i = 0; i < size / 2; i++) {
		cosine[i] = cos(turn * (double)i / (double)size);
		sine[i] = sin(turn * (double)i / (double)size);
	}
	memcpy(re, x, n * sizeof(*re));
	transform(re, im, size, cosine, sine);
	for (size_t i = 0; i < size; i++) {
		re[i] = re[i] * re[i] + im[i] * im[i];
		im[i] = 0;
	}
	/* The power is symmetric, so that forward is as good as back. */
	transform(re, im, size, cosine, sine);
	for (size_t i = 0; i < n; i++)
		x[i] = re[i] / (double)size;
	free(re);
	free(im);
	free(cosine);
}

void
forecast_acf(const double *y, size_t n, size_t lags, double *ret)
{
	double *x = xcalloc(n ? n : 1, sizeof(*x)), mean = 0, largest = 0;

	for (size_t t = 0; t < n; t++)
		mean += y[t] / (double)n;
	for (size_t t = 0; t < n; t++)
		largest = fmax(largest, fabs(y[t] - mean));
	for (size_t lag = 0; lag <= lags; lag++)
		ret[lag] = 0;
	/* What is left of a constant by rounding is no movement. */
	if (!(largest > 1e-12 * fabs(mean)) || !isfinite(largest)) {
		free(x);
		return;
	}
	for (size_t t = 0; t < n; t++)
		x[t] = (y[t] - mean) / largest;
	if (lags <= 64) {
		for (size_t lag = 0; lag <= lags && lag < n; lag++)
			for (size_t t = lag; t < n; t++)
				ret[lag] += x[t] * x[t - lag];
	} else {
		all_lags(x, n);
		memcpy(ret, x, (lags < n ? lags + 1 : n) * sizeof(*ret));
	}
	for (size_t lag = lags + 1; lag-- > 0;)
		ret[lag] /= ret[0];
	free(x);
}

bool
forecast_is_seasonal(const double *y, size_t n, size_t period)
{
	double *acf, sum = 1;
	bool is;

	if (period < 2 || n / 3 < period)
		return false;
	acf = xcalloc(period + 1, sizeof(*acf));
	forecast_acf(y, n, period, acf);
	/* Bartlett's standard error; 90 % between both sides. */
	for (size_t lag = 1; lag < period; lag++)
		sum += 2 * acf[lag] * acf[lag];
	is = fabs(acf[period]) > 1.645 * sqrt(sum / (double)n);
	free(acf);
	return is;
}

/* ---- classical decomposition ---- */

void
forecast_centred_mean(const double *y, size_t n, size_t length, double *ret)
{
	size_t half = length / 2;
	double even = length % 2 ? 1 : 0.5; /* of the outermost two */

	for (size_t t = 0; t < n; t++)
		ret[t] = NAN;
	if (n < 2 * half + 1)
		return;
	for (size_t t = half; t + half < n; t++) {
		double sum = even * (y[t - half] + y[t + half]);

		/* Anew now and then: no error grows along the way. */
		if (length > 32 && t > half && t % 512) {
			sum = ret[t - 1] * (double)length +
			      even * (y[t + half] - y[t - half - 1]) +
			      (1 - even) * (y[t + half - 1] - y[t - half]);
		} else {
			for (size_t i = t - half + 1; i < t + half; i++)
				sum += y[i];
		}
		ret[t] = sum / (double)length;
	}
}

bool
forecast_seasonal_indices(
    const double *y, size_t n, size_t period, bool multiplicative, double *ret)
{
	double *trend = xcalloc(n, sizeof(*trend)), mean = 0;
	bool good = true;

	forecast_centred_mean(y, n, period, trend);
	for (size_t p = 0; p < period && good; p++) {
		size_t count = 0;

		ret[p] = 0;
		for (size_t t = p; t < n; t += period) {
			if (isnan(trend[t]))
				continue;
			ret[p] +=
			    multiplicative ? y[t] / trend[t] : y[t] - trend[t];
			count++;
		}
		good = count > 0;
		ret[p] /= (double)count;
		mean += ret[p] / (double)period;
	}
	for (size_t p = 0; p < period && good; p++) {
		ret[p] = multiplicative ? ret[p] / mean : ret[p] - mean;
		good = isfinite(ret[p]) && (!multiplicative || ret[p] > 1e-6);
	}
	free(trend);
	return good;
}

/* ---- the search for periods ---- */

/* What random walks, noise and levels that drift have of skill in one case of
 * a hundred, times the number of seasons (found by simulation); and in one of
 * twenty, for where a few periods are named. */
#define SURE_ANY 1.2
#define SURE     0.6
#define PEAKS    12
#define WORTH    0.02 /* of the variance: less is no season to speak of */

/* y without what is slower than a season, where that can be told: fewer at
 * both ends. The caller frees. */
static double *
detrended(const double *y, size_t n, size_t period, size_t *ret_n)
{
	size_t half = period / 2;
	double *x = xcalloc(n, sizeof(*x));

	*ret_n = n - 2 * half;
	forecast_centred_mean(y, n, period, x);
	for (size_t t = 0; t < *ret_n; t++)
		x[t] = y[t + half] - x[t + half];
	return x;
}

/* The share of the variance of x that the means of the phases foretell, each
 * value by those of the other seasons: below 0 where there is no season. */
static double
skill(const double *x, size_t n, size_t period, double *ret_variance)
{
	double *sum = xcalloc(period, sizeof(*sum)), all = 0, total = 0,
	       rest = 0;

	for (size_t t = 0; t < n; t++) {
		sum[t % period] += x[t];
		all += x[t] / (double)n;
	}
	for (size_t t = 0; t < n; t++) {
		size_t others = (n - 1 - t % period) / period;
		double off = x[t];

		/* A phase that is seen once foretells nothing. */
		if (others)
			off -= (sum[t % period] - x[t]) / (double)others;
		else
			off -= all;
		rest += off * off;
		total += (x[t] - all) * (x[t] - all);
	}
	free(sum);
	if (ret_variance)
		*ret_variance = total / (double)n;
	return total > 0 ? 1 - rest / total : 0;
}

bool
forecast_comes_again(const double *y, size_t n, size_t period)
{
	return period > 1 && n / 2 >= period &&
	       skill(y, n, period, NULL) >
		   SURE * (1 + 2 / (double)period) * (double)period / (double)n;
}

/* How well `rest`, what is not explained yet of y, repeats after `period`; 0
 * when that may be chance or is no part of y to speak of. */
static double
repeats(
    const double *y, const double *rest, size_t n, size_t period, double sure)
{
	size_t count;
	double *x, share, left, all;

	if (period < 2 || n / 3 < period)
		return 0;
	x = detrended(y, n, period, &count);
	skill(x, count, period, &all);
	free(x);
	x = detrended(rest, n, period, &count);
	share = skill(x, count, period, &left);
	free(x);
	if (!(all > 0) || share * left / all < WORTH)
		return 0;
	return share > sure * (1 + 2 / (double)period) * (double)period /
			   (double)count
		   ? share
		   : 0;
}

/* How far from `period` a peak may be that is of it: by as small a share of
 * it as there are periods. */
static size_t
blur(size_t n, size_t period)
{
	size_t reach = n < period ? period : period / (n / period);

	return reach < 32 ? reach : 32;
}

/* The lag of a peak is uncertain; what explains most is it. */
static size_t
sharpen(const double *y, size_t n, size_t period)
{
	size_t reach = blur(n, period), best = period, count;
	double *x = detrended(y, n, period, &count);
	double most = skill(x, count, period, NULL);

	for (size_t p = period > reach + 1 ? period - reach : 2;
	     p <= period + reach && p <= n / 3; p++) {
		double share = skill(x, count, p, NULL);

		if (share > most) {
			most = share;
			best = p;
		}
	}
	free(x);
	return best;
}

struct peaks {
	size_t count, lag[PEAKS];
	double height[PEAKS];
};

/* Keeps the highest. */
static void
peak(struct peaks *p, size_t lag, double height)
{
	size_t at;

	for (size_t i = 0; i < p->count; i++)
		if (p->lag[i] == lag)
			return;
	for (at = p->count; at > 0 && p->height[at - 1] < height; at--) {
		if (at == PEAKS)
			continue;
		p->lag[at] = p->lag[at - 1];
		p->height[at] = p->height[at - 1];
	}
	if (at == PEAKS)
		return;
	p->lag[at] = lag;
	p->height[at] = height;
	if (p->count < PEAKS)
		p->count++;
}

/* Lags at which y, or its steps, are more like themselves than a little
 * before and after. */
static void
find_peaks(const double *y, size_t n, struct peaks *ret)
{
	size_t lags = n / 3;
	double *acf = xcalloc(lags + 2, sizeof(*acf));
	double *x = xcalloc(n, sizeof(*x));

	for (int difference = 0; difference < 2; difference++) {
		double slope = n > 1 ? (y[n - 1] - y[0]) / (double)(n - 1) : 0;

		for (size_t t = 0; t + (size_t)difference < n; t++)
			x[t] = difference ? y[t + 1] - y[t]
					  : y[t] - slope * (double)t;
		forecast_acf(x, n - (size_t)difference, lags + 1, acf);
		for (size_t lag = 2; lag <= lags; lag++)
			if (acf[lag] > acf[lag - 1] &&
			    acf[lag] >= acf[lag + 1] &&
			    acf[lag] > 2 / sqrt((double)n))
				peak(ret, lag, acf[lag]);
	}
	free(acf);
	free(x);
}

struct candidates {
	const size_t *period;
	size_t count;
	double sure;
};

/* The shortest candidate that repeats nearly as well as the one that
 * does most: a week holds what its days are alike in, and they come first. 0
 * if there is none. What is found stays found: the same again is how it
 * changes. */
static size_t
best_of(const double *y, const double *rest, size_t n,
    const struct candidates *c, const size_t *found, size_t found_count)
{
	double *height = xcalloc(c->count ? c->count : 1, sizeof(*height));
	double best = 0;
	size_t period = 0;

	for (size_t i = 0; i < c->count; i++) {
		size_t p = c->period[i], k = 0;

		while (k < found_count &&
		       (p + blur(n, p) < found[k] || p > found[k] + blur(n, p)))
			k++;
		if (k == found_count)
			height[i] = repeats(y, rest, n, p, c->sure);
		best = fmax(best, height[i]);
	}
	for (size_t i = 0; i < c->count && best > 0; i++)
		if (height[i] >= 0.75 * best &&
		    (!period || c->period[i] < period))
			period = c->period[i];
	free(height);
	return period;
}

size_t
forecast_periods(const double *y, size_t n, const size_t *candidates,
    size_t count, size_t *ret, size_t max)
{
	double *rest, *index;
	size_t found = 0;

	if (n < 6)
		return 0;
	rest = xcalloc(n, sizeof(*rest));
	index = xcalloc(n, sizeof(*index));
	memcpy(rest, y, n * sizeof(*rest));
	while (found < max) {
		struct candidates c = {candidates, count, SURE};
		struct peaks peaks = {0};
		size_t period, at = found;

		if (!count) {
			find_peaks(rest, n, &peaks);
			c = (struct candidates){
			    peaks.lag, peaks.count, SURE_ANY};
		}
		period = best_of(y, rest, n, &c, ret, found);
		if (period && !count)
			period = sharpen(rest, n, period);
		if (!period ||
		    !forecast_seasonal_indices(rest, n, period, false, index))
			break;
		for (size_t t = 0; t < n; t++)
			rest[t] -= index[t % period];
		while (at > 0 && ret[at - 1] > period)
			at--;
		memmove(ret + at + 1, ret + at, (found - at) * sizeof(*ret));
		ret[at] = period;
		found++;
	}
	free(index);
	free(rest);
	return found;
}
