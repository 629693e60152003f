/* SPDX-License-Identifier: ISC */
/* The audit: who did what to which object when. Only ever appended to. */
#include "tenant/tenant.h"
#include "tenant/tenant.sql.h"

int
audit_add(struct store *st, int64_t tenant, int64_t now, const char *who,
    const char *action, struct str object, struct str detail, struct err *err)
{
	int64_t number;

	if (store_numbers(st, tenant, "audit", 1, &number, err) < 0)
		return -1;
	return store_run(st, &sql_audit_insert,
	    BINDS(BIND_INT(tenant), BIND_INT(number), BIND_INT(now),
		BIND_TEXT(str_of(who)), BIND_TEXT(str_of(action)),
		BIND_TEXT(object), BIND_TEXT(detail)),
	    NULL, err);
}

static void
put_row(struct rows *rows, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	json_add_time(&w, "time", rows_int(rows, 0));
	json_add_text(&w, "user", rows_text(rows, 1));
	json_add_text(&w, "action", rows_text(rows, 2));
	if (rows_text(rows, 3).p)
		json_add_text(&w, "object", rows_text(rows, 3));
	if (rows_text(rows, 4).p) {
		json_put_name(&w, "detail");
		json_put_raw(&w, rows_text(rows, 4));
	}
	json_put_end(&w);
}

int
audit_lines(struct store *st, const struct tenant *t, int64_t since,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	struct buf line = {0};
	struct rows *rows;
	int got;

	if (store_query(st, &sql_audit_since,
		BINDS(BIND_INT(t->id), BIND_INT(since)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		buf_clear(&line);
		put_row(rows, &line);
		if (each(context, buf_str(&line), err) < 0) {
			got = -1;
			break;
		}
	}
	rows_close(rows);
	buf_release(&line);
	return got;
}
