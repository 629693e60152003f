/* SPDX-License-Identifier: ISC */
/*
 * dl-import: leads, events and assessments from files into the store. What
 * columns mean is the map's affair, and the rest is the room import's.
 */
#include <errno.h>
#include <unistd.h>

#include "cli/cli.h"
#include "import/import.h"
#include "record/record.h"
#include "store/store.h"
#include "tenant/tenant.h"

static const char *const same_email_words[] = {"reject", "merge", "keep", NULL};

static struct {
	const char *map, *encoding, *rejects, *delimiter;
	bool changes, strict, bulk, create;
	int same_email;
	int64_t max_record;
} arg = {.max_record = 1 << 20};

struct printing {
	const struct cli_call *call;
	struct record_writer *writer;
	struct record_make make;
	const char *what;
};

static void
print_change(void *context, struct str line)
{
	struct printing *p = context;

	record_make_clear(&p->make);
	record_add_members(&p->make, line);
	record_write(p->writer, &p->make.record);
}

static bool
asked_to_stop(void *context)
{
	(void)context;
	return cli_interrupted();
}

static void
show_progress(void *context, uint64_t done, uint64_t part, uint64_t whole)
{
	const struct printing *p = context;

	cli_progress(p->call, p->what, done, part, whole);
}

static void
trace(void *context, const char *sql, double ms)
{
	cli_verbose(context, 2, "%.1f ms: %s", ms, sql);
}

/* ---- what is read ------------------------------------------------------- */

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

/* A strict run reads twice; a pipe is kept in a temporary file for that. */
static int
keep_input(const struct cli_call *call, struct err *err)
{
	bool standard = call->count == 0;
	char chunk[1 << 16];
	FILE *file;
	ssize_t n;

	for (size_t i = 0; i < call->count; i++)
		standard = standard || strcmp(call->operands[i], "-") == 0;
	if (!standard || lseek(STDIN_FILENO, 0, SEEK_CUR) >= 0)
		return 0;
	file = tmpfile();
	if (!file)
		return err_sys(err, "a temporary file");
	while ((n = read(STDIN_FILENO, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			fclose(file);
			return err_sys(err, "<stdin>");
		}
		if (fwrite(chunk, 1, (size_t)n, file) != (size_t)n) {
			fclose(file);
			return err_sys(err, "a temporary file");
		}
	}
	if (fflush(file) != 0 || fseek(file, 0, SEEK_SET) < 0 ||
	    dup2(fileno(file), STDIN_FILENO) < 0) {
		fclose(file);
		return err_sys(err, "a temporary file");
	}
	fclose(file);
	return 0;
}

/* ---- what is said ------------------------------------------------------- */

static void
summarise(const struct cli_call *call, const struct import_done *done)
{
	struct buf text = {0};

	record_counts_import(&text, &done->counts);
	if (done->held_back) {
		buf_addstr(&text, ", ");
		buf_addgroup(&text, (int64_t)done->held_back);
		buf_addstr(&text, " held back; nothing was stored (--strict)");
	}
	if (done->events_new || done->events_same) {
		buf_addstr(&text, "; with ");
		buf_addgroup(&text, (int64_t)done->events_new);
		buf_addstr(&text,
		    done->events_new == 1 ? " new event" : " new events");
	}
	if (done->leads_created) {
		buf_addstr(&text, "; ");
		buf_addgroup(&text, (int64_t)done->leads_created);
		buf_addstr(&text, done->leads_created == 1 ? " lead created"
							   : " leads created");
	}
	if (call->shared->dry_run)
		buf_addstr(&text, " (dry run: nothing was stored)");
	cli_summary(call, "%s", text.p);
	buf_release(&text);
}

static int
open_printing(const struct cli_call *call, struct printing *p, struct err *err)
{
	struct record_output output = {.format = RECORD_NDJSON};
	FILE *out;

	if (cli_output(call, &out, err) < 0)
		return -1;
	p->writer = record_writer_new(out, &output);
	return 0;
}

/* ---- the verbs ---------------------------------------------------------- */

static int
run_import(const struct cli_call *call, struct import_run *run,
    const struct record_input *input, struct err *err)
{
	struct printing printing = {.call = call};
	static const char *const nouns[] = {"leads", "events", "assessments"};
	struct import_done done = {0};
	struct err late = {0};
	int rc;

	printing.what = nouns[run->what];
	run->context = &printing;
	run->stop = asked_to_stop;
	run->progress = show_progress;
	if (arg.changes || call->shared->dry_run) {
		if (open_printing(call, &printing, err) < 0)
			return -1;
		run->change = print_change;
	}
	rc = import_run(run, call->operands, call->count, input, &done, err);
	cli_progress_end();
	record_make_release(&printing.make);
	if (printing.writer &&
	    record_writer_close(printing.writer, &late) < 0 && rc == 0) {
		*err = late;
		rc = -1;
	}
	if (!record_counts_add_up(&done.counts) && !done.held_back)
		BUG("the counts do not add up");
	/* What failed before it began has nothing to add up. */
	if (rc == 0 || done.counts.read > 0)
		summarise(call, &done);
	if (rc < 0)
		return -1;
	if (done.held_back || (run->strict && done.counts.rejected))
		return CLI_FAILED;
	return done.counts.rejected ? CLI_REJECTS : CLI_DONE;
}

static int
with_store(const struct cli_call *call, enum import_what what, struct store *st,
    struct err *err)
{
	const struct cli_shared *shared = call->shared;
	struct import_run run = {.what = what,
	    .store = st,
	    .now = shared->now,
	    .replay = shared->replay,
	    .dry_run = shared->dry_run,
	    .strict = arg.strict,
	    .create = arg.create,
	    .same_email = (enum import_same_email)arg.same_email,
	    .remarks = cli_remarks(call)};
	struct record_input input;
	struct tenant *t = NULL;
	struct import_map *map = NULL;
	int rc = -1;

	if (tenant_open(st, shared->tenant, &t, err) < 0 ||
	    import_map_read(arg.map, what, t, &map, err) < 0 ||
	    input_of(call, &input, err) < 0)
		goto out;
	run.tenant = t;
	run.map = map;
	if (arg.rejects &&
	    record_rejects_open(arg.rejects, &run.rejects, err) < 0)
		goto out;
	if ((arg.strict && keep_input(call, err) < 0) ||
	    (arg.bulk && store_exclusive(st, err) < 0)) {
		record_rejects_abort(run.rejects);
		goto out;
	}
	rc = run_import(call, &run, &input, err);
	/* What was rejected before a failure is still worth having. */
	if (record_rejects_close(run.rejects, rc < 0 ? NULL : err) < 0)
		rc = -1;
out:
	import_map_free(map);
	tenant_free(t);
	return rc;
}

static int
import(const struct cli_call *call, enum import_what what, struct err *err)
{
	struct store *st;
	int rc;

	if (store_open(call->shared->db, STORE_WRITE, &st, err) < 0)
		return -1;
	if (call->shared->verbose > 1)
		store_trace(st, trace, (void *)(uintptr_t)call);
	rc = with_store(call, what, st, err);
	store_close(st);
	return rc;
}

static int
leads(const struct cli_call *call, struct err *err)
{
	return import(call, IMPORT_LEADS, err);
}

static int
events(const struct cli_call *call, struct err *err)
{
	return import(call, IMPORT_EVENTS, err);
}

static int
assessments(const struct cli_call *call, struct err *err)
{
	return import(call, IMPORT_ASSESSMENTS, err);
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
	.max = CLI_MANY,
	.run = leads},
    {.name = "events",
	.operands = "[FILE...]",
	.help = "what leads did, each event once",
	.options = event_options,
	.shared = IMPORTING,
	.formats = READABLE,
	.max = CLI_MANY,
	.run = events},
    {.name = "assessments",
	.operands = "[FILE...]",
	.help = "runs through questionnaires, and their events",
	.options = event_options,
	.shared = IMPORTING,
	.formats = READABLE,
	.max = CLI_MANY,
	.run = assessments},
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
