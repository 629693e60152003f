/* SPDX-License-Identifier: ISC */
/*
 * dl-stage: moves leads along their stages by rules and by hand, and says how
 * many get how far, how fast, and who is stuck.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "lead/lead.h"
#include "session/session.h"
#include "stage/stage.h"

static struct {
	bool all;
	const char *reason;
	int64_t since, until, limit, longer;
	int by;
} arg = {.since = INT64_MIN, .until = INT64_MAX};

/* ---- the model ------------------------------------------------------------
 */

/* The store's new model; NULL: the one that ships. */
static int
define_in(struct session *s, const struct stages *m, struct err *err)
{
	const char *verb = !m ? "reset" : "defined";
	struct buf old = {0}, new = {0};
	bool changed;
	int rc;

	if (m) {
		stages_review_stored(s->st, s->tenant, m, cli_remarks(s->call));
		stages_print(m, &new);
	}
	rc = stages_define(
	    s->st, s->tenant, m, s->who, s->now, &old, &changed, err);
	if (rc == 0 && s->call->shared->dry_run && m)
		text_difference(&s->lines, buf_str(&old), buf_str(&new));
	else if (rc == 0 && changed)
		buf_addf(&s->lines,
		    "{\"model\":\"stages\",\"change\":\"%s\"}\n", verb);
	session_summary(
	    s, "stages: %s%s", changed ? verb : "unchanged", session_dry(s));
	buf_release(&old);
	buf_release(&new);
	return rc;
}

static int
define_these(struct session *s, struct err *err)
{
	return define_in(s, s->context, err);
}

static int
define(const struct cli_call *call, struct err *err)
{
	struct stages *m;
	int rc;

	if (stages_read(call->count ? call->operands[0] : "-", &m, err) < 0)
		return -1;
	rc = session_run(call, SESSION_CHANGE, define_these, m, err);
	stages_free(m);
	return rc;
}

static int
reset(struct session *s, struct err *err)
{
	return define_in(s, NULL, err);
}

/* The work of a verb, with the tenant's model as its context. */
static int
with_stages(struct session *s, struct err *err)
{
	struct stages *m;
	int rc;

	if (stages_open(s->st, s->tenant, &m, err) < 0)
		return -1;
	s->context = m;
	rc = s->call->verb->work(s, err);
	stages_free(m);
	return rc;
}

static int
writes_stages(const struct cli_call *call, struct err *err)
{
	return session_run(call,
	    call->shared->dry_run ? SESSION_READ : SESSION_WRITE, with_stages,
	    NULL, err);
}

static int
reads_stages(const struct cli_call *call, struct err *err)
{
	return session_run(call, SESSION_READ, with_stages, NULL, err);
}

static int
show(struct session *s, struct err *err)
{
	struct buf text = {0};

	stages_print(s->context, &text);
	return session_show(s, &text, err);
}

static int
check(const struct cli_call *call, struct err *err)
{
	struct stages *m;

	if (stages_read(call->operands[0], &m, err) < 0)
		return session_checked(-1, err);
	stages_review(m, NULL, NULL, cli_remarks(call));
	stages_free(m);
	return CLI_DONE;
}

static int
list(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "stage", "pipeline", "leads", "stalled", "stalled_after"};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return stage_list(
	    s->st, s->tenant, s->context, s->now, session_each, s, err);
}

/* ---- moves ----------------------------------------------------------------
 */

static const char *const move_columns[] = {
    "lead", "email", "from", "to", "at", "by", "user", "because"};

static void
sum_up(struct session *s, const struct stage_applied *done)
{
	buf_addgroup(&s->summary, (int64_t)done->leads);
	session_summary(s, " lead%s looked at, ", plural((int64_t)done->leads));
	buf_addgroup(&s->summary, (int64_t)done->moves);
	session_summary(
	    s, " move%s%s", plural((int64_t)done->moves), session_dry(s));
}

static int
apply(struct session *s, struct err *err)
{
	struct stage_apply job = {.stages = s->context,
	    .moment = s->moment,
	    .replay = s->call->shared->replay,
	    .all = arg.all,
	    .dry_run = s->call->shared->dry_run,
	    .flush = session_each,
	    .progress = session_progress,
	    .context = s};
	struct stage_applied done;
	int rc;

	if (session_print(s, move_columns, COUNT_OF(move_columns), err) < 0)
		return -1;
	rc = stage_apply(s->st, s->tenant, &job, &done, err);
	cli_progress_end();
	if (done.holder.len)
		session_summary(
		    s, "nothing done: already at work: %s", done.holder.p);
	else if (done.leads)
		sum_up(s, &done);
	buf_release(&done.holder);
	return rc;
}

struct moving {
	struct stages *stages;
	size_t to;
	size_t moved;
};

static int
begin_moves(struct session *s, struct err *err)
{
	struct moving *m = s->context;

	if (stages_open(s->st, s->tenant, &m->stages, err) < 0)
		return -1;
	if (stage_need(m->stages, str_of(s->call->operands[1]), &m->to, err) <
	    0) {
		stages_free(m->stages);
		return -1;
	}
	return 0;
}

static int
move_lead(struct session *s, int64_t lead, struct err *err)
{
	struct moving *m = s->context;
	size_t before = s->lines.len;

	if (stage_move(s->st, s->tenant, m->stages, lead, m->to, s->who,
		arg.reason, s->now, &s->lines, err) < 0)
		return -1;
	m->moved += s->lines.len > before;
	return 0;
}

static int
end_moves(struct session *s, int rc, struct err *err)
{
	struct moving *m = s->context;

	(void)err;
	stages_free(m->stages);
	return rc;
}

static int
move(struct session *s, struct err *err)
{
	struct moving moving = {0};
	struct session_leads how = {
	    .who = (const char *const *)s->call->operands,
	    .count = 1,
	    .begin = begin_moves,
	    .each = move_lead,
	    .end = end_moves};
	int rc;

	s->context = &moving;
	rc = session_leads(s, &how, err);
	session_summary(s, "%zu moved to %s%s", moving.moved,
	    s->call->operands[1], session_dry(s));
	return rc;
}

static int
history(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "at", "from", "to", "by", "user", "because"};
	int64_t lead;

	if (lead_need(s->st, s->tenant, str_of(s->call->operands[0]), &lead,
		err) < 0 ||
	    session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return stage_history(s->st, s->tenant, lead, session_each, s, err);
}

/* ---- looking --------------------------------------------------------------
 */

static int
stalled(struct session *s, struct err *err)
{
	static const char *const columns[] = {"lead", "email", "name",
	    "company", "owner", "stage", "since", "days"};
	const struct stages *m = s->context;
	const char *name = s->call->operands[0];
	size_t only = STAGE_NONE;
	uint64_t count;

	if ((name && stage_need(m, str_of(name), &only, err) < 0) ||
	    session_print(s, columns, COUNT_OF(columns), err) < 0 ||
	    stage_stalled(s->st, s->tenant, m, only, arg.longer, arg.limit,
		s->now, session_each, s, &count, err) < 0)
		return -1;
	session_summary(s, "%" PRIu64 " stalled", count);
	return 0;
}

static int
funnel(struct session *s, struct err *err)
{
	const struct stages *m = s->context;
	struct stage_funnel_how how = {.since = arg.since,
	    .until = arg.until,
	    .by = (enum stage_funnel_by)arg.by,
	    .where = s->where,
	    .moment = s->moment};
	struct buf json = {0}, drawing = {0};
	struct stage_funnel funnel;

	if (session_print(s, NULL, 0, err) < 0 ||
	    stage_funnel(s->st, s->tenant, m, &how, &funnel, err) < 0)
		return -1;
	stage_funnel_put(m, s->tenant, &funnel, &json);
	stage_funnel_draw(m, s->tenant, &funnel, s->printer.style, &drawing);
	printer_either(&s->printer, &json, &drawing);
	session_summary(
	    s, "%" PRIu64 " leads entered the pipeline", funnel.leads);
	stage_funnel_release(&funnel);
	buf_release(&json);
	buf_release(&drawing);
	return 0;
}

/* ---- the table ------------------------------------------------------------
 */

static const struct cli_option apply_options[] = {
    CLI_FLAG('a', "all", &arg.all, "look at every lead"),
    CLI_END,
};

static const struct cli_option move_options[] = {
    CLI_TEXT('r', "reason", "TEXT", &arg.reason, "why, for the history"),
    CLI_END,
};

static const struct cli_option stalled_options[] = {
    CLI_DURATION(0, "longer", "TIME", &arg.longer,
	"there for longer than this, not than the stage allows"),
    CLI_INT(0, "limit", "N", &arg.limit, 1, INT64_MAX, "at most N leads"),
    CLI_END,
};

static const char *const by_names[] = {"nothing", "month", "quarter", NULL};

static const struct cli_option funnel_options[] = {
    CLI_CHOICE(0, "by", "UNIT", &arg.by, by_names,
	"a funnel per month or quarter of entry"),
    CLI_MOMENT(0, "since", "TIME", &arg.since,
	"leads that entered the pipeline from here on"),
    CLI_MOMENT(0, "until", "TIME", &arg.until, "and before this"),
    CLI_END,
};

static const struct cli_verb verbs[] = {
    {.name = "apply",
	.help = "move the leads that changed, by the rules",
	.options = apply_options,
	.shared = CLI_CHANGING,
	.run = writes_stages,
	.work = apply},
    {.name = "move",
	.operands = "LEAD|- STAGE",
	.help = "move leads by hand",
	.options = move_options,
	.shared = CLI_CHANGING & ~(unsigned)CLI_PROGRESS,
	.run = session_begins,
	.work = move},
    {.name = "history",
	.operands = "LEAD",
	.help = "the way a lead came",
	.shared = CLI_READING,
	.run = session_reads,
	.work = history},
    {.name = "funnel",
	.help = "how many get how far, and how fast",
	.options = funnel_options,
	.shared = CLI_READING | CLI_WHERE,
	.run = reads_stages,
	.work = funnel},
    {.name = "stalled",
	.operands = "[STAGE]",
	.help = "leads that have been in their stage for too long",
	.options = stalled_options,
	.shared = CLI_READING,
	.run = reads_stages,
	.work = stalled},
    {.name = "list",
	.help = "the stages and how many leads are in each",
	.shared = CLI_READING,
	.run = reads_stages,
	.work = list},
    {.name = "show",
	.help = "print the model as define accepts it",
	.shared = (CLI_STORE | CLI_OUTPUT) & ~(unsigned)CLI_AS,
	.run = reads_stages,
	.work = show},
    {.name = "define",
	.operands = "[FILE]",
	.help = "use the model of a JSON document",
	.shared = (CLI_STORE | CLI_OUTPUT | CLI_DRY_RUN | CLI_CHANGES),
	.run = define},
    {.name = "reset",
	.help = "go back to the model that ships",
	.shared = (CLI_STORE | CLI_OUTPUT | CLI_DRY_RUN | CLI_CHANGES),
	.run = session_changes,
	.work = reset},
    {.name = "check",
	.operands = "FILE",
	.help = "look for mistakes in a document",
	.run = check},
    {0},
};

static const struct cli_program program = {
    .name = "dl-stage",
    .summary = "move leads along their stages, and see who is stuck",
    .verbs = verbs,
    .default_verb = "apply",
    .feature = "stages",
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
