/* SPDX-License-Identifier: ISC */
/* What was seen of each field, as lines of JSON. */
#include "segment/fields_priv.h"
#include "segment/fields.sql.h"

#include <stdlib.h>

/* Of what its value is, of its day in other years, and of how long it has been
 * so; field as in struct cond_catalogue. */
static void
put_operators(
    struct json_writer *w, enum cond_type type, bool of_lead, size_t field)
{
	const char *op;

	json_put_name(w, "operators");
	json_put_array(w);
	for (size_t i = 0; (op = cond_operator(type, i)) != NULL; i++)
		json_put_text(w, str_of(op));
	if (of_lead && type == COND_TIME)
		json_put_text(w, STR("anniversary"));
	if (of_lead && lead_catalogue.history(field)) {
		json_put_text(w, STR("changed"));
		json_put_text(w, STR("for more than"));
	}
	json_put_end(w);
}

static void
put_value(
    struct json_writer *w, const struct column *c, const struct tally_value *v)
{
	double number;

	if (c->type == COND_BOOL)
		json_put_bool(w, str_is(v->text, "true"));
	else if (c->type != COND_NUMBER)
		json_put_text(w, v->text);
	else if (!c->name.p)
		json_put_real(w, tally_number(v));
	else if (number_real(v->text, &number))
		json_put_real(w, number);
}

/* The commonest values; none where every lead has one of its own. */
static void
put_values(struct json_writer *w, struct column *c, size_t top, const char *of)
{
	struct tally *t = &c->values;

	if (!t->more && (t->count > 0 || c->type != COND_TIME))
		json_add_int(w, "distinct", (int64_t)t->count);
	if (c->any && (c->type == COND_NUMBER || c->type == COND_TIME)) {
		struct cond_value low = {.kind = COND_IS_NUMBER}, high = low;

		if (c->type == COND_TIME)
			low.kind = high.kind = COND_IS_TIME;
		low.number = c->low;
		high.number = c->high;
		low.time = (int64_t)c->low;
		high.time = (int64_t)c->high;
		json_put_name(w, "min");
		lead_put_value(w, &low);
		json_put_name(w, "max");
		lead_put_value(w, &high);
	}
	tally_sort(t, c->type == COND_NUMBER && !c->name.p);
	json_put_name(w, "values");
	json_put_array(w);
	for (size_t i = 0; i < t->count && i < top; i++) {
		if (t->value[0].uses == 1 && (t->more || t->count > top))
			break;
		json_put_object(w);
		json_put_name(w, "value");
		put_value(w, c, &t->value[i]);
		json_add_int(w, of, (int64_t)t->value[i].uses);
		json_put_end(w);
	}
	json_put_end(w);
}

static const char *const type_words[] = {[COND_TEXT] = "text",
    [COND_NUMBER] = "number",
    [COND_TIME] = "time",
    [COND_BOOL] = "bool",
    [COND_LIST] = "list"};

/* field: of the catalogue, COND_ATTRS for an attribute; event NULL: of leads.
 */
static int
tell_column(struct looking *l, struct str name, struct column *c, size_t field,
    const char *event, struct err *err)
{
	const char *help =
	    field == COND_ATTRS ? NULL : lead_catalogue.fields[field].help;
	const char *of = event ? "events" : "leads";
	struct buf line = {0};
	struct json_writer w = {.out = &line};
	int rc;

	json_put_object(&w);
	json_add_text(&w, "field", name);
	if (event)
		json_add_text(&w, "of", str_of(event));
	json_add_text(&w, "type", str_of(type_words[c->type]));
	json_add_int(&w, of, (int64_t)c->leads);
	put_values(&w, c, l->how->top, of);
	put_operators(&w, c->type, !event, field);
	if (help)
		json_add_text(&w, "help", str_of(help));
	json_put_end(&w);
	l->told++;
	rc = l->how->each(l->how->context, buf_str(&line), err);
	buf_release(&line);
	return rc;
}

static int
compare_columns(const void *a, const void *b)
{
	const struct column *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

static int
tell_attrs(
    struct looking *l, struct attrs *a, const char *event, struct err *err)
{
	struct buf name = {0};
	int rc = 0;

	if (a->count)
		qsort(a->list, a->count, sizeof(*a->list), compare_columns);
	for (size_t i = 0; rc == 0 && i < a->count; i++) {
		struct column *c = &a->list[i];

		c->type = c->numbers ? COND_NUMBER
			  : c->bools ? COND_BOOL
			  : c->times ? COND_TIME
				     : COND_TEXT;
		buf_clear(&name);
		if (!event)
			buf_addstr(&name, "attrs.");
		cond_print_name(c->name, &name);
		if (!event && l->only_attr.len &&
		    !str_eq(buf_str(&name), buf_str(&l->only_attr)))
			continue;
		rc = tell_column(l, buf_str(&name), c, COND_ATTRS, event, err);
	}
	if (a->more)
		remark(l->how->remarks, (struct place){0},
		    "more than %d attributes: the others are left out",
		    ATTRS_MAX);
	buf_release(&name);
	return rc;
}

static int
compare_event_names(const void *a, const void *b)
{
	const struct event_column *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

static int
tell_event(struct looking *l, const struct event_column *e, struct err *err)
{
	static const char *const ways[] = {"count", "last", "first"};
	struct buf line = {0};
	struct json_writer w = {.out = &line};
	struct buf name = {0};
	int rc;

	cond_print_name(e->name, &name);
	json_put_object(&w);
	json_add_text(&w, "field", buf_str(&name));
	json_add_text(&w, "type", STR("event"));
	json_add_int(&w, "leads", (int64_t)e->leads);
	json_add_int(&w, "events", (int64_t)e->events);
	if (e->events) {
		json_add_time(&w, "min", e->first);
		json_add_time(&w, "max", e->last);
	}
	json_put_name(&w, "operators");
	json_put_array(&w);
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		json_put_text(&w, str_of(ways[i]));
	json_put_end(&w);
	json_put_end(&w);
	l->told++;
	rc = l->how->each(l->how->context, buf_str(&line), err);
	buf_release(&line);
	buf_release(&name);
	return rc;
}

static int
tell_segment(struct looking *l, struct str name, int64_t leads, struct err *err)
{
	struct buf line = {0}, field = {0};
	struct json_writer w = {.out = &line};
	int rc;

	buf_addstr(&field, "in segment ");
	buf_adddoubled(&field, name, '\'');
	json_put_object(&w);
	json_add_text(&w, "field", buf_str(&field));
	json_add_text(&w, "type", STR("segment"));
	json_add_int(&w, "leads", leads);
	json_put_end(&w);
	rc = l->how->each(l->how->context, buf_str(&line), err);
	buf_release(&line);
	buf_release(&field);
	return rc;
}

static int
tell_segments(struct looking *l, struct store *st, const struct tenant *t,
    struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_fields_segments, BINDS(BIND_INT(t->id)), &rows,
		err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		if ((got = tell_segment(
			 l, rows_text(rows, 0), rows_int(rows, 1), err)) < 0)
			break;
	rows_close(rows);
	return got;
}

int
fields_tell(struct looking *l, struct store *st, const struct tenant *t,
    struct err *err)
{
	for (size_t f = 0; f < LEAD__MAX; f++) {
		const struct cond_field *field = &lead_catalogue.fields[f];

		if (!l->needs.field[f])
			continue;
		l->field[f].type = field->type;
		if (tell_column(
			l, str_of(field->name), &l->field[f], f, NULL, err) < 0)
			return -1;
	}
	if (tell_attrs(l, &l->attrs, NULL, err) < 0)
		return -1;
	if (l->event_count)
		qsort(l->event, l->event_count, sizeof(*l->event),
		    compare_event_names);
	for (size_t i = 0; i < l->event_count; i++)
		if (tell_event(l, &l->event[i], err) < 0)
			return -1;
	if (!l->how->only.p)
		return tell_segments(l, st, t, err);
	if (!l->only_event.p)
		return 0;
	return tell_attrs(l, &l->event_attrs, l->only_event.p, err);
}
