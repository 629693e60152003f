/* SPDX-License-Identifier: ISC */
/*
 * One form of exponential smoothing as a function of its parameters: how
 * likely the series is under them, and how that changes with each. The
 * equations are those of table 2.2 and 2.3, the likelihood equation 5.3, of R.
 * J. Hyndman, A. B. Koehler, J. K. Ord & R. D. Snyder, Forecasting with
 * Exponential Smoothing (2008). How the parameters are found is next door, in
 * ets_fit.c.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

void
forecast_ets_model_init(struct forecast_ets_model *m,
    const struct forecast_ets_form *form, const double *y, size_t n,
    size_t period)
{
	size_t count = 1;

	*m = (struct forecast_ets_model){.y = y,
	    .n = n,
	    .period = form->season == 'N' ? 1 : period,
	    .multiplicative = form->error == 'M',
	    .trend = form->trend == 'A',
	    .damped = form->damped,
	    .season = form->season};
	if (m->trend)
		m->beta = count++;
	if (m->season != 'N')
		m->gamma = count++;
	if (m->damped)
		m->phi = count++;
	m->smoothing = count;
	m->level = count++;
	if (m->trend)
		m->slope = count++;
	m->seasonal = count;
	count += m->period - 1;
	m->count = count;
	m->width = (count + 1) / 2;
}

struct forecast_ets_weights
forecast_ets_weights(const struct forecast_ets_model *m, const double *x)
{
	const double least = FORECAST_ETS_LEAST;
	struct forecast_ets_weights w = {.alpha = x[0], .phi = 1};

	if (m->trend)
		w.beta = least + (w.alpha - least) * x[m->beta];
	if (m->season != 'N')
		w.gamma = least + (1 - w.alpha - least) * x[m->gamma];
	if (m->damped)
		w.phi = x[m->phi];
	return w;
}

/* The states before the first observation; the seasonal ones sum to 0, or to
 * one each. */
static void
states(const struct forecast_ets_model *m, const double *x,
    struct forecast_ets_state *s)
{
	double rest = m->season == 'M' ? (double)m->period : 0;

	s->level = x[m->level];
	s->slope = m->trend ? x[m->slope] : 0;
	for (size_t i = 0; i + 1 < m->period; i++) {
		s->season[i] = x[m->seasonal + i];
		rest -= s->season[i];
	}
	s->season[m->period - 1] = rest;
}

/* A product of many numbers as a logarithm, with few calls of log(). */
struct product {
	double logarithm, factor;
};

static inline void
multiply(struct product *p, double v)
{
	p->factor *= v;
	if (p->factor > 1e100 || p->factor < 1e-100) {
		p->logarithm += log(p->factor);
		p->factor = 1;
	}
}

/* Forecasts and states must keep away from 0 where something is divided by
 * them; the series lies within 1. */
static const double smallest = 1e-100, largest = 1e100;

static inline double
criterion(const struct forecast_ets_model *m, double squares, struct product *p)
{
	double n = (double)m->n;

	/* What is left of rounding is not to be told from nothing. */
	if (squares < n * 1e-24)
		squares = n * 1e-24;
	if (!(squares < INFINITY))
		return INFINITY;
	return log(squares) + (m->multiplicative
				      ? 2 * (p->logarithm + log(p->factor)) / n
				      : 0);
}

/* Inlined with constants, so that each kind of model has a loop of its own. */
static inline __attribute__((always_inline)) double
walk(const struct forecast_ets_model *m, const struct forecast_ets_weights *w,
    struct forecast_ets_state *s, double *fitted, bool trend, char season,
    bool multiplicative)
{
	double alpha = w->alpha, beta = w->beta, gamma = w->gamma, phi = w->phi;
	double level = s->level, slope = s->slope, squares = 0;
	struct product means = {0, 1};
	size_t j = 0;

	for (size_t t = 0; t < m->n; t++) {
		double y = m->y[t], q = level, mean, off;

		if (trend) {
			slope *= phi;
			q += slope;
		}
		mean = season == 'A'   ? q + s->season[j]
		       : season == 'M' ? q * s->season[j]
				       : q;
		if (season == 'M' && !(s->season[j] > smallest && q > smallest))
			return INFINITY;
		if (fitted)
			fitted[t] = mean;
		off = y - mean;
		if (multiplicative) {
			if (!(mean > smallest && mean < largest))
				return INFINITY;
			squares += off / mean * (off / mean);
			multiply(&means, mean);
		} else {
			squares += off * off;
		}
		if (season == 'M') {
			double part = s->season[j];

			off = y / part - q;
			s->season[j] += gamma * (y / q - part);
		} else if (season == 'A') {
			s->season[j] += gamma * off;
		}
		if (season != 'N' && ++j == m->period)
			j = 0;
		level = q + alpha * off;
		if (trend)
			slope += beta * off;
	}
	s->level = level;
	s->slope = slope;
	s->next = j;
	return criterion(m, squares, &means);
}

double
forecast_ets_walk(const struct forecast_ets_model *m, const double *x,
    struct forecast_ets_state *s, double *fitted)
{
	struct forecast_ets_weights w = forecast_ets_weights(m, x);

	states(m, x, s);
	if (m->season == 'M')
		return m->trend ? walk(m, &w, s, fitted, true, 'M', true)
				: walk(m, &w, s, fitted, false, 'M', true);
	if (m->season == 'A' && m->multiplicative)
		return m->trend ? walk(m, &w, s, fitted, true, 'A', true)
				: walk(m, &w, s, fitted, false, 'A', true);
	if (m->season == 'A')
		return m->trend ? walk(m, &w, s, fitted, true, 'A', false)
				: walk(m, &w, s, fitted, false, 'A', false);
	if (m->multiplicative)
		return m->trend ? walk(m, &w, s, fitted, true, 'N', true)
				: walk(m, &w, s, fitted, false, 'N', true);
	return m->trend ? walk(m, &w, s, fitted, true, 'N', false)
			: walk(m, &w, s, fitted, false, 'N', false);
}

/* ---- derivatives ----------------------------------------------------------
 * Each state carries a row: how it changes with each parameter. The recursions
 * of the states, differentiated, carry the rows on. Rows are worked on two
 * numbers at a time. */

typedef forecast_lanes lanes;

static inline void
add_to(lanes *row, size_t k, double v)
{
	row[k / 2][k % 2] += v;
}

/* squares += rows' * rows, below the diagonal. */
static void
add_squares(struct forecast_ets_derivatives *d,
    const struct forecast_ets_model *m, const lanes *rows)
{
	size_t width = m->width;
	const lanes *a = rows, *b = a + width, *c = b + width, *e = c + width;

	for (size_t i = 0; i < m->count; i++) {
		lanes *to = d->curvature + i * width;
		double ai = a[i / 2][i % 2], bi = b[i / 2][i % 2];
		double ci = c[i / 2][i % 2], ei = e[i / 2][i % 2];

		for (size_t k = 0; k <= i / 2; k++)
			to[k] +=
			    (ai * a[k] + bi * b[k]) + (ci * c[k] + ei * e[k]);
	}
}

static inline __attribute__((always_inline)) double
differentiate(const struct forecast_ets_model *m, const double *x,
    struct forecast_ets_state *s, struct forecast_ets_derivatives *d,
    bool trend, char season)
{
	struct forecast_ets_weights w = forecast_ets_weights(m, x);
	double alpha = w.alpha, beta = w.beta, gamma = w.gamma, phi = w.phi;
	size_t width = m->width, j = 0;
	lanes *restrict dl = d->level, *restrict db = d->slope;
	double squares = 0;
	struct product means = {0, 1};

	for (size_t t = 0; t < m->n; t++) {
		double y = m->y[t], q = s->level, slope = s->slope, mean, off;
		double part = season == 'N' ? 0 : s->season[j];
		double scale = 1, off_season, relative;
		lanes *restrict ds = d->season + j * width;
		lanes *restrict row = d->rows + t % 4 * width;

		if (trend)
			q += phi * slope;
		mean = season == 'M' ? q * part : q + part;
		off = off_season = y - mean;
		relative = off;
		if (m->multiplicative) {
			relative = off / mean;
			scale = y / mean / mean;
			multiply(&means, mean);
		}
		squares += relative * relative;
		if (trend && m->damped)
			add_to(dl, m->phi, slope);
		if (season == 'M') {
			double by_part = y / part, by_q = y / q;

			off = by_part - q;
			off_season = by_q - part;
			by_part /= part;
			by_q /= q;
			for (size_t k = 0; k < width; k++) {
				lanes dq = dl[k], dp = ds[k], doff;

				if (trend)
					dq += phi * db[k];
				doff = -by_part * dp - dq;

				row[k] = q * dp + part * dq;
				dl[k] = dq + alpha * doff;
				if (trend)
					db[k] = phi * db[k] + beta * doff;
				ds[k] = dp - gamma * (by_q * dq + dp);
			}
		} else {
			for (size_t k = 0; k < width; k++) {
				lanes dq = dl[k], dm;

				if (trend)
					dq += phi * db[k];
				dm = dq;
				if (season == 'A')
					dm += ds[k];

				row[k] = dm;
				dl[k] = dq - alpha * dm;
				if (trend)
					db[k] = phi * db[k] - beta * dm;
				if (season == 'A')
					ds[k] -= gamma * dm;
			}
		}
		s->level = q + alpha * off;
		add_to(dl, 0, off);
		if (trend) {
			s->slope = phi * slope + beta * off;
			add_to(db, 0, off * x[m->beta]);
			add_to(db, m->beta, off * (alpha - FORECAST_ETS_LEAST));
			if (m->damped)
				add_to(db, m->phi, slope);
		}
		if (season != 'N') {
			s->season[j] += gamma * off_season;
			add_to(ds, 0, -off_season * x[m->gamma]);
			add_to(ds, m->gamma,
			    off_season * (1 - alpha - FORECAST_ETS_LEAST));
			if (++j == m->period)
				j = 0;
		}
		if (m->multiplicative)
			for (size_t k = 0; k < width; k++) {
				d->logarithm[k] += row[k] / mean;
				row[k] *= scale;
				d->gradient[k] -= relative * row[k];
			}
		else
			for (size_t k = 0; k < width; k++)
				d->gradient[k] -= relative * row[k];
		if (t % 4 == 3)
			add_squares(d, m, d->rows);
	}
	if (m->n % 4) {
		memset(d->rows + m->n % 4 * width, 0,
		    (4 - m->n % 4) * width * sizeof(*d->rows));
		add_squares(d, m, d->rows);
	}
	d->squares = squares;
	return criterion(m, squares, &means);
}

/* With multiplicative errors the likelihood is that of the residuals times the
 * geometric mean of the forecasts: so the sum of their squares is what is
 * made small, and its derivatives are these. */
static void
by_geometric_mean(
    const struct forecast_ets_model *m, struct forecast_ets_derivatives *d)
{
	double *log_mean = (double *)d->logarithm;
	double *gradient = (double *)d->gradient;

	for (size_t i = 0; i < m->count; i++)
		log_mean[i] /= (double)m->n;
	for (size_t i = 0; i < m->count; i++) {
		double *to = (double *)(d->curvature + i * m->width);

		for (size_t k = 0; k <= i; k++)
			to[k] += gradient[i] * log_mean[k] +
				 log_mean[i] * gradient[k] +
				 d->squares * log_mean[i] * log_mean[k];
	}
	for (size_t i = 0; i < m->count; i++)
		gradient[i] += d->squares * log_mean[i];
}

double
forecast_ets_derive(const struct forecast_ets_model *m, const double *x,
    struct forecast_ets_state *s, struct forecast_ets_derivatives *d)
{
	double value;

	states(m, x, s);
	memset(d->room, 0, d->size);
	add_to(d->level, m->level, 1);
	if (m->trend)
		add_to(d->slope, m->slope, 1);
	for (size_t i = 0; i + 1 < m->period; i++) {
		add_to(d->season + i * m->width, m->seasonal + i, 1);
		add_to(d->season + (m->period - 1) * m->width, m->seasonal + i,
		    -1);
	}
	if (m->season == 'M')
		value = m->trend ? differentiate(m, x, s, d, true, 'M')
				 : differentiate(m, x, s, d, false, 'M');
	else if (m->season == 'A')
		value = m->trend ? differentiate(m, x, s, d, true, 'A')
				 : differentiate(m, x, s, d, false, 'A');
	else
		value = m->trend ? differentiate(m, x, s, d, true, 'N')
				 : differentiate(m, x, s, d, false, 'N');
	if (m->multiplicative)
		by_geometric_mean(m, d);
	return value;
}

void
forecast_ets_derivatives_init(
    struct forecast_ets_derivatives *d, const struct forecast_ets_model *m)
{
	size_t width = m->width;
	lanes *at;

	/* 4 of one row each, the rows of a season, 4 rows, the matrix. */
	d->size = (4 + m->period + 4 + m->count) * width * sizeof(lanes);
	at = d->room = xmalloc(d->size);
	d->level = at;
	d->slope = at += width;
	d->gradient = at += width;
	d->logarithm = at += width;
	d->season = at += width;
	d->rows = at += m->period * width;
	d->curvature = at + 4 * width;
}
