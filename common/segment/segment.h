/* SPDX-License-Identifier: ISC */
/*
 * segment: groups of leads that a condition describes.
 *
 * Ownership: what is handed to a callback is borrowed for the call.
 */
#ifndef DL_SEGMENT_H
#define DL_SEGMENT_H

#include "base/base.h"
#include "cond/cond.h"
#include "lead/lead.h"
#include "record/record.h"

/* ---- filter.c: without a store ------------------------------------------ */

/* Leads that come as records and carry their own facts. Only what the
 * condition looks at is read of them. */
struct segment_filter {
	struct cond *where; /* over lead_catalogue; bound here */
	bool invert;        /* those of which it is not true */
	struct lead_stream
	    leads; /* what comes in; its types, needs,
		      want_events, each and context are set here */
	/* Every lead, and whether it is one of those looked for. */
	int (*each)(void *context, const struct record *record, bool found,
	    struct err *err);
	void *context;
};
/* ret->counts.written are those found. */
int segment_filter(
    const struct segment_filter *f, struct lead_streamed *ret, struct err *err);

#endif
