/* SPDX-License-Identifier: ISC */
/* forecast: every method on what data can be like at worst. A forecast or a
 * refusal with a reason; never a number that is none, never an interval upside
 * down, never below 0 where that cannot be. */
#include "forecast/forecast.h"
#include "unit.h"

#include "forecast_series.h"

static void
sane(const struct forecast_method *m, const double *y, size_t n, size_t period,
    bool non_negative)
{
	struct forecast_series s = {.y = y, .n = n, .period = period};
	struct forecast_ask ask = {
	    .horizon = period > 7 ? 20 : 7, .non_negative = non_negative};
	struct forecast f;
	struct err err = {0};
	bool good = true;

	if (forecast_run(m, &s, &ask, &f, &err) < 0) {
		CHECK(err.kind == ERR_USAGE && err.text[0]);
		return;
	}
	for (size_t h = 0; h < ask.horizon; h++) {
		for (int l = 0; l < FORECAST_LEVELS; l++)
			good = good && isfinite(f.low[l][h]) &&
			       isfinite(f.high[l][h]) &&
			       f.low[l][h] <= f.mean[h] &&
			       f.mean[h] <= f.high[l][h] &&
			       (!non_negative || f.low[l][h] >= 0);
		good = good && f.low[1][h] <= f.low[0][h] &&
		       f.high[1][h] >= f.high[0][h];
	}
	if (!good)
		printf("%s: n %zu, period %zu\n", m->name, n, period);
	CHECK(good);
	CHECK(f.method[0] && memchr(f.method, 0, sizeof(f.method)));
	forecast_release(&f);
}

/* Kinds of series; `kind` from 0. false when there are no more. */
static bool
fill(unsigned kind, double *y, size_t n)
{
	uint32_t state = kind + 1;

	for (size_t t = 0; t < n; t++) {
		double u = series_noise(&state);

		switch (kind) {
		case 0: /* nothing at all */
			y[t] = 0;
			break;
		case 1: /* constant */
			y[t] = 7.1;
			break;
		case 2: /* a line */
			y[t] = 3 + 2 * (double)t;
			break;
		case 3: /* growth without end */
			y[t] = exp(0.3 * (double)t);
			break;
		case 4: /* negative */
			y[t] = -100 * u - 1;
			break;
		case 5: /* rare counts */
			y[t] = u > 0.8 ? floor(10 * u) : 0;
			break;
		case 6: /* one event */
			y[t] = t == n / 2;
			break;
		case 7: /* very large and very small */
			y[t] = t % 2 ? 1e300 * u : 1e-300;
			break;
		case 8: /* as large as can be */
			y[t] = t % 3 ? 1.7e308 : -1.7e308;
			break;
		case 9: /* as small */
			y[t] = 5e-324 * (double)(t % 5);
			break;
		case 10: /* two levels */
			y[t] = t < n / 2 ? 1 : 1e6;
			break;
		case 11: /* a season and nothing else */
			y[t] = (double)(t % 7);
			break;
		case 12: /* an outlier at the end */
			y[t] = t + 1 == n ? 1e9 : u;
			break;
		case 13: /* alternating */
			y[t] = t % 2 ? 1 : -1;
			break;
		case 14: /* noise on a high level: cancellation */
			y[t] = 1e12 + u;
			break;
		case 15: /* falling to nothing */
			y[t] = fmax(0, 50 - (double)t);
			break;
		default:
			return false;
		}
	}
	return true;
}

static void
all_kinds(const struct forecast_method *m)
{
	static const size_t lengths[] = {1, 2, 3, 4, 5, 8, 13, 30, 61};
	static const size_t periods[] = {1, 2, 7, 12, 31};
	double y[61];

	for (unsigned kind = 0; fill(kind, y, 1); kind++)
		for (size_t n = 0; n < COUNT_OF(lengths); n++)
			for (size_t p = 0; p < COUNT_OF(periods); p++) {
				double least = INFINITY;

				fill(kind, y, lengths[n]);
				for (size_t t = 0; t < lengths[n]; t++)
					least = fmin(least, y[t]);
				sane(m, y, lengths[n], periods[p], least >= 0);
			}
}

#ifdef UNIT_BRIEF /* every step is watched, and takes its time */
enum { LONG = 10000, DAYS = 4 };
#else
enum { LONG = 100000, DAYS = 14 };
#endif

/* Long series, and a season of as many minutes as a day has. */
static void
long_series(const struct forecast_method *m)
{
	double *y = series_make(LONG, 100, 0.0001, 30, 1440, 20);

	sane(m, y, LONG, 1, true);
	sane(m, y, LONG, 7, true);
	sane(m, y, DAYS * 1440, 1440, true);
	free(y);
}

int
main(void)
{
	for (const struct forecast_method *m = forecast_methods; m->name; m++) {
		all_kinds(m);
		long_series(m);
	}
	return unit_done("forecast_edges");
}
