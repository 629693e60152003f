/* SPDX-License-Identifier: ISC */
/*
 * Exponential smoothing: which forms there are, the choice among them, and
 * forecasts with intervals from the one that is fitted.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

/* The simpler before what has a parameter more: of equals the first stays. */
static const struct forecast_ets_form forms[FORECAST_ETS_FORMS] = {
    {'A', 'N', false, 'N'},
    {'M', 'N', false, 'N'},
    {'A', 'A', false, 'N'},
    {'M', 'A', false, 'N'},
    {'A', 'A', true, 'N'},
    {'M', 'A', true, 'N'},
    {'A', 'N', false, 'A'},
    {'M', 'N', false, 'A'},
    {'M', 'N', false, 'M'},
    {'A', 'A', false, 'A'},
    {'M', 'A', false, 'A'},
    {'M', 'A', false, 'M'},
    {'A', 'A', true, 'A'},
    {'M', 'A', true, 'A'},
    {'M', 'A', true, 'M'},
};

enum { MOST = 4000 };

static bool
same(const struct forecast_ets_form *a, const struct forecast_ets_form *b)
{
	return a->error == b->error && a->trend == b->trend &&
	       a->damped == b->damped && a->season == b->season;
}

static bool
exists(const struct forecast_ets_form *form)
{
	for (size_t i = 0; i < COUNT_OF(forms); i++)
		if (same(&forms[i], form))
			return true;
	return false;
}

bool
forecast_ets_form(struct str letters, struct forecast_ets_form *ret)
{
	struct forecast_ets_form form;

	if (letters.n != 3 && !(letters.n == 4 && letters.p[2] == 'd'))
		return false;
	form = (struct forecast_ets_form){letters.p[0], letters.p[1],
	    letters.n == 4, letters.p[letters.n - 1]};
	if (!exists(&form))
		return false;
	*ret = form;
	return true;
}

static void
name_of(const struct forecast_ets_form *form, char *ret, size_t size)
{
	snprintf(ret, size, "ETS(%c,%c%s,%c)", form->error, form->trend,
	    form->damped ? "d" : "", form->season);
}

/* ---- the series as it is fitted -------------------------------------------
 */

struct fitting {
	double *y; /* within -1 .. 1: divided by 2^exponent */
	size_t n, skipped, period;
	int exponent;
	bool positive;
	struct forecast_ets_fitter *fitter;
};

static void
begin(struct fitting *f, const struct forecast_series *s)
{
	double largest = 0;

	*f = (struct fitting){.n = s->n, .period = s->period, .positive = true};
	if (f->n > MOST) {
		f->skipped = f->n - MOST;
		f->n = MOST;
	}
	f->y = xcalloc(f->n ? f->n : 1, sizeof(*f->y));
	for (size_t t = 0; t < f->n; t++) {
		double y = s->y[f->skipped + t];

		largest = fmax(largest, fabs(y));
		f->positive = f->positive && y > 0;
	}
	/* A power of 2 changes no digit. */
	frexp(largest, &f->exponent);
	for (size_t t = 0; t < f->n; t++)
		f->y[t] = ldexp(s->y[f->skipped + t], -f->exponent);
	f->fitter = forecast_ets_fitter_new(f->y, f->n, f->period);
}

static void
end(struct fitting *f)
{
	forecast_ets_fitter_free(f->fitter);
	free(f->y);
}

static size_t
parameters_of(const struct forecast_ets_form *form, size_t period)
{
	struct forecast_ets_model m;

	forecast_ets_model_init(&m, form, NULL, 0, period);
	return m.count + 1;
}

static double
log_likelihood(const struct fitting *f, const struct forecast_ets_fit *fit)
{
	return -(double)f->n * (fit->value / 2 + f->exponent * M_LN2);
}

/* Needs n > parameters + 1. */
static double
aicc_of(double likelihood, size_t parameters, size_t n)
{
	double k = (double)parameters;

	return -2 * likelihood + 2 * k + 2 * k * (k + 1) / ((double)n - k - 1);
}

static bool
can_choose(const struct fitting *f, const struct forecast_ets_form *form)
{
	if (form->error == 'M' && !f->positive)
		return false;
	if (form->season != 'N' &&
	    (f->period < 2 || f->period > FORECAST_ETS_PERIOD))
		return false;
	return f->n > parameters_of(form, f->period) + 1;
}

static const struct forecast_ets_fit *
choose(const struct fitting *f, const struct forecast_ets_form **ret_form)
{
	const struct forecast_ets_fit *best = NULL;
	double least = INFINITY;

	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		const struct forecast_ets_fit *fit;
		double aicc;

		if (!can_choose(f, &forms[i]))
			continue;
		fit = forecast_ets_fit(f->fitter, &forms[i]);
		if (!isfinite(fit->value))
			continue;
		aicc =
		    aicc_of(log_likelihood(f, fit), fit->model.count + 1, f->n);
		if (aicc < least) {
			least = aicc;
			best = fit;
			*ret_form = &forms[i];
		}
	}
	return best;
}

/* ---- forecasts ------------------------------------------------------------
 */

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

static void
project_ahead(const struct forecast_ets_fit *fit,
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

static void
fill(const struct fitting *f, const struct forecast_ets_fit *fit,
    const struct forecast_ets_form *form, struct forecast *ret)
{
	const struct forecast_ets_model *m = &fit->model;
	struct forecast_ets_state state = {
	    .season = xcalloc(m->period, sizeof(double))};
	double *fitted = ret->fitted + f->skipped, squares = 0;

	name_of(form, ret->method, sizeof(ret->method));
	ret->log_likelihood = log_likelihood(f, fit);
	ret->parameters = m->count + 1;
	if (f->n > ret->parameters + 1)
		ret->aicc = aicc_of(ret->log_likelihood, ret->parameters, f->n);
	forecast_ets_walk(m, fit->x, &state, fitted);
	for (size_t t = 0; t < f->n; t++) {
		double off = f->y[t] - fitted[t];

		if (m->multiplicative)
			off /= fitted[t];
		squares += off * off;
		fitted[t] = ldexp(fitted[t], f->exponent);
	}
	project_ahead(
	    fit, &state, squares / (double)(f->n - m->count), f->exponent, ret);
	free(state.season);
}

static int
refuse(const struct forecast_series *s, const struct fitting *f,
    const struct forecast_ets_form *form, struct err *err)
{
	size_t need = parameters_of(form, s->period);
	char name[16];

	name_of(form, name, sizeof(name));
	if (!exists(form))
		return err_set(err, ERR_USAGE, "there is no %s", name);
	if (form->season != 'N' && s->period < 2)
		return err_set(err, ERR_USAGE,
		    "%s needs a season, the period is %zu", name, s->period);
	if (form->season != 'N' && s->period > FORECAST_ETS_PERIOD)
		return err_set(err, ERR_USAGE,
		    "%s: a season of %zu observations is too long for "
		    "exponential smoothing, at most %d",
		    name, s->period, FORECAST_ETS_PERIOD);
	if (s->n < need)
		return err_set(err, ERR_USAGE,
		    "%s needs %zu observations, there are %zu", name, need,
		    s->n);
	if (form->error == 'M' && !f->positive)
		return err_set(
		    err, ERR_USAGE, "%s needs positive observations", name);
	return 0;
}

int
forecast_ets(const struct forecast_series *s, const struct forecast_ask *ask,
    const struct forecast_ets_form *form, struct forecast *ret, struct err *err)
{
	const struct forecast_ets_fit *fit = NULL;
	struct fitting f;
	struct forecast made;
	int code = -1;

	begin(&f, s);
	if (form) {
		if (refuse(s, &f, form, err) < 0)
			goto out;
		fit = forecast_ets_fit(f.fitter, form);
	} else {
		fit = choose(&f, &form);
		if (!fit) {
			err_set(err, ERR_USAGE,
			    "exponential smoothing needs 5 observations to "
			    "choose a form, there are %zu",
			    s->n);
			goto out;
		}
	}
	forecast_make(&made, s->n, ask->horizon);
	if (isfinite(fit->value)) {
		fill(&f, fit, form, &made);
		code = forecast_finish(&made, ask, err);
	} else {
		err_set(err, ERR_USAGE,
		    "exponential smoothing does not fit: the values differ "
		    "too much in size");
	}
	if (code == 0)
		*ret = made;
	else
		forecast_release(&made);
out:
	end(&f);
	return code;
}

size_t
forecast_ets_candidates(const struct forecast_series *s,
    struct forecast_ets_candidate ret[FORECAST_ETS_FORMS])
{
	struct fitting f;
	size_t count = 0;

	begin(&f, s);
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		const struct forecast_ets_fit *fit;
		struct forecast_ets_candidate c = {.form = forms[i]};
		struct forecast_ets_weights w;
		size_t at = count;

		if (!can_choose(&f, &forms[i]))
			continue;
		fit = forecast_ets_fit(f.fitter, &forms[i]);
		if (!isfinite(fit->value))
			continue;
		w = forecast_ets_weights(&fit->model, fit->x);
		name_of(&forms[i], c.method, sizeof(c.method));
		c.log_likelihood = log_likelihood(&f, fit);
		c.aicc = aicc_of(c.log_likelihood, fit->model.count + 1, f.n);
		c.alpha = w.alpha;
		c.beta = fit->model.trend ? w.beta : NAN;
		c.gamma = forms[i].season != 'N' ? w.gamma : NAN;
		c.phi = forms[i].damped ? w.phi : NAN;
		for (; at > 0 && c.aicc < ret[at - 1].aicc; at--)
			ret[at] = ret[at - 1];
		ret[at] = c;
		count++;
	}
	end(&f);
	return count;
}
