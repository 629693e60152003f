/* SPDX-License-Identifier: ISC */
/*
 * Leads with what became of them, each as it was known before that.
 */
#include <stdlib.h>
#include <string.h>

#include "sample/sample.h"
#include "stats/stats.h"

enum { PAGE = 20000 }; /* leads of one snapshot */

/* What a hash of the id decides. */
enum dice { DICE_HALF = 1, DICE_AGE, DICE_LIMIT };

struct outcome_run {
	struct store *st;
	const struct tenant *tenant;
	const struct sample *sample;
	struct cond_moment moment;
	double *ages; /* at the outcome, ms; sorted once all are known */
	size_t age_count, age_cap;
	double part; /* of the sample that is looked at */
	struct sample_taken *ret;
	int (*each)(void *context, const struct lead_view *view,
	    const struct cond_moment *moment, uint8_t outcome, struct err *err);
	void *context;
};

/* 0 <= share < 1, evenly spread over ids. */
static double
roll(struct str id, enum dice dice)
{
	return (double)(hash64(id.p, id.n, dice) >> 11) * 0x1p-53;
}

double
sample_share(struct str id)
{
	return roll(id, DICE_HALF);
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

/* The first event of a type up to now; else LEAD_MISSING. */
static int64_t
first_event(const struct outcome_run *r, const struct lead_view *view)
{
	const struct cond_event *e = view->subject.events;
	int64_t first = LEAD_MISSING;

	for (size_t i = 0; i < view->subject.event_count; i++)
		if (e[i].type == r->sample->event && e[i].at <= r->moment.now &&
		    (first == LEAD_MISSING || e[i].at < first))
			first = e[i].at;
	return first;
}

/* When a dated outcome came; else LEAD_MISSING. */
static int64_t
outcome_at(const struct outcome_run *r, const struct lead_view *view)
{
	const struct cond_value *v = &view->values[LEAD_CONVERTED_AT];

	if (r->sample->target == SAMPLE_EVENT)
		return first_event(r, view);
	return v->kind == COND_IS_TIME ? v->time : LEAD_MISSING;
}

static bool
in_sample(const struct outcome_run *r, const struct lead_view *view)
{
	const struct sample *s = r->sample;
	double share = sample_share(view->values[LEAD_ID].text);

	if (s->half == SAMPLE_TRAIN && share >= s->share)
		return false;
	if (s->half == SAMPLE_TEST && share < 1 - s->share)
		return false;
	return !s->where ||
	       cond_eval(s->where, &view->subject, &r->moment, NULL);
}

/* The first look: how many there are, and how old they were. */
static int
look_around(struct outcome_run *r, struct lead_views *views,
    const struct lead_view *view, struct err *err)
{
	int64_t at = outcome_at(r, view), first, known;

	if (r->sample->limit)
		r->ret->all += in_sample(r, view);
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

/* The moment at which a lead without the outcome is judged. */
static int64_t
moment_of_no(const struct outcome_run *r, const struct lead_view *view)
{
	int64_t first = first_contact(view, r->moment.now);
	double age;

	if (!r->age_count || first == INT64_MAX)
		return r->moment.now;
	age = stats_quantile(
	    r->ages, r->age_count, roll(view->values[LEAD_ID].text, DICE_AGE));
	if ((double)(r->moment.now - first) <= age)
		return r->moment.now;
	return first + (int64_t)age;
}

/* The lead as it was known at that moment, without what it does not know. */
static int
show(struct outcome_run *r, struct lead_views *views,
    const struct lead_view *view, const struct cond_moment *moment,
    uint8_t outcome, struct err *err)
{
	struct lead_view known;

	r->ret->leads++;
	r->ret->yes += outcome != 0;
	lead_views_at(views, moment->now);
	known = *view;
	known.subject.values = known.values;
	known.values[LEAD_CONVERTED] =
	    (struct cond_value){.kind = COND_IS_BOOL};
	known.values[LEAD_CONVERTED_AT].kind = COND_MISSING;
	if (str_is(known.values[LEAD_STAGE].text, "customer"))
		known.values[LEAD_STAGE] =
		    (struct cond_value){.kind = COND_MISSING};
	return r->each(r->context, &known, moment, outcome, err);
}

static int
judge(struct outcome_run *r, struct lead_views *views,
    const struct lead_view *view, struct err *err)
{
	struct cond_moment moment = r->moment;
	int64_t at = outcome_at(r, view);
	bool yes = r->sample->target == SAMPLE_EVENT
		       ? at != LEAD_MISSING
		       : view->values[LEAD_CONVERTED].number != 0;

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
	return show(r, views, view, &moment, yes, err);
}

static int
look_at(struct outcome_run *r, struct lead_views *views,
    const struct lead_view *view, struct err *err)
{
	const struct cond_value *score = &view->values[LEAD_SCORE];

	if (!in_sample(r, view))
		return 0;
	if (!r->sample->limit)
		r->ret->all++;
	else if (roll(view->values[LEAD_ID].text, DICE_LIMIT) >= r->part)
		return 0;
	if (r->sample->target != SAMPLE_SCORE)
		return judge(r, views, view, err);
	if (score->kind == COND_IS_NUMBER)
		return show(
		    r, views, view, &r->moment, (uint8_t)score->number, err);
	r->ret->unscored++;
	return 0;
}

static int
scan(struct outcome_run *r, const struct lead_needs *needs,
    int (*look)(struct outcome_run *r, struct lead_views *views,
	const struct lead_view *view, struct err *err),
    struct err *err)
{
	const struct lead_view *view;
	struct lead_views *views;
	int64_t last;
	int got = lead_last(r->st, r->tenant, &last, err);

	for (int64_t after = 0; got == 0 && after < last; after += PAGE) {
		got = store_begin(r->st, STORE_SNAPSHOT, "sample", err);
		if (got == 0)
			got = lead_views_range(r->st, r->tenant, needs,
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

/* What every look needs, but for the columns. */
static void
need(struct lead_needs *needs, const struct sample *sample)
{
	needs->field[LEAD_ID] = needs->field[LEAD_CREATED_AT] = true;
	needs->field[LEAD_CONVERTED] = needs->field[LEAD_CONVERTED_AT] = true;
	needs->field[LEAD_SCORE] |= sample->target == SAMPLE_SCORE;
	needs->events = true;
	if (sample->where)
		lead_needs_cond(needs, sample->where);
}

int
sample_leads(struct store *st, const struct tenant *t,
    const struct sample *sample, struct lead_needs *needs,
    const struct cond_moment *moment,
    int (*each)(void *context, const struct lead_view *view,
	const struct cond_moment *moment, uint8_t outcome, struct err *err),
    void *context, struct sample_taken *ret, struct err *err)
{
	struct outcome_run r = {.st = st,
	    .tenant = t,
	    .sample = sample,
	    .moment = *moment,
	    .part = 1,
	    .ret = ret,
	    .each = each,
	    .context = context};
	struct lead_needs few = {0};
	int code = 0;

	memset(ret, 0, sizeof(*ret));
	need(needs, sample);
	need(&few, sample);
	if (sample->target != SAMPLE_SCORE || sample->limit)
		code = scan(&r, &few, look_around, err);
	if (r.age_count)
		stats_sort(r.ages, r.age_count);
	if (sample->limit && ret->all > sample->limit)
		r.part = (double)sample->limit / (double)ret->all;
	if (code == 0)
		code = scan(&r, needs, look_at, err);
	free(r.ages);
	return code;
}
