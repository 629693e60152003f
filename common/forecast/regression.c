/* SPDX-License-Identifier: ISC */
/* What drivers do to a series, and what other plans for them would. */
#include <stdlib.h>

#include "forecast/arima_priv.h"

/* Observations that are needed: so many, and so many for each driver. */
#define LEAST       10
#define LEAST_EACH  5
#define LEAST_MOVES 3
/* Of its range, how far a driver may go beyond it. */
#define BEYOND 0.5
/* A driver of which others explain more than this share moves with them. */
#define MOVES_WITH 0.99
/* Of values near 1, what is left by rounding. */
#define ROUNDING 1e-12

struct regression {
	const struct forecast_series *s;
	const struct forecast_ask *ask;
	const struct forecast_driver *drivers;
	size_t count;
	struct forecast_effect *effect;
	size_t used;                /* drivers that varied */
	size_t *column;             /* of each used one, its driver */
	double *x, *before, *after; /* these, column after column */
	struct arima_fit fit;
};

static bool
differs(const struct regression *r, size_t driver)
{
	const struct forecast_driver *d = &r->drivers[driver];

	for (size_t h = 0; h < r->ask->horizon; h++)
		if (d->before[h] != d->after[h])
			return true;
	return false;
}

/* ---- what is plain to see ------------------------------------------------ */

static void
look_at(const struct forecast_driver *d, size_t n, struct forecast_effect *e)
{
	*e = (struct forecast_effect){.least = d->past[0],
	    .most = d->past[0],
	    .inflation = 1,
	    .with = SIZE_MAX};
	for (size_t t = 1; t < n; t++) {
		e->least = d->past[t] < e->least ? d->past[t] : e->least;
		e->most = d->past[t] > e->most ? d->past[t] : e->most;
		e->moves += d->past[t] != d->past[t - 1];
	}
	e->used = e->most > e->least;
}

static int
check_reach(const struct regression *r, size_t driver, struct err *err)
{
	const struct forecast_driver *d = &r->drivers[driver];
	const struct forecast_effect *e = &r->effect[driver];
	double beyond = BEYOND * (e->most - e->least);

	for (size_t h = 0; h < r->ask->horizon; h++) {
		if (d->after[h] == d->before[h])
			continue;
		if (d->after[h] > e->most + beyond)
			return err_set(err, ERR_USAGE,
			    "%s would be %g, and was never above %g: so far "
			    "history does not reach",
			    quoted(d->name), d->after[h], e->most);
		if (d->after[h] < e->least - beyond)
			return err_set(err, ERR_USAGE,
			    "%s would be %g, and was never below %g: so far "
			    "history does not reach",
			    quoted(d->name), d->after[h], e->least);
	}
	return 0;
}

/* How much of a driver's squares lie off the straight line through it, and off
 * the means of its phases of a season. */
static void
share_off(const double *y, size_t n, size_t period, double *ret_line,
    double *ret_season)
{
	double unit = forecast_unit(y, n), mean = 0, slope = 0, spread = 0;
	double middle = (double)(n - 1) / 2, all = 0, line = 0, season = 0;
	double *sum = xcalloc(period, sizeof(*sum));

	for (size_t t = 0; t < n; t++) {
		double x = (double)t - middle;

		mean += y[t] / unit / (double)n;
		slope += y[t] / unit * x;
		spread += x * x;
	}
	slope /= spread;
	for (size_t t = 0; t < n; t++) {
		double v = y[t] / unit - mean;
		double off = v - slope * ((double)t - middle);
		size_t phase = t % period, count = (n - phase - 1) / period + 1;

		all += v * v;
		line += off * off;
		sum[phase] += v / (double)count;
	}
	for (size_t t = 0; t < n; t++) {
		double off = y[t] / unit - mean - sum[t % period];

		season += off * off;
	}
	free(sum);
	*ret_line = line / all;
	*ret_season = season / all;
}

static int
refuse_even(const char *name, struct err *err)
{
	return err_set(err, ERR_USAGE,
	    "%s changed evenly: what it does cannot be told from the trend",
	    name);
}

static int
refuse_seasonal(const char *name, struct err *err)
{
	return err_set(err, ERR_USAGE,
	    "%s was the same in every season: what it does cannot be told from "
	    "the season",
	    name);
}

static int
check_driver(const struct regression *r, size_t driver, struct err *err)
{
	const struct forecast_effect *e = &r->effect[driver];
	const char *name = quoted(r->drivers[driver].name);
	double line, season;

	if (!differs(r, driver))
		return 0;
	if (!e->used)
		return err_set(err, ERR_USAGE,
		    "%s was always %g: history does not tell what it does",
		    name, e->most);
	if (e->moves < LEAST_MOVES)
		return err_set(err, ERR_USAGE,
		    "%s changed only %s: what happened then may have had other "
		    "reasons",
		    name, e->moves == 1 ? "once" : "twice");
	share_off(
	    r->drivers[driver].past, r->s->n, r->s->period, &line, &season);
	if (line < 1 - MOVES_WITH)
		return refuse_even(name, err);
	if (r->s->period > 1 && season < 1 - MOVES_WITH)
		return refuse_seasonal(name, err);
	return check_reach(r, driver, err);
}

static int
look(struct regression *r, struct err *err)
{
	size_t needed = LEAST + LEAST_EACH * r->count;

	if (r->s->n < needed)
		return err_set(err, ERR_USAGE,
		    "there are %zu observations; to tell what %zu driver%s "
		    "do%s takes %zu",
		    r->s->n, r->count, plural((int64_t)r->count),
		    r->count == 1 ? "es" : "", needed);
	for (size_t i = 0; i < r->count; i++) {
		look_at(&r->drivers[i], r->s->n, &r->effect[i]);
		if (check_driver(r, i, err) < 0)
			return -1;
		if (r->effect[i].used)
			r->column[r->used++] = i;
	}
	return 0;
}

/* ---- who moves with whom ------------------------------------------------- */

/* The share of the squares of column `c` (of k, n rows, centred) that the
 * others explain. */
static double
explained(const double *rows, size_t n, size_t k, size_t c)
{
	double *others = xcalloc(n * k, sizeof(*others));
	double *y = xcalloc(n, sizeof(*y)), *b = xcalloc(k, sizeof(*b));
	double unit, all = 0, left;

	for (size_t t = 0; t < n; t++) {
		y[t] = rows[t * k + c];
		for (size_t i = 0; i < k; i++)
			others[t * k + i] = i == c ? 0 : rows[t * k + i];
	}
	unit = forecast_unit(y, n);
	for (size_t t = 0; t < n; t++) {
		y[t] /= unit;
		all += y[t] * y[t];
	}
	forecast_least_squares(others, y, n, k, b, NULL, &left);
	free(others);
	free(y);
	free(b);
	return all > 0 ? 1 - left / all : 1;
}

static double
correlation(const double *rows, size_t n, size_t k, size_t a, size_t b)
{
	double aa = 0, bb = 0, ab = 0;

	for (size_t t = 0; t < n; t++) {
		aa += rows[t * k + a] * rows[t * k + a];
		bb += rows[t * k + b] * rows[t * k + b];
		ab += rows[t * k + a] * rows[t * k + b];
	}
	return aa > 0 && bb > 0 ? fabs(ab) / sqrt(aa) / sqrt(bb) : 0;
}

/* The used drivers as the fit sees them: differenced, near 1, around 0. */
static double *
differenced(const struct regression *r)
{
	const struct arima_fit *fit = &r->fit;
	size_t n = fit->used, k = r->used;
	double *rows = xcalloc(n * k + 1, sizeof(*rows));
	double *w = xcalloc(n + 1, sizeof(*w));

	for (size_t c = 0; c < k; c++) {
		const double *past = r->x + c * fit->n;
		double mean = 0;

		arima_difference(past, fit->n, forecast_unit(past, fit->n),
		    &fit->order, fit->period, w);
		for (size_t t = 0; t < n; t++)
			mean += w[t] / (double)n;
		for (size_t t = 0; t < n; t++) {
			double v = w[t] - mean;

			rows[t * k + c] = fabs(v) > ROUNDING ? v : 0;
		}
	}
	free(w);
	return rows;
}

static int
check_company(struct regression *r, struct err *err)
{
	double *rows = differenced(r);
	size_t n = r->fit.used, k = r->used;
	int rc = 0;

	for (size_t c = 0; c < k && rc == 0; c++) {
		size_t driver = r->column[c];
		struct forecast_effect *e = &r->effect[driver];
		double share = explained(rows, n, k, c), closest = 0;
		bool vanished = correlation(rows, n, k, c, c) == 0;

		for (size_t i = 0; i < k; i++) {
			double near =
			    i == c ? 0 : correlation(rows, n, k, c, i);

			if (near > closest) {
				closest = near;
				e->with = r->column[i];
			}
		}
		e->inflation = share < 1 ? 1 / (1 - share) : INFINITY;
		if (!differs(r, driver))
			continue;
		if (vanished)
			rc = (r->fit.order.D ? refuse_seasonal : refuse_even)(
			    quoted(r->drivers[driver].name), err);
		else if (share > MOVES_WITH)
			rc = err_set(err, ERR_USAGE,
			    "%s always moved with %s%s: what each of them does "
			    "cannot be told",
			    quoted(r->drivers[driver].name),
			    quoted(r->drivers[e->with].name),
			    k > 2 ? " or others" : "");
	}
	free(rows);
	return rc;
}

/* ---- the answer ---------------------------------------------------------- */

static void
lay_out(struct regression *r)
{
	size_t n = r->s->n, horizon = r->ask->horizon;

	r->x = xcalloc(n * r->used + 1, sizeof(double));
	r->before = xcalloc(horizon * r->used + 1, sizeof(double));
	r->after = xcalloc(horizon * r->used + 1, sizeof(double));
	for (size_t c = 0; c < r->used; c++) {
		const struct forecast_driver *d = &r->drivers[r->column[c]];

		memcpy(r->x + c * n, d->past, n * sizeof(double));
		memcpy(r->before + c * horizon, d->before,
		    horizon * sizeof(double));
		memcpy(
		    r->after + c * horizon, d->after, horizon * sizeof(double));
	}
}

static double
freedom_of(const struct regression *r)
{
	return (double)r->fit.used - (double)r->fit.parameters + 1;
}

/* Half the width of an interval is so many standard errors. */
static double
width_of(const struct regression *r, enum forecast_level level, double choices)
{
	static const double tails[FORECAST_LEVELS] = {0.1, 0.025};

	return forecast_t_quantile(tails[level] / choices, freedom_of(r));
}

static int
predict(struct regression *r, const double *plan, struct forecast *ret,
    struct err *err)
{
	size_t horizon = r->ask->horizon;
	double *sd = xcalloc(horizon, sizeof(*sd));
	char name[64];

	forecast_make(ret, r->s->n, horizon);
	arima_name(&r->fit.order, r->s->period, name);
	snprintf(ret->method, sizeof(ret->method), "regression, %.50s", name);
	ret->log_likelihood = r->fit.log_likelihood;
	ret->aicc = r->fit.aicc;
	ret->parameters = r->fit.parameters;
	for (size_t t = 0; t < r->s->n; t++)
		ret->fitted[t] = r->s->y[t] - r->fit.innovations[t];
	arima_predict(&r->fit, r->s, r->x, plan, horizon, ret->mean, sd, NULL);
	for (size_t h = 0; h < horizon; h++)
		for (int l = 0; l < FORECAST_LEVELS; l++) {
			double half = width_of(r, l, 1) * sd[h];

			ret->low[l][h] = ret->mean[h] - half;
			ret->high[l][h] = ret->mean[h] + half;
		}
	free(sd);
	return forecast_finish(ret, r->ask, err);
}

static double
choices_of(const struct forecast_driver *d)
{
	return d->choices > 1 ? d->choices : 1;
}

/* Of all drivers that are changed. */
static double
all_choices(const struct regression *r)
{
	double choices = 1;

	for (size_t c = 0; c < r->used; c++)
		if (differs(r, r->column[c]))
			choices *= choices_of(&r->drivers[r->column[c]]);
	return choices;
}

static void
effects(struct regression *r)
{
	size_t stride = r->fit.regressors;

	for (size_t c = 0; c < r->used; c++) {
		struct forecast_effect *e = &r->effect[r->column[c]];

		double choices = choices_of(&r->drivers[r->column[c]]);

		e->unit = r->fit.beta[c];
		e->error = r->fit.sd * sqrt(r->fit.covariance[c * stride + c]);
		for (int l = 0; l < FORECAST_LEVELS; l++) {
			e->low[l] =
			    e->unit - width_of(r, l, choices) * e->error;
			e->high[l] =
			    e->unit + width_of(r, l, choices) * e->error;
		}
	}
}

/* What moving the drivers by so much does, and the error of that. */
static double
moved(const struct regression *r, const double *by, double *ret_error)
{
	size_t stride = r->fit.regressors;
	double sum = 0, variance = 0;

	for (size_t c = 0; c < r->used; c++) {
		sum += by[c] * r->fit.beta[c];
		for (size_t i = 0; i < r->used; i++)
			variance +=
			    by[c] * by[i] * r->fit.covariance[c * stride + i];
	}
	*ret_error = variance > 0 ? r->fit.sd * sqrt(variance) : 0;
	return sum;
}

static int
compare(struct regression *r, struct forecast_simulation *ret, struct err *err)
{
	size_t horizon = r->ask->horizon;
	double *by = xcalloc(r->used + 1, sizeof(*by));
	double *all = xcalloc(r->used + 1, sizeof(*all)), error;
	double choices = all_choices(r);
	bool finite = true;

	for (size_t h = 0; h < horizon; h++) {
		for (size_t c = 0; c < r->used; c++) {
			size_t at = c * horizon + h;

			by[c] = r->after[at] - r->before[at];
			all[c] += by[c];
		}
		ret->mean[h] = moved(r, by, &error);
		for (int l = 0; l < FORECAST_LEVELS; l++) {
			double half = width_of(r, l, choices) * error;

			ret->low[l][h] = ret->mean[h] - half;
			ret->high[l][h] = ret->mean[h] + half;
			finite &= isfinite(ret->low[l][h]) &&
				  isfinite(ret->high[l][h]);
		}
	}
	ret->total = moved(r, all, &error);
	ret->chance = ret->total == 0;
	if (error > 0)
		ret->chance =
		    fmin(1, choices * 2 *
				forecast_t_tail(
				    fabs(ret->total) / error, freedom_of(r)));
	for (int l = 0; l < FORECAST_LEVELS; l++) {
		double half = width_of(r, l, choices) * error;

		ret->total_low[l] = ret->total - half;
		ret->total_high[l] = ret->total + half;
		finite &=
		    isfinite(ret->total_low[l]) && isfinite(ret->total_high[l]);
	}
	free(by);
	free(all);
	return finite ? 0
		      : err_set(err, ERR_USAGE, "the difference is not finite");
}

static int
answer(struct regression *r, struct forecast_simulation *ret, struct err *err)
{
	lay_out(r);
	if (arima_choose(r->s, r->x, r->used, false, &r->fit, err) < 0)
		return -1;
	if (check_company(r, err) < 0)
		return -1;
	effects(r);
	return predict(r, r->before, &ret->before, err) < 0 ||
		       predict(r, r->after, &ret->after, err) < 0
		   ? -1
		   : compare(r, ret, err);
}

static void
make(struct forecast_simulation *s, size_t count, size_t horizon)
{
	*s = (struct forecast_simulation){.count = count,
	    .mean = xcalloc(horizon, sizeof(double)),
	    .effect = xcalloc(count + 1, sizeof(*s->effect))};
	for (int l = 0; l < FORECAST_LEVELS; l++) {
		s->low[l] = xcalloc(horizon, sizeof(double));
		s->high[l] = xcalloc(horizon, sizeof(double));
	}
}

int
forecast_simulate(const struct forecast_series *s,
    const struct forecast_ask *ask, const struct forecast_driver *drivers,
    size_t count, struct forecast_simulation *ret, struct err *err)
{
	struct forecast_series known = *s;
	struct forecast_simulation made;
	struct regression r = {.s = &known,
	    .ask = ask,
	    .drivers = drivers,
	    .count = count,
	    .column = xcalloc(count + 1, sizeof(size_t))};
	int rc;

	/* Seasons too long, or seen hardly once, are none for lags. */
	if (s->n / 2 < s->period || s->period > ARIMA_LONG_SEASON)
		known.period = 1;
	make(&made, count, ask->horizon);
	r.effect = made.effect;
	rc = look(&r, err);
	if (rc == 0)
		rc = answer(&r, &made, err);
	free(r.column);
	free(r.x);
	free(r.before);
	free(r.after);
	arima_fit_release(&r.fit);
	if (rc < 0) {
		forecast_simulation_release(&made);
		return -1;
	}
	*ret = made;
	return 0;
}

void
forecast_simulation_release(struct forecast_simulation *s)
{
	forecast_release(&s->before);
	forecast_release(&s->after);
	free(s->mean);
	for (int l = 0; l < FORECAST_LEVELS; l++) {
		free(s->low[l]);
		free(s->high[l]);
	}
	free(s->effect);
	*s = (struct forecast_simulation){0};
}
