/* SPDX-License-Identifier: ISC */
/*
 * stats: what learning from leads and judging scores needs. A logistic
 * regression on yes/no features, how well a score ranks (area under the ROC
 * curve, lift by decile, precision and recall), cutting numbers into bins, and
 * finding groups of rows that stand out. Pure: numbers in, numbers out, the
 * same ones for the same input.
 *
 * Ownership: everything given is only read (but stats_sort sorts in place);
 * results go into memory of the caller. An outcome is 1 for yes and 0 for no.
 */
#ifndef DL_STATS_H
#define DL_STATS_H

#include "base/base.h"

/* logistic.c: rows of yes/no features, written as the columns that are yes:
 * row r has column[start[r]] .. column[start[r + 1] - 1], each at most once. */
struct stats_matrix {
	size_t rows, columns;
	const size_t *start; /* rows + 1 */
	const uint32_t *column;
};
struct stats_fit {
	unsigned iterations;
	double loss; /* penalised negative log-likelihood */
	bool converged;
};
/*
 * Fits P(yes) = 1 / (1 + exp(-(base + sum of weight[c] over the row)))
 * by Newton's method, minimising the negative log-likelihood plus
 * l2/2 * sum weight^2 (the base is free). l2 > 0 keeps it finite even where a
 * column decides the outcome alone. ret_weight has one per column.
 */
struct stats_fit stats_logistic(const struct stats_matrix *m,
    const uint8_t *outcome, double l2, double *ret_weight, double *ret_base);

/* rank.c: the score need not be a probability; only its order counts. Equal
 * scores stand side by side, whatever the order they were given in. */
/* The chance that a yes scores higher than a no, ties counting half; NAN
 * without both. */
double stats_auc(const double *score, const uint8_t *outcome, size_t n);

struct stats_decile {
	double count; /* members, and how many of them are yes; parts of a */
	double yes;   /* group of equal scores are shared out evenly */
	double rate;  /* yes / count */
	double lift;  /* rate / overall rate; NAN without any yes */
	double low;   /* the least score in it */
};
/* Tenths of the leads from the best score to the worst. */
void stats_deciles(const double *score, const uint8_t *outcome, size_t n,
    struct stats_decile ret[10]);

struct stats_cut {
	double threshold;       /* score >= threshold is called yes */
	uint64_t chosen, right; /* called yes; of them really yes */
	double precision;       /* right / chosen; NAN when none is chosen */
	double recall;          /* right / all yes; NAN when there is none */
	double f1;              /* harmonic mean of both; 0 when undefined */
};
struct stats_cut stats_cut_at(
    const double *score, const uint8_t *outcome, size_t n, double threshold);
/* The cut with the greatest f1; the highest threshold of equals. */
struct stats_cut stats_cut_best(
    const double *score, const uint8_t *outcome, size_t n);

/* bins.c */
void stats_sort(double *values, size_t n);
/* The smallest value with at least share * n values up to it; sorted input,
 * n > 0, share clamped to 0..1. */
double stats_quantile(const double *sorted, size_t n, double share);
/*
 * Edges that cut sorted values into at most max_bins bins of about equal
 * size: bin 0 is v < edge[0], bin i is edge[i-1] <= v < edge[i], the last has
 * no end. Equal values are never parted, so a value that is very frequent gets
 * a bin of its own. Returns the number of edges (bins - 1); 0 when all values
 * are equal. ret_edges holds max_bins - 1.
 */
size_t stats_bins(
    const double *sorted, size_t n, size_t max_bins, double *ret_edges);
size_t stats_bin_of(const double *edges, size_t count, double value);

/* significance.c: how surely something is more than chance. */

/* Rows, the sum of their outcomes, and of the squares of these. */
struct stats_sums {
	uint64_t rows, sum, squares;
};
/* How far a part's mean lies over the mean of the whole it was taken from, in
 * standard deviations of the means of random parts of that size (which know
 * that the whole is finite). 0 when there is nothing to compare. */
double stats_deviation(
    const struct stats_sums *whole, const struct stats_sums *part);
/* The chance that a random part of that size has a mean as high: for outcomes
 * of 0 and 1 exactly (Fisher 1934: the upper tail of the hypergeometric
 * distribution), for others by the normal distribution of the deviation. */
double stats_chance(
    const struct stats_sums *whole, const struct stats_sums *part, bool yes_no);
double stats_normal_tail(double z); /* P(Z >= z) */
/* Adjusts p values for being as many as they are (Holm 1979). */
void stats_holm(double *p, size_t n);

struct stats_interval {
	double low, high;
};
#define STATS_Z95 1.959963984540054
/* Of a rate (Wilson 1927); 0..1 without rows. */
struct stats_interval stats_wilson(uint64_t yes, uint64_t rows, double z);
/* Of a mean, by the normal distribution. */
struct stats_interval stats_mean_interval(
    const struct stats_sums *sums, double z);

/*
 * subgroup.c: which conjunctions of terms pick rows whose mean outcome stands
 * out upwards (subgroup discovery: Klösgen 1996, Wrobel 1997). Every one of up
 * to max_terms terms of different groups with enough rows is looked at, but
 * for those whose best part could not be good enough (an optimistic estimate
 * from the sum of their outcomes).
 *
 * A subgroup counts when it is significant against all rows, and each of its
 * terms is so against the subgroup without that term (a productive rule: Webb
 * 2007), each at alpha divided among the numbers of terms and the conjunctions
 * that there are of so many (layered critical values: Webb 2008). Their order
 * is by stats_deviation, which weighs size against distance (Klösgen's quality
 * with exponent 1/2).
 */
enum { STATS_TERMS = 3 };
struct stats_terms {
	size_t rows, count;
	const uint64_t *const *bits; /* by term: (rows + 63) / 64 words, row r
					bit r % 64 of word r / 64, the rest 0 */
	const uint32_t *group;       /* by term; no two of a group are joined */
	const uint8_t *outcome;      /* by row: 0 and 1, or a score up to 255 */
};
struct stats_search {
	size_t max_terms;   /* 1..STATS_TERMS */
	uint64_t least;     /* rows of a subgroup, and outside of a term */
	uint64_t most;      /* rows of a subgroup; a term may have more */
	double improvement; /* mean of a subgroup over that of all rows, and
			       over that without any of its terms (Bayardo,
			       Agrawal & Gunopulos 1999); 1: any */
	double alpha;
	size_t keep;   /* the best so many */
	uint64_t work; /* word operations to be spent on three terms, the most
			  promising pairs first; 0: no limit */
};
struct stats_subgroup {
	uint32_t term[STATS_TERMS]; /* ascending */
	size_t terms;
	struct stats_sums sums; /* squares only where outcomes are 0 and 1 */
	double deviation;
	double p; /* the worst of its tests, corrected */
};
struct stats_subgroups {
	struct stats_sums whole;
	struct stats_subgroup *list; /* the best first; stats_..._release */
	size_t count;
	double tries;  /* conjunctions there are */
	bool complete; /* all of them were looked at, or needed not be */
};
void stats_subgroups_find(const struct stats_terms *t,
    const struct stats_search *how, struct stats_subgroups *ret);
void stats_subgroups_release(struct stats_subgroups *s);
/* What the conjunction of these terms has. */
struct stats_sums stats_subgroup_sums(
    const struct stats_terms *t, const uint32_t *term, size_t terms);
/*
 * Which of them are much the same: each, in order, joins the first kept one
 * with which it shares more than `jaccard` of the rows that either has, else is
 * kept itself as long as there are fewer than `max`. ret_into gets by number
 * the number of the kept one, or SIZE_MAX when it found no place. Returns how
 * many were kept.
 */
size_t stats_subgroups_merge(const struct stats_terms *t,
    const struct stats_subgroup *list, size_t count, double jaccard, size_t max,
    size_t *ret_into);

/* ---- survival.c: how long things last ------------------------------------ */

struct stats_stay {
	double length;
	bool over; /* false: it goes on, and lasts longer than that */
};
void stats_stays_sort(struct stats_stay *stays, size_t n);
/* Of sorted stays: the smallest length at which at least `share` (0..1) of them
 * are over, by the estimate of Kaplan and Meier (1958); NAN when it is not
 * known yet. */
double stats_stays_quantile(
    const struct stats_stay *stays, size_t n, double share);

#endif
