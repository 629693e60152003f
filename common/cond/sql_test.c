/* SPDX-License-Identifier: ISC */
/*
 * One test as SQL:
 *
 *	CASE WHEN what it looks at, compared THEN 1 ELSE 0 END = 1
 *
 * A missing value makes the comparison NULL, which CASE takes for not true.
 * What a test looks at is written once, for it may be a subquery.
 */
#include "cond/cond_sql.h"

static void
add(struct sql_maker *m, const char *text)
{
	buf_addstr(&m->out->text, text);
}

/* ---- what is looked at --------------------------------------------------
 */

/* FROM and WHERE of the events that count. */
static void
add_events(struct sql_maker *m, const struct operand *on)
{
	add(m, " ");
	sql_add_source(m, m->catalogue->events_sql,
	    BIND_TEXT(str_of(m->cond->types[on->index].name)));
	if (on->window) {
		add(m, " AND e.at > ");
		sql_add_parameter(m, BIND_INT(m->moment->now - on->window));
	}
	if (on->where) {
		add(m, " AND (");
		sql_add_node(m, on->where, true);
		add(m, ")");
	}
}

static void
add_attr(struct sql_maker *m, const struct node *test)
{
	const struct operand *on = &test->on;

	switch (test->type) {
	case COND_NUMBER:
		add(m, "dl_attr_real(");
		break;
	case COND_TIME:
		add(m, "dl_attr_time(");
		break;
	default:
		add(m, "dl_attr_text(");
	}
	if (on->kind == ON_ATTR)
		sql_add_source(m, m->catalogue->attrs_sql, BIND_INT(0));
	else
		add(m, "e.attrs");
	add(m, ", ");
	sql_add_parameter(m, BIND_TEXT(on->name));
	if (test->type == COND_TIME) {
		add(m, ", ");
		sql_add_zone(m);
	}
	add(m, ")");
}

static void
add_operand(struct sql_maker *m, const struct node *test)
{
	const struct operand *on = &test->on;

	switch (on->kind) {
	case ON_FIELD:
		/* The evaluator's numbers are doubles, so these are too. */
		add(m, test->type == COND_NUMBER ? "CAST(" : "(");
		sql_add_source(
		    m, m->catalogue->fields[on->index].sql, BIND_INT(0));
		add(m,
		    test->type == COND_NUMBER ? " AS double precision)" : ")");
		return;
	case ON_ATTR:
	case ON_EVENT_ATTR:
		add_attr(m, test);
		return;
	case ON_EVENT_AT:
		add(m, "e.at");
		return;
	case ON_SEGMENT:
		sql_add_source(m, m->catalogue->segment_sql,
		    BIND_INT(m->cond->segments[on->index].number));
		return;
	case ON_LOT:
		add(m, "dl_lot(");
		sql_add_parameter(m, BIND_TEXT(lot_salt(m->cond, on)));
		add(m, ", ");
		sql_add_source(
		    m, m->catalogue->fields[on->index].sql, BIND_INT(0));
		add(m, ")");
		return;
	case ON_COUNT:
		add(m, "(SELECT count(*)");
		break;
	case ON_LAST:
		add(m, "(SELECT max(e.at)");
		break;
	case ON_FIRST:
		add(m, "(SELECT min(e.at)");
		break;
	}
	add_events(m, on);
	add(m, ")");
}

/* ---- comparisons --------------------------------------------------------
 */

static void
add_literal(
    struct sql_maker *m, const struct node *test, const struct literal *l)
{
	if (test->type == COND_NUMBER)
		sql_add_parameter(m, BIND_REAL(l->number));
	else
		sql_add_parameter(m, BIND_TEXT(l->text));
}

/* Numbers and texts. */
static void
add_compared(struct sql_maker *m, const struct node *test)
{
	static const char *const signs[] = {[OP_EQUAL] = " = ",
	    [OP_LESS] = " < ",
	    [OP_AT_MOST] = " <= ",
	    [OP_GREATER] = " > ",
	    [OP_AT_LEAST] = " >= ",
	    [OP_BETWEEN] = " BETWEEN ",
	    [OP_IN] = " IN ("};

	add_operand(m, test);
	add(m, signs[test->op]);
	for (size_t i = 0; i < test->literal_count; i++) {
		if (i)
			add(m, test->op == OP_IN ? ", " : " AND ");
		add_literal(m, test, &test->literals[i]);
	}
	if (test->op == OP_IN)
		add(m, ")");
}

static void
add_between(struct sql_maker *m, int64_t low, int64_t high)
{
	add(m, " BETWEEN ");
	sql_add_parameter(m, BIND_INT(low));
	add(m, " AND ");
	sql_add_parameter(m, BIND_INT(high));
}

static void
add_anniversary(struct sql_maker *m, const struct node *test)
{
	int64_t low, high;

	days_named(test, m->moment, &low, &high);
	add(m, "dl_anniversary(");
	add_operand(m, test);
	add(m, ", ");
	sql_add_parameter(m, BIND_INT(low));
	add(m, ", ");
	sql_add_zone(m);
	add(m, ") < ");
	sql_add_parameter(m, BIND_INT(high));
}

static void
add_time(struct sql_maker *m, const struct node *test)
{
	const struct literal *l = test->literals;
	int64_t now = m->moment->now, low, high, last;

	if (test->on.yearly) {
		add_anniversary(m, test);
		return;
	}
	add_operand(m, test);
	if (test->op == OP_WITHIN) {
		add_between(m, now - l->low + 1, now);
		return;
	}
	if (test->op == OP_OLDER) {
		add(m, " <= ");
		sql_add_parameter(m, BIND_INT(now - l->low));
		return;
	}
	literal_bounds(l, m->moment, &low, &high);
	switch (test->op) {
	case OP_EQUAL:
		add_between(m, low, high - 1);
		return;
	case OP_BETWEEN:
		literal_bounds(l + 1, m->moment, &last, &high);
		add_between(m, low, high - 1);
		return;
	case OP_LESS:
	case OP_AT_MOST:
		add(m, " < ");
		break;
	default:
		add(m, " >= ");
	}
	sql_add_parameter(m,
	    BIND_INT(
		test->op == OP_LESS || test->op == OP_AT_LEAST ? low : high));
}

/* name(operand, $n) = 1 */
static void
add_function(struct sql_maker *m, const char *name, const struct node *test,
    struct str argument)
{
	add(m, name);
	add(m, "(");
	add_operand(m, test);
	add(m, ", ");
	sql_add_parameter(m, BIND_TEXT(argument));
	add(m, ") = 1");
}

static void
add_text(struct sql_maker *m, const struct node *test)
{
	if (test->op == OP_CONTAINS)
		add_function(m, "dl_text_has", test, test->folded);
	else if (test->op == OP_STARTS)
		add_function(m, "dl_text_starts", test, test->folded);
	else if (test->op == OP_ENDS)
		add_function(m, "dl_text_ends", test, test->folded);
	else
		add_compared(m, test);
}

/* Attributes are compared as the words, so that what is neither is missing;
 * the other word is what `!=` looks for. */
static void
add_bool(struct sql_maker *m, const struct node *test)
{
	bool wanted = (test->literals->number != 0) != test->negated;

	add_operand(m, test);
	add(m, " = ");
	if (test->on.kind == ON_FIELD)
		sql_add_parameter(m, BIND_INT(wanted));
	else
		sql_add_parameter(
		    m, BIND_TEXT(wanted ? STR("true") : STR("false")));
}

static void
add_list(struct sql_maker *m, const struct node *test)
{
	switch (test->op) {
	case OP_EXISTS:
		add(m, "dl_list_count(");
		add_operand(m, test);
		add(m, ") > 0");
		return;
	case OP_EQUAL:
		add_function(m, "dl_list_has", test, test->literals->text);
		return;
	case OP_IN:
		add_function(m, "dl_list_any", test, test->set_json);
		return;
	case OP_CONTAINS:
		add_function(m, "dl_list_has_folded", test, test->folded);
		return;
	case OP_STARTS:
		add_function(m, "dl_list_starts", test, test->folded);
		return;
	case OP_ENDS:
		add_function(m, "dl_list_ends", test, test->folded);
		return;
	default:
		BUG("operator %d on a list", test->op);
	}
}

/* ---- tests --------------------------------------------------------------
 */

/* Is all that matters of a count whether it is zero? */
static bool
only_zero_matters(const struct node *test)
{
	double n = test->literals->number;

	switch (test->op) {
	case OP_EQUAL:
		return n == 0;
	case OP_LESS:
	case OP_AT_LEAST:
		return n > 0 && n <= 1;
	case OP_AT_MOST:
	case OP_GREATER:
		return n >= 0 && n < 1;
	default:
		return false;
	}
}

static void add_when(struct sql_maker *m, const struct node *test);

/* The changes of a field, FROM and WHERE. */
static void
add_changes(struct sql_maker *m, const struct node *test, const char *sql)
{
	const struct operand *on = &test->on;
	struct buf name = {0};

	if (on->kind == ON_ATTR)
		buf_addstr(&name, "attrs.");
	buf_adds(&name, on->name);
	sql_add_source(
	    m, sql, BIND_TEXT(arena_str(&m->out->arena, buf_str(&name))));
	buf_release(&name);
}

static void
add_history(struct sql_maker *m, const struct node *test)
{
	const struct cond_history *history =
	    history_of(m->catalogue, &test->on);
	int64_t edge = m->moment->now - test->literals[0].low;
	struct node there = *test;

	if (test->op == OP_CHANGED) {
		add(m, "EXISTS (SELECT 1 ");
		add_changes(m, test, history->changes);
		if (test->literal_count) {
			add(m, " AND f.at > ");
			sql_add_parameter(m, BIND_INT(edge));
		}
		add(m, ")");
		return;
	}
	there.op = OP_EXISTS;
	there.negated = false;
	add_when(m, &there);
	add(m, " AND coalesce((SELECT max(f.at) ");
	add_changes(m, test, history->changes);
	add(m, "), ");
	add_changes(m, test, history->since);
	add(m, ") <= ");
	sql_add_parameter(m, BIND_INT(edge));
}

static void
add_when(struct sql_maker *m, const struct node *test)
{
	if (test->op == OP_CHANGED || test->op == OP_HELD) {
		add_history(m, test);
		return;
	}
	if (test->on.kind == ON_SEGMENT) {
		add_operand(m, test);
		return;
	}
	if (test->on.kind == ON_LOT) {
		add_operand(m, test);
		add(m, " < ");
		sql_add_parameter(m, BIND_INT(lot_limit(test)));
		return;
	}
	if (test->op == OP_EXISTS && test->type != COND_LIST) {
		add_operand(m, test);
		add(m, " IS NOT NULL");
		return;
	}
	switch (test->type) {
	case COND_TEXT:
		add_text(m, test);
		return;
	case COND_NUMBER:
		add_compared(m, test);
		return;
	case COND_TIME:
		add_time(m, test);
		return;
	case COND_BOOL:
		add_bool(m, test);
		return;
	case COND_LIST:
		add_list(m, test);
		return;
	}
}

void
sql_add_test(struct sql_maker *m, const struct node *test, bool want)
{
	bool invert = test->negated;

	add(m, "CASE WHEN ");
	if (test->on.kind == ON_COUNT && only_zero_matters(test)) {
		add(m, "EXISTS (SELECT 1");
		add_events(m, &test->on);
		add(m, ")");
		want = number_holds(test, 1) == want;
	} else if (test->op == OP_EXISTS || test->type == COND_LIST) {
		/* Never NULL: the answer is turned round. */
		add_when(m, test);
		want = want != invert;
	} else if (invert && test->type != COND_BOOL) {
		/* Not so, but there: NOT of NULL is still NULL. */
		add(m, "NOT (");
		add_when(m, test);
		add(m, ")");
	} else {
		add_when(m, test);
	}
	add(m, want ? " THEN 1 ELSE 0 END = 1" : " THEN 0 ELSE 1 END = 1");
}
