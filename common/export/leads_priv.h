/* SPDX-License-Identifier: ISC */
/* The columns of leads. */
#ifndef DL_EXPORT_LEADS_PRIV_H
#define DL_EXPORT_LEADS_PRIV_H

#include "export/export.h"

enum column_kind {
	COLUMN_FIELD,
	COLUMN_ATTRS,
	COLUMN_ATTR,
	COLUMN_DAYS_IN_STAGE,
	COLUMN_COUNT, /* from here on they are called with a type of event */
	COLUMN_FIRST,
	COLUMN_LAST,
};
struct wanted_column {
	struct export_column out;
	enum column_kind kind;
	size_t field;    /* enum lead_field */
	struct str word; /* the attribute, or the type of event */
	int64_t type;    /* its number in the store */
	int64_t within;  /* 0: ever */
	struct buf text; /* what a value is written into */
};

/* Texts borrow name or the arena. */
int wanted_column_read(struct wanted_column *c, struct str name,
    struct arena *arena, struct err *err);

/* What a choice of leads looks at, and whether it takes one; its range is
 * another matter. */
void export_which_needs(
    const struct export_which *which, struct lead_needs *needs);
bool export_which_lead(const struct export_which *which,
    const struct lead_view *view, const struct cond_moment *moment);

#endif
