/* SPDX-License-Identifier: ISC */
/* Polynomials of the lag operator: how far their roots are from the unit
 * circle, and a way over all stationary ones that needs no borders. */
#include <stdlib.h>

#include "forecast/arima_priv.h"

void
polynomial_from_partial(const double *partial, size_t n, double *ret_phi)
{
	for (size_t k = 0; k < n; k++) {
		double r = partial[k];

		/* phi_j and phi_{k-j} of the order before, both at once. */
		for (size_t i = 0, j = k; i < j--; i++) {
			double first = ret_phi[i], last = ret_phi[j];

			ret_phi[i] = first - r * last;
			if (i != j)
				ret_phi[j] = last - r * first;
		}
		ret_phi[k] = r;
	}
}

/* phi[n] becomes its partial autocorrelations; false at the first that is not
 * within -1 and 1. */
static bool
step_down(double *phi, size_t n)
{
	for (size_t k = n; k-- > 0;) {
		double r = phi[k], rest = 1 - r * r;

		if (!(rest > 0))
			return false;
		for (size_t i = 0, j = k; i < j--; i++) {
			double first = phi[i], last = phi[j];

			phi[i] = (first + r * last) / rest;
			if (i != j)
				phi[j] = (last + r * first) / rest;
		}
	}
	return true;
}

bool
polynomial_to_partial(const double *phi, size_t n, double *ret_partial)
{
	memcpy(ret_partial, phi, n * sizeof(*phi));
	return step_down(ret_partial, n);
}

bool
polynomial_roots_beyond(const double *phi, size_t n, double radius)
{
	double *scaled = xcalloc(n + 1, sizeof(*scaled)), power = 1;
	bool beyond;

	/* phi(z radius) has its roots nearer by radius. */
	for (size_t i = 0; i < n; i++) {
		power *= radius;
		scaled[i] = phi[i] * power;
	}
	beyond = step_down(scaled, n);
	free(scaled);
	return beyond;
}
