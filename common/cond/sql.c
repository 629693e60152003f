/* SPDX-License-Identifier: ISC */
/*
 * A condition as SQL. Made of constants of the source and parameters only;
 * every test is a CASE that is never NULL, so that `not` may be carried down
 * to the tests (which keeps the nesting flat) and both engines agree.
 */
#include <stdlib.h>
#include <string.h>

#include "cond/cond_sql.h"

/* ---- parameters ---------------------------------------------------------
 */

size_t
sql_parameter(struct sql_maker *m, struct bind b)
{
	struct cond_sql *out = m->out;

	GROW(out->binds, out->capacity, out->count + 1);
	out->binds[out->count++] = b;
	buf_addc(&out->types, b.type);
	return out->count;
}

void
sql_add_parameter(struct sql_maker *m, struct bind b)
{
	buf_addf(&m->out->text, "$%zu", sql_parameter(m, b));
}

/* The same parameter for every use. */
static void
add_shared(struct sql_maker *m, size_t *number, struct bind b)
{
	if (!*number)
		*number = sql_parameter(m, b);
	buf_addf(&m->out->text, "$%zu", *number);
}

void
sql_add_now(struct sql_maker *m)
{
	add_shared(m, &m->now, BIND_INT(m->moment->now));
}

void
sql_add_zone(struct sql_maker *m)
{
	const struct zone *zone = m->moment->zone;

	add_shared(m, &m->zone,
	    BIND_TEXT(str_of(zone_name(zone ? zone : zone_utc()))));
}

/* One of @now, @type, @segment, @field, @n0.., @t0.. at s; how long it is. Any
 * other @ stands for itself, as in an address. */
static size_t
add_token(struct sql_maker *m, const char *s, struct bind of)
{
	bool digit = s[1] && s[2] >= '0' && s[2] <= '9';

	if (strncmp(s, "@now", 4) == 0) {
		sql_add_now(m);
		return 4;
	}
	if (strncmp(s, "@type", 5) == 0) {
		sql_add_parameter(m, of);
		return 5;
	}
	if (strncmp(s, "@field", 6) == 0) {
		sql_add_parameter(m, of);
		return 6;
	}
	if (strncmp(s, "@segment", 8) == 0) {
		sql_add_parameter(m, of);
		return 8;
	}
	if (s[1] == 'n' && digit) {
		add_shared(m, &m->numbers[s[2] - '0'],
		    BIND_INT(m->moment->numbers[s[2] - '0']));
		return 3;
	}
	if (s[1] == 't' && digit) {
		add_shared(m, &m->texts[s[2] - '0'],
		    BIND_TEXT(m->moment->texts[s[2] - '0']));
		return 3;
	}
	buf_addc(&m->out->text, '@');
	return 1;
}

void
sql_add_source(struct sql_maker *m, const char *sql, struct bind of)
{
	while (*sql) {
		size_t n = strcspn(sql, "@");

		buf_add(&m->out->text, sql, n);
		sql += n;
		if (*sql)
			sql += add_token(m, sql, of);
	}
}

/* ---- groups -------------------------------------------------------------
 */

static bool
is_group(const struct node *n)
{
	while (n->kind == NODE_NOT)
		n = n->kids[0];
	return n->kind != NODE_TEST;
}

static size_t
piece_size(size_t count)
{
	return (count + COND_CHAIN - 1) / COND_CHAIN;
}

static void
cost_more(unsigned *total, unsigned more)
{
	if (more > *total)
		*total = more;
}

void
chain_cost(struct node *const *parts, size_t count, unsigned *ret_stack,
    unsigned *ret_depth)
{
	size_t size = piece_size(count), links = (count + size - 1) / size;

	*ret_stack = *ret_depth = 0;
	for (size_t i = 0, link = 0; i < count; i += size, link++) {
		size_t n = count - i < size ? count - i : size;
		unsigned stack = parts[i]->stack, depth = parts[i]->depth;
		bool brackets = n > 1 || is_group(parts[i]);

		if (n > 1)
			chain_cost(parts + i, n, &stack, &depth);
		/* What stands before it, its bracket, and how far it is from
		 * the chain's last link. */
		cost_more(ret_stack, stack + (link ? 2 : 0) + brackets);
		cost_more(
		    ret_depth, depth + (unsigned)(links - (link ? link : 1)));
	}
}

static void
add_chain(struct sql_maker *m, struct node *const *parts, size_t count,
    const char *word, bool want)
{
	struct buf *out = &m->out->text;
	size_t size = piece_size(count);

	for (size_t i = 0; i < count; i += size) {
		size_t n = count - i < size ? count - i : size;
		bool brackets = n > 1 || is_group(parts[i]);

		if (i)
			buf_addstr(out, word);
		if (brackets)
			buf_addc(out, '(');
		if (n > 1)
			add_chain(m, parts + i, n, word, want);
		else
			sql_add_node(m, parts[i], want);
		if (brackets)
			buf_addc(out, ')');
	}
}

/* Fields that are made of events age as these do. */
static bool
ages(const struct sql_maker *m, const struct node *test)
{
	return test->ages ||
	       (test->on.kind == ON_FIELD &&
		   strstr(m->catalogue->fields[test->on.index].sql, "@now"));
}

void
sql_add_node(struct sql_maker *m, const struct node *n, bool want)
{
	while (n->kind == NODE_NOT) {
		n = n->kids[0];
		want = !want;
	}
	if (n->kind == NODE_TEST && m->ever && ages(m, n))
		buf_addstr(&m->out->text, "1 = 1");
	else if (n->kind == NODE_TEST)
		sql_add_test(m, n, want);
	else
		add_chain(m, n->order, n->count,
		    (n->kind == NODE_AND) == want ? " AND " : " OR ", want);
}

void
cond_to_sql(const struct cond *c, const struct cond_catalogue *catalogue,
    const struct cond_moment *moment, struct cond_sql *out)
{
	struct sql_maker m = {
	    .cond = c, .catalogue = catalogue, .moment = moment, .out = out};

	buf_addc(&out->text, '(');
	sql_add_node(&m, c->root, true);
	buf_addc(&out->text, ')');
}

void
cond_to_sql_ever(const struct cond *c, const struct cond_catalogue *catalogue,
    const struct cond_moment *moment, bool truth, struct cond_sql *out)
{
	struct sql_maker m = {.cond = c,
	    .catalogue = catalogue,
	    .moment = moment,
	    .out = out,
	    .ever = true};

	buf_addc(&out->text, '(');
	sql_add_node(&m, c->root, truth);
	buf_addc(&out->text, ')');
}

void
cond_sql_release(struct cond_sql *out)
{
	buf_release(&out->text);
	buf_release(&out->types);
	free(out->binds);
	arena_release(&out->arena);
	*out = (struct cond_sql){0};
}
