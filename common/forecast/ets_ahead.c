/* SPDX-License-Identifier: ISC */
/*
 * From the states after a series to forecasts and how far they may be off:
 * chapter 6 of Hyndman, Koehler, Ord & Snyder (2008).
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

/* How much of an error one step ahead is in the forecast j steps later: c_j of
 * table 6.2, j >= 1. `damping` is phi + ... + phi^j. */
static double
carried(const struct forecast_ets_model *m,
    const struct forecast_ets_weights *w, size_t j, double damping)
{
	double c = w->alpha;

	if (m->trend)
		c += w->beta * damping;
	if (m->season == 'A' && j % m->period == 0)
		c += w->gamma;
	return c;
}

/* From the point forecasts the variances of the steps, by sections 6.3.1 and
 * 6.3.2; `variance` is that of the errors, relative ones where they multiply.
 * `room` holds twice as many and two more. */
static void
spread(const struct forecast_ets_model *m, const struct forecast_ets_weights *w,
    const double *mean, double variance, size_t steps, double *room,
    double *ret)
{
	double *c = room, *second = room + steps + 1;
	double damping = 0, power = 1, sum = 0;

	for (size_t j = 1; j <= steps; j++) {
		power *= w->phi;
		damping += power;
		c[j] = carried(m, w, j, damping);
	}
	for (size_t h = 0; h < steps; h++) {
		if (!m->multiplicative) {
			ret[h] = variance * (1 + sum);
			sum += c[h + 1] * c[h + 1];
			continue;
		}
		sum = 0;
		for (size_t j = 1; j <= h; j++)
			sum += c[j] * c[j] * second[h - j];
		second[h] = mean[h] * mean[h] + variance * sum;
		ret[h] = (1 + variance) * second[h] - mean[h] * mean[h];
	}
}

/* Level and slope, times the factor of one phase of the season relative to
 * what it is now: expectations, and those of their products. */
struct moments {
	double level, slope, level2, both, slope2;
};

/* A step on. An error e makes level and slope q * (1 + alpha * e) and phi *
 * slope + beta * q * e, with q = level + phi * slope; and where the step is of
 * that phase, the factor is multiplied by 1 + gamma * e. Errors are normal, so
 * their third moment is 0 and the fourth 3 * variance^2. */
static void
advance(struct moments *e, const struct forecast_ets_weights *w, double gamma,
    double variance)
{
	double phi = w->phi, q = e->level + phi * e->slope;
	double shift = gamma * variance, grow = 1 + gamma * shift;
	double q2 = e->level2 + 2 * phi * e->both + phi * phi * e->slope2;
	/* q times what phi * slope is. */
	double q_slope = phi * e->both + phi * phi * e->slope2;
	double squared = (variance + 3 * shift * shift) * q2;

	e->level = q * (1 + shift * w->alpha);
	e->slope = phi * e->slope + shift * w->beta * q;
	e->level2 = grow * q2 + 4 * shift * w->alpha * q2 +
		    w->alpha * w->alpha * squared;
	e->both = grow * q_slope +
		  2 * shift * (w->beta * q2 + w->alpha * q_slope) +
		  w->alpha * w->beta * squared;
	e->slope2 = grow * phi * phi * e->slope2 +
		    4 * shift * w->beta * q_slope + w->beta * w->beta * squared;
}

/* With factors of a season, exact where 6.3.3 is for the first season only: a
 * factor depends on the errors of its own phase alone, so that the moments of
 * its product with level and slope follow from each other. */
static void
spread_of_factors(const struct forecast_ets_model *m,
    const struct forecast_ets_weights *w,
    const struct forecast_ets_state *state, double variance, size_t steps,
    double *mean, double *ret)
{
	struct moments e[FORECAST_ETS_PERIOD];
	double l = state->level, b = state->slope;

	for (size_t phase = 0; phase < m->period; phase++)
		e[phase] = (struct moments){l, b, l * l, l * b, b * b};
	for (size_t h = 0; h < steps; h++) {
		size_t phase = (state->next + h) % m->period;
		double factor = state->season[phase], phi = w->phi;
		const struct moments *now = &e[phase];
		double q2 =
		    now->level2 + 2 * phi * now->both + phi * phi * now->slope2;

		mean[h] = (now->level + phi * now->slope) * factor;
		ret[h] =
		    (1 + variance) * q2 * factor * factor - mean[h] * mean[h];
		for (size_t i = 0; i < m->period; i++)
			advance(&e[i], w, i == phase ? w->gamma : 0, variance);
	}
}

void
forecast_ets_ahead(const struct forecast_ets_fit *fit,
    const struct forecast_ets_state *state, double variance, int exponent,
    struct forecast *f)
{
	const struct forecast_ets_model *m = &fit->model;
	struct forecast_ets_weights w = forecast_ets_weights(m, fit->x);
	size_t steps = f->horizon;
	double *mean = xcalloc(4 * (steps + 1), sizeof(*mean));
	double *spreads = mean + steps, *room = spreads + steps;
	double damping = 0, power = 1;

	for (size_t h = 0; h < steps; h++) {
		power *= w.phi;
		damping += power;
		mean[h] = state->level + damping * state->slope;
		if (m->season == 'A')
			mean[h] += state->season[(state->next + h) % m->period];
	}
	if (m->season == 'M')
		spread_of_factors(m, &w, state, variance, steps, mean, spreads);
	else
		spread(m, &w, mean, variance, steps, room, spreads);
	for (size_t h = 0; h < steps; h++) {
		f->mean[h] = ldexp(mean[h], exponent);
		forecast_bounds(
		    f, h, ldexp(sqrt(fmax(spreads[h], 0)), exponent));
	}
	free(mean);
}
