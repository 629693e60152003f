/* SPDX-License-Identifier: ISC */
/* The right way to find anomalies in a series, by what it is. */
#include <math.h>
#include <stdlib.h>

#include "insight/insight.h"

/* Rates are compared with those of so many windows before. */
enum { WINDOWS_BEHIND = 8, MOST_BEHIND = 1024 };

/* Of alarms within a window of the first one only that is kept. */
static void
merge(struct forecast_anomalies *a, size_t window)
{
	size_t kept = 0;

	for (size_t i = 0; i < a->count; i++)
		if (kept == 0 || a->list[i].at - a->list[kept - 1].at >= window)
			a->list[kept++] = a->list[i];
	a->count = kept;
}

static void
watch(const struct series *s, const struct forecast_watch_plan *plan, bool each,
    struct forecast_anomalies *ret)
{
	struct forecast_watch *w = forecast_watch_open(plan);
	struct forecast_verdict v;

	forecast_anomalies_make(ret, s->n);
	for (size_t t = 0; t < s->n; t++) {
		forecast_watch_next(w, s->known[t], &v);
		ret->expected[t] = v.expected;
		ret->low[t] = v.low;
		ret->high[t] = v.high;
		if (v.fresh || (each && v.alarm))
			forecast_anomalies_add(ret, &v.anomaly);
	}
	forecast_watch_free(w);
}

static int
find_rates(const struct series *s, const struct insight_how *how, size_t window,
    struct forecast_anomalies *ret, struct err *err)
{
	struct forecast_rate options = {.behind = 0};
	double *yes = xcalloc(s->n + 1, sizeof(*yes));
	int rc;

	for (size_t t = 0; t < s->n; t++)
		yes[t] = isnan(s->known[t]) ? 0 : round(s->known[t] * s->of[t]);
	if (how->streaming) {
		options.behind = WINDOWS_BEHIND * window;
		if (options.behind > MOST_BEHIND)
			options.behind = MOST_BEHIND;
		/* In so many looks one false alarm in `rare` windows. */
		options.alpha =
		    WINDOWS_BEHIND / (how->rare > 0 ? how->rare : 30);
	}
	rc = forecast_rate_anomalies(yes, s->of, s->n, &options, ret, err);
	if (rc == 0 && how->streaming && !how->each)
		merge(ret, window);
	free(yes);
	return rc;
}

static int
find_esd(const struct series *s, const struct forecast_watch_plan *plan,
    struct forecast_anomalies *ret, struct err *err)
{
	struct forecast_esd options = {
	    .values = plan->values, .non_negative = plan->non_negative};

	for (int i = 0; i < 2; i++)
		options.season[i] = plan->season[i];
	return forecast_esd_anomalies(s->known, s->n, &options, ret, err);
}

int
insight_find(const struct series *s, const struct insight_how *how,
    struct insight_found *ret, struct err *err)
{
	struct insight_found f = {.method = "esd"};
	struct forecast_watch_plan plan = series_watch(s);
	int rc = 0;

	plan.rare = how->rare;
	plan.values = how->values;
	plan.non_negative = s->non_negative;
	f.window = plan.window;
	if (how->moving) {
		f.method = "moving";
		rc = forecast_moving_anomalies(
		    s->known, s->n, how->moving, 3, &f.of, err);
	} else if (s->of) {
		f.method = "rate";
		rc = find_rates(s, how, plan.window, &f.of, err);
	} else if (how->streaming) {
		f.method = "watch";
		watch(s, &plan, how->each, &f.of);
	} else {
		rc = find_esd(s, &plan, &f.of, err);
	}
	if (rc == 0)
		*ret = f;
	return rc;
}

void
insight_found_release(struct insight_found *f)
{
	if (f)
		forecast_anomalies_release(&f->of);
}
