/* SPDX-License-Identifier: ISC */
/* Where leads got stuck in their stages, and what that may cost at most. */
#include <math.h>
#include <stdlib.h>

#include "insight/tell_priv.h"
#include "stage/stage.h"

struct stuck {
	struct teller *teller;
	const struct stages *model;
	const struct stage_funnel *funnel;
	size_t last; /* the stage at the pipeline's end */
	/* The stage where most is at stake. */
	size_t stage;
	int64_t leads, after;
	double most; /* conversions, if they were like all others */
};

static const struct stage_step *
step_of(const struct stage_funnel *f, size_t stage)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->step[i].stage == stage)
			return &f->step[i];
	return NULL;
}

/* How many came there and are there no more. */
static uint64_t
left_from(const struct stage_step *here)
{
	return here->reached > here->now ? here->reached - here->now : 0;
}

/* Of those who came to the end; who is still there may yet. */
static double
share_to_end(const struct stuck *k, size_t stage)
{
	const struct stage_step *here = step_of(k->funnel, stage),
				*end = step_of(k->funnel, k->last);

	return here && end && left_from(here) && end->reached <= left_from(here)
		   ? (double)end->reached / (double)left_from(here)
		   : NAN;
}

/* "30 days", "12 hours". */
static void
tell_span(struct told_insight *o, int64_t span, const char *locale)
{
	bool ja = strcmp(locale, "ja") == 0, days = span >= 2 * MS_DAY;
	char text[40];

	snprintf(text, sizeof(text), "%lld%s",
	    (long long)(days ? span / MS_DAY : span / MS_HOUR),
	    ja     ? days ? "日" : "時間"
	    : days ? " days"
		   : " hours");
	told_word(o, "after", str_of(text));
}

static int
note_stage(void *context, struct str line, struct err *err)
{
	struct stuck *k = context;
	int64_t stalled = 0;
	struct json *doc;
	struct err ignored;
	size_t stage;
	double most;

	if (json_doc_own(line, "stage", &doc, err) < 0)
		return -1;
	stage = stage_find(k->model, json_text(json_find(doc, "stage")));
	json_take_int(doc, "stalled", &stalled, &ignored);
	json_doc_free(doc);
	if (stalled == 0 || stage >= k->model->count || stage == k->last ||
	    k->model->stage[stage].aside)
		return 0;
	most = (double)stalled * share_to_end(k, stage);
	if (most > k->most) {
		k->most = most;
		k->stage = stage;
		k->leads = stalled;
		k->after = k->model->stage[stage].stalled_after;
	}
	return 0;
}

static void
tell(const struct stuck *k, int64_t rank)
{
	const struct stage_step *here = step_of(k->funnel, k->stage),
				*end = step_of(k->funnel, k->last);
	struct told_insight o;

	told_begin(k->teller, &o, "recommendation", NULL);
	json_add_int(&o.w, "rank", rank);
	json_add_text(&o.w, "what", STR("stalled"));
	json_add_text(&o.w, "moves", STR("conversions"));
	json_add_text(&o.w, "field", STR("stage"));
	json_add_text(&o.w, "part", str_of(k->model->stage[k->stage].name));
	told_word(&o, "stage", str_of(k->model->stage[k->stage].name));
	tell_span(&o, k->after, k->teller->how->locale);
	told_value(&o, "leads", INSIGHT_COUNT, (double)k->leads);
	told_value(&o, "value", INSIGHT_RATE, share_to_end(k, k->stage));
	json_add_int(&o.w, "of", (int64_t)left_from(here));
	told_ratio(&o, "ratio", end->reached, left_from(here));
	told_value(&o, "gain_high", INSIGHT_COUNT, k->most);
	told_end(&o, "advice.stalled");
}

static int
find(struct stuck *k, struct stages *m, int64_t rank, struct err *err)
{
	struct teller *t = k->teller;
	const struct stage_funnel_how how = {.since = INT64_MIN,
	    .until = INT64_MAX,
	    .where = t->how->where,
	    .moment = t->how->moment};
	struct stage_funnel funnel;
	int rc;

	for (size_t i = 0; i < m->count; i++)
		if (!m->stage[i].aside)
			k->last = i;
	if (stage_funnel(t->st, t->tenant, m, &how, &funnel, err) < 0)
		return -1;
	k->funnel = &funnel;
	rc = stage_list(
	    t->st, t->tenant, m, t->how->moment.now, note_stage, k, err);
	if (rc == 0 && k->most > 0)
		tell(k, rank);
	else if (rc == 0)
		told_not(t, "recommendation", NULL,
		    "stages: nobody is stalled on the way to the end");
	stage_funnel_release(&funnel);
	return rc;
}

int
tell_stalled(struct teller *t, int64_t rank, struct err *err)
{
	struct stuck k = {.teller = t};
	struct stages *m;
	int rc;

	/* Stages are listed of all leads. */
	if (t->how->where) {
		told_not(t, "recommendation", NULL,
		    "stages: they are told of all leads, without --where");
		return 0;
	}
	if (stages_open(t->st, t->tenant, &m, err) < 0)
		return -1;
	k.model = m;
	rc = find(&k, m, rank, err);
	stages_free(m);
	return rc;
}
