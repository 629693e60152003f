/* SPDX-License-Identifier: ISC */
/* forecast: trends, profiles and changes, against known figures and against
 * the definitions, worked out the long way. */
#include <float.h>

#include "forecast/forecast_priv.h"
#include "forecast_series.h"
#include "unit.h"

/* ---- trends ---- */

/* R: cor.test(method = "kendall") for S and tau; Sen's slope, its interval and
 * the inflation by their definitions. */
static void
known_figures(void)
{
	struct forecast_trend f;
	struct err err;

	CHECK(forecast_trend_test(series_passengers, 144, &f, &err) == 0);
	CHECK(f.s == 8327);
	CHECK(series_near(f.tau, 0.80982321194, 1e-10));
	CHECK(series_near(f.slope, 2.45121628768, 1e-10));
	CHECK(series_near(f.inflation, 1.97313, 1e-5));
	CHECK(series_near(f.z, 10.23834, 1e-6));
	CHECK(series_near(f.low, 2.24353766111, 1e-3));
	CHECK(series_near(f.high, 2.70507269840, 1e-3));
	CHECK(series_near(f.level, 96.87810682179, 1e-9));
	CHECK(f.chance < 1e-20);
}

static void
trends(void)
{
	double y[50], *many;
	struct forecast_trend f, part;
	struct err err;
	uint32_t state = 1;
	int found = 0;

	/* Ten values in order: S is 45, its variance 125. */
	for (int i = 0; i < 10; i++)
		y[i] = i;
	CHECK(forecast_trend_test(y, 10, &f, &err) == 0);
	CHECK(f.s == 45 && f.tau == 1 && f.slope == 1 && f.level == 0);
	CHECK(series_near(f.z, 44 / sqrt(125), 1e-12));
	/* Missing ones leave the others where they are. */
	y[3] = y[6] = NAN;
	CHECK(forecast_trend_test(y, 10, &f, &err) == 0);
	CHECK(f.n == 8 && f.slope == 1 && f.level == 0);
	/* None, where there is none: 5 % of noise has one. */
	for (int trial = 0; trial < 400; trial++) {
		double before = 0;

		for (int i = 0; i < 50; i++)
			y[i] = before =
			    0.4 * before + series_noise(&state) - 0.5;
		CHECK(forecast_trend_test(y, 50, &f, &err) == 0);
		found += f.chance < 0.05;
		CHECK(f.low <= f.slope && f.slope <= f.high);
		/* Turned around it falls as much. */
		for (int i = 0; i < 25; i++) {
			double swap = y[i];

			y[i] = y[49 - i];
			y[49 - i] = swap;
		}
		CHECK(forecast_trend_test(y, 50, &part, &err) == 0);
		CHECK(part.s == -f.s && fabs(part.slope + f.slope) < 1e-12);
	}
	CHECK(found < 60); /* without the correction 70 and more */
	/* Constant, too short, too large. */
	for (int i = 0; i < 50; i++)
		y[i] = 7;
	CHECK(forecast_trend_test(y, 50, &f, &err) == 0);
	CHECK(f.s == 0 && f.slope == 0 && f.chance == 1 && f.tau == 0);
	CHECK(forecast_trend_test(y, 3, &f, &err) == -1);
	CHECK(forecast_trend_test(y, 0, &f, &err) == -1);
	for (int i = 0; i < 50; i++)
		y[i] = i % 2 ? DBL_MAX : -DBL_MAX;
	CHECK(forecast_trend_test(y, 50, &f, &err) == -1);
	/* Where not every pair is looked at. */
	many = series_make(3000, 10, 0.01, 2, 7, 20);
	CHECK(forecast_trend_test(many, 3000, &f, &err) == 0);
	CHECK(fabs(f.slope - 0.01) < 0.001 && f.low < 0.01 && f.high > 0.01);
	{
		size_t less = 0;

		for (size_t i = 0; i < 3000; i++)
			for (size_t j = i + 1; j < 3000; j++)
				less += (many[j] - many[i]) / (double)(j - i) <
					f.slope;
		CHECK(fabs((double)less - 3000.0 * 2999 / 4) < 3);
	}
	for (size_t i = 0; i < 3000; i++)
		many[i] = (double)(i % 3);
	CHECK(forecast_trend_test(many, 3000, &f, &err) == 0);
	CHECK(f.slope == 0);
	free(many);
	many = series_make(100000, 10, -0.001, 2, 7, 20);
	CHECK(forecast_trend_test(many, 100000, &f, &err) == 0);
	CHECK(fabs(f.slope + 0.001) < 0.0001);
	free(many);
}

/* ---- profiles ---- */

static void
profiles(void)
{
	static const double share[7] = {10, 8, 8, 7, 6, -19, -20};
	double y[365];
	size_t day[365], half[365];
	struct forecast_profile p;
	struct err err;
	uint32_t state = 4;

	for (size_t t = 0; t < 365; t++) {
		day[t] = (t + 3) % 7;
		half[t] = t < 180 ? 0 : 2;
		y[t] = 50 + 0.2 * (double)t + share[day[t]] +
		       6 * (series_noise(&state) - 0.5);
	}
	y[100] = NAN;
	CHECK(forecast_profile_of(y, 365, day, 7, 7, &p, &err) == 0);
	CHECK_INT(p.best, 0);
	CHECK_INT(p.worst, 6);
	CHECK(p.strength > 0.95 && p.chance < 1e-6);
	for (int g = 0; g < 7; g++)
		CHECK(fabs(p.effect[g] - share[g]) < 1);
	CHECK(fabs(p.level - 86.4) < 1);
	forecast_profile_release(&p);
	/* The trend is no season, and a group may be empty. */
	CHECK(forecast_profile_of(y, 365, half, 3, 365, &p, &err) == 0);
	CHECK_INT(p.seen, 2);
	CHECK(isnan(p.effect[1]) && p.strength < 0.2);
	forecast_profile_release(&p);
	/* Nothing but chance. */
	for (size_t t = 0; t < 365; t++)
		y[t] = series_noise(&state);
	CHECK(forecast_profile_of(y, 365, day, 7, 7, &p, &err) == 0);
	CHECK(p.strength < 0.05 && p.chance > 0.01);
	forecast_profile_release(&p);
	for (size_t t = 0; t < 365; t++)
		y[t] = 3;
	CHECK(forecast_profile_of(y, 365, day, 7, 7, &p, &err) == 0);
	CHECK(p.strength == 0 && p.chance == 1 && p.effect[2] == 0);
	forecast_profile_release(&p);
	for (size_t t = 0; t < 365; t++)
		y[t] = day[t] == 5 ? 0 : 1;
	CHECK(forecast_profile_of(y, 365, day, 7, 7, &p, &err) == 0);
	CHECK(p.strength > 0.99 && p.chance < 1e-6 && p.worst == 5);
	forecast_profile_release(&p);
	CHECK(forecast_profile_of(y, 3, day, 7, 7, &p, &err) == -1);
	y[0] = DBL_MAX;
	y[1] = -DBL_MAX;
	CHECK(forecast_profile_of(y, 30, day, 7, 7, &p, &err) == -1);
}

/* ---- changes ---- */

/* The cost of y[from .. to - 1] as a mean or a line, worked out in full. */
static double
plain_cost(const double *y, size_t from, size_t to, bool line)
{
	double n = (double)(to - from), mean = 0, middle = 0, tt = 0, ty = 0;
	double squares = 0, slope;

	for (size_t i = from; i < to; i++) {
		mean += y[i] / n;
		middle += (double)i / n;
	}
	for (size_t i = from; i < to; i++) {
		tt += ((double)i - middle) * ((double)i - middle);
		ty += ((double)i - middle) * (y[i] - mean);
	}
	slope = line && tt > 0 ? ty / tt : 0;
	for (size_t i = from; i < to; i++) {
		double off = y[i] - mean - slope * ((double)i - middle);

		squares += off * off;
	}
	return squares;
}

/* The least cost of any segmentation, by trying all. */
static double
least_cost(const double *y, size_t n, size_t least, double penalty, bool line)
{
	double best[64];

	best[0] = -penalty;
	for (size_t end = 1; end <= n; end++) {
		best[end] = INFINITY;
		for (size_t from = 0; from + least <= end; from++)
			best[end] = fmin(best[end],
			    best[from] + plain_cost(y, from, end, line) +
				penalty);
	}
	return best[n];
}

static void
changes_by_force(void)
{
	double y[60];
	uint32_t state = 8;
	struct err err;

	for (int trial = 0; trial < 300; trial++) {
		bool line = trial % 2;
		size_t n = 20 + (size_t)(series_noise(&state) * 40);
		struct forecast_change_options o = {
		    .kind = line ? FORECAST_LINES : FORECAST_STEPS,
		    .least = (line ? 3 : 1) + (size_t)trial / 2 % 4,
		    .all = true};
		struct forecast_changes c;
		double level = 0, slope = 0, variance, found, penalty;

		for (size_t t = 0; t < n; t++) {
			if (series_noise(&state) < 0.1) {
				level = 6 * series_noise(&state);
				slope = series_noise(&state) - 0.5;
			}
			level += line ? slope : 0;
			y[t] = level + series_noise(&state);
		}
		o.variance = variance = 0.1 + series_noise(&state);
		o.penalty = 1 + 20 * series_noise(&state);
		penalty = o.penalty * variance;
		CHECK(forecast_changes_of(y, n, &o, &c, &err) == 0);
		found = -penalty;
		for (size_t k = 0; k < c.count; k++) {
			found += penalty + plain_cost(y, c.segment[k].from,
					       c.segment[k].to, line);
			CHECK(c.segment[k].to - c.segment[k].from >= o.least);
			CHECK(
			    c.segment[k].from == (k ? c.segment[k - 1].to : 0));
		}
		CHECK(c.segment[c.count - 1].to == n);
		CHECK(series_near(
		    found, least_cost(y, n, o.least, penalty, line), 1e-9));
		forecast_changes_release(&c);
	}
}

static void
changes(void)
{
	struct forecast_change_options week = {.least = 7},
				       lines = {
					   .kind = FORECAST_LINES, .least = 7};
	double *y = series_make(300, 40, 0, 0, 7, 12), before = 0;
	struct forecast_changes c;
	struct err err;
	uint32_t state = 6;
	int found = 0;

	CHECK(forecast_changes_of(y, 300, &week, &c, &err) == 0);
	CHECK_INT(c.count, 1);
	CHECK(fabs(c.segment[0].mean - 40) < 1);
	forecast_changes_release(&c);
	/* Two spikes, a gap, and a step. */
	y[50] = 500;
	y[51] = 400;
	y[120] = NAN;
	for (size_t t = 200; t < 300; t++)
		y[t] += 8;
	CHECK(forecast_changes_of(y, 300, &week, &c, &err) == 0);
	CHECK_INT(c.count, 2);
	CHECK(c.segment[1].from > 195 && c.segment[1].from < 205);
	CHECK(fabs(c.segment[1].mean - 48) < 1);
	CHECK(c.segment[1].chance < 1e-6);
	forecast_changes_release(&c);
	/* A line that bends. */
	for (size_t t = 0; t < 300; t++)
		y[t] = (t < 150 ? 0.5 * (double)t : 150 - 0.5 * (double)t) +
		       5 * series_noise(&state);
	CHECK(forecast_changes_of(y, 300, &lines, &c, &err) == 0);
	CHECK_INT(c.count, 2);
	CHECK(c.segment[1].from > 140 && c.segment[1].from < 160);
	CHECK(fabs(c.segment[0].slope - 0.5) < 0.05 &&
	      fabs(c.segment[1].slope + 0.5) < 0.05);
	forecast_changes_release(&c);
	free(y);
	/* Noise that remembers has no changes. */
	y = xcalloc(300, sizeof(*y));
	for (int trial = 0; trial < 50; trial++) {
		for (size_t t = 0; t < 300; t++)
			y[t] = before =
			    0.6 * before + series_noise(&state) - 0.5;
		CHECK(forecast_changes_of(y, 300, &week, &c, &err) == 0);
		found += (int)c.count - 1;
		forecast_changes_release(&c);
	}
	CHECK(found < 15);
	free(y);
}

static void
hard_changes(void)
{
	struct forecast_change_options any = {.least = 0},
				       lines = {.kind = FORECAST_LINES};
	double y[40], *many;
	struct forecast_changes c;
	struct err err;

	for (int i = 0; i < 40; i++)
		y[i] = 3;
	CHECK(forecast_changes_of(y, 40, &any, &c, &err) == 0);
	CHECK_INT(c.count, 1);
	CHECK(c.segment[0].mean == 3);
	forecast_changes_release(&c);
	for (int i = 0; i < 40; i++)
		y[i] = i < 17 ? -1e300 : 1e300;
	CHECK(forecast_changes_of(y, 40, &any, &c, &err) == 0);
	CHECK_INT(c.count, 2);
	CHECK(c.segment[1].from == 17 && c.segment[1].mean == 1e300);
	forecast_changes_release(&c);
	for (int i = 0; i < 40; i++)
		y[i] = i % 2 ? DBL_MAX : -DBL_MAX;
	CHECK(forecast_changes_of(y, 40, &lines, &c, &err) == 0);
	for (size_t k = 0; k < c.count; k++)
		CHECK(isfinite(c.segment[k].mean) &&
		      isfinite(c.segment[k].slope));
	forecast_changes_release(&c);
	CHECK(forecast_changes_of(y, 3, &any, &c, &err) == -1);
	CHECK(forecast_changes_of(y, 5, &lines, &c, &err) == -1);
	for (int i = 0; i < 40; i++)
		y[i] = NAN;
	CHECK(forecast_changes_of(y, 40, &any, &c, &err) == -1);
	/* More than are searched: still to the very value. */
	many = series_make(100000, 5, 0, 0, 7, 4);
	for (size_t t = 54321; t < 100000; t++)
		many[t] += 3;
	any.least = 7;
	CHECK(forecast_changes_of(many, 100000, &any, &c, &err) == 0);
	CHECK_INT(c.count, 2);
	CHECK(c.segment[1].from > 54318 && c.segment[1].from < 54324);
	forecast_changes_release(&c);
	free(many);
}

/* ---- parts ---- */

static void
parts(void)
{
	/* The second falls to nothing, all others are as ever. */
	struct forecast_part p[4] = {{.value = 52, .expected = 50},
	    {.value = 1, .expected = 30}, {.value = 12, .expected = 12},
	    {.value = 8, .expected = 8}};
	struct forecast_explained e = forecast_explain(p, 4, false);
	double power = 0;

	CHECK(e.change == -27 && e.named == 1 && e.enough);
	CHECK(p[1].named && !p[0].named && !p[2].named);
	CHECK(series_near(p[1].power, 29.0 / 27, 1e-12));
	CHECK(p[0].power < 0 && p[1].surprise > p[0].surprise);
	for (int i = 0; i < 4; i++)
		power += p[i].power;
	CHECK(series_near(power, 1, 1e-12));
	/* All a little: nobody stands for it. */
	for (int i = 0; i < 4; i++)
		p[i].value = p[i].expected * 1.1;
	e = forecast_explain(p, 4, false);
	CHECK(e.named == 0 && e.surprise == 0 && !e.enough);
	for (int i = 0; i < 4; i++)
		CHECK(p[i].surprise < 1e-12);
	/* A rate falls where one source converts no more. */
	p[0] = (struct forecast_part){
	    .value = 10, .expected = 10, .of = 100, .expected_of = 100};
	p[1] = (struct forecast_part){
	    .value = 0, .expected = 12, .of = 60, .expected_of = 60};
	e = forecast_explain(p, 2, true);
	CHECK(p[1].named && e.named == 1);
	CHECK(series_near(e.change, 10.0 / 160 - 22.0 / 160, 1e-12));
	/* Nothing at all, and nothing that changed. */
	e = forecast_explain(p, 0, false);
	CHECK(e.named == 0 && e.change == 0);
	for (int i = 0; i < 2; i++)
		p[i] = (struct forecast_part){.value = 0};
	e = forecast_explain(p, 2, true);
	CHECK(e.named == 0 && p[0].power == 0 && p[0].surprise == 0);
}

int
main(void)
{
	parts();
	known_figures();
	trends();
	profiles();
	changes_by_force();
	changes();
	hard_changes();
	return unit_done("forecast trend");
}
