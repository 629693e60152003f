/* SPDX-License-Identifier: ISC */
/*
 * What all ways to find anomalies share, and the simplest of them, the moving
 * mean. The others: esd.c, rate.c, watch.c.
 */
#include <float.h>
#include <stdlib.h>

#include "forecast/forecast_priv.h"

const char *const forecast_severities[] = {"minor", "major", "critical", NULL};

enum forecast_severity
forecast_severity_of(double chance, double limit)
{
	return chance < limit / 100  ? FORECAST_CRITICAL
	       : chance < limit / 10 ? FORECAST_MAJOR
				     : FORECAST_MINOR;
}

double
forecast_to_scale(bool counts, double y)
{
	return counts ? 2 * sqrt(fmax(y, 0) + 0.375) : y;
}

double
forecast_from_scale(bool counts, double x)
{
	if (!counts)
		return x;
	x = fmax(x, 0);
	return fmax(0, x * x / 4 - 0.375);
}

bool
forecast_look_like_counts(const double *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isnan(y[i]) && (y[i] < 0 || y[i] != floor(y[i])))
			return false;
	return true;
}

double
forecast_bounded(double v)
{
	return fmin(fmax(v, -DBL_MAX), DBL_MAX);
}

/* ---- the result ---- */

void
forecast_anomalies_make(struct forecast_anomalies *a, size_t n)
{
	double *p = xcalloc(3 * n + 1, sizeof(*p));

	for (size_t i = 0; i < 3 * n; i++)
		p[i] = NAN;
	*a = (struct forecast_anomalies){
	    .n = n, .expected = p, .low = p + n, .high = p + 2 * n};
}

void
forecast_anomalies_add(
    struct forecast_anomalies *a, const struct forecast_anomaly *one)
{
	GROW(a->list, a->cap, a->count + 1);
	a->list[a->count++] = *one;
}

void
forecast_anomalies_release(struct forecast_anomalies *a)
{
	if (!a)
		return;
	free(a->expected);
	free(a->list);
	*a = (struct forecast_anomalies){0};
}

/* ---- the moving mean ---- */

/* Values of the window, in units in which squares do not overflow. */
struct moving {
	const double *y;
	size_t window;
	double unit;
	double sum, squares; /* of values less `base` */
	double base;
	size_t count;
};

static void
put_in(struct moving *m, size_t at, double sign)
{
	double d = m->y[at] / m->unit - m->base;

	if (isnan(d))
		return;
	m->sum += sign * d;
	m->squares += sign * d * d;
	m->count = sign > 0 ? m->count + 1 : m->count - 1;
}

static void
renew(struct moving *m, size_t at)
{
	m->sum = m->squares = m->base = 0;
	m->count = 0;
	for (size_t i = at - m->window; i < at; i++)
		if (!isnan(m->y[i]))
			m->base = m->y[i] / m->unit;
	for (size_t i = at - m->window; i < at; i++)
		put_in(m, i, 1);
}

/* To the window before `at`. Anew now and then, and when a value leaves beside
 * which the others are nothing: errors of rounding stay behind. */
static void
move_to(struct moving *m, size_t at)
{
	double before = m->squares;

	if (at % m->window == 0) {
		renew(m, at);
		return;
	}
	put_in(m, at - 1, 1);
	put_in(m, at - 1 - m->window, -1);
	if (before > 1e6 * m->squares)
		renew(m, at);
}

static void
judge(const struct moving *m, size_t at, double sigmas,
    struct forecast_anomalies *ret)
{
	double count = (double)m->count, mean = m->sum / count, sd, z, chance;
	double unit = m->unit, y = m->y[at];

	sd = sqrt(
	    fmax(0, m->squares / count - mean * mean) * count / (count - 1));
	/* What is left of a constant by rounding is no movement. */
	if (sd < 1e-9 * fabs(mean + m->base))
		sd = 0;
	mean += m->base;
	ret->expected[at] = mean * unit;
	ret->low[at] = forecast_bounded((mean - sigmas * sd) * unit);
	ret->high[at] = forecast_bounded((mean + sigmas * sd) * unit);
	z = fabs(y / unit - mean);
	if (isnan(y) || z <= sigmas * sd || z <= 1e-9 * fabs(mean))
		return;
	/* As if they were independent and normal. */
	z = sd > 0 ? z / (sd * sqrt(1 + 1 / count)) : INFINITY;
	chance = isfinite(z) ? 2 * forecast_t_tail(z, count - 1) : 0;
	forecast_anomalies_add(
	    ret, &(struct forecast_anomaly){.at = at,
		     .span = 1,
		     .value = y,
		     .expected = ret->expected[at],
		     .low = ret->low[at],
		     .high = ret->high[at],
		     .chance = fmin(1, chance * (double)ret->n),
		     .severity = forecast_severity_of(
			 chance, 2 * forecast_t_tail(sigmas, count - 1))});
}

int
forecast_moving_anomalies(const double *y, size_t n, size_t window,
    double sigmas, struct forecast_anomalies *ret, struct err *err)
{
	struct moving m = {.y = y, .window = window, .unit = 1};

	if (window < 2 || !(sigmas > 0))
		return err_set(err, ERR_USAGE,
		    "a moving mean needs a window of 2 or more");
	if (n <= window)
		return err_set(err, ERR_USAGE,
		    "a window of %zu needs more observations than that, there "
		    "are %zu",
		    window, n);
	for (size_t i = 0; i < n; i++)
		if (fabs(y[i]) > 1e100)
			m.unit = 1e200;
	forecast_anomalies_make(ret, n);
	for (size_t at = window; at < n; at++) {
		move_to(&m, at); /* the first one is a multiple of window */
		if (m.count * 2 >= window && m.count >= 2)
			judge(&m, at, sigmas, ret);
	}
	return 0;
}
