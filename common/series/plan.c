/* SPDX-License-Identifier: ISC */
/*
 * Plans: what drivers were at the steps of a series, what they are to be, with
 * the changes and without, and how many steps later they act.
 */
#include <math.h>
#include <stdlib.h>

#include "series/series_priv.h"

/* What was read of a driver, at its places; values[0] is step -lead. Returns
 * the first place there is anything at, perhaps before all places. */
static int64_t
lay_out(const struct plan *p, const struct series_driver *d, double *values)
{
	size_t n = p->lead + p->s->n + p->room;
	size_t *times = xcalloc(n, sizeof(*times));
	enum series_double doubled = p->q->rules.doubled;
	int64_t first = INT64_MAX;

	for (size_t t = 0; t < n; t++)
		values[t] = NAN;
	for (size_t i = 0; i < d->count; i++) {
		int64_t at = series_position(&p->s->calendar, d->points[i].at) +
			     (int64_t)p->lead;
		double value = d->points[i].value;

		first = at < first ? at : first;
		if (at < 0 || (uint64_t)at >= n)
			continue;
		if (times[at]++ == 0 || doubled == SERIES_LAST)
			values[at] = value;
		else if (doubled != SERIES_FIRST)
			values[at] += value;
	}
	for (size_t t = 0; t < n; t++)
		if (doubled == SERIES_MEAN && times[t])
			values[t] /= (double)times[t];
	free(times);
	return first;
}

static int
refuse_missing(const struct plan *p, const struct series_driver *d,
    size_t missing, size_t of, const char *first, struct err *err)
{
	if (missing == of)
		return err_set(err, ERR_USAGE, "%s: no value at any time of %s",
		    quoted(d->name), series_called(p->s->name));
	return err_set(err, ERR_USAGE,
	    "%s: %zu of %zu values missing, the first at %s: with --gaps zero "
	    "that means none",
	    quoted(d->name), missing, of, first);
}

/* v[0] to v[n - 1] are the past, from the step `from` of the series on. */
static int
complete_past(const struct plan *p, const struct series_driver *d, int64_t from,
    double *v, size_t n, struct err *err)
{
	bool zero = d->zero || p->q->rules.gaps == SERIES_ZERO;
	size_t missing = 0, first = SIZE_MAX;
	struct buf time = {0};
	int rc = 0;

	for (size_t t = 0; t < n; t++) {
		if (!isnan(v[t]))
			continue;
		missing++;
		first = first == SIZE_MAX ? t : first;
		if (zero)
			v[t] = 0;
	}
	if (!missing || zero)
		return 0;
	series_time_add(&time, &p->s->calendar, from + (int64_t)first);
	if (isnan(v[0]) || isnan(v[n - 1]) || missing * 2 > n) {
		rc = refuse_missing(p, d, missing, n, time.p, err);
	} else {
		remark(p->q->remarks, (struct place){0},
		    "%s: %s: %zu of %zu values missing, the first at %s: "
		    "filled in",
		    series_called(p->s->name), quoted(d->name), missing, n,
		    time.p);
		forecast_fill(v, n, p->s->period);
	}
	buf_release(&time);
	return rc;
}

/* v[0] is the first step behind the series. As planned; without any plan as in
 * the last season. */
static void
complete_future(const struct plan *p, bool zero, double *v)
{
	size_t n = p->s->n;
	size_t back = p->s->period > 1 && p->s->period <= n ? p->s->period : 1;
	bool planned = false;

	for (size_t h = 0; h < p->room; h++)
		planned |= !isnan(v[h]);
	for (size_t h = 0; h < p->room; h++)
		if (isnan(v[h]))
			v[h] = planned && zero ? 0 : *(v + h - back);
}

static bool
change(const struct plan *p, const struct plan_driver *d)
{
	const double *planned = d->values + p->lead + p->s->n;
	bool changes = false;

	for (size_t h = 0; h < p->room; h++)
		d->changed[h] = planned[h];
	for (size_t i = 0; i < p->q->change_count; i++) {
		const struct series_change *c = &p->q->changes[i];

		if (!str_eq(c->driver, d->name))
			continue;
		changes = true;
		for (size_t h = 0; h < p->horizon; h++)
			d->changed[h] = c->how == SERIES_BECOMES ? c->by
					: c->how == SERIES_MORE
					    ? d->changed[h] + c->by
					    : d->changed[h] * (1 + c->by);
	}
	return changes;
}

/* ---- lags ---------------------------------------------------------------- */

static void
find_lag(const struct series_question *q, struct plan_driver *d)
{
	for (size_t i = 0; i < q->lag_count; i++) {
		const struct series_lag *lag = &q->lags[i];

		/* What is said of one driver counts more than of all. */
		if (lag->driver.p ? !str_eq(lag->driver, d->name) : d->most)
			continue;
		d->least = lag->least;
		d->most = lag->most;
		if (lag->driver.p)
			return;
	}
}

/* Of a driver: what it was, and how far back before the series. */
static int
make_past(struct plan *p, const struct series_driver *from,
    struct plan_driver *d, struct err *err)
{
	int64_t first = lay_out(p, from, d->values);
	bool zero = from->zero || p->q->rules.gaps == SERIES_ZERO;
	size_t begin = p->lead;

	/* Before its first value nothing is known; of what is counted in a
	 * store, that there was nothing. */
	if (from->zero)
		begin = 0;
	else if (zero && first < (int64_t)p->lead)
		begin = first < 0 ? 0 : (size_t)first;
	else
		while (begin && !isnan(d->values[begin - 1]))
			begin--;
	if (complete_past(p, from, (int64_t)begin - (int64_t)p->lead,
		d->values + begin, p->lead - begin + p->s->n, err) < 0)
		return -1;
	complete_future(p, zero, d->values + p->lead + p->s->n);
	if (d->most > p->lead - begin && d->most - (p->lead - begin) > p->skip)
		p->skip = d->most - (p->lead - begin);
	return 0;
}

static int
choose_lags(struct plan *p, struct err *err)
{
	struct forecast_lagged *lagged = xcalloc(p->count + 1, sizeof(*lagged));
	double **aicc = xcalloc(p->count + 1, sizeof(*aicc));
	struct forecast_lag *lag = xcalloc(p->count + 1, sizeof(*lag));
	int rc;

	for (size_t i = 0; i < p->count; i++) {
		struct plan_driver *d = &p->driver[i];

		lagged[i] = (struct forecast_lagged){
		    d->values + p->lead + p->skip - d->most, d->least, d->most};
		if (d->most > d->least)
			aicc[i] = d->aicc =
			    xcalloc(d->most - d->least + 1, sizeof(*d->aicc));
	}
	rc = forecast_lags(&p->numbers, lagged, p->count, lag, aicc, err);
	for (size_t i = 0; i < p->count && rc == 0; i++)
		p->driver[i].of = lag[i];
	free(lagged);
	free(aicc);
	free(lag);
	return rc;
}

/* ---- both plans ---------------------------------------------------------- */

static void
make_room(struct plan *p)
{
	p->driver = xcalloc(p->count + 1, sizeof(*p->driver));
	p->drivers = xcalloc(p->count + 1, sizeof(*p->drivers));
	for (size_t i = 0; i < p->count; i++) {
		struct plan_driver *d = &p->driver[i];

		d->name = p->s->drivers[i].name;
		find_lag(p->q, d);
		p->lead = d->most > p->lead ? d->most : p->lead;
	}
	p->room = p->horizon + p->lead;
	for (size_t i = 0; i < p->count; i++) {
		struct plan_driver *d = &p->driver[i];

		d->values =
		    xcalloc(p->lead + p->s->n + p->room, sizeof(*d->values));
		d->changed = xcalloc(p->room, sizeof(*d->changed));
		d->after = xcalloc(p->room, sizeof(*d->after));
	}
}

static int
make_pasts(struct plan *p, struct err *err)
{
	for (size_t i = 0; i < p->count; i++)
		if (make_past(p, &p->s->drivers[i], &p->driver[i], err) < 0)
			return -1;
	if (p->skip >= p->s->n)
		return err_set(err, ERR_USAGE,
		    "there are %zu observations; that is nothing for lags of "
		    "%zu steps",
		    p->s->n, p->lead);
	p->numbers = series_numbers(p->s);
	p->numbers.y += p->skip;
	p->numbers.n -= p->skip;
	return 0;
}

/* What was, later by the lag, is what the series sees. */
static void
make_futures(struct plan *p)
{
	p->steps = p->horizon;
	for (size_t i = 0; i < p->count; i++) {
		struct plan_driver *d = &p->driver[i];
		const double *from = d->values + p->lead - d->of.lag;
		const double *planned = from + p->s->n;

		if (change(p, d) && p->horizon + d->of.lag > p->steps)
			p->steps = p->horizon + d->of.lag;
		for (size_t h = 0; h < p->room; h++)
			d->after[h] = h < d->of.lag ? planned[h]
						    : d->changed[h - d->of.lag];
		p->drivers[i] = (struct forecast_driver){
		    d->name, from + p->skip, planned, d->after, d->of.choices};
	}
}

int
series_plan_make(struct plan *ret, const struct series *s, size_t horizon,
    const struct series_question *q, struct err *err)
{
	struct plan p = {
	    .s = s, .q = q, .horizon = horizon, .count = s->driver_count};

	make_room(&p);
	if (make_pasts(&p, err) < 0 || choose_lags(&p, err) < 0) {
		series_plan_release(&p);
		return -1;
	}
	make_futures(&p);
	*ret = p;
	return 0;
}

void
series_plan_release(struct plan *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->driver[i].aicc);
		free(p->driver[i].values);
		free(p->driver[i].changed);
		free(p->driver[i].after);
	}
	free(p->driver);
	free(p->drivers);
}
