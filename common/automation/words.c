/* SPDX-License-Identifier: ISC */
/* What there is to say about a lead: itself, its score, what to do next. */
#include <stdlib.h>

#include "automation/automation_priv.h"

/* An event type and whether leads make it themselves. */
struct type {
	int64_t number;
	struct str name;
};
struct automation_words {
	const struct tenant *tenant;
	struct cond_moment moment;
	struct score_rules *rules; /* NULL: no set is active */
	struct score_result result;
	struct recommend *recommend;
	struct type *type;
	size_t types, cap;
	struct arena arena;
	struct buf data, action, reason;
};

static void
keep_type(void *context, int64_t number, struct str name)
{
	struct automation_words *w = context;

	for (size_t i = 0; lead_outbound[i]; i++)
		if (str_is(name, lead_outbound[i]))
			return;
	GROW(w->type, w->cap, w->types + 1);
	w->type[w->types++] = (struct type){number, arena_str(&w->arena, name)};
}

int
automation_words_open(struct store *st, const struct tenant *t,
    const struct cond_moment *moment, struct automation_words **ret,
    struct err *err)
{
	struct automation_words *w = xcalloc(1, sizeof(*w));

	w->tenant = t;
	w->moment = *moment;
	if (score_set_active(st, t, &w->rules, err) < 0 ||
	    recommend_open(st, t, &w->recommend, err) < 0 ||
	    lead_event_types_each(st, t, keep_type, w, err) < 0) {
		automation_words_free(w);
		return -1;
	}
	if (w->rules)
		score_result_init(&w->result, w->rules);
	*ret = w;
	return 0;
}

void
automation_words_free(struct automation_words *w)
{
	if (!w)
		return;
	if (w->result.part)
		score_result_release(&w->result);
	score_rules_free(w->rules);
	recommend_free(w->recommend);
	free(w->type);
	arena_release(&w->arena);
	buf_release(&w->data);
	buf_release(&w->action);
	buf_release(&w->reason);
	free(w);
}

void
words_needs(const struct automation_words *w, struct lead_needs *needs)
{
	lead_needs_all(needs);
	needs->events = true;
	if (w->rules)
		score_rules_needs(w->rules, needs);
}

static struct str
type_name(const struct automation_words *w, int64_t number)
{
	for (size_t i = 0; i < w->types; i++)
		if (w->type[i].number == number)
			return w->type[i].name;
	return (struct str){0};
}

/* The latest that the lead did itself; of several at once the first name. */
static void
find_latest(const struct automation_words *w, const struct lead_view *view,
    struct recommend_lead *ret)
{
	ret->event_at = INT64_MIN;
	for (size_t i = 0; i < view->subject.event_count; i++) {
		const struct cond_event *e = &view->subject.events[i];
		struct str name;

		if (e->at > w->moment.now || e->at < ret->event_at)
			continue;
		name = type_name(w, e->type);
		if (!name.p ||
		    (e->at == ret->event_at && str_cmp(name, ret->event) >= 0))
			continue;
		ret->event = name;
		ret->event_at = e->at;
	}
}

/* The rule of a fit group that gave most. */
static void
find_rule(const struct automation_words *w, struct buf *points,
    struct recommend_lead *ret)
{
	int64_t best = 0;

	for (size_t i = 0; w->rules && i < w->rules->count; i++)
		if (w->rules->group[w->rules->rule[i].group].fit &&
		    w->result.part[i] > best) {
			best = w->result.part[i];
			ret->rule = str_of(w->rules->rule[i].name);
		}
	if (!best)
		return;
	score_add_points(points, best);
	ret->points = buf_str(points);
}

static void
put_recommended(struct automation_words *w, const struct lead_view *view,
    struct json_writer *j)
{
	const struct tenant_settings *set = &w->tenant->settings;
	struct recommend_lead lead = {
	    .stage = view->values[LEAD_STAGE].kind == COND_MISSING
			 ? (struct str){0}
			 : view->values[LEAD_STAGE].text};
	struct buf points = {0};

	find_latest(w, view, &lead);
	find_rule(w, &points, &lead);
	buf_clear(&w->action);
	buf_clear(&w->reason);
	if (recommend_choose(w->recommend, &lead, set->locale, set->zone,
		&w->action, &w->reason)) {
		json_add_text(j, "action", buf_str(&w->action));
		if (w->reason.len)
			json_add_text(j, "action_reason", buf_str(&w->reason));
	}
	buf_release(&points);
}

/* The members of the data in an object that is open. */
static void
put_data(struct automation_words *w, const struct lead_view *view,
    struct json_writer *j)
{
	if (w->rules) {
		score_compute(w->rules, view, &w->moment, &w->result);
		score_explain(w->rules, view, &w->moment, &w->result, j);
	}
	put_recommended(w, view, j);
}

static struct str
text_of(const struct lead_view *view, enum lead_field field, struct arena *a)
{
	const struct cond_value *v = &view->values[field];

	return v->kind == COND_IS_TEXT ? arena_str(a, v->text)
				       : (struct str){0};
}

void
words_tell(struct automation_words *w, const struct lead_view *view,
    struct arena *arena, struct told *ret)
{
	struct json_writer l = {.out = &w->data};

	ret->lead = view->lead_id;
	ret->id = text_of(view, LEAD_ID, arena);
	ret->email = text_of(view, LEAD_EMAIL, arena);
	ret->name = text_of(view, LEAD_NAME, arena);
	ret->company = text_of(view, LEAD_COMPANY, arena);
	ret->owner = text_of(view, LEAD_OWNER, arena);
	buf_clear(&w->data);
	json_put_object(&l);
	lead_view_put(view, &l);
	json_put_end(&l);
	ret->json = arena_str(arena, buf_str(&w->data));
	buf_clear(&w->data);
	l = (struct json_writer){.out = &w->data};
	json_put_object(&l);
	put_data(w, view, &l);
	json_put_end(&l);
	/* Its moments stand only in sentences, which people read. */
	buf_clear(&w->reason);
	time_add_localised(
	    &w->reason, buf_str(&w->data), w->tenant->settings.zone);
	ret->data = arena_str(arena, buf_str(&w->reason));
}

int
automation_recommend(struct store *st, const struct tenant *t,
    const struct cond_moment *moment, int64_t lead, struct buf *out,
    struct err *err)
{
	struct automation_words *w;
	struct lead_needs needs = {0};
	struct lead_views *views;
	const struct lead_view *view;
	struct json_writer j = {.out = out};
	int got;

	if (automation_words_open(st, t, moment, &w, err) < 0)
		return -1;
	words_needs(w, &needs);
	got = lead_views_of(st, t, &needs, moment, &lead, 1, &views, err);
	if (got == 0) {
		got = lead_views_next(views, &view, err);
		if (got > 0) {
			json_put_object(&j);
			json_add_text(&j, "lead", view->values[LEAD_ID].text);
			put_data(w, view, &j);
			json_put_end(&j);
			buf_addc(out, '\n');
		}
		lead_views_close(views);
	}
	automation_words_free(w);
	return got < 0 ? -1 : 0;
}
