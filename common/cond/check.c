/* SPDX-License-Identifier: ISC */
/*
 * What both parsers build the tree with: names are looked up, values brought
 * to the type they are compared as, limits kept; and how a mistake is said.
 */
#include <stdlib.h>
#include <string.h>

#include "cond/cond_priv.h"

int
mistake(struct parser *p, struct spot spot, const char *fmt, ...)
{
	struct buf b = {0};
	struct place where = {p->name, 1, 1};
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	if (spot.node) {
		json_err(spot.node, p->err, "%s", b.p);
	} else {
		size_t line = 0;

		for (size_t i = 0; i < spot.offset && i < p->text.n; i++) {
			if (p->text.p[i] != '\n')
				continue;
			where.line++;
			line = i + 1;
		}
		where.column += (unsigned)utf8_count(
		    (struct str){p->text.p + line, spot.offset - line});
		err_at(p->err, ERR_USAGE, where, "%s", b.p);
		/* A condition in a string of a document. */
		if (p->json && p->err) {
			struct err inner = *p->err;

			json_err(p->json, p->err, "%s", inner.text);
		}
	}
	buf_release(&b);
	return -1;
}

void
push_node(struct parser *p, struct node *n)
{
	GROW(p->nodes, p->node_cap, p->node_count + 1);
	p->nodes[p->node_count++] = n;
}

void
push_literal(struct parser *p, struct literal l)
{
	GROW(p->literals, p->literal_cap, p->literal_count + 1);
	p->literals[p->literal_count++] = l;
}

int
count_parts(struct parser *p, struct spot spot)
{
	if (++p->parts > COND_PARTS_MAX)
		return mistake(p, spot,
		    "too long: more than %d tests and values", COND_PARTS_MAX);
	return 0;
}

/* ---- names --------------------------------------------------------------
 */

static int
field_unknown(struct parser *p, struct str name, struct spot spot)
{
	const struct cond_catalogue *cat = p->catalogue;
	struct nearest near;
	struct buf attr = {0};

	nearest_start(&near, name);
	for (size_t i = 0; i < cat->count; i++)
		nearest_offer(&near, str_of(cat->fields[i].name));
	print_name(name, &attr);
	if (near.name.p)
		mistake(p, spot, "unknown field %s: did you mean %s?",
		    quoted(name), near.name.p);
	else if (cat->attrs_sql && name.n <= COND_NAME_MAX)
		mistake(p, spot,
		    "unknown field %s (a custom attribute is written attrs.%s)",
		    quoted(name), attr.p);
	else
		mistake(p, spot, "unknown field %s", quoted(name));
	buf_release(&attr);
	return -1;
}

int
operand_field(
    struct parser *p, struct str name, struct spot spot, struct operand *ret)
{
	const struct cond_catalogue *cat = p->catalogue;

	for (size_t i = 0; i < cat->count; i++) {
		if (!str_is(name, cat->fields[i].name))
			continue;
		p->cond->fields[i] = true;
		*ret = (struct operand){.kind = ON_FIELD,
		    .name = arena_str(&p->cond->arena, name),
		    .index = i};
		return 0;
	}
	return field_unknown(p, name, spot);
}

int
check_name(
    struct parser *p, struct str name, const char *what, struct spot spot)
{
	if (name.n == 0)
		return mistake(p, spot, "%s has an empty name", what);
	if (name.n > COND_NAME_MAX)
		return mistake(p, spot, "%s has a name of more than %d bytes",
		    what, COND_NAME_MAX);
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f)
			return mistake(p, spot,
			    "%s has a control character in its name", what);
	return 0;
}

int
operand_attr(struct parser *p, enum operand_kind kind, struct str key,
    struct spot spot, struct operand *ret)
{
	if (kind == ON_ATTR && !p->catalogue->attrs_sql)
		return mistake(p, spot, "there are no custom attributes here");
	if (check_name(p, key, "an attribute", spot) < 0)
		return -1;
	*ret = (struct operand){
	    .kind = kind, .name = arena_str(&p->cond->arena, key)};
	if (kind == ON_ATTR)
		p->cond->attrs = true;
	else
		p->cond->event_attrs = true;
	return 0;
}

int
event_type_of(
    struct parser *p, struct str name, struct spot spot, struct operand *ret)
{
	struct cond *c = p->cond;
	size_t i;

	if (!p->catalogue->events_sql)
		return mistake(p, spot, "there are no events here");
	if (check_name(p, name, "an event type", spot) < 0)
		return -1;
	for (i = 0; i < c->type_count; i++)
		if (str_is(name, c->types[i].name))
			break;
	if (i == c->type_count) {
		GROW(c->types, c->type_cap, c->type_count + 1);
		c->types[c->type_count++] =
		    (struct event_type){arena_strdup(&c->arena, name), -1};
	}
	ret->index = i;
	return 0;
}

/* ---- values -------------------------------------------------------------
 */

/* What the operand is, as messages name it. */
static const char *
operand_name(struct parser *p, const struct operand *on, struct buf *b)
{
	buf_clear(b);
	print_operand(on, p->cond, b);
	return b->p;
}

/* The type a test compares as; attributes take the literal's. */
static enum cond_type
test_type(struct parser *p, const struct test_draft *d)
{
	const struct literal *first =
	    p->literals ? p->literals + d->mark : NULL;

	switch (d->on.kind) {
	case ON_FIELD:
		return p->catalogue->fields[d->on.index].type;
	case ON_COUNT:
		return COND_NUMBER;
	case ON_EVENT_AT:
	case ON_LAST:
	case ON_FIRST:
		return COND_TIME;
	case ON_SEGMENT:
		return COND_BOOL;
	case ON_LOT:
		return COND_NUMBER;
	case ON_ATTR:
	case ON_EVENT_ATTR:
		break;
	}
	if (d->as_time || d->on.yearly || d->op == OP_WITHIN ||
	    d->op == OP_OLDER)
		return COND_TIME;
	if (d->op == OP_EXISTS || d->op == OP_CONTAINS || d->op == OP_STARTS ||
	    d->op == OP_ENDS)
		return COND_TEXT;
	switch (first->kind) {
	case LIT_NUMBER:
	case LIT_DURATION:
		return COND_NUMBER;
	case LIT_BOOL:
		return COND_BOOL;
	case LIT_DATE:
	case LIT_LOCAL:
	case LIT_MOMENT:
	case LIT_SPAN:
		return COND_TIME;
	case LIT_TEXT:
		break;
	}
	return COND_TEXT;
}

static bool
is_time(const struct literal *l)
{
	return l->kind == LIT_DATE || l->kind == LIT_LOCAL ||
	       l->kind == LIT_MOMENT || l->kind == LIT_SPAN;
}

/* The day a date falls on comes round every year, not its time of day. */
static int
check_anniversary(
    struct parser *p, const struct test_draft *d, enum cond_type type)
{
	struct buf name = {0};

	if (type != COND_TIME)
		return mistake(p, d->on_spot,
		    "%.*s is %s: a time has "
		    "anniversaries",
		    STR_ARG(d->on.name), type_name(type));
	if (d->op != OP_EQUAL && d->op != OP_BETWEEN) {
		mistake(p, d->op_spot, "%s takes in, on and between",
		    operand_name(p, &d->on, &name));
		buf_release(&name);
		return -1;
	}
	return 0;
}

/* Brings a value to the test's type, or says how to write it. */
static int
convert(struct parser *p, const struct test_draft *d, enum cond_type type,
    struct literal *l)
{
	struct buf name = {0}, value = {0};
	struct literal time;
	double number;

	if (d->op == OP_WITHIN || d->op == OP_OLDER) {
		if (l->kind == LIT_DURATION)
			return 0;
		return mistake(
		    p, l->spot, "expected a duration: 45s, 30m, 12h, 7d or 2w");
	}
	if (type == COND_TIME && l->kind == LIT_TEXT &&
	    literal_time(l->text, &time)) {
		time.spot = l->spot;
		*l = time;
	}
	if ((type == COND_NUMBER && l->kind == LIT_NUMBER) ||
	    (type == COND_TIME && is_time(l)) ||
	    (type == COND_BOOL && l->kind == LIT_BOOL) ||
	    ((type == COND_TEXT || type == COND_LIST) && l->kind == LIT_TEXT))
		return 0;

	operand_name(p, &d->on, &name);
	if (l->kind == LIT_DURATION)
		mistake(
		    p, l->spot, "a duration goes with within or older than");
	else if (type == COND_TIME)
		mistake(p, l->spot,
		    "%s is a time: write 2026-01-31, "
		    "2026-01-31T09:00:00+09:00 or this month",
		    name.p);
	else if (type == COND_BOOL)
		mistake(p, l->spot, "%s is true or false", name.p);
	else if (type == COND_NUMBER && l->kind == LIT_TEXT &&
		 number_real(l->text, &number))
		mistake(p, l->spot, "%s is a number: write %.*s without quotes",
		    name.p, STR_ARG(l->text));
	else if (type == COND_NUMBER)
		mistake(p, l->spot, "%s is a number, this is none", name.p);
	else {
		struct literal as_text = *l;

		print_literal(&as_text, &value);
		mistake(p, l->spot, "%s is %s: write '%s'", name.p,
		    type_name(type), value.p);
	}
	buf_release(&name);
	buf_release(&value);
	return -1;
}

static int
check_operator(
    struct parser *p, const struct test_draft *d, enum cond_type type)
{
	struct buf name = {0}, allowed = {0};

	if (d->as_time && type != COND_TIME) {
		mistake(p, d->op_spot,
		    "%s is %s: before, after and on are for times",
		    operand_name(p, &d->on, &name), type_name(type));
		buf_release(&name);
		return -1;
	}
	if (operator_fits(d->op, type))
		return 0;
	operators_of(&allowed, type);
	mistake(p, d->op_spot, "%s is %s, which takes %s",
	    operand_name(p, &d->on, &name), type_name(type), allowed.p);
	buf_release(&name);
	buf_release(&allowed);
	return -1;
}

/* ---- sets ---------------------------------------------------------------
 */

static int
by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void
make_set(struct parser *p, struct node *n)
{
	struct arena *a = &p->cond->arena;
	size_t count = n->literal_count;

	if (n->type == COND_NUMBER) {
		n->numbers = arena_alloc(a, count * sizeof(*n->numbers));
		for (size_t i = 0; i < count; i++)
			n->numbers[i] = n->literals[i].number;
		qsort(n->numbers, count, sizeof(*n->numbers), by_number);
		return;
	}
	n->texts = arena_alloc(a, count * sizeof(*n->texts));
	for (size_t i = 0; i < count; i++)
		n->texts[i] = n->literals[i].text;
	qsort(n->texts, count, sizeof(*n->texts), by_text);
	if (n->type == COND_LIST) {
		struct buf b = {0};
		struct json_writer w = {.out = &b};

		json_put_array(&w);
		for (size_t i = 0; i < count; i++)
			json_put_text(&w, n->texts[i]);
		json_put_end(&w);
		n->set_json = arena_str(a, buf_str(&b));
		buf_release(&b);
	}
}

/* ---- tests and groups ---------------------------------------------------
 */

static int
check_bounds(struct parser *p, const struct node *n)
{
	const struct literal *l = n->literals;
	bool turned = false;

	if (n->op != OP_BETWEEN)
		return 0;
	if (n->type == COND_NUMBER)
		turned = l[0].number > l[1].number;
	else if (n->type == COND_TIME && l[0].kind == l[1].kind)
		turned = l[0].low > l[1].low;
	else if (n->type == COND_TEXT)
		turned = str_cmp(l[0].text, l[1].text) > 0;
	if (turned)
		return mistake(p, l[1].spot,
		    "between takes the lower bound first: this one is below "
		    "it");
	return 0;
}

/* A count is never missing: what is meant is whether there are any events. */
static void
exists_to_count(struct parser *p, struct test_draft *d)
{
	if (d->on.kind != ON_COUNT || d->op != OP_EXISTS)
		return;
	d->op = d->negated ? OP_EQUAL : OP_AT_LEAST;
	push_literal(p, (struct literal){.kind = LIT_NUMBER,
			    .number = d->negated ? 0 : 1,
			    .spot = d->op_spot});
	d->negated = false;
}

/* Each literal becomes what the test compares with. */
static int
convert_literals(struct parser *p, const struct test_draft *d,
    enum cond_type type, struct literal *literals, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct literal *l = &literals[i];

		if (convert(p, d, type, l) < 0)
			return -1;
		if (d->on.yearly && l->kind != LIT_DATE && l->kind != LIT_SPAN)
			return mistake(p, l->spot,
			    "an anniversary is a day: write 2026-01-31, today "
			    "or next 7 days");
	}
	if (d->as_time && d->op == OP_EQUAL && literals[0].kind != LIT_DATE &&
	    literals[0].kind != LIT_SPAN)
		return mistake(p, literals[0].spot,
		    "on takes a date, without a time of day");
	return 0;
}

/* The draft and its literals, which the parser is rid of. */
static struct node *
test_node(struct parser *p, const struct test_draft *d, enum cond_type type)
{
	struct arena *arena = &p->cond->arena;
	struct node *n = arena_zalloc(arena, sizeof(*n));
	size_t count = p->literal_count - d->mark;

	n->kind = NODE_TEST;
	n->on = d->on;
	n->op = d->op;
	n->negated = d->negated;
	n->type = type;
	n->literal_count = count;
	n->literals =
	    arena_alloc(arena, (count + !count) * sizeof(*n->literals));
	if (count)
		memcpy(n->literals, p->literals + d->mark,
		    count * sizeof(*n->literals));
	p->literal_count = d->mark;
	return n;
}

/* Can the passing of time alone change what it comes to? */
static bool
test_ages(const struct node *n)
{
	/* Events that lie ahead come to exist. */
	if (n->op == OP_WITHIN || n->op == OP_OLDER || n->on.kind >= ON_COUNT)
		return true;
	for (size_t i = 0; i < n->literal_count; i++)
		if (n->literals[i].kind == LIT_SPAN)
			return true;
	return false;
}

int
make_test(struct parser *p, struct test_draft *d, struct node **ret)
{
	enum cond_type type;
	struct node *n;

	if (d->op == OP_CHANGED || d->op == OP_HELD)
		return make_history(p, d, ret);
	exists_to_count(p, d);
	type = test_type(p, d);
	if ((d->on.yearly && check_anniversary(p, d, type) < 0) ||
	    count_parts(p, d->op_spot) < 0 || check_operator(p, d, type) < 0 ||
	    convert_literals(p, d, type,
		p->literals ? p->literals + d->mark : NULL,
		p->literal_count - d->mark) < 0)
		return -1;

	n = test_node(p, d, type);
	if (check_bounds(p, n) < 0)
		return -1;
	if (n->op == OP_IN)
		make_set(p, n);
	if (n->op == OP_CONTAINS || n->op == OP_STARTS || n->op == OP_ENDS)
		n->folded = text_folded(&p->cond->arena, n->literals[0].text);
	if (test_ages(n))
		n->ages = p->cond->time = true;
	n->depth = 8;
	if (n->on.where) {
		n->stack = n->on.where->stack;
		n->depth += n->on.where->depth;
	}
	*ret = n;
	return 0;
}

struct node *
make_not(struct parser *p, struct node *kid)
{
	struct node *n;

	if (kid->kind == NODE_NOT)
		return kid->kids[0];
	n = arena_zalloc(&p->cond->arena, sizeof(*n) + sizeof(kid));
	n->kind = NODE_NOT;
	n->kids = (struct node **)(n + 1);
	n->kids[0] = kid;
	n->count = 1;
	n->stack = kid->stack;
	n->depth = kid->depth;
	return n;
}

/* The kids with the one first that needs the most room: there, SQL's parser
 * holds nothing else yet. */
static struct node **
deepest_first(struct parser *p, const struct node *n)
{
	struct node **order =
	    arena_alloc(&p->cond->arena, n->count * sizeof(*order));
	size_t deepest = 0;

	for (size_t i = 1; i < n->count; i++)
		if (n->kids[i]->stack > n->kids[deepest]->stack)
			deepest = i;
	memcpy(order, n->kids, n->count * sizeof(*order));
	order[0] = n->kids[deepest];
	order[deepest] = n->kids[0];
	return order;
}

int
make_group(struct parser *p, enum node_kind kind, size_t mark, struct spot spot,
    struct node **ret)
{
	struct node *n;
	size_t count = 0;

	if (p->node_count == mark + 1) {
		*ret = p->nodes[--p->node_count];
		return 0;
	}
	for (size_t i = mark; i < p->node_count; i++)
		count += p->nodes[i]->kind == kind ? p->nodes[i]->count : 1;
	n = arena_zalloc(
	    &p->cond->arena, sizeof(*n) + count * sizeof(*n->kids));
	n->kind = kind;
	n->kids = (struct node **)(n + 1);
	for (size_t i = mark; i < p->node_count; i++) {
		struct node *kid = p->nodes[i];
		bool same = kid->kind == kind;

		memcpy(n->kids + n->count, same ? kid->kids : &kid,
		    (same ? kid->count : 1) * sizeof(kid));
		n->count += same ? kid->count : 1;
	}
	p->node_count = mark;
	n->order = deepest_first(p, n);
	chain_cost(n->order, n->count, &n->stack, &n->depth);
	if (n->stack > COND_STACK_MAX || n->depth > COND_DEPTH_MAX)
		return mistake(
		    p, spot, "and and or are nested too deeply from here on");
	*ret = n;
	return 0;
}
