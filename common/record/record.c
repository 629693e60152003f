/* SPDX-License-Identifier: ISC */
/* Looking into a record, keeping it, showing it as JSON. */
#include "record/record_priv.h"

const enum field_type field_type_of_json[] = {
    [JSON_TYPE_NULL] = FIELD_NULL,
    [JSON_TYPE_BOOL] = FIELD_BOOL,
    [JSON_TYPE_NUMBER] = FIELD_NUMBER,
    [JSON_TYPE_STRING] = FIELD_TEXT,
    [JSON_TYPE_OBJECT] = FIELD_OBJECT,
    [JSON_TYPE_ARRAY] = FIELD_ARRAY,
};

size_t
record_index(const struct record *r, struct str name)
{
	for (size_t i = 0; i < r->count; i++)
		if (str_eq(r->field[i].name, name))
			return i;
	return SIZE_MAX;
}

const struct field *
record_find_str(const struct record *r, struct str name)
{
	size_t i = record_index(r, name);

	if (i == SIZE_MAX || r->field[i].type == FIELD_MISSING ||
	    r->field[i].type == FIELD_NULL)
		return NULL;
	return &r->field[i];
}

const struct field *
record_find(const struct record *r, const char *name)
{
	return record_find_str(r, str_of(name));
}

struct record
record_copy(const struct record *r, struct arena *a)
{
	struct field *field = arena_alloc(a, r->count * sizeof(*field) + 1);
	struct record copy = *r;

	for (size_t i = 0; i < r->count; i++) {
		field[i] = r->field[i];
		field[i].name = arena_str(a, field[i].name);
		if (field[i].text.p)
			field[i].text = arena_str(a, field[i].text);
	}
	copy.field = field;
	if (r->line.p)
		copy.line = arena_str(a, r->line);
	if (r->place.file)
		copy.place.file = arena_strdup(a, str_of(r->place.file));
	return copy;
}

void
field_put_json(struct json_writer *w, const struct field *f)
{
	if (f->type == FIELD_MISSING || f->type == FIELD_NULL)
		json_put_null(w);
	else if (f->type == FIELD_TEXT)
		json_put_text(w, f->text);
	else if (f->type == FIELD_NUMBER || f->type == FIELD_BOOL)
		json_put_raw(w, f->text);
	else {
		struct buf line = {0};

		/* It may have been laid out over several lines. */
		json_compact(&line, f->text);
		json_put_raw(w, buf_str(&line));
		buf_release(&line);
	}
}

void
record_put_json(struct json_writer *w, const struct record *r)
{
	json_put_object(w);
	for (size_t i = 0; i < r->count; i++) {
		if (r->field[i].type == FIELD_MISSING)
			continue;
		json_put_key(w, r->field[i].name);
		field_put_json(w, &r->field[i]);
	}
	json_put_end(w);
}
