/* SPDX-License-Identifier: ISC */
/*
 * Dry runs do the same work in a store of their own, which is thrown away. It
 * holds what the records speak of and no more: fetched from the real store
 * right before it is looked at, unless it is here by then, perhaps changed by
 * an earlier record. So nobody waits for a dry run, and it may read a store
 * that cannot be written to.
 */
#include <stdlib.h>

#include "import/import.sql.h"
#include "import/import_priv.h"

/* Leads made here have numbers that no fetched one will have. */
#define FIRST_NUMBER (INT64_C(1) << 40)

static bool
is_dry(const struct importer *im)
{
	return im->st != im->run->store;
}

static int
add_tenant(struct importer *im, struct err *err)
{
	const struct import_run *run = im->run;
	struct tenant *t;
	int64_t first;

	if (store_begin(im->st, STORE_CHANGE, "dry run", err) < 0 ||
	    tenant_add(im->st, run->tenant->name, "", run->now, err) < 0 ||
	    tenant_open(im->st, run->tenant->name, &t, err) < 0)
		return -1;
	im->own = *run->tenant;
	im->own.id = t->id;
	im->t = &im->own;
	tenant_free(t);
	if (store_numbers(
		im->st, im->t->id, "lead", FIRST_NUMBER, &first, err) < 0)
		return -1;
	return store_commit(im->st, false, err);
}

int
dry_open(struct importer *im, struct err *err)
{
	const struct import_run *run = im->run;
	struct store *own;

	if (store_moment_check(
		run->store, run->tenant->id, run->now, run->replay, err) < 0 ||
	    store_open(":memory:", STORE_CREATE, &own, err) < 0)
		return -1;
	im->st = own;
	return add_tenant(im, err);
}

void
dry_close(struct importer *im)
{
	if (is_dry(im))
		store_close(im->st);
	im->st = im->run->store;
}

int
dry_begin(struct importer *im, struct err *err)
{
	const struct import_run *run = im->run;

	if (!is_dry(im))
		return 0;
	if (store_begin(run->store, STORE_SNAPSHOT, "import, dry run", err) < 0)
		return -1;
	/* Those who looked ahead looked into the real store. */
	return lead_erasures(run->store, run->tenant, &im->erasures, err);
}

void
dry_end(struct importer *im)
{
	if (is_dry(im))
		store_rollback(im->run->store);
}

/* ---- leads -------------------------------------------------------------- */

struct found {
	struct lead_row *row;
	size_t count, cap;
	struct text_index ids;
	struct arena arena;
};

static int
keep_row(
    void *context, int64_t seq, const struct lead_row *row, struct err *err)
{
	struct found *f = context;
	bool new;

	(void)seq;
	(void)err;
	*text_index_at(&f->ids, row->text[LEAD_ID], NULL, &new) = 1;
	if (!new)
		return 0;
	GROW(f->row, f->cap, f->count + 1);
	f->row[f->count++] = *row;
	return 0;
}

/* Those of them that are not here yet. */
static int
add_rows(struct importer *im, const struct found *f, struct err *err)
{
	struct bulk *keys = bulk_new(&bulk_lead_key);
	struct bulk *rows = bulk_new(&bulk_lead);
	int64_t *number = xcalloc(f->count + 1, sizeof(*number));
	int rc;

	for (size_t i = 0; i < f->count; i++) {
		bulk_int(keys, (int64_t)i);
		bulk_text_borrowed(keys, f->row[i].text[LEAD_ID]);
		bulk_null(keys);
		bulk_end_row(keys);
	}
	rc = lead_numbers_find(
	    im->st, im->t, LEAD_KEY_ID, keys, number, NULL, NULL, err);
	for (size_t i = 0; rc == 0 && i < f->count; i++)
		if (number[i] == 0)
			lead_bulk_add(rows, &f->row[i]);
	if (rc == 0 && bulk_count(rows) > 0)
		rc = lead_bulk_insert(im->st, im->t, rows, err);
	bulk_free(keys);
	bulk_free(rows);
	free(number);
	return rc;
}

int
dry_fetch_leads(
    struct importer *im, enum lead_key by, struct bulk *keys, struct err *err)
{
	const struct import_run *run = im->run;
	struct found f = {0};
	int rc;

	if (!is_dry(im))
		return 0;
	text_index_clear(&f.ids, bulk_count(keys));
	rc = lead_rows_find(
	    run->store, run->tenant, by, keys, &f.arena, keep_row, &f, err);
	if (rc == 0)
		rc = add_rows(im, &f, err);
	free(f.row);
	text_index_release(&f.ids);
	arena_release(&f.arena);
	return rc;
}

int
dry_fetch_leads_of(struct importer *im, struct event_in *const *event,
    size_t count, struct err *err)
{
	struct bulk *keys;
	int rc = 0;

	if (!is_dry(im))
		return 0;
	keys = bulk_new(&bulk_lead_key);
	for (int mail = 0; rc == 0 && mail < 2; mail++) {
		bulk_clear(keys);
		for (size_t i = 0; i < count; i++) {
			if ((event[i]->mail.p != NULL) != mail)
				continue;
			bulk_int(keys, (int64_t)i);
			bulk_text_borrowed(keys, event[i]->ref);
			bulk_null(keys);
			bulk_end_row(keys);
		}
		rc = dry_fetch_leads(
		    im, mail ? LEAD_KEY_EMAIL : LEAD_KEY_ID, keys, err);
	}
	bulk_free(keys);
	return rc;
}

/* ---- events ------------------------------------------------------------- */

int
dry_fetch_events(struct importer *im, struct event_in *const *event,
    struct bulk *events, struct err *err)
{
	const struct import_run *run = im->run;
	struct lead_events_done done;
	struct bulk *found;
	struct rows *rows;
	int64_t type;
	int got;

	if (!is_dry(im))
		return 0;
	if (store_bulk(run->store, events, err) < 0 ||
	    store_query(run->store, &sql_import_event_stored,
		BINDS(BIND_INT(run->tenant->id)), &rows, err) < 0)
		return -1;
	found = bulk_new(&bulk_event);
	while ((got = rows_next(rows, err)) > 0) {
		if (lead_event_type(im->types, rows_text(rows, 2), &type, err) <
		    0) {
			got = -1;
			break;
		}
		bulk_int(found, rows_int(rows, 0));
		bulk_text_borrowed(found, event[rows_int(rows, 0)]->id);
		bulk_int(found, rows_int(rows, 1));
		bulk_int(found, type);
		bulk_int(found, rows_int(rows, 3));
		bulk_text(found, rows_text(rows, 4));
		bulk_end_row(found);
	}
	rows_close(rows);
	if (got == 0)
		got = lead_events_insert(
		    im->st, im->t, found, false, &done, NULL, NULL, err);
	bulk_free(found);
	return got;
}

/* ---- assessments -------------------------------------------------------- */

static int
mark_here(
    struct importer *im, struct bulk *keys, bool *ret_here, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_bulk(im->st, keys, err) < 0 ||
	    store_query(im->st, &sql_assessment_stored,
		BINDS(BIND_INT(im->t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		ret_here[rows_int(rows, 0)] = true;
	rows_close(rows);
	return got;
}

static void
copy_int(struct bulk *b, const struct rows *rows, unsigned column)
{
	if (rows_null(rows, column))
		bulk_null(b);
	else
		bulk_int(b, rows_int(rows, column));
}

static int
find_runs(struct importer *im, struct run_in *const *run, struct bulk *keys,
    const bool *here, struct bulk *found, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_bulk(im->run->store, keys, err) < 0 ||
	    store_query(im->run->store, &sql_assessment_stored,
		BINDS(BIND_INT(im->run->tenant->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		int64_t seq = rows_int(rows, 0);

		if (here[seq])
			continue;
		bulk_int(found, seq);
		bulk_text_borrowed(found, run[seq]->event.id);
		bulk_int(found, rows_int(rows, 1));
		bulk_text(found, rows_text(rows, 2));
		for (unsigned column = 3; column < 6; column++)
			copy_int(found, rows, column);
		bulk_text(found, rows_text(rows, 6));
		bulk_text(found, rows_text(rows, 7));
		bulk_end_row(found);
	}
	rows_close(rows);
	return got;
}

int
dry_fetch_runs(struct importer *im, struct run_in *const *run, size_t count,
    struct bulk *keys, struct err *err)
{
	struct bulk *found;
	bool *here;
	int rc;

	if (!is_dry(im))
		return 0;
	found = bulk_new(&bulk_assessment);
	here = xcalloc(count + 1, sizeof(*here));
	rc = mark_here(im, keys, here, err);
	if (rc == 0)
		rc = find_runs(im, run, keys, here, found, err);
	if (rc == 0)
		rc = store_bulk_run(im->st, found, &sql_assessment_store,
		    BINDS(BIND_INT(im->t->id)), err);
	bulk_free(found);
	free(here);
	return rc;
}
