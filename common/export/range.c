/* SPDX-License-Identifier: ISC */
/* Spans of the calendar, as people say them. */
#include <string.h>

#include "export/export.h"

static const struct {
	const char *name, *many;
	enum time_unit unit;
} units[] = {
    {"day", "days", UNIT_DAY},
    {"week", "weeks", UNIT_WEEK},
    {"month", "months", UNIT_MONTH},
    {"quarter", "quarters", UNIT_QUARTER},
    {"year", "years", UNIT_YEAR},
};

/* From the bucket `back` before that of now, up to the end of `last`. */
static void
buckets(int64_t now, const struct zone *zone, enum time_unit unit, int back,
    int last, int64_t *from, int64_t *to)
{
	int64_t start = time_bucket(now, unit, zone);

	*from = time_step(start, unit, -back, zone);
	*to = time_step(start, unit, 1 - last, zone);
}

/* 2026, 2026-01 or 2026-01-15, or a moment: it and the end of it. */
static bool
span_of(struct str text, const struct zone *zone, int64_t *from, int64_t *to)
{
	char date[16];
	enum time_unit unit;

	if (text.n == 4)
		unit = UNIT_YEAR;
	else if (text.n == 7)
		unit = UNIT_MONTH;
	else if (text.n == 10)
		unit = UNIT_DAY;
	else {
		if (!time_parse(text, zone, from))
			return false;
		*to = *from + 1;
		return true;
	}
	snprintf(date, sizeof(date), "%.*s%s", STR_ARG(text),
	    unit == UNIT_YEAR    ? "-01-01"
	    : unit == UNIT_MONTH ? "-01"
				 : "");
	if (!time_parse(str_of(date), zone, from))
		return false;
	*to = time_step(*from, unit, 1, zone);
	return true;
}

/* "this_month", "last_month", "last_30_days" */
static bool
relative(struct str text, int64_t now, const struct zone *zone, int64_t *from,
    int64_t *to)
{
	bool last = str_starts(text, STR("last_"));
	struct str rest, number;
	int64_t n = 0;

	if (!last && !str_starts(text, STR("this_")))
		return false;
	rest = (struct str){text.p + 5, text.n - 5};
	for (size_t i = 0; i < COUNT_OF(units); i++)
		if (str_is(rest, units[i].name)) {
			buckets(now, zone, units[i].unit, last, last, from, to);
			return true;
		}
	if (!last || !str_cut(&rest, '_', &number) || !number_int(number, &n) ||
	    n < 1 || n > 10000)
		return false;
	for (size_t i = 0; i < COUNT_OF(units); i++)
		if (str_is(rest, units[i].many)) {
			/* Today, or this month, is the last of them. */
			buckets(
			    now, zone, units[i].unit, (int)n - 1, 0, from, to);
			return true;
		}
	return false;
}

/* A..B, either end may be open. */
static bool
between(struct str text, const struct zone *zone, int64_t *from, int64_t *to)
{
	const char *dots = NULL;
	struct str a, b;
	int64_t other;

	for (size_t i = 0; !dots && i + 1 < text.n; i++)
		if (memcmp(text.p + i, "..", 2) == 0)
			dots = text.p + i;
	if (!dots)
		return span_of(text, zone, from, to);
	a = (struct str){text.p, (size_t)(dots - text.p)};
	b = (struct str){dots + 2, text.n - a.n - 2};
	*from = INT64_MIN;
	*to = INT64_MAX;
	return (a.n || b.n) && (!a.n || span_of(a, zone, from, &other)) &&
	       (!b.n || span_of(b, zone, &other, to));
}

int
export_range(struct str text, int64_t now, const struct zone *zone,
    int64_t *ret_from, int64_t *ret_to, struct err *err)
{
	bool found = true;

	if (str_is(text, "today"))
		buckets(now, zone, UNIT_DAY, 0, 0, ret_from, ret_to);
	else if (str_is(text, "yesterday"))
		buckets(now, zone, UNIT_DAY, 1, 1, ret_from, ret_to);
	else
		found = relative(text, now, zone, ret_from, ret_to) ||
			between(text, zone, ret_from, ret_to);
	if (!found)
		return err_set(err, ERR_USAGE,
		    "--range: neither DATE..DATE nor words such as "
		    "last_30_days "
		    "or this_month: %s",
		    quoted(text));
	if (*ret_from >= *ret_to)
		return err_set(err, ERR_USAGE,
		    "--range: ends before it begins: %s", quoted(text));
	return 0;
}
