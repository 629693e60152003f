/* SPDX-License-Identifier: ISC */
/*
 * Leads looked at one by one: all segments of a lead together, in the order in
 * which they ask for each other, so that what one of them decides the next one
 * knows.
 */
#include <stdlib.h>
#include <string.h>

#include "segment/segment.sql.h"
#include "segment/segment_priv.h"

void
judge_init(struct judge *j, struct store *st, const struct tenant *t,
    const struct plan *plan, const struct cond_moment *moment, bool lines,
    const bool *ask)
{
	memset(j, 0, sizeof(*j));
	j->st = st;
	j->tenant = t;
	j->plan = plan;
	j->moment = *moment;
	j->lines = lines;
	j->ask = ask;
	j->whole = true;
	for (size_t i = 0; i < plan->count; i++) {
		const struct kept *k = &plan->kept[i];

		if (ask ? ask[i] : k->follows)
			lead_needs_cond(&j->needs, k->segment->where);
		else if (k->follows)
			j->whole = false;
	}
	/* Which segments a lead is in is read here, with more about it. */
	j->needs.segments = false;
	if (lines)
		j->needs.field[LEAD_ID] = true;
}

void
judge_release(struct judge *j)
{
	free(j->in);
	free(j->said);
	buf_release(&j->because);
}

/* ---- one lead ------------------------------------------------------------ */

struct asides { /* what is read beside the leads themselves */
	struct beside member, override, next;
};

static void
put_in(struct judge *j, int64_t segment)
{
	GROW(j->in, j->in_cap, j->in_count + 1);
	j->in[j->in_count++] = segment;
}

static void
take_out(struct judge *j, int64_t segment)
{
	for (size_t i = 0; i < j->in_count; i++)
		if (j->in[i] == segment)
			j->in[i] = j->in[--j->in_count];
}

/* The memberships of the present lead, and what was decided about it. */
static int
read_about(struct judge *j, struct asides *a, int64_t lead, struct err *err)
{
	j->in_count = j->said_count = 0;
	if (beside_seek(&a->member, lead, err) < 0 ||
	    beside_seek(&a->override, lead, err) < 0 ||
	    beside_seek(&a->next, lead, err) < 0)
		return -1;
	while (a->member.lead == lead) {
		put_in(j, a->member.a);
		if (beside_next(&a->member, err) < 0)
			return -1;
	}
	while (a->override.lead == lead) {
		GROW(j->said, j->said_cap, j->said_count + 1);
		j->said[j->said_count++] = (struct said){
		    a->override.a, a->override.b > 0, a->override.b > 1};
		if (beside_next(&a->override, err) < 0)
			return -1;
	}
	return 0;
}

static const struct said *
said_about(const struct judge *j, int64_t segment)
{
	for (size_t i = 0; i < j->said_count; i++)
		if (j->said[i].segment == segment)
			return &j->said[i];
	return NULL;
}

static bool
is_in(const struct judge *j, int64_t segment)
{
	for (size_t i = 0; i < j->in_count; i++)
		if (j->in[i] == segment)
			return true;
	return false;
}

static void
tell(struct judge *j, const struct kept *k, const struct lead_view *view,
    const struct cond_subject *subject, const struct said *said, bool in,
    struct batch *b)
{
	buf_clear(&j->because);
	if (said)
		buf_addstr(
		    &j->because, in ? "included by hand" : "excluded by hand");
	else
		cond_because(
		    k->segment->where, subject, &j->moment, &j->because);
	batch_line(b, k, view->values[LEAD_ID].text, in, buf_str(&j->because));
}

/* One segment's verdict on the present lead. */
static void
judge_one(struct judge *j, const struct kept *k, const struct lead_view *view,
    struct batch *b, int64_t *next)
{
	const struct said *said = said_about(j, k->id);
	struct cond_subject subject = view->subject;
	bool truth, in, was = is_in(j, k->id);

	subject.segments = j->in;
	subject.segment_count = j->in_count;
	truth = cond_eval(k->segment->where, &subject, &j->moment, next);
	in = said ? said->included : truth;
	if (in && was && said && said->hand != !truth)
		batch_rehand(b, k, view->lead_id, !truth);
	if (in == was)
		return;
	if (j->lines)
		tell(j, k, view, &subject, said, in, b);
	if (in) {
		batch_enter(b, k, view->lead_id, !truth);
		put_in(j, k->id);
	} else {
		batch_leave(b, k, view->lead_id);
		take_out(j, k->id);
	}
	if (!j->whole && k->asked_for)
		batch_again(b, view->lead_id);
}

static int
judge_lead(struct judge *j, const struct lead_view *view, struct asides *a,
    struct batch *b, struct err *err)
{
	int64_t next = view->next_at, before;

	if (read_about(j, a, view->lead_id, err) < 0)
		return -1;
	before = a->next.lead == view->lead_id ? a->next.a : INT64_MAX;
	for (size_t i = 0; i < j->plan->count; i++) {
		size_t at = j->plan->order[i];

		if (j->ask ? j->ask[at] : j->plan->kept[at].follows)
			judge_one(j, &j->plan->kept[at], view, b, &next);
	}
	b->looked++;
	/* What was not asked may be due as it was. */
	if (!j->whole && before < next)
		next = before;
	if (next != before)
		batch_next(b, view->lead_id, next);
	batch_due(b, view->lead_id, next);
	return 0;
}

/* ---- many ---------------------------------------------------------------- */

static int
judge_views(struct judge *j, struct lead_views *views, struct asides *a,
    struct batch *b, struct err *err)
{
	const struct lead_view *view;
	int got;

	while ((got = lead_views_next(views, &view, err)) > 0)
		if (judge_lead(j, view, a, b, err) < 0)
			return -1;
	batch_due_end(b);
	return got;
}

static int
judge_beside(struct judge *j, struct lead_views *views,
    const struct sql *const sql[3], const struct bind *binds, size_t count,
    struct batch *b, struct err *err)
{
	struct asides a = {0};
	int code = -1;

	if (beside_open(&a.member, j->st, sql[0], binds, count, err) == 0 &&
	    beside_open(&a.override, j->st, sql[1], binds, count, err) == 0 &&
	    beside_open(&a.next, j->st, sql[2], binds, count, err) == 0)
		code = judge_views(j, views, &a, b, err);
	beside_close(&a.member);
	beside_close(&a.override);
	beside_close(&a.next);
	return code;
}

int
judge_range(struct judge *j, int64_t after, int64_t last, struct batch *b,
    struct err *err)
{
	static const struct sql *const sql[] = {&sql_segment_members_range,
	    &sql_segment_overrides_range, &sql_segment_next_range};
	struct bind binds[] = {
	    BIND_INT(j->tenant->id), BIND_INT(after), BIND_INT(last)};
	struct lead_views *views = NULL;
	int code = lead_views_range(j->st, j->tenant, &j->needs, &j->moment,
	    after, last, INT64_MAX, &views, err);

	if (code == 0)
		code = judge_beside(j, views, sql, binds, 3, b, err);
	lead_views_close(views);
	return code;
}

int
judge_of(struct judge *j, const int64_t *leads, size_t count, struct batch *b,
    struct err *err)
{
	static const struct sql *const sql[] = {&sql_segment_members_of,
	    &sql_segment_overrides_of, &sql_segment_next_of};
	struct bind binds[] = {BIND_INT(j->tenant->id)};
	struct lead_views *views = NULL;
	int code = lead_views_of(
	    j->st, j->tenant, &j->needs, &j->moment, leads, count, &views, err);

	/* The views have filled bulk_lead_pick. */
	if (code == 0)
		code = judge_beside(j, views, sql, binds, 1, b, err);
	lead_views_close(views);
	return code;
}
