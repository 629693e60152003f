/* SPDX-License-Identifier: ISC */
/* What would go wrong, before it does. */
#include <stdlib.h>

#include "automation/automation_priv.h"

/* The kinds that the programs leave. */
static const char *const kinds[] = {"lead.created", "lead.hot", "lead.cooled",
    "segment.entered", "segment.left", "stage.changed", "task.due",
    "task.overdue", "export.done", "metric.anomaly", NULL};

/* Of these, those that are about no lead. */
static const char *const leadless[] = {"export.done", "metric.anomaly", NULL};

struct checking {
	const struct automation *automation;
	struct remarks *wrong, *doubts;
	const struct template_library *templates;
	const struct stages *stages; /* NULL: not known */
};

static const struct place nowhere;

static void
check_kind(const struct checking *c)
{
	struct str on = c->automation->on;
	struct nearest near;

	nearest_start(&near, on);
	for (size_t i = 0; kinds[i]; i++) {
		if (str_is(on, kinds[i]))
			return;
		nearest_offer(&near, str_of(kinds[i]));
	}
	remark(c->doubts, nowhere, "%s: on: no program leaves signals %s%s%s",
	    c->automation->name, quoted(on),
	    near.name.p ? ": did you mean " : "",
	    near.name.p ? near.name.p : "");
}

static bool
is_leadless(struct str on)
{
	for (size_t i = 0; leadless[i]; i++)
		if (str_is(on, leadless[i]))
			return true;
	return false;
}

/* Why an action cannot be done about a signal of no lead; NULL: it can. The
 * assignee of a task that is made before is known. */
static const char *
needs_lead(const struct automation_action *act, bool assigned)
{
	if (act->kind == AUTOMATION_STAGE ||
	    act->kind == AUTOMATION_CLOSE_TASKS)
		return automation_kinds[act->kind];
	if (act->kind == AUTOMATION_TASK && str_is(act->assign, "lead"))
		return "assign: lead";
	for (size_t i = 0; i < act->to_count; i++) {
		if (str_is(act->to[i], "lead"))
			return "to: lead";
		if (!assigned && str_is(act->to[i], "owner"))
			return "to: owner";
		if (!assigned && str_is(act->to[i], "assignee"))
			return "to: assignee";
	}
	return NULL;
}

/* Signals of this kind are about no lead. */
static void
check_leadless(const struct checking *c)
{
	const struct automation *a = c->automation;
	bool assigned = false;

	if (!is_leadless(a->on))
		return;
	if (a->when)
		remark(c->wrong, nowhere,
		    "%s: when: signals %s are about no lead: it would never "
		    "fire; \"where\" asks of the signal",
		    a->name, quoted(a->on));
	for (size_t i = 0; i < a->count; i++) {
		const char *why = needs_lead(&a->action[i], assigned);

		if (why)
			remark(c->wrong, nowhere,
			    "%s: do[%zu]: %s: signals %s are about no lead",
			    a->name, i, why, quoted(a->on));
		assigned |= a->action[i].kind == AUTOMATION_TASK;
	}
}

static void
check_action(
    const struct checking *c, size_t i, const struct automation_action *act)
{
	const char *name = c->automation->name;
	struct err err = {0};
	size_t stage;

	if (act->template.p && !template_find(c->templates, act->template))
		remark(c->wrong, nowhere, "%s: do[%zu]: no such template: %s",
		    name, i, quoted(act->template));
	if (act->wait && !template_find(c->templates, act->digest))
		remark(c->wrong, nowhere, "%s: do[%zu]: no such template: %s",
		    name, i, quoted(act->digest));
	if (act->kind != AUTOMATION_STAGE)
		return;
	if (c->stages && stage_need(c->stages, act->stage, &stage, &err) < 0)
		remark(c->wrong, nowhere, "%s: do[%zu]: %s", name, i, err.text);
	if (str_is(c->automation->on, "stage.changed") && !c->automation->where)
		remark(c->doubts, nowhere,
		    "%s: do[%zu]: moves whoever was moved, and so on", name, i);
}

static int
check_all(const struct checking *c, struct store *st, const struct tenant *t,
    struct err *err)
{
	const struct automation *a = c->automation;

	check_kind(c);
	if (st && a->when && lead_bind(st, t, a->when, err) < 0) {
		if (err->kind != ERR_USAGE)
			return -1;
		remark(c->wrong, nowhere, "%s: %s", a->name, err->text);
		err_clear(err);
	}
	check_leadless(c);
	for (size_t i = 0; i < a->count; i++)
		check_action(c, i, &a->action[i]);
	return 0;
}

int
automation_check(struct store *st, const struct tenant *t,
    const struct automation *a, struct remarks *wrong, struct remarks *doubts,
    struct err *err)
{
	struct checking c = {.automation = a, .wrong = wrong, .doubts = doubts};
	struct template_library *templates = NULL;
	struct stages *stages = NULL;
	int rc = 0;

	if (st)
		rc = template_library_open(st, t, &templates, err);
	else
		templates = template_library_shipped(t);
	if (rc == 0 && st)
		rc = stages_open(st, t, &stages, err);
	c.templates = templates;
	c.stages = stages;
	if (rc == 0)
		rc = check_all(&c, st, t, err);
	template_library_free(templates);
	stages_free(stages);
	return rc;
}
