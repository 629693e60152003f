/* SPDX-License-Identifier: ISC */
/*
 * Why: the condition as a tree, each part with its truth and, for a test, the
 * value it saw. Here every part is looked at, also where the truth is decided
 * already.
 */
#include "cond/cond_priv.h"

static void
put_time(struct json_writer *w, int64_t at)
{
	struct buf b = {0};

	time_add(&b, at);
	json_put_text(w, buf_str(&b));
	buf_release(&b);
}

static void
put_events(struct view *v, const struct operand *on, struct json_writer *w)
{
	struct events_seen seen;

	events_look(v, on, &seen, NULL);
	if (on->kind == ON_COUNT)
		json_put_int(w, (int64_t)seen.count);
	else if (seen.count == 0)
		json_put_null(w);
	else
		put_time(w, on->kind == ON_LAST ? seen.latest : seen.earliest);
}

static void
put_list(struct view *v, const struct operand *on, struct json_writer *w)
{
	struct list_state state = {0};
	struct str item;

	json_put_array(w);
	while (value_next(v, on, &state, &item))
		json_put_text(w, item);
	json_put_end(w);
}

/* The latest change, or since when the value is held. */
static void
put_history(struct view *v, const struct node *test, struct json_writer *w)
{
	int64_t at;

	if (history_seen(v, test, &at))
		put_time(w, at);
	else
		json_put_null(w);
}

/* What the test saw; null for what is missing or cannot be read as its
 * type. */
static void
put_value(struct view *v, const struct node *test, struct json_writer *w)
{
	const struct operand *on = &test->on;
	struct str text;
	double number;
	int64_t at;
	bool flag;

	if (on->kind >= ON_COUNT)
		put_events(v, on, w);
	else if (test->op == OP_CHANGED || test->op == OP_HELD)
		put_history(v, test, w);
	else if (on->kind == ON_SEGMENT)
		json_put_bool(w, in_segment(v, on));
	else if (on->kind == ON_LOT && lot_drawn(v, on, &at))
		json_put_real(w, (double)at * 100 / 4294967296.0);
	else if (on->yearly && value_time(v, on, &at) &&
		 (at = anniversary_seen(test, at, v->moment)) <= TIME_MAX)
		put_time(w, at);
	else if (test->type == COND_LIST)
		put_list(v, on, w);
	else if (on->kind == ON_LOT || on->yearly)
		json_put_null(w);
	else if (test->type == COND_NUMBER && value_number(v, on, &number))
		json_put_real(w, number);
	else if (test->type == COND_TIME && value_time(v, on, &at))
		put_time(w, at);
	else if (test->type == COND_BOOL && value_bool(v, on, &flag))
		json_put_bool(w, flag);
	else if (test->type == COND_TEXT && value_text(v, on, &text))
		json_put_text(w, text);
	else
		json_put_null(w);
}

static void
put_node(struct view *v, const struct cond *c, const struct node *n,
    struct json_writer *w)
{
	json_put_object(w);
	if (n->kind == NODE_TEST) {
		struct buf b = {0};

		print_node(n, c, &b);
		json_put_name(w, "condition");
		json_put_text(w, buf_str(&b));
		buf_release(&b);
	} else if (n->kind != NODE_NOT) {
		json_put_name(w, "logic");
		json_put_text(w, n->kind == NODE_AND ? STR("AND") : STR("OR"));
	}
	json_put_name(w, "true");
	json_put_bool(w, eval_node(v, n, NULL));
	if (n->kind == NODE_TEST) {
		json_put_name(w, "value");
		put_value(v, n, w);
	} else if (n->kind == NODE_NOT) {
		json_put_name(w, "not");
		put_node(v, c, n->kids[0], w);
	} else {
		json_put_name(w, "conditions");
		json_put_array(w);
		for (size_t i = 0; i < n->count; i++)
			put_node(v, c, n->kids[i], w);
		json_put_end(w);
	}
	json_put_end(w);
}

void
cond_explain(const struct cond *c, const struct cond_subject *subject,
    const struct cond_moment *moment, struct buf *out)
{
	struct view v = {.subject = subject, .moment = moment, .cond = c};
	struct json_writer w = {.out = out};

	put_node(&v, c, c->root, &w);
	arena_release(&v.scratch);
}
