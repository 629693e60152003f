/* SPDX-License-Identifier: ISC */
/*
 * dl-export: leads, events and the rest as files for people and their
 * programs. What is read is one moment of the store; what goes out is counted,
 * and that it went is recorded.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "export/export.h"
#include "extract/extract.h"
#include "session/session.h"

#define FORMATS "ndjson csv tsv json xlsx sql markdown"

/* The options of a request stand in it. */
static struct extract_request asked;
static struct {
	const char *from;
	struct cli_list input;
	bool all, snapshot, erased;
} arg;

/* ---- exports --------------------------------------------------------------
 */

static int
open_output(void *session, FILE **ret, struct err *err)
{
	const struct session *s = session;

	return cli_output(s->call, ret, err);
}

static void
show_progress(void *session, uint64_t done, uint64_t whole)
{
	session_progress(session, done, whole);
}

static bool
enough(void *session)
{
	(void)session;
	return cli_interrupted() || cli_reader_gone();
}

static void
say(void *context, struct place where, const char *text)
{
	const struct session *s = context;

	(void)where;
	cli_summary(s->call, "%s", text);
}

/* export.mask_key and export.record of the configuration. */
static int
take_setting(void *call, struct str name, struct str value, struct place where,
    struct err *err)
{
	struct extract_call *c = call;

	if (str_is(name, "mask_key"))
		c->hash_key = value.p;
	else if (str_is(name, "record"))
		c->record = value.p;
	else
		return err_at(err, ERR_USAGE, where,
		    "unknown name %s; there are export.mask_key and "
		    "export.record",
		    quoted(name));
	return 0;
}

static int
prepare(struct session *s, struct extract_call *c, struct remarks *said,
    struct remarks *refused, struct err *err)
{
	const struct cli_shared *shared = s->call->shared;

	*said = (struct remarks){.put = say, .context = s};
	*refused = (struct remarks){.put = session_refuses};
	*c = (struct extract_call){.st = s->st,
	    .tenant = s->tenant,
	    .now = s->now,
	    .who = s->who,
	    .read_only = s->closed.kind ? s->closed.text : NULL,
	    .terminal = shared->terminal,
	    .said = said,
	    .refused = refused,
	    .open = open_output,
	    .progress = show_progress,
	    .enough = enough,
	    .context = s};
	asked.what = s->call->verb->name;
	asked.of = s->call->count ? s->call->operands[0] : NULL;
	asked.where = shared->where;
	asked.format = shared->format;
	asked.file = shared->output;
	return cli_settings("export.", take_setting, c, err);
}

/* What an end is to who called the program. */
static int
conclude(struct session *s, int end, const struct export_done *d)
{
	if (end < 0)
		return -1;
	if (end == EXTRACT_STOPPED)
		return cli_interrupted() ? CLI_FAILED : CLI_DONE;
	if (!cli_reader_gone())
		export_done_tell(d, &s->summary);
	return d->counts.rejected || d->cut ? CLI_REJECTS : CLI_DONE;
}

static int
extract(struct session *s, struct err *err)
{
	struct remarks said, refused;
	struct export_done done;
	struct extract_call c;

	if (prepare(s, &c, &said, &refused, err) < 0)
		return -1;
	return conclude(s, extract_run(&asked, &c, &done, err), &done);
}

static int
exports(const struct cli_call *call, struct err *err)
{
	return session_run(call,
	    SESSION_WRITE | SESSION_EITHER | SESSION_OWN_WHERE, extract, NULL,
	    err);
}

static int
convert(struct session *s, struct err *err)
{
	struct extract_input in = {.paths = arg.input.items,
	    .count = arg.input.count,
	    .encoding = arg.from,
	    .remarks = cli_remarks(s->call)};
	struct remarks said, refused;
	struct export_done done;
	struct extract_call c;

	if (prepare(s, &c, &said, &refused, err) < 0)
		return -1;
	return conclude(s, extract_convert(&asked, &in, &c, &done, err), &done);
}

/* ---- jobs -----------------------------------------------------------------
 */

static int
resume(struct session *s, struct err *err)
{
	const char *job = s->call->operands[0];
	struct remarks said, refused;
	struct export_done done;
	struct extract_call c;
	int end;

	if (prepare(s, &c, &said, &refused, err) < 0)
		return -1;
	end = extract_resume(job, arg.snapshot, &c, &done, err);
	if (end == EXTRACT_NOTHING) {
		session_summary(s, "%s: nothing to go on with", job);
		return CLI_DONE;
	}
	return conclude(s, end, &done);
}

static int
jobs(struct session *s, struct err *err)
{
	static const char *const columns[] = {"job", "what", "format", "user",
	    "state", "written", "bytes", "began_at", "expires_at", "file",
	    "why"};
	bool named = s->call->count > 0;

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return extract_jobs(s->st, s->tenant,
	    named ? s->call->operands[0] : NULL, arg.all, session_each, s, err);
}

static int
purge(struct session *s, struct err *err)
{
	struct extract_purged n;
	int rc = extract_purge(s->st, s->tenant, arg.erased,
	    s->call->shared->dry_run, s->who, s->now, &s->lines, &n, err);

	session_summary(s, "%zu file%s purged, %zu kept%s", n.purged,
	    plural((int64_t)n.purged), n.kept, session_dry(s));
	return session_tell(s, err) < 0 ? -1 : rc;
}

/* ---- the policy -----------------------------------------------------------
 */

static const char *
policy_file(const struct cli_call *call)
{
	return call->count ? call->operands[0] : "-";
}

static int
policy_define(struct session *s, struct err *err)
{
	struct buf old = {0}, new = {0};
	struct json *doc;
	int rc = json_doc_read(policy_file(s->call), &doc, err);

	if (rc < 0)
		return -1;
	rc = session_begin(s, err);
	if (rc == 0)
		rc = extract_policy_define(
		    s->st, s->tenant, doc, s->who, s->now, &old, &new, err);
	if (rc == 0)
		session_summary(s, "policy: %s%s",
		    session_defined(s, "export_policy", s->tenant->name,
			buf_str(&old), buf_str(&new)),
		    session_dry(s));
	json_doc_free(doc);
	buf_release(&old);
	buf_release(&new);
	return rc;
}

static int
policy_show(struct session *s, struct err *err)
{
	struct buf text = {0};
	int rc = extract_policy_read(s->st, s->tenant, &text, err);

	if (rc == 0)
		session_summary(s, "there is no policy: everybody may do all");
	if (rc > 0)
		rc = session_print(s, NULL, 0, err);
	if (rc == 0 && text.len)
		session_text(s, buf_str(&text), err);
	buf_release(&text);
	return rc < 0 ? -1 : CLI_DONE;
}

static int
policy_remove(struct session *s, struct err *err)
{
	int got = extract_policy_remove(s->st, s->tenant, s->who, s->now, err);

	if (got > 0)
		session_change(
		    s, "export_policy", s->tenant->name, NULL, NULL, "removed");
	session_summary(s, "policy: %s%s",
	    got > 0 ? "removed" : "there is none", session_dry(s));
	return got < 0 ? -1 : CLI_DONE;
}

static int
policy_check(struct session *s, struct err *err)
{
	struct json *doc;
	int rc;

	if (json_doc_read(policy_file(s->call), &doc, err) < 0)
		return session_checked(-1, err);
	rc = extract_policy_check(doc, err);
	json_doc_free(doc);
	return session_checked(rc, err);
}

/* ---- columns --------------------------------------------------------------
 */

static int
columns(struct session *s, struct err *err)
{
	static const char *const shown[] = {"column", "type", "help"};

	if (s->call->count && strcmp(s->call->operands[0], "leads") != 0)
		return err_set(err, ERR_USAGE,
		    "columns are listed of leads, not of %s: without -c all "
		    "of those go out",
		    quoted(str_of(s->call->operands[0])));
	if (session_print(s, shown, COUNT_OF(shown), err) < 0)
		return -1;
	return export_lead_columns(session_each, s, err);
}

/* ---- the tables -----------------------------------------------------------
 */

#define WHEN_OPTIONS                                               \
	CLI_TEXT(0, "range", "R", &asked.range,                    \
	    "2026-01..2026-03, last_30_days, this_month"),         \
	    CLI_INT(0, "newest", "N", &asked.newest, 1, INT64_MAX, \
		"the N newest, the latest first")
#define HOW_OPTIONS                                                            \
	CLI_TEXT('c', "columns", "LIST", &asked.columns,                       \
	    "these columns, in this order"),                                   \
	    CLI_TEXT(0, "sort", "LIST", &asked.sort,                           \
		"by these columns, -COLUMN downwards"),                        \
	    CLI_INT(0, "limit", "N", &asked.limit, 1, INT64_MAX,               \
		"at most N rows"),                                             \
	    CLI_FLAG(                                                          \
		0, "bom", &asked.bom, "CSV: a byte order mark, for Excel"),    \
	    CLI_FLAG(0, "crlf", &asked.crlf, "CSV: lines end in CR LF"),       \
	    CLI_TEXT(0, "delimiter", "C", &asked.delimiter,                    \
		"CSV: this character, or tab"),                                \
	    CLI_TEXT('e', "encoding", "NAME", &asked.encoding,                 \
		"CSV: in this encoding, such as cp932"),                       \
	    CLI_FLAG(0, "replace", &asked.replace,                             \
		"CSV: replace what the encoding lacks"),                       \
	    CLI_FLAG(0, "summary", &asked.summary,                             \
		"workbook: a sheet of facts, with a picture"),                 \
	    CLI_TEXT(0, "by", "COLUMN", &asked.by,                             \
		"the same, with a picture by this column"),                    \
	    CLI_FLAG(0, "raw", &asked.raw, "CSV: formulas stay formulas"),     \
	    CLI_TEXT(0, "table", "NAME", &asked.table,                         \
		"SQL, workbook: call the table, the sheet NAME"),              \
	    CLI_TEXT(0, "mask", "LIST", &asked.mask,                           \
		"COLUMN=HOW,... with partial, hash or drop"),                  \
	    CLI_FILE(                                                          \
		0, "mask-key", "FILE", &asked.mask_key, "the secret of hash"), \
	    CLI_FILE(0, "manifest", "FILE", &asked.manifest,                   \
		"write what went out, with its SHA-256")
#define JOB_OPTIONS                                         \
	CLI_TEXT(0, "job", "NAME", &asked.job,              \
	    "a job: with history, can be resumed"),         \
	    CLI_TEXT(0, "expires", "TIME", &asked.expires,  \
		"the job's file may be purged then (24h)"), \
	    CLI_TEXT(0, "notify", "LIST", &asked.notify,    \
		"CHANNEL[=ADDRESS],... are told when it is done")

static const struct cli_option lead_options[] = {
    CLI_TEXT(0, "segment", "S", &asked.segment, "only leads in segment S"),
    WHEN_OPTIONS, HOW_OPTIONS, JOB_OPTIONS, CLI_END};
static const struct cli_option member_options[] = {
    WHEN_OPTIONS, HOW_OPTIONS, JOB_OPTIONS, CLI_END};
static const struct cli_option told_options[] = {
    HOW_OPTIONS, JOB_OPTIONS, CLI_END};
static const struct cli_option convert_options[] = {
    CLI_LIST(
	'i', "input", "FILE", &arg.input, "read this file; may be repeated"),
    CLI_TEXT(0, "from", "NAME", &arg.from, "the input's encoding"), HOW_OPTIONS,
    CLI_END};
static const struct cli_option resume_options[] = {
    CLI_FLAG(
	0, "snapshot", &arg.snapshot, "start over: all rows are of one moment"),
    CLI_END};
static const struct cli_option jobs_options[] = {
    CLI_FLAG('a', "all", &arg.all, "all exports, not only jobs"), CLI_END};
static const struct cli_option purge_options[] = {
    CLI_FLAG(
	0, "erased", &arg.erased, "those too that people erased since are in"),
    CLI_END};
static const struct cli_exclusive lead_exclusive[] = {
    {"newest", "sort"}, {"newest", "limit"}, {NULL, NULL}};

#define FROM_STORE (CLI_STORE | CLI_PRINTS | CLI_PROGRESS | CLI_CHANGES)
#define EXPORTS(word, text, own, where)                   \
	.name = (word), .help = (text), .options = (own), \
	.shared = FROM_STORE | (where), .formats = FORMATS, .run = exports
#define LEADS(word, text, own) \
	EXPORTS(word, text, own, CLI_WHERE), .exclusive = lead_exclusive

static const struct cli_verb verbs[] = {
    {LEADS("leads", "leads, with what is known and computed of them",
	lead_options)},
    {LEADS("events", "what happened, lead by lead", lead_options)},
    {LEADS("scores", "leads that have a score, and it", lead_options)},
    {EXPORTS("segments", "the segments there are", told_options, 0)},
    {LEADS("members", "the leads in a segment", member_options),
	.operands = "SEGMENT"},
    {EXPORTS("tasks", "all tasks, those that are over too", told_options,
	CLI_WHERE)},
    {EXPORTS("stages", "the stages and how many leads are in each",
	told_options, 0)},
    {EXPORTS("messages", "what was said to the outside, the newest first",
	told_options, 0)},
    {.name = "columns",
	.help = "list the columns leads can be asked for",
	.operands = "[leads]",
	.shared = CLI_PRINTS,
	.run = session_filters,
	.work = columns},
    {.name = "convert",
	.help = "records from files, in another format; needs no store",
	.options = convert_options,
	.shared = CLI_FILTERING | CLI_PROGRESS,
	.formats = FORMATS,
	.run = session_filters,
	.work = convert},
    {.name = "resume",
	.help = "go on with a job that was cut short",
	.operands = "JOB",
	.options = resume_options,
	.shared = CLI_STORE | CLI_PROGRESS | CLI_CHANGES,
	.run = session_writes,
	.work = resume},
    {.name = "jobs",
	.help = "what became of jobs; with JOB, of each time it ran",
	.operands = "[JOB]",
	.options = jobs_options,
	.shared = CLI_READING,
	.run = session_reads,
	.work = jobs},
    {.name = "purge",
	.help = "remove files of jobs that have expired",
	.options = purge_options,
	.shared = CLI_STORE | CLI_PRINTS | CLI_DRY_RUN | CLI_CHANGES,
	.run = session_writes,
	.work = purge},
    {.name = "policy define",
	.help = "which role may have what",
	.operands = "[FILE]",
	.shared = CLI_STORE | CLI_PRINTS | CLI_DRY_RUN | CLI_CHANGES,
	.run = session_begins,
	.work = policy_define},
    {.name = "policy show",
	.help = "print it as define takes it",
	.shared = CLI_STORE | CLI_OUTPUT,
	.run = session_reads,
	.work = policy_show},
    {.name = "policy remove",
	.help = "everybody may do all again",
	.shared = CLI_STORE | CLI_PRINTS | CLI_DRY_RUN | CLI_CHANGES,
	.run = session_changes,
	.work = policy_remove},
    {.name = "policy check",
	.help = "judge one before it is defined",
	.operands = "[FILE]",
	.run = session_filters,
	.work = policy_check},
    {0},
};

static const struct cli_program program = {
    .name = "dl-export",
    .summary = "write leads and the rest as files for others",
    .verbs = verbs,
    .default_verb = "convert",
    .feature = "exports",
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
