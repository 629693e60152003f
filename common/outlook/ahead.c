/* SPDX-License-Identifier: ISC */
/* Forecasts of series: printed, drawn, kept. */
#include <stdlib.h>

#include "outlook/outlook.h"

struct aheads {
	const struct outlook_ahead *how;
	const struct forecast_method *method;
	struct metric_keeping *keeping; /* NULL: they are not kept */
	struct outlook_picture picture;
};

/* What came of one series. */
struct made {
	int rc;
	struct err why;
	struct forecast f;
	struct forecast_choice choice; /* under explain */
};

struct forecast_ask
outlook_ahead_ask(const struct outlook_ahead *how, const struct series *series)
{
	return (struct forecast_ask){.horizon = how->horizon
						    ? (size_t)how->horizon
						    : series_horizon(series),
	    .non_negative = series->non_negative && !how->negative};
}

static void *
look_ahead(void *outlook, const struct series *series)
{
	const struct outlook *o = outlook;
	const struct aheads *a = o->context;
	struct forecast_series numbers = series_numbers(series);
	struct forecast_ask ask = outlook_ahead_ask(a->how, series);
	struct made *m = xcalloc(1, sizeof(*m));

	m->rc = a->how->explain
		    ? forecast_auto_explained(&numbers, &ask,
			  a->method->run == forecast_auto_thorough, &m->f,
			  &m->choice, &m->why)
		    : forecast_run(a->method, &numbers, &ask, &m->f, &m->why);
	return m;
}

static int
tell_ahead(
    void *outlook, const struct series *series, void *result, struct err *err)
{
	struct outlook *o = outlook;
	struct aheads *a = o->context;
	struct made *m = result;

	(void)err;
	if (m->rc < 0) {
		outlook_refuse(o, series, &m->why);
	} else if (a->keeping) {
		/* Printed when they are kept. */
		metric_keeping_add(a->keeping, series, a->how->method, &m->f);
		series_put_forecast(series, &m->f, &o->s->lines);
	} else if (a->picture.of) {
		series_picture_add(a->picture.of, series, &m->f);
	} else {
		if (a->how->explain)
			series_put_choice(series, &m->choice, &o->lines);
		else
			series_put_forecast(series, &m->f, &o->lines);
		outlook_put(o);
	}
	forecast_release(&m->f);
	free(m);
	return 0;
}

/* The method asked for. */
static int
read_method(const struct outlook_ahead *how, const struct forecast_method **ret,
    struct err *err)
{
	if (forecast_method_need(str_of(how->method), ret, err) < 0)
		return -1;
	if (how->thorough && (*ret)->run == forecast_auto)
		*ret = forecast_method_find(STR("auto-thorough"));
	if ((how->thorough || how->explain) && (*ret)->run != forecast_auto &&
	    (*ret)->run != forecast_auto_thorough)
		return err_set(err, ERR_USAGE,
		    "--%s is about auto: with --method %s there is no choice",
		    how->explain ? "explain" : "thorough", how->method);
	return 0;
}

/* ---- verbs --------------------------------------------------------------- */

static int
prepare(struct session *s, const struct outlook_of *of, struct aheads *a,
    struct err *err)
{
	if (read_method(a->how, &a->method, err) < 0 ||
	    outlook_picture_open(&a->picture, s, of, a->how->explain,
		a->how->title, a->how->locale, err) < 0)
		return -1;
	return a->how->explain ? session_print(s, series_choice_columns,
				     series_choice_column_count, err)
			       : session_print(s, series_forecast_columns,
				     series_forecast_column_count, err);
}

int
outlook_forecast(struct session *s, const struct outlook_of *of,
    const struct outlook_ahead *how, struct err *err)
{
	struct aheads a = {.how = how};
	struct outlook o = {.s = s,
	    .of = of,
	    .look = look_ahead,
	    .tell = tell_ahead,
	    .context = &a};
	int rc = prepare(s, of, &a, err);

	if (rc == 0)
		rc = outlook_read(&o, err);
	rc = outlook_picture_end(&a.picture, &o, rc, err);
	outlook_release(&o);
	return rc;
}

/* All of them in one change, when all are made. */
static int
keep_these(struct session *s, struct metric_keeping *keeping, struct err *err)
{
	bool dry = s->call->shared->dry_run;
	int rc;

	if (!dry && (session_begin(s, err) < 0 ||
			store_moment(s->st, s->tenant->id, s->now,
			    s->call->shared->replay, err) < 0))
		return -1;
	rc = dry ? 0 : metric_keep(s->st, s->tenant, keeping, s->now, err);
	if (!dry)
		rc = session_commit(s, rc, err);
	session_summary(s, ", kept%s", session_dry(s));
	return rc < 0 ? -1 : session_tell(s, err);
}

int
outlook_keep(struct session *s, const struct outlook_of *of,
    const struct outlook_ahead *how, struct err *err)
{
	struct aheads a = {.how = how};
	struct outlook o = {.s = s,
	    .of = of,
	    .stops = true,
	    .look = look_ahead,
	    .tell = tell_ahead,
	    .context = &a};
	struct metric_ask ask;
	int rc, kept;

	if (!of->metric)
		return err_set(
		    err, ERR_USAGE, "which forecasts? give --metric NAME");
	if (forecast_method_need(str_of(how->method), &a.method, err) < 0 ||
	    session_print(s, series_forecast_columns,
		series_forecast_column_count, err) < 0 ||
	    outlook_ask(&o, &ask, err) < 0 ||
	    metric_keeping_new(&ask, &a.keeping, err) < 0)
		return -1;
	rc = outlook_read(&o, err);
	kept = rc < 0 ? -1 : keep_these(s, a.keeping, err);
	metric_keeping_free(a.keeping);
	outlook_release(&o);
	return kept < 0 ? -1 : rc;
}
