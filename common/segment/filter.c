/* SPDX-License-Identifier: ISC */
/* A condition without a store: leads as records, some of which go on. */
#include "segment/segment.h"

static int
look(void *context, const struct record *record, const struct lead_view *view,
    struct err *err)
{
	const struct segment_filter *f = context;
	bool found = cond_eval(f->where, &view->subject, &f->leads.moment,
			 NULL) != f->invert;

	return f->each(f->context, record, found, err) < 0 ? -1 : found;
}

static int
begin(void *context, const struct record *header, struct err *err)
{
	const struct segment_filter *f = context;

	return f->each(f->context, header, false, err);
}

int
segment_filter(
    const struct segment_filter *f, struct lead_streamed *ret, struct err *err)
{
	struct lead_stream leads = f->leads;
	struct lead_needs needs = {0};
	int rc;

	lead_needs_cond(&needs, f->where);
	leads.types = lead_types_new();
	leads.needs = &needs;
	leads.want_events = cond_uses_events(f->where);
	leads.header = begin;
	leads.each = look;
	leads.context = (void *)(uintptr_t)f;
	lead_bind_types_of(leads.types, f->where);
	rc = lead_stream(&leads, ret, err);
	lead_types_free(leads.types);
	return rc;
}
