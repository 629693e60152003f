/* SPDX-License-Identifier: ISC */
/*
 * From a start to the nearest parameters under which a series is most likely.
 * Every criterion of ets_model.c is, but for a logarithm, a sum of squares: so
 * the steps are those of Levenberg & Marquardt (D. W. Marquardt, An algorithm
 * for least-squares estimation of nonlinear parameters, SIAM Journal 11, 1963),
 * with the derivatives from there, over all parameters at once. What meets a
 * bound stays there while the rest moves on.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

void
forecast_ets_search_init(
    struct forecast_ets_search *s, const struct forecast_ets_model *m)
{
	size_t count = m->count;

	*s = (struct forecast_ets_search){.model = m};
	for (size_t i = 0; i < m->smoothing; i++) {
		bool damping = m->damped && i == m->phi;

		s->low[i] = i == 0 ? FORECAST_ETS_LEAST : damping ? 0.8 : 0;
		s->high[i] = i == 0    ? 1 - FORECAST_ETS_LEAST
			     : damping ? 0.98
				       : 1;
	}
	forecast_ets_derivatives_init(&s->d, m);
	s->room = xcalloc(
	    count * count + 3 * count + 3 * m->period + 4, sizeof(double));
	s->matrix = s->room;
	s->trial = s->matrix + count * count;
	s->step = s->trial + count;
	s->half = s->step + count;
	s->state.season = s->half + count;
	s->polynomial = s->state.season + m->period;
	s->moving = xcalloc(count, sizeof(*s->moving));
}

void
forecast_ets_search_release(struct forecast_ets_search *s)
{
	free(s->d.room);
	free(s->room);
	free(s->moving);
}

/* Whether what is long past loses its weight: the roots of the characteristic
 * equation lie within the unit circle (10.9 of the book), by the recursion of
 * Schur & Cohn. Without a trend or a season the bounds alone see to it. */
static bool
admissible(struct forecast_ets_search *s, const double *x)
{
	const struct forecast_ets_model *m = s->model;
	struct forecast_ets_weights w = forecast_ets_weights(m, x);
	double *p = s->polynomial, *q = p + m->period + 2, power = 1;
	double every = w.alpha + w.beta - w.alpha * w.phi;
	size_t degree = m->period + 1;

	if (!m->trend || m->season == 'N')
		return true;
	p[0] = w.phi * (1 - w.alpha - w.gamma);
	p[1] = every + w.gamma - 1;
	for (size_t i = 2; i < m->period; i++)
		p[i] = every;
	p[m->period] = w.alpha + w.beta - w.phi;
	p[degree] = 1;
	/* A root on the circle is none beyond it by rounding. */
	for (size_t i = 0; i <= degree; i++) {
		p[i] *= power;
		power *= 1.0001;
	}
	for (; degree > 0; degree--) {
		double ratio = p[0] / p[degree];

		if (!(fabs(ratio) < 1))
			return false;
		for (size_t i = 0; i < degree; i++)
			q[i] = p[i + 1] - ratio * p[degree - 1 - i];
		memcpy(p, q, degree * sizeof(*p));
	}
	return true;
}

double
forecast_ets_value(struct forecast_ets_search *s, const double *x)
{
	double value = forecast_ets_walk(s->model, x, &s->state, NULL);

	return value < INFINITY && admissible(s, x) ? value : INFINITY;
}

/* An element of the symmetric matrix of which the part below the diagonal is
 * there. */
static double
curvature(const struct forecast_ets_search *s, size_t i, size_t k)
{
	size_t width = s->model->width, row = i > k ? i : k;

	return ((const double *)(s->d.curvature + row * width))[i + k - row];
}

/* Solves (curvature + lambda * its diagonal) * step = -gradient over the first
 * `count` of s->moving, by Cholesky; the others move by step as it is. */
static void
solve(struct forecast_ets_search *s, size_t count, double lambda)
{
	const size_t *at = s->moving, all = s->model->count;
	const double *gradient = (const double *)s->d.gradient;
	double *step = s->step, *half = s->half;

	for (size_t i = 0; i < count; i++) {
		const double *from =
		    (const double *)(s->d.curvature + at[i] * s->model->width);
		double *row = s->matrix + i * all, diagonal = from[at[i]];
		double pivot = diagonal * (1 + lambda), sum = -gradient[at[i]];

		for (size_t k = 0; k < s->model->smoothing; k++)
			if (s->pinned[k] && step[k] != 0)
				sum -= step[k] * curvature(s, at[i], k);
		for (size_t k = 0; k < i; k++) {
			const double *other = s->matrix + k * all;
			double v = from[at[k]];

			for (size_t j = 0; j < k; j++)
				v -= row[j] * other[j];
			row[k] = v *= other[k];
			pivot -= v * v;
			sum -= v * half[k];
		}
		/* The reciprocal of the root; what changes nothing by itself
		 * is not moved. */
		row[i] = pivot > 1e-13 * diagonal ? 1 / sqrt(pivot) : 0;
		half[i] = sum * row[i];
	}
	for (size_t i = count; i-- > 0;) {
		double sum = half[i];

		for (size_t k = i + 1; k < count; k++)
			sum -= s->matrix[k * all + i] * step[at[k]];
		step[at[i]] = sum * s->matrix[i * all + i];
	}
}

/* The step from x, over the parameters from `first` on, that ends within the
 * bounds. */
static void
propose(
    struct forecast_ets_search *s, const double *x, size_t first, double lambda)
{
	const struct forecast_ets_model *m = s->model;
	const double *gradient = (const double *)s->d.gradient;
	bool met;

	for (size_t i = 0; i < m->smoothing; i++) {
		s->step[i] = 0;
		s->pinned[i] = i < first ||
			       (x[i] <= s->low[i] && gradient[i] >= 0) ||
			       (x[i] >= s->high[i] && gradient[i] <= 0);
	}
	do {
		size_t count = 0;

		for (size_t i = 0; i < m->count; i++)
			if (i >= m->smoothing || !s->pinned[i])
				s->moving[count++] = i;
		solve(s, count, lambda);
		met = false;
		for (size_t i = 0; i < m->smoothing; i++) {
			if (s->pinned[i])
				continue;
			if (x[i] + s->step[i] < s->low[i])
				s->step[i] = s->low[i] - x[i];
			else if (x[i] + s->step[i] > s->high[i])
				s->step[i] = s->high[i] - x[i];
			else
				continue;
			s->pinned[i] = met = true;
		}
	} while (met);
}

static double
try_step(struct forecast_ets_search *s, const double *x)
{
	const struct forecast_ets_model *m = s->model;

	for (size_t i = 0; i < m->count; i++)
		s->trial[i] = x[i] + s->step[i];
	for (size_t i = 0; i < m->smoothing; i++)
		s->trial[i] = fmin(fmax(s->trial[i], s->low[i]), s->high[i]);
	return forecast_ets_value(s, s->trial);
}

double
forecast_ets_project(struct forecast_ets_search *s, double *x)
{
	double value = forecast_ets_value(s, x), next;

	if (isinf(value))
		return value;
	forecast_ets_derive(s->model, x, &s->state, &s->d);
	propose(s, x, s->model->smoothing, 1e-9);
	next = try_step(s, x);
	if (!(next < value))
		return value;
	memcpy(x, s->trial, s->model->count * sizeof(*x));
	return next;
}

double
forecast_ets_improve(struct forecast_ets_search *s, double *x)
{
	enum { ROUNDS = 60, TRIES = 8 };
	/* In units of log likelihood. */
	const double negligible = 1e-4;
	const struct forecast_ets_model *m = s->model;
	double value = forecast_ets_value(s, x), lambda = 1e-3, gain = INFINITY;

	for (unsigned round = 0;
	     round < ROUNDS && isfinite(value) && gain > negligible; round++) {
		double next;
		unsigned tries = 0;

		forecast_ets_derive(m, x, &s->state, &s->d);
		for (;;) {
			propose(s, x, 0, lambda);
			next = try_step(s, x);
			if (next < value || ++tries == TRIES)
				break;
			lambda *= 8;
		}
		if (!(next < value))
			break;
		if (tries == 0)
			lambda /= 10;
		gain = (value - next) * (double)m->n / 2;
		value = next;
		memcpy(x, s->trial, m->count * sizeof(*x));
	}
	return value;
}
