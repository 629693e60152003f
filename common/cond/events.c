/* SPDX-License-Identifier: ISC */
/*
 * count(), last() and first(): one pass over the subject's events, and when
 * time alone will next change what they come to.
 */
#include "cond/cond_priv.h"

void
events_look(struct view *v, const struct operand *on, struct events_seen *ret,
    int64_t *next)
{
	const struct cond_event *e = v->subject->events;
	const struct cond_event *end = e + v->subject->event_count;
	int64_t type = v->cond->types[on->index].number, now = v->moment->now;
	int64_t since = on->window ? now - on->window : INT64_MIN;

	*ret = (struct events_seen){0, INT64_MAX, INT64_MIN};
	if (type < 0 || v->subject->event_count == 0)
		return;
	for (; e < end; e++) {
		if (e->type != type || e->at <= since)
			continue;
		if (e->at > now) {
			next_lower(next, e->at);
			continue;
		}
		if (on->where) {
			v->event = e;
			if (!eval_node(v, on->where, next))
				continue;
		}
		ret->count++;
		if (e->at < ret->earliest)
			ret->earliest = e->at;
		if (e->at > ret->latest)
			ret->latest = e->at;
	}
}

/*
 * A count in a window falls as events leave it, the earliest first. Which
 * count on the way down is the first to have another truth?
 */
static void
next_of_count(const struct node *test, const struct events_seen *seen,
    bool truth, int64_t *next)
{
	uint64_t n = seen->count;

	while (n > 0 && number_holds(test, (double)(n - 1)) == truth)
		n--;
	if (n == 0)
		return;
	next_lower(next,
	    time_plus(n == 1 ? seen->latest : seen->earliest, test->on.window));
}

bool
eval_events(struct view *v, const struct node *test, int64_t *next)
{
	const struct operand *on = &test->on;
	struct events_seen seen;
	bool truth;
	int64_t at;

	events_look(v, on, &seen, next);
	if (on->kind == ON_COUNT) {
		truth = number_holds(test, (double)seen.count);
		if (next && on->window)
			next_of_count(test, &seen, truth, next);
		return truth;
	}
	at = on->kind == ON_LAST ? seen.latest : seen.earliest;
	if (on->window && seen.count)
		next_lower(next, time_plus(at, on->window));
	return eval_time(v->moment, test, seen.count > 0, at, next);
}
