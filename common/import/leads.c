/* SPDX-License-Identifier: ISC */
/*
 * Applying a slice of leads. What the slice may touch is read first, by id and
 * by e-mail; then its records are laid over it one after the other in memory,
 * so that a lead that comes twice is right the second time; then what is new
 * and what has changed is written.
 */
#include "import/import_priv.h"

struct entry {
	struct lead_row row;
	bool changed;
	uint64_t fields;  /* that changed */
	struct str attrs; /* as they were stored */
};

struct lead_state {
	struct entry **entry; /* pointers stay while the list grows */
	size_t entries, cap;
	struct text_index by_id, by_email; /* entry numbers */
	struct arena arena;                /* of the slice */
	struct bulk *keys, *rows, *marks, *past;
	struct lead_row **new;
	size_t new_cap;
	struct event_in **event; /* derived from columns */
	size_t events, event_cap;
};

void
leads_free(struct lead_state *s)
{
	if (!s)
		return;
	text_index_release(&s->by_id);
	text_index_release(&s->by_email);
	arena_release(&s->arena);
	bulk_free(s->keys);
	bulk_free(s->rows);
	bulk_free(s->marks);
	bulk_free(s->past);
	free(s->entry);
	free(s->new);
	free(s->event);
	free(s);
}

/* ---- what is stored ----------------------------------------------------- */

static struct entry *
add_entry(struct lead_state *s, const struct lead_row *row)
{
	struct entry *e = arena_alloc(&s->arena, sizeof(*e));
	bool new;

	e->row = *row;
	e->changed = false;
	e->fields = 0;
	e->attrs = row->attrs;
	GROW(s->entry, s->cap, s->entries + 1);
	s->entry[s->entries] = e;
	*text_index_at(&s->by_id, e->row.text[LEAD_ID], NULL, &new) =
	    s->entries++;
	return e;
}

/* Of several leads with one e-mail the one whose id comes first stands. */
static void
claim_email(struct lead_state *s, size_t number)
{
	struct entry *e = s->entry[number], *other;
	size_t *at;
	bool new;

	if (!e->row.email_key.p)
		return;
	at = text_index_at(&s->by_email, e->row.email_key, NULL, &new);
	other = new ? NULL : s->entry[*at];
	if (other && other != e &&
	    str_eq(other->row.email_key, e->row.email_key) &&
	    other->row.email_key.p &&
	    str_cmp(other->row.text[LEAD_ID], e->row.text[LEAD_ID]) < 0)
		return;
	*at = number;
}

static int
take_row(
    void *context, int64_t seq, const struct lead_row *row, struct err *err)
{
	struct lead_state *s = context;

	(void)seq;
	(void)err;
	if (text_index_get(&s->by_id, row->text[LEAD_ID]) != SIZE_MAX)
		return 0;
	add_entry(s, row);
	claim_email(s, s->entries - 1);
	return 0;
}

static int
read_stored(struct importer *im, struct item **item, size_t count,
    enum lead_key by, struct err *err)
{
	struct lead_state *s = im->leads;
	char derived[18];

	bulk_clear(s->keys);
	for (size_t i = 0; i < count; i++) {
		const struct lead_in *in = item[i]->in.lead;
		struct str key;

		if (item[i]->reason.p)
			continue;
		key = by == LEAD_KEY_ID ? in->id : in->email_key;
		if (by == LEAD_KEY_ID && !key.p) {
			/* It would get this id if its e-mail is unknown. */
			lead_id_of_email(in->email_key, derived);
			key = arena_str(&s->arena, str_of(derived));
		}
		if (!key.p)
			continue;
		bulk_int(s->keys, (int64_t)i);
		bulk_text_borrowed(s->keys, key);
		bulk_null(s->keys);
		bulk_end_row(s->keys);
	}
	if (dry_fetch_leads(im, by, s->keys, err) < 0)
		return -1;
	return lead_rows_find(
	    im->st, im->t, by, s->keys, &s->arena, take_row, s, err);
}

static struct entry *
entry_by_id(struct lead_state *s, struct str id)
{
	size_t n = text_index_get(&s->by_id, id);

	return n == SIZE_MAX ? NULL : s->entry[n];
}

/* The lead that has the address now, whatever it had when it was read. */
static struct entry *
entry_by_email(struct lead_state *s, struct str key)
{
	size_t n = key.p ? text_index_get(&s->by_email, key) : SIZE_MAX;
	struct entry *e = n == SIZE_MAX ? NULL : s->entry[n];

	if (e && e->row.email_key.p && str_eq(e->row.email_key, key))
		return e;
	return NULL;
}

/* ---- which lead a record means ------------------------------------------ */

/* NULL with the item rejected, or a lead, perhaps one just begun. */
static struct entry *
choose(struct importer *im, struct item *item)
{
	struct lead_state *s = im->leads;
	const struct lead_in *in = item->in.lead;
	struct entry *holder = entry_by_email(s, in->email_key), *e;
	struct lead_row row;
	struct str id = in->id;
	char derived[18];

	if (!id.p && holder)
		return holder;
	if (!id.p) {
		lead_id_of_email(in->email_key, derived);
		id = arena_str(&s->arena, str_of(derived));
	}
	e = entry_by_id(s, id);
	if (e && !in->id.p) {
		item->reason = arena_printf(im->arena,
		    "email: the lead %s, which had it, has another one now; "
		    "give an id",
		    quoted(id));
		return NULL;
	}
	if (holder && holder != e) {
		if (im->run->same_email == SAME_EMAIL_MERGE && !e)
			return holder;
		if (im->run->same_email != SAME_EMAIL_KEEP) {
			item->reason = arena_printf(im->arena,
			    "email: the lead %s has it already: %s",
			    quoted(holder->row.text[LEAD_ID]),
			    quoted(in->email_key));
			return NULL;
		}
	}
	if (e)
		return e;
	lead_row_init(&row);
	row.text[LEAD_ID] = id;
	row.number[LEAD_CREATED_AT] = im->run->now;
	row.number[LEAD_UPDATED_AT] = im->run->now;
	return add_entry(s, &row);
}

/* ---- telling ------------------------------------------------------------ */

static void
put_field(struct json_writer *w, const struct lead_row *row, size_t f)
{
	enum cond_type type;
	struct buf time = {0};

	if (f == LEAD_STORED) {
		if (row->attrs.p)
			json_put_raw(w, row->attrs);
		else
			json_put_null(w);
		return;
	}
	type = lead_catalogue.fields[f].type;
	if (type == COND_TEXT)
		json_put_text(w, row->text[f]);
	else if (type == COND_LIST && row->text[f].p)
		json_put_raw(w, row->text[f]);
	else if (type == COND_LIST || row->number[f] == LEAD_MISSING)
		json_put_null(w);
	else if (type == COND_BOOL)
		json_put_bool(w, row->number[f] != 0);
	else if (type == COND_TIME) {
		time_add(&time, row->number[f]);
		json_put_text(w, buf_str(&time));
	} else
		json_put_int(w, row->number[f]);
	buf_release(&time);
}

static void
tell(struct importer *im, const struct lead_row *before,
    const struct lead_row *after, bool new, uint64_t changed)
{
	struct json_writer w = {.out = &im->changes};

	json_put_object(&w);
	json_put_name(&w, "change");
	json_put_text(&w, new ? STR("new") : STR("updated"));
	json_put_name(&w, "lead");
	json_put_text(&w, after->text[LEAD_ID]);
	if (after->text[LEAD_EMAIL].p) {
		json_put_name(&w, "email");
		json_put_text(&w, after->text[LEAD_EMAIL]);
	}
	for (size_t f = 0; !new &&f <= LEAD_STORED; f++) {
		if (!(changed >> f & 1))
			continue;
		json_put_name(&w,
		    f == LEAD_STORED ? "attrs" : lead_catalogue.fields[f].name);
		json_put_object(&w);
		json_put_name(&w, "old");
		put_field(&w, before, f);
		json_put_name(&w, "new");
		put_field(&w, after, f);
		json_put_end(&w);
	}
	json_put_end(&w);
	buf_addc(&im->changes, '\n');
}

/* ---- laying records over leads ------------------------------------------ */

/* Events from columns get ids of their own: whose, what, when, how many-th. */
static void
derive_events(struct lead_state *s, const struct lead_in *in, struct entry *e)
{
	for (size_t i = 0; i < in->events; i++)
		for (int64_t n = 0; n < in->event[i].count; n++) {
			const struct derived_event *d = &in->event[i];
			struct event_in *out =
			    arena_zalloc(&s->arena, sizeof(*out));

			out->ref = e->row.text[LEAD_ID];
			out->type = d->type;
			out->attrs = d->attrs;
			out->at = d->at;
			out->id = event_content_id(out, out->ref, n, &s->arena);
			out->owner = &e->row;
			GROW(s->event, s->event_cap, s->events + 1);
			s->event[s->events++] = out;
		}
}

static void
lay_over(struct importer *im, struct item *item)
{
	struct lead_state *s = im->leads;
	const struct lead_in *in = item->in.lead;
	size_t had = s->entries;
	struct entry *e = choose(im, item);
	struct lead_row before;
	uint64_t changed;
	bool new = s->entries > had;
	size_t number;

	if (!e)
		return;
	if (im->want_changes)
		before = e->row;
	if (lead_row_apply(&e->row, &in->patch, &s->arena, &changed) || new) {
		e->row.number[LEAD_UPDATED_AT] = im->run->now;
		e->changed = true;
		e->fields |= changed;
		if (new)
			im->done.counts.new ++;
		else
			im->done.counts.updated++;
		if (im->want_changes)
			tell(im, &before, &e->row, new, changed);
		number = text_index_get(&s->by_id, e->row.text[LEAD_ID]);
		claim_email(s, number);
	} else {
		im->done.counts.unchanged++;
	}
	derive_events(s, in, e);
}

/* ---- writing ------------------------------------------------------------ */

static int
write_rows(struct importer *im, struct err *err)
{
	struct lead_state *s = im->leads;
	size_t new = 0;

	bulk_clear(s->rows);
	bulk_clear(s->marks);
	bulk_clear(s->past);
	GROW(s->new, s->new_cap, s->entries + 1);
	for (size_t i = 0; i < s->entries; i++) {
		struct entry *e = s->entry[i];

		if (!e->changed)
			continue;
		if (e->row.lead_id == 0) {
			s->new[new ++] = &e->row;
			continue;
		}
		lead_bulk_add(s->rows, &e->row);
		lead_changes_add(s->past, e->row.lead_id, e->fields, e->attrs,
		    e->row.attrs, im->run->now);
		bulk_int(s->marks, e->row.lead_id);
		bulk_end_row(s->marks);
	}
	if (new > 0 && store_new_leads(im, s->new, new, err) < 0)
		return -1;
	if (lead_bulk_update(im->st, im->t, s->rows, err) < 0 ||
	    lead_changes_store(im->st, im->t, s->past, err) < 0)
		return -1;
	return work_changed_bulk(im->st, im->t->id, WORK_DATA, s->marks, err);
}

static int
write_events(struct importer *im, struct err *err)
{
	struct lead_state *s = im->leads;
	struct lead_events_done done;
	size_t count = distinct_events(s->event, s->events);

	for (size_t i = 0; i < count; i++)
		s->event[i]->lead = s->event[i]->owner->lead_id;
	if (store_events(im, s->event, count, false, &done, NULL, NULL, err) <
	    0)
		return -1;
	im->done.events_new += (uint64_t)done.new;
	im->done.events_same += (uint64_t)(done.same + done.different);
	return 0;
}

static struct lead_state *
leads_new(void)
{
	struct lead_state *s = xcalloc(1, sizeof(*s));

	s->keys = bulk_new(&bulk_lead_key);
	s->rows = bulk_new(&bulk_lead);
	s->marks = bulk_new(&bulk_lead_mark);
	s->past = bulk_new(&bulk_field_change);
	return s;
}

int
leads_apply(
    struct importer *im, struct item **item, size_t count, struct err *err)
{
	struct lead_state *s = im->leads;

	if (!s)
		s = im->leads = leads_new();
	bulk_clear(s->rows);
	bulk_clear(s->keys);
	arena_clear(&s->arena);
	s->entries = s->events = 0;
	text_index_clear(&s->by_id, count * 2);
	text_index_clear(&s->by_email, count * 2);
	if (read_stored(im, item, count, LEAD_KEY_ID, err) < 0 ||
	    read_stored(im, item, count, LEAD_KEY_EMAIL, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (!item[i]->reason.p)
			lay_over(im, item[i]);
	if (write_rows(im, err) < 0)
		return -1;
	return s->events > 0 ? write_events(im, err) : 0;
}
