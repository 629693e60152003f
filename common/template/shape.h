/* SPDX-License-Identifier: ISC */
/*
 * shape: what is known of values before there are any: which names there will
 * be, of what kind, and which of them for certain.
 */
#ifndef DL_TEMPLATE_SHAPE_H
#define DL_TEMPLATE_SHAPE_H

#include "template/template.h"

enum shape_kind {
	SHAPE_TEXT,
	SHAPE_NUMBER,
	SHAPE_TIME,
	SHAPE_BOOL,
	SHAPE_LIST,
	SHAPE_OBJECT,
	SHAPE_ANY, /* nobody knows */
};

struct shape {
	struct str name;
	enum shape_kind kind;
	bool certain; /* there, when what it is in is there */
	bool of_lead; /* outsiders have written it */
	bool open;    /* has any name it is asked for; all may be missing */
	bool guessed; /* from an example: a text may be a moment as well */
	struct shape *first, *next; /* members */
	struct shape *item;         /* of a LIST */
};

/* Everything words can say (see template.h): {lead, data, now, tenant,
 * owner}. */
struct shape *shape_of_words(const struct template *tpl,
    const struct cond_catalogue *fields, struct arena *arena);
/* What a template that is part of another may be given: its sample, nothing of
 * it being certain. */
struct shape *shape_of_extras(const struct template *tpl, struct arena *arena);
/* NULL when there is none of the name. */
struct shape *shape_find(struct shape *in, struct str name);
/* The same, but one that is open gets it. */
struct shape *shape_imagine(
    struct shape *in, struct str name, struct arena *arena);

#endif
