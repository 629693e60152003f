/* SPDX-License-Identifier: ISC */
/*
 * score: rules turn what is known of a lead into a number from 0 to 100.
 *
 * A score is a pure function of the lead, its events, the rules and the
 * moment. Points are whole multiples of 1/1024, so the parts of a score add up
 * to it exactly, in binary and in decimal. The parts, in this order: each rule;
 * what a rule's own cap takes back; what a group's cap takes back; rounding
 * (half away from zero); what the limits 0 and 100 take or give.
 *
 * Ownership: a struct score_rules owns its names and conditions and does not
 * change once bound, so threads may share it; a struct score_result belongs to
 * one thread and is used again and again.
 */
#ifndef DL_SCORE_H
#define DL_SCORE_H

#include "base/base.h"
#include "chart/chart.h"
#include "cond/cond.h"
#include "json/json.h"
#include "lead/lead.h"
#include "record/record.h"
#include "store/store.h"
#include "tenant/tenant.h"

#define SCORE_UNIT 1024 /* parts of a point */

/* ---- rules.c, print.c, check.c: a set of rules -------------------- */

enum score_type { SCORE_BEHAVIOR, SCORE_ATTRIBUTE, SCORE_INACTIVITY };

struct score_rule {
	char *name;        /* unique in its set */
	char *description; /* NULL: none */
	enum score_type type;
	bool enabled;
	char *event;        /* behavior: the event type counted */
	int64_t event_type; /* its number once bound; -1: no such events */
	struct cond *where; /* behavior: on the event; NULL: any */
	struct cond *when;  /* on the lead; NULL: always */
	char *where_json, *when_json; /* as they were written */
	double points, weight;
	int64_t max_count; /* INT64_MAX: no limit */
	double max_points; /* of the rule, in size; INFINITY: no limit */
	int64_t within;    /* behavior, ms; 0: all of the past */
	int64_t half_life; /* behavior, ms; 0: no decay */
	int64_t idle;      /* inactivity, ms */
	bool repeat;       /* inactivity: once per idle, not once */
	size_t group;
};

/* Groups 0 and 1 are always "fit" and "engagement": of attribute rules and of
 * all others that name none. Other groups count as fit when they hold attribute
 * rules only. */
struct score_group {
	char *name;
	double max; /* of the sum of its positive points; INFINITY: none */
	bool fit;   /* counts as fit, else as engagement */
	bool declared;
};

struct score_rules {
	char *name;        /* NULL: the document gave none */
	char *description; /* NULL: none */
	struct score_rule *rule;
	size_t count;
	struct score_group *group;
	size_t group_count;
	bool needs_events; /* some enabled rule cannot do without events */
	bool looks_ahead;  /* some looks at fields derived from events */
};

enum { SCORE_RULES_MAX = 1000, SCORE_NAME_MAX = 100 };

/* A document as design has it; errors are located ("rules[3].points: …"). */
int score_rules_parse(
    const struct json *document, struct score_rules **ret, struct err *err);
void score_rules_free(struct score_rules *rules);
/* The document again, laid out one member a line; parsing and printing that
 * gives the same bytes. */
void score_rules_print(const struct score_rules *rules, struct buf *out);
/* -1 when there is no rule of that name (the nearest is suggested). */
int score_rule_find(const struct score_rules *rules, struct str name,
    size_t *ret, struct err *err);
/* What is allowed and yet probably a mistake: unknown event types (`known` may
 * be NULL: only the standard ones are known), caps nobody can reach, rules
 * that give nothing. Names the place by path. */
void score_rules_review(const struct score_rules *rules,
    bool (*known)(void *context, struct str event_type), void *context,
    struct remarks *remarks);
/* What views must carry, and the numbers of event types. */
void score_rules_needs(
    const struct score_rules *rules, struct lead_needs *needs);
int score_rules_bind(struct score_rules *rules, struct store *st,
    const struct tenant *t, struct err *err);
void score_rules_bind_types(
    struct score_rules *rules, struct lead_types *types);
/* The reference set that ships with the toolkit: a JSON text. */
struct str score_reference(void);
/* The same, parsed; not bound. */
int score_rules_reference(struct score_rules **ret, struct err *err);
/* A file's; "-" is standard input. Not bound. */
int score_rules_read(
    const char *path, struct score_rules **ret, struct err *err);

/* ---- engine.c: one score ------------------------------------------ */

/*
 * The parts of a score by number: rule i; its cap, count + i; the cap of group
 * g, 2 * count + g; rounding; limit. Parts that are 0 count for nothing.
 */
size_t score_part_count(const struct score_rules *rules);
/* "mails opened", "rule cap: mails opened", "group cap: fit", "rounding",
 * "limit". */
void score_part_name(
    const struct score_rules *rules, size_t part, struct buf *out);

struct score_result {
	int64_t score;           /* 0..100 */
	int64_t fit, engagement; /* rounded, capped sums of their groups */
	int64_t next_at; /* a moment before which time alone changes none of
			    the three; INT64_MAX: never */
	int64_t *part;   /* score_part_count(), in 1/SCORE_UNIT */
	/* Private: */
	int64_t *sums;
	const struct score_rules *rules;
};
void score_result_init(
    struct score_result *result, const struct score_rules *rules);
void score_result_release(struct score_result *result);
/* The view's events by type, then by time; rules bound to its numbers. */
void score_compute(const struct score_rules *rules,
    const struct lead_view *view, const struct cond_moment *moment,
    struct score_result *result);

/* How many events a behavior rule counted, the newest `keep` of them (newest
 * first); for inactivity how often it applied. For explanations. */
struct score_evidence {
	int64_t count; /* events in the window, before max_count */
	int64_t at[5]; /* the newest, newest first */
	size_t at_count;
	int64_t idle_since; /* inactivity; LEAD_MISSING otherwise */
};
void score_evidence(const struct score_rules *rules, size_t rule,
    const struct lead_view *view, const struct cond_moment *moment,
    struct score_evidence *ret);

/* ---- hot.c: crossing the threshold -------------------------------- */

struct score_hot {
	bool is_hot, armed;
	int64_t became_hot_at; /* LEAD_MISSING: never */
};
/* Of a lead never scored: cold, armed. */
extern const struct score_hot score_hot_new;
enum score_turn { SCORE_TURN_NONE, SCORE_TURN_HOT, SCORE_TURN_COOLED };
/* The state after a score at a moment, and the signal that is due. *next is
 * lowered to the moment when the state may change by itself. */
enum score_turn score_hot_step(const struct tenant_settings *settings,
    int64_t score, int64_t now, struct score_hot *hot, int64_t *next);

/* ---- explain.c: why ----------------------------------------------- */

/* The members "score", "fit", "engagement" and "rules":[{"rule","points",
 * "because"}] of the open object; their points sum exactly to the score. */
void score_explain(const struct score_rules *rules,
    const struct lead_view *view, const struct cond_moment *moment,
    const struct score_result *result, struct json_writer *w);
/* The member "to_hot": the smallest single steps that would bring the score to
 * the threshold; when no one does alone, the best ones together. */
void score_explain_to_hot(const struct score_rules *rules,
    const struct lead_view *view, const struct cond_moment *moment,
    const struct score_result *result, int64_t threshold,
    struct json_writer *w);
/* {"lead","email","score","fit","engagement","rules","band","priority",
 * "is_hot"} of one lead, explained; with to_hot, that too. */
void score_put_explained(const struct score_rules *rules,
    const struct tenant *t, const struct lead_view *view,
    const struct cond_moment *moment, const struct score_result *result,
    bool to_hot, struct buf *out);
/* [{"rule":…,"points":…}] of the parts that are not 0. */
void score_put_parts(const struct score_rules *rules,
    const struct score_result *result, struct json_writer *w);
/* Points in 1/SCORE_UNIT as an exact decimal. */
void score_add_points(struct buf *out, int64_t points);

/* ---- person.c ----------------------------------------------------- */

/* lead_person() and a member "score": as of now, by the active rules, as
 * score_explain has it; without an active set there is none. */
int score_person(struct store *st, const struct tenant *t, int64_t lead,
    const struct cond_moment *moment, struct buf *ret, struct err *err);

/* ---- tell.c: why, of many leads ----------------------------------- */

struct score_telling {
	const struct score_rules *rules; /* bound */
	struct cond_moment moment;
	const struct cond *where; /* bound; NULL: every lead */
	const int64_t *leads;     /* only these (ascending), with to_hot; NULL:
				     all */
	size_t lead_count;
	size_t top; /* not 0: the best so many, the best one first */
	/* NULL: each gets a line of JSON per lead. Else a page per lead, or one
	 * table of the best. */
	const struct chart_style *draw;
	int (*each)(void *context, struct str text, struct err *err);
	void *context;
};
/* In snapshots of its own. */
int score_tell(struct store *st, const struct tenant *t,
    const struct score_telling *how, struct err *err);

/* ---- sets.c: rule sets in the store ------------------------------- */

/* All but list and read run in a change transaction of the caller and write
 * their audit row. The first set defined becomes the active one. */
int score_set_define(struct store *st, const struct tenant *t, const char *name,
    const struct score_rules *rules, const char *who, int64_t now,
    bool *ret_changed, struct err *err);
int score_set_remove(struct store *st, const struct tenant *t, const char *name,
    const char *who, int64_t now, struct err *err);
/* Makes it the active one (all others are not). */
int score_set_enable(struct store *st, const struct tenant *t, const char *name,
    const char *who, int64_t now, struct err *err);
/* No set is active then: scores stay as they are. */
int score_set_disable(struct store *st, const struct tenant *t,
    const char *name, const char *who, int64_t now, struct err *err);
int score_rule_enable(struct store *st, const struct tenant *t,
    const char *name, const char *rule, bool on, const char *who, int64_t now,
    bool *ret_changed, struct err *err);
int score_set_list(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str name, bool active, size_t rules,
	int64_t updated_at, struct err *err),
    void *context, struct err *err);
/* The same as JSON: {"name","active","rules","updated_at"}. */
int score_set_lines(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);
/* The document of a set; name NULL: of the active one. 1 found, 0 no such,
 * -1. ret_name (may be NULL) gets its name. */
int score_set_read(struct store *st, const struct tenant *t, const char *name,
    struct buf *ret_document, struct buf *ret_name, struct err *err);
/* The same, parsed and bound; a missing set is an ERR_USAGE. */
int score_set_open(struct store *st, const struct tenant *t, const char *name,
    struct score_rules **ret, struct err *err);
/* The active set; *ret is NULL when there is none. */
int score_set_active(struct store *st, const struct tenant *t,
    struct score_rules **ret, struct err *err);
/* Those of a file, or, when path is NULL, score_set_open; bound. */
int score_set_choose(struct store *st, const struct tenant *t, const char *path,
    const char *name, struct score_rules **ret, struct err *err);
/* Reviews rules by the event types that the store knows. */
void score_set_review(struct store *st, const struct tenant *t,
    const struct score_rules *rules, struct remarks *remarks);
/* Reviews every set of the tenant; one that is wrong is an ERR_USAGE. */
int score_set_review_all(struct store *st, const struct tenant *t,
    struct remarks *remarks, struct err *err);

/* ---- apply.c, pass.c, batch.c: keeping scores --------------------- */

/*
 * What is scored: the leads in the work queue and those whose next_at has
 * come; all leads when the rules or the settings they depend on are others
 * than last time (or when asked, or when much of the tenant waits anyway). A
 * full pass goes in steps and is taken up again where it was left; a lease
 * keeps a second copy away. Scores, the superseded ones, signals and the
 * queue change in one transaction per step.
 */
struct score_apply {
	struct score_rules *rules; /* the active set; bound here */
	struct cond_moment moment;
	bool replay;          /* a moment before the latest is fine */
	bool all;             /* a full pass whatever was done before */
	bool dry_run;         /* nothing is written */
	const int64_t *leads; /* only these (ascending); NULL: what is due */
	size_t lead_count;
	/* A line of JSON for each lead that moved comes to flush as steps are
	 * committed; NULL: no lines are made. */
	int (*flush)(void *context, struct str lines, struct err *err);
	/* Called after each step (whole: 0 when unknown); true stops there.
	 * May be NULL. */
	bool (*progress)(void *context, uint64_t done, uint64_t whole);
	void *context;
};
struct score_applied {
	uint64_t scored, moved, hot, cooled;
	bool stopped;      /* by progress */
	struct buf holder; /* not empty: another copy is at work, this one;
			      nothing was done */
};
int score_apply(struct store *st, const struct tenant *t,
    const struct score_apply *job, struct score_applied *ret, struct err *err);

/* ---- filter.c: without a store ------------------------------------ */

/* Scores leads that come as records and carry their own facts. */
struct score_filter {
	struct score_rules *rules; /* bound here */
	const struct tenant *tenant;
	bool why;
	struct lead_stream leads; /* what comes in; its types, want_events, each
				     and context are set here */
	/* A line of JSON for each lead: {"lead","email","score","fit",
	 * "engagement","band","priority","is_hot","rules"} or, with why, as
	 * score_explain has it. */
	int (*each)(void *context, struct str line, struct err *err);
	void *context;
};
int score_filter(
    const struct score_filter *f, struct lead_streamed *ret, struct err *err);

/* ---- history.c ---------------------------------------------------- */

/* Calls each with one JSON object per score the lead has had, oldest first:
 * at, score, fit, engagement, change, and the parts that differ. */
int score_history(struct store *st, const struct tenant *t, int64_t lead,
    int (*each)(void *context, struct str object, struct err *err),
    void *context, struct err *err);

#endif
