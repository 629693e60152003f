/* SPDX-License-Identifier: ISC */
/* forecast: least squares by hand, dependent columns, extreme sizes. */
#include "forecast/forecast_priv.h"
#include "unit.h"

static bool
near(double a, double b)
{
	return fabs(a - b) <= 1e-12 * (1 + fabs(b));
}

static void
line(void)
{
	/* 1 + 2 t with errors 1, -1, -1, 1, which no line explains. */
	double x[] = {1, 0, 1, 1, 1, 2, 1, 3}, y[] = {2, 2, 4, 8};
	double b[2], inverse[4], squares;

	CHECK_INT(forecast_least_squares(x, y, 4, 2, b, inverse, &squares), 2);
	CHECK(near(b[0], 1) && near(b[1], 2));
	CHECK(near(squares, 4));
	/* X'X is 4 6 / 6 14, its determinant 20. */
	CHECK(near(inverse[0], 0.7) && near(inverse[1], -0.3));
	CHECK(near(inverse[2], -0.3) && near(inverse[3], 0.2));
}

/* The second column is zero, the fourth says what the first and third do. */
static void
dependent(void)
{
	double x[5 * 5], y[5], b[5], inverse[25], squares;
	static const double z[] = {3, 1, 4, 1, 5}, w[] = {1, -1, 2, 0.5, 0};

	for (size_t i = 0; i < 5; i++) {
		double *row = x + 5 * i;

		row[0] = 1;
		row[1] = 0;
		row[2] = z[i];
		row[3] = 0.1 * z[i] - 7;
		row[4] = w[i];
		y[i] = 2 - 3 * z[i] + 0.5 * w[i];
	}
	CHECK_INT(forecast_least_squares(x, y, 5, 5, b, inverse, &squares), 3);
	CHECK(near(b[0], 2) && near(b[2], -3) && near(b[4], 0.5));
	CHECK(b[1] == 0 && b[3] == 0);
	CHECK(squares < 1e-25);
	for (size_t i = 0; i < 5; i++)
		CHECK(inverse[5 * 1 + i] == 0 && inverse[5 * i + 3] == 0);
	CHECK(near(inverse[5 * 2 + 4], inverse[5 * 4 + 2]));
	CHECK(inverse[0] > 0 && inverse[5 * 4 + 4] > 0);
}

static void
fewer_rows_than_columns(void)
{
	double x[] = {1, 2, 3, 4, 5, 7}, y[] = {1, 2}, b[3], squares;

	CHECK_INT(forecast_least_squares(x, y, 2, 3, b, NULL, &squares), 2);
	CHECK(near(b[0] * 1 + b[1] * 2, 1) && near(b[0] * 4 + b[1] * 5, 2));
	CHECK(b[2] == 0 && squares < 1e-25);
	CHECK_INT(forecast_least_squares(x, y, 0, 3, b, NULL, &squares), 0);
	CHECK(b[0] == 0 && squares == 0);
	CHECK_INT(forecast_least_squares(NULL, y, 2, 0, b, NULL, &squares), 0);
	CHECK(near(squares, 5));
}

static void
extremes(void)
{
	double sizes[] = {1e-300, 1e-160, 1e160, 1e300};
	double x[8], y[4], b[2], inverse[4];

	for (size_t s = 0; s < COUNT_OF(sizes); s++) {
		for (size_t i = 0; i < 4; i++) {
			x[2 * i] = 1;
			x[2 * i + 1] = (double)i * sizes[s];
			y[i] = (5 + 2 * (double)i) * sizes[s];
		}
		CHECK_INT(
		    forecast_least_squares(x, y, 4, 2, b, inverse, NULL), 2);
		CHECK(near(b[0] / sizes[s], 5) && near(b[1], 2));
	}
}

/* Powers of t are nearly dependent, yet not quite. */
static void
ill_conditioned(void)
{
	double x[60 * 6], y[60], b[6], squares;

	for (size_t i = 0; i < 60; i++) {
		double t = (double)i, power = 1;

		y[i] = 0;
		for (size_t j = 0; j < 6; j++) {
			x[6 * i + j] = power;
			y[i] += power;
			power *= t;
		}
	}
	CHECK_INT(forecast_least_squares(x, y, 60, 6, b, NULL, &squares), 6);
	for (size_t j = 0; j < 6; j++)
		CHECK(fabs(b[j] - 1) < 1e-4);
}

int
main(void)
{
	line();
	dependent();
	fewer_rows_than_columns();
	extremes();
	ill_conditioned();
	return unit_done("forecast linear");
}
