/* SPDX-License-Identifier: ISC */
/* A record in the making. */
#include <math.h>

#include "record/record.h"

void
record_make_clear(struct record_make *m)
{
	arena_clear(&m->arena);
	m->record = (struct record){0};
}

void
record_make_release(struct record_make *m)
{
	arena_release(&m->arena);
	free(m->field);
	*m = (struct record_make){0};
}

void
record_add(struct record_make *m, struct str name, enum field_type type,
    struct str text)
{
	struct record *r = &m->record;

	if (!text.p && type != FIELD_MISSING)
		type = FIELD_NULL;
	GROW(m->field, m->cap, r->count + 1);
	m->field[r->count++] = (struct field){
	    .name = arena_str(&m->arena, name),
	    .type = type,
	    .text = text.p ? arena_str(&m->arena, text) : text,
	};
	r->field = m->field;
}

/* The same for what was just formatted. */
static void
add_formatted(struct record_make *m, const char *name, enum field_type type,
    struct buf *text)
{
	record_add(m, str_of(name), type, buf_str(text));
	buf_release(text);
}

void
record_add_text(struct record_make *m, const char *name, struct str text)
{
	record_add(m, str_of(name), FIELD_TEXT, text);
}

void
record_add_int(struct record_make *m, const char *name, int64_t v)
{
	struct buf text = {0};

	buf_addint(&text, v);
	add_formatted(m, name, FIELD_NUMBER, &text);
}

void
record_add_real(struct record_make *m, const char *name, double v)
{
	struct buf text = {0};

	if (!isfinite(v)) {
		record_add(m, str_of(name), FIELD_NULL, (struct str){0});
		return;
	}
	buf_addreal(&text, v);
	add_formatted(m, name, FIELD_NUMBER, &text);
}

void
record_add_bool(struct record_make *m, const char *name, bool v)
{
	record_add(m, str_of(name), FIELD_BOOL, v ? STR("true") : STR("false"));
}

void
record_add_time(struct record_make *m, const char *name, int64_t at)
{
	struct buf text = {0};

	time_add(&text, at);
	add_formatted(m, name, FIELD_TEXT, &text);
}

void
record_add_json(struct record_make *m, const char *name, struct str json)
{
	enum field_type type = FIELD_NUMBER;

	json = str_trim(json);
	if (json.n == 0)
		type = FIELD_NULL;
	else if (json.p[0] == '{')
		type = FIELD_OBJECT;
	else if (json.p[0] == '[')
		type = FIELD_ARRAY;
	else if (json.p[0] == 't' || json.p[0] == 'f')
		type = FIELD_BOOL;
	else if (json.p[0] == 'n')
		type = FIELD_NULL;
	else if (json.p[0] == '"')
		BUG("a bare JSON string: use record_add_text");
	record_add(m, str_of(name), type, json);
}
