/* SPDX-License-Identifier: ISC */
/*
 * stats: known answers, ties, and the optimality of the regression, which is
 * checked from outside by its gradient.
 */
#include <math.h>

#include "stats/stats.h"
#include "unit.h"

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static uint64_t dice = 42;

static double
roll(void)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (double)(dice >> 33) / 2147483648.0;
}

static void
ranks(void)
{
	double s[] = {0.9, 0.8, 0.7, 0.6};
	uint8_t good[] = {1, 1, 0, 0}, bad[] = {0, 0, 1, 1};
	uint8_t mixed[] = {1, 0, 1, 0}, none[] = {0, 0, 0, 0};
	double tied[] = {1, 1, 1, 0};

	CHECK(near(stats_auc(s, good, 4), 1));
	CHECK(near(stats_auc(s, bad, 4), 0));
	CHECK(near(stats_auc(s, mixed, 4), 0.75));
	CHECK(isnan(stats_auc(s, none, 4)));
	CHECK(isnan(stats_auc(s, none, 0)));
	/* yes at 1, 1; no at 1, 0: two ties of four pairs count half. */
	CHECK(near(stats_auc(tied, mixed, 4), 0.75));
}

static void
auc_by_definition(void)
{
	double s[60];
	uint8_t y[60];
	double pairs = 0, won = 0;

	for (int i = 0; i < 60; i++) {
		s[i] = floor(roll() * 10);
		y[i] = roll() < 0.4;
	}
	for (int i = 0; i < 60; i++)
		for (int j = 0; j < 60; j++)
			if (y[i] && !y[j]) {
				pairs++;
				won += s[i] > s[j] ? 1 : s[i] == s[j] ? 0.5 : 0;
			}
	CHECK(near(stats_auc(s, y, 60), won / pairs));
}

static void
deciles(void)
{
	double s[100];
	uint8_t y[100];
	struct stats_decile d[10];
	double count = 0, yes = 0;

	for (int i = 0; i < 100; i++) {
		s[i] = i;
		y[i] = i >= 80;
	}
	stats_deciles(s, y, 100, d);
	CHECK(near(d[0].lift, 5) && near(d[1].lift, 5) && near(d[2].lift, 0));
	CHECK(near(d[0].low, 90) && near(d[9].low, 0));
	/* All equal: every tenth has the same share of the yeses. */
	for (int i = 0; i < 100; i++)
		s[i] = 7;
	stats_deciles(s, y, 97, d);
	for (int i = 0; i < 10; i++) {
		CHECK(near(d[i].lift, 1));
		count += d[i].count;
		yes += d[i].yes;
	}
	CHECK(near(count, 97) && near(yes, 17));
}

static void
cuts(void)
{
	double s[] = {90, 80, 80, 40, 10};
	uint8_t y[] = {1, 1, 0, 1, 0};
	struct stats_cut c = stats_cut_at(s, y, 5, 80);

	CHECK_INT(c.chosen, 3);
	CHECK_INT(c.right, 2);
	CHECK(near(c.precision, 2.0 / 3) && near(c.recall, 2.0 / 3));
	c = stats_cut_at(s, y, 5, 95);
	CHECK(isnan(c.precision) && near(c.recall, 0) && near(c.f1, 0));
	c = stats_cut_best(s, y, 5);
	CHECK(near(c.threshold, 40) && near(c.recall, 1));
}

static void
bins(void)
{
	double v[] = {0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, e[9], same[] = {5, 5, 5};
	size_t n = stats_bins(v, 10, 3, e);

	CHECK_INT(n, 2);
	CHECK(near(e[0], 1) && near(e[1], 3));
	CHECK_INT(stats_bin_of(e, n, 0), 0);
	CHECK_INT(stats_bin_of(e, n, 1), 1);
	CHECK_INT(stats_bin_of(e, n, 3), 2);
	CHECK_INT(stats_bins(same, 3, 3, e), 0);
	CHECK_INT(stats_bins(v, 0, 3, e), 0);
	CHECK(near(stats_quantile(v, 10, 0.5), 0));
	CHECK(near(stats_quantile(v, 10, 0.7), 1));
	CHECK(near(stats_quantile(v, 10, 1), 4));
	CHECK(near(stats_quantile(v, 10, 0), 0));
	/* Distinct values fall into bins of equal size, in every number. */
	for (size_t want = 2; want <= 9; want++) {
		double many[720], edge[9];
		size_t per[10] = {0}, got;

		for (int i = 0; i < 720; i++)
			many[i] = i * 0.5;
		got = stats_bins(many, 720, want, edge);
		CHECK_INT(got, want - 1);
		for (int i = 0; i < 720; i++)
			per[stats_bin_of(edge, got, many[i])]++;
		for (size_t b = 0; b < want; b++)
			CHECK(per[b] >= 720 / want && per[b] <= 720 / want + 1);
	}
}

/* One column: the weights solve it in closed form when l2 is nearly 0. */
static void
logistic_closed_form(void)
{
	size_t start[101];
	uint32_t column[100];
	uint8_t y[100];
	double w, b;
	size_t used = 0;
	struct stats_matrix m = {100, 1, start, column};
	struct stats_fit fit;

	/* 40 rows with the feature, 30 yes; 60 without, 12 yes. */
	for (size_t r = 0; r < 100; r++) {
		start[r] = used;
		if (r < 40)
			column[used++] = 0;
		y[r] = r < 30 || (r >= 40 && r < 52);
	}
	start[100] = used;
	fit = stats_logistic(&m, y, 1e-9, &w, &b);
	CHECK(fit.converged);
	CHECK(fabs(b - log(12.0 / 48)) < 1e-4);
	CHECK(fabs(w - (log(30.0 / 10) - log(12.0 / 48))) < 1e-4);
}

/* Many columns: at the optimum the penalised gradient is zero. */
static void
logistic_optimum(void)
{
	enum { ROWS = 3000, COLUMNS = 25 };
	static size_t start[ROWS + 1];
	static uint32_t column[ROWS * COLUMNS];
	static uint8_t y[ROWS];
	double w[COLUMNS], b, g[COLUMNS + 1] = {0}, l2 = 2;
	size_t used = 0;
	struct stats_matrix m = {ROWS, COLUMNS, start, column};

	for (size_t r = 0; r < ROWS; r++) {
		double truth = -1;

		start[r] = used;
		for (uint32_t c = 0; c < COLUMNS; c++)
			if (roll() < 0.2) {
				column[used++] = c;
				truth += (double)c / 10 - 1;
			}
		y[r] = roll() < 1 / (1 + exp(-truth));
	}
	start[ROWS] = used;
	CHECK(stats_logistic(&m, y, l2, w, &b).converged);
	for (size_t r = 0; r < ROWS; r++) {
		double margin = b, slope;

		for (size_t i = start[r]; i < start[r + 1]; i++)
			margin += w[column[i]];
		slope = 1 / (1 + exp(-margin)) - y[r];
		g[COLUMNS] += slope;
		for (size_t i = start[r]; i < start[r + 1]; i++)
			g[column[i]] += slope;
	}
	for (size_t c = 0; c < COLUMNS; c++)
		CHECK(fabs(g[c] + l2 * w[c]) < 1e-3);
	CHECK(fabs(g[COLUMNS]) < 1e-3);
	CHECK(w[24] > w[5]);
}

/* A column that decides alone, no rows, no columns: finite all the same. */
static void
logistic_edges(void)
{
	size_t start[] = {0, 1, 1}, empty[] = {0};
	uint32_t column[] = {0};
	uint8_t y[] = {1, 0};
	double w, b;
	struct stats_matrix m = {2, 1, start, column};

	stats_logistic(&m, y, 1, &w, &b);
	CHECK(isfinite(w) && isfinite(b) && w > 0);
	m = (struct stats_matrix){0, 0, empty, column};
	stats_logistic(&m, y, 1, &w, &b);
	CHECK(isfinite(b));
}

/* The example of Kaplan and Meier's own paper: 0.8, 3.1, 5.4 and 9.2 months
 * over, 1.0, 2.7, 7.0 and 12.1 going on. */
static void
stays(void)
{
	struct stats_stay paper[] = {{12.1, false}, {0.8, true}, {7.0, false},
	    {3.1, true}, {1.0, false}, {9.2, true}, {5.4, true}, {2.7, false}};
	struct stats_stay ties[] = {
	    {2, false}, {2, true}, {2, true}, {1, true}};
	struct stats_stay open[] = {{1, false}, {2, false}};
	/* What is left after each: 7/8, 7/10, 21/40, 21/80. */
	static const struct {
		double share, want;
	} rows[] = {{0.1, 0.8}, {0.125, 0.8}, {0.126, 3.1}, {0.3, 3.1},
	    {0.4, 5.4}, {0.475, 5.4}, {0.5, 9.2}, {0.7375, 9.2}};

	stats_stays_sort(paper, COUNT_OF(paper));
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		CHECK(near(
		    stats_stays_quantile(paper, COUNT_OF(paper), rows[i].share),
		    rows[i].want));
	CHECK(isnan(stats_stays_quantile(paper, COUNT_OF(paper), 0.9)));
	stats_stays_sort(ties, COUNT_OF(ties));
	CHECK(near(stats_stays_quantile(ties, 4, 0.25), 1));
	CHECK(near(stats_stays_quantile(ties, 4, 0.75), 2));
	CHECK(isnan(stats_stays_quantile(ties, 4, 0.9)));
	stats_stays_sort(open, 2);
	CHECK(isnan(stats_stays_quantile(open, 2, 0.5)));
	CHECK(isnan(stats_stays_quantile(open, 0, 0.5)));
}

int
main(void)
{
	stays();
	ranks();
	auc_by_definition();
	deciles();
	cuts();
	bins();
	logistic_closed_form();
	logistic_optimum();
	logistic_edges();
	return unit_done("stats");
}
