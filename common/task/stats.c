/* SPDX-License-Identifier: ISC */
/* How well tasks are done, by person. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/stats.h"
#include "task/task.sql.h"
#include "task/task_priv.h"

struct figures {
	struct buf assignee;
	int64_t tasks, open, overdue, done, cancelled;
	int64_t with_due, on_time;
	struct stats_stay *touch, *close;
	size_t touches, touch_cap, closes, close_cap;
};

static void
clear(struct figures *f)
{
	buf_release(&f->assignee);
	free(f->touch);
	free(f->close);
	memset(f, 0, sizeof(*f));
}

static double
hours(int64_t from, int64_t to)
{
	return (double)(to - from) / (double)MS_HOUR;
}

/* Columns of task_figures. */
enum { ASSIGNEE, STATUS, CREATED, TOUCHED, CLOSED, DUE };

static void
count(struct figures *f, const struct rows *rows, int64_t now)
{
	enum task_status status = (enum task_status)rows_int(rows, STATUS);
	int64_t created = rows_int(rows, CREATED);
	bool touched = !rows_null(rows, TOUCHED), due = !rows_null(rows, DUE);
	bool over = status >= TASK_DONE;
	int64_t end = over ? rows_int(rows, CLOSED) : now;

	f->tasks++;
	f->open += !over;
	f->done += status == TASK_DONE;
	f->cancelled += status == TASK_CANCELLED;
	f->overdue += !over && due && rows_int(rows, DUE) <= now;
	if (due &&
	    (status == TASK_DONE || (!over && rows_int(rows, DUE) <= now))) {
		f->with_due++;
		f->on_time += status == TASK_DONE && end <= rows_int(rows, DUE);
	}
	GROW(f->touch, f->touch_cap, f->touches + 1);
	f->touch[f->touches++] = (struct stats_stay){
	    hours(created, touched ? rows_int(rows, TOUCHED) : end), touched};
	GROW(f->close, f->close_cap, f->closes + 1);
	f->close[f->closes++] =
	    (struct stats_stay){hours(created, end), status == TASK_DONE};
}

static double
share(int64_t part, int64_t whole)
{
	return whole ? (double)part / (double)whole : NAN;
}

static int
tell(struct figures *f, struct str name,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	struct buf line = {0};
	struct json_writer w = {.out = &line};
	int code;

	stats_stays_sort(f->touch, f->touches);
	stats_stays_sort(f->close, f->closes);
	json_put_object(&w);
	json_add_text(&w, "assignee", name);
	json_add_int(&w, "tasks", f->tasks);
	json_add_int(&w, "open", f->open);
	json_add_int(&w, "overdue", f->overdue);
	json_add_int(&w, "done", f->done);
	json_add_int(&w, "cancelled", f->cancelled);
	json_add_rounded(
	    &w, "completion", share(f->done, f->tasks - f->cancelled), 1e4);
	json_add_rounded(&w, "on_time", share(f->on_time, f->with_due), 1e4);
	json_add_rounded(&w, "touch_hours",
	    stats_stays_quantile(f->touch, f->touches, 0.5), 10);
	json_add_rounded(&w, "done_hours",
	    stats_stays_quantile(f->close, f->closes, 0.5), 10);
	json_put_end(&w);
	code = each(context, buf_str(&line), err);
	buf_release(&line);
	return code;
}

static struct str
person_of(const struct rows *rows)
{
	return rows_null(rows, ASSIGNEE) ? STR("(nobody)")
					 : rows_text(rows, ASSIGNEE);
}

int
task_stats(struct store *st, const struct tenant *t, int64_t since,
    int64_t until, int64_t now,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	struct figures one = {0}, all = {0};
	struct rows *rows;
	int got;

	if (store_query(st, &sql_task_figures,
		BINDS(BIND_INT(t->id), BIND_INT(since), BIND_INT(until)), &rows,
		err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		if (one.tasks &&
		    !str_eq(buf_str(&one.assignee), person_of(rows))) {
			if (tell(&one, buf_str(&one.assignee), each, context,
				err) < 0) {
				got = -1;
				break;
			}
			clear(&one);
		}
		if (!one.tasks)
			buf_adds(&one.assignee, person_of(rows));
		count(&one, rows, now);
		count(&all, rows, now);
	}
	rows_close(rows);
	if (got == 0 && one.tasks)
		got = tell(&one, buf_str(&one.assignee), each, context, err);
	if (got == 0 && all.tasks)
		got = tell(&all, STR("(all)"), each, context, err);
	clear(&one);
	clear(&all);
	return got;
}
