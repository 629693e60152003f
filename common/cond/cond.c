/* SPDX-License-Identifier: ISC */
/*
 * A condition's life: parsed from either form, asked what it needs, freed.
 */
#include <stdlib.h>
#include <string.h>

#include "cond/cond_priv.h"

static struct cond *
cond_new(const struct cond_catalogue *catalogue)
{
	struct cond *c = xcalloc(1, sizeof(*c));

	c->field_count = catalogue->count;
	c->fields = xcalloc(catalogue->count + 1, sizeof(*c->fields));
	c->histories = xcalloc(catalogue->count + 1, sizeof(*c->histories));
	return c;
}

void
cond_free(struct cond *c)
{
	if (!c)
		return;
	arena_release(&c->arena);
	free(c->fields);
	free(c->histories);
	free(c->types);
	free(c->segments);
	free(c);
}

static int
finish(struct parser *p, int failed, struct cond **ret)
{
	free(p->nodes);
	free(p->literals);
	if (failed < 0) {
		cond_free(p->cond);
		return -1;
	}
	*ret = p->cond;
	return 0;
}

int
cond_parse(struct str text, const char *name,
    const struct cond_catalogue *catalogue, struct cond **ret, struct err *err)
{
	struct parser p = {.catalogue = catalogue, .name = name, .err = err};

	p.cond = cond_new(catalogue);
	p.text =
	    text.n <= COND_BYTES_MAX ? arena_str(&p.cond->arena, text) : text;
	return finish(&p, parse_text(&p, &p.cond->root), ret);
}

int
cond_parse_json(const struct json *node, const struct cond_catalogue *catalogue,
    struct cond **ret, struct err *err)
{
	struct parser p = {
	    .catalogue = catalogue, .name = "condition", .err = err};

	p.cond = cond_new(catalogue);
	return finish(&p, parse_json(&p, node, &p.cond->root), ret);
}

/* Of an event nothing is known but its time and its attributes. */
static const struct cond_catalogue event_catalogue = {0};

int
cond_parse_event(
    struct str text, const char *name, struct cond **ret, struct err *err)
{
	struct parser p = {.catalogue = &event_catalogue,
	    .name = name,
	    .err = err,
	    .in_where = true};

	p.cond = cond_new(&event_catalogue);
	p.text =
	    text.n <= COND_BYTES_MAX ? arena_str(&p.cond->arena, text) : text;
	return finish(&p, parse_text(&p, &p.cond->root), ret);
}

int
cond_parse_event_json(
    const struct json *node, struct cond **ret, struct err *err)
{
	struct parser p = {.catalogue = &event_catalogue,
	    .name = "where",
	    .err = err,
	    .in_where = true};

	p.cond = cond_new(&event_catalogue);
	return finish(&p, parse_json(&p, node, &p.cond->root), ret);
}

bool
cond_uses_field(const struct cond *c, size_t field)
{
	return field < c->field_count && c->fields[field];
}

bool
cond_uses_attrs(const struct cond *c)
{
	return c->attrs;
}

bool
cond_uses_events(const struct cond *c)
{
	return c->type_count > 0;
}

bool
cond_uses_event_attrs(const struct cond *c)
{
	return c->event_attrs;
}

/* A test of it that is false when it is missing, which all comparisons are. */
static bool requires(const struct node *n, size_t field)
{
	if (n->kind == NODE_AND) {
		for (size_t i = 0; i < n->count; i++)
			if (requires(n->kids[i], field))
				return true;
		return false;
	}
	return n->kind == NODE_TEST && n->on.kind == ON_FIELD &&
	       n->on.index == field && n->type != COND_LIST &&
	       !(n->op == OP_EXISTS && n->negated);
}

bool
cond_requires_field(const struct cond *c, size_t field)
{
	return requires(c->root, field);
}

bool
cond_uses_time(const struct cond *c)
{
	return c->time;
}

size_t
cond_event_type_count(const struct cond *c)
{
	return c->type_count;
}

const char *
cond_event_type(const struct cond *c, size_t i)
{
	return c->types[i].name;
}

const char *
cond_event_type_meant(
    const struct cond *c, size_t i, const struct cond_catalogue *catalogue)
{
	const char *const *known = catalogue->event_types;
	struct nearest near;

	nearest_start(&near, str_of(c->types[i].name));
	for (; known && *known; known++) {
		if (strcmp(*known, c->types[i].name) == 0)
			return NULL;
		nearest_offer(&near, str_of(*known));
	}
	return near.name.p;
}

void
cond_bind_event_type(struct cond *c, size_t i, int64_t number)
{
	c->types[i].number = number;
}
