/* SPDX-License-Identifier: ISC */
/*
 * dl-campaign-tick: the heartbeat. Scores, segments, stages, reminders, watched
 * metrics and automations, in this order, until nothing follows from what was
 * done.
 */
#include <inttypes.h>

#include "automation/automation.h"
#include "cli/cli.h"
#include "score/score.h"
#include "segment/segment.h"
#include "session/session.h"
#include "stage/stage.h"
#include "task/task.h"
#include "watch/watch.h"

/* What moves leads raises signals, which may move leads: a circle among a
 * tenant's automations goes on with the next tick. */
enum { ROUNDS = 10 };

struct tick {
	struct session *session;
	struct automation_channels *channels;
	struct buf line;
	struct json_writer w;
	uint64_t problems;
	bool did; /* something may follow from it */
};

/* Members of a step's record; figures that are 0 are not in it. */
static void
put_figure(struct tick *t, const char *name, uint64_t figure)
{
	if (figure)
		json_add_int(&t->w, name, (int64_t)figure);
}

static void
begin_record(struct tick *t, const char *step)
{
	buf_clear(&t->line);
	t->w = (struct json_writer){.out = &t->line};
	json_put_object(&t->w);
	json_add_text(&t->w, "step", str_of(step));
}

/* Printed when the step did something; told when another copy was at work. */
static void
end_record(struct tick *t, bool did, struct buf *holder)
{
	json_put_end(&t->w);
	if (did) {
		printer_lines(&t->session->printer, buf_str(&t->line));
		t->did = true;
	}
	if (holder && holder->len)
		cli_verbose(
		    t->session->call, 1, "already at work: %s", holder->p);
	if (holder)
		buf_release(holder);
}

static bool
progress(void *session, uint64_t done, uint64_t whole)
{
	const struct session *s = session;

	cli_progress(s->call, "leads", done, done, whole);
	return cli_interrupted();
}

/* ---- steps -------------------------------------------------------- */

static int
do_scores(struct tick *t, struct err *err)
{
	struct session *s = t->session;
	struct score_apply job = {.moment = s->moment,
	    .replay = s->call->shared->replay,
	    .dry_run = s->call->shared->dry_run,
	    .progress = progress,
	    .context = s};
	struct score_applied done = {0};
	int rc = score_set_active(s->st, s->tenant, &job.rules, err);

	if (rc < 0 || !job.rules)
		return rc;
	rc = score_apply(s->st, s->tenant, &job, &done, err);
	begin_record(t, "score");
	put_figure(t, "scored", done.scored);
	put_figure(t, "moved", done.moved);
	put_figure(t, "hot", done.hot);
	put_figure(t, "cooled", done.cooled);
	end_record(t, done.scored, &done.holder);
	score_rules_free(job.rules);
	return rc;
}

static int
do_segments(struct tick *t, struct err *err)
{
	struct session *s = t->session;
	struct segment_refresh job = {.moment = s->moment,
	    .replay = s->call->shared->replay,
	    .dry_run = s->call->shared->dry_run,
	    .progress = progress,
	    .context = s,
	    .broken = cli_remarks(s->call)};
	struct segment_refreshed done = {0};
	int rc = segment_refresh(s->st, s->tenant, &job, &done, err);

	begin_record(t, "segment");
	put_figure(t, "looked", done.looked);
	put_figure(t, "entered", done.entered);
	put_figure(t, "left", done.left);
	end_record(t, done.looked, &done.holder);
	t->problems += done.broken;
	return rc;
}

static int
do_stages(struct tick *t, struct err *err)
{
	struct session *s = t->session;
	struct stage_apply job = {.moment = s->moment,
	    .replay = s->call->shared->replay,
	    .dry_run = s->call->shared->dry_run,
	    .progress = progress,
	    .context = s};
	struct stage_applied done = {0};
	int rc = stages_open(s->st, s->tenant, &job.stages, err);

	if (rc < 0)
		return -1;
	rc = stage_apply(s->st, s->tenant, &job, &done, err);
	begin_record(t, "stage");
	put_figure(t, "looked", done.leads);
	put_figure(t, "moves", done.moves);
	end_record(t, done.leads, &done.holder);
	stages_free(job.stages);
	return rc;
}

/* In a change of its own, which is undone when there is nothing to remind of.
 */
static int
do_reminders(struct tick *t, struct err *err)
{
	struct session *s = t->session;
	struct buf lines = {0};
	int64_t next;
	uint64_t count = 0;
	int rc = session_begin(s, err);

	if (rc == 0)
		rc = task_remind(s->st, s->tenant, s->now, &lines, &next, err);
	for (size_t i = 0; i < lines.len; i++)
		count += lines.p[i] == '\n';
	buf_release(&lines);
	if (rc == 0 && count)
		rc = store_moment(
		    s->st, s->tenant->id, s->now, s->call->shared->replay, err);
	if (count) {
		rc = session_commit(s, rc, err);
	} else {
		s->changing = false;
		store_rollback(s->st);
	}
	begin_record(t, "remind");
	put_figure(t, "signals", count);
	end_record(t, rc == 0 && count, NULL);
	return rc;
}

static int
do_watches(struct tick *t, struct err *err)
{
	struct session *s = t->session;
	struct watch_run job = {.moment = s->moment,
	    .replay = s->call->shared->replay,
	    .dry_run = s->call->shared->dry_run,
	    .remarks = cli_remarks(s->call)};
	struct watch_ran done;
	int rc = watch_run(s->st, s->tenant, &job, &done, err);

	begin_record(t, "watch");
	put_figure(t, "watches", done.watches);
	put_figure(t, "alarms", done.alarms);
	put_figure(t, "problems", done.problems);
	end_record(t, done.watches, &done.holder);
	t->problems += done.problems;
	return rc;
}

static int
do_automations(struct tick *t, struct err *err)
{
	struct session *s = t->session;
	struct automation_run job = {.moment = s->moment,
	    .replay = s->call->shared->replay,
	    .dry_run = s->call->shared->dry_run,
	    .channels = t->channels,
	    .progress = progress,
	    .context = s,
	    .remarks = cli_remarks(s->call)};
	struct automation_done done;
	int rc = automation_run(s->st, s->tenant, &job, &done, err);

	begin_record(t, "automation");
	put_figure(t, "signals", done.signals);
	put_figure(t, "firings", done.firings);
	put_figure(t, "tasks", done.tasks);
	put_figure(t, "messages", done.messages);
	put_figure(t, "moves", done.moves);
	put_figure(t, "closed", done.closed);
	put_figure(t, "problems", done.problems);
	end_record(t, done.signals, &done.holder);
	t->problems += done.problems;
	return rc;
}

/* ---- the tick ----------------------------------------------------- */

/* Each with the feature that a tenant must have for it. */
static const struct {
	const char *feature;
	int (*step)(struct tick *t, struct err *err);
} steps[] = {
    {"scoring", do_scores},
    {"segments", do_segments},
    {"stages", do_stages},
    {"tasks", do_reminders},
    {"forecast", do_watches},
    {"automations", do_automations},
};

/* A tenant's automations hear what the first tick does. */
static int
listen(struct tick *t, struct err *err)
{
	struct session *s = t->session;
	int waiting, rc;

	if (!tenant_feature(s->tenant, "automations") ||
	    s->call->shared->dry_run)
		return 0;
	waiting = automation_waiting(s->st, s->tenant, err);
	if (waiting <= 0)
		return waiting;
	if (session_begin(s, err) < 0)
		return -1;
	rc = automation_listen(s->st, s->tenant, err);
	return session_commit(s, rc < 0 ? -1 : 0, err);
}

static int
rounds(struct tick *t, struct err *err)
{
	struct session *s = t->session;
	bool dry_run = s->call->shared->dry_run;
	int rc = listen(t, err);

	t->did = true;
	for (int round = 0; rc == 0 && t->did && round < ROUNDS; round++) {
		t->did = false;
		for (size_t i = 0; rc == 0 && i < COUNT_OF(steps); i++)
			if (tenant_feature(s->tenant, steps[i].feature) &&
			    !cli_interrupted())
				rc = steps[i].step(t, err);
		/* What would follow is not there. */
		if (dry_run || cli_interrupted())
			break;
	}
	cli_progress_end();
	if (rc == 0 && t->problems)
		return CLI_REJECTS;
	return rc;
}

static int
tick(struct session *s, struct err *err)
{
	static const char *const columns[] = {"step", "scored", "moved", "hot",
	    "cooled", "looked", "entered", "left", "moves", "signals",
	    "watches", "alarms", "firings", "tasks", "messages", "closed",
	    "problems"};
	struct tick t = {.session = s};
	int rc;

	if (automation_channels_open(
		s->tenant, cli_settings, &t.channels, err) < 0)
		return -1;
	rc = session_print(s, columns, COUNT_OF(columns), err);
	if (rc == 0)
		rc = rounds(&t, err);
	automation_channels_free(t.channels);
	buf_release(&t.line);
	return rc;
}

static int
run(const struct cli_call *call, struct err *err)
{
	return session_run(call, SESSION_WRITE, tick, NULL, err);
}

static const struct cli_verb verbs[] = {
    {.name = "tick",
	.help = "do all that is due",
	.shared = CLI_CHANGING,
	.run = run},
    {0},
};

static const struct cli_program program = {
    .name = "dl-campaign-tick",
    .summary =
	"do what is due: scores, segments, stages, tasks, watches, automations",
    .verbs = verbs,
    .default_verb = "tick",
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
