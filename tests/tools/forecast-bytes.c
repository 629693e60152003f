/* SPDX-License-Identifier: ISC */
/*
 * forecast-bytes: forecasts of made-up series by every method, to the last bit,
 * to be compared between compilers and with sanitizers.
 */
#include <math.h>

#include "forecast/forecast.h"

#define MOST 75

/* A number in [0, 1), the same on every machine. */
static double
noise(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 8) / 16777216.0;
}

/* Nothing here is left to the library's sines and logarithms. */
static void
fill(int kind, double *y, size_t n)
{
	uint32_t state = (uint32_t)kind + 1;

	for (size_t t = 0; t < n; t++) {
		double u = noise(&state), place = (double)t;
		double wave = (double)((t * t) % 12) - 4;

		switch (kind) {
		case 0: /* a level */
			y[t] = 50 + 9 * u;
			break;
		case 1: /* a trend and a season that grows */
			y[t] = (100 + place) * (1 + wave / 30) + u;
			break;
		case 2: /* below 0 */
			y[t] = wave - 3 * u - place / 9;
			break;
		case 3: /* now and then */
			y[t] = u > 0.7 ? floor(12 * u) : 0;
			break;
		case 4: /* a jump */
			y[t] = (t > n / 2 ? 400 : 90) + 20 * u;
			break;
		case 5: /* a walk */
			y[t] = (t ? y[t - 1] : 30) + u - 0.5;
			break;
		case 6: /* very large and very small */
			y[t] = t % 2 ? 1e300 * u : 1e-300;
			break;
		default: /* constant */
			y[t] = 0.1;
			break;
		}
	}
}

static void
tell(const struct forecast_method *m, const struct forecast_series *s)
{
	struct forecast_ask ask = {.horizon = 8};
	struct forecast f;
	struct err err;

	if (forecast_run(m, s, &ask, &f, &err) < 0) {
		printf("%s: %s\n", m->name, err.text);
		return;
	}
	printf("%s: %s", m->name, f.method);
	for (size_t h = 0; h < ask.horizon; h++) {
		printf(" %a", f.mean[h]);
		for (int l = 0; l < FORECAST_LEVELS; l++)
			printf(" %a %a", f.low[l][h], f.high[l][h]);
	}
	putchar('\n');
	forecast_release(&f);
}

int
main(void)
{
	static const size_t lengths[] = {5, 19, MOST};
	static const size_t periods[] = {1, 12};
	double y[MOST];

	for (int kind = 0; kind < 8; kind++)
		for (size_t n = 0; n < COUNT_OF(lengths); n++)
			for (size_t p = 0; p < COUNT_OF(periods); p++) {
				struct forecast_series s = {.y = y,
				    .n = lengths[n],
				    .period = periods[p]};

				fill(kind, y, s.n);
				for (const struct forecast_method *m =
					 forecast_methods;
				     m->name; m++)
					tell(m, &s);
			}
	return 0;
}
