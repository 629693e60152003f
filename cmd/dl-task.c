/* SPDX-License-Identifier: ISC */
/*
 * dl-task: what people are to do about leads. Tasks are added and given to
 * somebody, listed, shown on a board, begun, noted, done, followed up.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "lead/lead.h"
#include "session/session.h"
#include "task/task.h"

static struct {
	const char *lead, *body, *kind, *due, *assign, *assignee, *note;
	const char *title, *encoding;
	bool closed, remove;
	int64_t limit, days, since, until;
	int priority, sort;
} arg = {.assign = "round-robin",
    .days = 7,
    .since = INT64_MIN,
    .until = INT64_MAX,
    .priority = TASK_MEDIUM};

static const char *const columns[] = {"task", "priority", "status", "title",
    "company", "assignee", "due_at", "overdue"};

/* ---- adding ---------------------------------------------------------------
 */

/* "24h" from now, in working time where the tenant wants that, or a moment. */
static int
due_moment(struct session *s, const char *text, int64_t *ret, struct err *err)
{
	struct task_calendar calendar;
	int64_t span;

	if (!duration_parse(str_of(text), &span)) {
		if (time_parse_moment(
			str_of(text), s->now, s->tenant->settings.zone, ret))
			return 0;
		return err_set(err, ERR_USAGE,
		    "--due: not a time, and no span like 24h: %s",
		    quoted(str_of(text)));
	}
	if (task_calendar_read(s->st, s->tenant, &calendar, err) < 0)
		return -1;
	*ret = task_due(s->tenant, &calendar, s->now, span);
	task_calendar_release(&calendar);
	return 0;
}

static int
add_for(struct session *s, int64_t lead, struct err *err)
{
	const struct task_new *like = s->context;
	struct task_new task = *like;
	int64_t number;

	task.lead = lead;
	return task_add(s->st, s->tenant, &task, s->who, s->now, &number,
		   &s->lines, err) < 0
		   ? -1
		   : 0;
}

static int
fill_task(struct session *s, const char *title, struct task_new *task,
    struct err *err)
{
	*task = (struct task_new){.title = str_of(title),
	    .body = arg.body ? str_of(arg.body) : (struct str){0},
	    .kind = arg.kind ? str_of(arg.kind) : (struct str){0},
	    .priority = (enum task_priority)arg.priority,
	    .due_at = LEAD_MISSING,
	    .assign = str_of(arg.assign)};
	return arg.due ? due_moment(s, arg.due, &task->due_at, err) : 0;
}

static int
add(struct session *s, struct err *err)
{
	struct session_leads how = {
	    .who = &arg.lead, .count = 1, .each = add_for, .whole = true};
	struct task_new task;

	if (fill_task(s, s->call->operands[0], &task, err) < 0)
		return -1;
	s->context = &task;
	if (arg.lead)
		return session_leads(s, &how, err);
	if (session_begin(s, err) < 0 ||
	    store_moment(
		s->st, s->tenant->id, s->now, s->call->shared->replay, err) < 0)
		return -1;
	return add_for(s, 0, err);
}

/* ---- one or several that are there ----------------------------------------
 */

/* Each of the tasks that operands name, in a change. */
static int
each_task(struct session *s, size_t count,
    int (*work)(struct session *s, int64_t task, struct err *err),
    struct err *err)
{
	if (store_moment(
		s->st, s->tenant->id, s->now, s->call->shared->replay, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		int64_t task;

		if (task_need(s->st, s->tenant, str_of(s->call->operands[i]),
			&task, err) < 0 ||
		    work(s, task, err) < 0)
			return -1;
	}
	return 0;
}

static struct str
note_given(void)
{
	return arg.note ? str_of(arg.note) : (struct str){0};
}

static int
turn_one(struct session *s, int64_t task, struct err *err)
{
	return task_turn(s->st, s->tenant, task,
	    (enum task_status)s->call->verb->which, note_given(), s->who,
	    s->now, &s->lines, err);
}

static int
turn(struct session *s, struct err *err)
{
	return each_task(s, s->call->count, turn_one, err);
}

static int
assign_one(struct session *s, int64_t task, struct err *err)
{
	return task_assign(s->st, s->tenant, task,
	    str_of(s->call->operands[s->call->count - 1]), s->who, s->now,
	    &s->lines, err);
}

static int
assign(struct session *s, struct err *err)
{
	return each_task(s, s->call->count - 1, assign_one, err);
}

static int
note_one(struct session *s, int64_t task, struct err *err)
{
	return task_note(s->st, s->tenant, task, str_of(s->call->operands[1]),
	    s->who, s->now, &s->lines, err);
}

static int
note(struct session *s, struct err *err)
{
	return each_task(s, 1, note_one, err);
}

static int
put_off_one(struct session *s, int64_t task, struct err *err)
{
	int64_t due;

	if (due_moment(s, s->call->operands[1], &due, err) < 0)
		return -1;
	return task_put_off(
	    s->st, s->tenant, task, due, s->who, s->now, &s->lines, err);
}

static int
put_off(struct session *s, struct err *err)
{
	return each_task(s, 1, put_off_one, err);
}

static int
follow_one(struct session *s, int64_t task, struct err *err)
{
	struct task_new next;
	int64_t number;

	if (fill_task(s, s->call->operands[1], &next, err) < 0 ||
	    task_follow(s->st, s->tenant, task, &next,
		cli_given(s->call, "assign"), s->who, s->now, &number,
		&s->lines, err) < 0)
		return -1;
	return 0;
}

static int
follow_up(struct session *s, struct err *err)
{
	return each_task(s, 1, follow_one, err);
}

static int
remind(struct session *s, struct err *err)
{
	int64_t next;

	if (store_moment(
		s->st, s->tenant->id, s->now, s->call->shared->replay, err) < 0)
		return -1;
	return task_remind(s->st, s->tenant, s->now, &s->lines, &next, err);
}

/* ---- looking --------------------------------------------------------------
 */

/* As the options say; *where is to be freed. */
static int
make_filter(struct session *s, struct task_filter *f, struct cond **where,
    struct buf *assignee, struct err *err)
{
	*f = (struct task_filter){.closed = arg.closed,
	    .closed_since = INT64_MIN,
	    .order = (enum task_order)arg.sort,
	    .limit = arg.limit};
	if (arg.lead &&
	    lead_need(s->st, s->tenant, str_of(arg.lead), &f->lead, err) < 0)
		return -1;
	if (arg.assignee) {
		if (!email_normalise(str_of(arg.assignee), assignee))
			return err_set(err, ERR_USAGE,
			    "--assignee: not an address: %s",
			    quoted(str_of(arg.assignee)));
		f->assignee = buf_str(assignee);
	}
	if (s->call->shared->where &&
	    cond_parse(str_of(s->call->shared->where), "condition",
		&task_catalogue, where, err) < 0)
		return -1;
	f->where = *where;
	return 0;
}

static int
print_list(struct session *s, const struct task_filter *f, struct err *err)
{
	uint64_t count;

	if (session_print(s, columns, COUNT_OF(columns), err) < 0 ||
	    task_lines(s->st, s->tenant, f, &s->moment, session_each, s, &count,
		err) < 0)
		return -1;
	session_summary(s, "%" PRIu64 " task%s", count, count == 1 ? "" : "s");
	return 0;
}

static int
print_board(struct session *s, const struct task_filter *f, struct err *err)
{
	struct buf drawing = {0};
	uint64_t count;
	int rc;

	if (strcmp(s->call->shared->format, "table") != 0)
		return print_list(s, f, err);
	if (session_print(s, NULL, 0, err) < 0)
		return -1;
	rc = task_board(s->st, s->tenant, f, arg.days, &s->moment,
	    s->printer.style, &drawing, &count, err);
	if (rc == 0)
		printer_text(&s->printer, buf_str(&drawing));
	buf_release(&drawing);
	return rc;
}

static int
filtered(struct session *s,
    int (*print)(
	struct session *s, const struct task_filter *f, struct err *err),
    struct err *err)
{
	struct buf assignee = {0};
	struct cond *where = NULL;
	struct task_filter f;
	int rc = make_filter(s, &f, &where, &assignee, err);

	if (rc == 0)
		rc = print(s, &f, err);
	cond_free(where);
	buf_release(&assignee);
	return rc;
}

static int
list(struct session *s, struct err *err)
{
	return filtered(s, print_list, err);
}

static int
board(struct session *s, struct err *err)
{
	return filtered(s, print_board, err);
}

/* Conditions here are on tasks, not on leads. */
static int
reads_tasks(const struct cli_call *call, struct err *err)
{
	return session_run(call, SESSION_READ | SESSION_OWN_WHERE,
	    call->verb->work, NULL, err);
}

static int
show(struct session *s, struct err *err)
{
	struct buf text = {0};
	int64_t task;
	int rc = session_print(s, NULL, 0, err);

	for (size_t i = 0; rc == 0 && i < s->call->count; i++) {
		buf_clear(&text);
		rc = task_need(
		    s->st, s->tenant, str_of(s->call->operands[i]), &task, err);
		if (rc == 0)
			rc = task_show(
			    s->st, s->tenant, task, &s->moment, &text, err);
		if (rc == 0)
			rc = session_each(s, buf_str(&text), err);
	}
	buf_release(&text);
	return rc;
}

static int
stats(struct session *s, struct err *err)
{
	static const char *const figures[] = {"assignee", "tasks", "open",
	    "overdue", "done", "cancelled", "completion", "on_time",
	    "touch_hours", "done_hours"};

	if (session_print(s, figures, COUNT_OF(figures), err) < 0)
		return -1;
	return task_stats(s->st, s->tenant, arg.since, arg.until, s->now,
	    session_each, s, err);
}

/* ---- people and days ------------------------------------------------------
 */

static int
list_away(struct session *s, struct err *err)
{
	static const char *const away[] = {"user", "from", "until"};

	if (session_print(s, away, COUNT_OF(away), err) < 0)
		return -1;
	return task_absence_lines(s->st, s->tenant, session_each, s, err);
}

static int
set_away(struct session *s, struct err *err)
{
	char *const *operands = s->call->operands;

	if (s->call->count < 2)
		return err_set(err, ERR_USAGE, "from when? USER FROM [UNTIL]");
	return task_absence_set(s->st, s->tenant, operands[0],
	    str_of(operands[1]), str_of(operands[s->call->count - 1]),
	    !arg.remove, s->who, s->now, err);
}

static int
away(const struct cli_call *call, struct err *err)
{
	return session_run(call, call->count ? SESSION_CHANGE : SESSION_READ,
	    call->count ? set_away : list_away, NULL, err);
}

static int
list_holidays(struct session *s, struct err *err)
{
	static const char *const days[] = {"day", "name"};

	if (session_print(s, days, COUNT_OF(days), err) < 0)
		return -1;
	return task_holiday_lines(s->st, s->tenant, session_each, s, err);
}

static int
import_holidays(struct session *s, struct err *err)
{
	int64_t new, rejected;

	if (record_keep_input(s->call->operands, s->call->count, err) < 0 ||
	    session_begin(s, err) < 0 ||
	    task_holidays_import(s->st, s->tenant, s->call->operands[0],
		arg.encoding, s->who, s->now, cli_remarks(s->call), &new,
		&rejected, err) < 0)
		return -1;
	session_summary(
	    s, "%" PRId64 " new, %" PRId64 " rejected", new, rejected);
	return rejected ? CLI_REJECTS : CLI_DONE;
}

static int
holidays(const struct cli_call *call, struct err *err)
{
	return session_run(call, call->count ? SESSION_WRITE : SESSION_READ,
	    call->count ? import_holidays : list_holidays, NULL, err);
}

/* ---- the table ------------------------------------------------------------
 */

#define ADDING                                                               \
	CLI_TEXT(0, "body", "TEXT", &arg.body, "more about it"),             \
	    CLI_TEXT(0, "kind", "WORD", &arg.kind, "call, mail ... (task)"), \
	    CLI_CHOICE(0, "priority", "P", &arg.priority, task_priorities,   \
		"low, medium, high or critical"),                            \
	    CLI_TEXT(0, "due", "TIME", &arg.due, "by when: 24h, or a time"), \
	    CLI_TEXT(0, "assign", "HOW", &arg.assign,                        \
		"round-robin, region, owner, lead, least-busy, none, an "    \
		"e-mail")

static const struct cli_option add_options[] = {
    CLI_TEXT('l', "lead", "LEAD", &arg.lead,
	"about this lead; -: those on standard input"),
    ADDING,
    CLI_END,
};

static const struct cli_option follow_options[] = {
    ADDING,
    CLI_END,
};

static const struct cli_option turn_options[] = {
    CLI_TEXT(0, "note", "TEXT", &arg.note, "what to remember of it"),
    CLI_END,
};

static const char *const orders[] = {"due", "priority", "creation", NULL};

#define CHOOSING                                                               \
	CLI_TEXT(0, "assignee", "EMAIL", &arg.assignee, "only this person's"), \
	    CLI_TEXT('l', "lead", "LEAD", &arg.lead, "only of this lead")

static const struct cli_option list_options[] = {
    CLI_FLAG(0, "closed", &arg.closed, "those that are over too"),
    CHOOSING,
    CLI_CHOICE(0, "sort", "BY", &arg.sort, orders,
	"due (unless told), priority or creation"),
    CLI_INT(0, "limit", "N", &arg.limit, 1, INT64_MAX, "at most N tasks"),
    CLI_END,
};

static const struct cli_option board_options[] = {
    CHOOSING,
    CLI_INT(0, "days", "N", &arg.days, 0, 36500,
	"show what was done within N days (7)"),
    CLI_END,
};

static const struct cli_option stats_options[] = {
    CLI_MOMENT(0, "since", "TIME", &arg.since, "tasks added from here on"),
    CLI_MOMENT(0, "until", "TIME", &arg.until, "and before this"),
    CLI_END,
};

static const struct cli_option away_options[] = {
    CLI_FLAG(0, "remove", &arg.remove, "not away then after all"),
    CLI_END,
};

static const struct cli_option holiday_options[] = {
    CLI_TEXT('e', "encoding", "NAME", &arg.encoding,
	"of the file, such as cp932 (UTF-8)"),
    CLI_END,
};

#define CHANGING (CLI_CHANGING & ~(unsigned)CLI_PROGRESS)

static const struct cli_verb verbs[] = {
    {.name = "list",
	.help = "print tasks",
	.options = list_options,
	.shared = CLI_READING | CLI_WHERE,
	.run = reads_tasks,
	.work = list},
    {.name = "board",
	.help = "print them in columns: open, started, done",
	.options = board_options,
	.shared = CLI_READING | CLI_WHERE,
	.run = reads_tasks,
	.work = board},
    {.name = "show",
	.operands = "TASK...",
	.help = "print all about a task",
	.shared = CLI_READING,
	.run = session_reads,
	.work = show},
    {.name = "add",
	.operands = "TITLE",
	.help = "add a task and give it to somebody",
	.options = add_options,
	.shared = CHANGING,
	.run = session_begins,
	.work = add},
    {.name = "assign",
	.operands = "TASK... HOW",
	.help = "give tasks to somebody else",
	.shared = CHANGING,
	.run = session_changes,
	.work = assign},
    {.name = "start",
	.operands = "TASK...",
	.help = "somebody is at it",
	.options = turn_options,
	.shared = CHANGING,
	.run = session_changes,
	.work = turn,
	.which = TASK_STARTED},
    {.name = "done",
	.operands = "TASK...",
	.help = "it is done",
	.options = turn_options,
	.shared = CHANGING,
	.run = session_changes,
	.work = turn,
	.which = TASK_DONE},
    {.name = "cancel",
	.operands = "TASK...",
	.help = "it need not be done",
	.options = turn_options,
	.shared = CHANGING,
	.run = session_changes,
	.work = turn,
	.which = TASK_CANCELLED},
    {.name = "reopen",
	.operands = "TASK...",
	.help = "it is to be done after all",
	.options = turn_options,
	.shared = CHANGING,
	.run = session_changes,
	.work = turn,
	.which = TASK_OPEN},
    {.name = "note",
	.operands = "TASK TEXT",
	.help = "note what happened",
	.shared = CHANGING,
	.run = session_changes,
	.work = note},
    {.name = "put-off",
	.operands = "TASK TIME",
	.help = "another moment by which it is due",
	.shared = CHANGING,
	.run = session_changes,
	.work = put_off},
    {.name = "follow-up",
	.operands = "TASK TITLE",
	.help = "add a task that follows another one",
	.options = follow_options,
	.shared = CHANGING,
	.run = session_changes,
	.work = follow_up},
    {.name = "remind",
	.help = "signals for what is due soon or overdue",
	.shared = CHANGING,
	.run = session_changes,
	.work = remind},
    {.name = "stats",
	.help = "how well tasks are done, by person",
	.options = stats_options,
	.shared = CLI_READING,
	.run = session_reads,
	.work = stats},
    {.name = "away",
	.operands = "[USER FROM [UNTIL]]",
	.help = "who is away when, or that somebody is",
	.options = away_options,
	.shared = CHANGING,
	.run = away},
    {.name = "holidays",
	.operands = "[FILE]",
	.help = "when nobody works, or a CSV that says so",
	.options = holiday_options,
	.shared = CHANGING,
	.run = holidays},
    {0},
};

static const struct cli_program program = {
    .name = "dl-task",
    .summary = "what people are to do about leads",
    .verbs = verbs,
    .default_verb = "list",
    .feature = "tasks",
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
