/* SPDX-License-Identifier: ISC */
/*
 * Leads with what became of them, each as it was known before that.
 */
#include <stdlib.h>
#include <string.h>

#include "score/score_priv.h"
#include "stats/stats.h"

enum { PAGE = 20000 }; /* leads of one snapshot */

struct outcome_run {
	struct store *st;
	const struct tenant *tenant;
	const struct score_sample *sample;
	const struct lead_needs *needs;
	struct cond_moment moment;
	double *ages; /* at conversion, ms; sorted once all are known */
	size_t age_count, age_cap;
	struct score_sampled *ret;
	int (*each)(void *context, const struct lead_view *view,
	    const struct cond_moment *moment, bool yes, struct err *err);
	void *context;
};

/* 0 <= share < 1, evenly spread over ids; `what` makes it another dice. */
static double
share_of(struct str id, uint64_t what)
{
	return (double)(hash64(id.p, id.n, what) >> 11) * 0x1p-53;
}

/* When the lead was first known, not looking at its outcome or after. */
static int64_t
first_contact(const struct lead_view *view, int64_t before)
{
	const struct cond_value *created = &view->values[LEAD_CREATED_AT];
	int64_t first =
	    created->kind == COND_IS_TIME ? created->time : INT64_MAX;

	for (size_t i = 0; i < view->subject.event_count; i++) {
		int64_t at = view->subject.events[i].at;

		if (at < before && at < first)
			first = at;
	}
	return first;
}

/* Dated conversion: its time; else LEAD_MISSING. */
static int64_t
converted_at(const struct lead_view *view)
{
	const struct cond_value *v = &view->values[LEAD_CONVERTED_AT];

	return v->kind == COND_IS_TIME ? v->time : LEAD_MISSING;
}

static int
note_age(struct outcome_run *r, struct lead_views *views,
    const struct lead_view *view, struct err *err)
{
	int64_t at = converted_at(view), first, known;

	if (at == LEAD_MISSING)
		return 0;
	first = first_contact(view, at);
	known = at - 1 - r->sample->lead_time;
	if (first == INT64_MAX || known < first)
		return 0;
	GROW(r->ages, r->age_cap, r->age_count + 1);
	r->ages[r->age_count++] = (double)(known - first);
	return 0;
}

static bool
in_sample(const struct outcome_run *r, const struct lead_view *view)
{
	const struct score_sample *s = r->sample;
	double share = share_of(view->values[LEAD_ID].text, 1);

	if (s->half == SCORE_TRAIN && share >= s->share)
		return false;
	if (s->half == SCORE_TEST && share < 1 - s->share)
		return false;
	return !s->where ||
	       cond_eval(s->where, &view->subject, &r->moment, NULL);
}

/* The moment at which an unconverted lead is judged. */
static int64_t
moment_of_no(const struct outcome_run *r, const struct lead_view *view)
{
	int64_t first = first_contact(view, r->moment.now);
	double age;

	if (!r->age_count || first == INT64_MAX)
		return r->moment.now;
	age = stats_quantile(
	    r->ages, r->age_count, share_of(view->values[LEAD_ID].text, 2));
	if ((double)(r->moment.now - first) <= age)
		return r->moment.now;
	return first + (int64_t)age;
}

static int
judge(struct outcome_run *r, struct lead_views *views,
    const struct lead_view *view, struct err *err)
{
	struct cond_moment moment = r->moment;
	int64_t at = converted_at(view);
	bool yes = view->values[LEAD_CONVERTED].number != 0;
	struct lead_view known;

	if (!in_sample(r, view))
		return 0;
	if (at != LEAD_MISSING) {
		moment.now = at - 1 - r->sample->lead_time;
		if (moment.now < first_contact(view, at)) {
			r->ret->early++;
			return 0;
		}
	} else if (yes) {
		r->ret->undated++;
	} else {
		moment.now = moment_of_no(r, view);
	}
	r->ret->leads++;
	r->ret->yes += yes;
	lead_views_at(views, moment.now);
	known = *view;
	known.subject.values = known.values;
	known.values[LEAD_CONVERTED] =
	    (struct cond_value){.kind = COND_IS_BOOL};
	known.values[LEAD_CONVERTED_AT].kind = COND_MISSING;
	if (str_is(known.values[LEAD_STAGE].text, "customer"))
		known.values[LEAD_STAGE] =
		    (struct cond_value){.kind = COND_MISSING};
	return r->each(r->context, &known, &moment, yes, err);
}

static int
scan(struct outcome_run *r,
    int (*look)(struct outcome_run *r, struct lead_views *views,
	const struct lead_view *view, struct err *err),
    struct err *err)
{
	const struct lead_view *view;
	struct lead_views *views;
	int64_t last;
	int got = lead_last(r->st, r->tenant, &last, err);

	for (int64_t after = 0; got == 0 && after < last; after += PAGE) {
		got = store_begin(r->st, STORE_SNAPSHOT, "score learn", err);
		if (got == 0)
			got = lead_views_range(r->st, r->tenant, r->needs,
			    &r->moment, after, after + PAGE, INT64_MAX, &views,
			    err);
		if (got == 0) {
			while ((got = lead_views_next(views, &view, err)) > 0)
				if ((got = look(r, views, view, err)) < 0)
					break;
			lead_views_close(views);
		}
		store_rollback(r->st);
	}
	return got;
}

int
score_outcomes(struct store *st, const struct tenant *t,
    const struct score_sample *sample, struct lead_needs *needs,
    const struct cond_moment *moment,
    int (*each)(void *context, const struct lead_view *view,
	const struct cond_moment *moment, bool yes, struct err *err),
    void *context, struct score_sampled *ret, struct err *err)
{
	struct outcome_run r = {.st = st,
	    .tenant = t,
	    .sample = sample,
	    .needs = needs,
	    .moment = *moment,
	    .ret = ret,
	    .each = each,
	    .context = context};
	int code;

	memset(ret, 0, sizeof(*ret));
	needs->field[LEAD_ID] = needs->field[LEAD_CREATED_AT] = true;
	needs->field[LEAD_CONVERTED] = needs->field[LEAD_CONVERTED_AT] = true;
	needs->events = true;
	if (sample->where)
		lead_needs_cond(needs, sample->where);
	code = scan(&r, note_age, err);
	if (r.age_count)
		stats_sort(r.ages, r.age_count);
	if (code == 0)
		code = scan(&r, judge, err);
	free(r.ages);
	return code;
}
