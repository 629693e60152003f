/* SPDX-License-Identifier: ISC */
/*
 * Applying a slice of assessments: one row per run through a questionnaire,
 * and the events it stands for: begun, half way, done.
 */
#include "import/import.sql.h"
#include "import/import_priv.h"

struct stored {
	bool there, changed, seen;
	int64_t lead, started, completed, progress;
	struct str name, result, answers;
};

struct slice {
	struct item **item;
	struct run_in **run;
	struct stored *row; /* by run; doubles share the first one's */
	size_t *first;      /* of the same id, by run */
	struct event_in **event;
	size_t count, events;
	struct arena arena;
};

/* ---- whose -------------------------------------------------------------- */

static int
find_leads(struct importer *im, struct slice *s, struct err *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++)
		s->event[i] = &s->run[i]->event;
	if (dry_fetch_leads_of(im, s->event, s->count, err) < 0 ||
	    lookup_leads(im->st, im->t, s->event, s->count, im->arena, err) <
		0 ||
	    (im->run->create && create_leads(im, s->event, s->count, err) < 0))
		return -1;
	for (size_t i = 0; i < s->count; i++) {
		const struct event_in *in = &s->run[i]->event;

		if (in->lead == 0) {
			s->item[i]->reason =
			    arena_printf(im->arena, "no lead has the %s %s",
				in->mail.p ? "e-mail" : "id", quoted(in->ref));
			continue;
		}
		s->item[kept] = s->item[i];
		s->run[kept++] = s->run[i];
	}
	s->count = kept;
	return 0;
}

/* ---- what is stored ----------------------------------------------------- */

static void
add_row(struct bulk *b, size_t seq, const struct run_in *run,
    const struct stored *row)
{
	const int64_t numbers[] = {row->started, row->completed, row->progress};

	bulk_int(b, (int64_t)seq);
	bulk_text_borrowed(b, run->event.id);
	bulk_int(b, row->lead);
	bulk_text_borrowed(b, row->name);
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		if (numbers[i] == LEAD_MISSING)
			bulk_null(b);
		else
			bulk_int(b, numbers[i]);
	}
	bulk_text_borrowed(b, row->result);
	bulk_text_borrowed(b, row->answers);
	bulk_end_row(b);
}

static int64_t
number_at(struct rows *rows, unsigned column)
{
	return rows_null(rows, column) ? LEAD_MISSING : rows_int(rows, column);
}

static int
read_stored(struct importer *im, struct slice *s, struct err *err)
{
	struct text_index ids = {0};
	struct bulk *keys = bulk_new(&bulk_assessment);
	struct rows *rows = NULL;
	int got = 0;

	text_index_clear(&ids, s->count);
	for (size_t i = 0; i < s->count; i++) {
		bool new;
		size_t *first =
		    text_index_at(&ids, s->run[i]->event.id, NULL, &new);

		if (new)
			*first = i;
		s->first[i] = *first;
		s->row[i] = (struct stored){.started = LEAD_MISSING,
		    .completed = LEAD_MISSING,
		    .progress = LEAD_MISSING,
		    .name = STR("")};
		if (new)
			add_row(keys, i, s->run[i], &s->row[i]);
	}
	text_index_release(&ids);
	if (dry_fetch_runs(im, s->run, s->count, keys, err) < 0 ||
	    store_bulk(im->st, keys, err) < 0 ||
	    store_query(im->st, &sql_assessment_stored,
		BINDS(BIND_INT(im->t->id)), &rows, err) < 0)
		got = -1;
	while (got >= 0 && (got = rows_next(rows, err)) > 0)
		s->row[rows_int(rows, 0)] = (struct stored){
		    .there = true,
		    .lead = rows_int(rows, 1),
		    .name = arena_str(&s->arena, rows_text(rows, 2)),
		    .started = number_at(rows, 3),
		    .completed = number_at(rows, 4),
		    .progress = number_at(rows, 5),
		    .result = arena_str(&s->arena, rows_text(rows, 6)),
		    .answers = arena_str(&s->arena, rows_text(rows, 7)),
		};
	rows_close(rows);
	bulk_free(keys);
	return got;
}

/* ---- one over the other ------------------------------------------------- */

static bool
set_text(struct str *old, struct str new)
{
	if (!new.p || (old->p && str_eq(*old, new)))
		return false;
	*old = new;
	return true;
}

static bool
set_number(int64_t *old, int64_t new)
{
	if (new == LEAD_MISSING || *old == new)
		return false;
	*old = new;
	return true;
}

/* What the record says over what is known; the way through only goes on. */
static bool
lay_over(struct stored *row, const struct run_in *run)
{
	bool changed = false;

	changed |= set_text(&row->name, run->name);
	changed |= set_text(&row->result, run->result);
	changed |= set_text(&row->answers, run->answers);
	changed |= set_number(&row->started, run->started);
	changed |= set_number(&row->completed, run->completed);
	changed |= set_number(&row->progress, run->progress);
	return changed;
}

static void
add_event(struct slice *s, const struct run_in *run, const char *type,
    const char *suffix, int64_t at, struct str name)
{
	struct event_in *e;
	struct lead_attr attr[2];
	struct buf b = {0};

	if (at == LEAD_MISSING)
		return;
	e = arena_zalloc(&s->arena, sizeof(*e));
	e->id =
	    arena_printf(&s->arena, "%.*s/%s", STR_ARG(run->event.id), suffix);
	e->ref = run->event.ref;
	e->mail = run->event.mail;
	e->lead = run->event.lead;
	e->type = str_of(type);
	e->at = at;
	if (name.n > 0) {
		json_quote(&b, name);
		attr[0] = (struct lead_attr){STR("assessment"), buf_str(&b)};
		e->attrs = lead_attrs_make(&s->arena, attr, 1);
		buf_release(&b);
	}
	s->event[s->events++] = e;
}

/* When the half was reached is rarely told; then it is the end that shows it
 * was, or, not yet at the end, the beginning. */
static int64_t
half_at(const struct stored *row, const struct run_in *run)
{
	if (run->half != LEAD_MISSING)
		return run->half;
	if (row->completed != LEAD_MISSING)
		return row->completed;
	return row->progress != LEAD_MISSING && row->progress >= 50
		   ? row->started
		   : LEAD_MISSING;
}

static void
apply_one(struct importer *im, struct slice *s, size_t i)
{
	struct stored *row = &s->row[s->first[i]];
	const struct run_in *run = s->run[i];
	struct json_writer w = {.out = &im->changes};
	bool new = !row->there;

	if (!new && row->lead != run->event.lead) {
		s->item[i]->reason = arena_printf(im->arena,
		    "id: another lead's run through an assessment: %s",
		    quoted(run->event.id));
		return;
	}
	row->lead = run->event.lead;
	if (!lay_over(row, run) && !new) {
		im->done.counts.unchanged++;
		return;
	}
	row->there = row->changed = true;
	if (new)
		im->done.counts.new ++;
	else
		im->done.counts.updated++;
	add_event(
	    s, run, "assessment_started", "started", row->started, row->name);
	add_event(
	    s, run, "assessment_half", "half", half_at(row, run), row->name);
	add_event(s, run, "assessment_completed", "completed", row->completed,
	    row->name);
	if (!im->want_changes)
		return;
	json_put_object(&w);
	json_put_name(&w, "change");
	json_put_text(&w, new ? STR("new") : STR("updated"));
	json_put_name(&w, "assessment");
	json_put_text(&w, run->event.id);
	json_put_name(&w, run->event.mail.p ? "email" : "lead");
	json_put_text(&w, run->event.ref);
	json_put_end(&w);
	buf_addc(&im->changes, '\n');
}

/* ---- writing
 * ---------------------------------------------------------------------------
 */

static int
write_all(struct importer *im, struct slice *s, struct err *err)
{
	struct bulk *rows = bulk_new(&bulk_assessment);
	struct lead_events_done done = {0};
	int rc;

	for (size_t i = 0; i < s->count; i++)
		if (s->first[i] == i && s->row[i].changed)
			add_row(rows, i, s->run[i], &s->row[i]);
	rc = store_bulk_run(im->st, rows, &sql_assessment_store,
	    BINDS(BIND_INT(im->t->id)), err);
	bulk_free(rows);
	if (rc == 0)
		rc = store_events(im, s->event,
		    distinct_events(s->event, s->events), false, &done, NULL,
		    NULL, err);
	im->done.events_new += (uint64_t)done.new;
	im->done.events_same += (uint64_t)(done.same + done.different);
	return rc;
}

int
runs_apply(
    struct importer *im, struct item **item, size_t count, struct err *err)
{
	struct slice *s = xcalloc(1, sizeof(*s));
	int rc;

	s->item = xcalloc(count + 1, sizeof(struct item *));
	s->run = xcalloc(count + 1, sizeof(struct run_in *));
	s->row = xcalloc(count + 1, sizeof(*s->row));
	s->first = xcalloc(count + 1, sizeof(*s->first));
	s->event = xcalloc(3 * count + 1, sizeof(struct event_in *));
	for (size_t i = 0; i < count; i++)
		if (!item[i]->reason.p) {
			s->item[s->count] = item[i];
			s->run[s->count++] = item[i]->in.run;
		}
	rc = find_leads(im, s, err);
	if (rc == 0)
		rc = read_stored(im, s, err);
	for (size_t i = 0; rc == 0 && i < s->count; i++)
		apply_one(im, s, i);
	if (rc == 0)
		rc = write_all(im, s, err);
	arena_release(&s->arena);
	free(s->item);
	free(s->run);
	free(s->row);
	free(s->first);
	free(s->event);
	free(s);
	return rc;
}
