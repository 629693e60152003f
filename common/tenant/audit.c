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

int
audit_list(struct store *st, const struct tenant *t, int64_t since,
    int (*each)(void *context, int64_t at, struct str who, struct str action,
	struct str object, struct str detail, struct err *err),
    void *context, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_audit_since,
		BINDS(BIND_INT(t->id), BIND_INT(since)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		if (each(context, rows_int(rows, 0), rows_text(rows, 1),
			rows_text(rows, 2), rows_text(rows, 3),
			rows_text(rows, 4), err) < 0) {
			got = -1;
			break;
		}
	rows_close(rows);
	return got;
}
