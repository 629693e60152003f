/* SPDX-License-Identifier: ISC */
/* Moves by hand, and the way a lead came. */
#include "stage/stage.sql.h"
#include "stage/stage_priv.h"

/* A state as the store has it, its texts in arena. */
static int
read_state(struct store *st, const struct tenant *t, const struct stages *m,
    int64_t lead, struct arena *arena, struct stage_state *ret, struct err *err)
{
	struct rows *rows;
	int got;

	stage_state_init(ret);
	if (store_query(st, &sql_stage_state_range,
		BINDS(BIND_INT(t->id), BIND_INT(lead - 1), BIND_INT(lead)),
		&rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		stage_state_read(m, rows, ret);
		if (ret->name.p)
			ret->name = arena_str(arena, ret->name);
	}
	rows_close(rows);
	return got < 0 ? -1 : 0;
}

/* Rules look at the lead no more before it changes. */
static int
settle(struct store *st, const struct tenant *t, const struct stages *m,
    const struct stage_note *note, struct stage_state *s, struct err *err)
{
	struct stage_batch *b = stage_batch_new();
	struct lead_list one = {(int64_t[]){note->lead}, 1};
	int code;

	stage_batch_move(b, note);
	stage_batch_state(b, m, note->lead, s, INT64_MAX);
	bulk_int(b->lead, one.lead[0]);
	bulk_text(b->lead, note->to);
	bulk_end_row(b->lead);
	bulk_int(b->marks, one.lead[0]);
	bulk_end_row(b->marks);
	code = stage_batch_write(st, t, note->at, b, err);
	if (code == 0)
		code = work_take(st, t->id, WORK_STAGE, &note->lead, 1, err);
	stage_batch_free(b);
	return code;
}

static int
audit_move(struct store *st, const struct tenant *t,
    const struct stage_note *note, int64_t now, struct err *err)
{
	struct buf detail = {0};
	struct json_writer w = {.out = &detail};
	int code;

	json_put_object(&w);
	json_add_text(&w, "to", note->to);
	json_put_end(&w);
	code = audit_add(st, t->id, now, note->user.p, "stage move", note->id,
	    buf_str(&detail), err);
	buf_release(&detail);
	return code;
}

int
stage_move(struct store *st, const struct tenant *t, const struct stages *m,
    int64_t lead, size_t to, const char *who, const char *reason, int64_t now,
    struct buf *lines, struct err *err)
{
	struct arena arena = {0};
	struct stage_batch *line = NULL;
	struct stage_note note = {.lead = lead, .at = now, .by = "hand"};
	struct stage_state s;
	struct lead_row row;
	int code;

	code = lead_row_read(st, t, lead, &arena, &row, err);
	if (code == 0)
		code = read_state(st, t, m, lead, &arena, &s, err);
	if (code < 0 || str_is(row.text[LEAD_STAGE], m->stage[to].name))
		goto out;
	note.id = row.text[LEAD_ID];
	note.email = row.text[LEAD_EMAIL];
	note.from = row.text[LEAD_STAGE];
	note.to = s.name = str_of(m->stage[to].name);
	note.number = ++s.moves;
	note.user = str_of(who);
	if (reason)
		note.why = str_of(reason);
	s.stage = to;
	s.since = s.hand_at = now;
	s.held = true;
	for (size_t i = 0; i < STAGES_MAX; i++)
		s.waiting[i] = LEAD_MISSING;
	code = settle(st, t, m, &note, &s, err);
	if (code == 0)
		code = audit_move(st, t, &note, now, err);
	if (code == 0) {
		line = stage_batch_new();
		stage_batch_move(line, &note);
		buf_adds(lines, buf_str(&line->lines));
	}
out:
	stage_batch_free(line);
	arena_release(&arena);
	return code;
}

int
stage_history(struct store *st, const struct tenant *t, int64_t lead,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	static const struct row_field fields[] = {{"lead", ROW_TEXT},
	    {"at", ROW_TIME}, {"from", ROW_TEXT}, {"to", ROW_TEXT},
	    {"by", ROW_TEXT}, {"user", ROW_TEXT}, {"because", ROW_TEXT},
	    ROW_END};

	return store_lines(st, &sql_stage_history_of,
	    BINDS(BIND_INT(t->id), BIND_INT(lead)), fields, each, context, err);
}
