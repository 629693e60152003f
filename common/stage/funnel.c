/* SPDX-License-Identifier: ISC */
/*
 * How many leads get how far, and how long they stay where: one reading of
 * every lead's moves, in order.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stage/stage.sql.h"
#include "stage/stage_priv.h"
#include "stats/stats.h"

#define DAY_MS         86400000.0
#define BOTTLENECK_MIN 10 /* fewer leads say nothing about a stage */

/* One stage of one cohort while counting. */
struct cell {
	uint64_t reached, now;
	struct stats_stay *stay;
	size_t stays, cap;
};
struct cohort {
	int64_t at;
	struct cell cell[STAGES_MAX];
};
struct move {
	int64_t at;
	size_t stage;
};

struct counting {
	const struct stages *m;
	const struct stage_funnel_how *how;
	unsigned char *chosen; /* a bit per lead; NULL: all */
	int64_t last;          /* lead that it covers */
	struct cohort **cohort;
	size_t cohorts, cohort_cap;
	struct move *move; /* of the lead that is being read */
	size_t moves, move_cap;
	uint64_t leads;
};

/* ---- which leads ----------------------------------------------------------
 */

static int
choose(struct counting *c, struct store *st, const struct tenant *t,
    struct err *err)
{
	struct lead_needs needs = {0};
	const struct lead_view *view;
	struct lead_views *views;
	int got;

	if (!c->how->where)
		return 0;
	if (lead_last(st, t, &c->last, err) < 0)
		return -1;
	c->chosen = xcalloc((size_t)c->last / 8 + 1, 1);
	lead_needs_cond(&needs, c->how->where);
	if (lead_views_range(st, t, &needs, &c->how->moment, 0, c->last,
		INT64_MAX, &views, err) < 0)
		return -1;
	while ((got = lead_views_next(views, &view, err)) > 0)
		if (cond_eval(
			c->how->where, &view->subject, &c->how->moment, NULL))
			c->chosen[view->lead_id / 8] |=
			    (unsigned char)(1u << view->lead_id % 8);
	lead_views_close(views);
	return got;
}

static bool
is_chosen(const struct counting *c, int64_t lead)
{
	return !c->chosen ||
	       (lead <= c->last && (c->chosen[lead / 8] >> lead % 8 & 1));
}

/* ---- one lead -------------------------------------------------------------
 */

static int64_t
cohort_moment(const struct counting *c, int64_t at)
{
	switch (c->how->by) {
	case STAGE_BY_MONTH:
		return time_bucket(at, UNIT_MONTH, c->how->moment.zone);
	case STAGE_BY_QUARTER:
		return time_bucket(at, UNIT_QUARTER, c->how->moment.zone);
	case STAGE_BY_NOTHING:
		break;
	}
	return INT64_MIN;
}

static struct cohort *
cohort_of(struct counting *c, int64_t at)
{
	struct cohort *new;

	for (size_t i = c->cohorts; i-- > 0;)
		if (c->cohort[i]->at == at)
			return c->cohort[i];
	new = xcalloc(1, sizeof(*new));
	new->at = at;
	GROW(c->cohort, c->cohort_cap, c->cohorts + 1);
	c->cohort[c->cohorts++] = new;
	return new;
}

static void
add_stay(struct cell *cell, int64_t from, int64_t to, bool over)
{
	GROW(cell->stay, cell->cap, cell->stays + 1);
	cell->stay[cell->stays++] =
	    (struct stats_stay){(double)(to - from) / DAY_MS, over};
}

/* The first stage of the pipeline that the lead was in; moves: never. */
static size_t
entry(const struct counting *c)
{
	size_t i = 0;

	while (i < c->moves && (c->move[i].stage >= c->m->count ||
				   c->m->stage[c->move[i].stage].aside))
		i++;
	return i;
}

static void
count_lead(struct counting *c)
{
	size_t first = entry(c), furthest = 0;
	uint64_t seen = 0;
	struct cohort *k;

	if (first == c->moves || c->move[first].at < c->how->since ||
	    c->move[first].at >= c->how->until)
		return;
	k = cohort_of(c, cohort_moment(c, c->move[first].at));
	for (size_t i = 0; i < c->moves; i++) {
		const struct move *v = &c->move[i];
		bool last = i + 1 == c->moves;

		if (v->stage >= c->m->count)
			continue;
		seen |= UINT64_C(1) << v->stage;
		if (!c->m->stage[v->stage].aside && v->stage > furthest)
			furthest = v->stage;
		add_stay(&k->cell[v->stage], v->at,
		    last ? c->how->moment.now : v[1].at, !last);
		k->cell[v->stage].now += last;
	}
	for (size_t i = 0; i < c->m->count; i++)
		k->cell[i].reached +=
		    c->m->stage[i].aside ? seen >> i & 1 : i <= furthest;
	c->leads++;
}

static int
count_leads(struct counting *c, struct store *st, const struct tenant *t,
    struct err *err)
{
	struct rows *rows;
	int64_t lead = -1;
	int got;

	if (store_query(st, &sql_stage_history_all, BINDS(BIND_INT(t->id)),
		&rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		if (rows_int(rows, 0) != lead) {
			count_lead(c);
			c->moves = 0;
			lead = rows_int(rows, 0);
		}
		if (rows_int(rows, 1) > c->how->moment.now ||
		    !is_chosen(c, lead))
			continue;
		GROW(c->move, c->move_cap, c->moves + 1);
		c->move[c->moves++] = (struct move){
		    rows_int(rows, 1), stage_find(c->m, rows_text(rows, 2))};
	}
	rows_close(rows);
	if (got == 0)
		count_lead(c);
	return got;
}

/* ---- from counts to figures -----------------------------------------------
 */

static void
fill_step(struct cell *cell, const struct cell *next, struct stage_step *step)
{
	stats_stays_sort(cell->stay, cell->stays);
	step->reached = cell->reached;
	step->now = cell->now;
	step->stays = cell->stays;
	for (size_t i = 0; i < cell->stays; i++)
		step->open += !cell->stay[i].over;
	step->median = stats_stays_quantile(cell->stay, cell->stays, 0.5);
	step->p90 = stats_stays_quantile(cell->stay, cell->stays, 0.9);
	step->conversion = next && cell->reached
			       ? (double)next->reached / (double)cell->reached
			       : NAN;
}

/* The cells of a cohort in the order in which they are told. */
static void
fill_cohort(const struct stages *m, struct cohort *k, struct stage_funnel *f)
{
	struct stage_step *narrow = NULL;

	for (int aside = 0; aside < 2; aside++)
		for (size_t i = 0; i < m->count; i++) {
			struct stage_step *step = &f->step[f->count];
			size_t next = i + 1;

			if (m->stage[i].aside != aside)
				continue;
			while (next < m->count && m->stage[next].aside)
				next++;
			step->cohort = k->at;
			step->stage = i;
			fill_step(&k->cell[i],
			    aside || next == m->count ? NULL : &k->cell[next],
			    step);
			if (!isnan(step->conversion) &&
			    step->reached >= BOTTLENECK_MIN &&
			    step->conversion < 1 &&
			    (!narrow || step->conversion < narrow->conversion))
				narrow = step;
			f->count++;
		}
	if (narrow)
		narrow->bottleneck = true;
}

static int
compare_cohorts(const void *a, const void *b)
{
	const struct cohort *x = *(struct cohort *const *)a;
	const struct cohort *y = *(struct cohort *const *)b;

	return (x->at > y->at) - (x->at < y->at);
}

static void
fill(struct counting *c, struct stage_funnel *f)
{
	if (c->cohorts)
		qsort(c->cohort, c->cohorts, sizeof(struct cohort *),
		    compare_cohorts);
	f->step = xcalloc(c->cohorts * c->m->count + 1, sizeof(*f->step));
	f->leads = c->leads;
	for (size_t i = 0; i < c->cohorts; i++)
		fill_cohort(c->m, c->cohort[i], f);
}

static void
counting_release(struct counting *c)
{
	for (size_t i = 0; i < c->cohorts; i++) {
		for (size_t s = 0; s < STAGES_MAX; s++)
			free(c->cohort[i]->cell[s].stay);
		free(c->cohort[i]);
	}
	free(c->cohort);
	free(c->chosen);
	free(c->move);
}

int
stage_funnel(struct store *st, const struct tenant *t, const struct stages *m,
    const struct stage_funnel_how *how, struct stage_funnel *ret,
    struct err *err)
{
	struct counting c = {.m = m, .how = how};
	int code;

	memset(ret, 0, sizeof(*ret));
	if (store_begin(st, STORE_SNAPSHOT, "stage funnel", err) < 0)
		return -1;
	code = choose(&c, st, t, err);
	if (code == 0)
		code = count_leads(&c, st, t, err);
	store_rollback(st);
	if (code == 0)
		fill(&c, ret);
	counting_release(&c);
	return code;
}

void
stage_funnel_release(struct stage_funnel *f)
{
	free(f->step);
	memset(f, 0, sizeof(*f));
}

/* ---- as JSON --------------------------------------------------------------
 */

static void
put_step(const struct stages *m, const struct zone *zone,
    const struct stage_step *step, struct buf *out)
{
	struct json_writer w = {.out = out};
	struct buf cohort = {0};

	json_put_object(&w);
	if (step->cohort != INT64_MIN) {
		time_add_local(&cohort, step->cohort, zone);
		json_add_text(&w, "cohort", (struct str){cohort.p, 7});
		buf_release(&cohort);
	}
	json_add_text(&w, "stage", str_of(m->stage[step->stage].name));
	json_add_int(&w, "reached", (int64_t)step->reached);
	json_add_int(&w, "now", (int64_t)step->now);
	json_add_rounded(&w, "conversion", step->conversion, 1e4);
	json_add_rounded(&w, "median_days", step->median, 100);
	json_add_rounded(&w, "p90_days", step->p90, 100);
	json_add_int(&w, "stays", (int64_t)step->stays);
	json_add_int(&w, "open", (int64_t)step->open);
	if (step->bottleneck)
		json_add_bool(&w, "bottleneck", true);
	json_put_end(&w);
	buf_addc(out, '\n');
}

void
stage_funnel_put(const struct stages *m, const struct tenant *t,
    const struct stage_funnel *f, struct buf *out)
{
	for (size_t i = 0; i < f->count; i++)
		put_step(m, t->settings.zone, &f->step[i], out);
}
