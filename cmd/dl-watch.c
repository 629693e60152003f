/* SPDX-License-Identifier: ISC */
/* dl-watch: metrics that are watched, and a signal when one is out of the
 * ordinary. */
#include <inttypes.h>

#include "cli/cli.h"
#include "session/session.h"
#include "watch/watch.h"

static struct {
	int64_t since;
} arg = {.since = TIME_MIN};

/* ---- definitions ------------------------------------------------------- */

static int
read_file(
    const char *path, const char *name, struct watch **ret, struct err *err)
{
	struct json *document;

	if (json_doc_read(path, &document, err) < 0)
		return -1;
	return watch_of(document, name, ret, err);
}

static int
define_one(struct session *s, struct err *err)
{
	struct watch *w = s->context;
	struct buf old = {0}, new = {0};
	bool changed;
	int rc = watch_check(s->st, s->tenant, w, err);

	if (rc == 0)
		rc = watch_define(
		    s->st, s->tenant, w, s->who, s->now, &old, &changed, err);
	if (rc == 0) {
		watch_print(w, &new);
		session_summary(s, "%s: %s%s", w->name,
		    session_defined(
			s, "watch", w->name, buf_str(&old), buf_str(&new)),
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
	struct watch *w;
	int rc;

	session_define_operands(call, &name, &file);
	if (read_file(file ? file : "-", name, &w, err) < 0)
		return -1;
	rc = session_run(call, SESSION_CHANGE, define_one, w, err);
	watch_free(w);
	return rc;
}

static int
list(struct session *s, struct err *err)
{
	static const char *const columns[] = {"name", "enabled", "metric", "by",
	    "where", "group", "least", "due_at", "judged_until", "description"};
	struct watch **all;
	struct buf line = {0};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0 ||
	    watch_list_read(s->st, s->tenant, cli_remarks(s->call), &all, err) <
		0)
		return -1;
	for (size_t i = 0; all[i]; i++) {
		buf_clear(&line);
		watch_put(all[i], &line);
		buf_addc(&line, '\n');
		printer_lines(&s->printer, buf_str(&line));
	}
	watch_list_free(all);
	buf_release(&line);
	return 0;
}

static int
show(struct session *s, struct err *err)
{
	struct watch *w;
	struct buf text = {0};

	if (watch_need(s->st, s->tenant, s->call->operands[0], &w, err) < 0)
		return -1;
	watch_print(w, &text);
	watch_free(w);
	if (session_print(s, NULL, 0, err) < 0) {
		buf_release(&text);
		return -1;
	}
	printer_text(&s->printer, buf_str(&text));
	buf_release(&text);
	return 0;
}

static int
remove_watch(struct session *s, struct err *err)
{
	const char *name = s->call->operands[0];

	if (watch_remove(s->st, s->tenant, name, s->who, s->now, err) < 0)
		return -1;
	session_change(s, "watch", name, NULL, NULL, "removed");
	session_summary(s, "%s: removed%s", name, session_dry(s));
	return 0;
}

static int
switch_these(struct session *s, bool on, struct err *err)
{
	for (size_t i = 0; i < s->call->count; i++) {
		const char *name = s->call->operands[i];
		bool changed;

		if (watch_switch(s->st, s->tenant, name, on, s->who, s->now,
			&changed, err) < 0)
			return -1;
		if (changed)
			session_change(s, "watch", name, NULL, NULL,
			    on ? "enabled" : "disabled");
	}
	return 0;
}

static int
enable(struct session *s, struct err *err)
{
	return switch_these(s, true, err);
}

static int
disable(struct session *s, struct err *err)
{
	return switch_these(s, false, err);
}

static void
print_wrong(void *context, struct place where, const char *text)
{
	(void)context;
	(void)where;
	cli_error("%s", text);
}

static int
check_stored(struct session *s, struct err *err)
{
	struct remarks wrong = {.put = print_wrong};
	struct watch **all;
	int rc = 0;

	if (watch_list_read(s->st, s->tenant, &wrong, &all, err) < 0)
		return -1;
	for (size_t i = 0; all[i] && rc == 0; i++) {
		rc = watch_check(s->st, s->tenant, all[i], err);
		if (rc < 0 && err->kind == ERR_USAGE) {
			remark(&wrong, (struct place){0}, "%s", err->text);
			err_clear(err);
			rc = 0;
		}
	}
	watch_list_free(all);
	if (rc < 0)
		return -1;
	return wrong.count ? CLI_NO : CLI_DONE;
}

static int
check_files(struct session *s, struct err *err)
{
	struct remarks wrong = {.put = print_wrong};

	for (size_t i = 0; i < s->call->count; i++) {
		struct watch *w;

		if (read_file(s->call->operands[i], NULL, &w, err) == 0) {
			watch_free(w);
			continue;
		}
		if (err->kind != ERR_USAGE)
			return -1;
		remark(&wrong, (struct place){0}, "%s", err->text);
		err_clear(err);
	}
	return wrong.count ? CLI_NO : CLI_DONE;
}

static int
check(const struct cli_call *call, struct err *err)
{
	return call->count
		   ? session_run(call, SESSION_FILTER, check_files, NULL, err)
		   : session_run(call, SESSION_READ, check_stored, NULL, err);
}

/* ---- looking ----------------------------------------------------------- */

static const char *const columns[] = {"watch", "part", "time", "from", "value",
    "of", "expected", "low", "high", "direction", "severity", "because"};

static int
run_watches(struct session *s, struct err *err)
{
	struct watch_run job = {.moment = s->moment,
	    .replay = s->call->shared->replay,
	    .dry_run = s->call->shared->dry_run,
	    .names =
		s->call->count ? (const char *const *)s->call->operands : NULL,
	    .flush = session_each,
	    .context = s,
	    .remarks = cli_remarks(s->call)};
	struct watch_ran done;
	int rc;

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	rc = watch_run(s->st, s->tenant, &job, &done, err);
	if (rc == 0 && done.holder.len)
		session_summary(
		    s, "nothing done: already at work: %s", done.holder.p);
	else if (rc == 0 && (done.watches || done.problems))
		session_summary(s,
		    "%" PRIu64 " watch%s, %" PRIu64 " step%s judged, %" PRIu64
		    " alarm%s%s",
		    done.watches, done.watches == 1 ? "" : "es", done.steps,
		    plural((int64_t)done.steps), done.alarms,
		    plural((int64_t)done.alarms), session_dry(s));
	buf_release(&done.holder);
	return rc == 0 && done.problems ? CLI_REJECTS : rc;
}

static int
show_log(struct session *s, struct err *err)
{
	static const char *const told[] = {"told_at", "watch", "part", "time",
	    "value", "of", "expected", "low", "high", "direction", "severity",
	    "because"};

	if (session_print(s, told, COUNT_OF(told), err) < 0)
		return -1;
	return watch_log(s->st, s->tenant, arg.since, session_each, s, err);
}

/* ---- the table --------------------------------------------------------- */

static const struct cli_option log_options[] = {
    CLI_MOMENT(0, "since", "TIME", &arg.since, "from here on"), CLI_END};

#define DEFINING (CLI_STORE | CLI_PRINTS | CLI_DRY_RUN | CLI_CHANGES)

static const struct cli_verb verbs[] = {
    {.name = "run",
	.operands = "[NAME...]",
	.help = "judge what is due, or what these have to judge",
	.shared = CLI_CHANGING & ~(unsigned)CLI_PROGRESS,
	.run = session_writes,
	.work = run_watches},
    {.name = "list",
	.help = "print what is watched",
	.shared = CLI_READING,
	.run = session_reads,
	.work = list},
    {.name = "show",
	.operands = "NAME",
	.help = "print one as define accepts it",
	.shared = (CLI_STORE | CLI_OUTPUT) & ~(unsigned)CLI_AS,
	.run = session_reads,
	.work = show},
    {.name = "define",
	.operands = "[NAME] [FILE]",
	.help = "watch a metric",
	.shared = DEFINING,
	.run = define},
    {.name = "remove",
	.operands = "NAME",
	.help = "watch it no more",
	.shared = DEFINING,
	.run = session_changes,
	.work = remove_watch},
    {.name = "enable",
	.operands = "NAME...",
	.help = "switch on, from the latest step on",
	.shared = DEFINING,
	.run = session_changes,
	.work = enable},
    {.name = "disable",
	.operands = "NAME...",
	.help = "switch off",
	.shared = DEFINING,
	.run = session_changes,
	.work = disable},
    {.name = "check",
	.operands = "[FILE...]",
	.help = "look for mistakes in files, or in all that is stored",
	.shared = CLI_STORE & ~(unsigned)CLI_AS,
	.run = check},
    {.name = "log",
	.help = "print what was told",
	.options = log_options,
	.shared = CLI_READING,
	.run = session_reads,
	.work = show_log},
    {0},
};

static const struct cli_program program = {
    .name = "dl-watch",
    .summary = "watch metrics, and tell when one is out of the ordinary",
    .verbs = verbs,
    .default_verb = "run",
    .feature = "forecast",
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
