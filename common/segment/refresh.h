/* SPDX-License-Identifier: ISC */
/* Between refresh.c and whole.c. */
#ifndef DL_SEGMENT_REFRESH_H
#define DL_SEGMENT_REFRESH_H

#include "segment/segment_priv.h"

struct refreshing { /* one run */
	struct store *st;
	const struct tenant *tenant;
	const struct segment_refresh *job;
	struct segment_refreshed *ret;
	struct plan plan;
	bool *fill;   /* by index of kept: all leads are to be looked at */
	size_t fills; /* how many of those */
	struct batch *batch;
	bool outdated; /* the definitions are others than the plan's */
	/* Of the open transaction, told once it is committed. */
	struct segment_refreshed pending;
	struct buf lines;
};
/* Begins a step; r->outdated: nothing may be done in it. */
int refresh_begin(struct refreshing *r, struct err *err);
/* Writes the batch and empties it; may happen several times in a step. */
int refresh_write(struct refreshing *r, struct err *err);
/* Commits and tells. */
int refresh_end(
    struct refreshing *r, uint64_t done, uint64_t whole, struct err *err);

/* whole.c: all leads, for the segments of r->fill. */
int refresh_whole(struct refreshing *r, struct err *err);

#endif
