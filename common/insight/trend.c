/* SPDX-License-Identifier: ISC */
/* Where a series goes, what weekdays and months are worth, when it changed. */
#include <math.h>
#include <stdlib.h>

#include "insight/insight_priv.h"

/* What is said when nobody could tell it from chance more often than that. */
#define SURE 0.05

const char *const insight_trend_columns[] = {"series", "finding", "time",
    "slope", "low", "high", "before", "after", "best", "worst", "strength",
    "chance", "text"};
const size_t insight_trend_column_count = COUNT_OF(insight_trend_columns);

static const char *const weekdays[2][7] = {
    {"月", "火", "水", "木", "金", "土", "日"},
    {"Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays",
	"Sundays"}};
static const char *const months[2][12] = {
    {"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月",
	"11月", "12月"},
    {"January", "February", "March", "April", "May", "June", "July", "August",
	"September", "October", "November", "December"}};

struct telling {
	const struct series *s;
	const char *locale;
	double *y; /* known, without the season */
	struct buf *out;
	double slope;   /* NAN: it is not sure */
	size_t *change; /* positions */
	size_t changes, cap;
};

/* Three digits, or all of them before the point. */
static void
number_add(struct buf *out, double v)
{
	buf_addreal(out,
	    fabs(v) >= 1000 && fabs(v) < 9e15 ? round(v) : number_digits(v, 3));
}

static void
add_number(struct json_writer *w, const char *name, double v)
{
	struct buf text = {0};

	number_add(&text, v);
	json_put_name(w, name);
	json_put_raw(w, buf_str(&text));
	buf_release(&text);
}

static void
add_shown(struct json_writer *w, const char *name, double v, const char *unit)
{
	struct buf text = {0};

	number_add(&text, v);
	buf_addstr(&text, unit);
	json_add_text(w, name, buf_str(&text));
	buf_release(&text);
}

static void
begin(struct telling *t, const char *finding, struct json_writer *w,
    struct json_writer *words, struct buf *data)
{
	struct buf name = {0};

	*w = (struct json_writer){.out = t->out};
	json_put_object(w);
	if (t->s->name.p)
		json_add_text(w, "series", t->s->name);
	json_add_text(w, "finding", str_of(finding));
	*words = (struct json_writer){.out = data};
	json_put_object(words);
	if (t->s->name.p)
		buf_adds(&name, t->s->name);
	else
		insight_say("unnamed", t->locale, STR("{}"), &name);
	json_add_text(words, "name", buf_str(&name));
	buf_release(&name);
}

static void
end(struct telling *t, const char *say, struct json_writer *w,
    struct json_writer *words, struct buf *data)
{
	struct buf text = {0};

	json_put_end(words);
	insight_say(say, t->locale, buf_str(data), &text);
	json_add_text(w, "text", buf_str(&text));
	json_put_end(w);
	buf_addc(t->out, '\n');
	buf_release(&text);
	buf_release(data);
}

/* ---- findings ---- */

/* "week", "1週間"; what has no name of its own is a step. */
static const char *
step_called(const struct telling *t)
{
	const struct series_calendar *c = &t->s->calendar;
	bool ja = strcmp(t->locale, "ja") == 0;

	if (c->unit == SERIES_MS && c->step == MS_HOUR)
		return ja ? "1時間" : "hour";
	if ((c->unit == SERIES_DAYS || c->unit == SERIES_WEEKDAY) &&
	    c->step == 1)
		return ja ? "1日" : "day";
	if (c->unit == SERIES_DAYS && c->step == 7)
		return ja ? "1週間" : "week";
	if (c->unit == SERIES_MONTHS && c->step == 1)
		return ja ? "1か月" : "month";
	if (c->unit == SERIES_MONTHS && c->step == 3)
		return ja ? "1四半期" : "quarter";
	if (c->unit == SERIES_MONTHS && c->step == 12)
		return ja ? "1年" : "year";
	return ja ? "1期間" : "step";
}

static int
tell_trend(struct telling *t, struct err *err)
{
	struct forecast_trend f;
	struct json_writer w, words;
	struct buf data = {0};
	bool sure;

	if (forecast_trend_test(t->y, t->s->n, &f, err) < 0)
		return -1;
	sure = f.chance < SURE && f.slope != 0;
	t->slope = sure ? f.slope : NAN;
	begin(t, "trend", &w, &words, &data);
	add_number(&w, "slope", f.slope);
	add_number(&w, "low", f.low);
	add_number(&w, "high", f.high);
	add_number(&w, "chance", fmax(f.chance, 1e-12));
	add_shown(&words, "size", fabs(f.slope), "");
	add_shown(&words, "low", f.slope < 0 ? -f.high : f.low, "");
	add_shown(&words, "high", f.slope < 0 ? -f.low : f.high, "");
	json_add_text(&words, "step", str_of(step_called(t)));
	end(t,
	    !sure         ? "trend.none"
	    : f.slope > 0 ? "trend.up"
			  : "trend.down",
	    &w, &words, &data);
	return 0;
}

static void
tell_profile(struct telling *t, const char *kind, size_t groups, size_t turn,
    const size_t *group, const char *const *ja, const char *const *en)
{
	struct forecast_profile p;
	struct json_writer w, words;
	struct buf data = {0}, none = {0};
	struct err ignored;
	bool sure;

	if (forecast_profile_of(
		t->s->known, t->s->n, group, groups, turn, &p, &ignored) < 0)
		return;
	sure = p.chance < SURE && p.level > 0 && p.best != p.worst;
	begin(t, kind, &w, &words, &data);
	json_add_text(&w, "best", str_of(en[p.best]));
	json_add_text(&w, "worst", str_of(en[p.worst]));
	add_number(&w, "strength", p.strength);
	add_number(&w, "chance", fmax(p.chance, 1e-12));
	json_add_text(&words, "best_ja", str_of(ja[p.best]));
	json_add_text(&words, "worst_ja", str_of(ja[p.worst]));
	json_add_text(&words, "best_en", str_of(en[p.best]));
	json_add_text(&words, "worst_en", str_of(en[p.worst]));
	if (sure) {
		double by = 100 / p.level;

		add_shown(&words, "best_share",
		    round(100 + by * p.effect[p.best]), "");
		add_shown(&words, "worst_share",
		    fmax(0, round(100 + by * p.effect[p.worst])), "");
	}
	buf_addf(&none, "%s%s", kind, sure ? "" : ".none");
	end(t, none.p, &w, &words, &data);
	buf_release(&none);
	forecast_profile_release(&p);
}

static void
tell_calendar(struct telling *t)
{
	const struct series_calendar *c = &t->s->calendar;
	size_t *group = xcalloc(t->s->n + 1, sizeof(*group));
	bool days = c->unit == SERIES_DAYS && c->step == 1;

	for (size_t i = 0; i < t->s->n && days; i++)
		group[i] =
		    zone_civil(c->zone, series_time(c, (int64_t)i)).weekday - 1;
	if (days && t->s->n >= 21)
		tell_profile(
		    t, "weekday", 7, 7, group, weekdays[0], weekdays[1]);
	if ((days && t->s->n >= 730) ||
	    (c->unit == SERIES_MONTHS && c->step == 1 && t->s->n >= 24)) {
		for (size_t i = 0; i < t->s->n; i++)
			group[i] =
			    zone_civil(c->zone, series_time(c, (int64_t)i))
				.month -
			    1;
		tell_profile(t, "month", 12, days ? 365 : 12, group, months[0],
		    months[1]);
	}
	free(group);
}

/* Steps follow a straight line, too, if there are enough of them: only where
 * they tell more than it by the criterion of Schwarz (1978) are they told. */
static bool
steps_beat_line(const double *y, size_t n, const struct forecast_changes *c)
{
	double known = 0, mean_t = 0, mean_y = 0, tt = 0, ty = 0, yy = 0,
	       steps = 0, line, most;

	for (size_t i = 0; i < n; i++)
		if (!isnan(y[i])) {
			known++;
			mean_t += ((double)i - mean_t) / known;
			mean_y += (y[i] - mean_y) / known;
		}
	for (size_t i = 0; i < n; i++)
		if (!isnan(y[i])) {
			double x = (double)i - mean_t, v = y[i] - mean_y;

			tt += x * x;
			ty += x * v;
			yy += v * v;
		}
	for (size_t k = 0; k < c->count; k++)
		for (size_t i = c->segment[k].from; i < c->segment[k].to; i++)
			if (!isnan(y[i]))
				steps += (y[i] - c->segment[k].mean) *
					 (y[i] - c->segment[k].mean);
	line = yy - (tt > 0 ? ty * ty / tt : 0);
	/* A line that leaves nothing is the whole truth. */
	most = 1e-12 * yy;
	if (line <= most || steps <= most)
		return line > most;
	return known * log(steps) + (double)(2 * c->count - 1) * log(known) <
	       known * log(line) + 2 * log(known);
}

static void
tell_changes(struct telling *t)
{
	struct forecast_change_options o = {.least = series_watch(t->s).window};
	struct forecast_changes c;
	struct err ignored;

	if (forecast_changes_of(t->y, t->s->n, &o, &c, &ignored) < 0)
		return;
	if (!steps_beat_line(t->y, t->s->n, &c))
		c.count = 1;
	for (size_t k = 1; k < c.count; k++) {
		struct json_writer w, words;
		struct buf data = {0}, time = {0};

		GROW(t->change, t->cap, t->changes + 1);
		t->change[t->changes++] = c.segment[k].from;
		begin(t, "change", &w, &words, &data);
		series_put_time(
		    &w, "time", &t->s->calendar, (int64_t)c.segment[k].from);
		add_number(&w, "before", c.segment[k - 1].mean);
		add_number(&w, "after", c.segment[k].mean);
		add_number(&w, "chance", fmax(c.segment[k].chance, 1e-12));
		series_time_add(
		    &time, &t->s->calendar, (int64_t)c.segment[k].from);
		json_add_text(&words, "time", buf_str(&time));
		add_shown(&words, "before", c.segment[k - 1].mean, "");
		add_shown(&words, "after", c.segment[k].mean, "");
		end(t, "change", &w, &words, &data);
		buf_release(&time);
	}
	forecast_changes_release(&c);
}

/* The season would count as noise. */
static double *
without_season(const struct series *s)
{
	struct forecast_stl o = {
	    .period = s->period, .seasonal_span = 35, .robust = true};
	double *y = xcalloc(s->n + 1, sizeof(*y));
	struct forecast_parts p;
	struct err ignored;

	memcpy(y, s->known, s->n * sizeof(*y));
	if (s->period > 1 && forecast_is_seasonal(s->y, s->n, s->period) &&
	    forecast_stl(s->y, s->n, &o, &p, &ignored) == 0) {
		for (size_t t = 0; t < s->n; t++)
			y[t] -= p.seasonal[0][t];
		forecast_parts_release(&p);
	}
	return y;
}

static int
by_size(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

/* The line with that slope that as many values lie above as below (Conover,
 * Practical nonparametric statistics, 5.5). */
static void
draw(const struct telling *t, struct series_picture *picture)
{
	double *off = xcalloc(t->s->n + 1, sizeof(*off)), middle = NAN;
	size_t n = 0;

	for (size_t i = 0; i < t->s->n; i++)
		if (!isnan(t->y[i]))
			off[n++] = t->y[i] - t->slope * (double)i;
	qsort(off, n, sizeof(*off), by_size);
	if (n && !isnan(t->slope))
		middle = off[(n - 1) / 2] / 2 + off[n / 2] / 2;
	series_picture_trend(picture, t->s, middle,
	    middle + t->slope * (double)(t->s->n - 1), t->change, t->changes);
	free(off);
}

int
insight_trend(const struct series *s, const char *locale,
    struct series_picture *picture, struct buf *out, struct err *err)
{
	struct telling t = {
	    .s = s, .locale = locale, .y = without_season(s), .out = out};
	int rc = tell_trend(&t, err);

	if (rc == 0) {
		tell_calendar(&t);
		tell_changes(&t);
	}
	if (rc == 0 && picture)
		draw(&t, picture);
	free(t.change);
	free(t.y);
	return rc;
}
