/* SPDX-License-Identifier: ISC */
/*
 * Moving house: all that a tenant has, from one store into another, whatever
 * their engines. Leases stay behind, queues come along.
 *
 * The tenant is named in the new store last, after every table has been
 * compared; until then no program can work for it there. What is missing after
 * a kill is copied by the next call, from the last complete batch on.
 */
#ifndef DL_STORE_COPY_H
#define DL_STORE_COPY_H

#include "store/store.h"

/* One table of one tenant, the same on both sides. */
struct copied {
	const char *tenant, *table;
	int64_t rows;
	int64_t before; /* of these, there from an earlier attempt */
	uint64_t sum;   /* over all its rows by key, but for tenant_id */
};

/* {"tenant":…,"table":…,"rows":…,"before":…,"checksum":…} */
void copied_json(const struct copied *copied, struct buf *out);

struct copy_watch {
	/* Each table that is done and has rows. */
	int (*table)(
	    void *context, const struct copied *copied, struct err *err);
	/* Now and then: rows read so far, on either side. */
	void (*progress)(void *context, int64_t rows);
	void *context;
};

struct copy_result {
	int64_t tenants, rows; /* copied now */
	int64_t before;        /* tenants that were there already */
};

/*
 * Copies one tenant, or all with `tenant` NULL. The store `to` is one's own to
 * write in; `from` is read in one snapshot a tenant. A tenant that `to` has
 * already is compared before anything is done: where a single row differs,
 * ERR_USAGE; the same tenant is left as it is, so a copy that is run again
 * when it is complete does nothing. What the same unfinished copy has
 * completed is not compared again, for work may have begun there. `again`:
 * what an unfinished copy has left is taken away first. Tables that differ in
 * the end: ERR_FAIL, the tenant stays unnamed.
 */
int store_copy(struct store *from, struct store *to, const char *tenant,
    bool again, const struct copy_watch *watch, struct copy_result *ret,
    struct err *err);

/* What is copied, in this order; for the test that compares it with the
 * schema. `columns` are without tenant_id and begin with the rest of the
 * primary key, which is `keys` of them. */
struct copy_table {
	struct bulk_spec spec; /* bulk_copy_TABLE */
	const char *name;
	unsigned keys;
};
extern const struct copy_table copy_tables[]; /* ends with name NULL */

#endif
