/* SPDX-License-Identifier: ISC */
/*
 * The logistic regression: Newton's method, each step solved by conjugate
 * gradients, so that the Hessian is never written down and a row costs as much
 * as it has features. The base is one more variable, the last, without penalty.
 */
#include <math.h>
#include <string.h>

#include "stats/stats.h"

#define STEPS_MAX 100
#define CG_MAX    250
#define HALVINGS  40
#define TOLERANCE 1e-7 /* of the gradient, per row */

struct work {
	const struct stats_matrix *m;
	const uint8_t *outcome;
	double l2;
	size_t n;  /* variables: columns + 1 */
	double *w; /* the variables */
	double *gradient;
	double *diagonal; /* of the Hessian, to steer the search */
	double *spread;   /* p (1 - p) per row */
	double *step, *residual, *direction, *image, *scaled, *trial;
};

static double
row_sum(const struct stats_matrix *m, const double *v, size_t row)
{
	double sum = v[m->columns];

	for (size_t i = m->start[row]; i < m->start[row + 1]; i++)
		sum += v[m->column[i]];
	return sum;
}

/* log(1 + exp(v)) without overflow. */
static double
softplus(double v)
{
	return v > 0 ? v + log1p(exp(-v)) : log1p(exp(v));
}

static double
loss_at(const struct work *k, const double *v)
{
	double loss = 0;

	for (size_t r = 0; r < k->m->rows; r++) {
		double margin = row_sum(k->m, v, r);

		loss += softplus(k->outcome[r] ? -margin : margin);
	}
	for (size_t c = 0; c + 1 < k->n; c++)
		loss += k->l2 / 2 * v[c] * v[c];
	return loss;
}

/* Gradient, spreads and diagonal at w; returns the largest slope. */
static double
look_around(struct work *k)
{
	const struct stats_matrix *m = k->m;
	double largest = 0;

	for (size_t c = 0; c < k->n; c++) {
		bool base = c + 1 == k->n;

		k->gradient[c] = base ? 0 : k->l2 * k->w[c];
		k->diagonal[c] = base ? 1e-9 : k->l2 + 1e-9;
	}
	for (size_t r = 0; r < m->rows; r++) {
		double p = 1 / (1 + exp(-row_sum(m, k->w, r)));
		double slope = p - (k->outcome[r] ? 1 : 0);
		double spread = p * (1 - p);

		k->spread[r] = spread;
		k->gradient[m->columns] += slope;
		k->diagonal[m->columns] += spread;
		for (size_t i = m->start[r]; i < m->start[r + 1]; i++) {
			k->gradient[m->column[i]] += slope;
			k->diagonal[m->column[i]] += spread;
		}
	}
	for (size_t c = 0; c < k->n; c++)
		largest = fmax(largest, fabs(k->gradient[c]));
	return largest;
}

/* out = Hessian * v */
static void
curve(const struct work *k, const double *v, double *out)
{
	const struct stats_matrix *m = k->m;

	for (size_t c = 0; c < m->columns; c++)
		out[c] = k->l2 * v[c];
	out[m->columns] = 0;
	for (size_t r = 0; r < m->rows; r++) {
		double bent = k->spread[r] * row_sum(m, v, r);

		out[m->columns] += bent;
		for (size_t i = m->start[r]; i < m->start[r + 1]; i++)
			out[m->column[i]] += bent;
	}
}

static double
dot(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* step = -(Hessian^-1) * gradient, as exactly as is useful. */
static void
solve(struct work *k)
{
	double old, start;

	for (size_t c = 0; c < k->n; c++) {
		k->step[c] = 0;
		k->residual[c] = -k->gradient[c];
		k->scaled[c] = k->residual[c] / k->diagonal[c];
		k->direction[c] = k->scaled[c];
	}
	old = start = dot(k->residual, k->scaled, k->n);
	for (unsigned i = 0; i < CG_MAX && old > 1e-12 * start && old > 0;
	     i++) {
		double bend, length, now;

		curve(k, k->direction, k->image);
		bend = dot(k->direction, k->image, k->n);
		if (!(bend > 0))
			break;
		length = old / bend;
		for (size_t c = 0; c < k->n; c++) {
			k->step[c] += length * k->direction[c];
			k->residual[c] -= length * k->image[c];
			k->scaled[c] = k->residual[c] / k->diagonal[c];
		}
		now = dot(k->residual, k->scaled, k->n);
		for (size_t c = 0; c < k->n; c++)
			k->direction[c] =
			    k->scaled[c] + now / old * k->direction[c];
		old = now;
	}
}

/* Walks along the step as far as the loss really falls; false when nowhere. */
static bool
walk(struct work *k, double *loss)
{
	double slope = dot(k->gradient, k->step, k->n), share = 1;

	for (unsigned i = 0; i < HALVINGS; i++, share /= 2) {
		double there;

		for (size_t c = 0; c < k->n; c++)
			k->trial[c] = k->w[c] + share * k->step[c];
		there = loss_at(k, k->trial);
		if (there <= *loss + 1e-4 * share * slope) {
			memcpy(k->w, k->trial, k->n * sizeof(*k->w));
			*loss = there;
			return true;
		}
	}
	return false;
}

struct stats_fit
stats_logistic(const struct stats_matrix *m, const uint8_t *outcome, double l2,
    double *ret_weight, double *ret_base)
{
	struct stats_fit fit = {0};
	struct work k = {.m = m, .outcome = outcome, .l2 = l2};
	double *memory;

	k.n = m->columns + 1;
	memory = xcalloc(9 * k.n + m->rows, sizeof(*memory));
	k.w = memory;
	k.gradient = memory + k.n;
	k.diagonal = memory + 2 * k.n;
	k.step = memory + 3 * k.n;
	k.residual = memory + 4 * k.n;
	k.direction = memory + 5 * k.n;
	k.image = memory + 6 * k.n;
	k.scaled = memory + 7 * k.n;
	k.trial = memory + 8 * k.n;
	k.spread = memory + 9 * k.n;

	fit.loss = loss_at(&k, k.w);
	while (fit.iterations < STEPS_MAX) {
		if (look_around(&k) <= TOLERANCE * (double)m->rows) {
			fit.converged = true;
			break;
		}
		fit.iterations++;
		solve(&k);
		if (!walk(&k, &fit.loss))
			break;
	}
	memcpy(ret_weight, k.w, m->columns * sizeof(*ret_weight));
	*ret_base = k.w[m->columns];
	free(memory);
	return fit;
}
