/* SPDX-License-Identifier: ISC */
/*
 * task: what somebody is to do about a lead, by when. Tasks are given to the
 * tenant's sales people in turn, by region, to the lead's owner or to whom
 * has least to do; people who are away are passed over.
 *
 * Everything that happens to a task is a note of it, with who and when. A
 * reminder and an overdue task are signals (task.due, task.overdue), each left
 * once, for automations to act on.
 *
 * Ownership: texts given are only read; what a call hands out is borrowed
 * until it returns.
 */
#ifndef DL_TASK_H
#define DL_TASK_H

#include "base/base.h"
#include "chart/chart.h"
#include "cond/cond.h"
#include "json/json.h"
#include "lead/lead.h"
#include "store/store.h"
#include "tenant/tenant.h"

enum task_status { TASK_OPEN, TASK_STARTED, TASK_DONE, TASK_CANCELLED };
enum task_priority { TASK_LOW, TASK_MEDIUM, TASK_HIGH, TASK_CRITICAL };
extern const char *const task_statuses[];   /* "open" ...; NULL-ended */
extern const char *const task_priorities[]; /* "low" ...; NULL-ended */

/* ---- calendar.c: when people work -----------------------------------------
 */

/* Working hours and days of the tenant's settings, and its holidays. */
struct task_calendar {
	const struct zone *zone;
	int64_t opens, closes; /* ms of the day */
	unsigned days;         /* bit 1 Monday .. bit 7 Sunday; 0: always */
	int64_t *holiday;      /* days since 1970-01-01, ascending */
	size_t holidays;
};
int task_calendar_read(struct store *st, const struct tenant *t,
    struct task_calendar *ret, struct err *err);
void task_calendar_release(struct task_calendar *c);
/*
 * The moment a span after another, in working time where the tenant has
 * due_clock=working: whole days are working days at the same time of day, the
 * rest is working hours; a beginning outside of them is moved to the next
 * opening. By the clock it is a sum.
 */
int64_t task_due(const struct tenant *t, const struct task_calendar *c,
    int64_t from, int64_t span);
/* Holidays from a CSV with a date and a name in its first two columns, whatever
 * they are called, as the Japanese government publishes it; those there are
 * already get the new name. In a change transaction. */
int task_holidays_import(struct store *st, const struct tenant *t,
    const char *path, const char *encoding, const char *who, int64_t now,
    struct remarks *remarks, int64_t *ret_new, int64_t *ret_rejected,
    struct err *err);
/* {"day","name"} of each. */
int task_holiday_lines(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);

/* ---- assign.c: whose it is ------------------------------------------------
 */

/*
 * How a task finds its person among the active members with the role sales who
 * are not away today: "round-robin" the next one in turn; "region" in turn
 * among those of the lead's region (else in turn among all); "owner" the
 * lead's owner (else in turn); "lead" the same, but for who has an open task
 * of the lead before turns; "least-busy" who has the fewest open tasks;
 * "none"; or somebody's e-mail. *ret is empty when there is nobody. In a change
 * transaction: turns are remembered.
 */
int task_choose(struct store *st, const struct tenant *t, struct str how,
    int64_t lead, int64_t now, struct buf *ret, struct err *err);
/* Somebody is away from one day to another (both included, yyyy-mm-dd), or not
 * any more. In a change transaction, audited. */
int task_absence_set(struct store *st, const struct tenant *t,
    const char *email, struct str from, struct str until, bool away,
    const char *who, int64_t now, struct err *err);
/* {"user","from","until"} of each. */
int task_absence_lines(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);

/* ---- change.c: what happens to tasks --------------------------------------
 */

struct task_new {
	int64_t lead;     /* 0: of none */
	struct str title; /* 1..500 bytes */
	struct str body;  /* missing: none */
	struct str kind;  /* "call", "mail" ...; missing: "task" */
	enum task_priority priority;
	int64_t due_at;    /* LEAD_MISSING: none */
	struct str assign; /* as task_choose takes it */
	int64_t parent;    /* it follows up this one; 0: none */
	struct str cause;  /* no two tasks of a tenant have the same; missing */
};
/* All in a change transaction; each appends a line of JSON that says what
 * changed. 1 added, 0 there is one of that cause already. */
int task_add(struct store *st, const struct tenant *t,
    const struct task_new *task, const char *who, int64_t now, int64_t *ret,
    struct buf *lines, struct err *err);
/* One that follows up another one, about the same lead, and with whose that
 * was unless it is to be assigned anew. */
int task_follow(struct store *st, const struct tenant *t, int64_t parent,
    const struct task_new *task, bool anew, const char *who, int64_t now,
    int64_t *ret, struct buf *lines, struct err *err);
/* Gives it to somebody, as task_choose. */
int task_assign(struct store *st, const struct tenant *t, int64_t task,
    struct str how, const char *who, int64_t now, struct buf *lines,
    struct err *err);
/* Begins, ends or reopens it (text: why, or missing). What is so already is
 * nothing; what is over is only reopened. */
int task_turn(struct store *st, const struct tenant *t, int64_t task,
    enum task_status to, struct str text, const char *who, int64_t now,
    struct buf *lines, struct err *err);
int task_note(struct store *st, const struct tenant *t, int64_t task,
    struct str text, const char *who, int64_t now, struct buf *lines,
    struct err *err);
int task_put_off(struct store *st, const struct tenant *t, int64_t task,
    int64_t due_at, const char *who, int64_t now, struct buf *lines,
    struct err *err);
/* Ends all tasks of a lead that are not over. */
int task_close_lead(struct store *st, const struct tenant *t, int64_t lead,
    struct str why, const char *who, int64_t now, struct buf *lines,
    struct err *err);
/* A number as people type it; a task that is not there is an ERR_USAGE. */
int task_need(struct store *st, const struct tenant *t, struct str number,
    int64_t *ret, struct err *err);

/* ---- list.c: looking at them ----------------------------------------------
 */

/* The fields a condition on tasks can ask: task, title, kind, priority,
 * status, assignee, lead, name, company, region, stage, due_at, created_at,
 * created_by, started_at, closed_at, overdue, follows. */
extern const struct cond_catalogue task_catalogue;

enum task_order { TASK_BY_DUE, TASK_BY_PRIORITY, TASK_BY_CREATION };
struct task_filter {
	bool closed;              /* those that are over too ... */
	int64_t closed_since;     /* ... unless they ended before this */
	int64_t lead;             /* 0: of any */
	struct str assignee;      /* missing: anybody's */
	const struct cond *where; /* over task_catalogue; NULL */
	enum task_order order;
	int64_t limit; /* 0: none */
};
/* A line of JSON for each. */
int task_lines(struct store *st, const struct tenant *t,
    const struct task_filter *filter, const struct cond_moment *moment,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    uint64_t *ret_count, struct err *err);
/* One task with its notes and its lead, as JSON. */
int task_show(struct store *st, const struct tenant *t, int64_t task,
    const struct cond_moment *moment, struct buf *out, struct err *err);
/* Columns of a terminal: open, started, and done within `days`. */
int task_board(struct store *st, const struct tenant *t,
    const struct task_filter *filter, int64_t days,
    const struct cond_moment *moment, struct chart_style style, struct buf *out,
    uint64_t *ret_count, struct err *err);

/* ---- stats.c ---------------------------------------------------------------
 */

/*
 * By person, and all together, of tasks made in [since, until): {"assignee",
 * "tasks","open","overdue","done","cancelled","completion","on_time",
 * "touch_hours","done_hours"}. completion is done / (all but cancelled);
 * on_time the share of those with a due moment that were done by it; hours are
 * medians until the first start, note or end, and until done, in which tasks
 * that go on count as longer (Kaplan-Meier).
 */
int task_stats(struct store *st, const struct tenant *t, int64_t since,
    int64_t until, int64_t now,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);

/* ---- remind.c --------------------------------------------------------------
 */

/*
 * Signals for tasks that are not over: task.due 24 hours before the due
 * moment, unless the task was given less than 48 hours; task.overdue when it
 * has passed. Each once for a due moment. Appends a line for each. In a change
 * transaction; *ret_next (INT64_MAX: none) is when there will be more.
 */
int task_remind(struct store *st, const struct tenant *t, int64_t now,
    struct buf *lines, int64_t *ret_next, struct err *err);

#endif
