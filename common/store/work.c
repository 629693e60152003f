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
	if (bulk_count(leads) == 0)
		return 0;
	if (store_bulk(st, leads, err) < 0)
		return -1;
	return store_run(st, &sql_work_mark_bulk,
	    BINDS(WORK_KEY(tenant, consumer)), NULL, err);
}

static int
compare_numbers(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

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
		qsort(ret, count, sizeof(*ret), compare_numbers);
	*ret_count = count;
	return 0;
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
