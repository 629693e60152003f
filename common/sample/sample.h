/* SPDX-License-Identifier: ISC */
/*
 * sample: leads and what became of them, for whoever learns from it. Each lead
 * is shown as it was known at one moment, without a look ahead (outcome.c);
 * what the leads hold is gathered column by column (column.c).
 *
 *	sample_columns_open(&columns, st, t, &ask, &needs, err);
 *	sample_leads(st, t, &sample, &needs, moment, sample_columns_add,
 *	    &columns, &taken, err);
 *	... columns.list[i].value[...], columns.outcome[row] ...
 *	sample_columns_release(&columns);
 *
 * Nothing here writes to the store; snapshots are its own. The same leads give
 * the same answer in whatever order the store has them, but for the order of
 * rows, of columns of attributes and of their texts.
 *
 * Ownership: a struct sample_columns owns all it points to, except the names
 * in `ask`, which outlive it.
 */
#ifndef DL_SAMPLE_H
#define DL_SAMPLE_H

#include "base/base.h"
#include "cond/cond.h"
#include "json/json.h"
#include "lead/lead.h"
#include "store/store.h"
#include "tenant/tenant.h"

/* ---- outcome.c ---------------------------------------------------- */

/*
 * Every lead is judged by what was known at one moment. A lead with the outcome
 * (it converted; it had its first event of a type): just before it did (and
 * lead_time earlier); when nobody knows when it did ("undated"): as it is
 * stored. One that did before it was first known is left out ("early"). A lead
 * without: at an age that is drawn, by a hash of its id, from the ages at which
 * others did, so that both kinds had as much time; or now where that would be
 * later. A score is no outcome that anything could follow from: leads are seen
 * as they are now, and those without one are left out.
 */
enum sample_target {
	SAMPLE_CONVERTED,
	SAMPLE_EVENT, /* had an event of a type */
	SAMPLE_SCORE,
};
enum sample_half { SAMPLE_WHOLE, SAMPLE_TRAIN, SAMPLE_TEST };
struct sample {
	const struct cond *where; /* bound; NULL: every lead */
	enum sample_half half;
	double share;      /* of the leads in this half, by a hash of the id:
			      the lower end trains, the upper end tests */
	int64_t lead_time; /* ms */
	enum sample_target target;
	int64_t event;  /* the type's number, of a SAMPLE_EVENT */
	uint64_t limit; /* of more leads, about so many, by another hash of the
			   id; 0: all of them */
};
struct sample_taken {
	uint64_t all;        /* in the sample; more than the limit, or leads +
				early + unscored */
	uint64_t leads, yes; /* taken; of them with the outcome */
	uint64_t undated, early, unscored;
};
/* Calls each with every lead of the sample as it was known at its moment, the
 * outcome (0 or 1; the score) and what follows from it hidden from the view.
 * needs is completed as wanted. */
int sample_leads(struct store *st, const struct tenant *t,
    const struct sample *sample, struct lead_needs *needs,
    const struct cond_moment *moment,
    int (*each)(void *context, const struct lead_view *view,
	const struct cond_moment *moment, uint8_t outcome, struct err *err),
    void *context, struct sample_taken *ret, struct err *err);
/* Where a lead stands between the halves: 0 <= share < 1, evenly spread. */
double sample_share(struct str id);

/* ---- column.c ----------------------------------------------------- */

/* What is asked about the leads: stored fields, attributes, and how often and
 * how lately events of each type happened. What only people who know the
 * outcome fill in is left out (status, stage, owner, tags, events done to the
 * lead), and so are names. */
struct sample_ask {
	const char *const
	    *exclude; /* fields, attributes, event types; or NULL */
	size_t exclude_count;
	const int64_t *windows; /* ms: how often within the last ... too */
	size_t window_count;
};

enum sample_kind {
	SAMPLE_FIELD, /* of the catalogue */
	SAMPLE_ATTR,
	SAMPLE_COUNT,    /* events of a type; only leads that have any */
	SAMPLE_LAST,     /* age of the latest one, ms */
	SAMPLE_ACTIVITY, /* age of the latest activity, ms */
};

struct sample_column {
	enum sample_kind kind;
	size_t field;    /* of a SAMPLE_FIELD */
	struct str name; /* of the field, the attribute or the event type */
	int64_t window;  /* of a SAMPLE_COUNT, ms; 0: ever */
	bool bools;      /* of a SAMPLE_ATTR: all values were JSON truths */
	/* Values by number, each once. */
	struct str *text;
	uint32_t *uses;
	size_t text_count;
	/* Who holds what, rows ascending: a number of a text, or (of events) a
	 * number itself. */
	uint32_t *row;
	double *value;
	size_t count;
	/* Private. */
	size_t text_cap, uses_cap, row_cap, value_cap, slot_count;
	uint32_t *slots; /* number + 1 by hash */
};

struct sample_columns {
	struct sample_column *list;
	size_t count;
	uint8_t *outcome; /* by row */
	size_t rows;
	/* Private. */
	size_t cap, outcome_cap;
	struct text_index attrs; /* columns of attributes, by key */
	struct arena arena;
	struct json_scanner scanner;
	const struct sample_ask *ask;
	/* Event types that may be looked at, with the first of their columns:
	 * count, last, then one for each window. */
	struct {
		int64_t number;
		size_t column;
	} * types;
	size_t type_count, type_cap;
	size_t activity; /* its column */
};
/* needs gets what the columns are made of. */
int sample_columns_open(struct sample_columns *c, struct store *st,
    const struct tenant *t, const struct sample_ask *ask,
    struct lead_needs *needs, struct err *err);
/* One lead more; the callback of sample_leads(). */
int sample_columns_add(void *columns, const struct lead_view *view,
    const struct cond_moment *moment, uint8_t outcome, struct err *err);
void sample_columns_release(struct sample_columns *c);

/* ---- word.c ------------------------------------------------------- */

/* What a condition calls it: industry, attrs."予算", count("x", 30d). */
void sample_add_subject(struct buf *out, const struct sample_column *k);
/* The numbers of its texts, which are more than zero; NULL when one of them is
 * no number. The caller's to free. */
double *sample_numbers(const struct sample_column *k);
/* Numbers of its texts, the most used first. The caller's to free. */
uint32_t *sample_by_use(const struct sample_column *k);
/* Does a condition compare it with bare values (numbers, truths) or texts? */
bool sample_is_bare(const struct sample_column *k);
/* In days: how lately events and activities are asked for. */
extern const int64_t sample_lately[4];

#endif
