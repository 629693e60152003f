/* SPDX-License-Identifier: ISC */
/* What if: the question of the options, what drives a series, and the answer
 * for each. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "outlook/outlook.h"

struct what_if {
	const struct outlook_what_if *how;
	struct outlook_of of;    /* with the drivers that are in records */
	struct cli_list names;   /* of all drivers that are named anywhere */
	struct cli_list metrics; /* of those, "" where it is a field */
	struct series_question q;
	struct series_change *changes;
	struct series_price *prices;
	struct series_lag *lags;
	struct series_apart *apart; /* drivers that are not in the records */
	struct str name;            /* of the metric that is being read */
	struct outlook_picture picture;
	uint64_t unclear;
};

/* ---- words --------------------------------------------------------------- */

static void
add_text(struct cli_list *list, struct str text)
{
	GROW(list->items, list->cap, list->count + 1);
	list->items[list->count++] = str_dup(text);
}

static void
list_release(struct cli_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free((void *)(uintptr_t)list->items[i]);
	free(list->items);
}

static bool
is_metric(const char *name)
{
	const struct metric_about *about;
	struct err none = {0};

	return metric_about_of(name, &about, &none) == 0;
}

/* "budget", "events:demo_requested" or "demos=events:demo_requested". A plain
 * name is that of a metric where there is one. */
static int
add_driver(struct what_if *w, struct str text, struct err *err)
{
	struct str metric = text, name;
	bool two = str_cut(&metric, '=', &name);

	if (two && (!w->of.metric || !name.n || !metric.n))
		return err_set(err, ERR_USAGE,
		    w->of.metric ? "--driver: not NAME or NAME=METRIC: %s"
				 : "--driver: a metric is in a store: give "
				   "--metric: %s",
		    quoted(text));
	for (size_t i = 0; i < w->names.count; i++)
		if (str_is(name, w->names.items[i]))
			return 0;
	add_text(&w->names, name);
	if (!two)
		metric = name;
	if (w->of.metric &&
	    (two || is_metric(w->names.items[w->names.count - 1])))
		add_text(&w->metrics, metric);
	else if (!w->of.metric || w->how->file)
		add_text(&w->metrics, STR(""));
	else
		return err_set(err, ERR_USAGE,
		    "a driver is a metric, or with --drivers FILE a field of "
		    "it: %s is neither",
		    quoted(name));
	return 0;
}

static int
read_changes(struct what_if *w, struct err *err)
{
	const struct cli_list *set = &w->how->set, *cost = &w->how->cost;

	if (!set->count)
		return err_set(err, ERR_USAGE,
		    "what if? give --set, like --set budget=+20%%");
	for (size_t i = 0; i < set->count; i++)
		if (series_change_read(
			str_of(set->items[i]), &w->changes[i], err) < 0)
			return err_prefix(err, "--set");
	for (size_t i = 0; i < cost->count; i++)
		if (series_price_read(
			str_of(cost->items[i]), &w->prices[i], err) < 0)
			return err_prefix(err, "--cost");
	if (!isnan(w->how->worth) && !cost->count)
		return err_set(err, ERR_USAGE,
		    "--worth: returns are told of costs: give --cost");
	return 0;
}

static int
read_drivers(struct what_if *w, const struct outlook_of *of, struct err *err)
{
	for (size_t i = 0; i < of->drivers.count; i++)
		if (add_driver(w, str_of(of->drivers.items[i]), err) < 0)
			return -1;
	for (size_t i = 0; i < w->how->set.count; i++)
		if (add_driver(w, w->changes[i].driver, err) < 0)
			return -1;
	for (size_t i = 0; i < w->how->cost.count; i++)
		if (add_driver(w, w->prices[i].driver, err) < 0)
			return -1;
	return 0;
}

static int
read_lags(struct what_if *w, struct err *err)
{
	const struct cli_list *lag = &w->how->lag;
	bool choice = false;

	for (size_t i = 0; i < lag->count; i++) {
		struct series_lag *l = &w->lags[i];
		bool known = false;

		if (series_lag_read(str_of(lag->items[i]), l, err) < 0)
			return err_prefix(err, "--lag");
		choice |= l->most > l->least;
		for (size_t k = 0; k < w->names.count; k++)
			known |= str_is(l->driver, w->names.items[k]);
		if (l->driver.p && !known)
			return err_set(err, ERR_USAGE,
			    "--lag: no driver of that name: %s",
			    quoted(l->driver));
	}
	if (w->how->explain && !choice)
		return err_set(err, ERR_USAGE,
		    "--explain tells which lags were looked at: give --lag, "
		    "like --lag 0..4");
	return 0;
}

static int
read_question(struct what_if *w, const struct outlook_of *of, struct err *err)
{
	return read_changes(w, err) < 0 || read_drivers(w, of, err) < 0 ||
		       read_lags(w, err) < 0
		   ? -1
		   : outlook_rules(of, false, &w->q.rules, err);
}

/* ---- drivers that are not in the records ----------------------------------
 */

static int
take_metric(void *context, const struct series *series, struct err *err)
{
	struct what_if *w = context;

	(void)err;
	series_apart_add(w->apart, w->name, series, !w->of.group);
	return 0;
}

/* Each metric of the same leads, in the same steps. */
static int
read_metrics(struct outlook *o, struct what_if *w, struct err *err)
{
	const struct metric_about *about;
	struct series_counts done;
	struct metric_ask ask;

	for (size_t i = 0; i < w->names.count; i++) {
		if (!w->metrics.items[i][0])
			continue;
		w->name = str_of(w->names.items[i]);
		if (outlook_ask(o, &ask, err) < 0 ||
		    metric_about_of(w->metrics.items[i], &about, err) < 0)
			return -1;
		if (about->kind == METRIC_COUNT)
			series_apart_zero(w->apart, w->name);
		ask.metric = w->metrics.items[i];
		ask.period = 1;
		ask.remarks = NULL;
		ask.each = take_metric;
		ask.context = w;
		if (metric_read(o->s->st, o->s->tenant, &ask, &done, err) < 0)
			return -1;
	}
	return 0;
}

/* Steps of series may hold many of a file's: what it tells of them is summed,
 * unless another rule was given. */
static int
read_file(struct outlook *o, struct what_if *w, struct err *err)
{
	const struct outlook_of *of = o->of;
	struct remarks refused = {.put = session_refuses};
	char *path = (char *)(uintptr_t)w->how->file;
	struct cli_list fields = {0};
	struct series_read job = {.paths = &path,
	    .path_count = 1,
	    .encoding = of->encoding,
	    .series = of->series,
	    .time = of->time,
	    .rules = w->q.rules,
	    .remarks = cli_remarks(o->s->call),
	    .refused = &refused,
	    .rejects = of->metric ? of->rejects : NULL};
	struct series_counts done;
	int rc;

	if (of->metric)
		job.rules.zone = o->s->moment.zone;
	for (size_t i = 0; i < w->names.count; i++)
		if (!w->metrics.items[i][0])
			add_text(&fields, str_of(w->names.items[i]));
	job.drivers = fields.items;
	job.driver_count = fields.count;
	rc = series_apart_read(w->apart, &job, &done, err);
	if (rc == 0 && done.records.rejected)
		session_summary(o->s,
		    "%" PRIu64 " of %" PRIu64 " records of drivers rejected; ",
		    done.records.rejected, done.records.read);
	o->refused += rc == 0 ? done.records.rejected : 0;
	list_release(&fields);
	return rc;
}

static int
read_apart(struct outlook *o, struct what_if *w, struct err *err)
{
	w->apart = series_apart_new();
	if (w->how->file && !cli_given(o->s->call, "duplicates"))
		w->q.rules.doubled = SERIES_SUM;
	return (w->how->file && read_file(o, w, err) < 0) ||
		       (o->s->st && read_metrics(o, w, err) < 0)
		   ? -1
		   : 0;
}

/* ---- the answer ---------------------------------------------------------- */

static int
answer(struct outlook *o, struct what_if *w, const struct series *series,
    struct err *why)
{
	struct forecast_ask ask = outlook_ahead_ask(&w->how->ahead, series);
	bool clear = true;

	if (series_simulate(series, &ask, &w->q, &o->lines, &clear, why) < 0)
		return -1;
	w->unclear += !clear;
	outlook_put(o);
	return 0;
}

static int
simulate_one(struct outlook *o, const struct series *series, struct err *err)
{
	struct what_if *w = o->context;
	struct series_driver *drivers = NULL;
	struct series driven = *series;
	struct err why = {0};
	int rc = 0;

	(void)err;
	if (w->apart) {
		driven.driver_count = w->names.count;
		driven.drivers = drivers =
		    xcalloc(w->names.count + 1, sizeof(*drivers));
		rc = series_apart_join(w->apart, series, w->names.items,
		    w->names.count, drivers, &why);
	}
	if (rc < 0 || answer(o, w, &driven, &why) < 0)
		outlook_refuse(o, series, &why);
	free(drivers);
	return 0;
}

static int
open_printer(struct session *s, const struct series_question *q,
    const char *columns[SERIES_SIMULATE_COLUMNS], struct err *err)
{
	return q->explain ? session_print(s, series_lag_columns,
				series_lag_column_count, err)
			  : session_print(s, columns,
				series_simulate_columns(q, columns), err);
}

static int
ask(struct outlook *o, struct what_if *w, struct err *err)
{
	const char *columns[SERIES_SIMULATE_COLUMNS];
	int rc;

	if (outlook_picture_open(&w->picture, o->s, o->of, w->how->explain,
		w->how->ahead.title, w->how->ahead.locale, err) < 0)
		return -1;
	w->q.picture = w->picture.of;
	if (open_printer(o->s, &w->q, columns, err) < 0)
		return -1;
	if (!w->of.metric && !w->how->file)
		w->of.drivers = w->names;
	else if (read_apart(o, w, err) < 0)
		return -1;
	rc = outlook_read(o, err);
	if (rc >= 0 && w->unclear)
		session_summary(
		    o->s, ", %" PRIu64 " without a clear effect", w->unclear);
	return rc >= 0 && w->how->gate && w->unclear ? CLI_NO : rc;
}

int
outlook_simulate(struct session *s, const struct outlook_of *of,
    const struct outlook_what_if *how, struct err *err)
{
	struct what_if w = {.how = how, .of = *of};
	struct outlook o = {
	    .s = s, .of = &w.of, .each = simulate_one, .context = &w};
	int rc = -1;

	w.of.drivers = (struct cli_list){0};
	w.changes = xcalloc(how->set.count + 1, sizeof(*w.changes));
	w.prices = xcalloc(how->cost.count + 1, sizeof(*w.prices));
	w.lags = xcalloc(how->lag.count + 1, sizeof(*w.lags));
	w.q = (struct series_question){.changes = w.changes,
	    .change_count = how->set.count,
	    .prices = w.prices,
	    .price_count = how->cost.count,
	    .lags = w.lags,
	    .lag_count = how->lag.count,
	    .worth = how->worth,
	    .steps = how->steps,
	    .effects = how->effects,
	    .explain = how->explain,
	    .remarks = cli_remarks(s->call)};
	if (read_question(&w, of, err) == 0)
		rc = outlook_picture_end(&w.picture, &o, ask(&o, &w, err), err);
	outlook_release(&o);
	series_apart_free(w.apart);
	list_release(&w.names);
	list_release(&w.metrics);
	free(w.changes);
	free(w.prices);
	free(w.lags);
	return rc;
}
