/* SPDX-License-Identifier: ISC */
/*
 * What one step writes: who enters and who leaves, with history, signals and
 * marks for those who care; and when leads are to be looked at again.
 */
#include <stdlib.h>

#include "segment/segment.sql.h"
#include "segment/segment_priv.h"

struct batch *
batch_new(void)
{
	struct batch *b = xcalloc(1, sizeof(*b));

	b->in = bulk_new(&bulk_segment_in);
	b->out = bulk_new(&bulk_segment_out);
	b->signal = bulk_new(&bulk_signal);
	b->marks = bulk_new(&bulk_lead_mark);
	b->again = bulk_new(&bulk_lead_mark);
	b->next = bulk_new(&bulk_segment_next);
	b->never = bulk_new(&bulk_segment_never);
	b->due = bulk_new(&bulk_segment_due);
	b->due_chunk = -1;
	return b;
}

void
batch_clear(struct batch *b)
{
	bulk_clear(b->in);
	bulk_clear(b->out);
	bulk_clear(b->signal);
	bulk_clear(b->marks);
	bulk_clear(b->again);
	bulk_clear(b->next);
	bulk_clear(b->never);
	bulk_clear(b->due);
	buf_clear(&b->lines);
	b->looked = b->entered = b->left = 0;
	b->due_chunk = -1;
	b->marked = b->again_marked = 0;
}

void
batch_free(struct batch *b)
{
	if (!b)
		return;
	bulk_free(b->in);
	bulk_free(b->out);
	bulk_free(b->signal);
	bulk_free(b->marks);
	bulk_free(b->again);
	bulk_free(b->next);
	bulk_free(b->never);
	bulk_free(b->due);
	buf_release(&b->lines);
	free(b);
}

/* ---- who enters, who leaves ---------------------------------------------- */

static void
mark(struct bulk *marks, int64_t *last, int64_t lead)
{
	if (*last == lead)
		return;
	*last = lead;
	bulk_int(marks, lead);
	bulk_end_row(marks);
}

static void
signal_change(
    struct batch *b, const struct kept *k, int64_t lead, struct str kind)
{
	bulk_int(b->signal, (int64_t)bulk_count(b->signal));
	bulk_text_borrowed(b->signal, kind);
	bulk_int(b->signal, lead);
	bulk_text_borrowed(b->signal, buf_str(&k->signal));
	bulk_end_row(b->signal);
	mark(b->marks, &b->marked, lead);
}

void
batch_rehand(struct batch *b, const struct kept *k, int64_t lead, bool hand)
{
	bulk_int(b->in, k->id);
	bulk_int(b->in, lead);
	bulk_int(b->in, hand);
	bulk_end_row(b->in);
}

void
batch_enter(struct batch *b, const struct kept *k, int64_t lead, bool hand)
{
	batch_rehand(b, k, lead, hand);
	signal_change(b, k, lead, STR("segment.entered"));
	b->entered++;
}

void
batch_leave(struct batch *b, const struct kept *k, int64_t lead)
{
	bulk_int(b->out, k->id);
	bulk_int(b->out, lead);
	bulk_end_row(b->out);
	signal_change(b, k, lead, STR("segment.left"));
	b->left++;
}

void
batch_again(struct batch *b, int64_t lead)
{
	mark(b->again, &b->again_marked, lead);
}

void
batch_line(struct batch *b, const struct kept *k, struct str lead, bool entered,
    struct str because)
{
	struct buf *out = &b->lines;

	buf_adds(out, STR("{\"segment\":"));
	json_quote(out, str_of(k->name));
	buf_adds(out, STR(",\"lead\":"));
	json_quote(out, lead);
	buf_adds(out, entered ? STR(",\"change\":\"entered\"")
			      : STR(",\"change\":\"left\""));
	if (because.p) {
		buf_adds(out, STR(",\"because\":"));
		json_quote(out, because);
	}
	buf_adds(out, STR("}\n"));
}

/* ---- when to look again -------------------------------------------------- */

void
batch_next(struct batch *b, int64_t lead, int64_t next)
{
	struct bulk *rows = next == INT64_MAX ? b->never : b->next;

	bulk_int(rows, lead);
	if (next != INT64_MAX)
		bulk_int(rows, next);
	bulk_end_row(rows);
}

void
batch_due_end(struct batch *b)
{
	if (b->due_chunk < 0)
		return;
	bulk_int(b->due, b->due_chunk);
	bulk_int(b->due, b->due_at);
	bulk_end_row(b->due);
	b->due_chunk = -1;
}

/* Leads come in ascending order, so a chunk's are together. */
void
batch_due(struct batch *b, int64_t lead, int64_t next)
{
	int64_t chunk = lead / 256;

	if (chunk != b->due_chunk)
		batch_due_end(b);
	if (next == INT64_MAX)
		return;
	if (b->due_chunk < 0 || next < b->due_at)
		b->due_at = next;
	b->due_chunk = chunk;
}

/* ---- writing ------------------------------------------------------------- */

static int
write_rows(struct store *st, const struct bind *binds, size_t count,
    struct bulk *rows, const struct sql *sql, const struct sql *then,
    struct err *err)
{
	if (bulk_count(rows) == 0)
		return 0;
	if (store_bulk(st, rows, err) < 0 ||
	    store_run(st, sql, binds, count, NULL, err) < 0)
		return -1;
	return then ? store_run(st, then, binds, 1, NULL, err) : 0;
}

int
batch_write(struct store *st, const struct tenant *t, int64_t now,
    struct batch *b, struct err *err)
{
	struct bind binds[] = {BIND_INT(t->id), BIND_INT(now)};

	if (write_rows(st, binds, 2, b->out, &sql_segment_keep,
		&sql_segment_leave, err) < 0 ||
	    (b->replays && (write_rows(st, binds, 2, b->in,
				&sql_segment_past_cut, NULL, err) < 0 ||
			       write_rows(st, binds, 2, b->in,
				   &sql_segment_past_drop, NULL, err) < 0)) ||
	    write_rows(st, binds, 2, b->in, &sql_segment_enter, NULL, err) <
		0 ||
	    write_rows(st, binds, 1, b->next, &sql_segment_next_write, NULL,
		err) < 0 ||
	    write_rows(st, binds, 1, b->never, &sql_segment_next_remove, NULL,
		err) < 0 ||
	    write_rows(
		st, binds, 1, b->due, &sql_segment_due_lower, NULL, err) < 0 ||
	    work_changed_bulk(st, t->id, WORK_SEGMENT, b->marks, err) < 0 ||
	    work_mark_bulk(st, t->id, WORK_SEGMENT, b->again, err) < 0)
		return -1;
	return signal_add_bulk(st, t->id, now, b->signal, err);
}
