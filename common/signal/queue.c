/* SPDX-License-Identifier: ISC */
/* Signals that wait to be dealt with, and looking back at those that were. */
#include "signal/signal.h"
#include "signal/signal.sql.h"

enum { PAGE = 10000 };

int
signal_want(struct store *st, int64_t tenant, const char *const *kinds,
    size_t count, struct err *err)
{
	if (store_run(st, &sql_signal_wanted_clear, BINDS(BIND_INT(tenant)),
		NULL, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (store_run(st, &sql_signal_wanted_add,
			BINDS(BIND_INT(tenant), BIND_TEXT(str_of(kinds[i]))),
			NULL, err) < 0)
			return -1;
	return 0;
}

int
signal_waiting(
    struct store *st, int64_t tenant, int64_t *ret_last, struct err *err)
{
	int64_t last;
	int got = store_int(st, &sql_signal_queue_last,
	    BINDS(BIND_INT(tenant), BIND_INT(0)), &last, err);

	if (got > 0 && ret_last)
		*ret_last = last;
	return got;
}

static struct signal_row
row_of(const struct rows *rows)
{
	return (struct signal_row){.number = rows_int(rows, 0),
	    .at = rows_int(rows, 1),
	    .kind = rows_text(rows, 2),
	    .lead = rows_null(rows, 3) ? 0 : rows_int(rows, 3),
	    .data = rows_text(rows, 4)};
}

/* Calls each for the rows; *ret_last gets the number of the last one. */
static int
each_row(struct rows *rows,
    int (*each)(void *context, const struct signal_row *row, struct err *err),
    void *context, int64_t *ret_last, size_t *ret_count, struct err *err)
{
	int got;

	while ((got = rows_next(rows, err)) > 0) {
		struct signal_row row = row_of(rows);

		*ret_last = row.number;
		++*ret_count;
		if (each(context, &row, err) < 0) {
			got = -1;
			break;
		}
	}
	rows_close(rows);
	return got;
}

int
signal_claim(struct store *st, int64_t tenant, size_t limit, int64_t last,
    int (*each)(void *context, const struct signal_row *row, struct err *err),
    void *context, size_t *ret_count, struct err *err)
{
	struct bulk *pick = bulk_new(&bulk_signal_pick);
	struct rows *rows;
	size_t seen = 0;
	int got = store_query(st, &sql_signal_claim,
	    BINDS(BIND_INT(tenant), BIND_INT((int64_t)limit), BIND_INT(last)),
	    &rows, err);

	if (got == 0) {
		while ((got = rows_next(rows, err)) > 0) {
			bulk_int(pick, rows_int(rows, 0));
			bulk_end_row(pick);
		}
		rows_close(rows);
	}
	*ret_count = bulk_count(pick);
	if (got == 0 && *ret_count) {
		got = store_bulk(st, pick, err);
		if (got == 0)
			got = store_query(st, &sql_signal_of,
			    BINDS(BIND_INT(tenant)), &rows, err);
		if (got == 0)
			got = each_row(rows, each, context, &last, &seen, err);
	}
	bulk_free(pick);
	return got;
}

int
signal_past(struct store *st, int64_t tenant, int64_t since,
    int (*each)(void *context, const struct signal_row *row, struct err *err),
    void *context, struct err *err)
{
	int64_t last = 0;
	size_t seen;
	int got;

	do {
		struct rows *rows;

		seen = 0;
		if (store_begin(st, STORE_SNAPSHOT, "signals", err) < 0)
			return -1;
		got = store_query(st, &sql_signal_after,
		    BINDS(BIND_INT(tenant), BIND_INT(last), BIND_INT(since),
			BIND_INT(PAGE)),
		    &rows, err);
		if (got == 0)
			got = each_row(rows, each, context, &last, &seen, err);
		store_rollback(st);
	} while (got == 0 && seen == PAGE);
	return got;
}
