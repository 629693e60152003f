/* SPDX-License-Identifier: ISC */
/*
 * A board: a column of cards for each status, as wide as the terminal allows.
 * A card is the title with its number and priority, and below it company,
 * person and due moment.
 */
#include <stdlib.h>
#include <string.h>

#include "task/task.sql.h"
#include "task/task_priv.h"

#define COLUMNS 3
#define GAP     2

struct card {
	struct str line[3]; /* in the arena; missing: none */
};
struct column {
	struct card *card;
	size_t count, cap;
};
struct board {
	struct column column[COLUMNS];
	struct arena arena;
	const struct zone *zone;
	int64_t now;
};

static void
add_time_short(struct buf *out, int64_t at, const struct board *b)
{
	struct civil c = zone_civil(b->zone, at);

	buf_addf(out, "%02u-%02u %02u:%02u", c.month, c.day, c.hour, c.minute);
}

static void
make_card(const struct json *task, struct board *b, struct card *ret)
{
	static const char *const marks[] = {"low", "", "high", "CRITICAL"};
	struct str priority = json_text(json_find(task, "priority"));
	struct str due = json_text(json_find(task, "due_at"));
	struct str company = json_text(json_find(task, "company"));
	struct str assignee = json_text(json_find(task, "assignee")), user;
	struct buf text = {0};
	int64_t at;

	memset(ret, 0, sizeof(*ret));
	buf_addf(&text, "#%.*s ", STR_ARG(json_text(json_find(task, "task"))));
	for (size_t i = 0; task_priorities[i]; i++)
		if (str_is(priority, task_priorities[i]) && marks[i][0])
			buf_addf(&text, "%s ", marks[i]);
	buf_adds(&text, json_text(json_find(task, "title")));
	ret->line[0] = arena_str(&b->arena, buf_str(&text));
	if (company.p)
		ret->line[1] =
		    arena_printf(&b->arena, "  %.*s", STR_ARG(company));
	buf_clear(&text);
	if (assignee.p) {
		str_cut(&assignee, '@', &user);
		buf_addf(&text, "  %.*s", STR_ARG(user));
	}
	if (due.p && time_parse(due, zone_utc(), &at)) {
		buf_addstr(&text, "  ");
		add_time_short(&text, at, b);
	}
	if (json_truth(json_find(task, "overdue")))
		buf_addstr(&text, " overdue");
	if (text.len)
		ret->line[2] = arena_str(&b->arena, buf_str(&text));
	buf_release(&text);
}

static int
place_card(void *context, struct str line, struct err *err)
{
	struct board *b = context;
	struct column *c = NULL;
	struct json *task;
	struct str status;

	if (json_doc_parse(line, "task", &task, err) < 0)
		return -1;
	status = json_text(json_find(task, "status"));
	for (size_t i = 0; i < COLUMNS; i++)
		if (str_is(status, task_statuses[i]))
			c = &b->column[i];
	if (c) {
		GROW(c->card, c->cap, c->count + 1);
		make_card(task, b, &c->card[c->count++]);
	}
	json_doc_free(task);
	return 0;
}

/* ---- drawing --------------------------------------------------------------
 */

static void
draw_heads(const struct board *b, size_t width, bool ascii, struct buf *out)
{
	size_t start = out->len;

	for (size_t i = 0; i < COLUMNS; i++) {
		struct buf head = {0};

		buf_addf(
		    &head, "%s (%zu)", task_statuses[i], b->column[i].count);
		text_field(out, buf_str(&head), width, false, ascii);
		buf_addblanks(out, GAP);
		buf_release(&head);
	}
	text_end_line(out, start);
	start = out->len;
	for (size_t i = 0; i < COLUMNS; i++) {
		for (size_t k = 0; k < width; k++)
			buf_addstr(out, ascii ? "-" : "─");
		buf_addblanks(out, GAP);
	}
	text_end_line(out, start);
}

/* The cards side by side, one below the other in each column. */
static void
draw_cards(const struct board *b, size_t width, bool ascii, struct buf *out)
{
	size_t rows = 0;

	for (size_t i = 0; i < COLUMNS; i++)
		if (b->column[i].count > rows)
			rows = b->column[i].count;
	for (size_t row = 0; row < rows; row++)
		for (size_t line = 0; line < 3; line++) {
			size_t before = out->len;

			for (size_t i = 0; i < COLUMNS; i++) {
				const struct column *c = &b->column[i];
				struct str text = STR("");

				if (row < c->count && c->card[row].line[line].p)
					text = c->card[row].line[line];
				text_field(out, text, width, false, ascii);
				buf_addblanks(out, GAP);
			}
			text_end_line(out, before);
			/* A line that no card has. */
			if (out->len == before + 1 && line > 0)
				out->len = before;
		}
}

int
task_board(struct store *st, const struct tenant *t,
    const struct task_filter *filter, int64_t days,
    const struct cond_moment *moment, struct chart_style style, struct buf *out,
    uint64_t *ret_count, struct err *err)
{
	struct board b = {.zone = t->settings.zone, .now = moment->now};
	struct task_filter all = *filter;
	size_t columns = style.columns ? style.columns : 100;
	size_t width = (columns - GAP * (COLUMNS - 1)) / COLUMNS;
	int code;

	all.closed = true;
	/* What was done long ago is no news. */
	all.closed_since = moment->now - days * MS_DAY;
	code = task_lines(st, t, &all, moment, place_card, &b, ret_count, err);
	if (code == 0) {
		draw_heads(&b, width, style.ascii, out);
		draw_cards(&b, width, style.ascii, out);
	}
	for (size_t i = 0; i < COLUMNS; i++)
		free(b.column[i].card);
	arena_release(&b.arena);
	return code;
}
