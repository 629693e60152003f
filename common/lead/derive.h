/* SPDX-License-Identifier: ISC */
/*
 * derive: what follows from a lead's events and the moment, the same for
 * leads of the store and leads that come as records.
 */
#ifndef DL_LEAD_DERIVE_H
#define DL_LEAD_DERIVE_H

#include "lead/lead.h"

/* Event types that mean something to the derived fields, by number. */
struct lead_meanings {
	int64_t *outbound, *conversion;
	size_t outbound_count, conversion_count;
};
/* What is known beside the events. */
struct lead_facts {
	int64_t converted_at; /* as given; LEAD_MISSING when not */
	bool converted;       /* an outcome without a date */
	bool customer;        /* the stage says so */
};
/* Fills last_activity_at, converted_at and converted from the view's events
 * up to now; events are in order of type. */
void lead_derive(struct lead_view *view, const struct lead_meanings *meanings,
    const struct lead_facts *facts, int64_t now);

struct cond_value lead_value_text(struct str s);
struct cond_value lead_value_number(double v);
struct cond_value lead_value_time(int64_t at);
struct cond_value lead_value_bool(bool v);
/* Behind the @ of a normalised address; missing without one. */
struct str lead_email_domain(struct str email_key);

#endif
