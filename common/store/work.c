/* SPDX-License-Identifier: ISC */
/*
 * Work queues: which leads wait for which consumer. A claim deletes the marks
 * in the transaction that does the work, so a kill puts them back.
 */
#include "store/store.sql.h"
#include "store/store_priv.h"

#define WORK_KEY(tenant, consumer) BIND_INT(tenant), BIND_INT((int64_t)consumer)

int
work_mark(struct store *st, int64_t tenant, enum store_consumer consumer,
    int64_t lead, struct err *err)
{
	return store_run(st, &sql_work_mark,
	    BINDS(WORK_KEY(tenant, consumer), BIND_INT(lead)), NULL, err);
}

int
work_mark_bulk(struct store *st, int64_t tenant, enum store_consumer consumer,
    struct bulk *leads, struct err *err)
{
	return store_bulk_run(st, leads, &sql_work_mark_bulk,
	    BINDS(WORK_KEY(tenant, consumer)), err);
}

/* ---- who is told of a change --------------------------------------------- */

static bool
concerns(int64_t consumer, enum store_consumer by)
{
	/* A stage is a field of the lead: all others want to know. */
	return consumer > (int64_t)by || (by == WORK_STAGE && consumer != by);
}

/* The consumers that what `by` does concerns and a tenant wants; *ret_count of
 * them. */
static int
wanted_after(struct store *st, int64_t tenant, enum store_consumer by,
    enum store_consumer ret[WORK__MAX], size_t *ret_count, struct err *err)
{
	struct rows *r;
	size_t count = 0;
	int code;

	if (concerns(WORK_SCORE, by))
		ret[count++] = WORK_SCORE;
	if (store_query(st, &sql_work_wanted_list, BINDS(BIND_INT(tenant)), &r,
		err) < 0)
		return -1;
	while ((code = rows_next(r, err)) == 1) {
		int64_t consumer = rows_int(r, 0);

		if (concerns(consumer, by) && consumer > WORK_SCORE &&
		    consumer < WORK__MAX)
			ret[count++] = (enum store_consumer)consumer;
	}
	rows_close(r);
	*ret_count = count;
	return code;
}

int
work_changed(struct store *st, int64_t tenant, enum store_consumer by,
    int64_t lead, struct err *err)
{
	enum store_consumer consumer[WORK__MAX];
	size_t count;

	if (wanted_after(st, tenant, by, consumer, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (work_mark(st, tenant, consumer[i], lead, err) < 0)
			return -1;
	return 0;
}

int
work_changed_bulk(struct store *st, int64_t tenant, enum store_consumer by,
    struct bulk *leads, struct err *err)
{
	enum store_consumer consumer[WORK__MAX];
	size_t count;

	if (bulk_count(leads) == 0)
		return 0;
	if (wanted_after(st, tenant, by, consumer, &count, err) < 0)
		return -1;
	if (count && store_bulk(st, leads, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (store_run(st, &sql_work_mark_bulk,
			BINDS(WORK_KEY(tenant, consumer[i])), NULL, err) < 0)
			return -1;
	return 0;
}

int
work_want(struct store *st, int64_t tenant, enum store_consumer consumer,
    bool wanted, struct err *err)
{
	if (store_run(st,
		wanted ? &sql_work_wanted_add : &sql_work_wanted_remove,
		BINDS(WORK_KEY(tenant, consumer)), NULL, err) < 0)
		return -1;
	return wanted ? 0 : work_clear(st, tenant, consumer, err);
}

/* ---- queues -------------------------------------------------------------- */

int
work_claim(struct store *st, int64_t tenant, enum store_consumer consumer,
    size_t limit, int64_t *ret, size_t *ret_count, struct err *err)
{
	struct rows *r;
	size_t count = 0;
	bool sorted = true;
	int code;

	if (store_query(st, &sql_work_claim,
		BINDS(WORK_KEY(tenant, consumer), BIND_INT((int64_t)limit)), &r,
		err) < 0)
		return -1;
	while ((code = rows_next(r, err)) == 1) {
		ret[count] = rows_int(r, 0);
		sorted = sorted && (count == 0 || ret[count - 1] < ret[count]);
		count++;
	}
	rows_close(r);
	if (code < 0)
		return -1;
	/* No engine promises the order of what RETURNING gives. */
	if (!sorted)
		sort_ints(ret, count);
	*ret_count = count;
	return 0;
}

int
work_look(struct store *st, int64_t tenant, enum store_consumer consumer,
    int64_t after, size_t limit, int64_t *ret, size_t *ret_count,
    struct err *err)
{
	struct rows *r;
	size_t count = 0;
	int code;

	if (store_query(st, &sql_work_look,
		BINDS(WORK_KEY(tenant, consumer), BIND_INT(after),
		    BIND_INT((int64_t)limit)),
		&r, err) < 0)
		return -1;
	while ((code = rows_next(r, err)) == 1)
		ret[count++] = rows_int(r, 0);
	rows_close(r);
	*ret_count = count;
	return code;
}

int
work_take(struct store *st, int64_t tenant, enum store_consumer consumer,
    const int64_t *leads, size_t count, struct err *err)
{
	struct bulk *rows = bulk_new(&bulk_lead_mark);
	int code;

	for (size_t i = 0; i < count; i++) {
		bulk_int(rows, leads[i]);
		bulk_end_row(rows);
	}
	code = store_bulk_run(
	    st, rows, &sql_work_take, BINDS(WORK_KEY(tenant, consumer)), err);
	bulk_free(rows);
	return code;
}

int
work_count(struct store *st, int64_t tenant, enum store_consumer consumer,
    int64_t limit, int64_t *ret, struct err *err)
{
	return store_int(st, &sql_work_count,
		   BINDS(WORK_KEY(tenant, consumer), BIND_INT(limit)), ret,
		   err) < 0
		   ? -1
		   : 0;
}

int
work_clear(struct store *st, int64_t tenant, enum store_consumer consumer,
    struct err *err)
{
	return store_run(
	    st, &sql_work_clear, BINDS(WORK_KEY(tenant, consumer)), NULL, err);
}
