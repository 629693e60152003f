/* SPDX-License-Identifier: ISC */
/* The month's goals: so far, at its end, and how likely that is enough. */
#include <math.h>
#include <stdlib.h>

#include "insight/tell_priv.h"
#include "stats/stats.h"
#include "task/task.h"

enum {
	PAST_MOST = 1100,  /* days that are looked back on */
	PAST_LEAST = 14,   /* days without which nothing is expected */
	ORIGINS_MOST = 12, /* times from which it is tried */
	ORIGINS_LEAST = 4, /* of which that many tell an error */
	KNOWN_LEAST = 28,  /* days known at each of them */
	HOURS_FROM = 28,   /* days that tell at which hours it comes */
};
#define NORMAL_95 1.959964

struct pace {
	const char *metric;
	double goal, so_far;
	double rest, error; /* what is to come; its standard deviation */
	bool expected;      /* they are known */
	int64_t begins, ends, as_of;
	size_t days;      /* from today to the end */
	size_t work_days; /* of them */
};

/* ---- what is to come -------------------------------------------------------
 */

static double
sum(const double *v, size_t from, size_t to)
{
	double s = 0;

	for (size_t i = from; i < to; i++)
		s += isnan(v[i]) ? 0 : v[i];
	return s;
}

/* The sum of the next `days`, known only the first n; *ret_wide: the half of
 * its 95 % interval if all days erred together. */
static int
sum_ahead(const struct series *s, size_t n, size_t days, double *ret,
    double *ret_first, double *ret_wide)
{
	struct forecast_series numbers = series_numbers(s);
	struct forecast_ask ask = {.horizon = days, .non_negative = true};
	const struct forecast_method *method =
	    forecast_method_find(STR("auto"));
	struct forecast f;
	struct err ignored;

	numbers.n = n;
	if (n > PAST_MOST) {
		numbers.y += n - PAST_MOST;
		numbers.n = PAST_MOST;
	}
	if (forecast_run(method, &numbers, &ask, &f, &ignored) < 0)
		return -1;
	*ret = sum(f.mean, 0, days);
	*ret_first = f.mean[0];
	*ret_wide = sum(f.high[FORECAST_95], 0, days) - *ret;
	forecast_release(&f);
	return 0;
}

/* By how much such sums erred, from earlier times; scaled to the size of this
 * one as counts vary. Windows do not overlap. */
static double
error_of(const struct series *s, size_t days, double ahead, double wide)
{
	double squares = 0, tried = 0;

	for (size_t i = 1; i <= ORIGINS_MOST && s->n >= i * days; i++) {
		size_t n = s->n - i * days;
		double then, first, ignored, missed;

		if (n < KNOWN_LEAST || n < s->n / 3 ||
		    sum_ahead(s, n, days, &then, &first, &ignored) < 0)
			break;
		missed = sum(s->known, n, n + days) - then;
		squares += missed * missed * fmax(ahead, 1) / fmax(then, 1);
		tried++;
	}
	if (tried < ORIGINS_LEAST)
		return fmax(sqrt(ahead), wide / NORMAL_95);
	/* The variance of Student's t: a few errors tell little of the next. */
	return sqrt(fmax(ahead, squares / tried * tried / (tried - 2)));
}

/* The share of a day's count that comes from the hour of `at` on, as it was in
 * the days before; when nothing came, of its hours. */
static double
share_from(const struct series *hours, int64_t at, const struct zone *zone)
{
	int64_t today = time_bucket(at, UNIT_DAY, zone);
	unsigned hour = zone_civil(zone, at).hour;
	double later = 0, all = 0;

	for (size_t i = 0; hours && i < hours->n; i++) {
		int64_t time = series_time(&hours->calendar, (int64_t)i);
		double v = isnan(hours->known[i]) ? 0 : hours->known[i];

		if (time >= today)
			break;
		all += v;
		if ((unsigned)zone_civil(zone, time).hour >= hour)
			later += v;
	}
	return all > 0 ? later / all : (24.0 - hour) / 24;
}

/* late: how much of today is still to come. */
static void
expect(const struct series *s, double late, struct pace *p)
{
	double ahead, first, wide;

	if (s->n < PAST_LEAST ||
	    sum_ahead(s, s->n, p->days, &ahead, &first, &wide) < 0)
		return;
	p->rest = ahead - first + first * late;
	/* What has come does not err. */
	p->error = ahead > 0 ? error_of(s, p->days, ahead, wide) *
				   sqrt(fmin(1, p->rest / ahead))
			     : 0;
	p->error = fmax(p->error, 1e-9);
	p->expected = true;
}

/* ---- days of work ----------------------------------------------------------
 */

static bool
is_work_day(const struct task_calendar *c, const struct civil *day)
{
	int64_t number = days_from_civil(day->year, day->month, day->day);

	if (c->days && !(c->days & 1u << day->weekday))
		return false;
	for (size_t i = 0; i < c->holidays; i++)
		if (c->holiday[i] == number)
			return false;
	return true;
}

/* Today counts until people go home. */
static int
count_work_days(struct teller *t, struct pace *p, struct err *err)
{
	int64_t now = t->how->moment.now, day;
	struct task_calendar c;

	if (task_calendar_read(t->st, t->tenant, &c, err) < 0)
		return -1;
	for (day = time_bucket(now, UNIT_DAY, t->zone); day < p->ends;
	     day = time_step(day, UNIT_DAY, 1, t->zone)) {
		struct civil civil = zone_civil(t->zone, day);

		p->days++;
		if (is_work_day(&c, &civil) && now < day + c.closes)
			p->work_days++;
	}
	task_calendar_release(&c);
	return 0;
}

/* ---- in words --------------------------------------------------------------
 */

static void
put_as_of(struct teller *t, const struct pace *p, struct told_insight *o)
{
	struct civil c = zone_civil(t->zone, p->as_of);
	struct buf text = {0};

	json_add_time(&o->w, "as_of", p->as_of);
	if (strcmp(t->how->locale, "ja") == 0)
		buf_addf(&text, "%u月%u日%u時", c.month, c.day, c.hour);
	else
		buf_addf(&text, "%u %s, %02u:00", c.day,
		    insight_month(c.month, t->how->locale), c.hour);
	told_word(o, "as_of", buf_str(&text));
	buf_release(&text);
}

static void
put_expected(const struct pace *p, struct told_insight *o)
{
	double total = p->so_far + p->rest, gap = total - p->goal;
	double low = fmax(p->so_far, total - NORMAL_95 * p->error);

	told_value(o, "expected", INSIGHT_COUNT, round(total));
	told_value(o, "low", INSIGHT_COUNT, round(low));
	told_value(
	    o, "high", INSIGHT_COUNT, round(total + NORMAL_95 * p->error));
	told_value(o, "gap", INSIGHT_COUNT, round(total) - p->goal);
	told_shown(o, "gap_size", INSIGHT_COUNT, fabs(round(total) - p->goal));
	told_percent(o, "gap_share", gap / p->goal);
	told_chance(o, "chance",
	    p->so_far >= p->goal
		? 1
		: stats_normal_tail((p->goal - 0.5 - total) / p->error));
}

static void
tell(struct teller *t, const struct pace *p)
{
	struct told_insight o;
	double left = fmax(0, p->goal - p->so_far);
	bool done = left <= 0;

	told_begin(t, &o, "pace", p->metric);
	put_as_of(t, p, &o);
	told_value(&o, "value", INSIGHT_COUNT, p->so_far);
	told_value(&o, "goal", INSIGHT_COUNT, p->goal);
	told_percent(&o, "share", p->so_far / p->goal);
	if (p->expected)
		put_expected(p, &o);
	json_add_int(&o.w, "work_days", (int64_t)p->work_days);
	if (p->work_days)
		json_add_int(&o.words, "work_days", (int64_t)p->work_days);
	if (!done && p->work_days)
		told_value(&o, "needed", INSIGHT_COUNT,
		    ceil(10 * left / (double)p->work_days) / 10);
	told_end(&o, done                            ? "pace.done"
		     : !p->expected                  ? "pace.unknown"
		     : p->so_far + p->rest < p->goal ? "pace.behind"
						     : "pace.ahead");
}

/* ---- one goal --------------------------------------------------------------
 */

/* What there was in steps that are over, from a moment on. */
static double
count_from(const struct series *s, int64_t since)
{
	size_t from = s ? s->n : 0;

	while (
	    from > 0 && series_time(&s->calendar, (int64_t)from - 1) >= since)
		from--;
	return s ? sum(s->known, from, s->n) : 0;
}

static int
tell_pace(struct teller *t, const char *metric, double goal, struct err *err)
{
	int64_t now = t->how->moment.now;
	int64_t today = time_bucket(now, UNIT_DAY, t->zone);
	struct pace p = {.metric = metric,
	    .goal = goal,
	    .as_of = time_bucket(now, UNIT_HOUR, t->zone)};
	struct insight_whole *days = NULL, *hours = NULL;
	const struct series *by_hour;
	int rc;

	p.begins = time_bucket(now, UNIT_MONTH, t->zone);
	p.ends = time_step(p.begins, UNIT_MONTH, 1, t->zone);
	rc = count_work_days(t, &p, err);
	if (rc == 0)
		rc = teller_read(t, metric, "day", TIME_MIN, &days, err);
	if (rc == 0)
		rc = teller_read(t, metric, "hour", today - HOURS_FROM * MS_DAY,
		    &hours, err);
	if (rc == 0) {
		by_hour = insight_whole_series(hours);
		p.so_far = count_from(by_hour, today) +
			   count_from(insight_whole_series(days), p.begins);
		if (insight_whole_series(days))
			expect(insight_whole_series(days),
			    share_from(by_hour, p.as_of, t->zone), &p);
		if (!p.expected)
			told_not(t, "pace", metric,
			    "fewer than %d days to expect from",
			    (int)PAST_LEAST);
		tell(t, &p);
	}
	insight_whole_free(days);
	insight_whole_free(hours);
	return rc;
}

struct goals {
	struct teller *teller;
	size_t count;
};

static int
one_goal(void *context, const char *name, double goal, struct err *err)
{
	struct goals *g = context;
	const struct metric_about *about;
	struct err why = {0};

	if (metric_about_of(name, &about, &why) < 0) {
		told_not(g->teller, "pace", name, "%s", why.text);
		return 0;
	}
	if (about->kind != METRIC_COUNT || !(goal > 0)) {
		told_not(g->teller, "pace", name,
		    about->kind == METRIC_COUNT
			? "the goal is not above 0"
			: "only what is counted adds up to a month's goal");
		return 0;
	}
	g->count++;
	return tell_pace(g->teller, name, goal, err);
}

int
tell_paces(struct teller *t, struct err *err)
{
	struct goals g = {.teller = t};
	int rc = tenant_goals(t->tenant, one_goal, &g, err);

	if (rc == 0 && g.count == 0)
		told_not(t, "pace", NULL,
		    "no goal of a metric: dl-db tenant set %s goal.leads=400",
		    t->tenant->name);
	return rc;
}
