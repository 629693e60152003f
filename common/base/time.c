/* SPDX-License-Identifier: ISC */
/*
 * The calendar: moments to dates and back, buckets, and times as text. What a
 * zone is at a moment is in zone.c; reading text is in parse_time.c.
 */
#include <string.h>
#include <time.h>

#include "base/base_priv.h"

int64_t
time_real(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
time_monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

bool
date_valid(int year, unsigned month, unsigned day)
{
	static const unsigned char days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1] + (unsigned)(leap && month == 2);
}

/*
 * Years are counted from March, so that the leap day is the last of its year,
 * and in cycles of 400 years = 146,097 days. The months from March on have
 * 31 30 31 30 31 | 31 30 31 30 31 | 31 days: 153 in five.
 */
int64_t
days_from_civil(int year, unsigned month, unsigned day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t cycle = floor_div(y, 400), of_cycle = y - cycle * 400;
	int64_t from_march = (month + 9) % 12;

	return cycle * 146097 + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 +
	       (from_march * 153 + 2) / 5 + (int64_t)day - 1 - 719468;
}

/* The date of a day since 1970. */
static void
set_date(int64_t days, struct civil *ret)
{
	int64_t since = days + 719468, cycle = floor_div(since, 146097);
	unsigned of_cycle = (unsigned)(since - cycle * 146097);
	/* Take out the leap days that are behind, then years are 365 long. */
	unsigned y = (of_cycle - of_cycle / 1460 + of_cycle / 36524 -
			 of_cycle / 146096) /
		     365;
	unsigned day = of_cycle - (y * 365 + y / 4 - y / 100);
	unsigned month = (day * 5 + 2) / 153;

	ret->day = day - (month * 153 + 2) / 5 + 1;
	ret->month = month < 10 ? month + 3 : month - 9;
	ret->year = (int)(cycle * 400 + (int64_t)y) + (month >= 10);
}

int
civil_year(int64_t local)
{
	struct civil c;

	set_date(floor_div(local, MS_DAY), &c);
	return c.year;
}

/* The date and clock of a moment counted in local milliseconds. */
static struct civil
civil_of(int64_t local)
{
	struct civil c;
	int64_t days = floor_div(local, MS_DAY);
	unsigned rest = (unsigned)(local - days * MS_DAY);

	set_date(days, &c);
	c.hour = rest / 3600000;
	c.minute = rest / 60000 % 60;
	c.second = rest / 1000 % 60;
	c.ms = rest % 1000;
	c.weekday = (unsigned)((days % 7 + 10) % 7) + 1;
	c.year_day = (unsigned)(days - days_from_civil(c.year, 1, 1)) + 1;
	return c;
}

struct civil
zone_civil(const struct zone *z, int64_t at)
{
	return civil_of(at + zone_offset(z, at));
}

/*
 * Which moment shows this local time: with the offset before and with the one
 * after any change near it. Both can be right (clocks went back: the earlier
 * one counts) or neither (clocks went forward: count on from before).
 */
static int64_t
moment_of(const struct zone *z, int64_t local)
{
	int64_t before = local - zone_offset(z, local - MS_DAY);
	int64_t after = local - zone_offset(z, local + MS_DAY);
	bool before_fits = before + zone_offset(z, before) == local;
	bool after_fits = after + zone_offset(z, after) == local;

	if (before_fits && after_fits)
		return before < after ? before : after;
	return after_fits ? after : before;
}

/* Local ms of a date whose month may be out of range. */
static int64_t
local_of(int64_t year, int64_t month, int64_t day)
{
	const int64_t far = 100000;
	int64_t carry = floor_div(month - 1, 12);

	year += carry;
	month -= carry * 12;
	year = year < -far ? -far : year > far ? far : year;
	return (days_from_civil((int)year, (unsigned)month, 1) + day - 1) *
	       MS_DAY;
}

int64_t
zone_moment(const struct zone *z, struct civil c)
{
	return moment_of(z, local_of(c.year, c.month, c.day) +
				(int64_t)c.hour * MS_HOUR +
				(int64_t)c.minute * MS_MINUTE +
				(int64_t)c.second * MS_SECOND + (int64_t)c.ms);
}

/*
 * Hours are real hours, so the hour that comes twice in autumn is two
 * buckets. Where a change of less than an hour cuts one in two, the second
 * piece begins at the change.
 */
static int64_t
hour_start(int64_t at, const struct zone *z)
{
	int64_t offset = zone_offset(z, at), local = at + offset;
	int64_t start = at - (local - floor_div(local, MS_HOUR) * MS_HOUR);
	int64_t low = start, high = at;

	if (zone_offset(z, start) == offset)
		return start;
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;

		if (zone_offset(z, middle) == offset)
			high = middle;
		else
			low = middle;
	}
	return high;
}

int64_t
time_bucket(int64_t at, enum time_unit unit, const struct zone *z)
{
	if (unit == UNIT_HOUR)
		return hour_start(at, z);
	return time_step(at, unit, 0, z);
}

int64_t
time_step(int64_t start, enum time_unit unit, int n, const struct zone *z)
{
	struct civil c;
	int64_t month, day = 1, local = 0;

	if (unit == UNIT_HOUR)
		return hour_start(start + n * MS_HOUR, z);
	c = zone_civil(z, start);
	month = c.month;
	switch (unit) {
	case UNIT_HOUR:
	case UNIT_DAY:
		day = (int64_t)c.day + n;
		break;
	case UNIT_WEEK:
		day = (int64_t)c.day - (c.weekday - 1) + (int64_t)n * 7;
		break;
	case UNIT_MONTH:
		month += n;
		break;
	case UNIT_QUARTER:
		month += (int64_t)n * 3 - (c.month - 1) % 3;
		break;
	case UNIT_YEAR:
		month = 1 + (int64_t)n * 12;
		break;
	}
	local = local_of(c.year, month, day);
	return moment_of(z, local);
}

int64_t
time_anniversary(int64_t at, int64_t low, const struct zone *z)
{
	struct civil day, from;
	int64_t start;

	if (at < TIME_MIN || at > TIME_MAX)
		return INT64_MAX;
	day = zone_civil(z, at);
	from = zone_civil(z, low);
	for (int year = day.year + 1 > from.year ? day.year + 1 : from.year;;
	     year++) {
		unsigned of_month = day.day;

		if (!date_valid(year, day.month, day.day))
			of_month--;
		start = moment_of(
		    z, days_from_civil(year, day.month, of_month) * MS_DAY);
		if (start >= low)
			return start;
	}
}

/* v below 100 */
static void
put2(char *p, unsigned v)
{
	p[0] = (char)('0' + v / 10);
	p[1] = (char)('0' + v % 10);
}

/* YYYY-MM-DD into text; what does not fit there, outside the range that the
 * programs accept, goes straight to b: it must not lie. True when it fitted. */
static bool
put_date(struct buf *b, const struct civil *c, char text[10])
{
	if (c->year < 0 || c->year > 9999) {
		buf_addf(b, "%d-%02u-%02u", c->year, c->month, c->day);
		return false;
	}
	put2(text, (unsigned)c->year / 100);
	put2(text + 2, (unsigned)c->year % 100);
	put2(text + 5, c->month);
	put2(text + 8, c->day);
	return true;
}

void
time_add(struct buf *b, int64_t at)
{
	char text[] = "0000-00-00T00:00:00.000Z";
	int64_t days = floor_div(at, MS_DAY);
	unsigned rest = (unsigned)(at - days * MS_DAY);
	struct civil c;
	size_t from, to = 20;

	set_date(days, &c);
	from = put_date(b, &c, text) ? 0 : 10;
	put2(text + 11, rest / 3600000);
	put2(text + 14, rest / 60000 % 60);
	put2(text + 17, rest / 1000 % 60);
	rest %= 1000;
	if (rest) {
		text[20] = (char)('0' + rest / 100);
		put2(text + 21, rest % 100);
		to = 24;
	} else {
		text[19] = 'Z';
	}
	buf_add(b, text + from, to - from);
}

void
time_add_local(struct buf *b, int64_t at, const struct zone *z)
{
	struct civil c = zone_civil(z, at);
	char text[] = "0000-00-00 00:00";
	size_t from = put_date(b, &c, text) ? 0 : 10;

	put2(text + 11, c.hour);
	put2(text + 14, c.minute);
	buf_add(b, text + from, 16 - from);
}

/* The length of the moment a text begins with; 0: it begins with none. */
static size_t
moment_here(struct str s, int64_t *ret)
{
	size_t n = s.n >= 24 && s.p[19] == '.' ? 24 : 20;

	if (s.n < n || s.p[4] != '-' || s.p[7] != '-' || s.p[10] != 'T' ||
	    s.p[13] != ':' || s.p[16] != ':' || s.p[n - 1] != 'Z')
		return 0;
	return time_parse((struct str){s.p, n}, zone_utc(), ret) ? n : 0;
}

void
time_add_localised(struct buf *b, struct str text, const struct zone *z)
{
	size_t start = 0;

	for (size_t i = 0; i + 20 <= text.n; i++) {
		int64_t at;
		size_t n;

		if (i > start && text.p[i - 1] >= '0' && text.p[i - 1] <= '9')
			continue;
		n = moment_here((struct str){text.p + i, text.n - i}, &at);
		if (n == 0)
			continue;
		buf_add(b, text.p + start, i - start);
		time_add_local(b, at, z);
		start = i + n;
		i = start - 1;
	}
	buf_add(b, text.p + start, text.n - start);
}
