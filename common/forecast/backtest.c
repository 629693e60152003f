/* SPDX-License-Identifier: ISC */
/*
 * Rolling origins: forecasts from where one stood at earlier times, measured
 * by what came (Tashman, Out-of-sample tests of forecasting accuracy, 2000).
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

void
forecast_backtest_release(struct forecast_backtest *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->count; i++)
		free(b->trial[i].step);
	free(b->trial);
	*b = (struct forecast_backtest){0};
}

static void
try(const struct forecast_series *s, const struct forecast_ask *ask, size_t cut,
    struct forecast_trial *t)
{
	struct forecast_series known = *s;
	struct forecast_scale scale;
	struct forecast f;
	struct err err;

	known.n = cut;
	if (forecast_run(t->method, &known, ask, &f, &err) < 0) {
		if (!t->refused++)
			t->why = err;
		return;
	}
	scale = forecast_scale_of(&known);
	for (size_t h = 0; h < ask->horizon; h++) {
		struct forecast_measure m = {0};

		forecast_measure_step(&m, &scale, &f, h, s->y[cut + h]);
		forecast_measure_merge(&t->step[h], &m);
		forecast_measure_merge(&t->all, &m);
	}
	forecast_release(&f);
}

int
forecast_backtest(const struct forecast_series *s,
    const struct forecast_ask *ask, const struct forecast_origins *origins,
    const struct forecast_method *const *methods, size_t count,
    struct forecast_backtest *ret, struct err *err)
{
	size_t least = origins->least, room, every;
	struct forecast_backtest b = {.horizon = ask->horizon, .count = count};

	if (!least)
		least = s->period > 1 ? 2 * s->period + 1 : 4;
	if (s->n < ask->horizon || s->n - ask->horizon < least)
		return err_set(err, ERR_USAGE,
		    "a backtest of %zu steps needs %zu observations, there are "
		    "%zu",
		    ask->horizon, least + ask->horizon, s->n);
	room = s->n - ask->horizon - least;
	every = origins->every ? origins->every : 1;
	b.origins = room / every + 1;
	if (origins->most && b.origins > origins->most)
		b.origins = origins->most;
	b.every = every;
	b.first = s->n - ask->horizon - (b.origins - 1) * every;
	b.trial = xcalloc(count ? count : 1, sizeof(*b.trial));
	for (size_t i = 0; i < count; i++) {
		struct forecast_trial *t = &b.trial[i];

		t->method = methods[i];
		t->step = xcalloc(ask->horizon, sizeof(*t->step));
		for (size_t k = 0; k < b.origins; k++)
			try(s, ask, b.first + k * every, t);
	}
	*ret = b;
	return 0;
}
