/* SPDX-License-Identifier: ISC */
/* Tasks for the eye and for pipes: chosen by conditions, in order. */
#include <stdlib.h>
#include <string.h>

#include "task/task.sql.h"
#include "task/task_priv.h"

/* ---- what conditions can ask ----------------------------------------------
 */

enum task_field {
	F_TASK,
	F_TITLE,
	F_KIND,
	F_PRIORITY,
	F_STATUS,
	F_ASSIGNEE,
	F_LEAD,
	F_NAME,
	F_COMPANY,
	F_REGION,
	F_STAGE,
	F_DUE_AT,
	F_CREATED_AT,
	F_CREATED_BY,
	F_STARTED_AT,
	F_CLOSED_AT,
	F_FOLLOWS,
	F_OVERDUE,
	F__MAX
};

/* The first ones are columns of the same number. */
static const struct cond_field fields[F__MAX] = {
    [F_TASK] = {"task", COND_NUMBER, NULL, "its number"},
    [F_TITLE] = {"title", COND_TEXT, NULL, "what is to be done"},
    [F_KIND] = {"kind", COND_TEXT, NULL, "call, mail, task ..."},
    [F_PRIORITY] = {"priority", COND_TEXT, NULL, "low, medium, high, critical"},
    [F_STATUS] = {"status", COND_TEXT, NULL, "open, started, done, cancelled"},
    [F_ASSIGNEE] = {"assignee", COND_TEXT, NULL, "e-mail of whose it is"},
    [F_LEAD] = {"lead", COND_TEXT, NULL, "id of the lead"},
    [F_NAME] = {"name", COND_TEXT, NULL, "the lead's name"},
    [F_COMPANY] = {"company", COND_TEXT, NULL, "the lead's company"},
    [F_REGION] = {"region", COND_TEXT, NULL, "the lead's region"},
    [F_STAGE] = {"stage", COND_TEXT, NULL, "the lead's stage"},
    [F_DUE_AT] = {"due_at", COND_TIME, NULL, "by when"},
    [F_CREATED_AT] = {"created_at", COND_TIME, NULL, "when it was added"},
    [F_CREATED_BY] = {"created_by", COND_TEXT, NULL, "who added it"},
    [F_STARTED_AT] = {"started_at", COND_TIME, NULL, "when it was begun"},
    [F_CLOSED_AT] = {"closed_at", COND_TIME, NULL, "done or cancelled"},
    [F_FOLLOWS] = {"follows", COND_NUMBER, NULL, "the task it follows up"},
    [F_OVERDUE] = {"overdue", COND_BOOL, NULL, "not over, and too late"},
};

const struct cond_catalogue task_catalogue = {
    .fields = fields, .count = F__MAX};

bool
task_overdue(const struct rows *rows, int64_t now)
{
	return rows_null(rows, TASK_CLOSED_AT) &&
	       !rows_null(rows, TASK_DUE_AT) &&
	       rows_int(rows, TASK_DUE_AT) <= now;
}

static struct str
column_text(const struct rows *rows, unsigned column)
{
	if (column == TASK_PRIORITY)
		return str_of(task_priorities[rows_int(rows, column)]);
	if (column == TASK_STATUS)
		return str_of(task_statuses[rows_int(rows, column)]);
	return rows_text(rows, column);
}

static void
make_values(const struct rows *rows, int64_t now, struct cond_value *value)
{
	memset(value, 0, F__MAX * sizeof(*value));
	for (unsigned i = 0; i < F_OVERDUE; i++) {
		if (rows_null(rows, i))
			continue;
		switch (fields[i].type) {
		case COND_NUMBER:
			value[i].kind = COND_IS_NUMBER;
			value[i].number = (double)rows_int(rows, i);
			break;
		case COND_TIME:
			value[i].kind = COND_IS_TIME;
			value[i].time = rows_int(rows, i);
			break;
		default:
			value[i].kind = COND_IS_TEXT;
			value[i].text = column_text(rows, i);
		}
	}
	value[F_OVERDUE].kind = COND_IS_BOOL;
	value[F_OVERDUE].number = task_overdue(rows, now);
}

/* ---- as JSON --------------------------------------------------------------
 */

void
task_put(struct json_writer *w, const struct rows *rows, int64_t now)
{
	for (unsigned i = 0; i < F_OVERDUE; i++) {
		if (rows_null(rows, i))
			continue;
		switch (fields[i].type) {
		case COND_NUMBER:
			json_add_int(w, fields[i].name, rows_int(rows, i));
			break;
		case COND_TIME:
			json_add_time(w, fields[i].name, rows_int(rows, i));
			break;
		default:
			json_add_text(w, fields[i].name, column_text(rows, i));
		}
	}
	if (task_overdue(rows, now))
		json_add_bool(w, "overdue", true);
}

/* ---- many -----------------------------------------------------------------
 */

struct found {
	int64_t task, due, priority;
	struct str line; /* in the arena */
};
struct finding {
	struct found *found;
	size_t count, cap;
	struct arena arena;
};

static bool
wanted(const struct task_filter *f, const struct rows *rows,
    const struct cond_moment *moment)
{
	struct cond_value values[F__MAX];
	struct cond_subject subject = {.values = values};

	if (!rows_null(rows, TASK_CLOSED_AT) &&
	    rows_int(rows, TASK_CLOSED_AT) < f->closed_since)
		return false;
	if (f->lead && (rows_null(rows, TASK_LEAD_NUMBER) ||
			   rows_int(rows, TASK_LEAD_NUMBER) != f->lead))
		return false;
	if (f->assignee.p &&
	    (rows_null(rows, TASK_ASSIGNEE) ||
		!str_eq(rows_text(rows, TASK_ASSIGNEE), f->assignee)))
		return false;
	if (!f->where)
		return true;
	make_values(rows, moment->now, values);
	return cond_eval(f->where, &subject, moment, NULL);
}

static void
keep(struct finding *find, const struct rows *rows, int64_t now)
{
	struct buf line = {0};
	struct json_writer w = {.out = &line};
	struct found *f;

	json_put_object(&w);
	task_put(&w, rows, now);
	json_put_end(&w);
	GROW(find->found, find->cap, find->count + 1);
	f = &find->found[find->count++];
	f->task = rows_int(rows, TASK_NUMBER);
	f->due = rows_null(rows, TASK_DUE_AT) ? INT64_MAX
					      : rows_int(rows, TASK_DUE_AT);
	f->priority = rows_int(rows, TASK_PRIORITY);
	f->line = arena_str(&find->arena, buf_str(&line));
	buf_release(&line);
}

static int
by_number(const struct found *a, const struct found *b)
{
	return (a->task > b->task) - (a->task < b->task);
}

static int
compare_due(const void *x, const void *y)
{
	const struct found *a = x, *b = y;

	if (a->due != b->due)
		return a->due < b->due ? -1 : 1;
	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	return by_number(a, b);
}

static int
compare_priority(const void *x, const void *y)
{
	const struct found *a = x, *b = y;

	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	return compare_due(x, y);
}

static int
find_all(struct store *st, const struct tenant *t,
    const struct task_filter *filter, const struct cond_moment *moment,
    struct finding *find, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_task_all,
		BINDS(BIND_INT(t->id), BIND_INT(filter->closed)), &rows,
		err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		if (wanted(filter, rows, moment))
			keep(find, rows, moment->now);
	rows_close(rows);
	if (find->count && filter->order != TASK_BY_CREATION)
		qsort(find->found, find->count, sizeof(*find->found),
		    filter->order == TASK_BY_DUE ? compare_due
						 : compare_priority);
	return got;
}

int
task_lines(struct store *st, const struct tenant *t,
    const struct task_filter *filter, const struct cond_moment *moment,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    uint64_t *ret_count, struct err *err)
{
	struct finding find = {0};
	int code = find_all(st, t, filter, moment, &find, err);

	*ret_count = 0;
	for (size_t i = 0; code == 0 && i < find.count; i++) {
		if (filter->limit && i == (size_t)filter->limit)
			break;
		code = each(context, find.found[i].line, err);
		(*ret_count)++;
	}
	free(find.found);
	arena_release(&find.arena);
	return code;
}

/* ---- one ------------------------------------------------------------------
 */

static int
put_notes(struct store *st, const struct tenant *t, int64_t task,
    struct json_writer *w, struct err *err)
{
	json_put_name(w, "notes");
	return store_put_array(st, &sql_task_notes,
	    BINDS(BIND_INT(t->id), BIND_INT(task)),
	    ROW_FIELDS({"time", ROW_TIME}, {"user", ROW_TEXT},
		{"action", ROW_TEXT}, {"note", ROW_TEXT}),
	    w, err);
}

int
task_show(struct store *st, const struct tenant *t, int64_t task,
    const struct cond_moment *moment, struct buf *out, struct err *err)
{
	static const struct {
		const char *name;
		enum task_column column;
	} more[] = {
	    {"email", TASK_EMAIL}, {"phone", TASK_PHONE}, {"body", TASK_BODY}};
	struct json_writer w = {.out = out};
	struct rows *rows;
	int got;

	if (store_query(st, &sql_task_one,
		BINDS(BIND_INT(t->id), BIND_INT(task)), &rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		json_put_object(&w);
		task_put(&w, rows, moment->now);
		for (size_t i = 0; i < COUNT_OF(more); i++)
			if (!rows_null(rows, more[i].column))
				json_add_text(&w, more[i].name,
				    rows_text(rows, more[i].column));
	}
	rows_close(rows);
	if (got <= 0)
		return got;
	if (put_notes(st, t, task, &w, err) < 0)
		return -1;
	json_put_end(&w);
	return 0;
}
