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
#include "outbox/outbox.h"
#include "segment/segment.h"
#include "session/session.h"
#include "stage/stage.h"
#include "task/task.h"

#define FORMATS "ndjson csv tsv json xlsx sql markdown"

static struct {
	const char *columns, *sort, *encoding, *from, *delimiter, *mask,
	    *mask_key, *manifest, *segment, *range, *table;
	int64_t limit, newest;
	bool bom, crlf, raw, replace;
	struct cli_list input;
} arg;

/* ---- what goes out --------------------------------------------------------
 */

/* An export with all that hangs on it. */
struct going {
	struct session *s;
	struct export_about about;
	struct export_output output;
	struct export_masks masks;
	struct remarks refused;
	struct export *e;
	struct export_done done;
	struct arena arena;
};

static int
read_delimiter(char *ret, struct err *err)
{
	const char *d = arg.delimiter;

	if (!d)
		return 0;
	if (strcmp(d, "tab") == 0 || strcmp(d, "\\t") == 0)
		d = "\t";
	if (strlen(d) != 1 || strchr("\"\r\n", d[0]) ||
	    (unsigned char)d[0] >= 0x80)
		return err_set(err, ERR_USAGE,
		    "--delimiter: not one character: %s", quoted(str_of(d)));
	*ret = d[0];
	return 0;
}

static int
read_masks(struct going *g, struct err *err)
{
	bool hashed = false;

	if (!arg.mask)
		return 0;
	if (export_masks_parse(str_of(arg.mask), &g->arena, &g->masks, err) < 0)
		return err_prefix(err, "--mask");
	for (size_t i = 0; i < g->masks.count; i++)
		hashed |= g->masks.mask[i].how == EXPORT_HASH;
	if (hashed && !arg.mask_key)
		return err_set(err, ERR_USAGE,
		    "--mask: hash needs the key of --mask-key FILE");
	if (arg.mask_key &&
	    export_masks_key(&g->masks, arg.mask_key, g->s->tenant, err) < 0)
		return err_prefix(err, "--mask-key");
	g->output.masks = &g->masks;
	return 0;
}

/* As the options say, but for where it goes. */
static int
prepare(struct going *g, struct session *s, const char *sort, struct err *err)
{
	const struct cli_shared *shared = s->call->shared;
	const char *newest = s->call->verb->name;
	bool events = strcmp(newest, "events") == 0;

	*g = (struct going){.s = s, .refused = {.put = session_refuses}};
	g->output = (struct export_output){.bom = arg.bom,
	    .crlf = arg.crlf,
	    .raw = arg.raw,
	    .replace = arg.replace,
	    .encoding = arg.encoding,
	    .sheet = arg.table ? arg.table : s->call->verb->name,
	    .zone = s->moment.zone,
	    .now = s->now,
	    .sort = sort,
	    .limit = arg.newest ? arg.newest : arg.limit,
	    .hash = arg.manifest != NULL,
	    .refused = &g->refused};
	if (arg.newest)
		g->output.sort = events ? "-time,id" : "-created_at,id";
	g->about = (struct export_about){.what = s->call->verb->name,
	    .format = shared->format,
	    .where = shared->where,
	    .segment = arg.segment,
	    .range = arg.range,
	    .sort = g->output.sort,
	    .mask = arg.mask,
	    .file = shared->output,
	    .tenant = s->tenant->name,
	    .who = s->who,
	    .zone = zone_name(s->moment.zone ? s->moment.zone : zone_utc()),
	    .limit = g->output.limit,
	    .now = s->now};
	if (!export_format_find(str_of(shared->format), &g->output.format))
		BUG("format %s", shared->format);
	if (g->output.format == EXPORT_XLSX && shared->terminal &&
	    !shared->output)
		return err_set(err, ERR_USAGE,
		    "a workbook is nothing for a terminal: -o FILE");
	if (read_delimiter(&g->output.delimiter, err) < 0)
		return -1;
	return read_masks(g, err);
}

/* The columns, all or those of -c. */
static int
choose(struct going *g, const struct export_column *column, size_t count,
    struct err *err)
{
	struct export_column *chosen;
	struct str *name;
	size_t names;

	g->output.column = column;
	g->output.count = count;
	if (!arg.columns)
		return 0;
	if (export_split(str_of(arg.columns), &g->arena, &name, &names, err) <
	    0)
		return err_prefix(err, "--columns");
	chosen = arena_zalloc(&g->arena, names * sizeof(*chosen));
	for (size_t i = 0; i < names; i++) {
		size_t k = 0;

		chosen[i].name = name[i];
		while (k < count && !str_eq(column[k].name, name[i]))
			k++;
		if (k < count)
			chosen[i] = column[k];
		else if (count)
			return err_set(err, ERR_USAGE,
			    "--columns: %s have no %s", g->about.what,
			    quoted(name[i]));
	}
	g->output.column = chosen;
	g->output.count = names;
	return 0;
}

/* From here on something goes out; that it does is on record before. */
static int
begin(struct going *g, struct err *err)
{
	struct session *s = g->s;

	g->about.column = g->output.column;
	g->about.count = g->output.count;
	if (cli_output(s->call, &g->output.out, err) < 0)
		return -1;
	if (export_begin(&g->output, &g->e, err) < 0 ||
	    (s->st && export_audit(s->st, s->tenant, &g->about, NULL, err) < 0))
		return -1;
	return 0;
}

static void
summarise(struct going *g)
{
	const struct export_done *d = &g->done;

	record_counts_filter(&g->s->summary, &d->counts);
	if (d->replaced)
		session_summary(g->s, "; %" PRIu64 " character%s replaced",
		    d->replaced, plural((int64_t)d->replaced));
	if (d->defused)
		session_summary(g->s, "; %" PRIu64 " formula%s defused",
		    d->defused, plural((int64_t)d->defused));
	if (d->cut)
		session_summary(g->s, "; %" PRIu64 " cell%s cut", d->cut,
		    plural((int64_t)d->cut));
}

/* Ends it when rc is 0; frees all in any case. */
static int
end(struct going *g, int rc, struct err *err)
{
	struct session *s = g->s;

	if (rc >= 0)
		rc = export_end(g->e, &g->done, err);
	if (s->st)
		store_rollback(s->st); /* the snapshot */
	if (rc >= 0 && s->st)
		rc = export_audit(s->st, s->tenant, &g->about, &g->done, err);
	if (rc >= 0 && arg.manifest)
		rc = export_manifest(arg.manifest, &g->about, &g->done, err);
	if (rc >= 0) {
		summarise(g);
		rc = g->done.counts.rejected || g->done.cut ? CLI_REJECTS
							    : CLI_DONE;
	}
	export_free(g->e);
	export_masks_release(&g->masks);
	arena_release(&g->arena);
	return rc;
}

static bool
show_progress(void *session, uint64_t done, uint64_t whole)
{
	return session_progress(session, done, whole);
}

/* Which leads, by the options; the segment's condition is to be freed. */
static int
choose_leads(struct session *s, const char *segment, struct export_which *ret,
    struct cond **ret_segment, struct err *err)
{
	*ret = (struct export_which){.where = s->where,
	    .from = INT64_MIN,
	    .to = INT64_MAX,
	    .progress = show_progress,
	    .context = s};
	if (arg.range && export_range(str_of(arg.range), s->now,
			     s->moment.zone ? s->moment.zone : zone_utc(),
			     &ret->from, &ret->to, err) < 0)
		return -1;
	if (segment &&
	    export_segment(s->st, s->tenant, segment, ret_segment, err) < 0)
		return -1;
	ret->segment = *ret_segment;
	return 0;
}

/* ---- leads, scores, members -----------------------------------------------
 */

static int
export_some_leads(struct session *s, const char *columns, const char *segment,
    bool scored, struct err *err)
{
	struct export_leads *leads = NULL;
	struct cond *in_segment = NULL;
	struct export_which which;
	struct going g;
	int rc = prepare(&g, s, arg.sort, err);

	if (rc == 0)
		rc = choose_leads(s, segment, &which, &in_segment, err);
	if (rc == 0)
		rc = export_leads_open(s->st, s->tenant, &s->moment,
		    str_of(arg.columns ? arg.columns : columns), g.output.sort,
		    &leads, err);
	if (rc == 0) {
		g.output.column = export_leads_columns(leads, &g.output.count);
		g.about.of = s->call->count ? segment : NULL;
		which.scored = scored;
		rc = begin(&g, err);
	}
	if (rc == 0)
		rc = export_leads_run(leads, &which, g.e, err);
	rc = end(&g, rc, err);
	export_leads_close(leads);
	cond_free(in_segment);
	return rc;
}

static int
leads(struct session *s, struct err *err)
{
	return export_some_leads(s, NULL, arg.segment, false, err);
}

static int
scores(struct session *s, struct err *err)
{
	return export_some_leads(s,
	    "id,email,name,company,score,fit,engagement,band,priority,is_hot,"
	    "became_hot_at",
	    arg.segment, true, err);
}

static int
members(struct session *s, struct err *err)
{
	return export_some_leads(s, NULL, s->call->operands[0], false, err);
}

/* ---- events ---------------------------------------------------------------
 */

static int
events(struct session *s, struct err *err)
{
	struct cond *in_segment = NULL;
	struct export_which which;
	struct going g;
	int rc = prepare(&g, s, arg.sort, err);

	if (rc == 0)
		rc = choose_leads(s, arg.segment, &which, &in_segment, err);
	if (rc == 0)
		rc = choose(
		    &g, export_event_columns, export_event_column_count, err);
	if (rc == 0)
		rc = begin(&g, err);
	if (rc == 0)
		rc = export_events_run(
		    s->st, s->tenant, &s->moment, &which, g.e, err);
	rc = end(&g, rc, err);
	cond_free(in_segment);
	return rc;
}

/* ---- segments, tasks, stages ----------------------------------------------
 */

#define TEXT(name)                                    \
	{                                             \
		{name, sizeof(name) - 1}, EXPORT_TEXT \
	}
#define NUMBER(name)                                    \
	{                                               \
		{name, sizeof(name) - 1}, EXPORT_NUMBER \
	}
#define TRUTH(name)                                   \
	{                                             \
		{name, sizeof(name) - 1}, EXPORT_BOOL \
	}
#define TIME(name)                                    \
	{                                             \
		{name, sizeof(name) - 1}, EXPORT_TIME \
	}

static int
tell_segments(struct session *s, struct export *e, struct err *err)
{
	return segment_lines(s->st, s->tenant, export_lines, e, err);
}

static int
tell_stages(struct session *s, struct export *e, struct err *err)
{
	struct stages *m;
	bool own;
	int rc = stages_open(s->st, s->tenant, &m, &own, err);

	if (rc < 0)
		return -1;
	rc = stage_list(s->st, s->tenant, m, s->now, export_lines, e, err);
	stages_free(m);
	return rc;
}

static int
tell_tasks(struct session *s, struct export *e, struct err *err)
{
	struct task_filter filter = {.closed = true, .closed_since = INT64_MIN};
	struct cond *where = NULL;
	uint64_t count;
	int rc = 0;

	if (s->call->shared->where)
		rc = cond_parse(str_of(s->call->shared->where), "condition",
		    &task_catalogue, &where, err);
	filter.where = where;
	if (rc == 0)
		rc = task_lines(s->st, s->tenant, &filter, &s->moment,
		    export_lines, e, &count, err);
	cond_free(where);
	return rc;
}

/* What another room tells in lines of JSON. */
static int
export_told(struct session *s, const struct export_column *column, size_t count,
    int (*tell)(struct session *s, struct export *e, struct err *err),
    struct err *err)
{
	struct going g;
	int rc = prepare(&g, s, arg.sort, err);

	if (rc == 0)
		rc = choose(&g, column, count, err);
	if (rc == 0)
		rc = begin(&g, err);
	if (rc == 0)
		rc = store_begin(s->st, STORE_SNAPSHOT, "export", err);
	if (rc == 0)
		rc = tell(s, g.e, err);
	return end(&g, rc, err);
}

static int
segments(struct session *s, struct err *err)
{
	static const struct export_column columns[] = {TEXT("name"),
	    TEXT("kind"), TRUTH("enabled"), NUMBER("members"), TEXT("where"),
	    TEXT("description"), TIME("updated_at"), TIME("filled_at"),
	    TEXT("problem")};

	return export_told(s, columns, COUNT_OF(columns), tell_segments, err);
}

static int
stages(struct session *s, struct err *err)
{
	static const struct export_column columns[] = {TEXT("stage"),
	    TRUTH("pipeline"), NUMBER("leads"), NUMBER("stalled"),
	    TEXT("stalled_after")};

	return export_told(s, columns, COUNT_OF(columns), tell_stages, err);
}

static int
tell_messages(struct session *s, struct export *e, struct err *err)
{
	static const struct outbox_filter all = {
	    .since = INT64_MIN, .limit = INT64_MAX};

	return outbox_list(s->st, s->tenant, &all, export_lines, e, err);
}

static int
messages(struct session *s, struct err *err)
{
	static const struct export_column columns[] = {TEXT("id"),
	    TEXT("state"), TEXT("channel"), TEXT("recipient"), TEXT("kind"),
	    TEXT("cause"), TEXT("lead"), TEXT("template"), TRUTH("critical"),
	    TIME("due_at"), TIME("next_at"), NUMBER("attempts"),
	    NUMBER("tries"), TIME("changed_at"), NUMBER("code"),
	    TEXT("answer")};

	return export_told(s, columns, COUNT_OF(columns), tell_messages, err);
}

static int
export_tasks(struct session *s, struct err *err)
{
	static const struct export_column columns[] = {NUMBER("task"),
	    TEXT("title"), TEXT("kind"), TEXT("priority"), TEXT("status"),
	    TEXT("assignee"), TEXT("lead"), TEXT("name"), TEXT("company"),
	    TEXT("region"), TEXT("stage"), TIME("due_at"), TRUTH("overdue"),
	    TIME("created_at"), TEXT("created_by"), TIME("started_at"),
	    TIME("closed_at")};

	return export_told(s, columns, COUNT_OF(columns), tell_tasks, err);
}

static int
tasks(const struct cli_call *call, struct err *err)
{
	return session_run(
	    call, SESSION_WRITE | SESSION_OWN_WHERE, export_tasks, NULL, err);
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

/* ---- convert --------------------------------------------------------------
 */

static int
convert_records(struct going *g, struct record_reader *in, struct err *err)
{
	struct record_reject reject;
	struct record record;
	uint64_t n = 0;
	int rc = 0;

	if (record_reader_header(in, &record))
		rc = export_header(g->e, &record, err);
	while (rc == 0) {
		enum record_got got = record_next(in, &record, &reject, err);
		if (got == RECORD_GOT_ERROR)
			return -1;
		if (got == RECORD_GOT_END)
			break;
		if (got == RECORD_GOT_REJECT)
			export_refuse(g->e, reject.place, reject.reason);
		else
			rc = export_record(g->e, &record, err);
		cli_progress(g->s->call, "records", ++n,
		    record_reader_bytes(in), record_reader_size(in));
	}
	return rc < 0 ? -1 : 0;
}

/* What a table of records from files is called: as the first file is. */
static const char *
table_name(struct arena *arena)
{
	const char *path, *name;
	struct str stem;

	if (arg.input.count == 0 || strcmp(arg.input.items[0], "-") == 0)
		return "records";
	path = arg.input.items[0];
	name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	stem = (struct str){name, strcspn(name, ".")};
	return stem.n ? arena_strdup(arena, stem) : "records";
}

static int
convert(struct session *s, struct err *err)
{
	struct record_input input = {
	    .encoding = arg.from, .remarks = cli_remarks(s->call)};
	struct record_reader *in = NULL;
	struct going g;
	int rc = prepare(&g, s, arg.sort, err);

	g.about.of = arg.input.count ? arg.input.items[0] : NULL;
	if (!arg.table)
		g.output.sheet = table_name(&g.arena);
	if (rc == 0)
		rc = record_reader_open(
		    (char *const *)(uintptr_t)arg.input.items, arg.input.count,
		    &input, &in, err);
	if (rc == 0)
		rc = choose(&g, NULL, 0, err);
	if (rc == 0)
		rc = begin(&g, err);
	if (rc == 0)
		rc = convert_records(&g, in, err);
	record_reader_close(in);
	return end(&g, rc, err);
}

/* ---- the tables -----------------------------------------------------------
 */

#define WHICH_OPTIONS                                                         \
	CLI_TEXT(0, "segment", "S", &arg.segment, "only leads in segment S"), \
	    CLI_TEXT(0, "range", "R", &arg.range,                             \
		"2026-01..2026-03, last_30_days, this_month"),                \
	    CLI_INT(0, "newest", "N", &arg.newest, 1, INT64_MAX,              \
		"the N newest, the latest first")
#define HOW_OPTIONS                                                            \
	CLI_TEXT('c', "columns", "LIST", &arg.columns,                         \
	    "these columns, in this order"),                                   \
	    CLI_TEXT(0, "sort", "LIST", &arg.sort,                             \
		"by these columns, -COLUMN downwards"),                        \
	    CLI_INT(                                                           \
		0, "limit", "N", &arg.limit, 1, INT64_MAX, "at most N rows"),  \
	    CLI_FLAG(0, "bom", &arg.bom, "CSV: a byte order mark, for Excel"), \
	    CLI_FLAG(0, "crlf", &arg.crlf, "CSV: lines end in CR LF"),         \
	    CLI_TEXT(0, "delimiter", "C", &arg.delimiter,                      \
		"CSV: this character, or tab"),                                \
	    CLI_TEXT('e', "encoding", "NAME", &arg.encoding,                   \
		"CSV: in this encoding, such as cp932"),                       \
	    CLI_FLAG(0, "replace", &arg.replace,                               \
		"CSV: replace what the encoding lacks"),                       \
	    CLI_FLAG(0, "raw", &arg.raw, "CSV: formulas stay formulas"),       \
	    CLI_TEXT(0, "table", "NAME", &arg.table,                           \
		"SQL, workbook: call the table, the sheet NAME"),              \
	    CLI_TEXT(0, "mask", "LIST", &arg.mask,                             \
		"COLUMN=HOW,... with partial, hash or drop"),                  \
	    CLI_FILE(                                                          \
		0, "mask-key", "FILE", &arg.mask_key, "the secret of hash"),   \
	    CLI_FILE(0, "manifest", "FILE", &arg.manifest,                     \
		"write what went out, with its SHA-256")

static const struct cli_option lead_options[] = {
    WHICH_OPTIONS, HOW_OPTIONS, CLI_END};
static const struct cli_option member_options[] = {
    CLI_TEXT(0, "range", "R", &arg.range,
	"2026-01..2026-03, last_30_days, this_month"),
    CLI_INT(0, "newest", "N", &arg.newest, 1, INT64_MAX,
	"the N newest, the latest first"),
    HOW_OPTIONS, CLI_END};
static const struct cli_option told_options[] = {HOW_OPTIONS, CLI_END};
static const struct cli_option convert_options[] = {
    CLI_LIST(
	'i', "input", "FILE", &arg.input, "read this file; may be repeated"),
    CLI_TEXT(0, "from", "NAME", &arg.from, "the input's encoding"), HOW_OPTIONS,
    CLI_END};
static const struct cli_exclusive lead_exclusive[] = {
    {"newest", "sort"}, {"newest", "limit"}, {NULL, NULL}};

#define FROM_STORE (CLI_STORE | CLI_PRINTS | CLI_PROGRESS)

static const struct cli_verb verbs[] = {
    {.name = "leads",
	.help = "leads, with what is known and computed of them",
	.options = lead_options,
	.exclusive = lead_exclusive,
	.shared = FROM_STORE | CLI_WHERE,
	.formats = FORMATS,
	.run = session_writes,
	.work = leads},
    {.name = "events",
	.help = "what happened, lead by lead",
	.options = lead_options,
	.exclusive = lead_exclusive,
	.shared = FROM_STORE | CLI_WHERE,
	.formats = FORMATS,
	.run = session_writes,
	.work = events},
    {.name = "scores",
	.help = "leads that have a score, and it",
	.options = lead_options,
	.exclusive = lead_exclusive,
	.shared = FROM_STORE | CLI_WHERE,
	.formats = FORMATS,
	.run = session_writes,
	.work = scores},
    {.name = "segments",
	.help = "the segments there are",
	.options = told_options,
	.shared = FROM_STORE,
	.formats = FORMATS,
	.run = session_writes,
	.work = segments},
    {.name = "members",
	.help = "the leads in a segment",
	.operands = "SEGMENT",
	.options = member_options,
	.exclusive = lead_exclusive,
	.shared = FROM_STORE | CLI_WHERE,
	.formats = FORMATS,
	.min = 1,
	.max = 1,
	.run = session_writes,
	.work = members},
    {.name = "tasks",
	.help = "all tasks, those that are over too",
	.options = told_options,
	.shared = FROM_STORE | CLI_WHERE,
	.formats = FORMATS,
	.run = tasks},
    {.name = "stages",
	.help = "the stages and how many leads are in each",
	.options = told_options,
	.shared = FROM_STORE,
	.formats = FORMATS,
	.run = session_writes,
	.work = stages},
    {.name = "messages",
	.help = "what was said to the outside, the newest first",
	.options = told_options,
	.shared = FROM_STORE,
	.formats = FORMATS,
	.run = session_writes,
	.work = messages},
    {.name = "columns",
	.help = "list the columns leads can be asked for",
	.operands = "[leads]",
	.shared = CLI_PRINTS,
	.max = 1,
	.run = session_filters,
	.work = columns},
    {.name = "convert",
	.help = "records from files, in another format; needs no store",
	.options = convert_options,
	.shared = CLI_FILTERING | CLI_PROGRESS,
	.formats = FORMATS,
	.run = session_filters,
	.work = convert},
    {0},
};

static const struct cli_program program = {
    .name = "dl-export",
    .summary = "write leads and the rest as files for others",
    .verbs = verbs,
    .default_verb = "convert",
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
