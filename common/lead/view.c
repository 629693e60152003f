/* SPDX-License-Identifier: ISC */
/*
 * Many leads, quickly: the rows of lead and of the index event_by_lead are
 * read side by side in the order of lead_id and merged here, so that a pass
 * over a million leads makes no look-up for any of them. Only the columns
 * that are needed are asked for; the list of columns is put together from the
 * names in this file.
 */
#include <stdlib.h>
#include <string.h>

#include "lead/derive.h"
#include "lead/lead_priv.h"
#include "lead/view.sql.h"

/* What a query may read, and under which name. */
enum column {
	/* LEAD_ID .. LEAD_UPDATED_AT come first, under their own numbers. */
	COLUMN_CONVERTED_AT = LEAD_UPDATED_AT + 1,
	COLUMN_CONVERTED,
	COLUMN_ATTRS,
	COLUMN_EMAIL_KEY,
	COLUMN_SCORE,
	COLUMN_FIT,
	COLUMN_ENGAGEMENT,
	COLUMN_IS_HOT,
	COLUMN_BECAME_HOT_AT,
	COLUMN__MAX
};
static const char *const column_names[COLUMN__MAX] = {
    [COLUMN_CONVERTED_AT] = "l.converted_at",
    [COLUMN_CONVERTED] = "l.converted",
    [COLUMN_ATTRS] = "l.attrs",
    [COLUMN_EMAIL_KEY] = "l.email_key",
    [COLUMN_SCORE] = "s.score",
    [COLUMN_FIT] = "s.fit",
    [COLUMN_ENGAGEMENT] = "s.engagement",
    [COLUMN_IS_HOT] = "s.is_hot",
    [COLUMN_BECAME_HOT_AT] = "s.became_hot_at",
};

/* Titles repeat: the levels of those seen lately. */
enum { TITLES = 512, TITLE_BYTES = 55 };
struct title {
	uint8_t n, level;
	char text[TITLE_BYTES + 1];
};

struct lead_views {
	struct store *store;
	const struct tenant *tenant;
	struct cond_moment moment;
	bool field[LEAD__MAX];
	bool attrs, events, event_attrs, segments;
	bool derive; /* something follows from the events */

	int place[COLUMN__MAX]; /* of the column in the row; 0: not asked for */
	struct {
		enum lead_field field;
		enum cond_type type;
		unsigned place;
	} plain[LEAD__MAX]; /* fields that are a column as they stand */
	size_t plain_count;

	struct rows *lead_rows, *event_rows, *member_rows;
	struct lead_past *past;
	struct lead_needs needs;
	struct bulk *pick;
	struct lead_meanings meanings;
	struct lead_facts facts;

	/* The events of the present lead, then the first one of a later. */
	struct cond_event *event;
	size_t event_cap;
	struct cond_event ahead;
	int64_t ahead_lead; /* INT64_MAX when there are no more */
	struct arena arena; /* attrs of events */

	int64_t *segment; /* that the present lead is in */
	size_t segment_cap;
	int64_t member_lead; /* the next lead that is in any; INT64_MAX */

	struct title *titles;
	struct lead_view view;
};

void
lead_needs_cond(struct lead_needs *needs, const struct cond *c)
{
	for (size_t i = 0; i < LEAD__MAX; i++)
		if (cond_uses_field(c, i))
			needs->field[i] = true;
	needs->attrs |= cond_uses_attrs(c);
	needs->events |= cond_uses_events(c);
	needs->event_attrs |= cond_uses_event_attrs(c);
	for (size_t i = 0; i < LEAD__MAX; i++)
		needs->history[i] |= cond_uses_history(c, i);
	needs->attr_history |= cond_uses_history(c, COND_ATTRS);
	needs->segments |= cond_segment_count(c) > 0;
}

int
lead_last(
    struct store *st, const struct tenant *t, int64_t *ret, struct err *err)
{
	int64_t last;
	int found =
	    store_int(st, &sql_lead_last, BINDS(BIND_INT(t->id)), &last, err);

	if (found < 0)
		return -1;
	*ret = found ? last : 0;
	return 0;
}

/* The numbers of a NULL-terminated list of names, those that are stored. */
static int
find_numbers(struct lead_views *v, const char *const *names, int64_t **ret,
    size_t *ret_count, struct err *err)
{
	size_t count = 0, cap = 0;

	for (; *names; names++) {
		int64_t number;

		if (lead_type_find(
			v->store, v->tenant, str_of(*names), &number, err) < 0)
			return -1;
		if (number < 0)
			continue;
		GROW(*ret, cap, count + 1);
		(*ret)[count++] = number;
	}
	*ret_count = count;
	return 0;
}

/* ---- what to ask for ---------------------------------------------- */

static void
ask(struct lead_views *v, enum column column, struct buf *list, unsigned *count)
{
	if (v->place[column])
		return;
	v->place[column] = (int)++*count;
	buf_addstr(list, ", ");
	buf_addstr(list, column_names[column]
			     ? column_names[column]
			     : lead_catalogue.fields[column].sql);
}

static void
choose_columns(struct lead_views *v, struct buf *list)
{
	unsigned count = 0;
	bool outcome;

	for (int f = LEAD_ID; f <= LEAD_UPDATED_AT; f++) {
		if (!v->field[f])
			continue;
		ask(v, (enum column)f, list, &count);
		v->plain[v->plain_count].field = (enum lead_field)f;
		v->plain[v->plain_count].type = lead_catalogue.fields[f].type;
		v->plain[v->plain_count++].place = (unsigned)v->place[f];
	}
	outcome = v->field[LEAD_CONVERTED_AT] || v->field[LEAD_CONVERTED];
	if (outcome)
		ask(v, COLUMN_CONVERTED_AT, list, &count);
	if (v->field[LEAD_CONVERTED]) {
		ask(v, COLUMN_CONVERTED, list, &count);
		ask(v, (enum column)LEAD_STAGE, list, &count);
	}
	v->derive = outcome || v->field[LEAD_LAST_ACTIVITY_AT];
	if (v->derive)
		v->events = true;
	if (v->attrs)
		ask(v, COLUMN_ATTRS, list, &count);
	if (v->field[LEAD_EMAIL_DOMAIN] || v->field[LEAD_IS_FREE_EMAIL])
		ask(v, COLUMN_EMAIL_KEY, list, &count);
	if (v->field[LEAD_SENIORITY])
		ask(v, (enum column)LEAD_TITLE, list, &count);
	if (v->field[LEAD_SCORE] || v->field[LEAD_BAND] ||
	    v->field[LEAD_PRIORITY])
		ask(v, COLUMN_SCORE, list, &count);
	if (v->field[LEAD_FIT])
		ask(v, COLUMN_FIT, list, &count);
	if (v->field[LEAD_ENGAGEMENT])
		ask(v, COLUMN_ENGAGEMENT, list, &count);
	if (v->field[LEAD_IS_HOT] || v->field[LEAD_PRIORITY])
		ask(v, COLUMN_IS_HOT, list, &count);
	if (v->field[LEAD_BECAME_HOT_AT])
		ask(v, COLUMN_BECAME_HOT_AT, list, &count);
}

static bool
asks_score(const struct lead_views *v)
{
	for (int c = COLUMN_SCORE; c < COLUMN__MAX; c++)
		if (v->place[c])
			return true;
	return false;
}

static int
views_new(struct store *st, const struct tenant *t,
    const struct lead_needs *needs, const struct cond_moment *moment,
    struct buf *columns, struct lead_views **ret, struct err *err)
{
	struct lead_views *v = xcalloc(1, sizeof(*v));

	*ret = v;
	v->store = st;
	v->tenant = t;
	v->moment = *moment;
	memcpy(v->field, needs->field, sizeof(v->field));
	v->attrs = needs->attrs;
	v->events = needs->events || needs->event_attrs;
	v->event_attrs = needs->event_attrs;
	v->segments = needs->segments;
	v->needs = *needs;
	v->member_lead = v->ahead_lead = v->view.next_at = INT64_MAX;
	v->view.subject.values = v->view.values;
	choose_columns(v, columns);
	if (v->field[LEAD_SENIORITY])
		v->titles = xcalloc(TITLES, sizeof(*v->titles));
	if (find_numbers(v, lead_outbound, &v->meanings.outbound,
		&v->meanings.outbound_count, err) < 0)
		return -1;
	return find_numbers(v,
	    (const char *const *)t->settings.conversion_events,
	    &v->meanings.conversion, &v->meanings.conversion_count, err);
}

/* ---- reading ------------------------------------------------------ */

/* Moves the next event of any lead to v->ahead. */
static int
read_ahead(struct lead_views *v, struct err *err)
{
	int got = rows_next(v->event_rows, err);

	if (got < 0)
		return -1;
	if (got == 0) {
		v->ahead_lead = INT64_MAX;
		return 0;
	}
	v->ahead_lead = rows_int(v->event_rows, 0);
	v->ahead.type = rows_int(v->event_rows, 1);
	v->ahead.at = rows_int(v->event_rows, 2);
	if (v->event_attrs)
		v->ahead.attrs = rows_text(v->event_rows, 3);
	return 0;
}

static int
read_events(struct lead_views *v, struct err *err)
{
	int64_t lead = v->view.lead_id;
	size_t count = 0;

	if (v->event_attrs)
		arena_clear(&v->arena);
	while (v->ahead_lead < lead)
		if (read_ahead(v, err) < 0)
			return -1;
	while (v->ahead_lead == lead) {
		GROW(v->event, v->event_cap, count + 1);
		v->event[count] = v->ahead;
		if (v->event_attrs && v->ahead.attrs.p)
			v->event[count].attrs =
			    arena_str(&v->arena, v->ahead.attrs);
		count++;
		if (read_ahead(v, err) < 0)
			return -1;
	}
	v->view.subject.events = v->event;
	v->view.subject.event_count = count;
	return 0;
}

/* Moves to the next row of membership. */
static int
read_member(struct lead_views *v, struct err *err)
{
	int got = rows_next(v->member_rows, err);

	if (got < 0)
		return -1;
	v->member_lead = got ? rows_int(v->member_rows, 0) : INT64_MAX;
	return 0;
}

static int
read_segments(struct lead_views *v, struct err *err)
{
	size_t count = 0;

	while (v->member_lead <= v->view.lead_id) {
		if (v->member_lead == v->view.lead_id) {
			GROW(v->segment, v->segment_cap, count + 1);
			v->segment[count++] = rows_int(v->member_rows, 1);
		}
		if (read_member(v, err) < 0)
			return -1;
	}
	v->view.subject.segments = v->segment;
	v->view.subject.segment_count = count;
	return 0;
}

static int
seniority(struct lead_views *v, struct str title)
{
	struct title *t;

	if (!title.p || title.n > TITLE_BYTES)
		return lead_seniority(title);
	t = &v->titles[hash64(title.p, title.n, 0) % TITLES];
	if (t->n != title.n + 1 || memcmp(t->text, title.p, title.n) != 0) {
		t->n = (uint8_t)(title.n + 1);
		memcpy(t->text, title.p, title.n);
		t->level = (uint8_t)lead_seniority(title);
	}
	return t->level;
}

static struct str
text_of(const struct lead_views *v, int column)
{
	return rows_text(v->lead_rows, (unsigned)v->place[column]);
}

static bool
number_of(const struct lead_views *v, int column, int64_t *ret)
{
	unsigned place = (unsigned)v->place[column];

	if (!place || rows_null(v->lead_rows, place))
		return false;
	*ret = rows_int(v->lead_rows, place);
	return true;
}

static void
read_plain(struct lead_views *v)
{
	struct rows *r = v->lead_rows;

	for (size_t i = 0; i < v->plain_count; i++) {
		unsigned place = v->plain[i].place;
		struct cond_value *value = &v->view.values[v->plain[i].field];

		switch (v->plain[i].type) {
		case COND_TEXT:
			value->text = rows_text(r, place);
			value->kind =
			    value->text.p ? COND_IS_TEXT : COND_MISSING;
			break;
		case COND_LIST:
			value->text = rows_text(r, place);
			value->kind =
			    value->text.p ? COND_IS_LIST : COND_MISSING;
			break;
		case COND_NUMBER:
			value->kind =
			    rows_null(r, place) ? COND_MISSING : COND_IS_NUMBER;
			value->number = (double)rows_int(r, place);
			break;
		case COND_TIME:
			value->kind =
			    rows_null(r, place) ? COND_MISSING : COND_IS_TIME;
			value->time = rows_int(r, place);
			break;
		case COND_BOOL:
			BUG("no plain field is a truth");
		}
	}
}

static void
read_score(struct lead_views *v)
{
	struct cond_value *values = v->view.values;
	int64_t score, n, hot = 0;
	bool scored = number_of(v, COLUMN_SCORE, &score);

	number_of(v, COLUMN_IS_HOT, &hot);
	for (int f = LEAD_SCORE; f <= LEAD_BECAME_HOT_AT; f++)
		values[f].kind = COND_MISSING;
	values[LEAD_IS_HOT] = lead_value_bool(hot != 0);
	if (scored) {
		values[LEAD_SCORE] = lead_value_number((double)score);
		values[LEAD_BAND] =
		    lead_value_text(str_of(tenant_band(v->tenant, score)));
		values[LEAD_PRIORITY] = lead_value_text(
		    str_of(tenant_priority(v->tenant, score, hot != 0)));
	}
	if (number_of(v, COLUMN_FIT, &n))
		values[LEAD_FIT] = lead_value_number((double)n);
	if (number_of(v, COLUMN_ENGAGEMENT, &n))
		values[LEAD_ENGAGEMENT] = lead_value_number((double)n);
	if (number_of(v, COLUMN_BECAME_HOT_AT, &n))
		values[LEAD_BECAME_HOT_AT] = lead_value_time(n);
}

static void
read_facts(struct lead_views *v)
{
	int64_t converted = 0;

	v->facts.converted_at = LEAD_MISSING;
	number_of(v, COLUMN_CONVERTED_AT, &v->facts.converted_at);
	number_of(v, COLUMN_CONVERTED, &converted);
	v->facts.converted = converted != 0;
	v->facts.customer =
	    v->place[LEAD_STAGE] && str_is(text_of(v, LEAD_STAGE), "customer");
}

int
lead_views_next(
    struct lead_views *v, const struct lead_view **ret, struct err *err)
{
	struct cond_value *values = v->view.values;
	int got = rows_next(v->lead_rows, err);

	if (got <= 0)
		return got;
	v->view.lead_id = rows_int(v->lead_rows, 0);
	read_plain(v);
	if (v->attrs)
		v->view.subject.attrs = text_of(v, COLUMN_ATTRS);
	if (v->place[COLUMN_EMAIL_KEY]) {
		struct str domain =
		    lead_email_domain(text_of(v, COLUMN_EMAIL_KEY));

		values[LEAD_EMAIL_DOMAIN] = lead_value_text(domain);
		values[LEAD_IS_FREE_EMAIL] =
		    lead_value_bool(lead_is_free_email(domain));
		if (!domain.p)
			values[LEAD_IS_FREE_EMAIL].kind = COND_MISSING;
	}
	if (v->field[LEAD_SENIORITY])
		values[LEAD_SENIORITY] =
		    lead_value_number(seniority(v, text_of(v, LEAD_TITLE)));
	if (asks_score(v))
		read_score(v);
	if (v->events) {
		if (read_events(v, err) < 0)
			return -1;
	}
	if (v->segments && read_segments(v, err) < 0)
		return -1;
	if (v->past &&
	    lead_past_read(v->past, v->view.lead_id, &v->view.subject.changes,
		&v->view.subject.change_count, err) < 0)
		return -1;
	if (v->derive) {
		read_facts(v);
		lead_derive(&v->view, &v->meanings, &v->facts, v->moment.now);
	}
	*ret = &v->view;
	return 1;
}

void
lead_views_at(struct lead_views *v, int64_t now)
{
	if (v->derive)
		lead_derive(&v->view, &v->meanings, &v->facts, now);
}

/* ---- opening ------------------------------------------------------ */

/* What is read side by side with the leads. */
static int
open_beside(struct lead_views *v, const struct sql *events,
    const struct sql *members, const struct bind *binds, size_t count,
    struct err *err)
{
	if (v->events && (store_query(v->store, events, binds, count,
			      &v->event_rows, err) < 0 ||
			     read_ahead(v, err) < 0))
		return -1;
	if (v->segments && (store_query(v->store, members, binds, count,
				&v->member_rows, err) < 0 ||
			       read_member(v, err) < 0))
		return -1;
	return lead_past_open(
	    v->store, &v->needs, count > 1, binds, count, &v->past, err);
}

static int
open_range(struct lead_views *v, const struct buf *columns, int64_t after,
    int64_t last, int64_t limit, struct err *err)
{
	const struct sql *events =
	    v->event_attrs ? &sql_view_events_attrs : &sql_view_events;
	struct bind binds[] = {BIND_INT(v->tenant->id), BIND_INT(after),
	    BIND_INT(last), BIND_INT(limit)};
	struct buf text = {0};
	int code;

	buf_addf(&text,
	    "SELECT l.lead_id%s FROM %s WHERE l.tenant_id = $1"
	    " AND l.lead_id > $2 AND l.lead_id <= $3"
	    " ORDER BY l.lead_id LIMIT $4",
	    columns->p ? columns->p : "",
	    asks_score(v) ? LEAD_FROM : "lead AS l");
	code = store_query_text(
	    v->store, text.p, "iiii", binds, 4, &v->lead_rows, err);
	buf_release(&text);
	if (code < 0)
		return -1;
	return open_beside(v, events, &sql_view_members, binds, 3, err);
}

int
lead_views_range(struct store *st, const struct tenant *t,
    const struct lead_needs *needs, const struct cond_moment *moment,
    int64_t after, int64_t last, int64_t limit, struct lead_views **ret,
    struct err *err)
{
	struct lead_views *v;
	struct buf columns = {0};
	int code = views_new(st, t, needs, moment, &columns, &v, err);

	if (code == 0)
		code = open_range(v, &columns, after, last, limit, err);
	buf_release(&columns);
	if (code < 0) {
		lead_views_close(v);
		return -1;
	}
	*ret = v;
	return 0;
}

static int
open_pick(struct lead_views *v, const struct buf *columns, const int64_t *leads,
    size_t count, struct err *err)
{
	const struct sql *events =
	    v->event_attrs ? &sql_view_events_attrs_of : &sql_view_events_of;
	struct bind binds[] = {BIND_INT(v->tenant->id)};
	struct buf text = {0};
	int code;

	v->pick = bulk_new(&bulk_lead_pick);
	for (size_t i = 0; i < count; i++) {
		bulk_int(v->pick, leads[i]);
		bulk_end_row(v->pick);
	}
	if (store_bulk(v->store, v->pick, err) < 0)
		return -1;
	/* The one order in which this is quick: from the few to the many. */
	buf_addf(&text,
	    "SELECT l.lead_id%s FROM bulk_lead_pick AS b CROSS JOIN %s"
	    " WHERE l.tenant_id = $1 AND l.lead_id = b.lead_id"
	    " ORDER BY b.lead_id",
	    columns->p ? columns->p : "",
	    asks_score(v) ? LEAD_FROM : "lead AS l");
	code = store_query_text(
	    v->store, text.p, "i", binds, 1, &v->lead_rows, err);
	buf_release(&text);
	if (code < 0)
		return -1;
	return open_beside(v, events, &sql_view_members_of, binds, 1, err);
}

int
lead_views_of(struct store *st, const struct tenant *t,
    const struct lead_needs *needs, const struct cond_moment *moment,
    const int64_t *leads, size_t count, struct lead_views **ret,
    struct err *err)
{
	struct lead_views *v;
	struct buf columns = {0};
	int code = views_new(st, t, needs, moment, &columns, &v, err);

	if (code == 0)
		code = open_pick(v, &columns, leads, count, err);
	buf_release(&columns);
	if (code < 0) {
		lead_views_close(v);
		return -1;
	}
	*ret = v;
	return 0;
}

void
lead_views_close(struct lead_views *v)
{
	if (!v)
		return;
	rows_close(v->lead_rows);
	rows_close(v->event_rows);
	rows_close(v->member_rows);
	lead_past_close(v->past);
	bulk_free(v->pick);
	free(v->meanings.outbound);
	free(v->meanings.conversion);
	free(v->event);
	free(v->segment);
	free(v->titles);
	arena_release(&v->arena);
	free(v);
}
