/* SPDX-License-Identifier: ISC */
/*
 * The truth of a condition for one subject. Groups stop at the first part
 * that decides; only that part can undo the decision, so only its next moment
 * counts.
 */
#include "cond/cond_priv.h"

enum { SEARCH_FROM = 8 }; /* values in a set before searching pays */

static bool
in_numbers(const struct node *test, double value)
{
	size_t low = 0, high = test->literal_count;

	if (high < SEARCH_FROM) {
		while (low < high && test->numbers[low] != value)
			low++;
		return low < high;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (test->numbers[middle] == value)
			return true;
		if (test->numbers[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool
in_texts(const struct node *test, struct str value)
{
	size_t low = 0, high = test->literal_count;

	if (high < SEARCH_FROM) {
		while (low < high && !str_eq(test->texts[low], value))
			low++;
		return low < high;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(test->texts[middle], value);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool
compare_number(const struct node *test, double value)
{
	const struct literal *l = test->literals;

	switch (test->op) {
	case OP_EQUAL:
		return value == l->number;
	case OP_LESS:
		return value < l->number;
	case OP_AT_MOST:
		return value <= l->number;
	case OP_GREATER:
		return value > l->number;
	case OP_AT_LEAST:
		return value >= l->number;
	case OP_BETWEEN:
		return value >= l->number && value <= l[1].number;
	case OP_IN:
		return in_numbers(test, value);
	default:
		BUG("operator %d on a number", test->op);
	}
}

bool
number_holds(const struct node *test, double value)
{
	return compare_number(test, value) != test->negated;
}

static bool
compare_text(const struct node *test, struct str value)
{
	const struct literal *l = test->literals;

	switch (test->op) {
	case OP_EQUAL:
		return str_eq(value, l->text);
	case OP_LESS:
		return str_cmp(value, l->text) < 0;
	case OP_AT_MOST:
		return str_cmp(value, l->text) <= 0;
	case OP_GREATER:
		return str_cmp(value, l->text) > 0;
	case OP_AT_LEAST:
		return str_cmp(value, l->text) >= 0;
	case OP_BETWEEN:
		return str_cmp(value, l->text) >= 0 &&
		       str_cmp(value, l[1].text) <= 0;
	case OP_IN:
		return in_texts(test, value);
	case OP_CONTAINS:
		return text_holds(value, test->folded, TEXT_ANYWHERE);
	case OP_STARTS:
		return text_holds(value, test->folded, TEXT_START);
	case OP_ENDS:
		return text_holds(value, test->folded, TEXT_END);
	default:
		BUG("operator %d on a text", test->op);
	}
}

/* Any element; a list that is not there has none. */
static bool
eval_list(struct view *v, const struct node *test)
{
	struct list_state state = {0};
	struct str item;
	bool yes = false;

	while (!yes && value_next(v, &test->on, &state, &item)) {
		if (test->op == OP_EXISTS)
			yes = true;
		else if (test->op == OP_CONTAINS)
			yes = text_holds(item, test->folded, TEXT_WHOLE);
		else
			yes = compare_text(test, item);
	}
	return yes != test->negated;
}

bool
eval_test(struct view *v, const struct node *test, int64_t *next)
{
	const struct operand *on = &test->on;
	struct str text;
	double number;
	int64_t at = 0;
	bool there, flag;

	if (on->kind >= ON_COUNT)
		return eval_events(v, test, next);
	if (test->op == OP_CHANGED || test->op == OP_HELD)
		return eval_history(v, test, next);
	if (on->kind == ON_SEGMENT)
		return in_segment(v, on);
	if (on->kind == ON_LOT)
		return lot_drawn(v, on, &at) && at < lot_limit(test);
	switch (test->type) {
	case COND_NUMBER:
		there = value_number(v, on, &number);
		if (test->op == OP_EXISTS)
			break;
		return there && number_holds(test, number);
	case COND_TEXT:
		there = value_text(v, on, &text);
		if (test->op == OP_EXISTS)
			break;
		return there && compare_text(test, text) != test->negated;
	case COND_TIME:
		there = value_time(v, on, &at);
		return eval_time(v->moment, test, there, at, next);
	case COND_BOOL:
		there = value_bool(v, on, &flag);
		if (test->op == OP_EXISTS)
			break;
		return there &&
		       (flag == (test->literals->number != 0)) != test->negated;
	case COND_LIST:
		return eval_list(v, test);
	default:
		BUG("type %d", test->type);
	}
	return there != test->negated;
}

static bool
eval_group(struct view *v, const struct node *n, int64_t *next)
{
	bool decides = n->kind == NODE_OR;
	int64_t soonest = INT64_MAX;

	for (size_t i = 0; i < n->count; i++) {
		int64_t own = INT64_MAX;

		if (eval_node(v, n->kids[i], next ? &own : NULL) == decides) {
			next_lower(next, own);
			return decides;
		}
		if (own < soonest)
			soonest = own;
	}
	next_lower(next, soonest);
	return !decides;
}

bool
eval_node(struct view *v, const struct node *n, int64_t *next)
{
	switch (n->kind) {
	case NODE_TEST:
		return eval_test(v, n, next);
	case NODE_NOT:
		return !eval_node(v, n->kids[0], next);
	case NODE_AND:
	case NODE_OR:
		break;
	}
	return eval_group(v, n, next);
}

bool
cond_eval(const struct cond *c, const struct cond_subject *subject,
    const struct cond_moment *moment, int64_t *next)
{
	struct view v = {.subject = subject, .moment = moment, .cond = c};
	bool truth = eval_node(&v, c->root, next);

	if (v.scratch.first)
		arena_release(&v.scratch);
	return truth;
}

bool
cond_eval_event(const struct cond *c, const struct cond_event *event,
    const struct cond_moment *moment, int64_t *next)
{
	struct cond_subject nobody = {0};
	struct view v = {
	    .subject = &nobody, .moment = moment, .cond = c, .event = event};
	bool truth = eval_node(&v, c->root, next);

	if (v.scratch.first)
		arena_release(&v.scratch);
	return truth;
}
