/* SPDX-License-Identifier: ISC */
/* Rows of leads in the order of leads, read while something else walks along.
 */
#include "segment/segment_priv.h"

int
beside_next(struct beside *x, struct err *err)
{
	int got = rows_next(x->rows, err);

	if (got < 0)
		return -1;
	if (got == 0) {
		x->lead = INT64_MAX;
		return 0;
	}
	x->lead = rows_int(x->rows, 0);
	x->a = rows_int(x->rows, 1);
	x->b = rows_int(x->rows, 2);
	return 0;
}

int
beside_open(struct beside *x, struct store *st, const struct sql *sql,
    const struct bind *binds, size_t count, struct err *err)
{
	if (store_query(st, sql, binds, count, &x->rows, err) < 0)
		return -1;
	return beside_next(x, err);
}

int
beside_seek(struct beside *x, int64_t lead, struct err *err)
{
	while (x->lead < lead)
		if (beside_next(x, err) < 0)
			return -1;
	return 0;
}

void
beside_close(struct beside *x)
{
	rows_close(x->rows);
	x->rows = NULL;
}
