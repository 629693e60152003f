/* SPDX-License-Identifier: ISC */
/*
 * Which calendar the times of a series follow, and the way between times and
 * positions in it. Days and months are counted as the zone's calendar has
 * them, so that neither the hour that is lost in spring nor a short February
 * makes a gap.
 */
#include <stdlib.h>

#include "series/series.h"

const char *const series_units[] = {
    "hour", "day", "weekday", "week", "month", "quarter", "year", NULL};

enum { WEEK = 7, WORKING_DAYS = 5 };

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t
rest_of(int64_t a, int64_t b)
{
	return a - floor_div(a, b) * b;
}

/* ---- units --------------------------------------------------------------- */

static int64_t
day_of(const struct civil *c)
{
	return days_from_civil(c->year, c->month, c->day);
}

/* Monday to Friday are 0 to 4 of a week; what comes at a week-end counts as
 * Friday. 1970 began on a Thursday. */
static int64_t
weekday_of(int64_t day)
{
	int64_t week = floor_div(day + 3, WEEK), rest = rest_of(day + 3, WEEK);

	return week * WORKING_DAYS +
	       (rest < WORKING_DAYS ? rest : WORKING_DAYS - 1);
}

static int64_t
number_of(enum series_unit unit, int64_t at, const struct zone *zone)
{
	struct civil c;

	if (unit == SERIES_COUNT || unit == SERIES_MS)
		return at;
	c = zone_civil(zone, at);
	if (unit == SERIES_MONTHS)
		return (int64_t)c.year * 12 + c.month - 1;
	return unit == SERIES_DAYS ? day_of(&c) : weekday_of(day_of(&c));
}

int64_t
series_position(const struct series_calendar *c, int64_t at)
{
	return floor_div(
	    number_of(c->unit, at, c->zone) - c->first + c->slack, c->step);
}

static int64_t
clock_of(const struct civil *c)
{
	return (int64_t)c->hour * MS_HOUR + (int64_t)c->minute * MS_MINUTE +
	       (int64_t)c->second * MS_SECOND + (int64_t)c->ms;
}

static int64_t
moment_on(const struct series_calendar *c, int64_t day)
{
	struct civil date = zone_civil(zone_utc(), day * MS_DAY + c->clock);

	return zone_moment(c->zone, date);
}

int64_t
series_time(const struct series_calendar *c, int64_t position)
{
	int64_t number = c->first + position * c->step, week, year;
	unsigned month, day = c->day;

	switch (c->unit) {
	case SERIES_COUNT:
	case SERIES_MS:
		break;
	case SERIES_DAYS:
		return moment_on(c, number);
	case SERIES_WEEKDAY:
		week = floor_div(number, WORKING_DAYS);
		return moment_on(
		    c, week * WEEK - 3 + number - week * WORKING_DAYS);
	case SERIES_MONTHS:
		year = floor_div(number, 12);
		month = (unsigned)(number - year * 12) + 1;
		while (!date_valid((int)year, month, day))
			day--;
		return moment_on(c, days_from_civil((int)year, month, day));
	}
	return number;
}

/* ---- words --------------------------------------------------------------- */

void
series_time_add(
    struct buf *out, const struct series_calendar *c, int64_t position)
{
	int64_t at = series_time(c, position), thursday, week;
	struct civil date;

	if (c->form == SERIES_NUMBER) {
		buf_addint(out, at);
		return;
	}
	if (c->form == SERIES_MOMENT) {
		time_add(out, at);
		return;
	}
	date = zone_civil(c->zone, at);
	switch (c->form) {
	case SERIES_YEAR:
		buf_addf(out, "%04d", date.year);
		break;
	case SERIES_QUARTER:
		buf_addf(out, "%04d-Q%u", date.year, (date.month - 1) / 3 + 1);
		break;
	case SERIES_MONTH:
		buf_addf(out, "%04d-%02u", date.year, date.month);
		break;
	case SERIES_WEEK:
		/* A week belongs to the year that its Thursday is in. */
		thursday = day_of(&date) - (date.weekday - 1) + 3;
		date = zone_civil(zone_utc(), thursday * MS_DAY);
		week = (date.year_day - 1) / WEEK + 1;
		buf_addf(out, "%04d-W%02d", date.year, (int)week);
		break;
	default:
		buf_addf(
		    out, "%04d-%02u-%02u", date.year, date.month, date.day);
		break;
	}
}

/* "a day", "3 days" */
static void
add_count(struct buf *out, int64_t count, const char *article, const char *one)
{
	if (count == 1) {
		buf_addf(out, "%s %s", article, one);
	} else {
		buf_addint(out, count);
		buf_addf(out, " %ss", one);
	}
}

void
series_step_add(struct buf *out, const struct series_calendar *c)
{
	static const struct {
		int64_t ms;
		const char *article, *name;
	} parts[] = {{MS_HOUR, "an", "hour"}, {MS_MINUTE, "a", "minute"},
	    {MS_SECOND, "a", "second"}, {1, "a", "millisecond"}};
	size_t i = 0;

	switch (c->unit) {
	case SERIES_COUNT:
		buf_addint(out, c->step);
		break;
	case SERIES_MS:
		while (c->step % parts[i].ms != 0)
			i++;
		add_count(out, c->step / parts[i].ms, parts[i].article,
		    parts[i].name);
		break;
	case SERIES_DAYS:
		if (c->step % WEEK == 0)
			add_count(out, c->step / WEEK, "a", "week");
		else
			add_count(out, c->step, "a", "day");
		break;
	case SERIES_WEEKDAY:
		add_count(out, c->step, "a", "working day");
		break;
	case SERIES_MONTHS:
		if (c->step % 12 == 0)
			add_count(out, c->step / 12, "a", "year");
		else if (c->step == 3)
			buf_addstr(out, "a quarter");
		else
			add_count(out, c->step, "a", "month");
		break;
	}
}

/* ---- seasons ------------------------------------------------------------- */

/* How many steps make a whole; 1 when they do not fit into it. */
static size_t
steps_in(int64_t whole, int64_t step)
{
	return step < whole && whole % step == 0 ? (size_t)(whole / step) : 1;
}

size_t
series_season(const struct series_calendar *c, size_t *ret_longer)
{
	size_t season = 1, longer = 0;

	switch (c->unit) {
	case SERIES_COUNT:
		break;
	case SERIES_MS:
		season = steps_in(MS_DAY, c->step);
		longer = steps_in(WEEK * MS_DAY, c->step);
		break;
	case SERIES_DAYS:
		season = steps_in(WEEK, c->step);
		longer = c->step == 1 ? 365 : 0;
		/* A year is 52.18 weeks, and 13 times four. */
		if (c->step % WEEK == 0)
			season = steps_in(52, c->step / WEEK);
		break;
	case SERIES_WEEKDAY:
		season = steps_in(WORKING_DAYS, c->step);
		longer = c->step == 1 ? 261 : 0;
		break;
	case SERIES_MONTHS:
		season = steps_in(12, c->step);
		break;
	}
	if (season == 1 && longer > 1) {
		season = longer;
		longer = 0;
	}
	if (ret_longer)
		*ret_longer = longer > season ? longer : 0;
	return season;
}

/* ---- finding ------------------------------------------------------------- */

static int
smaller_first(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The commonest of some numbers, which are put in order; of several the
 * smallest. */
static int64_t
commonest(int64_t *x, size_t n, size_t *ret_times)
{
	int64_t best = x[0];
	size_t best_times = 0, times = 0;

	qsort(x, n, sizeof(*x), smaller_first);
	for (size_t i = 0; i < n; i++) {
		times = i && x[i] == x[i - 1] ? times + 1 : 1;
		if (times > best_times) {
			best_times = times;
			best = x[i];
		}
	}
	*ret_times = best_times;
	return best;
}

static int64_t
greatest_common(int64_t a, int64_t b)
{
	while (b) {
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* What is looked at to find a calendar. */
struct times {
	const int64_t *at;
	size_t count;
	enum series_form form;
	const struct zone *zone;
	int64_t *number;  /* in the unit that is tried */
	int64_t *scratch; /* as long */
	size_t distances; /* how many in scratch */
};

static void
count_in(struct times *t, enum series_unit unit)
{
	for (size_t i = 0; i < t->count; i++)
		t->number[i] = number_of(unit, t->at[i], t->zone);
}

/* The distances that are there into scratch, in order; the median. */
static int64_t
find_distances(struct times *t)
{
	t->distances = 0;
	for (size_t i = 1; i < t->count; i++)
		if (t->number[i] != t->number[i - 1])
			t->scratch[t->distances++] =
			    t->number[i] - t->number[i - 1];
	qsort(t->scratch, t->distances, sizeof(*t->scratch), smaller_first);
	return t->distances ? t->scratch[t->distances / 2] : 0;
}

/* Places the steps where most of the times are. `usual` is where they are
 * when there is no such place: a remainder of the step. */
static void
place_steps(struct times *t, struct series_calendar *c, int64_t usual)
{
	int64_t rest;
	size_t times;

	c->slack = c->step / 2;
	for (size_t i = 0; i < t->count; i++)
		t->scratch[i] = rest_of(t->number[i], c->step);
	rest = commonest(t->scratch, t->count, &times);
	if (times * 2 <= t->count && t->count > 2)
		rest = usual;
	c->first =
	    rest + c->step * floor_div(t->number[0] - rest + c->slack, c->step);
}

static size_t
count_moved(const struct times *t, const struct series_calendar *c)
{
	size_t moved = 0;

	for (size_t i = 0; i < t->count; i++)
		moved += (t->number[i] - c->first) % c->step != 0;
	return moved;
}

static bool
are_multiples(const struct times *t, int64_t step)
{
	for (size_t i = 0; i < t->distances; i++)
		if (t->scratch[i] % step != 0)
			return false;
	return true;
}

/* Below a day: the commonest distance, or, of times that tremble, the usual
 * one that is nearest to the median. */
static size_t
find_ms(struct times *t, struct series_calendar *c, int64_t median)
{
	static const int64_t usual[] = {1, 10, 100, MS_SECOND, 2 * MS_SECOND,
	    5 * MS_SECOND, 10 * MS_SECOND, 15 * MS_SECOND, 20 * MS_SECOND,
	    30 * MS_SECOND, MS_MINUTE, 2 * MS_MINUTE, 3 * MS_MINUTE,
	    5 * MS_MINUTE, 6 * MS_MINUTE, 10 * MS_MINUTE, 12 * MS_MINUTE,
	    15 * MS_MINUTE, 20 * MS_MINUTE, 30 * MS_MINUTE, MS_HOUR,
	    2 * MS_HOUR, 3 * MS_HOUR, 4 * MS_HOUR, 6 * MS_HOUR, 8 * MS_HOUR,
	    12 * MS_HOUR};
	struct civil start = zone_civil(t->zone, t->at[0]);
	size_t times;

	c->unit = SERIES_MS;
	c->step = commonest(t->scratch, t->distances, &times);
	if (times * 2 <= t->distances && !are_multiples(t, c->step)) {
		c->step = usual[0];
		for (size_t i = 1; i < COUNT_OF(usual); i++)
			if (llabs(usual[i] - median) < llabs(c->step - median))
				c->step = usual[i];
	}
	/* A step begins at midnight, if nothing else is known. */
	start.hour = start.minute = start.second = start.ms = 0;
	place_steps(t, c, rest_of(zone_moment(t->zone, start), c->step));
	return count_moved(t, c);
}

/* Whether the times are the same day of each month, or its last one where it
 * is shorter; *ret_day is the day, 31 the last. */
static bool
same_day(const struct times *t, unsigned *ret_day)
{
	unsigned most = 0;
	bool last = true, same = true;

	for (size_t i = 0; i < t->count; i++) {
		struct civil c = zone_civil(t->zone, t->at[i]);

		most = c.day > most ? c.day : most;
		last &= !date_valid(c.year, c.month, c.day + 1);
	}
	for (size_t i = 0; i < t->count && same; i++) {
		struct civil c = zone_civil(t->zone, t->at[i]);

		same =
		    c.day == most ||
		    (c.day < most && !date_valid(c.year, c.month, c.day + 1));
	}
	*ret_day = last ? 31 : most;
	return last || same;
}

/* step 0: the longest that leads from each of them to the next. */
static size_t
find_months(struct times *t, struct series_calendar *c, int64_t step)
{
	c->unit = SERIES_MONTHS;
	count_in(t, SERIES_MONTHS);
	find_distances(t);
	c->step = step;
	for (size_t i = 0; i < t->distances && step == 0; i++)
		c->step = greatest_common(c->step, t->scratch[i]);
	c->first = t->number[0];
	return count_moved(t, c);
}

static bool
is_working_day(const struct times *t)
{
	if (t->count < WORKING_DAYS ||
	    t->number[t->count - 1] - t->number[0] < WEEK)
		return false;
	for (size_t i = 0; i < t->count; i++)
		if (rest_of(t->number[i] + 3, WEEK) >= WORKING_DAYS)
			return false;
	return true;
}

/* A day and longer. */
static size_t
find_days(struct times *t, struct series_calendar *c)
{
	static const struct {
		int64_t low, high, months;
	} about[] = {{28, 31, 1}, {89, 92, 3}, {364, 367, 12}};
	int64_t median, step;
	size_t times;

	count_in(t, SERIES_DAYS);
	median = find_distances(t);
	if (t->distances == 0) {
		c->unit = SERIES_DAYS;
		c->step = t->form == SERIES_WEEK ? WEEK : 1;
		c->first = t->number[0];
		return 0;
	}
	step = commonest(t->scratch, t->distances, &times);
	if (median >= 28 && same_day(t, &c->day))
		return find_months(t, c, 0);
	for (size_t i = 0; i < COUNT_OF(about); i++)
		if (median >= about[i].low && median <= about[i].high &&
		    times * 5 < t->distances * 4) {
			struct civil first = zone_civil(t->zone, t->at[0]);

			c->day = first.day < 28 ? first.day : 31;
			return find_months(t, c, about[i].months);
		}
	c->unit = SERIES_DAYS;
	c->step = step;
	if (step == 1 && is_working_day(t)) {
		c->unit = SERIES_WEEKDAY;
		count_in(t, SERIES_WEEKDAY);
	}
	place_steps(t, c, rest_of(t->number[0], step));
	return count_moved(t, c);
}

/* The clock of days: that of all times, else midnight. */
static int64_t
same_clock(const struct times *t)
{
	struct civil first = zone_civil(t->zone, t->at[0]);
	int64_t clock = clock_of(&first);

	for (size_t i = 1; i < t->count; i++) {
		struct civil c = zone_civil(t->zone, t->at[i]);

		if (clock_of(&c) != clock)
			return 0;
	}
	return clock;
}

static size_t
find(struct times *t, struct series_calendar *c)
{
	int64_t median;
	size_t times;

	if (t->form == SERIES_QUARTER || t->form == SERIES_MONTH)
		return find_months(
		    t, c, t->count < 2 ? (t->form == SERIES_MONTH ? 1 : 3) : 0);
	count_in(t, SERIES_COUNT);
	median = find_distances(t);
	if (t->form == SERIES_NUMBER) {
		c->unit = SERIES_COUNT;
		c->step = t->distances
			      ? commonest(t->scratch, t->distances, &times)
			      : 1;
		place_steps(t, c, rest_of(t->number[0], c->step));
		return count_moved(t, c);
	}
	if (t->form == SERIES_MOMENT && t->distances && median < 20 * MS_HOUR)
		return find_ms(t, c, median);
	c->clock = same_clock(t);
	return find_days(t, c);
}

/* The unit was said: what is in one becomes one value. */
static void
take_unit(const struct times *t, const char *unit, struct series_calendar *c)
{
	static const struct {
		enum series_unit unit;
		int64_t step;
		enum series_form form;
	} units[] = {
	    {SERIES_MS, MS_HOUR, SERIES_MOMENT},
	    {SERIES_DAYS, 1, SERIES_DATE},
	    {SERIES_WEEKDAY, 1, SERIES_DATE},
	    {SERIES_DAYS, WEEK, SERIES_DATE},
	    {SERIES_MONTHS, 1, SERIES_MONTH},
	    {SERIES_MONTHS, 3, SERIES_QUARTER},
	    {SERIES_MONTHS, 12, SERIES_YEAR},
	};
	size_t i = 0;

	while (strcmp(series_units[i], unit) != 0)
		i++;
	c->unit = units[i].unit;
	c->step = units[i].step;
	if (!(c->step == WEEK && t->form == SERIES_WEEK))
		c->form = units[i].form;
	c->first = c->unit == SERIES_MS
		       ? time_bucket(t->at[0], UNIT_HOUR, t->zone)
		       : number_of(c->unit, t->at[0], t->zone);
	if (c->unit == SERIES_DAYS && c->step == WEEK)
		c->first -= rest_of(c->first + 3, WEEK);
	if (c->unit == SERIES_MONTHS)
		c->first -= c->first % c->step;
}

void
series_calendar_find(const int64_t *at, size_t count, enum series_form form,
    const char *unit, const struct zone *zone, struct series_calendar *ret,
    size_t *ret_moved)
{
	struct times t = {.at = at, .count = count, .form = form, .zone = zone};

	*ret = (struct series_calendar){
	    .zone = zone, .form = form, .day = 1, .step = 1};
	*ret_moved = 0;
	if (unit && form != SERIES_NUMBER) {
		take_unit(&t, unit, ret);
		return;
	}
	t.number = xcalloc(count, 2 * sizeof(*t.number));
	t.scratch = t.number + count;
	*ret_moved = find(&t, ret);
	free(t.number);
}
