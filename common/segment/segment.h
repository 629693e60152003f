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

/* ---- preview.c: who a condition would find ------------------------------- */

enum { SEGMENT_SAMPLES = 10 };
struct segment_preview {
	uint64_t found, leads; /* so many of so many */
	/* JSON lines, one a lead, of some of those found: the same ones as long
	 * as they are found. What is missing is left out. */
	struct buf samples;
	const char *column[LEAD__MAX]; /* the members they may have */
	enum lead_field field[LEAD__MAX];
	size_t field_count;
};
/* In a snapshot of its own; where is bound. */
int segment_preview(struct store *st, const struct tenant *t,
    const struct cond *where, const struct cond_moment *moment,
    struct segment_preview *ret, struct err *err);
void segment_preview_release(struct segment_preview *p);

/* ---- fields.c: what a condition can ask ---------------------------------- */

/*
 * A line of JSON for each field of the catalogue, each attribute that leads
 * have and each type of event they had, in this order; attributes and types by
 * name:
 *   {"field","type","leads","distinct","min","max","values":[{"value",
 *    "leads"}],"operators":[...],"help"}
 * field is written as a condition has it. leads: that have it; distinct: how
 * many different values, absent past 10,000 (then values are the commonest of
 * the first 10,000). An attribute is a number, bool or time when all its values
 * read so. Events: "events", and min and max are times. Last come the segments,
 * as a condition asks for them: {"field","type":"segment","leads"}. One event
 * type by itself is followed by what its events carry, with "of" and "events"
 * for "leads".
 */
struct segment_fields {
	struct str only; /* this one; p NULL: all. ERR_USAGE when no such */
	size_t top;      /* values of each */
	struct remarks *remarks;
	int (*each)(void *context, struct str line, struct err *err);
	void *context;
};
/* In snapshots of its own. */
int segment_fields(struct store *st, const struct tenant *t,
    const struct cond_moment *moment, const struct segment_fields *how,
    struct err *err);

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
