/* SPDX-License-Identifier: ISC */
/*
 * The steps that are open to one lead. Pure: what is known of the lead, the
 * model and the moment in; the path it takes out.
 */
#include <string.h>

#include "stage/stage_priv.h"

void
stage_state_init(struct stage_state *s)
{
	memset(s, 0, sizeof(*s));
	s->stage = STAGE_NONE;
	s->since = s->hand_at = LEAD_MISSING;
	for (size_t i = 0; i < STAGES_MAX; i++)
		s->waiting[i] = LEAD_MISSING;
}

/* A lead on its way: what conditions see follows the stage. */
struct walk {
	const struct stages *m;
	const struct cond_moment *moment;
	struct cond_subject subject;
	struct cond_value values[LEAD__MAX];
	struct stage_state *state;
	int64_t waiting[STAGES_MAX]; /* found to hold, where the lead is now */
	uint64_t seen;               /* stages it has been in */
	int64_t next;
};

/* When the rule's event made it: the first after what people decided. */
static bool
event_moment(struct walk *w, const struct stage_rule *rule, int64_t *ret)
{
	int64_t after = w->state->hand_at, first = INT64_MAX;

	for (size_t i = 0; i < w->subject.event_count; i++) {
		const struct cond_event *e = &w->subject.events[i];

		if (e->type != rule->event_type || e->at >= first ||
		    (after != LEAD_MISSING && e->at <= after))
			continue;
		if (e->at <= w->moment->now)
			first = e->at;
		else if (e->at < w->next)
			w->next = e->at;
	}
	*ret = first;
	return first != INT64_MAX;
}

/* Whether the condition of a rule that waits has held for long enough. */
static bool
waited(struct walk *w, const struct stage_rule *rule)
{
	int64_t since = w->state->waiting[rule->to];

	if (since == LEAD_MISSING)
		since = w->moment->now;
	w->waiting[rule->to] = since;
	if (w->moment->now - since >= rule->wait)
		return true;
	if (since + rule->wait < w->next)
		w->next = since + rule->wait;
	return false;
}

/* Whether the rule moves the lead now, and the date of that. */
static bool
opens(struct walk *w, const struct stage_rule *rule, int64_t *ret_at)
{
	int64_t at = w->moment->now;

	if (!(rule->from >> w->state->stage & 1) || (w->seen >> rule->to & 1))
		return false;
	if (rule->event && !event_moment(w, rule, &at))
		return false;
	if (rule->when &&
	    !cond_eval(rule->when, &w->subject, w->moment, &w->next))
		return false;
	if (rule->wait && !waited(w, rule))
		return false;
	/* Since when a condition has held nobody knows: since now. */
	if (rule->when)
		at = w->moment->now;
	/* What came before the present stage was heard of later only. */
	if (w->state->since != LEAD_MISSING && at < w->state->since)
		at = w->state->since;
	*ret_at = at;
	return true;
}

static void
enter(struct walk *w, const struct stage_rule *rule, int64_t at)
{
	struct stage_state *s = w->state;

	s->stage = rule->to;
	s->name = str_of(w->m->stage[rule->to].name);
	s->since = at;
	s->moves++;
	w->seen |= UINT64_C(1) << rule->to;
	w->values[LEAD_STAGE] =
	    (struct cond_value){.kind = COND_IS_TEXT, .text = s->name};
	/* Waiting begins anew in another stage. */
	for (size_t i = 0; i < STAGES_MAX; i++)
		s->waiting[i] = w->waiting[i] = LEAD_MISSING;
}

size_t
stage_steps(const struct stages *m, const struct lead_view *view,
    const struct cond_moment *moment, struct stage_state *s,
    struct stage_move_made *made, int64_t *next)
{
	struct walk w = {.m = m,
	    .moment = moment,
	    .subject = view->subject,
	    .state = s,
	    .next = *next};
	size_t count = 0;

	memcpy(w.values, view->values, sizeof(w.values));
	w.subject.values = w.values;
	w.seen = UINT64_C(1) << s->stage;
	for (;;) {
		const struct stage_rule *best = NULL;
		int64_t best_at = INT64_MAX, at;

		for (size_t i = 0; i < STAGES_MAX; i++)
			w.waiting[i] = LEAD_MISSING;
		for (size_t i = 0; i < m->rule_count; i++)
			if (opens(&w, &m->rule[i], &at) && at < best_at) {
				best = &m->rule[i];
				best_at = at;
			}
		if (!best)
			break;
		made[count] = (struct stage_move_made){
		    .from = s->name, .at = best_at, .rule = best};
		enter(&w, best, best_at);
		made[count++].to = s->name;
	}
	memcpy(s->waiting, w.waiting, sizeof(s->waiting));
	*next = w.next;
	return count;
}

/* ---- what waits, as text --------------------------------------------------
 */

void
stage_waiting_put(
    const struct stages *m, const struct stage_state *s, struct buf *out)
{
	struct json_writer w = {.out = out};
	bool any = false;

	for (size_t i = 0; i < m->count; i++) {
		if (s->waiting[i] == LEAD_MISSING)
			continue;
		if (!any)
			json_put_object(&w);
		any = true;
		json_put_key(&w, str_of(m->stage[i].name));
		json_put_int(&w, s->waiting[i]);
	}
	if (any)
		json_put_end(&w);
}

void
stage_waiting_take(
    const struct stages *m, struct str text, struct stage_state *s)
{
	struct json *doc;

	if (!text.p || json_doc_parse(text, "waiting", &doc, NULL) < 0)
		return;
	for (size_t i = 0; i < json_count(doc); i++) {
		const struct json *member = json_item(doc, i);
		size_t stage = stage_find(m, json_name(member));
		int64_t since;

		if (stage < m->count && json_as_int(member, &since, NULL) == 0)
			s->waiting[stage] = since;
	}
	json_doc_free(doc);
}
