/* SPDX-License-Identifier: ISC */
/*
 * How surely something is more than chance: exact and normal tests, intervals,
 * and the price of having asked often.
 */
#include <math.h>
#include <stdlib.h>

#include "stats/stats.h"

double
stats_normal_tail(double z)
{
	return 0.5 * erfc(z / sqrt(2));
}

double
stats_deviation(const struct stats_sums *whole, const struct stats_sums *part)
{
	double all = (double)whole->rows, n = (double)part->rows;
	double mean = (double)whole->sum / all;
	double variance = (double)whole->squares / all - mean * mean;
	double spread;

	if (whole->rows < 2 || part->rows == 0 || part->rows >= whole->rows)
		return 0;
	spread = sqrt(variance * n * (all - n) / (all - 1));
	if (!(spread > 0))
		return 0;
	return ((double)part->sum - n * mean) / spread;
}

static double
log_choose(uint64_t n, uint64_t k)
{
	return lgamma((double)n + 1) - lgamma((double)k + 1) -
	       lgamma((double)(n - k) + 1);
}

/* P(X >= right) when `chosen` of `all` are drawn, of which `yes` are yes. */
static double
hypergeometric_tail(uint64_t all, uint64_t yes, uint64_t chosen, uint64_t right)
{
	uint64_t most = chosen < yes ? chosen : yes, x = right;
	uint64_t least = chosen + yes > all ? chosen + yes - all : 0;
	double first, term = 1, sum = 1;

	if (right <= least)
		return 1;
	if (right > most)
		return 0;
	first = log_choose(yes, right) + log_choose(all - yes, chosen - right) -
		log_choose(all, chosen);
	/* Each chance from the one before. */
	for (; x < most && term > sum * 1e-17; x++) {
		term *=
		    (double)(yes - x) * (double)(chosen - x) /
		    ((double)(x + 1) * (double)(all - yes - chosen + x + 1));
		sum += term;
	}
	return fmin(1, exp(first + log(sum)));
}

double
stats_chance(
    const struct stats_sums *whole, const struct stats_sums *part, bool yes_no)
{
	if (yes_no)
		return hypergeometric_tail(
		    whole->rows, whole->sum, part->rows, part->sum);
	return stats_normal_tail(stats_deviation(whole, part));
}

struct ranked_p {
	double p;
	size_t place;
};

static int
smaller_first(const void *a, const void *b)
{
	const struct ranked_p *x = a, *y = b;

	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

void
stats_holm(double *p, size_t n)
{
	struct ranked_p *order = xcalloc(n + 1, sizeof(*order));
	double most = 0;

	for (size_t i = 0; i < n; i++)
		order[i] = (struct ranked_p){p[i], i};
	qsort(order, n, sizeof(*order), smaller_first);
	for (size_t i = 0; i < n; i++) {
		most = fmax(most, order[i].p * (double)(n - i));
		p[order[i].place] = fmin(1, most);
	}
	free(order);
}

struct stats_interval
stats_wilson(uint64_t yes, uint64_t rows, double z)
{
	double n = (double)rows, rate = (double)yes / n, middle, half;

	if (!rows)
		return (struct stats_interval){0, 1};
	middle = (rate + z * z / (2 * n)) / (1 + z * z / n);
	half = z * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) /
	       (1 + z * z / n);
	return (struct stats_interval){
	    fmax(0, middle - half), fmin(1, middle + half)};
}

struct stats_interval
stats_mean_interval(const struct stats_sums *sums, double z)
{
	double n = (double)sums->rows, mean = (double)sums->sum / n;
	double variance, half;

	if (sums->rows < 2)
		return (struct stats_interval){-HUGE_VAL, HUGE_VAL};
	variance = ((double)sums->squares - n * mean * mean) / (n - 1);
	half = z * sqrt(fmax(0, variance) / n);
	return (struct stats_interval){mean - half, mean + half};
}
