/* SPDX-License-Identifier: ISC */
/*
 * When fields changed: `changed(stage, 7d)` and `stage for more than 14d`. How
 * a value came to be is no change of it; until it first changes, it has been
 * held since the subject was there, or since its own first moment where one is
 * known.
 */
#include "cond/cond_priv.h"

/* The field whose history is kept, COND_ATTRS for an attribute. */
static size_t
history_field(const struct operand *on)
{
	return on->kind == ON_ATTR ? COND_ATTRS : on->index;
}

const struct cond_history *
history_of(const struct cond_catalogue *cat, const struct operand *on)
{
	return cat->history ? cat->history(history_field(on)) : NULL;
}

int
make_history(struct parser *p, const struct test_draft *d, struct node **ret)
{
	struct cond *c = p->cond;
	size_t count = p->literal_count - d->mark;
	struct buf name = {0};
	struct node *n;

	print_operand(&d->on, c, &name);
	if ((d->on.kind != ON_FIELD && d->on.kind != ON_ATTR) || d->on.yearly ||
	    p->in_where || !history_of(p->catalogue, &d->on)) {
		mistake(
		    p, d->on_spot, "changes of %s are not recorded", name.p);
		buf_release(&name);
		return -1;
	}
	buf_release(&name);
	if (count && p->literals[d->mark].kind != LIT_DURATION)
		return mistake(p, p->literals[d->mark].spot,
		    "expected a duration: 45s, 30m, 12h, 7d or 2w");
	if (count_parts(p, d->op_spot) < 0)
		return -1;
	n = arena_zalloc(&c->arena, sizeof(*n));
	n->kind = NODE_TEST;
	n->on = d->on;
	n->op = d->op;
	n->ages = c->time = true; /* changes may lie ahead */
	n->type = d->on.kind == ON_FIELD
		      ? p->catalogue->fields[d->on.index].type
		      : COND_TEXT;
	n->literals = arena_zalloc(&c->arena, sizeof(*n->literals));
	n->literal_count = count;
	if (count)
		n->literals[0] = p->literals[d->mark];
	p->literal_count = d->mark;
	n->depth = 12;
	if (d->on.kind == ON_FIELD)
		c->histories[d->on.index] = true;
	else
		c->attr_histories = true;
	if (d->op == OP_HELD) {
		c->since_field = p->catalogue->since_field;
		c->fields[c->since_field] = true;
	}
	*ret = n;
	return 0;
}

bool
cond_uses_history(const struct cond *c, size_t field)
{
	if (field == COND_ATTRS)
		return c->attr_histories;
	return field < c->field_count && c->histories[field];
}

/* ---- the truth ---------------------------------------------------------- */

struct past {
	bool changed, known;
	int64_t latest; /* change, when there was one */
	int64_t first;  /* moment of its own, when that is known */
};

static void
look(const struct view *v, const struct operand *on, struct past *ret,
    int64_t *next)
{
	size_t field = history_field(on);

	*ret = (struct past){.latest = INT64_MIN};
	for (size_t i = 0; i < v->subject->change_count; i++) {
		const struct cond_change *c = &v->subject->changes[i];

		if (c->field != field ||
		    (field == COND_ATTRS && !str_eq(c->key, on->name)))
			continue;
		if (c->first) {
			ret->known = true;
			ret->first = c->at;
		} else if (c->at > v->moment->now) {
			next_lower(next, c->at);
		} else {
			ret->changed = true;
			if (c->at > ret->latest)
				ret->latest = c->at;
		}
	}
}

/* Since when the value is what it is; false when it is missing or nobody
 * knows. */
static bool
held_since(struct view *v, const struct node *test, int64_t *ret, int64_t *next)
{
	struct node there = *test;
	const struct cond_value *since =
	    &v->subject->values[v->cond->since_field];
	struct past past;

	there.op = OP_EXISTS;
	there.negated = false;
	if (!eval_test(v, &there, NULL))
		return false;
	look(v, &test->on, &past, next);
	if (past.changed)
		*ret = past.latest;
	else if (past.known)
		*ret = past.first;
	else if (since->kind == COND_IS_TIME)
		*ret = since->time;
	else
		return false;
	return true;
}

bool
eval_history(struct view *v, const struct node *test, int64_t *next)
{
	int64_t now = v->moment->now, window = test->literals[0].low, since;
	struct past past;

	if (test->op == OP_HELD) {
		if (!held_since(v, test, &since, next))
			return false;
		if (since <= now - window)
			return true;
		next_lower(next, time_plus(since, window));
		return false;
	}
	look(v, &test->on, &past, next);
	if (!past.changed || test->literal_count == 0)
		return past.changed;
	if (past.latest <= now - window)
		return false;
	next_lower(next, time_plus(past.latest, window));
	return true;
}

bool
history_seen(struct view *v, const struct node *test, int64_t *ret)
{
	struct past past;

	if (test->op == OP_HELD)
		return held_since(v, test, ret, NULL);
	look(v, &test->on, &past, NULL);
	*ret = past.latest;
	return past.changed;
}
