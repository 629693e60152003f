/* SPDX-License-Identifier: ISC */
/*
 * suggest: groups of leads that stand out, as conditions. Every stored field,
 * attribute and event is cut into terms (values, ranges, missing or not, how
 * often and how lately); conjunctions of up to three of them are looked for
 * whose leads convert, have an event, or score higher than all do.
 *
 * Half of the leads, by a hash of their ids, is searched. What is found there
 * must be significant though so much was tried (stats.h says how), groups of
 * much the same leads are merged, and what is left must be significant again
 * (Fisher's exact test, Holm's correction) in the other half, from which come
 * the rate and its interval that are told. With outcomes dealt at random that
 * leaves nothing in at least 19 of 20 cases.
 *
 * Leads are seen as they were known before their outcome (sample.h).
 *
 * Ownership: a struct suggested owns all it points to.
 */
#ifndef DL_SUGGEST_H
#define DL_SUGGEST_H

#include "base/base.h"
#include "cond/cond.h"
#include "sample/sample.h"
#include "store/store.h"
#include "tenant/tenant.h"

enum {
	SUGGEST_LEADS = 100000, /* of more, so many are drawn and looked at */
	SUGGEST_MAX = 50,       /* groups at most */
};

struct suggest_how {
	const char *target;         /* converted, score or an event type */
	const struct cond *where;   /* bound; NULL: among all leads */
	const char *const *exclude; /* as struct sample_ask has it */
	size_t exclude_count;
	int64_t lead_time; /* ms */
	uint64_t min_size; /* leads of a group; 0: 1 in 100, at least 50 */
	size_t top;        /* print the best so many */
};

struct suggestion {
	char *where;           /* what `define` accepts */
	char *text;            /* a sentence in the tenant's language */
	char **also;           /* other conditions for much the same leads;
				  NULL-terminated */
	const char *revealing; /* a field that tells the outcome nearly alone;
				  NULL: none. Of the struct suggested */
	uint64_t size;         /* leads in both halves, scaled up when drawn */
	/* A rate is a share of the leads or their mean score. Of those held
	 * out: */
	uint64_t held_out_size;
	double rate, low, high; /* with its interval of 95 % */
	double lift;            /* over the rate of all held out */
	double held_out_p;      /* corrected by Holm */
	/* Of those searched: */
	uint64_t train_size;
	double train_rate, train_lift;
	double p; /* corrected for all that was tried */
};
struct suggested {
	struct sample_taken taken;
	enum sample_target target;
	struct suggestion *list; /* the one that stands out most first */
	size_t count;
	double rate;              /* of all held out */
	uint64_t terms, left_out; /* used; more than could be */
	double tries;             /* conjunctions of them */
	bool complete;            /* none was passed over for want of time */
	struct arena arena;       /* private */
};
/* ERR_USAGE when the target is unknown or there is nothing to tell apart. */
int suggest_segments(struct store *st, const struct tenant *t,
    const struct suggest_how *how, const struct cond_moment *moment,
    struct suggested *ret, struct err *err);
void suggested_release(struct suggested *s);

/* draw.c: {"where","size","rate",...} lines; the same for people; a summary
 * without its end of line. */
extern const char *const suggest_columns[];
extern const size_t suggest_column_count;
void suggest_put(const struct suggested *s, struct buf *out);
void suggest_draw(const struct suggested *s, struct buf *out);
void suggest_add_summary(
    const struct suggested *s, const char *target, struct buf *out);
/* Remarks on each field that gives the outcome away, once. */
void suggest_review(const struct suggested *s, struct remarks *remarks);

#endif
