/* SPDX-License-Identifier: ISC */
/*
 * automation: what is done when something happened inside: on SIGNAL, when the
 * lead fits, do ACTIONS. Some ship with the toolkit and serve every tenant; a
 * tenant's own of the same name takes the place of one, and any can be
 * switched off.
 *
 *	{"name": "hot_lead", "on": "lead.hot", "when": "country = 'JP'",
 *	 "do": [
 *	  {"action": "task", "template": "task_hot_lead", "kind": "call",
 *	   "due": "24h", "priority": "high", "assign": "round-robin"},
 *	  {"action": "notify", "template": "hot_lead", "to": "owner",
 *	   "channels": ["email", "slack", "teams", "inbox"]}]}
 *
 *	on	the kind of signal
 *	where	a condition on the signal's own data: to = 'mql'
 *	when	a condition on the lead, as it is when the signal is dealt
 *		with; signals of no lead do not fire what has one
 *	do	in this order; the assignee of a task is known to what follows
 *
 * Signals of the kinds that automations want stand in a queue (signal.h) from
 * the moment a tenant begins to listen. Each is dealt with once: in the
 * transaction that takes it off the queue stand the tasks, messages, moves and
 * the record of the firing that follow from it. Whoever is killed has done all
 * of it or nothing. Signals from before an automation was switched on do not
 * fire it.
 *
 * An action that cannot be done (a template with a hole, a stage that is gone,
 * nobody to tell) is told and recorded with the firing; it stops no other, and
 * is not tried again.
 *
 * Ownership: a library owns its automations and what they point to.
 */
#ifndef DL_AUTOMATION_H
#define DL_AUTOMATION_H

#include "base/base.h"
#include "cond/cond.h"
#include "json/json.h"
#include "lead/lead.h"
#include "store/store.h"
#include "task/task.h"
#include "template/template.h"
#include "tenant/tenant.h"

/* ---- document.c: one automation ------------------------------------------ */

enum automation_kind {
	AUTOMATION_NOTIFY,
	AUTOMATION_TASK,
	AUTOMATION_STAGE,
	AUTOMATION_CLOSE_TASKS,
	AUTOMATION_WEBHOOK,
	AUTOMATION_KIND__MAX
};
extern const char *const automation_kinds[]; /* "notify" ...; NULL-ended */

/* Texts are missing where the action has none of the name. */
struct automation_action {
	enum automation_kind kind;
	struct str template;       /* notify, task */
	const struct str *channel; /* notify; webhook has one */
	size_t channels;
	/* notify: "owner", "assignee", "manager", "lead", "role:NAME" or an
	 * e-mail address */
	const struct str *to;
	size_t to_count;
	bool critical;
	/* notify: said together with others of the same template to the same
	 * recipient, of leads of the same owner or of any, in one message of
	 * the template `digest`, `wait` ms after the first; 0: alone */
	int64_t wait;
	bool by_owner;
	struct str digest;
	struct str task_kind, assign; /* task */
	enum task_priority priority;
	int64_t due;       /* task: ms after now; 0: none */
	struct str stage;  /* stage */
	struct str reason; /* stage, close_tasks */
};

enum automation_origin {
	AUTOMATION_SHIPPED,
	AUTOMATION_OVERRIDDEN, /* the tenant's, in place of one that ships */
	AUTOMATION_OWN,
};

struct automation {
	char *name;
	struct str description;
	struct str on;
	struct cond *where; /* on the signal's data; NULL: any */
	struct cond *when;  /* on the lead; NULL: any */
	struct automation_action *action;
	size_t count;
	enum automation_origin origin;
	bool enabled;
	int64_t since;      /* signals before this number do not fire it */
	int64_t updated_at; /* 0: never changed */
	/* Private: */
	struct json *document;
	const struct json *root; /* in document; NULL: it is document */
	struct arena arena;
};
/* Takes the document, also when it fails: an ERR_USAGE with its place. name
 * NULL: as the document says. */
int automation_of(struct json *document, const char *name,
    struct automation **ret, struct err *err);
void automation_free(struct automation *a);
/* As define accepts it, always the same bytes. */
void automation_print(const struct automation *a, struct buf *out);
/* {"name","enabled","origin","on","actions","description","updated_at"} */
void automation_put(const struct automation *a, struct buf *out);

/* ---- library.c: all that a tenant has ------------------------------------ */

struct automation_library;
/* What ships, and what the tenant's store has in its place or beside it. A
 * stored one that cannot be read any more is a remark and left out. */
int automation_library_open(struct store *st, const struct tenant *t,
    struct remarks *broken, struct automation_library **ret, struct err *err);
struct automation_library *automation_library_shipped(void);
void automation_library_free(struct automation_library *lib);
/* By name. NULL at the end. */
const struct automation *automation_at(
    const struct automation_library *lib, size_t i);
/* A missing one is an ERR_USAGE that suggests the nearest. */
int automation_need(const struct automation_library *lib, struct str name,
    const struct automation **ret, struct err *err);
/* Takes it, in place of one of that name. */
void automation_library_add(
    struct automation_library *lib, struct automation *a);

/* ---- keep.c: in the tenant's store ----------------------------------------
 */

/* All in a change transaction of the caller, with their audit row; each makes
 * the tenant listen, see below. *ret_changed false: it was like that. */
int automation_define(struct store *st, const struct tenant *t,
    const struct automation *a, const char *who, int64_t now,
    struct buf *ret_old, bool *ret_changed, struct err *err);
/* One that ships is back then. ERR_USAGE when the tenant has none of its own.
 */
int automation_remove(struct store *st, const struct tenant *t,
    const char *name, const char *who, int64_t now, struct err *err);
int automation_switch(struct store *st, const struct tenant *t,
    const char *name, bool on, const char *who, int64_t now, bool *ret_changed,
    struct err *err);
/* From now on signals wait for this tenant's automations: nothing from before
 * fires any. 1 it began now, or listens for other kinds than before, 0 it was
 * like that. In a change transaction. */
int automation_listen(
    struct store *st, const struct tenant *t, struct err *err);
/* Whether automation_listen would change anything, or signals wait: 1 or 0. */
int automation_waiting(
    struct store *st, const struct tenant *t, struct err *err);

/* ---- recommend.c: what to do next -----------------------------------------
 */

/*
 * A table: rows {"stage","rule","event","ja","en"}, of which the first one
 * that fits counts. stage and event are names or lists of them (null: a lead
 * without any), rule is text in the name of the strongest fit rule; what a row
 * does not say fits all. "events" names event types in words:
 * {"demo_requested":{"ja":"デモのお申し込み","en":"a demo request"}}.
 */
struct recommend;
/* The tenant's, or the one that ships. */
int recommend_open(struct store *st, const struct tenant *t,
    struct recommend **ret, struct err *err);
/* Takes the document, also when it fails. */
int recommend_of(
    struct json *document, struct recommend **ret, struct err *err);
void recommend_free(struct recommend *r);
void recommend_print(const struct recommend *r, struct buf *out);
/* In a change transaction; NULL: back to the one that ships. */
int recommend_define(struct store *st, const struct tenant *t,
    const struct recommend *r, const char *who, int64_t now, bool *ret_changed,
    struct err *err);
/* What is known of a lead that decides. */
struct recommend_lead {
	struct str stage, rule, event; /* missing: none */
	struct str points;             /* of the rule, as a decimal */
	int64_t event_at;
};
/* Appends the action and why, in a language ("ja", "en"). False: no row fits.
 */
bool recommend_choose(const struct recommend *r,
    const struct recommend_lead *lead, const char *locale,
    const struct zone *zone, struct buf *action, struct buf *reason);

/* ---- words.c: what there is to say about a lead ----------------------------
 */

struct automation_words;
/* Reads the active rules and the table of actions. */
int automation_words_open(struct store *st, const struct tenant *t,
    const struct cond_moment *moment, struct automation_words **ret,
    struct err *err);
void automation_words_free(struct automation_words *w);
/* The data that templates of a lead can use: {"rules":[{"rule","points",
 * "because"}],"action","action_reason"}, and the same with "lead" in front for
 * a command's line. In a snapshot or change of the caller. */
int automation_recommend(struct store *st, const struct tenant *t,
    const struct cond_moment *moment, int64_t lead, struct buf *out,
    struct err *err);

/* ---- run.c: dealing with signals -------------------------------------------
 */

/* The channels that the operator has configured and a tenant may use; the
 * inbox is always one. `settings` is cli_settings. */
struct automation_channels;
int automation_channels_open(const struct tenant *t,
    int (*settings)(const char *prefix,
	int (*each)(void *context, struct str name, struct str value,
	    struct place where, struct err *err),
	void *context, struct err *err),
    struct automation_channels **ret, struct err *err);
void automation_channels_free(struct automation_channels *c);

struct automation_run {
	struct cond_moment moment;
	bool replay;
	bool dry_run; /* all of it in one change, which is undone */
	/* Messages for others are left out, with one remark for each. */
	const struct automation_channels *channels;
	/* Lines {"automation","signal","lead","action",...} of what was done,
	 * as steps are committed. */
	int (*flush)(void *context, struct str lines, struct err *err);
	/* After each step; true stops there. May be NULL. */
	bool (*progress)(void *context, uint64_t done, uint64_t whole);
	void *context;
	struct remarks *remarks; /* what could not be done, and why */
};
struct automation_done {
	uint64_t signals, firings, tasks, messages, moves, closed;
	uint64_t problems; /* actions that could not be done */
	bool began;        /* to listen */
	bool stopped;      /* by progress */
	struct buf holder; /* not empty: another copy is at work, this one;
			      nothing was done */
};
/* All signals that wait. Begins its own transactions. */
int automation_run(struct store *st, const struct tenant *t,
    const struct automation_run *job, struct automation_done *ret,
    struct err *err);

/* ---- past.c: what would have fired -----------------------------------------
 */

/*
 * Each signal since a moment that would have fired the automation, whether it
 * was switched on then or not: {"automation","signal","at","lead","name",
 * "company","do":[...]}; with `recovery`, also when that was over:
 * "recovered_at" and "hours" (lead.cooled after lead.hot, segment.left after
 * segment.entered, the next stage.changed; others never). What is stored of a
 * lead has no past: conditions see it as it is, and its events and times as
 * they were. Changes nothing.
 */
struct automation_past {
	const struct automation *automation; /* bound here; NULL: all enabled */
	const struct automation_library *library;
	struct cond_moment moment;
	int64_t since;
	bool recovery;
	int (*each)(void *context, struct str line, struct err *err);
	void *context;
};
struct automation_found {
	uint64_t firings, leads, recovered;
	double median_hours; /* until recovery; NAN: none */
};
int automation_past(struct store *st, const struct tenant *t,
    const struct automation_past *how, struct automation_found *ret,
    struct err *err);
/* What was done since a moment: {"automation","signal","lead","at","tasks",
 * "messages","moves","problem"}, oldest first. */
int automation_log(struct store *st, const struct tenant *t, int64_t since,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);

/* ---- check.c
 * ----------------------------------------------------------------- */

/* What cannot work (templates, stages that are not there) goes to `wrong`;
 * what is allowed and yet probably a mistake to `doubts`. st NULL: only what
 * ships is known. */
int automation_check(struct store *st, const struct tenant *t,
    const struct automation *a, struct remarks *wrong, struct remarks *doubts,
    struct err *err);

#endif
