/* SPDX-License-Identifier: ISC */
/* Any numbers, by any method: a forecast whose numbers are numbers and whose
 * intervals are the right way up, or a refusal with a reason; the same again
 * when asked again. */
#include <math.h>

#include "forecast/forecast.h"
#include "fuzz.h"

#define MOST 400

/* Two bytes are a number: of few digits, so that there are ties, of any size,
 * or none at all. */
static double
number(unsigned kind, const uint8_t *p)
{
	double v = (double)((p[0] | p[1] << 8) - 32768);
	static const double odd[] = {0, -0.0, 1e300, -1e300, 1e-300, 5e-324,
	    1.7976931348623157e308, -1.7976931348623157e308, NAN, INFINITY};

	switch (kind % 6) {
	case 0: /* counts, mostly none */
		return p[0] < 128 ? 0 : p[0] - 127;
	case 1:
		return v;
	case 2:
		return v / 1000;
	case 3: /* of any size */
		return ldexp(p[0] - 127.5, (p[1] - 128) * 8);
	case 4: /* a high level: digits are lost */
		return 1e15 + p[0];
	default:
		return p[1] < 250 ? v : odd[p[0] % COUNT_OF(odd)];
	}
}

static void
sane(const struct forecast *f, const struct forecast_ask *ask)
{
	for (size_t h = 0; h < ask->horizon; h++)
		for (int l = 0; l < FORECAST_LEVELS; l++) {
			double low = f->low[l][h], high = f->high[l][h];

			MUST(isfinite(low) && isfinite(high));
			MUST(low <= f->mean[h] && f->mean[h] <= high);
			MUST(!ask->non_negative || low >= 0);
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t periods[] = {1, 2, 4, 7, 12, 24, 52, 168};
	double y[MOST];
	size_t longer, n = 0, count = 0;
	struct forecast_series s = {.y = y, .longer = &longer};
	struct forecast_ask ask;
	const struct forecast_method *method;
	struct forecast f, again;
	struct err err = {0};

	if (size < 6)
		return 0;
	while (forecast_methods[count].name)
		count++;
	method = &forecast_methods[data[0] % count];
	s.period = periods[data[1] % COUNT_OF(periods)];
	longer = s.period * (1 + data[2] % 8);
	s.longer_count = longer > s.period;
	ask.horizon = 1 + data[3] % 30;
	ask.non_negative = data[4] & 1;
	for (size_t i = 6; i + 1 < size && n < MOST; i += 2)
		y[n++] = number(data[5], data + i);
	s.n = n;
	if (forecast_run(method, &s, &ask, &f, &err) < 0) {
		MUST(err.kind == ERR_USAGE && err.text[0]);
		return 0;
	}
	sane(&f, &ask);
	MUST(forecast_run(method, &s, &ask, &again, &err) == 0);
	MUST(!memcmp(f.mean, again.mean, ask.horizon * sizeof(*f.mean)));
	forecast_release(&again);
	forecast_release(&f);
	return 0;
}
