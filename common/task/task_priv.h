/* SPDX-License-Identifier: ISC */
/* What the files of this room share among themselves. */
#ifndef DL_TASK_PRIV_H
#define DL_TASK_PRIV_H

#include "task/task.h"

/* The columns of task_one and task_all. */
enum task_column {
	TASK_NUMBER,
	TASK_TITLE,
	TASK_KIND,
	TASK_PRIORITY,
	TASK_STATUS,
	TASK_ASSIGNEE,
	TASK_LEAD, /* what users call it */
	TASK_NAME,
	TASK_COMPANY,
	TASK_REGION,
	TASK_STAGE,
	TASK_DUE_AT,
	TASK_CREATED_AT,
	TASK_CREATED_BY,
	TASK_STARTED_AT,
	TASK_CLOSED_AT,
	TASK_PARENT,
	TASK_BODY,
	TASK_TOUCHED_AT,
	TASK_LEAD_NUMBER, /* internal */
	TASK_EMAIL,       /* of the lead */
	TASK_PHONE,
	TASK__COLUMNS
};

/* list.c: its members in an object that is open. */
void task_put(struct json_writer *w, const struct rows *rows, int64_t now);
bool task_overdue(const struct rows *rows, int64_t now);

/* change.c */
int task_note_write(struct store *st, const struct tenant *t, int64_t task,
    const char *action, struct str note, const char *who, int64_t now,
    struct err *err);

/* calendar.c: 2026-01-15 of a moment in the tenant's zone; a day as days since
 * 1970-01-01, false when it is none. */
void day_add(struct buf *out, int64_t at, const struct zone *zone);
bool day_parse(struct str text, int64_t *ret);

#endif
