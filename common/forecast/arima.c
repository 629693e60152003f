/* SPDX-License-Identifier: ISC */
/* What ARIMA says of the future. */
#include <stdlib.h>

#include "forecast/arima_priv.h"

/* Covariance of the state, in units of the innovations', that is none. */
#define LEAST_SPREAD 1e-10

/* Coefficients of (1 - B)^d (1 - B^m)^D, the leading 1 included; returns the
 * highest lag. */
static size_t
differences(const struct forecast_arima_order *o, size_t period, double *ret)
{
	size_t top = 0;

	ret[0] = 1;
	for (size_t i = 0; i < o->d + o->D; i++) {
		size_t lag = i < o->d ? 1 : period;

		for (size_t j = top + 1; j <= top + lag; j++)
			ret[j] = 0;
		top += lag;
		for (size_t j = top; j >= lag; j--)
			ret[j] -= ret[j - lag];
	}
	return top;
}

/* A column as a process without a mean: its forecasts from the state of its
 * differences, which goes on without errors, summed up again from its last
 * values. */
static void
extend(const struct arima_fit *fit, const double *column, double *state,
    const double *delta, size_t top, size_t horizon, double *ret)
{
	const struct arma *a = &fit->arma;

	for (size_t h = 0; h < horizon; h++) {
		double first = a->r ? state[0] : 0;

		for (size_t i = 0; i < a->r; i++)
			state[i] = a->phi[i + 1] * first +
				   (i + 1 < a->r ? state[i + 1] : 0);
		ret[h] = first;
		for (size_t j = 1; j <= top; j++) {
			if (delta[j] == 0)
				continue;
			ret[h] -= delta[j] * (j <= h ? ret[h - j]
						     : column[fit->n + h - j]);
		}
	}
}

/* The same of a column whose state is not known yet. */
static void
extend_column(struct arima_fit *fit, const double *column, const double *delta,
    size_t top, size_t horizon, double *ret)
{
	double *w = xcalloc(fit->used + 1, sizeof(*w));
	double *errors = xcalloc(fit->used + 1, sizeof(*errors));
	struct arma_state state = {
	    xcalloc(fit->arma.r + 1, sizeof(double)), NULL};

	for (size_t t = 0; t < fit->used; t++)
		for (size_t j = 0; j <= top; j++)
			if (delta[j] != 0)
				w[t] += delta[j] *
					column[fit->n - fit->used + t - j];
	arma_filter(&fit->arma, w, fit->used, 1, errors, NULL, &state);
	extend(fit, column, state.mean, delta, top, horizon, ret);
	free(state.mean);
	free(errors);
	free(w);
}

/* What an error of the state does to step h: 1 / (phi(B) delta(B)) in
 * ret_response[0..horizon). */
static void
responses(const struct arima_fit *fit, const double *delta, size_t top,
    size_t horizon, double *ret)
{
	const struct arma *a = &fit->arma;
	double *w = xcalloc(horizon + 1, sizeof(*w));

	for (size_t h = 0; h < horizon; h++) {
		w[h] = h == 0;
		for (size_t i = 0; i < a->ar_lags && a->ar_lag[i] <= h; i++)
			w[h] += a->phi[a->ar_lag[i]] * w[h - a->ar_lag[i]];
		ret[h] = w[h];
		for (size_t j = 1; j <= top && j <= h; j++)
			if (delta[j] != 0)
				ret[h] -= delta[j] * ret[h - j];
	}
	free(w);
}

/* Variances, in units of the innovations': of the innovations to come, by the
 * psi weights, and of the state that they start from. */
static void
variances(const struct arima_fit *fit, const double *response, size_t horizon,
    double *ret)
{
	const struct arma *a = &fit->arma;
	double sum = 0, trace = 0;

	for (size_t i = 0; i < a->r && fit->state.spread; i++)
		trace += fit->state.spread[i * a->r + i];
	for (size_t h = 0; h < horizon; h++) {
		size_t reach = h + 1 < a->r ? h + 1 : a->r;
		double psi = response[h], state = 0;

		for (size_t j = 0; j < a->ma_lags && a->ma_lag[j] <= h; j++)
			psi +=
			    a->theta[a->ma_lag[j]] * response[h - a->ma_lag[j]];
		sum += psi * psi;
		for (size_t i = 0; i < reach && trace > LEAST_SPREAD; i++) {
			const double *row = fit->state.spread + i * a->r;

			for (size_t j = 0; j < reach; j++)
				state +=
				    row[j] * response[h - i] * response[h - j];
		}
		ret[h] = sum + (state > 0 ? state : 0);
	}
}

/* A regressor's past and future; the constant is 1, or the number of the
 * observation when it is a drift. */
static void
regressor(const struct arima_fit *fit, const double *x, const double *future,
    size_t c, size_t horizon, double *ret)
{
	bool constant = fit->order.constant && c + 1 == fit->regressors;
	bool drift = fit->order.d + fit->order.D > 0;

	for (size_t t = 0; t < fit->n + horizon; t++)
		ret[t] = constant     ? (drift ? (double)t + 1 : 1)
			 : t < fit->n ? x[c * fit->n + t]
				      : future[c * horizon + t - fit->n];
}

void
arima_predict(struct arima_fit *fit, const struct forecast_series *s,
    const double *x, const double *future, size_t horizon, double *ret_mean,
    double *ret_sd, double *ret_off)
{
	size_t n = fit->n, k = fit->regressors, r = fit->arma.r, top;
	size_t lags = fit->order.d + fit->order.D * fit->period;
	double *delta = xcalloc(lags + 1, sizeof(double));
	double *rest = xcalloc(n + 1, sizeof(double));
	double *column = xcalloc(n + horizon, sizeof(double));
	double *off = xcalloc(horizon * k + 1, sizeof(double));
	double *added = xcalloc(horizon, sizeof(double));
	double *state = xcalloc(r + 1, sizeof(double));
	double *response = xcalloc(horizon, sizeof(double));

	top = differences(&fit->order, fit->period, delta);
	memcpy(rest, s->y, n * sizeof(*rest));
	for (size_t c = 0; c < k; c++) {
		double *moves = off + c * horizon;

		regressor(fit, x, future, c, horizon, column);
		for (size_t t = 0; t < n; t++)
			rest[t] -= fit->beta[c] * column[t];
		extend_column(fit, column, delta, top, horizon, moves);
		for (size_t h = 0; h < horizon; h++) {
			moves[h] = column[n + h] - moves[h];
			added[h] += fit->beta[c] * column[n + h];
		}
	}
	memcpy(state, fit->state.mean, r * sizeof(*state));
	extend(fit, rest, state, delta, top, horizon, ret_mean);
	responses(fit, delta, top, horizon, response);
	variances(fit, response, horizon, ret_sd);
	for (size_t h = 0; h < horizon; h++) {
		ret_mean[h] += added[h];
		for (size_t c = 0; c < k; c++)
			for (size_t l = 0; l < k; l++)
				ret_sd[h] += fit->covariance[c * k + l] *
					     off[c * horizon + h] *
					     off[l * horizon + h];
		ret_sd[h] = fit->sd * sqrt(ret_sd[h]);
	}
	if (ret_off)
		memcpy(ret_off, off, horizon * k * sizeof(*off));
	free(delta);
	free(rest);
	free(column);
	free(off);
	free(added);
	free(state);
	free(response);
}

/* The variance was estimated with the coefficients, so that errors ahead are
 * Student's; that these are estimates too makes the mean squared error of a
 * forecast about 1 + k / n times as large, for k of them (H. Akaike, Fitting
 * autoregressive models for prediction, 1969: the final prediction error). */
static void
put_bounds(const struct arima_fit *fit, const double *sd, double wide,
    struct forecast *f)
{
	double n = (double)fit->used, k = (double)fit->parameters;
	double freedom = fmax(n - k + 1, 1);

	wide *= sqrt(1 + k / n);
	for (int l = 0; l < FORECAST_LEVELS; l++) {
		double t = forecast_t_quantile(
		    forecast_normal_tail(forecast_z[l]), freedom);

		for (size_t h = 0; h < f->horizon; h++) {
			f->low[l][h] = f->mean[h] - t * wide * sd[h];
			f->high[l][h] = f->mean[h] + t * wide * sd[h];
		}
	}
}

/* The fit's own words and forecasts, with intervals so much wider; releases
 * it. */
static int
tell(struct arima_fit *fit, const struct forecast_series *s,
    const struct forecast_ask *ask, double wide, struct forecast *ret,
    struct err *err)
{
	double *sd = xcalloc(ask->horizon, sizeof(*sd));
	struct forecast f;

	forecast_make(&f, s->n, ask->horizon);
	arima_name(&fit->order, s->period, f.method);
	f.log_likelihood = fit->log_likelihood;
	f.aicc = fit->aicc;
	f.parameters = fit->parameters;
	for (size_t t = 0; t < s->n; t++)
		f.fitted[t] = s->y[t] - fit->innovations[t];
	arima_predict(fit, s, NULL, NULL, ask->horizon, f.mean, sd, NULL);
	put_bounds(fit, sd, wide, &f);
	free(sd);
	arima_fit_release(fit);
	if (forecast_finish(&f, ask, err) < 0) {
		forecast_release(&f);
		return -1;
	}
	*ret = f;
	return 0;
}

int
forecast_arima(const struct forecast_series *s, const struct forecast_ask *ask,
    const struct forecast_arima_order *order, struct forecast *ret,
    struct err *err)
{
	struct arima_fit fit;

	if (arima_fit(s, NULL, 0, order, ARIMA_FULL, &fit, err) < 0)
		return -1;
	return tell(&fit, s, ask, 1, ret, err);
}

/* Seasons too long for lags are taken out by decomposition and repeated. */
static int
without_season(const struct forecast_series *s, const struct forecast_ask *ask,
    bool thorough, double wide, struct forecast *ret, struct err *err)
{
	double *y = xcalloc(s->n, sizeof(*y));
	struct forecast_series plain = {.y = y, .n = s->n, .period = 1};
	struct forecast_ask any = {ask->horizon, false};
	struct forecast_parts parts;
	struct arima_fit fit;
	struct forecast f;
	int code = -1;

	if (forecast_mstl(s->y, s->n, &s->period, 1, false, &parts, err) < 0) {
		free(y);
		return -1;
	}
	for (size_t t = 0; t < s->n; t++)
		y[t] = s->y[t] - parts.seasonal[0][t];
	if (arima_choose(&plain, NULL, 0, thorough, &fit, err) == 0)
		code = tell(&fit, &plain, &any, wide, &f, err);
	if (code == 0) {
		char name[sizeof(f.method)];

		memcpy(name, f.method, sizeof(name));
		snprintf(f.method, sizeof(f.method), "STL + %.40s", name);
		for (size_t t = 0; t < s->n; t++)
			f.fitted[t] += parts.seasonal[0][t];
		for (size_t h = 0; h < ask->horizon; h++) {
			double season =
			    parts.seasonal[0][s->n - s->period + h % s->period];

			f.mean[h] += season;
			for (int l = 0; l < FORECAST_LEVELS; l++) {
				f.low[l][h] += season;
				f.high[l][h] += season;
			}
		}
		code = forecast_finish(&f, ask, err);
		if (code == 0)
			*ret = f;
		else
			forecast_release(&f);
	}
	forecast_parts_release(&parts);
	free(y);
	return code;
}

static int
choose(const struct forecast_series *s, const struct forecast_ask *ask,
    bool thorough, double wide, struct forecast_arima_order *ret_order,
    struct forecast *ret, struct err *err)
{
	struct forecast_series known = *s;
	struct arima_fit fit;

	if (s->n / 2 < s->period)
		known.period = 1;
	if (known.period > ARIMA_LONG_SEASON)
		return without_season(s, ask, thorough, wide, ret, err);
	if (arima_choose(&known, NULL, 0, thorough, &fit, err) < 0)
		return -1;
	*ret_order = fit.order;
	return tell(&fit, &known, ask, wide, ret, err);
}

int
forecast_arima_quick(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err)
{
	struct forecast_arima_order order;

	return choose(s, ask, false, forecast_of_many(s->n), &order, ret, err);
}

int
forecast_arima_chosen(const struct forecast_series *s,
    const struct forecast_ask *ask, bool thorough,
    struct forecast_arima_order *ret_order, struct forecast *ret,
    struct err *err)
{
	return choose(s, ask, thorough, 1, ret_order, ret, err);
}

int
forecast_arima_thorough(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err)
{
	struct forecast_arima_order order;

	return choose(s, ask, true, forecast_of_many(s->n), &order, ret, err);
}
