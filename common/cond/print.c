/* SPDX-License-Identifier: ISC */
/*
 * The canonical forms. What they print is read back as the same tree, so each
 * choice here (quotes, parentheses, bare times) follows the parsers.
 */
#include <string.h>

#include "cond/cond_priv.h"

void
print_name(struct str name, struct buf *out)
{
	if (name_plain(name))
		buf_adds(out, name);
	else
		buf_adddoubled(out, name, '"');
}

void
cond_print_name(struct str name, struct buf *out)
{
	print_name(name, out);
}

static void
print_time(const struct literal *l, struct buf *out)
{
	size_t start = out->len;

	time_add(out, l->low);
	if (l->kind == LIT_DATE)
		buf_truncate(out, start + 10);
	else if (l->kind == LIT_LOCAL)
		buf_truncate(out, out->len - 1); /* the Z */
}

/* As it would stand in quotes, or bare. */
void
print_literal(const struct literal *l, struct buf *out)
{
	switch (l->kind) {
	case LIT_TEXT:
		buf_adds(out, l->text);
		break;
	case LIT_NUMBER:
		buf_addreal(out, l->number);
		break;
	case LIT_BOOL:
		buf_addstr(out, l->number != 0 ? "true" : "false");
		break;
	case LIT_DURATION:
		duration_add(out, l->low);
		break;
	case LIT_DATE:
	case LIT_LOCAL:
	case LIT_MOMENT:
		print_time(l, out);
		break;
	case LIT_SPAN:
		print_span(l, out);
		break;
	}
}

static void
print_value(const struct literal *l, struct buf *out)
{
	if (l->kind == LIT_TEXT)
		buf_adddoubled(out, l->text, '\'');
	else
		print_literal(l, out);
}

/* ---- the text form ------------------------------------------------------
 */

static const char *
aggregate_word(const struct operand *on)
{
	switch (on->kind) {
	case ON_LAST:
		return "last";
	case ON_FIRST:
		return "first";
	default:
		return "count";
	}
}

static void
print_plain(const struct operand *on, const struct cond *c, struct buf *out)
{
	switch (on->kind) {
	case ON_FIELD:
		buf_adds(out, on->name);
		return;
	case ON_ATTR:
		buf_addstr(out, "attrs.");
		print_name(on->name, out);
		return;
	case ON_EVENT_AT:
		buf_addstr(out, "at");
		return;
	case ON_EVENT_ATTR:
		if (word_reserved(on->name))
			buf_adddoubled(out, on->name, '"');
		else
			print_name(on->name, out);
		return;
	case ON_SEGMENT:
		buf_addstr(out, "in segment ");
		buf_adddoubled(out, str_of(c->segments[on->index].name), '\'');
		return;
	case ON_LOT:
		buf_addstr(out, "random ");
		return;
	case ON_COUNT:
	case ON_LAST:
	case ON_FIRST:
		break;
	}
	buf_addf(out, "%s(", aggregate_word(on));
	print_name(str_of(c->types[on->index].name), out);
	if (on->window) {
		buf_addstr(out, ", ");
		duration_add(out, on->window);
	}
	if (on->where) {
		buf_addstr(out, ", where ");
		print_node(on->where, c, out);
	}
	buf_addc(out, ')');
}

void
print_operand(const struct operand *on, const struct cond *c, struct buf *out)
{
	if (on->yearly)
		buf_addstr(out, "anniversary(");
	print_plain(on, c, out);
	if (on->yearly)
		buf_addc(out, ')');
}

static void
print_share(const struct node *n, struct buf *out)
{
	print_literal(n->literals, out);
	buf_addc(out, '%');
}

static void
print_changed(const struct node *n, const struct cond *c, struct buf *out)
{
	buf_addstr(out, "changed(");
	print_operand(&n->on, c, out);
	if (n->literal_count) {
		buf_addstr(out, ", ");
		print_literal(n->literals, out);
	}
	buf_addc(out, ')');
}

static void
print_test(const struct node *n, const struct cond *c, struct buf *out)
{
	if (n->op == OP_CHANGED) {
		print_changed(n, c, out);
		return;
	}
	print_operand(&n->on, c, out);
	if (n->on.kind == ON_SEGMENT)
		return;
	if (n->on.kind == ON_LOT) {
		print_share(n, out);
		if (n->on.name.p) {
			buf_addstr(out, " of ");
			buf_adddoubled(out, n->on.name, '\'');
		}
		return;
	}
	buf_addf(out, " %s", operator_text(n));
	if (n->op == OP_EXISTS)
		return;
	buf_addc(out, ' ');
	if (n->op == OP_BETWEEN) {
		print_value(&n->literals[0], out);
		buf_addstr(out, " and ");
		print_value(&n->literals[1], out);
		return;
	}
	if (n->op == OP_IN)
		buf_addc(out, '(');
	for (size_t i = 0; i < n->literal_count; i++) {
		if (i)
			buf_addstr(out, ", ");
		print_value(&n->literals[i], out);
	}
	if (n->op == OP_IN)
		buf_addc(out, ')');
}

static bool
is_group(const struct node *n)
{
	return n->kind == NODE_AND || n->kind == NODE_OR;
}

static void
print_part(const struct node *n, const struct cond *c, struct buf *out)
{
	if (is_group(n))
		buf_addc(out, '(');
	print_node(n, c, out);
	if (is_group(n))
		buf_addc(out, ')');
}

void
print_node(const struct node *n, const struct cond *c, struct buf *out)
{
	switch (n->kind) {
	case NODE_TEST:
		print_test(n, c, out);
		return;
	case NODE_NOT:
		buf_addstr(out, "not ");
		print_part(n->kids[0], c, out);
		return;
	case NODE_AND:
	case NODE_OR:
		break;
	}
	for (size_t i = 0; i < n->count; i++) {
		if (i)
			buf_addstr(out, n->kind == NODE_AND ? " and " : " or ");
		print_part(n->kids[i], c, out);
	}
}

void
cond_print(const struct cond *c, struct buf *out)
{
	print_node(c->root, c, out);
}

/* ---- the JSON form ------------------------------------------------------
 */

static void
put_literal(
    struct json_writer *w, const struct node *n, const struct literal *l)
{
	struct buf b = {0};
	bool attr = n->on.kind == ON_ATTR || n->on.kind == ON_EVENT_ATTR;
	bool time = l->kind == LIT_DATE || l->kind == LIT_LOCAL ||
		    l->kind == LIT_MOMENT || l->kind == LIT_SPAN;
	/* A string next to an attribute is a text, unless the operator is for
	 * times alone. */
	bool day = l->kind == LIT_DATE || span_is_day(l);
	bool bare =
	    n->on.yearly ||
	    (n->op == OP_EQUAL
		    ? (l->kind == LIT_SPAN && !day) || (day && !n->negated)
		    : !n->negated && (n->op == OP_LESS || n->op == OP_GREATER));

	switch (l->kind) {
	case LIT_NUMBER:
		json_put_real(w, l->number);
		return;
	case LIT_BOOL:
		json_put_bool(w, l->number != 0);
		return;
	default:
		break;
	}
	print_literal(l, &b);
	if (attr && time && !bare) {
		json_put_object(w);
		json_put_name(w, "time");
	}
	json_put_text(w, b.len ? buf_str(&b) : STR(""));
	if (attr && time && !bare)
		json_put_end(w);
	buf_release(&b);
}

/* attrs.KEY, where the key's own quotes would be taken for the form's. */
static void
add_attr(struct buf *b, struct str key)
{
	buf_addstr(b, "attrs.");
	if (key.n >= 2 && key.p[0] == '"' && key.p[key.n - 1] == '"')
		buf_adddoubled(b, key, '"');
	else
		buf_adds(b, key);
}

static void
put_field(struct json_writer *w, const struct operand *on)
{
	struct buf b = {0};

	if (on->kind == ON_ATTR)
		add_attr(&b, on->name);
	else if (on->kind == ON_EVENT_AT)
		buf_addstr(&b, "at");
	else if (on->kind == ON_EVENT_ATTR &&
		 (str_is(on->name, "at") ||
		     str_starts(on->name, STR("attrs."))))
		add_attr(&b, on->name);
	else
		buf_adds(&b, on->name);
	json_put_name(w, on->yearly ? "anniversary" : "field");
	json_put_text(w, buf_str(&b));
	buf_release(&b);
}

static void put_node(
    struct json_writer *w, const struct node *n, const struct cond *c);

static void
put_event(struct json_writer *w, const struct operand *on, const struct cond *c)
{
	json_put_name(w, "event");
	json_put_text(w, str_of(c->types[on->index].name));
	json_put_name(w, "aggregate");
	json_put_text(w, str_of(aggregate_word(on)));
	if (on->window) {
		struct buf b = {0};

		duration_add(&b, on->window);
		json_put_name(w, "within");
		json_put_text(w, buf_str(&b));
		buf_release(&b);
	}
	if (on->where) {
		json_put_name(w, "where");
		put_node(w, on->where, c);
	}
}

static void
put_test(struct json_writer *w, const struct node *n, const struct cond *c)
{
	bool many = n->op == OP_IN || n->op == OP_BETWEEN;

	json_put_object(w);
	if (n->on.kind == ON_SEGMENT) {
		json_add_text(
		    w, "segment", str_of(c->segments[n->on.index].name));
		json_put_end(w);
		return;
	}
	if (n->on.kind == ON_LOT) {
		struct buf b = {0};

		print_share(n, &b);
		json_add_text(w, "random", buf_str(&b));
		if (n->on.name.p)
			json_add_text(w, "of", n->on.name);
		json_put_end(w);
		buf_release(&b);
		return;
	}
	if (n->on.kind == ON_COUNT || n->on.kind == ON_LAST ||
	    n->on.kind == ON_FIRST)
		put_event(w, &n->on, c);
	else
		put_field(w, &n->on);
	json_put_name(w, "operator");
	json_put_text(w, str_of(operator_json(n)));
	if (n->literal_count)
		json_put_name(w, "value");
	if (many)
		json_put_array(w);
	for (size_t i = 0; i < n->literal_count; i++)
		put_literal(w, n, &n->literals[i]);
	if (many)
		json_put_end(w);
	json_put_end(w);
}

static void
put_node(struct json_writer *w, const struct node *n, const struct cond *c)
{
	if (n->kind == NODE_TEST) {
		put_test(w, n, c);
		return;
	}
	json_put_object(w);
	if (n->kind == NODE_NOT) {
		json_put_name(w, "not");
		put_node(w, n->kids[0], c);
	} else {
		json_put_name(w, "logic");
		json_put_text(w, n->kind == NODE_AND ? STR("AND") : STR("OR"));
		json_put_name(w, "conditions");
		json_put_array(w);
		for (size_t i = 0; i < n->count; i++)
			put_node(w, n->kids[i], c);
		json_put_end(w);
	}
	json_put_end(w);
}

void
cond_print_json(const struct cond *c, struct buf *out)
{
	struct json_writer w = {.out = out};

	put_node(&w, c->root, c);
}
