/* SPDX-License-Identifier: ISC */
/* How a series is watched for anomalies, by its calendar. */
#include "series/series.h"

/* What people look back on as one: the day of what is shorter, the week of
 * days, some four of weeks, three of months. */
static size_t
window_of(const struct series *s)
{
	const struct series_calendar *c = &s->calendar;
	const int64_t day = 24 * 3600 * (int64_t)1000, week = 7;
	int64_t steps = 0;

	switch (c->unit) {
	case SERIES_COUNT:
		return s->period > 1 ? s->period : 7;
	case SERIES_MS:
		steps = day / c->step;
		break;
	case SERIES_DAYS:
		steps = c->step < week ? week / c->step : 4;
		break;
	case SERIES_WEEKDAY:
		steps = 5 / c->step;
		break;
	case SERIES_MONTHS:
		steps = c->step < 3 ? 3 / c->step : 4;
		break;
	}
	return steps < 2 ? 2 : (size_t)steps;
}

struct forecast_watch_plan
series_watch(const struct series *s)
{
	struct forecast_watch_plan plan = {.window = window_of(s)};

	plan.season[0] = s->period > 1 ? s->period : 0;
	for (size_t i = 0; i < SERIES_LONGER && plan.season[0]; i++)
		plan.season[i + 1] = s->longer[i];
	return plan;
}
