/* SPDX-License-Identifier: ISC */
/* Working hours and holidays, and moments counted in them. */
#include <stdlib.h>
#include <string.h>

#include "task/task.sql.h"
#include "task/task_priv.h"

/* Enough for any span in a week of one working hour. */
#define DAYS_MAX 400000

/* ---- days -----------------------------------------------------------------
 */

void
day_add(struct buf *out, int64_t at, const struct zone *zone)
{
	struct civil c = zone_civil(zone, at);

	buf_addf(out, "%04d-%02u-%02u", c.year, c.month, c.day);
}

bool
day_parse(struct str text, int64_t *ret)
{
	int64_t at;

	if (!time_parse_format(str_trim(text), "%Y-%m-%d", zone_utc(), &at) &&
	    !time_parse_format(str_trim(text), "%Y/%m/%d", zone_utc(), &at))
		return false;
	*ret = at / MS_DAY - (at % MS_DAY < 0);
	return true;
}

/* ---- reading --------------------------------------------------------------
 */

int
task_calendar_read(struct store *st, const struct tenant *t,
    struct task_calendar *ret, struct err *err)
{
	const struct tenant_settings *set = &t->settings;
	struct task_calendar c = {.zone = set->zone,
	    .opens = set->opens,
	    .closes = set->closes,
	    .days = set->working_days};
	struct rows *rows;
	size_t cap = 0;
	int64_t day;
	int got;

	if (store_query(
		st, &sql_holiday_all, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		if (day_parse(rows_text(rows, 0), &day)) {
			GROW(c.holiday, cap, c.holidays + 1);
			c.holiday[c.holidays++] = day;
		}
	rows_close(rows);
	*ret = c;
	if (got < 0)
		task_calendar_release(ret);
	return got;
}

void
task_calendar_release(struct task_calendar *c)
{
	free(c->holiday);
	memset(c, 0, sizeof(*c));
}

/* ---- counting -------------------------------------------------------------
 */

static int
compare_days(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool
works(const struct task_calendar *c, const struct civil *day)
{
	int64_t number = days_from_civil(day->year, day->month, day->day);
	/* 1970-01-01 was a Thursday. */
	unsigned weekday = (unsigned)(((number + 3) % 7 + 7) % 7 + 1);

	return (c->days >> weekday & 1) &&
	       !(c->holidays && bsearch(&number, c->holiday, c->holidays,
				    sizeof(number), compare_days));
}

/* A time of day, `days` later. */
static int64_t
moment(const struct task_calendar *c, struct civil day, unsigned days,
    int64_t of_day)
{
	day.day += days;
	day.hour = (unsigned)(of_day / MS_HOUR);
	day.minute = (unsigned)(of_day % MS_HOUR / MS_MINUTE);
	day.second = (unsigned)(of_day % MS_MINUTE / MS_SECOND);
	day.ms = (unsigned)(of_day % MS_SECOND);
	return zone_moment(c->zone, day);
}

static int64_t
time_of_day(const struct civil *d)
{
	return d->hour * MS_HOUR + d->minute * MS_MINUTE +
	       d->second * MS_SECOND + d->ms;
}

/* The opening of the first working day after this one. */
static int64_t
next_opening(const struct task_calendar *c, int64_t at)
{
	struct civil day = zone_civil(c->zone, at);

	for (int i = 0; i < DAYS_MAX; i++) {
		at = moment(c, day, 1, c->opens);
		day = zone_civil(c->zone, at);
		if (works(c, &day))
			break;
	}
	return at;
}

/* The same moment, or the next one at which somebody works. */
static int64_t
into_hours(const struct task_calendar *c, int64_t at)
{
	struct civil day = zone_civil(c->zone, at);
	int64_t of_day = time_of_day(&day);

	if (!works(c, &day) || of_day >= c->closes)
		return next_opening(c, at);
	return of_day < c->opens ? moment(c, day, 0, c->opens) : at;
}

int64_t
task_due(const struct tenant *t, const struct task_calendar *c, int64_t from,
    int64_t span)
{
	int64_t at, rest = span % MS_DAY;

	if (strcmp(t->settings.due_clock, "working") != 0 || c->days == 0)
		return from + span;
	at = into_hours(c, from);
	for (int64_t days = span / MS_DAY; days > 0; days--) {
		struct civil day = zone_civil(c->zone, at), next;

		next = zone_civil(c->zone, next_opening(c, at));
		at = moment(c, next, 0, time_of_day(&day));
	}
	while (rest > 0) {
		struct civil day = zone_civil(c->zone, at);
		int64_t left = c->closes - time_of_day(&day);

		if (rest <= left)
			return at + rest;
		rest -= left;
		at = next_opening(c, at);
	}
	return at;
}

/* ---- holidays -------------------------------------------------------------
 */

struct importing {
	struct store *st;
	const struct tenant *tenant;
	struct remarks *remarks;
	int64_t rejected;
};

static int
import_holiday(struct importing *in, const struct record *r, struct err *err)
{
	struct str name = {0};
	struct buf day = {0};
	int64_t number;
	int code;

	if (r->count == 0 || !day_parse(r->field[0].text, &number)) {
		remark(in->remarks, r->place, "not a date: %s",
		    quoted(r->count ? r->field[0].text : STR("")));
		in->rejected++;
		return 0;
	}
	if (r->count > 1 && r->field[1].type != FIELD_MISSING)
		name = r->field[1].text;
	day_add(&day, number * MS_DAY, zone_utc());
	code = store_run(in->st, &sql_holiday_write,
	    BINDS(BIND_INT(in->tenant->id), BIND_TEXT(buf_str(&day)),
		BIND_TEXT(name)),
	    NULL, err);
	buf_release(&day);
	return code;
}

int
task_holidays_import(struct store *st, const struct tenant *t, const char *path,
    const char *encoding, const char *who, int64_t now, struct remarks *remarks,
    int64_t *ret_new, int64_t *ret_rejected, struct err *err)
{
	struct importing in = {st, t, remarks, 0};
	char *paths[] = {(char *)(uintptr_t)path};
	struct record_input input = {
	    .format = RECORD_CSV, .encoding = encoding, .remarks = remarks};
	struct record_reader *reader;
	struct record_reject reject;
	struct record record;
	enum record_got got;
	int64_t before, after;
	int code = 0;

	if (store_int(st, &sql_holiday_count, BINDS(BIND_INT(t->id)), &before,
		err) < 0 ||
	    record_reader_open(paths, 1, &input, &reader, err) < 0)
		return -1;
	while (
	    code == 0 && (got = record_next(reader, &record, &reject, err)) > 0)
		if (got == RECORD_GOT_ONE) {
			code = import_holiday(&in, &record, err);
		} else {
			remark(remarks, reject.place, "%s", reject.reason);
			in.rejected++;
		}
	record_reader_close(reader);
	if (code < 0 || got == RECORD_GOT_ERROR ||
	    store_int(st, &sql_holiday_count, BINDS(BIND_INT(t->id)), &after,
		err) < 0)
		return -1;
	*ret_new = after - before;
	*ret_rejected = in.rejected;
	return audit_add(st, t->id, now, who, "task holidays", (struct str){0},
	    (struct str){0}, err);
}

int
task_holiday_lines(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	return store_lines(st, &sql_holiday_all, BINDS(BIND_INT(t->id)),
	    ROW_FIELDS({"day", ROW_TEXT}, {"name", ROW_TEXT}), each, context,
	    err);
}
