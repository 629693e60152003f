/* SPDX-License-Identifier: ISC */
/* Shapes of the catalogue's fields and of samples. */
#include "template/shape.h"

static struct shape *
add(struct shape *in, struct str name, enum shape_kind kind, bool certain,
    struct arena *arena)
{
	struct shape *s = arena_zalloc(arena, sizeof(*s));

	s->name = name;
	s->kind = kind;
	s->certain = certain;
	s->next = in->first;
	in->first = s;
	return s;
}

struct shape *
shape_find(struct shape *in, struct str name)
{
	struct shape *s;

	for (s = in->first; s; s = s->next)
		if (str_eq(s->name, name))
			return s;
	return NULL;
}

struct shape *
shape_imagine(struct shape *in, struct str name, struct arena *arena)
{
	struct shape *s = shape_find(in, name);

	if (s || !in->open)
		return s;
	s = add(in, name, SHAPE_ANY, false, arena);
	s->open = s->guessed = true;
	s->of_lead = in->of_lead;
	return s;
}

/* ---- samples ------------------------------------------------------ */

static void of_sample(
    struct shape *s, const struct json *n, struct arena *arena);

static void
of_object(struct shape *s, const struct json *n, struct arena *arena)
{
	for (size_t i = 0; i < json_count(n); i++) {
		const struct json *member = json_item(n, i);
		struct shape *known = shape_find(s, json_name(member));

		if (!known)
			known =
			    add(s, json_name(member), SHAPE_ANY, true, arena);
		of_sample(known, member, arena);
	}
}

/* What is certain of a list's items is there in every one. */
static void
of_list(struct shape *s, const struct json *n, struct arena *arena)
{
	if (!s->item) {
		s->item = arena_zalloc(arena, sizeof(*s->item));
		s->item->certain = true;
		s->item->kind = SHAPE_ANY;
		s->item->open = json_count(n) == 0;
	}
	for (size_t i = 0; i < json_count(n); i++) {
		const struct json *item = json_item(n, i);

		of_sample(s->item, item, arena);
		for (struct shape *m = s->item->first; m; m = m->next)
			m->certain &= json_find_str(item, m->name) != NULL;
	}
}

static void
of_sample(struct shape *s, const struct json *n, struct arena *arena)
{
	s->guessed = true;
	switch (json_type_of(n)) {
	case JSON_TYPE_NULL:
		s->certain = false;
		break;
	case JSON_TYPE_BOOL:
		s->kind = SHAPE_BOOL;
		break;
	case JSON_TYPE_NUMBER:
		s->kind = SHAPE_NUMBER;
		break;
	case JSON_TYPE_STRING:
		s->kind = SHAPE_TEXT;
		if (mustache_blank(json_text(n)))
			s->certain = false;
		break;
	case JSON_TYPE_ARRAY:
		s->kind = SHAPE_LIST;
		of_list(s, n, arena);
		break;
	case JSON_TYPE_OBJECT:
		s->kind = SHAPE_OBJECT;
		of_object(s, n, arena);
		break;
	}
}

/* ---- fields ------------------------------------------------------- */

/* Every lead has these. */
static bool
always_there(const char *name)
{
	static const char *const names[] = {
	    "id", "created_at", "updated_at", "is_hot", "converted"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void
add_fields(struct shape *lead, const struct cond_catalogue *fields,
    struct arena *arena)
{
	static const enum shape_kind kinds[] = {
	    [COND_TEXT] = SHAPE_TEXT,
	    [COND_NUMBER] = SHAPE_NUMBER,
	    [COND_TIME] = SHAPE_TIME,
	    [COND_BOOL] = SHAPE_BOOL,
	    [COND_LIST] = SHAPE_LIST,
	};
	struct shape *attrs;

	lead->of_lead = true;
	for (size_t i = 0; i < fields->count; i++) {
		const struct cond_field *field = &fields->fields[i];
		struct shape *s = add(lead, str_of(field->name),
		    kinds[field->type], always_there(field->name), arena);

		s->of_lead = true;
		if (s->kind == SHAPE_LIST) {
			s->item = arena_zalloc(arena, sizeof(*s->item));
			s->item->certain = s->item->of_lead = true;
		}
	}
	attrs = add(lead, STR("attrs"), SHAPE_OBJECT, false, arena);
	attrs->open = attrs->of_lead = true;
}

static void
add_sample(struct shape *data, const struct template *tpl, struct arena *arena)
{
	for (size_t i = 0; i < json_count(tpl->sample); i++) {
		const struct json *n = json_item(tpl->sample, i);
		struct str name = json_name(n);

		if (!str_is(name, "lead") && !str_is(name, "owner"))
			of_sample(
			    add(data, name, SHAPE_ANY, true, arena), n, arena);
	}
}

struct shape *
shape_of_words(const struct template *tpl, const struct cond_catalogue *fields,
    struct arena *arena)
{
	static const char *const of_tenant[] = {"name", "zone", "locale"};
	static const char *const of_owner[] = {
	    "name", "role", "region", "manager"};
	struct shape *words = arena_zalloc(arena, sizeof(*words)), *s;

	words->kind = SHAPE_OBJECT;
	words->certain = true;
	add(words, STR("now"), SHAPE_TIME, true, arena);
	s = add(words, STR("tenant"), SHAPE_OBJECT, true, arena);
	for (size_t i = 0; i < COUNT_OF(of_tenant); i++)
		add(s, str_of(of_tenant[i]), SHAPE_TEXT, true, arena);
	s = add(words, STR("owner"), SHAPE_OBJECT, false, arena);
	for (size_t i = 0; i < COUNT_OF(of_owner); i++)
		add(s, str_of(of_owner[i]), SHAPE_TEXT, false, arena);
	add(s, STR("email"), SHAPE_TEXT, true, arena);
	add_fields(
	    add(words, STR("lead"), SHAPE_OBJECT, true, arena), fields, arena);
	add_sample(
	    add(words, STR("data"), SHAPE_OBJECT, true, arena), tpl, arena);
	return words;
}

struct shape *
shape_of_extras(const struct template *tpl, struct arena *arena)
{
	struct shape *extras = arena_zalloc(arena, sizeof(*extras));

	add_sample(extras, tpl, arena);
	for (struct shape *s = extras->first; s; s = s->next)
		s->certain = false;
	return extras;
}
