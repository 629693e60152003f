/* SPDX-License-Identifier: ISC */
/* Who must not be written to. A row outlives the person it is about: then only
 * the hash is left, and the address, should it come back, stays closed. */
#include "outbox/outbox.sql.h"
#include "outbox/outbox_priv.h"

static void
put_change(
    struct buf *out, struct str address, const char *change, struct str reason)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	json_add_text(&w, "address", address);
	json_add_text(&w, "change", str_of(change));
	if (reason.p)
		json_add_text(&w, "reason", reason);
	json_put_end(&w);
	buf_addc(out, '\n');
}

/* The normalised address and its hash. */
static int
name_address(const struct tenant *t, struct str given, struct buf *ret_address,
    char ret_hash[65], struct err *err)
{
	if (!email_normalise(given, ret_address) ||
	    !outbox_address_hash(t, given, ret_hash))
		return err_set(
		    err, ERR_USAGE, "not an address: %s", quoted(given));
	return 0;
}

int
outbox_suppress(struct store *st, const struct tenant *t, struct str given,
    struct str reason, struct str note, const char *who, int64_t now,
    struct buf *lines, struct err *err)
{
	struct buf address = {0}, old = {0};
	char hash[65];
	int known = 0, rc = name_address(t, given, &address, hash, err);

	if (rc == 0)
		rc = name_check("reason", reason, err);
	if (rc == 0) {
		known = store_text(st, &sql_suppression_find,
		    BINDS(BIND_INT(t->id), BIND_TEXT(str_of(hash))), &old, err);
		rc = known < 0 ? -1 : 0;
	}
	if (rc == 0)
		rc = store_run(st, &sql_suppression_add,
		    BINDS(BIND_INT(t->id), BIND_TEXT(str_of(hash)),
			BIND_TEXT(buf_str(&address)), BIND_TEXT(reason),
			BIND_TEXT(note), BIND_TEXT(str_of(who)), BIND_INT(now)),
		    NULL, err);
	if (rc == 0 && !known) {
		put_change(lines, buf_str(&address), "added", reason);
		rc = audit_add(st, t->id, now, who, "suppress add",
		    str_of(hash), (struct str){0}, err);
	}
	buf_release(&address);
	buf_release(&old);
	return rc;
}

int
outbox_release(struct store *st, const struct tenant *t, struct str given,
    const char *who, int64_t now, struct buf *lines, struct err *err)
{
	struct buf address = {0};
	int64_t changed = 0;
	char hash[65];
	int rc = name_address(t, given, &address, hash, err);

	if (rc == 0)
		rc = store_run(st, &sql_suppression_remove,
		    BINDS(BIND_INT(t->id), BIND_TEXT(str_of(hash))), &changed,
		    err);
	if (rc == 0 && changed == 0)
		rc = err_set(err, ERR_USAGE, "%s: is not suppressed",
		    quoted(buf_str(&address)));
	if (rc == 0) {
		put_change(
		    lines, buf_str(&address), "removed", (struct str){0});
		rc = audit_add(st, t->id, now, who, "suppress remove",
		    str_of(hash), (struct str){0}, err);
	}
	buf_release(&address);
	return rc;
}

int
outbox_suppressions(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	static const struct row_field fields[] = {{"address", ROW_TEXT},
	    {"hash", ROW_TEXT}, {"reason", ROW_TEXT}, {"note", ROW_TEXT},
	    {"user", ROW_TEXT}, {"time", ROW_TIME}, ROW_END};

	return store_lines(st, &sql_suppression_list, BINDS(BIND_INT(t->id)),
	    fields, each, context, err);
}
