/* SPDX-License-Identifier: ISC */
/* One automation and one signal that fires it: its actions, in their order. */
#include <stdlib.h>

#include "automation/automation_priv.h"

static struct str
who_acts(struct work *w, const struct firing *f)
{
	return arena_printf(&w->arena, "automation %s", f->automation->name);
}

void
fire_problem(struct work *w, struct firing *f,
    const struct automation_action *act, const char *fmt, ...)
{
	struct buf text = {0};
	va_list ap;

	buf_addf(&text, "%s: ", automation_kinds[act->kind]);
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	if (f->problem.len)
		buf_addstr(&f->problem, "; ");
	buf_adds(&f->problem, buf_str(&text));
	w->ret->problems++;
	remark(w->job->remarks, (struct place){0}, "automation %s: %s%.*s%s%s",
	    f->automation->name, f->told ? "lead " : "",
	    STR_ARG(f->told ? f->told->id : STR("")), f->told ? ": " : "",
	    text.p);
	buf_release(&text);
}

int
fire_failed(struct work *w, struct firing *f,
    const struct automation_action *act, struct err *err)
{
	if (err->kind != ERR_USAGE)
		return -1;
	fire_problem(w, f, act, "%s", err->text);
	err_clear(err);
	return 0;
}

void
fire_line(struct work *w, const struct firing *f,
    const struct automation_action *act, struct json_writer *ret)
{
	*ret = (struct json_writer){.out = &w->lines};
	json_put_object(ret);
	json_add_text(ret, "automation", str_of(f->automation->name));
	json_add_text(ret, "signal", f->signal->kind);
	if (f->told)
		json_add_text(ret, "lead", f->told->id);
	json_add_text(ret, "action", str_of(automation_kinds[act->kind]));
}

void
fire_line_end(struct work *w, struct json_writer *j)
{
	json_put_end(j);
	buf_addc(&w->lines, '\n');
}

struct str
fire_cause(
    struct work *w, const struct firing *f, const struct automation_action *act)
{
	return arena_printf(&w->arena, "automation %s, signal %lld, action %d",
	    f->automation->name, (long long)f->signal->number,
	    (int)(act - f->automation->action) + 1);
}

/* ---- tasks
 * ------------------------------------------------------------------- */

static int
add_task(struct work *w, struct firing *f, const struct automation_action *act,
    const struct template_message *m, struct err *err)
{
	int64_t now = w->job->moment.now, number;
	struct task_new task = {.lead = f->told ? f->told->lead : 0,
	    .title = str_trim(buf_str(&m->part[TEMPLATE_SUBJECT])),
	    .kind = act->task_kind,
	    .priority = act->priority,
	    .due_at = act->due
			  ? task_due(w->tenant, &w->calendar, now, act->due)
			  : LEAD_MISSING,
	    .assign = act->assign,
	    .cause = fire_cause(w, f, act)};
	struct buf said = {0};
	struct json_writer j;
	int got;

	if (m->has[TEMPLATE_TEXT])
		task.body = buf_str(&m->part[TEMPLATE_TEXT]);
	got = task_add(w->st, w->tenant, &task, who_acts(w, f).p, now, &number,
	    &said, err);
	if (got > 0) {
		struct str assignee = json_stored_text(
		    buf_str(&said), STR("assignee"), &w->arena);

		f->tasks++;
		if (assignee.p)
			f->assignee = arena_str(&w->arena, assignee);
		fire_line(w, f, act, &j);
		json_add_int(&j, "task", number);
		json_add_text(&j, "title", task.title);
		if (assignee.p)
			json_add_text(&j, "assignee", assignee);
		fire_line_end(w, &j);
	}
	buf_release(&said);
	return got < 0 ? -1 : 0;
}

static int
fire_task(struct work *w, struct firing *f, const struct automation_action *act,
    struct err *err)
{
	struct template_message m = {0};
	struct template_words words;
	int rc = people_words(w, f, NULL, &words, err);

	if (rc == 0)
		rc = template_render(w->templates,
		    arena_strdup(&w->arena, act->template), &words, &m, err);
	if (rc == 0 && !m.has[TEMPLATE_SUBJECT])
		rc = err_set(err, ERR_USAGE,
		    "template %s has no subject, which would be the title",
		    quoted(act->template));
	if (rc == 0)
		rc = add_task(w, f, act, &m, err);
	template_message_release(&m);
	return rc;
}

/* ---- leads
 * ------------------------------------------------------------------- */

static int
fire_stage(struct work *w, struct firing *f,
    const struct automation_action *act, struct err *err)
{
	struct buf moved = {0};
	struct json_writer j;
	size_t to;
	int rc;

	if (!w->stages && stages_open(w->st, w->tenant, &w->stages, err) < 0)
		return -1;
	rc = stage_need(w->stages, act->stage, &to, err);
	if (rc == 0)
		rc = stage_move(w->st, w->tenant, w->stages, f->told->lead, to,
		    who_acts(w, f).p,
		    act->reason.p ? arena_strdup(&w->arena, act->reason) : NULL,
		    w->job->moment.now, &moved, err);
	if (rc == 0 && moved.len) {
		f->moves++;
		fire_line(w, f, act, &j);
		json_add_text(&j, "to", act->stage);
		fire_line_end(w, &j);
	}
	buf_release(&moved);
	return rc;
}

static int
fire_close(struct work *w, struct firing *f,
    const struct automation_action *act, struct err *err)
{
	struct buf closed = {0};
	struct json_writer j;
	int64_t count = 0;

	if (task_close_lead(w->st, w->tenant, f->told->lead, act->reason,
		who_acts(w, f).p, w->job->moment.now, &closed, err) < 0) {
		buf_release(&closed);
		return -1;
	}
	for (size_t i = 0; i < closed.len; i++)
		count += closed.p[i] == '\n';
	f->closed += count;
	if (count) {
		fire_line(w, f, act, &j);
		json_add_int(&j, "tasks", count);
		fire_line_end(w, &j);
	}
	buf_release(&closed);
	return 0;
}

/* ---- all of it
 * --------------------------------------------------------------- */

static int
act_on(struct work *w, struct firing *f, const struct automation_action *act,
    struct err *err)
{
	if (!f->told && (act->kind == AUTOMATION_STAGE ||
			    act->kind == AUTOMATION_CLOSE_TASKS)) {
		fire_problem(w, f, act, "the signal is about no lead");
		return 0;
	}
	switch (act->kind) {
	case AUTOMATION_TASK:
		return fire_task(w, f, act, err);
	case AUTOMATION_STAGE:
		return fire_stage(w, f, act, err);
	case AUTOMATION_CLOSE_TASKS:
		return fire_close(w, f, act, err);
	case AUTOMATION_WEBHOOK:
		return fire_webhook(w, f, act, err);
	default:
		return fire_notify(w, f, act, err);
	}
}

/* A signal's task as it is now. 1, 0 it is over or gone, -1. */
static int
read_task(struct work *w, struct firing *f, struct err *err)
{
	const struct json *number = json_find(f->data, "task"), *closed;
	struct buf text = {0};
	int64_t task;
	int rc;

	if (!number || json_as_int(number, &task, err) < 0) {
		err_clear(err);
		return 1;
	}
	rc = task_show(w->st, w->tenant, task, &w->job->moment, &text, err);
	if (rc == 0 && text.len)
		rc = json_doc_own(buf_str(&text), "task", &f->task, err);
	buf_release(&text);
	if (rc < 0)
		return -1;
	closed = json_find(f->task, "closed_at");
	f->assignee = json_text(json_find(f->task, "assignee"));
	return f->task && !closed;
}

int
fire(struct work *w, struct firing *f, struct err *err)
{
	const struct automation *a = f->automation;
	int rc = 1;

	if (f->signal->data.p &&
	    json_doc_own(f->signal->data, "signal", &f->data, err) < 0)
		return -1;
	if (str_starts(f->signal->kind, STR("task.")))
		rc = read_task(w, f, err);
	for (size_t i = 0; rc > 0 && i < a->count; i++)
		if (act_on(w, f, &a->action[i], err) < 0 &&
		    fire_failed(w, f, &a->action[i], err) < 0)
			rc = -1;
	return rc;
}
