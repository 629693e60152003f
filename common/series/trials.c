/* SPDX-License-Identifier: ISC */
/* How good forecasts of many series were, put together, as records. */
#include <math.h>
#include <stdlib.h>

#include "series/series.h"

void
series_trials_release(struct series_trials *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->trial[i].step);
	free(t->trial);
	*t = (struct series_trials){0};
}

static void
make_steps(struct series_trials *t, struct series_trial *trial, size_t from)
{
	trial->step =
	    xreallocarray(trial->step, t->horizon, sizeof(*trial->step));
	for (size_t h = from; h < t->horizon; h++)
		trial->step[h] = (struct forecast_measure){0};
}

static void
make_horizon(struct series_trials *t, size_t horizon)
{
	size_t from = t->horizon;

	if (horizon <= from)
		return;
	t->horizon = horizon;
	for (size_t i = 0; i < t->count; i++)
		make_steps(t, &t->trial[i], from);
}

static struct series_trial *
trial_of(struct series_trials *t, const char *method)
{
	struct series_trial *trial;

	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->trial[i].method, method) == 0)
			return &t->trial[i];
	GROW(t->trial, t->cap, t->count + 1);
	trial = &t->trial[t->count++];
	*trial = (struct series_trial){0};
	snprintf(trial->method, sizeof(trial->method), "%s", method);
	if (t->horizon)
		make_steps(t, trial, 0);
	return trial;
}

void
series_trials_add(struct series_trials *t, const struct forecast_backtest *b)
{
	make_horizon(t, b->horizon);
	for (size_t i = 0; i < b->count; i++) {
		const struct forecast_trial *from = &b->trial[i];
		struct series_trial *to = trial_of(t, from->method->name);

		to->refused += from->refused;
		forecast_measure_merge(&to->all, &from->all);
		for (size_t h = 0; h < b->horizon; h++)
			forecast_measure_merge(&to->step[h], &from->step[h]);
	}
}

void
series_trials_measure(struct series_trials *t, const char *method,
    const struct forecast_scale *scale, const struct forecast *f, size_t step,
    double actual)
{
	struct forecast_measure m = {0};
	struct series_trial *trial;

	make_horizon(t, step + 1);
	trial = trial_of(t, method);
	forecast_measure_step(&m, scale, f, step, actual);
	forecast_measure_merge(&trial->all, &m);
	forecast_measure_merge(&trial->step[step], &m);
}

const char *const series_trial_columns[] = {"series", "method", "step",
    "forecasts", "refused", "mape", "smape", "mase", "rmsse", "bias",
    "coverage80", "coverage95", "width80", "width95", "msis95"};
const size_t series_trial_column_count = COUNT_OF(series_trial_columns);

static void
put_measure(struct json_writer *w, const char *name, double v)
{
	if (!isfinite(v))
		return;
	json_put_name(w, name);
	json_put_real(
	    w, fabs(v) < 1e9 ? round(v * 1e4) / 1e4 : number_digits(v, 13));
}

/* Those of a JSON object into another one. */
static void
put_members(struct json_writer *w, struct str object)
{
	struct json_scanner scanner = {0};

	if (!object.p)
		return;
	if (json_scan_object(&scanner, object) < 0)
		BUG("no object: %.*s", STR_ARG(object));
	for (size_t i = 0; i < scanner.count; i++) {
		json_put_key(w, scanner.member[i].name);
		json_put_raw(w, scanner.member[i].raw);
	}
	json_scanner_release(&scanner);
}

/* step 0: all of them. */
static void
put_line(const struct series_trial *trial, struct str about, size_t step,
    const struct forecast_measure *m, struct buf *out)
{
	struct forecast_accuracy a = forecast_accuracy_of(m);
	struct json_writer w = {.out = out};

	json_put_object(&w);
	put_members(&w, about);
	json_add_text(&w, "method", str_of(trial->method));
	if (step)
		json_add_int(&w, "step", (int64_t)step);
	json_add_int(&w, "forecasts", (int64_t)m->steps);
	if (trial->refused)
		json_add_int(&w, "refused", (int64_t)trial->refused);
	put_measure(&w, "mape", a.mape);
	put_measure(&w, "smape", a.smape);
	put_measure(&w, "mase", a.mase);
	put_measure(&w, "rmsse", a.rmsse);
	put_measure(&w, "bias", a.bias);
	put_measure(&w, "coverage80", a.coverage[FORECAST_80]);
	put_measure(&w, "coverage95", a.coverage[FORECAST_95]);
	put_measure(&w, "width80", a.width[FORECAST_80]);
	put_measure(&w, "width95", a.width[FORECAST_95]);
	put_measure(&w, "msis95", a.msis[FORECAST_95]);
	json_put_end(&w);
	buf_addc(out, '\n');
}

void
series_trials_put(const struct series_trials *t, struct str about, bool steps,
    struct buf *out)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct series_trial *trial = &t->trial[i];

		put_line(trial, about, 0, &trial->all, out);
		for (size_t h = 0; steps && h < t->horizon; h++)
			if (trial->step[h].steps)
				put_line(
				    trial, about, h + 1, &trial->step[h], out);
	}
}

/* The mean scaled error, or, of constant series, the relative one; a method
 * that never made a forecast is the worst. */
static double
error_of(const struct series_trial *t)
{
	struct forecast_accuracy a = forecast_accuracy_of(&t->all);
	double error = isfinite(a.mase) ? a.mase : a.smape;

	return isfinite(error) ? error : INFINITY;
}

bool
series_trials_loses(const struct series_trials *t, size_t one, size_t other)
{
	return error_of(&t->trial[one]) > error_of(&t->trial[other]);
}

const char *const series_rivals[] = {"naive", "snaive", NULL};

size_t
series_trials_rival(const struct series_trials *t)
{
	size_t best = 0;

	for (size_t i = 1; i < t->count; i++)
		for (size_t k = 0; series_rivals[k]; k++)
			if (strcmp(t->trial[i].method, series_rivals[k]) == 0 &&
			    (best == 0 || series_trials_loses(t, best, i)))
				best = i;
	return best;
}

size_t
series_horizon(const struct series *s)
{
	size_t steps = s->period;

	if (steps == 1)
		steps = 6;
	else if (steps > 52)
		steps = 24;
	if (steps > s->n / 2)
		steps = s->n / 2;
	return steps ? steps : 1;
}

size_t
series_least_known(const struct series *s, size_t horizon)
{
	size_t least = s->period > 1 ? 2 * s->period + 1 : 4;

	if (s->n < least + horizon)
		least = s->n / 2;
	return least < 4 ? 4 : least;
}
