/* SPDX-License-Identifier: ISC */
/*
 * stats: what learning from leads and judging scores needs. A logistic
 * regression on yes/no features, how well a score ranks (area under the ROC
 * curve, lift by decile, precision and recall), and cutting numbers into bins.
 * Pure: numbers in, numbers out, the same ones for the same input.
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

#endif
