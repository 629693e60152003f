/* SPDX-License-Identifier: ISC */
/* What is out of the ordinary and who carries it; where series go. */
#include <inttypes.h>
#include <stdlib.h>

#include "outlook/outlook.h"

struct oddities {
	const struct outlook_odd *asked;
	struct insight_how how;
	struct insight_whole *whole; /* of parts */
	struct outlook_picture picture;
	uint64_t count;
};

/* What was found in one series. */
struct odd {
	int rc;
	struct err why;
	struct insight_found found;
};

static void *
find_odd(void *outlook, const struct series *series)
{
	const struct outlook *o = outlook;
	const struct oddities *all = o->context;
	struct odd *odd = xcalloc(1, sizeof(*odd));

	odd->rc = insight_find(series, &all->how, &odd->found, &odd->why);
	return odd;
}

static int
tell_odd(
    void *outlook, const struct series *series, void *result, struct err *err)
{
	struct outlook *o = outlook;
	struct oddities *all = o->context;
	struct odd *odd = result;

	(void)err;
	if (odd->rc < 0) {
		outlook_refuse(o, series, &odd->why);
	} else if (all->picture.of) {
		series_picture_odd(
		    all->picture.of, series, odd->found.method, &odd->found.of);
		all->count += odd->found.of.count;
	} else {
		insight_put_anomalies(series, &odd->found, all->asked->all,
		    all->whole, &o->lines);
		outlook_put(o);
		all->count += odd->found.of.count;
	}
	insight_found_release(&odd->found);
	free(odd);
	return 0;
}

/* ---- who carries it ------------------------------------------------------ */

static int
gather_part(struct outlook *o, const struct series *series, struct err *err)
{
	const struct oddities *all = o->context;

	return insight_part_add(all->whole, o->of->group, false, series, err);
}

/* The whole of a metric, with its parts by the fields that mostly tell. */
static int
read_metric(struct outlook *o, struct oddities *all, struct err *err)
{
	static const char *const usual[] = {
	    "source", "industry", "segment", NULL};
	const char *const one[] = {o->of->group, NULL};
	struct remarks refused = {.put = session_refuses};
	struct series_counts done;
	struct metric_ask ask;

	if (outlook_ask(o, &ask, err) < 0)
		return -1;
	ask.refused = &refused;
	if (insight_whole_read(all->whole, o->s->st, o->s->tenant, &ask,
		o->of->group ? one : usual, &done, err) < 0)
		return -1;
	session_summary(o->s, "%" PRIu64 " series", done.series);
	return done.series ? CLI_DONE : CLI_REJECTS;
}

/* The whole with its parts: of records, what the parts come to together. */
static int
read_whole(struct outlook *o, struct oddities *all, struct err *err)
{
	int rc;

	if (o->s->st)
		return read_metric(o, all, err);
	o->each = gather_part;
	o->look = NULL;
	rc = outlook_read(o, err);
	return rc < 0 || insight_whole_sum(all->whole, err) < 0 ? -1 : rc;
}

static int
explain(struct outlook *o, struct oddities *all, struct err *err)
{
	const struct series *series;
	int rc;

	if (!o->s->st && !o->of->group)
		return err_set(err, ERR_USAGE,
		    "--explain: which field parts the records? give --group "
		    "FIELD");
	all->whole = insight_whole_new(&all->how);
	rc = read_whole(o, all, err);
	series = insight_whole_series(all->whole);
	if (rc >= 0 && series &&
	    tell_odd(o, series, find_odd(o, series), err) < 0)
		rc = -1;
	insight_whole_free(all->whole);
	return rc;
}

/* What a metric's values are. */
static int
find_values(
    const struct outlook_of *of, enum forecast_values *ret, struct err *err)
{
	const struct metric_about *about;

	if (!of->metric)
		return 0; /* found in them */
	if (metric_about_of(of->metric, &about, err) < 0)
		return -1;
	*ret = about->kind == METRIC_COUNT ? FORECAST_COUNTS : FORECAST_PLAIN;
	if (of->parts && strcmp(of->metric, "score") == 0)
		return err_set(err, ERR_USAGE,
		    "--explain: a mean score is not the sum of its parts");
	return 0;
}

int
outlook_anomalies(struct session *s, const struct outlook_of *of,
    const struct outlook_odd *how, struct err *err)
{
	struct oddities all = {.asked = how,
	    .how = {.streaming = how->streaming,
		.moving = (size_t)how->moving,
		.rare = (double)how->rare}};
	struct outlook o = {.s = s,
	    .of = of,
	    .sparse = true,
	    .look = find_odd,
	    .tell = tell_odd,
	    .context = &all};
	int rc;

	if (find_values(of, &all.how.values, err) < 0 ||
	    outlook_picture_open(&all.picture, s, of, of->parts, how->title,
		how->locale, err) < 0 ||
	    session_print(s, insight_anomaly_columns,
		insight_anomaly_column_count, err) < 0) {
		series_picture_free(all.picture.of);
		return -1;
	}
	rc = of->parts ? explain(&o, &all, err) : outlook_read(&o, err);
	session_summary(s, ", %" PRIu64 " anomalies", all.count);
	rc = outlook_picture_end(&all.picture, &o, rc, err);
	outlook_release(&o);
	return rc;
}

/* ---- trends -------------------------------------------------------------- */

struct trends {
	const char *locale;
	struct outlook_picture picture;
};

static int
tell_trend(struct outlook *o, const struct series *series, struct err *err)
{
	struct trends *t = o->context;
	struct err why = {0};

	(void)err;
	if (insight_trend(series, t->locale, t->picture.of, &o->lines, &why) <
	    0)
		outlook_refuse(o, series, &why);
	else if (t->picture.of)
		buf_clear(&o->lines);
	else
		outlook_put(o);
	return 0;
}

int
outlook_trend(struct session *s, const struct outlook_of *of, const char *title,
    const char *locale, struct err *err)
{
	struct trends t = {0};
	struct outlook o = {.s = s,
	    .of = of,
	    .sparse = true,
	    .each = tell_trend,
	    .context = &t};
	int rc = -1;

	if (outlook_locale(s, locale, &t.locale, err) == 0 &&
	    outlook_picture_open(
		&t.picture, s, of, false, title, locale, err) == 0 &&
	    session_print(
		s, insight_trend_columns, insight_trend_column_count, err) == 0)
		rc = outlook_read(&o, err);
	rc = outlook_picture_end(&t.picture, &o, rc, err);
	outlook_release(&o);
	return rc;
}
