/* SPDX-License-Identifier: ISC */
/*
 * dl-import: leads, events and assessments from files into the store. What
 * columns mean is the map's affair, and the rest is the room import's.
 */
#include <string.h>

#include "cli/cli.h"
#include "import/import.h"
#include "record/record.h"
#include "session/session.h"

static const char *const same_email_words[] = {"reject", "merge", "keep", NULL};

static struct {
	const char *map, *encoding, *rejects, *delimiter;
	bool changes, strict, bulk, create;
	int same_email;
	int64_t max_record;
} arg = {.max_record = 1 << 20};

/* ---- what a run tells --------------------------------------------------- */

static void
print_change(void *session, struct str line)
{
	struct session *s = session;

	printer_lines(&s->printer, line);
}

static bool
asked_to_stop(void *session)
{
	(void)session;
	return cli_interrupted();
}

static void
show_progress(void *session, uint64_t done, uint64_t part, uint64_t whole)
{
	const struct session *s = session;

	/* The verb is what it counts. */
	cli_progress(s->call, s->call->verb->name, done, part, whole);
}

/* ---- the run ------------------------------------------------------------ */

static int
input_of(const struct cli_call *call, struct record_input *ret, struct err *err)
{
	*ret = (struct record_input){
	    .encoding = arg.encoding, .max_record = (size_t)arg.max_record};
	if (call->shared->format &&
	    !record_format_find(str_of(call->shared->format), &ret->format))
		BUG("format %s", call->shared->format);
	if (arg.delimiter) {
		if (strlen(arg.delimiter) != 1 ||
		    !strchr(",;|\t", arg.delimiter[0]))
			return err_set(err, ERR_USAGE,
			    "--delimiter: not one of , ; | or a tab: %s",
			    quoted(str_of(arg.delimiter)));
		ret->delimiter = arg.delimiter[0];
	}
	return 0;
}

static int
run_import(struct session *s, const struct import_run *run,
    const struct record_input *input, struct err *err)
{
	const struct cli_call *call = s->call;
	struct import_done done = {0};
	struct buf text = {0};
	int rc;

	if (run->change && session_print(s, NULL, 0, err) < 0)
		return -1;
	rc = import_run(run, call->operands, call->count, input, &done, err);
	cli_progress_end();
	if (!record_counts_add_up(&done.counts) && !done.held_back)
		BUG("the counts do not add up");
	import_done_add(&done, &text);
	/* What failed before it began has nothing to add up. */
	if (rc == 0 || done.counts.read > 0)
		cli_summary(call, "%s%s", text.p,
		    run->dry_run ? " (dry run: nothing was stored)" : "");
	buf_release(&text);
	if (rc < 0)
		return -1;
	if (done.held_back || (run->strict && done.counts.rejected))
		return CLI_FAILED;
	return done.counts.rejected ? CLI_REJECTS : CLI_DONE;
}

static int
import(struct session *s, enum import_what what, struct err *err)
{
	const struct cli_shared *shared = s->call->shared;
	bool tells = arg.changes || shared->dry_run;
	struct import_run run = {.what = what,
	    .store = s->st,
	    .tenant = s->tenant,
	    .now = s->now,
	    .replay = shared->replay,
	    .dry_run = shared->dry_run,
	    .strict = arg.strict,
	    .create = arg.create,
	    .same_email = (enum import_same_email)arg.same_email,
	    .remarks = cli_remarks(s->call),
	    .change = tells ? print_change : NULL,
	    .stop = asked_to_stop,
	    .progress = show_progress,
	    .context = s};
	struct record_input input;
	struct import_map *map;
	int rc;

	if (import_map_read(arg.map, what, s->tenant, &map, err) < 0)
		return -1;
	run.map = map;
	rc = input_of(s->call, &input, err);
	if (rc == 0 && arg.strict)
		rc = record_keep_input(s->call->operands, s->call->count, err);
	if (rc == 0 && arg.bulk && !shared->dry_run)
		rc = store_exclusive(s->st, err);
	if (rc == 0 && arg.rejects)
		rc = record_rejects_open(arg.rejects, &run.rejects, err);
	if (rc == 0)
		rc = run_import(s, &run, &input, err);
	/* What was rejected before a failure is still worth having. */
	if (record_rejects_close(run.rejects, rc < 0 ? NULL : err) < 0)
		rc = -1;
	import_map_free(map);
	return rc;
}

static int
import_leads(struct session *s, struct err *err)
{
	return import(s, IMPORT_LEADS, err);
}

static int
import_events(struct session *s, struct err *err)
{
	return import(s, IMPORT_EVENTS, err);
}

static int
import_assessments(struct session *s, struct err *err)
{
	return import(s, IMPORT_ASSESSMENTS, err);
}

/* ---- the table ---------------------------------------------------------- */

#define INPUT_OPTIONS                                                       \
	CLI_FILE('m', "map", "FILE", &arg.map,                              \
	    "what columns mean: a JSON file, or FIELD=COLUMN pairs"),       \
	    CLI_TEXT('e', "encoding", "NAME", &arg.encoding,                \
		"encoding of the input, like cp932 (default UTF-8)"),       \
	    CLI_TEXT(0, "delimiter", "CHARACTER", &arg.delimiter,           \
		"of CSV, when it is no comma"),                             \
	    CLI_INT(0, "max-record", "BYTES", &arg.max_record, 1024,        \
		INT64_C(1) << 30, "reject longer records (default 1 MiB)"), \
	    CLI_FLAG(0, "changes", &arg.changes, "print what changed"),     \
	    CLI_FILE(0, "rejects", "FILE", &arg.rejects,                    \
		"write rejected records there, with their reasons"),        \
	    CLI_FLAG(0, "strict", &arg.strict, "all or nothing"),           \
	    CLI_FLAG(0, "bulk", &arg.bulk,                                  \
		"keep other writers out: for a first load")

static const struct cli_option lead_options[] = {INPUT_OPTIONS,
    CLI_CHOICE(0, "same-email", "RULE", &arg.same_email, same_email_words,
	"when another lead has the e-mail: reject, merge or keep"),
    CLI_END};

static const struct cli_option event_options[] = {INPUT_OPTIONS,
    CLI_FLAG(
	0, "create", &arg.create, "create the leads that are not there yet"),
    CLI_END};

enum {
	IMPORTING = CLI_STORE | CLI_FORMAT_IN | CLI_OUTPUT | CLI_DRY_RUN |
		    CLI_REPLAY | CLI_PROGRESS | CLI_CHANGES,
};

#define READABLE "ndjson csv tsv json"

static const struct cli_verb verbs[] = {
    {.name = "leads",
	.operands = "[FILE...]",
	.help = "new leads, and changes of known ones",
	.options = lead_options,
	.shared = IMPORTING,
	.formats = READABLE,
	.run = session_writes,
	.work = import_leads},
    {.name = "events",
	.operands = "[FILE...]",
	.help = "what leads did, each event once",
	.options = event_options,
	.shared = IMPORTING,
	.formats = READABLE,
	.run = session_writes,
	.work = import_events},
    {.name = "assessments",
	.operands = "[FILE...]",
	.help = "runs through questionnaires, and their events",
	.options = event_options,
	.shared = IMPORTING,
	.formats = READABLE,
	.run = session_writes,
	.work = import_assessments},
    {0}};

static const struct cli_program program = {
    .name = "dl-import",
    .summary = "leads, events and assessments from files into the store",
    .verbs = verbs,
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
