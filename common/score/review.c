/* SPDX-License-Identifier: ISC */
/*
 * What a set of rules may say and yet hardly means.
 */
#include <math.h>

#include "score/score.h"

static void
review_event(size_t i, const struct score_rule *rule,
    bool (*known)(void *context, struct str event_type), void *context,
    struct remarks *remarks)
{
	const char *const *names = lead_catalogue.event_types;
	struct nearest near;

	nearest_start(&near, str_of(rule->event));
	for (; *names; names++) {
		if (strcmp(*names, rule->event) == 0)
			return;
		nearest_offer(&near, str_of(*names));
	}
	if (known && known(context, str_of(rule->event)))
		return;
	if (near.name.p)
		remark(remarks, (struct place){0},
		    "rules[%zu].event: no standard event type: %s: did you "
		    "mean \"%s\"?",
		    i, quoted(near.word), near.name.p);
	else
		remark(remarks, (struct place){0},
		    "rules[%zu].event: no standard event type, and none of "
		    "it is stored: %s",
		    i, quoted(str_of(rule->event)));
}

/* The most one rule can give or take in size; INFINITY when without limit. */
static double
reach(const struct score_rule *rule)
{
	double once = fabs(rule->points * rule->weight);
	double times =
	    rule->max_count == INT64_MAX ? INFINITY : (double)rule->max_count;

	if (rule->type == SCORE_ATTRIBUTE ||
	    (rule->type == SCORE_INACTIVITY && !rule->repeat))
		times = 1;
	return once > 0 ? once * times : 0;
}

void
score_rules_review(const struct score_rules *rules,
    bool (*known)(void *context, struct str event_type), void *context,
    struct remarks *remarks)
{
	struct place nowhere = {0};
	double total = 0;

	for (size_t i = 0; i < rules->count; i++) {
		const struct score_rule *rule = &rules->rule[i];

		if (rule->event)
			review_event(i, rule, known, context, remarks);
		if (rule->points * rule->weight == 0)
			remark(
			    remarks, nowhere, "rules[%zu]: gives no points", i);
		if (isfinite(rule->max_points) &&
		    rule->max_points >= reach(rule))
			remark(remarks, nowhere,
			    "rules[%zu].max_points: never reached: the rule "
			    "gives %g at most",
			    i, reach(rule));
		if (rule->within && rule->half_life &&
		    rule->half_life > 20 * rule->within)
			remark(remarks, nowhere,
			    "rules[%zu].half_life: hardly felt within a "
			    "window so much shorter",
			    i);
	}
	for (size_t g = 0; g < rules->group_count; g++) {
		double sum = 0;

		for (size_t i = 0; i < rules->count; i++) {
			const struct score_rule *rule = &rules->rule[i];

			if (rule->enabled && rule->group == g &&
			    rule->points > 0)
				sum += fmin(reach(rule), rule->max_points);
		}
		if (isfinite(rules->group[g].max) && rules->group[g].max >= sum)
			remark(remarks, nowhere,
			    "groups.%s.max: never reached: its rules give "
			    "%g at most",
			    rules->group[g].name, sum);
		total += fmin(sum, rules->group[g].max);
	}
	if (rules->count && total < 80)
		remark(remarks, nowhere,
		    "no lead can score more than %g with these rules", total);
}

struct knowing {
	struct store *st;
	const struct tenant *tenant;
	struct remarks *remarks;
};

static bool
type_known(void *context, struct str event_type)
{
	struct knowing *k = context;
	int64_t number = -1;

	return lead_type_find(k->st, k->tenant, event_type, &number, NULL) ==
		   0 &&
	       number >= 0;
}

void
score_set_review(struct store *st, const struct tenant *t,
    const struct score_rules *rules, struct remarks *remarks)
{
	struct knowing k = {st, t, remarks};

	score_rules_review(rules, type_known, &k, remarks);
}

static int
review_set(void *context, struct str name, bool active, size_t count,
    int64_t updated_at, struct err *err)
{
	struct knowing *k = context;
	struct score_rules *rules;
	char *copy = str_dup(name);
	int code = score_set_open(k->st, k->tenant, copy, &rules, err);

	free(copy);
	if (code < 0)
		return -1;
	score_rules_review(rules, type_known, k, k->remarks);
	score_rules_free(rules);
	return 0;
}

int
score_set_review_all(struct store *st, const struct tenant *t,
    struct remarks *remarks, struct err *err)
{
	struct knowing k = {st, t, remarks};

	return score_set_list(st, t, review_set, &k, err);
}
