/* SPDX-License-Identifier: ISC */
/*
 * What the two files of a copy share: copy.c has the tenants, copy_rows.c the
 * rows of one of their tables.
 */
#ifndef DL_STORE_COPY_PRIV_H
#define DL_STORE_COPY_PRIV_H

#include "store/copy.h"

/* A tenant of the old store. */
struct owner {
	struct owner *next;
	int64_t id, created_at;
	char *name, *settings;
	char *mark; /* of its copy, in the new store's counters */
	int64_t target;
	bool started;  /* an unfinished copy has a number for it */
	bool complete; /* it is in the new store under that number */
};

struct copying {
	struct store *from, *to;
	const struct owner *owner;
	const struct copy_watch *watch;
	struct buf row; /* one row's bytes */
	int64_t seen;   /* rows, on either side, for the progress */
	int64_t rows;   /* of the old store, complete tables */
};

/* What messages call a store. */
const char *copy_name(const struct store *st);
/* copy_rows.c: one table of the owner, compared in the end; all its rows taken
 * away again, in the open transaction; whether it is the same on both sides,
 * nothing being copied. */
int copy_table(struct copying *c, const struct copy_table *t, struct err *err);
int copy_take_away(
    struct copying *c, const struct copy_table *t, struct err *err);
int copy_compare(struct copying *c, const struct copy_table *t, bool *ret_same,
    struct err *err);

#endif
