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

int
outbox_inbox(struct store *st, const struct tenant *t, struct str member,
    bool unread, int64_t limit,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	static const struct row_field fields[] = {{"id", ROW_TEXT},
	    {"time", ROW_TIME}, {"subject", ROW_TEXT}, {"text", ROW_TEXT},
	    {"lead", ROW_TEXT}, {"critical", ROW_TRUE}, {"read_at", ROW_TIME},
	    ROW_END};
	struct buf key = {0};
	int rc = name_member(member, &key, err);

	if (rc == 0)
		rc = store_lines(st, &sql_inbox_list,
		    BINDS(BIND_INT(t->id), BIND_TEXT(buf_str(&key)),
			BIND_INT(unread), BIND_INT(limit)),
		    fields, each, context, err);
	buf_release(&key);
	return rc;
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
