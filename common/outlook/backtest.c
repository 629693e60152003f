/* SPDX-License-Identifier: ISC */
/* How good forecasts would have been in the past. */
#include <stdlib.h>

#include "outlook/outlook.h"

struct trying {
	const struct outlook_backtest *how;
	const struct forecast_method **methods; /* the first is the one that is
						   to be judged */
	size_t count, cap;
	struct series_trials trials;
};

struct tried {
	int rc;
	struct err why;
	struct forecast_backtest b;
};

/* {"series":"tokyo"}, or nothing of one without a name. */
static void
put_name(const struct series *series, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	if (series->name.p)
		json_add_text(&w, "series", series->name);
	json_put_end(&w);
}

static void *
try_one(void *outlook, const struct series *series)
{
	const struct outlook *o = outlook;
	const struct trying *t = o->context;
	struct forecast_series numbers = series_numbers(series);
	struct forecast_ask ask = outlook_ahead_ask(&t->how->ahead, series);
	struct forecast_origins origins = {.most = (size_t)t->how->origins,
	    .every = (size_t)t->how->every,
	    .least = series_least_known(series, ask.horizon)};
	struct tried *m = xcalloc(1, sizeof(*m));

	m->rc = forecast_backtest(
	    &numbers, &ask, &origins, t->methods, t->count, &m->b, &m->why);
	return m;
}

static void
tell_alone(struct outlook *o, const struct series *series,
    const struct forecast_backtest *b, bool steps)
{
	struct series_trials alone = {0};
	struct buf about = {0};

	series_trials_add(&alone, b);
	put_name(series, &about);
	series_trials_put(&alone, buf_str(&about), steps, &o->lines);
	outlook_put(o);
	buf_release(&about);
	series_trials_release(&alone);
}

static int
tell_tried(
    void *outlook, const struct series *series, void *result, struct err *err)
{
	struct outlook *o = outlook;
	struct trying *t = o->context;
	struct tried *m = result;

	(void)err;
	if (m->rc < 0) {
		outlook_refuse(o, series, &m->why);
	} else {
		series_trials_add(&t->trials, &m->b);
		if (t->how->each)
			tell_alone(o, series, &m->b, t->how->steps);
	}
	forecast_backtest_release(&m->b);
	free(m);
	return 0;
}

static int
add_method(struct trying *t, struct str name, struct err *err)
{
	const struct forecast_method *m;

	if (forecast_method_need(name, &m, err) < 0)
		return -1;
	for (size_t i = 0; i < t->count; i++)
		if (t->methods[i] == m)
			return 0;
	GROW(t->methods, t->cap, t->count + 1);
	t->methods[t->count++] = m;
	return 0;
}

/* Those that were named, and the naive ones that all are measured by. */
static int
find_methods(struct trying *t, struct err *err)
{
	struct str rest = str_of(t->how->ahead.method), name;
	bool more = true;

	while (more) {
		more = str_cut(&rest, ',', &name);
		if (add_method(t, str_trim(name), err) < 0)
			return -1;
	}
	for (size_t i = 0; series_rivals[i]; i++)
		if (add_method(t, str_of(series_rivals[i]), err) < 0)
			return -1;
	return 0;
}

/* How the first method stands against the better of the naive ones. */
static int
judge(struct session *s, const struct series_trials *t)
{
	size_t best = series_trials_rival(t);

	if (t->count == 0)
		return CLI_DONE;
	if (t->trial[0].all.steps == 0) {
		session_summary(s, "; %s made no forecast", t->trial[0].method);
		return CLI_NO;
	}
	session_summary(s, "; %s %s %s", t->trial[0].method,
	    series_trials_loses(t, 0, best) ? "loses to" : "is no worse than",
	    t->trial[best].method);
	return series_trials_loses(t, 0, best) ? CLI_NO : CLI_DONE;
}

static int
try_all(struct outlook *o, struct trying *t, struct err *err)
{
	int rc, verdict;

	if (find_methods(t, err) < 0 ||
	    session_print(
		o->s, series_trial_columns, series_trial_column_count, err) < 0)
		return -1;
	rc = outlook_read(o, err);
	if (rc < 0)
		return -1;
	if (!t->how->each) {
		series_trials_put(
		    &t->trials, (struct str){0}, t->how->steps, &o->lines);
		outlook_put(o);
	}
	verdict = judge(o->s, &t->trials);
	return t->how->gate && verdict != CLI_DONE ? verdict : rc;
}

int
outlook_backtest(struct session *s, const struct outlook_of *of,
    const struct outlook_backtest *how, struct err *err)
{
	struct trying t = {.how = how};
	struct outlook o = {.s = s,
	    .of = of,
	    .look = try_one,
	    .tell = tell_tried,
	    .context = &t};
	int rc = try_all(&o, &t, err);

	series_trials_release(&t.trials);
	outlook_release(&o);
	free(t.methods);
	return rc;
}
