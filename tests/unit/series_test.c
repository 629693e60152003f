/* SPDX-License-Identifier: ISC */
/* series: calendars there and back, what is filled in, what is put together. */
#include <math.h>

#include "series/series.h"
#include "unit.h"

static struct series_room room;

/* A series of texts and values; which must be one. */
static struct series
made(const char *const *times, const double *values, size_t count,
    const struct series_rules *rules)
{
	struct series_point points[64];
	enum series_form form = SERIES_NUMBER, finest = SERIES_NUMBER;
	struct arena arena = {0};
	struct series s = {0};
	struct err err = {0};

	for (size_t i = 0; i < count; i++) {
		CHECK(series_time_read(str_of(times[i]), rules->zone, &arena,
		    &form, &points[i].at));
		points[i].value = values ? values[i] : (double)i;
		finest = form > finest ? form : finest;
	}
	CHECK(series_make(&room, (struct str){0}, points, count, finest, rules,
		  NULL, &s, &err) == 0);
	CHECK_TEXT(err.text, "");
	arena_release(&arena);
	return s;
}
#define TIMES(...)                                \
	(const char *const[]){__VA_ARGS__}, NULL, \
	    sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)

static void
stands(const struct series *s, int64_t position, const char *want)
{
	struct buf text = {0};

	series_time_add(&text, &s->calendar, position);
	CHECK_TEXT(text.p, want);
	buf_release(&text);
}

static void
steps(const struct series *s, const char *want, size_t season, size_t longer)
{
	struct buf text = {0};

	series_step_add(&text, &s->calendar);
	CHECK_TEXT(text.p, want);
	CHECK_INT(s->period, season);
	CHECK_INT(s->longer[0], longer);
	buf_release(&text);
}

static void
calendars(void)
{
	struct series_rules rules = {.zone = zone_utc()};
	struct series s;

	s = made(TIMES("2024-01-31", "2024-02-29", "2024-03-31"), &rules);
	steps(&s, "a month", 12, 0);
	stands(&s, 0, "2024-01-31");
	stands(&s, 13, "2025-02-28");
	s = made(TIMES("2024-01-30", "2024-02-29", "2024-03-30"), &rules);
	stands(&s, 0, "2024-01-30");
	stands(&s, 1, "2024-02-29");
	stands(&s, 3, "2024-04-30");
	s = made(TIMES("2025-01-31", "2025-02-28", "2025-03-28", "2025-04-30",
		     "2025-05-30"),
	    &rules);
	steps(&s, "a month", 12, 0);
	stands(&s, 5, "2025-06-30");
	s = made(TIMES("2025-12-29", "2026-01-05", "2026-01-19"), &rules);
	steps(&s, "a week", 52, 0);
	CHECK_INT(s.missing, 1);
	s = made(TIMES("2026-01-05", "2026-02-02", "2026-03-02", "2026-03-30"),
	    &rules);
	steps(&s, "4 weeks", 13, 0);
	s = made(TIMES("2026-01-01", "2026-01-02", "2026-01-05", "2026-01-06",
		     "2026-01-07", "2026-01-09"),
	    &rules);
	steps(&s, "a working day", 5, 261);
	CHECK_INT(s.n, 7);
	CHECK_INT(s.missing, 1);
	stands(&s, 7, "2026-01-12");
	s = made(
	    TIMES("2026-01-01T00:00", "2026-01-01T06:00", "2026-01-01T12:00"),
	    &rules);
	steps(&s, "6 hours", 4, 28);
	s = made(
	    TIMES("2026-01-01T00:00", "2026-01-01T00:05", "2026-01-01T00:10"),
	    &rules);
	steps(&s, "5 minutes", 288, 2016);
	/* A clock that trembles. */
	s = made(TIMES("2026-01-01T00:00:01", "2026-01-01T00:04:58",
		     "2026-01-01T00:10:03", "2026-01-01T00:14:57",
		     "2026-01-01T00:20:02"),
	    &rules);
	steps(&s, "5 minutes", 288, 2016);
	CHECK_INT(s.n, 5);
	stands(&s, 4, "2026-01-01T00:20:00Z");
	s = made(TIMES("2020", "2021", "2022"), &rules);
	steps(&s, "1", 1, 0);
	s = made(TIMES("2025-Q3", "2025-Q4", "2026-Q2"), &rules);
	steps(&s, "a quarter", 4, 0);
	stands(&s, 4, "2026-Q3");
	s = made(TIMES("2020-W53", "2021-W01", "2021-W02"), &rules);
	stands(&s, 0, "2020-W53");
	stands(&s, 1, "2021-W01");
}

/* Every position is found again from its time, over leap years and changes of
 * the clock. */
static void
round_trip(void)
{
	static const char *const zones[] = {"UTC", "Europe/Berlin",
	    "America/Sao_Paulo", "Asia/Tokyo", "Australia/Lord_Howe"};
	struct series_calendar c;
	int64_t now = INT64_C(1709164800000); /* 2024-02-29 */
	size_t moved;
	struct err err;

	for (size_t z = 0; z < COUNT_OF(zones); z++)
		for (size_t u = 0; series_units[u]; u++) {
			const struct zone *zone;
			int64_t before = INT64_MIN;

			CHECK(zone_find(zones[z], &zone, &err) == 0);
			series_calendar_find(&now, 1, SERIES_MOMENT,
			    series_units[u], zone, &c, &moved);
			CHECK_INT(series_position(&c, now), 0);
			for (int64_t at = -300; at < 300; at++) {
				int64_t moment = series_time(&c, at);

				CHECK(moment > before);
				if (series_position(&c, moment) != at)
					CHECK_INT(
					    series_position(&c, moment), at);
				if (series_position(&c, moment - 1) != at - 1)
					CHECK_INT(
					    series_position(&c, moment - 1),
					    at - 1);
				before = moment;
			}
		}
}

static void
filling(void)
{
	double none = NAN;
	double line[] = {1, none, none, 4, 8, none, 16};
	double season[] = {1, 9, 2, none, 3, 13};
	double edge[] = {1, none, 5, 7};
	struct series_rules rules = {.zone = zone_utc(), .period = 2};
	struct series s;
	const char *const times[] = {"1", "2", "3", "4", "5", "6", "7"};

	CHECK_INT(forecast_fill(line, COUNT_OF(line), 1), 3);
	CHECK(line[1] == 2 && line[2] == 3 && line[5] == 12);
	CHECK_INT(forecast_fill(season, COUNT_OF(season), 2), 1);
	CHECK(season[3] == 11);
	CHECK_INT(forecast_fill(edge, COUNT_OF(edge), 2), 1);
	CHECK(edge[1] == 3);
	CHECK_INT(forecast_fill(edge, COUNT_OF(edge), 1), 0);

	s = made(times, (double[]){none, 5, 6, none, 8, none, none},
	    COUNT_OF(times), &rules);
	CHECK_INT(s.n, 4);
	CHECK_INT(s.missing, 1);
	CHECK(isnan(s.known[2]) && s.y[2] == 7);
	CHECK(s.non_negative);
	stands(&s, 4, "6");
}

static void
steps_kept(void)
{
	struct forecast f, back;
	struct buf json = {0};

	forecast_make(&f, 0, 2);
	for (size_t h = 0; h < 2; h++) {
		f.mean[h] = 10.0 / 3;
		f.low[FORECAST_80][h] = 3;
		f.high[FORECAST_80][h] = 4;
		f.low[FORECAST_95][h] = 2.5;
		f.high[FORECAST_95][h] = 4.5;
	}
	series_put_steps(&f, &json);
	CHECK(series_take_steps(buf_str(&json), &back));
	CHECK_INT(back.horizon, 2);
	CHECK(fabs(back.mean[1] - f.mean[1]) < 1e-3);
	CHECK(back.high[FORECAST_95][1] >= back.high[FORECAST_80][1]);
	forecast_release(&back);
	forecast_release(&f);
	buf_release(&json);
	CHECK(!series_take_steps(STR("[]"), &back));
	CHECK(!series_take_steps(STR("[[1,2]]"), &back));
	CHECK(!series_take_steps(STR("[[1,2,3,4,\"5\"]]"), &back));
	CHECK(!series_take_steps(STR("{"), &back));
}

int
main(void)
{
	calendars();
	round_trip();
	filling();
	steps_kept();
	series_room_release(&room);
	return unit_done("series");
}
