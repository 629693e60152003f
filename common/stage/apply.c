/* SPDX-License-Identifier: ISC */
/*
 * Rules move leads: finds out who is to be looked at, looks at them in steps,
 * and leaves everything so that a killed run is completed by the next one.
 */
#include <stdlib.h>
#include <string.h>

#include "stage/stage.sql.h"
#include "stage/stage_priv.h"

enum { STEP = 1000 }; /* leads of one transaction */

struct run {
	struct store *st;
	const struct tenant *tenant;
	const struct stage_apply *job;
	struct stage_applied *ret;
	const struct stages *m;
	struct cond_moment moment; /* a pass goes on at its own */
	struct lead_needs needs;
	struct stage_batch *batch;
	char checksum[65];
	bool applied, pass; /* all agree with the model; a pass is under way */
	int64_t pass_lead, pass_now;
};

/* ---- one lead -------------------------------------------------------------
 */

/* Somebody else has set the stage: as if moved by hand. */
static bool
take_given(struct run *r, struct stage_state *s, struct stage_note *note,
    const struct cond_value *stage)
{
	struct str name =
	    stage->kind == COND_IS_TEXT ? stage->text : (struct str){0};

	if (str_eq(name, s->name) && !name.p == !s->name.p)
		return false;
	note->from = s->name;
	note->to = name;
	note->at = r->moment.now;
	note->number = ++s->moves;
	note->by = "given";
	note->why = (struct str){0};
	stage_batch_move(r->batch, note);
	s->name = name;
	s->stage = stage_find(r->m, name);
	s->since = s->hand_at = r->moment.now;
	s->held = true;
	for (size_t i = 0; i < STAGES_MAX; i++)
		s->waiting[i] = LEAD_MISSING;
	return true;
}

static void
add_reason(struct buf *out, const struct stage_rule *rule)
{
	if (rule->event)
		buf_addstr(out, rule->event);
	if (rule->event && rule->when)
		buf_addstr(out, ", ");
	if (rule->when)
		cond_print(rule->when, out);
	if (rule->wait) {
		buf_addstr(out, " for ");
		duration_add(out, rule->wait);
	}
}

static void
tell_moves(struct run *r, const struct stage_state *s,
    const struct stage_move_made *made, size_t count, struct stage_note *note)
{
	struct buf why = {0};

	for (size_t i = 0; i < count; i++) {
		buf_clear(&why);
		add_reason(&why, made[i].rule);
		note->from = made[i].from;
		note->to = made[i].to;
		note->at = made[i].at;
		note->number = s->moves - (int64_t)(count - 1 - i);
		note->by = "rule";
		note->why = buf_str(&why);
		stage_batch_move(r->batch, note);
	}
	buf_release(&why);
	bulk_int(r->batch->lead, note->lead);
	bulk_text(r->batch->lead, s->name);
	bulk_end_row(r->batch->lead);
	bulk_int(r->batch->marks, note->lead);
	bulk_end_row(r->batch->marks);
}

/* changed: since it was looked at last, so that what people decided is open
 * again. */
static void
look_at(struct run *r, const struct lead_view *view, struct stage_state *s,
    bool stored, int64_t old_next, bool changed)
{
	struct stage_move_made made[STAGES_MAX];
	struct stage_state before = *s;
	struct stage_note note = {
	    .lead = view->lead_id, .id = view->values[LEAD_ID].text};
	int64_t next = INT64_MAX;
	size_t count = 0;
	bool given;

	if (view->values[LEAD_EMAIL].kind == COND_IS_TEXT)
		note.email = view->values[LEAD_EMAIL].text;
	r->batch->leads++;
	given = take_given(r, s, &note, &view->values[LEAD_STAGE]);
	if (!given && changed)
		s->held = false;
	if (!s->held) {
		next = view->next_at;
		count = stage_steps(r->m, view, &r->moment, s, made, &next);
	}
	if (count)
		tell_moves(r, s, made, count, &note);
	if (given || count || s->held != before.held || next != old_next ||
	    memcmp(s->waiting, before.waiting, sizeof(s->waiting)) != 0)
		if (stored || s->name.p || next != INT64_MAX)
			stage_batch_state(
			    r->batch, r->m, view->lead_id, s, next);
}

/* ---- many -----------------------------------------------------------------
 */

/* Both in ascending order; a lead without a state has none yet. */
static int
look_at_all(struct run *r, struct lead_views *views, struct rows *states,
    bool changed, struct err *err)
{
	const struct lead_view *view;
	int64_t stored = -1;
	int got, more = 1;

	while ((got = lead_views_next(views, &view, err)) > 0) {
		struct stage_state s;
		int64_t next = INT64_MAX;

		while (more > 0 && stored < view->lead_id) {
			more = rows_next(states, err);
			if (more > 0)
				stored = rows_int(states, 0);
		}
		if (more < 0)
			return -1;
		stage_state_init(&s);
		if (more > 0 && stored == view->lead_id) {
			stage_state_read(r->m, states, &s);
			if (!rows_null(states, 7))
				next = rows_int(states, 7);
		}
		look_at(r, view, &s, more > 0 && stored == view->lead_id, next,
		    changed);
	}
	return got;
}

static int
look_at_these(struct run *r, const int64_t *leads, size_t count, bool changed,
    struct err *err)
{
	struct lead_views *views;
	struct rows *states;
	int code;

	if (lead_views_of(r->st, r->tenant, &r->needs, &r->moment, leads, count,
		&views, err) < 0)
		return -1;
	code = store_query(r->st, &sql_stage_state_of,
	    BINDS(BIND_INT(r->tenant->id)), &states, err);
	if (code == 0) {
		code = look_at_all(r, views, states, changed, err);
		rows_close(states);
	}
	lead_views_close(views);
	return code;
}

static int
look_at_range(struct run *r, int64_t after, int64_t last, struct err *err)
{
	struct lead_views *views;
	struct rows *states;
	int code;

	if (lead_views_range(r->st, r->tenant, &r->needs, &r->moment, after,
		last, STEP, &views, err) < 0)
		return -1;
	code = store_query(r->st, &sql_stage_state_range,
	    BINDS(BIND_INT(r->tenant->id), BIND_INT(after), BIND_INT(last)),
	    &states, err);
	if (code == 0) {
		code = look_at_all(r, views, states, false, err);
		rows_close(states);
	}
	lead_views_close(views);
	return code;
}

/* ---- steps ----------------------------------------------------------------
 */

static int
begin_step(struct run *r, struct err *err)
{
	stage_batch_clear(r->batch);
	return store_begin(r->st,
	    r->job->dry_run ? STORE_SNAPSHOT : STORE_CHANGE, "stage apply",
	    err);
}

/* Writes and commits what was found, and tells of it. */
static int
end_step(struct run *r, uint64_t whole, struct err *err)
{
	const struct stage_apply *job = r->job;

	if (job->dry_run)
		store_rollback(r->st);
	else if (stage_batch_write(
		     r->st, r->tenant, r->moment.now, r->batch, err) < 0 ||
		 store_commit(r->st, false, err) < 0 ||
		 lease_renew(r->st, err) < 0)
		return -1;
	r->ret->leads += r->batch->leads;
	r->ret->moves += r->batch->moves;
	if (job->flush && r->batch->lines.len &&
	    job->flush(job->context, buf_str(&r->batch->lines), err) < 0)
		return -1;
	if (job->progress && job->progress(job->context, r->ret->leads, whole))
		r->ret->stopped = true;
	return 0;
}

/* The first column, and the last row's second one where that is wanted. */
static int
list_numbers(struct run *r, const struct sql *sql, const struct bind *binds,
    size_t count, int64_t *ret, size_t *ret_count, int64_t *ret_last,
    struct err *err)
{
	struct rows *rows;
	int got;

	*ret_count = 0;
	if (store_query(r->st, sql, binds, count, &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		ret[(*ret_count)++] = rows_int(rows, 0);
		if (ret_last)
			*ret_last = rows_int(rows, 1);
	}
	rows_close(rows);
	return got;
}

/* The next marks: taken, or only looked at in a dry run. */
static int
next_marks(struct run *r, int64_t after, int64_t leads[STEP], size_t *ret,
    struct err *err)
{
	if (!r->job->dry_run)
		return work_claim(
		    r->st, r->tenant->id, WORK_STAGE, STEP, leads, ret, err);
	return work_look(
	    r->st, r->tenant->id, WORK_STAGE, after, STEP, leads, ret, err);
}

static int
do_marks(struct run *r, struct err *err)
{
	int64_t leads[STEP], after = 0;
	size_t count = 1;

	while (!r->ret->stopped) {
		if (begin_step(r, err) < 0 ||
		    next_marks(r, after, leads, &count, err) < 0)
			return -1;
		if (count == 0) {
			store_rollback(r->st);
			break;
		}
		if (look_at_these(r, leads, count, true, err) < 0 ||
		    end_step(r, 0, err) < 0)
			return -1;
		after = leads[count - 1];
	}
	return 0;
}

static int
next_due(struct run *r, int64_t *at, int64_t *lead, int64_t limit,
    int64_t *leads, size_t *ret, struct err *err)
{
	if (list_numbers(r, &sql_stage_due,
		BINDS(BIND_INT(r->tenant->id), BIND_INT(r->job->moment.now),
		    BIND_INT(*at), BIND_INT(*lead), BIND_INT(limit)),
		leads, ret, at, err) < 0)
		return -1;
	if (*ret)
		*lead = leads[*ret - 1];
	return 0;
}

static int
do_due(struct run *r, struct err *err)
{
	int64_t leads[STEP], at = INT64_MIN, lead = -1;
	size_t count;

	while (!r->ret->stopped) {
		if (begin_step(r, err) < 0 ||
		    next_due(r, &at, &lead, STEP, leads, &count, err) < 0)
			return -1;
		if (count == 0) {
			store_rollback(r->st);
			break;
		}
		sort_ints(leads, count);
		if (look_at_these(r, leads, count, false, err) < 0 ||
		    end_step(r, 0, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- all of them ----------------------------------------------------------
 */

static int
begin_pass(struct run *r, struct err *err)
{
	int64_t tenant = r->tenant->id;

	if (r->job->dry_run)
		return 0;
	if (store_begin(r->st, STORE_CHANGE, "stage apply", err) < 0 ||
	    work_want(r->st, tenant, WORK_STAGE, true, err) < 0 ||
	    store_run(r->st, &sql_stage_pass_begin,
		BINDS(BIND_INT(tenant), BIND_TEXT(str_of(r->checksum)),
		    BIND_INT(r->moment.now)),
		NULL, err) < 0)
		return -1;
	r->pass_lead = 0;
	return store_commit(r->st, false, err);
}

static int
note_pass(struct run *r, const struct sql *sql, const struct bind *binds,
    size_t count, struct err *err)
{
	if (r->job->dry_run)
		return 0;
	return store_run(r->st, sql, binds, count, NULL, err);
}

static int
do_pass(struct run *r, struct err *err)
{
	int64_t tenant = r->tenant->id, last;
	bool resume = r->pass && !r->job->all;

	if (lead_last(r->st, r->tenant, &last, err) < 0)
		return -1;
	if (resume)
		r->moment.now = r->pass_now;
	else if (begin_pass(r, err) < 0)
		return -1;
	for (int64_t after = resume ? r->pass_lead : 0;
	     after < last && !r->ret->stopped; after += STEP) {
		if (begin_step(r, err) < 0 ||
		    look_at_range(r, after, after + STEP, err) < 0 ||
		    note_pass(r, &sql_stage_pass_advance,
			BINDS(BIND_INT(tenant), BIND_INT(after + STEP)),
			err) < 0 ||
		    end_step(r, (uint64_t)last, err) < 0)
			return -1;
	}
	r->moment = r->job->moment;
	if (r->job->dry_run || r->ret->stopped)
		return 0;
	if (store_begin(r->st, STORE_CHANGE, "stage apply", err) < 0 ||
	    note_pass(r, &sql_stage_pass_end, BINDS(BIND_INT(tenant)), err) < 0)
		return -1;
	return store_commit(r->st, false, err);
}

/* ---- one run --------------------------------------------------------------
 */

/* Whatever decides where a lead stands, beside the lead. */
static void
sum_model(struct run *r)
{
	const struct tenant_settings *set = &r->tenant->settings;
	struct buf text = {0};

	stages_print(r->m, &text);
	buf_addf(&text, "%s %s", set->zone_name, set->conversion_json);
	sha256_hex(text.p, text.len, r->checksum);
	buf_release(&text);
}

static int
read_standing(struct run *r, struct err *err)
{
	struct str mine = str_of(r->checksum);
	struct rows *rows;
	int got;

	if (store_query(r->st, &sql_stage_model_read,
		BINDS(BIND_INT(r->tenant->id)), &rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	r->applied = got > 0 && str_eq(rows_text(rows, 1), mine);
	r->pass = got > 0 && str_eq(rows_text(rows, 2), mine);
	if (r->pass) {
		r->pass_lead = rows_int(rows, 3);
		r->pass_now = rows_int(rows, 4);
	}
	rows_close(rows);
	return got < 0 ? -1 : 0;
}

/* 1 there is something to do, 0 nothing. Refuses a moment before the latest. */
static int
survey(struct run *r, struct err *err)
{
	const struct stage_apply *job = r->job;
	int64_t tenant = r->tenant->id, waiting = 0, due;
	int64_t at = INT64_MIN, lead = -1;
	size_t dues = 0;
	int code = -1;

	if (store_begin(r->st, job->dry_run ? STORE_SNAPSHOT : STORE_CHANGE,
		"stage apply", err) < 0)
		return -1;
	if ((job->dry_run || store_moment(r->st, tenant, job->moment.now,
				 job->replay, err) == 0) &&
	    stages_bind(job->stages, r->st, r->tenant, err) == 0 &&
	    read_standing(r, err) == 0 &&
	    work_count(r->st, tenant, WORK_STAGE, 1, &waiting, err) == 0 &&
	    next_due(r, &at, &lead, 1, &due, &dues, err) == 0)
		code = job->all || !r->applied || r->pass || waiting || dues;
	/* Nothing was changed: a run that finds nothing to do writes nothing.
	 */
	store_rollback(r->st);
	return code;
}

static int
do_run(struct run *r, struct err *err)
{
	bool pass = r->job->all || !r->applied || r->pass;
	int code;

	if (!r->job->dry_run) {
		if (store_begin(r->st, STORE_CHANGE, "stage apply", err) < 0 ||
		    store_moment(r->st, r->tenant->id, r->moment.now,
			r->job->replay, err) < 0 ||
		    store_commit(r->st, false, err) < 0)
			return -1;
	}
	r->batch = stage_batch_new();
	stages_needs(r->m, &r->needs);
	r->needs.field[LEAD_ID] = r->needs.field[LEAD_EMAIL] = true;
	code = pass ? do_pass(r, err) : 0;
	/* What a dry run of a pass has shown needs no more. */
	if (code == 0 && !(pass && r->job->dry_run))
		code = do_marks(r, err);
	if (code == 0 && !(pass && r->job->dry_run))
		code = do_due(r, err);
	stage_batch_free(r->batch);
	return code;
}

int
stage_apply(struct store *st, const struct tenant *t,
    const struct stage_apply *job, struct stage_applied *ret, struct err *err)
{
	struct run r = {.st = st,
	    .tenant = t,
	    .job = job,
	    .ret = ret,
	    .m = job->stages,
	    .moment = job->moment};
	int code, got;

	memset(ret, 0, sizeof(*ret));
	sum_model(&r);
	code = survey(&r, err);
	if (code <= 0)
		return code;
	if (job->dry_run) {
		code = do_run(&r, err);
		store_rollback(st);
		return code;
	}
	got = lease_take(st, t->id, "stage apply", &ret->holder, err);
	if (got <= 0)
		return got;
	buf_clear(&ret->holder);
	/* Another copy may have been at work until now. */
	code = survey(&r, err);
	if (code > 0)
		code = do_run(&r, err);
	if (code < 0)
		store_rollback(st);
	lease_release(st);
	/* One sync for all of it, the lease's end included. */
	return code < 0 ? -1 : store_sync(st, err);
}
