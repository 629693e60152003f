/* SPDX-License-Identifier: ISC */
/*
 * The quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno (Nocedal &
 * Wright, Numerical Optimization, 2nd ed., 6.1) with central differences, which
 * also say how the function bends along each axis: where the search begins.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

#define HALVINGS   30
#define SUFFICIENT 1e-4 /* share of the promised decrease */

struct bfgs {
	const struct forecast_search *ask;
	double *slope, *next, *bend;
	double *inverse; /* of the second derivatives, as far as known */
	double *direction, *moved, *image;
	unsigned evaluations;
};

static double
evaluate(struct bfgs *b, const double *x)
{
	double f = b->ask->f(x, b->ask->context);

	b->evaluations++;
	return isnan(f) ? INFINITY : f;
}

/* The slope at x, where the function is f; false where that is not known. */
static bool
differentiate(struct bfgs *b, double *x, double f, double *ret_slope)
{
	for (size_t i = 0; i < b->ask->n; i++) {
		double at = x[i], h = b->ask->step[i], below, above;

		x[i] = at + h;
		above = evaluate(b, x);
		x[i] = at - h;
		below = evaluate(b, x);
		x[i] = at;
		if (!isfinite(above) || !isfinite(below))
			return false;
		ret_slope[i] = (above - below) / (2 * h);
		b->bend[i] = (above - 2 * f + below) / (h * h);
	}
	return true;
}

static void
begin(struct bfgs *b)
{
	size_t n = b->ask->n;

	for (size_t i = 0; i < n * n; i++)
		b->inverse[i] = 0;
	for (size_t i = 0; i < n; i++) {
		double slope = fabs(b->slope[i]);

		/* Where it does not bend upwards: a step of at most 1. */
		b->inverse[i * n + i] = b->bend[i] > 0 ? 1 / b->bend[i]
					: slope > 1    ? 1 / slope
						       : 1;
	}
}

/* The direction, and the decrease per step that it promises. */
static double
direct(struct bfgs *b)
{
	size_t n = b->ask->n;
	double promise = 0;

	for (size_t i = 0; i < n; i++) {
		b->direction[i] = 0;
		for (size_t j = 0; j < n; j++)
			b->direction[i] -= b->inverse[i * n + j] * b->slope[j];
		promise -= b->direction[i] * b->slope[i];
	}
	return promise;
}

/* The step s = moved - x and the change y = next - slope teach the inverse:
 * H + (1 + y'Hy / s'y) ss' / s'y - (H y s' + s y'H) / s'y. */
static void
learn(struct bfgs *b, const double *x)
{
	size_t n = b->ask->n;
	double curvature = 0, square = 0;

	for (size_t i = 0; i < n; i++) {
		b->image[i] = 0;
		for (size_t j = 0; j < n; j++)
			b->image[i] +=
			    b->inverse[i * n + j] * (b->next[j] - b->slope[j]);
		curvature += (b->moved[i] - x[i]) * (b->next[i] - b->slope[i]);
		square += b->image[i] * (b->next[i] - b->slope[i]);
	}
	if (!(curvature > 1e-14 * square))
		return;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			double si = b->moved[i] - x[i], sj = b->moved[j] - x[j];

			b->inverse[i * n + j] +=
			    ((1 + square / curvature) * si * sj -
				b->image[i] * sj - si * b->image[j]) /
			    curvature;
		}
}

/* From x along the direction to what lies lower, in moved; INFINITY when
 * nothing does. */
static double
walk(struct bfgs *b, const double *x, double least, double promise)
{
	double length = 1;

	for (int i = 0; i < HALVINGS; i++) {
		double f;

		for (size_t j = 0; j < b->ask->n; j++)
			b->moved[j] = x[j] + length * b->direction[j];
		f = evaluate(b, b->moved);
		if (f <= least - SUFFICIENT * length * promise)
			return f;
		length /= 2;
	}
	return INFINITY;
}

static double
descend(struct bfgs *b, double *x)
{
	size_t n = b->ask->n;
	double least = evaluate(b, x);
	bool fresh = true;

	if (!isfinite(least) || !differentiate(b, x, least, b->slope))
		return least;
	begin(b);
	while (b->evaluations < b->ask->evaluations) {
		double promise = direct(b), f;

		if (!(promise > b->ask->tolerance * (fabs(least) + 1)))
			break;
		f = walk(b, x, least, promise);
		if (!isfinite(f)) {
			/* What was learnt may be wrong: once more without. */
			if (fresh)
				break;
			begin(b);
			fresh = true;
			continue;
		}
		if (!differentiate(b, b->moved, f, b->next)) {
			memcpy(x, b->moved, n * sizeof(*x));
			return f;
		}
		learn(b, x);
		fresh = false;
		memcpy(x, b->moved, n * sizeof(*x));
		memcpy(b->slope, b->next, n * sizeof(*b->slope));
		least = f;
	}
	return least;
}

double
forecast_descend(const struct forecast_search *search, double *x)
{
	size_t n = search->n;
	double *room = xcalloc(6 * n + n * n + 1, sizeof(*room)), least;
	struct bfgs b = {.ask = search,
	    .slope = room,
	    .next = room + n,
	    .bend = room + 2 * n,
	    .direction = room + 3 * n,
	    .moved = room + 4 * n,
	    .image = room + 5 * n,
	    .inverse = room + 6 * n};

	least = descend(&b, x);
	free(room);
	return least;
}
