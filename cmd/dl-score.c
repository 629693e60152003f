/* SPDX-License-Identifier: ISC */
/*
 * dl-score: scores leads by rules and says why. Rule sets are defined, tried
 * out on what is stored, applied to what changed; learnt from what became of
 * leads and judged by it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "lead/lead.h"
#include "score/draw.h"
#include "score/score.h"
#include "score/trial.h"
#include "session/session.h"

static struct {
	bool all, no_events, reference, why, leads;
	struct cli_list lead, exclude;
	const char *rule, *rules, *set, *events, *rejects;
	int64_t top, threshold, bins, max_rules, min_support, lead_time;
	double l2, share;
} arg = {.bins = 8, .max_rules = 200, .l2 = 2, .threshold = -1};

/* ---- definitions -------------------------------------------------- */

struct definition {
	const char *name;
	struct score_rules *rules;
};

static int
define_set(struct session *s, struct err *err)
{
	const struct definition *d = s->context;
	struct buf old = {0}, new = {0}, active = {0};
	const char *change;
	int rc;

	score_set_review(s->st, s->tenant, d->rules, cli_remarks(s->call));
	score_rules_print(d->rules, &new);
	rc = score_set_read(s->st, s->tenant, NULL, &active, NULL, err);
	if (rc >= 0)
		rc = score_set_read(s->st, s->tenant, d->name, &old, NULL, err);
	if (rc >= 0)
		rc = score_set_define(s->st, s->tenant, d->name, d->rules,
		    s->who, s->now, NULL, err);
	change = session_defined(
	    s, "rule_set", d->name, buf_str(&old), buf_str(&new));
	if (!active.len && !old.len && !s->call->shared->dry_run)
		session_change(s, "rule_set", d->name, NULL, NULL, "enabled");
	session_summary(s, "%s: %zu rules, %s%s", d->name, d->rules->count,
	    change, session_dry(s));
	buf_release(&old);
	buf_release(&new);
	buf_release(&active);
	return rc;
}

static int
define(const struct cli_call *call, struct err *err)
{
	struct definition d = {0};
	const char *file;
	int rc;

	session_define_operands(call, &d.name, &file);
	rc = arg.reference ? score_rules_reference(&d.rules, err)
			   : score_rules_read(file ? file : "-", &d.rules, err);
	if (rc < 0)
		return -1;
	if (!d.name)
		d.name = d.rules->name;
	if (d.name)
		rc = session_run(call, SESSION_CHANGE, define_set, &d, err);
	else
		rc = err_set(err, ERR_USAGE,
		    "a rule set needs a name: as operand, or as \"name\"");
	score_rules_free(d.rules);
	return rc;
}

static int
list_sets(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "name", "active", "rules", "updated_at"};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return score_set_lines(s->st, s->tenant, session_each, s, err);
}

static int
show_set(struct session *s, struct err *err)
{
	struct score_rules *rules;
	struct buf text = {0};

	if (score_set_open(
		s->st, s->tenant, s->call->operands[0], &rules, err) < 0)
		return -1;
	score_rules_print(rules, &text);
	score_rules_free(rules);
	return session_show(s, &text, err);
}

static int
remove_set(struct session *s, struct err *err)
{
	const char *name = s->call->operands[0];

	session_change(s, "rule_set", name, NULL, NULL, "removed");
	session_summary(s, "%s: removed%s", name, session_dry(s));
	return score_set_remove(s->st, s->tenant, name, s->who, s->now, err);
}

/* The set that was active is no longer, and says so as well. */
static int
switch_set(struct session *s, const char *name, bool on, struct err *err)
{
	struct buf document = {0}, active = {0};
	int rc =
	    score_set_read(s->st, s->tenant, NULL, &document, &active, err);

	if (rc >= 0 && !(on && str_is(buf_str(&active), name))) {
		rc = (on ? score_set_enable : score_set_disable)(
		    s->st, s->tenant, name, s->who, s->now, err);
		if (on && active.len)
			session_change(
			    s, "rule_set", active.p, NULL, NULL, "disabled");
		session_change(s, "rule_set", name, NULL, NULL,
		    on ? "enabled" : "disabled");
	}
	buf_release(&document);
	buf_release(&active);
	return rc < 0 ? -1 : 0;
}

static int
switch_rule(struct session *s, const char *name, bool on, struct err *err)
{
	bool changed = false;
	int rc = score_rule_enable(s->st, s->tenant, name, arg.rule, on, s->who,
	    s->now, &changed, err);

	if (changed)
		session_change(s, "rule_set", name, "rule", arg.rule,
		    on ? "enabled" : "disabled");
	return rc;
}

/* enable and disable: a set, or one rule of it. */
static int
switch_one(struct session *s, struct err *err)
{
	const char *name = s->call->operands[0];
	bool on = s->call->verb->which;
	int rc = (arg.rule ? switch_rule : switch_set)(s, name, on, err);

	session_summary(s, "%s%s%s: %s%s", name, arg.rule ? ": " : "",
	    arg.rule ? arg.rule : "",
	    !s->lines.len ? "unchanged"
	    : on          ? "enabled"
			  : "disabled",
	    session_dry(s));
	return rc;
}

static int
check_sets(struct session *s, struct err *err)
{
	return session_checked(
	    score_set_review_all(s->st, s->tenant, cli_remarks(s->call), err),
	    err);
}

static int
check(const struct cli_call *call, struct err *err)
{
	struct score_rules *rules;

	if (!call->count)
		return session_run(call, SESSION_READ, check_sets, NULL, err);
	if (score_rules_read(call->operands[0], &rules, err) < 0)
		return session_checked(-1, err);
	score_rules_review(rules, NULL, NULL, cli_remarks(call));
	score_rules_free(rules);
	return 0;
}

/* ---- apply -------------------------------------------------------- */

/* The leads named by operands and --lead. */
static int
named_leads(struct session *s, struct lead_list *leads, struct err *err)
{
	const char *const *operands = (const char *const *)s->call->operands;

	if (lead_list_need(
		s->st, s->tenant, operands, s->call->count, leads, err) < 0)
		return -1;
	return lead_list_need(
	    s->st, s->tenant, arg.lead.items, arg.lead.count, leads, err);
}

static void
sum_up(struct session *s, struct score_applied *done)
{
	if (done->holder.len) {
		session_summary(
		    s, "nothing done: already at work: %s", done->holder.p);
	} else if (done->scored) {
		score_add_applied(done, &s->summary);
		session_summary(s, "%s", session_dry(s));
	}
	buf_release(&done->holder);
}

static int
apply_rules(struct session *s, struct err *err)
{
	struct score_apply job = {.moment = s->moment,
	    .replay = s->call->shared->replay,
	    .dry_run = s->call->shared->dry_run,
	    .all = arg.all,
	    .flush = session_each,
	    .progress = session_progress,
	    .context = s};
	/* The rules of each are too much for a table. */
	bool rules = strcmp(s->call->shared->format, "table") != 0;
	struct score_applied done = {0};
	struct lead_list leads = {0};
	int rc = score_set_open(s->st, s->tenant, NULL, &job.rules, err);

	if (rc == 0 && (s->call->count || arg.lead.count)) {
		rc = named_leads(s, &leads, err);
		job.leads = leads.lead;
		job.lead_count = leads.count;
	}
	if (rc == 0)
		rc = session_print(
		    s, score_columns, score_column_count - !rules, err);
	if (rc == 0)
		rc = score_apply(s->st, s->tenant, &job, &done, err);
	cli_progress_end();
	sum_up(s, &done);
	free(leads.lead);
	score_rules_free(job.rules);
	return rc;
}

/* ---- filter ------------------------------------------------------- */

static int
filter_by(struct session *s, struct score_rules *rules, struct err *err)
{
	struct remarks refused = {.put = session_refuses};
	struct score_filter f = {.rules = rules,
	    .tenant = s->tenant,
	    .why = arg.why,
	    .leads = {.paths = s->call->operands,
		.path_count = s->call->count,
		.events = arg.events,
		.no_events = arg.no_events,
		.moment = s->moment,
		.remarks = cli_remarks(s->call),
		.refused = &refused,
		.rejects = arg.rejects},
	    .each = session_each,
	    .context = s};
	struct lead_streamed done;

	if (session_print(s, score_columns, score_column_count, err) < 0 ||
	    score_filter(&f, &done, err) < 0)
		return -1;
	if (done.events_left)
		cli_summary(s->call,
		    "%" PRIu64 " event%s of leads that are not there",
		    done.events_left, plural((int64_t)done.events_left));
	if (!done.counts.rejected)
		return CLI_DONE;
	record_counts_filter(&s->summary, &done.counts);
	return CLI_REJECTS;
}

static int
filter(struct session *s, struct err *err)
{
	struct score_rules *rules;
	int rc;

	if (!arg.rules && !arg.reference)
		return err_set(err, ERR_USAGE,
		    "which rules? give --rules FILE or --reference");
	rc = arg.rules ? score_rules_read(arg.rules, &rules, err)
		       : score_rules_reference(&rules, err);
	if (rc < 0)
		return -1;
	if (arg.threshold >= 0)
		s->tenant->settings.hot_threshold = arg.threshold;
	rc = filter_by(s, rules, err);
	score_rules_free(rules);
	return rc;
}

/* ---- explain, history --------------------------------------------- */

static int
explain_by(struct session *s, struct score_telling *how, struct err *err)
{
	static const char *const columns[] = {"lead", "email", "score", "fit",
	    "engagement", "band", "priority", "is_hot", "rules", "to_hot"};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	if (s->printer.format == RECORD_TABLE && (how->top || how->leads)) {
		how->draw = &s->printer.style;
		how->each = session_text;
	}
	return score_tell(s->st, s->tenant, how, err);
}

static int
explain_leads(struct session *s, struct err *err)
{
	bool named = s->call->count > 0 || arg.lead.count > 0;
	struct score_telling how = {.moment = s->moment,
	    .where = s->where,
	    .top = (size_t)arg.top,
	    .each = session_each,
	    .context = s};
	struct score_rules *rules = NULL;
	struct lead_list leads = {0};
	int rc;

	if (!named && !arg.all && !arg.top && !s->where)
		return err_set(
		    err, ERR_USAGE, "which lead? name one, or give --all");
	if (named && arg.top > 0)
		return err_set(
		    err, ERR_USAGE, "--top chooses by itself: name no lead");
	rc =
	    score_set_choose(s->st, s->tenant, arg.rules, arg.set, &rules, err);
	if (rc == 0 && named && !arg.all && !s->where)
		rc = named_leads(s, &leads, err);
	how.rules = rules;
	how.leads = leads.lead;
	how.lead_count = leads.count;
	if (rc == 0)
		rc = explain_by(s, &how, err);
	free(leads.lead);
	score_rules_free(rules);
	return rc;
}

static int
show_history(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "time", "old_score", "score", "fit", "engagement", "rules"};
	int64_t lead;

	if (lead_need(s->st, s->tenant, str_of(s->call->operands[0]), &lead,
		err) < 0 ||
	    session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return score_history(s->st, s->tenant, lead, session_each, s, err);
}

/* ---- preview, learn, backtest ------------------------------------- */

static int
preview_rules(struct session *s, struct err *err)
{
	struct score_rules *before = NULL, *after = NULL;
	const char *file = s->call->operands[0];
	struct score_preview preview;
	struct buf json = {0}, drawing = {0};
	int rc;

	if (!file && !arg.set)
		return err_set(
		    err, ERR_USAGE, "which rules? give a FILE or --set NAME");
	rc = score_set_choose(s->st, s->tenant, file, arg.set, &after, err);
	if (rc == 0)
		rc = score_set_active(s->st, s->tenant, &before, err);
	if (rc == 0)
		rc = session_print(s, NULL, 0, err);
	if (rc == 0)
		rc = score_preview(s->st, s->tenant, before, after, s->where,
		    &s->moment, arg.leads ? session_each : NULL, s, &preview,
		    err);
	if (rc == 0 && !arg.leads) {
		score_put_preview(&preview, &json);
		score_draw_preview(&preview, s->printer.style, &drawing);
		printer_either(&s->printer, &json, &drawing);
	}
	score_rules_free(before);
	score_rules_free(after);
	return rc;
}

static void
tell_sample(
    struct session *s, const char *what, const struct sample_taken *sampled)
{
	struct buf text = {0};

	score_add_sampled(sampled, &text);
	cli_summary(s->call, "%s: %s", what, text.p);
	buf_release(&text);
}

/* The evidence, beside the rules learnt: also how well they do on the leads
 * they were not learnt from. */
static int
tell_lessons(struct session *s, const struct score_learn *how,
    const struct score_learnt *learnt, struct err *err)
{
	const struct cli_shared *shared = s->call->shared;
	struct score_backtest test;
	struct buf text = {0};

	if (shared->quiet)
		return 0;
	score_draw_lessons(learnt, s->printer.style, &text);
	fwrite(text.p, 1, text.len, stderr);
	buf_release(&text);
	tell_sample(s, "learnt from", &learnt->train);
	if (how->sample.share >= 1)
		return 0;
	if (score_learnt_test(s->st, s->tenant, learnt, &how->sample,
		&s->moment, &test, err) < 0)
		return -1;
	tell_sample(s, "held out", &test.sampled);
	session_summary(s,
	    "AUC %.4f on those it learnt from, %.4f on those held out; "
	    "%.1f %% of the leads outside 0..100",
	    learnt->train_auc, test.auc, learnt->clamped * 100);
	return 0;
}

static int
learn_rules(struct session *s, struct err *err)
{
	struct score_learn how = {.ask = {.exclude = arg.exclude.items,
				      .exclude_count = arg.exclude.count},
	    .bins = (size_t)arg.bins,
	    .max_rules = (size_t)arg.max_rules,
	    .l2 = arg.l2,
	    .min_support = (uint64_t)arg.min_support,
	    .sample = {.where = s->where,
		.half = SAMPLE_TRAIN,
		.share = arg.share > 0 ? arg.share : 0.7,
		.lead_time = arg.lead_time}};
	struct score_learnt learnt = {0};
	int rc = session_print(s, NULL, 0, err);

	if (rc == 0)
		rc = score_learn(
		    s->st, s->tenant, &how, &s->moment, &learnt, err);
	if (rc == 0) {
		printer_text(&s->printer, str_of(learnt.document));
		rc = tell_lessons(s, &how, &learnt, err);
	}
	score_learnt_release(&learnt);
	return rc;
}

static int
backtest_rules(struct session *s, struct err *err)
{
	struct sample sample = {.where = s->where,
	    .half = arg.share > 0 ? SAMPLE_TEST : SAMPLE_WHOLE,
	    .share = arg.share,
	    .lead_time = arg.lead_time};
	struct score_rules *rules = NULL;
	struct score_backtest test;
	struct buf json = {0}, drawing = {0};
	int rc = score_set_choose(
	    s->st, s->tenant, s->call->operands[0], arg.set, &rules, err);

	if (rc == 0)
		rc = session_print(s, NULL, 0, err);
	if (rc == 0)
		rc = score_backtest(
		    s->st, s->tenant, rules, &sample, &s->moment, &test, err);
	if (rc == 0) {
		score_put_backtest(&test, &json);
		score_draw_backtest(&test, s->printer.style, &drawing);
		printer_either(&s->printer, &json, &drawing);
		tell_sample(s, "judged by", &test.sampled);
	}
	score_rules_free(rules);
	return rc;
}

/* ---- the tables --------------------------------------------------- */

#define LEAD_OPTION \
	CLI_LIST('l', "lead", "LEAD", &arg.lead, "this lead, by id or e-mail")
#define RULES_OPTION \
	CLI_FILE(0, "rules", "FILE", &arg.rules, "rules from a file")
#define REFERENCE_OPTION                         \
	CLI_FLAG(0, "reference", &arg.reference, \
	    "the reference set that ships with the toolkit")
#define SET_OPTION CLI_TEXT(0, "set", "NAME", &arg.set, "a stored rule set")

static const struct cli_option apply_options[] = {
    CLI_FLAG('a', "all", &arg.all, "score every lead anew"), LEAD_OPTION,
    CLI_END};
static const struct cli_option define_options[] = {REFERENCE_OPTION, CLI_END};
static const struct cli_option switch_options[] = {
    CLI_TEXT(0, "rule", "RULE", &arg.rule, "one rule of the set"), CLI_END};
static const struct cli_option explain_options[] = {
    CLI_FLAG('a', "all", &arg.all, "every lead"),
    CLI_INT('k', "top", "N", &arg.top, 1, 10000,
	"the best N leads, the best one first"),
    LEAD_OPTION, RULES_OPTION, SET_OPTION, CLI_END};
static const struct cli_option preview_options[] = {SET_OPTION,
    CLI_FLAG(0, "leads", &arg.leads, "print each lead that would move"),
    CLI_END};
static const struct cli_option filter_options[] = {RULES_OPTION,
    REFERENCE_OPTION,
    CLI_FILE(0, "events", "FILE", &arg.events,
	"events of these leads, joined by id or e-mail"),
    CLI_FLAG(0, "no-events", &arg.no_events,
	"leads without events are leads to whom nothing happened"),
    CLI_FLAG(0, "explain", &arg.why, "say why"),
    CLI_INT(0, "threshold", "N", &arg.threshold, 0, 100,
	"a score from here up is hot (80)"),
    CLI_FILE(0, "rejects", "FILE", &arg.rejects,
	"records that were refused, with the reason"),
    CLI_END};

#define LEAD_TIME_OPTION                                     \
	CLI_DURATION(0, "lead-time", "TIME", &arg.lead_time, \
	    "judge leads this long before their outcome")
static const struct cli_option learn_options[] = {
    CLI_LIST('x', "exclude", "NAME", &arg.exclude,
	"not this field, attribute or event type"),
    CLI_REAL(0, "train", "SHARE", &arg.share, 0.0001, 1.0,
	"learn from this share of the leads (70%)"),
    LEAD_TIME_OPTION,
    CLI_INT(0, "bins", "N", &arg.bins, 2, 64, "bins of a number (8)"),
    CLI_INT(0, "max-rules", "N", &arg.max_rules, 1, SCORE_RULES_MAX - 1,
	"at most so many rules (200)"),
    CLI_INT(0, "min-support", "N", &arg.min_support, 1, 1000000000,
	"leads a rule needs (20, or 1 in 500)"),
    CLI_REAL(0, "l2", "X", &arg.l2, 0.000001, 1000000.0,
	"how much weights are held back (2)"),
    CLI_END};
static const struct cli_option backtest_options[] = {SET_OPTION,
    CLI_REAL(0, "test", "SHARE", &arg.share, 0.0001, 1.0,
	"only the share that learn did not see: 30%"),
    LEAD_TIME_OPTION, CLI_END};

static const struct cli_exclusive apply_exclusive[] = {
    {"all", "lead"}, {NULL, NULL}};
static const struct cli_exclusive rules_exclusive[] = {
    {"rules", "set"}, {NULL, NULL}};
static const struct cli_exclusive filter_exclusive[] = {
    {"rules", "reference"}, {"events", "no-events"}, {NULL, NULL}};

#define DEFINING (CLI_STORE | CLI_DRY_RUN | CLI_CHANGES | CLI_OUTPUT)
#define CHANGES_ONE \
	.operands = "NAME", .shared = DEFINING, .run = session_changes

static const struct cli_verb verbs[] = {
    {.name = "apply",
	.help = "score the leads that changed or are due",
	.operands = "[LEAD...]",
	.options = apply_options,
	.exclusive = apply_exclusive,
	.shared = CLI_CHANGING,
	.run = session_writes,
	.work = apply_rules},
    {.name = "define",
	.help = "store a rule set; the first one becomes the active one",
	.operands = "[NAME] [FILE]",
	.options = define_options,
	.shared = DEFINING,
	.run = define},
    {.name = "list",
	.help = "print the rule sets",
	.shared = CLI_READING,
	.run = session_reads,
	.work = list_sets},
    {.name = "show",
	.help = "print a rule set as define accepts it",
	.operands = "[NAME]",
	.shared = CLI_STORE | CLI_OUTPUT,
	.run = session_reads,
	.work = show_set},
    {.name = "remove",
	.help = "delete a rule set",
	CHANGES_ONE,
	.work = remove_set},
    {.name = "enable",
	.help = "make a rule set the active one, or switch a rule on",
	.options = switch_options,
	CHANGES_ONE,
	.work = switch_one,
	.which = true},
    {.name = "disable",
	.help = "let no rule set be active, or switch a rule off",
	.options = switch_options,
	CHANGES_ONE,
	.work = switch_one},
    {.name = "check",
	.help = "look for mistakes in a file or in every stored set",
	.operands = "[FILE]",
	.shared = CLI_STORE,
	.run = check},
    {.name = "filter",
	.help = "score records from files or standard input, no store",
	.operands = "[FILE...]",
	.options = filter_options,
	.exclusive = filter_exclusive,
	.shared = CLI_FILTERING,
	.run = session_filters,
	.work = filter},
    {.name = "preview",
	.help = "say what another rule set would change",
	.operands = "[FILE]",
	.options = preview_options,
	.shared = CLI_READING | CLI_WHERE,
	.run = session_reads,
	.work = preview_rules},
    {.name = "explain",
	.help = "say why leads have their scores",
	.operands = "[LEAD...]",
	.options = explain_options,
	.exclusive = rules_exclusive,
	.shared = CLI_READING | CLI_WHERE,
	.run = session_reads,
	.work = explain_leads},
    {.name = "history",
	.help = "print the scores a lead has had",
	.operands = "LEAD",
	.shared = CLI_READING,
	.run = session_reads,
	.work = show_history},
    {.name = "learn",
	.help = "propose rules from what became of leads",
	.options = learn_options,
	.shared = CLI_STORE | CLI_OUTPUT | CLI_WHERE,
	.run = session_reads,
	.work = learn_rules},
    {.name = "backtest",
	.help = "judge rules by what became of leads",
	.operands = "[FILE]",
	.options = backtest_options,
	.shared = CLI_READING | CLI_WHERE,
	.run = session_reads,
	.work = backtest_rules},
    {0}};

static const struct cli_program program = {
    .name = "dl-score",
    .summary = "score leads by rules and say why",
    .verbs = verbs,
    .default_verb = "apply",
    .feature = "scoring",
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
