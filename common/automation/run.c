/* SPDX-License-Identifier: ISC */
/*
 * Dealing with signals, a batch at a time: those that wait are claimed, what
 * they are about is read in one go, what they fire is done, and all of it is
 * committed together.
 */
#include <stdlib.h>

#include "automation/automation.sql.h"
#include "automation/automation_priv.h"

enum {
	LEAST = 100, /* signals of a batch, when somebody waits to write */
	MOST = 5000,
	HOLD = 50, /* ms a batch may take then */
};

/* A signal that may fire an automation. */
struct chance {
	size_t signal;
	int64_t lead; /* its lead; 0: none */
	const struct automation *automation;
	const struct told *told;
	bool fires;
};
struct batch {
	struct work work;
	struct signal_row *signal;
	size_t signals, signal_cap;
	struct chance *chance;
	size_t chances, chance_cap;
	int64_t *lead; /* of chances, ascending, each once */
	size_t leads, lead_cap;
	struct lead_needs needs;
	struct bulk *firings;
	int64_t last; /* signals above are of another run */
	size_t size;
};

/* ---- what comes in
 * ----------------------------------------------------------- */

static int
keep_signal(void *context, const struct signal_row *row, struct err *err)
{
	struct batch *b = context;
	struct arena *arena = &b->work.arena;
	struct signal_row *s;

	(void)err;
	GROW(b->signal, b->signal_cap, b->signals + 1);
	s = &b->signal[b->signals++];
	*s = *row;
	s->kind = arena_str(arena, row->kind);
	s->data = row->data.p ? arena_str(arena, row->data) : row->data;
	return 0;
}

/* When it happened, which its data tell where that was before it was noticed:
 * a stage moves when the event behind it happened. */
static int64_t
happened_at(const struct signal_row *s)
{
	struct json_scanner scanner = {0};
	int64_t at = s->at;

	if (s->data.p && json_scan_object(&scanner, s->data) == 0)
		for (size_t i = 0; i < scanner.count; i++)
			if (str_is(scanner.member[i].name, "at") &&
			    !time_parse(scanner.member[i].text, NULL, &at))
				at = s->at;
	json_scanner_release(&scanner);
	return at;
}

bool
automation_matches(const struct automation *a, const struct signal_row *s,
    const struct cond_moment *moment)
{
	struct cond_event event = {.attrs = s->data};

	if (!str_eq(a->on, s->kind) || (a->when && !s->lead))
		return false;
	if (!a->where)
		return true;
	event.at = happened_at(s);
	return cond_eval_event(a->where, &event, moment, NULL);
}

static void
find_chances(struct batch *b)
{
	const struct automation *a;

	b->chances = 0;
	for (size_t i = 0; i < b->signals; i++)
		for (size_t k = 0;
		     (a = automation_at(b->work.library, k)) != NULL; k++) {
			if (!a->enabled || b->signal[i].number < a->since ||
			    !automation_matches(
				a, &b->signal[i], &b->work.job->moment))
				continue;
			GROW(b->chance, b->chance_cap, b->chances + 1);
			b->chance[b->chances++] = (struct chance){.signal = i,
			    .lead = b->signal[i].lead,
			    .automation = a,
			    .fires = !a->when};
		}
}

static void
find_leads(struct batch *b)
{
	b->leads = 0;
	for (size_t i = 0; i < b->chances; i++) {
		int64_t lead = b->chance[i].lead;

		if (!lead)
			continue;
		GROW(b->lead, b->lead_cap, b->leads + 1);
		b->lead[b->leads++] = lead;
	}
	b->leads = sort_ints_once(b->lead, b->leads);
}

/* ---- the leads
 * ---------------------------------------------------------------- */

struct looking {
	struct batch *batch;
	struct chance **by_lead; /* chances by their leads' numbers */
	size_t next;
};

static int
look_at_lead(void *context, const struct lead_view *view, struct err *err)
{
	struct looking *l = context;
	struct batch *b = l->batch;
	struct told *told = NULL;

	(void)err;
	while (
	    l->next < b->chances && l->by_lead[l->next]->lead < view->lead_id)
		l->next++;
	for (;
	     l->next < b->chances && l->by_lead[l->next]->lead == view->lead_id;
	     l->next++) {
		struct chance *c = l->by_lead[l->next];
		const struct cond *when = c->automation->when;

		c->fires = !when || cond_eval(when, &view->subject,
					&b->work.job->moment, NULL);
		if (!c->fires)
			continue;
		if (!told) {
			told = arena_zalloc(&b->work.arena, sizeof(*told));
			words_tell(b->work.words, view, &b->work.arena, told);
		}
		c->told = told;
	}
	return 0;
}

/* By lead; chances of one lead in their order. */
static int
compare_chances(const void *a, const void *b)
{
	const struct chance *x = *(const struct chance *const *)a;
	const struct chance *y = *(const struct chance *const *)b;

	if (x->lead != y->lead)
		return x->lead < y->lead ? -1 : 1;
	return (x > y) - (x < y);
}

static struct chance **
sort_by_lead(struct batch *b)
{
	struct chance **list =
	    xreallocarray(NULL, b->chances, sizeof(struct chance *));

	for (size_t i = 0; i < b->chances; i++)
		list[i] = &b->chance[i];
	qsort(list, b->chances, sizeof(struct chance *), compare_chances);
	return list;
}

static int
look_at_leads(struct batch *b, struct err *err)
{
	struct looking l = {.batch = b};
	int rc;

	find_leads(b);
	if (b->leads == 0)
		return 0;
	l.by_lead = sort_by_lead(b);
	rc = lead_views_these(b->work.st, b->work.tenant, &b->needs,
	    &b->work.job->moment, b->lead, b->leads, look_at_lead, &l, err);
	free(l.by_lead);
	return rc;
}

/* ---- a batch
 * -------------------------------------------------------------------- */

static void
note_firing(struct batch *b, const struct firing *f)
{
	struct automation_done *ret = b->work.ret;
	struct bulk *rows = b->firings;

	bulk_int(rows, f->signal->number);
	bulk_text(rows, str_of(f->automation->name));
	bulk_text(rows, f->signal->kind);
	if (f->told)
		bulk_int(rows, f->told->lead);
	else
		bulk_null(rows);
	bulk_int(rows, f->tasks);
	bulk_int(rows, f->messages);
	bulk_int(rows, f->moves);
	bulk_text(
	    rows, f->problem.len ? buf_str(&f->problem) : (struct str){0});
	bulk_end_row(rows);
	ret->firings++;
	ret->tasks += (uint64_t)f->tasks;
	ret->messages += (uint64_t)f->messages;
	ret->moves += (uint64_t)f->moves;
	ret->closed += (uint64_t)f->closed;
}

static int
fire_chances(struct batch *b, struct err *err)
{
	for (size_t i = 0; i < b->chances; i++) {
		const struct chance *c = &b->chance[i];
		struct firing f = {.automation = c->automation,
		    .signal = &b->signal[c->signal],
		    .told = c->told};
		int rc;

		/* A lead that is not there any more fires nothing. */
		if (!c->fires || (c->lead && !c->told))
			continue;
		rc = fire(&b->work, &f, err);
		if (rc > 0)
			note_firing(b, &f);
		buf_release(&f.problem);
		json_doc_free(f.data);
		json_doc_free(f.task);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int
write_firings(struct batch *b, struct err *err)
{
	struct work *w = &b->work;

	return store_bulk_run(w->st, b->firings, &sql_firing_write,
	    BINDS(BIND_INT(w->tenant->id), BIND_INT(w->job->moment.now)), err);
}

/* Signals up to b->last. *ret_count: 0 when there are none. */
static int
do_batch(struct batch *b, size_t *ret_count, struct err *err)
{
	struct work *w = &b->work;

	arena_clear(&w->arena);
	w->people = 0;
	bulk_clear(b->firings);
	b->signals = 0;
	if (signal_claim(w->st, w->tenant->id, b->size, b->last, keep_signal, b,
		ret_count, err) < 0)
		return -1;
	w->ret->signals += *ret_count;
	find_chances(b);
	if (b->chances == 0)
		return 0;
	if (look_at_leads(b, err) < 0 || fire_chances(b, err) < 0)
		return -1;
	return write_firings(b, err);
}

/* ---- a run
 * ---------------------------------------------------------------------- */

static int
flush(struct work *w, struct err *err)
{
	const struct automation_run *job = w->job;
	int rc = 0;

	if (job->flush && w->lines.len)
		rc = job->flush(job->context, buf_str(&w->lines), err);
	buf_clear(&w->lines);
	if (rc == 0 && job->progress &&
	    job->progress(job->context, w->ret->signals, 0))
		w->ret->stopped = true;
	return rc;
}

static int
begin(struct work *w, struct err *err)
{
	if (store_begin(w->st, STORE_CHANGE, "automations", err) < 0)
		return -1;
	return store_moment(
	    w->st, w->tenant->id, w->job->moment.now, w->job->replay, err);
}

/* Larger batches while nobody waits for the store. */
static void
adapt(struct batch *b, bool awaited, int64_t held)
{
	if (awaited && held > HOLD && b->size > LEAST)
		b->size /= 2;
	else if ((!awaited || held < HOLD / 2) && b->size < MOST)
		b->size *= 2;
}

static int
do_batches(struct batch *b, struct err *err)
{
	struct work *w = &b->work;
	size_t count = 1;

	while (count && !w->ret->stopped) {
		int64_t held;
		bool awaited;

		if (!w->job->dry_run && begin(w, err) < 0)
			return -1;
		if (do_batch(b, &count, err) < 0)
			return -1;
		held = store_held(w->st);
		awaited = store_awaited(w->st);
		if (!w->job->dry_run && (store_commit(w->st, false, err) < 0 ||
					    lease_renew(w->st, err) < 0))
			return -1;
		adapt(b, awaited, held);
		if (flush(w, err) < 0)
			return -1;
	}
	return 0;
}

static int
open_batch(struct batch *b, struct err *err)
{
	struct work *w = &b->work;

	b->size = 500;
	b->firings = bulk_new(&bulk_firing);
	if (automation_library_open(
		w->st, w->tenant, w->job->remarks, &w->library, err) < 0 ||
	    automation_bind(
		w->library, w->st, w->tenant, w->job->remarks, err) < 0 ||
	    template_library_open(w->st, w->tenant, &w->templates, err) < 0 ||
	    outbox_preferences_open(w->st, w->tenant, &w->preferences, err) <
		0 ||
	    task_calendar_read(w->st, w->tenant, &w->calendar, err) < 0 ||
	    automation_words_open(
		w->st, w->tenant, &w->job->moment, &w->words, err) < 0)
		return -1;
	words_needs(w->words, &b->needs);
	automation_needs(w->library, &b->needs);
	return 0;
}

static void
close_batch(struct batch *b)
{
	struct work *w = &b->work;

	automation_library_free(w->library);
	template_library_free(w->templates);
	outbox_preferences_free(w->preferences);
	automation_words_free(w->words);
	task_calendar_release(&w->calendar);
	stages_free(w->stages);
	buf_release(&w->absent);
	buf_release(&w->lines);
	arena_release(&w->arena);
	free(w->person);
	free(b->signal);
	free(b->chance);
	free(b->lead);
	bulk_free(b->firings);
}

/* Begins to listen, and says up to where signals are of this run: what follows
 * from them is the next one's. 1 there is something to do. */
static int
begin_run(struct batch *b, struct err *err)
{
	struct work *w = &b->work;
	int began, waiting;

	if (begin(w, err) < 0 ||
	    (began = automation_listen(w->st, w->tenant, err)) < 0 ||
	    (waiting = signal_waiting(w->st, w->tenant->id, &b->last, err)) < 0)
		return -1;
	w->ret->began = began > 0;
	if (!w->job->dry_run && store_commit(w->st, false, err) < 0)
		return -1;
	return waiting;
}

static int
do_run(struct batch *b, struct err *err)
{
	int rc = begin_run(b, err);

	if (rc > 0)
		rc = open_batch(b, err);
	else if (rc == 0)
		return 0;
	return rc < 0 ? -1 : do_batches(b, err);
}

int
automation_run(struct store *st, const struct tenant *t,
    const struct automation_run *job, struct automation_done *ret,
    struct err *err)
{
	struct batch b = {
	    .work = {.st = st, .tenant = t, .job = job, .ret = ret}};
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = automation_waiting(st, t, err);
	if (rc <= 0)
		return rc;
	if (!job->dry_run) {
		rc = lease_take(st, t->id, "automations", &ret->holder, err);
		if (rc <= 0)
			return rc;
		buf_clear(&ret->holder);
	}
	rc = do_run(&b, err);
	store_rollback(st);
	close_batch(&b);
	if (job->dry_run)
		return rc;
	lease_release(st);
	/* One sync for all of it. */
	return rc < 0 ? -1 : store_sync(st, err);
}
