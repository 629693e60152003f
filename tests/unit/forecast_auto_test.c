/* SPDX-License-Identifier: ISC */
/* forecast: the automatic choice. What it says of series whose answer is
 * known, why, and how it does on real ones. */
#include "forecast/forecast.h"
#include "unit.h"

#include "forecast_series.h"

static struct forecast
run(const double *y, size_t n, size_t period, size_t horizon, bool non_negative,
    struct forecast_choice *choice)
{
	struct forecast_series s = {.y = y, .n = n, .period = period};
	struct forecast_ask ask = {
	    .horizon = horizon, .non_negative = non_negative};
	struct forecast f = {0};
	struct err err = {0};
	double sum = 0;

	CHECK(forecast_auto_explained(&s, &ask, false, &f, choice, &err) == 0);
	if (err.text[0])
		printf("%s\n", err.text);
	for (int c = 0; c < FORECAST_CANDIDATES; c++)
		sum += choice->candidate[c].weight;
	CHECK(series_near(sum, 1, 1e-12));
	return f;
}

static const struct forecast_candidate *
candidate(const struct forecast_choice *choice, const char *method)
{
	for (int c = 0; c < FORECAST_CANDIDATES; c++)
		if (strcmp(choice->candidate[c].method, method) == 0)
			return &choice->candidate[c];
	return NULL;
}

static void
passengers(void)
{
	struct forecast_choice choice;
	struct forecast f = run(series_passengers, 132, 12, 12, true, &choice);
	double off = 0;
	size_t inside = 0;

	for (size_t h = 0; h < 12; h++) {
		double actual = series_passengers[132 + h];

		off += fabs(f.mean[h] / actual - 1) / 12;
		inside += actual >= f.low[FORECAST_95][h] &&
			  actual <= f.high[FORECAST_95][h];
	}
	CHECK(off < 0.035);
	CHECK(inside >= 11);
	CHECK(!strncmp(f.method, "auto(ets,arima", 14));
	CHECK_INT(choice.origins, 6);
	CHECK_INT(choice.steps, 12);
	CHECK(!choice.rare && choice.widened > 0.5 && choice.widened < 2);
	CHECK(candidate(&choice, "stl + dotm"));
	CHECK(candidate(&choice, "snaive")->error >
	      candidate(&choice, "stl + dotm")->error);
	CHECK(isnan(f.aicc) && isnan(f.fitted[0]) == 0);
	CHECK(fabs(f.fitted[131] / series_passengers[131] - 1) < 0.1);
	forecast_release(&f);
}

/* Where the last season is the best there is, it has the say. */
static void
season_wins(void)
{
	double y[480];
	uint32_t state = 7;
	struct forecast_choice choice;
	struct forecast f;

	for (int t = 0; t < 480; t++)
		y[t] = t < 24 ? 100 * series_noise(&state) : y[t - 24];
	for (int t = 0; t < 480; t++)
		y[t] += 0.01 * series_noise(&state);
	f = run(y, 456, 24, 24, true, &choice);
	for (int h = 0; h < 24; h++)
		CHECK(fabs(f.mean[h] - y[456 + h]) < 0.5);
	forecast_release(&f);
}

static void
rare(void)
{
	double y[120] = {0}, week[140] = {0};
	uint32_t state = 3;
	struct forecast_choice choice;
	struct forecast f;

	for (int t = 0; t < 120; t++)
		if (series_noise(&state) < 0.2)
			y[t] = 1 + floor(4 * series_noise(&state));
	f = run(y, 120, 7, 5, true, &choice);
	CHECK(choice.rare && choice.widened == 1);
	CHECK_TEXT(f.method, "auto(tsb,sba)");
	CHECK(f.mean[0] > 0.2 && f.mean[0] < 0.9);
	CHECK(candidate(&choice, "tsb")->weight > 0.6);
	CHECK(f.low[FORECAST_80][0] == 0 && f.high[FORECAST_95][0] >= 3);
	forecast_release(&f);

	/* Days off are no rare demand. */
	for (int t = 0; t < 140; t++)
		week[t] = t % 7 < 5 ? 20 + floor(6 * series_noise(&state)) : 0;
	f = run(week, 140, 7, 7, true, &choice);
	CHECK(!choice.rare);
	CHECK(f.mean[5] < 2 && f.mean[6] < 2 && f.mean[0] > 18);
	CHECK(f.low[FORECAST_95][5] == 0);
	forecast_release(&f);
	/* Nor are half hours of what comes by the hour, if only two days. */
	for (int t = 0; t < 118; t++)
		week[t] = t % 2 ? 50 + 20 * ((t / 2) % 24 < 12) : 0;
	f = run(week, 118, 48, 12, true, &choice);
	CHECK(!choice.rare);
	for (int h = 0; h < 12; h++)
		CHECK((118 + h) % 2 ? f.mean[h] > 40 : f.mean[h] < 10);
	forecast_release(&f);
}

static void
short_series(void)
{
	double y[9] = {10, 12, 11, 13, 12, 14, 13, 15, 14};
	struct forecast_series s = {.y = y, .n = 1, .period = 1};
	struct forecast_ask ask = {.horizon = 3};
	struct forecast_choice choice;
	struct forecast f;
	struct err err;
	double width = INFINITY;

	CHECK(forecast_auto(&s, &ask, &f, &err) == -1);
	CHECK_TEXT(err.text, "naive needs 2 observations, there are 1");
	f = run(y, 2, 12, 3, false, &choice);
	CHECK_TEXT(f.method, "auto(naive)");
	CHECK_INT(choice.origins, 0);
	CHECK(f.mean[2] == 12);
	CHECK(strstr(choice.candidate[0].why, "needs"));
	forecast_release(&f);
	for (size_t n = 4; n <= 9; n++) {
		f = run(y, n, 12, 3, false, &choice);
		CHECK(f.mean[0] > 9 && f.mean[0] < 17);
		forecast_release(&f);
	}
	/* The less is known, the wider. */
	for (size_t n = 20; n <= 80; n += 60) {
		f = run(series_nile, n, 1, 3, true, &choice);
		CHECK(choice.widened > 0.7);
		width = fmin(width, f.high[1][0] - f.low[1][0]);
		forecast_release(&f);
	}
	CHECK(width > 200 && width < 1200);
}

/* What a season does is known after the first, and the more it is believed the
 * more of the second was like it. */
static void
seen_once(void)
{
	double y[30], noise[24], off[2] = {0}, flat[2] = {0};
	uint32_t state = 5;
	struct forecast_choice choice;
	struct forecast f;

	for (int t = 0; t < 24; t++)
		noise[t] = 100 + 10 * series_noise(&state);
	for (int t = 0; t < 30; t++)
		y[t] = 100 + 30 * sin(6.283185307179586 * t / 12) +
		       2 * series_noise(&state);
	for (int k = 0; k < 2; k++) {
		size_t n = k ? 23 : 18;

		f = run(y, n, 12, 6, true, &choice);
		CHECK(candidate(&choice, "season + dotm"));
		for (size_t h = 0; h < 6; h++) {
			off[k] += fabs(f.mean[h] - y[n + h]);
			flat[k] += fabs(y[n - 1] - y[n + h]);
			CHECK(
			    y[n + h] > f.low[1][h] && y[n + h] < f.high[1][h]);
		}
		forecast_release(&f);
	}
	CHECK(off[0] < 0.6 * flat[0]);
	CHECK(off[1] < 0.4 * flat[1]);
	f = run(noise, 18, 12, 6, true, &choice);
	for (int h = 0; h < 6; h++)
		CHECK(fabs(f.mean[h] - 105) < 4);
	forecast_release(&f);
	/* It was not seen whole. */
	f = run(y, 12, 12, 6, true, &choice);
	CHECK(!candidate(&choice, "season + dotm"));
	CHECK(candidate(&choice, "dotm"));
	forecast_release(&f);
}

/* A level that can only be above 0, and one that falls below. */
static void
borders(void)
{
	double y[60];
	struct forecast_choice choice;
	struct forecast f;

	for (int t = 0; t < 60; t++)
		y[t] = fmax(0.5, 60 - 2 * t + t % 3);
	f = run(y, 30, 1, 20, true, &choice);
	for (int h = 0; h < 20; h++)
		CHECK(f.mean[h] >= 0 && f.low[1][h] >= 0);
	forecast_release(&f);
	for (int t = 0; t < 60; t++)
		y[t] = 60 - 2 * t + t % 3;
	f = run(y, 30, 1, 20, false, &choice);
	CHECK(f.mean[19] < -10);
	forecast_release(&f);
	for (int t = 0; t < 60; t++)
		y[t] = 7;
	f = run(y, 60, 12, 5, true, &choice);
	CHECK(series_near(f.mean[4], 7, 1e-9));
	CHECK(f.high[1][4] - f.low[1][4] < 1e-6);
	forecast_release(&f);
}

static void
several_seasons(void)
{
	size_t n = 1000, longer[] = {168};
	double *y = series_make(n, 50, 0, 0, 1, 1), off = 0;
	struct forecast_series s = {.y = y,
	    .n = n - 168,
	    .period = 24,
	    .longer = longer,
	    .longer_count = 1};
	struct forecast_ask ask = {.horizon = 168, .non_negative = true};
	struct forecast f;
	struct err err;

	for (size_t t = 0; t < n; t++)
		y[t] += (t % 168 < 120 ? 20 : 0) + (t % 24 < 12 ? 10 : 0);
	CHECK(forecast_auto(&s, &ask, &f, &err) == 0);
	for (size_t h = 0; h < 168; h++)
		off += fabs(f.mean[h] - y[s.n + h]) / 168;
	CHECK(off < 1);
	forecast_release(&f);
	free(y);
}

/* One of the M3 sets: series with a header, `id,freq,start,values...`. */
static size_t
read_line(FILE *in, double *y, size_t most)
{
	char line[4096];
	struct str rest, field;
	size_t n = 0;

	if (!fgets(line, sizeof(line), in))
		return 0;
	rest = str_of(line);
	for (int i = 0; rest.n && n < most; i++) {
		bool more = str_cut(&rest, ',', &field);

		if (i > 2 && number_real(str_trim(field), &y[n]))
			n++;
		if (!more)
			break;
	}
	return n;
}

static void
competition(void)
{
	const char *shared = getenv("DL_SHARED");
	char path[512];
	FILE *train, *test;
	double y[200], actual[32], smape = 0, mase = 0;
	size_t n, series = 0;
	struct forecast_measure all = {0};
	struct forecast_choice choice;

	if (!shared) {
		SKIP("DL_SHARED is not set");
		return;
	}
	snprintf(path, sizeof(path), "%s/data/m3/M3-other-train.csv", shared);
	train = fopen(path, "r");
	snprintf(path, sizeof(path), "%s/data/m3/M3-other-test.csv", shared);
	test = fopen(path, "r");
	CHECK(train && test);
	if (!train || !test)
		return;
	read_line(train, y, COUNT_OF(y));
	read_line(test, actual, COUNT_OF(actual));
	while ((n = read_line(train, y, COUNT_OF(y))) > 0) {
		struct forecast_series s = {.y = y, .n = n, .period = 1};
		struct forecast_scale scale = forecast_scale_of(&s);
		size_t horizon = read_line(test, actual, COUNT_OF(actual));
		struct forecast f = run(y, n, 1, horizon, true, &choice);
		struct forecast_measure m = {0};

		for (size_t h = 0; h < horizon; h++)
			forecast_measure_step(&m, &scale, &f, h, actual[h]);
		smape += forecast_accuracy_of(&m).smape;
		mase += forecast_accuracy_of(&m).mase;
		forecast_measure_merge(&all, &m);
		forecast_release(&f);
		series++;
	}
	fclose(train);
	fclose(test);
	CHECK_INT(series, 174);
	/* The best of the competition: 4.383 and 1.86. */
	CHECK(smape / 174 < 4.45 && mase / 174 < 1.9);
	CHECK(forecast_accuracy_of(&all).coverage[FORECAST_95] > 92);
}

int
main(void)
{
	passengers();
	season_wins();
	rare();
	short_series();
	seen_once();
	borders();
	several_seasons();
	competition();
	return unit_done("forecast_auto");
}
