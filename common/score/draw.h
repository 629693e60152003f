/* SPDX-License-Identifier: ISC */
/*
 * draw: what the room score found, for people and for other programs. Each
 * function appends to a struct buf: put_X one JSON object, add_X a phrase of a
 * summary, draw_X lines for a terminal within the style.
 *
 * Ownership: everything given is only read.
 */
#ifndef DL_SCORE_DRAW_H
#define DL_SCORE_DRAW_H

#include "chart/chart.h"
#include "score/score.h"
#include "score/trial.h"
#include "table/table.h"

/* Members of the lines of score_apply and score_filter, as columns; the
 * last one is "rules". */
extern const char *const score_columns[];
extern const size_t score_column_count;

/* ---- draw_explained.c: lines that score_tell made ----------------- */

/* One lead on a page: its score, the rules, the steps to hot. */
int score_draw_explained(struct str line, struct chart_style style,
    struct buf *out, struct err *err);
/* A row per lead: who it is, and the rules that gave most first. */
struct table *score_best_table(void);
int score_best_row(struct table *table, const struct lead_view *view,
    struct str line, struct err *err);

/* ---- draw_trial.c: preview, learn, backtest ----------------------- */

void score_put_preview(const struct score_preview *v, struct buf *out);
void score_draw_preview(
    const struct score_preview *v, struct chart_style style, struct buf *out);

/* The rules and their evidence. */
void score_draw_lessons(const struct score_learnt *learnt,
    struct chart_style style, struct buf *out);

void score_put_backtest(const struct score_backtest *b, struct buf *out);
void score_draw_backtest(
    const struct score_backtest *b, struct chart_style style, struct buf *out);

/* ---- draw_summary.c ----------------------------------------------- */

/* "1,200 leads scored, 15 moved, 2 became hot" */
void score_add_applied(const struct score_applied *done, struct buf *out);
/* "1,000 leads, 90 converted (3 undated); 2 left out: …" */
void score_add_sampled(const struct sample_taken *s, struct buf *out);

#endif
