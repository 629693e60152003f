/* SPDX-License-Identifier: ISC */
/*
 * forecast: ARIMA against covariance matrices worked out the long way, against
 * figures of R's stats::arima on well known series, and on odd series.
 */
#include "forecast/arima_priv.h"
#include "unit.h"

#include "forecast_series.h"

#define LONG 4000 /* psi weights that stand for infinitely many */

static bool
near(double a, double b, double tolerance)
{
	return fabs(a - b) <= tolerance * (1 + fabs(b));
}

static uint64_t dice = 7;

/* Near enough to normal: the sum of twelve. */
static double
roll(void)
{
	double sum = -6;

	for (int i = 0; i < 12; i++) {
		dice = dice * 6364136223846793005u + 1442695040888963407u;
		sum += (double)(dice >> 33) / 2147483648.0;
	}
	return sum;
}

/* log det of the covariance matrix of n observations and y' inverse y, by psi
 * weights and the factor of Cholesky. */
static void
the_long_way(const struct arma *a, const double *y, size_t n,
    double *ret_logarithm, double *ret_squares)
{
	double *psi = xcalloc(LONG, sizeof(*psi));
	double *l = xcalloc(n * n, sizeof(*l)), *z = xcalloc(n, sizeof(*z));

	*ret_logarithm = *ret_squares = 0;
	for (size_t j = 0; j < LONG; j++) {
		psi[j] = j == 0 ? 1 : j <= a->r ? a->theta[j] : 0;
		for (size_t i = 1; i <= a->r && i <= j; i++)
			psi[j] += a->phi[i] * psi[j - i];
	}
	for (size_t i = 0; i < n; i++) {
		z[i] = y[i];
		for (size_t j = 0; j <= i; j++) {
			double sum = 0;

			for (size_t k = 0; k + i - j < LONG; k++)
				sum += psi[k] * psi[k + i - j];
			for (size_t k = 0; k < j; k++)
				sum -= l[i * n + k] * l[j * n + k];
			l[i * n + j] = i == j ? sqrt(sum) : sum / l[j * n + j];
		}
		for (size_t k = 0; k < i; k++)
			z[i] -= l[i * n + k] * z[k];
		z[i] /= l[i * n + i];
		*ret_logarithm += 2 * log(l[i * n + i]);
		*ret_squares += z[i] * z[i];
	}
	free(psi);
	free(l);
	free(z);
}

static void
filter_is_exact(void)
{
	static const double ar[] = {0.5, 0.3, -0.2}, ma[] = {0.4, -0.3};
	static const double sar[] = {0.6}, sma[] = {-0.7}, border[] = {-1};
	static const double little[] = {0.05};
	static const struct arma_factors processes[] = {
	    {.ar = ar, .p = 3, .period = 1},
	    {.ma = ma, .q = 2, .period = 1},
	    {.ar = ar, .p = 2, .ma = ma, .q = 2, .period = 1},
	    {.ma = border, .q = 1, .period = 1},
	    {.ma = little, .q = 1, .period = 1},
	    {.ar = ar,
		.p = 1,
		.ma = ma,
		.q = 1,
		.sar = sar,
		.P = 1,
		.sma = sma,
		.Q = 1,
		.period = 4},
	    {.sma = border, .Q = 1, .ma = ma, .q = 1, .period = 12},
	    {.sar = sar, .P = 1, .period = 12},
	    {.period = 1},
	};
	double y[70], errors[70], sd[70];

	for (size_t t = 0; t < COUNT_OF(y); t++)
		y[t] = roll();
	for (size_t i = 0; i < COUNT_OF(processes); i++) {
		const struct arma_factors *f = &processes[i];
		double logarithm, squares, sum = 0, got;
		struct arma a;

		arma_make(&a, f->p + f->P * f->period, f->q + f->Q * f->period);
		arma_set(&a, f);
		the_long_way(&a, y, COUNT_OF(y), &logarithm, &squares);
		got = arma_filter(&a, y, COUNT_OF(y), 1, errors, sd, NULL);
		for (size_t t = 0; t < COUNT_OF(y); t++)
			sum += errors[t] * errors[t];
		CHECK(near(got, logarithm, 1e-10));
		CHECK(near(sum, squares, 1e-10));
		CHECK(sd[69] >= 1 && sd[0] >= sd[69]);
		arma_release(&a);
	}
}

/* The state's covariance says what the next error's variance will be. */
static void
state_goes_on(void)
{
	static const double ar[] = {0.5}, sma[] = {-0.9};
	const struct arma_factors f = {
	    .ar = ar, .p = 1, .sma = sma, .Q = 1, .period = 4};
	double y[30], errors[30], sd[30];
	struct arma a;
	struct arma_state state;

	for (size_t t = 0; t < COUNT_OF(y); t++)
		y[t] = roll();
	arma_make(&a, 1, 4);
	arma_set(&a, &f);
	state.mean = xcalloc(a.r, sizeof(double));
	state.spread = xcalloc(a.r * a.r, sizeof(double));
	arma_filter(&a, y, 30, 1, errors, sd, NULL);
	arma_filter(&a, y, 29, 1, errors, NULL, &state);
	CHECK(near(1 + state.spread[0], sd[29] * sd[29], 1e-12));
	arma_filter(&a, y, 30, 1, errors, sd, NULL);
	CHECK(near(y[29] - state.mean[0], errors[29] * sd[29], 1e-12));
	free(state.mean);
	free(state.spread);
	arma_release(&a);
}

static void
not_stationary(void)
{
	static const double ar[] = {1.01};
	const struct arma_factors f = {.ar = ar, .p = 1, .period = 1};
	double y[3] = {1, 2, 3}, errors[3];
	struct arma a;

	arma_make(&a, 1, 0);
	arma_set(&a, &f);
	CHECK(isnan(arma_filter(&a, y, 3, 1, errors, NULL, NULL)));
	arma_release(&a);
}

static void
polynomials(void)
{
	static const double partial[] = {0.5, -0.3, 0.9, 0.1, -0.99};
	/* Roots at 1.25 and 2. */
	static const double phi[] = {1.3, -0.4};
	double coefficients[5], back[5];

	for (size_t n = 0; n <= 5; n++) {
		polynomial_from_partial(partial, n, coefficients);
		CHECK(polynomial_to_partial(coefficients, n, back));
		for (size_t i = 0; i < n; i++)
			CHECK(near(back[i], partial[i], 1e-12));
	}
	CHECK(polynomial_roots_beyond(phi, 2, 1.2));
	CHECK(!polynomial_roots_beyond(phi, 2, 1.3));
	CHECK(polynomial_roots_beyond(phi, 0, 1000));
}

/* Box, Jenkins & Reinsel, series G: airline passengers, in thousands. */
static const double airline[] = {112, 118, 132, 129, 121, 135, 148, 148, 136,
    119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140,
    145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193,
    181, 183, 218, 230, 242, 209, 191, 172, 194, 196, 196, 236, 235, 229, 243,
    264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259,
    229, 203, 229, 242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278,
    284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271, 306, 315, 301, 356,
    348, 355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348, 363, 435,
    491, 505, 404, 359, 310, 337, 360, 342, 406, 396, 420, 472, 548, 559, 463,
    407, 362, 405, 417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432};

static void
airline_model(void)
{
	static const struct forecast_arima_order order = {
	    .d = 1, .q = 1, .D = 1, .Q = 1};
	double y[COUNT_OF(airline)];
	struct forecast_series s = {.y = y, .n = COUNT_OF(y), .period = 12};
	struct forecast_ask ask = {14, false};
	struct arima_fit fit;
	struct forecast f;
	struct err err;

	for (size_t t = 0; t < COUNT_OF(y); t++)
		y[t] = log(airline[t]);
	/* R 4.2.2: arima(log(AirPassengers), c(0,1,1), c(0,1,1)) and predict,
	 * whose standard errors are smaller by the root of 129 / 131. */
	CHECK(arima_fit(&s, NULL, 0, &order, ARIMA_FULL, &fit, &err) == 0);
	CHECK(near(fit.log_likelihood, 244.6965, 1e-6));
	CHECK(near(fit.coefficients[0], -0.4018, 1e-4));
	CHECK(near(fit.coefficients[1], -0.5569, 1e-4));
	CHECK(near(fit.aicc, -483.2039, 1e-5));
	CHECK_INT(fit.parameters, 3);
	arima_fit_release(&fit);

	CHECK(forecast_arima(&s, &ask, &order, &f, &err) == 0);
	CHECK_TEXT(f.method, "ARIMA(0,1,1)(0,1,1)[12]");
	CHECK(near(f.mean[0], 6.1101857, 1e-5));
	CHECK(near(f.mean[13], 6.1500245, 1e-5));
	/* Theirs, by Student's quantile of 129 and Akaike's 1 + 3 / 131. */
	CHECK(near(f.high[FORECAST_95][13] - f.mean[13],
	    1.978524491 * sqrt(1 + 3. / 131) * 0.096316218, 1e-3));
	CHECK(isnan(f.fitted[12]) && !isnan(f.fitted[13]));
	forecast_release(&f);
}

/* Of intervals from little as many hold as are said to: normal noise of which
 * mean and variance are all that is unknown. */
static void
coverage(void)
{
	static const struct forecast_arima_order order = {.constant = true};
	struct forecast_ask ask = {1, false};
	uint32_t state = 11;
	size_t inside = 0;

	for (int k = 0; k < 1000; k++) {
		double y[9] = {0};
		struct forecast_series s = {.y = y, .n = 8, .period = 1};
		struct forecast f;
		struct err err;

		for (int i = 0; i < 9 * 12; i++)
			y[i / 12] += series_noise(&state);
		CHECK(forecast_arima(&s, &ask, &order, &f, &err) == 0);
		inside += y[8] >= f.low[FORECAST_95][0] &&
			  y[8] <= f.high[FORECAST_95][0];
		forecast_release(&f);
	}
	CHECK(inside >= 930 && inside <= 980);
}

/* The same with a regressor: R's arima of the differences, xreg those of x; its
 * arima of the series itself starts from a variance that is only large. */
static void
regressor(void)
{
	static const struct forecast_arima_order order = {
	    .d = 1, .q = 1, .D = 1, .Q = 1};
	static const double future[] = {1, 5, 2};
	double y[COUNT_OF(airline)], x[COUNT_OF(airline)], mean[3], sd[3];
	struct forecast_series s = {.y = y, .n = COUNT_OF(y), .period = 12};
	struct arima_fit fit;
	struct err err;

	for (size_t t = 0; t < COUNT_OF(y); t++) {
		y[t] = log(airline[t]);
		x[t] = (double)(t * 7 % 5 + (t % 11 == 3) * 2);
	}
	CHECK(arima_fit(&s, x, 1, &order, ARIMA_FULL, &fit, &err) == 0);
	CHECK(near(fit.log_likelihood, 245.328220981, 1e-9));
	CHECK(near(fit.coefficients[0], -0.38713195, 1e-4));
	CHECK(near(fit.beta[0] / -0.00141724673, 1, 1e-3));
	/* R's variance of errors does not count coefficients. */
	/* R takes its own from second differences of the likelihood. */
	CHECK(near(
	    fit.sd * sqrt(fit.covariance[0]) * sqrt(128.0 / 131) / 0.001253695,
	    1, 1e-2));
	arima_predict(&fit, &s, x, future, 3, mean, sd, NULL);
	CHECK(near(mean[0], 6.11138740, 1e-6));
	CHECK(near(mean[2], 6.17199986, 1e-6));
	arima_fit_release(&fit);
}

static void
autoregression_is_found(void)
{
	static const struct forecast_arima_order order = {
	    .p = 1, .constant = true};
	static double y[5000];
	struct forecast_series s = {.y = y, .n = COUNT_OF(y), .period = 1};
	struct forecast_ask ask = {50, false};
	struct arima_fit fit;
	struct forecast f;
	struct err err;
	double last, mean, phi;

	for (size_t t = 0; t < COUNT_OF(y); t++)
		y[t] = 100 + 0.7 * (t ? y[t - 1] - 100 : 0) + 2 * roll();
	CHECK(arima_fit(&s, NULL, 0, &order, ARIMA_FULL, &fit, &err) == 0);
	phi = fit.coefficients[0];
	mean = fit.beta[0];
	CHECK(fabs(phi - 0.7) < 0.03 && fabs(mean - 100) < 0.3);
	CHECK(fabs(fit.sd - 2) < 0.06);
	CHECK(near(sqrt(fit.covariance[0]), 1 / (1 - phi) / sqrt(5000), 1e-2));
	arima_fit_release(&fit);
	CHECK(forecast_arima(&s, &ask, &order, &f, &err) == 0);
	CHECK_TEXT(f.method, "ARIMA(1,0,0) with mean");
	last = y[COUNT_OF(y) - 1];
	CHECK(near(f.mean[0], mean + phi * (last - mean), 1e-9));
	CHECK(near(f.mean[49], mean + pow(phi, 50) * (last - mean), 1e-9));
	CHECK(near(f.fitted[4999], mean + phi * (y[4998] - mean), 1e-9));
	forecast_release(&f);
}

/* A line with a drift, and nothing else, is exact; so is a constant. */
static void
exact(void)
{
	static const struct forecast_arima_order drift = {
	    .d = 1, .q = 1, .constant = true};
	static const struct forecast_arima_order seasonal = {
	    .D = 1, .p = 1, .constant = true};
	static const struct forecast_arima_order mean = {
	    .p = 1, .constant = true};
	double y[24];
	struct forecast_series s = {.y = y, .n = COUNT_OF(y), .period = 4};
	struct forecast_ask ask = {8, false};
	struct forecast f;
	struct err err;

	for (size_t t = 0; t < COUNT_OF(y); t++)
		y[t] = 10 + 0.3 * (double)t;
	CHECK(forecast_arima(&s, &ask, &drift, &f, &err) == 0);
	CHECK(near(f.mean[7], 10 + 0.3 * 31, 1e-12));
	CHECK(isnan(f.log_likelihood) && isnan(f.aicc));
	CHECK(near(f.low[FORECAST_95][7], f.mean[7], 1e-6));
	forecast_release(&f);
	for (size_t t = 0; t < COUNT_OF(y); t++)
		y[t] += (double)(t % 4 * t % 3);
	for (size_t t = 4; t < COUNT_OF(y); t++)
		y[t] = y[t - 4] + 2;
	CHECK(forecast_arima(&s, &ask, &seasonal, &f, &err) == 0);
	CHECK(near(f.mean[7], y[23] + 4, 1e-12));
	forecast_release(&f);
	for (size_t t = 0; t < COUNT_OF(y); t++)
		y[t] = -7;
	CHECK(forecast_arima(&s, &ask, &mean, &f, &err) == 0);
	CHECK(near(f.mean[7], -7, 1e-12) && near(f.low[0][0], -7, 1e-12));
	forecast_release(&f);
}

static void
refused(void)
{
	static const struct forecast_arima_order orders[] = {
	    {.p = 3, .d = 1, .q = 5},          /* 11 observations are few */
	    {.P = 1},                          /* no season */
	    {.d = 2, .constant = true},        /* a parabola */
	    {.d = 3}, {.p = SIZE_MAX, .q = 2}, /* beyond all bounds */
	    {.Q = SIZE_MAX / 2 + 1}};
	double y[11] = {1, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10};
	struct forecast_series s = {.y = y, .n = COUNT_OF(y), .period = 1};
	struct forecast_ask ask = {3, false};
	struct forecast f;
	struct err err;

	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		err.text[0] = '\0';
		CHECK(forecast_arima(&s, &ask, &orders[i], &f, &err) == -1);
		CHECK(strncmp(err.text, "ARIMA", 5) == 0);
	}
	s.period = 1440;
	CHECK(forecast_arima(&s, &ask, &orders[1], &f, &err) == -1);
}

/* Whatever the size of the numbers, the same model; or an error that says so.
 */
static void
sizes(void)
{
	static const struct forecast_arima_order order = {
	    .p = 1, .d = 1, .q = 1, .Q = 1};
	static const double factors[] = {1, 1e-300, 1e-9, 1e9, 1e300};
	double plain[60], y[60], first = 0, likelihood = 0;
	struct forecast_series s = {.y = y, .n = COUNT_OF(y), .period = 4};
	struct forecast_ask ask = {6, false};
	struct forecast f;
	struct err err;

	for (size_t t = 0; t < COUNT_OF(y); t++)
		plain[t] = (t ? plain[t - 1] : 0) + roll();
	for (size_t i = 0; i < COUNT_OF(factors); i++) {
		for (size_t t = 0; t < COUNT_OF(y); t++)
			y[t] = plain[t] * factors[i];
		CHECK(forecast_arima(&s, &ask, &order, &f, &err) == 0);
		if (i == 0) {
			first = f.mean[5];
			likelihood = f.log_likelihood;
		}
		CHECK(near(f.mean[5] / factors[i], first, 1e-4));
		CHECK(near(
		    f.log_likelihood + 59 * log(factors[i]), likelihood, 1e-5));
		forecast_release(&f);
	}
	for (size_t t = 0; t < COUNT_OF(y); t++)
		y[t] = t % 2 ? 1.7e308 : -1.7e308;
	CHECK(forecast_arima(&s, &ask, &order, &f, &err) == -1);
}

static void
differences(void)
{
	static double y[300];
	struct forecast_series s = {.y = y, .n = COUNT_OF(y), .period = 1};
	size_t d, seasonal;

	for (size_t t = 0; t < s.n; t++)
		y[t] = roll();
	arima_differences(y, s.n, 12, &d, &seasonal);
	CHECK(d == 0 && seasonal == 0);
	for (size_t t = 1; t < s.n; t++)
		y[t] += y[t - 1];
	arima_differences(y, s.n, 12, &d, &seasonal);
	CHECK(d == 1 && seasonal == 0);
	for (size_t t = 1; t < s.n; t++)
		y[t] += y[t - 1];
	arima_differences(y, s.n, 1, &d, &seasonal);
	CHECK(d == 2 && seasonal == 0);
	for (size_t t = 0; t < s.n; t++)
		y[t] = roll() + 5 * sin(2 * acos(-1) * (double)t / 12);
	arima_differences(y, s.n, 12, &d, &seasonal);
	CHECK(d == 0 && seasonal == 1);
	/* R: nsdiffs and ndiffs of the logarithms say 1 and 1. */
	for (size_t t = 0; t < COUNT_OF(airline); t++)
		y[t] = log(airline[t]);
	arima_differences(y, COUNT_OF(airline), 12, &d, &seasonal);
	CHECK(d == 1 && seasonal == 1);
}

static void
chosen(const struct forecast_series *s, const char *method)
{
	struct forecast_ask ask = {5, false};
	struct forecast f;
	struct err err;

	if (forecast_arima_quick(s, &ask, &f, &err) < 0) {
		CHECK_TEXT(err.text, method);
		return;
	}
	CHECK_TEXT(f.method, method);
	forecast_release(&f);
	CHECK(forecast_arima_thorough(s, &ask, &f, &err) == 0);
	CHECK_TEXT(f.method, method);
	forecast_release(&f);
}

static void
orders_are_found(void)
{
	static double y[600];
	struct forecast_series s = {.y = y, .n = COUNT_OF(y), .period = 1};

	for (size_t t = 1; t < s.n; t++)
		y[t] = y[t - 1] + roll();
	chosen(&s, "ARIMA(0,1,0)");
	/* A slope of 1 does not go unseen. */
	for (size_t t = 1; t < s.n; t++)
		y[t] += (double)t;
	chosen(&s, "ARIMA(0,1,0) with drift");
	for (size_t t = 0; t < COUNT_OF(airline); t++)
		y[t] = log(airline[t]);
	s.n = COUNT_OF(airline);
	s.period = 12;
	chosen(&s, "ARIMA(0,1,1)(0,1,1)[12]");
}

/* What is chosen explains at least as well as what made the series. */
static void
truth_is_not_better(void)
{
	static const struct forecast_arima_order truth = {
	    .p = 2, .constant = true};
	static double y[600];
	struct forecast_series s = {.y = y, .n = COUNT_OF(y), .period = 1};
	struct forecast_ask ask = {1, false};
	struct arima_fit fit;
	struct forecast f;
	struct err err;

	for (size_t t = 0; t < s.n; t++)
		y[t] =
		    10 + roll() + (t < 2 ? 0 : 0.9 * y[t - 1] - 0.5 * y[t - 2]);
	CHECK(arima_fit(&s, NULL, 0, &truth, ARIMA_FULL, &fit, &err) == 0);
	CHECK(forecast_arima_thorough(&s, &ask, &f, &err) == 0);
	CHECK(f.aicc <= fit.aicc && strstr(f.method, ",0,"));
	forecast_release(&f);
	CHECK(forecast_arima_quick(&s, &ask, &f, &err) == 0);
	CHECK(f.aicc <= fit.aicc + 2);
	forecast_release(&f);
	arima_fit_release(&fit);
}

static void
hardly_anything(void)
{
	double y[] = {5, 5, 5, 5, 5, 5, 5, 7};
	struct forecast_series s = {.y = y, .n = 7, .period = 4};
	struct forecast_ask ask = {3, true};
	struct forecast f;
	struct err err;

	CHECK(forecast_arima_quick(&s, &ask, &f, &err) == 0);
	CHECK(near(f.mean[2], 5, 1e-12) && near(f.high[1][2], 5, 1e-12));
	forecast_release(&f);
	s.n = 8;
	CHECK(forecast_arima_quick(&s, &ask, &f, &err) == 0);
	forecast_release(&f);
	s.n = 4;
	CHECK(forecast_arima_quick(&s, &ask, &f, &err) == 0);
	forecast_release(&f);
	s.n = 3;
	CHECK(forecast_arima_quick(&s, &ask, &f, &err) == -1);
	CHECK_TEXT(err.text,
	    "ARIMA(0,0,0) with mean needs 4 observations, there are 3");
	s.n = 1;
	CHECK(forecast_arima_thorough(&s, &ask, &f, &err) == -1);
	memset(y, 0, sizeof(y));
	s.n = 8;
	CHECK(forecast_arima_quick(&s, &ask, &f, &err) == 0);
	CHECK(f.mean[2] == 0 && f.high[FORECAST_95][2] == 0);
	forecast_release(&f);
}

/* A season of 1,440 is no matter of lags. */
static void
long_season(void)
{
	static double y[5000];
	struct forecast_series s = {.y = y, .n = COUNT_OF(y), .period = 1440};
	struct forecast_ask ask = {1440, false};
	struct forecast f;
	struct err err;
	double worst = 0;

	for (size_t t = 0; t < s.n; t++)
		y[t] =
		    roll() + 30 * sin(2 * acos(-1) * (double)(t % 1440) / 1440);
	CHECK(forecast_arima_quick(&s, &ask, &f, &err) == 0);
	CHECK(strncmp(f.method, "STL + ARIMA(0,0,0)", 18) == 0);
	for (size_t h = 0; h < ask.horizon; h++)
		worst = fmax(
		    worst, fabs(f.mean[h] -
				30 * sin(2 * acos(-1) *
					 (double)((5000 + h) % 1440) / 1440)));
	CHECK(worst < 3);
	forecast_release(&f);
}

int
main(void)
{
	differences();
	orders_are_found();
	truth_is_not_better();
	hardly_anything();
	long_season();
	filter_is_exact();
	state_goes_on();
	not_stationary();
	polynomials();
	airline_model();
	coverage();
	regressor();
	autoregression_is_found();
	exact();
	refused();
	sizes();
	return unit_done("forecast arima");
}
