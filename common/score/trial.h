/* SPDX-License-Identifier: ISC */
/*
 * trial: rules on trial, in the room score. What another set would change
 * (preview), rules learnt from what became of leads (learn), rules judged by it
 * (backtest). Nothing here writes to the store.
 *
 * Ownership: as in score.h; a struct score_learnt owns what it points to.
 */
#ifndef DL_SCORE_TRIAL_H
#define DL_SCORE_TRIAL_H

#include "sample/sample.h"
#include "score/score.h"

/* ---- preview.c ---------------------------------------------------- */

struct score_preview {
	uint64_t leads, up, down, same, hot_before, hot_after, becomes_hot,
	    cools;
	uint64_t before[101], after[101]; /* leads by score */
};
/* Both sets computed at one moment for every lead that fits the condition
 * (NULL: every one); `before` may be NULL: all scores are 0. Calls each (may
 * be NULL) with {"lead","old_score","score"} of every lead whose score differs.
 * In a snapshot of its own. */
int score_preview(struct store *st, const struct tenant *t,
    const struct score_rules *before, const struct score_rules *after,
    const struct cond *where, const struct cond_moment *moment,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct score_preview *ret, struct err *err);

/* ---- learn.c, feature.c
 * -------------------------------------------- */

/*
 * A rule set out of what became of leads: every stored field and attribute cut
 * into values or bins, how often and how lately events of each type happened.
 * A logistic regression weighs these; points are its weights, rescaled so that
 * hardly a lead falls outside 0..100, rounded, over a base that every lead
 * gets.
 */
struct score_learn {
	struct sample sample;
	struct sample_ask ask;
	size_t bins;      /* of a number */
	size_t max_rules; /* beside the base */
	double l2;
	uint64_t min_support; /* leads a rule needs; 0: by their number */
};
struct score_lesson {      /* one rule learnt, and its evidence */
	char *rule, *when; /* when NULL: the base */
	int64_t points;
	uint64_t support;  /* leads it applies to */
	double rate, lift; /* of them that converted; over the rate of all */
};
struct score_learnt {
	struct sample_taken train;
	double train_auc; /* of the rounded points; NAN without both outcomes */
	double clamped;   /* share of the leads outside 0..100 */
	struct score_lesson *lesson; /* the base, then by size of points */
	size_t count;
	char *document; /* what define accepts */
};
/* ERR_USAGE when there is nothing to learn from. */
int score_learn(struct store *st, const struct tenant *t,
    const struct score_learn *how, const struct cond_moment *moment,
    struct score_learnt *ret, struct err *err);
void score_learnt_release(struct score_learnt *learnt);
/* How what was learnt does on the leads it has not seen. */
struct score_backtest;
int score_learnt_test(struct store *st, const struct tenant *t,
    const struct score_learnt *learnt, const struct sample *learnt_from,
    const struct cond_moment *moment, struct score_backtest *ret,
    struct err *err);

/* ---- backtest.c
 * --------------------------------------------------------------- */

struct score_decile {
	double leads, yes, rate, lift;
	int64_t low; /* the least score in it */
};
struct score_cut {
	int64_t threshold;
	uint64_t chosen, right;
	double precision, recall, f1; /* NAN when undefined */
};
struct score_backtest {
	struct sample_taken sampled;
	double auc; /* NAN without both outcomes */
	struct score_decile decile[10];
	struct score_cut hot, best; /* at the hot threshold; at the best one */
	uint64_t clamped;           /* scores that a limit has cut */
	uint64_t yes[101], no[101]; /* leads by score */
};
/* rules bound. */
int score_backtest(struct store *st, const struct tenant *t,
    const struct score_rules *rules, const struct sample *sample,
    const struct cond_moment *moment, struct score_backtest *ret,
    struct err *err);

#endif
