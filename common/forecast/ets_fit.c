/* SPDX-License-Identifier: ISC */
/*
 * Where the search for the parameters of a form starts: the likelihood has
 * several peaks. A grid of smoothing parameters, each with the states that are
 * best for it (for additive errors a linear problem), and what simpler forms
 * have found: so a form with more parameters is never less likely. From the
 * best of these, and the best of those that are far from it, the search goes
 * on.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

enum { TRENDS = 3, SEASONS = 3, GRID = 36, STARTS = GRID + 4 };

struct forecast_ets_fitter {
	const double *y;
	size_t n, period;
	double mean;
	struct forecast_ets_fit fit[2][TRENDS][SEASONS];
	/* The grid of a trend without and with an additive season. */
	struct grid {
		double *x; /* NULL: not made */
		size_t count;
	} grid[TRENDS][2];
};

struct forecast_ets_fitter *
forecast_ets_fitter_new(const double *y, size_t n, size_t period)
{
	struct forecast_ets_fitter *f = xcalloc(1, sizeof(*f));

	f->y = y;
	f->n = n;
	f->period = period;
	for (size_t t = 0; t < n; t++)
		f->mean += y[t] / (double)n;
	return f;
}

void
forecast_ets_fitter_free(struct forecast_ets_fitter *f)
{
	if (!f)
		return;
	for (int t = 0; t < TRENDS; t++) {
		for (int e = 0; e < 2; e++)
			for (int s = 0; s < SEASONS; s++)
				free(f->fit[e][t][s].x);
		for (int s = 0; s < 2; s++)
			free(f->grid[t][s].x);
	}
	free(f);
}

static int
trend_of(const struct forecast_ets_form *form)
{
	return form->trend == 'N' ? 0 : 1 + (int)form->damped;
}

/* ---- starts ---------------------------------------------------------------
 */

struct starts {
	struct forecast_ets_search *search;
	double *x; /* STARTS rows */
	double value[STARTS];
	size_t count;
};

static double *
start_at(const struct starts *s, size_t i)
{
	return s->x + i * s->search->model->count;
}

/* Additive seasons become factors around the mean. */
static void
factors(const struct forecast_ets_model *m, double mean, double *season)
{
	size_t free_ones = m->period - 1;
	double last = 0, sum;

	for (size_t i = 0; i < free_ones; i++)
		last -= season[i];
	sum = fmax(0.05, 1 + last / mean);
	for (size_t i = 0; i < free_ones; i++) {
		season[i] = fmax(0.05, 1 + season[i] / mean);
		sum += season[i];
	}
	for (size_t i = 0; i < free_ones; i++)
		season[i] *= (double)m->period / sum;
}

/* Parameters of one form as those of another, which has what the first has
 * (perhaps with the season as factors) or more. */
static void
add_start(struct starts *s, const struct forecast_ets_model *from,
    const double *x, double mean)
{
	const struct forecast_ets_model *m = s->search->model;
	double *to = start_at(s, s->count);

	memset(to, 0, m->count * sizeof(*to));
	to[0] = x[0];
	to[m->level] = x[from->level];
	if (from->trend) {
		to[m->beta] = x[from->beta];
		to[m->slope] = x[from->slope];
	}
	if (m->damped)
		to[m->phi] = from->damped ? x[from->phi] : 0.98;
	if (m->season != 'N') {
		to[m->gamma] = x[from->gamma];
		memcpy(to + m->seasonal, x + from->seasonal,
		    (m->period - 1) * sizeof(*to));
		if (m->season != from->season)
			factors(m, mean, to + m->seasonal);
	}
	s->value[s->count] = forecast_ets_value(s->search, to);
	if (isfinite(s->value[s->count]))
		s->count++;
}

/* A level that hardly moves: what is always possible. */
static void
add_level(struct starts *s, double mean)
{
	const struct forecast_ets_model *m = s->search->model;
	double *to = start_at(s, s->count);

	memset(to, 0, m->count * sizeof(*to));
	to[0] = 0.1;
	if (m->damped)
		to[m->phi] = 0.9;
	to[m->level] = mean;
	for (size_t i = m->seasonal; i < m->count; i++)
		to[i] = m->season == 'M' ? 1 : 0;
	s->value[s->count] = forecast_ets_value(s->search, to);
	if (isfinite(s->value[s->count]))
		s->count++;
}

/* The smoothing parameters of the grid's i-th point; false past the last. */
static bool
grid_point(const struct forecast_ets_model *m, size_t i, double *x)
{
	static const double few[] = {0.05, 0.3, 0.8};
	static const double many[] = {0.01, 0.05, 0.2, 0.5, 0.9};
	static const double shares[] = {0.02, 0.3, 0.9};
	static const double gammas[] = {0.02, 0.4}, phis[] = {0.95, 0.82};
	bool season = m->season != 'N';
	size_t alphas = season ? COUNT_OF(few) : COUNT_OF(many);

	memset(x, 0, m->count * sizeof(*x));
	x[0] = season ? few[i % alphas] : many[i % alphas];
	i /= alphas;
	if (m->trend) {
		x[m->beta] = shares[i % COUNT_OF(shares)];
		i /= COUNT_OF(shares);
	}
	if (season) {
		x[m->gamma] = gammas[i % COUNT_OF(gammas)];
		i /= COUNT_OF(gammas);
	}
	if (m->damped) {
		x[m->phi] = phis[i % COUNT_OF(phis)];
		i /= COUNT_OF(phis);
	}
	return i == 0;
}

/* s searches the form with additive errors and, if any, an additive season. */
static void
make_grid(struct forecast_ets_search *s, struct grid *grid)
{
	size_t count = s->model->count;

	grid->x = xcalloc((GRID + 1) * count, sizeof(*grid->x));
	for (size_t i = 0;
	     grid_point(s->model, i, grid->x + grid->count * count); i++)
		if (isfinite(
			forecast_ets_project(s, grid->x + grid->count * count)))
			grid->count++;
}

/* ---- one form -------------------------------------------------------------
 */

/* Whether two points are likely to lead to one peak. */
static bool
near(const struct forecast_ets_model *m, const double *a, const double *b)
{
	if (fabs(a[0] - b[0]) > 0.2)
		return false;
	return m->season != 'N' || !m->trend ||
	       fabs(a[m->beta] - b[m->beta]) < 0.3;
}

static void
climb(struct starts *s, struct forecast_ets_fit *fit)
{
	const struct forecast_ets_model *m = &fit->model;
	bool used[STARTS] = {0};
	size_t peaks = m->season == 'N' ? 3 : 2;
	double *x = xcalloc(m->count, sizeof(*x));

	while (peaks-- > 0) {
		size_t best = s->count;
		double value;

		for (size_t i = 0; i < s->count; i++)
			if (!used[i] &&
			    (best == s->count || s->value[i] < s->value[best]))
				best = i;
		if (best == s->count)
			break;
		memcpy(x, start_at(s, best), m->count * sizeof(*x));
		for (size_t i = 0; i < s->count; i++)
			used[i] = used[i] || near(m, x, start_at(s, i));
		value = forecast_ets_improve(s->search, x);
		if (value < fit->value) {
			fit->value = value;
			memcpy(fit->x, x, m->count * sizeof(*x));
		}
	}
	free(x);
}

const struct forecast_ets_fit *
forecast_ets_fit(
    struct forecast_ets_fitter *f, const struct forecast_ets_form *form)
{
	int trend = trend_of(form);
	bool season = form->season != 'N', factor = form->season == 'M';
	struct forecast_ets_fit *fit =
	    &f->fit[form->error == 'M'][trend][season + factor];
	/* What is asked first: errors and season as they are, but a simpler
	 * trend; additive errors; an additive season. */
	const struct forecast_ets_fit *from[3] = {NULL};
	struct forecast_ets_form simple = *form, plain = *form;
	struct grid *grid = &f->grid[trend][season];
	struct forecast_ets_search search;
	struct starts starts = {.search = &search};

	if (fit->x)
		return fit;
	if (form->trend != 'N') {
		simple.trend = form->damped ? 'A' : 'N';
		simple.damped = false;
		from[0] = forecast_ets_fit(f, &simple);
	}
	plain.season = season ? 'A' : 'N';
	if (factor)
		from[1] = forecast_ets_fit(f, &plain);
	plain.error = 'A';
	if (form->error != 'A')
		from[2] = forecast_ets_fit(f, &plain);

	forecast_ets_model_init(&fit->model, form, f->y, f->n, f->period);
	fit->x = xcalloc(fit->model.count, sizeof(*fit->x));
	fit->value = INFINITY;
	forecast_ets_search_init(&search, &fit->model);
	starts.x = xcalloc(STARTS * fit->model.count, sizeof(*starts.x));
	if (!grid->x)
		make_grid(&search, grid);
	for (size_t i = 0; i < COUNT_OF(from); i++)
		if (from[i] && isfinite(from[i]->value))
			add_start(
			    &starts, &from[i]->model, from[i]->x, f->mean);
	/* The grid is of the form with additive errors. */
	for (size_t i = 0; i < grid->count; i++) {
		const struct forecast_ets_model *m =
		    from[2] ? &from[2]->model : &fit->model;

		add_start(&starts, m, grid->x + i * m->count, f->mean);
	}
	add_level(&starts, f->mean);
	climb(&starts, fit);
	forecast_ets_search_release(&search);
	free(starts.x);
	return fit;
}
