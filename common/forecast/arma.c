/* SPDX-License-Identifier: ISC */
/*
 * The exact filter of a stationary process. In the state space form with one
 * source of errors,
 *
 *	y_t = a_t[1] + e_t,  a_{t+1} = T a_t + g e_t,  g_i = phi_i + theta_i,
 *
 * T having phi as its first column and ones above the diagonal, the covariance
 * of the state before the first observation is the stationary one; what the
 * Kalman filter then does to it changes by a matrix of rank one at each step,
 * so that the gain can be had without any covariance: the equations of
 * Chandrasekhar (Morf, Sidhu & Kailath 1974; Pearlman 1980, An algorithm for
 * the exact likelihood of a high-order autoregressive-moving average process,
 * Biometrika 67, 232-233; Melard 1984, Algorithm AS 197). A step costs as much
 * as the process has lags.
 */
#include <stdlib.h>

#include "forecast/arima_priv.h"

/* From here on the gain is that of the infinite past, to the last bit or so. */
#define SETTLED_VARIANCE 1e-14
#define SETTLED_GAIN     1e-12

void
arma_make(struct arma *a, size_t ar, size_t ma)
{
	size_t r = ar > ma ? ar : ma;

	*a = (struct arma){.ar = ar,
	    .ma = ma,
	    .r = r,
	    .phi = xcalloc(r + 2, sizeof(double)),
	    .theta = xcalloc(r + 2, sizeof(double)),
	    .ar_lag = xcalloc(ar + 1, sizeof(size_t)),
	    .ma_lag = xcalloc(ma + 1, sizeof(size_t)),
	    .work =
		xcalloc(ar * (ar + 1) / 2 + 6 * (r + 2) + ma, sizeof(double))};
}

void
arma_release(struct arma *a)
{
	free(a->phi);
	free(a->theta);
	free(a->ar_lag);
	free(a->ma_lag);
	free(a->work);
	*a = (struct arma){0};
}

/* ret[1..] = coefficients of (1 + sign * a(B)) (1 + sign * b(B^m)) after the
 * leading 1, times sign. */
static void
multiply(double *ret, size_t lags, double sign, const double *a, size_t p,
    const double *b, size_t P, size_t m)
{
	for (size_t i = 0; i <= lags; i++)
		ret[i] = 0;
	for (size_t i = 0; i < p; i++)
		ret[i + 1] = a[i];
	for (size_t k = 0; k < P; k++) {
		ret[(k + 1) * m] += b[k];
		for (size_t i = 0; i < p; i++)
			ret[(k + 1) * m + i + 1] += sign * a[i] * b[k];
	}
}

static size_t
lags_of(const double *c, size_t lags, size_t *ret)
{
	size_t count = 0;

	for (size_t i = 1; i <= lags; i++)
		if (c[i] != 0)
			ret[count++] = i;
	return count;
}

void
arma_set(struct arma *a, const struct arma_factors *f)
{
	multiply(a->phi, a->ar, -1, f->ar, f->p, f->sar, f->P, f->period);
	multiply(a->theta, a->ma, 1, f->ma, f->q, f->sma, f->Q, f->period);
	a->ar_lags = lags_of(a->phi, a->ar, a->ar_lag);
	a->ma_lags = lags_of(a->theta, a->ma, a->ma_lag);
}

/* Autocovariances 0 to `last` of the autoregression alone (theta = 1): down
 * through the orders to the partial autocorrelations, and up again by the
 * equations of Yule and Walker. False where it is not stationary. */
static bool
autoregression(const struct arma *a, double *triangle, double *ret, size_t last)
{
	double variance = 1;

	/* The coefficients of order k stand at k (k - 1) / 2. */
	memcpy(triangle + a->ar * (a->ar - 1) / 2, a->phi + 1,
	    a->ar * sizeof(*triangle));
	for (size_t k = a->ar; k > 0; k--) {
		double *order = triangle + k * (k - 1) / 2;
		double *below = order - (k - 1);
		double partial = order[k - 1], rest = 1 - partial * partial;

		if (!(rest > 0))
			return false;
		variance /= rest;
		for (size_t i = 0; i < k - 1; i++)
			below[i] =
			    (order[i] + partial * order[k - 2 - i]) / rest;
	}
	ret[0] = variance;
	for (size_t k = 1; k <= last; k++) {
		const double *order = triangle + k * (k - 1) / 2;

		ret[k] = 0;
		if (k <= a->ar)
			for (size_t i = 0; i < k; i++)
				ret[k] += order[i] * ret[k - 1 - i];
		else
			for (size_t i = 0; i < a->ar_lags; i++)
				ret[k] += a->phi[a->ar_lag[i]] *
					  ret[k - a->ar_lag[i]];
	}
	return isfinite(variance);
}

/* What theta makes of the autocovariances u of the autoregression. */
static void
autocovariances(const struct arma *a, const double *u, double *ret)
{
	double *products = xcalloc(a->ma + 1, sizeof(*products));

	products[0] = 1;
	for (size_t i = 0; i < a->ma_lags; i++) {
		size_t lag = a->ma_lag[i];

		products[0] += a->theta[lag] * a->theta[lag];
		products[lag] += a->theta[lag];
		for (size_t j = 0; j < i; j++)
			products[lag - a->ma_lag[j]] +=
			    a->theta[lag] * a->theta[a->ma_lag[j]];
	}
	for (size_t k = 0; k == 0 || k < a->r; k++)
		ret[k] = products[0] * u[k];
	for (size_t l = 1; l <= a->ma; l++) {
		if (products[l] == 0)
			continue;
		for (size_t k = 0; k == 0 || k < a->r; k++)
			ret[k] +=
			    products[l] * (u[k + l] + u[k > l ? k - l : l - k]);
	}
	free(products);
}

/* The filter between two observations. Vectors that T shifts by one at each
 * step do not move: they begin one further on in an array that is long
 * enough. */
struct filter {
	const struct arma *a;
	double variance; /* F, of the next error */
	double *gain;    /* K F, [1] to [r] */
	double *change;  /* L, of the covariance's change L M L' */
	double size;     /* M */
	bool settled;    /* for good: F = 1, K = g */
	size_t still;    /* steps since K was seen to be g */
};

/* Before the first observation: F = Var y, K F = Cov(a_2, y_1), where a_2[i] is
 * the sum over j >= i of phi_j y_{1+i-j} + theta_j e_{1+i-j}. */
static bool
filter_start(struct filter *f, const struct arma *a, double *change)
{
	size_t rows = a->r + 2, last = a->r + a->ma;
	double *triangle = a->work, *covariance, *psi, *u;

	*f = (struct filter){.a = a, .change = change};
	f->gain = triangle + a->ar * (a->ar + 1) / 2;
	covariance = f->gain + rows;
	psi = covariance + rows;
	u = psi + rows;
	if (!autoregression(a, triangle, u, last))
		return false;
	autocovariances(a, u, covariance);
	psi[0] = 1;
	for (size_t j = 1; j < a->r; j++) {
		psi[j] = a->theta[j];
		for (size_t i = 0; i < a->ar_lags && a->ar_lag[i] <= j; i++)
			psi[j] += a->phi[a->ar_lag[i]] * psi[j - a->ar_lag[i]];
	}
	f->variance = covariance[0];
	f->size = -f->variance;
	for (size_t i = 1; i <= a->r; i++) {
		double sum = 0;

		for (size_t l = 0; l < a->ar_lags; l++)
			if (a->ar_lag[l] >= i)
				sum += a->phi[a->ar_lag[l]] *
				       covariance[a->ar_lag[l] - i];
		for (size_t l = 0; l < a->ma_lags; l++)
			if (a->ma_lag[l] >= i)
				sum += a->theta[a->ma_lag[l]] *
				       psi[a->ma_lag[l] - i];
		f->gain[i] = sum;
		f->change[i] = sum / f->variance;
	}
	return isfinite(f->variance) && f->variance > 0;
}

/* v[1..r] becomes T v, which begins at v + 1. */
static void
turn(const struct arma *a, double *v)
{
	double first = v[1];

	for (size_t i = 0; i < a->ar_lags; i++)
		v[a->ar_lag[i] + 1] += a->phi[a->ar_lag[i]] * first;
}

/* a[1..r] += b[1..r] * factor */
static void
add(double *restrict a, const double *restrict b, double factor, size_t r)
{
	for (size_t i = 1; i <= r; i++)
		a[i] += b[i] * factor;
}

static void
look_whether_settled(struct filter *f)
{
	const double *phi = f->a->phi, *theta = f->a->theta;
	double largest = 0;

	if (f->variance - 1 > SETTLED_VARIANCE) {
		f->still = 0;
		return;
	}
	for (size_t i = 1; i <= f->a->r; i++) {
		double off = fabs(f->gain[i] - phi[i] - theta[i]);

		largest = off > largest ? off : largest;
	}
	f->still = largest <= SETTLED_GAIN ? f->still + 1 : 0;
	f->settled = f->still > f->a->r;
}

/* F, K F, L and M of the next observation:
 * F += M L1^2, K F += T L M L1, L = T L - K L1 (with the K before), M F stays.
 */
static void
filter_step(struct filter *f)
{
	double *restrict change = f->change, *restrict gain = f->gain;
	double first = change[1], moved = f->size * first;
	double share = first / f->variance;
	double variance = f->variance + moved * first;

	/* Rounding must not take what can never fall below the innovation. */
	if (variance < 1)
		variance = 1;
	turn(f->a, change);
	f->change = ++change;
	for (size_t i = 1; i <= f->a->r; i++) {
		double turned = change[i];

		change[i] = turned - gain[i] * share;
		gain[i] += turned * moved;
	}
	f->size *= f->variance / variance;
	f->variance = variance;
	look_whether_settled(f);
}

/* When settled, errors come from observations and errors alone. */
static double
settled_error(
    const struct arma *a, const double *y, const double *errors, size_t t)
{
	double error = y[t];

	for (size_t i = 0; i < a->ar_lags; i++)
		error -= a->phi[a->ar_lag[i]] * y[t - a->ar_lag[i]];
	for (size_t i = 0; i < a->ma_lags; i++)
		error -= a->theta[a->ma_lag[i]] * errors[t - a->ma_lag[i]];
	return error;
}

/* The covariance of the state before the first observation: its first column
 * follows from the gain, the rest from P = T P T' + g g' along the diagonals,
 * the last row first. */
static void
first_spread(const struct filter *f, double *ret)
{
	const double *phi = f->a->phi, *theta = f->a->theta;
	size_t r = f->a->r;
	double *first = xcalloc(r + 2, sizeof(*first));

	first[1] = f->variance - 1;
	for (size_t i = 1; i < r; i++)
		first[i + 1] =
		    f->gain[i] - phi[i] - theta[i] - phi[i] * first[1];
	for (size_t i = r; i > 0; i--)
		for (size_t j = r; j > 0; j--) {
			double p = phi[i] * phi[j] * first[1] +
				   phi[i] * first[j + 1] +
				   phi[j] * first[i + 1] +
				   (phi[i] + theta[i]) * (phi[j] + theta[j]);

			if (i < r && j < r)
				p += ret[i * r + j];
			ret[(i - 1) * r + j - 1] = p;
		}
	free(first);
}

static void
add_change(const struct filter *f, double *spread)
{
	size_t r = f->a->r;

	for (size_t i = 0; i < r; i++)
		for (size_t j = 0; j < r; j++)
			spread[i * r + j] +=
			    f->change[i + 1] * f->size * f->change[j + 1];
}

/* What the last observations and errors make of the state when settled. */
static void
settled_state(const struct arma *a, const double *y, const double *errors,
    size_t n, double *ret)
{
	for (size_t i = 1; i <= a->r; i++) {
		double sum = 0;

		for (size_t l = 0; l < a->ar_lags; l++)
			if (a->ar_lag[l] >= i)
				sum += a->phi[a->ar_lag[l]] *
				       y[n + i - 1 - a->ar_lag[l]];
		for (size_t l = 0; l < a->ma_lags; l++)
			if (a->ma_lag[l] >= i)
				sum += a->theta[a->ma_lag[l]] *
				       errors[n + i - 1 - a->ma_lag[l]];
		ret[i - 1] = sum;
	}
}

double
arma_filter(struct arma *a, const double *y, size_t n, size_t columns,
    double *ret_errors, double *ret_sd, struct arma_state *ret_state)
{
	size_t length = n + a->r + 2;
	double *room = xcalloc((columns + 1) * length, sizeof(*room));
	double logarithms = 0, product = 1;
	struct filter f;

	if (!filter_start(&f, a, room + columns * length)) {
		free(room);
		return NAN;
	}
	if (ret_state && ret_state->spread)
		first_spread(&f, ret_state->spread);
	for (size_t t = 0; t < n; t++) {
		double sd = sqrt(f.variance);

		if (ret_sd)
			ret_sd[t] = sd;
		for (size_t c = 0; c < columns; c++) {
			const double *values = y + c * n;
			double *errors = ret_errors + c * n;
			double *state = room + c * length + t, error;

			if (f.settled) {
				errors[t] = settled_error(a, values, errors, t);
				continue;
			}
			error = values[t] - state[1];
			errors[t] = error / sd;
			turn(a, state);
			add(state + 1, f.gain, error / f.variance, a->r);
		}
		if (f.settled)
			continue;
		/* One logarithm for many variances. */
		product *= f.variance;
		if (product > 1e100) {
			logarithms += log(product);
			product = 1;
		}
		if (ret_state && ret_state->spread)
			add_change(&f, ret_state->spread);
		filter_step(&f);
	}
	if (ret_state && f.settled)
		settled_state(a, y, ret_errors, n, ret_state->mean);
	else if (ret_state)
		memcpy(ret_state->mean, room + n + 1, a->r * sizeof(double));
	free(room);
	return logarithms + log(product);
}
