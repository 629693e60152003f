/* SPDX-License-Identifier: ISC */
/*
 * How good forecasts were. The scaled measures divide by what the (seasonal)
 * naive method misses by one step ahead within the series that was known:
 * Hyndman & Koehler, Another look at measures of forecast accuracy (2006);
 * RMSSE as in the M5 competition; MSIS by Gneiting & Raftery (2007), equation
 * 43, scaled as in the M4 competition.
 */
#include "forecast/forecast_priv.h"

static const double outside[FORECAST_LEVELS] = {0.2, 0.05};

struct forecast_scale
forecast_scale_of(const struct forecast_series *s)
{
	size_t lag = s->n > s->period ? s->period : 1;
	struct forecast_scale scale = {0, 0};

	for (size_t t = lag; t < s->n; t++) {
		double step = s->y[t] - s->y[t - lag];

		scale.absolute += fabs(step) / (double)(s->n - lag);
		scale.squared += step * step / (double)(s->n - lag);
	}
	return scale;
}

void
forecast_measure_step(struct forecast_measure *m,
    const struct forecast_scale *scale, const struct forecast *f, size_t step,
    double actual)
{
	double error = f->mean[step] - actual;
	double both = fabs(f->mean[step]) + fabs(actual);

	m->steps++;
	m->symmetric += both > 0 ? 2 * fabs(error) / both : 0;
	m->error += error;
	m->actual += fabs(actual);
	if (actual != 0) {
		m->percent += fabs(error / actual);
		m->percent_steps++;
	}
	if (scale->absolute > 0) {
		m->scaled_steps++;
		m->scaled += fabs(error) / scale->absolute;
		m->scaled_squares += error * error / scale->squared;
	}
	for (int l = 0; l < FORECAST_LEVELS; l++) {
		double low = f->low[l][step], high = f->high[l][step];
		double beyond = actual < low    ? low - actual
				: actual > high ? actual - high
						: 0;

		m->inside[l] += !(beyond > 0);
		if (!(scale->absolute > 0))
			continue;
		m->width[l] += (high - low) / scale->absolute;
		m->score[l] +=
		    (high - low + 2 / outside[l] * beyond) / scale->absolute;
	}
}

void
forecast_measure_merge(
    struct forecast_measure *into, const struct forecast_measure *m)
{
	into->steps += m->steps;
	into->symmetric += m->symmetric;
	into->error += m->error;
	into->actual += m->actual;
	into->percent += m->percent;
	into->percent_steps += m->percent_steps;
	into->scaled += m->scaled;
	into->scaled_squares += m->scaled_squares;
	into->scaled_steps += m->scaled_steps;
	for (int l = 0; l < FORECAST_LEVELS; l++) {
		into->inside[l] += m->inside[l];
		into->width[l] += m->width[l];
		into->score[l] += m->score[l];
	}
}

static double
mean(double sum, size_t count)
{
	return count ? sum / (double)count : NAN;
}

struct forecast_accuracy
forecast_accuracy_of(const struct forecast_measure *m)
{
	struct forecast_accuracy a = {
	    .mape = 100 * mean(m->percent, m->percent_steps),
	    .smape = 100 * mean(m->symmetric, m->steps),
	    .mase = mean(m->scaled, m->scaled_steps),
	    .rmsse = sqrt(mean(m->scaled_squares, m->scaled_steps)),
	    .bias = m->actual > 0 ? 100 * m->error / m->actual : NAN};

	for (int l = 0; l < FORECAST_LEVELS; l++) {
		a.coverage[l] = 100 * mean(m->inside[l], m->steps);
		a.width[l] = mean(m->width[l], m->scaled_steps);
		a.msis[l] = mean(m->score[l], m->scaled_steps);
	}
	return a;
}
