/* SPDX-License-Identifier: ISC */
/* Shared by the files of the room lead. */
#ifndef DL_LEAD_PRIV_H
#define DL_LEAD_PRIV_H

#include "lead/lead.h"

/* row.c: the columns 0..LEAD_STORED+2 of a row, texts in arena. */
void lead_row_from(
    struct rows *rows, struct arena *arena, struct lead_row *ret);
/* What search looks at. */
void lead_row_fold(const struct lead_row *row, struct buf *out);

/* loose.c: events apart from their leads. */
struct lead_loose;
struct lead_loose *lead_loose_new(
    struct lead_types *types, const struct cond_moment *moment);
void lead_loose_free(struct lead_loose *l); /* NULL is fine */
int lead_loose_add(
    struct lead_loose *l, const struct record *event, struct err *err);
/* Gives a lead its events, those under its id and those under its e-mail. */
void lead_loose_join(
    struct lead_loose *l, struct lead_view *view, struct arena *arena);
/* Events whose lead has not come. */
uint64_t lead_loose_left(const struct lead_loose *l);

/* past.c: changes beside the leads of a view, those of a range (tenant, after,
 * last) or of bulk_lead_pick (tenant), in ascending order. *ret stays as it is
 * when none are asked for. */
struct lead_past;
int lead_past_open(struct store *st, const struct lead_needs *needs, bool range,
    const struct bind *binds, size_t count, struct lead_past **ret,
    struct err *err);
int lead_past_read(struct lead_past *p, int64_t lead,
    const struct cond_change **ret, size_t *ret_count, struct err *err);
void lead_past_close(struct lead_past *p); /* NULL is fine */

#endif
