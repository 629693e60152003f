/* SPDX-License-Identifier: ISC */
/*
 * What a condition can ask of the leads there are: the catalogue's fields, the
 * attributes they carry, the events they had; with the commonest values. One
 * pass over the leads, in memory that depends on what is told, not on them.
 */
#include "segment/fields_priv.h"

#include <stdlib.h>

/* ---- values -------------------------------------------------------- */

static void
note_range(struct column *c, double v)
{
	if (!c->any || v < c->low)
		c->low = v;
	if (!c->any || v > c->high)
		c->high = v;
	c->any = true;
}

static void
note_list(struct column *c, struct str list, struct arena *scratch)
{
	struct str item;

	arena_clear(scratch);
	while (json_stored_next(&list, scratch, &item))
		tally_add(&c->values, item);
}

static void
note_value(struct column *c, const struct cond_value *v, struct arena *scratch)
{
	if (v->kind == COND_MISSING)
		return;
	c->leads++;
	switch (v->kind) {
	case COND_IS_TEXT:
		tally_add(&c->values, v->text);
		break;
	case COND_IS_NUMBER:
		note_range(c, v->number);
		tally_add_number(&c->values, v->number);
		break;
	case COND_IS_TIME:
		note_range(c, (double)v->time);
		break;
	case COND_IS_BOOL:
		tally_add(
		    &c->values, v->number != 0 ? STR("true") : STR("false"));
		break;
	case COND_IS_LIST:
		note_list(c, v->text, scratch);
		break;
	case COND_MISSING:
		break;
	}
}

/* ---- attributes ---------------------------------------------------- */

/* Its column; NULL past the limit. Attributes come in much the same order in
 * one object as in the next: `hint` is where to look first. */
static struct column *
attr_column(struct looking *l, struct attrs *a, struct str name, size_t *hint)
{
	struct column *c;

	for (size_t i = 0; i < a->count; i++) {
		size_t at = (*hint + i) % a->count;

		if (str_eq(a->list[at].name, name)) {
			*hint = at + 1;
			return &a->list[at];
		}
	}
	if (a->count == ATTRS_MAX) {
		a->more = true;
		return NULL;
	}
	GROW(a->list, a->cap, a->count + 1);
	c = &a->list[a->count++];
	*c = (struct column){.name = arena_str(&l->names, name),
	    .numbers = true,
	    .bools = true,
	    .times = true};
	*hint = a->count;
	return c;
}

static void
note_attr(struct looking *l, struct column *c, const struct json_member *m)
{
	const struct zone *zone = l->moment->zone;
	double number;
	int64_t at;

	c->leads++;
	if (m->type == JSON_TYPE_OBJECT || m->type == JSON_TYPE_ARRAY) {
		c->numbers = c->bools = c->times = false;
		return;
	}
	tally_add(&c->values, m->text);
	c->bools =
	    c->bools && (str_is(m->text, "true") || str_is(m->text, "false"));
	if ((c->numbers = c->numbers && number_real(m->text, &number)))
		note_range(c, number);
	else if ((c->times = c->times && time_parse(m->text, zone, &at)))
		note_range(c, (double)at);
}

static void
note_attrs(struct looking *l, struct attrs *a, struct str object)
{
	size_t hint = 0;

	if (!object.p || json_scan_object(&l->scan, object) < 0)
		return;
	for (size_t i = 0; i < l->scan.count; i++) {
		const struct json_member *m = &l->scan.member[i];
		struct column *c;

		if (m->type == JSON_TYPE_NULL)
			continue;
		c = attr_column(l, a, m->name, &hint);
		if (c)
			note_attr(l, c, m);
	}
}

/* ---- events -------------------------------------------------------- */

static void
note_type(void *context, int64_t number, struct str name)
{
	struct looking *l = context;

	if (l->only_event.p && !str_eq(name, l->only_event))
		return;
	GROW(l->event, l->event_cap, l->event_count + 1);
	l->event[l->event_count++] = (struct event_column){
	    .number = number, .name = arena_str(&l->names, name)};
}

static struct event_column *
event_column(struct looking *l, int64_t number)
{
	for (size_t i = 0; i < l->event_count; i++)
		if (l->event[i].number == number)
			return &l->event[i];
	return NULL; /* not asked for, or new since this began */
}

static void
note_events(struct looking *l, const struct cond_subject *subject)
{
	struct event_column *c = NULL;
	int64_t type = -1;
	bool first = false;

	for (size_t i = 0; i < subject->event_count; i++) {
		const struct cond_event *e = &subject->events[i];

		if (e->type != type) {
			type = e->type;
			c = event_column(l, type);
			first = true;
		}
		if (!c || e->at > l->moment->now)
			continue;
		c->leads += first;
		first = false;
		if (!c->events || e->at < c->first)
			c->first = e->at;
		if (!c->events || e->at > c->last)
			c->last = e->at;
		c->events++;
		if (l->only_event.p)
			note_attrs(l, &l->event_attrs, e->attrs);
	}
}

static int
look(void *context, const struct lead_view *view, struct err *err)
{
	struct looking *l = context;

	(void)err;
	for (size_t f = 0; f < LEAD__MAX; f++)
		if (l->needs.field[f])
			note_value(&l->field[f], &view->values[f], &l->scratch);
	if (l->needs.attrs)
		note_attrs(l, &l->attrs, view->subject.attrs);
	if (l->event_count)
		note_events(l, &view->subject);
	return 0;
}

/* ---- which --------------------------------------------------------- */

/* What a user calls a field, as what to look at. */
static int
choose(struct looking *l, struct store *st, const struct tenant *t,
    struct err *err)
{
	struct str only = l->how->only;
	struct buf text = {0};
	struct cond *c = NULL;
	int64_t number = 0;
	int rc;

	if (!only.p) {
		for (size_t f = 0; f < LEAD__MAX; f++)
			l->needs.field[f] = true;
		l->needs.attrs = l->needs.events = true;
		return 0;
	}
	if (lead_type_find(st, t, only, &number, err) < 0)
		return -1;
	if (number >= 0) {
		l->needs.events = l->needs.event_attrs = true;
		l->only_event = only;
		return 0;
	}
	buf_addf(&text, "%.*s exists", STR_ARG(only));
	rc = cond_parse(buf_str(&text), "field", &lead_catalogue, &c, err);
	if (rc == 0) {
		lead_needs_cond(&l->needs, c);
		if (l->needs.attrs)
			cond_print(c, &l->only_attr);
		/* All but the question. */
		if (l->needs.attrs)
			buf_truncate(&l->only_attr,
			    l->only_attr.len - strlen(" exists"));
	}
	cond_free(c);
	buf_release(&text);
	return rc;
}

static void
release(struct looking *l)
{
	for (size_t f = 0; f < LEAD__MAX; f++)
		tally_release(&l->field[f].values);
	for (size_t i = 0; i < l->attrs.count; i++)
		tally_release(&l->attrs.list[i].values);
	for (size_t i = 0; i < l->event_attrs.count; i++)
		tally_release(&l->event_attrs.list[i].values);
	free(l->attrs.list);
	free(l->event_attrs.list);
	free(l->event);
	json_scanner_release(&l->scan);
	buf_release(&l->only_attr);
	arena_release(&l->names);
	arena_release(&l->scratch);
}

int
segment_fields(struct store *st, const struct tenant *t,
    const struct cond_moment *moment, const struct segment_fields *how,
    struct err *err)
{
	struct looking l = {.how = how, .moment = moment};
	int rc = choose(&l, st, t, err);

	if (rc == 0 && l.needs.events && (!how->only.p || l.only_event.p))
		rc = lead_event_types_each(st, t, note_type, &l, err);
	if (rc == 0)
		rc = lead_views_every(
		    st, t, &l.needs, moment, "segment fields", look, &l, err);
	if (rc == 0)
		rc = fields_tell(&l, st, t, err);
	if (rc == 0 && how->only.p && !l.told)
		rc = err_set(
		    err, ERR_USAGE, "no lead has %.*s", STR_ARG(how->only));
	release(&l);
	return rc;
}
