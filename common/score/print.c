/* SPDX-License-Identifier: ISC */
/*
 * A set of rules as the document it came from: members in one order, what is
 * as it would be anyway left out, conditions as they were written.
 */
#include <math.h>

#include "score/score.h"

static void
put_text(struct json_writer *w, const char *name, const char *text)
{
	if (!text)
		return;
	json_add_text(w, name, str_of(text));
}

static void
put_raw(struct json_writer *w, const char *name, const char *json)
{
	if (!json)
		return;
	json_put_name(w, name);
	json_put_raw(w, str_of(json));
}

static void
put_rule(struct json_writer *w, const struct score_rules *rules,
    const struct score_rule *rule)
{
	static const char *const types[] = {
	    "behavior", "attribute", "inactivity"};
	size_t home = rule->type == SCORE_ATTRIBUTE ? 0 : 1;

	json_put_object(w);
	put_text(w, "name", rule->name);
	put_text(w, "description", rule->description);
	put_text(w, "type", types[rule->type]);
	if (!rule->enabled) {
		json_add_bool(w, "enabled", false);
	}
	put_text(w, "event", rule->event);
	put_raw(w, "where", rule->where_json);
	put_raw(w, "when", rule->when_json);
	json_put_name(w, "points");
	json_put_real(w, rule->points);
	if (rule->weight != 1) {
		json_put_name(w, "weight");
		json_put_real(w, rule->weight);
	}
	if (rule->max_count != INT64_MAX) {
		json_add_int(w, "max_count", rule->max_count);
	}
	if (isfinite(rule->max_points)) {
		json_put_name(w, "max_points");
		json_put_real(w, rule->max_points);
	}
	if (rule->within)
		json_add_duration(w, "within", rule->within);
	if (rule->half_life)
		json_add_duration(w, "half_life", rule->half_life);
	if (rule->idle)
		json_add_duration(w, "idle", rule->idle);
	if (rule->repeat) {
		json_add_bool(w, "repeat", true);
	}
	if (rule->group != home)
		put_text(w, "group", rules->group[rule->group].name);
	json_put_end(w);
}

static void
put_groups(struct json_writer *w, const struct score_rules *rules)
{
	bool any = false;

	for (size_t g = 0; g < rules->group_count; g++) {
		const struct score_group *group = &rules->group[g];

		if (!group->declared)
			continue;
		if (!any) {
			json_put_name(w, "groups");
			json_put_object(w);
			any = true;
		}
		json_put_key(w, str_of(group->name));
		json_put_object(w);
		if (isfinite(group->max)) {
			json_put_name(w, "max");
			json_put_real(w, group->max);
		}
		json_put_end(w);
	}
	if (any)
		json_put_end(w);
}

void
score_rules_print(const struct score_rules *rules, struct buf *out)
{
	struct json_writer w = {.out = out, .pretty = true};

	json_put_object(&w);
	put_text(&w, "name", rules->name);
	put_text(&w, "description", rules->description);
	json_put_name(&w, "rules");
	json_put_array(&w);
	for (size_t i = 0; i < rules->count; i++)
		put_rule(&w, rules, &rules->rule[i]);
	json_put_end(&w);
	put_groups(&w, rules);
	json_put_end(&w);
	buf_addc(out, '\n');
}
