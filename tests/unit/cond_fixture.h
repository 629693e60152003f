/* SPDX-License-Identifier: ISC */
/*
 * What the tests of cond share: a small catalogue like that of leads, over two
 * tables of a store in memory, and the subjects that stand in them.
 */
#ifndef COND_FIXTURE_H
#define COND_FIXTURE_H

#include "cond/cond.h"
#include "unit.h"

enum {
	F_SCORE,
	F_INDUSTRY,
	F_COMPANY,
	F_NAME,
	F_PHONE,
	F_COMPANY_SIZE,
	F_CREATED_AT,
	F_LAST_ACTIVITY_AT,
	F_IS_HOT,
	F_TAGS,
	F_ID,
	F__MAX
};

static const struct cond_field fixture_fields[F__MAX] = {
    [F_SCORE] = {"score", COND_NUMBER, "l.score", "0 to 100"},
    [F_INDUSTRY] = {"industry", COND_TEXT, "l.industry", "industry"},
    [F_COMPANY] = {"company", COND_TEXT, "l.company", "company"},
    [F_NAME] = {"name", COND_TEXT, "l.name", "name"},
    [F_PHONE] = {"phone", COND_TEXT, "l.phone", "phone"},
    [F_COMPANY_SIZE] = {"company_size", COND_NUMBER, "l.company_size",
	"people"},
    [F_CREATED_AT] = {"created_at", COND_TIME, "l.created_at", "created"},
    [F_LAST_ACTIVITY_AT] = {"last_activity_at", COND_TIME,
	"(SELECT max(a.at) FROM cond_event AS a WHERE a.lead = l.lead AND "
	"a.at <= @now)",
	"latest event"},
    /* Hot from a number of the tenant's settings on. */
    [F_IS_HOT] = {"is_hot", COND_BOOL,
	"CASE WHEN l.score IS NULL THEN NULL WHEN l.score >= @n0 THEN 1 "
	"ELSE 0 END",
	"hot"},
    [F_ID] = {"id", COND_TEXT, "l.id", "id"},
    [F_TAGS] = {"tags", COND_LIST, "l.tags", "tags"},
};

static const char *const fixture_segments[] = {
    "vip", "見込み '26'", "sleeping", NULL};

static const char *const fixture_types[] = {
    "email_opened", "email_clicked", "site_visited", "deal_won", NULL};

/* All that stands in a column; the score knows its first moment itself. */
static inline const struct cond_history *
fixture_history(size_t field)
{
#define FIXTURE_CHANGES                                                     \
	"FROM cond_change AS f WHERE f.lead = l.lead AND f.field = @field " \
	"AND f.at <= @now"
	static const struct cond_history stored = {
	    FIXTURE_CHANGES, "l.created_at"};
	static const struct cond_history score = {FIXTURE_CHANGES,
	    "coalesce((SELECT min(o.at) FROM cond_change AS o WHERE "
	    "o.lead = l.lead AND o.field = 'first score'), l.created_at)"};

	return field == F_SCORE                                   ? &score
	       : field == F_LAST_ACTIVITY_AT || field == F_IS_HOT ? NULL
								  : &stored;
}

static const struct cond_catalogue fixture = {
    .fields = fixture_fields,
    .count = F__MAX,
    .id_field = F_ID,
    .since_field = F_CREATED_AT,
    .history = fixture_history,
    .attrs_sql = "l.attrs",
    .events_sql = "FROM cond_event AS e WHERE e.lead = l.lead AND "
		  "e.type = @type AND e.at <= @now",
    .event_types = fixture_types,
    .segment_sql = "EXISTS (SELECT 1 FROM cond_member AS m "
		   "WHERE m.lead = l.lead AND m.segment = @segment)",
};

/* The number this fixture gives an event type: its place in the list, and
 * beyond for one name more that is nothing standard. */
static inline int64_t
fixture_type(const char *name)
{
	int64_t i;

	for (i = 0; fixture_types[i]; i++)
		if (strcmp(fixture_types[i], name) == 0)
			return i;
	return strcmp(name, "見学 会") == 0 ? i : -1;
}

/* A segment's number is its place in the list, from 100; nobody is in one
 * that is not there. */
static inline void
fixture_bind(struct cond *c)
{
	for (size_t i = 0; i < cond_segment_count(c); i++)
		for (int64_t k = 0; fixture_segments[k]; k++)
			if (!strcmp(cond_segment(c, i), fixture_segments[k]))
				cond_bind_segment(c, i, 100 + k);
	for (size_t i = 0; i < cond_event_type_count(c); i++)
		cond_bind_event_type(c, i, fixture_type(cond_event_type(c, i)));
}

static inline struct cond *
fixture_parse(const char *text, struct err *err)
{
	struct cond *c = NULL;

	err_clear(err);
	if (cond_parse(str_of(text), "condition", &fixture, &c, err) < 0)
		return NULL;
	fixture_bind(c);
	return c;
}

static inline int64_t
fixture_time(const char *text)
{
	int64_t t;

	if (!time_parse(str_of(text), zone_utc(), &t)) {
		printf("not a time: %s\n", text);
		exit(1);
	}
	return t;
}

/* Runs composed SQL; the first column of every row goes to ret. */
static inline size_t
fixture_run(struct store *st, const char *text, const char *types,
    const struct bind *binds, size_t count, int64_t *ret, size_t room)
{
	struct rows *rows = NULL;
	struct err err = {0};
	size_t n = 0;
	int got = store_query_text(st, text, types, binds, count, &rows, &err);

	while (got == 0 && rows_next(rows, &err) == 1) {
		if (n < room)
			ret[n] = rows_int(rows, 0);
		n++;
	}
	rows_close(rows);
	if (err.kind != ERR_NONE) {
		printf("%s\nin %s\n", err.text, text);
		exit(1);
	}
	return n;
}

static inline struct store *
fixture_store(void)
{
	const char *uri = unit_store(), *by_bytes;
	struct store *st = NULL;
	struct err err = {0};
	char text[500];

	if (store_open(uri, STORE_WRITE, &st, &err) < 0 ||
	    store_begin(st, STORE_CHANGE, "test", &err) < 0) {
		printf("%s\n", err.text);
		exit(1);
	}
	by_bytes = strncmp(uri, "postgres", 8) == 0 ? " COLLATE \"C\"" : "";
	snprintf(text, sizeof(text),
	    "CREATE TEMPORARY TABLE cond_lead "
	    "(lead bigint NOT NULL PRIMARY KEY, score bigint, "
	    "industry text%s, company text%s, name text%s, phone text%s, "
	    "company_size bigint, created_at bigint, tags text%s, "
	    "attrs text%s, id text%s)",
	    by_bytes, by_bytes, by_bytes, by_bytes, by_bytes, by_bytes,
	    by_bytes);
	fixture_run(st, text, "", NULL, 0, NULL, 0);
	snprintf(text, sizeof(text),
	    "CREATE TEMPORARY TABLE cond_change (lead bigint NOT NULL, "
	    "field text%s NOT NULL, at bigint NOT NULL)",
	    by_bytes);
	fixture_run(st, text, "", NULL, 0, NULL, 0);
	snprintf(text, sizeof(text),
	    "CREATE TEMPORARY TABLE cond_event (lead bigint NOT NULL, "
	    "type text%s NOT NULL, at bigint NOT NULL, attrs text%s)",
	    by_bytes, by_bytes);
	fixture_run(st, text, "", NULL, 0, NULL, 0);
	fixture_run(st,
	    "CREATE TEMPORARY TABLE cond_member (segment bigint NOT NULL, "
	    "lead bigint NOT NULL, PRIMARY KEY (segment, lead))",
	    "", NULL, 0, NULL, 0);
	fixture_run(st, "CREATE INDEX cond_change_by ON cond_change (lead)", "",
	    NULL, 0, NULL, 0);
	fixture_run(st, "CREATE INDEX cond_event_by ON cond_event (lead, type)",
	    "", NULL, 0, NULL, 0);
	return st;
}

static inline struct bind
fixture_value(const struct cond_value *v, char type)
{
	if (v->kind == COND_MISSING)
		return BIND_NULL(type);
	switch (v->kind) {
	case COND_IS_NUMBER:
		return BIND_INT((int64_t)v->number);
	case COND_IS_TIME:
		return BIND_INT(v->time);
	default:
		return BIND_TEXT(v->text);
	}
}

static inline void
fixture_insert(struct store *st, int64_t lead, const struct cond_subject *s)
{
	static const int fields[] = {F_SCORE, F_INDUSTRY, F_COMPANY, F_NAME,
	    F_PHONE, F_COMPANY_SIZE, F_CREATED_AT, F_TAGS};
	static const char types[] = "iittttiittt";
	struct bind b[11] = {BIND_INT(lead)};

	for (size_t i = 0; i < COUNT_OF(fields); i++)
		b[i + 1] = fixture_value(&s->values[fields[i]], types[i + 1]);
	b[9] = BIND_TEXT(s->attrs);
	b[10] = fixture_value(&s->values[F_ID], 't');
	fixture_run(st,
	    "INSERT INTO cond_lead VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
	    "$9, $10, $11)",
	    types, b, 11, NULL, 0);
	for (size_t i = 0; i < s->segment_count; i++)
		fixture_run(st, "INSERT INTO cond_member VALUES ($1, $2)", "ii",
		    BINDS(BIND_INT(s->segments[i]), BIND_INT(lead)), NULL, 0);
	for (size_t i = 0; i < s->change_count; i++) {
		const struct cond_change *c = &s->changes[i];
		char field[64];

		snprintf(field, sizeof(field), "%s%.*s",
		    c->first                 ? "first score"
		    : c->field == COND_ATTRS ? "attrs."
					     : fixture_fields[c->field].name,
		    STR_ARG(c->key));
		fixture_run(st, "INSERT INTO cond_change VALUES ($1, $2, $3)",
		    "iti",
		    BINDS(BIND_INT(lead), BIND_TEXT(str_of(field)),
			BIND_INT(c->at)),
		    NULL, 0);
	}
	for (size_t i = 0; i < s->event_count; i++) {
		const struct cond_event *e = &s->events[i];
		const char *name = fixture_types[e->type];

		fixture_run(st,
		    "INSERT INTO cond_event VALUES ($1, $2, $3, $4)", "itit",
		    BINDS(BIND_INT(lead),
			BIND_TEXT(str_of(name ? name : "見学 会")),
			BIND_INT(e->at), BIND_TEXT(e->attrs)),
		    NULL, 0);
	}
}

/* The leads for which the condition (or its NOT) is true, in order. */
static inline size_t
fixture_select(struct store *st, const struct cond *c, bool invert,
    const struct cond_moment *moment, int64_t *ret, size_t room)
{
	struct cond_sql sql = {0};
	size_t n;

	buf_addstr(&sql.text, "SELECT l.lead FROM cond_lead AS l WHERE ");
	if (invert)
		buf_addstr(&sql.text, "NOT ");
	buf_addstr(&sql.types, "");
	cond_to_sql(c, &fixture, moment, &sql);
	buf_addstr(&sql.text, " ORDER BY l.lead");
	n = fixture_run(
	    st, sql.text.p, sql.types.p, sql.binds, sql.count, ret, room);
	cond_sql_release(&sql);
	return n;
}

#endif
