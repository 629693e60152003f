/* SPDX-License-Identifier: ISC */
/* forecast: the simplex search, on functions whose least value is known. */
#include "forecast/forecast_priv.h"
#include "unit.h"

struct counted {
	size_t n;
	unsigned calls;
};

static double
bowl(const double *x, void *context)
{
	struct counted *c = context;
	double sum = 3;

	c->calls++;
	for (size_t i = 0; i < c->n; i++) {
		double d = x[i] - (double)i;

		sum += (double)(i + 1) * d * d;
	}
	return sum;
}

/* The curved valley of Rosenbrock (1960), in pairs; the least is at 1, 1 ... */
static double
valley(const double *x, void *context)
{
	struct counted *c = context;
	double sum = 0;

	c->calls++;
	for (size_t i = 0; i + 1 < c->n; i += 2) {
		double a = 1 - x[i], b = x[i + 1] - x[i] * x[i];

		sum += a * a + 100 * b * b;
	}
	return sum;
}

/* Falls towards a border that must not be crossed. */
static double
border(const double *x, void *context)
{
	struct counted *c = context;

	c->calls++;
	return x[0] < 2 ? NAN : x[0] * x[0] + x[1] * x[1];
}

static double
nowhere(const double *x, void *context)
{
	return NAN;
}

static void
dimensions(void)
{
	double step[8], x[8];

	for (size_t n = 0; n <= 8; n++) {
		struct counted c = {n, 0};
		struct forecast_search search = {
		    bowl, &c, n, step, 5000, 1e-14};
		double least;

		for (size_t i = 0; i < n; i++) {
			step[i] = 0.5;
			x[i] = -4;
		}
		least = forecast_minimise(&search, x);
		CHECK(fabs(least - 3) < 1e-9);
		for (size_t i = 0; i < n; i++)
			CHECK(fabs(x[i] - (double)i) < 1e-4);
		CHECK(c.calls <= 5000);
	}
}

static void
valleys(void)
{
	for (size_t n = 2; n <= 6; n += 2) {
		double step[6] = {.5, .5, .5, .5, .5, .5};
		double x[6] = {-1.2, 1, -1.2, 1, -1.2, 1}, again[6];
		struct counted c = {n, 0};
		struct forecast_search search = {
		    valley, &c, n, step, 20000, 1e-12};

		memcpy(again, x, sizeof(x));
		CHECK(forecast_minimise(&search, x) < 1e-9);
		forecast_minimise(&search, again);
		CHECK(memcmp(x, again, sizeof(x)) == 0);
		for (size_t i = 0; i < n; i++)
			CHECK(fabs(x[i] - 1) < 1e-3);
	}
}

static void
borders(void)
{
	struct counted c = {2, 0};
	double step[2] = {.5, .5}, x[2] = {4, 3};
	struct forecast_search search = {border, &c, 2, step, 2000, 1e-14};

	CHECK(fabs(forecast_minimise(&search, x) - 4) < 1e-6);
	CHECK(x[0] >= 2 && x[0] < 2.0001 && fabs(x[1]) < 1e-3);

	search.f = nowhere;
	x[0] = 7;
	x[1] = 8;
	CHECK(isinf(forecast_minimise(&search, x)));
	CHECK(x[0] == 7 && x[1] == 8);

	/* No more evaluations than allowed. */
	for (unsigned limit = 0; limit < 40; limit++) {
		double at[2] = {-1.2, 1};

		c = (struct counted){2, 0};
		search =
		    (struct forecast_search){valley, &c, 2, step, limit, 1e-14};
		forecast_minimise(&search, at);
		CHECK(c.calls == limit);
	}
}

int
main(void)
{
	dimensions();
	valleys();
	borders();
	return unit_done("forecast_optimise");
}
