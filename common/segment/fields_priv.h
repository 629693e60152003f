/* SPDX-License-Identifier: ISC */
/* fields.c, which looks at the leads, and fields_tell.c, which tells of it. */
#ifndef DL_SEGMENT_FIELDS_PRIV_H
#define DL_SEGMENT_FIELDS_PRIV_H

#include "segment/segment.h"
#include "segment/tally.h"

enum { ATTRS_MAX = 1000 };

/* One field, as far as it has been seen. */
struct column {
	struct str name; /* of an attribute or an event type */
	enum cond_type type;
	uint64_t leads; /* that have it; of an event's attribute: events */
	struct tally values;
	bool any;
	double low, high; /* of numbers; times in ms */
	/* Attributes: all values so far read as this. */
	bool numbers, bools, times;
};

struct attrs {
	struct column *list;
	size_t count, cap;
	bool more; /* than ATTRS_MAX */
};

struct event_column {
	int64_t number;
	struct str name;
	uint64_t leads, events;
	int64_t first, last;
};

struct looking {
	const struct segment_fields *how;
	const struct cond_moment *moment;
	struct lead_needs needs;
	struct str only_event; /* p NULL: every one, if any */
	struct buf only_attr;  /* as a condition writes it; empty: every one */
	struct column field[LEAD__MAX];
	struct attrs attrs;
	struct attrs event_attrs; /* of the one event type asked for */
	struct event_column *event;
	size_t event_count, event_cap;
	struct json_scanner scan;
	struct arena names, scratch;
	uint64_t told;
};

/* fields_tell.c: a line for each. */
int fields_tell(struct looking *l, struct store *st, const struct tenant *t,
    struct err *err);

#endif
