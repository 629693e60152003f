/* SPDX-License-Identifier: ISC */
/*
 * Sums of squares of functions that are not linear: Levenberg's and Marquardt's
 * way between Gauss-Newton and steepest descent (Marquardt 1963, An algorithm
 * for least-squares estimation of nonlinear parameters, SIAM J. 11, 431-441;
 * the damping by gain of Nielsen 1999, IMM-REP-1999-05). Derivatives are
 * forward differences.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

#define DAMPING_FIRST 1e-3
#define DAMPING_LAST  1e12
#define DIFFERENCE    1e-6

struct marquardt {
	const struct forecast_residuals *ask;
	double *residuals, *trial; /* n each, at x and near it */
	double *jacobian;          /* parameter after parameter, n each */
	double *square;            /* J'J */
	double *factor;            /* of the damped one */
	double *gradient, *step, *moved;
	unsigned evaluations;
};

static double
evaluate(struct marquardt *m, const double *x, double *ret)
{
	double sum = 0;

	m->evaluations++;
	if (!m->ask->f(x, ret, m->ask->context))
		return INFINITY;
	for (size_t i = 0; i < m->ask->n; i++)
		sum += ret[i] * ret[i];
	return isfinite(sum) ? sum : INFINITY;
}

static double
dot(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* J, J'J and J'e at x; false where a neighbour is not allowed on either side.
 */
static bool
differentiate(struct marquardt *m, double *x)
{
	size_t n = m->ask->n, k = m->ask->parameters;

	for (size_t j = 0; j < k; j++) {
		double at = x[j], h = DIFFERENCE * (1 + fabs(at));
		double *column = m->jacobian + j * n;

		x[j] = at + h;
		if (!isfinite(evaluate(m, x, m->trial))) {
			x[j] = at - h;
			if (!isfinite(evaluate(m, x, m->trial))) {
				x[j] = at;
				return false;
			}
		}
		h = x[j] - at;
		x[j] = at;
		for (size_t i = 0; i < n; i++)
			column[i] = (m->trial[i] - m->residuals[i]) / h;
	}
	for (size_t j = 0; j < k; j++) {
		const double *column = m->jacobian + j * n;

		m->gradient[j] = dot(column, m->residuals, n);
		for (size_t l = 0; l <= j; l++)
			m->square[j * k + l] =
			    dot(column, m->jacobian + l * n, n);
	}
	return true;
}

/* (J'J + damping diag J'J) step = -J'e by Cholesky; false if not definite. */
static bool
solve(struct marquardt *m, double damping)
{
	size_t k = m->ask->parameters;
	double *l = m->factor, *z = m->step;

	for (size_t i = 0; i < k; i++)
		for (size_t j = 0; j <= i; j++) {
			double sum = m->square[i * k + j];

			/* What has no effect here has nowhere to go. */
			if (i == j)
				sum = sum > 0 ? sum * (1 + damping) : 1;
			for (size_t c = 0; c < j; c++)
				sum -= l[i * k + c] * l[j * k + c];
			if (i == j && !(sum > 0))
				return false;
			l[i * k + j] = i == j ? sqrt(sum) : sum / l[j * k + j];
		}
	for (size_t i = 0; i < k; i++) {
		z[i] = -m->gradient[i];
		for (size_t c = 0; c < i; c++)
			z[i] -= l[i * k + c] * z[c];
		z[i] /= l[i * k + i];
	}
	for (size_t i = k; i-- > 0;) {
		for (size_t c = i + 1; c < k; c++)
			z[i] -= l[c * k + i] * z[c];
		z[i] /= l[i * k + i];
	}
	return true;
}

/* By how much the linear model of the residuals promises to lower the sum. */
static double
promise(const struct marquardt *m, double damping)
{
	size_t k = m->ask->parameters;
	double sum = 0;

	for (size_t i = 0; i < k; i++)
		sum +=
		    m->step[i] * (damping * m->square[i * k + i] * m->step[i] -
				     m->gradient[i]);
	return sum;
}

static void
descend(struct marquardt *m, double *x, double *least)
{
	size_t k = m->ask->parameters;
	double damping = DAMPING_FIRST, growth = 2;
	bool fresh = false;

	while (m->evaluations + k < m->ask->evaluations &&
	       damping < DAMPING_LAST) {
		double sum, hope, gain;

		if (!fresh && !differentiate(m, x))
			return;
		fresh = true;
		if (!solve(m, damping)) {
			damping *= growth;
			growth *= 2;
			continue;
		}
		for (size_t i = 0; i < k; i++)
			m->moved[i] = x[i] + m->step[i];
		hope = promise(m, damping);
		if (!(hope > m->ask->tolerance * *least))
			return;
		sum = evaluate(m, m->moved, m->trial);
		gain = (*least - sum) / hope;
		if (!(gain > 0)) {
			damping *= growth;
			growth *= 2;
			continue;
		}
		memcpy(x, m->moved, k * sizeof(*x));
		memcpy(m->residuals, m->trial, m->ask->n * sizeof(*m->trial));
		*least = sum;
		gain = 2 * gain - 1;
		gain = 1 - gain * gain * gain;
		damping *= gain > 1.0 / 3 ? gain : 1.0 / 3;
		growth = 2;
		fresh = false;
	}
}

double
forecast_marquardt(const struct forecast_residuals *ask, double *x)
{
	size_t n = ask->n, k = ask->parameters;
	double *room =
	    xcalloc((2 + k) * n + 2 * k * k + 3 * k + 1, sizeof(*room));
	struct marquardt m = {.ask = ask,
	    .residuals = room,
	    .trial = room + n,
	    .jacobian = room + 2 * n,
	    .square = room + (2 + k) * n,
	    .factor = room + (2 + k) * n + k * k,
	    .gradient = room + (2 + k) * n + 2 * k * k,
	    .step = room + (2 + k) * n + 2 * k * k + k,
	    .moved = room + (2 + k) * n + 2 * k * k + 2 * k};
	double least = evaluate(&m, x, m.residuals);

	if (isfinite(least) && least > 0)
		descend(&m, x, &least);
	free(room);
	return least;
}
