/* SPDX-License-Identifier: ISC */
/*
 * `in segment 'x'`: which segments a condition names, the numbers its subjects
 * use for them, and where to point when there is no such segment.
 */
#include "cond/cond_priv.h"

/* What is said should nobody know it, made while its place is known. */
static char *
complaint(struct parser *p, struct str name, struct spot spot)
{
	struct err err = {0}, *before = p->err;
	char *text;

	p->err = &err;
	mistake(p, spot, "unknown segment %s", quoted(name));
	p->err = before;
	text = arena_strdup(&p->cond->arena, str_of(err.text));
	return text;
}

static size_t
segment_index(struct parser *p, struct str name, struct spot spot)
{
	struct cond *c = p->cond;
	size_t i;

	for (i = 0; i < c->segment_count; i++)
		if (str_is(name, c->segments[i].name))
			return i;
	GROW(c->segments, c->segment_cap, c->segment_count + 1);
	c->segments[c->segment_count++] = (struct segment){
	    arena_strdup(&c->arena, name), complaint(p, name, spot), -1};
	return i;
}

int
make_segment(struct parser *p, struct str name, struct spot spot,
    struct spot name_spot, struct node **ret)
{
	struct node *n;

	if (p->in_where)
		return mistake(
		    p, spot, "segments cannot be asked for inside where");
	if (!p->catalogue->segment_sql)
		return mistake(p, spot, "there are no segments here");
	if (check_name(p, name, "a segment", name_spot) < 0 ||
	    count_parts(p, spot) < 0)
		return -1;
	n = arena_zalloc(&p->cond->arena, sizeof(*n));
	n->kind = NODE_TEST;
	n->on = (struct operand){
	    .kind = ON_SEGMENT, .index = segment_index(p, name, name_spot)};
	n->op = OP_EXISTS;
	n->type = COND_BOOL;
	n->depth = 8;
	*ret = n;
	return 0;
}

size_t
cond_segment_count(const struct cond *c)
{
	return c->segment_count;
}

const char *
cond_segment(const struct cond *c, size_t i)
{
	return c->segments[i].name;
}

bool
cond_asks(const struct cond *c, const char *segment)
{
	for (size_t i = 0; i < c->segment_count; i++)
		if (strcmp(c->segments[i].name, segment) == 0)
			return true;
	return false;
}

void
cond_bind_segment(struct cond *c, size_t i, int64_t number)
{
	c->segments[i].number = number;
}

int
cond_segment_unknown(
    const struct cond *c, size_t i, const char *const *names, struct err *err)
{
	struct nearest near;

	nearest_start(&near, str_of(c->segments[i].name));
	for (; names && *names; names++)
		nearest_offer(&near, str_of(*names));
	if (near.name.p)
		return err_set(err, ERR_USAGE, "%s: did you mean %s?",
		    c->segments[i].unknown, near.name.p);
	return err_set(err, ERR_USAGE, "%s", c->segments[i].unknown);
}

bool
in_segment(const struct view *v, const struct operand *on)
{
	const struct cond_subject *s = v->subject;
	int64_t number = v->cond->segments[on->index].number;

	for (size_t i = 0; i < s->segment_count; i++)
		if (s->segments[i] == number)
			return number >= 0;
	return false;
}
