/* SPDX-License-Identifier: ISC */
/* Applying a slice of events. */
#include "import/import.sql.h"
#include "import/import_priv.h"

enum fate { FATE_NEW, FATE_SAME, FATE_DIFFERENT };

struct pick {
	struct event_in *in;
	struct item *item;
	enum fate fate;
};

struct event_state {
	struct pick *pick;
	struct event_in **event;
	size_t cap, event_cap;
};

void
events_free(struct event_state *s)
{
	if (!s)
		return;
	free(s->pick);
	free(s->event);
	free(s);
}

/* ---- storing ------------------------------------------------------------ */

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int
mark_leads(
    struct importer *im, struct event_in **event, size_t count, struct err *err)
{
	struct bulk *marks = bulk_new(&bulk_lead_mark);
	int64_t *lead = xreallocarray(NULL, count + 1, sizeof(*lead));
	bool sorted = true;
	int rc;

	for (size_t i = 0; i < count; i++) {
		lead[i] = event[i]->lead;
		sorted = sorted && (i == 0 || lead[i - 1] <= lead[i]);
	}
	if (!sorted)
		qsort(lead, count, sizeof(*lead), by_number);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && lead[i] == lead[i - 1])
			continue;
		bulk_int(marks, lead[i]);
		bulk_end_row(marks);
	}
	rc = work_changed_bulk(im->st, im->t->id, WORK_DATA, marks, err);
	bulk_free(marks);
	free(lead);
	return rc;
}

static bool
is_conversion(const struct tenant *t, struct str type)
{
	for (char **name = t->settings.conversion_events; *name; name++)
		if (str_is(type, *name))
			return true;
	return false;
}

/* Conversions dated before their lead was created: kept, and noticed. */
static int
note_early(
    struct importer *im, struct event_in **event, size_t count, struct err *err)
{
	struct bulk *early = NULL;
	struct rows *rows;
	int got;

	for (size_t i = 0; i < count; i++) {
		if (!is_conversion(im->t, event[i]->type))
			continue;
		if (!early)
			early = bulk_new(&bulk_import_early);
		bulk_int(early, (int64_t)i);
		bulk_int(early, event[i]->lead);
		bulk_int(early, event[i]->at);
		bulk_end_row(early);
	}
	if (!early)
		return 0;
	if (store_bulk(im->st, early, err) < 0 ||
	    store_query(im->st, &sql_import_early, BINDS(BIND_INT(im->t->id)),
		&rows, err) < 0) {
		bulk_free(early);
		return -1;
	}
	while ((got = rows_next(rows, err)) > 0) {
		const struct event_in *e = event[rows_int(rows, 0)];

		if (im->done.early++ == 0) {
			im->first_early_type = str_dup(e->type);
			im->first_early_ref = str_dup(e->ref);
			im->first_early_at = e->at;
		}
	}
	rows_close(rows);
	bulk_free(early);
	return got;
}

static int
by_event_id(const void *a, const void *b)
{
	return str_cmp((*(struct event_in *const *)a)->id,
	    (*(struct event_in *const *)b)->id);
}

size_t
distinct_events(struct event_in **event, size_t count)
{
	size_t kept = 0;

	qsort(event, count, sizeof(struct event_in *), by_event_id);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || !str_eq(event[kept - 1]->id, event[i]->id))
			event[kept++] = event[i];
	return kept;
}

int
store_events(struct importer *im, struct event_in **event, size_t count,
    bool exact, struct lead_events_done *ret,
    int (*each)(void *context, int64_t index, bool same, struct err *err),
    void *context, struct err *err)
{
	struct bulk *rows;
	int64_t type;
	int rc = 0;

	*ret = (struct lead_events_done){0};
	if (count == 0)
		return 0;
	rows = bulk_new(&bulk_event);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		rc = lead_event_type(im->types, event[i]->type, &type, err);
		if (rc < 0)
			break;
		bulk_int(rows, (int64_t)i);
		bulk_text_borrowed(rows, event[i]->id);
		bulk_int(rows, event[i]->lead);
		bulk_int(rows, type);
		bulk_int(rows, event[i]->at);
		bulk_text_borrowed(rows, event[i]->attrs);
		bulk_end_row(rows);
	}
	if (rc == 0)
		rc = dry_fetch_events(im, event, rows, err);
	if (rc == 0)
		rc = lead_events_insert(
		    im->st, im->t, rows, exact, ret, each, context, err);
	if (rc == 0 && ret->new > 0)
		rc = mark_leads(im, event, count, err);
	if (rc == 0 && ret->new > 0)
		rc = note_early(im, event, count, err);
	bulk_free(rows);
	return rc;
}

/* ---- a slice ------------------------------------------------------------ */

static int
by_id(const void *a, const void *b)
{
	const struct pick *x = a, *y = b;
	int order = str_cmp(x->in->id, y->in->id);

	return order ? order : (x->item < y->item ? -1 : x->item > y->item);
}

static void
sort_by_id(struct pick *pick, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (by_id(&pick[i - 1], &pick[i]) > 0) {
			qsort(pick, count, sizeof(*pick), by_id);
			return;
		}
}

static bool
same_event(const struct event_in *a, const struct event_in *b)
{
	return a->lead == b->lead && a->at == b->at &&
	       str_eq(a->type, b->type) && !a->attrs.p == !b->attrs.p &&
	       str_eq(a->attrs, b->attrs);
}

static void
reject_different(struct importer *im, struct item *item, struct str id)
{
	item->reason = arena_printf(
	    im->arena, "id: another event has it already: %s", quoted(id));
}

/* Lets go of those whose lead there is not. */
static int
find_leads(
    struct importer *im, struct pick *pick, size_t *count, struct err *err)
{
	struct event_state *s = im->events;
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++)
		s->event[i] = pick[i].in;
	if (dry_fetch_leads_of(im, s->event, *count, err) < 0 ||
	    lookup_leads(im->st, im->t, s->event, *count, im->arena, err) < 0)
		return -1;
	if (im->run->create && create_leads(im, s->event, *count, err) < 0)
		return -1;
	for (size_t i = 0; i < *count; i++) {
		const struct event_in *in = pick[i].in;

		if (in->lead != 0)
			pick[kept++] = pick[i];
		else
			pick[i].item->reason =
			    arena_printf(im->arena, "no lead has the %s %s",
				in->mail.p ? "e-mail" : "id", quoted(in->ref));
	}
	*count = kept;
	return 0;
}

/* Of several with one id in the slice only the first goes on. */
static void
drop_doubles(struct importer *im, struct pick *pick, size_t *count)
{
	size_t kept = 0;

	sort_by_id(pick, *count);
	for (size_t i = 0; i < *count; i++) {
		if (kept == 0 ||
		    !str_eq(pick[kept - 1].in->id, pick[i].in->id)) {
			pick[kept++] = pick[i];
		} else if (same_event(pick[kept - 1].in, pick[i].in)) {
			im->done.counts.unchanged++;
		} else {
			reject_different(im, pick[i].item, pick[i].in->id);
		}
	}
	*count = kept;
}

static int
note_fate(void *context, int64_t index, bool same, struct err *err)
{
	struct importer *im = context;
	struct pick *pick = &im->events->pick[index];

	(void)err;
	pick->fate = same ? FATE_SAME : FATE_DIFFERENT;
	if (!same)
		reject_different(im, pick->item, pick->in->id);
	return 0;
}

static void
tell_new(struct importer *im, const struct event_in *in)
{
	struct json_writer w = {.out = &im->changes};
	struct buf time = {0};

	time_add(&time, in->at);
	json_put_object(&w);
	json_put_name(&w, "change");
	json_put_text(&w, STR("new"));
	json_put_name(&w, "event");
	json_put_text(&w, in->id);
	json_put_name(&w, in->mail.p ? "email" : "lead");
	json_put_text(&w, in->ref);
	json_put_name(&w, "type");
	json_put_text(&w, in->type);
	json_put_name(&w, "time");
	json_put_text(&w, buf_str(&time));
	json_put_end(&w);
	buf_addc(&im->changes, '\n');
	buf_release(&time);
}

int
events_apply(
    struct importer *im, struct item **item, size_t count, struct err *err)
{
	struct lead_events_done done;
	struct event_state *s = im->events;
	size_t picked = 0;

	if (!s)
		s = im->events = xcalloc(1, sizeof(*s));
	GROW(s->pick, s->cap, count);
	GROW(s->event, s->event_cap, count);
	for (size_t i = 0; i < count; i++)
		if (!item[i]->reason.p)
			s->pick[picked++] =
			    (struct pick){item[i]->in.event, item[i], 0};
	if (find_leads(im, s->pick, &picked, err) < 0)
		return -1;
	if (!im->sorted)
		drop_doubles(im, s->pick, &picked);
	for (size_t i = 0; i < picked; i++)
		s->event[i] = s->pick[i].in;
	if (store_events(im, s->event, picked, im->want_changes, &done,
		note_fate, im, err) < 0)
		return -1;
	im->done.counts.new += (uint64_t)done.new;
	im->done.counts.unchanged += (uint64_t)done.same;
	for (size_t i = 0; im->want_changes && i < picked; i++)
		if (s->pick[i].fate == FATE_NEW)
			tell_new(im, s->pick[i].in);
	return 0;
}
