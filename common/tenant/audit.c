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
audit_lines(struct store *st, const struct tenant *t, int64_t since,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	return store_lines(st, &sql_audit_since,
	    BINDS(BIND_INT(t->id), BIND_INT(since)),
	    ROW_FIELDS({"time", ROW_TIME}, {"user", ROW_TEXT},
		{"action", ROW_TEXT}, {"object", ROW_TEXT},
		{"detail", ROW_JSON}),
	    each, context, err);
}
