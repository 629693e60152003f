/* SPDX-License-Identifier: ISC */
/* What happens to tasks: each change is a note, and a line of JSON. */
#include <stdlib.h>

#include "task/task.sql.h"
#include "task/task_priv.h"

#define TITLE_MAX 500

const char *const task_statuses[] = {
    "open", "started", "done", "cancelled", NULL};
const char *const task_priorities[] = {
    "low", "medium", "high", "critical", NULL};

int
task_note_write(struct store *st, const struct tenant *t, int64_t task,
    const char *action, struct str note, const char *who, int64_t now,
    struct err *err)
{
	return store_run(st, &sql_task_note_add,
	    BINDS(BIND_INT(t->id), BIND_INT(task), BIND_INT(now),
		BIND_TEXT(str_of(who)), BIND_TEXT(str_of(action)),
		BIND_TEXT(note)),
	    NULL, err);
}

/* {"task":…,"change":ACTION} and, when there is a name, {NAME: text}. */
static void
tell(struct buf *lines, int64_t task, const char *action, const char *name,
    struct str text)
{
	struct json_writer w = {.out = lines};

	json_put_object(&w);
	json_add_int(&w, "task", task);
	json_add_text(&w, "change", str_of(action));
	if (text.p)
		json_add_text(&w, name, text);
	json_put_end(&w);
	buf_addc(lines, '\n');
}

/* ---- one that is there ----------------------------------------------------
 */

/* What a change must know of a task. */
struct present {
	enum task_status status;
	struct buf assignee;
	int64_t due_at, touched_at, started_at, lead;
};

static int64_t
moment_of(const struct rows *rows, unsigned column)
{
	return rows_null(rows, column) ? LEAD_MISSING : rows_int(rows, column);
}

static int
read_present(struct store *st, const struct tenant *t, int64_t task,
    struct present *ret, struct err *err)
{
	struct rows *rows;
	int got;

	*ret = (struct present){0};
	if (store_query(st, &sql_task_one,
		BINDS(BIND_INT(t->id), BIND_INT(task)), &rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		ret->status = (enum task_status)rows_int(rows, TASK_STATUS);
		if (!rows_null(rows, TASK_ASSIGNEE))
			buf_adds(
			    &ret->assignee, rows_text(rows, TASK_ASSIGNEE));
		ret->due_at = moment_of(rows, TASK_DUE_AT);
		ret->touched_at = moment_of(rows, TASK_TOUCHED_AT);
		ret->started_at = moment_of(rows, TASK_STARTED_AT);
		if (!rows_null(rows, TASK_LEAD_NUMBER))
			ret->lead = rows_int(rows, TASK_LEAD_NUMBER);
	}
	rows_close(rows);
	if (got == 0)
		return err_set(
		    err, ERR_USAGE, "no such task: %lld", (long long)task);
	return got < 0 ? -1 : 0;
}

int
task_need(struct store *st, const struct tenant *t, struct str number,
    int64_t *ret, struct err *err)
{
	struct present present;

	if (!number_int(number, ret) || *ret < 1)
		return err_set(err, ERR_USAGE, "not the number of a task: %s",
		    quoted(number));
	if (read_present(st, t, *ret, &present, err) < 0)
		return -1;
	buf_release(&present.assignee);
	return 0;
}

/* ---- new ones -------------------------------------------------------------
 */

static int
insert(struct store *st, const struct tenant *t, const struct task_new *task,
    int64_t number, struct str assignee, const char *who, int64_t now,
    struct err *err)
{
	return store_run(st, &sql_task_insert,
	    BINDS(BIND_INT(t->id), BIND_INT(number),
		task->lead ? BIND_INT(task->lead) : BIND_NULL('i'),
		BIND_TEXT(task->title), BIND_TEXT(task->body),
		BIND_TEXT(task->kind.p ? task->kind : STR("task")),
		BIND_INT(task->priority), BIND_TEXT(assignee),
		task->due_at == LEAD_MISSING ? BIND_NULL('i')
					     : BIND_INT(task->due_at),
		BIND_INT(now), BIND_TEXT(str_of(who)),
		task->parent ? BIND_INT(task->parent) : BIND_NULL('i'),
		BIND_TEXT(task->cause)),
	    NULL, err);
}

static int
tell_task(struct store *st, const struct tenant *t, int64_t number, int64_t now,
    struct buf *lines, struct err *err)
{
	struct json_writer w = {.out = lines};
	struct rows *rows;
	int got;

	if (store_query(st, &sql_task_one,
		BINDS(BIND_INT(t->id), BIND_INT(number)), &rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		json_put_object(&w);
		task_put(&w, rows, now);
		json_put_end(&w);
		buf_addc(lines, '\n');
	}
	rows_close(rows);
	return got < 0 ? -1 : 0;
}

int
task_add(struct store *st, const struct tenant *t, const struct task_new *task,
    const char *who, int64_t now, int64_t *ret, struct buf *lines,
    struct err *err)
{
	struct buf person = {0};
	struct str assignee = {0};
	int got = 0, code = -1;

	if (task->title.n == 0 || task->title.n > TITLE_MAX)
		return err_set(err, ERR_USAGE, "title: not 1 to %d bytes: %s",
		    TITLE_MAX, quoted(task->title));
	if (task->cause.p)
		got = store_int(st, &sql_task_of_cause,
		    BINDS(BIND_INT(t->id), BIND_TEXT(task->cause)), ret, err);
	if (got != 0)
		return got < 0 ? -1 : 0;
	if (task_choose(st, t, task->assign, task->lead, now, &person, err) < 0)
		goto out;
	if (person.len)
		assignee = buf_str(&person);
	if (store_numbers(st, t->id, "task", 1, ret, err) == 0 &&
	    insert(st, t, task, *ret, assignee, who, now, err) == 0 &&
	    task_note_write(
		st, t, *ret, "added", (struct str){0}, who, now, err) == 0 &&
	    (!assignee.p || task_note_write(st, t, *ret, "assigned", assignee,
				who, now, err) == 0) &&
	    tell_task(st, t, *ret, now, lines, err) == 0)
		code = 1;
out:
	buf_release(&person);
	return code;
}

int
task_follow(struct store *st, const struct tenant *t, int64_t parent,
    const struct task_new *task, bool anew, const char *who, int64_t now,
    int64_t *ret, struct buf *lines, struct err *err)
{
	struct task_new next = *task;
	struct present present;
	int code;

	if (read_present(st, t, parent, &present, err) < 0)
		return -1;
	next.parent = parent;
	next.lead = present.lead;
	if (!anew && present.assignee.len)
		next.assign = buf_str(&present.assignee);
	code = task_add(st, t, &next, who, now, ret, lines, err);
	buf_release(&present.assignee);
	return code;
}

/* ---- changes --------------------------------------------------------------
 */

int
task_assign(struct store *st, const struct tenant *t, int64_t task,
    struct str how, const char *who, int64_t now, struct buf *lines,
    struct err *err)
{
	struct present present;
	struct buf person = {0};
	struct str assignee = {0};
	int code;

	if (read_present(st, t, task, &present, err) < 0)
		return -1;
	code = task_choose(st, t, how, present.lead, now, &person, err);
	if (code == 0 && person.len)
		assignee = buf_str(&person);
	if (code == 0 &&
	    !str_eq(buf_str(&present.assignee), buf_str(&person))) {
		code = store_run(st, &sql_task_set_assignee,
		    BINDS(BIND_INT(t->id), BIND_INT(task), BIND_TEXT(assignee)),
		    NULL, err);
		if (code == 0)
			code = task_note_write(st, t, task, "assigned",
			    assignee.p ? assignee : STR("nobody"), who, now,
			    err);
		if (code == 0)
			tell(lines, task, "assigned", "assignee",
			    assignee.p ? assignee : STR(""));
	}
	buf_release(&present.assignee);
	buf_release(&person);
	return code;
}

static struct bind
moment_bind(int64_t at)
{
	return at == LEAD_MISSING ? BIND_NULL('i') : BIND_INT(at);
}

int
task_turn(struct store *st, const struct tenant *t, int64_t task,
    enum task_status to, struct str text, const char *who, int64_t now,
    struct buf *lines, struct err *err)
{
	const char *action = to == TASK_OPEN ? "reopened" : task_statuses[to];
	int64_t started, touched, closed = LEAD_MISSING;
	struct present p;

	if (read_present(st, t, task, &p, err) < 0)
		return -1;
	buf_release(&p.assignee);
	if (p.status == to)
		return 0;
	if (p.status >= TASK_DONE && to != TASK_OPEN)
		return err_set(err, ERR_USAGE, "task %lld is %s already",
		    (long long)task, task_statuses[p.status]);
	started = p.started_at;
	touched = p.touched_at;
	if (to == TASK_STARTED && started == LEAD_MISSING)
		started = now;
	if (to != TASK_OPEN && touched == LEAD_MISSING)
		touched = now;
	if (to >= TASK_DONE)
		closed = now;
	if (store_run(st, &sql_task_set_status,
		BINDS(BIND_INT(t->id), BIND_INT(task), BIND_INT(to),
		    moment_bind(touched), moment_bind(started),
		    moment_bind(closed)),
		NULL, err) < 0 ||
	    task_note_write(st, t, task, action, text, who, now, err) < 0)
		return -1;
	tell(lines, task, action, "note", text);
	return 0;
}

int
task_note(struct store *st, const struct tenant *t, int64_t task,
    struct str text, const char *who, int64_t now, struct buf *lines,
    struct err *err)
{
	if (task_note_write(st, t, task, "note", text, who, now, err) < 0 ||
	    store_run(st, &sql_task_touch,
		BINDS(BIND_INT(t->id), BIND_INT(task), BIND_INT(now)), NULL,
		err) < 0)
		return -1;
	tell(lines, task, "note", "note", text);
	return 0;
}

int
task_put_off(struct store *st, const struct tenant *t, int64_t task,
    int64_t due_at, const char *who, int64_t now, struct buf *lines,
    struct err *err)
{
	struct present p;
	struct buf text = {0};
	int code;

	if (read_present(st, t, task, &p, err) < 0)
		return -1;
	buf_release(&p.assignee);
	if (p.due_at == due_at)
		return 0;
	time_add(&text, due_at);
	code = store_run(st, &sql_task_set_due,
	    BINDS(BIND_INT(t->id), BIND_INT(task), BIND_INT(due_at)), NULL,
	    err);
	if (code == 0)
		code = task_note_write(
		    st, t, task, "due", buf_str(&text), who, now, err);
	if (code == 0)
		tell(lines, task, "due", "due_at", buf_str(&text));
	buf_release(&text);
	return code;
}

int
task_close_lead(struct store *st, const struct tenant *t, int64_t lead,
    struct str why, const char *who, int64_t now, struct buf *lines,
    struct err *err)
{
	int64_t *task = NULL;
	size_t count = 0, cap = 0;
	struct rows *rows;
	int got;

	if (store_query(st, &sql_task_of_lead,
		BINDS(BIND_INT(t->id), BIND_INT(lead)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		GROW(task, cap, count + 1);
		task[count++] = rows_int(rows, 0);
	}
	rows_close(rows);
	for (size_t i = 0; got == 0 && i < count; i++)
		got = task_turn(
		    st, t, task[i], TASK_CANCELLED, why, who, now, lines, err);
	free(task);
	return got;
}
