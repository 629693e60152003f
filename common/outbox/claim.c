/* SPDX-License-Identifier: ISC */
/* What delivering does to the ledger. */
#include "outbox/outbox.sql.h"
#include "outbox/outbox_priv.h"

static int
each_name(struct store *st, const struct sql *sql, const struct bind *binds,
    size_t count, int (*each)(void *context, struct str name, struct err *err),
    void *context, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, sql, binds, count, &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		if (each(context, rows_text(rows, 0), err) < 0) {
			got = -1;
			break;
		}
	rows_close(rows);
	return got;
}

int
outbox_channels(struct store *st, const struct tenant *t, int64_t now,
    bool doubtful, int (*each)(void *context, struct str name, struct err *err),
    void *context, struct err *err)
{
	if (each_name(st, &sql_outbox_channels,
		BINDS(BIND_INT(t->id), BIND_INT(now)), each, context, err) < 0)
		return -1;
	return doubtful ? each_name(st, &sql_outbox_doubtful_channels,
			      BINDS(BIND_INT(t->id)), each, context, err)
			: 0;
}

static struct outbox_row
row_of(const struct rows *r)
{
	return (struct outbox_row){.number = rows_int(r, 0),
	    .id = rows_text(r, 1),
	    .cause = rows_text(r, 2),
	    .kind = rows_text(r, 3),
	    .recipient = rows_text(r, 4),
	    .address = rows_text(r, 5),
	    .lead = rows_text(r, 6),
	    .critical = rows_int(r, 7) != 0,
	    .locale = rows_text(r, 8),
	    .template = rows_text(r, 9),
	    .content = rows_text(r, 10),
	    .created_at = rows_int(r, 11),
	    .due_at = rows_int(r, 12),
	    .attempts = rows_int(r, 13),
	    .tries = rows_int(r, 14),
	    .batch = rows_text(r, 15)};
}

int
outbox_each_row(struct store *st, const struct sql *sql,
    const struct bind *binds, size_t count,
    int (*each)(void *context, const struct outbox_row *row, struct err *err),
    void *context, struct err *err)
{
	struct outbox_row row;
	struct rows *rows;
	int got;

	if (store_query(st, sql, binds, count, &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		row = row_of(rows);
		if (each(context, &row, err) < 0) {
			got = -1;
			break;
		}
	}
	rows_close(rows);
	return got;
}

int
outbox_due(struct store *st, const struct tenant *t, struct str channel,
    int64_t now, size_t limit,
    int (*each)(void *context, const struct outbox_row *row, struct err *err),
    void *context, struct err *err)
{
	return outbox_each_row(st, &sql_outbox_due,
	    BINDS(BIND_INT(t->id), BIND_TEXT(channel), BIND_INT(now),
		BIND_INT((int64_t)limit)),
	    each, context, err);
}

struct bulk *
outbox_picked(const int64_t *numbers, size_t count)
{
	struct bulk *b = bulk_new(&bulk_outbox_pick);

	for (size_t i = 0; i < count; i++) {
		bulk_int(b, numbers[i]);
		bulk_end_row(b);
	}
	return b;
}

static int
each_claimed(struct store *st, const struct tenant *t, struct str run,
    void (*each)(void *context, int64_t number, struct str suppressed),
    void *context, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_outbox_claimed,
		BINDS(BIND_INT(t->id), BIND_TEXT(run)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		each(context, rows_int(rows, 0), rows_text(rows, 1));
	rows_close(rows);
	return got;
}

int
outbox_reserve(struct store *st, const struct tenant *t, struct str run,
    const int64_t *numbers, size_t count, struct err *err)
{
	struct bulk *b = outbox_picked(numbers, count);
	int rc = store_bulk(st, b, err);

	if (rc == 0)
		rc = store_run(st, &sql_outbox_reserve,
		    BINDS(BIND_INT(t->id), BIND_TEXT(run)), NULL, err);
	bulk_free(b);
	return rc;
}

int
outbox_unreserve(struct store *st, const struct tenant *t, struct str channel,
    struct str run, int64_t at, struct err *err)
{
	return store_run(st, &sql_outbox_unreserve,
	    BINDS(BIND_INT(t->id), BIND_TEXT(channel), BIND_TEXT(run),
		BIND_INT(at)),
	    NULL, err);
}

int
outbox_claim(struct store *st, const struct tenant *t, struct str run,
    const int64_t *numbers, size_t count, bool waiting, int64_t now,
    void (*each)(void *context, int64_t number, struct str suppressed),
    void *context, struct err *err)
{
	struct bulk *b = outbox_picked(numbers, count);
	int rc = store_bulk(st, b, err);

	if (rc == 0)
		rc = store_run(st, &sql_outbox_claim,
		    BINDS(BIND_INT(t->id), BIND_TEXT(run), BIND_INT(now),
			BIND_INT(waiting)),
		    NULL, err);
	if (rc == 0)
		rc = each_claimed(st, t, run, each, context, err);
	bulk_free(b);
	return rc;
}

int
outbox_claimed(struct store *st, const struct tenant *t, struct str run,
    const int64_t *numbers, size_t count,
    void (*each)(void *context, int64_t number, struct str suppressed),
    void *context, struct err *err)
{
	struct bulk *b = outbox_picked(numbers, count);
	int rc = store_begin(st, STORE_SNAPSHOT, "ask again", err);

	if (rc == 0)
		rc = store_bulk(st, b, err);
	if (rc == 0)
		rc = each_claimed(st, t, run, each, context, err);
	store_rollback(st);
	bulk_free(b);
	return rc;
}

int
outbox_wait(struct store *st, const struct tenant *t, struct str run,
    const struct outbox_wait *waits, size_t count, struct err *err)
{
	struct bulk *b;
	int rc;

	if (count == 0)
		return 0;
	b = bulk_new(&bulk_outbox_wait);
	for (size_t i = 0; i < count; i++) {
		bulk_int(b, waits[i].number);
		bulk_int(b, waits[i].until);
		bulk_text(b, waits[i].why);
		bulk_end_row(b);
	}
	rc = store_bulk(st, b, err);
	if (rc == 0)
		rc = store_run(st, &sql_outbox_wait,
		    BINDS(BIND_INT(t->id), BIND_TEXT(run)), NULL, err);
	bulk_free(b);
	return rc;
}

int
outbox_keep(struct store *st, const struct tenant *t, struct str channel,
    int64_t now, int64_t late, int64_t until, struct err *err)
{
	return store_run(st, &sql_outbox_keep,
	    BINDS(BIND_INT(t->id), BIND_TEXT(channel), BIND_INT(now),
		BIND_INT(late), BIND_INT(late / 2 + now / 2), BIND_INT(until)),
	    NULL, err);
}

/* ---- closing --------------------------------------------------------------
 */

static void
add_end(struct bulk *b, const struct outbox_end *e)
{
	bulk_int(b, e->number);
	bulk_text(b, str_of(e->state));
	if (strcmp(e->state, "retry") == 0)
		bulk_int(b, e->next_at);
	else
		bulk_null(b);
	bulk_int(b, e->attempts);
	bulk_int(b, e->tries);
	if (e->code)
		bulk_int(b, e->code);
	else
		bulk_null(b);
	bulk_text(b, e->answer);
	bulk_end_row(b);
}

static int
close_all(struct store *st, const struct tenant *t, struct str run,
    const struct outbox_end *ends, size_t count, int64_t now, struct err *err)
{
	struct bulk *b = bulk_new(&bulk_outbox_close);
	int rc;

	for (size_t i = 0; i < count; i++)
		add_end(b, &ends[i]);
	rc = store_bulk(st, b, err);
	if (rc == 0)
		rc = store_run(st, &sql_outbox_close,
		    BINDS(BIND_INT(t->id), BIND_TEXT(run), BIND_INT(now)), NULL,
		    err);
	if (rc == 0)
		rc = store_run(st, &sql_outbox_attempts_add,
		    BINDS(BIND_INT(t->id), BIND_INT(now)), NULL, err);
	bulk_free(b);
	return rc;
}

static int
fill_inboxes(struct store *st, const struct tenant *t,
    const struct outbox_end *ends, size_t count, int64_t now, struct err *err)
{
	struct bulk *b = bulk_new(&bulk_outbox_inbox);
	int rc = 0;

	for (size_t i = 0; i < count; i++) {
		if (!ends[i].member.p)
			continue;
		bulk_int(b, ends[i].number);
		bulk_text(b, ends[i].member);
		bulk_text(b, ends[i].subject);
		bulk_text(b, ends[i].text);
		bulk_end_row(b);
	}
	if (bulk_count(b) > 0)
		rc =
		    store_bulk(st, b, err) < 0
			? -1
			: store_run(st, &sql_inbox_add,
			      BINDS(BIND_INT(t->id), BIND_INT(now)), NULL, err);
	bulk_free(b);
	return rc;
}

/* What those carried that have been sent. */
static int
forget_attached(struct store *st, const struct tenant *t,
    const struct outbox_end *ends, size_t count, struct err *err)
{
	int64_t *numbers = xmalloc(count * sizeof(*numbers));
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < count; i++)
		if (ends[i].attached && strcmp(ends[i].state, "sent") == 0)
			numbers[n++] = ends[i].number;
	rc = attachments_forget(st, t, numbers, n, err);
	free(numbers);
	return rc;
}

int
outbox_close(struct store *st, const struct tenant *t, struct str run,
    const struct outbox_end *ends, size_t count, int64_t now, struct err *err)
{
	if (count == 0)
		return 0;
	if (close_all(st, t, run, ends, count, now, err) < 0)
		return -1;
	if (forget_attached(st, t, ends, count, err) < 0)
		return -1;
	return fill_inboxes(st, t, ends, count, now, err);
}

/* ---- what was left --------------------------------------------------------
 */

static const char left[] =
    "the program ended before the answer came: sent or not, nobody knows";

static void
put_left(struct rows *r, struct str channel, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	json_add_text(&w, "id", rows_text(r, 1));
	json_add_text(&w, "channel", channel);
	json_add_text(&w, "recipient", rows_text(r, 2));
	json_add_text(&w, "state", STR("doubtful"));
	json_add_text(&w, "answer", STR(left));
	json_put_end(&w);
	buf_addc(out, '\n');
}

/* History, and a line, of each. */
static int
note_left(struct store *st, const struct tenant *t, struct str channel,
    int64_t now, struct buf *lines, int64_t *ret_count, struct err *err)
{
	struct bulk *b = bulk_new(&bulk_outbox_close);
	struct rows *rows;
	int got;

	if (store_query(st, &sql_outbox_left,
		BINDS(BIND_INT(t->id), BIND_TEXT(channel)), &rows, err) < 0) {
		bulk_free(b);
		return -1;
	}
	while ((got = rows_next(rows, err)) > 0) {
		add_end(b, &(struct outbox_end){.number = rows_int(rows, 0),
			       .state = "doubtful",
			       .tries = rows_int(rows, 3),
			       .attempts = rows_int(rows, 4),
			       .answer = STR(left)});
		put_left(rows, channel, lines);
	}
	rows_close(rows);
	*ret_count = (int64_t)bulk_count(b);
	if (got == 0 && *ret_count > 0)
		got =
		    store_bulk(st, b, err) < 0
			? -1
			: store_run(st, &sql_outbox_attempts_add,
			      BINDS(BIND_INT(t->id), BIND_INT(now)), NULL, err);
	bulk_free(b);
	return got;
}

/* What was reserved is surely unbegun when nothing that was written since can
 * be lost. */
static int
give_back(struct store *st, const struct tenant *t, struct str channel,
    int64_t now, struct err *err)
{
	struct buf epoch = {0};
	int rc = 0;

	store_epoch(st, &epoch);
	if (epoch.len)
		rc = store_run(st, &sql_outbox_left_unbegun,
		    BINDS(BIND_INT(t->id), BIND_TEXT(channel),
			BIND_TEXT(buf_str(&epoch)), BIND_INT(now)),
		    NULL, err);
	buf_release(&epoch);
	return rc;
}

int
outbox_recover(struct store *st, const struct tenant *t, struct str channel,
    bool inside, int64_t now, struct buf *lines, int64_t *ret_doubtful,
    struct err *err)
{
	*ret_doubtful = 0;
	if (give_back(st, t, channel, now, err) < 0)
		return -1;
	if (!inside &&
	    note_left(st, t, channel, now, lines, ret_doubtful, err) < 0)
		return -1;
	if (!inside && *ret_doubtful == 0)
		return 0;
	return store_run(st, &sql_outbox_left_move,
	    BINDS(BIND_INT(t->id), BIND_TEXT(channel),
		BIND_TEXT(inside ? STR("queued") : STR("doubtful")),
		inside ? BIND_INT(now) : BIND_NULL('i'), BIND_INT(now),
		BIND_TEXT(inside ? (struct str){0} : STR(left))),
	    NULL, err);
}

int
outbox_resend(struct store *st, const struct tenant *t, struct str channel,
    int64_t now, int64_t *ret_count, struct err *err)
{
	return store_run(st, &sql_outbox_resend_doubtful,
	    BINDS(BIND_INT(t->id), BIND_TEXT(channel), BIND_INT(now)),
	    ret_count, err);
}

int
outbox_hold(struct store *st, const struct tenant *t, struct str channel,
    int64_t until, struct err *err)
{
	return store_run(st, &sql_outbox_hold,
	    BINDS(BIND_INT(t->id), BIND_TEXT(channel), BIND_INT(until)), NULL,
	    err);
}
