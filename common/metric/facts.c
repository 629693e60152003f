/* SPDX-License-Identifier: ISC */
/* What is counted, page by page of leads. */
#include <stdlib.h>

#include "metric/metric.sql.h"
#include "metric/metric_priv.h"

/* ---- one fact ------------------------------------------------------------ */

/* Every zone is whole quarters of an hour away from UTC nearly always, and
 * facts come in crowds: the calendar is asked once a quarter. */
static int64_t
position_of(struct measuring *m, int64_t at)
{
	const int64_t piece = 15 * MS_MINUTE;
	int64_t quarter = at / piece;

	if (at < 0 || quarter != m->quarter) {
		m->position = series_position(&m->calendar, at);
		m->quarter = at < 0 ? -1 : quarter;
	}
	return m->position;
}

static uint32_t
group_of(const struct measuring *m, int64_t lead)
{
	return m->groups.all ? 0 : m->groups.of[lead - m->after - 1];
}

/* A level has a past before `since`, counts have none. */
static void
add(struct measuring *m, uint32_t group, int64_t at, double sum, double of)
{
	int64_t position = position_of(m, at);

	m->facts++;
	if (position < m->start) {
		if (m->source != FROM_SCORES && m->source != FROM_SEGMENT)
			return;
		position = m->start - 1;
	}
	/* Position 0 is the step that is not over. */
	if (position < 0 && group != METRIC_NO_GROUP)
		cells_add(&m->cells, group, position, sum, of);
}

/* ---- rows ---------------------------------------------------------------- */

/* Calls each with the rows of a statement about this page. */
static int
for_page(struct measuring *m, const struct sql *sql, struct bind fifth,
    int (*each)(struct measuring *m, const struct rows *r, struct err *err),
    struct err *err)
{
	struct bind binds[] = {BIND_INT(m->t->id), BIND_INT(m->after),
	    BIND_INT(m->after + METRIC_PAGE), BIND_INT(m->ask->moment.now),
	    fifth};
	struct rows *rows;
	int got;

	if (store_query(m->st, sql, binds, strlen(sql->types), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		if (each(m, rows, err) < 0) {
			got = -1;
			break;
		}
	rows_close(rows);
	return got;
}

static int
count_fact(struct measuring *m, const struct rows *r, struct err *err)
{
	(void)err;
	add(m, group_of(m, rows_int(r, 0)), rows_int(r, 1), 1, 0);
	return 0;
}

static int
change_level(struct measuring *m, const struct rows *r, struct err *err)
{
	(void)err;
	add(m, group_of(m, rows_int(r, 0)), rows_int(r, 1),
	    (double)rows_int(r, 2), 0);
	return 0;
}

/* ---- conversions --------------------------------------------------------- */

/* What a lead's source says counts first, then its first conversion event,
 * then its first way into the stage customer; see LEAD_CONVERTED. */
enum { GIVEN, BY_EVENT, BY_STAGE, UNKNOWN };

static int
note(struct measuring *m, const struct rows *r, unsigned char rank)
{
	size_t i = (size_t)(rows_int(r, 0) - m->after - 1);
	int64_t at = rows_int(r, 1);

	if (rank < m->rank[i] || (rank == m->rank[i] && at < m->converted[i])) {
		m->rank[i] = rank;
		m->converted[i] = at;
	}
	return 0;
}

static int
note_given(struct measuring *m, const struct rows *r, struct err *err)
{
	(void)err;
	return note(m, r, GIVEN);
}

static int
note_event(struct measuring *m, const struct rows *r, struct err *err)
{
	(void)err;
	return note(m, r, BY_EVENT);
}

static int
note_stage(struct measuring *m, const struct rows *r, struct err *err)
{
	(void)err;
	return note(m, r, BY_STAGE);
}

/* When the leads of this page converted. */
static int
find_conversions(struct measuring *m, struct err *err)
{
	char **type = m->t->settings.conversion_events;

	for (size_t i = 0; i < METRIC_PAGE; i++) {
		m->converted[i] = INT64_MAX;
		m->rank[i] = UNKNOWN;
	}
	if (for_page(m, &sql_metric_given, BIND_NULL('t'), note_given, err) < 0)
		return -1;
	for (; *type; type++)
		if (for_page(m, &sql_metric_events, BIND_TEXT(str_of(*type)),
			note_event, err) < 0)
			return -1;
	return for_page(
	    m, &sql_metric_stages, BIND_TEXT(STR("customer")), note_stage, err);
}

static void
count_conversions(struct measuring *m)
{
	for (size_t i = 0; i < METRIC_PAGE; i++)
		if (m->converted[i] != INT64_MAX)
			add(m, group_of(m, m->after + 1 + (int64_t)i),
			    m->converted[i], 1, 1);
}

/* Who had converted before we knew them tells nothing of those to come. */
static int
count_cohort(struct measuring *m, const struct rows *r, struct err *err)
{
	int64_t lead = rows_int(r, 0), came = rows_int(r, 1);
	int64_t converted = m->converted[lead - m->after - 1];

	(void)err;
	if (converted >= came)
		add(m, group_of(m, lead), came,
		    converted - came <= m->ask->within, 1);
	return 0;
}

static int
count_loss(struct measuring *m, const struct rows *r, struct err *err)
{
	(void)err;
	add(m, group_of(m, rows_int(r, 0)), rows_int(r, 1), 0, 1);
	return 0;
}

static int
gather_conversions(struct measuring *m, struct err *err)
{
	if (find_conversions(m, err) < 0)
		return -1;
	if (m->source == FROM_COHORTS)
		return for_page(
		    m, &sql_metric_leads, BIND_NULL('t'), count_cohort, err);
	count_conversions(m);
	if (m->source == FROM_CONVERSIONS)
		return 0;
	return for_page(m, &sql_metric_events, BIND_TEXT(STR("deal_lost")),
	    count_loss, err);
}

/* ---- scores -------------------------------------------------------------- */

/* A lead adds its first score, and then what that changes by. */
static int
gather_scores(struct measuring *m, struct err *err)
{
	struct rows *rows;
	int64_t lead = 0, score = 0;
	int got;

	if (store_query(m->st, &sql_metric_scores,
		BINDS(BIND_INT(m->t->id), BIND_INT(m->after),
		    BIND_INT(m->after + METRIC_PAGE),
		    BIND_INT(m->ask->moment.now)),
		&rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		bool first = rows_int(rows, 0) != lead;

		lead = rows_int(rows, 0);
		add(m, group_of(m, lead), rows_int(rows, 1),
		    (double)(rows_int(rows, 2) - (first ? 0 : score)), first);
		score = rows_int(rows, 2);
	}
	rows_close(rows);
	return got;
}

/* ---- all ----------------------------------------------------------------- */

static int
gather_page(struct measuring *m, struct err *err)
{
	static const struct sql *const plain[] = {
	    [FROM_LEADS] = &sql_metric_leads,
	    [FROM_EVENTS] = &sql_metric_events,
	    [FROM_ALL_EVENTS] = &sql_metric_all_events,
	    [FROM_ASSESSMENTS] = &sql_metric_assessments,
	    [FROM_STAGE] = &sql_metric_stages,
	    [FROM_HOT] = &sql_metric_signals,
	    [FROM_TASKS] = &sql_metric_tasks,
	    [FROM_MESSAGES] = &sql_metric_messages,
	};

	switch (m->source) {
	case FROM_CONVERSIONS:
	case FROM_COHORTS:
	case FROM_DEALS:
		return gather_conversions(m, err);
	case FROM_SCORES:
		return gather_scores(m, err);
	case FROM_SEGMENT:
		return for_page(m, &sql_metric_members, BIND_INT(m->segment),
		    change_level, err);
	default:
		return for_page(m, plain[m->source],
		    BIND_TEXT(
			m->source == FROM_HOT ? STR("lead.hot") : m->word),
		    count_fact, err);
	}
}

/* Facts about no lead. */
static int
gather_loose(struct measuring *m, const struct sql *sql, struct err *err)
{
	struct rows *rows;
	uint32_t group;
	int got;

	if (store_query(m->st, sql,
		BINDS(BIND_INT(m->t->id), BIND_INT(m->ask->moment.now)), &rows,
		err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		if (groups_none(&m->groups, &group, err) < 0) {
			got = -1;
			break;
		}
		add(m, group, rows_int(rows, 1), 1, 0);
	}
	rows_close(rows);
	return got;
}

static int
gather_pages(struct measuring *m, struct err *err)
{
	int64_t last;
	int rc = lead_last(m->st, m->t, &last, err);

	for (m->after = 0; rc == 0 && m->after < last;
	     m->after += METRIC_PAGE) {
		if (store_begin(m->st, STORE_SNAPSHOT, "measure", err) < 0)
			return -1;
		rc = groups_page(&m->groups, m->st, m->t, m->after, err);
		if (rc == 0)
			rc = gather_page(m, err);
		store_rollback(m->st);
	}
	if (rc == 0 && m->source == FROM_TASKS)
		rc = gather_loose(m, &sql_metric_tasks_loose, err);
	if (rc == 0 && m->source == FROM_MESSAGES)
		rc = gather_loose(m, &sql_metric_messages_loose, err);
	return rc;
}

int
metric_gather(struct measuring *m, struct err *err)
{
	int rc;

	m->converted = xcalloc(METRIC_PAGE, sizeof(*m->converted));
	m->rank = xcalloc(METRIC_PAGE, sizeof(*m->rank));
	m->quarter = -1;
	rc = gather_pages(m, err);
	free(m->converted);
	free(m->rank);
	return rc;
}
