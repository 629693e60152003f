/* SPDX-License-Identifier: ISC */
/*
 * The downhill simplex: J. A. Nelder & R. Mead, A simplex method for function
 * minimization, The Computer Journal 7 (1965). From three dimensions on with
 * the coefficients of F. Gao & L. Han, Implementing the Nelder-Mead simplex
 * algorithm with adaptive parameters, Computational Optimization and
 * Applications 51 (2012), with which it does not stall as the number of
 * dimensions grows; in two they are those of 1965.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

/* Vertices best first; `vertex[n + 1]` and `[n + 2]` are those tried. */
struct simplex {
	const struct forecast_search *search;
	double **vertex;
	double *value;
	double *centre; /* of all but the worst */
	unsigned left;  /* evaluations */
};

static double
evaluate(struct simplex *s, const double *x)
{
	double value;

	if (!s->left)
		return INFINITY;
	s->left--;
	value = s->search->f(x, s->search->context);
	return isnan(value) ? INFINITY : value;
}

/* Moves vertex `from` up to its place; equal ones stay in their order. */
static void
sort_in(struct simplex *s, size_t from)
{
	for (size_t i = from; i > 0 && s->value[i] < s->value[i - 1]; i--) {
		double value = s->value[i], *vertex = s->vertex[i];

		s->value[i] = s->value[i - 1];
		s->vertex[i] = s->vertex[i - 1];
		s->value[i - 1] = value;
		s->vertex[i - 1] = vertex;
	}
}

/* The point at `factor` times the way from the centre to the worst. */
static double
try_at(struct simplex *s, double factor, double *ret)
{
	size_t n = s->search->n;

	for (size_t i = 0; i < n; i++)
		ret[i] =
		    s->centre[i] + factor * (s->vertex[n][i] - s->centre[i]);
	return evaluate(s, ret);
}

/* Puts the tried vertex in the place of the worst. */
static void
take(struct simplex *s, size_t tried, double value)
{
	size_t n = s->search->n;
	double *worst = s->vertex[n];

	s->vertex[n] = s->vertex[tried];
	s->vertex[tried] = worst;
	s->value[n] = value;
	sort_in(s, n);
}

static void
shrink(struct simplex *s, double factor)
{
	size_t n = s->search->n;

	for (size_t v = 1; v <= n; v++) {
		for (size_t i = 0; i < n; i++)
			s->vertex[v][i] =
			    s->vertex[0][i] +
			    factor * (s->vertex[v][i] - s->vertex[0][i]);
		s->value[v] = evaluate(s, s->vertex[v]);
	}
	for (size_t v = 1; v <= n; v++)
		sort_in(s, v);
}

static void
step(struct simplex *s)
{
	size_t n = s->search->n, tried = n + 1, further = n + 2;
	double wide = n > 2 ? (double)n : 2;
	double expand = 1 + 2 / wide, contract = 0.75 - 0.5 / wide;
	double reflected, value;

	for (size_t i = 0; i < n; i++) {
		double sum = 0;

		for (size_t v = 0; v < n; v++)
			sum += s->vertex[v][i];
		s->centre[i] = sum / (double)n;
	}
	reflected = try_at(s, -1, s->vertex[tried]);
	if (reflected < s->value[0]) {
		value = try_at(s, -expand, s->vertex[further]);
		if (value < reflected)
			take(s, further, value);
		else
			take(s, tried, reflected);
	} else if (n > 1 && reflected < s->value[n - 1]) {
		take(s, tried, reflected);
	} else {
		bool outside = reflected < s->value[n];

		value = try_at(
		    s, outside ? -contract : contract, s->vertex[further]);
		if (value < (outside ? reflected : s->value[n]))
			take(s, further, value);
		else
			shrink(s, 1 - 1 / wide);
	}
}

static void
start(struct simplex *s, const double *x)
{
	size_t n = s->search->n;

	for (size_t v = 0; v <= n; v++) {
		memcpy(s->vertex[v], x, n * sizeof(*x));
		if (v)
			s->vertex[v][v - 1] += s->search->step[v - 1];
		s->value[v] = evaluate(s, s->vertex[v]);
		sort_in(s, v);
	}
}

/* Level, and not only because two sides of a valley are of one height: then the
 * corners are still apart. Infinite all over is finished as well. */
static bool
finished(const struct simplex *s)
{
	size_t n = s->search->n;
	double best = s->value[0], tolerance = s->search->tolerance;

	if (isinf(best))
		return true;
	if (s->value[n] - best > tolerance * (fabs(best) + tolerance))
		return false;
	for (size_t v = 1; v <= n; v++)
		for (size_t i = 0; i < n; i++)
			if (fabs(s->vertex[v][i] - s->vertex[0][i]) >
			    sqrt(tolerance) * fabs(s->search->step[i]))
				return false;
	return true;
}

double
forecast_minimise(const struct forecast_search *search, double *x)
{
	size_t n = search->n, vertices = n + 3;
	struct simplex s = {.search = search, .left = search->evaluations};
	double best, *room;

	room = xcalloc((vertices + 1) * n + vertices + 1, sizeof(*room));
	s.vertex = xcalloc(vertices, sizeof(*s.vertex));
	for (size_t v = 0; v < vertices; v++)
		s.vertex[v] = room + v * n;
	s.centre = room + vertices * n;
	s.value = s.centre + n;
	start(&s, x);
	while (n && s.left && !finished(&s))
		step(&s);
	best = s.value[0];
	memcpy(x, s.vertex[0], n * sizeof(*x));
	free(s.vertex);
	free(room);
	return best;
}
