/* SPDX-License-Identifier: ISC */
/* What the files of the room metric share. */
#ifndef DL_METRIC_PRIV_H
#define DL_METRIC_PRIV_H

#include "lead/lead.h"
#include "metric/metric.h"

/* ---- cells.c: sums by group and step ------------------------------------ */

struct cell {
	uint32_t group;
	int32_t position;
	double sum, of;
};
/* Zero-initialise. */
struct cells {
	struct cell *cell; /* hashed, until they are sorted */
	bool *used;
	size_t size, count;
};
void cells_add(
    struct cells *c, uint32_t group, int64_t position, double sum, double of);
/* Gathers them at the front, by group and position. */
void cells_sort(struct cells *c);
void cells_release(struct cells *c);

/* ---- groups.c: which leads count, and where ------------------------------ */

enum { METRIC_PAGE = 10000, METRIC_GROUPS = 100000 };
#define METRIC_NO_GROUP UINT32_MAX /* does not count */

/* The leads of a page: by lead_id - after - 1. */
struct groups {
	const struct metric_ask *ask;
	bool all; /* every lead counts, all in group 0 */
	struct lead_needs needs;
	size_t field;     /* of the catalogue; COND_ATTRS: an attribute */
	struct str attr;  /* which */
	struct str *name; /* by group; p NULL: has none */
	size_t count, cap;
	struct text_index index;
	struct arena texts, scratch;
	uint32_t of[METRIC_PAGE];
};
int groups_open(
    struct groups *g, const struct metric_ask *ask, struct err *err);
/* In a snapshot. */
int groups_page(struct groups *g, struct store *st, const struct tenant *t,
    int64_t after, struct err *err);
/* Of facts without a lead. */
int groups_none(struct groups *g, uint32_t *ret, struct err *err);
void groups_release(struct groups *g);

/* ---- catalogue.c --------------------------------------------------------- */

enum metric_source {
	FROM_LEADS,
	FROM_CONVERSIONS,
	FROM_COHORTS, /* leads, and whether they converted in time */
	FROM_DEALS,   /* conversions and losses */
	FROM_EVENTS,
	FROM_ALL_EVENTS,
	FROM_ASSESSMENTS,
	FROM_STAGE,
	FROM_HOT,
	FROM_TASKS,
	FROM_MESSAGES,
	FROM_SCORES,
	FROM_SEGMENT,
};
/* The metric of a name and its word; ERR_USAGE suggests. */
int metric_find(const char *name, const struct metric_about **ret,
    enum metric_source *ret_source, struct str *ret_word, struct err *err);

/* ---- facts.c ------------------------------------------------------------- */

struct measuring {
	struct store *st;
	const struct tenant *t;
	const struct metric_ask *ask;
	enum metric_source source;
	struct str word;
	int64_t segment; /* the number of a FROM_SEGMENT */
	struct series_calendar calendar;
	int64_t start; /* the position of ask->since */
	struct groups groups;
	struct cells cells;
	uint64_t facts;
	int64_t after;             /* of the page */
	int64_t *converted;        /* of its leads: when, INT64_MAX: not */
	unsigned char *rank;       /* by which of three sources that is known */
	int64_t quarter, position; /* of the fact before, see position_of */
};
/* All facts into cells. */
int metric_gather(struct measuring *m, struct err *err);

#endif
