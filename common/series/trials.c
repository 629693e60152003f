/* SPDX-License-Identifier: ISC */
/* Backtests of many series put together, as records. */
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

/* Room for a backtest's methods, in their order, and its steps. */
static void
make_room(struct series_trials *t, const struct forecast_backtest *b)
{
	if (!t->trial) {
		t->trial = xcalloc(b->count + 1, sizeof(*t->trial));
		t->count = b->count;
		for (size_t i = 0; i < b->count; i++)
			t->trial[i].method = b->trial[i].method;
	}
	if (b->horizon <= t->horizon)
		return;
	for (size_t i = 0; i < t->count; i++) {
		struct forecast_trial *to = &t->trial[i];

		to->step =
		    xreallocarray(to->step, b->horizon, sizeof(*to->step));
		for (size_t h = t->horizon; h < b->horizon; h++)
			to->step[h] = (struct forecast_measure){0};
	}
	t->horizon = b->horizon;
}

void
series_trials_add(struct series_trials *t, const struct forecast_backtest *b)
{
	make_room(t, b);
	t->series++;
	t->origins += b->origins;
	for (size_t i = 0; i < b->count; i++) {
		const struct forecast_trial *from = &b->trial[i];
		struct forecast_trial *to = &t->trial[i];

		if (from->refused && !to->refused)
			to->why = from->why;
		to->refused += from->refused;
		forecast_measure_merge(&to->all, &from->all);
		for (size_t h = 0; h < b->horizon; h++)
			forecast_measure_merge(&to->step[h], &from->step[h]);
	}
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
	json_put_real(w, fabs(v) < 1e9 ? round(v * 1e4) / 1e4 : v);
}

/* step 0: all of them. */
static void
put_line(const struct forecast_trial *trial, struct str name, size_t step,
    const struct forecast_measure *m, struct buf *out)
{
	struct forecast_accuracy a = forecast_accuracy_of(m);
	struct json_writer w = {.out = out};

	json_put_object(&w);
	if (name.p)
		json_add_text(&w, "series", name);
	json_add_text(&w, "method", str_of(trial->method->name));
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
series_trials_put(
    const struct series_trials *t, struct str name, bool steps, struct buf *out)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct forecast_trial *trial = &t->trial[i];

		put_line(trial, name, 0, &trial->all, out);
		for (size_t h = 0; steps && h < t->horizon; h++)
			put_line(trial, name, h + 1, &trial->step[h], out);
	}
}

/* The mean scaled error, or, of constant series, the relative one; a method
 * that never made a forecast is the worst. */
static double
error_of(const struct forecast_trial *t)
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
