/* SPDX-License-Identifier: ISC */
/*
 * The calendar against itself day by day, zones against every transition
 * that zdump prints for 15 of them, times from text and to text.
 */
#include <pthread.h>

#include "base/base_priv.h"
#include "unit.h"

static int64_t
utc(int year, unsigned month, unsigned day, unsigned hour, unsigned minute)
{
	return days_from_civil(year, month, day) * MS_DAY + hour * MS_HOUR +
	       minute * MS_MINUTE;
}

static const struct zone *
zone(const char *name)
{
	const struct zone *z = NULL;
	struct err err = {0};

	if (zone_find(name, &z, &err) < 0) {
		printf("%s\n", err.text);
		exit(1);
	}
	return z;
}

static const char *
text_of(int64_t at)
{
	static struct buf ring[4];
	static unsigned turn;
	struct buf *b = &ring[turn++ % COUNT_OF(ring)];

	buf_clear(b);
	time_add(b, at);
	return b->p;
}

/* Every day from 0001-01-01 to 9999-12-31, counted by hand. */
static void
calendar(void)
{
	int64_t day = days_from_civil(1, 1, 1);
	unsigned wrong = 0, weekday = 1; /* 0001-01-01 was a Monday */

	CHECK_INT(day * MS_DAY, TIME_MIN);
	CHECK_INT(days_from_civil(1970, 1, 1), 0);
	CHECK_INT(days_from_civil(2000, 2, 29), 11016);
	for (int year = 1; year <= 9999; year++) {
		unsigned of_year = 1;

		for (unsigned month = 1; month <= 12; month++) {
			for (unsigned d = 1; date_valid(year, month, d); d++) {
				struct civil c = zone_civil(
				    zone_utc(), day * MS_DAY + MS_DAY - 1);

				wrong += c.year != year || c.month != month ||
					 c.day != d || c.weekday != weekday ||
					 c.year_day != of_year ||
					 c.hour != 23 || c.minute != 59 ||
					 c.second != 59 || c.ms != 999 ||
					 days_from_civil(year, month, d) != day;
				day++;
				of_year++;
				weekday = weekday % 7 + 1;
			}
		}
		wrong += of_year != (date_valid(year, 2, 29) ? 367u : 366u);
	}
	CHECK_INT(wrong, 0);
	CHECK_INT(day * MS_DAY - 1, TIME_MAX);
	CHECK(date_valid(2000, 2, 29) && date_valid(2024, 2, 29));
	CHECK(!date_valid(1900, 2, 29) && !date_valid(2023, 2, 29));
	CHECK(!date_valid(2023, 0, 1) && !date_valid(2023, 13, 1) &&
	      !date_valid(2023, 4, 31) && !date_valid(2023, 4, 0));
}

/* What the C library, which reads the same files, says. */
static int64_t
library_offset(const char *name, int64_t at)
{
	time_t seconds = (time_t)(at / 1000);
	struct tm tm;

	setenv("TZ", name, 1);
	tzset();
	localtime_r(&seconds, &tm);
	return tm.tm_gmtoff * 1000;
}

struct tally {
	unsigned lines, wrong, newer;
};

/*
 * "Africa/Casablanca  Sun Jun  1 ... 2008 UT = Sun Jun  1 00:00:00 2008 WEST
 * isdst=1 gmtoff=3600": the offset in force at a moment, as zdump had it.
 * Governments change their minds: where the files of this machine are newer
 * than the list, the C library says so too, and that is counted apart.
 */
static void
zone_line(const char *line, struct tally *tally)
{
	char name[64], month[8], local_month[8];
	int day, hour, minute, second, year, to_day, to_hour, to_minute,
	    to_second, to_year;
	long offset;
	int64_t at;
	const char *gmtoff = strstr(line, "gmtoff=");
	const struct zone *z;
	struct civil c;
	unsigned m;
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (!gmtoff ||
	    sscanf(line,
		"%63s %*s %3s %d %d:%d:%d %d UT = %*s %3s %d %d:%d:%d %d", name,
		month, &day, &hour, &minute, &second, &year, local_month,
		&to_day, &to_hour, &to_minute, &to_second, &to_year) != 13)
		return;
	offset = strtol(gmtoff + 7, NULL, 10);
	z = zone(name);
	m = (unsigned)(strstr(months, month) - months) / 3 + 1;
	at = utc(year, m, (unsigned)day, (unsigned)hour, (unsigned)minute) +
	     second * MS_SECOND;
	c = zone_civil(z, at);
	m = (unsigned)(strstr(months, local_month) - months) / 3 + 1;
	tally->lines++;
	if (zone_offset(z, at) != library_offset(name, at)) {
		printf("%s: offset %lld\n", line,
		    (long long)zone_offset(z, at) / 1000);
		tally->wrong++;
	} else if (zone_offset(z, at) != offset * 1000) {
		tally->newer++;
	} else if (c.year != to_year || c.month != m || (int)c.day != to_day ||
		   (int)c.hour != to_hour || (int)c.minute != to_minute ||
		   (int)c.second != to_second) {
		printf("%s: %d-%u-%u %u:%u:%u\n", line, c.year, c.month, c.day,
		    c.hour, c.minute, c.second);
		tally->wrong++;
	}
}

static void
zones_as_zdump(void)
{
	const char *shared = getenv("DL_SHARED");
	struct buf path = {0}, data = {0};
	struct str rest, line;
	struct tally tally = {0};
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
		zone_line(copy, &tally);
		free(copy);
	}
	CHECK(tally.lines > 1100);
	CHECK_INT(tally.wrong, 0);
	CHECK(tally.newer < tally.lines / 10);
	printf("zones: %u moments, %u of them under newer rules\n", tally.lines,
	    tally.newer);
	setenv("TZ", "UTC", 1);
	buf_release(&path);
	buf_release(&data);
}

static const char *const all_zones[] = {"UTC", "Asia/Tokyo", "America/New_York",
    "Europe/London", "Europe/Dublin", "Africa/Casablanca", "America/Santiago",
    "America/Sao_Paulo", "Antarctica/Troll", "Asia/Amman", "Asia/Kathmandu",
    "Asia/Tehran", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham",
    "America/Nuuk", "Asia/Gaza"};

/*
 * civil and back every 29 minutes and a bit of 1960..2060, and far ahead
 * where only the rule of the footer is left. What comes back is the same
 * moment, or, when clocks went back, the earlier one with the same clock.
 */
static void
zones_round_trip(void)
{
	unsigned wrong = 0, twice = 0;

	for (size_t i = 0; i < COUNT_OF(all_zones); i++) {
		const struct zone *z = zone(all_zones[i]);
		int64_t at = utc(1960, 1, 1, 0, 0);
		int64_t step = 29 * MS_MINUTE + 7919;

		if (!getenv("DL_SOAK"))
			step *= 5;
		for (; at < utc(2060, 1, 1, 0, 0); at += step) {
			struct civil c = zone_civil(z, at), again;
			int64_t back = zone_moment(z, c);

			if (back == at)
				continue;
			again = zone_civil(z, back);
			twice++;
			wrong += back > at || at - back > 3 * MS_HOUR ||
				 again.day != c.day || again.hour != c.hour ||
				 again.minute != c.minute || again.ms != c.ms;
		}
		for (at = utc(2400, 1, 1, 0, 0); at < utc(2401, 1, 1, 0, 0);
		     at += step) {
			int64_t back = zone_moment(z, zone_civil(z, at));

			wrong += back > at || at - back > 3 * MS_HOUR;
		}
	}
	CHECK_INT(wrong, 0);
	CHECK(twice > 0);
}

static void
zone_corners(void)
{
	const struct zone *ny = zone("America/New_York"), *z;
	const struct zone *apia = zone("Pacific/Apia");
	struct err err = {0};

	/* The gap of 8 March 2026: 02:30 counts on to 03:30. */
	CHECK_TEXT(text_of(zone_moment(ny, (struct civil){.year = 2026,
					       .month = 3,
					       .day = 8,
					       .hour = 2,
					       .minute = 30})),
	    "2026-03-08T07:30:00Z");
	/* 01:30 comes twice on 1 November 2026: the first. */
	CHECK_TEXT(text_of(zone_moment(ny, (struct civil){.year = 2026,
					       .month = 11,
					       .day = 1,
					       .hour = 1,
					       .minute = 30})),
	    "2026-11-01T05:30:00Z");
	/* A day that did not exist. */
	CHECK_TEXT(text_of(zone_moment(apia,
		       (struct civil){
			   .year = 2011, .month = 12, .day = 30, .hour = 12})),
	    "2011-12-30T22:00:00Z");
	/* Carrying. */
	CHECK_TEXT(text_of(zone_moment(zone_utc(),
		       (struct civil){
			   .year = 2026, .month = 13, .day = 0, .hour = 25})),
	    "2027-01-01T01:00:00Z");
	CHECK_TEXT(text_of(zone_moment(zone_utc(),
		       (struct civil){.year = 2026, .month = 0, .day = 1})),
	    "2025-12-01T00:00:00Z");
	/* Before the table: local mean time. */
	CHECK_INT(zone_offset(ny, utc(1800, 1, 1, 0, 0)),
	    -(4 * MS_HOUR + 56 * MS_MINUTE + 2 * MS_SECOND));
	CHECK_INT(zone_offset(zone("Asia/Tokyo"), utc(2500, 1, 1, 0, 0)),
	    9 * MS_HOUR);
	CHECK_INT(zone_offset(zone("Etc/GMT+5"), 0), -5 * MS_HOUR);
	/* Southern summer spans the new year, in the rule as well. */
	CHECK_INT(zone_offset(zone("Australia/Sydney"), utc(2100, 1, 15, 0, 0)),
	    11 * MS_HOUR);
	CHECK_INT(zone_offset(zone("Australia/Sydney"), utc(2100, 7, 15, 0, 0)),
	    10 * MS_HOUR);

	CHECK_TEXT(zone_name(ny), "America/New_York");
	CHECK(zone("America/New_York") == ny);
	CHECK(zone("UTC") == zone_utc());
	z = ny;
	CHECK_INT(zone_find("Asia/Tokio", &z, &err), -1);
	CHECK(err.kind == ERR_USAGE && z == ny);
	CHECK_TEXT(err.text, "no time zone \"Asia/Tokio\" (looked in "
			     "/usr/share/zoneinfo/)");
	CHECK_INT(zone_find("../../etc/passwd", &z, &err), -1);
	CHECK_TEXT(err.text, "no time zone \"../../etc/passwd\"");
	CHECK_INT(zone_find("/etc/localtime", &z, &err), -1);
	CHECK_INT(zone_find("", &z, &err), -1);
	CHECK_INT(zone_find("Asia", &z, &err), -1);
	CHECK_INT(zone_find("Asia/", &z, &err), -1);
	CHECK_INT(zone_find("tzdata.zi", &z, &err), -1);
	CHECK_INT(zone_find("leapseconds", &z, &err), -1);
}

static void
add_header(struct buf *b, uint8_t times, uint8_t types)
{
	static const char zeros[20];

	buf_add(b, "TZif2", 5);
	buf_add(b, zeros, 15);
	buf_add(b, zeros, 15);
	buf_addc(b, (char)times);
	buf_add(b, zeros, 3);
	buf_addc(b, (char)types);
	buf_add(b, zeros, 4);
}

/* A file with one transition, at 1970, from +00 to +01, and then the rule. */
static struct zone *
ruled(const char *rule)
{
	struct buf b = {0};
	struct zone *z;

	add_header(&b, 0, 0);
	add_header(&b, 1, 2);
	buf_add(&b, "\0\0\0\0\0\0\0\0", 8);
	buf_addc(&b, 1);
	buf_add(&b, "\0\0\0\0\0\0", 6);
	buf_add(&b, "\0\0\x0e\x10\0\0", 6);
	buf_addf(&b, "\n%s\n", rule);
	z = zone_read("ruled", buf_str(&b));
	/* No file is whole before its end. */
	for (size_t n = 0; z && n < b.len; n++) {
		struct zone *half = zone_read("cut", (struct str){b.p, n});

		CHECK(half == NULL);
		zone_free(half);
	}
	buf_release(&b);
	return z;
}

/* The offset in hours on a day of 2028, a leap year. */
static int64_t
hours_on(const struct zone *z, unsigned month, unsigned day, unsigned hour)
{
	return zone_offset(z, utc(2028, month, day, hour, 0)) / MS_HOUR;
}

static void
zone_rules(void)
{
	static const char *const bad[] = {"JST", "JS-9", "-9", "<+09-9",
	    "JST-9x", "JST-168", "JST-26", "CET-1CEST", "CET-1CEST,M3.5.0",
	    "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
	    "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0x",
	    "CET-1CEST,J0,J300", "CET-1CEST,J1,J366", "CET-1CEST,1,366",
	    "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1CEST,M3.5.0/2:60,M10.5.0",
	    "CET-1C,M3.5.0,M10.5.0", "CET-1CEST-27,M3.5.0,M10.5.0"};
	struct zone *z;

	z = ruled("");
	CHECK(z != NULL);
	CHECK_INT(hours_on(z, 7, 1, 0), 1);
	CHECK_INT(zone_offset(z, -1), 0);
	CHECK_INT(zone_offset(z, 0), MS_HOUR);
	zone_free(z);

	z = ruled("<+0530>-5:30");
	CHECK_INT(zone_offset(z, utc(2028, 1, 1, 0, 0)), 330 * MS_MINUTE);
	zone_free(z);

	/* The last Sundays of March and October, at 1:00 UTC. */
	z = ruled("CET-1CEST,M3.5.0,M10.5.0/3");
	CHECK_INT(hours_on(z, 3, 26, 0), 1);
	CHECK_INT(hours_on(z, 3, 26, 1), 2);
	CHECK_INT(hours_on(z, 10, 29, 0), 2);
	CHECK_INT(hours_on(z, 10, 29, 1), 1);
	zone_free(z);

	/* A fifth Sunday that there is, in December, and one in a last week. */
	z = ruled("AAA0BBB,M12.5.0/0,M2.5.2/0");
	CHECK_INT(hours_on(z, 12, 30, 23), 0);
	CHECK_INT(hours_on(z, 12, 31, 0), 1);
	CHECK_INT(hours_on(z, 2, 28, 22), 1);
	CHECK_INT(hours_on(z, 2, 28, 23), 0); /* Tuesday the 29th, local */
	zone_free(z);

	/* J60 is 1 March also in leap years; day 59 is then 29 February. */
	z = ruled("AAA0BBB,J60/0,J300/0");
	CHECK_INT(hours_on(z, 2, 29, 23), 0);
	CHECK_INT(hours_on(z, 3, 1, 0), 1);
	zone_free(z);
	z = ruled("AAA0BBB-2,59/0,J300/0");
	CHECK_INT(hours_on(z, 2, 28, 23), 0);
	CHECK_INT(hours_on(z, 2, 29, 0), 2);
	zone_free(z);

	/* Before midnight, and summer all year round. */
	z = ruled("<-02>2<-01>,M3.5.0/-1,M10.5.0/0:00:00");
	CHECK_INT(hours_on(z, 3, 26, 0), -2);
	CHECK_INT(hours_on(z, 3, 26, 1), -1);
	zone_free(z);
	z = ruled("AAA3BBB,0/0,J365/25");
	CHECK_INT(hours_on(z, 1, 1, 3), -2);
	CHECK_INT(hours_on(z, 7, 1, 0), -2);
	CHECK_INT(hours_on(z, 12, 31, 23), -2);
	zone_free(z);

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		z = ruled(bad[i]);
		if (z)
			printf("accepted: %s\n", bad[i]);
		CHECK(z == NULL);
		zone_free(z);
	}
}

static void *
find_many(void *context)
{
	const struct zone **found = context;

	for (unsigned round = 0; round < 200; round++)
		for (size_t i = 0; i < COUNT_OF(all_zones); i++)
			if (zone_find(all_zones[i], &found[i], NULL) < 0)
				return NULL;
	return context;
}

static void
zones_in_threads(void)
{
	const struct zone *found[4][COUNT_OF(all_zones)];
	pthread_t threads[4];
	void *result;
	bool same = true;

	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_create(&threads[i], NULL, find_many, found[i]);
	for (size_t i = 0; i < COUNT_OF(threads); i++) {
		pthread_join(threads[i], &result);
		same &= result != NULL &&
			memcmp(found[0], found[i], sizeof(found[0])) == 0;
	}
	CHECK(same);
}

/* Buckets hold their moments, follow one another and begin where they say. */
static void
buckets(void)
{
	unsigned wrong = 0;
	const struct zone *tokyo = zone("Asia/Tokyo");
	int64_t at = utc(2026, 11, 22, 12, 34);

	CHECK_TEXT(
	    text_of(time_bucket(at, UNIT_HOUR, tokyo)), "2026-11-22T12:00:00Z");
	CHECK_TEXT(
	    text_of(time_bucket(at, UNIT_DAY, tokyo)), "2026-11-21T15:00:00Z");
	/* A Sunday belongs to the week of the Monday before. */
	CHECK_TEXT(
	    text_of(time_bucket(at, UNIT_WEEK, tokyo)), "2026-11-15T15:00:00Z");
	CHECK_TEXT(text_of(time_bucket(at, UNIT_MONTH, tokyo)),
	    "2026-10-31T15:00:00Z");
	CHECK_TEXT(text_of(time_bucket(at, UNIT_QUARTER, tokyo)),
	    "2026-09-30T15:00:00Z");
	CHECK_TEXT(
	    text_of(time_bucket(at, UNIT_YEAR, tokyo)), "2025-12-31T15:00:00Z");
	CHECK_TEXT(text_of(time_step(time_bucket(at, UNIT_MONTH, tokyo),
		       UNIT_MONTH, -11, tokyo)),
	    "2025-11-30T15:00:00Z");
	/* Midnight that the clocks skipped: the day begins at one. */
	CHECK_TEXT(text_of(time_bucket(utc(2018, 11, 4, 12, 0), UNIT_DAY,
		       zone("America/Sao_Paulo"))),
	    "2018-11-04T03:00:00Z");

	for (size_t i = 0; i < COUNT_OF(all_zones); i++) {
		const struct zone *z = zone(all_zones[i]);

		for (int unit = UNIT_HOUR; unit <= UNIT_YEAR; unit++) {
			enum time_unit u = (enum time_unit)unit;
			int64_t t = utc(2010, 1, 1, 0, 0);

			for (unsigned n = 0; n < 3000; n++) {
				int64_t start = time_bucket(t, u, z);
				int64_t next = time_step(start, u, 1, z);

				wrong += start > t;
				wrong += time_bucket(start, u, z) != start;
				/* Apia had no 30 December 2011: that day's
				 * start is the next day's. */
				wrong += next < start;
				if (u != UNIT_HOUR)
					wrong += next <= t && next != start;
				if (u != UNIT_HOUR && next > start)
					wrong += time_bucket(next - 1, u, z) !=
						 start;
				t += 7 * MS_HOUR + 31 * MS_MINUTE;
			}
		}
	}
	CHECK_INT(wrong, 0);
}

static bool
parses(const char *s, const struct zone *z, const char *want)
{
	int64_t at = 77;
	bool ok = time_parse(str_of(s), z, &at);

	return want ? ok && strcmp(text_of(at), want) == 0 : !ok && at == 77;
}

static void
rfc3339(void)
{
	const struct zone *u = zone_utc(), *tokyo = zone("Asia/Tokyo");
	static const char *const bad[] = {"", "2026", "2026-11", "2026-11-2",
	    "2026-13-01", "2026-00-10", "2026-02-29", "2026-11-31",
	    "2026-11-22T", "2026-11-22T12", "2026-11-22T24:00",
	    "2026-11-22T12:60", "2026-11-22T12:00:61", "2026-11-22T12:00:00.",
	    "2026-11-22T12:00:00+", "2026-11-22T12:00:00+9",
	    "2026-11-22T12:00:00+24:00", "2026-11-22T12:00:00Zx",
	    "2026-11-22T12:00:00 ", " 2026-11-22", "2026-11-22 ", "0000-01-01",
	    "2026/11/22", "２０２６-11-22", "2026-11-22x12:00",
	    "2026-11-22T1:00:00Z", "+2026-11-22", "-026-11-22",
	    "2026-11-22T-1:00", "0001-01-01T00:00:00+01:00",
	    "9999-12-31T23:59:59-00:01"};

	CHECK(parses("2026-11-22T12:00:00Z", u, "2026-11-22T12:00:00Z"));
	CHECK(parses("2026-11-22t12:00:00z", u, "2026-11-22T12:00:00Z"));
	CHECK(parses("2026-11-22T12:00:00.5Z", u, "2026-11-22T12:00:00.500Z"));
	CHECK(parses(
	    "2026-11-22T12:00:00.123456789Z", u, "2026-11-22T12:00:00.123Z"));
	CHECK(parses("2026-11-22T12:00:00,25Z", u, "2026-11-22T12:00:00.250Z"));
	CHECK(parses("2026-11-22T12:00:00+09:00", u, "2026-11-22T03:00:00Z"));
	CHECK(parses("2026-11-22T12:00:00+0900", u, "2026-11-22T03:00:00Z"));
	CHECK(parses("2026-11-22T12:00:00-08", u, "2026-11-22T20:00:00Z"));
	CHECK(parses("2026-11-22 12:00:00 +0900", u, "2026-11-22T03:00:00Z"));
	CHECK(parses("2026-11-22T12:00", tokyo, "2026-11-22T03:00:00Z"));
	CHECK(parses("2026-11-22T12:00Z", tokyo, "2026-11-22T12:00:00Z"));
	CHECK(parses("2018-02-26 19:58:54", u, "2018-02-26T19:58:54Z"));
	CHECK(parses("2018-02-26 19:58:54", tokyo, "2018-02-26T10:58:54Z"));
	CHECK(parses("2018-02-01", tokyo, "2018-01-31T15:00:00Z"));
	CHECK(parses("2016-12-31T23:59:60Z", u, "2017-01-01T00:00:00Z"));
	CHECK(parses("0001-01-01", u, "0001-01-01T00:00:00Z"));
	CHECK(
	    parses("9999-12-31T23:59:59.999Z", u, "9999-12-31T23:59:59.999Z"));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		bool refused = parses(bad[i], u, NULL);

		if (!refused)
			printf("accepted: \"%s\"\n", bad[i]);
		CHECK(refused);
	}
	/* Only the slice. */
	{
		int64_t at = 0;

		CHECK(time_parse(
			  (struct str){"2026-11-22T12:00:00Z", 10}, u, &at) &&
		      at == utc(2026, 11, 22, 0, 0));
	}
	/* All that is written is read. */
	{
		unsigned wrong = 0;

		for (unsigned i = 0; i < 20000; i++) {
			uint64_t r = hash64(NULL, 0, i);
			int64_t back = 0,
				at = TIME_MIN +
				     (int64_t)(r %
					       (uint64_t)(TIME_MAX - TIME_MIN));

			if (i & 1)
				at -= at % 1000;
			wrong += !time_parse(str_of(text_of(at)), u, &back) ||
				 back != at;
		}
		CHECK_INT(wrong, 0);
	}
	CHECK_TEXT(text_of(-1), "1969-12-31T23:59:59.999Z");
	/* Outside the range it accepts it must still not lie. */
	CHECK_TEXT(text_of(TIME_MAX + 1), "10000-01-01T00:00:00Z");
	CHECK_TEXT(text_of(TIME_MIN - MS_DAY * 400), "-1-11-28T00:00:00Z");
}

static bool
formats(const char *s, const char *format, const char *want)
{
	int64_t at = 77;
	bool ok = time_parse_format(str_of(s), format, zone("Asia/Tokyo"), &at);

	if (ok && want && strcmp(text_of(at), want) != 0)
		printf("%s: %s\n", s, text_of(at));
	return want ? ok && strcmp(text_of(at), want) == 0 : !ok && at == 77;
}

static void
by_format(void)
{
	CHECK(
	    formats("2025年11月18日", "%Y年%m月%d日", "2025-11-17T15:00:00Z"));
	CHECK(formats(
	    "2025年1月8日(水)", "%Y年%m月%d日(%a)", "2025-01-07T15:00:00Z"));
	CHECK(formats(
	    "2025/11/18 9:05", "%Y/%m/%d %H:%M", "2025-11-18T00:05:00Z"));
	CHECK(formats(
	    "2025/1/8  9:05", "%Y/%m/%d %H:%M", "2025-01-08T00:05:00Z"));
	CHECK(formats("2018-02-26 19:58:54", "%Y-%m-%d %H:%M:%S",
	    "2018-02-26T10:58:54Z"));
	CHECK(formats("2018-02-01", "%Y-%m-%d", "2018-01-31T15:00:00Z"));
	CHECK(formats(
	    "20251118T090503Z", "%Y%m%dT%H%M%S%z", "2025-11-18T09:05:03Z"));
	CHECK(formats("18-Nov-25", "%d-%b-%y", "2025-11-17T15:00:00Z"));
	CHECK(
	    formats("november 18, 1999", "%B %d, %Y", "1999-11-17T15:00:00Z"));
	CHECK(formats("Tue, 18 Nov 2025 09:05:03 +0000",
	    "%a, %d %b %Y %H:%M:%S %z", "2025-11-18T09:05:03Z"));
	CHECK(formats("11/18/2025 12:05 AM", "%m/%d/%Y %I:%M %p",
	    "2025-11-17T15:05:00Z"));
	CHECK(formats("11/18/2025 12:05 pm", "%m/%d/%Y %I:%M %p",
	    "2025-11-18T03:05:00Z"));
	CHECK(formats("2025/11/18 午後3時05分", "%Y/%m/%d %p%I時%M分",
	    "2025-11-18T06:05:00Z"));
	CHECK(formats("2025-322", "%Y-%j", "2025-11-17T15:00:00Z"));
	CHECK(formats("2024-366", "%Y-%j", "2024-12-30T15:00:00Z"));
	CHECK(formats("2025-366", "%Y-%j", NULL));
	CHECK(formats("2025-11", "%Y-%m", "2025-10-31T15:00:00Z"));
	CHECK(formats("1763456703", "%s", "2025-11-18T09:05:03Z"));
	CHECK(formats("1763456703.25", "%s.%f", "2025-11-18T09:05:03.250Z"));
	CHECK(formats("-1", "%s", "1969-12-31T23:59:59Z"));
	CHECK(formats("100% 2025", "100%% %Y", "2024-12-31T15:00:00Z"));
	CHECK(formats("Nov  8 2025", "%b %e %Y", "2025-11-07T15:00:00Z"));
	CHECK(formats("12:05", "%H:%M", NULL)); /* no year */
	CHECK(formats("2025/13/18", "%Y/%m/%d", NULL));
	CHECK(formats("2025/11/31", "%Y/%m/%d", NULL));
	CHECK(formats("2025/11/18x", "%Y/%m/%d", NULL));
	CHECK(formats("2025/11/", "%Y/%m/%d", NULL));
	CHECK(formats("2025/11/18", "%Y-%m-%d", NULL));
	CHECK(formats("2025 13 PM", "%Y %I %p", NULL));
	CHECK(formats("2025", "%Y%", NULL));
	CHECK(formats("2025", "%Q", NULL));
	/* 孨 is 午 with three bits more, as a is A. */
	CHECK(formats("2025 孨前3", "%Y %p%I", NULL));
	CHECK(formats("", "%Y", NULL));
	CHECK(formats("99999999999999999999", "%s", NULL));
}

static bool
moment(const char *s, const char *want)
{
	int64_t at = 77, base = utc(2026, 11, 22, 3, 0);
	bool ok = time_parse_moment(str_of(s), base, zone("Asia/Tokyo"), &at);

	return want ? ok && strcmp(text_of(at), want) == 0 : !ok && at == 77;
}

static void
moments(void)
{
	char sums[200];

	CHECK(moment("now", "2026-11-22T03:00:00Z"));
	CHECK(moment("today", "2026-11-21T15:00:00Z"));
	CHECK(moment("yesterday", "2026-11-20T15:00:00Z"));
	CHECK(moment("tomorrow", "2026-11-22T15:00:00Z"));
	CHECK(moment("+3d", "2026-11-25T03:00:00Z"));
	CHECK(moment("-2h", "2026-11-22T01:00:00Z"));
	CHECK(moment("now-30m", "2026-11-22T02:30:00Z"));
	CHECK(moment("today+9h", "2026-11-22T00:00:00Z"));
	CHECK(moment("2026-11-22+1d", "2026-11-22T15:00:00Z"));
	CHECK(moment("2026-11-22T00:00:00Z-1w", "2026-11-15T00:00:00Z"));
	CHECK(moment("2026-11-22T00:00:00-08:00", "2026-11-22T08:00:00Z"));
	CHECK(moment("now+1d-1h", "2026-11-23T02:00:00Z"));
	CHECK(moment("2026-11-22", "2026-11-21T15:00:00Z"));
	CHECK(moment("", NULL));
	CHECK(moment("soon", NULL));
	CHECK(moment("+", NULL));
	CHECK(moment("3d", NULL));
	CHECK(moment("now+", NULL));
	CHECK(moment("now+3", NULL));
	CHECK(moment("now 3d", NULL));
	CHECK(moment("9999-12-31+1w", NULL));
	memset(sums, '+', sizeof(sums));
	sums[sizeof(sums) - 1] = '\0';
	CHECK(moment(sums, NULL));
}

static int64_t
duration(const char *s)
{
	int64_t ms = -1;

	return duration_parse(str_of(s), &ms) ? ms : -1;
}

static const char *
duration_text(int64_t ms)
{
	static struct buf b;

	buf_clear(&b);
	duration_add(&b, ms);
	return b.p;
}

static void
durations(void)
{
	static const char *const kept[] = {"250ms", "30s", "15m", "12h", "7d",
	    "2w", "30d", "90m", "1d", "36h", "365d"};

	for (size_t i = 0; i < COUNT_OF(kept); i++)
		CHECK_TEXT(duration_text(duration(kept[i])), kept[i]);
	CHECK_INT(duration("24h"), MS_DAY);
	CHECK_TEXT(duration_text(MS_DAY), "1d");
	CHECK_TEXT(duration_text(3600 * MS_SECOND), "1h");
	CHECK_INT(duration("36525d"), 36525 * MS_DAY);
	CHECK_INT(duration("36526d"), -1);
	CHECK_INT(duration("0s"), -1);
	CHECK_INT(duration("-1d"), -1);
	CHECK_INT(duration("1"), -1);
	CHECK_INT(duration("d"), -1);
	CHECK_INT(duration("1 d"), -1);
	CHECK_INT(duration("1.5d"), -1);
	CHECK_INT(duration("1y"), -1);
	CHECK_INT(duration("9999999999999w"), -1);
	CHECK_INT(duration("99999999999999999999s"), -1);
	CHECK_INT(duration(""), -1);
}

static void
for_people(void)
{
	struct buf b = {0};

	time_add_local(&b, utc(2026, 11, 22, 12, 0), zone("Asia/Tokyo"));
	CHECK_TEXT(b.p, "2026-11-22 21:00");
	buf_clear(&b);
	time_add_localised(&b,
	    STR("2 x: 2026-01-10T23:23:54Z, 2025-12-31T15:00:00.250Z"
		"2026-01-01T00:00:00Z; 12026-01-10T23:23:54Z "
		"2026-02-30T00:00:00Z 2026-01-10T23:23:54"),
	    zone("Asia/Tokyo"));
	CHECK_TEXT(b.p,
	    "2 x: 2026-01-11 08:23, 2026-01-01 00:002026-01-01 09:00; "
	    "12026-01-10T23:23:54Z 2026-02-30T00:00:00Z 2026-01-10T23:23:54");
	buf_release(&b);
	CHECK(time_real() > utc(2020, 1, 1, 0, 0) && time_real() < TIME_MAX);
	CHECK(time_monotonic() <= time_monotonic());
}

int
main(void)
{
	calendar();
	zones_in_threads();
	zones_as_zdump();
	zones_round_trip();
	zone_corners();
	zone_rules();
	buckets();
	rfc3339();
	by_format();
	moments();
	durations();
	for_people();
	return unit_done("base_time");
}
