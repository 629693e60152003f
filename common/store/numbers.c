/* SPDX-License-Identifier: ISC */
/*
 * Numbers for rows that users never see by number, and the latest moment at
 * which a tenant's work was done.
 */
#include "store/store.sql.h"
#include "store/store_priv.h"

int
store_numbers(struct store *st, int64_t tenant, const char *kind, int64_t count,
    int64_t *ret_first, struct err *err)
{
	int64_t next;
	int code;

	code = store_int(st, &sql_counter_reserve,
	    BINDS(BIND_INT(tenant), BIND_TEXT(str_of(kind)), BIND_INT(count)),
	    &next, err);
	if (code == 0)
		BUG("reserving numbers gave no row");
	if (code < 0)
		return -1;
	*ret_first = next - count;
	return 0;
}

static int
refuse_past(int64_t now, int64_t latest, struct err *err)
{
	struct buf b = {0};

	buf_addstr(&b, "the moment ");
	time_add(&b, now);
	buf_addstr(&b, " is before the latest work, done at ");
	time_add(&b, latest);
	buf_addstr(&b, " (--replay goes back)");
	err_set(err, ERR_USAGE, "%s", b.p);
	buf_release(&b);
	return -1;
}

void
store_by_clock(struct store *st)
{
	st->by_clock = true;
}

int
store_moment_check(
    struct store *st, int64_t tenant, int64_t now, bool replay, struct err *err)
{
	int64_t latest;
	int code = store_int(
	    st, &sql_moment_latest, BINDS(BIND_INT(tenant)), &latest, err);

	if (code < 0)
		return -1;
	if (code == 1 && now < latest && !replay &&
	    !(st->by_clock && latest <= time_real()))
		return refuse_past(now, latest, err);
	return code == 1 && now <= latest;
}

int
store_moment(
    struct store *st, int64_t tenant, int64_t now, bool replay, struct err *err)
{
	int known = store_moment_check(st, tenant, now, replay, err);

	if (known != 0)
		return known < 0 ? -1 : 0;
	return store_run(st, &sql_moment_record,
	    BINDS(BIND_INT(tenant), BIND_INT(now)), NULL, err);
}
