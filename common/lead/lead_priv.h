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

#endif
