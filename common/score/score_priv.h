/* SPDX-License-Identifier: ISC */
/*
 * What the files of this room share among themselves.
 */
#ifndef DL_SCORE_PRIV_H
#define DL_SCORE_PRIV_H

#include "score/score.h"
#include "score/trial.h"

/* engine.c: points as whole multiples of 1/SCORE_UNIT, within bounds that a
 * thousand rules cannot add up out of 64 bits. */
int64_t score_quantise(double points);
/* Caps, groups, rounding and limits from the rules' own points in
 * part[0 .. count). */
void score_add_up(const struct score_rules *rules, struct score_result *result);

/* explain.c: the members of one lead; with why as score_explain has it. */
void score_put_lead(const struct score_rules *rules, const struct tenant *t,
    const struct lead_view *view, const struct cond_moment *moment,
    const struct score_result *result, bool why, struct json_writer *w);

/* The band and the priority that a score has. */
void score_put_standing(
    const struct tenant *t, int64_t score, struct json_writer *w);

/* read.c: parses and frees the document. */
int score_rules_of(struct json *doc, struct score_rules **ret, struct err *err);

/* packed.c: the parts of a score that are not 0, as few bytes as can be. The
 * version says under which names they are to be read. */
void score_pack(
    const struct score_result *result, int64_t version, struct buf *out);
/* False when the blob is malformed. Calls each(part, points). */
bool score_unpack(struct str blob, int64_t *ret_version,
    void (*each)(void *context, size_t part, int64_t points), void *context);

/* batch.c: what one step of applying writes and prints. */
struct score_batch {
	struct bulk *score, *old, *due, *signal;
	struct bulk *marks; /* leads whose score is another one */
	struct buf lines;
	uint64_t scored, moved, hot, cooled;
	int64_t due_chunk, due_at; /* the chunk being gathered */
};
struct score_batch *score_batch_new(void);
void score_batch_clear(struct score_batch *b);
void score_batch_free(struct score_batch *b);
/* In a change transaction. */
int score_batch_write(struct store *st, const struct tenant *t, int64_t now,
    struct score_batch *b, struct err *err);

/* Who computes: one per thread. */
struct scorer {
	const struct tenant *tenant;
	const struct score_rules *rules;
	int64_t version;
	struct cond_moment moment;
	struct lead_needs needs;
	bool lines;
	struct score_result result;
	struct str *opening; /* of each part in a line: {"rule":…,"points": */
	struct arena arena;
	struct buf blob;
};
void scorer_init(struct scorer *s, const struct tenant *t,
    const struct score_apply *job, int64_t version);
void scorer_release(struct scorer *s);
/* Leads after < lead_id <= last, or those given, added to the batch. In the
 * caller's transaction. */
int scorer_range(struct scorer *s, struct store *st, int64_t after,
    int64_t last, struct score_batch *b, struct err *err);
int scorer_of(struct scorer *s, struct store *st, const int64_t *leads,
    size_t count, struct score_batch *b, struct err *err);

/* pass.c: all leads after pass_lead, in steps. */
int score_pass(struct store *st, const struct score_apply *job,
    const struct tenant *t, int64_t version, int64_t pass_lead,
    struct score_applied *ret, struct err *err);
/* apply.c: after a step's commit: counts, lines, progress. */
int score_step_done(const struct score_apply *job, struct score_batch *b,
    uint64_t whole, struct score_applied *ret, struct err *err);

#endif
