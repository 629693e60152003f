/* SPDX-License-Identifier: ISC */
/*
 * How well a score ranks. Everything walks over groups of equal scores, best
 * first, so that no answer depends on the order among equals.
 */
#include <math.h>
#include <stdlib.h>

#include "stats/stats.h"

struct item {
	double score;
	uint8_t yes;
};

static int
better_first(const void *a, const void *b)
{
	double x = ((const struct item *)a)->score;
	double y = ((const struct item *)b)->score;

	return x > y ? -1 : x < y;
}

static struct item *
ranked(const double *score, const uint8_t *outcome, size_t n)
{
	struct item *items = xreallocarray(NULL, n ? n : 1, sizeof(*items));

	for (size_t i = 0; i < n; i++)
		items[i] = (struct item){score[i], outcome[i] ? 1 : 0};
	qsort(items, n, sizeof(*items), better_first);
	return items;
}

/* The end of the group of equals that begins at i, and its yeses. */
static size_t
group_end(const struct item *items, size_t n, size_t i, uint64_t *ret_yes)
{
	uint64_t yes = 0;
	double score = items[i].score;

	for (; i < n && items[i].score == score; i++)
		yes += items[i].yes;
	*ret_yes = yes;
	return i;
}

double
stats_auc(const double *score, const uint8_t *outcome, size_t n)
{
	struct item *items = ranked(score, outcome, n);
	double yes_above = 0, no_above = 0, pairs = 0;

	for (size_t i = 0, end; i < n; i = end) {
		uint64_t yes;
		double no;

		end = group_end(items, n, i, &yes);
		no = (double)(end - i) - (double)yes;
		pairs += no * (yes_above + (double)yes / 2);
		yes_above += (double)yes;
		no_above += no;
	}
	free(items);
	if (yes_above == 0 || no_above == 0)
		return NAN;
	return pairs / yes_above / no_above;
}

void
stats_deciles(const double *score, const uint8_t *outcome, size_t n,
    struct stats_decile ret[10])
{
	struct item *items = ranked(score, outcome, n);
	double total = 0;

	for (int d = 0; d < 10; d++)
		ret[d] =
		    (struct stats_decile){.rate = NAN, .lift = NAN, .low = NAN};
	for (size_t i = 0, end; i < n; i = end) {
		uint64_t yes;
		double from = (double)i, to;

		end = group_end(items, n, i, &yes);
		to = (double)end;
		total += (double)yes;
		/* Share the group out over the tenths it lies in. */
		for (int d = 0; d < 10; d++) {
			double low = (double)n * d / 10;
			double high = (double)n * (d + 1) / 10;
			double part = fmin(to, high) - fmax(from, low);

			if (part <= 0)
				continue;
			ret[d].count += part;
			ret[d].yes += (double)yes * part / (to - from);
			ret[d].low = items[i].score;
		}
	}
	for (int d = 0; d < 10; d++) {
		if (ret[d].count > 0)
			ret[d].rate = ret[d].yes / ret[d].count;
		if (total > 0)
			ret[d].lift = ret[d].rate / (total / (double)n);
	}
	free(items);
}

static struct stats_cut
cut_make(double threshold, uint64_t chosen, uint64_t right, uint64_t all)
{
	struct stats_cut c = {
	    .threshold = threshold, .chosen = chosen, .right = right};

	c.precision = chosen ? (double)right / (double)chosen : NAN;
	c.recall = all ? (double)right / (double)all : NAN;
	c.f1 = chosen + all ? 2 * (double)right / (double)(chosen + all) : 0;
	return c;
}

struct stats_cut
stats_cut_at(
    const double *score, const uint8_t *outcome, size_t n, double threshold)
{
	uint64_t chosen = 0, right = 0, all = 0;

	for (size_t i = 0; i < n; i++) {
		bool in = score[i] >= threshold;

		chosen += in;
		right += in && outcome[i];
		all += outcome[i] != 0;
	}
	return cut_make(threshold, chosen, right, all);
}

struct stats_cut
stats_cut_best(const double *score, const uint8_t *outcome, size_t n)
{
	struct item *items = ranked(score, outcome, n);
	struct stats_cut best = {
	    .threshold = NAN, .precision = NAN, .recall = NAN};
	uint64_t all = 0, right = 0, yes;

	for (size_t i = 0; i < n; i++)
		all += items[i].yes;
	for (size_t i = 0, end; i < n; i = end) {
		struct stats_cut c;

		end = group_end(items, n, i, &yes);
		right += yes;
		c = cut_make(items[i].score, end, right, all);
		if (c.f1 > best.f1)
			best = c;
	}
	free(items);
	return best;
}
