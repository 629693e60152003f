/* SPDX-License-Identifier: ISC */
/*
 * Spans of the calendar and anniversaries in several zones: a table of what is
 * true when and until when, and every change of the clock that zdump prints
 * for 2005 to 2038.
 */
#include <stdlib.h>

#include "cond_fixture.h"

static struct cond_value values[F__MAX];
static struct cond_subject subject = {.values = values};

static bool
truth_of(const struct cond *c, int64_t at, int64_t now, const struct zone *zone,
    int64_t *next)
{
	struct cond_moment moment = {.now = now, .zone = zone};

	values[F_CREATED_AT] =
	    (struct cond_value){.kind = COND_IS_TIME, .time = at};
	return cond_eval(c, &subject, &moment, next);
}

static const struct zone *
zone(const char *name)
{
	const struct zone *z = NULL;
	struct err err;

	if (zone_find(name, &z, &err) < 0)
		SKIP(err.text);
	return z;
}

/* ---- a table ------------------------------------------------------------ */

/* Whether created_at fits at the moment, and when time may change that. */
static const struct {
	const char *zone, *now, *at, *condition;
	bool truth;
	const char *next; /* NULL: never */
} table[] = {
    /* Days in Tokyo begin at 15:00 UTC. */
    {"Asia/Tokyo", "2026-02-28T14:59:59Z", "2026-02-27T15:00:00Z",
	"created_at on today", true, "2026-02-28T15:00:00Z"},
    {"Asia/Tokyo", "2026-02-28T15:00:00Z", "2026-02-27T15:00:00Z",
	"created_at on today", false, NULL},
    {"Asia/Tokyo", "2026-02-28T15:00:00Z", "2026-02-27T15:00:00Z",
	"created_at on yesterday", true, "2026-03-01T15:00:00Z"},
    {"Asia/Tokyo", "2026-02-28T14:59:59Z", "2026-02-28T15:00:00Z",
	"created_at on tomorrow", true, "2026-02-28T15:00:00Z"},
    {"Asia/Tokyo", "2026-02-26T00:00:00Z", "2026-02-28T15:00:00Z",
	"created_at on tomorrow", false, "2026-02-27T15:00:00Z"},
    {"UTC", "2026-02-28T14:59:59Z", "2026-02-27T15:00:00Z",
	"created_at on today", false, NULL},
    /* Months, their ends, the year's end. */
    {"Asia/Tokyo", "2026-02-28T14:59:59Z", "2026-01-31T15:00:00Z",
	"created_at in this month", true, "2026-02-28T15:00:00Z"},
    {"Asia/Tokyo", "2026-02-28T14:59:59Z", "2026-01-31T14:59:59Z",
	"created_at in this month", false, NULL},
    {"Asia/Tokyo", "2026-03-31T00:00:00Z", "2026-02-28T14:59:59Z",
	"created_at in last month", true, "2026-03-31T15:00:00Z"},
    {"Asia/Tokyo", "2026-01-01T00:00:00Z", "2025-12-31T14:59:59Z",
	"created_at in last month", true, "2026-01-31T15:00:00Z"},
    {"UTC", "2024-02-29T00:00:00Z", "2024-02-01T00:00:00Z",
	"created_at in this month", true, "2024-03-01T00:00:00Z"},
    {"UTC", "2026-03-31T12:00:00Z", "2025-12-01T00:00:00Z",
	"created_at in last 3 months", true, "2026-04-01T00:00:00Z"},
    {"UTC", "2026-03-31T12:00:00Z", "2025-11-30T23:59:59.999Z",
	"created_at in last 3 months", false, NULL},
    {"UTC", "2026-03-31T12:00:00Z", "2026-03-01T00:00:00Z",
	"created_at in last 3 months", false, "2026-04-01T00:00:00Z"},
    {"UTC", "2026-03-31T12:00:00Z", "2026-03-01T00:00:00Z",
	"created_at not in last 3 months", true, "2026-04-01T00:00:00Z"},
    {"UTC", "2026-01-15T12:00:00Z", "2025-10-01T00:00:00Z",
	"created_at in last quarter", true, "2026-04-01T00:00:00Z"},
    {"UTC", "2026-01-15T12:00:00Z", "2025-09-30T23:59:59Z",
	"created_at in last quarter", false, NULL},
    {"UTC", "2026-01-15T12:00:00Z", "2027-12-31T23:59:59Z",
	"created_at in next year", true, "2027-01-01T00:00:00Z"},
    /* Weeks begin on Monday: 2026-03-02 is one. */
    {"UTC", "2026-03-08T23:59:59Z", "2026-03-02T00:00:00Z",
	"created_at in this week", true, "2026-03-09T00:00:00Z"},
    {"UTC", "2026-03-08T23:59:59Z", "2026-03-01T23:59:59Z",
	"created_at in this week", false, NULL},
    {"UTC", "2026-03-09T00:00:00Z", "2026-03-08T23:59:59Z",
	"created_at in last week", true, "2026-03-16T00:00:00Z"},
    {"UTC", "2026-01-01T00:00:00Z", "2025-12-29T00:00:00Z",
	"created_at in this week", true, "2026-01-05T00:00:00Z"},
    /* Days of 23 and 25 hours. */
    {"America/New_York", "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z",
	"created_at on today", true, "2026-03-09T04:00:00Z"},
    {"America/New_York", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z",
	"created_at on today", true, "2026-11-02T05:00:00Z"},
    {"America/New_York", "2026-11-03T12:00:00Z", "2026-11-02T04:59:59Z",
	"created_at in last 2 days", true, "2026-11-04T05:00:00Z"},
    /* In Beirut the day begins at one o'clock when summer does. */
    {"Asia/Beirut", "2026-03-29T10:00:00Z", "2026-03-28T22:00:00Z",
	"created_at on today", true, "2026-03-29T21:00:00Z"},
    /* There was no 30 December 2011 in Apia. */
    {"Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-30T10:00:00Z",
	"created_at on tomorrow", false, "2011-12-30T10:00:00Z"},
    {"Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T09:59:59Z",
	"created_at in this week", true, "2012-01-01T10:00:00Z"},
    /* Before and after a span; from one to another. */
    {"UTC", "2026-03-10T00:00:00Z", "2026-03-01T00:00:00Z",
	"created_at before this month", false, "2026-04-01T00:00:00Z"},
    {"UTC", "2026-03-10T00:00:00Z", "2026-02-28T00:00:00Z",
	"created_at before this month", true, NULL},
    {"UTC", "2026-03-10T00:00:00Z", "2026-04-01T00:00:00Z",
	"created_at after this month", true, "2026-04-01T00:00:00Z"},
    {"UTC", "2026-03-10T00:00:00Z", "2026-02-01T00:00:00Z",
	"created_at between last month and today", true,
	"2026-04-01T00:00:00Z"},
    /* Anniversaries: a year later or more. */
    {"Asia/Tokyo", "2026-03-01T03:00:00Z", "2024-03-05T20:00:00Z",
	"anniversary(created_at) in next 7 days", true, "2026-03-05T15:00:00Z"},
    {"Asia/Tokyo", "2026-02-20T03:00:00Z", "2024-03-05T20:00:00Z",
	"anniversary(created_at) in next 7 days", false,
	"2026-02-26T15:00:00Z"},
    {"Asia/Tokyo", "2026-03-05T15:00:00Z", "2024-03-05T20:00:00Z",
	"anniversary(created_at) on today", true, "2026-03-06T15:00:00Z"},
    {"UTC", "2026-03-05T12:00:00Z", "2026-03-05T08:00:00Z",
	"anniversary(created_at) on today", false, "2027-03-05T00:00:00Z"},
    {"UTC", "2026-12-30T12:00:00Z", "2020-01-02T08:00:00Z",
	"anniversary(created_at) in this week", true, "2027-01-04T00:00:00Z"},
    {"UTC", "2026-02-28T12:00:00Z", "2024-02-29T08:00:00Z",
	"anniversary(created_at) on today", true, "2026-03-01T00:00:00Z"},
    {"UTC", "2026-03-01T12:00:00Z", "2024-02-29T08:00:00Z",
	"anniversary(created_at) on today", false, "2027-02-28T00:00:00Z"},
    {"UTC", "2028-02-28T12:00:00Z", "2024-02-29T08:00:00Z",
	"anniversary(created_at) on today", false, "2028-02-29T00:00:00Z"},
    {"UTC", "2100-02-28T12:00:00Z", "2024-02-29T08:00:00Z",
	"anniversary(created_at) on today", true, "2100-03-01T00:00:00Z"},
    {"UTC", "2026-03-10T12:00:00Z", "2020-06-15T08:00:00Z",
	"anniversary(created_at) not in this month", true,
	"2026-06-01T00:00:00Z"},
    {"UTC", "2026-03-10T12:00:00Z", "2020-06-15T08:00:00Z",
	"anniversary(created_at) on 2026-06-15", true, NULL},
    {"UTC", "2026-03-10T12:00:00Z", "2020-03-12T08:00:00Z",
	"anniversary(created_at) between today and next 2 days", true,
	"2026-03-13T00:00:00Z"},
};

static void
test_table(void)
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const struct zone *z = zone(table[i].zone);
		struct err err;
		struct cond *c = fixture_parse(table[i].condition, &err);
		struct buf text = {0};
		int64_t next = INT64_MAX;
		bool truth;

		CHECK(c != NULL);
		if (!z || !c)
			continue;
		truth = truth_of(c, fixture_time(table[i].at),
		    fixture_time(table[i].now), z, &next);
		if (next < INT64_MAX)
			time_add(&text, next);
		if (truth != table[i].truth ||
		    strcmp(text.p ? text.p : "",
			table[i].next ? table[i].next : "") != 0)
			printf("%s, %s at %s in %s:\n", table[i].condition,
			    table[i].at, table[i].now, table[i].zone);
		CHECK_INT(truth, table[i].truth);
		CHECK_TEXT(
		    text.p ? text.p : "", table[i].next ? table[i].next : "");
		cond_free(c);
		buf_release(&text);
	}
}

/* ---- every change of the clock ------------------------------------------ */

/* The number of the unit a local date is in. */
static int64_t
unit_number(const struct civil *c, enum time_unit unit)
{
	int64_t day = days_from_civil(c->year, c->month, c->day);

	switch (unit) {
	case UNIT_WEEK:
		return (day + 3) / 7; /* 1970-01-01 was a Thursday */
	case UNIT_MONTH:
		return c->year * 12 + (int64_t)c->month - 1;
	case UNIT_QUARTER:
		return c->year * 4 + ((int64_t)c->month - 1) / 3;
	case UNIT_YEAR:
		return c->year;
	default:
		return day;
	}
}

static const struct span {
	const char *text;
	enum time_unit unit;
	int from, to;
	struct cond *cond;
} const_spans[] = {{"today", UNIT_DAY, 0, 0, NULL},
    {"yesterday", UNIT_DAY, -1, -1, NULL},
    {"next 7 days", UNIT_DAY, 1, 7, NULL}, {"this week", UNIT_WEEK, 0, 0, NULL},
    {"last 3 months", UNIT_MONTH, -3, -1, NULL},
    {"this quarter", UNIT_QUARTER, 0, 0, NULL},
    {"next year", UNIT_YEAR, 1, 1, NULL}};
static struct span spans[COUNT_OF(const_spans)];

static unsigned lines, newer, looked_at, twice;

/* Clocks that go back over midnight let a day begin twice. */
static bool
begins_twice(const struct zone *z, int64_t at)
{
	return zone_offset(z, at - 3 * MS_HOUR) >
		   zone_offset(z, at + 3 * MS_HOUR) &&
	       zone_civil(z, at - 3 * MS_HOUR).day !=
		   zone_civil(z, at + 3 * MS_HOUR).day;
}

static void
check_span(const struct span *s, int64_t at, int64_t now, const struct zone *z)
{
	struct civil day = zone_civil(z, at), today = zone_civil(z, now);
	int64_t apart =
	    unit_number(&day, s->unit) - unit_number(&today, s->unit);
	int64_t next = INT64_MAX;
	bool truth = truth_of(s->cond, at, now, z, &next);

	looked_at++;
	if (truth != (apart >= s->from && apart <= s->to)) {
		if (begins_twice(z, now) || begins_twice(z, at)) {
			twice++;
			return;
		}
		printf("%s in %s: at %lld, now %lld\n", s->text, zone_name(z),
		    (long long)at, (long long)now);
		CHECK(false);
	}
	CHECK(next > now);
	if (next == INT64_MAX) {
		CHECK(!truth && at < now + 400 * MS_DAY);
		return;
	}
	CHECK(truth_of(s->cond, at, next - 1, z, NULL) == truth);
	CHECK(truth_of(s->cond, at, now + (next - now) / 2, z, NULL) == truth);
	/* What is said to come comes; but not every day does. */
	if (truth_of(s->cond, at, next, z, NULL) == truth)
		twice++;
}

static void
check_moment(const struct zone *z, int64_t now)
{
	static const int64_t apart[] = {0, -1, 1, -MS_HOUR, MS_HOUR,
	    -13 * MS_HOUR, 25 * MS_HOUR, -26 * MS_HOUR, 6 * MS_DAY + 1,
	    -8 * MS_DAY, -31 * MS_DAY, -93 * MS_DAY, 300 * MS_DAY};

	for (size_t i = 0; i < COUNT_OF(apart); i++)
		check_span(&spans[(lines + i) % COUNT_OF(spans)],
		    now + apart[i], now, z);
}

static void
zone_line(const char *line)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char name[64], month[8], local_month[8];
	int t[10];
	const char *gmtoff = strstr(line, "gmtoff=");
	const struct zone *z;
	struct civil c;
	int64_t at;

	if (!gmtoff ||
	    sscanf(line,
		"%63s %*s %3s %d %d:%d:%d %d UT = %*s %3s %d "
		"%d:%d:%d %d",
		name, month, &t[0], &t[1], &t[2], &t[3], &t[4], local_month,
		&t[5], &t[6], &t[7], &t[8], &t[9]) != 13)
		return;
	z = zone(name);
	if (!z)
		return;
	at = days_from_civil(t[4],
		 (unsigned)(strstr(months, month) - months) / 3 + 1,
		 (unsigned)t[0]) *
		 MS_DAY +
	     t[1] * MS_HOUR + t[2] * MS_MINUTE + t[3] * MS_SECOND;
	lines++;
	c = zone_civil(z, at);
	if (zone_offset(z, at) != strtol(gmtoff + 7, NULL, 10) * 1000) {
		newer++;
		return;
	}
	/* The day the list says it is there. */
	CHECK(c.year == t[9] && (int)c.day == t[5] &&
	      c.month ==
		  (unsigned)(strstr(months, local_month) - months) / 3 + 1);
	check_moment(z, at);
}

static void
test_changes(void)
{
	const char *shared = getenv("DL_SHARED");
	struct buf path = {0}, data = {0};
	struct str rest, line;
	bool more = true;

	if (!shared) {
		SKIP("DL_SHARED is not set");
		return;
	}
	buf_addf(&path, "%s/corpora/timezones/zdump-2005-2038.txt", shared);
	if (file_read(path.p, &data, 1 << 24, NULL) < 0) {
		SKIP(path.p);
		buf_release(&path);
		return;
	}
	rest = buf_str(&data);
	while (more) {
		char *copy;

		more = str_cut(&rest, '\n', &line);
		copy = str_dup(line);
		zone_line(copy);
		free(copy);
	}
	CHECK(lines > 1100);
	CHECK(newer < lines / 10);
	CHECK(twice < looked_at / 100);
	printf("calendar: %u looked at, %u of days that begin twice or never\n",
	    looked_at, twice);
	buf_release(&path);
	buf_release(&data);
}

int
main(void)
{
	for (size_t i = 0; i < COUNT_OF(spans); i++) {
		struct buf text = {0};
		struct err err;

		spans[i] = const_spans[i];
		buf_addf(&text, "created_at in %s", spans[i].text);
		spans[i].cond = fixture_parse(text.p, &err);
		CHECK(spans[i].cond != NULL);
		buf_release(&text);
	}
	test_table();
	test_changes();
	for (size_t i = 0; i < COUNT_OF(spans); i++)
		cond_free(spans[i].cond);
	return unit_done("cond_calendar");
}
