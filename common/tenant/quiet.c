/* SPDX-License-Identifier: ISC */
/*
 * Quiet hours: the minutes of a week in which nobody is to be disturbed, as
 * clocks on the wall show them. A day when the clock is put forward or back has
 * other moments, not other hours.
 */
#include "tenant/tenant_priv.h"

enum { DAY = 24 * 60, WEEK = 7 * DAY };

/* "09:00" as ms of the day; the day ends at 24:00. */
static bool
clock_parse(struct str text, int64_t *ret)
{
	struct str hours, minutes = str_trim(text);
	int64_t h, m;

	if (!str_cut(&minutes, ':', &hours) || !number_int(hours, &h) ||
	    !number_int(minutes, &m) || minutes.n != 2 || h < 0 || m < 0 ||
	    m > 59 || h * 60 + m > DAY)
		return false;
	*ret = h * MS_HOUR + m * MS_MINUTE;
	return true;
}

bool
hours_parse(struct str text, int64_t ret[2])
{
	struct str from, until = text;

	return str_cut(&until, '-', &from) && clock_parse(from, &ret[0]) &&
	       clock_parse(until, &ret[1]);
}

bool
weekday_parse(struct str text, unsigned *ret)
{
	static const char *const names[] = {
	    "mon", "tue", "wed", "thu", "fri", "sat", "sun"};

	for (unsigned i = 0; i < COUNT_OF(names); i++)
		if (str_is(text, names[i])) {
			*ret = i + 1;
			return true;
		}
	return false;
}

/* ---- the minutes of a week -------------------------------------------------
 */

static bool
holds(const struct quiet *q, unsigned minute)
{
	return q->minute[minute / 8] >> minute % 8 & 1;
}

static void
add(struct quiet *q, unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++)
		q->minute[i % WEEK / 8] |= (uint8_t)(1u << i % 8);
	q->any = q->any || count > 0;
}

/* "mon", "sat-sun", "fri-mon" */
static bool
days_parse(struct str text, unsigned *ret_first, unsigned *ret_last)
{
	struct str last = text, first;

	if (!str_cut(&last, '-', &first))
		last = first;
	return weekday_parse(first, ret_first) && weekday_parse(last, ret_last);
}

/* Hours that end before they begin end on the next day. */
static bool
hours_add(struct quiet *q, unsigned first, unsigned last, struct str text)
{
	unsigned from, until, day = first;
	int64_t at[2];

	if (!hours_parse(text, at) || at[0] == at[1] || at[0] == MS_DAY)
		return false;
	from = (unsigned)(at[0] / MS_MINUTE);
	until = (unsigned)(at[1] / MS_MINUTE);
	if (until < from)
		until += DAY;
	for (;;) {
		add(q, (day - 1) * DAY + from, until - from);
		if (day == last)
			return true;
		day = day % 7 + 1;
	}
}

/* "21:00-08:00", "sat-sun", "mon-fri 12:00-13:00" */
static bool
item_add(struct quiet *q, struct str item)
{
	struct str hours = item, days;
	unsigned first = 1, last = 7;

	if (days_parse(item, &first, &last))
		return hours_add(q, first, last, STR("00:00-24:00"));
	if (str_cut(&hours, ' ', &days))
		return days_parse(days, &first, &last) &&
		       hours_add(q, first, last, str_trim(hours));
	return hours_add(q, 1, 7, item);
}

static bool
leaves_time(const struct quiet *q)
{
	for (size_t i = 0; i < sizeof(q->minute); i++)
		if (q->minute[i] != 0xff)
			return true;
	return false;
}

int
quiet_parse(
    const char *what, struct str text, struct quiet *ret, struct err *err)
{
	struct quiet q = {0};
	struct str rest = text, item;
	bool more = !str_is(str_trim(text), "none");

	while (more) {
		more = str_cut(&rest, ',', &item);
		if (!item_add(&q, str_trim(item)))
			return err_set(err, ERR_USAGE,
			    "%s: not like 21:00-08:00, sat-sun or "
			    "\"mon-fri 12:00-13:00\": %s",
			    what, quoted(str_trim(item)));
	}
	if (!leaves_time(&q))
		return err_set(err, ERR_USAGE,
		    "%s: no time of the week is left: %s", what, quoted(text));
	*ret = q;
	return 0;
}

void
quiet_join(struct quiet *q, const struct quiet *other)
{
	for (size_t i = 0; i < sizeof(q->minute); i++)
		q->minute[i] |= other->minute[i];
	q->any = q->any || other->any;
}

static unsigned
minute_of(const struct zone *z, int64_t at)
{
	struct civil c = zone_civil(z, at);

	return (c.weekday - 1) * DAY + c.hour * 60 + c.minute;
}

int64_t
quiet_until(const struct quiet *q, const struct zone *z, int64_t at)
{
	int64_t minute = at - (at % MS_MINUTE + MS_MINUTE) % MS_MINUTE, end;
	unsigned first, n = 0;

	if (!q->any)
		return 0;
	first = minute_of(z, minute);
	if (!holds(q, first))
		return 0;
	while (n < WEEK && holds(q, (first + n) % WEEK))
		n++;
	if (n == WEEK)
		return INT64_MAX;
	end = minute + n * MS_MINUTE;
	if (zone_offset(z, end) == zone_offset(z, minute))
		return end;
	/* The clock is put forward or back on the way. */
	while (holds(q, minute_of(z, minute)))
		minute += MS_MINUTE;
	return minute;
}
