/* SPDX-License-Identifier: ISC */
/*
 * A set of rules out of its JSON document. What is here decides what a
 * document may say; what it means stands in engine.c.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "score/score.h"

#define POINTS_MAX 1e6
#define WEIGHT_MAX 1e3

static const char *const type_names[] = {
    [SCORE_BEHAVIOR] = "behavior",
    [SCORE_ATTRIBUTE] = "attribute",
    [SCORE_INACTIVITY] = "inactivity",
};

/* Which members belong to which types of rule, one bit a type. */
#define FOR_BEHAVIOR   (1u << SCORE_BEHAVIOR)
#define FOR_INACTIVITY (1u << SCORE_INACTIVITY)
#define FOR_ALL        (~0u)
static const struct {
	const char *name;
	unsigned types;
} members[] = {
    {"name", FOR_ALL},
    {"description", FOR_ALL},
    {"type", FOR_ALL},
    {"enabled", FOR_ALL},
    {"event", FOR_BEHAVIOR},
    {"where", FOR_BEHAVIOR},
    {"when", FOR_ALL},
    {"points", FOR_ALL},
    {"weight", FOR_ALL},
    {"max_count", FOR_BEHAVIOR | FOR_INACTIVITY},
    {"max_points", FOR_BEHAVIOR | FOR_INACTIVITY},
    {"within", FOR_BEHAVIOR},
    {"half_life", FOR_BEHAVIOR},
    {"idle", FOR_INACTIVITY},
    {"repeat", FOR_INACTIVITY},
    {"group", FOR_ALL},
};

/* ---- single members ----------------------------------------------- */

static int
take_name(const struct json *object, const char *member, bool needed,
    char **ret, struct err *err)
{
	const struct json *n = json_find(object, member);
	struct str text;

	if (!needed && (!n || json_type_of(n) == JSON_TYPE_NULL))
		return 0;
	if (json_need_text(object, member, &text, err) < 0)
		return -1;
	if (!text.n || memchr(text.p, '\0', text.n))
		return json_err(n, err, "a name cannot be empty");
	if (text.n > SCORE_NAME_MAX)
		return json_err(n, err, "longer than %d bytes", SCORE_NAME_MAX);
	*ret = str_dup(text);
	return 0;
}

static int
take_description(const struct json *object, char **ret, struct err *err)
{
	struct str text = {NULL, 0};

	if (json_take_text(object, "description", &text, err) < 0)
		return -1;
	if (text.p)
		*ret = str_dup(text);
	return 0;
}

static int
take_limited(const struct json *object, const char *member, double low,
    double high, double *ret, struct err *err)
{
	double v = *ret;

	if (json_take_real(object, member, &v, err) < 0)
		return -1;
	if (json_find(object, member) && !(v >= low && v <= high)) {
		struct buf range = {0};

		buf_addreal(&range, low);
		buf_addstr(&range, " and ");
		buf_addreal(&range, high);
		json_err(
		    json_find(object, member), err, "not between %s", range.p);
		buf_release(&range);
		return -1;
	}
	*ret = v;
	return 0;
}

/* A node as compact JSON, for printing it again. */
static char *
json_kept(const struct json *node)
{
	struct buf text = {0};
	struct json_writer w = {.out = &text};

	json_put_node(&w, node);
	return buf_detach(&text);
}

/* ---- one rule ----------------------------------------------------- */

static int
check_members(const struct json *node, enum score_type type, struct err *err)
{
	const char *names[COUNT_OF(members) + 1];

	for (size_t i = 0; i < COUNT_OF(members); i++)
		names[i] = members[i].name;
	names[COUNT_OF(members)] = NULL;
	if (json_only(node, names, err) < 0)
		return -1;
	for (size_t i = 0; i < json_count(node); i++) {
		const struct json *member = json_item(node, i);

		for (size_t m = 0; m < COUNT_OF(members); m++)
			if (str_is(json_name(member), members[m].name) &&
			    !(members[m].types & 1u << type))
				return json_err(member, err,
				    "a rule of type %s has no \"%s\"",
				    type_names[type], members[m].name);
	}
	return 0;
}

static int
take_type(const struct json *node, enum score_type *ret, struct err *err)
{
	struct str text;

	if (json_need_text(node, "type", &text, err) < 0)
		return -1;
	for (size_t i = 0; i < COUNT_OF(type_names); i++)
		if (str_is(text, type_names[i])) {
			*ret = (enum score_type)i;
			return 0;
		}
	return json_err(json_find(node, "type"), err,
	    "not behavior, attribute or inactivity: %s", quoted(text));
}

/* A score cannot depend on itself. */
static int
refuse_circle(const struct cond *c, const struct json *node, struct err *err)
{
	for (size_t f = LEAD_SCORE; f <= LEAD_BECAME_HOT_AT; f++)
		if (cond_uses_field(c, f))
			return json_err(node, err,
			    "a rule cannot look at \"%s\", which rules make",
			    lead_catalogue.fields[f].name);
	if (cond_segment_count(c) > 0)
		return json_err(node, err,
		    "a rule cannot look at segments: a score is made of the "
		    "lead and what it did alone");
	return 0;
}

static int
take_conditions(
    const struct json *node, struct score_rule *rule, struct err *err)
{
	const struct json *when = json_find(node, "when");
	const struct json *where = json_find(node, "where");

	if (when && json_type_of(when) != JSON_TYPE_NULL) {
		if (cond_parse_json(when, &lead_catalogue, &rule->when, err) <
			0 ||
		    refuse_circle(rule->when, when, err) < 0)
			return -1;
		cond_salt(rule->when, str_of(rule->name));
		rule->when_json = json_kept(when);
	}
	if (where && json_type_of(where) != JSON_TYPE_NULL) {
		if (cond_parse_event_json(where, &rule->where, err) < 0)
			return -1;
		rule->where_json = json_kept(where);
	}
	return 0;
}

static int
take_numbers(const struct json *node, struct score_rule *rule, struct err *err)
{
	if (json_need_real(node, "points", &rule->points, err) < 0 ||
	    take_limited(node, "points", -POINTS_MAX, POINTS_MAX, &rule->points,
		err) < 0 ||
	    take_limited(node, "weight", 0, WEIGHT_MAX, &rule->weight, err) <
		0 ||
	    take_limited(node, "max_points", 0, POINTS_MAX, &rule->max_points,
		err) < 0 ||
	    json_take_int(node, "max_count", &rule->max_count, err) < 0)
		return -1;
	if (rule->max_count < 1)
		return json_err(
		    json_find(node, "max_count"), err, "less than 1");
	if (json_take_duration(node, "within", &rule->within, err) < 0 ||
	    json_take_duration(node, "half_life", &rule->half_life, err) < 0 ||
	    json_take_duration(node, "idle", &rule->idle, err) < 0)
		return -1;
	return json_take_bool(node, "repeat", &rule->repeat, err);
}

/* The group of that name, made when it is new. */
static size_t
group_of(struct score_rules *rules, struct str name, size_t *cap)
{
	for (size_t g = 0; g < rules->group_count; g++)
		if (str_is(name, rules->group[g].name))
			return g;
	GROW(rules->group, *cap, rules->group_count + 1);
	rules->group[rules->group_count] = (struct score_group){
	    .name = str_dup(name), .max = INFINITY, .fit = true};
	return rules->group_count++;
}

static int
take_group(const struct json *node, struct score_rules *rules,
    struct score_rule *rule, size_t *cap, struct err *err)
{
	char *name = NULL;

	if (take_name(node, "group", false, &name, err) < 0)
		return -1;
	rule->group = name ? group_of(rules, str_of(name), cap)
			   : (rule->type == SCORE_ATTRIBUTE ? 0 : 1);
	if (rule->group > 1 && rule->type != SCORE_ATTRIBUTE)
		rules->group[rule->group].fit = false;
	free(name);
	return 0;
}

/* What explanations call the parts that are no rules. */
static bool
reserved_name(struct str name)
{
	return str_is(name, "rounding") || str_is(name, "limit") ||
	       str_starts(name, STR("rule cap: ")) ||
	       str_starts(name, STR("group cap: "));
}

static int
parse_rule(const struct json *node, struct score_rules *rules, size_t *cap,
    struct err *err)
{
	struct score_rule *rule = &rules->rule[rules->count++];
	const struct json *event = json_find(node, "event");

	*rule = (struct score_rule){.enabled = true,
	    .event_type = -1,
	    .weight = 1,
	    .max_count = INT64_MAX,
	    .max_points = INFINITY};
	if (json_as_object(node, err) < 0 ||
	    take_type(node, &rule->type, err) < 0 ||
	    check_members(node, rule->type, err) < 0 ||
	    take_name(node, "name", true, &rule->name, err) < 0 ||
	    take_description(node, &rule->description, err) < 0 ||
	    json_take_bool(node, "enabled", &rule->enabled, err) < 0 ||
	    take_numbers(node, rule, err) < 0 ||
	    take_conditions(node, rule, err) < 0 ||
	    take_group(node, rules, rule, cap, err) < 0)
		return -1;
	if (rule->type == SCORE_BEHAVIOR) {
		if (take_name(node, "event", true, &rule->event, err) < 0)
			return -1;
		if (!lead_event_type_ok(str_of(rule->event)))
			return json_err(event, err, "not an event type: %s",
			    quoted(str_of(rule->event)));
	}
	if (rule->type == SCORE_INACTIVITY && !rule->idle)
		return json_err(
		    node, err, "a rule of type inactivity needs \"idle\"");
	if (reserved_name(str_of(rule->name)))
		return json_err(json_find(node, "name"), err,
		    "a part of every score has this name: %s",
		    quoted(str_of(rule->name)));
	for (size_t i = 0; i + 1 < rules->count; i++)
		if (strcmp(rules->rule[i].name, rule->name) == 0)
			return json_err(json_find(node, "name"), err,
			    "rules[%zu] has this name too: %s", i,
			    quoted(str_of(rule->name)));
	return 0;
}

/* ---- the whole ---------------------------------------------------- */

static int
parse_groups(const struct json *node, struct score_rules *rules, size_t *cap,
    struct err *err)
{
	static const char *const names[] = {"max", NULL};

	for (size_t i = 0; i < json_count(node); i++) {
		const struct json *item = json_item(node, i);
		struct str name = json_name(item);
		size_t before = rules->group_count, g;

		if (!name.n || name.n > SCORE_NAME_MAX)
			return json_err(item, err,
			    "a group's name has 1 to %d bytes", SCORE_NAME_MAX);
		g = group_of(rules, name, cap);
		if (g == before)
			return json_err(item, err, "no rule is in this group");
		rules->group[g].declared = true;
		if (json_as_object(item, err) < 0 ||
		    json_only(item, names, err) < 0 ||
		    take_limited(item, "max", 0, POINTS_MAX,
			&rules->group[g].max, err) < 0)
			return -1;
	}
	return 0;
}

static int
parse_set(
    const struct json *document, struct score_rules *rules, struct err *err)
{
	static const char *const names[] = {
	    "name", "description", "rules", "groups", NULL};
	static const enum lead_field derived[] = {
	    LEAD_CONVERTED, LEAD_CONVERTED_AT, LEAD_LAST_ACTIVITY_AT};
	const struct json *list, *groups = NULL;
	size_t cap = 0;

	group_of(rules, STR("fit"), &cap);
	group_of(rules, STR("engagement"), &cap);
	rules->group[1].fit = false;
	if (json_as_object(document, err) < 0 ||
	    json_only(document, names, err) < 0 ||
	    take_name(document, "name", false, &rules->name, err) < 0 ||
	    take_description(document, &rules->description, err) < 0 ||
	    json_need_array(document, "rules", &list, err) < 0)
		return -1;
	if (json_count(list) > SCORE_RULES_MAX)
		return json_err(
		    list, err, "more than %d rules", SCORE_RULES_MAX);
	rules->rule = xcalloc(json_count(list) + 1, sizeof(*rules->rule));
	for (size_t i = 0; i < json_count(list); i++)
		if (parse_rule(json_item(list, i), rules, &cap, err) < 0)
			return -1;
	if (json_take_object(document, "groups", &groups, err) < 0 ||
	    (groups && parse_groups(groups, rules, &cap, err) < 0))
		return -1;
	for (size_t i = 0; i < rules->count; i++) {
		const struct score_rule *rule = &rules->rule[i];

		if (rule->enabled &&
		    (rule->type == SCORE_BEHAVIOR ||
			(rule->when && cond_uses_events(rule->when))))
			rules->needs_events = true;
		for (size_t d = 0; rule->when && d < COUNT_OF(derived); d++)
			rules->looks_ahead |=
			    cond_uses_field(rule->when, derived[d]);
	}
	return 0;
}

int
score_rules_parse(
    const struct json *document, struct score_rules **ret, struct err *err)
{
	struct score_rules *rules = xcalloc(1, sizeof(*rules));

	if (parse_set(document, rules, err) < 0) {
		score_rules_free(rules);
		return -1;
	}
	*ret = rules;
	return 0;
}

void
score_rules_free(struct score_rules *rules)
{
	if (!rules)
		return;
	for (size_t i = 0; i < rules->count; i++) {
		struct score_rule *rule = &rules->rule[i];

		free(rule->name);
		free(rule->description);
		free(rule->event);
		free(rule->where_json);
		free(rule->when_json);
		cond_free(rule->where);
		cond_free(rule->when);
	}
	for (size_t g = 0; g < rules->group_count; g++)
		free(rules->group[g].name);
	free(rules->rule);
	free(rules->group);
	free(rules->name);
	free(rules->description);
	free(rules);
}

int
score_rule_find(const struct score_rules *rules, struct str name, size_t *ret,
    struct err *err)
{
	struct nearest near;

	nearest_start(&near, name);
	for (size_t i = 0; i < rules->count; i++) {
		struct str other = str_of(rules->rule[i].name);

		if (str_eq(name, other)) {
			*ret = i;
			return 0;
		}
		nearest_offer(&near, other);
	}
	return nearest_err(&near, "rule", err);
}

void
score_rules_needs(const struct score_rules *rules, struct lead_needs *needs)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct score_rule *rule = &rules->rule[i];

		if (!rule->enabled)
			continue;
		if (rule->when)
			lead_needs_cond(needs, rule->when);
		if (rule->type == SCORE_BEHAVIOR)
			needs->events = true;
		if (rule->where)
			needs->event_attrs = true;
		if (rule->type == SCORE_INACTIVITY) {
			needs->events = true;
			needs->field[LEAD_LAST_ACTIVITY_AT] = true;
			needs->field[LEAD_CREATED_AT] = true;
		}
	}
}

int
score_rules_bind(struct score_rules *rules, struct store *st,
    const struct tenant *t, struct err *err)
{
	for (size_t i = 0; i < rules->count; i++) {
		struct score_rule *rule = &rules->rule[i];

		if (rule->when && lead_bind(st, t, rule->when, err) < 0)
			return -1;
		if (rule->event && lead_type_find(st, t, str_of(rule->event),
				       &rule->event_type, err) < 0)
			return -1;
	}
	return 0;
}

void
score_rules_bind_types(struct score_rules *rules, struct lead_types *types)
{
	for (size_t i = 0; i < rules->count; i++) {
		struct score_rule *rule = &rules->rule[i];

		if (rule->when)
			lead_bind_types_of(types, rule->when);
		if (rule->event)
			rule->event_type =
			    lead_type_number(types, str_of(rule->event));
	}
}
