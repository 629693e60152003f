/* SPDX-License-Identifier: ISC */
/*
 * stage: where a lead stands on its way to becoming a customer. A tenant has
 * one model: its stages, and the rules by which leads move between them. Every
 * lead is in one stage or in none yet; rules move it when its data change or
 * when time has passed, people move it by hand.
 *
 * A lead takes every step that is open to it, the earliest first, and no stage
 * twice in one go: so history that is imported in one piece gives the path that
 * was really walked. A step made by an event is dated by the event; one made
 * by a condition is dated now, for nobody knows since when it has held.
 *
 * A move by hand stands until the lead changes: rules do not look at the lead
 * before that, and events from before it move the lead no more. A stage that
 * was set elsewhere (an import, dl-lead set) counts as moved by hand.
 *
 * Ownership: a struct stages owns its names and conditions and does not change
 * once bound.
 */
#ifndef DL_STAGE_H
#define DL_STAGE_H

#include "base/base.h"
#include "chart/chart.h"
#include "cond/cond.h"
#include "json/json.h"
#include "lead/lead.h"
#include "store/store.h"
#include "tenant/tenant.h"

/* ---- model.c: what stages there are -------------------------------------- */

enum {
	STAGES_MAX = 60,
	STAGE_RULES_MAX = 500,
	STAGE_NAME_MAX = 100,
	STAGE_NONE = STAGES_MAX,     /* the lead has none yet */
	STAGE_OTHER = STAGES_MAX + 1 /* one that the model does not know */
};

struct stage {
	char *name;
	bool aside; /* beside the pipeline, like lost: no part of a funnel */
	int64_t stalled_after; /* ms; 0: never */
};

struct stage_rule {
	size_t to;
	uint64_t from;      /* a bit per stage, by its number */
	char *event;        /* an event of this type makes it; NULL: none */
	int64_t event_type; /* its number once bound; -1: no such events */
	struct cond *when;  /* NULL: always */
	char *when_json;    /* as it was written */
	int64_t wait;       /* `when` must have held so long, ms; 0: not */
};

struct stages {
	struct stage *stage; /* the pipeline in its order, and those aside */
	size_t count;
	struct stage_rule *rule;
	size_t rule_count;
};

/* A document; errors are located. */
int stages_parse(
    const struct json *document, struct stages **ret, struct err *err);
/* A file's; "-" is standard input. */
int stages_read(const char *path, struct stages **ret, struct err *err);
void stages_free(struct stages *m);
/* The document again, one member a line; parsing and printing that gives the
 * same bytes. */
void stages_print(const struct stages *m, struct buf *out);
/* The number of a stage, STAGE_NONE for missing text, else STAGE_OTHER. */
size_t stage_find(const struct stages *m, struct str name);
/* The same; a stage that is not there is an ERR_USAGE that suggests one. */
int stage_need(
    const struct stages *m, struct str name, size_t *ret, struct err *err);
/* What is allowed and yet probably a mistake: event types nobody knows, stages
 * that no rule leads to. known as in score_rules_review. */
void stages_review(const struct stages *m,
    bool (*known)(void *context, struct str event_type), void *context,
    struct remarks *remarks);

/* ---- keep.c: the model in the store -------------------------------------- */

/* The tenant's model, or the one that ships, bound. */
int stages_open(struct store *st, const struct tenant *t, struct stages **ret,
    struct err *err);
/* In a change transaction, with an audit row. NULL: back to the one that
 * ships. *ret_old gets the document that was in force. *ret_changed false: it
 * was like that. */
int stages_define(struct store *st, const struct tenant *t,
    const struct stages *m, const char *who, int64_t now, struct buf *ret_old,
    bool *ret_changed, struct err *err);
/* Adds "the stages (to sql)" to a list with commas for each rule of the
 * tenant's own model that asks for the segment. */
int stages_ask(struct store *st, const struct tenant *t, const char *segment,
    struct buf *out, struct err *err);
/* Reviews a model by the event types the store knows. */
void stages_review_stored(struct store *st, const struct tenant *t,
    const struct stages *m, struct remarks *remarks);

/* ---- apply.c: rules move leads ------------------------------------------- */

struct stage_apply {
	struct stages *stages; /* bound here */
	struct cond_moment moment;
	bool replay;  /* a moment before the latest is fine */
	bool all;     /* every lead, whatever was done before */
	bool dry_run; /* nothing is written */
	/* Lines {"lead","email","from","to","at","because"} of what moved, as
	 * steps are committed. */
	int (*flush)(void *context, struct str lines, struct err *err);
	/* After each step (whole: 0 when unknown); true stops there. */
	bool (*progress)(void *context, uint64_t done, uint64_t whole);
	void *context;
};
struct stage_applied {
	uint64_t leads, moves;
	bool stopped;      /* by progress */
	struct buf holder; /* not empty: another copy is at work, this one;
			      nothing was done */
};
/*
 * Leads that changed or whose moment has come; all of them when the model is
 * another one than last time. Goes in steps, each complete by itself: stages,
 * their history, signals (stage.changed) and queues in one transaction. A
 * killed run is taken up by the next. Begins its own transactions.
 */
int stage_apply(struct store *st, const struct tenant *t,
    const struct stage_apply *job, struct stage_applied *ret, struct err *err);

/* ---- move.c: by hand ------------------------------------------------------
 */

/* In a change transaction: moves the lead, with history, signal, audit and
 * marks; appends the line of the move to lines. Nothing when it is there
 * already. reason may be NULL. */
int stage_move(struct store *st, const struct tenant *t, const struct stages *m,
    int64_t lead, size_t to, const char *who, const char *reason, int64_t now,
    struct buf *lines, struct err *err);
/* Every move a lead has made, oldest first: {"lead","from","to","at","by"
 * ("rule", "hand" or "given"), "user", "because"}. */
int stage_history(struct store *st, const struct tenant *t, int64_t lead,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);

/* ---- look.c: who is where -------------------------------------------------
 */

/* {"stage","pipeline","leads","stalled","stalled_after"} of every stage, and of
 * those that leads have and the model does not know. */
int stage_list(struct store *st, const struct tenant *t, const struct stages *m,
    int64_t now, int (*each)(void *context, struct str line, struct err *err),
    void *context, struct err *err);
/* Leads that have been in their stage for longer than it allows, or longer than
 * `longer` when that is not 0; stage by stage, the longest first:
 * {"lead","email","name", "company","owner","stage","since","days"}. only:
 * STAGE_NONE is all stages. limit 0: no limit. */
int stage_stalled(struct store *st, const struct tenant *t,
    const struct stages *m, size_t only, int64_t longer, int64_t limit,
    int64_t now, int (*each)(void *context, struct str line, struct err *err),
    void *context, uint64_t *ret_count, struct err *err);

/* ---- funnel.c, draw_funnel.c: how many get how far ------------------------
 */

enum stage_funnel_by { STAGE_BY_NOTHING, STAGE_BY_MONTH, STAGE_BY_QUARTER };
struct stage_funnel_how {
	int64_t since, until;     /* leads that entered the pipeline in [since,
				     until); INT64_MIN and INT64_MAX: whenever */
	enum stage_funnel_by by;  /* a funnel per month of entry ... */
	const struct cond *where; /* bound; NULL: all leads */
	struct cond_moment moment;
};
/* One stage of one cohort. */
struct stage_step {
	int64_t cohort;   /* its first moment; INT64_MIN: all in one */
	size_t stage;     /* number in the model */
	uint64_t reached; /* leads that came here or further */
	uint64_t now;     /* leads that are here */
	uint64_t stays;   /* how often one was here; over and going on */
	uint64_t open;    /* stays that go on: they count as at least so long */
	double conversion;  /* reached next / reached this; NAN: the last one,
			       or nobody reached it */
	double median, p90; /* days of a stay; NAN: not known yet */
	bool bottleneck;    /* the least conversion of its funnel that is
			       below 1, among stages that at least 10 leads
			       reached */
};
struct stage_funnel {
	struct stage_step *step; /* by cohort, then in the model's order; then
				    the stages aside */
	size_t count;
	uint64_t leads; /* in all cohorts */
};
/*
 * A lead has reached a stage of the pipeline when it was ever there or
 * further; all figures are of the cohort, whatever happened when. Days in a
 * stage are Kaplan-Meier estimates (Kaplan & Meier 1958): the smallest time at
 * which half (nine tenths) of the stays are over, where stays that go on count
 * as longer than they have lasted. In a snapshot of its own.
 */
int stage_funnel(struct store *st, const struct tenant *t,
    const struct stages *m, const struct stage_funnel_how *how,
    struct stage_funnel *ret, struct err *err);
void stage_funnel_release(struct stage_funnel *f);
/* {"cohort","stage","reached","now","conversion","median_days","p90_days",
 * "stays","open","bottleneck"} a line. */
void stage_funnel_put(const struct stages *m, const struct tenant *t,
    const struct stage_funnel *f, struct buf *out);
/* The same for people. */
void stage_funnel_draw(const struct stages *m, const struct tenant *t,
    const struct stage_funnel *f, struct chart_style style, struct buf *out);

#endif
