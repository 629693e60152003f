/* SPDX-License-Identifier: ISC */
/*
 * Leads that come as records and carry their own facts: for programs that run
 * as filters, without a store.
 */
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "lead/derive.h"

/* Names remembered: a stream whose records all have other names ends it. */
#define NAMES_MAX 4096

/* ---- names of event types, and of fields --------------------------- */

struct lead_types {
	struct text_index numbers; /* of event types, by name */
	struct text_index fields;  /* of what records call their members */
	struct arena arena;
	struct lead_meanings meanings;
};

/* The field a member is, by its own name or what lists call it; LEAD__MAX when
 * it is none. */
static size_t
field_named(struct lead_types *types, struct str name)
{
	size_t field = text_index_get(&types->fields, name);
	bool new;

	if (field != SIZE_MAX)
		return field;
	field = lead_column_find(lead_columns, LEAD_STORED, name);
	if (field == SIZE_MAX)
		field = LEAD__MAX;
	if (types->fields.count < NAMES_MAX)
		*text_index_at(&types->fields, name, &types->arena, &new) =
		    field;
	return field;
}

struct lead_types *
lead_types_new(void)
{
	struct lead_types *types = xcalloc(1, sizeof(*types));
	size_t n = 0;
	bool new;

	while (lead_outbound[n])
		n++;
	types->meanings.outbound =
	    xcalloc(n, sizeof(*types->meanings.outbound));
	for (size_t i = 0; i < n; i++)
		types->meanings.outbound[i] =
		    lead_type_number(types, str_of(lead_outbound[i]));
	types->meanings.outbound_count = n;
	for (size_t i = 0; i < LEAD__MAX; i++)
		*text_index_at(&types->fields,
		    str_of(lead_catalogue.fields[i].name), NULL, &new) = i;
	return types;
}

void
lead_types_free(struct lead_types *types)
{
	if (!types)
		return;
	text_index_release(&types->numbers);
	text_index_release(&types->fields);
	free(types->meanings.outbound);
	free(types->meanings.conversion);
	arena_release(&types->arena);
	free(types);
}

int64_t
lead_type_number(struct lead_types *types, struct str name)
{
	size_t count = types->numbers.count, *at;
	bool new;

	at = text_index_at(&types->numbers, name, &types->arena, &new);
	if (new)
		*at = count;
	return (int64_t)*at;
}

void
lead_bind_types_of(struct lead_types *types, struct cond *c)
{
	for (size_t i = 0; i < cond_event_type_count(c); i++)
		cond_bind_event_type(c, i,
		    lead_type_number(types, str_of(cond_event_type(c, i))));
}

int
lead_check_of_record(const struct cond *c, struct err *err)
{
	if (cond_segment_count(c) > 0)
		return err_set(err, ERR_USAGE,
		    "in segment %s: only a store knows who is in a segment; "
		    "here there is none",
		    quoted(str_of(cond_segment(c, 0))));
	for (size_t f = 0; f <= LEAD__MAX; f++)
		if (cond_uses_history(c, f < LEAD__MAX ? f : COND_ATTRS))
			return err_set(err, ERR_USAGE,
			    "only a store knows when %s changed; here there is "
			    "none",
			    f < LEAD__MAX ? lead_catalogue.fields[f].name
					  : "an attribute");
	return 0;
}

/* The conversion events the moment tells of; deal_won where it is silent. */
static void
note_conversions(struct lead_types *types, const struct cond_moment *moment)
{
	struct lead_meanings *m = &types->meanings;
	struct str rest = moment->texts[0], name;
	size_t cap = m->conversion_count;

	if (m->conversion)
		return;
	if (!rest.p)
		rest = STR("[\"deal_won\"]");
	while (json_stored_next(&rest, &types->arena, &name)) {
		GROW(m->conversion, cap, m->conversion_count + 1);
		m->conversion[m->conversion_count++] =
		    lead_type_number(types, name);
	}
}

/* ---- events ------------------------------------------------------- */

static int
compare_events(const void *a, const void *b)
{
	const struct cond_event *x = a, *y = b;
	int order;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	/* Whatever the order they came in. */
	order = (x->attrs.p != NULL) - (y->attrs.p != NULL);
	return order || !x->attrs.p ? order : str_cmp(x->attrs, y->attrs);
}

/* One member of an event: its name, the text and JSON of its value. */
struct part {
	struct str name, text, raw;
	bool scalar, null;
};

struct event_parts {
	struct str type, time, lead, id, email, attrs;
	struct buf others; /* members without a meaning, as JSON members */
};

static void
sort_part(struct event_parts *e, const struct part *part)
{
	struct str *const known[EVENT__MAX] = {
	    [EVENT_ID] = &e->id,
	    [EVENT_LEAD] = &e->lead,
	    [EVENT_EMAIL] = &e->email,
	    [EVENT_TYPE] = &e->type,
	    [EVENT_TIME] = &e->time,
	};
	size_t column;

	if (part->null)
		return;
	column = lead_column_find(lead_event_columns, EVENT__MAX, part->name);
	if (column != SIZE_MAX && !known[column]->p && part->scalar)
		*known[column] = part->text;
	else if (str_is(part->name, "attrs") && !part->scalar)
		e->attrs = part->raw;
	else {
		if (e->others.len)
			buf_addc(&e->others, ',');
		json_quote(&e->others, part->name);
		buf_addc(&e->others, ':');
		buf_adds(&e->others, part->raw);
	}
}

/* attrs and the other members as one object, kept in the arena. */
static struct str
joined(struct str attrs, const struct buf *others, struct arena *arena)
{
	struct str inner = {NULL, 0};

	if (attrs.p && attrs.n >= 2)
		inner = str_trim((struct str){attrs.p + 1, attrs.n - 2});
	if (!others->len)
		return attrs.p ? arena_str(arena, attrs) : attrs;
	if (!inner.n)
		return arena_printf(arena, "{%s}", others->p);
	return arena_printf(arena, "{%.*s,%s}", STR_ARG(inner), others->p);
}

static int
event_of_parts(struct event_parts *e, struct lead_types *types,
    const struct cond_moment *moment, struct arena *arena,
    struct cond_event *ret, struct err *err)
{
	const struct zone *zone = moment->zone ? moment->zone : zone_utc();
	int64_t at;

	if (!e->type.p || !e->type.n)
		return err_set(err, ERR_USAGE, "an event without a type");
	if (!e->time.p)
		return err_set(err, ERR_USAGE, "an event without a time");
	if (!lead_read_time(e->time, zone, arena, &at))
		return err_set(
		    err, ERR_USAGE, "not a time: %s", quoted(e->time));
	ret->type = lead_type_number(types, e->type);
	ret->at = at;
	ret->attrs = joined(e->attrs, &e->others, arena);
	return 0;
}

int
lead_event_of_record(const struct record *r, struct lead_types *types,
    const struct cond_moment *moment, struct arena *arena,
    struct cond_event *ret, struct str *ret_lead, struct err *err)
{
	struct event_parts e = {0};
	struct buf raw = {0};
	struct cond_event event;
	int code;

	for (size_t i = 0; i < r->count; i++) {
		const struct field *f = &r->field[i];
		struct json_writer w = {.out = &raw};
		struct part part = {f->name, f->text, {NULL, 0}, true,
		    f->type == FIELD_MISSING || f->type == FIELD_NULL};

		if (part.null)
			continue;
		buf_clear(&raw);
		field_put_json(&w, f);
		part.raw = arena_str(arena, buf_str(&raw));
		part.scalar = f->type != FIELD_OBJECT && f->type != FIELD_ARRAY;
		sort_part(&e, &part);
	}
	code = event_of_parts(&e, types, moment, arena, &event, err);
	if (code == 0) {
		*ret = event;
		*ret_lead = e.lead.p ? e.lead : e.email.p ? e.email : e.id;
		if (ret_lead->p)
			*ret_lead = arena_str(arena, *ret_lead);
	}
	buf_release(&e.others);
	buf_release(&raw);
	return code;
}

/* One object of an events array. */
static int
read_event(struct json_scanner *scan, struct str text, struct lead_types *types,
    const struct cond_moment *moment, struct arena *arena,
    struct cond_event *ret, struct err *err)
{
	struct event_parts e = {0};
	int code;

	if (json_scan_object(scan, text) < 0)
		return err_set(err, ERR_USAGE, "%s", scan->fault.what);
	for (size_t i = 0; i < scan->count; i++) {
		const struct json_member *m = &scan->member[i];
		struct part part = {m->name, m->text, m->raw,
		    m->type != JSON_TYPE_OBJECT && m->type != JSON_TYPE_ARRAY,
		    m->type == JSON_TYPE_NULL};

		sort_part(&e, &part);
	}
	code = event_of_parts(&e, types, moment, arena, ret, err);
	buf_release(&e.others);
	return code;
}

static int
read_events(struct str array, struct lead_types *types,
    const struct cond_moment *moment, struct arena *arena,
    struct lead_view *view, struct err *err)
{
	struct json_splitter split = {0};
	struct json_scanner scan = {0};
	struct cond_event *events = NULL;
	size_t count = 0, cap = 0, used, begin = 0, at = 0;
	enum json_split_got got;
	int code = 0;

	do {
		got = json_split(
		    &split, (struct str){array.p + at, array.n - at}, &used);
		at += used;
		if (got == JSON_SPLIT_BEGIN)
			begin = at;
		if (got == JSON_SPLIT_ELEMENT) {
			GROW(events, cap, count + 1);
			code = read_event(&scan,
			    (struct str){array.p + begin, at - begin}, types,
			    moment, arena, &events[count], err);
			if (code < 0) {
				err_prefix(err, "events[%zu]", count);
				break;
			}
			count++;
		}
		if (got == JSON_SPLIT_JUNK) {
			code = err_set(err, ERR_USAGE,
			    "events[%zu]: not an object", count);
			break;
		}
	} while (got != JSON_SPLIT_MORE);
	if (code == 0)
		lead_view_add_events(view, types, moment, events, count, arena);
	free(events);
	json_scanner_release(&scan);
	return code;
}

/* ---- the view ----------------------------------------------------- */

/* Facts are kept as values of the view itself, given or not. */
static struct lead_facts
facts_of(const struct lead_view *view)
{
	const struct cond_value *given = &view->values[LEAD_CONVERTED_AT];
	struct lead_facts facts = {.converted_at = LEAD_MISSING};

	if (given->kind == COND_IS_TIME)
		facts.converted_at = given->time;
	facts.converted = view->values[LEAD_CONVERTED].kind == COND_IS_BOOL &&
			  view->values[LEAD_CONVERTED].number != 0;
	facts.customer = str_is(view->values[LEAD_STAGE].text, "customer");
	return facts;
}

void
lead_view_add_events(struct lead_view *view, struct lead_types *types,
    const struct cond_moment *moment, const struct cond_event *events,
    size_t count, struct arena *arena)
{
	size_t had = view->subject.event_count;
	struct lead_facts facts = facts_of(view);
	struct cond_value active = view->values[LEAD_LAST_ACTIVITY_AT];
	struct cond_event *all;

	note_conversions(types, moment);
	all = arena_alloc(arena, (had + count + 1) * sizeof(*all));
	if (had)
		memcpy(all, view->subject.events, had * sizeof(*all));
	if (count)
		memcpy(all + had, events, count * sizeof(*all));
	qsort(all, had + count, sizeof(*all), compare_events);
	view->subject.events = all;
	view->subject.event_count = had + count;
	lead_derive(view, &types->meanings, &facts, moment->now);
	/* Without events of its own, what the record says stands. */
	if (view->values[LEAD_LAST_ACTIVITY_AT].kind == COND_MISSING)
		view->values[LEAD_LAST_ACTIVITY_AT] = active;
}

/* "a, b" as a JSON array, in its order. */
static struct str
list_of_words(struct str text, struct arena *arena)
{
	struct buf list = {0};
	struct str word, kept;
	bool more = true;

	buf_addc(&list, '[');
	while (more) {
		more = str_cut(&text, ',', &word);
		if (list.len > 1)
			buf_addc(&list, ',');
		json_quote(&list, str_trim(word));
	}
	buf_addc(&list, ']');
	kept = arena_str(arena, buf_str(&list));
	buf_release(&list);
	return kept;
}

static struct cond_value
value_of_field(const struct field *f, enum cond_type type,
    const struct cond_moment *moment, struct arena *arena)
{
	const struct zone *zone = moment->zone ? moment->zone : zone_utc();
	struct cond_value value = {.kind = COND_MISSING};
	double number;
	int64_t at;
	bool yes;

	switch (type) {
	case COND_TEXT:
		return lead_value_text(f->text);
	case COND_NUMBER:
		if (number_real(f->text, &number))
			return lead_value_number(number);
		if (lead_read_integer(f->text, arena, &at))
			return lead_value_number((double)at);
		break;
	case COND_TIME:
		if (lead_read_time(f->text, zone, arena, &at))
			return lead_value_time(at);
		break;
	case COND_BOOL:
		if (lead_read_truth(f->text, arena, &yes))
			return lead_value_bool(yes);
		break;
	case COND_LIST:
		value.kind = COND_IS_LIST;
		value.text = f->type == FIELD_ARRAY
				 ? f->text
				 : list_of_words(f->text, arena);
		return value;
	}
	return value;
}

void
lead_needs_derived(struct lead_needs *needs)
{
	bool *field = needs->field;

	field[LEAD_EMAIL_DOMAIN] |= field[LEAD_IS_FREE_EMAIL];
	field[LEAD_EMAIL] |= field[LEAD_EMAIL_DOMAIN];
	field[LEAD_TITLE] |= field[LEAD_SENIORITY];
	field[LEAD_CONVERTED_AT] |= field[LEAD_CONVERTED];
	field[LEAD_CONVERTED] |= field[LEAD_CONVERTED_AT];
	field[LEAD_STAGE] |= field[LEAD_CONVERTED];
	needs->events |= field[LEAD_CONVERTED] || field[LEAD_LAST_ACTIVITY_AT];
}

static void
derive_domain(struct cond_value *values, struct arena *arena)
{
	struct str email = values[LEAD_EMAIL].text, domain = {NULL, 0};
	struct buf key = {0};

	if (values[LEAD_EMAIL_DOMAIN].kind == COND_MISSING && email.p &&
	    email_normalise(email, &key)) {
		domain = lead_email_domain(buf_str(&key));
		if (domain.p)
			domain = arena_str(arena, domain);
		values[LEAD_EMAIL_DOMAIN] = lead_value_text(domain);
	}
	buf_release(&key);
	domain = values[LEAD_EMAIL_DOMAIN].text;
	if (values[LEAD_IS_FREE_EMAIL].kind == COND_MISSING && domain.p)
		values[LEAD_IS_FREE_EMAIL] =
		    lead_value_bool(lead_is_free_email(domain));
}

static void
derive_from_fields(
    struct lead_view *view, const struct lead_needs *needs, struct arena *arena)
{
	struct cond_value *values = view->values;

	if (!needs || needs->field[LEAD_EMAIL_DOMAIN])
		derive_domain(values, arena);
	if (values[LEAD_SENIORITY].kind == COND_MISSING &&
	    (!needs || needs->field[LEAD_SENIORITY]))
		values[LEAD_SENIORITY] =
		    lead_value_number(lead_seniority(values[LEAD_TITLE].text));
	if (values[LEAD_IS_HOT].kind == COND_MISSING)
		values[LEAD_IS_HOT] = lead_value_bool(false);
}

static int
take_field(const struct field *f, size_t field,
    const struct cond_moment *moment, struct arena *arena,
    struct lead_view *view, struct err *err)
{
	enum cond_type type = lead_catalogue.fields[field].type;

	view->values[field] = value_of_field(f, type, moment, arena);
	if (view->values[field].kind != COND_MISSING || f->text.n == 0)
		return 0;
	return err_set(err, ERR_USAGE, "%.*s: %s: %s", STR_ARG(f->name),
	    type == COND_NUMBER ? "not a number"
	    : type == COND_TIME ? "not a time"
				: "not true or false",
	    quoted(f->text));
}

/* What stands in a record beside the fields of the catalogue. */
struct beside {
	struct str attrs, events;
	struct buf others; /* attributes by themselves, as JSON members */
};

static void
take_beside(
    const struct field *f, const struct lead_needs *needs, struct beside *b)
{
	struct json_writer w = {.out = &b->others};

	if (f->type == FIELD_ARRAY && str_is(f->name, "events")) {
		b->events = f->text;
	} else if (needs && !needs->attrs) {
		return;
	} else if (f->type == FIELD_OBJECT && str_is(f->name, "attrs")) {
		b->attrs = f->text;
	} else {
		if (b->others.len)
			buf_addc(&b->others, ',');
		json_quote(&b->others, f->name);
		buf_addc(&b->others, ':');
		field_put_json(&w, f);
	}
}

int
lead_view_of_record(const struct record *r, struct lead_types *types,
    const struct cond_moment *moment, const struct lead_needs *needs,
    struct arena *arena, struct lead_view *ret, struct err *err)
{
	struct beside beside = {0};
	bool taken[LEAD__MAX] = {false}; /* of two columns the first counts */
	int rc = 0;

	memset(ret, 0, sizeof(*ret));
	ret->subject.values = ret->values;
	for (size_t i = 0; rc == 0 && i < r->count; i++) {
		const struct field *f = &r->field[i];
		size_t field;

		if (f->type == FIELD_MISSING || f->type == FIELD_NULL)
			continue;
		field = field_named(types, f->name);
		if (field == LEAD__MAX || taken[field]) {
			take_beside(f, needs, &beside);
			continue;
		}
		taken[field] = true;
		if (!needs || needs->field[field])
			rc = take_field(f, field, moment, arena, ret, err);
	}
	if (rc == 0)
		ret->subject.attrs =
		    joined(beside.attrs, &beside.others, arena);
	buf_release(&beside.others);
	if (rc < 0)
		return -1;
	derive_from_fields(ret, needs, arena);
	if (needs && !needs->events)
		return 0;
	if (beside.events.p)
		return read_events(
		    beside.events, types, moment, arena, ret, err);
	lead_view_add_events(ret, types, moment, NULL, 0, arena);
	return 0;
}
