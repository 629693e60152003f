/* SPDX-License-Identifier: ISC */
/*
 * Times as tables write them: months, weeks and quarters have texts of their
 * own, dates and moments those of all lists.
 */
#include "lead/lead.h"
#include "series/series.h"

/* Digits up to one that is none; false when there are none, or more than
 * four. */
static bool
take_digits(struct str *s, int64_t *ret, size_t *ret_count)
{
	size_t n = 0;

	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	if (n == 0 || n > 4 || !number_int((struct str){s->p, n}, ret))
		return false;
	*s = (struct str){s->p + n, s->n - n};
	*ret_count = n;
	return true;
}

static bool
take(struct str *s, struct str what)
{
	if (!str_starts(*s, what))
		return false;
	*s = (struct str){s->p + what.n, s->n - what.n};
	return true;
}

static int64_t
month_start(int64_t year, int64_t month, const struct zone *zone)
{
	return zone_moment(
	    zone, (struct civil){
		      .year = (int)year, .month = (unsigned)month, .day = 1});
}

/* The Monday on which a week of ISO 8601 begins; false when the year has no
 * such week. The first one is that of 4 January. */
static bool
week_start(int64_t year, int64_t week, const struct zone *zone, int64_t *ret)
{
	int64_t fourth = days_from_civil((int)year, 1, 4);
	int64_t last = days_from_civil((int)year, 12, 28);
	int64_t monday = fourth - (fourth % 7 + 10) % 7 + (week - 1) * 7;
	struct civil c;

	if (week < 1 || monday > last)
		return false;
	c = zone_civil(zone_utc(), monday * MS_DAY);
	*ret = zone_moment(zone, c);
	return true;
}

/* 2026-Q1, 2026-W05, 2026-01 and their like, folded. */
static bool
read_named(struct str s, const struct zone *zone, enum series_form *ret_form,
    int64_t *ret)
{
	int64_t year, number;
	size_t digits;

	if (!take_digits(&s, &year, &digits) || digits != 4 || year < 1)
		return false;
	if (take(&s, STR("年"))) {
		*ret_form = SERIES_MONTH;
		if (!take_digits(&s, &number, &digits) || !take(&s, STR("月")))
			return false;
	} else {
		bool hyphen = take(&s, STR("-"));

		if (take(&s, STR("q")))
			*ret_form = SERIES_QUARTER;
		else if (take(&s, STR("w")))
			*ret_form = SERIES_WEEK;
		else if (hyphen || take(&s, STR("/")))
			*ret_form = SERIES_MONTH;
		else
			return false;
		if (!take_digits(&s, &number, &digits))
			return false;
	}
	if (s.n || digits > 2)
		return false;
	if (*ret_form == SERIES_WEEK)
		return week_start(year, number, zone, ret);
	if (*ret_form == SERIES_QUARTER)
		number = number >= 1 && number <= 4 ? number * 3 - 2 : 0;
	if (number < 1 || number > 12)
		return false;
	*ret = month_start(year, number, zone);
	return true;
}

bool
series_time_read(struct str text, const struct zone *zone,
    struct arena *scratch, enum series_form *ret_form, int64_t *ret)
{
	struct str folded;

	/* Beyond this distances could not be counted. */
	const int64_t far = INT64_C(1000000000000000);

	text = str_trim(text);
	if (number_int(text, ret)) {
		*ret_form = SERIES_NUMBER;
		return *ret >= -far && *ret <= far;
	}
	folded = text_folded(scratch, text);
	if (read_named(folded, zone, ret_form, ret))
		return true;
	*ret_form =
	    memchr(folded.p, ':', folded.n) ? SERIES_MOMENT : SERIES_DATE;
	return folded.n && lead_read_time(text, zone, scratch, ret);
}
