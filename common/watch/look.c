/* SPDX-License-Identifier: ISC */
/* Looking at a watched metric: which steps are to be judged, what is odd. */
#include <math.h>
#include <stdlib.h>

#include "watch/watch_priv.h"

struct looking {
	struct store *st;
	const struct tenant *tenant;
	const struct watch *watch;
	const struct cond_moment *moment;
	struct metric_ask ask;
	struct insight_how how;
	struct insight_whole **series; /* each without parts */
	size_t count, cap;
	struct insight_whole *parts; /* who carries it; once it is wanted */
	struct look *ret;
};

/* What is older says nothing of a step of today, but costs as much, and a
 * single slip in a date would make it all of time. */
static int64_t
oldest(const struct looking *l)
{
	static const struct {
		const char *unit;
		int64_t days;
	} back[] = {{"hour", 90}, {"week", 5 * 366}, {"month", 10 * 366}};
	int64_t days = 3 * 366;

	for (size_t i = 0; i < COUNT_OF(back); i++)
		if (strcmp(l->watch->unit, back[i].unit) == 0)
			days = back[i].days;
	return l->moment->now - TIME_MIN > days * MS_DAY
		   ? l->moment->now - days * MS_DAY
		   : TIME_MIN;
}

enum { QUIET_WINDOWS = 4, KNOWS = 30, STRAY = 20 };

/* Where a count's history begins: after the last run of empty steps that is
 * four windows long, is followed by enough to judge by, and has less than a
 * twentieth of everything before it. A few stray dates are no history, and what
 * is expected between them is nothing. */
static size_t
beginning(const struct series *s)
{
	size_t quiet = QUIET_WINDOWS * series_watch(s).window, run = 0,
	       rest = quiet > KNOWS ? quiet : KNOWS, ret = 0;
	double all = 0, before = 0;

	for (size_t i = 0; i < s->n; i++)
		all += s->y[i];
	for (size_t i = 0; i + rest < s->n && before * STRAY < all; i++) {
		if (s->y[i] > 0 && run >= quiet)
			ret = i;
		run = s->y[i] > 0 ? 0 : run + 1;
		before += s->y[i];
	}
	return ret;
}

static int
take(void *context, const struct series *s, struct err *err)
{
	struct looking *l = context;
	struct series cut = *s;
	size_t at;

	(void)err;
	if (l->how.values == FORECAST_COUNTS && (at = beginning(s)) > 0) {
		cut.n -= at;
		cut.y += at;
		cut.known += at;
		cut.calendar.first += (int64_t)at * cut.calendar.step;
	}
	GROW(l->series, l->cap, l->count + 1);
	l->series[l->count] = insight_whole_new(&l->how);
	insight_whole_set(l->series[l->count++], &cut);
	return 0;
}

/* When the next step is to be judged. */
static int64_t
next_due(const struct looking *l)
{
	struct series_calendar c;
	int64_t ended = l->moment->now - l->watch->after;
	size_t moved;

	series_calendar_find(&ended, 1, SERIES_MOMENT, l->watch->unit,
	    l->moment->zone ? l->moment->zone : zone_utc(), &c, &moved);
	return series_time(&c, series_position(&c, ended) + 1) +
	       l->watch->after;
}

/* The steps of a series that are to be judged: from .. to - 1. */
static void
steps_to_judge(const struct looking *l, const struct series *s,
    size_t *ret_from, size_t *ret_to)
{
	size_t window = series_watch(s).window, to = s->n, from;

	while (
	    to > 0 && series_time(&s->calendar, (int64_t)to) + l->watch->after >
			  l->moment->now)
		to--;
	from = to;
	while (from > 0 && to - from < window &&
	       series_time(&s->calendar, (int64_t)from - 1) >=
		   l->watch->judged_until)
		from--;
	if (l->watch->judged_until == TIME_MIN && to > 0)
		from = to - 1;
	*ret_from = from;
	*ret_to = to;
}

/* ---- what is told ----------------------------------------------------------
 */

/* Who carries it; "[]" when nobody knows. */
static int
find_carriers(struct looking *l, const struct series *s,
    const struct forecast_anomaly *a, struct buf *because, struct err *err)
{
	static const char *const fields[] = {
	    "source", "industry", "segment", NULL};
	struct forecast_anomaly same = *a;
	const struct series *whole;
	struct series_counts ignored;
	int64_t at;

	if (l->watch->group || strcmp(l->watch->metric, "score") == 0) {
		buf_addstr(because, "[]");
		return 0;
	}
	if (!l->parts) {
		/* Of counts nothing goes on from before. */
		if (l->how.values == FORECAST_COUNTS)
			l->ask.since = series_time(&s->calendar, 0);
		l->parts = insight_whole_new(&l->how);
		if (insight_whole_read(l->parts, l->st, l->tenant, &l->ask,
			fields, &ignored, err) < 0)
			return -1;
	}
	/* Facts may have come since the first look. */
	whole = insight_whole_series(l->parts);
	at = whole ? series_position(&whole->calendar,
			 series_time(&s->calendar, (int64_t)a->at))
		   : -1;
	if (at + 1 < (int64_t)a->span || at < 0 || at >= (int64_t)whole->n) {
		buf_addstr(because, "[]");
		return 0;
	}
	same.at = (size_t)at;
	insight_explain(l->parts, &same, because);
	return 0;
}

static void
put_words(struct json_writer *j, const char *name, const struct looking *l,
    const struct insight_alarm *alarm, struct str because)
{
	static const char *const locales[] = {"ja", "en"};

	json_put_name(j, name);
	json_put_object(j);
	for (size_t i = 0; i < COUNT_OF(locales); i++) {
		struct buf text = {0};

		if (because.p)
			insight_say_because(
			    l->watch->metric, because, locales[i], &text);
		else if (strcmp(name, "headline") == 0)
			insight_say_headline(alarm, locales[i], &text);
		else
			insight_say_anomaly(alarm, locales[i], &text);
		if (text.len)
			json_add_text(j, locales[i], buf_str(&text));
		buf_release(&text);
	}
	json_put_end(j);
}

static int
put_data(struct looking *l, const struct series *s,
    const struct insight_found *found, const struct forecast_anomaly *a,
    struct buf *out, struct err *err)
{
	const struct watch *w = l->watch;
	struct insight_alarm alarm = {w->metric, w->group, s, a};
	struct json_writer j = {.out = out};
	struct buf text = {0};

	json_put_object(&j);
	json_add_text(&j, "watch", str_of(w->name));
	json_add_text(&j, "metric", str_of(w->metric));
	json_add_text(&j, "by", str_of(w->unit));
	/* Not what it asks of leads: that may name a person, whom an erasure
	 * would leave here. */
	if (w->group) {
		json_add_text(&j, "group", str_of(w->group));
		json_add_text(&j, "part", s->name);
	}
	insight_put_anomaly(s, found, a, NULL, &j);
	json_add_bool(&j, "critical", a->severity == FORECAST_CRITICAL);
	if (find_carriers(l, s, a, &text, err) < 0) {
		buf_release(&text);
		return -1;
	}
	json_put_name(&j, "because");
	json_put_raw(&j, buf_str(&text));
	put_words(&j, "headline", l, &alarm, (struct str){0});
	put_words(&j, "text", l, &alarm, (struct str){0});
	put_words(&j, "because_text", l, &alarm, buf_str(&text));
	json_put_end(&j);
	buf_release(&text);
	return 0;
}

/* Several steps are odd together: where the last one is so by itself, that is
 * what people look for. */
static struct forecast_anomaly
plainly(const struct series *s, const struct insight_found *found,
    const struct forecast_anomaly *a)
{
	struct forecast_anomaly one = *a;
	double value = s->known[a->at], expected = found->of.expected[a->at],
	       low = found->of.low[a->at], high = found->of.high[a->at];
	bool odd = a->value > a->expected ? value > high : value < low;

	if (a->span > 1 && odd) {
		one.span = 1;
		one.value = value;
		one.expected = expected;
		one.low = low;
		one.high = high;
	}
	return one;
}

static int
note(struct looking *l, const struct series *s,
    const struct insight_found *found, const struct forecast_anomaly *odd,
    struct err *err)
{
	const struct forecast_anomaly one = plainly(s, found, odd), *a = &one;
	struct look *ret = l->ret;
	int64_t back = (int64_t)a->at + 1 - (int64_t)found->window;
	struct buf data = {0};
	struct odd *o;

	if (put_data(l, s, found, a, &data, err) < 0) {
		buf_release(&data);
		return -1;
	}
	GROW(ret->odd, ret->cap, ret->count + 1);
	o = &ret->odd[ret->count++];
	*o = (struct odd){.at = series_time(&s->calendar, (int64_t)a->at),
	    .from = series_time(&s->calendar, back),
	    .upwards = a->value > a->expected,
	    .severity = a->severity,
	    .data = buf_detach(&data)};
	metric_hash(s->name, o->part);
	return 0;
}

/* ---- looking --------------------------------------------------------------
 */

static int
judge(struct looking *l, const struct series *s, struct err *err)
{
	struct insight_found found;
	struct err too_poor;
	size_t from, to;
	int64_t end;
	int rc = 0;

	steps_to_judge(l, s, &from, &to);
	if (to == 0)
		return 0;
	end = series_time(&s->calendar, (int64_t)to);
	if (end > l->ret->judged_until)
		l->ret->judged_until = end;
	if (from == to || insight_find(s, &l->how, &found, &too_poor) < 0)
		return 0;
	l->ret->steps += to - from;
	for (size_t i = 0; rc == 0 && i < found.of.count; i++) {
		const struct forecast_anomaly *a = &found.of.list[i];

		if (a->at >= from && a->at < to &&
		    a->severity >= l->watch->least)
			rc = note(l, s, &found, a, err);
	}
	insight_found_release(&found);
	return rc;
}

static int
look(struct looking *l, struct err *err)
{
	struct series_counts counts;
	const struct metric_about *about;
	struct remarks none = {.put = NULL};
	int rc;

	if (metric_about_of(l->watch->metric, &about, err) < 0)
		return -1;
	l->ask.remarks = l->ask.refused = &none;
	l->ask.since = oldest(l);
	l->how.values =
	    about->kind == METRIC_COUNT ? FORECAST_COUNTS : FORECAST_PLAIN;
	rc = metric_read(l->st, l->tenant, &l->ask, &counts, err);
	/* One false alarm of all series together. */
	l->how.streaming = l->how.each = true;
	l->how.rare = (double)l->watch->rare * fmax(1, (double)l->count);
	for (size_t i = 0; rc == 0 && i < l->count; i++)
		rc = judge(l, insight_whole_series(l->series[i]), err);
	return rc;
}

int
watch_look(struct store *st, const struct tenant *t, const struct watch *w,
    const struct cond_moment *moment, struct look *ret, struct err *err)
{
	struct looking l = {.st = st,
	    .tenant = t,
	    .watch = w,
	    .moment = moment,
	    .ask = {.metric = w->metric,
		.unit = w->unit,
		.where = w->where,
		.group = w->group,
		.moment = *moment,
		.within = w->within,
		.each = take},
	    .ret = ret};
	struct buf definition = {0};
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->watch = w;
	ret->judged_until = w->judged_until;
	l.ask.context = &l;
	metric_define(&l.ask, &definition);
	metric_hash(buf_str(&definition), ret->what);
	buf_release(&definition);
	ret->due_at = next_due(&l);
	if (ret->due_at < w->due_at)
		ret->due_at = w->due_at;
	rc = look(&l, err);
	for (size_t i = 0; i < l.count; i++)
		insight_whole_free(l.series[i]);
	free(l.series);
	insight_whole_free(l.parts);
	if (rc < 0)
		look_release(ret);
	return rc;
}

void
look_release(struct look *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->odd[i].data);
	free(l->odd);
	memset(l, 0, sizeof(*l));
}
