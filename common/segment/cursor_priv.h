/* SPDX-License-Identifier: ISC */
/* cursor.c: who was in a segment at a moment, one after another. */
#ifndef DL_SEGMENT_CURSOR_PRIV_H
#define DL_SEGMENT_CURSOR_PRIV_H

#include "store/store.h"
#include "tenant/tenant.h"

struct cursor {
	struct rows *rows;
	int64_t lead; /* ascending; INT64_MAX at the end */
	int64_t since;
	int64_t left_at; /* 0: still in */
};
/* In the caller's snapshot; stands on the first one. */
int cursor_open(struct store *st, const struct tenant *t, int64_t segment,
    int64_t at, struct cursor *ret, struct err *err);
int cursor_next(struct cursor *c, struct err *err);
void cursor_close(struct cursor *c);

#endif
