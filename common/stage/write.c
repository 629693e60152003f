/* SPDX-License-Identifier: ISC */
/* What moves write: states, history, the leads themselves, signals, marks. */
#include <stdlib.h>

#include "stage/stage.sql.h"
#include "stage/stage_priv.h"

struct stage_batch *
stage_batch_new(void)
{
	struct stage_batch *b = xcalloc(1, sizeof(*b));

	b->state = bulk_new(&bulk_stage_state);
	b->history = bulk_new(&bulk_stage_move);
	b->lead = bulk_new(&bulk_lead_stage);
	b->signal = bulk_new(&bulk_signal);
	b->marks = bulk_new(&bulk_lead_mark);
	return b;
}

void
stage_batch_clear(struct stage_batch *b)
{
	bulk_clear(b->state);
	bulk_clear(b->history);
	bulk_clear(b->lead);
	bulk_clear(b->signal);
	bulk_clear(b->marks);
	buf_clear(&b->lines);
	b->leads = b->moves = 0;
}

void
stage_batch_free(struct stage_batch *b)
{
	if (!b)
		return;
	bulk_free(b->state);
	bulk_free(b->history);
	bulk_free(b->lead);
	bulk_free(b->signal);
	bulk_free(b->marks);
	buf_release(&b->lines);
	free(b);
}

/* The members that lines and signals share. */
static void
put_move(struct json_writer *w, const struct stage_note *n)
{
	if (n->from.p)
		json_add_text(w, "from", n->from);
	if (n->to.p)
		json_add_text(w, "to", n->to);
	json_add_time(w, "at", n->at);
	json_add_text(w, "by", str_of(n->by));
	if (n->user.p)
		json_add_text(w, "user", n->user);
	if (n->why.p)
		json_add_text(w, "because", n->why);
}

static void
add_line(struct stage_batch *b, const struct stage_note *n)
{
	struct json_writer w = {.out = &b->lines};

	json_put_object(&w);
	json_add_text(&w, "lead", n->id);
	if (n->email.p)
		json_add_text(&w, "email", n->email);
	put_move(&w, n);
	json_put_end(&w);
	buf_addc(&b->lines, '\n');
}

static void
add_signal(struct stage_batch *b, const struct stage_note *n)
{
	struct buf data = {0};
	struct json_writer w = {.out = &data};

	json_put_object(&w);
	put_move(&w, n);
	json_put_end(&w);
	bulk_int(b->signal, (int64_t)bulk_count(b->signal));
	bulk_text(b->signal, STR("stage.changed"));
	bulk_int(b->signal, n->lead);
	bulk_text(b->signal, buf_str(&data));
	bulk_end_row(b->signal);
	buf_release(&data);
}

void
stage_batch_move(struct stage_batch *b, const struct stage_note *n)
{
	bulk_int(b->history, n->lead);
	bulk_int(b->history, n->number);
	bulk_int(b->history, n->at);
	bulk_text(b->history, n->from);
	bulk_text(b->history, n->to);
	bulk_text(b->history, str_of(n->by));
	bulk_text(b->history, n->user);
	bulk_text(b->history, n->why);
	bulk_end_row(b->history);
	add_line(b, n);
	add_signal(b, n);
	b->moves++;
}

static void
bulk_moment(struct bulk *b, int64_t at, int64_t missing)
{
	if (at == missing)
		bulk_null(b);
	else
		bulk_int(b, at);
}

void
stage_batch_state(struct stage_batch *b, const struct stages *m, int64_t lead,
    const struct stage_state *s, int64_t next)
{
	struct buf waiting = {0};

	stage_waiting_put(m, s, &waiting);
	bulk_int(b->state, lead);
	bulk_text(b->state, s->name);
	bulk_moment(b->state, s->since, LEAD_MISSING);
	bulk_moment(b->state, s->hand_at, LEAD_MISSING);
	bulk_int(b->state, s->held);
	bulk_int(b->state, s->moves);
	if (waiting.len)
		bulk_text(b->state, buf_str(&waiting));
	else
		bulk_null(b->state);
	bulk_moment(b->state, next, INT64_MAX);
	bulk_end_row(b->state);
	buf_release(&waiting);
}

int
stage_batch_write(struct store *st, const struct tenant *t, int64_t now,
    struct stage_batch *b, struct err *err)
{
	if (store_bulk_run(st, b->history, &sql_stage_history_write,
		BINDS(BIND_INT(t->id)), err) < 0 ||
	    store_bulk_run(st, b->state, &sql_stage_state_write,
		BINDS(BIND_INT(t->id)), err) < 0 ||
	    lead_stages_set(st, t, now, b->lead, err) < 0 ||
	    work_changed_bulk(st, t->id, WORK_STAGE, b->marks, err) < 0)
		return -1;
	return signal_add_bulk(st, t->id, now, b->signal, err);
}

void
stage_state_read(
    const struct stages *m, const struct rows *rows, struct stage_state *s)
{
	stage_state_init(s);
	s->name = rows_text(rows, 1);
	s->stage = stage_find(m, s->name);
	if (!rows_null(rows, 2))
		s->since = rows_int(rows, 2);
	if (!rows_null(rows, 3))
		s->hand_at = rows_int(rows, 3);
	s->held = rows_int(rows, 4) != 0;
	s->moves = rows_int(rows, 5);
	stage_waiting_take(m, rows_text(rows, 6), s);
}
