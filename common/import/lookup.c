/* SPDX-License-Identifier: ISC */
/*
 * Whom events are about. Each lead of a batch is looked up once, and in the
 * order of the ids, so that the searches walk through the index instead of
 * jumping about in it.
 */
#include "import/import_priv.h"

static int
by_ref(const void *a, const void *b)
{
	const struct event_in *x = *(struct event_in *const *)a;
	const struct event_in *y = *(struct event_in *const *)b;

	if (!x->mail.p != !y->mail.p)
		return x->mail.p ? 1 : -1;
	return str_cmp(x->ref, y->ref);
}

static bool
same_ref(const struct event_in *x, const struct event_in *y)
{
	return !x->mail.p == !y->mail.p && str_eq(x->ref, y->ref);
}

/* Its lead is known, and so is what its content is. */
static void
settle(struct event_in *in, int64_t lead, struct str id, struct arena *arena)
{
	in->lead = lead;
	if (lead != 0 && !in->id.p) {
		in->id = event_content_id(in, id, 0, arena);
		in->id_made = true;
	}
}

/* One kind of reference: what was found goes into each. */
static int
look(struct store *st, const struct tenant *t, enum lead_key by,
    struct event_in **sorted, size_t count, struct arena *arena,
    struct err *err)
{
	struct bulk *keys = bulk_new(&bulk_lead_key);
	int64_t *number = xcalloc(count + 1, sizeof(*number));
	struct str *id =
	    by == LEAD_KEY_EMAIL ? xcalloc(count + 1, sizeof(*id)) : NULL;
	int64_t distinct = 0;
	int rc;

	for (size_t i = 0; i < count; i++) {
		if (i > 0 && same_ref(sorted[i - 1], sorted[i]))
			continue;
		bulk_int(keys, distinct++);
		bulk_text_borrowed(keys, sorted[i]->ref);
		bulk_null(keys);
		bulk_end_row(keys);
	}
	rc = lead_numbers_find(st, t, by, keys, number, id, arena, err);
	if (rc == 0) {
		distinct = -1;
		for (size_t i = 0; i < count; i++) {
			if (i == 0 || !same_ref(sorted[i - 1], sorted[i]))
				distinct++;
			settle(sorted[i], number[distinct],
			    id ? id[distinct] : sorted[i]->ref, arena);
		}
	}
	bulk_free(keys);
	free(number);
	free(id);
	return rc;
}

int
lookup_leads(struct store *st, const struct tenant *t, struct event_in **event,
    size_t count, struct arena *arena, struct err *err)
{
	struct event_in **sorted =
	    xreallocarray(NULL, count + 1, sizeof(*sorted));
	size_t wanted = 0, ids = 0;
	int rc = 0;

	for (size_t i = 0; i < count; i++)
		if (event[i]->lead == 0)
			sorted[wanted++] = event[i];
	if (wanted > 0) {
		qsort(sorted, wanted, sizeof(*sorted), by_ref);
		while (ids < wanted && !sorted[ids]->mail.p)
			ids++;
		rc = look(st, t, LEAD_KEY_ID, sorted, ids, arena, err);
		if (rc == 0)
			rc = look(st, t, LEAD_KEY_EMAIL, sorted + ids,
			    wanted - ids, arena, err);
	}
	free(sorted);
	return rc;
}

/* ---- making them -------------------------------------------------------- */

/* A lead that is only known by its id or its e-mail. */
static void
fill_row(struct lead_row *row, const struct event_in *in, int64_t now,
    struct arena *arena)
{
	char id[18];

	lead_row_init(row);
	row->text[LEAD_ID] = in->ref;
	if (in->mail.p) {
		lead_id_of_email(in->ref, id);
		row->text[LEAD_ID] = arena_str(arena, str_of(id));
		row->text[LEAD_EMAIL] = in->mail;
		row->email_key = in->ref;
	}
	row->number[LEAD_CREATED_AT] = now;
	row->number[LEAD_UPDATED_AT] = now;
}

/* Takes those out whose made-up id is another lead's: that one has changed its
 * e-mail since. */
static int
drop_taken(
    struct importer *im, struct lead_row *row, size_t *count, struct err *err)
{
	struct bulk *keys = bulk_new(&bulk_lead_key);
	int64_t *number = xcalloc(*count + 1, sizeof(*number));
	size_t kept = 0;
	int rc;

	for (size_t i = 0; i < *count; i++) {
		bulk_int(keys, (int64_t)i);
		bulk_text_borrowed(keys, row[i].text[LEAD_ID]);
		bulk_null(keys);
		bulk_end_row(keys);
	}
	rc = dry_fetch_leads(im, LEAD_KEY_ID, keys, err);
	if (rc == 0)
		rc = lead_numbers_find(
		    im->st, im->t, LEAD_KEY_ID, keys, number, NULL, NULL, err);
	for (size_t i = 0; rc == 0 && i < *count; i++)
		if (number[i] == 0)
			row[kept++] = row[i];
	if (rc == 0)
		*count = kept;
	bulk_free(keys);
	free(number);
	return rc;
}

int
store_new_leads(struct importer *im, struct lead_row *const *row, size_t count,
    struct err *err)
{
	struct bulk *leads = bulk_new(&bulk_lead);
	struct bulk *signals = bulk_new(&bulk_signal);
	struct bulk *marks = bulk_new(&bulk_lead_mark);
	int64_t first = 0;
	int rc = store_numbers(
	    im->st, im->t->id, "lead", (int64_t)count, &first, err);

	for (size_t i = 0; rc == 0 && i < count; i++) {
		row[i]->lead_id = first + (int64_t)i;
		lead_bulk_add(leads, row[i]);
		bulk_int(signals, (int64_t)i);
		bulk_text_borrowed(signals, STR("lead.created"));
		bulk_int(signals, row[i]->lead_id);
		bulk_null(signals);
		bulk_end_row(signals);
		bulk_int(marks, row[i]->lead_id);
		bulk_end_row(marks);
	}
	if (rc == 0)
		rc = lead_bulk_insert(im->st, im->t, leads, err);
	if (rc == 0)
		rc = signal_add_bulk(
		    im->st, im->t->id, im->run->now, signals, err);
	if (rc == 0)
		rc =
		    work_changed_bulk(im->st, im->t->id, WORK_DATA, marks, err);
	bulk_free(leads);
	bulk_free(signals);
	bulk_free(marks);
	return rc;
}

static void
tell_created(struct importer *im, struct str id)
{
	struct json_writer w = {.out = &im->changes};

	if (!im->want_changes)
		return;
	json_put_object(&w);
	json_put_name(&w, "change");
	json_put_text(&w, STR("new"));
	json_put_name(&w, "lead");
	json_put_text(&w, id);
	json_put_end(&w);
	buf_addc(&im->changes, '\n');
}

int
create_leads(
    struct importer *im, struct event_in **event, size_t count, struct err *err)
{
	struct lead_row *row = xcalloc(count + 1, sizeof(*row)), **made;
	struct text_index seen = {0};
	struct arena arena = {0};
	size_t rows = 0;
	int rc = 0;

	text_index_clear(&seen, count);
	for (size_t i = 0; i < count; i++) {
		struct str name;
		bool new;

		if (event[i]->lead != 0)
			continue;
		name = event[i]->mail.p ? arena_printf(&arena, "@%.*s",
					      STR_ARG(event[i]->ref))
					: event[i]->ref;
		*text_index_at(&seen, name, NULL, &new) = 1;
		if (new)
			fill_row(&row[rows++], event[i], im->run->now, &arena);
	}
	if (rows > 0)
		rc = drop_taken(im, row, &rows, err);
	made = xcalloc(rows + 1, sizeof(struct lead_row *));
	for (size_t i = 0; i < rows; i++)
		made[i] = &row[i];
	if (rc == 0 && rows > 0)
		rc = store_new_leads(im, made, rows, err);
	if (rc == 0 && rows > 0)
		rc = lookup_leads(im->st, im->t, event, count, im->arena, err);
	for (size_t i = 0; rc == 0 && i < rows; i++)
		tell_created(im, row[i].text[LEAD_ID]);
	if (rc == 0)
		im->done.leads_created += rows;
	free(made);
	free(row);
	text_index_release(&seen);
	arena_release(&arena);
	return rc;
}
