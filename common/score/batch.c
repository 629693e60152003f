/* SPDX-License-Identifier: ISC */
/*
 * From leads to rows: computes scores next to the ones there were, and
 * gathers what has to be written, signalled and printed.
 */
#include <stdlib.h>
#include <string.h>

#include "score/score.sql.h"
#include "score/score_priv.h"

/* ---- the batch ---------------------------------------------------- */

struct score_batch *
score_batch_new(void)
{
	struct score_batch *b = xcalloc(1, sizeof(*b));

	b->score = bulk_new(&bulk_score);
	b->old = bulk_new(&bulk_score_old);
	b->due = bulk_new(&bulk_score_due);
	b->signal = bulk_new(&bulk_signal);
	b->marks = bulk_new(&bulk_lead_mark);
	b->due_chunk = -1;
	return b;
}

void
score_batch_clear(struct score_batch *b)
{
	bulk_clear(b->score);
	bulk_clear(b->old);
	bulk_clear(b->due);
	bulk_clear(b->signal);
	bulk_clear(b->marks);
	buf_clear(&b->lines);
	b->scored = b->moved = b->hot = b->cooled = 0;
	b->due_chunk = -1;
}

void
score_batch_free(struct score_batch *b)
{
	if (!b)
		return;
	bulk_free(b->score);
	bulk_free(b->old);
	bulk_free(b->due);
	bulk_free(b->signal);
	bulk_free(b->marks);
	buf_release(&b->lines);
	free(b);
}

int
score_batch_write(struct store *st, const struct tenant *t, int64_t now,
    struct score_batch *b, struct err *err)
{
	if (store_bulk_run(st, b->old, &sql_score_history_write,
		BINDS(BIND_INT(t->id)), err) < 0 ||
	    store_bulk_run(st, b->score, &sql_score_write,
		BINDS(BIND_INT(t->id)), err) < 0 ||
	    store_bulk_run(st, b->due, &sql_score_due_lower,
		BINDS(BIND_INT(t->id)), err) < 0)
		return -1;
	if (work_changed_bulk(st, t->id, WORK_SCORE, b->marks, err) < 0)
		return -1;
	return signal_add_bulk(st, t->id, now, b->signal, err);
}

/* Leads come in ascending order, so a chunk's are together. */
static void
note_due(struct score_batch *b, int64_t lead, int64_t next)
{
	int64_t chunk = lead / 256;

	if (b->due_chunk >= 0 && (chunk != b->due_chunk || lead < 0)) {
		bulk_int(b->due, b->due_chunk);
		bulk_int(b->due, b->due_at);
		bulk_end_row(b->due);
		b->due_chunk = -1;
	}
	if (next == INT64_MAX || lead < 0)
		return;
	if (b->due_chunk < 0 || next < b->due_at)
		b->due_at = next;
	b->due_chunk = chunk;
}

/* ---- the score there was
 * ------------------------------------------------------ */

struct old_score {
	int64_t lead; /* INT64_MAX: there are no more */
	int64_t score, fit, engagement, at, next_at;
	struct score_hot hot;
	struct str points;
};

static int
read_old(struct rows *rows, struct old_score *old, struct err *err)
{
	int got = rows_next(rows, err);

	if (got < 0)
		return -1;
	if (got == 0) {
		old->lead = INT64_MAX;
		return 0;
	}
	old->lead = rows_int(rows, 0);
	old->score = rows_int(rows, 1);
	old->fit = rows_int(rows, 2);
	old->engagement = rows_int(rows, 3);
	old->hot.is_hot = rows_int(rows, 4) != 0;
	old->hot.armed = rows_int(rows, 5) != 0;
	old->hot.became_hot_at =
	    rows_null(rows, 6) ? LEAD_MISSING : rows_int(rows, 6);
	old->at = rows_int(rows, 7);
	old->next_at = rows_null(rows, 8) ? INT64_MAX : rows_int(rows, 8);
	old->points = rows_blob(rows, 9);
	return 0;
}

/* ---- the scorer
 * ---------------------------------------------------------------- */

/* What a line says of a part is the same for every lead but for the points. */
static void
make_openings(struct scorer *s)
{
	size_t parts = score_part_count(s->rules);
	struct buf name = {0}, text = {0};

	s->opening = xcalloc(parts, sizeof(*s->opening));
	for (size_t i = 0; i < parts; i++) {
		buf_clear(&name);
		buf_clear(&text);
		score_part_name(s->rules, i, &name);
		buf_addstr(&text, "{\"rule\":");
		json_quote(&text, buf_str(&name));
		buf_addstr(&text, ",\"points\":");
		s->opening[i] = arena_str(&s->arena, buf_str(&text));
	}
	buf_release(&name);
	buf_release(&text);
}

void
scorer_init(struct scorer *s, const struct tenant *t,
    const struct score_apply *job, int64_t version)
{
	memset(s, 0, sizeof(*s));
	s->tenant = t;
	s->rules = job->rules;
	s->version = version;
	s->moment = job->moment;
	s->lines = job->flush != NULL;
	score_rules_needs(job->rules, &s->needs);
	if (s->lines) {
		s->needs.field[LEAD_ID] = true;
		s->needs.field[LEAD_EMAIL] = true;
	}
	score_result_init(&s->result, job->rules);
	if (s->lines)
		make_openings(s);
}

void
scorer_release(struct scorer *s)
{
	score_result_release(&s->result);
	buf_release(&s->blob);
	free(s->opening);
	arena_release(&s->arena);
}

static void
add_parts(struct scorer *s, struct buf *out)
{
	size_t parts = score_part_count(s->rules);
	bool first = true;

	buf_adds(out, STR(",\"rules\":["));
	for (size_t i = 0; i < parts; i++) {
		if (!s->result.part[i])
			continue;
		if (!first)
			buf_addc(out, ',');
		first = false;
		buf_adds(out, s->opening[i]);
		score_add_points(out, s->result.part[i]);
		buf_addc(out, '}');
	}
	buf_adds(out, STR("]}\n"));
}

/* A million of them are made in a first pass: no writer in between. */
static void
add_line(struct scorer *s, const struct lead_view *view,
    const struct old_score *old, const struct score_hot *hot,
    struct score_batch *b)
{
	const struct score_result *r = &s->result;
	struct buf *out = &b->lines;

	buf_adds(out, STR("{\"lead\":"));
	json_quote(out, view->values[LEAD_ID].text);
	if (view->values[LEAD_EMAIL].kind == COND_IS_TEXT) {
		buf_adds(out, STR(",\"email\":"));
		json_quote(out, view->values[LEAD_EMAIL].text);
	}
	if (old) {
		buf_adds(out, STR(",\"old_score\":"));
		buf_addint(out, old->score);
	}
	buf_adds(out, STR(",\"score\":"));
	buf_addint(out, r->score);
	buf_adds(out, STR(",\"fit\":"));
	buf_addint(out, r->fit);
	buf_adds(out, STR(",\"engagement\":"));
	buf_addint(out, r->engagement);
	buf_adds(out, STR(",\"band\":\""));
	buf_addstr(out, tenant_band(s->tenant, r->score));
	buf_adds(out, STR("\",\"priority\":\""));
	buf_addstr(out, tenant_priority(s->tenant, r->score, hot->is_hot));
	buf_adds(out, hot->is_hot ? STR("\",\"is_hot\":true")
				  : STR("\",\"is_hot\":false"));
	if (hot->became_hot_at != LEAD_MISSING) {
		buf_adds(out, STR(",\"became_hot_at\":\""));
		time_add(out, hot->became_hot_at);
		buf_addc(out, '"');
	}
	add_parts(s, out);
}

static void
add_signal(struct score_batch *b, enum score_turn turn, int64_t lead,
    int64_t old, int64_t score)
{
	char data[80];
	int n =
	    snprintf(data, sizeof(data), "{\"old_score\":%lld,\"score\":%lld}",
		(long long)old, (long long)score);

	bulk_int(b->signal, (int64_t)bulk_count(b->signal));
	bulk_text(b->signal,
	    turn == SCORE_TURN_HOT ? STR("lead.hot") : STR("lead.cooled"));
	bulk_int(b->signal, lead);
	bulk_text(b->signal, (struct str){data, (size_t)n});
	bulk_end_row(b->signal);
	if (turn == SCORE_TURN_HOT)
		b->hot++;
	else
		b->cooled++;
}

static void
add_row(struct scorer *s, struct score_batch *b, int64_t lead, int64_t at,
    int64_t next, const struct score_hot *hot)
{
	bulk_int(b->score, lead);
	bulk_int(b->score, s->result.score);
	bulk_int(b->score, s->result.fit);
	bulk_int(b->score, s->result.engagement);
	bulk_int(b->score, hot->is_hot);
	bulk_int(b->score, hot->armed);
	if (hot->became_hot_at == LEAD_MISSING)
		bulk_null(b->score);
	else
		bulk_int(b->score, hot->became_hot_at);
	bulk_int(b->score, at);
	if (next == INT64_MAX)
		bulk_null(b->score);
	else
		bulk_int(b->score, next);
	bulk_blob(b->score, buf_str(&s->blob));
	bulk_end_row(b->score);
}

static void
add_old(struct score_batch *b, const struct old_score *old)
{
	bulk_int(b->old, old->lead);
	bulk_int(b->old, old->at);
	bulk_int(b->old, old->score);
	bulk_int(b->old, old->fit);
	bulk_int(b->old, old->engagement);
	bulk_blob(b->old, old->points);
	bulk_end_row(b->old);
}

/* One lead; old is NULL when it never had a score. */
static void
score_lead(struct scorer *s, const struct lead_view *view,
    const struct old_score *old, struct score_batch *b)
{
	int64_t now = s->moment.now, next, at = now;
	struct score_hot hot = old ? old->hot : score_hot_new;
	struct score_hot before = hot;
	bool changed, moved;
	enum score_turn turn;

	b->scored++;
	score_compute(s->rules, view, &s->moment, &s->result);
	next = s->result.next_at;
	turn = score_hot_step(
	    &s->tenant->settings, s->result.score, now, &hot, &next);
	if (turn != SCORE_TURN_NONE)
		add_signal(b, turn, view->lead_id, old ? old->score : 0,
		    s->result.score);
	changed = s->result.score != (old ? old->score : 0) ||
		  s->result.fit != (old ? old->fit : 0) ||
		  s->result.engagement != (old ? old->engagement : 0);
	moved = changed || hot.is_hot != before.is_hot ||
		hot.became_hot_at != before.became_hot_at;
	/* A score that stays what it was keeps its moment and the points it was
	 * made of then: what history says does not depend on who looked when.
	 */
	buf_clear(&s->blob);
	if (old && !changed) {
		at = old->at;
		buf_adds(&s->blob, old->points);
	} else {
		score_pack(&s->result, s->version, &s->blob);
	}
	if (!old || moved || hot.armed != before.armed || next != old->next_at)
		add_row(s, b, view->lead_id, at, next, &hot);
	/* Also of a row that stays as it is: a full pass has forgotten all
	 * bounds before it began. */
	note_due(b, view->lead_id, next);
	if (old && changed)
		add_old(b, old);
	/* A first score is news, whatever it is: there was none. */
	if (!old || moved) {
		bulk_int(b->marks, view->lead_id);
		bulk_end_row(b->marks);
	}
	if (moved) {
		b->moved++;
		if (s->lines)
			add_line(s, view, old, &hot, b);
	}
}

static int
score_views(struct scorer *s, struct lead_views *views, struct rows *rows,
    struct score_batch *b, struct err *err)
{
	const struct lead_view *view;
	struct old_score old;
	int got;

	if (read_old(rows, &old, err) < 0)
		return -1;
	while ((got = lead_views_next(views, &view, err)) > 0) {
		while (old.lead < view->lead_id)
			if (read_old(rows, &old, err) < 0)
				return -1;
		score_lead(s, view, old.lead == view->lead_id ? &old : NULL, b);
	}
	note_due(b, -1, INT64_MAX);
	return got;
}

int
scorer_range(struct scorer *s, struct store *st, int64_t after, int64_t last,
    struct score_batch *b, struct err *err)
{
	struct lead_views *views = NULL;
	struct rows *rows = NULL;
	int code = lead_views_range(st, s->tenant, &s->needs, &s->moment, after,
	    last, INT64_MAX, &views, err);

	if (code == 0)
		code = store_query(st, &sql_score_old_range,
		    BINDS(BIND_INT(s->tenant->id), BIND_INT(after),
			BIND_INT(last)),
		    &rows, err);
	if (code == 0)
		code = score_views(s, views, rows, b, err);
	rows_close(rows);
	lead_views_close(views);
	return code;
}

int
scorer_of(struct scorer *s, struct store *st, const int64_t *leads,
    size_t count, struct score_batch *b, struct err *err)
{
	struct lead_views *views = NULL;
	struct rows *rows = NULL;
	int code = lead_views_of(
	    st, s->tenant, &s->needs, &s->moment, leads, count, &views, err);

	/* The views have filled bulk_lead_pick. */
	if (code == 0)
		code = store_query(st, &sql_score_old_of,
		    BINDS(BIND_INT(s->tenant->id)), &rows, err);
	if (code == 0)
		code = score_views(s, views, rows, b, err);
	rows_close(rows);
	lead_views_close(views);
	return code;
}
