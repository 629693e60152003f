/* SPDX-License-Identifier: ISC */
/*
 * Gathering what leads hold, column by column: stored fields, attributes,
 * and how often and how lately events of each type happened.
 */
#include <stdlib.h>
#include <string.h>

#include "sample/sample.h"
#include "sample/sample.sql.h"

/* Fields a rule may be learnt from. Not those that name one lead only, and not
 * those that people fill in who know how it went. */
static const enum lead_field learnable[] = {LEAD_DEPARTMENT, LEAD_TITLE,
    LEAD_INDUSTRY, LEAD_COMPANY_SIZE, LEAD_REGION, LEAD_COUNTRY, LEAD_SOURCE,
    LEAD_EMAIL_DOMAIN, LEAD_IS_FREE_EMAIL, LEAD_SENIORITY};

static bool
excluded(const struct sample_ask *ask, struct str name)
{
	for (size_t i = 0; i < ask->exclude_count; i++) {
		struct str other = str_of(ask->exclude[i]);

		if (str_eq(name, other) ||
		    (str_starts(other, STR("attrs.")) &&
			str_eq(name, (struct str){other.p + 6, other.n - 6})))
			return true;
	}
	return false;
}

static size_t
column_add(struct sample_columns *c, enum sample_kind kind, struct str name)
{
	GROW(c->list, c->cap, c->count + 1);
	c->list[c->count] = (struct sample_column){
	    .kind = kind, .name = arena_str(&c->arena, name), .bools = true};
	return c->count++;
}

static int
add_event_types(struct sample_columns *c, struct store *st,
    const struct tenant *t, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_sample_event_types, BINDS(BIND_INT(t->id)),
		&rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		struct str name = rows_text(rows, 1);
		bool skip = excluded(c->ask, name);

		for (size_t i = 0; lead_outbound[i]; i++)
			skip |= str_is(name, lead_outbound[i]);
		for (char **e = t->settings.conversion_events; *e; e++)
			skip |= str_is(name, *e);
		if (skip)
			continue;
		GROW(c->types, c->type_cap, c->type_count + 1);
		c->types[c->type_count].number = rows_int(rows, 0);
		c->types[c->type_count++].column =
		    column_add(c, SAMPLE_COUNT, name);
		column_add(c, SAMPLE_LAST, name);
		for (size_t i = 0; i < c->ask->window_count; i++) {
			size_t n = column_add(c, SAMPLE_COUNT, name);

			c->list[n].window = c->ask->windows[i];
		}
	}
	rows_close(rows);
	return got;
}

int
sample_columns_open(struct sample_columns *c, struct store *st,
    const struct tenant *t, const struct sample_ask *ask,
    struct lead_needs *needs, struct err *err)
{
	memset(c, 0, sizeof(*c));
	c->ask = ask;
	for (size_t i = 0; i < COUNT_OF(learnable); i++) {
		struct str name =
		    str_of(lead_catalogue.fields[learnable[i]].name);
		size_t n;

		if (excluded(ask, name))
			continue;
		needs->field[learnable[i]] = true;
		n = column_add(c, SAMPLE_FIELD, name);
		c->list[n].field = learnable[i];
	}
	c->activity = SIZE_MAX;
	if (!excluded(ask, STR("last_activity_at"))) {
		needs->field[LEAD_LAST_ACTIVITY_AT] = true;
		c->activity =
		    column_add(c, SAMPLE_ACTIVITY, STR("last_activity_at"));
	}
	needs->attrs = needs->events = true;
	return add_event_types(c, st, t, err);
}

void
sample_columns_release(struct sample_columns *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->list[i].text);
		free(c->list[i].uses);
		free(c->list[i].slots);
		free(c->list[i].row);
		free(c->list[i].value);
	}
	free(c->list);
	text_index_release(&c->attrs);
	free(c->types);
	free(c->outcome);
	json_scanner_release(&c->scanner);
	arena_release(&c->arena);
	memset(c, 0, sizeof(*c));
}

/* ---- values ------------------------------------------------------- */

static void
put_number(struct sample_columns *c, size_t column, double value)
{
	struct sample_column *k = &c->list[column];

	GROW(k->row, k->row_cap, k->count + 1);
	GROW(k->value, k->value_cap, k->count + 1);
	k->row[k->count] = (uint32_t)c->rows;
	k->value[k->count++] = value;
}

static uint32_t *
text_slot(struct sample_column *k, struct str text)
{
	size_t at = hash64(text.p, text.n, 0) & (k->slot_count - 1);

	while (k->slots[at] && !str_eq(k->text[k->slots[at] - 1], text))
		at = (at + 1) & (k->slot_count - 1);
	return &k->slots[at];
}

static void
put_text(struct sample_columns *c, size_t column, struct str text)
{
	struct sample_column *k = &c->list[column];
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
attr_column(struct sample_columns *c, struct str key)
{
	bool new;
	size_t *at = text_index_at(&c->attrs, key, &c->arena, &new);

	if (new)
		*at = column_add(c, SAMPLE_ATTR, key);
	return *at;
}

static void
add_attrs(struct sample_columns *c, struct str attrs)
{
	if (!attrs.p || json_scan_object(&c->scanner, attrs) < 0)
		return;
	for (size_t i = 0; i < c->scanner.count; i++) {
		const struct json_member *m = &c->scanner.member[i];
		size_t column;

		if (m->type == JSON_TYPE_NULL || m->type == JSON_TYPE_OBJECT ||
		    m->type == JSON_TYPE_ARRAY || excluded(c->ask, m->name))
			continue;
		column = attr_column(c, m->name);
		c->list[column].bools &= m->type == JSON_TYPE_BOOL;
		put_text(c, column, m->text);
	}
}

static void
add_field(struct sample_columns *c, size_t column, const struct cond_value *v)
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

/* Events of one type, as the columns of the type want them. */
static void
add_events_of(struct sample_columns *c, size_t column,
    const struct cond_event *events, size_t count, int64_t now)
{
	int64_t last = INT64_MIN, ever = 0;

	for (size_t i = 0; i < count; i++) {
		if (events[i].at > now)
			continue;
		ever++;
		if (events[i].at > last)
			last = events[i].at;
	}
	if (!ever)
		return;
	put_number(c, column, (double)ever);
	put_number(c, column + 1, (double)(now - last));
	for (size_t w = 0; w < c->ask->window_count; w++) {
		int64_t after = now - c->ask->windows[w], within = 0;

		for (size_t i = 0; i < count; i++)
			within += events[i].at > after && events[i].at <= now;
		if (within)
			put_number(c, column + 2 + w, (double)within);
	}
}

static void
add_events(struct sample_columns *c, const struct cond_subject *s, int64_t now)
{
	const struct cond_event *e = s->events;

	for (size_t i = 0, end; i < s->event_count; i = end) {
		for (end = i; end < s->event_count && e[end].type == e[i].type;)
			end++;
		for (size_t t = 0; t < c->type_count; t++)
			if (c->types[t].number == e[i].type)
				add_events_of(
				    c, c->types[t].column, &e[i], end - i, now);
	}
}

int
sample_columns_add(void *columns, const struct lead_view *view,
    const struct cond_moment *moment, uint8_t outcome, struct err *err)
{
	struct sample_columns *c = columns;
	const struct cond_value *active = &view->values[LEAD_LAST_ACTIVITY_AT];

	for (size_t i = 0; i < c->count && c->list[i].kind == SAMPLE_FIELD; i++)
		add_field(c, i, &view->values[c->list[i].field]);
	add_attrs(c, view->subject.attrs);
	if (c->activity != SIZE_MAX && active->kind == COND_IS_TIME)
		put_number(
		    c, c->activity, (double)(moment->now - active->time));
	add_events(c, &view->subject, moment->now);
	GROW(c->outcome, c->outcome_cap, c->rows + 1);
	c->outcome[c->rows++] = outcome;
	return 0;
}
