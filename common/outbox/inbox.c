/* SPDX-License-Identifier: ISC */
/* What the tenant's own people were told inside. */
#include "outbox/outbox.sql.h"
#include "outbox/outbox_priv.h"

static int
name_member(struct str given, struct buf *ret, struct err *err)
{
	if (!email_normalise(given, ret))
		return err_set(err, ERR_USAGE,
		    "not an address: %s (people are named by their e-mail)",
		    quoted(given));
	return 0;
}

static void
put_told(struct json_writer *w, const struct rows *r)
{
	json_put_object(w);
	json_add_text(w, "id", rows_text(r, 0));
	json_add_time(w, "time", rows_int(r, 1));
	if (!rows_null(r, 2))
		json_add_text(w, "subject", rows_text(r, 2));
	if (!rows_null(r, 3))
		json_add_text(w, "text", rows_text(r, 3));
	if (!rows_null(r, 4))
		json_add_text(w, "lead", rows_text(r, 4));
	if (rows_int(r, 6))
		json_add_bool(w, "critical", true);
	if (!rows_null(r, 5))
		json_add_time(w, "read_at", rows_int(r, 5));
	json_put_end(w);
}

int
outbox_inbox(struct store *st, const struct tenant *t, struct str member,
    bool unread, int64_t limit,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	struct buf key = {0}, line = {0};
	struct rows *rows;
	int got = name_member(member, &key, err);

	if (got == 0)
		got = store_query(st, &sql_inbox_list,
		    BINDS(BIND_INT(t->id), BIND_TEXT(buf_str(&key)),
			BIND_INT(unread), BIND_INT(limit)),
		    &rows, err);
	if (got < 0) {
		buf_release(&key);
		return -1;
	}
	while ((got = rows_next(rows, err)) > 0) {
		struct json_writer w = {.out = &line};

		buf_clear(&line);
		put_told(&w, rows);
		buf_addc(&line, '\n');
		if (each(context, buf_str(&line), err) < 0) {
			got = -1;
			break;
		}
	}
	rows_close(rows);
	buf_release(&line);
	buf_release(&key);
	return got;
}

int
outbox_read(struct store *st, const struct tenant *t, struct str member,
    int64_t number, int64_t now, int64_t *ret_count, struct err *err)
{
	struct buf key = {0};
	int rc = name_member(member, &key, err);

	if (rc == 0 && number)
		rc = store_run(st, &sql_inbox_read,
		    BINDS(BIND_INT(t->id), BIND_TEXT(buf_str(&key)),
			BIND_INT(number), BIND_INT(now)),
		    ret_count, err);
	else if (rc == 0)
		rc = store_run(st, &sql_inbox_read_all,
		    BINDS(BIND_INT(t->id), BIND_TEXT(buf_str(&key)),
			BIND_INT(now)),
		    ret_count, err);
	buf_release(&key);
	return rc;
}
