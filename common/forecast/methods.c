/* SPDX-License-Identifier: ISC */
/* The methods by the names under which people ask for them. */
#include "forecast/forecast_priv.h"

const struct forecast_method forecast_methods[] = {
    {"auto", "the middle of several, weighed by backtests", forecast_auto},
    {"auto-thorough", "the same with more of them, slowly",
	forecast_auto_thorough},
    {"naive", "the last value", forecast_naive},
    {"snaive", "the value of the last season", forecast_seasonal_naive},
    {"drift", "the line from the first value to the last", forecast_drift},
    {"theta", "smoothing with half the linear trend", forecast_theta},
    {"dotm", "the dynamic optimised theta model", forecast_dotm},
    {"ces", "complex exponential smoothing", forecast_ces},
    {"stl", "decomposition; several seasons", forecast_by_stl},
    {"croston", "sizes and intervals of orders", forecast_croston},
    {"sba", "the same without its bias", forecast_sba},
    {"tsb", "sizes of orders and how likely one is", forecast_tsb},
    {"ses", "simple exponential smoothing", forecast_ets_ANN},
    {"holt", "smoothing with a trend", forecast_ets_AAN},
    {"damped", "smoothing with a trend that dies out", forecast_ets_AAdN},
    {"hw-additive", "Holt-Winters, the season is added", forecast_ets_AAA},
    {"hw-multiplicative", "Holt-Winters, the season multiplies",
	forecast_ets_MAM},
    {"hw-damped-additive", "the same with a trend that dies out",
	forecast_ets_AAdA},
    {"hw-damped-multiplicative", "the same with a trend that dies out",
	forecast_ets_MAdM},
    {"ets", "the form of exponential smoothing with the least AICc",
	forecast_ets_chosen},
    {"ets-average", "all forms of it, by their AICc", forecast_ets_average},
    {"arima", "ARIMA, its orders chosen stepwise", forecast_arima_quick},
    {"arima-thorough", "the same with more orders and a closer look",
	forecast_arima_thorough},
    {0},
};

const struct forecast_method *
forecast_method_find(struct str name)
{
	for (const struct forecast_method *m = forecast_methods; m->name; m++)
		if (str_is(name, m->name))
			return m;
	for (const struct forecast_method *m = forecast_ets_methods; m->name;
	     m++)
		if (str_is(name, m->name))
			return m;
	return NULL;
}

int
forecast_method_need(
    struct str name, const struct forecast_method **ret, struct err *err)
{
	const struct forecast_method *found = forecast_method_find(name);
	struct nearest near;

	if (found) {
		*ret = found;
		return 0;
	}
	nearest_start(&near, name);
	for (const struct forecast_method *m = forecast_methods; m->name; m++)
		nearest_offer(&near, str_of(m->name));
	return nearest_err(&near, "method", err);
}

/* Times 2^exponent: exact. */
static void
scale(double *v, size_t n, int exponent)
{
	for (size_t i = 0; i < n; i++)
		v[i] = ldexp(v[i], exponent);
}

static int
run_scaled(const struct forecast_method *method,
    const struct forecast_series *s, const struct forecast_ask *ask,
    int exponent, struct forecast *ret, struct err *err)
{
	double *y = xcalloc(s->n, sizeof(*y));
	struct forecast_series scaled = *s;
	struct forecast f;
	int code;

	memcpy(y, s->y, s->n * sizeof(*y));
	scale(y, s->n, -exponent);
	scaled.y = y;
	code = method->run(&scaled, ask, &f, err);
	free(y);
	if (code < 0)
		return -1;
	scale(f.mean, f.horizon, exponent);
	scale(f.fitted, f.n, exponent);
	for (int l = 0; l < FORECAST_LEVELS; l++) {
		scale(f.low[l], f.horizon, exponent);
		scale(f.high[l], f.horizon, exponent);
	}
	f.log_likelihood = NAN;
	f.aicc = NAN;
	if (forecast_finish(&f, ask, err) < 0) {
		forecast_release(&f);
		return -1;
	}
	*ret = f;
	return 0;
}

int
forecast_run(const struct forecast_method *method,
    const struct forecast_series *s, const struct forecast_ask *ask,
    struct forecast *ret, struct err *err)
{
	double largest = 0;
	int exponent;

	if (!s->n)
		return err_set(err, ERR_USAGE, "there is no observation");
	if (!s->period)
		return err_set(err, ERR_USAGE, "the period must be at least 1");
	if (!ask->horizon)
		return err_set(
		    err, ERR_USAGE, "there is no step to be forecast");
	for (size_t t = 0; t < s->n; t++) {
		if (!isfinite(s->y[t]))
			return err_set(err, ERR_USAGE,
			    "observation %zu is not a finite number", t + 1);
		largest = fmax(largest, fabs(s->y[t]));
	}
	if (!(largest > 1e100 || (largest > 0 && largest < 1e-100)))
		return method->run(s, ask, ret, err);
	frexp(largest, &exponent);
	return run_scaled(method, s, ask, exponent, ret, err);
}
