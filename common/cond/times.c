/* SPDX-License-Identifier: ISC */
/*
 * Times: days in the tenant's zone, windows that move with the moment, and
 * when a window's edge will pass over a time.
 */
#include "cond/cond_priv.h"

int64_t
time_plus(int64_t at, int64_t more)
{
	return at > INT64_MAX - more ? INT64_MAX : at + more;
}

void
next_lower(int64_t *next, int64_t at)
{
	if (next && at < *next)
		*next = at;
}

/* A local time that was read as if the zone were UTC. */
static int64_t
local_moment(int64_t as_utc, const struct zone *zone)
{
	return zone_moment(zone, zone_civil(zone_utc(), as_utc));
}

void
literal_bounds(const struct literal *l, const struct cond_moment *moment,
    int64_t *ret_low, int64_t *ret_high)
{
	const struct zone *zone = moment->zone;

	if (l->kind == LIT_SPAN) {
		span_bounds(l, moment, ret_low, ret_high);
		return;
	}
	*ret_low = l->low;
	*ret_high = l->high;
	if (l->kind == LIT_MOMENT || !zone || zone == zone_utc())
		return;
	*ret_low = local_moment(l->low, zone);
	*ret_high =
	    l->kind == LIT_DATE ? local_moment(l->high, zone) : *ret_low + 1;
}

/* Below, in or above what the literal stands for: -1, 0, 1. */
static int
side(const struct literal *l, int64_t at, const struct cond_moment *moment)
{
	int64_t low, high;
	int far;

	if (l->kind == LIT_SPAN) {
		far = span_far(l, at, moment->now);
		if (far)
			return far;
		span_bounds(l, moment, &low, &high);
		return at < low ? -1 : at >= high;
	}
	/* No zone is a day from UTC: mostly nobody needs to ask it. */
	if (at < l->low - MS_DAY)
		return -1;
	if (at >= l->high + MS_DAY)
		return 1;
	literal_bounds(l, moment, &low, &high);
	return at < low ? -1 : at >= high;
}

static bool
compare(const struct node *test, int64_t at, const struct cond_moment *moment)
{
	const struct literal *l = test->literals;

	switch (test->op) {
	case OP_EQUAL:
		return side(l, at, moment) == 0;
	case OP_LESS:
		return side(l, at, moment) < 0;
	case OP_AT_MOST:
		return side(l, at, moment) <= 0;
	case OP_GREATER:
		return side(l, at, moment) > 0;
	case OP_AT_LEAST:
		return side(l, at, moment) >= 0;
	case OP_BETWEEN:
		return side(l, at, moment) >= 0 && side(l + 1, at, moment) <= 0;
	default:
		BUG("operator %d on a time", test->op);
	}
}

bool
eval_time(const struct cond_moment *moment, const struct node *test, bool there,
    int64_t at, int64_t *next)
{
	int64_t now = moment->now, window;
	bool yes;

	if (test->op == OP_EXISTS)
		return there != test->negated;
	if (!there)
		return false;
	if (test->on.yearly)
		return eval_anniversary(moment, test, at, next);
	switch (test->op) {
	case OP_WITHIN:
		window = test->literals[0].low;
		yes = at > now - window && at <= now;
		if (at > now)
			next_lower(next, at);
		else if (yes)
			next_lower(next, time_plus(at, window));
		break;
	case OP_OLDER:
		window = test->literals[0].low;
		yes = at <= now - window;
		if (!yes)
			next_lower(next, time_plus(at, window));
		break;
	default:
		yes = compare(test, at, moment);
		spans_next(test, at, moment, next);
	}
	return yes != test->negated;
}
