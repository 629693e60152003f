/* SPDX-License-Identifier: ISC */
/*
 * forecast: exponential smoothing. The recursions by hand, derivatives by
 * differences, the fits by another search, the intervals by simulation, and
 * what no series may do to it.
 */
#include "forecast/forecast_priv.h"
#include "unit.h"

static const char *const forms[FORECAST_ETS_FORMS] = {"ANN", "AAN", "AAdN",
    "ANA", "AAA", "AAdA", "MNN", "MAN", "MAdN", "MNA", "MAA", "MAdA", "MNM",
    "MAM", "MAdM"};

/* A number from 0 to 1; the same ones on every machine. */
static double
lot(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) +
		 UINT64_C(1442695040888963407);
	return (double)(*state >> 11) / 9007199254740992.0;
}

static double
normal(uint64_t *state)
{
	double radius = sqrt(-2 * log(1 - lot(state)));

	return radius * cos(6.283185307179586 * lot(state));
}

static struct forecast_ets_form
form_of(const char *name)
{
	struct forecast_ets_form form = {0};

	CHECK(forecast_ets_form(str_of(name), &form));
	return form;
}

static bool
close_to(double a, double b, double relative)
{
	return fabs(a - b) <= relative * fmax(fabs(a), fabs(b));
}

/* A positive series with a trend and a season, between 0.3 and 1. */
static void
make_series(double *y, size_t n, size_t period)
{
	uint64_t state = 7;

	for (size_t t = 0; t < n; t++)
		y[t] = (0.5 + 0.003 * (double)t) *
		       (1 + 0.2 * cos(6.283185307179586 * (double)(t % period) /
				      (double)period)) *
		       (1 + 0.05 * normal(&state));
}

/* The same with a level and a season that wander. */
static void
make_wandering(double *y, size_t n, size_t period)
{
	uint64_t state = 11;
	double level = 0.6, season[24] = {0};

	for (size_t t = 0; t < n; t++) {
		level += 0.01 * normal(&state);
		season[t % period] += 0.04 * normal(&state);
		y[t] = level + season[t % period] + 0.02 * normal(&state);
	}
}

static void
names(void)
{
	struct forecast_ets_form form = {0};

	CHECK(forecast_ets_form(STR("ANN"), &form));
	CHECK(form.error == 'A' && form.trend == 'N' && !form.damped &&
	      form.season == 'N');
	CHECK(forecast_ets_form(STR("MAdM"), &form));
	CHECK(form.error == 'M' && form.trend == 'A' && form.damped &&
	      form.season == 'M');
	CHECK(!forecast_ets_form(STR("AAM"), &form));
	CHECK(!forecast_ets_form(STR("ANdN"), &form));
	CHECK(!forecast_ets_form(STR(""), &form));
	CHECK(!forecast_ets_form((struct str){0}, &form));
	CHECK(!forecast_ets_form(STR("MMM"), &form));
	/* Each form is a method, the classic ones by their names. */
	for (size_t i = 0; i < COUNT_OF(forms); i++)
		CHECK(forecast_method_find(str_of(forms[i])));
	CHECK(forecast_method_find(STR("holt"))->run ==
	      forecast_method_find(STR("AAN"))->run);
	CHECK(forecast_method_find(STR("ets")));
}

/* Each forecast is the one before and a share of its error; the likelihood is
 * that of these errors. */
static void
single(void)
{
	double y[] = {12, 15, 11, 14, 18, 13, 16, 17, 15, 19};
	struct forecast_series s = {.y = y, .n = COUNT_OF(y), .period = 1};
	struct forecast_ask ask = {3, false};
	struct forecast_ets_form ses = form_of("ANN");
	struct forecast_ets_candidate found[FORECAST_ETS_FORMS];
	struct forecast f;
	struct err err;
	double alpha = NAN, squares = 0, next, sd;
	size_t count = forecast_ets_candidates(&s, found);

	CHECK_INT(count, 6);
	for (size_t i = 0; i < count; i++) {
		CHECK(i == 0 || found[i - 1].aicc <= found[i].aicc);
		if (strcmp(found[i].method, "ETS(A,N,N)") == 0)
			alpha = found[i].alpha;
	}
	CHECK(alpha > 0 && alpha < 1);
	CHECK(forecast_ets(&s, &ask, &ses, &f, &err) == 0);
	CHECK_TEXT(f.method, "ETS(A,N,N)");
	CHECK_INT(f.parameters, 3);
	next = f.fitted[0];
	for (size_t t = 0; t < s.n; t++) {
		CHECK(close_to(f.fitted[t], next, 1e-12));
		squares += (y[t] - next) * (y[t] - next);
		next += alpha * (y[t] - next);
	}
	CHECK(close_to(f.mean[0], next, 1e-12) && f.mean[2] == f.mean[0]);
	CHECK(close_to(f.log_likelihood, -5 * log(squares), 1e-12));
	CHECK(close_to(f.aicc, 10 * log(squares) + 6 + 2.0 * 3 * 4 / 6, 1e-12));
	sd = sqrt(squares / 8 * (1 + 2 * alpha * alpha));
	CHECK(close_to(
	    f.high[FORECAST_95][2], next + 1.959963984540054 * sd, 1e-12));
	forecast_release(&f);

	/* The least AICc is chosen. */
	CHECK(forecast_ets(&s, &ask, NULL, &f, &err) == 0);
	CHECK_TEXT(f.method, found[0].method);
	CHECK(f.aicc == found[0].aicc);
	forecast_release(&f);
}

/* What follows a form exactly goes on so. */
static void
exact(void)
{
	double line[20], sums[36], products[36];
	double season[] = {3, -1, -4, 2}, factor[] = {1.5, .5, .8, 1.2};
	struct forecast_ask ask = {8, false};
	struct forecast_ets_form form;
	struct forecast_series s = {
	    .y = line, .n = COUNT_OF(line), .period = 1};
	struct forecast f;
	struct err err;

	for (size_t t = 0; t < COUNT_OF(line); t++)
		line[t] = 5 + 2.5 * (double)t;
	for (size_t t = 0; t < COUNT_OF(sums); t++) {
		sums[t] = 100 + 0.5 * (double)t + season[t % 4];
		products[t] = (100 + 0.5 * (double)t) * factor[t % 4];
	}
	form = form_of("AAN");
	CHECK(forecast_ets(&s, &ask, &form, &f, &err) == 0);
	for (size_t h = 0; h < 8; h++)
		CHECK(close_to(f.mean[h], 55 + 2.5 * (double)h, 1e-6));
	CHECK(isfinite(f.aicc) && isfinite(f.log_likelihood));
	forecast_release(&f);

	s = (struct forecast_series){
	    .y = sums, .n = COUNT_OF(sums), .period = 4};
	form = form_of("AAA");
	CHECK(forecast_ets(&s, &ask, &form, &f, &err) == 0);
	for (size_t h = 0; h < 8; h++)
		CHECK(close_to(
		    f.mean[h], 118 + 0.5 * (double)h + season[h % 4], 1e-6));
	forecast_release(&f);

	s.y = products;
	form = form_of("MAM");
	CHECK(forecast_ets(&s, &ask, &form, &f, &err) == 0);
	for (size_t h = 0; h < 8; h++)
		CHECK(close_to(
		    f.mean[h], (118 + 0.5 * (double)h) * factor[h % 4], 1e-5));
	forecast_release(&f);
}

static void
derivatives(void)
{
	double y[50], x[16];

	make_series(y, COUNT_OF(y), 4);
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		struct forecast_ets_form form = form_of(forms[i]);
		struct forecast_ets_model m;
		struct forecast_ets_search s;
		double value;

		forecast_ets_model_init(&m, &form, y, COUNT_OF(y), 4);
		forecast_ets_search_init(&s, &m);
		memset(x, 0, sizeof(x));
		x[0] = 0.4;
		if (m.trend) {
			x[m.beta] = 0.3;
			x[m.slope] = 0.01;
		}
		if (m.season != 'N')
			x[m.gamma] = 0.2;
		if (m.damped)
			x[m.phi] = 0.9;
		x[m.level] = 0.55;
		for (size_t k = m.seasonal; k < m.count; k++)
			x[k] = (m.season == 'M' ? 1 : 0) +
			       0.05 * ((double)k - (double)m.seasonal);
		value = forecast_ets_derive(&m, x, &s.state, &s.d);
		CHECK(close_to(value, forecast_ets_value(&s, x), 1e-12));
		for (size_t k = 0; k < m.count; k++) {
			const double step = 1e-6;
			double was = x[k], low, high;

			x[k] = was - step;
			low = forecast_ets_value(&s, x);
			x[k] = was + step;
			high = forecast_ets_value(&s, x);
			x[k] = was;
			CHECK(fabs((high - low) / (2 * step) -
				   2 * s.d.gradient[k / 2][k % 2] /
				       s.d.squares) < 1e-5);
		}
		forecast_ets_search_release(&s);
	}
}

static double
by_simplex(const double *x, void *context)
{
	struct forecast_ets_search *s = context;

	for (size_t i = 0; i < s->model->smoothing; i++)
		if (x[i] < s->low[i] || x[i] > s->high[i])
			return INFINITY;
	return forecast_ets_value(s, x);
}

/* The simplex finds nothing better around what was found. */
static void
optimum(void)
{
	double y[60];
	struct forecast_ets_fitter *fitter;

	make_series(y, COUNT_OF(y), 4);
	fitter = forecast_ets_fitter_new(y, COUNT_OF(y), 4);
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		struct forecast_ets_form form = form_of(forms[i]);
		const struct forecast_ets_fit *fit =
		    forecast_ets_fit(fitter, &form);
		struct forecast_ets_search s;
		double x[16], step[16];
		struct forecast_search search = {
		    by_simplex, &s, fit->model.count, step, 4000, 1e-12};

		forecast_ets_search_init(&s, &fit->model);
		memcpy(x, fit->x, fit->model.count * sizeof(*x));
		for (size_t k = 0; k < fit->model.count; k++)
			step[k] = k < fit->model.smoothing
				      ? x[k] > 0.5 ? -0.05 : 0.05
				      : 0.02;
		/* In log likelihood. */
		CHECK(30 * (fit->value - forecast_minimise(&search, x)) < 0.02);
		forecast_ets_search_release(&s);
	}
	forecast_ets_fitter_free(fitter);
}

/* Equations of table 2.2 and 2.3 as they stand, in one line each; a step on
 * with a given error, relative where it multiplies. */
static double
step_on(const struct forecast_ets_model *m,
    const struct forecast_ets_weights *w, double *l, double *b, double *s,
    double error)
{
	double q = *l + w->phi * *b, mean, off;

	mean = m->season == 'M' ? q * *s : m->season == 'A' ? q + *s : q;
	off = m->multiplicative ? mean * error : error;
	*b = w->phi * *b + w->beta * (m->season == 'M' ? off / *s : off);
	*l = q + w->alpha * (m->season == 'M' ? off / *s : off);
	if (m->season != 'N')
		*s += w->gamma * (m->season == 'M' ? off / q : off);
	return mean + off;
}

/* The intervals are as wide as many simulated futures are. */
static void
intervals(void)
{
	enum { PATHS = 20000, STEPS = 10 };
	double y[60];
	struct forecast_series series = {.y = y, .n = COUNT_OF(y), .period = 4};
	struct forecast_ask ask = {STEPS, false};

	make_wandering(y, COUNT_OF(y), 4);
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		struct forecast_ets_form form = form_of(forms[i]);
		struct forecast_ets_fitter *fitter =
		    forecast_ets_fitter_new(y, COUNT_OF(y), 4);
		const struct forecast_ets_fit *fit =
		    forecast_ets_fit(fitter, &form);
		const struct forecast_ets_model *m = &fit->model;
		struct forecast_ets_weights w = forecast_ets_weights(m, fit->x);
		double season[4], fitted[60], variance = 0;
		double sum[STEPS] = {0}, squares[STEPS] = {0};
		struct forecast_ets_state end = {.season = season};
		uint64_t state = 1;
		struct forecast f;

		forecast_ets_walk(m, fit->x, &end, fitted);
		for (size_t t = 0; t < COUNT_OF(y); t++) {
			double off = y[t] - fitted[t];

			if (m->multiplicative)
				off /= fitted[t];
			variance +=
			    off * off / (double)(COUNT_OF(y) - m->count);
		}
		for (int p = 0; p < PATHS; p++) {
			double l = end.level, b = end.slope, s[4];

			memcpy(s, season, sizeof(s));
			for (size_t h = 0; h < STEPS; h++) {
				double v = step_on(m, &w, &l, &b,
				    &s[(end.next + h) % m->period],
				    sqrt(variance) * normal(&state));

				sum[h] += v;
				squares[h] += v * v;
			}
		}
		CHECK(forecast_ets(&series, &ask, &form, &f, NULL) == 0);
		for (size_t h = 0; h < STEPS; h++) {
			double mean = sum[h] / PATHS;
			double sd = sqrt(squares[h] / PATHS - mean * mean);
			double ours =
			    (f.high[FORECAST_95][h] - f.mean[h]) / 1.959964;

			CHECK(fabs(f.mean[h] - mean) <
			      4 * sd / sqrt(PATHS) + 1e-3 * mean);
			CHECK(close_to(ours, sd, 0.03));
		}
		forecast_release(&f);
		forecast_ets_fitter_free(fitter);
	}
}

/* Parameters within the usual bounds that are not admissible, and others, by
 * the roots of the characteristic equation. */
static void
admissible(void)
{
	double y[60], x[18] = {0};
	struct forecast_ets_form form = form_of("AAA");
	struct forecast_ets_model m;
	struct forecast_ets_search s;

	make_series(y, COUNT_OF(y), 12);
	forecast_ets_model_init(&m, &form, y, COUNT_OF(y), 12);
	forecast_ets_search_init(&s, &m);
	x[0] = 0.2;
	x[m.beta] = 1;
	x[m.gamma] = 1;
	x[m.level] = 0.5;
	CHECK(isinf(forecast_ets_value(&s, x)));
	CHECK(isfinite(forecast_ets_walk(&m, x, &s.state, NULL)));
	x[m.beta] = 0.05;
	x[m.gamma] = 0.2;
	CHECK(isfinite(forecast_ets_value(&s, x)));
	forecast_ets_search_release(&s);
}

static void
check_whole(const struct forecast *f)
{
	bool good = true;

	for (size_t h = 0; h < f->horizon; h++)
		for (int l = 0; l < FORECAST_LEVELS; l++)
			good = good && isfinite(f->mean[h]) &&
			       isfinite(f->low[l][h]) &&
			       isfinite(f->high[l][h]) &&
			       f->low[l][h] <= f->mean[h] &&
			       f->mean[h] <= f->high[l][h];
	for (size_t t = 0; t < f->n; t++)
		good = good && (isfinite(f->fitted[t]) || f->n > 4000);
	CHECK(good);
}

static void
invariances(void)
{
	double y[48], scaled[48], shifted[48];
	struct forecast_series s = {.y = y, .n = 48, .period = 12};
	struct forecast_ask ask = {12, false};

	make_series(y, 48, 12);
	for (size_t t = 0; t < 48; t++) {
		scaled[t] = ldexp(y[t], 40);
		shifted[t] = y[t] + 100;
	}
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		struct forecast_ets_form form = form_of(forms[i]);
		struct forecast a, b, c;

		s.y = y;
		CHECK(forecast_ets(&s, &ask, &form, &a, NULL) == 0);
		check_whole(&a);
		s.y = scaled;
		CHECK(forecast_ets(&s, &ask, &form, &b, NULL) == 0);
		s.y = shifted;
		CHECK(forecast_ets(&s, &ask, &form, &c, NULL) == 0);
		for (size_t h = 0; h < 12; h++) {
			CHECK(b.mean[h] == ldexp(a.mean[h], 40));
			CHECK(b.low[0][h] == ldexp(a.low[0][h], 40));
			if (form.error == 'A')
				CHECK(fabs(c.mean[h] - 100 - a.mean[h]) < 1e-3);
		}
		/* Levels multiply, likelihoods shift. */
		CHECK(close_to(b.log_likelihood,
		    a.log_likelihood - 48 * 40 * log(2), 1e-12));
		if (form.error == 'A')
			CHECK(fabs(c.log_likelihood - a.log_likelihood) < 1e-3);
		forecast_release(&a);
		forecast_release(&b);
		forecast_release(&c);
	}
}

/* Between the forms, by their parts; no form alone that is far from the best.
 */
static void
averages(void)
{
	double y[60], scaled[60], sum[8] = {0}, parts = 0, least = INFINITY;
	struct forecast_series s = {.y = y, .n = COUNT_OF(y), .period = 4};
	struct forecast_ask ask = {8, false};
	struct forecast_ets_candidate found[FORECAST_ETS_FORMS];
	struct forecast f, one;
	size_t count;

	make_wandering(y, COUNT_OF(y), 4);
	count = forecast_ets_candidates(&s, found);
	CHECK_INT(count, FORECAST_ETS_FORMS);
	for (size_t i = 0; i < count; i++) {
		parts += found[i].part;
		CHECK(i == 0 || found[i].part <= found[i - 1].part);
		CHECK(forecast_ets(&s, &ask, &found[i].form, &one, NULL) == 0);
		for (size_t h = 0; h < 8; h++)
			sum[h] += found[i].part * one.mean[h];
		if (found[i].part > 0)
			least =
			    fmin(least, one.high[FORECAST_80][0] - one.mean[0]);
		forecast_release(&one);
	}
	CHECK(close_to(parts, 1, 1e-12));
	CHECK(close_to(found[1].part / found[0].part,
	    exp((found[0].aicc - found[1].aicc) / 16), 1e-9));
	CHECK(forecast_ets_average(&s, &ask, &f, NULL) == 0);
	for (size_t h = 0; h < 8; h++)
		CHECK(close_to(f.mean[h], sum[h], 1e-9));
	CHECK(f.high[FORECAST_80][0] - f.mean[0] > least);
	check_whole(&f);
	for (size_t t = 0; t < 60; t++)
		scaled[t] = ldexp(y[t], 900);
	s.y = scaled;
	CHECK(forecast_ets_average(&s, &ask, &one, NULL) == 0);
	CHECK(close_to(one.mean[7], ldexp(f.mean[7], 900), 1e-9));
	CHECK(close_to(one.low[0][7], ldexp(f.low[0][7], 900), 1e-9));
	CHECK(close_to(one.fitted[59], ldexp(f.fitted[59], 900), 1e-9));
	forecast_release(&one);
	forecast_release(&f);
	/* A form that falls below 0 does not pull the others down. */
	for (size_t t = 0; t < 60; t++)
		y[t] = 1000 / (double)(t + 1);
	s = (struct forecast_series){.y = y, .n = 12, .period = 1};
	ask.horizon = 60;
	ask.non_negative = true;
	CHECK(forecast_ets_average(&s, &ask, &f, NULL) == 0);
	CHECK(f.mean[59] > 0);
	forecast_release(&f);
	s.n = 4;
	CHECK(forecast_ets_average(&s, &ask, &f, NULL) == -1);
}

/* Either an error or numbers. */
static void
try_all(const double *y, size_t n, size_t period, bool non_negative)
{
	struct forecast_series s = {.y = y, .n = n, .period = period};
	struct forecast_ask ask = {15, non_negative};
	struct forecast_ets_candidate found[FORECAST_ETS_FORMS];
	struct forecast f;
	struct err err;

	for (size_t i = 0; i <= COUNT_OF(forms); i++) {
		struct forecast_ets_form form = form_of(forms[i % 15]);

		err_clear(&err);
		if (forecast_ets(&s, &ask, i < 15 ? &form : NULL, &f, &err) <
		    0) {
			CHECK(err.text[0]);
			continue;
		}
		check_whole(&f);
		if (non_negative)
			CHECK(f.low[FORECAST_95][14] >= 0);
		forecast_release(&f);
	}
	CHECK(forecast_ets_candidates(&s, found) <= FORECAST_ETS_FORMS);
	if (forecast_ets_average(&s, &ask, &f, &err) == 0) {
		check_whole(&f);
		forecast_release(&f);
	}
}

static void
edges(void)
{
	double y[60];
	uint64_t state = 3;
	struct forecast_series s = {.y = y, .n = 60, .period = 1};
	struct forecast_ask ask = {3, false};
	struct forecast_ets_form form = form_of("MNN");
	struct forecast f;
	struct err err;

	for (size_t t = 0; t < 60; t++)
		y[t] = 42;
	CHECK(forecast_ets(&s, &ask, NULL, &f, &err) == 0);
	CHECK(close_to(f.mean[2], 42, 1e-9));
	CHECK(f.high[FORECAST_95][2] - f.low[FORECAST_95][2] < 1e-6);
	forecast_release(&f);
	for (size_t n = 0; n < 60; n++) {
		try_all(y, n, 1, false);
		try_all(y, n, 12, true);
	}
	y[3] = 0;
	CHECK(forecast_ets(&s, &ask, &form, &f, &err) == -1);
	memset(y, 0, sizeof(y));
	try_all(y, 60, 4, true);
	/* Of all sizes and signs. */
	for (int round = 0; round < 60; round++) {
		double size = round % 4 == 0 ? 300 : round % 4 == 1 ? 100 : 2;
		size_t n = (size_t)(lot(&state) * 60);
		size_t period = (size_t)(1 + lot(&state) * 13);

		for (size_t t = 0; t < n; t++) {
			y[t] = pow(10, size * (2 * lot(&state) - 1));
			if (round % 3 == 0 && lot(&state) < 0.5)
				y[t] = -y[t];
			if (round % 5 == 0 && lot(&state) < 0.5)
				y[t] = 0;
		}
		try_all(y, n, period, round % 2);
	}
	for (size_t t = 0; t < 60; t++)
		y[t] = t % 2 ? 1.7e308 : -1.7e308;
	try_all(y, 60, 12, false);
	for (size_t t = 0; t < 60; t++)
		y[t] = 5e-324 * (double)(1 + t % 7);
	try_all(y, 60, 12, false);
}

static void
seasons(void)
{
	double y[120];
	struct forecast_series s = {.y = y, .n = 120, .period = 30};
	struct forecast_ask ask = {3, false};
	struct forecast_ets_form form = form_of("ANA");
	struct forecast f;
	struct err err;

	make_series(y, 120, 30);
	CHECK(forecast_ets(&s, &ask, &form, &f, &err) == -1);
	CHECK(strstr(err.text, "at most 24"));
	CHECK(forecast_ets(&s, &ask, NULL, &f, &err) == 0);
	CHECK(strstr(f.method, ",N)"));
	forecast_release(&f);
	s.period = 1;
	CHECK(forecast_ets(&s, &ask, &form, &f, &err) == -1);
	form.season = 'X';
	CHECK(forecast_ets(&s, &ask, &form, &f, &err) == -1);
	/* A season is seen. */
	s.period = 12;
	make_series(y, 120, 12);
	CHECK(forecast_ets(&s, &ask, NULL, &f, &err) == 0);
	CHECK(strstr(f.method, ",M)"));
	forecast_release(&f);
}

static void
many(void)
{
	enum { N = 100000 };
	double *y = xcalloc(N, sizeof(*y));
	struct forecast_series s = {.y = y, .n = N, .period = 7};
	struct forecast_ask ask = {3, false};
	struct forecast f;

	make_series(y, N, 7);
	CHECK(forecast_ets(&s, &ask, NULL, &f, NULL) == 0);
	CHECK(isnan(f.fitted[N - 4001]) && isfinite(f.fitted[N - 4000]));
	check_whole(&f);
	forecast_release(&f);
	free(y);
}

int
main(void)
{
	names();
	single();
	exact();
	derivatives();
	optimum();
	intervals();
	admissible();
	invariances();
	averages();
	edges();
	seasons();
	many();
	return unit_done("forecast_ets");
}
