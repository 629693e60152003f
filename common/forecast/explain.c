/* SPDX-License-Identifier: ISC */
/*
 * Which parts carry a change of the whole: Bhagwan et al., Adtributor (NSDI
 * 2014): how much of the change a part explains, and how surprising its share
 * of the whole is.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

/* What a part must explain to be named, and what all that are named explain
 * together (their T_EEP and T_EP). */
#define LEAST_POWER  0.1
#define ENOUGH_POWER 0.67

/* Half the Jensen-Shannon divergence that a share adds (their 4.2). */
static double
surprise_of(double before, double now)
{
	double middle = (before + now) / 2, sum = 0;

	if (!(middle > 0))
		return 0;
	if (before > 0)
		sum += before * log(before / middle);
	if (now > 0)
		sum += now * log(now / middle);
	return fmax(0, sum / 2);
}

static double
rate(double yes, double all)
{
	return all > 0 ? yes / all : 0;
}

struct sums {
	double value, expected, of, expected_of;
};

/* What the whole would have changed by, had only this part: the linear term
 * of a quotient as they have it (their appendix), the difference of a sum. */
static double
moved(const struct forecast_part *p, const struct sums *s, bool rates)
{
	double more = p->value - p->expected, all;

	if (!rates)
		return more;
	all = s->expected_of + p->of - p->expected_of;
	if (!(all > 0) || !(s->expected_of > 0))
		return 0;
	return (more * s->expected_of -
		   (p->of - p->expected_of) * s->expected) /
	       (s->expected_of * all);
}

static int
most_surprising(const void *a, const void *b)
{
	const struct forecast_part *x = *(struct forecast_part *const *)a;
	const struct forecast_part *y = *(struct forecast_part *const *)b;

	if (x->surprise != y->surprise)
		return x->surprise > y->surprise ? -1 : 1;
	if (x->power != y->power)
		return x->power > y->power ? -1 : 1;
	return x < y ? -1 : x > y;
}

static struct sums
add_up(const struct forecast_part *parts, size_t count)
{
	struct sums s = {0};

	for (size_t i = 0; i < count; i++) {
		s.value += parts[i].value;
		s.expected += parts[i].expected;
		s.of += parts[i].of;
		s.expected_of += parts[i].expected_of;
	}
	return s;
}

/* Does it explain more than is its due? Of what changed as a whole nobody
 * carries more than the share that was expected of him. (Theirs would name the
 * largest.) */
static bool
stands_out(const struct forecast_part *p, const struct sums *s, bool rates)
{
	double due = rates ? rate(p->expected_of, s->expected_of)
			   : rate(p->expected, s->expected);

	return p->power >= LEAST_POWER &&
	       p->power >= fmin(1.2 * due, (1 + due) / 2);
}

struct forecast_explained
forecast_explain(struct forecast_part *parts, size_t count, bool rates)
{
	struct forecast_explained ret = {0};
	struct sums s = add_up(parts, count);
	struct forecast_part **order = xcalloc(count + 1, sizeof(*order));
	double all = 0;

	for (size_t i = 0; i < count; i++)
		all += moved(&parts[i], &s, rates);
	ret.change = rates
			 ? rate(s.value, s.of) - rate(s.expected, s.expected_of)
			 : s.value - s.expected;
	for (size_t i = 0; i < count; i++) {
		struct forecast_part *p = &parts[i];

		p->named = false;
		p->power = all != 0 ? moved(p, &s, rates) / all : 0;
		p->surprise = surprise_of(
		    rate(p->expected, s.expected), rate(p->value, s.value));
		if (rates)
			p->surprise +=
			    surprise_of(rate(p->expected_of, s.expected_of),
				rate(p->of, s.of));
		order[i] = p;
	}
	qsort(order, count, sizeof(*order), most_surprising);
	for (size_t i = 0; i < count && ret.power < ENOUGH_POWER; i++) {
		if (!stands_out(order[i], &s, rates))
			continue;
		order[i]->named = true;
		ret.named++;
		ret.power += order[i]->power;
		ret.surprise += order[i]->surprise;
	}
	ret.enough = ret.power >= ENOUGH_POWER;
	free(order);
	return ret;
}
