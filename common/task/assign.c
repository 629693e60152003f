/* SPDX-License-Identifier: ISC */
/* Whose task it is: turns, regions, owners, and who is away. */
#include <stdlib.h>
#include <string.h>

#include "task/task.sql.h"
#include "task/task_priv.h"

/* The people who may get tasks today, in the order of their e-mails. */
struct person {
	struct str email, region;
	int64_t open;
};
struct people {
	struct person *person;
	size_t count, cap;
	struct arena arena;
};

static void
people_release(struct people *p)
{
	free(p->person);
	arena_release(&p->arena);
}

static int
people_read(struct store *st, const struct tenant *t, int64_t now, bool counted,
    struct people *p, struct err *err)
{
	struct buf today = {0};
	struct rows *rows;
	int got;

	day_add(&today, now, t->settings.zone);
	got = store_query(st, &sql_task_people,
	    BINDS(
		BIND_INT(t->id), BIND_TEXT(buf_str(&today)), BIND_INT(counted)),
	    &rows, err);
	if (got == 0) {
		while ((got = rows_next(rows, err)) > 0) {
			GROW(p->person, p->cap, p->count + 1);
			p->person[p->count++] = (struct person){
			    arena_str(&p->arena, rows_text(rows, 0)),
			    rows_null(rows, 1)
				? (struct str){0}
				: arena_str(&p->arena, rows_text(rows, 1)),
			    rows_int(rows, 2)};
		}
		rows_close(rows);
	}
	buf_release(&today);
	return got;
}

/* The next of a pool after who got its latest task; region missing: of all. */
static int
in_turn(struct store *st, const struct tenant *t, const struct people *p,
    struct str region, struct buf *ret, struct err *err)
{
	struct str pool = region.p ? region : STR("");
	const struct person *first = NULL, *next = NULL;
	struct buf latest = {0};

	if (store_text(st, &sql_task_turn_read,
		BINDS(BIND_INT(t->id), BIND_TEXT(pool)), &latest, err) < 0)
		return -1;
	for (size_t i = 0; i < p->count; i++) {
		const struct person *one = &p->person[i];

		if (region.p && !str_eq(one->region, region))
			continue;
		if (!first)
			first = one;
		if (!next && str_cmp(one->email, buf_str(&latest)) > 0)
			next = one;
	}
	buf_release(&latest);
	if (!next)
		next = first;
	if (!next)
		return 0;
	buf_adds(ret, next->email);
	return store_run(st, &sql_task_turn_write,
	    BINDS(BIND_INT(t->id), BIND_TEXT(pool), BIND_TEXT(next->email)),
	    NULL, err);
}

static void
least_busy(const struct people *p, struct buf *ret)
{
	const struct person *best = NULL;

	for (size_t i = 0; i < p->count; i++)
		if (!best || p->person[i].open < best->open)
			best = &p->person[i];
	if (best)
		buf_adds(ret, best->email);
}

/* One of the people, or nobody. */
static void
add_if_one(const struct people *p, struct str email, struct buf *ret)
{
	for (size_t i = 0; i < p->count; i++)
		if (str_eq(p->person[i].email, email))
			buf_adds(ret, email);
}

/* Who has a task of the lead already: it is to hear of one person. */
static int
by_holder(struct store *st, const struct tenant *t, const struct people *p,
    int64_t lead, struct buf *ret, struct err *err)
{
	struct buf holder = {0};
	int got = store_text(st, &sql_task_holder,
	    BINDS(BIND_INT(t->id), BIND_INT(lead)), &holder, err);

	if (got > 0)
		add_if_one(p, buf_str(&holder), ret);
	buf_release(&holder);
	return got < 0 ? -1 : 0;
}

/* By something of the lead: its region, or its owner. */
static int
by_lead(struct store *st, const struct tenant *t, const struct people *p,
    enum lead_field field, bool holder, int64_t lead, struct buf *ret,
    struct err *err)
{
	struct arena arena = {0};
	struct buf owner = {0};
	struct lead_row row;
	int code = 0;

	lead_row_init(&row);
	if (lead)
		code = lead_row_read(st, t, lead, &arena, &row, err);
	if (code == 0 && field == LEAD_OWNER && row.text[LEAD_OWNER].p &&
	    email_normalise(row.text[LEAD_OWNER], &owner))
		add_if_one(p, buf_str(&owner), ret);
	if (code == 0 && holder && lead && ret->len == 0)
		code = by_holder(st, t, p, lead, ret, err);
	if (code == 0 && field == LEAD_REGION && row.text[LEAD_REGION].p)
		code = in_turn(st, t, p, row.text[LEAD_REGION], ret, err);
	if (code == 0 && ret->len == 0)
		code = in_turn(st, t, p, (struct str){0}, ret, err);
	buf_release(&owner);
	arena_release(&arena);
	return code;
}

/* Somebody who is named, away or not. */
static int
by_name(struct store *st, const struct tenant *t, struct str how,
    struct buf *ret, struct err *err)
{
	int64_t active = 0;
	int got;

	if (!email_normalise(how, ret))
		return err_set(err, ERR_USAGE,
		    "not round-robin, region, owner, lead, least-busy, none or "
		    "an "
		    "e-mail: %s",
		    quoted(how));
	got = store_int(st, &sql_task_member,
	    BINDS(BIND_INT(t->id), BIND_TEXT(buf_str(ret))), &active, err);
	if (got < 0)
		return -1;
	if (got == 0)
		return err_set(err, ERR_USAGE, "no such user: %s", quoted(how));
	if (!active)
		return err_set(
		    err, ERR_USAGE, "user is not active: %s", quoted(how));
	return 0;
}

int
task_choose(struct store *st, const struct tenant *t, struct str how,
    int64_t lead, int64_t now, struct buf *ret, struct err *err)
{
	struct people people = {0};
	int code;

	if (str_is(how, "none"))
		return 0;
	if (memchr(how.p, '@', how.n))
		return by_name(st, t, how, ret, err);
	code = people_read(st, t, now, str_is(how, "least-busy"), &people, err);
	if (code < 0)
		;
	else if (str_is(how, "round-robin"))
		code = in_turn(st, t, &people, (struct str){0}, ret, err);
	else if (str_is(how, "region"))
		code =
		    by_lead(st, t, &people, LEAD_REGION, false, lead, ret, err);
	else if (str_is(how, "owner") || str_is(how, "lead"))
		code = by_lead(st, t, &people, LEAD_OWNER, str_is(how, "lead"),
		    lead, ret, err);
	else if (str_is(how, "least-busy"))
		least_busy(&people, ret);
	else
		code = by_name(st, t, how, ret, err);
	people_release(&people);
	return code;
}

/* ---- who is away ----------------------------------------------------------
 */

int
task_absence_set(struct store *st, const struct tenant *t, const char *email,
    struct str from, struct str until, bool away, const char *who, int64_t now,
    struct err *err)
{
	struct buf name = {0}, first = {0}, last = {0};
	int64_t day[2];
	int code = -1;

	if (!day_parse(from, &day[0]) || !day_parse(until, &day[1])) {
		err_set(err, ERR_USAGE, "not a date like 2026-01-15: %s",
		    quoted(day_parse(from, &day[0]) ? until : from));
		return -1;
	}
	if (day[1] < day[0])
		return err_set(err, ERR_USAGE, "ends before it begins");
	day_add(&first, day[0] * MS_DAY, zone_utc());
	day_add(&last, day[1] * MS_DAY, zone_utc());
	if (by_name(st, t, str_of(email), &name, err) == 0 &&
	    store_run(st, away ? &sql_absence_write : &sql_absence_remove,
		BINDS(BIND_INT(t->id), BIND_TEXT(buf_str(&name)),
		    BIND_TEXT(buf_str(&first)), BIND_TEXT(buf_str(&last))),
		NULL, err) == 0)
		code = audit_add(st, t->id, now, who,
		    away ? "task away" : "task back", buf_str(&name),
		    (struct str){0}, err);
	buf_release(&name);
	buf_release(&first);
	buf_release(&last);
	return code;
}

int
task_absence_lines(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	return store_lines(st, &sql_absence_all, BINDS(BIND_INT(t->id)),
	    ROW_FIELDS(
		{"user", ROW_TEXT}, {"from", ROW_TEXT}, {"until", ROW_TEXT}),
	    each, context, err);
}
