/* SPDX-License-Identifier: ISC */
/*
 * dl-segment: groups of leads that follow the data. So far: what a condition
 * finds among leads that come as records, and which conditions are worth it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "lead/lead.h"
#include "segment/segment.h"
#include "session/session.h"
#include "suggest/suggest.h"

static struct {
	bool invert, count, no_events;
	const char *events, *encoding, *rejects, *columns, *target;
	struct cli_list exclude;
	int64_t min_size, top, lead_time;
} arg = {.target = "converted"};

/* ---- fields ------------------------------------------------------- */

static int
fields(struct session *s, struct err *err)
{
	static const char *const columns[] = {"field", "type", "leads",
	    "events", "min", "max", "values", "operators"};
	const char *only = s->call->operands[0];
	struct segment_fields how = {.only = str_of(only),
	    .top = arg.top ? (size_t)arg.top
		   : only  ? 20
			   : 5,
	    .remarks = cli_remarks(s->call),
	    .each = session_each,
	    .context = s};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return segment_fields(s->st, s->tenant, &s->moment, &how, err);
}

/* ---- preview ------------------------------------------------------ */

static void
put_preview(struct session *s, const struct segment_preview *p)
{
	struct json_writer w;
	struct buf line = {0};
	struct str rest = buf_str(&p->samples), sample;
	double share = p->leads ? (double)p->found / (double)p->leads : 0;

	buf_addgroup(&line, (int64_t)p->found);
	buf_addstr(&line, " of ");
	buf_addgroup(&line, (int64_t)p->leads);
	buf_addf(&line, " leads (%.1f %%)", share * 100);
	session_summary(s, "%s", line.p);
	if (s->printer.writer && s->printer.format != RECORD_JSON) {
		printer_lines(&s->printer, rest);
	} else {
		buf_clear(&line);
		w = (struct json_writer){.out = &line};
		json_put_object(&w);
		json_add_int(&w, "count", (int64_t)p->found);
		json_add_int(&w, "leads", (int64_t)p->leads);
		json_put_name(&w, "samples");
		json_put_array(&w);
		for (bool more = rest.n > 0; more;) {
			more = str_cut(&rest, '\n', &sample);
			json_put_raw(&w, sample);
		}
		json_put_end(&w);
		json_put_end(&w);
		printer_lines(&s->printer, buf_str(&line));
	}
	buf_release(&line);
}

static int
preview(struct session *s, struct err *err)
{
	struct segment_preview p;
	int rc;

	if (!s->where)
		return err_set(
		    err, ERR_USAGE, "which leads? give --where COND");
	rc = segment_preview(s->st, s->tenant, s->where, &s->moment, &p, err);
	if (rc == 0)
		rc = session_print(s, p.column, p.field_count, err);
	if (rc == 0)
		put_preview(s, &p);
	/* It still looks at the columns. */
	rc = printer_close(&s->printer, rc, err);
	segment_preview_release(&p);
	return rc;
}

/* ---- filter ------------------------------------------------------- */

/* Where the leads found go, once the first one says in which format. */
struct filtering {
	struct session *s;
	const char **columns; /* NULL: all fields */
	size_t column_count;
};

static int
put_lead(
    void *context, const struct record *record, bool found, struct err *err)
{
	struct filtering *f = context;
	struct session *s = f->s;

	if (arg.count || (!found && record->format == RECORD_NDJSON))
		return 0;
	if (!s->printer.out && printer_open_records(s->call, record, f->columns,
				   f->column_count, &s->printer, err) < 0)
		return -1;
	if (found)
		printer_record(&s->printer, record);
	return 0;
}

static int
filter_into(struct session *s, struct filtering *f, struct err *err)
{
	struct remarks refused = {.put = session_refuses};
	struct segment_filter filter = {.where = s->where,
	    .invert = arg.invert,
	    .leads = {.paths = s->call->operands,
		.path_count = s->call->count,
		.encoding = arg.encoding,
		.events = arg.events,
		.no_events = arg.no_events,
		.moment = s->moment,
		.remarks = cli_remarks(s->call),
		.refused = &refused,
		.rejects = arg.rejects},
	    .each = put_lead,
	    .context = f};
	struct lead_streamed done;
	struct buf line = {0};

	if (arg.count && session_print(s, NULL, 0, err) < 0)
		return -1;
	if (segment_filter(&filter, &done, err) < 0)
		return -1;
	if (arg.count) {
		buf_addf(&line, "%" PRIu64 "\n", done.counts.written);
		printer_text(&s->printer, buf_str(&line));
		buf_release(&line);
	}
	if (done.events_left)
		cli_summary(s->call,
		    "%" PRIu64 " events of leads that are not there",
		    done.events_left);
	if (!done.counts.rejected)
		return CLI_DONE;
	session_summary(s,
	    "%" PRIu64 " read, %" PRIu64 " found, %" PRIu64 " not, %" PRIu64
	    " rejected",
	    done.counts.read, done.counts.written, done.counts.unchanged,
	    done.counts.rejected);
	return CLI_REJECTS;
}

static int
filter(struct session *s, struct err *err)
{
	struct filtering f = {.s = s};
	struct str rest = str_of(arg.columns), name;
	struct arena names = {0};
	size_t cap = 0;
	int rc;

	if (!s->where)
		return err_set(
		    err, ERR_USAGE, "which leads? give --where COND");
	for (bool more = rest.p != NULL; more;) {
		more = str_cut(&rest, ',', &name);
		GROW(f.columns, cap, f.column_count + 1);
		f.columns[f.column_count++] =
		    arena_strdup(&names, str_trim(name));
	}
	rc = filter_into(s, &f, err);
	/* The printer still looks at them. */
	rc = printer_close(&s->printer, rc, err);
	free(f.columns);
	arena_release(&names);
	return rc;
}

/* ---- suggest ------------------------------------------------------ */

/* Each field that gives the outcome away, once. */
static void
remark_revealing(struct session *s, const struct suggested *found)
{
	static const struct place nowhere;
	const struct suggestion *list = found->list;

	for (size_t i = 0; i < found->count; i++) {
		bool told = !list[i].revealing;

		for (size_t j = 0; !told && j < i; j++)
			told = list[j].revealing && strcmp(list[i].revealing,
							list[j].revealing) == 0;
		if (!told)
			remark(cli_remarks(s->call), nowhere,
			    "%s: nearly all of them did; what is only known "
			    "afterwards is to be left out: -x '%s'",
			    list[i].where, list[i].revealing);
	}
}

static void
sum_up_suggested(struct session *s, const struct suggested *found)
{
	struct buf text = {0};

	suggest_add_summary(found, arg.target, &text);
	session_summary(s, "%s", text.p);
	buf_release(&text);
}

static int
suggest(struct session *s, struct err *err)
{
	struct suggest_how how = {.target = arg.target,
	    .where = s->where,
	    .exclude = arg.exclude.items,
	    .exclude_count = arg.exclude.count,
	    .lead_time = arg.lead_time,
	    .min_size = (uint64_t)arg.min_size,
	    .top = arg.top ? (size_t)arg.top : 10};
	struct suggested found;
	struct buf json = {0}, drawing = {0};
	int rc = session_print(s, suggest_columns, suggest_column_count, err);

	if (rc == 0)
		rc = suggest_segments(
		    s->st, s->tenant, &how, &s->moment, &found, err);
	if (rc == 0) {
		suggest_put(&found, &json);
		suggest_draw(&found, &drawing);
		printer_either(&s->printer, &json, &drawing);
		remark_revealing(s, &found);
		sum_up_suggested(s, &found);
		suggested_release(&found);
	}
	buf_release(&json);
	buf_release(&drawing);
	return rc;
}

/* ---- the tables --------------------------------------------------- */

static const struct cli_option fields_options[] = {
    CLI_INT('k', "top", "N", &arg.top, 1, 10000,
	"values of each field (5; of one field 20)"),
    CLI_END};
static const struct cli_option filter_options[] = {
    CLI_FLAG(0, "invert", &arg.invert, "the leads that are not so"),
    CLI_FLAG('c', "count", &arg.count, "print only how many there are"),
    CLI_TEXT(0, "columns", "NAME,...", &arg.columns,
	"only these fields, in this order"),
    CLI_FILE(0, "events", "FILE", &arg.events,
	"events of these leads, joined by id or e-mail"),
    CLI_FLAG(0, "no-events", &arg.no_events,
	"leads without events are leads to whom nothing happened"),
    CLI_TEXT('e', "encoding", "NAME", &arg.encoding,
	"encoding of the input, like cp932 (default UTF-8)"),
    CLI_FILE(0, "rejects", "FILE", &arg.rejects,
	"records that were refused, with the reason"),
    CLI_END};

static const struct cli_exclusive filter_exclusive[] = {
    {"count", "columns"}, {"events", "no-events"}, {NULL, NULL}};

static const struct cli_option suggest_options[] = {
    CLI_TEXT(0, "target", "WHAT", &arg.target,
	"converted, score or an event type (converted)"),
    CLI_LIST('x', "exclude", "NAME", &arg.exclude,
	"not this field, attribute or event type"),
    CLI_INT(0, "min-size", "N", &arg.min_size, 1, INT64_MAX,
	"leads of a group (1 in 100, at least 50)"),
    CLI_INT('k', "top", "N", &arg.top, 1, SUGGEST_MAX, "at most so many (10)"),
    CLI_DURATION(0, "lead-time", "TIME", &arg.lead_time,
	"judge leads this long before their outcome"),
    CLI_END};

static const struct cli_verb verbs[] = {
    {.name = "fields",
	.help = "print what a condition can ask, with the commonest values",
	.operands = "[FIELD]",
	.options = fields_options,
	.shared = CLI_READING,
	.max = 1,
	.run = session_reads,
	.work = fields},
    {.name = "preview",
	.help = "say how many leads a condition finds, and show some",
	.shared = CLI_READING | CLI_WHERE,
	.run = session_reads,
	.work = preview},
    {.name = "filter",
	.help = "print the records of leads that are so, no store",
	.operands = "[FILE...]",
	.options = filter_options,
	.exclusive = filter_exclusive,
	.shared = CLI_FILTERING | CLI_WHERE,
	.max = CLI_MANY,
	.run = session_filters,
	.work = filter},
    {.name = "suggest",
	.help = "print conditions whose leads stand out",
	.options = suggest_options,
	.shared = CLI_READING | CLI_WHERE,
	.run = session_reads,
	.work = suggest},
    {0}};

static const struct cli_program program = {
    .name = "dl-segment",
    .summary = "groups of leads that follow the data",
    .verbs = verbs,
    .feature = "segments",
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
