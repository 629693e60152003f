/* SPDX-License-Identifier: ISC */
/* Which leads of a page count, and in which group each of them is. */
#include <stdlib.h>

#include "metric/metric_priv.h"

/* The field that --group names. */
static int
find_field(struct groups *g, struct err *err)
{
	const char *name = g->ask->group;
	const struct cond_field *f;
	struct nearest near;

	if (strncmp(name, "attrs.", 6) == 0) {
		g->attr = str_of(name + 6);
		if (g->attr.n >= 2 && g->attr.p[0] == '"' &&
		    g->attr.p[g->attr.n - 1] == '"')
			g->attr = (struct str){g->attr.p + 1, g->attr.n - 2};
		g->field = COND_ATTRS;
		g->needs.attrs = true;
		return 0;
	}
	nearest_start(&near, str_of(name));
	for (g->field = 0; g->field < lead_catalogue.count; g->field++) {
		if (strcmp(lead_catalogue.fields[g->field].name, name) == 0)
			break;
		nearest_offer(
		    &near, str_of(lead_catalogue.fields[g->field].name));
	}
	if (g->field == lead_catalogue.count) {
		nearest_err(&near, "field", err);
		return err_prefix(err, "--group");
	}
	f = &lead_catalogue.fields[g->field];
	if (f->type == COND_LIST || f->type == COND_TIME)
		return err_set(err, ERR_USAGE,
		    "--group: %s is a %s: there would be no groups", name,
		    f->type == COND_LIST ? "list" : "time");
	g->needs.field[g->field] = true;
	return 0;
}

int
groups_open(struct groups *g, const struct metric_ask *ask, struct err *err)
{
	g->ask = ask;
	g->all = !ask->where && !ask->group;
	if (!ask->group) {
		GROW(g->name, g->cap, 1);
		g->name[0] = str_of(ask->metric);
		g->count = 1;
	}
	if (ask->where)
		lead_needs_cond(&g->needs, ask->where);
	return ask->group ? find_field(g, err) : 0;
}

/* A lead's value as the name of its group; missing when it has none. */
static struct str
value_of(struct groups *g, const struct lead_view *view)
{
	const struct cond_value *v;
	struct buf text = {0};
	struct str name = {0};

	if (g->field == COND_ATTRS)
		return json_stored_text(
		    view->subject.attrs, g->attr, &g->scratch);
	v = &view->values[g->field];
	switch (v->kind) {
	case COND_IS_TEXT:
		return v->text;
	case COND_IS_NUMBER:
		buf_addreal(&text, v->number);
		name = arena_str(&g->scratch, buf_str(&text));
		break;
	case COND_IS_BOOL:
		return v->number != 0 ? STR("true") : STR("false");
	default:
		break;
	}
	buf_release(&text);
	return name;
}

/* A missing value and an empty one are the same to who looks. */
static int
group_named(struct groups *g, struct str name, uint32_t *ret, struct err *err)
{
	bool new;
	size_t *at;

	/* What is said of those who have none. */
	if (str_is(name, "(none)"))
		name.n = 0;
	at = text_index_at(&g->index, name.n ? name : STR(""), &g->texts, &new);
	if (new) {
		if (g->count >= METRIC_GROUPS)
			return err_set(err, ERR_USAGE,
			    "--group: more than %d groups: %s tells leads "
			    "apart, not kinds of them",
			    METRIC_GROUPS, g->ask->group);
		*at = g->count;
		GROW(g->name, g->cap, g->count + 1);
		g->name[g->count++] =
		    name.n ? arena_str(&g->texts, name) : (struct str){0};
	}
	*ret = (uint32_t)*at;
	return 0;
}

static int
look_at(struct groups *g, const struct lead_view *view, uint32_t *ret,
    struct err *err)
{
	const struct metric_ask *ask = g->ask;

	if (ask->where &&
	    !cond_eval(ask->where, &view->subject, &ask->moment, NULL))
		return 0;
	*ret = 0;
	if (!ask->group)
		return 0;
	arena_clear(&g->scratch);
	return group_named(g, value_of(g, view), ret, err);
}

int
groups_page(struct groups *g, struct store *st, const struct tenant *t,
    int64_t after, struct err *err)
{
	const struct lead_view *view;
	struct lead_views *views;
	int got;

	if (g->all)
		return 0;
	for (size_t i = 0; i < METRIC_PAGE; i++)
		g->of[i] = METRIC_NO_GROUP;
	if (lead_views_range(st, t, &g->needs, &g->ask->moment, after,
		after + METRIC_PAGE, INT64_MAX, &views, err) < 0)
		return -1;
	while ((got = lead_views_next(views, &view, err)) > 0)
		if (look_at(g, view, &g->of[view->lead_id - after - 1], err) <
		    0) {
			got = -1;
			break;
		}
	lead_views_close(views);
	return got;
}

int
groups_none(struct groups *g, uint32_t *ret, struct err *err)
{
	*ret = g->ask->where ? METRIC_NO_GROUP : 0;
	if (!g->ask->group || g->ask->where)
		return 0;
	return group_named(g, (struct str){0}, ret, err);
}

void
groups_release(struct groups *g)
{
	free(g->name);
	text_index_release(&g->index);
	arena_release(&g->texts);
	arena_release(&g->scratch);
}
