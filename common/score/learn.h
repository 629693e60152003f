/* SPDX-License-Identifier: ISC */
/*
 * learn: what the files behind score_learn() share. Columns are what leads
 * hold (column.c); features are yes/no questions about them that a rule can
 * ask (feature.c).
 */
#ifndef DL_SCORE_LEARN_H
#define DL_SCORE_LEARN_H

#include "score/score_priv.h"
#include "stats/stats.h"

enum column_kind {
	COLUMN_FIELD, /* of the catalogue */
	COLUMN_ATTR,
	COLUMN_COUNT,    /* events of a type; only leads that have any */
	COLUMN_LAST,     /* age of the latest one, ms */
	COLUMN_ACTIVITY, /* age of the latest activity, ms */
};

struct column {
	enum column_kind kind;
	size_t field;    /* of a COLUMN_FIELD */
	struct str name; /* the attribute's key or the event type */
	bool bools;      /* all values were JSON truths */
	/* Values by number, each once. */
	struct str *text;
	uint32_t *uses;
	size_t text_count, text_cap, uses_cap;
	uint32_t *slots; /* number + 1 by hash */
	size_t slot_count;
	/* Who holds what: a number of a text, or (events) a number itself. */
	uint32_t *row;
	double *value;
	size_t count, row_cap, value_cap;
};

struct columns {
	struct column *list;
	size_t count, cap;
	uint32_t *attr_slots; /* of attributes by key: number + 1 by hash */
	size_t attr_slot_count, attr_count;
	uint8_t *yes; /* by row */
	size_t rows, yes_cap;
	struct arena arena;
	struct json_scanner scanner;
	const struct score_learn *how;
	/* Event types that may be looked at. */
	struct {
		int64_t number;
		size_t count, last; /* their columns */
	} * types;
	size_t type_count, type_cap;
	size_t activity; /* its column */
};
int columns_open(struct columns *c, struct store *st, const struct tenant *t,
    const struct score_learn *how, struct lead_needs *needs, struct err *err);
/* One lead; the callback of score_outcomes(). */
int columns_add(void *context, const struct lead_view *view,
    const struct cond_moment *moment, bool yes, struct err *err);
void columns_release(struct columns *c);

struct feature {
	struct str rule, when;
	bool engagement;
	uint64_t support, yes;
};
struct features {
	struct feature *list;
	size_t count, cap;
	/* The rows of each feature, then by row. */
	uint32_t *pair_row, *pair_feature;
	size_t pair_count, pair_row_cap, pair_feature_cap;
	struct arena arena;
};
void features_make(struct features *f, const struct columns *c);
/* As rows of the features kept[]; start and column are the caller's to free. */
void features_matrix(const struct features *f, const bool *kept, size_t rows,
    struct stats_matrix *ret);
void features_release(struct features *f);

#endif
