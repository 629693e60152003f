/* SPDX-License-Identifier: ISC */
/* What the files of this room share among themselves. */
#ifndef DL_STAGE_PRIV_H
#define DL_STAGE_PRIV_H

#include "stage/stage.h"

#define STAGE_FROM_ANY UINT64_MAX

/* model.c */
int stages_of_text(
    struct str text, const char *name, struct stages **ret, struct err *err);

/* keep.c: what views must carry, and the numbers of event types. */
void stages_needs(const struct stages *m, struct lead_needs *needs);
int stages_bind(struct stages *m, struct store *st, const struct tenant *t,
    struct err *err);

/* step.c: where a lead stands, and the steps it takes. */
struct stage_state {
	size_t stage;    /* number, STAGE_NONE or STAGE_OTHER */
	struct str name; /* of it; missing: none */
	int64_t since;   /* LEAD_MISSING: in none yet */
	int64_t hand_at; /* the latest move by hand; LEAD_MISSING: none */
	bool held;       /* not looked at until the lead changes */
	int64_t moves;   /* made so far */
	/* Since when the conditions of rules that wait have held, by the stage
	 * they lead to; LEAD_MISSING: they do not. */
	int64_t waiting[STAGES_MAX];
};
struct stage_move_made {
	struct str from; /* missing: none */
	struct str to;
	int64_t at;
	const struct stage_rule *rule;
};
void stage_state_init(struct stage_state *s);
/* Takes all steps that are open; made[] holds up to STAGES_MAX of them.
 * Returns how many. *next is lowered as by cond_eval. */
size_t stage_steps(const struct stages *m, const struct lead_view *view,
    const struct cond_moment *moment, struct stage_state *s,
    struct stage_move_made *made, int64_t *next);
/* {"STAGE":ms,…} of what waits; missing when nothing does. */
void stage_waiting_put(
    const struct stages *m, const struct stage_state *s, struct buf *out);
void stage_waiting_take(
    const struct stages *m, struct str text, struct stage_state *s);

/* write.c: what a step of applying, or a move by hand, writes. */
struct stage_batch {
	struct bulk *state, *history, *lead, *signal, *marks;
	struct buf lines;
	uint64_t leads, moves;
};
struct stage_batch *stage_batch_new(void);
void stage_batch_clear(struct stage_batch *b);
void stage_batch_free(struct stage_batch *b);
struct stage_note { /* one move, as it is told */
	int64_t lead;
	struct str id, email; /* of the lead, for the line */
	struct str from, to;  /* missing: none */
	int64_t at;
	int64_t number;  /* of the lead's moves, from 1 */
	const char *by;  /* "rule", "hand", "given" */
	struct str user; /* missing unless by hand */
	struct str why;
};
void stage_batch_move(struct stage_batch *b, const struct stage_note *note);
/* Where the lead stands from now on; next INT64_MAX: time alone changes
 * nothing. */
void stage_batch_state(struct stage_batch *b, const struct stages *m,
    int64_t lead, const struct stage_state *s, int64_t next);
/* In a change transaction. */
int stage_batch_write(struct store *st, const struct tenant *t, int64_t now,
    struct stage_batch *b, struct err *err);
/* The state in the row that a stage_state_* statement gives (columns after
 * lead_id). Texts are borrowed from the row. */
void stage_state_read(
    const struct stages *m, const struct rows *rows, struct stage_state *s);

#endif
