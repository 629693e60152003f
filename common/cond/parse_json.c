/* SPDX-License-Identifier: ISC */
/*
 * The JSON form. Recursion is bounded by what the document reader lets
 * through (JSON_DEPTH_MAX).
 */
#include <string.h>

#include "cond/cond_priv.h"

static struct spot
on_node(const struct json *node)
{
	return (struct spot){0, node};
}

/* The member, or the object itself when it is not there. */
static struct spot
on_member(const struct json *object, const char *name)
{
	const struct json *member = json_find(object, name);

	return on_node(member ? member : object);
}

/* ---- values -------------------------------------------------------------
 */

/* {"time":"2026-01-31"}: a time next to an attribute, where a string is a
 * text. */
static int
time_value(struct parser *p, const struct json *node, struct literal *ret)
{
	static const char *const names[] = {"time", NULL};
	struct str text;

	if (json_only(node, names, p->err) < 0 ||
	    json_need_text(node, "time", &text, p->err) < 0)
		return -1;
	if (!literal_time(text, ret))
		return mistake(p, on_node(node),
		    "not a date or time: %s (write 2026-01-31 or "
		    "2026-01-31T09:00:00+09:00)",
		    quoted(text));
	return 0;
}

static int
text_value(struct parser *p, const struct json *node, enum operator op,
    struct literal *ret)
{
	struct str text = json_text(node);

	if ((op == OP_WITHIN || op == OP_OLDER || op == OP_CHANGED ||
		op == OP_HELD) &&
	    literal_duration(text, &ret->low)) {
		ret->kind = LIT_DURATION;
		return 0;
	}
	if (text.n && memchr(text.p, '\0', text.n))
		return mistake(p, on_node(node), "a NUL character");
	ret->kind = LIT_TEXT;
	ret->text = arena_str(&p->cond->arena, text);
	return 0;
}

static int
parse_value(struct parser *p, const struct json *node, enum operator op)
{
	struct literal l = {0};

	switch (json_type_of(node)) {
	case JSON_TYPE_STRING:
		if (text_value(p, node, op, &l) < 0)
			return -1;
		break;
	case JSON_TYPE_NUMBER:
		l.kind = LIT_NUMBER;
		if (!number_real(json_text(node), &l.number))
			return mistake(p, on_node(node), "out of range");
		break;
	case JSON_TYPE_BOOL:
		l.kind = LIT_BOOL;
		l.number = str_is(json_raw(node), "true");
		break;
	case JSON_TYPE_OBJECT:
		if (time_value(p, node, &l) < 0)
			return -1;
		break;
	case JSON_TYPE_NULL:
		return mistake(p, on_node(node),
		    "null is no value: there is the operator \"missing\"");
	case JSON_TYPE_ARRAY:
		return mistake(p, on_node(node), "expected one value");
	}
	l.spot = on_node(node);
	if (count_parts(p, l.spot) < 0)
		return -1;
	push_literal(p, l);
	return 0;
}

static int
parse_values(struct parser *p, const struct json *object, struct test_draft *d)
{
	enum operator op = d->op;
	struct literal span;
	const struct json *value = json_find(object, "value");
	size_t count;

	if (op == OP_EXISTS) {
		if (value && !json_truth(value))
			return mistake(
			    p, on_node(value), "this operator takes no value");
		return 0;
	}
	if (!value && op == OP_CHANGED)
		return 0; /* at any time */
	if (!value)
		return mistake(p, on_node(object), "\"value\" is missing");
	if (op == OP_IN && json_type_of(value) == JSON_TYPE_STRING &&
	    literal_span(json_text(value), &span)) {
		d->op = OP_EQUAL;
		span.spot = on_node(value);
		push_literal(p, span);
		return count_parts(p, span.spot);
	}
	if (op != OP_IN && op != OP_BETWEEN)
		return parse_value(p, value, op);

	if (json_as_array(value, p->err) < 0)
		return -1;
	count = json_count(value);
	if (op == OP_BETWEEN && count != 2)
		return mistake(
		    p, on_node(value), "between takes two values: [low, high]");
	if (count == 0)
		return mistake(
		    p, on_node(value), "expected at least one value");
	for (size_t i = 0; i < count; i++)
		if (parse_value(p, json_item(value, i), op) < 0)
			return -1;
	return 0;
}

static int
parse_operator(
    struct parser *p, const struct json *object, struct test_draft *d)
{
	struct str word;
	const char *near;

	if (json_need_text(object, "operator", &word, p->err) < 0)
		return -1;
	d->op_spot = on_member(object, "operator");
	if (operator_of_json(word, &d->op, &d->negated, &d->as_time))
		return 0;
	if (str_is(word, "in_segment") || str_is(word, "not_in_segment"))
		return mistake(p, d->op_spot,
		    "a segment is asked for by {\"segment\":…}, without a "
		    "field");
	near = nearest_json_operator(word);
	if (near)
		return mistake(p, d->op_spot,
		    "unknown operator %s: did you mean %s?", quoted(word),
		    near);
	return mistake(p, d->op_spot, "unknown operator %s", quoted(word));
}

/* ---- operands -----------------------------------------------------------
 */

/* attrs.KEY: the key as it is, or in double quotes as in the text form. */
static struct str
attr_key(struct parser *p, struct str key)
{
	char *out;
	size_t n = 0;

	if (key.n < 2 || key.p[0] != '"' || key.p[key.n - 1] != '"')
		return key;
	out = arena_alloc(&p->cond->arena, key.n);
	for (size_t i = 1; i < key.n - 1; i++) {
		out[n++] = key.p[i];
		if (key.p[i] == '"' && key.p[i + 1] == '"' && i + 2 < key.n)
			i++;
	}
	return (struct str){out, n};
}

static int
parse_field(struct parser *p, const struct json *object, const char *member,
    struct test_draft *d)
{
	const struct str prefix = STR("attrs.");
	enum operand_kind kind = p->in_where ? ON_EVENT_ATTR : ON_ATTR;
	struct str name;

	if (json_need_text(object, member, &name, p->err) < 0)
		return -1;
	d->on_spot = on_member(object, member);
	if (str_starts(name, prefix)) {
		name.p += prefix.n;
		name.n -= prefix.n;
		return operand_attr(
		    p, kind, attr_key(p, name), d->on_spot, &d->on);
	}
	if (!p->in_where)
		return operand_field(p, name, d->on_spot, &d->on);
	if (str_is(name, "at")) {
		d->on = (struct operand){.kind = ON_EVENT_AT};
		return 0;
	}
	return operand_attr(p, kind, name, d->on_spot, &d->on);
}

static int
parse_aggregate(struct parser *p, const struct json *object, struct operand *on)
{
	struct str word = STR("count");

	if (json_take_text(object, "aggregate", &word, p->err) < 0)
		return -1;
	if (str_is(word, "count"))
		on->kind = ON_COUNT;
	else if (str_is(word, "last"))
		on->kind = ON_LAST;
	else if (str_is(word, "first"))
		on->kind = ON_FIRST;
	else
		return mistake(p, on_member(object, "aggregate"),
		    "unknown aggregate %s (there are count, last and first)",
		    quoted(word));
	return 0;
}

static int
parse_event(struct parser *p, const struct json *object, struct test_draft *d)
{
	struct str type, within = {NULL, 0};
	const struct json *where = json_find(object, "where");
	int failed;

	if (p->in_where)
		return mistake(p, on_node(object),
		    "events cannot be counted inside where");
	d->on_spot = on_member(object, "event");
	if (json_need_text(object, "event", &type, p->err) < 0 ||
	    event_type_of(p, type, d->on_spot, &d->on) < 0 ||
	    parse_aggregate(p, object, &d->on) < 0 ||
	    json_take_text(object, "within", &within, p->err) < 0)
		return -1;
	if (within.p && !literal_duration(within, &d->on.window))
		return mistake(p, on_member(object, "within"),
		    "not a duration: %s (45s, 30m, 12h, 7d or 2w)",
		    quoted(within));
	if (!where || json_type_of(where) == JSON_TYPE_NULL)
		return 0;
	p->in_where = true;
	failed = parse_json(p, where, &d->on.where);
	p->in_where = false;
	return failed;
}

/* ---- conditions ---------------------------------------------------------
 */

static int
parse_test(struct parser *p, const struct json *object, struct node **ret)
{
	static const char *const field_names[] = {
	    "field", "operator", "value", NULL};
	static const char *const event_names[] = {
	    "event", "aggregate", "within", "where", "operator", "value", NULL};
	static const char *const anniversary_names[] = {
	    "anniversary", "operator", "value", NULL};
	struct test_draft d = {.mark = p->literal_count};
	bool event = json_find(object, "event") != NULL;
	bool yearly = json_find(object, "anniversary") != NULL;

	if (json_only(object,
		event    ? event_names
		: yearly ? anniversary_names
			 : field_names,
		p->err) < 0)
		return -1;
	if ((event ? parse_event(p, object, &d)
		   : parse_field(
			 p, object, yearly ? "anniversary" : "field", &d)) < 0)
		return -1;
	d.on.yearly = yearly;
	/* {"event":"deal_won"}: there is such an event. */
	if (event && !json_find(object, "operator") &&
	    !json_find(object, "value")) {
		d.op = OP_EXISTS;
		d.op_spot = on_node(object);
	} else if (parse_operator(p, object, &d) < 0 ||
		   parse_values(p, object, &d) < 0) {
		return -1;
	}
	return make_test(p, &d, ret);
}

static int
parse_segment(struct parser *p, const struct json *object, struct node **ret)
{
	static const char *const names[] = {"segment", NULL};
	struct str name;

	if (json_only(object, names, p->err) < 0 ||
	    json_need_text(object, "segment", &name, p->err) < 0)
		return -1;
	return make_segment(
	    p, name, on_node(object), on_member(object, "segment"), ret);
}

static int
parse_lot(struct parser *p, const struct json *object, struct node **ret)
{
	static const char *const names[] = {"random", "of", NULL};
	struct str share, of = {NULL, 0};

	if (json_only(object, names, p->err) < 0 ||
	    json_need_text(object, "random", &share, p->err) < 0 ||
	    json_take_text(object, "of", &of, p->err) < 0)
		return -1;
	return make_lot(p, share, of, on_member(object, "random"),
	    on_member(object, "of"), ret);
}

static int
parse_group(struct parser *p, const struct json *object, struct node **ret)
{
	static const char *const names[] = {"logic", "conditions", NULL};
	const struct json *conditions;
	struct str logic;
	size_t mark = p->node_count, count;
	enum node_kind kind;

	if (json_only(object, names, p->err) < 0 ||
	    json_need_text(object, "logic", &logic, p->err) < 0 ||
	    json_need_array(object, "conditions", &conditions, p->err) < 0)
		return -1;
	if (word_is(logic, "and"))
		kind = NODE_AND;
	else if (word_is(logic, "or"))
		kind = NODE_OR;
	else
		return mistake(p, on_member(object, "logic"),
		    "expected \"AND\" or \"OR\", found %s", quoted(logic));
	count = json_count(conditions);
	if (count == 0)
		return mistake(
		    p, on_node(conditions), "expected at least one condition");
	for (size_t i = 0; i < count; i++) {
		struct node *n;

		if (parse_json(p, json_item(conditions, i), &n) < 0)
			return -1;
		push_node(p, n);
	}
	return make_group(p, kind, mark, on_node(object), ret);
}

static int
parse_inverted(struct parser *p, const struct json *object, struct node **ret)
{
	static const char *const names[] = {"not", NULL};
	struct node *n;

	if (json_only(object, names, p->err) < 0 ||
	    parse_json(p, json_find(object, "not"), &n) < 0)
		return -1;
	*ret = make_not(p, n);
	return 0;
}

static int
parse_string(struct parser *p, const struct json *node, struct node **ret)
{
	struct str text = json_text(node);
	int failed;

	p->json = node;
	p->text =
	    text.n <= COND_BYTES_MAX ? arena_str(&p->cond->arena, text) : text;
	failed = parse_text(p, ret);
	p->json = NULL;
	return failed;
}

int
parse_json(struct parser *p, const struct json *node, struct node **ret)
{
	if (json_type_of(node) == JSON_TYPE_STRING)
		return parse_string(p, node, ret);
	if (json_type_of(node) != JSON_TYPE_OBJECT)
		return mistake(p, on_node(node),
		    "expected a condition: an object or a string");
	if (json_find(node, "conditions") || json_find(node, "logic"))
		return parse_group(p, node, ret);
	if (json_find(node, "not"))
		return parse_inverted(p, node, ret);
	if (json_find(node, "field") || json_find(node, "event") ||
	    json_find(node, "anniversary"))
		return parse_test(p, node, ret);
	if (json_find(node, "random"))
		return parse_lot(p, node, ret);
	if (json_find(node, "segment"))
		return parse_segment(p, node, ret);
	return mistake(p, on_node(node),
	    "expected a condition with \"field\", \"event\", \"segment\", "
	    "\"logic\" or \"not\"");
}
