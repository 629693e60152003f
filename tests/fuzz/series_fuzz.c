/* SPDX-License-Identifier: ISC */
/*
 * Any lines of times and numbers as a series: what is made of them is finite,
 * in order, and says its times so that they are read as the same. The first
 * bytes choose the rules.
 */
#include <math.h>

#include "fuzz.h"
#include "series/series.h"

static void
check_times(const struct series *s, const struct zone *zone)
{
	struct arena arena = {0};
	struct buf text = {0};
	enum series_form form;
	int64_t at, before = INT64_MIN;

	for (size_t i = 0; i < s->n + 3 && i < 200; i++) {
		int64_t moment = series_time(&s->calendar, (int64_t)i);

		MUST(moment > before);
		before = moment;
		MUST(series_position(&s->calendar, moment) == (int64_t)i);
		buf_clear(&text);
		series_time_add(&text, &s->calendar, (int64_t)i);
		/* Years are written as what reads as a number. */
		if (moment < TIME_MAX - 2 * MS_DAY &&
		    s->calendar.form != SERIES_YEAR &&
		    s->calendar.form != SERIES_NUMBER) {
			MUST(series_time_read(
			    buf_str(&text), zone, &arena, &form, &at));
			MUST(series_position(&s->calendar, at) == (int64_t)i);
		}
	}
	buf_release(&text);
	arena_release(&arena);
}

static void
check(const struct series *s, const struct zone *zone)
{
	struct forecast_series numbers = series_numbers(s);
	struct forecast_ask ask = {.horizon = 3};
	struct buf out = {0};
	struct forecast f;
	size_t missing = 0;

	MUST(s->n > 0 && s->period > 0);
	for (size_t i = 0; i < s->n; i++) {
		MUST(isfinite(s->y[i]));
		MUST(isnan(s->known[i]) || s->known[i] == s->y[i]);
		missing += isnan(s->known[i]);
	}
	MUST(missing == s->missing);
	MUST(!isnan(s->known[0]) && !isnan(s->known[s->n - 1]));
	check_times(s, zone);
	if (forecast_run(forecast_method_find(STR("naive")), &numbers, &ask, &f,
		NULL) == 0) {
		series_put_forecast(s, &f, &out);
		MUST(utf8_valid(buf_str(&out)) == out.len);
		forecast_release(&f);
	}
	buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const zones[] = {
	    "UTC", "Asia/Tokyo", "Europe/Berlin", "America/Sao_Paulo"};
	static struct series_room room;
	struct series_point points[256];
	struct series_rules rules = {0};
	struct str rest = {(const char *)data, size}, line, time;
	enum series_form form, finest = SERIES_NUMBER;
	struct arena arena = {0};
	struct series s;
	struct err err;
	size_t count = 0;
	bool more = true;

	if (size < 2 || zone_find(zones[data[0] % 4], &rules.zone, &err) < 0)
		return 0;
	rules.unit = data[1] & 8 ? series_units[data[1] % 7] : NULL;
	rules.gaps = data[1] & 16 ? SERIES_ZERO : SERIES_FILL;
	rules.doubled = (enum series_double)(data[1] >> 5 & 3);
	rules.period = data[1] & 128 ? SERIES_AUTO : 0;
	rest = (struct str){rest.p + 2, rest.n - 2};
	while (more && count < COUNT_OF(points)) {
		struct series_point *p = &points[count];

		more = str_cut(&rest, '\n', &line);
		str_cut(&line, ',', &time);
		if (!series_time_read(
			time, rules.zone, &arena, &form, &p->at) ||
		    (count &&
			(form == SERIES_NUMBER) != (finest == SERIES_NUMBER)))
			continue;
		finest = form > finest ? form : finest;
		if (!number_real(line, &p->value))
			p->value = NAN;
		count++;
	}
	if (count &&
	    series_make(&room, STR("x"), points, count, finest, &rules, NULL,
		&s, &err) == 0 &&
	    s.n < 100000)
		check(&s, rules.zone);
	arena_release(&arena);
	return 0;
}
