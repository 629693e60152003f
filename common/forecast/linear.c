/* SPDX-License-Identifier: ISC */
/*
 * Least squares by Householder's reflections (Golub & Van Loan, Matrix
 * Computations, 4th ed., 5.1-5.3), column after column in the order given, so
 * that of columns that say the same the earlier one counts.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

/* A column of which reflections leave less than this share depends on the ones
 * before it. */
#define LEAST_SHARE 1e-9

struct factor {
	size_t n, k, rank;
	double *a;     /* column after column; above the diagonal becomes R */
	double *b;     /* becomes Q'y */
	double *scale; /* by which each column was divided, last that of y */
	size_t *kept;  /* the columns that count, `rank` of them */
};

double
forecast_unit(const double *p, size_t n)
{
	double largest = 0;
	int exponent;

	for (size_t i = 0; i < n; i++)
		if (fabs(p[i]) > largest)
			largest = fabs(p[i]);
	if (!(largest > 0) || !isfinite(largest))
		return 1;
	frexp(largest, &exponent);
	return ldexp(1, exponent < -1000  ? -1000
			: exponent > 1000 ? 1000
					  : exponent);
}

static double
norm(const double *p, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += p[i] * p[i];
	return sqrt(sum);
}

/* c -= v (v'c) / (v'v / 2), with half = v'v / 2 */
static void
reflect(double *c, const double *v, size_t n, double half)
{
	double dot = 0;

	for (size_t i = 0; i < n; i++)
		dot += v[i] * c[i];
	dot /= half;
	for (size_t i = 0; i < n; i++)
		c[i] -= dot * v[i];
}

/* Turns column j below row `rank` into one number, and with it the columns
 * after it and b; false where the column depends on the ones before. */
static bool
eliminate(struct factor *f, size_t j)
{
	double *v = f->a + j * f->n + f->rank, whole, rest, head;
	size_t rows = f->n - f->rank;

	whole = norm(f->a + j * f->n, f->n);
	rest = norm(v, rows);
	if (!(rest > LEAST_SHARE * whole))
		return false;
	/* v becomes v + sign(v0) |v| e0, of which half the square is
	 * |v| (|v| + |v0|); it goes to -sign(v0) |v| e0. */
	head = v[0] < 0 ? rest : -rest;
	v[0] -= head;
	for (size_t c = j + 1; c < f->k; c++)
		reflect(f->a + c * f->n + f->rank, v, rows, -head * v[0]);
	reflect(f->b + f->rank, v, rows, -head * v[0]);
	v[0] = head;
	return true;
}

static void
factorise(
    struct factor *f, const double *x, const double *y, size_t n, size_t k)
{
	*f = (struct factor){.n = n,
	    .k = k,
	    .a = xcalloc(n * k + 1, sizeof(double)),
	    .b = xcalloc(n + 1, sizeof(double)),
	    .scale = xcalloc(k + 1, sizeof(double)),
	    .kept = xcalloc(k + 1, sizeof(size_t))};
	for (size_t j = 0; j < k; j++) {
		double *column = f->a + j * n;

		for (size_t i = 0; i < n; i++)
			column[i] = x[i * k + j];
		f->scale[j] = forecast_unit(column, n);
		for (size_t i = 0; i < n; i++)
			column[i] /= f->scale[j];
	}
	f->scale[k] = forecast_unit(y, n);
	for (size_t i = 0; i < n; i++)
		f->b[i] = y[i] / f->scale[k];
	for (size_t j = 0; j < k && f->rank < n; j++)
		if (eliminate(f, j))
			f->kept[f->rank++] = j;
}

static void
factor_release(struct factor *f)
{
	free(f->a);
	free(f->b);
	free(f->scale);
	free(f->kept);
}

/* Solves R z = z for the kept columns, in place. */
static void
back_substitute(const struct factor *f, double *z)
{
	for (size_t r = f->rank; r-- > 0;) {
		for (size_t c = r + 1; c < f->rank; c++)
			z[r] -= f->a[f->kept[c] * f->n + r] * z[c];
		z[r] /= f->a[f->kept[r] * f->n + r];
	}
}

/* (X'X)^-1 = R^-1 R^-T, the columns of R^-1 one by one. */
static void
inverse(const struct factor *f, double *ret)
{
	double *columns = xcalloc(f->rank * f->rank + 1, sizeof(*columns));

	for (size_t j = 0; j < f->rank; j++) {
		columns[j * f->rank + j] = 1;
		back_substitute(f, columns + j * f->rank);
	}
	for (size_t i = 0; i < f->k * f->k; i++)
		ret[i] = 0;
	for (size_t r = 0; r < f->rank; r++)
		for (size_t c = 0; c < f->rank; c++) {
			size_t to = f->kept[r] * f->k + f->kept[c];

			for (size_t j = 0; j < f->rank; j++)
				ret[to] += columns[j * f->rank + r] *
					   columns[j * f->rank + c];
			ret[to] /= f->scale[f->kept[r]];
			ret[to] /= f->scale[f->kept[c]];
		}
	free(columns);
}

size_t
forecast_least_squares(const double *x, const double *y, size_t n, size_t k,
    double *ret_coefficients, double *ret_inverse, double *ret_squares)
{
	struct factor f;
	double rest;
	size_t rank;

	factorise(&f, x, y, n, k);
	rank = f.rank;
	rest = norm(f.b + rank, n - rank) * f.scale[k];
	back_substitute(&f, f.b);
	for (size_t j = 0; j < k; j++)
		ret_coefficients[j] = 0;
	for (size_t r = 0; r < rank; r++)
		ret_coefficients[f.kept[r]] =
		    f.b[r] / f.scale[f.kept[r]] * f.scale[k];
	if (ret_inverse)
		inverse(&f, ret_inverse);
	if (ret_squares)
		*ret_squares = rest * rest;
	factor_release(&f);
	return rank;
}
