/* SPDX-License-Identifier: ISC */
/*
 * trial: rules on trial, in the room score. What another set would change
 * (preview), what became of leads (outcome), rules learnt from it (learn),
 * rules judged by it (backtest). Nothing here writes to the store.
 *
 * Ownership: as in score.h; a struct score_learnt owns what it points to.
 */
#ifndef DL_SCORE_TRIAL_H
#define DL_SCORE_TRIAL_H

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

/* ---- outcome.c: what became of leads, without a look ahead -------- */

/*
 * Every lead is judged by what was known at one moment. A lead that converted:
 * just before it did (and lead_time earlier); when nobody knows when it did
 * ("undated"): as it is stored. One that converted before it was first known
 * is left out ("early"). A lead that did not convert: at an age that is drawn,
 * by a hash of its id, from the ages at which others did, so that both kinds
 * had as much time; or now where that would be later.
 */
enum score_half { SCORE_WHOLE, SCORE_TRAIN, SCORE_TEST };
struct score_sample {
	const struct cond *where; /* bound; NULL: every lead */
	enum score_half half;
	double share;      /* of the leads in this half, by a hash of the id:
			      the lower end trains, the upper end tests */
	int64_t lead_time; /* ms */
};
struct score_sampled {
	uint64_t leads, yes; /* taken; of them converted */
	uint64_t undated, early;
};

/* ---- learn.c, column.c, feature.c
 * -------------------------------------------- */

/*
 * A rule set out of what became of leads: every stored field and attribute cut
 * into values or bins, how often and how lately events of each type happened.
 * A logistic regression weighs these; points are its weights, rescaled so that
 * hardly a lead falls outside 0..100, rounded, over a base that every lead
 * gets. What only people who know the outcome fill in is left out (status,
 * stage, owner, tags, events done to the lead), and so are names.
 */
struct score_learn {
	struct score_sample sample;
	const char *const
	    *exclude; /* fields, attributes, event types; or NULL */
	size_t exclude_count;
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
	struct score_sampled train;
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
    const struct score_learnt *learnt, const struct score_sample *learnt_from,
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
	struct score_sampled sampled;
	double auc; /* NAN without both outcomes */
	struct score_decile decile[10];
	struct score_cut hot, best; /* at the hot threshold; at the best one */
	uint64_t clamped;           /* scores that a limit has cut */
	uint64_t yes[101], no[101]; /* leads by score */
};
/* rules bound. */
int score_backtest(struct store *st, const struct tenant *t,
    const struct score_rules *rules, const struct score_sample *sample,
    const struct cond_moment *moment, struct score_backtest *ret,
    struct err *err);

#endif
