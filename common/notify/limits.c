/* SPDX-License-Identifier: ISC */
/*
 * Limits that all tenants of a store share, because a server does not care
 * whose mail it is: what a channel may begin is taken down, under tenant 0,
 * before it is begun. Who dies in between has taken too much, never too little.
 */
#include "notify/notify.sql.h"
#include "notify/notify_priv.h"

/* ---- marks in the store -----------------------------------------------------
 */

int
pace_load(struct store *st, int64_t tenant, struct str whom, struct str channel,
    int64_t now, struct pace *ret, struct err *err)
{
	struct buf text = {0};
	int got = store_text(st, &sql_pace_one,
	    BINDS(BIND_INT(tenant), BIND_TEXT(whom), BIND_TEXT(channel)), &text,
	    err);

	*ret = (struct pace){0};
	if (got > 0)
		pace_read(ret, buf_str(&text), now);
	buf_release(&text);
	return got < 0 ? -1 : 0;
}

void
pace_row(struct bulk *b, struct str whom, const struct pace *p,
    const struct rates *rates)
{
	struct buf text = {0};

	pace_put(p, &text);
	bulk_text(b, whom);
	bulk_text(b, text.p ? buf_str(&text) : STR(""));
	bulk_int(b, pace_until(p, rates));
	bulk_end_row(b);
	buf_release(&text);
}

int
pace_save(struct store *st, int64_t tenant, struct bulk *rows,
    struct str channel, int64_t now, struct err *err)
{
	int rc = 0;

	if (bulk_count(rows) > 0 && (rc = store_bulk(st, rows, err)) == 0)
		rc = store_run(st, &sql_pace_set,
		    BINDS(BIND_INT(tenant), BIND_TEXT(channel)), NULL, err);
	if (rc == 0)
		rc = store_run(st, &sql_pace_forget,
		    BINDS(BIND_INT(tenant), BIND_INT(now)), NULL, err);
	return rc;
}

struct bulk *
pace_rows(void)
{
	return bulk_new(&bulk_pace);
}

/* ---- taking ----------------------------------------------------------------
 */

static int
take(struct store *st, const struct channel *c, int64_t clock, int64_t want,
    int64_t *ret_got, int64_t *ret_next, struct err *err)
{
	struct str name = str_of(c->name);
	struct bulk *rows = pace_rows();
	struct pace pace;
	int64_t room;
	int rc = pace_load(st, 0, STR(""), name, clock, &pace, err);

	if (rc == 0) {
		room = pace_room(&pace, &c->rate, clock);
		*ret_got = room < want ? room : want;
		pace_add(&pace, &c->rate, clock, *ret_got);
		*ret_next = pace_next(&pace, &c->rate, clock);
		if (*ret_got > 0)
			pace_row(rows, STR(""), &pace, &c->rate);
		rc = pace_save(st, 0, rows, name, clock, err);
	}
	bulk_free(rows);
	return rc;
}

int
limits_take(struct store *st, const struct tenant *t, const struct channel *c,
    int64_t clock, size_t want, size_t *ret_got, int64_t *ret_next,
    struct err *err)
{
	struct err other = {0};
	int64_t got = 0;
	int rc;

	if (store_tenant(st, 0, err) < 0)
		return -1;
	rc = store_begin(st, STORE_CHANGE, "look at a limit", err);
	if (rc == 0)
		rc = take(st, c, clock, (int64_t)want, &got, ret_next, err);
	if (rc == 0)
		rc = store_commit(st, false, err);
	store_rollback(st);
	if (store_tenant(st, t->id, rc < 0 ? &other : err) < 0)
		return -1;
	*ret_got = (size_t)got;
	return rc;
}

int
limits_look(struct store *st, const struct tenant *t, const struct channel *c,
    int64_t clock, struct pace *ret, struct err *err)
{
	struct err other = {0};
	int rc = store_tenant(st, 0, err);

	if (rc == 0)
		rc = store_begin(st, STORE_SNAPSHOT, "look at a limit", err);
	if (rc == 0)
		rc =
		    pace_load(st, 0, STR(""), str_of(c->name), clock, ret, err);
	store_rollback(st);
	if (store_tenant(st, t->id, rc < 0 ? &other : err) < 0)
		return -1;
	return rc;
}
