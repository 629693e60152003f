/* SPDX-License-Identifier: ISC */
/*
 * dl-automation: what is done when something happened inside. Automations are
 * defined, checked and tried on the past; signals that wait are dealt with.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "automation/automation.h"
#include "cli/cli.h"
#include "session/session.h"

static struct {
	const char *since;
} arg;

/* A moment, or how far back from now: 90d. Without either: `otherwise`. */
static int
since(const struct session *s, int64_t otherwise, int64_t *ret, struct err *err)
{
	struct str text = str_of(arg.since);
	int64_t span;

	*ret = otherwise;
	if (!text.p)
		return 0;
	if (duration_parse(text, &span)) {
		*ret = s->now - span;
		return 0;
	}
	if (!time_parse_moment(text, s->now, s->moment.zone, ret))
		return err_set(err, ERR_USAGE,
		    "--since: not a time, nor a span like 90d: %s",
		    quoted(text));
	return 0;
}

/* ---- definitions -------------------------------------------------- */

/* Mistakes: printed, and counted. */
static void
print_wrong(void *context, struct place where, const char *text)
{
	(void)context;
	(void)where;
	cli_error("%s", text);
}

static int
read_file(const char *path, const char *name, struct automation **ret,
    struct err *err)
{
	struct json *document;

	if (json_doc_read(path, &document, err) < 0)
		return -1;
	return automation_of(document, name, ret, err);
}

/* One with mistakes is not stored. */
static int
define_one(struct session *s, struct err *err)
{
	const struct automation *a = s->context;
	struct remarks wrong = {.put = print_wrong};
	struct buf old = {0}, new = {0};
	bool changed;
	int rc;

	if (automation_check(
		s->st, s->tenant, a, &wrong, cli_remarks(s->call), err) < 0)
		return -1;
	if (wrong.count)
		return err_set(err, ERR_USAGE, "%s: %s, nothing stored",
		    a->name, wrong.count == 1 ? "a mistake" : "mistakes");
	rc = automation_define(
	    s->st, s->tenant, a, s->who, s->now, &old, &changed, err);
	if (rc == 0) {
		automation_print(a, &new);
		session_summary(s, "%s: %s%s", a->name,
		    session_defined(
			s, "automation", a->name, buf_str(&old), buf_str(&new)),
		    session_dry(s));
	}
	buf_release(&old);
	buf_release(&new);
	return rc;
}

static int
define(const struct cli_call *call, struct err *err)
{
	const char *name, *file;
	struct automation *a;
	int rc;

	session_define_operands(call, &name, &file);
	if (read_file(file ? file : "-", name, &a, err) < 0)
		return -1;
	rc = session_run(call, SESSION_CHANGE, define_one, a, err);
	automation_free(a);
	return rc;
}

/* The work of a verb, with what the tenant has as its context. */
static int
with_library(struct session *s, struct err *err)
{
	struct automation_library *lib;
	int rc;

	if (automation_library_open(
		s->st, s->tenant, cli_remarks(s->call), &lib, err) < 0)
		return -1;
	s->context = lib;
	rc = s->call->verb->work(s, err);
	automation_library_free(lib);
	return rc;
}

static int
reads_library(const struct cli_call *call, struct err *err)
{
	return session_run(call, SESSION_READ, with_library, NULL, err);
}

static int
changes_library(const struct cli_call *call, struct err *err)
{
	return session_run(call, SESSION_CHANGE, with_library, NULL, err);
}

static int
list(struct session *s, struct err *err)
{
	static const char *const columns[] = {"name", "enabled", "origin", "on",
	    "actions", "description", "updated_at"};
	const struct automation *a;
	struct buf line = {0};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	for (size_t i = 0; (a = automation_at(s->context, i)) != NULL; i++) {
		buf_clear(&line);
		automation_put(a, &line);
		printer_lines(&s->printer, buf_str(&line));
	}
	buf_release(&line);
	return 0;
}

static int
show(struct session *s, struct err *err)
{
	const struct automation *a;
	struct buf text = {0};

	if (automation_need(s->context, str_of(s->call->operands[0]), &a, err) <
	    0)
		return -1;
	automation_print(a, &text);
	return session_show(s, &text, err);
}

static int
remove_automation(struct session *s, struct err *err)
{
	const char *name = s->call->operands[0];
	const struct automation *a;

	if (automation_need(s->context, str_of(name), &a, err) < 0 ||
	    automation_remove(s->st, s->tenant, name, s->who, s->now, err) < 0)
		return -1;
	session_change(s, "automation", name, NULL, NULL, "removed");
	session_summary(s, "%s: removed%s%s", name,
	    a->origin == AUTOMATION_OVERRIDDEN ? ", the shipped one is back"
					       : "",
	    session_dry(s));
	return 0;
}

static int
switch_each(struct session *s, struct err *err)
{
	bool on = s->call->verb->which;
	const char *change = on ? "enabled" : "disabled";

	for (size_t i = 0; i < s->call->count; i++) {
		const char *name = s->call->operands[i];
		const struct automation *a;
		bool changed;

		if (automation_need(s->context, str_of(name), &a, err) < 0 ||
		    automation_switch(s->st, s->tenant, name, on, s->who,
			s->now, &changed, err) < 0)
			return -1;
		if (changed)
			session_change(
			    s, "automation", name, NULL, NULL, change);
	}
	return 0;
}

/* ---- check -------------------------------------------------------- */

static int
check_enabled(struct session *s, const struct automation_library *lib,
    struct remarks *wrong, struct err *err)
{
	const struct automation *a;

	for (size_t i = 0; (a = automation_at(lib, i)) != NULL; i++)
		if (a->enabled && automation_check(s->st, s->tenant, a, wrong,
				      cli_remarks(s->call), err) < 0)
			return -1;
	return wrong->count ? CLI_NO : CLI_DONE;
}

static int
check_store(struct session *s, struct err *err)
{
	struct remarks wrong = {.put = print_wrong};
	struct automation_library *lib;
	int rc;

	if (automation_library_open(s->st, s->tenant, &wrong, &lib, err) < 0)
		return -1;
	rc = check_enabled(s, lib, &wrong, err);
	automation_library_free(lib);
	return rc;
}

static int
check_files(struct session *s, struct err *err)
{
	struct remarks wrong = {.put = print_wrong};

	for (size_t i = 0; i < s->call->count; i++) {
		struct automation *a;
		int rc = read_file(s->call->operands[i], NULL, &a, err);

		if (rc == 0) {
			rc = automation_check(NULL, s->tenant, a, &wrong,
			    cli_remarks(s->call), err);
			automation_free(a);
		}
		if (rc < 0 && err->kind != ERR_USAGE)
			return -1;
		if (rc < 0) {
			remark(&wrong, (struct place){0}, "%s", err->text);
			err_clear(err);
		}
	}
	return wrong.count ? CLI_NO : CLI_DONE;
}

static int
check(const struct cli_call *call, struct err *err)
{
	return call->count
		   ? session_run(call, SESSION_FILTER, check_files, NULL, err)
		   : session_run(call, SESSION_READ, check_store, NULL, err);
}

/* ---- running ------------------------------------------------------ */

static bool
progress(void *session, uint64_t done, uint64_t whole)
{
	const struct session *s = session;

	cli_progress(s->call, "signals", done, done, whole);
	return cli_interrupted();
}

static void
sum_up(struct session *s, const struct automation_done *done)
{
	if (done->began)
		session_summary(s, "listening from now on; ");
	if (done->holder.len)
		session_summary(
		    s, "nothing done: already at work: %s", done->holder.p);
	else if (done->signals)
		session_summary(s,
		    "%" PRIu64 " signal%s, %" PRIu64 " firing%s: %" PRIu64
		    " task%s, %" PRIu64 " message%s, %" PRIu64 " move%s%s",
		    done->signals, plural((int64_t)done->signals),
		    done->firings, plural((int64_t)done->firings), done->tasks,
		    plural((int64_t)done->tasks), done->messages,
		    plural((int64_t)done->messages), done->moves,
		    plural((int64_t)done->moves), session_dry(s));
	else if (done->began)
		session_summary(s, "no signals wait%s", session_dry(s));
}

static int
run_signals(struct session *s, struct err *err)
{
	static const char *const columns[] = {"automation", "signal", "lead",
	    "action", "task", "title", "assignee", "tasks", "channel", "to",
	    "message"};
	struct automation_run job = {.moment = s->moment,
	    .replay = s->call->shared->replay,
	    .dry_run = s->call->shared->dry_run,
	    .flush = session_each,
	    .progress = progress,
	    .context = s,
	    .remarks = cli_remarks(s->call)};
	struct automation_channels *channels;
	struct automation_done done;
	int rc;

	if (automation_channels_open(s->tenant, cli_settings, &channels, err) <
	    0)
		return -1;
	job.channels = channels;
	rc = session_print(s, columns, COUNT_OF(columns), err);
	if (rc == 0) {
		rc = automation_run(s->st, s->tenant, &job, &done, err);
		cli_progress_end();
		sum_up(s, &done);
		buf_release(&done.holder);
		if (rc == 0 && done.problems)
			rc = CLI_REJECTS;
	}
	automation_channels_free(channels);
	return rc;
}

/* A dry run is a change that is undone, so the store is opened for one. */
static int
run(const struct cli_call *call, struct err *err)
{
	return session_run(call, SESSION_WRITE, run_signals, NULL, err);
}

/* ---- the past ----------------------------------------------------- */

/* An automation by name, or a file's that is not stored. */
static int
choose(const struct cli_call *call, const struct automation_library *lib,
    const struct automation **ret, struct automation **ret_own, struct err *err)
{
	const char *name, *file;

	session_define_operands(call, &name, &file);
	if (name)
		return automation_need(lib, str_of(name), ret, err);
	if (read_file(file, NULL, ret_own, err) < 0)
		return -1;
	*ret = *ret_own;
	return 0;
}

static int
search_past(struct session *s, struct err *err)
{
	static const char *const columns[] = {"automation", "signal", "at",
	    "lead", "name", "company", "recovered_at", "hours", "do"};
	bool recovery = s->call->verb->which;
	struct automation_past how = {.library = s->context,
	    .moment = s->moment,
	    .recovery = recovery,
	    .each = session_each,
	    .context = s};
	struct automation_found found = {0};
	struct automation *own = NULL;
	int rc = since(s, s->now - 90 * MS_DAY, &how.since, err);

	if (rc == 0 && s->call->count)
		rc = choose(s->call, s->context, &how.automation, &own, err);
	if (rc == 0)
		rc = session_print(
		    s, columns, COUNT_OF(columns) - recovery, err);
	if (rc == 0)
		rc = automation_past(s->st, s->tenant, &how, &found, err);
	if (rc == 0)
		session_summary(s, "%" PRIu64 " firing%s, %" PRIu64 " lead%s",
		    found.firings, plural((int64_t)found.firings), found.leads,
		    plural((int64_t)found.leads));
	if (rc == 0 && recovery && found.recovered)
		session_summary(s, ", %" PRIu64 " over, after %.1f h (median)",
		    found.recovered, found.median_hours);
	else if (rc == 0 && recovery)
		session_summary(s, ", none over");
	automation_free(own);
	return rc;
}

static int
show_log(struct session *s, struct err *err)
{
	static const char *const columns[] = {"automation", "signal", "lead",
	    "at", "tasks", "messages", "moves", "problem"};

	int64_t from;

	if (since(s, INT64_MIN, &from, err) < 0 ||
	    session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return automation_log(s->st, s->tenant, from, session_each, s, err);
}

/* ---- what to do next ---------------------------------------------- */

static int
recommend_leads(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "lead", "score", "action", "action_reason"};
	struct buf line = {0};
	int rc = session_print(s, columns, COUNT_OF(columns), err);

	for (size_t i = 0; rc == 0 && i < s->call->count; i++) {
		int64_t lead;

		buf_clear(&line);
		rc = lead_need(
		    s->st, s->tenant, str_of(s->call->operands[i]), &lead, err);
		if (rc == 0)
			rc = automation_recommend(
			    s->st, s->tenant, &s->moment, lead, &line, err);
		if (rc == 0)
			printer_lines(&s->printer, buf_str(&line));
	}
	buf_release(&line);
	return rc;
}

static int
show_table(struct session *s, struct err *err)
{
	struct recommend *r;
	struct buf text = {0};

	if (recommend_open(s->st, s->tenant, &r, err) < 0)
		return -1;
	recommend_print(r, &text);
	recommend_free(r);
	return session_show(s, &text, err);
}

static int
define_table_in(struct session *s, struct err *err)
{
	bool changed;

	if (recommend_define(s->st, s->tenant, s->context, s->who, s->now,
		&changed, err) < 0)
		return -1;
	session_summary(s, "table: %s%s",
	    !changed     ? "unchanged"
	    : s->context ? "defined"
			 : "reset",
	    session_dry(s));
	return 0;
}

static int
define_table(const struct cli_call *call, struct err *err)
{
	struct recommend *r;
	struct json *document;
	int rc;

	if (json_doc_read(
		call->count ? call->operands[0] : "-", &document, err) < 0 ||
	    recommend_of(document, &r, err) < 0)
		return -1;
	rc = session_run(call, SESSION_CHANGE, define_table_in, r, err);
	recommend_free(r);
	return rc;
}

/* ---- the table ---------------------------------------------------- */

static const struct cli_option past_options[] = {
    CLI_TEXT(0, "since", "TIME", &arg.since,
	"look at signals from here on (90 days ago)"),
    CLI_END,
};

static const struct cli_option log_options[] = {
    CLI_TEXT(0, "since", "TIME", &arg.since, "from here on"),
    CLI_END,
};

#define DEFINING (CLI_STORE | CLI_PRINTS | CLI_DRY_RUN | CLI_CHANGES)

static const struct cli_verb verbs[] = {
    {.name = "run",
	.help = "deal with the signals that wait",
	.shared = CLI_CHANGING,
	.run = run},
    {.name = "list",
	.help = "print all automations",
	.shared = CLI_READING,
	.run = reads_library,
	.work = list},
    {.name = "show",
	.operands = "NAME",
	.help = "print one as define accepts it",
	.shared = (CLI_STORE | CLI_OUTPUT) & ~(unsigned)CLI_AS,
	.run = reads_library,
	.work = show},
    {.name = "define",
	.operands = "[NAME] [FILE]",
	.help = "store an automation",
	.shared = DEFINING,
	.run = define},
    {.name = "remove",
	.operands = "NAME",
	.help = "delete one of the tenant's own",
	.shared = DEFINING,
	.run = changes_library,
	.work = remove_automation},
    {.name = "enable",
	.operands = "NAME...",
	.help = "switch on, for signals from now on",
	.shared = DEFINING,
	.run = changes_library,
	.work = switch_each,
	.which = true},
    {.name = "disable",
	.operands = "NAME...",
	.help = "switch off",
	.shared = DEFINING,
	.run = changes_library,
	.work = switch_each},
    {.name = "check",
	.operands = "[FILE...]",
	.help = "look for mistakes in files, or in all that is stored",
	.shared = CLI_STORE & ~(unsigned)CLI_AS,
	.run = check},
    {.name = "preview",
	.operands = "[NAME|FILE]",
	.help = "what would have fired, by the signals there are",
	.options = past_options,
	.shared = CLI_READING,
	.run = reads_library,
	.work = search_past},
    {.name = "backtest",
	.operands = "[NAME|FILE]",
	.help = "the same, and when it was over",
	.options = past_options,
	.shared = CLI_READING,
	.run = reads_library,
	.work = search_past,
	.which = true},
    {.name = "log",
	.help = "print what was done",
	.options = log_options,
	.shared = CLI_READING,
	.run = session_reads,
	.work = show_log},
    {.name = "recommend",
	.operands = "LEAD...",
	.help = "what to do next about a lead, and why",
	.shared = CLI_READING,
	.run = session_reads,
	.work = recommend_leads},
    {.name = "table show",
	.help = "print the table of these recommendations",
	.shared = (CLI_STORE | CLI_OUTPUT) & ~(unsigned)CLI_AS,
	.run = session_reads,
	.work = show_table},
    {.name = "table define",
	.operands = "[FILE]",
	.help = "use another one",
	.shared = CLI_STORE | CLI_DRY_RUN | CLI_CHANGES,
	.run = define_table},
    {.name = "table reset",
	.help = "go back to the one that ships",
	.shared = CLI_STORE | CLI_DRY_RUN | CLI_CHANGES,
	.run = session_changes,
	.work = define_table_in},
    {0},
};

static const struct cli_program program = {
    .name = "dl-automation",
    .summary = "what is done when something happened: alerts, tasks, moves",
    .verbs = verbs,
    .default_verb = "run",
    .feature = "automations",
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
