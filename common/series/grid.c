/* SPDX-License-Identifier: ISC */
/* From points in time to values at equal distances. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "series/series.h"

/* A longer series than this is a mistake in its times; what its season is, the
 * latest so many values tell. */
enum { LONGEST = 1000000, TELLING = 100000 };

const char *const series_doubles[] = {"last", "first", "sum", "mean", NULL};
const char *const series_gaps[] = {"fill", "zero", NULL};

struct forecast_series
series_numbers(const struct series *s)
{
	size_t count = 0;

	while (count < SERIES_LONGER && s->longer[count])
		count++;
	return (struct forecast_series){.y = s->y,
	    .n = s->n,
	    .period = s->period,
	    .longer = s->longer,
	    .longer_count = count};
}

const char *
series_called(struct str name)
{
	return name.p ? quoted(name) : "the series";
}

void
series_room_release(struct series_room *room)
{
	free(room->y);
	free(room->known);
	free(room->points);
	free(room->at);
	*room = (struct series_room){0};
}

/* ---- order --------------------------------------------------------------- */

/* Merges two halves that are in order; equal times stay as they came, for the
 * last of two values is the one that was given last. */
static void
merge(const struct series_point *from, size_t middle, size_t end,
    struct series_point *to)
{
	size_t a = 0, b = middle;

	for (size_t i = 0; i < end; i++)
		to[i] = b == end || (a < middle && from[a].at <= from[b].at)
			    ? from[a++]
			    : from[b++];
}

static void
put_in_order(struct series_point *p, size_t n, struct series_point *scratch)
{
	struct series_point *from = p, *to = scratch;

	for (size_t width = 1; width < n; width *= 2) {
		struct series_point *swap = from;

		for (size_t i = 0; i < n; i += 2 * width) {
			size_t end = n - i < 2 * width ? n - i : 2 * width;

			merge(from + i, end < width ? end : width, end, to + i);
		}
		from = to;
		to = swap;
	}
	if (from != p)
		memcpy(p, from, n * sizeof(*p));
}

static void
order_points(struct series_room *room, struct series_point *p, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (p[i].at < p[i - 1].at) {
			GROW(room->points, room->point_cap, n);
			put_in_order(p, n, room->points);
			return;
		}
}

/* ---- the values ---------------------------------------------------------- */

struct making {
	struct series_room *room;
	const struct series_rules *rules;
	struct remarks *remarks;
	struct str name;
	struct series s;
	struct buf step; /* "a day" */
	size_t moved, doubled;
};

static void PRINTF_LIKE(2, 3) tell(const struct making *m, const char *fmt, ...)
{
	struct buf text = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	remark(m->remarks, (struct place){0}, "%s: %s", series_called(m->name),
	    text.p);
	buf_release(&text);
}

static void
find_calendar(struct making *m, const struct series_point *points, size_t count,
    enum series_form form)
{
	struct series_room *room = m->room;
	size_t n = 0;

	GROW(room->at, room->at_cap, count);
	for (size_t i = 0; i < count; i++)
		if (n == 0 || room->at[n - 1] != points[i].at)
			room->at[n++] = points[i].at;
	series_calendar_find(room->at, n, form, m->rules->unit, m->rules->zone,
	    &m->s.calendar, &m->moved);
	series_step_add(&m->step, &m->s.calendar);
}

/* What is not over yet is no part of the series. */
static void
cut_until(
    const struct making *m, const struct series_point *points, size_t *count)
{
	const struct series_calendar *c = &m->s.calendar;
	int64_t until;

	if (!m->rules->until || c->form == SERIES_NUMBER)
		return;
	until = series_position(c, m->rules->until);
	while (*count && series_position(c, points[*count - 1].at) >= until)
		--*count;
}

/* Points without a value at the ends are no part of the series. */
static void
cut_ends(struct series_point **points, size_t *count)
{
	while (*count && isnan((*points)[*count - 1].value))
		--*count;
	while (*count && isnan((*points)->value)) {
		++*points;
		--*count;
	}
}

static void
combine(enum series_double how, double *value, size_t *times, double next)
{
	if (isnan(next))
		return;
	++*times;
	if (*times == 1 || how == SERIES_LAST)
		*value = next;
	else if (how == SERIES_SUM || how == SERIES_MEAN)
		*value += next;
}

/* One value at each position; NAN where there is none. */
static void
lay_out(struct making *m, const struct series_point *points, size_t count)
{
	enum series_double how = m->rules->doubled;
	double *known = m->room->known;
	size_t i = 0;

	for (size_t at = 0; at < m->s.n; at++) {
		double value = NAN;
		size_t times = 0;

		while (i < count && series_position(&m->s.calendar,
					points[i].at) == (int64_t)at)
			combine(how, &value, &times, points[i++].value);
		if (how == SERIES_MEAN && times)
			value /= (double)times;
		if (times > 1)
			m->doubled += times - 1;
		m->s.missing += isnan(value);
		known[at] = value;
	}
}

enum { STEPS_BACK = 12, POINTS_EACH = 3 };

/* Of steps that many points are put together in: does the last one end much
 * sooner than those before it? */
static void
tell_cut_short(
    const struct making *m, const struct series_point *points, size_t count)
{
	const struct series_calendar *c = &m->s.calendar;
	int64_t last = (int64_t)m->s.n - 1, at, empty, most = 0, least = 0;
	size_t i = count, others = 0;
	struct buf step = {0};

	if (last < POINTS_EACH || c->form == SERIES_NUMBER)
		return;
	for (at = last; at >= 0 && last - at <= STEPS_BACK; at--) {
		size_t end = i;

		while (i && series_position(c, points[i - 1].at) == at)
			i--;
		if (i == end)
			return;
		empty = series_time(c, at + 1) - points[end - 1].at;
		if (at == last)
			least = empty;
		else
			most = empty > most ? empty : most;
		others += at == last ? 0 : end - i;
	}
	if (others < POINTS_EACH * (size_t)(last - at - 1) || least <= 2 * most)
		return;
	series_time_add(&step, c, last);
	tell(m,
	    "the last step, %s, ends sooner than those before it: if it is not "
	    "over, leave it out with --until",
	    step.p);
	buf_release(&step);
}

/* What was not as it should be. */
static void
tell_all(const struct making *m)
{
	static const char *const doubled[] = {"the last counts",
	    "the first counts", "they are added", "their mean counts"};
	struct buf first = {0};
	size_t at = 0;

	if (m->moved)
		tell(m,
		    "%zu time%s not %s apart from the others: moved to the "
		    "nearest step",
		    m->moved, m->moved == 1 ? " is" : "s are", m->step.p);
	/* Who asked for longer steps wants values put together. */
	if (m->doubled && !(m->rules->unit && m->rules->doubled >= SERIES_SUM))
		tell(m, "%zu value%s more at a time that has one: %s",
		    m->doubled, plural((int64_t)m->doubled),
		    doubled[m->rules->doubled]);
	if (m->s.missing == 0 || m->rules->gaps == SERIES_ZERO)
		return;
	while (!isnan(m->room->known[at]))
		at++;
	series_time_add(&first, &m->s.calendar, (int64_t)at);
	tell(m, "%zu of %zu values missing, the first at %s: filled in",
	    m->s.missing, m->s.n, first.p);
	buf_release(&first);
}

static int
check_length(const struct making *m, int64_t last, struct err *err)
{
	if (last >= LONGEST)
		return err_set(err, ERR_USAGE,
		    "%s apart it would be %" PRId64
		    " values long: give --by for longer steps",
		    m->step.p, last + 1);
	return 0;
}

static int
fill(struct making *m, struct err *err)
{
	double *y = m->room->y;

	memcpy(y, m->room->known, m->s.n * sizeof(*y));
	if (m->rules->gaps == SERIES_ZERO) {
		for (size_t i = 0; i < m->s.n; i++)
			y[i] = isnan(y[i]) ? 0 : y[i];
	} else if (m->s.missing * 2 > m->s.n && !m->rules->sparse) {
		return err_set(err, ERR_USAGE,
		    "%zu of %zu values missing at steps of %s, more than half: "
		    "give --by for longer steps, or --gaps zero where nothing "
		    "means none",
		    m->s.missing, m->s.n, m->step.p);
	} else if (m->s.missing) {
		forecast_fill(y, m->s.n, m->s.period);
	}
	m->s.non_negative = true;
	for (size_t i = 0; i < m->s.n; i++) {
		m->s.non_negative &= y[i] >= 0;
		if (!isfinite(y[i]))
			return err_set(
			    err, ERR_USAGE, "the values are too large");
	}
	return 0;
}

/* The season: as asked for, of the calendar, or what the values show. */
static void
find_period(struct making *m)
{
	struct series *s = &m->s;
	size_t found[1 + SERIES_LONGER], count, skip;

	if (m->rules->period && m->rules->period != SERIES_AUTO) {
		s->period = m->rules->period;
		memcpy(s->longer, m->rules->longer, sizeof(s->longer));
	}
	if (m->rules->period != SERIES_AUTO &&
	    (m->rules->period || s->calendar.unit != SERIES_COUNT))
		return;
	skip = s->n > TELLING ? s->n - TELLING : 0;
	count = forecast_periods(
	    s->y + skip, s->n - skip, NULL, 0, found, COUNT_OF(found));
	s->period = count > 0 ? found[0] : 1;
	for (size_t i = 0; i < SERIES_LONGER; i++)
		s->longer[i] = i + 1 < count ? found[i + 1] : 0;
}

/* From the values that are known to all of the series. */
static int
finish(struct making *m, struct err *err)
{
	struct series *s = &m->s;

	s->period = series_season(&s->calendar, s->longer);
	if (m->rules->period && m->rules->period != SERIES_AUTO)
		s->period = m->rules->period;
	GROW(m->room->y, m->room->y_cap, s->n);
	if (fill(m, err) < 0)
		return -1;
	s->name = m->name;
	s->y = m->room->y;
	s->known = m->room->known;
	find_period(m);
	tell_all(m);
	return 0;
}

static int
make(struct making *m, struct series_point *points, size_t count,
    enum series_form form, struct err *err)
{
	struct series *s = &m->s;
	int64_t start, last;

	order_points(m->room, points, count);
	find_calendar(m, points, count, form);
	cut_until(m, points, &count);
	cut_ends(&points, &count);
	if (count == 0)
		return err_set(err, ERR_USAGE,
		    m->rules->until ? "no values before --until" : "no values");
	start = series_position(&s->calendar, points[0].at);
	s->calendar.first += start * s->calendar.step;
	last = series_position(&s->calendar, points[count - 1].at);
	if (check_length(m, last, err) < 0)
		return -1;
	s->n = (size_t)last + 1;
	GROW(m->room->known, m->room->known_cap, s->n);
	lay_out(m, points, count);
	tell_cut_short(m, points, count);
	return finish(m, err);
}

/* Ends the making of a series, good or not. */
static int
made(struct making *m, int rc, struct series *ret, struct err *err)
{
	buf_release(&m->step);
	if (rc < 0)
		return err_prefix(err, "%s", series_called(m->name));
	*ret = m->s;
	return 0;
}

int
series_make(struct series_room *room, struct str name,
    struct series_point *points, size_t count, enum series_form form,
    const struct series_rules *rules, struct remarks *remarks,
    struct series *ret, struct err *err)
{
	struct making m = {
	    .room = room, .rules = rules, .remarks = remarks, .name = name};

	return made(&m, make(&m, points, count, form, err), ret, err);
}

static int
set(struct making *m, const double *known, const double *of, size_t n,
    struct err *err)
{
	size_t start = 0;

	while (n && isnan(known[n - 1]))
		n--;
	while (start < n && isnan(known[start]))
		start++;
	if (start == n)
		return err_set(err, ERR_USAGE, "no values");
	m->s.n = n - start;
	m->s.of = of ? of + start : NULL;
	m->s.calendar.first += (int64_t)start * m->s.calendar.step;
	series_step_add(&m->step, &m->s.calendar);
	GROW(m->room->known, m->room->known_cap, m->s.n);
	memcpy(m->room->known, known + start, m->s.n * sizeof(*known));
	for (size_t i = 0; i < m->s.n; i++)
		m->s.missing += isnan(m->room->known[i]);
	return finish(m, err);
}

int
series_set(struct series_room *room, struct str name,
    const struct series_calendar *calendar, const double *known,
    const double *of, size_t n, const struct series_rules *rules,
    struct remarks *remarks, struct series *ret, struct err *err)
{
	struct making m = {.room = room,
	    .rules = rules,
	    .remarks = remarks,
	    .name = name,
	    .s.calendar = *calendar};

	return made(&m, set(&m, known, of, n, err), ret, err);
}
