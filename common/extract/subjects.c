/* SPDX-License-Identifier: ISC */
/* What can be asked for, and which room tells it. */
#include "extract/extract_priv.h"
#include "outbox/outbox.h"
#include "segment/segment.h"
#include "stage/stage.h"
#include "task/task.h"

#define COLUMN(word, kind)                              \
	{                                               \
		{word, sizeof(word) - 1}, EXPORT_##kind \
	}

static const struct export_column segment_columns[] = {COLUMN("name", TEXT),
    COLUMN("kind", TEXT), COLUMN("enabled", BOOL), COLUMN("members", NUMBER),
    COLUMN("where", TEXT), COLUMN("description", TEXT),
    COLUMN("updated_at", TIME), COLUMN("filled_at", TIME),
    COLUMN("problem", TEXT)};

static const struct export_column stage_columns[] = {COLUMN("stage", TEXT),
    COLUMN("pipeline", BOOL), COLUMN("leads", NUMBER),
    COLUMN("stalled", NUMBER), COLUMN("stalled_after", TEXT)};

static const struct export_column task_columns[] = {COLUMN("task", NUMBER),
    COLUMN("title", TEXT), COLUMN("kind", TEXT), COLUMN("priority", TEXT),
    COLUMN("status", TEXT), COLUMN("assignee", TEXT), COLUMN("lead", TEXT),
    COLUMN("name", TEXT), COLUMN("company", TEXT), COLUMN("region", TEXT),
    COLUMN("stage", TEXT), COLUMN("due_at", TIME), COLUMN("overdue", BOOL),
    COLUMN("created_at", TIME), COLUMN("created_by", TEXT),
    COLUMN("started_at", TIME), COLUMN("closed_at", TIME)};

static const struct export_column message_columns[] = {COLUMN("id", TEXT),
    COLUMN("state", TEXT), COLUMN("channel", TEXT), COLUMN("recipient", TEXT),
    COLUMN("kind", TEXT), COLUMN("cause", TEXT), COLUMN("lead", TEXT),
    COLUMN("template", TEXT), COLUMN("critical", BOOL), COLUMN("due_at", TIME),
    COLUMN("next_at", TIME), COLUMN("attempts", NUMBER),
    COLUMN("tries", NUMBER), COLUMN("changed_at", TIME), COLUMN("code", NUMBER),
    COLUMN("answer", TEXT)};

static int
tell_segments(struct extract *x, struct err *err)
{
	return segment_lines(x->c->st, x->c->tenant, export_lines, x->e, err);
}

static int
tell_stages(struct extract *x, struct err *err)
{
	const struct extract_call *c = x->c;
	struct stages *m;
	int rc = stages_open(c->st, c->tenant, &m, err);

	if (rc < 0)
		return -1;
	rc = stage_list(c->st, c->tenant, m, c->now, export_lines, x->e, err);
	stages_free(m);
	return rc;
}

static int
tell_tasks(struct extract *x, struct err *err)
{
	struct task_filter filter = {
	    .closed = true, .closed_since = INT64_MIN, .where = x->where};
	uint64_t count;

	return task_lines(x->c->st, x->c->tenant, &filter, &x->moment,
	    export_lines, x->e, &count, err);
}

static int
tell_messages(struct extract *x, struct err *err)
{
	static const struct outbox_filter all = {
	    .since = INT64_MIN, .limit = INT64_MAX};

	return outbox_list(
	    x->c->st, x->c->tenant, &all, export_lines, x->e, err);
}

#define TOLD(word)                                                   \
	.column = word##_columns, .count = COUNT_OF(word##_columns), \
	.tell = tell_##word##s

static const struct subject subjects[] = {
    {.name = "leads", .leads = true},
    {.name = "scores",
	.leads = true,
	.scored = true,
	.columns =
	    "id,email,name,company,score,fit,engagement,band,priority,is_hot,"
	    "became_hot_at"},
    {.name = "members", .leads = true, .of = true},
    {.name = "events", .events = true},
    {.name = "segments", TOLD(segment)},
    {.name = "stages", TOLD(stage)},
    {.name = "tasks", .catalogue = &task_catalogue, TOLD(task)},
    {.name = "messages", TOLD(message)},
};

int
subject_find(const char *name, const struct subject **ret, struct err *err)
{
	for (size_t i = 0; i < COUNT_OF(subjects); i++)
		if (strcmp(name, subjects[i].name) == 0) {
			*ret = &subjects[i];
			return 0;
		}
	return err_set(
	    err, ERR_USAGE, "nothing to be exported: %s", quoted(str_of(name)));
}

static bool
among(const struct export_column *column, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(column[i].name, name))
			return true;
	return false;
}

int
subject_column_check(struct str name, struct err *err)
{
	if (among(export_event_columns, export_event_column_count, name))
		return 0;
	for (size_t i = 0; i < COUNT_OF(subjects); i++)
		if (among(subjects[i].column, subjects[i].count, name))
			return 0;
	return export_lead_column_check(name, err);
}
