/* SPDX-License-Identifier: ISC */
/* Leads as records of the columns asked for. */
#include <stdlib.h>

#include "export/export_priv.h"
#include "export/leads_priv.h"
#include "json/json.h"

struct export_leads {
	struct store *st;
	const struct tenant *tenant;
	struct cond_moment moment;
	struct lead_needs needs;
	struct wanted_column *column;
	struct export_column *out;
	struct field *field;
	size_t count, shown; /* with those rows are sorted by; without */
	bool attrs;          /* one by one */
	struct json_scanner scan;
	struct arena arena;
};

/* ---- opening --------------------------------------------------------------
 */

static void
add_needs(struct export_leads *l, const struct wanted_column *c)
{
	switch (c->kind) {
	case COLUMN_FIELD:
		l->needs.field[c->field] = true;
		break;
	case COLUMN_ATTR:
		l->attrs = true;
		l->needs.attrs = true;
		break;
	case COLUMN_ATTRS:
		l->needs.attrs = true;
		break;
	case COLUMN_DAYS_IN_STAGE:
		l->needs.field[LEAD_STAGE] = true;
		l->needs.field[LEAD_CREATED_AT] = true;
		l->needs.history[LEAD_STAGE] = true;
		break;
	case COLUMN_COUNT:
	case COLUMN_FIRST:
	case COLUMN_LAST:
		l->needs.events = true;
		break;
	}
}

static struct str
all_columns(struct arena *arena)
{
	struct buf list = {0};
	struct str ret;

	for (size_t i = 0; i <= LEAD_BAND; i++)
		if (i != LEAD_CONVERTED)
			buf_addf(&list, "%s,", lead_catalogue.fields[i].name);
	buf_addstr(&list, "attrs");
	ret = arena_str(arena, buf_str(&list));
	buf_release(&list);
	return ret;
}

static int
add_column(struct export_leads *l, struct str name, struct err *err)
{
	struct wanted_column *c = &l->column[l->count];

	if (wanted_column_read(c, name, &l->arena, err) < 0)
		return -1;
	if (c->kind >= COLUMN_COUNT &&
	    lead_type_find(l->st, l->tenant, c->word, &c->type, err) < 0)
		return -1;
	add_needs(l, c);
	l->out[l->count] = c->out;
	l->field[l->count++].name = c->out.name;
	return 0;
}

static bool
is_column(const struct export_leads *l, struct str name)
{
	for (size_t i = 0; i < l->count; i++)
		if (str_eq(l->out[i].name, name))
			return true;
	return false;
}

static int
add_columns(
    struct export_leads *l, struct str list, const char *sort, struct err *err)
{
	struct str *name, *key;
	size_t names, keys = 0;

	if (export_split(list.p ? list : all_columns(&l->arena), &l->arena,
		&name, &names, err) < 0 ||
	    (sort &&
		export_split(str_of(sort), &l->arena, &key, &keys, err) < 0))
		return -1;
	l->column = xcalloc(names + keys, sizeof(*l->column));
	l->out = xcalloc(names + keys, sizeof(*l->out));
	l->field = xcalloc(names + keys, sizeof(*l->field));
	for (size_t i = 0; i < names; i++)
		if (add_column(l, name[i], err) < 0)
			return -1;
	l->shown = l->count;
	for (size_t i = 0; i < keys; i++) {
		struct str one = key[i];

		if (one.p[0] == '-')
			one = (struct str){one.p + 1, one.n - 1};
		if (!is_column(l, one) && add_column(l, one, err) < 0)
			return err_prefix(err, "sort");
	}
	return 0;
}

int
export_leads_open(struct store *st, const struct tenant *t,
    const struct cond_moment *moment, struct str list, const char *sort,
    struct export_leads **ret, struct err *err)
{
	struct export_leads *l = xcalloc(1, sizeof(*l));

	l->st = st;
	l->tenant = t;
	l->moment = *moment;
	if (add_columns(l, list, sort, err) < 0) {
		export_leads_close(l);
		return -1;
	}
	*ret = l;
	return 0;
}

const struct export_column *
export_leads_columns(const struct export_leads *l, size_t *ret_count)
{
	*ret_count = l->shown;
	return l->out;
}

void
export_leads_close(struct export_leads *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->count; i++)
		buf_release(&l->column[i].text);
	free(l->column);
	free(l->out);
	free(l->field);
	json_scanner_release(&l->scan);
	arena_release(&l->arena);
	free(l);
}

/* ---- values ---------------------------------------------------------------
 */

static void
put_missing(struct field *f)
{
	f->type = FIELD_MISSING;
	f->text = (struct str){0};
}

static void
put_time(struct wanted_column *c, struct field *f, int64_t at)
{
	buf_clear(&c->text);
	time_add(&c->text, at);
	f->type = FIELD_TEXT;
	f->text = buf_str(&c->text);
}

static void
put_int(struct wanted_column *c, struct field *f, int64_t v)
{
	buf_clear(&c->text);
	buf_addint(&c->text, v);
	f->type = FIELD_NUMBER;
	f->text = buf_str(&c->text);
}

static void
put_value(struct wanted_column *c, struct field *f, const struct cond_value *v)
{
	switch (v->kind) {
	case COND_MISSING:
		put_missing(f);
		break;
	case COND_IS_TEXT:
		f->type = FIELD_TEXT;
		f->text = v->text;
		break;
	case COND_IS_LIST:
		f->type = FIELD_ARRAY;
		f->text = v->text;
		break;
	case COND_IS_NUMBER:
		buf_clear(&c->text);
		buf_addreal(&c->text, v->number);
		f->type = FIELD_NUMBER;
		f->text = buf_str(&c->text);
		break;
	case COND_IS_BOOL:
		f->type = FIELD_BOOL;
		f->text = v->number != 0 ? STR("true") : STR("false");
		break;
	case COND_IS_TIME:
		put_time(c, f, v->time);
		break;
	}
}

static void
put_attr(const struct export_leads *l, const struct wanted_column *c,
    struct field *f)
{
	static const enum field_type types[] = {
	    [JSON_TYPE_NULL] = FIELD_MISSING,
	    [JSON_TYPE_BOOL] = FIELD_BOOL,
	    [JSON_TYPE_NUMBER] = FIELD_NUMBER,
	    [JSON_TYPE_STRING] = FIELD_TEXT,
	    [JSON_TYPE_OBJECT] = FIELD_OBJECT,
	    [JSON_TYPE_ARRAY] = FIELD_ARRAY,
	};

	put_missing(f);
	for (size_t i = 0; i < l->scan.count; i++) {
		const struct json_member *m = &l->scan.member[i];

		if (!str_eq(m->name, c->word) || m->type == JSON_TYPE_NULL)
			continue;
		f->type = types[m->type];
		f->text = m->text;
	}
}

static void
put_days(const struct export_leads *l, struct wanted_column *c, struct field *f,
    const struct lead_view *view)
{
	int64_t since = view->values[LEAD_CREATED_AT].time, now = l->moment.now;

	put_missing(f);
	if (view->values[LEAD_STAGE].kind == COND_MISSING)
		return;
	for (size_t i = 0; i < view->subject.change_count; i++) {
		const struct cond_change *change = &view->subject.changes[i];

		if (change->field == LEAD_STAGE && change->at <= now &&
		    change->at > since)
			since = change->at;
	}
	put_int(c, f, since < now ? (now - since) / MS_DAY : 0);
}

/* count, first and last of a type of events, up to now. */
static void
put_events(const struct export_leads *l, struct wanted_column *c,
    struct field *f, const struct lead_view *view)
{
	int64_t first = INT64_MAX, last = INT64_MIN, count = 0;
	int64_t now = l->moment.now;

	for (size_t i = 0; i < view->subject.event_count; i++) {
		const struct cond_event *event = &view->subject.events[i];

		if (event->type != c->type || event->at > now ||
		    (c->within && event->at <= now - c->within))
			continue;
		count++;
		first = event->at < first ? event->at : first;
		last = event->at > last ? event->at : last;
	}
	if (c->kind == COLUMN_COUNT)
		put_int(c, f, count);
	else if (count)
		put_time(c, f, c->kind == COLUMN_FIRST ? first : last);
	else
		put_missing(f);
}

static void
put_column(struct export_leads *l, size_t i, const struct lead_view *view)
{
	struct wanted_column *c = &l->column[i];
	struct field *f = &l->field[i];

	switch (c->kind) {
	case COLUMN_FIELD:
		put_value(c, f, &view->values[c->field]);
		break;
	case COLUMN_ATTRS:
		put_missing(f);
		if (view->subject.attrs.p) {
			f->type = FIELD_OBJECT;
			f->text = view->subject.attrs;
		}
		break;
	case COLUMN_ATTR:
		put_attr(l, c, f);
		break;
	case COLUMN_DAYS_IN_STAGE:
		put_days(l, c, f, view);
		break;
	case COLUMN_COUNT:
	case COLUMN_FIRST:
	case COLUMN_LAST:
		put_events(l, c, f, view);
		break;
	}
}

static int
export_view(struct export_leads *l, const struct lead_view *view,
    struct export_pipe *p, struct err *err)
{
	l->scan.count = 0;
	if (l->attrs && view->subject.attrs.p &&
	    json_scan_object(&l->scan, view->subject.attrs) < 0)
		return err_set(err, ERR_FAIL, "attributes of a lead: %s",
		    l->scan.fault.what);
	for (size_t i = 0; i < l->count; i++)
		put_column(l, i, view);
	return export_pipe_row(p, l->field, l->count, err);
}

/* ---- reading --------------------------------------------------------------
 */

void
export_which_needs(const struct export_which *which, struct lead_needs *needs)
{
	if (which->where)
		lead_needs_cond(needs, which->where);
	if (which->segment)
		lead_needs_cond(needs, which->segment);
	if (which->from != INT64_MIN || which->to != INT64_MAX)
		needs->field[LEAD_CREATED_AT] = true;
	needs->field[LEAD_SCORE] |= which->scored;
}

bool
export_which_lead(const struct export_which *which,
    const struct lead_view *view, const struct cond_moment *moment)
{
	return (!which->scored ||
		   view->values[LEAD_SCORE].kind != COND_MISSING) &&
	       (!which->where ||
		   cond_eval(which->where, &view->subject, moment, NULL)) &&
	       (!which->segment ||
		   cond_eval(which->segment, &view->subject, moment, NULL));
}

static bool
in_range(const struct export_which *which, const struct lead_view *view)
{
	int64_t at = view->values[LEAD_CREATED_AT].time;

	return (which->from == INT64_MIN && which->to == INT64_MAX) ||
	       (view->values[LEAD_CREATED_AT].kind == COND_IS_TIME &&
		   at >= which->from && at < which->to);
}

struct reading {
	struct export_leads *leads;
	const struct export_which *which;
};

static int
read_leads(void *context, struct store *st, int64_t after, int64_t last,
    struct export_pipe *p, struct err *err)
{
	struct reading *r = context;
	struct export_leads *l = r->leads;
	struct lead_views *views;
	const struct lead_view *view;
	int got, rc = 0;

	if (lead_views_range(st, l->tenant, &l->needs, &l->moment, after, last,
		INT64_MAX, &views, err) < 0)
		return -1;
	while (rc == 0 && (got = lead_views_next(views, &view, err)) != 0) {
		if (got < 0)
			rc = -1;
		else if (in_range(r->which, view) &&
			 export_which_lead(r->which, view, &l->moment))
			rc = export_view(l, view, p, err);
	}
	lead_views_close(views);
	return rc;
}

int
export_leads_run(struct export_leads *l, const struct export_which *which,
    struct export *e, struct err *err)
{
	struct reading r = {l, which};
	struct export_pipe_how how = {.tenant = l->tenant,
	    .read = read_leads,
	    .context = &r,
	    .which = which,
	    .column = l->out,
	    .count = l->count};

	export_which_needs(which, &l->needs);
	return export_pipe_run(l->st, &how, e, err);
}

int
export_segment(struct store *st, const struct tenant *t, const char *name,
    struct cond **ret, struct err *err)
{
	struct buf text = {0};
	int rc;

	buf_addstr(&text, "in segment ");
	buf_adddoubled(&text, str_of(name), '\'');
	rc = cond_parse(buf_str(&text), "segment", &lead_catalogue, ret, err);
	buf_release(&text);
	if (rc == 0 && lead_bind(st, t, *ret, err) < 0) {
		cond_free(*ret);
		*ret = NULL;
		rc = -1;
	}
	return rc;
}
