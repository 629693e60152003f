/* SPDX-License-Identifier: ISC */
/* forecast: what drivers do, known because it was made so; and what history
 * does not tell. */
#include <math.h>

#include "forecast/forecast.h"
#include "unit.h"

#define N 120
#define H 6

static bool
near(double a, double b, double tolerance)
{
	return fabs(a - b) <= tolerance * (1 + fabs(b));
}

static uint64_t dice;

static double
roll(void)
{
	double sum = -6;

	for (int i = 0; i < 12; i++) {
		dice = dice * 6364136223846793005u + 1442695040888963407u;
		sum += (double)(dice >> 33) / 2147483648.0;
	}
	return sum;
}

/* A series with two drivers: 40 + 0.5 budget + 3 days, errors that last. */
static struct world {
	double y[N], budget[N + H], days[N + H], more[H], changed[H];
	struct forecast_series series;
	struct forecast_driver drivers[2];
} w;

static void
make_world(uint64_t seed, double noise)
{
	double e = 0;

	dice = seed;
	for (size_t t = 0; t < N + H; t++) {
		w.budget[t] = 100 + 20 * sin((double)t / 9) + 5 * roll();
		w.days[t] = (double)(t * t % 7 % 4);
		e = 0.6 * e + noise * roll();
		if (t < N)
			w.y[t] = 40 + 0.5 * w.budget[t] + 3 * w.days[t] + e;
	}
	for (size_t h = 0; h < H; h++) {
		w.more[h] = w.budget[N + h] * 1.1;
		w.changed[h] = w.days[N + h] + 1;
	}
	w.series = (struct forecast_series){.y = w.y, .n = N, .period = 1};
	w.drivers[0] = (struct forecast_driver){
	    STR("budget"), w.budget, w.budget + N, w.more, 0};
	w.drivers[1] = (struct forecast_driver){
	    STR("days"), w.days, w.days + N, w.days + N, 0};
}

static void
effects_are_found(void)
{
	struct forecast_ask ask = {.horizon = H, .non_negative = true};
	struct forecast_simulation got;
	struct err err;
	double total = 0, sum = 0;

	make_world(3, 2);
	CHECK(
	    forecast_simulate(&w.series, &ask, w.drivers, 2, &got, &err) == 0);
	CHECK(fabs(got.effect[0].unit - 0.5) < 3 * got.effect[0].error);
	CHECK(fabs(got.effect[1].unit - 3) < 3 * got.effect[1].error);
	CHECK(got.effect[0].error < 0.1 && got.effect[1].error < 0.4);
	CHECK(got.effect[1].most == 2 && got.effect[1].least == 0);
	CHECK(got.effect[0].inflation < 1.5 && got.effect[0].with == 1);
	for (size_t h = 0; h < H; h++) {
		double extra = w.more[h] - w.budget[N + h];

		CHECK(near(got.mean[h], extra * got.effect[0].unit, 1e-9));
		CHECK(near(
		    got.after.mean[h] - got.before.mean[h], got.mean[h], 1e-9));
		CHECK(near(got.high[FORECAST_95][h],
		    extra * got.effect[0].high[FORECAST_95], 1e-9));
		CHECK(got.low[FORECAST_95][h] < got.low[FORECAST_80][h]);
		CHECK(got.before.low[FORECAST_95][h] < got.before.mean[h]);
		total += extra;
		sum += got.mean[h];
	}
	CHECK(near(got.total, sum, 1e-9));
	CHECK(near(got.total_low[FORECAST_95],
	    total * got.effect[0].low[FORECAST_95], 1e-9));
	forecast_simulation_release(&got);

	/* Two changes at once. */
	w.drivers[1].after = w.changed;
	CHECK(
	    forecast_simulate(&w.series, &ask, w.drivers, 2, &got, &err) == 0);
	CHECK(near(got.total,
	    total * got.effect[0].unit + H * got.effect[1].unit, 1e-9));
	forecast_simulation_release(&got);

	/* Nothing is changed: nothing happens. */
	w.drivers[0].after = w.drivers[0].before;
	w.drivers[1].after = w.drivers[1].before;
	CHECK(
	    forecast_simulate(&w.series, &ask, w.drivers, 2, &got, &err) == 0);
	CHECK(got.total == 0 && got.total_high[FORECAST_95] == 0);
	CHECK(got.before.mean[3] == got.after.mean[3]);
	forecast_simulation_release(&got);
}

/* The 80 % interval of an effect holds the truth in four of five worlds. */
static void
intervals_are_honest(void)
{
	struct forecast_ask ask = {.horizon = H};
	struct forecast_simulation got;
	struct err err;
	int inside = 0, made = 0;

	for (uint64_t seed = 1; seed <= 100; seed++) {
		make_world(seed * 77, 5);
		if (forecast_simulate(
			&w.series, &ask, w.drivers, 2, &got, &err) < 0)
			continue;
		made++;
		inside += got.effect[0].low[FORECAST_80] <= 0.5 &&
			  got.effect[0].high[FORECAST_80] >= 0.5;
		forecast_simulation_release(&got);
	}
	CHECK_INT(made, 100);
	CHECK(inside >= 68 && inside <= 92);
}

static const char *
refused(void)
{
	static struct err err;
	struct forecast_ask ask = {.horizon = H};
	struct forecast_simulation got;

	if (forecast_simulate(&w.series, &ask, w.drivers, 2, &got, &err) == 0) {
		forecast_simulation_release(&got);
		return "answered";
	}
	return err.text;
}

static void
history_does_not_tell(void)
{
	make_world(5, 2);
	w.series.n = 19;
	CHECK_TEXT(refused(), "there are 19 observations; to tell what 2 "
			      "drivers do takes 20");
	make_world(5, 2);
	for (size_t t = 0; t < N; t++)
		w.budget[t] = 80;
	CHECK_TEXT(refused(),
	    "\"budget\" was always 80: history does not tell what it does");
	/* Who is not asked about may have been constant. */
	w.drivers[0].after = w.drivers[0].before;
	w.drivers[1].after = w.changed;
	CHECK_TEXT(refused(), "answered");
	make_world(5, 2);
	for (size_t t = 0; t < N; t++)
		w.budget[t] = t < 70 ? 80 : 90;
	CHECK_TEXT(refused(), "\"budget\" changed only once: what happened "
			      "then may have had other reasons");
	w.budget[90] = 80;
	for (size_t t = 91; t < N; t++)
		w.budget[t] = 80;
	CHECK_TEXT(refused(), "\"budget\" changed only twice: what happened "
			      "then may have had other reasons");
	make_world(5, 2);
	for (size_t t = 0; t < N; t++)
		w.days[t] = 3 * w.budget[t] - 1;
	CHECK_TEXT(refused(), "\"budget\" always moved with \"days\": what "
			      "each of them does cannot be told");
	make_world(5, 2);
	w.more[2] = 1000;
	CHECK(strstr(refused(), "so far history does not reach"));
	w.more[2] = -1000;
	CHECK(strstr(refused(), "was never below"));
}

/* What a difference wipes out. */
static void
trend_and_season(void)
{
	make_world(5, 2);
	for (size_t t = 0; t < N + H; t++)
		w.budget[t] = 100 + (double)t;
	for (size_t t = 0; t < N; t++)
		w.y[t] = (t ? w.y[t - 1] : 0) + 5 * roll();
	CHECK_TEXT(refused(), "\"budget\" changed evenly: what it does cannot "
			      "be told from the trend");
	make_world(5, 2);
	w.series.period = 12;
	for (size_t t = 0; t < N + H; t++)
		w.budget[t] = (double)(t % 12 * 10);
	for (size_t h = 0; h < H; h++)
		w.more[h] = 100;
	for (size_t t = 0; t < N; t++)
		w.y[t] = 50 + (double)(t * t % 12 * 10) + roll();
	CHECK_TEXT(refused(), "\"budget\" was the same in every season: what "
			      "it does cannot be told from the season");
}

/* An exact world has exact answers; a huge one, answers or an error. */
static void
extremes(void)
{
	struct forecast_ask ask = {.horizon = H};
	struct forecast_simulation got;
	struct err err;

	make_world(9, 0);
	CHECK(
	    forecast_simulate(&w.series, &ask, w.drivers, 2, &got, &err) == 0);
	CHECK(near(got.effect[0].unit, 0.5, 1e-6));
	CHECK(near(got.effect[1].unit, 3, 1e-6));
	forecast_simulation_release(&got);
	for (int size = -300; size <= 300; size += 100) {
		double unit = pow(10, size);

		make_world(9, 2);
		for (size_t t = 0; t < N; t++)
			w.y[t] *= unit;
		if (forecast_simulate(
			&w.series, &ask, w.drivers, 2, &got, &err) < 0) {
			CHECK(strstr(err.text, "not finite"));
			continue;
		}
		CHECK(near(got.effect[0].unit / unit, 0.5, 0.2));
		for (size_t h = 0; h < H; h++)
			CHECK(isfinite(got.high[FORECAST_95][h]) &&
			      isfinite(got.after.low[FORECAST_95][h]));
		forecast_simulation_release(&got);
	}
}

/* Both of two drivers act later, one of them after a lag that is known. */
static void
lags_are_found(void)
{
	enum { MOST = 5 };
	static double early[2][N + MOST], y[N];
	double budget[MOST + 1];
	const struct forecast_series s = {.y = y, .n = N, .period = 1};
	const struct forecast_lagged drivers[] = {
	    {early[0], 0, MOST}, {early[1], 2, 2}};
	double *const aicc[] = {budget, NULL};
	struct forecast_lag got[2];
	struct err err = {0};

	dice = 17;
	for (size_t t = 0; t < N + MOST; t++) {
		early[0][t] = 100 + 10 * roll();
		/* Its first three are before the reach of its lag. */
		early[1][t] = t < N + 2 ? (double)(t * t % 7 % 4) : 1e9;
	}
	for (size_t t = 0; t < N; t++)
		y[t] = 0.5 * early[0][t + MOST - 3] + 3 * early[1][t] + roll();
	CHECK(forecast_lags(&s, drivers, 2, got, aicc, &err) == 0);
	CHECK(got[0].lag == 3 && got[0].choices == 1);
	CHECK(got[1].lag == 2 && got[1].choices == 1);
	for (size_t i = 0; i <= MOST; i++)
		CHECK(i == 3 || budget[i] > budget[3] + 10);
	/* Of what does nothing any lag is as good as the others. */
	for (size_t t = 0; t < N; t++)
		y[t] = 3 * early[1][t] + roll();
	CHECK(forecast_lags(&s, drivers, 2, got, aicc, &err) == 0);
	CHECK(got[0].choices >= 4);
}

/* A lag that was chosen makes intervals wide enough for all that might have
 * been: then what does nothing seldom seems to do something. */
static void
choices_widen(void)
{
	const struct forecast_ask ask = {.horizon = H};
	struct forecast_simulation got, wide;
	struct err err = {0};

	make_world(5, 4);
	CHECK(
	    forecast_simulate(&w.series, &ask, w.drivers, 2, &got, &err) == 0);
	w.drivers[0].choices = 5;
	CHECK(
	    forecast_simulate(&w.series, &ask, w.drivers, 2, &wide, &err) == 0);
	CHECK(near(wide.total, got.total, 1e-12));
	CHECK(near(wide.chance, 5 * got.chance, 1e-9));
	/* Of 1 in 100 the t of 117 degrees is 2.619, of 1 in 20 1.981. */
	CHECK(near((wide.total_high[FORECAST_95] - wide.total) /
		       (got.total_high[FORECAST_95] - got.total),
	    2.619 / 1.981, 2e-3));
	CHECK(wide.effect[0].low[FORECAST_95] < got.effect[0].low[FORECAST_95]);
	CHECK(near(wide.effect[1].low[FORECAST_95],
	    got.effect[1].low[FORECAST_95], 1e-12));
	forecast_simulation_release(&got);
	forecast_simulation_release(&wide);
}

int
main(void)
{
	effects_are_found();
	lags_are_found();
	choices_widen();
	intervals_are_honest();
	history_does_not_tell();
	trend_and_season();
	extremes();
	return unit_done("forecast regression");
}
