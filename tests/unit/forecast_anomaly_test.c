/* SPDX-License-Identifier: ISC */
/* forecast: what is out of the ordinary, planted and not. */
#include <float.h>

#include "forecast/forecast_priv.h"
#include "forecast_series.h"
#include "unit.h"

/* A count with that mean, the same on every machine (Knuth's method). */
static double
count_of(double mean, uint32_t *state)
{
	double limit = exp(-mean), product = 1;
	int k = -1;

	do {
		product *= series_noise(state);
		k++;
	} while (product > limit);
	return k;
}

/* Leads by day: few on week-ends. */
static double *
leads(size_t n, double mean)
{
	static const double share[7] = {1.2, 1.3, 1.2, 1.1, 1, 0.3, 0.2};
	double *y = xcalloc(n, sizeof(*y));
	uint32_t state = 7;

	for (size_t t = 0; t < n; t++)
		y[t] = count_of(mean * share[t % 7], &state);
	return y;
}

static const struct forecast_watch_plan by_day = {
    .window = 7, .season = {7}, .non_negative = true};

struct seen {
	size_t alarms, fresh, first, last;
	struct forecast_anomaly anomaly; /* the first one */
	bool sound;
};

static bool
is_sound(const struct forecast_verdict *v)
{
	const struct forecast_anomaly *a = &v->anomaly;

	if (isinf(v->expected) || isinf(v->low) || isinf(v->high) ||
	    v->low > v->high)
		return false;
	return !v->alarm ||
	       (isfinite(a->value) && isfinite(a->expected) &&
		   isfinite(a->low) && isfinite(a->high) && a->chance > 0 &&
		   a->chance <= 1 && a->low <= a->high && v->ready);
}

static struct seen
watch(const struct forecast_watch_plan *plan, const double *y, size_t n)
{
	struct forecast_watch *w = forecast_watch_open(plan);
	struct seen seen = {.sound = true};
	struct forecast_verdict v;

	for (size_t t = 0; t < n; t++) {
		forecast_watch_next(w, y[t], &v);
		seen.sound &= is_sound(&v);
		if (!v.alarm)
			continue;
		if (!seen.alarms++) {
			seen.first = t;
			seen.anomaly = v.anomaly;
		}
		seen.last = t;
		seen.fresh += v.fresh;
	}
	forecast_watch_free(w);
	return seen;
}

static void
planted_point(void)
{
	double *y = leads(200, 40);
	struct seen seen;

	seen = watch(&by_day, y, 200);
	CHECK_INT(seen.alarms, 0);
	y[150] = 130; /* a Thursday of about 44 */
	seen = watch(&by_day, y, 200);
	CHECK_INT(seen.fresh, 1);
	CHECK_INT(seen.first, 150);
	CHECK_INT(seen.anomaly.at, 150);
	CHECK(seen.anomaly.value > seen.anomaly.high && seen.sound);
	CHECK(seen.anomaly.expected > 30 && seen.anomaly.expected < 60);
	/* A Sunday like a Monday is odd, a Monday like a Monday is not. */
	y[150] = y[150 - 7];
	y[153] = 45;
	seen = watch(&by_day, y, 200);
	CHECK_INT(seen.first, 153);
	/* Nobody came: also an anomaly. */
	y[153] = y[153 - 7];
	y[141] = 0;
	seen = watch(&by_day, y, 200);
	CHECK_INT(seen.first, 141);
	CHECK(seen.anomaly.value < seen.anomaly.low);
	free(y);
}

/* A little less each day: no day is odd, the week is. */
static void
planted_spell(void)
{
	double *y = leads(400, 40);
	struct seen seen;

	for (size_t t = 350; t < 364; t++)
		y[t] = floor(y[t] * 0.65);
	seen = watch(&by_day, y, 400);
	CHECK(seen.alarms > 0 && seen.first >= 350 && seen.first < 364);
	CHECK(seen.anomaly.span > 1);
	CHECK(seen.anomaly.value < seen.anomaly.low);
	free(y);
}

/* What becomes the custom is no alarm any more. */
static void
new_level(void)
{
	double *y = leads(600, 40), *more = leads(600, 80);
	struct seen seen;

	memcpy(y + 301, more + 301, 299 * sizeof(*y));
	seen = watch(&by_day, y, 600);
	CHECK(seen.first >= 301 && seen.first < 304);
	CHECK(seen.last < 340);
	CHECK(seen.fresh <= 4);
	free(more);
	free(y);
}

static void
few_counts(void)
{
	double y[120] = {0};
	struct seen seen;

	y[100] = 1;
	seen = watch(&by_day, y, 120);
	CHECK_INT(seen.alarms, 0);
	y[100] = 9;
	seen = watch(&by_day, y, 120);
	CHECK_INT(seen.first, 100);
	/* Where they are no counts, a constant that changes is an alarm. */
	for (size_t t = 0; t < 120; t++)
		y[t] = 4.5;
	seen = watch(&by_day, y, 120);
	CHECK_INT(seen.alarms, 0);
	y[100] = 4.6;
	seen = watch(&by_day, y, 120);
	CHECK_INT(seen.first, 100);
	CHECK(seen.anomaly.severity == FORECAST_CRITICAL);
}

/* One false alarm in `rare` windows, of what has no anomaly in it. */
static void
false_alarms(void)
{
	const size_t n = 7 * 3000;
	struct forecast_watch_plan plan = by_day;
	struct seen seen;
	double *y = leads(n, 12), *noise = xcalloc(n, sizeof(*noise));
	uint32_t state = 3;

	seen = watch(&plan, y, n);
	CHECK(seen.fresh > 10 && seen.fresh < 150);
	plan.rare = 300;
	CHECK(watch(&plan, y, n).fresh < seen.fresh / 3);
	/* Heavy tails and a walk of the level. */
	for (size_t t = 0; t < n; t++)
		noise[t] = (t ? 0.7 * noise[t - 1] : 0) +
			   pow(series_noise(&state) + 1e-3, -0.4);
	seen = watch(&by_day, noise, n);
	CHECK(seen.fresh > 10 && seen.fresh < 250);
	free(y);
	free(noise);
}

/* A verdict does not know what comes after, and is the same again. */
static void
no_look_ahead(void)
{
	double *y = leads(300, 5);
	struct forecast_watch *a = forecast_watch_open(&by_day);
	struct forecast_watch *b = forecast_watch_open(&by_day);
	struct forecast_verdict one = {0}, other = {0};

	y[200] = 60;
	for (size_t t = 0; t <= 200; t++)
		forecast_watch_next(a, y[t], &one);
	for (size_t t = 0; t < 300; t++) {
		struct forecast_verdict v;

		forecast_watch_next(b, y[t], &v);
		if (t == 200)
			other = v;
	}
	CHECK(one.alarm && other.alarm);
	CHECK(memcmp(&one.expected, &other.expected, sizeof(double)) == 0);
	CHECK(memcmp(&one.high, &other.high, sizeof(double)) == 0);
	CHECK(one.anomaly.chance == other.anomaly.chance);
	forecast_watch_free(a);
	forecast_watch_free(b);
	free(y);
}

static void
hard_series(void)
{
	static const double hard[] = {NAN, INFINITY, -INFINITY, 0, -1, 1e300,
	    -1e300, DBL_MAX, DBL_MIN, 5e-324, 1, 1};
	size_t n = 5000;
	double *y = xcalloc(n, sizeof(*y));
	struct forecast_watch_plan plan = {.window = 24, .season = {24, 168}};
	struct forecast_verdict v;
	struct forecast_watch *w;
	uint32_t state = 5;

	for (size_t t = 0; t < n; t++)
		y[t] = hard[(size_t)(series_noise(&state) * COUNT_OF(hard))];
	CHECK(watch(&plan, y, n).sound);
	for (size_t t = 0; t < n; t++)
		y[t] = NAN;
	CHECK_INT(watch(&plan, y, n).alarms, 0);
	for (size_t t = 0; t < n; t++)
		y[t] = t % 7 == 3 ? 1e300 : t == 4000 ? -DBL_MAX : DBL_MAX;
	CHECK(watch(&plan, y, n).sound);
	free(y);
	w = forecast_watch_open(&plan);
	forecast_watch_next(w, 3, &v);
	CHECK(isnan(v.expected) && !v.ready && !v.alarm);
	forecast_watch_free(w);
	forecast_watch_free(NULL);
	/* Minutes of a day and of a week. */
	n = 100000;
	y = series_make(n, 100, 0, 20, 1440, 5);
	plan = (struct forecast_watch_plan){
	    .window = 1440, .season = {1440, 10080}};
	y[90000] = 400;
	CHECK_INT(watch(&plan, y, n).first, 90000);
	free(y);
}

/* ---- the moving mean ---- */

static void
moving(void)
{
	double *y = series_make(500, 50, 0.1, 5, 7, 10);
	struct forecast_anomalies a;
	struct err err;

	y[333] = 1e9;
	y[400] = NAN;
	CHECK(forecast_moving_anomalies(y, 500, 14, 3, &a, &err) == 0);
	for (size_t at = 14; at < 500; at++) {
		double mean = 0, squares = 0, count = 0;

		for (size_t i = at - 14; i < at; i++)
			if (!isnan(y[i])) {
				mean += y[i];
				count++;
			}
		mean /= count;
		for (size_t i = at - 14; i < at; i++)
			if (!isnan(y[i]))
				squares += (y[i] - mean) * (y[i] - mean);
		CHECK(series_near(a.expected[at], mean, 1e-9));
		CHECK(series_near(
		    a.high[at] - mean, 3 * sqrt(squares / (count - 1)), 1e-6));
	}
	CHECK_INT(a.count, 1);
	CHECK_INT(a.list[0].at, 333);
	forecast_anomalies_release(&a);
	for (size_t t = 0; t < 500; t++)
		y[t] = 0.1;
	CHECK(forecast_moving_anomalies(y, 500, 14, 3, &a, &err) == 0);
	CHECK_INT(a.count, 0);
	forecast_anomalies_release(&a);
	for (size_t t = 0; t < 500; t++)
		y[t] = t % 2 ? DBL_MAX : -DBL_MAX;
	CHECK(forecast_moving_anomalies(y, 500, 14, 3, &a, &err) == 0);
	for (size_t t = 14; t < 500; t++)
		CHECK(isfinite(a.low[t]) && isfinite(a.high[t]));
	forecast_anomalies_release(&a);
	CHECK(forecast_moving_anomalies(y, 14, 14, 3, &a, &err) == -1);
	CHECK(forecast_moving_anomalies(y, 14, 1, 3, &a, &err) == -1);
	free(y);
}

/* ---- the deviates ---- */

static bool
has(const struct forecast_anomalies *a, size_t at)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->list[i].at == at)
			return true;
	return false;
}

static void
deviates(void)
{
	struct forecast_esd week = {.season = {7}, .non_negative = true};
	double *y = leads(210, 40);
	struct forecast_anomalies a;
	struct err err;

	/* Rosner (1983), table of n = 54, as in NIST's handbook 1.3.5.17.3. */
	CHECK(fabs(forecast_esd_critical(54, 0.05) - 3.158) < 1e-3);
	CHECK(fabs(forecast_esd_critical(53, 0.05) - 3.151) < 1e-3);
	CHECK(fabs(forecast_esd_critical(45, 0.05) - 3.085) < 1e-3);

	CHECK(forecast_esd_anomalies(y, 210, &week, &a, &err) == 0);
	CHECK_INT(a.count, 0);
	forecast_anomalies_release(&a);
	y[0] = NAN;
	y[60] = 120;
	y[61] = NAN;
	y[100] = 0;
	y[153] = 55; /* a Sunday */
	y[209] = 200;
	CHECK(forecast_esd_anomalies(y, 210, &week, &a, &err) == 0);
	CHECK_INT(a.count, 4);
	CHECK(has(&a, 60) && has(&a, 100) && has(&a, 153) && has(&a, 209));
	CHECK(isnan(a.expected[0]));
	for (size_t t = 1; t < 210; t++)
		CHECK(a.low[t] <= a.expected[t] && a.expected[t] <= a.high[t] &&
		      a.low[t] >= 0 && isfinite(a.high[t]));
	for (size_t i = 0; i < a.count; i++)
		CHECK(a.list[i].value < a.list[i].low ||
		      a.list[i].value > a.list[i].high);
	forecast_anomalies_release(&a);
	free(y);
}

/* The median absolute deviation as the test goes on, by the definition. */
static void
deviates_by_definition(void)
{
	double y[60];
	struct forecast_esd plain = {
	    .most = 0.4, .values = FORECAST_PLAIN, .alpha = 0.2};
	struct forecast_anomalies a;
	struct err err;
	uint32_t state = 9;

	for (int trial = 0; trial < 20; trial++) {
		for (size_t t = 0; t < 60; t++)
			y[t] = floor(series_noise(&state) * 6) +
			       (series_noise(&state) < 0.1
				       ? 30 * series_noise(&state)
				       : 0);
		CHECK(forecast_esd_anomalies(y, 60, &plain, &a, &err) == 0);
		/* None is called odd that is nearer than one that is not. */
		for (size_t t = 0; t < 60; t++)
			if (!has(&a, t))
				CHECK(y[t] >= a.low[t] - 1e-9 &&
				      y[t] <= a.high[t] + 1e-9);
		forecast_anomalies_release(&a);
	}
}

static void
hard_deviates(void)
{
	struct forecast_esd plain = {.values = FORECAST_PLAIN},
			    guess = {.season = {7, 365}};
	double y[64], *many;
	struct forecast_anomalies a;
	struct err err;

	for (size_t t = 0; t < 64; t++)
		y[t] = 3;
	CHECK(forecast_esd_anomalies(y, 64, &plain, &a, &err) == 0);
	CHECK_INT(a.count, 0);
	forecast_anomalies_release(&a);
	y[40] = 4;
	CHECK(forecast_esd_anomalies(y, 64, &plain, &a, &err) == 0);
	CHECK_INT(a.count, 1);
	CHECK(has(&a, 40));
	forecast_anomalies_release(&a);
	/* One event where there was none. */
	for (size_t t = 0; t < 64; t++)
		y[t] = t == 40;
	CHECK(forecast_esd_anomalies(y, 64, &guess, &a, &err) == 0);
	CHECK_INT(a.count, 0);
	forecast_anomalies_release(&a);
	y[40] = DBL_MAX;
	y[41] = -DBL_MAX;
	CHECK(forecast_esd_anomalies(y, 64, &plain, &a, &err) == 0);
	CHECK(has(&a, 40) && has(&a, 41));
	for (size_t t = 0; t < 64; t++)
		CHECK(isfinite(a.low[t]) && isfinite(a.high[t]));
	forecast_anomalies_release(&a);
	for (size_t t = 0; t < 64; t++)
		y[t] = t < 9 ? 1 : NAN;
	CHECK(forecast_esd_anomalies(y, 64, &plain, &a, &err) == -1);
	CHECK(forecast_esd_anomalies(y, 0, &plain, &a, &err) == -1);
	many = series_make(100000, 100, 0, 20, 288, 5);
	many[777] = 300;
	guess.season[0] = 288;
	guess.season[1] = 2016;
	CHECK(forecast_esd_anomalies(many, 100000, &guess, &a, &err) == 0);
	CHECK(has(&a, 777));
	CHECK(a.count < 5);
	forecast_anomalies_release(&a);
	free(many);
}

/* What is far out does not draw the fit along, nor does noise become a
 * season. */
static void
plain_deviates(void)
{
	struct forecast_esd week = {.season = {7, 365}};
	double y[40];
	struct forecast_anomalies a;
	struct err err;
	uint32_t state = 12;

	for (size_t t = 0; t < 40; t++)
		y[t] = 50 + (double)t + (double)(t % 3);
	y[20] = 12;
	CHECK(forecast_esd_anomalies(y, 40, &week, &a, &err) == 0);
	CHECK_INT(a.count, 1);
	CHECK(has(&a, 20) && a.expected[20] > 65 && a.expected[20] < 75);
	forecast_anomalies_release(&a);
	for (int trial = 0, wrong = 0; trial < 40; trial++) {
		for (size_t t = 0; t < 40; t++)
			y[t] = 10 * series_noise(&state);
		CHECK(forecast_esd_anomalies(y, 40, &week, &a, &err) == 0);
		wrong += a.count > 0;
		CHECK(trial < 39 || wrong < 5);
		forecast_anomalies_release(&a);
	}
}

/* ---- rates ---- */

static void
rates(void)
{
	double yes[120], all[120];
	struct forecast_rate whole = {0}, behind = {.behind = 56};
	struct forecast_anomalies a;
	struct err err;
	uint32_t state = 11;

	for (size_t t = 0; t < 120; t++) {
		all[t] = count_of(t % 7 < 5 ? 30 : 2, &state);
		yes[t] = 0;
		for (double i = 0; i < all[t]; i++)
			yes[t] += series_noise(&state) < 0.08;
	}
	for (int b = 0; b < 2; b++) {
		CHECK(forecast_rate_anomalies(
			  yes, all, 120, b ? &behind : &whole, &a, &err) == 0);
		CHECK_INT(a.count, 0);
		forecast_anomalies_release(&a);
	}
	/* The whole of one is no sign; a third of sixty is. */
	yes[100] = all[100] = 1;
	yes[110] = 20;
	all[110] = 60;
	yes[111] = all[111] = 0;
	for (int b = 0; b < 2; b++) {
		CHECK(forecast_rate_anomalies(
			  yes, all, 120, b ? &behind : &whole, &a, &err) == 0);
		CHECK_INT(a.count, 1);
		CHECK_INT(a.list[0].at, 110);
		CHECK(a.list[0].severity == FORECAST_CRITICAL);
		CHECK(a.list[0].expected > 0.05 && a.list[0].expected < 0.12);
		CHECK(a.list[0].value > a.list[0].high);
		CHECK(a.high[100] == 1 && isnan(a.high[111]));
		CHECK(isfinite(a.expected[111]));
		forecast_anomalies_release(&a);
	}
	/* What was before does not know what came after. */
	CHECK(forecast_rate_anomalies(yes, all, 111, &behind, &a, &err) == 0);
	CHECK_INT(a.count, 1);
	forecast_anomalies_release(&a);
}

static void
hard_rates(void)
{
	enum { MANY = 20000 };
	double *yes = xcalloc(MANY, sizeof(*yes));
	double *all = xcalloc(MANY, sizeof(*all));
	struct forecast_rate whole = {0}, behind = {.behind = 60};
	struct forecast_anomalies a;
	struct err err;
	uint32_t state = 2;

	/* Rates that vary by themselves are no anomalies. */
	for (size_t t = 0; t < 300; t++) {
		all[t] = 100000;
		yes[t] = floor((0.2 + 0.1 * series_noise(&state)) * all[t]);
	}
	CHECK(forecast_rate_anomalies(yes, all, 300, &whole, &a, &err) == 0);
	CHECK_INT(a.count, 0);
	CHECK(a.low[5] > 0.01 && a.low[5] < 0.2 && a.high[5] < 0.6);
	forecast_anomalies_release(&a);
	for (size_t t = 0; t < 300; t++)
		yes[t] = 0;
	CHECK(forecast_rate_anomalies(yes, all, 300, &whole, &a, &err) == 0);
	CHECK_INT(a.count, 0);
	forecast_anomalies_release(&a);
	yes[7] = 10;
	CHECK(forecast_rate_anomalies(yes, all, 300, &whole, &a, &err) == 0);
	CHECK_INT(a.count, 1);
	forecast_anomalies_release(&a);
	all[3] = NAN;
	yes[4] = all[4];
	CHECK(forecast_rate_anomalies(yes, all, 7, &whole, &a, &err) == 0);
	CHECK_INT(a.count, 0); /* too few others */
	forecast_anomalies_release(&a);
	yes[5] = all[5] + 1;
	CHECK(forecast_rate_anomalies(yes, all, 7, &whole, &a, &err) == -1);
	yes[5] = -1;
	CHECK(forecast_rate_anomalies(yes, all, 7, &whole, &a, &err) == -1);
	for (size_t t = 0; t < MANY; t++) {
		all[t] = (double)(1 + t % 5000);
		yes[t] = floor(all[t] * 0.1 * series_noise(&state));
	}
	CHECK(forecast_rate_anomalies(yes, all, MANY, &whole, &a, &err) == 0);
	forecast_anomalies_release(&a);
	CHECK(forecast_rate_anomalies(yes, all, MANY, &behind, &a, &err) == 0);
	for (size_t i = 0; i < a.count; i++)
		CHECK(a.list[i].low <= a.list[i].high && a.list[i].chance > 0);
	forecast_anomalies_release(&a);
	free(yes);
	free(all);
}

int
main(void)
{
	planted_point();
	planted_spell();
	new_level();
	few_counts();
	false_alarms();
	no_look_ahead();
	hard_series();
	moving();
	deviates();
	deviates_by_definition();
	plain_deviates();
	hard_deviates();
	rates();
	hard_rates();
	return unit_done("forecast anomaly");
}
