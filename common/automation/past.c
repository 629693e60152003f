/* SPDX-License-Identifier: ISC */
/*
 * What would have fired, from signals that are recorded; when that was over;
 * and what was really done.
 */
#include <math.h>
#include <stdlib.h>

#include "automation/automation.sql.h"
#include "automation/automation_priv.h"

/* A signal that would have fired an automation. */
struct found {
	const struct automation *automation;
	int64_t number, at, lead;
	int64_t over_at;              /* INT64_MIN: not over */
	struct str kind;              /* of the automation */
	bool counts;                  /* its lead fits */
	struct str id, name, company; /* missing: none */
};
/* A signal that something is over. */
struct end {
	int64_t lead, number, at;
	struct str kind;
};
struct search {
	const struct automation_past *how;
	struct found *found;
	size_t count, cap;
	struct end *end;
	size_t ends, end_cap;
	struct found **by_lead;
	size_t next;
	struct lead_views *views; /* while leads are looked at */
	struct arena arena;
	struct buf line;
};

/* ---- signals
 * ------------------------------------------------------------------- */

static bool
ends(struct str kind, struct str over)
{
	if (str_is(kind, "lead.hot"))
		return str_is(over, "lead.cooled");
	if (str_is(kind, "segment.entered"))
		return str_is(over, "segment.left");
	return str_is(kind, "stage.changed") && str_is(over, "stage.changed");
}

static const char *const over_kinds[] = {
    "lead.cooled", "segment.left", "stage.changed"};

static void
note_end(struct search *s, const struct signal_row *row)
{
	for (size_t i = 0; row->lead && i < COUNT_OF(over_kinds); i++) {
		if (!str_is(row->kind, over_kinds[i]))
			continue;
		GROW(s->end, s->end_cap, s->ends + 1);
		s->end[s->ends++] = (struct end){
		    row->lead, row->number, row->at, str_of(over_kinds[i])};
	}
}

static void
note_found(
    struct search *s, const struct automation *a, const struct signal_row *row)
{
	struct cond_moment moment = s->how->moment;

	moment.now = row->at;
	if (!automation_matches(a, row, &moment))
		return;
	GROW(s->found, s->cap, s->count + 1);
	s->found[s->count++] = (struct found){.automation = a,
	    .number = row->number,
	    .at = row->at,
	    .lead = row->lead,
	    .over_at = INT64_MIN,
	    .kind = a->on,
	    .counts = !row->lead};
}

static int
look_at_signal(void *context, const struct signal_row *row, struct err *err)
{
	struct search *s = context;
	const struct automation *a;

	(void)err;
	if (row->at > s->how->moment.now)
		return 0;
	if (s->how->recovery)
		note_end(s, row);
	if (s->how->automation) {
		note_found(s, s->how->automation, row);
		return 0;
	}
	for (size_t i = 0; (a = automation_at(s->how->library, i)) != NULL; i++)
		if (a->enabled)
			note_found(s, a, row);
	return 0;
}

/* ---- leads
 * --------------------------------------------------------------------- */

static int
compare_found(const void *a, const void *b)
{
	const struct found *x = *(const struct found *const *)a;
	const struct found *y = *(const struct found *const *)b;

	if (x->lead != y->lead)
		return x->lead < y->lead ? -1 : 1;
	return (x > y) - (x < y);
}

static struct str
text_of(struct search *s, const struct lead_view *view, enum lead_field field)
{
	const struct cond_value *v = &view->values[field];

	return v->kind == COND_IS_TEXT ? arena_str(&s->arena, v->text)
				       : (struct str){0};
}

/* Each time as the lead was then. */
static void
look_at_lead(struct search *s, const struct lead_view *view)
{
	struct cond_moment moment = s->how->moment;
	struct str id = text_of(s, view, LEAD_ID);
	struct str name = text_of(s, view, LEAD_NAME);
	struct str company = text_of(s, view, LEAD_COMPANY);

	while (s->next < s->count && s->by_lead[s->next]->lead < view->lead_id)
		s->next++;
	for (; s->next < s->count && s->by_lead[s->next]->lead == view->lead_id;
	     s->next++) {
		struct found *f = s->by_lead[s->next];
		const struct cond *when = f->automation->when;

		moment.now = f->at;
		if (when)
			lead_views_at(s->views, f->at);
		f->counts =
		    !when || cond_eval(when, &view->subject, &moment, NULL);
		f->id = id;
		f->name = name;
		f->company = company;
	}
}

static int
compare_ends(const void *a, const void *b)
{
	const struct end *x = a, *y = b;

	if (x->lead != y->lead)
		return x->lead < y->lead ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* Each is over with the next signal of its lead that says so. */
static void
find_ends(struct search *s)
{
	size_t first = 0;

	if (s->ends == 0)
		return;
	qsort(s->end, s->ends, sizeof(*s->end), compare_ends);
	for (size_t i = 0; i < s->count; i++) {
		struct found *f = s->by_lead[i];

		while (first < s->ends && s->end[first].lead < f->lead)
			first++;
		for (size_t k = first; k < s->ends && f->over_at == INT64_MIN &&
				       s->end[k].lead == f->lead;
		     k++)
			if (s->end[k].number > f->number &&
			    ends(f->kind, s->end[k].kind))
				f->over_at = s->end[k].at;
	}
}

static void
gather_needs(const struct search *s, struct lead_needs *needs)
{
	const struct automation_past *how = s->how;

	needs->field[LEAD_ID] = needs->field[LEAD_NAME] =
	    needs->field[LEAD_COMPANY] = true;
	if (how->automation && how->automation->when)
		lead_needs_cond(needs, how->automation->when);
	if (!how->automation)
		automation_needs(how->library, needs);
}

static int
look_at_leads(
    struct search *s, struct store *st, const struct tenant *t, struct err *err)
{
	struct lead_needs needs = {0};
	const struct lead_view *view;
	int64_t *lead;
	size_t count = 0;
	int got;

	lead = xreallocarray(NULL, s->count + 1, sizeof(*lead));
	s->by_lead = xreallocarray(NULL, s->count + 1, sizeof(struct found *));
	for (size_t i = 0; i < s->count; i++)
		s->by_lead[i] = &s->found[i];
	qsort(s->by_lead, s->count, sizeof(struct found *), compare_found);
	for (size_t i = 0; i < s->count; i++)
		if (s->by_lead[i]->lead &&
		    (count == 0 || lead[count - 1] != s->by_lead[i]->lead))
			lead[count++] = s->by_lead[i]->lead;
	find_ends(s);
	gather_needs(s, &needs);
	got = count ? lead_views_of(st, t, &needs, &s->how->moment, lead, count,
			  &s->views, err)
		    : 0;
	if (count && got == 0) {
		while ((got = lead_views_next(s->views, &view, err)) > 0)
			look_at_lead(s, view);
		lead_views_close(s->views);
	}
	free(lead);
	free(s->by_lead);
	return got;
}

/* ---- what is told
 * ---------------------------------------------------------------- */

static void
put_actions(struct json_writer *w, const struct automation *a)
{
	json_put_name(w, "do");
	json_put_array(w);
	for (size_t i = 0; i < a->count; i++)
		json_put_text(w, str_of(automation_kinds[a->action[i].kind]));
	json_put_end(w);
}

static int
tell(struct search *s, const struct found *f, struct err *err)
{
	struct json_writer w = {.out = &s->line};

	buf_clear(&s->line);
	json_put_object(&w);
	json_add_text(&w, "automation", str_of(f->automation->name));
	json_add_text(&w, "signal", f->kind);
	json_add_time(&w, "at", f->at);
	if (f->id.p)
		json_add_text(&w, "lead", f->id);
	if (f->name.p)
		json_add_text(&w, "name", f->name);
	if (f->company.p)
		json_add_text(&w, "company", f->company);
	if (f->over_at != INT64_MIN) {
		json_add_time(&w, "recovered_at", f->over_at);
		json_put_name(&w, "hours");
		json_put_real(
		    &w, round((double)(f->over_at - f->at) / 36e3) / 100);
	}
	if (!s->how->recovery)
		put_actions(&w, f->automation);
	json_put_end(&w);
	return s->how->each(s->how->context, buf_str(&s->line), err);
}

static int
compare_reals(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
compare_leads(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int
tell_all(struct search *s, struct automation_found *ret, struct err *err)
{
	double *hours = xreallocarray(NULL, s->count + 1, sizeof(*hours));
	int64_t *lead = xreallocarray(NULL, s->count + 1, sizeof(*lead));
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < s->count; i++) {
		const struct found *f = &s->found[i];

		if (!f->counts)
			continue;
		rc = tell(s, f, err);
		lead[ret->firings++] = f->lead;
		if (f->over_at != INT64_MIN)
			hours[ret->recovered++] =
			    (double)(f->over_at - f->at) / (double)MS_HOUR;
	}
	qsort(lead, ret->firings, sizeof(*lead), compare_leads);
	for (size_t i = 0; i < ret->firings; i++)
		ret->leads += lead[i] && (i == 0 || lead[i - 1] != lead[i]);
	qsort(hours, ret->recovered, sizeof(*hours), compare_reals);
	ret->median_hours = ret->recovered ? (hours[(ret->recovered - 1) / 2] +
						 hours[ret->recovered / 2]) /
						 2
					   : NAN;
	free(hours);
	free(lead);
	return rc;
}

int
automation_past(struct store *st, const struct tenant *t,
    const struct automation_past *how, struct automation_found *ret,
    struct err *err)
{
	struct search s = {.how = how};
	int rc;

	memset(ret, 0, sizeof(*ret));
	if (how->automation && how->automation->when &&
	    lead_bind(st, t, how->automation->when, err) < 0)
		return -1;
	rc = signal_past(st, t->id, how->since, look_at_signal, &s, err);
	if (rc == 0 &&
	    (rc = store_begin(st, STORE_SNAPSHOT, "automations", err)) == 0) {
		rc = look_at_leads(&s, st, t, err);
		store_rollback(st);
	}
	if (rc == 0)
		rc = tell_all(&s, ret, err);
	free(s.found);
	free(s.end);
	arena_release(&s.arena);
	buf_release(&s.line);
	return rc;
}

/* ---- what was done
 * ---------------------------------------------------------------- */

int
automation_log(struct store *st, const struct tenant *t, int64_t since,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err)
{
	static const struct row_field fields[] = {{"automation", ROW_TEXT},
	    {"signal", ROW_TEXT}, {"lead", ROW_TEXT}, {"at", ROW_TIME},
	    {"tasks", ROW_INT}, {"messages", ROW_INT}, {"moves", ROW_INT},
	    {"problem", ROW_TEXT}, ROW_END};

	return store_lines(st, &sql_firing_since,
	    BINDS(BIND_INT(t->id), BIND_INT(since)), fields, each, context,
	    err);
}
