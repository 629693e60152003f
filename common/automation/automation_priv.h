/* SPDX-License-Identifier: ISC */
/* What the files of this room share among themselves. */
#ifndef DL_AUTOMATION_PRIV_H
#define DL_AUTOMATION_PRIV_H

#include "automation/automation.h"
#include "outbox/outbox.h"
#include "score/score.h"
#include "signal/signal.h"
#include "stage/stage.h"

/* ---- document.c ---- */

const struct json *automation_root(const struct automation *a);
/* Reads node, a part of a document that another one owns (document NULL). */
int automation_of_node(const struct json *node, struct json *document,
    const char *name, struct automation **ret, struct err *err);

/* ---- library.c ---- */

/* Tells conditions the numbers of a store; one that cannot be bound is a
 * remark, and its automation is left out. */
int automation_bind(struct automation_library *lib, struct store *st,
    const struct tenant *t, struct remarks *broken, struct err *err);
/* What views must carry for the conditions of those that are enabled. */
void automation_needs(
    const struct automation_library *lib, struct lead_needs *needs);

/* ---- run.c ---- */

/* Whether a signal is of the kind and its data are as the automation wants. */
bool automation_matches(const struct automation *a, const struct signal_row *s,
    const struct cond_moment *moment);

/* ---- words.c ---- */

/* What a lead is like at the moment of a run. All in the arena. */
struct told {
	int64_t lead;
	struct str id, email, name, company, owner; /* missing: none */
	struct str json;                            /* as templates want it */
	struct str data; /* members "rules":..., "action":..., or missing */
};
/* What a view must carry to be told. */
void words_needs(const struct automation_words *w, struct lead_needs *needs);
void words_tell(struct automation_words *w, const struct lead_view *view,
    struct arena *arena, struct told *ret);

/* ---- fire.c: one automation, one signal ---- */

struct firing {
	const struct automation *automation;
	const struct signal_row *signal;
	const struct told *told; /* NULL: of no lead */
	int64_t tasks, messages, moves, closed;
	struct buf problem;  /* empty: none */
	struct str assignee; /* whose the task is, of the signal or made here;
				missing: nobody's */
	struct json *data;   /* of the signal; NULL: none */
	struct json *task;   /* a signal's task, as task_show has it; NULL */
};

/* One of the tenant's people, or whoever has an address. */
struct person {
	struct str email; /* normalised */
	struct str json;  /* as member_read has it; missing: no member */
	struct str name;  /* missing: not known */
	struct str manager;
	bool manages; /* is told as the manager */
};

/* What a run has at hand. */
struct work {
	struct store *st;
	const struct tenant *tenant;
	const struct automation_run *job;
	struct automation_done *ret;
	struct automation_library *library;
	struct template_library *templates;
	struct outbox_preferences *preferences;
	struct automation_words *words;
	struct task_calendar calendar;
	struct stages *stages; /* opened when wanted */
	struct buf absent;     /* channels that were remarked upon, a line
				  each */
	struct buf lines;
	/* The tenant's people who were looked for in this step. */
	struct person *person;
	size_t people, people_cap;
	struct arena arena; /* of a step */
};
/* Does the actions; in a change transaction. -1 only for what ends the run. 1
 * done, 0 there was nothing to do any more: its task is over. */
int fire(struct work *w, struct firing *f, struct err *err);
/* Notes why an action was not done, and remarks upon it. */
void fire_problem(struct work *w, struct firing *f,
    const struct automation_action *act, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
/* An ERR_USAGE is a problem, 0; all else -1. */
int fire_failed(struct work *w, struct firing *f,
    const struct automation_action *act, struct err *err);
/* Begins a line of what was done: its object stays open. */
void fire_line(struct work *w, const struct firing *f,
    const struct automation_action *act, struct json_writer *ret);
void fire_line_end(struct work *w, struct json_writer *j);
/* What the same action is never done twice for. */
struct str fire_cause(struct work *w, const struct firing *f,
    const struct automation_action *act);

/* ---- people.c: who is told, and what ---- */

/* Somebody by address; 1 found, 0 no active member (email is set when it is an
 * address at all), -1. */
int person_read(
    struct work *w, struct str email, struct person *ret, struct err *err);
/* Who takes care: the lead's owner, else whose the task is. 1, 0 nobody, -1. */
int person_responsible(struct work *w, const struct firing *f,
    struct person *ret, struct err *err);
/* Whom an action tells, each once. */
int people_told(struct work *w, struct firing *f,
    const struct automation_action *act, struct person **ret, size_t *ret_count,
    struct err *err);
/* The words of a template; `to` may be NULL. */
int people_words(struct work *w, struct firing *f, const struct person *to,
    struct template_words *ret, struct err *err);

/* ---- channels.c ---- */

/* 0 no such channel; 1 it knows to whom; 2 it needs a recipient. */
int carries(const struct automation_channels *c, struct str name);

/* ---- notify.c: messages into the outbox ---- */

int fire_notify(struct work *w, struct firing *f,
    const struct automation_action *act, struct err *err);
int fire_webhook(struct work *w, struct firing *f,
    const struct automation_action *act, struct err *err);

#endif
