/* SPDX-License-Identifier: ISC */
/* What people decide about messages. */
#include <inttypes.h>

#include "outbox/outbox.sql.h"
#include "outbox/outbox_priv.h"

enum { ID_LEAST = 4 };

int
outbox_need(struct store *st, const struct tenant *t, struct str id,
    int64_t *ret, struct err *err)
{
	struct buf to = {0};
	struct rows *rows;
	int64_t number = 0;
	int got, count = 0;

	if (id.n < ID_LEAST)
		return err_set(err, ERR_USAGE,
		    "%s: not enough of a message's id", quoted(id));
	buf_adds(&to, id);
	buf_addstr(&to, "~"); /* after every digit */
	got = store_query(st, &sql_outbox_find,
	    BINDS(BIND_INT(t->id), BIND_TEXT(id), BIND_TEXT(buf_str(&to))),
	    &rows, err);
	if (got < 0) {
		buf_release(&to);
		return -1;
	}
	while ((got = rows_next(rows, err)) > 0) {
		number = rows_int(rows, 0);
		count++;
	}
	rows_close(rows);
	buf_release(&to);
	if (got < 0)
		return -1;
	if (count != 1)
		return err_set(err, ERR_USAGE,
		    count ? "%s: several messages begin so"
			  : "no such message: %s",
		    quoted(id));
	*ret = number;
	return 0;
}

struct decision {
	const char *verb;          /* "retry" */
	const char *const *states; /* of which it can be made */
	const char *state;         /* it leads to */
	bool again;                /* to be tried now */
};

static void
put_line(struct buf *out, const struct rows *r, const char *state)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	json_add_text(&w, "id", rows_text(r, 0));
	json_add_text(&w, "channel", rows_text(r, 2));
	if (rows_text(r, 3).n)
		json_add_text(&w, "recipient", rows_text(r, 3));
	json_add_text(&w, "from", rows_text(r, 1));
	json_add_text(&w, "state", str_of(state));
	json_put_end(&w);
	buf_addc(out, '\n');
}

/* Appends the line and the message's id. */
static int
may(struct store *st, const struct tenant *t, int64_t number,
    const struct decision *d, struct buf *lines, struct buf *ret_id,
    struct err *err)
{
	struct rows *rows;
	bool ok = false;
	int got;

	if (store_query(st, &sql_outbox_one,
		BINDS(BIND_INT(t->id), BIND_INT(number)), &rows, err) < 0)
		return -1;
	got = rows_next(rows, err);
	for (size_t i = 0; got > 0 && d->states[i]; i++)
		ok = ok || str_is(rows_text(rows, 1), d->states[i]);
	if (got > 0 && ok) {
		put_line(lines, rows, d->state);
		buf_adds(ret_id, rows_text(rows, 0));
	} else if (got > 0) {
		got = err_set(err, ERR_USAGE, "%.*s: is %.*s, nothing to %s",
		    STR_ARG(rows_text(rows, 0)), STR_ARG(rows_text(rows, 1)),
		    d->verb);
	}
	rows_close(rows);
	return got < 0 ? -1 : 0;
}

static int
decide(struct store *st, const struct tenant *t, int64_t number,
    const struct decision *d, const char *who, int64_t now, struct buf *lines,
    struct err *err)
{
	struct buf id = {0}, answer = {0}, action = {0};
	int rc = may(st, t, number, d, lines, &id, err);

	buf_addf(&answer, "%s by %s", d->verb, who);
	buf_addf(&action, "notify %s", d->verb);
	if (rc == 0)
		rc = store_run(st, &sql_outbox_decide,
		    BINDS(BIND_INT(t->id), BIND_INT(number),
			BIND_TEXT(str_of(d->state)),
			d->again ? BIND_INT(now) : BIND_NULL('i'),
			BIND_INT(now), BIND_TEXT(buf_str(&answer)),
			d->again ? BIND_INT(0) : BIND_NULL('i')),
		    NULL, err);
	if (rc == 0)
		rc = audit_add(st, t->id, now, who, action.p, buf_str(&id),
		    (struct str){0}, err);
	buf_release(&id);
	buf_release(&answer);
	buf_release(&action);
	return rc;
}

int
outbox_retry(struct store *st, const struct tenant *t, int64_t number,
    const char *who, int64_t now, struct buf *lines, struct err *err)
{
	static const char *const states[] = {
	    "dead", "cancelled", "doubtful", "retry", NULL};
	static const struct decision d = {"retry", states, "retry", true};

	return decide(st, t, number, &d, who, now, lines, err);
}

int
outbox_cancel(struct store *st, const struct tenant *t, int64_t number,
    const char *who, int64_t now, struct buf *lines, struct err *err)
{
	static const char *const states[] = {
	    "queued", "retry", "doubtful", NULL};
	static const struct decision d = {"cancel", states, "cancelled", false};

	return decide(st, t, number, &d, who, now, lines, err);
}
