/* SPDX-License-Identifier: ISC */
/*
 * The plan: for the columns of the present shape, which feeds which rule. Made
 * anew when the shape changes, so that a record costs no search by name. A few
 * plans are kept, for streams whose records take turns in shape.
 */
#include "import/import_priv.h"

#define PLANS     8
#define COUNT_MAX 1000 /* events that one column may stand for */

/* A rule with the positions of its columns (SIZE_MAX: not there). */
struct bound {
	const struct rule *rule;
	size_t *at;
};

struct shape_plan {
	uint64_t shape;
	struct arena arena;
	struct bound *bound; /* slots and named attributes */
	size_t bounds;
	struct rest { /* columns that just become attributes */
		size_t at;
		struct str key;
		const struct rule *rule;
	} * rest;
	size_t rests;
	size_t attrs_at; /* a field "attrs" that holds an object; SIZE_MAX */
	struct bound_event {
		struct bound time, count, when, *attr;
	} * event;
};

struct plan {
	const struct import_map *map;
	const struct slots *slots;
	struct shape_plan shape[PLANS];
	size_t next;
	struct rule by_slot[LEAD_STORED]; /* columns known by their names */
	struct rule as_given;
	struct lead_attr *attr; /* of the record being read */
	size_t attr_cap;
	bool told_computed;
	struct json_scanner scanner;
	struct wanted { /* columns the map names, whether a record had them */
		struct str column, nearest;
		bool met;
	} * wanted;
	size_t wanteds, wanted_cap;
	struct arena names;
};

static void
want(struct plan *p, struct str column)
{
	for (size_t i = 0; i < p->wanteds; i++)
		if (str_eq(p->wanted[i].column, column))
			return;
	GROW(p->wanted, p->wanted_cap, p->wanteds + 1);
	p->wanted[p->wanteds++] =
	    (struct wanted){.column = arena_str(&p->names, column)};
}

static void
want_rule(struct plan *p, const struct rule *rule)
{
	for (size_t i = 0; i < rule->columns; i++)
		want(p, rule->column[i]);
}

static void
want_all(struct plan *p)
{
	const struct import_map *map = p->map;

	for (size_t i = 0; i < map->rules; i++)
		want_rule(p, &map->rule[i]);
	for (size_t i = 0; i < map->events; i++) {
		want_rule(p, &map->event[i].time);
		want_rule(p, &map->event[i].count);
		want_rule(p, &map->event[i].when);
		for (size_t k = 0; k < map->event[i].attrs; k++)
			want_rule(p, &map->event[i].attr[k]);
	}
	for (size_t i = 0; i < map->typeds; i++)
		want(p, map->typed[i].attr);
	for (size_t i = 0; i < map->ignores; i++)
		want(p, map->ignore[i]);
}

struct plan *
plan_new(const struct import_map *map)
{
	struct plan *p = xcalloc(1, sizeof(*p));

	p->map = map;
	p->slots = slots_of(map->what);
	for (size_t i = 0; i < p->slots->count; i++)
		p->by_slot[i] = (struct rule){.slot = i,
		    .type = p->slots->type[i],
		    .zone = map->zone,
		    .columns = 1};
	p->as_given = (struct rule){.slot = SLOT_NONE, .zone = map->zone};
	want_all(p);
	return p;
}

void
plan_free(struct plan *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < PLANS; i++)
		arena_release(&p->shape[i].arena);
	json_scanner_release(&p->scanner);
	arena_release(&p->names);
	free(p->wanted);
	free(p->attr);
	free(p);
}

/* ---- binding ------------------------------------------------------------ */

static struct bound
bind_rule(struct shape_plan *s, const struct rule *rule,
    const struct record *record, bool *used)
{
	struct bound b = {.rule = rule};

	b.at = arena_alloc(&s->arena, (rule->columns + 1) * sizeof(*b.at));
	for (size_t i = 0; i < rule->columns; i++) {
		b.at[i] = record_index(record, rule->column[i]);
		if (b.at[i] != SIZE_MAX && used && rule->source == FROM_COLUMNS)
			used[b.at[i]] = true;
	}
	return b;
}

static void
bind_events(struct plan *p, struct shape_plan *s, const struct record *record,
    bool *used)
{
	s->event =
	    arena_zalloc(&s->arena, (p->map->events + 1) * sizeof(*s->event));
	for (size_t i = 0; i < p->map->events; i++) {
		const struct event_rule *e = &p->map->event[i];
		struct bound_event *b = &s->event[i];

		b->time = bind_rule(s, &e->time, record, used);
		if (e->has_count)
			b->count = bind_rule(s, &e->count, record, used);
		if (e->has_when)
			b->when = bind_rule(s, &e->when, record, used);
		b->attr =
		    arena_alloc(&s->arena, (e->attrs + 1) * sizeof(*b->attr));
		for (size_t k = 0; k < e->attrs; k++)
			b->attr[k] = bind_rule(s, &e->attr[k], record, used);
	}
}

static bool
slot_is_bound(const struct shape_plan *s, size_t slot)
{
	for (size_t i = 0; i < s->bounds; i++)
		if (s->bound[i].rule->slot == slot)
			return true;
	return false;
}

static const struct rule *
rest_rule(const struct plan *p, struct str column)
{
	for (size_t i = 0; i < p->map->typeds; i++)
		if (str_eq(p->map->typed[i].attr, column))
			return &p->map->typed[i];
	return &p->as_given;
}

static bool
ignored(const struct plan *p, struct str column)
{
	for (size_t i = 0; i < p->map->ignores; i++)
		if (str_eq(p->map->ignore[i], column))
			return true;
	return false;
}

/* A column that no rule names: a field by its own name, an attribute, or
 * nothing. */
static void
bind_column(struct plan *p, struct shape_plan *s, const struct record *record,
    size_t at, struct remarks *remarks)
{
	struct str name = record->field[at].name;
	size_t slot = lead_column_find(p->slots->column, p->slots->count, name);

	if (ignored(p, name))
		return;
	if (slot != SLOT_NONE && !slot_is_bound(s, slot)) {
		struct bound *b = &s->bound[s->bounds++];

		b->rule = &p->by_slot[slot];
		b->at = arena_alloc(&s->arena, sizeof(*b->at));
		b->at[0] = at;
		return;
	}
	if (p->map->what == IMPORT_ASSESSMENTS)
		return;
	if (str_is(name, "attrs")) {
		s->attrs_at = at;
		return;
	}
	if (p->map->what == IMPORT_LEADS && column_is_computed(name)) {
		if (!p->told_computed && !str_is(name, "record"))
			remark(remarks, record->place,
			    "%.*s and the like are computed here, not taken "
			    "from files",
			    STR_ARG(name));
		p->told_computed = p->told_computed || !str_is(name, "record");
		return;
	}
	if (p->map->what == IMPORT_EVENTS && str_is(name, "record"))
		return;
	if (p->map->rest_ignored)
		return;
	if (str_starts(name, STR("attrs.")))
		name = (struct str){name.p + 6, name.n - 6};
	s->rest[s->rests++] = (struct rest){.at = at,
	    .key = arena_str(&s->arena, name),
	    .rule = rest_rule(p, record->field[at].name)};
}

static struct str
nearest_column(const struct record *record, struct str name)
{
	struct nearest near;

	nearest_start(&near, name);
	for (size_t i = 0; i < record->count; i++)
		nearest_offer(&near, record->field[i].name);
	return near.name;
}

static void
meet(struct plan *p, const struct record *record)
{
	for (size_t i = 0; i < p->wanteds; i++) {
		struct wanted *w = &p->wanted[i];

		if (w->met)
			continue;
		w->met = record_index(record, w->column) != SIZE_MAX;
		if (!w->met && !w->nearest.p)
			w->nearest = arena_str(
			    &p->names, nearest_column(record, w->column));
	}
}

void
plan_tell_unmet(const struct plan *p, struct remarks *remarks)
{
	struct place nowhere = {0};

	for (size_t i = 0; i < p->wanteds && p->shape[0].shape; i++) {
		const struct wanted *w = &p->wanted[i];
		struct buf text = {0};

		if (w->met)
			continue;
		buf_addstr(
		    &text, "the map names a column that no record has: ");
		buf_addquoted(&text, w->column);
		if (w->nearest.n) {
			buf_addstr(&text, " (did you mean ");
			buf_addquoted(&text, w->nearest);
			buf_addstr(&text, "?)");
		}
		remark(remarks, nowhere, "%s", text.p);
		buf_release(&text);
	}
}

static void
bind_shape(struct plan *p, struct shape_plan *s, const struct record *record,
    struct remarks *remarks)
{
	bool *used;

	arena_clear(&s->arena);
	used = arena_zalloc(&s->arena, record->count + 1);
	s->shape = record->shape;
	s->bounds = s->rests = 0;
	s->attrs_at = SIZE_MAX;
	s->bound = arena_alloc(
	    &s->arena, (p->map->rules + record->count + 1) * sizeof(*s->bound));
	s->rest =
	    arena_alloc(&s->arena, (record->count + 1) * sizeof(*s->rest));
	for (size_t i = 0; i < p->map->rules; i++)
		s->bound[s->bounds++] =
		    bind_rule(s, &p->map->rule[i], record, used);
	bind_events(p, s, record, used);
	meet(p, record);
	for (size_t i = 0; i < record->count; i++)
		if (!used[i])
			bind_column(p, s, record, i, remarks);
}

static struct shape_plan *
plan_for(struct plan *p, const struct record *record, struct remarks *remarks)
{
	struct shape_plan *s;

	for (size_t i = 0; i < PLANS; i++)
		if (p->shape[i].shape && p->shape[i].shape == record->shape)
			return &p->shape[i];
	s = &p->shape[p->next];
	p->next = (p->next + 1) % PLANS;
	bind_shape(p, s, record, remarks);
	return s;
}

/* ---- reading ------------------------------------------------------------ */

/* Several columns into one text; those that are missing are passed over. */
static struct field
joined(const struct import_map *map, const struct bound *b,
    const struct record *record, struct arena *arena)
{
	const struct rule *rule = b->rule;
	struct buf text = {0};
	struct field f = {.type = FIELD_MISSING};
	bool any = false;

	for (size_t i = 0; i < rule->columns; i++) {
		const struct field *one;
		bool gone;

		if (b->at[i] == SIZE_MAX)
			continue;
		one = &record->field[b->at[i]];
		gone = !one->text.p || one->type == FIELD_NULL;
		for (size_t k = 0; k < map->missings && !gone; k++)
			gone = str_eq(one->text, map->missing[k]);
		if (rule->source == FROM_HASH) {
			/* Its place counts too: ("a","") is not ("","a"). */
			buf_addf(&text, "%zu:", gone ? 0 : one->text.n);
			if (!gone)
				buf_adds(&text, one->text);
			any = any || !gone;
		} else if (!gone && one->text.n > 0) {
			if (any && rule->join.p)
				buf_adds(&text, rule->join);
			else if (any)
				buf_addc(&text, ' ');
			buf_adds(&text, one->text);
			any = true;
		}
	}
	if (any) {
		f.type = FIELD_TEXT;
		f.text = arena_str(arena, buf_str(&text));
	}
	buf_release(&text);
	return f;
}

static struct str
prefixed(const struct rule *rule, struct str text, struct arena *arena)
{
	return rule->prefix.n ? arena_printf(arena, "%.*s%.*s",
				    STR_ARG(rule->prefix), STR_ARG(text))
			      : text;
}

static struct field
source_field(const struct import_map *map, const struct bound *b,
    const struct record *record, struct arena *arena)
{
	const struct rule *rule = b->rule;
	struct field f = {.type = FIELD_MISSING};
	char digest[65];

	switch (rule->source) {
	case FROM_CONSTANT:
		return rule->constant;
	case FROM_LINE:
		f.type = FIELD_TEXT;
		f.text = arena_printf(arena, "%.*s%llu", STR_ARG(rule->prefix),
		    (unsigned long long)record->origin);
		return f;
	case FROM_HASH:
		f = joined(map, b, record, arena);
		if (f.type == FIELD_MISSING)
			return f;
		sha256_hex(f.text.p, f.text.n, digest);
		digest[16] = '\0';
		f.text =
		    prefixed(rule, arena_str(arena, str_of(digest)), arena);
		return f;
	case FROM_COLUMNS:
		if (rule->columns > 1) {
			f = joined(map, b, record, arena);
		} else if (b->at[0] != SIZE_MAX) {
			f = record->field[b->at[0]];
		}
		if (rule->prefix.n && f.text.p && f.text.n > 0 &&
		    f.type != FIELD_NULL && f.type != FIELD_MISSING)
			f.text = prefixed(rule, f.text, arena);
		return f;
	}
	return f;
}

/* "email: not an address: "foo@"": the reason with the name before it. */
static bool
blame(struct arena *arena, struct str name, struct str *reason)
{
	*reason =
	    arena_printf(arena, "%.*s: %.*s", STR_ARG(name), STR_ARG(*reason));
	return false;
}

static bool
read_bound(const struct import_map *map, const struct bound *b,
    const struct record *record, struct arena *arena, struct value *ret,
    struct str *reason)
{
	struct field f = source_field(map, b, record, arena);

	return value_read(map, b->rule, &f, arena, ret, reason);
}

static bool
add_attr(struct plan *p, size_t *count, struct str key, struct str json,
    struct arena *arena, struct str *reason)
{
	if (!lead_attr_name_ok(key)) {
		*reason =
		    arena_printf(arena, "not a name of an attribute: %.*s",
			STR_ARG(utf8_prefix(key, 80)));
		return false;
	}
	GROW(p->attr, p->attr_cap, *count + 1);
	p->attr[(*count)++] = (struct lead_attr){key, json};
	return true;
}

/* Members of a field "attrs". */
static bool
add_attrs(struct plan *p, size_t *count, const struct field *f,
    struct arena *arena, struct str *reason)
{
	if (f->type == FIELD_MISSING || f->type == FIELD_NULL)
		return true;
	if ((f->type != FIELD_OBJECT && f->type != FIELD_TEXT) ||
	    json_scan_object(&p->scanner, f->text) < 0) {
		*reason = STR("attrs: not a JSON object");
		return false;
	}
	for (size_t i = 0; i < p->scanner.count; i++) {
		const struct json_member *m = &p->scanner.member[i];

		if (!add_attr(p, count, arena_str(arena, m->name),
			value_json_kept(arena, m->raw), arena, reason))
			return false;
	}
	return true;
}

static bool
read_rest(struct plan *p, struct shape_plan *s, const struct record *record,
    size_t *count, struct arena *arena, struct str *reason)
{
	if (s->attrs_at != SIZE_MAX &&
	    !add_attrs(p, count, &record->field[s->attrs_at], arena, reason))
		return false;
	for (size_t i = 0; i < s->rests; i++) {
		const struct rest *rest = &s->rest[i];
		struct value v;

		if (!value_read(p->map, rest->rule, &record->field[rest->at],
			arena, &v, reason))
			return blame(arena, rest->key, reason);
		if (v.state != VALUE_ABSENT &&
		    !add_attr(p, count, arena_str(arena, rest->key),
			value_json(rest->rule, &v, arena), arena, reason))
			return false;
	}
	return true;
}

/* One event that columns of a lead stand for; count 0 when it was none. */
static bool
read_event(struct plan *p, const struct event_rule *rule,
    const struct bound_event *b, const struct record *record,
    struct arena *arena, struct derived_event *ret, struct str *reason)
{
	struct value v;
	size_t attrs = 0;

	*ret = (struct derived_event){.type = rule->type};
	if (rule->has_when) {
		if (!read_bound(p->map, &b->when, record, arena, &v, reason))
			return false;
		if (v.state != VALUE_SET || !v.number)
			return true;
	}
	if (!read_bound(p->map, &b->time, record, arena, &v, reason))
		return false;
	if (v.state != VALUE_SET)
		return true;
	ret->at = v.number;
	ret->count = 1;
	if (rule->has_count) {
		if (!read_bound(p->map, &b->count, record, arena, &v, reason))
			return false;
		ret->count = v.state == VALUE_SET ? v.number : 0;
		if (ret->count < 0 || ret->count > COUNT_MAX) {
			*reason = arena_printf(arena,
			    "%lld events of one record (%d are the limit)",
			    (long long)ret->count, COUNT_MAX);
			return false;
		}
	}
	for (size_t i = 0; i < rule->attrs; i++) {
		if (!read_bound(p->map, &b->attr[i], record, arena, &v, reason))
			return false;
		if (v.state == VALUE_SET &&
		    !add_attr(p, &attrs, rule->attr[i].attr,
			value_json(&rule->attr[i], &v, arena), arena, reason))
			return false;
	}
	ret->attrs = lead_attrs_make(arena, p->attr, attrs);
	return true;
}

static bool
read_events(struct plan *p, struct shape_plan *s, const struct record *record,
    struct arena *arena, struct reading *ret, struct str *reason)
{
	if (p->map->events == 0)
		return true;
	ret->event = arena_alloc(arena, p->map->events * sizeof(*ret->event));
	for (size_t i = 0; i < p->map->events; i++) {
		struct derived_event *e = &ret->event[ret->events];

		if (!read_event(p, &p->map->event[i], &s->event[i], record,
			arena, e, reason))
			return blame(arena, p->map->event[i].type, reason);
		ret->events += e->count > 0;
	}
	return true;
}

bool
plan_read(struct plan *p, const struct record *record, struct remarks *remarks,
    struct arena *arena, struct reading *ret, struct str *reason)
{
	struct shape_plan *s = plan_for(p, record, remarks);
	size_t attrs = 0;

	memset(ret, 0, sizeof(*ret));
	/* What no rule names comes first, so that what is named wins. */
	if (!read_rest(p, s, record, &attrs, arena, reason))
		return false;
	for (size_t i = 0; i < s->bounds; i++) {
		const struct rule *rule = s->bound[i].rule;
		struct value v;

		if (!read_bound(
			p->map, &s->bound[i], record, arena, &v, reason))
			return blame(arena,
			    rule->slot == SLOT_NONE
				? rule->attr
				: str_of(p->slots->column[rule->slot].name),
			    reason);
		if (rule->slot != SLOT_NONE)
			ret->slot[rule->slot] = v;
		else if (v.state != VALUE_ABSENT &&
			 !add_attr(p, &attrs, rule->attr,
			     value_json(rule, &v, arena), arena, reason))
			return false;
	}
	ret->attrs = lead_attrs_make(arena, p->attr, attrs);
	return read_events(p, s, record, arena, ret, reason);
}
