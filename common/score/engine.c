/* SPDX-License-Identifier: ISC */
/*
 * One score. Each rule gives points in double, which are cut to whole
 * multiples of 1/1024 at once; from there on everything is done in integers
 * and exact, whatever the order.
 *
 * Time: together with the score comes a lower bound for the next moment at
 * which time alone may change it. Windows, idle times and conditions know
 * theirs exactly; points that fade change all the time, and their bound says
 * how long at least until one of the three sums can reach the nearest half
 * point, where it would round to another number.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "score/score_priv.h"

#define HALF (SCORE_UNIT / 2)

size_t
score_part_count(const struct score_rules *rules)
{
	return 2 * rules->count + rules->group_count + 2;
}

void
score_part_name(const struct score_rules *rules, size_t part, struct buf *out)
{
	size_t n = rules->count;

	if (part < n)
		buf_addstr(out, rules->rule[part].name);
	else if (part < 2 * n)
		buf_addf(out, "rule cap: %s", rules->rule[part - n].name);
	else if (part < 2 * n + rules->group_count)
		buf_addf(out, "group cap: %s", rules->group[part - 2 * n].name);
	else if (part == 2 * n + rules->group_count)
		buf_addstr(out, "rounding");
	else
		buf_addstr(out, "limit");
}

void
score_result_init(struct score_result *result, const struct score_rules *rules)
{
	memset(result, 0, sizeof(*result));
	result->rules = rules;
	result->part = xcalloc(score_part_count(rules), sizeof(*result->part));
	result->sums = xcalloc(2 * rules->group_count, sizeof(*result->sums));
}

void
score_result_release(struct score_result *result)
{
	free(result->part);
	free(result->sums);
	memset(result, 0, sizeof(*result));
}

static void
lower(int64_t *next, int64_t at)
{
	if (at < *next)
		*next = at;
}

/* Where the events of a type begin; they are in order of type. */
static size_t
events_of(const struct cond_subject *s, int64_t type, size_t *ret_end)
{
	size_t low = 0, high = s->event_count, end;

	if (high > 16) {
		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (s->events[middle].type < type)
				low = middle + 1;
			else
				high = middle;
		}
	} else {
		while (low < high && s->events[low].type < type)
			low++;
	}
	for (end = low; end < s->event_count && s->events[end].type == type;)
		end++;
	*ret_end = end;
	return low;
}

/* ---- rules -------------------------------------------------------- */

/* How much of the points fades away with time, and how fast at first. */
struct fading {
	double size;    /* sum of points that fade */
	double rate;    /* sum of their loss per ms, now */
	double slow;    /* shortest half-life among them, ms */
	unsigned rules; /* how many were cut to 1/1024 */
};

/* The events a rule counts, newest first; each(context, at) for every one that
 * is in, until false. Lowers *next for events still to come. */
static void
count_events(const struct score_rule *rule, const struct lead_view *view,
    const struct cond_moment *moment, int64_t *next,
    bool (*each)(void *context, int64_t at), void *context)
{
	const struct cond_event *events = view->subject.events;
	size_t end, begin = events_of(&view->subject, rule->event_type, &end);
	int64_t now = moment->now;

	for (; end > begin; end--) {
		const struct cond_event *event = &events[end - 1];

		if (event->at > now) {
			lower(next, event->at);
			continue;
		}
		if (rule->within && event->at <= now - rule->within)
			break;
		if (rule->where &&
		    !cond_eval_event(rule->where, event, moment, next))
			continue;
		if (!each(context, event->at))
			break;
	}
}

struct tally {
	const struct score_rule *rule;
	int64_t now, count;
	int64_t oldest; /* of those counted */
	double decayed;
};

static bool
tally_event(void *context, int64_t at)
{
	struct tally *t = context;

	t->count++;
	t->oldest = at;
	if (t->rule->half_life)
		t->decayed +=
		    exp2(-(double)(t->now - at) / (double)t->rule->half_life);
	return t->count < t->rule->max_count;
}

static double
behavior(const struct score_rule *rule, const struct lead_view *view,
    const struct cond_moment *moment, int64_t *next, struct fading *fading)
{
	struct tally t = {.rule = rule, .now = moment->now};
	double points;

	count_events(rule, view, moment, next, tally_event, &t);
	if (t.count == 0)
		return 0;
	if (rule->when && !cond_eval(rule->when, &view->subject, moment, next))
		return 0;
	/* Of those counted the oldest leaves the window first; no newer one
	 * takes its place without coming in. */
	if (rule->within)
		lower(next, t.oldest + rule->within);
	points = rule->points * rule->weight;
	if (!rule->half_life)
		return points * (double)t.count;
	points *= t.decayed;
	fading->size += fabs(points);
	fading->rate += fabs(points) * M_LN2 / (double)rule->half_life;
	if (fading->slow == 0 || (double)rule->half_life < fading->slow)
		fading->slow = (double)rule->half_life;
	fading->rules++;
	return points;
}

static double
inactivity(const struct score_rule *rule, const struct lead_view *view,
    const struct cond_moment *moment, int64_t *next)
{
	const struct cond_value *v = &view->values[LEAD_LAST_ACTIVITY_AT];
	int64_t since, times;

	for (size_t i = 0; i < view->subject.event_count; i++)
		if (view->subject.events[i].at > moment->now)
			lower(next, view->subject.events[i].at);
	if (v->kind != COND_IS_TIME)
		v = &view->values[LEAD_CREATED_AT];
	if (v->kind != COND_IS_TIME)
		return 0;
	since = v->time;
	times = moment->now >= since ? (moment->now - since) / rule->idle : 0;
	if (rule->when && !cond_eval(rule->when, &view->subject, moment, next))
		return 0;
	if (times == 0 || (rule->repeat && times < rule->max_count))
		lower(next, since + (times + 1) * rule->idle);
	if (times > 1 && !rule->repeat)
		times = 1;
	if (times > rule->max_count)
		times = rule->max_count;
	return rule->points * rule->weight * (double)times;
}

static double
rule_points(const struct score_rule *rule, const struct lead_view *view,
    const struct cond_moment *moment, int64_t *next, struct fading *fading)
{
	switch (rule->type) {
	case SCORE_BEHAVIOR:
		return behavior(rule, view, moment, next, fading);
	case SCORE_INACTIVITY:
		return inactivity(rule, view, moment, next);
	case SCORE_ATTRIBUTE:
		break;
	}
	if (rule->when && !cond_eval(rule->when, &view->subject, moment, next))
		return 0;
	return rule->points * rule->weight;
}

/* ---- sums --------------------------------------------------------- */

int64_t
score_quantise(double points)
{
	double v = points * SCORE_UNIT, rest;
	int64_t whole;

	if (v > 1e15)
		return (int64_t)1e15;
	if (v < -1e15)
		return (int64_t)-1e15;
	whole = (int64_t)v;
	rest = v - (double)whole;
	return rest >= 0.5 ? whole + 1 : rest <= -0.5 ? whole - 1 : whole;
}

static int64_t
rounded(int64_t sum)
{
	return sum >= 0 ? (sum + HALF) / SCORE_UNIT
			: -((-sum + HALF) / SCORE_UNIT);
}

void
score_add_up(const struct score_rules *rules, struct score_result *result)
{
	size_t n = rules->count, groups = rules->group_count;
	int64_t *part = result->part, *plus = result->sums;
	int64_t *minus = result->sums + groups, fit = 0, other = 0, sum;

	memset(result->sums, 0, 2 * groups * sizeof(*result->sums));
	for (size_t i = 0; i < n; i++) {
		const struct score_rule *rule = &rules->rule[i];
		int64_t points = part[i];

		part[n + i] = 0;
		if (points == 0)
			continue;
		if (isfinite(rule->max_points)) {
			int64_t max = score_quantise(rule->max_points);

			if (points > max)
				part[n + i] = max - points;
			else if (points < -max)
				part[n + i] = -max - points;
			points += part[n + i];
		}
		if (points > 0)
			plus[rule->group] += points;
		else
			minus[rule->group] += points;
	}
	for (size_t g = 0; g < groups; g++) {
		int64_t cut = 0;

		if (isfinite(rules->group[g].max)) {
			int64_t max = score_quantise(rules->group[g].max);

			if (plus[g] > max)
				cut = max - plus[g];
		}
		part[2 * n + g] = cut;
		if (rules->group[g].fit)
			fit += plus[g] + cut + minus[g];
		else
			other += plus[g] + cut + minus[g];
	}
	sum = fit + other;
	result->fit = rounded(fit);
	result->engagement = rounded(other);
	result->score = rounded(sum);
	part[2 * n + groups] = result->score * SCORE_UNIT - sum;
	part[2 * n + groups + 1] = 0;
	if (result->score < 0 || result->score > 100) {
		int64_t limited = result->score < 0 ? 0 : 100;

		part[2 * n + groups + 1] =
		    (limited - result->score) * SCORE_UNIT;
		result->score = limited;
	}
}

/* How far a sum is from where it rounds to another number: the nearest half. */
static double
to_boundary(int64_t sum)
{
	int64_t inside = sum % SCORE_UNIT;

	if (inside < 0)
		inside += SCORE_UNIT;
	return (double)(inside > HALF ? inside - HALF : HALF - inside) /
	       SCORE_UNIT;
}

/* A lower bound for the time until fading moves one of the three numbers. */
static int64_t
fading_bound(const struct score_rules *rules, const struct score_result *result,
    const struct fading *fading)
{
	size_t n = rules->count, groups = rules->group_count;
	int64_t fit = 0, other = 0, sum;
	double room, slack = (double)(fading->rules + 1) / SCORE_UNIT;
	double time;

	for (size_t g = 0; g < groups; g++) {
		int64_t group = result->sums[g] + result->part[2 * n + g] +
				result->sums[groups + g];

		if (rules->group[g].fit)
			fit += group;
		else
			other += group;
	}
	sum = fit + other;
	room = fmin(to_boundary(fit), to_boundary(other));
	/* Beyond the limits the sum has further to go. */
	if (sum > 100 * SCORE_UNIT + HALF)
		room = fmin(
		    room, (double)(sum - 100 * SCORE_UNIT + HALF) / SCORE_UNIT);
	else if (sum < -HALF)
		room = fmin(room, (double)(HALF - sum) / SCORE_UNIT);
	else
		room = fmin(room, to_boundary(sum));
	room -= slack;
	if (room <= 0)
		return 1;
	if (room >= fading->size)
		return INT64_MAX;
	/* The loss is steepest now; and no faster than all of it at the
	 * shortest half-life. */
	time = fmax(
	    room / fading->rate, -fading->slow * log2(1 - room / fading->size));
	if (!(time < 1e15))
		return INT64_MAX;
	return time < 1 ? 1 : (int64_t)time;
}

void
score_compute(const struct score_rules *rules, const struct lead_view *view,
    const struct cond_moment *moment, struct score_result *result)
{
	struct fading fading = {0};
	int64_t next = rules->looks_ahead ? view->next_at : INT64_MAX;

	for (size_t i = 0; i < rules->count; i++)
		result->part[i] =
		    rules->rule[i].enabled
			? score_quantise(rule_points(
			      &rules->rule[i], view, moment, &next, &fading))
			: 0;
	score_add_up(rules, result);
	if (fading.size > 0) {
		int64_t bound = fading_bound(rules, result, &fading);

		if (bound < INT64_MAX - moment->now)
			lower(&next, moment->now + bound);
	}
	result->next_at = next;
}

/* ---- evidence
 * ---------------------------------------------------------------- */

static bool
keep_event(void *context, int64_t at)
{
	struct score_evidence *e = context;

	if (e->at_count < COUNT_OF(e->at))
		e->at[e->at_count++] = at;
	e->count++;
	return true;
}

void
score_evidence(const struct score_rules *rules, size_t rule,
    const struct lead_view *view, const struct cond_moment *moment,
    struct score_evidence *ret)
{
	const struct score_rule *r = &rules->rule[rule];
	const struct cond_value *since = &view->values[LEAD_LAST_ACTIVITY_AT];
	int64_t next = INT64_MAX;

	memset(ret, 0, sizeof(*ret));
	ret->idle_since = LEAD_MISSING;
	if (r->type == SCORE_BEHAVIOR)
		count_events(r, view, moment, &next, keep_event, ret);
	if (r->type != SCORE_INACTIVITY)
		return;
	if (since->kind != COND_IS_TIME)
		since = &view->values[LEAD_CREATED_AT];
	if (since->kind == COND_IS_TIME && since->time <= moment->now) {
		ret->idle_since = since->time;
		ret->count = (moment->now - since->time) / r->idle;
	}
}
