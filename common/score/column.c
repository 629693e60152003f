/* SPDX-License-Identifier: ISC */
/*
 * Gathering what leads hold, column by column: stored fields, attributes,
 * and how often and how lately events of each type happened.
 */
#include <stdlib.h>
#include <string.h>

#include "score/learn.h"
#include "score/score.sql.h"

/* Fields a rule may be learnt from. Not those that name one lead only, and not
 * those that people fill in who know how it went. */
static const enum lead_field learnable[] = {LEAD_DEPARTMENT, LEAD_TITLE,
    LEAD_INDUSTRY, LEAD_COMPANY_SIZE, LEAD_REGION, LEAD_COUNTRY, LEAD_SOURCE,
    LEAD_EMAIL_DOMAIN, LEAD_IS_FREE_EMAIL, LEAD_SENIORITY};

static bool
excluded(const struct score_learn *how, struct str name)
{
	for (size_t i = 0; i < how->exclude_count; i++) {
		struct str other = str_of(how->exclude[i]);

		if (str_eq(name, other) ||
		    (str_starts(other, STR("attrs.")) &&
			str_eq(name, (struct str){other.p + 6, other.n - 6})))
			return true;
	}
	return false;
}

static size_t
column_add(struct columns *c, enum column_kind kind, struct str name)
{
	GROW(c->list, c->cap, c->count + 1);
	c->list[c->count] = (struct column){
	    .kind = kind, .name = arena_str(&c->arena, name), .bools = true};
	return c->count++;
}

static int
add_event_types(struct columns *c, struct store *st, const struct tenant *t,
    struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_score_event_types, BINDS(BIND_INT(t->id)),
		&rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		struct str name = rows_text(rows, 1);
		bool skip = excluded(c->how, name);

		for (size_t i = 0; lead_outbound[i]; i++)
			skip |= str_is(name, lead_outbound[i]);
		for (char **e = t->settings.conversion_events; *e; e++)
			skip |= str_is(name, *e);
		if (skip)
			continue;
		GROW(c->types, c->type_cap, c->type_count + 1);
		c->types[c->type_count].number = rows_int(rows, 0);
		c->types[c->type_count].count =
		    column_add(c, COLUMN_COUNT, name);
		c->types[c->type_count++].last =
		    column_add(c, COLUMN_LAST, name);
	}
	rows_close(rows);
	return got;
}

int
columns_open(struct columns *c, struct store *st, const struct tenant *t,
    const struct score_learn *how, struct lead_needs *needs, struct err *err)
{
	memset(c, 0, sizeof(*c));
	c->how = how;
	for (size_t i = 0; i < COUNT_OF(learnable); i++) {
		struct str name =
		    str_of(lead_catalogue.fields[learnable[i]].name);
		size_t n;

		if (excluded(how, name))
			continue;
		needs->field[learnable[i]] = true;
		n = column_add(c, COLUMN_FIELD, name);
		c->list[n].field = learnable[i];
	}
	c->activity = SIZE_MAX;
	if (!excluded(how, STR("last_activity_at"))) {
		needs->field[LEAD_LAST_ACTIVITY_AT] = true;
		c->activity =
		    column_add(c, COLUMN_ACTIVITY, STR("last_activity_at"));
	}
	needs->attrs = needs->events = true;
	return add_event_types(c, st, t, err);
}

void
columns_release(struct columns *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->list[i].text);
		free(c->list[i].uses);
		free(c->list[i].slots);
		free(c->list[i].row);
		free(c->list[i].value);
	}
	free(c->list);
	free(c->attr_slots);
	free(c->types);
	free(c->yes);
	json_scanner_release(&c->scanner);
	arena_release(&c->arena);
	memset(c, 0, sizeof(*c));
}

/* ---- values ------------------------------------------------------- */

static void
put_number(struct columns *c, size_t column, double value)
{
	struct column *k = &c->list[column];

	GROW(k->row, k->row_cap, k->count + 1);
	GROW(k->value, k->value_cap, k->count + 1);
	k->row[k->count] = (uint32_t)c->rows;
	k->value[k->count++] = value;
}

static uint32_t *
text_slot(struct column *k, struct str text)
{
	size_t at = hash64(text.p, text.n, 0) & (k->slot_count - 1);

	while (k->slots[at] && !str_eq(k->text[k->slots[at] - 1], text))
		at = (at + 1) & (k->slot_count - 1);
	return &k->slots[at];
}

static void
put_text(struct columns *c, size_t column, struct str text)
{
	struct column *k = &c->list[column];
	uint32_t *slot;

	if (2 * (k->text_count + 1) > k->slot_count) {
		k->slot_count = k->slot_count ? 2 * k->slot_count : 32;
		free(k->slots);
		k->slots = xcalloc(k->slot_count, sizeof(*k->slots));
		for (size_t i = 0; i < k->text_count; i++)
			*text_slot(k, k->text[i]) = (uint32_t)i + 1;
	}
	slot = text_slot(k, text);
	if (!*slot) {
		GROW(k->text, k->text_cap, k->text_count + 1);
		GROW(k->uses, k->uses_cap, k->text_count + 1);
		k->text[k->text_count] = arena_str(&c->arena, text);
		k->uses[k->text_count++] = 0;
		*slot = (uint32_t)k->text_count;
	}
	k->uses[*slot - 1]++;
	put_number(c, column, *slot - 1);
}

static size_t
attr_column(struct columns *c, struct str key)
{
	size_t at;

	if (2 * (c->attr_count + 1) > c->attr_slot_count) {
		c->attr_slot_count =
		    c->attr_slot_count ? 2 * c->attr_slot_count : 64;
		free(c->attr_slots);
		c->attr_slots =
		    xcalloc(c->attr_slot_count, sizeof(*c->attr_slots));
		for (size_t i = 0; i < c->count; i++) {
			if (c->list[i].kind != COLUMN_ATTR)
				continue;
			at = hash64(c->list[i].name.p, c->list[i].name.n, 0) &
			     (c->attr_slot_count - 1);
			while (c->attr_slots[at])
				at = (at + 1) & (c->attr_slot_count - 1);
			c->attr_slots[at] = (uint32_t)i + 1;
		}
	}
	at = hash64(key.p, key.n, 0) & (c->attr_slot_count - 1);
	while (c->attr_slots[at] &&
	       !str_eq(c->list[c->attr_slots[at] - 1].name, key))
		at = (at + 1) & (c->attr_slot_count - 1);
	if (!c->attr_slots[at]) {
		c->attr_count++;
		c->attr_slots[at] =
		    (uint32_t)column_add(c, COLUMN_ATTR, key) + 1;
	}
	return c->attr_slots[at] - 1;
}

static void
add_attrs(struct columns *c, struct str attrs)
{
	if (!attrs.p || json_scan_object(&c->scanner, attrs) < 0)
		return;
	for (size_t i = 0; i < c->scanner.count; i++) {
		const struct json_member *m = &c->scanner.member[i];
		size_t column;

		if (m->type == JSON_TYPE_NULL || m->type == JSON_TYPE_OBJECT ||
		    m->type == JSON_TYPE_ARRAY || excluded(c->how, m->name))
			continue;
		column = attr_column(c, m->name);
		c->list[column].bools &= m->type == JSON_TYPE_BOOL;
		put_text(c, column, m->text);
	}
}

static void
add_field(struct columns *c, size_t column, const struct cond_value *v)
{
	struct buf text = {0};

	switch (v->kind) {
	case COND_IS_TEXT:
		put_text(c, column, v->text);
		break;
	case COND_IS_NUMBER:
		buf_addreal(&text, v->number);
		put_text(c, column, buf_str(&text));
		buf_release(&text);
		break;
	case COND_IS_BOOL:
		put_text(
		    c, column, v->number != 0 ? STR("true") : STR("false"));
		break;
	default:
		break;
	}
}

static void
add_events(struct columns *c, const struct cond_subject *s, int64_t now)
{
	for (size_t i = 0, end; i < s->event_count; i = end) {
		int64_t last = INT64_MIN, count = 0;

		for (end = i; end < s->event_count &&
			      s->events[end].type == s->events[i].type;
		     end++) {
			if (s->events[end].at > now)
				continue;
			count++;
			if (s->events[end].at > last)
				last = s->events[end].at;
		}
		for (size_t t = 0; count && t < c->type_count; t++) {
			if (c->types[t].number != s->events[i].type)
				continue;
			put_number(c, c->types[t].count, (double)count);
			put_number(c, c->types[t].last, (double)(now - last));
		}
	}
}

int
columns_add(void *context, const struct lead_view *view,
    const struct cond_moment *moment, bool yes, struct err *err)
{
	struct columns *c = context;
	const struct cond_value *active = &view->values[LEAD_LAST_ACTIVITY_AT];

	for (size_t i = 0; i < c->count && c->list[i].kind == COLUMN_FIELD; i++)
		add_field(c, i, &view->values[c->list[i].field]);
	add_attrs(c, view->subject.attrs);
	if (c->activity != SIZE_MAX && active->kind == COND_IS_TIME)
		put_number(
		    c, c->activity, (double)(moment->now - active->time));
	add_events(c, &view->subject, moment->now);
	GROW(c->yes, c->yes_cap, c->rows + 1);
	c->yes[c->rows++] = yes;
	return 0;
}
