/* SPDX-License-Identifier: ISC */
/* Where an axis of time is labelled, and how, in Japanese and English. */
#include <math.h>
#include <stdlib.h>

#include "chart/chart_priv.h"

enum what { MINUTES, HOURS, DAYS, WEEKS, MONTHS, YEARS };

/* Closest first. */
static const struct pace {
	enum what what;
	unsigned every;
	double length; /* about, in ms */
} paces[] = {
    {MINUTES, 1, 60e3},
    {MINUTES, 5, 300e3},
    {MINUTES, 15, 900e3},
    {MINUTES, 30, 1800e3},
    {HOURS, 1, 3600e3},
    {HOURS, 3, 3 * 3600e3},
    {HOURS, 6, 6 * 3600e3},
    {HOURS, 12, 12 * 3600e3},
    {DAYS, 1, 86400e3},
    {WEEKS, 1, 7 * 86400e3},
    {WEEKS, 2, 14 * 86400e3},
    {MONTHS, 1, 30.4 * 86400e3},
    {MONTHS, 2, 60.9 * 86400e3},
    {MONTHS, 3, 91.3 * 86400e3},
    {MONTHS, 6, 182.6 * 86400e3},
    {YEARS, 1, 365.25 * 86400e3},
    {YEARS, 2, 2 * 365.25 * 86400e3},
    {YEARS, 5, 5 * 365.25 * 86400e3},
    {YEARS, 10, 10 * 365.25 * 86400e3},
    {YEARS, 20, 20 * 365.25 * 86400e3},
    {YEARS, 50, 50 * 365.25 * 86400e3},
    {YEARS, 100, 100 * 365.25 * 86400e3},
    {YEARS, 500, 500 * 365.25 * 86400e3},
    {YEARS, 1000, 1000 * 365.25 * 86400e3},
};

/* The last tick at or before `at`. */
static int64_t
first_tick(const struct pace *p, int64_t at, const struct zone *z)
{
	struct civil c = zone_civil(z, at);

	c.second = c.ms = 0;
	switch (p->what) {
	case MINUTES:
		c.minute -= c.minute % p->every;
		return zone_moment(z, c);
	case HOURS:
		c.minute = 0;
		c.hour -= c.hour % p->every;
		return zone_moment(z, c);
	case DAYS:
		return time_bucket(at, UNIT_DAY, z);
	case WEEKS:
		at = time_bucket(at, UNIT_WEEK, z);
		/* The same weeks wherever the axis begins. */
		c = zone_civil(z, at);
		if (p->every == 2 &&
		    (days_from_civil(c.year, c.month, c.day) + 3) / 7 % 2)
			at = time_step(at, UNIT_WEEK, -1, z);
		return at;
	case MONTHS:
		c.hour = c.minute = 0;
		c.day = 1;
		c.month -= (c.month - 1) % p->every;
		return zone_moment(z, c);
	case YEARS:
		c.hour = c.minute = 0;
		c.day = c.month = 1;
		c.year -= c.year % (int)p->every;
		if (c.year < 1)
			c.year = 1;
		return zone_moment(z, c);
	}
	return at;
}

static int64_t
next_tick(const struct pace *p, int64_t at, const struct zone *z)
{
	struct civil c = zone_civil(z, at);
	int64_t next;

	switch (p->what) {
	case MINUTES:
		return at + p->every * MS_MINUTE;
	case HOURS:
		/* By the clock on the wall; never back, when it is set back. */
		c.hour += p->every;
		next = zone_moment(z, c);
		return next > at ? next : at + p->every * MS_HOUR;
	case DAYS:
		return time_step(at, UNIT_DAY, (int)p->every, z);
	case WEEKS:
		return time_step(at, UNIT_WEEK, (int)p->every, z);
	case MONTHS:
		return time_step(at, UNIT_MONTH, (int)p->every, z);
	case YEARS:
		if (c.year == 1 && p->every > 1)
			return time_step(at, UNIT_YEAR, (int)p->every - 1, z);
		return time_step(at, UNIT_YEAR, (int)p->every, z);
	}
	return INT64_MAX;
}

static void
label(const struct pace *p, struct civil c, bool japanese, struct chart_date *d)
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	const char *month = months[(c.month - 1) % 12];
	size_t n = sizeof(d->label), m = sizeof(d->below);

	d->below[0] = '\0';
	switch (p->what) {
	case MINUTES:
	case HOURS:
		snprintf(d->label, n, "%02u:%02u", c.hour, c.minute);
		if (japanese)
			snprintf(d->below, m, "%d年%u月%u日", c.year, c.month,
			    c.day);
		else
			snprintf(d->below, m, "%u %s %d", c.day, month, c.year);
		return;
	case DAYS:
		if (japanese) {
			snprintf(d->label, n, "%u日", c.day);
			snprintf(d->below, m, "%d年%u月", c.year, c.month);
		} else {
			snprintf(d->label, n, "%u", c.day);
			snprintf(d->below, m, "%s %d", month, c.year);
		}
		return;
	case WEEKS:
	case MONTHS:
		if (p->what == MONTHS && japanese)
			snprintf(d->label, n, "%u月", c.month);
		else if (p->what == MONTHS)
			snprintf(d->label, n, "%s", month);
		else if (japanese)
			snprintf(d->label, n, "%u/%u", c.month, c.day);
		else
			snprintf(d->label, n, "%u %s", c.day, month);
		snprintf(d->below, m, japanese ? "%d年" : "%d", c.year);
		return;
	case YEARS:
		snprintf(d->label, n, japanese ? "%d年" : "%d", c.year);
		return;
	}
}

/* What is below stands at the first tick and where it changes. */
static void
say_changes(struct chart_date *d, size_t count)
{
	char now[sizeof(d->below)] = "";

	for (size_t i = 0; i < count; i++) {
		if (strcmp(d[i].below, now) == 0)
			d[i].below[0] = '\0';
		else
			memcpy(now, d[i].below, sizeof(now));
	}
}

/* Whether no label meets its neighbour; a first one below that would is left
 * out, as the next says more. */
static bool
fits(struct chart_date *d, size_t count, double each,
    const struct chart_room *room)
{
	size_t before = SIZE_MAX;

	for (size_t i = 0; i < count; i++) {
		double gap = i ? (d[i].at - d[i - 1].at) * each : INFINITY;

		if (i && (room->of(room->context, str_of(d[i].label)) +
			     room->of(room->context, str_of(d[i - 1].label))) /
				 2 >
			     gap)
			return false;
		if (!d[i].below[0])
			continue;
		if (before != SIZE_MAX &&
		    (room->of(room->context, str_of(d[i].below)) +
			room->of(room->context, str_of(d[before].below))) /
			    2 >
			(d[i].at - d[before].at) * each) {
			if (before)
				return false;
			d[before].below[0] = '\0';
		}
		before = i;
	}
	return true;
}

size_t
chart_dates(double low, double high, const struct zone *zone, bool japanese,
    const struct chart_room *room, struct chart_date ret[CHART_DATES])
{
	double from = fmax(low, (double)TIME_MIN);
	double to = fmin(high, (double)TIME_MAX);

	for (size_t i = 0; i < COUNT_OF(paces); i++) {
		const struct pace *p = &paces[i];
		size_t count = 0;
		int64_t at;

		if ((to - from) / p->length > CHART_DATES - 2)
			continue;
		if (!(from <= to))
			break;
		for (at = first_tick(p, (int64_t)from, zone);
		     (double)at <= to && count < CHART_DATES;
		     at = next_tick(p, at, zone)) {
			if ((double)at < from)
				continue;
			ret[count].at = (double)at;
			label(p, zone_civil(zone, at), japanese, &ret[count]);
			count++;
		}
		say_changes(ret, count);
		if (fits(ret, count, room->all / (high - low), room))
			return count;
	}
	return 0;
}
