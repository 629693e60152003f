/* SPDX-License-Identifier: ISC */
/* What can be asked for of leads, by name. */
#include "export/leads_priv.h"
#include "json/json.h"

static const struct {
	const char *name, *help;
	enum export_type type;
	enum column_kind kind;
} computed[] = {
    {"attrs", "all attributes, as JSON", EXPORT_JSON, COLUMN_ATTRS},
    {"days_in_stage", "whole days since the stage changed", EXPORT_NUMBER,
	COLUMN_DAYS_IN_STAGE},
    {"count", "count(TYPE) or count(TYPE, 30d): how many events", EXPORT_NUMBER,
	COLUMN_COUNT},
    {"first", "first(TYPE): when the first event was", EXPORT_TIME,
	COLUMN_FIRST},
    {"last", "last(TYPE): when the latest event was", EXPORT_TIME, COLUMN_LAST},
};

static enum export_type
type_of(enum cond_type type)
{
	static const enum export_type types[] = {
	    [COND_TEXT] = EXPORT_TEXT,
	    [COND_NUMBER] = EXPORT_NUMBER,
	    [COND_TIME] = EXPORT_TIME,
	    [COND_BOOL] = EXPORT_BOOL,
	    [COND_LIST] = EXPORT_JSON,
	};

	return types[type];
}

static int
unknown(struct str name, struct err *err)
{
	struct nearest near;

	nearest_start(&near, name);
	for (size_t i = 0; i < LEAD__MAX + COUNT_OF(computed); i++) {
		const char *one = i < LEAD__MAX ? lead_catalogue.fields[i].name
						: computed[i - LEAD__MAX].name;

		nearest_offer(&near, str_of(one));
	}
	if (near.name.p)
		return nearest_err(&near, "column", err);
	return err_set(err, ERR_USAGE,
	    "no such column: %s: \"dl-export columns\" lists them",
	    quoted(name));
}

/* attrs.NAME or attrs."NAME" */
static bool
read_attr(struct wanted_column *c, struct str name, struct arena *arena)
{
	if (!str_starts(name, STR("attrs.")))
		return false;
	name.p += 6;
	name.n -= 6;
	if (name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"')
		name = (struct str){name.p + 1, name.n - 2};
	if (!lead_attr_name_ok(name))
		return false;
	c->kind = COLUMN_ATTR;
	c->word = name;
	/* As dl-import takes it, without quotes. */
	c->out.name = arena_printf(arena, "attrs.%.*s", STR_ARG(name));
	c->out.type = EXPORT_ANY;
	return true;
}

/* count(TYPE, SPAN), first(TYPE), last(TYPE) */
static int
read_call(struct wanted_column *c, struct str name, struct err *err)
{
	struct str inner = name, what, type;
	size_t i = 0;

	if (!str_cut(&inner, '(', &what) || !str_ends(inner, STR(")")))
		return 0;
	inner.n--;
	what = str_trim(what);
	while (i < COUNT_OF(computed) && (computed[i].kind < COLUMN_COUNT ||
					     !str_is(what, computed[i].name)))
		i++;
	if (i == COUNT_OF(computed))
		return 0;
	c->kind = computed[i].kind;
	c->out.type = computed[i].type;
	if (str_cut(&inner, ',', &type) &&
	    (c->kind != COLUMN_COUNT ||
		!duration_parse(str_trim(inner), &c->within)))
		return err_set(err, ERR_USAGE,
		    "column %s: not a span such as 30d: %s", quoted(name),
		    quoted(str_trim(inner)));
	c->word = str_trim(type);
	if (c->word.n >= 2 && c->word.p[0] == '"')
		c->word = (struct str){c->word.p + 1, c->word.n - 2};
	if (c->word.n == 0)
		return err_set(
		    err, ERR_USAGE, "column %s: which events?", quoted(name));
	return 1;
}

int
wanted_column_read(struct wanted_column *c, struct str name,
    struct arena *arena, struct err *err)
{
	int got;

	*c = (struct wanted_column){.out = {.name = name}};
	for (size_t i = 0; i < LEAD__MAX; i++)
		if (str_is(name, lead_catalogue.fields[i].name) ||
		    (i == LEAD_ID && str_is(name, "lead"))) {
			c->kind = COLUMN_FIELD;
			c->field = i;
			c->out.type = type_of(lead_catalogue.fields[i].type);
			return 0;
		}
	for (size_t i = 0; i < COUNT_OF(computed); i++)
		if (computed[i].kind < COLUMN_COUNT &&
		    str_is(name, computed[i].name)) {
			c->kind = computed[i].kind;
			c->out.type = computed[i].type;
			return 0;
		}
	if (read_attr(c, name, arena))
		return 0;
	got = read_call(c, name, err);
	return got < 0 ? -1 : got > 0 ? 0 : unknown(name, err);
}

int
export_lead_column_check(struct str name, struct err *err)
{
	struct arena arena = {0};
	struct wanted_column column;
	int rc = wanted_column_read(&column, name, &arena, err);

	arena_release(&arena);
	return rc;
}

int
export_lead_columns(
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	static const char *const types[] = {[EXPORT_TEXT] = "text",
	    [EXPORT_NUMBER] = "number",
	    [EXPORT_BOOL] = "bool",
	    [EXPORT_TIME] = "time",
	    [EXPORT_JSON] = "list"};
	struct buf line = {0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i <= LEAD__MAX + COUNT_OF(computed);
	     i++) {
		struct json_writer w = {.out = &line};
		const struct cond_field *f = &lead_catalogue.fields[i];
		size_t k = i - LEAD__MAX;
		bool field = i < LEAD__MAX, attr = k == COUNT_OF(computed);

		buf_clear(&line);
		json_put_object(&w);
		json_add_text(&w, "column",
		    str_of(field  ? f->name
			   : attr ? "attrs.NAME"
				  : computed[k].name));
		json_add_text(&w, "type",
		    str_of(field  ? types[type_of(f->type)]
			   : attr ? "any"
			   : k    ? types[computed[k].type]
				  : "object"));
		json_add_text(&w, "help",
		    str_of(field ? f->help
			   : attr ? "one attribute, such as attrs.\"従業員数\""
				  : computed[k].help));
		json_put_end(&w);
		rc = each(context, buf_str(&line), err);
	}
	buf_release(&line);
	return rc;
}
