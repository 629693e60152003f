/* SPDX-License-Identifier: ISC */
/* Signals in, signals out; what they mean is known to those who raise them. */
#include "signal/signal.h"
#include "signal/signal.sql.h"

int
signal_add_bulk(struct store *st, int64_t tenant, int64_t at,
    struct bulk *signals, struct err *err)
{
	int64_t count = (int64_t)bulk_count(signals), first;

	if (count == 0)
		return 0;
	if (store_numbers(st, tenant, "signal", count, &first, err) < 0 ||
	    store_bulk(st, signals, err) < 0)
		return -1;
	if (store_run(st, &sql_signal_insert_bulk,
		BINDS(BIND_INT(tenant), BIND_INT(at), BIND_INT(first)), NULL,
		err) < 0)
		return -1;
	return store_run(st, &sql_signal_queue_bulk,
	    BINDS(BIND_INT(tenant), BIND_INT(first)), NULL, err);
}

int
signal_list(struct store *st, int64_t tenant, int64_t since,
    int (*each)(void *context, int64_t at, struct str kind, struct str lead,
	struct str data, struct err *err),
    void *context, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_signal_since,
		BINDS(BIND_INT(tenant), BIND_INT(since)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		if (each(context, rows_int(rows, 0), rows_text(rows, 1),
			rows_text(rows, 2), rows_text(rows, 3), err) < 0) {
			got = -1;
			break;
		}
	rows_close(rows);
	return got;
}
