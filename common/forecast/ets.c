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

/* One form that the series allows, and how well it does. */
struct fitted {
	const struct forecast_ets_form *form;
	const struct forecast_ets_fit *fit;
	double aicc;
};

/* All of them, the best first. */
static size_t
fit_all(const struct fitting *f, struct fitted ret[FORECAST_ETS_FORMS])
{
	size_t count = 0;

	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		struct fitted one = {.form = &forms[i]};
		size_t at = count;

		if (!can_choose(f, one.form))
			continue;
		one.fit = forecast_ets_fit(f->fitter, one.form);
		if (!isfinite(one.fit->value))
			continue;
		one.aicc = aicc_of(
		    log_likelihood(f, one.fit), one.fit->model.count + 1, f->n);
		for (; at > 0 && one.aicc < ret[at - 1].aicc; at--)
			ret[at] = ret[at - 1];
		ret[at] = one;
		count++;
	}
	return count;
}

/* ---- forecasts ------------------------------------------------------------
 */

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
	forecast_ets_ahead(
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

static int
too_few(size_t n, struct err *err)
{
	return err_set(err, ERR_USAGE,
	    "exponential smoothing needs 5 observations to choose a form, "
	    "there "
	    "are %zu",
	    n);
}

int
forecast_ets(const struct forecast_series *s, const struct forecast_ask *ask,
    const struct forecast_ets_form *form, struct forecast *ret, struct err *err)
{
	struct fitted all[FORECAST_ETS_FORMS];
	struct fitting f;
	struct forecast made;
	int code = -1;

	begin(&f, s);
	if (form) {
		if (refuse(s, &f, form, err) < 0)
			goto out;
		all[0].form = form;
		all[0].fit = forecast_ets_fit(f.fitter, form);
		if (!isfinite(all[0].fit->value)) {
			err_set(err, ERR_USAGE,
			    "exponential smoothing does not fit: the values "
			    "differ too much in size");
			goto out;
		}
	} else if (!fit_all(&f, all)) {
		too_few(s->n, err);
		goto out;
	}
	forecast_make(&made, s->n, ask->horizon);
	fill(&f, all[0].fit, all[0].form, &made);
	code = forecast_finish(&made, ask, err);
	if (code == 0)
		*ret = made;
	else
		forecast_release(&made);
out:
	end(&f);
	return code;
}

/* Adds `part` of what one form says; until all have been added, spread[h]
 * holds the expectation of the square. What a form says below 0 would take
 * away from the others where nothing can be there. */
static void
mix(struct forecast *into, const struct forecast *one, bool non_negative,
    double part, double *spread)
{
	for (size_t h = 0; h < into->horizon; h++) {
		double mean = one->mean[h];
		double sd = (one->high[FORECAST_80][h] - mean) /
			    forecast_z[FORECAST_80];

		if (non_negative && mean < 0)
			mean = 0;
		into->mean[h] += part * mean;
		spread[h] += part * (sd * sd + mean * mean);
	}
	for (size_t t = 0; t < into->n; t++)
		into->fitted[t] += part * one->fitted[t];
}

/* How much each form counts, 1 in all. */
static void
parts_of(const struct fitted *all, size_t count, double *ret)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		ret[i] = exp((all[0].aicc - all[i].aicc) / 16);
		if (ret[i] < 1e-3)
			ret[i] = 0;
		sum += ret[i];
	}
	for (size_t i = 0; i < count; i++)
		ret[i] /= sum;
}

static void
average(const struct fitting *f, const struct fitted *all, size_t count,
    int exponent, bool non_negative, struct forecast *ret)
{
	double part[FORECAST_ETS_FORMS];
	double *spread = xcalloc(ret->horizon, sizeof(*spread));
	struct forecast one;

	parts_of(all, count, part);
	memcpy(ret->method, "ETS average", sizeof("ETS average"));
	memset(ret->mean, 0, ret->horizon * sizeof(*ret->mean));
	memset(ret->fitted, 0, ret->n * sizeof(*ret->fitted));
	for (size_t i = 0; i < count; i++) {
		if (part[i] <= 0)
			continue;
		forecast_make(&one, ret->n, ret->horizon);
		fill(f, all[i].fit, all[i].form, &one);
		mix(ret, &one, non_negative, part[i], spread);
		if (one.parameters > ret->parameters)
			ret->parameters = one.parameters;
		forecast_release(&one);
	}
	for (size_t h = 0; h < ret->horizon; h++) {
		double mean = ret->mean[h];
		double sd = sqrt(fmax(spread[h] - mean * mean, 0));

		ret->mean[h] = ldexp(mean, exponent);
		forecast_bounds(ret, h, ldexp(sd, exponent));
	}
	for (size_t t = 0; t < ret->n; t++)
		ret->fitted[t] = ldexp(ret->fitted[t], exponent);
	free(spread);
}

int
forecast_ets_average(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err)
{
	struct forecast_ets_form best;

	return forecast_ets_average_best(s, ask, &best, ret, err);
}

int
forecast_ets_average_best(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast_ets_form *ret_best,
    struct forecast *ret, struct err *err)
{
	struct fitted all[FORECAST_ETS_FORMS];
	struct fitting f;
	struct forecast made;
	size_t count;
	int exponent, code = -1;

	begin(&f, s);
	count = fit_all(&f, all);
	/* Squares are added: of the numbers as they are fitted. */
	exponent = f.exponent;
	f.exponent = 0;
	if (count) {
		forecast_make(&made, s->n, ask->horizon);
		average(&f, all, count, exponent, ask->non_negative, &made);
		code = forecast_finish(&made, ask, err);
		*ret_best = *all[0].form;
		if (code == 0)
			*ret = made;
		else
			forecast_release(&made);
	} else {
		too_few(s->n, err);
	}
	end(&f);
	return code;
}

size_t
forecast_ets_candidates(const struct forecast_series *s,
    struct forecast_ets_candidate ret[FORECAST_ETS_FORMS])
{
	struct fitted all[FORECAST_ETS_FORMS];
	struct fitting f;
	double part[FORECAST_ETS_FORMS];
	size_t count;

	begin(&f, s);
	count = fit_all(&f, all);
	parts_of(all, count, part);
	for (size_t i = 0; i < count; i++) {
		const struct forecast_ets_fit *fit = all[i].fit;
		struct forecast_ets_weights w =
		    forecast_ets_weights(&fit->model, fit->x);

		ret[i] = (struct forecast_ets_candidate){.form = *all[i].form,
		    .log_likelihood = log_likelihood(&f, fit),
		    .aicc = all[i].aicc,
		    .part = part[i],
		    .alpha = w.alpha,
		    .beta = fit->model.trend ? w.beta : NAN,
		    .gamma = all[i].form->season != 'N' ? w.gamma : NAN,
		    .phi = all[i].form->damped ? w.phi : NAN};
		name_of(&ret[i].form, ret[i].method, sizeof(ret[i].method));
	}
	end(&f);
	return count;
}
