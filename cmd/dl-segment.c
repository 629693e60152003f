/* SPDX-License-Identifier: ISC */
/*
 * dl-segment: groups of leads that follow the data. Segments are defined, kept
 * up to date, asked who is in and why; people are put in or kept out by hand.
 * And what a condition finds among leads that come as records, and which
 * conditions are worth it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "lead/lead.h"
#include "segment/segment.h"
#include "session/session.h"
#include "stage/stage.h"
#include "suggest/suggest.h"

static struct {
	bool all, fixed, force;
	const char *description, *why;
	int64_t at;
	bool invert, count, no_events;
	const char *events, *encoding, *rejects, *columns, *target;
	struct cli_list exclude;
	int64_t min_size, top, lead_time, days, from, to;
} arg = {.at = INT64_MAX, .to = INT64_MAX, .target = "converted", .days = 30};

/* ---- refresh ------------------------------------------------------ */

static void
sum_up(struct session *s, struct segment_refreshed *done)
{
	if (done->holder.len) {
		session_summary(
		    s, "nothing done: already at work: %s", done->holder.p);
	} else if (done->looked) {
		segment_add_refreshed(done, &s->summary);
		session_summary(s, "%s", session_dry(s));
	}
	buf_release(&done->holder);
}

/* Who was defined or switched a moment ago (behind) is told as a sum. */
static int
refresh_by(struct session *s, const char *const *names, size_t count,
    bool behind, struct segment_refreshed *done, struct err *err)
{
	struct segment_refresh job = {.moment = s->moment,
	    .replay = s->call->shared->replay,
	    .all = arg.all,
	    .dry_run = s->call->shared->dry_run,
	    .names = names,
	    .name_count = count,
	    .behind = behind,
	    .flush = behind ? NULL : session_each,
	    .progress = session_progress,
	    .context = s,
	    .broken = cli_remarks(s->call)};
	int rc = segment_refresh(s->st, s->tenant, &job, done, err);

	cli_progress_end();
	return rc < 0 ? -1 : done->broken ? CLI_REJECTS : CLI_DONE;
}

static int
refresh(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "segment", "lead", "change", "because"};
	struct segment_refreshed done = {0};
	int rc;

	if (arg.all && s->call->count)
		return err_set(
		    err, ERR_USAGE, "--all is of all segments: name none");
	rc = session_print(s, columns, COUNT_OF(columns), err);
	if (rc == 0)
		rc = refresh_by(s, (const char *const *)s->call->operands,
		    s->call->count, false, &done, err);
	sum_up(s, &done);
	return rc;
}

/* ---- definitions -------------------------------------------------- */

static struct segment_by
by_whom(struct session *s)
{
	return (struct segment_by){s->st, s->tenant, s->who, s->now, &s->lines};
}

/* What was changed is committed; then all leads are looked at for it, and
 * when that is cut short the next refresh takes it up. What else is due waits
 * for that, which tells of it. */
static int
fill(struct session *s, const char *const *names, size_t count, struct err *err)
{
	struct segment_refreshed done = {0};
	int rc = refresh_by(s, names, count, true, &done, err);

	if (done.holder.len) {
		session_summary(s,
		    "; a refresh is at work, the next one finds its members");
		buf_release(&done.holder);
	} else if (rc >= 0 && done.looked) {
		session_summary(s, "; ");
		segment_add_moves(&done, &s->summary);
	}
	return rc;
}

static int
begin_change(struct session *s, struct err *err)
{
	if (session_begin(s, err) < 0)
		return -1;
	return store_moment(
	    s->st, s->tenant->id, s->now, s->call->shared->replay, err);
}

static int
read_definition(struct session *s, const char **ret_name, struct segment **ret,
    struct err *err)
{
	const char *where = s->call->shared->where, *file;
	int rc;

	session_define_operands(s->call, ret_name, &file);
	if (where && file)
		return err_set(err, ERR_USAGE,
		    "a condition comes from --where or from %s, not both",
		    file);
	rc = where ? segment_of_condition(str_of(where), ret, err)
		   : segment_read(file ? file : "-", ret, err);
	if (rc < 0)
		return -1;
	if (arg.fixed)
		(*ret)->fixed = true;
	if (arg.description) {
		free((*ret)->description);
		(*ret)->description = str_dup(str_of(arg.description));
	}
	if (!*ret_name)
		*ret_name = (*ret)->name;
	if (!*ret_name)
		return err_set(err, ERR_USAGE,
		    "a segment needs a name: as operand, or as \"name\"");
	return 0;
}

static int
store_definition(struct session *s, const char *name, struct segment *segment,
    bool *ret_changed, struct err *err)
{
	struct segment_by by = by_whom(s);
	struct buf old = {0}, new = {0};
	int rc = begin_change(s, err);

	if (rc == 0)
		rc = segment_review(
		    s->st, s->tenant, name, segment, cli_remarks(s->call), err);
	if (rc == 0)
		rc = segment_document(s->st, s->tenant, name, &old, err);
	if (rc >= 0)
		rc = segment_define(&by, name, segment, ret_changed, err);
	if (s->call->shared->dry_run) {
		segment_print(segment, &new);
		buf_clear(&s->lines);
		text_difference(&s->lines, buf_str(&old), buf_str(&new));
	}
	session_summary(s, "%s: %s%s", name,
	    !*ret_changed ? "unchanged"
	    : old.len     ? "changed"
			  : "defined",
	    session_dry(s));
	buf_release(&old);
	buf_release(&new);
	return session_commit(s, rc, err);
}

/* It changes in one transaction and looks at all leads in others. */
static int
define_segment(struct session *s, struct err *err)
{
	struct segment *segment = NULL;
	bool changed = false;
	const char *name;
	int rc;

	if (session_print(s, NULL, 0, err) < 0)
		return -1;
	rc = read_definition(s, &name, &segment, err);
	if (rc == 0)
		rc = store_definition(s, name, segment, &changed, err);
	if (rc == 0 && s->call->shared->dry_run)
		printer_text(&s->printer, buf_str(&s->lines));
	else if (rc == 0)
		printer_lines(&s->printer, buf_str(&s->lines));
	/* Also when it was like that: whoever defined it may have been cut
	 * short before its members were found. */
	if (rc == 0 && !s->call->shared->dry_run)
		rc = fill(s, &name, 1, err);
	segment_free(segment);
	return rc;
}

static int
list_segments(struct session *s, struct err *err)
{
	static const char *const columns[] = {"name", "kind", "enabled",
	    "members", "where", "description", "updated_at", "filled_at",
	    "problem"};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return segment_lines(s->st, s->tenant, session_each, s, err);
}

static int
show_segment(struct session *s, struct err *err)
{
	const char *name = s->call->operands[0];
	struct buf text = {0};
	int64_t number;

	if (segment_need(s->st, s->tenant, name, &number, err) < 0 ||
	    segment_document(s->st, s->tenant, name, &text, err) < 0)
		return -1;
	return session_show(s, &text, err);
}

static int
remove_segments(struct session *s, struct err *err)
{
	struct segment_by by = by_whom(s);
	struct buf others = {0};
	int rc = store_moment(
	    s->st, s->tenant->id, s->now, s->call->shared->replay, err);

	for (size_t i = 0; rc == 0 && i < s->call->count; i++) {
		const char *name = s->call->operands[i];

		buf_clear(&others);
		rc = stages_ask(s->st, s->tenant, name, &others, err);
		if (rc == 0)
			rc = segment_remove(
			    &by, name, buf_str(&others), arg.force, err);
	}
	buf_release(&others);
	if (rc < 0)
		return -1;
	session_summary(s, "%zu removed%s", s->call->count, session_dry(s));
	return 0;
}

static int
switch_segments(struct session *s, struct err *err)
{
	static const char *const words[] = {
	    [SEGMENT_ENABLE] = "enabled",
	    [SEGMENT_DISABLE] = "disabled",
	    [SEGMENT_FREEZE] = "frozen",
	    [SEGMENT_THAW] = "thawed",
	};
	enum segment_switch to = (enum segment_switch)s->call->verb->which;
	struct segment_by by = by_whom(s);
	int rc = begin_change(s, err);

	for (size_t i = 0; rc == 0 && i < s->call->count; i++) {
		const char *name = s->call->operands[i];
		size_t before = s->lines.len;

		rc = segment_switch(&by, name, to, err);
		session_summary(s, "%s%s: %s", i ? "; " : "", name,
		    s->lines.len > before ? words[to] : "unchanged");
	}
	session_summary(s, "%s", session_dry(s));
	rc = session_commit(s, rc, err);
	if (rc == 0)
		rc = session_print(s, NULL, 0, err);
	if (rc < 0)
		return -1;
	printer_lines(&s->printer, buf_str(&s->lines));
	if (!s->lines.len || s->call->shared->dry_run)
		return 0;
	/* What is behind is filled; a static one stays as it is. */
	return fill(
	    s, (const char *const *)s->call->operands, s->call->count, err);
}

static int
check_segments(struct session *s, struct err *err)
{
	uint64_t broken;

	if (segment_review_all(
		s->st, s->tenant, cli_remarks(s->call), &broken, err) < 0)
		return session_checked(-1, err);
	return broken ? CLI_NO : CLI_DONE;
}

static int
check(const struct cli_call *call, struct err *err)
{
	struct segment *segment;
	int rc;

	if (!call->count)
		return session_run(
		    call, SESSION_READ, check_segments, NULL, err);
	if (segment_read(call->operands[0], &segment, err) < 0)
		return session_checked(-1, err);
	rc = segment_review(NULL, NULL,
	    segment->name ? segment->name : call->operands[0], segment,
	    cli_remarks(call), err);
	segment_free(segment);
	return rc;
}

/* ---- who is in ---------------------------------------------------- */

static int
members(struct session *s, struct err *err)
{
	static const char *const columns[] = {"lead", "email", "since", "by"};

	if (session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	return segment_members(s->st, s->tenant, s->call->operands[0], arg.at,
	    session_each, s, err);
}

static int
begin_overrides(struct session *s, struct err *err)
{
	struct segment_by by = by_whom(s);
	struct segment_overrider *o;

	if (segment_override_begin(&by, s->call->operands[0],
		(enum segment_override)s->call->verb->which, arg.why,
		&s->moment, &o, err) < 0)
		return -1;
	s->context = o;
	return 0;
}

static int
override_lead(struct session *s, int64_t lead, struct err *err)
{
	return segment_override_lead(s->context, lead, err);
}

static int
end_overrides(struct session *s, int rc, struct err *err)
{
	return segment_override_end(s->context, rc, err);
}

static int
override(struct session *s, struct err *err)
{
	struct session_leads how = {
	    .who = (const char *const *)s->call->operands + 1,
	    .count = s->call->count - 1,
	    .begin = begin_overrides,
	    .each = override_lead,
	    .end = end_overrides};

	return session_leads(s, &how, err);
}

static int
explain(struct session *s, struct err *err)
{
	const char *lead_name = s->call->operands[s->where ? 0 : 1];
	struct buf json = {0}, drawing = {0};
	int64_t lead;
	int rc;

	if (s->call->count != (s->where ? 1u : 2u))
		return err_set(err, ERR_USAGE,
		    s->where ? "with --where, name just the lead"
			     : "name a segment and a lead");
	rc = lead_need(s->st, s->tenant, str_of(lead_name), &lead, err);
	if (rc == 0)
		rc = session_print(s, NULL, 0, err);
	if (rc == 0 && s->where)
		rc = segment_explain_condition(
		    s->st, s->tenant, s->where, lead, &s->moment, &json, err);
	else if (rc == 0)
		rc = segment_explain(s->st, s->tenant, s->call->operands[0],
		    lead, &s->moment, &json, err);
	if (rc == 0 && s->printer.format == RECORD_TABLE)
		rc = segment_draw_explained(buf_str(&json), s->moment.zone,
		    s->call->shared->ascii, &drawing, err);
	if (rc == 0)
		printer_either(&s->printer, &json, &drawing);
	buf_release(&json);
	buf_release(&drawing);
	return rc;
}

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
	struct buf line = {0};

	segment_add_found(p, &s->summary);
	if (s->printer.writer && s->printer.format != RECORD_JSON) {
		printer_lines(&s->printer, buf_str(&p->samples));
	} else {
		segment_put_preview(p, &line);
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

/* ---- stats, overlap, diff ----------------------------------------- */

static void
put_stats(struct session *s, const struct segment_stats_all *all)
{
	bool draw = s->printer.format == RECORD_TABLE && all->count == 1;
	struct buf text = {0};

	for (size_t i = 0; i < all->count; i++) {
		buf_clear(&text);
		if (draw) {
			segment_draw_stats(&all->list[i], &all->everyone,
			    s->moment.zone, s->printer.style, &text);
			printer_text(&s->printer, buf_str(&text));
		} else {
			segment_put_stats(&all->list[i], &all->everyone,
			    s->moment.zone, &text);
			printer_lines(&s->printer, buf_str(&text));
		}
	}
	buf_release(&text);
}

static int
stats(struct session *s, struct err *err)
{
	static const char *const columns[] = {"segment", "size", "share",
	    "by_hand", "entered", "left", "score", "converted", "conversion",
	    "lift"};
	struct segment_stats_all all;
	int rc = segment_stats(s->st, s->tenant,
	    (const char *const *)s->call->operands, s->call->count,
	    (size_t)arg.days, &s->moment, &all, err);

	if (rc == 0)
		rc = session_print(s, columns, COUNT_OF(columns), err);
	if (rc == 0)
		put_stats(s, &all);
	segment_stats_release(&all);
	return rc;
}

static int
overlap(struct session *s, struct err *err)
{
	static const char *const columns[] = {
	    "a", "b", "both", "share_of_a", "share_of_b", "share_of_either"};
	struct segment_overlap o;
	struct buf text = {0};
	struct printer *p = &s->printer;

	if (segment_overlap(s->st, s->tenant,
		(const char *const *)s->call->operands, s->call->count, arg.at,
		&o, err) < 0 ||
	    session_print(s, columns, COUNT_OF(columns), err) < 0)
		return -1;
	if (p->format == RECORD_TABLE) {
		segment_draw_overlap(&o, p->style, &text);
		printer_text(p, buf_str(&text));
	} else {
		if (p->format == RECORD_CSV || p->format == RECORD_TSV)
			segment_put_pairs(&o, &text);
		else
			segment_put_overlap(&o, &text);
		printer_lines(p, buf_str(&text));
	}
	buf_release(&text);
	return 0;
}

static int
diff(struct session *s, struct err *err)
{
	static const char *const between[] = {"lead", "email", "only"};
	static const char *const since[] = {"lead", "email", "change", "time"};
	const struct cli_call *call = s->call;
	bool two = call->count == 2;
	struct segment_diff how = {.left = call->operands[0],
	    .right = two ? call->operands[1] : NULL,
	    .from = two ? arg.at : arg.from,
	    .to = two ? arg.at : arg.to,
	    .each = session_each,
	    .context = s};
	struct segment_differs found;

	if (two == cli_given(call, "from") ||
	    (two ? cli_given(call, "to") : cli_given(call, "at")))
		return err_set(err, ERR_USAGE,
		    "two segments (with --at), or one with --from and --to");
	if (session_print(s, two ? between : since,
		two ? COUNT_OF(between) : COUNT_OF(since), err) < 0 ||
	    segment_diff(s->st, s->tenant, &s->moment, &how, &found, err) < 0)
		return -1;
	segment_add_differs(&how, &found, &s->summary);
	return 0;
}

/* ---- filter ------------------------------------------------------- */

/* Where the leads found go, once the first one says in which format. */
struct filtering {
	struct session *s;
	const char **columns; /* NULL: all fields */
	size_t column_count;
	enum record_format format; /* of what was read last */
};

static int
open_printer(struct filtering *f, const struct record *first, struct err *err)
{
	if (f->s->printer.out)
		return 0;
	return printer_open_records(f->s->call, first, f->columns,
	    f->column_count, &f->s->printer, err);
}

static int
put_lead(
    void *context, const struct record *record, bool found, struct err *err)
{
	struct filtering *f = context;
	bool header =
	    record->format == RECORD_CSV || record->format == RECORD_TSV;

	f->format = record->format;
	if (arg.count || (!found && !header))
		return 0;
	if (open_printer(f, record, err) < 0)
		return -1;
	if (found)
		printer_record(&f->s->printer, record);
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
	struct record none = {0};
	FILE *out;

	if (arg.count && cli_output(s->call, &out, err) < 0)
		return -1;
	if (segment_filter(&filter, &done, err) < 0)
		return -1;
	/* Nobody was found: what is put out is empty, but it is put out. */
	none.format = f->format;
	if (!arg.count && open_printer(f, &none, err) < 0)
		return -1;
	if (arg.count)
		fprintf(out, "%" PRIu64 "\n", done.counts.written);
	if (done.events_left)
		cli_summary(s->call,
		    "%" PRIu64 " events of leads that are not there",
		    done.events_left);
	if (!done.counts.rejected)
		return CLI_DONE;
	segment_add_filtered(&done.counts, &s->summary);
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
		suggest_review(&found, cli_remarks(s->call));
		suggest_add_summary(&found, arg.target, &s->summary);
		suggested_release(&found);
	}
	buf_release(&json);
	buf_release(&drawing);
	return rc;
}

/* ---- the tables --------------------------------------------------- */

static const struct cli_option refresh_options[] = {
    CLI_FLAG('a', "all", &arg.all, "look at every lead anew"), CLI_END};
static const struct cli_option define_options[] = {
    CLI_FLAG(0, "static", &arg.fixed, "who is in now, and stays"),
    CLI_TEXT(0, "description", "TEXT", &arg.description, "what it is for"),
    CLI_END};
static const struct cli_option remove_options[] = {
    CLI_FLAG(0, "force", &arg.force, "also while others ask for it"), CLI_END};
static const struct cli_option members_options[] = {
    CLI_MOMENT(0, "at", "TIME", &arg.at, "who was in at that moment"), CLI_END};
static const struct cli_option override_options[] = {
    CLI_TEXT(0, "why", "TEXT", &arg.why, "the reason, kept with it"), CLI_END};
static const struct cli_option fields_options[] = {
    CLI_INT('k', "top", "N", &arg.top, 1, 10000,
	"values of each field (5; of one field 20)"),
    CLI_END};
static const struct cli_option stats_options[] = {
    CLI_INT(0, "days", "N", &arg.days, 1, 3660,
	"how far back to tell of each day (30)"),
    CLI_END};
#define AT_OPTION CLI_MOMENT(0, "at", "TIME", &arg.at, "as of then")
static const struct cli_option overlap_options[] = {AT_OPTION, CLI_END};
static const struct cli_option diff_options[] = {AT_OPTION,
    CLI_MOMENT(0, "from", "TIME", &arg.from, "one segment: who was in then"),
    CLI_MOMENT(
	0, "to", "TIME", &arg.to, "one segment: and who was in then (now)"),
    CLI_END};
static const struct cli_option filter_options[] = {
    CLI_FLAG(0, "invert", &arg.invert, "the leads that are not so"),
    CLI_FLAG(0, "count", &arg.count, "print only how many there are"),
    CLI_TEXT('c', "columns", "NAME,...", &arg.columns,
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

#define DEFINING \
	(CLI_STORE | CLI_DRY_RUN | CLI_CHANGES | CLI_OUTPUT | CLI_REPLAY)

static const struct cli_verb verbs[] = {
    {.name = "refresh",
	.help = "find out who enters and who leaves",
	.operands = "[NAME...]",
	.options = refresh_options,
	.shared = CLI_CHANGING,
	.run = session_writes,
	.work = refresh},
    {.name = "define",
	.help = "store a segment, of --where or of a document",
	.operands = "[NAME] [FILE]",
	.options = define_options,
	.shared = DEFINING | CLI_WHERE | CLI_PROGRESS,
	.run = session_begins,
	.work = define_segment},
    {.name = "list",
	.help = "print the segments",
	.shared = CLI_READING,
	.run = session_reads,
	.work = list_segments},
    {.name = "show",
	.help = "print a segment as define accepts it",
	.operands = "NAME",
	.shared = CLI_STORE | CLI_OUTPUT,
	.run = session_reads,
	.work = show_segment},
    {.name = "remove",
	.help = "delete segments that no other asks for",
	.operands = "NAME...",
	.options = remove_options,
	.shared = DEFINING,
	.run = session_changes,
	.work = remove_segments},
    {.name = "enable",
	.help = "let segments follow the data again",
	.operands = "NAME...",
	.shared = DEFINING | CLI_PROGRESS,
	.run = session_begins,
	.work = switch_segments,
	.which = SEGMENT_ENABLE},
    {.name = "disable",
	.help = "leave segments as they are until enabled",
	.operands = "NAME...",
	.shared = DEFINING,
	.run = session_begins,
	.work = switch_segments,
	.which = SEGMENT_DISABLE},
    {.name = "freeze",
	.help = "make dynamic segments static, as they are",
	.operands = "NAME...",
	.shared = DEFINING,
	.run = session_begins,
	.work = switch_segments,
	.which = SEGMENT_FREEZE},
    {.name = "thaw",
	.help = "make static segments dynamic",
	.operands = "NAME...",
	.shared = DEFINING | CLI_PROGRESS,
	.run = session_begins,
	.work = switch_segments,
	.which = SEGMENT_THAW},
    {.name = "check",
	.help = "look for mistakes in a file or in every segment",
	.operands = "[FILE]",
	.shared = CLI_STORE,
	.run = check},
    {.name = "members",
	.help = "print who is in, or was",
	.operands = "NAME",
	.options = members_options,
	.shared = CLI_READING,
	.run = session_reads,
	.work = members},
    {.name = "include",
	.help = "put leads in by hand, for good",
	.operands = "NAME LEAD...",
	.options = override_options,
	.shared = DEFINING,
	.run = session_begins,
	.work = override,
	.which = SEGMENT_INCLUDE},
    {.name = "exclude",
	.help = "keep leads out by hand, for good",
	.operands = "NAME LEAD...",
	.options = override_options,
	.shared = DEFINING,
	.run = session_begins,
	.work = override,
	.which = SEGMENT_EXCLUDE},
    {.name = "clear",
	.help = "let the condition decide again",
	.operands = "NAME LEAD...",
	.shared = DEFINING,
	.run = session_begins,
	.work = override,
	.which = SEGMENT_CLEAR},
    {.name = "explain",
	.help = "say why a lead is in, or is not",
	.operands = "[NAME] LEAD",
	.shared = CLI_READING | CLI_WHERE,
	.run = session_reads,
	.work = explain},
    {.name = "fields",
	.help = "print what a condition can ask, with the commonest values",
	.operands = "[FIELD]",
	.options = fields_options,
	.shared = CLI_READING,
	.run = session_reads,
	.work = fields},
    {.name = "preview",
	.help = "say how many leads a condition finds, and show some",
	.shared = CLI_READING | CLI_WHERE,
	.run = session_reads,
	.work = preview},
    {.name = "stats",
	.help = "say what segments come to: size, days, scores, conversion",
	.operands = "[NAME...]",
	.options = stats_options,
	.shared = CLI_READING,
	.run = session_reads,
	.work = stats},
    {.name = "overlap",
	.help = "say how many leads are in several segments",
	.operands = "NAME NAME...",
	.options = overlap_options,
	.shared = CLI_READING,
	.run = session_reads,
	.work = overlap},
    {.name = "diff",
	.help = "print who is in one segment only, or came and went",
	.operands = "NAME [NAME]",
	.options = diff_options,
	.shared = CLI_READING,
	.run = session_reads,
	.work = diff},
    {.name = "filter",
	.help = "print the records of leads that are so, no store",
	.operands = "[FILE...]",
	.options = filter_options,
	.exclusive = filter_exclusive,
	.shared = CLI_FILTERING | CLI_WHERE,
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
    .default_verb = "refresh",
    .feature = "segments",
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
