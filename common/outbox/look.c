/* SPDX-License-Identifier: ISC */
/* The ledger, for who looks. */
#include <math.h>

#include "outbox/outbox.sql.h"
#include "outbox/outbox_priv.h"

/* The columns that outbox_list, _list_open and _one begin with. */
static const struct row_field message_fields[] = {{"id", ROW_TEXT},
    {"state", ROW_TEXT}, {"channel", ROW_TEXT}, {"recipient", ROW_TEXT},
    {"kind", ROW_TEXT}, {"cause", ROW_TEXT}, {"lead", ROW_TEXT},
    {"template", ROW_TEXT}, {"critical", ROW_TRUE}, {"due_at", ROW_TIME},
    {"next_at", ROW_TIME}, {"attempts", ROW_INT}, {"tries", ROW_INT},
    {"changed_at", ROW_TIME}, {"code", ROW_INT}, {"answer", ROW_TEXT},
    {"part_of", ROW_TEXT}, ROW_END};
enum { MESSAGE_FIELDS = COUNT_OF(message_fields) - 1 };

int
outbox_list(struct store *st, const struct tenant *t,
    const struct outbox_filter *filter,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	return store_lines(st, &sql_outbox_list,
	    BINDS(BIND_INT(t->id), BIND_TEXT(str_of(filter->state)),
		BIND_TEXT(str_of(filter->channel)), BIND_INT(filter->since),
		BIND_INT(filter->limit)),
	    message_fields, each, context, err);
}

int
outbox_doubtful(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	return store_lines(st, &sql_outbox_list_open, BINDS(BIND_INT(t->id)),
	    message_fields, each, context, err);
}

/* ---- one ------------------------------------------------------------------
 */

static int
put_history(struct store *st, const struct tenant *t, int64_t number,
    struct json_writer *w, struct err *err)
{
	static const struct row_field fields[] = {{"number", ROW_INT},
	    {"time", ROW_TIME}, {"state", ROW_TEXT}, {"code", ROW_INT},
	    {"answer", ROW_TEXT}, ROW_END};

	json_put_name(w, "history");
	return store_put_array(st, &sql_outbox_attempts,
	    BINDS(BIND_INT(t->id), BIND_INT(number)), fields, w, err);
}

struct parts {
	struct json_writer *w;
	bool any;
};

static int
put_part(void *context, const struct outbox_row *row, struct err *err)
{
	struct parts *p = context;

	(void)err;
	if (!p->any) {
		json_put_name(p->w, "parts");
		json_put_array(p->w);
		p->any = true;
	}
	json_put_text(p->w, row->id);
	return 0;
}

/* What it says in one, if it does. */
static int
put_parts(struct store *st, const struct tenant *t, int64_t number,
    struct json_writer *w, struct err *err)
{
	struct parts parts = {.w = w};
	int rc = outbox_parts(st, t, number, put_part, &parts, err);

	if (parts.any)
		json_put_end(w);
	return rc;
}

int
outbox_show(struct store *st, const struct tenant *t, int64_t number,
    struct buf *ret, struct err *err)
{
	struct json_writer w = {.out = ret};
	struct rows *rows;
	int got;

	if (store_query(st, &sql_outbox_one,
		BINDS(BIND_INT(t->id), BIND_INT(number)), &rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	if (got > 0) {
		json_put_object(&w);
		rows_put(rows, 0, message_fields, &w);
		rows_put(rows, MESSAGE_FIELDS,
		    ROW_FIELDS({"created_at", ROW_TIME}, {"locale", ROW_TEXT},
			{"content", ROW_JSON}),
		    &w);
	}
	rows_close(rows);
	if (got <= 0)
		return got < 0 ? -1
			       : err_set(err, ERR_FAIL, "the message is gone");
	if (put_parts(st, t, number, &w, err) < 0 ||
	    put_history(st, t, number, &w, err) < 0)
		return -1;
	json_put_end(&w);
	buf_addc(ret, '\n');
	return 0;
}

/* ---- by day ---------------------------------------------------------------
 */

/* What attempts led to, of one channel on one day. */
struct day {
	int64_t at;
	struct buf channel;
	int64_t accepted, bounced, retried, doubtful, dead, cancelled;
};

static void
count_outcome(struct day *d, struct str outcome, int64_t n)
{
	if (str_is(outcome, "sent"))
		d->accepted += n;
	else if (str_is(outcome, "bounced"))
		d->bounced += n;
	else if (str_is(outcome, "retry"))
		d->retried += n;
	else if (str_is(outcome, "doubtful"))
		d->doubtful += n;
	else if (str_is(outcome, "dead"))
		d->dead += n;
	else
		d->cancelled += n;
}

static void
put_day(const struct tenant *t, const struct day *d, struct buf *out)
{
	struct json_writer w = {.out = out};
	struct civil day = zone_civil(t->settings.zone, d->at);
	int64_t over = d->accepted + d->bounced + d->doubtful + d->dead;
	char date[40];

	snprintf(
	    date, sizeof(date), "%04d-%02u-%02u", day.year, day.month, day.day);
	json_put_object(&w);
	json_add_text(&w, "day", str_of(date));
	json_add_text(&w, "channel", buf_str(&d->channel));
	json_add_int(&w, "accepted", d->accepted);
	json_add_int(&w, "bounced", d->bounced);
	json_add_int(&w, "retried", d->retried);
	json_add_int(&w, "doubtful", d->doubtful);
	json_add_int(&w, "dead", d->dead);
	json_add_int(&w, "cancelled", d->cancelled);
	if (over > 0) {
		json_put_name(&w, "rate");
		json_put_real(&w, round_half_away(1000.0 * (double)d->accepted /
						  (double)over) /
				      10);
	}
	json_put_end(&w);
	buf_addc(out, '\n');
}

static int
flush_day(const struct tenant *t, struct day *d,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	struct buf line = {0};
	int rc = 0;

	if (d->channel.len) {
		put_day(t, d, &line);
		rc = each(context, buf_str(&line), err);
	}
	d->accepted = d->bounced = d->retried = 0;
	d->doubtful = d->dead = d->cancelled = 0;
	buf_clear(&d->channel);
	buf_release(&line);
	return rc;
}

int
outbox_stats(struct store *st, const struct tenant *t, int64_t since,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	struct day day = {0};
	struct rows *rows;
	int got;

	if (store_query(st, &sql_outbox_days,
		BINDS(BIND_INT(t->id), BIND_TEXT(str_of(t->settings.zone_name)),
		    BIND_INT(since)),
		&rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		if ((day.at != rows_int(rows, 0) ||
			!str_eq(buf_str(&day.channel), rows_text(rows, 1))) &&
		    flush_day(t, &day, each, context, err) < 0) {
			got = -1;
			break;
		}
		day.at = rows_int(rows, 0);
		buf_clear(&day.channel);
		buf_adds(&day.channel, rows_text(rows, 1));
		count_outcome(&day, rows_text(rows, 2), rows_int(rows, 3));
	}
	rows_close(rows);
	if (got == 0)
		got = flush_day(t, &day, each, context, err);
	buf_release(&day.channel);
	return got;
}
