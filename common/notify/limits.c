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

static int64_t
lower(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int
load_all(struct store *st, struct str channel, struct meter *meters,
    size_t count, int64_t clock, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if (pace_load(st, 0, meters[i].whom, channel, clock,
			&meters[i].pace, err) < 0)
			return -1;
	return 0;
}

/* What the channel lets through, to its servers in their order. */
static int64_t
share_out(struct meter *meters, size_t count, int64_t clock, int64_t want)
{
	int64_t left =
	    lower(want, pace_room(&meters[0].pace, meters[0].rates, clock));

	for (size_t i = 1; i < count; i++) {
		struct meter *m = &meters[i];

		m->got = lower(
		    lower(left, m->most), pace_room(&m->pace, m->rates, clock));
		left -= m->got;
		meters[0].got += m->got;
	}
	if (count == 1)
		meters[0].got = left;
	return meters[0].got;
}

static int
take(struct store *st, struct str channel, struct meter *meters, size_t count,
    int64_t clock, int64_t want, struct err *err)
{
	struct bulk *rows = pace_rows();
	int rc = load_all(st, channel, meters, count, clock, err);

	if (rc == 0)
		share_out(meters, count, clock, want);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		struct meter *m = &meters[i];

		pace_add(&m->pace, m->rates, clock, m->got);
		m->next = pace_next(&m->pace, m->rates, clock);
		if (m->got > 0 && m->rates->count)
			pace_row(rows, m->whom, &m->pace, m->rates);
	}
	if (rc == 0)
		rc = pace_save(st, 0, rows, channel, clock, err);
	bulk_free(rows);
	return rc;
}

/* As somebody who works for no tenant. */
static int
begin_shared(struct store *st, enum store_intent intent, struct err *err)
{
	if (store_tenant(st, 0, err) < 0)
		return -1;
	return store_begin(st, intent, "look at a limit", err);
}

static int
end_shared(struct store *st, const struct tenant *t, bool change, int rc,
    struct err *err)
{
	struct err other = {0};

	if (rc == 0 && change)
		rc = store_commit(st, false, err);
	store_rollback(st);
	if (store_tenant(st, t->id, rc < 0 ? &other : err) < 0)
		return -1;
	return rc;
}

int
limits_take(struct store *st, const struct tenant *t, struct str channel,
    struct meter *meters, size_t count, int64_t clock, size_t want,
    struct err *err)
{
	int rc = begin_shared(st, STORE_CHANGE, err);

	for (size_t i = 0; i < count; i++)
		meters[i].got = 0;
	if (rc == 0)
		rc =
		    take(st, channel, meters, count, clock, (int64_t)want, err);
	return end_shared(st, t, true, rc, err);
}

int
limits_look(struct store *st, const struct tenant *t, struct str channel,
    struct meter *meters, size_t count, int64_t clock, struct err *err)
{
	int rc = begin_shared(st, STORE_SNAPSHOT, err);

	if (rc == 0)
		rc = load_all(st, channel, meters, count, clock, err);
	return end_shared(st, t, false, rc, err);
}

/* ---- servers that were set aside -------------------------------------------
 */

int
aside_load(struct store *st, const struct tenant *t, struct str channel,
    void (*each)(
	void *context, struct str server, int64_t until, int64_t failures),
    void *context, struct err *err)
{
	struct rows *rows = NULL;
	int rc = begin_shared(st, STORE_SNAPSHOT, err);

	if (rc == 0)
		rc = store_query(st, &sql_aside_all,
		    BINDS(BIND_INT(0), BIND_TEXT(channel)), &rows, err);
	while (rc == 0 && (rc = rows_next(rows, err)) > 0) {
		each(context, rows_text(rows, 0), rows_int(rows, 1),
		    rows_int(rows, 2));
		rc = 0;
	}
	rows_close(rows);
	return end_shared(st, t, false, rc, err);
}

int
aside_save(struct store *st, const struct tenant *t, struct str channel,
    const struct aside *all, size_t count, struct err *err)
{
	int rc = begin_shared(st, STORE_CHANGE, err);

	for (size_t i = 0; rc == 0 && i < count; i++) {
		const struct aside *a = &all[i];

		if (a->until)
			rc = store_run(st, &sql_aside_set,
			    BINDS(BIND_INT(0), BIND_TEXT(channel),
				BIND_TEXT(a->server), BIND_INT(a->until),
				BIND_INT(a->failures), BIND_TEXT(a->why)),
			    NULL, err);
		else
			rc = store_run(st, &sql_aside_end,
			    BINDS(BIND_INT(0), BIND_TEXT(channel),
				BIND_TEXT(a->server)),
			    NULL, err);
	}
	return end_shared(st, t, true, rc, err);
}
